//! Who means whom in the sample archive, against its labels: state and target of every citation.

use std::{collections::BTreeMap, fs, num::NonZeroUsize};

use serde_json::Value;
use vanthu::{
    catalog::{Aim, Catalog, FilePath},
    domain::tables::Tables,
    engine::{embedded::Embedded, switch::Switch},
    intake::{self, Control, Order, Scope, Setup},
    source::Limits,
};

use crate::api::sample_archive;

/// What is compared of a mention: number or title, date, state, path of the target, flags.
type Mention = (String, String, String, String, String);

fn flags(list: &Value) -> String {
    let mut flags: Vec<&str> =
        list.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    flags.sort_unstable();
    flags.join(",")
}

fn labelled(label: &Value) -> BTreeMap<Mention, i32> {
    let mut mentions = BTreeMap::new();
    for citation in label["citations"].as_array().into_iter().flatten() {
        let text = |key: &str| citation[key].as_str().unwrap_or("-").to_owned();
        if citation["state"] == "self" {
            continue; // The document's own number is no citation.
        }
        let name = if citation["number"].is_null() { text("title") } else { text("number") };
        *mentions
            .entry((
                name,
                text("issued_on"),
                text("state"),
                text("target_path"),
                flags(&citation["flags"]),
            ))
            .or_default() += 1;
    }
    mentions
}

fn found(catalog: &Catalog, path: &str) -> BTreeMap<Mention, i32> {
    let row = catalog.file(&FilePath::from_bytes(path.as_bytes().to_vec())).unwrap();
    let id = row.and_then(|row| row.id).expect("a labelled file is taken in");
    let mut mentions = BTreeMap::new();
    for outgoing in catalog.outgoing(&id).unwrap() {
        let citation = outgoing.citation;
        let name = citation.number.or(citation.title).unwrap_or_else(|| "-".to_owned());
        let date = citation.issued_on.map_or_else(|| "-".to_owned(), |date| date.to_string());
        let state = citation.state.map_or(Value::Null, |state| serde_json::json!(state));
        let state = state.as_str().unwrap_or("-").to_owned();
        let target = citation.target.map_or_else(
            || "-".to_owned(),
            |target| {
                // A copy at two paths is one document: the labels name one of its paths.
                let paths = catalog.paths(&target).unwrap();
                let mut paths: Vec<String> =
                    paths.iter().map(|row| row.stat.path.to_string()).collect();
                paths.sort_by_key(|path| (!path.starts_with("den/"), path.clone()));
                paths.remove(0)
            },
        );
        let flags = flags(&serde_json::json!(citation.flags));
        *mentions.entry((name, date, state, target, flags)).or_default() += 1;
    }
    mentions
}

#[test]
fn every_citation_means_what_its_label_says() {
    let office = sample_archive();
    let labels = std::fs::read_to_string(office.archive_folder.join("labels.jsonl")).unwrap();
    let mut labels: Vec<Value> =
        labels.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // A scan that nothing has recognised has no number yet: until then it is missing.
    let read: Vec<Value> = labels
        .iter()
        .filter(|label| label["state"] == "read")
        .map(|label| label["path"].clone())
        .collect();
    labels.retain(|label| label["state"] == "read");
    for citation in labels.iter_mut().flat_map(|label| label["citations"].as_array_mut().unwrap()) {
        if citation["target_path"].is_string() && !read.contains(&citation["target_path"]) {
            citation["state"] = "missing".into();
            citation["target_path"] = Value::Null;
        }
    }
    let (mut wrong, mut n_checked) = (Vec::new(), 0);
    for label in &labels {
        let path = label["path"].as_str().unwrap();
        let mut difference = labelled(label);
        n_checked += difference.values().sum::<i32>();
        for (mention, n) in found(&office.archive.catalog, path) {
            *difference.entry(mention).or_default() -= n;
        }
        for ((name, date, state, target, flags), n) in difference {
            if n != 0 {
                let side = if n > 0 { "want" } else { "got" };
                wrong
                    .push(format!("{path}: {side} {name} | {date} | {state} | {target} | {flags}"));
            }
        }
    }
    assert!(n_checked > 250, "only {n_checked} citations were checked");
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

/// A small archive of letters that cite each other, some twice, some wrongly, some missing.
fn letters() -> Vec<(String, String)> {
    let mut letters = Vec::new();
    for n in 1..=12u32 {
        let year = 2018 + n % 3;
        let cited = |k: u32| (n + k - 1) % 12 + 1;
        let (a, b, c) = (cited(1), cited(5), cited(7));
        let day = |k: u32| format!("0{}/3/{}", k % 9 + 1, 2018 + k % 3);
        let text = format!(
            "UBND TỈNH VÂN SƠN\nSỞ NỘI VỤ\nSố: {n}/KH-SNV\nVân Sơn, ngày 0{} tháng 3 năm {year}\n\n\
             KẾ HOẠCH\nVề việc trồng cây lần thứ {n}\n\n\
             Căn cứ Kế hoạch số {a}/KH-SNV ngày {} của Sở Nội vụ;\n\
             Căn cứ Kế hoạch số {b}/KH-SNV ngày 28/02/{year};\n\
             Căn cứ Luật Thi đua, khen thưởng;\n\
             Thực hiện Chỉ thị số {c}-CT/TU ngày {} của Tỉnh ủy. Kế hoạch này thay thế \
             Kế hoạch số {c}/KH-SNV ngày {}.\n",
            n % 9 + 1,
            day(a),
            day(c),
            day(c),
        );
        letters.push((format!("{n}.txt"), text));
    }
    letters
}

/// Stores over a folder of letters, with a number of reading threads.
struct Office {
    folder: tempfile::TempDir,
    catalog: Catalog,
    engine: Switch,
    n_threads: usize,
}

impl Office {
    fn new(n_threads: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("kho")).unwrap();
        let catalog = Catalog::open(&folder.path().join("index")).unwrap();
        let engine = Switch::new(std::sync::Arc::new(Embedded::in_memory().unwrap()));
        Self { folder, catalog, engine, n_threads }
    }

    fn write(&self, (name, text): &(String, String)) {
        fs::write(self.folder.path().join("kho").join(name), text).unwrap();
    }

    fn take_in(&self) {
        let archive = self.folder.path().join("kho");
        let setup = Setup {
            archive: &archive,
            catalog: &self.catalog,
            engine: &self.engine,
            tables: Tables::builtin(),
            limits: &Limits::default(),
            n_threads: NonZeroUsize::new(self.n_threads).unwrap(),
            order: &Order::Changes,
            notes_idle: true,
            control: &Control::default(),
            workers: None,
            ocr: &vanthu::recognised::NoOcr,
        };
        intake::run(&setup, &[Scope::archive(&archive)], &|_| {}).unwrap();
    }

    /// Every edge with its state, target, candidates and flags, and everything counted.
    fn graph(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for shown in self.catalog.shown_after(0, 1000).unwrap() {
            let id = &shown.id;
            for made in self.catalog.outgoing(id).unwrap() {
                lines.push(format!("{id} {} {:?} {:?}", made.seq, made.citation, made.candidates));
            }
            lines.push(format!("{id} cited by {}", self.catalog.n_citing(Aim::Held(id)).unwrap()));
            lines.push(format!("{id} {:?}", self.catalog.standing(id, 100).unwrap()));
        }
        lines.sort();
        lines.extend(self.catalog.missing(1000).unwrap().iter().map(|row| format!("{row:?}")));
        lines
    }
}

/// Orders of the letters from a fixed seed.
fn permutation(seed: u64, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for at in (1..n).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(at, (state % (at as u64 + 1)) as usize);
    }
    order
}

#[test]
fn neither_order_nor_threads_change_the_graph() {
    let letters = letters();
    let at_once = Office::new(1);
    letters.iter().for_each(|letter| at_once.write(letter));
    at_once.take_in();
    let expected = at_once.graph();
    let n_resolved = expected.iter().filter(|line| line.contains("Some(Resolved)")).count();
    assert!(n_resolved >= 24, "{n_resolved} of\n{}", expected.join("\n"));
    for (seed, n_threads, step) in [(1, 1, 1), (2, 2, 3), (3, 4, 5), (4, 8, 12)] {
        let office = Office::new(n_threads);
        for part in permutation(seed, letters.len()).chunks(step) {
            part.iter().for_each(|n| office.write(&letters[*n]));
            office.take_in();
        }
        assert_eq!(office.graph(), expected, "seed {seed}, {n_threads} threads, {step} at a time");
    }
}

#[test]
fn a_document_taken_away_makes_exactly_the_edges_to_it_missing() {
    let letters = letters();
    let office = Office::new(2);
    letters.iter().for_each(|letter| office.write(letter));
    office.take_in();
    let whole = office.graph();
    let edges = |id: &str, lines: &[String]| -> Vec<String> {
        let is_edge = |line: &&String| line.contains("Citation {") && !line.starts_with(id);
        lines.iter().filter(is_edge).cloned().collect()
    };
    let path = FilePath::from_bytes(b"3.txt".to_vec());
    let id = office.catalog.file(&path).unwrap().unwrap().id.unwrap();
    let n_incoming = office.catalog.incoming(Aim::Held(&id), None, 1000).unwrap().mentions.len();
    assert!(n_incoming >= 2);
    fs::remove_file(office.folder.path().join("kho/3.txt")).unwrap();
    office.take_in();
    let (before, after) = (edges(id.as_str(), &whole), edges(id.as_str(), &office.graph()));
    let changed: Vec<&String> = before.iter().filter(|line| !after.contains(line)).collect();
    assert_eq!((before.len(), changed.len()), (after.len(), n_incoming));
    for line in changed {
        assert!(line.contains(&format!("target: Some(RecordId(\"{id}\"))")), "{line}");
    }
    office.write(&letters[2]);
    office.take_in();
    assert_eq!(office.graph(), whole);
}
