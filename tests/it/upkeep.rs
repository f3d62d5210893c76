//! Backups that restore, catalogs of every released version that open, and a doctor who finds
//! what is wrong: damage is done to real files, and looked for with the built program.

use std::{
    fs,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;

use crate::util::{folder, vanthu};

/// An archive of a few documents that cite each other, taken in.
pub struct Office {
    pub folder: tempfile::TempDir,
}

impl Office {
    pub fn new() -> Self {
        let office = Self { folder: folder() };
        fs::create_dir(office.path("corpus")).unwrap();
        for n in 1..=6 {
            let text = format!(
                "UBND TỈNH VÂN SƠN\nSỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI\nSố: {n}/KH-SLĐTBXH\n\n\
                 Vân Sơn, ngày 02 tháng {n} năm 2020\n\nKẾ HOẠCH\nTổ chức hội nghị lần {n}\n\n\
                 Căn cứ Kế hoạch số {}/KH-SLĐTBXH ngày 02 tháng {} năm 2020;\n\
                 Căn cứ Nghị định số 91/2017/NĐ-CP ngày 31/7/2017 của Chính phủ;\n",
                n % 6 + 1,
                n % 6 + 1,
            );
            office.write(&format!("corpus/kh-{n}.txt"), &text);
        }
        office.done(&["ingest"]);
        office
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
        fs::File::options().write(true).open(&path).unwrap().set_modified(hour_ago).unwrap();
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        vanthu(self.folder.path(), arguments)
    }

    /// Runs a command that has to succeed, and gives its standard output.
    #[track_caller]
    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {err}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that is refused, and gives its standard error.
    #[track_caller]
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Exit code and findings of the doctor.
    pub fn doctor(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.run(&[&["doctor", "--json"], arguments].concat());
        let out = String::from_utf8(output.stdout).unwrap();
        let json = serde_json::from_str(&out).unwrap_or_else(|_| {
            Value::String(String::from_utf8_lossy(&output.stderr).into_owned())
        });
        (output.status.code().unwrap(), json)
    }

    #[track_caller]
    pub fn check_well(&self) {
        let (code, diagnosis) = self.doctor(&[]);
        assert_eq!(code, 0, "{diagnosis}");
    }

    /// Every kind of finding, once.
    fn kinds(diagnosis: &Value) -> Vec<String> {
        let findings = diagnosis["findings"].as_array().cloned().unwrap_or_default();
        let mut kinds: Vec<String> =
            findings.iter().map(|finding| finding["kind"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }

    fn sql(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.path("index/catalog.db")).unwrap();
        connection.execute_batch(sql).unwrap();
    }
}

pub fn copy_folder(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Turns one byte of a file over.
fn flip(path: &Path, at: u64) {
    let mut file = fs::File::options().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[!byte[0]]).unwrap();
}

/// Numbers that look like chance and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        // xorshift64* (Vigna 2016)
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n
    }
}

#[test]
fn a_backup_restores_with_corrections_and_originals() {
    let office = Office::new();
    office.done(&["correct", "3/KH-SLĐTBXH", "number=33/KH-SLĐTBXH", "--by", "Bình"]);
    office.done(&["correct", "5/KH-SLĐTBXH", "--withdraw", "--by", "Bình"]);
    let said = office.done(&["backup", "luu/1", "--originals"]);
    assert!(said.starts_with("5 documents and 2 corrections in 7 files"), "{said}");
    // Nothing is written over.
    assert!(office.refused(&["backup", "luu/1"]).contains("expected an empty folder"));
    assert!(office.refused(&["restore", "luu/1"]).contains("a data folder without a catalog"));
    let said =
        office.done(&["--data", "moi", "--archive", "kho-moi", "restore", "luu/1", "--originals"]);
    assert!(said.contains("5 documents and 2 corrections restored"), "{said}");
    assert!(said.contains("6 originals copied, 0 were there already"), "{said}");
    let new = ["--data", "moi", "--archive", "kho-moi"];
    let show = |number: &str| office.run(&[&new[..], &["show", number]].concat()).status.code();
    assert_eq!((show("33/KH-SLĐTBXH"), show("3/KH-SLĐTBXH")), (Some(0), Some(1)));
    assert_eq!(show("5/KH-SLĐTBXH"), Some(1)); // withdrawn
    let log = office.done(&[&new[..], &["correct", "33/KH-SLĐTBXH"]].concat());
    assert!(log.contains("Bình  number: 3/KH-SLĐTBXH -> 33/KH-SLĐTBXH"), "{log}");
    for n in 1..=6 {
        let name = format!("kh-{n}.txt");
        let (old, new) = (office.path("corpus").join(&name), office.path("kho-moi").join(&name));
        assert_eq!(fs::read(old).unwrap(), fs::read(new).unwrap());
    }
    let (code, diagnosis) = office.doctor(&new);
    assert_eq!(code, 0, "{diagnosis}");
    // The next run finds everything as it was, and the correction stays.
    let said = office.done(&[&new[..], &["ingest", "--json"]].concat());
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["n_unchanged"], 6);
    assert_eq!(show("33/KH-SLĐTBXH"), Some(0));
}

#[test]
fn a_backup_that_is_cut_short_or_damaged_is_refused_before_anything_is_written() {
    let office = Office::new();
    office.done(&["backup", "luu"]);
    let manifest = office.path("luu/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let restore = ["--data", "moi", "restore", "luu"];
    fs::remove_file(&manifest).unwrap();
    assert!(
        office.refused(&restore).contains("expected a finished backup in luu, found no manifest")
    );
    fs::write(&manifest, text.replace("\"catalog.db\"", "\"../catalog.db\"")).unwrap();
    assert!(office.refused(&restore).contains("outside of the backup"));
    fs::write(&manifest, &text[..text.len() / 2]).unwrap();
    assert!(office.refused(&restore).contains("manifest.json is damaged"));
    fs::write(&manifest, &text).unwrap();
    flip(&office.path("luu/catalog.db"), 5000);
    assert!(office.refused(&restore).contains("catalog.db is damaged: expected"));
    assert!(!office.path("moi").exists());
}

#[test]
fn catalogs_of_every_released_version_open_migrate_and_answer() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/catalog");
    let mut n_versions = 0;
    for entry in fs::read_dir(&golden).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "zst") {
            continue;
        }
        n_versions += 1;
        let office = Office { folder: folder() };
        fs::create_dir(office.path("index")).unwrap();
        let packed = fs::read(&path).unwrap();
        let database = zstd::stream::decode_all(packed.as_slice()).unwrap();
        fs::write(office.path("index/catalog.db"), database).unwrap();
        copy_folder(&golden.join("kho"), &office.path("corpus"));
        // Asking only is told what to do first.
        let error = office.refused(&["show", "298/KH-SLĐTBXH"]);
        assert!(error.contains("run `vanthu ingest` once"), "{error}");
        // Index and originals are not needed for the answer, only for what comes after.
        office.done(&["reindex"]);
        let shown = office.done(&["show", "298/KH-SLĐTBXH"]);
        assert!(shown.contains("Tổ chức phong trào thi đua năm 2020"), "{shown}");
        assert!(office.done(&["cites", "298/KH-SLĐTBXH", "--out"]).contains("in the archive as"));
        office.done(&["correct", "298/KH-SLĐTBXH", "number=293/KH-SLĐTBXH", "--by", "B"]);
        let (code, diagnosis) = office.doctor(&["--repair"]);
        assert!(code < 2, "{}: {diagnosis}", path.display());
        office.check_well();
        office.done(&["ingest"]);
        office.done(&["show", "293/KH-SLĐTBXH"]);
        office.check_well();
        // A backup made of it is one of this version.
        office.done(&["backup", "luu"]);
        office.done(&["--data", "moi", "restore", "luu"]);
        office.done(&["--data", "moi", "show", "293/KH-SLĐTBXH"]);
    }
    assert!(n_versions >= 1, "no catalog of a released version is kept");
}

#[test]
fn the_doctor_names_every_difference_and_repairs_what_is_derived() {
    let office = Office::new();
    office.done(&["correct", "3/KH-SLĐTBXH", "signer=Nguyễn Văn An", "--by", "Bình"]);
    office.check_well();
    // What is derived is made to disagree, each in its own way.
    let cases = [
        ("UPDATE numbers SET printed = 'x' WHERE content = 1", "document_differs"),
        ("DELETE FROM numbers WHERE content = 2", "document_differs"),
        (
            "UPDATE citations SET state = 'missing', target = NULL WHERE content = 1 AND seq = 0",
            "document_differs",
        ),
        (
            "UPDATE citations SET target = '0123456789abcdef' WHERE content = 2 AND seq = 0",
            "document_differs",
        ),
        ("DELETE FROM lookups WHERE content = 3", "document_differs"),
        ("UPDATE contents SET year = 1999 WHERE ord = 1", "document_differs"),
        ("UPDATE contents SET shown = 0 WHERE ord = 2", "document_differs"),
        ("UPDATE contents SET n_doubtful = 7 WHERE ord = 2", "document_differs"),
        ("UPDATE contents SET record = as_read WHERE as_read IS NOT NULL", "document_differs"),
        (
            "DELETE FROM outbox WHERE id = (SELECT id FROM contents WHERE ord = 4)",
            "document_differs",
        ),
    ];
    for (sql, expected) in cases {
        office.sql(sql);
        let (code, diagnosis) = office.doctor(&[]);
        assert_eq!(code, 2, "{sql}: {diagnosis}");
        assert!(Office::kinds(&diagnosis).contains(&expected.to_owned()), "{sql}: {diagnosis}");
        let (code, diagnosis) = office.doctor(&["--repair"]);
        assert_eq!(code, 1, "{sql}: {diagnosis}");
        office.check_well();
    }
    // An index that was lost, emptied, or is of another time.
    fs::remove_dir_all(office.path("index/engine")).unwrap();
    let (code, diagnosis) = office.doctor(&[]);
    assert_eq!((code, Office::kinds(&diagnosis)), (2, vec!["engine_damaged".to_owned()]));
    assert_eq!(office.doctor(&["--repair"]).0, 1);
    office.check_well();
    copy_folder(&office.path("index/engine"), &office.path("cu"));
    office.write("corpus/kh-7.txt", "Số: 7/KH-SLĐTBXH\n\nKẾ HOẠCH\nThêm một việc\n");
    let (code, diagnosis) = office.doctor(&[]);
    assert_eq!((code, &diagnosis["pending"]), (0, &serde_json::json!({"new": 1})));
    office.done(&["ingest"]);
    // What is read: a damaged reading is read again from the original.
    office
        .sql("UPDATE contents SET record = replace(record, 'hội nghị', 'hội nghi') WHERE ord = 1");
    let (code, diagnosis) = office.doctor(&["--repair"]);
    assert_eq!((code, Office::kinds(&diagnosis)), (2, vec!["reading_damaged".to_owned()]));
    office.done(&["ingest"]);
    office.check_well();
    assert!(office.done(&["show", "1/KH-SLĐTBXH"]).contains("Tổ chức hội nghị lần 1"));
    // An original that changed without its time of change: said, never touched.
    let path = office.path("corpus/kh-2.txt");
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    flip(&path, 30);
    fs::File::options().write(true).open(&path).unwrap().set_modified(before).unwrap();
    let bytes = fs::read(&path).unwrap();
    let (code, diagnosis) = office.doctor(&["--repair"]);
    assert_eq!((code, Office::kinds(&diagnosis)), (2, vec!["original_damaged".to_owned()]));
    assert_eq!(diagnosis["findings"][0]["path"], "kh-2.txt");
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(office.doctor(&["--quick"]).0, 0);
}

/// Everything the catalog says, row by row, however it lies in the file.
fn dump(path: &Path) -> Option<String> {
    let connection = rusqlite::Connection::open(path).ok()?;
    let mut text = String::new();
    let tables = [
        "settings",
        "contents",
        "bodies",
        "files",
        "numbers",
        "citations",
        "lookups",
        "outbox",
        "corrections",
    ];
    for table in tables {
        let mut statement =
            connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).ok()?;
        let n_columns = statement.column_count();
        let mut rows = statement.query([]).ok()?;
        while let Some(row) = rows.next().ok()? {
            for column in 0..n_columns {
                text += &format!("{:?}|", row.get_ref(column).ok()?);
            }
            text.push('\n');
        }
    }
    Some(text)
}

#[test]
fn flipped_bytes_in_the_catalog_are_found() {
    let n_flips = if std::env::var_os("RUN_SLOW_TESTS").is_some() { 300 } else { 12 };
    let office = Office::new();
    office.done(&["correct", "3/KH-SLĐTBXH", "signer=Nguyễn Văn An", "--by", "Bình"]);
    let path = office.path("index/catalog.db");
    office.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    let sound = fs::read(&path).unwrap();
    let said = dump(&path);
    let mut dice = Dice(7);
    let mut n_without_effect = 0;
    for _ in 0..n_flips {
        fs::write(&path, &sound).unwrap();
        let at = dice.below(sound.len() as u64);
        flip(&path, at);
        for log in ["index/catalog.db-wal", "index/catalog.db-shm"] {
            let _ = fs::remove_file(office.path(log));
        }
        let (code, diagnosis) = office.doctor(&["--quick"]);
        if code == 0 {
            // Only a byte that no row uses.
            assert_eq!(dump(&path), said, "byte {at}: not found: {diagnosis}");
            n_without_effect += 1;
        }
    }
    assert!(n_without_effect < n_flips, "no flip had an effect: the test checks nothing");
}

#[test]
fn flipped_bytes_in_the_index_are_found() {
    let office = Office::new();
    let engine = office.path("index/engine/g001");
    let mut dice = Dice(11);
    let files: Vec<PathBuf> = walkdir::WalkDir::new(&engine)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file() && fs::metadata(path).unwrap().len() > 0)
        .collect();
    assert!(files.len() > 3);
    for path in files {
        // The list of files is only a help for clearing up.
        if path.file_name().unwrap() == ".managed.json" {
            continue;
        }
        let sound = fs::read(&path).unwrap();
        flip(&path, dice.below(sound.len() as u64));
        let (code, diagnosis) = office.doctor(&["--quick"]);
        assert_eq!(code, 2, "{}: {diagnosis}", path.display());
        fs::write(&path, sound).unwrap();
    }
    office.check_well();
}
