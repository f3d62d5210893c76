//! The handlers of the pages: read the request, ask the archive, frame the answer.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use maud::html;
use serde::Deserialize;

use crate::{
    archive::{ArchiveError, Named},
    catalog::CitingCursor,
    web::{
        App, blocking,
        citations::cursor_from_text,
        document::{self, View},
        home, missing as missing_page,
        problem::Problem,
        results,
        sheet::{self, Asked, Face},
        shell::{Page, Visit, respond},
        words::Lang,
    },
};

/// How many documents the home page lists as taken in last.
const N_RECENT: usize = 6;

/// Runs `make` on a blocking thread and frames the page; a store that fails gives the error page.
pub async fn framed(
    app: &Arc<App>,
    visit: Visit,
    make: impl FnOnce(&App, Lang) -> Result<Page, ArchiveError> + Send + 'static,
) -> Response {
    let lang = visit.lang;
    match blocking(app, move |app| make(app, lang)).await {
        Ok(page) => respond(&visit, page),
        Err(problem) => respond(&visit, error_page(&problem, lang)),
    }
}

fn error_page(problem: &Problem, lang: Lang) -> Page {
    let words = lang.word("error.internal");
    Page {
        title: problem.status.to_string(),
        place: "",
        query: Some(String::new()),
        body: html! { h1 { (words) } p { code { (problem.code) } } },
        status: StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// `/`
pub async fn home(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    framed(&app, visit, |app, lang| {
        let counts = app.archive.catalog.counts()?;
        let recent = app.archive.recent(N_RECENT)?;
        Ok(home::page(&counts, &recent, lang))
    })
    .await
}

/// `/tim?q=…`
pub async fn results(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let asked = results::Asked::from_query(uri.query().unwrap_or(""));
    let lang = visit.lang;
    let today = results::today();
    let answer = blocking(&app, move |app| {
        let found = app.archive.search(&asked.params(today))?;
        Ok((asked, found))
    })
    .await;
    match answer {
        Ok((asked, found)) => match (&found.exact, asked.go) {
            (Some(id), true) => Redirect::to(&format!("/vb/{id}")).into_response(),
            _ => respond(&visit, results::page(&asked, &found, lang)),
        },
        Err(problem) => respond(&visit, error_page(&problem, lang)),
    }
}

/// What `/vb/{key}` may be asked.
#[derive(Debug, Deserialize)]
pub struct DocumentQuery {
    /// The words that led here: marked in the text.
    #[serde(default)]
    q: String,
    /// Page to show, from 1.
    #[serde(default)]
    trang: Option<String>,
    /// `trang` for pictures, `chu` for words.
    #[serde(default)]
    mat: Option<String>,
    /// Size of the picture in percent.
    #[serde(default)]
    co: Option<String>,
}

impl From<DocumentQuery> for Asked {
    /// What makes no sense is as if it had not been asked.
    fn from(query: DocumentQuery) -> Self {
        let zoom = query.co.and_then(|zoom| zoom.parse().ok());
        let zoom = zoom.filter(|zoom| sheet::ZOOMS.contains(zoom)).unwrap_or(sheet::ZOOMS[0]);
        let page = query.trang.and_then(|page| page.parse().ok()).unwrap_or(1).max(1);
        let face = match query.mat.as_deref() {
            Some("trang") => Some(Face::Sheet),
            Some("chu") => Some(Face::Text),
            _ => None,
        };
        Self { query: query.q, page, face, zoom }
    }
}

/// `/vb/{key}`
pub async fn document(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    query: Result<Query<DocumentQuery>, axum::extract::rejection::QueryRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let asked = query.map_or_else(|_| Asked::default(), |Query(query)| query.into());
    let clerk = visit.clerk.clone();
    framed(&app, visit, move |app, lang| {
        one(app, &key, lang, (asked, None), |view| document::page(view, lang, &clerk))
    })
    .await
}

/// What the page of the citations of a document may be asked for.
#[derive(Debug, Deserialize)]
pub struct CitationsQuery {
    /// Where the list of citing documents goes on.
    #[serde(default)]
    den: String,
}

/// `/vb/{key}/vien-dan`
pub async fn document_citations(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    query: Result<Query<CitationsQuery>, axum::extract::rejection::QueryRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let after = query.ok().and_then(|Query(asked)| cursor_from_text(&asked.den));
    let clerk = visit.clerk.clone();
    framed(&app, visit, move |app, lang| {
        one(app, &key, lang, (Asked::default(), after.as_ref()), |view| {
            document::citations_page(view, lang, &clerk)
        })
    })
    .await
}

fn one(
    app: &App,
    key: &str,
    lang: Lang,
    (asked, after): (Asked, Option<&CitingCursor>),
    show: impl FnOnce(&View) -> Page,
) -> Result<Page, ArchiveError> {
    match app.archive.named(key)? {
        Named::One(id) => Ok(match View::load(&app.archive, &id, asked, after)? {
            Some(mut view) => {
                view.find_words(app);
                show(&view)
            }
            None => document::not_found_page(key, lang),
        }),
        Named::None => Ok(document::not_found_page(key, lang)),
        Named::Several(ids) => {
            let heads = app.archive.catalog.heads(&ids)?;
            Ok(document::candidates_page(key, &heads, lang))
        }
    }
}

/// What the page of what is missing may be asked for.
#[derive(Debug, Deserialize)]
pub struct MissingQuery {
    /// The key of one document that is missing: who cites it.
    #[serde(default)]
    vb: String,
    /// Where the list of citing documents goes on.
    #[serde(default)]
    den: String,
}

/// `/thieu`
pub async fn missing(
    State(app): State<Arc<App>>,
    query: Result<Query<MissingQuery>, axum::extract::rejection::QueryRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let asked = query.ok().map(|Query(asked)| asked).filter(|asked| !asked.vb.is_empty());
    framed(&app, visit, move |app, lang| match &asked {
        None => Ok(missing_page::page(&app.archive.catalog.missing(missing_page::N_ROWS)?, lang)),
        Some(asked) => {
            let after = cursor_from_text(&asked.den);
            missing_page::citing_page(&app.archive, &asked.vb, after.as_ref(), lang)
        }
    })
    .await
}

/// `/huong-dan`
pub async fn help(uri: Uri, headers: HeaderMap) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let page = home::help_page(visit.lang);
    respond(&visit, page)
}

/// `/static/{name}`: the style sheet, the script and the icon, compiled in.
pub async fn asset(Path(name): Path<String>) -> Response {
    let (kind, content) = match name.as_str() {
        "vanthu.css" => ("text/css; charset=utf-8", include_str!("assets/vanthu.css")),
        "vanthu.js" => ("text/javascript; charset=utf-8", include_str!("assets/vanthu.js")),
        "icon.svg" => ("image/svg+xml", include_str!("assets/icon.svg")),
        _ => return Problem::not_found().into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=3600")], content)
        .into_response()
}

/// Everything else: a problem under `/api/`, a page elsewhere.
pub async fn not_found(uri: Uri, headers: HeaderMap) -> Response {
    if uri.path().starts_with("/api/") {
        return Problem::not_found().into_response();
    }
    let visit = Visit::from_request(&uri, &headers);
    let page = Page {
        title: visit.lang.word("error.not_found").to_owned(),
        place: "",
        query: Some(String::new()),
        body: html! { h1 { (visit.lang.word("error.not_found")) } },
        status: StatusCode::NOT_FOUND,
    };
    respond(&visit, page)
}
