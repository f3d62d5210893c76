//! The outbox: what the engine has yet to learn, in order.
//!
//! An entry replaces the earlier entry of its document, so the outbox is never longer than the
//! archive, and the sequence of the latest entry is the document's version.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    catalog::{Catalog, CatalogError},
    domain::record::RecordId,
};

/// What happened to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxOp {
    /// It is to be found, as it is now.
    Upsert,
    /// It is not to be found.
    Delete,
}

/// One change that the engine has to learn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its place in the order, and the version of the document.
    pub seq: u64,
    /// What happened.
    pub op: OutboxOp,
    /// The document.
    pub id: RecordId,
}

impl Catalog {
    /// The changes after a sequence, in order.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn outbox_after(&self, seq: u64, limit: usize) -> Result<Vec<OutboxEntry>, CatalogError> {
        self.read("read the outbox", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT seq, op, id FROM outbox WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            )?;
            let rows = statement.query_map(params![seq, limit], |row| {
                let op = match row.get_ref(1)?.as_str()? {
                    "upsert" => OutboxOp::Upsert,
                    _ => OutboxOp::Delete,
                };
                Ok(OutboxEntry { seq: row.get(0)?, op, id: super::read::id(row, 2)? })
            })?;
            rows.collect()
        })
    }

    /// The latest sequence of a document, when one was given out.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn outbox_of(&self, id: &RecordId) -> Result<Option<u64>, CatalogError> {
        self.read("read the outbox", |connection| {
            connection
                .prepare_cached("SELECT seq FROM outbox WHERE id = ?1")?
                .query_row([id.as_str()], |row| row.get(0))
                .optional()
        })
    }

    /// The highest sequence given out, 0 in an empty catalog.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn last_seq(&self) -> Result<u64, CatalogError> {
        self.read("read the outbox", last_seq)
    }

    /// How many documents can be found, and the highest sequence given out at that moment: what
    /// an engine has to hold to agree.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn extent(&self) -> Result<(u64, u64), CatalogError> {
        self.read("count the documents", |connection| {
            let n_documents = connection
                .prepare_cached("SELECT count(*) FROM contents WHERE shown = 1")?
                .query_row([], |row| row.get(0))?;
            Ok((n_documents, last_seq(connection)?))
        })
    }
}

pub(super) fn last_seq(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM outbox")?
        .query_row([], |row| row.get(0))
}

/// Adds an entry and returns its sequence.
pub(super) fn push(connection: &Connection, op: OutboxOp, id: &str) -> rusqlite::Result<i64> {
    connection.prepare_cached("DELETE FROM outbox WHERE id = ?1")?.execute([id])?;
    let word = match op {
        OutboxOp::Upsert => "upsert",
        OutboxOp::Delete => "delete",
    };
    connection
        .prepare_cached("INSERT INTO outbox (op, id) VALUES (?1, ?2)")?
        .execute([word, id])?;
    Ok(connection.last_insert_rowid())
}
