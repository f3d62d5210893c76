//! Bytes as a PDF: objects, streams, fonts, layout, and all later stages.

#![no_main]

#[path = "all.rs"]
mod all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Whatever is mutated is still taken for a PDF.
    let mut pdf = bytes.to_vec();
    if !pdf.starts_with(b"%PDF-") {
        pdf.splice(0..0, *b"%PDF-1.7\n");
    }
    all::process(pdf);
});
