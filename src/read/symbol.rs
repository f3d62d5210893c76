//! Characters of Symbol and Wingdings → the Unicode characters they look like.
//!
//! The pairs are data: `domain/tables/symbol_fonts.tsv`.

use std::{collections::HashMap, sync::LazyLock};

static TABLE: &str = include_str!("../domain/tables/symbol_fonts.tsv");

/// Font → code of a byte → character.
static FONTS: LazyLock<HashMap<&str, HashMap<u32, char>>> = LazyLock::new(|| {
    let mut fonts: HashMap<&str, HashMap<u32, char>> = HashMap::new();
    for line in TABLE.lines().skip(1) {
        let mut cells = line.split('\t');
        let (Some(font), Some(code), Some(text)) = (cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        let code = u32::from_str_radix(code, 16);
        if let (Ok(code), Some(character)) = (code, text.chars().next()) {
            fonts.entry(font).or_default().insert(code, character);
        }
    }
    fonts
});

/// The character that is shown for one of a font. Fonts that are not symbol fonts show the
/// character itself; a private character that is in no table is shown as a bullet, since that
/// is what most of them are.
pub fn shown(font: &str, character: char) -> char {
    const PRIVATE: std::ops::RangeInclusive<u32> = 0xF020..=0xF0FF;
    let code = u32::from(character);
    let is_private = PRIVATE.contains(&code);
    let table = match FONTS.get(font) {
        Some(table) => table,
        // The font of a private character may be lost; Symbol is what Word falls back to.
        None if is_private => match FONTS.get("Symbol") {
            Some(table) => table,
            None => return character,
        },
        None => return character,
    };
    let byte = if is_private { code - 0xF000 } else { code };
    match table.get(&byte) {
        Some(&shown) => shown,
        None if !is_private => character,
        // ASCII that Symbol leaves as it is.
        None if byte < 0x7F && font != "Wingdings" => char::from(byte as u8),
        None => '•',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(font: &str, character: char, expect: char) {
        assert_eq!(shown(font, character), expect);
    }

    #[test]
    fn symbols_are_shown_as_they_look() {
        check("Symbol", '\u{F0B3}', '≥');
        check("Symbol", '\u{B3}', '≥');
        check("Wingdings", '\u{F0FE}', '☑');
        // A private character in a font that is no symbol font is one of Symbol.
        check("Times New Roman", '\u{F0B7}', '•');
        check("Times New Roman", 'đ', 'đ');
        check("Wingdings", '\u{F024}', '•');
        check("Symbol", '\u{F031}', '1');
    }
}
