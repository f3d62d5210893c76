//! Plain text → [`Layout`]: decoded, its wrapped lines gathered into paragraphs.
//!
//! Letters of the old 8-bit encodings pass as the Latin-1 letters of the same codes: `text`
//! knows them. Must not understand the text.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::{
    domain::record::Warning,
    layout::{BlockKind, Layout, Line, Run, Style},
    read::{
        error::ReadError,
        flow::{self, Flow},
        marks,
    },
    source::Budget,
};

/// Index of a style in the layout of a plain text.
const PLAIN: u16 = 0;
const BOLD: u16 = 1;

/// Reads a plain text.
///
/// A blank line parts paragraphs, a form feed parts pages. The conventions of transcriptions
/// are read too: `**bold**`, and superscript digits as note marks.
///
/// # Errors
/// `OverBudget` past a limit.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Result<(Layout, Vec<Warning>), ReadError> {
    let text = decode(bytes);
    let wrap = Wrap::of(&text);
    let is_unicode = marks::is_unicode_vietnamese(&text);
    let mut flow = Vec::new();
    for (index, page) in text.split('\u{C}').enumerate() {
        if index > 0 {
            flow.push(Flow::PageBreak);
        }
        let mut group: Vec<&str> = Vec::new();
        for line in page.lines() {
            budget.charge_operation()?;
            let is_apart = group.last().is_some_and(|last| wrap.is_apart(last, line));
            if is_apart || line.trim().is_empty() {
                flow.extend(paragraph(&std::mem::take(&mut group), is_unicode, budget)?);
            }
            if !line.trim().is_empty() {
                group.push(line.trim_end());
            }
        }
        flow.extend(paragraph(&group, is_unicode, budget)?);
    }
    let style = |bold| Style { bold, ..Style::default() };
    let styles = vec![style(false), style(true)];
    Ok((Layout { pages: flow::pages(flow, budget)?, styles }, Vec::new()))
}

/// One block of lines that belong together.
fn paragraph(
    group: &[&str],
    is_unicode: bool,
    budget: &mut Budget,
) -> Result<Option<Flow>, ReadError> {
    // Marks of bold come in pairs; an odd one is an ornament, as is a line of stars.
    let n_marks: usize = group.iter().map(|line| line.matches("**").count()).sum();
    let has_words = group.iter().any(|line| line.contains(char::is_alphanumeric));
    let has_bold = n_marks > 0 && n_marks.is_multiple_of(2) && has_words;
    let mut kind = BlockKind::Paragraph;
    let mut style = PLAIN;
    let mut lines = Vec::new();
    for (index, line) in group.iter().enumerate() {
        let mut runs: Vec<Run> = Vec::new();
        let pieces: Vec<&str> = if has_bold { line.split("**").collect() } else { vec![line] };
        for (piece_index, piece) in pieces.into_iter().enumerate() {
            if piece_index > 0 {
                style = if style == PLAIN { BOLD } else { PLAIN };
            }
            if piece.is_empty() {
                continue;
            }
            let is_start = index == 0 && runs.is_empty();
            let starts_high =
                piece.trim_start().chars().next().and_then(marks::superscript_digit).is_some();
            if is_start && is_unicode && starts_high {
                kind = BlockKind::Note;
            }
            let text = if is_unicode { marks::bracket(piece, is_start) } else { piece.to_owned() };
            budget.charge_layout(text.len())?;
            runs.push(Run { text, style });
        }
        lines.push(Line { runs, bbox: None });
    }
    Ok(flow::block(kind, false, lines).map(Flow::Block))
}

/// How the lines of a text make paragraphs.
enum Wrap {
    /// Blank lines part them.
    BlankLines,
    /// Every line is one.
    EveryLine,
    /// A line much shorter than the widest ends one.
    ShortLines { width: usize },
}

impl Wrap {
    fn of(text: &str) -> Self {
        /// Longer lines were not wrapped to be read.
        const WIDEST_WRAPPED: usize = 120;
        /// One blank line to so many others shows that blank lines part paragraphs.
        const LINES_TO_A_BLANK: usize = 6;
        let (mut n_lines, mut n_blank, mut width) = (0, 0, 0);
        for line in text.lines() {
            let line = line.trim();
            if line.is_empty() {
                n_blank += 1;
            } else {
                n_lines += 1;
                width = width.max(line.chars().count());
            }
        }
        if n_blank * LINES_TO_A_BLANK >= n_lines {
            Self::BlankLines
        } else if width > WIDEST_WRAPPED {
            Self::EveryLine
        } else {
            Self::ShortLines { width }
        }
    }

    /// Whether a line begins a paragraph after the one before it.
    fn is_apart(&self, last: &str, line: &str) -> bool {
        match self {
            Self::BlankLines => false,
            Self::EveryLine => true,
            Self::ShortLines { width } => {
                last.chars().count() * 4 < width * 3 || line.starts_with([' ', '\t'])
            }
        }
    }
}

/// The characters of a text: by its byte order mark, as UTF-16 or UTF-8 when it can be, or else
/// as the 8-bit letters of windows-1252.
pub fn decode(bytes: &[u8]) -> String {
    if let Some(encoding) = utf16_of(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{FEFF}').unwrap_or(text).to_owned(),
        // Cut in the middle of a letter at the very end.
        Err(error) if error.error_len().is_none() => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// The byte order of UTF-16: by its mark, or by the zero bytes of the letters that are ASCII.
pub fn utf16_of(bytes: &[u8]) -> Option<&'static Encoding> {
    const SAMPLE_BYTES: usize = 4096;
    if bytes.starts_with(b"\xFF\xFE") {
        return Some(UTF_16LE);
    }
    if bytes.starts_with(b"\xFE\xFF") {
        return Some(UTF_16BE);
    }
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let (mut n_even_zeros, mut n_odd_zeros, mut n_pairs) = (0, 0, 0);
    for pair in sample.chunks_exact(2) {
        n_pairs += 1;
        n_even_zeros += usize::from(pair[0] == 0);
        n_odd_zeros += usize::from(pair[1] == 0);
    }
    // Two letters of three are ASCII in Vietnamese; a third leaves room for odd texts.
    let is_mostly = |n_zeros: usize, n_others: usize| n_zeros * 3 >= n_pairs && n_others == 0;
    match () {
        () if n_pairs < 2 => None,
        () if is_mostly(n_odd_zeros, n_even_zeros) => Some(UTF_16LE),
        () if is_mostly(n_even_zeros, n_odd_zeros) => Some(UTF_16BE),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Limits;

    fn print(bytes: &[u8]) -> String {
        let limits = Limits::default();
        let (layout, _) = read(bytes, &mut Budget::new(&limits)).unwrap();
        let mut out = String::new();
        for page in &layout.pages {
            for block in &page.blocks {
                let kind = if block.kind == BlockKind::Note { "note " } else { "" };
                let run = |run: &Run| {
                    if run.style == BOLD { format!("<{}>", run.text) } else { run.text.clone() }
                };
                let line = |line: &Line| line.runs.iter().map(run).collect::<String>();
                let lines: Vec<String> = block.lines.iter().map(line).collect();
                out += &format!("{} {kind}{}\n", page.number, lines.join(" / "));
            }
        }
        out
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(print(text.as_bytes()), expect);
    }

    #[test]
    fn paragraphs_of_plain_text() {
        check("a\nb\n\nc\u{C}d", "1 a / b\n1 c\n2 d\n");
        check("**Sơ kết\nnăm** qua\n\n***\n\n** a", "1 <Sơ kết> / <năm> qua\n1 ***\n1 ** a\n");
        // A note stands between the halves of a sentence and stays apart.
        check(
            "tên dễ nhớ¹, trong\n\n¹ Kế hoạch số 7\n\nngành",
            "1 tên dễ nhớ[1], trong\n1 note [1] Kế hoạch số 7\n1 ngành\n",
        );
        // TCVN3 typed as Latin-1: ¹ is the letter ạ.
        check("h¹n chÕ", "1 h¹n chÕ\n");
        // Without blank lines: long lines are paragraphs, and so are wrapped lines up to a
        // short one.
        let long = "x".repeat(130);
        check(&format!("a\nb\n{long}"), &format!("1 a\n1 b\n1 {long}\n"));
        let wide = "y".repeat(60);
        check(
            &format!("{wide}\nend.\n{wide}\n\n{wide}\n{wide}\n{wide}\n{wide}\n{wide}"),
            &format!("1 {wide} / end.\n1 {wide}\n1 {wide}{}\n", format!(" / {wide}").repeat(4)),
        );
    }

    #[test]
    fn encodings_of_plain_text() {
        let text = "Số: 12/KH";
        let utf16 = |encode: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(encode).collect()
        };
        assert_eq!(decode(text.as_bytes()), text);
        assert_eq!(decode(&["\u{FEFF}".as_bytes(), text.as_bytes()].concat()), text);
        assert_eq!(decode(&utf16(u16::to_le_bytes)), text);
        assert_eq!(decode(&utf16(u16::to_be_bytes)), text);
        assert_eq!(decode(&[b"\xFE\xFF".to_vec(), utf16(u16::to_be_bytes)].concat()), text);
        // The letter ư of TCVN3 is the code of the soft hyphen.
        assert_eq!(decode(b"Ngh\xDE \xAE\xDEnh, ng\xAD\xEAi\xB9"), "NghÞ ®Þnh, ng\u{AD}êi¹");
        // Cut in the middle of a letter.
        assert_eq!(decode(&"Số".as_bytes()[..3]), "S\u{FFFD}");
    }
}
