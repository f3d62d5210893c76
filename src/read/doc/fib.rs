//! The head of the `WordDocument` stream (FIB) → where everything else lies.
//!
//! # Source
//! [MS-DOC] 2.5.1 to 2.5.6.

use std::ops::Range;

/// Number of the first version with this layout: Word 97. Word 6 and 95 wrote smaller ones.
const WORD_97: u16 = 0xC0;
const BASE_BYTES: usize = 32;

/// What of the head is needed.
#[derive(Debug, Default)]
pub struct Fib {
    /// Name of the stream that holds the tables.
    pub table_stream: &'static str,
    /// Characters of each story, in their order in the text.
    pub n_characters: Stories<u32>,
    rg_fc_lcb: Range<usize>,
}

/// The stories of a text, in the order in which they lie in it.
#[derive(Debug, Default, Clone, Copy)]
pub struct Stories<T> {
    /// The text itself.
    pub main: T,
    /// Footnotes.
    pub footnotes: T,
    /// Running heads and feet.
    pub running: T,
    /// Comments.
    pub comments: T,
    /// Endnotes.
    pub endnotes: T,
    /// Text boxes.
    pub boxes: T,
}

/// What the head says of the file as a whole.
#[derive(Debug)]
pub enum Head {
    /// Word 97 to 2003.
    Word97(Fib),
    /// Word 6 or 95.
    Older,
    /// Encrypted.
    Encrypted,
    /// Not the head of a text of Word, or cut off.
    Damaged,
}

/// A table of the table stream, by its place among the pairs of the head.
#[derive(Debug, Clone, Copy)]
#[repr(usize)]
pub enum Part {
    /// Styles.
    Stshf = 1,
    /// References to footnotes.
    FootnoteRefs = 2,
    /// Texts of footnotes.
    FootnoteTexts = 3,
    /// Sections.
    Sections = 6,
    /// Running heads and feet.
    Running = 11,
    /// Pages of character properties.
    Characters = 12,
    /// Pages of paragraph properties.
    Paragraphs = 13,
    /// Fonts.
    Fonts = 15,
    /// The pieces of the text.
    Clx = 33,
    /// Places of drawings.
    Drawings = 40,
    /// References to endnotes.
    EndnoteRefs = 46,
    /// Texts of endnotes.
    EndnoteTexts = 47,
    /// Text boxes.
    Boxes = 56,
    /// Templates of lists.
    Lists = 73,
    /// Lists.
    ListOverrides = 74,
}

/// Reads the head.
pub fn read(document: &[u8]) -> Head {
    read_fields(document).unwrap_or(Head::Damaged)
}

fn read_fields(document: &[u8]) -> Option<Head> {
    const WORD: u16 = 0xA5EC;
    const WORD_6: u16 = 0xA5DC;
    const IS_ENCRYPTED: u16 = 0x0100;
    const IS_TABLE_1: u16 = 0x0200;
    let (ident, version, flags) =
        (u16_at(document, 0)?, u16_at(document, 2)?, u16_at(document, 10)?);
    if ident != WORD && ident != WORD_6 {
        return None;
    }
    if flags & IS_ENCRYPTED != 0 {
        return Some(Head::Encrypted);
    }
    if ident == WORD_6 || version < WORD_97 {
        return Some(Head::Older);
    }
    // Three arrays, each after the number of its elements.
    let n_words = usize::from(u16_at(document, BASE_BYTES)?);
    let longs = BASE_BYTES + 2 + 2 * n_words;
    let n_longs = usize::from(u16_at(document, longs)?);
    let pairs = longs + 2 + 4 * n_longs;
    let n_pairs = usize::from(u16_at(document, pairs)?);
    let long = |index: usize| {
        // Lengths are signed; a negative one is damage.
        let value = u32_at(document, longs + 2 + 4 * index).filter(|_| index < n_longs);
        value.filter(|&value| value <= i32::MAX as u32)
    };
    let n_characters = Stories {
        main: long(3)?,
        footnotes: long(4)?,
        running: long(5)?,
        comments: long(7)?,
        endnotes: long(8)?,
        boxes: long(9).unwrap_or(0),
    };
    let table_stream = if flags & IS_TABLE_1 != 0 { "1Table" } else { "0Table" };
    let rg_fc_lcb = pairs + 2..pairs + 2 + 8 * n_pairs;
    Some(Head::Word97(Fib { table_stream, n_characters, rg_fc_lcb }))
}

impl Fib {
    /// Where each story begins in the text.
    pub fn starts(&self) -> Stories<u32> {
        let n = &self.n_characters;
        let footnotes = n.main;
        let running = footnotes.saturating_add(n.footnotes);
        let comments = running.saturating_add(n.running);
        let endnotes = comments.saturating_add(n.comments);
        let boxes = endnotes.saturating_add(n.endnotes);
        Stories { main: 0, footnotes, running, comments, endnotes, boxes }
    }

    /// The bytes of a table; empty when it is not there. `table` is the table stream.
    pub fn part<'t>(&self, document: &[u8], table: &'t [u8], part: Part) -> &'t [u8] {
        self.range(document, part).and_then(|range| table.get(range)).unwrap_or_default()
    }

    /// The bytes from the start of a table to the end of the table stream: some go on past
    /// their stated end.
    pub fn part_and_after<'t>(
        &self,
        document: &[u8],
        table: &'t [u8],
        part: Part,
    ) -> (&'t [u8], usize) {
        let Some(range) = self.range(document, part).filter(|range| !range.is_empty()) else {
            return (&[], 0);
        };
        (table.get(range.start..).unwrap_or_default(), range.len())
    }

    fn range(&self, document: &[u8], part: Part) -> Option<Range<usize>> {
        let at = self.rg_fc_lcb.start + 8 * part as usize;
        if at + 8 > self.rg_fc_lcb.end {
            return None;
        }
        let (start, length) = (u32_at(document, at)? as usize, u32_at(document, at + 4)? as usize);
        Some(start..start.checked_add(length)?)
    }
}

/// Little-endian.
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let end = at.checked_add(2)?;
    bytes.get(at..end)?.try_into().ok().map(u16::from_le_bytes)
}

/// Little-endian.
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let end = at.checked_add(4)?;
    bytes.get(at..end)?.try_into().ok().map(u32::from_le_bytes)
}

/// A table of `n + 1` positions and `n` items of a fixed size (PLC): the positions.
pub fn positions(plc: &[u8], item_bytes: usize) -> Vec<u32> {
    let n = plc.len().saturating_sub(4) / (4 + item_bytes);
    if plc.len() < 4 {
        return Vec::new();
    }
    (0..=n).filter_map(|index| u32_at(plc, 4 * index)).collect()
}

/// The items of such a table.
pub fn items(plc: &[u8], item_bytes: usize) -> impl Iterator<Item = &[u8]> {
    let n = plc.len().saturating_sub(4) / (4 + item_bytes);
    let start = if plc.len() < 4 { plc.len() } else { 4 * (n + 1) };
    plc[start..].chunks_exact(item_bytes).take(n)
}
