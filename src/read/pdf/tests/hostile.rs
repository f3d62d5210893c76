//! Locked, broken and malicious files: a named refusal or a best result, never a panic.

use proptest::prelude::*;

use super::{
    super::{
        read,
        sample::{Sample, rule, text},
    },
    body, head, layout,
};
use crate::{
    read::error::ReadError,
    source::{Budget, Limits},
};

#[test]
fn encrypted_files() {
    use lopdf::{Document, EncryptionState, EncryptionVersion, Permissions};
    let mut sample = Sample::new();
    sample.page(&text(80.0, 60.0, 12.0, "Kế hoạch"));
    let encrypted = |user_password: &str, is_in_trailer: bool| {
        let mut document = Document::load_mem(&sample.bytes()).unwrap();
        let version = EncryptionVersion::V2 {
            document: &document,
            owner_password: "chủ",
            user_password,
            key_length: 128,
            permissions: Permissions::all(),
        };
        let state = EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
        if is_in_trailer {
            let id = document.trailer.get(b"Encrypt").unwrap().as_reference().unwrap();
            let encrypt = document.objects.remove(&id).unwrap();
            document.trailer.set("Encrypt", encrypt);
        }
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    };
    let limits = Limits::default();
    for is_in_trailer in [false, true] {
        let open = encrypted("", is_in_trailer);
        assert_eq!(layout(&open).pages[0].blocks[0].lines[0].text(), "Kế hoạch");
        let locked = encrypted("khóa", is_in_trailer);
        let error = read(&locked, &mut Budget::new(&limits)).unwrap_err();
        assert!(matches!(error, ReadError::PasswordProtected), "{error}");
    }
}

#[track_caller]
fn check_refused(bytes: &[u8], limits: &Limits, message: &str) {
    let error = read(bytes, &mut Budget::new(limits)).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn bombs_are_refused() {
    let limits = Limits { max_operations: 10_000, ..Limits::default() };
    // Ten forms that each show the next one ten times.
    let mut sample = Sample::new();
    let first = sample.objects_so_far() + 1;
    for level in 0..12 {
        let next = first + level + 1;
        let entries = format!("/Subtype/Form/Resources<</XObject<</N {next} 0 R>>>>");
        sample.stream(&entries, "/N Do ".repeat(10).as_bytes());
    }
    sample.resources = format!(">>/XObject<</N {first} 0 R");
    sample.page("/N Do");
    check_refused(&sample.bytes(), &limits, "expected at most 10000 operations, found more");

    // A small stream that unpacks to much.
    let limits = Limits { max_part_bytes: 1 << 20, ..Limits::default() };
    let mut sample = Sample::new();
    sample.page_of("/Filter/FlateDecode", &packed(&vec![b' '; 8 << 20]));
    check_refused(
        &sample.bytes(),
        &limits,
        "expected at most 1048576 bytes in one stream, found more",
    );

    let limits = Limits { max_pages: 1, ..Limits::default() };
    let mut sample = Sample::new();
    sample.page("").page("");
    check_refused(&sample.bytes(), &limits, "expected at most 1 pages, found more");

    let limits = Limits { max_glyphs: 10, ..Limits::default() };
    let mut sample = Sample::new();
    sample.page(&body(60.0, 1));
    check_refused(&sample.bytes(), &limits, "expected at most 10 glyphs on one page, found more");
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_form_that_shows_itself_is_shown_once() {
    let mut sample = Sample::new();
    let own = sample.objects_so_far() + 1;
    let entries = format!("/Subtype/Form/Resources<</Font<</F 3 0 R>>/XObject<</N {own} 0 R>>>>");
    sample.stream(&entries, (text(80.0, 60.0, 12.0, "một") + "/N Do").as_bytes());
    sample.resources = format!(">>/XObject<</N {own} 0 R");
    sample.page("/N Do");
    assert_eq!(layout(&sample.bytes()).pages[0].blocks[0].lines.len(), 1);
}

#[test]
fn deep_nesting_does_not_overflow() {
    let mut sample = Sample::new();
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    sample.object(&deep);
    sample.page(&(deep + " TJ " + &text(80.0, 60.0, 12.0, "sâu")));
    assert_eq!(layout(&sample.bytes()).pages[0].blocks[0].lines[0].text(), "sâu");
}

#[test]
fn damaged_files() {
    let limits = Limits::default();
    check_refused(b"", &limits, "expected a document, found an empty file");
    let mut sample = Sample::new();
    sample.page(&text(80.0, 60.0, 12.0, "Kế hoạch"));
    let bytes = sample.bytes();
    // Cut before the table of objects: rebuilt, and said so.
    let cut = bytes.windows(4).position(|w| w == b"xref").unwrap();
    let (layout, warnings) = read(&bytes[..cut], &mut Budget::new(&limits)).unwrap();
    assert_eq!(layout.pages[0].blocks[0].lines[0].text(), "Kế hoạch");
    assert_eq!(warnings[0].code, "repaired");
    // Cut before the page: nothing is left.
    let error = read(&bytes[..60], &mut Budget::new(&limits)).unwrap_err();
    assert!(matches!(error, ReadError::Damaged { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let limits = Limits::default();
        let _ = read(&bytes, &mut Budget::new(&limits));
        let _ = read(&[b"%PDF-1.4\n".as_slice(), &bytes].concat(), &mut Budget::new(&limits));
    }

    #[test]
    fn any_damage_is_survived(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut sample = Sample::new();
        sample.page(&(head() + &body(190.0, 4) + &rule(80.0, 10.0, 90.0, 10.0)));
        let mut bytes = sample.bytes();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let limits = Limits::default();
        let _ = read(&bytes, &mut Budget::new(&limits));
        bytes.truncate(cut.index(bytes.len()));
        let _ = read(&bytes, &mut Budget::new(&limits));
    }

    #[test]
    fn any_content_is_survived(content in "[ -~\\n]{0,400}") {
        let mut sample = Sample::new();
        sample.page(&content);
        let limits = Limits::default();
        let _ = read(&sample.bytes(), &mut Budget::new(&limits));
    }
}
