//! [`Inbox`]: the folder of the archive into which uploads go: whole, under a name of their own,
//! or not at all.
//!
//! ```text
//! chunks ──► inbox/.vanthu-…tmp ──fsync──► read once ──► inbox/kh.docx ──fsync of the folder
//!            (hidden: no run sees it)        │                └ never over another file
//!                                            └ refused: removed, nothing of it is kept
//! ```

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::{
    catalog::FilePath,
    domain::record::RecordId,
    intake::{IntakeError, ignore},
};

/// Name of the folder in the archive.
pub const FOLDER: &str = "inbox";
/// Beginning and end of the names of files that are still coming.
const COMING: (&str, &str) = (".vanthu-", ".tmp");
/// Longest name in bytes: file systems take 255, and a number may be added.
const MAX_NAME_BYTES: usize = 200;
/// How many names are tried when the first is taken.
const MAX_NAMES: u32 = 10_000;

/// Where uploads go.
#[derive(Debug, Clone)]
pub struct Inbox {
    folder: PathBuf,
}

impl Inbox {
    /// The inbox of an archive; made when the first upload comes.
    pub fn of(archive: &Path) -> Self {
        Self { folder: archive.join(FOLDER) }
    }

    /// Removes what was still coming when an earlier service ended.
    pub fn tidy(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(COMING.0) && name.ends_with(COMING.1) {
                // What cannot be removed is hidden from every run and does no harm.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Begins a file.
    ///
    /// # Errors
    /// `Folder` when the archive cannot be written to.
    pub fn begin(&self) -> Result<Coming, IntakeError> {
        static N_BEGUN: AtomicU64 = AtomicU64::new(0);
        fs::create_dir_all(&self.folder).map_err(|e| refused("make", &self.folder, e))?;
        loop {
            let n = N_BEGUN.fetch_add(1, Ordering::Relaxed);
            let name = format!("{}{}-{n}{}", COMING.0, process::id(), COMING.1);
            let path = self.folder.join(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let inbox = self.clone();
                    return Ok(Coming { inbox, file, path, hash: Sha256::new(), n_bytes: 0 });
                }
                // Left behind by an earlier process with our number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(refused("write into", &self.folder, error)),
            }
        }
    }
}

/// A file that is still coming. It is gone when this is dropped.
#[derive(Debug)]
pub struct Coming {
    inbox: Inbox,
    file: File,
    path: PathBuf,
    hash: Sha256,
    n_bytes: u64,
}

impl Coming {
    /// Adds bytes.
    ///
    /// # Errors
    /// `Folder` when they cannot be written, e.g. on a full disk.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), IntakeError> {
        self.file.write_all(bytes).map_err(|e| refused("write into", &self.inbox.folder, e))?;
        self.hash.update(bytes);
        self.n_bytes += bytes.len() as u64;
        Ok(())
    }

    /// How many bytes have come.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Hash of what has come.
    pub fn sha256(&self) -> String {
        self.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The document that these bytes are.
    pub fn id(&self) -> RecordId {
        RecordId::from_sha256(&self.sha256())
    }

    /// Where the bytes lie for now.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, or one like it when that is taken, and answers the path in the
    /// archive once it will survive a loss of power.
    ///
    /// # Errors
    /// `Folder` when the system refuses.
    pub fn keep(self, name: &str) -> Result<FilePath, IntakeError> {
        let folder = &self.inbox.folder;
        self.file.sync_all().map_err(|e| refused("write into", folder, e))?;
        for n in 1..=MAX_NAMES {
            let name = numbered(name, n);
            match link(&self.path, &folder.join(&name)) {
                Ok(()) => {
                    sync_folder(folder).map_err(|e| refused("write into", folder, e))?;
                    return Ok(FilePath::from_path(&Path::new(FOLDER).join(name)));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(refused("write into", folder, error)),
            }
        }
        let taken = io::Error::from(io::ErrorKind::AlreadyExists);
        Err(refused("find a name in", folder, taken))
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        // The kept file has a name of its own by now; a rest is removed at the next start.
        let _ = fs::remove_file(&self.path);
    }
}

/// A second name for a file, never over another one. File systems without links (FAT) get a
/// rename: there another program could take the name between the look and the rename.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            if to.symlink_metadata().is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        done => done,
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// A name under which a file may lie in the archive: that of the upload without folders and
/// without what systems cannot bear; `None` when it would be no document by its name.
///
/// `C:\Van ban\ke hoach.docx` gives `ke hoach.docx`, a decomposed name its NFC form.
pub fn safe_name(given: &str) -> Option<String> {
    let name = given.rsplit(['/', '\\']).next().unwrap_or(given);
    let clean = |c: char| if c.is_control() || "<>:\"|?*".contains(c) { '_' } else { c };
    let name: String = name.nfc().map(clean).collect();
    let name = name.trim().trim_end_matches(['.', ' ']);
    let name = if name.is_empty() { "van-ban" } else { name };
    let (stem, ending) = split(name);
    let n_stem = MAX_NAME_BYTES.saturating_sub(ending.len());
    let stem = &stem[..stem.floor_char_boundary(n_stem)];
    let name = format!("{stem}{ending}");
    ignore::rule(name.as_bytes()).is_none().then_some(name)
}

/// `kh.docx`, then `kh (2).docx`.
fn numbered(name: &str, n: u32) -> String {
    if n == 1 {
        return name.to_owned();
    }
    let (stem, ending) = split(name);
    format!("{stem} ({n}){ending}")
}

/// Stem and ending with its dot; an ending of more than sixteen bytes is none.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= 16 => name.split_at(dot),
        _ => (name, ""),
    }
}

fn refused(action: &'static str, path: &Path, source: io::Error) -> IntakeError {
    IntakeError::Folder { action, path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: Option<&str>) {
        assert_eq!(safe_name(given).as_deref(), expected);
    }

    #[test]
    fn names() {
        check("kh.docx", Some("kh.docx"));
        check("C:\\Van ban\\ke hoach.docx", Some("ke hoach.docx"));
        check("../../etc/passwd", Some("passwd"));
        check("ke\u{302}\u{301} hoạch.pdf", Some("kế hoạch.pdf"));
        check("a\u{0}b\nc?.pdf", Some("a_b_c_.pdf"));
        check("", Some("van-ban"));
        check("..", Some("van-ban"));
        check(".htaccess", None); // hidden: no run would see it
        check("~$kh.docx", None);
        check("README.md", None);
        let long = safe_name(&format!("{}.docx", "ế".repeat(200))).unwrap();
        assert!(long.len() <= MAX_NAME_BYTES && long.ends_with("ế.docx"), "{long}");
    }

    #[test]
    fn a_name_that_is_taken_is_never_written_over() {
        let archive = tempfile::tempdir().unwrap();
        let inbox = Inbox::of(archive.path());
        let keep = |text: &str| {
            let mut coming = inbox.begin().unwrap();
            coming.write(text.as_bytes()).unwrap();
            coming.keep("kh.docx").unwrap().to_string()
        };
        assert_eq!(keep("1"), "inbox/kh.docx");
        assert_eq!(keep("2"), "inbox/kh (2).docx");
        let read = |name: &str| fs::read_to_string(archive.path().join(name)).unwrap();
        assert_eq!((read("inbox/kh.docx"), read("inbox/kh (2).docx")), ("1".into(), "2".into()));
        // What does not come to its end leaves nothing, and so does a process that was killed.
        drop(inbox.begin().unwrap());
        std::mem::forget(inbox.begin().unwrap());
        assert_eq!(fs::read_dir(archive.path().join(FOLDER)).unwrap().count(), 3);
        inbox.tidy();
        assert_eq!(fs::read_dir(archive.path().join(FOLDER)).unwrap().count(), 2);
    }
}
