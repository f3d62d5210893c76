//! [`Excluded`]: a query as it may be excluded.
//!
//! tantivy 0.27 asks an excluded query about documents that lie before its next match, which
//! its phrase and intersection scorers do not allow (they panic in debug builds, and in release
//! builds read on from a wrong place). This wrapper answers such questions itself.

use tantivy::{
    DocId, DocSet, Score, SeekDangerResult, SegmentReader, Term,
    query::{EnableScoring, Explanation, Query, Scorer, Weight},
};

/// Matches what the inner query matches.
#[derive(Debug)]
pub(super) struct Excluded(pub Box<dyn Query>);

impl Clone for Excluded {
    fn clone(&self) -> Self {
        Self(self.0.box_clone())
    }
}

impl Query for Excluded {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(ExcludedWeight(self.0.weight(scoring)?)))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.0.query_terms(visitor);
    }
}

struct ExcludedWeight(Box<dyn Weight>);

impl Weight for ExcludedWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let inner = self.0.scorer(reader, boost)?;
        Ok(Box::new(ExcludedScorer { nothing_before: inner.doc(), inner }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        self.0.explain(reader, doc)
    }
}

struct ExcludedScorer {
    /// No match lies between the last document asked for and this one.
    nothing_before: DocId,
    inner: Box<dyn Scorer>,
}

impl DocSet for ExcludedScorer {
    fn advance(&mut self) -> DocId {
        self.inner.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.inner.seek(target)
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target < self.nothing_before {
            return SeekDangerResult::SeekLowerBound(self.nothing_before);
        }
        let result = self.inner.seek_danger(target);
        if let SeekDangerResult::SeekLowerBound(bound) = result {
            self.nothing_before = bound;
        }
        result
    }

    fn doc(&self) -> DocId {
        self.inner.doc()
    }

    fn size_hint(&self) -> u32 {
        self.inner.size_hint()
    }

    fn cost(&self) -> u64 {
        self.inner.cost()
    }
}

impl Scorer for ExcludedScorer {
    fn score(&mut self) -> Score {
        self.inner.score()
    }
}
