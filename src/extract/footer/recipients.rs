//! Nơi nhận: the list at the bottom left, to `Lưu: VT`.

use crate::{
    domain::{
        found::{Found, Span},
        tables::name_key,
    },
    extract::{
        footer::{Piece, begins_in_caps, is_recipients_head, pieces},
        phrase,
    },
    layout::Column,
    text::Text,
};

/// A list of more lines is not one.
const MAX_LINES: usize = 60;

/// Reads the first list of recipients from line `first` on.
pub(in crate::extract) fn recipients(text: &Text, first: usize) -> Option<Found<Vec<String>>> {
    let mut following = pieces(text, first).skip_while(|piece| !is_head(piece));
    let head = following.next()?;
    let mut entries: Vec<String> = Vec::new();
    let mut end = head.start;
    let mut is_done = false;
    let colon = head.text.find(':').map_or(head.text.len(), |at| at + 1);
    let inline = head.text[colon..].trim();
    if !inline.is_empty() {
        is_done = push_inline(inline, &mut entries);
        end = head.start + head.text.len();
    }
    for piece in following.take(MAX_LINES) {
        if is_done {
            break;
        }
        if piece.side == Column::Right && head.side != Column::Right {
            continue;
        }
        let is_entry = is_entry(piece.text);
        let last_is_closed = entries.last().is_none_or(|last| last.ends_with([';', '.']));
        let is_foreign = !is_entry && (last_is_closed && !entries.is_empty());
        if !is_entry && begins_in_caps(piece.text) && phrase::is_caps(piece.text) {
            // The signature stands between the entries where columns were lost.
            if entries.is_empty() || !last_is_closed {
                continue;
            }
            break;
        }
        if is_foreign {
            break;
        }
        match entries.last_mut() {
            Some(last) if !is_entry => {
                last.push(' ');
                last.push_str(piece.text);
            }
            _ => entries.push(piece.text.to_owned()),
        }
        end = piece.start + piece.text.len();
        let last = entries.last().map(String::as_str).unwrap_or_default();
        is_done = is_filing(last) && last.trim_end().ends_with('.');
    }
    let value: Vec<String> =
        entries.iter().map(|entry| tidy(entry)).filter(|entry| !entry.is_empty()).collect();
    if value.is_empty() {
        return None;
    }
    let span = Span::new(head.start, end);
    Some(Found {
        value,
        raw: text.slice(span).to_owned(),
        key: None,
        page: head.page,
        span,
        rule: "footer.recipients".to_owned(),
        confidence: 0.9,
    })
}

fn is_head(piece: &Piece<'_>) -> bool {
    piece.text.starts_with(['N', 'n'])
        && piece.text.len() < 4000
        && is_recipients_head(&name_key(piece.text.get(..24).unwrap_or(piece.text)))
}

fn is_entry(text: &str) -> bool {
    text.starts_with(['-', '+', '•', '–', '*']) || is_filing(text)
}

/// `Lưu: VT, VP`, the last entry.
fn is_filing(text: &str) -> bool {
    let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    bare.starts_with("Lưu") || bare.starts_with("lưu")
}

/// Splits `- Như Điều 3; - Sở Nội vụ; - Lưu: VT.`; tells whether the last entry is in.
fn push_inline(inline: &str, entries: &mut Vec<String>) -> bool {
    for part in inline.split("; -").flat_map(|part| part.split(";-")) {
        entries.push(format!("{};", part.trim().trim_end_matches(';')));
    }
    entries.last().is_some_and(|last| is_filing(last))
}

fn tidy(entry: &str) -> String {
    let bare = entry.trim_matches(|c: char| c.is_whitespace() || "-+•–*;.,/".contains(c));
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(plain: &str, expected: &[&str]) {
        let found = recipients(&Text::from_plain(plain), 0);
        let value = found.map(|found| found.value).unwrap_or_default();
        assert_eq!(value, expected, "{plain}");
    }

    #[test]
    fn lists() {
        check(
            "Nơi nhận:\n- Như Điều 3;\n- Chủ tịch, các Phó Chủ tịch\nUBND tỉnh;\n- Lưu: VT, VP.\nGIÁM ĐỐC",
            &["Như Điều 3", "Chủ tịch, các Phó Chủ tịch UBND tỉnh", "Lưu: VT, VP"],
        );
        // On one line, as portals print it.
        check(
            "Nơi nhận: - Như Điều 3; - Sở Nội vụ; - Lưu: VT. | GIÁM ĐỐC Trần Văn Bình",
            &["Như Điều 3", "Sở Nội vụ", "Lưu: VT"],
        );
        check("Không có nơi nhận", &[]);
    }
}
