//! The characters of a candidate in their plain form, each with the way back to the text.
//!
//! Works on the few characters around a candidate only; the text itself is not changed.

use unicode_normalization::{UnicodeNormalization, char::decompose_canonical};

/// A candidate, cleaned: look-alikes, hyphens, slashes and spaces in one form each.
///
/// # Source
/// Look-alikes as they come out of real PDF text layers: U+00D0 and U+0189 for Đ, U+01A2 for Ư.
pub(super) struct Cleaned {
    /// The plain characters.
    pub(super) chars: Vec<char>,
    /// For each, the byte just past it in the text.
    ends: Vec<usize>,
    start: usize,
}

impl Cleaned {
    /// Cleans at most `n_chars` characters from byte `start` on.
    pub(super) fn new(text: &str, start: usize, n_chars: usize) -> Self {
        let mut cleaned = Cleaned {
            chars: Vec::with_capacity(n_chars),
            ends: Vec::with_capacity(n_chars),
            start,
        };
        for (offset, c) in text[start..].char_indices().take(n_chars) {
            if let Some(plain) = plain(c) {
                cleaned.chars.push(plain);
                cleaned.ends.push(start + offset + c.len_utf8());
            }
        }
        cleaned
    }

    /// The byte of the text just past the first `n` characters.
    pub(super) fn end_of(&self, n: usize) -> usize {
        n.checked_sub(1).map_or(self.start, |last| self.ends[last])
    }
}

/// One character in plain form; `None` for those that print nothing.
fn plain(c: char) -> Option<char> {
    Some(match c {
        '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' => return None,
        '\u{00d0}' | '\u{0189}' => 'Đ',
        '\u{00f0}' => 'đ',
        '\u{01a2}' => 'Ư',
        '\u{01a3}' => 'ư',
        '\u{00ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2044}' | '\u{2215}' | '\u{ff0f}' => '/',
        '\u{00a0}' | '\u{202f}' | '\t' => ' ',
        _ => c,
    })
}

/// The text in NFC.
pub(super) fn nfc(text: &str) -> String {
    text.nfc().collect()
}

/// Letters without marks in capitals, everything else one space.
pub(super) fn fold_key(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        let base = base_letter(c);
        if base.is_ascii_alphanumeric() {
            folded.push(base.to_ascii_uppercase());
        } else if !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.trim().to_owned()
}

/// The letter without its marks: `ộ` gives `o`, `Đ` gives `D`.
fn base_letter(c: char) -> char {
    match plain(c).unwrap_or(' ') {
        'Đ' => 'D',
        'đ' => 'd',
        c if c.is_ascii() => c,
        c => {
            let mut base = c;
            let mut is_first = true;
            decompose_canonical(c, |part| {
                if is_first {
                    base = part;
                    is_first = false;
                }
            });
            base
        }
    }
}
