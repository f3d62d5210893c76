//! The type line: `KẾ HOẠCH`, `NGHỊ QUYẾT LIÊN TỊCH`, and the forms of re-typed pages
//! `QUYẾT ĐỊNH CỦA … SỐ … NGÀY …`.
//!
//! Must not take the operative clause (`QUYẾT ĐỊNH:`) or a page title above the letterhead.

use crate::{
    domain::tables::{DocType, Tables},
    extract::{phrase, segment::Segment},
};

/// The type line of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct TypeLine<'t> {
    /// The type named.
    pub(super) doc_type: &'t DocType,
    /// Index of the segment.
    pub(super) at: usize,
    /// Where the rest of the line begins, in bytes of the segment: the title, when it begins
    /// on the same line.
    pub(super) rest: usize,
}

/// Finds the type line among segments `from..`.
pub(super) fn find<'t>(
    tables: &'t Tables,
    head: &[Segment<'_>],
    from: usize,
) -> Option<TypeLine<'t>> {
    head.iter().enumerate().skip(from).find_map(|(at, segment)| {
        let (doc_type, rest) = type_of(tables, segment)?;
        // The line of the number names the type, too: `Nghị quyết số: 12/2019/QH14`.
        let is_number_line = phrase::number_label(segment.text[rest..].trim_start()).is_some()
            && segment.text[rest..].contains(':');
        (!is_number_line).then_some(TypeLine { doc_type, at, rest })
    })
}

/// The type that a segment names at its begin, and where the rest begins.
fn type_of<'t>(tables: &'t Tables, segment: &Segment<'_>) -> Option<(&'t DocType, usize)> {
    if segment.text.trim_end().ends_with(':') {
        return None;
    }
    if let Some(doc_type) = tables.doc_type_by_name(&segment.key) {
        let n_words = doc_type.folded_name.split(' ').count();
        let rest = end_of_words(segment.text, n_words)?;
        let words = &segment.text[..rest];
        let is_whole = segment.text[rest..].trim().is_empty();
        if phrase::is_caps(words) || (is_whole && (segment.bold || segment.centred)) {
            return Some((doc_type, rest));
        }
        return None;
    }
    spaced_type(tables, segment).map(|doc_type| (doc_type, segment.text.len()))
}

/// `QUY ẾT ĐỊNH`, `T H Ô N G  T Ư`: a name torn apart, or words grown together.
fn spaced_type<'t>(tables: &'t Tables, segment: &Segment<'_>) -> Option<&'t DocType> {
    if segment.key.len() > 60 || !phrase::is_caps(segment.text) {
        return None;
    }
    let squeezed = segment.key.replace(' ', "");
    let same = |doc_type: &&DocType| doc_type.folded_name.replace(' ', "") == squeezed;
    tables.doc_types().iter().find(same)
}

/// Where the first `n` words end.
fn end_of_words(text: &str, n: usize) -> Option<usize> {
    let mut n_seen = 0;
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            if !in_word {
                n_seen += 1;
            }
            in_word = true;
        } else {
            if in_word && n_seen == n {
                return Some(at);
            }
            in_word = false;
        }
    }
    (n_seen == n).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{extract::segment::segments, text::Text};

    #[track_caller]
    fn check(plain: &str, expected: &str) {
        let text = Text::from_plain(plain);
        let tables = Tables::builtin();
        let head = segments(tables, &text, 0, 50);
        let shown = find(tables, &head, 0).map_or("-".to_owned(), |line| {
            format!("{} | {}", line.doc_type.name, head[line.at].text[line.rest..].trim())
        });
        assert_eq!(shown.trim_end(), expected, "{plain}");
    }

    #[test]
    fn type_lines() {
        check("KẾ HOẠCH", "Kế hoạch |");
        check("NGHỊ QUYẾT LIÊN TỊCH", "Nghị quyết liên tịch |");
        // The title goes on on the line.
        check("LUẬT NHÀ Ở", "Luật | NHÀ Ở");
        check("BÁO CÁO Sơ kết công tác năm", "Báo cáo | Sơ kết công tác năm");
        check("QUY ẾT ĐỊNH", "Quyết định |");
    }

    #[test]
    fn what_is_no_type_line() {
        // A page title, the operative clause, running text, the line of the number.
        check("Quyết định 12/QĐ-UBND về việc", "-");
        check("QUYẾT ĐỊNH:", "-");
        check("Kế hoạch này được gửi", "-");
        check("Nghị quyết số: 12/2019/QH14", "-");
        check("Kế hoạch", "-");
    }
}
