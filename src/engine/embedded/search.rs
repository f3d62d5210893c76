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
use crate::engine::{After, Answer, Hit, NumField, SearchReq, Sort};

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
    /// Second key of the order by score: days negated, the highest for no date.
    recency: i64,
    ord: i64,
}

impl Rank {
    /// The rank before all others of the same value.
    const FIRST: (i64, i64) = (i64::MIN, i64::MIN);
}

impl Eq for Rank {}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_value = || self.value.total_cmp(&other.value);
        let by_rest = || (self.recency, self.ord).cmp(&(other.recency, other.ord));
        self.is_missing.cmp(&other.is_missing).then_with(by_value).then_with(by_rest)
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
        let after = request.after.map(|After { value, issued_first, ord }| {
            rank(sort, value, (recency(sort, issued_first), ord))
        });
        Self { sort, after, size: request.size.min(MAX_SIZE), heap: BinaryHeap::new() }
    }

    /// The number that is sorted by, or that orders equal scores.
    fn field(&self) -> NumField {
        match self.sort {
            Sort::Relevance => NumField::IssuedFirst,
            Sort::Number { field, .. } => field,
        }
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
        let numbers = columns.i64(num_name(self.field()))?;
        Ok(SegmentHits { hits: self, segment_ord, ords: columns.i64(ORD)?, numbers })
    }

    fn finish(self, searcher: &Searcher) -> tantivy::Result<Vec<Hit>> {
        let field = self.field();
        let mut hits = Vec::with_capacity(self.heap.len());
        for (rank, segment_ord, doc) in self.heap.into_sorted_vec() {
            let columns = searcher.segment_reader(segment_ord).fast_fields();
            let id = record_id(columns.u64(ID)?.first(doc).unwrap_or_default());
            let number = columns.i64(num_name(field))?.first(doc);
            let ord = rank.ord;
            hits.push(match self.sort {
                Sort::Relevance => {
                    let score = -rank.value as f32;
                    Hit { id, ord, score, sort_value: None, issued_first: number }
                }
                Sort::Number { .. } => {
                    Hit { id, ord, score: 0.0, sort_value: number, issued_first: None }
                }
            });
        }
        Ok(hits)
    }
}

/// Score or number as a rank: missing last, then by value in the direction asked for.
fn rank(sort: Sort, value: Option<f64>, (recency, ord): (i64, i64)) -> Rank {
    let descending = match sort {
        Sort::Relevance => true,
        Sort::Number { descending, .. } => descending,
    };
    let Some(value) = value else { return Rank { is_missing: true, value: 0.0, recency, ord } };
    // Adding zero turns -0.0 into 0.0, which `total_cmp` tells apart.
    let value = if descending { -value } else { value } + 0.0;
    Rank { is_missing: false, value, recency, ord }
}

/// The second key of the order: the later the smaller, no date last; one and the same for all
/// documents when sorted by a number.
fn recency(sort: Sort, issued_first: Option<i64>) -> i64 {
    match sort {
        Sort::Relevance => issued_first.map_or(i64::MAX, i64::saturating_neg),
        Sort::Number { .. } => 0,
    }
}

/// [`TopHits`] with the columns of one segment at hand.
struct SegmentHits<'h> {
    hits: &'h mut TopHits,
    segment_ord: SegmentOrdinal,
    ords: Column<i64>,
    /// Of [`TopHits::field`].
    numbers: Column<i64>,
}

impl SegmentHits<'_> {
    fn offer(&mut self, doc: DocId, score: Score) {
        let hits = &mut *self.hits;
        let value = match hits.sort {
            Sort::Relevance => Some(f64::from(score)),
            Sort::Number { .. } => self.numbers.first(doc).map(|number| number as f64),
        };
        let worst = hits.heap.peek().filter(|_| hits.heap.len() >= hits.size);
        // Late even if it were the first of its value: spares two looks into columns.
        if worst.is_some_and(|(worst, ..)| rank(hits.sort, value, Rank::FIRST) > *worst) {
            return;
        }
        let issued_first = match hits.sort {
            Sort::Relevance => self.numbers.first(doc),
            Sort::Number { .. } => None,
        };
        let ord = self.ords.first(doc).unwrap_or_default();
        let rank = rank(hits.sort, value, (recency(hits.sort, issued_first), ord));
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
