//! Counts documents by the values of key fields.

use super::{columns::Columns, docs::Docs};
use crate::engine::{FacetReq, KeyField};

/// Counts the values of the requested fields among the documents of each segment.
pub(super) fn count(
    columns: &Columns,
    matching: &[Docs],
    requests: &[&FacetReq],
) -> Vec<Vec<(String, u64)>> {
    requests
        .iter()
        .map(|request| match request.field.is_countable() {
            true => most(columns, request, &counts(columns, matching, request.field)),
            false => Vec::new(),
        })
        .collect()
}

/// Every value of a field, most frequent first, ties by value.
pub(super) fn all(columns: &Columns, field: KeyField) -> Vec<(String, u64)> {
    let mut counts = vec![0; columns.values(field).len()];
    for segment in &columns.segments {
        if let Some(counter) = segment.counter(field) {
            counter.add_all(&mut counts);
        }
    }
    let everything = FacetReq { field, filter: Vec::new(), size: usize::MAX };
    most(columns, &everything, &counts)
}

fn counts(columns: &Columns, matching: &[Docs], field: KeyField) -> Vec<u32> {
    let mut counts = vec![0; columns.values(field).len()];
    for (segment, docs) in columns.segments.iter().zip(matching) {
        let Some(counter) = segment.counter(field) else { continue };
        match docs {
            // Of most documents it is quicker to count the others.
            Docs::Many(bits) if bits.len * 2 > segment.n_docs() => {
                counter.add_all(&mut counts);
                let all = Docs::all(segment.n_docs());
                all.without(docs).for_each(|doc| counter.take(&mut counts, doc));
            }
            _ => docs.for_each(|doc| counter.add(&mut counts, doc)),
        }
    }
    counts
}

/// Most frequent first, ties by value.
fn most(columns: &Columns, request: &FacetReq, counts: &[u32]) -> Vec<(String, u64)> {
    let mut found: Vec<(u32, usize)> =
        counts.iter().zip(0..).filter(|(n, _)| **n > 0).map(|(n, at)| (*n, at)).collect();
    let order = |(n, at): &(u32, usize)| (std::cmp::Reverse(*n), *at);
    if found.len() > request.size && request.size > 0 {
        found.select_nth_unstable_by_key(request.size - 1, order);
    }
    found.truncate(request.size);
    found.sort_unstable_by_key(order);
    let values = columns.values(request.field);
    found.into_iter().map(|(n, at)| (values[at].clone(), u64::from(n))).collect()
}
