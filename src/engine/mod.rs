//! The search index behind one seam, [`Engine`]: it stores tokens, keys and numbers and returns
//! identifiers, scores and counts.
//!
//! Nothing Vietnamese crosses the seam: our side analyses documents and queries ([`analyse`]),
//! the engine sees tokens. Text, snippets and the truth stay in the catalog; whatever an engine
//! holds can be rebuilt from there. The contract below is checked by one conformance suite run
//! over every implementation.

pub mod analyse;
pub mod embedded;
pub mod plan;
pub mod switch;
mod token;

pub use token::{Stream, Token};

use crate::domain::record::RecordId;

/// Fields of exact keys. Several values a document are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyField {
    /// The document's own number in every form in which it is looked up (equality and recall keys).
    Number,
    /// Every beginning of the number's parts, so that a prefix is one term.
    NumberPrefix,
    /// Numbers the document cites.
    Cites,
    /// Folded name of the type, e.g. `ke_hoach`; a sign may stand for several types.
    DocType,
    /// Issuer identifier, or the folded name where the tables have none.
    Issuer,
    /// The identifier without the place, e.g. `snv` of `vanson.snv`.
    IssuerKind,
    /// Year of issue, four digits.
    Year,
    /// Folded name of the signer.
    Signer,
    /// Every word of that name.
    SignerWord,
    /// `scan`, `draft`, `legacy_font`, `needs_review`, …
    State,
    /// Classes of serial numbers: `1-99`, `100-199`, …
    NumberBand,
}

impl KeyField {
    /// Every key field.
    pub const ALL: [KeyField; 11] = [
        Self::Number,
        Self::NumberPrefix,
        Self::Cites,
        Self::DocType,
        Self::Issuer,
        Self::IssuerKind,
        Self::Year,
        Self::Signer,
        Self::SignerWord,
        Self::State,
        Self::NumberBand,
    ];

    /// Whether documents can be counted by its values; the others are looked up only.
    pub fn is_countable(self) -> bool {
        matches!(
            self,
            Self::DocType
                | Self::Issuer
                | Self::Year
                | Self::Signer
                | Self::State
                | Self::NumberBand
        )
    }
}

/// Fields of running text: one stream of tokens a page, with positions inside the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextField {
    /// Subject and type name, accents kept.
    TitleExact,
    /// Subject and type name, folded.
    TitleFolded,
    /// Names of issuer and parent issuer, folded.
    IssuerFolded,
    /// Everything, title and issuer included, accents kept; each word once a document.
    BodyExact,
    /// Everything, folded: the only field in which phrases are looked for.
    BodyFolded,
    /// Adjacent words, folded and then as they are, `quy_hoach|quy_hoạch`: one term with
    /// accents, a beginning of terms without. Each pair once a document.
    Pair,
}

impl TextField {
    /// Every text field.
    pub const ALL: [TextField; 6] = [
        Self::TitleExact,
        Self::TitleFolded,
        Self::IssuerFolded,
        Self::BodyExact,
        Self::BodyFolded,
        Self::Pair,
    ];

    /// Whether it is known how often a word stands in a document and how many words it has.
    pub fn counts_words(self) -> bool {
        !matches!(self, Self::BodyExact | Self::Pair)
    }
}

/// Numeric fields: sorts, ranges and cursors mean the same in every engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumField {
    /// First day the date of issue can mean, days since 1970-01-01.
    IssuedFirst,
    /// Last day the date of issue can mean.
    IssuedLast,
    /// Running number in the issuer's register.
    Serial,
}

impl NumField {
    /// Every numeric field.
    pub const ALL: [NumField; 3] = [Self::IssuedFirst, Self::IssuedLast, Self::Serial];
}

/// One document as an engine sees it. Made by `analyse` only.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexDoc {
    /// The record.
    pub id: RecordId,
    /// Unique positive number from the catalog: the tie-breaker of every order.
    pub ord: i64,
    /// Outbox sequence of this version; an older version never overwrites a newer one.
    pub version: u64,
    /// Exact keys.
    pub keys: Vec<(KeyField, Token)>,
    /// Numbers; at most one value a field.
    pub numbers: Vec<(NumField, i64)>,
    /// Text, at most one stream a field. Phrases never cross a page.
    pub text: Vec<(TextField, Stream)>,
}

/// A change to the index.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// Adds the document or replaces its older version.
    Upsert(Box<IndexDoc>),
    /// Removes a document.
    Delete {
        /// The record.
        id: RecordId,
        /// Outbox sequence of the removal.
        version: u64,
    },
}

/// A query in the engine's terms.
#[derive(Debug, Clone, PartialEq)]
pub enum Q {
    /// Documents with the exact key; scores a constant `boost`.
    Key {
        /// Where.
        field: KeyField,
        /// What.
        token: Token,
        /// The score it gives.
        boost: f32,
    },
    /// Documents with a key that begins so; scores a constant `boost`.
    KeyPrefix {
        /// Where.
        field: KeyField,
        /// The beginning.
        prefix: Token,
        /// The score it gives.
        boost: f32,
    },
    /// Documents with the word; scores its rarity times `boost`, and in a short list also by how
    /// often it stands in how long a text (BM25).
    Word {
        /// Where.
        field: TextField,
        /// What.
        token: Token,
        /// Factor on the score.
        boost: f32,
    },
    /// Documents with a word that begins so; scores the rarity of all of them times `boost`.
    WordPrefix {
        /// Where.
        field: TextField,
        /// The beginning.
        prefix: Token,
        /// Factor on the score.
        boost: f32,
    },
    /// Documents with the words at adjacent positions of one page; scores the rarity of the words
    /// times `boost`.
    Phrase {
        /// Where; [`TextField::BodyFolded`].
        field: TextField,
        /// One means the same as `Word`, none matches nothing.
        tokens: Vec<Token>,
        /// How many positions the words may be moved.
        slop: u32,
        /// Factor on the score.
        boost: f32,
    },
    /// Documents whose number lies in the closed range; scores nothing.
    Range {
        /// Where.
        field: NumField,
        /// Lowest, none for no bound.
        from: Option<i64>,
        /// Highest, none for no bound.
        to: Option<i64>,
    },
    /// Documents that match all; scores add up. Of nothing: every document.
    All(Vec<Q>),
    /// Documents that match at least `min`; scores of the matching ones add up. Of fewer than
    /// `min` alternatives: no document.
    Any {
        /// The alternatives.
        of: Vec<Q>,
        /// How many must match, at least 1.
        min: usize,
    },
    /// The best of the alternatives: scores do not add up. Of nothing: no document.
    Best(Vec<Q>),
    /// Documents that match `must`; `should` only adds to the score.
    Prefer {
        /// What must match.
        must: Box<Q>,
        /// What adds to the score.
        should: Vec<Q>,
    },
    /// Every document that does not match; scores nothing.
    Not(Box<Q>),
    /// Every document; scores nothing.
    Everything,
}

/// Order of the hits. Ties are always broken by `ord`, ascending.
///
/// Between equal scores the later [`NumField::IssuedFirst`] comes first, documents without one
/// last; then `ord` decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Highest score first.
    #[default]
    Relevance,
    /// By a number (exact up to 2^53); documents without one come last in both directions.
    Number {
        /// Which.
        field: NumField,
        /// Highest first.
        descending: bool,
    },
}

/// Where the previous page ended: what its last hit was ordered by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct After {
    /// Score, or the number sorted by; `None` for a document without the number.
    pub value: Option<f64>,
    /// [`Hit::issued_first`]; of no meaning when sorted by a number.
    pub issued_first: Option<i64>,
    /// Tie-breaker.
    pub ord: i64,
    /// [`Hit::is_listed`]: the next page counts like this one.
    pub is_listed: bool,
}

impl After {
    /// The place right after a hit.
    pub fn hit(hit: &Hit, sort: Sort) -> Self {
        let value = match sort {
            Sort::Relevance => Some(f64::from(hit.score)),
            Sort::Number { .. } => hit.sort_value.map(|value| value as f64),
        };
        let Hit { issued_first, ord, is_listed, .. } = *hit;
        Self { value, issued_first, ord, is_listed }
    }
}

/// One question to an engine.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchReq {
    /// What scores.
    pub score: Q,
    /// What must match besides, without scoring.
    pub filter: Vec<Q>,
    /// Order of the hits.
    pub sort: Sort,
    /// Continue after this hit.
    pub after: Option<After>,
    /// How many hits, at most 1,000.
    pub size: usize,
    /// Key fields to count by, each with the filters that apply to it (its own left out).
    pub facets: Vec<FacetReq>,
}

/// Count the values of a key field.
#[derive(Debug, Clone, PartialEq)]
pub struct FacetReq {
    /// Which field; one that is not countable gives an empty list.
    pub field: KeyField,
    /// Filters that apply to the count, in place of `SearchReq::filter`.
    pub filter: Vec<Q>,
    /// How many values, most frequent first, ties by value.
    pub size: usize,
}

/// One document found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The record.
    pub id: RecordId,
    /// Tie-breaker.
    pub ord: i64,
    /// Score; 0 when sorted by a number.
    pub score: f32,
    /// The number sorted by.
    pub sort_value: Option<i64>,
    /// The day by which equal scores are ordered; `None` when sorted by a number.
    pub issued_first: Option<i64>,
    /// Whether the documents that match were few enough for scores to the word.
    pub is_listed: bool,
}

/// The answer to a [`SearchReq`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The hits in order.
    pub hits: Vec<Hit>,
    /// How many documents match in all.
    pub total: u64,
    /// One list a requested facet: value and count.
    pub facets: Vec<Vec<(String, u64)>>,
}

/// What an engine holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Searchable documents.
    pub n_documents: u64,
    /// Highest outbox sequence that is durable: everything up to it needs no replay.
    pub last_version: u64,
    /// Bytes on disk.
    pub n_bytes: u64,
}

/// An engine could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The index on disk was written by another version of the program.
    #[error("expected index schema {expected}, found {found}; run `vanthu reindex`")]
    Schema {
        /// What this program writes.
        expected: u32,
        /// What is there.
        found: u32,
    },
    /// Another process holds the index.
    #[error("the index in {path} is in use by another vanthu process; stop it first")]
    Locked {
        /// The folder.
        path: String,
    },
    /// The index was opened for reading only.
    #[error("the index in {path} was opened for reading only")]
    ReadOnly {
        /// The folder.
        path: String,
    },
    /// The storage failed or is damaged.
    #[error("the index could not {action}")]
    Storage {
        /// What was attempted, e.g. `commit`.
        action: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A search index of one generation.
///
/// Contract: `apply` may be called from one thread at a time, `search` and `stats` from any
/// number at once. What was applied is searchable and durable after `commit` returns, and not
/// before; after a crash the engine is as of the last commit. Applying an operation whose
/// `version` is not newer than the one held changes nothing.
pub trait Engine: Send + Sync {
    /// Takes changes in order.
    ///
    /// # Errors
    /// `Storage` when they could not be written.
    fn apply(&self, ops: &[Op]) -> Result<(), EngineError>;

    /// Makes everything applied so far searchable and durable, and notes `last_version` with it.
    ///
    /// # Errors
    /// `Storage` when the commit failed; the state before it stays.
    fn commit(&self, last_version: u64) -> Result<(), EngineError>;

    /// Writes whatever still holds words of removed documents anew, so that none is left on disk.
    ///
    /// # Errors
    /// `Storage` when it failed; what is searched stays.
    fn forget(&self) -> Result<(), EngineError>;

    /// Answers a question from one consistent snapshot.
    ///
    /// # Errors
    /// `Storage` when the index cannot be read.
    fn search(&self, request: &SearchReq) -> Result<Answer, EngineError>;

    /// The words of a field that begin so, each with the number of documents that have it, the
    /// most frequent first, ties by word; at most `size`. Documents replaced or removed lately
    /// may be counted still.
    ///
    /// # Errors
    /// `Storage` when the index cannot be read.
    fn words(
        &self,
        field: TextField,
        prefix: &Token,
        size: usize,
    ) -> Result<Vec<(String, u64)>, EngineError>;

    /// Every value of a countable field with the number of its documents, the most frequent
    /// first, ties by value. Documents replaced or removed lately may be counted still.
    ///
    /// # Errors
    /// `Storage` when the index cannot be read.
    fn values(&self, field: KeyField) -> Result<Vec<(String, u64)>, EngineError>;

    /// What it holds.
    ///
    /// # Errors
    /// `Storage` when the index cannot be read.
    fn stats(&self) -> Result<Stats, EngineError>;
}
