//! A number and what is known around it → the document key under which the archive compares.
//!
//! A sign like `UBND` or `TU` is of many bodies; which one is meant comes from the body named,
//! the place and the date. What stays unknown is `?` in the key, never a guess.

use crate::domain::{
    date::PartialDate,
    doc_number::{DocNumber, Family, Period},
    tables::{Issuer, Level, Tables, TermLevel},
};

/// What is known of a document beside its number.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyHints<'a> {
    /// Identifier of the body named as issuer, e.g. `vanson.ubnd`.
    pub issuer_id: Option<&'a str>,
    /// Identifier of the place, e.g. `vanson` or `huyen-anlac`, for bodies that every place has.
    pub place_id: Option<&'a str>,
    /// Identifier of the province when `place_id` is a place inside one.
    pub province_id: Option<&'a str>,
    /// When it was issued.
    pub issued_on: Option<PartialDate>,
}

/// The document key `issuer|TYPE|number|period`: see [`DocNumber::key`].
///
/// # Example
/// ```
/// use vanthu::domain::{doc_key::{KeyHints, document_key}, doc_number::DocNumber, tables::Tables};
/// let tables = Tables::builtin();
/// let number = DocNumber::parse(tables, "293/KH-SLĐTBXH").unwrap().number;
/// let issued_on = "2020-03-02".parse().ok();
/// let hints = KeyHints { place_id: Some("vanson"), issued_on, ..KeyHints::default() };
/// assert_eq!(document_key(tables, &number, hints), "vanson.sldtbxh|KH|293|2020");
/// ```
pub fn document_key(tables: &Tables, number: &DocNumber, hints: KeyHints<'_>) -> String {
    let sign = number.issuer_sign().unwrap_or_default();
    let rows = rows_of(tables, number, sign);
    // The year in the number dates it, too.
    let year = number.year.and_then(PartialDate::year_only);
    let dated = KeyHints { issued_on: hints.issued_on.or(year), ..hints };
    let issuer_id = issuer_id(&rows, dated);
    let period = period(tables, number, &rows, hints);
    number.key(issuer_id.as_deref(), period)
}

/// The bodies of a sign that number in the way of this number.
fn rows_of<'t>(tables: &'t Tables, number: &DocNumber, sign: &str) -> Vec<&'t Issuer> {
    let is_party = |row: &Issuer| {
        matches!(
            row.level,
            Level::PartyCentral | Level::PartyProvince | Level::PartyDistrict | Level::PartyBase
        )
    };
    let all: Vec<&Issuer> = tables.issuers_by_sign(sign).iter().map(AsRef::as_ref).collect();
    let fitting: Vec<&Issuer> = all
        .iter()
        .copied()
        .filter(|row| {
            row.level == Level::MassOrg || is_party(row) == (number.family == Family::Party)
        })
        .collect();
    if fitting.is_empty() { all } else { fitting }
}

/// The part of an identifier behind the place: `snv` in `vanson.snv`, all of `ttg`.
fn local_part(id: &str) -> &str {
    id.split_once('.').map_or(id, |(_, local)| local)
}

fn issuer_id(rows: &[&Issuer], hints: KeyHints<'_>) -> Option<String> {
    // `TW` is signed by the Politburo and the Secretariat, too; the series is one.
    let root = rows
        .iter()
        .find(|row| rows.len() > 1 && rows.iter().all(|other| is_part_of(&other.id, &row.id)));
    if let Some(root) = root.filter(|root| !root.is_relative()) {
        return Some(root.id.clone());
    }
    if let Some(named) = hints.issuer_id {
        let fits = |row: &&&Issuer| {
            row.id == named || row.is_relative() && local_part(&row.id) == local_part(named)
        };
        if let Some(row) = rows.iter().find(fits) {
            return Some(match (named.strip_prefix("?."), place_of(row, hints)) {
                (Some(local), Some(place)) => format!("{place}.{local}"),
                _ => named.to_owned(),
            });
        }
    }
    // Without a name the rows must be one body: of those that existed at the date.
    let existing: Vec<&&Issuer> =
        rows.iter().filter(|row| hints.issued_on.is_none_or(|date| row.existed_on(date))).collect();
    let first = existing.first()?;
    let is_one = existing.iter().all(|row| row.id == first.id && row.level == first.level);
    let place = place_of(first, hints);
    if !is_one || first.is_relative() && place.is_none() {
        return None;
    }
    Some(first.id_in(place))
}

/// The place of a relative body: a department is of the province, whoever writes about it.
fn place_of<'a>(row: &Issuer, hints: KeyHints<'a>) -> Option<&'a str> {
    let is_provincial =
        matches!(row.level, Level::Province | Level::ProvinceDept | Level::PartyProvince);
    let is_inside = |place: &&str| place.contains('-');
    if is_provincial {
        return hints.province_id.or(hints.place_id.filter(|place| !is_inside(place)));
    }
    hints.place_id.or(hints.province_id)
}

fn is_part_of(id: &str, root: &str) -> bool {
    id.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The year, or the term of the Party congress in which a Party document was issued.
fn period(
    tables: &Tables,
    number: &DocNumber,
    rows: &[&Issuer],
    hints: KeyHints<'_>,
) -> Option<Period> {
    let date = hints.issued_on?;
    let level = rows.first().map(|row| row.level);
    let term_level = match level {
        Some(Level::PartyCentral) => TermLevel::Central,
        Some(Level::PartyProvince | Level::PartyDistrict | Level::PartyBase) => TermLevel::Province,
        _ => return Some(date.into()),
    };
    if number.family != Family::Party {
        return Some(date.into());
    }
    tables.party_term_at(term_level, date).map(|term| Period::Term(term.id.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: &str, hints: (Option<&str>, Option<&str>, &str), expected: &str) {
        let tables = Tables::builtin();
        let number = DocNumber::parse(tables, number).unwrap().number;
        let (issuer_id, place_id, date) = hints;
        let issued_on = date.parse().ok();
        let hints = KeyHints { issuer_id, place_id, issued_on, ..KeyHints::default() };
        assert_eq!(document_key(tables, &number, hints), expected);
    }

    #[test]
    fn keys() {
        check("91/2018/NĐ-CP", (None, None, ""), "cp|NĐ|91|2018");
        check("293/KH-SLĐTBXH", (None, Some("vanson"), "2020-03"), "vanson.sldtbxh|KH|293|2020");
        // Without a place, without a date.
        check("293/KH-SLĐTBXH", (None, None, "2020"), "?.SLĐTBXH|KH|293|2020");
        check("293/KH-SLĐTBXH", (None, Some("vanson"), ""), "vanson.sldtbxh|KH|293|?");
        // UBND is of three levels: only the name tells.
        check("12/QĐ-UBND", (None, Some("vanson"), "2020"), "?.UBND|QĐ|12|2020");
        check(
            "12/QĐ-UBND",
            (Some("huyen-anlac.ubnd"), None, "2020"),
            "huyen-anlac.ubnd|QĐ|12|2020",
        );
        check("12/QĐ-UBND", (Some("?.ubnd"), Some("vanson"), "2020"), "vanson.ubnd|QĐ|12|2020");
        // A letterhead that is not of this sign does not lend its name.
        check("63/QĐ-TTg", (Some("cp"), None, "2020"), "ttg|QĐ|63|2020");
        // Party numbers begin anew with every congress.
        check("34-CT/TW", (Some("tw.bct"), None, "2014-04-07"), "tw|CT|34|khoaXI");
        check("34-CT/TW", (None, None, "2024-05-24"), "tw|CT|34|khoaXIII");
        check("06-CT/TU", (None, Some("vanson"), "2016-05-09"), "vanson.tinhuy|CT|6|nk2015-2020");
        check("06-CT/TU", (None, Some("vanson"), ""), "vanson.tinhuy|CT|6|?");
        // A department named in a district is that of the province, which is not known there.
        check(
            "954/SLĐTBXH-VP",
            (Some("?.sldtbxh"), Some("huyen-anlac"), "2020"),
            "?.sldtbxh|CV|954|2020",
        );
        check("54/2019/QH14", (None, None, ""), "qh|-|54|2019");
    }
}
