//! Bytes as RTF.

#![no_main]

#[path = "all.rs"]
mod all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut rtf = bytes.to_vec();
    if !rtf.starts_with(b"{\\rtf") {
        rtf.splice(0..0, *b"{\\rtf1");
    }
    all::process(rtf);
});
