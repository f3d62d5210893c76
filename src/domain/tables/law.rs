//! [`LawTitle`]: which law a name meant at a given date. And [`PartyTerm`]: in which term of
//! the Party a date lies.

use std::collections::HashMap;

use crate::domain::{
    date::PartialDate,
    tables::{
        TablesError,
        key::name_key,
        tsv::{Row, check_span},
    },
};

pub(super) const LAW_HEAD: [&str; 7] =
    ["title", "number", "adopted_on", "valid_from", "valid_to", "confidence", "source"];
pub(super) const TERM_HEAD: [&str; 6] =
    ["id", "level", "ordinal", "valid_from", "valid_to", "source"];

/// A law under its name, e.g. `Luật Lưu trữ` = 01/2011/QH13 from 2012-07-01 to 2025-06-30.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawTitle {
    /// E.g. `Luật Lưu trữ`.
    pub title: String,
    /// E.g. `01/2011/QH13`.
    pub number: String,
    /// When it was adopted.
    pub adopted_on: Option<PartialDate>,
    /// When it came into force.
    pub valid_from: Option<PartialDate>,
    /// The last day before it was replaced.
    pub valid_to: Option<PartialDate>,
    /// Whether the row may be trusted without a look: `high`, `medium` or `low`.
    pub confidence: String,
    /// Where the row comes from.
    pub source: String,
}

/// Laws by the key of their name.
#[derive(Debug, Clone, Default)]
pub(super) struct Laws {
    by_title: HashMap<String, Vec<LawTitle>>,
    longest_title: usize,
}

impl Laws {
    pub(super) fn build(rows: &[Row]) -> Result<Self, TablesError> {
        let mut all = Vec::new();
        for row in rows {
            let law = LawTitle {
                title: row.required(0, "title")?,
                number: row.required(1, "number")?,
                adopted_on: row.date(2)?,
                valid_from: row.date(3)?,
                valid_to: row.date(4)?,
                confidence: row.cell(5).to_owned(),
                source: row.cell(6).to_owned(),
            };
            if !matches!(law.confidence.as_str(), "high" | "medium" | "low") {
                let reason = format!("expected high, medium or low, found {:?}", law.confidence);
                return Err(row.wrong(reason));
            }
            check_span(row, law.valid_from, law.valid_to)?;
            all.push(law);
        }
        all.sort_by_key(|law| law.valid_from);
        let mut laws = Self::default();
        for law in all {
            let key = name_key(&law.title);
            laws.longest_title = laws.longest_title.max(key.split(' ').count());
            laws.by_title.entry(key).or_default().push(law);
        }
        Ok(laws)
    }

    /// How many words the longest title has with which `folded` begins, at a word boundary.
    pub(super) fn n_words_at_start(&self, folded: &str) -> Option<usize> {
        let ends = folded.match_indices(' ').map(|(at, _)| at).chain([folded.len()]);
        let ends: Vec<usize> = ends.take(self.longest_title).collect();
        let last = ends.iter().rposition(|end| self.by_title.contains_key(&folded[..*end]))?;
        Some(last + 1)
    }

    pub(super) fn by_title(&self, title: &str) -> &[LawTitle] {
        self.by_title.get(&name_key(title)).map_or(&[], Vec::as_slice)
    }
}

/// The level of a Party congress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TermLevel {
    /// The national congress: `khóa XII`.
    Central,
    /// Congresses in the provinces: `nhiệm kỳ 2015-2020`.
    Province,
}

/// One term between two Party congresses; Party numbers begin anew with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyTerm {
    /// E.g. `khoaXII`, `nk2015-2020`: the period in the key of a Party document.
    pub id: String,
    /// Of which congress.
    pub level: TermLevel,
    /// E.g. `XII`; empty in the provinces.
    pub ordinal: String,
    /// The first day.
    pub valid_from: PartialDate,
    /// The last day; absent for the present term.
    pub valid_to: Option<PartialDate>,
    /// Where the row comes from.
    pub source: String,
}

impl PartyTerm {
    pub(super) fn from_row(row: &Row) -> Result<Self, TablesError> {
        let level = match row.cell(1) {
            "central" => TermLevel::Central,
            "province" => TermLevel::Province,
            other => {
                return Err(row.wrong(format!("expected central or province, found {other:?}")));
            }
        };
        let valid_from = row
            .date(3)?
            .ok_or_else(|| row.wrong("expected the first day, found an empty cell".to_owned()))?;
        Ok(Self {
            id: row.required(0, "identifier")?,
            level,
            ordinal: row.cell(2).to_owned(),
            valid_from,
            valid_to: row.date(4)?,
            source: row.cell(5).to_owned(),
        })
    }

    /// Whether every day that `date` can mean lies in the term.
    pub(super) fn holds(&self, date: PartialDate) -> bool {
        let (first, last) = date.day_range();
        self.valid_from.day_range().0 <= first
            && self.valid_to.is_none_or(|to| last <= to.day_range().1)
    }
}
