//! [`Desk`]: where a service that is running takes orders for intake, and sees what becomes of
//! them.
//!
//! Runs are worked off one at a time on one thread, rebuilds of the index beside them on another.
//! Whoever orders does not wait; the state can be looked at at any moment.

use std::{
    collections::{BTreeSet, VecDeque},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use crate::{
    catalog::{Catalog, FilePath},
    domain::tables::Tables,
    engine::switch::Switch,
    intake::{
        Control, Event, IntakeError, Order, Progress, Report, Scope, Setup, reindex, run,
        writer::now_ms,
    },
    recognised::Ocr,
    source::Limits,
    worker::Pool,
};

/// Paths that are looked at by name; when more change at once the whole archive is.
const MAX_PATHS: usize = 1000;

/// What the desk works with.
#[derive(Debug, Clone)]
pub struct Office {
    /// The folder of originals.
    pub archive: PathBuf,
    /// The folder of everything derived.
    pub data: PathBuf,
    /// Where outcomes are kept.
    pub catalog: Arc<Catalog>,
    /// The engine in use.
    pub engine: Arc<Switch>,
    /// Document types, issuers and so on.
    pub tables: Arc<Tables>,
    /// What one document may cost.
    pub limits: Limits,
    /// Threads that read.
    pub n_threads: NonZeroUsize,
    /// Who reads what foreign code reads; `None` reads it in this process.
    pub workers: Option<Arc<Pool>>,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// A run over the whole archive.
    All(Order),
    /// A look whether anything changed; a run is noted only when something did.
    Glance,
    /// A look at some paths, relative to the archive.
    Paths(BTreeSet<FilePath>),
}

/// A run that is under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// What it was asked to do: a code as in [`Order::code`].
    pub what: &'static str,
    /// Milliseconds since 1970.
    pub started_at_ms: i64,
    /// How far it is; `None` while it is looking for what there is to do.
    pub progress: Option<Progress>,
    /// Whether that counts pages whose words are being recognised, and no longer files.
    pub is_recognising: bool,
}

/// What goes on at a moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The run under way.
    pub running: Option<Running>,
    /// Orders that wait.
    pub n_waiting: usize,
    /// Whether everything waits until it may go on.
    pub is_paused: bool,
    /// A new index that is being built: how far it is.
    pub rebuilding: Option<Progress>,
    /// Why the last run, or the last rebuild, could not go on: the cause for the log.
    pub failure: Option<String>,
}

/// The desk.
#[derive(Debug, Default)]
pub struct Desk {
    inside: Mutex<Inside>,
    wake: Condvar,
    control: Control,
}

#[derive(Debug, Default)]
struct Inside {
    tasks: VecDeque<Task>,
    is_rebuild_wanted: bool,
    state: State,
}

/// How a run at the desk ended.
pub type Ended = Result<Report, IntakeError>;

impl Desk {
    /// Leaves an order. One that already waits is not left twice.
    pub fn order(&self, task: Task) {
        let mut inside = self.inside();
        let is_new = !inside.tasks.contains(&task);
        match (task, inside.tasks.back_mut()) {
            (Task::Paths(paths), Some(Task::Paths(waiting))) => {
                waiting.extend(paths);
                if waiting.len() > MAX_PATHS {
                    inside.tasks.pop_back();
                    inside.tasks.push_back(Task::Glance);
                }
            }
            (task, _) if is_new => inside.tasks.push_back(task),
            _ => {}
        }
        inside.state.n_waiting = inside.tasks.len();
        drop(inside);
        self.wake.notify_all();
    }

    /// Asks for a new index, built beside everything else.
    pub fn order_rebuild(&self) {
        self.inside().is_rebuild_wanted = true;
        self.wake.notify_all();
    }

    /// Lets everything wait after the documents in hand, or go on.
    pub fn pause(&self, is_paused: bool) {
        self.control.pause(is_paused);
        self.inside().state.is_paused = is_paused;
        self.wake.notify_all();
    }

    /// Ends what is under way after the documents in hand; nothing else is begun.
    pub fn close(&self) {
        self.control.stop();
        // Whoever is about to wait holds the lock until it does.
        drop(self.inside());
        self.wake.notify_all();
    }

    /// Whether it is being closed.
    pub fn is_closed(&self) -> bool {
        self.control.is_stopped()
    }

    /// What goes on.
    pub fn state(&self) -> State {
        self.inside().state.clone()
    }

    /// Works off runs until the desk is closed; `ocr` reads the words of page images, `ended` is
    /// told how each run ended. For one thread.
    pub fn work(&self, office: &Office, ocr: &dyn Ocr, ended: &mut dyn FnMut(&Ended)) {
        while let Some(task) = self.next(|inside| inside.tasks.pop_front()) {
            let what = match &task {
                Task::All(order) => order.code(),
                Task::Glance | Task::Paths(_) => Order::Changes.code(),
            };
            self.change(|inside| {
                inside.state.n_waiting = inside.tasks.len();
                inside.state.running = Some(Running {
                    what,
                    started_at_ms: now_ms(),
                    progress: None,
                    is_recognising: false,
                });
            });
            let outcome = self.take_in(office, ocr, &task);
            self.change(|inside| {
                inside.state.running = None;
                inside.state.failure = outcome.as_ref().err().map(|error| chain(error));
            });
            ended(&outcome);
        }
    }

    /// Works off rebuilds until the desk is closed. For another thread.
    pub fn work_rebuilds(&self, office: &Office) {
        let wanted =
            |inside: &mut Inside| std::mem::take(&mut inside.is_rebuild_wanted).then_some(());
        while self.next(wanted).is_some() {
            let tell = |progress: &Progress| {
                self.change(|inside| inside.state.rebuilding = Some(progress.clone()));
            };
            let outcome = reindex::rebuild_beside(
                &office.catalog,
                &office.data,
                office.n_threads,
                (&office.engine, &self.control),
                &tell,
            );
            if let Err(error) = &outcome {
                tracing::error!(error = chain(error), "the new index was given up");
            }
            self.change(|inside| {
                inside.state.rebuilding = None;
                inside.state.failure = outcome.err().map(|error| chain(&error));
            });
        }
    }

    fn take_in(&self, office: &Office, ocr: &dyn Ocr, task: &Task) -> Ended {
        let order = match task {
            Task::All(order) => order.clone(),
            Task::Glance | Task::Paths(_) => Order::Changes,
        };
        let setup = Setup {
            archive: &office.archive,
            catalog: &office.catalog,
            engine: &office.engine,
            tables: &office.tables,
            limits: &office.limits,
            n_threads: office.n_threads,
            workers: office.workers.as_deref(),
            order: &order,
            ocr,
            notes_idle: matches!(task, Task::All(_)),
            control: &self.control,
        };
        let scopes = match task {
            Task::Paths(paths) => paths.iter().map(|path| scope(&office.archive, path)).collect(),
            Task::All(_) | Task::Glance => Scope::all(&office.archive, &office.catalog)?,
        };
        run(&setup, &scopes, &|event| match event {
            Event::Progress(progress) => self.tell(progress, false),
            Event::Recognised(progress) => self.tell(progress, true),
            Event::Planned { .. } => {}
            Event::Failed { path, failure } => {
                tracing::warn!(path, reason = failure.reason.code(), "not taken in");
            }
        })
    }

    fn tell(&self, progress: &Progress, is_recognising: bool) {
        self.change(|inside| {
            if let Some(running) = &mut inside.state.running {
                running.progress = Some(progress.clone());
                running.is_recognising = is_recognising;
            }
        });
    }

    /// Waits until there is something to do; `None` when the desk is closed.
    fn next<T>(&self, pick: impl Fn(&mut Inside) -> Option<T>) -> Option<T> {
        let mut inside = self.inside();
        loop {
            if self.control.is_stopped() {
                return None;
            }
            if !self.control.is_paused()
                && let Some(picked) = pick(&mut inside)
            {
                return Some(picked);
            }
            inside = self.wake.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn change(&self, change: impl FnOnce(&mut Inside)) {
        change(&mut self.inside());
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A path that is there, else the nearest folder above it that is: what was in a folder that is
/// gone is gone too.
fn scope(archive: &Path, path: &FilePath) -> Scope {
    let mut base = path.clone();
    while !base.as_bytes().is_empty() && base.on_disk(archive).symlink_metadata().is_err() {
        let bytes = base.as_bytes();
        let n_kept = bytes.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        base = FilePath::from_bytes(bytes[..n_kept].to_vec());
    }
    Scope { root: base.on_disk(archive), base }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
