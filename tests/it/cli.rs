//! The built program in a folder of its own: exit codes, what goes to which stream, and that
//! killing it does no harm.

use std::{
    fs,
    num::NonZeroUsize,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use vanthu::{catalog::Catalog, intake::generation};

use crate::browser::start;

/// A folder in which the program is run.
pub struct Place {
    folder: tempfile::TempDir,
}

/// How a run of the program ended.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("corpus")).unwrap();
        Self { folder }
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vanthu"));
        command.current_dir(self.folder.path()).args(arguments).env_clear();
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        ended(&mut self.command(arguments))
    }

    /// Runs and compares exit code and standard output.
    #[track_caller]
    fn check(&self, arguments: &[&str], code: i32, out: &str) {
        let ended = self.run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(code), out), "{}", ended.err);
    }

    /// Runs, expects exit code 2, and looks for words on standard error.
    #[track_caller]
    pub fn check_refused(&self, arguments: &[&str], expected: &str) {
        let ended = self.run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
        assert!(ended.err.contains(expected), "{}", ended.err);
    }
}

fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The objects of an answer with one JSON object a line.
fn objects(out: &str) -> Vec<serde_json::Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const PLAN: &str = "UBND TỈNH VÂN SƠN\nSỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI\n\
    Số: 293/KH-SLĐTBXH\n\nVân Sơn, ngày 02 tháng 3 năm 2020\n\nKẾ HOẠCH\n\
    Phát động phong trào thi đua năm 2020\n\n\
    Căn cứ Nghị định số 91/2017/NĐ-CP ngày 31/7/2017 của Chính phủ;\n";

#[test]
fn inspect_answers_every_file_in_order() {
    let place = Place::new();
    place.write("a/2.txt", PLAN);
    place.write("a/1.docx", "");
    place.write("a/README.md", "no document");
    let ended = place.run(&["inspect", "--json", "a", "missing.pdf", "a/2.txt"]);
    assert_eq!(ended.code, Some(2)); // two could not be read
    let answers = objects(&ended.out);
    let paths: Vec<&str> = answers.iter().map(|answer| answer["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["a/1.docx", "a/2.txt", "missing.pdf", "a/2.txt"]);
    assert_eq!(answers[0]["error"]["reason"], "empty");
    assert_eq!(
        answers[0]["error"]["sentence"],
        "the file is empty; copy it again from the original"
    );
    // The hash of no bytes at all.
    assert!(answers[0]["sha256"].as_str().unwrap().starts_with("e3b0c442"));
    assert_eq!(answers[0]["metadata"]["number"], serde_json::Value::Null);
    assert_eq!(answers[0]["citations"], serde_json::json!([]));
    assert_eq!(answers[1]["metadata"]["number"]["value"], "293/KH-SLĐTBXH");
    assert_eq!(answers[1]["metadata"]["issued_on"]["value"], "2020-03-02");
    assert_eq!(answers[1]["citations"][0]["number"], "91/2017/NĐ-CP");
    assert_eq!(answers[1]["error"], serde_json::Value::Null);
    assert_eq!(answers[2]["error"]["reason"], "cannot_open");
    assert_eq!(answers[2]["sha256"], serde_json::Value::Null);
    assert!(!place.folder.path().join("index").exists()); // touches no store
}

#[test]
fn inspect_prints_text_for_people() {
    let place = Place::new();
    place.write("kh.txt", PLAN);
    let ended = place.run(&["inspect", "kh.txt"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.starts_with("kh.txt\n  id                "), "{}", ended.out);
    assert!(ended.out.contains("  number            293/KH-SLĐTBXH"), "{}", ended.out);
    // The text alone: what every span refers to.
    let text = place.run(&["inspect", "--text", "kh.txt"]).out;
    assert!(text.contains("293/KH-SLĐTBXH") && !text.contains("confidence"), "{text}");
    assert_eq!(text, vanthu::text::Text::from_plain(PLAN).as_str());
}

#[test]
fn ingest_says_what_happened_and_fails_when_a_file_does() {
    let place = Place::new();
    place.write("corpus/kh.txt", PLAN);
    let ended = place.run(&["ingest"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.starts_with("1 files in "), "{}", ended.out);
    assert!(ended.out.ends_with("        1 new\n"), "{}", ended.out);
    place.write("corpus/hong.docx", "");
    let ended = place.run(&["ingest", "--json"]);
    assert_eq!(ended.code, Some(2));
    let summary = &objects(&ended.out)[0];
    assert_eq!(summary["n_unchanged"], 1);
    assert_eq!(summary["failed"], serde_json::json!({"empty": 1}));
    assert!(ended.err.contains("hong.docx: the file is empty"), "{}", ended.err);
    // Still not taken in, so still not a success.
    assert_eq!(place.run(&["ingest"]).code, Some(2));
    fs::remove_file(place.folder.path().join("corpus/hong.docx")).unwrap();
    assert_eq!(place.run(&["ingest"]).code, Some(0));
}

#[test]
fn dry_run_reads_nothing() {
    let place = Place::new();
    place.write("corpus/kh.txt", PLAN);
    let new = "new\tkh.txt\n1 files would be read\n        1 new\n";
    place.check(&["ingest", "--dry-run"], 0, new);
    assert!(!place.folder.path().join("index").exists()); // nor does it write anything
    place.check(&["ingest", "--dry-run"], 0, new);
    place.run(&["ingest"]);
    std::thread::sleep(Duration::from_millis(60)); // the time of change is settled
    place.run(&["ingest"]);
    fs::remove_file(place.folder.path().join("corpus/kh.txt")).unwrap();
    place.write("corpus/kh2.txt", PLAN);
    let out = place.run(&["ingest", "--dry-run"]).out;
    // By now it can tell about how long that takes.
    let expected = "gone\tkh.txt\nnew\tkh2.txt\n1 files would be read, about 1 s\n        1 new\n";
    assert_eq!(out, expected);
    // A file that is moved keeps its time of change.
    place.run(&["ingest"]);
    let folder = place.folder.path().join("corpus");
    fs::rename(folder.join("kh2.txt"), folder.join("kh3.txt")).unwrap();
    let out = place.run(&["ingest", "--dry-run"]).out;
    assert!(out.starts_with("gone\tkh2.txt\nnew\tkh3.txt\tmoved from kh2.txt\n"), "{out}");
}

#[test]
fn failures_are_tried_again_alone() {
    let place = Place::new();
    place.write("corpus/kh.txt", PLAN);
    place.write("corpus/hong.docx", "");
    assert_eq!(place.run(&["ingest"]).code, Some(2));
    place.write("corpus/moi.txt", "Kế hoạch khác");
    let summary = |arguments: &[&str]| objects(&place.run(arguments).out).remove(0);
    let failed = summary(&["ingest", "--json", "--failed"]);
    assert_eq!((&failed["n_files"], &failed["failed"]["empty"]), (&1.into(), &1.into()));
    assert_eq!(summary(&["ingest", "--json", "--kind", "pdf"])["n_files"], 0);
    assert_eq!(summary(&["ingest", "--json", "--kind", "empty"])["n_files"], 1);
    assert_eq!(summary(&["ingest", "--json", "--read-by-older"])["n_files"], 0);
    let again = place.run(&["reindex", "--read-again", "--kind", "txt"]);
    assert!(again.out.contains("        1 read again\n"), "{}{}", again.out, again.err);
    let again = place.run(&["reindex", "--read-again", "--older-than", "1"]);
    assert!(again.out.starts_with("0 files in "), "{}{}", again.out, again.err);
    place.check_refused(&["ingest", "--kind", "máy quét"], "expected an ending like pdf");
}

#[test]
fn folder_outside_the_archive_is_looked_at_again_without_being_named() {
    let place = Place::new();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("kh.txt"), PLAN).unwrap();
    let ended = place.run(&["ingest", elsewhere.path().to_str().unwrap()]);
    assert!(ended.out.ends_with("        1 new\n"), "{}", ended.out);
    fs::write(elsewhere.path().join("kh-2.txt"), "Kế hoạch khác").unwrap();
    let ended = place.run(&["ingest"]);
    assert!(ended.out.contains("        1 new\n"), "{}{}", ended.out, ended.err);
    place.check_refused(&["ingest", "nowhere"], "could not look into nowhere");
}

#[test]
fn reindex_builds_from_the_catalog_alone() {
    let place = Place::new();
    place.write("corpus/kh.txt", PLAN);
    place.run(&["ingest"]);
    fs::remove_dir_all(place.folder.path().join("corpus")).unwrap();
    let ended = place.run(&["reindex"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.starts_with("1 documents indexed in "), "{}", ended.out);
    // The originals are gone, so reading them again cannot succeed, and loses nothing.
    assert_eq!(place.run(&["reindex", "--read-again"]).code, Some(2));
    assert_eq!(agreement(&place.folder.path().join("index")), 1);
}

#[test]
fn a_clerk_corrects_and_takes_it_back() {
    let place = Place::new();
    place.write("corpus/kh.txt", PLAN);
    place.run(&["ingest"]);
    let given = ["correct", "293/KH-SLĐTBXH", "number=295/KH-SLĐTBXH", "signer=", "--by", "Bình"];
    let ended = place.run(&given);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(
        ended.out.contains("  Bình  number: 293/KH-SLĐTBXH -> 295/KH-SLĐTBXH\n"),
        "{}",
        ended.out
    );
    assert_eq!(place.run(&["show", "295/KH-SLĐTBXH"]).code, Some(0));
    assert_eq!(place.run(&["show", "293/KH-SLĐTBXH"]).code, Some(1));
    let again = ["correct", "295 kh", "number=295/KH-SLĐTBXH", "--by", "Bình"];
    let ended = place.run(&again);
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""));
    assert_eq!(ended.err, "nothing to correct: it is so already\n");
    assert_eq!(place.run(&["correct", "77/KH-X", "signer=A", "--by", "B"]).code, Some(1));
    place.check_refused(
        &["correct", "295/KH-SLĐTBXH", "issued_on=hôm qua", "--by", "Bình"],
        "expected a date like 2020-03-02, 02/3/2020 or 4/2021 for issued_on, found \"hôm qua\"",
    );
    place.check_refused(&["correct", "295/KH-SLĐTBXH", "signer=A"], "expected --by");
    let log = objects(&place.run(&["correct", "295/KH-SLĐTBXH", "--json"]).out);
    assert_eq!((log[0]["seq"].as_i64(), log[0]["subject"].as_str()), (Some(1), Some("number")));
    let ended = place.run(&["correct", "295/KH-SLĐTBXH", "--undo", "1", "--by", "An"]);
    assert!(
        ended.out.contains("An  number: 295/KH-SLĐTBXH -> 293/KH-SLĐTBXH  undoes 1"),
        "{}",
        ended.out
    );
    let ended = place.run(&["correct", "293/KH-SLĐTBXH", "--withdraw", "--by", "An"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(place.run(&["search", "phong trào thi đua"]).code, Some(1));
}

#[test]
fn orders_are_handed_to_the_service_that_holds_the_folder() {
    let place = Place::new();
    place.write("corpus/kh.txt", PLAN);
    let serve = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    let (service, address) =
        start(serve, |line| line.strip_prefix("vanthu: ready at ").map(str::to_owned));
    let data = place.folder.path().join("index");
    let ended = place.run(&["reindex"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.starts_with(&format!("handed to the service at {address}")), "{}", ended.out);
    place.write("corpus/kh2.txt", "Kế hoạch khác");
    assert_eq!(place.run(&["ingest"]).code, Some(0));
    let catalog = Catalog::open_read_only(&data).unwrap();
    let is_done = || {
        let number = generation::number(&catalog).unwrap();
        number == Some(2) && catalog.extent().unwrap().0 == 2
    };
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while !is_done() {
        assert!(std::time::Instant::now() < until, "the service did not do what it was asked to");
        std::thread::sleep(Duration::from_millis(50));
    }
    // What the service may not know is refused, with who holds the folder.
    place.check_refused(&["ingest", "corpus/kh2.txt"], "is in use by vanthu");
    // Killed, it leaves its note behind: that is no service.
    drop(service);
    assert_eq!(place.run(&["reindex"]).out.split(' ').nth(1), Some("documents"));
}

#[test]
fn flag_before_environment_before_file() {
    let place = Place::new();
    for name in ["by-file", "by-env", "by-flag"] {
        place.write(&format!("{name}/{name}.txt"), PLAN);
    }
    place.write("vanthu.toml", "archive = \"by-file\"\n");
    place.check(
        &["ingest", "--dry-run"],
        0,
        "new\tby-file.txt\n1 files would be read\n        1 new\n",
    );
    let mut command = place.command(&["ingest", "--dry-run"]);
    let by_env = ended(command.env("VANTHU_ARCHIVE", "by-env"));
    assert_eq!(by_env.out, "new\tby-env.txt\n1 files would be read\n        1 new\n");
    let mut command = place.command(&["ingest", "--dry-run", "--archive", "by-flag"]);
    let by_flag = ended(command.env("VANTHU_ARCHIVE", "by-env"));
    assert_eq!(by_flag.out, "new\tby-flag.txt\n1 files would be read\n        1 new\n");
    place.write("vanthu.toml", "archiv = \"by-file\"\n");
    place.check_refused(&["ingest"], "unknown field `archiv`");
}

#[test]
fn what_cannot_be_done_is_refused_with_the_reason() {
    let place = Place::new();
    place.check_refused(&["inspect"], "<FILES>...");
    place.check_refused(&["--threads", "0", "ingest"], "expected 1 to 256 threads, found 0");
    place.check_refused(
        &["--data", "corpus/index", "ingest"],
        "expected a data folder outside the archive",
    );
    place.check_refused(&["--tables", "nowhere", "ingest"], "could not read nowhere");
    assert_eq!(place.run(&["--help"]).code, Some(0));
    assert_eq!(place.run(&["--version"]).out, format!("vanthu {}\n", env!("CARGO_PKG_VERSION")));
    // Another process writes: named.
    let catalog = Catalog::open(&place.folder.path().join("index")).unwrap();
    let holder = format!("is in use by vanthu (process {})", std::process::id());
    place.check_refused(&["ingest"], &holder);
    drop(catalog);
    assert_eq!(place.run(&["ingest"]).code, Some(0));
}

#[test]
fn documents_and_citations_are_shown_by_number() {
    const REPORT: &str = "UBND TỈNH VÂN SƠN\nSỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI\n\
        Số: 518/BC-SLĐTBXH\n\nVân Sơn, ngày 20 tháng 12 năm 2020\n\nBÁO CÁO\n\
        Kết quả phong trào thi đua năm 2020\n\n\
        Thực hiện Kế hoạch số 293/KH-SLĐTBXH ngày 02/3/2020 của Sở Lao động - Thương binh và \
        Xã hội, Sở báo cáo như sau:\n";
    let place = Place::new();
    place.check_refused(&["show", "293"], "run `vanthu ingest` first");
    place.write("corpus/kh.txt", PLAN);
    place.write("corpus/bc.txt", REPORT);
    assert_eq!(place.run(&["ingest"]).code, Some(0));
    // While another process writes, reading goes on.
    let _writer = Catalog::open(&place.folder.path().join("index")).unwrap();
    for spelling in ["293/KH-SLĐTBXH", "293/kh-sldtbxh", "0293 / KH - SLĐTBXH"] {
        let shown = place.run(&["show", "--json", spelling]);
        assert_eq!(shown.code, Some(0), "{}", shown.err);
        let record = &objects(&shown.out)[0];
        assert_eq!(record["path"], "kh.txt");
        assert_eq!(record["citations"][0]["state"], "missing");
    }
    let shown = place.run(&["show", "518/BC-SLĐTBXH"]);
    assert!(shown.out.contains("293/KH-SLĐTBXH"), "{}", shown.out);
    assert!(shown.out.contains("in the archive as"), "{}", shown.out);

    let both = place.run(&["cites", "293/KH-SLĐTBXH"]);
    assert!(both.out.contains("293/KH-SLĐTBXH cites (1)"), "{}", both.out);
    assert!(both.out.contains("293/KH-SLĐTBXH is cited by (1)"), "{}", both.out);
    let incoming = place.run(&["cites", "--in", "--json", "293/KH-SLĐTBXH"]);
    let mentions = objects(&incoming.out);
    assert_eq!(mentions.len(), 1);
    assert_eq!(mentions[0]["number"], "293/KH-SLĐTBXH");
    assert_eq!(mentions[0]["state"], "resolved");
    // Nobody cites the report: nothing found is not a failure.
    assert_eq!(place.run(&["cites", "--in", "518/BC-SLĐTBXH"]).code, Some(1));
    let nothing = place.run(&["show", "9999/QĐ-UBND"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(1), ""));

    let found = place.run(&["search", "--json", "293", "kh", "sldtbxh"]);
    assert_eq!(found.code, Some(0), "{}", found.err);
    assert_eq!(objects(&found.out)[0]["metadata"]["number"]["value"], "293/KH-SLĐTBXH");
    let found = place.run(&["search", "ket qua phong trao", "--limit", "1"]);
    assert!(found.out.starts_with("518/BC-SLĐTBXH · 2020-12-20 · Báo cáo"), "{}", found.out);
    // Odd queries are answered, never refused.
    let nothing = place.run(&["search", "\"zubrowka"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(1), ""), "{}", nothing.err);

    let missing = place.run(&["missing", "--json"]);
    assert_eq!(objects(&missing.out)[0]["number"], "91/2017/NĐ-CP");
    assert_eq!(objects(&missing.out)[0]["n_citing"], 1);
    assert_eq!(place.run(&["missing"]).out.lines().count(), 1);
}

/// Opens both stores as the program does and returns how many documents they agree on.
fn agreement(data: &Path) -> u64 {
    let catalog = Catalog::open(data).unwrap();
    let engine = generation::open(&catalog, data, NonZeroUsize::MIN).unwrap();
    let n_documents = catalog.counts().unwrap().n_documents;
    let stats = engine.stats().unwrap();
    assert_eq!((stats.n_documents, stats.last_version), (n_documents, catalog.last_seq().unwrap()));
    n_documents
}

#[test]
fn killed_at_any_moment_it_goes_on_where_it_was() {
    const N_FILES: u64 = 150;
    let place = Place::new();
    for n in 0..N_FILES {
        place.write(&format!("corpus/{}/{n}.txt", n % 7), &format!("{PLAN}\nBản số {n}\n"));
    }
    let data = place.folder.path().join("index");
    for delay_ms in [5, 20, 40, 80, 160, 320] {
        let mut child =
            place.command(&["ingest"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        agreement(&data);
    }
    assert_eq!(place.run(&["ingest"]).code, Some(0));
    assert_eq!(agreement(&data), N_FILES);
}
