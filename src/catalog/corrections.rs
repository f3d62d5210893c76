//! What clerks decided, entry by entry: kept apart from what was read, applied on top of it.
//!
//! An entry is never changed or removed: it is undone by a further one. Entries belong to a
//! content by its hash, so they outlive every reading, and the row of the document itself.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use rusqlite::{Connection, OptionalExtension, Row, types::ValueRef};
use serde::{Deserialize, Serialize};

use crate::{
    catalog::{
        Catalog, CatalogError,
        audit::sum,
        read::{self, id, unreadable},
        spelling::{canonical, fold},
        stored::{from_json, to_json},
    },
    domain::{
        citation::Citation,
        correction::Field,
        record::{Metadata, Record, RecordId},
        tables::Tables,
    },
    engine::analyse::REVIEW_BELOW,
    extract::corrected::corrected,
    text::fold::fold as fold_text,
};

/// What an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A field.
    Field(Field),
    /// One citation, told by its words since its place may move with the next reading.
    Citation(Anchor),
    /// Whether the document is withdrawn: not found by any search, kept as it is.
    Withdrawal,
}

impl Subject {
    /// The name of the field, `citation` or `withdrawal`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field(field) => field.code(),
            Self::Citation(_) => "citation",
            Self::Withdrawal => "withdrawal",
        }
    }
}

/// A citation as it is recognised again after another reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The number in normal form, else the folded title, else the folded quote.
    pub cited: String,
    /// The words, folded.
    pub quote: String,
    /// The how-manieth mention with these words, from 0.
    pub nth: usize,
    /// The how-manieth mention of what is cited, from 0.
    pub nth_cited: usize,
    /// How many mentions of it there were.
    pub n_cited: usize,
}

impl Anchor {
    /// The anchor of a citation of a document.
    pub fn of(citations: &[Citation], seq: usize) -> Option<Self> {
        let (cited, quote) = words(citations.get(seq)?);
        let mentions: Vec<(usize, String)> = citations
            .iter()
            .map(words)
            .enumerate()
            .filter(|(_, (other, _))| *other == cited)
            .map(|(at, (_, quote))| (at, quote))
            .collect();
        let before = |same_quote: bool| {
            let earlier = mentions.iter().filter(|(at, _)| *at < seq);
            earlier.filter(|(_, other)| !same_quote || *other == quote).count()
        };
        Some(Self {
            nth: before(true),
            nth_cited: before(false),
            n_cited: mentions.len(),
            cited,
            quote,
        })
    }

    /// The place of the citation in another reading: the mention with the same words, else the
    /// same mention when there are as many of what is cited as before.
    pub fn find(&self, citations: &[Citation]) -> Option<usize> {
        let all: Vec<(String, String)> = citations.iter().map(words).collect();
        let same = (0..all.len()).filter(|at| all[*at].0 == self.cited);
        let same: Vec<usize> = same.collect();
        let by_words = same.iter().filter(|at| all[**at].1 == self.quote).nth(self.nth);
        let by_place = (same.len() == self.n_cited).then(|| same.get(self.nth_cited)).flatten();
        by_words.or(by_place).copied()
    }
}

/// What is cited, and in which words.
fn words(citation: &Citation) -> (String, String) {
    let quote = fold_text(&citation.quote.split_whitespace().collect::<Vec<_>>().join(" "));
    let cited = match (&citation.number, &citation.title) {
        (Some(number), _) => canonical(number),
        (None, Some(title)) => fold(title),
        (None, None) => quote.clone(),
    };
    (cited, quote)
}

/// What a clerk decided about a citation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It means this document.
    Target(RecordId),
    /// It means none of these documents.
    NoneOf(Vec<RecordId>),
    /// It is no citation.
    Dismissed,
}

impl Decision {
    /// The stored form: an identifier, `none` with identifiers, or `dismissed`.
    pub fn code(&self) -> String {
        match self {
            Self::Target(id) => id.to_string(),
            Self::Dismissed => "dismissed".to_owned(),
            Self::NoneOf(ids) => {
                ids.iter().fold("none".to_owned(), |code, id| format!("{code} {id}"))
            }
        }
    }

    /// Reads the stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        if code == "dismissed" {
            return Some(Self::Dismissed);
        }
        match code.strip_prefix("none") {
            Some(ids) => {
                let ids = ids.split_whitespace().map(RecordId::parse);
                Some(Self::NoneOf(ids.collect::<Option<Vec<_>>>()?))
            }
            None => RecordId::parse(code).map(Self::Target),
        }
    }
}

/// One entry of the log. Values are text as in [`Field::value`], a decision as in
/// [`Decision::code`], `withdrawn`; `None` is a blank field, an undecided citation, a document
/// that is not withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its place in the log of the archive.
    pub seq: i64,
    /// The document.
    pub id: RecordId,
    /// What it is about.
    pub subject: Subject,
    /// What had been read when it was made.
    pub read: Option<String>,
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
    pub is_undone: bool,
}

/// Everything clerks decided about one document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Corrections {
    /// The whole log, oldest entry first.
    pub log: Vec<Correction>,
    /// What was read, when a field is shown that was corrected.
    pub read: Option<Metadata>,
}

impl Corrections {
    /// The entries in force, at most one a subject, oldest first.
    pub fn in_force(&self) -> Vec<&Correction> {
        in_force(&self.log)
    }

    /// The entry in force for a field.
    pub fn of_field(&self, field: Field) -> Option<&Correction> {
        self.in_force().into_iter().find(|entry| entry.subject == Subject::Field(field))
    }

    /// The entries in force about citations, by the place of the citation in this reading.
    pub fn decided(&self, citations: &[Citation]) -> BTreeMap<usize, &Correction> {
        let entries = self.in_force().into_iter();
        let placed = entries.filter_map(|entry| match &entry.subject {
            Subject::Citation(anchor) => Some((anchor.find(citations)?, entry)),
            _ => None,
        });
        placed.collect()
    }

    /// Whether the document is withdrawn.
    pub fn is_withdrawn(&self) -> bool {
        is_withdrawn(&self.log)
    }

    /// What is read now of a corrected field.
    pub fn read_of(&self, field: Field) -> Option<String> {
        field.of(self.read.as_ref()?)
    }

    /// Whether a later reading gave another value than the one that was corrected, and not the
    /// clerk's either: both are to be looked at.
    pub fn is_disputed(&self, field: Field) -> bool {
        let (Some(read), Some(entry)) = (&self.read, self.of_field(field)) else { return false };
        is_disputed(entry, field, read)
    }
}

fn is_disputed(entry: &Correction, field: Field, read: &Metadata) -> bool {
    let now = field.of(read);
    now != entry.read && now != entry.new
}

/// The entries that hold: neither undone nor replaced by a later one of the same subject.
pub(super) fn in_force(log: &[Correction]) -> Vec<&Correction> {
    let mut latest: Vec<&Correction> = Vec::new();
    for entry in log.iter().rev().filter(|entry| !entry.is_undone && entry.undoes.is_none()) {
        if latest.iter().all(|later| later.subject != entry.subject) {
            latest.push(entry);
        }
    }
    latest.reverse();
    latest
}

pub(super) fn is_withdrawn(log: &[Correction]) -> bool {
    in_force(log).iter().any(|entry| entry.subject == Subject::Withdrawal && entry.new.is_some())
}

/// Marks what is undone. An undoing entry may itself be undone.
fn mark_undone(log: &mut [Correction]) {
    let mut undone = BTreeSet::new();
    for entry in log.iter_mut().rev() {
        entry.is_undone = undone.contains(&entry.seq);
        if !entry.is_undone {
            undone.extend(entry.undoes);
        }
    }
}

/// A record as it is shown, and what goes with it into its row.
pub(super) struct ShownRecord<'a> {
    pub record: Cow<'a, Record>,
    /// What was read, when a clerk's value stands over it.
    pub as_read: Option<Cow<'a, Record>>,
    /// Fields for a clerk to look at.
    pub n_doubtful: u64,
}

/// Puts the log of a content over what was read of it.
pub(super) fn show<'a>(
    tables: &Tables,
    read: Cow<'a, Record>,
    log: &[Correction],
) -> ShownRecord<'a> {
    let fields: Vec<(Field, &Correction)> = in_force(log)
        .into_iter()
        .filter_map(|entry| match entry.subject {
            Subject::Field(field) => Some((field, entry)),
            _ => None,
        })
        .collect();
    if fields.is_empty() {
        let n_doubtful = n_doubtful(&read.metadata);
        return ShownRecord { record: read, as_read: None, n_doubtful };
    }
    let values: Vec<(Field, Option<String>)> =
        fields.iter().map(|(field, entry)| (*field, entry.new.clone())).collect();
    let metadata = corrected(tables, &read.metadata, &values);
    let disputed =
        fields.iter().filter(|(field, entry)| is_disputed(entry, *field, &read.metadata));
    let n_doubtful = n_doubtful(&metadata) + disputed.count() as u64;
    let record = Record { metadata, ..Record::clone(&read) };
    ShownRecord { record: Cow::Owned(record), as_read: Some(read), n_doubtful }
}

/// Fields that were read with little confidence.
fn n_doubtful(metadata: &Metadata) -> u64 {
    let is_doubtful = |field: &&Field| {
        field.confidence(metadata).is_some_and(|confidence| confidence < REVIEW_BELOW)
    };
    Field::ALL.iter().filter(is_doubtful).count() as u64
}

/// The decisions about citations, by their place in this reading.
pub(super) fn decisions(log: &[Correction], citations: &[Citation]) -> Vec<(usize, Decision)> {
    in_force(log)
        .into_iter()
        .filter_map(|entry| match &entry.subject {
            Subject::Citation(anchor) => {
                let decision = Decision::from_code(entry.new.as_deref()?)?;
                Some((anchor.find(citations)?, decision))
            }
            _ => None,
        })
        .collect()
}

const COLUMNS: &str = "seq, sha256, subject, anchor, read, old, new, made_by, made_at, undoes";

/// The log of a content, oldest first.
pub(super) fn log(connection: &Connection, sha256: &str) -> rusqlite::Result<Vec<Correction>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM corrections WHERE sha256 = ?1 ORDER BY seq"
    ))?;
    let mut log: Vec<Correction> =
        statement.query_map([sha256], correction)?.collect::<rusqlite::Result<_>>()?;
    mark_undone(&mut log);
    Ok(log)
}

fn correction(row: &Row<'_>) -> rusqlite::Result<Correction> {
    let subject = match row.get_ref(2)?.as_str()? {
        "citation" => Subject::Citation(from_json(3, row.get_ref(3)?.as_str()?)?),
        "withdrawal" => Subject::Withdrawal,
        code => Subject::Field(
            Field::from_code(code).ok_or_else(|| unreadable(2, "the name of a field", code))?,
        ),
    };
    Ok(Correction {
        seq: row.get(0)?,
        id: RecordId::from_sha256(row.get_ref(1)?.as_str()?),
        subject,
        read: row.get(4)?,
        old: row.get(5)?,
        new: row.get(6)?,
        by: row.get(7)?,
        at_ms: row.get(8)?,
        undoes: row.get(9)?,
        is_undone: false,
    })
}

/// Adds an entry and returns its place.
pub(super) fn append(
    connection: &Connection,
    sha256: &str,
    entry: &Correction,
) -> rusqlite::Result<i64> {
    let anchor = match &entry.subject {
        Subject::Citation(anchor) => Some(to_json(anchor)?),
        _ => None,
    };
    connection
        .prepare_cached(
            "INSERT INTO corrections (sha256, subject, anchor, read, old, new, made_by, made_at,
                 undoes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(rusqlite::params![
            sha256,
            entry.subject.code(),
            anchor,
            entry.read,
            entry.old,
            entry.new,
            entry.by,
            entry.at_ms,
            entry.undoes
        ])?;
    let seq = connection.last_insert_rowid();
    note_sum(connection, seq)?;
    Ok(seq)
}

/// The checksum of an entry as it is kept.
pub(super) fn entry_sum(connection: &Connection, seq: i64) -> rusqlite::Result<i64> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM corrections WHERE seq = ?1"))?;
    statement.query_row([seq], |row| {
        let mut parts = Vec::new();
        for column in 0..10 {
            // The kind of a value is part of it: nothing is not the empty text.
            parts.push(match row.get_ref(column)? {
                ValueRef::Null => b"-".to_vec(),
                ValueRef::Integer(number) => format!("i{number}").into_bytes(),
                ValueRef::Text(text) => [b"t", text].concat(),
                ValueRef::Real(_) | ValueRef::Blob(_) => b"?".to_vec(),
            });
        }
        Ok(sum(parts.iter().map(Vec::as_slice)))
    })
}

/// The checksum that was noted with an entry; `None` for one of an older version.
pub(super) fn noted_sum(connection: &Connection, seq: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT sum FROM corrections WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
}

fn note_sum(connection: &Connection, seq: i64) -> rusqlite::Result<()> {
    let sum = entry_sum(connection, seq)?;
    connection
        .prepare_cached("UPDATE corrections SET sum = ?2 WHERE seq = ?1")?
        .execute([seq, sum])?;
    Ok(())
}

/// Notes what is shown since an entry.
pub(super) fn set_new(
    connection: &Connection,
    seq: i64,
    new: Option<&str>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE corrections SET new = ?2 WHERE seq = ?1")?
        .execute(rusqlite::params![seq, new])?;
    note_sum(connection, seq)
}

/// A document with fields to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct ToReview {
    /// Its place in the order of the queue.
    pub ord: i64,
    /// The record as it is shown, without citations.
    pub record: Record,
    /// What clerks decided so far.
    pub corrections: Corrections,
}

impl ToReview {
    /// The fields to look at, in the order of the page.
    pub fn fields(&self) -> Vec<Field> {
        let needs_look = |field: &Field| {
            let confidence = field.confidence(&self.record.metadata);
            confidence.is_some_and(|confidence| confidence < REVIEW_BELOW)
                || self.corrections.is_disputed(*field)
        };
        Field::ALL.into_iter().filter(needs_look).collect()
    }
}

impl Catalog {
    /// What clerks decided about a document; nothing for an unknown one.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn corrections(&self, id: &RecordId) -> Result<Corrections, CatalogError> {
        self.read("read the corrections of a document", |connection| corrections(connection, id))
    }

    /// The document of an entry of the log.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn corrected_by(&self, seq: i64) -> Result<Option<RecordId>, CatalogError> {
        self.read("read the log of corrections", |connection| {
            connection
                .prepare_cached("SELECT sha256 FROM corrections WHERE seq = ?1")?
                .query_row([seq], |row| Ok(RecordId::from_sha256(row.get_ref(0)?.as_str()?)))
                .optional()
        })
    }

    /// How many entries were made since an instant, in milliseconds since 1970.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn n_corrections_since(&self, at_ms: i64) -> Result<u64, CatalogError> {
        self.read("read the log of corrections", |connection| {
            connection
                .prepare_cached("SELECT count(*) FROM corrections WHERE made_at >= ?1")?
                .query_row([at_ms], |row| row.get(0))
        })
    }

    /// How many fields of shown documents are to be looked at.
    ///
    /// # Errors
    /// `Storage` when they could not be counted.
    pub fn n_to_review(&self) -> Result<u64, CatalogError> {
        self.read("count the fields to look at", |connection| {
            connection
                .prepare_cached(
                    "SELECT coalesce(sum(n_doubtful), 0) FROM contents
                     WHERE n_doubtful > 0 AND shown = 1",
                )?
                .query_row([], |row| row.get(0))
        })
    }

    /// The shown documents with fields to look at, from a place of the queue on.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn to_review(&self, from_ord: i64, limit: usize) -> Result<Vec<ToReview>, CatalogError> {
        self.read("list the fields to look at", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT ord, id FROM contents
                 WHERE n_doubtful > 0 AND shown = 1 AND ord >= ?1 ORDER BY ord LIMIT ?2",
            )?;
            let rows = statement.query_map(rusqlite::params![from_ord, limit], |row| {
                Ok((row.get::<_, i64>(0)?, id(row, 1)?))
            })?;
            let mut found = Vec::new();
            for row in rows {
                let (ord, id) = row?;
                let Some((_, _, record)) = read::head(connection, &id)? else { continue };
                let corrections = corrections(connection, &id)?;
                found.push(ToReview { ord, record, corrections });
            }
            Ok(found)
        })
    }
}

fn corrections(connection: &Connection, id: &RecordId) -> rusqlite::Result<Corrections> {
    let mut statement =
        connection.prepare_cached("SELECT sha256, as_read FROM contents WHERE id = ?1")?;
    let mut rows = statement.query([id.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(Corrections::default()) };
    let read = match row.get_ref(1)?.as_str_or_null()? {
        Some(json) => Some(from_json::<Record>(1, json)?.metadata),
        None => None,
    };
    Ok(Corrections { log: log(connection, row.get_ref(0)?.as_str()?)?, read })
}
