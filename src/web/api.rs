//! `/api/v1/`: documents, citations, missing, numbers. Searching is in `api_search`, intake in
//! `api_runs`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tower_http::services::ServeFile;
use utoipa::IntoParams;

use crate::{
    archive::Named,
    catalog::{Aim, FileStatus},
    domain::record::RecordId,
    web::{
        App, blocking,
        citations::cursor_from_text,
        problem::Problem,
        wire::{
            CitationsAnswer, DocumentAnswer, HealthAnswer, MissingAnswer, NumbersAnswer, TextAnswer,
        },
    },
};

/// The limit of a list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Limit {
    /// How many rows, 1 to 1,000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

impl Limit {
    /// The limit, when it is one that may be asked for.
    ///
    /// # Errors
    /// `invalid_parameter` otherwise.
    pub fn checked(&self, default: usize) -> Result<usize, Problem> {
        match self.limit {
            None => Ok(default),
            Some(limit) if (1..=1000).contains(&limit) => Ok(limit),
            Some(_) => Err(Problem::invalid_parameter("limit", "a number from 1 to 1000")),
        }
    }
}

/// Sentences about what became of a document in one answer.
const MAX_STANDING: usize = 100;

/// Which of the citing documents.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Citing {
    /// How many citing documents, 1 to 1,000; 100 when not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// `next` of the answer before.
    after: Option<String>,
}

/// What has been typed of a number so far.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Prefix {
    /// The beginning of a number in any spelling, e.g. `293 kh`.
    prefix: String,
    /// How many numbers, 1 to 50; 8 when not given.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<usize>,
}

/// Query parameters that could not be read become a problem of ours.
pub fn parameters<T>(
    query: Result<Query<T>, axum::extract::rejection::QueryRejection>,
) -> Result<T, Problem> {
    match query {
        Ok(Query(value)) => Ok(value),
        Err(rejection) => Err(Problem::invalid_parameter("query", &rejection.body_text())),
    }
}

/// Finds the one document that an identifier or a number names.
pub(super) async fn named(app: &Arc<App>, key: String) -> Result<RecordId, Problem> {
    let asked = key.clone();
    match blocking(app, move |app| app.archive.named(&key)).await? {
        Named::One(id) => Ok(id),
        Named::None => Err(Problem::document_not_found(&asked)),
        Named::Several(ids) => Err(Problem::ambiguous_number(ids.len())),
    }
}

/// One document: its record, its files, how often it is cited.
#[utoipa::path(get, path = "/api/v1/documents/{id}", tag = "documents",
    params(("id" = String, Path, description = "identifier, or number in any spelling")),
    responses(
        (status = 200, body = DocumentAnswer),
        (status = 304, description = "as the ETag of If-None-Match says, not changed"),
        (status = 300, body = Problem, content_type = "application/problem+json", description = "several documents carry the number"),
        (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn document(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
) -> Result<Json<DocumentAnswer>, Problem> {
    let id = named(&app, key).await?;
    document_answer(&app, id).await.map(Json)
}

/// A document as it is shown now.
pub(super) async fn document_answer(
    app: &Arc<App>,
    id: RecordId,
) -> Result<DocumentAnswer, Problem> {
    blocking(app, move |app| {
        let catalog = &app.archive.catalog;
        let Some(record) = catalog.record(&id)? else {
            return Ok(Err(Problem::document_not_found(id.as_str())));
        };
        let paths = catalog.paths(&id)?;
        let n_cited_by = catalog.n_citing(Aim::Held(&id))?;
        let corrections = catalog.corrections(&id)?;
        let standing = catalog.standing(&id, MAX_STANDING)?;
        Ok(Ok(DocumentAnswer::new(record, &paths, n_cited_by, &corrections, standing)))
    })
    .await?
}

/// The text that the spans of the record refer to.
#[utoipa::path(get, path = "/api/v1/documents/{id}/text", tag = "documents",
    params(("id" = String, Path, description = "identifier, or number in any spelling")),
    responses(
        (status = 200, body = TextAnswer),
        (status = 304, description = "as the ETag of If-None-Match says, not changed"),
        (status = 300, body = Problem, content_type = "application/problem+json", description = "several documents carry the number"),
        (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn text(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
) -> Result<Json<TextAnswer>, Problem> {
    let id = named(&app, key).await?;
    blocking(&app, move |app| {
        Ok(match app.archive.catalog.text(&id)? {
            Some(text) => Ok(TextAnswer::new(&id, &text)),
            None => Err(Problem::document_not_found(id.as_str())),
        })
    })
    .await?
    .map(Json)
}

/// What a document cites and who cites it, the latest first.
#[utoipa::path(get, path = "/api/v1/documents/{id}/citations", tag = "documents",
    params(("id" = String, Path, description = "identifier, or number in any spelling"), Citing),
    responses(
        (status = 200, body = CitationsAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 304, description = "as the ETag of If-None-Match says, not changed"),
        (status = 300, body = Problem, content_type = "application/problem+json", description = "several documents carry the number"),
        (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn citations(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    query: Result<Query<Citing>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<CitationsAnswer>, Problem> {
    let asked = parameters(query)?;
    let limit = Limit { limit: asked.limit }.checked(100)?;
    let after = match asked.after.as_deref() {
        None => None,
        Some(text) => Some(cursor_from_text(text).ok_or_else(|| {
            Problem::invalid_parameter("after", "the value of next in an answer")
        })?),
    };
    let id = named(&app, key).await?;
    blocking(&app, move |app| {
        let catalog = &app.archive.catalog;
        let incoming = catalog.incoming(Aim::Held(&id), after.as_ref(), limit)?;
        let n_cited_by = catalog.n_citing(Aim::Held(&id))?;
        Ok(CitationsAnswer::new(&id, catalog.outgoing(&id)?, incoming, n_cited_by))
    })
    .await
    .map(Json)
}

/// The original file, byte for byte. Takes range requests.
#[utoipa::path(get, path = "/api/v1/documents/{id}/original", tag = "documents",
    params(("id" = String, Path, description = "identifier, or number in any spelling")),
    responses(
        (status = 200, description = "the bytes of the file, under the type that its name says", content_type = "*/*"),
        (status = 206, description = "the bytes of the range asked for"),
        (status = 300, body = Problem, content_type = "application/problem+json", description = "several documents carry the number"),
        (status = 304, description = "not changed"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 416, description = "no such range")))]
pub async fn original(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let id = named(&app, key).await?;
    let looked_up = id.clone();
    let files = blocking(&app, move |app| Ok(app.archive.catalog.paths(&looked_up)?)).await?;
    let there = files
        .iter()
        .filter(|file| file.status != FileStatus::Missing)
        .map(|file| file.stat.path.on_disk(&app.archive_folder))
        .find(|path| path.is_file());
    let Some(path) = there else { return Err(Problem::original_missing()) };
    let served = ServeFile::new(&path).try_call(request).await;
    let mut response = served.map_err(|error| {
        tracing::warn!(%error, document = %id, "original could not be served");
        Problem::original_missing()
    })?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Ok(value) = HeaderValue::from_str(&attachment(&name)) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    if response.status() == StatusCode::NOT_FOUND {
        return Err(Problem::original_missing());
    }
    Ok(response.into_response())
}

/// `Content-Disposition` with the name in UTF-8.
///
/// # Source
/// RFC 6266 and RFC 8187: every byte that is not an attribute character is percent-encoded.
fn attachment(name: &str) -> String {
    let mut value = String::from("attachment; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            value.push(char::from(byte));
        } else {
            value.push_str(&format!("%{byte:02X}"));
        }
    }
    value
}

/// What is cited but not held, most wanted first.
#[utoipa::path(get, path = "/api/v1/missing", tag = "citations", params(Limit),
    responses(
        (status = 200, body = MissingAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn missing(
    State(app): State<Arc<App>>,
    query: Result<Query<Limit>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<MissingAnswer>, Problem> {
    let limit = parameters(query)?.checked(100)?;
    blocking(&app, move |app| Ok(MissingAnswer::new(app.archive.catalog.missing(limit)?)))
        .await
        .map(Json)
}

/// Numbers that begin with what was typed: type-ahead.
#[utoipa::path(get, path = "/api/v1/numbers", tag = "search", params(Prefix),
    responses(
        (status = 200, body = NumbersAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn numbers(
    State(app): State<Arc<App>>,
    query: Result<Query<Prefix>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<NumbersAnswer>, Problem> {
    let asked = parameters(query)?;
    let limit = asked.limit.unwrap_or(8);
    if !(1..=50).contains(&limit) {
        return Err(Problem::invalid_parameter("limit", "a number from 1 to 50"));
    }
    blocking(&app, move |app| Ok(NumbersAnswer::new(app.archive.numbers(&asked.prefix, limit)?)))
        .await
        .map(Json)
}

/// Whether the service answers.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, body = HealthAnswer)))]
pub async fn health(State(app): State<Arc<App>>) -> Result<Json<HealthAnswer>, Problem> {
    blocking(&app, |app| {
        let n_documents = app.archive.catalog.counts()?.n_documents;
        Ok(HealthAnswer { status: "ok", version: env!("CARGO_PKG_VERSION"), n_documents })
    })
    .await
    .map(Json)
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn names_of_files_survive_the_header() {
        assert_eq!(attachment("kh-293.docx"), "attachment; filename*=UTF-8''kh-293.docx");
        assert_eq!(
            attachment("kế \"1\".pdf"),
            "attachment; filename*=UTF-8''k%E1%BA%BF%20%221%22.pdf"
        );
    }
}
