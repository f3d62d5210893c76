//! [`Folders`]: everything below a folder, in the byte order of the whole paths, links followed.
//!
//! Holds the names of the folders on the way to the present one, nothing else. Must not open a
//! file.

use std::{
    fs::{self, DirEntry, Metadata},
    io,
    path::{Path, PathBuf},
    vec,
};

use crate::{
    catalog::FilePath,
    intake::{ignore, scan::Scope},
};

/// What stands at a path.
#[derive(Debug)]
pub(super) enum Found {
    /// A file, as it is now.
    File(Metadata),
    /// Something that the system does not let us look at.
    Unreadable(io::Error),
    /// A folder that the system does not let us list, or not to its end.
    FolderUnreadable(io::Error),
    /// No document: the rule that says so.
    Skipped(&'static str),
}

/// A walk; after [`Folders::next`] the path of what was found is in [`Folders::path`].
pub(super) struct Folders {
    levels: Vec<Level>,
    /// The path in the catalog's terms of what was found last.
    path: Vec<u8>,
    /// What is looked at first, on disk.
    root: Option<PathBuf>,
}

struct Level {
    /// Without links, for telling loops; only as far as it can be known.
    real: PathBuf,
    /// How much of the path names this folder, its slash included.
    n_prefix: usize,
    entries: vec::IntoIter<Entry>,
}

struct Entry {
    /// The name, and a slash after it when it is a folder: sorts as the whole paths do.
    key: Vec<u8>,
    entry: DirEntry,
    is_link: bool,
}

impl Entry {
    fn is_folder(&self) -> bool {
        self.key.last() == Some(&b'/')
    }
}

impl Folders {
    /// A walk over a folder, or a single file.
    pub(super) fn of(scope: &Scope) -> Self {
        let path = scope.base.as_bytes().to_vec();
        Self { levels: Vec::new(), path, root: Some(scope.root.clone()) }
    }

    /// The path of what was found last, in the catalog's terms.
    pub(super) fn path(&self) -> &[u8] {
        &self.path
    }

    /// The same as an owned path.
    pub(super) fn file_path(&self) -> FilePath {
        FilePath::from_bytes(self.path.clone())
    }

    /// What comes next.
    pub(super) fn next(&mut self) -> Option<Found> {
        if let Some(root) = self.root.take() {
            // The root is what was asked for, whatever its name.
            let found = match fs::metadata(&root) {
                Ok(metadata) if metadata.is_dir() => self.enter(&root, None),
                Ok(metadata) if metadata.is_file() => Some(Found::File(metadata)),
                Ok(_) => Some(Found::Skipped("special")),
                Err(error) => Some(Found::Unreadable(error)),
            };
            if found.is_some() {
                return found;
            }
        }
        loop {
            let level = self.levels.last_mut()?;
            self.path.truncate(level.n_prefix);
            let Some(entry) = level.entries.next() else {
                self.levels.pop();
                continue;
            };
            let is_folder = entry.is_folder();
            let name = entry.key.strip_suffix(b"/").unwrap_or(&entry.key);
            self.path.extend_from_slice(name);
            if let Some(rule) = ignore::rule(name) {
                return Some(Found::Skipped(rule));
            }
            let found = if is_folder { self.descend(&entry) } else { look_at(&entry) };
            if found.is_some() {
                return found;
            }
        }
    }

    fn descend(&mut self, entry: &Entry) -> Option<Found> {
        let folder = entry.entry.path();
        let level = self.levels.last()?;
        let real = if entry.is_link {
            match folder.canonicalize() {
                Ok(target) if self.levels.iter().any(|level| level.real.starts_with(&target)) => {
                    return Some(Found::Skipped("link_loop"));
                }
                Ok(target) => target,
                Err(error) => return Some(Found::Unreadable(error)),
            }
        } else {
            level.real.join(entry.entry.file_name())
        };
        self.enter(&folder, Some(real))
    }

    /// Lists a folder. A listing that breaks off is none: what it lacks would seem to be gone.
    fn enter(&mut self, folder: &Path, real: Option<PathBuf>) -> Option<Found> {
        let entries = match list(folder) {
            Ok(entries) => entries,
            Err(error) => return Some(Found::FolderUnreadable(error)),
        };
        if !self.path.is_empty() {
            self.path.push(b'/');
        }
        let real =
            real.unwrap_or_else(|| folder.canonicalize().unwrap_or_else(|_| folder.to_owned()));
        let n_prefix = self.path.len();
        self.levels.push(Level { real, n_prefix, entries: entries.into_iter() });
        None
    }
}

/// A file; `None` when it went away since its folder was listed.
fn look_at(entry: &Entry) -> Option<Found> {
    let metadata =
        if entry.is_link { fs::metadata(entry.entry.path()) } else { entry.entry.metadata() };
    match metadata {
        Ok(metadata) if metadata.is_file() => Some(Found::File(metadata)),
        Ok(_) => Some(Found::Skipped("special")),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !entry.is_link => None,
        Err(error) => Some(Found::Unreadable(error)),
    }
}

fn list(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let is_link = kind.is_symlink();
        let is_folder = kind.is_dir()
            || is_link && fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir());
        let mut key = entry.file_name().as_encoded_bytes().to_vec();
        if is_folder {
            key.push(b'/');
        }
        entries.push(Entry { key, entry, is_link });
    }
    entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    Ok(entries)
}
