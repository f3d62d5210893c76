//! The running server against its own description: generated requests find no 5xx and no answer
//! that `openapi.json` does not name. Schemathesis does the asking; where it is not installed the
//! test says so and checks nothing (`scripts/test` installs it where there is a Python).

use std::{path::PathBuf, process::Command};

use crate::browser::{find_program, serve_samples};

/// Requests generated for one operation and phase.
const N_EXAMPLES: &str = "25";

#[test]
fn generated_requests_find_no_undocumented_answer() {
    let fetched =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/schemathesis/bin/schemathesis");
    let program = if fetched.is_file() {
        fetched.to_string_lossy().into_owned()
    } else if let Some(found) = find_program(&["schemathesis"]) {
        found
    } else {
        eprintln!("contract: skipped, schemathesis is not installed");
        return;
    };
    let data = tempfile::tempdir().expect("a temporary folder");
    let (_server, address) = serve_samples(data.path());
    let output = Command::new(program)
        .arg("run")
        .arg(format!("{address}/api/v1/openapi.json"))
        .args(["--url", &address, "--checks", "all", "--phases", "examples,coverage,fuzzing"])
        .args(["--max-examples", N_EXAMPLES, "--seed", "1", "--generation-deterministic"])
        // A stream of events never ends; an upload would be written into the samples.
        .args(["--exclude-path", "/api/v1/runs/events"])
        .args(["--exclude-path", "/api/v1/documents"])
        .args(["--no-color", "--request-timeout", "30"])
        .current_dir(data.path())
        .output()
        .expect("schemathesis starts");
    let summary = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{summary}\n{}", String::from_utf8_lossy(&output.stderr));
    let cases = summary.lines().find(|line| line.contains(" generated"));
    eprintln!("contract: {}", cases.expect("it says how much it tried").trim());
}
