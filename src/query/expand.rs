//! Short forms and what they stand for, both ways: `UBND` and `ủy ban nhân dân`.
//!
//! Gives alternatives to look for besides what was typed; never a replacement.

use std::ops::Range;

use crate::{
    domain::tables::{Abbreviation, Tables, name_key, sign_key},
    text::{fold::fold, syllable::is_folded_syllable, tokens::tokens},
};

/// Words of a text that can be written in another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// Which words, counted as [`tokens`] counts them.
    pub words: Range<usize>,
    /// How else they are written: `Ủy ban nhân dân` for `ubnd`, `UBND` for `uy ban nhan dan`.
    pub alternatives: Vec<String>,
}

/// Finds the short forms and the names that have one, in order, the longest first, without
/// overlap. Short forms with several meanings (`TT`, `BC`) have none here.
pub fn expand(tables: &Tables, text: &str) -> Vec<Expansion> {
    let words: Vec<&str> = tokens(text).map(|(_, word)| word).collect();
    let rows: Vec<Row> =
        tables.abbreviations().filter(|row| !row.is_ambiguous).map(Row::new).collect();
    let longest = rows.iter().map(|row| row.n_words).max().unwrap_or(0);
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let expansion = (1..=longest.min(words.len() - at))
            .rev()
            .find_map(|n| alternatives(&rows, &words[at..at + n]).map(|others| (n, others)));
        match expansion {
            Some((n, alternatives)) => {
                found.push(Expansion { words: at..at + n, alternatives });
                at += n;
            }
            None => at += 1,
        }
    }
    found
}

/// A row with its forms for comparing.
struct Row<'a> {
    row: &'a Abbreviation,
    folded_short: String,
    folded_expansion: String,
    n_words: usize,
}

impl<'a> Row<'a> {
    fn new(row: &'a Abbreviation) -> Self {
        let folded_expansion = name_key(&row.expansion);
        let n_words = folded_expansion.split(' ').count();
        Self { row, folded_short: fold(&sign_key(&row.short)), folded_expansion, n_words }
    }
}

fn alternatives(rows: &[Row], words: &[&str]) -> Option<Vec<String>> {
    let folded: Vec<String> = words.iter().map(|word| fold(word)).collect();
    let alternatives: Vec<String> = if let [word] = words {
        // `tho` is a word before it is a short form.
        let is_word = is_folded_syllable(&folded[0]) && !word.chars().all(char::is_uppercase);
        let same = |row: &&Row| row.folded_short == folded[0] && !is_word;
        // Typed as registered, a sign means only that: `ĐT` is not `DT`.
        let exact = |row: &&Row| sign_key(&row.row.short) == sign_key(word);
        let as_typed: Vec<&Row> = rows.iter().filter(|row| same(row) && exact(row)).collect();
        let all: Vec<&Row> = rows.iter().filter(same).collect();
        let rows = if as_typed.is_empty() { all } else { as_typed };
        rows.iter().map(|row| row.row.expansion.clone()).collect()
    } else {
        let key = folded.join(" ");
        rows.iter()
            .filter(|row| row.folded_expansion == key)
            .map(|row| row.row.short.clone())
            .collect()
    };
    (!alternatives.is_empty()).then_some(alternatives)
}

/// The text with every short form written out: `so ldtbxh` gives `so Lao động - Thương binh và Xã
/// hội`. One spelling an alternative of the first short form; empty without any.
pub(super) fn expand_all(tables: &Tables, text: &str) -> Vec<String> {
    let words: Vec<&str> = tokens(text).map(|(_, word)| word).collect();
    let short_forms: Vec<Expansion> =
        expand(tables, text).into_iter().filter(|expansion| expansion.words.len() == 1).collect();
    let Some(first) = short_forms.first() else { return Vec::new() };
    let spell = |alternative: &String| {
        let mut spelled: Vec<&str> = Vec::new();
        for (n, word) in words.iter().enumerate() {
            let expansion = short_forms.iter().find(|expansion| expansion.words.start == n);
            spelled.push(match expansion {
                Some(expansion) if expansion == first => alternative,
                Some(expansion) => &expansion.alternatives[0],
                None => word,
            });
        }
        spelled.join(" ")
    };
    first.alternatives.iter().map(spell).collect()
}

/// Whether the tables know a text as a short form of anything but a type of document.
pub(super) fn is_abbreviation(tables: &Tables, short: &str) -> bool {
    !tables.issuers_by_sign(short).is_empty() && sign_key(short).chars().count() > 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let found: Vec<String> = expand(Tables::builtin(), text)
            .into_iter()
            .map(|e| format!("{}..{} {}", e.words.start, e.words.end, e.alternatives.join(" | ")))
            .collect();
        assert_eq!(found.join("; "), expect);
    }

    #[test]
    fn both_ways_with_and_without_accents() {
        check("UBND tỉnh", "0..1 Ủy ban nhân dân");
        check("ubnd tinh", "0..1 Ủy ban nhân dân");
        check("quyết định của uỷ ban nhân dân", "3..7 UBND");
        check("hđnd, uy ban nhan dan", "0..1 Hội đồng nhân dân; 1..5 UBND");
        check("", "");
    }

    #[test]
    fn words_are_not_short_forms() {
        check("kế hoạch", ""); // has the ambiguous short form KH
        check("TT", ""); // five meanings
        check("cha mẹ", "");
    }
}
