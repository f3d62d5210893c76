//! [`Manifest`]: what a backup holds, by name, size and hash. Written last: a folder without one
//! is no backup.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::upkeep::{UpkeepError, refused};

/// Name of the file.
pub const NAME: &str = "manifest.json";
/// Version of the form of a backup.
const FORMAT: u32 = 1;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Form of the backup.
    pub format: u32,
    /// Which version of the program made it.
    pub program_version: String,
    /// Version of the tables of the catalog.
    pub catalog_version: u32,
    /// When, in milliseconds since 1970.
    pub made_at_ms: i64,
    /// Documents that can be found.
    pub n_documents: u64,
    /// Entries of the log of corrections.
    pub n_corrections: u64,
    /// Every file of the backup but this one, by path.
    pub files: Vec<ManifestFile>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Relative to the backup, with `/`.
    pub path: String,
    /// Size in bytes.
    pub n_bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn new(catalog_version: u32, made_at_ms: i64) -> Self {
        Self {
            format: FORMAT,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            catalog_version,
            made_at_ms,
            n_documents: 0,
            n_corrections: 0,
            files: Vec::new(),
        }
    }

    /// Reads the manifest of a backup.
    ///
    /// # Errors
    /// `NoBackup` when there is none, `Damaged` when it cannot be understood.
    pub fn read(folder: &Path) -> Result<Self, UpkeepError> {
        let path = folder.join(NAME);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(UpkeepError::NoBackup {
                    path: folder.display().to_string(),
                    found: format!("no {NAME}"),
                });
            }
            Err(error) => return Err(refused("read", &path)(error)),
        };
        let damaged =
            |found: String| UpkeepError::Damaged { path: path.display().to_string(), found };
        let manifest: Self =
            serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if manifest.format > FORMAT {
            return Err(damaged(format!(
                "expected a backup of form {FORMAT} or older, found {}; use the newer vanthu that made it",
                manifest.format
            )));
        }
        let leads_out = |file: &ManifestFile| {
            Path::new(&file.path).components().any(|part| !matches!(part, Component::Normal(_)))
        };
        match manifest.files.iter().find(|file| leads_out(file)) {
            Some(file) => Err(damaged(format!("it names {:?}, outside of the backup", file.path))),
            None => Ok(manifest),
        }
    }

    /// Writes it, whole or not at all.
    pub(super) fn write(&self, folder: &Path) -> Result<(), UpkeepError> {
        let text = serde_json::to_string_pretty(self).map_err(io::Error::other);
        let path = folder.join(NAME);
        let unfinished = folder.join("manifest.json.partial");
        text.and_then(|text| {
            let mut file = File::create(&unfinished)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)?;
            sync_folder(folder)
        })
        .map_err(refused("write", &path))
    }

    /// Compares every file with its hash.
    ///
    /// # Errors
    /// `Damaged` for the first one that differs or is not there.
    pub fn verify(&self, folder: &Path) -> Result<(), UpkeepError> {
        for file in &self.files {
            let path = folder.join(&file.path);
            let damaged =
                |found: String| UpkeepError::Damaged { path: path.display().to_string(), found };
            let found = hash(&path).map_err(|error| damaged(error.to_string()))?;
            if (found.0, found.1.as_str()) != (file.n_bytes, file.sha256.as_str()) {
                return Err(damaged(format!(
                    "expected {} bytes with the hash {}, found {} with {}",
                    file.n_bytes, file.sha256, found.0, found.1
                )));
            }
        }
        Ok(())
    }
}

/// Size and SHA-256 of a file.
pub(super) fn hash(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    pump(&mut file, &mut io::sink())
}

/// Copies a file to a path where there is none, and tells size and hash of what was copied.
/// Durable when it returns.
pub(super) fn copy_new(from: &Path, to: &Path) -> io::Result<(u64, String)> {
    let mut source = File::open(from)?;
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut unfinished = to.as_os_str().to_owned();
    unfinished.push(".partial");
    let unfinished = PathBuf::from(unfinished);
    let mut target = File::create(&unfinished)?;
    let copied = pump(&mut source, &mut target)?;
    target.sync_all()?;
    if let Ok(modified) = source.metadata().and_then(|metadata| metadata.modified()) {
        target.set_modified(modified)?;
    }
    drop(target);
    fs::rename(&unfinished, to)?;
    Ok(copied)
}

fn pump(from: &mut File, to: &mut dyn Write) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut n_bytes = 0;
    loop {
        let n = from.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
        to.write_all(&buffer[..n])?;
        n_bytes += n as u64;
    }
    Ok((n_bytes, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Makes the names in a folder durable; only Unix knows how.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
