//! [`Period`]: within what a series of numbers runs.

use std::fmt;

use crate::domain::date::PartialDate;

/// Within what a series of numbers runs: a year, or a term of a Party congress.
///
/// # Source
/// Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.3 (year); Hướng dẫn 36-HD/VPTW (term).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A calendar year.
    Year(i16),
    /// A term, e.g. `khoaXI` or `nk2015-2020`.
    Term(String),
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Year(year) => write!(f, "{year}"),
            Period::Term(term) => f.write_str(term),
        }
    }
}

impl From<PartialDate> for Period {
    fn from(date: PartialDate) -> Self {
        Period::Year(date.year())
    }
}
