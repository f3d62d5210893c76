//! Text → [`Flow`]s: lines joined into running sentences, with the exact way back.
//!
//! What reads sentences (citations, marks, titles) reads a flow; what reads the page (letterhead,
//! foot) reads the lines. Must not change a character: a flow leaves line ends out and nothing
//! else.

use std::ops::Range;

use crate::{
    domain::found::Span,
    layout::BlockKind,
    text::{Text, TextLine},
};

/// What a flow runs through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zone {
    /// The paragraphs of the document, all in one flow.
    Body,
    /// One footnote or endnote.
    Note,
    /// One cell of a table.
    Cell,
    /// One text box.
    Box,
}

/// Running text: soft line breaks are a space, block ends are `\n`.
///
/// A number broken at its hyphen or slash is whole again: `40/2020/NĐ-` and `CP` give
/// `40/2020/NĐ-CP`. A paragraph that goes on over the page goes on here.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// The running text.
    pub string: String,
    /// What it runs through.
    pub zone: Zone,
    pieces: Vec<Piece>,
}

/// One line of the text inside a flow, in order of both.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    in_flow: u32,
    in_text: u32,
    len: u32,
}

impl Flow {
    /// The place in the text of a range of the flow.
    ///
    /// A line end at the edge of the range is left out: the span begins and ends with characters
    /// that are printed.
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.to_text(range.start);
        let end = match range.end.checked_sub(1) {
            Some(last) if range.end > range.start => {
                let piece = self.piece_at(last);
                piece.in_text as usize
                    + (range.end - piece.in_flow as usize).min(piece.len as usize)
            }
            _ => start,
        };
        Span::new(start.min(end), end)
    }

    /// Where the character at an offset of the flow stands in the text; for a joint, where the
    /// next line begins.
    fn to_text(&self, offset: usize) -> usize {
        let piece = self.piece_at(offset);
        let inside = offset - piece.in_flow as usize;
        if inside < piece.len as usize {
            return piece.in_text as usize + inside;
        }
        let after = self.pieces.partition_point(|piece| piece.in_flow as usize <= offset);
        self.pieces
            .get(after)
            .map_or((piece.in_text + piece.len) as usize, |next| next.in_text as usize)
    }

    /// The last piece that begins at or before an offset.
    fn piece_at(&self, offset: usize) -> Piece {
        let after = self.pieces.partition_point(|piece| piece.in_flow as usize <= offset);
        let first = Piece { in_flow: 0, in_text: 0, len: 0 };
        after.checked_sub(1).map_or(first, |at| self.pieces[at])
    }

    /// Where a place of the text stands in this flow; `None` when it is not in it.
    pub fn offset_of(&self, in_text: usize) -> Option<usize> {
        let after = self.pieces.partition_point(|piece| piece.in_text as usize <= in_text);
        let piece = self.pieces[after.checked_sub(1)?];
        let inside = in_text - piece.in_text as usize;
        (inside <= piece.len as usize).then_some(piece.in_flow as usize + inside)
    }

    fn new(zone: Zone) -> Self {
        Self { string: String::new(), zone, pieces: Vec::new() }
    }

    fn push(&mut self, text: &Text, line: &TextLine, joint: Joint) {
        match joint {
            Joint::None => {}
            Joint::Space => self.string.push(' '),
            Joint::BlockEnd => self.string.push('\n'),
        }
        self.pieces.push(Piece {
            in_flow: self.string.len() as u32,
            in_text: line.span.start,
            len: line.span.end - line.span.start,
        });
        self.string.push_str(text.slice(line.span));
    }
}

/// What stands between two lines of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    None,
    Space,
    BlockEnd,
}

/// The flows of a text, in the order in which they begin: the body, every note, cell and text
/// box. Running heads, stamps and watermarks are in none.
pub fn flows(text: &Text) -> Vec<Flow> {
    let mut flows: Vec<Flow> = Vec::new();
    // Where the last line of the body and of the last other flow stand.
    let mut body: Option<(usize, &TextLine)> = None;
    let mut other: Option<(usize, &TextLine)> = None;
    for line in &text.lines {
        let Some(zone) = zone_of(&line.kind) else { continue };
        let open = if zone == Zone::Body { &mut body } else { &mut other };
        let (at, joint) = match *open {
            Some((at, last)) if belongs(text, last, line) => (at, joint(text, last, line)),
            _ => {
                flows.push(Flow::new(zone));
                (flows.len() - 1, Joint::None)
            }
        };
        flows[at].push(text, line, joint);
        *open = Some((at, line));
    }
    flows
}

fn zone_of(kind: &BlockKind) -> Option<Zone> {
    match kind {
        BlockKind::Paragraph => Some(Zone::Body),
        BlockKind::Cell { .. } => Some(Zone::Cell),
        BlockKind::Note => Some(Zone::Note),
        BlockKind::TextBox => Some(Zone::Box),
        BlockKind::Running | BlockKind::Stamp | BlockKind::Watermark => None,
    }
}

/// Whether a line continues the flow of the last line of its zone.
fn belongs(text: &Text, last: &TextLine, line: &TextLine) -> bool {
    let same_block = last.block == line.block;
    match (&last.kind, &line.kind) {
        (BlockKind::Paragraph, BlockKind::Paragraph) => true,
        // The paragraphs of one cell.
        (BlockKind::Cell { .. }, BlockKind::Cell { .. }) => last.kind == line.kind,
        // A note begins with its mark; a block without one goes on with the note before.
        (BlockKind::Note, BlockKind::Note) => {
            same_block || !begins_with_mark(text.slice(line.span))
        }
        (BlockKind::TextBox, BlockKind::TextBox) => same_block,
        _ => false,
    }
}

fn begins_with_mark(line: &str) -> bool {
    line.strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .is_some_and(|(mark, _)| !mark.is_empty() && mark.len() <= 4)
}

fn joint(text: &Text, last: &TextLine, line: &TextLine) -> Joint {
    let (before, after) = (text.slice(last.span), text.slice(line.span));
    if last.block != line.block && !continues_over_page(last, before, line, after) {
        Joint::BlockEnd
    } else if is_broken_number(before, after) {
        Joint::None
    } else {
        Joint::Space
    }
}

/// Whether the first block of a page goes on with the sentence of the last one.
fn continues_over_page(last: &TextLine, before: &str, line: &TextLine, after: &str) -> bool {
    let mark_end = before.trim_end_matches([']', '”', '"', ')', '’']);
    let ends_sentence = mark_end.ends_with(['.', ';', ':', '!', '?']);
    let new_page = line.page == last.page + 1;
    if !new_page || ends_sentence || last.centred || line.centred || last.kind != line.kind {
        return false;
    }
    let first = after.chars().next().unwrap_or(' ');
    if first.is_lowercase() {
        return !begins_with_item(after);
    }
    // A capital or a digit may begin a heading as well: the sentence must plainly want more.
    let wants_more = before.ends_with([',', '-', '/', '&', '('])
        || WANT_MORE.iter().any(|word| ends_with_word(before, word));
    wants_more && !begins_with_item(after)
}

/// Words after which no paragraph ends.
const WANT_MORE: [&str; 16] = [
    "số", "của", "và", "ngày", "tháng", "năm", "tại", "theo", "về", "cho", "với", "từ", "đến",
    "hoặc", "do", "các",
];

fn ends_with_word(line: &str, word: &str) -> bool {
    line.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
}

/// Whether a line begins as a list item: `- `, `a) `, `1. `, `Điều 2.`
fn begins_with_item(line: &str) -> bool {
    let first_word = line.split(' ').next().unwrap_or("");
    let label = first_word.trim_end_matches(['.', ')']);
    matches!(first_word, "-" | "+" | "*" | "•" | "–" | "Điều" | "Chương" | "Mục" | "Phụ")
        || label.len() < first_word.len() && label.chars().count() <= 4 && !label.is_empty()
}

/// Whether a line break stands inside a number or a sign: after a glued hyphen or slash
/// (`40/2020/NĐ-` `CP`, `3077/` `KH-UBND`, `2016-` `2020`), or before one (`3077` `/KH-UBND`).
///
/// Vietnamese words are not broken at line ends, so a glued hyphen is always a printed one.
fn is_broken_number(before: &str, after: &str) -> bool {
    let left = before.rsplit(' ').next().unwrap_or("");
    let right = after.split(' ').next().unwrap_or("");
    let begins_word = |part: &str| part.starts_with(char::is_alphanumeric);
    if let Some(stem) = left.strip_suffix(['-', '/', '&']) {
        return stem.ends_with(char::is_alphanumeric) && begins_word(right);
    }
    if let Some(rest) = right.strip_prefix(['-', '/']) {
        // A hyphen at the start of a line is a bullet unless a slash shows a number.
        let is_symbol = left.starts_with(|c: char| c.is_ascii_digit())
            && (right.starts_with('/') || left.contains('/') || rest.contains('/'));
        return is_symbol && begins_word(rest);
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        layout::{Block, Layout, Line, Page, Run},
        text::normalise,
    };

    fn block(kind: BlockKind, lines: &[&str]) -> Block {
        let line = |text: &&str| Line {
            runs: vec![Run { text: (*text).to_owned(), style: 0 }],
            bbox: None,
        };
        Block { kind, lines: lines.iter().map(line).collect(), ..Block::default() }
    }

    fn text_of(pages: Vec<Vec<Block>>) -> Text {
        let pages = pages.into_iter().enumerate().map(|(n, blocks)| Page {
            number: n as u32 + 1,
            blocks,
            ..Page::default()
        });
        normalise(&Layout { pages: pages.collect(), styles: Vec::new() }).0
    }

    #[track_caller]
    fn check(plain: &str, expect: &str) {
        let text = Text::from_plain(plain);
        let strings: Vec<String> = flows(&text).into_iter().map(|flow| flow.string).collect();
        assert_eq!(strings.join("|"), expect);
    }

    #[test]
    fn lines_become_sentences() {
        check("Căn cứ Luật\nTổ chức;\n\nĐiều 1.", "Căn cứ Luật Tổ chức;\nĐiều 1.");
        check("Lao động -\nThương binh", "Lao động - Thương binh"); // a dash that stands free
        check("", "");
    }

    #[test]
    fn broken_numbers_are_whole() {
        check("Nghị định 40/2020/NĐ-\nCP ngày", "Nghị định 40/2020/NĐ-CP ngày");
        check("số 143/STC-\nHCSN", "số 143/STC-HCSN");
        check("Kế hoạch 3077/\nKH-UBND", "Kế hoạch 3077/KH-UBND");
        check("Kế hoạch 3077\n/KH-UBND", "Kế hoạch 3077/KH-UBND");
        check("số 40/2020/NĐ\n-CP", "số 40/2020/NĐ-CP");
        check("06-\nCT/TU, 2016-\n2020", "06-CT/TU, 2016-2020");
        check("sở NN&\nPTNT", "sở NN&PTNT");
        check("gồm 12\n-Các đơn vị", "gồm 12 -Các đơn vị"); // a list item, not a sign
    }

    #[test]
    fn paragraphs_go_on_over_the_page() {
        check("triển khai\u{c}thực hiện.", "triển khai thực hiện.");
        check("theo Quyết định số\u{c}12/QĐ-UBND", "theo Quyết định số 12/QĐ-UBND");
        check("Quyết định số 12/QĐ-\u{c}UBND ngày", "Quyết định số 12/QĐ-UBND ngày");
        check("hết câu.\u{c}thực hiện", "hết câu.\nthực hiện");
        check("triển khai\u{c}Điều 2. Giao", "triển khai\nĐiều 2. Giao"); // a heading
        check("gồm các nội dung\u{c}a) Nội dung", "gồm các nội dung\na) Nội dung"); // an item
        check("KẾ HOẠCH\u{c}Tổ chức", "KẾ HOẠCH\nTổ chức"); // a capital alone is no proof
    }

    #[test]
    fn zones_flow_apart() {
        let cell = |row| BlockKind::Cell { table: 0, row, column: 0 };
        let text = text_of(vec![
            vec![
                block(BlockKind::Running, &["CÔNG BÁO/Số 1"]),
                block(BlockKind::Paragraph, &["Thực hiện Kế hoạch[1]", "của Sở về"]),
                block(BlockKind::Note, &["[1] Kế hoạch số", "12/KH-UBND."]),
                block(BlockKind::Note, &["[2] Xem"]),
                block(BlockKind::Watermark, &["DỰ THẢO"]),
            ],
            vec![
                block(BlockKind::Paragraph, &["việc làm."]),
                block(cell(0), &["một"]),
                block(cell(0), &["hai"]),
                block(cell(1), &["ba"]),
                block(BlockKind::Note, &["tiếp theo."]),
                block(BlockKind::TextBox, &["HỎA", "TỐC"]),
                block(BlockKind::TextBox, &["MẪU"]),
            ],
        ]);
        let found: Vec<String> =
            flows(&text).iter().map(|flow| format!("{:?} {:?}", flow.zone, flow.string)).collect();
        expect_test::expect![[r#"
            Body "Thực hiện Kế hoạch[1] của Sở về việc làm."
            Note "[1] Kế hoạch số 12/KH-UBND."
            Note "[2] Xem"
            Cell "một\nhai"
            Cell "ba"
            Note "tiếp theo."
            Box "HỎA TỐC"
            Box "MẪU""#]]
        .assert_eq(&found.join("\n"));
    }

    #[test]
    fn ranges_lead_back_to_the_text() {
        let text = Text::from_plain("số 40/2020/NĐ-\nCP ngày");
        let flow = &flows(&text)[0];
        let at = flow.string.find("40/2020/NĐ-CP").unwrap();
        let span = flow.span(at..at + "40/2020/NĐ-CP".len());
        assert_eq!(text.slice(span), "40/2020/NĐ-\nCP");
        assert_eq!(flow.offset_of(span.start as usize), Some(at));
        let text = Text::from_plain("a\nb\n\nc");
        let flow = &flows(&text)[0];
        assert_eq!(flow.string, "a b\nc");
        assert_eq!(text.slice(flow.span(0..5)), "a\nb\nc");
        assert_eq!(text.slice(flow.span(1..3)), "b"); // the joint before is left out
        assert_eq!(text.slice(flow.span(2..4)), "b"); // the joint after is left out
        assert_eq!(text.slice(flow.span(1..2)), ""); // a joint alone
        assert_eq!(text.slice(flow.span(5..5)), "");
    }

    proptest! {
        #[test]
        fn every_word_leads_back(plain in "([a-zà 0-9/-]{0,12}\n{0,2}\u{c}?){0,8}") {
            let text = Text::from_plain(&plain);
            for flow in flows(&text) {
                for (at, word) in flow.string.split([' ', '\n']).scan(0, |at, word| {
                    let start = *at;
                    *at += word.len() + 1;
                    Some((start, word))
                }) {
                    let span = flow.span(at..at + word.len());
                    prop_assert_eq!(text.slice(span).replace('\n', ""), word);
                }
            }
        }
    }
}
