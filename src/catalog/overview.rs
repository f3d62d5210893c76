//! What lists of documents show beside the records: what came last, what other documents say has
//! become of one, how many files carry it.

use rusqlite::{Connection, params};

use crate::{
    catalog::{
        Catalog, CatalogError,
        graph::{outgoing_row, stored_head},
        read::{TEXT_OF, body, id, unreadable},
    },
    domain::{citation::Citation, found::Span, record::RecordId},
    extract::effect::EffectKind,
    text::{Text, sentence::sentence_at},
};

/// What is known about a document from elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// What shown documents say has become of it, the gravest first; a few at most.
    pub standing: Vec<Standing>,
    /// How many files carry the document.
    pub n_files: u64,
}

/// A sentence of a shown document that says what has become of another one: `Quyết định này thay
/// thế Quyết định số 12/2015/QĐ-UBND`. What the archive says, no legal advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What is said.
    pub kind: EffectKind,
    /// Whether it is said of a part only.
    pub is_partial: bool,
    /// The document that says so.
    pub told_by: RecordId,
    /// Which of its citations names this document.
    pub seq: u32,
    /// The document that did it, when it is held.
    pub by: Option<RecordId>,
    /// The number of the document that did it, as printed.
    pub by_number: Option<String>,
    /// The page of the sentence.
    pub page: u32,
    /// The sentence.
    pub sentence: String,
}

/// Sentences of one document that a list shows at most.
const N_BESIDE: usize = 2;

impl Catalog {
    /// What shown documents say has become of a document, the gravest first, of these what the
    /// latest documents say.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn standing(&self, id: &RecordId, limit: usize) -> Result<Vec<Standing>, CatalogError> {
        self.read("look up what became of a document", |connection| standing(connection, id, limit))
    }

    /// The shown documents that were taken in last, latest first.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn latest(&self, limit: usize) -> Result<Vec<RecordId>, CatalogError> {
        self.read("list what was taken in last", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id FROM contents WHERE shown = 1 ORDER BY ord DESC LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], |row| id(row, 0))?;
            rows.collect()
        })
    }

    /// What is known about each of the documents from elsewhere, in the order asked.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn surroundings(&self, ids: &[RecordId]) -> Result<Vec<Surroundings>, CatalogError> {
        self.read("look around documents", |connection| {
            ids.iter().map(|id| surroundings(connection, id)).collect()
        })
    }
}

fn surroundings(connection: &Connection, of: &RecordId) -> rusqlite::Result<Surroundings> {
    let standing = standing(connection, of, N_BESIDE)?;
    let n_files = connection
        .prepare_cached(
            "SELECT count(*) FROM files JOIN contents ON files.content = contents.ord
             WHERE contents.id = ?1 AND files.status IN ('current', 'needs_ocr')",
        )?
        .query_row([of.as_str()], |row| row.get(0))?;
    Ok(Surroundings { standing, n_files })
}

fn standing(
    connection: &Connection,
    of: &RecordId,
    limit: usize,
) -> rusqlite::Result<Vec<Standing>> {
    let mut statement = connection.prepare_cached(
        "SELECT effects.kind, is_partial, contents.id, seq, by_seq, content
         FROM effects JOIN contents ON ord = content
         WHERE effects.target = ?1
         ORDER BY CASE effects.kind WHEN 'replaced' THEN 0 WHEN 'repealed' THEN 1
                      WHEN 'amended' THEN 2 ELSE 3 END,
             coalesce(json_extract(record, '$.metadata.issued_on.value'), '') DESC,
             contents.id, seq, by_seq
         LIMIT ?2",
    )?;
    let mut rows = statement.query(params![of.as_str(), limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let code: String = row.get(0)?;
        let Some(kind) = EffectKind::from_code(&code) else {
            return Err(unreadable(0, "a kind of effect", &code));
        };
        let (told_by, seq, by_seq, ord) = (id(row, 2)?, row.get(3)?, row.get(4)?, row.get(5)?);
        let named = mention(connection, ord, seq)?;
        let (span, by, by_number) = match by_seq {
            None => {
                let record = stored_head(connection, ord)?;
                let number = record.metadata.number.map(|found| found.value);
                (named.span, Some(told_by.clone()), number)
            }
            Some(by_seq) => {
                let by = mention(connection, ord, by_seq)?;
                let span = Span { start: named.span.start, end: by.span.end };
                (span, by.target, by.number.or(by.title))
            }
        };
        let text: Option<Text> = body(connection, TEXT_OF, &told_by)?;
        let sentence = text.map_or(named.quote, |text| sentence_at(&text, span));
        found.push(Standing {
            kind,
            is_partial: row.get(1)?,
            told_by,
            seq,
            by,
            by_number,
            page: named.page,
            sentence,
        });
    }
    Ok(found)
}

/// What is said to have become of a document as a whole, the gravest first. That a part of it was
/// repealed is an amendment of the whole.
pub(super) fn effects_on(
    connection: &Connection,
    of: &RecordId,
) -> rusqlite::Result<Vec<EffectKind>> {
    let mut statement = connection
        .prepare_cached("SELECT DISTINCT kind, is_partial FROM effects WHERE target = ?1")?;
    let rows = statement
        .query_map([of.as_str()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (code, is_partial) = row?;
        found.extend(EffectKind::from_code(&code).map(|kind| match kind {
            EffectKind::Replaced | EffectKind::Repealed if is_partial => EffectKind::Amended,
            kind => kind,
        }));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// A citation with its target.
fn mention(connection: &Connection, ord: i64, seq: u32) -> rusqlite::Result<Citation> {
    connection
        .prepare_cached(
            "SELECT seq, citation, state, target, candidates, flags FROM citations
             WHERE content = ?1 AND seq = ?2",
        )?
        .query_row(params![ord, seq], |row| Ok(outgoing_row(row)?.citation))
}
