//! Files that come while the service runs: uploaded, or laid into the folder it watches.

use std::{fs, io::Write, path::Path, sync::Arc, thread, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use vanthu::{
    intake::{Watch, watch},
    web::{limits::ServiceLimits, router_with},
};

use crate::{desk::Service, util};

const BOUNDARY: &str = "ranh-gioi";

const SECRET: &str = "UBND TỈNH VÂN SƠN\nSỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI\n\
    Số: 77/BC-SLĐTBXH\nMẬT\n\nVân Sơn, ngày 02 tháng 3 năm 2020\n\nBÁO CÁO\nVề kho\n";

/// A form as browsers send it.
fn form(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in files {
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn send(
    service: &Service,
    path: &str,
    body: Vec<u8>,
    limits: ServiceLimits,
) -> (StatusCode, String) {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(body))
        .unwrap();
    let response = router_with(service.app(), limits).oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// The names in a folder of the archive, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn every_uploaded_file_is_answered_for() {
    let service = Service::new();
    let plan = util::docx("Số: 5/KH-UBND\nKẾ HOẠCH\nVề kho lưu trữ");
    let large = vec![b'a'; 100_001]; // above the limit of this service
    let files: [(&str, &[u8]); 7] = [
        ("van ban/kế hoạch.docx", &plan),
        ("ban sao.docx", &plan), // the same bytes: not taken in yet, so both are kept
        ("rong.docx", b""),
        ("hong.docx", b"PK\x03\x04 no package at all"),
        ("mat.txt", SECRET.as_bytes()),
        ("lon.txt", &large),
        (".an.txt", b"x"),
    ];
    let limits = ServiceLimits::default();
    let (status, body) = send(&service, "/api/v1/documents", form(&files), limits).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    let told: Vec<String> = answer["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            let what = file["path"].as_str().or(file["reason"].as_str()).unwrap();
            format!("{} {what}", file["outcome"].as_str().unwrap())
        })
        .collect();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let expected = [
        "stored inbox/kế hoạch.docx",
        "stored inbox/ban sao.docx",
        "refused empty",
        "refused damaged",
        "refused classified",
        "refused too_large",
        "refused unsupported",
    ];
    // Taking in may be quicker than the second file: then the archive has these bytes by now.
    let quick = [expected[0], "already_there inbox/kế hoạch.docx"];
    assert!(told[..2] == expected[..2] || told[..2] == quick, "{told:?}");
    assert_eq!(told[2..], expected[2..]);
    service.wait(|service| service.n_documents() == 1);
    service.settle();
    // What was answered for is there, byte for byte; of the rest nothing.
    let inbox = service.archive().join("inbox");
    assert_eq!(fs::read(inbox.join("kế hoạch.docx")).unwrap(), plan);
    assert!(names(&inbox).len() <= 2, "{:?}", names(&inbox));
    // Again: the archive has these bytes. Another content under the name gets a name of its own.
    let other = util::docx("Số: 6/KH-UBND\nKẾ HOẠCH\nVề kho khác");
    let files: [(&str, &[u8]); 2] = [("x.docx", &plan), ("kế hoạch.docx", &other)];
    let (_, body) = send(&service, "/api/v1/documents", form(&files), limits).await;
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["files"][0]["outcome"], "already_there");
    assert_eq!(answer["files"][1]["path"], "inbox/kế hoạch (2).docx");
    assert_eq!(fs::read(inbox.join("kế hoạch.docx")).unwrap(), plan);
    service.wait(|service| service.n_documents() == 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_cannot_be_are_refused_as_a_whole() {
    let service = Service::new();
    let limits = ServiceLimits { upload_bytes: 2000, ..ServiceLimits::default() };
    let path = "/api/v1/documents";
    let (status, body) = send(&service, path, form(&[]), limits).await;
    assert_eq!((status, body.contains("no_files")), (StatusCode::BAD_REQUEST, true), "{body}");
    let (status, body) = send(&service, path, b"--ranh".to_vec(), limits).await;
    assert_eq!((status, body.contains("no_files")), (StatusCode::BAD_REQUEST, true), "{body}");
    let long = form(&[("a.txt", &[b'a'; 3000])]);
    let (status, body) = send(&service, path, long, limits).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{body}");
    assert_eq!(names(&service.archive().join("inbox")), Vec::<String>::new());
    // Something that is no folder stands where the inbox would be.
    service.write("inbox", "x");
    let (status, body) = send(&service, path, form(&[("a.txt", b"x")]), limits).await;
    assert_eq!((status, body.contains("cannot_store")), (StatusCode::INSUFFICIENT_STORAGE, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_the_page_works_without_a_script() {
    let service = Service::new();
    let files: [(&str, &[u8]); 2] = [("kh.txt", "Kế hoạch số 1".as_bytes()), ("rong.pdf", b"")];
    let (status, page) = send(&service, "/tai-len", form(&files), ServiceLimits::default()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Đã cất vào kho:") && page.contains("inbox/kh.txt"), "{page}");
    assert!(page.contains("Không nhận:") && page.contains("Tệp rỗng."), "{page}");
    // Nothing was chosen.
    let (_, page) = send(&service, "/tai-len", form(&[("", b"")]), ServiceLimits::default()).await;
    assert!(page.contains("Chưa chọn tệp nào."), "{page}");
}

fn watching(asks_system: bool, check: impl FnOnce(&Service)) {
    let service = Arc::new(Service::new());
    let rules = Watch {
        settled: Duration::from_millis(1500),
        poll: Duration::from_millis(300),
        asks_system,
        ..Watch::default()
    };
    let watcher = thread::spawn({
        let service = Arc::clone(&service);
        move || watch(&service.archive(), &service.desk, rules)
    });
    thread::sleep(Duration::from_millis(300)); // it has begun to watch
    check(&service);
    service.desk.close();
    watcher.join().unwrap();
}

#[test]
fn what_appears_is_taken_in_once_it_has_stopped_growing() {
    watching(true, |service| {
        let path = service.archive().join("a.txt");
        let mut file = fs::File::create(&path).unwrap();
        for n in 0..8 {
            writeln!(file, "Kế hoạch số {n}").unwrap();
            file.flush().unwrap();
            thread::sleep(Duration::from_millis(100));
            assert_eq!(service.n_documents(), 0, "it is still growing");
        }
        drop(file);
        service.wait(|service| service.n_documents() == 1);
        service.settle();
        assert_eq!(service.office.catalog.runs(10).unwrap().len(), 1); // read once
        // A folder that is moved in as a whole, and out again.
        let elsewhere = tempfile::tempdir_in(service.archive().parent().unwrap()).unwrap();
        let folder = elsewhere.path().join("2020");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("b.txt"), "Kế hoạch số 2").unwrap();
        fs::rename(&folder, service.archive().join("2020")).unwrap();
        service.wait(|service| service.n_documents() == 2);
        fs::rename(service.archive().join("2020"), &folder).unwrap();
        service.wait(|service| service.n_documents() == 1);
    });
}

#[test]
fn where_the_system_tells_nothing_the_archive_is_glanced_at() {
    watching(false, |service| {
        service.write("a.txt", "Kế hoạch số 1");
        service.wait(|service| service.n_documents() == 1);
        service.settle();
        thread::sleep(Duration::from_millis(700)); // at least one more glance
        assert_eq!(service.office.catalog.runs(10).unwrap().len(), 1);
        fs::remove_file(service.archive().join("a.txt")).unwrap();
        service.write("b.txt", "Kế hoạch số 2");
        service.wait(|service| service.office.catalog.counts().unwrap().n_vanished == 1);
    });
}
