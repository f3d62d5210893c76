//! Footnotes at the foot of a page, and the raised numbers that refer to them.
//!
//! Both are written `[1]`: a raised digit glued to a number would change the number
//! (`Điều 5` with note 1 is not `Điều 51`). An exponent stays a digit: `m2`.

use std::collections::BTreeMap;

use super::{
    lines::{Line, needs_space},
    pieces::{Pieces, Shift},
};
use crate::layout::BBox;

/// Notes are set in at most this part of the size of the body.
const NOTE_SIZE: f32 = 0.94;
/// Length in points of the line that office programs draw over the notes.
const SEPARATOR: std::ops::RangeInclusive<f32> = 60.0..=260.0;

/// What pieces say instead of their own characters, by index.
pub(super) type Rewrites = BTreeMap<usize, String>;

/// The index of the first line that belongs to the notes; `lines` are top to bottom, without
/// running feet.
///
/// Notes begin at a raised number, or under a short ruling line. They are set smaller than
/// the body; where they are not, both signs must be there.
pub(super) fn start(lines: &[Line], all: &Pieces, body_size: f32, rules: &[BBox]) -> Option<usize> {
    let is_small = |line: &Line| line.size <= NOTE_SIZE * body_size;
    let n_small = lines.iter().rev().take_while(|line| is_small(line)).count();
    (1..lines.len()).find(|&index| {
        let line = &lines[index];
        let is_separated = is_separated(&lines[index - 1], line, rules);
        let is_marked = mark(line, all).is_some();
        if index >= lines.len() - n_small {
            is_marked || is_separated
        } else {
            is_marked && is_separated
        }
    })
}

/// Where each note begins among the lines of the notes, the first at 0.
pub(super) fn cut(lines: Vec<Line>, all: &Pieces) -> Vec<Vec<Line>> {
    let mut notes: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        if notes.is_empty() || mark(&line, all).is_some() {
            notes.push(Vec::new());
        }
        notes.last_mut().expect("one was pushed when there was none").push(line);
    }
    notes
}

/// What the marks of the notes say.
pub(super) fn rewrite_marks(notes: &[Vec<Line>], all: &Pieces, rewrites: &mut Rewrites) {
    for note in notes {
        let Some(line) = note.first() else { continue };
        let Some((piece, number)) = mark(line, all) else { continue };
        let is_spaced = line.pieces.get(1).is_none_or(|&next| needs_space(all, piece, next));
        rewrites
            .insert(piece, if is_spaced { format!("[{number}]") } else { format!("[{number}] ") });
    }
}

/// What the raised numbers of a line of the body say.
pub(super) fn rewrite_references(line: &Line, all: &Pieces, rewrites: &mut Rewrites) {
    for (index, &piece) in line.pieces.iter().enumerate() {
        let text = all.text_of(piece);
        if all.list[piece].shifted != Shift::Raised || !is_number(text) {
            continue;
        }
        let before = index.checked_sub(1).map_or("", |before| all.text_of(line.pieces[before]));
        if !is_exponent(before, text) {
            rewrites.insert(piece, format!("[{text}]"));
        }
    }
}

/// The mark that begins a note: a raised number, or a number in front of a note.
fn mark<'a>(line: &Line, all: &'a Pieces) -> Option<(usize, &'a str)> {
    let piece = *line.pieces.first()?;
    let text = all.text_of(piece);
    (is_number(text) && line.pieces.len() > 1 && all.list[piece].shifted == Shift::Raised)
        .then_some((piece, text))
}

/// Whether a short ruling line stands between two lines of text.
fn is_separated(above: &Line, below: &Line, rules: &[BBox]) -> bool {
    rules.iter().any(|rule| {
        let middle = (rule.y0 + rule.y1) / 2.0;
        SEPARATOR.contains(&(rule.x1 - rule.x0))
            && middle > above.y + 0.3 * above.size
            && middle < below.y - 0.5 * below.size
            && (rule.x0 - below.x0).abs() < 40.0
    })
}

fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the digit raises a unit of length: m², km³.
fn is_exponent(before: &str, text: &str) -> bool {
    let unit_start = before
        .rfind(|c: char| !c.is_alphabetic())
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let unit = &before[unit_start..];
    matches!(text, "2" | "3")
        && matches!(unit, "m" | "M" | "dm" | "cm" | "mm" | "km" | "hm" | "dam")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_not_notes() {
        assert!(is_exponent("m", "2"));
        assert!(is_exponent("120m", "3"));
        assert!(is_exponent("đ/km", "2"));
        assert!(!is_exponent("năm", "2")); // a word that ends in m
        assert!(!is_exponent("m", "4"));
        assert!(!is_exponent("Điều 5", "1"));
    }
}
