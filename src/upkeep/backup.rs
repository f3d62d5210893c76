//! [`backup`]: the catalog, the clerk's tables and, when asked for, the originals into a folder,
//! while the service goes on.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};

use crate::{
    catalog::{Catalog, FILE_NAME, FilePath},
    upkeep::{
        UpkeepError,
        manifest::{Manifest, ManifestFile, copy_new, hash, sync_folder},
        refused,
    },
};

/// Folders inside a backup.
pub(super) const TABLES: &str = "tables";
pub(super) const ORIGINALS: &str = "originals";
pub(super) const OUTSIDE: &str = "outside";

/// Files looked up at once.
const PAGE: usize = 1024;

/// What is backed up.
#[derive(Debug, Clone, Copy)]
pub struct What<'a> {
    /// The catalog; it may be written to meanwhile.
    pub catalog: &'a Catalog,
    /// The clerk's own tables.
    pub tables: Option<&'a Path>,
    /// The archive, when the originals are to be in the backup.
    pub originals: Option<&'a Path>,
}

/// What a backup holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// Names, sizes and hashes.
    pub manifest: Manifest,
    /// Originals that could not be copied, or are no longer what was taken in.
    pub complaints: Vec<String>,
}

/// Writes a backup into a folder that is empty or not there yet, and checks it.
///
/// The manifest is written last; a backup without one was cut short and is refused by `restore`.
///
/// # Errors
/// `NotEmpty` when the folder holds something, `Damaged` when the catalog is, else what failed.
pub fn backup(what: What<'_>, folder: &Path, now_ms: i64) -> Result<BackedUp, UpkeepError> {
    fs::create_dir_all(folder).map_err(refused("make", folder))?;
    refuse_full(folder, "an empty folder for the backup")?;
    let file = folder.join(FILE_NAME);
    let copied = what.catalog.copy_to(&file)?;
    if let Some(problem) = copied.problems.first() {
        let (path, found) = (what.catalog.path().display().to_string(), problem.clone());
        return Err(UpkeepError::Damaged { path, found });
    }
    let mut manifest = Manifest::new(copied.version, now_ms);
    (manifest.n_documents, manifest.n_corrections) = (copied.n_documents, copied.n_corrections);
    fs::File::open(&file).and_then(|file| file.sync_all()).map_err(refused("write", &file))?;
    let (n_bytes, sha256) = hash(&file).map_err(refused("read", &file))?;
    manifest.files.push(ManifestFile { path: FILE_NAME.to_owned(), n_bytes, sha256 });
    if let Some(tables) = what.tables {
        copy_tables(tables, folder, &mut manifest)?;
    }
    let mut complaints = Vec::new();
    if let Some(archive) = what.originals {
        let copy = Catalog::open_read_only(folder)?;
        copy_originals(&copy, archive, folder, &mut manifest, &mut complaints)?;
    }
    manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    manifest.verify(folder)?;
    sync_folder(folder).map_err(refused("write", folder))?;
    manifest.write(folder)?;
    Ok(BackedUp { manifest, complaints })
}

/// Refuses a folder that holds something.
pub(super) fn refuse_full(folder: &Path, expected: &'static str) -> Result<(), UpkeepError> {
    let mut entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(refused("list", folder)(error)),
    };
    let Some(entry) = entries.next() else { return Ok(()) };
    let found = entry.map_err(refused("list", folder))?.file_name().to_string_lossy().into_owned();
    Err(UpkeepError::NotEmpty { expected, found, path: folder.display().to_string() })
}

fn copy_tables(tables: &Path, folder: &Path, manifest: &mut Manifest) -> Result<(), UpkeepError> {
    for entry in fs::read_dir(tables).map_err(refused("list", tables))? {
        let path = entry.map_err(refused("list", tables))?.path();
        let is_table = path.extension().is_some_and(|ending| ending == "tsv");
        let Some(name) = path.file_name().filter(|_| is_table) else { continue };
        let name = format!("{TABLES}/{}", name.to_string_lossy());
        let copied = copy_new(&path, &folder.join(&name)).map_err(refused("copy", &path))?;
        manifest.files.push(ManifestFile { path: name, n_bytes: copied.0, sha256: copied.1 });
    }
    Ok(())
}

fn copy_originals(
    catalog: &Catalog,
    archive: &Path,
    folder: &Path,
    manifest: &mut Manifest,
    complaints: &mut Vec<String>,
) -> Result<(), UpkeepError> {
    let mut after = FilePath::from_bytes(Vec::new());
    loop {
        let rows = catalog.files_between(&after, None, PAGE)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.stat.path.clone();
        for row in rows.iter().filter(|row| row.status.is_shown()) {
            let from = row.stat.path.on_disk(archive);
            let Some(name) = name_in_backup(&row.stat.path) else {
                complaints.push(format!("{}: its name cannot be kept; not copied", row.stat.path));
                continue;
            };
            match copy_new(&from, &folder.join(&name)) {
                Ok((n_bytes, sha256)) => {
                    if row.sha256.as_ref() != Some(&sha256) {
                        complaints
                            .push(format!("{}: changed since it was taken in", row.stat.path));
                    }
                    manifest.files.push(ManifestFile { path: name, n_bytes, sha256 });
                }
                // A full disk ends the backup; a file that is gone does not.
                Err(error) if from.is_file() && error.kind() != io::ErrorKind::PermissionDenied => {
                    return Err(refused("copy", &from)(error));
                }
                Err(error) => complaints.push(format!("{}: {error}; not copied", row.stat.path)),
            }
        }
    }
}

/// Where an original lies in a backup; `None` for a name that is not UTF-8.
fn name_in_backup(path: &FilePath) -> Option<String> {
    let text = std::str::from_utf8(path.as_bytes()).ok()?;
    let folder = if path.is_absolute() { OUTSIDE } else { ORIGINALS };
    let parts: Vec<&str> = Path::new(text)
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    Some(format!("{folder}/{}", parts.join("/")))
}

/// Where an original of a backup goes.
pub(super) fn place_of(name: &str, archive: &Path) -> Option<PathBuf> {
    if let Some(path) = name.strip_prefix(&format!("{ORIGINALS}/")) {
        return Some(archive.join(path));
    }
    name.strip_prefix(&format!("{OUTSIDE}/")).map(|path| Path::new("/").join(path))
}
