//! [`Plan`]: a [`Query`] as a question to an engine, with the weights that decide the order.
//!
//! From first to last: the document that carries the number; documents that cite it; documents
//! with all the words, better when the words stand in the title, side by side, with the
//! diacritics that were typed. Between equals the newer document comes first, which is the
//! engine's own rule. Must not ask an engine: whether anything is found is not known here.

mod number;
mod text;

use crate::{
    domain::tables::Tables,
    engine::{
        KeyField, NumField, Q, Token,
        analyse::{Word, folded_key, words},
    },
    query::{self, Clause, DateQuery, IssuerQuery, Meaning, NumberQuery, Query, TypeQuery},
};

pub use number::{carried, cited, forms};

/// Weights of the clauses. Scores of words are BM25, which rarely passes 20 a word.
mod weight {
    /// The number exactly as spelled.
    pub const NUMBER_SPELLED: f32 = 1_000.0;
    /// The number in another spelling, or a part of it.
    pub const NUMBER: f32 = 900.0;
    /// Cites the number.
    pub const CITES: f32 = 100.0;
    /// Is of the type, body or year that was typed, where that may be meant as words, too.
    pub const MEANT: f32 = 10.0;
    /// A word in the title.
    pub const TITLE: f32 = 2.5;
    /// A word in the name of the issuer.
    pub const ISSUER: f32 = 1.0;
    /// Two words side by side.
    pub const PAIR: f32 = 1.5;
    /// A word with the diacritics that were typed. More than a word in the title with others:
    /// `đương` is not `đường`.
    pub const EXACT: f32 = 3.0;
    /// What a match without the diacritics that were typed is worth of one with them.
    pub const WITHOUT_ACCENTS: f32 = 0.2;
}

/// Words that are looked at; a longer query is a text, not a question.
pub const MAX_WORDS: usize = 64;

/// How many of the pieces of text must occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// All.
    All,
    /// At least so many of [`Plan::n_units`].
    AtLeast(usize),
}

/// A query, ready to be asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// What must hold and scores, words apart.
    must: Vec<Q>,
    /// Pieces of text: words, several words with a short form, phrases.
    units: Vec<Q>,
    /// What only makes one document better than another.
    should: Vec<Q>,
    /// What must hold without scoring; with the field, when it is a choice of its values.
    filters: Vec<(Option<KeyField>, Q)>,
    /// The words to mark.
    pub words: Vec<Word>,
    /// The numbers that were asked for, whole or in part.
    pub numbers: Vec<NumberQuery>,
}

impl Plan {
    /// Lowers the clauses; every one must hold.
    pub fn new(query: &Query, tables: &Tables) -> Self {
        let mut plan = Self::default();
        for clause in &query.clauses {
            if clause.is_excluded {
                plan.exclude(&clause.meaning);
            } else {
                plan.require(clause, tables);
            }
        }
        plan
    }

    /// Adds chosen values of a field: a document must have one of them.
    pub fn choose(&mut self, field: KeyField, values: &[String]) {
        self.filters.push((Some(field), any_key(field, values.iter().map(String::as_str))));
    }

    /// Puts documents with the words first, without asking for them.
    pub fn put_first(&mut self, restored: &str) {
        self.should.extend(text::boosts(&words(restored)));
    }

    /// What scores.
    pub fn score(&self, need: Need) -> Q {
        let mut must = self.must.clone();
        match need {
            Need::All => must.extend_from_slice(&self.units),
            Need::AtLeast(min) => must.push(Q::Any { of: self.units.clone(), min }),
        }
        if must.is_empty() {
            return Q::Everything;
        }
        if self.should.is_empty() {
            return Q::All(must);
        }
        Q::Prefer { must: Box::new(Q::All(must)), should: self.should.clone() }
    }

    /// What restricts without scoring, but for the choices of `except`, which a count by that
    /// field leaves out.
    pub fn filters(&self, except: Option<KeyField>) -> Vec<Q> {
        let applies = |field: &Option<KeyField>| field.is_none() || *field != except;
        self.filters.iter().filter(|(field, _)| applies(field)).map(|(_, q)| q.clone()).collect()
    }

    /// How many pieces of text were asked for.
    pub fn n_units(&self) -> usize {
        self.units.len()
    }

    /// Whether a number was asked for and no words.
    pub fn is_number_alone(&self) -> bool {
        self.numbers.len() == 1 && self.must.len() == 1 && self.units.is_empty()
    }

    fn require(&mut self, clause: &Clause, tables: &Tables) {
        match &clause.meaning {
            Meaning::Words(typed) => {
                let units = self.look_for(typed, tables);
                self.units.extend(units);
                return;
            }
            Meaning::Phrase(typed) => {
                let typed = self.take_words(typed);
                self.should.extend(text::boosts(&typed));
                self.units.extend(text::phrase(&typed));
                return;
            }
            Meaning::Number(number) => self.numbers.push(number.clone()),
            _ => {}
        }
        let meant = meant(&clause.meaning);
        let as_words = clause.alternatives.iter().find_map(|meaning| match meaning {
            Meaning::Words(typed) => Some(typed),
            _ => None,
        });
        if let Some(typed) = as_words {
            // `báo cáo` may be a type or two words of a title, `2020` a year or a word.
            let units = self.look_for(typed, tables);
            self.must.push(Q::Best(vec![meant, Q::All(units)]));
            if let Meaning::Date(DateQuery::On(date)) = &clause.meaning {
                let year = date.year().to_string();
                self.should.extend(key(KeyField::Year, &year, weight::MEANT));
            }
        } else if matches!(clause.meaning, Meaning::Number(_) | Meaning::Cites(_)) {
            self.must.push(meant);
        } else {
            self.filters.push((None, meant));
        }
    }

    /// Words of which all must occur, as units; what makes one document better is noted.
    fn look_for(&mut self, typed: &str, tables: &Tables) -> Vec<Q> {
        let words = self.take_words(typed);
        self.should.extend(text::boosts(&words));
        text::units(&words, &query::expand(tables, typed))
    }

    /// The words of a text, as many as are still looked at.
    fn take_words(&mut self, typed: &str) -> Vec<Word> {
        let mut words = words(typed);
        words.truncate(MAX_WORDS.saturating_sub(self.words.len()));
        self.words.extend_from_slice(&words);
        words
    }

    fn exclude(&mut self, meaning: &Meaning) {
        let excluded = match meaning {
            Meaning::Number(number) => Some(carried(number)),
            Meaning::Words(typed) | Meaning::Phrase(typed) => text::phrase(&words(typed)),
            other => Some(meant(other)),
        };
        self.filters.extend(excluded.map(|q| (None, Q::Not(Box::new(q)))));
    }
}

/// The documents that a clause means; words and phrases are looked for elsewhere.
fn meant(meaning: &Meaning) -> Q {
    match meaning {
        Meaning::Number(number) => Q::Best(vec![carried(number), cited(number)]),
        Meaning::Cites(number) => cited(number),
        Meaning::Date(date) => issued(*date),
        Meaning::Issuer(issuer) => issued_by(issuer),
        Meaning::DocType(doc_type) => of_type(doc_type),
        Meaning::Signer(name) => signed_by(name),
        Meaning::Words(typed) | Meaning::Phrase(typed) => Q::All(text::all_words(&words(typed))),
    }
}

/// A key as a question; `None` when it cannot be a key.
pub fn key(field: KeyField, value: &str, boost: f32) -> Option<Q> {
    Some(Q::Key { field, token: Token::new(value)?, boost })
}

fn any_key<'a>(field: KeyField, values: impl Iterator<Item = &'a str>) -> Q {
    Q::Best(values.filter_map(|value| key(field, value, weight::MEANT)).collect())
}

/// Documents that may have been issued then: their first possible day is not after the last one
/// asked for, and the other way round.
fn issued(date: DateQuery) -> Q {
    /// No date is less precise than a year; a narrow range is quicker to look for.
    const MOST_DAYS: i64 = 366;
    let (first, last) = date.day_range();
    let (from, to) = (first.map(i64::from), last.map(i64::from));
    Q::All(vec![
        Q::Range { field: NumField::IssuedFirst, from: from.map(|from| from - MOST_DAYS), to },
        Q::Range { field: NumField::IssuedLast, from, to: None },
    ])
}

/// By identifier; for a body that is not in the tables by the words of its name.
fn issued_by(issuer: &IssuerQuery) -> Q {
    if issuer.ids.is_empty() {
        return Q::All(text::issuer_words(&words(&issuer.name)));
    }
    let of = issuer.ids.iter().filter_map(|id| match id.strip_prefix("?.") {
        Some(kind) => key(KeyField::IssuerKind, kind, weight::MEANT),
        None => key(KeyField::Issuer, id, weight::MEANT),
    });
    Q::Best(of.collect())
}

/// By name, because one sign may stand for several types.
fn of_type(doc_type: &TypeQuery) -> Q {
    any_key(KeyField::DocType, std::iter::once(folded_key(&doc_type.name).as_str()))
}

/// Every word of the name.
fn signed_by(name: &str) -> Q {
    let names = words(name);
    Q::All(
        names
            .iter()
            .filter_map(|word| key(KeyField::SignerWord, word.folded.as_str(), 1.0))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{context::Context, engine::TextField, source::Limits};

    fn plan(typed: &str) -> Plan {
        let tables = Tables::builtin();
        let context = Context::new(tables, Limits::default());
        let today = "2021-06-01".parse().unwrap();
        Plan::new(&query::parse(&context, today, typed).0, tables)
    }

    #[test]
    fn nothing_typed_asks_for_everything() {
        let plan = plan("");
        assert_eq!(plan.score(Need::All), Q::Everything);
        assert_eq!(plan.filters(None), []);
    }

    #[test]
    fn a_count_leaves_out_the_choices_of_its_own_field() {
        let mut plan = plan("tháng 3/2020");
        plan.choose(KeyField::Year, &["2020".to_owned(), "2021".to_owned()]);
        plan.choose(KeyField::DocType, &["ke_hoach".to_owned()]);
        assert_eq!(plan.filters(None).len(), 3);
        assert_eq!(plan.filters(Some(KeyField::Year)).len(), 2);
        assert_eq!(plan.filters(Some(KeyField::Signer)).len(), 3);
        let year = |year: &str| key(KeyField::Year, year, weight::MEANT).unwrap();
        assert_eq!(
            plan.filters(Some(KeyField::DocType))[1],
            Q::Best(vec![year("2020"), year("2021")])
        );
    }

    #[test]
    fn units_are_words_or_names_with_a_short_form() {
        for (typed, n_units) in [
            ("trực ban", 2),
            ("trực ban ủy ban nhân dân", 3), // or UBND
            ("\"trực ban\" lụt", 2),
            ("lụt -bão", 1),
        ] {
            assert_eq!(plan(typed).n_units(), n_units, "{typed}");
        }
    }

    #[test]
    fn a_query_as_long_as_a_text_is_cut() {
        let plan = plan(&"trực ban lụt bão ".repeat(100));
        assert_eq!(plan.words.len(), MAX_WORDS);
    }

    #[test]
    fn two_quoted_words_are_one_term() {
        let must = |typed: &str| match plan(typed).score(Need::All) {
            Q::Prefer { must, .. } => *must,
            other => panic!("{other:?}"),
        };
        let prefix = Token::new("truc_ban|").unwrap();
        let pair = Q::WordPrefix { field: TextField::Pair, prefix, boost: 1.0 };
        assert_eq!(must("\"truc ban\""), Q::All(vec![pair]));
        let token = Token::new("truc_ban|trực_ban").unwrap();
        let pair = Q::Word { field: TextField::Pair, token, boost: 1.0 };
        assert_eq!(must("\"trực ban\""), Q::All(vec![pair.clone()]));
        // Of three words the positions are looked at in the few documents that have the pairs.
        let Q::All(all) = must("\"trực ban bão\"") else { panic!() };
        let [Q::All(parts)] = &all[..] else { panic!("{all:?}") };
        assert_eq!((parts.len(), &parts[0]), (3, &pair));
        assert!(matches!(&parts[2], Q::Phrase { field: TextField::BodyFolded, .. }));
    }

    #[test]
    fn spellings_of_a_number() {
        let keys = |typed: &str| -> Vec<String> {
            let plan = plan(typed);
            let forms = plan.numbers.iter().flat_map(forms);
            forms.map(|forms| forms.key()).collect()
        };
        assert_eq!(keys("nghị định 30/2020"), ["30/2020/nd"]);
        assert_eq!(keys("chương trình 15"), ["15/ctr"]);
        assert_eq!(keys("293/KH-SLĐTBXH"), ["293/khsldtbxh"]);
        assert_eq!(keys("/QĐ-UBND"), ["/qdubnd"]);
    }
}
