//! [`Series`]: what a run of numbers lacks, has twice, or has in the wrong order of dates.
//!
//! A register has one running number after another, so what is not there was lost or never
//! filed. Only the numbers between the lowest and the highest that the archive holds are looked
//! at: an archive that begins with number 41 says nothing about the forty before.

use std::{collections::BTreeMap, ops::RangeInclusive};

use crate::{catalog::Head, domain::number_forms::NumberForms};

/// One run of numbers: a year, an issuer and a sign, e.g. the plans of a department in 2020.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The year of the numbers.
    pub year: i16,
    /// Who issued them, as printed on the first of them.
    pub issuer: Option<String>,
    /// The sign, as printed on the first of them: `KH-SLĐTBXH`.
    pub sign: String,
    /// How many documents of it the archive holds.
    pub n_held: usize,
    /// Numbers between the lowest and the highest held that no document carries.
    pub missing: Vec<RangeInclusive<u32>>,
    /// Numbers that several documents carry.
    pub doubled: Vec<u32>,
    /// Pairs of a number and a lower one that was dated later: the higher was signed first.
    pub out_of_order: Vec<(u32, u32)>,
}

impl Series {
    /// Whether there is anything to look into.
    pub fn is_odd(&self) -> bool {
        !self.missing.is_empty() || !self.doubled.is_empty() || !self.out_of_order.is_empty()
    }
}

/// Numbers that are absent beyond this many in a row say that the archive holds a choice of
/// documents, not a register.
const LONGEST_GAP: u32 = 200;

/// A document and its running number.
type Held<'a> = (u32, &'a Head);

/// The runs of numbers among the documents, by year, issuer and sign; documents without a plain
/// running number or without a year belong to none.
pub fn series<'a>(heads: impl IntoIterator<Item = &'a Head>) -> Vec<Series> {
    let mut groups: BTreeMap<(i16, String, String), Vec<Held>> = BTreeMap::new();
    for head in heads {
        let metadata = &head.record.metadata;
        let Some(number) = &metadata.number else { continue };
        let Some(forms) = NumberForms::of(&number.value) else { continue };
        let dated = metadata.issued_on.as_ref().map(|date| date.value.year());
        let (Ok(serial), Some(year)) = (forms.serial.parse(), forms.year.or(dated)) else {
            continue;
        };
        let issuer = metadata.issuer.as_ref();
        let issuer = issuer.map(|issuer| issuer.key.as_ref().unwrap_or(&issuer.value).clone());
        let key = (year, issuer.unwrap_or_default(), forms.sign.join("-"));
        groups.entry(key).or_default().push((serial, head));
    }
    groups
        .into_iter()
        .map(|((year, ..), mut held)| {
            held.sort_by_key(|(serial, head)| (*serial, head.ord));
            one(year, &held)
        })
        .collect()
}

fn one(year: i16, held: &[Held<'_>]) -> Series {
    let (mut missing, mut doubled, mut out_of_order) = (Vec::new(), Vec::new(), Vec::new());
    for pair in held.windows(2) {
        let [(lower, before), (higher, after)] = pair else { continue };
        if lower == higher {
            if doubled.last() != Some(lower) {
                doubled.push(*lower);
            }
        } else if higher - lower > 1 && higher - lower <= LONGEST_GAP {
            missing.push(lower + 1..=higher - 1);
        }
        let day = |head: &Head| {
            head.record.metadata.issued_on.as_ref().map(|date| date.value.day_range())
        };
        // Only when the whole of one date lies before the other was it signed earlier.
        if let (Some((first, _)), Some((_, last))) = (day(before), day(after))
            && lower != higher
            && last < first
        {
            out_of_order.push((*higher, *lower));
        }
    }
    let metadata = held.first().map(|(_, head)| &head.record.metadata);
    let number = metadata.and_then(|metadata| metadata.number.as_ref());
    let sign = number.map_or("", |number| sign_of(&number.value)).to_owned();
    let issuer = metadata.and_then(|metadata| metadata.issuer.as_ref());
    let issuer = issuer.map(|issuer| issuer.value.clone());
    Series { year, issuer, sign, n_held: held.len(), missing, doubled, out_of_order }
}

/// The part of a printed number after its running number and year.
fn sign_of(number: &str) -> &str {
    number.trim_start_matches(|c: char| c.is_ascii_digit() || " /-.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        archive::register::tests::{found, head},
        domain::date::PartialDate,
    };

    fn dated(number: &str, day: u8) -> Head {
        let mut head = head(number);
        head.record.metadata.issued_on = Some(found(PartialDate::day_of(2020, 3, day).unwrap()));
        head
    }

    #[test]
    fn what_a_run_lacks_has_twice_and_has_in_the_wrong_order() {
        let heads = [
            dated("41/KH-SLĐTBXH", 1),
            dated("44/KH-SLĐTBXH", 9),
            dated("45/KH-SLĐTBXH", 8),
            dated("45/KH-SLĐTBXH", 10),
            dated("46a/KH-SLĐTBXH", 11),
            dated("7/QĐ-SLĐTBXH", 12),
        ];
        let runs = series(&heads);
        assert_eq!(runs.len(), 2);
        assert_eq!((runs[0].year, runs[0].sign.as_str(), runs[0].n_held), (2020, "KH-SLĐTBXH", 4));
        assert_eq!(runs[0].missing, [42..=43]);
        assert_eq!(runs[0].doubled, [45]);
        assert_eq!(runs[0].out_of_order, [(45, 44)]);
        assert!(!runs[1].is_odd(), "one document is no run");
    }

    #[test]
    fn a_choice_of_documents_lacks_nothing() {
        let heads = [dated("2/QĐ-UBND", 1), dated("2305/QĐ-UBND", 2)];
        assert!(series(&heads)[0].missing.is_empty());
    }
}
