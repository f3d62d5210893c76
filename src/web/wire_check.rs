//! What `/api/v1/check` and `vanthu check --json` say of a line, as serde types.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    archive::{CheckStatus, Checked, CheckedItem, CheckedLine},
    catalog::Head,
    extract::resolve::Reason,
    web::wire::StandingAnswer,
};

/// A draft or list that was checked.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckAnswer {
    /// Whether it was taken as a list: then every line that holds something is answered, else
    /// those with a number.
    pub is_list: bool,
    /// Numbers found.
    pub n_numbers: usize,
    /// Numbers held.
    pub n_held: usize,
    /// Numbers that the archive lacks.
    pub n_missing: usize,
    /// Numbers that several documents carry.
    pub n_open: usize,
    /// In the order of the input.
    pub lines: Vec<LineAnswer>,
}

impl CheckAnswer {
    /// From what was found.
    pub fn new(checked: &Checked) -> Self {
        let items: Vec<&CheckedItem> = checked.lines.iter().flat_map(|line| &line.items).collect();
        let count = |status: CheckStatus| items.iter().filter(|i| i.status == status).count();
        Self {
            is_list: checked.is_list,
            n_numbers: items.len(),
            n_held: count(CheckStatus::Held),
            n_missing: count(CheckStatus::Missing),
            n_open: count(CheckStatus::Several),
            lines: checked.lines.iter().map(LineAnswer::new).collect(),
        }
    }
}

/// One line of the input.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineAnswer {
    /// From 1; of a document the line of its text.
    pub line: usize,
    /// Page, from 1.
    pub page: u32,
    /// The line.
    pub text: String,
    /// The worst of its numbers: 200 held, 300 several may be meant, 404 missing, 400 no number
    /// could be read.
    pub status: u16,
    /// Its numbers.
    pub items: Vec<ItemAnswer>,
}

impl LineAnswer {
    /// From what was found.
    pub fn new(line: &CheckedLine) -> Self {
        Self {
            line: line.number,
            page: line.page,
            text: line.text.clone(),
            status: line.status.code(),
            items: line.items.iter().map(ItemAnswer::new).collect(),
        }
    }
}

/// One number.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemAnswer {
    /// As printed, or the name of a law.
    pub asked: String,
    /// 200, 300 or 404, as for the line.
    pub status: u16,
    /// Whether it is held, nothing about it differs, and nothing is said to have become of it.
    pub is_right: bool,
    /// As it was read, with its flags; `null` when only the number was recognised.
    #[schema(value_type = Option<Object>)]
    pub citation: Option<Value>,
    /// The document that is held.
    pub target: Option<DocumentInBrief>,
    /// The documents that may be meant, the best reason first.
    pub candidates: Vec<DocumentInBrief>,
    /// Whether the printed date is that on record; `null` when one of them is not there.
    pub date_agrees: Option<bool>,
    /// Whether the printed title is that on record; `null` when one of them is not there.
    pub subject_agrees: Option<bool>,
    /// What documents of the archive say has become of it.
    pub standing: Vec<StandingAnswer>,
    /// When it is missing: how many documents cite it.
    pub n_citing: u64,
    /// When it is missing: the nearest numbers.
    pub nearest: Vec<DocumentInBrief>,
}

/// A document in a few words.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentInBrief {
    /// The document.
    pub id: String,
    /// Its number as printed.
    pub number: Option<String>,
    /// Its type.
    pub doc_type: Option<String>,
    /// Its date, ISO, cut at its precision.
    pub issued_on: Option<String>,
    /// The body that issued it.
    pub issuer: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Why it may be the one that is meant, e.g. `same_number`.
    #[schema(value_type = Option<String>)]
    pub reason: Option<Reason>,
}

impl ItemAnswer {
    fn new(item: &CheckedItem) -> Self {
        let brief = |head: &Head| DocumentInBrief::new(head, None);
        Self {
            asked: item.asked.clone(),
            status: item.status.code(),
            is_right: item.is_right(),
            citation: item.citation.as_ref().and_then(|made| serde_json::to_value(made).ok()),
            target: item.target.as_ref().map(brief),
            candidates: item
                .candidates
                .iter()
                .map(|(head, reason)| DocumentInBrief::new(head, Some(*reason)))
                .collect(),
            date_agrees: item.date_agrees,
            subject_agrees: item.subject_agrees,
            standing: item.standing.iter().cloned().map(StandingAnswer::from).collect(),
            n_citing: item.n_citing,
            nearest: item.nearest.iter().map(brief).collect(),
        }
    }
}

impl DocumentInBrief {
    fn new(head: &Head, reason: Option<Reason>) -> Self {
        let metadata = &head.record.metadata;
        let text = |found: &Option<crate::domain::found::Found<String>>| {
            found.as_ref().map(|found| found.value.clone())
        };
        Self {
            id: head.record.id.to_string(),
            number: text(&metadata.number),
            doc_type: text(&metadata.doc_type),
            issued_on: metadata.issued_on.as_ref().map(|found| found.value.to_string()),
            issuer: text(&metadata.issuer),
            subject: text(&metadata.subject),
            reason,
        }
    }
}
