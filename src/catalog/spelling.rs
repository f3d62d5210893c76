//! The forms under which numbers are looked up by people, as opposed to citations.

use crate::{
    domain::number_forms::NumberForms,
    text::fold::{exact, fold as fold_text},
};

/// The normal form of a printed number, by which spellings are compared: small letters with
/// their diacritics, no blanks, one hyphen, no leading zeros, e.g. `8/2019/tt-blđtbxh`.
pub fn canonical(number: &str) -> String {
    match NumberForms::of(number) {
        Some(forms) => forms.spelled_key().trim_start_matches('=').to_owned(),
        None => exact(number.trim()),
    }
}

/// The recall form of a printed number: serial, year and the folded sign without its separators,
/// e.g. `8/2019/ttbldtbxh`.
pub fn fold(number: &str) -> String {
    match NumberForms::of(number) {
        Some(forms) => forms.key(),
        None => fold_text(number.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_numbers() {
        assert_eq!(canonical("08/2019/TT- BLĐTBXH"), "8/2019/tt-blđtbxh");
        assert_eq!(fold("08/2019/TT- BLĐTBXH"), "8/2019/ttbldtbxh");
        assert_eq!(canonical("Không số"), "không số"); // no number: compared as it is
        assert_eq!(fold("Không số"), "khong so");
    }
}
