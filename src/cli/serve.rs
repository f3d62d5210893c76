//! `vanthu serve`: takes in what is new while it already answers, until it is told to stop.

use std::{
    io::{self, Write},
    net::TcpListener,
    sync::Arc,
    thread,
    time::Instant,
};

use anyhow::Context as _;

use crate::{
    archive::Archive,
    catalog::Catalog,
    cli::{
        End,
        ingest::{scopes, take_in},
        signal::told_to_stop,
        summary, tables,
    },
    config::Config,
    engine::embedded::Embedded,
    intake::{Control, Order, generation},
    web::{self, App, picture::Pictures, picture_cache::PictureCache},
    worker::Pool,
};

pub(super) fn run(config: &Config) -> anyhow::Result<End> {
    if !config.archive.is_dir() {
        anyhow::bail!(
            "expected the folder of originals at {}, found none; make it, or name another with --archive",
            config.archive.display()
        );
    }
    let listener = TcpListener::bind(config.listen).with_context(|| {
        format!("could not listen on {}; choose another address with --listen", config.listen)
    })?;
    listener.set_nonblocking(true).context("could not prepare the listener")?;
    let address = listener.local_addr().context("could not read the address of the listener")?;
    let catalog = Arc::new(Catalog::open(&config.data)?);
    let engine = Arc::new(generation::open(&catalog, &config.data, config.n_threads)?);
    let tables = tables(config)?;
    let archive = Archive::new(Arc::clone(&catalog), engine.clone(), Arc::new(tables));
    let cache = PictureCache::new(config.data.join("pages"), config.page_cache_bytes);
    let pictures = Pictures::new(Pool::new(config.n_threads), cache);
    let app = Arc::new(App { archive, archive_folder: config.archive.clone(), pictures });

    writeln!(
        io::stdout(),
        "vanthu: http://{address} answers; taking in {}",
        config.archive.display()
    )?;
    let control = Arc::new(Control::default());
    let intake = thread::Builder::new()
        .name("intake".to_owned())
        .spawn({
            let (config, control, app) = (config.clone(), Arc::clone(&control), Arc::clone(&app));
            move || {
                intake(&config, &catalog, &engine, &control, address);
                app.pictures.forget_what_is_gone(&catalog);
            }
        })
        .context("could not start the intake")?;
    let runtime = tokio::runtime::Runtime::new().context("could not start the service")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        web::serve(app, listener, told_to_stop()).await
    })?;
    control.stop();
    writeln!(io::stdout(), "vanthu: stopping")?;
    // A panic of the intake has been logged; the stores are sound whenever it ends.
    let _ = intake.join();
    Ok(End::Done)
}

/// Takes in what is new, says what became of it, and that everything is ready.
fn intake(
    config: &Config,
    catalog: &Catalog,
    engine: &Embedded,
    control: &Control,
    address: std::net::SocketAddr,
) {
    let started_at = Instant::now();
    let report = scopes(config, catalog, &[])
        .and_then(|scopes| take_in(config, catalog, engine, &scopes, &Order::Changes, control));
    // Nobody to tell when standard output is closed; the page shows the run anyway.
    let _ = match report {
        Ok(report) => {
            let seconds = started_at.elapsed().as_secs_f64();
            writeln!(
                io::stdout(),
                "{}vanthu: ready at http://{address}",
                summary::text(&report, seconds)
            )
        }
        Err(error) => writeln!(io::stderr(), "vanthu: intake failed: {error:#}"),
    };
}
