//! Intake while the service answers: orders, pauses, a new index beside new documents; and how
//! all of it looks from outside.

use std::{
    collections::BTreeSet,
    fs,
    num::NonZeroUsize,
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime},
};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use vanthu::{
    catalog::{Catalog, FilePath},
    domain::{record::RecordId, tables::Tables},
    engine::{Engine, Q, SearchReq, Sort, switch::Switch},
    intake::{Desk, Office, Order, Task, generation},
    recognised::NoOcr,
    source::Limits,
    web::{App, picture::Pictures, picture_cache::PictureCache, router},
};

/// A service without its socket: two threads that work at a desk, ended with the test.
pub struct Service {
    pub office: Office,
    pub desk: Arc<Desk>,
    folder: tempfile::TempDir,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Service {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (archive, data) = (folder.path().join("kho"), folder.path().join("index"));
        fs::create_dir(&archive).unwrap();
        let n_threads = NonZeroUsize::new(2).unwrap();
        let catalog = Arc::new(Catalog::open(&data).unwrap());
        let engine = generation::open(&catalog, &data, n_threads).unwrap();
        let office = Office {
            archive,
            data,
            catalog,
            engine: Arc::new(Switch::new(engine)),
            tables: Arc::new(Tables::builtin().clone()),
            limits: Limits { max_file_bytes: 100_000, ..Limits::default() },
            n_threads,
            workers: None,
        };
        let desk = Arc::new(Desk::default());
        let work = thread::spawn({
            let (office, desk) = (office.clone(), Arc::clone(&desk));
            move || desk.work(&office, &NoOcr, &mut |_| {})
        });
        let rebuilds = thread::spawn({
            let (office, desk) = (office.clone(), Arc::clone(&desk));
            move || desk.work_rebuilds(&office)
        });
        Self { office, desk, folder, threads: vec![work, rebuilds] }
    }

    pub fn app(&self) -> Arc<App> {
        let cache = PictureCache::new(self.office.data.join("pages"), 1 << 20);
        let pictures = Pictures::new(crate::worker::pool(), cache);
        Arc::new(App::new(&self.office, Arc::clone(&self.desk), pictures))
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.archive().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    }

    pub fn archive(&self) -> PathBuf {
        self.folder.path().join("kho")
    }

    /// Waits until nothing is under way and nothing waits.
    #[track_caller]
    pub fn settle(&self) {
        self.wait(|service| {
            let state = service.desk.state();
            state.running.is_none() && state.n_waiting == 0 && state.rebuilding.is_none()
        });
    }

    #[track_caller]
    pub fn wait(&self, is_so: impl Fn(&Self) -> bool) {
        let until = Instant::now() + Duration::from_secs(60);
        while !is_so(self) {
            assert!(Instant::now() < until, "nothing happened: {:?}", self.desk.state());
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn n_documents(&self) -> u64 {
        self.office.catalog.extent().unwrap().0
    }

    /// The documents by the catalog, and by the engine.
    fn both(&self) -> (BTreeSet<RecordId>, BTreeSet<RecordId>) {
        let shown = self.office.catalog.shown_after(0, 100_000).unwrap();
        let request = SearchReq {
            score: Q::Everything,
            filter: Vec::new(),
            sort: Sort::Relevance,
            after: None,
            size: 1000,
            facets: Vec::new(),
        };
        let hits = self.office.engine.search(&request).unwrap().hits;
        let shown = shown.into_iter().map(|shown| shown.id).collect();
        (shown, hits.into_iter().map(|hit| hit.id).collect())
    }

    #[track_caller]
    fn check_agreement(&self, n_documents: usize) {
        let (catalog, engine) = self.both();
        assert_eq!(catalog.len(), n_documents);
        assert_eq!(catalog, engine);
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, String, String) {
        let response = router(self.app()).oneshot(request).await.unwrap();
        let status = response.status();
        let place = response.headers().get(header::LOCATION);
        let place = place.map_or("", |place| place.to_str().unwrap()).to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, place, String::from_utf8(body.to_vec()).unwrap())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.desk.close();
        for thread in self.threads.drain(..) {
            // A panic there has failed the test already.
            let _ = thread.join();
        }
    }
}

fn paths(paths: &[&str]) -> Task {
    let path = |path: &&str| FilePath::from_bytes(path.as_bytes().to_vec());
    Task::Paths(paths.iter().map(path).collect())
}

#[test]
fn orders_are_worked_off_one_after_the_other() {
    let service = Service::new();
    service.write("a.txt", "Kế hoạch số 1");
    service.write("2020/b.docx", "");
    service.desk.order(Task::All(Order::Changes));
    service.desk.order(Task::All(Order::Changes)); // waits already: not left twice
    service.wait(|service| service.n_documents() == 1);
    service.settle();
    let n_runs = || service.office.catalog.runs(100).unwrap().len();
    assert!((1..=2).contains(&n_runs()));
    // A look that finds nothing leaves no trace; a path that is named is looked at alone.
    let before = n_runs();
    service.desk.order(Task::Glance);
    service.settle();
    service.write("2020/b.docx", "Kế hoạch số 2");
    service.write("c.txt", "Kế hoạch số 3");
    service.desk.order(paths(&["2020/b.docx"]));
    service.wait(|service| service.n_documents() == 2);
    service.settle();
    assert_eq!(n_runs(), before + 1);
    // A folder that is gone takes its files with it.
    fs::remove_dir_all(service.archive().join("2020")).unwrap();
    service.desk.order(paths(&["2020"]));
    service.wait(|service| {
        service.n_documents() == 2 && service.office.catalog.counts().unwrap().n_vanished == 1
    });
    service.settle();
    service.check_agreement(2); // `c.txt` was come upon on the way
}

#[test]
fn what_cannot_go_on_is_said_and_the_next_order_does() {
    let service = Service::new();
    service.write("a.txt", "Kế hoạch số 1");
    service.desk.order(Task::All(Order::Changes));
    service.wait(|service| service.n_documents() == 1);
    service.settle();
    fs::remove_file(service.archive().join("a.txt")).unwrap();
    service.desk.order(Task::All(Order::Changes));
    service.wait(|service| service.desk.state().failure.is_some());
    assert!(service.desk.state().failure.unwrap().contains("found an empty folder"));
    service.write("a.txt", "Kế hoạch số 1");
    service.desk.order(Task::All(Order::Changes));
    service.wait(|service| service.desk.state().failure.is_none());
    service.check_agreement(1);
}

#[test]
fn a_new_index_is_built_while_documents_come_and_go_and_searches_are_answered() {
    let service = Service::new();
    let write = |n: u32| service.write(&format!("{n}.txt"), &format!("Kế hoạch số {n}"));
    (0..400).for_each(write);
    service.desk.order(Task::All(Order::Changes));
    service.wait(|service| service.n_documents() == 400);
    service.settle();
    let number = || generation::number(&service.office.catalog).unwrap().unwrap();
    assert_eq!(number(), 1);
    for round in 0..3u32 {
        service.desk.order_rebuild();
        for n in 0..20 {
            write(1000 + round * 20 + n);
            if n % 4 == 0 {
                fs::remove_file(service.archive().join(format!("{}.txt", round * 20 + n))).unwrap();
            }
            service.desk.order(Task::Glance);
            // Never fewer than are there for good, whichever index answers.
            assert!(service.both().1.len() >= 380);
        }
        service.wait(|service| {
            generation::number(&service.office.catalog).unwrap() == Some(round + 2)
        });
        service.settle();
        service.check_agreement(400 + (round as usize + 1) * 15);
    }
    let left: Vec<_> = fs::read_dir(service.office.data.join("engine")).unwrap().collect();
    assert_eq!(left.len(), 1); // the old ones are gone
}

#[test]
fn a_pause_holds_everything_and_a_stop_keeps_what_is_done() {
    let service = Service::new();
    service.write("a.txt", "Kế hoạch số 1");
    service.desk.pause(true);
    service.desk.order(Task::All(Order::Changes));
    service.desk.order_rebuild();
    thread::sleep(Duration::from_millis(200));
    let state = service.desk.state();
    assert!(state.is_paused && state.n_waiting == 1 && state.running.is_none());
    assert_eq!(service.n_documents(), 0);
    service.desk.pause(false);
    service.wait(|service| service.n_documents() == 1);
}

fn post(path: &str, kind: &str, body: &str) -> axum::http::request::Builder {
    assert!(!body.is_empty());
    Request::post(path).header(header::CONTENT_TYPE, kind)
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_come_by_the_api_and_by_buttons_and_never_from_other_sites() {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    let service = Service::new();
    service.write("a.docx", "");
    service.write("b.txt", "Kế hoạch số 1");
    let order = json!({"what": "changes"}).to_string();
    let from_elsewhere = post("/api/v1/runs", JSON, &order)
        .header("sec-fetch-site", "cross-site")
        .body(Body::from(order.clone()));
    let (status, _, body) = service.ask(from_elsewhere.unwrap()).await;
    assert_eq!((status, body.contains("cross_site")), (StatusCode::FORBIDDEN, true));
    assert_eq!(service.desk.state().n_waiting, 0);

    let (status, _, body) =
        service.ask(post("/api/v1/runs", JSON, &order).body(Body::from(order)).unwrap()).await;
    let accepted: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &accepted["now"]["is_paused"]), (StatusCode::ACCEPTED, &json!(false)));
    service.wait(|service| service.n_documents() == 1);
    service.settle();

    let (_, _, body) = service.ask(Request::get("/api/v1/runs").body(Body::empty()).unwrap()).await;
    let runs: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(runs["failed"], json!({"empty": 1}));
    assert_eq!((&runs["now"]["run"], &runs["now"]["generation"]), (&Value::Null, &json!(1)));
    let failures = "/api/v1/failures?kind=empty&limit=1";
    let (_, _, body) = service.ask(Request::get(failures).body(Body::empty()).unwrap()).await;
    let page: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&page["failures"][0]["path"], &page["next"]), (&json!("a.docx"), &json!("a.docx")));
    let failures = "/api/v1/failures?kind=damaged";
    let (_, _, body) = service.ask(Request::get(failures).body(Body::empty()).unwrap()).await;
    assert_eq!(body, json!({"failures": [], "next": null}).to_string());

    // The button beside a kind of failure.
    let form = "viec=nap-loi&loai=empty";
    let (status, place, _) =
        service.ask(post("/tinh-trang", FORM, form).body(Body::from(form)).unwrap()).await;
    assert_eq!((status, place.as_str()), (StatusCode::SEE_OTHER, "/tinh-trang"));
    service.wait(|service| service.office.catalog.runs(1).unwrap()[0].what == "failed");
    service.settle();
    let run = &service.office.catalog.runs(1).unwrap()[0];
    assert_eq!((run.counts.n_files, run.counts.n_failed()), (1, 1));

    let pause = json!({"is_paused": true}).to_string();
    let asked = Request::put("/api/v1/runs/pause").header(header::CONTENT_TYPE, JSON);
    let (status, _, _) = service.ask(asked.body(Body::from(pause)).unwrap()).await;
    assert_eq!((status, service.desk.state().is_paused), (StatusCode::OK, true));
    let (_, _, page) = service.ask(Request::get("/tinh-trang").body(Body::empty()).unwrap()).await;
    assert!(page.contains("Đang tạm dừng") && page.contains("value=\"tiep-tuc\""), "{page}");
    assert!(page.contains("href=\"/tinh-trang?loi=empty\""), "{page}");
    for nonsense in ["viec=x", "viec=nap-loi&loai=%20m%C3%A1y", "x"] {
        let asked = post("/tinh-trang", FORM, nonsense).body(Body::from(nonsense)).unwrap();
        assert_eq!(service.ask(asked).await.0, StatusCode::BAD_REQUEST, "{nonsense}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_tell_what_goes_on_and_end_with_the_service() {
    let service = Service::new();
    let ask =
        |path: &str| router(service.app()).oneshot(Request::get(path).body(Body::empty()).unwrap());
    let mut events = ask("/api/v1/runs/events").await.unwrap().into_body();
    let page = ask("/tinh-trang/su-kien?lang=en").await.unwrap();
    assert_eq!(page.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut page = page.into_body();
    let first = events.frame().await.unwrap().unwrap().into_data().unwrap();
    let first = String::from_utf8(first.to_vec()).unwrap();
    let now: Value = serde_json::from_str(first.strip_prefix("data: ").unwrap().trim()).unwrap();
    assert_eq!(now["is_paused"], false);
    let part = page.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(String::from_utf8(part.to_vec()).unwrap().contains("Nothing is under way."));
    service.desk.pause(true);
    let next = events.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(String::from_utf8(next.to_vec()).unwrap().contains("\"is_paused\":true"));
    service.desk.close();
    while let Some(frame) = events.frame().await {
        frame.unwrap();
    }
}
