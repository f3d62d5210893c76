//! Who means whom in the sample archive, against its labels: state and target of every citation.

use std::collections::BTreeMap;

use serde_json::Value;
use vanthu::catalog::{Catalog, FilePath};

use crate::api::sample_archive;

/// What is compared of a mention: number or title, date, state, path of the target, flags.
type Mention = (String, String, String, String, String);

fn flags(list: &Value) -> String {
    let mut flags: Vec<&str> =
        list.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    flags.sort_unstable();
    flags.join(",")
}

fn labelled(label: &Value) -> BTreeMap<Mention, i32> {
    let mut mentions = BTreeMap::new();
    for citation in label["citations"].as_array().into_iter().flatten() {
        let text = |key: &str| citation[key].as_str().unwrap_or("-").to_owned();
        if citation["state"] == "self" {
            continue; // The document's own number is no citation.
        }
        let name = if citation["number"].is_null() { text("title") } else { text("number") };
        *mentions
            .entry((
                name,
                text("issued_on"),
                text("state"),
                text("target_path"),
                flags(&citation["flags"]),
            ))
            .or_default() += 1;
    }
    mentions
}

fn found(catalog: &Catalog, path: &str) -> BTreeMap<Mention, i32> {
    let row = catalog.file(&FilePath::from_bytes(path.as_bytes().to_vec())).unwrap();
    let id = row.and_then(|row| row.id).expect("a labelled file is taken in");
    let mut mentions = BTreeMap::new();
    for outgoing in catalog.outgoing(&id).unwrap() {
        let citation = outgoing.citation;
        let name = citation.number.or(citation.title).unwrap_or_else(|| "-".to_owned());
        let date = citation.issued_on.map_or_else(|| "-".to_owned(), |date| date.to_string());
        let state = citation.state.map_or(Value::Null, |state| serde_json::json!(state));
        let state = state.as_str().unwrap_or("-").to_owned();
        let target = citation.target.map_or_else(
            || "-".to_owned(),
            |target| {
                // A copy at two paths is one document: the labels name one of its paths.
                let paths = catalog.paths(&target).unwrap();
                let mut paths: Vec<String> =
                    paths.iter().map(|row| row.stat.path.to_string()).collect();
                paths.sort_by_key(|path| (!path.starts_with("den/"), path.clone()));
                paths.remove(0)
            },
        );
        let flags = flags(&serde_json::json!(citation.flags));
        *mentions.entry((name, date, state, target, flags)).or_default() += 1;
    }
    mentions
}

#[test]
fn every_citation_means_what_its_label_says() {
    let office = sample_archive();
    let labels = std::fs::read_to_string(office.archive_folder.join("labels.jsonl")).unwrap();
    let mut labels: Vec<Value> =
        labels.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // A scan that nothing has recognised has no number yet: until then it is missing.
    let read: Vec<Value> = labels
        .iter()
        .filter(|label| label["state"] == "read")
        .map(|label| label["path"].clone())
        .collect();
    labels.retain(|label| label["state"] == "read");
    for citation in labels.iter_mut().flat_map(|label| label["citations"].as_array_mut().unwrap()) {
        if citation["target_path"].is_string() && !read.contains(&citation["target_path"]) {
            citation["state"] = "missing".into();
            citation["target_path"] = Value::Null;
        }
    }
    let (mut wrong, mut n_checked) = (Vec::new(), 0);
    for label in &labels {
        let path = label["path"].as_str().unwrap();
        let mut difference = labelled(label);
        n_checked += difference.values().sum::<i32>();
        for (mention, n) in found(&office.archive.catalog, path) {
            *difference.entry(mention).or_default() -= n;
        }
        for ((name, date, state, target, flags), n) in difference {
            if n != 0 {
                let side = if n > 0 { "want" } else { "got" };
                wrong
                    .push(format!("{path}: {side} {name} | {date} | {state} | {target} | {flags}"));
            }
        }
    }
    assert!(n_checked > 250, "only {n_checked} citations were checked");
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}
