//! [`Citation`]: one mention of another document, and how it relates to the citing one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{date::PartialDate, found::Span, record::RecordId};

/// How the citing document relates to the cited one.
///
/// # Source
/// The relations of vbpl.vn, reduced to what the words of the citing sentence can prove.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CitationKind {
    /// `Căn cứ …;` in the recitals.
    Basis,
    /// `thực hiện`, `triển khai`, `sơ kết`, `tổng kết` the cited document.
    Implements,
    /// `theo đề nghị … tại Tờ trình số …`, `xét Tờ trình …`.
    Proposal,
    /// `phúc đáp`, `trả lời Công văn số …`.
    Replies,
    /// `sửa đổi, bổ sung` the cited document.
    Amends,
    /// The cited document amends another one that is cited beside it (`được sửa đổi, bổ sung bởi …`).
    AmendedBy,
    /// `thay thế` the cited document.
    Replaces,
    /// `được thay thế bởi …`: the cited document replaces.
    ReplacedBy,
    /// `bãi bỏ`, `hủy bỏ` the cited document.
    Repeals,
    /// `đính chính` the cited document.
    Corrects,
    /// `hướng dẫn`, `quy định chi tiết` the cited document.
    Guides,
    /// `hợp nhất`: a consolidated text of the cited documents.
    Consolidates,
    /// `ban hành kèm theo`, `kèm theo` the cited document.
    Encloses,
    /// Any other mention.
    Mentions,
}

/// What is remarkable about a citation. Shown, never repaired.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CitationFlag {
    /// The type word and the sign disagree: `Nghị quyết số 42/NĐ-CP`.
    TypeDiffers,
    /// A hyphen is missing between type and issuer: `08/2019/TTBLĐTBXH`.
    MissingHyphen,
    /// Slash and hyphen are swapped for this issuer: `17-NQ/CP`.
    SwappedSeparators,
    /// A space stands where a separator belongs: `15/2020 NQ-HĐND`.
    SpaceForSeparator,
    /// The type stands after the issuer: `18/SLĐTBXH-GP`.
    TypeAfterIssuer,
    /// The year in the number and the year of the date disagree.
    YearDiffers,
    /// The year in the title and the year of the date disagree.
    TitleYearDiffers,
    /// The printed date is not in the calendar.
    ImpossibleDate,
    /// No date is printed and the number alone does not say the year.
    NoDate,
    /// Cited by title alone.
    TitleOnly,
    /// The document in the archive has another date.
    DateDiffers,
    /// The document in the archive has another sign.
    SignDiffers,
    /// The document in the archive has another subject.
    SubjectDiffers,
    /// The cited document is dated after the citing one.
    CitedBeforeIssued,
}

/// Which part of the cited document is meant: `điểm d khoản 2 Điều 5`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Provision {
    /// Điều.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// Khoản.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// Điểm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<String>,
    /// As written, e.g. `khoản 1 và khoản 2 Điều 5`.
    pub raw: String,
}

/// What the archive holds of a cited document. A function of the whole archive: see `extract::resolve`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CitationState {
    /// Exactly one document of the archive is meant.
    Resolved,
    /// The archive does not hold it.
    Missing,
    /// Several documents of the archive may be meant.
    Ambiguous,
    /// The citing document itself.
    #[serde(rename = "self")]
    SelfReference,
    /// No citation, as a clerk has decided.
    Dismissed,
}

/// One mention of another document.
///
/// `number` is as printed, only spacing tidied; an author's error stays and is flagged.
/// A law cited by name has no number and a `title`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Citation {
    /// The number as printed, e.g. `06-CT/TU`.
    pub number: Option<String>,
    /// The key of the cited document (see [`Found::key`](super::found::Found::key)), `?` for unknown parts.
    pub key: Option<String>,
    /// Type name in sentence case, e.g. `Chỉ thị`: from the type word, else from the sign.
    pub doc_type: Option<String>,
    /// The subject as quoted, or the name of a law.
    pub title: Option<String>,
    /// The body named as issuer, as written.
    pub issuer: Option<String>,
    /// The date printed beside the number.
    pub issued_on: Option<PartialDate>,
    /// How the two documents relate.
    pub kind: CitationKind,
    /// Which part of it.
    pub provision: Option<Provision>,
    /// The characters of the citation, from the type word to the end of the title.
    pub quote: String,
    /// Page of the first character, from 1.
    pub page: u32,
    /// Where `quote` stands.
    pub span: Span,
    /// The name of the rule that read it.
    pub rule: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// What is remarkable.
    pub flags: Vec<CitationFlag>,
    /// What the archive holds of it; `None` until it has been looked up.
    pub state: Option<CitationState>,
    /// The document meant, when `state` is resolved.
    pub target: Option<RecordId>,
}
