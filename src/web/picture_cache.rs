//! [`PictureCache`]: drawn pages on disk, in the data folder, up to a size; the least recently
//! looked at go first.
//!
//! A convenience: whatever fails here is logged and otherwise as if nothing were cached. Files
//! appear whole or not at all, and no file outlives its document.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use crate::domain::record::RecordId;

/// After an eviction so much of the size is in use, so that not every picture evicts another.
const KEPT: f64 = 0.9;
/// Ending of a file that is being written.
const UNFINISHED: &str = "tmp";

/// Pictures of pages on disk.
#[derive(Debug)]
pub struct PictureCache {
    folder: PathBuf,
    max_bytes: u64,
    /// Read from the folder at the first use.
    known: Mutex<Option<Known>>,
    n_written: AtomicU64,
}

#[derive(Debug, Default)]
struct Known {
    pictures: BTreeMap<String, Picture>,
    n_bytes: u64,
}

#[derive(Debug)]
struct Picture {
    n_bytes: u64,
    looked_at: SystemTime,
}

impl PictureCache {
    /// A cache in a folder that need not exist yet; 0 bytes keep nothing.
    pub fn new(folder: impl Into<PathBuf>, max_bytes: u64) -> Self {
        Self {
            folder: folder.into(),
            max_bytes,
            known: Mutex::new(None),
            n_written: AtomicU64::new(0),
        }
    }

    /// The picture with this name.
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(name);
        let bytes = fs::read(&path).ok()?;
        let now = SystemTime::now();
        self.with_known(|known| {
            if let Some(picture) = known.pictures.get_mut(name) {
                picture.looked_at = now;
            }
        });
        // The order survives a restart where the file system keeps times; where not, it is that of
        // writing.
        let _ =
            fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(now));
        Some(bytes)
    }

    /// Keeps a picture; on a full or locked disk it does not, and says so in the log.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let n_bytes = bytes.len() as u64;
        if n_bytes > self.max_bytes {
            return;
        }
        if let Err(error) = self.write(name, bytes) {
            tracing::warn!(%error, folder = %self.folder.display(), "a page image was not cached");
            return;
        }
        self.with_known(|known| {
            known.insert(name.to_owned(), n_bytes, SystemTime::now());
            if known.n_bytes > self.max_bytes {
                self.evict(known);
            }
        });
    }

    /// Removes the pictures of every document that is not held any more, e.g. refused for a
    /// secrecy stamp that an earlier version did not see. Names begin with the identifier.
    pub fn retain(&self, mut is_held: impl FnMut(&RecordId) -> bool) {
        self.with_known(|known| {
            let mut last: Option<(String, bool)> = None;
            let names: Vec<String> = known.pictures.keys().cloned().collect();
            for name in names {
                let id = name.split('-').next().unwrap_or(&name);
                let keep = match &last {
                    Some((known_id, keep)) if known_id == id => *keep,
                    _ => is_held(&RecordId::from_sha256(id)),
                };
                last = Some((id.to_owned(), keep));
                if !keep {
                    self.remove(known, &name);
                }
            }
        });
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let n = self.n_written.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.folder.join(format!("{name}.{n}.{UNFINISHED}"));
        let written = fs::File::create(&unfinished)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| fs::rename(&unfinished, self.folder.join(name)));
        if written.is_err() {
            // May not even exist.
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    fn evict(&self, known: &mut Known) {
        let mut by_age: Vec<(SystemTime, String)> = known
            .pictures
            .iter()
            .map(|(name, picture)| (picture.looked_at, name.clone()))
            .collect();
        by_age.sort();
        let kept = (self.max_bytes as f64 * KEPT) as u64;
        for (_, name) in by_age {
            if known.n_bytes <= kept {
                return;
            }
            self.remove(known, &name);
        }
    }

    fn remove(&self, known: &mut Known, name: &str) {
        match fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, folder = %self.folder.display(), "a page image could not be removed");
            }
            _ => known.forget(name),
        }
    }

    fn with_known<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        work(known.get_or_insert_with(|| self.scan()))
    }

    /// What lies in the folder; what was never finished is removed.
    fn scan(&self) -> Known {
        let mut known = Known::default();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.ends_with(UNFINISHED) {
                // Another one may be just being written: then it will not be cached.
                let _ = fs::remove_file(entry.path());
                continue;
            }
            if let Ok(metadata) = entry.metadata() {
                let looked_at = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                known.insert(name, metadata.len(), looked_at);
            }
        }
        known
    }
}

impl Known {
    fn insert(&mut self, name: String, n_bytes: u64, looked_at: SystemTime) {
        self.forget(&name);
        self.n_bytes += n_bytes;
        self.pictures.insert(name, Picture { n_bytes, looked_at });
    }

    fn forget(&mut self, name: &str) {
        if let Some(picture) = self.pictures.remove(name) {
            self.n_bytes -= picture.n_bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn names(cache: &PictureCache) -> Vec<String> {
        let entries = fs::read_dir(&cache.folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn age(cache: &PictureCache, name: &str, seconds: u64) {
        let then = SystemTime::now() - Duration::from_secs(seconds);
        let file = fs::File::options().append(true).open(cache.folder.join(name)).unwrap();
        file.set_modified(then).unwrap();
    }

    #[test]
    fn least_recently_looked_at_go_first() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PictureCache::new(folder.path().join("pages"), 100);
        for name in ["a-1", "b-1", "c-1"] {
            cache.put(name, &[0; 33]);
        }
        for (name, seconds) in [("a-1", 300), ("b-1", 200), ("c-1", 100)] {
            age(&cache, name, seconds);
        }
        // As after a restart: the order is read from the files.
        let cache = PictureCache::new(folder.path().join("pages"), 100);
        assert_eq!(cache.get("a-1").unwrap().len(), 33);
        cache.put("d-1", &[0; 20]);
        assert_eq!(names(&cache), ["a-1", "c-1", "d-1"]);
        // One that is larger than everything is not kept, and nothing goes for it.
        cache.put("e-1", &[0; 101]);
        assert_eq!(names(&cache), ["a-1", "c-1", "d-1"]);
    }

    #[test]
    fn pictures_go_with_their_document() {
        let folder = tempfile::tempdir().unwrap();
        let cache = PictureCache::new(folder.path(), 1_000);
        let names_of = |id: &str| [format!("{id}-1-r1.png"), format!("{id}-2-r1.png")];
        for name in names_of("00112233445566aa").iter().chain(&names_of("00112233445566bb")) {
            cache.put(name, b"x");
        }
        cache.retain(|id| id.as_str() == "00112233445566bb");
        assert_eq!(names(&cache), names_of("00112233445566bb"));
    }

    #[test]
    fn a_disk_that_takes_nothing_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        // A file where the folder should be: nothing can be written.
        fs::write(folder.path().join("pages"), b"").unwrap();
        let cache = PictureCache::new(folder.path().join("pages"), 100);
        cache.put("a-1", b"x");
        assert_eq!(cache.get("a-1"), None);
        // What a crash left unfinished is removed.
        fs::remove_file(folder.path().join("pages")).unwrap();
        fs::create_dir(folder.path().join("pages")).unwrap();
        fs::write(folder.path().join("pages/a-1.0.tmp"), b"half").unwrap();
        let cache = PictureCache::new(folder.path().join("pages"), 100);
        cache.put("b-1", b"x");
        assert_eq!(cache.get("b-1").unwrap(), b"x");
        cache.retain(|_| true);
        let again = PictureCache::new(folder.path().join("pages"), 100);
        again.put("c-1", b"x");
        assert_eq!(names(&again), ["b-1", "c-1"]);
    }
}
