//! Layout → [`Text`]: one normalised string and the way back from every offset to page and line.
//!
//! NFC, look-alikes and legacy encodings are settled here, line by line, so that a span always
//! leads back to a line. What is printed stays: tone placement and typing errors are matched in
//! [`fold`] and [`tone`], never rewritten. Must not understand anything.

pub mod clean;
mod encoding;
pub mod flow;
pub mod fold;
pub mod legacy;
pub mod place;
pub mod scanned;
pub mod sentence;
pub mod syllable;
pub mod tokens;
pub mod tone;

use serde::{Deserialize, Serialize};

use crate::{
    domain::{found::Span, record::Warning},
    layout::{BBox, Block, BlockKind, Column, Layout, Line, Page, PageClass, Run, Style},
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
    /// Running number of its block through the layout, from 0; blocks without words count too.
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
    /// Takes plain text: a line a line, a block between blank lines, a page between form feeds.
    ///
    /// For tests and for text without any layout; normalised like everything else.
    pub fn from_plain(plain: &str) -> Self {
        normalise(&plain_layout(plain)).0
    }

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

fn plain_layout(plain: &str) -> Layout {
    let mut layout = Layout { styles: vec![Style::default()], ..Layout::default() };
    for (n, page) in plain.split('\u{c}').enumerate() {
        let mut blocks = vec![Block::default()];
        for line in page.lines() {
            if line.trim().is_empty() {
                blocks.push(Block::default());
                continue;
            }
            let runs = vec![Run { text: line.to_owned(), style: 0 }];
            let block = blocks.last_mut().expect("there is always one block");
            block.lines.push(Line { runs, bbox: None });
        }
        blocks.retain(|block| !block.lines.is_empty());
        layout.pages.push(Page { number: n as u32 + 1, blocks, ..Page::default() });
    }
    layout
}

/// Normalises every line of a layout; lines without a word leave no trace.
///
/// Warns `legacy_encoding` when blocks were decoded from an encoding before Unicode, and
/// `unmapped_characters` when letters were lost because the file does not say what they
/// mean.
pub fn normalise(layout: &Layout) -> (Text, Vec<Warning>) {
    let mut text = Text::default();
    let mut n_unmapped = 0;
    let mut raw = String::new();
    let mut n_blocks = 0;
    let plan = legacy::Plan::of(layout);
    for page in &layout.pages {
        for block in &page.blocks {
            for line in &block.lines {
                raw.clear();
                let mut look = Look::default();
                plan.decode_to(n_blocks, line, &mut raw);
                for run in &line.runs {
                    look.add(&run.text, layout.styles.get(usize::from(run.style)));
                }
                n_unmapped += count_unmapped(&raw);
                let start = text.string.len();
                if page.class == PageClass::Recognised {
                    clean::clean_to(&scanned::mend(&raw), &mut text.string);
                } else {
                    clean::clean_to(&raw, &mut text.string);
                }
                if text.string.len() == start {
                    continue;
                }
                let span = Span::new(start, text.string.len());
                text.string.push('\n');
                text.lines.push(TextLine {
                    span,
                    page: page.number,
                    block: n_blocks,
                    kind: block.kind.clone(),
                    column: block.column,
                    centred: block.centred,
                    bold: look.is_bold(),
                    italic: look.is_italic(),
                    size: look.size(),
                    bbox: line.bbox,
                });
            }
            n_blocks += 1;
        }
    }
    let mut warnings = plan.warnings();
    if n_unmapped > 0 {
        let message = format!(
            "expected letters, found {n_unmapped} characters that the file does not explain; words may be incomplete"
        );
        warnings.push(Warning::new("unmapped_characters", message));
    }
    (text, warnings)
}

/// Private-use and replacement characters inside words; those standing free are bullets.
fn count_unmapped(raw: &str) -> usize {
    if raw.is_ascii() {
        return 0;
    }
    let is_unmapped = |c: char| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}');
    raw.split_whitespace()
        .filter(|word| word.contains(char::is_alphabetic))
        .map(|word| {
            word.trim_start_matches(is_unmapped).chars().filter(|&c| is_unmapped(c)).count()
        })
        .sum()
}

/// The look of most letters of a line.
#[derive(Default)]
struct Look {
    n_letters: usize,
    n_bold: usize,
    n_italic: usize,
    sizes: Vec<(f32, usize)>,
}

impl Look {
    fn add(&mut self, text: &str, style: Option<&Style>) {
        let n_letters =
            text.chars().filter(|&c| c.is_ascii_digit() || syllable::is_letter(c)).count();
        let Some(style) = style else { return };
        self.n_letters += n_letters;
        self.n_bold += if style.bold { n_letters } else { 0 };
        self.n_italic += if style.italic { n_letters } else { 0 };
        match self.sizes.iter_mut().find(|(size, _)| *size == style.size) {
            Some((_, n)) => *n += n_letters,
            None => self.sizes.push((style.size, n_letters)),
        }
    }

    fn is_bold(&self) -> bool {
        self.n_bold > 0 && self.n_bold * 2 >= self.n_letters
    }

    fn is_italic(&self) -> bool {
        self.n_italic > 0 && self.n_italic * 2 >= self.n_letters
    }

    /// The first of the most frequent sizes.
    fn size(&self) -> f32 {
        let most = self.sizes.iter().map(|(_, n)| *n).max().unwrap_or(0);
        self.sizes.iter().find(|(_, n)| *n == most).map_or(0.0, |(size, _)| *size)
    }
}
