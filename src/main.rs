//! Arguments in, exit code out; what is logged goes to standard error.

use std::{io::IsTerminal, process::ExitCode};

use tracing_subscriber::{EnvFilter, fmt};

fn main() -> ExitCode {
    // Libraries are not asked: their messages may quote a document.
    // A terminal has a progress bar; a log file has a line every ten seconds.
    let is_terminal = std::io::stderr().is_terminal();
    let usual = if is_terminal { "vanthu=warn" } else { "vanthu=warn,vanthu::intake=info" };
    let filter = EnvFilter::try_from_env("VANTHU_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    vanthu::intake::reader::quieten_panics();
    vanthu::cli::run(std::env::args_os())
}
