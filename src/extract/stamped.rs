//! Numbers and days that a registry program stamps over the blanks of a PDF: they are
//! annotations, apart from the text, on the line of the blank.
//!
//! ```text
//! Số:      /QĐ-UBND          Vân Sơn, ngày    tháng    năm 2025      text
//!     3146                                 12       5                stamp
//! ```
//! Must not guess: there are exactly as many stamped figures as blanks on that line, or none
//! is used.

use crate::{
    domain::{
        date::PartialDate,
        doc_number::DocNumber,
        found::{Found, Span},
        tables::Tables,
    },
    extract::{number::OwnNumber, place_date::PlaceDate},
    layout::{BBox, BlockKind},
    text::Text,
};

/// A stamped figure has at most so many digits.
const MAX_DIGITS: usize = 6;

/// How much of the height of the lower one two lines of one baseline share.
const MIN_OVERLAP: f32 = 0.5;

/// Fills the blank number and the blank day and month from stamps.
pub(super) fn fill(
    tables: &Tables,
    text: &Text,
    number: &mut OwnNumber,
    place_date: &mut PlaceDate,
) {
    let number_box = number.blank_sign.as_ref().and(number.span).and_then(|s| box_at(text, s));
    let blanks = place_date.issued_on.as_ref().map_or(0, n_date_blanks);
    let date_box = place_date
        .issued_on
        .as_ref()
        .filter(|_| blanks > 0)
        .and_then(|date| box_at(text, date.span));
    if number_box.is_none() && date_box.is_none() {
        return;
    }
    for line in text.lines.iter().filter(|line| line.kind == BlockKind::Stamp) {
        let Some((page, stamp)) = line.bbox.map(|bbox| (line.page, bbox)) else { continue };
        let Some(figures) = figures(text.slice(line.span)) else { continue };
        let on_line = |other: Option<(u32, BBox)>| {
            other.is_some_and(|(other_page, other)| other_page == page && share_line(stamp, other))
        };
        let on_number = number.blank_sign.is_some() && on_line(number_box);
        let on_date = on_line(date_box);
        let n_blanks = usize::from(on_number) + if on_date { blanks } else { 0 };
        // A stamp over the number alone does not count the blanks of the date beside it.
        let over_number_alone =
            on_number && number_box.is_some_and(|(_, number)| stamp.x1 <= number.x1);
        if over_number_alone && figures.len() == 1 {
            fill_number(tables, number, figures[0]);
        } else if n_blanks > 0 && figures.len() == n_blanks {
            let mut rest = figures.as_slice();
            if on_number {
                fill_number(tables, number, rest[0]);
                rest = &rest[1..];
            }
            if on_date {
                fill_date(place_date, rest);
            }
        }
    }
}

/// The figures of a stamp that holds nothing else.
fn figures(stamp: &str) -> Option<Vec<&str>> {
    let figures: Vec<&str> = stamp.split_whitespace().collect();
    let is_figure =
        |word: &&str| word.len() <= MAX_DIGITS && word.bytes().all(|b| b.is_ascii_digit());
    figures.iter().all(is_figure).then_some(figures)
}

/// How many of day and month are blank before a printed year.
fn n_date_blanks(date: &Found<PartialDate>) -> usize {
    usize::from(date.value.month().is_none()) + usize::from(date.value.day().is_none())
}

fn box_at(text: &Text, span: Span) -> Option<(u32, BBox)> {
    let line = text.line_at(span.start as usize)?;
    Some((line.page, line.bbox?))
}

fn share_line(one: BBox, other: BBox) -> bool {
    let shared = one.y1.min(other.y1) - one.y0.max(other.y0);
    let height = (one.y1 - one.y0).min(other.y1 - other.y0);
    height > 0.0 && shared >= height * MIN_OVERLAP
}

fn fill_number(tables: &Tables, number: &mut OwnNumber, serial: &str) {
    let Some(sign) = number.blank_sign.clone() else { return };
    let separator = if sign.contains('/') { '-' } else { '/' };
    let Ok(parsed) = DocNumber::parse(tables, &format!("{serial}{separator}{sign}")) else {
        return;
    };
    number.printed = Some(parsed.printed.clone());
    number.parsed = Some(parsed);
    number.blank_sign = None;
    number.rule = "header.number.stamped";
    number.confidence = 0.9;
}

fn fill_date(place_date: &mut PlaceDate, figures: &[&str]) {
    let Some(date) = &mut place_date.issued_on else { return };
    let mut figures = figures.iter().filter_map(|figure| figure.parse::<u8>().ok());
    let (day, month) = match date.value.month() {
        Some(month) => (figures.next(), Some(month)),
        None => (figures.next(), figures.next()),
    };
    let whole =
        day.zip(month).and_then(|(day, month)| PartialDate::day_of(date.value.year(), month, day));
    if let Some(whole) = whole {
        date.value = whole;
        date.rule = "header.place_date.stamped".to_owned();
        date.confidence = 0.9;
        place_date.warnings.retain(|warning| warning.code != "incomplete_date");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        extract::{number, place_date, segment::segments},
        layout::{Block, Layout, Line, Page, Run, Style},
        text::normalise,
    };

    /// Lines as `(text, x0, y0, x1, is stamp)`, 14 points high.
    fn text_of(lines: &[(&str, f32, f32, f32, bool)]) -> Text {
        let block = |&(text, x0, y0, x1, is_stamp): &(&str, f32, f32, f32, bool)| Block {
            kind: if is_stamp { BlockKind::Stamp } else { BlockKind::Paragraph },
            lines: vec![Line {
                runs: vec![Run { text: text.to_owned(), style: 0 }],
                bbox: Some(BBox { x0, y0, x1, y1: y0 + 14.0 }),
            }],
            ..Block::default()
        };
        let blocks = lines.iter().map(block).collect();
        let page = Page { number: 1, blocks, ..Page::default() };
        normalise(&Layout { pages: vec![page], styles: vec![Style::default()] }).0
    }

    #[track_caller]
    fn check(stamps: &[(&str, f32, f32, f32, bool)], expected: &str) {
        let mut lines = vec![
            ("Số: /QĐ-UBND", 110.0, 100.0, 230.0, false),
            ("Vân Sơn, ngày tháng năm 2025", 300.0, 98.0, 490.0, false),
        ];
        lines.extend_from_slice(stamps);
        let text = text_of(&lines);
        let tables = Tables::builtin();
        let head = segments(tables, &text, 0, 20);
        let mut number = number::read(tables, &text, &head);
        let mut date = place_date::read(&text, &head);
        fill(tables, &text, &mut number, &mut date);
        let shown = format!(
            "{} {}",
            number.printed.unwrap_or("-".to_owned()),
            date.issued_on.map_or("-".to_owned(), |date| date.value.to_string())
        );
        assert_eq!(shown, expected);
    }

    #[test]
    fn stamps_fill_blanks() {
        check(&[("3146 12 5", 132.0, 101.0, 432.0, true)], "3146/QĐ-UBND 2025-05-12");
        check(&[("3146", 132.0, 101.0, 160.0, true)], "3146/QĐ-UBND 2025");
        check(
            &[("3146", 132.0, 101.0, 160.0, true), ("12 5", 380.0, 98.0, 440.0, true)],
            "3146/QĐ-UBND 2025-05-12",
        );
    }

    #[test]
    fn other_stamps_do_not() {
        // Another line, words, another count, a day that does not exist.
        check(&[("3146 12 5", 132.0, 301.0, 432.0, true)], "- 2025");
        check(&[("Ký bởi 10 6", 132.0, 101.0, 432.0, true)], "- 2025");
        check(&[("3146 12", 132.0, 101.0, 432.0, true)], "- 2025");
        check(&[("3146 31 6", 132.0, 101.0, 432.0, true)], "3146/QĐ-UBND 2025");
    }
}
