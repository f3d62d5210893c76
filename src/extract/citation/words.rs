//! Words and marks of a running text, forwards and backwards from a place.
//!
//! Must not know what a word means.

/// A run of letters and digits, or one other character that is not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Word<'_> {
    /// Whether it is made of letters and digits.
    pub(super) fn is_word(&self) -> bool {
        self.text.starts_with(char::is_alphanumeric)
    }

    /// Whether it begins with a capital.
    pub(super) fn is_capitalised(&self) -> bool {
        self.text.starts_with(char::is_uppercase)
    }

    /// Whether it is digits only.
    pub(super) fn is_digits(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// The word or mark that begins at `at` or after the blanks there.
pub(super) fn word_after(text: &str, at: usize) -> Option<Word<'_>> {
    let rest = &text[at..];
    let start = at + (rest.len() - rest.trim_start().len());
    let rest = &text[start..];
    let first = rest.chars().next()?;
    let len = if first.is_alphanumeric() {
        rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
    } else {
        first.len_utf8()
    };
    Some(Word { text: &text[start..start + len], start, end: start + len })
}

/// The word or mark that ends at `at` or before the blanks there.
pub(super) fn word_before(text: &str, at: usize) -> Option<Word<'_>> {
    let end = text[..at].trim_end().len();
    let head = &text[..end];
    let last = head.chars().next_back()?;
    let start = if last.is_alphanumeric() {
        head.char_indices()
            .rev()
            .take_while(|(_, c)| c.is_alphanumeric())
            .last()
            .map_or(end, |(at, _)| at)
    } else {
        end - last.len_utf8()
    };
    Some(Word { text: &text[start..end], start, end })
}

/// Whether a text goes on at `at` with these words, blanks passed over and case ignored; the end
/// of the last one. Words are given in small letters with their accents.
pub(super) fn words_after(text: &str, at: usize, words: &[&str]) -> Option<usize> {
    let mut end = at;
    for expected in words {
        let word = word_after(text, end)?;
        if !is_word(word.text, expected) {
            return None;
        }
        end = word.end;
    }
    Some(end)
}

/// Whether two words are the same but for case.
pub(super) fn is_word(text: &str, small: &str) -> bool {
    text == small
        || text.len() == small.len() && text.chars().flat_map(char::to_lowercase).eq(small.chars())
}

/// The largest character boundary at or below `at`.
pub(super) fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwards_and_backwards() {
        let text = "số: 12/KH-UBND,  ngày";
        let after = |at| word_after(text, at).map(|word| word.text);
        assert_eq!(after(0), Some("số"));
        assert_eq!(after("số".len()), Some(":"));
        assert_eq!(after("số:".len()), Some("12"));
        assert_eq!(after(text.len()), None);
        let before = |at| word_before(text, at).map(|word| word.text);
        assert_eq!(before(text.len()), Some("ngày"));
        assert_eq!(before(text.len() - "ngày".len()), Some(","));
        assert_eq!(before(0), None);
        assert_eq!(words_after("Căn cứ Luật", 0, &["căn", "cứ"]), Some("Căn cứ".len()));
        assert_eq!(words_after("Căn nhà", 0, &["căn", "cứ"]), None);
        assert_eq!(floor_boundary("số", 2), 1);
    }
}
