//! Runs a [`SearchReq`]: which documents match, segment by segment, once a set of filters; then
//! the counts; then the order.
//!
//! The order by relevance has two ways. Of up to [`MAX_LISTED`] documents each gets its score to
//! the word. Of more, the sums of what they have are taken for many documents at once
//! ([`Tally`]); among equals, of which there are many then, the newer comes first.
//!
//! tantivy's own collectors are not used, because they break ties by its document numbers, which
//! change with every merge; ours breaks them by `ord`.

use std::{cmp::Ordering, collections::BinaryHeap};

use tantivy::{DocId, Score, Searcher, SegmentOrdinal, SegmentReader, columnar::Column};

use super::{
    columns::{Columns, Held, SegmentColumns},
    docs::{Docs, ones},
    facets,
    memory::Memory,
    schema::{Fields, ID, ORD, num_name},
    scores::{Feature, Scoring},
    segment::Segment,
    tally::{LANES, Tally},
    writer::record_id,
};
use crate::engine::{After, Answer, FacetReq, Hit, NumField, Q, SearchReq, Sort};

/// Largest page.
const MAX_SIZE: usize = 1_000;

/// Most documents that get a score to the word each.
const MAX_LISTED: usize = 10_000;

/// An index as it is now, and what is remembered of it.
pub(super) struct View<'v> {
    pub fields: &'v Fields,
    pub searcher: &'v Searcher,
    pub memory: &'v Memory,
    pub columns: &'v Held,
}

impl View<'_> {
    /// Answers the request from the searcher's snapshot.
    pub fn search(&self, request: &SearchReq) -> tantivy::Result<Answer> {
        let columns = &*self.columns.of(self.searcher)?;
        let matching = self.matching(columns, &request.score, &request.filter)?;
        let total = matching.iter().map(|docs| docs.len() as u64).sum();
        let facets = self.facets(columns, request, &matching)?;
        let hits = match request.size {
            0 => Vec::new(),
            _ => self.hits(request, columns, &matching)?,
        };
        Ok(Answer { hits, total, facets })
    }

    /// The documents of each segment that match.
    fn matching(&self, columns: &Columns, score: &Q, filter: &[Q]) -> tantivy::Result<Vec<Docs>> {
        let segments = self.searcher.segment_readers().iter().zip(&columns.segments);
        segments
            .map(|(reader, columns)| {
                let docs = self.segment(reader).matching(score, filter)?;
                Ok(if columns.deleted.len() == 0 { docs } else { docs.without(&columns.deleted) })
            })
            .collect()
    }

    fn segment<'s>(&'s self, reader: &'s SegmentReader) -> Segment<'s> {
        Segment::new(self.fields, self.searcher, reader, self.memory)
    }

    /// The counts, in the order asked; every set of filters is looked for once.
    fn facets(
        &self,
        columns: &Columns,
        request: &SearchReq,
        matching: &[Docs],
    ) -> tantivy::Result<Vec<Vec<(String, u64)>>> {
        let mut counted: Vec<Option<Vec<(String, u64)>>> = vec![None; request.facets.len()];
        while let Some(open) = counted.iter().position(Option::is_none) {
            let filter = &request.facets[open].filter;
            let same: Vec<usize> =
                (0..counted.len()).filter(|&at| request.facets[at].filter == *filter).collect();
            let facets: Vec<&FacetReq> = same.iter().map(|&at| &request.facets[at]).collect();
            let counts = match *filter == request.filter {
                true => facets::count(columns, matching, &facets),
                false => {
                    let matching = self.matching(columns, &request.score, filter)?;
                    facets::count(columns, &matching, &facets)
                }
            };
            same.into_iter().zip(counts).for_each(|(at, counts)| counted[at] = Some(counts));
        }
        Ok(counted.into_iter().flatten().collect())
    }

    fn hits(
        &self,
        request: &SearchReq,
        columns: &Columns,
        matching: &[Docs],
    ) -> tantivy::Result<Vec<Hit>> {
        let total: usize = matching.iter().map(Docs::len).sum();
        let is_listed = request.after.map_or(total <= MAX_LISTED, |after| after.is_listed);
        let mut hits = TopHits::new(request, is_listed);
        let scoring = match hits.needs_scores() {
            true => Some(Scoring::new(self.fields, self.searcher, &request.score)?),
            false => None,
        };
        let readers = self.searcher.segment_readers();
        for ((ord, reader), docs) in (0..).zip(readers).zip(matching) {
            if docs.len() == 0 {
                continue;
            }
            let segment = self.segment(reader);
            let days = Some(&columns.segments[ord as usize]);
            let mut of_segment = hits.in_segment(ord, reader, days)?;
            match &scoring {
                None => docs.for_each(|doc| of_segment.offer(doc, 0.0)),
                Some(scoring) if is_listed => {
                    let list = docs.to_vec();
                    let scores = scoring.of_list(&segment, &request.score, &list)?;
                    for (doc, score) in list.into_iter().zip(scores) {
                        of_segment.offer(doc, score);
                    }
                }
                Some(scoring) => {
                    let features = scoring.features(&segment, &request.score)?;
                    of_segment.offer_all(docs, &features, segment.n_docs);
                }
            }
        }
        hits.finish(self.searcher)
    }
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
    is_listed: bool,
    /// The worst on top.
    heap: BinaryHeap<(Rank, SegmentOrdinal, DocId)>,
}

impl TopHits {
    fn new(request: &SearchReq, is_listed: bool) -> Self {
        let sort = request.sort;
        let after = request.after.map(|After { value, issued_first, ord, .. }| {
            rank(sort, value, (recency(sort, issued_first), ord))
        });
        let size = request.size.min(MAX_SIZE);
        Self { sort, after, size, is_listed, heap: BinaryHeap::new() }
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
        days: Option<&'h SegmentColumns>,
    ) -> tantivy::Result<SegmentHits<'h>> {
        let columns = segment.fast_fields();
        let numbers = columns.i64(num_name(self.field()))?;
        let days = days.filter(|_| self.field() == NumField::IssuedFirst);
        Ok(SegmentHits { hits: self, segment_ord, ords: columns.i64(ORD)?, numbers, days })
    }

    fn finish(self, searcher: &Searcher) -> tantivy::Result<Vec<Hit>> {
        let (field, is_listed) = (self.field(), self.is_listed);
        let mut hits = Vec::with_capacity(self.heap.len());
        for (rank, segment_ord, doc) in self.heap.into_sorted_vec() {
            let columns = searcher.segment_reader(segment_ord).fast_fields();
            let id = record_id(columns.u64(ID)?.first(doc).unwrap_or_default());
            let number = columns.i64(num_name(field))?.first(doc);
            let ord = rank.ord;
            hits.push(match self.sort {
                Sort::Relevance => {
                    let score = -rank.value as f32;
                    Hit { id, ord, score, sort_value: None, issued_first: number, is_listed }
                }
                Sort::Number { .. } => {
                    Hit { id, ord, score: 0.0, sort_value: number, issued_first: None, is_listed }
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
    /// The same in memory, when it is the date.
    days: Option<&'h SegmentColumns>,
}

impl SegmentHits<'_> {
    fn number(&self, doc: DocId) -> Option<i64> {
        match self.days {
            Some(days) => days.issued(doc),
            None => self.numbers.first(doc),
        }
    }

    /// Offers the documents whose sum of features is high enough.
    fn offer_all(&mut self, docs: &Docs, features: &[Feature], n_docs: usize) {
        let bits = docs.to_bits(n_docs);
        for (chunk, words) in bits.words.chunks(LANES).enumerate() {
            if words.iter().all(|word| *word == 0) {
                continue;
            }
            let from = chunk * LANES;
            let tally = Tally::of(features, from);
            let worst = self.hits.heap.peek().filter(|_| self.hits.heap.len() >= self.hits.size);
            // Scores are negated in ranks.
            let least = worst.map_or(0, |(worst, ..)| (-worst.value) as u32);
            let enough = tally.at_least(least);
            for (lane, word) in words.iter().enumerate() {
                for doc in ones(from + lane, word & enough[lane]) {
                    self.offer(doc, tally.sum(lane, doc % 64) as Score);
                }
            }
        }
    }

    fn offer(&mut self, doc: DocId, score: Score) {
        let value = match self.hits.sort {
            Sort::Relevance => Some(f64::from(score)),
            Sort::Number { .. } => self.number(doc).map(|number| number as f64),
        };
        let issued_first = match self.hits.sort {
            Sort::Relevance => self.number(doc),
            Sort::Number { .. } => None,
        };
        let hits = &mut *self.hits;
        let worst = hits.heap.peek().filter(|_| hits.heap.len() >= hits.size);
        // Late even if it were the first of its value and day: spares a look into a column.
        let first = (recency(hits.sort, issued_first), i64::MIN);
        if worst.is_some_and(|(worst, ..)| rank(hits.sort, value, first) > *worst) {
            return;
        }
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
