//! Small documents built from a few lines of text, temporary folders, and the built program.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
    path::Path,
    process::{Command, Output},
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A .docx from a few lines of text, one paragraph a line.
///
/// ```text
/// ^ KẾ HOẠCH            centred
/// a **bold** word       bold
/// left | right          a row of a table without borders; rows that follow each other are one
/// text[^1] more         a footnote reference
/// [^1]: the note        its text, anywhere
/// [box] DỰ THẢO         a paragraph with nothing but a text box
/// ---                   a page break
/// left<tab>right        tabs stay tabs
/// ```
pub fn docx(text: &str) -> Vec<u8> {
    zip(&docx_parts(text))
}

/// The parts of [`docx`], for tests that damage one of them.
pub fn docx_parts(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut body = String::new();
    let mut notes = String::new();
    let mut is_in_table = false;
    for line in text.lines() {
        if let Some((id, note)) = line.strip_prefix("[^").and_then(|rest| rest.split_once("]: ")) {
            let paragraph = paragraph(note, "");
            write!(notes, "<w:footnote w:id=\"{id}\">{paragraph}</w:footnote>").unwrap();
            continue;
        }
        let cells: Vec<&str> = line.split(" | ").collect();
        let is_row = cells.len() > 1;
        if is_row != is_in_table {
            body += if is_row { "<w:tbl><w:tblGrid>" } else { "</w:tbl>" };
            if is_row {
                body += &"<w:gridCol/>".repeat(cells.len());
                body += "</w:tblGrid>";
            }
            is_in_table = is_row;
        }
        if is_row {
            let cells = cells.iter().map(|cell| format!("<w:tc>{}</w:tc>", block(cell.trim())));
            write!(body, "<w:tr>{}</w:tr>", cells.collect::<String>()).unwrap();
        } else {
            body += &block(line);
        }
    }
    if is_in_table {
        body += "</w:tbl>";
    }
    let document =
        format!("<w:document {NAMESPACES}><w:body>{body}<w:sectPr/></w:body></w:document>");
    let footnotes = format!("<w:footnotes {NAMESPACES}>{notes}</w:footnotes>");
    let part = |name: &str, text: String| {
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
        (name.to_owned(), format!("{head}{text}").into_bytes())
    };
    vec![
        part("[Content_Types].xml", CONTENT_TYPES.to_owned()),
        part("_rels/.rels", relations(&[("officeDocument", "word/document.xml")])),
        part("word/document.xml", document),
        part("word/_rels/document.xml.rels", relations(&[("footnotes", "footnotes.xml")])),
        part("word/footnotes.xml", footnotes),
    ]
}

const NAMESPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

const CONTENT_TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
    <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
    <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
    <Override PartName=\"/word/footnotes.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml\"/>\
    </Types>";

fn relations(targets: &[(&str, &str)]) -> String {
    let mut relations = String::new();
    for (index, (kind, target)) in targets.iter().enumerate() {
        write!(
            relations,
            "<Relationship Id=\"r{index}\" Type=\"http://schemas.openxmlformats.org/officeDocument/\
             2006/relationships/{kind}\" Target=\"{target}\"/>"
        )
        .unwrap();
    }
    format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         {relations}</Relationships>"
    )
}

fn block(line: &str) -> String {
    if line == "---" {
        return "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>".to_owned();
    }
    if let Some(text) = line.strip_prefix("[box] ") {
        let inside = paragraph(text, "");
        return format!(
            "<w:p><w:r><w:pict><w:txbxContent>{inside}</w:txbxContent></w:pict></w:r></w:p>"
        );
    }
    match line.strip_prefix("^ ") {
        Some(text) => paragraph(text, "<w:pPr><w:jc w:val=\"center\"/></w:pPr>"),
        None => paragraph(line, ""),
    }
}

fn paragraph(text: &str, properties: &str) -> String {
    let mut runs = String::new();
    for (index, piece) in text.split("**").enumerate() {
        let bold = if index % 2 == 1 { "<w:rPr><w:b/></w:rPr>" } else { "" };
        for (index, piece) in piece.split("[^").enumerate() {
            let piece = match piece.split_once(']').filter(|_| index > 0) {
                Some((id, after)) => {
                    write!(runs, "<w:r><w:footnoteReference w:id=\"{id}\"/></w:r>").unwrap();
                    after
                }
                None => piece,
            };
            let text = piece.replace('&', "&amp;").replace('<', "&lt;");
            let text = text.replace('\t', "</w:t><w:tab/><w:t xml:space=\"preserve\">");
            write!(runs, "<w:r>{bold}<w:t xml:space=\"preserve\">{text}</w:t></w:r>").unwrap();
        }
    }
    format!("<w:p>{properties}{runs}</w:p>")
}

/// A zip of named parts, deflated, in their order.
pub fn zip<N: AsRef<str>, B: AsRef<[u8]>>(parts: &[(N, B)]) -> Vec<u8> {
    zip_by(CompressionMethod::Deflated, parts)
}

/// A zip of named parts, not compressed: damage to its bytes is damage to theirs.
pub fn stored_zip<N: AsRef<str>, B: AsRef<[u8]>>(parts: &[(N, B)]) -> Vec<u8> {
    zip_by(CompressionMethod::Stored, parts)
}

fn zip_by<N: AsRef<str>, B: AsRef<[u8]>>(method: CompressionMethod, parts: &[(N, B)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in parts {
        zip.start_file(name.as_ref(), options).unwrap();
        zip.write_all(bytes.as_ref()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A PDF of one page in Helvetica, from lines of ASCII text.
pub fn pdf(text: &str) -> Vec<u8> {
    let mut content = String::from("BT /F1 12 Tf 72 770 Td 16 TL\n");
    for line in text.lines() {
        let line = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        writeln!(content, "({line}) Tj T*").unwrap();
    }
    content += "ET";
    pdf_of(&[], &[("", content.as_bytes())])
}

/// A PDF of one page from content streams, each with the entries of its dictionary, and
/// further objects, numbered from 10.
pub fn pdf_of(objects: &[&str], contents: &[(&str, &[u8])]) -> Vec<u8> {
    pdf_page("/MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >>", objects, contents)
}

/// A PDF of one page that shows one image, 20 mm from its left and lower edge, of so many pixels;
/// the image is the content numbered 100.
pub fn pdf_image(width: u32, height: u32, entries: &str, bytes: &[u8]) -> Vec<u8> {
    let entries =
        format!("/Type /XObject /Subtype /Image /Width {width} /Height {height} {entries}");
    let page = "/MediaBox [0 0 595 842] /Resources << /XObject << /I 100 0 R >> >>";
    let content = b"q 480 0 0 720 57 57 cm /I Do Q";
    pdf_page(page, &[], &[(&entries, bytes), ("", content)])
}

/// As [`pdf_of`], with the entries of the page's dictionary.
pub fn pdf_page(page: &str, objects: &[&str], contents: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut offsets: Vec<(usize, usize)> = Vec::new();
    let mut object = |number: usize, body: &[u8]| {
        offsets.push((number, bytes.len()));
        bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(b"\nendobj\n");
    };
    object(1, b"<< /Type /Catalog /Pages 2 0 R >>");
    object(2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
    let is_drawn = |index: &usize| !contents[*index].0.contains("/XObject");
    let streams: String =
        (0..contents.len()).filter(is_drawn).map(|index| format!("{} 0 R ", 100 + index)).collect();
    let page = format!("<< /Type /Page /Parent 2 0 R /Contents [{streams}] {page} >>");
    object(3, page.as_bytes());
    object(4, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
    for (index, body) in objects.iter().enumerate() {
        object(10 + index, body.as_bytes());
    }
    for (index, (entries, content)) in contents.iter().enumerate() {
        let mut body = format!("<< /Length {} {entries} >>\nstream\n", content.len()).into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\nendstream");
        object(100 + index, &body);
    }
    let table = bytes.len();
    let mut tail = String::from("xref\n0 1\n0000000000 65535 f \n");
    for (number, offset) in offsets {
        write!(tail, "{number} 1\n{offset:010} 00000 n \n").unwrap();
    }
    write!(tail, "trailer\n<< /Size 200 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").unwrap();
    bytes.extend_from_slice(tail.as_bytes());
    bytes
}

/// A PDF of so many pages, each nothing but one gray image over the whole of it.
pub fn scanned_pdf(n_pages: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let kids: String = (0..n_pages).map(|page| format!("{} 0 R ", 10 + page)).collect();
    let draw = "q 595 0 0 842 0 0 cm /I Do Q";
    let mut objects = vec![
        (1, "<< /Type /Catalog /Pages 2 0 R >>".to_owned()),
        (2, format!("<< /Type /Pages /Kids [{kids}] /Count {n_pages} >>")),
        (3, format!("<< /Length {} >>\nstream\n{draw}\nendstream", draw.len())),
        (
            4,
            "<< /Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray \
             /BitsPerComponent 8 /Length 4 >>\nstream\nabcd\nendstream"
                .to_owned(),
        ),
    ];
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R \
                /Resources << /XObject << /I 4 0 R >> >> >>";
    objects.extend((0..n_pages).map(|n| (10 + n, page.to_owned())));
    let mut offsets = Vec::new();
    for (number, body) in objects {
        offsets.push((number, bytes.len()));
        bytes.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    }
    let table = bytes.len();
    let mut tail = String::from("xref\n0 1\n0000000000 65535 f \n");
    for (number, offset) in offsets {
        write!(tail, "{number} 1\n{offset:010} 00000 n \n").unwrap();
    }
    let size = 10 + n_pages;
    write!(tail, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").unwrap();
    bytes.extend_from_slice(tail.as_bytes());
    bytes
}

/// Deflates bytes with the header of zlib, as the streams of PDFs are.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An OLE container of named streams, as .doc files and encrypted Office files are.
pub fn ole(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in streams {
        container.create_stream(format!("/{name}")).unwrap().write_all(bytes).unwrap();
    }
    container.into_inner().into_inner()
}

/// A folder that is removed when the test ends.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Runs the built program in a folder, without any setting of the machine it runs on.
pub fn vanthu(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vanthu"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VANTHU_") {
            command.env_remove(&name);
        }
    }
    command.current_dir(folder).args(arguments).output().unwrap()
}
