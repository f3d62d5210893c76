//! Lists of property modifiers (`grpprl`) → modifiers with their operands.
//!
//! # Source
//! [MS-DOC] 2.2.5.1, 2.6.

use super::fib::u16_at;

/// Style of the characters.
pub const CHARACTER_STYLE: u16 = 0x4A30;
/// Deleted while changes were tracked.
pub const DELETED: u16 = 0x0800;
/// The character is not what it looks like: a picture, a note reference.
pub const SPECIAL: u16 = 0x0855;
/// A character of a symbol font.
pub const SYMBOL: u16 = 0x6A09;
/// Bold.
pub const BOLD: u16 = 0x0835;
/// Italic.
pub const ITALIC: u16 = 0x0836;
/// In capitals.
pub const CAPS: u16 = 0x083B;
/// Not shown.
pub const HIDDEN: u16 = 0x083C;
/// Size in half points.
pub const HALF_POINTS: u16 = 0x4A43;
/// Superscript or subscript.
pub const RAISED: u16 = 0x2A48;
/// Font of ASCII letters.
pub const FONT_ASCII: u16 = 0x4A4F;
/// Font of other letters.
pub const FONT_OTHER: u16 = 0x4A51;
/// Style of the paragraph.
pub const PARAGRAPH_STYLE: u16 = 0x4600;
/// Alignment, as Word 97 wrote it.
pub const ALIGNMENT_97: u16 = 0x2403;
/// Alignment.
pub const ALIGNMENT: u16 = 0x2461;
/// Starts a page.
pub const STARTS_PAGE: u16 = 0x2407;
/// In a table.
pub const IN_TABLE: u16 = 0x2416;
/// Ends a row.
pub const ROW_END: u16 = 0x2417;
/// Depth of nested tables.
pub const TABLE_DEPTH: u16 = 0x6649;
/// Ends a cell of an inner table.
pub const INNER_CELL_END: u16 = 0x244B;
/// Ends a row of an inner table.
pub const INNER_ROW_END: u16 = 0x244C;
/// Level in a list.
pub const LIST_LEVEL: u16 = 0x260A;
/// List.
pub const LIST: u16 = 0x460B;
/// More modifiers, in the `Data` stream.
pub const MORE: u16 = 0x6646;
/// Cells of a row.
pub const ROW_CELLS: u16 = 0xD608;
/// Borders of a table, as Word 97 wrote them.
pub const TABLE_BORDERS_97: u16 = 0xD605;
/// Borders of a table.
pub const TABLE_BORDERS: u16 = 0xD613;
/// Style of a table.
pub const TABLE_STYLE: u16 = 0x563A;
/// How a section begins.
pub const SECTION_START: u16 = 0x3009;

/// Calls `visit` with each modifier and its operand, which is never shorter than its kind asks.
/// An operand that runs past the end stops the walk.
pub fn each(grpprl: &[u8], mut visit: impl FnMut(u16, &[u8])) {
    const TABS: u16 = 0xC615;
    let mut at = 0;
    while let Some(sprm) = u16_at(grpprl, at) {
        at += 2;
        let (start, n_bytes) = match sprm >> 13 {
            0 | 1 => (at, 1),
            2 | 4 | 5 => (at, 2),
            3 => (at, 4),
            7 => (at, 3),
            _ if sprm == ROW_CELLS => {
                // The count includes one byte of itself.
                let Some(count) = u16_at(grpprl, at) else { return };
                (at + 2, usize::from(count).saturating_sub(1))
            }
            _ => {
                let Some(&count) = grpprl.get(at) else { return };
                let n_bytes = match (sprm, count) {
                    (TABS, 255) => tab_bytes(grpprl, at + 1),
                    _ => Some(usize::from(count)),
                };
                let Some(n_bytes) = n_bytes else { return };
                (at + 1, n_bytes)
            }
        };
        let Some(operand) = grpprl.get(start..start + n_bytes) else { return };
        visit(sprm, operand);
        at = start + n_bytes;
    }
}

/// The length of a list of tab stops that is too long for a byte.
fn tab_bytes(grpprl: &[u8], at: usize) -> Option<usize> {
    let n_deleted = usize::from(*grpprl.get(at)?);
    let n_added = usize::from(*grpprl.get(at + 1 + 4 * n_deleted)?);
    Some(2 + 4 * n_deleted + 3 * n_added)
}

/// The first two bytes of an operand; zeros where it is shorter.
pub fn word(operand: &[u8]) -> u16 {
    u16_at(operand, 0).unwrap_or_default()
}

/// The first byte of an operand.
pub fn byte(operand: &[u8]) -> u8 {
    operand.first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_of_every_size() {
        let grpprl = [
            0x35, 0x08, 1, // bold
            0x43, 0x4A, 28, 0, // size
            0x09, 0x6A, 2, 0, 0xB7, 0xF0, // symbol
            0x15, 0xC6, 2, 0, 0, // no tab stops
            0x08, 0xD6, 4, 0, 1, 0, 0, // three bytes of cells
            0x0B, 0x46, 3, // cut off
        ];
        let mut seen = Vec::new();
        each(&grpprl, |sprm, operand| seen.push((sprm, operand.to_vec())));
        let expect = [
            (BOLD, vec![1]),
            (HALF_POINTS, vec![28, 0]),
            (SYMBOL, vec![2, 0, 0xB7, 0xF0]),
            (0xC615, vec![0, 0]),
            (ROW_CELLS, vec![1, 0, 0]),
        ];
        assert_eq!(seen, expect);
    }
}
