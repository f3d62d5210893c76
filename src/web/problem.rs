//! [`Problem`]: every error of the API, as `application/problem+json` (RFC 9457), made in one place.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::failure::Failure;

/// What went wrong, in a form that is safe to show. The cause goes to the log, not to the caller.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// `about:blank#` and the code: a stable identifier of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status.
    pub status: u16,
    /// The code, e.g. `document_not_found`.
    pub code: &'static str,
    /// What was expected and what was found, in English.
    pub title: String,
    /// The same in Vietnamese, with what to do.
    pub detail: String,
}

impl Problem {
    /// A parameter that could not be read.
    pub fn invalid_parameter(name: &str, expected: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_parameter",
            format!("expected {expected} for the parameter {name}"),
            format!("Tham số “{name}” không đúng dạng. Xem /api/v1/openapi.json."),
        )
    }

    /// No such document.
    pub fn document_not_found(id: &str) -> Self {
        let id: String = id.chars().take(80).collect();
        Self::new(
            StatusCode::NOT_FOUND,
            "document_not_found",
            format!("the archive holds no document {id:?}"),
            "Không có văn bản này trong kho. Xem lại mã hoặc số ký hiệu.".to_owned(),
        )
    }

    /// Several documents carry the number; the caller has to choose.
    pub fn ambiguous_number(n_candidates: usize) -> Self {
        Self::new(
            StatusCode::MULTIPLE_CHOICES,
            "ambiguous_number",
            format!("{n_candidates} documents carry this number; use an id"),
            "Nhiều văn bản mang số này. Hãy dùng mã của văn bản.".to_owned(),
        )
    }

    /// No such address.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "no such address; see /api/v1/openapi.json".to_owned(),
            "Không có địa chỉ này. Xem /api/v1/openapi.json.".to_owned(),
        )
    }

    /// The address exists, the method does not.
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "this address does not take the method".to_owned(),
            "Địa chỉ này không nhận phương thức ấy.".to_owned(),
        )
    }

    /// The original file is not where the catalog says.
    pub fn original_missing() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "original_missing",
            "the original file is no longer at its place in the archive".to_owned(),
            "Tệp gốc không còn ở chỗ cũ trong kho. Chép lại tệp rồi nạp lại.".to_owned(),
        )
    }

    /// A request that could not be read at all.
    pub fn bad_request() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad_request",
            "the request could not be read; see /api/v1/openapi.json".to_owned(),
            "Không đọc được yêu cầu. Xem /api/v1/openapi.json.".to_owned(),
        )
    }

    /// A body that is not what the address takes.
    pub fn invalid_body(expected: &str) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_body",
            format!("expected {expected}"),
            "Nội dung gửi lên không đúng dạng. Xem /api/v1/openapi.json.".to_owned(),
        )
    }

    /// A body of a kind that the address does not take.
    pub fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "this address does not take a body of this Content-Type".to_owned(),
            "Địa chỉ này không nhận loại nội dung ấy. Xem /api/v1/openapi.json.".to_owned(),
        )
    }

    /// A body above the limit.
    pub fn body_too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "the body is larger than this address takes; send it in parts".to_owned(),
            "Nội dung gửi lên quá lớn. Hãy chia nhỏ rồi gửi lại.".to_owned(),
        )
    }

    /// An answer that took too long.
    pub fn timed_out() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "timed_out",
            "the answer took too long and was given up; ask for less, or again later".to_owned(),
            "Trả lời quá lâu nên đã dừng. Hãy thu hẹp điều kiện hoặc thử lại sau.".to_owned(),
        )
    }

    /// Too much at once.
    pub fn too_many_requests() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "too many requests at once; try again in a second".to_owned(),
            "Đang có quá nhiều yêu cầu cùng lúc. Hãy thử lại sau một giây.".to_owned(),
        )
    }

    /// Characters that are no value of what they were given for.
    pub fn invalid_value(expected: &str, found: &str, field: Option<&str>) -> Self {
        let found: String = found.chars().take(60).collect();
        let of = field.map_or_else(String::new, |field| format!(" for {field}"));
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_value",
            format!("expected {expected}{of}, found {found:?}"),
            format!("Giá trị “{found}” không đúng dạng; chưa sửa gì."),
        )
    }

    /// A request that is understood and cannot be done.
    pub fn unprocessable(title: String) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unprocessable",
            title,
            "Không làm được việc này; chưa sửa gì.".to_owned(),
        )
    }

    /// Somebody else was faster.
    pub fn conflict(title: &str) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "conflict",
            title.to_owned(),
            "Người khác vừa sửa chỗ này. Hãy xem lại rồi sửa.".to_owned(),
        )
    }

    /// A change asked for by another site, or by nobody knows whom.
    pub fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "expected a request from a page of this service, found one from elsewhere".to_owned(),
            "Yêu cầu này không đến từ trang của chương trình nên bị từ chối.".to_owned(),
        )
    }

    /// A file that was handed over and cannot be taken, for a reason that a clerk understands.
    pub fn unreadable_file(failure: &Failure) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unreadable_file",
            failure.reason.sentence_en().to_owned(),
            failure.reason.sentence_vi().to_owned(),
        )
    }

    /// The format has no pages of its own.
    pub fn no_page_images() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no_page_images",
            "only a PDF has page images; use the text of the document".to_owned(),
            "Chỉ tệp PDF có ảnh trang. Xem mặt Văn bản hoặc tải bản gốc.".to_owned(),
        )
    }

    /// The document has no such page.
    pub fn page_not_found(page: u32, n_pages: u32) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "page_not_found",
            format!("expected a page from 1 to {n_pages}, found {page}"),
            format!("Văn bản có {n_pages} trang, không có trang {page}."),
        )
    }

    /// The page cannot be drawn.
    pub fn page_not_drawn(failure: &Failure) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "page_not_drawn",
            format!("the page could not be drawn: {}", failure.detail),
            "Không vẽ được trang này. Tải bản gốc để xem.".to_owned(),
        )
    }

    /// A request that was to bring files and brought none.
    pub fn no_files() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "no_files",
            "expected a form (multipart/form-data) with files in the field `files`, found none"
                .to_owned(),
            "Không có tệp nào trong yêu cầu. Chọn tệp rồi tải lên lại.".to_owned(),
        )
    }

    /// The archive, or its disk, takes no more.
    pub fn cannot_store() -> Self {
        Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "cannot_store",
            "could not write into the archive's inbox folder; the log has the cause".to_owned(),
            "Không ghi được vào thư mục inbox của kho. Xem lại quyền ghi và chỗ trống của ổ đĩa."
                .to_owned(),
        )
    }

    /// Something failed on our side.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong; the log has the details".to_owned(),
            "Chương trình gặp lỗi; chi tiết ở tệp nhật ký.".to_owned(),
        )
    }

    fn new(status: StatusCode, code: &'static str, title: String, detail: String) -> Self {
        Self { kind: format!("about:blank#{code}"), status: status.as_u16(), code, title, detail }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}
