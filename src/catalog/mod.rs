//! The catalog: one SQLite file that remembers every file looked at, everything read from each
//! distinct content, and what the engine has yet to learn.
//!
//! Turns [`Change`]s into rows and rows into answers. The order of writing is fixed: the original
//! is on disk, then [`Catalog::apply`] commits record and outbox in one transaction, then the
//! engine commits and names the last outbox sequence it contains. Must not read originals, must
//! not know the engine but for how it spells a number, must not read the clock. The only module that names `rusqlite`.

mod audit;
mod copy;
mod correct;
mod corrections;
mod decide;
pub mod file;
mod graph;
mod links;
pub mod lock;
mod outbox;
mod overview;
mod read;
mod recognised;
mod runs;
mod schema;
mod settle;
mod spelling;
mod stored;
mod unread;
mod walk;
mod write;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use self::lock::FolderLock;
pub use self::{
    audit::Flaw,
    copy::Copied,
    correct::{CorrectError, Corrected, Edit, Edits, Ruling},
    corrections::{Anchor, Correction, Corrections, Decision, Subject, ToReview},
    file::{FilePath, FileRow, FileStat, FileStatus},
    graph::{Aim, CitingCursor, Incoming, IncomingPage, MissingDocument, NumberRow, Outgoing},
    outbox::{OutboxEntry, OutboxOp},
    overview::{Standing, Surroundings},
    read::{Counts, Document, FailedFile, Head, Shown},
    recognised::{MAX_ATTEMPTS, Remembered, Tried, Waiting},
    runs::{Run, RunCounts, RunId},
    spelling::{canonical, fold},
    stored::Stored,
    unread::{Unread, UnreadCounts},
    walk::{KnownFile, ReadBy, Reading},
    write::{Applied, Change},
};

/// Name of the file in the data folder.
pub const FILE_NAME: &str = "catalog.db";

/// An open catalog. One writing connection, any number of reading ones.
///
/// # Example
/// ```
/// let folder = tempfile::tempdir().unwrap();
/// let catalog = vanthu::catalog::Catalog::open(folder.path()).unwrap();
/// assert_eq!(catalog.counts().unwrap().n_documents, 0);
/// ```
#[derive(Debug)]
pub struct Catalog {
    path: PathBuf,
    /// `None` when opened for reading only.
    writer: Option<Mutex<Connection>>,
    readers: Mutex<Vec<Connection>>,
    /// Held as long as the catalog is open for writing.
    _lock: Option<FolderLock>,
}

/// The catalog could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// SQLite failed, or a stored value could not be understood.
    #[error("the catalog {path} could not {action}")]
    Storage {
        /// The file.
        path: String,
        /// What was attempted, e.g. `look up a record`.
        action: &'static str,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// The system did not let us use the data folder.
    #[error("could not {action} {path}")]
    Folder {
        /// What was attempted, e.g. `create`.
        action: &'static str,
        /// The file or folder.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Written by a newer version of the program.
    #[error(
        "expected a catalog of version {expected} or older, found version {found} in {path}; use the newer vanthu that wrote it"
    )]
    Newer {
        /// The file.
        path: String,
        /// Version this program writes.
        expected: u32,
        /// Version of the file.
        found: u32,
    },
    /// Written by an older version of the program, and opened for reading only.
    #[error(
        "expected a catalog of version {expected}, found version {found} in {path}; run `vanthu ingest` once to bring it up to date"
    )]
    Older {
        /// The file.
        path: String,
        /// Version this program reads.
        expected: u32,
        /// Version of the file.
        found: u32,
    },
    /// Another program's database.
    #[error(
        "expected a vanthu catalog, found another database in {path}; choose another data folder"
    )]
    Foreign {
        /// The file.
        path: String,
    },
    /// Another process writes to the data folder.
    #[error(
        "the data folder {path} is in use by {holder}; stop it first, or give another --data folder"
    )]
    InUse {
        /// The folder.
        path: String,
        /// Who, e.g. `vanthu ingest (process 4242)`.
        holder: String,
    },
    /// There is no catalog yet.
    #[error("no catalog in {path}; run `vanthu ingest` first")]
    Absent {
        /// The folder.
        path: String,
    },
    /// Opened for reading only.
    #[error("the catalog {path} was opened for reading only")]
    ReadOnly {
        /// The file.
        path: String,
    },
}

impl Catalog {
    /// Opens the catalog of a data folder for writing, creating both when they are not there and
    /// bringing an older catalog up to this version.
    ///
    /// # Errors
    /// `InUse` when another process writes to the folder, `Newer` and `Foreign` when the file is
    /// not ours to touch, `Folder` and `Storage` when the system refuses.
    pub fn open(data_folder: &Path) -> Result<Self, CatalogError> {
        std::fs::create_dir_all(data_folder).map_err(|source| CatalogError::Folder {
            action: "create",
            path: data_folder.display().to_string(),
            source,
        })?;
        let lock = FolderLock::acquire(data_folder)?;
        let path = data_folder.join(FILE_NAME);
        let mut connection = connect(&path, OpenFlags::default())?;
        schema::migrate(&mut connection, &path)?;
        connection
            .execute_batch(
                "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
                 PRAGMA cache_size = -32000; PRAGMA secure_delete = ON;
                 PRAGMA journal_size_limit = 67108864;",
            )
            .map_err(storage(&path, "prepare for writing"))?;
        Ok(Self {
            path,
            writer: Some(Mutex::new(connection)),
            readers: Mutex::default(),
            _lock: Some(lock),
        })
    }

    /// Opens the catalog of a data folder for reading, beside a process that may be writing.
    ///
    /// # Errors
    /// `Absent` when there is none, `Newer` or `Foreign` when it is not of this version,
    /// `Storage` when SQLite cannot read it.
    pub fn open_read_only(data_folder: &Path) -> Result<Self, CatalogError> {
        let path = data_folder.join(FILE_NAME);
        if !path.exists() {
            return Err(CatalogError::Absent { path: data_folder.display().to_string() });
        }
        let connection = connect(&path, read_flags())?;
        let found = schema::check(&connection, &path)?;
        if found < schema::VERSION {
            let path = path.display().to_string();
            return Err(CatalogError::Older { path, expected: schema::VERSION, found });
        }
        Ok(Self { path, writer: None, readers: Mutex::new(vec![connection]), _lock: None })
    }

    /// Moves the write-ahead log into the file and empties it, so that nothing given up lingers.
    ///
    /// # Errors
    /// `ReadOnly` when not opened for writing, `Storage` when SQLite fails.
    pub fn tidy_up(&self) -> Result<(), CatalogError> {
        let Some(writer) = &self.writer else {
            return Err(CatalogError::ReadOnly { path: self.path.display().to_string() });
        };
        let connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
        connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(storage(&self.path, "empty its log"))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `question` on a reading connection, inside one snapshot.
    fn read<T>(
        &self,
        action: &'static str,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, CatalogError> {
        let pooled = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match pooled {
            Some(connection) => connection,
            None => connect(&self.path, read_flags())?,
        };
        let answer = snapshot(&mut connection, question);
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer.map_err(storage(&self.path, action))
    }

    /// Runs `work` in one transaction of the writing connection.
    fn write<T>(
        &self,
        action: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, CatalogError> {
        self.try_write(action, |transaction| Ok(Ok(work(transaction)?)))
    }

    /// Runs `work` in one transaction of the writing connection, and takes everything back when
    /// it refuses.
    fn try_write<T, E: From<CatalogError>>(
        &self,
        action: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<Result<T, E>>,
    ) -> Result<T, E> {
        let Some(writer) = &self.writer else {
            let path = self.path.display().to_string();
            return Err(CatalogError::ReadOnly { path }.into());
        };
        // A panic inside a transaction rolls it back when it is dropped: the connection is sound.
        let mut connection = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let outcome = work(&transaction)?;
                // A transaction that is dropped takes itself back.
                if outcome.is_ok() {
                    transaction.commit()?;
                }
                Ok(outcome)
            });
        outcome.map_err(storage(&self.path, action))?
    }
}

fn snapshot<T>(
    connection: &mut Connection,
    question: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction()?;
    let answer = question(&transaction)?;
    transaction.finish()?;
    Ok(answer)
}

fn read_flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, CatalogError> {
    let connection =
        Connection::open_with_flags(path, flags).map_err(storage(path, "open the file"))?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(storage(path, "open the file"))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn storage(path: &Path, action: &'static str) -> impl FnOnce(rusqlite::Error) -> CatalogError {
    let path = path.display().to_string();
    move |source| CatalogError::Storage { path, action, source }
}

#[cfg(test)]
mod graph_tests;
#[cfg(test)]
mod tests;
