//! What only the engine in a folder promises: crashes, locks, damage.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::*;

fn open(folder: &Path) -> Result<Embedded, EngineError> {
    Embedded::open(folder)
}

#[test]
fn after_a_crash_the_state_is_that_of_the_last_commit() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).unwrap();
    fill(&engine, vec![page_doc(1, &["ke"])]);
    engine.apply(&[upsert(page_doc(2, &["ke"])), Op::Delete { id: id(1), version: 9 }]).unwrap();
    drop(engine); // without commit
    let engine = open(folder.path()).unwrap();
    check(&engine, word("ke"), &[1]);
    assert_eq!(engine.stats().unwrap().last_version, 1);
    // The version on disk still keeps stale changes out.
    engine.apply(&[upsert(IndexDoc { version: 1, ..page_doc(1, &["other"]) })]).unwrap();
    engine.commit(1).unwrap();
    check(&engine, word("other"), &[]);
}

/// Every file of a folder with its bytes.
fn files_of(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

#[test]
fn a_commit_cut_short_after_its_files_were_written_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).unwrap();
    fill(&engine, vec![page_doc(1, &["ke"]), page_doc(2, &["ke"])]);
    let before = files_of(folder.path());
    let remove = [Op::Delete { id: id(1), version: 9 }];
    engine.apply(&remove).unwrap();
    engine.commit(9).unwrap();
    drop(engine);
    // As if it was killed after the files of the commit and before its description: what the
    // commit cleared away afterwards is still there.
    for (path, bytes) in before {
        if path.ends_with("meta.json") || !path.exists() {
            std::fs::write(path, bytes).unwrap();
        }
    }
    let engine = open(folder.path()).unwrap();
    check(&engine, word("ke"), &[1, 2]);
    engine.apply(&remove).unwrap();
    engine.commit(9).unwrap();
    check(&engine, word("ke"), &[2]);
}

#[test]
fn what_is_forgotten_is_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).unwrap();
    fill(&engine, vec![page_doc(1, &["ke"]), page_doc(2, &["hoach"])]);
    engine.apply(&[Op::Delete { id: id(1), version: 9 }]).unwrap();
    engine.commit(9).unwrap();
    engine.forget().unwrap();
    check(&engine, word("ke"), &[]);
    check(&engine, word("hoach"), &[2]);
    assert_eq!(engine.stats().unwrap().last_version, 9);
    drop(engine);
    let index = tantivy::Index::open_in_dir(folder.path()).unwrap();
    let searcher = index.reader().unwrap().searcher();
    let n_held: u32 = searcher.segment_readers().iter().map(|segment| segment.max_doc()).sum();
    assert_eq!(n_held, 1); // the removed one included
}

#[test]
fn second_writer_is_told_that_the_index_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let _first = open(folder.path()).unwrap();
    let error = open(folder.path()).err().unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "the index in {} is in use by another vanthu process; stop it first",
            folder.path().display()
        )
    );
}

#[test]
fn reader_beside_the_writer_follows_its_commits_and_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let writer = open(folder.path()).unwrap();
    fill(&writer, vec![page_doc(1, &["ke"])]);
    let reader = Embedded::open_read_only(folder.path()).unwrap();
    check(&reader, word("ke"), &[1]);
    fill(&writer, vec![page_doc(2, &["ke hoach"])]);
    let told_by = Instant::now() + Duration::from_secs(20);
    while reader.stats().unwrap().n_documents < 2 {
        assert!(Instant::now() < told_by, "the reader never sees the later commit");
        std::thread::sleep(Duration::from_millis(20));
    }
    check(&reader, word("hoach"), &[2]);
    let error = reader.apply(&[]).unwrap_err();
    assert!(matches!(error, EngineError::ReadOnly { .. }), "{error}");
    let error = reader.commit(1).unwrap_err();
    assert!(matches!(error, EngineError::ReadOnly { .. }), "{error}");
}

#[test]
fn index_of_another_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    let meta = folder.path().join("meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    assert!(text.contains("vanthu 2 0"), "{text}");
    std::fs::write(&meta, text.replace("vanthu 2 0", "vanthu 7 0")).unwrap();
    for result in [open(folder.path()), Embedded::open_read_only(folder.path())] {
        let error = result.err().unwrap();
        assert_eq!(error.to_string(), "expected index schema 2, found 7; run `vanthu reindex`");
    }
}

#[test]
fn damaged_or_missing_index_is_an_error_with_a_cause() {
    let folder = tempfile::tempdir().unwrap();
    let error = Embedded::open_read_only(folder.path()).err().unwrap();
    assert_eq!(error.to_string(), "the index could not open");
    assert!(std::error::Error::source(&error).is_some());
    std::fs::write(folder.path().join("meta.json"), "{").unwrap();
    let error = open(folder.path()).err().unwrap();
    assert!(matches!(error, EngineError::Storage { .. }), "{error}");
}
