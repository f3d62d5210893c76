//! What every target does with the bytes it has made: all stages, within limits that a fuzzer
//! reaches before its own. A panic, an abort or a hang is a find; a refusal is not.

use std::time::Duration;

use vanthu::{context::Context, domain::tables::Tables, pipeline, source::{Limits, Source}};

/// Takes a file through all stages; every span of the outcome lies inside its text.
pub fn process(bytes: Vec<u8>) {
    let limits = Limits {
        max_part_bytes: 4 << 20,
        max_inflated_bytes: 16 << 20,
        max_layout_bytes: 8 << 20,
        max_operations: 1_000_000,
        max_time: Duration::from_secs(2),
        ..Limits::default()
    };
    let context = Context::new(Tables::builtin(), limits);
    if let Ok(processed) = pipeline::process(&context, &Source::new("a", bytes)) {
        for citation in &processed.record.citations {
            let _ = processed.text.slice(citation.span);
        }
    }
}
