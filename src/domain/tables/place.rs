//! [`Province`] and the places below: what a place name in a date line or in the name of a
//! body stands for, with the years in which the province existed.

use std::collections::HashMap;

use crate::domain::{
    date::PartialDate,
    tables::{
        TablesError,
        issuer::unit_id,
        key::{name_key, slug},
        tsv::Row,
    },
};

pub(super) const PROVINCE_HEAD: [&str; 9] =
    ["id", "name", "kind", "aliases", "code", "valid_from", "valid_to", "successor", "source"];
pub(super) const COMMUNE_HEAD: [&str; 6] =
    ["name", "kind", "province", "valid_from", "valid_to", "source"];

/// A province or city under the central government.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Province {
    /// E.g. `caobang`.
    pub id: String,
    /// E.g. `Cao Bằng`.
    pub name: String,
    /// `tỉnh` or `thành phố`.
    pub kind: String,
    /// Other spellings.
    pub aliases: Vec<String>,
    /// The electronic code, e.g. `H14`; empty when not known.
    pub code: String,
    /// When it was set up.
    pub valid_from: Option<PartialDate>,
    /// When it was merged into another.
    pub valid_to: Option<PartialDate>,
    /// Identifier of the province it was merged into.
    pub successor: Option<String>,
    /// Where the row comes from.
    pub source: String,
}

/// A town, district or commune.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// E.g. `Thục Phán`.
    pub name: String,
    /// E.g. `phường`.
    pub kind: String,
    /// Identifier of the province.
    pub province: String,
    /// When it was set up.
    pub valid_from: Option<PartialDate>,
    /// When it was abolished.
    pub valid_to: Option<PartialDate>,
    /// Where the row comes from.
    pub source: String,
}

/// All places, found by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    pub(super) provinces: Vec<Province>,
    pub(super) places: Vec<Place>,
    province_by_name: HashMap<String, usize>,
    place_by_name: HashMap<String, usize>,
}

impl Places {
    pub(super) fn build(provinces: &[Row], communes: &[Row]) -> Result<Self, TablesError> {
        let mut all = Self::default();
        for row in provinces {
            let province = Province {
                id: row.required(0, "identifier")?,
                name: row.required(1, "name")?,
                kind: row.required(2, "kind")?,
                aliases: row.list(3),
                code: row.cell(4).to_owned(),
                valid_from: row.date(5)?,
                valid_to: row.date(6)?,
                successor: Some(row.cell(7)).filter(|c| !c.is_empty()).map(str::to_owned),
                source: row.cell(8).to_owned(),
            };
            for name in std::iter::once(&province.name).chain(&province.aliases) {
                all.province_by_name.entry(name_key(name)).or_insert(all.provinces.len());
            }
            all.provinces.push(province);
        }
        for row in communes {
            let place = Place {
                name: row.required(0, "name")?,
                kind: row.required(1, "kind")?,
                province: row.required(2, "province")?,
                valid_from: row.date(3)?,
                valid_to: row.date(4)?,
                source: row.cell(5).to_owned(),
            };
            if !all.provinces.iter().any(|province| province.id == place.province) {
                let reason = format!("expected a known province, found {:?}", place.province);
                return Err(row.wrong(reason));
            }
            all.place_by_name.entry(name_key(&place.name)).or_insert(all.places.len());
            all.places.push(place);
        }
        Ok(all)
    }

    /// A province by name or other spelling, with or without `tỉnh` or `thành phố` in front.
    pub(super) fn province(&self, name: &str) -> Option<&Province> {
        let key = name_key(name);
        let bare = ["tinh ", "thanh pho ", "tp "].iter().find_map(|kind| key.strip_prefix(kind));
        let index = self.province_by_name.get(&key).or_else(|| self.province_by_name.get(bare?))?;
        Some(&self.provinces[*index])
    }

    pub(super) fn province_of(&self, name: &str) -> Option<&Province> {
        if let Some(province) = self.province(name) {
            return Some(province);
        }
        let key = name_key(name);
        let place = &self.places[*self.place_by_name.get(&key)?];
        self.provinces.iter().find(|province| province.id == place.province)
    }

    pub(super) fn is_place(&self, name: &str) -> bool {
        self.province(name).is_some() || self.place_by_name.contains_key(&name_key(name))
    }

    /// The identifier of a place: a province by its own, any other as `huyen-baolac`.
    ///
    /// `thành phố` is a province only when a province of that kind has the name: `thành phố
    /// Cao Bằng` is a town in the province.
    pub(super) fn place_id(&self, kind: &str, name: &str) -> String {
        let province = self.province(name);
        match name_key(kind).as_str() {
            "tinh" | "" => province.map_or_else(|| slug(name), |p| p.id.clone()),
            "thanh pho" | "tp" => match province {
                Some(p) if p.kind == "thành phố" => p.id.clone(),
                _ => unit_id("thành phố", name),
            },
            _ => unit_id(kind, name),
        }
    }
}
