//! `vanthu serve`: takes in what is new while it already answers, until it is told to stop.

use std::{
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
    time::Instant,
};

use anyhow::Context as _;

use crate::{
    catalog::Catalog,
    cli::{End, args::ServeArgs, service::Note, signal::told_to_stop, summary, tables, tesseract},
    config::Config,
    engine::switch::Switch,
    intake::{Desk, Inbox, Office, Order, Task, Watch, generation, watch},
    recognised::{NoOcr, Ocr},
    source::Limits,
    web::{self, App, picture::Pictures, picture_cache::PictureCache},
    worker::Pool,
};

pub(super) fn run(config: &Config, args: &ServeArgs) -> anyhow::Result<End> {
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
    let engine = generation::open(&catalog, &config.data, config.n_threads)?;
    let office = Office {
        archive: config.archive.clone(),
        data: config.data.clone(),
        catalog,
        engine: Arc::new(Switch::new(engine)),
        tables: Arc::new(tables(config)?),
        limits: Limits::default(),
        n_threads: config.n_threads,
        workers: Some(Arc::new(Pool::new(config.n_threads))),
    };
    let _note = Note::leave(&config.data, address)?;
    let desk = Arc::new(Desk::default());
    let cache = PictureCache::new(config.data.join("pages"), config.page_cache_bytes);
    let pictures = Pictures::new(Pool::new(config.n_threads), cache);
    let app = Arc::new(App::new(&office, Arc::clone(&desk), pictures));

    writeln!(
        io::stdout(),
        "vanthu: http://{address} answers; taking in {}",
        config.archive.display()
    )?;
    Inbox::of(&config.archive).tidy();
    desk.order(Task::All(Order::Changes));
    let closer = Arc::clone(&desk);
    let told = async move {
        told_to_stop().await;
        closer.close();
    };
    let app_of_work = Arc::clone(&app);
    thread::scope(|scope| {
        let (office, desk) = (&office, &*desk);
        // Whatever ends the service, the threads end too.
        let _closing = Closing(desk);
        named("intake")
            .spawn_scoped(scope, || work(&app_of_work, desk, address))
            .context(NO_THREAD)?;
        named("reindex").spawn_scoped(scope, || desk.work_rebuilds(office)).context(NO_THREAD)?;
        if args.watch {
            named("watch")
                .spawn_scoped(scope, || watch(&office.archive, desk, Watch::default()))
                .context(NO_THREAD)?;
        }
        let runtime = tokio::runtime::Runtime::new().context("could not start the service")?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            web::serve(app, listener, told).await
        })?;
        writeln!(io::stdout(), "vanthu: stopping")?;
        anyhow::Ok(())
    })?;
    Ok(End::Done)
}

const NO_THREAD: &str = "could not start a thread";

fn named(name: &str) -> thread::Builder {
    thread::Builder::new().name(name.to_owned())
}

/// Closes the desk when it goes.
struct Closing<'a>(&'a Desk);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Takes in what is new, says what became of it and that everything is ready, then works off
/// what is ordered on the page, by the API or by what changes in the folder.
fn work(app: &App, desk: &Desk, address: SocketAddr) {
    let office = &app.office;
    let started_at = Instant::now();
    let mut is_first = true;
    let tesseract = office.workers.as_deref().and_then(tesseract);
    let ocr: &dyn Ocr = tesseract.as_ref().map_or(&NoOcr, |tesseract| tesseract);
    desk.work(office, ocr, &mut |ended| {
        // Nobody to tell when an output is closed; the page shows every run anyway.
        let _ = match ended {
            Ok(report) if is_first => {
                let seconds = started_at.elapsed().as_secs_f64();
                let summary = summary::text(report, seconds);
                writeln!(io::stdout(), "{summary}vanthu: ready at http://{address}")
            }
            Ok(report) => {
                tracing::info!(run = report.run.map(|run| run.0), "done");
                Ok(())
            }
            Err(error) => {
                let error: &dyn std::error::Error = error;
                writeln!(io::stderr(), "vanthu: intake failed: {}", web::chain(error))
            }
        };
        is_first = false;
        app.pictures.forget_what_is_gone(&office.catalog);
    });
}
