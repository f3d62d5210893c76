//! Typed text → [`Lexeme`]s: runs of letters, runs of digits and single marks.

use unicode_normalization::char::is_combining_mark;

use crate::{
    domain::{date::PartialDate, tables::Tables},
    text::{
        fold::fold,
        syllable::{is_folded_syllable, is_letter, split_tone},
    },
};

/// One run of letters or of digits, or one mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) kind: Kind,
    /// Bytes of the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a space stands before it, or nothing.
    pub(super) after_space: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Folded.
    Letters(String),
    Digits,
    Mark(char),
}

/// A text to be read, with what is needed to read it.
#[derive(Debug, Clone)]
pub(super) struct Input<'a> {
    pub(super) tables: &'a Tables,
    pub(super) today: PartialDate,
    pub(super) text: &'a str,
    pub(super) lexemes: Vec<Lexeme>,
}

impl<'a> Input<'a> {
    pub(super) fn new(tables: &'a Tables, today: PartialDate, text: &'a str) -> Self {
        Self { tables, today, text, lexemes: lex(text) }
    }

    /// Another text with the same tables.
    pub(super) fn of(&self, text: &'a str) -> Input<'a> {
        Self::new(self.tables, self.today, text)
    }

    pub(super) fn len(&self) -> usize {
        self.lexemes.len()
    }

    /// The characters of the lexemes `from..to`.
    pub(super) fn slice(&self, from: usize, to: usize) -> &'a str {
        match (self.lexemes.get(from), to.checked_sub(1).and_then(|last| self.lexemes.get(last))) {
            (Some(first), Some(last)) if from < to => &self.text[first.start..last.end],
            _ => "",
        }
    }

    /// The letters at `at` as typed.
    pub(super) fn letters(&self, at: usize) -> Option<&'a str> {
        let lexeme = self.lexemes.get(at)?;
        matches!(lexeme.kind, Kind::Letters(_)).then(|| &self.text[lexeme.start..lexeme.end])
    }

    /// The letters at `at` when they can be a sign: capitals, or no tone and no vowel mark. `từ`
    /// is not TU, though it folds to it.
    pub(super) fn sign(&self, at: usize) -> Option<&'a str> {
        let may_be = |c: char| c.is_ascii() || c == 'đ' || c.is_uppercase();
        let has_tone = |c: char| split_tone(c).1.is_some();
        self.letters(at).filter(|letters| letters.chars().all(|c| may_be(c) && !has_tone(c)))
    }

    /// The letters at `at`, folded; empty when there are none.
    pub(super) fn folded(&self, at: usize) -> &str {
        match self.lexemes.get(at) {
            Some(Lexeme { kind: Kind::Letters(folded), .. }) => folded,
            _ => "",
        }
    }

    pub(super) fn digits(&self, at: usize) -> Option<&'a str> {
        let lexeme = self.lexemes.get(at)?;
        (lexeme.kind == Kind::Digits).then(|| &self.text[lexeme.start..lexeme.end])
    }

    pub(super) fn mark(&self, at: usize) -> Option<char> {
        match self.lexemes.get(at)?.kind {
            Kind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    /// Whether the lexeme follows the one before without a space.
    pub(super) fn is_glued(&self, at: usize) -> bool {
        self.lexemes.get(at).is_some_and(|lexeme| !lexeme.after_space)
    }

    /// Whether a word can begin here: not inside `QH14`, `293kh`.
    pub(super) fn begins_word(&self, at: usize) -> bool {
        !self.is_glued(at) || at.checked_sub(1).is_none_or(|before| self.mark(before).is_some())
    }

    /// Whether nothing is glued to the end of what stands before `at` but closing marks.
    pub(super) fn ends_word(&self, at: usize) -> bool {
        !self.is_glued(at)
            || self.mark(at).is_some_and(|mark| !matches!(mark, '/' | '-' | '*' | ':'))
    }

    /// The first lexeme that begins at or after a byte offset.
    pub(super) fn at_byte(&self, offset: usize) -> usize {
        self.lexemes.partition_point(|lexeme| lexeme.start < offset)
    }

    /// A year that documents of an archive can have: 1945 to next year, four digits.
    pub(super) fn year(&self, at: usize) -> Option<i16> {
        let digits = self.digits(at).filter(|digits| digits.len() == 4)?;
        let year: i16 = digits.parse().ok()?;
        (1945..=self.today.year() + 1).contains(&year).then_some(year)
    }

    /// Whether letters look like a sign by themselves: in capitals, or no syllable (`kh`, `sldtbxh`).
    pub(super) fn looks_like_sign(&self, at: usize) -> bool {
        let Some(letters) = self.sign(at) else { return false };
        let n_letters = letters.chars().count();
        let n_capitals = letters.chars().filter(|c| c.is_uppercase()).count();
        let in_capitals = n_capitals * 2 > n_letters;
        n_letters >= 2 && (in_capitals || !is_folded_syllable(self.folded(at)))
    }
}

fn lex(text: &str) -> Vec<Lexeme> {
    let mut lexemes: Vec<Lexeme> = Vec::new();
    let mut after_space = true;
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if c == ' ' {
            after_space = true;
            continue;
        }
        let mut end = start + c.len_utf8();
        let mut take_while = |belongs: &dyn Fn(char) -> bool| {
            while let Some((at, c)) = chars.next_if(|(_, c)| belongs(*c)) {
                end = at + c.len_utf8();
            }
        };
        let kind = if c.is_ascii_digit() {
            take_while(&|c| c.is_ascii_digit());
            Kind::Digits
        } else if is_letter(c) {
            take_while(&|c| is_letter(c) || is_combining_mark(c));
            Kind::Letters(fold(&text[start..end]))
        } else {
            Kind::Mark(plain_mark(c))
        };
        lexemes.push(Lexeme { kind, start, end, after_space });
        after_space = false;
    }
    lexemes
}

/// Quotation marks and dashes in one form each.
pub(super) fn plain_mark(mark: char) -> char {
    match mark {
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => '"',
        '\u{2012}'..='\u{2015}' => '-',
        _ => mark,
    }
}
