//! Arguments in, exit code out; what is logged goes to standard error.

use std::process::ExitCode;

use tracing_subscriber::{EnvFilter, fmt};

fn main() -> ExitCode {
    // Libraries are not asked: their messages may quote a document.
    let filter =
        EnvFilter::try_from_env("VANTHU_LOG").unwrap_or_else(|_| EnvFilter::new("vanthu=warn"));
    fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    vanthu::intake::reader::quieten_panics();
    vanthu::cli::run(std::env::args_os())
}
