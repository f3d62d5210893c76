//! `/thieu`: what is cited but not in the archive, most wanted first.

use axum::http::StatusCode;
use maud::html;

use crate::{
    catalog::MissingDocument,
    web::{document::shortened, results::encode, shell::Page, words::Lang},
};

/// How many rows the page shows.
pub const N_ROWS: usize = 500;

/// The page.
pub fn page(rows: &[MissingDocument], lang: Lang) -> Page {
    let body = html! {
        h1 { (lang.word("missing.heading")) }
        p { (lang.word("missing.explain")) }
        @if rows.is_empty() { p { (lang.word("missing.none")) } }
        @else {
            table {
                thead { tr {
                    th scope="col" { (lang.word("field.number")) }
                    th scope="col" { (lang.word("field.doc_type")) }
                    th scope="col" { (lang.word("field.issued_on")) }
                    th.right scope="col" { (lang.word("missing.cited_by")) }
                    th scope="col" { (lang.word("missing.sample")) }
                } }
                tbody {
                    @for row in rows {
                        tr {
                            td { a.num href={ "/tim?q=" (encode(&format!("vd:\"{}\"", row.number))) } { (row.number) } }
                            td { (row.doc_type.as_deref().unwrap_or("")) }
                            td.num { @if let Some(date) = row.issued_on { (lang.date(date)) } }
                            td.right { (lang.count(row.n_citing)) }
                            td { a href={ "/vb/" (row.citing) } { (shortened(&row.quote, 240)) } }
                        }
                    }
                }
            }
        }
    };
    Page {
        title: lang.word("missing.heading").to_owned(),
        place: "nav.missing",
        query: Some(String::new()),
        body,
        status: StatusCode::OK,
    }
}
