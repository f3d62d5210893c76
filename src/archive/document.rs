//! One document, whom it cites and who cites it; the state of the whole.

use std::collections::BTreeMap;

use crate::{
    archive::{Archive, ArchiveError, Named, found::Badge, number::Asked},
    catalog::{
        Aim, CitingCursor, Counts, FailedFile, FileRow, Head, MissingDocument, Run, Standing,
    },
    domain::{
        citation::Citation,
        number_forms::NumberForms,
        record::{Record, RecordId},
    },
    engine::{Stats, analyse::states},
    extract::resolve::Reason,
    text::Text,
};

/// What was found under an identifier or number.
#[derive(Debug, Clone)]
pub enum Looked {
    /// Nothing; the nearest numbers, when a number was asked for.
    None {
        /// Documents with numbers most alike.
        nearest: Vec<Head>,
        /// Documents that cite the number.
        n_citing: u64,
    },
    /// The document.
    One(Box<DocumentView>),
    /// Several documents carry the number, the latest first.
    Several(Vec<Head>),
}

/// One document.
#[derive(Debug, Clone)]
pub struct DocumentView {
    /// The record with its citations.
    pub record: Record,
    /// How many shown documents cite it.
    pub n_cited_by: u64,
    /// Every file that carries it or did so when it was last there.
    pub files: Vec<FileRow>,
    /// What to know about it.
    pub badges: Vec<Badge>,
    /// What other documents say has become of it.
    pub standing: Vec<Standing>,
}

/// The citations from and to a document.
#[derive(Debug, Clone)]
pub struct CitationsView {
    /// Those it makes, in reading order.
    pub outgoing: Vec<CitationView>,
    /// Those that mean it, the latest citing document first.
    pub incoming: Vec<CitedBy>,
    /// Where `incoming` goes on.
    pub next: Option<CitingCursor>,
}

/// A citation that a document makes.
#[derive(Debug, Clone)]
pub struct CitationView {
    /// With quote, page, state and flags.
    pub citation: Citation,
    /// The document meant.
    pub target: Option<Head>,
    /// The documents that may be meant, when there are several, the best reason first.
    pub candidates: Vec<(Head, Reason)>,
}

/// A citation that means a document.
#[derive(Debug, Clone)]
pub struct CitedBy {
    /// The citing document.
    pub citing: Head,
    /// With quote, page and flags.
    pub citation: Citation,
}

/// The state of the whole.
#[derive(Debug, Clone)]
pub struct Status {
    /// Sizes of the archive.
    pub counts: Counts,
    /// The latest runs, newest first.
    pub runs: Vec<Run>,
    /// Files that are not, or not fully, read.
    pub failures: Vec<FailedFile>,
    /// What the engine holds.
    pub engine: Stats,
    /// Whether the engine has learnt everything that the catalog knows.
    pub is_up_to_date: bool,
}

/// Sentences about what became of a document.
const N_STANDING: usize = 20;

/// Runs that the status shows.
const N_RUNS: usize = 20;

impl Archive {
    /// The document with an identifier, or with a number in any spelling.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn document(&self, text: &str) -> Result<Looked, ArchiveError> {
        match self.named(text)? {
            Named::One(id) => match self.document_view(&id)? {
                Some(view) => Ok(Looked::One(Box::new(view))),
                // Between the two look-ups it was purged.
                None => Ok(Looked::None { nearest: Vec::new(), n_citing: 0 }),
            },
            Named::Several(ids) => Ok(Looked::Several(self.catalog.heads(&ids)?)),
            Named::None => {
                let Some(forms) = NumberForms::of(text) else {
                    return Ok(Looked::None { nearest: Vec::new(), n_citing: 0 });
                };
                let number = self.number_view(&Asked::from_forms(forms))?;
                Ok(Looked::None { nearest: number.nearest, n_citing: number.n_citing })
            }
        }
    }

    fn document_view(&self, id: &RecordId) -> Result<Option<DocumentView>, ArchiveError> {
        let ids = std::slice::from_ref(id);
        let (Some(record), Some(head)) = (self.catalog.record(id)?, self.catalog.heads(ids)?.pop())
        else {
            return Ok(None);
        };
        let badges = self.badges(std::slice::from_ref(&head))?.pop().unwrap_or_default();
        let files = self.catalog.paths(id)?;
        let standing = self.catalog.standing(id, N_STANDING)?;
        Ok(Some(DocumentView { record, n_cited_by: head.n_cited_by, files, badges, standing }))
    }

    /// The normalised text of a document.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn text(&self, id: &RecordId) -> Result<Option<Text>, ArchiveError> {
        Ok(self.catalog.text(id)?)
    }

    /// Whom a document cites, and the latest `limit` documents after a cursor that cite it.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn citations(
        &self,
        id: &RecordId,
        after: Option<&CitingCursor>,
        limit: usize,
    ) -> Result<CitationsView, ArchiveError> {
        let outgoing = self.catalog.outgoing(id)?;
        let incoming = self.catalog.incoming(Aim::Held(id), after, limit)?;
        let mut ids: Vec<RecordId> = Vec::new();
        for made in &outgoing {
            ids.extend(made.citation.target.clone());
            ids.extend(made.candidates.iter().map(|(id, _)| id.clone()));
        }
        ids.extend(incoming.mentions.iter().map(|mention| mention.citing.clone()));
        ids.sort_unstable();
        ids.dedup();
        let heads: BTreeMap<RecordId, Head> = self
            .catalog
            .heads(&ids)?
            .into_iter()
            .map(|head| (head.record.id.clone(), head))
            .collect();
        let outgoing = outgoing
            .into_iter()
            .map(|made| CitationView {
                target: made.citation.target.as_ref().and_then(|id| heads.get(id)).cloned(),
                candidates: made
                    .candidates
                    .iter()
                    .filter_map(|(id, reason)| Some((heads.get(id)?.clone(), *reason)))
                    .collect(),
                citation: made.citation,
            })
            .collect();
        let next = incoming.next;
        let incoming = incoming
            .mentions
            .into_iter()
            .filter_map(|mention| {
                let citing = heads.get(&mention.citing)?.clone();
                Some(CitedBy { citing, citation: mention.citation })
            })
            .collect();
        Ok(CitationsView { outgoing, incoming, next })
    }

    /// The documents that are cited most and lacking.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn missing(&self, limit: usize) -> Result<Vec<MissingDocument>, ArchiveError> {
        Ok(self.catalog.missing(limit)?)
    }

    /// The documents that were taken in last, latest first.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn recent(&self, limit: usize) -> Result<Vec<Head>, ArchiveError> {
        let ids = self.catalog.latest(limit)?;
        Ok(self.catalog.heads(&ids)?)
    }

    /// The state of the whole.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn status(&self) -> Result<Status, ArchiveError> {
        let engine = self.engine.stats()?;
        Ok(Status {
            counts: self.catalog.counts()?,
            runs: self.catalog.runs(N_RUNS)?,
            failures: self.catalog.failures()?,
            engine,
            is_up_to_date: self.catalog.last_seq()? <= engine.last_version,
        })
    }

    /// The badges of each document, in the order given.
    pub(super) fn badges(&self, heads: &[Head]) -> Result<Vec<Vec<Badge>>, ArchiveError> {
        let ids: Vec<RecordId> = heads.iter().map(|head| head.record.id.clone()).collect();
        let surroundings = self.catalog.surroundings(&ids)?;
        let badges = heads.iter().zip(surroundings).map(|(head, around)| {
            let mut badges: Vec<Badge> =
                states(&head.record).into_iter().map(Badge::State).collect();
            badges.extend(around.standing.into_iter().map(Box::new).map(Badge::Standing));
            if around.n_files > 1 {
                badges.push(Badge::Copies(around.n_files));
            }
            badges
        });
        Ok(badges.collect())
    }
}
