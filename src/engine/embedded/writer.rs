//! Changes on their way into the index: stale ones are dropped, the rest waits for a commit.

use std::{collections::HashMap, sync::Arc};

use tantivy::{DocSet, IndexWriter, Searcher, TERMINATED, Term, schema::IndexRecordOption};

use super::{
    document::{Gate, Incoming, size_bytes},
    payload::Payload,
    schema::{Fields, VERSION},
    storage,
};
use crate::{
    domain::record::RecordId,
    engine::{EngineError, KeyField, Op},
};

/// The one who writes into the index.
pub(super) struct Writer {
    index_writer: IndexWriter<Incoming>,
    fields: Arc<Fields>,
    gate: Arc<Gate>,
    /// Versions of what was applied since the last commit.
    pending: HashMap<u64, u64>,
    /// Versions of the removals since the index was opened: a removed document is not in the
    /// index, so an older version of it could otherwise come back.
    removed: HashMap<u64, u64>,
}

impl Writer {
    /// Text that may wait for the indexing threads. A few hundred ordinary documents.
    const MAX_WAITING_BYTES: usize = 16 << 20;

    pub fn new(index_writer: IndexWriter<Incoming>, fields: Arc<Fields>) -> Self {
        // The first change after opening would get the number of the last commit, and a merge that
        // begins now could take that removal for done in one segment and for to be done in another:
        // the old version of a document would stay beside the new one. A removal of nothing takes
        // that number.
        let nothing = Term::from_field_text(fields.key(KeyField::State), "");
        index_writer.delete_term(nothing);
        Self {
            index_writer,
            fields,
            gate: Gate::new(Self::MAX_WAITING_BYTES),
            pending: HashMap::new(),
            removed: HashMap::new(),
        }
    }

    /// Takes one change; `committed` is the index as of the last commit.
    pub fn apply(&mut self, op: &Op, committed: &Searcher) -> Result<(), EngineError> {
        let (record_id, version) = match op {
            Op::Upsert(doc) => (&doc.id, doc.version),
            Op::Delete { id, version } => (id, *version),
        };
        let id = number_of(record_id)?;
        let held = self.held_version(id, committed)?;
        if held.is_some_and(|held| version <= held) {
            return Ok(());
        }
        self.index_writer.delete_term(Term::from_field_u64(self.fields.id, id));
        match op {
            Op::Upsert(doc) => {
                let permit = self.gate.enter(size_bytes(doc));
                let doc = Incoming::new((**doc).clone(), id, Arc::clone(&self.fields), permit);
                self.index_writer.add_document(doc).map_err(storage("add a document"))?;
                self.removed.remove(&id);
            }
            Op::Delete { .. } => {
                self.removed.insert(id, version);
            }
        }
        self.pending.insert(id, version);
        Ok(())
    }

    /// Makes everything applied durable, with the payload.
    pub fn commit(&mut self, payload: Payload) -> Result<(), EngineError> {
        let prepared = self.index_writer.prepare_commit();
        let committed = prepared.and_then(|mut prepared| {
            prepared.set_payload(&payload.to_string());
            prepared.commit()
        });
        if let Err(cause) = committed {
            self.pending.clear();
            // What was applied is lost with or without this; only the first cause is of use.
            let _ = self.index_writer.rollback();
            return Err(storage("commit")(cause));
        }
        self.pending.clear();
        Ok(())
    }

    /// Writes the segments with removed documents anew and drops their files.
    pub fn forget(&mut self) -> Result<(), EngineError> {
        let index = self.index_writer.index();
        let metas = index.searchable_segment_metas().map_err(storage("list its segments"))?;
        for meta in metas.iter().filter(|meta| meta.has_deletes()) {
            let merged = self.index_writer.merge(&[meta.id()]).wait();
            merged.map_err(storage("write a segment anew"))?;
        }
        let collected = self.index_writer.garbage_collect_files().wait();
        collected.map_err(storage("drop old files")).map(|_| ())
    }

    fn held_version(&self, id: u64, committed: &Searcher) -> Result<Option<u64>, EngineError> {
        if let Some(version) = self.pending.get(&id).or_else(|| self.removed.get(&id)) {
            return Ok(Some(*version));
        }
        committed_version(&self.fields, id, committed).map_err(storage("look up a document"))
    }
}

fn committed_version(
    fields: &Fields,
    id: u64,
    searcher: &Searcher,
) -> tantivy::Result<Option<u64>> {
    let term = Term::from_field_u64(fields.id, id);
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(fields.id)?;
        let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? else {
            continue;
        };
        let versions = segment.fast_fields().u64(VERSION)?;
        while postings.doc() != TERMINATED {
            if !segment.is_deleted(postings.doc()) {
                return Ok(versions.first(postings.doc()));
            }
            postings.advance();
        }
    }
    Ok(None)
}

/// The number that the hexadecimal digits of an identifier write.
fn number_of(id: &RecordId) -> Result<u64, EngineError> {
    u64::from_str_radix(id.as_str(), 16).map_err(storage("read a record identifier"))
}

/// The identifier whose hexadecimal digits write the number.
pub(super) fn record_id(number: u64) -> RecordId {
    RecordId::parse(&format!("{number:016x}")).expect("16 hexadecimal digits are an identifier")
}
