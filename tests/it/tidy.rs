//! The house rules as tests: who may use what, file size, module docs, NFC, sorted tables.

use std::fs;
use std::path::{Path, PathBuf};

use unicode_normalization::is_nfc;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the repository, as a path relative to its root.
fn files_below(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(root().join(folder)).sort_by_file_name() {
        let entry = entry.expect("the source tree is readable");
        if entry.path().extension().is_some_and(|e| e == extension) {
            let path = relative(entry.path());
            let text = fs::read_to_string(entry.path()).expect("source files are UTF-8");
            found.push((path, text));
        }
    }
    assert!(!found.is_empty(), "no .{extension} below {folder}: the rule checks nothing");
    found
}

fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).expect("the walk starts at the root");
    path.to_string_lossy().replace('\\', "/")
}

/// The lines that count as code: not blank, not a comment, not in the test module.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or(text);
    code.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"))
}

#[test]
fn only_the_named_rooms_use_the_outside() {
    // (what, the path prefixes that may name it in code)
    let rules: &[(&str, &[&str])] = &[
        ("tantivy::", &["src/engine/"]),
        ("lopdf::", &["src/read/pdf/"]),
        ("zip::", &["src/read/docx/", "src/read/sheet.rs", "src/read/sniff.rs"]),
        ("calamine::", &["src/read/sheet.rs"]),
        ("quick_xml::", &["src/ocr/", "src/read/docx/"]),
        ("cfb::", &["src/read/"]),
        ("undoc::", &["src/read/doc/"]),
        ("hayro::", &["src/worker/"]),
        ("rustix::", &["src/worker/"]),
        ("rusqlite::", &["src/catalog/"]),
        ("axum::", &["src/web/"]),
        ("utoipa::", &["src/web/", "src/domain/", "src/layout.rs"]),
        ("maud::", &["src/web/"]),
        ("rust_xlsxwriter::", &["src/export/"]),
        ("csv::", &["src/export/"]),
        ("tokio::", &["src/web/", "src/cli/serve.rs", "src/cli/signal.rs", "src/main.rs"]),
        ("clap::", &["src/cli/", "src/config.rs", "src/main.rs"]),
        ("indicatif::", &["src/cli/"]),
        ("anyhow::", &["src/cli/", "src/main.rs"]),
        (
            "tracing::",
            &[
                "src/intake/",
                "src/catalog/",
                "src/engine/",
                "src/archive/",
                "src/web/",
                "src/cli/",
                "src/main.rs",
            ],
        ),
        (
            "std::fs",
            &[
                "src/intake/",
                "src/config.rs",
                "src/cli/",
                "src/main.rs",
                "src/engine/embedded/",
                "src/catalog/",
                "src/upkeep/",
                "src/domain/tables.rs",
                "src/domain/tables/",
                "src/web/",
                "src/worker/",
            ],
        ),
        (
            "std::env",
            &["src/config.rs", "src/cli/", "src/main.rs", "src/intake/", "src/worker/", "src/ocr/"],
        ),
        (
            "std::process",
            &["src/cli/", "src/main.rs", "src/intake/", "src/catalog/", "src/worker/", "src/ocr/"],
        ),
        (
            "SystemTime::now",
            &["src/intake/", "src/catalog/", "src/cli/", "src/web/", "src/main.rs"],
        ),
        ("now_utc(", &["src/intake/", "src/catalog/", "src/cli/", "src/web/", "src/main.rs"]),
    ];
    let mut broken = Vec::new();
    for (path, text) in files_below("src", "rs") {
        for (what, allowed) in rules {
            let may = allowed.iter().any(|prefix| path.starts_with(prefix));
            if !may && code_lines(&text).any(|line| line.contains(what)) {
                broken.push(format!("{path} uses {what}, which only {allowed:?} may"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_in_the_core_uses_an_edge() {
    let core = ["domain", "read", "text", "extract", "query"];
    let edges = [
        "intake", "upkeep", "web", "cli", "catalog", "archive", "engine", "config", "ocr", "worker",
    ];
    let mut broken = Vec::new();
    for (path, text) in files_below("src", "rs") {
        let room = path.trim_start_matches("src/").split(['/', '.']).next().unwrap_or("");
        let in_core = core.contains(&room)
            || ["source", "layout", "context", "pipeline", "recognised"].contains(&room);
        for edge in edges {
            let uses = code_lines(&text).any(|line| line.contains(&format!("crate::{edge}")));
            if in_core && uses {
                broken.push(format!("{path} is core and uses crate::{edge}"));
            }
        }
        for (below, above) in [
            ("domain", "read"),
            ("domain", "extract"),
            ("read", "extract"),
            ("text", "extract"),
            ("text", "read"),
        ] {
            let uses = code_lines(&text).any(|line| line.contains(&format!("crate::{above}")));
            if room == below && uses {
                broken.push(format!("{path} uses crate::{above}, a later stage"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_stay_small() {
    let mut broken = Vec::new();
    for folder in ["src", "tests"] {
        for (path, text) in files_below(folder, "rs") {
            let n_lines = code_lines(&text).count();
            if n_lines > 500 {
                broken.push(format!("{path} has {n_lines} lines of code, at most 500 are allowed"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn modules_say_what_they_do() {
    let broken: Vec<String> = files_below("src", "rs")
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!") && !text.starts_with("#![doc"))
        .map(|(path, _)| format!("{path} does not open with //!"))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_grab_bags() {
    for (path, _) in files_below("src", "rs") {
        for name in ["utils", "helpers", "common", "misc", "manager"] {
            assert!(!path.contains(name), "{path}: a file is named after its noun, not {name}");
        }
    }
}

#[test]
fn sources_and_tables_are_nfc() {
    let mut broken = Vec::new();
    for (folder, extension) in [("src", "rs"), ("src", "tsv"), ("src", "md"), ("tests", "rs")] {
        for (path, text) in files_below(folder, extension) {
            for (index, line) in text.lines().enumerate() {
                if !is_nfc(line) {
                    broken.push(format!("{path}:{}: not in NFC: write an escape", index + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn tables_are_sorted_and_name_their_source() {
    let mut broken = Vec::new();
    for (path, text) in files_below("src/domain/tables", "tsv") {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let header = lines.next().unwrap_or_default();
        let n_columns = header.split('\t').count();
        if !header.split('\t').any(|column| column == "source") {
            broken.push(format!("{path}: no column named source"));
        }
        let rows: Vec<&str> = lines.collect();
        for pair in rows.windows(2) {
            if pair[0] > pair[1] {
                broken
                    .push(format!("{path}: rows out of order: {:?} before {:?}", pair[0], pair[1]));
                break;
            }
        }
        for row in rows {
            if row.split('\t').count() != n_columns {
                broken.push(format!("{path}: expected {n_columns} columns in {row:?}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
