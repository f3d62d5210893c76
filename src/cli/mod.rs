//! The command line: arguments in, a few lines out, an exit code.
//!
//! Exit codes: 0 done or found, 1 nothing found, 2 something failed. Answers go to standard
//! output, everything else to standard error.

mod args;
mod check;
mod correct;
mod document;
mod export;
mod ingest;
mod inspect;
mod query;
mod reindex;
pub mod render;
mod serve;
mod service;
mod signal;
mod stores;
mod summary;
mod upkeep;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

use self::args::{Args, Command, ServeArgs};
use crate::{config::Config, domain::tables::Tables, ocr::Tesseract, worker, worker::Pool};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Done or found.
    Done,
    /// Nothing was found.
    NothingFound,
    /// Something failed, and has been said.
    Failed,
}

impl End {
    /// Whether something was found.
    fn of(is_found: bool) -> Self {
        if is_found { Self::Done } else { Self::NothingFound }
    }
}

/// Runs the program with its arguments, the first being its own name.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            // A failure to write a message about a failure has nobody to be told to.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match command(args) {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::NothingFound) => ExitCode::from(1),
        Ok(End::Failed) => ExitCode::from(2),
        // The reader of a pipe has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "vanthu: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn command(args: Args) -> anyhow::Result<End> {
    if matches!(args.command, Some(Command::Worker)) {
        // Has no settings: what it may do is told with every job.
        worker::serve()?;
        return Ok(End::Done);
    }
    let config = Config::load(args.settings.into(), args.config.as_deref())?;
    match args.command.unwrap_or(Command::Serve(ServeArgs::default())) {
        Command::Serve(args) => serve::run(&config, &args),
        Command::Ingest(args) => ingest::run(&config, &args),
        Command::Reindex(args) => reindex::run(&config, &args),
        Command::Inspect(args) => inspect::run(&config, &args),
        Command::Search(args) => query::run(&config, &args),
        Command::Show(args) => document::show(&config, &args),
        Command::Cites(args) => document::cites(&config, &args),
        Command::Missing(args) => document::missing(&config, &args),
        Command::Export(args) => export::run(&config, &args),
        Command::Check(args) => check::run(&config, &args),
        Command::Worker => Ok(End::Done),
        Command::Correct(args) => correct::run(&config, &args),
        Command::Doctor(args) => upkeep::doctor(&config, &args),
        Command::Backup(args) => upkeep::backup(&config, &args),
        Command::Restore(args) => upkeep::restore(&config, &args),
    }
}

/// The tables, with the clerk's folder over them.
fn tables(config: &Config) -> anyhow::Result<Tables> {
    let tables = match &config.tables {
        Some(folder) => Tables::with_overrides(folder)?,
        None => Tables::builtin().clone(),
    };
    Ok(match &config.province {
        Some(province) => tables.in_province(province)?,
        None => tables,
    })
}

/// The recognition program when it can be used; why not is said in the log.
fn tesseract(workers: &Pool) -> Option<Tesseract<'_>> {
    match Tesseract::detect(workers) {
        Ok(tesseract) => Some(tesseract),
        Err(why) => {
            tracing::info!(%why, "page images stay images");
            None
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    kind == Some(io::ErrorKind::BrokenPipe)
}
