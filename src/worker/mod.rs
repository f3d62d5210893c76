//! Code that is not ours and can hang, overflow or abort, run where it does no harm: in a process
//! of our own binary (`vanthu worker`), within limits, killed and replaced when it fails.
//!
//! ```text
//!  Pool ── Job + bytes ──► stdin   vanthu worker    memory and CPU limited by the system
//!       ◄─ Answer + bytes ─ stdout  read · render    wall time limited by the pool
//! ```
//! An edge: the core asks through [`Apart`](crate::context::Apart), everybody else holds a
//! [`Pool`]. Whatever happens to a worker, the caller gets a named [`Failure`]. Must not log or
//! keep anything of a document.

mod child;
mod frame;
mod job;
mod limits;
mod page;
mod poppler;
mod process;

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

pub use self::{
    child::serve,
    page::{Colours, Ink, PageImage, Raster, Size},
};
use self::{
    job::{Answer, Drawer, Job},
    process::Process,
};
use crate::{
    domain::failure::{Failure, FailureReason},
    layout::PrintedWord,
    read::{Read, error::ReadError},
    source::{Limits, Source},
};

/// Name of the hidden command that makes the program a worker.
pub const COMMAND: &str = "worker";
/// How often a waiting caller looks whether it was told to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// What a job may take beyond the limits it keeps itself, before it is killed.
const GRACE: Duration = Duration::from_secs(1);

/// How long a job may take and who may call it off.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Wall time from the moment when a worker takes the job.
    pub max_time: Duration,
    /// Set from outside to end the wait; the worker is killed.
    pub stop: Option<&'a AtomicBool>,
}

impl Terms<'_> {
    /// This long, and nobody calls it off.
    pub fn within(max_time: Duration) -> Terms<'static> {
        Terms { max_time, stop: None }
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

/// A job that was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undone {
    /// It was called off.
    Stopped,
    /// It failed, and why.
    Failed(Failure),
}

impl From<Failure> for Undone {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A few worker processes, started when there is work and gone when there is none for a while.
#[derive(Debug)]
pub struct Pool {
    program: PathBuf,
    slots: Mutex<Slots>,
    freed: Condvar,
}

#[derive(Debug)]
struct Slots {
    n_free: usize,
    /// Running and without work, the one that has waited longest first.
    idle: Vec<Process>,
}

/// Gives the slot back however the job ends.
struct Slot<'a>(&'a Pool);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.lock().n_free += 1;
        self.0.freed.notify_one();
    }
}

impl Pool {
    /// A pool of at most `n_workers` processes of this very program.
    pub fn new(n_workers: NonZeroUsize) -> Self {
        Self::of_program(own_program(), n_workers)
    }

    /// A pool of another program that understands `worker`: tests name the built binary.
    pub fn of_program(program: impl Into<PathBuf>, n_workers: NonZeroUsize) -> Self {
        let slots = Slots { n_free: n_workers.get(), idle: Vec::new() };
        Self { program: program.into(), slots: Mutex::new(slots), freed: Condvar::new() }
    }

    /// Reads a document apart.
    ///
    /// # Errors
    /// What the reader says; `Stopped` with `TooSlow`, `TooLarge` or `Damaged` when the worker
    /// was killed or died of its time, of its memory or otherwise.
    pub fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Read, ReadError> {
        let job = Job::Read { limits: limits.clone() };
        let terms = Terms::within(limits.max_time + GRACE);
        match self.run(&job, None, bytes, &terms) {
            Ok((Answer::Read { format, layout, warnings }, _)) => {
                let warnings = serde_json::from_str(&warnings).unwrap_or_default();
                Ok(Read { format, layout, warnings })
            }
            Ok((Answer::Failed(failure), _)) | Err(Undone::Failed(failure)) => {
                Err(ReadError::Stopped { reason: failure.reason, detail: failure.detail })
            }
            Ok(_) | Err(Undone::Stopped) => Err(ReadError::Stopped {
                reason: FailureReason::Internal,
                detail: "expected a layout from the worker, found another answer".to_owned(),
            }),
        }
    }

    /// Draws one page of a PDF, from 1. The worker keeps the document, so that the next page of the
    /// same one costs no second transport. What `hayro` cannot draw, `pdftoppm` draws where it is
    /// installed.
    ///
    /// # Errors
    /// `Stopped` when it was called off; `Failed` when there is no such page, or it cannot be
    /// drawn within the terms.
    pub fn render(
        &self,
        pdf: &Source,
        page: &PageImage,
        terms: &Terms<'_>,
    ) -> Result<Raster, Undone> {
        let (shape, pixels) = self.draw(pdf, page, false, terms)?;
        Ok(Raster { pixels, ..shape })
    }

    /// Draws one page of a PDF as a PNG, otherwise as [`Pool::render`].
    ///
    /// # Errors
    /// As [`Pool::render`].
    pub fn png(
        &self,
        pdf: &Source,
        page: &PageImage,
        terms: &Terms<'_>,
    ) -> Result<Vec<u8>, Undone> {
        Ok(self.draw(pdf, page, true, terms)?.1)
    }

    /// The words of one page of a PDF, from 1, in the order in which they are drawn, where they
    /// stand on the displayed page.
    ///
    /// # Errors
    /// As [`Pool::render`].
    pub fn words(
        &self,
        pdf: &Source,
        page: u32,
        limits: &Limits,
    ) -> Result<Vec<PrintedWord>, Undone> {
        let job = Job::Words { key: pdf.sha256.clone(), page, limits: limits.clone() };
        let terms = Terms::within(limits.max_time + GRACE);
        match self.run(&job, Some(&pdf.sha256), &pdf.bytes, &terms)? {
            (Answer::Words(words), _) => Ok(words),
            (Answer::Failed(failure), _) => Err(failure.into()),
            _ => Err(unexpected("words").into()),
        }
    }

    fn draw(
        &self,
        pdf: &Source,
        page: &PageImage,
        as_png: bool,
        terms: &Terms<'_>,
    ) -> Result<(Raster, Vec<u8>), Undone> {
        let deadline = Instant::now() + terms.max_time;
        let by = |drawer| {
            let max_time = deadline.saturating_duration_since(Instant::now());
            let terms = &Terms { max_time, ..*terms };
            let (key, page) = (pdf.sha256.clone(), page.clone());
            let job = Job::Draw { key, page, drawer, as_png };
            match self.run(&job, Some(&pdf.sha256), &pdf.bytes, terms)? {
                (Answer::Raster(shape), bytes) => Ok((shape, bytes)),
                (Answer::Failed(failure), _) => Err(Undone::Failed(failure)),
                _ => Err(unexpected("a raster").into()),
            }
        };
        let drawn = by(Drawer::Hayro);
        let is_final = match &drawn {
            Ok((shape, _)) => shape.n_lost_images == 0,
            Err(Undone::Stopped) => true,
            Err(Undone::Failed(failure)) => {
                matches!(failure.reason, FailureReason::PasswordProtected | FailureReason::TooSlow)
            }
        };
        if is_final { drawn } else { by(Drawer::Poppler).or(drawn) }
    }

    /// Lets a worker do a job. `key` names the bytes when the worker is to keep them.
    fn run(
        &self,
        job: &Job,
        key: Option<&str>,
        bytes: &[u8],
        terms: &Terms<'_>,
    ) -> Result<(Answer, Vec<u8>), Undone> {
        let _slot = self.slot(terms)?;
        // A worker that had no work for a while is gone; that is no failure, once.
        if let Some(mut process) = self.idle(key)
            && let Some(done) = self.attempt(&mut process, job, key, bytes, terms)
        {
            if done.is_ok() {
                self.lock().idle.push(process);
            }
            return done;
        }
        let mut process = Process::start(&self.program).map_err(|error| Failure {
            reason: FailureReason::Internal,
            detail: format!("could not start a worker process: {error}"),
        })?;
        let done = self.attempt(&mut process, job, key, bytes, terms);
        let done = done.unwrap_or_else(|| Err(unexpected("a worker that takes a job").into()));
        if done.is_ok() {
            self.lock().idle.push(process);
        }
        done
    }

    /// `None` when the process had ended before it saw the job.
    fn attempt(
        &self,
        process: &mut Process,
        job: &Job,
        key: Option<&str>,
        bytes: &[u8],
        terms: &Terms<'_>,
    ) -> Option<Result<(Answer, Vec<u8>), Undone>> {
        let deadline = Instant::now() + terms.max_time;
        let is_held = key.is_some() && process.held.as_deref() == key;
        let sent = if is_held { &[] } else { bytes };
        if process.send(job, sent, terms.max_time).is_err() {
            return Some(Err(process.post_mortem()?.into()));
        }
        process.held = key.map(str::to_owned);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match process.answer(left.min(LOOK_AGAIN)) {
                process::Waited::Answered(answer, bytes) => return Some(Ok((answer, bytes))),
                process::Waited::Ended => return Some(Err(process.post_mortem()?.into())),
                process::Waited::Not => {}
            }
            if terms.is_stopped() {
                process.kill();
                return Some(Err(Undone::Stopped));
            }
            if left.is_zero() {
                process.kill();
                return Some(Err(too_slow(terms.max_time).into()));
            }
        }
    }

    fn slot(&self, terms: &Terms<'_>) -> Result<Slot<'_>, Undone> {
        let mut slots = self.lock();
        while slots.n_free == 0 {
            if terms.is_stopped() {
                return Err(Undone::Stopped);
            }
            let waited = self.freed.wait_timeout(slots, LOOK_AGAIN);
            slots = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        slots.n_free -= 1;
        Ok(Slot(self))
    }

    /// A process without work: the one that holds the document, or the one that waited longest.
    fn idle(&self, key: Option<&str>) -> Option<Process> {
        let mut slots = self.lock();
        let holder =
            slots.idle.iter().position(|process| key.is_some() && process.held.as_deref() == key);
        let index = holder.or((!slots.idle.is_empty()).then_some(0))?;
        Some(slots.idle.remove(index))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// This program; also when its file has been replaced by a newer one since it was started.
fn own_program() -> PathBuf {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() {
        return running;
    }
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("vanthu"))
}

fn too_slow(max_time: Duration) -> Failure {
    Failure {
        reason: FailureReason::TooSlow,
        detail: format!("expected to finish within {} s, stopped", max_time.as_secs()),
    }
}

fn unexpected(expected: &str) -> Failure {
    Failure {
        reason: FailureReason::Internal,
        detail: format!("expected {expected}, found another answer of the worker"),
    }
}
