//! Numbers: which document a number names, what a number begins with, what lies near.

use crate::{
    archive::{Archive, ArchiveError, found::NumberView},
    catalog::Head,
    domain::{
        number_forms::{NumberForms, beginning_of},
        record::RecordId,
    },
    engine::{
        KeyField, NumField, Q, SearchReq, Sort,
        analyse::document_key,
        plan::{self, key},
    },
    query::NumberQuery,
};

/// Which documents a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// None.
    None,
    /// Exactly one.
    One(RecordId),
    /// Several, the latest first.
    Several(Vec<RecordId>),
}

/// Documents named by one number at most.
const MAX_NAMED: usize = 100;
/// Near numbers that are shown.
const N_NEAREST: usize = 5;
/// How far a running number may be off to be near.
const NEAR: i64 = 5;

impl Archive {
    /// The documents that an identifier, a document key or a number in any spelling names:
    /// `30/2020/NĐ-CP`, `30-2020-nd-cp`.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn named(&self, text: &str) -> Result<Named, ArchiveError> {
        let text = text.trim();
        if let Some(id) = RecordId::parse(text)
            && self.catalog.record(&id)?.is_some()
        {
            return Ok(Named::One(id));
        }
        let mut ids = Vec::new();
        if text.contains('|') {
            ids = self.carrying(&document_key(text))?;
        } else if let Some(forms) = NumberForms::of(text) {
            ids = self.carrying(&forms.spelled_key())?;
            if ids.is_empty() {
                ids = self.carrying(&forms.key())?;
            }
        }
        Ok(match ids.len() {
            0 => Named::None,
            1 => Named::One(ids.remove(0)),
            _ => Named::Several(ids),
        })
    }

    /// The documents with a key of their number, the latest first.
    fn carrying(&self, value: &str) -> Result<Vec<RecordId>, ArchiveError> {
        let Some(score) = key(KeyField::Number, value, 1.0) else { return Ok(Vec::new()) };
        let answer = self.engine.search(&newest(score, MAX_NAMED))?;
        Ok(answer.hits.into_iter().map(|hit| hit.id).collect())
    }

    /// The numbers that begin as typed, for type-ahead: first those with exactly this running
    /// number, the latest first, then by running number.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn numbers(&self, typed: &str, limit: usize) -> Result<Vec<Head>, ArchiveError> {
        let Some(beginning) = beginning_of(typed) else { return Ok(Vec::new()) };
        let whole = NumberForms::of(typed)
            .and_then(|forms| key(KeyField::Number, &forms.key(), 1.0))
            .map(|score| newest(score, limit));
        let begins = key(KeyField::NumberPrefix, &beginning, 1.0).map(|score| SearchReq {
            sort: Sort::Number { field: NumField::Serial, descending: false },
            ..newest(score, limit)
        });
        let mut ids: Vec<RecordId> = Vec::new();
        for request in [whole, begins].into_iter().flatten() {
            if ids.len() < limit {
                let answer = self.engine.search(&request)?;
                ids.extend(answer.hits.into_iter().map(|hit| hit.id));
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        ids.truncate(limit);
        Ok(self.catalog.heads(&ids)?)
    }

    /// The documents that carry a number known in part, by running number.
    pub(super) fn numbers_of(
        &self,
        number: &NumberQuery,
        limit: usize,
    ) -> Result<Vec<Head>, ArchiveError> {
        let request = SearchReq {
            sort: Sort::Number { field: NumField::Serial, descending: false },
            ..newest(plan::carried(number), limit)
        };
        let answer = self.engine.search(&request)?;
        let ids: Vec<RecordId> = answer.hits.into_iter().map(|hit| hit.id).collect();
        Ok(self.catalog.heads(&ids)?)
    }

    /// What the archive holds of a number.
    pub(super) fn number_view(&self, asked: &Asked) -> Result<NumberView, ArchiveError> {
        let n_carrying = self.count(asked.carried.clone())?;
        let n_citing = self.count(asked.cited.clone())?;
        let nearest = match &asked.forms {
            Some(forms) if n_carrying == 0 => self.nearest(forms)?,
            _ => Vec::new(),
        };
        Ok(NumberView { asked: asked.text.clone(), n_carrying, n_citing, nearest })
    }

    /// The documents whose numbers are most alike: the same number of another year, the same
    /// running number and year with another sign, neighbours of the same sign.
    fn nearest(&self, forms: &NumberForms) -> Result<Vec<Head>, ArchiveError> {
        let year_free = NumberForms { year: None, ..forms.clone() };
        let sign_free = NumberForms { sign: Vec::new(), ..forms.clone() };
        let sign = NumberForms { serial: String::new(), ..year_free.clone() };
        let mut of = Vec::new();
        if forms.year.is_some() {
            of.extend(key(KeyField::Number, &year_free.key(), 3.0));
        }
        if !forms.sign.is_empty() {
            if forms.year.is_some() {
                of.extend(key(KeyField::Number, &sign_free.key(), 2.0));
            }
            let serial = forms.serial_number();
            of.extend(serial.zip(key(KeyField::Number, &sign.key(), 1.0)).map(|(serial, q)| {
                let (from, to) = (Some(serial - NEAR), Some(serial + NEAR));
                let near = Q::Range { field: NumField::Serial, from, to };
                let year = forms.year.map(|year| year.to_string());
                let year = year.and_then(|year| key(KeyField::Year, &year, 0.0));
                Q::All([Some(q), Some(near), year].into_iter().flatten().collect())
            }));
        }
        let request =
            SearchReq { sort: Sort::Relevance, ..newest(Q::Any { of, min: 1 }, N_NEAREST) };
        let answer = self.engine.search(&request)?;
        let ids: Vec<RecordId> = answer.hits.into_iter().map(|hit| hit.id).collect();
        Ok(self.catalog.heads(&ids)?)
    }

    fn count(&self, score: Q) -> Result<u64, ArchiveError> {
        Ok(self.engine.search(&newest(score, 0))?.total)
    }
}

/// A number that is asked for.
pub(super) struct Asked {
    /// To show it.
    text: String,
    /// The documents that carry it.
    pub carried: Q,
    cited: Q,
    /// Taken apart; `None` when only a range or a sign is known.
    forms: Option<NumberForms>,
}

impl Asked {
    /// From what was typed into the box.
    pub fn from_query(number: &NumberQuery) -> Self {
        Self {
            text: number.to_string(),
            carried: plan::carried(number),
            cited: plan::cited(number),
            forms: plan::forms(number).into_iter().next().filter(|forms| !forms.serial.is_empty()),
        }
    }

    /// From a number in any spelling.
    pub fn from_forms(forms: NumberForms) -> Self {
        Self {
            text: forms.spelled.clone(),
            carried: in_any_spelling(KeyField::Number, &forms),
            cited: in_any_spelling(KeyField::Cites, &forms),
            forms: Some(forms),
        }
    }
}

fn in_any_spelling(field: KeyField, forms: &NumberForms) -> Q {
    let keys = [forms.spelled_key(), forms.key()];
    Q::Any { of: keys.iter().filter_map(|value| key(field, value, 1.0)).collect(), min: 1 }
}

/// The latest documents that match.
fn newest(score: Q, size: usize) -> SearchReq {
    SearchReq {
        score,
        filter: Vec::new(),
        sort: Sort::Number { field: NumField::IssuedFirst, descending: true },
        after: None,
        size,
        facets: Vec::new(),
    }
}
