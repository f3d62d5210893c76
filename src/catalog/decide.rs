//! What clerks decided about citations, over what `extract::resolve` makes of them.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use crate::{
    catalog::{
        corrections::Decision, graph::StoredCandidate, read::id, settle::Changes, stored::from_json,
    },
    domain::{
        citation::{Citation, CitationState},
        record::{Record, RecordId},
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
