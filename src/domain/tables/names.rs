//! Abbreviations, marks of signing capacity, positions, and the spelling of proper names:
//! what is needed to write `SỞ NỘI VỤ` as `Sở Nội vụ`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::tables::{
    TablesError,
    issuer::{Issuers, PLACE},
    key::name_key,
    place::Places,
    tsv::Row,
};

pub(super) const ABBREVIATION_HEAD: [&str; 4] =
    ["abbreviation", "expansion", "ambiguous", "source"];
pub(super) const CAPACITY_HEAD: [&str; 4] = ["mark", "meaning", "written", "source"];
pub(super) const NAME_HEAD: [&str; 2] = ["name", "source"];

/// A short form and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abbreviation {
    /// E.g. `UBND`.
    pub short: String,
    /// E.g. `Ủy ban nhân dân`.
    pub expansion: String,
    /// Whether the short form has other meanings.
    pub is_ambiguous: bool,
}

/// A mark of signing capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// As stored, e.g. `KT.`.
    pub mark: String,
    /// E.g. `ký thay`.
    pub meaning: String,
    /// As written on paper without the stop, e.g. `KT`, `K/T`.
    pub written: Vec<String>,
}

/// Names found by their first words.
#[derive(Debug, Clone, Default)]
struct Phrases {
    by_key: HashMap<String, (String, usize)>,
    longest: usize,
}

impl Phrases {
    fn add(&mut self, name: &str) {
        let key = name_key(name);
        let n_words = key.split(' ').count();
        if key.is_empty() {
            return;
        }
        self.longest = self.longest.max(n_words);
        self.by_key.entry(key).or_insert_with(|| (name.to_owned(), n_words));
    }

    fn longest_at_start(&self, folded: &str) -> Option<(&str, usize)> {
        let ends = folded.match_indices(' ').map(|(at, _)| at).chain([folded.len()]);
        let ends: Vec<usize> = ends.take(self.longest).collect();
        let found = ends.into_iter().rev().find_map(|end| self.by_key.get(&folded[..end]))?;
        Some((&found.0, found.1))
    }
}

/// The files that names come from.
pub(super) struct NameFiles {
    pub(super) abbreviations: Vec<Row>,
    pub(super) capacities: Vec<Row>,
    pub(super) positions: Vec<Row>,
    pub(super) proper_names: Vec<Row>,
    pub(super) body_heads: Vec<Row>,
    pub(super) surnames: Vec<Row>,
    pub(super) law_titles: Vec<Row>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) capacities: Vec<Capacity>,
    abbreviations: BTreeMap<String, Vec<Abbreviation>>,
    positions: Phrases,
    proper: Phrases,
    body_heads: Phrases,
    surnames: BTreeSet<String>,
}

impl Names {
    pub(super) fn build(
        files: &NameFiles,
        issuers: &Issuers,
        places: &Places,
    ) -> Result<Self, TablesError> {
        let NameFiles {
            abbreviations,
            capacities,
            positions,
            proper_names,
            body_heads,
            surnames,
            law_titles,
        } = files;
        let mut names = Self::default();
        for row in abbreviations {
            let is_ambiguous = match row.cell(2) {
                "yes" => true,
                "no" => false,
                other => return Err(row.wrong(format!("expected yes or no, found {other:?}"))),
            };
            let abbreviation = Abbreviation {
                short: row.required(0, "short form")?,
                expansion: row.required(1, "expansion")?,
                is_ambiguous,
            };
            let same_short = names.abbreviations.entry(abbreviation.short.to_uppercase());
            same_short.or_default().push(abbreviation);
        }
        for row in capacities {
            names.capacities.push(Capacity {
                mark: row.required(0, "mark")?,
                meaning: row.cell(1).to_owned(),
                written: row.list(2),
            });
        }
        for row in positions {
            names.positions.add(&row.required(0, "name")?);
        }
        for row in proper_names {
            names.proper.add(&row.required(0, "name")?);
        }
        for row in body_heads {
            names.body_heads.add(&row.required(0, "name")?);
        }
        for row in surnames {
            names.surnames.insert(row.required(0, "name")?.to_lowercase());
        }
        for issuer in &issuers.rows {
            for name in std::iter::once(&issuer.name).chain(&issuer.aliases) {
                names.proper.add(name.replace(PLACE, "").trim());
            }
        }
        for title in law_titles {
            names.proper.add(&title.required(0, "title")?);
        }
        for province in &places.provinces {
            names.proper.add(&province.name);
            for alias in &province.aliases {
                names.proper.add(alias);
            }
        }
        for place in &places.places {
            // A place of one syllable, like Vinh, is no proper name without its kind.
            if place.name.contains(' ') {
                names.proper.add(&place.name);
            }
        }
        Ok(names)
    }

    pub(super) fn expansions(&self, abbreviation: &str) -> &[Abbreviation] {
        self.abbreviations.get(&abbreviation.to_uppercase()).map_or(&[], Vec::as_slice)
    }

    pub(super) fn abbreviations(&self) -> impl Iterator<Item = &Abbreviation> {
        self.abbreviations.values().flatten()
    }

    pub(super) fn position(&self, folded: &str) -> Option<(&str, usize)> {
        self.positions.longest_at_start(folded)
    }

    pub(super) fn body_head(&self, folded: &str) -> Option<(&str, usize)> {
        self.body_heads.longest_at_start(folded)
    }

    pub(super) fn is_surname(&self, word: &str) -> bool {
        self.surnames.contains(&word.to_lowercase())
    }

    pub(super) fn proper(&self, folded: &str) -> Option<(&str, usize)> {
        self.proper.longest_at_start(folded)
    }
}
