//! Folders and catalog side by side: what is new, changed, gone, or as it was.
//!
//! Both are walked in the byte order of their paths, so a run over a million files holds one page
//! of rows and one folder's names in memory, and an unchanged file costs one `stat` and no write.
//! Must not open a file.

use std::{
    fs::Metadata,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    catalog::{Catalog, CatalogError, FilePath, FileStat, FileStatus, KnownFile, Reading},
    domain::failure::{Failure, FailureReason},
    intake::{
        folders::{Folders, Found},
        rows::Rows,
    },
};

/// Age at which a file's time of change proves that nothing was written since, when the file
/// system notes fractions of a second; the system clock ticks every 1 to 10 ms.
const SETTLED_FINE_NS: i64 = 50_000_000;
/// The same for file systems that note whole or even seconds (FAT).
const SETTLED_COARSE_NS: i64 = 2_000_000_000;

/// A folder or file to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// On disk.
    pub root: PathBuf,
    /// How the catalog names it: empty for the archive, `2020` for a folder in it, an absolute
    /// path outside of it.
    pub base: FilePath,
}

impl Scope {
    /// The whole archive.
    pub fn archive(archive: &Path) -> Self {
        Self { root: archive.to_owned(), base: FilePath::from_bytes(Vec::new()) }
    }

    /// The archive, and whatever outside of it was named in earlier runs.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn all(archive: &Path, catalog: &Catalog) -> Result<Vec<Self>, CatalogError> {
        let mut scopes = vec![Self::archive(archive)];
        let roots = catalog.outside_roots()?;
        for root in &roots {
            // A folder inside another one is walked with that one.
            if roots.iter().any(|other| other != root && root.is_in(other)) {
                continue;
            }
            let path = root.on_disk(Path::new(""));
            scopes.push(Self { root: path, base: root.clone() });
        }
        Ok(scopes)
    }

    /// A folder or file given by name, in the archive or outside.
    ///
    /// # Errors
    /// When it is not there.
    pub fn of(archive: &Path, path: &Path) -> io::Result<Self> {
        let real = path.canonicalize()?;
        let inside = archive
            .canonicalize()
            .ok()
            .and_then(|archive| real.strip_prefix(archive).ok().map(FilePath::from_path));
        let base = inside.unwrap_or_else(|| FilePath::from_path(&real));
        Ok(Self { root: real, base })
    }
}

/// Why a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Its path was not known.
    New,
    /// Size or time of change differ.
    Changed,
    /// It changed at about the time when it was last looked at.
    InDoubt,
    /// It was gone.
    Returned,
    /// It could not be taken in last time.
    TryAgain,
    /// Another extractor or other tables had read it, or it was asked for.
    ReadAgain,
}

/// What the walk came upon.
#[derive(Debug)]
pub enum Seen {
    /// Nothing to do.
    Unchanged(KnownFile),
    /// To be read.
    Read {
        /// As it is now.
        stat: FileStat,
        /// As it was.
        row: Option<KnownFile>,
        /// Why.
        cause: Cause,
    },
    /// It is there but the system does not let us look at it.
    Unreadable {
        /// What is known of it.
        stat: FileStat,
        /// Why.
        failure: Failure,
    },
    /// A folder that the system does not let us list. What is known of its files stays.
    FolderUnreadable {
        /// The folder.
        path: FilePath,
        /// Why.
        failure: Failure,
    },
    /// No document by its name.
    Skipped(&'static str),
    /// It was there.
    Vanished(KnownFile),
}

/// Walks a scope and reports everything in it, in the byte order of the paths.
///
/// `report` may stop the walk. Nothing is reported as vanished when the root cannot be listed.
/// Without a catalog everything is new.
///
/// # Errors
/// When the catalog cannot be read.
pub fn walk(
    catalog: Option<&Catalog>,
    scope: &Scope,
    reading: Reading<'_>,
    report: &mut dyn FnMut(Seen) -> ControlFlow<()>,
) -> Result<(), CatalogError> {
    let mut rows = Rows::of(catalog, scope, reading)?;
    let mut folders = Folders::of(scope);
    while let Some(found) = folders.next() {
        if let Found::Skipped(rule) = found {
            if report(Seen::Skipped(rule)).is_break() {
                return Ok(());
            }
            continue;
        }
        while let Some(row) = rows.next_before(folders.path())? {
            if report(Seen::Vanished(row)).is_break() {
                return Ok(());
            }
        }
        let row = rows.take(folders.path())?;
        let seen = match found {
            Found::Skipped(rule) => Seen::Skipped(rule),
            Found::File(metadata) => judge(row, &metadata, || folders.file_path()),
            Found::FolderUnreadable(error) => {
                let path = folders.file_path();
                rows.pass_folder(&path)?;
                Seen::FolderUnreadable { path, failure: cannot_open(&error) }
            }
            Found::Unreadable(error) if folders.path() == scope.base.as_bytes() => match row {
                // A single file that was asked for earlier and is gone.
                Some(row) if row.status != FileStatus::Missing => Seen::Vanished(row),
                _ => {
                    rows.pass_folder(&scope.base)?;
                    let path = scope.base.clone();
                    Seen::FolderUnreadable { path, failure: cannot_open(&error) }
                }
            },
            Found::Unreadable(error) => unreadable(folders.file_path(), &error),
        };
        if report(seen).is_break() {
            return Ok(());
        }
    }
    while let Some(row) = rows.next_row()? {
        if report(Seen::Vanished(row)).is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// Reports those of the known files that are meant, as they are now, and nothing else.
/// `only_unread` says that no other file can be meant than one that was not, or not fully, read.
///
/// # Errors
/// When the catalog cannot be read.
pub fn revisit(
    catalog: &Catalog,
    archive: &Path,
    only_unread: bool,
    is_meant: &dyn Fn(&KnownFile) -> bool,
    reading: Reading<'_>,
    report: &mut dyn FnMut(Seen) -> ControlFlow<()>,
) -> Result<(), CatalogError> {
    /// Rows fetched at once.
    const PAGE: usize = 4096;
    let mut after = FilePath::from_bytes(Vec::new());
    // An archive that is empty, or not there, says nothing about the files that were in it.
    if let Err(error) = has_entries(archive) {
        let failure = cannot_open(&error);
        let _ = report(Seen::FolderUnreadable { path: after, failure });
        return Ok(());
    }
    loop {
        let page = if only_unread {
            catalog.unread_after(&after, PAGE, reading)?
        } else {
            catalog.known_between((&after, None), PAGE, reading, true)?
        };
        let Some(last) = page.last() else { return Ok(()) };
        after = last.path.clone();
        for row in page.into_iter().filter(is_meant) {
            let path = row.path.clone();
            let seen = match path.on_disk(archive).metadata() {
                Ok(metadata) => {
                    let is_failed = row.status == FileStatus::Failed;
                    let cause = if is_failed { Cause::TryAgain } else { Cause::ReadAgain };
                    Seen::Read { stat: stat(path, &metadata), row: Some(row), cause }
                }
                // What lay elsewhere may be on a disk that is not connected.
                Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_absolute() => {
                    Seen::Vanished(row)
                }
                Err(error) => unreadable(path, &error),
            };
            if report(seen).is_break() {
                return Ok(());
            }
        }
    }
}

fn has_entries(folder: &Path) -> io::Result<()> {
    match folder.read_dir()?.next() {
        Some(entry) => entry.map(|_| ()),
        None => Err(io::ErrorKind::NotFound.into()),
    }
}

fn unreadable(path: FilePath, error: &io::Error) -> Seen {
    let looked_at_ns = nanoseconds(SystemTime::now());
    let stat = FileStat { path, size_bytes: 0, mtime_ns: 0, looked_at_ns };
    Seen::Unreadable { stat, failure: cannot_open(error) }
}

/// A failure of the system, without anything but its own words.
pub fn cannot_open(error: &io::Error) -> Failure {
    let detail = format!("expected to open the file, found: {error}");
    Failure { reason: FailureReason::CannotOpen, detail }
}

/// A file as it is now.
pub fn stat(path: FilePath, metadata: &Metadata) -> FileStat {
    FileStat {
        path,
        size_bytes: metadata.len(),
        mtime_ns: metadata.modified().map_or(0, nanoseconds),
        looked_at_ns: nanoseconds(SystemTime::now()),
    }
}

fn nanoseconds(time: SystemTime) -> i64 {
    let signed = |nanoseconds: u128| i64::try_from(nanoseconds).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => signed(after.as_nanos()),
        Err(before) => -signed(before.duration().as_nanos()),
    }
}

fn judge(row: Option<KnownFile>, metadata: &Metadata, path: impl FnOnce() -> FilePath) -> Seen {
    let Some(row) = row else {
        return Seen::Read { stat: stat(path(), metadata), row: None, cause: Cause::New };
    };
    let mtime_ns = metadata.modified().map_or(0, nanoseconds);
    let cause = if row.status == FileStatus::Missing {
        Cause::Returned
    } else if row.reason.is_some_and(may_pass) {
        Cause::TryAgain
    } else if (row.size_bytes, row.mtime_ns) != (metadata.len(), mtime_ns) {
        Cause::Changed
    } else if row.is_stale {
        Cause::ReadAgain
    } else if is_in_doubt(&row) {
        Cause::InDoubt
    } else {
        return Seen::Unchanged(row);
    };
    Seen::Read { stat: stat(row.path.clone(), metadata), row: Some(row), cause }
}

/// Whether a failure lies in the circumstances and not in the file: the next run tries again.
pub(super) fn may_pass(reason: FailureReason) -> bool {
    matches!(reason, FailureReason::CannotOpen | FailureReason::Internal)
}

/// Whether the file may have been written once more within the same tick of its clock.
fn is_in_doubt(row: &KnownFile) -> bool {
    let is_fine = row.mtime_ns % 1_000_000_000 != 0;
    let settled = if is_fine { SETTLED_FINE_NS } else { SETTLED_COARSE_NS };
    row.looked_at_ns.saturating_sub(row.mtime_ns) < settled
}
