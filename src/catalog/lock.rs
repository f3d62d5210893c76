//! [`FolderLock`]: one writing process a data folder, and who it is.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::catalog::CatalogError;

/// Name of the locked file. The system releases the lock when the process ends, however it ends.
const LOCK_NAME: &str = "vanthu.lock";
/// Name of the file that says who holds it; apart, since Windows lets nobody read a locked file.
const HOLDER_NAME: &str = "vanthu.lock.holder";
/// How long a lock that is held is waited for: a process that was killed while it started a
/// worker leaves the lock to that one for the moment until it has become another program.
const PATIENCE: Duration = Duration::from_millis(500);

/// The right to write into a data folder, as long as it lives.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock of a folder and notes the process in it.
    ///
    /// # Errors
    /// `CatalogError::InUse` with the holder when another process has it, `Folder` when the
    /// lock file cannot be made.
    pub fn acquire(folder: &Path) -> Result<Self, CatalogError> {
        let path = folder.join(LOCK_NAME);
        let refused = |action, source| CatalogError::Folder {
            action,
            path: path.display().to_string(),
            source,
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| refused("open", source))?;
        let patient_until = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < patient_until => {
                    thread::sleep(PATIENCE / 20);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(CatalogError::InUse {
                        path: folder.display().to_string(),
                        holder: holder(folder),
                    });
                }
                Err(TryLockError::Error(source)) => return Err(refused("lock", source)),
            }
        }
        let note = format!("vanthu (process {})", std::process::id());
        std::fs::write(folder.join(HOLDER_NAME), note)
            .map_err(|source| refused("write", source))?;
        Ok(Self { _file: file })
    }
}

/// Who holds the lock, as far as it can be known.
fn holder(folder: &Path) -> String {
    match std::fs::read_to_string(folder.join(HOLDER_NAME)) {
        Ok(note) if !note.trim().is_empty() => note.trim().chars().take(200).collect(),
        _ => "another vanthu process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_holder_is_refused_by_name_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::acquire(folder.path()).unwrap();
        let error = FolderLock::acquire(folder.path()).unwrap_err().to_string();
        let expected = format!("is in use by vanthu (process {})", std::process::id());
        assert!(error.contains(&expected), "{error}");
        drop(first);
        assert!(FolderLock::acquire(folder.path()).is_ok());
    }
}
