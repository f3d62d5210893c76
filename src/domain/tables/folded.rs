//! Names and signs as they are typed, without accents and marks → the rows that bear them.

use std::{collections::HashMap, sync::Arc};

use crate::domain::tables::{
    doc_type::DocTypes,
    issuer::{Issuer, Issuers, PLACE},
    key::{name_key, sign_key},
    names::{Abbreviation, Names},
};

/// Everything that is looked up folded. Rows keep the order of the other tables.
#[derive(Debug, Clone, Default)]
pub(super) struct Folded {
    issuers_by_name: HashMap<String, Vec<Arc<Issuer>>>,
    issuer_signs: HashMap<String, String>,
    doc_types_by_sign: HashMap<String, usize>,
    abbreviations_by_short: HashMap<String, Vec<Abbreviation>>,
    abbreviations_by_expansion: HashMap<String, Vec<Abbreviation>>,
}

impl Folded {
    pub(super) fn build(doc_types: &DocTypes, issuers: &Issuers, names: &Names) -> Self {
        let mut folded = Self::default();
        for issuer in &issuers.rows {
            for name in std::iter::once(&issuer.name).chain(&issuer.aliases) {
                let rows =
                    folded.issuers_by_name.entry(name_key(&name.replace(PLACE, ""))).or_default();
                if !rows.iter().any(|row| row.id == issuer.id) {
                    rows.push(Arc::clone(issuer));
                }
            }
            for sign in &issuer.signs {
                let known =
                    folded.issuer_signs.entry(sign_fold(sign)).or_insert_with(|| sign.clone());
                // Of several spellings the plain one: `SLĐTBXH`, not `SLĐ-TBXH`.
                if sign.len() < known.len() {
                    known.clone_from(sign);
                }
            }
        }
        for (index, row) in
            doc_types.rows.iter().enumerate().filter(|(_, row)| !row.sign.is_empty())
        {
            folded.doc_types_by_sign.entry(sign_fold(&row.sign)).or_insert(index);
        }
        for row in names.abbreviations() {
            let by_short = folded.abbreviations_by_short.entry(sign_fold(&row.short));
            by_short.or_default().push(row.clone());
            let by_expansion = folded.abbreviations_by_expansion.entry(name_key(&row.expansion));
            by_expansion.or_default().push(row.clone());
        }
        folded
    }

    pub(super) fn issuers_named(&self, folded: &str) -> &[Arc<Issuer>] {
        self.issuers_by_name.get(folded).map_or(&[], Vec::as_slice)
    }

    pub(super) fn issuer_sign(&self, sign: &str) -> Option<&str> {
        self.issuer_signs.get(&sign_fold(sign)).map(String::as_str)
    }

    pub(super) fn doc_type_index(&self, sign: &str) -> Option<usize> {
        self.doc_types_by_sign.get(&sign_fold(sign)).copied()
    }

    pub(super) fn abbreviations_of(&self, short: &str) -> &[Abbreviation] {
        self.abbreviations_by_short.get(&sign_fold(short)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn abbreviations_for(&self, folded: &str) -> &[Abbreviation] {
        self.abbreviations_by_expansion.get(folded).map_or(&[], Vec::as_slice)
    }
}

/// A sign without marks and diacritics: `SLĐTB&XH` is `sldtbxh`.
fn sign_fold(sign: &str) -> String {
    name_key(&sign_key(sign))
}

#[cfg(test)]
mod tests {
    use crate::domain::tables::Tables;

    #[test]
    fn typed_without_accents() {
        let tables = Tables::builtin();
        assert_eq!(tables.doc_type_by_folded_sign("nd").unwrap().sign, "NĐ");
        assert_eq!(tables.doc_type_by_folded_sign("hd").unwrap().sign, "HD"); // as typed, not HĐ
        assert_eq!(tables.issuer_sign_by_folded("sldtbxh"), Some("SLĐTBXH"));
        assert_eq!(tables.issuer_sign_by_folded("SLĐTB&XH"), Some("SLĐTBXH"));
        assert_eq!(tables.issuers_named("so noi vu")[0].id, "{place}.snv");
        assert!(tables.issuers_named("khong co").is_empty());
        assert_eq!(tables.abbreviations_by_folded("hdnd")[0].short, "HĐND");
        assert_eq!(tables.abbreviations_for("uy ban nhan dan")[0].short, "UBND");
    }
}
