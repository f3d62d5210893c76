//! A document with a secrecy stamp leaves path, hash, reason and time, and not a word: every file
//! below the data folder is looked through, unpacked where it is packed, and the log.

use std::{collections::BTreeSet, fs, num::NonZeroUsize, path::Path};

use vanthu::{
    catalog::{Catalog, Change, FilePath, FileStat, Stored},
    context::Context,
    domain::tables::Tables,
    intake::{catch_up, generation},
    pipeline,
    source::{Limits, Source},
};

use crate::{upkeep::Office, util::vanthu};

/// Words that stand in no other document, as printed and as folded.
const WORDS: [&str; 4] = ["Xuyzaquê", "xuyzaque", "XUYZAQUÊ", "xuyzaqu"];

fn report(stamp: &str) -> String {
    format!(
        "UBND TỈNH VÂN SƠN\nSỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI\nSố: 77/BC-SLĐTBXH\n{stamp}\n\
         Vân Sơn, ngày 02 tháng 3 năm 2020\n\nBÁO CÁO\nVề việc Xuyzaquê\n\n\
         Căn cứ Kế hoạch số 1/KH-SLĐTBXH ngày 02 tháng 1 năm 2020 về Xuyzaquê;\n\
         Ông Trần Xuyzaquê có mặt.\n"
    )
}

/// Where a word of the document is found below a folder.
fn traces(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut n_files = 0;
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        n_files += 1;
        let bytes = fs::read(entry.path()).unwrap();
        let name = entry.path().strip_prefix(folder).unwrap().display().to_string();
        if has_words(&bytes) {
            found.insert(name.clone());
        }
        // Texts are packed: whatever begins like a packed one is unpacked as far as it goes, in
        // pages that are no longer used, too.
        const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
        for at in 0..bytes.len().saturating_sub(4) {
            if bytes[at..at + 4] == MAGIC && has_words(&unpacked(&bytes[at..])) {
                found.insert(format!("{name} (packed)"));
            }
        }
    }
    assert!(n_files > 3, "the data folder is empty: the search checks nothing");
    found.extend(terms(folder));
    found
}

fn has_words(bytes: &[u8]) -> bool {
    WORDS.iter().any(|word| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let mut text = Vec::new();
    let Ok(mut decoder) = zstd::stream::Decoder::new(bytes) else { return text };
    let mut buffer = [0; 512];
    while let Ok(n) = decoder.read(&mut buffer) {
        if n == 0 || text.len() > 1 << 20 {
            break;
        }
        text.extend_from_slice(&buffer[..n]);
    }
    text
}

/// The words in the dictionaries of the index; those of removed documents included.
fn terms(data: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Ok(generations) = fs::read_dir(data.join("engine")) else { return found };
    for generation in generations {
        let path = generation.unwrap().path();
        let Ok(index) = tantivy::Index::open_in_dir(&path) else { continue };
        let reader = index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual);
        let reader: tantivy::IndexReader = reader.try_into().unwrap();
        for segment in reader.searcher().segment_readers() {
            for (field, entry) in index.schema().fields() {
                if !entry.is_indexed() {
                    continue;
                }
                let inverted = segment.inverted_index(field).unwrap();
                let mut terms = inverted.terms().stream().unwrap();
                while terms.advance() {
                    if has_words(terms.key()) {
                        found.insert(format!("{} of the index", entry.name()));
                    }
                }
            }
        }
    }
    found
}

fn log_of(office: &Office, arguments: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_vanthu"))
        .current_dir(office.folder.path())
        .env_clear()
        .env("VANTHU_LOG", "trace")
        .args(arguments)
        .output()
        .unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// The rows of failed files, as the status page shows them.
fn refused(office: &Office) -> Vec<(String, String)> {
    let catalog = Catalog::open_read_only(&office.path("index")).unwrap();
    let rows = catalog.failures().unwrap();
    rows.iter()
        .filter_map(|row| {
            Some((row.stat.path.to_string(), row.failure.as_ref()?.reason.code().to_owned()))
        })
        .collect()
}

#[test]
fn a_refused_document_leaves_no_word() {
    let office = Office::new();
    office.write("corpus/mat.txt", &report("MẬT"));
    let log = log_of(&office, &["ingest"]);
    assert!(!has_words(log.as_bytes()), "{log}");
    assert_eq!(refused(&office), [("mat.txt".to_owned(), "classified".to_owned())]);
    assert_eq!(traces(&office.path("index")), BTreeSet::new());
    // The search sees an ordinary document, so it would see this one.
    office.write("corpus/thuong.txt", &report(""));
    office.done(&["--data", "khac", "ingest", "corpus/thuong.txt"]);
    let found = traces(&office.path("khac"));
    assert!(found.iter().any(|trace| trace.ends_with("of the index")), "{found:?}");
    assert!(found.iter().any(|trace| trace.ends_with("(packed)")), "{found:?}");
    assert!(found.contains("catalog.db") || found.contains("catalog.db-wal"), "{found:?}");
}

#[test]
fn a_document_that_turns_out_to_be_secret_is_given_up_to_the_last_word() {
    let office = Office::new();
    // Read without its stamp by an extractor that did not see it, indexed and corrected.
    let text = report("TỐI MẬT");
    office.write("corpus/toi-mat.txt", &text);
    {
        let data = office.path("index");
        let catalog = Catalog::open(&data).unwrap();
        let engine = generation::open(&catalog, &data, NonZeroUsize::MIN).unwrap();
        let context = Context::new(Tables::builtin(), Limits::default());
        let mut processed =
            pipeline::process(&context, &Source::new("toi-mat.txt", report("").into_bytes()))
                .unwrap();
        let source = Source::new("toi-mat.txt", text.clone().into_bytes());
        (processed.record.id, processed.record.sha256) = (source.id(), source.sha256.clone());
        let stored = Box::new(Stored::encode(processed, 0, "before", None).unwrap());
        let metadata = fs::metadata(office.path("corpus/toi-mat.txt")).unwrap();
        let path = FilePath::from_path(Path::new("toi-mat.txt"));
        let stat: FileStat = vanthu::intake::scan::stat(path, &metadata);
        let run = catalog.start_run("changes", 1).unwrap();
        catalog.apply(Tables::builtin(), run, &[Change::Taken { stat, stored }]).unwrap();
        catch_up(&catalog, &*engine, NonZeroUsize::MIN).unwrap();
    }
    office.done(&["correct", "77/BC-SLĐTBXH", "subject=Chuyện Xuyzaquê", "--by", "Bình"]);
    let before = traces(&office.path("index"));
    assert!(before.len() >= 3, "{before:?}");
    // The stamp is seen when it is read again.
    let log = log_of(&office, &["ingest"]);
    assert!(!has_words(log.as_bytes()), "{log}");
    assert_eq!(refused(&office), [("toi-mat.txt".to_owned(), "classified".to_owned())]);
    assert_eq!(traces(&office.path("index")), BTreeSet::new());
    office.check_well();
    // Nor does a backup hold a word of it.
    office.done(&["backup", "luu", "--originals"]);
    assert_eq!(traces(&office.path("luu")), BTreeSet::new());
}

#[test]
fn a_file_replaced_by_a_secret_one_keeps_only_the_old_document() {
    let office = Office::new();
    fs::write(office.path("corpus/kh-2.txt"), report("TUYỆT MẬT")).unwrap();
    assert_eq!(vanthu(office.folder.path(), &["ingest"]).status.code(), Some(2));
    assert_eq!(traces(&office.path("index")), BTreeSet::new());
    assert_eq!(refused(&office), [("kh-2.txt".to_owned(), "classified".to_owned())]);
    assert_eq!(office.run(&["search", "hội nghị lần 2"]).status.code(), Some(0)); // others
    assert_eq!(office.run(&["show", "2/KH-SLĐTBXH"]).status.code(), Some(1));
    office.check_well();
}
