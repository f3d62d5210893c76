//! Running text → [`Mention`]s: numbers and names put together with what stands around them.

use std::ops::Range;

use super::{
    kind::{Surroundings, kind_of},
    law::{Named, named},
    left::{Left, TypeWord, date_before, is_list_joint, left_of, provision_before},
    right::{date_after, right_of},
    title::title_after,
    words::word_before,
};
use crate::domain::{
    citation::{CitationKind, Provision},
    date_phrase::DatePhrase,
    doc_number::{Family, NumberMatch, Repair, find_numbers},
    tables::{self, Tables},
};

/// One mention in a running text; ranges are bytes of that text.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    /// From the type word to the end of the title.
    pub(super) range: Range<usize>,
    pub(super) number: Option<NumberMatch>,
    pub(super) type_word: Option<TypeWord>,
    pub(super) doc_type: Option<String>,
    pub(super) title: Option<Range<usize>>,
    pub(super) body: Option<Range<usize>>,
    pub(super) date: Option<DatePhrase>,
    pub(super) term: Option<String>,
    pub(super) provision: Option<Provision>,
    pub(super) kind: CitationKind,
    /// What a list that begins here goes on with after a semicolon.
    list_kind: CitationKind,
    /// End of number, date and issuer.
    tail: usize,
    pub(super) rule: &'static str,
    pub(super) confidence: f32,
}

impl Mention {
    /// Whether a name may have been read too short: it is that of no law in the table.
    pub(super) fn is_cut(&self) -> bool {
        self.rule == LAW_NAME && self.confidence < KNOWN_NAME
    }
}

/// The rule for documents cited by name, and how sure it is of names in the table.
const LAW_NAME: &str = "citation.law_name";
const KNOWN_NAME: f32 = 0.97;

/// Finds the mentions of a running text, in order. `subject` is where the document's own subject
/// stands in it.
pub(super) fn mentions(
    tables: &Tables,
    text: &str,
    subject: Option<Range<usize>>,
    own_type: Option<&str>,
) -> Vec<Mention> {
    let numbers = find_numbers(tables, text);
    let names = named(tables, text);
    let mut reader =
        Reader { tables, text, subject, own_type, found: Vec::new(), titles_end: 0, names_end: 0 };
    let mut names = names.into_iter().peekable();
    for number in numbers {
        while let Some(name) = names.next_if(|name| name.range.start < number.range.start) {
            // The name right in front of the number belongs to it.
            if reader.is_name_of(&name, &number) {
                reader.numbered(number.clone(), Some(name));
            } else {
                reader.by_name(name);
            }
        }
        reader.numbered(number, None);
    }
    names.for_each(|name| reader.by_name(name));
    reader.found
}

struct Reader<'a> {
    tables: &'a Tables,
    text: &'a str,
    subject: Option<Range<usize>>,
    own_type: Option<&'a str>,
    found: Vec<Mention>,
    /// Up to here the text is the title of a cited document.
    titles_end: usize,
    /// Up to here numbers have been read together with a name.
    names_end: usize,
}

impl<'a> Reader<'a> {
    /// Whether nothing but `số` stands between a name and a number.
    fn is_name_of(&self, name: &Named, number: &NumberMatch) -> bool {
        let Some(mut word) = word_before(self.text, number.range.start) else { return false };
        if word.text == ":" {
            let Some(before) = word_before(self.text, word.start) else { return false };
            word = before;
        }
        let is_keyword = matches!(word.text, "số" | "Số" | "SỐ");
        let joint_end = if is_keyword { word.start } else { number.range.start };
        name.range.end <= joint_end && self.text[name.range.end..joint_end].trim().is_empty()
    }

    /// A mention by number, with the name of a law in front of it if there is one.
    fn numbered(&mut self, number: NumberMatch, name: Option<Named>) {
        if number.range.start < self.names_end {
            return;
        }
        let Some(left) = left_of(self.tables, self.text, number.range.start) else { return };
        let continues = self.found.last().is_some_and(|last| {
            is_list_joint(self.text, last.range.end, left.start)
                || is_list_joint(self.text, last.tail, left.start)
        });
        if name.is_none() && !self.is_citation(&number, &left, continues) {
            return;
        }
        let start = name.as_ref().map_or(left.start, |name| name.range.start);
        let right = right_of(self.tables, self.text, number.range.end);
        let mut type_word = left.type_word.clone();
        if type_word.is_none() && name.is_none() && continues {
            type_word = self.found.last().and_then(|last| last.type_word.clone());
        }
        let doc_type = match &name {
            Some(name) => Some(name.doc_type.to_owned()),
            None => self.type_name(&number, type_word.as_ref()),
        };
        let date = right.date.or_else(|| date_before(self.text, start));
        let title_type = type_word.as_ref().and_then(|word| word.name.as_deref());
        let is_letter = number.number.family == Family::Letter;
        let found_title = match &name {
            Some(name) => Some((name.range.clone(), right.end)),
            None => title_after(self.tables, self.text, right.end, title_type, is_letter),
        };
        let end = found_title.as_ref().map_or(right.end, |(_, end)| (*end).max(right.end));
        let body = right.body.or(left.body.map(|(start, end)| start..end));
        let is_inner_title = start < self.titles_end;
        let (provision, before) = self.provision(start);
        let around = self.surroundings(start..end, before, doc_type.as_deref(), false);
        let kind = kind_of(self.text, before, right.end, around);
        let list_kind = self.list_kind(kind, around.list);
        if name.is_some() {
            self.names_end = number.range.end;
        }
        if found_title.is_some() && !is_inner_title && name.is_none() {
            self.titles_end = self.titles_end.max(end);
        }
        let has_type_word = left.type_word.is_some() || name.is_some();
        self.found.push(Mention {
            range: start..end,
            type_word,
            doc_type,
            title: found_title.map(|(range, _)| range),
            body,
            date,
            term: right.term,
            provision,
            kind,
            list_kind,
            tail: right.end,
            rule: if name.is_some() { "citation.law_number" } else { "citation.number" },
            confidence: match (has_type_word, left.keyword.is_some() || continues) {
                (true, _) => 0.99,
                (false, true) => 0.95,
                (false, false) => 0.9,
            },
            number: Some(number),
        });
    }

    /// A mention by name alone.
    fn by_name(&mut self, name: Named) {
        let range = name.range.clone();
        // A law named inside the title of another document is not cited by it.
        if range.start < self.titles_end || range.start < self.names_end {
            return;
        }
        let date = date_after(self.text, range.end);
        let end = date.as_ref().map_or(range.end, |(_, end)| *end);
        let (provision, before) = self.provision(range.start);
        let around = self.surroundings(range.start..end, before, Some(name.doc_type), true);
        let kind = kind_of(self.text, before, end, around);
        self.names_end = self.names_end.max(range.end);
        self.found.push(Mention {
            range: range.start..end,
            number: None,
            type_word: None,
            doc_type: Some(name.doc_type.to_owned()),
            title: Some(range),
            body: None,
            date: date.map(|(date, _)| date),
            term: None,
            provision,
            kind,
            list_kind: self.list_kind(kind, around.list),
            tail: end,
            rule: LAW_NAME,
            confidence: if name.is_known { KNOWN_NAME } else { 0.85 },
        });
    }

    /// The provision in front of `start`, and where it begins.
    fn provision(&self, start: usize) -> (Option<Provision>, usize) {
        match provision_before(self.text, start) {
            Some((provision, before)) => (Some(provision), before),
            None => (None, start),
        }
    }

    fn surroundings<'b>(
        &self,
        range: Range<usize>,
        before: usize,
        doc_type: Option<&'b str>,
        is_law: bool,
    ) -> Surroundings<'b>
    where
        'a: 'b,
    {
        let Range { start, end } = range;
        let list = self.found.last().and_then(|last| {
            let from = if is_list_joint(self.text, last.range.end, before) {
                last.range.end
            } else if is_list_joint(self.text, last.tail, before) {
                last.tail
            } else {
                return None;
            };
            let is_new_item = self.text[from..before].contains(';');
            Some(if is_new_item { last.list_kind } else { last.kind })
        });
        Surroundings {
            list,
            in_title: start < self.titles_end,
            in_subject: self.subject.as_ref().is_some_and(|subject| subject.contains(&start)),
            is_law,
            doc_type,
            is_like_last: self
                .found
                .last()
                .is_some_and(|last| last.doc_type.as_deref() == doc_type),
            own_type: self.own_type,
            end,
            last: self.found.last().map(|last| last.tail),
        }
    }

    /// What a list goes on with: an amendment named in passing does not colour what follows.
    fn list_kind(&self, kind: CitationKind, list: Option<CitationKind>) -> CitationKind {
        use CitationKind::{AmendedBy, Encloses, ReplacedBy};
        if !matches!(kind, AmendedBy | ReplacedBy | Encloses) {
            return kind;
        }
        list.or(self.found.last().map(|last| last.list_kind)).unwrap_or(CitationKind::Mentions)
    }

    /// Whether a number in running text cites a document: it does when something beside it says
    /// so, or when its sign can be nothing else.
    fn is_citation(&self, number: &NumberMatch, left: &Left, continues: bool) -> bool {
        let has_type_word = left.type_word.is_some();
        let keyword = left.keyword.as_deref();
        let is_capital_keyword = keyword.is_some_and(|word| word.starts_with('S'));
        if !has_type_word && !continues && is_capital_keyword && self.is_letterhead(left.start) {
            return false;
        }
        let is_named = has_type_word || keyword.is_some() || continues;
        let parts = &number.number;
        let sign = parts.issuer_sign().unwrap_or_default();
        let is_known_issuer = !self.tables.issuers_by_sign(sign).is_empty();
        if number.repairs.contains(&Repair::SpaceForSeparator) && parts.year.is_none() {
            return has_type_word || keyword.is_some();
        }
        match parts.family {
            Family::Legal => parts.doc_type.is_some() || parts.legislature.is_some() || is_named,
            Family::Admin | Family::Party => is_named || is_known_issuer,
            Family::Letter => {
                let is_dated = date_after(self.text, number.range.end).is_some();
                is_named || is_known_issuer && !parts.units.is_empty() && is_dated
            }
            Family::Historic => has_type_word || keyword.is_some(),
        }
    }

    /// `Số: 12/KH-…` at the begin of a paragraph, behind a bar or behind capitals: the number line
    /// of this document or of one bound in with it.
    fn is_letterhead(&self, at: usize) -> bool {
        let Some(before) = word_before(self.text, at) else { return true };
        if self.text[before.end..at].contains('\n') || matches!(before.text, "|" | "*") {
            return true;
        }
        if matches!(before.text, "-" | "–" | "_") {
            // `---- Số: 5/…` under a rule; a single dash is a list mark.
            return word_before(self.text, before.start)
                .is_some_and(|word| word.text == before.text);
        }
        before.is_word() && before.text.chars().all(|c| !c.is_lowercase()) && !before.is_digits()
    }

    /// The type in sentence case: by the word, else by the sign.
    fn type_name(&self, number: &NumberMatch, word: Option<&TypeWord>) -> Option<String> {
        if let Some(name) = word.and_then(|word| word.name.as_deref()) {
            return Some(name.to_owned());
        }
        let parts = &number.number;
        let Some(sign) = &parts.doc_type else {
            return (parts.family == Family::Letter).then(|| "Công văn".to_owned());
        };
        let family = match parts.family {
            Family::Party => tables::Family::Party,
            Family::Legal => tables::Family::Legal,
            _ => tables::Family::State,
        };
        let by_family = self.tables.doc_type_by_sign_in(sign, family);
        by_family.or_else(|| self.tables.doc_type_by_sign(sign)).map(|known| known.name.clone())
    }
}
