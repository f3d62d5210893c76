//! What becomes of files between two runs of intake: every scenario ends with catalog and engine
//! in agreement.

use std::{
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use vanthu::{
    catalog::{Catalog, FilePath, FileStatus},
    domain::{failure::FailureReason, record::RecordId, tables::Tables},
    engine::{Engine, Q, SearchReq, Sort, embedded::Embedded, switch::Switch},
    intake::{self, Control, Event, IntakeError, Order, Report, Scope, Setup, generation, reindex},
    source::Limits,
};

/// An archive folder, a data folder, and the program's two stores over them.
pub struct Office {
    pub folder: tempfile::TempDir,
    pub catalog: Catalog,
    pub engine: Switch,
    pub order: Order,
    pub tables: Tables,
}

impl Office {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("kho")).unwrap();
        let catalog = Catalog::open(&folder.path().join("index")).unwrap();
        let engine = Switch::new(Arc::new(Embedded::in_memory().unwrap()));
        Self { folder, catalog, engine, order: Order::Changes, tables: Tables::builtin().clone() }
    }

    pub fn archive(&self) -> PathBuf {
        self.folder.path().join("kho")
    }

    /// Writes a file and makes it an hour old, so that its time of change proves something.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.archive().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.touch(&path, 3600);
    }

    pub fn touch(&self, path: &Path, seconds_ago: u64) {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds_ago)).unwrap();
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.archive().join(path)).unwrap();
    }

    pub fn rename(&self, from: &str, to: &str) {
        let to = self.archive().join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(self.archive().join(from), to).unwrap();
    }

    pub fn try_run(&self, scopes: &[Scope]) -> Result<Report, IntakeError> {
        let archive = self.archive();
        let limits = Limits { max_file_bytes: 100_000, ..Limits::default() };
        let control = Control::default();
        let setup = Setup {
            archive: &archive,
            catalog: &self.catalog,
            engine: &self.engine,
            tables: &self.tables,
            limits: &limits,
            n_threads: NonZeroUsize::new(3).unwrap(),
            workers: None,
            ocr: &vanthu::recognised::NoOcr,
            order: &self.order,
            notes_idle: true,
            control: &control,
        };
        let report = intake::run(&setup, scopes, &|_| {})?;
        assert_eq!(self.engine_ids(), self.catalog_ids(), "catalog and engine disagree");
        Ok(report)
    }

    /// Runs over the archive and compares what became of the files.
    #[track_caller]
    pub fn check(&self, expected: &str) {
        let report = self.try_run(&[Scope::archive(&self.archive())]).unwrap();
        assert_eq!(summary(&report), expected);
    }

    pub fn catalog_ids(&self) -> Vec<RecordId> {
        let shown = self.catalog.shown_after(0, 10_000).unwrap();
        shown.into_iter().map(|shown| shown.id).collect()
    }

    pub fn engine_ids(&self) -> Vec<RecordId> {
        let request = SearchReq {
            score: Q::Everything,
            filter: Vec::new(),
            sort: Sort::Relevance,
            after: None,
            size: 1000,
            facets: Vec::new(),
        };
        // Ties are broken by `ord`, so this is the order of the catalog.
        self.engine.search(&request).unwrap().hits.into_iter().map(|hit| hit.id).collect()
    }

    /// The document at a path.
    pub fn id(&self, path: &str) -> Option<RecordId> {
        let path = FilePath::from_bytes(path.as_bytes().to_vec());
        self.catalog.file(&path).unwrap().and_then(|row| row.id)
    }

    pub fn status(&self, path: &str) -> FileStatus {
        let path = FilePath::from_bytes(path.as_bytes().to_vec());
        self.catalog.file(&path).unwrap().unwrap().status
    }
}

fn summary(report: &Report) -> String {
    let counts = &report.counts;
    let mut parts = Vec::new();
    for (n, what) in [
        (counts.n_new, "new"),
        (counts.n_changed, "changed"),
        (counts.n_moved, "moved"),
        (counts.n_copied, "copied"),
        (counts.n_returned, "returned"),
        (counts.n_touched, "touched"),
        (counts.n_read_again, "read again"),
        (counts.n_unchanged, "unchanged"),
        (counts.n_vanished, "vanished"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {what}"));
        }
    }
    parts.extend(counts.failed.iter().map(|(reason, n)| format!("{n} {}", reason.code())));
    parts.extend(counts.skipped.iter().map(|(rule, n)| format!("{n} skipped {rule}")));
    let n_ends = counts.n_new
        + counts.n_changed
        + counts.n_moved
        + counts.n_copied
        + counts.n_returned
        + counts.n_touched
        + counts.n_read_again
        + counts.n_unchanged
        + counts.n_failed();
    assert_eq!(n_ends, counts.n_files, "every file has exactly one end");
    parts.join(", ")
}

#[test]
fn new_then_unchanged() {
    let office = Office::new();
    office.write("2020/a.txt", "Kế hoạch số 1");
    office.write("2020/b.txt", "Kế hoạch số 2");
    office.write("c d.txt", "Kế hoạch số 3");
    office.check("3 new");
    office.check("3 unchanged");
    let run = &office.catalog.runs(1).unwrap()[0];
    assert_eq!((run.counts.n_bytes, run.counts.n_files), (0, 3)); // nothing was read
    assert!(run.ended_at_ms >= Some(run.started_at_ms));
}

#[test]
fn changed_and_touched() {
    let office = Office::new();
    office.write("a.txt", "Kế hoạch số 1");
    office.write("b.txt", "Kế hoạch số 2");
    office.check("2 new");
    let old = office.id("a.txt").unwrap();
    office.write("a.txt", "Kế hoạch số 1, bản sửa");
    office.touch(&office.archive().join("b.txt"), 60);
    office.check("1 changed, 1 touched");
    assert_ne!(office.id("a.txt").unwrap(), old);
    assert!(office.catalog.record(&old).unwrap().is_some()); // kept until purged
    office.check("2 unchanged");
    // A time of change that goes back is a change too.
    office.touch(&office.archive().join("b.txt"), 7200);
    office.check("1 touched, 1 unchanged");
}

#[test]
fn same_size_and_time_but_just_written_is_looked_into() {
    let office = Office::new();
    let path = office.archive().join("a.txt");
    let now = SystemTime::now() + Duration::from_secs(5);
    let write = |text: &str| {
        fs::write(&path, text).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(now).unwrap();
    };
    write("Kế hoạch số 1");
    office.check("1 new");
    office.check("1 unchanged"); // hashed, the same
    write("Kế hoạch số 2");
    office.check("1 changed");
}

#[test]
fn moved_copied_and_returned() {
    let office = Office::new();
    office.write("a.txt", "Kế hoạch số 1");
    office.check("1 new");
    let id = office.id("a.txt").unwrap();
    office.rename("a.txt", "2020/a.txt");
    office.check("1 moved, 1 vanished");
    assert_eq!(office.id("2020/a.txt").as_ref(), Some(&id));
    assert_eq!(office.catalog.record(&id).unwrap().unwrap().path, "2020/a.txt");
    fs::copy(office.archive().join("2020/a.txt"), office.archive().join("0.txt")).unwrap();
    office.touch(&office.archive().join("0.txt"), 3600);
    office.check("1 copied, 1 unchanged");
    assert_eq!(office.catalog_ids(), std::slice::from_ref(&id)); // one document, two paths
    office.remove("0.txt");
    office.write("b.txt", "Kế hoạch số 2");
    office.remove("2020/a.txt");
    office.check("1 new, 2 vanished");
    assert_eq!(office.status("2020/a.txt"), FileStatus::Missing);
    assert_eq!(office.catalog_ids().len(), 1);
    office.check("1 unchanged"); // gone is said once
    office.write("2020/a.txt", "Kế hoạch số 1");
    office.check("1 returned, 1 unchanged");
    assert!(office.catalog_ids().contains(&id));
}

#[test]
fn copies_that_come_together_are_one_document() {
    let office = Office::new();
    for n in 0..20 {
        office.write(&format!("{n}.txt"), "Kế hoạch số 1");
    }
    let report = office.try_run(&[Scope::archive(&office.archive())]).unwrap();
    assert_eq!((report.counts.n_new, report.counts.n_copied), (1, 19));
    assert_eq!(office.catalog_ids().len(), 1);
}

#[test]
fn failed_files_are_rows_and_come_back_when_they_are_mended() {
    let office = Office::new();
    office.write("a.docx", ""); // empty
    office.write("b.docx", "PK\u{3}\u{4} no package at all"); // damaged
    office.write("c.txt", &"Kế hoạch ".repeat(20_000)); // above the limit of this test
    office.write("d.txt", "Kế hoạch số 1");
    office.check("1 new, 1 empty, 1 damaged, 1 too_large");
    assert_eq!(office.catalog.failures().unwrap().len(), 3);
    // Not tried again as long as they stay as they are, but not forgotten either.
    office.check("1 unchanged, 1 empty, 1 damaged, 1 too_large");
    assert_eq!(office.catalog.runs(1).unwrap()[0].counts.n_bytes, 0);
    office.write("a.docx", "Kế hoạch số 2");
    office.check("1 changed, 1 unchanged, 1 damaged, 1 too_large");
    // A document that becomes unreadable leaves the results.
    office.write("d.txt", "");
    office.check("1 unchanged, 1 empty, 1 damaged, 1 too_large");
    assert_eq!(office.catalog_ids().len(), 1);
}

#[cfg(unix)]
#[test]
fn file_that_cannot_be_opened_is_tried_again() {
    let office = Office::new();
    office.write("a.txt", "Kế hoạch số 1");
    std::os::unix::fs::symlink("nowhere", office.archive().join("b.txt")).unwrap();
    office.check("1 new, 1 cannot_open");
    assert_eq!(office.status("b.txt"), FileStatus::Failed);
    let row = &office.catalog.failures().unwrap()[0];
    assert_eq!(row.failure.as_ref().unwrap().reason, FailureReason::CannotOpen);
    office.write("nowhere", "Kế hoạch số 2");
    // The link leads to a file now: one content at two paths. Which of the two is read first, and
    // so is the new one, is up to the threads.
    let counts = office.try_run(&[Scope::archive(&office.archive())]).unwrap().counts;
    assert_eq!((counts.n_changed, counts.n_new + counts.n_copied, counts.n_unchanged), (1, 1, 1));
    assert_eq!(office.catalog_ids().len(), 2);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let office = Office::new();
    let name = std::ffi::OsStr::from_bytes(b"c\xf4ng v\xa8n.txt");
    fs::write(office.archive().join(name), "Công văn số 1").unwrap();
    office.touch(&office.archive().join(name), 3600);
    office.check("1 new");
    office.check("1 unchanged");
    let record = office.catalog.record(&office.catalog_ids()[0]).unwrap().unwrap();
    assert_eq!(record.path, "c\u{fffd}ng v\u{fffd}n.txt");
    fs::remove_file(office.archive().join(name)).unwrap();
    office.write("d.txt", "Công văn số 2");
    office.check("1 new, 1 vanished");
}

#[cfg(unix)]
#[test]
fn what_is_no_document_is_counted_and_never_waited_for() {
    let office = Office::new();
    office.write("a.txt", "Kế hoạch số 1");
    office.write("README.md", "# Kho");
    office.write("labels.jsonl", "{}");
    office.write("~$a.docx", "lock");
    office.write(".git/config", "x");
    office.write("2020/Thumbs.db", "x");
    std::os::unix::fs::symlink("..", office.archive().join("2020/up")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(office.archive().join("pipe")).status();
    assert!(made.unwrap().success());
    office.check(
        "1 new, 1 skipped hidden, 1 skipped link_loop, 2 skipped note, 1 skipped special, \
         1 skipped system, 1 skipped word_lock",
    );
}

#[test]
fn order_of_paths_is_that_of_the_catalog() {
    let office = Office::new();
    // A folder sorts as its name and a slash: these are the characters around the slash.
    for path in ["a b.txt", "a-b.txt", "a.txt", "a/1.txt", "a/b/1.txt", "a0.txt", "ă.txt", "A.txt"]
    {
        office.write(path, path);
    }
    office.check("8 new");
    office.check("8 unchanged");
    office.remove("a/1.txt");
    office.remove("a/b/1.txt");
    office.check("6 unchanged, 2 vanished");
}

#[test]
fn a_part_of_the_archive_says_nothing_about_the_rest() {
    let office = Office::new();
    office.write("2019/a.txt", "Kế hoạch số 1");
    office.write("2020/b.txt", "Kế hoạch số 2");
    office.write("20200/c.txt", "Kế hoạch số 3");
    office.check("3 new");
    for path in ["2019/a.txt", "2020/b.txt", "20200/c.txt"] {
        office.remove(path);
    }
    office.write("2020/d.txt", "Kế hoạch số 4");
    let part = Scope::of(&office.archive(), &office.archive().join("2020")).unwrap();
    let report = office.try_run(&[part]).unwrap();
    assert_eq!(summary(&report), "1 new, 1 vanished");
    assert_eq!(office.status("2019/a.txt"), FileStatus::Current);
    let file = Scope::of(&office.archive(), &office.archive().join("2020/d.txt")).unwrap();
    assert_eq!(summary(&office.try_run(&[file]).unwrap()), "1 unchanged");
    office.check("1 unchanged, 2 vanished");
}

#[test]
fn folders_outside_the_archive_keep_their_place() {
    let office = Office::new();
    office.write("a.txt", "Kế hoạch số 1");
    let elsewhere = tempfile::tempdir().unwrap();
    let outside = elsewhere.path().join("b.txt");
    fs::write(&outside, "Kế hoạch số 2").unwrap();
    office.touch(&outside, 3600);
    let scope = Scope::of(&office.archive(), elsewhere.path()).unwrap();
    assert_eq!(summary(&office.try_run(std::slice::from_ref(&scope)).unwrap()), "1 new");
    office.check("1 new"); // a run over the archive leaves it alone
    assert_eq!(summary(&office.try_run(std::slice::from_ref(&scope)).unwrap()), "1 unchanged");
    assert_eq!(office.catalog_ids().len(), 2);
    // A disk that is not there says nothing about the files on it.
    drop(elsewhere);
    let report = office.try_run(&[scope]).unwrap();
    assert_eq!((summary(&report), report.unreadable_folders.len()), (String::new(), 1));
    assert!(!report.is_complete());
    assert_eq!(office.catalog_ids().len(), 2);
}

#[test]
fn an_archive_that_is_suddenly_empty_is_not_believed() {
    let office = Office::new();
    office.write("a.txt", "Kế hoạch số 1");
    office.check("1 new");
    office.remove("a.txt");
    let error = office.try_run(&[Scope::archive(&office.archive())]).unwrap_err();
    assert!(matches!(error, IntakeError::EmptyArchive { n_files: 1, .. }), "{error}");
    fs::remove_dir(office.archive()).unwrap();
    let report = office.try_run(&[Scope::archive(&office.archive())]).unwrap();
    assert_eq!(report.unreadable_folders.len(), 1);
    assert_eq!(office.catalog_ids().len(), 1);
}

/// Every file under a folder that holds some bytes.
fn files_holding(folder: &Path, needle: &[u8]) -> Vec<PathBuf> {
    let mut holding = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            holding.extend(files_holding(&path, needle));
        } else if fs::read(&path).unwrap().windows(needle.len()).any(|window| window == needle) {
            holding.push(path);
        }
    }
    holding
}

#[test]
fn nothing_of_a_secret_document_is_kept() {
    const SECRET: &str = "UBND TỈNH VÂN SƠN\nSỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI\n\
        Số: 77/BC-SLĐTBXH\nMẬT\n\nVân Sơn, ngày 02 tháng 3 năm 2020\n\nBÁO CÁO\n\
        Về kho zubrowka\n";
    let office = Office::new();
    let data = office.folder.path().join("index");
    office.write("a.txt", "Kế hoạch số 1");
    office.write("mat.txt", SECRET);
    office.write("ban-sao/mat.txt", SECRET);
    office.check("1 new, 2 classified");
    let row = &office.catalog.failures().unwrap()[1];
    assert_eq!(row.stat.path.to_string(), "mat.txt");
    assert!(row.sha256.is_some() && row.id.is_none());
    assert!(!row.failure.as_ref().unwrap().detail.contains("77"));
    office.remove("a.txt");
    office.write("b.txt", "Kế hoạch số 2");
    office.check("1 new, 1 vanished, 2 classified");
    // Not even the number is there, in the catalog or in an engine built from it.
    let engine = reindex::rebuild(&office.catalog, &data, NonZeroUsize::MIN, &|_| {}).unwrap();
    assert_eq!(engine.stats().unwrap().n_documents, 1);
    drop(engine);
    for needle in ["zubrowka", "SLĐTBXH", "sldtbxh"] {
        assert_eq!(files_holding(&data, needle.as_bytes()), Vec::<PathBuf>::new());
    }
    assert_eq!(files_holding(&data, b"b.txt"), [data.join("catalog.db")]); // it does find things
}

#[test]
fn failures_are_told_with_their_path() {
    let office = Office::new();
    office.write("a.txt", "");
    office.write("b.txt", "Kế hoạch số 1");
    let archive = office.archive();
    let (limits, control) = (Limits::default(), Control::default());
    let setup = Setup {
        archive: &archive,
        catalog: &office.catalog,
        engine: &office.engine,
        tables: Tables::builtin(),
        limits: &limits,
        n_threads: NonZeroUsize::MIN,
        workers: None,
        ocr: &vanthu::recognised::NoOcr,
        order: &Order::Changes,
        notes_idle: true,
        control: &control,
    };
    let told = Mutex::new(Vec::new());
    intake::run(&setup, &[Scope::archive(&archive)], &|event| {
        told.lock().unwrap().push(match event {
            Event::Planned { survey, .. } => format!("{} to read", survey.n_to_read()),
            Event::Progress(progress) => format!("{}/{}", progress.n_done, progress.n_total),
            Event::Recognised(progress) => format!("{} pages", progress.n_done),
            Event::Failed { path, failure } => format!("{path}: {}", failure.reason.code()),
        });
    })
    .unwrap();
    let told = told.into_inner().unwrap();
    assert!(told.contains(&"a.txt: empty".to_owned()), "{told:?}");
    assert_eq!(told.first().unwrap(), "2 to read");
    assert_eq!(told.last().unwrap(), "2/2");
    // Stopped from outside: nothing is seen, so nothing is gone.
    control.stop();
    let report = intake::run(&setup, &[Scope::archive(&archive)], &|_| {}).unwrap();
    assert!(report.is_cut_short && !report.is_complete());
    assert_eq!(office.catalog_ids().len(), 1);
}

#[test]
fn engine_that_lags_behind_catches_up_when_it_is_opened() {
    let office = Office::new();
    let data = office.folder.path().join("index");
    let engine = generation::open(&office.catalog, &data, NonZeroUsize::MIN).unwrap();
    drop(engine);
    // The run below writes catalog and another engine: to the one on disk it is as if the
    // process had been killed between the two commits.
    office.write("a.txt", "Kế hoạch số 1");
    office.write("b.txt", "Kế hoạch số 2");
    office.check("2 new");
    office.remove("a.txt");
    office.check("1 unchanged, 1 vanished");
    let engine = generation::open(&office.catalog, &data, NonZeroUsize::MIN).unwrap();
    let stats = engine.stats().unwrap();
    assert_eq!((stats.n_documents, stats.last_version), (1, office.catalog.last_seq().unwrap()));
}

#[test]
fn index_is_rebuilt_into_a_new_generation() {
    let office = Office::new();
    let data = office.folder.path().join("index");
    for n in 0..30 {
        office.write(&format!("{n}.txt"), &format!("Kế hoạch số {n}"));
    }
    office.check("30 new");
    let threads = NonZeroUsize::new(2).unwrap();
    drop(generation::open(&office.catalog, &data, threads).unwrap());
    let first = generation::current(&office.catalog, &data).unwrap().unwrap();
    // What a rebuild that was killed leaves behind.
    fs::create_dir(data.join("engine/g007")).unwrap();
    let engine = reindex::rebuild(&office.catalog, &data, threads, &|_| {}).unwrap();
    assert_eq!(engine.stats().unwrap().n_documents, 30);
    let second = generation::current(&office.catalog, &data).unwrap().unwrap();
    assert_ne!(first, second);
    let left: Vec<_> = fs::read_dir(data.join("engine")).unwrap().collect();
    assert_eq!(left.len(), 1);
    // An index that is damaged or gone is built anew.
    drop(engine);
    fs::remove_dir_all(&second).unwrap();
    let engine = generation::open(&office.catalog, &data, threads).unwrap();
    assert_eq!(engine.stats().unwrap().n_documents, 30);
    drop(engine);
    let third = generation::current(&office.catalog, &data).unwrap().unwrap();
    for entry in fs::read_dir(&third).unwrap() {
        fs::write(entry.unwrap().path(), "not an index").unwrap();
    }
    let engine = generation::open(&office.catalog, &data, threads).unwrap();
    assert_eq!(engine.stats().unwrap().n_documents, 30);
}
