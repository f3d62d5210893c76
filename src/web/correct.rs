//! The handlers by which clerks correct: `PATCH /api/v1/documents/{id}`, its log, and the form of
//! the page.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Form, Json,
    extract::{
        Path, State,
        rejection::{FormRejection, JsonRejection},
    },
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use maud::html;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    archive::Named,
    catalog::{CorrectError, Corrected, Edit, Edits, Ruling},
    domain::{
        correction::{Field, ValueError},
        record::RecordId,
    },
    intake,
    web::{
        App, api,
        api_batch::json_body,
        blocking, edit,
        problem::Problem,
        results::encode,
        same_site,
        shell::{Page, Visit, respond},
        wire::{CorrectionsAnswer, DocumentAnswer},
        words::Lang,
    },
};

/// A clerk's corrections of one document: made at once or not at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequest {
    /// Who corrects.
    pub by: String,
    /// Values of fields, by their names in the record. `null` is a field that is blank on paper;
    /// the value that is shown already confirms it. Dates are ISO or as written, recipients a list.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, Option<Typed>>,
    /// What citations mean.
    #[serde(default)]
    pub citations: Vec<CitationRequest>,
    /// Withdraws the document from all searches, or takes it back in.
    #[serde(default)]
    pub withdrawn: Option<bool>,
    /// Entries of the log to undo.
    #[serde(default)]
    pub undo: Vec<i64>,
    /// The latest entry of the log that the clerk has seen; later ones about the same are a conflict.
    #[serde(default)]
    pub seen: Option<i64>,
}

/// A value.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Typed {
    /// As typed.
    Text(String),
    /// Recipients, one a line.
    Lines(Vec<String>),
    /// Whether it is a draft.
    Flag(bool),
}

/// What a citation means: a document, none of those proposed, or nothing at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CitationRequest {
    /// Its place in the document, from 0.
    pub seq: u32,
    /// Identifier or number of the document that is meant.
    #[serde(default)]
    pub target: Option<String>,
    /// It means none of the documents that are proposed or chosen now.
    #[serde(default)]
    pub none_of_these: bool,
    /// It is no citation.
    #[serde(default)]
    pub dismissed: bool,
}

impl CorrectionRequest {
    fn edits(&self) -> Result<Vec<Asked>, Problem> {
        let mut edits = Vec::new();
        for seq in &self.undo {
            edits.push(Asked::Ready(Edit::Undo(*seq)));
        }
        for (code, typed) in &self.fields {
            let field = Field::from_code(code)
                .ok_or_else(|| Problem::invalid_value("a field of the record", code, None))?;
            let typed = match typed {
                None => String::new(),
                Some(Typed::Text(text)) => text.clone(),
                Some(Typed::Lines(lines)) => lines.join("\n"),
                Some(Typed::Flag(flag)) => flag.to_string(),
            };
            edits.push(Asked::Ready(Edit::Field { field, typed }));
        }
        for CitationRequest { seq, target, none_of_these, dismissed } in &self.citations {
            let seq = *seq;
            edits.push(match (target, none_of_these, dismissed) {
                (Some(target), false, false) => Asked::Target { seq, target: target.clone() },
                (None, true, false) => {
                    Asked::Ready(Edit::Citation { seq, ruling: Ruling::NoneOfThese })
                }
                (None, false, true) => {
                    Asked::Ready(Edit::Citation { seq, ruling: Ruling::Dismissed })
                }
                _ => {
                    let expected = "exactly one of target, none_of_these and dismissed";
                    return Err(Problem::invalid_value(expected, &seq.to_string(), None));
                }
            });
        }
        edits.extend(self.withdrawn.map(|wanted| Asked::Ready(Edit::Withdrawn(wanted))));
        Ok(edits)
    }
}

/// An edit, or a citation whose target is to be looked up.
enum Asked {
    Ready(Edit),
    Target { seq: u32, target: String },
}

/// Looks up the targets and makes the edits; then lets the engine follow.
async fn make(
    app: &Arc<App>,
    id: RecordId,
    asked: Vec<Asked>,
    by: String,
    seen: Option<i64>,
) -> Result<Result<Corrected, CorrectError>, Problem> {
    blocking(app, move |app| {
        let mut edits = Vec::new();
        for one in asked {
            edits.push(match one {
                Asked::Ready(edit) => edit,
                Asked::Target { seq, target } => match app.archive.named(&target)? {
                    Named::One(id) => Edit::Citation { seq, ruling: Ruling::Means(id) },
                    // Several or none: the clerk is to say which.
                    _ => return Ok(Err(CorrectError::NoDocument { id: target })),
                },
            });
        }
        let (archive, at_ms) = (&app.archive, now_ms());
        let edits = Edits { id: &id, edits: &edits, by: &by, at_ms, seen };
        let made = archive.catalog.correct(&archive.tables, &edits);
        if made.as_ref().is_ok_and(|made| !made.entries.is_empty()) {
            let followed = intake::follow(&archive.catalog, &app.office.engine, NonZeroUsize::MIN);
            // The correction is kept; the engine catches up with the next change.
            if let Err(error) = followed {
                tracing::error!(%error, "the index does not follow a correction yet");
            }
        }
        Ok(made)
    })
    .await
}

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

fn problem(error: CorrectError) -> Problem {
    match error {
        CorrectError::Catalog(error) => {
            tracing::error!(%error, "a correction could not be written");
            Problem::internal()
        }
        CorrectError::Value(ValueError { field, expected, found }) => {
            Problem::invalid_value(expected, &found, Some(field.code()))
        }
        CorrectError::NoDocument { id } => Problem::document_not_found(&id),
        CorrectError::Conflict { .. } => Problem::conflict(&error.to_string()),
        CorrectError::Nameless { .. }
        | CorrectError::NoCitation { .. }
        | CorrectError::NoEntry { .. } => Problem::unprocessable(error.to_string()),
    }
}

/// Corrects a document: values of fields, citations, withdrawal. Every correction is an entry of
/// the log and is undone by a further one.
#[utoipa::path(patch, path = "/api/v1/documents/{id}", tag = "documents",
    params(("id" = String, Path, description = "identifier, or number in any spelling")),
    request_body = CorrectionRequest,
    responses(
        (status = 200, body = DocumentAnswer),
        (status = 300, body = Problem, content_type = "application/problem+json", description = "several documents carry the number"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "not JSON"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "sent by another site"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "somebody else corrected the same meanwhile"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "not a value of the field")))]
pub async fn correct(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    headers: HeaderMap,
    request: Result<Json<CorrectionRequest>, JsonRejection>,
) -> Result<Json<DocumentAnswer>, Problem> {
    same_site::check_call(&headers)?;
    let request = json_body(request, "an object with the property by and what is to be corrected")?;
    let id = api::named(&app, key).await?;
    let edits = request.edits()?;
    make(&app, id.clone(), edits, request.by, request.seen).await?.map_err(problem)?;
    api::document_answer(&app, id).await.map(Json)
}

/// The log of corrections of a document, oldest entry first.
#[utoipa::path(get, path = "/api/v1/documents/{id}/corrections", tag = "documents",
    params(("id" = String, Path, description = "identifier, or number in any spelling")),
    responses(
        (status = 200, body = CorrectionsAnswer),
        (status = 300, body = Problem, content_type = "application/problem+json", description = "several documents carry the number"),
        (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn log(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
) -> Result<Json<CorrectionsAnswer>, Problem> {
    let id = api::named(&app, key).await?;
    blocking(&app, move |app| {
        Ok(CorrectionsAnswer::new(&id, &app.archive.catalog.corrections(&id)?))
    })
    .await
    .map(Json)
}

/// The form of the page.
#[derive(Debug, Default, Deserialize)]
pub struct EditForm {
    #[serde(default)]
    by: String,
    #[serde(default)]
    seen: Option<i64>,
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    value: String,
    #[serde(default)]
    citation: Option<u32>,
    #[serde(default)]
    ruling: String,
    #[serde(default)]
    target: String,
    #[serde(default)]
    withdrawn: Option<String>,
    #[serde(default)]
    undo: Option<i64>,
    /// The place of the review queue that the form was sent from.
    #[serde(default)]
    queue: Option<String>,
}

impl EditForm {
    fn asked(&self) -> Option<Asked> {
        if let Some(seq) = self.undo {
            return Some(Asked::Ready(Edit::Undo(seq)));
        }
        if let Some(field) = &self.field {
            let field = Field::from_code(field)?;
            return Some(Asked::Ready(Edit::Field { field, typed: self.value.clone() }));
        }
        if let Some(wanted) = &self.withdrawn {
            return Some(Asked::Ready(Edit::Withdrawn(wanted == "1")));
        }
        let seq = self.citation?;
        let ready = |ruling| Asked::Ready(Edit::Citation { seq, ruling });
        match self.ruling.as_str() {
            "none" => Some(ready(Ruling::NoneOfThese)),
            "dismissed" => Some(ready(Ruling::Dismissed)),
            "typed" => Some(Asked::Target { seq, target: self.target.clone() }),
            chosen => {
                let id = RecordId::parse(chosen.strip_prefix("means:")?)?;
                Some(ready(Ruling::Means(id)))
            }
        }
    }

    /// Where the clerk goes on.
    fn next(&self, id: &RecordId, made: &Corrected) -> String {
        let entry = made.entries.last();
        match &self.queue {
            Some(place) => {
                let place = encode(place);
                // What was undone is looked at again, not undone again.
                let entry = entry.filter(|_| self.undo.is_none());
                let undo = entry.map_or_else(String::new, |seq| format!("&da={seq}"));
                format!("/kiem-tra?sau={place}{undo}")
            }
            None => format!("/vb/{id}"),
        }
    }
}

/// `POST /vb/{id}/sua`: the form of the page, of a property, a citation or the whole document.
pub async fn form(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<EditForm>, FormRejection>,
) -> Response {
    let mut visit = Visit::from_request(&uri, &headers);
    // The switch of the language cannot repeat what was sent.
    visit.address = format!("/vb/{key}");
    let lang = visit.lang;
    let failed = |problem: &Problem, words: String| {
        respond(&visit, failed_page(&key, problem.status, &words, lang))
    };
    if let Err(problem) = same_site::check(&headers) {
        return failed(&problem, lang.word("edit.cross_site").to_owned());
    }
    let Ok(Form(form)) = form else {
        return failed(
            &Problem::unprocessable(String::new()),
            lang.word("edit.not_understood").to_owned(),
        );
    };
    let (Some(id), Some(asked)) = (RecordId::parse(&key), form.asked()) else {
        return failed(
            &Problem::unprocessable(String::new()),
            lang.word("edit.not_understood").to_owned(),
        );
    };
    match make(&app, id.clone(), vec![asked], form.by.clone(), form.seen).await {
        Err(problem) => failed(&problem, lang.word("error.internal").to_owned()),
        Ok(Err(error)) => {
            let words = error_text(&error, lang);
            failed(&problem(error), words)
        }
        Ok(Ok(made)) => {
            let mut response = Redirect::to(&form.next(&id, &made)).into_response();
            let name = encode(&form.by);
            let cookie = format!("clerk={name}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
            if let Ok(cookie) = cookie.parse() {
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            response
        }
    }
}

/// What is wrong with an edit, in the words of the page.
fn error_text(error: &CorrectError, lang: Lang) -> String {
    match error {
        CorrectError::Catalog(_) => lang.word("error.internal").to_owned(),
        CorrectError::Value(ValueError { field, found, .. }) => {
            let expected = match field {
                Field::Number => "edit.expects_number",
                Field::IssuedOn => "edit.expects_date",
                Field::SigningCapacity => "edit.expects_capacity",
                Field::Urgency | Field::IsDraft => "edit.expects_choice",
                _ => "edit.expects_text",
            };
            format!("{}: “{found}”. {}", lang.word(edit::field_key(*field)), lang.word(expected))
        }
        CorrectError::Nameless { .. } => lang.word("edit.nameless").to_owned(),
        CorrectError::NoDocument { id } => format!("{} “{id}”", lang.word("edit.no_target")),
        CorrectError::NoCitation { .. } | CorrectError::NoEntry { .. } => {
            lang.word("edit.no_entry").to_owned()
        }
        CorrectError::Conflict { by, .. } => format!("{by}: {}", lang.word("edit.conflict")),
    }
}

fn failed_page(key: &str, status: u16, words: &str, lang: Lang) -> Page {
    Page {
        title: lang.word("edit.failed").to_owned(),
        place: "",
        query: Some(String::new()),
        body: html! {
            h1 { (lang.word("edit.failed")) }
            p.note role="alert" { (words) }
            p { a.button href={ "/vb/" (key) } { (lang.word("edit.go_back")) } }
        },
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY),
    }
}
