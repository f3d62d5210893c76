//! [`PageWork`]: the ink of one page → lines, in the body and in the cells of its tables.

use super::{
    grids::{self, Grid},
    ink::{Ink, Layer, Show},
    lines::{self, Line},
    pieces::{self, Frame, Pieces, degrees},
    texts::Texts,
};
use crate::layout::{BBox, PrintedWord};

/// A page on its way to a [`Page`](crate::layout::Page).
pub(super) struct PageWork {
    /// As displayed.
    pub width: f32,
    pub height: f32,
    pub images: Vec<BBox>,
    /// The direction in which most of the text runs; everything below is turned into it.
    pub frame: Frame,
    pub pieces: Pieces,
    /// Lines outside of tables, top to bottom, of every layer.
    pub lines: Vec<Line>,
    pub tables: Vec<Table>,
    /// Horizontal ruling lines outside of tables.
    pub rules: Vec<BBox>,
    /// Text in other directions.
    pub turned: Vec<Turned>,
}

/// A table with the lines of each cell.
pub(super) struct Table {
    pub grid: Grid,
    pub cells: Vec<Vec<Line>>,
}

/// Text in another direction than most of the page.
pub(super) struct Turned {
    pub degrees: u16,
    pub frame: Frame,
    pub pieces: Pieces,
    pub lines: Vec<Line>,
}

impl PageWork {
    /// Finds the lines of a page.
    pub(super) fn new(ink: Ink, texts: &Texts, (width, height): (f32, f32)) -> Self {
        let main = main_direction(&ink);
        let frame = Frame::new(unit(main), width, height);
        let mut pieces =
            pieces::collect(&ink, &frame, texts, |show| degrees(show.direction) == main);
        let rules: Vec<BBox> = ink.rules.iter().map(|rule| frame.turn_box(*rule)).collect();
        let members = (0..pieces.list.len()).collect();
        let (tables, lines) = divide(&mut pieces, grids::find(&rules), members);
        let rules = free_rules(rules, &tables);
        let turned = turned(&ink, texts, main, width, height);
        let images = ink.images;
        Self { width, height, images, frame, pieces, lines, tables, rules, turned }
    }

    /// What touches, with its place on the displayed page, in every direction of writing.
    pub(super) fn words(&self) -> Vec<PrintedWord> {
        let turned = self.turned.iter().map(|turned| (&turned.frame, &turned.pieces));
        let mut words = Vec::new();
        for (frame, pieces) in std::iter::once((&self.frame, &self.pieces)).chain(turned) {
            for (index, piece) in pieces.list.iter().enumerate() {
                // As high as a line: from the top of its marks to the depth of its descenders.
                let (y0, y1) = (piece.y - 0.8 * piece.size, piece.y + 0.2 * piece.size);
                let bbox = BBox { x0: piece.x0, y0, x1: piece.x1, y1 };
                let text = pieces.text_of(index).to_owned();
                words.push(PrintedWord { text, bbox: frame.back_box(bbox) });
            }
        }
        words
    }
}

/// The whole degrees, a multiple of 90, in which most glyphs of the page itself run.
fn main_direction(ink: &Ink) -> u16 {
    let mut counts = [0usize; 4];
    for (index, show) in ink.shows.iter().enumerate() {
        let degrees = degrees(show.direction);
        if degrees.is_multiple_of(90) && show.layer == Layer::Body {
            counts[usize::from(degrees / 90)] += ink.glyphs_of(index).len();
        }
    }
    // On equal terms upright text wins.
    let best = (0..4u16).rev().max_by_key(|&quarter| counts[usize::from(quarter)]);
    best.unwrap_or(0) * 90
}

fn unit(degrees: u16) -> (f32, f32) {
    match degrees {
        0 => (1.0, 0.0),
        90 => (0.0, 1.0),
        180 => (-1.0, 0.0),
        270 => (0.0, -1.0),
        other => {
            let (sin, cos) = f32::from(other).to_radians().sin_cos();
            (cos, sin)
        }
    }
}

/// The horizontal ruling lines that belong to no table.
pub(super) fn free_rules(rules: Vec<BBox>, tables: &[Table]) -> Vec<BBox> {
    let is_free = |rule: &BBox| {
        rule.x1 - rule.x0 > rule.y1 - rule.y0
            && !tables.iter().any(|table| meets(&table.grid.bbox, rule))
    };
    rules.into_iter().filter(is_free).collect()
}

/// Puts each of the given pieces into the cell it stands in, or into the body, and makes lines
/// of each.
pub(super) fn divide(
    pieces: &mut Pieces,
    grids: Vec<Grid>,
    given: Vec<usize>,
) -> (Vec<Table>, Vec<Line>) {
    let mut body: Vec<usize> = Vec::new();
    let mut members: Vec<Vec<Vec<usize>>> =
        grids.iter().map(|grid| vec![Vec::new(); grid.cells.len()]).collect();
    for index in given {
        let piece = &pieces.list[index];
        let (x, y) = ((piece.x0 + piece.x1) / 2.0, piece.y - 0.3 * piece.size);
        let place = grids
            .iter()
            .enumerate()
            .filter(|_| piece.layer == Layer::Body)
            .find_map(|(grid, g)| Some((grid, g.cell_at(x, y)?)));
        match place {
            Some((grid, cell)) => members[grid][cell].push(index),
            None => body.push(index),
        }
    }
    let mut tables = Vec::new();
    for (grid, members) in grids.into_iter().zip(members) {
        let n_filled = members.iter().filter(|cell| !cell.is_empty()).count();
        let is_one_box = grid.cells.len() == 1;
        if n_filled < 2 && !(is_one_box && n_filled == 1) {
            // A frame around the page, an underline that meets a stroke.
            body.extend(members.into_iter().flatten());
            continue;
        }
        let cells = members.iter().map(|cell| lines::group(pieces, cell)).collect();
        tables.push(Table { grid, cells });
    }
    body.sort_unstable();
    let lines = lines::group(pieces, &body);
    (tables, lines)
}

fn turned(ink: &Ink, texts: &Texts, main: u16, width: f32, height: f32) -> Vec<Turned> {
    let mut others: Vec<u16> = ink
        .shows
        .iter()
        .map(|show: &Show| degrees(show.direction))
        .filter(|&d| d != main)
        .collect();
    others.sort_unstable();
    others.dedup();
    // A page with text in more directions than a clock has minutes is a drawing.
    others.truncate(60);
    let mut turned = Vec::new();
    for other in others {
        let frame = Frame::new(unit(other), width, height);
        let mut pieces =
            pieces::collect(ink, &frame, texts, |show| degrees(show.direction) == other);
        let members: Vec<usize> = (0..pieces.list.len()).collect();
        let lines = lines::group(&mut pieces, &members);
        if !lines.is_empty() {
            turned.push(Turned { degrees: other, frame, pieces, lines });
        }
    }
    turned
}

fn meets(a: &BBox, b: &BBox) -> bool {
    a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1
}
