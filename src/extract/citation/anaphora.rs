//! `Nghị định nói trên`, `Luật này`: a mention that only points back, and the earlier citation
//! that it means.
//!
//! A pointer without an earlier citation of its type, one to several documents (`các Luật trên`)
//! and one to the document itself are no citations.

use std::{ops::Range, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};

use super::words::{is_word, word_after, word_before, words_after};

/// A pointer back, before it is known what it points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointer {
    /// From the type word to the end of the pointing words.
    pub(super) range: Range<usize>,
    /// Type in sentence case.
    pub(super) doc_type: &'static str,
}

/// Types that are pointed at with their first word, longest first where one begins another.
const TYPES: [&str; 18] = [
    "Bộ luật",
    "Chỉ thị",
    "Chương trình",
    "Công văn",
    "Công điện",
    "Hướng dẫn",
    "Kết luận",
    "Kế hoạch",
    "Luật",
    "Nghị quyết",
    "Nghị định",
    "Pháp lệnh",
    "Quy chế",
    "Quy định",
    "Quyết định",
    "Thông báo",
    "Thông tư",
    "Tờ trình",
];

static TYPE_FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(TYPES)
        .expect("a dozen short patterns")
});

/// What points back whatever the citing document is. `này` is the document itself as a rule.
const BACK: [&[&str]; 6] = [
    &["nói", "trên"],
    &["nêu", "trên"],
    &["kể", "trên"],
    &["đã", "nêu"],
    &["vừa", "nêu"],
    &["trên"],
];

/// Types of which a letter, report or plan says `này` when it means one it has cited.
const LAWS: [&str; 6] = ["Bộ luật", "Luật", "Nghị quyết", "Nghị định", "Pháp lệnh", "Thông tư"];

/// Finds the pointers of a running text, in order. `own_type` is the type of the document.
pub(super) fn pointers(text: &str, own_type: Option<&str>) -> Vec<Pointer> {
    // Cheap before exact: the type words are frequent, the pointing words are not.
    let mut found = Vec::new();
    for matched in TYPE_FINDER.find_iter(text) {
        let Range { start, end } = matched.range();
        if !text[end..].starts_with([' ', '\n']) {
            continue;
        }
        let doc_type = TYPES[matched.pattern().as_usize()];
        let Some(end) = back_end(text, end, doc_type, own_type) else { continue };
        if !is_one(text, start) {
            continue;
        }
        found.push(Pointer { range: start..end, doc_type });
    }
    found
}

/// The end of the pointing words behind a type.
fn back_end(text: &str, at: usize, doc_type: &str, own_type: Option<&str>) -> Option<usize> {
    if let Some(end) = BACK.iter().find_map(|words| words_after(text, at, words)) {
        // `trên địa bàn`, `trên cơ sở`: no pointer but the next phrase.
        let next = word_after(text, end);
        let is_end = next.is_none_or(|next| {
            !next.is_word() || text[end..next.start].contains('\n') || is_verb(next.text)
        });
        return is_end.then_some(end);
    }
    let end = words_after(text, at, &["này"])?;
    let own = own_type?;
    // A text that makes rules says `này` of itself and of what it encloses.
    let is_about_others = LAWS.contains(&doc_type) && !makes_rules(own);
    is_about_others.then_some(end)
}

fn makes_rules(own_type: &str) -> bool {
    const RULES: [&str; 7] =
        ["Quyết định", "Văn bản hợp nhất", "Quy chế", "Quy định", "Lệnh", "Điều lệ", "Hợp đồng"];
    LAWS.iter().chain(&RULES).any(|rule| own_type.starts_with(rule))
}

/// Words that go on behind a pointer: `Nghị định nói trên và`, `Quyết định trên được`.
fn is_verb(word: &str) -> bool {
    const VERBS: [&str; 20] = [
        "bảo", "chưa", "có", "cho", "của", "do", "đã", "để", "được", "hoặc", "không", "là", "phải",
        "quy", "tại", "thì", "theo", "trong", "và", "về",
    ];
    VERBS.contains(&word)
}

/// Whether one document is meant: not `các Luật trên`, `02 Nghị định nêu trên`.
fn is_one(text: &str, start: usize) -> bool {
    let Some(before) = word_before(text, start) else { return true };
    let is_several = ["các", "những", "hai", "ba"].iter().any(|word| is_word(before.text, word));
    // A capital in front is a longer type: `Phụ lục Quyết định`.
    !is_several && !before.is_digits() && before.end < start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, own_type: &str, expected: &[&str]) {
        let found = pointers(text, Some(own_type));
        let shown: Vec<&str> = found.iter().map(|pointer| &text[pointer.range.clone()]).collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn pointers_back() {
        check("theo Nghị định nói trên, Sở báo cáo", "Báo cáo", &["Nghị định nói trên"]);
        check("Thực hiện Quyết định nêu trên.", "Kế hoạch", &["Quyết định nêu trên"]);
        check("Kế hoạch trên được gửi", "Công văn", &["Kế hoạch trên"]);
        check("theo quy định của Luật này;", "Công văn", &["Luật này"]);
    }

    #[test]
    fn no_pointers() {
        check("Kế hoạch trên địa bàn tỉnh", "Báo cáo", &[]); // another phrase
        check("Luật này quy định", "Luật", &[]); // the document itself
        check("Quyết định này có hiệu lực", "Quyết định", &[]);
        check("Quy chế này áp dụng", "Quyết định", &[]); // what it encloses
        check("các Luật nêu trên; 02 Nghị định nói trên", "Báo cáo", &[]); // several
        check("Kế hoạch này được gửi", "Báo cáo", &[]); // its own plan, as a rule
    }
}
