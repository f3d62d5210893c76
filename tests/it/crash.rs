//! The program is killed (`kill -9`) at any moment of anything it does, and started again: nothing
//! that was acknowledged is lost, nothing is half-visible, no original is touched.
//!
//! 20 times in the ordinary run, 200 with `RUN_SLOW_TESTS=1`, `CRASH_KILLS` times by `scripts/crash`.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpStream,
    num::NonZeroUsize,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use vanthu::{
    catalog::{Catalog, FilePath},
    domain::tables::Tables,
    engine::embedded::Embedded,
    intake::generation,
    upkeep::{self, Examination},
};

use crate::{
    upkeep::{Dice, Office},
    util::vanthu,
};

/// What the program is doing when it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    Ingest,
    ReadAgain,
    Reindex,
    Correct,
    Backup,
    Serve,
}

const WORKS: [Work; 6] =
    [Work::Ingest, Work::ReadAgain, Work::Reindex, Work::Correct, Work::Backup, Work::Serve];

struct Ground {
    office: Office,
    dice: Dice,
    /// Originals as they were written, by name.
    originals: BTreeMap<String, Vec<u8>>,
    /// Names that a run that ended well has seen as they are now.
    acknowledged: BTreeMap<String, String>,
    /// Values that `correct` has acknowledged, with the document.
    corrected: Vec<(String, String)>,
    n_written: u64,
    n_corrections: u64,
    /// How long each work takes when nobody kills it, in milliseconds.
    lasts: BTreeMap<Work, u64>,
    /// Of each work: killed, and ended before it was killed.
    tally: BTreeMap<Work, (u64, u64)>,
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Ground {
    fn new(seed: u64) -> Self {
        let office = Office::new();
        let mut originals = BTreeMap::new();
        for n in 1..=6 {
            let name = format!("kh-{n}.txt");
            originals.insert(name.clone(), fs::read(office.path("corpus").join(name)).unwrap());
        }
        let acknowledged =
            originals.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect();
        Self {
            office,
            dice: Dice(seed),
            originals,
            acknowledged,
            corrected: Vec::new(),
            n_written: 0,
            n_corrections: 0,
            lasts: BTreeMap::new(),
            tally: BTreeMap::new(),
        }
    }

    fn n_killed(&self) -> u64 {
        self.tally.values().map(|(killed, _)| killed).sum()
    }

    fn write(&mut self, name: &str) {
        self.n_written += 1;
        let n = self.n_written;
        let text = format!(
            "UBND TỈNH VÂN SƠN\nSố: {}/QĐ-UBND\n\nVân Sơn, ngày 05 tháng 6 năm 2019\n\nQUYẾT ĐỊNH\n\
             Về việc số {n}\n\nCăn cứ Kế hoạch số {}/KH-SLĐTBXH ngày 02 tháng 1 năm 2020;\n{}",
            100 + n,
            1 + n % 6,
            "Điều khoản thi hành chung của quyết định này.\n".repeat(20),
        );
        self.office.write(&format!("corpus/{name}"), &text);
        self.originals.insert(name.to_owned(), text.into_bytes());
        self.acknowledged.remove(name);
    }

    /// The office goes on: files come, change, move and go.
    fn change_the_archive(&mut self) {
        for _ in 0..3 {
            let names: Vec<String> = self.originals.keys().cloned().collect();
            let name = names[self.dice.below(names.len() as u64) as usize].clone();
            let new = format!("moi-{}.txt", self.n_written);
            match self.dice.below(4) {
                0 if names.len() > 8 => {
                    fs::remove_file(self.office.path("corpus").join(&name)).unwrap();
                    self.originals.remove(&name);
                    self.acknowledged.remove(&name);
                }
                1 => self.write(&name),
                2 => {
                    let folder = self.office.path("corpus");
                    fs::rename(folder.join(&name), folder.join(&new)).unwrap();
                    let bytes = self.originals.remove(&name).unwrap();
                    self.acknowledged.remove(&name);
                    self.originals.insert(new, bytes);
                    self.n_written += 1;
                }
                _ => self.write(&new),
            }
        }
    }

    fn all_acknowledged(&mut self) {
        self.acknowledged =
            self.originals.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vanthu"));
        command.current_dir(self.office.folder.path()).env_clear().args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts a work, kills it after some time, and notes what it acknowledged.
    fn work(&mut self, work: Work, kills: bool) {
        let value = format!("Người {}", self.n_corrections);
        let target = {
            let names: Vec<&String> = self.acknowledged.keys().collect();
            let at = self.dice.below(names.len().max(1) as u64) as usize;
            names.get(at).map(|name| self.acknowledged[*name][..16].to_owned())
        };
        let signer = format!("signer={value}");
        let arguments: Vec<&str> = match work {
            Work::Ingest => vec!["ingest"],
            Work::ReadAgain => vec!["reindex", "--read-again"],
            Work::Reindex => vec!["reindex"],
            Work::Backup => vec!["backup", "luu", "--originals"],
            Work::Serve => vec!["serve", "--listen", "127.0.0.1:0"],
            Work::Correct => match &target {
                Some(id) => vec!["correct", id, &signer, "--by", "Bình"],
                None => return,
            },
        };
        if matches!(work, Work::Ingest | Work::Serve) {
            self.change_the_archive();
        }
        let started_at = Instant::now();
        let mut child = self.command(&arguments).spawn().unwrap();
        let longest = self.lasts.get(&work).copied().unwrap_or(600);
        let moment = Duration::from_millis(self.dice.below(longest + longest / 8 + 1));
        let mut served = None;
        if work == Work::Serve {
            served = self.correct_by_http(&mut child, target.as_deref(), &value, moment);
        } else if kills {
            thread::sleep(moment);
        }
        let ended = match kills || work == Work::Serve {
            true => {
                let ended = child.try_wait().unwrap();
                // SIGKILL: nothing is tidied up.
                child.kill().unwrap();
                ended
            }
            false => None,
        };
        let output = child.wait_with_output().unwrap();
        let is_done = ended.unwrap_or(output.status).success();
        let tally = self.tally.entry(work).or_default();
        if is_done {
            tally.1 += 1;
            let lasted = started_at.elapsed().as_millis() as u64;
            self.lasts.entry(work).and_modify(|ms| *ms = (*ms).min(lasted)).or_insert(lasted);
        } else {
            tally.0 += 1;
        }
        self.n_corrections += 1;
        match work {
            Work::Ingest if is_done => self.all_acknowledged(),
            Work::Correct if is_done => self.corrected.push((target.unwrap(), value)),
            Work::Backup => self.check_backup(is_done),
            Work::Serve => self.corrected.extend(served),
            _ => {}
        }
    }

    /// Corrects through the service while it takes in what is new; the answer is the
    /// acknowledgement.
    fn correct_by_http(
        &self,
        child: &mut std::process::Child,
        target: Option<&str>,
        value: &str,
        moment: Duration,
    ) -> Option<(String, String)> {
        let mut said = Vec::new();
        let out = child.stdout.as_mut()?;
        let mut byte = [0];
        while !said.ends_with(b"\n") && out.read(&mut byte).ok()? > 0 {
            said.push(byte[0]);
        }
        let said = String::from_utf8(said).ok()?;
        let address = said.split("http://").nth(1)?.split_whitespace().next()?.to_owned();
        let target = target?.to_owned();
        let body = format!(r#"{{"by":"An","fields":{{"signer":"{value}"}}}}"#);
        let request = format!(
            "PATCH /api/v1/documents/{target} HTTP/1.1\r\nHost: {address}\r\nContent-Type: \
             application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let asked = thread::spawn(move || {
            let mut stream = TcpStream::connect(address).ok()?;
            stream.write_all(request.as_bytes()).ok()?;
            let mut answer = String::new();
            // Killed half-way, the answer is cut off: then nothing is acknowledged.
            let _ = stream.read_to_string(&mut answer);
            answer.starts_with("HTTP/1.1 200").then_some(())
        });
        thread::sleep(moment);
        child.kill().ok()?;
        asked.join().ok()??;
        Some((target, value.to_owned()))
    }

    /// A backup is whole, or refused.
    fn check_backup(&self, is_done: bool) {
        let folder = self.office.path("luu");
        let has_manifest = folder.join("manifest.json").exists();
        assert!(has_manifest || !is_done, "a backup that ended well has no manifest");
        let output = vanthu(
            self.office.folder.path(),
            &["--data", "moi", "--archive", "kho-moi", "restore", "luu", "--originals"],
        );
        let code = output.status.code();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(code == Some(0), has_manifest, "{err}");
        for name in ["luu", "moi", "kho-moi"] {
            let _ = fs::remove_dir_all(self.office.path(name));
        }
    }

    /// Starts again and looks at everything.
    fn check(&self) {
        // No original is touched, none is added.
        let mut on_disk = BTreeMap::new();
        for entry in walkdir::WalkDir::new(self.office.path("corpus")) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let name = entry.file_name().to_string_lossy().into_owned();
                on_disk.insert(name, fs::read(entry.path()).unwrap());
            }
        }
        assert!(on_disk == self.originals, "the originals are not what was written");
        let data: PathBuf = self.office.path("index");
        let catalog = Catalog::open(&data).unwrap();
        // Opening it brings it in line with the catalog.
        drop(generation::open(&catalog, &data, NonZeroUsize::MIN).unwrap());
        let folder = generation::current(&catalog, &data).unwrap().unwrap();
        let engine = Embedded::open_read_only(&folder).unwrap();
        // Engine and catalog agree, document by document and version by version.
        let mut shown: Vec<_> = catalog.shown_after(0, 100_000).unwrap();
        shown.sort_by(|a, b| a.id.cmp(&b.id));
        let shown: Vec<_> = shown.into_iter().map(|shown| (shown.id, shown.version)).collect();
        assert_eq!(engine.held().unwrap(), shown);
        drop(engine);
        let examination = Examination {
            catalog: &catalog,
            data: &data,
            archive: &self.office.path("corpus"),
            tables: Tables::builtin(),
            n_threads: NonZeroUsize::MIN,
            hashes: false,
            repair: false,
        };
        let diagnosis = upkeep::examine(&examination, &mut |_| {}).unwrap();
        assert!(diagnosis.is_well(), "{:#?}", diagnosis.findings);
        // Every acknowledged file is there, once, with its bytes.
        for (name, expected) in &self.acknowledged {
            let row = catalog.file(&FilePath::from_path(name.as_ref())).unwrap();
            let row = row.unwrap_or_else(|| panic!("{name} was acknowledged and is not there"));
            assert_eq!(row.sha256.as_ref(), Some(expected), "{name}");
            let id = row.id.unwrap_or_else(|| panic!("{name} has no document"));
            assert_eq!(shown.iter().filter(|(other, _)| *other == id).count(), 1, "{name}");
        }
        // Every acknowledged correction is in the log, once.
        for (id, value) in &self.corrected {
            let id = vanthu::domain::record::RecordId::parse(id).unwrap();
            let log = catalog.corrections(&id).unwrap().log;
            let n = log.iter().filter(|entry| entry.new.as_ref() == Some(value)).count();
            assert_eq!(n, 1, "{id} {value}");
        }
    }
}

#[test]
fn killed_at_any_moment_of_anything_it_goes_on_where_it_was() {
    let n_kills = match std::env::var("CRASH_KILLS") {
        Ok(n) => n.parse().expect("CRASH_KILLS is a number"),
        Err(_) if std::env::var_os("RUN_SLOW_TESTS").is_some() => 200,
        Err(_) => 20,
    };
    let mut ground = Ground::new(0x5eed_0bad_cafe);
    for work in WORKS.into_iter().filter(|work| *work != Work::Serve) {
        ground.work(work, false);
    }
    ground.check();
    let mut n = 0;
    while ground.n_killed() < n_kills {
        let work = WORKS[n % WORKS.len()];
        n += 1;
        ground.work(work, true);
        ground.check();
        if n.is_multiple_of(25) {
            // Everything that is there gets in, whatever was cut short before.
            ground.work(Work::Ingest, false);
            ground.check();
        }
    }
    ground.work(Work::Ingest, false);
    ground.check();
    eprintln!("killed, and ended before they were: {:?}", ground.tally);
    eprintln!(
        "{} kills in {n} attempts; {} originals, {} acknowledged corrections; everything agrees",
        ground.n_killed(),
        ground.originals.len(),
        ground.corrected.len()
    );
}
