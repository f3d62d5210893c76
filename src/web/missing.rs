//! `/thieu`: what is cited but not in the archive, most wanted first, and who cites one of these.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use maud::html;

use crate::{
    archive::{Archive, ArchiveError},
    catalog::{Aim, CitingCursor, MissingDocument},
    domain::record::{Record, RecordId},
    web::{
        citations::{cursor_text, kind_key},
        document::{byline, name, shortened},
        results::encode,
        shell::Page,
        words::Lang,
    },
};

/// How many rows the page shows.
pub const N_ROWS: usize = 500;
/// Citing documents that are shown at once.
const N_CITING: usize = 50;

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
                    th scope="col" { (lang.word("missing.when")) }
                    th scope="col" { (lang.word("missing.sample")) }
                } }
                tbody {
                    @for row in rows {
                        tr {
                            td { a.num href=(citing_address(&row.canonical)) { (row.number) } }
                            td { (row.doc_type.as_deref().unwrap_or("")) }
                            td.num { @if let Some(date) = row.issued_on { (lang.date(date)) } }
                            td.right { (lang.count(row.n_citing)) }
                            td.num {
                                @if let Some(first) = row.first_cited_on { (lang.date(first)) }
                                @if row.last_cited_on != row.first_cited_on {
                                    " – " @if let Some(last) = row.last_cited_on { (lang.date(last)) }
                                }
                            }
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

fn citing_address(key: &str) -> String {
    format!("/thieu?vb={}", encode(key))
}

/// Who cites one document that the archive lacks, the latest first, each with its sentence.
///
/// # Errors
/// When the catalog cannot be read.
pub fn citing_page(
    archive: &Archive,
    key: &str,
    after: Option<&CitingCursor>,
    lang: Lang,
) -> Result<Page, ArchiveError> {
    let catalog = &archive.catalog;
    let missing = catalog.missing_one(key)?;
    let incoming = catalog.incoming(Aim::Missing(key), after, N_CITING)?;
    let mut ids: Vec<RecordId> =
        incoming.mentions.iter().map(|mention| mention.citing.clone()).collect();
    ids.dedup();
    let records: BTreeMap<RecordId, Record> = catalog
        .heads(&ids)?
        .into_iter()
        .map(|head| (head.record.id.clone(), head.record))
        .collect();
    let title = missing.as_ref().map_or_else(|| key.to_owned(), |missing| missing.number.clone());
    let body = html! {
        h1 { (title) }
        p { a href="/thieu" { (lang.word("missing.heading")) } }
        @match &missing {
            None => p { (lang.word("missing.not_missing")) },
            Some(missing) => h2 #cited-by { (lang.word("cite.in")) " (" (lang.count(missing.n_citing)) ")" },
        }
        ul.cites {
            @for mention in &incoming.mentions {
                li {
                    span.badge { (lang.word(kind_key(mention.citation.kind))) } " "
                    @if let Some(record) = records.get(&mention.citing) {
                        a href={ "/vb/" (mention.citing) "?trang=" (mention.citation.page) "#vd-" (mention.seq) } { (name(record)) }
                        div.line.small.soft { (byline(record, lang)) }
                    }
                    blockquote { (shortened(&mention.citation.quote, 300)) }
                }
            }
        }
        @if let Some(next) = &incoming.next {
            p { a.button rel="next" href={ (citing_address(key)) "&den=" (cursor_text(next)) } { (lang.word("cite.in_more")) } }
        }
    };
    let status = if missing.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    Ok(Page { title, place: "nav.missing", query: Some(String::new()), body, status })
}
