//! `/tinh-trang`: what goes on, what was taken in, what could not be read and why, and the runs;
//! with the buttons that leave orders for intake. Every button works without a script.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Form,
    extract::{Query, State, rejection::FormRejection, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, Uri},
    response::{
        IntoResponse, Redirect, Response,
        sse::{Event, Sse},
    },
};
use futures_util::stream::Stream;
use maud::{Markup, html};
use serde::Deserialize;
use time::{OffsetDateTime, macros::format_description};

use crate::{
    archive::ArchiveError,
    catalog::{Counts, FilePath, FileRow, FileStatus, Run, Unread, UnreadCounts},
    domain::failure::FailureReason,
    web::{
        App,
        api_runs::{Now, What, leave, listen, unread},
        api_upload::form_of,
        pages::framed,
        problem::Problem,
        results::encode,
        shell::{Page, Visit},
        status_now,
        words::Lang,
    },
};

/// How many runs the page shows.
const N_RUNS: usize = 20;
/// How many failed files the page shows.
const N_FILES: usize = 100;

/// What `/tinh-trang` may be asked.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    /// Only failures of a kind: a reason, or `needs_ocr`.
    loi: Option<String>,
    /// Only files after this path.
    sau: Option<String>,
}

/// `/tinh-trang`
pub async fn page(
    State(app): State<Arc<App>>,
    query: Result<Query<Asked>, QueryRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    // A query that cannot be read asks for nothing in particular.
    let asked = query.map(|Query(asked)| asked).unwrap_or_default();
    framed(&app, visit, move |app, lang| make(app, &asked, lang)).await
}

/// An order left by a button.
#[derive(Debug, Clone, Deserialize)]
pub struct OrderForm {
    viec: String,
    #[serde(default)]
    loai: String,
}

/// `POST /tinh-trang`: leaves an order, and shows the page again.
pub async fn order(
    State(app): State<Arc<App>>,
    form: Result<Form<OrderForm>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else { return Problem::bad_request().into_response() };
    let Ok(kinds) = form.loai.split(' ').filter(|kind| !kind.is_empty()).map(str::parse).collect()
    else {
        return Problem::bad_request().into_response();
    };
    match form.viec.as_str() {
        "tam-dung" => app.desk.pause(true),
        "tiep-tuc" => app.desk.pause(false),
        "nap" => leave(&app, What::Changes, Vec::new(), None),
        "nap-loi" => leave(&app, What::Failed, kinds, None),
        "doc-lai" => leave(&app, What::Again, kinds, None),
        "doc-cu" => leave(&app, What::Stale, Vec::new(), None),
        "lap-lai" => leave(&app, What::Reindex, Vec::new(), None),
        _ => return Problem::bad_request().into_response(),
    }
    Redirect::to("/tinh-trang").into_response()
}

/// `/tinh-trang/su-kien`: the moving part of the page, whenever it changes.
pub async fn events(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let lang = Visit::from_request(&uri, &headers).lang;
    listen(app, move |app| Event::default().data(status_now::part(&Now::of(app), lang).0))
}

fn make(app: &App, asked: &Asked, lang: Lang) -> Result<Page, ArchiveError> {
    let catalog = &app.archive.catalog;
    let which = match unread(asked.loi.as_deref()) {
        None | Some(Unread::All) => Unread::Failed,
        Some(which) => which,
    };
    let after = asked.sau.as_ref().map(|path| FilePath::from_bytes(path.clone().into_bytes()));
    let files = catalog.unread(which, after.as_ref(), N_FILES)?;
    let unread = catalog.unread_counts()?;
    let now = Now::of(app);
    let body = html! {
        h1 { (lang.word("status.heading")) }
        (status_now::live(&now, lang))
        (form_of(lang))
        div #rest {
            (figures(&catalog.counts()?, lang))
            (kinds(&unread, which, lang))
            (file_table(&files, which, lang))
            h2 { (lang.word("status.last_runs")) }
            @let runs = catalog.runs(N_RUNS)?;
            @if runs.is_empty() { p { (lang.word("status.no_runs")) } }
            @else { (run_table(&runs, &now, lang)) }
        }
    };
    Ok(Page {
        title: lang.word("status.heading").to_owned(),
        place: "nav.status",
        query: Some(String::new()),
        body,
        status: StatusCode::OK,
    })
}

/// Failures by kind: each a link to its files, and a button that tries it again.
fn kinds(unread: &UnreadCounts, which: Unread, lang: Lang) -> Markup {
    html! {
        h2 { (lang.word("status.failures")) " (" (lang.count(unread.n_failed())) ")" }
        @if unread.failed.is_empty() { p { (lang.word("status.no_failures")) } }
        @if !unread.failed.is_empty() || unread.n_needs_ocr > 0 {
            ul.kinds {
                @for (reason, n) in &unread.failed {
                    (kind(reason.code(), reason_name(*reason, lang), *n, which == Unread::Because(*reason), lang))
                }
                @if unread.n_needs_ocr > 0 {
                    (kind("needs_ocr", lang.word("status.needs_ocr"), unread.n_needs_ocr, which == Unread::NeedsOcr, lang))
                }
            }
        }
        @if !unread.failed.is_empty() { (status_now::button("nap-loi", "", lang.word("status.retry_all"))) }
    }
}

fn kind(code: &str, name: &str, n: u64, is_chosen: bool, lang: Lang) -> Markup {
    html! {
        li {
            a href={ "/tinh-trang?loi=" (code) } aria-current=[is_chosen.then_some("true")] {
                (name) " (" (lang.count(n)) ")"
            }
            " " (status_now::button("nap-loi", code, lang.word("status.retry_kind")))
        }
    }
}

/// A reason in a few words.
fn reason_name(reason: FailureReason, lang: Lang) -> &'static str {
    lang.word(match reason {
        FailureReason::Empty => "status.kind_empty",
        FailureReason::Unsupported => "status.kind_unsupported",
        FailureReason::PasswordProtected => "status.kind_password",
        FailureReason::Damaged => "status.kind_damaged",
        FailureReason::TooLarge => "status.kind_large",
        FailureReason::TooSlow => "status.kind_slow",
        FailureReason::Classified => "status.kind_classified",
        FailureReason::CannotOpen => "status.kind_open",
        FailureReason::Internal => "status.kind_internal",
    })
}

fn file_table(files: &[FileRow], which: Unread, lang: Lang) -> Markup {
    let kind = match which {
        Unread::Because(reason) => reason.code(),
        Unread::NeedsOcr => "needs_ocr",
        Unread::All | Unread::Failed => "",
    };
    html! {
        @if !files.is_empty() {
            table {
                thead { tr {
                    th scope="col" { (lang.word("status.file")) }
                    th scope="col" { (lang.word("status.advice")) }
                } }
                tbody { @for file in files { (file_row(file, lang)) } }
            }
        }
        @if let Some(last) = files.last().filter(|_| files.len() == N_FILES) {
            p { a href={ "/tinh-trang?loi=" (kind) "&sau=" (encode(&last.stat.path.to_string())) } {
                (lang.word("status.more_files"))
            } }
        }
    }
}

/// The sizes of the archive, as on the home page.
pub fn figures(counts: &Counts, lang: Lang) -> Markup {
    let span = counts.years.map(|(first, last)| format!(" ({first}–{last})")).unwrap_or_default();
    html! {
        ul.figures {
            li { b { (lang.count(counts.n_documents)) } (lang.word("home.n_documents")) (span) }
            li { b { (lang.count(counts.n_citations)) } (lang.word("home.n_citations")) }
            li { a href="/thieu" { b { (lang.count(counts.n_missing)) } (lang.word("home.n_missing")) } }
            li { a href="/tinh-trang" { b { (lang.count(counts.n_needs_ocr)) } (lang.word("home.n_ocr")) } }
            li { a href="/tinh-trang" { b { (lang.count(counts.n_failed)) } (lang.word("home.n_failed")) } }
        }
    }
}

fn file_row(file: &FileRow, lang: Lang) -> Markup {
    html! {
        tr {
            td {
                @match &file.id {
                    Some(id) => a href={ "/vb/" (id) } { (file.stat.path.to_string()) },
                    None => (file.stat.path.to_string()),
                }
            }
            td {
                @if file.status == FileStatus::NeedsOcr { (lang.word("status.needs_ocr")) }
                @if let Some(failure) = &file.failure {
                    @match lang {
                        Lang::Vi => (failure.reason.sentence_vi()),
                        Lang::En => (failure.reason.sentence_en()),
                    }
                    @if !failure.detail.is_empty() {
                        details.small { summary { (lang.word("status.detail")) } code lang="en" { (failure.detail) } }
                    }
                }
            }
        }
    }
}

fn run_table(runs: &[Run], now: &Now, lang: Lang) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { (lang.word("status.run_started")) }
                th scope="col" { (lang.word("status.run_what")) }
                @for key in ["status.run_files", "status.run_new", "status.run_changed", "status.run_unchanged", "status.run_failed", "status.run_seconds"] {
                    th.right scope="col" { (lang.word(key)) }
                }
                th scope="col" { (lang.word("status.run_version")) }
            } }
            tbody {
                @for run in runs {
                    tr {
                        td.num { (instant(run.started_at_ms)) }
                        td { (what(&run.what, lang)) }
                        td.right { (lang.count(run.counts.n_files)) }
                        td.right { (lang.count(run.counts.n_new)) }
                        td.right { (lang.count(run.counts.n_changed)) }
                        td.right { (lang.count(run.counts.n_unchanged + run.counts.n_touched)) }
                        td.right { (lang.count(run.counts.n_failed())) }
                        td.right {
                            @match run.ended_at_ms {
                                Some(ended) => (format!("{:.1}", (ended - run.started_at_ms) as f64 / 1000.0)),
                                None if is_under_way(run, now) => "…",
                                None => (lang.word("status.run_cut")),
                            }
                        }
                        td { (run.program_version) }
                    }
                }
            }
        }
    }
}

/// Whether a run without an end is the one that goes on.
fn is_under_way(run: &Run, now: &Now) -> bool {
    // A run is noted after it has been begun at the desk.
    now.run.as_ref().is_some_and(|now| run.started_at_ms >= now.started_at_ms)
}

/// What a run was asked to do.
pub fn what(code: &str, lang: Lang) -> &'static str {
    lang.word(match code {
        "failed" => "status.what_failed",
        "again" => "status.what_again",
        _ => "status.what_changes",
    })
}

/// Milliseconds since 1970 as a day and a time, in UTC.
pub fn instant(at_ms: i64) -> String {
    let format = format_description!("[day]/[month]/[year] [hour]:[minute]:[second] UTC");
    OffsetDateTime::from_unix_timestamp(at_ms / 1000)
        .ok()
        .and_then(|at| at.format(&format).ok())
        .unwrap_or_else(|| at_ms.to_string())
}
