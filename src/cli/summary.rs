//! The summary of a run, as text and as JSON.

use std::{fmt::Write, time::Duration};

use serde::Serialize;

use crate::intake::{Progress, Report, RunCounts, Survey, scan::Cause};

/// The summary of a run for people.
pub(super) fn text(report: &Report, seconds: f64) -> String {
    let counts = &report.counts;
    let mut out = format!("{} files in {seconds:.1} s", counts.n_files);
    let _ = writeln!(out, "{}", if report.is_cut_short { ", cut short" } else { "" });
    for (n, what) in [
        (counts.n_new, "new"),
        (counts.n_changed, "changed"),
        (counts.n_moved, "moved"),
        (counts.n_copied, "copies of documents that are already here"),
        (counts.n_returned, "returned"),
        (counts.n_touched, "touched, with the same content"),
        (counts.n_read_again, "read again"),
        (counts.n_unchanged, "unchanged"),
        (counts.n_vanished, "gone"),
        (counts.n_pages_recognised, "pages recognised (OCR)"),
        (counts.n_pages_failed, "pages whose recognition failed; they are tried again"),
        (counts.n_needs_ocr, "with pages that need text recognition (OCR)"),
    ] {
        line(&mut out, n, what);
    }
    for (reason, n) in &counts.failed {
        line(&mut out, *n, &format!("not taken in: {}", reason.sentence_en()));
    }
    for (rule, n) in &counts.skipped {
        line(&mut out, *n, skipped(rule));
    }
    for folder in &report.unreadable_folders {
        let name = if folder.is_empty() { "of the archive" } else { folder };
        let _ = writeln!(out, "  could not list the folder {name}; its files stay as they were");
    }
    out
}

/// What a run is about to do, when it is more than ordinary: what another version had read.
pub(super) fn announcement(survey: &Survey, estimate: Option<Duration>) -> Option<String> {
    let n_again = *survey.to_read.get(&Cause::ReadAgain)?;
    Some(format!(
        "{n_again} documents were read by another version of the program or by other tables and \
         are read again{}",
        about(estimate)
    ))
}

/// What a run would do.
pub(super) fn plan(survey: &Survey, estimate: Option<Duration>) -> String {
    let mut out = format!("{} files would be read", survey.n_to_read());
    let _ = writeln!(out, "{}", about(estimate.filter(|_| survey.n_to_read() > 0)));
    for (cause, n) in &survey.to_read {
        line(&mut out, *n, why(*cause));
    }
    line(&mut out, survey.counts.n_unchanged, "unchanged");
    out
}

/// Why a file is read, as in a list.
pub(super) fn why(cause: Cause) -> &'static str {
    match cause {
        Cause::New => "new",
        Cause::Changed => "changed",
        Cause::InDoubt => "in doubt",
        Cause::Returned => "returned",
        Cause::TryAgain => "try again",
        Cause::ReadAgain => "read again",
    }
}

/// How far a run is, beside its bar.
pub(super) fn progress(progress: &Progress) -> String {
    let mut out = format!("{:.0} files/s", progress.rate);
    if let Some(time) = progress.remaining {
        let _ = write!(out, ", {} left", duration(time));
    }
    for (reason, n) in &progress.counts.failed {
        let _ = write!(out, ", {n} {}", reason.code());
    }
    out
}

/// How far recognition is, beside its bar.
pub(super) fn recognition(progress: &Progress) -> String {
    let mut out = format!("pages recognised, {:.1} pages/s", progress.rate);
    if let Some(time) = progress.remaining {
        let _ = write!(out, ", {} left", duration(time));
    }
    if progress.counts.n_pages_failed > 0 {
        let _ = write!(out, ", {} failed", progress.counts.n_pages_failed);
    }
    out
}

fn about(estimate: Option<Duration>) -> String {
    estimate.map_or_else(String::new, |time| format!(", about {}", duration(time)))
}

/// A duration in its two largest units, e.g. `1 h 20 min`.
fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{} s", s.max(1)),
        (0, min, s) => format!("{min} min {s} s"),
        (h, min, _) => format!("{h} h {min} min"),
    }
}

fn line(out: &mut String, n: u64, what: &str) {
    if n > 0 {
        let _ = writeln!(out, "{n:>9} {what}");
    }
}

fn skipped(rule: &str) -> &'static str {
    match rule {
        "hidden" => "skipped: hidden (name begins with a dot)",
        "word_lock" => "skipped: lock files of Word (name begins with ~$)",
        "note" => "skipped: notes about the archive (.md, .json, .jsonl)",
        "system" => "skipped: left by the operating system (Thumbs.db, desktop.ini)",
        "link_loop" => "skipped: links that lead back to a folder above them",
        _ => "skipped: not regular files",
    }
}

/// The summary of a run as one JSON object.
pub(super) fn json(report: &Report, seconds: f64) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Summary<'a> {
        run: Option<i64>,
        seconds: f64,
        is_cut_short: bool,
        #[serde(flatten)]
        counts: &'a RunCounts,
        unreadable_folders: &'a [String],
    }
    serde_json::to_string(&Summary {
        run: report.run.map(|run| run.0),
        seconds,
        is_cut_short: report.is_cut_short,
        counts: &report.counts,
        unreadable_folders: &report.unreadable_folders,
    })
}
