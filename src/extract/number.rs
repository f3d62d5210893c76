//! Số và ký hiệu in the head: the label `Số:` and what follows it, or its blank.
//!
//! Must not take a number from the title or the recitals: those are other documents.

use crate::{
    domain::{
        doc_number::{DocNumber, NumberError, Parsed, find_numbers},
        found::Span,
        record::Warning,
        tables::Tables,
    },
    extract::{phrase, segment::Segment},
    text::Text,
};

/// The number of a document, or the sign before which it is blank.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnNumber {
    /// The number as read; `None` for a blank and for one that has no sign.
    pub(super) parsed: Option<Parsed>,
    /// As printed, only spacing tidied.
    pub(super) printed: Option<String>,
    /// The sign printed after a blank: `BC-SLĐTBXH`.
    pub(super) blank_sign: Option<String>,
    /// Something stands before the sign, but no number.
    pub(super) is_unreadable: bool,
    /// Where it stands.
    pub(super) span: Option<Span>,
    /// Page, from 1.
    pub(super) page: u32,
    /// Index of its segment.
    pub(super) at: Option<usize>,
    /// The type named in the label: `Bản án số: …`.
    pub(super) label_type: Option<String>,
    /// The name of the rule.
    pub(super) rule: &'static str,
    /// From 0 to 1.
    pub(super) confidence: f32,
}

impl OwnNumber {
    /// The sign of the type, from the number or from the sign after a blank.
    pub(super) fn type_sign(&self, tables: &Tables) -> Option<String> {
        if let Some(parsed) = &self.parsed {
            return parsed.number.doc_type.clone();
        }
        self.sign_as_number(tables)?.number.doc_type
    }

    /// The number that the sign after a blank belongs to, with a serial that means nothing.
    pub(super) fn sign_as_number(&self, tables: &Tables) -> Option<Parsed> {
        let sign = self.blank_sign.as_ref()?;
        let separator = if sign.contains('/') { '-' } else { '/' };
        DocNumber::parse(tables, &format!("1{separator}{sign}")).ok()
    }

    /// The warning about a blank number.
    pub(super) fn warning(&self) -> Option<Warning> {
        let sign = self.blank_sign.as_ref()?;
        let (code, found) = match self.is_unreadable {
            true => ("unreadable_number", "signs that are no number"),
            false => ("blank_number", "a blank"),
        };
        let message = format!("expected a number before the sign {sign}, found {found}");
        let warning = Warning::new(code, message).on_page(self.page);
        Some(match self.span {
            Some(span) => warning.at(span),
            None => warning,
        })
    }
}

/// The words that may stand before `số:` on the line of the number: `Luật số:`.
const MAX_LABEL_WORDS: usize = 5;

/// Reads the number from the segments before the title.
pub(super) fn read(tables: &Tables, text: &Text, head: &[Segment<'_>]) -> OwnNumber {
    let mut blank = None;
    for (index, segment) in head.iter().enumerate() {
        let Some(behind) = label_end(tables, segment) else { continue };
        let value = value_after(text, head, index, behind);
        let found = read_value(tables, text, value);
        match found {
            Some(mut found) => {
                found.at = Some(index);
                found.page = segment.page;
                found.label_type = label_type(tables, segment);
                if found.blank_sign.is_none() {
                    return found;
                }
                blank.get_or_insert(found);
            }
            None => continue,
        }
    }
    blank.or_else(|| unlabelled(tables, head)).unwrap_or_default()
}

/// The end of `Số:`, `Luật số:`, `Nghị quyết số:` at the begin of a segment.
fn label_end(tables: &Tables, segment: &Segment<'_>) -> Option<usize> {
    if let Some(end) = phrase::number_label(segment.text) {
        return Some(end);
    }
    let doc_type = tables.doc_type_by_name(&segment.key)?;
    let n_words = doc_type.folded_name.split(' ').count();
    if n_words > MAX_LABEL_WORDS {
        return None;
    }
    let at = nth_word(segment.text, n_words)?;
    let label = &segment.text[at..];
    let colon = label.find(':').filter(|colon| *colon <= "số ".len());
    let end = at + phrase::number_label(label).or_else(|| colon.map(|at| at + 1))?;
    // `Luật số: 12/2019/QH14` ends here; `Luật số 12/2019/QH14 về …` is a sentence.
    let rest = segment.text[end..].trim();
    let is_label = segment.text[..end].ends_with(':') || rest.split_whitespace().count() <= 2;
    is_label.then_some(end)
}

/// The type that the label of a number names.
fn label_type(tables: &Tables, segment: &Segment<'_>) -> Option<String> {
    let doc_type = tables.doc_type_by_name(&segment.key)?;
    Some(doc_type.name.clone())
}

/// Where the word with an index begins.
fn nth_word(text: &str, n: usize) -> Option<usize> {
    let mut begins = text
        .char_indices()
        .filter(|(at, c)| {
            !c.is_whitespace() && text[..*at].chars().next_back().is_none_or(char::is_whitespace)
        })
        .map(|(at, _)| at);
    begins.nth(n)
}

/// The stretch of text in which the value stands: the rest of the segment, more when the
/// value is on the next line or goes on there.
fn value_after(text: &Text, head: &[Segment<'_>], index: usize, behind: usize) -> Span {
    let segment = &head[index];
    let start = segment.span.start as usize + behind;
    let rest = segment.text[behind..].trim();
    let is_open = rest.is_empty() || rest.ends_with(['-', '/', '–', '&']);
    let next = head.get(index + 1).filter(|next| {
        let is_same_column = next.side == segment.side || next.side == crate::layout::Column::Full;
        is_open && is_same_column && next.line <= segment.line + 2
    });
    let between_is_blank = |next: &Segment<'_>| {
        let between = segment.span.end as usize..next.span.start as usize;
        text.as_str()[between].trim().is_empty()
    };
    match next.filter(|next| between_is_blank(next)) {
        Some(next) => Span::new(start, next.span.end as usize),
        None => Span::new(start, (segment.span.end as usize).max(start)),
    }
}

fn read_value(tables: &Tables, text: &Text, value: Span) -> Option<OwnNumber> {
    let raw = text.slice(value);
    let start = value.start as usize;
    let found = |parsed: Parsed, range: std::ops::Range<usize>| OwnNumber {
        printed: Some(parsed.printed.clone()),
        parsed: Some(parsed),
        span: Some(Span::new(start + range.start, start + range.end)),
        rule: "header.number",
        confidence: 0.99,
        ..OwnNumber::default()
    };
    if let Some(number) = find_numbers(tables, raw).into_iter().next()
        && raw[..number.range.start].chars().all(|c| !c.is_alphanumeric())
    {
        let range = number.range.clone();
        return Some(found(
            Parsed { number: number.number, printed: number.printed, repairs: number.repairs },
            range,
        ));
    }
    let lead = raw.len() - raw.trim_start().len();
    let trimmed = raw.trim();
    match DocNumber::parse(tables, trimmed) {
        Ok(parsed) => return Some(found(parsed, lead..lead + trimmed.len())),
        Err(NumberError::Blank { sign }) => {
            return Some(OwnNumber {
                blank_sign: Some(sign),
                span: Some(Span::new(start + lead, start + lead + trimmed.len())),
                rule: "header.number.blank",
                confidence: 0.9,
                ..OwnNumber::default()
            });
        }
        Err(NumberError::NotANumber { .. }) => {}
    }
    // `3070. /KH-UBND`: the number stamped before the printed sign.
    let tidied: String = trimmed.split_whitespace().collect();
    let tidied = tidied.replace("./", "/").replace("/ ", "/");
    if let Ok(parsed) = DocNumber::parse(tables, &tidied) {
        return Some(OwnNumber { confidence: 0.9, ..found(parsed, lead..lead + trimmed.len()) });
    }
    if let Some(sign) = unreadable_sign(tables, trimmed) {
        return Some(OwnNumber {
            blank_sign: Some(sign),
            is_unreadable: true,
            span: Some(Span::new(start + lead, start + lead + trimmed.len())),
            rule: "header.number.unreadable",
            confidence: 0.5,
            ..OwnNumber::default()
        });
    }
    other_number(trimmed).map(|printed| {
        let end = lead + printed.len();
        OwnNumber {
            printed: Some(printed.to_owned()),
            span: Some(Span::new(start + lead, start + end)),
            rule: "header.number.other",
            confidence: 0.6,
            ..OwnNumber::default()
        }
    })
}

/// The sign behind a scrawl, e.g. `J { /KH-SNV` where a serial was written by hand.
fn unreadable_sign(tables: &Tables, text: &str) -> Option<String> {
    let slash = text.find('/')?;
    let scrawl = text[..slash].trim();
    if scrawl.is_empty() || scrawl.chars().count() > MAX_SCRAWL_CHARS || scrawl.contains("  ") {
        return None;
    }
    let sign = text[slash..].split_whitespace().next()?;
    match DocNumber::parse(tables, sign) {
        Err(NumberError::Blank { sign }) => Some(sign),
        _ => None,
    }
}

/// A serial written by hand is read as at most so many characters.
const MAX_SCRAWL_CHARS: usize = 8;

/// A number of no known family with a separator: `004/2025`, `16/CGC.BT`.
fn other_number(text: &str) -> Option<&str> {
    let token = text.split_whitespace().next()?;
    let is_number = token.starts_with(|c: char| c.is_ascii_digit())
        && token.contains(['/', '-'])
        && token.ends_with(char::is_alphanumeric)
        && token.chars().all(|c| c.is_alphanumeric() || "/-.&".contains(c));
    (is_number && text.len() == token.len()).then_some(token)
}

/// A number alone in the head without its label, as where the label was lost.
fn unlabelled(tables: &Tables, head: &[Segment<'_>]) -> Option<OwnNumber> {
    for (index, segment) in head.iter().enumerate() {
        if !segment.text.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let Ok(parsed) = DocNumber::parse(tables, segment.text) else { continue };
        return Some(OwnNumber {
            printed: Some(parsed.printed.clone()),
            parsed: Some(parsed),
            blank_sign: None,
            is_unreadable: false,
            span: Some(segment.span),
            page: segment.page,
            at: Some(index),
            label_type: None,
            rule: "header.number.unlabelled",
            confidence: 0.8,
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::segment::segments;

    #[track_caller]
    fn check(plain: &str, expected: &str) {
        let text = Text::from_plain(plain);
        let tables = Tables::builtin();
        let own = read(tables, &text, &segments(tables, &text, 0, 50));
        let shown = match (&own.printed, &own.blank_sign) {
            (Some(printed), _) => printed.clone(),
            (None, Some(sign)) => format!("blank {sign}"),
            (None, None) => "-".to_owned(),
        };
        assert_eq!(shown, expected, "{plain}");
    }

    #[test]
    fn labels_of_all_kinds() {
        check("Số: 293/KH-SLĐTBXH", "293/KH-SLĐTBXH");
        // The Party prints no colon.
        check("Số 06-CT/TU", "06-CT/TU");
        check("Luật số: 12/2019/QH14", "12/2019/QH14");
        check("Nghị quyết số: 12/2019/QH14", "12/2019/QH14");
        // Label and value on different lines, and a number broken at its hyphen.
        check("Số:\n20/2020/QĐ-TTg", "20/2020/QĐ-TTg");
        check("Số: 143/STC-\nHCSN", "143/STC-HCSN");
        // Spaces inside and a stamped serial.
        check("Số: 3146 /QĐ-UBND", "3146/QĐ-UBND");
        check("Số: 2221/QĐ – UBND", "2221/QĐ-UBND");
        check("Số: 3070. /KH-UBND", "3070/KH-UBND");
        // Both columns on one line.
        check("Số: 12/KH-UBND   Vân Sơn, ngày 5 tháng 3 năm 2020", "12/KH-UBND");
        // No known family.
        check("Số: 004/2025", "004/2025");
        check("12/KH-UBND", "12/KH-UBND");
    }

    #[test]
    fn blanks_give_the_sign() {
        check("Số:      /BC-SLĐTBXH", "blank BC-SLĐTBXH");
        check("Số: …/QĐ-UBND", "blank QĐ-UBND");
        // Handwriting that recognition did not read.
        check("Số: J { /KH-SNV", "blank KH-SNV");
        check("số. 3; /QĐ-SNV", "blank QĐ-SNV");
        check("Số: /BC-SLĐTBXH   Vân Sơn, ngày   tháng 4 năm 2021", "blank BC-SLĐTBXH");
    }

    #[test]
    fn other_numbers_are_left_alone() {
        // Running text, an arrival stamp, a house number.
        check("Luật số 12/2019/QH14 về nhà ở được sửa đổi", "-");
        check("Số: 203", "-");
        check("Số 12, đường Vân Sơn", "-");
    }
}
