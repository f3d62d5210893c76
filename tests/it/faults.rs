//! The disk fills up, folders cannot be written to, another process is there first, the clock is
//! wrong, rights are lost: each is said plainly, and when it is over everything is as it should be.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use crate::upkeep::Office;

/// A file system of its own in memory, gone with the test; `None` where that is not allowed.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn new(size: &str) -> Option<Self> {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        let options = format!("size={size}");
        if !mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], disk.folder.path()) {
            eprintln!("faults: skipped, file systems cannot be mounted here");
            return None;
        }
        Some(disk)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn remount(&self, options: &str) {
        assert!(mount(&["-o", &format!("remount,{options}")], self.path()), "remount {options}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    let output = Command::new("mount").args(arguments).arg(at).output();
    output.is_ok_and(|output| output.status.success())
}

/// The bytes of every original.
fn originals(office: &Office) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = fs::read_dir(office.path("corpus"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_full_disk_is_said_and_harmless() {
    let Some(disk) = Disk::new("1m") else { return };
    let office = Office::new();
    for n in 10..400 {
        let body: String =
            (0..200).map(|k| format!("từ{}khóa{} ", n * k, k * 7919 % (n + 1))).collect();
        office.write(
            &format!("corpus/dai-{n}.txt"),
            &format!("Số: {n}/KH-UBND\n\nKẾ HOẠCH\n{body}\n"),
        );
    }
    let before = originals(&office);
    let data = disk.path().join("index");
    let data = data.to_str().unwrap();
    let error = office.refused(&["--data", data, "ingest"]);
    assert!(error.contains("full") || error.contains("No space left"), "{error}");
    // What was written is sound, and goes on when there is room.
    disk.remount("size=200m");
    let (code, diagnosis) = office.doctor(&["--data", data]);
    assert!(code == 0 || diagnosis.to_string().contains("no catalog"), "{diagnosis}");
    office.done(&["--data", data, "ingest"]);
    let (code, diagnosis) = office.doctor(&["--data", data]);
    assert_eq!((code, diagnosis["n_documents"].as_u64()), (0, Some(396)), "{diagnosis}");
    // A backup that does not fit is no backup.
    let Some(small) = Disk::new("64k") else { return };
    let folder = small.path().join("luu");
    let folder = folder.to_str().unwrap();
    let error = office.refused(&["--data", data, "backup", folder]);
    assert!(
        error.contains("full") || error.contains("No space left") || error.contains("copy"),
        "{error}"
    );
    let error = office.refused(&["--data", "moi", "restore", folder]);
    assert!(error.contains("expected a finished backup"), "{error}");
    assert_eq!(originals(&office), before);
}

#[test]
fn a_read_only_archive_is_all_that_is_needed() {
    let Some(disk) = Disk::new("10m") else { return };
    let office = Office::new();
    for (name, bytes) in originals(&office) {
        fs::write(disk.path().join(name), bytes).unwrap();
    }
    disk.remount("ro");
    let archive = disk.path().to_str().unwrap();
    let settings = ["--archive", archive, "--data", "khac"];
    office.done(&[&settings[..], &["ingest"]].concat());
    office.done(&[&settings[..], &["reindex", "--read-again"]].concat());
    office.done(&[&settings[..], &["correct", "1/KH-SLĐTBXH", "signer=A", "--by", "B"]].concat());
    office.done(&[&settings[..], &["backup", "luu", "--originals"]].concat());
    let (code, diagnosis) = office.doctor(&settings);
    assert_eq!(code, 0, "{diagnosis}");
}

#[test]
fn a_read_only_data_folder_is_said_and_nothing_is_lost() {
    let Some(disk) = Disk::new("50m") else { return };
    let office = Office::new();
    let data = disk.path().join("index");
    let data = data.to_str().unwrap();
    office.done(&["--data", data, "ingest"]);
    disk.remount("ro");
    let error = office.refused(&["--data", data, "ingest"]);
    assert!(error.contains(data) && error.contains("Read-only file system"), "{error}");
    let error =
        office.refused(&["--data", data, "correct", "1/KH-SLĐTBXH", "signer=A", "--by", "B"]);
    assert!(error.contains("Read-only file system"), "{error}");
    disk.remount("rw");
    office.done(&["--data", data, "ingest"]);
    let (code, diagnosis) = office.doctor(&["--data", data]);
    assert_eq!(code, 0, "{diagnosis}");
}

#[test]
fn a_second_process_is_told_who_is_there() {
    let office = Office::new();
    let mut service = Command::new(env!("CARGO_BIN_EXE_vanthu"))
        .current_dir(office.folder.path())
        .env_clear()
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufReader::new(service.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut lines, &mut line).unwrap();
    let holder = format!("is in use by vanthu (process {})", service.id());
    for arguments in [
        &["ingest"][..],
        &["reindex"],
        &["doctor", "--repair"],
        &["correct", "1/KH-SLĐTBXH", "signer=A", "--by", "B"],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        let error = office.refused(arguments);
        assert!(error.contains(&holder), "{arguments:?}: {error}");
    }
    // Asking and backing up go on beside it.
    office.done(&["show", "1/KH-SLĐTBXH"]);
    office.done(&["backup", "luu"]);
    office.check_well();
    service.kill().unwrap();
    service.wait().unwrap();
    office.done(&["ingest"]);
}

#[test]
fn a_clock_that_jumps_loses_no_change() {
    let office = Office::new();
    let day = Duration::from_secs(86_400);
    let set = |time: SystemTime| {
        let path = office.path("corpus/kh-1.txt");
        fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    };
    let subject = |n: u32| {
        let text = fs::read_to_string(office.path("corpus/kh-1.txt")).unwrap();
        let (head, _) = text.split_once("Tổ chức hội nghị").unwrap();
        fs::write(office.path("corpus/kh-1.txt"), format!("{head}Tổ chức hội nghị lần {n}\n"))
            .unwrap();
    };
    // The clock of the disk runs ahead, then behind, then stands in 1970; the size is the same.
    for (n, time) in [
        (7, SystemTime::now() + 400 * day),
        (8, SystemTime::now() - 4_000 * day),
        (9, SystemTime::UNIX_EPOCH),
    ] {
        subject(n);
        set(time);
        office.done(&["ingest"]);
        let shown = office.done(&["show", "1/KH-SLĐTBXH"]);
        assert!(shown.contains(&format!("Tổ chức hội nghị lần {n}")), "{n}: {shown}");
        office.check_well();
    }
    // The clock of the machine: years on, then years back.
    let Some(library) = faketime() else {
        eprintln!("faults: the machine's own clock is not moved, libfaketime is not installed");
        return;
    };
    for (n, offset) in [(3, "+3000d"), (4, "-3000d"), (5, "+0d")] {
        subject(n);
        let output = Command::new(env!("CARGO_BIN_EXE_vanthu"))
            .current_dir(office.folder.path())
            .env_clear()
            .env("LD_PRELOAD", &library)
            .env("FAKETIME", offset)
            .args(["ingest"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let shown = office.done(&["show", "1/KH-SLĐTBXH"]);
        assert!(shown.contains(&format!("Tổ chức hội nghị lần {n}")), "{n}: {shown}");
        office.check_well();
    }
}

fn faketime() -> Option<String> {
    let places = [
        "/usr/lib/x86_64-linux-gnu/faketime",
        "/usr/lib/aarch64-linux-gnu/faketime",
        "/usr/lib/faketime",
    ];
    let path = places.iter().map(|place| format!("{place}/libfaketime.so.1"));
    path.into_iter().find(|path| Path::new(path).exists())
}

#[cfg(unix)]
#[test]
fn rights_that_are_lost_half_way_are_said_and_come_back() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    const NOBODY: u32 = 65_534;
    let office = Office::new();
    for n in 10..200 {
        office.write(
            &format!("corpus/them-{n}.txt"),
            &format!("Số: {n}/KH-UBND\n\nKẾ HOẠCH\nViệc {n}\n"),
        );
    }
    // Somebody who is not root: root has every right.
    let mut command = Command::new("chown");
    let owner = format!("{NOBODY}:{NOBODY}");
    let given = command.args(["-R", &owner]).arg(office.folder.path()).output().unwrap();
    if !given.status.success() {
        eprintln!("faults: skipped, files cannot be given away here");
        return;
    }
    let as_nobody = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vanthu"));
        command
            .current_dir(office.folder.path())
            .env_clear()
            .args(arguments)
            .uid(NOBODY)
            .gid(NOBODY);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let mode = |path: &str, mode: u32| {
        fs::set_permissions(office.path(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    // The program itself has to be within reach.
    if as_nobody(&["--version"]).output().map_or(true, |output| !output.status.success()) {
        eprintln!("faults: skipped, the program cannot be run by somebody else here");
        return;
    }
    // The originals: what cannot be looked at is left as it is known.
    mode("corpus", 0o000);
    let output = as_nobody(&["ingest"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    mode("corpus", 0o755);
    office.check_well();
    // The data folder, while a run is under way.
    let child = as_nobody(&["reindex", "--read-again"]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(150));
    mode("index", 0o000);
    let output = child.wait_with_output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 2)), "{:?}", output.status);
    let output = as_nobody(&["ingest"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("Permission denied") || error.contains("unable to open"), "{error}");
    mode("index", 0o755);
    let output = as_nobody(&["ingest"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let (code, diagnosis) = office.doctor(&[]);
    assert_eq!((code, diagnosis["n_documents"].as_u64()), (0, Some(196)), "{diagnosis}");
}
