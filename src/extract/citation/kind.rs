//! How the citing document relates to the cited one, from the words in front of the citation.
//!
//! The nearest words decide; a citation that continues a list has the kind of the one before.

use super::words::{floor_boundary, words_after};
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
    /// Whether the citation before is of the same type.
    pub(super) is_like_last: bool,
    /// The type of the citing document.
    pub(super) own_type: Option<&'a str>,
    /// Where the citation ends, its title included.
    pub(super) end: usize,
    /// Where the citation before ends.
    pub(super) last: Option<usize>,
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
    let (clause, clause_start) = clause_before(text, before);
    let small = clause.to_lowercase();
    let words: Vec<&str> = small.split_whitespace().collect();
    // `Công văn A trả lời Tờ trình B`: the verb is that of A.
    let is_of_last = around.last.is_some_and(|last| last > clause_start) && !words.contains(&"này");
    if let Some(kind) = nearest_verb(&words, around)
        .filter(|kind| !is_of_last || matches!(kind, AmendedBy | ReplacedBy | Encloses))
    {
        return kind;
    }
    // The text that is consolidated opens the paragraph: `Thông tư số 5 …, có hiệu lực từ …`.
    let in_force = words_after(text, around.end, &[",", "có", "hiệu", "lực"]).is_some();
    if around.own_type == Some("Văn bản hợp nhất") && words.is_empty() && in_force {
        return Consolidates;
    }
    if words_after(text, tail, &["hết", "hiệu", "lực"]).is_some() {
        return Repeals;
    }
    // `… được sửa đổi, bổ sung bởi Luật số 1, Luật số 2`.
    if around.list == Some(AmendedBy) && around.is_like_last {
        return AmendedBy;
    }
    if around.in_title {
        return Mentions;
    }
    let begins = |head: &[&str]| {
        let first = words.iter().position(|word| word.chars().any(char::is_alphabetic));
        first.is_some_and(|first| words[first..].starts_with(head))
    };
    let has = |phrase: &[&str]| words.windows(phrase.len()).any(|window| window == phrase);
    if begins(&["căn", "cứ"]) || ends_with_any(&words, &[&["căn", "cứ"], &["“căn", "cứ"]])
    {
        return Basis;
    }
    if !is_of_last
        && !around.is_law
        && can_change(around.own_type)
        && let Some(kind) = head_verb(&words)
    {
        return kind;
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
    // `thực hiện theo Thông tư …`: a rule is followed, not carried out.
    if words.last() == Some(&"theo") {
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
    // `Thông tư hướng dẫn thực hiện Nghị định …` is about another document.
    if ends_with_any(strip_tail(&words), &[&["hướng", "dẫn"], &["chi", "tiết"]]) {
        // But `ban hành Thông tư hướng dẫn …` in a consolidated text is what it consolidates.
        let is_own = around.own_type == Some("Văn bản hợp nhất") && has(&["ban", "hành"]);
        return if is_own { Guides } else { Mentions };
    }
    let is_carried_out = if around.is_law {
        ends_with_any(&words, &[&["thực", "hiện"], &["thi", "hành"]]) && !has(&["hướng", "dẫn"])
    } else {
        carried_out
    };
    if is_carried_out { Implements } else { Mentions }
}

/// The clause in front of `at` and where it begins: from the last semicolon, full stop or block
/// end on. Behind `bởi:` the items of a list belong to the line above.
fn clause_before(text: &str, at: usize) -> (&str, usize) {
    let floor = floor_boundary(text, at.saturating_sub(CLAUSE));
    let window = &text[floor..at];
    let mut end = window.len();
    let above = window.trim_end();
    if window[above.len()..].contains('\n') {
        let last = above.rsplit(' ').next().unwrap_or_default();
        if above.ends_with(':') || WANT_MORE.contains(&last) {
            end = above.trim_end_matches(':').len();
        }
    }
    let cut = window[..end]
        .char_indices()
        .rev()
        .find(|(i, c)| match c {
            ';' | '\n' | '|' => true,
            '.' => window[i + 1..].starts_with(' ') && !is_numbering(&window[..*i]),
            _ => false,
        })
        .map_or(0, |(i, _)| i + 1);
    (&window[cut..end], floor + cut)
}

/// Words after which a sentence goes on though the block ends.
const WANT_MORE: [&str; 11] =
    ["bằng", "bởi", "bỏ", "các", "của", "cứ", "hiện", "theo", "thế", "tại", "và"];

/// Whether a document of this type can change others; a report or a plan only speaks of it.
fn can_change(own_type: Option<&str>) -> bool {
    const CHANGING: [&str; 9] = [
        "Bộ luật",
        "Luật",
        "Lệnh",
        "Nghị quyết",
        "Nghị định",
        "Pháp lệnh",
        "Quyết định",
        "Thông tư",
        "Văn bản hợp nhất",
    ];
    own_type.is_none_or(|own| CHANGING.iter().any(|changing| own.starts_with(changing)))
}

/// Whether a full stop stands behind `Điều 5` or `3` at the begin of a line: no end of a clause.
fn is_numbering(head: &str) -> bool {
    let line = head.rsplit('\n').next().unwrap_or(head).trim();
    let label = line.strip_prefix("Điều").unwrap_or(line).trim();
    !label.is_empty() && label.len() <= 3 && label.bytes().all(|byte| byte.is_ascii_digit())
}

/// `Điều 1. Sửa đổi …`, `3. Bãi bỏ …`: what the article does to the first document it names.
fn head_verb(words: &[&str]) -> Option<CitationKind> {
    let is_label = |word: &&&str| {
        **word == "điều" || word.starts_with(|c: char| c.is_ascii_digit()) || word.ends_with(')')
    };
    let n_labels = words.iter().take(3).take_while(is_label).count();
    if n_labels == 0 {
        return None;
    }
    match words[n_labels..] {
        ["sửa", "đổi" | "đổi,", ..] | ["bổ", "sung", ..] => Some(CitationKind::Amends),
        ["bãi", "bỏ", ..] => Some(CitationKind::Repeals),
        ["thay", "thế", ..] => Some(CitationKind::Replaces),
        _ => None,
    }
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
        || issues_own_type(words, around.own_type)
        || can_change(around.own_type)
            && words.first().is_some_and(|first| {
                matches!(*first, "điều" | "sửa" | "bổ" | "bãi")
                    || first.starts_with(|c: char| c.is_ascii_digit())
            })
}

/// `Bộ trưởng … ban hành Thông tư hướng dẫn …` in a Thông tư.
fn issues_own_type(words: &[&str], own_type: Option<&str>) -> bool {
    let Some(own_type) = own_type.map(str::to_lowercase) else { return false };
    let mut phrase = vec!["ban", "hành"];
    phrase.extend(own_type.split(' '));
    words.windows(phrase.len()).any(|window| window == phrase) && !words.contains(&"nghị")
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
    tail.windows(2).any(|pair| matches!(pair, ["quy", "định"] | ["phê", "duyệt"]))
}
