//! `của …`: the body named as issuer behind a number, and where its name ends.
//!
//! Names that the tables know end where the tables say; others end at the first word that does
//! not belong to a name.

use std::ops::Range;

use super::words::{Word, is_word, word_after, word_before, words_after};
use crate::domain::tables::{Tables, name_key};

/// A body named behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    /// Its name, with a qualifier such as `(khóa XI)`.
    pub(super) range: Range<usize>,
    /// Just past it.
    pub(super) end: usize,
}

/// Longer than any name of a body, in words.
const MAX_WORDS: usize = 24;

/// Words in small letters that begin what follows a name: verbs of titles, dates, conjunctions.
const ENDING_WORDS: [&str; 40] = [
    "bằng", "cho", "còn", "có", "cùng", "căn", "do", "giao", "gửi", "hay", "hoặc", "hướng", "khi",
    "kèm", "là", "mà", "ngày", "như", "nhằm", "này", "nên", "nêu", "phê", "qua", "quy", "sau",
    "sửa", "thay", "theo", "thì", "trong", "trước", "tại", "từ", "vào", "về", "với", "đã", "được",
    "để",
];

/// Pairs of words in small letters that begin what follows a name, though either alone may not.
const ENDING_PAIRS: [(&str, &str); 12] = [
    ("ban", "hành"),
    ("bãi", "bỏ"),
    ("bổ", "sung"),
    ("công", "bố"),
    ("công", "nhận"),
    ("hợp", "nhất"),
    ("hủy", "bỏ"),
    ("thành", "lập"),
    ("thực", "hiện"),
    ("triển", "khai"),
    ("tăng", "cường"),
    ("điều", "chỉnh"),
];

/// Reads `của Chính phủ`, `do Bộ Tài chính ban hành` at `at`.
pub(super) fn body_after(tables: &Tables, text: &str, at: usize) -> Option<Body> {
    let mut first = word_after(text, at)?;
    if first.text == "," {
        first = word_after(text, first.end)?;
    }
    let by = is_word(first.text, "do");
    if !is_word(first.text, "của") && !by {
        return None;
    }
    let mut body = name_at(tables, text, first.end)?;
    if by {
        let end = words_after(text, body.end, &["ban", "hành"])
            .or_else(|| words_after(text, body.end, &["ký"]))?;
        body.end = end;
    }
    Some(body)
}

/// Reads the name of a body at `at`.
pub(super) fn name_at(tables: &Tables, text: &str, at: usize) -> Option<Body> {
    let first = word_after(text, at)?;
    let known = known_name(tables, text, first.start);
    let is_joint =
        first.text == "liên" && word_after(text, first.end).is_some_and(|w| w.text == "Bộ");
    if known.is_none()
        && !is_joint
        && !(first.is_word() && first.is_capitalised() && first.text.len() > 1)
    {
        return None;
    }
    // A known name may go on with a place or a qualifier, so the free rule has the last word.
    let end = free_end(tables, text, first, known.unwrap_or(first.end), known.is_some())?;
    let end = term_end(text, end).unwrap_or(end);
    Some(Body { range: first.start..end, end })
}

/// The end of the longest name of a body or position that the tables know at `start`.
fn known_name(tables: &Tables, text: &str, start: usize) -> Option<usize> {
    let mut ends = Vec::with_capacity(MAX_WORDS);
    let mut at = start;
    while ends.len() < MAX_WORDS {
        let Some(word) = word_after(text, at) else { break };
        at = word.end;
        if word.is_word() {
            ends.push(word.end);
        } else if !matches!(word.text, "-" | "," | "&") {
            break;
        }
    }
    let key = name_key(&text[start..*ends.last()?]);
    let (_, n_words) = tables.proper_name(&key)?;
    ends.get(n_words.checked_sub(1)?).copied()
}

/// The end of a body that the tables know at `start`, with the place behind it.
pub(super) fn known_body(tables: &Tables, text: &str, start: usize) -> Option<usize> {
    let first = word_after(text, start).filter(Word::is_capitalised)?;
    let known = known_name(tables, text, first.start)?;
    let key = name_key(&text[first.start..known]);
    // Of proper names only bodies and their heads are meant, no places.
    let is_body = tables.issuer_by_name(&key).is_some() || key.starts_with("chu tich");
    if !is_body && tables.issuer_by_name(&format!("{key} x")).is_none() {
        return None;
    }
    free_end(tables, text, first, known, true)
}

/// The end of a name by its shape: words go on as long as none ends it. Behind a name that the
/// tables know (`is_known`), a small word ends it unless it is the kind of a place.
fn free_end(
    tables: &Tables,
    text: &str,
    first: Word<'_>,
    known_end: usize,
    is_known: bool,
) -> Option<usize> {
    let mut end = known_end.max(first.end);
    let mut is_known = is_known;
    for _ in 0..MAX_WORDS {
        let Some(word) = word_after(text, end) else { break };
        if text[end..word.start].contains('\n') {
            break;
        }
        match word.text {
            // `Lao động - Thương binh`: a dash or `và` inside a name stands before a capital.
            "-" | "và" => {
                let next = word_after(text, word.end);
                match next.filter(|next| next.is_capitalised() && !starts_type(tables, text, *next))
                {
                    Some(next) => {
                        let inner = known_name(tables, text, next.start);
                        is_known |= inner.is_some();
                        end = inner.unwrap_or(next.end);
                    }
                    None => break,
                }
            }
            // `… tỉnh V/v …`: the title begins.
            "V" | "v" if text[word.end..].starts_with('/') => break,
            _ if !word.is_word() || ends_name(text, word) || starts_type(tables, text, word) => {
                break;
            }
            _ if word.is_capitalised() => {
                if begins_heading(text, first, word) {
                    break;
                }
                let inner = known_name(tables, text, word.start);
                // `Công đoàn Viên chức`: one capital and a small word go on with the name;
                // `huyện Suối Vàng kiện toàn`: behind a place a verb follows.
                is_known = inner.is_some() || is_known && is_place_like(text, word);
                end = inner.unwrap_or(word.end);
            }
            "lần" | "thứ" | "thành" | "thuộc" | "thị" | "trực" => end = word.end,
            _ if is_known && !PLACE_KINDS.contains(&word.text) => break,
            _ => end = word.end,
        }
    }
    Some(end)
}

/// Whether a capitalised word is part of the name of a place: behind its kind, or one of
/// several capitalised words.
fn is_place_like(text: &str, word: Word<'_>) -> bool {
    let before = word_before(text, word.start);
    let behind_kind =
        before.is_some_and(|before| PLACE_KINDS.contains(&before.text) || before.is_capitalised());
    behind_kind
        || word_after(text, word.end).is_none_or(|next| !next.is_word() || next.is_capitalised())
}

/// Whether two words in capitals begin a heading behind a name that is not in capitals.
fn begins_heading(text: &str, first: Word<'_>, word: Word<'_>) -> bool {
    let in_capitals = |word: &Word<'_>| {
        word.is_word() && word.text.chars().count() > 1 && word.text.chars().all(char::is_uppercase)
    };
    !in_capitals(&first)
        && in_capitals(&word)
        && word_after(text, word.end).is_some_and(|next| in_capitals(&next))
}

/// Whether a word begins what follows a name.
fn ends_name(text: &str, word: Word<'_>) -> bool {
    if word.is_digits() {
        // `Thủ tướng Chính phủ 12/5/2020`; but `Bệnh viện 74 Trung ương`.
        return word_after(text, word.end)
            .is_none_or(|next| !next.is_word() || !next.is_capitalised());
    }
    // In a title in capitals the ending words are in capitals, too.
    let is_all_capitals = word.text.chars().all(char::is_uppercase);
    if word.is_capitalised() && !is_all_capitals {
        return false;
    }
    let small = word.text.to_lowercase();
    if ENDING_WORDS.binary_search(&small.as_str()).is_ok() {
        return true;
    }
    // `UBND huyện yêu cầu`: behind a kind of place comes its name, with a capital, or nothing.
    let before = word_before(text, word.start);
    if !word.is_capitalised() && before.is_some_and(|kind| PLACE_KINDS.contains(&kind.text)) {
        return !matches!(small.as_str(), "ủy" | "uỷ" | "phố" | "xã" | "trấn" | "lần");
    }
    word_after(text, word.end).is_some_and(|next| {
        ENDING_PAIRS.iter().any(|(one, two)| *one == small && is_word(next.text, two))
    })
}

/// Kinds of places that stand before a name.
const PLACE_KINDS: [&str; 7] = ["tỉnh", "huyện", "quận", "phường", "phố", "trấn", "xã"];

/// Whether a type name with a capital begins here and a number or the word for it follows soon.
fn starts_type(tables: &Tables, text: &str, word: Word<'_>) -> bool {
    if !word.is_capitalised() {
        return false;
    }
    let Some(second) = word_after(text, word.end) else { return false };
    // `Chính phủ và TTLT số 5`: a sign for the type word.
    if is_word(second.text, "số") && tables.doc_type_by_sign(word.text).is_some() {
        return true;
    }
    if is_word(second.text, "số") || second.is_digits() {
        return tables.doc_type_by_name(&name_key(word.text)).is_some();
    }
    let pair = name_key(&text[word.start..second.end]);
    // Not every capitalised type word begins a citation: `Ban Chỉ đạo`, `Văn phòng` are bodies.
    tables.doc_type_by_name(&pair).is_some_and(|doc_type| doc_type.folded_name == pair)
}

/// The end of a qualifier in brackets or of a legislature: `(khóa XI)`, `khóa XV`.
fn term_end(text: &str, at: usize) -> Option<usize> {
    let mut word = word_after(text, at)?;
    let in_brackets = word.text == "(";
    if in_brackets {
        word = word_after(text, word.end)?;
    }
    if !matches!(word.text.to_lowercase().as_str(), "khóa" | "khoá") {
        return None;
    }
    let ordinal = word_after(text, word.end)?;
    if !in_brackets {
        return Some(ordinal.end);
    }
    let close = text[ordinal.end..].char_indices().take(30).find(|(_, c)| *c == ')')?;
    Some(ordinal.end + close.0 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        let body = body_after(Tables::builtin(), text, 0);
        assert_eq!(body.map(|body| &text[body.range]), expect);
    }

    #[test]
    fn where_a_name_ends() {
        check("của Chính phủ về việc", Some("Chính phủ"));
        check(
            "của Bộ Văn hóa, Thể thao và Du lịch quy định",
            Some("Bộ Văn hóa, Thể thao và Du lịch"),
        );
        check("của Chủ tịch UBND tỉnh V/v phòng dịch", Some("Chủ tịch UBND tỉnh"));
        check("của UBND tỉnh Vân Sơn về việc", Some("UBND tỉnh Vân Sơn"));
        check("của Ban Thường vụ Tỉnh ủy trong các", Some("Ban Thường vụ Tỉnh ủy"));
        check("của Bộ Chính trị (khóa XI) “về", Some("Bộ Chính trị (khóa XI)"));
        check("của Bộ trưởng Bộ Tài chính hướng dẫn", Some("Bộ trưởng Bộ Tài chính"));
        check(
            "của Sở Lao động - Thương binh và Xã hội; Kế hoạch",
            Some("Sở Lao động - Thương binh và Xã hội"),
        );
        check("của Chính phủ và Nghị định số 5", Some("Chính phủ"));
        check("của Bộ Tài chính, Thông tư", Some("Bộ Tài chính"));
        check(", của Hội đồng nhân dân huyện Suối Vàng", Some("Hội đồng nhân dân huyện Suối Vàng"));
        check("do Chủ tịch UBND tỉnh ban hành", Some("Chủ tịch UBND tỉnh"));
        check("do Sở chủ trì", None);
        check("của UBND huyện yêu cầu báo cáo", Some("UBND huyện"));
        check("của UBND huyện Suối Vàng kiện toàn Ban", Some("UBND huyện Suối Vàng"));
        check("của Bộ trưởng Bộ Tài chính hết hiệu lực kể", Some("Bộ trưởng Bộ Tài chính"));
        check("của Giám đốc Sở GIÁM ĐỐC SỞ NỘI VỤ", Some("Giám đốc Sở"));
        check("của Chính phủ và TTLT số 5/2014/TTLT", Some("Chính phủ"));
        check(
            "của Đại hội đại biểu Đảng bộ tỉnh lần thứ X, Ban",
            Some("Đại hội đại biểu Đảng bộ tỉnh lần thứ X"),
        );
        check("của liên Bộ Nội vụ về", Some("liên Bộ Nội vụ"));
        check("của Công đoàn Viên chức tỉnh về", Some("Công đoàn Viên chức tỉnh"));
        check("của Tỉnh đoàn và Sở Y tế về", Some("Tỉnh đoàn và Sở Y tế"));
        check("của UBND thành phố Vân Sơn", Some("UBND thành phố Vân Sơn"));
        check("CỦA CHÍNH PHỦ VỀ TỔ CHỨC", Some("CHÍNH PHỦ"));
        check("của tỉnh, của ngành", None);
        check("về việc", None);
    }

    #[test]
    fn ending_words_are_sorted() {
        assert!(ENDING_WORDS.is_sorted());
        assert!(ENDING_PAIRS.is_sorted());
    }
}
