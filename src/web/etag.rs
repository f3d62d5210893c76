//! `ETag` and `If-None-Match` (RFC 9110 §8.8.3, §13.1.2) on answers that are made from the stores.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// Largest answer that gets a tag; a larger one is sent without.
const MAX_BYTES: usize = 64 << 20;

/// Middleware: tags a successful answer by its bytes, and sends none to who has them already.
///
/// The tag is weak, since the same answer may be sent compressed. An answer about a document
/// depends on the whole archive (who cites it, what replaced it), so its bytes are the one thing
/// that tells whether it changed.
pub async fn tag(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let held = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !is_read
        || response.status() != StatusCode::OK
        || response.headers().contains_key(header::ETAG)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match to_bytes(body, MAX_BYTES).await {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::error!(%error, "an answer could not be tagged");
            return crate::web::problem::Problem::internal().into_response();
        }
    };
    let Ok(tag) = HeaderValue::from_str(&weak_tag(&bytes)) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let is_held = held.is_some_and(|held| tag.to_str().is_ok_and(|tag| self::is_held(&held, tag)));
    parts.headers.insert(header::ETAG, tag.clone());
    // What a browser has it asks about again before showing it.
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if !is_held {
        return Response::from_parts(parts, Body::from(bytes));
    }
    let mut headers = HeaderMap::new();
    for name in [header::ETAG, header::CACHE_CONTROL, header::VARY] {
        if let Some(value) = parts.headers.remove(&name) {
            headers.insert(name, value);
        }
    }
    (StatusCode::NOT_MODIFIED, headers).into_response()
}

fn weak_tag(bytes: &Bytes) -> String {
    let digest = Sha256::digest(bytes);
    let mut tag = String::from("W/\"");
    for byte in &digest[..16] {
        tag.push_str(&format!("{byte:02x}"));
    }
    tag.push('"');
    tag
}

/// Whether the caller of `If-None-Match` has what the tag names: weak comparison with each entity
/// tag of its list; `*` means any.
pub fn is_held(held: &HeaderValue, tag: &str) -> bool {
    let strip = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(held) = held.to_str() else { return false };
    held.trim() == "*" || held.split(',').any(|one| strip(one) == strip(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_compare_weakly_and_in_lists() {
        let tag = "W/\"ab\"";
        for held in ["W/\"ab\"", "\"ab\"", "\"x\", W/\"ab\"", "*"] {
            assert!(is_held(&HeaderValue::from_static(held), tag), "{held}");
        }
        for held in ["\"abc\"", "ab", ""] {
            assert!(!is_held(&HeaderValue::from_static(held), tag), "{held}");
        }
    }
}
