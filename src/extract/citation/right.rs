//! What stands behind a number: date, issuer and term, in any order.

use std::ops::Range;

use super::{
    body::body_after,
    words::{word_after, words_after},
};
use crate::domain::{
    date_phrase::{DateForm, DatePhrase, parse_date_at},
    tables::Tables,
};

/// What stands behind a number.
#[derive(Debug, Clone, Default)]
pub(super) struct Right {
    /// The date beside the number.
    pub(super) date: Option<DatePhrase>,
    /// The body named as issuer.
    pub(super) body: Option<Range<usize>>,
    /// Ordinal of the Party's term, e.g. `XI`.
    pub(super) term: Option<String>,
    /// Just past all of them.
    pub(super) end: usize,
}

/// Reads date, issuer and term behind `end`.
pub(super) fn right_of(tables: &Tables, text: &str, end: usize) -> Right {
    let mut right = Right { end: past_note_mark(text, end), ..Right::default() };
    for _ in 0..3 {
        if right.date.is_none()
            && let Some((date, end)) = date_after(text, right.end)
        {
            right.date = Some(date);
            right.end = past_note_mark(text, end);
            continue;
        }
        if right.body.is_none()
            && let Some(body) = body_after(tables, text, right.end)
        {
            right.term = term_in(&text[body.range.clone()]);
            right.body = Some(body.range);
            right.end = past_note_mark(text, body.end);
            continue;
        }
        break;
    }
    right
}

/// Past the mark of a footnote, `[1]`.
fn past_note_mark(text: &str, at: usize) -> usize {
    let Some(rest) = text[at..].strip_prefix('[') else { return at };
    let n = rest.bytes().take(4).take_while(u8::is_ascii_digit).count();
    if n > 0 && rest[n..].starts_with(']') { at + n + 2 } else { at }
}

/// A date at `at`, behind at most a comma or an opening bracket.
pub(super) fn date_after(text: &str, at: usize) -> Option<(DatePhrase, usize)> {
    let first = word_after(text, at)?;
    let mark = if matches!(first.text, "," | "(") { first.text } else { "" };
    let start = if mark.is_empty() { first.start } else { word_after(text, first.end)?.start };
    let date = parse_date_at(text, start).filter(|date| date.range.start == start)?;
    let is_date_of_it = match date.form {
        DateForm::Words | DateForm::Numeric | DateForm::ShortYear => true,
        // `…, tháng 5 năm 2020 tỉnh đã` is the next clause.
        DateForm::Month | DateForm::Year => mark.is_empty(),
        // `ngày 28/8`: read over, so that the issuer behind it is found.
        DateForm::NoYear => mark.is_empty(),
        DateForm::Quarter => false,
    };
    // `năm 2016 - 2020`, `năm 2016 đến`: a period, not a date.
    let is_range = matches!(date.form, DateForm::Year)
        && word_after(text, date.range.end)
            .is_some_and(|next| matches!(next.text, "-" | "–" | "đến"));
    if !is_date_of_it || is_range {
        return None;
    }
    let mut end = date.range.end;
    if mark == "(" {
        end = words_after(text, end, &[")"])?;
    }
    Some((date, end))
}

/// The ordinal in `Bộ Chính trị (khóa XI)`.
fn term_in(body: &str) -> Option<String> {
    let at = body.find("khóa").or_else(|| body.find("khoá"))?;
    let ordinal = word_after(body, at + "khóa".len())?.text;
    ordinal.bytes().all(|b| matches!(b, b'I' | b'V' | b'X')).then(|| ordinal.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, date: &str, body: &str, end: &str) {
        let right = right_of(Tables::builtin(), text, 0);
        let found = right.date.and_then(|date| date.date).map(|date| date.to_string());
        assert_eq!(found.unwrap_or_default(), date);
        assert_eq!(right.body.map(|range| &text[range]).unwrap_or_default(), body);
        assert_eq!(&text[right.end..], end);
    }

    #[test]
    fn in_any_order() {
        check(" ngày 05/3/2020 của Chính phủ về", "2020-03-05", "Chính phủ", " về");
        check(" của Chính phủ ngày 05 tháng 03 năm 2020 về", "2020-03-05", "Chính phủ", " về");
        check(", ngày 05/12/2013 của Bộ Tài chính; và", "2013-12-05", "Bộ Tài chính", "; và");
        check(" 19/02/2025;", "2025-02-19", "", ";"); // without the word
        check(" (ngày 05/3/2020) của UBND tỉnh", "2020-03-05", "UBND tỉnh", "");
        check("[1] ngày 05/3/2020[2]", "2020-03-05", "", "");
        check(" năm 2008 và", "2008", "", " và");
        check(", năm 2008 tỉnh đã", "", "", ", năm 2008 tỉnh đã"); // the next clause
        check(" năm 2016 - 2020", "", "", " năm 2016 - 2020"); // a period
        check(" có hiệu lực từ ngày 05/3/2020", "", "", " có hiệu lực từ ngày 05/3/2020");
        check("", "", "", "");
    }
}
