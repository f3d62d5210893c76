//! [`Context`]: the outside world as the pure core sees it, handed in as first parameter.

use crate::{
    domain::tables::Tables,
    recognised::{NoOcr, Ocr},
    source::Limits,
};

/// Everything a stage may ask for beside its input.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// Document types, issuers, abbreviations and places, with their years of validity.
    pub tables: &'a Tables,
    /// What one document may cost.
    pub limits: Limits,
    /// Who reads the words of page images.
    pub ocr: &'a dyn Ocr,
}

impl<'a> Context<'a> {
    /// A context in which page images stay images.
    pub fn new(tables: &'a Tables, limits: Limits) -> Self {
        Self { tables, limits, ocr: &NoOcr }
    }
}
