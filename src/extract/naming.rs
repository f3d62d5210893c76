//! Capitals → the spelling of running text: `ỦY BAN NHÂN DÂN TỈNH VÂN SƠN` → `Ủy ban nhân dân
//! tỉnh Vân Sơn`, `BÁO CÁO CỦA UBND` → `Báo cáo của UBND`.
//!
//! Names come from the tables and from the document itself; a word that is none of them is
//! written small. Must not change a text that is not in capitals.

use crate::{
    domain::tables::{Tables, name_key},
    extract::phrase,
    text::tone,
};

/// Kinds of units whose name follows: `tỉnh Vân Sơn`. With their accents: `quân` is no `quận`.
const UNIT_KINDS: [&str; 19] = [
    "huyện",
    "huyện ủy",
    "phường",
    "quận",
    "quận ủy",
    "thành phố",
    "thành đoàn",
    "thành ủy",
    "thôn",
    "thị trấn",
    "thị xã",
    "thị ủy",
    "tp",
    "tp.",
    "tỉnh",
    "tỉnh đoàn",
    "tỉnh ủy",
    "xã",
    "đặc khu",
];

/// Words after which a Roman number follows: `khóa VI`.
const BEFORE_ROMAN: [&str; 13] = [
    "khoa", "thu", "chuong", "quy", "phan", "muc", "luc", "hang", "dot", "vung", "nhom", "loai",
    "bac",
];

/// One line, spaces tidied, in sentence case when it is in capitals.
///
/// `known` are proper names from the same document, such as its place.
pub(super) fn sentence_case(tables: &Tables, known: &[String], text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if !phrase::is_caps(text) {
        return words.join(" ");
    }
    let mut cased = cased_words(tables, known, &words, Names::Known);
    capitalise_first(&mut cased);
    cased.join(" ")
}

/// The name of a body: as [`sentence_case`], and all that follows a kind of unit is its name.
pub(super) fn body_name(tables: &Tables, text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if !phrase::is_caps(text) {
        return words.join(" ");
    }
    // A name that the tables hold is spelled as there, accents lost in recognition included.
    let is_known = tables.issuer_by_name(&name_key(text)).is_some();
    let names = if is_known { Names::OfKnownBody } else { Names::AfterUnits };
    let mut cased = cased_words(tables, &[], &words, names);
    capitalise_first(&mut cased);
    // What the body does begins with a capital, too: `Trung tâm Dịch vụ việc làm`.
    let key = name_key(text);
    if let Some((_, n_words)) = tables.body_head(&key)
        && let Some(second) = cased.get_mut(n_words)
        && tables.issuer_by_name(&key).is_none()
        && !UNIT_KINDS.iter().any(|kind| kind.split(' ').next() == Some(second.as_str()))
    {
        *second = capital(second);
    }
    cased.join(" ")
}

/// Every word with a capital: the name of a person or place.
pub(super) fn title_case(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(|word| capital(&lower(word))).collect();
    words.join(" ")
}

/// What is taken for the name of a unit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Only names that are known.
    Known,
    /// Every word after the kind of unit.
    AfterUnits,
    /// The same, and accents that differ from a known name are corrected.
    OfKnownBody,
}

fn cased_words(tables: &Tables, known: &[String], words: &[&str], names: Names) -> Vec<String> {
    let keys: Vec<String> = words.iter().map(|word| name_key(word)).collect();
    let mut cased: Vec<String> = Vec::with_capacity(words.len());
    while cased.len() < words.len() {
        let at = cased.len();
        if names != Names::Known && follows_unit_kind(&cased, words, at) {
            let rest = &words[at..];
            let end = rest.iter().position(|word| is_joint(word)).unwrap_or(rest.len());
            let province = tables.province(&rest[..end].join(" "));
            if let Some(province) = province.filter(|_| names == Names::OfKnownBody) {
                let name: Vec<&str> = province.name.split(' ').collect();
                if name.len() == end {
                    cased.extend(rest[..end].iter().zip(name).map(|(w, m)| spelled(w, m)));
                    continue;
                }
            }
            cased.extend(rest[..end].iter().map(|word| capital(&lower(word))));
            if end > 0 {
                continue;
            }
        }
        if let Some(name) = proper_at(tables, known, words, &keys, at, names) {
            cased.extend(name);
            continue;
        }
        if let Some(name) = title_word_at(tables, &keys, words, at) {
            cased.extend(name);
            continue;
        }
        let word = words[at];
        let before = at.checked_sub(1).map_or("", |before| keys[before].as_str());
        cased.push(if keeps_capitals(tables, word, before) {
            word.to_owned()
        } else {
            lower(word)
        });
    }
    cased
}

/// A type before `SỐ 12/…`, and a position before the body that it heads: `Nghị định số 12`,
/// `Bộ trưởng Bộ Nội vụ`.
fn title_word_at(
    tables: &Tables,
    keys: &[String],
    words: &[&str],
    at: usize,
) -> Option<Vec<String>> {
    let rest = keys[at..].join(" ");
    if let Some(doc_type) = tables.doc_type_by_name(&rest) {
        let n_words = doc_type.folded_name.split(' ').count();
        let is_cited = keys.get(at + n_words).is_some_and(|key| key == "so")
            && words
                .get(at + n_words + 1)
                .is_some_and(|w| w.starts_with(|c: char| c.is_ascii_digit()));
        if is_cited {
            return Some(words_like(&words[at..at + n_words], &doc_type.name));
        }
    }
    let (position, n_words) = tables.position_by_name(&rest)?;
    let behind = keys.get(at + n_words..)?.join(" ");
    let position = position.to_owned();
    tables.body_head(&behind).is_some().then(|| words_like(&words[at..at + n_words], &position))
}

fn words_like(words: &[&str], model: &str) -> Vec<String> {
    words.iter().zip(model.split_whitespace()).map(|(word, model)| like(word, model)).collect()
}

/// Where a second body begins after the name of a place: `… VÂN SƠN - SỞ NỘI VỤ`.
fn is_joint(word: &str) -> bool {
    matches!(word, "-" | "–" | "VÀ" | ",") || word.ends_with([',', ';'])
}

/// The longest proper name that begins at a word, in its spelling, with the marks of the text.
fn proper_at(
    tables: &Tables,
    known: &[String],
    words: &[&str],
    keys: &[String],
    at: usize,
    names: Names,
) -> Option<Vec<String>> {
    let filled: Vec<&str> =
        keys[at..].iter().map(String::as_str).filter(|k| !k.is_empty()).collect();
    let rest = filled.join(" ");
    let rest = rest.as_str();
    // A mark without letters is no begin of a name.
    if keys[at].is_empty() {
        return None;
    }
    let own = known
        .iter()
        .filter(|name| phrase::begins_with(rest, &name_key(name)))
        .max_by_key(|name| name.len())
        .map(|name| (name.as_str(), name_key(name).split(' ').count()));
    let from_table = tables.proper_name(rest);
    let (name, n_keys) = match (own, from_table) {
        (Some(own), Some(table)) if own.1 >= table.1 => own,
        (Some(own), None) => own,
        (_, Some(table)) => table,
        (None, None) => return None,
    };
    // A word of the text may be a mark without letters: count words until the keys are used up.
    let mut n_words = 0;
    let mut n_used = 0;
    while n_used < n_keys {
        n_used += keys.get(at + n_words)?.split(' ').filter(|key| !key.is_empty()).count();
        n_words += 1;
    }
    if n_used != n_keys {
        return None;
    }
    let model_words: Vec<&str> =
        name.split_whitespace().filter(|word| !name_key(word).is_empty()).collect();
    let mut models = model_words.into_iter();
    let mut cased = Vec::new();
    for (word, key) in words[at..at + n_words].iter().zip(&keys[at..]) {
        let n_parts = key.split(' ').filter(|part| !part.is_empty()).count();
        match n_parts {
            0 => cased.push((*word).to_owned()),
            1 => {
                let model = models.next()?;
                // The accents must agree, or it is another word: `ĐANG` is not `Đảng`.
                if names != Names::OfKnownBody && plain(word) != plain(model) {
                    return None;
                }
                cased.push(spelled(word, model));
            }
            _ => return None,
        }
    }
    Some(cased)
}

/// A word with the capitals of a model, and its accents when they differ.
fn spelled(word: &str, model: &str) -> String {
    if plain(word) == plain(model) {
        return like(word, model);
    }
    let lead = word.len() - word.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let tail = word.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let bare = model.trim_matches(|c: char| !c.is_alphanumeric());
    format!("{}{bare}{}", &word[..lead], &word[tail..])
}

/// The letters of a word in small letters with one tone placement.
fn plain(word: &str) -> String {
    let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    tone::modern(&letters.to_lowercase()).into_owned()
}

/// A word with the capitals of a model; marks around it stay.
fn like(word: &str, model: &str) -> String {
    let mut model_letters = model.chars().filter(|c| c.is_alphanumeric());
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if !c.is_alphanumeric() {
            out.push(c);
            continue;
        }
        if model_letters.next().is_some_and(char::is_uppercase) {
            out.push(c);
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Whether the word before is a kind of unit, and the word itself may be its name.
fn follows_unit_kind(cased: &[String], words: &[&str], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    let one = plain_word(&cased[before]);
    let two = before.checked_sub(1).map(|first| format!("{} {one}", plain_word(&cased[first])));
    let next = plain_word(words[at]);
    // `xã hội`, `tỉnh ủy`, `huyện ủy`, `tỉnh đoàn` are words of their own.
    if matches!(next.as_str(), "hội" | "ủy" | "đoàn") {
        return false;
    }
    UNIT_KINDS.contains(&one.as_str()) || two.is_some_and(|two| UNIT_KINDS.contains(&two.as_str()))
}

fn plain_word(word: &str) -> String {
    tone::modern(&word.to_lowercase()).into_owned()
}

/// Abbreviations, signs and Roman numbers stay as they are.
fn keeps_capitals(tables: &Tables, word: &str, before: &str) -> bool {
    let letters: String = word.chars().filter(|c| c.is_alphabetic()).collect();
    if letters.is_empty() {
        return false;
    }
    if word.contains('/') || word.chars().any(|c| c.is_ascii_digit()) {
        return true;
    }
    if letters.chars().all(|c| "IVXLC".contains(c)) {
        // `VI` is also a word: `VI PHẠM`; `II` and `XVI` are not.
        let is_syllable = matches!(letters.as_str(), "VI" | "XI" | "I" | "V" | "X" | "C" | "L");
        return !is_syllable || BEFORE_ROMAN.contains(&before);
    }
    let n_letters = letters.chars().count();
    let has_vowel = name_key(&letters).contains(['a', 'e', 'i', 'o', 'u', 'y']);
    if !has_vowel {
        return n_letters >= 2;
    }
    n_letters >= 4 && !tables.expansions(&letters).is_empty()
}

fn lower(word: &str) -> String {
    word.to_lowercase()
}

fn capital(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut done = false;
    for c in word.chars() {
        if !done && c.is_alphabetic() {
            out.extend(c.to_uppercase());
            done = true;
        } else {
            out.push(c);
        }
    }
    out
}

fn capitalise_first(words: &mut [String]) {
    if let Some(first) = words.first_mut() {
        *first = capital(first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_body(text: &str, expected: &str) {
        assert_eq!(body_name(Tables::builtin(), text), expected);
    }

    #[test]
    fn bodies() {
        check_body("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", "Ủy ban nhân dân tỉnh Vân Sơn");
        check_body("ỦY BAN NHÂN DÂN THỊ TRẤN AN LẠC", "Ủy ban nhân dân thị trấn An Lạc");
        check_body("SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", "Sở Lao động - Thương binh và Xã hội");
        // The tone placement and the dash of the paper stay.
        check_body("UỶ BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI", "Uỷ ban nhân dân thành phố Hà Nội");
        check_body("SỞ LAO ĐỘNG – THƯƠNG BINH VÀ XÃ HỘI", "Sở Lao động – Thương binh và Xã hội");
        check_body("BỘ VĂN HÓA, THỂ THAO VÀ DU LỊCH", "Bộ Văn hóa, Thể thao và Du lịch");
        check_body("HĐND HUYỆN BẢO LẠC", "HĐND huyện Bảo Lạc");
        check_body("BỘ TÀI CHÍNH - BỘ NỘI VỤ", "Bộ Tài chính - Bộ Nội vụ");
        // Accents lost in recognition, in a name that is known.
        check_body(
            "ỦY BAN NHÂN DÂN THÀNH PHÓ HỖ CHÍ MINH",
            "Ủy ban nhân dân thành phố Hồ Chí Minh",
        );
        // Not in capitals: as printed.
        check_body("Trung tâm  Dịch vụ việc làm", "Trung tâm Dịch vụ việc làm");
    }

    #[track_caller]
    fn check_sentence(text: &str, expected: &str) {
        assert_eq!(sentence_case(Tables::builtin(), &["Vân Sơn".to_owned()], text), expected);
    }

    #[test]
    fn sentences() {
        check_sentence(
            "VỀ VIỆC BAN HÀNH QUY CHẾ CỦA TỈNH VÂN SƠN NĂM 2020",
            "Về việc ban hành quy chế của tỉnh Vân Sơn năm 2020",
        );
        // Abbreviations, numbers of documents and Roman numbers stay.
        check_sentence("BẦU CỬ HĐND KHÓA XVI", "Bầu cử HĐND khóa XVI");
        check_sentence("XỬ LÝ VI PHẠM, QUÝ II", "Xử lý vi phạm, quý II");
        check_sentence("SỬA ĐỔI NGHỊ ĐỊNH SỐ 10/2022/NĐ-CP", "Sửa đổi Nghị định số 10/2022/NĐ-CP");
        check_sentence("THI HÀNH LUẬT LƯU TRỮ", "Thi hành Luật Lưu trữ");
        check_sentence("CỦA BỘ TRƯỞNG BỘ NỘI VỤ", "Của Bộ trưởng Bộ Nội vụ");
        check_sentence("PHÒNG, CHỐNG HIV/AIDS Ở VIỆT NAM", "Phòng, chống HIV/AIDS ở Việt Nam");
        // The accents decide.
        check_sentence("CÔNG TRÌNH ĐANG XÂY DỰNG", "Công trình đang xây dựng");
        check_sentence("Về việc  sửa đổi\nQuy chế", "Về việc sửa đổi Quy chế");
    }

    #[test]
    fn persons() {
        assert_eq!(title_case("TRẦN THỊ  MINH ÁNH"), "Trần Thị Minh Ánh");
    }
}
