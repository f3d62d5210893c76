//! Layouts as small invented texts: every way of printing a head that archives hold.

use crate::{
    context::Context,
    domain::{found::Found, record::Metadata, tables::Tables},
    extract::metadata,
    source::Limits,
    text::Text,
};

const NATION: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n";
const FOOT: &str = "Nơi nhận:\n- Như Điều 3;\n- Lưu: VT.\nGIÁM ĐỐC\nTrần Văn Bình\n";

fn read(plain: &str) -> (Metadata, Vec<String>) {
    let ctx = Context::new(Tables::builtin(), Limits::default());
    let text = Text::from_plain(plain);
    let (metadata, warnings) = metadata(&ctx, &text);
    (metadata, warnings.into_iter().map(|warning| warning.code).collect())
}

/// The fields in one line each, absent ones left out.
#[track_caller]
fn check(plain: &str, expected: &str) {
    let (metadata, warnings) = read(plain);
    let mut lines = Vec::new();
    let mut line = |name: &str, found: &Option<Found<String>>| {
        if let Some(found) = found {
            lines.push(format!("{name}: {}", found.value));
        }
    };
    line("số", &metadata.number);
    line("loại", &metadata.doc_type);
    line("cơ quan", &metadata.issuer);
    line("cấp trên", &metadata.parent_issuer);
    line("nơi", &metadata.place);
    if let Some(date) = &metadata.issued_on {
        lines.push(format!("ngày: {}", date.value));
    }
    let mut line = |name: &str, found: &Option<Found<String>>| {
        if let Some(found) = found {
            lines.push(format!("{name}: {}", found.value));
        }
    };
    line("trích yếu", &metadata.subject);
    line("quyền hạn", &metadata.signing_capacity);
    line("chức vụ", &metadata.signer_position);
    line("người ký", &metadata.signer);
    if metadata.is_draft.is_some_and(|draft| draft.value) {
        lines.push("dự thảo".to_owned());
    }
    if let Some(found) = metadata.classification {
        lines.push(format!("{:?}", found.value));
    }
    if let Some(found) = metadata.urgency {
        lines.push(format!("{:?}", found.value));
    }
    if !warnings.is_empty() {
        lines.push(format!("! {}", warnings.join(" ")));
    }
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(lines, expected, "{plain}");
}

#[test]
fn state_letterhead_column_by_column() {
    check(
        &format!(
            "ỦY BAN NHÂN DÂN\nTỈNH VÂN SƠN\nSỞ NỘI VỤ\n\nSố: 12/KH-SNV\n\n{NATION}\nVân Sơn, ngày 05 tháng \
             3 năm 2020\n\nKẾ HOẠCH\nThực hiện Chỉ thị số 06-CT/TU ngày 09/5/2016\n\nCăn cứ Luật Lưu \
             trữ;\n{FOOT}"
        ),
        "số: 12/KH-SNV
         loại: Kế hoạch
         cơ quan: Sở Nội vụ
         cấp trên: Ủy ban nhân dân tỉnh Vân Sơn
         nơi: Vân Sơn
         ngày: 2020-03-05
         trích yếu: Thực hiện Chỉ thị số 06-CT/TU ngày 09/5/2016
         chức vụ: Giám đốc
         người ký: Trần Văn Bình",
    );
}

#[test]
fn both_columns_on_one_line() {
    check(
        &format!(
            "UBND TỈNH VÂN SƠN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSỞ NỘI VỤ Độc lập - Tự do - Hạnh \
             phúc\nSố: 12/BC-SNV Vân Sơn, ngày 05 tháng 3 năm 2020\n\nBÁO CÁO\nKẾT QUẢ CÔNG TÁC CỦA TỈNH \
             VÂN SƠN\n\nKính gửi: Ủy ban nhân dân tỉnh.\n{FOOT}"
        ),
        "số: 12/BC-SNV
         loại: Báo cáo
         cơ quan: Sở Nội vụ
         cấp trên: UBND tỉnh Vân Sơn
         nơi: Vân Sơn
         ngày: 2020-03-05
         trích yếu: Kết quả công tác của tỉnh Vân Sơn
         chức vụ: Giám đốc
         người ký: Trần Văn Bình",
    );
}

#[test]
fn official_letter() {
    check(
        &format!(
            "UBND TỈNH VÂN SƠN\nSỞ NỘI VỤ\nSố: 143/SNV-\nTCCB\nV/v báo cáo theo Công văn\nsố 5/UBND-VX \
             ngày 01/3/2020\n{NATION}Vân Sơn, ngày 05 tháng 3 năm 2020\n\nKính gửi: Các phòng.\n{FOOT}"
        ),
        "số: 143/SNV-TCCB
         loại: Công văn
         cơ quan: Sở Nội vụ
         cấp trên: UBND tỉnh Vân Sơn
         nơi: Vân Sơn
         ngày: 2020-03-05
         trích yếu: báo cáo theo Công văn số 5/UBND-VX ngày 01/3/2020
         chức vụ: Giám đốc
         người ký: Trần Văn Bình",
    );
}

#[test]
fn party_letterhead() {
    check(
        "TỈNH ỦY VÂN SƠN\n*\nSố 06-CT/TU\nĐẢNG CỘNG SẢN VIỆT NAM\nVân Sơn, ngày 09 tháng 5 năm 2016\nCHỈ \
         THỊ\nvề công tác thi đua\n\nThời gian qua, phong trào đã đi vào nền nếp.\n- Các huyện ủy,\n- Lưu \
         Văn phòng.\nT/M BAN THƯỜNG VỤ\nPHÓ BÍ THƯ\nTrần Văn Bình",
        "số: 06-CT/TU
         loại: Chỉ thị
         cơ quan: Tỉnh ủy Vân Sơn
         nơi: Vân Sơn
         ngày: 2016-05-09
         trích yếu: về công tác thi đua
         quyền hạn: TM.
         chức vụ: Phó Bí thư
         người ký: Trần Văn Bình",
    );
    // All on one line, as an old page converts.
    check(
        "HUYỆN ỦY AN LẠC * Số 12-KH/HU ĐẢNG CỘNG SẢN VIỆT NAM An Lạc, ngày 03 tháng 4 năm 2018\nKẾ \
         HOẠCH\nkiểm tra năm 2018\n\nCăn cứ Điều lệ Đảng;",
        "số: 12-KH/HU
         loại: Kế hoạch
         cơ quan: Huyện ủy An Lạc
         nơi: An Lạc
         ngày: 2018-04-03
         trích yếu: kiểm tra năm 2018",
    );
}

#[test]
fn national_assembly() {
    check(
        &format!(
            "QUỐC HỘI\nLuật số: 12/2019/QH14\n{NATION}\nLUẬT\nHÒA GIẢI\n\nCăn cứ Hiến pháp;\nĐiều 1. Phạm \
             vi\nLuật này được Quốc hội khóa XIV, kỳ họp thứ 8 thông qua ngày 20 tháng 11 năm \
             2019.\nCHỦ TỊCH QUỐC HỘI\nĐã ký: Trần Thị Bình"
        ),
        "số: 12/2019/QH14
         loại: Luật
         cơ quan: Quốc hội
         ngày: 2019-11-20
         trích yếu: Hòa giải
         chức vụ: Chủ tịch Quốc hội
         người ký: Trần Thị Bình",
    );
}

#[test]
fn peoples_council() {
    check(
        &format!(
            "HỘI ĐỒNG NHÂN DÂN\nTỈNH VÂN SƠN\nSố: 20/2020/NQ-HĐND\n{NATION}Vân Sơn, ngày 10 tháng 12 năm \
             2020\nNGHỊ QUYẾT\nQUY ĐỊNH MỨC CHI CỦA CHỦ TỊCH\nỦY BAN NHÂN DÂN TỈNH VÂN SƠN\nHỘI ĐỒNG NHÂN DÂN \
             TỈNH VÂN SƠN\nKHÓA XVI, KỲ HỌP THỨ 18\nCăn cứ Luật Ngân sách nhà nước;\nNơi nhận:\n- UBTVQH;\n- \
             Lưu: VT.\nCHỦ TỊCH\nTrần Văn Bình"
        ),
        "số: 20/2020/NQ-HĐND
         loại: Nghị quyết
         cơ quan: Hội đồng nhân dân tỉnh Vân Sơn
         nơi: Vân Sơn
         ngày: 2020-12-10
         trích yếu: Quy định mức chi của Chủ tịch Ủy ban nhân dân tỉnh Vân Sơn
         chức vụ: Chủ tịch
         người ký: Trần Văn Bình",
    );
}

#[test]
fn gazette_page() {
    check(
        &format!(
            "Người ký: CỔNG THÔNG TIN ĐIỆN TỬ CHÍNH PHỦ\nEmail: x@vansonn.vn\nCơ quan: VĂN PHÒNG CHÍNH \
             PHỦ\nThời gian ký: 28.08.2024 14:34:48 +07:00\n2 CÔNG BÁO/Số 975 + 976/Ngày 23-8-2024\nVĂN BẢN QUY \
             PHẠM PHÁP LUẬT\nBỘ NỘI VỤ\n\nBỘ NỘI VỤ\nSố: 5/2024/TT-BNV\n{NATION}Hà Nội, ngày 12 tháng 8 năm \
             2024\nTHÔNG TƯ\nQuy định về hồ sơ\n\nCăn cứ Luật Lưu trữ;\nKT. BỘ TRƯỞNG\nTHỨ TRƯỞNG\nTrần Văn \
             Bình"
        ),
        "số: 5/2024/TT-BNV
         loại: Thông tư
         cơ quan: Bộ Nội vụ
         nơi: Hà Nội
         ngày: 2024-08-12
         trích yếu: Quy định về hồ sơ
         quyền hạn: KT.
         chức vụ: Thứ trưởng
         người ký: Trần Văn Bình",
    );
}

#[test]
fn consolidated_text() {
    check(
        &format!(
            "{NATION}\nTHÔNG TƯ\nHướng dẫn về hồ sơ\n\nThông tư số 08/2020/TT-BNV ngày 15 tháng 10 năm 2020 \
             được sửa đổi, bổ sung bởi:\n\nThông tư số 09/2021/TT-BNV.\n\nCăn cứ Luật Lưu trữ;\nĐiều 1. Phạm \
             vi\n\nBỘ NỘI VỤ\nXÁC THỰC VĂN BẢN HỢP NHẤT\nSố: 46/VBHN-BNV\nHà Nội, ngày 24 tháng 11 năm \
             2021\nKT. BỘ TRƯỞNG\nTHỨ TRƯỞNG\nTrần Văn Bình"
        ),
        "số: 46/VBHN-BNV
         loại: Văn bản hợp nhất
         cơ quan: Bộ Nội vụ
         nơi: Hà Nội
         ngày: 2021-11-24
         trích yếu: Hướng dẫn về hồ sơ
         quyền hạn: KT.
         chức vụ: Thứ trưởng
         người ký: Trần Văn Bình",
    );
}

#[test]
fn portal_page_with_bars() {
    check(
        "TIÊU ĐỀ: Quyết định 417/QĐ-UBND năm 2026 về thủ tục\n\nỦY BAN NHÂN DÂN TỈNH VÂN SƠN | CỘNG HÒA XÃ HỘI \
         CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc\nSố: 417/QĐ-UBND | Vân Sơn, ngày 12 tháng 01 năm \
         2026\n\nQUYẾT ĐỊNH\n\nCÔNG BỐ THỦ TỤC CỦA SỞ NỘI VỤ\n\nCHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH\n\nCăn cứ Luật Lưu \
         trữ;\n\nNơi nhận: - Như Điều 3; - Lưu: VT. | KT. CHỦ TỊCH PHÓ CHỦ TỊCH Trần Văn Bình",
        "số: 417/QĐ-UBND
         loại: Quyết định
         cơ quan: Ủy ban nhân dân tỉnh Vân Sơn
         nơi: Vân Sơn
         ngày: 2026-01-12
         trích yếu: Công bố thủ tục của Sở Nội vụ
         quyền hạn: KT.
         chức vụ: Phó Chủ tịch
         người ký: Trần Văn Bình",
    );
}

#[test]
fn retyped_without_letterhead() {
    check(
        "QUYẾT ĐỊNH\nCỦA THỦ TƯỚNG CHÍNH PHỦ SỐ 63/QĐ-TTg NGÀY 13 THÁNG 01 NĂM 2010\nPHÊ DUYỆT QUY HOẠCH\n\nTHỦ \
         TƯỚNG CHÍNH PHỦ\n\nCăn cứ Luật Lưu trữ;\nTHỦ TƯỚNG\nTrần Văn Bình",
        "số: 63/QĐ-TTg
         loại: Quyết định
         cơ quan: Thủ tướng Chính phủ
         ngày: 2010-01-13
         trích yếu: Phê duyệt quy hoạch
         chức vụ: Thủ tướng
         người ký: Trần Văn Bình",
    );
}

#[test]
fn letterhead_lost_and_number_blank() {
    check(
        "Số:    /BC-SLĐTBXH\nVân Sơn, ngày    tháng 4 năm 2021\nBÁO CÁO\nSơ kết công tác\n\nThực hiện Kế hoạch \
         số 12/KH-UBND của tỉnh, Sở báo cáo như sau:\nGIÁM ĐỐC\nTrần Văn Bình",
        "loại: Báo cáo
         cơ quan: Sở Lao động - Thương binh và Xã hội
         nơi: Vân Sơn
         ngày: 2021-04
         trích yếu: Sơ kết công tác
         chức vụ: Giám đốc
         người ký: Trần Văn Bình
         ! incomplete_date blank_number",
    );
}

#[test]
fn drafts_copies_and_stamps() {
    check(
        &format!(
            "DỰ THẢO\nUBND TỈNH VÂN SƠN\nSố: …/QĐ-UBND\nHỎA TỐC\n{NATION}Vân Sơn, ngày … tháng … năm \
             2021\nQUYẾT ĐỊNH\nVề việc hỗ trợ\nCăn cứ Luật Lưu trữ;"
        ),
        "loại: Quyết định
         cơ quan: UBND tỉnh Vân Sơn
         nơi: Vân Sơn
         ngày: 2021
         trích yếu: Về việc hỗ trợ
         dự thảo
         Express
         ! incomplete_date blank_number",
    );
    // The copy has its own number, date and signer at the end.
    check(
        &format!(
            "SỞ NỘI VỤ\nSố: 12/TB-SNV\n{NATION}Vân Sơn, ngày 05 tháng 3 năm 2020\nTHÔNG BÁO\nVề lịch \
             nghỉ\nKính gửi: Các phòng.\nGIÁM ĐỐC\nTrần Văn Bình\nUBND HUYỆN AN LẠC\nSỐ: 7/SY-UBND\nSAO Y\nAn \
             Lạc, ngày 09 tháng 3 năm 2020\nTL. CHỦ TỊCH\nCHÁNH VĂN PHÒNG\nLê Thị Cúc"
        ),
        "số: 12/TB-SNV
         loại: Thông báo
         cơ quan: Sở Nội vụ
         nơi: Vân Sơn
         ngày: 2020-03-05
         trích yếu: Về lịch nghỉ
         chức vụ: Giám đốc
         người ký: Trần Văn Bình",
    );
    check(
        &format!(
            "BỘ NỘI VỤ\nSố: 1/BC-BNV\nTỐI MẬT\n{NATION}Hà Nội, ngày 05 tháng 3 năm 2020\nBÁO CÁO\nVề x"
        ),
        "số: 1/BC-BNV
         loại: Báo cáo
         cơ quan: Bộ Nội vụ
         nơi: Hà Nội
         ngày: 2020-03-05
         trích yếu: Về x
         Secret",
    );
}

#[test]
fn joint_document() {
    check(
        &format!(
            "BỘ NỘI VỤ - BỘ TÀI CHÍNH\nSố: 1/2014/TTLT-BNV-BTC\n{NATION}Hà Nội, ngày 05 tháng 3 năm \
             2014\nTHÔNG TƯ LIÊN TỊCH\nHướng dẫn chi\nCăn cứ Luật Lưu trữ;\nKT. BỘ TRƯỞNG BỘ TÀI CHÍNH\nTHỨ \
             TRƯỞNG\nCao Thị Nhã\nKT. BỘ TRƯỞNG BỘ NỘI VỤ\nTHỨ TRƯỞNG\nTrần Văn Bình"
        ),
        "số: 1/2014/TTLT-BNV-BTC
         loại: Thông tư liên tịch
         cơ quan: Bộ Nội vụ - Bộ Tài chính
         nơi: Hà Nội
         ngày: 2014-03-05
         trích yếu: Hướng dẫn chi
         quyền hạn: KT.
         chức vụ: Thứ trưởng
         người ký: Trần Văn Bình",
    );
}

#[test]
fn readings_that_disagree_are_reported() {
    check(
        &format!(
            "BỘ NỘI VỤ\nSố: 42/2020/NĐ-CP\n{NATION}Hà Nội, ngày 05 tháng 3 năm 2021\nNGHỊ QUYẾT\nVề \
             lương\nCăn cứ Luật Lưu trữ;"
        ),
        "số: 42/2020/NĐ-CP
         loại: Nghị quyết
         cơ quan: Bộ Nội vụ
         nơi: Hà Nội
         ngày: 2021-03-05
         trích yếu: Về lương
         ! type_differs year_differs issuer_differs",
    );
}

#[test]
fn what_is_no_document_has_no_fields() {
    // An appendix cut from its decree, a form, a manual that shows a number.
    check(
        "Phụ lục II\nVIẾT HOA\n(Kèm theo Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính \
         phủ)\nViết hoa đầu câu.",
        "",
    );
    check("Hướng dẫn sử dụng phần mềm\nGõ số 123/QĐ-UBND vào ô tìm kiếm.", "");
    check("", "");
}

#[test]
fn keys_name_the_document() {
    let key = |plain: &str| read(plain).0.number.and_then(|number| number.key).unwrap_or_default();
    let state = format!(
        "UBND TỈNH VÂN SƠN\nSỞ NỘI VỤ\nSố: 12/KH-SNV\n{NATION}Vân Sơn, ngày 05 tháng 3 năm 2020\nKẾ HOẠCH"
    );
    assert_eq!(key(&state), "vanson.snv|KH|12|2020");
    let party = "TỈNH ỦY VÂN SƠN\n*\nSố 06-CT/TU\nĐẢNG CỘNG SẢN VIỆT NAM\nVân Sơn, ngày 09 tháng 5 năm \
                 2016\nCHỈ THỊ\nvề thi đua";
    assert_eq!(key(party), "vanson.tinhuy|CT|6|nk2015-2020");
}

proptest::proptest! {
    /// Any text is survived, and every span is a slice of it.
    #[test]
    fn spans_lie_in_the_text(plain in "((Số: |V/v |KT\\. |TM\\. |CHỦ TỊCH|KẾ HOẠCH|ngày |, |\\||\n|1/|QĐ-UBND|Vân |BỘ NỘI VỤ|CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM|Trần Văn Bình|MẬT|\\PC){0,60})") {
        let text = Text::from_plain(&plain);
        let ctx = Context::new(Tables::builtin(), Limits::default());
        let (found, _) = metadata(&ctx, &text);
        let spans = [
            found.number.map(|f| f.span), found.issuer.map(|f| f.span), found.subject.map(|f| f.span),
            found.signer.map(|f| f.span), found.recipients.map(|f| f.span), found.place.map(|f| f.span),
            found.issued_on.map(|f| f.span), found.doc_type.map(|f| f.span),
        ];
        for span in spans.into_iter().flatten() {
            proptest::prop_assert!(text.as_str().get(span.range()).is_some());
        }
    }
}
