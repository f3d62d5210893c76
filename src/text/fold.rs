//! The forms under which words are compared: [`fold`] (no diacritics) and [`exact`] (with them).
//!
//! One code for index, query and highlighter. Nothing here is shown to anybody.

use std::{borrow::Cow, sync::LazyLock};

use unicode_normalization::{
    IsNormalized, UnicodeNormalization,
    char::{decompose_canonical, is_combining_mark},
    is_nfc_quick,
};

use crate::text::tone;

/// First and one past the last code point of the two tables: from the Latin-1 letters as far as
/// the same lead bytes reach, and Latin Extended Additional with the toned Vietnamese letters.
const LATIN: (u32, u32) = (0xC0, 0x280);
const LATIN_ADDITIONAL: (u32, u32) = (0x1E00, 0x1F00);

/// Drops every diacritic, turns đ into d and makes letters small: `Ủy ban` becomes `uy ban`.
///
/// Folding twice is folding once. Works on composed and decomposed text alike.
pub fn fold(text: &str) -> String {
    let mut out = String::new();
    fold_to(text, &mut out);
    out
}

/// [`fold`] into a buffer, whose former content is lost.
pub fn fold_to(text: &str, out: &mut String) {
    out.clear();
    let mut folded = std::mem::take(out).into_bytes();
    folded.reserve(text.len());
    let latin = &*LATIN_FOLDED;
    let additional = &*LATIN_ADDITIONAL_FOLDED;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let (known, len) = match bytes[at] {
            byte @ ..0x80 => (byte.to_ascii_lowercase(), 1),
            // Two bytes: U+00C0 to U+027F.
            lead @ 0xC3..=0xC9 => {
                let code = (usize::from(lead & 0x1F) << 6) | usize::from(bytes[at + 1] & 0x3F);
                (latin[code - LATIN.0 as usize], 2)
            }
            // Three bytes: U+1E00 to U+1EFF.
            0xE1 if (0xB8..=0xBB).contains(&bytes[at + 1]) => {
                let code =
                    (usize::from(bytes[at + 1] & 3) << 6) | usize::from(bytes[at + 2] & 0x3F);
                (additional[code], 3)
            }
            _ => (0, 0),
        };
        if known != 0 {
            folded.push(known);
            at += len;
        } else {
            let letter = text[at..].chars().next().expect("`at` is a character boundary inside");
            fold_rare(letter, &mut folded);
            at += letter.len_utf8();
        }
    }
    *out = String::from_utf8(folded).expect("only whole characters were written");
}

/// Any character: decomposed, without marks, in lower case.
fn fold_rare(letter: char, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    decompose_canonical(letter, |part| {
        for lower in part.to_lowercase() {
            decompose_canonical(lower, |part| {
                if !is_combining_mark(part) {
                    out.extend_from_slice(part.encode_utf8(&mut buffer).as_bytes());
                }
            });
        }
    });
}

static LATIN_FOLDED: LazyLock<Vec<u8>> = LazyLock::new(|| table(LATIN));
static LATIN_ADDITIONAL_FOLDED: LazyLock<Vec<u8>> = LazyLock::new(|| table(LATIN_ADDITIONAL));

/// The ASCII letter of each code point, 0 where there is none.
fn table((first, end): (u32, u32)) -> Vec<u8> {
    (first..end).map(|code| char::from_u32(code).map_or(0, ascii_of)).collect()
}

fn ascii_of(letter: char) -> u8 {
    match letter {
        // These have no decomposition; eth and African D stand for đ, oi for ư.
        'đ' | 'Đ' | '\u{D0}' | '\u{F0}' | '\u{189}' | '\u{256}' => b'd',
        '\u{1A2}' | '\u{1A3}' => b'u',
        _ => {
            let mut folded = Vec::new();
            fold_rare(letter, &mut folded);
            if folded.len() == 1 && folded[0].is_ascii() { folded[0] } else { 0 }
        }
    }
}

/// The folded form with one spelling for i and y: `kỳ`, `Kì` become `ki`, `quý` becomes `qui`.
///
/// Only for h, k, l, m, s, t and qu before a lone i or y; `duy`, `kinh` stay.
///
/// # Source
/// The spelling pairs of the two school norms (kì/kỳ, lí/lý, mĩ/mỹ, quí/quý, sĩ/sỹ, tỉ/tỷ).
pub fn fold_iy(text: &str) -> String {
    let mut folded = fold(text);
    if folded.contains('y') {
        one_i(&mut folded);
    }
    folded
}

/// Replaces the y of `hy ky ly my sy ty quy` where they are whole words.
fn one_i(folded: &mut String) {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    let bytes = folded.as_bytes();
    let word_start = |at: usize| at == 0 || !is_letter(bytes[at - 1]);
    let ends: Vec<usize> = (0..bytes.len())
        .filter(|&at| bytes[at] == b'y' && bytes.get(at + 1).is_none_or(|&next| !is_letter(next)))
        .filter(|&at| {
            let onset_of_one = at >= 1 && b"hklmst".contains(&bytes[at - 1]) && word_start(at - 1);
            onset_of_one || at >= 2 && &bytes[at - 2..at] == b"qu" && word_start(at - 2)
        })
        .collect();
    for at in ends {
        folded.replace_range(at..=at, "i");
    }
}

/// The form with diacritics: NFC, lower case, one tone placement: `UỶ BAN` becomes `ủy ban`.
pub fn exact(text: &str) -> String {
    let composed: Cow<'_, str> = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        _ => Cow::Owned(text.nfc().collect()),
    };
    let lower = composed.to_lowercase();
    match tone::modern(&lower) {
        Cow::Borrowed(_) => lower,
        Cow::Owned(moved) => moved,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, folded: &str, exactly: &str) {
        assert_eq!(fold(text), folded);
        assert_eq!(exact(text), exactly);
    }

    #[test]
    fn both_forms() {
        check("Ủy ban nhân dân", "uy ban nhan dan", "ủy ban nhân dân");
        check("UỶ BAN", "uy ban", "ủy ban"); // old tone placement, capitals
        check("Ke\u{302}\u{301} hoa\u{323}ch", "ke hoach", "kế hoạch"); // decomposed, as from a Mac
        check("293/KH-SLĐTBXH", "293/kh-sldtbxh", "293/kh-slđtbxh"); // đ has no decomposition
        check("Q\u{D0}, Văn th\u{1A3}", "qd, van thu", "q\u{F0}, văn th\u{1A3}"); // look-alikes
        check("№ ½ Ω \u{212A}", "№ ½ ω k", "№ ½ ω k"); // no compatibility mapping; Kelvin sign
        check("\u{130}", "i", "i\u{307}"); // grows when made small
        check("", "", "");
    }

    #[test]
    fn one_spelling_of_i_and_y() {
        for (text, expect) in [
            ("kỳ họp", "ki hop"),
            ("Quý I", "qui i"),
            ("lý, mỹ; tỷ sỹ hy", "li, mi; ti si hi"),
            ("duy thuyết kỳa ay y", "duy thuyet kya ay y"), // not a lone i or y after these
        ] {
            assert_eq!(fold_iy(text), expect);
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "\\PC{0,40}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
            prop_assert_eq!(fold_iy(&fold_iy(&text)), fold_iy(&text));
        }

        #[test]
        fn composed_and_decomposed_are_equal(text in "[a-zA-ZÀ-ɏẠ-ỹ ]{0,40}") {
            let apart: String = text.nfd().collect();
            prop_assert_eq!(fold(&apart), fold(&text));
            prop_assert_eq!(exact(&apart), exact(&text));
        }
    }
}
