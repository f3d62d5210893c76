//! Word 6 and 95 → the tables of Word 97, so that one reader reads both.
//!
//! These versions keep everything in one stream, write text in one byte a character, fonts and
//! style names in ANSI, and property modifiers in one byte where Word 97 has two. Notes, running
//! heads, text boxes and lists are not read.
//!
//! # Source
//! The binary file format of Word for Windows 6.0 and 7.0.

use super::{
    fib::{items, u16_at, u32_at},
    sprm,
};

/// Where the head of a text of Word 6 says what is needed.
mod at {
    pub const TEXT_START: usize = 0x18;
    pub const N_CHARACTERS: usize = 0x34;
    pub const STYLES: usize = 0x60;
    pub const CHARACTERS: usize = 0xB8;
    pub const PARAGRAPHS: usize = 0xC0;
    pub const FONTS: usize = 0xD0;
    pub const PIECES: usize = 0x160;
}

/// What of such a text is needed.
#[derive(Debug)]
pub struct OldFib {
    /// Where the text begins, when it is not in pieces.
    pub text_start: u32,
    /// How many characters it has.
    pub n_characters: u32,
    is_in_pieces: bool,
}

/// A table of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldPart {
    /// Styles.
    Styles,
    /// Pages of character properties.
    Characters,
    /// Pages of paragraph properties.
    Paragraphs,
    /// Fonts.
    Fonts,
    /// The pieces of the text.
    Pieces,
}

impl OldFib {
    /// Reads the head; `None` when it is cut off.
    pub fn read(stream: &[u8]) -> Option<Self> {
        const IS_IN_PIECES: u16 = 0x0004;
        Some(Self {
            text_start: u32_at(stream, at::TEXT_START)?,
            n_characters: u32_at(stream, at::N_CHARACTERS)?,
            is_in_pieces: u16_at(stream, 10)? & IS_IN_PIECES != 0,
        })
    }

    /// The bytes of a table; empty when it is not there.
    pub fn part<'s>(&self, stream: &'s [u8], part: OldPart) -> &'s [u8] {
        let place = match part {
            OldPart::Styles => at::STYLES,
            OldPart::Characters => at::CHARACTERS,
            OldPart::Paragraphs => at::PARAGRAPHS,
            OldPart::Fonts => at::FONTS,
            OldPart::Pieces if !self.is_in_pieces => return &[],
            OldPart::Pieces => at::PIECES,
        };
        let range = || {
            let start = u32_at(stream, place)? as usize;
            let n_bytes = u32_at(stream, place + 4)? as usize;
            stream.get(start..start.checked_add(n_bytes)?)
        };
        range().unwrap_or_default()
    }
}

/// The numbers of the pages of a table of pages.
pub fn page_numbers(plc: &[u8]) -> impl Iterator<Item = u32> + '_ {
    items(plc, 2).map(|item| u32::from(u16_at(item, 0).unwrap_or_default()))
}

/// How long the operand of a modifier is.
enum Operand {
    Fixed(usize),
    /// After a byte that says the length, and so many more.
    Counted(usize),
    /// After two bytes that say the length and one.
    CountedWide,
}

fn operand(code: u8) -> Option<Operand> {
    Some(match code {
        0 | 52 | 83 | 163 => Operand::Fixed(0),
        4..=11
        | 13
        | 14
        | 24
        | 25
        | 29
        | 37
        | 44
        | 50
        | 51
        | 65..=67
        | 71
        | 75
        | 85..=92
        | 94
        | 98
        | 100
        | 102
        | 104
        | 117..=119
        | 131
        | 132
        | 138
        | 139
        | 142
        | 143
        | 146
        | 147
        | 150..=153
        | 158
        | 159
        | 162
        | 185
        | 186 => Operand::Fixed(1),
        2
        | 16..=19
        | 21
        | 22
        | 26..=28
        | 30..=36
        | 38..=43
        | 45..=49
        | 69
        | 72
        | 80
        | 93
        | 96
        | 97
        | 99
        | 101
        | 107
        | 109
        | 110
        | 121..=124
        | 140
        | 141
        | 144
        | 145
        | 148
        | 149
        | 154..=157
        | 160
        | 161
        | 164..=171
        | 182..=184
        | 189
        | 195
        | 197
        | 198 => Operand::Fixed(2),
        73 | 95 | 136 | 137 => Operand::Fixed(3),
        20 | 70 | 192 | 194 | 196 | 200 => Operand::Fixed(4),
        193 | 199 => Operand::Fixed(5),
        187 => Operand::Fixed(12),
        3 => Operand::Counted(3),
        120 => Operand::Counted(12),
        191 => Operand::Counted(1),
        12 | 15 | 23 | 68 | 74 | 81 | 82 | 103 | 105 | 106 | 108 | 133 => Operand::Counted(0),
        188 | 190 => Operand::CountedWide,
        _ => return None,
    })
}

/// Modifiers of Word 6 as modifiers of Word 97; those that are not read are left out, and a
/// modifier that is not known ends the list: its length is not known either.
pub fn translate(grpprl: &[u8]) -> Vec<u8> {
    let mut made = Vec::new();
    let mut at = 0;
    while let Some(&code) = grpprl.get(at) {
        at += 1;
        let Some(operand) = operand(code) else { break };
        let (start, n_bytes) = match operand {
            Operand::Fixed(n_bytes) => (at, n_bytes),
            Operand::Counted(more) => match grpprl.get(at) {
                Some(&count) => (at + 1, usize::from(count) + more),
                None => break,
            },
            Operand::CountedWide => match u16_at(grpprl, at) {
                Some(count) => (at + 2, usize::from(count).saturating_sub(1)),
                None => break,
            },
        };
        let Some(operand) = grpprl.get(start..start + n_bytes) else { break };
        at = start + n_bytes;
        push(code, operand, &mut made);
    }
    made
}

fn push(code: u8, operand: &[u8], made: &mut Vec<u8>) {
    let same = match code {
        2 => sprm::PARAGRAPH_STYLE,
        5 => sprm::ALIGNMENT_97,
        9 => sprm::STARTS_PAGE,
        24 => sprm::IN_TABLE,
        25 => sprm::ROW_END,
        65 => sprm::DELETED,
        80 => sprm::CHARACTER_STYLE,
        85 => sprm::BOLD,
        86 => sprm::ITALIC,
        91 => sprm::CAPS,
        92 => sprm::HIDDEN,
        93 => sprm::FONT_ASCII,
        99 => sprm::HALF_POINTS,
        104 => sprm::RAISED,
        117 => sprm::SPECIAL,
        142 => sprm::SECTION_START,
        74 => return push_symbol(operand, made),
        190 => return push_cells(operand, made),
        187 => return push_borders(operand, made),
        _ => return,
    };
    made.extend_from_slice(&same.to_le_bytes());
    made.extend_from_slice(operand);
}

/// A symbol: its font and its code of one byte.
fn push_symbol(operand: &[u8], made: &mut Vec<u8>) {
    let (Some(font), Some(&code)) = (u16_at(operand, 0), operand.get(2)) else { return };
    made.extend_from_slice(&sprm::SYMBOL.to_le_bytes());
    made.extend_from_slice(&font.to_le_bytes());
    made.extend_from_slice(&(0xF000 + u16::from(code)).to_le_bytes());
}

/// The cells of a row: the same edges, cells of 10 bytes where Word 97 has 20.
fn push_cells(operand: &[u8], made: &mut Vec<u8>) {
    const CELL_BYTES: usize = 10;
    let n_cells = usize::from(sprm::byte(operand));
    let n_edge_bytes = 1 + 2 * (n_cells + 1);
    let Some(edges) = operand.get(..n_edge_bytes) else { return };
    let mut cells = Vec::new();
    for cell in operand[n_edge_bytes..].chunks_exact(CELL_BYTES) {
        cells.extend_from_slice(&[0; 4]);
        for border in cell[2..].chunks_exact(2) {
            cells.extend_from_slice(&border_97(border));
        }
    }
    let Ok(n_bytes) = u16::try_from(edges.len() + cells.len() + 1) else { return };
    made.extend_from_slice(&sprm::ROW_CELLS.to_le_bytes());
    made.extend_from_slice(&n_bytes.to_le_bytes());
    made.extend_from_slice(edges);
    made.extend_from_slice(&cells);
}

fn push_borders(operand: &[u8], made: &mut Vec<u8>) {
    const N_BYTES: u8 = 24;
    made.extend_from_slice(&sprm::TABLE_BORDERS_97.to_le_bytes());
    made.push(N_BYTES);
    for border in operand.chunks_exact(2) {
        made.extend_from_slice(&border_97(border));
    }
}

/// A border as Word 97 writes it, as far as whether it is drawn: its width is in the lowest
/// three bits, its kind in the next two.
fn border_97(border: &[u8]) -> [u8; 4] {
    let is_drawn = border[0] & 0b1_1111 != 0 && border != [0xFF, 0xFF];
    [0, u8::from(is_drawn), 0, 0]
}

/// The names of the fonts, by their numbers: a length, what stands before the name, the name.
pub fn font_names(table: &[u8]) -> Vec<String> {
    const HEAD_BYTES: usize = 6;
    let mut names = Vec::new();
    let mut at = 2;
    while let Some(&n_bytes) = table.get(at) {
        let end = at + 1 + usize::from(n_bytes);
        let name = table.get(at + HEAD_BYTES..end.min(table.len())).unwrap_or_default();
        let name: Vec<u8> = name.iter().copied().take_while(|&byte| byte != 0).collect();
        names.push(encoding_rs::WINDOWS_1252.decode_without_bom_handling(&name).0.into_owned());
        at = end;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_become_those_of_word_97() {
        let old = [
            93, 3, 0, // font 3
            20, 0, 0, 0, 0, // line spacing, which is not read
            85, 1, // bold
            74, 3, 2, 0, 0xB7, // a symbol of font 2
            190, 16, 0, 1, 0, 0, 100, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, // a cell, ruled above
            250, 1, // nobody knows
        ];
        let mut seen = Vec::new();
        sprm::each(&translate(&old), |modifier, operand| seen.push((modifier, operand.to_vec())));
        let mut cells = vec![1, 0, 0, 100, 0];
        cells.extend([0, 0, 0, 0, 0, 1, 0, 0]);
        cells.extend([0; 12]);
        let expect = [
            (sprm::FONT_ASCII, vec![3, 0]),
            (sprm::BOLD, vec![1]),
            (sprm::SYMBOL, vec![2, 0, 0xB7, 0xF0]),
            (sprm::ROW_CELLS, cells),
        ];
        assert_eq!(seen, expect);
    }

    #[test]
    fn fonts_by_their_numbers() {
        let mut table = vec![0, 0];
        for name in ["Arial", ".VnTimeH"] {
            table.push((5 + name.len() + 1) as u8);
            table.extend([0; 5]);
            table.extend(name.as_bytes());
            table.push(0);
        }
        assert_eq!(font_names(&table), ["Arial", ".VnTimeH"]);
    }
}
