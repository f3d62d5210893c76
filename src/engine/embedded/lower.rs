//! [`Q`] → tantivy's queries. The scores that the contract promises are settled here.

use std::ops::Bound;

use tantivy::{
    Term,
    query::{
        AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery,
        InvertedIndexRangeQuery, Occur, PhraseQuery, Query, RangeQuery, TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use super::{excluded::Excluded, schema::Fields};
use crate::engine::{Q, Token};

/// What must match and what scores, as one query; `filter` never scores.
pub(super) fn lower_request(fields: &Fields, score: &Q, filter: &[Q]) -> Box<dyn Query> {
    if filter.is_empty() {
        return lower(fields, score);
    }
    let mut clauses = all_clauses(fields, std::slice::from_ref(score));
    for q in filter {
        match q {
            Q::Not(inner) => clauses.push((Occur::MustNot, excluded(lower(fields, inner)))),
            _ => clauses.push((Occur::Must, unscored(lower(fields, q)))),
        }
    }
    boolean(clauses)
}

fn lower(fields: &Fields, q: &Q) -> Box<dyn Query> {
    match q {
        Q::Key { field, token, boost } => {
            let term = term(fields.key(*field), token);
            let query = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
            Box::new(ConstScoreQuery::new(query, *boost))
        }
        Q::KeyPrefix { field, prefix, boost } => {
            Box::new(ConstScoreQuery::new(key_prefix(fields.key(*field), prefix), *boost))
        }
        Q::Word { field, token, boost } => boosted(word(fields.text(*field), token), *boost),
        Q::Phrase { field, tokens, slop, boost } => {
            boosted(phrase(fields.text(*field), tokens, *slop), *boost)
        }
        Q::Range { field, from, to } => unscored(range(fields.num(*field), *from, *to)),
        Q::All(all) if all.is_empty() => unscored(Box::new(AllQuery)),
        Q::All(all) => boolean(all_clauses(fields, all)),
        Q::Any { of, min } => any(fields, of, *min),
        Q::Best(of) if of.is_empty() => Box::new(EmptyQuery),
        Q::Best(of) => {
            Box::new(DisjunctionMaxQuery::new(of.iter().map(|q| lower(fields, q)).collect()))
        }
        Q::Prefer { must, should } => {
            let mut clauses = vec![(Occur::Must, lower(fields, must))];
            clauses.extend(should.iter().map(|q| (Occur::Should, lower(fields, q))));
            Box::new(BooleanQuery::new(clauses))
        }
        Q::Not(_) => boolean(all_clauses(fields, std::slice::from_ref(q))),
        Q::Everything => unscored(Box::new(AllQuery)),
    }
}

/// The clauses of a conjunction; nested conjunctions are drawn up, because tantivy intersects
/// plain terms faster than intersections.
fn all_clauses(fields: &Fields, all: &[Q]) -> Vec<(Occur, Box<dyn Query>)> {
    let mut clauses = Vec::with_capacity(all.len());
    for q in all {
        match q {
            Q::All(inner) => clauses.extend(all_clauses(fields, inner)),
            Q::Not(inner) => clauses.push((Occur::MustNot, excluded(lower(fields, inner)))),
            _ => clauses.push((Occur::Must, lower(fields, q))),
        }
    }
    clauses
}

/// A conjunction. tantivy finds nothing when all clauses exclude, so everything is added.
fn boolean(mut clauses: Vec<(Occur, Box<dyn Query>)>) -> Box<dyn Query> {
    if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        clauses.push((Occur::Must, unscored(Box::new(AllQuery))));
    }
    Box::new(BooleanQuery::new(clauses))
}

fn any(fields: &Fields, of: &[Q], min: usize) -> Box<dyn Query> {
    let min = min.max(1);
    if of.len() < min {
        return Box::new(EmptyQuery);
    }
    let clauses = of.iter().map(|q| (Occur::Should, lower(fields, q))).collect();
    Box::new(BooleanQuery::with_minimum_required_clauses(clauses, min))
}

fn word(field: Field, token: &Token) -> Box<dyn Query> {
    Box::new(TermQuery::new(term(field, token), IndexRecordOption::WithFreqs))
}

fn phrase(field: Field, tokens: &[Token], slop: u32) -> Box<dyn Query> {
    match tokens {
        [] => Box::new(EmptyQuery),
        [one] => word(field, one),
        _ => {
            let terms = tokens.iter().map(|token| term(field, token)).collect();
            let mut query = PhraseQuery::new(terms);
            query.set_slop(slop);
            Box::new(query)
        }
    }
}

fn key_prefix(field: Field, prefix: &Token) -> Box<dyn Query> {
    let from = Bound::Included(term(field, prefix));
    // The first string that does not begin so: the last byte raised. Bytes of UTF-8 are below
    // 0xff, so there always is one.
    let mut after = prefix.as_str().as_bytes().to_vec();
    if let Some(last) = after.last_mut() {
        *last += 1;
    }
    let mut end = Term::from_field_text(field, "");
    end.append_bytes(&after);
    Box::new(InvertedIndexRangeQuery::new(from, Bound::Excluded(end)))
}

fn range(field: Field, from: Option<i64>, to: Option<i64>) -> Box<dyn Query> {
    let from = Term::from_field_i64(field, from.unwrap_or(i64::MIN));
    let to = Term::from_field_i64(field, to.unwrap_or(i64::MAX));
    Box::new(RangeQuery::new(Bound::Included(from), Bound::Included(to)))
}

fn term(field: Field, token: &Token) -> Term {
    Term::from_field_text(field, token.as_str())
}

fn boosted(query: Box<dyn Query>, boost: f32) -> Box<dyn Query> {
    if boost == 1.0 { query } else { Box::new(BoostQuery::new(query, boost)) }
}

fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn excluded(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(Excluded(unscored(query)))
}
