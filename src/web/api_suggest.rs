//! `/api/v1/suggest`: the list under the box while somebody types.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    archive::Suggestion,
    engine::KeyField,
    web::{
        App,
        api::parameters,
        blocking,
        document::name,
        problem::Problem,
        results::{encode, today},
    },
};

/// What is typed so far.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Typed {
    /// The text in the box, e.g. `293 k`, `so noi`, `phong ch`.
    prefix: String,
    /// How many rows, 1 to 50; 8 when not given.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<usize>,
}

/// The rows: numbers first, then bodies, signers, words.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestAnswer {
    /// In the order to show.
    pub rows: Vec<SuggestRow>,
}

/// One row.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestRow {
    /// `number`, `issuer`, `signer` or `words`.
    pub kind: &'static str,
    /// What was meant.
    pub text: String,
    /// Date and subject of a number.
    pub detail: Option<String>,
    /// Documents, but for a number.
    pub count: Option<u64>,
    /// The page to go to.
    pub href: String,
}

/// Numbers, bodies, signers and words that go on as typed.
#[utoipa::path(get, path = "/api/v1/suggest", tag = "search", params(Typed),
    responses(
        (status = 200, body = SuggestAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn suggest(
    State(app): State<Arc<App>>,
    query: Result<Query<Typed>, QueryRejection>,
) -> Result<Json<SuggestAnswer>, Problem> {
    let asked = parameters(query)?;
    let limit = asked.limit.unwrap_or(8);
    if !(1..=50).contains(&limit) {
        return Err(Problem::invalid_parameter("limit", "a number from 1 to 50"));
    }
    blocking(&app, move |app| {
        let rows = app.archive.suggest(&asked.prefix, today(), limit)?;
        Ok(SuggestAnswer { rows: rows.into_iter().map(row).collect() })
    })
    .await
    .map(Json)
}

fn row(suggestion: Suggestion) -> SuggestRow {
    match suggestion {
        Suggestion::Number(head) => {
            let metadata = &head.record.metadata;
            let date = metadata.issued_on.as_ref().map(|found| found.value.to_vietnamese());
            let subject = metadata.subject.as_ref().map(|found| found.value.clone());
            let detail: Vec<String> = date.into_iter().chain(subject).collect();
            SuggestRow {
                kind: "number",
                text: name(&head.record),
                detail: (!detail.is_empty()).then(|| detail.join(" · ")),
                count: None,
                href: format!("/vb/{}", head.record.id),
            }
        }
        Suggestion::Value { field, value, label, count } => {
            let (kind, parameter) = match field {
                KeyField::Signer => ("signer", "ky"),
                _ => ("issuer", "cq"),
            };
            let href = format!("/tim?q=&{parameter}={}", encode(&value));
            SuggestRow { kind, text: label, detail: None, count: Some(count), href }
        }
        Suggestion::Words { text, count } => {
            let href = format!("/tim?q={}", encode(&text));
            SuggestRow { kind: "words", text, detail: None, count: Some(count), href }
        }
    }
}
