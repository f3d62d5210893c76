//! [`Catalog::copy_to`]: the whole catalog as one file, as of one moment, beside whoever writes.

use std::{path::Path, thread, time::Duration};

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use crate::catalog::{Catalog, CatalogError, audit, storage};

/// How often a copy that is held up by a lock is tried again, and how long in between.
const N_TRIES: usize = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Version of its tables.
    pub version: u32,
    /// Documents that can be found.
    pub n_documents: u64,
    /// Entries of the log of corrections.
    pub n_corrections: u64,
    /// What SQLite finds wrong with it; nothing in a sound one.
    pub problems: Vec<String>,
}

impl Catalog {
    /// Copies the catalog into a new file that needs no other, and checks the copy.
    ///
    /// # Errors
    /// `Storage` when it cannot be read or the file cannot be written.
    pub fn copy_to(&self, file: &Path) -> Result<Copied, CatalogError> {
        // A snapshot for the whole time: documents that come meanwhile are in the next copy.
        self.read("copy itself", |connection| copy(connection, file))?;
        Self::look_at_copy(file)
    }

    /// What a copy holds and what is wrong with it.
    ///
    /// # Errors
    /// `Newer` and `Foreign` when it is not ours to use, `Storage` when it cannot be read.
    pub fn look_at_copy(file: &Path) -> Result<Copied, CatalogError> {
        let failed = |source| storage(file, "check the copy")(source);
        let connection = super::connect(file, super::read_flags())?;
        let version = super::schema::check(&connection, file)?;
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u64>(0));
        let has_log = "SELECT count(*) FROM sqlite_schema WHERE name = 'corrections'";
        let has_log = count(has_log).map_err(failed)? > 0;
        let n_corrections = match has_log {
            true => count("SELECT count(*) FROM corrections").map_err(failed)?,
            false => 0,
        };
        Ok(Copied {
            version,
            n_documents: count("SELECT count(*) FROM contents WHERE shown = 1").map_err(failed)?,
            n_corrections,
            problems: audit::integrity(&connection).map_err(failed)?,
        })
    }
}

fn copy(connection: &Connection, file: &Path) -> rusqlite::Result<()> {
    let mut target = Connection::open(file)?;
    let backup = Backup::new(connection, &mut target)?;
    for _ in 0..N_TRIES {
        match backup.step(-1)? {
            StepResult::Done => {
                drop(backup);
                // One file without a log beside it.
                target.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
                return target.close().map_err(|(_, error)| error);
            }
            _ => thread::sleep(PAUSE),
        }
    }
    Err(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
        Some("another program holds the catalog".to_owned()),
    ))
}
