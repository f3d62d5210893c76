//! [`Found`]: a value together with the place it was read from and the rule that read it.

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, RefOr, Schema},
};

/// A byte range of the normalised text, half open: `text.as_str()[start..end]`.
///
/// Both ends lie on character boundaries. Written in JSON as `[start, end]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(u32, u32)", into = "(u32, u32)")]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Self { start: start as u32, end: end as u32 }
    }

    /// As a range usable for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether the two spans share at least one byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl PartialSchema for Span {
    fn schema() -> RefOr<Schema> {
        let pair = ArrayBuilder::new().items(u32::schema()).min_items(Some(2)).max_items(Some(2));
        pair.description(Some("first byte and one past the last, of the text")).build().into()
    }
}

impl ToSchema for Span {}

impl From<(u32, u32)> for Span {
    fn from((start, end): (u32, u32)) -> Self {
        Self { start, end }
    }
}

impl From<Span> for (u32, u32) {
    fn from(span: Span) -> Self {
        (span.start, span.end)
    }
}

/// A value that was read, e.g. the number `293/KH-SLĐTBXH` out of `Số: 293/KH- SLĐTBXH`.
///
/// This is also its written form (`DESIGN.md` §5): everything a clerk needs to check the
/// value on the page is kept beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Found<T> {
    /// The value in the form that is shown.
    pub value: T,
    /// The characters it was read from, as they stand in the text.
    pub raw: String,
    /// The normal form by which such values are compared, where one exists: the document
    /// key of a number, the identifier of an issuer or of a document type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Page, from 1.
    pub page: u32,
    /// Where `raw` stands in the normalised text.
    pub span: Span,
    /// The name of the rule that read it, e.g. `header.number`.
    pub rule: String,
    /// How sure the rule is, from 0 to 1. Of the values at 0.9 and more, at least 98 in a
    /// hundred are meant to be right.
    pub confidence: f32,
}

impl<T> Found<T> {
    /// The same place and rule with another value.
    pub fn map<U>(self, value: U) -> Found<U> {
        Found {
            value,
            raw: self.raw,
            key: self.key,
            page: self.page,
            span: self.span,
            rule: self.rule,
            confidence: self.confidence,
        }
    }
}
