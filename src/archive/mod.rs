//! [`Archive`]: catalog, engine and tables behind the questions that the web page, the API and
//! the command line ask. Everything goes out as plain data.
//!
//! Must not know HTML, JSON or a terminal, must not write to either store.

mod check;
mod document;
mod draft;
mod facets;
mod found;
mod gaps;
mod number;
mod params;
mod register;
mod restore;
mod search;
pub mod snippet;
mod succession;
mod suggest;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

pub use self::{
    check::{CheckStatus, Checked, CheckedItem, CheckedLine},
    document::{CitationView, CitationsView, CitedBy, DocumentView, Looked, Status},
    draft::Draft,
    facets::{FacetValue, FacetView},
    found::{Badge, Found, HitView, NumberView, Reworded, Why},
    gaps::Series,
    number::Named,
    params::{Filter, MAX_REACH, SearchParams, SortBy},
    register::{Book, Register},
    succession::Predecessor,
    suggest::Suggestion,
};
use crate::{
    catalog::{Catalog, CatalogError},
    domain::tables::Tables,
    engine::{Engine, EngineError, KeyField},
};

/// A question that could not be answered because a store failed.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// The archive as readers see it.
pub struct Archive {
    /// Records, texts, citations, runs.
    pub catalog: Arc<Catalog>,
    /// The index in use.
    pub engine: Arc<dyn Engine>,
    /// Types, issuers, abbreviations.
    pub tables: Arc<Tables>,
    /// What the values of facets are called, once looked up.
    labels: Mutex<BTreeMap<(KeyField, String), String>>,
}

impl Archive {
    /// Puts the parts together.
    pub fn new(catalog: Arc<Catalog>, engine: Arc<dyn Engine>, tables: Arc<Tables>) -> Self {
        Self { catalog, engine, tables, labels: Mutex::default() }
    }
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").field("catalog", &self.catalog).finish_non_exhaustive()
    }
}
