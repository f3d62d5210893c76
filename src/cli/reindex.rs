//! `vanthu reindex`: a new generation of the search index, from the catalog or the originals.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Instant,
};

use crate::{
    catalog::Catalog,
    cli::{
        End,
        args::ReindexArgs,
        ingest::{bar, scopes, take_in},
        service::hand_over,
        signal::stop_on_signal,
        summary,
    },
    config::Config,
    engine::switch::Switch,
    intake::{Control, generation, reindex},
};

pub(super) fn run(config: &Config, args: &ReindexArgs) -> anyhow::Result<End> {
    let catalog = match Catalog::open(&config.data) {
        Ok(catalog) => catalog,
        Err(error) => {
            let Some(address) = hand_over(&config.data, &error, &args.request()) else {
                return Err(error.into());
            };
            writeln!(
                io::stdout(),
                "handed to the service at http://{address}, which goes on answering; http://{address}/tinh-trang shows how far it is"
            )?;
            return Ok(End::Done);
        }
    };
    let mut end = End::Done;
    if args.read_again {
        let scopes = scopes(config, &catalog, &[])?;
        let engine = Switch::new(generation::open(&catalog, &config.data, config.n_threads)?);
        let started_at = Instant::now();
        let control = Arc::new(Control::default());
        stop_on_signal(&control);
        let report = take_in(config, &catalog, &engine, &scopes, &args.order(), &control)?;
        write!(io::stdout(), "{}", summary::text(&report, started_at.elapsed().as_secs_f64()))?;
        if report.is_cut_short {
            return Ok(End::Failed);
        }
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
