//! Text → words: the one tokenizer of index, query and highlighter, and the [`Term`] forms.
//!
//! A word is a run of letters and digits, so `30/2020/NĐ-CP` gives `30 2020 NĐ CP` and a number
//! is found as neighbouring words; `09/5/2016` gives `09 5 2016`. Three exceptions:
//! * thousands stay together: `5.000.000` is one word; `2.1.3` is three;
//! * a syllable glued to digits is cut off: `ngày26` gives `ngày 26`, but `QH14`, `77a`, `m2`
//!   stay whole. The cut depends on the folded letters alone, so every spelling is cut alike;
//! * a glued footnote mark is no word: `đơn vị[2] thuộc` gives `đơn vị thuộc`.
//!
//! Must not look anything up: the same text gives the same words for ever, or an index is void.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::{
    domain::found::Span,
    text::{
        fold::{exact, fold_iy},
        syllable::{is_folded_syllable, is_letter},
    },
};

/// Shortest letter group that is cut off a digit: `thang`, `nam`; shorter ones are signs (`TU`).
const MIN_GLUED_LETTERS: usize = 3;

/// The words of a text with their places.
///
/// # Units
/// Spans are in bytes of `text`.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// Iterator of [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Span, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = &self.text[self.at..];
            let first = rest.chars().next()?;
            if first == '['
                && let Some(len) = glued_mark(self.text, self.at)
            {
                self.at += len;
            } else if is_word_char(first) && (first.is_ascii() || !is_combining_mark(first)) {
                let end = self.at + word_len(self.text, self.at);
                let span = Span::new(self.at, end);
                self.at = end;
                return Some((span, &self.text[span.range()]));
            } else {
                self.at += first.len_utf8();
            }
        }
    }
}

fn is_word_char(c: char) -> bool {
    c.is_ascii_digit() || is_letter(c) || !c.is_ascii() && c.is_numeric()
}

/// Length of a footnote mark `[12]` right after a character that is no space.
fn glued_mark(text: &str, at: usize) -> Option<usize> {
    let before = text[..at].chars().next_back()?;
    let inner = &text[at + 1..];
    let n_digits = leading_digits(inner);
    let is_mark = !before.is_whitespace()
        && (1..=3).contains(&n_digits)
        && inner.as_bytes().get(n_digits) == Some(&b']');
    is_mark.then_some(n_digits + 2)
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn word_len(text: &str, start: usize) -> usize {
    let run = &text[start..];
    let end = run
        .char_indices()
        .find(|&(_, c)| !is_word_char(c) && !is_combining_mark(c))
        .map_or(run.len(), |(at, _)| at);
    let run = &run[..end];
    if run.bytes().all(|byte| byte.is_ascii_digit()) {
        return end + thousands_len(text, start, end);
    }
    if run.bytes().any(|byte| byte.is_ascii_digit()) {
        return first_part(run).end;
    }
    end
}

/// How far groups `.000` continue a number of one to three digits.
fn thousands_len(text: &str, start: usize, n_digits: usize) -> usize {
    let continues_number =
        text[..start].ends_with('.') && text[..start - 1].ends_with(|c: char| c.is_ascii_digit());
    if n_digits > 3 || continues_number {
        return 0;
    }
    let mut len = 0;
    loop {
        let rest = &text[start + n_digits + len..];
        let Some(group) = rest.strip_prefix('.') else { return len };
        let ends = group[leading_digits(group)..].chars().next();
        if leading_digits(group) != 3 || ends.is_some_and(char::is_alphanumeric) {
            return len;
        }
        len += 4;
    }
}

/// The first word of a run that mixes letters and digits.
fn first_part(run: &str) -> Range<usize> {
    let mut end = 0;
    while end < run.len() {
        let rest = &run[end..];
        let is_digit = rest.starts_with(|c: char| c.is_ascii_digit());
        let group = rest
            .find(|c: char| c.is_ascii_digit() != is_digit)
            .map_or(rest, |group_end| &rest[..group_end]);
        let is_syllable = !is_digit && is_glued_syllable(group);
        if is_syllable && end > 0 {
            return 0..end;
        }
        end += group.len();
        if is_syllable {
            return 0..end;
        }
    }
    0..end
}

fn is_glued_syllable(letters: &str) -> bool {
    let folded = crate::text::fold::fold(letters);
    folded.len() >= MIN_GLUED_LETTERS && is_folded_syllable(&folded)
}

/// The two forms of a word that are indexed and looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Accents kept: [`exact`].
    Exact,
    /// No accents, one spelling of i and y: [`fold_iy`].
    Folded,
}

/// The term of a word: `Kỳ` is `ki` folded and `kỳ` exactly. A number loses the points between
/// thousands and its leading zeros, so that `05` and `5` are one: `5.000.000` is `5000000`.
pub fn term(word: &str, form: Term) -> String {
    if word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        let digits: String = word.chars().filter(|c| *c != '.').collect();
        let significant = digits.trim_start_matches('0');
        return if significant.is_empty() { "0".to_owned() } else { significant.to_owned() };
    }
    match form {
        Term::Exact => exact(word),
        Term::Folded => fold_iy(word),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let words: Vec<&str> = tokens(text).map(|(_, word)| word).collect();
        assert_eq!(words.join(" "), expect);
    }

    #[test]
    fn words() {
        check("Căn cứ Luật, (sửa đổi)", "Căn cứ Luật sửa đổi");
        check("30/2020/NĐ-CP 06-CT/TU NN&PTNT", "30 2020 NĐ CP 06 CT TU NN PTNT");
        check("ngày 09/5/2016, 15.12.2015", "ngày 09 5 2016 15 12 2015");
        check("5.000.000 đồng; mục 2.1.3; 1.100", "5.000.000 đồng mục 2 1 3 1.100");
        check("1.1.100 2.000.00 12.000a 1234.567", "1 1 100 2.000 00 12 000a 1234 567"); // not thousands
        check("ngày26 12tháng7 năm2020", "ngày 26 12 tháng 7 năm 2020"); // glued in PDFs
        check("QH14 77a m2 PC02 TU12 covid19", "QH14 77a m2 PC02 TU12 covid19"); // not syllables
        check("đơn vị[2] thuộc [3] Xem[1234]", "đơn vị thuộc 3 Xem 1234"); // glued marks only
        check("e\u{302}\u{301}ch", "e\u{302}\u{301}ch"); // decomposed words are not shredded
        check("  ...  ", "");
        check("[", "");
    }

    #[test]
    fn terms() {
        assert_eq!(term("KỲ", Term::Folded), "ki");
        assert_eq!(term("Uỷ", Term::Exact), "ủy");
        assert_eq!(term("05", Term::Exact), "5");
        assert_eq!(term("000", Term::Folded), "0");
        assert_eq!(term("5.000.000", Term::Exact), "5000000");
    }

    proptest! {
        #[test]
        fn spans_hold_the_words(text in "\\PC{0,60}") {
            let mut last = 0;
            for (span, word) in tokens(&text) {
                prop_assert!(span.start >= last && span.end > span.start);
                prop_assert_eq!(&text[span.range()], word);
                last = span.end;
            }
        }

        #[test]
        fn every_spelling_is_cut_alike(text in "[a-zA-ZÀ-ɏẠ-ỹ0-9 ./]{0,40}") {
            let folded = |text: &str| -> Vec<String> {
                tokens(text).map(|(_, word)| term(word, Term::Folded)).collect()
            };
            let apart: String = text.nfd().collect();
            prop_assert_eq!(folded(&text), folded(&apart));
            prop_assert_eq!(folded(&text), folded(&text.to_lowercase()));
            prop_assert_eq!(folded(&text), folded(&crate::text::fold::fold(&text)));
        }
    }
}
