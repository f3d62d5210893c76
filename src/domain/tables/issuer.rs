//! [`Issuer`]: the bodies that issue documents, past and present. Bodies that exist in every
//! province or commune are one row with `{place}` instead of thousands.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{
    date::PartialDate,
    tables::{
        TablesError,
        key::{name_key, sign_key, slug},
        place::Places,
        tsv::{Row, check_span},
    },
};

pub(super) const HEAD: [&str; 10] = [
    "id",
    "name",
    "signs",
    "aliases",
    "level",
    "parent",
    "valid_from",
    "valid_to",
    "successors",
    "source",
];

/// Stands for the place in the row of a body that exists in many places.
pub const PLACE: &str = "{place}";

/// The units whose name follows the kind, e.g. `huyện Bảo Lạc`.
const UNIT_KINDS: [&str; 10] =
    ["tinh", "thanh pho", "tp", "huyen", "quan", "thi xa", "thi tran", "xa", "phuong", "dac khu"];

/// Where a body stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The National Assembly, the Government and the like.
    Central,
    /// Ministries and bodies of their rank.
    Ministry,
    /// Agencies under a ministry or the Government.
    Agency,
    /// Courts and procuracies at the top.
    Court,
    /// The Party's central bodies.
    PartyCentral,
    /// People's council and committee of a province.
    Province,
    /// Departments (sở) of a province.
    ProvinceDept,
    /// Local branches of central bodies.
    ProvinceVertical,
    /// The Party in a province.
    PartyProvince,
    /// People's council and committee of a district (until 30/6/2025).
    District,
    /// Their offices (phòng), since 2025 also those of a commune.
    DistrictDept,
    /// The Party in a district.
    PartyDistrict,
    /// People's council and committee of a commune.
    Commune,
    /// Party committees and cells below.
    PartyBase,
    /// Mặt trận, Công đoàn, Đoàn, Hội.
    MassOrg,
}

impl Level {
    fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "central" => Self::Central,
            "ministry" => Self::Ministry,
            "agency" => Self::Agency,
            "court" => Self::Court,
            "party-central" => Self::PartyCentral,
            "province" => Self::Province,
            "province-dept" => Self::ProvinceDept,
            "province-vertical" => Self::ProvinceVertical,
            "party-province" => Self::PartyProvince,
            "district" => Self::District,
            "district-dept" => Self::DistrictDept,
            "party-district" => Self::PartyDistrict,
            "commune" => Self::Commune,
            "party-base" => Self::PartyBase,
            "mass-org" => Self::MassOrg,
            _ => return None,
        })
    }
}

/// One body, e.g. Bộ Nội vụ, or one kind of body, e.g. Ủy ban nhân dân tỉnh `{place}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// E.g. `bnv`, `{place}.snv`; use [`Issuer::id_in`] to fill the place in.
    pub id: String,
    /// In sentence case, e.g. `Sở Nội vụ`, `Ủy ban nhân dân tỉnh {place}`.
    pub name: String,
    /// The signs in numbers, the usual one first: `BLĐTBXH`, `LĐTBXH`.
    pub signs: Vec<String>,
    /// Other names.
    pub aliases: Vec<String>,
    /// Where it stands.
    pub level: Level,
    /// Identifier of the body above.
    pub parent: Option<String>,
    /// When it was set up.
    pub valid_from: Option<PartialDate>,
    /// When it was dissolved.
    pub valid_to: Option<PartialDate>,
    /// Identifiers of the bodies that took over.
    pub successors: Vec<String>,
    /// Where the row comes from.
    pub source: String,
}

impl Issuer {
    /// Whether the row stands for one body in each of many places.
    pub fn is_relative(&self) -> bool {
        self.id.contains(PLACE)
    }

    /// The identifier in a place, e.g. `caobang.snv`; `?.snv` when the place is not known.
    pub fn id_in(&self, place_id: Option<&str>) -> String {
        self.id.replace(PLACE, place_id.unwrap_or("?"))
    }

    /// Whether it existed at a date, as far as the table knows.
    pub fn existed_on(&self, date: PartialDate) -> bool {
        let (first, last) = date.day_range();
        self.valid_from.is_none_or(|from| from.day_range().0 <= last)
            && self.valid_to.is_none_or(|to| to.day_range().1 >= first)
    }

    fn from_row(row: &Row) -> Result<Self, TablesError> {
        let level = Level::from_code(row.cell(4))
            .ok_or_else(|| row.wrong(format!("expected a level, found {:?}", row.cell(4))))?;
        let (valid_from, valid_to) = (row.date(6)?, row.date(7)?);
        check_span(row, valid_from, valid_to)?;
        Ok(Self {
            id: row.required(0, "identifier")?,
            name: row.required(1, "name")?,
            signs: row.list(2),
            aliases: row.list(3),
            level,
            parent: Some(row.cell(5)).filter(|cell| !cell.is_empty()).map(str::to_owned),
            valid_from,
            valid_to,
            successors: row.list(8),
            source: row.cell(9).to_owned(),
        })
    }
}

/// What a written name of a body means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerName<'a> {
    /// The row.
    pub issuer: &'a Issuer,
    /// Identifier of the place named with it, e.g. `caobang`, `huyen-baolac`.
    pub place_id: Option<String>,
}

impl IssuerName<'_> {
    /// The identifier of the body, `?` for a place that is not named.
    pub fn id(&self) -> String {
        self.issuer.id_in(self.place_id.as_deref())
    }
}

/// All bodies, found by sign and by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Issuers {
    pub(super) rows: Vec<Arc<Issuer>>,
    by_sign: HashMap<String, Vec<Arc<Issuer>>>,
    by_id: HashMap<String, Arc<Issuer>>,
    by_name: HashMap<String, NameEntry>,
    longest_name: usize,
}

/// What a name means alone and before a place: `Tỉnh ủy`, `Tỉnh ủy Cao Bằng`.
#[derive(Debug, Clone, Default)]
struct NameEntry {
    alone: Option<Arc<Issuer>>,
    before_place: Option<Arc<Issuer>>,
}

impl Issuers {
    pub(super) fn build(rows: &[Row]) -> Result<Self, TablesError> {
        let mut issuers = Self::default();
        let mut all: Vec<Issuer> = rows.iter().map(Issuer::from_row).collect::<Result<_, _>>()?;
        let ids: HashSet<&str> = all.iter().map(|issuer| issuer.id.as_str()).collect();
        for (row, issuer) in rows.iter().zip(&all) {
            let named = issuer.successors.iter().chain(&issuer.parent);
            if let Some(id) = named.into_iter().find(|id| !ids.contains(id.as_str())) {
                return Err(row.wrong(format!("expected the identifier of a body, found {id:?}")));
            }
        }
        // Wider reach first, then those that still exist: so are several bodies of one sign
        // listed, and of several of one name the first is taken.
        all.sort_by_key(|issuer| (issuer.level, issuer.valid_to.is_some()));
        for issuer in all {
            let issuer = Arc::new(issuer);
            for sign in &issuer.signs {
                let same_sign = issuers.by_sign.entry(sign_key(sign)).or_default();
                same_sign.push(Arc::clone(&issuer));
            }
            issuers.by_id.entry(issuer.id.clone()).or_insert_with(|| Arc::clone(&issuer));
            for name in std::iter::once(&issuer.name).chain(&issuer.aliases) {
                let key = name_key(&name.replace(PLACE, ""));
                issuers.longest_name = issuers.longest_name.max(key.split(' ').count());
                let entry = issuers.by_name.entry(key).or_default();
                let meaning =
                    if name.contains(PLACE) { &mut entry.before_place } else { &mut entry.alone };
                meaning.get_or_insert_with(|| Arc::clone(&issuer));
            }
            issuers.rows.push(issuer);
        }
        Ok(issuers)
    }

    pub(super) fn by_sign(&self, sign: &str) -> &[Arc<Issuer>] {
        self.by_sign.get(&sign_key(sign)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&Issuer> {
        if let Some(issuer) = self.by_id.get(id) {
            return Some(issuer);
        }
        let (_, local) = id.split_once('.')?;
        self.by_id.get(&format!("{PLACE}.{local}")).map(Arc::as_ref)
    }

    /// The body that a folded name means: the longest name it begins with, the rest being a place.
    pub(super) fn by_name(&self, folded: &str, places: &Places) -> Option<IssuerName<'_>> {
        let ends = folded.match_indices(' ').map(|(at, _)| at).chain([folded.len()]);
        let ends: Vec<usize> = ends.take(self.longest_name).collect();
        for end in ends.into_iter().rev() {
            let Some(entry) = self.by_name.get(&folded[..end]) else { continue };
            let rest = folded[end..].trim();
            if rest.is_empty() {
                let Some(issuer) = &entry.alone else { continue };
                return Some(IssuerName { issuer, place_id: None });
            }
            if let Some(issuer) = &entry.before_place {
                let kind = trailing_kind(&folded[..end]);
                return Some(IssuerName { issuer, place_id: Some(places.place_id(kind, rest)) });
            }
            if let Some(issuer) = entry.alone.as_deref()
                && issuer.is_relative()
            {
                let (kind, name) = leading_kind(rest);
                if !kind.is_empty() || places.is_place(rest) {
                    return Some(IssuerName {
                        issuer,
                        place_id: Some(places.place_id(kind, name)),
                    });
                }
            }
        }
        None
    }
}

/// The kind of unit at the end of `uy ban nhan dan thi xa`.
fn trailing_kind(folded: &str) -> &str {
    let ends = |kind: &&&str| {
        folded.strip_suffix(**kind).is_some_and(|head| head.is_empty() || head.ends_with(' '))
    };
    UNIT_KINDS.iter().filter(ends).max_by_key(|kind| kind.len()).copied().unwrap_or("")
}

/// The kind of unit at the begin of `thi xa an nhon`, and the rest.
fn leading_kind(folded: &str) -> (&str, &str) {
    for kind in UNIT_KINDS {
        if let Some(rest) = folded.strip_prefix(kind)
            && let Some(name) = rest.strip_prefix(' ')
        {
            return (kind, name);
        }
    }
    ("", folded)
}

/// The identifier of a unit below the province: `huyen-baolac`.
pub(super) fn unit_id(kind: &str, name: &str) -> String {
    format!("{}-{}", slug(kind), slug(name))
}
