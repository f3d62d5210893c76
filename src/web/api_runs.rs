//! `/api/v1/runs` and `/api/v1/failures`: what intake did and does, what it could not read, and
//! orders for it.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{
        Query, State,
        rejection::{JsonRejection, QueryRejection},
    },
    http::StatusCode,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    catalog::{FilePath, FileRow, Run, Unread, UnreadCounts},
    domain::failure::FailureReason,
    intake::{Choice, Kind, Order, Progress, State as DeskState, Task, generation},
    web::{
        App,
        api::{Limit, parameters},
        api_batch::json_body,
        blocking,
        problem::Problem,
    },
};

/// Time between two looks at the desk for those who listen.
pub const TICK: Duration = Duration::from_secs(1);
/// How many failures are told along with the runs.
const N_FAILURES: usize = 100;

/// The intake.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunsAnswer {
    /// Documents that can be found.
    pub n_documents: u64,
    /// Files not taken in.
    pub n_failed: u64,
    /// The same by reason, e.g. `password_protected`.
    pub failed: BTreeMap<&'static str, u64>,
    /// Files with pages that need recognition.
    pub n_needs_ocr: u64,
    /// What goes on.
    pub now: Now,
    /// Newest first. One without an end that does not go on was cut short.
    #[schema(value_type = Vec<Object>)]
    pub runs: Vec<Run>,
    /// The first hundred files that are not, or not fully, read; all of them are under
    /// `/api/v1/failures`.
    pub failures: Vec<FailureRow>,
}

/// What goes on at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Now {
    /// The run under way.
    pub run: Option<RunNow>,
    /// Orders that wait.
    pub n_waiting: usize,
    /// Whether everything waits until it may go on.
    pub is_paused: bool,
    /// The index that answers searches.
    pub generation: Option<u32>,
    /// The next one, while it is being built.
    pub rebuilding: Option<HowFar>,
    /// Why the last run could not go on; the log has the cause.
    pub failure: Option<String>,
}

/// A run under way.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunNow {
    /// `changes`, `failed` or `again`.
    pub what: &'static str,
    /// Milliseconds since 1970.
    pub started_at_ms: i64,
    /// `None` while it looks for what there is to do.
    pub how_far: Option<HowFar>,
    /// Whether that counts pages whose words are being recognised, and no longer files.
    pub is_recognising: bool,
    /// What became of the files so far.
    #[schema(value_type = Object)]
    pub counts: Value,
}

/// How far something is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HowFar {
    /// Done.
    pub n_done: u64,
    /// To be done in all.
    pub n_total: u64,
    /// A second, over the last ten seconds.
    pub rate: f64,
    /// A second, since the beginning.
    pub mean_rate: f64,
    /// Seconds until the end at the present rate.
    pub seconds_left: Option<u64>,
    /// Memory of the service.
    pub memory_bytes: Option<u64>,
}

impl From<&Progress> for HowFar {
    fn from(progress: &Progress) -> Self {
        let seconds = progress.elapsed.as_secs_f64();
        Self {
            n_done: progress.n_done,
            n_total: progress.n_total,
            rate: progress.rate,
            mean_rate: if seconds > 0.0 { progress.n_done as f64 / seconds } else { 0.0 },
            seconds_left: progress.remaining.map(|time| time.as_secs()),
            memory_bytes: progress.memory_bytes,
        }
    }
}

impl Now {
    /// From the state of the desk; `generation` is the index in use.
    pub fn new(state: &DeskState, generation: Option<u32>) -> Self {
        let run = state.running.as_ref().map(|running| RunNow {
            what: running.what,
            started_at_ms: running.started_at_ms,
            how_far: running.progress.as_ref().map(HowFar::from),
            is_recognising: running.is_recognising,
            counts: running
                .progress
                .as_ref()
                .and_then(|progress| serde_json::to_value(&progress.counts).ok())
                .unwrap_or_default(),
        });
        Self {
            run,
            n_waiting: state.n_waiting,
            is_paused: state.is_paused,
            generation,
            rebuilding: state.rebuilding.as_ref().map(HowFar::from),
            failure: state.failure.clone(),
        }
    }

    /// What goes on at this moment.
    pub fn of(app: &App) -> Self {
        // A catalog that cannot be read shows wherever it matters.
        let generation = generation::number(&app.archive.catalog).unwrap_or_default();
        Self::new(&app.desk.state(), generation)
    }
}

/// A file that is not, or not fully, read.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureRow {
    /// Relative to the archive.
    pub path: String,
    /// `failed` or `needs_ocr`.
    pub status: &'static str,
    /// The named reason, e.g. `password_protected`.
    pub reason: Option<&'static str>,
    /// What happened and what to do.
    pub sentence: Option<&'static str>,
    /// Technical detail.
    pub detail: Option<String>,
}

impl From<&FileRow> for FailureRow {
    fn from(file: &FileRow) -> Self {
        let failure = file.failure.as_ref();
        Self {
            path: file.stat.path.to_string(),
            status: file.status.code(),
            reason: failure.map(|failure| failure.reason.code()),
            sentence: failure.map(|failure| failure.reason.sentence_en()),
            detail: failure.map(|failure| failure.detail.clone()),
        }
    }
}

/// The runs of intake, newest first, and what goes on.
#[utoipa::path(get, path = "/api/v1/runs", tag = "intake", params(Limit),
    responses(
        (status = 200, body = RunsAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn runs(
    State(app): State<Arc<App>>,
    query: Result<Query<Limit>, QueryRejection>,
) -> Result<Json<RunsAnswer>, Problem> {
    let limit = parameters(query)?.checked(20)?;
    blocking(&app, move |app| {
        let catalog = &app.archive.catalog;
        let UnreadCounts { failed, n_needs_ocr } = catalog.unread_counts()?;
        let failures = catalog.unread(Unread::All, None, N_FAILURES)?;
        Ok(RunsAnswer {
            n_documents: catalog.extent()?.0,
            n_failed: failed.values().sum(),
            failed: failed.into_iter().map(|(reason, n)| (reason.code(), n)).collect(),
            n_needs_ocr,
            now: Now::of(app),
            runs: catalog.runs(limit)?,
            failures: failures.iter().map(FailureRow::from).collect(),
        })
    })
    .await
    .map(Json)
}

/// Which failures.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhichFailures {
    /// A reason, e.g. `damaged`, or `needs_ocr`; every kind when not given.
    kind: Option<String>,
    /// Only paths after this one: `next` of the page before.
    after: Option<String>,
    /// How many rows, 1 to 1,000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// Files that are not, or not fully, read.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailuresAnswer {
    /// By path.
    pub failures: Vec<FailureRow>,
    /// For `after`, when there may be more.
    pub next: Option<String>,
}

/// Reads a kind of failure: a reason, or `needs_ocr`.
pub fn unread(kind: Option<&str>) -> Option<Unread> {
    match kind {
        None | Some("") => Some(Unread::All),
        Some("needs_ocr") => Some(Unread::NeedsOcr),
        Some(code) => FailureReason::from_code(code).map(Unread::Because),
    }
}

/// Every file that is not, or not fully, read, with the reason.
#[utoipa::path(get, path = "/api/v1/failures", tag = "intake", params(WhichFailures),
    responses(
        (status = 200, body = FailuresAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn failures(
    State(app): State<Arc<App>>,
    query: Result<Query<WhichFailures>, QueryRejection>,
) -> Result<Json<FailuresAnswer>, Problem> {
    let asked = parameters(query)?;
    let which = unread(asked.kind.as_deref())
        .ok_or_else(|| Problem::invalid_parameter("kind", "a reason, or needs_ocr"))?;
    let limit = asked.limit.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(Problem::invalid_parameter("limit", "a number from 1 to 1000"));
    }
    let after = asked.after.map(|path| FilePath::from_bytes(path.into_bytes()));
    blocking(&app, move |app| {
        let rows = app.archive.catalog.unread(which, after.as_ref(), limit)?;
        let last = rows.last().filter(|_| rows.len() == limit);
        let next = last.map(|row| row.stat.path.to_string());
        Ok(FailuresAnswer { failures: rows.iter().map(FailureRow::from).collect(), next })
    })
    .await
    .map(Json)
}

/// What goes on, once a second as long as it changes: server-sent events, each with a `Now`.
#[utoipa::path(get, path = "/api/v1/runs/events", tag = "intake",
    responses((status = 200, description = "a stream that stays open", content_type = "text/event-stream", body = Now)))]
pub async fn events(
    State(app): State<Arc<App>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    listen(app, |app| {
        let event = Event::default().json_data(Now::of(app));
        event.unwrap_or_else(|_| Event::default().comment("not written"))
    })
}

/// Tells what goes on whenever the state of the desk has changed, until the service ends.
pub fn listen(
    app: Arc<App>,
    tell: impl Fn(&App) -> Event + Clone + Send + Sync + 'static,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = stream::unfold(None::<DeskState>, move |told| {
        let (app, tell) = (Arc::clone(&app), tell.clone());
        async move {
            loop {
                if app.desk.is_closed() {
                    return None;
                }
                let state = app.desk.state();
                if told.as_ref() != Some(&state) {
                    // The first event goes out at once, the others a second apart.
                    if told.is_some() {
                        tokio::time::sleep(TICK).await;
                    }
                    let state = app.desk.state();
                    let made = Arc::clone(&app);
                    let event = tokio::task::spawn_blocking(move || tell(&made)).await.ok()?;
                    return Some((Ok(event), Some(state)));
                }
                tokio::time::sleep(TICK).await;
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

/// An order for intake.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// What to do.
    #[schema(inline)]
    what: What,
    /// With `failed` and `again`: only these kinds, an ending (`pdf`), a reason (`damaged`) or
    /// `needs_ocr`.
    #[serde(default)]
    kinds: Vec<String>,
    /// With `again`: only what an extractor before this revision had read.
    older_than: Option<u32>,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Take in what is new or changed, note what is gone.
    Changes,
    /// Try again what was not taken in.
    Failed,
    /// Read originals again.
    Again,
    /// Read again what another version of the program, or other tables, had read.
    Stale,
    /// Build the search index anew.
    Reindex,
}

/// What became of an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunAccepted {
    /// What goes on, the order included.
    pub now: Now,
}

/// Leaves an order for intake; it is worked off after those that wait.
#[utoipa::path(post, path = "/api/v1/runs", tag = "intake", request_body = RunRequest,
    responses(
        (status = 202, body = RunAccepted, description = "the order waits, or is under way"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "not JSON, or a value that is not known"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "made by a page of another site"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "not the properties described")))]
pub async fn order(
    State(app): State<Arc<App>>,
    body: Result<Json<RunRequest>, JsonRejection>,
) -> Result<(StatusCode, Json<RunAccepted>), Problem> {
    let asked = json_body(body, "an object with the property what")?;
    let kinds: Result<Vec<Kind>, _> = asked.kinds.iter().map(|kind| kind.parse()).collect();
    let kinds = kinds.map_err(|_| {
        Problem::invalid_parameter("kinds", "endings like pdf, reasons like damaged, or needs_ocr")
    })?;
    leave(&app, asked.what, kinds, asked.older_than);
    let now = blocking(&app, |app| Ok(Now::of(app))).await?;
    Ok((StatusCode::ACCEPTED, Json(RunAccepted { now })))
}

/// Leaves an order at the desk.
pub fn leave(app: &App, what: What, kinds: Vec<Kind>, older_than: Option<u32>) {
    let choice = Choice { kinds, older_than, ..Choice::default() };
    let order = match what {
        What::Changes => Order::Changes,
        What::Failed => Order::Again(Choice { only_failed: true, ..choice }),
        What::Again => Order::Again(choice),
        What::Stale => Order::Again(Choice { only_stale: true, ..choice }),
        What::Reindex => return app.desk.order_rebuild(),
    };
    app.desk.order(Task::All(order));
}

/// Whether intake is to wait.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseRequest {
    /// Wait, or go on.
    is_paused: bool,
}

/// Lets intake wait after the documents in hand, or go on where it was.
#[utoipa::path(put, path = "/api/v1/runs/pause", tag = "intake", request_body = PauseRequest,
    responses(
        (status = 200, body = RunAccepted),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "not JSON"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "made by a page of another site"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "not the properties described")))]
pub async fn pause(
    State(app): State<Arc<App>>,
    body: Result<Json<PauseRequest>, JsonRejection>,
) -> Result<Json<RunAccepted>, Problem> {
    let asked = json_body(body, "an object with the property is_paused, true or false")?;
    app.desk.pause(asked.is_paused);
    let now = blocking(&app, |app| Ok(Now::of(app))).await?;
    Ok(Json(RunAccepted { now }))
}
