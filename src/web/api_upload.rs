//! Uploads: `POST /api/v1/documents` for programs, `POST /tai-len` for the form of the page. Every
//! file is answered for: stored, there already, or refused for a reason.

use std::sync::Arc;

use axum::{
    Json,
    extract::{
        Multipart, State,
        multipart::{MultipartError, MultipartRejection},
    },
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use maud::{Markup, html};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::failure::{Failure, FailureReason},
    intake::{Coming, Inbox, IntakeError, Task, Upload, admit},
    web::{
        App, chain,
        problem::Problem,
        shell::{Page, Visit, respond},
        words::Lang,
    },
};

/// The name of the field that holds the files, in the form of the page too.
const FIELD: &str = "files";

/// Files to be taken in.
#[derive(Debug, ToSchema)]
pub struct UploadForm {
    /// One or more files with their names.
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1)]
    #[allow(dead_code)] // Described only; the files are read as they come.
    files: Vec<Vec<u8>>,
}

/// What became of the files.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadAnswer {
    /// One entry a file, in their order.
    pub files: Vec<UploadedFile>,
}

/// What became of one file.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadedFile {
    /// The name it came with.
    pub name: String,
    /// `stored`, `already_there` or `refused`.
    pub outcome: &'static str,
    /// Where it lies, relative to the archive.
    pub path: Option<String>,
    /// The document; a stored one is there as soon as it has been taken in.
    pub id: Option<String>,
    /// Why it was refused: a named reason, e.g. `damaged`.
    pub reason: Option<&'static str>,
    /// What happened and what to do.
    pub sentence: Option<&'static str>,
    /// Technical detail.
    pub detail: Option<String>,
}

impl UploadedFile {
    fn new(name: String, upload: &Upload) -> Self {
        let (outcome, place, failure) = match upload {
            Upload::Stored { path, id } => ("stored", Some((path, id)), None),
            Upload::AlreadyThere { path, id } => ("already_there", Some((path, id)), None),
            Upload::Refused(failure) => ("refused", None, Some(failure)),
        };
        Self {
            name,
            outcome,
            path: place.map(|(path, _)| path.to_string()),
            id: place.map(|(_, id)| id.to_string()),
            reason: failure.map(|failure| failure.reason.code()),
            sentence: failure.map(|failure| failure.reason.sentence_en()),
            detail: failure.map(|failure| failure.detail.clone()),
        }
    }
}

/// Stores files in the archive's `inbox/` and takes them in. A file that is answered as stored
/// survives a loss of power; it can be found a moment later.
#[utoipa::path(post, path = "/api/v1/documents", tag = "intake",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = UploadAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "not a form with files"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "made by a page of another site"),
        (status = 408, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "all files together are too large"),
        (status = 507, body = Problem, content_type = "application/problem+json", description = "the archive cannot be written to")))]
pub async fn upload(
    State(app): State<Arc<App>>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<UploadAnswer>, Problem> {
    let uploads = receive(&app, form).await?;
    if uploads.is_empty() {
        return Err(Problem::no_files());
    }
    let files = uploads.iter().map(|(name, upload)| UploadedFile::new(name.clone(), upload));
    Ok(Json(UploadAnswer { files: files.collect() }))
}

/// `POST /tai-len`: the same for the form of the page.
pub async fn upload_page(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let lang = visit.lang;
    let (status, results) = match receive(&app, form).await {
        Ok(uploads) => (StatusCode::OK, results(&uploads, lang)),
        Err(problem) => {
            let words = if lang == Lang::Vi { &problem.detail } else { &problem.title };
            let status = StatusCode::from_u16(problem.status);
            let results = html! { p.note #upload-results { (words) } };
            (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), results)
        }
    };
    let body = html! {
        h1 { (lang.word("upload.results")) }
        (results)
        (form_of(lang))
        p { a href="/tinh-trang" { (lang.word("nav.status")) } }
    };
    let title = lang.word("upload.results").to_owned();
    respond(&visit, Page { title, place: "nav.status", query: Some(String::new()), body, status })
}

/// The form; a script lets files be dropped on it and shows the results beside it.
pub fn form_of(lang: Lang) -> Markup {
    html! {
        form.upload action="/tai-len" method="post" enctype="multipart/form-data"
            data-sending=(lang.word("upload.sending")) data-failed=(lang.word("upload.failed")) {
            h2 { (lang.word("upload.heading")) }
            p { label for="files" { (lang.word("upload.hint")) } }
            input #files type="file" name=(FIELD) multiple required;
            " " button type="submit" { (lang.word("upload.button")) }
            div.upload-said role="status" {}
        }
    }
}

fn results(uploads: &[(String, Upload)], lang: Lang) -> Markup {
    html! {
        div #upload-results {
            @if uploads.is_empty() { p.note { (lang.word("upload.none")) } }
            ul {
                @for (name, upload) in uploads {
                    li { b { (name) } " – " (result(upload, lang)) }
                }
            }
        }
    }
}

fn result(upload: &Upload, lang: Lang) -> Markup {
    html! {
        @match upload {
            Upload::Stored { path, id } => {
                (lang.word("upload.stored")) " " a href={ "/vb/" (id) } { (path.to_string()) }
            }
            Upload::AlreadyThere { path, id } => {
                (lang.word("upload.there")) " " a href={ "/vb/" (id) } { (path.to_string()) }
            }
            Upload::Refused(failure) => {
                (lang.word("upload.refused")) " "
                @match lang {
                    Lang::Vi => (failure.reason.sentence_vi()),
                    Lang::En => (failure.reason.sentence_en()),
                }
                details.small { summary { (lang.word("status.detail")) } code lang="en" { (failure.detail) } }
            }
        }
    }
}

/// Takes the files as they come, one after the other; what is stored stays, whatever becomes of
/// the rest of the request.
async fn receive(
    app: &Arc<App>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Vec<(String, Upload)>, Problem> {
    let mut form = form.map_err(|_| Problem::no_files())?;
    let limit = app.office.limits.max_file_bytes;
    let mut uploads = Vec::new();
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? {
        if field.name() != Some(FIELD) {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let mut coming = working(app, |app| Inbox::of(&app.archive_folder).begin()).await?;
        let mut n_bytes = 0;
        while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
            n_bytes += chunk.len() as u64;
            // The rest of a file that is too large has to be read, not to be kept.
            if n_bytes <= limit {
                coming = working(app, move |_| {
                    coming.write(&chunk)?;
                    Ok(coming)
                })
                .await?;
            }
        }
        // A form without a chosen file sends a nameless empty one.
        if name.is_empty() && n_bytes == 0 {
            continue;
        }
        let upload = if n_bytes > limit {
            let detail = format!("expected at most {limit} bytes, found {n_bytes}");
            Upload::Refused(Failure { reason: FailureReason::TooLarge, detail })
        } else {
            decide(app, coming, name.clone()).await?
        };
        if let Upload::Stored { path, .. } = &upload {
            app.desk.order(Task::Paths([path.clone()].into()));
        }
        uploads.push((name, upload));
    }
    Ok(uploads)
}

async fn decide(app: &Arc<App>, coming: Coming, name: String) -> Result<Upload, Problem> {
    working(app, move |app| admit(&app.office, coming, &name)).await
}

/// Runs intake work on a thread that may block.
async fn working<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> Result<T, IntakeError> + Send + 'static,
) -> Result<T, Problem> {
    let app = Arc::clone(app);
    let done = tokio::task::spawn_blocking(move || work(&app)).await;
    let error = match done {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error,
        Err(error) => {
            tracing::error!(%error, "an upload panicked");
            return Err(Problem::internal());
        }
    };
    tracing::error!(error = chain(&error), "an upload could not be stored");
    Err(match error {
        IntakeError::Folder { .. } => Problem::cannot_store(),
        _ => Problem::internal(),
    })
}

fn broken(error: &MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::body_too_large(),
        _ => Problem::no_files(),
    }
}
