//! The status page in a real browser while documents are taken in: what moves, the pause, an
//! upload. Skipped, saying so, where there is no browser.

use std::{fs, path::Path, process::Command, time::Duration};

use fantoccini::{Client, Locator};

use crate::browser::{find_program, in_browser, start};

/// Files to be taken in: enough that the page can be looked at meanwhile.
const N_FILES: u32 = 1500;

#[test]
fn a_clerk_watches_pauses_and_uploads() {
    if find_program(&["chromedriver"]).is_none() {
        eprintln!("browser: skipped, chromium and chromedriver are not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = folder.path().join("kho");
    fs::create_dir(&archive).expect("a folder can be made");
    for n in 0..N_FILES {
        let text = format!("UBND TỈNH VÂN SƠN\nSố: {n}/KH-UBND\nKẾ HOẠCH\nVề kho số {n}\n");
        fs::write(archive.join(format!("{n:04}.txt")), text).expect("a file can be written");
    }
    let mut serve = Command::new(env!("CARGO_BIN_EXE_vanthu"));
    serve.args(["serve", "--threads", "1", "--listen", "127.0.0.1:0"]);
    serve.arg("--archive").arg(&archive).arg("--data").arg(folder.path().join("index"));
    let (_server, address) = start(serve, |line| {
        let rest = line.strip_prefix("vanthu: ")?;
        rest.split(' ').find(|word| word.starts_with("http://")).map(str::to_owned)
    });
    let upload = folder.path().join("tai-len.txt");
    fs::write(&upload, "Công văn số 77 về việc tải lên\n").expect("a file can be written");
    in_browser(Duration::from_secs(150), async |client| {
        watch(client, &address, &upload).await;
    });
}

async fn text(client: &Client, css: &str) -> String {
    let found = client.wait().for_element(Locator::Css(css)).await.expect("it is on the page");
    // The moving part may be exchanged between the look and the reading of it.
    found.text().await.unwrap_or_default()
}

async fn until(client: &Client, css: &str, words: &str) {
    for _ in 0..600 {
        if text(client, css).await.contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{words:?} never came: {}", text(client, css).await);
}

async fn press(client: &Client, words: &str) {
    let path = format!("//button[contains(., '{words}')]");
    for _ in 0..50 {
        // A button of the moving part may be exchanged just when it is pressed.
        let button = client.wait().for_element(Locator::XPath(&path)).await.expect("a button");
        if button.click().await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the button {words:?} cannot be pressed");
}

async fn watch(client: &Client, address: &str, upload: &Path) {
    client.goto(&format!("{address}/tinh-trang")).await.expect("the page opens");
    until(client, "#now", "tệp/giây").await; // a rate, while it goes on
    press(client, "Tạm dừng").await;
    until(client, "#now", "Đang tạm dừng").await;
    tokio::time::sleep(Duration::from_secs(2)).await; // the documents in hand
    let before = text(client, "#now b").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(text(client, "#now b").await, before, "it goes on although it is paused");
    press(client, "Tiếp tục").await;
    // The page tells the end without being loaded again, and so do the figures below.
    client.execute("window.stayed = true", Vec::new()).await.expect("a script runs");
    until(client, "#now", "Không có việc nào đang chạy.").await;
    until(client, "#rest .figures", "1.500").await;
    let stayed = client.execute("return window.stayed === true", Vec::new()).await;
    assert_eq!(stayed.expect("a script runs"), true);
    let said = text(client, "#rest table").await;
    assert!(said.contains("1.500"), "the run is listed: {said}");

    let input = client.find(Locator::Css("#files")).await.expect("a field for files");
    input.send_keys(&upload.to_string_lossy()).await.expect("a file is chosen");
    press(client, "Tải lên").await;
    until(client, ".upload-said", "inbox/tai-len.txt").await;
    until(client, "#rest .figures", "1.501").await;
}
