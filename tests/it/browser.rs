//! One walk through the page in a real browser, as a clerk would: type a number, open the
//! document, follow a citation. Headless Chromium through its driver; where there is none, the
//! test says so and checks nothing (`scripts/test` installs both on Debian).

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::json;

/// A program that is ended with the test.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program and waits for the line of its output that `pick` finds something in.
fn start(mut command: Command, pick: impl Fn(&str) -> Option<String>) -> (Running, String) {
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
pub fn serve_samples(data: &std::path::Path) -> (Running, String) {
    let mut serve = Command::new(env!("CARGO_BIN_EXE_vanthu"));
    serve
        .args(["serve", "--archive"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))
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

#[test]
fn a_clerk_types_a_number_opens_it_and_follows_a_citation() {
    let (Some(chromedriver), Some(chromium)) = (
        find_program(&["chromedriver"]),
        find_program(&["chromium", "google-chrome", "chrome", "chromium-browser"]),
    ) else {
        eprintln!("browser: skipped, chromium and chromedriver are not installed");
        return;
    };
    let data = tempfile::tempdir().expect("a temporary folder");
    let (_server, address) = serve_samples(data.path());
    let mut driver = Command::new(chromedriver);
    driver.arg("--port=0");
    let (_driver, port) = start(driver, |line| {
        line.split("successfully on port ").nth(1).map(|rest| rest.trim_end_matches('.').to_owned())
    });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let client = browser(&format!("http://127.0.0.1:{port}"), &chromium).await;
        let walked = tokio::time::timeout(Duration::from_secs(60), walk(&client, &address)).await;
        client.close().await.expect("the session closes");
        walked.expect("the walk takes less than a minute");
    });
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
