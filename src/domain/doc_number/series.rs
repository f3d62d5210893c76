//! Which body keeps the series a number belongs to: told by the sign, not by who signed.

use std::collections::BTreeSet;

use super::{DocNumber, Period};
use crate::domain::{
    date::PartialDate,
    tables::{Issuer, Tables},
};

/// What is known of the body behind a number, beside its sign.
#[derive(Debug, Clone, Copy, Default)]
pub struct NamedBy<'a> {
    /// Identifier of the body in the letterhead, or of the one named behind the citation, e.g.
    /// `tw.bct`, `caobang.ubnd`, `?.ubnd`.
    pub issuer_id: Option<&'a str>,
    /// Identifier of the place in which a relative sign such as `UBND` is meant, e.g. `caobang`.
    pub place_id: Option<&'a str>,
    /// The date of the document, as far as it is known.
    pub date: Option<PartialDate>,
}

impl DocNumber {
    /// The body that keeps the series: `tw` for a directive of the Bộ Chính trị with the sign
    /// `CT/TW`, `caobang.ubnd` for `QĐ-UBND` in Cao Bằng; `None` when the sign is not known or
    /// stands for several bodies and nothing tells which.
    pub fn series_issuer(&self, tables: &Tables, by: NamedBy<'_>) -> Option<String> {
        let sign = self.issuer_sign()?;
        let candidates = tables.issuers_by_sign(sign);
        let ids = |issuers: &[&Issuer]| -> BTreeSet<String> {
            issuers.iter().map(|issuer| issuer.id.clone()).collect()
        };
        let all: Vec<&Issuer> = candidates.iter().map(AsRef::as_ref).collect();
        let named = by.issuer_id.and_then(|id| tables.issuer_by_id(id));
        if let Some(named) = named
            && all.iter().any(|issuer| issuer.id == named.id)
            && root(&all).is_none()
        {
            return Some(in_place(tables, named, by));
        }
        if let Some(root) = root(&all) {
            return Some(in_place(tables, root, by));
        }
        if ids(&all).len() == 1 {
            return all.first().map(|issuer| in_place(tables, issuer, by));
        }
        // Several bodies: those that existed then.
        let date = by.date.or_else(|| self.year.and_then(PartialDate::year_only))?;
        let then: Vec<&Issuer> = all.into_iter().filter(|issuer| issuer.existed_on(date)).collect();
        (ids(&then).len() == 1).then(|| in_place(tables, then[0], by))
    }

    /// The equality key with issuer and period as far as the tables and the surroundings tell,
    /// e.g. `caobang.sldtbxh|KH|293|2020`. See [`DocNumber::key`].
    pub fn document_key(&self, tables: &Tables, by: NamedBy<'_>) -> String {
        let issuer = self.series_issuer(tables, by);
        let period = Period::of(tables, self, issuer.as_deref(), by.date);
        self.key(issuer.as_deref(), period)
    }
}

/// The body of which all others of the sign are parts: `tw` of `tw.bct` and `tw.bbt`.
fn root<'a>(issuers: &[&'a Issuer]) -> Option<&'a Issuer> {
    let is_root = |root: &&&Issuer| {
        issuers.len() > 1
            && issuers
                .iter()
                .all(|other| other.id == root.id || other.parent.as_deref() == Some(&root.id))
    };
    issuers.iter().find(is_root).copied()
}

/// The identifier with the place of the named body, else of the surroundings.
fn in_place(tables: &Tables, issuer: &Issuer, by: NamedBy<'_>) -> String {
    if !issuer.is_relative() {
        return issuer.id.clone();
    }
    // `btc.chq` is a part of `btc`, not a body in a place.
    let is_local = |id: &&str| !tables_know_as_whole(tables, id);
    let place_of = |id: &'_ str| id.split_once('.').map(|(place, _)| place.to_owned());
    let named_place = by.issuer_id.filter(is_local).and_then(place_of).filter(|place| place != "?");
    issuer.id_in(named_place.as_deref().or(by.place_id))
}

/// Whether the part of an identifier before the dot is a body itself.
fn tables_know_as_whole(tables: &Tables, id: &str) -> bool {
    id.split_once('.').is_some_and(|(head, _)| tables.issuer_by_id(head).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: &str, issuer_id: Option<&str>, place: Option<&str>, date: &str, key: &str) {
        let tables = Tables::builtin();
        let number = DocNumber::parse(tables, number).unwrap().number;
        let by = NamedBy { issuer_id, place_id: place, date: date.parse().ok() };
        assert_eq!(number.document_key(tables, by), key);
    }

    #[test]
    fn the_sign_tells_the_series() {
        check("91/2018/NĐ-CP", None, None, "", "cp|NĐ|91|2018");
        check("34-CT/TW", Some("tw.bct"), None, "2014-04-07", "tw|CT|34|khoaXI");
        check("45/2019/QH14", None, None, "", "qh|-|45|2019");
        // A relative sign: the place of the named body, else of the citing document.
        check("5/KH-UBND", Some("langson.ubnd"), Some("caobang"), "2019", "langson.ubnd|KH|5|2019");
        check("5/KH-UBND", Some("?.ubnd"), Some("caobang"), "2019", "caobang.ubnd|KH|5|2019");
        check("5/KH-UBND", None, None, "", "?.ubnd|KH|5|?");
        check("6-CT/TU", None, Some("caobang"), "2016-05-09", "caobang.tinhuy|CT|6|nk2015-2020");
        // Ministry or department: the named body decides, otherwise nobody does.
        check("27/LĐTBXH-PC", Some("bldtbxh"), Some("caobang"), "2012-08-08", "bldtbxh|CV|27|2012");
        check("27/LĐTBXH-PC", None, Some("caobang"), "2012-08-08", "?.LĐTBXH|CV|27|2012");
        check("12/KH-XYZT", None, Some("caobang"), "2012", "?.XYZT|KH|12|2012");
    }
}
