//! The advanced form: the fields of the query language, one input each, all optional. It only
//! writes the query; what the query means is decided where every query is read.

use maud::{Markup, html};

use crate::web::words::Lang;

/// Parameter of the form, field of the query language, words.
const FIELDS: [(&str, &str, &str); 9] = [
    ("nc_nd", "nd", "advanced.words"),
    ("nc_so", "so", "advanced.number"),
    ("nc_loai", "loai", "facet.type"),
    ("nc_cq", "cq", "facet.issuer"),
    ("nc_ky", "ky", "facet.signer"),
    ("nc_ngay", "ngay", "advanced.date"),
    ("nc_tu", "tu", "advanced.from"),
    ("nc_den", "den", "advanced.to"),
    ("nc_vd", "vd", "advanced.cites"),
];

/// What an input of the form adds to the query: `cq:"UBND tỉnh"`; `None` for a parameter that is
/// none of the form, or an empty input.
pub fn clause(parameter: &str, value: &str) -> Option<String> {
    let (_, field, _) = FIELDS.iter().find(|(name, ..)| *name == parameter)?;
    // Within quotation marks there are none.
    let value = value.replace('"', " ");
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    Some(if *field == "nd" { value.to_owned() } else { format!("{field}:\"{value}\"") })
}

/// The form, folded away.
pub fn form(lang: Lang) -> Markup {
    html! {
        details.advanced {
            summary { (lang.word("advanced.heading")) }
            form action="/tim" method="get" {
                @for (parameter, field, key) in FIELDS {
                    label for=(parameter) { (lang.word(key)) " " code.soft { (field) ":" } }
                    input #(parameter) type="text" name=(parameter) autocomplete="off";
                }
                button type="submit" { (lang.word("search.button")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_a_clause() {
        assert_eq!(clause("nc_cq", " UBND tỉnh ").as_deref(), Some("cq:\"UBND tỉnh\""));
        assert_eq!(clause("nc_nd", "phòng \"lụt\"").as_deref(), Some("phòng  lụt"));
        assert_eq!(clause("nc_so", "  "), None);
        assert_eq!(clause("so", "1"), None);
    }
}
