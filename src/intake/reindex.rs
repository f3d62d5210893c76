//! A new generation of the engine from the catalog, taken into use when it is complete.
//!
//! No original is opened. The generation in use stays untouched, and is asked and fed, until the
//! new one holds what the catalog holds; a crash before that leaves the old one in use.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use crate::{
    catalog::{Catalog, OutboxEntry, OutboxOp},
    engine::{
        Engine,
        embedded::{Embedded, EmbeddedOptions},
        switch::Switch,
    },
    intake::{
        Control, IntakeError, Progress, RunCounts,
        feed::{catch_up, ops},
        generation,
        progress::Meter,
    },
};

/// Documents analysed and applied at once.
const STEP: usize = 512;
/// Memory for documents that are being indexed: the more, the fewer times they are merged.
const HEAP_BYTES: usize = 192 << 20;

/// Builds the next generation and takes it into use, when nobody else writes to the catalog.
/// `tell` hears how far it is.
///
/// # Errors
/// When catalog or engine fail, or the new generation does not hold as many documents as the
/// catalog: the old one stays in use then.
pub fn rebuild(
    catalog: &Catalog,
    data: &Path,
    n_threads: NonZeroUsize,
    tell: &dyn Fn(&Progress),
) -> Result<Arc<dyn Engine>, IntakeError> {
    let next = Next::begin(catalog, data)?;
    next.fill(catalog, n_threads, &Control::default(), tell)?;
    next.verify(catalog, n_threads)?;
    next.take_into_use(catalog, data)
}

/// The same while documents are taken in and searched: they go to the generation in use, and to
/// the next one when that has caught up. Answers whether it came to its end, which it does not
/// when it is stopped: then nothing has changed.
///
/// # Errors
/// As [`rebuild`].
pub fn rebuild_beside(
    catalog: &Catalog,
    data: &Path,
    n_threads: NonZeroUsize,
    (switch, control): (&Switch, &Control),
    tell: &dyn Fn(&Progress),
) -> Result<bool, IntakeError> {
    let next = Next::begin(catalog, data)?;
    next.fill(catalog, n_threads, control, tell)?;
    if control.is_stopped() {
        next.give_up()?;
        return Ok(false);
    }
    // From here on nothing goes to the old generation, so nothing can be missed by the new one.
    let turn = switch.turn();
    next.verify(catalog, n_threads)?;
    generation::point_to(catalog, next.number)?;
    switch.exchange(&turn, Arc::clone(&next.engine));
    drop(turn);
    remove_old(data, next.number);
    Ok(true)
}

/// Removes the old generation. Questions under way may hold it for a moment and its merges may
/// write a last file; what cannot be removed now is removed at the next start.
fn remove_old(data: &Path, kept: u32) {
    const N_TRIES: u32 = 50;
    for n in 1..=N_TRIES {
        match generation::remove_others(data, kept) {
            Ok(()) => return,
            Err(_) if n < N_TRIES => thread::sleep(Duration::from_millis(100)),
            Err(error) => tracing::warn!(%error, "the old index is still there"),
        }
    }
}

/// A generation that is not in use yet.
struct Next {
    number: u32,
    path: PathBuf,
    engine: Arc<dyn Engine>,
}

impl Next {
    fn begin(catalog: &Catalog, data: &Path) -> Result<Self, IntakeError> {
        let number = generation::number(catalog)?.map_or(1, |number| number + 1);
        let path = generation::folder(data, number);
        generation::remove(&path)?;
        let options = EmbeddedOptions { heap_bytes: HEAP_BYTES, ..EmbeddedOptions::default() };
        let engine: Arc<dyn Engine> = Arc::new(Embedded::open_with(&path, options)?);
        Ok(Self { number, path, engine })
    }

    /// Puts every shown document into the empty engine, then what changed meanwhile.
    fn fill(
        &self,
        catalog: &Catalog,
        n_threads: NonZeroUsize,
        control: &Control,
        tell: &dyn Fn(&Progress),
    ) -> Result<(), IntakeError> {
        let (n_documents, before) = catalog.extent()?;
        let mut meter = Meter::start(n_documents);
        let counts = RunCounts::default();
        let mut n_done = 0;
        let mut ord = 0;
        loop {
            control.wait_while_paused();
            let shown = catalog.shown_after(ord, STEP)?;
            let Some(last) = shown.last().filter(|_| !control.is_stopped()) else { break };
            ord = last.ord;
            n_done += shown.len() as u64;
            let entries: Vec<OutboxEntry> = shown
                .into_iter()
                .map(|shown| OutboxEntry { seq: shown.version, op: OutboxOp::Upsert, id: shown.id })
                .collect();
            self.engine.apply(&ops(catalog, &entries, n_threads)?)?;
            tell(&meter.read(n_done, &counts));
        }
        self.engine.commit(before)?;
        if control.is_stopped() { Ok(()) } else { catch_up(catalog, &*self.engine, n_threads) }
    }

    /// Compares with the catalog, which may go on changing; what does not agree is given up.
    fn verify(&self, catalog: &Catalog, n_threads: NonZeroUsize) -> Result<(), IntakeError> {
        loop {
            catch_up(catalog, &*self.engine, n_threads)?;
            let (expected, last_seq) = catalog.extent()?;
            let stats = self.engine.stats()?;
            if stats.last_version < last_seq {
                continue;
            }
            if stats.n_documents != expected {
                self.give_up()?;
                return Err(IntakeError::Unequal { expected, found: stats.n_documents });
            }
            return Ok(());
        }
    }

    fn take_into_use(self, catalog: &Catalog, data: &Path) -> Result<Arc<dyn Engine>, IntakeError> {
        generation::point_to(catalog, self.number)?;
        generation::remove_others(data, self.number)?;
        Ok(self.engine)
    }

    fn give_up(&self) -> Result<(), IntakeError> {
        generation::remove(&self.path)
    }
}
