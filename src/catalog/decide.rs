//! What clerks decided about citations, over what `extract::resolve` makes of them.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use crate::{
    catalog::{
        corrections::Decision,
        graph::{StoredCandidate, state_code},
        read::id,
        settle::{Changes, UNKNOWN_PERIOD, depends, open_candidates},
        spelling::{canonical, fold},
        stored::{from_json, to_json},
    },
    domain::{
        citation::{Citation, CitationState},
        doc_number::DocNumber,
        record::{Record, RecordId},
        tables::Tables,
    },
    extract::resolve::{Ask, Resolution},
};

impl Changes<'_> {
    /// The resolution of one citation as clerks decided it, and what it asked.
    pub(super) fn decide(
        &mut self,
        connection: &Connection,
        citing: &Record,
        citation: &Citation,
        decision: Option<&Decision>,
    ) -> rusqlite::Result<(Resolution, BTreeSet<Ask>)> {
        match decision {
            None => self.resolve(connection, citing, citation, &|_| true),
            Some(Decision::NoneOf(ids)) => {
                self.resolve(connection, citing, citation, &|id| !ids.contains(id))
            }
            Some(Decision::Dismissed) => {
                Ok((without_target(CitationState::Dismissed), BTreeSet::new()))
            }
            Some(Decision::Target(target)) => {
                let (resolution, mut asked) =
                    self.resolve(connection, citing, citation, &|id| id == target)?;
                asked.insert(Ask { lookup: id_key(target), periods: None });
                let flags = match resolution.target {
                    Some(_) => resolution.flags,
                    None => Vec::new(),
                };
                Ok((
                    match is_shown(connection, target)? {
                        true => Resolution {
                            state: CitationState::Resolved,
                            target: Some(target.clone()),
                            law: resolution.law,
                            flags,
                            candidates: Vec::new(),
                        },
                        false => without_target(CitationState::Missing),
                    },
                    asked,
                ))
            }
        }
    }
}

/// The row of a shown document in the table of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entered {
    pub id: String,
    pub printed: String,
    pub canonical: String,
    pub fold: String,
    pub lookup: Option<String>,
    pub key: Option<String>,
    pub period: String,
    pub year: String,
}

impl Entered {
    /// `None` for a document without a number.
    pub fn of(tables: &Tables, record: &Record) -> Option<Self> {
        let number = record.metadata.number.as_ref()?;
        let parsed = DocNumber::parse(tables, &number.value).ok();
        let period = number.key.as_deref().and_then(|key| key.rsplit_once('|'));
        let year = record.metadata.issued_on.as_ref().map(|found| found.value.year().to_string());
        Some(Self {
            period: period.map_or(UNKNOWN_PERIOD, |(_, period)| period).to_owned(),
            year: year.unwrap_or_default(),
            id: record.id.to_string(),
            printed: number.value.clone(),
            canonical: canonical(&number.value),
            fold: fold(&number.value),
            lookup: parsed.map(|parsed| parsed.number.lookup_key()),
            key: number.key.clone(),
        })
    }
}

/// A citation as the archive understands it: the columns that are made, not read.
#[derive(PartialEq)]
struct Understood {
    canonical: Option<String>,
    kind: String,
    state: String,
    target: Option<String>,
    candidates: String,
    flags: String,
    decision: Option<String>,
    asked: BTreeSet<String>,
}

impl Changes<'_> {
    /// Whether the table of numbers holds what it should of a document.
    pub(super) fn is_entered(
        &self,
        connection: &Connection,
        ord: i64,
        record: &Record,
        is_shown: bool,
    ) -> rusqlite::Result<bool> {
        let mut statement = connection.prepare_cached(
            "SELECT id, printed, canonical, fold, lookup, key, period, year FROM numbers
             WHERE content = ?1",
        )?;
        let rows = statement.query_map([ord], |row| {
            Ok(Entered {
                id: row.get(0)?,
                printed: row.get(1)?,
                canonical: row.get(2)?,
                fold: row.get(3)?,
                lookup: row.get(4)?,
                key: row.get(5)?,
                period: row.get(6)?,
                year: row.get(7)?,
            })
        })?;
        let held: Vec<Entered> = rows.collect::<rusqlite::Result<_>>()?;
        let expected = Entered::of(self.tables, record).filter(|_| is_shown);
        Ok(held == expected.into_iter().collect::<Vec<_>>())
    }

    /// How many citations of a document are not understood as they are when resolved anew.
    pub(super) fn n_wrong(
        &mut self,
        connection: &Connection,
        ord: i64,
        record: &Record,
        citations: &[Citation],
        decisions: &[(usize, Decision)],
    ) -> rusqlite::Result<usize> {
        let mut n_wrong = 0;
        for (seq, citation) in citations.iter().enumerate() {
            let decision = decisions.iter().find(|(at, _)| *at == seq);
            let decision = decision.map(|(_, decision)| decision);
            let (resolution, asked) = self.decide(connection, record, citation, decision)?;
            let expected = Understood {
                canonical: self.document_of(citation, &resolution),
                kind: to_json(&citation.kind)?.trim_matches('"').to_owned(),
                state: state_code(resolution.state).to_owned(),
                target: resolution.target.as_ref().map(ToString::to_string),
                candidates: to_json(&open_candidates(&resolution))?,
                flags: to_json(&resolution.flags)?,
                decision: decision.map(Decision::code),
                asked: depends(&asked),
            };
            let held = understood(connection, ord, seq);
            n_wrong += usize::from(held.as_ref().ok() != Some(&expected));
        }
        Ok(n_wrong)
    }
}

fn understood(connection: &Connection, ord: i64, seq: usize) -> rusqlite::Result<Understood> {
    let mut statement = connection
        .prepare_cached("SELECT key FROM lookups WHERE content = ?1 AND seq = ?2 ORDER BY key")?;
    let asked = statement
        .query_map(params![ord, seq], |row| row.get(0))?
        .collect::<rusqlite::Result<BTreeSet<String>>>()?;
    connection
        .prepare_cached(
            "SELECT canonical, kind, state, target, candidates, flags, decision FROM citations
             WHERE content = ?1 AND seq = ?2",
        )?
        .query_row(params![ord, seq], |row| {
            Ok(Understood {
                canonical: row.get(0)?,
                kind: row.get(1)?,
                state: row.get(2)?,
                target: row.get(3)?,
                candidates: row.get(4)?,
                flags: row.get(5)?,
                decision: row.get(6)?,
                asked,
            })
        })
}

/// The look-up key of a document that a clerk chose.
pub(super) fn id_key(id: &RecordId) -> String {
    format!("id:{id}")
}

fn without_target(state: CitationState) -> Resolution {
    Resolution { state, target: None, law: None, flags: Vec::new(), candidates: Vec::new() }
}

fn is_shown(connection: &Connection, id: &RecordId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT count(*) FROM contents WHERE id = ?1 AND shown = 1")?
        .query_row([id.as_str()], |row| Ok(row.get::<_, i64>(0)? > 0))
}

/// Whether the catalog knows a document, shown or not.
pub(super) fn exists(connection: &Connection, id: &RecordId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT count(*) FROM contents WHERE id = ?1")?
        .query_row([id.as_str()], |row| Ok(row.get::<_, i64>(0)? > 0))
}

/// The documents that a citation means or may mean as it stands.
pub(super) fn proposals(
    connection: &Connection,
    ord: i64,
    seq: u32,
) -> rusqlite::Result<Vec<RecordId>> {
    connection
        .prepare_cached("SELECT target, candidates FROM citations WHERE content = ?1 AND seq = ?2")?
        .query_row(params![ord, seq], |row| {
            let stored: Vec<StoredCandidate> = from_json(1, row.get_ref(1)?.as_str()?)?;
            let mut ids: Vec<RecordId> =
                stored.into_iter().map(|candidate| candidate.with_reason().0).collect();
            if row.get_ref(0)?.as_str_or_null()?.is_some() {
                ids.push(id(row, 0)?);
            }
            Ok(ids)
        })
}

/// The record of a content as it was read, by its `ord`.
pub(super) fn read_head(connection: &Connection, ord: i64) -> rusqlite::Result<Record> {
    connection
        .prepare_cached("SELECT coalesce(as_read, record) FROM contents WHERE ord = ?1")?
        .query_row([ord], |row| from_json(0, row.get_ref(0)?.as_str()?))
}

/// The citations of a content as they were read, by its `ord`.
pub(super) fn read_citations(connection: &Connection, ord: i64) -> rusqlite::Result<Vec<Citation>> {
    let mut statement = connection
        .prepare_cached("SELECT citation FROM citations WHERE content = ?1 ORDER BY seq")?;
    let rows = statement.query_map([ord], |row| from_json(0, row.get_ref(0)?.as_str()?))?;
    rows.collect()
}
