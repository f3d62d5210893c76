//! What lists of documents show beside the records: what came last, what replaces a document,
//! how many files carry it.

use rusqlite::{Connection, OptionalExtension};

use crate::{
    catalog::{Catalog, CatalogError, read::id},
    domain::record::RecordId,
};

/// What is known about a document from elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// A shown document that says it replaces or repeals this one.
    pub replaced_by: Option<RecordId>,
    /// How many files carry the document.
    pub n_files: u64,
}

impl Catalog {
    /// The shown documents that were taken in last, latest first.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn latest(&self, limit: usize) -> Result<Vec<RecordId>, CatalogError> {
        self.read("list what was taken in last", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id FROM contents WHERE shown = 1 ORDER BY ord DESC LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], |row| id(row, 0))?;
            rows.collect()
        })
    }

    /// What is known about each of the documents from elsewhere, in the order asked.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn surroundings(&self, ids: &[RecordId]) -> Result<Vec<Surroundings>, CatalogError> {
        self.read("look around documents", |connection| {
            ids.iter().map(|id| surroundings(connection, id)).collect()
        })
    }
}

fn surroundings(connection: &Connection, of: &RecordId) -> rusqlite::Result<Surroundings> {
    let replaced_by = connection
        .prepare_cached(
            "SELECT contents.id FROM citations JOIN contents ON ord = content
             WHERE target = ?1 AND state = 'resolved' AND shown = 1
               AND kind IN ('replaces', 'repeals') AND contents.id <> ?1
             ORDER BY contents.id LIMIT 1",
        )?
        .query_row([of.as_str()], |row| id(row, 0))
        .optional()?;
    let n_files = connection
        .prepare_cached(
            "SELECT count(*) FROM files JOIN contents ON files.content = contents.ord
             WHERE contents.id = ?1 AND files.status IN ('current', 'needs_ocr')",
        )?
        .query_row([of.as_str()], |row| row.get(0))?;
    Ok(Surroundings { replaced_by, n_files })
}
