//! Lists and drafts against the sample archive: through the API, the page and the program.

use std::{io::Write, process::Stdio};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::Value;

use crate::{
    api::{Answer, ask, check_problem, get},
    util::docx,
};

const LIST: &str = "STT Số, ký hiệu\n\
    1. 112/QĐ-SLĐTBXH ngày 16/3/2015\n\
    2. 06/2020/QĐ-UBND ngày 28/3/2020\n\
    3. 4321/KH-UBND ngày 05/01/2019\n\
    \n\
    4. qd 06/2020\n\
    5. không có gì\n";

fn post(path: &str, kind: &str, body: impl Into<Body>) -> Answer {
    ask(Request::post(path).header(header::CONTENT_TYPE, kind).body(body.into()).unwrap())
}

/// A form with a text and a file, as a browser sends it.
fn form(text: &str, file: Option<(&str, &[u8])>) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    let _ = write!(body, "--B\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n");
    let (name, bytes) = file.unwrap_or(("", b""));
    let _ = write!(
        body,
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
    );
    body.extend(bytes);
    body.extend(b"\r\n--B--\r\n");
    ("multipart/form-data; boundary=B".to_owned(), body)
}

fn line(answer: &Value, number: u64) -> &Value {
    let lines = answer["lines"].as_array().unwrap();
    lines.iter().find(|line| line["line"] == number).unwrap()
}

#[test]
fn every_line_of_a_list_has_a_status() {
    let answer = post("/api/v1/check", "text/plain; charset=utf-8", LIST);
    assert_eq!(answer.status, StatusCode::OK);
    let answer = answer.json();
    assert_eq!(answer["is_list"], true);
    let statuses: Vec<(u64, u64)> = answer["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["line"].as_u64().unwrap(), line["status"].as_u64().unwrap()))
        .collect();
    assert_eq!(statuses, [(1, 400), (2, 200), (3, 300), (4, 404), (6, 200), (7, 400)]);
    // Held under its date, and repealed by a later decision that says so.
    let repealed = &line(&answer, 2)["items"][0];
    assert_eq!(
        (repealed["date_agrees"].as_bool(), repealed["is_right"].as_bool()),
        (Some(true), Some(false))
    );
    let told = &repealed["standing"].as_array().unwrap()[0];
    assert_eq!(
        (told["kind"].as_str(), told["by_number"].as_str()),
        (Some("repealed"), Some("205/QĐ-SLĐTBXH"))
    );
    assert!(told["sentence"].as_str().unwrap().contains("112/QĐ-SLĐTBXH"));
    // One that may be meant, under another date: whose UBND it is the list does not say.
    let misdated = &line(&answer, 3)["items"][0];
    assert_eq!(misdated["date_agrees"], false);
    assert_eq!(misdated["candidates"][0]["issued_on"], "2020-03-27");
    assert_eq!(misdated["candidates"][0]["reason"], "same_number");
    // Not held, but others have been cited.
    assert_eq!(line(&answer, 4)["items"][0]["target"], Value::Null);
    // Typed without a sign.
    assert_eq!(line(&answer, 6)["items"][0]["target"]["id"], misdated["candidates"][0]["id"]);
    assert_eq!((answer["n_numbers"].as_u64(), answer["n_missing"].as_u64()), (Some(4), Some(1)));
    // The same as JSON.
    let json = serde_json::json!({ "text": LIST }).to_string();
    assert_eq!(post("/api/v1/check", "application/json", json).json(), answer);
}

#[test]
fn a_draft_is_checked_as_running_text() {
    let draft = "UBND TỈNH VÂN SƠN\nSỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI\n\nVân Sơn, ngày 02 tháng 3 năm 2021\n\n\
        BÁO CÁO\nKết quả năm 2020\n\nCăn cứ Quyết định số 112/QĐ-SLĐTBXH ngày 16 tháng 3 năm 2015 của Sở;\n\nSở báo cáo như sau.";
    let (kind, body) = form("", Some(("bao-cao.docx", &docx(draft))));
    let answer = post("/api/v1/check", &kind, body);
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let answer = answer.json();
    assert_eq!((answer["is_list"].as_bool(), answer["n_numbers"].as_u64()), (Some(false), Some(1)));
    assert_eq!(answer["lines"][0]["items"][0]["status"], 200);
}

#[test]
fn odd_input_has_a_reason() {
    let empty = post("/api/v1/check", "text/plain", "").json();
    assert_eq!(
        (empty["n_numbers"].as_u64(), empty["lines"].as_array().unwrap().len()),
        (Some(0), 0)
    );
    check_problem(&post("/api/v1/check", "text/plain", vec![0xff, 0xfe]), 422, "invalid_body");
    check_problem(&post("/api/v1/check", "application/json", "{"), 422, "invalid_body");
    check_problem(&post("/api/v1/check", "image/png", "x"), 415, "unsupported_media_type");
    check_problem(&post("/api/v1/check", "multipart/form-data", "x"), 400, "bad_request");
    let (kind, body) = form("", Some(("hong.docx", b"PK\x03\x04")));
    check_problem(&post("/api/v1/check", &kind, body), 422, "unreadable_file");
    let secret = "UBND TỈNH VÂN SƠN\nSỞ NỘI VỤ\nSố: 5/KH-SNV\n\nTỐI MẬT\n\nVân Sơn, ngày 01 tháng 3 năm 2020\n\nKẾ HOẠCH\nVề việc riêng\n\nCăn cứ Quyết định số 112/QĐ-SLĐTBXH;";
    let refused = post("/api/v1/check", "text/plain", secret);
    check_problem(&refused, 422, "unreadable_file");
    assert!(!refused.text().contains("112/"), "{}", refused.text());
}

#[test]
fn the_page_takes_a_form_and_shows_a_table() {
    let form_page = get("/doi-chieu");
    assert!(form_page.text().contains("<textarea") && form_page.text().contains("type=\"file\""));
    let (kind, body) = form(LIST, None);
    let page = post("/doi-chieu", &kind, body);
    assert_eq!(
        (page.status, page.content_type.as_str()),
        (StatusCode::OK, "text/html; charset=utf-8")
    );
    let html = page.text();
    for words in [
        "● Có trong kho",
        "○ Chưa có trong kho",
        "✕ không đọc được số",
        "28/3/2020",
        "27/3/2020",
        "Đã bị bãi bỏ",
    ] {
        assert!(html.contains(words), "{words} is not on the page");
    }
    let (kind, body) = form("", Some(("hong.docx", b"PK\x03\x04")));
    let refused = post("/doi-chieu?lang=en", &kind, body);
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("role=\"alert\""));
}

#[test]
fn the_program_says_the_same_and_ends_with_a_code() {
    let place = crate::cli::Place::new();
    place.write(
        "corpus/qd.txt",
        "UBND TỈNH VÂN SƠN\nSỞ NỘI VỤ\nSố: 5/QĐ-SNV\n\nVân Sơn, ngày 01 tháng 3 năm 2020\n\nQUYẾT ĐỊNH\nVề việc phân công trực ban\n",
    );
    assert_eq!(place.run(&["ingest"]).code, Some(0));
    let check = |input: &str, arguments: &[&str]| {
        let mut child = place
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, out) = check("5/QĐ-SNV ngày 01/3/2020\n", &["check", "-"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.starts_with("    1  200  5/QĐ-SNV"), "{out}");
    let (code, out) = check("5/QĐ-SNV ngày 02/3/2020\n6/QĐ-SNV\n", &["check", "-", "--json"]);
    assert_eq!(code, Some(1));
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines[0]["status"].as_u64(), lines[1]["status"].as_u64()), (Some(300), Some(404)));
    assert_eq!(lines[0]["items"][0]["date_agrees"], false);
    assert_eq!(check("", &["check", "-"]).0, Some(1));
    place.check_refused(&["check", "no-such.docx"], "could not read no-such.docx");
    place.write("rong.docx", "");
    place.check_refused(&["check", "rong.docx"], "the file is empty");
    assert!(place.run(&["check", "--help"]).out.contains("Exit codes: 0"));
}
