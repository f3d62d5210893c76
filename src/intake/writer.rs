//! [`Writer`]: outcomes of a run into the catalog, in batches, counted and told.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender},
    time::{Duration, Instant},
};

use crate::{
    catalog::{CatalogError, Change, FilePath, FileRow, FileStat, RunId},
    domain::{failure::Failure, record::RecordId},
    intake::{Event, Progress, RunCounts, Setup, progress::Meter, scan::Cause},
};

/// Documents written in one transaction: a commit waits for the disk, so many share it.
const BATCH: usize = 256;
/// Longest time that something read waits to be written.
const LATEST: Duration = Duration::from_millis(500);
/// Time between two reports of progress.
const TICK: Duration = Duration::from_millis(200);
/// Time between two notes in the catalog of how far the run is.
const NOTE: Duration = Duration::from_secs(5);
/// Time between two lines in the log.
const LOG: Duration = Duration::from_secs(10);

/// What a run found out about one path.
pub(super) enum Outcome {
    /// Opened, or tried to.
    Read {
        change: Box<Change>,
        cause: Cause,
        /// Whether the bytes are those that lay there before.
        same_bytes: bool,
        n_bytes: u64,
    },
    /// Gone.
    Vanished(FilePath),
    /// A folder that cannot be listed.
    FolderUnreadable { path: FilePath, failure: Failure },
}

impl Outcome {
    pub(super) fn failed(
        stat: FileStat,
        sha256: Option<String>,
        failure: Failure,
        revision: u32,
    ) -> Self {
        let change = Box::new(Change::Failed { stat, sha256, failure, revision });
        Self::Read { change, cause: Cause::New, same_bytes: false, n_bytes: 0 }
    }
}

/// The one thread that writes.
pub(super) struct Writer<'a> {
    setup: &'a Setup<'a>,
    run: RunId,
    tell: &'a (dyn Fn(Event<'_>) + Sync),
    meter: Meter,
    counts: RunCounts,
    n_done: u64,
    batch: Vec<Change>,
    unreadable_folders: Vec<String>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        setup: &'a Setup<'a>,
        run: RunId,
        n_total: u64,
        tell: &'a (dyn Fn(Event<'_>) + Sync),
    ) -> Self {
        Self {
            setup,
            run,
            tell,
            meter: Meter::start(n_total),
            counts: RunCounts::default(),
            n_done: 0,
            batch: Vec::new(),
            unreadable_folders: Vec::new(),
        }
    }

    /// Writes outcomes until nobody sends any; tells the feed after each transaction.
    pub(super) fn write_all(
        &mut self,
        outcomes: &Receiver<Outcome>,
        to_feed: &SyncSender<()>,
    ) -> Result<(), CatalogError> {
        let mut written_at = Instant::now();
        let mut told_at = Instant::now();
        let (mut noted_at, mut logged_at) = (told_at, told_at);
        loop {
            let outcome = outcomes.recv_timeout(TICK);
            let is_over = matches!(outcome, Err(RecvTimeoutError::Disconnected));
            if let Ok(outcome) = outcome {
                self.take(outcome)?;
            }
            if self.batch.len() >= BATCH || is_over || written_at.elapsed() > LATEST {
                self.flush(to_feed)?;
                written_at = Instant::now();
            }
            if is_over || told_at.elapsed() >= TICK {
                let progress = self.meter.read(self.n_done, &self.counts);
                (self.tell)(Event::Progress(&progress));
                told_at = Instant::now();
                if logged_at.elapsed() >= LOG {
                    log(&progress);
                    logged_at = Instant::now();
                }
            }
            if noted_at.elapsed() >= NOTE && self.batch.is_empty() {
                self.setup.catalog.note_run(self.run, now_ms(), &self.counts)?;
                noted_at = Instant::now();
            }
            if is_over {
                return Ok(());
            }
        }
    }

    /// All counts of the run, together with those of the walk.
    pub(super) fn finish(self, seen: RunCounts) -> (RunCounts, Vec<String>) {
        let mut counts = self.counts;
        counts.n_files += seen.n_files;
        counts.n_unchanged += seen.n_unchanged;
        counts.n_needs_ocr += seen.n_needs_ocr;
        counts.skipped = seen.skipped;
        for (reason, n) in seen.failed {
            *counts.failed.entry(reason).or_default() += n;
        }
        (counts, self.unreadable_folders)
    }

    fn flush(&mut self, to_feed: &SyncSender<()>) -> Result<(), CatalogError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.setup.catalog.apply(self.setup.tables, self.run, &self.batch)?;
        self.batch.clear();
        // Waits when the engine lags too far behind. A feed that has ended says why at the end.
        let _ = to_feed.send(());
        Ok(())
    }

    fn take(&mut self, outcome: Outcome) -> Result<(), CatalogError> {
        match outcome {
            Outcome::Vanished(path) => {
                self.counts.n_vanished += 1;
                self.batch.push(Change::Vanished { path });
            }
            Outcome::FolderUnreadable { path, failure } => {
                let path = path.to_string();
                (self.tell)(Event::Failed { path: &path, failure: &failure });
                self.unreadable_folders.push(path);
            }
            Outcome::Read { change, cause, same_bytes, n_bytes } => {
                self.counts.n_files += 1;
                self.counts.n_bytes += n_bytes;
                self.n_done += 1;
                self.count(&change, cause, same_bytes)?;
                self.batch.push(*change);
            }
        }
        Ok(())
    }

    fn count(
        &mut self,
        change: &Change,
        cause: Cause,
        same_bytes: bool,
    ) -> Result<(), CatalogError> {
        let (sha256, needs_ocr) = match change {
            Change::Failed { stat, failure, .. } => {
                let path = stat.path.to_string();
                (self.tell)(Event::Failed { path: &path, failure });
                self.count_failure(failure);
                return Ok(());
            }
            Change::Vanished { .. } => return Ok(()),
            Change::Taken { stored, .. } => (stored.sha256().to_owned(), stored.needs_ocr()),
            Change::Held { sha256, .. } => {
                let needs_ocr = self.setup.catalog.needs_ocr(sha256)?;
                (sha256.clone(), needs_ocr)
            }
        };
        self.counts.n_needs_ocr += u64::from(needs_ocr);
        let counter = match cause {
            Cause::New if self.is_in_batch(&sha256) => &mut self.counts.n_copied,
            Cause::New => match self.where_else(&sha256)? {
                Elsewhere::Nowhere => &mut self.counts.n_new,
                Elsewhere::Gone => &mut self.counts.n_moved,
                Elsewhere::Still => &mut self.counts.n_copied,
            },
            Cause::Returned => &mut self.counts.n_returned,
            Cause::ReadAgain => &mut self.counts.n_read_again,
            Cause::TryAgain if same_bytes => &mut self.counts.n_read_again,
            Cause::InDoubt if same_bytes => &mut self.counts.n_unchanged,
            _ if same_bytes => &mut self.counts.n_touched,
            _ => &mut self.counts.n_changed,
        };
        *counter += 1;
        Ok(())
    }

    fn count_failure(&mut self, failure: &Failure) {
        *self.counts.failed.entry(failure.reason).or_default() += 1;
    }

    fn is_in_batch(&self, sha256: &str) -> bool {
        self.batch.iter().any(|change| match change {
            Change::Taken { stored, .. } => stored.sha256() == sha256,
            _ => false,
        })
    }

    /// Whether a content lies, or lay, at other paths too.
    fn where_else(&self, sha256: &str) -> Result<Elsewhere, CatalogError> {
        let files = self.setup.catalog.paths(&RecordId::from_sha256(sha256))?;
        if files.is_empty() {
            return Ok(Elsewhere::Nowhere);
        }
        let is_there =
            |row: &FileRow| row.stat.path.on_disk(self.setup.archive).symlink_metadata().is_ok();
        let still = files.iter().any(|row| row.status.is_shown() && is_there(row));
        Ok(if still { Elsewhere::Still } else { Elsewhere::Gone })
    }
}

fn log(progress: &Progress) {
    tracing::info!(
        n_done = progress.n_done,
        n_total = progress.n_total,
        files_per_second = progress.rate.round(),
        seconds_left = progress.remaining.map(|time| time.as_secs()),
        n_failed = progress.counts.n_failed(),
        memory_mb = progress.memory_bytes.map(|n_bytes| n_bytes >> 20),
        "taking in"
    );
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

enum Elsewhere {
    Nowhere,
    Gone,
    Still,
}
