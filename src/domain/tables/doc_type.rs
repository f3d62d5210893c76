//! [`DocType`]: the kinds of documents, their signs, and in which families a sign is used.

use std::collections::HashMap;

use crate::domain::{
    date::PartialDate,
    tables::{
        TablesError,
        key::{name_key, sign_key},
        tsv::Row,
    },
};

pub(super) const HEAD: [&str; 7] =
    ["sign", "name", "families", "valid_from", "valid_to", "in_number", "source"];

/// Whose rules a document follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Normative documents of the state: `30/2020/NĐ-CP`.
    Legal,
    /// Administrative documents of the state: `293/KH-SLĐTBXH`.
    State,
    /// The Party and the Youth Union: `06-CT/TU`.
    Party,
    /// Copies: `05/SY-UBND`.
    Copy,
    /// In use without a rule.
    Other,
}

impl Family {
    fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "legal" => Self::Legal,
            "state" => Self::State,
            "party" => Self::Party,
            "copy" => Self::Copy,
            "other" => Self::Other,
            _ => return None,
        })
    }
}

/// One kind of document, e.g. Kế hoạch with the sign KH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocType {
    /// The sign in a number, e.g. `KH`; empty when there is none.
    pub sign: String,
    /// In sentence case, e.g. `Kế hoạch`.
    pub name: String,
    /// [`name_key`] of the name.
    pub folded_name: String,
    /// Where the sign is used.
    pub families: Vec<Family>,
    /// The first year or day of the sign.
    pub valid_from: Option<PartialDate>,
    /// The last.
    pub valid_to: Option<PartialDate>,
    /// Whether the sign stands in numbers; `Luật` does not.
    pub in_number: bool,
    /// Where the row comes from.
    pub source: String,
}

impl DocType {
    fn from_row(row: &Row) -> Result<Self, TablesError> {
        let name = row.required(1, "name")?;
        let families = row
            .list(2)
            .iter()
            .map(|code| {
                Family::from_code(code).ok_or_else(|| {
                    row.wrong(format!(
                        "expected legal, state, party, copy or other, found {code:?}"
                    ))
                })
            })
            .collect::<Result<Vec<Family>, TablesError>>()?;
        let in_number = match row.cell(5) {
            "yes" => true,
            "no" => false,
            other => return Err(row.wrong(format!("expected yes or no, found {other:?}"))),
        };
        Ok(Self {
            sign: row.cell(0).to_owned(),
            folded_name: name_key(&name),
            name,
            families,
            valid_from: row.date(3)?,
            valid_to: row.date(4)?,
            in_number,
            source: row.cell(6).to_owned(),
        })
    }
}

/// All kinds of documents, found by sign and by name.
#[derive(Debug, Clone, Default)]
pub(super) struct DocTypes {
    pub(super) rows: Vec<DocType>,
    by_sign: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, usize>,
    longest_name: usize,
}

impl DocTypes {
    pub(super) fn build(rows: &[Row]) -> Result<Self, TablesError> {
        let mut rows = rows.iter().map(DocType::from_row).collect::<Result<Vec<_>, _>>()?;
        // Of several meanings of a sign the one of the stricter family comes first: TT is
        // Thông tư before Thông tri, QĐ Quyết định before Quy định.
        rows.sort_by_key(|row| {
            (row.families.iter().min().copied(), row.valid_to.is_some(), row.folded_name.clone())
        });
        let mut types = Self::default();
        for (index, row) in rows.iter().enumerate() {
            if !row.sign.is_empty() {
                types.by_sign.entry(sign_key(&row.sign)).or_default().push(index);
            }
            types.by_name.entry(row.folded_name.clone()).or_insert(index);
            types.longest_name = types.longest_name.max(row.folded_name.split(' ').count());
        }
        types.rows = rows;
        Ok(types)
    }

    pub(super) fn by_sign(&self, sign: &str) -> impl Iterator<Item = &DocType> {
        let found = self.by_sign.get(&sign_key(sign)).map_or(&[][..], Vec::as_slice);
        found.iter().map(|index| &self.rows[*index])
    }

    /// The longest name with which `folded` begins, at a word boundary.
    pub(super) fn by_name(&self, folded: &str) -> Option<&DocType> {
        let mut ends: Vec<usize> =
            folded.match_indices(' ').map(|(at, _)| at).take(self.longest_name).collect();
        if ends.len() < self.longest_name {
            ends.push(folded.len());
        }
        let found = ends.iter().rev().find_map(|end| self.by_name.get(&folded[..*end]))?;
        Some(&self.rows[*found])
    }
}
