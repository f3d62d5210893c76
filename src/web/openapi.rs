//! `openapi.json`: the description of the API, made from the handlers themselves.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use utoipa::OpenApi;

use crate::web::{
    api, api_batch, api_runs, api_search, api_suggest, api_upload, check, correct, metrics,
    picture, register,
};

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "vanthu",
        description = "An archive of Vietnamese administrative documents: search by number, date, issuing body and text, and follow citations. Spans are byte offsets into the normalised text of a document.",
    ),
    paths(
        api_search::search, api_batch::batch, api::document, api::text, api::original, picture::page, api::citations, api::missing, check::check,
        api::numbers, api_suggest::suggest, api_upload::upload, api_runs::runs, api_runs::order, api_runs::pause, api_runs::events,
        api_runs::failures, register::register, api::health, metrics::metrics, correct::correct, correct::log,
    ),
    tags(
        (name = "search", description = "finding documents"),
        (name = "documents", description = "one document"),
        (name = "citations", description = "what is cited"),
        (name = "intake", description = "what was taken in"),
        (name = "service", description = "the service itself"),
    ),
)]
pub struct Api;

/// `/api/v1/openapi.json`
pub async fn document() -> Response {
    match Api::openapi().to_json() {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => {
            tracing::error!(%error, "openapi.json could not be written");
            crate::web::problem::Problem::internal().into_response()
        }
    }
}
