//! [`Shape`] → [`Parsed`]: which family, what is the type, who are the issuers.
//!
//! The order of the questions is the rule: year first, then the Party's separators, the closed
//! set of historic signs, a known type in front, and an official letter when nothing else fits.

use super::{
    DocNumber, Family, Parsed, Repair,
    lex::{Separator, Shape},
    signs::{Regime, Signs},
};

/// Issuers that stood alone behind a number, each until its own year.
///
/// # Source
/// Sắc lệnh 1945–1957 (SL), Hội đồng Chính phủ 1955–1981 and Chính phủ until 1997 (CP), Hội đồng
/// Bộ trưởng 1981–1992 (HĐBT), Thủ tướng (TTg), Ủy ban nhân dân until about 2005 (UB).
const HISTORIC: [&str; 6] = ["CP", "TTg", "HĐBT", "HĐCP", "UB", "SL"];

/// Types that are printed behind the issuer and are never the name of a unit.
const TYPES_BEHIND: [&str; 6] = ["GCN", "GP", "NQ", "NĐ", "QĐ", "TT"];

/// The sign of Sắc lệnh, the one historic sign that is a type and not an issuer.
const ORDER_OF_1945: &str = "SL";

/// Reads the meaning of a shape; `None` when its parts are no number.
pub(super) fn classify(shape: Shape, signs: Signs) -> Option<Parsed> {
    let mut repairs = shape.repairs.clone();
    let mut number = DocNumber {
        serial: shape.serial,
        part: shape.part,
        suffix: shape.suffix,
        year: shape.year,
        family: Family::Legal,
        doc_type: None,
        issuers: Vec::new(),
        units: Vec::new(),
        legislature: None,
    };
    let segments: Vec<&str> = shape.segments.iter().map(|(_, text)| text.as_str()).collect();
    let first_separator = shape.segments[0].0;
    let second_separator = shape.segments.get(1).map(|(separator, _)| *separator);
    if shape.year.is_some() {
        read_sign(&mut number, &segments, signs, &mut repairs)?;
        if second_separator == Some(Separator::Slash) {
            repairs.push(Repair::SlashForHyphen);
        }
        let is_old = number.doc_type.is_none() && number.legislature.is_none();
        if is_old && segments.len() == 1 && historic(segments[0]).is_some() {
            repairs.push(Repair::ModernisedOldForm);
        }
    } else if segments.len() == 1 {
        read_single(&mut number, segments[0], first_separator, signs, &mut repairs)?;
    } else {
        read_sign(&mut number, &segments, signs, &mut repairs)?;
        number.family = family(&number, first_separator, second_separator, signs, &mut repairs)?;
    }
    Some(Parsed { number, printed: shape.printed, repairs })
}

/// The family of a number without a year and with at least two segments.
fn family(
    number: &DocNumber,
    first: Separator,
    second: Option<Separator>,
    signs: Signs,
    repairs: &mut Vec<Repair>,
) -> Option<Family> {
    let regime = number.issuer_sign().and_then(|sign| signs.regime(sign));
    if number.doc_type.is_none() {
        // Without a known type only the slash of an official letter is left.
        return (first == Separator::Slash && second == Some(Separator::Hyphen))
            .then_some(Family::Letter);
    }
    if number.issuer_sign() == Some("HĐBT") {
        repairs.push(Repair::ModernisedOldForm);
    }
    if first == Separator::Space {
        repairs.push(Repair::SpaceForSeparator);
    }
    let is_party_shape =
        first == Separator::Hyphen || first == Separator::Space && second == Some(Separator::Slash);
    if is_party_shape {
        if regime == Some(Regime::State) || second == Some(Separator::Hyphen) {
            repairs.push(Repair::SwappedSeparators);
        }
        let is_state = regime == Some(Regime::State);
        return Some(if is_state { Family::Admin } else { Family::Party });
    }
    if regime == Some(Regime::Party) {
        repairs.push(Repair::SwappedSeparators);
        return Some(Family::Party);
    }
    if second == Some(Separator::Slash) {
        repairs.push(Repair::SlashForHyphen);
    }
    Some(Family::Admin)
}

/// A number with one segment and no year: historic, an official letter, or a lost hyphen.
fn read_single(
    number: &mut DocNumber,
    segment: &str,
    separator: Separator,
    signs: Signs,
    repairs: &mut Vec<Repair>,
) -> Option<()> {
    if let Some(sign) = historic(segment) {
        if separator == Separator::Space && sign != ORDER_OF_1945 {
            return None;
        }
        number.family = Family::Historic;
        if sign == ORDER_OF_1945 {
            number.doc_type = Some(sign.to_owned());
        } else {
            number.issuers.push(sign.to_owned());
        }
        return Some(());
    }
    if separator != Separator::Slash || signs.type_of(segment).is_some() {
        return None;
    }
    if let Some((doc_type, issuer)) = split_missing_hyphen(segment, signs) {
        repairs.push(Repair::MissingHyphen);
        number.doc_type = Some(doc_type);
        number.issuers.push(issuer);
        number.family = Family::Admin;
        if signs.regime(&number.issuers[0]) == Some(Regime::Party) {
            repairs.push(Repair::SwappedSeparators);
            number.family = Family::Party;
        }
        return Some(());
    }
    number.family = Family::Letter;
    number.issuers.push(signs.issuer_spelling(segment));
    Some(())
}

/// Type, issuers and units of a sign.
fn read_sign(
    number: &mut DocNumber,
    segments: &[&str],
    signs: Signs,
    repairs: &mut Vec<Repair>,
) -> Option<()> {
    let (first, rest) = segments.split_first()?;
    if let Some(doc_type) = signs.type_of(first) {
        if rest.is_empty() {
            return None;
        }
        set_issuers(number, Some(doc_type), rest, signs);
        return Some(());
    }
    if let Some((doc_type, issuer)) = split_missing_hyphen(first, signs) {
        repairs.push(Repair::MissingHyphen);
        let mut all = vec![issuer.as_str()];
        all.extend(rest);
        set_issuers(number, Some(doc_type), &all, signs);
        return Some(());
    }
    if let Some(doc_type) = restore_stroke(first, signs)
        && rest.first().is_some_and(|issuer| signs.is_issuer(issuer))
    {
        repairs.push(Repair::LostStroke);
        set_issuers(number, Some(doc_type), rest, signs);
        return Some(());
    }
    if let Some((last, middle)) = rest.split_last()
        && let Some(doc_type) = signs.type_of(last)
        && TYPES_BEHIND.contains(&doc_type.as_str())
    {
        repairs.push(Repair::TypeAfterIssuer);
        let mut all = vec![*first];
        all.extend(middle);
        set_issuers(number, Some(doc_type), &all, signs);
        return Some(());
    }
    set_issuers(number, None, segments, signs);
    Some(())
}

/// Sets the type and shares the other segments out among issuers, legislature and units.
fn set_issuers(number: &mut DocNumber, doc_type: Option<String>, segments: &[&str], signs: Signs) {
    // Joint documents (liên tịch) name all their issuers; others one issuer and its units.
    let is_joint = doc_type.as_deref().is_some_and(|sign| sign.ends_with("LT"));
    number.doc_type = doc_type;
    for (i, segment) in segments.iter().enumerate() {
        if i > 0 && !is_joint {
            number.units.push(segment.to_uppercase());
        } else if let Some((issuer, legislature)) = national_assembly(segment) {
            number.issuers.push(issuer.to_owned());
            number.legislature = legislature;
        } else {
            number.issuers.push(signs.issuer_spelling(segment));
        }
    }
}

/// `QH14` and `UBTVQH10`: the body and its legislature.
fn national_assembly(segment: &str) -> Option<(&'static str, Option<u8>)> {
    let upper = segment.to_uppercase();
    let (issuer, digits) = if let Some(digits) = upper.strip_prefix("UBTVQH") {
        ("UBTVQH", digits)
    } else {
        ("QH", upper.strip_prefix("QH")?)
    };
    if digits.is_empty() {
        return Some((issuer, None));
    }
    let legislature: u8 = digits.parse().ok()?;
    (digits.len() <= 2 && !digits.starts_with('0')).then_some((issuer, Some(legislature)))
}

/// The historic sign as registered.
fn historic(segment: &str) -> Option<&'static str> {
    HISTORIC.into_iter().find(|sign| sign.to_uppercase() == segment.to_uppercase())
}

/// The longest known type in front of a known issuer: `TTBLĐTBXH` is `TT` and `BLĐTBXH`.
fn split_missing_hyphen(segment: &str, signs: Signs) -> Option<(String, String)> {
    if signs.is_issuer(segment) {
        return None;
    }
    let cuts: Vec<usize> = segment.char_indices().map(|(at, _)| at).skip(2).collect();
    cuts.into_iter().rev().find_map(|cut| {
        let (head, tail) = segment.split_at(cut);
        let doc_type = signs.type_of(head).filter(|sign| signs.is_common_type(sign))?;
        let issuer = national_assembly(tail).map(|_| tail.to_uppercase());
        let is_long_enough = tail.chars().count() >= 2;
        let issuer =
            issuer.or_else(|| signs.is_issuer(tail).then(|| signs.issuer_spelling(tail)))?;
        is_long_enough.then_some((doc_type, issuer))
    })
}

/// The type whose Đ was printed as D: `ND` is `NĐ`.
fn restore_stroke(segment: &str, signs: Signs) -> Option<String> {
    if !segment.contains(['D', 'd']) || segment.chars().count() > 5 {
        return None;
    }
    signs.type_of(&segment.replace(['D', 'd'], "Đ"))
}
