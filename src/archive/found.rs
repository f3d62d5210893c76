//! [`Found`]: the answer to a search.

use std::time::Duration;

use crate::{
    archive::{facets::FacetView, snippet::Snippet, succession::Predecessor},
    catalog::{Head, Standing},
    domain::record::{RecordId, Warning},
    query::Query,
};

/// The answer to a search.
#[derive(Debug, Clone)]
pub struct Found {
    /// What was understood: the chips, and the spellings to share and to change it.
    pub query: Query,
    /// What was odd about the query, or was done to answer it.
    pub warnings: Vec<Warning>,
    /// Documents that match in all.
    pub total: u64,
    /// The hits of the page.
    pub hits: Vec<HitView>,
    /// Counts by type, issuer and so on.
    pub facets: Vec<FacetView>,
    /// The one document that carries the number that was typed, and nothing else was.
    pub exact: Option<RecordId>,
    /// What the archive holds of the number that was typed.
    pub number: Option<NumberView>,
    /// The bodies that those asked for took over from.
    pub predecessors: Vec<Predecessor>,
    /// Whether the hits are also of those.
    pub with_predecessors: bool,
    /// When no document has all words: how many of how many the hits have.
    pub relaxed: Option<(usize, usize)>,
    /// What words without diacritics were taken to mean; documents with these come first.
    pub restored: Option<Reworded>,
    /// What was meant when the keyboard program was off: `phongf` is `phòng`. Only offered.
    pub suggestion: Option<String>,
    /// When nothing was found while a run goes on: how many files it has looked at so far.
    pub taking_in: Option<u64>,
    /// [`SearchParams::after`](super::SearchParams::after) of the next page, when there is one.
    pub next: Option<String>,
    /// How long it took.
    pub took: Duration,
}

/// Other words for what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reworded {
    /// The words, e.g. `phòng chống lụt bão`.
    pub words: String,
    /// The canonical query with them.
    pub query: String,
}

/// What the archive holds of a number.
#[derive(Debug, Clone)]
pub struct NumberView {
    /// As typed.
    pub asked: String,
    /// How many documents carry it.
    pub n_carrying: u64,
    /// How many documents cite it.
    pub n_citing: u64,
    /// The nearest numbers, when no document carries it.
    pub nearest: Vec<Head>,
}

/// One document found.
#[derive(Debug, Clone)]
pub struct HitView {
    /// The record without citations, and how often it cites and is cited.
    pub head: Head,
    /// Why it was found, the strongest reason first.
    pub why: Vec<Why>,
    /// The passage that answers best; `None` when the words stand in no passage, or none were
    /// typed.
    pub snippet: Option<Snippet>,
    /// What to know before opening it.
    pub badges: Vec<Badge>,
    /// The score, 0 when not sorted by relevance.
    pub score: f32,
}

/// Why a document was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Carries the number as it was typed.
    Number,
    /// Carries the number in another spelling, or with more parts than were typed.
    NumberAlike,
    /// Cites the number.
    CitesNumber,
    /// Has words in its title.
    Title {
        /// How many of them.
        n_words: usize,
        /// Whether all of them have the diacritics that were typed.
        is_exact: bool,
    },
    /// Has words in the name of its issuer.
    Issuer,
    /// Has words in its text.
    Text {
        /// In how many places.
        n_places: usize,
        /// Whether those of the passage have the diacritics that were typed.
        is_exact: bool,
    },
    /// Fits the date, type, issuer or other restriction, and no words were typed.
    Filters,
}

/// What to know about a document before opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Badge {
    /// One of [`analyse::state`](crate::engine::analyse::state).
    State(&'static str),
    /// Another document says what has become of this one.
    Standing(Box<Standing>),
    /// So many files carry it, more than one.
    Copies(u64),
}
