//! Files that are not, or not fully, read: counted by kind, and listed a page at a time.

use std::collections::BTreeMap;

use rusqlite::params;

use crate::{
    catalog::{
        Catalog, CatalogError,
        file::{FilePath, FileRow, FileStatus},
        read::{FILE_COLUMNS, file_row, unreadable},
    },
    domain::failure::FailureReason,
};

/// Which of the files that are not, or not fully, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// All of them.
    All,
    /// Not taken in, for whatever reason.
    Failed,
    /// Not taken in, for one reason.
    Because(FailureReason),
    /// Taken in, with pages that nothing has recognised.
    NeedsOcr,
}

/// How many files are not, or not fully, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnreadCounts {
    /// Not taken in, by reason.
    pub failed: BTreeMap<FailureReason, u64>,
    /// Taken in, with pages that nothing has recognised.
    pub n_needs_ocr: u64,
}

impl UnreadCounts {
    /// Files that were not taken in.
    pub fn n_failed(&self) -> u64 {
        self.failed.values().sum()
    }
}

impl Catalog {
    /// How many files are not, or not fully, read, by kind.
    ///
    /// # Errors
    /// `Storage` when they could not be counted.
    pub fn unread_counts(&self) -> Result<UnreadCounts, CatalogError> {
        self.read("count the files that failed", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT reason, count(*) FROM files
                 WHERE status <> 'current' AND status = 'failed' GROUP BY reason",
            )?;
            let mut counts = UnreadCounts::default();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let code = row.get_ref(0)?.as_str()?;
                let reason = FailureReason::from_code(code)
                    .ok_or_else(|| unreadable(0, "a failure reason", code))?;
                counts.failed.insert(reason, row.get(1)?);
            }
            counts.n_needs_ocr = connection
                .prepare_cached(
                    "SELECT count(*) FROM files
                     WHERE status <> 'current' AND status = 'needs_ocr'",
                )?
                .query_row([], |row| row.get(0))?;
            Ok(counts)
        })
    }

    /// Such files whose path lies after another, in byte order.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn unread(
        &self,
        which: Unread,
        after: Option<&FilePath>,
        limit: usize,
    ) -> Result<Vec<FileRow>, CatalogError> {
        self.read("list the files that failed", |connection| {
            let (is_failed, is_scan, reason) = match which {
                Unread::All => (true, true, None),
                Unread::Failed => (true, false, None),
                Unread::Because(reason) => (true, false, Some(reason.code())),
                Unread::NeedsOcr => (false, true, None),
            };
            let code = |is_meant: bool, status: FileStatus| is_meant.then(|| status.code());
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {FILE_COLUMNS} FROM files
                 WHERE status <> 'current' AND status IN (?1, ?2) AND path > ?3
                   AND (?4 IS NULL OR reason = ?4)
                 ORDER BY path LIMIT ?5"
            ))?;
            let rows = statement.query_map(
                params![
                    code(is_failed, FileStatus::Failed),
                    code(is_scan, FileStatus::NeedsOcr),
                    after.map_or(&[][..], FilePath::as_bytes),
                    reason,
                    limit
                ],
                file_row,
            )?;
            rows.collect()
        })
    }
}
