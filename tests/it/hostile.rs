//! Broken, hostile and foreign files: each gives what can be read, or a named reason.

use std::time::Duration;

use proptest::prelude::*;
use vanthu::{
    context::Context,
    domain::{failure::FailureReason, tables::Tables},
    layout::{Layout, Line},
    read::{self, Read, error::ReadError},
    source::{Limits, Source},
};

use crate::util::{docx, docx_parts, folder, ole, pdf, pdf_of, stored_zip, vanthu, zip, zlib};

const PLAN: &str = "UBND TỈNH VÂN SƠN | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: 12/KH-SLĐTBXH | Vân Sơn, ngày 02 tháng 3 năm 2020
^ **KẾ HOẠCH**
Thực hiện Chỉ thị số 06-CT/TU[^1] của Tỉnh ủy.
[^1]: Ngày 09 tháng 5 năm 2016.
[box] DỰ THẢO";

fn read_within(limits: Limits, path: &str, bytes: Vec<u8>) -> Result<Read, ReadError> {
    let context = Context::new(Tables::builtin(), limits);
    read::read(&context, &Source::new(path, bytes))
}

fn text_of(layout: &Layout) -> String {
    let blocks = layout.pages.iter().flat_map(|page| &page.blocks);
    let lines: Vec<String> = blocks.flat_map(|block| &block.lines).map(Line::text).collect();
    lines.join("\n")
}

fn find(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).position(|window| window == needle).unwrap()
}

/// The file is refused for a reason, with a message.
#[track_caller]
fn check_refused(limits: Limits, bytes: Vec<u8>, reason: FailureReason, message: &str) {
    match read_within(limits, "a.docx", bytes) {
        Ok(read) => panic!("read as {:?}: {}", read.format, text_of(&read.layout)),
        Err(error) => {
            assert_eq!(error.to_string(), message);
            assert_eq!(error.reason(), reason);
        }
    }
}

/// The file is read, with this text and the codes of these warnings.
#[track_caller]
fn check_read(bytes: Vec<u8>, text: &str, warnings: &[&str]) {
    let read = read_within(Limits::default(), "a.docx", bytes).unwrap();
    assert_eq!(text_of(&read.layout), text);
    let codes: Vec<&str> = read.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, warnings);
}

#[test]
fn the_format_is_told_by_the_bytes() {
    for (path, bytes, format) in [
        ("a.pdf", docx(PLAN), "Docx"),
        ("a.docx", pdf("KE HOACH"), "Pdf"),
        ("a.docx", "KẾ HOẠCH".as_bytes().to_vec(), "Txt"),
        ("a.txt", b"{\\rtf1 KE HOACH}".to_vec(), "Doc"),
        ("a", b"<html><body>KE HOACH</body></html>".to_vec(), "Doc"),
    ] {
        let read = read_within(Limits::default(), path, bytes).unwrap();
        assert_eq!(format!("{:?}", read.format), format, "{path}");
        assert!(!text_of(&read.layout).is_empty(), "{path}");
    }
}

#[test]
fn files_of_other_kinds_are_named() {
    let check = |bytes: Vec<u8>, found: &str| {
        let message = format!("expected a .docx, .doc, PDF or plain text file, found {found}");
        check_refused(Limits::default(), bytes, FailureReason::Unsupported, &message);
    };
    check(b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec(), "a PNG image");
    check(b"MZ\x90\0\x03\0\0\0".to_vec(), "a Windows program");
    check(zip(&[("xl/workbook.xml", "<workbook/>")]), "an .xlsx spreadsheet");
    check(zip(&[("a.jpg", "x"), ("b.jpg", "y")]), "a zip archive");
    check(ole(&[("Workbook", b"x")]), "an .xls spreadsheet");
    check((0..2000_u32).map(|n| (n * n % 251) as u8).collect(), "bytes of an unknown format");
}

#[test]
fn empty_files() {
    let message = "expected a document, found an empty file";
    check_refused(Limits::default(), Vec::new(), FailureReason::Empty, message);
    // A copy that failed on a full disk.
    let message = "expected a document, found only zero bytes";
    check_refused(Limits::default(), vec![0; 4096], FailureReason::Damaged, message);
}

#[test]
fn truncated_packages() {
    let whole = docx("KẾ HOẠCH");
    let directory = find(&whole, b"PK\x01\x02");
    check_read(whole[..directory].to_vec(), "KẾ HOẠCH", &["damaged_package"]);
    // Cut in the middle of the text: what was unpacked is kept.
    let parts = [("word/document.xml", "<w:document><w:body><w:p><w:r><w:t>KẾ HOẠCH NĂM")];
    let whole = stored_zip(&parts);
    let cut = find(&whole, "NĂM".as_bytes()) + 1;
    let damages = ["damaged_package", "damaged_part"];
    check_read(whole[..cut].to_vec(), "KẾ HOẠCH N", &damages);
    // Cut before it: it was a text of Word, and it is lost.
    let whole = stored_zip(&docx_parts("KẾ HOẠCH"));
    let refused = |cut: usize, message: &str| {
        check_refused(Limits::default(), whole[..cut].to_vec(), FailureReason::Damaged, message);
    };
    let message = "expected a main part such as word/document.xml, found none";
    refused(find(&whole, b"Target=\"word/document.xml"), message);
    // Cut so early that nobody can tell what it was.
    let message = "expected a whole zip package, found one that is cut off";
    refused(find(&whole, b"ContentType=\"application/xml"), message);
    refused(20, "expected the parts of a zip package, found none");
}

#[test]
fn truncated_pdfs() {
    let whole = pdf("KE HOACH so 12\nThuc hien Chi thi");
    // The table of objects is lost.
    let table = find(&whole, b"xref");
    let read = read_within(Limits::default(), "a.pdf", whole[..table].to_vec()).unwrap();
    assert!(text_of(&read.layout).contains("KE HOACH so 12"));
    // Nothing but the first line is left.
    let error = read_within(Limits::default(), "a.pdf", whole[..9].to_vec()).unwrap_err();
    assert_eq!(error.reason(), FailureReason::Damaged);
}

#[test]
fn files_with_a_password() {
    let message = "expected a file that opens without a password, found an encrypted one";
    let encrypted = ole(&[("EncryptionInfo", b"x"), ("EncryptedPackage", b"y")]);
    check_refused(Limits::default(), encrypted, FailureReason::PasswordProtected, message);
    // A zip entry with a password: bit 0 of its flags, in both headers.
    let mut locked = stored_zip(&docx_parts("KẾ HOẠCH"));
    for (header, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let starts: Vec<usize> =
            (0..locked.len() - 4).filter(|&at| &locked[at..at + 4] == header).collect();
        for start in starts {
            locked[start + flags] |= 1;
        }
    }
    check_refused(Limits::default(), locked, FailureReason::PasswordProtected, message);
}

#[test]
fn bombs_stop_at_the_limits() {
    let limits = Limits {
        max_part_bytes: 1 << 20,
        max_inflated_bytes: 3 << 20,
        max_parts: 50,
        ..Limits::default()
    };
    let too_large = |bytes: Vec<u8>, message: &str| {
        check_refused(limits.clone(), bytes, FailureReason::TooLarge, message);
    };
    // One part of 4 MB that packs to 4 KB; the size its header claims is not asked.
    let mut parts = docx_parts(PLAN);
    parts[2].1.extend(vec![b' '; 4 << 20]);
    assert!(zip(&parts).len() < 20_000);
    too_large(zip(&parts), "expected at most 1048576 bytes in one part, found more");
    // Many parts of nearly 1 MB.
    let mut parts = docx_parts(PLAN);
    let mut relations = String::from("<Relationships>");
    let mut sections = String::from("<w:document><w:body>");
    for index in 0..4 {
        let name = format!("header{index}.xml");
        relations += &format!("<Relationship Id='h{index}' Type='x/header' Target='{name}'/>");
        sections += &format!("<w:sectPr><w:headerReference r:id='h{index}'/></w:sectPr>");
        parts.push((format!("word/{name}"), vec![b' '; 1_000_000]));
    }
    parts[2].1 = sections.into_bytes();
    parts[3].1 = (relations + "</Relationships>").into_bytes();
    too_large(zip(&parts), "expected at most 3145728 unpacked bytes, found more");
    let mut parts = docx_parts(PLAN);
    parts.extend((0..50).map(|n| (format!("word/{n}.xml"), Vec::new())));
    too_large(zip(&parts), "expected at most 50 parts, found more");
    // The same in a PDF: a stream that inflates without end.
    let bomb = zlib(&vec![b' '; 8 << 20]);
    let bytes = pdf_of(&[], &[("/Filter /FlateDecode", &bomb)]);
    assert!(bytes.len() < 20_000);
    match read_within(limits.clone(), "a.pdf", bytes) {
        Err(error) => assert_eq!(error.reason(), FailureReason::TooLarge),
        Ok(read) => assert!(!read.warnings.is_empty(), "a bomb passed in silence"),
    }
}

#[test]
fn much_text_stops_at_the_limits() {
    let limits = Limits { max_layout_bytes: 100_000, ..Limits::default() };
    let message = "expected at most 100000 bytes of text, found more";
    let body = |paragraph: &str, count: usize| {
        let body = paragraph.repeat(count);
        zip(&[("word/document.xml", format!("<w:document><w:body>{body}</w:body></w:document>"))])
    };
    let small = body("<w:p><w:r><w:t>a</w:t></w:r></w:p>", 2000);
    check_refused(limits.clone(), small, FailureReason::TooLarge, message);
    let breaks = body("<w:p><w:r><w:br/><w:br/><w:br/></w:r></w:p>", 2000);
    check_refused(limits.clone(), breaks, FailureReason::TooLarge, message);
    let text = "a\n\n".repeat(2000).into_bytes();
    check_refused(limits, text, FailureReason::TooLarge, message);
    let limits = Limits { max_pages: 10, ..Limits::default() };
    let message = "expected at most 10 pages, found more";
    let pages = body("<w:p><w:r><w:br w:type='page'/><w:t>a</w:t></w:r></w:p>", 12);
    check_refused(limits, pages, FailureReason::TooLarge, message);
}

#[test]
fn reading_stops_at_the_deadline() {
    let limits = Limits { max_time: Duration::ZERO, ..Limits::default() };
    let message = "expected to finish within 0 s, stopped";
    check_refused(limits, docx(PLAN), FailureReason::TooSlow, message);
    let limits = Limits { max_operations: 20, ..Limits::default() };
    let message = "expected at most 20 operations, found more";
    check_refused(limits, docx(PLAN), FailureReason::TooLarge, message);
    let limits = Limits { max_file_bytes: 100, ..Limits::default() };
    let message = "expected at most 100 bytes in a file, found more";
    check_refused(limits, docx(PLAN), FailureReason::TooLarge, message);
}

#[test]
fn a_doctype_is_refused() {
    let doctype = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>";
    for (index, name) in [(2, "word/document.xml"), (4, "word/footnotes.xml")] {
        let mut parts = docx_parts(PLAN);
        let text = String::from_utf8(parts[index].1.clone()).unwrap();
        parts[index].1 = text.replacen("?>\n", &format!("?>\n{doctype}"), 1).into_bytes();
        let message = format!("expected XML without a DOCTYPE in {name}, found one");
        check_refused(Limits::default(), zip(&parts), FailureReason::Damaged, &message);
    }
}

#[test]
fn deep_nesting_costs_no_stack() {
    const DEPTH: usize = 100_000;
    let message = "expected at most 256 levels of nested elements, found more";
    for element in ["w:tbl><w:tr><w:tc", "w:sdt", "w:p", "w:r><w:txbxContent", "mc:Choice"] {
        let body = format!("<{element}>").repeat(DEPTH);
        let parts = [("word/document.xml", format!("<w:document><w:body>{body}"))];
        check_refused(Limits::default(), zip(&parts), FailureReason::TooLarge, message);
    }
    let message = "expected at most 256 levels of nested groups, found more";
    let rtf = format!("{{\\rtf1 {}", "{".repeat(DEPTH));
    check_refused(Limits::default(), rtf.into_bytes(), FailureReason::TooLarge, message);
    // A web page may nest as it likes: it has no tree.
    let html = format!("<html><body>{}a", "<table><tr><td><div><b>".repeat(DEPTH / 10));
    check_read(html.into_bytes(), "a", &[]);
    // Arrays in a PDF: the page around them may be read or not, but the program stands.
    let array = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let nested = pdf_of(&[&array], &[("", b"BT /F1 12 Tf 72 700 Td (KE HOACH) Tj ET")]);
    if let Err(error) = read_within(Limits::default(), "a.pdf", nested) {
        assert_eq!(error.reason(), FailureReason::Damaged);
    }
    let content = format!("{array} TJ BT /F1 12 Tf 72 700 Td (KE HOACH) Tj ET");
    let nested = pdf_of(&[], &[("", content.as_bytes())]);
    if let Err(error) = read_within(Limits::default(), "a.pdf", nested) {
        assert_eq!(error.reason(), FailureReason::Damaged);
    }
}

#[test]
fn old_word_documents_that_are_none() {
    let garbage: Vec<u8> = (0..4096_u32).map(|n| (n * 7 % 256) as u8).collect();
    for bytes in [ole(&[("WordDocument", b"x")]), ole(&[("WordDocument", &garbage)])] {
        let error = read_within(Limits::default(), "a.doc", bytes).unwrap_err();
        assert_eq!(error.reason(), FailureReason::Damaged);
    }
}

#[test]
fn the_program_reports_each_file_and_goes_on() {
    let folder = folder();
    std::fs::write(folder.path().join("a.docx"), docx(PLAN)).unwrap();
    std::fs::write(folder.path().join("b.docx"), b"").unwrap();
    let output = vanthu(folder.path(), &["inspect", "--json", "b.docx", "a.docx"]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(printed.contains("\"format\":\"docx\""), "{printed}");
    assert!(printed.contains("\"reason\":\"empty\""), "{printed}");
}

/// Some damage to bytes.
#[derive(Debug, Clone)]
enum Damage {
    Flip(usize, u8),
    Cut(usize),
    Remove(usize, usize),
    Insert(usize, Vec<u8>),
    Repeat(usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        1 => any::<usize>().prop_map(Damage::Cut),
        1 => (any::<usize>(), 1..80_usize).prop_map(|(at, count)| Damage::Remove(at, count)),
        1 => (any::<usize>(), prop::collection::vec(any::<u8>(), 1..8))
            .prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => (any::<usize>(), 1..200_usize).prop_map(|(at, count)| Damage::Repeat(at, count)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let place = |at: &usize| at % (bytes.len() + 1);
        match damage {
            Damage::Flip(at, byte) => {
                let at = place(at);
                if let Some(slot) = bytes.get_mut(at) {
                    *slot ^= byte;
                }
            }
            Damage::Cut(at) => bytes.truncate(place(at)),
            Damage::Remove(at, count) => {
                let at = place(at);
                bytes.drain(at..(at + count).min(bytes.len()));
            }
            Damage::Insert(at, inserted) => {
                let at = place(at);
                bytes.splice(at..at, inserted.iter().copied());
            }
            Damage::Repeat(at, count) => {
                let at = place(at);
                let again = bytes[at..(at + count).min(bytes.len())].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    bytes
}

/// Whatever comes of it, it is a result within the limits, and the same one twice.
fn survives(bytes: Vec<u8>) -> Result<(), TestCaseError> {
    let limits = Limits {
        max_part_bytes: 1 << 20,
        max_inflated_bytes: 2 << 20,
        max_layout_bytes: 200_000,
        max_pages: 50,
        ..Limits::default()
    };
    let read = read_within(limits.clone(), "a", bytes.clone());
    let again = read_within(limits.clone(), "a", bytes);
    match (read, again) {
        (Ok(read), Ok(again)) => {
            prop_assert!(text_of(&read.layout).len() as u64 <= limits.max_layout_bytes);
            prop_assert!(read.layout.pages.len() <= limits.max_pages);
            let runs = read.layout.pages.iter().flat_map(|page| &page.blocks);
            for run in runs.flat_map(|block| &block.lines).flat_map(|line| &line.runs) {
                prop_assert!(usize::from(run.style) < read.layout.styles.len());
            }
            prop_assert_eq!(read.layout, again.layout);
            prop_assert_eq!(read.warnings, again.warnings);
        }
        (Err(error), Err(again)) => prop_assert_eq!(error.to_string(), again.to_string()),
        _ => prop_assert!(false, "read once, refused once"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    // Damage to the zip around the parts.
    #[test]
    fn damaged_packages(damages in prop::collection::vec(damage(), 1..5)) {
        survives(damaged(docx(PLAN), &damages))?;
    }

    // Damage to the parts: a zip that is whole, around XML that is not.
    #[test]
    fn damaged_parts(part in 0..5_usize, damages in prop::collection::vec(damage(), 1..6)) {
        let mut parts = docx_parts(PLAN);
        parts[part].1 = damaged(std::mem::take(&mut parts[part].1), &damages);
        survives(stored_zip(&parts))?;
    }

    #[test]
    fn damaged_pages_and_rich_text(which in 0..3_usize, damages in prop::collection::vec(damage(), 1..6)) {
        let rtf = "{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset163 A;}}\\trowd\\intbl S\\u7889?\\cell b\\cell\\row\
            \\pard a{\\footnote x\\par}\\'e0\\page{\\header h}}";
        let html = "<html><body><table border=1><tr><td colspan=2>a<td>b</table><p align='center'>\
            c&agrave;<sup>1</sup></p><!-- x --></body></html>";
        let text = "KẾ HOẠCH\n\n**Sơ kết** năm¹\n\u{C}¹ ghi chú\tb   c | d";
        let bytes = [rtf, html, text][which].as_bytes().to_vec();
        survives(damaged(bytes, &damages))?;
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400), head in 0..7_usize) {
        let heads: [&[u8]; 7] = [b"", b"PK\x03\x04", b"%PDF-1.4\n", b"{\\rtf", b"<html>",
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"MIME-Version: 1.0\r\n"];
        survives([heads[head], &bytes].concat())?;
    }
}
