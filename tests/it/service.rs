//! What the service promises to any caller: limits with clear refusals, tags, metrics, batches.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use vanthu::web::{limits::ServiceLimits, router_with};

use crate::api;

async fn ask(service: &Router, request: Request<Body>) -> Response<Body> {
    service.clone().oneshot(request).await.unwrap()
}

async fn text_of(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn json_of(response: Response<Body>) -> Value {
    serde_json::from_str(&text_of(response).await).unwrap()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn post(path: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    request.body(body.into()).unwrap()
}

fn limited(limits: ServiceLimits) -> Router {
    router_with(api::sample_app(), limits)
}

async fn check_problem(response: Response<Body>, status: StatusCode, code: &str) {
    assert_eq!(response.status(), status);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    let problem = json_of(response).await;
    assert_eq!(problem["code"], code);
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(' ')));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_is_refused_as_a_problem() {
    let default = ServiceLimits::default();

    let full = limited(ServiceLimits { n_at_once: 0, ..default });
    let refused = ask(&full, get("/api/v1/search?q=293")).await;
    assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
    check_problem(refused, StatusCode::TOO_MANY_REQUESTS, "too_many_requests").await;

    let hasty = limited(ServiceLimits { deadline: Duration::ZERO, ..default });
    // An answer may be there before anybody looks at the clock.
    let mut late = ask(&hasty, get("/api/v1/search?q=293")).await;
    for _ in 0..100 {
        if late.status() == StatusCode::OK {
            late = ask(&hasty, get("/api/v1/search?q=293")).await;
        }
    }
    check_problem(late, StatusCode::REQUEST_TIMEOUT, "timed_out").await;

    let small = limited(ServiceLimits { body_bytes: 100, ..default });
    let long = json!({"queries": ["293/KH-SLĐTBXH".repeat(50)]}).to_string();
    let too_large = ask(&small, post("/api/v1/search/batch", long)).await;
    check_problem(too_large, StatusCode::PAYLOAD_TOO_LARGE, "body_too_large").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_once_up_to_the_limit_are_all_answered() {
    let service = limited(ServiceLimits { n_at_once: 8, ..ServiceLimits::default() });
    let answers = (0..8).map(|_| {
        let service = service.clone();
        tokio::spawn(async move { ask(&service, get("/api/v1/search?q=thi+dua")).await.status() })
    });
    for answer in answers.collect::<Vec<_>>() {
        assert_eq!(answer.await.unwrap(), StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_held_already_is_not_sent_again() {
    let service = api::service();
    for path in ["", "/text", "/citations"] {
        let path = format!("/api/v1/documents/2305-kh-ubnd{path}");
        let first = ask(&service, get(&path)).await;
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[header::ETAG].clone();
        assert!(text_of(first).await.len() > 100);

        let again = Request::get(&path).header(header::IF_NONE_MATCH, &tag);
        let again = ask(&service, again.body(Body::empty()).unwrap()).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], tag);
        assert_eq!(text_of(again).await, "");

        let other = Request::get(&path).header(header::IF_NONE_MATCH, "W/\"0\"");
        let other = ask(&service, other.body(Body::empty()).unwrap()).await;
        assert_eq!(other.status(), StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_answers_each_query_as_if_asked_alone() {
    let service = api::service();
    let queries = ["2305/KH-UBND", "thi đua", "", "\"căn cứ", "999999/XX-YY"];
    let body = json!({"queries": queries, "limit": 2}).to_string();
    let batch = json_of(ask(&service, post("/api/v1/search/batch", body)).await).await;
    let answers = batch["answers"].as_array().unwrap();
    assert_eq!(answers.len(), queries.len());
    for (q, answer) in queries.iter().zip(answers) {
        assert_eq!(answer["q"], *q);
        let path = format!("/api/v1/search?limit=2&q={}", vanthu::web::results::encode(q));
        let alone = json_of(ask(&service, get(&path)).await).await;
        for property in ["total", "hits", "exact", "number", "chips", "warnings"] {
            assert_eq!(answer[property], alone[property], "{q}: {property}");
        }
    }
    assert_eq!(answers[0]["hits"][0]["metadata"]["number"]["value"], "2305/KH-UBND");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_not_one_is_a_problem() {
    let service = api::service();
    let many: Vec<&str> = vec!["a"; 501];
    for (body, status, code) in [
        ("{".to_owned(), StatusCode::BAD_REQUEST, "bad_request"),
        ("[]".to_owned(), StatusCode::UNPROCESSABLE_ENTITY, "invalid_body"),
        (json!({"queries": "a"}).to_string(), StatusCode::UNPROCESSABLE_ENTITY, "invalid_body"),
        (json!({"queries": []}).to_string(), StatusCode::BAD_REQUEST, "invalid_parameter"),
        (json!({"queries": many}).to_string(), StatusCode::BAD_REQUEST, "invalid_parameter"),
        (
            json!({"queries": ["a"], "limit": 0}).to_string(),
            StatusCode::BAD_REQUEST,
            "invalid_parameter",
        ),
        (
            json!({"queries": ["a"], "sort": "best"}).to_string(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_body",
        ),
    ] {
        let answer = ask(&service, post("/api/v1/search/batch", body)).await;
        check_problem(answer, status, code).await;
    }
    let untyped = Request::post("/api/v1/search/batch").body(Body::from("{}")).unwrap();
    let untyped = ask(&service, untyped).await;
    check_problem(untyped, StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_count_what_was_asked_and_name_no_document() {
    let service = router_with(api::sample_app(), ServiceLimits::default());
    for path in ["/api/v1/search?q=293", "/api/v1/documents/2305-kh-ubnd", "/khong-co"] {
        ask(&service, get(path)).await;
    }
    let text = text_of(ask(&service, get("/metrics")).await).await;
    for line in [
        r#"vanthu_http_requests_total{method="GET",route="/api/v1/search",status="200"} 1"#,
        r#"vanthu_http_requests_total{method="GET",route="/api/v1/documents/{id}",status="200"} 1"#,
        r#"vanthu_http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
        "# UNIT vanthu_http_request_duration_seconds seconds",
        "# EOF",
    ] {
        assert!(text.lines().any(|one| one == line), "no line {line} in\n{text}");
    }
    assert!(!text.contains("2305"), "an address names a document");
    let documents = text.lines().find_map(|line| line.strip_prefix("vanthu_documents "));
    assert!(documents.and_then(|n| n.parse::<u64>().ok()).is_some_and(|n| n > 50), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed_for_who_takes_that_and_carry_a_request_id() {
    let service = api::service();
    let request = Request::get("/api/v1/search?q=thi+dua").header(header::ACCEPT_ENCODING, "gzip");
    let request = request.header("x-request-id", "phong-van-thu-1").body(Body::empty()).unwrap();
    let answer = ask(&service, request).await;
    assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip");
    assert_eq!(answer.headers()["x-request-id"], "phong-van-thu-1");
    let own = ask(&service, get("/healthz")).await;
    assert!(own.headers()["x-request-id"].len() >= 32, "one is made when none is given");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_requests_under_way_are_answered() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let app: Arc<vanthu::web::App> = api::sample_app();
    let served = tokio::spawn(vanthu::web::serve(app, listener, async {
        stopped.await.unwrap();
    }));
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    // Half a request is under way when the service is told to stop.
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    stream.write_all(b"Connection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    served.await.unwrap().unwrap();
}
