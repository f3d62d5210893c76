//! Short forms and what they stand for, both ways: `UBND` and `ủy ban nhân dân`.
//!
//! Gives alternatives to look for besides what was typed; never a replacement.

use std::ops::Range;

use crate::{
    domain::tables::{Abbreviation, Tables, sign_key},
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

/// Longest name that has a short form, in words.
const MAX_WORDS: usize = 12;

/// Finds the short forms and the names that have one, in order, the longest first, without
/// overlap. Short forms with several meanings (`TT`, `BC`) have none here.
pub fn expand(tables: &Tables, text: &str) -> Vec<Expansion> {
    let words: Vec<&str> = tokens(text).map(|(_, word)| word).collect();
    let folded: Vec<String> = words.iter().map(|word| fold(word)).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let longest = MAX_WORDS.min(words.len() - at);
        let long = (2..=longest).rev().find_map(|n| {
            let short_forms = tables.abbreviations_for(&folded[at..at + n].join(" "));
            let alternatives = unambiguous(short_forms, |row| &row.short);
            (!alternatives.is_empty()).then_some((n, alternatives))
        });
        let (n, alternatives) =
            long.unwrap_or_else(|| (1, written_out(tables, words[at], &folded[at])));
        if !alternatives.is_empty() {
            found.push(Expansion { words: at..at + n, alternatives });
        }
        at += n;
    }
    found
}

fn unambiguous<'a>(
    rows: &'a [Abbreviation],
    cell: impl Fn(&'a Abbreviation) -> &'a String,
) -> Vec<String> {
    rows.iter().filter(|row| !row.is_ambiguous).map(cell).cloned().collect()
}

/// What a short form stands for.
fn written_out(tables: &Tables, word: &str, folded: &str) -> Vec<String> {
    // `an` is a word before it is a short form, unless it is typed as one.
    if is_folded_syllable(folded) && !word.chars().all(char::is_uppercase) {
        return Vec::new();
    }
    let rows = tables.abbreviations_by_folded(word);
    // Typed as registered, a sign means only that: `ĐT` is not `DT`.
    let as_typed: Vec<Abbreviation> =
        rows.iter().filter(|row| sign_key(&row.short) == sign_key(word)).cloned().collect();
    let rows = if as_typed.is_empty() { rows } else { &as_typed };
    unambiguous(rows, |row| &row.expansion)
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
