//! `/doi-chieu` and `POST /api/v1/check`: a pasted list or draft against the archive. Nothing of
//! it is kept, and there is no quota.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Multipart, Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    archive::{CheckStatus, Checked, CheckedItem, CheckedLine, Draft},
    catalog::Head,
    context::Context,
    domain::failure::{Failure, FailureReason},
    intake::reader,
    source::{Limits, Source},
    web::{
        App, blocking,
        citations::{flag_key, reason_key, standing_words},
        document::{name, shortened},
        problem::Problem,
        results::{encode, today},
        shell::{Page, Visit, respond},
        wire_check::CheckAnswer,
        words::Lang,
    },
};

/// What is to be checked, as JSON.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// A list with a number a line, or a piece of a draft.
    text: String,
}

/// What is to be checked, as a form.
#[derive(Debug, ToSchema)]
#[allow(dead_code)] // Describes the form to readers of openapi.json.
pub struct CheckForm {
    /// A list with a number a line, or a piece of a draft.
    text: Option<String>,
    /// A draft (.docx, .doc, PDF, text), or an .xlsx with a list.
    #[schema(value_type = Option<String>, format = Binary)]
    file: Option<Vec<u8>>,
}

/// What was handed over.
enum Input {
    Text(String),
    File { name: String, bytes: Bytes },
}

/// Every number of a list or draft: held or not, with which date and subject, replaced by what.
///
/// Takes JSON, plain text or a form with a file. Nothing of it is kept; there is no quota.
#[utoipa::path(post, path = "/api/v1/check", tag = "citations",
    request_body(content((CheckRequest = "application/json"), (String = "text/plain"), (CheckForm = "multipart/form-data"))),
    responses(
        (status = 200, body = CheckAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "the file cannot be read, or carries a secrecy stamp")))]
pub async fn check(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Json<CheckAnswer>, Problem> {
    let input = input(request).await?;
    let checked = blocking(&app, move |app| match draft(app, input) {
        Ok(draft) => Ok(Ok(app.archive.check(&draft, today())?)),
        Err(failure) => Ok(Err(failure)),
    })
    .await?;
    match checked {
        Ok(checked) => Ok(Json(CheckAnswer::new(&checked))),
        Err(failure) => Err(Problem::unreadable_file(&failure)),
    }
}

/// Reads a body of any of the kinds that are taken.
async fn input(request: Request) -> Result<Input, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("text/plain").to_lowercase();
    if kind.starts_with("multipart/form-data") {
        let form = Multipart::from_request(request, &()).await;
        return form_input(form.map_err(|_| Problem::bad_request())?).await;
    }
    let is_json = kind.starts_with("application/json");
    if !is_json && !kind.starts_with("text/plain") {
        return Err(Problem::unsupported_media_type());
    }
    let body =
        Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::body_too_large(),
            _ => Problem::bad_request(),
        })?;
    if is_json {
        let expected = "an object with the field text";
        let asked: CheckRequest =
            serde_json::from_slice(&body).map_err(|_| Problem::invalid_body(expected))?;
        return Ok(Input::Text(asked.text));
    }
    String::from_utf8(body.to_vec())
        .map(Input::Text)
        .map_err(|_| Problem::invalid_body("text in UTF-8"))
}

/// The file of a form when one was chosen, else its text.
async fn form_input(mut form: Multipart) -> Result<Input, Problem> {
    let refused = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::body_too_large(),
        _ => Problem::bad_request(),
    };
    let (mut text, mut file) = (None, None);
    while let Some(field) = form.next_field().await.map_err(refused)? {
        match field.name() {
            Some("text") => {
                let bytes = field.bytes().await.map_err(refused)?;
                text = Some(String::from_utf8_lossy(&bytes).into_owned());
            }
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(refused)?;
                file = Some((name, bytes)).filter(|(_, bytes)| !bytes.is_empty()).or(file);
            }
            _ => {}
        }
    }
    match (file, text) {
        (Some((name, bytes)), _) => Ok(Input::File { name, bytes }),
        (None, Some(text)) => Ok(Input::Text(text)),
        (None, None) => Err(Problem::invalid_body("a form with the field text or file")),
    }
}

fn draft(app: &App, input: Input) -> Result<Draft, Failure> {
    let ctx = Context::new(&app.archive.tables, Limits::default());
    let (name, bytes) = match input {
        Input::Text(text) => return Draft::of_text(&ctx, &text),
        Input::File { name, bytes } => (name, bytes),
    };
    let source = Source::new(name, bytes.to_vec());
    // The readers recurse as deeply as a document nests.
    std::thread::scope(|scope| {
        let failed =
            |detail: &str| Failure { reason: FailureReason::Internal, detail: detail.to_owned() };
        let reading = std::thread::Builder::new()
            .stack_size(reader::STACK_BYTES)
            .spawn_scoped(scope, || {
                Draft::of_file(&ctx, &source, |source| reader::process(&ctx, source))
            })
            .map_err(|_| failed("could not start a thread"))?;
        reading.join().unwrap_or_else(|_| Err(failed("reading the file failed")))
    })
}

/// `GET /doi-chieu`
pub async fn form(uri: Uri, headers: HeaderMap) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let lang = visit.lang;
    respond(&visit, page(html! {}, "", StatusCode::OK, lang))
}

/// `POST /doi-chieu`
pub async fn result(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let lang = visit.lang;
    let input = match input(request).await {
        Ok(input) => input,
        Err(problem) => return respond(&visit, refused_page(&problem.detail, &problem, lang)),
    };
    let pasted = if let Input::Text(text) = &input { text.clone() } else { String::new() };
    let checked = blocking(&app, move |app| match draft(app, input) {
        Ok(draft) => Ok(Ok(app.archive.check(&draft, today())?)),
        Err(failure) => Ok(Err(failure)),
    })
    .await;
    let page = match checked {
        Ok(Ok(checked)) => page(table(&checked, lang), &pasted, StatusCode::OK, lang),
        Ok(Err(failure)) => {
            let problem = Problem::unreadable_file(&failure);
            let words = match lang {
                Lang::Vi => failure.reason.sentence_vi(),
                Lang::En => failure.reason.sentence_en(),
            };
            refused_page(words, &problem, lang)
        }
        Err(problem) => refused_page(lang.word("error.internal"), &problem, lang),
    };
    respond(&visit, page)
}

fn refused_page(words: &str, problem: &Problem, lang: Lang) -> Page {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    page(html! { p.note role="alert" { (words) } }, "", status, lang)
}

fn page(result: Markup, pasted: &str, status: StatusCode, lang: Lang) -> Page {
    let body = html! {
        h1 { (lang.word("check.heading")) }
        p { (lang.word("check.explain")) }
        (result)
        form method="post" action="/doi-chieu" enctype="multipart/form-data" {
            p {
                label for="check-text" { (lang.word("check.text")) }
                br;
                textarea #check-text name="text" rows="10" cols="80" spellcheck="false" { (pasted) }
            }
            p {
                label for="check-file" { (lang.word("check.file")) }
                " "
                input #check-file type="file" name="file" accept=".docx,.doc,.pdf,.txt,.xlsx";
            }
            p { button type="submit" { (lang.word("check.go")) } " " span.small.soft { (lang.word("check.private")) } }
        }
    };
    Page {
        title: lang.word("check.heading").to_owned(),
        place: "nav.check",
        query: Some(String::new()),
        body,
        status,
    }
}

fn table(checked: &Checked, lang: Lang) -> Markup {
    let items: Vec<&CheckedItem> = checked.lines.iter().flat_map(|line| &line.items).collect();
    let count = |status: CheckStatus| items.iter().filter(|i| i.status == status).count() as u64;
    html! {
        p role="status" {
            b { (lang.count(items.len() as u64)) } " " (lang.word("check.n_numbers")) ": "
            (lang.count(count(CheckStatus::Held))) " " (lang.word("check.n_held")) " · "
            (lang.count(count(CheckStatus::Missing))) " " (lang.word("check.n_missing")) " · "
            (lang.count(count(CheckStatus::Several))) " " (lang.word("check.n_open"))
        }
        @if checked.lines.is_empty() { p.note { (lang.word("check.nothing")) } }
        @else {
            table {
                thead { tr {
                    th.right scope="col" { (lang.word("check.line")) }
                    th scope="col" { (lang.word("field.number")) }
                    th scope="col" { (lang.word("check.held")) }
                    th scope="col" { (lang.word("check.date")) }
                    th scope="col" { (lang.word("check.subject")) }
                    th scope="col" { (lang.word("check.standing")) }
                } }
                tbody { @for line in &checked.lines { (rows(line, lang)) } }
            }
        }
    }
}

fn rows(line: &CheckedLine, lang: Lang) -> Markup {
    html! {
        @if line.items.is_empty() {
            tr {
                td.right { (line.number) }
                td { (shortened(&line.text, 80)) }
                td colspan="4" { "✕ " (lang.word("check.unreadable")) }
            }
        }
        @for item in &line.items {
            tr {
                td.right { (line.number) }
                td { span.num { (item.asked) } }
                td { (held(item, lang)) }
                td { (date(item, lang)) }
                td { (subject(item, lang)) }
                td {
                    @for told in &item.standing {
                        div {
                            "⚠ " a href={ "/vb/" (told.told_by) "?trang=" (told.page) "#vd-" (told.seq) } title=(told.sentence) { (standing_words(told, lang)) }
                            @if let Some(number) = &told.by_number { " " (lang.word("standing.by")) " " (number) }
                            div.small.soft { (shortened(&told.sentence, 200)) }
                        }
                    }
                }
            }
        }
    }
}

fn held(item: &CheckedItem, lang: Lang) -> Markup {
    let link = |head: &Head| html! { a href={ "/vb/" (head.record.id) } { (name(&head.record)) } };
    html! {
        @match item.status {
            CheckStatus::Held => { span.state-resolved { "● " (lang.word("cite.resolved")) } @if let Some(head) = &item.target { " " (link(head)) } },
            CheckStatus::Several => {
                span.state-ambiguous { "? " (lang.word("cite.ambiguous")) }
                ul { @for (head, reason) in &item.candidates { li { (link(head)) " – " (lang.word(reason_key(*reason))) } } }
            },
            CheckStatus::Missing | CheckStatus::Unreadable => {
                span.state-missing { "○ " (lang.word("cite.missing")) }
                @if item.n_citing > 0 {
                    div.small { a href={ "/tim?q=" (encode(&format!("vd:\"{}\"", item.asked))) } { (lang.word("result.cited_by")) " " (lang.count(item.n_citing)) } }
                }
                @if !item.nearest.is_empty() {
                    div.small { (lang.word("result.zero_nearest")) @for head in &item.nearest { " " (link(head)) } }
                }
            },
        }
        @if let Some(citation) = &item.citation {
            @for flag in &citation.flags { div.small { "⚠ " (lang.word(flag_key(*flag))) } }
        }
    }
}

fn date(item: &CheckedItem, lang: Lang) -> Markup {
    let cited = item.citation.as_ref().and_then(|citation| citation.issued_on);
    let only = if let [(only, _)] = item.candidates.as_slice() { Some(only) } else { None };
    let held = item.target.as_ref().or(only);
    let real = held.and_then(|head| head.record.metadata.issued_on.as_ref());
    html! {
        @match (item.date_agrees, cited, real) {
            (Some(true), Some(cited), _) => { "✓ " span.num { (lang.date(cited)) } },
            (Some(false), Some(cited), Some(real)) => { "✕ " span.num { (lang.date(cited)) " ≠ " (lang.date(real.value)) } },
            (_, None, Some(real)) => span.soft.num { (lang.date(real.value)) },
            (_, Some(cited), None) => span.num { (lang.date(cited)) },
            _ => {},
        }
    }
}

fn subject(item: &CheckedItem, lang: Lang) -> Markup {
    let real = item.target.as_ref().and_then(|head| head.record.metadata.subject.as_ref());
    html! {
        @match (item.subject_agrees, real) {
            (Some(true), Some(real)) => { "✓ " (shortened(&real.value, 120)) },
            (Some(false), Some(real)) => { "✕ " (lang.word("check.on_record")) " " (shortened(&real.value, 120)) },
            (None, Some(real)) => span.soft { (shortened(&real.value, 120)) },
            (_, None) => {},
        }
    }
}
