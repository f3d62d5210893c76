//! The HTTP edge: pages for clerks and the API under `/api/v1/`, both over the same [`Archive`].
//!
//! Answers only; understands nothing. Handlers never block: store calls go through [`blocking`].

pub mod advanced;
pub mod api;
pub mod api_batch;
pub mod api_runs;
pub mod api_search;
pub mod api_suggest;
pub mod api_upload;
pub mod check;
mod citations;
pub mod correct;
pub mod docs;
pub mod document;
pub mod edit;
pub mod etag;
pub mod faces;
pub mod home;
pub mod limits;
pub mod metrics;
pub mod missing;
pub mod openapi;
pub mod pages;
pub mod picture;
pub mod picture_cache;
pub mod problem;
pub mod register;
pub mod register_page;
pub mod results;
pub mod review;
pub mod same_site;
pub mod sheet;
pub mod shell;
pub mod status;
pub mod status_now;
pub mod text_view;
pub mod wire;
pub mod wire_check;
pub mod words;

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::{
    Extension, Router,
    body::Body,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Request, StatusCode, header},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use tokio::sync::Semaphore;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

use crate::{
    archive::{Archive, ArchiveError},
    intake::{Desk, Office},
    web::{limits::ServiceLimits, metrics::Metrics, picture::Pictures, problem::Problem},
};

/// What the handlers share.
#[derive(Debug)]
pub struct App {
    /// Catalog and engine.
    pub archive: Archive,
    /// Where the originals lie.
    pub archive_folder: PathBuf,
    /// Pages as pictures.
    pub pictures: Pictures,
    /// Where orders for intake are left.
    pub desk: Arc<Desk>,
    /// What an upload is read with.
    pub office: Office,
}

impl App {
    /// Over the stores of an office.
    pub fn new(office: &Office, desk: Arc<Desk>, pictures: Pictures) -> Self {
        let (catalog, engine) = (Arc::clone(&office.catalog), Arc::clone(&office.engine));
        Self {
            archive: Archive::new(catalog, engine, Arc::clone(&office.tables)),
            archive_folder: office.archive.clone(),
            pictures,
            desk,
            office: office.clone(),
        }
    }
}

/// Longest time that requests under way get at the end; a reader that does not read is cut off.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// The whole service as a router: tests call it directly.
pub fn router(app: Arc<App>) -> Router {
    router_with(app, ServiceLimits::default())
}

/// The whole service with limits of one's own.
pub fn router_with(app: Arc<App>, limits: ServiceLimits) -> Router {
    let metrics = Arc::new(Metrics::new());
    let tagged = Router::new()
        .route("/api/v1/documents/{id}", get(api::document).patch(correct::correct))
        .route("/api/v1/documents/{id}/corrections", get(correct::log))
        .route("/api/v1/documents/{id}/text", get(api::text))
        .route("/api/v1/documents/{id}/citations", get(api::citations))
        .layer(from_fn(etag::tag));
    let api = Router::new()
        .merge(tagged)
        .route("/api/v1/search", get(api_search::search))
        .route("/api/v1/search/batch", post(api_batch::batch))
        .route("/api/v1/documents/{id}/original", get(api::original))
        .route("/api/v1/documents/{id}/pages/{file}", get(picture::page))
        .route("/api/v1/missing", get(api::missing))
        .route("/api/v1/check", post(check::check))
        .route("/api/v1/numbers", get(api::numbers))
        .route("/api/v1/suggest", get(api_suggest::suggest))
        .route("/api/v1/register", get(register::register))
        .route("/api/v1/runs", get(api_runs::runs).post(api_runs::order))
        .route("/api/v1/runs/events", get(api_runs::events))
        .route("/api/v1/runs/pause", put(api_runs::pause))
        .route("/api/v1/failures", get(api_runs::failures))
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/openapi.json", get(openapi::document))
        .route("/metrics", get(metrics::metrics))
        .route("/healthz", get(api::health));
    let pages = Router::new()
        .route("/", get(pages::home))
        .route("/tim", get(pages::results))
        .route("/vb/{key}", get(pages::document))
        .route("/vb/{key}/vien-dan", get(pages::document_citations))
        .route("/vb/{key}/sua", post(correct::form))
        .route("/kiem-tra", get(review::queue))
        .route("/thieu", get(pages::missing))
        .route("/so", get(register_page::page))
        .route("/so/{file}", get(register_page::file))
        .route("/doi-chieu", get(check::form).post(check::result))
        .route("/tinh-trang", get(status::page).post(status::order))
        .route("/tinh-trang/su-kien", get(status::events))
        .route("/huong-dan", get(pages::help))
        .route("/api", get(docs::page))
        .route("/static/{name}", get(pages::asset));
    let uploads = Router::new()
        .route("/api/v1/documents", post(api_upload::upload))
        .route("/tai-len", post(api_upload::upload_page))
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .with_state(Arc::clone(&app))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, limits.upload_deadline))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(limits.upload_bytes));
    api.merge(pages)
        .fallback(pages::not_found)
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .with_state(app)
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, limits.deadline))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(limits.body_bytes))
        .merge(uploads)
        .layer(from_fn_with_state(Arc::new(Semaphore::new(limits.n_at_once)), limits::admit))
        .layer(from_fn(same_site::protect))
        .layer(from_fn(limits::as_problem))
        .layer(from_fn_with_state(Arc::clone(&metrics), metrics::observe))
        .layer(Extension(metrics))
        .layer(fixed(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "same-origin"))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request<Body>| {
            // The query of a request holds words of documents: it stays out of the log.
            tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
        }))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}

/// Runs store calls on a thread that may block, the only place where handlers wait for a store.
///
/// # Errors
/// `internal` when a store fails; the cause goes to the log, once.
pub async fn blocking<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> Result<T, ArchiveError> + Send + 'static,
) -> Result<T, Problem> {
    let app = Arc::clone(app);
    match tokio::task::spawn_blocking(move || work(&app)).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            let chain = chain(&error);
            tracing::error!(error = chain, "a store failed");
            Err(Problem::internal())
        }
        Err(error) => {
            tracing::error!(%error, "a store call panicked");
            Err(Problem::internal())
        }
    }
}

/// An error and its causes on one line, for the log.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Serves until `stop` resolves; requests under way are finished, for [`LAST_ANSWERS`] at most.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    app: Arc<App>,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (told, was_told) = tokio::sync::oneshot::channel();
    let stop = async move {
        stop.await;
        // Nobody listens any more when the listener has failed.
        let _ = told.send(());
    };
    let served = axum::serve(listener, router(app)).with_graceful_shutdown(stop);
    tokio::select! {
        served = served => served,
        () = async {
            if was_told.await.is_err() {
                std::future::pending::<()>().await;
            }
            tokio::time::sleep(LAST_ANSWERS).await;
        } => {
            tracing::warn!("some requests were still under way and were cut off");
            Ok(())
        }
    }
}
