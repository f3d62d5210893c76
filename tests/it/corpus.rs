//! The sample archive against its labels: every field and every citation of every document.
//!
//! `corpus/labels.jsonl` is true by construction: the generator of the files writes it too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vanthu::{
    context::Context,
    domain::{record::Record, tables::Tables},
    pipeline,
    source::{Limits, Source},
};

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn labels() -> Vec<Value> {
    let text =
        std::fs::read_to_string(corpus().join("labels.jsonl")).expect("the labels are there");
    text.lines().map(|line| serde_json::from_str(line).expect("a label is JSON")).collect()
}

fn process(path: &str) -> Result<Record, String> {
    let bytes = std::fs::read(corpus().join(path)).expect("a labelled file is there");
    let context = Context::new(Tables::builtin(), Limits::default());
    pipeline::process(&context, &Source::new(path, bytes))
        .map(|processed| processed.record)
        .map_err(|refused| refused.failure.reason.code().to_owned())
}

/// The value of a field as the labels write it; absent, blank and `false` are the same.
fn plain(found: &Value) -> Value {
    match found.get("value").unwrap_or(found) {
        Value::Bool(false) => Value::Null,
        value => value.clone(),
    }
}

/// What identifies a mention: number, title when there is no number, date, kind.
fn mention(citation: &Value) -> String {
    let text = |key: &str| citation[key].as_str().unwrap_or("-").to_owned();
    let name = if citation["number"].is_null() { text("title") } else { text("number") };
    format!("{name} | {} | {}", text("issued_on"), text("kind"))
}

fn differences(label: &Value, record: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    let wanted = label["metadata"].as_object().expect("a label has metadata");
    for (field, want) in wanted {
        let (want, got) = (plain(want), plain(&record["metadata"][field]));
        if want != got {
            differences.push(format!("{field}: want {want}, got {got}"));
        }
    }
    let count = |list: &Value| {
        let mut counts = BTreeMap::<String, i32>::new();
        for citation in list.as_array().into_iter().flatten() {
            if citation["state"] == "self" {
                continue; // The document's own number is no citation.
            }
            *counts.entry(mention(citation)).or_default() += 1;
        }
        counts
    };
    let (mut want, got) = (count(&label["citations"]), count(&record["citations"]));
    for (name, n) in got {
        *want.entry(name).or_default() -= n;
    }
    for (name, n) in want {
        match n {
            0 => {}
            n if n > 0 => differences.push(format!("citation not read {n} times: {name}")),
            n => differences.push(format!("citation read {} times too often: {name}", -n)),
        }
    }
    differences
}

#[test]
fn every_document_is_read_as_labelled() {
    let mut wrong = Vec::new();
    let labels = labels();
    assert!(labels.len() >= 60, "found only {} labels", labels.len());
    for label in &labels {
        let path = label["path"].as_str().expect("a label has a path");
        let state = label["state"].as_str().expect("a label has a state");
        match (state, process(path)) {
            ("read", Ok(record)) => {
                let record = serde_json::to_value(record).expect("a record has a written form");
                for difference in differences(label, &record) {
                    wrong.push(format!("{path}: {difference}"));
                }
            }
            ("needs_ocr", Ok(record)) => {
                if !record.warnings.iter().any(|warning| warning.code == "needs_ocr") {
                    wrong.push(format!("{path}: a scan without the warning needs_ocr"));
                }
            }
            ("failed", Err(reason)) => {
                if label["reason"] != reason.as_str() {
                    wrong.push(format!("{path}: want {}, got {reason}", label["reason"]));
                }
            }
            (state, Ok(_)) => wrong.push(format!("{path}: want {state}, got a record")),
            (state, Err(reason)) => wrong.push(format!("{path}: want {state}, got {reason}")),
        }
    }
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_file_has_a_label_and_the_other_way_round() {
    let labelled: Vec<String> = labels()
        .iter()
        .map(|label| label["path"].as_str().expect("a label has a path").to_owned())
        .collect();
    let root = corpus();
    let mut files: Vec<String> = walkdir::WalkDir::new(&root)
        .into_iter()
        .map(|entry| entry.expect("the sample archive is readable"))
        .filter(|entry| entry.file_type().is_file() && entry.depth() > 1)
        .map(|entry| slashed(entry.path().strip_prefix(&root).expect("the walk starts there")))
        .collect();
    files.sort();
    let mut labelled = labelled;
    labelled.sort();
    assert_eq!(files, labelled);
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
