//! Text → [`Segment`]s: the lines of a stretch of the document, each cut where a letterhead
//! prints two columns on one line, without running heads and signature provenance.
//!
//! Must not decide which field a segment is.

use crate::{
    domain::{doc_number::find_numbers, found::Span, tables::Tables, tables::name_key},
    extract::{phrase, place_date::place_start},
    layout::{BBox, BlockKind, Column},
    text::{Text, TextLine},
};

/// A piece of one line that belongs to one column.
#[derive(Debug, Clone)]
pub(super) struct Segment<'a> {
    /// The characters.
    pub(super) text: &'a str,
    /// Where they stand.
    pub(super) span: Span,
    /// Page, from 1.
    pub(super) page: u32,
    /// Index of the line in `Text::lines`.
    pub(super) line: usize,
    /// The column, from the layout or from the cut.
    pub(super) side: Column,
    /// Whether the line is bold.
    pub(super) bold: bool,
    /// Where the whole line stands.
    pub(super) bbox: Option<BBox>,
    /// Whether the line is italic.
    pub(super) italic: bool,
    /// Whether the block is centred.
    pub(super) centred: bool,
    /// Running number of the block.
    pub(super) block: u32,
    /// The words without accents: see [`name_key`].
    pub(super) key: String,
}

impl Segment<'_> {
    /// Whether the letters are capitals, a few small ones (`TTg`, a misprint) aside.
    pub(super) fn is_caps(&self) -> bool {
        phrase::is_caps(self.text)
    }
}

/// The segments of lines `first..` up to `max_lines` lines that carry text of the document.
pub(super) fn segments<'a>(
    tables: &Tables,
    text: &'a Text,
    first: usize,
    max_lines: usize,
) -> Vec<Segment<'a>> {
    let mut segments = Vec::new();
    let mut n_lines = 0;
    let mut in_signature_block = 0;
    for (index, line) in text.lines.iter().enumerate().skip(first) {
        if n_lines >= max_lines {
            break;
        }
        if !is_document_text(&line.kind) {
            continue;
        }
        let content = text.slice(line.span);
        let key = name_key(content);
        if key.is_empty() {
            continue;
        }
        // `Người ký: … / Email: … / Cơ quan: … / Thời gian ký: …` of a gazette page.
        if begins_with_any(&key, &SIGNATURE_BLOCK_BEGINS) {
            in_signature_block = SIGNATURE_BLOCK_LINES;
            continue;
        }
        if in_signature_block > 0 {
            in_signature_block -= 1;
            if begins_with_any(&key, &SIGNATURE_BLOCK_LINES_BEGIN) {
                continue;
            }
        }
        if is_gazette_line(&key) || is_page_number(&key) {
            continue;
        }
        n_lines += 1;
        cut(tables, text, index, line, &mut segments);
    }
    segments
}

/// Whether lines of this kind are text that was issued.
pub(super) fn is_document_text(kind: &BlockKind) -> bool {
    matches!(kind, BlockKind::Paragraph | BlockKind::Cell { .. })
}

/// Lines that follow the first one of an electronic signature's description.
const SIGNATURE_BLOCK_LINES: usize = 5;

const SIGNATURE_BLOCK_BEGINS: [&str; 5] =
    ["nguoi ky", "ky boi", "thoi gian ky", "signature not verified", "digitally signed by"];

const SIGNATURE_BLOCK_LINES_BEGIN: [&str; 7] =
    ["email", "co quan", "thoi gian ky", "ngay ky", "date", "reason", "location"];

fn begins_with_any(key: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| phrase::begins_with(key, beginning))
}

/// The running head of the gazette, `CÔNG BÁO/Số 10 + 11/Ngày 02-01-2024`, and its section heads.
fn is_gazette_line(key: &str) -> bool {
    let is_running_head = phrase::begins_with(key, "cong bao so")
        || key.split_once(" cong bao so ").is_some_and(|(page, _)| page.len() <= 4);
    is_running_head
        || matches!(
            key,
            "van ban quy pham phap luat"
                | "phan van ban quy pham phap luat"
                | "i van ban quy pham phap luat"
                | "phan van ban khac"
                | "van ban khac"
                | "phan i van ban quy pham phap luat"
                | "cong bao"
        )
}

/// A line of digits is a page number, unless it is a year: the end of a title.
fn is_page_number(key: &str) -> bool {
    let is_year = key.len() == 4 && (key.starts_with("19") || key.starts_with("20"));
    key.bytes().all(|b| b.is_ascii_digit()) && !is_year
}

/// Cuts one line into its columns.
fn cut<'a>(
    tables: &Tables,
    text: &'a Text,
    index: usize,
    line: &TextLine,
    out: &mut Vec<Segment<'a>>,
) {
    let content = text.slice(line.span);
    let mut cuts: Vec<(usize, Column)> = vec![(0, line.column)];
    if content.contains('|') {
        cut_at_bars(content, &mut cuts);
    }
    if let Some(right) = phrase::regime_phrase(content).filter(|at| *at > 0) {
        add_cut(&mut cuts, content, right);
    }
    if let Some(star) = content.find(" * ").or_else(|| content.find(" *** ")) {
        cuts.push((star + 1, Column::Left));
    }
    for label in number_labels(tables, content) {
        if label > 0 {
            cuts.push((label, Column::Left));
        }
        // What stands behind the number on its line is the right column.
        let rest = &content[label..];
        if let Some(number) = find_numbers(tables, rest).first() {
            let end = label + number.range.end;
            let begin = end + (content[end..].len() - content[end..].trim_start().len());
            if begin > end && content[begin..].starts_with(char::is_alphabetic) {
                add_cut(&mut cuts, content, begin);
            }
        }
    }
    if let Some(place) = place_start(content).filter(|at| *at > 0) {
        add_cut(&mut cuts, content, place);
    }
    cuts.sort_by_key(|(at, _)| *at);
    cuts.dedup_by_key(|(at, _)| *at);
    if cuts.len() > 1 && cuts[0].1 == Column::Full {
        cuts[0].1 = Column::Left;
    }
    for (n, (start, side)) in cuts.iter().enumerate() {
        let end = cuts.get(n + 1).map_or(content.len(), |(next, _)| *next);
        let piece = content[*start..end].trim_end_matches([' ', '|', '\u{a0}']);
        let lead = piece.len() - piece.trim_start_matches([' ', '|', '*', '\u{a0}']).len();
        let piece = &piece[lead..];
        let key = name_key(piece);
        if key.is_empty() {
            continue;
        }
        let begin = line.span.start as usize + start + lead;
        out.push(Segment {
            text: piece,
            span: Span::new(begin, begin + piece.len()),
            page: line.page,
            line: index,
            side: *side,
            bold: line.bold,
            bbox: line.bbox,
            italic: line.italic,
            centred: line.centred,
            block: line.block,
            key,
        });
    }
}

/// What stands right of a cut is the right column.
fn add_cut(cuts: &mut Vec<(usize, Column)>, content: &str, at: usize) {
    debug_assert!(content.is_char_boundary(at));
    cuts.retain(|(other, _)| *other != at);
    cuts.push((at, Column::Right));
}

/// Portals print the cells of a letterhead with bars between them.
fn cut_at_bars(content: &str, cuts: &mut Vec<(usize, Column)>) {
    for (n, (at, bar)) in content.match_indices('|').enumerate() {
        let side = if n % 2 == 0 { Column::Right } else { Column::Left };
        cuts.push((at + bar.len(), side));
    }
}

/// Where `Số` begins a number inside a line of capitals: `… VĂN PHÒNG * Số 36-HD/VPTW`.
fn number_labels(tables: &Tables, content: &str) -> Vec<usize> {
    let mut labels = Vec::new();
    for (at, _) in content.match_indices(['S', '$']) {
        let before = &content[..at];
        let rest = &content[at..];
        if !before.is_empty() && !before.ends_with([' ', '|', '*']) {
            continue;
        }
        let Some(behind) = phrase::number_label(rest) else { continue };
        let value = rest[behind..].trim_start();
        let is_number = value.starts_with(|c: char| c.is_ascii_digit() || "/.…_".contains(c));
        // In running text and in a title in capitals `số` begins a citation; only behind the
        // name of a body or a star it begins the line's own column.
        let last_piece = before.rsplit(['|', '*']).next().unwrap_or_default();
        let is_own = last_piece.trim().is_empty() || is_body_name(tables, last_piece);
        if is_number && is_own {
            labels.push(at);
            break;
        }
    }
    labels
}

/// Whether a text is the name of a body in capitals and nothing else.
fn is_body_name(tables: &Tables, text: &str) -> bool {
    let key = name_key(text);
    phrase::is_caps(text)
        && tables.body_head(&key).is_some()
        && !tables.doc_types().iter().any(|row| key.ends_with(&row.folded_name))
}
