//! Walks through the page in a real browser, as a clerk would: type a number, open the document,
//! follow a citation; look at a page and the boxes on it. Headless Chromium through its driver; where there is none, the
//! test says so and checks nothing (`scripts/test` installs both on Debian).

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::json;

use crate::util::pdf_page;

/// A program that is ended with the test.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program and waits for the line of its output that `pick` finds something in.
pub fn start(mut command: Command, pick: impl Fn(&str) -> Option<String>) -> (Running, String) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let output = child.stdout.take().expect("stdout was piped");
    let running = Running(child);
    let mut lines = BufReader::new(output).lines();
    let picked = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| pick(&line))
        .expect("the program says where it listens before it ends");
    std::thread::spawn(move || lines.for_each(drop)); // Keeps the pipe from filling up.
    (running, picked)
}

/// Serves the sample archive on a free port; its address once everything is taken in.
pub fn serve_samples(data: &Path) -> (Running, String) {
    serve(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"), data)
}

fn serve(archive: &Path, data: &Path) -> (Running, String) {
    let mut serve = Command::new(env!("CARGO_BIN_EXE_vanthu"));
    serve
        .args(["serve", "--archive"])
        .arg(archive)
        .arg("--data")
        .arg(data)
        .args(["--listen", "127.0.0.1:0"]);
    start(serve, |line| line.strip_prefix("vanthu: ready at ").map(str::to_owned))
}

/// The first of these programs on the path.
pub fn find_program(names: &[&str]) -> Option<String> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
        .map(|found| found.to_string_lossy().into_owned())
}

async fn browser(driver: &str, chromium: &str) -> Client {
    let options = json!({"goog:chromeOptions": {
        "binary": chromium,
        "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--disable-dev-shm-usage", "--window-size=1366,768"],
    }});
    let capabilities = options.as_object().expect("it is an object").clone();
    ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
        .capabilities(capabilities)
        .connect(driver)
        .await
        .expect("a browser session starts")
}

/// Walks in a browser; where there is none, says so and walks nowhere.
pub fn in_browser(limit: Duration, walk: impl AsyncFnOnce(&Client)) {
    let (Some(chromedriver), Some(chromium)) = (
        find_program(&["chromedriver"]),
        find_program(&["chromium", "google-chrome", "chrome", "chromium-browser"]),
    ) else {
        eprintln!("browser: skipped, chromium and chromedriver are not installed");
        return;
    };
    let mut driver = Command::new(chromedriver);
    driver.arg("--port=0");
    let (_driver, port) = start(driver, |line| {
        line.split("successfully on port ").nth(1).map(|rest| rest.trim_end_matches('.').to_owned())
    });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let client = browser(&format!("http://127.0.0.1:{port}"), &chromium).await;
        let walked = tokio::time::timeout(limit, walk(&client)).await;
        client.close().await.expect("the session closes");
        walked.expect("the walk ends in time");
    });
}

#[test]
fn a_clerk_types_a_number_opens_it_and_follows_a_citation() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let data = tempfile::tempdir().expect("a temporary folder");
    let (_server, address) = serve(&corpus, data.path());
    in_browser(Duration::from_secs(60), async |client| walk(client, &address).await);
}

#[test]
fn a_hit_is_boxed_on_the_picture_of_its_page() {
    let archive = tempfile::tempdir().expect("a temporary folder");
    let content = b"BT /F2 12 Tf 72 770 Td 16 TL (UBND TINH VAN SON) Tj T* (So: 12/KH-UBND) Tj \
        T* (KE HOACH) Tj T* (Thuc hien phong trao thi dua nam 2020) Tj ET";
    let page = "/MediaBox [0 0 595 842] /Resources << /Font << /F2 10 0 R >> >>";
    let plan = pdf_page(page, &[HELVETICA], &[("", content)]);
    std::fs::write(archive.path().join("a.pdf"), plan).expect("the archive is written");
    let data = tempfile::tempdir().expect("a temporary folder");
    let (_server, address) = serve(archive.path(), data.path());
    in_browser(Duration::from_secs(60), async |client| look_at_page(client, &address).await);
}

/// With its widths, as office programs write them.
const HELVETICA: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica \
    /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 122 /Widths [278 278 355 556 556 889 667 191 \
    333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 \
    1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 \
    667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 \
    556 556 333 500 278 556 500 722 500 500 500] >>";

/// Takes the picture of the page and gives, in pixels of it, the box of the elements found by a
/// selector and the words printed on the line through the middle of that box: stretches of ink
/// that no gap of 3 points parts.
const INK: &str = r#"
    const [selector] = arguments;
    const img = document.querySelector(".sheet img");
    const page = img.getBoundingClientRect();
    const scale = img.naturalWidth / page.width;
    const rects = [...document.querySelectorAll(selector)].map((rect) => rect.getBoundingClientRect());
    const box = {
      x0: (Math.min(...rects.map((r) => r.left)) - page.left) * scale,
      x1: (Math.max(...rects.map((r) => r.right)) - page.left) * scale,
      y0: (Math.min(...rects.map((r) => r.top)) - page.top) * scale,
      y1: (Math.max(...rects.map((r) => r.bottom)) - page.top) * scale,
    };
    const canvas = document.createElement("canvas");
    canvas.width = img.naturalWidth; canvas.height = img.naturalHeight;
    const context = canvas.getContext("2d");
    context.drawImage(img, 0, 0);
    const pixels = context.getImageData(0, box.y0, img.naturalWidth, box.y1 - box.y0);
    const gap = 3 * img.naturalWidth / 595;
    const words = [];
    for (let x = 0; x < pixels.width; x++) {
      let ink = false;
      for (let y = 0; y < pixels.height && !ink; y++) ink = pixels.data[(y * pixels.width + x) * 4] < 128;
      if (!ink) continue;
      const last = words.at(-1);
      if (last && x - last[1] <= gap) last[1] = x; else words.push([x, x]);
    }
    return { box, words };
"#;

/// The box covers these words of its line, counted from 0, and no more than the spaces around.
async fn check_box(client: &Client, selector: &str, words: std::ops::RangeInclusive<usize>) {
    let found = client.execute(INK, vec![json!(selector)]).await.expect("the picture is there");
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let (x0, x1) = (number(&found["box"]["x0"]), number(&found["box"]["x1"]));
    let printed: Vec<(f64, f64)> = found["words"]
        .as_array()
        .expect("a list of words")
        .iter()
        .map(|word| (number(&word[0]), number(&word[1])))
        .collect();
    let (first, last) = (printed[*words.start()], printed[*words.end()]);
    assert!(x0 <= first.0 && last.1 <= x1, "{selector}: {x0}–{x1} covers {words:?} of {printed:?}");
    for (index, word) in printed.iter().enumerate().filter(|(index, _)| !words.contains(index)) {
        let middle = (word.0 + word.1) / 2.0;
        assert!(
            middle < x0 || x1 < middle,
            "{selector}: {x0}–{x1} covers word {index} of {printed:?}"
        );
    }
}

async fn look_at_page(client: &Client, address: &str) {
    client.goto(&format!("{address}/tim?q=thi+dua")).await.expect("the results open");
    let card = client.find(Locator::Css(".card a.number")).await.expect("the words are found");
    card.click().await.expect("the document opens");
    let face = client.wait().for_element(Locator::Css(".faces a[href*='mat=trang']"));
    face.await.expect("there is a face of pictures").click().await.expect("it opens");
    client.wait().for_element(Locator::Css(".sheet img")).await.expect("there is a picture");
    let is_there = "const img = document.querySelector('.sheet img'); return img.complete && img.naturalWidth > 0;";
    while client.execute(is_there, vec![]).await.expect("the page answers") != json!(true) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Thuc hien phong trao [thi dua] nam 2020
    check_box(client, ".boxes .hit rect", 4..=5).await;
    // A property leads to the place from which it was read: So: [1 2/KH-UBND], a 1 being thin.
    let number = client.find(Locator::Css(".fields a[href$='#o-number']")).await;
    number.expect("the number says where it was read").click().await.expect("it is a link");
    check_box(client, "#o-number:target rect", 1..=2).await;
    // Larger, and still in place.
    let larger = client.find(Locator::Css("nav.pages a[href*='co=150']")).await;
    larger.expect("there is a larger size").click().await.expect("it is a link");
    client.wait().for_element(Locator::Css(".sheet.zoom-150")).await.expect("it is larger");
    while client.execute(is_there, vec![]).await.expect("the page answers") != json!(true) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    check_box(client, ".boxes .hit rect", 4..=5).await;
}

/// `64/KH-SLĐTBXH` exists in two years: the number gives candidates, with the year one document.
async fn walk(client: &Client, address: &str) {
    client.goto(address).await.expect("the home page opens");
    let search_box =
        client.find(Locator::Css("input[name=q]")).await.expect("there is a search box");
    search_box.send_keys("chi thi 08-CT/TU 2016\u{e007}").await.expect("typing works");
    let card = client
        .wait()
        .for_element(Locator::Css(".card a.number"))
        .await
        .expect("the number finds a document");
    assert_eq!(card.text().await.expect("it has a text"), "08-CT/TU");
    card.click().await.expect("the document opens");
    let cited_by = client
        .wait()
        .for_element(Locator::Css(".citations .cites a[href*='#vd-']"))
        .await
        .expect("somebody cites the directive");
    let citing = cited_by.text().await.expect("it has a name");
    cited_by.click().await.expect("the citing document opens");
    let heading = client
        .wait()
        .for_element(Locator::XPath(&format!("//h1[contains(., '{citing}')]")))
        .await
        .expect("the page of the citing document");
    assert!(heading.text().await.expect("it has a text").contains(&citing));
    let resolved = client
        .find(Locator::Css(".paper a.cite.resolved"))
        .await
        .expect("the citation is a link in the text");
    assert!(resolved.text().await.expect("it has a text").contains("08-CT/TU"));
}
