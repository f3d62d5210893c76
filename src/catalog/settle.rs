//! [`Changes`]: the graph while documents come and go, as a function of the archive.
//!
//! `extract::resolve` decides which document a citation means and says what it asked the archive.
//! What each citation asked is kept, so when a document with a number comes or goes, exactly the
//! citations that asked for one of its number and period are resolved anew.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use rusqlite::{Connection, params};

use crate::{
    catalog::{
        Catalog, CatalogError,
        corrections::Decision,
        decide::{Entered, id_key},
        graph::{state_code, stored_head},
        links,
        read::id,
        spelling::canonical,
        stored::{from_json, to_json},
    },
    domain::{
        citation::{Citation, CitationState},
        doc_key::{KeyHints, document_key},
        doc_number::DocNumber,
        record::{Record, RecordId},
        tables::Tables,
    },
    extract::resolve::{Ask, Candidate, Reason, Resolution, resolve},
};

/// Key of a number of which the extractor could not tell the parts: it fits every other.
const UNKNOWN_KEY: &str = "?|?|?|?";
/// Stands for a period that is not known.
pub(super) const UNKNOWN_PERIOD: &str = "?";
/// Stands for every period in the key of a look-up.
const EVERY_PERIOD: &str = "*";

impl Catalog {
    /// What the archive holds of each citation of a record that is not in it, e.g. of a draft.
    ///
    /// # Errors
    /// `Storage` when the archive could not be read.
    pub fn resolve(
        &self,
        tables: &Tables,
        record: &Record,
    ) -> Result<Vec<Resolution>, CatalogError> {
        self.read("look up citations", |connection| {
            let mut changes = Changes::new(tables);
            let citations = record.citations.iter();
            let any = |_: &RecordId| true;
            citations
                .map(|citation| Ok(changes.resolve(connection, record, citation, &any)?.0))
                .collect()
        })
    }
}

/// The numbers under which documents came or went in one transaction, the contents whose
/// citations mean something else, and what was found under the keys that were asked for.
pub(super) struct Changes<'a> {
    pub(super) tables: &'a Tables,
    dirty: BTreeSet<Dirty>,
    touched: BTreeSet<i64>,
    held: BTreeMap<Ask, Vec<Candidate>>,
}

/// A number that came or went.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Dirty {
    lookup: String,
    period: String,
    year: String,
}

impl<'a> Changes<'a> {
    pub(super) fn new(tables: &'a Tables) -> Self {
        Self { tables, dirty: BTreeSet::new(), touched: BTreeSet::new(), held: BTreeMap::new() }
    }

    /// Enters the number of a document that is now shown.
    pub(super) fn enter(
        &mut self,
        connection: &Connection,
        ord: i64,
        record: &Record,
    ) -> rusqlite::Result<()> {
        self.touched.insert(ord);
        self.dirty.insert(Dirty::of_id(&record.id));
        let Some(entered) = Entered::of(self.tables, record) else { return Ok(()) };
        let Entered { id, printed, canonical, fold, lookup, key, period, year } = entered;
        connection
            .prepare_cached(
                "INSERT INTO numbers
                     (content, id, printed, canonical, fold, lookup, key, period, year)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![ord, id, printed, canonical, fold, lookup, key, period, year])?;
        self.dirty.extend(lookup.map(|lookup| Dirty { lookup, period, year }));
        Ok(())
    }

    /// Removes the number of a document that is no longer shown, or is about to be entered anew.
    pub(super) fn leave(&mut self, connection: &Connection, ord: i64) -> rusqlite::Result<()> {
        self.touched.insert(ord);
        let left: RecordId = connection
            .prepare_cached("SELECT id FROM contents WHERE ord = ?1")?
            .query_row([ord], |row| id(row, 0))?;
        self.dirty.insert(Dirty::of_id(&left));
        let mut statement = connection.prepare_cached(
            "DELETE FROM numbers WHERE content = ?1 RETURNING lookup, period, year",
        )?;
        let rows = statement.query_map([ord], |row| {
            let (period, year) = (row.get(1)?, row.get(2)?);
            let lookup: Option<String> = row.get(0)?;
            Ok(lookup.map(|lookup| Dirty { lookup, period, year }))
        })?;
        for dirty in rows {
            self.dirty.extend(dirty?);
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
        self.touched.insert(ord);
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
                self.document_of(citation, &resolution),
                to_json(&citation.kind)?.trim_matches('"'),
                to_json(citation)?,
                state_code(resolution.state),
                resolution.target.as_ref().map(RecordId::as_str),
                to_json(&open_candidates(&resolution))?,
                to_json(&resolution.flags)?,
                decision.map(Decision::code),
            ])?;
            depend(connection, ord, seq, &asked)?;
        }
        Ok(())
    }

    /// What tells the cited document from others: its key when every part of it is known, for
    /// one number means another document in another year or of another body; else the number
    /// alone. A law by its name is that of its number.
    pub(super) fn document_of(
        &self,
        citation: &Citation,
        resolution: &Resolution,
    ) -> Option<String> {
        if let Some(law) = &resolution.law {
            let number = DocNumber::parse(self.tables, law).ok()?.number;
            return Some(document_key(self.tables, &number, KeyHints::default()));
        }
        let number = citation.number.as_deref()?;
        let complete = citation.key.as_deref().filter(|key| !key.contains('?'));
        Some(complete.map_or_else(|| canonical(number), str::to_owned))
    }

    /// Resolves anew every citation that asked for a document that came or went, and counts.
    pub(super) fn settle(mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut concerned: BTreeSet<(i64, u32)> = BTreeSet::new();
        for dirty in std::mem::take(&mut self.dirty) {
            dirty.asked_by(connection, &mut concerned)?;
        }
        let mut citing: Option<(i64, Record)> = None;
        for (ord, seq) in concerned {
            if citing.as_ref().is_none_or(|(of, _)| *of != ord) {
                citing = Some((ord, stored_head(connection, ord)?));
            }
            let Some((_, record)) = &citing else { continue };
            self.resolve_again(connection, ord, seq, record)?;
        }
        for ord in std::mem::take(&mut self.touched) {
            links::relink(connection, ord)?;
        }
        Ok(())
    }

    /// What a citation asks does not depend on the archive, so its look-ups stay.
    fn resolve_again(
        &mut self,
        connection: &Connection,
        ord: i64,
        seq: u32,
        citing: &Record,
    ) -> rusqlite::Result<()> {
        let (citation, old, decision): (Citation, Outcome, Option<String>) = connection
            .prepare_cached(
                "SELECT citation, state, target, candidates, flags, decision FROM citations
                 WHERE content = ?1 AND seq = ?2",
            )?
            .query_row(params![ord, seq], |row| {
                let citation = from_json(0, row.get_ref(0)?.as_str()?)?;
                let old = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
                Ok((citation, old, row.get(5)?))
            })?;
        let decision = decision.as_deref().and_then(Decision::from_code);
        let (resolution, _) = self.decide(connection, citing, &citation, decision.as_ref())?;
        let new: Outcome = (
            state_code(resolution.state).to_owned(),
            resolution.target.as_ref().map(RecordId::to_string),
            to_json(&open_candidates(&resolution))?,
            to_json(&resolution.flags)?,
        );
        if new == old {
            return Ok(());
        }
        let (state, target, candidates, flags) = new;
        connection
            .prepare_cached(
                "UPDATE citations SET state = ?3, target = ?4, candidates = ?5, flags = ?6
                 WHERE content = ?1 AND seq = ?2",
            )?
            .execute(params![ord, seq, state, target, candidates, flags])?;
        self.touched.insert(ord);
        Ok(())
    }

    /// The resolution of one citation among the documents that may be meant, and what it asked.
    pub(super) fn resolve(
        &mut self,
        connection: &Connection,
        citing: &Record,
        citation: &Citation,
        may_be_meant: &dyn Fn(&RecordId) -> bool,
    ) -> rusqlite::Result<(Resolution, BTreeSet<Ask>)> {
        let asked = RefCell::new(BTreeSet::new());
        let held = RefCell::new(&mut self.held);
        let failed = RefCell::new(None);
        let lookup = |ask: &Ask| {
            asked.borrow_mut().insert(ask.clone());
            let possible = |found: &[Candidate]| {
                found.iter().filter(|candidate| may_be_meant(&candidate.id)).cloned().collect()
            };
            if let Some(found) = held.borrow().get(ask) {
                return possible(found);
            }
            match candidates(connection, ask) {
                Ok(found) => {
                    let answer = possible(&found);
                    held.borrow_mut().insert(ask.clone(), found);
                    answer
                }
                Err(error) => {
                    failed.borrow_mut().get_or_insert(error);
                    Vec::new()
                }
            }
        };
        let resolution = resolve(self.tables, citing, citation, &lookup);
        if let Some(error) = failed.into_inner() {
            return Err(error);
        }
        Ok((resolution, asked.into_inner()))
    }
}

/// State, target, candidates and flags as stored.
type Outcome = (String, Option<String>, String, String);

impl Dirty {
    /// A document itself, which a clerk may have chosen whatever its number.
    fn of_id(id: &RecordId) -> Self {
        let period = UNKNOWN_PERIOD.to_owned();
        Self { lookup: id_key(id), period, year: String::new() }
    }

    /// The citations that may mean a document of this number.
    fn asked_by(
        &self,
        connection: &Connection,
        concerned: &mut BTreeSet<(i64, u32)>,
    ) -> rusqlite::Result<()> {
        let at = |period: &str| format!("{}|{period}", self.lookup);
        // `}` is the character after `|`: all keys that begin with the number and `|`.
        let ranges = if self.period == UNKNOWN_PERIOD {
            vec![(at(""), format!("{}}}", self.lookup))]
        } else {
            let periods = BTreeSet::from([EVERY_PERIOD, &self.period, &self.year]);
            periods.into_iter().map(|period| (at(period), format!("{}\0", at(period)))).collect()
        };
        let mut statement = connection
            .prepare_cached("SELECT content, seq FROM lookups WHERE key >= ?1 AND key < ?2")?;
        for (from, to) in ranges {
            let rows = statement.query_map([from, to], |row| Ok((row.get(0)?, row.get(1)?)))?;
            for row in rows {
                concerned.insert(row?);
            }
        }
        Ok(())
    }
}

/// The documents that may be meant, when none is, and why.
pub(super) fn open_candidates(resolution: &Resolution) -> Vec<&(RecordId, Reason)> {
    if resolution.state != CitationState::Ambiguous {
        return Vec::new();
    }
    let candidates = resolution.candidates.iter();
    candidates.filter(|(_, reason)| *reason != Reason::OtherPeriod).collect()
}

/// The keys of what a citation asked, as they are noted.
pub(super) fn depends(asked: &BTreeSet<Ask>) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for Ask { lookup, periods } in asked {
        let every = [EVERY_PERIOD.to_owned()];
        for period in periods.as_deref().unwrap_or(&every) {
            keys.insert(format!("{lookup}|{period}"));
        }
    }
    keys
}

/// Notes what a citation asked.
fn depend(
    connection: &Connection,
    ord: i64,
    seq: u32,
    asked: &BTreeSet<Ask>,
) -> rusqlite::Result<()> {
    let mut insert =
        connection.prepare_cached("INSERT INTO lookups (key, content, seq) VALUES (?1, ?2, ?3)")?;
    for key in depends(asked) {
        insert.execute(params![key, ord, seq])?;
    }
    Ok(())
}

/// The shown documents that answer, by identifier.
fn candidates(connection: &Connection, ask: &Ask) -> rusqlite::Result<Vec<Candidate>> {
    let mut statement = connection.prepare_cached(
        "SELECT record FROM numbers JOIN contents ON content = ord
         WHERE lookup = ?1 AND (?2 IS NULL OR numbers.period = '?'
             OR numbers.period IN (SELECT value FROM json_each(?2))
             OR numbers.year IN (SELECT value FROM json_each(?2)))
         ORDER BY numbers.id",
    )?;
    let periods = ask.periods.as_ref().map(to_json).transpose()?;
    let records = statement.query_map(params![ask.lookup, periods], |row| {
        from_json::<Record>(0, row.get_ref(0)?.as_str()?)
    })?;
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
