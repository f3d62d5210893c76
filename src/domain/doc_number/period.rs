//! [`Period`]: within what a series of numbers runs, and which one a date falls in.

use std::fmt;

use super::{DocNumber, Family};
use crate::domain::{
    date::PartialDate,
    tables::{Level, Tables, TermLevel},
};

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

impl Period {
    /// The period of a number of an issuer at a date: the year in the number, the year of the
    /// date, or for Party bodies the term in which the date lies; `None` when it cannot be said.
    ///
    /// The Youth Union writes the Party's form but numbers by the year.
    pub fn of(
        tables: &Tables,
        number: &DocNumber,
        issuer_id: Option<&str>,
        date: Option<PartialDate>,
    ) -> Option<Self> {
        if let Some(year) = number.year {
            return Some(Self::Year(year));
        }
        let date = date?;
        if number.family != Family::Party {
            return Some(Self::Year(date.year()));
        }
        let level = issuer_id.and_then(|id| tables.issuer_by_id(id)).map(|issuer| issuer.level);
        let term_level = match level {
            Some(Level::MassOrg) => return Some(Self::Year(date.year())),
            Some(Level::PartyCentral) => TermLevel::Central,
            // Without an issuer the two levels cannot be told apart.
            None => return None,
            Some(_) => TermLevel::Province,
        };
        tables.party_term_at(term_level, date).map(|term| Self::Term(term.id.clone()))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: &str, issuer: Option<&str>, date: &str, expect: Option<&str>) {
        let tables = Tables::builtin();
        let number = DocNumber::parse(tables, number).unwrap().number;
        let period = Period::of(tables, &number, issuer, date.parse().ok());
        assert_eq!(period.map(|period| period.to_string()).as_deref(), expect);
    }

    #[test]
    fn years_and_terms() {
        check("30/2020/NĐ-CP", Some("cp"), "", Some("2020"));
        check("5/KH-UBND", None, "2019-03-02", Some("2019"));
        check("5/KH-UBND", None, "", None);
        check("34-CT/TW", Some("tw"), "2014-04-07", Some("khoaXI"));
        check("6-CT/TU", Some("vanson.tinhuy"), "2016-05-09", Some("nk2015-2020"));
        check("34-CT/TW", Some("tw"), "2016", None); // two terms in one year
        check("34-CT/TW", None, "2014-04-07", None);
    }
}
