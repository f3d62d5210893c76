//! [`restore`]: a backup into an empty data folder; also one of an older version of the program.

use std::{fs, num::NonZeroUsize, path::Path};

use crate::{
    catalog::{Catalog, FILE_NAME, lock::FolderLock},
    intake::generation,
    upkeep::{
        UpkeepError,
        backup::{TABLES, place_of},
        manifest::{Manifest, copy_new, hash, sync_folder},
        refused,
    },
};

/// Where a backup goes.
#[derive(Debug, Clone, Copy)]
pub struct Into<'a> {
    /// The data folder, empty or not there yet.
    pub data: &'a Path,
    /// The archive, when originals are to be restored that are not there.
    pub originals: Option<&'a Path>,
    /// Threads that index.
    pub n_threads: NonZeroUsize,
}

/// What was restored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// Documents that can be found.
    pub n_documents: u64,
    /// Entries of the log of corrections.
    pub n_corrections: u64,
    /// Originals that were copied.
    pub n_originals: u64,
    /// Originals that lay there already, with the same bytes.
    pub n_there: u64,
    /// Whether the backup holds the clerk's own tables.
    pub has_tables: bool,
}

/// Checks a backup, copies it, brings the catalog up to this version and builds the index.
///
/// # Errors
/// `NoBackup` and `Damaged` before anything is written; `NotEmpty` when there is a catalog, or an
/// original with other bytes, where one would go.
pub fn restore(folder: &Path, into: Into<'_>) -> Result<Restored, UpkeepError> {
    let manifest = Manifest::read(folder)?;
    manifest.verify(folder)?;
    let copied = Catalog::look_at_copy(&folder.join(FILE_NAME))?;
    if let Some(problem) = copied.problems.first() {
        let (path, found) = (folder.join(FILE_NAME).display().to_string(), problem.clone());
        return Err(UpkeepError::Damaged { path, found });
    }
    let mut restored = Restored {
        n_documents: copied.n_documents,
        n_corrections: copied.n_corrections,
        has_tables: manifest.files.iter().any(|file| file.path.starts_with(TABLES)),
        ..Restored::default()
    };
    fs::create_dir_all(into.data).map_err(refused("make", into.data))?;
    let lock = FolderLock::acquire(into.data)?;
    let target = into.data.join(FILE_NAME);
    if target.exists() {
        return Err(UpkeepError::NotEmpty {
            expected: "a data folder without a catalog",
            found: FILE_NAME.to_owned(),
            path: into.data.display().to_string(),
        });
    }
    if let Some(archive) = into.originals {
        restore_originals(folder, &manifest, archive, &mut restored)?;
    }
    if restored.has_tables {
        restore_tables(folder, &manifest, into.data)?;
    }
    copy_new(&folder.join(FILE_NAME), &target).map_err(refused("copy", &target))?;
    sync_folder(into.data).map_err(refused("write", into.data))?;
    drop(lock);
    let catalog = Catalog::open(into.data)?;
    let engine = generation::open(&catalog, into.data, into.n_threads)?;
    let n_indexed = engine.stats()?.n_documents;
    if n_indexed != restored.n_documents {
        return Err(UpkeepError::Damaged {
            path: into.data.display().to_string(),
            found: format!(
                "expected {} documents in the index, found {n_indexed}",
                restored.n_documents
            ),
        });
    }
    Ok(restored)
}

/// Copies originals to where there is none; refuses before the first copy when another file lies
/// where one would go.
fn restore_originals(
    folder: &Path,
    manifest: &Manifest,
    archive: &Path,
    restored: &mut Restored,
) -> Result<(), UpkeepError> {
    let mut to_copy = Vec::new();
    for file in &manifest.files {
        let Some(place) = place_of(&file.path, archive) else { continue };
        if !place.exists() {
            to_copy.push((folder.join(&file.path), place));
            continue;
        }
        let (_, sha256) = hash(&place).map_err(refused("read", &place))?;
        if sha256 != file.sha256 {
            return Err(UpkeepError::NotEmpty {
                expected: "no other file where an original goes",
                found: place.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                path: place.parent().unwrap_or(archive).display().to_string(),
            });
        }
        restored.n_there += 1;
    }
    for (from, to) in to_copy {
        copy_new(&from, &to).map_err(refused("copy", &to))?;
        restored.n_originals += 1;
    }
    Ok(())
}

/// The clerk's tables go beside the catalog, for the operator to point at with `--tables`.
fn restore_tables(folder: &Path, manifest: &Manifest, data: &Path) -> Result<(), UpkeepError> {
    for file in manifest.files.iter().filter(|file| file.path.starts_with(TABLES)) {
        let to = data.join(&file.path);
        copy_new(&folder.join(&file.path), &to).map_err(refused("copy", &to))?;
    }
    Ok(())
}
