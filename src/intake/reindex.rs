//! [`rebuild`]: a new generation of the engine from the catalog, taken into use when complete.
//!
//! No original is opened. The generation in use stays untouched until the new one holds what the
//! catalog holds; a crash before that leaves the old one in use.

use std::{num::NonZeroUsize, path::Path};

use crate::{
    catalog::{Catalog, OutboxEntry, OutboxOp},
    engine::{
        Engine,
        embedded::{Embedded, EmbeddedOptions},
    },
    intake::{
        IntakeError, Progress, RunCounts,
        feed::{catch_up, ops},
        generation,
        progress::Meter,
    },
};

/// Documents analysed and applied at once.
const STEP: usize = 512;
/// Memory for documents that are being indexed: the more, the fewer times they are merged.
const HEAP_BYTES: usize = 192 << 20;

/// Builds the next generation and takes it into use. `tell` hears how far it is.
///
/// # Errors
/// When catalog or engine fail, or the new generation does not hold as many documents as the
/// catalog: the old one stays in use then.
pub fn rebuild(
    catalog: &Catalog,
    data: &Path,
    n_threads: NonZeroUsize,
    tell: &dyn Fn(&Progress),
) -> Result<Embedded, IntakeError> {
    let old = generation::number(catalog)?;
    let number = old.map_or(1, |number| number + 1);
    let path = generation::folder(data, number);
    generation::remove(&path)?;
    let options = EmbeddedOptions { heap_bytes: HEAP_BYTES, ..EmbeddedOptions::default() };
    let engine = Embedded::open_with(&path, options)?;
    fill(catalog, &engine, n_threads, tell)?;
    let expected = catalog.counts()?.n_documents;
    let found = engine.stats()?.n_documents;
    if expected != found {
        drop(engine);
        generation::remove(&path)?;
        return Err(IntakeError::Unequal { expected, found });
    }
    generation::point_to(catalog, number)?;
    generation::remove_others(data, number)?;
    Ok(engine)
}

/// Puts every shown document into an empty engine, then what changed meanwhile.
fn fill(
    catalog: &Catalog,
    engine: &dyn Engine,
    n_threads: NonZeroUsize,
    tell: &dyn Fn(&Progress),
) -> Result<(), IntakeError> {
    let before = catalog.last_seq()?;
    let mut meter = Meter::start(catalog.counts()?.n_documents);
    let counts = RunCounts::default();
    let mut n_done = 0;
    let mut ord = 0;
    loop {
        let shown = catalog.shown_after(ord, STEP)?;
        let Some(last) = shown.last() else { break };
        ord = last.ord;
        n_done += shown.len() as u64;
        let entries: Vec<OutboxEntry> = shown
            .into_iter()
            .map(|shown| OutboxEntry { seq: shown.version, op: OutboxOp::Upsert, id: shown.id })
            .collect();
        engine.apply(&ops(catalog, &entries, n_threads)?)?;
        tell(&meter.read(n_done, &counts));
    }
    engine.commit(before)?;
    catch_up(catalog, engine, n_threads)
}
