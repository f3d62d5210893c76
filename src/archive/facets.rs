//! Counts beside the list of hits, with names for their values.

use std::sync::PoisonError;

use crate::{
    archive::{Archive, ArchiveError, Filter},
    domain::record::Metadata,
    engine::{
        FacetReq, KeyField, NumField, Q, SearchReq, Sort,
        analyse::folded_key,
        plan::{self, Plan},
    },
};

/// The fields that are counted, in the order shown, and how many values of each.
const FIELDS: [(KeyField, usize); 6] = [
    (KeyField::DocType, 20),
    (KeyField::Issuer, 20),
    (KeyField::Year, 100),
    (KeyField::NumberBand, 30),
    (KeyField::Signer, 10),
    (KeyField::State, 10),
];

/// Names kept in memory; beyond that all are looked up anew.
const MAX_LABELS: usize = 10_000;

/// The counts of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetView {
    /// Which field.
    pub field: KeyField,
    /// Years from the latest, bands from the lowest, others from the most frequent.
    pub values: Vec<FacetValue>,
}

/// One value and how many documents have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// For [`Filter::values`](super::Filter::values).
    pub value: String,
    /// What to call it: the name of a type, body or person; otherwise the value itself.
    pub label: String,
    /// Documents that match and have it, were it chosen alone in its field.
    pub count: u64,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// What to count for a query.
pub(super) fn requests(plan: &Plan) -> Vec<FacetReq> {
    let request = |(field, size)| FacetReq { field, filter: plan.filters(Some(field)), size };
    FIELDS.into_iter().map(request).collect()
}

impl Archive {
    /// Names the counts of [`requests`].
    pub(super) fn facets(
        &self,
        chosen: &[Filter],
        counts: Vec<Vec<(String, u64)>>,
    ) -> Result<Vec<FacetView>, ArchiveError> {
        let mut views = Vec::with_capacity(counts.len());
        for ((field, _), counts) in FIELDS.into_iter().zip(counts) {
            let chosen: Vec<&String> = chosen
                .iter()
                .filter(|filter| filter.field == field)
                .flat_map(|filter| &filter.values)
                .collect();
            let mut values = Vec::with_capacity(counts.len());
            for (value, count) in counts {
                let is_chosen = chosen.contains(&&value);
                let label = self.label(field, &value)?;
                values.push(FacetValue { value, label, count, is_chosen });
            }
            // A chosen value stays in sight even when nothing has it.
            for value in chosen {
                if !values.iter().any(|known| known.value == *value) {
                    let label = self.label(field, value)?;
                    values.push(FacetValue {
                        value: value.clone(),
                        label,
                        count: 0,
                        is_chosen: true,
                    });
                }
            }
            match field {
                KeyField::Year => values.sort_by(|a, b| b.value.cmp(&a.value)),
                KeyField::NumberBand => values.sort_by_key(|value| lowest(&value.value)),
                _ => {}
            }
            views.push(FacetView { field, values });
        }
        Ok(views)
    }

    /// What a value of a field is called, e.g. `vanson.sldtbxh` is
    /// `Sở Lao động - Thương binh và Xã hội`.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn label(&self, field: KeyField, value: &str) -> Result<String, ArchiveError> {
        if field == KeyField::DocType
            && let Some(doc_type) = self.tables.doc_type_by_name(&value.replace('_', " "))
            && folded_key(&doc_type.name) == value
        {
            return Ok(doc_type.name.clone());
        }
        let name_of: fn(&Metadata) -> Option<&String> = match field {
            KeyField::DocType => |metadata| metadata.doc_type.as_ref().map(|found| &found.value),
            KeyField::Issuer => |metadata| metadata.issuer.as_ref().map(|found| &found.value),
            KeyField::Signer => |metadata| metadata.signer.as_ref().map(|found| &found.value),
            _ => return Ok(value.to_owned()),
        };
        let key = (field, value.to_owned());
        if let Some(label) = self.labels.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(label.clone());
        }
        let label = self.label_by_example(field, value, name_of)?;
        let mut labels = self.labels.lock().unwrap_or_else(PoisonError::into_inner);
        if labels.len() >= MAX_LABELS {
            labels.clear();
        }
        labels.insert(key, label.clone());
        Ok(label)
    }

    /// The name as the latest document with the value writes it.
    fn label_by_example(
        &self,
        field: KeyField,
        value: &str,
        name_of: fn(&Metadata) -> Option<&String>,
    ) -> Result<String, ArchiveError> {
        let Some(score) = plan::key(field, value, 1.0) else { return Ok(value.to_owned()) };
        let example = self.engine.search(&one(score))?;
        let ids: Vec<_> = example.hits.into_iter().map(|hit| hit.id).collect();
        let heads = self.catalog.heads(&ids)?;
        let name = heads.first().and_then(|head| name_of(&head.record.metadata));
        Ok(name.map_or_else(|| value.to_owned(), String::clone))
    }
}

fn one(score: Q) -> SearchReq {
    SearchReq {
        score,
        filter: Vec::new(),
        sort: Sort::Number { field: NumField::IssuedFirst, descending: true },
        after: None,
        size: 1,
        facets: Vec::new(),
    }
}

fn lowest(band: &str) -> u64 {
    band.split('-').next().and_then(|number| number.parse().ok()).unwrap_or(u64::MAX)
}
