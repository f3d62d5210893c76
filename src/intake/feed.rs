//! [`Feed`]: the outbox of the catalog into the engine, in order, until both agree.
//!
//! The engine notes the last sequence it contains with every commit, so after a crash the feed
//! goes on where the engine stands: nothing is lost and nothing is applied twice.

use std::{num::NonZeroUsize, thread};

use crate::{
    catalog::{Catalog, CatalogError, OutboxEntry, OutboxOp},
    engine::{Engine, Op, analyse::analyse},
    intake::IntakeError,
};

/// Documents analysed and applied at once: bounds the memory of the feed.
const STEP: usize = 256;
/// Changes after which what was applied is committed while more is coming.
const COMMIT_AFTER: usize = 4096;

/// The way from a catalog to an engine.
pub(super) struct Feed<'a> {
    catalog: &'a Catalog,
    engine: &'a dyn Engine,
    n_threads: NonZeroUsize,
    seq: u64,
    n_uncommitted: usize,
}

impl<'a> Feed<'a> {
    /// Begins after the last sequence that the engine contains.
    pub(super) fn start(
        catalog: &'a Catalog,
        engine: &'a dyn Engine,
        n_threads: NonZeroUsize,
    ) -> Result<Self, IntakeError> {
        let seq = engine.stats()?.last_version;
        Ok(Self { catalog, engine, n_threads, seq, n_uncommitted: 0 })
    }

    /// Applies everything that the outbox holds by now; commits from time to time.
    pub(super) fn follow(&mut self) -> Result<(), IntakeError> {
        loop {
            let entries = self.catalog.outbox_after(self.seq, STEP)?;
            let Some(last) = entries.last() else { return Ok(()) };
            self.engine.apply(&ops(self.catalog, &entries, self.n_threads)?)?;
            self.seq = last.seq;
            self.n_uncommitted += entries.len();
            if self.n_uncommitted >= COMMIT_AFTER {
                self.commit()?;
            }
        }
    }

    /// Applies the rest and commits.
    pub(super) fn finish(&mut self) -> Result<(), IntakeError> {
        self.follow()?;
        if self.n_uncommitted > 0 {
            self.commit()?;
        }
        // A removed document leaves its words in the index until they are written anew.
        if self.catalog.has_to_forget()? {
            self.engine.forget()?;
            self.catalog.note_forgotten()?;
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), IntakeError> {
        self.engine.commit(self.seq)?;
        self.n_uncommitted = 0;
        Ok(())
    }
}

/// Brings an engine in line with a catalog, e.g. after a crash between the two commits.
///
/// # Errors
/// When either cannot be read or written.
pub fn catch_up(
    catalog: &Catalog,
    engine: &dyn Engine,
    n_threads: NonZeroUsize,
) -> Result<(), IntakeError> {
    Feed::start(catalog, engine, n_threads)?.finish()
}

/// The entries as operations, in order; documents are analysed on several threads.
pub(super) fn ops(
    catalog: &Catalog,
    entries: &[OutboxEntry],
    n_threads: NonZeroUsize,
) -> Result<Vec<Op>, CatalogError> {
    let share = entries.len().div_ceil(n_threads.get()).max(1);
    let parts: Vec<Result<Vec<Op>, CatalogError>> = thread::scope(|scope| {
        let workers: Vec<_> = entries
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(|entry| op(catalog, entry)).collect()))
            .collect();
        let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
        joined.map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut ops = Vec::with_capacity(entries.len());
    for part in parts {
        ops.extend(part?);
    }
    Ok(ops)
}

fn op(catalog: &Catalog, entry: &OutboxEntry) -> Result<Op, CatalogError> {
    let delete = Op::Delete { id: entry.id.clone(), version: entry.seq };
    if entry.op == OutboxOp::Delete {
        return Ok(delete);
    }
    // A document given up since then has a later entry that says so.
    let Some(document) = catalog.document(&entry.id)? else { return Ok(delete) };
    let mut indexed = analyse(&document.record, &document.text, document.ord, entry.seq);
    indexed.add_effects(&document.effects);
    Ok(Op::Upsert(Box::new(indexed)))
}
