//! Styles, fonts and property modifiers → what a run looks like and what a paragraph is.
//!
//! # Source
//! [MS-DOC] 2.9.271 (STSH), 2.9.260 (STD), 2.9.284 (SttbfFfn), 2.6.

use std::borrow::Cow;

use super::{
    fib::{u16_at, u32_at},
    old, sprm,
};

/// Chains of styles longer than this are cycles.
const LONGEST_CHAIN: usize = 32;
/// A number that stands for no style.
const NO_STYLE: u16 = 0x0FFF;

/// The styles and fonts of a document.
#[derive(Debug, Default)]
pub struct Sheet<'t> {
    styles: Vec<Entry<'t>>,
    fonts: Vec<String>,
    default_font: u16,
    /// The stream that modifiers may go on in.
    data: &'t [u8],
}

#[derive(Debug, Default, Clone)]
struct Entry<'t> {
    base: u16,
    paragraph: Cow<'t, [u8]>,
    characters: Cow<'t, [u8]>,
    table: Cow<'t, [u8]>,
}

/// What a run looks like.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Run {
    /// Number of its font.
    pub font: u16,
    /// Size.
    pub half_points: u16,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// In capitals.
    pub caps: bool,
    /// Superscript.
    pub is_raised: bool,
    /// Not shown.
    pub is_hidden: bool,
    /// Its characters stand for something else.
    pub is_special: bool,
    /// Deleted while changes were tracked.
    pub is_deleted: bool,
    /// Font and code of a symbol.
    pub symbol: Option<(u16, u16)>,
}

/// What a paragraph is.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    /// Number of its style.
    pub style: u16,
    /// Centred.
    pub is_centred: bool,
    /// Starts a page.
    pub starts_page: bool,
    /// The list it says itself to be in; 0 takes it out of any.
    pub list: Option<u16>,
    /// The level it says itself to have.
    pub level: Option<u8>,
    /// The nearest style that names a list, and the list.
    pub style_list: Option<(u16, u16)>,
    /// The level its style says.
    pub style_level: Option<u8>,
    /// How many tables it stands in.
    pub depth: u32,
    /// Ends a row of the outermost table.
    pub is_row_end: bool,
    /// Ends a cell of an inner table.
    pub is_inner_cell_end: bool,
    /// Ends a row of an inner table.
    pub is_inner_row_end: bool,
    /// The cells of the row that it ends.
    pub row: RowShape,
}

/// The cells of a row.
#[derive(Debug, Clone, Default)]
pub struct RowShape {
    /// Where they begin, and where the last one ends, in twentieths of a point.
    pub edges: Vec<i16>,
    /// Whether they are ruled.
    pub is_ruled: bool,
}

impl<'t> Sheet<'t> {
    /// Reads the style sheet and the font table; what is damaged is left out.
    pub fn read(stshf: &'t [u8], fonts: &[u8], data: &'t [u8]) -> Self {
        let mut sheet = Self { fonts: font_names(fonts), data, ..Self::default() };
        sheet.read_styles(stshf, name_of_units);
        sheet
    }

    /// Reads the style sheet and the font table of a text of Word 6 or 95.
    pub fn read_old(stshf: &'t [u8], fonts: &[u8]) -> Self {
        let mut sheet = Self { fonts: old::font_names(fonts), ..Self::default() };
        sheet.read_styles(stshf, name_of_bytes);
        for entry in &mut sheet.styles {
            for list in [&mut entry.paragraph, &mut entry.characters] {
                *list = Cow::Owned(old::translate(list));
            }
        }
        sheet
    }

    /// `name_bytes` tells how many bytes the name takes that stands at an offset.
    fn read_styles(&mut self, stshf: &'t [u8], name_bytes: fn(&[u8], usize) -> Option<usize>) {
        let Some(head_bytes) = u16_at(stshf, 0) else { return };
        let n_styles = u16_at(stshf, 2).unwrap_or_default();
        let base_bytes = u16_at(stshf, 4).unwrap_or_default();
        // Three default fonts; the first is that of ASCII letters.
        const DEFAULT_FONT: usize = 2 + 12;
        if usize::from(head_bytes) + 2 > DEFAULT_FONT {
            self.default_font = u16_at(stshf, DEFAULT_FONT).unwrap_or_default();
        }
        let mut at = 2 + usize::from(head_bytes);
        for _ in 0..n_styles {
            let Some(n_bytes) = u16_at(stshf, at) else { break };
            let end = at + 2 + usize::from(n_bytes);
            let std = stshf.get(at + 2..end).unwrap_or_default();
            at = end;
            let base_bytes = usize::from(base_bytes);
            let entry =
                name_bytes(std, base_bytes).and_then(|n_bytes| entry(std, base_bytes + n_bytes));
            self.styles.push(entry.unwrap_or(Entry { base: NO_STYLE, ..Entry::default() }));
        }
    }

    /// The name of a font; empty when there is none.
    pub fn font(&self, number: u16) -> &str {
        self.fonts.get(usize::from(number)).map_or("", String::as_str)
    }

    /// What stored modifiers make of a paragraph; the number of its style stands before them.
    pub fn paragraph(&self, stored: &[u8], of_piece: &[u8]) -> Paragraph {
        let mut style = u16_at(stored, 0).unwrap_or_default();
        let own = stored.get(2..).unwrap_or_default();
        for grpprl in [own, of_piece] {
            sprm::each(grpprl, |modifier, operand| {
                if modifier == sprm::PARAGRAPH_STYLE {
                    style = sprm::word(operand);
                }
            });
        }
        let mut paragraph = Paragraph { style, ..Paragraph::default() };
        for number in self.chain(style) {
            self.modify(&mut paragraph, &self.styles[usize::from(number)].paragraph, 0);
            if let Some(list) = paragraph.list.take() {
                paragraph.style_list = Some((number, list));
            }
            paragraph.style_level = paragraph.level.take().or(paragraph.style_level);
        }
        self.modify(&mut paragraph, own, 0);
        self.modify(&mut paragraph, of_piece, 0);
        paragraph
    }

    fn modify(&self, paragraph: &mut Paragraph, grpprl: &[u8], n_hops: usize) {
        sprm::each(grpprl, |modifier, operand| match modifier {
            sprm::ALIGNMENT | sprm::ALIGNMENT_97 => paragraph.is_centred = sprm::byte(operand) == 1,
            sprm::STARTS_PAGE => paragraph.starts_page = sprm::byte(operand) != 0,
            sprm::LIST => paragraph.list = Some(sprm::word(operand)),
            sprm::LIST_LEVEL => paragraph.level = Some(sprm::byte(operand)),
            sprm::IN_TABLE if paragraph.depth == 0 || sprm::byte(operand) == 0 => {
                paragraph.depth = u32::from(sprm::byte(operand) != 0);
            }
            sprm::TABLE_DEPTH => paragraph.depth = u32_at(operand, 0).unwrap_or_default(),
            sprm::ROW_END => paragraph.is_row_end = sprm::byte(operand) != 0,
            sprm::INNER_CELL_END => paragraph.is_inner_cell_end = sprm::byte(operand) != 0,
            sprm::INNER_ROW_END => paragraph.is_inner_row_end = sprm::byte(operand) != 0,
            sprm::ROW_CELLS => {
                let (edges, is_ruled) = row_cells(operand);
                paragraph.row.edges = edges;
                paragraph.row.is_ruled |= is_ruled;
            }
            sprm::TABLE_BORDERS | sprm::TABLE_BORDERS_97 => {
                paragraph.row.is_ruled |= has_border(modifier, operand);
            }
            sprm::TABLE_STYLE => {
                for number in self.chain(sprm::word(operand)) {
                    sprm::each(&self.styles[usize::from(number)].table, |modifier, operand| {
                        if matches!(modifier, sprm::TABLE_BORDERS | sprm::TABLE_BORDERS_97) {
                            paragraph.row.is_ruled |= has_border(modifier, operand);
                        }
                    });
                }
            }
            sprm::MORE if n_hops == 0 => {
                let start = u32_at(operand, 0).unwrap_or(u32::MAX) as usize;
                let n_bytes = usize::from(u16_at(self.data, start).unwrap_or_default());
                let more =
                    start.checked_add(2).and_then(|from| self.data.get(from..from + n_bytes));
                self.modify(paragraph, more.unwrap_or_default(), n_hops + 1);
            }
            _ => {}
        });
    }

    /// What characters look like without modifiers of their own, in a paragraph of a style.
    pub fn plain_run(&self, style: u16) -> Run {
        let mut run = Run { font: self.default_font, half_points: 20, ..Run::default() };
        for number in self.chain(style) {
            let plain = run;
            self.modify_run(&mut run, &self.styles[usize::from(number)].characters, plain);
        }
        run
    }

    /// What modifiers make of a run whose paragraph makes it `plain`.
    pub fn modify_run(&self, run: &mut Run, grpprl: &[u8], plain: Run) {
        let mut of_style = plain;
        sprm::each(grpprl, |modifier, operand| {
            let is_on = |of_style: bool| match sprm::byte(operand) {
                0x80 => of_style,
                0x81 => !of_style,
                value => value != 0,
            };
            match modifier {
                sprm::CHARACTER_STYLE => {
                    for number in self.chain(sprm::word(operand)) {
                        let before = *run;
                        let characters = &self.styles[usize::from(number)].characters;
                        // Character styles name none, so this ends.
                        self.modify_run(run, without_style(characters), before);
                    }
                    of_style = *run;
                }
                sprm::FONT_ASCII | sprm::FONT_OTHER => run.font = sprm::word(operand),
                sprm::HALF_POINTS => run.half_points = sprm::word(operand),
                sprm::BOLD => run.bold = is_on(of_style.bold),
                sprm::ITALIC => run.italic = is_on(of_style.italic),
                sprm::CAPS => run.caps = is_on(of_style.caps),
                sprm::HIDDEN => run.is_hidden = is_on(of_style.is_hidden),
                sprm::RAISED => run.is_raised = sprm::byte(operand) == 1,
                sprm::SPECIAL => run.is_special = sprm::byte(operand) != 0,
                sprm::DELETED => run.is_deleted = sprm::byte(operand) & 1 != 0,
                sprm::SYMBOL => {
                    let code = u16_at(operand, 2).unwrap_or_default();
                    run.symbol = Some((sprm::word(operand), code));
                }
                _ => {}
            }
        });
    }

    /// A style and those it is based on, the basis first.
    fn chain(&self, style: u16) -> Vec<u16> {
        let mut chain = Vec::new();
        let mut number = style;
        while let Some(entry) = self.styles.get(usize::from(number))
            && chain.len() < LONGEST_CHAIN
        {
            chain.push(number);
            number = entry.base;
        }
        chain.reverse();
        chain
    }
}

/// Modifiers up to one that names a character style.
fn without_style(grpprl: &[u8]) -> &[u8] {
    let name = sprm::CHARACTER_STYLE.to_le_bytes();
    let end = grpprl.windows(2).position(|window| window == name);
    &grpprl[..end.unwrap_or(grpprl.len())]
}

/// The bytes of a name: its length in units of two bytes, the units, a zero.
fn name_of_units(std: &[u8], at: usize) -> Option<usize> {
    Some(2 + 2 * usize::from(u16_at(std, at)?) + 2)
}

/// The bytes of a name of one byte a character.
fn name_of_bytes(std: &[u8], at: usize) -> Option<usize> {
    Some(1 + usize::from(*std.get(at)?) + 1)
}

/// One style: its basis, and the lists of modifiers after its name, which ends at an offset.
fn entry(std: &[u8], name_end: usize) -> Option<Entry<'_>> {
    const PARAGRAPH: u16 = 1;
    const CHARACTER: u16 = 2;
    const TABLE: u16 = 3;
    let kind_and_base = u16_at(std, 2)?;
    let n_lists = u16_at(std, 4)? & 0xF;
    let (kind, base) = (kind_and_base & 0xF, kind_and_base >> 4);
    let mut at = name_end;
    let mut lists: Vec<&[u8]> = Vec::new();
    for _ in 0..n_lists {
        // Every list begins at an even offset.
        at += at % 2;
        let Some(n_bytes) = u16_at(std, at) else { break };
        let end = at + 2 + usize::from(n_bytes);
        lists.push(std.get(at + 2..end).unwrap_or_default());
        at = end;
    }
    let list = |index: usize| lists.get(index).copied().unwrap_or_default();
    let after_number = |list: &'_ [u8]| -> usize { 2.min(list.len()) };
    let mut entry = Entry { base, ..Entry::default() };
    match kind {
        PARAGRAPH => {
            entry.paragraph = Cow::Borrowed(&list(0)[after_number(list(0))..]);
            entry.characters = Cow::Borrowed(list(1));
        }
        CHARACTER => entry.characters = Cow::Borrowed(list(0)),
        TABLE => entry.table = Cow::Borrowed(list(0)),
        _ => {}
    }
    Some(entry)
}

/// The fonts, by their numbers.
fn font_names(table: &[u8]) -> Vec<String> {
    /// What stands before the name: size, family, weight, character set, a second name's place,
    /// a signature.
    const HEAD_BYTES: usize = 1 + 1 + 2 + 1 + 1 + 10 + 24;
    const IS_EXTENDED: u16 = 0xFFFF;
    let mut names = Vec::new();
    let is_extended = u16_at(table, 0) == Some(IS_EXTENDED);
    let start = if is_extended { 2 } else { 0 };
    let n_fonts = u16_at(table, start).unwrap_or_default();
    let mut at = start + 4;
    for _ in 0..n_fonts {
        let Some(&n_bytes) = table.get(at) else { break };
        let end = at + 1 + usize::from(n_bytes);
        let name = table.get(at + HEAD_BYTES..end).unwrap_or_default();
        let units = name.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        let units: Vec<u16> = units.take_while(|&unit| unit != 0).collect();
        names.push(String::from_utf16_lossy(&units));
        at = end;
    }
    names
}

/// The edges of the cells of a row, and whether most cells are ruled.
fn row_cells(operand: &[u8]) -> (Vec<i16>, bool) {
    const CELL_BYTES: usize = 20;
    const BORDER_BYTES: usize = 4;
    let n_cells = usize::from(sprm::byte(operand));
    let edge = |index: usize| u16_at(operand, 1 + 2 * index).map(|edge| edge as i16);
    let edges: Vec<i16> = (0..=n_cells).map_while(edge).collect();
    let cells = operand.get(1 + 2 * (n_cells + 1)..).unwrap_or_default();
    let is_ruled =
        |cell: &[u8]| cell[4..].chunks_exact(BORDER_BYTES).any(|border| is_drawn(border[1]));
    let n_ruled = cells.chunks_exact(CELL_BYTES).filter(|cell| is_ruled(cell)).count();
    (edges, 2 * n_ruled > n_cells)
}

fn has_border(modifier: u16, operand: &[u8]) -> bool {
    let (border_bytes, kind) = if modifier == sprm::TABLE_BORDERS { (8, 5) } else { (4, 1) };
    operand.chunks_exact(border_bytes).any(|border| is_drawn(border[kind]))
}

/// The kind of a border: none, or the mark of one that is not said.
fn is_drawn(kind: u8) -> bool {
    kind != 0 && kind != 0xFF
}
