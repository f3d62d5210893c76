//! What clerks decided stays: over every reading, under every road to it, until it is undone.

use std::{fs, num::NonZeroUsize, path::PathBuf, sync::Arc};

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use vanthu::{
    archive::Named,
    catalog::{Aim, Catalog, Change, CorrectError, Corrected, Edit, Edits, Ruling, Stored},
    context::Context,
    domain::{
        citation::CitationState,
        correction::Field,
        failure::{Failure, FailureReason},
        record::{Record, RecordId},
        tables::Tables,
    },
    engine::switch::Switch,
    intake::{self, Choice, Control, Order, Scope, Setup, catch_up, generation, reindex},
    pipeline,
    source::{Limits, Source},
    web::{App, picture::Pictures, picture_cache::PictureCache, results::encode, router},
};

const PLAN: &str = "UBND TỈNH VÂN SƠN\nSỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI\n\
    Số: 298/KH-SLĐTBXH\n\nVân Sơn, ngày 02 tháng 3 năm 2020\n\nKẾ HOẠCH\n\
    Tổ chức phong trào thi đua năm 2020\n\n\
    Căn cứ Kế hoạch số 51/KH-UBND ngày 10 tháng 01 năm 2020 của UBND tỉnh Vân Sơn;\n\
    Thực hiện Quyết định số 77/QĐ-UBND của UBND tỉnh.\n\nGIÁM ĐỐC\n\n\n\nNguyễn Văn An\n";

/// Two documents with one number, a year apart, and one that nobody cites.
const OTHERS: [(&str, &str, &str); 3] = [
    ("qd-77-2018.txt", "77/QĐ-UBND", "ngày 05 tháng 6 năm 2018"),
    ("qd-77-2019.txt", "77/QĐ-UBND", "ngày 11 tháng 7 năm 2019"),
    ("kh-15-2020.txt", "15/KH-UBND", "ngày 10 tháng 01 năm 2020"),
];

/// An archive with its stores on disk, as the program keeps them.
struct Office {
    folder: tempfile::TempDir,
    app: Arc<App>,
    engine: Arc<Switch>,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("kho");
        fs::create_dir(&archive).unwrap();
        fs::write(archive.join("kh.txt"), PLAN).unwrap();
        for (name, number, date) in OTHERS {
            let text = format!(
                "UBND TỈNH VÂN SƠN\nSố: {number}\n\nVân Sơn, {date}\n\n{}\nVề công tác {name}\n",
                if number.contains("QĐ") { "QUYẾT ĐỊNH" } else { "KẾ HOẠCH" }
            );
            fs::write(archive.join(name), text).unwrap();
        }
        let office = Self::open(folder);
        office.take_in(false);
        office
    }

    fn open(folder: tempfile::TempDir) -> Self {
        let data = folder.path().join("index");
        let catalog = Arc::new(Catalog::open(&data).unwrap());
        let engine = generation::open(&catalog, &data, NonZeroUsize::MIN).unwrap();
        let engine = Arc::new(Switch::new(engine));
        let office = intake::Office {
            archive: folder.path().join("kho"),
            data,
            catalog,
            engine: Arc::clone(&engine),
            tables: Arc::new(Tables::builtin().clone()),
            limits: Limits::default(),
            n_threads: NonZeroUsize::MIN,
            workers: None,
        };
        let cache = PictureCache::new(folder.path().join("pages"), 1 << 20);
        let pictures = Pictures::new(crate::worker::pool(), cache);
        Self { app: Arc::new(App::new(&office, Arc::default(), pictures)), folder, engine }
    }

    /// The program ends and starts again.
    fn restarted(self) -> Self {
        let Self { folder, app, engine } = self;
        drop((app, engine));
        Self::open(folder)
    }

    fn catalog(&self) -> &Catalog {
        &self.app.archive.catalog
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn take_in(&self, read_again: bool) {
        let archive = self.folder.path().join("kho");
        let setup = Setup {
            archive: &archive,
            catalog: self.catalog(),
            engine: &self.engine,
            tables: Tables::builtin(),
            limits: &Limits::default(),
            n_threads: NonZeroUsize::MIN,
            order: &if read_again { Order::Again(Choice::default()) } else { Order::Changes },
            notes_idle: true,
            control: &Control::default(),
            workers: None,
            ocr: &vanthu::recognised::NoOcr,
        };
        intake::run(&setup, &[Scope::archive(&archive)], &|_| {}).unwrap();
    }

    /// The document at a path of the archive.
    fn id(&self, path: &str) -> RecordId {
        let path = vanthu::catalog::FilePath::from_path(path.as_ref());
        self.catalog().file(&path).unwrap().unwrap().id.unwrap()
    }

    fn record(&self, path: &str) -> Record {
        self.catalog().record(&self.id(path)).unwrap().unwrap()
    }

    fn try_correct(&self, path: &str, edits: &[Edit]) -> Result<Corrected, CorrectError> {
        let id = self.id(path);
        let edits =
            Edits { id: &id, edits, by: "Lê Thị Bình", at_ms: 1_600_000_000_000, seen: None };
        let made = self.catalog().correct(Tables::builtin(), &edits)?;
        catch_up(self.catalog(), &*self.engine, NonZeroUsize::MIN).unwrap();
        Ok(made)
    }

    #[track_caller]
    fn correct(&self, path: &str, edits: &[Edit]) -> i64 {
        *self.try_correct(path, edits).unwrap().entries.last().expect("something was corrected")
    }

    fn field(&self, path: &str, field: Field) -> Option<String> {
        field.of(&self.record(path).metadata)
    }

    /// Whether a number leads to the document at a path, in the search and in the catalog.
    fn is_found(&self, number: &str, path: &str) -> bool {
        let named = match self.app.archive.named(number).unwrap() {
            Named::One(id) => vec![id],
            Named::Several(ids) => ids,
            Named::None => Vec::new(),
        };
        named.contains(&self.id(path))
    }

    fn state(&self, path: &str, seq: usize) -> (CitationState, Option<RecordId>) {
        let citation = self.record(path).citations[seq].clone();
        (citation.state.unwrap(), citation.target)
    }

    /// Reads a file anew with another result: what a newer extractor does.
    fn read_anew(&self, path: &str, change: impl FnOnce(&mut Record)) {
        let stat = {
            let path = vanthu::catalog::FilePath::from_path(path.as_ref());
            self.catalog().file(&path).unwrap().unwrap().stat
        };
        let bytes = fs::read(self.folder.path().join("kho").join(path)).unwrap();
        let context = Context::new(Tables::builtin(), Limits::default());
        let mut processed = pipeline::process(&context, &Source::new(path, bytes)).unwrap();
        change(&mut processed.record);
        let stored = Box::new(Stored::encode(processed, 99, "test", None).unwrap());
        let run = self.catalog().start_run("changes", 1).unwrap();
        let change = Change::Taken { stat, stored };
        self.catalog().apply(Tables::builtin(), run, &[change]).unwrap();
        catch_up(self.catalog(), &*self.engine, NonZeroUsize::MIN).unwrap();
    }

    fn ask(&self, request: Request<Body>) -> Response<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let response = router(Arc::clone(&self.app)).oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes().to_vec();
            Response::from_parts(parts, String::from_utf8(bytes).unwrap())
        })
    }

    fn get(&self, path: &str) -> Response<String> {
        self.ask(Request::get(path).body(Body::empty()).unwrap())
    }

    fn patch(&self, id: &RecordId, body: &Value) -> (u16, Value) {
        let request = Request::patch(format!("/api/v1/documents/{id}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let answer = self.ask(request);
        (answer.status().as_u16(), serde_json::from_str(answer.body()).unwrap())
    }

    /// Sends a form of the page as a browser does.
    fn post(&self, id: &RecordId, pairs: &[(&str, &str)], site: &str) -> Response<String> {
        let pairs: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let request = Request::post(format!("/vb/{id}/sua"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .body(Body::from(pairs.join("&")))
            .unwrap();
        self.ask(request)
    }
}

fn value(field: Field, typed: &str) -> Edit {
    Edit::Field { field, typed: typed.to_owned() }
}

fn ruling(seq: u32, ruling: Ruling) -> Edit {
    Edit::Citation { seq, ruling }
}

#[test]
fn a_corrected_value_is_what_is_shown_and_found() {
    let office = Office::new();
    assert!(office.is_found("298/KH-SLĐTBXH", "kh.txt"));
    let entry = office.correct("kh.txt", &[value(Field::Number, "293/KH- SLĐTBXH")]);
    let number = office.record("kh.txt").metadata.number.unwrap();
    assert_eq!(
        (number.value.as_str(), number.key.as_deref(), number.rule.as_str()),
        ("293/KH-SLĐTBXH", Some("vanson.sldtbxh|KH|293|2020"), "clerk")
    );
    assert_eq!(number.raw, "298/KH-SLĐTBXH"); // where it was read, for the page
    assert!(office.is_found("293/KH-SLĐTBXH", "kh.txt"));
    assert!(!office.is_found("298/KH-SLĐTBXH", "kh.txt"));
    let corrections = office.catalog().corrections(&office.id("kh.txt")).unwrap();
    let log = &corrections.log[0];
    assert_eq!((log.by.as_str(), log.at_ms), ("Lê Thị Bình", 1_600_000_000_000));
    assert_eq!(log.old.as_deref(), Some("298/KH-SLĐTBXH"));
    assert_eq!(log.new.as_deref(), Some("293/KH-SLĐTBXH"));
    assert_eq!(corrections.read_of(Field::Number).as_deref(), Some("298/KH-SLĐTBXH"));
    // Undone by a further entry; the undoing is undone by one more.
    let undo = office.correct("kh.txt", &[Edit::Undo(entry)]);
    assert!(office.is_found("298/KH-SLĐTBXH", "kh.txt"));
    office.correct("kh.txt", &[Edit::Undo(undo)]);
    assert!(office.is_found("293/KH-SLĐTBXH", "kh.txt"));
    assert_eq!(office.catalog().corrections(&office.id("kh.txt")).unwrap().log.len(), 3);
}

#[test]
fn values_that_are_none_are_refused_and_nothing_is_changed() {
    let office = Office::new();
    let edits = [value(Field::Subject, "Khác"), value(Field::IssuedOn, "32/13/2020")];
    let error = office.try_correct("kh.txt", &edits).unwrap_err().to_string();
    assert_eq!(
        error,
        "expected a date like 2020-03-02, 02/3/2020 or 4/2021 for issued_on, found \"32/13/2020\""
    );
    let seq = [ruling(7, Ruling::Dismissed)];
    let error = office.try_correct("kh.txt", &seq).unwrap_err().to_string();
    assert_eq!(error, "expected a citation from 0 to 1, found 7; the document makes 2");
    let error = office.try_correct("kh.txt", &[Edit::Undo(1)]).unwrap_err().to_string();
    assert_eq!(error, "expected an entry of this document that is in force, found 1");
    assert!(office.catalog().corrections(&office.id("kh.txt")).unwrap().log.is_empty());
    assert_eq!(
        office.field("kh.txt", Field::Subject).as_deref(),
        Some("Tổ chức phong trào thi đua năm 2020")
    );
    let id = office.id("kh.txt");
    let edits = [value(Field::Signer, "A")];
    let nameless = Edits { id: &id, edits: &edits, by: " \n", at_ms: 1, seen: None };
    let error = office.catalog().correct(Tables::builtin(), &nameless).unwrap_err();
    assert!(matches!(error, CorrectError::Nameless { .. }));
}

#[test]
fn corrections_outlive_reading_indexing_and_the_program() {
    let office = Office::new();
    let other = office.id("qd-77-2018.txt");
    office.correct(
        "kh.txt",
        &[
            value(Field::Number, "293/KH-SLĐTBXH"),
            value(Field::Signer, ""),
            ruling(1, Ruling::Means(other.clone())),
        ],
    );
    office.correct("kh-15-2020.txt", &[Edit::Withdrawn(true)]);
    let check = |office: &Office| {
        assert!(office.is_found("293/KH-SLĐTBXH", "kh.txt"));
        assert_eq!(office.field("kh.txt", Field::Signer), None);
        assert_eq!(office.state("kh.txt", 1), (CitationState::Resolved, Some(other.clone())));
        assert!(!office.is_found("15/KH-UBND", "kh-15-2020.txt"));
        assert_eq!(office.catalog().counts().unwrap().n_documents, 3);
        let incoming = office.catalog().incoming(Aim::Held(&other), None, 100).unwrap().mentions;
        assert_eq!(incoming.len(), 1);
    };
    check(&office);
    office.take_in(true);
    check(&office);
    let engine = reindex::rebuild(office.catalog(), &office.data(), NonZeroUsize::MIN, &|_| {});
    drop(engine.unwrap());
    let office = office.restarted();
    check(&office);
    // The file goes and comes back.
    let (path, aside) = (office.folder.path().join("kho/kh.txt"), office.folder.path().join("kh"));
    fs::rename(&path, &aside).unwrap();
    office.take_in(false);
    assert!(!office.is_found("293/KH-SLĐTBXH", "qd-77-2018.txt"));
    fs::rename(&aside, &path).unwrap();
    office.take_in(false);
    check(&office);
}

#[test]
fn a_new_reading_that_differs_is_shown_beside_the_correction() {
    let office = Office::new();
    office.correct("kh.txt", &[value(Field::Number, "293/KH-SLĐTBXH")]);
    let disputed = |office: &Office| {
        let corrections = office.catalog().corrections(&office.id("kh.txt")).unwrap();
        (corrections.is_disputed(Field::Number), corrections.read_of(Field::Number))
    };
    assert_eq!(disputed(&office), (false, Some("298/KH-SLĐTBXH".to_owned())));
    let read_as = |number: &'static str| {
        office.read_anew("kh.txt", |record| {
            record.metadata.number.as_mut().unwrap().value = number.to_owned();
        });
    };
    read_as("288/KH-SLĐTBXH");
    // The clerk's value stays, the other one is shown, and the queue asks.
    assert_eq!(office.field("kh.txt", Field::Number).as_deref(), Some("293/KH-SLĐTBXH"));
    assert_eq!(disputed(&office), (true, Some("288/KH-SLĐTBXH".to_owned())));
    assert_eq!(office.catalog().n_to_review().unwrap(), 1);
    let page = office.get(&format!("/vb/{}", office.id("kh.txt"))).into_body();
    assert!(page.contains("293/KH-SLĐTBXH") && page.contains("288/KH-SLĐTBXH"));
    assert!(page.contains("Lần đọc mới cho kết quả khác"));
    // Said again, about this reading: settled.
    office.correct("kh.txt", &[value(Field::Number, "293/KH-SLĐTBXH")]);
    assert!(!disputed(&office).0);
    assert_eq!(office.catalog().n_to_review().unwrap(), 0);
    // A reading that has caught up with the clerk is no dispute.
    read_as("293/KH-SLĐTBXH");
    assert_eq!(disputed(&office), (false, Some("293/KH-SLĐTBXH".to_owned())));
}

#[test]
fn a_citation_is_decided_refused_or_dismissed() {
    let office = Office::new();
    let (older, newer) = (office.id("qd-77-2018.txt"), office.id("qd-77-2019.txt"));
    assert_eq!(office.state("kh.txt", 1), (CitationState::Ambiguous, None));
    let entry = office.correct("kh.txt", &[ruling(1, Ruling::Means(older.clone()))]);
    assert_eq!(office.state("kh.txt", 1), (CitationState::Resolved, Some(older.clone())));
    assert_eq!(office.catalog().incoming(Aim::Held(&older), None, 100).unwrap().mentions.len(), 1);
    // Undecided again.
    office.correct("kh.txt", &[Edit::Undo(entry)]);
    assert_eq!(office.state("kh.txt", 1), (CitationState::Ambiguous, None));
    assert!(office.catalog().incoming(Aim::Held(&older), None, 100).unwrap().mentions.is_empty());
    // None of those proposed: what the archive lacks, until another one comes.
    office.correct("kh.txt", &[ruling(1, Ruling::NoneOfThese)]);
    assert_eq!(office.state("kh.txt", 1), (CitationState::Missing, None));
    // The other citation was read with another number than is printed: any document may be chosen.
    assert_eq!(office.state("kh.txt", 0).0, CitationState::Missing);
    let target = office.id("kh-15-2020.txt");
    office.correct("kh.txt", &[ruling(0, Ruling::Means(target.clone()))]);
    assert_eq!(office.state("kh.txt", 0), (CitationState::Resolved, Some(target.clone())));
    // A chosen document that is withdrawn is not there, and is there again.
    let withdrawn = office.correct("kh-15-2020.txt", &[Edit::Withdrawn(true)]);
    assert_eq!(office.state("kh.txt", 0), (CitationState::Missing, None));
    office.correct("kh-15-2020.txt", &[Edit::Undo(withdrawn)]);
    assert_eq!(office.state("kh.txt", 0), (CitationState::Resolved, Some(target)));
    // No citation at all: it neither cites, nor lacks, nor is it found by `vd:`.
    let cites = |office: &Office| {
        let answer =
            office.get(&format!("/api/v1/search?q={}", encode("vd:77/QĐ-UBND"))).into_body();
        serde_json::from_str::<Value>(&answer).unwrap()["total"].as_u64().unwrap()
    };
    assert_eq!(cites(&office), 1);
    let n_before = office.catalog().counts().unwrap().n_citations;
    office.correct("kh.txt", &[ruling(1, Ruling::Dismissed)]);
    assert_eq!(office.state("kh.txt", 1), (CitationState::Dismissed, None));
    assert_eq!(office.catalog().counts().unwrap().n_citations, n_before - 1);
    assert_eq!(cites(&office), 0);
    assert!(office.catalog().incoming(Aim::Held(&newer), None, 100).unwrap().mentions.is_empty());
}

#[test]
fn a_decision_finds_its_citation_after_another_reading() {
    let office = Office::new();
    let older = office.id("qd-77-2018.txt");
    office.correct("kh.txt", &[ruling(1, Ruling::Means(older.clone()))]);
    // A newer extractor finds one more citation in front.
    office.read_anew("kh.txt", |record| {
        let mut first = record.citations[0].clone();
        first.number = Some("9/KH-UBND".to_owned());
        first.quote = "Kế hoạch số 9/KH-UBND".to_owned();
        record.citations.insert(0, first);
    });
    assert_eq!(office.state("kh.txt", 2), (CitationState::Resolved, Some(older.clone())));
    assert_eq!(office.state("kh.txt", 1).0, CitationState::Missing);
    // It reads the words differently: still the one mention of that number.
    office.read_anew("kh.txt", |record| record.citations[1].quote += " tỉnh Vân Sơn");
    assert_eq!(office.state("kh.txt", 1), (CitationState::Resolved, Some(older)));
    // It finds it no more: the decision waits in the log and touches no other citation.
    office.read_anew("kh.txt", |record| {
        record.citations.remove(1);
    });
    assert_eq!(office.record("kh.txt").citations.len(), 1);
    assert_eq!(office.state("kh.txt", 0).0, CitationState::Missing);
}

#[test]
fn a_corrected_number_is_what_others_cite() {
    let office = Office::new();
    assert_eq!(office.state("kh.txt", 0).0, CitationState::Missing);
    office.correct("kh-15-2020.txt", &[value(Field::Number, "51/KH-UBND")]);
    let target = office.id("kh-15-2020.txt");
    assert_eq!(office.state("kh.txt", 0), (CitationState::Resolved, Some(target)));
    // Of two with one number the corrected date now tells which is meant.
    office.correct("qd-77-2019.txt", &[value(Field::Number, "78/QĐ-UBND")]);
    let older = office.id("qd-77-2018.txt");
    assert_eq!(office.state("kh.txt", 1), (CitationState::Resolved, Some(older)));
}

#[test]
fn nothing_of_the_log_is_kept_of_a_classified_document() {
    let office = Office::new();
    office.correct("kh.txt", &[value(Field::Subject, "Chuyện kín XYZZY")]);
    let record = office.record("kh.txt");
    let row = office.catalog().file(&vanthu::catalog::FilePath::from_path("kh.txt".as_ref()));
    let failure = Failure { reason: FailureReason::Classified, detail: "stamp".to_owned() };
    let stat = row.unwrap().unwrap().stat;
    let refused =
        Change::Failed { stat, sha256: Some(record.sha256.clone()), failure, revision: 1 };
    let run = office.catalog().start_run("changes", 1).unwrap();
    office.catalog().apply(Tables::builtin(), run, &[refused]).unwrap();
    assert!(office.catalog().corrections(&record.id).unwrap().log.is_empty());
    office.catalog().tidy_up().unwrap();
    let bytes = fs::read(office.data().join("catalog.db")).unwrap();
    assert!(!bytes.windows(5).any(|window| window == b"XYZZY"));
}

#[test]
fn the_api_corrects_and_says_what_is_wrong() {
    let office = Office::new();
    let id = office.id("kh.txt");
    let (status, answer) = office.patch(
        &id,
        &json!({"by": "Bình", "fields": {"number": "293/KH-SLĐTBXH", "recipients": ["Như trên", "Lưu: VT"],
            "signer": null}, "citations": [{"seq": 1, "target": office.id("qd-77-2019.txt").as_str()}]}),
    );
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["metadata"]["number"]["value"], "293/KH-SLĐTBXH");
    assert_eq!(answer["metadata"]["recipients"]["value"], json!(["Như trên", "Lưu: VT"]));
    assert_eq!(answer["metadata"]["signer"], Value::Null);
    assert_eq!(answer["citations"][1]["state"], "resolved");
    assert_eq!(answer["corrections"].as_array().unwrap().len(), 4);
    let log: Value =
        serde_json::from_str(office.get("/api/v1/documents/293-kh-sldtbxh/corrections").body())
            .unwrap();
    assert_eq!(log["corrections"][0]["by"], "Bình");

    let wrong = [
        (json!({"by": "B", "fields": {"number": "không phải số"}}), 422, "invalid_value"),
        (json!({"by": "B", "fields": {"colour": "red"}}), 422, "invalid_value"),
        (json!({"by": "", "fields": {"signer": "A"}}), 422, "unprocessable"),
        (json!({"fields": {}}), 422, "invalid_body"),
        (json!({"by": "B", "citations": [{"seq": 0}]}), 422, "invalid_value"),
        (
            json!({"by": "B", "citations": [{"seq": 0, "target": "999/KH-X"}]}),
            404,
            "document_not_found",
        ),
        (json!({"by": "B", "undo": [4711]}), 422, "unprocessable"),
        (json!({"by": "B", "seen": 0, "fields": {"number": "5/KH-SLĐTBXH"}}), 409, "conflict"),
    ];
    for (body, expected, code) in wrong {
        let (status, answer) = office.patch(&id, &body);
        assert_eq!((status, answer["code"].as_str()), (expected, Some(code)), "{body} {answer}");
    }
    let request = Request::patch(format!("/api/v1/documents/{id}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, "http://evil.example")
        .header(header::HOST, "kho")
        .body(Body::from(r#"{"by":"X","withdrawn":true}"#))
        .unwrap();
    assert_eq!(office.ask(request).status(), StatusCode::FORBIDDEN);
}

#[test]
fn the_page_corrects_without_a_script_and_only_from_itself() {
    let office = Office::new();
    let id = office.id("kh.txt");
    let page = office.get(&format!("/vb/{id}")).into_body();
    assert!(page.contains(&format!("action=\"/vb/{id}/sua\"")));
    let form = [("field", "issued_on"), ("value", "04/3/2020"), ("by", "Bình"), ("seen", "0")];
    for site in ["cross-site", "same-site"] {
        assert_eq!(office.post(&id, &form, site).status(), StatusCode::FORBIDDEN);
    }
    assert_eq!(office.field("kh.txt", Field::IssuedOn).as_deref(), Some("2020-03-02"));
    let answer = office.post(&id, &form, "same-origin");
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()[header::LOCATION].to_str().unwrap(), format!("/vb/{id}"));
    assert!(answer.headers()[header::SET_COOKIE].to_str().unwrap().starts_with("clerk=B"));
    assert_eq!(office.field("kh.txt", Field::IssuedOn).as_deref(), Some("2020-03-04"));
    let page = office.get(&format!("/vb/{id}")).into_body();
    assert!(
        page.contains("Nhật ký sửa") && page.contains("02/3/2020") && page.contains("04/3/2020")
    );
    // Somebody who has not seen this correction is told so.
    let late = [("field", "issued_on"), ("value", "05/3/2020"), ("by", "An"), ("seen", "0")];
    let answer = office.post(&id, &late, "same-origin");
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert!(answer.body().contains("vừa sửa chỗ này"));
    let bad = [("field", "number"), ("value", "abc"), ("by", "Bình")];
    let answer = office.post(&id, &bad, "same-origin");
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body().contains("“abc”") && answer.body().contains("30/2020/NĐ-CP"));
    // A citation, then the whole document.
    let dismissed = [("citation", "1"), ("ruling", "dismissed"), ("by", "Bình")];
    assert_eq!(office.post(&id, &dismissed, "same-origin").status(), StatusCode::SEE_OTHER);
    assert_eq!(office.state("kh.txt", 1).0, CitationState::Dismissed);
    let typed = [("citation", "0"), ("ruling", "typed"), ("target", "15 kh ubnd"), ("by", "Bình")];
    assert_eq!(office.post(&id, &typed, "same-origin").status(), StatusCode::SEE_OTHER);
    assert_eq!(office.state("kh.txt", 0).0, CitationState::Resolved);
    let withdrawn = [("withdrawn", "1"), ("by", "Bình")];
    assert_eq!(office.post(&id, &withdrawn, "same-origin").status(), StatusCode::SEE_OTHER);
    let page = office.get(&format!("/vb/{id}?lang=en")).into_body();
    assert!(page.contains("This document is withdrawn"));
}

#[test]
fn the_queue_shows_one_doubtful_field_at_a_time() {
    let office = Office::new();
    assert!(office.get("/kiem-tra").body().contains("Không còn mục nào"));
    office.read_anew("kh.txt", |record| {
        record.metadata.number.as_mut().unwrap().confidence = 0.4;
        record.metadata.signer.as_mut().unwrap().confidence = 0.5;
    });
    let id = office.id("kh.txt");
    let page = office.get("/kiem-tra").into_body();
    assert!(page.contains("2 mục còn phải kiểm tra") && page.contains("value=\"298/KH-SLĐTBXH\""));
    let place = page.split("/kiem-tra?sau=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    // Skipped: the next one.
    let page = office.get(&format!("/kiem-tra?sau={place}")).into_body();
    assert!(page.contains("value=\"Nguyễn Văn An\""), "{page}");
    // Accepted as it is: no longer doubtful, and undone from the queue.
    let accept =
        [("field", "number"), ("value", "298/KH-SLĐTBXH"), ("by", "Bình"), ("queue", &place)];
    let answer = office.post(&id, &accept, "same-origin");
    let next = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
    assert!(next.starts_with("/kiem-tra?sau="), "{next}");
    let page = office.get(&next).into_body();
    assert!(page.contains("1 mục còn phải kiểm tra") && page.contains("value=\"Nguyễn Văn An\""));
    let seq = page.split("name=\"undo\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let back = page.split("name=\"queue\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let undo = [("undo", seq), ("by", "Bình"), ("queue", back)];
    let answer = office.post(&id, &undo, "same-origin");
    let page = office.get(answer.headers()[header::LOCATION].to_str().unwrap()).into_body();
    assert!(page.contains("2 mục còn phải kiểm tra") && page.contains("value=\"298/KH-SLĐTBXH\""));
    // The end of the queue, with something skipped.
    let page = office.get("/kiem-tra?sau=999.0&lang=en").into_body();
    assert!(page.contains("This is the end"));
}
