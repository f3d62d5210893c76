//! [`Ask`] → [`Q`]: what is looked for becomes a question to an engine, with the weights that
//! decide the order.
//!
//! The order, from first to last: the document that carries the number; documents that cite it;
//! documents with all the words, better when the words stand in the title, side by side, with
//! the diacritics that were typed. Between equals the newer document comes first, which is the
//! engine's own rule.

use crate::engine::{
    KeyField, NumField, Q, TextField, Token,
    analyse::{Word, pair},
    expand::{Expander, Unit},
    number::NumberForms,
};

/// What is looked for. All of it must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask {
    /// Numbers that the document carries or cites.
    pub numbers: Vec<NumberForms>,
    /// Words and phrases.
    pub texts: Vec<TextAsk>,
    /// Words and phrases that must not occur.
    pub excluded: Vec<TextAsk>,
    /// Keys: one of the values of each field.
    pub keys: Vec<(KeyField, Vec<String>)>,
    /// Days of issue since 1970-01-01, first and last, `None` for no bound.
    pub issued: Option<(Option<i64>, Option<i64>)>,
    /// Running numbers, lowest and highest.
    pub serials: Option<(Option<i64>, Option<i64>)>,
}

/// A piece of text that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextAsk {
    /// Neighbouring words as typed: all must occur, side by side is better.
    Words(Vec<Word>),
    /// Quoted: the words in this order, with these diacritics when there are any.
    Phrase(Vec<Word>),
}

/// How many of the words must occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// All.
    All,
    /// At least so many units of [`n_units`].
    AtLeast(usize),
}

/// Weights of the clauses. Scores of words are BM25, which rarely passes 20 a word.
mod weight {
    /// The number exactly as spelled.
    pub const NUMBER_SPELLED: f32 = 1_000.0;
    /// The number in another spelling, or a part of it.
    pub const NUMBER: f32 = 900.0;
    /// Cites the number.
    pub const CITES: f32 = 100.0;
    /// A word in the title.
    pub const TITLE: f32 = 2.5;
    /// A word in the name of the issuer.
    pub const ISSUER: f32 = 1.0;
    /// A word with the diacritics that were typed.
    pub const EXACT: f32 = 1.0;
    /// The same in the title.
    pub const EXACT_TITLE: f32 = 2.0;
    /// Two words side by side.
    pub const PAIR: f32 = 1.0;
    /// The same with the diacritics that were typed.
    pub const EXACT_PAIR: f32 = 1.5;
}

/// Words that are looked at; a longer query is a text, not a question.
pub const MAX_WORDS: usize = 64;

/// What scores. What only restricts is in [`filters`].
pub fn score(ask: &Ask, expander: &Expander, need: Need) -> Q {
    let mut must: Vec<Q> = ask.numbers.iter().map(number).collect();
    let mut should = Vec::new();
    let mut units = Vec::new();
    for text in &ask.texts {
        match text {
            TextAsk::Words(words) => {
                let words = &words[..words.len().min(MAX_WORDS)];
                units.extend(expander.units(words).iter().map(unit));
                should.extend(word_boosts(words));
            }
            TextAsk::Phrase(words) => units.extend(phrase(words)),
        }
    }
    match need {
        Need::All => must.append(&mut units),
        Need::AtLeast(min) => must.push(Q::Any { of: units, min }),
    }
    match (must.len(), should.is_empty()) {
        (0, _) => Q::Everything,
        (_, true) => Q::All(must),
        (_, false) => Q::Prefer { must: Box::new(Q::All(must)), should },
    }
}

/// How many units of text the query has: words, or several words with a short form.
pub fn n_units(ask: &Ask, expander: &Expander) -> usize {
    let count = |text: &TextAsk| match text {
        TextAsk::Words(words) => expander.units(&words[..words.len().min(MAX_WORDS)]).len(),
        TextAsk::Phrase(words) => usize::from(!words.is_empty()),
    };
    ask.texts.iter().map(count).sum()
}

/// What restricts without scoring, but for the keys of `except`, which a count by that field
/// leaves out.
pub fn filters(ask: &Ask, except: Option<KeyField>) -> Vec<Q> {
    let mut filters = Vec::new();
    for (field, values) in &ask.keys {
        if Some(*field) != except {
            filters.push(any_key(*field, values));
        }
    }
    if let Some((from, to)) = ask.issued {
        // The document may have been issued on one of the days: its first possible day is not
        // after the last one asked for, and the other way round.
        filters.push(Q::Range { field: NumField::IssuedFirst, from: None, to });
        filters.push(Q::Range { field: NumField::IssuedLast, from, to: None });
    }
    if let Some((from, to)) = ask.serials {
        filters.push(Q::Range { field: NumField::Serial, from, to });
    }
    for text in &ask.excluded {
        let (TextAsk::Words(words) | TextAsk::Phrase(words)) = text;
        filters.extend(phrase(words).map(|q| Q::Not(Box::new(q))));
    }
    filters
}

/// Documents that carry the number or cite it.
fn number(number: &NumberForms) -> Q {
    let carries = |key: &str, boost| key_q(KeyField::Number, key, boost);
    let cites = |key: &str| key_q(KeyField::Cites, key, weight::CITES);
    let spelled = number.spelled_key();
    let key = number.key();
    let of = [
        carries(&spelled, weight::NUMBER_SPELLED),
        carries(&key, weight::NUMBER),
        cites(&spelled),
        cites(&key),
    ];
    Q::Best(of.into_iter().flatten().collect())
}

fn any_key(field: KeyField, values: &[String]) -> Q {
    let of = values.iter().filter_map(|value| key_q(field, value, 1.0)).collect();
    Q::Any { of, min: 1 }
}

/// A key as a question; `None` when it cannot be a key.
pub fn key_q(field: KeyField, value: &str, boost: f32) -> Option<Q> {
    Some(Q::Key { field, token: Token::new(value)?, boost })
}

/// A unit must occur as typed or in its other form.
fn unit(unit: &Unit) -> Q {
    let typed = all_words(&unit.typed);
    match &unit.other {
        None => typed,
        Some(other) => {
            Q::Best([Some(typed), adjacent(other, false)].into_iter().flatten().collect())
        }
    }
}

fn all_words(words: &[Word]) -> Q {
    Q::All(words.iter().map(|w| word(TextField::BodyFolded, &w.folded, 1.0)).collect())
}

fn word(field: TextField, token: &Token, boost: f32) -> Q {
    Q::Word { field, token: token.clone(), boost }
}

/// What makes one document with the words better than another.
fn word_boosts(words: &[Word]) -> Vec<Q> {
    let mut boosts = Vec::new();
    for w in words {
        boosts.push(word(TextField::TitleFolded, &w.folded, weight::TITLE));
        boosts.push(word(TextField::IssuerFolded, &w.folded, weight::ISSUER));
        if w.has_accents() {
            boosts.push(word(TextField::BodyExact, &w.exact, weight::EXACT));
            boosts.push(word(TextField::TitleExact, &w.exact, weight::EXACT_TITLE));
        }
    }
    for two in words.windows(2) {
        let [first, second] = two else { continue };
        let folded = pair(&first.folded, &second.folded);
        boosts.push(word(TextField::PairFolded, &folded, weight::PAIR));
        if first.has_accents() || second.has_accents() {
            let exact = pair(&first.exact, &second.exact);
            boosts.push(word(TextField::PairExact, &exact, weight::EXACT_PAIR));
        }
    }
    boosts
}

/// The words side by side in this order; diacritics count when some were typed.
fn phrase(words: &[Word]) -> Option<Q> {
    let words = &words[..words.len().min(MAX_WORDS)];
    adjacent(words, words.iter().any(Word::has_accents))
}

/// `None` for no words. Two words are one term; of more, the pairs find the few documents in
/// which positions have to be looked at.
fn adjacent(words: &[Word], exact: bool) -> Option<Q> {
    let (text_field, pair_field) = match exact {
        true => (TextField::BodyExact, TextField::PairExact),
        false => (TextField::BodyFolded, TextField::PairFolded),
    };
    let tokens: Vec<Token> = words
        .iter()
        .map(|word| if exact { word.exact.clone() } else { word.folded.clone() })
        .collect();
    match &tokens[..] {
        [] => None,
        [one] => Some(word(text_field, one, 1.0)),
        [first, second] => Some(word(pair_field, &pair(first, second), 1.0)),
        _ => {
            let pairs = tokens.windows(2).map(|two| word(pair_field, &pair(&two[0], &two[1]), 1.0));
            let all: Vec<Q> = pairs.collect();
            let phrase = Q::Phrase { field: text_field, tokens, slop: 0, boost: 1.0 };
            Some(Q::All(all.into_iter().chain([phrase]).collect()))
        }
    }
}
