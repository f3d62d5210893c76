//! The tables that are compiled in, and a folder that overrides them.

use super::*;

#[track_caller]
fn check_name(name: &str, expected_id: Option<&str>) {
    let found = Tables::builtin().issuer_by_name(&name_key(name)).map(|found| found.id());
    assert_eq!(found.as_deref(), expected_id, "{name}");
}

#[test]
fn bodies_are_found_by_name() {
    check_name("BỘ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", Some("bldtbxh"));
    // The dash and the tone placement vary.
    check_name("Bộ Lao động – Thương binh và Xã hội", Some("bldtbxh"));
    check_name("Uỷ ban Thường vụ Quốc hội", Some("ubtvqh"));
    // Bodies of every province are one row; an unknown province gets its own identifier.
    check_name("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", Some("vanson.ubnd"));
    check_name("UBND tỉnh Cao Bằng", Some("caobang.ubnd"));
    check_name("Ủy ban nhân dân thành phố Hà Nội", Some("hanoi.ubnd"));
    // A town of the name of its province is another body.
    check_name("Ủy ban nhân dân thành phố Cao Bằng", Some("thanhpho-caobang.ubnd"));
    check_name("HĐND huyện Bảo Lạc", Some("huyen-baolac.hdnd"));
    check_name("Ủy ban nhân dân thị trấn An Lạc", Some("thitran-anlac.ubnd"));
    check_name("Sở Nội vụ", Some("?.snv"));
    check_name("Sở Nội vụ tỉnh Vân Sơn", Some("vanson.snv"));
    check_name("Sở Nội vụ Cao Bằng", Some("caobang.snv"));
    check_name("Ban Thường vụ Tỉnh ủy", Some("?.tinhuy"));
    check_name("Tỉnh ủy Cao Bằng", Some("caobang.tinhuy"));
    // What follows is no place, or the name of the place is missing.
    check_name("Sở Nội vụ có trách nhiệm", None);
    check_name("Ủy ban nhân dân tỉnh", None);
    check_name("Công ty Cổ phần Vân Sơn", None);
}

#[track_caller]
fn check_signs(sign: &str, expected_ids: &[&str]) {
    let found: Vec<&str> =
        Tables::builtin().issuers_by_sign(sign).iter().map(|row| row.id.as_str()).collect();
    for id in expected_ids {
        assert!(found.contains(id), "{sign}: {found:?} lacks {id}");
    }
    assert_eq!(found.is_empty(), expected_ids.is_empty(), "{sign}: {found:?}");
}

#[test]
fn bodies_are_found_by_sign() {
    check_signs("BLĐTBXH", &["bldtbxh"]);
    // Official letters of the ministry leave the B out.
    check_signs("LĐTBXH", &["bldtbxh", "{place}.sldtbxh"]);
    check_signs("SLĐTB&XH", &["{place}.sldtbxh"]);
    check_signs("ttg", &["ttg"]);
    check_signs("UBND", &["{place}.ubnd"]);
    // Đ and D are told apart.
    check_signs("SLDTBXH", &[]);
}

#[test]
fn types_are_found_by_sign_and_name() {
    let tables = Tables::builtin();
    let name = |sign: &str| tables.doc_type_by_sign(sign).map(|row| row.name.as_str());
    assert_eq!(name("KH"), Some("Kế hoạch"));
    assert_eq!(name("ttr"), Some("Tờ trình"));
    assert_eq!(name("TT"), Some("Thông tư"));
    assert_eq!(name("CT"), Some("Chỉ thị"));
    assert_eq!(name("QĐ"), Some("Quyết định"));
    assert_eq!(name("XYZ"), None);
    let of_the_party = tables.doc_type_by_sign_in("TT", Family::Party).unwrap();
    assert_eq!(of_the_party.name, "Thông tri");
    assert!(tables.doc_types_by_sign("QĐ").iter().any(|row| row.name == "Quy định"));

    let by_name =
        |text: &str| tables.doc_type_by_name(&name_key(text)).map(|row| row.name.as_str());
    assert_eq!(by_name("KẾ HOẠCH"), Some("Kế hoạch"));
    // The longest name wins.
    assert_eq!(by_name("Thông tư liên tịch số 5"), Some("Thông tư liên tịch"));
    assert_eq!(by_name("Thông tư số 5"), Some("Thông tư"));
    // Only whole words count.
    assert_eq!(by_name("Kế hoạchx"), None);
    assert_eq!(by_name("Luật sư"), Some("Luật"));
    assert_eq!(by_name(""), None);
}

#[test]
fn identifiers_with_a_place_lead_to_their_row() {
    let tables = Tables::builtin();
    assert_eq!(tables.issuer_by_id("bnv").unwrap().name, "Bộ Nội vụ");
    assert_eq!(tables.issuer_by_id("vanson.snv").unwrap().name, "Sở Nội vụ");
    assert!(tables.issuer_by_id("vanson.xyz").is_none());
}

#[test]
fn the_archive_of_a_province() {
    let tables = Tables::builtin().clone().in_province("tỉnh Cao Bằng").unwrap();
    assert_eq!(tables.default_province().unwrap().id, "caobang");
    assert_ne!(tables.revision(), Tables::builtin().revision());
    let error = Tables::builtin().clone().in_province("Cao Bẵng xx").map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected the name of a province as in provinces.tsv, found \"Cao Bẵng xx\""
    );
    assert!(Tables::builtin().default_province().is_none());
}

#[test]
fn bodies_have_years() {
    let ministry = Tables::builtin().issuer_by_id("bldtbxh").unwrap();
    assert!(ministry.existed_on("2020-05".parse().unwrap()));
    assert!(!ministry.existed_on("2025-07-01".parse().unwrap()));
    assert_eq!(ministry.successors[0], "bnv");
}

#[test]
fn places_and_their_provinces() {
    let tables = Tables::builtin();
    assert!(tables.is_place("Cao Bằng") && tables.is_place("TP. Hồ Chí Minh"));
    assert!(tables.is_place("tỉnh Hoà Bình"));
    assert!(!tables.is_place("Vân Sơn"));
    assert_eq!(tables.province_of("Tân An").unwrap().name, "Long An");
    assert_eq!(tables.place_id("huyện", "Bảo Lạc"), "huyen-baolac");
}

#[test]
fn a_law_name_means_another_law_in_another_year() {
    let tables = Tables::builtin();
    let number = |title: &str, date: &str| {
        tables.law_on(title, date.parse().unwrap()).map(|law| law.number.as_str())
    };
    assert_eq!(number("Luật Thi đua, Khen thưởng", "2021-04"), Some("15/2003/QH11"));
    assert_eq!(number("Luật thi đua khen thưởng", "2024-05-01"), Some("06/2022/QH15"));
    // Adopted but not yet in force: there is no older one in the table.
    assert_eq!(number("Luật Hộ tịch", "2015-01-01"), Some("60/2014/QH13"));
    assert_eq!(number("Luật Hộ tịch", "1990"), None);
}

#[test]
fn party_terms_hold_dates() {
    let tables = Tables::builtin();
    let term = |date: &str| tables.party_term(date.parse().unwrap()).map(|t| t.id.as_str());
    assert_eq!(term("2014-04-07"), Some("khoaXI"));
    assert_eq!(term("2024-05-24"), Some("khoaXIII"));
    // 2016 lies in two terms.
    assert_eq!(term("2016"), None);
    let local = tables.party_term_at(TermLevel::Province, "2016-05-09".parse().unwrap());
    assert_eq!(local.unwrap().id, "nk2015-2020");
}

#[test]
fn positions_and_names_take_the_longest() {
    let tables = Tables::builtin();
    assert_eq!(
        tables.position_by_name("pho chu tich thuong truc x").unwrap().0,
        "Phó Chủ tịch Thường trực"
    );
    assert_eq!(tables.position_by_name("giam doc").unwrap(), ("Giám đốc", 2));
    assert!(tables.position_by_name("giam").is_none());
    assert_eq!(tables.proper_name("cao bang va").unwrap().0, "Cao Bằng");
}

#[test]
fn built_in_tables_are_sorted_and_have_sources() {
    for file in FILES {
        let lines: Vec<&str> = file.text.lines().skip(1).collect();
        assert!(lines.is_sorted(), "{} is not sorted", file.name);
        assert_eq!(file.head.last(), Some(&"source"), "{}", file.name);
        for row in rows(file.name, file.text, file.head).unwrap() {
            assert!(
                !row.cell(file.head.len() - 1).is_empty(),
                "{}:{} has no source",
                file.name,
                row.line
            );
        }
    }
    // Successors and parents lead somewhere.
    let tables = Tables::builtin();
    for issuer in tables.issuers() {
        for id in issuer.successors.iter().chain(&issuer.parent) {
            assert!(tables.issuer_by_id(id).is_some(), "{} names {id}", issuer.id);
        }
    }
}

#[track_caller]
fn check_override(name: &str, text: &str) -> Result<Tables, String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(name), text).unwrap();
    let place = format!("{}/", dir.path().display());
    Tables::with_overrides(dir.path()).map_err(|error| error.to_string().replace(&place, ""))
}

#[test]
fn the_clerks_rows_add_and_replace() {
    let head = doc_type::HEAD.join("\t");
    let text = format!(
        "{head}\n# ours\nPBT\tPhiếu bắt tay\tstate\t\t\tyes\tours\nKH\tKế hoạch\tparty\t\t\tyes\tours\n"
    );
    let tables = check_override("doc_types.tsv", &text).unwrap();
    assert_eq!(tables.doc_type_by_sign("PBT").unwrap().name, "Phiếu bắt tay");
    assert_eq!(tables.doc_type_by_sign("KH").unwrap().families, [Family::Party]);
    assert_eq!(tables.doc_type_by_sign("BC").unwrap().name, "Báo cáo");
}

#[test]
fn a_wrong_table_is_refused_with_its_place() {
    let head = doc_type::HEAD.join("\t");
    let error = |name: &str, text: &str| check_override(name, text).map(|_| ()).unwrap_err();
    assert_eq!(
        error("doc_types.tsv", &format!("{head}\nKH\tKế hoạch\n")),
        "doc_types.tsv:2: expected 7 columns, found 2"
    );
    assert_eq!(
        error("doc_types.tsv", &format!("{head}\nKH\tKế hoạch\tstaat\t\t\tyes\tx\n")),
        "doc_types.tsv:2: expected legal, state, party, copy or other, found \"staat\""
    );
    assert_eq!(
        error("doc_types.tsv", &format!("{head}\nKH\tKế hoạch\tstate\t13/2020\t\tyes\tx\n")),
        "doc_types.tsv:2: expected a date like 2020-03-02, 2020-03 or 2020, found \"13/2020\""
    );
    let issuers = issuer::HEAD.join("\t");
    let body = |cells: &str| format!("{issuers}\nxyz\tBộ Xyz\tXYZ\t\tministry\t{cells}\tours\n");
    assert_eq!(
        error("issuers.tsv", &body("cp\t\t\tbxx")),
        "issuers.tsv:2: expected the identifier of a body, found \"bxx\""
    );
    assert_eq!(
        error("issuers.tsv", &body("cp\t2020\t2019\t")),
        "issuers.tsv:2: expected an end after the begin, found 2020 to 2019"
    );
    let twice = format!("{}xyz\tBộ Xyz\tXY\t\tministry\tcp\t\t\t\tours\n", body("cp\t\t\t"));
    assert_eq!(
        error("issuers.tsv", &twice),
        "issuers.tsv:3: expected one row of \"xyz Bộ Xyz\", found another in line 2"
    );
    let misnamed = error("issuer.tsv", &issuers);
    assert!(misnamed.starts_with("expected a table with one of the names abbreviations.tsv, "));
    assert!(misnamed.ends_with(", found issuer.tsv"), "{misnamed}");
    assert!(error("positions.tsv", "").starts_with("positions.tsv:1: expected the head"));
    let missing = Tables::with_overrides(Path::new("/no/such/folder")).map(|_| ()).unwrap_err();
    assert_eq!(missing.to_string(), "could not read /no/such/folder");
}
