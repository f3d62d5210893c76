//! Words and phrases as questions.

use super::weight;
use crate::{
    engine::{
        Q, TextField, Token,
        analyse::{Word, pair, words},
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
        let neighbours = pair(&first.folded, &second.folded);
        boosts.push(word(TextField::PairFolded, &neighbours, weight::PAIR));
    }
    boosts
}

/// The words side by side in this order; diacritics count when some were typed.
pub(super) fn phrase(words: &[Word]) -> Option<Q> {
    adjacent(words, words.iter().any(Word::has_accents))
}

/// `None` for no words. Without diacritics two words are one term; otherwise the pairs find the
/// few documents in which positions have to be looked at.
fn adjacent(words: &[Word], exact: bool) -> Option<Q> {
    let (field, token): (TextField, fn(&Word) -> &Token) = match exact {
        true => (TextField::BodyExact, |word| &word.exact),
        false => (TextField::BodyFolded, |word| &word.folded),
    };
    if let [] | [_] = words {
        return words.first().map(|only| word(field, token(only), 1.0));
    }
    let mut all: Vec<Q> = words
        .windows(2)
        .map(|two| word(TextField::PairFolded, &pair(&two[0].folded, &two[1].folded), 1.0))
        .collect();
    if words.len() > 2 || exact {
        let tokens = words.iter().map(|word| token(word).clone()).collect();
        all.push(Q::Phrase { field, tokens, slop: 0, boost: 1.0 });
    }
    Some(if let [only] = &all[..] { only.clone() } else { Q::All(all) })
}

fn word(field: TextField, token: &Token, boost: f32) -> Q {
    Q::Word { field, token: token.clone(), boost }
}
