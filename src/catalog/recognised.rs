//! What was recognised of page images, kept so that no page is ever recognised twice.
//!
//! By content and page: a file that is moved, copied or read again costs nothing. What failed is
//! kept too, with how often it was tried.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    catalog::{
        Catalog, CatalogError, FilePath,
        stored::{from_json, pack, to_json, unpack},
    },
    domain::record::RecordId,
    recognised::{Ocr, OcrFailure, RecognisedPage},
    source::Source,
};

/// A page that failed so often is left alone until somebody asks for it.
pub const MAX_ATTEMPTS: u32 = 3;

/// What recognition made of a page.
pub type Outcome = Result<RecognisedPage, OcrFailure>;

/// A page of a content that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// From 1.
    pub page: u32,
    /// By what.
    pub engine: String,
    /// Whether it failed, and how often.
    pub n_failures: u32,
}

/// A content with page images that are to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its place in the order of the catalog.
    pub ord: i64,
    /// The content.
    pub id: RecordId,
    /// Hash of its bytes.
    pub sha256: String,
    /// Its first file.
    pub path: FilePath,
}

impl Catalog {
    /// What was made of a page, when it was tried.
    ///
    /// # Errors
    /// `Storage` when it could not be read.
    pub fn recognised(&self, sha256: &str, page: u32) -> Result<Option<Outcome>, CatalogError> {
        self.read("look up a recognised page", |connection| {
            connection
                .prepare_cached(
                    "SELECT words, failure FROM recognised WHERE sha256 = ?1 AND page = ?2",
                )?
                .query_row(params![sha256, page], |row| {
                    match row.get_ref(0)?.as_blob_or_null()? {
                        Some(words) => Ok(Ok(unpack(0, words)?)),
                        None => Ok(Err(from_json(1, row.get_ref(1)?.as_str()?)?)),
                    }
                })
                .optional()
        })
    }

    /// The pages of a content that were tried.
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn tried_pages(&self, sha256: &str) -> Result<Vec<Tried>, CatalogError> {
        self.read("list recognised pages", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT page, engine, n_failures FROM recognised WHERE sha256 = ?1 ORDER BY page",
            )?;
            let rows = statement.query_map([sha256], |row| {
                Ok(Tried { page: row.get(0)?, engine: row.get(1)?, n_failures: row.get(2)? })
            })?;
            rows.collect()
        })
    }

    /// Keeps what was made of a page. A failure never replaces words.
    ///
    /// # Errors
    /// `Storage` when it could not be written, e.g. because the disk is full.
    pub fn keep_recognised(
        &self,
        sha256: &str,
        page: u32,
        engine: &str,
        outcome: &Outcome,
    ) -> Result<(), CatalogError> {
        self.write("keep a recognised page", |transaction| match outcome {
            Ok(recognised) => {
                let words = pack(recognised, "page")
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO recognised (sha256, page, engine, words, n_failures)
                         VALUES (?1, ?2, ?3, ?4, 0)",
                    )?
                    .execute(params![sha256, page, engine, words])?;
                Ok(())
            }
            Err(failure) => {
                transaction
                    .prepare_cached(
                        "INSERT INTO recognised (sha256, page, engine, failure, n_failures)
                         VALUES (?1, ?2, ?3, ?4, 1)
                         ON CONFLICT (sha256, page) DO UPDATE SET engine = excluded.engine,
                             failure = excluded.failure, n_failures = n_failures + 1
                         WHERE words IS NULL",
                    )?
                    .execute(params![sha256, page, engine, to_json(failure)?])?;
                Ok(())
            }
        })
    }

    /// The next contents, after one, with page images that nobody has looked at, or, up to
    /// `max_failures` times, in vain, or that another engine than `engine` has looked at (none is
    /// when it is `None`).
    ///
    /// # Errors
    /// `Storage` when they could not be read.
    pub fn waiting_after(
        &self,
        ord: i64,
        max_failures: u32,
        engine: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Waiting>, CatalogError> {
        self.read("list scans", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT ord, id, sha256, path FROM contents
                 WHERE shown = 1 AND ord > ?1 AND (needs_ocr > 0 OR EXISTS (
                     SELECT 1 FROM recognised WHERE recognised.sha256 = contents.sha256
                     AND (n_failures BETWEEN 1 AND ?2 OR (?3 IS NOT NULL AND engine <> ?3))))
                 ORDER BY ord LIMIT ?4",
            )?;
            let rows = statement.query_map(params![ord, max_failures, engine, limit], |row| {
                let id: String = row.get(1)?;
                Ok(Waiting {
                    ord: row.get(0)?,
                    id: RecordId::from_sha256(&id),
                    sha256: row.get(2)?,
                    path: FilePath::from_bytes(row.get(3)?),
                })
            })?;
            rows.collect()
        })
    }

    /// How many pages of shown documents wait to be recognised.
    ///
    /// # Errors
    /// `Storage` when they could not be counted.
    pub fn n_waiting_pages(&self) -> Result<u64, CatalogError> {
        self.read("count scanned pages", |connection| {
            connection
                .prepare_cached(
                    "SELECT COALESCE(SUM(needs_ocr), 0) FROM contents
                     WHERE shown = 1 AND needs_ocr > 0",
                )?
                .query_row([], |row| row.get(0))
        })
    }
}

/// Forgets every page of a content.
pub(super) fn forget(connection: &Connection, sha256: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM recognised WHERE sha256 = ?1")?
        .execute([sha256])
        .map(drop)
}

/// An [`Ocr`] that recognises nothing itself and remembers what was recognised.
#[derive(Debug)]
pub struct Remembered<'a>(
    /// Where it is kept.
    pub &'a Catalog,
);

impl Ocr for Remembered<'_> {
    fn engine(&self) -> Option<&str> {
        None
    }

    fn recognise(&self, source: &Source, page: u32) -> Result<Option<RecognisedPage>, OcrFailure> {
        // A catalog that cannot answer shows when the document is written.
        self.0.recognised(&source.sha256, page).ok().flatten().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognised::Word;

    #[test]
    fn pages_are_kept_and_failures_counted() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(folder.path()).unwrap();
        let source = Source::new("a.pdf", b"%PDF".to_vec());
        let sha256 = source.sha256.as_str();
        let remembered = Remembered(&catalog);
        assert_eq!(remembered.recognise(&source, 1), Ok(None));

        let failure = OcrFailure::TooSlow { seconds: 60 };
        for _ in 0..2 {
            catalog.keep_recognised(sha256, 1, "t 1", &Err(failure.clone())).unwrap();
        }
        assert_eq!(remembered.recognise(&source, 1), Err(failure.clone()));
        assert_eq!(catalog.tried_pages(sha256).unwrap()[0].n_failures, 2);

        let word = Word { text: "Điều".to_owned(), ..Word::default() };
        let page = RecognisedPage { words: vec![word], ..RecognisedPage::default() };
        catalog.keep_recognised(sha256, 1, "t 2", &Ok(page.clone())).unwrap();
        // A later failure takes nothing away.
        catalog.keep_recognised(sha256, 1, "t 3", &Err(failure)).unwrap();
        assert_eq!(remembered.recognise(&source, 1), Ok(Some(page)));
        let tried = Tried { page: 1, engine: "t 2".to_owned(), n_failures: 0 };
        assert_eq!(catalog.tried_pages(sha256).unwrap(), [tried]);
    }
}
