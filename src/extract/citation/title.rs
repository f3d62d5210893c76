//! The subject quoted behind a citation, to its end.
//!
//! A title begins with a quotation mark, with one of the verbs of titles, or with the type word
//! repeated. It may hold commas, years and dates; it ends at a semicolon, a full stop before a
//! capital, a colon, the closing mark, or the next citation.

use std::ops::Range;

use super::{
    body::known_body,
    words::{Word, floor_boundary, is_word, word_after, words_after},
};
use crate::domain::tables::{Tables, name_key};

/// Longer than any subject, in bytes: past this the sentence is not a title.
const MAX_BYTES: usize = 900;

/// Words with which a title begins without a mark.
const BEGINNINGS: [&[&str]; 32] = [
    &["ban", "hành"],
    &["bãi", "bỏ"],
    &["bổ", "sung"],
    &["công", "bố"],
    &["giao"],
    &["huỷ", "bỏ"],
    &["hướng", "dẫn"],
    &["hủy", "bỏ"],
    &["kiện", "toàn"],
    &["phân", "cấp"],
    &["phát", "động"],
    &["phê", "chuẩn"],
    &["phê", "duyệt"],
    &["quy", "định"],
    &["sơ", "kết"],
    &["sắp", "xếp"],
    &["sửa", "đổi"],
    &["thành", "lập"],
    &["thông", "qua"],
    &["triển", "khai"],
    &["tăng", "cường"],
    &["tổ", "chức"],
    &["tổng", "kết"],
    &["v", "/", "v"],
    &["về"],
    &["xử", "lý"],
    &["điều", "chỉnh"],
    &["đính", "chính"],
    &["đẩy", "mạnh"],
    &["ủy", "quyền"],
    &["uỷ", "quyền"],
    &["thực", "hiện", "một", "số"],
];

/// Reads the title that begins at `at`, behind number, date and issuer; its range without
/// quotation marks, and its end with them.
pub(super) fn title_after(
    tables: &Tables,
    text: &str,
    at: usize,
    type_name: Option<&str>,
    is_letter: bool,
) -> Option<(Range<usize>, usize)> {
    let start = beginning(text, at, type_name, is_letter)?;
    let first = text[start..].chars().next()?;
    if let Some(close) = closing_mark(first) {
        let inner = start + first.len_utf8();
        let window = &text[inner..floor_boundary(text, inner + MAX_BYTES)];
        let end = window.find(close)?;
        let range = trim(text, inner..inner + end);
        return (!range.is_empty()).then_some((range, inner + end + close.len_utf8()));
    }
    let end = end_of(tables, text, start);
    let range = trim(text, start..end);
    (!range.is_empty()).then(|| (range.clone(), range.end))
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let untrimmed = &text[range.clone()];
    let start = range.start + (untrimmed.len() - untrimmed.trim_start().len());
    let mut inner = untrimmed.trim();
    loop {
        let shorter = inner.trim_end_matches(['-', '–', ',', '/', '.', '*']).trim_end();
        let shorter = shorter.strip_suffix(" và").unwrap_or(shorter);
        if shorter.len() == inner.len() {
            return start..start + inner.len();
        }
        inner = shorter;
    }
}

fn closing_mark(open: char) -> Option<char> {
    match open {
        '“' => Some('”'),
        '"' => Some('"'),
        '‘' => Some('’'),
        '«' => Some('»'),
        _ => None,
    }
}

/// Where the title begins, if one does: at most one mark stands between.
fn beginning(text: &str, at: usize, type_name: Option<&str>, is_letter: bool) -> Option<usize> {
    let mut word = word_after(text, at)?;
    if is_paragraph_end(text, at, word.start) {
        return None;
    }
    let mark = word.text;
    if matches!(mark, "," | "." | ":" | "-" | "–") {
        word = word_after(text, word.end)?;
        if is_paragraph_end(text, at, word.start) {
            return None;
        }
    }
    if closing_mark(text[word.start..].chars().next()?).is_some() {
        return Some(word.start);
    }
    // `…/KH-SLĐTBXH, Kế hoạch Phát động …`: the type word again, and no number behind it.
    if let Some(type_name) = type_name {
        let words: Vec<String> = type_name.to_lowercase().split(' ').map(str::to_owned).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let Some(end) = words_after(text, word.start, &words)
            && let Some(next) = word_after(text, end)
            && next.is_word()
            && !next.is_digits()
            && !is_word(next.text, "số")
            && !matches!(next.text, "này" | "trên" | "nêu" | "đó")
        {
            return Some(word.start);
        }
    }
    if mark == "." {
        return None;
    }
    // The subject of a letter begins with `về việc`; a verb is what the letter does.
    let of_letters: [&[&str]; 2] = [&["về"], &["v", "/", "v"]];
    if is_letter {
        let begins = of_letters.iter().any(|words| words_after(text, word.start, words).is_some());
        return begins.then_some(word.start);
    }
    let begins = BEGINNINGS.iter().any(|words| words_after(text, word.start, words).is_some());
    begins.then_some(word.start)
}

/// Whether a block ends between two places and the next one is not the rest of a sentence.
fn is_paragraph_end(text: &str, from: usize, to: usize) -> bool {
    text[from..to].contains('\n')
        && !text[to..].starts_with(|c: char| c.is_lowercase() || closing_mark(c).is_some())
}

/// Where the title that begins at `start` ends.
fn end_of(tables: &Tables, text: &str, start: usize) -> usize {
    let limit = floor_boundary(text, start + MAX_BYTES);
    let mut quotes: Vec<char> = Vec::new();
    let mut n_brackets = 0;
    let mut at = start;
    let mut last_word = "";
    while let Some(word) = word_after(text, at).filter(|word| word.start < limit) {
        if quotes.is_empty() && is_paragraph_end(text, at, word.start) {
            return at;
        }
        let mark =
            if word.is_word() { ' ' } else { text[word.start..].chars().next().unwrap_or(' ') };
        match mark {
            ' ' => {
                let at_top = quotes.is_empty() && n_brackets == 0;
                if at_top
                    && word.start > start
                    && (next_citation(tables, text, word, last_word)
                        || last_word == "," && main_clause(tables, text, word)
                        || words_after(text, word.start, &["như", "sau"]).is_some())
                {
                    return at;
                }
            }
            _ if quotes.last() == Some(&mark) => {
                quotes.pop();
            }
            _ if closing_mark(mark).is_some() => quotes.extend(closing_mark(mark)),
            _ if !quotes.is_empty() => {}
            '(' if is_gloss(text, word.end) => return at,
            '(' => n_brackets += 1,
            ')' | ']' if n_brackets == 0 => return at,
            ')' => n_brackets -= 1,
            ';' | '|' => return at,
            // A ratio (`tỷ lệ 1:500`) is no end.
            ':' if !text[word.end..].starts_with(|c: char| c.is_ascii_digit()) => return at,
            '.' if ends_sentence(text, word, last_word) => return at,
            '/' if text[word.end..].starts_with('.') || text[word.end..].starts_with(';') => {
                return at;
            }
            _ => {}
        }
        at = word.end;
        last_word = word.text;
    }
    at.min(limit)
}

/// `(sau đây gọi …)`, `(gọi tắt …)`, `(nay là …)`: no part of a title.
fn is_gloss(text: &str, at: usize) -> bool {
    [&["sau", "đây"][..], &["gọi", "tắt"], &["gọi", "là"], &["đã", "được"], &["được", "sửa"]]
        .iter()
        .any(|words| words_after(text, at, words).is_some())
}

/// Whether a full stop ends the sentence: a capital or nothing follows, and no short form
/// (`TP. Vân Sơn`) stands before it.
fn ends_sentence(text: &str, stop: Word<'_>, last_word: &str) -> bool {
    let rest = &text[stop.end..];
    if rest.starts_with(|c: char| c.is_alphanumeric()) {
        return false;
    }
    let n_chars = last_word.chars().count();
    let is_short_form = n_chars <= 2 && last_word.chars().all(char::is_uppercase);
    !is_short_form || rest.trim_start().is_empty()
}

/// Whether another citation or another clause begins at a word.
fn next_citation(tables: &Tables, text: &str, word: Word<'_>, last_word: &str) -> bool {
    // `được sửa đổi, bổ sung bởi`, `đã được thay thế bằng`, `hết hiệu lực`.
    let after_passive = words_after(text, word.start, &["đã", "được"])
        .or_else(|| words_after(text, word.start, &["được"]));
    if let Some(end) = after_passive
        && let Some(verb) = word_after(text, end)
    {
        return matches!(verb.text, "sửa" | "bổ" | "thay")
            || is_word(word.text, "đã") && verb.text != "giao";
    }
    if words_after(text, word.start, &["hết", "hiệu", "lực"]).is_some() {
        return true;
    }
    if !word.is_capitalised() && !matches!(last_word, "," | "và" | "-") {
        return false;
    }
    if matches!(last_word, "theo" | "của" | "tại" | "thực" | "hiện" | "điều") {
        return false;
    }
    let follows_list_mark = matches!(last_word, "," | "và" | "-" | "hoặc");
    follows_list_mark && is_numbered_type(tables, text, word)
}

/// Whether the sentence goes on behind a comma: `…, Sở Nội vụ báo cáo như sau`, `…, sau khi …`,
/// `…, có hiệu lực …`.
fn main_clause(tables: &Tables, text: &str, word: Word<'_>) -> bool {
    let phrases: [&[&str]; 4] =
        [&["sau", "khi"], &["có", "hiệu", "lực"], &["theo", "đó"], &["trong", "đó"]];
    if phrases.iter().any(|phrase| words_after(text, word.start, phrase).is_some()) {
        return true;
    }
    let Some(end) = known_body(tables, text, word.start) else {
        return speaks_of_itself(tables, text, word);
    };
    // A verb follows the body: a small word that does not go on with its name or a list.
    word_after(text, end).is_some_and(|next| {
        next.is_word()
            && next.text.starts_with(char::is_lowercase)
            && !matches!(next.text, "và" | "về" | "của" | "tại" | "theo" | "trong" | "với" | "hoặc")
    })
}

/// Verbs with which an office says what it does, their first syllable.
const OWN_VERBS: [&str; 12] =
    ["ban", "báo", "hướng", "kính", "thông", "triển", "trình", "tổ", "xin", "xây", "đề", "đồng"];

/// Whether a body names itself by its kind alone: `…, Sở ban hành kế hoạch như sau`.
fn speaks_of_itself(tables: &Tables, text: &str, word: Word<'_>) -> bool {
    let is_kind = tables.body_head(&name_key(word.text)) == Some((word.text, 1));
    is_kind && word_after(text, word.end).is_some_and(|verb| OWN_VERBS.contains(&verb.text))
}

/// Whether a type word with its number begins here: `Nghị định số 5`, `Thông tư 08/2019/…`.
fn is_numbered_type(tables: &Tables, text: &str, word: Word<'_>) -> bool {
    let mut end = word.end;
    let mut key = name_key(word.text);
    for _ in 0..4 {
        let Some(next) = word_after(text, end) else { return false };
        if is_word(next.text, "số") || next.is_digits() {
            return tables.doc_type_by_name(&key).is_some_and(|known| known.folded_name == key);
        }
        if !next.is_word() {
            return false;
        }
        key.push(' ');
        key.push_str(&name_key(next.text));
        end = next.end;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        let title = title_after(Tables::builtin(), text, 0, Some("Kế hoạch"), false);
        assert_eq!(title.map(|(range, _)| &text[range]), expect);
    }

    #[test]
    fn how_titles_begin() {
        check(" về tăng cường trồng rừng; Kế hoạch", Some("về tăng cường trồng rừng"));
        check(" “ Về chăm lo người cao tuổi”, Luật", Some("Về chăm lo người cao tuổi"));
        check(
            ". Kế hoạch Trồng cây gây rừng năm 2016;",
            Some("Kế hoạch Trồng cây gây rừng năm 2016"),
        );
        check(", Kế hoạch về việc phát động.", Some("Kế hoạch về việc phát động"));
        check(" V/v báo cáo nhanh.", Some("V/v báo cáo nhanh"));
        check(" Kế hoạch số 5/KH-UBND", None); // the next citation
        check(". Sở đã thực hiện", None);
        check(" trong các kế hoạch", None);
        check("\nVề việc làm", None); // another paragraph
        check("\n“Về việc làm”", Some("Về việc làm")); // the quotation hangs on
    }

    #[test]
    fn where_titles_end() {
        check(" về chăn nuôi, trồng trọt: đã làm", Some("về chăn nuôi, trồng trọt"));
        check(" về giá đất. Điều 2", Some("về giá đất"));
        check(" về tỷ lệ 1:500 của TP. Vân Sơn; hết", Some("về tỷ lệ 1:500 của TP. Vân Sơn"));
        check(" quy định giá, Thông tư số 5/2019/TT-BTC", Some("quy định giá"));
        check(" quy định giá và Nghị định 5/2019/NĐ-CP", Some("quy định giá"));
        check(" quy định giá được sửa đổi, bổ sung bởi", Some("quy định giá"));
        check(" quy định giá (sau đây gọi là Quy định)", Some("quy định giá"));
        check(
            " phê duyệt Đề án “Một; hai” năm 2019; và",
            Some("phê duyệt Đề án “Một; hai” năm 2019"),
        );
        check(
            " về lễ kỷ niệm (19/12/1946 - 19/12/2021); và",
            Some("về lễ kỷ niệm (19/12/1946 - 19/12/2021)"),
        );
        check(" về thi đua./.", Some("về thi đua"));
        // The main clause of the sentence is no title.
        check(" về giá đất, Sở Nội vụ báo cáo như sau:", Some("về giá đất"));
        check(" về giá đất, Ủy ban nhân dân tỉnh Vân Sơn yêu cầu:", Some("về giá đất"));
        check(" về giá đất, sau khi xem xét, Sở", Some("về giá đất"));
        check(" về giá đất, Sở ban hành kế hoạch như sau:", Some("về giá đất"));
        check(" về thuế, Bộ luật và lệ phí; và", Some("về thuế, Bộ luật và lệ phí"));
        check(
            " về giao đất cho Sở Y tế, Sở Nội vụ; và",
            Some("về giao đất cho Sở Y tế, Sở Nội vụ"),
        );
        // A number inside the title belongs to it.
        check(
            " sửa đổi Quy chế ban hành kèm theo Quyết định số 4/2017/QĐ-UBND; b",
            Some("sửa đổi Quy chế ban hành kèm theo Quyết định số 4/2017/QĐ-UBND"),
        );
    }
}
