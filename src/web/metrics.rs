//! `/metrics`: what the service did, for a monitor, in the OpenMetrics text that Prometheus reads.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Extension,
    extract::{MatchedPath, Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use crate::web::{App, blocking, problem::Problem};

/// Upper bounds in seconds: search answers in milliseconds, an original takes as long as it takes.
const BUCKETS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];

/// By what requests are told apart. The route is the pattern, never the address: addresses hold
/// numbers of documents, and there is no end of them.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabel {
    route: String,
}

/// The instruments.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Family<RouteLabel, Histogram>,
    documents: Gauge,
    failed_files: Gauge,
    files_needing_ocr: Gauge,
    uptime: Gauge,
    started_at: Instant,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("vanthu");
        let requests = Family::default();
        let seconds = Family::new_with_constructor(seconds_histogram as fn() -> Histogram);
        let (documents, failed_files) = (Gauge::default(), Gauge::default());
        let (files_needing_ocr, uptime) = (Gauge::default(), Gauge::default());
        registry.register("http_requests", "Requests answered", Family::clone(&requests));
        registry.register_with_unit(
            "http_request_duration",
            "Time until the answer began",
            Unit::Seconds,
            Family::clone(&seconds),
        );
        registry.register("documents", "Documents that can be found", documents.clone());
        registry.register("failed_files", "Files not taken in", failed_files.clone());
        registry.register(
            "files_needing_ocr",
            "Files with pages that wait for recognition",
            files_needing_ocr.clone(),
        );
        registry.register_with_unit("uptime", "Time since start", Unit::Seconds, uptime.clone());
        Self {
            registry,
            requests,
            seconds,
            documents,
            failed_files,
            files_needing_ocr,
            uptime,
            started_at: Instant::now(),
        }
    }

    fn count(&self, method: String, route: String, status: u16, took: Duration) {
        self.seconds
            .get_or_create(&RouteLabel { route: route.clone() })
            .observe(took.as_secs_f64());
        self.requests.get_or_create(&Labels { method, route, status }).inc();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn seconds_histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

/// Middleware: counts a request by its route and times its answer.
pub async fn observe(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let started_at = Instant::now();
    let method = match request.method().as_str() {
        // Any other word may be a method; there is no end of them either.
        known @ ("GET" | "HEAD" | "POST" | "PATCH" | "PUT" | "DELETE" | "OPTIONS") => known,
        _ => "other",
    };
    let method = method.to_owned();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("unmatched", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    metrics.count(method, route, response.status().as_u16(), started_at.elapsed());
    response
}

/// What the service did and holds, for a monitor.
#[utoipa::path(get, path = "/metrics", tag = "service", responses(
    (status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text")))]
pub async fn metrics(
    State(app): State<Arc<App>>,
    Extension(metrics): Extension<Arc<Metrics>>,
) -> Result<Response, Problem> {
    let counts = blocking(&app, |app| Ok(app.archive.catalog.counts()?)).await?;
    let gauge = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    metrics.documents.set(gauge(counts.n_documents));
    metrics.failed_files.set(gauge(counts.n_failed));
    metrics.files_needing_ocr.set(gauge(counts.n_needs_ocr));
    metrics.uptime.set(gauge(metrics.started_at.elapsed().as_secs()));
    let mut text = String::new();
    encode(&mut text, &metrics.registry).map_err(|error| {
        tracing::error!(%error, "the metrics could not be written");
        Problem::internal()
    })?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
