//! Bytes as a .docx: the first byte says whether they are the package or one of its parts.

#![no_main]

#[path = "all.rs"]
mod all;

const PARTS: [(&str, &str); 6] = [
    ("[Content_Types].xml", "<Types><Override PartName='/word/document.xml' ContentType='application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'/></Types>"),
    ("_rels/.rels", "<Relationships><Relationship Id='r' Type='x/officeDocument' Target='word/document.xml'/></Relationships>"),
    ("word/_rels/document.xml.rels", "<Relationships><Relationship Id='n' Type='x/numbering' Target='numbering.xml'/><Relationship Id='s' Type='x/styles' Target='styles.xml'/><Relationship Id='f' Type='x/footnotes' Target='footnotes.xml'/></Relationships>"),
    ("word/document.xml", "<w:document><w:body><w:p><w:pPr><w:pStyle w:val='a'/><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>a</w:t><w:footnoteReference w:id='1'/></w:r></w:p></w:body></w:document>"),
    ("word/numbering.xml", "<w:numbering><w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/></w:lvl></w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num></w:numbering>"),
    ("word/styles.xml", "<w:styles><w:style w:styleId='a'><w:basedOn w:val='b'/></w:style></w:styles>"),
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else { return };
    if bytes.starts_with(b"PK") {
        all::process(bytes.to_vec());
        return;
    }
    let fuzzed = usize::from(choice) % PARTS.len();
    let mut package = Vec::new();
    for (index, (name, content)) in PARTS.iter().enumerate() {
        let content = if index == fuzzed { bytes } else { content.as_bytes() };
        store(&mut package, name, content);
    }
    // No central directory: the reader goes by the local headers of a damaged package.
    all::process(package);
});

/// Appends a part of a zip package, not compressed, with a checksum that nobody has made.
fn store(package: &mut Vec<u8>, name: &str, content: &[u8]) {
    let length = (content.len() as u32).to_le_bytes();
    package.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
    package.extend(length);
    package.extend(length);
    package.extend((name.len() as u16).to_le_bytes());
    package.extend([0, 0]);
    package.extend(name.bytes());
    package.extend(content);
}
