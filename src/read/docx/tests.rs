//! Small documents and what is read from them.

use std::io::{Cursor, Write};

use expect_test::{Expect, expect};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::layout::{BlockKind, Column, Line};

const RELATIONS: &str = "<Relationships>\
    <Relationship Id='r1' Type='x/styles' Target='styles.xml'/>\
    <Relationship Id='r2' Type='x/numbering' Target='numbering.xml'/>\
    <Relationship Id='r3' Type='x/footnotes' Target='footnotes.xml'/>\
    <Relationship Id='r4' Type='x/endnotes' Target='endnotes.xml'/>\
    <Relationship Id='r5' Type='x/header' Target='header1.xml'/>\
    <Relationship Id='r6' Type='x/footer' Target='footer1.xml'/>\
    <Relationship Id='r7' Type='x/theme' Target='theme/theme1.xml'/>\
    <Relationship Id='r8' Type='x/settings' Target='settings.xml'/>\
    </Relationships>";

/// A package of parts, whose main part is `word/document.xml`.
pub(super) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A document of a body and other parts of `word/`.
fn document(body: &str, others: &[(&str, &str)]) -> Vec<u8> {
    let body = format!("<w:document><w:body>{body}</w:body></w:document>");
    let mut parts = vec![
        ("word/document.xml".to_owned(), body),
        ("word/_rels/document.xml.rels".to_owned(), RELATIONS.to_owned()),
    ];
    for (name, text) in others {
        parts.push((format!("word/{name}"), (*text).to_owned()));
    }
    let parts: Vec<(&str, &str)> =
        parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    package(&parts)
}

pub(super) fn print(bytes: &[u8]) -> String {
    let limits = Limits::default();
    let (layout, warnings) = match read(bytes, &mut Budget::new(&limits)) {
        Ok(read) => read,
        Err(error) => return format!("{error}\n"),
    };
    let mut out = String::new();
    for page in &layout.pages {
        for block in &page.blocks {
            let kind = match &block.kind {
                BlockKind::Cell { table, row, column } => format!("cell {table}.{row}.{column}"),
                kind => format!("{kind:?}").to_lowercase(),
            };
            let column = match block.column {
                Column::Full => "",
                Column::Left => " left",
                Column::Right => " right",
            };
            let centred = if block.centred { " centred" } else { "" };
            let lines: Vec<String> = block.lines.iter().map(Line::text).collect();
            out += &format!("{} {kind}{column}{centred}: {}\n", page.number, lines.join(" / "));
        }
    }
    for warning in warnings {
        out += &format!("{}: {}\n", warning.code, warning.message);
    }
    out
}

#[track_caller]
fn check(body: &str, expect: Expect) {
    expect.assert_eq(&print(&document(body, &[])));
}

#[track_caller]
fn check_parts(body: &str, others: &[(&str, &str)], expect: Expect) {
    expect.assert_eq(&print(&document(body, others)));
}

#[test]
fn runs_lines_and_characters() {
    check(
        "<w:p><w:r><w:t>Số:</w:t><w:tab/><w:t xml:space='preserve'> 5</w:t></w:r></w:p>\
         <w:p/><w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r></w:p>\
         <w:p><w:r><w:t>Ban</w:t><w:noBreakHyphen/><w:t>g</w:t><w:softHyphen/><w:t>iám</w:t>\
         <w:sym w:font='Wingdings' w:char='F0FE'/><w:t>\u{F0B3}&lt;&#273;</w:t></w:r></w:p>",
        expect![[r#"
            1 paragraph: Số:	 5
            1 paragraph: a / b / c
            1 paragraph: Ban‑giám☑≥<đ
        "#]],
    );
    // A whole text typed as one paragraph: empty lines part blocks.
    check(
        "<w:p><w:pPr><w:jc w:val='center'/></w:pPr><w:r><w:t>a</w:t><w:br/><w:br/><w:t>b</w:t>\
         </w:r></w:p>",
        expect![[r#"
            1 paragraph centred: a
            1 paragraph centred: b
        "#]],
    );
}

#[test]
fn prefixes_namespaces_and_transparent_elements() {
    // Another prefix, none, and elements around runs.
    check(
        "<ns0:p><ns0:hyperlink><ns0:r><ns0:t>a</ns0:t></ns0:r></ns0:hyperlink></ns0:p>\
         <p><sdt><sdtPr><placeholder/></sdtPr><sdtContent><r><t>b</t></r></sdtContent></sdt></p>\
         <w:sdt><w:sdtContent><w:p><w:smartTag><w:r><w:t>c</w:t></w:r></w:smartTag></w:p>\
         </w:sdtContent></w:sdt>\
         <w:p><m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r>\
         </m:den></m:f></m:oMath></w:p>",
        expect![[r#"
            1 paragraph: a
            1 paragraph: b
            1 paragraph: c
            1 paragraph: 1/2
        "#]],
    );
}

#[test]
fn tracked_changes() {
    check(
        "<w:p><w:r><w:t>a</w:t></w:r><w:ins><w:r><w:t>b</w:t></w:r></w:ins>\
         <w:del><w:r><w:delText>c</w:delText></w:r></w:del>\
         <w:moveFrom><w:r><w:t>d</w:t></w:r></w:moveFrom>\
         <w:moveTo><w:r><w:t>e</w:t></w:r></w:moveTo></w:p>",
        expect![[r#"
            1 paragraph: abe
        "#]],
    );
    // The mark between two paragraphs was deleted: they are one now.
    check(
        "<w:p><w:pPr><w:rPr><w:del w:id='1'/></w:rPr></w:pPr><w:r><w:t>a </w:t></w:r></w:p>\
         <w:p><w:r><w:t>b</w:t></w:r></w:p><w:p><w:r><w:t>c</w:t></w:r></w:p>",
        expect![[r#"
            1 paragraph: a b
            1 paragraph: c
        "#]],
    );
}

#[test]
fn fields_show_their_results() {
    check(
        "<w:p><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>PAGE</w:instrText>\
         </w:r><w:r><w:t>hidden</w:t></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>\
         <w:r><w:t>7</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>\
         <w:fldSimple w:instr='DATE'><w:r><w:t>!</w:t></w:r></w:fldSimple></w:p>",
        expect![[r#"
            1 paragraph: 7!
        "#]],
    );
    // A field that never ends swallows nothing, here or in the next paragraph.
    check(
        "<w:p><w:r><w:fldChar w:fldCharType='begin'/><w:t>a</w:t></w:r></w:p>\
         <w:p><w:r><w:t>b</w:t></w:r></w:p>",
        expect![[r#"
            1 paragraph: a
            1 paragraph: b
        "#]],
    );
}

#[test]
fn text_boxes_once() {
    check(
        "<w:p><w:r><w:t>a</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing>\
         <wp:posOffset>12</wp:posOffset><w:txbxContent><w:p><w:r><w:t>DỰ THẢO</w:t></w:r></w:p>\
         </w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r>\
         <w:t>DỰ THẢO</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback>\
         </mc:AlternateContent></w:r><w:r><w:t>b</w:t></w:r></w:p>\
         <w:p><w:r><mc:AlternateContent><mc:Fallback><w:t>only</w:t></mc:Fallback>\
         </mc:AlternateContent></w:r><w:pict><v:textpath string='MẪU'/></w:pict></w:p>",
        expect![[r#"
            1 paragraph: ab
            1 textbox: DỰ THẢO
            1 paragraph: only
            1 watermark: MẪU
        "#]],
    );
}

#[test]
fn notes_at_their_references() {
    let footnotes = "<w:footnotes><w:footnote w:type='separator' w:id='0'><w:p><w:r><w:t>-</w:t>\
         </w:r></w:p></w:footnote><w:footnote w:id='20'><w:p><w:r><w:footnoteRef/></w:r><w:r>\
         <w:t xml:space='preserve'> Kế hoạch số 7</w:t></w:r></w:p></w:footnote>\
         <w:footnote w:id='9'><w:p><w:r><w:t>* sao</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let endnotes = "<w:endnotes><w:endnote w:id='20'><w:p><w:r><w:t>cuối</w:t></w:r></w:p>\
         </w:endnote></w:endnotes>";
    check_parts(
        "<w:p><w:r><w:t>Khoản 1</w:t></w:r><w:r><w:footnoteReference w:id='20'/></w:r>\
         <w:r><w:t>, 2</w:t><w:endnoteReference w:id='20'/></w:r></w:p>\
         <w:p><w:r><w:t>x</w:t><w:footnoteReference w:id='9' w:customMarkFollows='1'/>\
         <w:t>*</w:t></w:r></w:p>\
         <w:p><w:r><w:t>y</w:t><w:footnoteReference w:id='404'/></w:r></w:p>",
        &[("footnotes.xml", footnotes), ("endnotes.xml", endnotes)],
        expect![[r#"
            1 paragraph: Khoản 1[1], 2[i]
            1 note: [1] Kế hoạch số 7
            1 note: [i] cuối
            1 paragraph: x[*]
            1 note: * sao
            1 paragraph: y[2]
        "#]],
    );
}

#[test]
fn notes_typed_by_hand() {
    let raised = |text: &str| {
        format!("<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>{text}</w:t></w:r>")
    };
    let body = format!(
        "<w:p><w:r><w:t>dễ nhớ</w:t></w:r>{}{}<w:r><w:t>; 9 m</w:t></w:r>{}</w:p>\
         <w:p>{}<w:r><w:t>Kế hoạch</w:t></w:r></w:p>",
        raised("1"),
        raised("2"),
        raised("2"),
        raised("12")
    );
    check(
        &body,
        expect![[r#"
            1 paragraph: dễ nhớ[12]; 9 m2
            1 note: [12] Kế hoạch
        "#]],
    );
    // As characters of Unicode; in TCVN3 the same character is the letter ạ.
    check(
        "<w:p><w:r><w:t>dễ nhớ¹; 9 m²</w:t></w:r></w:p><w:p><w:r><w:t>² Kế hoạch</w:t></w:r></w:p>\
         <w:p><w:r><w:t>kÕ ho¹ch, h¹</w:t></w:r></w:p>",
        expect![[r#"
            1 paragraph: dễ nhớ[1]; 9 m²
            1 note: [2] Kế hoạch
            1 paragraph: kÕ ho¹ch, h¹
        "#]],
    );
}

#[test]
fn tables_cell_by_cell() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let nested = format!(
        "<w:tc><w:p><w:r><w:t>c</w:t></w:r></w:p><w:tbl><w:tr>{}{}</w:tr></w:tbl>\
         <w:p><w:r><w:t>f</w:t></w:r></w:p></w:tc>",
        cell("d"),
        cell("e")
    );
    let borders = "<w:tblPr><w:tblBorders><w:top w:val='single'/></w:tblBorders></w:tblPr>";
    let body = format!(
        "<w:tbl>{borders}<w:tr>{}<w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p><w:p><w:r><w:t>b2</w:t>\
         </w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p/></w:tc>{nested}</w:tr></w:tbl>",
        cell("a")
    );
    check(
        &body,
        expect![[r#"
            1 cell 0.0.0: a
            1 cell 0.0.1: b / b2
            1 cell 0.1.1: c
            1 cell 1.0.0 left: d
            1 cell 1.0.1 right: e
            1 cell 0.1.1: f
        "#]],
    );
}

#[test]
fn letterhead_and_foot_tables() {
    let paragraph = |text: &str| {
        format!("<w:p><w:pPr><w:jc w:val='center'/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let row = |left: &str, right: &str| {
        format!("<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>", paragraph(left), paragraph(right))
    };
    let grid = "<w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid>";
    let body = format!(
        "<w:tbl>{grid}{}{}</w:tbl>{}<w:tbl>{grid}{}</w:tbl>",
        row("SỞ LAO ĐỘNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        row("Số: 12/KH-SLĐTBXH", "Vân Sơn, ngày 02 tháng 3 năm 2020"),
        paragraph("KẾ HOẠCH"),
        row("Nơi nhận:", "GIÁM ĐỐC")
    );
    check(
        &body,
        expect![[r#"
            1 cell 0.0.0 left centred: SỞ LAO ĐỘNG
            1 cell 0.1.0 left centred: Số: 12/KH-SLĐTBXH
            1 cell 0.0.1 right centred: CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
            1 cell 0.1.1 right centred: Vân Sơn, ngày 02 tháng 3 năm 2020
            1 paragraph centred: KẾ HOẠCH
            1 cell 1.0.0 left centred: Nơi nhận:
            1 cell 1.0.1 right centred: GIÁM ĐỐC
        "#]],
    );
}

#[test]
fn running_heads_once_and_letterheads_in_them() {
    let section = "<w:sectPr><w:headerReference w:type='default' r:id='r5'/>\
         <w:footerReference r:id='r6'/><w:headerReference w:type='first' r:id='r5'/></w:sectPr>";
    let head = |text: &str| format!("<w:hdr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:hdr>");
    check_parts(
        &format!("<w:p><w:r><w:t>a</w:t></w:r></w:p>{section}"),
        &[("header1.xml", &head("đầu trang")), ("footer1.xml", &head("2"))],
        expect![[r#"
            1 running: đầu trang
            1 paragraph: a
            1 running: 2
        "#]],
    );
    check_parts(
        &format!("<w:p><w:r><w:t>KẾ HOẠCH</w:t></w:r></w:p>{section}"),
        &[("header1.xml", &head("UBND X</w:t><w:tab/><w:t>CHỦ NGHĨA VIỆT NAM"))],
        expect![[r#"
            1 paragraph left: UBND X
            1 paragraph right: CHỦ NGHĨA VIỆT NAM
            1 paragraph: KẾ HOẠCH
        "#]],
    );
}

#[test]
fn pages_break_where_the_file_says() {
    let text = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let body = format!(
        "{}<w:p><w:r><w:br w:type='page'/></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/>\
         <w:t>b</w:t></w:r></w:p><w:p><w:r><w:t>c1 </w:t><w:lastRenderedPageBreak/><w:t>c2</w:t>\
         </w:r></w:p>{}<w:p><w:pPr><w:pageBreakBefore/></w:pPr><w:r><w:t>e</w:t></w:r></w:p>\
         <w:p><w:pPr><w:sectPr/></w:pPr></w:p>{}<w:p><w:pPr><w:sectPr/></w:pPr></w:p>{}\
         <w:sectPr><w:type w:val='continuous'/></w:sectPr>",
        text("a"),
        text("d"),
        text("f"),
        text("g")
    );
    check(
        &body,
        expect![[r#"
            1 paragraph: a
            2 paragraph: b
            2 paragraph: c1 c2
            3 paragraph: d
            4 paragraph: e
            5 paragraph: f
            5 paragraph: g
        "#]],
    );
}

#[test]
fn numbering_through_styles() {
    let styles = "<w:styles><w:style w:type='paragraph' w:styleId='Dieu'><w:pPr><w:numPr>\
         <w:numId w:val='1'/></w:numPr></w:pPr></w:style>\
         <w:style w:type='paragraph' w:styleId='Dieu2'><w:basedOn w:val='Dieu'/></w:style>\
         </w:styles>";
    let numbering = "<w:numbering><w:abstractNum w:abstractNumId='0'>\
         <w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='upperRoman'/>\
         <w:lvlText w:val='Chương %1'/></w:lvl>\
         <w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:pStyle w:val='Dieu'/>\
         <w:lvlText w:val='Điều %2.'/></w:lvl></w:abstractNum>\
         <w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num></w:numbering>";
    let styled = |style: &str, more: &str| {
        format!(
            "<w:p><w:pPr><w:pStyle w:val='{style}'/>{more}</w:pPr><w:r><w:t>x</w:t></w:r></w:p>"
        )
    };
    let body = format!(
        "{}{}{}{}<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr></w:p>",
        styled("Dieu", ""),
        styled("Dieu2", ""),
        // Out of the list, and at another level of it.
        styled("Dieu", "<w:numPr><w:numId w:val='0'/></w:numPr>"),
        styled("Dieu", "<w:numPr><w:ilvl w:val='0'/></w:numPr>"),
    );
    check_parts(
        &body,
        &[("styles.xml", styles), ("numbering.xml", numbering)],
        expect![[r#"
            1 paragraph: Điều 1. x
            1 paragraph: Điều 2. x
            1 paragraph: x
            1 paragraph: Chương II x
            1 paragraph: Chương III 
        "#]],
    );
}

#[test]
fn styles_resolve_through_their_chain() {
    let styles = "<?xml version='1.0'?>\n<w:styles><w:docDefaults><w:rPrDefault><w:rPr>\
         <w:rFonts w:asciiTheme='minorHAnsi' w:hAnsiTheme='minorHAnsi'/><w:sz w:val='24'/></w:rPr>\
         </w:rPrDefault></w:docDefaults>\
         <w:style w:type='paragraph' w:styleId='Base'><w:pPr><w:jc w:val='center'/></w:pPr>\
         <w:rPr><w:b/></w:rPr></w:style>\
         <w:style w:type='paragraph' w:styleId='Title'><w:basedOn w:val='Base'/>\
         <w:rPr><w:caps/></w:rPr></w:style>\
         <w:style w:type='character' w:styleId='Strong'><w:rPr><w:b/><w:i/></w:rPr></w:style>\
         <w:style w:type='paragraph' w:styleId='Loop'><w:basedOn w:val='Loop'/></w:style></w:styles>";
    let theme = "<?xml version='1.0'?>\r\n<a:theme><a:majorFont><a:latin typeface='Big'/></a:majorFont>\
         <a:minorFont><a:latin typeface='Small'/></a:minorFont></a:theme>";
    let body = "<w:p><w:pPr><w:pStyle w:val='Title'/></w:pPr><w:r><w:t>kế hoạch</w:t></w:r>\
         <w:r><w:rPr><w:rStyle w:val='Strong'/><w:sz w:val='28'/></w:rPr><w:t>x</w:t></w:r>\
         <w:r><w:rPr><w:rFonts w:ascii='.VnTime' w:hAnsi='.VnTime'/></w:rPr><w:t>h\u{B5}</w:t>\
         <w:softHyphen/></w:r></w:p><w:p><w:pPr><w:pStyle w:val='Loop'/></w:pPr><w:r><w:t>y</w:t>\
         </w:r></w:p>";
    let limits = Limits::default();
    let bytes = document(body, &[("styles.xml", styles), ("theme/theme1.xml", theme)]);
    let (layout, _) = read(&bytes, &mut Budget::new(&limits)).unwrap();
    let mut out = String::new();
    for block in &layout.pages[0].blocks {
        for run in &block.lines[0].runs {
            let style = &layout.styles[usize::from(run.style)];
            let (bold, italic) = (style.bold, style.italic);
            out += &format!(
                "{:?} {} {} bold {bold} italic {italic} centred {}\n",
                run.text, style.font, style.size, block.centred
            );
        }
    }
    // Bold in both styles is not bold; capitals of TCVN3 are ASCII ones only.
    expect![[r#"
        "KẾ HOẠCH" Small 12 bold true italic false centred true
        "X" Small 14 bold false italic true centred true
        "Hµ\u{ad}" .VnTime 12 bold true italic false centred true
        "y" Small 12 bold false italic false centred false
    "#]]
    .assert_eq(&out);
}

#[test]
fn odd_packages() {
    let body = "<w:document><w:body><w:p><w:r><w:t>a</w:t></w:r></w:p></w:body></w:document>";
    let relation = "<Relationships><Relationship Id='r' \
         Type='http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument' \
         Target='/Word\\Document2.XML'/></Relationships>";
    // Another name of the main part, back slashes, capitals; the strict namespace.
    let odd = package(&[("_rels\\.rels", relation), ("word\\document2.xml", body)]);
    expect![[r#"
        1 paragraph: a
    "#]]
    .assert_eq(&print(&odd));
    let utf16: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
    zip.write_all(&utf16).unwrap();
    expect![[r#"
        1 paragraph: a
    "#]]
    .assert_eq(&print(&zip.finish().unwrap().into_inner()));
    expect![[r#"
        expected a main part such as word/document.xml, found none
    "#]]
    .assert_eq(&print(&package(&[("a.txt", "a")])));
}

#[test]
fn damage_keeps_what_can_be_read() {
    // A body cut off in a table: what was open is closed.
    let cut = "<w:document><w:body><w:p><w:r><w:t>a</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r>\
         <w:t>b</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>c";
    expect![[r#"
        1 paragraph: a
        1 cell 0.0.0 left: b
        1 cell 0.0.1 right: c
        damaged_part: the part word/document.xml is damaged; it was read up to the damage
    "#]]
    .assert_eq(&print(&package(&[("word/document.xml", cut)])));
    // Nothing stands before the damage.
    expect![[r#"
        expected text in word/document.xml, found damage before any
    "#]]
    .assert_eq(&print(&package(&[("word/document.xml", "<w:document><w:body><w:p><w:r")])));
    // Tags that close what is not open, or close late.
    check(
        "</w:tc></w:p><w:p><w:r><w:t>a</w:t></w:tbl></w:r><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:tc>\
         <w:p><w:r><w:t>c</w:t></w:r></w:p>",
        expect![[r#"
            1 paragraph: a
            1 paragraph: b
            1 paragraph: c
        "#]],
    );
    // The central directory is lost: parts are found by their local headers.
    let whole = document("<w:p><w:r><w:t>a</w:t></w:r></w:p>", &[]);
    let directory = whole.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    expect![[r#"
        1 paragraph: a
        damaged_package: the zip directory is lost; parts were found one by one
    "#]]
    .assert_eq(&print(&whole[..directory]));
}
