//! [`parse`]: the rules in their order, each tried wherever a word begins.

use crate::{
    context::Context,
    domain::{date::PartialDate, found::Span, record::Warning},
    query::{
        ast::{Clause, Meaning, NumberQuery, Query, Serial, YearForm},
        date::{self, Doubt},
        field::Field,
        lex::Input,
        name, number,
    },
    text::{
        clean::{clean, clean_to},
        tokens::tokens,
    },
};

/// Longest query that is read; what follows is left out with a warning.
pub const MAX_CHARS: usize = 1000;

/// Most clauses of a query: nobody types more, and each costs the index a search.
const MAX_CLAUSES: usize = 64;

/// Most warnings of one code.
const MAX_ALIKE_WARNINGS: usize = 3;

/// Reads what a clerk typed, e.g. `kế hoạch 293 năm 2020 -"họp báo"`.
///
/// Never fails: what is not understood is searched as words. `today` is what `năm nay` is
/// counted from and bounds the years that a bare number can be.
///
/// Warns `query_too_long`, `unbalanced_quote`, `empty_phrase`, `stray_sign`, `bad_field`,
/// `impossible_date` and `type_differs`.
pub fn parse(ctx: &Context, today: PartialDate, text: &str) -> (Query, Vec<Warning>) {
    let mut warnings = Vec::new();
    let typed = cleaned(text, &mut warnings);
    let input = Input::new(ctx.tables, today, &typed);
    let clauses = Parser::new(&input, &mut warnings).clauses();
    let mut query = Query { typed: typed.clone(), clauses };
    settle_spelling(&input, &mut query);
    cut_to_length(&mut query, &mut warnings);
    (query, warnings)
}

/// Drops the last clauses of a query whose canonical form would be cut when it is parsed again.
fn cut_to_length(query: &mut Query, warnings: &mut Vec<Warning>) {
    let n_clauses = query.clauses.len();
    query.clauses.truncate(MAX_CLAUSES);
    while query.to_string().chars().count() > MAX_CHARS {
        query.clauses.pop();
    }
    if query.clauses.len() < n_clauses {
        let n_kept = query.clauses.len();
        let message = format!(
            "expected at most {n_kept} conditions, found {n_clauses}; the rest is left out"
        );
        warnings.push(Warning::new("query_too_long", message));
    }
}

/// The typed text as the text of documents is cleaned, on one line and not too long.
fn cleaned(text: &str, warnings: &mut Vec<Warning>) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(MAX_CHARS).collect();
    if chars.next().is_some() {
        let n_chars = text.chars().count();
        let message = format!(
            "expected at most {MAX_CHARS} characters, found {n_chars}; the rest is left out"
        );
        warnings.push(Warning::new("query_too_long", message));
    }
    let mut typed = String::with_capacity(head.len());
    clean_to(&head.replace(['\n', '\r', '\t'], " "), &mut typed);
    typed
}

/// Writes every clause in the shortest way that parses back to the same query: words and
/// ambiguous figures as they are, unless their neighbours would make something else of them.
fn settle_spelling(input: &Input, query: &mut Query) {
    for clause in &mut query.clauses {
        clause.canonical = match &clause.meaning {
            Meaning::Words(words) if !clause.is_excluded || !words.contains(' ') => words.clone(),
            meaning if clause.alternatives.is_empty() => meaning.explicit(),
            _ => input.text[clause.span.range()].to_owned(),
        };
    }
    if is_stable(input, query) {
        return;
    }
    for clause in &mut query.clauses {
        if matches!(clause.meaning, Meaning::Words(_)) {
            clause.canonical = clause.meaning.explicit();
        }
    }
    if is_stable(input, query) {
        return;
    }
    for clause in &mut query.clauses {
        clause.canonical = clause.meaning.explicit();
    }
}

/// Whether the canonical query parses back to the same clauses.
fn is_stable(input: &Input, query: &Query) -> bool {
    let canonical = query.to_string();
    let again = input.of(&canonical);
    let mut warnings = Vec::new();
    let clauses = Parser::new(&again, &mut warnings).clauses();
    clauses.len() == query.clauses.len()
        && clauses.iter().zip(&query.clauses).all(|(one, other)| {
            one.meaning == other.meaning
                && one.alternatives == other.alternatives
                && one.is_excluded == other.is_excluded
        })
}

struct Parser<'p, 'a> {
    input: &'p Input<'a>,
    warnings: &'p mut Vec<Warning>,
    clauses: Vec<Clause>,
    /// Where plain words have begun that belong to no clause yet.
    words_from: Option<usize>,
}

impl<'p, 'a> Parser<'p, 'a> {
    fn new(input: &'p Input<'a>, warnings: &'p mut Vec<Warning>) -> Self {
        Self { input, warnings, clauses: Vec::new(), words_from: None }
    }

    fn clauses(mut self) -> Vec<Clause> {
        let mut at = 0;
        while at < self.input.len() {
            let before = self.clauses.len();
            match self.clause_at(at) {
                Some(end) => {
                    debug_assert!(end > at, "every clause takes a lexeme");
                    // The words before the clause come first.
                    let new = self.clauses.split_off(before);
                    self.flush_words(at);
                    self.clauses.extend(new);
                    at = end.max(at + 1);
                }
                None => {
                    self.words_from.get_or_insert(at);
                    at = span_of_text(self.input, at).unwrap_or(at + 1);
                }
            }
        }
        self.flush_words(self.input.len());
        self.clauses
    }

    /// Tries every rule at a lexeme; the lexeme after the clause.
    fn clause_at(&mut self, at: usize) -> Option<usize> {
        self.quote(at, false)
            .or_else(|| self.field(at, false))
            .or_else(|| self.exclusion(at))
            .or_else(|| self.cites(at))
            .or_else(|| self.date_or_number(at))
    }

    fn push(
        &mut self,
        from: usize,
        to: usize,
        is_excluded: bool,
        meaning: Meaning,
        alternatives: Vec<Meaning>,
    ) {
        let span = self.span(from, to);
        let canonical = String::new();
        self.clauses.push(Clause { span, is_excluded, meaning, alternatives, canonical });
    }

    fn span(&self, from: usize, to: usize) -> Span {
        let start =
            self.input.lexemes.get(from).map_or(self.input.text.len(), |lexeme| lexeme.start);
        let last = to.checked_sub(1).and_then(|last| self.input.lexemes.get(last));
        Span::new(start, last.map_or(start, |lexeme| lexeme.end.max(start)))
    }

    /// Says what was odd, but not ten times over.
    fn warn(&mut self, code: &str, message: impl Into<String>, from: usize, to: usize) {
        if self.warnings.iter().filter(|warning| warning.code == code).count() >= MAX_ALIKE_WARNINGS
        {
            return;
        }
        let span = self.span(from, to);
        self.warnings.push(Warning::new(code, message).at(span));
    }

    // ---- "…" ----

    fn quote(&mut self, at: usize, is_excluded: bool) -> Option<usize> {
        if self.input.mark(at) != Some('"') {
            return None;
        }
        let (inner, end) = self.quoted(at)?;
        let words = plain_words(inner);
        if words.is_empty() {
            self.warn(
                "empty_phrase",
                "expected words between quotation marks, found none",
                at,
                end,
            );
        } else {
            let number = number::number(&self.input.of(inner), 0)
                .filter(|found| !found.is_vague && found.number.sign.is_some())
                .and_then(|_| number::whole(&self.input.of(inner)));
            let alternatives = number.map(Meaning::Number).into_iter().collect();
            self.push(at, end, is_excluded, Meaning::Phrase(words), alternatives);
        }
        Some(end)
    }

    /// The text between quotation marks and the lexeme after them; `None` without a second mark.
    fn quoted(&mut self, at: usize) -> Option<(&'a str, usize)> {
        let closing = (at + 1..self.input.len()).find(|&next| self.input.mark(next) == Some('"'));
        let Some(closing) = closing else {
            self.warn(
                "unbalanced_quote",
                "expected a second quotation mark, found none; read as words",
                at,
                at + 1,
            );
            return None;
        };
        Some((self.input.slice(at + 1, closing), closing + 1))
    }

    // ---- so: ngay: loai: cq: ky: vd: tu: den: nd: ----

    fn field(&mut self, at: usize, is_excluded: bool) -> Option<usize> {
        let field = Field::named(self.input.folded(at))?;
        let has_colon = self.input.mark(at + 1) == Some(':') && self.input.is_glued(at + 1);
        if !has_colon || !self.input.begins_word(at) {
            return None;
        }
        let value_at = at + 2;
        let is_quoted = self.input.mark(value_at) == Some('"');
        let (value, end) = if is_quoted {
            // Without a second mark the value goes to the end.
            let rest = (self.input.slice(value_at + 1, self.input.len()), self.input.len());
            self.quoted(value_at).unwrap_or(rest)
        } else {
            let end = field.value_end(self.input, value_at);
            (self.input.slice(value_at, end), end)
        };
        if value.is_empty() {
            let message = format!("expected a value after {}:, found none", self.input.folded(at));
            self.warn("bad_field", message, at, end.max(at + 2));
            return Some(end.max(at + 2));
        }
        match field.meaning(&self.input.of(value)) {
            Some(meaning) => self.push(at, end, is_excluded, meaning, Vec::new()),
            None => {
                let message =
                    format!("expected {}, found {value:?}; read as words", field.expects());
                self.warn("bad_field", message, at, end);
                let words = plain_words(value);
                if !words.is_empty() {
                    self.push(at, end, is_excluded, Meaning::Words(words), Vec::new());
                }
            }
        }
        Some(end)
    }

    // ---- -word ----

    fn exclusion(&mut self, at: usize) -> Option<usize> {
        let input = self.input;
        if input.mark(at) != Some('-') || input.is_glued(at) || !input.is_glued(at + 1) {
            return None;
        }
        // `2016 -2020` is a span of years, `-` alone is nothing.
        let after_digits = at.checked_sub(1).is_some_and(|before| input.digits(before).is_some());
        if after_digits && input.digits(at + 1).is_some() {
            return None;
        }
        if let Some(end) = self.quote(at + 1, true).or_else(|| self.field(at + 1, true)) {
            if let Some(clause) = self.clauses.last_mut().filter(|clause| clause.is_excluded) {
                clause.span.start = input.lexemes[at].start as u32;
            }
            return Some(end);
        }
        if let Some(found) = number::number(input, at + 1).filter(|found| !found.is_vague) {
            self.push(at, found.end, true, Meaning::Number(found.number), Vec::new());
            return Some(found.end);
        }
        let end = (at + 2..input.len()).find(|&next| !input.is_glued(next)).unwrap_or(input.len());
        let words = plain_words(input.slice(at + 1, end));
        if words.is_empty() {
            return None;
        }
        self.push(at, end, true, Meaning::Words(words), Vec::new());
        Some(end)
    }

    // ---- viện dẫn … ----

    fn cites(&mut self, at: usize) -> Option<usize> {
        let input = self.input;
        if input.folded(at) != "vien" || input.folded(at + 1) != "dan" {
            return None;
        }
        let found = number::number(input, at + 2).filter(|found| !found.is_vague)?;
        let words = Meaning::Words(plain_words(input.slice(at, found.end)));
        self.push(at, found.end, false, Meaning::Cites(found.number), vec![words]);
        Some(found.end)
    }

    // ---- dates and numbers ----

    fn date_or_number(&mut self, at: usize) -> Option<usize> {
        let input = self.input;
        if span_of_text(input, at).is_some() {
            return None;
        }
        // A date that nothing but figures make gives way to a number with letters.
        if let Some(found) = date::date(input, at) {
            let alternatives = self.other_meanings(at, &found);
            self.push(at, found.end, false, Meaning::Date(found.date), alternatives);
            return Some(found.end);
        }
        let found = number::number(input, at)?;
        self.impossible_date(at, found.end);
        let mut alternatives = Vec::new();
        if let Some(word) = found.type_differs {
            let sign = found.number.doc_type.as_ref().map_or("", |sign| sign.name.as_str());
            let message = format!("expected the sign of {}, found that of {sign}", word.name);
            self.warn("type_differs", message, at, found.end);
            let number = NumberQuery { doc_type: Some(word), ..found.number.clone() };
            alternatives.push(Meaning::Number(number));
        }
        if found.is_vague || is_figures_only(&found.number) {
            alternatives.push(Meaning::Words(plain_words(input.slice(at, found.end))));
        }
        self.push(at, found.end, false, Meaning::Number(found.number), alternatives);
        Some(found.end)
    }

    fn other_meanings(&self, at: usize, found: &date::Found) -> Vec<Meaning> {
        let typed = self.input.slice(at, found.end);
        match found.doubt {
            Doubt::None => Vec::new(),
            Doubt::Text => vec![Meaning::Words(plain_words(typed))],
            Doubt::Number => {
                number::whole(&self.input.of(typed)).map(Meaning::Number).into_iter().collect()
            }
        }
    }

    /// Says that `31/2/2020` would be a date if there were such a day.
    fn impossible_date(&mut self, at: usize, end: usize) {
        let typed = self.input.slice(at, end);
        let parts: Vec<&str> = typed.split(['/', '-', '.']).collect();
        if let [day, month, year] = parts.as_slice()
            && year.len() == 4
            && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
            && (day.len() <= 2 && month.len() <= 2)
        {
            let message =
                format!("expected a day of the calendar, found {typed:?}; read as a number");
            self.warn("impossible_date", message, at, end);
        }
    }

    // ---- plain words ----

    /// Makes clauses of the words gathered before `end`.
    fn flush_words(&mut self, end: usize) {
        let Some(from) = self.words_from.take() else { return };
        let typed = self.input.slice(from, end);
        let words = plain_words(typed);
        if words.is_empty() {
            let message = format!("expected a word, found {typed:?}; left out");
            self.warn("stray_sign", message, from, end);
            return;
        }
        let run = self.input.of(typed);
        if let [lexeme] = run.lexemes.as_slice()
            && let Some(digits) = run.digits(0)
            && let Some(number) = number::whole(&self.input.of(&digits[..lexeme.end]))
        {
            self.push(from, end, false, Meaning::Number(number), vec![Meaning::Words(words)]);
            return;
        }
        let Some((doc_type, issuer, after_type)) = name::whole_run(&run) else {
            self.push(from, end, false, Meaning::Words(words), Vec::new());
            return;
        };
        if let Some(doc_type) = doc_type {
            let words = Meaning::Words(plain_words(run.slice(0, after_type)));
            self.push(from, from + after_type, false, Meaning::DocType(doc_type), vec![words]);
        }
        if let Some(issuer) = issuer {
            let start = from + after_type;
            let words = Meaning::Words(plain_words(self.input.slice(start, end)));
            self.push(start, end, false, Meaning::Issuer(issuer), vec![words]);
        }
    }
}

/// The letters and digits of a text, single spaces between: what is searched of it.
pub(super) fn plain_words(text: &str) -> String {
    let words = |text: &str| tokens(text).map(|(_, word)| word).collect::<Vec<_>>().join(" ");
    // Look-alikes are told by the letters beside them, which may be others without the signs.
    words(&clean(&words(text)))
}

/// The end of a date that belongs to the words before it: `giai đoạn 2016-2020`, `nhiệm kỳ
/// 2015-2020`, `kế hoạch 5 năm 2016-2020` are titles.
fn span_of_text(input: &Input, at: usize) -> Option<usize> {
    let word = |back: usize| at.checked_sub(back).map_or("", |before| input.folded(before));
    let is_span = matches!(
        (word(2), word(1)),
        ("giai", "doan") | ("nhiem" | "thoi", "ky" | "ki") | ("nam", "hoc")
    );
    let is_term = input.folded(at) == "nam"
        && !input.is_glued(at)
        && at.checked_sub(1).is_some_and(|before| input.digits(before).is_some());
    if !is_span && !is_term {
        return None;
    }
    date::date(input, at).map(|found| found.end)
}

fn is_figures_only(number: &NumberQuery) -> bool {
    let is_exact = matches!(number.serial, Serial::Exact(_));
    is_exact
        && number.doc_type.is_none()
        && number.sign.is_none()
        && number.year_form == YearForm::Beside
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{domain::tables::Tables, source::Limits};

    fn parsed(text: &str) -> (Query, Vec<Warning>) {
        let ctx = Context::new(Tables::builtin(), Limits::default());
        parse(&ctx, "2021-04-20".parse().unwrap(), text)
    }

    #[test]
    fn long_queries_are_cut_with_a_warning() {
        let (query, warnings) = parsed(&"hạn hán ".repeat(1250));
        assert_eq!(
            warnings[0].message,
            "expected at most 1000 characters, found 10000; the rest is left out"
        );
        assert_eq!(query.clauses.len(), 1);
    }

    #[test]
    fn today_is_what_relative_dates_are_counted_from() {
        assert_eq!(parsed("năm ngoái").0.to_string(), "năm ngoái");
        assert_eq!(parsed("năm ngoái").0.clauses[0].meaning.explicit(), "ngay:2020");
    }

    #[test]
    fn spans_lead_back_to_what_was_typed() {
        let (query, _) = parsed("lụt  bão 30/2020/N\u{D0}-CP -hạn");
        let spans: Vec<&str> =
            query.clauses.iter().map(|clause| &query.typed[clause.span.range()]).collect();
        assert_eq!(spans, ["lụt bão", "30/2020/NĐ-CP", "-hạn"]);
    }

    /// Pieces that clerks type, in any order, with and without spaces.
    fn typed() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "30",
            "/",
            "2020",
            "-",
            "NĐ",
            "CP",
            "kh",
            "293",
            "số",
            "năm",
            "tháng",
            "ngày",
            "3",
            "quý",
            "I",
            "từ",
            "đến",
            "khoảng",
            "±",
            "15",
            "*",
            "\"",
            "so:",
            "ngay:",
            "loai:",
            "cq:",
            "ky:",
            "vd:",
            "tu:",
            "den:",
            "nd:",
            "kế hoạch",
            "quyết định",
            "luật",
            "UBND",
            "tỉnh",
            "Cao Bằng",
            "của",
            "Sở Nội vụ",
            "sldtbxh",
            "lụt",
            "bão",
            "CT/TU",
            "77a",
            "1.234",
            "viện dẫn",
            "giai đoạn",
            "trước",
            ".",
            ":",
            "~",
            "..",
            "q1",
            "Nguyễn Văn A",
            "công văn",
            "ct",
            "tu",
            "&",
            "(",
            "400-499",
            "'",
        ]);
        prop::collection::vec((piece, prop::bool::weighted(0.8)), 0..12).prop_map(|pieces| {
            let spaced =
                |(piece, space): &(&str, bool)| format!("{piece}{}", if *space { " " } else { "" });
            pieces.iter().map(spaced).collect()
        })
    }

    fn check(text: &str) -> Result<(), TestCaseError> {
        let (query, _) = parsed(text);
        let mut end = 0;
        for clause in &query.clauses {
            prop_assert!(query.typed.get(clause.span.range()).is_some(), "{:?}", clause);
            prop_assert!(
                clause.span.start >= end && clause.span.end > clause.span.start,
                "{:?}",
                query
            );
            end = clause.span.end;
        }
        let canonical = query.to_string();
        let (again, _) = parsed(&canonical);
        let meanings = |query: &Query| -> Vec<(bool, Meaning)> {
            query.clauses.iter().map(|c| (c.is_excluded, c.meaning.clone())).collect()
        };
        prop_assert_eq!(meanings(&again), meanings(&query), "{} gives {}", text, &canonical);
        Ok(())
    }

    proptest! {
        #[test]
        fn canonical_query_parses_back(text in typed()) {
            check(&text)?;
        }

        #[test]
        fn any_text_is_understood_somehow(text in "\\PC{0,60}") {
            check(&text)?;
        }
    }
}
