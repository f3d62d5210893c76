//! What a walk over the archive asks of the catalog: files in the order of their paths, no more
//! of each than it takes to tell whether it changed; and what was read by other revisions.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    catalog::{
        Catalog, CatalogError,
        file::{FilePath, FileStatus},
        read::unreadable,
    },
    domain::failure::FailureReason,
};

/// By what documents are read: another extractor or other tables may read another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading<'a> {
    /// Revision of the extractor.
    pub extractor: u32,
    /// Revision of the tables.
    pub tables: &'a str,
}

/// A file as a walk needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// Where.
    pub path: FilePath,
    /// Size in bytes when it was last looked at.
    pub size_bytes: u64,
    /// Time of its last change, nanoseconds since 1970.
    pub mtime_ns: i64,
    /// When it was last looked at.
    pub looked_at_ns: i64,
    /// What became of it.
    pub status: FileStatus,
    /// Why it failed.
    pub reason: Option<FailureReason>,
    /// Extractor revision that gave this outcome.
    pub revision: u32,
    /// Whether another extractor or other tables than those asked for gave this outcome.
    pub is_stale: bool,
}

/// What documents that are shown were read by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBy {
    /// Revision of the extractor.
    pub extractor: u32,
    /// Revision of the tables.
    pub tables: String,
    /// How many documents.
    pub n_documents: u64,
}

const COLUMNS: &str = "files.path, files.size, files.mtime_ns, files.looked_at_ns, files.status,
     files.reason, files.revision";

impl Catalog {
    /// Whether any shown document was read by other tables.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn has_other_tables(&self, tables: &str) -> Result<bool, CatalogError> {
        self.read("look for other tables", |connection| {
            let end = |sql: &str| -> rusqlite::Result<Option<String>> {
                connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()
            };
            let first = end("SELECT tables_revision FROM contents WHERE shown = 1
                 ORDER BY tables_revision LIMIT 1")?;
            let last = end("SELECT tables_revision FROM contents WHERE shown = 1
                 ORDER BY tables_revision DESC LIMIT 1")?;
            Ok([first, last].into_iter().flatten().any(|found| found != tables))
        })
    }

    /// Whether a content is held as it would be read now.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn is_held(&self, sha256: &str, reading: Reading<'_>) -> Result<bool, CatalogError> {
        self.read("look up a content", |connection| {
            let held = connection
                .prepare_cached(
                    "SELECT 1 FROM contents WHERE sha256 = ?1 AND extractor_revision = ?2
                       AND tables_revision = ?3",
                )?
                .query_row(params![sha256, reading.extractor, reading.tables], |_| Ok(()))
                .optional()?;
            Ok(held.is_some())
        })
    }

    /// By what the shown documents were read.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn read_by(&self) -> Result<Vec<ReadBy>, CatalogError> {
        self.read("count by revision", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT extractor_revision, tables_revision, count(*) FROM contents
                 WHERE shown = 1 GROUP BY tables_revision, extractor_revision
                 ORDER BY extractor_revision, tables_revision",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(ReadBy { extractor: row.get(0)?, tables: row.get(1)?, n_documents: row.get(2)? })
            })?;
            rows.collect()
        })
    }

    /// Files whose path lies after one and before another, in byte order; `None` is no bound.
    /// `ask_tables` says whether the tables are to be compared: [`Catalog::has_other_tables`].
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn known_between(
        &self,
        (after, before): (&FilePath, Option<&FilePath>),
        limit: usize,
        reading: Reading<'_>,
        ask_tables: bool,
    ) -> Result<Vec<KnownFile>, CatalogError> {
        self.read("list files", |connection| {
            let bound = if before.is_some() { "AND path < ?3" } else { "AND ?3 IS NULL" };
            let condition = format!("path > ?1 {bound} ORDER BY path LIMIT ?2");
            let bounds = params![after.as_bytes(), limit, before.map(FilePath::as_bytes)];
            known(connection, &condition, bounds, reading, ask_tables)
        })
    }

    /// The file at a path.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn known(
        &self,
        path: &FilePath,
        reading: Reading<'_>,
    ) -> Result<Option<KnownFile>, CatalogError> {
        self.read("look up a file", |connection| {
            let found = known(connection, "path = ?1", params![path.as_bytes()], reading, true)?;
            Ok(found.into_iter().next())
        })
    }

    /// Files that were not, or not fully, taken in, whose path lies after another.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn unread_after(
        &self,
        after: &FilePath,
        limit: usize,
        reading: Reading<'_>,
    ) -> Result<Vec<KnownFile>, CatalogError> {
        self.read("list the files that failed", |connection| {
            let condition = "status <> 'current' AND status IN ('failed', 'needs_ocr')
                 AND path > ?1 ORDER BY path LIMIT ?2";
            known(connection, condition, params![after.as_bytes(), limit], reading, true)
        })
    }
}

fn known(
    connection: &Connection,
    condition: &str,
    values: &[&dyn rusqlite::ToSql],
    reading: Reading<'_>,
    ask_tables: bool,
) -> rusqlite::Result<Vec<KnownFile>> {
    // Most runs find everything read by the same tables: then no content is looked up.
    let tables = if ask_tables {
        "(SELECT tables_revision FROM contents WHERE contents.ord = files.content)"
    } else {
        "NULL"
    };
    let sql = format!("SELECT {COLUMNS}, {tables} FROM files WHERE {condition}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(values, |row| known_file(row, reading))?;
    rows.collect()
}

fn known_file(row: &Row<'_>, reading: Reading<'_>) -> rusqlite::Result<KnownFile> {
    let status = row.get_ref(4)?.as_str()?;
    let status =
        FileStatus::from_code(status).ok_or_else(|| unreadable(4, "a file status", status))?;
    let reason = match row.get_ref(5)?.as_str_or_null()? {
        None => None,
        Some(code) => Some(
            FailureReason::from_code(code)
                .ok_or_else(|| unreadable(5, "a failure reason", code))?,
        ),
    };
    let revision = row.get(6)?;
    let tables = row.get_ref(7)?.as_str_or_null()?;
    Ok(KnownFile {
        path: FilePath::from_bytes(row.get_ref(0)?.as_blob()?.to_vec()),
        size_bytes: row.get(1)?,
        mtime_ns: row.get(2)?,
        looked_at_ns: row.get(3)?,
        status,
        reason,
        revision,
        is_stale: revision != reading.extractor
            || tables.is_some_and(|tables| tables != reading.tables),
    })
}
