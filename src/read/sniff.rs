//! The first bytes of a file → what it is. Never its name.

use std::io::Cursor;

use crate::{
    domain::record::Format,
    read::{
        doc,
        docx::{self, Contents},
        error::ReadError,
    },
};

/// What a file is, told finely enough to choose a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniffed {
    /// A zip package with a text of Word.
    Docx,
    /// Portable Document Format.
    Pdf,
    /// A text of Word 97 to 2003 in an OLE container.
    Doc,
    /// A text of Word 6 or 95 in an OLE container.
    OldDoc,
    /// Rich Text Format, usually named .doc.
    Rtf,
    /// A web page, usually named .doc.
    Html,
    /// A web page packed as a mail, usually named .doc.
    Mhtml,
    /// A text of Word as one XML file, usually named .xml or .doc.
    FlatWord,
    /// Plain text.
    Txt,
}

impl Sniffed {
    /// The format under which it is recorded: what Word opens under the name .doc is a .doc.
    pub fn format(self) -> Format {
        match self {
            Self::Docx => Format::Docx,
            Self::Pdf => Format::Pdf,
            Self::Doc | Self::OldDoc | Self::Rtf | Self::Html | Self::Mhtml | Self::FlatWord => {
                Format::Doc
            }
            Self::Txt => Format::Txt,
        }
    }

    /// Whether its reader is code that is not ours and keeps no budget.
    pub fn needs_foreign_code(self) -> bool {
        self == Self::OldDoc
    }
}

/// First bytes that name a format which cannot be read.
const OTHERS: [(&[u8], &str); 17] = [
    (b"\x89PNG\r\n\x1A\n", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a RIFF media file"),
    (b"MZ", "a Windows program"),
    (b"\x7FELF", "a Linux program"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (b"Rar!\x1A\x07", "a RAR archive"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ\0", "an xz archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"ID3", "an MP3 recording"),
    (b"AT&TFORM", "a DjVu file"),
    (b"%!PS", "a PostScript file"),
];

/// How far into a file the mark of a PDF may stand.
///
/// # Source
/// ISO 32000-1, annex H, implementation note 13.
const PDF_HEAD_BYTES: usize = 1024;

/// Tells what a file is.
///
/// # Errors
/// `Empty` without bytes, `PasswordProtected` for an encrypted Office file, `Damaged` for a
/// container that cannot be opened at all, `Unsupported` for everything else that is no text.
pub fn sniff(bytes: &[u8]) -> Result<Sniffed, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.iter().all(|&byte| byte == 0) {
        let detail = "expected a document, found only zero bytes".to_owned();
        return Err(ReadError::Damaged { detail });
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return match docx::contents(bytes)? {
            Contents::Word => Ok(Sniffed::Docx),
            Contents::Other(found) => Err(unsupported(found)),
        };
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return sniff_ole(bytes);
    }
    let head = &bytes[..bytes.len().min(PDF_HEAD_BYTES)];
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Ok(Sniffed::Pdf);
    }
    if let Some((_, found)) = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(unsupported(found));
    }
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    if start.starts_with(b"{\\rtf") {
        return Ok(Sniffed::Rtf);
    }
    if docx::flat::is_flat(bytes) {
        return Ok(Sniffed::FlatWord);
    }
    let lower = start.to_ascii_lowercase();
    let has = |word: &[u8]| lower.windows(word.len()).any(|window| window == word);
    if lower.starts_with(b"mime-version:") || lower.starts_with(b"from: <saved by") {
        return Ok(Sniffed::Mhtml);
    }
    if lower.starts_with(b"<") && [&b"<html"[..], b"<body", b"<!doctype html"].into_iter().any(has)
    {
        return Ok(Sniffed::Html);
    }
    if lower.starts_with(b"<?xml") {
        return Err(unsupported("an XML file"));
    }
    if is_text(bytes) { Ok(Sniffed::Txt) } else { Err(unsupported("bytes of an unknown format")) }
}

fn unsupported(found: &str) -> ReadError {
    ReadError::Unsupported { found: found.to_owned() }
}

/// An OLE container holds a text, another Office file, or an encrypted one.
fn sniff_ole(bytes: &[u8]) -> Result<Sniffed, ReadError> {
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|error| {
        ReadError::Damaged { detail: format!("expected an OLE container, found damage: {error}") }
    })?;
    let has = |stream: &str| container.is_stream(format!("/{stream}"));
    match () {
        () if has("EncryptedPackage") => Err(ReadError::PasswordProtected),
        () if has("WordDocument") => Ok(match doc::is_old(&mut container) {
            true => Sniffed::OldDoc,
            false => Sniffed::Doc,
        }),
        () if has("Workbook") || has("Book") => Err(unsupported("an .xls spreadsheet")),
        () if has("PowerPoint Document") => Err(unsupported("a .ppt presentation")),
        () => Err(unsupported("an OLE container without a text of Word")),
    }
}

/// Text has hardly any control characters. UTF-16 is recognised by its mark, or by the zero
/// bytes between the letters that are ASCII.
fn is_text(bytes: &[u8]) -> bool {
    const SAMPLE_BYTES: usize = 64 << 10;
    const MOST_CONTROLS_PER_THOUSAND: usize = 2;
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    if super::txt::utf16_of(sample).is_some() {
        return true;
    }
    let is_control = |byte: &&u8| matches!(byte, 0..=8 | 0x0B | 0x0E..=0x19 | 0x1B..=0x1F | 0x7F);
    let n_controls = sample.iter().filter(is_control).count();
    if std::str::from_utf8(bytes).is_err() {
        // In the old encodings the letters beyond ASCII are the fewer.
        let n_high = sample.iter().filter(|byte| **byte >= 0x80).count();
        if n_high * 2 > sample.len() {
            return false;
        }
    }
    n_controls * 1000 <= sample.len() * MOST_CONTROLS_PER_THOUSAND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expect: Result<Sniffed, &str>) {
        assert_eq!(sniff(bytes).map_err(|error| error.to_string()), expect.map_err(str::to_owned));
    }

    #[test]
    fn formats_by_their_first_bytes() {
        check(b"", Err("expected a document, found an empty file"));
        check(&[0; 512], Err("expected a document, found only zero bytes"));
        check(b"%PDF-1.4\n", Ok(Sniffed::Pdf));
        // Some scanners and mail gateways write a few bytes before the mark.
        check(b"\r\n\0\0junk %PDF-1.4\n", Ok(Sniffed::Pdf));
        check(b"{\\rtf1\\ansi", Ok(Sniffed::Rtf));
        check(b"\xEF\xBB\xBF\n <!DOCTYPE html>", Ok(Sniffed::Html));
        check(b"<html xmlns:w='x'>", Ok(Sniffed::Html));
        check(b"MIME-Version: 1.0\nContent-Type: multipart/related", Ok(Sniffed::Mhtml));
        check(b"<?xml version='1.0'?><html xmlns='x'>", Ok(Sniffed::Html));
        // Word 2003 XML: its tags are no text.
        check(
            b"<?xml version='1.0'?><w:wordDocument>",
            Err("expected a .docx, .doc, PDF or plain text file, found an XML file"),
        );
        check("KẾ HOẠCH".as_bytes(), Ok(Sniffed::Txt));
        // TCVN3, windows-1258, UTF-16 without a mark.
        check(b"Ngh\xDE \xAE\xDEnh s\xE8 5\r\n", Ok(Sniffed::Txt));
        check(b"S\0\xD1\x1E:\0 \x001\x002\0/\0K\0H\0", Ok(Sniffed::Txt));
        check(
            b"\x89PNG\r\n\x1A\n",
            Err("expected a .docx, .doc, PDF or plain text file, found a PNG image"),
        );
        check(
            b"\x01\x02\x03\x04\x05\xFF\xFE\x80",
            Err("expected a .docx, .doc, PDF or plain text file, found bytes of an unknown format"),
        );
        check(
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 cut off",
            Err(
                "expected an OLE container, found damage: Invalid CFB file (16 bytes is too small)",
            ),
        );
        check(b"PK\x03\x04", Err("expected the parts of a zip package, found none"));
    }
}
