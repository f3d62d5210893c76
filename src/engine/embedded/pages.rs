//! The tokenizer that takes a [`Stream`](crate::engine::Stream) apart again: words as they are,
//! pages 100 positions apart.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// The name under which it is registered with an index.
pub(super) const PAGES_TOKENIZER: &str = "pages";

/// How many positions lie between two pages, so that no phrase runs over the end of a page.
/// 100 is what Lucene's engines put between two values of a field.
const PAGE_GAP: usize = 100;

/// Splits at single spaces and line breaks.
#[derive(Clone, Default)]
pub(super) struct PagesTokenizer {
    token: Token,
}

/// The words of one field of one document.
pub(super) struct PagesStream<'a> {
    rest: &'a str,
    next_position: usize,
    token: &'a mut Token,
}

impl Tokenizer for PagesTokenizer {
    type TokenStream<'a> = PagesStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> PagesStream<'a> {
        self.token.reset();
        PagesStream { rest: text, next_position: 0, token: &mut self.token }
    }
}

impl TokenStream for PagesStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            let separator = self.rest.bytes().position(|byte| matches!(byte, b' ' | b'\n'));
            let Some(end) = separator else {
                let word = self.rest;
                self.rest = "";
                return self.take(word);
            };
            let (word, rest) = self.rest.split_at(end);
            let ends_page = rest.starts_with('\n');
            self.rest = &rest[1..];
            let found = self.take(word);
            if ends_page {
                self.next_position += PAGE_GAP;
            }
            if found {
                return true;
            }
        }
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

impl PagesStream<'_> {
    fn take(&mut self, word: &str) -> bool {
        if word.is_empty() {
            return false;
        }
        self.token.text.clear();
        self.token.text.push_str(word);
        self.token.position = self.next_position;
        self.next_position += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Stream;

    #[test]
    fn pages_are_a_hundred_positions_apart() {
        let mut stream = Stream::default();
        for page in [&["kế", "hoạch"][..], &[], &["năm"]] {
            page.iter().for_each(|word| stream.push(word));
            stream.end_page();
        }
        let mut tokenizer = PagesTokenizer::default();
        let mut words = tokenizer.token_stream(stream.as_str());
        let mut found = Vec::new();
        while words.advance() {
            found.push((words.token().text.clone(), words.token().position));
        }
        let expected = [("kế", 0), ("hoạch", 1), ("năm", 202)];
        assert_eq!(found, expected.map(|(word, position)| (word.to_owned(), position)));
    }
}
