//! Span → boxes: where the characters of a span stand on a page, as far as its lines are placed.
//!
//! A layout places lines. Where the printed words of the page are at hand, the letters are found
//! among them; where not, they are reckoned from the usual widths of letters, right to a letter
//! or two.

use unicode_normalization::{
    UnicodeNormalization,
    char::{decompose_canonical, is_combining_mark},
};

use crate::{
    domain::found::Span,
    layout::{BBox, PrintedWord},
    text::{Text, TextLine},
};

/// What a box is widened by on either side, relative to its height.
const MARGIN: f32 = 0.1;

impl Text {
    /// The boxes that cover a span on a page, one a line, in points from the top left corner of
    /// the displayed page. `words` are those printed on the page, in any order, or none. Lines
    /// that the format does not place have no box.
    pub fn boxes(&self, span: Span, page: u32, words: &[PrintedWord]) -> Vec<BBox> {
        let first = self.lines.partition_point(|line| line.span.end <= span.start);
        let reached = self.lines[first..].iter().take_while(|line| line.span.start < span.end);
        let mut boxes = Vec::new();
        for line in reached.filter(|line| line.page == page) {
            let covered =
                Span { start: span.start.max(line.span.start), end: span.end.min(line.span.end) };
            let Some(bbox) = line.bbox.filter(|_| covered.start < covered.end) else { continue };
            let reckoned = self.reckoned(line, bbox, covered);
            let (x0, x1) = self.printed(line, bbox, covered, reckoned, words).unwrap_or(reckoned);
            let margin = MARGIN * (bbox.y1 - bbox.y0).abs();
            boxes.push(BBox { x0: x0 - margin, x1: x1 + margin, ..bbox });
        }
        boxes
    }

    /// From where to where a part of a line goes, by the usual widths of its letters.
    fn reckoned(&self, line: &TextLine, bbox: BBox, part: Span) -> (f32, f32) {
        let before = self.slice(Span { start: line.span.start, end: part.start });
        let whole = width(self.slice(line.span));
        let scale = if whole > 0.0 { (bbox.x1 - bbox.x0) / whole } else { 0.0 };
        let x0 = bbox.x0 + width(before) * scale;
        (x0, x0 + width(self.slice(part)) * scale)
    }

    /// From where to where a part of a line is printed: of the places where its letters follow
    /// each other, that nearest to where it is reckoned to be.
    fn printed(
        &self,
        line: &TextLine,
        bbox: BBox,
        part: Span,
        reckoned: (f32, f32),
        words: &[PrintedWord],
    ) -> Option<(f32, f32)> {
        let printed = letters_in(bbox, words);
        let wanted: Vec<char> = letters(self.slice(part)).collect();
        let n = wanted.len();
        if n == 0 || printed.len() < n {
            return None;
        }
        let place = |at: usize| (printed[at].x0, printed[at + n - 1].x1);
        let alike = (0..=printed.len() - n)
            .filter(|at| printed[*at..].iter().zip(&wanted).all(|(a, b)| a.letter == *b))
            .min_by(|a, b| {
                let distance = |at: usize| (place(at).0 - reckoned.0).abs();
                distance(*a).total_cmp(&distance(*b))
            });
        // Letters that were decoded from an old font differ, but there are as many of them.
        let counted = || {
            let before = Span { start: line.span.start, end: part.start };
            let n_before = letters(self.slice(before)).count();
            (letters(self.slice(line.span)).count() == printed.len()).then_some(n_before)
        };
        alike.or_else(counted).map(place)
    }
}

/// A printed letter.
struct Letter {
    letter: char,
    x0: f32,
    x1: f32,
}

/// What of a text is seen.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.nfc().filter(|letter| !letter.is_whitespace())
}

/// The letters printed on a line, from left to right.
fn letters_in(line: BBox, words: &[PrintedWord]) -> Vec<Letter> {
    let is_on = |word: &&PrintedWord| {
        let (x, y) = ((word.bbox.x0 + word.bbox.x1) / 2.0, (word.bbox.y0 + word.bbox.y1) / 2.0);
        (line.x0 - 1.0..=line.x1 + 1.0).contains(&x) && (line.y0..=line.y1).contains(&y)
    };
    let mut on_line: Vec<&PrintedWord> = words.iter().filter(is_on).collect();
    on_line.sort_by(|a, b| a.bbox.x0.total_cmp(&b.bbox.x0));
    let mut printed = Vec::new();
    for word in on_line {
        let whole = width(&word.text);
        let scale = if whole > 0.0 { (word.bbox.x1 - word.bbox.x0) / whole } else { 0.0 };
        let mut x0 = word.bbox.x0;
        for letter in word.text.nfc() {
            let x1 = x0 + f32::from(advance(letter)) * scale;
            if !letter.is_whitespace() {
                printed.push(Letter { letter, x0, x1 });
            }
            x0 = x1;
        }
    }
    printed
}

/// The width of a text in a usual font, in thousandths of its size.
fn width(text: &str) -> f32 {
    text.chars().map(|letter| f32::from(advance(letter))).sum()
}

/// The advance width of a letter.
///
/// # Source
/// The metrics of Times Roman among Adobe's core fonts; the official font of administrative
/// documents is Times New Roman (Nghị định 30/2020/NĐ-CP, Phụ lục I). Marks above and below a
/// letter have no width.
fn advance(letter: char) -> u16 {
    let mut base = None;
    decompose_canonical(letter, |part| base = base.or(Some(part)));
    match base.unwrap_or(letter) {
        part if is_combining_mark(part) => 0,
        ' ' | '.' | ',' | '\u{a0}' => 250,
        'i' | 'j' | 'l' | 't' | ':' | ';' | '/' | '\'' | '|' => 278,
        'f' | 'r' | 'I' | '-' | '(' | ')' | '[' | ']' => 333,
        's' | 'J' => 389,
        'a' | 'c' | 'e' | 'z' | '"' | '“' | '”' => 444,
        'w' | 'A' | 'D' | 'G' | 'H' | 'K' | 'N' | 'O' | 'Q' | 'U' | 'V' | 'X' | 'Y' | 'Đ' => 722,
        'B' | 'C' | 'R' => 667,
        'E' | 'L' | 'T' | 'Z' => 611,
        'F' | 'P' | 'S' => 556,
        'm' => 778,
        'M' => 889,
        'W' => 944,
        '—' | '…' => 1000,
        _ => 500,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Block, Layout, Line, Page, Run, Style};

    fn text(lines: &[(&str, BBox)]) -> Text {
        let lines = lines.iter().map(|(text, bbox)| Line {
            runs: vec![Run { text: (*text).to_owned(), style: 0 }],
            bbox: Some(*bbox),
        });
        let blocks = vec![Block { lines: lines.collect(), ..Block::default() }];
        let pages = vec![Page { number: 1, blocks, ..Page::default() }];
        super::super::normalise(&Layout { pages, styles: vec![Style::default()] }).0
    }

    /// The box of the first `what`, in whole points.
    #[track_caller]
    fn check(lines: &[(&str, BBox)], words: &[PrintedWord], what: &str, expected: &[[i32; 4]]) {
        let text = text(lines);
        let start = text.as_str().find(what).unwrap();
        let boxes: Vec<[i32; 4]> = text
            .boxes(Span::new(start, start + what.len()), 1, words)
            .iter()
            .map(|b| [b.x0, b.y0, b.x1, b.y1].map(|number| number.round() as i32))
            .collect();
        assert_eq!(boxes, expected, "{what}");
    }

    #[test]
    fn words_are_found_within_their_line() {
        let line = BBox { x0: 100.0, y0: 50.0, x1: 200.0, y1: 60.0 };
        let below = BBox { y0: 64.0, y1: 74.0, ..line };
        check(&[("nnnnnnnnnn", line)], &[], "nnnnnnnnnn", &[[99, 50, 201, 60]]); // with its margin
        check(&[("nnnnnooooo", line)], &[], "ooooo", &[[149, 50, 201, 60]]);
        check(&[("nnnnnooooo", line)], &[], "n", &[[99, 50, 111, 60]]);
        // A mark takes no room of its own.
        check(&[("ôốộnnooooo", line)], &[], "nn", &[[129, 50, 151, 60]]);
        // From one line into the next; a space is half as wide as these letters.
        check(
            &[("nnnnnooooo", line), ("ooooonnnnn", below)],
            &[],
            "ooooo\nooooo",
            &[[149, 50, 201, 60], [99, 64, 151, 74]],
        );
    }

    #[test]
    fn words_are_found_where_they_are_printed() {
        let line = BBox { x0: 100.0, y0: 50.0, x1: 200.0, y1: 60.0 };
        let above = BBox { y0: 30.0, y1: 40.0, ..line };
        let word = |text: &str, x0: f32, x1: f32, on: BBox| PrintedWord {
            text: text.to_owned(),
            bbox: BBox { x0, x1, ..on },
        };
        // Far apart, in another order, with loose marks; and the same word on another line.
        let words = [
            word("thi", 180.0, 200.0, line),
            word("co\u{302}ng", 150.0, 160.0, line),
            word("thi", 100.0, 110.0, line),
            word("công", 120.0, 130.0, above),
        ];
        let lines = [("thi công thi", line)];
        check(&lines, &words, "công", &[[149, 50, 161, 60]]);
        check(&lines, &words, "thi", &[[99, 50, 111, 60]]);
        check(&lines, &words, "công thi", &[[149, 50, 201, 60]]);
        // The letters of an old font: as many as were decoded, whatever they are.
        let old = [
            word("thi", 100.0, 110.0, line),
            word("c«ng", 150.0, 160.0, line),
            word("thi", 180.0, 200.0, line),
        ];
        check(&lines, &old, "công", &[[149, 50, 161, 60]]);
        // Fewer than there are in the text: as without any.
        check(&[("nnnnnooooo", line)], &words[..2], "ooooo", &[[149, 50, 201, 60]]);
    }

    #[test]
    fn lines_without_a_place_have_no_box() {
        let text = Text::from_plain("Kế hoạch");
        assert_eq!(text.boxes(Span::new(0, 5), 1, &[]), []);
    }
}
