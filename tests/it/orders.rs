//! What a run is asked to do: try again, read again, wait; and what other tables change.

use std::{fs, num::NonZeroUsize, time::Duration};

use vanthu::{
    catalog::{Change, FilePath, FileStatus},
    domain::{
        failure::{Failure, FailureReason},
        tables::Tables,
    },
    intake::{self, Choice, Control, Order, Scope, Setup},
    pipeline::EXTRACTOR_REVISION,
    source::Limits,
};

use crate::intake::Office;

#[test]
fn reading_again_opens_every_original() {
    let mut office = Office::new();
    office.write("a.txt", "Kế hoạch số 1");
    office.write("b.txt", "");
    office.check("1 new, 1 empty");
    office.order = Order::Again(Choice::default());
    office.check("1 read again, 1 empty");
}

#[test]
fn failed_files_are_tried_again_alone() {
    let mut office = Office::new();
    office.write("a.docx", ""); // empty
    office.write("b.docx", "PK\u{3}\u{4} no package at all"); // damaged
    office.write("c.txt", "Kế hoạch số 1");
    office.check("1 new, 1 empty, 1 damaged");
    office.write("d.txt", "Kế hoạch số 2");
    office.remove("a.docx");
    let again = |kinds: &[&str]| {
        let kinds = kinds.iter().map(|kind| kind.parse().unwrap()).collect();
        Order::Again(Choice { only_failed: true, kinds, ..Choice::default() })
    };
    office.order = again(&["pdf"]);
    office.check("");
    office.order = again(&["damaged"]);
    office.check("1 damaged"); // read once more, with the same end
    assert_eq!(office.catalog.runs(1).unwrap()[0].what, "failed");
    assert!(office.catalog.runs(1).unwrap()[0].counts.n_bytes > 0);
    office.order = again(&[]);
    office.check("1 vanished, 1 damaged"); // the new file is not looked at
    office.order = Order::Changes;
    office.check("1 new, 1 unchanged, 1 damaged");
}

#[test]
fn what_other_tables_have_read_is_read_again_and_nothing_else() {
    let mut office = Office::new();
    office.write("a.txt", "Kế hoạch số 1");
    office.write("ban-sao.txt", "Kế hoạch số 1");
    office.write("b.txt", "");
    office.write("c.txt", "Kế hoạch số 3");
    office.check("2 new, 1 copied, 1 empty");
    office.remove("c.txt");
    office.check("2 unchanged, 1 vanished, 1 empty");
    // A clerk adds a row to a table.
    let folder = tempfile::tempdir().unwrap();
    let table = "name\tsource\nPhó Trưởng kho\tof the test\n";
    fs::write(folder.path().join("positions.tsv"), table).unwrap();
    office.tables = Tables::with_overrides(folder.path()).unwrap();
    let report = office.try_run(&[Scope::archive(&office.archive())]).unwrap();
    // One content at two paths is read once or twice, as the threads will have it.
    assert_eq!((report.counts.n_read_again, report.counts.n_failed()), (2, 1));
    let read_by = office.catalog.read_by().unwrap();
    assert_eq!(read_by.len(), 1);
    assert_eq!((read_by[0].tables.as_str(), read_by[0].n_documents), (office.tables.revision(), 1));
    office.check("2 unchanged, 1 empty");
    // What comes back was read by the old tables.
    office.write("c.txt", "Kế hoạch số 3");
    office.check("1 returned, 2 unchanged, 1 empty");
    assert!(!office.catalog.has_other_tables(office.tables.revision()).unwrap());
    let stale = Choice { only_stale: true, ..Choice::default() };
    office.order = Order::Again(stale.clone());
    office.check("");
    office.tables = Tables::builtin().clone();
    office.check("3 read again");
}

#[test]
fn a_name_in_another_normal_form_is_a_move() {
    let office = Office::new();
    office.write("ke\u{302}\u{301} hoạch.txt", "Kế hoạch số 1"); // as a Mac writes it
    office.check("1 new");
    let id = office.catalog_ids().remove(0);
    office.rename("ke\u{302}\u{301} hoạch.txt", "kế hoạch.txt");
    office.check("1 moved, 1 vanished");
    assert_eq!(office.id("kế hoạch.txt").as_ref(), Some(&id));
    // Both spellings beside each other are two files of one document.
    office.write("ke\u{302}\u{301} hoạch.txt", "Kế hoạch số 1");
    office.check("1 returned, 1 unchanged");
    assert_eq!(office.catalog_ids(), [id]);
}

#[cfg(unix)]
#[test]
fn a_failure_of_the_circumstances_is_tried_again_by_itself() {
    let office = Office::new();
    office.write("a.txt", "Kế hoạch số 1");
    office.check("1 new");
    let path = FilePath::from_bytes(b"a.txt".to_vec());
    let row = office.catalog.file(&path).unwrap().unwrap();
    let failure = Failure { reason: FailureReason::Internal, detail: "a panic".to_owned() };
    let (stat, revision) = (row.stat, EXTRACTOR_REVISION);
    let run = office.catalog.start_run("changes", 1).unwrap();
    let change = Change::Failed { stat, sha256: row.sha256, failure, revision };
    office.catalog.apply(&office.tables, run, &[change]).unwrap();
    assert_eq!(office.status("a.txt"), FileStatus::Failed);
    office.check("1 read again");
    assert_eq!(office.status("a.txt"), FileStatus::Current);
}

#[test]
fn a_paused_run_waits_and_goes_on_where_it_was() {
    let office = Office::new();
    for n in 0..20 {
        office.write(&format!("{n}.txt"), &format!("Kế hoạch số {n}"));
    }
    let archive = office.archive();
    let (limits, control) = (Limits::default(), Control::default());
    let setup = Setup {
        archive: &archive,
        catalog: &office.catalog,
        engine: &office.engine,
        tables: &office.tables,
        limits: &limits,
        n_threads: NonZeroUsize::MIN,
        workers: None,
        ocr: &vanthu::recognised::NoOcr,
        order: &Order::Changes,
        notes_idle: true,
        control: &control,
    };
    control.pause(true);
    std::thread::scope(|scope| {
        let run = scope.spawn(|| intake::run(&setup, &[Scope::archive(&archive)], &|_| {}));
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(office.catalog.counts().unwrap().n_files, 0);
        assert_eq!(office.catalog.runs(1).unwrap()[0].ended_at_ms, None);
        control.pause(false);
        assert_eq!(run.join().unwrap().unwrap().counts.n_new, 20);
    });
}
