//! Numbers of all families, repairs, order and keys, one line a case.

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<Parsed, NumberError> {
    DocNumber::parse(Tables::builtin(), text)
}

/// Canonical form, family, printed form and repairs of one number.
#[track_caller]
fn check(text: &str, family: Family, canonical: &str, printed: &str, repairs: &[Repair]) {
    let parsed = parse(text).unwrap();
    assert_eq!(parsed.number.to_string(), canonical);
    assert_eq!(parsed.number.family, family);
    assert_eq!(parsed.printed, printed);
    assert_eq!(parsed.repairs, repairs);
    let again = parse(canonical).unwrap();
    assert_eq!(again.number, parsed.number, "the canonical form reads back");
    // What is read alone is read the same way in the middle of a sentence.
    let sentence = format!("Thực hiện văn bản số {printed} ngày 02 tháng 3");
    let found = find_numbers(Tables::builtin(), &sentence);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].number, parsed.number);
    assert_eq!(found[0].printed, printed);
}

#[test]
fn every_family() {
    use Family::*;
    check("30/2020/NĐ-CP", Legal, "30/2020/NĐ-CP", "30/2020/NĐ-CP", &[]);
    check("54/2019/QH14", Legal, "54/2019/QH14", "54/2019/QH14", &[]);
    check("30/2000/PL-UBTVQH10", Legal, "30/2000/PL-UBTVQH10", "30/2000/PL-UBTVQH10", &[]);
    check("76/2025/UBTVQH15", Legal, "76/2025/UBTVQH15", "76/2025/UBTVQH15", &[]);
    // A resolution with a numbered part.
    check("66.2/2025/NQ-CP", Legal, "66.2/2025/NQ-CP", "66.2/2025/NQ-CP", &[]);
    // Joint circular: all segments are issuers, none a unit.
    let joint = "19/2013/TTLT-BLĐTBXH-BTC-BNV";
    check(joint, Legal, joint, joint, &[]);
    check("Số: 0318/KH-SLĐTBXH", Admin, "318/KH-SLĐTBXH", "0318/KH-SLĐTBXH", &[]);
    check("1484/NQ-UBTVQH15", Admin, "1484/NQ-UBTVQH15", "1484/NQ-UBTVQH15", &[]);
    // A unit with its own series behind the issuer.
    check("29/KL-BCA-A03", Admin, "29/KL-BCA-A03", "29/KL-BCA-A03", &[]);
    check("72/VBHN-VPQH", Admin, "72/VBHN-VPQH", "72/VBHN-VPQH", &[]);
    check("604/BLĐTBXH-BTXH", Letter, "604/BLĐTBXH-BTXH", "604/BLĐTBXH-BTXH", &[]);
    check("312/CCTTHC", Letter, "312/CCTTHC", "312/CCTTHC", &[]);
    // A dot inside the sign, and an ampersand.
    check("23/CGC.BT", Letter, "23/CGC.BT", "23/CGC.BT", &[]);
    check("391/TTr-NN&PTNT", Admin, "391/TTr-NN&PTNT", "391/TTr-NN&PTNT", &[]);
    check("11-CT/TU", Party, "11-CT/TU", "11-CT/TU", &[]);
    check("10277-CV/VPTW", Party, "10277-CV/VPTW", "10277-CV/VPTW", &[]);
    check("09-QĐi/TW", Party, "9-QĐi/TW", "09-QĐi/TW", &[]);
    check("4-CT/TĐTN-BMT.ANQP", Party, "4-CT/TĐTN-BMT.ANQP", "4-CT/TĐTN-BMT.ANQP", &[]);
    check("48-HĐBT", Historic, "48/HĐBT", "48-HĐBT", &[]);
    check("27/CP", Historic, "27/CP", "27/CP", &[]);
    check("59/TTg", Historic, "59/TTg", "59/TTg", &[]);
    check("12 SL", Historic, "12/SL", "12 SL", &[]);
    // A letter for an inserted number.
    check("58a/KH-SLĐTBXH", Admin, "58A/KH-SLĐTBXH", "58a/KH-SLĐTBXH", &[]);
}

#[test]
fn spacing_and_look_alikes() {
    use Family::*;
    check("2418/KH- UBND", Admin, "2418/KH-UBND", "2418/KH-UBND", &[]);
    check("1345/QĐ – UBND", Admin, "1345/QĐ-UBND", "1345/QĐ-UBND", &[]);
    check("218/STC-\nHCSN", Letter, "218/STC-HCSN", "218/STC-HCSN", &[]);
    check("391/TTr -\nNN&PTNT", Admin, "391/TTr-NN&PTNT", "391/TTr-NN&PTNT", &[]);
    check("1906. /KH-UBND".replace(". ", " ").as_str(), Admin, "1906/KH-UBND", "1906/KH-UBND", &[]);
    check("22 / 2025/TT-BTC", Legal, "22/2025/TT-BTC", "22/2025/TT-BTC", &[]);
    check("207/Q\u{d0}-UBND", Admin, "207/QĐ-UBND", "207/QĐ-UBND", &[]);
    check("207/QĐ\u{2011}UBND", Admin, "207/QĐ-UBND", "207/QĐ-UBND", &[]);
    // The printed form keeps its capitals, the canonical form has the registered spelling.
    check("63/QĐ-TTG", Admin, "63/QĐ-TTg", "63/QĐ-TTG", &[]);
    check("284 - QĐ/TWĐTN-VP", Party, "284-QĐ/TWĐTN-VP", "284-QĐ/TWĐTN-VP", &[]);
}

#[test]
fn every_repair_is_named() {
    use Family::*;
    use Repair::*;
    check("03/2018/TTBLĐTBXH", Legal, "3/2018/TT-BLĐTBXH", "03/2018/TTBLĐTBXH", &[MissingHyphen]);
    check("84/TBMTTQ-BTT", Admin, "84/TB-MTTQ-BTT", "84/TBMTTQ-BTT", &[MissingHyphen]);
    check("41/CT-TW", Party, "41-CT/TW", "41/CT-TW", &[SwappedSeparators]);
    check("26-NQ/CP", Admin, "26/NQ-CP", "26-NQ/CP", &[SwappedSeparators]);
    check("1512 QĐ/TWĐTN", Party, "1512-QĐ/TWĐTN", "1512 QĐ/TWĐTN", &[SpaceForSeparator]);
    check("14/2021 NQ-HĐND", Legal, "14/2021/NQ-HĐND", "14/2021 NQ-HĐND", &[SpaceForSeparator]);
    check("35/SLĐTBXH-GP", Admin, "35/GP-SLĐTBXH", "35/SLĐTBXH-GP", &[TypeAfterIssuer]);
    check("71/1991/HĐBT", Legal, "71/1991/HĐBT", "71/1991/HĐBT", &[ModernisedOldForm]);
    check("48/NĐ-HĐBT", Admin, "48/NĐ-HĐBT", "48/NĐ-HĐBT", &[ModernisedOldForm]);
    check("123/QĐ/UBND", Admin, "123/QĐ-UBND", "123/QĐ/UBND", &[SlashForHyphen]);
    check("10/98/NĐ-CP", Legal, "10/1998/NĐ-CP", "10/98/NĐ-CP", &[ShortYear]);
    check("1.234/QĐ-UBND", Admin, "1234/QĐ-UBND", "1.234/QĐ-UBND", &[ThousandsDot]);
    check("15/2018/ND-CP", Legal, "15/2018/NĐ-CP", "15/2018/ND-CP", &[LostStroke]);
    // A known issuer is never cut into type and rest: TTCP is not TT and CP.
    check("123/TTCP-V1", Letter, "123/TTCP-V1", "123/TTCP-V1", &[]);
}

/// All numbers of a running text, as printed.
#[track_caller]
fn check_found(text: &str, expect: &[&str]) {
    let found = find_numbers(Tables::builtin(), text);
    let printed: Vec<&str> = found.iter().map(|m| m.printed.as_str()).collect();
    assert_eq!(printed, expect);
}

#[test]
fn where_a_number_ends() {
    check_found("Quyết định số 12/QĐ-UBND - UBND tỉnh", &["12/QĐ-UBND"]); // the next item of a list
    check_found("số 12/QĐ-UBND\n- Phòng Tài chính", &["12/QĐ-UBND"]);
    check_found("số 12/QĐ-UBNDngày 05 tháng 3", &["12/QĐ-UBND"]); // a word glued on
    check_found("số 63/QĐ-TTgngày 05", &["63/QĐ-TTg"]);
    check_found("Nghị định số 30/2020/NĐ-CP.\nCác cơ quan", &["30/2020/NĐ-CP"]);
    check_found(
        "số 01/2015/TT-BTC, 02/2015/TT-BTC; 3/KH-UBND.",
        &["01/2015/TT-BTC", "02/2015/TT-BTC", "3/KH-UBND"],
    );
    check_found("số 31/2026/NĐ-\nCP ngày", &["31/2026/NĐ-CP"]); // broken at a line end
    check_found("số15/2020/NĐ-CP", &["15/2020/NĐ-CP"]); // the accented letter before it is a word
    check_found("QUYẾT ĐỊNH SỐ 63/QĐ-TTG NGÀY 12", &["63/QĐ-TTG"]);
    check_found("(138/KH-UBND)", &["138/KH-UBND"]);
    check_found("", &[]);
}

#[test]
fn what_is_no_number() {
    for text in [
        "đạt 17/17 tiêu chí, 5%/năm, 30 triệu đồng/năm",
        "52.483,260/410.275 triệu đồng; tháng 01/2020; ngày 30/3/2020",
        "(19/12/1946 - 19/12/2021), 1946- 19/12/2021",
        "QCVN 12-1:2011/BYT, TCVN 9001:2015/BKHCN",
        "ô quy hoạch K4/CQ2, tỷ lệ 1/500, số nhà 95A/6, trực 24/7",
        "giá 130.000/CP ngày 01/07", // a price for each share
        "điện thoại 0206.3852.139 - 0912 345 678",
        "Covid -19, 2016 - 2020, 15/QĐ",
        "sách 10/ sách",
    ] {
        check_found(text, &[]);
    }
}

#[test]
fn blanks_and_other_texts() {
    #[track_caller]
    fn check_error(text: &str, message: &str) {
        assert_eq!(parse(text).unwrap_err().to_string(), message);
    }
    check_error(
        "Số:     /BC-SLĐTBXH",
        "expected a number before the sign BC-SLĐTBXH, found a blank",
    );
    check_error("Số ...../QĐ-UBND", "expected a number before the sign QĐ-UBND, found a blank");
    check_error("ngày 5", "expected a document number like 30/2020/NĐ-CP, found \"ngày 5\"");
    check_error(
        "12/KH-UBND và 13/KH-UBND",
        "expected a document number like 30/2020/NĐ-CP, found \"12/KH-UBND và 13/KH-UBND\"",
    );
    check_error("", "expected a document number like 30/2020/NĐ-CP, found \"\"");
}

#[test]
fn typed_queries() {
    let number = parse("318/kh-slđtbxh").unwrap().number;
    assert_eq!(number.to_string(), "318/KH-SLĐTBXH");
    assert_eq!(number.fold_key(), "318 KH SLDTBXH");
    assert_eq!(parse("318/kh-sldtbxh").unwrap().number.fold_key(), "318 KH SLDTBXH");
}

#[test]
fn keys_tell_series_apart() {
    let key = |text: &str, issuer, period| parse(text).unwrap().number.key(issuer, period);
    let year = |y| Some(Period::Year(y));
    assert_eq!(key("91/2018/NĐ-CP", Some("cp"), None), "cp|NĐ|91|2018");
    assert_eq!(
        key("318/KH-SLĐTBXH", Some("vanson.sldtbxh"), year(2020)),
        "vanson.sldtbxh|KH|318|2020"
    );
    assert_eq!(key("34-CT/TW", Some("tw"), Some(Period::Term("khoaXI".into()))), "tw|CT|34|khoaXI");
    // Nothing known but the paper itself.
    assert_eq!(key("318/KH-SLĐTBXH", None, None), "?.SLĐTBXH|KH|318|?");
    assert_eq!(key("45/2019/QH14", Some("qh"), None), "qh|-|45|2019");
    assert_eq!(key("604/BTC-QLG", Some("btc"), year(2012)), "btc|CV|604|2012");
    // Two series of one council: individual and normative.
    assert_ne!(key("20/NQ-HĐND", Some("h"), year(2020)), key("20/2020/NQ-HĐND", Some("h"), None));
    // Đ is not folded: đề án and dự án are numbered apart.
    assert_ne!(key("5/ĐA-UBND", None, None), key("5/DA-UBND", None, None));
}

#[test]
fn lookup_leaves_open_what_authors_leave_out() {
    let lookup = |text: &str| parse(text).unwrap().number.lookup_key();
    assert_eq!(lookup("0214/QĐ-BNN-PC"), "214/QĐ-BNN");
    assert_eq!(lookup("30/2020/NĐ-CP"), "30/NĐ-CP");
    assert_eq!(lookup("20/2020/NQ-HĐND"), "20/*/NQ-HĐND");
    for old in ["48-HĐBT", "48/NĐ-HĐBT", "48/1988/HĐBT"] {
        assert_eq!(lookup(old), "48/HĐBT");
    }
    assert_ne!(lookup("604/BTC-QLG"), lookup("604/KH-BTC"));
}

#[test]
fn order_of_numbers() {
    let mut numbers: Vec<DocNumber> = ["10/KH-UBND", "58A/KH-UBND", "9/KH-UBND", "58/KH-UBND"]
        .map(|text| parse(text).unwrap().number)
        .to_vec();
    numbers.sort();
    let sorted: Vec<String> = numbers.iter().map(DocNumber::to_string).collect();
    assert_eq!(sorted, ["9/KH-UBND", "10/KH-UBND", "58/KH-UBND", "58A/KH-UBND"]);
}

/// A number of any family, made of its parts.
fn any_number() -> impl Strategy<Value = DocNumber> {
    let families = [Family::Legal, Family::Admin, Family::Letter, Family::Party, Family::Historic];
    let types = ["BC", "CT", "KH", "NQ", "NĐ", "QĐ", "TB", "TTr", "ĐA"];
    let states = ["BLĐTBXH", "BNV", "BTC", "SLĐTBXH", "UBND", "VPCP", "XYZT", "NN&PTNT"];
    let parties = ["BTGTU", "TU", "TW", "TĐTN", "XYZU"];
    (
        0..families.len(),
        1u32..20_000,
        proptest::option::of(proptest::char::range('A', 'D')),
        1946i16..2030,
        0..types.len(),
        0..states.len(),
        0..parties.len(),
        proptest::option::of(0..3usize),
    )
        .prop_map(move |(family, serial, suffix, year, doc_type, state, party, unit)| {
            let family = families[family];
            let with_type = !matches!(family, Family::Letter | Family::Historic);
            let issuer = match family {
                Family::Party => parties[party],
                Family::Historic => ["CP", "TTg", "HĐBT", "UB"][state % 4],
                _ => states[state],
            };
            let units = unit.map(|unit| ["VP", "NC", "PC02"][unit].to_owned());
            DocNumber {
                serial,
                part: None,
                suffix,
                year: (family == Family::Legal).then_some(year),
                family,
                doc_type: with_type.then(|| types[doc_type].to_owned()),
                issuers: vec![issuer.to_owned()],
                units: if family == Family::Historic {
                    vec![]
                } else {
                    units.into_iter().collect()
                },
                legislature: None,
            }
        })
}

/// One of the ways in which a typist spells a canonical form.
fn spell(canonical: &str, seed: u32) -> String {
    let mut text = String::new();
    if seed & 1 == 1 {
        text.push_str(["Số: ", "Số ", "số ", "SỐ: "][(seed >> 1 & 3) as usize]);
    }
    if seed >> 3 & 1 == 1 {
        text.push('0');
    }
    let mut rest = seed >> 4;
    for c in canonical.chars() {
        match c {
            '-' | '/' => {
                let hyphens = ["-", "\u{2013}", "\u{2010}", "\u{2212}"];
                let mark = if c == '/' { "/" } else { hyphens[(rest & 3) as usize] };
                match rest >> 2 & 3 {
                    1 => text.push_str(&format!("{mark} ")),
                    2 => text.push_str(&format!(" {mark}")),
                    3 => text.push_str(&format!("{mark}\n")),
                    _ => text.push_str(mark),
                }
                rest >>= 4;
            }
            'Đ' if rest & 1 == 1 => text.push('\u{d0}'),
            _ => text.push(c),
        }
    }
    text
}

proptest! {
    #[test]
    fn display_reads_back(number in any_number()) {
        let parsed = parse(&number.to_string()).unwrap();
        prop_assert_eq!(&parsed.number, &number);
        prop_assert_eq!(parsed.printed, number.to_string());
    }

    #[test]
    fn scanner_survives_any_text(text in "[0-9A-ZĐa-zạố/. &:\n–-]{0,80}") {
        for found in find_numbers(Tables::builtin(), &text) {
            prop_assert!(text.get(found.range).is_some());
        }
    }
}

/// 10,000 spellings of 1,000 numbers: at least 99.9 % get the key of their number, and no two
/// numbers share one.
#[test]
fn spellings_of_one_number_share_a_key_and_no_two_numbers_do() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut numbers = std::collections::BTreeMap::new();
    while numbers.len() < 1000 {
        let mut number = any_number().new_tree(&mut runner).unwrap().current();
        // Units are drafting rooms: they do not number on their own.
        number.units.clear();
        numbers.insert(number.to_string(), number.key(None, None));
    }
    let distinct: std::collections::BTreeSet<&String> = numbers.values().collect();
    assert_eq!(distinct.len(), numbers.len());
    let (mut n_same, mut n_all) = (0, 0);
    for (canonical, key) in &numbers {
        for _ in 0..10 {
            let text = spell(canonical, any::<u32>().new_tree(&mut runner).unwrap().current());
            n_all += 1;
            n_same += usize::from(parse(&text).is_ok_and(|p| p.number.key(None, None) == *key));
        }
    }
    assert_eq!(n_all, 10_000);
    assert!(n_same >= 9_990, "{n_same} of {n_all}");
}
