//! Registers as a clerk gets them: written, opened again and compared cell by cell.

use std::io::Cursor;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use calamine::{Data, Reader, Xlsx};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use vanthu::export::{Cell, Column, FileKind, Sheet};

use crate::{api, util};

async fn get(path: &str) -> (StatusCode, String, Vec<u8>) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = api::service().oneshot(request).await.unwrap();
    let kind = answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    let status = answer.status();
    (status, kind, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

async fn json(path: &str) -> Value {
    serde_json::from_slice(&get(path).await.2).unwrap()
}

/// The rows of a workbook under its heading line, which begins with `first`.
fn rows_below(bytes: &[u8], first: &str) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    let rows = range.rows().skip_while(|row| row[0] != Data::String(first.to_owned())).skip(1);
    rows.take_while(|row| row.iter().any(|cell| *cell != Data::Empty))
        .map(<[Data]>::to_vec)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outgoing_register_is_in_numeric_order_with_real_dates() {
    let (status, kind, bytes) = get("/api/v1/register?book=outgoing&format=xlsx&year=2016").await;
    assert_eq!(status, StatusCode::OK);
    assert!(kind.ends_with("spreadsheetml.sheet"));
    let rows = rows_below(&bytes, "Số, ký hiệu văn bản");
    let answer = json("/api/v1/register?book=outgoing&year=2016").await;
    assert_eq!(rows.len() as u64, answer["total"].as_u64().unwrap());
    assert!(rows.len() > 5, "the sample archive has documents of 2016");

    let serial = |row: &Vec<Data>| {
        let digits: String = row[0].to_string().chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    };
    let serials: Vec<u32> = rows.iter().filter_map(serial).collect();
    assert!(serials.is_sorted(), "{serials:?}");
    assert!(rows.iter().any(|row| matches!(row[1], Data::DateTime(_))), "dates are dates");
    for (row, json) in rows.iter().zip(answer["rows"].as_array().unwrap()) {
        let number = json["metadata"]["number"]["value"].as_str().unwrap_or("");
        assert_eq!(row[0].to_string(), number);
    }
}

#[test]
fn what_looks_like_a_date_or_a_formula_stays_text() {
    let odd = ["1/2", "=1+1", "+84", "@a", "-5", "0293", "a,b\"c"];
    let sheet = Sheet {
        title: "SỔ".to_owned(),
        office: vec!["SỞ NỘI VỤ".to_owned()],
        columns: vec![Column { heading: "Số", width: 10 }, Column { heading: "Ngày", width: 10 }],
        rows: odd.iter().map(|text| vec![Cell::Text((*text).to_owned()), Cell::Empty]).collect(),
    };
    let rows = rows_below(&FileKind::Xlsx.write(&sheet).unwrap(), "Số");
    let read: Vec<Data> = rows.into_iter().map(|mut row| row.remove(0)).collect();
    assert_eq!(read, odd.map(|text| Data::String(text.to_owned())));

    let table = String::from_utf8(FileKind::Csv.write(&sheet).unwrap()).unwrap();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "\u{feff}Số,Ngày");
    assert_eq!(lines[1..4], ["1/2,", "'=1+1,", "'+84,"]);
    assert_eq!(lines[7], "\"a,b\"\"c\",");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gaps_of_the_samples_are_those_of_their_numbers() {
    let answer = json("/api/v1/register?book=outgoing").await;
    let gaps = answer["gaps"].as_array().unwrap();
    assert!(!gaps.is_empty());
    for run in gaps {
        let missing = run["missing"].as_array().unwrap();
        for range in missing {
            let (first, last) = (range[0].as_u64().unwrap(), range[1].as_u64().unwrap());
            assert!(first <= last && first > 0, "{run}");
        }
    }
    let (status, ..) = get("/api/v1/register?book=secret").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[test]
fn the_command_line_writes_a_list_and_says_what_is_wrong_with_a_name() {
    let folder = util::folder();
    std::fs::create_dir(folder.path().join("corpus")).unwrap();
    let plan = util::docx(
        "UBND TỈNH VÂN SƠN | CỘNG HÒA\nSố: 12/KH-UBND | Vân Sơn, ngày 05 tháng 3 năm 2020\n^ **KẾ HOẠCH**\n^ **Phát động thi đua**\nNội dung thi đua.",
    );
    std::fs::write(folder.path().join("corpus/kh.docx"), plan).unwrap();
    assert!(util::vanthu(folder.path(), &["ingest"]).status.success());
    let done = util::vanthu(folder.path(), &["export", "list", "thi", "đua", "-o", "list.csv"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let table = std::fs::read_to_string(folder.path().join("list.csv")).unwrap();
    assert!(table.contains("12/KH-UBND,05/03/2020,Kế hoạch"), "{table}");

    let none = util::vanthu(folder.path(), &["export", "register", "1999", "-o", "so.xlsx"]);
    assert_eq!(none.status.code(), Some(1), "an empty register is written, and said to be empty");
    let wrong = util::vanthu(folder.path(), &["export", "register", "-o", "so.pdf"]);
    assert_eq!(wrong.status.code(), Some(2));
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(said.contains("expected a file that ends in .xlsx or .csv"), "{said}");
}
