//! Words and phrases as questions.

use super::weight;
use crate::{
    engine::{
        Q, TextField,
        analyse::{Word, pair, pair_folded, words},
    },
    query::Expansion,
};

/// The pieces that must occur: words, and words with a short form in either spelling.
pub(super) fn units(words: &[Word], expansions: &[Expansion]) -> Vec<Q> {
    let mut units = Vec::new();
    let mut at = 0;
    for expansion in expansions {
        let Some(expanded) = words.get(expansion.words.clone()) else { break };
        units.extend(all_words(&words[at..expansion.words.start]));
        units.push(either(expanded, &expansion.alternatives));
        at = expansion.words.end;
    }
    units.extend(all_words(&words[at..]));
    units
}

/// As typed, or side by side in one of the other spellings.
fn either(typed: &[Word], alternatives: &[String]) -> Q {
    let mut of = vec![Q::All(all_words(typed))];
    of.extend(alternatives.iter().filter_map(|other| adjacent(&words(other), false)));
    Q::Best(of)
}

/// Each word somewhere in the text.
pub(super) fn all_words(words: &[Word]) -> Vec<Q> {
    words.iter().map(|w| word(TextField::BodyFolded, &w.folded, 1.0)).collect()
}

/// Each word in the names of the issuer and the body above.
pub(super) fn issuer_words(words: &[Word]) -> Vec<Q> {
    words.iter().map(|w| word(TextField::IssuerFolded, &w.folded, 1.0)).collect()
}

/// What makes one document with the words better than another. Where diacritics were typed, a
/// match without them counts little.
pub(super) fn boosts(words: &[Word]) -> Vec<Q> {
    let mut boosts = Vec::new();
    for w in words {
        let folded_weight = if w.has_accents() { weight::WITHOUT_ACCENTS } else { 1.0 };
        boosts.push(word(TextField::TitleFolded, &w.folded, weight::TITLE * folded_weight));
        boosts.push(word(TextField::IssuerFolded, &w.folded, weight::ISSUER * folded_weight));
        if w.has_accents() {
            boosts.push(word(TextField::BodyExact, &w.exact, weight::EXACT));
            boosts.push(word(TextField::TitleExact, &w.exact, weight::TITLE));
        }
    }
    for two in words.windows(2) {
        let [first, second] = two else { continue };
        let has_accents = first.has_accents() || second.has_accents();
        let folded_weight = if has_accents { weight::WITHOUT_ACCENTS } else { 1.0 };
        boosts.push(neighbours(first, second, false, weight::PAIR * folded_weight));
        if has_accents {
            boosts.push(neighbours(first, second, true, weight::PAIR));
        }
    }
    boosts
}

/// The words side by side in this order; diacritics count when some were typed.
pub(super) fn phrase(words: &[Word]) -> Option<Q> {
    adjacent(words, words.iter().any(Word::has_accents))
}

/// `None` for no words. Two words are looked up as one; of more words the pairs find the few
/// documents in which positions have to be looked at.
fn adjacent(words: &[Word], exact: bool) -> Option<Q> {
    if let [] | [_] = words {
        let only = words.first()?;
        return Some(match exact {
            true => word(TextField::BodyExact, &only.exact, 1.0),
            false => word(TextField::BodyFolded, &only.folded, 1.0),
        });
    }
    let mut all: Vec<Q> =
        words.windows(2).map(|two| neighbours(&two[0], &two[1], exact, 1.0)).collect();
    if words.len() > 2 {
        let tokens = words.iter().map(|word| word.folded.clone()).collect();
        all.push(Q::Phrase { field: TextField::BodyFolded, tokens, slop: 0, boost: 1.0 });
    }
    Some(if let [only] = &all[..] { only.clone() } else { Q::All(all) })
}

/// Two words side by side, with their diacritics or whatever diacritics they have.
fn neighbours(first: &Word, second: &Word, exact: bool, boost: f32) -> Q {
    let field = TextField::Pair;
    match exact {
        true => Q::Word { field, token: pair(first, second), boost },
        false => Q::WordPrefix { field, prefix: pair_folded(first, second), boost },
    }
}

fn word(field: TextField, token: &crate::engine::Token, boost: f32) -> Q {
    Q::Word { field, token: token.clone(), boost }
}
