//! Texts re-typed without their letterhead: `QUYẾT ĐỊNH / CỦA BỘ TÀI CHÍNH SỐ 12/2010/TT-BTC
//! NGÀY 19 THÁNG 01 NĂM 2010`, then the title.
//!
//! Must not take a title that merely begins with `Của` for this line.

use crate::{
    domain::{
        date::PartialDate,
        date_phrase::parse_date_at,
        doc_number::{Parsed, find_numbers},
        found::{Found, Span},
        tables::{Tables, name_key},
    },
    extract::{
        doc_type::TypeLine,
        issuer::{self, Body},
        number::OwnNumber,
        phrase,
        segment::Segment,
    },
    text::Text,
};

/// What the line says.
#[derive(Debug, Clone)]
pub(super) struct Retyped {
    pub(super) number: OwnNumber,
    pub(super) issuer: Option<Body>,
    pub(super) issued_on: Option<Found<PartialDate>>,
    /// Where the title begins: a segment and the byte in it.
    pub(super) end: (usize, usize),
}

/// The line is at most so many segments long.
const MAX_SEGMENTS: usize = 5;

/// Reads the line that follows the type line, on the same line or below it.
pub(super) fn read(
    tables: &Tables,
    text: &Text,
    head: &[Segment<'_>],
    line: TypeLine<'_>,
) -> Option<Retyped> {
    let on_line = head[line.at].text[line.rest..].trim_start();
    let first = if on_line.is_empty() { line.at + 1 } else { line.at };
    let start = match on_line.is_empty() {
        true => head.get(first)?.span.start as usize,
        false => head[line.at].span.end as usize - on_line.len(),
    };
    let last = head.get((first + MAX_SEGMENTS).min(head.len()).checked_sub(1)?)?;
    let end = (last.span.end as usize).max(start);
    let string = text.as_str();
    let statement = &string[start..end];
    if !phrase::is_caps(statement.lines().next().unwrap_or_default()) {
        return None;
    }
    let begins_with_issuer = phrase::begins_with(&name_key(statement), "cua");
    let label = label_in(statement);
    if !begins_with_issuer && label != Some(0) {
        return None;
    }
    let first_line_end = statement.find('\n').unwrap_or(statement.len());
    let name_end = label.unwrap_or(first_line_end);
    let mut retyped = Retyped {
        number: OwnNumber::default(),
        issuer: begins_with_issuer.then(|| issuer_of(tables, text, start, name_end)).flatten(),
        issued_on: None,
        end: (0, 0),
    };
    let mut consumed = name_end;
    if let Some(label) = label {
        let (number, number_end) = number_after(tables, statement, label)?;
        consumed = number_end;
        retyped.number = OwnNumber {
            span: number.span.map(|span| shifted(span, start)),
            page: head[first].page,
            at: Some(first),
            ..number
        };
        let date_at = statement[consumed..].find(|c: char| c.is_alphanumeric());
        let date_at = consumed + date_at.unwrap_or(0);
        if let Some(phrase) = parse_date_at(statement, date_at) {
            consumed = phrase.range.end;
            let span = shifted(Span::new(phrase.range.start, phrase.range.end), start);
            retyped.issued_on = phrase.date.map(|date| Found {
                value: date,
                raw: text.slice(span).to_owned(),
                key: None,
                page: head[first].page,
                span,
                rule: "header.retyped".to_owned(),
                confidence: 0.95,
            });
        }
    }
    let is_line = retyped.issuer.is_some() || retyped.issued_on.is_some();
    let behind = start + consumed;
    // The title may go on behind the date, on its line.
    let at = head.iter().position(|segment| segment.span.end as usize > behind);
    retyped.end = at.map_or((head.len(), 0), |at| {
        let offset = behind.saturating_sub(head[at].span.start as usize);
        (at, offset)
    });
    is_line.then_some(retyped)
}

fn shifted(span: Span, by: usize) -> Span {
    Span::new(span.start as usize + by, span.end as usize + by)
}

/// Where `SỐ` stands in the statement, as a word and before a digit.
fn label_in(statement: &str) -> Option<usize> {
    statement.match_indices(['S', 's']).map(|(at, _)| at).find(|at| {
        let is_word = statement[..*at].chars().next_back().is_none_or(char::is_whitespace);
        is_word
            && phrase::number_label(&statement[*at..]).is_some_and(|end| {
                statement[at + end..].trim_start().starts_with(|c: char| c.is_ascii_digit())
            })
    })
}

/// The number behind the label, also a bare one: `SỐ 70 NGÀY 1 THÁNG 12 NĂM 1945`.
fn number_after(tables: &Tables, statement: &str, label: usize) -> Option<(OwnNumber, usize)> {
    let behind = label + phrase::number_label(&statement[label..])?;
    let value_at = behind + statement[behind..].find(|c: char| !c.is_whitespace())?;
    let own = |printed: String, parsed: Option<Parsed>, end: usize, confidence: f32| OwnNumber {
        printed: Some(printed),
        parsed,
        span: Some(Span::new(value_at, end)),
        rule: "header.retyped",
        confidence,
        ..OwnNumber::default()
    };
    if let Some(number) = find_numbers(tables, &statement[value_at..]).into_iter().next()
        && number.range.start == 0
    {
        let end = value_at + number.range.end;
        let parsed = Parsed {
            number: number.number,
            printed: number.printed.clone(),
            repairs: number.repairs,
        };
        return Some((own(number.printed, Some(parsed), end, 0.97), end));
    }
    let n_digits = statement[value_at..].bytes().take_while(u8::is_ascii_digit).count();
    let end = value_at + n_digits;
    let is_bare = n_digits > 0 && parse_date_at(statement, end).is_some();
    is_bare.then(|| (own(statement[value_at..end].to_owned(), None, end, 0.85), end))
}

/// The body between `CỦA` and the number; of a minister the ministry.
fn issuer_of(tables: &Tables, text: &Text, start: usize, end: usize) -> Option<Body> {
    let string = text.as_str();
    let statement = &string[start..start + end];
    let name_at = statement.find(char::is_whitespace)? + 1;
    let name = statement[name_at..].trim_end();
    let key = name_key(name);
    let mut offset = name_at;
    if tables.issuer_by_name(&key).is_none()
        && let Some((_, n_words)) = tables.position_by_name(&key)
    {
        let rest = name.splitn(n_words + 1, char::is_whitespace).nth(n_words);
        if let Some(rest) = rest.filter(|rest| tables.body_head(&name_key(rest)).is_some()) {
            offset = name_at + (name.len() - rest.len());
        }
    }
    let value = statement[offset..].trim();
    let at = start + offset + (statement[offset..].len() - statement[offset..].trim_start().len());
    let span = Span::new(at, at + value.len());
    issuer::named(tables, value, span, text.page_at(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{doc_type, segment::segments};

    #[track_caller]
    fn check(plain: &str, expected: &str) {
        let text = Text::from_plain(plain);
        let tables = Tables::builtin();
        let head = segments(tables, &text, 0, 50);
        let line = doc_type::find(tables, &head, 0).expect("the text has a type line");
        let shown = read(tables, &text, &head, line).map_or("-".to_owned(), |found| {
            format!(
                "{} | {} | {} | {}",
                found.number.printed.unwrap_or_default(),
                found.issuer.map(|body| body.name).unwrap_or_default(),
                found.issued_on.map(|date| date.value.to_string()).unwrap_or_default(),
                head.get(found.end.0)
                    .map_or("", |segment| segment.text[found.end.1..].trim_start()),
            )
        });
        assert_eq!(shown.trim_end(), expected, "{plain}");
    }

    #[test]
    fn lines_of_retyped_texts() {
        check(
            "THÔNG TƯ\nCỦA BỘ NỘI VỤ SỐ 03/2010/TT-BNV\nNGÀY 19 THÁNG 01 NĂM 2010\nQUY ĐỊNH MỘT SỐ ĐIỀU",
            "03/2010/TT-BNV | Bộ Nội vụ | 2010-01-19 | QUY ĐỊNH MỘT SỐ ĐIỀU",
        );
        check(
            "QUYẾT ĐỊNH\nCỦA BỘ TRƯỞNG BỘ NỘI VỤ SỐ 3/QĐ-BNV NGÀY 19/01/2010\nVỀ VIỆC",
            "3/QĐ-BNV | Bộ Nội vụ | 2010-01-19 | VỀ VIỆC",
        );
        // The title goes on on the line.
        check(
            "NGHỊ ĐỊNH\nCỦA CHÍNH PHỦ SỐ 36/CP NGÀY 23/5/1993 QUY ĐỊNH TẠM THỜI",
            "36/CP | Chính phủ | 1993-05-23 | QUY ĐỊNH TẠM THỜI",
        );
        check(
            "SẮC LỆNH\nCỦA CHỦ TỊCH CHÍNH PHỦ LÂM THỜI\nSỐ 12 NGÀY 1 THÁNG 12 NĂM 1945",
            "12 | Chủ tịch Chính phủ lâm thời | 1945-12-01 |",
        );
        check(
            "QUYẾT ĐỊNH SỐ 12/QĐ-TTG NGÀY 5/3/2020\nVỀ VIỆC",
            "12/QĐ-TTG |  | 2020-03-05 | VỀ VIỆC",
        );
    }

    #[test]
    fn titles_are_left_alone() {
        check("BÁO CÁO\nSố liệu tháng 3", "-");
        check("KẾ HOẠCH\nTRIỂN KHAI QUYẾT ĐỊNH SỐ 12/QĐ-TTG NGÀY 5/3/2020", "-");
    }
}
