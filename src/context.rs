//! [`Context`]: the outside world as the pure core sees it, handed in as first parameter.

use crate::{domain::tables::Tables, source::Limits};

/// Everything a stage may ask for beside its input.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// Document types, issuers, abbreviations and places, with their years of validity.
    pub tables: &'a Tables,
    /// What one document may cost.
    pub limits: Limits,
}
