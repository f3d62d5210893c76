//! Glyphs → [`Piece`]s: characters of one style that touch, on one baseline, in the order of
//! the content.
//!
//! Nothing is sorted here: inside a show the file's order is right even where nominal widths
//! overlap. Combining marks join their base before any gap is looked at.

use std::ops::Range;

use super::{
    ink::{Ink, Layer},
    texts::{Texts, is_combining},
};
use crate::layout::BBox;

/// A gap wider than this part of the font size is a space. Word spaces are 0.25 em and
/// justified ones seldom below 0.18; kerning stays below 0.12.
pub(super) const SPACE_GAP: f32 = 0.16;
/// A step back of more than this part of the font size starts a new piece.
const STEP_BACK: f32 = 0.25;
/// Glyphs on one baseline differ by less than this part of the font size.
const SAME_BASELINE: f32 = 0.1;

/// Characters of one style that touch.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Where its characters stand in [`Pieces::text`].
    pub text: Range<usize>,
    pub x0: f32,
    pub x1: f32,
    /// Baseline.
    pub y: f32,
    pub size: f32,
    pub style: u16,
    pub layer: Layer,
    /// Whether a space glyph stood before it in the content.
    pub after_space: bool,
    /// Whether it is raised over, or lowered under, the baseline of its line.
    pub shifted: Shift,
}

/// How a piece stands to the baseline of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shift {
    #[default]
    None,
    Raised,
    Lowered,
}

/// The pieces of a page in one direction of writing.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub text: String,
    pub list: Vec<Piece>,
    /// Glyphs that nobody knows the text of.
    pub n_unknown: usize,
    pub n_known: usize,
    /// Whether words are parted by space characters.
    pub is_spaced: bool,
}

impl Pieces {
    pub(super) fn text_of(&self, piece: usize) -> &str {
        &self.text[self.list[piece].text.clone()]
    }
}

/// A page turned so that its text runs to the right.
///
/// ```text
///   displayed, text upwards        turned
///   ┌───────────┐                 ┌───────────────┐
///   │  t        │                 │ text →        │
///   │  x        │        →        │               │
///   │  e        │                 └───────────────┘
///   │  t        │
///   └───────────┘
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    cos: f32,
    sin: f32,
    shift: (f32, f32),
    pub width: f32,
    pub height: f32,
}

impl Frame {
    /// The frame of a page for text in a direction.
    pub(super) fn new((cos, sin): (f32, f32), width: f32, height: f32) -> Self {
        let mut frame = Self { cos, sin, shift: (0.0, 0.0), width, height };
        let corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)];
        let turned = corners.map(|(x, y)| frame.turn(x, y));
        let low = turned.iter().fold((f32::MAX, f32::MAX), |m, c| (m.0.min(c.0), m.1.min(c.1)));
        let high = turned.iter().fold((f32::MIN, f32::MIN), |m, c| (m.0.max(c.0), m.1.max(c.1)));
        frame.shift = (-low.0, -low.1);
        frame.width = high.0 - low.0;
        frame.height = high.1 - low.1;
        frame
    }

    pub(super) fn turn(&self, x: f32, y: f32) -> (f32, f32) {
        (self.cos * x + self.sin * y + self.shift.0, self.cos * y - self.sin * x + self.shift.1)
    }

    pub(super) fn turn_box(&self, bbox: BBox) -> BBox {
        map_box(bbox, |x, y| self.turn(x, y))
    }

    /// Back to the displayed page.
    pub(super) fn back_box(&self, bbox: BBox) -> BBox {
        map_box(bbox, |x, y| {
            let (x, y) = (x - self.shift.0, y - self.shift.1);
            (self.cos * x - self.sin * y, self.sin * x + self.cos * y)
        })
    }
}

fn map_box(bbox: BBox, map: impl Fn(f32, f32) -> (f32, f32)) -> BBox {
    let corners = [(bbox.x0, bbox.y0), (bbox.x1, bbox.y0), (bbox.x0, bbox.y1), (bbox.x1, bbox.y1)];
    let mut out = BBox { x0: f32::MAX, y0: f32::MAX, x1: f32::MIN, y1: f32::MIN };
    for (x, y) in corners.map(|(x, y)| map(x, y)) {
        out = out.union(BBox { x0: x, y0: y, x1: x, y1: y });
    }
    out
}

/// The whole degrees, 0 to 359, of a direction; clockwise, because y runs downwards.
pub(super) fn degrees((cos, sin): (f32, f32)) -> u16 {
    sin.atan2(cos).to_degrees().round().rem_euclid(360.0) as u16 % 360
}

/// Where fewer pieces than this part follow a space character, words are parted by gaps alone.
const SPACED: f32 = 0.3;

/// Collects the glyphs of the shows that `belongs` picks, in content order.
pub(super) fn collect(
    ink: &Ink,
    frame: &Frame,
    texts: &Texts,
    belongs: impl Fn(&super::ink::Show) -> bool,
) -> Pieces {
    let mut pieces = Pieces::default();
    let mut current: Option<Piece> = None;
    let mut after_space = false;
    for (index, show) in ink.shows.iter().enumerate() {
        if !belongs(show) {
            continue;
        }
        for glyph in ink.glyphs_of(index) {
            let (x, y) = frame.turn(glyph.x, glyph.y);
            let x1 = x + glyph.advance;
            if !glyph.text.is_known() {
                pieces.n_unknown += usize::from(glyph.advance > 0.0);
                continue;
            }
            pieces.n_known += 1;
            let character = glyph.text.as_char();
            if character.is_some_and(char::is_whitespace) {
                after_space = true;
                continue;
            }
            // Programs that subset fonts write marks that they lost as such.
            if character.is_some_and(char::is_control) && glyph.advance <= 0.0 {
                continue;
            }
            if let (Some(mark), Some(piece)) =
                (character.filter(|&c| is_combining(c)), &mut current)
                && (x - piece.x1).abs() < show.size
                && (y - piece.y).abs() < show.size
            {
                pieces.text.push(mark);
                piece.text.end = pieces.text.len();
                // Most marks have no width; where one has, the pen has moved on.
                piece.x1 = piece.x1.max(x1);
                continue;
            }
            let continues = current.as_ref().is_some_and(|piece| {
                let gap = x - piece.x1;
                !after_space
                    && piece.style == show.style
                    && piece.layer == show.layer
                    && (y - piece.y).abs() < SAME_BASELINE * show.size
                    && gap > -STEP_BACK * show.size
                    && gap < SPACE_GAP * show.size
            });
            if !continues {
                pieces.list.extend(current.take());
            }
            let start = pieces.text.len();
            texts.push(glyph.text, &mut pieces.text);
            let piece = current.get_or_insert(Piece {
                text: start..start,
                x0: x,
                x1: x,
                y,
                size: show.size,
                style: show.style,
                layer: show.layer,
                after_space,
                shifted: Shift::None,
            });
            piece.text.end = pieces.text.len();
            piece.x0 = piece.x0.min(x).min(x1);
            piece.x1 = x.max(x1);
            after_space = false;
        }
    }
    pieces.list.extend(current);
    let n_spaced = pieces.list.iter().filter(|piece| piece.after_space).count();
    pieces.is_spaced = n_spaced as f32 >= SPACED * pieces.list.len() as f32;
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_turn_and_turn_back() {
        let bbox = BBox { x0: 10.0, y0: 20.0, x1: 30.0, y1: 25.0 };
        for direction in [(1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (-1.0, 0.0)] {
            let frame = Frame::new(direction, 100.0, 200.0);
            let back = frame.back_box(frame.turn_box(bbox));
            assert!((back.x0 - 10.0).abs() < 1e-3 && (back.y1 - 25.0).abs() < 1e-3, "{back:?}");
        }
        // Text that runs upwards along the left edge runs along the top of its frame.
        let frame = Frame::new((0.0, -1.0), 100.0, 200.0);
        assert_eq!((frame.width, frame.height), (200.0, 100.0));
        assert_eq!(frame.turn(5.0, 200.0), (0.0, 5.0));
    }

    #[test]
    fn directions_in_degrees() {
        assert_eq!(degrees((1.0, 0.0)), 0);
        assert_eq!(degrees((0.0, -1.0)), 270); // upwards
        assert_eq!(degrees((1.0, -1e-6)), 0);
    }
}
