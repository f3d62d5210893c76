//! [`corrected`]: the fields as read and a clerk's values → the fields as they are shown.
//!
//! Keys follow the values: the document key of a number is made anew when the number, the body,
//! the place or the date was corrected. Must not look at the text.

use crate::{
    domain::{
        correction::{CLERK, Field, urgency},
        doc_key::{KeyHints, document_key},
        doc_number::DocNumber,
        found::{Found, Span},
        record::Metadata,
        tables::{Tables, name_key},
    },
    extract::issuer,
};

/// Puts a clerk's values over what was read; `None` is a field that is blank on paper.
///
/// A value keeps the place it was read from, so that the page can show where to look.
pub fn corrected(tables: &Tables, read: &Metadata, values: &[(Field, Option<String>)]) -> Metadata {
    let mut metadata = read.clone();
    for (field, value) in values {
        set(tables, &mut metadata, *field, value.as_deref());
    }
    let concerns = |fields: &[Field]| values.iter().any(|(field, _)| fields.contains(field));
    if concerns(&[Field::Issuer, Field::ParentIssuer, Field::Place]) {
        place_issuer(tables, &mut metadata);
    }
    if concerns(&[Field::Number, Field::Issuer, Field::ParentIssuer, Field::Place, Field::IssuedOn])
    {
        key_number(tables, &mut metadata);
    }
    metadata
}

fn set(tables: &Tables, metadata: &mut Metadata, field: Field, value: Option<&str>) {
    let text = |read: &mut Option<Found<String>>, key: Option<String>| {
        *read = value.map(|value| given(read.take(), value.to_owned(), key));
    };
    match field {
        Field::Number => text(&mut metadata.number, None),
        Field::Issuer => text(&mut metadata.issuer, value.and_then(|name| body_id(tables, name))),
        Field::ParentIssuer => {
            text(&mut metadata.parent_issuer, value.and_then(|name| body_id(tables, name)));
        }
        Field::DocType => text(&mut metadata.doc_type, value.and_then(|name| sign(tables, name))),
        Field::Subject => text(&mut metadata.subject, None),
        Field::Signer => text(&mut metadata.signer, None),
        Field::SignerPosition => text(&mut metadata.signer_position, None),
        Field::SigningCapacity => text(&mut metadata.signing_capacity, None),
        Field::Place => text(&mut metadata.place, None),
        Field::IssuedOn => {
            let date = value.and_then(|value| value.parse().ok());
            metadata.issued_on = date.map(|date| given(metadata.issued_on.take(), date, None));
        }
        Field::Recipients => {
            let lines = value.map(|value| value.lines().map(str::to_owned).collect());
            metadata.recipients =
                lines.map(|lines: Vec<String>| given(metadata.recipients.take(), lines, None));
        }
        Field::Urgency => {
            let level = value.and_then(urgency);
            metadata.urgency = level.map(|level| given(metadata.urgency.take(), level, None));
        }
        Field::IsDraft => {
            let flag = value.map(|value| value == "true");
            metadata.is_draft = flag.map(|flag| given(metadata.is_draft.take(), flag, None));
        }
    }
}

/// A value by the clerk, at the place where another one was read.
fn given<T>(read: Option<Found<T>>, value: T, key: Option<String>) -> Found<T> {
    let (raw, page, span) =
        read.map_or((String::new(), 1, Span::new(0, 0)), |read| (read.raw, read.page, read.span));
    Found { value, raw, key, page, span, rule: CLERK.to_owned(), confidence: 1.0 }
}

/// The sign of a type by its whole name.
fn sign(tables: &Tables, name: &str) -> Option<String> {
    let key = name_key(name);
    let row = tables.doc_type_by_name(&key).filter(|row| row.folded_name == key)?;
    (!row.sign.is_empty()).then(|| row.sign.clone())
}

fn body_id(tables: &Tables, name: &str) -> Option<String> {
    tables.issuer_by_name(&name_key(name)).map(|named| named.id())
}

/// Gives the identifier of the issuer its place: that of the parent, else that of the place line.
fn place_issuer(tables: &Tables, metadata: &mut Metadata) {
    let parent = metadata.parent_issuer.as_ref().and_then(|found| found.key.clone());
    let place = metadata.place.as_ref().map(|found| found.value.clone());
    let Some(issuer) = &mut metadata.issuer else { return };
    let id = if issuer.rule == CLERK { issuer.key.take() } else { body_id(tables, &issuer.value) };
    let placed =
        id.map(|id| issuer::placed_under(tables, &id, parent.as_deref(), place.as_deref()));
    issuer.key = placed.or(issuer.key.take());
}

fn key_number(tables: &Tables, metadata: &mut Metadata) {
    let place_id = metadata
        .place
        .as_ref()
        .and_then(|place| tables.province_of(&place.value))
        .map(|province| province.id.clone());
    let issuer_id = metadata.issuer.as_ref().and_then(|issuer| issuer.key.clone());
    let issued_on = metadata.issued_on.as_ref().map(|date| date.value);
    let Some(number) = &mut metadata.number else { return };
    let parsed = DocNumber::parse(tables, &number.value).ok();
    number.key = parsed.map(|parsed| {
        let hints = KeyHints {
            issuer_id: issuer_id.as_deref(),
            place_id: place_id.as_deref(),
            issued_on,
            ..KeyHints::default()
        };
        document_key(tables, &parsed.number, hints)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: &str, key: &str) -> Option<Found<String>> {
        Some(Found {
            value: value.to_owned(),
            raw: value.to_owned(),
            key: Some(key.to_owned()),
            page: 2,
            span: Span::new(5, 9),
            rule: "header.test".to_owned(),
            confidence: 0.4,
        })
    }

    fn read() -> Metadata {
        Metadata {
            number: found("298/KH-SLĐTBXH", "vanson.sldtbxh|KH|298|?"),
            issuer: found("Sở Lao động - Thương binh và Xã hội", "vanson.sldtbxh"),
            ..Metadata::default()
        }
    }

    #[track_caller]
    fn check(values: &[(Field, Option<&str>)], key: Option<&str>, issuer: Option<&str>) {
        let values: Vec<_> =
            values.iter().map(|(field, value)| (*field, value.map(str::to_owned))).collect();
        let shown = corrected(Tables::builtin(), &read(), &values);
        assert_eq!(shown.number.as_ref().and_then(|found| found.key.as_deref()), key);
        assert_eq!(shown.issuer.as_ref().and_then(|found| found.key.as_deref()), issuer);
    }

    #[test]
    fn keys_follow_the_values() {
        let so = Some("vanson.sldtbxh");
        check(&[], Some("vanson.sldtbxh|KH|298|?"), so);
        check(&[(Field::IssuedOn, Some("2020-03-02"))], Some("vanson.sldtbxh|KH|298|2020"), so);
        let number = (Field::Number, Some("293/KH-SLĐTBXH"));
        check(&[number, (Field::IssuedOn, Some("2020"))], Some("vanson.sldtbxh|KH|293|2020"), so);
        check(&[(Field::Number, None)], None, so);
        // Another body: the key no longer speaks of the one that was misread.
        let body = (Field::Issuer, Some("Sở Nội vụ"));
        let place = (Field::Place, Some("Cao Bằng"));
        check(&[body, place], Some("caobang.sldtbxh|KH|298|?"), Some("caobang.snv"));
    }

    #[test]
    fn a_value_keeps_its_place_and_names_the_clerk() {
        let values = [
            (Field::Number, Some("1/KH-SLĐTBXH".to_owned())),
            (Field::Signer, Some("A".to_owned())),
        ];
        let shown = corrected(Tables::builtin(), &read(), &values);
        let number = shown.number.unwrap();
        assert_eq!(
            (number.page, number.span, number.raw.as_str()),
            (2, Span::new(5, 9), "298/KH-SLĐTBXH")
        );
        assert_eq!((number.rule.as_str(), number.confidence), (CLERK, 1.0));
        let signer = shown.signer.unwrap();
        assert_eq!((signer.page, signer.raw.as_str()), (1, ""));
    }
}
