//! Numbers and citations: who is meant by whom, as a function of the archive.
//!
//! `extract::resolve` decides which document a citation means and asks for candidates by key.
//! The keys that each citation asked for are kept, so when a document with a number comes or
//! goes, exactly the citations that asked for it are resolved anew.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use rusqlite::{Connection, Row, params};

use crate::{
    catalog::{
        Catalog, CatalogError,
        corrections::Decision,
        decide::id_key,
        read::{head, id},
        spelling::{canonical, fold},
        stored::{from_json, to_json},
    },
    domain::{
        citation::{Citation, CitationState},
        date::PartialDate,
        doc_number::DocNumber,
        record::{Record, RecordId},
        tables::Tables,
    },
    extract::resolve::{Candidate, Reason, Resolution, resolve},
};

/// Key of a number of which the extractor could not tell the parts: it fits every other.
const UNKNOWN_KEY: &str = "?|?|?|?";

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
    /// The documents that may be meant, when there are several.
    pub candidates: Vec<RecordId>,
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

/// A document that is cited but not in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingDocument {
    /// As printed at its first mention.
    pub number: String,
    /// By which the mentions were brought together: the document key, else the normal form of
    /// the number.
    pub canonical: String,
    /// The date printed beside the sample mention.
    pub issued_on: Option<PartialDate>,
    /// The type of the sample mention, e.g. `Chỉ thị`.
    pub doc_type: Option<String>,
    /// How many shown documents cite it.
    pub n_citing: u64,
    /// A shown document that cites it.
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

    /// The mentions that mean a document, by citing document and place.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn incoming(&self, target: &RecordId) -> Result<Vec<Incoming>, CatalogError> {
        self.read("list who cites a document", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT seq, citation, state, target, candidates, flags, contents.id
                 FROM citations JOIN contents ON ord = content
                 WHERE target = ?1 AND state = 'resolved' AND shown = 1
                 ORDER BY contents.id, seq",
            )?;
            let rows = statement.query_map([target.as_str()], |row| {
                let Outgoing { seq, citation, .. } = outgoing_row(row)?;
                Ok(Incoming { citing: id(row, 6)?, seq, citation })
            })?;
            rows.collect()
        })
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

    /// Numbers that shown documents cite and the archive lacks, most cited first.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn missing(&self, limit: usize) -> Result<Vec<MissingDocument>, CatalogError> {
        self.read("list what is missing", |connection| {
            let mut groups = connection.prepare_cached(
                "SELECT canonical, count(DISTINCT content) AS n_citing
                 FROM citations JOIN contents ON ord = content
                 WHERE state = 'missing' AND canonical IS NOT NULL AND shown = 1
                 GROUP BY canonical ORDER BY n_citing DESC, canonical LIMIT ?1",
            )?;
            let mut sample = connection.prepare_cached(
                "SELECT citation, contents.id FROM citations JOIN contents ON ord = content
                 WHERE state = 'missing' AND canonical = ?1 AND shown = 1
                 ORDER BY contents.id, seq LIMIT 1",
            )?;
            let rows = groups.query_map([limit], |row| {
                let canonical: String = row.get(0)?;
                let (citation, citing): (Citation, RecordId) = sample
                    .query_row([&canonical], |row| {
                        Ok((from_json(0, row.get_ref(0)?.as_str()?)?, id(row, 1)?))
                    })?;
                Ok(MissingDocument {
                    number: citation.number.unwrap_or_default(),
                    canonical,
                    issued_on: citation.issued_on,
                    doc_type: citation.doc_type,
                    n_citing: row.get(1)?,
                    citing,
                    quote: citation.quote,
                })
            })?;
            rows.collect()
        })
    }
}

/// What tells the cited document from others: its key when every part of it is known, for one
/// number means another document in another year or of another body; else the number alone.
fn document_of(citation: &Citation) -> Option<String> {
    let number = citation.number.as_deref()?;
    let complete = citation.key.as_deref().filter(|key| !key.contains('?'));
    Some(complete.map_or_else(|| canonical(number), str::to_owned))
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
fn outgoing_row(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
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
        candidates: from_json(4, row.get_ref(4)?.as_str()?)?,
    })
}

pub(super) fn count_outgoing(connection: &Connection, ord: i64) -> rusqlite::Result<(u64, u64)> {
    connection
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE state <> 'dismissed'),
                    count(*) FILTER (WHERE state = 'missing')
             FROM citations WHERE content = ?1",
        )?
        .query_row([ord], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub(super) fn count_incoming(connection: &Connection, target: &RecordId) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(
            "SELECT count(DISTINCT content) FROM citations JOIN contents ON ord = content
             WHERE target = ?1 AND state = 'resolved' AND shown = 1",
        )?
        .query_row([target.as_str()], |row| row.get(0))
}

pub(super) fn count_missing(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(
            "SELECT count(DISTINCT canonical) FROM citations JOIN contents ON ord = content
             WHERE state = 'missing' AND canonical IS NOT NULL AND shown = 1",
        )?
        .query_row([], |row| row.get(0))
}

/// The look-up keys under which documents came or went in one transaction, and what was found
/// under the keys that were asked for.
pub(super) struct Changes<'a> {
    tables: &'a Tables,
    dirty: BTreeSet<String>,
    held: BTreeMap<String, Vec<Candidate>>,
}

impl<'a> Changes<'a> {
    pub(super) fn new(tables: &'a Tables) -> Self {
        Self { tables, dirty: BTreeSet::new(), held: BTreeMap::new() }
    }

    /// Enters the number of a document that is now shown.
    pub(super) fn enter(
        &mut self,
        connection: &Connection,
        ord: i64,
        record: &Record,
    ) -> rusqlite::Result<()> {
        self.dirty.insert(id_key(&record.id));
        let Some(number) = &record.metadata.number else { return Ok(()) };
        let parsed = DocNumber::parse(self.tables, &number.value).ok();
        let lookup = parsed.map(|parsed| parsed.number.lookup_key());
        connection
            .prepare_cached(
                "INSERT INTO numbers (content, id, printed, canonical, fold, lookup, key)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                ord,
                record.id.as_str(),
                number.value,
                canonical(&number.value),
                fold(&number.value),
                lookup,
                number.key
            ])?;
        self.dirty.extend(lookup);
        Ok(())
    }

    /// Removes the number of a document that is no longer shown, or is about to be entered anew.
    pub(super) fn leave(&mut self, connection: &Connection, ord: i64) -> rusqlite::Result<()> {
        let left: RecordId = connection
            .prepare_cached("SELECT id FROM contents WHERE ord = ?1")?
            .query_row([ord], |row| id(row, 0))?;
        self.dirty.insert(id_key(&left));
        let mut statement =
            connection.prepare_cached("DELETE FROM numbers WHERE content = ?1 RETURNING lookup")?;
        let rows = statement.query_map([ord], |row| row.get::<_, Option<String>>(0))?;
        for lookup in rows {
            self.dirty.extend(lookup?);
        }
        Ok(())
    }

    /// Replaces the citations that a document makes; `decisions` are those of clerks, by place.
    /// Call when all numbers are settled.
    pub(super) fn cite(
        &mut self,
        connection: &Connection,
        ord: i64,
        record: &Record,
        citations: &[Citation],
        decisions: &[(usize, Decision)],
    ) -> rusqlite::Result<()> {
        connection.prepare_cached("DELETE FROM lookups WHERE content = ?1")?.execute([ord])?;
        connection.prepare_cached("DELETE FROM citations WHERE content = ?1")?.execute([ord])?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO citations (content, seq, canonical, kind, citation, state, target,
                                    candidates, flags, decision)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        for (seq, citation) in (0u32..).zip(citations) {
            let decision = decisions.iter().find(|(at, _)| *at == seq as usize);
            let decision = decision.map(|(_, decision)| decision);
            let (resolution, asked) = self.decide(connection, record, citation, decision)?;
            insert.execute(params![
                ord,
                seq,
                document_of(citation),
                to_json(&citation.kind)?.trim_matches('"'),
                to_json(citation)?,
                state_code(resolution.state),
                resolution.target.as_ref().map(RecordId::as_str),
                to_json(&candidate_ids(&resolution))?,
                to_json(&resolution.flags)?,
                decision.map(Decision::code),
            ])?;
            depend(connection, ord, seq, &asked)?;
        }
        Ok(())
    }

    /// Resolves anew every citation that asked for a document that came or went.
    pub(super) fn settle(mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut concerned: BTreeSet<(i64, u32)> = BTreeSet::new();
        for key in std::mem::take(&mut self.dirty) {
            let mut statement =
                connection.prepare_cached("SELECT content, seq FROM lookups WHERE key = ?1")?;
            let rows = statement.query_map([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
            for row in rows {
                concerned.insert(row?);
            }
        }
        let mut citing: Option<(i64, Record)> = None;
        for (ord, seq) in concerned {
            if citing.as_ref().is_none_or(|(of, _)| *of != ord) {
                citing = Some((ord, stored_head(connection, ord)?));
            }
            let Some((_, record)) = &citing else { continue };
            self.resolve_again(connection, ord, seq, record)?;
        }
        Ok(())
    }

    fn resolve_again(
        &mut self,
        connection: &Connection,
        ord: i64,
        seq: u32,
        citing: &Record,
    ) -> rusqlite::Result<()> {
        let (citation, decision): (Citation, Option<String>) = connection
            .prepare_cached(
                "SELECT citation, decision FROM citations WHERE content = ?1 AND seq = ?2",
            )?
            .query_row(params![ord, seq], |row| {
                Ok((from_json(0, row.get_ref(0)?.as_str()?)?, row.get(1)?))
            })?;
        let decision = decision.as_deref().and_then(Decision::from_code);
        let (resolution, asked) = self.decide(connection, citing, &citation, decision.as_ref())?;
        connection
            .prepare_cached(
                "UPDATE citations SET state = ?3, target = ?4, candidates = ?5, flags = ?6
                 WHERE content = ?1 AND seq = ?2",
            )?
            .execute(params![
                ord,
                seq,
                state_code(resolution.state),
                resolution.target.as_ref().map(RecordId::as_str),
                to_json(&candidate_ids(&resolution))?,
                to_json(&resolution.flags)?,
            ])?;
        connection
            .prepare_cached("DELETE FROM lookups WHERE content = ?1 AND seq = ?2")?
            .execute(params![ord, seq])?;
        depend(connection, ord, seq, &asked)
    }

    /// The resolution of one citation among the documents that may be meant, and the look-up
    /// keys it depends on.
    pub(super) fn resolve(
        &mut self,
        connection: &Connection,
        citing: &Record,
        citation: &Citation,
        may_be_meant: &dyn Fn(&RecordId) -> bool,
    ) -> rusqlite::Result<(Resolution, BTreeSet<String>)> {
        let one = Record { citations: vec![citation.clone()], ..citing.clone() };
        let asked = RefCell::new(BTreeSet::new());
        let held = RefCell::new(&mut self.held);
        let failed = RefCell::new(None);
        let lookup = |key: &str| {
            asked.borrow_mut().insert(key.to_owned());
            let possible = |found: &[Candidate]| {
                found.iter().filter(|candidate| may_be_meant(&candidate.id)).cloned().collect()
            };
            if let Some(found) = held.borrow().get(key) {
                return possible(found);
            }
            match candidates(connection, key) {
                Ok(found) => {
                    held.borrow_mut().insert(key.to_owned(), found.clone());
                    possible(&found)
                }
                Err(error) => {
                    failed.borrow_mut().get_or_insert(error);
                    Vec::new()
                }
            }
        };
        let resolution = resolve(self.tables, &one, &lookup).pop();
        if let Some(error) = failed.into_inner() {
            return Err(error);
        }
        Ok((resolution.expect("one citation gives one resolution"), asked.into_inner()))
    }
}

/// The documents that may be meant, when none is.
fn candidate_ids(resolution: &Resolution) -> Vec<&RecordId> {
    if resolution.state != CitationState::Ambiguous {
        return Vec::new();
    }
    let meant = resolution.candidates.iter().filter(|(_, reason)| *reason != Reason::OtherPeriod);
    meant.map(|(id, _)| id).collect()
}

/// Notes under which keys a citation looked for documents.
fn depend(
    connection: &Connection,
    ord: i64,
    seq: u32,
    asked: &BTreeSet<String>,
) -> rusqlite::Result<()> {
    let mut insert =
        connection.prepare_cached("INSERT INTO lookups (key, content, seq) VALUES (?1, ?2, ?3)")?;
    for key in asked {
        insert.execute(params![key, ord, seq])?;
    }
    Ok(())
}

/// The shown documents with a look-up key, by identifier.
fn candidates(connection: &Connection, lookup: &str) -> rusqlite::Result<Vec<Candidate>> {
    let mut statement = connection.prepare_cached(
        "SELECT record FROM numbers JOIN contents ON content = ord WHERE lookup = ?1
         ORDER BY numbers.id",
    )?;
    let records =
        statement.query_map([lookup], |row| from_json::<Record>(0, row.get_ref(0)?.as_str()?))?;
    let mut found = Vec::new();
    for record in records {
        found.extend(candidate(&record?));
    }
    Ok(found)
}

/// What of a record concerns citations of it; `None` when it has no number.
fn candidate(record: &Record) -> Option<Candidate> {
    let metadata = &record.metadata;
    let number = metadata.number.as_ref()?;
    Some(Candidate {
        id: record.id.clone(),
        key: number.key.clone().unwrap_or_else(|| UNKNOWN_KEY.to_owned()),
        number: number.value.clone(),
        doc_type: metadata.doc_type.as_ref().map(|found| found.value.clone()),
        issued_on: metadata.issued_on.as_ref().map(|found| found.value),
        subject: metadata.subject.as_ref().map(|found| found.value.clone()),
        issuer_id: metadata.issuer.as_ref().and_then(|found| found.key.clone()),
    })
}

/// The record of a content without its citations, by its `ord`.
pub(super) fn stored_head(connection: &Connection, ord: i64) -> rusqlite::Result<Record> {
    connection
        .prepare_cached("SELECT record FROM contents WHERE ord = ?1")?
        .query_row([ord], |row| from_json(0, row.get_ref(0)?.as_str()?))
}

fn state_code(state: CitationState) -> &'static str {
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
        other => Err(super::read::unreadable(2, "a citation state", other)),
    }
}
