//! The edge that takes files in: folders → readers → catalog → engine.
//!
//! ```text
//!  scan ──jobs──► readers (a thread a core) ──outcomes──► writer ──seq──► feed
//!  folders beside    bytes, stages, encoding                catalog        engine
//!  the catalog
//! ```
//! Every channel is bounded, so a fast scan waits for slow readers and memory does not grow with
//! the archive. One bad file is a row with a reason and never stops a run. Must not change an
//! original, must not understand a document.

mod control;
mod desk;
mod feed;
mod folders;
pub mod generation;
pub mod ignore;
pub mod inbox;
mod order;
mod progress;
pub mod reader;
mod recognise;
pub mod reindex;
mod rows;
mod run;
pub mod scan;
mod survey;
mod upload;
mod watch;
mod writer;

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    time::Duration,
};

pub use self::{
    control::Control,
    desk::{Desk, Ended, Office, Running, State, Task},
    feed::{catch_up, follow},
    inbox::{Coming, Inbox},
    order::{Choice, Kind, Order, UnknownKind},
    progress::Progress,
    run::run,
    scan::Scope,
    survey::{Look, Survey},
    upload::{Upload, admit},
    watch::{Watch, watch},
};
pub use crate::catalog::RunCounts;
use crate::{
    catalog::{Catalog, CatalogError, Reading, RunId},
    domain::{failure::Failure, tables::Tables},
    engine::{EngineError, switch::Switch},
    pipeline::EXTRACTOR_REVISION,
    recognised::Ocr,
    source::Limits,
    worker::Pool,
};

/// What a run works on and with.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// The folder of originals.
    pub archive: &'a Path,
    /// Where the outcome is kept.
    pub catalog: &'a Catalog,
    /// Where it is searched.
    pub engine: &'a Switch,
    /// Document types, issuers and so on.
    pub tables: &'a Tables,
    /// What one document may cost.
    pub limits: &'a Limits,
    /// Threads that read.
    pub n_threads: NonZeroUsize,
    /// Who reads what foreign code reads; `None` reads it in this process.
    pub workers: Option<&'a Pool>,
    /// What to do.
    pub order: &'a Order,
    /// Who reads the words of page images.
    pub ocr: &'a dyn Ocr,
    /// Whether a run that finds nothing to do is noted in the catalog.
    pub notes_idle: bool,
    /// Pauses and ends the run from outside.
    pub control: &'a Control,
}

impl<'a> Setup<'a> {
    /// By what documents are read.
    pub fn reading(&self) -> Reading<'a> {
        Reading { extractor: EXTRACTOR_REVISION, tables: self.tables.revision() }
    }

    fn look(&self, scopes: &'a [Scope]) -> Look<'a> {
        let (catalog, reading) = (Some(self.catalog), self.reading());
        Look { catalog, archive: self.archive, scopes, order: self.order, reading }
    }
}

/// What a run tells while it goes on.
#[derive(Debug)]
pub enum Event<'a> {
    /// What it found to do, and how long that will take as far as earlier runs tell.
    Planned {
        /// What is to be done.
        survey: &'a Survey,
        /// How long it will take.
        estimate: Option<Duration>,
    },
    /// How far it is.
    Progress(&'a Progress),
    /// How far the recognition of page images is, counted in pages.
    Recognised(&'a Progress),
    /// A file, or a folder that cannot be listed, that was tried and not taken in.
    Failed {
        /// Where.
        path: &'a str,
        /// Why.
        failure: &'a Failure,
    },
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which run; `None` when it found nothing to do and was not to be noted.
    pub run: Option<RunId>,
    /// What became of the files.
    pub counts: RunCounts,
    /// Folders that could not be listed; what is known of their files was left as it is.
    pub unreadable_folders: Vec<String>,
    /// Whether it was stopped before it had seen everything.
    pub is_cut_short: bool,
}

impl Report {
    /// Whether every file that was looked at has been taken in.
    pub fn is_complete(&self) -> bool {
        self.counts.n_failed() == 0 && self.unreadable_folders.is_empty() && !self.is_cut_short
    }
}

/// A run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The engine failed; the catalog is right and the engine catches up at the next start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A folder or file that was asked for is not there.
    #[error("could not look into {path}")]
    NoSuchPath {
        /// What was asked for.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// An archive that has documents in the catalog and no file on disk is more likely a disk
    /// that is not connected than an office that threw everything away.
    #[error(
        "expected documents in {path}, found an empty folder, and the catalog knows {n_files} files of it; nothing was marked as gone"
    )]
    EmptyArchive {
        /// The archive.
        path: PathBuf,
        /// How many files were there.
        n_files: u64,
    },
    /// A new generation of the index does not hold what the catalog holds.
    #[error(
        "expected {expected} documents in the new index, found {found}; the old one stays in use"
    )]
    Unequal {
        /// In the catalog.
        expected: u64,
        /// In the engine.
        found: u64,
    },
    /// The system did not let us use the data folder.
    #[error("could not {action} {path}")]
    Folder {
        /// What was attempted.
        action: &'static str,
        /// Where.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
