//! `/so`: a register to look at before it is printed or saved, and what its numbers lack.

use std::sync::Arc;

use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};

use crate::{
    archive::{Book, Register, Series, SortBy},
    export::{Cell, FileKind, sheet},
    web::{
        App,
        pages::framed,
        problem::Problem,
        register::answer_file,
        results::{Asked, encode, pairs, today},
        shell::{Page, Visit},
        words::Lang,
    },
};

/// Rows shown before a file is asked for.
const N_PREVIEW: usize = 200;
/// Documents looked at for missing numbers.
const N_LOOKED_AT: usize = 20_000;
/// Runs of numbers that are listed.
const N_SERIES: usize = 50;

fn book_of(query: &str) -> Book {
    let named = pairs(query).into_iter().find(|(name, _)| name == "so");
    named.and_then(|(_, code)| Book::from_code(&code)).unwrap_or_default()
}

/// `/so?so=outgoing&q=…`, with the filters of the results page.
pub async fn page(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let query = uri.query().unwrap_or("").to_owned();
    framed(&app, visit, move |app, lang| {
        let (asked, book) = (Asked::from_query(&query), book_of(&query));
        let mut params = asked.params(today());
        if book != Book::List {
            params.sort = SortBy::Oldest;
        }
        let register = app.archive.register(&params, book, N_LOOKED_AT)?;
        Ok(show(&asked, &register, lang))
    })
    .await
}

/// `/so/so.xlsx?…` and `/so/so.csv?…`: the same as a file.
pub async fn file(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let kind = name.strip_prefix("so.").and_then(FileKind::from_code);
    let Some(kind) = kind else { return Ok(Problem::not_found().into_response()) };
    let query = query.unwrap_or_default();
    answer_file(&app, Asked::from_query(&query).params(today()), book_of(&query), kind).await
}

fn show(asked: &Asked, register: &Register, lang: Lang) -> Page {
    let sheet = sheet(register);
    let address = |file: &str, book: Book| {
        let rest = asked.filters_address();
        format!("/so{file}?so={}&q={}{rest}", book.code(), encode(&asked.q))
    };
    let n_empty: usize = sheet.rows.iter().flatten().filter(|cell| **cell == Cell::Empty).count();
    let body = html! {
        h1 { (lang.word("register.heading")) }
        nav.sorts aria-label=(lang.word("register.heading")) {
            @for book in Book::ALL {
                @let word = lang.word(match book {
                    Book::Outgoing => "register.outgoing",
                    Book::Incoming => "register.incoming",
                    Book::Contents => "register.contents",
                    Book::List => "register.list",
                });
                @if book == register.book { b { (word) } } @else { a href=(address("", book)) { (word) } }
                " "
            }
        }
        p {
            span role="status" { b { (lang.count(register.total)) } " " (lang.word("result.documents")) }
            " · " a.button href=(address("/so.xlsx", register.book)) { (lang.word("register.xlsx")) }
            " " a.button href=(address("/so.csv", register.book)) { (lang.word("register.csv")) }
            " " a href=(asked.with_query(asked.q.clone())) { (lang.word("register.choose")) }
        }
        @if sheet.rows.is_empty() { p.note { (lang.word("register.none")) } }
        @else {
            (gap_strip(&register.gaps, lang))
            p.small.soft { (lang.word("register.empty_cells")) " " (lang.count(n_empty as u64)) }
            div.wide tabindex="0" role="region" aria-label=(sheet.title) {
                table {
                    caption { (sheet.title) }
                    thead { tr { @for column in &sheet.columns { th scope="col" { (column.heading) } } } }
                    tbody {
                        @for (head, row) in register.rows.iter().zip(&sheet.rows).take(N_PREVIEW) {
                            tr {
                                @for cell in row {
                                    @let text = cell.text();
                                    @if Some(&text) == head.record.metadata.number.as_ref().map(|number| &number.value) {
                                        td { a.num href={ "/vb/" (head.record.id) } { (text) } }
                                    } @else { td { (text) } }
                                }
                            }
                        }
                    }
                }
            }
            @if register.total > N_PREVIEW as u64 { p.note { (lang.word("register.preview")) " " (lang.count(N_PREVIEW as u64)) } }
        }
    };
    Page {
        title: lang.word("register.heading").to_owned(),
        place: "nav.register",
        query: Some(asked.q.clone()),
        body,
        status: StatusCode::OK,
    }
}

fn gap_strip(gaps: &[Series], lang: Lang) -> Markup {
    let ranges = |series: &Series| {
        let one = |run: &std::ops::RangeInclusive<u32>| match (run.start(), run.end()) {
            (first, last) if first == last => first.to_string(),
            (first, last) => format!("{first}–{last}"),
        };
        series.missing.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let list = |numbers: Vec<String>| numbers.join(", ");
    html! {
        @if gaps.is_empty() { p.small { (lang.word("register.no_gaps")) } }
        @else {
            details.gaps {
                summary { (lang.word("register.gaps")) " (" (lang.count(gaps.len() as u64)) ")" }
                ul {
                    @for series in gaps.iter().take(N_SERIES) {
                        li {
                            b { (series.year) ": " (series.sign) }
                            @if let Some(issuer) = &series.issuer { " (" (issuer) ")" }
                            " – "
                            @if !series.missing.is_empty() { (lang.word("register.lacks")) " " (ranges(series)) "; " }
                            @if !series.doubled.is_empty() { (lang.word("register.doubled")) " " (list(series.doubled.iter().map(u32::to_string).collect())) "; " }
                            @if !series.out_of_order.is_empty() {
                                (list(series.out_of_order.iter().map(|(high, low)| format!("{high} {} {low}", lang.word("register.before"))).collect()))
                            }
                        }
                    }
                }
            }
        }
    }
}
