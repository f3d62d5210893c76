//! [`Layout`]: a document as pages of blocks of lines of runs, in reading order, as its
//! file gives it: not normalised, not understood.
//!
//! Both readers make it; `text` turns it into a [`Text`](crate::text::Text).

use serde::{Deserialize, Serialize};

/// A document as its file gives it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// The pages, in order.
    pub pages: Vec<Page>,
    /// The styles that runs refer to by index.
    pub styles: Vec<Style>,
}

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PageClass {
    /// Words.
    #[default]
    Text,
    /// A page-size image and no words of its own: needs recognition.
    Image,
    /// Words, but not of any language: a scanner's layer. Needs recognition.
    GarbageText,
    /// Nothing.
    Blank,
    /// An image whose words were recognised.
    Recognised,
}

/// One page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// In points (1/72 inch), as displayed; 0 when the format has no pages.
    pub width: f32,
    /// In points.
    pub height: f32,
    /// What it holds.
    pub class: PageClass,
    /// In reading order; in a letterhead the left column before the right one.
    pub blocks: Vec<Block>,
}

/// Which column of a two-column letterhead or foot a block stands in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Column {
    /// Over the full width, or the format does not say.
    #[default]
    Full,
    /// Left: issuer and number; recipients.
    Left,
    /// Right: national header, place and date; signer.
    Right,
}

/// What kind of text a block is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum BlockKind {
    /// A paragraph of the body, or what looks like one.
    #[default]
    Paragraph,
    /// One cell of a table. A table that is a letterhead or a foot has cells too, with their `column`.
    Cell {
        /// From 0 through the document.
        table: u32,
        /// From 0 through the table.
        row: u32,
        /// From 0 through the row.
        column: u32,
    },
    /// A footnote or endnote, right after the block that refers to it (.docx) or at the foot of
    /// the page (PDF). The reference in the body reads `[1]`; so does the mark of the note.
    Note,
    /// A running head or foot, page number or gazette line: kept out of the body.
    Running,
    /// A text box, e.g. a DỰ THẢO or secrecy mark beside the letterhead.
    TextBox,
    /// The appearance of an annotation, e.g. a signature stamp: provenance, not text.
    Stamp,
    /// A rotated watermark: kept out of the body.
    Watermark,
}

/// Lines that belong together: a paragraph, a cell, a note.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Which column it stands in.
    pub column: Column,
    /// Whether its lines are centred.
    pub centred: bool,
    /// Top to bottom. A .docx paragraph is one line, more only at explicit line breaks.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Left to right.
    pub runs: Vec<Run>,
    /// Where it stands on the page, when the format says.
    pub bbox: Option<BBox>,
}

impl Line {
    /// The characters of all runs.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}

/// Characters of one style.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// As the file gives them.
    pub text: String,
    /// Index into [`Layout::styles`].
    pub style: u16,
}

/// How characters are drawn.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Style {
    /// Name of the font as in the file, without a subset prefix (`ABCDEF+`); may be empty. A
    /// prior for legacy encodings, never a proof.
    pub font: String,
    /// In points; 0 when unknown.
    pub size: f32,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
}

/// Whether a font belongs to the TCVN3 (ABC) family by its name, e.g. `.VnTime`, `.VnTimeH`.
pub fn is_tcvn3_font(font: &str) -> bool {
    font.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(".vn"))
}

/// A word as printed on a page: what a picture of the page is marked by. Not kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PrintedWord {
    /// As the file gives it.
    pub text: String,
    /// Where it stands on the displayed page.
    pub bbox: BBox,
}

/// A rectangle in points from the top left corner of the displayed page.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BBox {
    /// Left.
    pub x0: f32,
    /// Top.
    pub y0: f32,
    /// Right.
    pub x1: f32,
    /// Bottom.
    pub y1: f32,
}

impl BBox {
    /// The smallest rectangle around both.
    pub fn union(self, other: BBox) -> BBox {
        BBox {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }
}
