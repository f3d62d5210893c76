//! The parts of a head → the fields of the record, with keys and with warnings where two
//! readings disagree. Must not read the text again, but for the foot and the closing sentence.

use crate::{
    domain::{
        doc_key::{KeyHints, document_key},
        doc_number::{DocNumber, Family},
        found::Found,
        record::{Metadata, Warning},
        tables::{PLACE, Tables, name_key},
    },
    extract::{checks, footer, head::Parts, issuer, place_date},
    text::Text,
};

/// How far below the signer's name the recipients may begin, in lines.
const LINES_BELOW_NAME: usize = 25;

/// Writes the parts into the fields and reports what is missing or disagrees.
pub(super) fn fill(
    tables: &Tables,
    text: &Text,
    mut parts: Parts,
    metadata: &mut Metadata,
    warnings: &mut Vec<Warning>,
) {
    if let Some(retyped) = parts.retyped.take() {
        parts.number = if parts.number.at.is_none() { retyped.number } else { parts.number };
        // Under a letterhead the line only says which organ decided: `CỦA BAN THƯỜNG VỤ …`.
        if parts.bodies.is_empty() {
            metadata.issuer = retyped.issuer.map(|body| body.found("header.retyped", 0.95));
        }
        metadata.issued_on = retyped.issued_on;
    }
    metadata.place = parts.place_date.place.take();
    if metadata.issued_on.is_none() {
        metadata.issued_on = parts.place_date.issued_on.take();
        warnings.append(&mut parts.place_date.warnings);
    }
    if metadata.issued_on.is_none() {
        metadata.issued_on = place_date::adopted_on(text);
    }
    warnings.extend(parts.number.warning());
    let lead = parts.lead_body(tables);
    let signature = footer::signature(tables, text, parts.body_line, lead.as_deref());
    // The list stands beside the signature; later ones belong to forms in an appendix.
    let last = signature.as_ref().map_or(text.lines.len(), |found| found.line + LINES_BELOW_NAME);
    metadata.recipients = footer::recipients(tables, text, parts.body_line, last);
    fill_issuer(tables, &parts, metadata, signature.as_ref());
    fill_type(tables, &parts, metadata);
    metadata.subject = match parts.title.take() {
        Some(title) => title.subject.or_else(|| parts.letter_subject.take()),
        None => parts.letter_subject.take(),
    };
    if let Some(signature) = signature {
        metadata.signer = signature.signer;
        metadata.signer_position = signature.position;
        metadata.signing_capacity = signature.capacity;
    }
    fill_number(tables, text, &parts, metadata);
    if let Some(parsed) = &parts.number.parsed {
        checks::conflicts(tables, &parsed.number, metadata, warnings);
    } else if let Some(sign) = parts.number.sign_as_number(tables) {
        checks::conflicts(tables, &sign.number, metadata, warnings);
    }
}

/// Issuer and parent: from the letterhead, else from the signature or the sign.
fn fill_issuer(
    tables: &Tables,
    parts: &Parts,
    metadata: &mut Metadata,
    signature: Option<&footer::Signature>,
) {
    let number = parts
        .number
        .parsed
        .as_ref()
        .map(|parsed| parsed.number.clone())
        .or_else(|| parts.number.sign_as_number(tables).map(|parsed| parsed.number));
    let place = metadata.place.as_ref().map(|place| place.value.clone());
    if metadata.issuer.is_some() {
        return;
    }
    let is_joint = number.as_ref().is_some_and(|number| number.issuers.len() > 1)
        || parts.doc_type.as_ref().is_some_and(|found| found.value.ends_with("liên tịch"));
    if is_joint && parts.bodies.len() > 1 {
        metadata.issuer =
            issuer::joined(&parts.bodies).map(|body| body.found("header.letterhead", 0.95));
        return;
    }
    if let Some((last, above)) = parts.bodies.split_last() {
        let parent = above.last();
        let mut issuer =
            last.found("header.letterhead", if last.id.is_some() { 0.98 } else { 0.9 });
        issuer.key = issuer.key.map(|id| issuer::placed_id(tables, &id, parent, place.as_deref()));
        metadata.issuer = Some(issuer);
        metadata.parent_issuer = parent.map(|parent| parent.found("header.letterhead", 0.95));
        return;
    }
    metadata.issuer = issuer_without_letterhead(tables, parts, number.as_ref(), place, signature);
}

/// The issuer of a text whose letterhead was lost: the sign names it, or the signature does.
fn issuer_without_letterhead(
    tables: &Tables,
    parts: &Parts,
    number: Option<&DocNumber>,
    place: Option<String>,
    signature: Option<&footer::Signature>,
) -> Option<Found<String>> {
    let number = number?;
    let span = parts.number.span?;
    let raw = parts.number.printed.clone().or_else(|| parts.number.blank_sign.clone())?;
    let found = |value: String, key: Option<String>, rule: &str, confidence: f32| Found {
        value,
        raw: raw.clone(),
        key,
        page: parts.number.page,
        span,
        rule: rule.to_owned(),
        confidence,
    };
    if let Some(row) = issuer::by_sign(tables, number.issuer_sign()?) {
        let id = issuer::placed_id(tables, &row.id_in(None), None, place.as_deref());
        if !row.name.contains(PLACE) {
            return Some(found(row.name.clone(), Some(id), "header.sign", 0.85));
        }
    }
    let body = signature?.body.as_ref()?;
    let key = name_key(body);
    tables.body_head(&key)?;
    let id = tables.issuer_by_name(&key).map(|named| named.id());
    Some(found(body.clone(), id, "footer.body", 0.7))
}

/// The type: from the type line, else from the sign; `Công văn` when the sign has none.
fn fill_type(tables: &Tables, parts: &Parts, metadata: &mut Metadata) {
    let number = &parts.number;
    let sign = number.type_sign(tables);
    let by_number = |name: &str, key: &str, rule: &str, confidence: f32| {
        let span = number.span?;
        Some(Found {
            value: name.to_owned(),
            raw: number.printed.clone().or_else(|| number.blank_sign.clone())?,
            key: Some(key.to_owned()),
            page: number.page,
            span,
            rule: rule.to_owned(),
            confidence,
        })
    };
    let from_sign = sign.as_deref().and_then(|sign| tables.doc_type_by_sign(sign));
    if let Some(row) = from_sign.filter(|row| row.sign == "VBHN") {
        metadata.doc_type = by_number(&row.name, &row.sign, "header.consolidation", 0.98);
        return;
    }
    if let Some(doc_type) = &parts.doc_type {
        metadata.doc_type = Some(doc_type.clone());
        return;
    }
    if let Some(name) = &number.label_type {
        metadata.doc_type = by_number(name, name, "header.label", 0.95);
        return;
    }
    // `Số: 12/CT-TTHT` over `V/v …`: the letter of a tax office, no directive.
    let is_issuer_too = |sign: &str| sign == "PC" || !tables.issuers_by_sign(sign).is_empty();
    if parts.letter_subject.is_some()
        && parts.title.is_none()
        && sign.as_deref().is_some_and(is_issuer_too)
        && let Some(row) = tables.doc_type_by_sign("CV")
    {
        metadata.doc_type = by_number(&row.name, &row.sign, "header.letter", 0.9);
        return;
    }
    if let Some(row) = from_sign {
        metadata.doc_type = by_number(&row.name, &row.sign, "header.sign", 0.9);
        return;
    }
    let is_letter = match &number.parsed {
        Some(parsed) => parsed.number.family == Family::Letter,
        None => number.blank_sign.is_some(),
    };
    if is_letter && let Some(row) = tables.doc_type_by_sign("CV") {
        metadata.doc_type = by_number(&row.name, &row.sign, "header.letter", 0.95);
    }
}

/// The number with its document key.
fn fill_number(tables: &Tables, text: &Text, parts: &Parts, metadata: &mut Metadata) {
    let number = &parts.number;
    let (Some(printed), Some(span)) = (&number.printed, number.span) else { return };
    let province = match &metadata.place {
        Some(place) => tables.province_of(&place.value),
        None => tables.default_province(),
    };
    let place_id = province.map(|province| province.id.clone());
    let key = number.parsed.as_ref().map(|parsed| {
        let hints = KeyHints {
            issuer_id: metadata.issuer.as_ref().and_then(|issuer| issuer.key.as_deref()),
            place_id: place_id.as_deref(),
            issued_on: metadata.issued_on.as_ref().map(|date| date.value),
            ..KeyHints::default()
        };
        document_key(tables, &parsed.number, hints)
    });
    metadata.number = Some(Found {
        value: printed.clone(),
        raw: text.slice(span).to_owned(),
        key,
        page: number.page,
        span,
        rule: number.rule.to_owned(),
        confidence: number.confidence,
    });
}
