//! [`Token`] and [`Stream`]: words as an engine takes them, already folded and cased by us.
//!
//! Must not know any language: what a word is was decided before.

use std::fmt;

/// One analysed word: folded or lower-cased by us, without white space, 1 to 200 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(Box<str>);

impl Token {
    /// Longest token in bytes; longer input is cut at a character boundary.
    pub const MAX_BYTES: usize = 200;

    /// Takes a word; `None` when it is empty or holds white space.
    pub fn new(word: &str) -> Option<Self> {
        let word = cut(word)?;
        Some(Self(word.into()))
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The word within [`Token::MAX_BYTES`]; `None` when it is no token.
fn cut(word: &str) -> Option<&str> {
    if word.is_empty() || word.contains(char::is_whitespace) {
        return None;
    }
    Some(&word[..word.floor_char_boundary(Token::MAX_BYTES)])
}

/// The words of one field in reading order, pages apart, e.g. `["ke hoach", "", "phu luc"]`.
///
/// Kept in one string, because a document has thousands of words and a million documents pass
/// through here when an index is rebuilt.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Stream {
    /// Words separated by one space, pages by one line break.
    joined: String,
}

impl Stream {
    /// Separates two words of a page.
    const BETWEEN_WORDS: char = ' ';
    /// Separates two pages.
    const BETWEEN_PAGES: char = '\n';

    /// No words; room for `n_bytes`.
    pub fn with_capacity(n_bytes: usize) -> Self {
        Self { joined: String::with_capacity(n_bytes) }
    }

    /// One page of words separated by white space. For tests and short fields.
    pub fn of_words(words: &str) -> Self {
        let mut stream = Self::default();
        for word in words.split_whitespace() {
            stream.push(word);
        }
        stream
    }

    /// Adds a word to the last page. What is no token (see [`Token::new`]) is left out.
    pub fn push(&mut self, word: &str) {
        let Some(word) = cut(word) else { return };
        self.open_word();
        self.joined.push_str(word);
    }

    /// Adds a word to the last page.
    pub fn push_token(&mut self, token: &Token) {
        self.open_word();
        self.joined.push_str(&token.0);
    }

    /// Ends the page: phrases do not run over it.
    pub fn end_page(&mut self) {
        self.joined.push(Self::BETWEEN_PAGES);
    }

    /// Adds all pages of another stream; call [`end_page`](Self::end_page) first.
    pub fn append(&mut self, other: &Stream) {
        debug_assert!(self.joined.is_empty() || self.joined.ends_with(Self::BETWEEN_PAGES));
        self.joined.push_str(&other.joined);
    }

    /// Whether there is no word at all.
    pub fn is_empty(&self) -> bool {
        self.joined.bytes().all(|byte| byte == b'\n')
    }

    /// The words, page by page.
    pub fn pages(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        self.joined
            .split(Self::BETWEEN_PAGES)
            .map(|page| page.split(Self::BETWEEN_WORDS).filter(|word| !word.is_empty()))
    }

    /// The words separated by one space, the pages by one line break.
    pub fn as_str(&self) -> &str {
        &self.joined
    }

    fn open_word(&mut self) {
        if !self.joined.is_empty() && !self.joined.ends_with(Self::BETWEEN_PAGES) {
            self.joined.push(Self::BETWEEN_WORDS);
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.joined.split(Self::BETWEEN_PAGES)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_refuses_what_an_engine_would_split() {
        assert_eq!(Token::new("quy_hoach").unwrap().as_str(), "quy_hoach");
        for not_a_token in ["", "quy hoach", "a\u{a0}b", "\n"] {
            assert!(Token::new(not_a_token).is_none(), "{not_a_token:?}");
        }
    }

    #[test]
    fn token_is_cut_at_a_character() {
        // 100 letters of 3 bytes: byte 200 lies inside the 67th.
        let token = Token::new(&"ế".repeat(100)).unwrap();
        assert_eq!(token.as_str(), "ế".repeat(66));
    }

    #[test]
    fn stream_keeps_pages_apart() {
        let mut stream = Stream::default();
        stream.push("kế");
        stream.push("hoạch");
        stream.end_page();
        stream.end_page();
        stream.push("phụ lục"); // not a token: left out
        stream.push("phụ_lục");
        assert_eq!(format!("{stream:?}"), r#"["kế hoạch", "", "phụ_lục"]"#);
        let pages: Vec<Vec<&str>> = stream.pages().map(Iterator::collect).collect();
        assert_eq!(pages, [vec!["kế", "hoạch"], vec![], vec!["phụ_lục"]]);
    }
}
