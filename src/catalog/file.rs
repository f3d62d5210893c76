//! [`FilePath`] and [`FileRow`]: a file of the archive as the catalog remembers it.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::domain::{failure::Failure, record::RecordId};

/// Where a file lies: relative to the archive with `/`, or absolute when it lies outside.
///
/// Kept as bytes, since names that are not UTF-8 exist (`k\xea ho\xa1ch.doc` copied from an
/// old disk); ordered by those bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(Vec<u8>);

impl FilePath {
    /// From the bytes stored in the catalog.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// From a path that is relative to the archive, or absolute.
    pub fn from_path(path: &Path) -> Self {
        Self(bytes_of(path))
    }

    /// The bytes that are stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it lies outside the archive.
    pub fn is_absolute(&self) -> bool {
        is_absolute(&self.0)
    }

    /// Whether it lies in a folder, at any depth; everything lies in the empty path.
    pub fn is_in(&self, folder: &FilePath) -> bool {
        match self.0.strip_prefix(folder.0.as_slice()) {
            Some(rest) => folder.0.is_empty() || rest.starts_with(b"/"),
            None => false,
        }
    }

    /// The file on disk.
    pub fn on_disk(&self, archive: &Path) -> PathBuf {
        // Joining an absolute path replaces the archive.
        archive.join(path_of(&self.0))
    }
}

impl fmt::Display for FilePath {
    /// With U+FFFD for bytes that are not UTF-8.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(unix)]
fn is_absolute(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b'/')
}

#[cfg(not(unix))]
fn is_absolute(bytes: &[u8]) -> bool {
    path_of(bytes).is_absolute()
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// A file as it was found on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStat {
    /// Where.
    pub path: FilePath,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Time of its last change, nanoseconds since 1970.
    pub mtime_ns: i64,
    /// When we looked, nanoseconds since 1970. A file changed at about that time may change again
    /// without a later time of change, so its size and time prove nothing.
    pub looked_at_ns: i64,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileStatus {
    /// Taken in; its document is shown.
    Current,
    /// Taken in under its name and page count; its pages are images that nothing has recognised.
    NeedsOcr,
    /// Not taken in, for a reason.
    Failed,
    /// Was there once, is not there now.
    Missing,
}

impl FileStatus {
    /// Every status.
    pub const ALL: [FileStatus; 4] = [Self::Current, Self::NeedsOcr, Self::Failed, Self::Missing];

    /// The stable name, e.g. `needs_ocr`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::NeedsOcr => "needs_ocr",
            Self::Failed => "failed",
            Self::Missing => "missing",
        }
    }

    /// Reads a stable name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether the file's document takes part in searches.
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Current | Self::NeedsOcr)
    }
}

/// A file as the catalog remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// As it was found on disk.
    pub stat: FileStat,
    /// Hash of the bytes, when they could be read.
    pub sha256: Option<String>,
    /// The document, when it was taken in.
    pub id: Option<RecordId>,
    /// What became of it.
    pub status: FileStatus,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Extractor revision that gave this outcome.
    pub revision: u32,
    /// The last run that wrote this row. A run that finds a file unchanged does not.
    pub seen_run: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_not_utf8_survive() {
        let path = FilePath::from_bytes(b"c\xf4ng v\xa8n/1.doc".to_vec());
        assert_eq!(path.to_string(), "c\u{fffd}ng v\u{fffd}n/1.doc");
        let on_disk = path.on_disk(Path::new("/kho"));
        #[cfg(unix)]
        assert_eq!(FilePath::from_path(on_disk.strip_prefix("/kho").unwrap()), path);
        assert!(on_disk.starts_with("/kho"));
    }

    #[test]
    fn absolute_paths_leave_the_archive() {
        let path = FilePath::from_path(Path::new("/noi-khac/1.doc"));
        assert_eq!(path.on_disk(Path::new("/kho")), Path::new("/noi-khac/1.doc"));
    }

    #[test]
    fn statuses_round_trip() {
        for status in FileStatus::ALL {
            assert_eq!(FileStatus::from_code(status.code()), Some(status));
        }
    }
}
