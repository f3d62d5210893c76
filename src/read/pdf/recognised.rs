//! [`RecognisedPage`] → [`PageWork`]: the words of a page image as if a program had set them.
//!
//! Each word is a piece. Words of one line that stand far apart are strangers in the content,
//! as the two sides of a letterhead are when a program sets them in a table.

use super::{
    grids,
    ink::Layer,
    page::{self, PageWork},
    pieces::{Frame, Piece, Pieces, Shift},
};
use crate::{
    layout::Style,
    recognised::{RecognisedPage, Word},
};

/// Words of one line further apart than this many font sizes do not belong together.
const STRANGERS: f32 = 1.1;

impl PageWork {
    /// The work of a page that was recognised; `width` and `height` as displayed. New styles are
    /// added to `styles`.
    pub(super) fn recognised(
        recognised: &RecognisedPage,
        styles: &mut Vec<Style>,
        (width, height): (f32, f32),
    ) -> Self {
        let (sin, cos) = recognised.degrees.to_radians().sin_cos();
        let frame = Frame::new((cos, sin), width, height);
        let mut pieces = Pieces::default();
        let mut members = Vec::new();
        let mut before: Option<&Word> = None;
        for word in &recognised.words {
            let piece = piece(word, styles, &mut pieces.text);
            let is_stranger = before.is_none_or(|before| {
                before.line != word.line || word.bbox.x0 - before.bbox.x1 > STRANGERS * word.size
            });
            if is_stranger {
                // Takes an index and belongs to no line.
                let end = pieces.text.len();
                pieces.list.push(Piece { text: end..end, ..piece.clone() });
            }
            members.push(pieces.list.len());
            pieces.list.push(piece);
            before = Some(word);
        }
        pieces.n_known = pieces.text.chars().count();
        let rules = recognised.rules.clone();
        let (tables, lines) = page::divide(&mut pieces, grids::find(&rules), members);
        let rules = page::free_rules(rules, &tables);
        let (images, turned) = (Vec::new(), Vec::new());
        Self { width, height, images, frame, pieces, lines, tables, rules, turned }
    }
}

fn piece(word: &Word, styles: &mut Vec<Style>, text: &mut String) -> Piece {
    let style = Style { size: word.size, ..Style::default() };
    let known = styles.iter().position(|other| *other == style);
    let style = known.unwrap_or_else(|| {
        styles.push(style);
        styles.len() - 1
    });
    let start = text.len();
    text.push_str(&word.text);
    Piece {
        text: start..text.len(),
        x0: word.bbox.x0,
        x1: word.bbox.x1,
        y: word.baseline,
        size: word.size.max(1.0),
        // Styles past the last index share it; no document has so many.
        style: u16::try_from(style).unwrap_or(u16::MAX),
        layer: if word.is_stamp { Layer::Stamp } else { Layer::Body },
        after_space: true,
        shifted: Shift::None,
    }
}
