//! Lines of one column → paragraphs: where one ends and the next begins.

use super::{
    columns::Margins,
    lines::{Line, needs_space},
    pieces::{Pieces, Shift},
};
use crate::layout::Style;

/// A line further below the one before it than the usual distance times this begins a paragraph.
const WIDE: f32 = 1.22;
/// Distances of lines that differ by no more than this many points are the same.
const SAME_DISTANCE: f32 = 1.0;
/// The usual distance in font sizes where the lines do not show one: a line and a half at most.
const LINE_AND_HALF: f32 = 1.45;
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
        let before = paragraphs.last().and_then(|p| Some((p.centred, p.lines.last()?)));
        let centred = is_centred(&line)
            || before.is_some_and(|(centred, before)| {
                centred
                    && look(before, all, styles) == look(&line, all, styles)
                    && goes_on_centred(&line, before, margins)
            });
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
    pitch: Option<f32>,
    is_narrow: bool,
) -> bool {
    let em = line.size.max(before.size);
    let distance = line.y - before.y;
    let usual = pitch.unwrap_or(LINE_AND_HALF * em).max(1.1 * em);
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
    let first_word = first_word_end(line, all) - line.x0;
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
    !starts_item(line, all) || !ends_sentence(before, all)
}

/// Where the first word of a line ends; a word may be several pieces.
fn first_word_end(line: &Line, all: &Pieces) -> f32 {
    let after = line.pieces.windows(2).find(|pair| needs_space(all, pair[0], pair[1]));
    after.map(|pair| pair[0]).or(line.pieces.last().copied()).map_or(0.0, |last| all.list[last].x1)
}

fn ends_sentence(line: &Line, all: &Pieces) -> bool {
    line.pieces
        .last()
        .is_some_and(|&piece| all.text_of(piece).ends_with([';', '.', ':', '!', '?', ',']))
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
    let least = before.min(after);
    let difference = (before - after).abs();
    // The longer the line, the more exactly it must stand in the middle.
    (least > 2.0 * em && difference < 1.2 * em) || (least > 0.8 * em && difference < 0.25 * em)
}

/// Whether a line goes on with the centred lines before it, as long as the column is wide.
fn goes_on_centred(line: &Line, before: &Line, margins: Margins) -> bool {
    let is_short = line.x0 > margins.left + 1.0 || line.x1 < margins.right - 1.0;
    is_short && (line.center() - before.center()).abs() < 0.3 * line.size
}

/// The centre that the lines of a column share, when they share one and differ in length.
fn common_center(lines: &[Line]) -> Option<f32> {
    let mut centers: Vec<f32> = lines.iter().map(Line::center).collect();
    centers.sort_by(f32::total_cmp);
    let middle = *centers.get(centers.len() / 2)?;
    let is_near = |line: &&Line| (line.center() - middle).abs() < 0.5 * line.size;
    let near: Vec<&Line> = lines.iter().filter(is_near).collect();
    let spread = |value: fn(&Line) -> f32| {
        let values = near.iter().map(|line| value(line));
        values.clone().fold(f32::MIN, f32::max) - values.fold(f32::MAX, f32::min)
    };
    let is_shared = near.len() >= 2 && 2 * near.len() >= lines.len();
    // Lines of a list begin under each other and may end nearly so.
    let is_list = spread(|line| line.x0) < 3.0;
    (is_shared && !is_list && spread(|line| line.x1 - line.x0) > 8.0).then_some(middle)
}

/// The distance of baselines that occurs most; `None` when none occurs twice.
fn usual_distance(lines: &[Line]) -> Option<f32> {
    let mut distances: Vec<f32> = lines
        .windows(2)
        .filter(|pair| (pair[0].size - pair[1].size).abs() < 0.6)
        .map(|pair| pair[1].y - pair[0].y)
        .filter(|&distance| distance > 1.0)
        .collect();
    distances.sort_by(f32::total_cmp);
    let mut best: (usize, f32) = (1, 0.0);
    for (index, &distance) in distances.iter().enumerate() {
        let n_same = distances[index..].partition_point(|other| other - distance <= SAME_DISTANCE);
        if n_same > best.0 {
            best = (n_same, distances[index + n_same / 2]);
        }
    }
    (best.0 > 1).then_some(best.1)
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
