//! What stands where: columns, tables, notes, stamps, characters.

use expect_test::expect;

use super::{
    super::sample::{Sample, hex, rule, text},
    body, check, head, layout, shown,
};
use crate::layout::{BlockKind, PageClass};

#[test]
fn head_of_two_columns_is_read_left_then_right() {
    check(
        &(head() + &body(190.0, 9)),
        expect![[r#"
            page 1 Text
            paragraph left: UBND TỈNH VÂN SƠN
            paragraph left: SỞ LAO ĐỘNG - TBXH
            paragraph left: Số: 12/KH-SLĐTBXH
            paragraph right: CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
            paragraph right: Độc lập - Tự do - Hạnh phúc
            paragraph right: Vân Sơn, ngày 02 tháng 3 năm 2020
            paragraph centred: KẾ HOẠCH
            paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
            paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
            paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
            paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
            paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
            paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
            paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
            paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
            paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        "#]],
    );
}

#[test]
fn head_written_line_by_line_is_two_columns_too() {
    // Tabs: the two sides follow each other in the content.
    let content = text(90.0, 60.0, 12.0, "UBND TỈNH VÂN SƠN")
        + &text(280.0, 60.0, 12.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
        + &text(80.0, 76.0, 12.0, "SỞ LAO ĐỘNG - TBXH")
        + &text(310.0, 76.0, 12.0, "Độc lập - Tự do - Hạnh phúc")
        + &body(140.0, 9);
    check(
        &content,
        expect![[r#"
        page 1 Text
        paragraph left: UBND TỈNH VÂN SƠN
        paragraph left: SỞ LAO ĐỘNG - TBXH
        paragraph right: CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
        paragraph right: Độc lập - Tự do - Hạnh phúc
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
    "#]],
    );
}

#[test]
fn foot_of_two_columns() {
    let content = body(60.0, 9)
        + &text(80.0, 222.0, 13.0, "các đơn vị thi hành./.")
        + &text(80.0, 260.0, 11.0, "Nơi nhận:")
        + &text(80.0, 274.0, 11.0, "- Như trên;")
        + &text(80.0, 288.0, 11.0, "- Lưu: VT.")
        + &text(380.0, 260.0, 13.0, "GIÁM ĐỐC")
        + &text(370.0, 340.0, 13.0, "Trần Thị Mẫu");
    check(
        &content,
        expect![[r#"
        page 1 Text
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: các đơn vị thi hành./.
        paragraph left: Nơi nhận:
        paragraph left: - Như trên;
        paragraph left: - Lưu: VT.
        paragraph right centred: GIÁM ĐỐC
        paragraph right centred: Trần Thị Mẫu
    "#]],
    );
}

#[test]
fn a_list_with_tabs_stays_line_by_line() {
    let content = body(60.0, 5)
        + &text(80.0, 150.0, 13.0, "Ông Nguyễn Văn Mẫu")
        + &text(320.0, 150.0, 13.0, "Trưởng ban")
        + &text(80.0, 168.0, 13.0, "Bà Lê Thị Mẫu")
        + &text(320.0, 168.0, 13.0, "Ủy viên")
        + &body(186.0, 5);
    check(
        &content,
        expect![[r#"
        page 1 Text
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Ông Nguyễn Văn Mẫu Trưởng ban
        paragraph: Bà Lê Thị Mẫu Ủy viên
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
    "#]],
    );
}

#[test]
fn table_cells_that_wrap() {
    let mut content = String::new();
    for y in [100.0, 140.0, 180.0] {
        content += &rule(80.0, y, 500.0, y);
    }
    for x in [80.0, 120.0, 300.0, 500.0] {
        content += &rule(x, 100.0, x, 180.0);
    }
    content += &text(85.0, 115.0, 12.0, "1");
    content += &text(125.0, 115.0, 12.0, "Đào tạo nghề cho lao");
    content += &text(305.0, 115.0, 12.0, "Phòng Giáo dục nghề");
    content += &text(125.0, 131.0, 12.0, "động nông thôn");
    content += &text(305.0, 131.0, 12.0, "nghiệp");
    content += &text(85.0, 155.0, 12.0, "2");
    content += &text(125.0, 155.0, 12.0, "Giảm nghèo");
    check(
        &content,
        expect![[r#"
        page 1 Text
        cell 0.0.0: 1
        cell 0.0.1: Đào tạo nghề cho lao
        cell 0.0.1: động nông thôn
        cell 0.0.2: Phòng Giáo dục nghề
        cell 0.0.2: nghiệp
        cell 0.1.0: 2
        cell 0.1.1: Giảm nghèo
    "#]],
    );
}

#[test]
fn table_without_lines() {
    let content = text(85.0, 115.0, 12.0, "1")
        + &text(125.0, 115.0, 12.0, "Đào tạo nghề cho lao")
        + &text(125.0, 131.0, 12.0, "động nông thôn")
        + &text(305.0, 115.0, 12.0, "Phòng Giáo dục nghề")
        + &text(305.0, 131.0, 12.0, "nghiệp")
        + &text(85.0, 147.0, 12.0, "2")
        + &text(125.0, 147.0, 12.0, "Giảm nghèo")
        + &text(305.0, 147.0, 12.0, "Phòng Bảo trợ xã hội");
    check(
        &content,
        expect![[r#"
        page 1 Text
        cell 0.0.0: 1
        cell 0.0.1: Đào tạo nghề cho lao
        cell 0.0.1: động nông thôn
        cell 0.0.2: Phòng Giáo dục nghề
        cell 0.0.2: nghiệp
        cell 0.1.0: 2
        cell 0.1.1: Giảm nghèo
        cell 0.1.2: Phòng Bảo trợ xã hội
    "#]],
    );
}

#[test]
fn notes_and_exponents() {
    let content = body(60.0, 3)
        + &text(80.0, 114.0, 13.0, "theo Điều 5")
        + &text(151.5, 109.0, 8.0, "1")
        + &text(160.0, 114.0, 13.0, "và 120 m")
        + &text(212.0, 109.0, 8.0, "2")
        + &text(218.0, 114.0, 13.0, "đất")
        + &rule(80.0, 700.0, 224.0, 700.0)
        + &text(80.0, 712.0, 6.0, "1")
        + &text(86.0, 716.0, 10.0, "Kế hoạch số 9/KH-SLĐTBXH.");
    check(
        &content,
        expect![[r#"
        page 1 Text
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: theo Điều 5[1] và 120 m2 đất
        note: [1] Kế hoạch số 9/KH-SLĐTBXH.
    "#]],
    );
}

#[test]
fn a_stamped_number_lands_in_its_blank() {
    let content = text(100.0, 60.0, 12.0, "Số:        /TB-UBND")
        + &text(300.0, 60.0, 12.0, "Vân Sơn, ngày      tháng 4 năm 2021")
        + &body(90.0, 8)
        // Stamped last, a little higher and larger.
        + &text(124.0, 58.5, 13.0, "147")
        + &text(388.0, 59.0, 13.0, "09");
    check(
        &content,
        expect![[r#"
        page 1 Text
        paragraph left: Số: 147 /TB-UBND
        paragraph right: Vân Sơn, ngày 09 tháng 4 năm 2021
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
        paragraph: Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo
    "#]],
    );
}

#[test]
fn figures_written_beside_their_blanks_land_in_them() {
    let line = |y: f32| {
        text(80.0, y, 13.0, "Số:")
            + &text(140.0, y, 13.0, "/QĐ-UBND")
            + &text(300.0, y, 13.0, "Vân Sơn, ngày")
            + &text(420.0, y, 13.0, "tháng")
            + &text(490.0, y, 13.0, "năm 2025")
    };
    // A registry program writes them at the end, some points lower.
    let content = line(60.0)
        + &text(80.0, 90.0, 13.0, "QUYẾT ĐỊNH")
        + &text(108.0, 66.0, 13.0, "3146")
        + &text(396.0, 54.0, 13.0, "12")
        + &text(466.0, 54.0, 13.0, "5");
    check(
        &content,
        expect![[r#"
            page 1 Text
            paragraph left: Số: 3146 /QĐ-UBND
            paragraph right: Vân Sơn, ngày 12 tháng 5 năm 2025
            paragraph: QUYẾT ĐỊNH
        "#]],
    );
}

#[test]
fn letters_drawn_out_of_order() {
    // A fallback font is drawn after the rest of the line.
    let content = text(80.0, 60.0, 12.0, "Qu")
        + &text(98.0, 60.0, 12.0, "n l")
        + &text(92.0, 60.0, 12.0, "ả")
        + &text(116.0, 60.0, 12.0, "ý");
    check(
        &content,
        expect![[r#"
        page 1 Text
        paragraph: Quản lý
    "#]],
    );
}

#[test]
fn characters() {
    // Decomposed letters, a ligature, a drawn soft hyphen, a character outside the BMP.
    let content =
        text(80.0, 60.0, 12.0, "Nghi\u{323} quye\u{302}\u{301}t \u{fb01} QĐ\u{ad}UBND 😀");
    check(
        &content,
        expect![[r#"
        page 1 Text
        paragraph: Nghị quyết fi QĐ-UBND
    "#]],
    );
}

#[test]
fn glyph_names_that_differ() {
    let mut sample = Sample::new();
    let font = sample.object(
        "<</Type/Font/Subtype/TrueType/BaseFont/Arial-BoldMT/FirstChar 65/LastChar 69\
         /Widths[600 600 600 600 600]/Encoding<</BaseEncoding/WinAnsiEncoding\
         /Differences[65/adotbelow/uni1EBF/u1EC7 68/g17]>>>>",
    );
    sample.resources = format!("/G {font} 0 R");
    sample.page("BT /G 10 Tf 80 700 Td (ABCDE) Tj ET");
    let layout = layout(&sample.bytes());
    // g17 is a name of the font's own: nothing is said rather than a guess.
    assert_eq!(layout.pages[0].blocks[0].lines[0].text(), "ạếệ E");
    assert!(layout.styles[0].bold);
    assert_eq!(layout.styles[0].font, "Arial-BoldMT");
}

#[test]
fn replacement_text() {
    let content = format!(
        "/Span<</ActualText<FEFF1EA1>>>BDC {} EMC {}",
        text(80.0, 60.0, 12.0, "xx"),
        text(92.0, 60.0, 12.0, "n")
    );
    check(
        &content,
        expect![[r#"
        page 1 Text
        paragraph: ạn
    "#]],
    );
}

#[test]
fn what_is_not_seen_is_not_read() {
    let content = text(80.0, 60.0, 12.0, "năm 2020")
        + "1 g\n" + &text(140.0, 60.0, 12.0, "2019") + "0 g\n"
        // Drawn twice to look bold.
        + &text(80.0, 90.0, 12.0, "ĐẬM") + &text(80.3, 90.0, 12.0, "ĐẬM")
        // White on a dark ground is seen.
        + "0 0 1 rg 70 660 200 30 re f 1 g\n" + &text(80.0, 125.0, 12.0, "TIÊU ĐỀ")
        // Outside of the page.
        + "0 g\n" + &text(700.0, 60.0, 12.0, "ngoài");
    check(
        &content,
        expect![[r#"
        page 1 Text
        paragraph: năm 2020
        paragraph: ĐẬM
        paragraph: TIÊU ĐỀ
    "#]],
    );
}

#[test]
fn watermark_on_a_scan() {
    let mut sample = Sample::new();
    let image = sample.stream("/Subtype/Image/Width 1/Height 1/BitsPerComponent 8", b"0");
    sample.resources = format!(">>/XObject<</I {image} 0 R");
    let watermark =
        format!("BT /F 36 Tf 0.9 0.43 -0.43 0.9 150 300 Tm {} Tj ET", hex("www.vidu.vn"));
    sample.page(&format!("q 600 0 0 800 0 0 cm /I Do Q {watermark}"));
    sample.page("");
    expect![[r#"
        page 1 Image
        watermark: www.vidu.vn
        page 2 Blank
    "#]]
    .assert_eq(&shown(&layout(&sample.bytes())));
}

#[test]
fn running_heads_and_page_numbers() {
    let mut sample = Sample::new();
    for number in 1..=3 {
        sample.page(
            &(text(80.0, 40.0, 12.0, &format!("CÔNG BÁO/Số {}/Ngày 01-02-2020", number + 10))
                + &body(80.0, 3)
                + &text(300.0, 770.0, 12.0, &number.to_string())),
        );
    }
    let layout = layout(&sample.bytes());
    for page in &layout.pages {
        let running = page.blocks.iter().filter(|b| b.kind == BlockKind::Running).count();
        assert_eq!(running, 2, "{}", shown(&layout));
    }
}

#[test]
fn annotations() {
    let mut sample = Sample::new();
    let form = |sample: &mut Sample, words: &str| {
        let content = format!("BT /F 10 Tf 0 5 Td {} Tj ET", hex(words));
        let entries = "/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F 3 0 R>>>>";
        sample.stream(entries, content.as_bytes())
    };
    let signature = form(&mut sample, "Người ký: Văn phòng");
    let typed = form(&mut sample, "147");
    let hidden = form(&mut sample, "ẩn");
    sample.page_entries = format!(
        "/Annots[<</Subtype/Widget/FT/Sig/Rect[300 700 500 720]/AP<</N {signature} 0 R>>>>\
         <</Subtype/FreeText/Rect[108 735 308 755]/AP<</N {typed} 0 R>>>>\
         <</Subtype/Stamp/F 2/Rect[0 0 200 20]/AP<</N {hidden} 0 R>>>>]"
    );
    sample.page(&text(80.0, 60.0, 12.0, "Số:       /TB-UBND"));
    expect![[r#"
        page 1 Text
        paragraph: Số: 147 /TB-UBND
        stamp: Người ký: Văn phòng
    "#]]
    .assert_eq(&shown(&layout(&sample.bytes())));
}

#[test]
fn turned_and_cropped_pages() {
    let mut sample = Sample::new();
    sample.page_entries = "/Rotate 90/CropBox[50 100 550 700]".to_owned();
    // What runs upwards runs to the right once the page is turned clockwise.
    sample.page(&format!("BT /F 12 Tf 0 1 -1 0 150 200 Tm {} Tj ET", hex("Phụ lục")));
    let layout = layout(&sample.bytes());
    let page = &layout.pages[0];
    assert_eq!((page.width, page.height), (600.0, 500.0));
    let line = &page.blocks[0].lines[0];
    let bbox = line.bbox.unwrap();
    assert_eq!(line.text(), "Phụ lục");
    assert!((bbox.x0 - 100.0).abs() < 0.1 && (bbox.y1 - 102.6).abs() < 0.2, "{bbox:?}");
}

#[test]
fn classes_of_pages() {
    let mut sample = Sample::new();
    sample.page("").page(&body(60.0, 2));
    let classes: Vec<PageClass> = layout(&sample.bytes()).pages.iter().map(|p| p.class).collect();
    assert_eq!(classes, [PageClass::Blank, PageClass::Text]);
}
