//! [`watch`]: what changes in the archive folder becomes an order at the desk, once it has
//! stopped changing.
//!
//! The system tells what changed; where it has no room for as many folders (or the folder lies on
//! a network drive that tells nothing), the whole archive is glanced at every minute instead.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::{Duration, Instant, SystemTime},
};

use notify::{Event, EventKind, RecursiveMode, Watcher};

use crate::{
    catalog::FilePath,
    intake::{Desk, Task, ignore},
};

/// How a folder is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// A file that has not changed for so long has stopped growing.
    pub settled: Duration,
    /// Time between two glances at everything where the system does not tell what changed.
    pub poll: Duration,
    /// The same where it does: events can get lost.
    pub check: Duration,
    /// Whether to ask the system at all.
    pub asks_system: bool,
}

impl Default for Watch {
    /// Two seconds of rest; a glance every minute, or every ten.
    fn default() -> Self {
        Self {
            settled: Duration::from_secs(2),
            poll: Duration::from_secs(60),
            check: Duration::from_secs(600),
            asks_system: true,
        }
    }
}

/// Size and time of change; `None` when it is not there.
type Look = Option<(u64, Option<SystemTime>)>;

/// Watches a folder until the desk is closed. For a thread of its own.
pub fn watch(archive: &Path, desk: &Desk, watch: Watch) {
    let archive = archive.canonicalize().unwrap_or_else(|_| archive.to_owned());
    let (to_us, events) = mpsc::channel();
    let watcher = if watch.asks_system { ask_system(&archive, to_us) } else { None };
    let between = if watcher.is_some() { watch.check } else { watch.poll };
    let mut changing = Changing { archive, paths: BTreeMap::new(), settled: watch.settled };
    let mut glanced_at = Instant::now();
    // Often enough to see that a file rests, and that the desk is closed.
    let tick = watch.settled.min(Duration::from_millis(500)) / 2;
    while !desk.is_closed() {
        if collect(&events, tick, &mut changing) || glanced_at.elapsed() >= between {
            desk.order(Task::Glance);
            glanced_at = Instant::now();
        }
        let resting = changing.take_resting();
        if !resting.is_empty() {
            desk.order(Task::Paths(resting.into_iter().collect()));
        }
    }
}

/// Asks the system to tell what changes; says why when it does not.
fn ask_system(
    archive: &Path,
    to_us: mpsc::Sender<notify::Result<Event>>,
) -> Option<notify::RecommendedWatcher> {
    let watcher = notify::recommended_watcher(to_us).and_then(|mut watcher| {
        watcher.watch(archive, RecursiveMode::Recursive)?;
        Ok(watcher)
    });
    match watcher {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            tracing::warn!(%error, "the system does not tell what changes in the archive; looking every minute");
            None
        }
    }
}

/// Takes what has been told; answers whether something was told that names no path.
fn collect(
    events: &Receiver<notify::Result<Event>>,
    tick: Duration,
    changing: &mut Changing,
) -> bool {
    let until = Instant::now() + tick;
    loop {
        match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Ok(event)) if event.need_rescan() => return true,
            Ok(Ok(event)) if matches!(event.kind, EventKind::Access(_)) => {}
            Ok(Ok(event)) => event.paths.iter().for_each(|path| changing.note(path)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "what changed in the archive was not told");
                return true;
            }
            Err(RecvTimeoutError::Timeout) => return false,
            // Nobody will tell: the glances remain.
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(tick);
                return false;
            }
        }
    }
}

/// Paths that changed a moment ago.
struct Changing {
    archive: PathBuf,
    paths: BTreeMap<PathBuf, (Look, Instant)>,
    settled: Duration,
}

impl Changing {
    fn note(&mut self, path: &Path) {
        let Ok(relative) = path.strip_prefix(&self.archive) else { return };
        let is_ignored = relative
            .components()
            .any(|part| ignore::rule(part.as_os_str().as_encoded_bytes()).is_some());
        if !is_ignored && !relative.as_os_str().is_empty() {
            self.paths.insert(relative.to_owned(), (look(path), Instant::now()));
        }
    }

    /// Paths that have rested; one that changes goes on being waited for.
    fn take_resting(&mut self) -> Vec<FilePath> {
        let mut resting = Vec::new();
        let (archive, settled) = (&self.archive, self.settled);
        self.paths.retain(|path, (seen, since)| {
            let now = look(&archive.join(path));
            if now != *seen {
                (*seen, *since) = (now, Instant::now());
            }
            let is_resting = since.elapsed() >= settled;
            if is_resting {
                resting.push(FilePath::from_path(path));
            }
            !is_resting
        });
        resting
    }
}

fn look(path: &Path) -> Look {
    path.metadata().ok().map(|metadata| (metadata.len(), metadata.modified().ok()))
}
