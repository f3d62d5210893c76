//! A document of Word that is one XML file → the parts of a .docx.
//!
//! Two kinds are saved under the names .xml and .doc: the flat package (`pkg:package`), whose
//! parts are those of a .docx one after the other, and the WordprocessingML of Word 2003
//! (`w:wordDocument`), whose elements have the names that .docx later kept. Must not read text.

use std::io::{Cursor, Write};

use memchr::memmem;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::read::{docx::xml, error::ReadError};

/// How far into a file its root element begins.
const HEAD_BYTES: usize = 4096;

/// Whether the bytes are such a file.
pub fn is_flat(bytes: &[u8]) -> bool {
    let head = xml::decode(bytes[..bytes.len().min(HEAD_BYTES)].to_vec());
    head.trim_start_matches('\u{FEFF}').trim_start().starts_with('<')
        && (head.contains(":package ") && head.contains("/xmlPackage")
            || head.contains(":wordDocument") && head.contains("/word/2003/wordml"))
}

/// The parts, stored in a zip package.
///
/// # Errors
/// `Damaged` when there is no part.
pub fn as_package(bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
    let text = xml::decode(bytes.to_vec());
    let parts = if text.contains(":wordDocument") { of_word_2003(&text) } else { of_flat(&text) };
    let damaged = |detail: String| ReadError::Damaged { detail };
    if parts.is_empty() {
        return Err(damaged("expected the parts of a flat package, found none".to_owned()));
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(text.len())));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, part) in parts {
        let written = zip.start_file(name, stored).map_err(|error| error.to_string());
        written
            .and_then(|()| zip.write_all(part.as_bytes()).map_err(|error| error.to_string()))
            .map_err(|error| {
                damaged(format!("expected the name of a part, found damage: {error}"))
            })?;
    }
    let finished = zip.finish().map_err(|error| damaged(error.to_string()))?;
    Ok(finished.into_inner())
}

/// The XML parts of a flat package; pictures and other binary parts are left out.
fn of_flat(text: &str) -> Vec<(&str, &str)> {
    let mut parts: Vec<(&str, &str)> = Vec::new();
    for part in text.split(":part ").skip(1) {
        let name = part.split_once(":name=").map_or("", |(_, rest)| rest);
        let Some(quote) = name.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
            continue;
        };
        let Some((name, rest)) = name[1..].split_once(quote) else { continue };
        let Some((_, data)) = rest.split_once(":xmlData") else { continue };
        let Some((_, data)) = data.split_once('>') else { continue };
        // A file that is cut off ends in the data of its last part.
        let end = data.find(":xmlData>").and_then(|end| data[..end].rfind("</"));
        let name = name.trim_start_matches('/');
        if !parts.iter().any(|(known, _)| *known == name) {
            parts.push((name, &data[..end.unwrap_or(data.len())]));
        }
    }
    parts
}

/// A document of Word 2003: the whole of it is the main part, and its styles are one too.
fn of_word_2003(text: &str) -> Vec<(&str, &str)> {
    const RELATIONS: &str = "<Relationships><Relationship Id='s' Type='x/styles' Target='styles.xml'/>\
         </Relationships>";
    let mut parts = vec![("word/document.xml", text)];
    let bytes = text.as_bytes();
    const NAME: &[u8] = b":styles";
    if let Some(at) = memmem::find(bytes, NAME)
        && let Some(start) = text[..at].rfind('<')
        && let Some(length) = memmem::find(&bytes[at + NAME.len()..], b":styles>")
    {
        let end = at + NAME.len() + length + b":styles>".len();
        parts.push(("word/styles.xml", &text[start..end]));
        parts.push(("word/_rels/document.xml.rels", RELATIONS));
    }
    parts
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::read::docx::tests::{package, print};

    #[test]
    fn documents_that_are_one_xml_file() {
        let flat = "<?xml version='1.0' standalone='yes'?><?mso-application progid='Word.Document'?>\
             <pkg:package xmlns:pkg='http://schemas.microsoft.com/office/2006/xmlPackage'>\
             <pkg:part pkg:name='/_rels/.rels' pkg:contentType='x'><pkg:xmlData><Relationships>\
             <Relationship Id='r' Type='x/officeDocument' Target='word/main.xml'/></Relationships>\
             </pkg:xmlData></pkg:part><pkg:part pkg:name='/word/media/a.png' pkg:contentType='x'>\
             <pkg:binaryData>AAAA</pkg:binaryData></pkg:part>\
             <pkg:part pkg:name='/word/main.xml' pkg:contentType='x'><pkg:xmlData><w:document><w:body>\
             <w:p><w:r><w:t>một</w:t></w:r></w:p></w:body></w:document></pkg:xmlData></pkg:part>\
             </pkg:package>";
        assert!(is_flat(flat.as_bytes()));
        expect![[r#"
            1 paragraph: một
        "#]]
        .assert_eq(&print(&as_package(flat.as_bytes()).unwrap()));
        // Word 2003 prints labels beside the list, and notes where they are referred to.
        let old = "<?xml version='1.0'?><w:wordDocument \
             xmlns:w='http://schemas.microsoft.com/office/word/2003/wordml'><w:styles>\
             <w:style w:type='paragraph' w:styleId='T'><w:pPr><w:jc w:val='center'/></w:pPr></w:style>\
             </w:styles><w:docPr><w:t>ẩn</w:t></w:docPr><w:body><wx:sect>\
             <w:p><w:pPr><w:pStyle w:val='T'/></w:pPr><w:r><w:t>KẾ HOẠCH</w:t></w:r></w:p>\
             <w:p><w:pPr><w:listPr><w:ilvl w:val='0'/><w:ilfo w:val='1'/><wx:t wx:val='1.'/></w:listPr>\
             </w:pPr><w:r><w:t>Mục tiêu</w:t></w:r><w:r><w:footnote><w:p><w:r><w:t>Ghi chú</w:t></w:r>\
             </w:p></w:footnote></w:r></w:p></wx:sect></w:body></w:wordDocument>";
        let utf16: Vec<u8> =
            format!("\u{FEFF}{old}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [old.as_bytes(), &utf16] {
            assert!(is_flat(bytes));
            expect![[r#"
                1 paragraph centred: KẾ HOẠCH
                1 paragraph: 1. Mục tiêu[1]
                1 note: [1] Ghi chú
            "#]]
            .assert_eq(&print(&as_package(bytes).unwrap()));
        }
        assert!(!is_flat(b"<?xml version='1.0'?><package/>"));
    }

    #[test]
    fn texts_in_other_formats_are_taken_in() {
        let relations = "<Relationships>\
             <Relationship Id='a' Type='x/aFChunk' Target='/a.html'/>\
             <Relationship Id='b' Type='x/aFChunk' Target='b.rtf'/>\
             <Relationship Id='c' Type='x/aFChunk' Target='c.bin'/></Relationships>";
        let body = "<w:document><w:body><w:p><w:r><w:t>đầu</w:t></w:r></w:p><w:altChunk r:id='a'/>\
             <w:altChunk r:id='b'/><w:altChunk r:id='c'/><w:p><w:r><w:t>cuối</w:t></w:r></w:p>\
             </w:body></w:document>";
        let bytes = package(&[
            ("word/document.xml", body),
            ("word/_rels/document.xml.rels", relations),
            ("a.html", "<html><body><p>trang <b>đậm</b></p></body></html>"),
            ("word/b.rtf", r"{\rtf1 t\u234?p}"),
            ("word/c.bin", "\u{1}\u{2}\u{3}"),
        ]);
        expect![[r#"
            1 paragraph: đầu
            1 paragraph: trang đậm
            1 paragraph: têp
            1 paragraph: cuối
            unread_part: a part in another format stands in the text and was not read
        "#]]
        .assert_eq(&print(&bytes));
    }
}
