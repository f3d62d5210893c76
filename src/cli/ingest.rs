//! `vanthu ingest`: one incremental run with a progress bar, a line a failed file, a summary.

use std::{
    io::{self, Write},
    path::Path,
    sync::atomic::AtomicBool,
    time::Instant,
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    catalog::Catalog,
    cli::{End, args::IngestArgs, summary, tables},
    config::Config,
    domain::tables::Tables,
    engine::embedded::Embedded,
    intake::{
        self, Event, Report, Scope, Setup, generation,
        scan::{Cause, Seen},
    },
    source::Limits,
};

pub(super) fn run(config: &Config, args: &IngestArgs) -> anyhow::Result<End> {
    let catalog = Catalog::open(&config.data)?;
    let scopes = scopes(config, &catalog, &args.paths)?;
    let engine = generation::open(&catalog, &config.data, config.n_threads)?;
    if args.dry_run {
        return dry_run(config, &catalog, &engine, &scopes);
    }
    let started_at = Instant::now();
    let stop = AtomicBool::new(false);
    let report = take_in(config, &catalog, &engine, &scopes, false, &stop)?;
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
    engine: &Embedded,
    scopes: &[Scope],
    read_again: bool,
    stop: &AtomicBool,
) -> anyhow::Result<Report> {
    let (tables, tables_revision) = tables(config)?;
    let limits = Limits::default();
    let setup = setup(config, catalog, engine, (&tables, &tables_revision), &limits, stop);
    let setup = Setup { read_again, ..setup };
    let bar = bar("files");
    let report = intake::run(&setup, scopes, &|event| match event {
        Event::Progress(progress) => {
            bar.set_length(progress.n_total);
            bar.set_position(progress.n_done);
            let remaining = progress
                .remaining
                .map_or_else(String::new, |time| format!(", {} s left", time.as_secs()));
            let failed = match progress.counts.n_failed() {
                0 => String::new(),
                n => format!(", {n} not taken in"),
            };
            bar.set_message(format!("{:.0} files/s{remaining}{failed}", progress.rate));
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

/// What a run works with; an incremental one.
fn setup<'a>(
    config: &'a Config,
    catalog: &'a Catalog,
    engine: &'a Embedded,
    (tables, tables_revision): (&'a Tables, &'a str),
    limits: &'a Limits,
    stop: &'a AtomicBool,
) -> Setup<'a> {
    Setup {
        archive: &config.archive,
        catalog,
        engine,
        tables,
        tables_revision,
        limits,
        n_threads: config.n_threads,
        read_again: false,
        stop,
    }
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
    named: &[std::path::PathBuf],
) -> anyhow::Result<Vec<Scope>> {
    if named.is_empty() {
        let mut scopes = vec![Scope::archive(&config.archive)];
        let roots = catalog.outside_roots()?;
        for root in &roots {
            // A folder inside another one is walked with that one.
            if roots.iter().any(|other| other != root && root.is_in(other)) {
                continue;
            }
            let root = root.clone();
            let path = root.on_disk(Path::new(""));
            scopes.push(Scope { root: path, base: root });
        }
        return Ok(scopes);
    }
    let mut scopes = Vec::new();
    for path in named {
        let scope = Scope::of(&config.archive, path)
            .with_context(|| format!("could not look into {}", path.display()))?;
        if scope.base.is_absolute() {
            catalog.add_outside_root(&scope.base)?;
        }
        scopes.push(scope);
    }
    Ok(scopes)
}

fn dry_run(
    config: &Config,
    catalog: &Catalog,
    engine: &Embedded,
    scopes: &[Scope],
) -> anyhow::Result<End> {
    let (tables, tables_revision) = tables(config)?;
    let limits = Limits::default();
    let stop = AtomicBool::new(false);
    let setup = setup(config, catalog, engine, (&tables, &tables_revision), &limits, &stop);
    let mut lines: Vec<String> = Vec::new();
    let survey = intake::plan(&setup, scopes, &mut |seen| match seen {
        Seen::Read { stat, cause, .. } => lines.push(format!("{}\t{}", why(*cause), stat.path)),
        Seen::Vanished(row) => lines.push(format!("gone\t{}", row.stat.path)),
        Seen::Unreadable { stat, failure } => {
            lines.push(format!("unreadable\t{}\t{}", stat.path, failure.detail));
        }
        Seen::FolderUnreadable { path, failure } => {
            lines.push(format!("unreadable\t{path}\t{}", failure.detail));
        }
        Seen::Unchanged(_) | Seen::Skipped(_) => {}
    })?;
    let mut out = io::stdout().lock();
    for line in &lines {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "{} files would be read", survey.n_to_read)?;
    Ok(End::Done)
}

fn why(cause: Cause) -> &'static str {
    match cause {
        Cause::New => "new",
        Cause::Changed => "changed",
        Cause::InDoubt => "in doubt",
        Cause::Returned => "returned",
        Cause::TryAgain => "try again",
        Cause::ReadAgain => "read again",
    }
}
