//! Runs a [`SearchReq`]: one pass over the documents that match for hits, total and those
//! counts that have the same filter; one more pass for every other filter.
//!
//! tantivy's own collectors are not used, because they break ties by its document numbers, which
//! change with every merge; ours breaks them by `ord`.

use std::{cmp::Ordering, collections::BinaryHeap};

use tantivy::{
    DocId, Score, Searcher, SegmentOrdinal, SegmentReader,
    columnar::Column,
    query::{EnableScoring, Query},
};

use super::{
    facets::FacetCounts,
    lower::lower_request,
    schema::{Fields, ID, ORD, num_name},
    writer::record_id,
};
use crate::engine::{After, Answer, Hit, SearchReq, Sort};

/// Largest page.
const MAX_SIZE: usize = 1_000;

/// Answers the request from the searcher's snapshot.
pub(super) fn search(
    fields: &Fields,
    searcher: &Searcher,
    request: &SearchReq,
) -> tantivy::Result<Answer> {
    let mut counts: Vec<FacetCounts> = request.facets.iter().map(FacetCounts::new).collect();
    let (with_hits, others): (Vec<usize>, Vec<usize>) =
        (0..counts.len()).partition(|&i| request.facets[i].filter == request.filter);

    let mut hits = TopHits::new(request);
    let query = lower_request(fields, &request.score, &request.filter);
    let total = pass(searcher, &*query, Some(&mut hits), &mut pick(&mut counts, &with_hits))?;

    let mut open = others;
    while let Some(&first) = open.first() {
        let filter = &request.facets[first].filter;
        let (same, rest): (Vec<usize>, Vec<usize>) =
            open.iter().copied().partition(|&i| request.facets[i].filter == *filter);
        let query = lower_request(fields, &request.score, filter);
        pass(searcher, &*query, None, &mut pick(&mut counts, &same))?;
        open = rest;
    }

    Ok(Answer {
        hits: hits.finish(searcher)?,
        total,
        facets: counts.into_iter().map(FacetCounts::finish).collect(),
    })
}

fn pick<'c>(counts: &'c mut [FacetCounts], which: &[usize]) -> Vec<&'c mut FacetCounts> {
    let picked = counts.iter_mut().enumerate().filter(|(i, _)| which.contains(i));
    picked.map(|(_, count)| count).collect()
}

/// Visits every document that matches; gives their number.
fn pass(
    searcher: &Searcher,
    query: &dyn Query,
    mut hits: Option<&mut TopHits>,
    counts: &mut [&mut FacetCounts],
) -> tantivy::Result<u64> {
    let scores = hits.as_ref().is_some_and(|hits| hits.needs_scores());
    let scoring = if scores {
        EnableScoring::enabled_from_searcher(searcher)
    } else {
        EnableScoring::disabled_from_searcher(searcher)
    };
    let weight = query.weight(scoring)?;
    let wants_documents = !counts.is_empty() || hits.as_ref().is_some_and(|hits| hits.size > 0);
    let mut total = 0;
    for (segment_ord, segment) in (0..).zip(searcher.segment_readers()) {
        if !wants_documents {
            total += u64::from(weight.count(segment)?);
            continue;
        }
        let mut segment_hits = match hits.as_deref_mut() {
            Some(hits) => Some(hits.in_segment(segment_ord, segment)?),
            None => None,
        };
        for count in counts.iter_mut() {
            count.enter_segment(segment)?;
        }
        let alive = segment.alive_bitset();
        let mut visit = |doc: DocId, score: Score| {
            if alive.is_some_and(|alive| alive.is_deleted(doc)) {
                return;
            }
            total += 1;
            if let Some(hits) = &mut segment_hits {
                hits.offer(doc, score);
            }
            for count in counts.iter_mut() {
                count.add(doc);
            }
        };
        if scores {
            weight.for_each(segment, &mut visit)?;
        } else {
            weight.for_each_no_score(segment, &mut |docs| {
                docs.iter().for_each(|&doc| visit(doc, 0.0));
            })?;
        }
        for count in counts.iter_mut() {
            count.leave_segment()?;
        }
    }
    Ok(total)
}

/// Where a document stands in the order; the smaller the earlier.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rank {
    is_missing: bool,
    /// Negated when the highest value comes first.
    value: f64,
    ord: i64,
}

impl Eq for Rank {}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value = || self.value.total_cmp(&other.value);
        let by_ord = || self.ord.cmp(&other.ord);
        self.is_missing.cmp(&other.is_missing).then_with(by_value).then_with(by_ord)
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The best documents so far.
struct TopHits {
    sort: Sort,
    after: Option<Rank>,
    size: usize,
    /// The worst on top.
    heap: BinaryHeap<(Rank, SegmentOrdinal, DocId)>,
}

impl TopHits {
    fn new(request: &SearchReq) -> Self {
        let sort = request.sort;
        let after = request.after.map(|After { value, ord }| rank(sort, value, ord));
        Self { sort, after, size: request.size.min(MAX_SIZE), heap: BinaryHeap::new() }
    }

    fn needs_scores(&self) -> bool {
        self.size > 0 && self.sort == Sort::Relevance
    }

    fn in_segment<'h>(
        &'h mut self,
        segment_ord: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentHits<'h>> {
        let columns = segment.fast_fields();
        let numbers = match self.sort {
            Sort::Relevance => None,
            Sort::Number { field, .. } => Some(columns.i64(num_name(field))?),
        };
        Ok(SegmentHits { hits: self, segment_ord, ords: columns.i64(ORD)?, numbers })
    }

    fn finish(self, searcher: &Searcher) -> tantivy::Result<Vec<Hit>> {
        let mut hits = Vec::with_capacity(self.heap.len());
        for (rank, segment_ord, doc) in self.heap.into_sorted_vec() {
            let columns = searcher.segment_reader(segment_ord).fast_fields();
            let id = record_id(columns.u64(ID)?.first(doc).unwrap_or_default());
            let (score, sort_value) = match self.sort {
                Sort::Relevance => (-rank.value as f32, None),
                Sort::Number { field, .. } => (0.0, columns.i64(num_name(field))?.first(doc)),
            };
            hits.push(Hit { id, ord: rank.ord, score, sort_value });
        }
        Ok(hits)
    }
}

/// Score or number as a rank: missing last, then by value in the direction asked for.
fn rank(sort: Sort, value: Option<f64>, ord: i64) -> Rank {
    let descending = match sort {
        Sort::Relevance => true,
        Sort::Number { descending, .. } => descending,
    };
    let Some(value) = value else { return Rank { is_missing: true, value: 0.0, ord } };
    // Adding zero turns -0.0 into 0.0, which `total_cmp` tells apart.
    let value = if descending { -value } else { value } + 0.0;
    Rank { is_missing: false, value, ord }
}

/// [`TopHits`] with the columns of one segment at hand.
struct SegmentHits<'h> {
    hits: &'h mut TopHits,
    segment_ord: SegmentOrdinal,
    ords: Column<i64>,
    numbers: Option<Column<i64>>,
}

impl SegmentHits<'_> {
    fn offer(&mut self, doc: DocId, score: Score) {
        let hits = &mut *self.hits;
        let value = match &self.numbers {
            None => Some(f64::from(score)),
            Some(numbers) => numbers.first(doc).map(|number| number as f64),
        };
        let mut rank = rank(hits.sort, value, i64::MIN);
        let worst = hits.heap.peek().filter(|_| hits.heap.len() >= hits.size);
        // Even with the lowest `ord` too late: spares a look into the column.
        if worst.is_some_and(|(worst, ..)| rank > *worst) {
            return;
        }
        rank.ord = self.ords.first(doc).unwrap_or_default();
        if hits.after.is_some_and(|after| rank <= after) {
            return;
        }
        if worst.is_some_and(|(worst, ..)| rank > *worst) {
            return;
        }
        hits.heap.push((rank, self.segment_ord, doc));
        if hits.heap.len() > hits.size {
            hits.heap.pop();
        }
    }
}
