//! Recognition end to end: the contract of `Ocr`, scans of the sample archive, runs that are cut
//! short, catalogs that remember. What needs Tesseract says that it was skipped when there is none.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use vanthu::{
    catalog::{Catalog, FileStatus},
    context::Context,
    domain::{
        failure::FailureReason,
        record::{Record, RecordId, TextSource},
        tables::Tables,
    },
    engine::{Engine, embedded::Embedded, switch::Switch},
    intake::{self, Control, Order, Report, RunCounts, Scope, Setup},
    ocr::{Tesseract, Unusable},
    pipeline::{self, Refused},
    recognised::{NoOcr, Ocr, OcrFailure, RecognisedPage, Word},
    source::{Limits, Source},
    worker::Pool,
};

use crate::util;

fn pool() -> Pool {
    Pool::of_program(env!("CARGO_BIN_EXE_vanthu"), NonZeroUsize::MIN)
}

/// Tesseract, or `None` after saying that the test is skipped.
fn tesseract(workers: &Pool) -> Option<Tesseract<'_>> {
    match Tesseract::detect(workers) {
        Ok(tesseract) => Some(tesseract),
        Err(why) => {
            eprintln!("skipped: {why}");
            None
        }
    }
}

fn scan(path: &str) -> Source {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(path);
    Source::new(path, std::fs::read(file).unwrap())
}

fn process(ocr: &dyn Ocr, source: &Source) -> Result<Record, Refused> {
    let context = Context { ocr, ..Context::new(Tables::builtin(), Limits::default()) };
    pipeline::process(&context, source).map(|processed| processed.record)
}

/// What every implementation keeps to.
fn conforms(ocr: &dyn Ocr) {
    let source = scan("2015/qd-88-2015-scan.pdf");
    let first = ocr.recognise(&source, 1);
    assert_eq!(first, ocr.recognise(&source, 1), "the same page gives the same answer");
    if ocr.engine().is_none() {
        assert_eq!(first, Ok(None));
    } else {
        let page = first.unwrap().expect("an engine looks at every page");
        assert!(page.words.len() > 50, "{}", page.words.len());
        for word in &page.words {
            let inside = word.bbox.x0 >= 0.0 && word.bbox.x1 <= page.width + 1.0;
            assert!(inside && word.bbox.y1 <= page.height + 1.0, "{word:?}");
            assert!((0.0..=1.0).contains(&word.confidence), "{word:?}");
        }
        assert!(page.words.windows(2).all(|pair| pair[0].line <= pair[1].line));
    }
    // A page that is not there, and bytes that are no PDF, are an answer too.
    assert!(!matches!(ocr.recognise(&source, 99), Ok(Some(_))));
    let broken = Source::new("a.pdf", b"%PDF-1.4 nothing".to_vec());
    assert!(!matches!(ocr.recognise(&broken, 1), Ok(Some(_))));
}

#[test]
fn nothing_and_tesseract_keep_the_contract() {
    conforms(&NoOcr);
    let workers = pool();
    if let Some(tesseract) = tesseract(&workers) {
        conforms(&tesseract);
    }
}

#[test]
fn scans_of_the_sample_archive_are_read() {
    let workers = pool();
    let Some(tesseract) = tesseract(&workers) else { return };
    let mut wrong = Vec::new();
    // JBIG2; turned by 90 degrees; a watermark over it; crooked and noisy; under a garbage layer.
    for (path, number, date, issuer) in [
        (
            "2015/qd-88-2015-scan.pdf",
            "88/QĐ-SLĐTBXH",
            "2015-02-13",
            "Sở Lao động - Thương binh và Xã hội",
        ),
        (
            "2014/tb-31-2014-scan.pdf",
            "31/TB-SLĐTBXH",
            "2014-03-17",
            "Sở Lao động - Thương binh và Xã hội",
        ),
        (
            "den/ubnd-tinh/qd-77-2015-scan.pdf",
            "77/QĐ-UBND",
            "2015-01-26",
            "Ủy ban nhân dân tỉnh Vân Sơn",
        ),
        (
            "2016/bc-27-2016-scan.pdf",
            "27/BC-SLĐTBXH",
            "2016-03-04",
            "Sở Lao động - Thương binh và Xã hội",
        ),
        (
            "2017/kh-19-2017-scan.pdf",
            "19/KH-SLĐTBXH",
            "2017-01-12",
            "Sở Lao động - Thương binh và Xã hội",
        ),
    ] {
        let record = process(&tesseract, &scan(path)).unwrap();
        assert_eq!(record.text_source, TextSource::Ocr, "{path}");
        let metadata = record.metadata;
        let read = [
            metadata.number.as_ref().map(|found| found.value.clone()),
            metadata.issued_on.as_ref().map(|found| found.value.to_string()),
            metadata.issuer.as_ref().map(|found| found.value.clone()),
        ];
        let wanted = [number, date, issuer].map(|value| Some(value.to_owned()));
        if read != wanted {
            wrong.push(format!("{path}: want {wanted:?}, got {read:?}"));
        }
        // Nothing recognised is as sure as what is printed in a text layer.
        assert!(metadata.number.is_none_or(|found| found.confidence < 0.9), "{path}");
        let is_replaced = record.warnings.iter().any(|warning| warning.code == "garbage_layer");
        assert_eq!(is_replaced, path.contains("kh-19"), "{path}");
        assert!(record.warnings.iter().all(|warning| warning.code != "needs_ocr"), "{path}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_deadline_is_a_warning_and_a_secret_scan_is_refused() {
    let workers = pool();
    let Some(tesseract) = tesseract(&workers) else { return };
    let hasty = tesseract.clone().with_deadline(Duration::from_millis(1));
    let record = process(&hasty, &scan("2015/qd-88-2015-scan.pdf")).unwrap();
    assert_eq!(record.text_source, TextSource::None);
    let codes: Vec<&str> = record.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert!(codes.contains(&"ocr_failed") && !codes.contains(&"needs_ocr"), "{codes:?}");

    let secret = process(&tesseract, &scan("2018/kh-07-2018-scan.pdf")).unwrap_err();
    assert_eq!(secret.failure.reason, FailureReason::Classified);
}

/// Answers from memory: pages as a test wants them, and how often it was asked.
#[derive(Debug)]
struct Canned {
    engine: &'static str,
    n_asked: AtomicUsize,
    /// Stops this control at the page with that count.
    stop_at: Option<(usize, Arc<Control>)>,
    /// Pages that fail.
    fails: Mutex<Vec<u32>>,
    /// First line of every page.
    head: &'static str,
}

impl Canned {
    fn new(engine: &'static str, head: &'static str) -> Self {
        let (n_asked, fails) = (AtomicUsize::new(0), Mutex::default());
        Self { engine, n_asked, stop_at: None, fails, head }
    }

    fn n_asked(&self) -> usize {
        self.n_asked.load(Ordering::Relaxed)
    }
}

impl Ocr for Canned {
    fn engine(&self) -> Option<&str> {
        Some(self.engine)
    }

    fn recognise(&self, _: &Source, page: u32) -> Result<Option<RecognisedPage>, OcrFailure> {
        let n = self.n_asked.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some((at, control)) = &self.stop_at
            && n == *at
        {
            control.stop();
        }
        if self.fails.lock().unwrap().contains(&page) {
            return Err(OcrFailure::TooSlow { seconds: 60 });
        }
        let line = |text: &str, line: u32| Word {
            text: text.to_owned(),
            bbox: vanthu::layout::BBox {
                x0: 90.0,
                y0: 80.0 + 30.0 * line as f32,
                x1: 200.0,
                y1: 93.0 + 30.0 * line as f32,
            },
            line,
            baseline: 90.0 + 30.0 * line as f32,
            size: 13.0,
            confidence: 0.95,
            digit_confidence: 1.0,
            ..Word::default()
        };
        let words = vec![line(self.head, 0), line(&format!("tờ{page}"), 1)];
        let (width, height) = (595.0, 842.0);
        Ok(Some(RecognisedPage { width, height, words, ..RecognisedPage::default() }))
    }
}

/// An archive with one scan of some pages.
struct Office {
    folder: tempfile::TempDir,
    archive: PathBuf,
    catalog: Catalog,
    engine: Switch,
}

impl Office {
    fn new(n_pages: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("kho");
        std::fs::create_dir(&archive).unwrap();
        std::fs::write(archive.join("quyet.pdf"), util::scanned_pdf(n_pages)).unwrap();
        let data = folder.path().join("index");
        let catalog = Catalog::open(&data).unwrap();
        let engine = Embedded::open(&data.join("engine")).unwrap();
        let engine = Switch::new(std::sync::Arc::new(engine));
        Self { folder, archive, catalog, engine }
    }

    fn run(&self, ocr: &dyn Ocr, order: &Order, control: &Control) -> Report {
        let setup = Setup {
            archive: &self.archive,
            catalog: &self.catalog,
            engine: &self.engine,
            tables: Tables::builtin(),
            limits: &Limits::default(),
            n_threads: NonZeroUsize::MIN,
            workers: None,
            ocr,
            order,
            notes_idle: true,
            control,
        };
        intake::run(&setup, &[Scope::archive(&self.archive)], &|_| {}).unwrap()
    }

    fn changes(&self, ocr: &dyn Ocr) -> RunCounts {
        self.run(ocr, &Order::Changes, &Control::default()).counts
    }

    fn id(&self) -> RecordId {
        let bytes = std::fs::read(self.archive.join("quyet.pdf")).unwrap();
        Source::new("", bytes).id()
    }

    fn text(&self) -> String {
        let text = self.catalog.text(&self.id()).unwrap().unwrap();
        text.as_str().to_owned()
    }
}

#[test]
fn scans_wait_until_there_is_an_engine_and_are_never_recognised_twice() {
    let office = Office::new(3);
    let counts = office.changes(&NoOcr);
    assert_eq!((counts.n_new, counts.n_needs_ocr, counts.n_pages_recognised), (1, 1, 0));
    assert_eq!(office.catalog.n_waiting_pages().unwrap(), 3);

    let canned = Canned::new("canned 1", "BIÊN BẢN");
    let counts = office.changes(&canned);
    assert_eq!((counts.n_pages_recognised, counts.n_needs_ocr), (3, 0));
    assert!(office.text().contains("tờ2"), "{}", office.text());
    let record = office.catalog.record(&office.id()).unwrap().unwrap();
    assert_eq!(record.text_source, TextSource::Ocr);
    assert_eq!(office.engine.stats().unwrap().n_documents, 1);

    // Nothing is left to do, also after the file was read again or copied.
    office.changes(&canned);
    let again = Order::Again(intake::Choice::default());
    office.run(&canned, &again, &Control::default());
    std::fs::copy(office.archive.join("quyet.pdf"), office.archive.join("ban-sao.pdf")).unwrap();
    office.changes(&canned);
    assert_eq!(canned.n_asked(), 3);
    assert!(office.text().contains("tờ3"), "{}", office.text());

    // Another engine does it anew, on demand only.
    let better = Canned::new("canned 2", "BIÊN BẢN");
    office.changes(&better);
    assert_eq!(better.n_asked(), 0);
    office.run(&better, &again, &Control::default());
    assert_eq!(better.n_asked(), 3);
}

#[test]
fn a_run_that_is_cut_short_goes_on_at_the_page() {
    let office = Office::new(40);
    let control = Arc::new(Control::default());
    let stop_at = Some((10, Arc::clone(&control)));
    let canned = Canned { stop_at, ..Canned::new("canned 1", "BIÊN BẢN") };
    let report = office.run(&canned, &Order::Changes, &control);
    assert!(report.is_cut_short);
    let n_done = report.counts.n_pages_recognised as usize;
    assert!((10..20).contains(&n_done), "{n_done}");
    // What there is can be found, and the rest still waits.
    assert!(office.text().contains("tờ9"), "{}", office.text());
    let row = &office.catalog.paths(&office.id()).unwrap()[0];
    assert_eq!(row.status, FileStatus::NeedsOcr);

    let rest = Canned::new("canned 1", "BIÊN BẢN");
    office.changes(&rest);
    assert_eq!(n_done + rest.n_asked(), 40);
    assert!(office.text().contains("tờ40"), "{}", office.text());
}

#[test]
fn a_page_that_fails_is_a_warning_and_tried_three_times() {
    let office = Office::new(2);
    let canned = Canned::new("canned 1", "BIÊN BẢN");
    canned.fails.lock().unwrap().push(2);
    for _ in 0..5 {
        office.changes(&canned);
    }
    assert_eq!(canned.n_asked(), 1 + 3);
    let record = office.catalog.record(&office.id()).unwrap().unwrap();
    let failed: Vec<Option<u32>> =
        record.warnings.iter().filter(|w| w.code == "ocr_failed").map(|w| w.page).collect();
    assert_eq!(failed, [Some(2)]);
    assert!(office.text().contains("tờ1"), "{}", office.text());
    // On demand once more, and then it works.
    canned.fails.lock().unwrap().clear();
    office.run(&canned, &Order::Again(intake::Choice::default()), &Control::default());
    assert!(office.text().contains("tờ2"), "{}", office.text());
}

#[test]
fn nothing_of_a_secret_scan_is_kept() {
    let office = Office::new(3);
    office.changes(&NoOcr);
    // Recognition loses accents; the stamp is one all the same.
    let secret = Canned::new("canned 1", "TỐI MÂT");
    let counts = office.changes(&secret);
    assert_eq!(counts.failed.get(&FailureReason::Classified), Some(&1));
    assert!(office.catalog.record(&office.id()).unwrap().is_none());
    assert!(
        office
            .catalog
            .tried_pages(
                &Source::new("", std::fs::read(office.archive.join("quyet.pdf")).unwrap()).sha256
            )
            .unwrap()
            .is_empty()
    );
    assert_eq!(office.engine.stats().unwrap().n_documents, 0);
    // Not a word of it lies in any file of the data folder.
    for entry in walkdir::WalkDir::new(office.folder.path().join("index")) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let word = "tờ1".as_bytes();
            let holds = bytes.windows(word.len()).any(|window| window == word);
            assert!(!holds, "{}", entry.path().display());
        }
    }
}

#[cfg(unix)]
#[test]
fn a_program_without_vietnamese_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let workers = pool();
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("tesseract");
    std::fs::write(
        &program,
        "#!/bin/sh\ncase $1 in --version) echo tesseract 5.9;; *) echo eng;; esac\n",
    )
    .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let version = "tesseract 5.9".to_owned();
    assert_eq!(
        Tesseract::at(program, &workers).map(drop),
        Err(Unusable::WithoutVietnamese { version })
    );
    assert_eq!(
        Tesseract::at(folder.path().join("none"), &workers).map(drop),
        Err(Unusable::Absent)
    );
}
