//! [`Catalog::apply`]: what a run found out about files, in one transaction with the outbox.

use std::{borrow::Cow, collections::BTreeMap};

use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    catalog::{
        Catalog, CatalogError, RunId, Stored,
        corrections::{self, Decision},
        decide,
        file::{FilePath, FileStat, FileStatus},
        graph, links,
        outbox::{self, OutboxOp},
        recognised, settle,
        stored::to_json,
    },
    domain::{
        citation::Citation,
        failure::{Failure, FailureReason},
        record::Record,
        tables::Tables,
    },
};

/// What a run found out about one file.
#[derive(Debug, Clone)]
pub enum Change {
    /// It was read and processed.
    Taken {
        /// The file.
        stat: FileStat,
        /// What was read.
        stored: Box<Stored>,
    },
    /// Its bytes are those of a content that is held already.
    Held {
        /// The file.
        stat: FileStat,
        /// Hash of the bytes.
        sha256: String,
        /// Extractor revision of the content.
        revision: u32,
    },
    /// It could not be taken in. A content of the same hash is given up when the reason is a
    /// secrecy stamp.
    Failed {
        /// The file.
        stat: FileStat,
        /// Hash of the bytes, when they could be read.
        sha256: Option<String>,
        /// Why.
        failure: Failure,
        /// Extractor revision that refused it.
        revision: u32,
    },
    /// It is not there any more.
    Vanished {
        /// Where it was.
        path: FilePath,
    },
}

/// The outcome of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// The highest outbox sequence: what the engine has to contain to agree with the catalog.
    pub last_seq: u64,
}

impl Catalog {
    /// Whether the engine still holds words of a document that was given up for its secrecy.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn has_to_forget(&self) -> Result<bool, CatalogError> {
        Ok(self.setting(TO_FORGET)?.is_some_and(|value| value == "1"))
    }

    /// Notes that the engine has forgotten everything that was given up.
    ///
    /// # Errors
    /// `Storage` when it could not be written.
    pub fn note_forgotten(&self) -> Result<(), CatalogError> {
        self.set_setting(TO_FORGET, "0")
    }

    /// Writes what a run found out, all or nothing: files, contents, numbers, citations, the
    /// resolution of every citation concerned (by the tables given), and the outbox.
    ///
    /// # Errors
    /// `Storage` when it could not be written; nothing is changed then.
    pub fn apply(
        &self,
        tables: &Tables,
        run: RunId,
        changes: &[Change],
    ) -> Result<Applied, CatalogError> {
        self.write("take in documents", |transaction| {
            let mut batch = Batch::new(transaction, tables, Some(run));
            for change in changes {
                batch.file(change)?;
            }
            batch.settle()?;
            Ok(Applied { last_seq: outbox::last_seq(transaction)? })
        })
    }
}

/// Name of the setting that says that the engine has something to forget.
const TO_FORGET: &str = "to_forget";

/// One transaction while it goes on.
pub(super) struct Batch<'a> {
    connection: &'a Connection,
    tables: &'a Tables,
    /// `None` when a clerk writes.
    run: Option<RunId>,
    /// The contents whose files changed; with what is to be shown where that changed.
    contents: BTreeMap<i64, Option<Shown<'a>>>,
}

/// What a content is from now on: its record as it is shown, its citations as they were read,
/// and what clerks decided about them.
struct Shown<'a> {
    record: Cow<'a, Record>,
    citations: Cow<'a, [Citation]>,
    decisions: Vec<(usize, Decision)>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(connection: &'a Connection, tables: &'a Tables, run: Option<RunId>) -> Self {
        Self { connection, tables, run, contents: BTreeMap::new() }
    }

    /// Puts what clerks decided over what was read of a content, after a change of the log.
    pub(super) fn show_again(&mut self, ord: i64) -> rusqlite::Result<()> {
        let read = decide::read_head(self.connection, ord)?;
        let log = corrections::log(self.connection, &read.sha256)?;
        let shown = corrections::show(self.tables, Cow::Owned(read), &log);
        let as_read = shown.as_read.as_ref().map(to_json).transpose()?;
        self.connection
            .prepare_cached(
                "UPDATE contents SET record = ?2, as_read = ?3, n_doubtful = ?4, year = ?5
                 WHERE ord = ?1",
            )?
            .execute(params![
                ord,
                to_json(&shown.record)?,
                as_read,
                shown.n_doubtful,
                year(&shown.record)
            ])?;
        let citations = decide::read_citations(self.connection, ord)?;
        let decisions = corrections::decisions(&log, &citations);
        let (record, citations) = (shown.record, Cow::Owned(citations));
        self.contents.insert(ord, Some(Shown { record, citations, decisions }));
        Ok(())
    }

    fn file(&mut self, change: &'a Change) -> rusqlite::Result<()> {
        match change {
            Change::Taken { stat, stored } => {
                let Some((ord, shown)) = self.content(stored)? else {
                    let failure = internal("the identifier of the content is in use by another");
                    return self.failed(stat, Some(&stored.head.sha256), &failure, 0);
                };
                self.contents.insert(ord, Some(shown));
                let status = shown_status(stored.needs_ocr());
                self.row(
                    stat,
                    Some(&stored.head.sha256),
                    Some(ord),
                    status,
                    None,
                    stored.extractor_revision,
                )
            }
            Change::Held { stat, sha256, revision } => {
                let held: Option<(i64, bool)> = self
                    .connection
                    .prepare_cached("SELECT ord, needs_ocr FROM contents WHERE sha256 = ?1")?
                    .query_row([sha256], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                let Some((ord, needs_ocr)) = held else {
                    let failure = internal("its content left the catalog during the run");
                    return self.failed(stat, Some(sha256), &failure, 0);
                };
                self.contents.entry(ord).or_insert(None);
                self.row(stat, Some(sha256), Some(ord), shown_status(needs_ocr), None, *revision)
            }
            Change::Failed { stat, sha256, failure, revision } => {
                if failure.reason == FailureReason::Classified
                    && let Some(sha256) = sha256
                {
                    self.give_up(sha256, failure, *revision)?;
                }
                self.failed(stat, sha256.as_deref(), failure, *revision)
            }
            Change::Vanished { path } => {
                self.leave(path)?;
                self.connection
                    .prepare_cached(
                        "UPDATE files SET status = 'missing', seen_run = ?2 WHERE path = ?1",
                    )?
                    .execute(params![path.as_bytes(), self.run.map(|run| run.0)])?;
                Ok(())
            }
        }
    }

    fn failed(
        &mut self,
        stat: &FileStat,
        sha256: Option<&str>,
        failure: &Failure,
        revision: u32,
    ) -> rusqlite::Result<()> {
        self.row(stat, sha256, None, FileStatus::Failed, Some(failure), revision)
    }

    fn row(
        &mut self,
        stat: &FileStat,
        sha256: Option<&str>,
        content: Option<i64>,
        status: FileStatus,
        failure: Option<&Failure>,
        revision: u32,
    ) -> rusqlite::Result<()> {
        self.leave(&stat.path)?;
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO files (path, display, size, mtime_ns, looked_at_ns, sha256,
                     content, status, reason, detail, revision, seen_run)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                stat.path.as_bytes(),
                stat.path.to_string(),
                stat.size_bytes,
                stat.mtime_ns,
                stat.looked_at_ns,
                sha256,
                content,
                status.code(),
                failure.map(|failure| failure.reason.code()),
                failure.map(|failure| failure.detail.as_str()),
                revision,
                self.run.map(|run| run.0),
            ])?;
        Ok(())
    }

    /// Marks the content that a path carries until now as concerned.
    fn leave(&mut self, path: &FilePath) -> rusqlite::Result<()> {
        let ord: Option<Option<i64>> = self
            .connection
            .prepare_cached("SELECT content FROM files WHERE path = ?1")?
            .query_row([path.as_bytes()], |row| row.get(0))
            .optional()?;
        if let Some(Some(ord)) = ord {
            self.contents.entry(ord).or_insert(None);
        }
        Ok(())
    }

    /// Writes a content and its bodies; `None` when its identifier belongs to another content.
    fn content(&mut self, stored: &'a Stored) -> rusqlite::Result<Option<(i64, Shown<'a>)>> {
        let head = &stored.head;
        let holder: Option<String> = self
            .connection
            .prepare_cached("SELECT sha256 FROM contents WHERE id = ?1")?
            .query_row([head.id.as_str()], |row| row.get(0))
            .optional()?;
        if holder.is_some_and(|sha256| sha256 != head.sha256) {
            return Ok(None);
        }
        let log = corrections::log(self.connection, &head.sha256)?;
        let shown = corrections::show(self.tables, Cow::Borrowed(head), &log);
        let record_json = match &shown.as_read {
            Some(_) => Cow::Owned(to_json(&shown.record)?),
            None => Cow::Borrowed(&stored.head_json),
        };
        let as_read = shown.as_read.is_some().then_some(&stored.head_json);
        let format = head.format.map(|format| format!("{format:?}").to_lowercase());
        let ord: i64 = self
            .connection
            .prepare_cached(
                "INSERT INTO contents (id, sha256, format, path, record, extractor_revision,
                     tables_revision, ocr_engine, needs_ocr, year, as_read, n_doubtful, sum)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
                 ON CONFLICT (sha256) DO UPDATE SET format = excluded.format,
                     record = excluded.record, extractor_revision = excluded.extractor_revision,
                     tables_revision = excluded.tables_revision, ocr_engine = excluded.ocr_engine,
                     needs_ocr = excluded.needs_ocr, year = excluded.year,
                     as_read = excluded.as_read, n_doubtful = excluded.n_doubtful,
                     sum = excluded.sum
                 RETURNING ord",
            )?
            .query_row(
                params![
                    head.id.as_str(),
                    head.sha256,
                    format,
                    head.path.as_bytes(),
                    record_json,
                    stored.extractor_revision,
                    stored.tables_revision,
                    stored.ocr_engine,
                    stored.n_waiting,
                    year(&shown.record),
                    as_read,
                    shown.n_doubtful,
                    stored.sum
                ],
                |row| row.get(0),
            )?;
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO bodies (content, text, layout) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![ord, stored.text, stored.layout])?;
        // Other files with the same bytes were read by an older extractor; now they are not.
        self.connection
            .prepare_cached("UPDATE files SET revision = ?2, status = ?3 WHERE content = ?1 AND status <> 'missing'")?
            .execute(params![
                ord,
                stored.extractor_revision,
                shown_status(stored.needs_ocr()).code()
            ])?;
        let citations = Cow::Borrowed(stored.citations.as_slice());
        let decisions = corrections::decisions(&log, &citations);
        Ok(Some((ord, Shown { record: shown.record, citations, decisions })))
    }

    /// Removes a content that turned out to be classified, so that nothing of it is kept.
    fn give_up(&mut self, sha256: &str, failure: &Failure, revision: u32) -> rusqlite::Result<()> {
        recognised::forget(self.connection, sha256)?;
        let held: Option<(i64, String)> = self
            .connection
            .prepare_cached("SELECT ord, id FROM contents WHERE sha256 = ?1")?
            .query_row([sha256], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((ord, id)) = held else { return Ok(()) };
        let mut changes = settle::Changes::new(self.tables);
        changes.leave(self.connection, ord)?;
        links::unlink(self.connection, ord)?;
        self.connection
            .prepare_cached(
                "UPDATE files SET content = NULL, reason = ?2, detail = ?3, revision = ?4,
                     status = CASE status WHEN 'missing' THEN 'missing' ELSE 'failed' END
                 WHERE content = ?1",
            )?
            .execute(params![ord, failure.reason.code(), failure.detail, revision])?;
        self.connection.prepare_cached("DELETE FROM contents WHERE ord = ?1")?.execute([ord])?;
        // The log quotes the document.
        self.connection
            .prepare_cached("DELETE FROM corrections WHERE sha256 = ?1")?
            .execute([sha256])?;
        self.contents.remove(&ord);
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO settings (name, value) VALUES (?1, '1')")?
            .execute([TO_FORGET])?;
        changes.settle(self.connection)?;
        outbox::push(self.connection, OutboxOp::Delete, &id)?;
        Ok(())
    }

    /// Brings numbers, citations and outbox in line with the files.
    pub(super) fn settle(self) -> rusqlite::Result<()> {
        let mut changes = settle::Changes::new(self.tables);
        for (&ord, shown) in &self.contents {
            self.show_or_hide(ord, shown.as_ref(), &mut changes)?;
        }
        for (&ord, shown) in &self.contents {
            if let Some(Shown { record, citations, decisions }) = shown {
                changes.cite(self.connection, ord, record, citations, decisions)?;
            }
        }
        changes.settle(self.connection)
    }

    fn show_or_hide(
        &self,
        ord: i64,
        shown: Option<&Shown<'_>>,
        changes: &mut settle::Changes<'_>,
    ) -> rusqlite::Result<()> {
        let (id, was_shown, old_path, sha256): (String, bool, Vec<u8>, String) = self
            .connection
            .prepare_cached("SELECT id, shown, path, sha256 FROM contents WHERE ord = ?1")?
            .query_row([ord], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let path: Option<Vec<u8>> = self
            .connection
            .prepare_cached(
                "SELECT path FROM files WHERE content = ?1 AND status IN ('current', 'needs_ocr')
                 ORDER BY path LIMIT 1",
            )?
            .query_row([ord], |row| row.get(0))
            .optional()?;
        let is_withdrawn = corrections::is_withdrawn(&corrections::log(self.connection, &sha256)?);
        let is_shown = path.is_some() && !is_withdrawn;
        let path_changed = path.as_ref().is_some_and(|path| *path != old_path);
        if shown.is_none() && is_shown == was_shown && !path_changed {
            return Ok(());
        }
        if !is_shown || shown.is_some() {
            changes.leave(self.connection, ord)?;
        }
        match shown {
            Some(shown) if is_shown => changes.enter(self.connection, ord, &shown.record)?,
            None if is_shown && !was_shown => {
                let record = graph::stored_head(self.connection, ord)?;
                changes.enter(self.connection, ord, &record)?;
            }
            _ => {}
        }
        let op = if is_shown { OutboxOp::Upsert } else { OutboxOp::Delete };
        let version = outbox::push(self.connection, op, &id)?;
        self.connection
            .prepare_cached(
                "UPDATE contents SET shown = ?2, path = ?3, version = ?4 WHERE ord = ?1",
            )?
            .execute(params![ord, is_shown, path.unwrap_or(old_path), version])?;
        Ok(())
    }
}

fn year(record: &Record) -> Option<i16> {
    record.metadata.issued_on.as_ref().map(|found| found.value.year())
}

fn shown_status(needs_ocr: bool) -> FileStatus {
    if needs_ocr { FileStatus::NeedsOcr } else { FileStatus::Current }
}

fn internal(detail: &str) -> Failure {
    Failure { reason: FailureReason::Internal, detail: detail.to_owned() }
}
