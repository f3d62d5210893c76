//! [`Query`]: what a typed text asks for, engine-neutral, and its canonical spelling.
//!
//! Plain data. What a clause means to an index is decided where it is lowered.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use crate::domain::{date::PartialDate, found::Span};

/// A query: every clause must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// What was typed, cleaned; spans are byte offsets into it.
    pub typed: String,
    /// In the order in which they were typed.
    pub clauses: Vec<Clause>,
}

/// One condition, shown as one chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// What it was read from.
    pub span: Span,
    /// Whether documents that match are left out: `-"họp báo"`.
    pub is_excluded: bool,
    /// What it asks for.
    pub meaning: Meaning,
    /// What the same characters may mean besides, the likeliest first: `30/3/2020` is a date and
    /// may be a number. A year is also searched as text.
    pub alternatives: Vec<Meaning>,
    /// How this clause is written in the canonical query.
    pub canonical: String,
}

/// What a clause asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The document's own number, whole or in part.
    Number(NumberQuery),
    /// When it was issued.
    Date(DateQuery),
    /// Who issued it.
    Issuer(IssuerQuery),
    /// What kind of document it is.
    DocType(TypeQuery),
    /// Who signed it; words of the name.
    Signer(String),
    /// A number that it cites.
    Cites(NumberQuery),
    /// Words of the text, all of them, in any order; single spaces between.
    Words(String),
    /// Words of the text side by side, accents respected.
    Phrase(String),
}

/// Which running numbers are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Serial {
    /// Any: `/QĐ-UBND`.
    Any,
    /// This one, without leading zeros, with part or suffix in small letters: `293`, `66.2`, `77a`.
    Exact(String),
    /// Those that begin so: `12*/QĐ-UBND`.
    Prefix(String),
    /// A closed range: `QĐ-UBND 400-499`.
    Band(u32, u32),
}

/// Where and how the year of a number was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum YearForm {
    /// Beside the number, or nowhere: `30 năm 2020`.
    #[default]
    Beside,
    /// Inside: `30/2020`.
    Inside,
    /// Inside, with two digits: `10/98/NĐ-CP`.
    InsideShort,
}

/// A document number as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberQuery {
    /// The running number.
    pub serial: Serial,
    /// The year, as part of the number or of the date of issue: the typist need not know which.
    pub year: Option<i16>,
    /// Where the year was written.
    pub year_form: YearForm,
    /// The type, from a word or from the sign.
    pub doc_type: Option<TypeQuery>,
    /// What the sign says besides the type: `CP`, `SLĐTBXH-VP`, `TU`; registered spelling where
    /// the tables have one, else as typed in capitals.
    pub sign: Option<String>,
    /// Whether the sign is written as the Party does: `06-CT/TU`.
    pub is_party: bool,
}

impl NumberQuery {
    /// The number as one would print it, as far as it is known, without a year that stands
    /// outside of it: `30/2020/NĐ-CP`, `293/KH`, `06-CT/TU`, `/QĐ-UBND`.
    pub fn number_text(&self) -> String {
        let mut text = match &self.serial {
            Serial::Any => String::new(),
            Serial::Exact(serial) => serial.clone(),
            Serial::Prefix(beginning) => format!("{beginning}*"),
            Serial::Band(from, to) => format!("{from}-{to}"),
        };
        match (self.year, self.year_form) {
            (Some(year), YearForm::Inside) => text.push_str(&format!("/{year}")),
            (Some(year), YearForm::InsideShort) => text.push_str(&format!("/{:02}", year % 100)),
            _ => {}
        }
        let doc_type = self.type_in_sign();
        if doc_type.is_some() || self.sign.is_some() {
            // After a band a hyphen would read as a third figure.
            let has_hyphen = matches!(self.serial, Serial::Exact(_) | Serial::Prefix(_));
            text.push(if self.is_party && has_hyphen { '-' } else { '/' });
        }
        text.push_str(doc_type.unwrap_or(""));
        if let Some(sign) = &self.sign {
            if doc_type.is_some() {
                text.push(if self.is_party { '/' } else { '-' });
            }
            text.push_str(sign);
        }
        text
    }

    /// The tokens of all that is known, for recall: `293 2020 KH SLDTBXH`.
    pub fn recall(&self) -> String {
        let mut text = self.number_text();
        if let Some(year) = self.year_beside() {
            text = format!("{text} {year}");
        }
        let folded = crate::text::fold::fold(&text).to_uppercase();
        folded
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The year when it does not stand inside the number.
    pub fn year_beside(&self) -> Option<i16> {
        self.year.filter(|_| self.year_form == YearForm::Beside)
    }

    /// The sign of the type when it stands in numbers; `Luật` and `Công văn` do not.
    pub fn type_in_sign(&self) -> Option<&str> {
        let doc_type = self.doc_type.as_ref()?;
        doc_type.in_number.then(|| doc_type.signs.first().map(String::as_str))?
    }
}

impl fmt::Display for NumberQuery {
    /// All that is known, as a clerk would write it: `Luật số 33/2024`, `293/KH năm 2020`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(doc_type) = self.doc_type.as_ref().filter(|_| self.type_in_sign().is_none()) {
            write!(f, "{} số ", doc_type.name)?;
        }
        f.write_str(&self.number_text())?;
        match self.year_beside() {
            Some(year) => write!(f, " năm {year}"),
            None => Ok(()),
        }
    }
}

/// A type of document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeQuery {
    /// E.g. `Kế hoạch`.
    pub name: String,
    /// The signs that mean it, the usual one first: `CTr`, `CT`. May be empty.
    pub signs: Vec<String>,
    /// Whether the sign stands in numbers.
    pub in_number: bool,
}

/// A body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerQuery {
    /// The name or sign as typed.
    pub name: String,
    /// Identifiers in the tables that it may be, `?` for a place that is not named: `?.snv`.
    /// Empty for a body that is not in the tables: then only the words of the name are left.
    pub ids: Vec<String>,
}

/// When a document was issued. A date less precise than asked for matches when it may lie inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateQuery {
    /// A day, a month or a year.
    On(PartialDate),
    /// A quarter of a year, from 1 to 4.
    Quarter {
        /// The year.
        year: i16,
        /// From 1 to 4.
        quarter: u8,
    },
    /// From and to, both included; at least one is there.
    Between {
        /// The first day, month or year.
        from: Option<PartialDate>,
        /// The last one.
        to: Option<PartialDate>,
    },
    /// So many days before and after.
    Around {
        /// The date remembered.
        date: PartialDate,
        /// How far off it may be.
        n_days: u16,
    },
}

impl DateQuery {
    /// The first and the last day, since 1970-01-01; `None` for no bound.
    pub fn day_range(self) -> (Option<i32>, Option<i32>) {
        match self {
            Self::On(date) => {
                let (first, last) = date.day_range();
                (Some(first), Some(last))
            }
            Self::Quarter { year, quarter } => {
                let month = |month| PartialDate::month_of(year, month).map(PartialDate::day_range);
                let first = month(quarter * 3 - 2).map(|(first, _)| first);
                (first, month(quarter * 3).map(|(_, last)| last))
            }
            Self::Between { from, to } => {
                (from.map(|from| from.day_range().0), to.map(|to| to.day_range().1))
            }
            Self::Around { date, n_days } => {
                let (first, last) = date.day_range();
                (Some(first - i32::from(n_days)), Some(last + i32::from(n_days)))
            }
        }
    }
}

impl fmt::Display for DateQuery {
    /// As the value of `ngay:`: `05/3/2020`, `3/2020`, `q1/2020`, `1/2019..6/2020`, `3/2020~15`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound =
            |date: &Option<PartialDate>| date.map(PartialDate::to_vietnamese).unwrap_or_default();
        match self {
            Self::On(date) => f.write_str(&date.to_vietnamese()),
            Self::Quarter { year, quarter } => write!(f, "q{quarter}/{year}"),
            Self::Between { from, to } => write!(f, "{}..{}", bound(from), bound(to)),
            Self::Around { date, n_days } => write!(f, "{}~{n_days}", date.to_vietnamese()),
        }
    }
}

impl Meaning {
    /// The clause in its explicit spelling, which means nothing else: `ngay:05/3/2020`.
    pub fn explicit(&self) -> String {
        match self {
            Self::Number(number) => format!("so:{}", quoted(&number.to_string())),
            Self::Date(DateQuery::Between { from: Some(from), to: None }) => {
                format!("tu:{}", from.to_vietnamese())
            }
            Self::Date(DateQuery::Between { from: None, to: Some(to) }) => {
                format!("den:{}", to.to_vietnamese())
            }
            Self::Date(date) => format!("ngay:{date}"),
            Self::Issuer(issuer) => format!("cq:{}", quoted(&issuer.name)),
            Self::DocType(doc_type) => format!("loai:{}", quoted(&doc_type.name)),
            Self::Signer(name) => format!("ky:{}", quoted(name)),
            Self::Cites(number) => format!("vd:{}", quoted(&number.to_string())),
            Self::Words(words) => format!("nd:{}", quoted(words)),
            Self::Phrase(words) => format!("\"{words}\""),
        }
    }
}

/// The value of a field, in quotation marks when it is more than one word.
fn quoted(value: &str) -> String {
    if value.contains(' ') { format!("\"{value}\"") } else { value.to_owned() }
}

impl Query {
    /// The canonical query without one of its clauses: where the cross of a chip leads.
    pub fn without(&self, clause: usize) -> String {
        self.spelled(|n, text| (n != clause).then(|| text.to_owned()))
    }

    /// The canonical query with one clause replaced by one of its alternatives.
    pub fn with_alternative(&self, clause: usize, alternative: &Meaning) -> String {
        self.spelled(|n, text| {
            Some(if n == clause { alternative.explicit() } else { text.to_owned() })
        })
    }

    /// The canonical query with the words of some clauses replaced.
    pub fn reworded(&self, words: &BTreeMap<usize, String>) -> String {
        self.spelled(|n, text| Some(words.get(&n).map_or(text, String::as_str).to_owned()))
    }

    fn spelled(&self, spell: impl Fn(usize, &str) -> Option<String>) -> String {
        let mut out = String::new();
        for (n, clause) in self.clauses.iter().enumerate() {
            let Some(text) = spell(n, &clause.canonical) else { continue };
            let gap = if out.is_empty() { "" } else { " " };
            let not = if clause.is_excluded { "-" } else { "" };
            write!(out, "{gap}{not}{text}").expect("a string takes everything");
        }
        out
    }
}

impl fmt::Display for Query {
    /// The canonical query; it parses back to the same clauses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled(|_, text| Some(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> PartialDate {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(query: DateQuery, first: Option<&str>, last: Option<&str>) {
        let first = first.map(|day| date(day).day_range().0);
        let last = last.map(|day| date(day).day_range().1);
        assert_eq!(query.day_range(), (first, last));
    }

    #[test]
    fn day_ranges() {
        check(DateQuery::On(date("2020-02")), Some("2020-02-01"), Some("2020-02-29"));
        let quarter = |quarter| DateQuery::Quarter { year: 2020, quarter };
        check(quarter(1), Some("2020-01-01"), Some("2020-03-31"));
        check(quarter(4), Some("2020-10-01"), Some("2020-12-31"));
        let between = |from: Option<&str>, to: Option<&str>| DateQuery::Between {
            from: from.map(date),
            to: to.map(date),
        };
        check(between(Some("2019"), Some("2020-06")), Some("2019-01-01"), Some("2020-06-30"));
        check(between(None, Some("2020")), None, Some("2020-12-31"));
        let around = DateQuery::Around { date: date("2020-03"), n_days: 15 };
        check(around, Some("2020-02-15"), Some("2020-04-15"));
    }

    #[test]
    fn numbers_as_text_and_as_tokens() {
        let number = NumberQuery {
            serial: Serial::Exact("293".to_owned()),
            year: Some(2020),
            year_form: YearForm::Beside,
            doc_type: Some(TypeQuery {
                name: "Kế hoạch".to_owned(),
                signs: vec!["KH".to_owned()],
                in_number: true,
            }),
            sign: Some("SLĐTBXH".to_owned()),
            is_party: false,
        };
        assert_eq!(number.number_text(), "293/KH-SLĐTBXH");
        assert_eq!(number.to_string(), "293/KH-SLĐTBXH năm 2020");
        assert_eq!(number.recall(), "293 KH SLDTBXH 2020");
        let short = NumberQuery { year: Some(1998), year_form: YearForm::InsideShort, ..number };
        assert_eq!(short.number_text(), "293/98/KH-SLĐTBXH");
    }
}
