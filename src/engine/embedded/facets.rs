//! Counts documents by the values of a key field.

use std::collections::BTreeMap;

use tantivy::{DocId, SegmentReader, columnar::StrColumn};

use super::schema::key_name;
use crate::engine::FacetReq;

/// The counts of one requested facet.
pub(super) struct FacetCounts {
    /// `None` when the field has no column.
    column_name: Option<&'static str>,
    size: usize,
    by_value: BTreeMap<String, u64>,
    segment: Option<SegmentCounts>,
}

/// The counts of one segment, by the number a value has in its dictionary.
struct SegmentCounts {
    column: StrColumn,
    by_term: Vec<u32>,
}

impl FacetCounts {
    pub fn new(request: &FacetReq) -> Self {
        let column_name = request.field.is_countable().then(|| key_name(request.field));
        Self { column_name, size: request.size, by_value: BTreeMap::new(), segment: None }
    }

    pub fn enter_segment(&mut self, segment: &SegmentReader) -> tantivy::Result<()> {
        let Some(name) = self.column_name else { return Ok(()) };
        self.segment = segment
            .fast_fields()
            .str(name)?
            .map(|column| SegmentCounts { by_term: vec![0; column.num_terms()], column });
        Ok(())
    }

    pub fn add(&mut self, doc: DocId) {
        let Some(SegmentCounts { column, by_term }) = &mut self.segment else { return };
        for term in column.term_ords(doc) {
            if let Some(count) = by_term.get_mut(term as usize) {
                *count += 1;
            }
        }
    }

    /// Turns the numbers of the segment's dictionary into values.
    pub fn leave_segment(&mut self) -> tantivy::Result<()> {
        let Some(SegmentCounts { column, by_term }) = self.segment.take() else { return Ok(()) };
        let counted: Vec<(u64, u32)> = (0..).zip(by_term).filter(|(_, count)| *count > 0).collect();
        let terms: Vec<u64> = counted.iter().map(|(term, _)| *term).collect();
        let mut counts = counted.iter().map(|(_, count)| u64::from(*count));
        column.dictionary().sorted_ords_to_term_cb(&terms, |value| {
            let value = String::from_utf8_lossy(value);
            let count = counts.next().unwrap_or_default();
            match self.by_value.get_mut(value.as_ref()) {
                Some(sum) => *sum += count,
                None => {
                    self.by_value.insert(value.into_owned(), count);
                }
            }
        })?;
        Ok(())
    }

    /// Most frequent first, ties by value.
    pub fn finish(self) -> Vec<(String, u64)> {
        let mut counts: Vec<(String, u64)> = self.by_value.into_iter().collect();
        // Stable: equal counts stay in the order of the map.
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts.truncate(self.size);
        counts
    }
}
