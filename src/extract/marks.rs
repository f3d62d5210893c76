//! Stamps alone on a line near the head: secrecy, urgency, draft.
//!
//! Must not take the words in prose (`bí mật`, `gửi hỏa tốc`, `dự thảo Nghị quyết`) or the
//! marks on enclosures.

use crate::{
    domain::{
        found::Found,
        record::{Classification, Urgency},
        tables::name_key,
    },
    extract::phrase,
    layout::BlockKind,
    text::{Text, TextLine, tone},
};

/// The marks of a document.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    pub(super) classification: Option<Found<Classification>>,
    pub(super) urgency: Option<Found<Urgency>>,
    pub(super) draft: Option<Found<bool>>,
}

/// A stamp has at most so many bytes: `HỎA TỐC HẸN GIỜ`, `DỰ THẢO LẦN 2`, `Dự thảo ngày 05/3/2020`.
const MAX_STAMP_BYTES: usize = 48;

/// Reads the marks from the first lines of the text, up to line `end`, and from the text
/// boxes, stamps and watermarks of its first page.
pub(super) fn read(text: &Text, end: usize) -> Marks {
    let mut marks = Marks::default();
    let first_page = text.lines.first().map_or(1, |line| line.page);
    for (index, line) in text.lines.iter().enumerate() {
        if index >= end && line.page > first_page {
            break;
        }
        let is_beside =
            matches!(line.kind, BlockKind::TextBox | BlockKind::Stamp | BlockKind::Watermark);
        let in_place = is_beside
            || (index < end && !matches!(line.kind, BlockKind::Note | BlockKind::Running));
        if !in_place {
            continue;
        }
        for piece in text.slice(line.span).split('|') {
            read_piece(text, line, piece.trim(), is_beside, &mut marks);
        }
    }
    marks
}

fn read_piece(text: &Text, line: &TextLine, piece: &str, is_beside: bool, marks: &mut Marks) {
    if piece.is_empty() || piece.len() > MAX_STAMP_BYTES {
        return;
    }
    let words = stamp_words(piece);
    let is_caps = phrase::is_caps(piece);
    let classification = match words.as_str() {
        "mật" => Some(Classification::Confidential),
        "tối mật" => Some(Classification::Secret),
        "tuyệt mật" => Some(Classification::TopSecret),
        _ => None,
    };
    if let Some(value) = classification.filter(|_| is_caps) {
        marks.classification.get_or_insert(found(text, line, piece, value, "marks.classification"));
    }
    let urgency = match words.as_str() {
        "khẩn" => Some(Urgency::Urgent),
        "thượng khẩn" => Some(Urgency::VeryUrgent),
        "hỏa tốc" => Some(Urgency::Express),
        other if other.starts_with("hỏa tốc hẹn giờ") => Some(Urgency::Express),
        _ => None,
    };
    if let Some(value) = urgency.filter(|_| is_caps) {
        marks.urgency.get_or_insert(found(text, line, piece, value, "marks.urgency"));
    }
    if is_draft(&words, is_caps, is_beside || line.bold) {
        marks.draft.get_or_insert(found(text, line, piece, true, "marks.draft"));
    }
}

/// The stamp of secrecy that stands alone on a line.
pub(super) fn secrecy(text: &Text, line: &TextLine) -> Option<Found<Classification>> {
    let mut marks = Marks::default();
    for piece in text.slice(line.span).split('|') {
        read_piece(text, line, piece.trim(), false, &mut marks);
    }
    marks.classification
}

/// Whether a piece is a stamp of secrecy or urgency and nothing else.
pub(super) fn is_stamp(piece: &str) -> bool {
    const STAMPS: [&str; 6] = ["mật", "tối mật", "tuyệt mật", "khẩn", "thượng khẩn", "hỏa tốc"];
    piece.len() <= MAX_STAMP_BYTES
        && phrase::is_caps(piece)
        && STAMPS.contains(&stamp_words(piece).as_str())
}

/// The words of a stamp in small letters with one tone placement, without frame, label and dots.
fn stamp_words(piece: &str) -> String {
    let bare = piece.trim_matches(|c: char| !c.is_alphanumeric());
    let lower = bare.to_lowercase();
    let lower = ["độ mật:", "độ khẩn:", "mức độ khẩn:"]
        .iter()
        .find_map(|label| lower.strip_prefix(label))
        .unwrap_or(&lower);
    let words: Vec<String> =
        lower.split_whitespace().map(|word| tone::modern(word).into_owned()).collect();
    words.join(" ")
}

/// `DỰ THẢO`, `Dự thảo lần 2`, `DỰ THẢO 3`, `Dự thảo ngày 05/3/2020`, `(Dự thảo)`.
fn is_draft(words: &str, is_caps: bool, stands_out: bool) -> bool {
    let Some(rest) = words.strip_prefix("dự thảo").or_else(|| words.strip_prefix("bản dự thảo"))
    else {
        return false;
    };
    let rest = name_key(rest);
    let is_counted = rest.is_empty()
        || rest.starts_with(|c: char| c.is_ascii_digit())
        || phrase::begins_with(&rest, "lan")
        || phrase::begins_with(&rest, "ngay")
        || phrase::begins_with(&rest, "v");
    // Alone in small letters it may be a heading of a form, if nothing makes it stand out.
    is_counted && (is_caps || stands_out || rest.starts_with("lan") || rest.is_empty())
}

fn found<T>(text: &Text, line: &TextLine, piece: &str, value: T, rule: &str) -> Found<T> {
    let content = text.slice(line.span);
    let start = line.span.start as usize + content.find(piece).unwrap_or(0);
    let span = crate::domain::found::Span::new(start, start + piece.len());
    Found {
        value,
        raw: piece.to_owned(),
        key: None,
        page: line.page,
        span,
        rule: rule.to_owned(),
        confidence: 0.95,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(plain: &str, expected: &str) {
        let marks = read(&Text::from_plain(plain), 20);
        let secrecy = marks.classification.map(|found| format!("{:?}", found.value));
        let urgency = marks.urgency.map(|found| format!("{:?}", found.value));
        let draft = marks.draft.map(|_| "draft".to_owned());
        let shown: Vec<String> = [secrecy, urgency, draft].into_iter().flatten().collect();
        assert_eq!(shown.join(" "), expected, "{plain}");
    }

    #[test]
    fn stamps() {
        check("MẬT", "Confidential");
        check("TỐI MẬT", "Secret");
        check("[ TUYỆT MẬT ]", "TopSecret");
        check("HỎA TỐC", "Express");
        // The old tone placement.
        check("HOẢ TỐC HẸN GIỜ", "Express");
        check("THƯỢNG KHẨN", "VeryUrgent");
        check("KHẨN", "Urgent");
        check("DỰ THẢO", "draft");
        check("Dự thảo lần 2", "draft");
        check("DỰ THẢO NGÀY 05/3/2020", "draft");
    }

    #[test]
    fn words_in_prose_are_no_stamps() {
        check("Tài liệu bí mật", "");
        check("TÀI LIỆU NỘI BỘ - KHÔNG LƯU HÀNH CÔNG KHAI", "");
        check("MẬT ĐỘ DÂN SỐ", "");
        check("gửi hỏa tốc", "");
        check("dự thảo Nghị quyết của Quốc hội", "");
        check("MẶT", "");
    }
}
