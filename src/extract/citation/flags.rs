//! What is remarkable about a citation by itself. Nothing is repaired here.

use super::mention::Mention;
use crate::domain::{
    citation::CitationFlag,
    doc_number::{DocNumber, Repair},
    tables::Tables,
};

/// The flags that the mention alone proves, sorted.
pub(super) fn of(tables: &Tables, mention: &Mention, text: &str) -> Vec<CitationFlag> {
    let mut flags = Vec::new();
    if let Some(number) = &mention.number {
        for repair in &number.repairs {
            flags.extend(match repair {
                Repair::MissingHyphen => Some(CitationFlag::MissingHyphen),
                Repair::SwappedSeparators => Some(CitationFlag::SwappedSeparators),
                Repair::SpaceForSeparator => Some(CitationFlag::SpaceForSeparator),
                Repair::TypeAfterIssuer => Some(CitationFlag::TypeAfterIssuer),
                // Customs of their time, nothing to look into.
                Repair::SlashForHyphen
                | Repair::ModernisedOldForm
                | Repair::ShortYear
                | Repair::ThousandsDot
                | Repair::LostStroke => None,
            });
        }
        if mention.date.is_none() && number.number.year.is_none() {
            flags.push(CitationFlag::NoDate);
        }
        if type_differs(tables, mention, &number.number) {
            flags.push(CitationFlag::TypeDiffers);
        }
    } else {
        flags.push(CitationFlag::TitleOnly);
    }
    if let Some(date) = &mention.date {
        if date.impossible {
            flags.push(CitationFlag::ImpossibleDate);
        }
        let number_year = mention.number.as_ref().and_then(|number| number.number.year);
        if let (Some(in_number), Some(date)) = (number_year, date.date)
            && in_number != date.year()
        {
            flags.push(CitationFlag::YearDiffers);
        }
    }
    if title_year_differs(mention, text) {
        flags.push(CitationFlag::TitleYearDiffers);
    }
    flags.sort();
    flags.dedup();
    flags
}

/// `Nghị quyết số 42/NĐ-CP`: the word and the sign name two types.
fn type_differs(tables: &Tables, mention: &Mention, number: &DocNumber) -> bool {
    let Some(word) = mention.type_word.as_ref().filter(|word| word.name.is_some()) else {
        return false;
    };
    let Some(sign) = &number.doc_type else {
        // A letter has no sign of a type; any other word for it contradicts the form.
        let is_letter = number.family == crate::domain::doc_number::Family::Letter
            && number.issuer_sign().is_some_and(|sign| !tables.issuers_by_sign(sign).is_empty());
        return is_letter && !word.signs.is_empty() && !word.signs.iter().any(|sign| sign == "CV");
    };
    if word.signs.is_empty() {
        return false;
    }
    // `công văn số 52/TC-QC`: of a body that no table knows, whose sign looks like a type.
    let is_known = |sign: &str| !tables.issuers_by_sign(sign).is_empty();
    if word.signs.iter().any(|sign| sign == "CV") && !number.issuer_sign().is_some_and(is_known) {
        return false;
    }
    // `Chương trình phối hợp` with the sign of Chương trình is one of its kinds.
    let name = word.name.as_deref().unwrap_or_default();
    let mut of_sign = tables.doc_types_by_sign(sign).into_iter();
    if of_sign.any(|known| name.starts_with(&known.name) || known.name.starts_with(name)) {
        return false;
    }
    // `Kế hoạch` with KHPH and `Thông báo kết luận` with TB are kinds of one type.
    let sign = sign.to_uppercase();
    !word.signs.iter().any(|of_word| {
        let of_word = of_word.to_uppercase();
        sign.starts_with(&of_word) || of_word.starts_with(&sign)
    })
}

/// A plan that names an earlier year than that of its date: `ngày 05/3/2019 … thi đua năm 2018`.
///
/// Reports look back, so only what plans ahead is looked at; periods (`2016 - 2020`) are left out.
fn title_year_differs(mention: &Mention, text: &str) -> bool {
    let plans_ahead = mention
        .doc_type
        .as_deref()
        .is_some_and(|name| name.starts_with("Kế hoạch") || name.starts_with("Chương trình"));
    let (Some(title), Some(date)) = (&mention.title, mention.date.as_ref().and_then(|d| d.date))
    else {
        return false;
    };
    let title = &text[title.clone()];
    let Some(at) = title.find("năm ").filter(|_| plans_ahead) else { return false };
    let rest = &title[at + "năm ".len()..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let is_period = rest[digits..].trim_start().starts_with(['-', '–']);
    let year: Option<i16> = (digits == 4 && !is_period).then(|| rest[..4].parse().ok()).flatten();
    year.is_some_and(|year| year < date.year())
}
