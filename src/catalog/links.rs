//! What is counted and ranked, kept right in the transaction that changes it: who is cited by
//! how many documents, what is lacking, what is said to be replaced.
//!
//! `links` has one row for a shown document and something it cites, `effects` one for each
//! statement of a shown document about one that is held; `aims` and `totals` are counted from
//! them by triggers. Everything here could be worked out from `citations` alone, and a test does.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use crate::{
    catalog::{
        graph::{self, Outgoing},
        outbox::{self, OutboxOp},
    },
    domain::citation::CitationState,
    extract::effect::effects,
};

/// Brings links, effects and counts of a content in line with its citations, and tells the
/// engine of the documents of which something else is said now.
pub(super) fn relink(connection: &Connection, ord: i64) -> rusqlite::Result<()> {
    let citing = citing(connection, ord)?;
    let outgoing = match &citing {
        Some(_) => graph::outgoing(connection, ord)?,
        None => Vec::new(),
    };
    link(connection, ord, citing.as_ref())?;
    tally(connection, ord, citing.is_some())?;
    let stated = stated(citing.as_ref(), &outgoing);
    state(connection, ord, &stated)
}

/// Target, place, kind, place of the replacing one, and whether only a part is meant.
type Stated = BTreeSet<(String, u32, String, Option<u32>, bool)>;

/// What a document says of others.
fn stated(citing: Option<&Citing>, outgoing: &[Outgoing]) -> Stated {
    let mut stated = Stated::new();
    // What a draft says has not come about.
    if citing.is_some_and(|citing| !citing.is_draft) {
        let citations: Vec<_> = outgoing.iter().map(|made| made.citation.clone()).collect();
        for effect in effects(&citations) {
            let Some(made) = outgoing.get(effect.of) else { continue };
            if let (Some(CitationState::Resolved), Some(target)) =
                (made.citation.state, &made.citation.target)
            {
                let by = effect.by.and_then(|by| outgoing.get(by));
                // A clerk has said that this is no citation.
                if by.is_some_and(|by| by.citation.state == Some(CitationState::Dismissed)) {
                    continue;
                }
                let by = by.map(|by| by.seq);
                let target = target.to_string();
                stated.insert((
                    target,
                    made.seq,
                    effect.kind.code().to_owned(),
                    by,
                    effect.is_partial,
                ));
            }
        }
    }
    stated
}

/// Whether links, effects and counts of a content are what its citations give.
pub(super) fn is_linked(connection: &Connection, ord: i64) -> rusqlite::Result<bool> {
    let citing = citing(connection, ord)?;
    let outgoing = match &citing {
        Some(_) => graph::outgoing(connection, ord)?,
        None => Vec::new(),
    };
    if held_effects(connection, ord)? != stated(citing.as_ref(), &outgoing) {
        return Ok(false);
    }
    let mut expected: BTreeSet<(bool, String, String)> = BTreeSet::new();
    let mut statement = connection.prepare_cached(&format!("SELECT {AIMS} AND content = ?1"))?;
    if let Some(citing) = &citing {
        let rows = statement
            .query_map([ord], |row| Ok((row.get(0)?, row.get(1)?, citing.dated.clone())))?;
        expected = rows.collect::<rusqlite::Result<_>>()?;
    }
    let mut statement =
        connection.prepare_cached("SELECT is_held, aim, dated FROM links WHERE content = ?1")?;
    let rows = statement.query_map([ord], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let held: BTreeSet<(bool, String, String)> = rows.collect::<rusqlite::Result<_>>()?;
    let is_tallied: bool = connection
        .prepare_cached(
            "SELECT (SELECT n_citations || ' ' || n_missing FROM tallies WHERE content = ?1) IS
                (SELECT count(*) FILTER (WHERE state <> 'dismissed') || ' ' ||
                        count(*) FILTER (WHERE state = 'missing')
                 FROM citations WHERE content = ?1 HAVING ?2)",
        )?
        .query_row(params![ord, citing.is_some()], |row| row.get(0))?;
    Ok(held == expected && is_tallied)
}

/// What of the counts by triggers is not what their tables give.
pub(super) fn wrong_counts(connection: &Connection) -> rusqlite::Result<Vec<&'static str>> {
    let checks = [
        (
            "how many documents cite what",
            "SELECT (SELECT count(*) FROM
                (SELECT is_held, aim, count(*) FROM links GROUP BY 1, 2 EXCEPT SELECT * FROM aims))
              + (SELECT count(*) FROM
                (SELECT * FROM aims EXCEPT SELECT is_held, aim, count(*) FROM links GROUP BY 1, 2))",
        ),
        (
            "the sizes of the archive",
            "SELECT count(*) FROM totals WHERE n <> CASE name
                WHEN 'documents' THEN (SELECT count(*) FROM tallies)
                WHEN 'citations' THEN (SELECT coalesce(sum(n_citations), 0) FROM tallies)
                WHEN 'missing' THEN (SELECT count(*) FROM aims WHERE is_held = 0) END",
        ),
    ];
    let mut wrong = Vec::new();
    for (what, sql) in checks {
        let n: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        if n > 0 {
            wrong.push(what);
        }
    }
    Ok(wrong)
}

/// Makes the counts by triggers anew.
pub(super) fn count_again(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "DELETE FROM aims;
         INSERT INTO aims (is_held, aim, n_citing)
             SELECT is_held, aim, count(*) FROM links GROUP BY is_held, aim;
         UPDATE totals SET n = CASE name
             WHEN 'documents' THEN (SELECT count(*) FROM tallies)
             WHEN 'citations' THEN (SELECT coalesce(sum(n_citations), 0) FROM tallies)
             ELSE (SELECT count(*) FROM aims WHERE is_held = 0) END;",
    )
}

/// Takes back everything that a content says, before it is removed.
pub(super) fn unlink(connection: &Connection, ord: i64) -> rusqlite::Result<()> {
    link(connection, ord, None)?;
    tally(connection, ord, false)?;
    state(connection, ord, &BTreeSet::new())
}

/// A shown document that cites.
struct Citing {
    id: String,
    /// As in the record, cut at its precision; empty when not known.
    dated: String,
    is_draft: bool,
}

fn citing(connection: &Connection, ord: i64) -> rusqlite::Result<Option<Citing>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, coalesce(json_extract(record, '$.metadata.issued_on.value'), ''),
                coalesce(json_extract(record, '$.metadata.is_draft.value'), 0)
         FROM contents WHERE ord = ?1 AND shown = 1",
    )?;
    let mut rows = statement.query([ord])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Citing { id: row.get(0)?, dated: row.get(1)?, is_draft: row.get(2)? }))
}

fn link(connection: &Connection, ord: i64, citing: Option<&Citing>) -> rusqlite::Result<()> {
    let Some(citing) = citing else {
        connection.prepare_cached("DELETE FROM links WHERE content = ?1")?.execute([ord])?;
        return Ok(());
    };
    connection
        .prepare_cached(&format!(
            "DELETE FROM links WHERE content = ?1 AND
                 (dated <> ?2 OR (is_held, aim) NOT IN (SELECT {AIMS} AND content = ?1))"
        ))?
        .execute(params![ord, citing.dated])?;
    connection
        .prepare_cached(&format!(
            "INSERT OR IGNORE INTO links (is_held, aim, content, dated, citing)
             SELECT DISTINCT {AIMS_OF} AND content = ?1"
        ))?
        .execute(params![ord, citing.dated, citing.id])?;
    Ok(())
}

/// What the citations of a content aim at: a document that is held, or the name under which one
/// is lacking.
const AIMS: &str = "state = 'resolved', CASE state WHEN 'resolved' THEN target ELSE canonical END
     FROM citations
     WHERE (state = 'resolved' OR state = 'missing' AND canonical IS NOT NULL)";
const AIMS_OF: &str =
    "state = 'resolved', CASE state WHEN 'resolved' THEN target ELSE canonical END,
     content, ?2, ?3 FROM citations
     WHERE (state = 'resolved' OR state = 'missing' AND canonical IS NOT NULL)";

fn tally(connection: &Connection, ord: i64, is_shown: bool) -> rusqlite::Result<()> {
    if !is_shown {
        connection.prepare_cached("DELETE FROM tallies WHERE content = ?1")?.execute([ord])?;
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT INTO tallies (content, n_citations, n_missing)
             SELECT ?1, count(*) FILTER (WHERE state <> 'dismissed'),
                 count(*) FILTER (WHERE state = 'missing')
             FROM citations WHERE content = ?1
             ON CONFLICT (content) DO UPDATE SET n_citations = excluded.n_citations,
                 n_missing = excluded.n_missing
             WHERE n_citations <> excluded.n_citations OR n_missing <> excluded.n_missing",
        )?
        .execute([ord])?;
    Ok(())
}

/// What is kept of what a document says of others.
fn held_effects(connection: &Connection, ord: i64) -> rusqlite::Result<Stated> {
    let mut statement = connection.prepare_cached(
        "SELECT target, seq, kind, by_seq, is_partial FROM effects WHERE content = ?1",
    )?;
    let rows = statement.query_map([ord], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
    })?;
    rows.collect()
}

fn state(connection: &Connection, ord: i64, new: &Stated) -> rusqlite::Result<()> {
    let old = held_effects(connection, ord)?;
    let mut concerned: BTreeSet<&str> = BTreeSet::new();
    for (target, seq, kind, by, _) in old.difference(new) {
        connection
            .prepare_cached(
                "DELETE FROM effects WHERE content = ?1 AND target = ?2 AND seq = ?3 AND kind = ?4
                     AND by_seq IS ?5",
            )?
            .execute(params![ord, target, seq, kind, by])?;
        concerned.insert(target);
    }
    for (target, seq, kind, by, is_partial) in new.difference(&old) {
        connection
            .prepare_cached(
                "INSERT INTO effects (content, target, seq, kind, by_seq, is_partial)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![ord, target, seq, kind, by, is_partial])?;
        concerned.insert(target);
    }
    for id in concerned {
        announce(connection, id)?;
    }
    Ok(())
}

/// Tells the engine to take a document anew, when it is shown.
pub(super) fn announce(connection: &Connection, id: &str) -> rusqlite::Result<()> {
    let is_shown: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM contents WHERE id = ?1 AND shown = 1)")?
        .query_row([id], |row| row.get(0))?;
    if is_shown {
        let version = outbox::push(connection, OutboxOp::Upsert, id)?;
        connection
            .prepare_cached("UPDATE contents SET version = ?2 WHERE id = ?1")?
            .execute(params![id, version])?;
    }
    Ok(())
}
