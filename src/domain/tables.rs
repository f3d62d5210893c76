//! [`Tables`]: document types, issuers, abbreviations, places, laws, positions and Party terms
//! as data: compiled in, and extended from the clerk's folder.
//!
//! Rows say what exists and when; what a word in a document means is decided elsewhere.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};

mod doc_type;
mod folded;
mod issuer;
mod key;
mod law;
mod names;
mod place;
mod succession;
mod tsv;

use self::{
    doc_type::DocTypes,
    folded::Folded,
    issuer::Issuers,
    law::Laws,
    names::{NameFiles, Names},
    place::Places,
    tsv::{Row, merge, rows},
};
pub use self::{
    doc_type::{DocType, Family},
    issuer::{Issuer, IssuerName, Level, PLACE},
    key::{name_key, sign_key},
    law::{LawTitle, PartyTerm, TermLevel},
    names::{Abbreviation, Capacity},
    place::{Place, Province},
};
use crate::domain::date::PartialDate;

/// A table that cannot be used. The clerk's tables are taken whole or not at all.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// The folder or a file in it could not be read.
    #[error("could not read {path}")]
    Unreadable {
        /// The folder or file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A table that does not exist.
    #[error("expected a table with one of the names {known}, found {found}")]
    UnknownFile {
        /// The name of the file.
        found: String,
        /// The names of tables.
        known: String,
    },
    /// The archive is said to be of a province that no table has.
    #[error("expected the name of a province as in provinces.tsv, found {found:?}")]
    UnknownProvince {
        /// What was given.
        found: String,
    },
    /// A row that is wrong, e.g. `issuers.tsv:3: expected 10 columns, found 9`.
    #[error("{file}:{line}: {reason}")]
    BadRow {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What was expected and what was found.
        reason: String,
    },
}

/// The tables, compiled in and extended from the clerk's folder.
///
/// All look-ups are by folded name or by sign and take constant time.
#[derive(Debug, Clone)]
pub struct Tables {
    doc_types: DocTypes,
    issuers: Issuers,
    places: Places,
    laws: Laws,
    party_terms: Vec<PartyTerm>,
    names: Names,
    folded: Folded,
    revision: String,
    default_province: Option<String>,
}

/// Path and text of the clerk's file of a name, if there is one.
type Override = Option<(String, String)>;

/// A compiled-in file: name, text, head, and by how many leading columns rows are told apart.
struct BuiltIn {
    name: &'static str,
    text: &'static str,
    head: &'static [&'static str],
    n_key: usize,
}

impl BuiltIn {
    const fn new(
        name: &'static str,
        text: &'static str,
        head: &'static [&'static str],
        n_key: usize,
    ) -> Self {
        Self { name, text, head, n_key }
    }
}

const DOC_TYPES: BuiltIn =
    BuiltIn::new("doc_types.tsv", include_str!("tables/doc_types.tsv"), &doc_type::HEAD, 2);
const ISSUERS: BuiltIn =
    BuiltIn::new("issuers.tsv", include_str!("tables/issuers.tsv"), &issuer::HEAD, 2);
const PROVINCES: BuiltIn =
    BuiltIn::new("provinces.tsv", include_str!("tables/provinces.tsv"), &place::PROVINCE_HEAD, 1);
const COMMUNES: BuiltIn =
    BuiltIn::new("communes.tsv", include_str!("tables/communes.tsv"), &place::COMMUNE_HEAD, 3);
const LAW_TITLES: BuiltIn =
    BuiltIn::new("law_titles.tsv", include_str!("tables/law_titles.tsv"), &law::LAW_HEAD, 2);
const PARTY_TERMS: BuiltIn =
    BuiltIn::new("party_terms.tsv", include_str!("tables/party_terms.tsv"), &law::TERM_HEAD, 1);
const ABBREVIATIONS: BuiltIn = BuiltIn::new(
    "abbreviations.tsv",
    include_str!("tables/abbreviations.tsv"),
    &names::ABBREVIATION_HEAD,
    2,
);
const CAPACITIES: BuiltIn =
    BuiltIn::new("capacities.tsv", include_str!("tables/capacities.tsv"), &names::CAPACITY_HEAD, 1);
const POSITIONS: BuiltIn =
    BuiltIn::new("positions.tsv", include_str!("tables/positions.tsv"), &names::NAME_HEAD, 1);
const PROPER_NAMES: BuiltIn =
    BuiltIn::new("proper_names.tsv", include_str!("tables/proper_names.tsv"), &names::NAME_HEAD, 1);

const BODY_HEADS: BuiltIn =
    BuiltIn::new("body_heads.tsv", include_str!("tables/body_heads.tsv"), &names::NAME_HEAD, 1);
const SURNAMES: BuiltIn =
    BuiltIn::new("surnames.tsv", include_str!("tables/surnames.tsv"), &names::NAME_HEAD, 1);

/// Every table.
const FILES: [BuiltIn; 12] = [
    ABBREVIATIONS,
    BODY_HEADS,
    CAPACITIES,
    COMMUNES,
    DOC_TYPES,
    ISSUERS,
    LAW_TITLES,
    PARTY_TERMS,
    POSITIONS,
    PROPER_NAMES,
    PROVINCES,
    SURNAMES,
];

impl Tables {
    /// The compiled-in tables.
    pub fn builtin() -> &'static Tables {
        static BUILTIN: LazyLock<Tables> = LazyLock::new(|| {
            Tables::load(&|_| Ok(None)).expect("the compiled-in tables are checked by a test")
        });
        &BUILTIN
    }

    /// The compiled-in tables with the clerk's folder over them.
    ///
    /// A file in the folder has the name and head of a compiled-in one, e.g. `issuers.tsv`.
    /// Its rows replace those with the same key (the leading columns: type sign and name,
    /// issuer id and name, law title and number …) or are added. Missing files change nothing.
    ///
    /// # Errors
    /// `Unreadable` when the folder or a file cannot be read; `BadRow` for the first wrong row.
    pub fn with_overrides(dir: &Path) -> Result<Tables, TablesError> {
        let unreadable = |path: &Path, source| TablesError::Unreadable {
            path: path.display().to_string(),
            source,
        };
        for entry in std::fs::read_dir(dir).map_err(|error| unreadable(dir, error))? {
            let name = entry.map_err(|error| unreadable(dir, error))?.file_name();
            let name = name.to_string_lossy();
            // A name with a typing error would change nothing and say nothing.
            if name.ends_with(".tsv") && !FILES.iter().any(|file| file.name == name) {
                let known = FILES.map(|file| file.name).join(", ");
                return Err(TablesError::UnknownFile { found: name.into_owned(), known });
            }
        }
        Self::load(&|name| {
            let path = dir.join(name);
            match std::fs::read_to_string(&path) {
                Ok(text) => Ok(Some((path.display().to_string(), text))),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(unreadable(&path, error)),
            }
        })
    }

    fn load(
        override_of: &dyn Fn(&str) -> Result<Override, TablesError>,
    ) -> Result<Tables, TablesError> {
        let mut hash = Sha256::new();
        let mut read = |file: BuiltIn| -> Result<Vec<Row>, TablesError> {
            let built_in = rows(file.name, file.text, file.head)?;
            hash.update(file.text);
            let Some((path, text)) = override_of(file.name)? else { return Ok(built_in) };
            hash.update(&text);
            merge(built_in, rows(&path, &text, file.head)?, file.n_key)
        };
        let party_terms = read(PARTY_TERMS)?;
        let issuers = Issuers::build(&read(ISSUERS)?)?;
        let places = Places::build(&read(PROVINCES)?, &read(COMMUNES)?)?;
        let law_titles = read(LAW_TITLES)?;
        let laws = Laws::build(&law_titles)?;
        let files = NameFiles {
            abbreviations: read(ABBREVIATIONS)?,
            capacities: read(CAPACITIES)?,
            positions: read(POSITIONS)?,
            proper_names: read(PROPER_NAMES)?,
            body_heads: read(BODY_HEADS)?,
            surnames: read(SURNAMES)?,
            law_titles,
        };
        let names = Names::build(&files, &issuers, &places)?;
        let doc_types = DocTypes::build(&read(DOC_TYPES)?)?;
        let revision = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Tables {
            revision,
            default_province: None,
            folded: Folded::build(&doc_types, &issuers, &names),
            doc_types,
            issuers,
            places,
            laws,
            party_terms: party_terms.iter().map(PartyTerm::from_row).collect::<Result<_, _>>()?,
            names,
        })
    }

    /// A name for these tables, the clerk's rows included: other rows, another name. What was read
    /// by other tables is read again.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// The same tables for the archive of a province: `UBND tỉnh`, `TU` and `SLĐTBXH` are those of
    /// the province where a document does not say of which.
    ///
    /// # Errors
    /// `UnknownProvince` when no province has the name.
    pub fn in_province(mut self, name: &str) -> Result<Self, TablesError> {
        let Some(province) = self.province(name) else {
            return Err(TablesError::UnknownProvince { found: name.to_owned() });
        };
        let id = province.id.clone();
        self.revision = format!("{}.{id}", self.revision);
        self.default_province = Some(id);
        Ok(self)
    }

    /// The province whose archive this is, when that was said.
    pub fn default_province(&self) -> Option<&Province> {
        let id = self.default_province.as_deref()?;
        self.places.provinces.iter().find(|province| province.id == id)
    }

    /// Every kind of document; of several meanings of a sign the usual one first.
    pub fn doc_types(&self) -> &[DocType] {
        &self.doc_types.rows
    }

    /// The usual meaning of a type sign, whatever its case: `KH` is Kế hoạch, `TT` Thông tư.
    pub fn doc_type_by_sign(&self, sign: &str) -> Option<&DocType> {
        self.doc_types.by_sign(sign).next()
    }

    /// The meaning of a type sign in one family: `TT` of the Party is Thông tri.
    pub fn doc_type_by_sign_in(&self, sign: &str, family: Family) -> Option<&DocType> {
        self.doc_types.by_sign(sign).find(|row| row.families.contains(&family))
    }

    /// Every meaning of a type sign, the usual one first.
    pub fn doc_types_by_sign(&self, sign: &str) -> Vec<&DocType> {
        self.doc_types.by_sign(sign).collect()
    }

    /// The type of a sign typed without its strokes: `nd` is NĐ, but `hd` is HD before HĐ.
    pub fn doc_type_by_folded_sign(&self, sign: &str) -> Option<&DocType> {
        let as_typed = self.doc_types.by_sign(sign).next();
        as_typed.or_else(|| Some(&self.doc_types.rows[self.folded.doc_type_index(sign)?]))
    }

    /// The longest type name with which a folded text (see [`name_key`]) begins, at a word
    /// boundary: `ke hoach phoi hop so 5` is Kế hoạch phối hợp.
    pub fn doc_type_by_name(&self, folded: &str) -> Option<&DocType> {
        self.doc_types.by_name(folded)
    }

    /// Every body.
    pub fn issuers(&self) -> &[Arc<Issuer>] {
        &self.issuers.rows
    }

    /// Every body with a sign, compared without `& . -` and case; wider reach first.
    pub fn issuers_by_sign(&self, sign: &str) -> &[Arc<Issuer>] {
        self.issuers.by_sign(sign)
    }

    /// The registered spelling of an issuer's sign typed in any way: `sldtbxh` is SLĐTBXH.
    pub fn issuer_sign_by_folded(&self, sign: &str) -> Option<&str> {
        self.folded.issuer_sign(sign)
    }

    /// Every body of exactly this folded name, the place left out: `uy ban nhan dan tinh`.
    pub fn issuers_named(&self, folded: &str) -> &[Arc<Issuer>] {
        self.folded.issuers_named(folded)
    }

    /// The body that a folded name (see [`name_key`]) means: `uy ban nhan dan tinh van son`
    /// is the row `Ủy ban nhân dân tỉnh {place}` in the place `vanson`.
    pub fn issuer_by_name(&self, folded: &str) -> Option<IssuerName<'_>> {
        self.issuers.by_name(folded, &self.places)
    }

    /// The row of an identifier, also of one with a place filled in: `caobang.snv`.
    pub fn issuer_by_id(&self, id: &str) -> Option<&Issuer> {
        self.issuers.by_id(id)
    }

    /// The bodies that one took over from, at any remove, as identifier, name and last day:
    /// `caobang.snv` took over from `caobang.sldtbxh`, and `tuyenquang.ubnd` from
    /// `hagiang.ubnd`, for the provinces were merged.
    pub fn predecessors(&self, id: &str) -> Vec<(String, String, Option<PartialDate>)> {
        succession::predecessors(&self.issuers, &self.places, id)
    }

    /// Whether a name is that of a known province, town, district or commune.
    pub fn is_place(&self, name: &str) -> bool {
        self.places.is_place(name)
    }

    /// A province by name, with or without `tỉnh` in front.
    pub fn province(&self, name: &str) -> Option<&Province> {
        self.places.province(name)
    }

    /// The province of a place: `Tân An` lies in Long An.
    pub fn province_of(&self, place: &str) -> Option<&Province> {
        self.places.province_of(place)
    }

    /// Every province, past and present.
    pub fn provinces(&self) -> &[Province] {
        &self.places.provinces
    }

    /// Every known place below a province.
    pub fn places(&self) -> &[Place] {
        &self.places.places
    }

    /// The identifier of a place: `("tỉnh", "Cao Bằng")` is `caobang`, `("huyện", "Bảo Lạc")`
    /// is `huyen-baolac`.
    pub fn place_id(&self, kind: &str, name: &str) -> String {
        self.places.place_id(kind, name)
    }

    /// The laws that have had a name, oldest first.
    pub fn laws_by_title(&self, title: &str) -> &[LawTitle] {
        self.laws.by_title(title)
    }

    /// How many words the longest law title has with which a folded text (see [`name_key`])
    /// begins: 3 in `luat dat dai so 31`.
    pub fn law_title_at_start(&self, folded: &str) -> Option<usize> {
        self.laws.n_words_at_start(folded)
    }

    /// The law that a name meant on a date: the one in force, else the one adopted last before.
    pub fn law_on(&self, title: &str, date: PartialDate) -> Option<&LawTitle> {
        let (_, last) = date.day_range();
        let started = |law: &&LawTitle| {
            law.adopted_on.or(law.valid_from).is_none_or(|from| from.day_range().0 <= last)
        };
        let in_force =
            |law: &&LawTitle| law.valid_from.is_none_or(|from| from.day_range().0 <= last);
        let laws = self.laws.by_title(title);
        laws.iter().rfind(in_force).or_else(|| laws.iter().rfind(started))
    }

    /// The term of the national Party congress in which a date lies.
    pub fn party_term(&self, date: PartialDate) -> Option<&PartyTerm> {
        self.party_term_at(TermLevel::Central, date)
    }

    /// The term of a congress in which a date lies; `None` when the date is too vague to say.
    pub fn party_term_at(&self, level: TermLevel, date: PartialDate) -> Option<&PartyTerm> {
        self.party_terms.iter().find(|term| term.level == level && term.holds(date))
    }

    /// Every term of the Party.
    pub fn party_terms(&self) -> &[PartyTerm] {
        &self.party_terms
    }

    /// The expansions of an abbreviation: `TT` is thông tư, thông tri …
    pub fn expansions(&self, abbreviation: &str) -> &[Abbreviation] {
        self.names.expansions(abbreviation)
    }

    /// The short forms of this spelling, accents and marks left out: `hdnd` is HĐND.
    pub fn abbreviations_by_folded(&self, short: &str) -> &[Abbreviation] {
        self.folded.abbreviations_of(short)
    }

    /// The short forms that stand for a folded name: `uy ban nhan dan` has UBND.
    pub fn abbreviations_for(&self, folded: &str) -> &[Abbreviation] {
        self.folded.abbreviations_for(folded)
    }

    /// Every abbreviation.
    pub fn abbreviations(&self) -> impl Iterator<Item = &Abbreviation> {
        self.names.abbreviations()
    }

    /// The marks of signing capacity, e.g. `KT.`.
    pub fn capacities(&self) -> &[Capacity] {
        &self.names.capacities
    }

    /// The longest position with which a folded text begins, in sentence case, and how many
    /// words it has: `pho chu tich thuong truc` is Phó Chủ tịch Thường trực.
    pub fn position_by_name(&self, folded: &str) -> Option<(&str, usize)> {
        self.names.position(folded)
    }

    /// The longest word for a kind of body with which a folded text begins, and how many words
    /// it has: `so noi vu` begins with Sở, `uy ban nhan dan` with Ủy ban.
    pub fn body_head(&self, folded: &str) -> Option<(&str, usize)> {
        self.names.body_head(folded)
    }

    /// Whether a word, with its accents, is a family name: `Nguyễn`.
    pub fn is_surname(&self, word: &str) -> bool {
        self.names.is_surname(word)
    }

    /// The longest proper name (body, place, position or other) with which a folded text
    /// begins, in its right spelling, and how many words it has.
    pub fn proper_name(&self, folded: &str) -> Option<(&str, usize)> {
        self.names.proper(folded)
    }
}

impl Default for Tables {
    /// The compiled-in tables.
    fn default() -> Self {
        Self::builtin().clone()
    }
}

#[cfg(test)]
mod tests;
