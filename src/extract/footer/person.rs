//! Is this line the name of a person? Drops `(Đã ký)`, ranks and academic titles around it.

use crate::{
    domain::tables::{Tables, name_key},
    extract::{naming, phrase},
};

/// What may stand before a name, folded, longest first.
const BEFORE_NAME: [&str; 44] = [
    "da ky va dong dau",
    "ky ten dong dau",
    "chu ky dau",
    "da ky",
    "daky",
    "ky",
    "chu ky",
    "dai tuong",
    "thuong tuong",
    "trung tuong",
    "thieu tuong",
    "dai ta",
    "thuong ta",
    "trung ta",
    "thieu ta",
    "dai uy",
    "thuong uy",
    "trung uy",
    "thieu uy",
    "giao su tien si",
    "giao su",
    "pho giao su",
    "gs ts",
    "gs vs",
    "gs tskh",
    "pgs ts",
    "pgs tskh",
    "pgs",
    "gs",
    "tskh",
    "ts bs",
    "ts",
    "ths bs",
    "ths",
    "bs ckii",
    "bs cki",
    "bsckii",
    "bscki",
    "bs",
    "ks",
    "tien si",
    "thac si",
    "bac si",
    "ky su",
];

/// A name and how sure it is one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    /// In title case, without rank.
    pub(super) name: String,
    /// Where the name begins and ends in the piece.
    pub(super) range: std::ops::Range<usize>,
    /// Whether it begins with a known family name.
    pub(super) has_surname: bool,
}

/// The person a line names and nothing else, e.g. `(Đã ký) TS. Trần Minh Ánh`.
pub(super) fn person(tables: &Tables, text: &str) -> Option<Person> {
    let start = name_start(text);
    let name = text[start..].trim_end_matches(|c: char| !c.is_alphabetic());
    let words: Vec<&str> = name.split_whitespace().collect();
    if !(2..=6).contains(&words.len()) || name.len() > 60 {
        return None;
    }
    let is_caps = phrase::is_caps(name);
    let is_name_word = |word: &&str| {
        let has_only_letters = word.chars().all(|c| c.is_alphabetic() || "'’-.".contains(c));
        let begins_upper = word.starts_with(char::is_uppercase);
        let is_small =
            word.chars().skip(1).all(|c| !c.is_uppercase()) || word.contains(['\'', '’', '-']);
        has_only_letters && begins_upper && (is_caps || is_small)
    };
    if !words.iter().all(is_name_word) {
        return None;
    }
    let key = name_key(name);
    let has_surname = tables.is_surname(words[0]);
    let is_something_else = tables.is_place(name)
        || tables.position_by_name(&key).is_some()
        || tables.doc_type_by_name(&key).is_some()
        || tables.issuer_by_name(&key).is_some();
    // `PHÓ TỔNG THAM MƯU TRƯỞNG`: a deputy of whatever it is; the family name Phó is rare.
    let is_deputy = is_caps && matches!(words[0], "PHÓ" | "QUYỀN") && words.len() > 2;
    // Words of capitals are rather a body or a heading: `VĂN PHÒNG`, `HÀ NỘI`.
    let is_heading = is_caps && (!has_surname || tables.body_head(&key).is_some());
    if is_something_else || is_heading || is_deputy {
        return None;
    }
    let range = start..start + name.len();
    let name = if is_caps { naming::title_case(name) } else { words.join(" ") };
    Some(Person { name, range, has_surname })
}

/// Where the name begins behind marks of signature, ranks and titles.
fn name_start(text: &str) -> usize {
    let mut start = 0;
    loop {
        let rest = &text[start..];
        let trimmed = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
        start += rest.len() - trimmed.len();
        let key = name_key(trimmed);
        let Some(before) = BEFORE_NAME.iter().find(|before| phrase::begins_with(&key, before))
        else {
            return start;
        };
        // `Ký`, `Bs` are no family names; `Từ`, `Thiếu` alone are not in the list.
        let n_words = before.split(' ').count();
        let Some(behind) = phrase::end_of_words(trimmed, n_words) else { return text.len() };
        start += behind;
    }
}

/// Whether a line only says that it is signed, `(Đã ký)`, or names a rank.
pub(super) fn is_signed_mark(text: &str) -> bool {
    name_start(text) >= text.trim_end_matches(|c: char| !c.is_alphanumeric()).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = person(Tables::builtin(), text).map(|person| person.name);
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn names() {
        check("Trần Thị Minh Ánh", Some("Trần Thị Minh Ánh"));
        check("TRẦN VĂN BÌNH", Some("Trần Văn Bình"));
        check("(Đã ký) Trần Văn Bình", Some("Trần Văn Bình"));
        check("Đã ký: Trần Văn Bình", Some("Trần Văn Bình"));
        check("Thượng tướng Lê Văn An", Some("Lê Văn An"));
        check("GS.TS. Lê Văn An", Some("Lê Văn An"));
        check("Y Biên Niê", Some("Y Biên Niê"));
        check("K'Linh Ba", Some("K'Linh Ba"));
    }

    #[test]
    fn no_names() {
        check("Cao Bằng", None);
        check("PHÓ GIÁM ĐỐC", None);
        check("VĂN PHÒNG", None);
        check("Ủy ban nhân dân", None);
        check("Nguyễn Văn An chịu trách nhiệm", None);
        check("(Đã ký)", None);
        check("", None);
        assert!(
            is_signed_mark("(Đã ký)") && is_signed_mark("Đại tá") && !is_signed_mark("Lê Văn An")
        );
    }
}
