//! [`Context`]: the outside world as the pure core sees it, handed in as first parameter.

use std::fmt;

use crate::{
    domain::tables::Tables,
    read::{Read, error::ReadError},
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
    /// How to read what foreign code reads; `None` reads it in this process.
    pub apart: Option<Apart<'a>>,
}

impl<'a> Context<'a> {
    /// A context in which page images stay images and everything is read in this process.
    pub fn new(tables: &'a Tables, limits: Limits) -> Self {
        Self { tables, limits, ocr: &NoOcr, apart: None }
    }
}

/// Reads the bytes of a document within its limits.
pub type Reader<'a> = dyn Fn(&[u8], &Limits) -> Result<Read, ReadError> + Sync + 'a;

/// Reads bytes where a hang, an overflow or an abort does no harm.
#[derive(Clone, Copy)]
pub struct Apart<'a>(
    /// How.
    pub &'a Reader<'a>,
);

impl fmt::Debug for Apart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Apart")
    }
}
