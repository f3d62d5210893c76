//! What stands in front of a number: `số`, the type word, the provision, the date before it.
//!
//! Reads backwards from the number and stops at the first thing that does not belong.

use super::words::{Word, floor_boundary, is_word, word_after, word_before};
use crate::domain::{
    citation::Provision,
    date_phrase::{DateForm, DatePhrase, parse_date_at},
    tables::{Tables, name_key},
};

/// The type word in front of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeWord {
    /// Its first byte.
    pub(super) start: usize,
    /// Name in sentence case; `None` for the word `văn bản`, which fits every type.
    pub(super) name: Option<String>,
    /// Signs of the type; empty when it has none.
    pub(super) signs: Vec<String>,
}

/// What stands in front of a number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// Where the citation begins: type word, else `số`, else the number.
    pub(super) start: usize,
    /// Where the word `số` or, without it, the number begins.
    pub(super) number_start: usize,
    /// The word for number as printed: `số`, `Số`.
    pub(super) keyword: Option<String>,
    /// The type word.
    pub(super) type_word: Option<TypeWord>,
    /// The body between type word and number: `Nghị quyết của Quốc hội số …`.
    pub(super) body: Option<(usize, usize)>,
}

/// The longest type name has fewer words.
const MAX_TYPE_WORDS: usize = 6;
/// Between `của` and `số` stands at most a long name of a body.
const MAX_BODY_WORDS: usize = 16;

/// Words that name forms, tables and codes: what they number is no document.
const FORM_WORDS: [&str; 12] =
    ["biểu", "bảng", "form", "hàng", "khoản", "lô", "mã", "mẫu", "phiếu", "thẻ", "thửa", "tờ"];

/// Reads what stands in front of the number at `number`; `None` when it is the code of a form.
pub(super) fn left_of(tables: &Tables, text: &str, number: usize) -> Option<Left> {
    let mut left = Left { start: number, number_start: number, ..Left::default() };
    let mut at = number;
    let mut word = word_before(text, at);
    if let Some(colon) = word.filter(|word| word.text == ":") {
        let before = word_before(text, colon.start);
        if before.is_some_and(|before| is_number_word(before.text)) {
            word = before;
        }
    }
    if let Some(keyword) = word.filter(|word| is_number_word(word.text)) {
        left.keyword = Some(keyword.text.to_owned());
        left.start = keyword.start;
        left.number_start = keyword.start;
        at = keyword.start;
    }
    // `Nghị quyết: số`, `Quyết định – số` are lists; a colon ends what belongs to the number.
    if let Some(type_word) = type_word_before(tables, text, at) {
        left.start = type_word.start;
        left.type_word = Some(type_word);
        return Some(left);
    }
    let is_form = word_before(text, at).is_some_and(|word| {
        let small = word.text.to_lowercase();
        FORM_WORDS.binary_search(&small.as_str()).is_ok()
    });
    if is_form {
        return None;
    }
    if left.keyword.is_some()
        && let Some((type_word, body)) = type_word_and_body(tables, text, at)
    {
        left.start = type_word.start;
        left.type_word = Some(type_word);
        left.body = Some(body);
    }
    Some(left)
}

fn is_number_word(text: &str) -> bool {
    matches!(text, "số" | "Số" | "SỐ" | "sô" | "Sô")
}

/// The type word that ends at `at`.
pub(super) fn type_word_before(tables: &Tables, text: &str, at: usize) -> Option<TypeWord> {
    let mut words: Vec<Word<'_>> = Vec::with_capacity(MAX_TYPE_WORDS);
    let mut end = at;
    while words.len() < MAX_TYPE_WORDS {
        let Some(word) = word_before(text, end).filter(Word::is_word) else { break };
        end = word.start;
        words.push(word);
    }
    let last = *words.first()?;
    // The longest name first: `Thông tư liên tịch` before `liên tịch`.
    for n in (1..=words.len()).rev() {
        let start = words[n - 1].start;
        let key = name_key(&text[start..last.end]);
        if key == "van ban" {
            return Some(TypeWord { start, name: None, signs: Vec::new() });
        }
        if let Some(found) = tables.doc_type_by_name(&key).filter(|known| known.folded_name == key)
        {
            let same_name = tables.doc_types().iter().filter(|known| known.folded_name == key);
            let signs = same_name.map(|known| known.sign.clone()).filter(|sign| !sign.is_empty());
            return Some(TypeWord {
                start,
                name: Some(found.name.clone()),
                signs: signs.collect(),
            });
        }
    }
    // A sign for the word: `QĐ số 12/QĐ-UBND`, `CV 5512/…`.
    let known = tables.doc_type_by_sign(last.text).filter(|known| known.sign == last.text)?;
    Some(TypeWord {
        start: last.start,
        name: Some(known.name.clone()),
        signs: vec![known.sign.clone()],
    })
}

/// `Nghị quyết của Quốc hội số`: a type word, `của` and a body in front of `số`.
fn type_word_and_body(
    tables: &Tables,
    text: &str,
    at: usize,
) -> Option<(TypeWord, (usize, usize))> {
    let mut end = at;
    let mut first_of_body = None;
    for _ in 0..MAX_BODY_WORDS {
        let word = word_before(text, end)?;
        if is_word(word.text, "của") {
            let (start, capitalised) = first_of_body?;
            let type_word = type_word_before(tables, text, word.start)?;
            return (capitalised && type_word.name.is_some()).then_some((type_word, (start, at)));
        }
        if !word.is_word() && !matches!(word.text, "-" | "–" | "," | "&") || word.is_digits() {
            return None;
        }
        first_of_body = Some((word.start, word.is_capitalised()));
        end = word.start;
    }
    None
}

/// How far back a provision or a date in front is looked for, in bytes.
const WINDOW: usize = 160;

/// The provision that ends at `at`: `điểm d khoản 2 Điều 5`, and where it begins.
///
/// # Source
/// Nghị định 30/2020/NĐ-CP, Phụ lục I: from the small to the large unit.
pub(super) fn provision_before(text: &str, at: usize) -> Option<(Provision, usize)> {
    let mut provision = Provision::default();
    let mut end = at;
    if let Some(of) = word_before(text, end).filter(|word| is_word(word.text, "của")) {
        end = of.start;
    }
    let raw_end = text[..end].trim_end().len();
    let mut start = None;
    for unit in ["điều", "khoản", "điểm"] {
        let Some((label, unit_start)) = unit_before(text, end, unit) else { continue };
        match unit {
            "điều" => provision.article = Some(label),
            "khoản" => provision.clause = Some(label),
            _ => provision.point = Some(label),
        }
        start = Some(unit_start);
        end = unit_start;
        // `khoản 1, khoản 2 Điều 5`: the smaller units of the first article only.
        if let Some(comma) = word_before(text, end).filter(|word| word.text == ",") {
            end = comma.start;
        }
    }
    let start = start?;
    // `khoản 1 và khoản 2 Điều 5`, `các điểm a, b`: to the first unit of the row.
    let start = row_start(text, start);
    provision.raw = text[start..raw_end].split_whitespace().collect::<Vec<_>>().join(" ");
    Some((provision, start))
}

/// The labels after one unit word that end at `at`: `5` of `Điều 5`, `1, 2` of `khoản 1, 2`.
fn unit_before(text: &str, at: usize, unit: &str) -> Option<(String, usize)> {
    let mut labels = Vec::new();
    let mut end = at;
    let floor = floor_boundary(text, at.saturating_sub(WINDOW));
    while let Some(word) = word_before(text, end).filter(|word| word.start >= floor) {
        if is_word(word.text, unit) {
            labels.reverse();
            return (!labels.is_empty()).then(|| (labels.join(", "), word.start));
        }
        if is_label(word.text) {
            labels.push(word.text.to_owned());
        } else if !matches!(word.text, "," | "và") {
            return None;
        }
        end = word.start;
    }
    None
}

/// `5`, `6a`, `d`, `đ`.
fn is_label(text: &str) -> bool {
    let letters = text.trim_start_matches(|c: char| c.is_ascii_digit());
    letters.chars().count() <= 1 && letters.chars().all(|c| c.is_lowercase() && c != 'ở')
}

/// Goes back over further units in front, and `các`.
fn row_start(text: &str, start: usize) -> usize {
    let mut start = start;
    loop {
        let Some(word) = word_before(text, start) else { return start };
        if is_word(word.text, "các") {
            return word.start;
        }
        if !matches!(word.text, "," | "và") {
            return start;
        }
        // Each unit of the row may have smaller ones in front of it: `khoản 1 Điều 4, Điều 5`.
        let mut at = word.start;
        for unit in ["điều", "khoản", "điểm"] {
            at = unit_before(text, at, unit).map_or(at, |(_, unit_start)| unit_start);
        }
        if at == word.start {
            return start;
        }
        start = at;
    }
}

/// A date in front of the citation: `Ngày 24/7/2024, Sở Xây dựng có Công văn số …`.
pub(super) fn date_before(text: &str, at: usize) -> Option<DatePhrase> {
    let verb = word_before(text, at)?;
    if !matches!(verb.text, "có" | "hành" | "ký" | "gửi") {
        return None;
    }
    let floor = floor_boundary(text, at.saturating_sub(WINDOW));
    let window = &text[floor..at];
    let day = window.rfind("ngày ").max(window.rfind("Ngày "))?;
    let phrase = parse_date_at(text, floor + day)?;
    let between = text.get(phrase.range.end..at)?;
    let is_clause = between.trim_start().starts_with(',')
        && !between.contains([';', '.', '\n', ':'])
        && !between.bytes().any(|byte| byte.is_ascii_digit());
    // Only a date that begins the sentence is the date of the letter.
    let begins = word_before(text, phrase.range.start).is_none_or(|word| !word.is_word());
    let is_day = matches!(phrase.form, DateForm::Words | DateForm::Numeric);
    (is_clause && begins && is_day).then_some(phrase)
}

/// Whether the rest of a text up to `end` holds nothing but marks and words of a list.
pub(super) fn is_list_joint(text: &str, from: usize, end: usize) -> bool {
    if from > end {
        return false;
    }
    let mut at = from;
    while let Some(word) = word_after(text, at).filter(|word| word.start < end) {
        if !matches!(word.text, "," | ";" | "và" | "-" | "–" | "các" | "hoặc" | "+" | "[" | "]")
        {
            return false;
        }
        at = word.end;
    }
    !text[from..end].contains('\n') || text[from..end].trim_start().starts_with([',', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, start: &str, name: Option<&str>) {
        let number = text.find(|c: char| c.is_ascii_digit()).unwrap();
        let left = left_of(Tables::builtin(), text, number).unwrap();
        assert_eq!(&text[left.start..number], start);
        assert_eq!(left.type_word.and_then(|word| word.name).as_deref(), name);
    }

    #[test]
    fn type_words() {
        check("theo Quyết định số 12/QĐ-UBND", "Quyết định số ", Some("Quyết định"));
        check("Kế hoạch Số: 318/KH", "Kế hoạch Số: ", Some("Kế hoạch"));
        check(
            "và Thông tư liên tịch 5/2014/TTLT",
            "Thông tư liên tịch ",
            Some("Thông tư liên tịch"),
        );
        check("QĐ số 12/QĐ-UBND", "QĐ số ", Some("Quyết định"));
        check("CV 2309/BGDĐT-GDTrH", "CV ", Some("Công văn"));
        check("tại văn bản số 417/UBND-KGVX", "văn bản số ", None);
        check("QUYẾT ĐỊNH SỐ 63/QĐ-TTG", "QUYẾT ĐỊNH SỐ ", Some("Quyết định"));
        check(
            "Nghị quyết của Quốc hội số 45/2013/QH13",
            "Nghị quyết của Quốc hội số ",
            Some("Nghị quyết"),
        );
        check("nêu trên, số 5/KH-UBND", "số ", None);
        check("trong 5/KH-UBND", "", None);
    }

    #[test]
    fn forms_are_no_documents() {
        for text in ["Mẫu số 01/BC-UBND", "theo mẫu 05/ĐK-STC", "Biểu số: 2/KH-UBND"] {
            let number = text.find(|c: char| c.is_ascii_digit()).unwrap();
            assert_eq!(left_of(Tables::builtin(), text, number), None, "{text}");
        }
    }

    #[test]
    fn provisions() {
        #[track_caller]
        fn check(text: &str, raw: Option<&str>, parts: [&str; 3]) {
            let found = provision_before(text, text.len()).map(|(provision, _)| provision);
            assert_eq!(found.as_ref().map(|p| p.raw.as_str()), raw);
            let found = found.unwrap_or_default();
            let part = |part: &Option<String>| part.clone().unwrap_or_default();
            assert_eq!([part(&found.point), part(&found.clause), part(&found.article)], parts);
        }
        check("theo điểm d khoản 2 Điều 5 ", Some("điểm d khoản 2 Điều 5"), ["d", "2", "5"]);
        check(
            "tại khoản 1 và khoản 2 Điều 5 của ",
            Some("khoản 1 và khoản 2 Điều 5"),
            ["", "2", "5"],
        );
        check(
            "các điểm a, b và đ khoản 3 Điều 6a ",
            Some("các điểm a, b và đ khoản 3 Điều 6a"),
            ["a, b, đ", "3", "6a"],
        );
        check("Điều 34 ", Some("Điều 34"), ["", "", "34"]);
        check("theo khoản 1 Điều 4, Điều 5 ", Some("khoản 1 Điều 4, Điều 5"), ["", "", "5"]);
        check("theo quy định của ", None, ["", "", ""]);
    }

    #[test]
    fn dates_in_front() {
        #[track_caller]
        fn check(text: &str, date: Option<&str>) {
            let found = date_before(text, text.len()).and_then(|phrase| phrase.date);
            assert_eq!(found.map(|date| date.to_string()).as_deref(), date);
        }
        check("Ngày 24/7/2024, Sở Xây dựng có ", Some("2024-07-24"));
        check("Ngày 24/7/2024, Sở nhận được ", None);
        check("trước ngày 24/7/2024, Sở có ", None); // a deadline
        check("Ngày 24/7/2024; Sở có ", None);
    }

    #[test]
    fn form_words_are_sorted() {
        assert!(FORM_WORDS.is_sorted());
    }
}
