//! `/api/v1/register`: the documents of a search as a register, as JSON or as a file.

use std::sync::Arc;

use axum::{
    Json,
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    archive::{Book, Register, SearchParams, Series, SortBy},
    domain::record::Metadata,
    export::{FileKind, sheet},
    web::{
        App,
        api_search::{SearchQuery, read_params},
        blocking,
        problem::Problem,
        results::pairs,
    },
};

/// Most rows of a JSON answer.
const MAX_ROWS: usize = 10_000;
/// Most rows of a file: what fits on one worksheet, with its heading.
const MAX_FILE_ROWS: usize = 1_000_000;

/// A register. The parameters of `/api/v1/search` choose its documents; it has no pages, so no cursor.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes the parameters; they are read from the raw query, where one may repeat"
)]
pub struct RegisterQuery {
    /// Which register; `outgoing` when not given.
    #[param(nullable = false, inline)]
    book: Option<BookCode>,
    /// What to answer with; `json` when not given.
    #[param(nullable = false, inline)]
    format: Option<FormatCode>,
    /// Rows of a JSON answer, 1 to 10,000; 1,000 when not given. A file has all.
    #[param(minimum = 1, maximum = 10000, nullable = false)]
    limit: Option<usize>,
}

/// The registers: văn bản đi by number, văn bản đến and mục lục hồ sơ by date, or a plain list.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BookCode {
    /// Sổ đăng ký văn bản đi.
    Outgoing,
    /// Sổ đăng ký văn bản đến.
    Incoming,
    /// Mục lục văn bản trong hồ sơ.
    Contents,
    /// The hits in the order of the search.
    List,
}

/// What a register is answered as.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FormatCode {
    /// JSON, at most `limit` rows.
    Json,
    /// A workbook with all rows.
    Xlsx,
    /// Comma-separated values with all rows.
    Csv,
}

/// A register.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterAnswer {
    /// Which register.
    pub book: &'static str,
    /// Documents that match in all.
    pub total: u64,
    /// The documents in order, as many as the limit allows.
    pub rows: Vec<RegisterRow>,
    /// Runs of numbers among the rows that lack, repeat or misplace a number.
    pub gaps: Vec<GapAnswer>,
}

/// One document.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterRow {
    /// The document.
    pub id: String,
    /// Path of its file.
    pub path: String,
    /// Its fields.
    pub metadata: Metadata,
}

/// One run of numbers: a year, an issuer, a sign.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapAnswer {
    /// The year.
    pub year: i16,
    /// Who issued them.
    pub issuer: Option<String>,
    /// Their sign, e.g. `KH-SLĐTBXH`.
    pub sign: String,
    /// How many of them are held.
    pub n_held: usize,
    /// First and last of the numbers that are missing in a row.
    pub missing: Vec<[u32; 2]>,
    /// Numbers that several documents carry.
    pub doubled: Vec<u32>,
    /// A number and a lower one that is dated later.
    pub out_of_order: Vec<[u32; 2]>,
}

impl RegisterAnswer {
    fn new(register: Register) -> Self {
        let rows = register.rows.into_iter().map(|head| RegisterRow {
            id: head.record.id.to_string(),
            path: head.record.path,
            metadata: head.record.metadata,
        });
        Self {
            book: register.book.code(),
            total: register.total,
            rows: rows.collect(),
            gaps: register.gaps.into_iter().map(GapAnswer::new).collect(),
        }
    }
}

impl GapAnswer {
    fn new(series: Series) -> Self {
        Self {
            year: series.year,
            issuer: series.issuer,
            sign: series.sign,
            n_held: series.n_held,
            missing: series.missing.iter().map(|run| [*run.start(), *run.end()]).collect(),
            doubled: series.doubled,
            out_of_order: series.out_of_order.iter().map(|&(high, low)| [high, low]).collect(),
        }
    }
}

/// The documents of a search as a register of the office, and what its numbers lack.
#[utoipa::path(get, path = "/api/v1/register", tag = "documents", params(RegisterQuery, SearchQuery),
    responses(
        (status = 200, content((RegisterAnswer = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn register(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let mut book = Book::default();
    let mut file = None;
    let mut limit = 1_000;
    for (name, value) in pairs(&query) {
        match name.as_str() {
            "book" => {
                book = Book::from_code(&value).ok_or_else(|| {
                    Problem::invalid_parameter("book", "outgoing, incoming, contents or list")
                })?;
            }
            "format" if value == "json" => file = None,
            "format" => {
                file =
                    Some(FileKind::from_code(&value).ok_or_else(|| {
                        Problem::invalid_parameter("format", "json, xlsx or csv")
                    })?);
            }
            "limit" => {
                limit =
                    value.parse().ok().filter(|n| (1..=MAX_ROWS).contains(n)).ok_or_else(|| {
                        Problem::invalid_parameter("limit", "a number from 1 to 10000")
                    })?;
            }
            "after" => {
                return Err(Problem::invalid_parameter("query", "no cursor: a register is whole"));
            }
            _ => {}
        }
    }
    let params = read_params(&query, &["book", "format", "limit"])?;
    match file {
        Some(kind) => answer_file(&app, params, book, kind).await,
        None => blocking(&app, move |app| {
            Ok(RegisterAnswer::new(app.archive.register(&ordered(params, book), book, limit)?))
        })
        .await
        .map(|answer| Json(answer).into_response()),
    }
}

/// Documents come out of the engine in an order that costs it nothing to go on in; the register
/// has its own.
fn ordered(params: SearchParams, book: Book) -> SearchParams {
    match book {
        Book::List => params,
        _ => SearchParams { sort: SortBy::Oldest, ..params },
    }
}

/// Answers with a register as a file to be saved.
///
/// # Errors
/// `internal` when a store fails or the file cannot be written.
pub async fn answer_file(
    app: &Arc<App>,
    params: SearchParams,
    book: Book,
    kind: FileKind,
) -> Result<Response, Problem> {
    let written = blocking(app, move |app| {
        let register = app.archive.register(&ordered(params, book), book, MAX_FILE_ROWS)?;
        Ok(kind.write(&sheet(&register)))
    })
    .await?;
    let bytes = written.map_err(|error| {
        tracing::error!(%error, "a register could not be written");
        Problem::internal()
    })?;
    let name = match book {
        Book::Outgoing => "so-van-ban-di",
        Book::Incoming => "so-van-ban-den",
        Book::Contents => "muc-luc-van-ban",
        Book::List => "danh-sach-van-ban",
    };
    let disposition = format!("attachment; filename={name}.{}", kind.ending());
    let headers = [
        (header::CONTENT_TYPE, kind.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}
