//! Runs of intake: when, by which version of the program, and what became of the files.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::{
    catalog::{
        Catalog, CatalogError, FilePath,
        stored::{from_json, to_json},
    },
    domain::failure::FailureReason,
};

/// Identifies a run; later runs have higher ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

/// How many files met which end in one run. Every file looked at is in exactly one of
/// `n_unchanged … n_failed`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunCounts {
    /// Files looked at.
    pub n_files: u64,
    /// Same size and time of change as before: not opened.
    pub n_unchanged: u64,
    /// Another time of change, the same bytes.
    pub n_touched: u64,
    /// A new path with a new content.
    pub n_new: u64,
    /// A known path with another content.
    pub n_changed: u64,
    /// A new path whose content lay at a path that is gone.
    pub n_moved: u64,
    /// A new path whose content also lies at another path.
    pub n_copied: u64,
    /// A path that was gone and is back.
    pub n_returned: u64,
    /// Read again because an older extractor had read it.
    pub n_read_again: u64,
    /// Not taken in, by reason; failures of earlier runs that were not tried again included.
    pub failed: BTreeMap<FailureReason, u64>,
    /// Of the files taken in: those with pages that need recognition.
    pub n_needs_ocr: u64,
    /// Pages that were recognised.
    pub n_pages_recognised: u64,
    /// Pages whose recognition failed.
    pub n_pages_failed: u64,
    /// Paths that were there before and are gone.
    pub n_vanished: u64,
    /// Files that are no documents by their name, by the rule that says so.
    pub skipped: BTreeMap<String, u64>,
    /// Bytes read.
    pub n_bytes: u64,
}

impl RunCounts {
    /// Files that were not taken in.
    pub fn n_failed(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Files that are no documents by their name.
    pub fn n_skipped(&self) -> u64 {
        self.skipped.values().sum()
    }
}

/// One run of intake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Which.
    pub id: RunId,
    /// Milliseconds since 1970.
    pub started_at_ms: i64,
    /// Milliseconds since 1970; `None` while it goes on, or when it was cut short.
    pub ended_at_ms: Option<i64>,
    /// The latest sign of life of a run without an end; milliseconds since 1970.
    pub noted_at_ms: Option<i64>,
    /// What it was asked to do: `changes`, `failed` or `again`.
    pub what: String,
    /// Version of the program.
    pub program_version: String,
    /// What became of the files.
    pub counts: RunCounts,
}

impl Catalog {
    /// Notes the start of a run.
    ///
    /// # Errors
    /// `Storage` when it could not be written.
    pub fn start_run(&self, what: &str, started_at_ms: i64) -> Result<RunId, CatalogError> {
        self.write("note the start of a run", |transaction| {
            transaction.execute(
                "INSERT INTO runs (started_at, program_version, counts, what)
                 VALUES (?1, ?2, ?3, ?4)",
                params![
                    started_at_ms,
                    env!("CARGO_PKG_VERSION"),
                    to_json(&RunCounts::default())?,
                    what
                ],
            )?;
            Ok(RunId(transaction.last_insert_rowid()))
        })
    }

    /// Notes how far a run is, so that one that is cut short leaves more than its beginning.
    ///
    /// # Errors
    /// `Storage` when it could not be written.
    pub fn note_run(
        &self,
        run: RunId,
        noted_at_ms: i64,
        counts: &RunCounts,
    ) -> Result<(), CatalogError> {
        self.write("note how far a run is", |transaction| {
            transaction.execute(
                "UPDATE runs SET noted_at = ?2, counts = ?3 WHERE id = ?1",
                params![run.0, noted_at_ms, to_json(counts)?],
            )?;
            Ok(())
        })
    }

    /// Notes the end of a run.
    ///
    /// # Errors
    /// `Storage` when it could not be written.
    pub fn end_run(
        &self,
        run: RunId,
        ended_at_ms: i64,
        counts: &RunCounts,
    ) -> Result<(), CatalogError> {
        self.write("note the end of a run", |transaction| {
            transaction.execute(
                "UPDATE runs SET ended_at = ?2, counts = ?3 WHERE id = ?1",
                params![run.0, ended_at_ms, to_json(counts)?],
            )?;
            Ok(())
        })
    }

    /// The latest runs, newest first.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn runs(&self, limit: usize) -> Result<Vec<Run>, CatalogError> {
        self.read("list the runs", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, started_at, ended_at, program_version, counts, noted_at, what FROM runs
                 ORDER BY id DESC LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], |row| {
                Ok(Run {
                    id: RunId(row.get(0)?),
                    started_at_ms: row.get(1)?,
                    ended_at_ms: row.get(2)?,
                    program_version: row.get(3)?,
                    counts: from_json(4, row.get_ref(4)?.as_str()?)?,
                    noted_at_ms: row.get(5)?,
                    what: row.get(6)?,
                })
            })?;
            rows.collect()
        })
    }

    /// Folders and files outside the archive that were asked for in earlier runs, by path.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn outside_roots(&self) -> Result<Vec<FilePath>, CatalogError> {
        self.read("list the folders outside the archive", |connection| {
            let mut statement =
                connection.prepare_cached("SELECT path FROM outside_roots ORDER BY path")?;
            let rows = statement.query_map([], |row| Ok(FilePath::from_bytes(row.get(0)?)))?;
            rows.collect()
        })
    }

    /// Notes a folder or file outside the archive, so that later runs look at it too.
    ///
    /// # Errors
    /// `Storage` when it could not be written.
    pub fn add_outside_root(&self, path: &FilePath) -> Result<(), CatalogError> {
        self.write("note a folder outside the archive", |transaction| {
            transaction
                .execute("INSERT OR IGNORE INTO outside_roots VALUES (?1)", [path.as_bytes()])?;
            Ok(())
        })
    }

    /// A named setting, e.g. `engine_generation`.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn setting(&self, name: &str) -> Result<Option<String>, CatalogError> {
        self.read("read a setting", |connection| setting(connection, name))
    }

    /// Changes a named setting.
    ///
    /// # Errors
    /// `Storage` when it could not be written.
    pub fn set_setting(&self, name: &str, value: &str) -> Result<(), CatalogError> {
        self.write("write a setting", |transaction| {
            transaction.execute(
                "INSERT INTO settings (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [name, value],
            )?;
            Ok(())
        })
    }
}

fn setting(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT value FROM settings WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}
