//! [`Ocr`]: what the core may ask about the words on the image of a page, and the
//! [`RecognisedPage`] that it is told.
//!
//! Must not recognise anything itself: `src/ocr/` does, and the catalog remembers.

use serde::{Deserialize, Serialize};

use crate::{layout::BBox, source::Source};

/// Reads the words of page images.
///
/// The contract: the same page of the same bytes gives the same answer as long as
/// [`Ocr::engine`] does not change; an implementation never panics and never waits for ever.
pub trait Ocr: std::fmt::Debug + Sync {
    /// Name and revision of what recognises, e.g. `tesseract 5.3.0 vie r1`; `None` when nothing does.
    fn engine(&self) -> Option<&str>;

    /// The words of one page, from 1, of a PDF. `None` when nobody has looked at it: it stays
    /// an image.
    ///
    /// # Errors
    /// [`OcrFailure`] when it was tried and went wrong; the document is taken in without the page.
    fn recognise(&self, source: &Source, page: u32) -> Result<Option<RecognisedPage>, OcrFailure>;
}

/// Recognises nothing: every image stays an image.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOcr;

impl Ocr for NoOcr {
    fn engine(&self) -> Option<&str> {
        None
    }

    fn recognise(&self, _: &Source, _: u32) -> Result<Option<RecognisedPage>, OcrFailure> {
        Ok(None)
    }
}

/// One page as recognised.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecognisedPage {
    /// In which direction the text runs on the displayed page, in degrees clockwise: 0 to the
    /// right, 90 downwards; with the skew of the scan. The upright page is turned back by it.
    pub degrees: f32,
    /// Size of the upright page in points.
    pub width: f32,
    /// In points.
    pub height: f32,
    /// In the order in which they were recognised; lines and blocks follow each other.
    pub words: Vec<Word>,
    /// Straight lines of the page, such as those of tables, in points of the upright page.
    pub rules: Vec<BBox>,
}

/// One word.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// As recognised.
    pub text: String,
    /// In points from the top left corner of the upright page.
    pub bbox: BBox,
    /// Running number of its line through the page.
    pub line: u32,
    /// Baseline of its line, in points from the top.
    pub baseline: f32,
    /// Font size of its line in points, estimated.
    pub size: f32,
    /// How sure the engine is of the word, from 0 to 1.
    pub confidence: f32,
    /// How sure it is of the least certain digit; 1 without digits.
    pub digit_confidence: f32,
    /// Other readings of its digits, likeliest first; at most a few.
    pub candidates: Vec<String>,
    /// Whether it was printed in another colour than black: a stamp.
    pub is_stamp: bool,
}

/// A page could not be recognised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum OcrFailure {
    /// The page could not be made into an image.
    #[error("expected an image of the page, found {detail}")]
    NoImage {
        /// Why, without document text.
        detail: String,
    },
    /// The engine took longer than its deadline and was stopped.
    #[error("expected recognition within {seconds} s, stopped it")]
    TooSlow {
        /// The deadline.
        seconds: u64,
    },
    /// The engine ended without an answer.
    #[error("expected an answer of the recognition program, found {detail}")]
    NoAnswer {
        /// Why, without document text.
        detail: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_recognises_nothing() {
        let source = Source::new("a.pdf", b"%PDF-".to_vec());
        assert_eq!(NoOcr.engine(), None);
        assert_eq!(NoOcr.recognise(&source, 1), Ok(None));
    }
}
