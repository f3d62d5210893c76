//! [`Tables`]: document types, issuers, abbreviations and places as data.

/// The tables, compiled in and extended from the clerk's folder.
#[derive(Debug, Clone, Default)]
pub struct Tables {}
