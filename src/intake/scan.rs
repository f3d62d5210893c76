//! Folders and catalog side by side: what is new, changed, gone, or as it was.
//!
//! Both are walked in the byte order of their paths, so a run over a million files holds one page
//! of rows and one folder's names in memory, and an unchanged file costs one `stat` and no write.
//! Must not open a file.

use std::{
    cmp,
    collections::VecDeque,
    ffi::OsStr,
    fs::Metadata,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use walkdir::{DirEntry, WalkDir};

use crate::{
    catalog::{Catalog, CatalogError, FilePath, FileRow, FileStat, FileStatus},
    domain::failure::{Failure, FailureReason},
    intake::ignore,
};

/// Rows fetched at once.
const PAGE: usize = 4096;
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

    fn name(&self, relative: &Path) -> FilePath {
        let relative = FilePath::from_path(relative);
        if self.base.as_bytes().is_empty() {
            return relative;
        }
        if relative.as_bytes().is_empty() {
            return self.base.clone();
        }
        FilePath::from_bytes([self.base.as_bytes(), b"/", relative.as_bytes()].concat())
    }
}

/// Which files are looked into although nothing about them seems to have changed.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Extractor revision of this program: what an older one read is read again.
    pub revision: u32,
    /// Read everything again.
    pub read_again: bool,
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
    /// It could not be opened last time.
    TryAgain,
    /// An older extractor had read it, or it was asked for.
    ReadAgain,
}

/// What the walk came upon.
#[derive(Debug)]
pub enum Seen {
    /// Nothing to do.
    Unchanged(FileRow),
    /// To be read.
    Read {
        /// As it is now.
        stat: FileStat,
        /// As it was.
        row: Option<FileRow>,
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
    Vanished(FileRow),
}

/// Walks a scope and reports everything in it, in the byte order of the paths.
///
/// `report` may stop the walk. Nothing is reported as vanished when the root cannot be listed.
///
/// # Errors
/// When the catalog cannot be read.
pub fn walk(
    catalog: &Catalog,
    scope: &Scope,
    rules: Rules,
    report: &mut dyn FnMut(Seen) -> ControlFlow<()>,
) -> Result<(), CatalogError> {
    let mut rows = Rows::of(catalog, scope)?;
    let mut walker = WalkDir::new(&scope.root).follow_links(true).sort_by(path_order).into_iter();
    while let Some(entry) = walker.next() {
        let (path, metadata) = match entry {
            Ok(entry) => {
                // The root is what was asked for, whatever its name.
                let is_root = entry.depth() == 0;
                if let Some(rule) = ignore::rule(name_bytes(entry.file_name())).filter(|_| !is_root)
                {
                    if entry.file_type().is_dir() {
                        walker.skip_current_dir();
                    }
                    if report(Seen::Skipped(rule)).is_break() {
                        return Ok(());
                    }
                    continue;
                }
                if entry.file_type().is_dir() {
                    continue;
                }
                (entry.path().to_owned(), entry.metadata().map_err(io::Error::from))
            }
            Err(error) if error.loop_ancestor().is_some() => {
                if report(Seen::Skipped("link_loop")).is_break() {
                    return Ok(());
                }
                continue;
            }
            Err(error) => {
                let path = error.path().unwrap_or(&scope.root).to_owned();
                (path, Err(error.into()))
            }
        };
        let name = scope.name(path.strip_prefix(&scope.root).unwrap_or(&path));
        while let Some(row) = rows.next_before(&name)? {
            if report(Seen::Vanished(row)).is_break() {
                return Ok(());
            }
        }
        let seen = match metadata {
            Ok(metadata) if !metadata.is_file() => Seen::Skipped("special"),
            Ok(metadata) => judge(rows.take(&name)?, stat(name, &metadata), rules),
            Err(error) => refused(&path, name, &error, scope, &mut rows)?,
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

/// What an entry is that the system does not let us look at.
fn refused(
    path: &Path,
    name: FilePath,
    error: &io::Error,
    scope: &Scope,
    rows: &mut Rows<'_>,
) -> Result<Seen, CatalogError> {
    let row = rows.take(&name)?;
    let failure = cannot_open(error);
    if path == scope.root {
        return Ok(match row {
            // A single file that was asked for earlier and is gone.
            Some(row) if row.status != FileStatus::Missing => Seen::Vanished(row),
            _ => {
                rows.pass_folder(&name)?;
                Seen::FolderUnreadable { path: name, failure }
            }
        });
    }
    if path.is_dir() {
        rows.pass_folder(&name)?;
        return Ok(Seen::FolderUnreadable { path: name, failure });
    }
    let looked_at_ns = nanoseconds(SystemTime::now());
    let stat = FileStat { path: name, size_bytes: 0, mtime_ns: 0, looked_at_ns };
    Ok(Seen::Unreadable { stat, failure })
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

fn judge(row: Option<FileRow>, stat: FileStat, rules: Rules) -> Seen {
    let Some(row) = row else { return Seen::Read { stat, row: None, cause: Cause::New } };
    let could_not_open =
        row.failure.as_ref().is_some_and(|failure| failure.reason == FailureReason::CannotOpen);
    let cause = if row.status == FileStatus::Missing {
        Cause::Returned
    } else if could_not_open {
        Cause::TryAgain
    } else if (row.stat.size_bytes, row.stat.mtime_ns) != (stat.size_bytes, stat.mtime_ns) {
        Cause::Changed
    } else if row.revision != rules.revision || rules.read_again {
        Cause::ReadAgain
    } else if is_in_doubt(&row.stat) {
        Cause::InDoubt
    } else {
        return Seen::Unchanged(row);
    };
    Seen::Read { stat, row: Some(row), cause }
}

/// Whether the file may have been written once more within the same tick of its clock.
fn is_in_doubt(stat: &FileStat) -> bool {
    let is_fine = stat.mtime_ns % 1_000_000_000 != 0;
    let settled = if is_fine { SETTLED_FINE_NS } else { SETTLED_COARSE_NS };
    stat.looked_at_ns.saturating_sub(stat.mtime_ns) < settled
}

/// Brings a folder's entries into the order of the whole paths: `a b` before `a/c` before `a0`.
fn path_order(a: &DirEntry, b: &DirEntry) -> cmp::Ordering {
    let (a_name, b_name) = (name_bytes(a.file_name()), name_bytes(b.file_name()));
    let n_common = a_name.len().min(b_name.len());
    // What follows the shorter name: a slash in a folder, nothing otherwise.
    let next = |name: &[u8], entry: &DirEntry| {
        name.get(n_common).copied().or_else(|| entry.file_type().is_dir().then_some(b'/'))
    };
    a_name[..n_common].cmp(&b_name[..n_common]).then_with(|| next(a_name, a).cmp(&next(b_name, b)))
}

fn name_bytes(name: &OsStr) -> &[u8] {
    name.as_encoded_bytes()
}

/// The rows of a scope, in order, a page at a time.
struct Rows<'a> {
    catalog: &'a Catalog,
    after: FilePath,
    before: Option<FilePath>,
    /// Whether rows of files outside the archive are passed over.
    only_relative: bool,
    page: VecDeque<FileRow>,
    is_exhausted: bool,
}

impl<'a> Rows<'a> {
    fn of(catalog: &'a Catalog, scope: &Scope) -> Result<Self, CatalogError> {
        let base = scope.base.as_bytes();
        let mut page = VecDeque::new();
        let (after, before) = if base.is_empty() {
            (Vec::new(), None)
        } else {
            // The row of a single file; `0` is the byte after `/`.
            page.extend(catalog.file(&scope.base)?);
            ([base, b"/"].concat(), Some([base, b"0"].concat()))
        };
        Ok(Self {
            catalog,
            after: FilePath::from_bytes(after),
            before: before.map(FilePath::from_bytes),
            only_relative: base.is_empty(),
            page,
            is_exhausted: false,
        })
    }

    fn fill(&mut self) -> Result<(), CatalogError> {
        while self.page.is_empty() && !self.is_exhausted {
            let rows = self.catalog.files_between(&self.after, self.before.as_ref(), PAGE)?;
            self.is_exhausted = rows.len() < PAGE;
            if let Some(last) = rows.last() {
                self.after = last.stat.path.clone();
            }
            self.page.extend(
                rows.into_iter().filter(|row| !self.only_relative || !row.stat.path.is_absolute()),
            );
        }
        Ok(())
    }

    /// The next row that was there when last looked.
    fn next_row(&mut self) -> Result<Option<FileRow>, CatalogError> {
        loop {
            self.fill()?;
            match self.page.pop_front() {
                None => return Ok(None),
                Some(row) if row.status == FileStatus::Missing => {}
                Some(row) => return Ok(Some(row)),
            }
        }
    }

    /// The next row before a path that was there when last looked.
    fn next_before(&mut self, path: &FilePath) -> Result<Option<FileRow>, CatalogError> {
        loop {
            self.fill()?;
            if self.page.front().is_none_or(|row| row.stat.path >= *path) {
                return Ok(None);
            }
            match self.page.pop_front() {
                Some(row) if row.status != FileStatus::Missing => return Ok(Some(row)),
                _ => {}
            }
        }
    }

    /// The row of a path, when it is the next one.
    fn take(&mut self, path: &FilePath) -> Result<Option<FileRow>, CatalogError> {
        self.fill()?;
        if self.page.front().is_some_and(|row| row.stat.path == *path) {
            return Ok(self.page.pop_front());
        }
        Ok(None)
    }

    /// Leaves the rows of a folder as they are.
    fn pass_folder(&mut self, folder: &FilePath) -> Result<(), CatalogError> {
        loop {
            self.fill()?;
            let is_inside = self.page.front().is_some_and(|row| row.stat.path.is_in(folder));
            if !is_inside {
                return Ok(());
            }
            self.page.pop_front();
        }
    }
}
