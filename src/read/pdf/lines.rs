//! Pieces → [`Line`]s: what stands on one baseline, left to right.
//!
//! Chains come first: pieces that follow each other in the content and on the page, a raised
//! mark with its word. Chains on one baseline then make a line, and only there pieces are
//! sorted by x, so that a number stamped later into a blank lands in its place.
//!
//! ```text
//!   content: "Số:" "/TB-UBND" … "12"     line: Số: 12 /TB-UBND
//! ```

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{
    ink::Layer,
    pieces::{Piece, Pieces, SPACE_GAP, Shift},
};
use crate::layout::{BBox, Run};

/// Baselines of one chain differ by at most this part of the font size.
const SAME_CHAIN: f32 = 0.12;
/// Baselines of one line differ by at most this part of the font size: a stamped number
/// seldom sits exactly.
const SAME_LINE: f32 = 0.3;
/// Raised and lowered characters are at most this large to those beside them.
const SMALL: f32 = 0.85;

/// What stands on one baseline.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// Indices of its pieces, left to right.
    pub pieces: Vec<usize>,
    pub x0: f32,
    pub x1: f32,
    /// Baseline.
    pub y: f32,
    /// Font size of most of its characters.
    pub size: f32,
    pub layer: Layer,
}

impl Line {
    /// The line of some pieces, which are in order.
    pub(super) fn of(pieces: Vec<usize>, all: &Pieces) -> Line {
        let list = &all.list;
        let unshifted = |&&piece: &&usize| list[piece].shifted == Shift::None;
        let main = pieces.iter().filter(unshifted).max_by_key(|&&piece| list[piece].text.len());
        let main = main.or(pieces.first()).map(|&piece| &list[piece]);
        let x0 = pieces.iter().map(|&piece| list[piece].x0).fold(f32::MAX, f32::min);
        let x1 = pieces.iter().map(|&piece| list[piece].x1).fold(f32::MIN, f32::max);
        let (y, size, layer) = main.map_or((0.0, 0.0, Layer::Body), |m| (m.y, m.size, m.layer));
        Line { pieces, x0, x1, y, size, layer }
    }

    /// Its height from ascenders to descenders.
    pub(super) fn bbox(&self) -> BBox {
        let (y0, y1) = (self.y - 0.8 * self.size, self.y + 0.22 * self.size);
        BBox { x0: self.x0, y0, x1: self.x1, y1 }
    }

    pub(super) fn center(&self) -> f32 {
        (self.x0 + self.x1) / 2.0
    }

    /// Its characters, words separated by one space.
    pub(super) fn text(&self, all: &Pieces) -> String {
        let runs = self.runs(all, |_, _| None);
        runs.into_iter().map(|run| run.text).collect()
    }

    /// Its characters as runs of one style. `rewrite` may give a piece other characters; it
    /// is shown the piece and the one before it.
    pub(super) fn runs(
        &self,
        all: &Pieces,
        rewrite: impl Fn(usize, Option<usize>) -> Option<String>,
    ) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut before: Option<usize> = None;
        for &piece in &self.pieces {
            let style = all.list[piece].style;
            let is_spaced = before.is_some_and(|before| needs_space(all, before, piece));
            if let Some(run) = runs.last_mut()
                && is_spaced
            {
                run.text.push(' ');
            }
            if runs.last().is_none_or(|run| run.style != style) {
                runs.push(Run { text: String::new(), style });
            }
            let run = runs.last_mut().expect("a run was pushed when there was none");
            match rewrite(piece, before) {
                Some(text) => run.text.push_str(&text),
                None => run.text.push_str(all.text_of(piece)),
            }
            before = Some(piece);
        }
        for run in &mut runs {
            if is_nfc_quick(run.text.chars()) != IsNormalized::Yes {
                run.text = run.text.nfc().collect();
            }
        }
        runs
    }
}

/// Whether two neighbours of a line are two words.
pub(super) fn needs_space(all: &Pieces, before: usize, piece: usize) -> bool {
    let (a, b) = (&all.list[before], &all.list[piece]);
    let gap = b.x0 - a.x1;
    let em = a.size.min(b.size);
    // Neighbours in the content: a space glyph is believed. Others: what is seen.
    (piece == before + 1 && b.after_space) || gap > SPACE_GAP * em
}

/// Makes lines of the given pieces, which are in content order; top to bottom.
pub(super) fn group(all: &mut Pieces, members: &[usize]) -> Vec<Line> {
    let mut chains = chain(all, members);
    chains.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Chain> = Vec::new();
    let mut marks: Vec<Chain> = Vec::new();
    for chain in chains {
        if chain.n_bytes <= 4 && chain.pieces.len() == 1 {
            marks.push(chain);
        } else {
            place(&mut lines, chain, all);
        }
    }
    for mark in marks {
        place_mark(&mut lines, mark, all);
    }
    fill_blanks(&mut lines, all);
    lines.sort_by(|a, b| a.y.total_cmp(&b.y));
    let finish = |mut line: Chain| {
        line.pieces.sort_by(|&a, &b| all.list[a].x0.total_cmp(&all.list[b].x0).then(a.cmp(&b)));
        drop_doubles(&mut line.pieces, all);
        Line::of(line.pieces, all)
    };
    lines.into_iter().map(finish).collect()
}

/// Pieces that follow each other in the content and on the page.
#[derive(Debug)]
struct Chain {
    pieces: Vec<usize>,
    n_bytes: usize,
    x0: f32,
    x1: f32,
    y: f32,
    size: f32,
    layer: Layer,
}

impl Chain {
    fn new(index: usize, piece: &Piece) -> Self {
        Self {
            pieces: vec![index],
            n_bytes: piece.text.len(),
            x0: piece.x0,
            x1: piece.x1,
            y: piece.y,
            size: piece.size,
            layer: piece.layer,
        }
    }

    fn push(&mut self, index: usize, piece: &Piece) {
        self.pieces.push(index);
        self.n_bytes += piece.text.len();
        self.x0 = self.x0.min(piece.x0);
        self.x1 = self.x1.max(piece.x1);
    }
}

fn chain(all: &mut Pieces, members: &[usize]) -> Vec<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    for &index in members {
        let piece = all.list[index].clone();
        let Some(chain) = chains.last_mut().filter(|chain| chain.layer == piece.layer) else {
            chains.push(Chain::new(index, &piece));
            continue;
        };
        let gap = piece.x0 - chain.x1;
        let below = piece.y - chain.y;
        let (large, small) = (chain.size.max(piece.size), chain.size.min(piece.size));
        let is_beside = gap > -0.3 * large && gap < 0.6 * large;
        let is_small = small <= SMALL * large;
        if below.abs() <= SAME_CHAIN * large && gap > -0.5 * large {
            chain.push(index, &piece);
        } else if is_small && is_beside && piece.size == small && is_raised(-below, large) {
            all.list[index].shifted = Shift::Raised;
            chain.push(index, &piece);
        } else if is_small && is_beside && piece.size == small && is_lowered(below, large) {
            all.list[index].shifted = Shift::Lowered;
            chain.push(index, &piece);
        } else if is_small && is_beside && piece.size == large && is_raised(below, large) {
            // A mark that begins a line stands before what it is raised over.
            for &mark in &chain.pieces {
                all.list[mark].shifted = Shift::Raised;
            }
            chain.y = piece.y;
            chain.size = piece.size;
            chain.push(index, &piece);
        } else {
            chains.push(Chain::new(index, &piece));
        }
    }
    chains
}

fn is_raised(by: f32, size: f32) -> bool {
    by > 0.1 * size && by < 0.8 * size
}

fn is_lowered(by: f32, size: f32) -> bool {
    by > 0.03 * size && by < 0.4 * size
}

/// Puts a chain on its line, or makes a line of it. Chains come top to bottom.
fn place(lines: &mut Vec<Chain>, chain: Chain, all: &Pieces) {
    // A page has few lines within one font size.
    for line in lines.iter_mut().rev().take(12) {
        let distance = (chain.y - line.y).abs();
        if line.layer != chain.layer || distance > SAME_LINE * line.size.min(chain.size) {
            continue;
        }
        // Two lines set very tightly are not one: they would lie over each other.
        if distance > 0.1 * chain.size && covers(line, &chain, all) {
            continue;
        }
        merge(line, chain);
        return;
    }
    lines.push(chain);
}

/// Puts one or two lone characters, perhaps a raised mark, beside the word they touch.
fn place_mark(lines: &mut Vec<Chain>, mark: Chain, all: &mut Pieces) {
    let touches = |line: &&mut Chain| {
        mark.size <= SMALL * line.size
            && line.layer == mark.layer
            && is_raised(line.y - mark.y, line.size)
            && line.pieces.iter().any(|&piece| {
                let piece = &all.list[piece];
                (mark.x0 - piece.x1).abs() < 0.3 * line.size
            })
    };
    if let Some(line) = lines.iter_mut().find(touches) {
        all.list[mark.pieces[0]].shifted = Shift::Raised;
        merge(line, mark);
        return;
    }
    let nearest = lines
        .iter_mut()
        .filter(|line| {
            let distance = (mark.y - line.y).abs();
            line.layer == mark.layer
                && distance <= SAME_LINE * line.size.min(mark.size)
                && (distance <= 0.1 * mark.size || !covers(line, &mark, all))
        })
        .min_by(|a, b| (mark.y - a.y).abs().total_cmp(&(mark.y - b.y).abs()));
    match nearest {
        Some(line) => merge(line, mark),
        None => lines.push(mark),
    }
}

/// Puts figures that a registry program wrote near their blank into it: digits alone on their
/// baseline, written after the line, over a gap of it.
///
/// ```text
///   Số:        /QĐ-UBND      ngày     tháng     năm 2025
///       3146                      12        5
/// ```
fn fill_blanks(lines: &mut Vec<Chain>, all: &Pieces) {
    let mut index = 0;
    while index < lines.len() {
        let target = are_figures(&lines[index], all).then(|| {
            let figures = &lines[index];
            let others = (0..lines.len()).filter(|&other| other != index);
            let near = others.filter(|&other| has_blanks(&lines[other], figures, all));
            let distance = |other: usize| (lines[other].y - figures.y).abs();
            near.min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
        });
        match target.flatten() {
            Some(target) => {
                let figures = lines.remove(index);
                let target = if target > index { target - 1 } else { target };
                merge(&mut lines[target], figures);
                index = 0;
            }
            None => index += 1,
        }
    }
}

/// A number, or a day and a month.
fn are_figures(line: &Chain, all: &Pieces) -> bool {
    const MOST_DIGITS: usize = 6;
    let is_figure = |&piece: &usize| {
        let text = all.text_of(piece);
        text.len() <= MOST_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    line.pieces.len() <= 2 && line.pieces.iter().all(is_figure)
}

/// Whether all figures lie over gaps of a line that was written before them.
fn has_blanks(line: &Chain, figures: &Chain, all: &Pieces) -> bool {
    const NEAR: f32 = 0.9;
    /// A blank is at least so many ems wide.
    const BLANK: f32 = 0.8;
    const SLACK: f32 = 0.3;
    let em = line.size;
    if line.layer != figures.layer || (line.y - figures.y).abs() > NEAR * em {
        return false;
    }
    let mut pieces = line.pieces.clone();
    pieces.sort_by(|&a, &b| all.list[a].x0.total_cmp(&all.list[b].x0));
    let is_over_blank = |&figure: &usize| {
        let (x0, x1) = (all.list[figure].x0, all.list[figure].x1);
        pieces.windows(2).any(|pair| {
            let (from, to) = (all.list[pair[0]].x1, all.list[pair[1]].x0);
            pair[0].max(pair[1]) < figure
                && to - from >= BLANK * em
                && x0 >= from - SLACK * em
                && x1 <= to + SLACK * em
        })
    };
    line.n_bytes > figures.n_bytes && figures.pieces.iter().all(is_over_blank)
}

fn covers(line: &Chain, chain: &Chain, all: &Pieces) -> bool {
    let width = (chain.x1 - chain.x0).max(0.1);
    let covered: f32 = line
        .pieces
        .iter()
        .map(|&piece| &all.list[piece])
        .map(|piece| (piece.x1.min(chain.x1) - piece.x0.max(chain.x0)).max(0.0))
        .sum();
    covered > 0.3 * width
}

fn merge(line: &mut Chain, chain: Chain) {
    if chain.n_bytes > line.n_bytes {
        line.y = chain.y;
        line.size = chain.size;
    }
    line.n_bytes += chain.n_bytes;
    line.x0 = line.x0.min(chain.x0);
    line.x1 = line.x1.max(chain.x1);
    line.pieces.extend(chain.pieces);
}

/// Drops characters that are drawn twice, a hair apart, to look bold.
fn drop_doubles(pieces: &mut Vec<usize>, all: &Pieces) {
    pieces.dedup_by(|&mut next, &mut before| {
        let (a, b) = (&all.list[before], &all.list[next]);
        (a.x0 - b.x0).abs() < 0.1 * a.size
            && (a.x1 - b.x1).abs() < 0.1 * a.size
            && all.text_of(before) == all.text_of(next)
    });
}
