//! [`run`]: one incremental run over folders and files.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
};

use crate::{
    catalog::{
        CatalogError, Change, FileRow, FileStat, FileStatus, KnownFile, Remembered, RunId, Stored,
    },
    context::{Apart, Context},
    domain::failure::{Failure, FailureReason},
    intake::{
        Event, IntakeError, Order, Report, RunCounts, Scope, Setup,
        feed::Feed,
        reader,
        recognise::recognise,
        scan::{self, Cause, Seen},
        survey::Survey,
        writer::{Outcome, Writer, now_ms},
    },
    pipeline::EXTRACTOR_REVISION,
    read,
    source::Limits,
};

/// Files waiting for a reader.
const N_JOBS: usize = 256;
/// Documents waiting to be written.
const N_OUTCOMES: usize = 64;
/// Transactions by which the engine may lag behind the catalog before writing waits for it.
const N_BEHIND: usize = 16;
/// Files above this size are processed one at a time, so that memory stays bounded.
const BIG_BYTES: u64 = 32 << 20;

/// How many of the latest runs say how fast reading goes.
const N_RUNS_TO_GO_BY: usize = 20;

/// A file to be read.
struct Job {
    stat: FileStat,
    row: Option<KnownFile>,
    cause: Cause,
}

/// Takes in what is new or changed in the scopes, notes what is gone, and brings the engine in
/// line.
///
/// Counts before it reads, so that progress has an end. Every file ends up as a row.
///
/// # Errors
/// When catalog or engine fail, or the archive is suddenly empty. A file that cannot be taken in
/// is not an error.
pub fn run(
    setup: &Setup<'_>,
    scopes: &[Scope],
    tell: &(dyn Fn(Event<'_>) + Sync),
) -> Result<Report, IntakeError> {
    let planned = setup.look(scopes).survey(setup.control, &mut |_| {})?;
    let is_idle = planned.is_idle();
    if is_idle {
        Feed::start(setup.catalog, setup.engine, setup.n_threads)?.finish()?;
        if !setup.notes_idle {
            let is_cut_short = setup.control.is_stopped();
            let unreadable_folders = Vec::new();
            return Ok(Report {
                run: None,
                counts: planned.counts,
                unreadable_folders,
                is_cut_short,
            });
        }
    }
    let run = setup.catalog.start_run(setup.order.code(), now_ms())?;
    let (counts, unreadable_folders) = if is_idle {
        (planned.counts, Vec::new())
    } else {
        let estimate = planned.estimate(&setup.catalog.runs(N_RUNS_TO_GO_BY)?);
        tell(Event::Planned { survey: &planned, estimate });
        work(setup, scopes, run, planned.n_to_read(), tell)?
    };
    let mut counts = counts;
    if !setup.control.is_stopped() {
        recognise(setup, scopes, run, &mut counts, tell)?;
    }
    let is_cut_short = setup.control.is_stopped();
    if is_cut_short {
        setup.catalog.note_run(run, now_ms(), &counts)?;
    } else {
        setup.catalog.end_run(run, now_ms(), &counts)?;
    }
    setup.catalog.tidy_up()?;
    Ok(Report { run: Some(run), counts, unreadable_folders, is_cut_short })
}

/// The part of a run that reads and writes, on its threads.
fn work(
    setup: &Setup<'_>,
    scopes: &[Scope],
    run: RunId,
    n_total: u64,
    tell: &(dyn Fn(Event<'_>) + Sync),
) -> Result<(RunCounts, Vec<String>), IntakeError> {
    let (to_readers, jobs) = mpsc::sync_channel::<Job>(N_JOBS);
    let (to_writer, outcomes) = mpsc::sync_channel::<Outcome>(N_OUTCOMES);
    let (to_feed, written) = mpsc::sync_channel::<()>(N_BEHIND);
    let jobs = Mutex::new(jobs);
    let big_file = Mutex::new(());
    // Set when a later stage fails, so that the earlier ones end.
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let scanner = scope.spawn({
            let to_writer = to_writer.clone();
            let is_over = &is_over;
            move || scan_all(setup, scopes, &to_readers, &to_writer, is_over)
        });
        for n in 0..setup.n_threads.get() {
            let to_writer = to_writer.clone();
            let (jobs, big_file) = (&jobs, &big_file);
            thread::Builder::new()
                .name(format!("reader-{n}"))
                .stack_size(reader::STACK_BYTES)
                .spawn_scoped(scope, move || read_all(setup, jobs, big_file, &to_writer))
                .expect("the system has a thread to spare at the start of a run");
        }
        drop(to_writer);
        let feed = scope.spawn(move || feed_all(setup, &written));
        let mut writer = Writer::new(setup, run, n_total, tell);
        let wrote = writer.write_all(&outcomes, &to_feed);
        if wrote.is_err() {
            is_over.store(true, Ordering::Relaxed);
            // Readers that wait to hand over an outcome have to be let go.
            while outcomes.recv().is_ok() {}
        }
        drop(to_feed);
        let fed = feed.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let scanned = scanner.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        wrote?;
        let seen = scanned?;
        fed?;
        Ok(writer.finish(seen.counts))
    })
}

/// Hands files that are to be read to the readers, and what is to be noted to the writer; counts
/// the rest.
fn scan_all(
    setup: &Setup<'_>,
    scopes: &[Scope],
    to_readers: &SyncSender<Job>,
    to_writer: &SyncSender<Outcome>,
    is_over: &AtomicBool,
) -> Result<Survey, CatalogError> {
    let mut survey = Survey::default();
    setup.look(scopes).go(&mut |seen| {
        survey.count(&seen);
        let sent = match seen {
            Seen::Unchanged(_) | Seen::Skipped(_) => true,
            Seen::Read { stat, row, cause } => {
                setup.control.wait_while_paused();
                to_readers.send(Job { stat, row, cause }).is_ok()
            }
            Seen::Vanished(row) => to_writer.send(Outcome::Vanished(row.path)).is_ok(),
            Seen::Unreadable { stat, failure } => {
                to_writer.send(Outcome::failed(stat, None, failure, 0)).is_ok()
            }
            Seen::FolderUnreadable { path, failure } => {
                to_writer.send(Outcome::FolderUnreadable { path, failure }).is_ok()
            }
        };
        if !sent || is_over.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        setup.control.stop_or_go()
    })?;
    Ok(survey)
}

/// Reads files until there are no more.
fn read_all(
    setup: &Setup<'_>,
    jobs: &Mutex<Receiver<Job>>,
    big_file: &Mutex<()>,
    to_writer: &SyncSender<Outcome>,
) {
    let remembered = Remembered(setup.catalog);
    let read = |bytes: &[u8], limits: &Limits| match setup.workers {
        Some(workers) => workers.read(bytes, limits),
        None => read::here(bytes, limits),
    };
    let context = Context {
        ocr: &remembered,
        apart: Some(Apart(&read)),
        ..Context::new(setup.tables, setup.limits.clone())
    };
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        setup.control.wait_while_paused();
        if setup.control.is_stopped() {
            continue; // What waits is left for the next run; the scan must not wait for us.
        }
        let turn = (job.stat.size_bytes > BIG_BYTES)
            .then(|| big_file.lock().unwrap_or_else(PoisonError::into_inner));
        let outcome = read_one(setup, &context, job);
        drop(turn);
        if to_writer.send(outcome).is_err() {
            return;
        }
    }
}

fn read_one(setup: &Setup<'_>, context: &Context<'_>, job: Job) -> Outcome {
    let Job { stat, row, cause } = job;
    let name = stat.path.to_string();
    let opened = match reader::open(context, &stat.path.on_disk(setup.archive), &name) {
        Ok(opened) => opened,
        Err(failure) => return Outcome::failed(stat, None, failure, 0),
    };
    // What the open file says is what belongs to these bytes; the path may be another file by now.
    let stat = scan::stat(stat.path, &opened.metadata);
    let source = opened.source;
    let n_bytes = source.bytes.len() as u64;
    let sha256 = source.sha256.clone();
    // A catalog that cannot answer shows when the outcome is written.
    let row = row.and_then(|row| setup.catalog.file(&row.path).ok().flatten());
    let same_bytes = row.as_ref().is_some_and(|row| row.sha256.as_deref() == Some(&sha256));
    let known = match setup.order {
        Order::Changes => known_already(setup, &stat, row, &sha256),
        Order::Again(_) => None,
    };
    if let Some(change) = known {
        return Outcome::Read { change: Box::new(change), cause, same_bytes, n_bytes };
    }
    let processed = reader::process(context, &source).and_then(|processed| {
        Stored::encode(processed, EXTRACTOR_REVISION, setup.tables.revision(), None)
            .map_err(|error| Failure { reason: FailureReason::Internal, detail: error.to_string() })
    });
    let change = match processed {
        Ok(stored) => Change::Taken { stat, stored: Box::new(stored) },
        Err(failure) => {
            Change::Failed { stat, sha256: Some(sha256), failure, revision: EXTRACTOR_REVISION }
        }
    };
    Outcome::Read { change: Box::new(change), cause, same_bytes, n_bytes }
}

/// The outcome for bytes that this extractor has seen before by these tables, here or elsewhere.
fn known_already(
    setup: &Setup<'_>,
    stat: &FileStat,
    row: Option<FileRow>,
    sha256: &str,
) -> Option<Change> {
    if setup.catalog.is_held(sha256, setup.reading()).unwrap_or(false) {
        return Some(Change::Held {
            stat: stat.clone(),
            sha256: sha256.to_owned(),
            revision: EXTRACTOR_REVISION,
        });
    }
    let row = row.filter(|row| {
        row.sha256.as_deref() == Some(sha256)
            && row.revision == EXTRACTOR_REVISION
            && row.status == FileStatus::Failed
    })?;
    let failure = row.failure.filter(|failure| !scan::may_pass(failure.reason))?;
    Some(Change::Failed {
        stat: stat.clone(),
        sha256: Some(sha256.to_owned()),
        failure,
        revision: EXTRACTOR_REVISION,
    })
}

/// Lets the engine follow the catalog while documents are being written, and to the end.
fn feed_all(setup: &Setup<'_>, written: &Receiver<()>) -> Result<(), IntakeError> {
    let mut feed = Feed::start(setup.catalog, setup.engine, setup.n_threads)?;
    let mut first_error = None;
    for () in written {
        if first_error.is_none() {
            first_error = feed.follow().err();
        }
    }
    match first_error {
        Some(error) => Err(error),
        None => feed.finish(),
    }
}
