//! Numbers and citations: who is meant by whom, as a function of the archive.
//!
//! Citations and numbers meet in the recall form of a number, [`fold`]. When a document with a
//! number comes or goes, exactly the citations with that form are resolved anew; [`resolve`]
//! decides.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Row, params};

use crate::{
    catalog::{
        Catalog, CatalogError,
        read::{head, id},
        resolve::{Resolution, resolve},
        stored::{from_json, to_json},
    },
    domain::{
        citation::{Citation, CitationState},
        record::{Record, RecordId},
    },
    engine::number::NumberForms,
    text::{self, fold::exact},
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
    /// Normal form by which the mentions were brought together.
    pub canonical: String,
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
                    n_citing: row.get(1)?,
                    citing,
                    quote: citation.quote,
                })
            })?;
            rows.collect()
        })
    }
}

/// The normal form of a printed number, by which spellings are compared: small letters with
/// their diacritics, no blanks, one hyphen, no leading zeros, e.g. `8/2019/tt-blđtbxh`.
pub fn canonical(number: &str) -> String {
    match NumberForms::of(number) {
        Some(forms) => forms.spelled_key().trim_start_matches('=').to_owned(),
        None => exact(number.trim()),
    }
}

/// The recall form of a printed number, in which citations and numbers meet: serial, year and
/// the folded sign without its separators, e.g. `8/2019/ttbldtbxh`.
///
/// A missing hyphen (`08/2019/TTBLĐTBXH`) and swapped separators (`06/CT-TU`) therefore still
/// meet the document; [`resolve`] tells them apart.
pub fn fold(number: &str) -> String {
    match NumberForms::of(number) {
        Some(forms) => forms.key(),
        None => text::fold::fold(number.trim()),
    }
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
            "SELECT count(*), count(*) FILTER (WHERE state = 'missing') FROM citations
             WHERE content = ?1",
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

/// The recall forms under which documents came or went in one transaction, and what was looked up.
#[derive(Debug, Default)]
pub(super) struct Changes {
    dirty: BTreeSet<String>,
    candidates: BTreeMap<String, Vec<Record>>,
}

impl Changes {
    /// Enters the number of a document that is now shown.
    pub(super) fn enter(
        &mut self,
        connection: &Connection,
        ord: i64,
        record: &Record,
    ) -> rusqlite::Result<()> {
        let Some(number) = &record.metadata.number else { return Ok(()) };
        let fold = fold(&number.value);
        connection
            .prepare_cached(
                "INSERT INTO numbers (content, id, printed, canonical, fold, key)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                ord,
                record.id.as_str(),
                number.value,
                canonical(&number.value),
                fold,
                number.key
            ])?;
        self.dirty.insert(fold);
        Ok(())
    }

    /// Removes the numbers of a document that is no longer shown, or is about to be entered anew.
    pub(super) fn leave(&mut self, connection: &Connection, ord: i64) -> rusqlite::Result<()> {
        let mut statement =
            connection.prepare_cached("DELETE FROM numbers WHERE content = ?1 RETURNING fold")?;
        let rows = statement.query_map([ord], |row| row.get::<_, String>(0))?;
        for fold in rows {
            self.dirty.insert(fold?);
        }
        Ok(())
    }

    /// Replaces the citations that a document makes. Call when all numbers are settled.
    pub(super) fn cite(
        &mut self,
        connection: &Connection,
        ord: i64,
        record: &Record,
        citations: &[Citation],
    ) -> rusqlite::Result<()> {
        connection.prepare_cached("DELETE FROM citations WHERE content = ?1")?.execute([ord])?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO citations (content, seq, canonical, fold, key, kind, citation, state, target,
                                    candidates, flags)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        for (seq, citation) in (0u32..).zip(citations) {
            let fold = citation.number.as_deref().map(fold);
            let resolution = self.resolve(connection, record, citation, fold.as_deref())?;
            insert.execute(params![
                ord,
                seq,
                citation.number.as_deref().map(canonical),
                fold,
                citation.key,
                to_json(&citation.kind)?.trim_matches('"'),
                to_json(citation)?,
                state_code(resolution.state),
                resolution.target.as_ref().map(RecordId::as_str),
                to_json(&resolution.candidates)?,
                to_json(&resolution.flags)?,
            ])?;
        }
        Ok(())
    }

    /// Resolves anew every citation that may mean a document that came or went.
    pub(super) fn settle(mut self, connection: &Connection) -> rusqlite::Result<()> {
        let dirty = std::mem::take(&mut self.dirty);
        for fold in dirty {
            self.resolve_all(connection, Some(&fold))?;
        }
        Ok(())
    }

    /// Resolves anew the citations with a fold key, or all of them.
    fn resolve_all(&mut self, connection: &Connection, fold: Option<&str>) -> rusqlite::Result<()> {
        let mut select = connection.prepare_cached(
            "SELECT content, seq, citation, fold, contents.id FROM citations
             JOIN contents ON ord = content WHERE ?1 IS NULL OR fold = ?1
             ORDER BY content, seq",
        )?;
        let rows = select.query_map([fold], |row| {
            let ord: i64 = row.get(0)?;
            let seq: u32 = row.get(1)?;
            let citation: Citation = from_json(2, row.get_ref(2)?.as_str()?)?;
            Ok((ord, seq, citation, row.get::<_, Option<String>>(3)?, id(row, 4)?))
        })?;
        // Collected, since the rows are about to change under the cursor.
        let citations = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        let mut update = connection.prepare_cached(
            "UPDATE citations SET state = ?3, target = ?4, candidates = ?5, flags = ?6
             WHERE content = ?1 AND seq = ?2",
        )?;
        let mut citing: Option<Record> = None;
        for (ord, seq, citation, fold, citing_id) in citations {
            if citing.as_ref().is_none_or(|record| record.id != citing_id) {
                citing = head(connection, &citing_id)?.map(|(_, _, record)| record);
            }
            let Some(record) = &citing else { continue };
            let resolution = self.resolve(connection, record, &citation, fold.as_deref())?;
            update.execute(params![
                ord,
                seq,
                state_code(resolution.state),
                resolution.target.as_ref().map(RecordId::as_str),
                to_json(&resolution.candidates)?,
                to_json(&resolution.flags)?,
            ])?;
        }
        Ok(())
    }

    fn resolve(
        &mut self,
        connection: &Connection,
        citing: &Record,
        citation: &Citation,
        fold: Option<&str>,
    ) -> rusqlite::Result<Resolution> {
        let Some(fold) = fold else { return Ok(resolve(citing, citation, &[])) };
        if !self.candidates.contains_key(fold) {
            let found = candidates(connection, fold)?;
            self.candidates.insert(fold.to_owned(), found);
        }
        let candidates: Vec<&Record> = self.candidates[fold].iter().collect();
        Ok(resolve(citing, citation, &candidates))
    }
}

/// The shown documents with a fold key, by identifier.
fn candidates(connection: &Connection, fold: &str) -> rusqlite::Result<Vec<Record>> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM numbers WHERE fold = ?1 ORDER BY id")?;
    let ids = statement.query_map([fold], |row| id(row, 0))?;
    let mut records = Vec::new();
    for id in ids {
        records.extend(head(connection, &id?)?.map(|(_, _, record)| record));
    }
    Ok(records)
}

fn state_code(state: CitationState) -> &'static str {
    match state {
        CitationState::Resolved => "resolved",
        CitationState::Missing => "missing",
        CitationState::Ambiguous => "ambiguous",
        CitationState::SelfReference => "self",
    }
}

fn state_from_code(code: &str) -> rusqlite::Result<CitationState> {
    match code {
        "resolved" => Ok(CitationState::Resolved),
        "missing" => Ok(CitationState::Missing),
        "ambiguous" => Ok(CitationState::Ambiguous),
        "self" => Ok(CitationState::SelfReference),
        other => Err(super::read::unreadable(2, "a citation state", other)),
    }
}
