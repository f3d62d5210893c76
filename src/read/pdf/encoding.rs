//! [`SimpleEncoding`]: one-byte codes → characters, by a named encoding and the glyph names
//! that differ from it.

use std::collections::HashMap;

use lopdf::{Dictionary, Object};
use skrifa::raw::ps::{PredefinedEncoding, agl};

use super::file::File;

/// A named encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    WinAnsi,
    MacRoman,
    Standard,
}

/// One-byte codes → characters, as far as the font dictionary says.
#[derive(Debug, Default)]
pub(super) struct SimpleEncoding {
    /// The named encoding; `None` leaves it to the font program.
    pub base: Option<Base>,
    /// Glyph names that differ from it.
    pub differences: HashMap<u8, String>,
}

impl SimpleEncoding {
    /// Reads the `Encoding` of a simple font.
    pub(super) fn read(file: &File, font: &Dictionary) -> Self {
        let mut encoding = Self::default();
        match file.get(font, b"Encoding") {
            Some(Object::Name(name)) => encoding.base = base(name),
            Some(Object::Dictionary(dict)) => {
                encoding.base = file.name(dict, b"BaseEncoding").and_then(base);
                encoding.read_differences(file, dict);
            }
            _ => {}
        }
        encoding
    }

    fn read_differences(&mut self, file: &File, dict: &Dictionary) {
        let mut code = 0u32;
        for object in file.array(dict, b"Differences").unwrap_or_default() {
            match file.resolve(object) {
                Some(Object::Integer(first)) => code = u32::try_from(*first).unwrap_or(256),
                Some(Object::Name(name)) => {
                    if let Ok(code) = u8::try_from(code) {
                        let name = String::from_utf8_lossy(name).into_owned();
                        self.differences.insert(code, name);
                    }
                    code = code.saturating_add(1);
                }
                _ => {}
            }
        }
    }
}

impl Base {
    /// The character of a code.
    ///
    /// # Source
    /// ISO 32000-1, annex D: WinAnsiEncoding is Windows code page 1252, MacRomanEncoding is
    /// Mac OS Roman; StandardEncoding is that of Type 1 fonts.
    pub(super) fn character(self, code: u8) -> Option<char> {
        let decode = |encoding: &'static encoding_rs::Encoding| {
            let bytes = [code];
            encoding.decode_without_bom_handling(&bytes).0.chars().next()
        };
        match self {
            // Every unused code above 040 is a bullet (annex D.2, note 3).
            Self::WinAnsi if matches!(code, 0x7f | 0x81 | 0x8d | 0x8f | 0x90 | 0x9d) => Some('•'),
            Self::WinAnsi => decode(encoding_rs::WINDOWS_1252),
            Self::MacRoman => decode(encoding_rs::MACINTOSH),
            Self::Standard => named(PredefinedEncoding::Standard.name(code)).chars().next(),
        }
    }
}

fn base(name: &[u8]) -> Option<Base> {
    match name {
        b"WinAnsiEncoding" => Some(Base::WinAnsi),
        b"MacRomanEncoding" => Some(Base::MacRoman),
        b"StandardEncoding" => Some(Base::Standard),
        _ => None,
    }
}

/// The characters that a glyph name stands for, e.g. `ạ` for `adotbelow` or `uni1EA1`; empty
/// for a name of the font's own.
///
/// # Source
/// Adobe Glyph List Specification 1.7, section 2.
pub(super) fn named(name: &str) -> String {
    // `a12` and the like are dingbats in the list, but glyph numbers in most fonts.
    let is_numbered = (2..=4).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name[1..].bytes().all(|b| b.is_ascii_digit());
    if is_numbered || name == ".notdef" {
        return String::new();
    }
    agl::name_to_chars(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: &str) {
        assert_eq!(named(name), expect);
    }

    #[test]
    fn glyph_names() {
        check("adotbelow", "ạ");
        check("Ohornhookabove", "Ở");
        check("dcroat", "đ");
        check("uni1EA1", "ạ");
        check("uni00650302", "e\u{302}");
        check("u1F600", "\u{1f600}");
        check("f_i", "fi");
        check("a.sc", "a"); // suffix of a variant
        check("g123", ""); // the font's own
        check("a12", ""); // a number, not a dingbat
        check(".notdef", "");
    }

    #[test]
    fn named_encodings() {
        assert_eq!(Base::WinAnsi.character(0xd0), Some('Ð'));
        assert_eq!(Base::WinAnsi.character(0x96), Some('–'));
        assert_eq!(Base::MacRoman.character(0x8a), Some('ä'));
        assert_eq!(Base::Standard.character(0xae), Some('\u{fb01}'));
        assert_eq!(Base::Standard.character(0x00), None);
    }
}
