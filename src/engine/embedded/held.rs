//! The index as it lies there: every document with its version, and files that are damaged.

use tantivy::{Index, Searcher};

use super::{
    schema::{ID, VERSION},
    writer::record_id,
};
use crate::domain::record::RecordId;

/// Every document with its version.
pub(super) fn held(searcher: &Searcher) -> tantivy::Result<Vec<(RecordId, u64)>> {
    let mut held = Vec::new();
    for segment in searcher.segment_readers() {
        let ids = segment.fast_fields().u64(ID)?;
        let versions = segment.fast_fields().u64(VERSION)?;
        for doc in segment.doc_ids_alive() {
            if let (Some(id), Some(version)) = (ids.first(doc), versions.first(doc)) {
                held.push((record_id(id), version));
            }
        }
    }
    held.sort();
    Ok(held)
}

/// The files whose bytes do not fit their checksums. The description of the index has none: what
/// it says shows when its documents are compared with those of the catalog.
pub(super) fn damaged_files(index: &Index) -> tantivy::Result<Vec<String>> {
    let mut damaged: Vec<String> =
        index.validate_checksum()?.iter().map(|path| path.display().to_string()).collect();
    damaged.sort();
    Ok(damaged)
}
