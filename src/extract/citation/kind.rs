//! How the citing document relates to the cited one, from the words in front of the citation.
//!
//! The nearest words decide; a citation that continues a list has the kind of the one before.

use super::words::{floor_boundary, is_word, word_after};
use crate::domain::citation::CitationKind;

/// What is known beside the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// The kind of the citation that this one continues a list of.
    pub(super) list: Option<CitationKind>,
    /// Whether it stands in the title of another cited document.
    pub(super) in_title: bool,
    /// Whether it stands in the subject of the citing document.
    pub(super) in_subject: bool,
    /// Whether it is a law by name.
    pub(super) is_law: bool,
    /// The type as named or by the sign.
    pub(super) doc_type: Option<&'a str>,
}

/// How far back the clause is looked at, in bytes.
const CLAUSE: usize = 320;

/// Decides the kind of the citation at `start`; `before` is where its provision begins, `tail`
/// the end of its number, date and issuer.
pub(super) fn kind_of(
    text: &str,
    before: usize,
    tail: usize,
    around: Surroundings<'_>,
) -> CitationKind {
    use CitationKind::*;
    let clause = clause_before(text, before);
    let small = clause.to_lowercase();
    let words: Vec<&str> = small.split_whitespace().collect();
    if let Some(kind) = nearest_verb(&words, around) {
        return kind;
    }
    if word_after(text, tail).is_some_and(|word| is_word(word.text, "hết"))
        && super::words::words_after(text, tail, &["hết", "hiệu", "lực"]).is_some()
    {
        return Repeals;
    }
    if around.in_title {
        return Mentions;
    }
    let begins = |head: &[&str]| {
        let first = words.iter().position(|word| word.chars().any(char::is_alphabetic));
        first.is_some_and(|first| words[first..].starts_with(head))
    };
    let has = |phrase: &[&str]| words.windows(phrase.len()).any(|window| window == phrase);
    if begins(&["căn", "cứ"]) {
        return Basis;
    }
    if has(&["đề", "nghị"]) && (begins(&["theo"]) || begins(&["xét"])) || begins(&["xét"]) {
        return Proposal;
    }
    if let Some(kind) = around.list {
        // A law named beside a directive is not carried out with it.
        return if around.is_law && kind == Implements { Mentions } else { kind };
    }
    if around.doc_type == Some("Tờ trình") && has(&["theo"]) {
        return Proposal;
    }
    if by_rule(&words) {
        return Mentions;
    }
    let carried_out = has(&["thực", "hiện"])
        || has(&["triển", "khai"])
        || has(&["thi", "hành"])
        || has(&["sơ", "kết"])
        || has(&["tổng", "kết"])
        || has(&["quán", "triệt"])
        || has(&["cụ", "thể", "hóa"])
        || has(&["cụ", "thể", "hoá"]);
    let is_carried_out = if around.is_law {
        ends_with_any(&words, &[&["thực", "hiện"], &["thi", "hành"]]) && !has(&["hướng", "dẫn"])
    } else {
        carried_out
    };
    if is_carried_out { Implements } else { Mentions }
}

/// The clause in front of `at`: from the last semicolon, full stop or block end on.
fn clause_before(text: &str, at: usize) -> &str {
    let floor = floor_boundary(text, at.saturating_sub(CLAUSE));
    let window = &text[floor..at];
    let cut = window
        .char_indices()
        .rev()
        .find(|(i, c)| match c {
            ';' | '\n' | '|' => true,
            '.' => window[i + 1..].starts_with(' '),
            _ => false,
        })
        .map_or(0, |(i, _)| i + 1);
    &window[cut..]
}

/// The verb right in front of the citation: amends, replaces, repeals …
fn nearest_verb(words: &[&str], around: Surroundings<'_>) -> Option<CitationKind> {
    use CitationKind::*;
    let all = words;
    let words = strip_tail(words);
    let last = words.len().checked_sub(1).map(|last| words[last])?;
    // What this document issues it with, or what it changes that was issued so.
    if ends_with_any(words, &[&["kèm", "theo"], &["đính", "kèm"]]) || words.ends_with(&["kèm"])
    {
        let changes = |verb: &[&str]| all.windows(verb.len()).any(|window| window == verb);
        return Some(match by_this(all, around) && !around.in_title {
            true if changes(&["sửa", "đổi"]) || changes(&["sửa", "đổi,"]) => Amends,
            true if changes(&["bãi", "bỏ"]) => Repeals,
            true if changes(&["thay", "thế"]) => Replaces,
            _ => Encloses,
        });
    }
    // Passive: what follows `bởi` amends what stands before.
    if matches!(last, "bởi" | "bằng" | "theo" | "tại") {
        let head = &words[words.len().saturating_sub(14)..];
        let has = |a: &str, b: &str| {
            head.windows(2).any(|pair| pair[0] == a && pair[1].trim_end_matches(',') == b)
        };
        if has("thay", "thế") && last != "tại" {
            return Some(ReplacedBy);
        }
        let is_passive = head.iter().any(|word| matches!(*word, "được" | "đã"));
        if is_passive && (has("sửa", "đổi") || has("bổ", "sung") || has("đính", "chính"))
        {
            return Some(AmendedBy);
        }
        return None;
    }
    let verb = |phrases: &[&[&str]]| ends_with_any(words, phrases);
    if verb(&[&["phúc", "đáp"], &["trả", "lời"]]) {
        return Some(Replies);
    }
    if around.in_title {
        return None;
    }
    if verb(&[&["thay", "thế"], &["thay", "thế", "cho"]]) {
        return Some(Replaces);
    }
    if verb(&[&["bãi", "bỏ"], &["hủy", "bỏ"], &["huỷ", "bỏ"], &["bãi", "bỏ", "một", "phần"]])
    {
        return Some(Repeals);
    }
    if verb(&[&["đính", "chính"]]) {
        return Some(Corrects);
    }
    if verb(&[&["hợp", "nhất"]]) {
        return Some(Consolidates);
    }
    if !by_this(words, around) {
        return None;
    }
    if verb(&[&["sửa", "đổi"], &["bổ", "sung"]]) {
        return Some(Amends);
    }
    if verb(&[&["hướng", "dẫn"], &["chi", "tiết"]]) {
        return Some(Guides);
    }
    None
}

/// Whether it is this document that amends or guides: it says so, or its subject or an article
/// begins with the verb.
fn by_this(words: &[&str], around: Surroundings<'_>) -> bool {
    around.in_subject
        || words.contains(&"này")
        || words.first().is_some_and(|first| {
            matches!(*first, "điều" | "sửa" | "bổ" | "bãi")
                || first.starts_with(|c: char| c.is_ascii_digit())
        })
}

/// Drops the words between a verb and its object: `một số điều của các`.
fn strip_tail<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    const BETWEEN: [&str; 22] = [
        "biện", "các", "của", "cụm", "danh", "dung", "điều", "hành", "hiện", "khoản", "mục", "một",
        "nội", "phần", "pháp", "số", "thi", "thực", "toàn", "từ", "và", "bộ",
    ];
    let mut end = words.len();
    let starts_verb = |at: usize| at > 0 && matches!(words[at - 1], "thay" | "bổ" | "bãi" | "đính");
    while end > 0 && BETWEEN.contains(&words[end - 1]) && !starts_verb(end - 1) {
        end -= 1;
    }
    &words[..end]
}

fn ends_with_any(words: &[&str], phrases: &[&[&str]]) -> bool {
    phrases.iter().any(|phrase| words.ends_with(phrase))
}

/// `theo quy định tại`, `quy định của`: a rule is pointed at, nothing is carried out.
fn by_rule(words: &[&str]) -> bool {
    let tail = &words[words.len().saturating_sub(4)..];
    tail.windows(2).any(|pair| pair == ["quy", "định"])
}
