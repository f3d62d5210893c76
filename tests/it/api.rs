//! The API and the pages, called directly (no socket), over the sample archive taken in once.

use std::{
    num::NonZeroUsize,
    path::Path,
    sync::{Arc, LazyLock},
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use vanthu::{
    catalog::Catalog,
    domain::tables::Tables,
    engine::{embedded::Embedded, switch::Switch},
    intake::{self, Control, Office, Order, Scope, Setup},
    source::Limits,
    web::{App, picture::Pictures, picture_cache::PictureCache, router},
};

static OFFICE: LazyLock<(tempfile::TempDir, Arc<App>)> = LazyLock::new(|| {
    let data = tempfile::tempdir().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let catalog = Arc::new(Catalog::open(data.path()).unwrap());
    let engine = Arc::new(Switch::new(Arc::new(Embedded::in_memory().unwrap())));
    let office = Office {
        archive: folder.clone(),
        data: data.path().to_owned(),
        catalog,
        engine,
        tables: Arc::new(Tables::builtin().clone()),
        limits: Limits::default(),
        n_threads: NonZeroUsize::new(2).unwrap(),
        workers: None,
    };
    let setup = Setup {
        archive: &folder,
        catalog: &office.catalog,
        engine: &office.engine,
        tables: &office.tables,
        limits: &office.limits,
        n_threads: office.n_threads,
        workers: None,
        ocr: &vanthu::recognised::NoOcr,
        order: &Order::Changes,
        notes_idle: true,
        control: &Control::default(),
    };
    intake::run(&setup, &[Scope::archive(&folder)], &|_| {}).unwrap();
    let pictures =
        Pictures::new(crate::worker::pool(), PictureCache::new(data.path().join("pages"), 1 << 20));
    (data, Arc::new(App::new(&office, Arc::default(), pictures)))
});

/// The sample archive, taken in once for all tests.
pub fn sample_archive() -> &'static App {
    &OFFICE.1
}

/// The same, to build a service of one's own over it.
pub fn sample_app() -> Arc<App> {
    Arc::clone(&OFFICE.1)
}

/// The service over the sample archive.
pub fn service() -> Router {
    router(Arc::clone(&OFFICE.1))
}

pub struct Answer {
    pub status: StatusCode,
    pub content_type: String,
    disposition: String,
    body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub fn ask(request: Request<Body>) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = service().oneshot(request).await.unwrap();
        let name = |name: header::HeaderName| {
            response.headers().get(name).map_or("", |v| v.to_str().unwrap()).to_owned()
        };
        let (content_type, disposition) =
            (name(header::CONTENT_TYPE), name(header::CONTENT_DISPOSITION));
        assert_eq!(name(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        Answer { status, content_type, disposition, body }
    })
}

pub fn get(path: &str) -> Answer {
    ask(Request::get(path).body(Body::empty()).unwrap())
}

fn encode(text: &str) -> String {
    vanthu::web::results::encode(text)
}

/// The numbers that a query finds, in order.
fn numbers(query: &str) -> Vec<String> {
    let answer = get(&format!("/api/v1/search?q={}", encode(query)));
    assert_eq!(answer.status, StatusCode::OK, "{query}");
    let number = |hit: &Value| hit["metadata"]["number"]["value"].as_str().unwrap_or("").to_owned();
    answer.json()["hits"].as_array().unwrap().iter().map(number).collect()
}

#[track_caller]
pub fn check_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status);
    assert_eq!(answer.content_type, "application/problem+json");
    let problem = answer.json();
    assert_eq!(
        (problem["code"].as_str(), problem["status"].as_u64()),
        (Some(code), Some(u64::from(status)))
    );
    assert!(!problem["title"].as_str().unwrap().is_empty());
}

#[test]
fn a_number_in_any_spelling_comes_first() {
    for spelling in [
        "2305/KH-UBND",
        "2305 kh ubnd",
        "kh 2305",
        "kế hoạch 2305",
        "2305/KH\u{2013}UBND",
        "so 2305 nam 2016",
    ] {
        assert_eq!(
            numbers(spelling).first().map(String::as_str),
            Some("2305/KH-UBND"),
            "{spelling}"
        );
    }
}

#[test]
fn words_are_found_with_and_without_accents() {
    let with = numbers("phát động phong trào thi đua");
    let without = numbers("phat dong phong trao thi dua");
    assert!(!with.is_empty());
    for number in with {
        assert!(without.contains(&number), "{number} is lost without accents");
    }
}

#[test]
fn odd_queries_are_answered_never_refused() {
    let long = "kế hoạch ".repeat(2_000);
    for query in [&long, "\"căn cứ", "-", "/", "((", "so:", "\u{0}", "%", "ngay:32/13/2020", ""]
    {
        assert_eq!(get(&format!("/api/v1/search?q={}", encode(query))).status, StatusCode::OK);
        assert_eq!(get(&format!("/tim?q={}", encode(query))).status, StatusCode::OK);
    }
    assert_eq!(get("/api/v1/search?q=%FF%FE").status, StatusCode::OK); // not UTF-8
}

#[test]
fn highlights_are_characters_of_the_snippet() {
    let answer = get(&format!("/api/v1/search?q={}", encode("khen thưởng"))).json();
    let mut n_marks = 0;
    for hit in answer["hits"].as_array().unwrap() {
        let Some(text) = hit["snippet"]["text"].as_str() else { continue };
        let characters: Vec<char> = text.chars().collect();
        for mark in hit["snippet"]["highlights"].as_array().unwrap() {
            let (from, to) =
                (mark[0].as_u64().unwrap() as usize, mark[1].as_u64().unwrap() as usize);
            let marked: String = characters[from..to].iter().collect();
            let folded = vanthu::text::fold::fold(&marked);
            assert!(folded.contains("khen") || folded.contains("thuong"), "{marked}");
            n_marks += 1;
        }
    }
    assert!(n_marks > 0);
}

#[test]
fn a_document_and_all_its_faces() {
    let id = get("/api/v1/documents/2305-kh-ubnd").json()["id"].as_str().unwrap().to_owned();
    let record = get(&format!("/api/v1/documents/{id}")).json();
    assert_eq!(record["metadata"]["number"]["value"], "2305/KH-UBND");
    assert_eq!(record["paths"][0], "den/ubnd-tinh/kh-2305-2016.docx");

    // Every span leads to the characters that were read.
    let text = get(&format!("/api/v1/documents/{id}/text")).json();
    let whole = text["text"].as_str().unwrap();
    let spanned = |value: &Value| {
        let ends = value["span"].as_array().unwrap();
        whole[ends[0].as_u64().unwrap() as usize..ends[1].as_u64().unwrap() as usize].to_owned()
    };
    for field in ["number", "issued_on", "issuer", "doc_type", "signer"] {
        let found = &record["metadata"][field];
        assert_eq!(spanned(found), found["raw"].as_str().unwrap(), "{field}");
    }
    assert_eq!(text["pages"][0]["number"], 1);

    let original = get(&format!("/api/v1/documents/{id}/original"));
    let on_disk =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/den/ubnd-tinh/kh-2305-2016.docx");
    assert_eq!(original.body, std::fs::read(on_disk).unwrap());
    assert_eq!(original.disposition, "attachment; filename*=UTF-8''kh-2305-2016.docx");

    let page = get(&format!("/vb/{id}?q=giam+ngheo"));
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("<mark>") && page.text().contains("2305/KH-UBND"));
    assert_eq!(get(&format!("/vb/{id}/vien-dan")).status, StatusCode::OK);
}

#[test]
fn citations_lead_both_ways() {
    let outgoing = get("/api/v1/documents/2305-kh-ubnd/citations").json();
    let resolved: Vec<&Value> = outgoing["outgoing"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|citation| citation["state"] == "resolved")
        .collect();
    let target = resolved[0]["target"].as_str().expect("a resolved citation has a target");
    let back = get(&format!("/api/v1/documents/{target}/citations")).json();
    let citing = outgoing["id"].as_str().unwrap();
    assert!(back["incoming"].as_array().unwrap().iter().any(|mention| mention["citing"] == citing));
}

#[test]
fn a_number_of_two_years_is_a_choice_never_a_guess() {
    check_problem(&get("/api/v1/documents/64-kh-sldtbxh"), 300, "ambiguous_number");
    let page = get("/vb/64-kh-sldtbxh");
    assert_eq!(page.status, StatusCode::MULTIPLE_CHOICES);
    assert!(page.text().contains("26/01/2015") && page.text().contains("27/01/2016"));
    // With the one exact number the results page leads straight on when asked to.
    let answer = ask(Request::get("/tim?q=2305%2FKH-UBND&go=1").body(Body::empty()).unwrap());
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[test]
fn what_does_not_exist_is_a_problem() {
    check_problem(&get("/api/v1/documents/0123456789abcdef"), 404, "document_not_found");
    check_problem(&get("/api/v1/documents/9999-kh-ubnd/text"), 404, "document_not_found");
    check_problem(&get("/api/v1/nothing"), 404, "not_found");
    check_problem(&get("/api/v1/search?limit=0"), 400, "invalid_parameter");
    check_problem(&get("/api/v1/search?colour=red"), 400, "invalid_parameter");
    check_problem(&get("/api/v1/missing?limit=x"), 400, "invalid_parameter");
    check_problem(&get("/api/v1/numbers"), 400, "invalid_parameter");
    let post = ask(Request::post("/api/v1/search").body(Body::empty()).unwrap());
    check_problem(&post, 405, "method_not_allowed");
    let page = get("/vb/khong-co");
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text().contains("Không có văn bản này trong kho"));
}

#[test]
fn missing_numbers_runs_and_health() {
    let missing = get("/api/v1/missing?limit=5").json();
    let rows = missing["missing"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.len() <= 5);
    let counts: Vec<u64> = rows.iter().map(|row| row["n_citing"].as_u64().unwrap()).collect();
    assert!(counts.is_sorted_by(|a, b| a >= b), "{counts:?}");

    let typed = get("/api/v1/numbers?prefix=23").json();
    assert_eq!(typed["numbers"][0]["number"], "2305/KH-UBND");

    let runs = get("/api/v1/runs").json();
    assert_eq!(runs["runs"][0]["counts"]["n_files"], 75);
    let reasons: Vec<&str> = runs["failures"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["reason"].as_str())
        .collect();
    assert!(
        reasons.contains(&"password_protected") && reasons.contains(&"classified"),
        "{reasons:?}"
    );
    assert_eq!(get("/healthz").json()["status"], "ok");
}

#[test]
fn a_classified_document_leaves_no_trace() {
    let refused: Vec<String> = get("/api/v1/runs").json()["failures"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["reason"] == "classified")
        .map(|row| row["path"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(refused.len(), 1);
    assert!(numbers("diễn tập phòng thủ").iter().all(|number| !number.starts_with("03/")));
}

#[test]
fn pages_keep_their_contract() {
    for path in [
        "/",
        "/tim?q=thi+dua",
        "/thieu",
        "/kiem-tra",
        "/thieu?vb=khong-co",
        "/doi-chieu",
        "/tinh-trang",
        "/huong-dan",
        "/api",
        "/so",
        "/so?so=incoming&q=thi+dua&nam=2016",
        "/vb/2305-kh-ubnd",
        "/khong-co",
    ] {
        for lang in ["vi", "en"] {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = get(&format!("{path}{joint}lang={lang}"));
            let html = page.text();
            assert!(page.content_type.starts_with("text/html"), "{path}");
            assert!(html.contains(&format!("<html lang=\"{lang}\">")), "{path}");
            assert_eq!(html.matches("<h1").count(), 1, "{path} has one heading");
            assert_eq!(html.matches("<search>").count(), 1, "{path} has one search box");
            for landmark in ["<main", "<nav", "<header", "<footer", "<label", "<title>"] {
                assert!(html.contains(landmark), "{path} has no {landmark}");
            }
            assert!(
                !html.contains(" onclick=") && !html.contains("<script>"),
                "{path} has inline script"
            );
            assert!(page.body.len() < 400_000, "{path}");
        }
    }
    let results = get("/tim?q=thi+dua");
    let (facets, cards) =
        (results.text().find("class=\"facet\""), results.text().find("class=\"card"));
    assert!(facets.unwrap() < cards.unwrap(), "filters stand before the results");
    assert_eq!(get("/static/vanthu.css").content_type, "text/css; charset=utf-8");
    assert_eq!(get("/static/secret").status, StatusCode::NOT_FOUND);
}

#[test]
fn the_description_fits_the_service() {
    let description = get("/api/v1/openapi.json").json();
    let paths = description["paths"].as_object().unwrap();
    for path in [
        "search",
        "documents/{id}",
        "documents/{id}/text",
        "documents/{id}/original",
        "documents/{id}/citations",
        "documents/{id}/corrections",
        "missing",
        "numbers",
        "runs",
    ] {
        assert!(paths.contains_key(&format!("/api/v1/{path}")), "{path} is not described");
    }
    for (path, methods) in paths {
        if path.ends_with("/events") {
            continue; // never ends
        }
        let asked = path.replace("{id}", "2305-kh-ubnd");
        let asked = if path.ends_with("numbers") { format!("{asked}?prefix=1") } else { asked };
        let Some(described) = methods.get("get").map(|get| &get["responses"]) else { continue };
        let answer = get(&asked);
        let status = answer.status.as_u16().to_string();
        assert!(
            described.get(&status).is_some(),
            "{path} answers {status}, which is not described"
        );
        // Every required property of the described schema is there.
        let schema = described[&status]["content"]["application/json"]["schema"]["$ref"].as_str();
        let Some(name) = schema.and_then(|name| name.rsplit('/').next()) else { continue };
        let required = &description["components"]["schemas"][name]["required"];
        let body = answer.json();
        for property in required.as_array().into_iter().flatten() {
            assert!(body.get(property.as_str().unwrap()).is_some(), "{path} lacks {property}");
        }
    }
}

#[test]
fn every_word_of_the_pages_is_in_the_catalogue() {
    let known: Vec<&str> = include_str!("../../src/web/words.tsv")
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    let mut n_checked = 0;
    for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web")) {
        let entry = entry.unwrap();
        if entry.path().extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let source = std::fs::read_to_string(entry.path()).unwrap();
        let prefixes = [
            "about.",
            "cite.",
            "chip.",
            "doc.",
            "edit.",
            "check.",
            "reason.",
            "standing.",
            "succession.",
            "error.",
            "facet.",
            "field.",
            "flag.",
            "footer.",
            "help.",
            "home.",
            "kind.",
            "missing.",
            "nav.",
            "page.",
            "register.",
            "result.",
            "review.",
            "search.",
            "site.",
            "sort.",
            "state.",
            "status.",
            "upload.",
            "warning.",
            "why.",
        ];
        for literal in source.split('"').skip(1).step_by(2) {
            let is_key = prefixes.iter().any(|prefix| literal.starts_with(prefix))
                && literal.bytes().all(|b| b.is_ascii_lowercase() || b == b'.' || b == b'_');
            if is_key {
                assert!(
                    known.contains(&literal),
                    "{literal} has no words ({})",
                    entry.path().display()
                );
                n_checked += 1;
            }
        }
    }
    assert!(n_checked > 100, "only {n_checked} keys were found: the rule checks too little");
}
