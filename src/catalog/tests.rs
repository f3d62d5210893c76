//! The catalog over real SQLite files: what is put in, what is found, what depends on what.

use super::*;
use crate::{
    domain::{
        citation::{Citation, CitationFlag, CitationKind, CitationState},
        date::PartialDate,
        doc_number::{DocNumber, Period},
        failure::{Failure, FailureReason},
        found::{Found, Span},
        record::{Format, Metadata, Record, RecordId, TextSource, Warning},
        tables::Tables,
    },
    extract::resolve::Reason,
    layout::Layout,
    pipeline::Processed,
    source::Source,
    text::Text,
};

/// A catalog in a folder of its own, and a run to write with.
pub(super) struct Bench {
    pub(super) folder: tempfile::TempDir,
    pub(super) catalog: Catalog,
    pub(super) run: RunId,
}

impl Bench {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(folder.path()).unwrap();
        let run = catalog.start_run("changes", 1).unwrap();
        Self { folder, catalog, run }
    }

    pub(super) fn apply(&self, changes: &[Change]) -> u64 {
        self.catalog.apply(Tables::builtin(), self.run, changes).unwrap().last_seq
    }

    pub(super) fn incoming(&self, id: &RecordId) -> Vec<Incoming> {
        self.catalog.incoming(Aim::Held(id), None, 1000).unwrap().mentions
    }

    fn state(&self, citing: &Record, seq: usize) -> (CitationState, Option<RecordId>) {
        let citation = self.catalog.record(&citing.id).unwrap().unwrap().citations[seq].clone();
        (citation.state.unwrap(), citation.target)
    }
}

fn found<T>(value: T) -> Found<T> {
    Found {
        value,
        raw: String::new(),
        key: None,
        page: 1,
        span: Span::new(0, 0),
        rule: "test".to_owned(),
        confidence: 1.0,
    }
}

/// The key of a number, all issued by one body.
fn key(number: &str, issued_on: Option<PartialDate>) -> Option<String> {
    let parsed = DocNumber::parse(Tables::builtin(), number).ok()?;
    Some(parsed.number.key(Some("so"), issued_on.map(Period::from)))
}

/// A citation written `number` or `number@date`.
pub(super) fn citation(text: &str) -> Citation {
    let (number, date) = match text.split_once('@') {
        Some((number, date)) => (number, Some(date.parse().unwrap())),
        None => (text, None),
    };
    Citation {
        number: Some(number.to_owned()),
        key: key(number, date),
        doc_type: None,
        title: None,
        issuer: None,
        issued_on: date,
        kind: CitationKind::Mentions,
        provision: None,
        quote: format!("văn bản số {number}"),
        page: 1,
        span: Span::new(0, 0),
        rule: "test".to_owned(),
        confidence: 1.0,
        flags: Vec::new(),
        state: None,
        target: None,
    }
}

/// A document whose bytes are its own description.
pub(super) fn document(path: &str, number: &str, issued_on: &str, cites: &[&str]) -> Processed {
    let source = Source::new(path, format!("{number} {issued_on} {cites:?}").into_bytes());
    let record = Record {
        id: source.id(),
        sha256: source.sha256.clone(),
        path: path.to_owned(),
        format: Some(Format::Txt),
        text_source: TextSource::Embedded,
        n_pages: 1,
        metadata: Metadata {
            number: (!number.is_empty()).then(|| Found {
                key: key(number, issued_on.parse().ok()),
                ..found(number.to_owned())
            }),
            issued_on: issued_on.parse().ok().map(found),
            ..Metadata::default()
        },
        citations: cites.iter().map(|text| citation(text)).collect(),
        warnings: Vec::new(),
        parts: Vec::new(),
    };
    Processed { record, text: Text::default(), layout: Layout::default() }
}

pub(super) fn stat(path: &str) -> FileStat {
    FileStat {
        path: FilePath::from_bytes(path.as_bytes().to_vec()),
        size_bytes: 10,
        mtime_ns: 1,
        looked_at_ns: 2,
    }
}

pub(super) fn taken(processed: &Processed) -> Change {
    let stored = Stored::encode(processed.clone(), 1, "t1", None).unwrap();
    Change::Taken { stat: stat(&processed.record.path), stored: Box::new(stored) }
}

pub(super) fn vanished(path: &str) -> Change {
    Change::Vanished { path: stat(path).path }
}

pub(super) fn classified(path: &str, sha256: &str) -> Change {
    let failure = Failure { reason: FailureReason::Classified, detail: "stamp".to_owned() };
    Change::Failed { stat: stat(path), sha256: Some(sha256.to_owned()), failure, revision: 1 }
}

#[test]
fn what_is_put_comes_back() {
    let bench = Bench::new();
    let processed = document("2020/kh-9.docx", "09/KH-SLĐTBXH", "2020-03-02", &["06-CT/TU"]);
    assert_eq!(bench.apply(&[taken(&processed)]), 1);
    let id = &processed.record.id;
    let record = bench.catalog.record(id).unwrap().unwrap();
    let mut expected = processed.record.clone();
    expected.citations[0].state = Some(CitationState::Missing);
    assert_eq!(record, expected);
    assert_eq!(bench.catalog.text(id).unwrap().unwrap(), processed.text);
    assert_eq!(bench.catalog.layout(id).unwrap().unwrap(), processed.layout);
    assert_eq!(bench.catalog.paths(id).unwrap()[0].status, FileStatus::Current);
    let head = &bench.catalog.heads(std::slice::from_ref(id)).unwrap()[0];
    assert_eq!((head.ord, head.version, head.n_citations, head.n_missing), (1, 1, 1, 1));
    let counts = bench.catalog.counts().unwrap();
    assert_eq!((counts.n_documents, counts.n_files, counts.years), (1, 1, Some((2020, 2020))));
}

#[test]
fn numbers_are_found_in_any_spelling() {
    let bench = Bench::new();
    let processed = document("a", "09/KH-SLĐTBXH", "2020", &[]);
    bench.apply(&[taken(&processed)]);
    let by_fold = |text: &str| bench.catalog.by_number_fold(&fold(text)).unwrap().len();
    assert_eq!(by_fold("9/kh-slđtbxh"), 1); // lower case, no leading zero
    assert_eq!(by_fold("09 / KH \u{2013} SL\u{d0}TBXH"), 1); // dash, blanks, look-alike Đ
    assert_eq!(by_fold("9/KH-SLDTBXH"), 1); // no diacritics
    assert_eq!(by_fold("19/KH-SLĐTBXH"), 0);
    let canonical = canonical("09/kh-slđtbxh");
    assert_eq!(bench.catalog.by_canonical(&canonical).unwrap()[0].printed, "09/KH-SLĐTBXH");
    assert_eq!(bench.catalog.number_prefix("9/k", 10).unwrap().len(), 1);
    assert_eq!(bench.catalog.number_prefix("9/q", 10).unwrap().len(), 0);
}

#[test]
fn citation_resolves_when_the_document_comes_and_is_missing_when_it_goes() {
    let bench = Bench::new();
    let plan = document("kh", "9/KH-SLĐTBXH", "2020-03-02", &["06-CT/TU@2016-05-09"]);
    let directive = document("ct", "06-CT/TU", "2016-05-09", &[]);
    bench.apply(&[taken(&plan)]);
    assert_eq!(bench.state(&plan.record, 0), (CitationState::Missing, None));
    assert_eq!(bench.catalog.missing(10).unwrap()[0].number, "06-CT/TU");
    bench.apply(&[taken(&directive)]);
    let id = directive.record.id.clone();
    assert_eq!(bench.state(&plan.record, 0), (CitationState::Resolved, Some(id.clone())));
    assert_eq!(bench.incoming(&id)[0].citing, plan.record.id);
    assert!(bench.catalog.missing(10).unwrap().is_empty());
    bench.apply(&[vanished("ct")]);
    assert_eq!(bench.state(&plan.record, 0), (CitationState::Missing, None));
    // A citing document that is gone neither cites nor misses anything.
    bench.apply(&[taken(&directive), vanished("kh")]);
    assert!(bench.incoming(&id).is_empty());
    bench.apply(&[vanished("ct")]);
    assert!(bench.catalog.missing(10).unwrap().is_empty());
}

#[test]
fn one_number_of_two_years_is_missing_twice() {
    let bench = Bench::new();
    let cites = ["52/KH-TLĐ@2014-08-12", "052/KH-TLĐ@2014-08-12", "52/KH-TLĐ@2016-11-28"];
    bench.apply(&[taken(&document("kh", "9/KH-SLĐTBXH", "2020-03-02", &cites))]);
    let missing = bench.catalog.missing(10).unwrap();
    let dates: Vec<_> = missing.iter().filter_map(|missing| missing.issued_on).collect();
    assert_eq!(dates, ["2014-08-12".parse().unwrap(), "2016-11-28".parse().unwrap()]);
}

#[test]
fn same_number_in_two_years_is_decided_by_the_date() {
    let bench = Bench::new();
    let first = document("a", "52/KH-TLĐ", "2014-08-12", &[]);
    let second = document("b", "52/KH-TLĐ", "2016-11-28", &[]);
    let citing = document(
        "c",
        "",
        "2017",
        &["52/KH-TLĐ@2016-11-28", "52/KH-TLĐ", "52/KH-TLĐ@2016-01-28", "52/KH-TLĐ@2015"],
    );
    bench.apply(&[taken(&first), taken(&second), taken(&citing)]);
    let resolved = (CitationState::Resolved, Some(second.record.id.clone()));
    assert_eq!(bench.state(&citing.record, 0), resolved);
    assert_eq!(bench.state(&citing.record, 1), (CitationState::Ambiguous, None)); // no date
    assert_eq!(bench.state(&citing.record, 2), resolved); // another day of that year: flagged
    assert_eq!(bench.state(&citing.record, 3), (CitationState::Missing, None)); // another year
    let record = bench.catalog.record(&citing.record.id).unwrap().unwrap();
    assert_eq!(record.citations[2].flags, [CitationFlag::DateDiffers]);
    let mut both = vec![first.record.id, second.record.id];
    both.sort();
    let both: Vec<_> = both.into_iter().map(|id| (id, Reason::SameNumber)).collect();
    assert_eq!(bench.catalog.outgoing(&citing.record.id).unwrap()[1].candidates, both);
}

#[test]
fn copies_are_one_document_until_the_last_one_goes() {
    let bench = Bench::new();
    let processed = document("b/goc", "1/KH-A", "2020", &[]);
    let id = processed.record.id.clone();
    let sha256 = processed.record.sha256.clone();
    bench
        .apply(&[taken(&processed), Change::Held { stat: stat("a/ban-sao"), sha256, revision: 1 }]);
    // The first path in byte order names the document.
    assert_eq!(bench.catalog.record(&id).unwrap().unwrap().path, "a/ban-sao");
    assert_eq!(bench.catalog.counts().unwrap().n_documents, 1);
    bench.apply(&[vanished("a/ban-sao")]);
    assert_eq!(bench.catalog.record(&id).unwrap().unwrap().path, "b/goc");
    assert_eq!(bench.catalog.by_number_fold("1/kha").unwrap().len(), 1);
    let seq = bench.apply(&[vanished("b/goc")]);
    assert!(bench.catalog.by_number_fold("1/kha").unwrap().is_empty());
    let last = bench.catalog.outbox_after(0, 10).unwrap();
    assert_eq!(last, [OutboxEntry { seq, op: OutboxOp::Delete, id: id.clone() }]);
    // The record stays until it is purged.
    assert!(bench.catalog.record(&id).unwrap().is_some());
}

#[test]
fn nothing_of_a_classified_document_is_kept() {
    let bench = Bench::new();
    let mut secret = document("mat.docx", "77/BC-BIMAT", "2020", &["88/KH-BIMAT"]);
    secret.record.warnings.push(Warning::new("x", "BIMAT"));
    let citing = document("b", "", "2020", &["77/BC-KHAC"]);
    bench.apply(&[taken(&secret), taken(&citing)]);
    let (id, sha256) = (secret.record.id.clone(), secret.record.sha256.clone());
    bench.apply(&[classified("mat.docx", &sha256)]);
    assert!(bench.catalog.record(&id).unwrap().is_none());
    let row = bench.catalog.file(&stat("mat.docx").path).unwrap().unwrap();
    assert_eq!((row.status, row.sha256.as_deref()), (FileStatus::Failed, Some(sha256.as_str())));
    assert_eq!(row.failure.unwrap().reason, FailureReason::Classified);
    let outbox = bench.catalog.outbox_after(0, 10).unwrap();
    assert!(outbox.contains(&OutboxEntry { seq: 3, op: OutboxOp::Delete, id }));
    bench.catalog.tidy_up().unwrap();
    let folder = bench.folder.path().to_owned();
    drop(bench.catalog);
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(5).any(|window| window == b"BIMAT"), "the secret is still there");
    }
}

#[test]
fn scans_are_shown_and_listed_as_not_read() {
    let bench = Bench::new();
    let mut scan = document("scan.pdf", "", "", &[]);
    scan.record.warnings.push(Warning::new("needs_ocr", "every page is an image"));
    bench.apply(&[taken(&scan)]);
    assert_eq!(bench.catalog.failures().unwrap()[0].status, FileStatus::NeedsOcr);
    let counts = bench.catalog.counts().unwrap();
    assert_eq!((counts.n_documents, counts.n_needs_ocr, counts.n_failed), (1, 1, 0));
}

#[test]
fn failed_files_are_rows_and_leave_their_old_content() {
    let bench = Bench::new();
    let processed = document("a", "1/KH-A", "2020", &[]);
    bench.apply(&[taken(&processed)]);
    let failure = Failure { reason: FailureReason::Damaged, detail: "no end".to_owned() };
    let failed = Change::Failed { stat: stat("a"), sha256: None, failure, revision: 1 };
    bench.apply(&[failed]);
    let counts = bench.catalog.counts().unwrap();
    assert_eq!((counts.n_documents, counts.n_files, counts.n_failed), (0, 0, 1));
    assert_eq!(bench.catalog.failures().unwrap()[0].failure.as_ref().unwrap().detail, "no end");
}

#[test]
fn a_newer_catalog_and_a_foreign_database_are_refused() {
    let Bench { folder, catalog, .. } = Bench::new();
    drop(catalog);
    let path = folder.path().join(FILE_NAME);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Catalog::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains(" or older, found version 99"), "{error}");
    Connection::open(&path).unwrap().pragma_update(None, "application_id", 7).unwrap();
    let error = Catalog::open_read_only(folder.path()).unwrap_err().to_string();
    assert!(error.starts_with("expected a vanthu catalog, found another database"), "{error}");
    std::fs::write(&path, "this is not a database at all").unwrap();
    let error = Catalog::open(folder.path()).unwrap_err().to_string();
    assert!(error.ends_with("could not open the file"), "{error}");
}

#[test]
fn readers_go_on_beside_the_one_writer() {
    let bench = Bench::new();
    bench.apply(&[taken(&document("a", "1/KH-A", "2020", &[]))]);
    let error = Catalog::open(bench.folder.path()).unwrap_err().to_string();
    assert!(
        error.contains(&format!("in use by vanthu (process {})", std::process::id())),
        "{error}"
    );
    let reader = Catalog::open_read_only(bench.folder.path()).unwrap();
    assert_eq!(reader.counts().unwrap().n_documents, 1);
    bench.apply(&[taken(&document("b", "2/KH-A", "2020", &[]))]);
    assert_eq!(reader.counts().unwrap().n_documents, 2);
    assert!(matches!(reader.start_run("changes", 1), Err(CatalogError::ReadOnly { .. })));
    let nowhere = tempfile::tempdir().unwrap();
    assert!(matches!(Catalog::open_read_only(nowhere.path()), Err(CatalogError::Absent { .. })));
}

#[test]
fn runs_and_settings_are_remembered() {
    let bench = Bench::new();
    let counts = RunCounts { n_files: 3, n_new: 2, ..RunCounts::default() };
    bench.catalog.end_run(bench.run, 9, &counts).unwrap();
    let cut_short = bench.catalog.start_run("failed", 10).unwrap();
    let runs = bench.catalog.runs(5).unwrap();
    assert_eq!((runs[0].id, runs[0].ended_at_ms), (cut_short, None));
    assert_eq!((runs[1].ended_at_ms, &runs[1].counts), (Some(9), &counts));
    bench.catalog.set_setting("engine_generation", "1").unwrap();
    bench.catalog.set_setting("engine_generation", "2").unwrap();
    assert_eq!(bench.catalog.setting("engine_generation").unwrap().as_deref(), Some("2"));
    assert_eq!(bench.catalog.setting("nothing").unwrap(), None);
}
