//! The summary of a run, as text and as JSON.

use std::fmt::Write;

use serde::Serialize;

use crate::intake::{Report, RunCounts};

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
        let _ = writeln!(out, "  could not list the folder {folder}; its files stay as they were");
    }
    out
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
        run: i64,
        seconds: f64,
        is_cut_short: bool,
        #[serde(flatten)]
        counts: &'a RunCounts,
        unreadable_folders: &'a [String],
    }
    serde_json::to_string(&Summary {
        run: report.run.0,
        seconds,
        is_cut_short: report.is_cut_short,
        counts: &report.counts,
        unreadable_folders: &report.unreadable_folders,
    })
}
