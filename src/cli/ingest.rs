//! `vanthu ingest`: one incremental run with a progress bar, a line a failed file, a summary.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::PathBuf,
    sync::Arc,
    time::Instant,
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    catalog::{Catalog, CatalogError, FilePath, FileStat, KnownFile, Reading},
    cli::{
        End, args::IngestArgs, service::hand_over, signal::stop_on_signal, summary, tables,
        tesseract,
    },
    config::Config,
    engine::switch::Switch,
    intake::{
        self, Control, Event, Look, Order, Report, Scope, Setup, generation,
        scan::{Cause, Seen},
    },
    pipeline::EXTRACTOR_REVISION,
    recognised::{NoOcr, Ocr},
    source::Limits,
    worker::Pool,
};

/// How many of the latest runs say how fast reading goes.
const N_RUNS: usize = 20;

pub(super) fn run(config: &Config, args: &IngestArgs) -> anyhow::Result<End> {
    let order = args.order();
    if args.dry_run {
        return dry_run(config, &order, &args.paths);
    }
    let catalog = match Catalog::open(&config.data) {
        Ok(catalog) => catalog,
        // A service looks at its whole archive; what was named it may not know.
        Err(error) if !args.paths.is_empty() => return Err(error.into()),
        Err(error) => {
            let Some(address) = hand_over(&config.data, &error, &args.request()) else {
                return Err(error.into());
            };
            writeln!(
                io::stdout(),
                "handed to the service at http://{address}; http://{address}/tinh-trang shows how far it is"
            )?;
            return Ok(End::Done);
        }
    };
    let scopes = scopes(config, &catalog, &args.paths)?;
    let engine = Switch::new(generation::open(&catalog, &config.data, config.n_threads)?);
    let started_at = Instant::now();
    let control = Arc::new(Control::default());
    stop_on_signal(&control);
    let report = take_in(config, &catalog, &engine, &scopes, &order, &control)?;
    let seconds = started_at.elapsed().as_secs_f64();
    if args.json {
        writeln!(io::stdout(), "{}", summary::json(&report, seconds)?)?;
    } else {
        write!(io::stdout(), "{}", summary::text(&report, seconds))?;
    }
    Ok(if report.is_complete() { End::Done } else { End::Failed })
}

/// Runs intake with a progress bar on a terminal.
pub(super) fn take_in(
    config: &Config,
    catalog: &Catalog,
    engine: &Switch,
    scopes: &[Scope],
    order: &Order,
    control: &Control,
) -> anyhow::Result<Report> {
    let tables = tables(config)?;
    let limits = Limits::default();
    let workers = Pool::new(config.n_threads);
    let tesseract = tesseract(&workers);
    let ocr: &dyn Ocr = tesseract.as_ref().map_or(&NoOcr, |tesseract| tesseract);
    let setup = Setup {
        archive: &config.archive,
        catalog,
        engine,
        tables: &tables,
        limits: &limits,
        n_threads: config.n_threads,
        workers: Some(&workers),
        ocr,
        order,
        notes_idle: true,
        control,
    };
    let bar = bar("files");
    let report = intake::run(&setup, scopes, &|event| match event {
        Event::Planned { survey, estimate } => bar.suspend(|| {
            if let Some(line) = summary::announcement(survey, estimate) {
                // Nobody to tell when standard error is closed.
                let _ = writeln!(io::stderr(), "{line}");
            }
        }),
        Event::Progress(progress) => {
            bar.set_length(progress.n_total);
            bar.set_position(progress.n_done);
            bar.set_message(summary::progress(progress));
        }
        Event::Recognised(progress) => {
            bar.set_length(progress.n_total);
            bar.set_position(progress.n_done);
            bar.set_message(summary::recognition(progress));
        }
        Event::Failed { path, failure } => bar.suspend(|| {
            // Nobody to tell when standard error is closed; the summary counts it anyway.
            let _ = writeln!(
                io::stderr(),
                "{path}: {} ({})",
                failure.reason.sentence_en(),
                failure.detail
            );
        }),
    });
    bar.finish_and_clear();
    Ok(report?)
}

/// A progress bar on standard error; nothing when that is no terminal.
pub(super) fn bar(unit: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
    let template = format!("{{bar:30}} {{pos}}/{{len}} {unit}  {{msg}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}

/// What to look at: what was named, else the archive and whatever was named in earlier runs.
pub(super) fn scopes(
    config: &Config,
    catalog: &Catalog,
    named: &[PathBuf],
) -> anyhow::Result<Vec<Scope>> {
    let scopes = look_at(config, Some(catalog), named)?;
    for scope in scopes.iter().filter(|scope| scope.base.is_absolute()) {
        catalog.add_outside_root(&scope.base)?;
    }
    Ok(scopes)
}

/// The same, writing nothing.
fn look_at(
    config: &Config,
    catalog: Option<&Catalog>,
    named: &[PathBuf],
) -> anyhow::Result<Vec<Scope>> {
    if named.is_empty() {
        return Ok(match catalog {
            Some(catalog) => Scope::all(&config.archive, catalog)?,
            None => vec![Scope::archive(&config.archive)],
        });
    }
    let scope = |path: &PathBuf| {
        Scope::of(&config.archive, path)
            .with_context(|| format!("could not look into {}", path.display()))
    };
    named.iter().map(scope).collect()
}

/// Beside a service that may be writing, and without a data folder too.
fn dry_run(config: &Config, order: &Order, named: &[PathBuf]) -> anyhow::Result<End> {
    let tables = tables(config)?;
    let catalog = match Catalog::open_read_only(&config.data) {
        Ok(catalog) => Some(catalog),
        Err(CatalogError::Absent { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let scopes = look_at(config, catalog.as_ref(), named)?;
    let look = Look {
        catalog: catalog.as_ref(),
        archive: &config.archive,
        scopes: &scopes,
        order,
        reading: Reading { extractor: EXTRACTOR_REVISION, tables: tables.revision() },
    };
    let mut lines = Vec::new();
    let mut moves = Moves::default();
    let survey = look.survey(&Control::default(), &mut |seen| match seen {
        Seen::Read { stat, cause: Cause::New, .. } => {
            moves.came(lines.len(), stat);
            lines.push(format!("new\t{}", stat.path));
        }
        Seen::Read { stat, cause, .. } => {
            lines.push(format!("{}\t{}", summary::why(*cause), stat.path))
        }
        Seen::Vanished(row) => {
            moves.went(row);
            lines.push(format!("gone\t{}", row.path));
        }
        Seen::Unreadable { stat, failure } => {
            lines.push(format!("unreadable\t{}\t{}", stat.path, failure.detail));
        }
        Seen::FolderUnreadable { path, failure } => {
            lines.push(format!("unreadable\t{path}\t{}", failure.detail));
        }
        Seen::Unchanged(_) | Seen::Skipped(_) => {}
    })?;
    moves.tell(&mut lines);
    let runs = match &catalog {
        Some(catalog) => catalog.runs(N_RUNS)?,
        None => Vec::new(),
    };
    let mut out = io::stdout().lock();
    for line in &lines {
        writeln!(out, "{line}")?;
    }
    write!(out, "{}", summary::plan(&survey, survey.estimate(&runs)))?;
    Ok(End::Done)
}

/// New files that look like files that are gone: a move keeps size and time of change.
#[derive(Default)]
struct Moves {
    came: Vec<(usize, u64, i64)>,
    went: BTreeMap<(u64, i64), FilePath>,
}

impl Moves {
    fn came(&mut self, line: usize, stat: &FileStat) {
        self.came.push((line, stat.size_bytes, stat.mtime_ns));
    }

    fn went(&mut self, row: &KnownFile) {
        self.went.insert((row.size_bytes, row.mtime_ns), row.path.clone());
    }

    /// Rewrites the lines of the files that came.
    fn tell(mut self, lines: &mut [String]) {
        for (line, size_bytes, mtime_ns) in self.came {
            if let Some(from) = self.went.remove(&(size_bytes, mtime_ns)) {
                lines[line] = format!("{}\tmoved from {from}", lines[line]);
            }
        }
    }
}
