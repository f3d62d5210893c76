//! `/tinh-trang`: what was taken in, what could not be read and why, and the runs.

use axum::http::StatusCode;
use maud::{Markup, html};
use time::{OffsetDateTime, macros::format_description};

use crate::{
    catalog::{Counts, FileRow, FileStatus, Run},
    web::{shell::Page, words::Lang},
};

/// How many runs the page shows.
pub const N_RUNS: usize = 20;

/// The page.
pub fn page(counts: &Counts, failures: &[FileRow], runs: &[Run], lang: Lang) -> Page {
    let (scans, failed): (Vec<_>, Vec<_>) =
        failures.iter().partition(|file| file.status == FileStatus::NeedsOcr);
    let body = html! {
        h1 { (lang.word("status.heading")) }
        (figures(counts, lang))
        h2 { (lang.word("status.failures")) " (" (lang.count(failed.len() as u64)) ")" }
        @if failed.is_empty() { p { (lang.word("status.no_failures")) } }
        @else {
            table {
                thead { tr {
                    th scope="col" { (lang.word("status.file")) }
                    th scope="col" { (lang.word("status.advice")) }
                } }
                tbody { @for file in failed { (failed_row(file, lang)) } }
            }
        }
        @if !scans.is_empty() {
            h2 { (lang.word("status.needs_ocr")) " (" (lang.count(scans.len() as u64)) ")" }
            ul {
                @for file in scans {
                    li {
                        @match &file.id {
                            Some(id) => a href={ "/vb/" (id) } { (file.stat.path.to_string()) },
                            None => (file.stat.path.to_string()),
                        }
                    }
                }
            }
        }
        h2 { (lang.word("status.last_runs")) }
        @if runs.is_empty() { p { (lang.word("status.no_runs")) } } @else { (run_table(runs, lang)) }
    };
    Page {
        title: lang.word("status.heading").to_owned(),
        place: "nav.status",
        query: Some(String::new()),
        body,
        status: StatusCode::OK,
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

fn failed_row(file: &FileRow, lang: Lang) -> Markup {
    html! {
        tr {
            td { (file.stat.path.to_string()) }
            td {
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

fn run_table(runs: &[Run], lang: Lang) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { (lang.word("status.run_started")) }
                @for key in ["status.run_files", "status.run_new", "status.run_changed", "status.run_unchanged", "status.run_failed", "status.run_seconds"] {
                    th.right scope="col" { (lang.word(key)) }
                }
                th scope="col" { (lang.word("status.run_version")) }
            } }
            tbody {
                @for run in runs {
                    tr {
                        td.num { (instant(run.started_at_ms)) }
                        td.right { (lang.count(run.counts.n_files)) }
                        td.right { (lang.count(run.counts.n_new)) }
                        td.right { (lang.count(run.counts.n_changed)) }
                        td.right { (lang.count(run.counts.n_unchanged + run.counts.n_touched)) }
                        td.right { (lang.count(run.counts.n_failed())) }
                        td.right {
                            @match run.ended_at_ms {
                                Some(ended) => (format!("{:.1}", (ended - run.started_at_ms) as f64 / 1000.0)),
                                None => "…",
                            }
                        }
                        td { (run.program_version) }
                    }
                }
            }
        }
    }
}

/// Milliseconds since 1970 as a day and a time, in UTC.
pub fn instant(at_ms: i64) -> String {
    let format = format_description!("[day]/[month]/[year] [hour]:[minute]:[second] UTC");
    OffsetDateTime::from_unix_timestamp(at_ms / 1000)
        .ok()
        .and_then(|at| at.format(&format).ok())
        .unwrap_or_else(|| at_ms.to_string())
}
