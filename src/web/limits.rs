//! What one request may cost, and how a refusal is said: 408, 413 and 429 as problems.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::sync::Semaphore;

use crate::web::problem::Problem;

/// What the service lets one request, and all of them together, cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceLimits {
    /// Requests that may be answered at the same time; further ones get 429.
    pub n_at_once: usize,
    /// Longest time until an answer begins; then 408. A file that is being sent may take longer.
    pub deadline: Duration,
    /// Largest body of a request in bytes; then 413.
    pub body_bytes: usize,
    /// The same for an upload, all its files together.
    pub upload_bytes: usize,
    /// Longest time for an upload; then 408.
    pub upload_deadline: Duration,
}

impl Default for ServiceLimits {
    /// Sized for an office PC: a store call takes milliseconds, so a queue of 256 means that
    /// something is wrong, and waiting longer would not mend it.
    fn default() -> Self {
        Self {
            n_at_once: 256,
            deadline: Duration::from_secs(30),
            body_bytes: 2 << 20,
            upload_bytes: 1 << 30,
            upload_deadline: Duration::from_secs(3600),
        }
    }
}

/// Middleware: lets a request in while there is room, and answers 429 otherwise.
pub async fn admit(State(room): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_place) = room.try_acquire() else {
        let mut response = Problem::too_many_requests().into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        return response;
    };
    next.run(request).await
}

/// Middleware: an error that a layer or an extractor wrote in its own words becomes a problem.
pub async fn as_problem(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let problem = match response.status() {
        StatusCode::BAD_REQUEST => Problem::bad_request(),
        StatusCode::REQUEST_TIMEOUT => Problem::timed_out(),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::body_too_large(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::unsupported_media_type(),
        _ => return response,
    };
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_ours = kind.is_some_and(|kind| {
        kind.as_bytes().starts_with(b"application/problem+json")
            || kind.as_bytes().starts_with(b"text/html")
    });
    if is_ours { response } else { problem.into_response() }
}
