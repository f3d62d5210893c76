//! [`check`]: a form that changes something is taken from our own pages only; [`protect`] watches
//! over every request that is not a mere question.
//!
//! # Source
//! OWASP, Cross-Site Request Forgery Prevention: Fetch Metadata, with Origin and Referer for
//! browsers that do not send it.

use axum::{
    extract::Request,
    http::{HeaderMap, Method, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::web::problem::Problem;

/// Whether a request that changes something comes from a page of ours.
///
/// # Errors
/// `cross_site` when it comes from another site, or when nothing says where it comes from.
pub fn check(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return match site {
            "same-origin" | "none" => Ok(()),
            _ => Err(Problem::cross_site()),
        };
    }
    let from = text(header::ORIGIN.as_str()).or_else(|| text(header::REFERER.as_str()));
    let from = from.and_then(|address| address.parse::<axum::http::Uri>().ok());
    let from = from.as_ref().and_then(|uri| uri.authority()).map(Authority::as_str);
    match (from, text(header::HOST.as_str())) {
        (Some(from), Some(host)) if from.eq_ignore_ascii_case(host) => Ok(()),
        _ => Err(Problem::cross_site()),
    }
}

/// For calls that a browser cannot send to another site unasked, such as those with a JSON body:
/// refuses only what says that it comes from elsewhere.
///
/// # Errors
/// `cross_site`.
pub fn check_call(headers: &HeaderMap) -> Result<(), Problem> {
    let says_where = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    if says_where { check(headers) } else { Ok(()) }
}

/// Middleware: refuses a request that would change something and says that a page of another site
/// made it.
pub async fn protect(request: Request, next: Next) -> Response {
    let is_question = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_question {
        return next.run(request).await;
    }
    match check_call(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn verdict(pairs: &[(&'static str, &'static str)], form: bool, call: bool) {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        assert_eq!((check(&headers).is_ok(), check_call(&headers).is_ok()), (form, call));
    }

    #[test]
    fn only_our_own_pages_change_anything() {
        verdict(&[("sec-fetch-site", "same-origin")], true, true);
        verdict(&[("sec-fetch-site", "cross-site")], false, false);
        verdict(&[("sec-fetch-site", "same-site")], false, false); // another port is another site
        verdict(&[("origin", "http://kho:8080"), ("host", "kho:8080")], true, true);
        verdict(&[("origin", "http://evil.example"), ("host", "kho:8080")], false, false);
        verdict(&[("origin", "null"), ("host", "kho:8080")], false, false);
        verdict(&[("referer", "http://kho:8080/vb/1"), ("host", "kho:8080")], true, true);
        verdict(&[("host", "kho:8080")], false, true); // a program, not a browser
    }
}
