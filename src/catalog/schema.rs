//! The tables of the catalog, and how an older catalog becomes one of this version.
//!
//! A released migration is never edited: a change of the tables is a further entry.

use std::path::Path;

use rusqlite::Connection;

use crate::catalog::{CatalogError, storage};

/// `vthu`: marks the file as ours in its SQLite header.
pub(super) const APPLICATION_ID: i32 = 0x7674_6875;

/// Each takes a catalog from the version of its index to the next one.
pub(super) const MIGRATIONS: [&str; 6] = [V1, V2, V3, V4, V5, V6];

/// Version 1.
///
/// `outside_roots` are folders and files outside the archive that were asked for by name.
/// `files` has one row a path ever seen. `contents` has one row a distinct content that was
/// taken in; `shown` says whether a current file carries it, `path` is the first of those files
/// in byte order, `version` the outbox sequence of its latest change. `bodies` is apart so that
/// reading records does not step over megabytes of text. `numbers` holds the numbers of shown
/// contents only. `citations` holds what was read (`citation`) and what the archive made of it
/// (`state`, `target`, `candidates`, `flags`); `lookups` the keys under which each looked for
/// documents. `fold` and `canonical` are for people, `lookup` is for citations.
const V1: &str = "
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    program_version TEXT NOT NULL,
    counts TEXT NOT NULL
);

CREATE TABLE outside_roots (
    path BLOB PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE contents (
    ord INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL UNIQUE,
    format TEXT,
    path BLOB NOT NULL,
    record TEXT NOT NULL,
    extractor_revision INTEGER NOT NULL,
    tables_revision TEXT NOT NULL,
    ocr_engine TEXT,
    needs_ocr INTEGER NOT NULL,
    year INTEGER,
    shown INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX contents_year ON contents (year) WHERE shown = 1;

CREATE TABLE bodies (
    content INTEGER PRIMARY KEY REFERENCES contents (ord) ON DELETE CASCADE,
    text BLOB NOT NULL,
    layout BLOB NOT NULL
);

CREATE TABLE files (
    path BLOB PRIMARY KEY,
    display TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    looked_at_ns INTEGER NOT NULL,
    sha256 TEXT,
    content INTEGER REFERENCES contents (ord),
    status TEXT NOT NULL,
    reason TEXT,
    detail TEXT,
    revision INTEGER NOT NULL,
    seen_run INTEGER NOT NULL REFERENCES runs (id)
) WITHOUT ROWID;
CREATE INDEX files_content ON files (content) WHERE content IS NOT NULL;
CREATE INDEX files_status ON files (status, path) WHERE status <> 'current';
CREATE INDEX files_sha256 ON files (sha256) WHERE sha256 IS NOT NULL;

CREATE TABLE numbers (
    content INTEGER NOT NULL REFERENCES contents (ord) ON DELETE CASCADE,
    id TEXT NOT NULL,
    printed TEXT NOT NULL,
    canonical TEXT NOT NULL,
    fold TEXT NOT NULL,
    lookup TEXT,
    key TEXT,
    PRIMARY KEY (content, canonical)
) WITHOUT ROWID;
CREATE INDEX numbers_fold ON numbers (fold, id);
CREATE INDEX numbers_lookup ON numbers (lookup, id) WHERE lookup IS NOT NULL;
CREATE INDEX numbers_canonical ON numbers (canonical, id);

CREATE TABLE citations (
    content INTEGER NOT NULL REFERENCES contents (ord) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    canonical TEXT,
    kind TEXT NOT NULL,
    citation TEXT NOT NULL,
    state TEXT NOT NULL,
    target TEXT,
    candidates TEXT NOT NULL,
    flags TEXT NOT NULL,
    PRIMARY KEY (content, seq)
) WITHOUT ROWID;
CREATE INDEX citations_target ON citations (target) WHERE target IS NOT NULL;
CREATE INDEX citations_missing ON citations (canonical, content)
    WHERE state = 'missing' AND canonical IS NOT NULL;

CREATE TABLE lookups (
    content INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (content, seq, key),
    FOREIGN KEY (content, seq) REFERENCES citations (content, seq) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX lookups_key ON lookups (key, content, seq);

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    op TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE
);
";

/// Version 2.
///
/// What a run was asked to do, and when it last gave a sign of life: one without an end that is
/// not under way was cut short. By what the shown documents were read.
const V2: &str = "
ALTER TABLE runs ADD COLUMN what TEXT NOT NULL DEFAULT 'changes';
ALTER TABLE runs ADD COLUMN noted_at INTEGER;
CREATE INDEX contents_read_by ON contents (tables_revision, extractor_revision) WHERE shown = 1;
";

/// Version 3.
///
/// `recognised` holds what was recognised of page images, by content, so that no page is ever
/// recognised twice: `words` packed, or why it failed and how often. From here on
/// `contents.needs_ocr` counts the pages that nobody has looked at.
const V3: &str = "
CREATE TABLE recognised (
    sha256 TEXT NOT NULL,
    page INTEGER NOT NULL,
    engine TEXT NOT NULL,
    words BLOB,
    failure TEXT,
    n_failures INTEGER NOT NULL,
    PRIMARY KEY (sha256, page)
) WITHOUT ROWID;
CREATE INDEX contents_needs_ocr ON contents (ord) WHERE needs_ocr > 0;
";

/// Version 4: what clerks decided.
///
/// `corrections` is the log; it belongs to a hash, not to a row, so that it outlives the row.
/// `record` is what is shown; `as_read` is what was read, where a clerk's value stands over it.
/// `n_doubtful` counts the fields for a clerk to look at: those below the confidence of 0.6 that
/// version 1 of the extractor meant, later ones as the program counts them. `decision` is what
/// a clerk decided about the citation.
const V4: &str = "
ALTER TABLE contents ADD COLUMN as_read TEXT;
ALTER TABLE contents ADD COLUMN n_doubtful INTEGER NOT NULL DEFAULT 0;
UPDATE contents SET n_doubtful = (
    SELECT count(*) FROM json_each(record, '$.metadata') AS field
    WHERE field.type = 'object' AND json_extract(field.value, '$.confidence') < 0.6
);
CREATE INDEX contents_doubtful ON contents (ord, n_doubtful) WHERE n_doubtful > 0 AND shown = 1;
ALTER TABLE citations ADD COLUMN decision TEXT;

CREATE TABLE corrections (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL,
    subject TEXT NOT NULL,
    anchor TEXT,
    read TEXT,
    old TEXT,
    new TEXT,
    made_by TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    undoes INTEGER REFERENCES corrections (seq)
);
CREATE INDEX corrections_sha256 ON corrections (sha256, seq);
CREATE INDEX corrections_made_at ON corrections (made_at);
";

/// Version 5: who is cited by how many is counted when it changes, not when it is asked.
///
/// `numbers` tells the period of a number, so that a citation looks at the documents of its year
/// only; `lookups.key` is a look-up key, `|`, and such a period or `*`. Rows of older versions keep
/// the period `?` and the key `*`, which fit everything, until their document is read again.
/// `links` and `effects` are described in [`links`](super::links); `dated` is the date of the
/// citing document as in its record, empty when not known.
const V5: &str = "
ALTER TABLE numbers ADD COLUMN period TEXT NOT NULL DEFAULT '?';
ALTER TABLE numbers ADD COLUMN year TEXT NOT NULL DEFAULT '';
DROP INDEX numbers_lookup;
CREATE INDEX numbers_lookup ON numbers (lookup, period, year, id) WHERE lookup IS NOT NULL;
UPDATE lookups SET key = key || '|*';
DROP INDEX citations_missing;

CREATE TABLE links (
    is_held INTEGER NOT NULL,
    aim TEXT NOT NULL,
    content INTEGER NOT NULL REFERENCES contents (ord) ON DELETE CASCADE,
    dated TEXT NOT NULL,
    citing TEXT NOT NULL,
    PRIMARY KEY (content, is_held, aim)
) WITHOUT ROWID;
CREATE INDEX links_aim ON links (is_held, aim, dated, citing);

CREATE TABLE aims (
    is_held INTEGER NOT NULL,
    aim TEXT NOT NULL,
    n_citing INTEGER NOT NULL,
    PRIMARY KEY (is_held, aim)
) WITHOUT ROWID;
CREATE INDEX aims_rank ON aims (is_held, n_citing DESC, aim);

CREATE TABLE tallies (
    content INTEGER PRIMARY KEY REFERENCES contents (ord) ON DELETE CASCADE,
    n_citations INTEGER NOT NULL,
    n_missing INTEGER NOT NULL
);

CREATE TABLE totals (
    name TEXT PRIMARY KEY,
    n INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO totals (name, n) VALUES ('citations', 0), ('documents', 0), ('missing', 0);

CREATE TABLE effects (
    content INTEGER NOT NULL REFERENCES contents (ord) ON DELETE CASCADE,
    target TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    by_seq INTEGER,
    is_partial INTEGER NOT NULL
);
CREATE INDEX effects_content ON effects (content);
CREATE INDEX effects_target ON effects (target, kind, content);

CREATE TRIGGER links_insert AFTER INSERT ON links BEGIN
    INSERT INTO aims (is_held, aim, n_citing) VALUES (new.is_held, new.aim, 1)
        ON CONFLICT (is_held, aim) DO UPDATE SET n_citing = n_citing + 1;
END;
CREATE TRIGGER links_delete AFTER DELETE ON links BEGIN
    UPDATE aims SET n_citing = n_citing - 1 WHERE is_held = old.is_held AND aim = old.aim;
    DELETE FROM aims WHERE is_held = old.is_held AND aim = old.aim AND n_citing = 0;
END;
CREATE TRIGGER aims_insert AFTER INSERT ON aims WHEN new.is_held = 0 BEGIN
    UPDATE totals SET n = n + 1 WHERE name = 'missing';
END;
CREATE TRIGGER aims_delete AFTER DELETE ON aims WHEN old.is_held = 0 BEGIN
    UPDATE totals SET n = n - 1 WHERE name = 'missing';
END;
CREATE TRIGGER tallies_insert AFTER INSERT ON tallies BEGIN
    UPDATE totals SET n = n + 1 WHERE name = 'documents';
    UPDATE totals SET n = n + new.n_citations WHERE name = 'citations';
END;
CREATE TRIGGER tallies_update AFTER UPDATE ON tallies BEGIN
    UPDATE totals SET n = n + new.n_citations - old.n_citations WHERE name = 'citations';
END;
CREATE TRIGGER tallies_delete AFTER DELETE ON tallies BEGIN
    UPDATE totals SET n = n - 1 WHERE name = 'documents';
    UPDATE totals SET n = n - old.n_citations WHERE name = 'citations';
END;

INSERT INTO links (is_held, aim, content, dated, citing)
    SELECT DISTINCT state = 'resolved', CASE state WHEN 'resolved' THEN target ELSE canonical END,
        content, coalesce(json_extract(record, '$.metadata.issued_on.value'), ''), contents.id
    FROM citations JOIN contents ON ord = content
    WHERE shown = 1 AND (state = 'resolved' OR state = 'missing' AND canonical IS NOT NULL);
INSERT INTO tallies (content, n_citations, n_missing)
    SELECT ord, count(seq) FILTER (WHERE state <> 'dismissed'),
        count(seq) FILTER (WHERE state = 'missing')
    FROM contents LEFT JOIN citations ON ord = content WHERE shown = 1 GROUP BY ord;
INSERT INTO effects (content, target, seq, kind, by_seq, is_partial)
    SELECT content, target, seq,
        CASE kind WHEN 'replaces' THEN 'replaced' WHEN 'repeals' THEN 'repealed'
                  WHEN 'amends' THEN 'amended' ELSE 'corrected' END,
        NULL, json_extract(citation, '$.provision') IS NOT NULL
    FROM citations JOIN contents ON ord = content
    WHERE shown = 1 AND state = 'resolved'
      AND kind IN ('replaces', 'repeals', 'amends', 'corrects')
      AND coalesce(json_extract(record, '$.metadata.is_draft.value'), 0) = 0;
";

/// Version 6: checksums.
///
/// Of everything that was read of a content, and of an entry of the log of corrections. Rows of
/// older versions have none until `vanthu doctor --repair` notes them.
const V6: &str = "
ALTER TABLE contents ADD COLUMN sum INTEGER;
ALTER TABLE corrections ADD COLUMN sum INTEGER;
";

/// The version this program writes.
pub(super) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Creates the tables or brings them up to [`VERSION`], each step in its own transaction.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), CatalogError> {
    let found = if is_new(connection, path)? { 0 } else { check(connection, path)? };
    let failed = |source| storage(path, "bring its tables up to date")(source);
    // WAL lets readers go on while a run writes; it is a property of the file.
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).map_err(failed)?;
    for (from, sql) in (0u32..).zip(MIGRATIONS).skip(found as usize) {
        step(connection, sql, from + 1).map_err(failed)?;
    }
    Ok(())
}

fn step(connection: &mut Connection, sql: &str, version: u32) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(sql)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.commit()
}

/// The version of an existing catalog, when this program can use it.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<u32, CatalogError> {
    let failed = |source| storage(path, "tell its version")(source);
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    let found: u32 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    if application != APPLICATION_ID {
        return Err(CatalogError::Foreign { path: path.display().to_string() });
    }
    if found > VERSION {
        return Err(CatalogError::Newer {
            path: path.display().to_string(),
            expected: VERSION,
            found,
        });
    }
    Ok(found)
}

fn is_new(connection: &Connection, path: &Path) -> Result<bool, CatalogError> {
    connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map(|n_tables| n_tables == 0)
        .map_err(storage(path, "open the file"))
}
