//! Citations in all their shapes, and what is none, one line a case.

use super::*;
use crate::{domain::found::Found, source::Limits};

fn found<T>(value: T, key: Option<&str>) -> Found<T> {
    Found {
        value,
        raw: String::new(),
        key: key.map(str::to_owned),
        page: 1,
        span: Span::new(0, 0),
        rule: "test".to_owned(),
        confidence: 1.0,
    }
}

/// A report of a department of labour.
fn own() -> Metadata {
    Metadata {
        number: Some(found("45/BC-SLĐTBXH".to_owned(), None)),
        issuer: Some(found("Sở Lao động".to_owned(), Some("caobang.sldtbxh"))),
        place: Some(found("Cao Bằng".to_owned(), None)),
        issued_on: "2021-04-12".parse().ok().map(|date| found(date, None)),
        ..Metadata::default()
    }
}

fn find_in(text: &str) -> Vec<Citation> {
    let ctx = Context::new(Tables::builtin(), Limits::default());
    find(&ctx, &Text::from_plain(text), &own())
}

/// One line a citation: `kind type number date (issuer) "title" [provision] flags`.
#[track_caller]
fn check(text: &str, expect: &[&str]) {
    let shown: Vec<String> = find_in(text).iter().map(show).collect();
    assert_eq!(shown, expect);
}

fn show(citation: &Citation) -> String {
    let mut shown = format!("{:?}", citation.kind);
    let mut add = |part: Option<String>| {
        if let Some(part) = part {
            shown.push(' ');
            shown.push_str(&part);
        }
    };
    add(citation.doc_type.clone());
    add(citation.number.clone());
    add(citation.issued_on.map(|date| date.to_string()));
    add(citation.issuer.as_ref().map(|issuer| format!("({issuer})")));
    add(citation.title.as_ref().map(|title| format!("{title:?}")));
    add(citation.provision.as_ref().map(|provision| format!("[{}]", provision.raw)));
    let flags: Vec<String> = citation.flags.iter().map(|flag| format!("!{flag:?}")).collect();
    add((!flags.is_empty()).then(|| flags.join(" ")));
    shown
}

#[test]
fn full_form() {
    check(
        "Căn cứ Quyết định số 1975/QĐ-UBND ngày 14/9/2018 của UBND tỉnh Vân Sơn về việc giao chỉ tiêu;",
        &[
            r#"Basis Quyết định 1975/QĐ-UBND 2018-09-14 (UBND tỉnh Vân Sơn) "về việc giao chỉ tiêu""#,
        ],
    );
    // Broken over lines, the quotation mark followed by a space.
    check(
        "Sơ kết 05 năm thực hiện Chỉ thị số 12-CT/TU\nngày 14 tháng 6\nnăm 2016 của Ban Thường vụ Tỉnh ủy\n“ Về chăm lo người cao tuổi”",
        &[
            r#"Implements Chỉ thị 12-CT/TU 2016-06-14 (Ban Thường vụ Tỉnh ủy) "Về chăm lo người cao tuổi""#,
        ],
    );
}

#[test]
fn words_in_front_of_the_number() {
    check(
        "theo Kế hoạch Số: 12/KH-UBND, ngày 5/3/2019.",
        &["Mentions Kế hoạch 12/KH-UBND 2019-03-05"],
    );
    check(
        "theo văn bản số 417/UBND-KGVX ngày 5/3/2019.",
        &["Mentions Công văn 417/UBND-KGVX 2019-03-05"],
    );
    check(
        "tại CV 2309/BGDĐT-GDTrH ngày 5/3/2019.",
        &["Mentions Công văn 2309/BGDĐT-GDTrH 2019-03-05"],
    );
    check("theo Kế hoạch 130/KH-SLĐTBXH", &["Mentions Kế hoạch 130/KH-SLĐTBXH !NoDate"]);
    check("theo NQ 83/NQ-CP ngày 5/3/2019", &["Mentions Nghị quyết 83/NQ-CP 2019-03-05"]);
    // The body between type word and number.
    check(
        "Nghị quyết của Quốc hội số 45/2013/QH13",
        &["Mentions Nghị quyết 45/2013/QH13 (Quốc hội)"],
    );
}

#[test]
fn dates_around_the_number() {
    let after_issuer = "Nghị định số 55/2025/NĐ-CP của Chính phủ ngày 02 tháng 3 năm 2025.";
    check(after_issuer, &["Mentions Nghị định 55/2025/NĐ-CP 2025-03-02 (Chính phủ)"]);
    let before = "Ngày 24/7/2024, Sở Xây dựng có Công văn số 21/SXD-QH gửi các đơn vị.";
    check(before, &["Mentions Công văn 21/SXD-QH 2024-07-24"]);
    check(
        "Thông tư số 5/2019/TT-BTC, 05/12/2019.",
        &["Mentions Thông tư 5/2019/TT-BTC 2019-12-05"],
    );
    check(
        "Kế hoạch số 5/KH-UBND ngày    tháng 4 năm 2021.",
        &["Mentions Kế hoạch 5/KH-UBND 2021-04"],
    );
    // What is printed stays, and is flagged.
    check(
        "Thông tư số 5/2019/TT-BTC ngày 30/02/2019.",
        &["Mentions Thông tư 5/2019/TT-BTC 2019 !ImpossibleDate"],
    );
    check(
        "Thông tư số 5/2019/TT-BTC ngày 03/02/2018.",
        &["Mentions Thông tư 5/2019/TT-BTC 2018-02-03 !YearDiffers"],
    );
}

#[test]
fn lists() {
    check(
        "Xét Tờ trình số: 318/TTr-STC ngày 15/10/2024, 402/TTr-STC ngày 06/11/2024;",
        &["Proposal Tờ trình 318/TTr-STC 2024-10-15", "Proposal Tờ trình 402/TTr-STC 2024-11-06"],
    );
    check(
        "Căn cứ các Luật số 43/2024/QH15, số 47/2024/QH15 và số 95/2025/QH15;",
        &["Basis Luật 43/2024/QH15", "Basis Luật 47/2024/QH15", "Basis Luật 95/2025/QH15"],
    );
    check(
        "Tiếp tục triển khai Nghị quyết 18-NQ/TW, Chỉ thị 19-CT/TW, Nghị định 76/2019/NĐ-CP",
        &[
            "Implements Nghị quyết 18-NQ/TW !NoDate",
            "Implements Chỉ thị 19-CT/TW !NoDate",
            "Implements Nghị định 76/2019/NĐ-CP",
        ],
    );
    // In notes the separator is a semicolon, and a full stop may stand before the title.
    check(
        "[1] Kế hoạch Số 61/KH-SLĐTBXH, ngày 18 tháng 3 năm 2016. Kế hoạch Trồng cây gây rừng năm 2016; Kế hoạch Số 73/KH-SLĐTBXH, ngày 16/3/2017 Kế hoạch Trồng cây gây rừng năm 2015;",
        &[
            r#"Mentions Kế hoạch 61/KH-SLĐTBXH 2016-03-18 "Kế hoạch Trồng cây gây rừng năm 2016""#,
            r#"Mentions Kế hoạch 73/KH-SLĐTBXH 2017-03-16 "Kế hoạch Trồng cây gây rừng năm 2015" !TitleYearDiffers"#,
        ],
    );
}

#[test]
fn laws() {
    check(
        "Căn cứ Luật Ngân sách nhà nước số 83/2015/QH13 ngày 25/6/2015;",
        &[r#"Basis Luật 83/2015/QH13 2015-06-25 "Luật Ngân sách nhà nước""#],
    );
    check(
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19/6/2015; Luật sửa đổi, bổ sung một số điều của Luật Tổ chức Chính phủ và Luật Tổ chức chính quyền địa phương ngày 22/11/2019;",
        &[
            r#"Basis Luật 2015-06-19 "Luật Tổ chức chính quyền địa phương" !TitleOnly"#,
            r#"Basis Luật 2019-11-22 "Luật sửa đổi, bổ sung một số điều của Luật Tổ chức Chính phủ và Luật Tổ chức chính quyền địa phương" !TitleOnly"#,
        ],
    );
    check(
        "theo Luật Cán bộ, công chức năm 2008;",
        &[r#"Mentions Luật 2008 "Luật Cán bộ, công chức" !TitleOnly"#],
    );
    // A law inside the title of another document is not cited by it, unless it has a number.
    check(
        "Nghị định số 5/2019/NĐ-CP quy định chi tiết một số điều của Luật Đất đai;",
        &[r#"Mentions Nghị định 5/2019/NĐ-CP "quy định chi tiết một số điều của Luật Đất đai""#],
    );
    check(
        "Luật sửa đổi, bổ sung một số điều của Luật Đấu thầu, Luật Đầu tư công số 90/2025/QH15.",
        &[
            r#"Mentions Luật 90/2025/QH15 "Luật sửa đổi, bổ sung một số điều của Luật Đấu thầu, Luật Đầu tư công""#,
        ],
    );
}

#[test]
fn provisions() {
    check(
        "theo điểm d khoản 2 Điều 5 Nghị định số 145/2020/NĐ-CP",
        &["Mentions Nghị định 145/2020/NĐ-CP [điểm d khoản 2 Điều 5]"],
    );
    check(
        "quy định tại khoản 2 Điều 3 của Luật Đấu thầu số 22/2023/QH15.",
        &[r#"Mentions Luật 22/2023/QH15 "Luật Đấu thầu" [khoản 2 Điều 3]"#],
    );
}

#[test]
fn relations() {
    check(
        "Căn cứ Luật Đầu tư công số 58/2024/QH15 đã được sửa đổi, bổ sung một số điều theo Luật số 90/2025/QH15; Nghị quyết số 3/2019/QH14;",
        &[
            r#"Basis Luật 58/2024/QH15 "Luật Đầu tư công""#,
            "AmendedBy Luật 90/2025/QH15",
            "Basis Nghị quyết 3/2019/QH14",
        ],
    );
    check(
        "Phúc đáp Công văn số 5/STC-NS ngày 5/5/2020,",
        &["Replies Công văn 5/STC-NS 2020-05-05"],
    );
    check(
        "Quyết định này thay thế Quyết định số 5/QĐ-UBND ngày 5/5/2020.",
        &["Replaces Quyết định 5/QĐ-UBND 2020-05-05"],
    );
    check(
        "Bãi bỏ Quyết định số 5/QĐ-UBND ngày 5/5/2020.",
        &["Repeals Quyết định 5/QĐ-UBND 2020-05-05"],
    );
    check("Thông tư số 5/2019/TT-BTC hết hiệu lực kể từ ngày", &["Repeals Thông tư 5/2019/TT-BTC"]);
    check(
        "Điều 1. Sửa đổi, bổ sung một số điều của Quy chế ban hành kèm theo Quyết định số 5/QĐ-UBND ngày 5/5/2020",
        &["Amends Quyết định 5/QĐ-UBND 2020-05-05"],
    );
    check(
        "Quy chế ban hành kèm theo Quyết định số 5/QĐ-UBND ngày 5/5/2020",
        &["Encloses Quyết định 5/QĐ-UBND 2020-05-05"],
    );
    check(
        "Điều 1. Sửa đổi Điều 3 Quyết định số 5/QĐ-UBND ngày 5/5/2020",
        &["Amends Quyết định 5/QĐ-UBND 2020-05-05 [Điều 3]"],
    );
    check(
        "Theo đề nghị của Giám đốc Sở Tài chính tại Tờ trình số 5/TTr-STC ngày 5/5/2020.",
        &["Proposal Tờ trình 5/TTr-STC 2020-05-05"],
    );
    check(
        "được thay thế bằng Quyết định số 5/QĐ-UBND ngày 5/5/2020",
        &["ReplacedBy Quyết định 5/QĐ-UBND 2020-05-05"],
    );
}

#[test]
fn relations_of_others() {
    // One letter answers another, this report neither.
    check(
        "Công văn số 15/SXD-QH ngày 5/5/2020 trả lời Tờ trình số 6/TTr-UBND ngày 1/4/2020",
        &["Mentions Công văn 15/SXD-QH 2020-05-05", "Mentions Tờ trình 6/TTr-UBND 2020-04-01"],
    );
    check("Hồ sơ thực hiện theo Thông tư số 5/2019/TT-BTC", &["Mentions Thông tư 5/2019/TT-BTC"]);
    check(
        "Đề nghị Bộ ban hành Thông tư hướng dẫn thực hiện Nghị định số 5/2019/NĐ-CP",
        &["Mentions Nghị định 5/2019/NĐ-CP"],
    );
    check(
        "được sửa đổi, bổ sung bởi:\n\nThông tư số 5/2019/TT-BTC ngày 1/2/2019",
        &["AmendedBy Thông tư 5/2019/TT-BTC 2019-02-01"],
    );
}

#[test]
fn misprints_are_kept_and_flagged() {
    check(
        "Thực hiện Nghị quyết số 57/NĐ-CP ngày 17/3/2020 của Chính phủ",
        &["Implements Nghị quyết 57/NĐ-CP 2020-03-17 (Chính phủ) !TypeDiffers"],
    );
    check(
        "Chương trình phối hợp số 7-CTr/TĐTN ngày 5/5/2017",
        &["Mentions Chương trình phối hợp 7-CTr/TĐTN 2017-05-05"],
    );
    check("Thông tư 03/2018/TTBLĐTBXH", &["Mentions Thông tư 03/2018/TTBLĐTBXH !MissingHyphen"]);
    check(
        "Nghị quyết số 26-NQ/CP ngày 5/5/2020",
        &["Mentions Nghị quyết 26-NQ/CP 2020-05-05 !SwappedSeparators"],
    );
    check(
        "Nghị quyết số 14/2021 NQ-HĐND",
        &["Mentions Nghị quyết 14/2021 NQ-HĐND !SpaceForSeparator"],
    );
}

#[test]
fn the_document_itself_is_not_cited() {
    check("SỞ LAO ĐỘNG\nSố: 45/BC-SLĐTBXH\n\nBÁO CÁO", &[]);
    check("(Kèm theo Báo cáo số 45/BC- SLĐTBXH ngày 12/4/2021 của Sở)", &[]);
    // The same number of another year is another document.
    check(
        "so với Báo cáo số 45/BC-SLĐTBXH ngày 12/4/2020",
        &["Mentions Báo cáo 45/BC-SLĐTBXH 2020-04-12"],
    );
    // Number lines of enclosed documents and of forms.
    check("UBND TỈNH VÂN SƠN\n\nSố: 12/QĐ-UBND\n\nQUYẾT ĐỊNH", &[]);
    check("Kèm theo Quyết định số    /QĐ-UBND ngày    tháng 4 năm 2021", &[]);
    check("Mẫu số 01/BC-UBND; biểu 02/KH-UBND", &[]);
}

#[test]
fn a_law_is_not_cited_by_itself() {
    let law = Metadata {
        doc_type: Some(found("Luật".to_owned(), None)),
        subject: Some(found("Trồng sen".to_owned(), None)),
        ..Metadata::default()
    };
    let ctx = Context::new(Tables::builtin(), Limits::default());
    let text = Text::from_plain("Luật Trồng sen quy định. Theo Luật Đất đai.");
    let shown: Vec<String> = find(&ctx, &text, &law).iter().map(show).collect();
    assert_eq!(shown, [r#"Mentions Luật "Luật Đất đai" !TitleOnly"#]);
}

#[test]
fn what_cites_nothing() {
    for text in [
        "đạt 17/17 tiêu chí, 5%/năm, 30 triệu đồng/năm, 183.220,15 triệu đồng",
        "52.483,260/410.275 triệu đồng; tháng 01/2020; (19/12/1946 - 19/12/2021)",
        "TCVN ISO 9001: 2015, QCVN 12-1:2011/BYT, Covid -19, lần thứ XIX",
        "ban hành 07 kế hoạch, 15 Kế hoạch trồng cây, 08 phòng trực thuộc",
        "trực 24/7, số 95A/6 đường Hoàng Hoa, giá 130.000/CP ngày 01/07",
        "Luật này, pháp luật, Hiến pháp, dự án Luật Thủy lợi",
        "ô quy hoạch K4/CQ2, tỷ lệ 1/500, truyền hình số",
    ] {
        check(text, &[]);
    }
}

#[test]
fn short_forms_have_the_key_of_the_full_form() {
    let found = find_in(
        "Chỉ thị số 12-CT/TU ngày 14/6/2016 của Ban Thường vụ Tỉnh ủy.\n\nThực hiện Chỉ thị số 12-CT/TU, Sở đã",
    );
    let keys: Vec<&str> = found.iter().filter_map(|citation| citation.key.as_deref()).collect();
    assert_eq!(keys, ["caobang.tinhuy|CT|12|nk2015-2020"; 2]);
    assert_eq!(found[1].issued_on, None, "only what is printed there");
    // Two full forms of one number: the short form is either of them.
    let found = find_in(
        "Kế hoạch số 5/KH-UBND ngày 1/2/2016; Kế hoạch số 5/KH-UBND ngày 1/2/2017; theo Kế hoạch 5/KH-UBND.",
    );
    assert_eq!(found[2].key.as_deref(), Some("?.UBND|KH|5|?"));
    let found = find_in("Chỉ thị số 34-CT/TW của Bộ Chính trị (khóa XI) về thi đua");
    assert_eq!(found[0].key.as_deref(), Some("tw|CT|34|khoaXI"));
}

#[test]
fn relative_bodies_are_those_of_the_place() {
    let key = |text: &str| find_in(text)[0].key.clone().unwrap();
    let own_province = "Kế hoạch số 5/KH-UBND ngày 1/2/2016 của UBND tỉnh về";
    assert_eq!(key(own_province), "caobang.ubnd|KH|5|2016");
    let another = "Kế hoạch số 5/KH-UBND ngày 1/2/2016 của UBND tỉnh Lạng Sơn về";
    assert_eq!(key(another), "langson.ubnd|KH|5|2016");
    assert_eq!(key("Kế hoạch 5/KH-UBND ngày 1/2/2016 và"), "?.UBND|KH|5|2016");
}

#[test]
fn quote_and_place() {
    let text = "Mở đầu.\n\nTheo Kế hoạch số 5/KH-\nUBND ngày 1/2/2016\nvề nuôi cá; và";
    let found = find_in(text);
    assert_eq!(found[0].quote, "Kế hoạch số 5/KH-UBND ngày 1/2/2016 về nuôi cá");
    let plain = Text::from_plain(text);
    assert_eq!(plain.slice(found[0].span), "Kế hoạch số 5/KH-\nUBND ngày 1/2/2016\nvề nuôi cá");
}

#[test]
fn pointers_go_back_to_their_full_form() {
    check(
        "Căn cứ Nghị định số 91/2018/NĐ-CP ngày 05/7/2018 của Chính phủ; thực hiện Nghị định nói \
         trên, Sở báo cáo.",
        &[
            "Basis Nghị định 91/2018/NĐ-CP 2018-07-05 (Chính phủ)",
            "Mentions Nghị định 91/2018/NĐ-CP 2018-07-05 (Chính phủ)",
        ],
    );
    // Nothing of the type was cited before.
    check(
        "Thực hiện Kế hoạch số 12/KH-UBND ngày 05/7/2018. Quyết định nêu trên được gửi.",
        &["Implements Kế hoạch 12/KH-UBND 2018-07-05"],
    );
}
