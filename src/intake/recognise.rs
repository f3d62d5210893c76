//! The part of a run that recognises page images: after everything was taken in, page by page.
//!
//! ```text
//!  lister ──pages──► recognisers (one a core) ──outcomes──► keeper ──► catalog, feed
//!  what waits          the Ocr of the setup                  documents read again with their pages
//! ```
//! Every page is kept when it is done, so a run that is cut short goes on where it stopped. A
//! document is read again after its first page, some times on the way, and when it is complete. A page
//! that looks like that of a secret document is not kept before the document was judged.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    catalog::{Change, FileRow, MAX_ATTEMPTS, Remembered, RunId, Stored, Waiting},
    context::Context,
    domain::{
        failure::{Failure, FailureReason},
        record::TextSource,
    },
    intake::{
        Event, IntakeError, Order, RunCounts, Scope, Setup, feed::Feed, progress::Meter, reader,
    },
    pipeline::{self, EXTRACTOR_REVISION},
    recognised::{Ocr, OcrFailure, RecognisedPage},
    source::Source,
};

/// Contents fetched at once.
const STEP: usize = 256;
/// Longest time between a document that is complete and the moment it is found.
const LATEST: Duration = Duration::from_secs(2);
/// Time between two reports of progress.
const TICK: Duration = Duration::from_millis(500);

/// A document whose pages are being recognised.
struct Scan {
    waiting: Waiting,
    source: Source,
    /// How many pages it gives to the recognisers.
    n_pages: usize,
}

/// One page of it, from 1.
struct Job {
    scan: Arc<Scan>,
    page: u32,
}

type Outcome = Result<RecognisedPage, OcrFailure>;

/// Recognises what waits in the scopes, and counts it.
///
/// # Errors
/// When catalog or engine fail: what was recognised before that is kept.
pub(super) fn recognise(
    setup: &Setup<'_>,
    scopes: &[Scope],
    run: RunId,
    counts: &mut RunCounts,
    tell: &(dyn Fn(Event<'_>) + Sync),
) -> Result<(), IntakeError> {
    let Some(engine) = setup.ocr.engine() else { return Ok(()) };
    let n_total = setup.catalog.n_waiting_pages()?;
    let n_threads = setup.n_threads.get();
    let (to_recognisers, jobs) = mpsc::sync_channel::<Job>(n_threads);
    let (to_keeper, outcomes) = mpsc::sync_channel::<(Job, Outcome)>(n_threads);
    let jobs = Mutex::new(jobs);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let lister = scope.spawn({
            let is_over = &is_over;
            move || list(setup, scopes, &to_recognisers, is_over)
        });
        for n in 0..n_threads {
            let to_keeper = to_keeper.clone();
            let jobs = &jobs;
            thread::Builder::new()
                .name(format!("recogniser-{n}"))
                .stack_size(reader::STACK_BYTES)
                .spawn_scoped(scope, move || recognise_all(setup, jobs, &to_keeper))
                .expect("the system has a thread to spare after reading");
        }
        drop(to_keeper);
        let context = Context {
            ocr: &Remembered(setup.catalog),
            ..Context::new(setup.tables, setup.limits.clone())
        };
        let kept = Feed::start(setup.catalog, setup.engine, setup.n_threads).and_then(|feed| {
            let meter = Meter::start(n_total);
            let mut keeper = Keeper {
                setup,
                context,
                run,
                engine,
                feed,
                counts,
                meter,
                tell,
                open: BTreeMap::new(),
                n_done: 0,
            };
            keeper.keep_all(&outcomes)
        });
        if kept.is_err() {
            is_over.store(true, Ordering::Relaxed);
            while outcomes.recv().is_ok() {}
        }
        let listed = lister.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        kept?;
        listed
    })
}

/// Hands the pages of waiting documents to the recognisers, in the order of the catalog.
fn list(
    setup: &Setup<'_>,
    scopes: &[Scope],
    to_recognisers: &SyncSender<Job>,
    is_over: &AtomicBool,
) -> Result<(), IntakeError> {
    let is_asked_for = matches!(setup.order, Order::Again(_));
    // What failed often, or was read by an older engine, is done again only on demand.
    let max_failures = if is_asked_for { u32::MAX } else { MAX_ATTEMPTS - 1 };
    let engine = if is_asked_for { setup.ocr.engine() } else { None };
    let mut ord = 0;
    loop {
        let waiting = setup.catalog.waiting_after(ord, max_failures, engine, STEP)?;
        let Some(last) = waiting.last() else { return Ok(()) };
        ord = last.ord;
        for waiting in waiting {
            let is_meant = scopes.iter().any(|scope| {
                let base = &scope.base;
                waiting.path == *base || waiting.path.is_in(base)
            });
            if !is_meant {
                continue;
            }
            let pages = pages(setup, &waiting, max_failures, engine)?;
            let Some(source) = original(setup, &waiting)?.filter(|_| !pages.is_empty()) else {
                continue;
            };
            let scan = Arc::new(Scan { waiting, source, n_pages: pages.len() });
            for page in pages {
                setup.control.wait_while_paused();
                if setup.control.is_stopped() || is_over.load(Ordering::Relaxed) {
                    return Ok(());
                }
                if to_recognisers.send(Job { scan: Arc::clone(&scan), page }).is_err() {
                    return Ok(());
                }
            }
        }
    }
}

/// The pages of a document that are to be recognised, in order.
fn pages(
    setup: &Setup<'_>,
    waiting: &Waiting,
    max_failures: u32,
    engine: Option<&str>,
) -> Result<Vec<u32>, IntakeError> {
    let Some(layout) = setup.catalog.layout(&waiting.id)? else { return Ok(Vec::new()) };
    let mut pages = pipeline::waiting_pages(&layout, &[]);
    for tried in setup.catalog.tried_pages(&waiting.sha256)? {
        let is_wanted = if tried.n_failures > 0 {
            tried.n_failures <= max_failures
        } else {
            engine.is_some_and(|engine| engine != tried.engine)
        };
        pages.retain(|page| *page != tried.page);
        if is_wanted {
            pages.push(tried.page);
        }
    }
    pages.sort_unstable();
    Ok(pages)
}

/// The original, when a file of it still holds those bytes. A changed file is for the next run.
fn original(setup: &Setup<'_>, waiting: &Waiting) -> Result<Option<Source>, IntakeError> {
    let context = Context::new(setup.tables, setup.limits.clone());
    for file in setup.catalog.paths(&waiting.id)? {
        let path = file.stat.path.on_disk(setup.archive);
        let opened = reader::open(&context, &path, &file.stat.path.to_string());
        if let Some(opened) = opened.ok().filter(|o| o.source.sha256 == waiting.sha256) {
            return Ok(Some(opened.source));
        }
    }
    Ok(None)
}

/// Recognises pages until there are no more.
fn recognise_all(
    setup: &Setup<'_>,
    jobs: &Mutex<Receiver<Job>>,
    to_keeper: &SyncSender<(Job, Outcome)>,
) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        let outcome = match setup.ocr.recognise(&job.scan.source, job.page) {
            Ok(Some(recognised)) => Ok(recognised),
            Ok(None) => {
                Err(OcrFailure::NoAnswer { detail: "nothing that looked at the page".to_owned() })
            }
            Err(failure) => Err(failure),
        };
        if to_keeper.send((job, outcome)).is_err() {
            return;
        }
    }
}

/// The one thread that keeps what was recognised.
struct Keeper<'a> {
    setup: &'a Setup<'a>,
    /// Remembers the pages that are kept.
    context: Context<'a>,
    run: RunId,
    engine: &'a str,
    feed: Feed<'a>,
    counts: &'a mut RunCounts,
    meter: Meter,
    tell: &'a (dyn Fn(Event<'_>) + Sync),
    /// Documents in hand, by their place in the catalog: pages done.
    open: BTreeMap<i64, (Arc<Scan>, usize)>,
    n_done: u64,
}

impl Keeper<'_> {
    fn keep_all(&mut self, outcomes: &Receiver<(Job, Outcome)>) -> Result<(), IntakeError> {
        let mut fed_at = Instant::now();
        let mut told_at = Instant::now();
        for (job, outcome) in outcomes {
            self.keep(&job, &outcome)?;
            if fed_at.elapsed() >= LATEST {
                self.feed.finish()?;
                fed_at = Instant::now();
            }
            if told_at.elapsed() >= TICK {
                (self.tell)(Event::Recognised(&self.meter.read(self.n_done, self.counts)));
                told_at = Instant::now();
            }
        }
        // Cut short: what there is of a document can be found.
        let open: Vec<Arc<Scan>> = self.open.values().map(|(scan, _)| Arc::clone(scan)).collect();
        for scan in open {
            self.read_again(&scan, &self.context.clone())?;
        }
        (self.tell)(Event::Recognised(&self.meter.read(self.n_done, self.counts)));
        self.feed.finish()
    }

    fn keep(&mut self, job: &Job, outcome: &Outcome) -> Result<(), IntakeError> {
        let scan = &job.scan;
        self.n_done += 1;
        match outcome {
            Ok(_) => self.counts.n_pages_recognised += 1,
            Err(_) => self.counts.n_pages_failed += 1,
        }
        if let Ok(recognised) = outcome
            && pipeline::looks_classified(&self.context, recognised)
        {
            let at_hand = AtHand { kept: self.setup.catalog, page: job.page, recognised };
            let context = Context { ocr: &at_hand, ..self.context.clone() };
            if !self.read_again(scan, &context)? {
                self.open.remove(&scan.waiting.ord);
                return Ok(());
            }
        }
        let sha256 = &scan.source.sha256;
        if !self.is_given_up(scan)? {
            self.setup.catalog.keep_recognised(sha256, job.page, self.engine, outcome)?;
        }
        let (_, n_done) =
            self.open.entry(scan.waiting.ord).or_insert_with(|| (Arc::clone(scan), 0));
        *n_done += 1;
        let n_done = *n_done;
        let is_complete = n_done == scan.n_pages;
        if is_complete || is_milestone(n_done) {
            self.read_again(scan, &self.context.clone())?;
        }
        if is_complete {
            self.open.remove(&scan.waiting.ord);
            self.counts.n_needs_ocr = self.counts.n_needs_ocr.saturating_sub(1);
        }
        Ok(())
    }

    /// Whether the document has left the catalog, e.g. because another page of it bore a stamp.
    fn is_given_up(&self, scan: &Scan) -> Result<bool, IntakeError> {
        Ok(self.setup.catalog.paths(&scan.waiting.id)?.is_empty())
    }

    /// Reads a document again with the pages that there are by now; whether it is still taken in.
    fn read_again(&mut self, scan: &Scan, context: &Context<'_>) -> Result<bool, IntakeError> {
        let rows = self.setup.catalog.paths(&scan.waiting.id)?;
        let rows = rows.into_iter().filter(|row| row.status.is_shown());
        let stats: Vec<_> = rows.map(|row: FileRow| row.stat).collect();
        let processed = reader::process(context, &scan.source).and_then(|processed| {
            let is_recognised =
                matches!(processed.record.text_source, TextSource::Ocr | TextSource::Mixed);
            let engine = is_recognised.then_some(self.engine);
            Stored::encode(processed, EXTRACTOR_REVISION, self.setup.tables.revision(), engine)
                .map_err(|error| Failure {
                    reason: FailureReason::Internal,
                    detail: error.to_string(),
                })
        });
        let sha256 = &scan.source.sha256;
        let changes: Vec<Change> = match processed {
            // The other files of a content follow it.
            Ok(stored) => stats
                .into_iter()
                .take(1)
                .map(|stat| Change::Taken { stat, stored: Box::new(stored.clone()) })
                .collect(),
            Err(failure) if failure.reason == FailureReason::Classified => {
                let failed = |stat| Change::Failed {
                    stat,
                    sha256: Some(sha256.clone()),
                    failure: failure.clone(),
                    revision: EXTRACTOR_REVISION,
                };
                let changes: Vec<Change> = stats.into_iter().map(failed).collect();
                for change in &changes {
                    if let Change::Failed { stat, failure, .. } = change {
                        let path = stat.path.to_string();
                        (self.tell)(Event::Failed { path: &path, failure });
                        *self.counts.failed.entry(failure.reason).or_default() += 1;
                    }
                }
                self.setup.catalog.apply(self.setup.tables, self.run, &changes)?;
                return Ok(false);
            }
            // It was read before; what went wrong now is not worse than what there is.
            Err(failure) => {
                tracing::warn!(reason = failure.reason.code(), "a scan could not be read again");
                return Ok(true);
            }
        };
        self.setup.catalog.apply(self.setup.tables, self.run, &changes)?;
        Ok(true)
    }
}

/// Whether a long document is worth reading again after so many pages: the first, which has the
/// letterhead, and ever fewer after it.
fn is_milestone(n_pages: usize) -> bool {
    n_pages == 1
        || (n_pages >= 16 && n_pages.is_power_of_two() && n_pages.ilog2().is_multiple_of(2))
}

/// What is kept, and one page that is not kept yet.
#[derive(Debug)]
struct AtHand<'a> {
    kept: &'a crate::catalog::Catalog,
    page: u32,
    recognised: &'a RecognisedPage,
}

impl Ocr for AtHand<'_> {
    fn engine(&self) -> Option<&str> {
        None
    }

    fn recognise(&self, source: &Source, page: u32) -> Result<Option<RecognisedPage>, OcrFailure> {
        if page == self.page {
            return Ok(Some(self.recognised.clone()));
        }
        Remembered(self.kept).recognise(source, page)
    }
}
