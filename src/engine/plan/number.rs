//! Document numbers as questions: whole, in part, by their beginning or in a range.

use super::{key, of_type, weight};
use crate::{
    domain::number_forms::NumberForms,
    engine::{KeyField, NumField, Q},
    query::{NumberQuery, Serial},
};

/// Documents that carry the number, as far as it is known.
pub fn carried(number: &NumberQuery) -> Q {
    let mut all = match &number.serial {
        Serial::Exact(_) => vec![Q::Best(whole(number, KeyField::Number, weight::NUMBER))],
        Serial::Prefix(beginning) => {
            let begins = key(KeyField::NumberPrefix, beginning, weight::NUMBER);
            begins.into_iter().chain(sign_and_year(number)).collect()
        }
        Serial::Band(from, to) => {
            let (from, to) = (Some(i64::from(*from)), Some(i64::from(*to)));
            let mut all = vec![Q::Range { field: NumField::Serial, from, to }];
            all.extend(sign_and_year(number));
            all
        }
        Serial::Any => sign_and_year(number),
    };
    // A type that never stands in a number, e.g. Luật.
    if let Some(doc_type) = number.doc_type.as_ref().filter(|doc_type| !doc_type.in_number) {
        all.push(of_type(doc_type));
    }
    Q::All(all)
}

/// Documents that cite the number; nothing for a number without running number.
pub fn cited(number: &NumberQuery) -> Q {
    match &number.serial {
        Serial::Exact(_) => Q::Best(whole(number, KeyField::Cites, weight::CITES)),
        _ => Q::Best(Vec::new()),
    }
}

/// The spellings of a number with a running number, one for every sign its type may have.
fn whole(number: &NumberQuery, field: KeyField, boost: f32) -> Vec<Q> {
    let spelled_boost = if field == KeyField::Number { weight::NUMBER_SPELLED } else { boost };
    let mut of = Vec::new();
    for forms in forms(number) {
        if number.year_beside().is_none() {
            of.extend(key(field, &forms.spelled_key(), spelled_boost));
        }
        let dated = NumberForms { year: number.year, ..forms };
        of.extend(key(field, &dated.key(), boost));
    }
    of
}

/// The number taken apart, once for every sign its type may have.
pub fn forms(number: &NumberQuery) -> Vec<NumberForms> {
    let signs: Vec<Option<String>> = match &number.doc_type {
        Some(doc_type) if doc_type.in_number && !doc_type.signs.is_empty() => {
            doc_type.signs.iter().cloned().map(Some).collect()
        }
        _ => vec![None],
    };
    signs.into_iter().filter_map(|sign| NumberForms::of(&with_type(number, sign))).collect()
}

/// The number as printed, with another sign of its type.
fn with_type(number: &NumberQuery, sign: Option<String>) -> String {
    let mut number = number.clone();
    match (&mut number.doc_type, sign) {
        (Some(doc_type), Some(sign)) => doc_type.signs = vec![sign],
        (doc_type, _) => *doc_type = None,
    }
    number.number_text()
}

/// What is known besides the running number.
fn sign_and_year(number: &NumberQuery) -> Vec<Q> {
    let mut all = Vec::new();
    let any_serial = NumberQuery { serial: Serial::Any, year: None, ..number.clone() };
    let signs: Vec<Q> = forms(&any_serial)
        .iter()
        .filter_map(|forms| key(KeyField::Number, &forms.key(), weight::NUMBER))
        .collect();
    if !signs.is_empty() {
        all.push(Q::Best(signs));
    }
    all.extend(number.year.and_then(|year| key(KeyField::Year, &year.to_string(), 0.0)));
    all
}
