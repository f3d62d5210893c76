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
    domain::record::Warning,
    layout::Style,
    recognised::{RecognisedPage, Word},
};

/// Code of the warning that digits of a recognised page may be others.
const UNCERTAIN_DIGITS: &str = "uncertain_digits";
/// Digits that are less certain than this are in doubt.
const CERTAIN: f32 = 0.8;
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

/// The words of a page whose digits may be others, each with its place on the displayed page.
pub(super) fn doubts(
    recognised: &RecognisedPage,
    work: &PageWork,
    page: u32,
) -> impl Iterator<Item = Warning> {
    let is_in_doubt = |word: &&Word| {
        let has_digit = word.text.bytes().any(|byte| byte.is_ascii_digit());
        has_digit && (word.digit_confidence < CERTAIN || !word.candidates.is_empty())
    };
    let doubt = move |word: &Word| {
        let message = format!("expected clear digits, found {:?}", word.text);
        Warning {
            bbox: Some(work.frame.back_box(word.bbox)),
            candidates: word.candidates.clone(),
            ..Warning::new(UNCERTAIN_DIGITS, message).on_page(page)
        }
    };
    recognised.words.iter().filter(is_in_doubt).map(doubt)
}
