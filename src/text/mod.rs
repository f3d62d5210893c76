//! Layout → [`Text`]: one normalised string and the way back from every offset to page and line.
//!
//! NFC, look-alikes and tone placement are settled here, line by line, so that a span always
//! leads back to a line. Must not understand anything.

use serde::{Deserialize, Serialize};

use crate::{
    domain::found::Span,
    layout::{BBox, BlockKind, Column},
};

/// The normalised text of a document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// Every line of every block, in reading order, each ended by `\n`.
    string: String,
    /// One entry a line, in order; spans do not include the `\n`.
    pub lines: Vec<TextLine>,
}

/// One line of the text and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextLine {
    /// Where it stands in the string.
    pub span: Span,
    /// Page, from 1.
    pub page: u32,
    /// Running number of its block through the document, from 0.
    pub block: u32,
    /// What its block is.
    pub kind: BlockKind,
    /// Which column its block stands in.
    pub column: Column,
    /// Whether its block is centred.
    pub centred: bool,
    /// Whether at least half of its letters are bold.
    pub bold: bool,
    /// Whether at least half of its letters are italic.
    pub italic: bool,
    /// The size of most of its letters in points; 0 when unknown.
    pub size: f32,
    /// Where it stands on the page.
    pub bbox: Option<BBox>,
}

impl Text {
    /// The whole text; spans are byte offsets into it.
    pub fn as_str(&self) -> &str {
        &self.string
    }

    /// The characters of a span.
    pub fn slice(&self, span: Span) -> &str {
        &self.string[span.range()]
    }

    /// The line that holds a byte offset (the last line for the end of the text).
    pub fn line_at(&self, offset: usize) -> Option<&TextLine> {
        let after = self.lines.partition_point(|line| line.span.start as usize <= offset);
        self.lines.get(after.checked_sub(1)?)
    }

    /// The page that holds a byte offset, from 1.
    pub fn page_at(&self, offset: usize) -> u32 {
        self.line_at(offset).map_or(1, |line| line.page)
    }
}
