//! What only the API says, as serde types: the record itself is in `domain::record`.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    catalog::{
        Correction, Corrections, FileRow, Head, IncomingPage, MissingDocument, Outgoing, Standing,
        Subject,
    },
    domain::record::{Record, RecordId},
    text::Text,
    web::citations::cursor_text,
};

/// One document.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentAnswer {
    /// The record, as `vanthu inspect --json` prints it.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub record: Record,
    /// Paths of the files that carry it, relative to the archive.
    pub paths: Vec<String>,
    /// How many documents cite it.
    pub n_cited_by: u64,
    /// Whether a clerk has withdrawn it: no search finds it.
    pub withdrawn: bool,
    /// The corrections in force, oldest first.
    pub corrections: Vec<CorrectionRow>,
    /// What other documents of the archive say has become of it, the gravest first. What the
    /// archive says, no legal advice.
    pub standing: Vec<StandingAnswer>,
}

impl DocumentAnswer {
    /// From what the catalog holds.
    pub fn new(
        record: Record,
        files: &[FileRow],
        n_cited_by: u64,
        corrections: &Corrections,
        standing: Vec<Standing>,
    ) -> Self {
        let paths = files.iter().map(|file| file.stat.path.to_string()).collect();
        let in_force = corrections.in_force();
        Self {
            withdrawn: corrections.is_withdrawn(),
            corrections: in_force.into_iter().map(|e| CorrectionRow::new(e, corrections)).collect(),
            standing: standing.into_iter().map(StandingAnswer::from).collect(),
            record,
            paths,
            n_cited_by,
        }
    }
}

/// The log of corrections of a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionsAnswer {
    /// The document.
    pub id: String,
    /// Oldest first.
    pub corrections: Vec<CorrectionRow>,
}

impl CorrectionsAnswer {
    /// From what the catalog holds.
    pub fn new(id: &RecordId, corrections: &Corrections) -> Self {
        let rows = corrections.log.iter();
        Self {
            id: id.to_string(),
            corrections: rows.map(|entry| CorrectionRow::new(entry, corrections)).collect(),
        }
    }
}

/// One correction. Values are text as it is shown: recipients one a line, a citation's target by
/// its identifier, `none` of those named after it, or `dismissed`.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionRow {
    /// By which it is undone.
    pub seq: i64,
    /// The name of the field, `citation` or `withdrawal`.
    pub subject: &'static str,
    /// What is cited, for a citation.
    pub cited: Option<String>,
    /// What was read when it was made.
    pub read: Option<String>,
    /// What is read now, for a field that is shown as corrected.
    pub read_now: Option<String>,
    /// Whether a later reading gave a third value.
    pub disputed: bool,
    /// What was shown before.
    pub old: Option<String>,
    /// What is shown since.
    pub new: Option<String>,
    /// Who made it.
    pub by: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The entry that it undoes.
    pub undoes: Option<i64>,
    /// Whether a later entry undoes it.
    pub undone: bool,
}

impl CorrectionRow {
    fn new(entry: &Correction, corrections: &Corrections) -> Self {
        let field = match entry.subject {
            Subject::Field(field) => Some(field),
            _ => None,
        };
        let is_in_force = corrections.in_force().iter().any(|other| other.seq == entry.seq);
        let field = field.filter(|_| is_in_force);
        Self {
            seq: entry.seq,
            subject: entry.subject.code(),
            cited: match &entry.subject {
                Subject::Citation(anchor) => Some(anchor.cited.clone()),
                _ => None,
            },
            read: entry.read.clone(),
            read_now: field.and_then(|field| corrections.read_of(field)),
            disputed: field.is_some_and(|field| corrections.is_disputed(field)),
            old: entry.old.clone(),
            new: entry.new.clone(),
            by: entry.by.clone(),
            at_ms: entry.at_ms,
            undoes: entry.undoes,
            undone: entry.is_undone,
        }
    }
}

/// A sentence of a document that says what has become of another one.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingAnswer {
    /// `replaced`, `repealed`, `amended` or `corrected`.
    pub kind: &'static str,
    /// Whether it is said of a part only.
    pub is_partial: bool,
    /// The document that did it, when it is held.
    pub by: Option<String>,
    /// The number of the document that did it, as printed.
    pub by_number: Option<String>,
    /// The document that says so.
    pub told_by: String,
    /// The page of the sentence there, from 1.
    pub page: u32,
    /// The sentence.
    pub sentence: String,
}

impl From<Standing> for StandingAnswer {
    fn from(told: Standing) -> Self {
        Self {
            kind: told.kind.code(),
            is_partial: told.is_partial,
            by: told.by.map(|id| id.to_string()),
            by_number: told.by_number,
            told_by: told.told_by.to_string(),
            page: told.page,
            sentence: told.sentence,
        }
    }
}

/// The text of a document.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextAnswer {
    /// The document.
    pub id: String,
    /// All of it; the spans of the record are byte offsets into its UTF-8 form.
    pub text: String,
    /// Where the pages lie in it.
    pub pages: Vec<PageSpan>,
}

/// One page of a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageSpan {
    /// From 1.
    pub number: u32,
    /// First and one past the last byte.
    pub span: [u32; 2],
}

impl TextAnswer {
    /// From a normalised text.
    pub fn new(id: &RecordId, text: &Text) -> Self {
        let pages = text
            .lines
            .chunk_by(|a, b| a.page == b.page)
            .map(|lines| PageSpan {
                number: lines[0].page,
                span: [lines[0].span.start, lines[lines.len() - 1].span.end],
            })
            .collect();
        Self { id: id.to_string(), text: text.as_str().to_owned(), pages }
    }
}

/// What a document cites and who cites it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CitationsAnswer {
    /// The document.
    pub id: String,
    /// Its citations in reading order, each with `candidates` (`id` and `reason`) when several
    /// documents may be meant.
    #[schema(value_type = Vec<Object>)]
    pub outgoing: Vec<Value>,
    /// The mentions of it, each with the `citing` document, the latest of these first.
    #[schema(value_type = Vec<Object>)]
    pub incoming: Vec<Value>,
    /// How many documents cite it.
    pub n_cited_by: u64,
    /// `after` of the next citing documents.
    pub next: Option<String>,
}

impl CitationsAnswer {
    /// From what the catalog holds.
    pub fn new(
        id: &RecordId,
        outgoing: Vec<Outgoing>,
        incoming: IncomingPage,
        n_cited_by: u64,
    ) -> Self {
        let with = |citation: &crate::domain::citation::Citation, key: &str, value: Value| {
            let mut json = serde_json::to_value(citation).unwrap_or_default();
            if let Value::Object(fields) = &mut json {
                fields.insert(key.to_owned(), value);
            }
            json
        };
        let outgoing = outgoing
            .iter()
            .map(|out| {
                let candidates = out.candidates.iter();
                let candidates: Value = candidates
                    .map(|(id, reason)| serde_json::json!({ "id": id, "reason": reason }))
                    .collect();
                with(&out.citation, "candidates", candidates)
            })
            .collect();
        let next = incoming.next.as_ref().map(cursor_text);
        let incoming = incoming
            .mentions
            .iter()
            .map(|mention| with(&mention.citation, "citing", serde_json::json!(mention.citing)))
            .collect();
        Self { id: id.to_string(), outgoing, incoming, n_cited_by, next }
    }
}

/// What is cited but not held.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingAnswer {
    /// Most cited first.
    pub missing: Vec<MissingRow>,
}

/// One document that the archive lacks.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingRow {
    /// As printed in the latest mention; the name of a law that is cited by its name there.
    pub number: String,
    /// Under which its mentions are brought together.
    pub key: String,
    /// Its type, from that mention.
    pub doc_type: Option<String>,
    /// The date printed there, ISO, cut at its precision.
    pub issued_on: Option<String>,
    /// How many documents cite it.
    pub n_citing: u64,
    /// The date of the earliest document that cites it, ISO, cut at its precision.
    pub first_cited_on: Option<String>,
    /// The date of the latest one.
    pub last_cited_on: Option<String>,
    /// The latest one.
    pub citing: String,
    /// How that one cites it.
    pub quote: String,
}

impl MissingAnswer {
    /// From what the catalog holds.
    pub fn new(rows: Vec<MissingDocument>) -> Self {
        let missing = rows
            .into_iter()
            .map(|row| MissingRow {
                number: row.number,
                key: row.canonical,
                doc_type: row.doc_type,
                issued_on: row.issued_on.map(|date| date.to_string()),
                n_citing: row.n_citing,
                first_cited_on: row.first_cited_on.map(|date| date.to_string()),
                last_cited_on: row.last_cited_on.map(|date| date.to_string()),
                citing: row.citing.to_string(),
                quote: row.quote,
            })
            .collect();
        Self { missing }
    }
}

/// Numbers for the type-ahead.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumbersAnswer {
    /// In numeric order.
    pub numbers: Vec<NumberSuggestion>,
}

/// One number and its document.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberSuggestion {
    /// The document.
    pub id: String,
    /// As printed.
    pub number: String,
    /// ISO, cut at its precision.
    pub issued_on: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
}

impl NumbersAnswer {
    /// From the records found.
    pub fn new(heads: Vec<Head>) -> Self {
        let numbers = heads
            .into_iter()
            .filter_map(|head| {
                let metadata = head.record.metadata;
                Some(NumberSuggestion {
                    id: head.record.id.to_string(),
                    number: metadata.number?.value,
                    issued_on: metadata.issued_on.map(|found| found.value.to_string()),
                    subject: metadata.subject.map(|found| found.value),
                })
            })
            .collect();
        Self { numbers }
    }
}

/// Whether the service answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthAnswer {
    /// `ok`.
    pub status: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// Documents that can be found.
    pub n_documents: u64,
}
