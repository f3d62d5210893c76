//! `vanthu reindex`: a new generation of the search index, from the catalog or the originals.

use std::{
    io::{self, Write},
    sync::atomic::AtomicBool,
    time::Instant,
};

use crate::{
    catalog::Catalog,
    cli::{
        End,
        args::ReindexArgs,
        ingest::{bar, scopes, take_in},
        summary,
    },
    config::Config,
    engine::Engine,
    intake::{generation, reindex},
};

pub(super) fn run(config: &Config, args: &ReindexArgs) -> anyhow::Result<End> {
    let catalog = Catalog::open(&config.data)?;
    let mut end = End::Done;
    if args.read_again {
        let scopes = scopes(config, &catalog, &[])?;
        let engine = generation::open(&catalog, &config.data, config.n_threads)?;
        let started_at = Instant::now();
        let report = take_in(config, &catalog, &engine, &scopes, true, &AtomicBool::new(false))?;
        write!(io::stdout(), "{}", summary::text(&report, started_at.elapsed().as_secs_f64()))?;
        if !report.is_complete() {
            end = End::Failed;
        }
    }
    let started_at = Instant::now();
    let bar = bar("documents");
    let engine = reindex::rebuild(&catalog, &config.data, config.n_threads, &|progress| {
        bar.set_length(progress.n_total);
        bar.set_position(progress.n_done);
        bar.set_message(format!("{:.0} documents/s", progress.rate));
    });
    bar.finish_and_clear();
    let stats = engine?.stats()?;
    let seconds = started_at.elapsed().as_secs_f64();
    writeln!(
        io::stdout(),
        "{} documents indexed in {seconds:.1} s; the new index is in use",
        stats.n_documents
    )?;
    Ok(end)
}
