//! Nơi nhận: the list at the bottom left, to `Lưu: VT`.

use crate::{
    domain::{
        found::{Found, Span},
        tables::{Tables, name_key},
    },
    extract::{
        footer::{Piece, begins_in_caps, is_recipients_head, person, pieces},
        phrase,
    },
    layout::Column,
    text::Text,
};

/// A list of more lines is not one.
const MAX_LINES: usize = 80;

/// Reads the list of recipients that begins in lines `first..last`.
pub(in crate::extract) fn recipients(
    tables: &Tables,
    text: &Text,
    first: usize,
    last: usize,
) -> Option<Found<Vec<String>>> {
    let mut following = pieces(text, first)
        .take_while(|piece| piece.line < last)
        .skip_while(|piece| !is_head(piece));
    let head = following.next()?;
    let colon = head.text.find(':').map_or(head.text.len(), |at| at + 1);
    // A list that begins on the line of its head is one paragraph, as portals print it.
    let is_inline = head.text[colon..].contains(char::is_alphabetic);
    let mut list = head.text[colon..].trim().to_owned();
    let mut end = head.start + head.text.len();
    for piece in
        pieces(text, head.line).skip_while(|piece| piece.start <= head.start).take(MAX_LINES)
    {
        if is_closed(tables, &list) {
            break;
        }
        if piece.side == Column::Right && head.side != Column::Right {
            if is_inline {
                break;
            }
            continue;
        }
        let is_entry = is_entry(tables, piece.text);
        let last_is_closed = list.trim_end().ends_with([';', '.', '/']);
        if !is_entry && begins_in_caps(piece.text) && phrase::is_caps(piece.text) {
            // The signature stands between the entries where columns were lost.
            if list.is_empty() || !last_is_closed {
                continue;
            }
            break;
        }
        if !is_entry && !is_inline && last_is_closed && !list.is_empty() {
            break;
        }
        list.push(if is_entry { '\n' } else { ' ' });
        list.push_str(piece.text);
        end = piece.start + piece.text.len();
    }
    let value = entries(&list);
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
    piece.text.starts_with(['N', 'n']) && is_recipients_head(&name_key(head_of(piece.text)))
}

/// The first characters of a long line.
pub(super) fn head_of(text: &str) -> &str {
    text.char_indices().nth(24).map_or(text, |(end, _)| &text[..end])
}

fn is_entry(tables: &Tables, text: &str) -> bool {
    text.starts_with(['-', '+', '•', '–', '*']) || is_filing(tables, text)
}

/// `Lưu: VT, VP`, the last entry; not `Lưu Văn Kiên`, a name.
pub(super) fn is_filing(tables: &Tables, text: &str) -> bool {
    let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let begins = bare.starts_with("Lưu") || bare.starts_with("lưu");
    begins && person::person(tables, bare).is_none()
}

/// Whether the last entry is in and ended.
fn is_closed(tables: &Tables, list: &str) -> bool {
    let last = list.rsplit(['\n', ';']).find(|part| part.contains(char::is_alphabetic));
    last.is_some_and(|last| is_filing(tables, last)) && list.trim_end().ends_with('.')
}

/// Splits at the dashes: `- Như Điều 3; - Sở Nội vụ; - Lưu: VT.`.
fn entries(list: &str) -> Vec<String> {
    let at_dashes = list.replace(";-", ";\n-").replace("; -", ";\n-").replace("; –", ";\n–");
    let tidy = |entry: &str| {
        let bare = entry.trim_matches(|c: char| c.is_whitespace() || "-+•–*;.,/".contains(c));
        bare.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    at_dashes.split('\n').map(tidy).filter(|entry| !entry.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(plain: &str, expected: &[&str]) {
        let found = recipients(Tables::builtin(), &Text::from_plain(plain), 0, 99);
        let value = found.map(|found| found.value).unwrap_or_default();
        assert_eq!(value, expected, "{plain}");
    }

    #[test]
    fn lists() {
        check(
            "Nơi nhận:\n- Như Điều 3;\n- Chủ tịch, các Phó Chủ tịch\nUBND tỉnh;\n- Lưu: VT, VP.\nGIÁM ĐỐC",
            &["Như Điều 3", "Chủ tịch, các Phó Chủ tịch UBND tỉnh", "Lưu: VT, VP"],
        );
        // On one line or one paragraph, as portals print it.
        check(
            "Nơi nhận: - Như Điều 3; - Sở Nội vụ; - Lưu: VT. | GIÁM ĐỐC Trần Văn Bình",
            &["Như Điều 3", "Sở Nội vụ", "Lưu: VT"],
        );
        check(
            "Nơi nhận: - Như Điều 3; - Sở Nội\nvụ; - Lưu: VT. | KT.\nGIÁM ĐỐC Trần Văn Bình",
            &["Như Điều 3", "Sở Nội vụ", "Lưu: VT"],
        );
        check("Không có nơi nhận", &[]);
    }
}
