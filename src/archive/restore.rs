//! Which diacritics a text typed without them most likely means, by what stands side by side in
//! the archive.
//!
//! ```text
//! phong   chong   lut   bao          typed
//!   ├ phòng_chống 812 ┤              pairs of the index, each with its documents
//!   └ phóng_chòng   1 ┘
//!           ├ chống_lụt 97 ┤ …
//! phòng   chống   lụt   bão          the way with the most documents
//! ```
//!
//! Nothing is trained or kept: the pairs of the index are the model, as new as the index. Must
//! never replace what was typed; documents with the restored words are only put first.

use std::collections::BTreeMap;

use crate::{
    engine::{
        Engine, EngineError, TextField,
        analyse::{Word, pair_folded},
    },
    text::syllable::is_folded_syllable,
};

/// A pair must have this share of all pairs that are the same without diacritics.
const MIN_SHARE: f64 = 0.6;
/// Spellings of a pair that are looked at, the most frequent first.
const MAX_SPELLINGS: usize = 24;
/// Words that are restored; more are a text, not a question.
const MAX_WORDS: usize = 24;

/// What two neighbours may be, each with the number of documents.
type Spellings = Vec<((String, String), u64)>;

/// The words with their likely diacritics, `None` when no word changes. Diacritics that were
/// typed stay.
pub(super) fn restore(
    engine: &dyn Engine,
    words: &[Word],
) -> Result<Option<Vec<String>>, EngineError> {
    let has_bare =
        words.iter().any(|word| !word.has_accents() && is_folded_syllable(word.exact.as_str()));
    if words.len() < 2 || words.len() > MAX_WORDS || !has_bare {
        return Ok(None);
    }
    let mut pairs = Vec::with_capacity(words.len() - 1);
    for two in words.windows(2) {
        pairs.push(spellings(engine, &two[0], &two[1])?);
    }
    let best = best_way(words, &pairs);
    let restored: Vec<String> = (0..words.len())
        .map(|n| if is_sure(n, &best, &pairs) { &best[n] } else { words[n].exact.as_str() })
        .map(str::to_owned)
        .collect();
    let is_other = restored.iter().zip(words).any(|(one, word)| one != word.exact.as_str());
    Ok(is_other.then_some(restored))
}

/// How the archive spells two neighbours, as far as that agrees with what was typed.
fn spellings(engine: &dyn Engine, first: &Word, second: &Word) -> Result<Spellings, EngineError> {
    let folded = pair_folded(first, second);
    let found = engine.words(TextField::Pair, &folded, MAX_SPELLINGS)?;
    let agrees = |typed: &Word, found: &str| !typed.has_accents() || typed.exact.as_str() == found;
    let both = |token: &str| {
        let exact = token.split_once('|').map_or("", |(_, exact)| exact);
        match exact.split_once('_') {
            Some((one, two)) => (one.to_owned(), two.to_owned()),
            None => (first.folded.to_string(), second.folded.to_string()),
        }
    };
    Ok(found
        .into_iter()
        .map(|(token, n)| (both(&token), n))
        .filter(|((one, two), _)| agrees(first, one) && agrees(second, two))
        .collect())
}

/// The way through the pairs with the most documents (Viterbi).
fn best_way(words: &[Word], pairs: &[Spellings]) -> Vec<String> {
    /// What two spellings that never stand side by side are worth.
    const NEVER: f64 = -6.0;
    // By spelling of the word reached: worth, and the spelling before.
    let mut steps: Vec<BTreeMap<String, (f64, Option<String>)>> = Vec::new();
    for (n, word) in words.iter().enumerate() {
        let mut reached: BTreeMap<String, (f64, Option<String>)> = BTreeMap::new();
        let of_left = n.checked_sub(1).map(|left| &pairs[left]);
        let mut possible: Vec<&str> = vec![word.exact.as_str()];
        possible.extend(of_left.into_iter().flatten().map(|((_, two), _)| two.as_str()));
        possible.extend(pairs.get(n).into_iter().flatten().map(|((one, _), _)| one.as_str()));
        for spelling in possible {
            if reached.contains_key(spelling) {
                continue;
            }
            let arrival = match (of_left, steps.last()) {
                (Some(pair), Some(before)) => before
                    .iter()
                    .map(|(from, (worth, _))| {
                        let together =
                            pair.iter().find(|((one, two), _)| one == from && two == spelling);
                        let more = together.map_or(NEVER, |(_, n)| (*n as f64).ln());
                        (worth + more, Some(from.clone()))
                    })
                    .max_by(|(one, _), (two, _)| one.total_cmp(two)),
                _ => Some((0.0, None)),
            };
            reached.extend(arrival.map(|arrival| (spelling.to_owned(), arrival)));
        }
        steps.push(reached);
    }
    let mut way = Vec::with_capacity(words.len());
    let last = steps.last().and_then(|last| {
        let best = last.iter().max_by(|(_, (one, _)), (_, (two, _))| one.total_cmp(two));
        best.map(|(spelling, _)| spelling.clone())
    });
    let mut at = last;
    for step in steps.iter().rev() {
        let Some(spelling) = at else { break };
        at = step.get(&spelling).and_then(|(_, before)| before.clone());
        way.push(spelling);
    }
    way.reverse();
    way
}

/// Whether the archive mostly spells the word so beside one of its neighbours.
fn is_sure(n: usize, way: &[String], pairs: &[Spellings]) -> bool {
    let share = |left: usize| {
        let pair = pairs.get(left)?;
        let all: u64 = pair.iter().map(|(_, n)| n).sum();
        let chosen = pair.iter().find(|((one, two), _)| *one == way[left] && *two == way[left + 1]);
        chosen.map(|(_, n)| *n as f64 / all.max(1) as f64)
    };
    let shares = [n.checked_sub(1).and_then(share), share(n)];
    shares.into_iter().flatten().any(|share| share >= MIN_SHARE)
}
