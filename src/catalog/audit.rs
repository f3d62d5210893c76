//! The catalog checked against itself: what SQLite says, checksums, and everything that is
//! derived made anew and compared.

use std::{borrow::Cow, collections::BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use crate::{
    catalog::{
        Catalog, CatalogError, FilePath,
        corrections::{self, ShownRecord},
        decide, links,
        read::id,
        settle::Changes,
        stored::{from_json, to_json, unpack},
        write::Batch,
    },
    domain::{
        citation::Citation,
        record::{Record, RecordId},
        tables::Tables,
    },
    layout::Layout,
    text::Text,
};

/// Lines of SQLite's own check that are told.
const MAX_LINES: usize = 20;

/// What is wrong with a document in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The document, when it is known which.
    pub id: Option<RecordId>,
    /// Where its file lies.
    pub path: String,
    /// What was expected and what was found.
    pub detail: String,
    /// Whether what was read is damaged, so that the original has to be read again; otherwise
    /// something that is made from it.
    pub is_reading: bool,
}

impl Catalog {
    /// What SQLite finds wrong with the file; nothing in a sound one.
    ///
    /// # Errors
    /// `Storage` when it cannot even be asked.
    pub fn integrity(&self) -> Result<Vec<String>, CatalogError> {
        self.read("check itself", integrity)
    }

    /// Compares every document after a place with what its reading and the log of corrections
    /// say it is; returns the place to go on from, `None` at the end.
    ///
    /// # Errors
    /// `Storage` when the rows cannot be read at all.
    pub fn audit(
        &self,
        tables: &Tables,
        after: i64,
        limit: usize,
        tell: &mut dyn FnMut(Flaw),
    ) -> Result<Option<i64>, CatalogError> {
        self.read("compare a document with its reading", |connection| {
            let mut statement = connection
                .prepare_cached("SELECT ord FROM contents WHERE ord > ?1 ORDER BY ord LIMIT ?2")?;
            let ords: Vec<i64> = statement
                .query_map(params![after, limit], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for ord in &ords {
                audit(connection, tables, *ord, tell)?;
            }
            Ok(ords.last().copied())
        })
    }

    /// What is wrong with the log of corrections, files, runs and settings.
    ///
    /// # Errors
    /// `Storage` when the rows cannot be read at all.
    pub fn audit_rest(&self, tell: &mut dyn FnMut(Flaw)) -> Result<(), CatalogError> {
        self.read("check the log of corrections", |connection| {
            audit_log(connection, tell)?;
            audit_files(connection, tell)?;
            audit_outbox(connection, tell)?;
            for what in links::wrong_counts(connection)? {
                let detail = format!("{what} is not counted right");
                tell(Flaw { id: None, path: String::new(), detail, is_reading: false });
            }
            Ok(())
        })?;
        // A row that cannot be understood shows here.
        let _ = self.runs(usize::MAX >> 1)?;
        let _ = self.failures()?;
        Ok(())
    }

    /// Makes everything that is derived of documents anew, from their readings and the log.
    ///
    /// # Errors
    /// `Storage` when a reading is damaged or nothing can be written.
    pub fn mend(&self, tables: &Tables, ids: &[RecordId]) -> Result<(), CatalogError> {
        self.write("make documents anew", |transaction| {
            let mut batch = Batch::new(transaction, tables, None);
            for id in ids {
                let ord: Option<i64> = transaction
                    .prepare_cached("SELECT ord FROM contents WHERE id = ?1")?
                    .query_row([id.as_str()], |row| row.get(0))
                    .optional()?;
                if let Some(ord) = ord {
                    batch.show_again(ord)?;
                }
            }
            batch.settle()
        })
    }

    /// Makes the indexes of the tables anew.
    ///
    /// # Errors
    /// `Storage` when the tables themselves are damaged.
    pub fn mend_indexes(&self) -> Result<(), CatalogError> {
        self.write("make its indexes anew", |transaction| transaction.execute_batch("REINDEX"))
    }

    /// Counts anew what is counted when it changes.
    ///
    /// # Errors
    /// `Storage` when it could not be written.
    pub fn mend_counts(&self) -> Result<(), CatalogError> {
        self.write("count anew", |transaction| links::count_again(transaction))
    }

    /// Notes that the reading of documents cannot be trusted: the next run reads them again.
    ///
    /// # Errors
    /// `Storage` when it could not be written.
    pub fn distrust(&self, ids: &[RecordId]) -> Result<(), CatalogError> {
        self.write("note that documents are to be read again", |transaction| {
            for id in ids {
                transaction
                    .prepare_cached("UPDATE contents SET extractor_revision = 0 WHERE id = ?1")?
                    .execute([id.as_str()])?;
                transaction
                    .prepare_cached(
                        "UPDATE files SET revision = 0 WHERE content =
                             (SELECT ord FROM contents WHERE id = ?1)",
                    )?
                    .execute([id.as_str()])?;
            }
            Ok(())
        })
    }

    /// Notes checksums of readings that were taken in before there were any, and are sound.
    ///
    /// # Errors
    /// `Storage` when it could not be written.
    pub fn note_sums(&self) -> Result<u64, CatalogError> {
        let mut n_noted = 0;
        loop {
            let n = self.write("note checksums", |transaction| {
                let mut statement = transaction.prepare_cached(
                    "SELECT ord FROM contents WHERE sum IS NULL ORDER BY ord LIMIT 256",
                )?;
                let ords: Vec<i64> =
                    statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
                for ord in &ords {
                    transaction
                        .prepare_cached("UPDATE contents SET sum = ?2 WHERE ord = ?1")?
                        .execute(params![ord, held_sum(transaction, *ord)?])?;
                }
                Ok(ords.len() as u64)
            })?;
            n_noted += n;
            if n == 0 {
                return Ok(n_noted);
            }
        }
    }
}

/// What SQLite finds wrong.
pub(super) fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut lines = Vec::new();
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({MAX_LINES})"))?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    for row in rows {
        lines.push(row?);
    }
    if lines == ["ok"] {
        lines.clear();
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let rows = statement.query_map([], |row| {
        Ok(format!(
            "a row of {} names one of {} that is not there",
            row.get::<_, String>(0)?,
            row.get::<_, String>(2)?
        ))
    })?;
    for row in rows.take(MAX_LINES) {
        lines.push(row?);
    }
    Ok(lines)
}

/// The checksum of everything that was read of a content.
///
/// # Source
/// The first eight bytes of the SHA-256 of the parts, each with its length before it.
pub(super) fn sum<'a>(parts: impl Iterator<Item = &'a [u8]>) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_le_bytes(first)
}

/// The checksum of what is held of a content.
fn held_sum(connection: &Connection, ord: i64) -> rusqlite::Result<i64> {
    let (record, text, layout): (String, Vec<u8>, Vec<u8>) = connection
        .prepare_cached(
            "SELECT coalesce(as_read, record), text, layout FROM contents
             JOIN bodies ON bodies.content = ord WHERE ord = ?1",
        )?
        .query_row([ord], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut statement = connection
        .prepare_cached("SELECT citation FROM citations WHERE content = ?1 ORDER BY seq")?;
    let citations: Vec<String> =
        statement.query_map([ord], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let parts = [record.as_bytes(), &text, &layout].into_iter();
    Ok(sum(parts.chain(citations.iter().map(|citation| citation.as_bytes()))))
}

/// One row of `contents`, as far as it is compared.
struct Held {
    id: String,
    sha256: String,
    path: Vec<u8>,
    record: String,
    as_read: Option<String>,
    year: Option<i16>,
    shown: bool,
    version: i64,
    n_doubtful: u64,
    sum: Option<i64>,
}

fn held(row: &Row<'_>) -> rusqlite::Result<Held> {
    Ok(Held {
        id: row.get(0)?,
        sha256: row.get(1)?,
        path: row.get(2)?,
        record: row.get(3)?,
        as_read: row.get(4)?,
        year: row.get(5)?,
        shown: row.get(6)?,
        version: row.get(7)?,
        n_doubtful: row.get(8)?,
        sum: row.get(9)?,
    })
}

fn audit(
    connection: &Connection,
    tables: &Tables,
    ord: i64,
    tell: &mut dyn FnMut(Flaw),
) -> rusqlite::Result<()> {
    let held = connection
        .prepare_cached(
            "SELECT id, sha256, path, record, as_read, year, shown, version, n_doubtful, sum
             FROM contents WHERE ord = ?1",
        )?
        .query_row([ord], held);
    let held = match held {
        Ok(held) => held,
        Err(error) => {
            let detail = format!("row {ord} of the documents cannot be read: {error}");
            tell(Flaw { id: None, path: String::new(), detail, is_reading: true });
            return Ok(());
        }
    };
    let known = RecordId::parse(&held.id);
    let path = FilePath::from_bytes(held.path.clone()).to_string();
    let mut flaw = |detail: String, is_reading: bool| {
        tell(Flaw { id: known.clone(), path: path.clone(), detail, is_reading });
    };
    let reading = match reading(connection, ord, &held) {
        Ok(reading) => reading,
        Err(detail) => {
            flaw(detail, true);
            return Ok(());
        }
    };
    for detail in derived(connection, tables, ord, &held, reading)? {
        flaw(detail, false);
    }
    Ok(())
}

/// What was read of a content, when it is what was written.
fn reading(
    connection: &Connection,
    ord: i64,
    held: &Held,
) -> Result<(Record, Vec<Citation>), String> {
    let json = held.as_read.as_ref().unwrap_or(&held.record);
    let record: Record = serde_json::from_str(json)
        .map_err(|error| format!("its record cannot be understood: {error}"))?;
    if RecordId::from_sha256(&held.sha256).as_str() != held.id
        || record.sha256 != held.sha256
        || record.id.as_str() != held.id
    {
        return Err("its identifier, its hash and its record do not belong together".to_owned());
    }
    let citations = decide::read_citations(connection, ord)
        .map_err(|error| format!("its citations cannot be understood: {error}"))?;
    let bodies = connection
        .prepare_cached("SELECT text, layout FROM bodies WHERE content = ?1")
        .and_then(|mut statement| {
            statement.query_row([ord], |row| {
                let _: Text = unpack(0, row.get_ref(0)?.as_blob()?)?;
                let _: Layout = unpack(1, row.get_ref(1)?.as_blob()?)?;
                Ok(())
            })
        });
    bodies.map_err(|error| format!("its text cannot be unpacked: {error}"))?;
    let found = held_sum(connection, ord).map_err(|error| error.to_string())?;
    match held.sum {
        Some(expected) if expected != found => Err(format!(
            "expected the checksum {expected:016x}, found {found:016x}: what was read is damaged"
        )),
        _ => Ok((record, citations)),
    }
}

/// What differs of everything that is made from reading and log.
fn derived(
    connection: &Connection,
    tables: &Tables,
    ord: i64,
    held: &Held,
    (read, citations): (Record, Vec<Citation>),
) -> rusqlite::Result<Vec<String>> {
    let mut found = Vec::new();
    let log = match corrections::log(connection, &held.sha256) {
        Ok(log) => log,
        Err(error) => return Ok(vec![format!("its corrections cannot be understood: {error}")]),
    };
    let ShownRecord { record, as_read, n_doubtful } =
        corrections::show(tables, Cow::Owned(read), &log);
    if held.as_read.is_some() != as_read.is_some()
        || from_json::<Record>(3, &held.record).ok().as_ref() != Some(&*record)
    {
        found.push("its record is not what reading and corrections give".to_owned());
    }
    if held.n_doubtful != n_doubtful && held.sum.is_some() {
        found.push(format!("expected {n_doubtful} doubtful fields, found {}", held.n_doubtful));
    }
    let year = record.metadata.issued_on.as_ref().map(|date| date.value.year());
    if held.year != year {
        found.push(format!("expected the year {year:?}, found {:?}", held.year));
    }
    let path: Option<Vec<u8>> = connection
        .prepare_cached(
            "SELECT path FROM files WHERE content = ?1 AND status IN ('current', 'needs_ocr')
             ORDER BY path LIMIT 1",
        )?
        .query_row([ord], |row| row.get(0))
        .optional()?;
    let is_shown = path.is_some() && !corrections::is_withdrawn(&log);
    if held.shown != is_shown {
        let word = |shown: bool| if shown { "shown" } else { "hidden" };
        found.push(format!("expected it {}, found it {}", word(is_shown), word(held.shown)));
    }
    if path.is_some_and(|path| path != held.path) {
        found.push("its path is not the first of its files".to_owned());
    }
    let out: Option<(String, i64)> = connection
        .prepare_cached("SELECT op, seq FROM outbox WHERE id = ?1")?
        .query_row([&held.id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let is_announced = match &out {
        Some((op, seq)) => (op == "upsert") == held.shown && *seq == held.version,
        None => !held.shown,
    };
    if !is_announced {
        found.push("the outbox does not announce its latest version".to_owned());
    }
    if !links::is_linked(connection, ord)? {
        found.push("what it says of others is not counted as its citations say".to_owned());
    }
    let mut changes = Changes::new(tables);
    if !changes.is_entered(connection, ord, &record, held.shown)? {
        found.push("its number in the table of numbers is not that of its record".to_owned());
    }
    let decisions = corrections::decisions(&log, &citations);
    let n_wrong = changes.n_wrong(connection, ord, &record, &citations, &decisions)?;
    if n_wrong > 0 {
        found.push(format!("{n_wrong} of its citations do not mean what the archive says they do"));
    }
    Ok(found)
}

fn audit_log(connection: &Connection, tell: &mut dyn FnMut(Flaw)) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached("SELECT seq, sha256 FROM corrections ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (seq, sha256): (i64, String) = (row.get(0)?, row.get(1)?);
        let is_sound = corrections::entry_sum(connection, seq)
            .and_then(|found| corrections::noted_sum(connection, seq).map(|noted| (found, noted)));
        let detail = match is_sound {
            Ok((found, Some(noted))) if found != noted => {
                format!("entry {seq} of the log of corrections is damaged")
            }
            Ok(_) => continue,
            Err(error) => format!("entry {seq} of the log of corrections cannot be read: {error}"),
        };
        let id = Some(RecordId::from_sha256(&sha256));
        tell(Flaw { id, path: String::new(), detail, is_reading: true });
    }
    Ok(())
}

/// Rows of files that contradict themselves or their contents.
fn audit_files(connection: &Connection, tell: &mut dyn FnMut(Flaw)) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT files.path, files.display, files.sha256, contents.sha256, files.status, files.reason
         FROM files LEFT JOIN contents ON files.content = contents.ord ORDER BY files.path",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let path = FilePath::from_bytes(row.get(0)?);
        let (display, of_file): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        let (of_content, status): (Option<String>, String) = (row.get(3)?, row.get(4)?);
        let is_shown = matches!(status.as_str(), "current" | "needs_ocr");
        let detail = if display != path.to_string() {
            "its path and the path that is shown differ"
        } else if of_content.is_some() && of_file != of_content {
            "its hash is not that of its document"
        } else if is_shown && of_content.is_none() {
            "it is taken in, and there is no document of it"
        } else {
            continue;
        };
        let detail = detail.to_owned();
        tell(Flaw { id: None, path: path.to_string(), detail, is_reading: false });
    }
    Ok(())
}

/// Entries of the outbox about documents that are not there.
fn audit_outbox(connection: &Connection, tell: &mut dyn FnMut(Flaw)) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT outbox.id FROM outbox LEFT JOIN contents ON contents.id = outbox.id
         WHERE contents.id IS NULL AND op = 'upsert' ORDER BY outbox.id",
    )?;
    let ids: BTreeSet<RecordId> =
        statement.query_map([], |row| id(row, 0))?.collect::<rusqlite::Result<_>>()?;
    for id in ids {
        let detail = "the outbox announces a document that is not there".to_owned();
        tell(Flaw { id: Some(id), path: String::new(), detail, is_reading: false });
    }
    Ok(())
}

/// The parts of [`sum`] of a document that is about to be written.
pub(super) fn sum_of(
    head_json: &str,
    text: &[u8],
    layout: &[u8],
    citations: &[Citation],
) -> rusqlite::Result<i64> {
    let citations: Vec<String> = citations.iter().map(to_json).collect::<rusqlite::Result<_>>()?;
    let parts = [head_json.as_bytes(), text, layout].into_iter();
    Ok(sum(parts.chain(citations.iter().map(|citation| citation.as_bytes()))))
}
