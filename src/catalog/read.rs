//! Questions about documents and files.

use rusqlite::{
    Connection, OptionalExtension, Row, params,
    types::{Type, ValueRef},
};

use crate::{
    catalog::{
        Catalog, CatalogError,
        file::{FilePath, FileRow, FileStat, FileStatus},
        graph, overview,
        stored::{from_json, unpack},
    },
    domain::{
        failure::{Failure, FailureReason},
        record::{Record, RecordId},
    },
    extract::effect::EffectKind,
    layout::Layout,
    text::Text,
};

/// What a list of hits shows of a document: the record without its citations, and their counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Unique positive number: the tie-breaker of every order.
    pub ord: i64,
    /// Outbox sequence of its latest change.
    pub version: u64,
    /// The record; `citations` is empty here.
    pub record: Record,
    /// How many mentions it makes.
    pub n_citations: u64,
    /// How many of them mean a document that the archive lacks.
    pub n_missing: u64,
    /// How many shown documents cite it.
    pub n_cited_by: u64,
}

/// Sizes of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Documents that can be found.
    pub n_documents: u64,
    /// Paths that carry them.
    pub n_files: u64,
    /// Files not taken in.
    pub n_failed: u64,
    /// Files taken in with pages that need recognition.
    pub n_needs_ocr: u64,
    /// Paths that are gone.
    pub n_vanished: u64,
    /// Mentions in shown documents.
    pub n_citations: u64,
    /// Of these, with a number that the archive lacks.
    pub n_missing: u64,
    /// Earliest and latest year of issue.
    pub years: Option<(i16, i16)>,
}

/// A shown document on a walk through the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its place in the order of the walk.
    pub ord: i64,
    /// Outbox sequence of its latest change.
    pub version: u64,
    /// The document.
    pub id: RecordId,
}

/// A document as analysis takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Unique positive number: the tie-breaker of every order.
    pub ord: i64,
    /// The whole record.
    pub record: Record,
    /// What its spans refer to.
    pub text: Text,
    /// What shown documents say has become of it, the gravest first.
    pub effects: Vec<EffectKind>,
}

/// A file that is not, or not fully, read.
pub type FailedFile = FileRow;

pub(super) const FILE_COLUMNS: &str = "files.path, files.size, files.mtime_ns, files.looked_at_ns,
     files.sha256, files.content, files.status, files.reason, files.detail, files.revision,
     files.seen_run";

impl Catalog {
    /// The whole record of a document, with what the archive holds of each citation.
    ///
    /// Also answers for a document whose files are gone.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn record(&self, id: &RecordId) -> Result<Option<Record>, CatalogError> {
        self.read("look up a record", |connection| record(connection, id))
    }

    /// The whole records of several documents, in the order asked; unknown ones are left out.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn records(&self, ids: &[RecordId]) -> Result<Vec<Record>, CatalogError> {
        self.read("look up records", |connection| {
            let mut records = Vec::with_capacity(ids.len());
            for id in ids {
                records.extend(record(connection, id)?);
            }
            Ok(records)
        })
    }

    /// What a list of hits shows, in the order asked; unknown ones are left out.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn heads(&self, ids: &[RecordId]) -> Result<Vec<Head>, CatalogError> {
        self.read("look up records", |connection| {
            let mut heads = Vec::with_capacity(ids.len());
            for id in ids {
                let Some((ord, version, record)) = head(connection, id)? else { continue };
                let (n_citations, n_missing) = graph::count_outgoing(connection, ord)?;
                let n_cited_by = graph::n_citing(connection, graph::Aim::Held(id))?;
                heads.push(Head { ord, version, record, n_citations, n_missing, n_cited_by });
            }
            Ok(heads)
        })
    }

    /// Shown documents with a higher `ord`, in that order: the way to walk the whole archive.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn shown_after(&self, ord: i64, limit: usize) -> Result<Vec<Shown>, CatalogError> {
        self.read("walk the archive", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT ord, id, version FROM contents WHERE ord > ?1 AND shown = 1
                 ORDER BY ord LIMIT ?2",
            )?;
            let rows = statement.query_map(params![ord, limit], |row| {
                Ok(Shown { ord: row.get(0)?, id: id(row, 1)?, version: row.get(2)? })
            })?;
            rows.collect()
        })
    }

    /// Record and text of one version of a document, for analysis.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn document(&self, id: &RecordId) -> Result<Option<Document>, CatalogError> {
        self.read("look up a document", |connection| {
            let Some((ord, _, mut record)) = head(connection, id)? else { return Ok(None) };
            let outgoing = graph::outgoing(connection, ord)?;
            record.citations = outgoing.into_iter().map(|outgoing| outgoing.citation).collect();
            let text = connection
                .prepare_cached("SELECT text FROM bodies WHERE content = ?1")?
                .query_row([ord], |row| unpack(0, row.get_ref(0)?.as_blob()?))?;
            let effects = overview::effects_on(connection, id)?;
            Ok(Some(Document { ord, record, text, effects }))
        })
    }

    /// The normalised text of a document.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn text(&self, id: &RecordId) -> Result<Option<Text>, CatalogError> {
        self.read("read a text", |connection| body(connection, TEXT_OF, id))
    }

    /// The layout of a document.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn layout(&self, id: &RecordId) -> Result<Option<Layout>, CatalogError> {
        self.read("read a layout", |connection| {
            body(
                connection,
                "SELECT layout FROM bodies JOIN contents ON ord = content WHERE id = ?1",
                id,
            )
        })
    }

    /// Every file that carries a document or did so when it was last there, by path.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn paths(&self, id: &RecordId) -> Result<Vec<FileRow>, CatalogError> {
        self.read("list the files of a document", |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {FILE_COLUMNS} FROM contents JOIN files ON files.content = contents.ord
                 WHERE contents.id = ?1 ORDER BY files.path"
            ))?;
            let rows = statement.query_map([id.as_str()], file_row)?;
            rows.collect()
        })
    }

    /// The file at a path.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn file(&self, path: &FilePath) -> Result<Option<FileRow>, CatalogError> {
        self.read("look up a file", |connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {FILE_COLUMNS} FROM files
                     WHERE files.path = ?1"
                ))?
                .query_row([path.as_bytes()], file_row)
                .optional()
        })
    }

    /// Files whose path lies after one and before another, in byte order; `None` is no bound.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn files_between(
        &self,
        after: &FilePath,
        before: Option<&FilePath>,
        limit: usize,
    ) -> Result<Vec<FileRow>, CatalogError> {
        self.read("list files", |connection| {
            let bound = if before.is_some() { "AND files.path < ?3" } else { "AND ?3 IS NULL" };
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {FILE_COLUMNS} FROM files
                 WHERE files.path > ?1 {bound} ORDER BY files.path LIMIT ?2"
            ))?;
            let rows = statement.query_map(
                params![after.as_bytes(), limit, before.map(FilePath::as_bytes)],
                file_row,
            )?;
            rows.collect()
        })
    }

    /// Files that are not, or not fully, read: failed ones and those that need recognition.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn failures(&self) -> Result<Vec<FailedFile>, CatalogError> {
        self.read("list the files that failed", |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {FILE_COLUMNS} FROM files
                 WHERE files.status <> 'current' AND files.status IN ('failed', 'needs_ocr')
                 ORDER BY files.path"
            ))?;
            let rows = statement.query_map([], file_row)?;
            rows.collect()
        })
    }

    /// Whether a content that is held has pages that need recognition.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn needs_ocr(&self, sha256: &str) -> Result<bool, CatalogError> {
        self.read("look up a content", |connection| {
            let needs_ocr = connection
                .prepare_cached("SELECT needs_ocr FROM contents WHERE sha256 = ?1")?
                .query_row([sha256], |row| row.get(0))
                .optional()?;
            Ok(needs_ocr.unwrap_or(false))
        })
    }

    /// Sizes of the archive.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn counts(&self) -> Result<Counts, CatalogError> {
        self.read("count the archive", |connection| {
            let count = |sql: &str| -> rusqlite::Result<u64> {
                connection.prepare_cached(sql)?.query_row([], |row| row.get(0))
            };
            let by_status = |status: FileStatus| -> rusqlite::Result<u64> {
                connection
                    .prepare_cached(
                        "SELECT count(*) FROM files WHERE status <> 'current' AND status = ?1",
                    )?
                    .query_row([status.code()], |row| row.get(0))
            };
            let n_all_files = count("SELECT count(*) FROM files")?;
            let n_failed = by_status(FileStatus::Failed)?;
            let n_vanished = by_status(FileStatus::Missing)?;
            Ok(Counts {
                n_documents: graph::total(connection, "documents")?,
                n_files: n_all_files - n_failed - n_vanished,
                n_failed,
                n_needs_ocr: by_status(FileStatus::NeedsOcr)?,
                n_vanished,
                n_citations: graph::total(connection, "citations")?,
                n_missing: graph::total(connection, "missing")?,
                years: years(connection)?,
            })
        })
    }
}

fn years(connection: &Connection) -> rusqlite::Result<Option<(i16, i16)>> {
    connection
        .prepare_cached("SELECT min(year), max(year) FROM contents WHERE shown = 1")?
        .query_row([], |row| Ok(row.get::<_, Option<i16>>(0)?.zip(row.get(1)?)))
}

/// The packed text of a content by its identifier.
pub(super) const TEXT_OF: &str =
    "SELECT text FROM bodies JOIN contents ON ord = content WHERE id = ?1";

pub(super) fn body<T: serde::de::DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    id: &RecordId,
) -> rusqlite::Result<Option<T>> {
    connection
        .prepare_cached(sql)?
        .query_row([id.as_str()], |row| unpack(0, row.get_ref(0)?.as_blob()?))
        .optional()
}

/// `ord`, version and record without citations.
pub(super) fn head(
    connection: &Connection,
    id: &RecordId,
) -> rusqlite::Result<Option<(i64, u64, Record)>> {
    connection
        .prepare_cached("SELECT ord, version, record, path FROM contents WHERE id = ?1")?
        .query_row([id.as_str()], |row| {
            let mut record: Record = from_json(2, row.get_ref(2)?.as_str()?)?;
            record.path = FilePath::from_bytes(row.get(3)?).to_string();
            Ok((row.get(0)?, row.get(1)?, record))
        })
        .optional()
}

fn record(connection: &Connection, id: &RecordId) -> rusqlite::Result<Option<Record>> {
    let Some((ord, _, mut record)) = head(connection, id)? else { return Ok(None) };
    record.citations =
        graph::outgoing(connection, ord)?.into_iter().map(|outgoing| outgoing.citation).collect();
    Ok(Some(record))
}

/// Reads an identifier from a column.
pub(super) fn id(row: &Row<'_>, column: usize) -> rusqlite::Result<RecordId> {
    let text = row.get_ref(column)?.as_str()?;
    RecordId::parse(text).ok_or_else(|| unreadable(column, "an identifier", text))
}

/// A stored word that this program does not write.
pub(super) fn unreadable(column: usize, expected: &str, found: &str) -> rusqlite::Error {
    let message = format!("expected {expected}, found {found:?}");
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, message.into())
}

pub(super) fn file_row(row: &Row<'_>) -> rusqlite::Result<FileRow> {
    let status = row.get_ref(6)?.as_str()?;
    let reason = row.get_ref(7)?.as_str_or_null()?;
    let failure = match reason {
        None => None,
        Some(code) => Some(Failure {
            reason: FailureReason::from_code(code)
                .ok_or_else(|| unreadable(7, "a failure reason", code))?,
            detail: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
        }),
    };
    let sha256: Option<String> = row.get(4)?;
    let has_content = row.get_ref(5)? != ValueRef::Null;
    Ok(FileRow {
        stat: FileStat {
            path: FilePath::from_bytes(row.get(0)?),
            size_bytes: row.get(1)?,
            mtime_ns: row.get(2)?,
            looked_at_ns: row.get(3)?,
        },
        id: sha256.as_deref().filter(|_| has_content).map(RecordId::from_sha256),
        sha256,
        status: FileStatus::from_code(status)
            .ok_or_else(|| unreadable(6, "a file status", status))?,
        failure,
        revision: row.get(9)?,
        seen_run: row.get(10)?,
    })
}
