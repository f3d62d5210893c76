//! A place in a text → the sentence that holds it, for quoting. Must not understand it.

use crate::{domain::found::Span, text::Text};

/// How far a sentence is followed to either side, in bytes.
const REACH: usize = 320;

/// The sentence that holds a span, its lines joined: from the last full stop, semicolon or end of
/// a block to the next one. Cut at a word, with `…`, when it is very long.
pub fn sentence_at(text: &Text, span: Span) -> String {
    let string = text.as_str();
    let (start, end) = (span.start as usize, (span.end as usize).min(string.len()));
    if start > end || !string.is_char_boundary(start) || !string.is_char_boundary(end) {
        return String::new();
    }
    let first = begin_of(text, start);
    let last = end_of(text, end);
    let words = string[first.0..last.0].split_whitespace().collect::<Vec<_>>().join(" ");
    let words = words.trim_start_matches(['-', '–', '+', '•', ' ']);
    let (before, after) = (if first.1 { "… " } else { "" }, if last.1 { " …" } else { "" });
    format!("{before}{words}{after}")
}

/// Where the sentence around an offset begins, and whether it was cut there.
fn begin_of(text: &Text, at: usize) -> (usize, bool) {
    let string = text.as_str();
    let floor = string.floor_char_boundary(at.saturating_sub(REACH));
    let window = &string[floor..at];
    for (i, c) in window.char_indices().rev() {
        let next = floor + i + c.len_utf8();
        let ends = match c {
            ';' => true,
            '.' => ends_sentence(string, next),
            '\n' => is_block_end(text, floor + i),
            _ => false,
        };
        if ends {
            return (next, false);
        }
    }
    if floor == 0 {
        return (0, false);
    }
    (floor + window.find(char::is_whitespace).unwrap_or(0), true)
}

/// Where the sentence around an offset ends, and whether it was cut there.
fn end_of(text: &Text, at: usize) -> (usize, bool) {
    let string = text.as_str();
    let ceiling = string.ceil_char_boundary((at + REACH).min(string.len()));
    let window = &string[at..ceiling];
    for (i, c) in window.char_indices() {
        let next = at + i + c.len_utf8();
        let ends = match c {
            ';' => true,
            '.' => ends_sentence(string, next),
            '\n' if is_block_end(text, at + i) => return (at + i, false),
            _ => false,
        };
        if ends {
            return (next, false);
        }
    }
    if ceiling == string.len() {
        return (ceiling, false);
    }
    (at + window.rfind(char::is_whitespace).unwrap_or(0), true)
}

/// Whether a full stop before `next` ends a sentence: a blank and a capital follow, or nothing.
fn ends_sentence(string: &str, next: usize) -> bool {
    let rest = &string[next..];
    let after = rest.trim_start();
    let is_apart = after.len() < rest.len() || after.is_empty();
    // `Điều 2. Quyết định` goes on.
    let before = string[..next].trim_end_matches('.').rsplit(char::is_whitespace).next();
    let is_numbering = before.is_some_and(|word| {
        (1..=2).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
    });
    is_apart && !is_numbering && after.chars().next().is_none_or(|c| !c.is_lowercase())
}

/// Whether the line that ends at an offset is the last of its block.
fn is_block_end(text: &Text, at: usize) -> bool {
    let index = text.lines.partition_point(|line| (line.span.start as usize) <= at);
    let Some(line) = index.checked_sub(1).and_then(|index| text.lines.get(index)) else {
        return true;
    };
    text.lines.get(index).is_none_or(|next| next.block != line.block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(plain: &str, at: &str, expected: &str) {
        let text = Text::from_plain(plain);
        let start = text.as_str().find(at).unwrap();
        assert_eq!(sentence_at(&text, Span::new(start, start + at.len())), expected);
    }

    #[test]
    fn sentences() {
        check(
            "Điều 2. Quyết định này thay thế\nQuyết định số 5/QĐ-UBND. Các ông chịu trách nhiệm.",
            "số 5/QĐ-UBND",
            "Điều 2. Quyết định này thay thế Quyết định số 5/QĐ-UBND.",
        );
        check("Căn cứ Luật A;\nCăn cứ Luật B;", "Luật B", "Căn cứ Luật B;");
        check("PHỤ LỤC\n\n- Kế hoạch số 7", "số 7", "Kế hoạch số 7");
        let long = format!("{} Luật C", "một hai ba ".repeat(60));
        let text = Text::from_plain(&long);
        let start = text.as_str().find("Luật").unwrap();
        let sentence = sentence_at(&text, Span::new(start, start + "Luật".len()));
        assert!(sentence.starts_with("… ") && sentence.ends_with("ba Luật C"), "{sentence}");
        // A span of another text is no panic.
        assert_eq!(sentence_at(&Text::from_plain("ở"), Span::new(1, 2)), "");
    }
}
