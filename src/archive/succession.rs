//! Bodies that a body took over from: the papers of Sở Lao động - Thương binh và Xã hội are kept
//! under its name, and whoever looks for Sở Nội vụ, which took over from it, may have them, too.

use crate::{
    archive::Filter,
    domain::{date::PartialDate, tables::Tables},
    engine::KeyField,
    query::{Meaning, Query},
};

/// A body that another one took over from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predecessor {
    /// Its identifier, e.g. `caobang.sldtbxh`; `?.sldtbxh` when no place was named.
    pub id: String,
    /// Its name, e.g. `Sở Lao động - Thương binh và Xã hội`.
    pub name: String,
    /// Its last day, when the tables know it.
    pub until: Option<PartialDate>,
}

/// The bodies that those of a query and its filters took over from, by identifier.
pub(super) fn predecessors(tables: &Tables, query: &Query, filters: &[Filter]) -> Vec<Predecessor> {
    let mut asked: Vec<String> = Vec::new();
    for clause in query.clauses.iter().filter(|clause| !clause.is_excluded) {
        if let Meaning::Issuer(issuer) = &clause.meaning {
            asked.extend(issuer.ids.iter().cloned());
        }
    }
    for filter in filters.iter().filter(|filter| filter.field == KeyField::Issuer) {
        asked.extend(filter.values.iter().cloned());
    }
    let mut found: Vec<Predecessor> = Vec::new();
    for id in &asked {
        for predecessor in of(tables, id) {
            if !asked.contains(&predecessor.id) && !found.contains(&predecessor) {
                found.push(predecessor);
            }
        }
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found
}

/// A query that asks for the predecessors of the bodies it names, too.
pub(super) fn widened_query(tables: &Tables, query: &Query) -> Query {
    let mut query = query.clone();
    for clause in &mut query.clauses {
        if let Meaning::Issuer(issuer) = &mut clause.meaning {
            let more: Vec<String> =
                issuer.ids.iter().flat_map(|id| of(tables, id)).map(|body| body.id).collect();
            issuer.ids.extend(more);
            issuer.ids.sort();
            issuer.ids.dedup();
        }
    }
    query
}

/// The values of a filter with the predecessors of the bodies it chooses.
pub(super) fn widened_values(tables: &Tables, filter: &Filter) -> Vec<String> {
    let mut values = filter.values.clone();
    if filter.field == KeyField::Issuer {
        values.extend(filter.values.iter().flat_map(|id| of(tables, id)).map(|body| body.id));
        values.sort();
        values.dedup();
    }
    values
}

fn of(tables: &Tables, id: &str) -> Vec<Predecessor> {
    let bodies = tables.predecessors(id);
    bodies.into_iter().map(|(id, name, until)| Predecessor { id, name, until }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{context::Context, query::parse, source::Limits};

    fn ids(bodies: &[Predecessor]) -> Vec<&str> {
        bodies.iter().map(|body| body.id.as_str()).collect()
    }

    #[test]
    fn of_a_query_and_of_a_filter() {
        let tables = Tables::builtin();
        let today = "2026-03-01".parse().unwrap();
        let ctx = Context::new(tables, Limits::default());
        let (query, _) = parse(&ctx, today, "cq:\"Bộ Nội vụ\"");
        assert!(ids(&predecessors(tables, &query, &[])).contains(&"bldtbxh"));
        let Meaning::Issuer(issuer) = &widened_query(tables, &query).clauses[0].meaning else {
            panic!("{query:?}")
        };
        assert!(
            issuer.ids.contains(&"bldtbxh".to_owned()) && issuer.ids.contains(&"bnv".to_owned())
        );
        let filter = Filter { field: KeyField::Issuer, values: vec!["caobang.snv".to_owned()] };
        let (nothing, _) = parse(&ctx, today, "");
        let found = predecessors(tables, &nothing, std::slice::from_ref(&filter));
        assert!(ids(&found).contains(&"caobang.sldtbxh"), "{found:?}");
        let sldtbxh = found.iter().find(|body| body.id == "caobang.sldtbxh").unwrap();
        assert_eq!(sldtbxh.name, "Sở Lao động - Thương binh và Xã hội tỉnh Cao Bằng");
        assert!(widened_values(tables, &filter).contains(&"caobang.sldtbxh".to_owned()));
        // Another field is left as it is.
        let year = Filter { field: KeyField::Year, values: vec!["2020".to_owned()] };
        assert_eq!(widened_values(tables, &year), ["2020"]);
    }
}
