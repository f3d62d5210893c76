//! Laws, ordinances, treaties and congress resolutions that are cited by name.
//!
//! A name that the table knows ends where the table says, whatever its commas; another name
//! needs a capital and ends at the first word that cannot belong to it. Drafts and `Luật này`
//! are no citations.

use std::{ops::Range, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};

use super::words::{Word, floor_boundary, is_word, word_after, word_before, words_after};
use crate::domain::tables::{Tables, name_key};

/// A document cited by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The name with its type word: `Luật Đất đai`.
    pub(super) range: Range<usize>,
    /// Type in sentence case.
    pub(super) doc_type: &'static str,
    /// Whether its name is that of a law in the table.
    pub(super) is_known: bool,
}

/// Heads of names. Signs of the type in small letters (`pháp luật`, `luật sư`) are left out.
const HEADS: [(&str, &str); 13] = [
    ("BỘ LUẬT", "Bộ luật"),
    ("Bộ Luật", "Bộ luật"),
    ("Bộ luật", "Bộ luật"),
    ("Hiến pháp", "Hiến pháp"),
    ("Hiệp định", "Hiệp định"),
    ("LUẬT", "Luật"),
    ("Luật", "Luật"),
    ("Nghị quyết Hội nghị", "Nghị quyết"),
    ("Nghị quyết Trung ương", "Nghị quyết"),
    ("Nghị quyết Đại hội", "Nghị quyết"),
    ("PHÁP LỆNH", "Pháp lệnh"),
    ("Pháp lệnh", "Pháp lệnh"),
    ("bộ luật", "Bộ luật"),
];

static HEAD_FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(HEADS.map(|(head, _)| head))
        .expect("a dozen short patterns")
});

/// The longest title has fewer words.
const MAX_TITLE_WORDS: usize = 20;

/// Words in small letters that end a name.
const ENDING_WORDS: [&str; 45] = [
    "ban",
    "bằng",
    "bởi",
    "cho",
    "chưa",
    "có",
    "cũng",
    "của",
    "do",
    "hiện",
    "hoặc",
    "khi",
    "không",
    "kể",
    "là",
    "mà",
    "nay",
    "ngày",
    "nhưng",
    "nhằm",
    "này",
    "nên",
    "nêu",
    "năm",
    "phải",
    "quy",
    "sau",
    "số",
    "theo",
    "thì",
    "trong",
    "trên",
    "trước",
    "trừ",
    "tại",
    "từ",
    "và/hoặc",
    "vào",
    "về",
    "với",
    "đã",
    "đó",
    "được",
    "đến",
    "để",
];

/// `Luật này`: words after a head that begin no name, although `ban hành`, `quy hoạch` do.
fn is_pointer(word: &str) -> bool {
    ends_name(word) && !matches!(word, "ban" | "quy")
}

fn ends_name(word: &str) -> bool {
    ENDING_WORDS.binary_search(&word).is_ok()
}

/// Finds everything cited by name, in order and without overlap. Names right in front of a
/// number are found too: the caller joins them.
pub(super) fn named(tables: &Tables, text: &str) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    for head in HEAD_FINDER.find_iter(text) {
        let range = head.range();
        if found.last().is_some_and(|last| range.start < last.range.end) {
            continue;
        }
        let before = text[..range.start].chars().next_back();
        let after = text[range.end..].chars().next();
        if before.is_some_and(char::is_alphanumeric) || after.is_some_and(char::is_alphanumeric) {
            continue;
        }
        let (head_text, doc_type) = HEADS[head.pattern().as_usize()];
        let name = match doc_type {
            "Hiến pháp" => constitution(text, range.end),
            "Hiệp định" => treaty(text, range.end),
            "Nghị quyết" => congress(text, range.end),
            _ => law(tables, text, range.clone(), head_text),
        };
        let Some((end, is_known)) = name else { continue };
        if is_draft(text, range.start, end) {
            continue;
        }
        found.push(Named { range: range.start..end, doc_type, is_known });
    }
    found
}

/// The end of the name of a law whose head stands at `head`.
fn law(tables: &Tables, text: &str, head: Range<usize>, head_text: &str) -> Option<(usize, bool)> {
    let first = word_after(text, head.end)?;
    // `Luật này`, `Luật số`, by far the most frequent, are told before any table is asked.
    if !first.is_word() || first.is_digits() || is_pointer(first.text) {
        return None;
    }
    if let Some(end) = amending(text, head.end) {
        return amending_end(tables, text, end).map(|end| (end, false));
    }
    if let Some(end) = known_end(tables, text, head.start) {
        // `Luật A sửa đổi, bổ sung một số điều Luật A`: one law, named twice.
        if let Some(inner) = amending(text, end)
            && let Some(end) = amending_end(tables, text, inner)
        {
            return Some((end, false));
        }
        return Some((end, true));
    }
    let is_capitals = head_text.chars().all(|c| !c.is_lowercase());
    if is_capitals || !first.is_capitalised() {
        // A name that begins small is believed when a number or date follows.
        let end = free_end(text, head.end)?;
        let follows = is_capitals || !is_numbered_or_dated(text, end);
        return (!follows).then_some((end, false));
    }
    free_end(text, head.end).map(|end| (end, false))
}

/// The end of the longest title of the table at `start`.
fn known_end(tables: &Tables, text: &str, start: usize) -> Option<usize> {
    let mut ends = Vec::with_capacity(MAX_TITLE_WORDS);
    let mut at = start;
    while ends.len() < MAX_TITLE_WORDS {
        let Some(word) = word_after(text, at) else { break };
        if is_broken_off(text, at, word) && ends.len() > 1 {
            break;
        }
        at = word.end;
        if word.is_word() {
            ends.push(word.end);
        } else if !matches!(word.text, "," | "-" | "–") {
            break;
        }
    }
    let key = name_key(&text[start..*ends.last()?]);
    let n_words = tables.law_title_at_start(&key)?;
    ends.get(n_words.checked_sub(1)?).copied()
}

/// Whether a block ends between `at` and a word, and the word does not go on with a sentence
/// that a portal has torn into lines: `Luật Tổ chức chính / quyền địa phương`.
fn is_broken_off(text: &str, at: usize, word: Word<'_>) -> bool {
    let goes_on = word.text.starts_with(char::is_lowercase) && word.text.chars().count() > 1;
    text[at..word.start].contains('\n') && !goes_on
}

/// The end of `sửa đổi, bổ sung một số điều của` at `at`, if it stands there.
fn amending(text: &str, at: usize) -> Option<usize> {
    let end =
        words_after(text, at, &["sửa", "đổi"]).or_else(|| words_after(text, at, &["sữa", "đổi"]));
    let end = match end {
        Some(end) => words_after(text, end, &[",", "bổ", "sung"])
            .or_else(|| words_after(text, end, &["bổ", "sung"]))
            .or_else(|| words_after(text, end, &["và", "bổ", "sung"]))
            .unwrap_or(end),
        None => words_after(text, at, &["bổ", "sung"])?,
    };
    let mut end = end;
    for word in ["một", "số", "các", "điều", "khoản", "của", "các"] {
        end = words_after(text, end, &[word]).unwrap_or(end);
    }
    Some(end)
}

/// The end of the name of an amending law, from behind `một số điều của` on: the laws it amends.
fn amending_end(tables: &Tables, text: &str, at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        let word = word_after(text, at)?;
        if word.is_digits() {
            // `của 15 Luật trong lĩnh vực …`, up to the number or date.
            return described_end(text, word.end);
        }
        let head = match HEAD_FINDER.find(&text[word.start..]) {
            Some(head) if head.start() == 0 => head,
            _ => return described_end(text, at),
        };
        let head_start = word.start;
        let end = known_end(tables, text, head_start)
            .or_else(|| free_end(text, head_start + head.end()))
            .or_else(|| described_end(text, head_start + head.end()))?;
        let Some(joint) = word_after(text, end) else { return Some(end) };
        let next = match joint.text {
            "," | "và" => word_after(text, joint.end),
            _ => return Some(qualified_end(text, end)),
        };
        match next.filter(|next| starts_head(text, next.start)) {
            // `… và Luật số 5`, `…, Luật sửa đổi …`: the next citation.
            Some(next) if starts_own_citation(text, next) => return Some(end),
            Some(next) => at = next.start,
            None => return Some(end),
        }
    }
}

fn starts_head(text: &str, at: usize) -> bool {
    HEAD_FINDER.find(&text[at..]).is_some_and(|head| head.start() == 0)
}

fn starts_own_citation(text: &str, head: Word<'_>) -> bool {
    word_after(text, head.end)
        .is_some_and(|next| is_word(next.text, "số") || amending(text, head.end).is_some())
}

/// Behind a list of amended laws: `có liên quan đến quy hoạch`.
fn qualified_end(text: &str, end: usize) -> usize {
    if words_after(text, end, &["có", "liên", "quan"]).is_some() {
        return described_end(text, end).unwrap_or(end);
    }
    end
}

/// The end of a description that is no list of names: at a mark, a number or a date.
fn described_end(text: &str, at: usize) -> Option<usize> {
    let mut end = at;
    for _ in 0..60 {
        let Some(word) = word_after(text, end) else { break };
        let stops = match word.text {
            "-" | "–" => false,
            "," => !number_follows(text, word.end),
            _ if !word.is_word() => true,
            _ => ends_description(text, word),
        };
        if stops || is_broken_off(text, end, word) {
            break;
        }
        end = word.end;
    }
    (end > at).then_some(end)
}

fn ends_description(text: &str, word: Word<'_>) -> bool {
    let next = word_after(text, word.end);
    let before_digits = next.is_some_and(|next| next.is_digits());
    match word.text {
        "số" | "ngày" | "năm" => before_digits,
        "được" | "đã" | "thì" | "là" | "này" => true,
        "theo" | "do" => true,
        _ => word.is_digits() && next.is_some_and(|next| next.text == "/"),
    }
}

/// The end of a name that no table knows, from behind its head on.
fn free_end(text: &str, at: usize) -> Option<usize> {
    let mut end = at;
    for n in 0..MAX_TITLE_WORDS {
        let Some(word) = word_after(text, end) else { break };
        if is_broken_off(text, end, word) {
            break;
        }
        let stops = match word.text {
            "," => n == 0 || !(is_half(&text[at..end]) || number_follows(text, word.end)),
            "-" | "–" => n == 0 || !word_after(text, word.end).is_some_and(|w| w.is_word()),
            "hiện" => !text[..word.start].trim_end().ends_with("thực"),
            "và" => word_after(text, word.end).is_none_or(|next| {
                next.is_capitalised()
                    || matches!(next.text, "các" | "những" | "quy" | "văn" | "pháp")
            }),
            _ if !word.is_word() => true,
            _ => word.is_digits() || ends_name(word.text) || n > 0 && starts_head(text, word.start),
        };
        if stops {
            break;
        }
        end = word.end;
    }
    (end > at).then_some(end)
}

/// Whether a name cannot end here because its second verb is still to come: `Phòng, chống …`,
/// `Quản lý, sử dụng …`.
fn is_half(name: &str) -> bool {
    matches!(name.trim().to_lowercase().as_str(), "phòng" | "quản lý" | "phòng ngừa")
}

/// Whether a number or date follows within the next few words: then a comma stands in a name.
fn number_follows(text: &str, at: usize) -> bool {
    let mut end = at;
    for n in 0..8 {
        let Some(word) = word_after(text, end) else { return false };
        if n > 0 && is_numbered_or_dated(text, end) {
            return true;
        }
        let goes_on = word.is_word() && !word.is_digits() && !starts_head(text, word.start)
            || matches!(word.text, "," | "-");
        if !goes_on || word.is_word() && ends_name(word.text) {
            return false;
        }
        // A capital begins the next item of a list, not the rest of a name.
        if n == 0 && word.is_capitalised() && word.text.len() > 1 && type_like(text, word) {
            return false;
        }
        end = word.end;
    }
    false
}

fn type_like(text: &str, word: Word<'_>) -> bool {
    let next = word_after(text, word.end).map(|next| next.text);
    matches!(
        (word.text, next),
        ("Nghị", Some("định" | "quyết"))
            | ("Quyết", Some("định"))
            | ("Thông", Some("tư" | "báo"))
            | ("Chỉ", Some("thị"))
            | ("Công", Some("văn"))
            | ("Kế", Some("hoạch"))
    )
}

/// Whether `số 5…`, `ngày 5…` or `năm 2008` follows.
fn is_numbered_or_dated(text: &str, at: usize) -> bool {
    let Some(word) = word_after(text, at) else { return false };
    let next_is_digits = word_after(text, word.end).is_some_and(|next| next.is_digits());
    matches!(word.text, "số" | "ngày" | "năm") && next_is_digits
}

/// `Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam`, `Hiến pháp năm 2013`; never alone.
fn constitution(text: &str, at: usize) -> Option<(usize, bool)> {
    if let Some(year) = words_after(text, at, &["năm"]) {
        return word_after(text, year).filter(Word::is_digits).map(|_| (at, false));
    }
    words_after(text, at, &["nước"])?;
    let window = &text[at..floor_boundary(text, at + 120)];
    let end = window.find("Việt Nam").or_else(|| window.find("VIỆT NAM"))? + "Việt Nam".len();
    let name = name_key(&window[..end.min(window.len())]);
    (name.split(' ').count() <= 9).then_some((at + end, false))
}

/// `Hiệp định Thương mại tự do giữa …`: at least three words, the first with a capital.
fn treaty(text: &str, at: usize) -> Option<(usize, bool)> {
    let first = word_after(text, at)?;
    if !first.is_capitalised() || first.text.chars().count() < 2 {
        return None;
    }
    let mut end = at;
    let mut n_words = 0;
    while let Some(word) = word_after(text, end) {
        let next = word_after(text, word.end);
        let goes_on = match word.text {
            // `Bắc Ai-len`: a glued hyphen is part of a name.
            "-" if next.is_some_and(|next| next.is_word() && next.start == word.end) => true,
            "và" | "-" => next.is_some_and(|next| next.is_capitalised()),
            // `Thương mại tự do` is a name, `do Bộ ký` is not.
            "do" => text[..word.start].trim_end().ends_with("tự"),
            "về" => true,
            _ => word.is_word() && !word.is_digits() && !ends_name(word.text),
        };
        if !goes_on || n_words > 40 || text[end..word.start].contains('\n') {
            break;
        }
        end = word.end;
        n_words += 1;
    }
    (n_words >= 3).then_some((end, false))
}

/// `Nghị quyết Đại hội Đảng lần thứ XI`, `Nghị quyết Trung ương 4 (khóa XI)`: to the ordinal.
fn congress(text: &str, at: usize) -> Option<(usize, bool)> {
    let mut end = at;
    for _ in 0..16 {
        let word = word_after(text, end)?;
        let is_ordinal = word.text.chars().all(|c| matches!(c, 'I' | 'V' | 'X'));
        if is_ordinal || word.is_digits() {
            let end = word.end;
            let in_brackets = words_after(text, end, &["(", "khóa"])
                .or_else(|| words_after(text, end, &["(", "khoá"]))
                .or_else(|| words_after(text, end, &["khóa"]))
                .or_else(|| words_after(text, end, &["khoá"]));
            let term = in_brackets.and_then(|end| word_after(text, end)).map(|term| term.end);
            let closed = term.map(|end| words_after(text, end, &[")"]).unwrap_or(end));
            return Some((closed.unwrap_or(end), false));
        }
        if !word.is_word() || text[end..word.start].contains('\n') || is_word(word.text, "số") {
            return None;
        }
        end = word.end;
    }
    None
}

/// `dự án Luật …`, `dự thảo Luật …`, `xây dựng Luật …`, `Luật … (sửa đổi)`: not yet a law.
fn is_draft(text: &str, start: usize, end: usize) -> bool {
    let mut before = [""; 3];
    let mut at = start;
    for slot in &mut before {
        let Some(word) = word_before(text, at).filter(Word::is_word) else { break };
        *slot = word.text;
        at = word.start;
    }
    let last = before[0].to_lowercase();
    let pair = (before[1].to_lowercase(), last.clone());
    let is_making = matches!(
        (pair.0.as_str(), pair.1.as_str()),
        ("dự", "án")
            | ("dự", "thảo")
            | ("xây", "dựng")
            | ("soạn", "thảo")
            | ("ban", "hành")
            | ("đề", "án")
    );
    is_making || words_after(text, end, &["(", "sửa", "đổi"]).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let found = named(Tables::builtin(), text);
        let names: Vec<&str> = found.iter().map(|name| &text[name.range.clone()]).collect();
        assert_eq!(names, expect);
    }

    #[test]
    fn known_names_end_where_the_table_says() {
        check("Căn cứ Luật Đất đai; Luật", &["Luật Đất đai"]);
        check("Luật Thi đua khen thưởng và các văn bản", &["Luật Thi đua khen thưởng"]); // no comma
        check("Luật Cán bộ, công chức, viên chức", &["Luật Cán bộ, công chức"]);
        check("Luật Đấu thầu, trường hợp người có", &["Luật Đấu thầu"]);
        check(
            "Căn cứ Luật ban hành văn bản quy phạm pháp luật năm",
            &["Luật ban hành văn bản quy phạm pháp luật"],
        );
        check("Luật đất đai và Bộ luật Lao động", &["Luật đất đai", "Bộ luật Lao động"]);
        check("THI HÀNH LUẬT ĐẤT ĐAI", &["LUẬT ĐẤT ĐAI"]);
    }

    #[test]
    fn names_torn_into_lines_are_whole() {
        check("Căn cứ Luật Đất\nđai ngày 18/01/2024", &["Luật Đất\nđai"]);
        check("theo Luật Nhà ở\na) Khoản 1", &["Luật Nhà ở"]); // a list follows
    }

    #[test]
    fn unknown_names_end_at_the_first_foreign_word() {
        check("Luật Trồng sen ngày 5/5/2005", &["Luật Trồng sen"]);
        check("Luật Trồng sen, nuôi cá số 5/2005/QH11", &["Luật Trồng sen, nuôi cá"]);
        check("Luật Trồng sen, người dân có quyền", &["Luật Trồng sen"]);
        check("Luật Phòng, chống sâu bệnh cho sen", &["Luật Phòng, chống sâu bệnh"]);
        check(
            "Pháp lệnh Bảo vệ và thực hiện mùa vụ hiện hành",
            &["Pháp lệnh Bảo vệ và thực hiện mùa vụ"],
        );
        check("theo Luật trồng sen thì", &[]); // small, and nothing proves a name
        check("theo Luật trồng sen năm 2005", &["Luật trồng sen"]);
    }

    #[test]
    fn amending_laws_hold_the_names_of_others() {
        check(
            "Luật sửa đổi, bổ sung một số điều của Luật Tổ chức Chính phủ và Luật Tổ chức chính quyền địa phương ngày 22",
            &[
                "Luật sửa đổi, bổ sung một số điều của Luật Tổ chức Chính phủ và Luật Tổ chức chính quyền địa phương",
            ],
        );
        check(
            "Luật sửa đổi, bổ sung một số điều của 37 Luật có liên quan đến quy hoạch ngày 20/11/2018",
            &["Luật sửa đổi, bổ sung một số điều của 37 Luật có liên quan đến quy hoạch"],
        );
        check(
            "Luật thi đua, khen thưởng sửa đổi, bổ sung một số điều Luật thi đua, khen thưởng năm 2013; Nghị",
            &["Luật thi đua, khen thưởng sửa đổi, bổ sung một số điều Luật thi đua, khen thưởng"],
        );
        check(
            "Luật sửa đổi, bổ sung một số điều của Luật Đất đai và Luật số 5/2005/QH11",
            &["Luật sửa đổi, bổ sung một số điều của Luật Đất đai"],
        );
    }

    #[test]
    fn what_is_no_law() {
        check("Luật này, Bộ luật này, pháp luật, luật sư, Luật số 5/2005/QH11", &[]);
        check("dự án Luật Thủy lợi, xây dựng Luật Đất đai, Luật Đất đai (sửa đổi)", &[]);
        check("Hiến pháp và pháp luật; các Hiệp định đã ký", &[]);
    }

    #[test]
    fn other_names() {
        check(
            "Hiến pháp nước Cộng hoà xã hội chủ nghĩa Việt Nam năm 1992",
            &["Hiến pháp nước Cộng hoà xã hội chủ nghĩa Việt Nam"],
        );
        check("Hiến pháp năm 2013", &["Hiến pháp"]);
        check(
            "theo Hiệp định Thương mại tự do giữa Việt Nam và Lào, Hiệp định",
            &["Hiệp định Thương mại tự do giữa Việt Nam và Lào"],
        );
        check("Nghị quyết Đại hội Đảng lần thứ XI và", &["Nghị quyết Đại hội Đảng lần thứ XI"]);
        check("Nghị quyết Trung ương 4 (khóa XI) về", &["Nghị quyết Trung ương 4 (khóa XI)"]);
    }

    #[test]
    fn ending_words_are_sorted() {
        assert!(ENDING_WORDS.is_sorted());
        assert!(HEADS.is_sorted());
    }
}
