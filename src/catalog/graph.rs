//! Questions about numbers and citations: who is meant by whom, what is lacking.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Deserialize;

use crate::{
    catalog::{
        Catalog, CatalogError,
        read::{head, id, unreadable},
        stored::from_json,
    },
    domain::{
        citation::{Citation, CitationState},
        date::PartialDate,
        record::{Record, RecordId},
    },
    extract::resolve::Reason,
};

/// A number of a shown document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRow {
    /// The document.
    pub id: RecordId,
    /// As printed, e.g. `293/KH-SLĐTBXH`.
    pub printed: String,
    /// Normal form by which spellings are compared.
    pub canonical: String,
    /// Document key, with `?` for unknown parts.
    pub key: Option<String>,
}

/// A citation of a document, as its citing document makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Its place in the citing document, from 0.
    pub seq: u32,
    /// With `state`, `target` and the flags of the comparison.
    pub citation: Citation,
    /// The documents that may be meant, when there are several, the best reason first.
    pub candidates: Vec<(RecordId, Reason)>,
}

/// A mention of a document by another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// The citing document.
    pub citing: RecordId,
    /// Its place in the citing document, from 0.
    pub seq: u32,
    /// With `state`, `target` and the flags of the comparison.
    pub citation: Citation,
}

/// Where a list of citing documents goes on: after a date and an identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitingCursor {
    /// The date of the last citing document shown, as in its record; empty when not known.
    pub dated: String,
    /// Its identifier.
    pub id: RecordId,
}

/// Some of the mentions of a document, of whole citing documents, the latest of these first.
#[derive(Debug, Clone, PartialEq)]
pub struct IncomingPage {
    /// By citing document, then in reading order.
    pub mentions: Vec<Incoming>,
    /// Where it goes on.
    pub next: Option<CitingCursor>,
}

/// What is cited, held or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim<'a> {
    /// A document of the archive.
    Held(&'a RecordId),
    /// One that the archive lacks, by [`MissingDocument::canonical`].
    Missing(&'a str),
}

/// A document that is cited but not in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingDocument {
    /// As printed in the sample mention; the name of a law that is cited by name there.
    pub number: String,
    /// Whether `number` is the name of a law.
    pub is_name: bool,
    /// By which the mentions were brought together: the document key, else the normal form of
    /// the number.
    pub canonical: String,
    /// The date printed beside the sample mention.
    pub issued_on: Option<PartialDate>,
    /// The type of the sample mention, e.g. `Chỉ thị`.
    pub doc_type: Option<String>,
    /// How many shown documents cite it.
    pub n_citing: u64,
    /// The date of the earliest document that cites it.
    pub first_cited_on: Option<PartialDate>,
    /// The date of the latest one.
    pub last_cited_on: Option<PartialDate>,
    /// The shown document that cites it in the sample mention, the latest one.
    pub citing: RecordId,
    /// How that one cites it.
    pub quote: String,
}

impl Catalog {
    /// The citations a document makes, in reading order; none for an unknown document.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn outgoing(&self, id: &RecordId) -> Result<Vec<Outgoing>, CatalogError> {
        self.read("list the citations of a document", |connection| match head(connection, id)? {
            Some((ord, _, _)) => outgoing(connection, ord),
            None => Ok(Vec::new()),
        })
    }

    /// The mentions of a document by the latest `limit` citing documents after a cursor.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn incoming(
        &self,
        aim: Aim<'_>,
        after: Option<&CitingCursor>,
        limit: usize,
    ) -> Result<IncomingPage, CatalogError> {
        self.read("list who cites a document", |connection| {
            let citing = citing(connection, aim, after, limit.saturating_add(1))?;
            let next = match citing.get(limit) {
                Some(_) => limit.checked_sub(1).and_then(|last| citing.get(last)),
                None => None,
            };
            let mut mentions = Vec::new();
            for (ord, cursor) in citing.iter().take(limit) {
                mentions.extend(mentions_in(connection, *ord, &cursor.id, aim)?);
            }
            Ok(IncomingPage { mentions, next: next.map(|(_, cursor)| cursor.clone()) })
        })
    }

    /// How many shown documents cite something.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn n_citing(&self, aim: Aim<'_>) -> Result<u64, CatalogError> {
        self.read("count who cites a document", |connection| n_citing(connection, aim))
    }

    /// Shown documents whose number folds to a key (see [`fold`]), by identifier.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn by_number_fold(&self, fold: &str) -> Result<Vec<NumberRow>, CatalogError> {
        self.numbers("fold = ?1 ORDER BY id LIMIT ?2", fold, usize::MAX >> 1)
    }

    /// Shown documents with a number in normal form (see [`canonical`]), by identifier.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn by_canonical(&self, canonical: &str) -> Result<Vec<NumberRow>, CatalogError> {
        self.numbers("canonical = ?1 ORDER BY id LIMIT ?2", canonical, usize::MAX >> 1)
    }

    /// Shown documents whose folded number begins so, by folded number and identifier.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn number_prefix(
        &self,
        fold_prefix: &str,
        limit: usize,
    ) -> Result<Vec<NumberRow>, CatalogError> {
        // The highest character ends the range of all strings that begin so.
        self.numbers(
            "fold >= ?1 AND fold < ?1 || char(1114111) ORDER BY fold, id LIMIT ?2",
            fold_prefix,
            limit,
        )
    }

    fn numbers(
        &self,
        condition: &str,
        text: &str,
        limit: usize,
    ) -> Result<Vec<NumberRow>, CatalogError> {
        self.read("look up a number", |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT id, printed, canonical, key FROM numbers WHERE {condition}"
            ))?;
            let rows = statement.query_map(params![text, limit], |row| {
                Ok(NumberRow {
                    id: id(row, 0)?,
                    printed: row.get(1)?,
                    canonical: row.get(2)?,
                    key: row.get(3)?,
                })
            })?;
            rows.collect()
        })
    }

    /// Documents that shown documents cite and the archive lacks, most cited first.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn missing(&self, limit: usize) -> Result<Vec<MissingDocument>, CatalogError> {
        self.read("list what is missing", |connection| {
            let mut ranked = connection.prepare_cached(
                "SELECT aim, n_citing FROM aims WHERE is_held = 0
                 ORDER BY n_citing DESC, aim LIMIT ?1",
            )?;
            let rows = ranked
                .query_map([limit], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?)))?;
            let mut missing = Vec::new();
            for row in rows {
                let (canonical, n_citing) = row?;
                missing.extend(missing_document(connection, canonical, n_citing)?);
            }
            Ok(missing)
        })
    }

    /// One document that the archive lacks, by [`MissingDocument::canonical`].
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn missing_one(&self, canonical: &str) -> Result<Option<MissingDocument>, CatalogError> {
        self.read("look up what is missing", |connection| {
            let n_citing = n_citing(connection, Aim::Missing(canonical))?;
            missing_document(connection, canonical.to_owned(), n_citing)
        })
    }
}

impl Aim<'_> {
    fn columns(&self) -> (bool, &str) {
        match self {
            Aim::Held(id) => (true, id.as_str()),
            Aim::Missing(canonical) => (false, canonical),
        }
    }
}

/// The documents that cite something, the latest first.
fn citing(
    connection: &Connection,
    aim: Aim<'_>,
    after: Option<&CitingCursor>,
    limit: usize,
) -> rusqlite::Result<Vec<(i64, CitingCursor)>> {
    let (is_held, aim) = aim.columns();
    let mut statement = connection.prepare_cached(
        "SELECT content, dated, citing FROM links
         WHERE is_held = ?1 AND aim = ?2 AND (dated, citing) < (?3, ?4)
         ORDER BY dated DESC, citing DESC LIMIT ?5",
    )?;
    // Behind every date.
    let (dated, id_after) = after.map_or(("~", ""), |at| (at.dated.as_str(), at.id.as_str()));
    let rows = statement.query_map(params![is_held, aim, dated, id_after, limit], |row| {
        Ok((row.get(0)?, CitingCursor { dated: row.get(1)?, id: id(row, 2)? }))
    })?;
    rows.collect()
}

fn mentions_in(
    connection: &Connection,
    ord: i64,
    citing: &RecordId,
    aim: Aim<'_>,
) -> rusqlite::Result<Vec<Incoming>> {
    let (is_held, aim) = aim.columns();
    let mut statement = connection.prepare_cached(
        "SELECT seq, citation, state, target, candidates, flags FROM citations
         WHERE content = ?1 AND CASE state WHEN 'resolved' THEN ?2 AND target = ?3
                                           WHEN 'missing' THEN NOT ?2 AND canonical = ?3 END
         ORDER BY seq",
    )?;
    let rows = statement.query_map(params![ord, is_held, aim], |row| {
        let Outgoing { seq, citation, .. } = outgoing_row(row)?;
        Ok(Incoming { citing: citing.clone(), seq, citation })
    })?;
    rows.collect()
}

fn missing_document(
    connection: &Connection,
    canonical: String,
    n_citing: u64,
) -> rusqlite::Result<Option<MissingDocument>> {
    let aim = Aim::Missing(&canonical);
    let Some((ord, latest)) = citing(connection, aim, None, 1)?.pop() else { return Ok(None) };
    let Some(sample) = mentions_in(connection, ord, &latest.id, aim)?.into_iter().next() else {
        return Ok(None);
    };
    let earliest: Option<String> = connection
        .prepare_cached(
            "SELECT dated FROM links WHERE is_held = 0 AND aim = ?1 AND dated > ''
             ORDER BY dated LIMIT 1",
        )?
        .query_row([&canonical], |row| row.get(0))
        .optional()?;
    let citation = sample.citation;
    Ok(Some(MissingDocument {
        is_name: citation.number.is_none(),
        number: citation.number.or(citation.title).unwrap_or_default(),
        canonical,
        issued_on: citation.issued_on,
        doc_type: citation.doc_type,
        n_citing,
        first_cited_on: earliest.and_then(|date| date.parse().ok()),
        last_cited_on: latest.dated.parse().ok(),
        citing: latest.id,
        quote: citation.quote,
    }))
}

pub(super) fn outgoing(connection: &Connection, ord: i64) -> rusqlite::Result<Vec<Outgoing>> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, citation, state, target, candidates, flags FROM citations
         WHERE content = ?1 ORDER BY seq",
    )?;
    let rows = statement.query_map([ord], outgoing_row)?;
    rows.collect()
}

/// Columns: seq, citation, state, target, candidates, flags.
pub(super) fn outgoing_row(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
    let mut citation: Citation = from_json(1, row.get_ref(1)?.as_str()?)?;
    citation.state = Some(state_from_code(row.get_ref(2)?.as_str()?)?);
    citation.target = match row.get_ref(3)?.as_str_or_null()? {
        Some(_) => Some(id(row, 3)?),
        None => None,
    };
    for flag in from_json::<Vec<_>>(5, row.get_ref(5)?.as_str()?)? {
        if !citation.flags.contains(&flag) {
            citation.flags.push(flag);
        }
    }
    Ok(Outgoing {
        seq: row.get(0)?,
        citation,
        candidates: from_json::<Vec<StoredCandidate>>(4, row.get_ref(4)?.as_str()?)?
            .into_iter()
            .map(StoredCandidate::with_reason)
            .collect(),
    })
}

/// A candidate as stored; version 1 stored no reasons.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum StoredCandidate {
    /// With the reason why it may be meant.
    WithReason(RecordId, Reason),
    /// By itself.
    Alone(RecordId),
}

impl StoredCandidate {
    pub(super) fn with_reason(self) -> (RecordId, Reason) {
        match self {
            Self::WithReason(id, reason) => (id, reason),
            Self::Alone(id) => (id, Reason::SameNumber),
        }
    }
}

/// How many mentions a shown document makes, and how many of what the archive lacks.
pub(super) fn count_outgoing(connection: &Connection, ord: i64) -> rusqlite::Result<(u64, u64)> {
    let counts = connection
        .prepare_cached("SELECT n_citations, n_missing FROM tallies WHERE content = ?1")?
        .query_row([ord], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match counts {
        Some(counts) => Ok(counts),
        // Not shown: nothing is kept of it.
        None => connection
            .prepare_cached(
                "SELECT count(*) FILTER (WHERE state <> 'dismissed'),
                        count(*) FILTER (WHERE state = 'missing')
                 FROM citations WHERE content = ?1",
            )?
            .query_row([ord], |row| Ok((row.get(0)?, row.get(1)?))),
    }
}

pub(super) fn n_citing(connection: &Connection, aim: Aim<'_>) -> rusqlite::Result<u64> {
    let (is_held, aim) = aim.columns();
    let n_citing = connection
        .prepare_cached("SELECT n_citing FROM aims WHERE is_held = ?1 AND aim = ?2")?
        .query_row(params![is_held, aim], |row| row.get(0))
        .optional()?;
    Ok(n_citing.unwrap_or(0))
}

/// One of the sizes that are kept: `citations`, `documents`, `missing`.
pub(super) fn total(connection: &Connection, name: &str) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT n FROM totals WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
}

/// The record of a content without its citations, by its `ord`.
pub(super) fn stored_head(connection: &Connection, ord: i64) -> rusqlite::Result<Record> {
    connection
        .prepare_cached("SELECT record FROM contents WHERE ord = ?1")?
        .query_row([ord], |row| from_json(0, row.get_ref(0)?.as_str()?))
}

pub(super) fn state_code(state: CitationState) -> &'static str {
    match state {
        CitationState::Resolved => "resolved",
        CitationState::Missing => "missing",
        CitationState::Ambiguous => "ambiguous",
        CitationState::SelfReference => "self",
        CitationState::Dismissed => "dismissed",
    }
}

fn state_from_code(code: &str) -> rusqlite::Result<CitationState> {
    match code {
        "resolved" => Ok(CitationState::Resolved),
        "missing" => Ok(CitationState::Missing),
        "ambiguous" => Ok(CitationState::Ambiguous),
        "self" => Ok(CitationState::SelfReference),
        "dismissed" => Ok(CitationState::Dismissed),
        other => Err(unreadable(2, "a citation state", other)),
    }
}
