//! [`Feed`]: the outbox of the catalog into the engine, in order, until both agree.
//!
//! The engine notes the last sequence it contains with every commit, so after a crash the feed
//! goes on where the engine stands: nothing is lost and nothing is applied twice.

use std::{
    num::NonZeroUsize,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    catalog::{Catalog, CatalogError, OutboxEntry, OutboxOp},
    engine::{Engine, Op, analyse::analyse, switch::Switch},
    intake::IntakeError,
};

/// Documents analysed and applied at once: bounds the memory of the feed.
const STEP: usize = 256;
/// Changes after which what was applied is committed while more is coming.
const COMMIT_AFTER: usize = 4096;
/// Time after which it is: a slow archive is to be found before it is complete.
const COMMIT_AT_LATEST: Duration = Duration::from_secs(10);

/// The way from a catalog to the engine in use, whichever that is.
pub(super) struct Feed<'a> {
    catalog: &'a Catalog,
    switch: &'a Switch,
    n_threads: NonZeroUsize,
    engine: Arc<dyn Engine>,
    pump: Pump,
}

impl<'a> Feed<'a> {
    /// Begins after the last sequence that the engine contains.
    pub(super) fn start(
        catalog: &'a Catalog,
        switch: &'a Switch,
        n_threads: NonZeroUsize,
    ) -> Result<Self, IntakeError> {
        let engine = switch.current();
        let pump = Pump::start(&*engine)?;
        Ok(Self { catalog, switch, n_threads, engine, pump })
    }

    /// Applies everything that the outbox holds by now; commits from time to time.
    pub(super) fn follow(&mut self) -> Result<(), IntakeError> {
        let _turn = self.switch.turn();
        let current = self.switch.current();
        if !Arc::ptr_eq(&current, &self.engine) {
            // Another engine is in use: what was applied to the old one is of no use.
            self.pump = Pump::start(&*current)?;
            self.engine = current;
        }
        self.pump.follow(self.catalog, &*self.engine, self.n_threads)
    }

    /// Applies the rest and commits.
    pub(super) fn finish(&mut self) -> Result<(), IntakeError> {
        self.follow()?;
        let _turn = self.switch.turn();
        self.pump.finish(self.catalog, &*self.engine)
    }
}

/// How far an engine is.
struct Pump {
    seq: u64,
    n_uncommitted: usize,
    committed_at: Instant,
}

impl Pump {
    fn start(engine: &dyn Engine) -> Result<Self, IntakeError> {
        let seq = engine.stats()?.last_version;
        Ok(Self { seq, n_uncommitted: 0, committed_at: Instant::now() })
    }

    fn follow(
        &mut self,
        catalog: &Catalog,
        engine: &dyn Engine,
        n_threads: NonZeroUsize,
    ) -> Result<(), IntakeError> {
        loop {
            let entries = catalog.outbox_after(self.seq, STEP)?;
            let Some(last) = entries.last() else { return Ok(()) };
            engine.apply(&ops(catalog, &entries, n_threads)?)?;
            self.seq = last.seq;
            self.n_uncommitted += entries.len();
            if self.n_uncommitted >= COMMIT_AFTER || self.committed_at.elapsed() > COMMIT_AT_LATEST
            {
                self.commit(engine)?;
            }
        }
    }

    fn finish(&mut self, catalog: &Catalog, engine: &dyn Engine) -> Result<(), IntakeError> {
        self.commit(engine)?;
        // A removed document leaves its words in the index until they are written anew.
        if catalog.has_to_forget()? {
            engine.forget()?;
            catalog.note_forgotten()?;
        }
        Ok(())
    }

    fn commit(&mut self, engine: &dyn Engine) -> Result<(), IntakeError> {
        if self.n_uncommitted > 0 {
            engine.commit(self.seq)?;
            self.n_uncommitted = 0;
        }
        self.committed_at = Instant::now();
        Ok(())
    }
}

/// Brings an engine in line with a catalog, e.g. after a crash between the two commits. For an
/// engine that nobody else feeds.
///
/// # Errors
/// When either cannot be read or written.
pub fn catch_up(
    catalog: &Catalog,
    engine: &dyn Engine,
    n_threads: NonZeroUsize,
) -> Result<(), IntakeError> {
    let mut pump = Pump::start(engine)?;
    pump.follow(catalog, engine, n_threads)?;
    pump.finish(catalog, engine)
}

/// The same for the engine in use, beside runs and rebuilds.
///
/// # Errors
/// When either cannot be read or written.
pub fn follow(
    catalog: &Catalog,
    switch: &Switch,
    n_threads: NonZeroUsize,
) -> Result<(), IntakeError> {
    Feed::start(catalog, switch, n_threads)?.finish()
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
