//! [`Texts`]: what one glyph says, in four bytes. Nearly always one character; ligatures and
//! `ActualText` are strings kept aside.

use std::collections::HashMap;

/// Ids below this are characters.
const FIRST_STRING: u32 = 0x11_0000;
/// More strings than this are not kept; a document has at most some dozens of ligatures.
const MAX_STRINGS: usize = 1 << 16;
/// Longer strings of one glyph are cut.
const MAX_STRING_CHARS: usize = 512;

/// The characters of one glyph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct TextId(u32);

impl TextId {
    /// Nobody knows what the glyph says.
    pub(super) const UNKNOWN: TextId = TextId(0);

    /// The one character it stands for.
    pub(super) fn as_char(self) -> Option<char> {
        char::from_u32(self.0).filter(|&c| c != '\0')
    }

    pub(super) fn is_known(self) -> bool {
        self != Self::UNKNOWN
    }
}

/// The strings of all glyphs of a document that say more than one character.
#[derive(Debug, Default)]
pub(super) struct Texts {
    strings: Vec<String>,
    ids: HashMap<String, TextId>,
}

impl Texts {
    /// The identifier of one character; unknown for what is no text.
    pub(super) fn of_char(&mut self, character: char) -> TextId {
        match character {
            '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}' | '\u{feff}' | '\u{fffd}' => {
                TextId::UNKNOWN
            }
            '\u{fb00}'..='\u{fb06}' => self.of_str(ligature(character)),
            // A soft hyphen that is drawn is a hyphen: many fonts have one glyph for both.
            '\u{ad}' | '\u{2010}' => TextId('-' as u32),
            '\t' | '\n' | '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => {
                TextId(' ' as u32)
            }
            _ => TextId(character as u32),
        }
    }

    /// The identifier of a string.
    pub(super) fn of_str(&mut self, string: &str) -> TextId {
        let mut characters = string.chars();
        match (characters.next(), characters.next()) {
            (None, _) => return TextId::UNKNOWN,
            (Some(character), None) if !('\u{fb00}'..='\u{fb06}').contains(&character) => {
                return self.of_char(character);
            }
            _ => {}
        }
        let mut clean = String::new();
        for character in string.chars().take(MAX_STRING_CHARS) {
            match self.of_char_in_string(character) {
                Some(character) => clean.push(character),
                None if ('\u{fb00}'..='\u{fb06}').contains(&character) => {
                    clean.push_str(ligature(character));
                }
                None => {}
            }
        }
        if let Some(id) = self.ids.get(&clean) {
            return *id;
        }
        if clean.is_empty() || self.strings.len() >= MAX_STRINGS {
            return TextId::UNKNOWN;
        }
        let mut characters = clean.chars();
        if let (Some(only), None) = (characters.next(), characters.next()) {
            return TextId(only as u32);
        }
        let id = TextId(FIRST_STRING + self.strings.len() as u32);
        self.strings.push(clean.clone());
        self.ids.insert(clean, id);
        id
    }

    /// Writes what the glyph says.
    pub(super) fn push(&self, id: TextId, out: &mut String) {
        if let Some(character) = id.as_char() {
            out.push(character);
        } else if let Some(index) = id.0.checked_sub(FIRST_STRING) {
            out.push_str(self.strings.get(index as usize).map_or("", String::as_str));
        }
    }

    fn of_char_in_string(&mut self, character: char) -> Option<char> {
        if ('\u{fb00}'..='\u{fb06}').contains(&character) {
            return None;
        }
        self.of_char(character).as_char()
    }
}

fn ligature(character: char) -> &'static str {
    match character {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        _ => "st",
    }
}

/// Whether the character is drawn over the one before it.
pub(super) fn is_combining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// A string object as text: UTF-16 or UTF-8 with its mark, else PDFDocEncoding.
///
/// # Source
/// ISO 32000-2, 7.9.2.2.
pub(super) fn decode_text_string(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => utf16_be(rest),
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // The two encodings differ only in rare signs.
        _ => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into(),
    }
}

/// UTF-16, big end first; lone surrogates and an odd last byte are left out.
pub(super) fn utf16_be(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).filter_map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(string: &str, expect: &str) {
        let mut texts = Texts::default();
        let id = texts.of_str(string);
        let mut out = String::new();
        texts.push(id, &mut out);
        assert_eq!(out, expect);
    }

    #[test]
    fn what_a_glyph_says() {
        check("a", "a");
        check("ffi", "ffi");
        check("\u{fb01}", "fi"); // ligature sign
        check("x\u{fb02}", "xfl");
        check("\u{ad}", "-"); // drawn soft hyphen
        check("\u{a0}", " ");
        check("\u{0}", ""); // no text
        check("\u{1f600}", "\u{1f600}");
        check("e\u{302}\u{301}", "e\u{302}\u{301}"); // composed later, with its word
    }

    #[test]
    fn text_strings() {
        assert_eq!(decode_text_string(b"\xfe\xff\x1e\xa1\x00b"), "ạb");
        assert_eq!(decode_text_string(b"\xfe\xff\xd8\x3d\xde\x00\xd8"), "\u{1f600}");
        assert_eq!(decode_text_string(b"\xef\xbb\xbf\xc4\x91"), "đ");
        assert_eq!(decode_text_string(b"S\xf4"), "Sô");
    }
}
