//! `POST /api/v1/search/batch`: many searches in one request, each answered as if asked alone.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    archive::{SearchParams, SortBy},
    web::{
        App,
        api_search::{SearchAnswer, SortCode},
        blocking,
        problem::Problem,
        results::today,
    },
};

/// Most queries of one request.
pub const MAX_QUERIES: usize = 500;

/// Longest time that the queries of one request are worked on; what is left is given up.
const LONGEST: Duration = Duration::from_secs(30);

/// Many searches.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRequest {
    /// What a clerk would type, one entry a search.
    #[schema(min_items = 1, max_items = 500)]
    queries: Vec<String>,
    /// Hits of each, 1 to 100; 3 when not given.
    #[schema(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Order of the hits; by relevance when not given.
    #[schema(inline)]
    sort: Option<SortCode>,
}

/// The answers, in the order of the queries.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchAnswer {
    /// One entry a query.
    pub answers: Vec<BatchEntry>,
    /// Milliseconds for all of them.
    pub took_ms: f64,
}

/// One query and its answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchEntry {
    /// As asked.
    pub q: String,
    /// As from `/api/v1/search`, without facets.
    #[serde(flatten)]
    pub answer: SearchAnswer,
}

/// A body that is not the JSON asked for, as a problem of ours.
pub fn json_body<T>(body: Result<Json<T>, JsonRejection>, expected: &str) -> Result<T, Problem> {
    body.map(|Json(value)| value).map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::body_too_large(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::unsupported_media_type(),
        StatusCode::BAD_REQUEST => Problem::bad_request(),
        _ => Problem::invalid_body(expected),
    })
}

/// Answers up to 500 searches, without facets.
#[utoipa::path(post, path = "/api/v1/search/batch", tag = "search", request_body = BatchRequest,
    responses(
        (status = 200, body = BatchAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "not JSON, or a value out of range"),
        (status = 408, body = Problem, content_type = "application/problem+json", description = "not done within 30 seconds"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "not the properties described")))]
pub async fn batch(
    State(app): State<Arc<App>>,
    body: Result<Json<BatchRequest>, JsonRejection>,
) -> Result<Json<BatchAnswer>, Problem> {
    let asked = json_body(body, "an object with the property queries, an array of strings")?;
    if asked.queries.is_empty() || asked.queries.len() > MAX_QUERIES {
        return Err(Problem::invalid_parameter("queries", "1 to 500 entries"));
    }
    let per_page = asked.limit.unwrap_or(3);
    if !(1..=100).contains(&per_page) {
        return Err(Problem::invalid_parameter("limit", "a number from 1 to 100"));
    }
    let sort = asked.sort.map_or(SortBy::Relevance, SortBy::from);
    let started_at = Instant::now();
    let today = today();
    let answers = blocking(&app, move |app| {
        let mut answers = Vec::with_capacity(asked.queries.len());
        for q in asked.queries {
            if started_at.elapsed() > LONGEST {
                return Ok(None);
            }
            let params =
                SearchParams { per_page, sort, facets: false, ..SearchParams::new(&q, today) };
            let answer = SearchAnswer::new(app.archive.search(&params)?);
            answers.push(BatchEntry { q, answer });
        }
        Ok(Some(answers))
    })
    .await?;
    let answers = answers.ok_or_else(Problem::timed_out)?;
    Ok(Json(BatchAnswer { answers, took_ms: started_at.elapsed().as_secs_f64() * 1000.0 }))
}
