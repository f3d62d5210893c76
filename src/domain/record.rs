//! [`Record`]: all that was read from one document. Its JSON is the one of `DESIGN.md` §5.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    citation::Citation,
    date::PartialDate,
    found::{Found, Span},
};
use crate::layout::BBox;

/// Identifies a content, wherever its file lies: the first 16 hexadecimal digits of the
/// SHA-256 of the bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct RecordId(String);

impl RecordId {
    /// How many digits of the hash an identifier has.
    pub const LEN: usize = 16;

    /// From the hexadecimal SHA-256 of a file.
    pub fn from_sha256(sha256: &str) -> Self {
        Self(sha256.chars().take(Self::LEN).collect())
    }

    /// Reads an identifier; `None` when the text is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (text.len() == Self::LEN && text.bytes().all(is_hex)).then(|| Self(text.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The formats that are told apart, by their first bytes and never by the name.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Office Open XML text: .docx, .docm, .dotx.
    Docx,
    /// Portable Document Format.
    Pdf,
    /// Word 6 to 2003 (an OLE container with a WordDocument stream).
    Doc,
    /// Plain text.
    Txt,
}

/// Where the text came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TextSource {
    /// The file holds it.
    Embedded,
    /// Recognised from page images.
    Ocr,
    /// Some pages of each.
    Mixed,
    /// There is none: every page is an image or blank.
    None,
}

/// Độ mật.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Classification {
    /// Mật.
    #[serde(rename = "Mật")]
    Confidential,
    /// Tối mật.
    #[serde(rename = "Tối mật")]
    Secret,
    /// Tuyệt mật.
    #[serde(rename = "Tuyệt mật")]
    TopSecret,
}

/// Độ khẩn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Urgency {
    /// Khẩn.
    #[serde(rename = "Khẩn")]
    Urgent,
    /// Thượng khẩn.
    #[serde(rename = "Thượng khẩn")]
    VeryUrgent,
    /// Hỏa tốc.
    #[serde(rename = "Hỏa tốc")]
    Express,
}

/// The fields of one document. `None` is absent or blank; nothing is guessed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Metadata {
    /// Số, ký hiệu as printed with only spacing tidied; its `key` is the document key.
    pub number: Option<Found<String>>,
    /// Sentence case, e.g. `Kế hoạch`; its `key` is the type sign, e.g. `KH`.
    pub doc_type: Option<Found<String>>,
    /// Cơ quan ban hành, sentence case; its `key` is the issuer's identifier in the tables.
    pub issuer: Option<Found<String>>,
    /// Cơ quan chủ quản, the body printed above the issuer.
    pub parent_issuer: Option<Found<String>>,
    /// Địa danh of the date line.
    pub place: Option<Found<String>>,
    /// Ngày ban hành.
    pub issued_on: Option<Found<PartialDate>>,
    /// Trích yếu, one line, without the type name and without `V/v`.
    pub subject: Option<Found<String>>,
    /// Who signs, without rank or title.
    pub signer: Option<Found<String>>,
    /// Chức vụ of the signer, sentence case.
    pub signer_position: Option<Found<String>>,
    /// `TM.`, `KT.`, `TL.`, `TUQ.` or `Q.`.
    pub signing_capacity: Option<Found<String>>,
    /// Nơi nhận, one entry a line, without the dash and the closing mark.
    pub recipients: Option<Found<Vec<String>>>,
    /// Độ mật. A document that has one is never stored: see `pipeline`.
    pub classification: Option<Found<Classification>>,
    /// Độ khẩn.
    pub urgency: Option<Found<Urgency>>,
    /// A DỰ THẢO mark.
    pub is_draft: Option<Found<bool>>,
    /// The number under `ĐẾN` in the stamp of the office that received a scan.
    #[serde(default)]
    pub arrival_number: Option<Found<String>>,
    /// The date in that stamp.
    #[serde(default)]
    pub arrived_on: Option<Found<PartialDate>>,
}

/// What a part of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// `PHỤ LỤC I`.
    Appendix,
    /// A further document with a letterhead and number of its own.
    Document,
    /// A regulation, plan or list `(Ban hành kèm theo Quyết định số …)`.
    Enclosure,
}

/// Something behind the first document of a file. Appendices and enclosures belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its own number, as printed.
    pub number: Option<String>,
    /// Its type, in sentence case.
    pub doc_type: Option<String>,
    /// The body in its letterhead.
    pub issuer: Option<String>,
    /// The date of its place-and-date line.
    pub issued_on: Option<PartialDate>,
    /// Its title.
    pub title: Option<String>,
    /// Page of its heading, from 1.
    pub page: u32,
    /// Where its heading stands.
    pub span: Span,
}

/// A difficulty met while reading. It never stops anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// Stable name, e.g. `blank_number`.
    pub code: String,
    /// One sentence in English.
    pub message: String,
    /// Page, from 1, when it concerns one.
    pub page: Option<u32>,
    /// Where, when it concerns a place of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// Where on the page image, when a clerk's eye has to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bbox: Option<BBox>,
    /// What may stand there, likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
}

impl Warning {
    /// A warning about the whole document.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            page: None,
            span: None,
            bbox: None,
            candidates: Vec::new(),
        }
    }

    /// The same warning about one page.
    pub fn on_page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    /// The same warning about a place of the text.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }
}

/// All that was read from one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// Identifies the content.
    pub id: RecordId,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Path of the file, relative to the archive, with `/`.
    pub path: String,
    /// What the bytes are; `None` when they are none of the formats that can be read.
    pub format: Option<Format>,
    /// Where the text came from.
    pub text_source: TextSource,
    /// How many pages; a .docx counts one page and more only at explicit page breaks.
    pub n_pages: u32,
    /// The fields.
    pub metadata: Metadata,
    /// The citations in reading order, one entry a mention.
    pub citations: Vec<Citation>,
    /// The difficulties met.
    pub warnings: Vec<Warning>,
    /// What else the file holds behind its first document; left out of the JSON when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}
