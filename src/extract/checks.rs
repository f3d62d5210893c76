//! Two readings of one fact that disagree: warnings with both values, nothing repaired.

use crate::domain::{
    doc_number::DocNumber,
    found::Found,
    record::{Metadata, Warning},
    tables::Tables,
};

/// Compares the number with the type line, the letterhead and the date.
pub(super) fn conflicts(
    tables: &Tables,
    number: &DocNumber,
    metadata: &Metadata,
    warnings: &mut Vec<Warning>,
) {
    if let Some(sign) = &number.doc_type
        && let Some(doc_type) = &metadata.doc_type
        && doc_type.rule == "header.type_line"
    {
        let meanings = tables.doc_types_by_sign(sign);
        let agrees = meanings.is_empty() || meanings.iter().any(|row| row.name == doc_type.value);
        if !agrees {
            let message = format!(
                "expected a document of type {} for the sign {sign}, found {}",
                meanings[0].name, doc_type.value
            );
            warnings.push(at(doc_type, "type_differs", message));
        }
    }
    if let Some(year) = number.year
        && let Some(issued_on) = &metadata.issued_on
        && issued_on.value.year() != year
    {
        let message =
            format!("expected a date in {year}, the year of the number, found {}", issued_on.value);
        warnings.push(at(issued_on, "year_differs", message));
    }
    if let Some(sign) = number.issuer_sign()
        && let Some(issuer) = &metadata.issuer
        && issuer.rule == "header.letterhead"
        && let Some(id) = &issuer.key
        && number.issuers.len() == 1
    {
        let rows = tables.issuers_by_sign(sign);
        let agrees = rows.is_empty() || rows.iter().any(|row| is_same_body(&row.id, id));
        if !agrees {
            let message = format!(
                "expected the sign of {} in the number, found {sign} of {}",
                issuer.value, rows[0].name
            );
            warnings.push(at(issuer, "issuer_differs", message));
        }
    }
}

/// Whether two identifiers are one body or a body and its head: the chairman signs with the
/// sign of the committee.
fn is_same_body(row: &str, id: &str) -> bool {
    let local = |id: &str| id.rsplit_once('.').map_or(id, |(_, local)| local).to_owned();
    let (row, id) = (local(row), local(id));
    row == id || row.trim_start_matches("ct") == id || id.trim_start_matches("ct") == row
}

fn at<T>(found: &Found<T>, code: &str, message: String) -> Warning {
    Warning::new(code, message).on_page(found.page).at(found.span)
}
