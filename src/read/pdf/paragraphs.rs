//! Lines of one column → paragraphs: where one ends and the next begins.

use super::{
    columns::Margins,
    lines::Line,
    pieces::{Pieces, Shift},
};
use crate::layout::Style;

/// A line further below the one before it than the usual distance times this begins a paragraph.
const WIDE: f32 = 1.22;
/// A first line is indented by at least this many ems.
const INDENT: f32 = 0.7;

/// Lines that belong together.
#[derive(Debug)]
pub(super) struct Paragraph {
    pub lines: Vec<Line>,
    pub centred: bool,
}

/// How most of the characters of a line look.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    bold: bool,
    italic: bool,
    size: f32,
}

/// Cuts the lines of a column, top to bottom, into paragraphs.
///
/// `is_narrow` is a column of a head or foot: its margins are those of its own lines, and
/// centred is what shares a centre.
pub(super) fn cut(
    lines: Vec<Line>,
    all: &Pieces,
    styles: &[Style],
    margins: Margins,
    is_narrow: bool,
) -> Vec<Paragraph> {
    let center = if is_narrow { common_center(&lines) } else { None };
    let is_centred = |line: &Line| match center {
        Some(center) => (line.center() - center).abs() < 0.5 * line.size,
        None if is_narrow => false,
        None => is_between(line, margins),
    };
    let pitch = usual_distance(&lines);
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    for line in lines {
        let centred = is_centred(&line);
        let goes_on = paragraphs.last().is_some_and(|paragraph| {
            let before = &paragraph.lines[paragraph.lines.len() - 1];
            centred == paragraph.centred
                && continues(before, &line, paragraph, all, styles, margins, pitch, is_narrow)
        });
        match paragraphs.last_mut() {
            Some(paragraph) if goes_on => paragraph.lines.push(line),
            _ => paragraphs.push(Paragraph { lines: vec![line], centred }),
        }
    }
    paragraphs
}

#[expect(clippy::too_many_arguments, reason = "the surroundings of one decision")]
fn continues(
    before: &Line,
    line: &Line,
    paragraph: &Paragraph,
    all: &Pieces,
    styles: &[Style],
    margins: Margins,
    pitch: f32,
    is_narrow: bool,
) -> bool {
    let em = line.size.max(before.size);
    let distance = line.y - before.y;
    let usual = pitch.max(1.1 * em);
    if distance > WIDE * usual || distance > 2.3 * em {
        return false;
    }
    let (a, b) = (look(before, all, styles), look(line, all, styles));
    if (a.size - b.size).abs() > 0.6 || a.bold != b.bold {
        // A line that begins in one look and ends in another belongs to both.
        let is_mixed = |line: &Line| {
            let bold = |piece: &usize| styles[usize::from(all.list[*piece].style)].bold;
            line.pieces.iter().any(bold) && !line.pieces.iter().all(bold)
        };
        if (a.size - b.size).abs() > 0.6 || !(is_mixed(before) || is_mixed(line)) {
            return false;
        }
    }
    if paragraph.centred {
        return a.italic == b.italic;
    }
    if is_narrow {
        // Lists of recipients: one line an entry unless the entry fills the column.
        return before.x1 > margins.right - 3.0 * em && !starts_item(line, all);
    }
    // The first word of this line would have fitted on the line before: it was meant to end.
    let first_word = line.pieces.first().map_or(0.0, |&piece| {
        let piece = &all.list[piece];
        piece.x1 - piece.x0
    });
    if before.x1 + 0.3 * em + first_word < margins.right - 0.8 * em {
        return false;
    }
    let is_indented = line.x0 > margins.left + INDENT * em;
    if is_indented {
        let is_block = (line.x0 - before.x0).abs() < 0.2 * em && !starts_item(line, all);
        // `- text` whose further lines stand under the text.
        let hangs = before.pieces.get(1).is_some_and(|&piece| {
            (all.list[piece].x0 - line.x0).abs() < 0.5 * em && starts_item(before, all)
        });
        return is_block || hangs;
    }
    !starts_item(line, all) || before.x0 > line.x0 + INDENT * em
}

/// Whether a line begins with `-`, `+` or `•`.
fn starts_item(line: &Line, all: &Pieces) -> bool {
    line.pieces.first().is_some_and(|&piece| {
        matches!(all.text_of(piece), "-" | "–" | "+" | "•" | "*" | "▪")
            || all.text_of(piece).starts_with("- ")
    })
}

/// Whether a line stands in the middle between the margins and well away from both.
fn is_between(line: &Line, margins: Margins) -> bool {
    let (before, after) = (line.x0 - margins.left, margins.right - line.x1);
    let em = line.size;
    before > 2.0 * em && after > 2.0 * em && (before - after).abs() < 1.2 * em
}

/// The centre that the lines of a column share, when they share one and differ in length.
fn common_center(lines: &[Line]) -> Option<f32> {
    let mut centers: Vec<f32> = lines.iter().map(Line::center).collect();
    centers.sort_by(f32::total_cmp);
    let middle = *centers.get(centers.len() / 2)?;
    let near = lines.iter().filter(|line| (line.center() - middle).abs() < 0.5 * line.size);
    let widths: Vec<f32> = near.map(|line| line.x1 - line.x0).collect();
    let differ = widths.iter().any(|width| (width - widths[0]).abs() > 8.0);
    (widths.len() >= 2 && 2 * widths.len() >= lines.len() && differ).then_some(middle)
}

/// The distance of baselines that occurs most, to half a point.
fn usual_distance(lines: &[Line]) -> f32 {
    let mut distances: Vec<i32> = lines
        .windows(2)
        .filter(|pair| (pair[0].size - pair[1].size).abs() < 0.6)
        .map(|pair| ((pair[1].y - pair[0].y) * 2.0).round() as i32)
        .filter(|&distance| distance > 0)
        .collect();
    distances.sort_unstable();
    let mut best = (0, 0);
    let mut run = (0, 0);
    for distance in distances {
        run = if distance == run.0 { (distance, run.1 + 1) } else { (distance, 1) };
        if run.1 > best.1 {
            best = run;
        }
    }
    // One pair alone tells nothing.
    if best.1 >= 2 { best.0 as f32 / 2.0 } else { 0.0 }
}

fn look(line: &Line, all: &Pieces, styles: &[Style]) -> Look {
    let (mut n_bold, mut n_italic, mut n_all) = (0, 0, 0);
    for &piece in &line.pieces {
        let piece = &all.list[piece];
        if piece.shifted != Shift::None {
            continue;
        }
        let style = &styles[usize::from(piece.style)];
        let n = piece.text.len();
        n_all += n;
        n_bold += if style.bold { n } else { 0 };
        n_italic += if style.italic { n } else { 0 };
    }
    Look { bold: 2 * n_bold > n_all, italic: 2 * n_italic > n_all, size: line.size }
}
