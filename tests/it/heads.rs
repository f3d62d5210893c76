//! Heads and feet of many bodies and layouts, as plain text: what is printed is what is read.
//!
//! `tests/golden/heads/cases.txt` holds one case after another: `=== name`, a line of the ten
//! fields with bars between (`-` for none), then the text. Names are compared without case.

use vanthu::{
    context::Context,
    domain::{
        found::Found,
        record::Metadata,
        tables::{Tables, name_key},
    },
    pipeline,
    source::{Limits, Source},
};

const CASES: &str = include_str!("../golden/heads/cases.txt");

const FIELDS: [&str; 10] = [
    "number",
    "doc_type",
    "issuer",
    "parent_issuer",
    "place",
    "issued_on",
    "subject",
    "signer",
    "signer_position",
    "signing_capacity",
];

fn values(metadata: &Metadata) -> [String; 10] {
    let text = |found: &Option<Found<String>>| {
        found.as_ref().map_or_else(|| "-".to_owned(), |found| found.value.clone())
    };
    let date = metadata.issued_on.as_ref();
    [
        text(&metadata.number),
        text(&metadata.doc_type),
        text(&metadata.issuer),
        text(&metadata.parent_issuer),
        text(&metadata.place),
        date.map_or_else(|| "-".to_owned(), |date| date.value.to_string()),
        text(&metadata.subject),
        text(&metadata.signer),
        text(&metadata.signer_position),
        text(&metadata.signing_capacity),
    ]
}

/// Names without accents and capitals; a title without `V/v` and `Về việc`.
fn comparable(field: &str, value: &str) -> String {
    if matches!(field, "number" | "issued_on") || value == "-" {
        return value.to_owned();
    }
    let key = name_key(value);
    let bare = key.strip_prefix("ve viec ").or_else(|| key.strip_prefix("v v ")).unwrap_or(&key);
    if field == "subject" { bare.to_owned() } else { key }
}

#[test]
fn every_field_of_every_case() {
    let context = Context::new(Tables::builtin(), Limits::default());
    let mut wrong = Vec::new();
    let mut n_cases = 0;
    for case in CASES.split("=== ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap();
        let (expected, text) = rest.split_once('\n').unwrap();
        let expected: Vec<&str> = expected.split('|').collect();
        assert_eq!(expected.len(), FIELDS.len(), "{name}");
        let source = Source::new(format!("{name}.txt"), text.as_bytes().to_vec());
        let processed = pipeline::process(&context, &source).unwrap();
        let read = values(&processed.record.metadata);
        for ((field, want), got) in FIELDS.iter().zip(&expected).zip(&read) {
            if comparable(field, want) != comparable(field, got) {
                wrong.push(format!("{name}: {field}: expected {want:?}, read {got:?}"));
            }
        }
        n_cases += 1;
    }
    assert!(n_cases >= 50, "only {n_cases} cases were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
