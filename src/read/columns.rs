//! Tables and tabbed lines → the two columns of a letterhead or a foot.
//!
//! ```text
//!   UBND TỈNH VÂN SƠN          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM     a table of two cells,
//!   SỞ LAO ĐỘNG …                  Độc lập - Tự do - Hạnh phúc         or lines with a tab
//!   Số: 12/KH-SLĐTBXH          Vân Sơn, ngày 02 tháng 3 năm 2020
//! ```
//! The left column comes before the right one. Only the few words that make a letterhead one
//! are known here, in Unicode and in the old encodings alike; nothing else is understood.

use crate::{
    layout::{Block, BlockKind, Column, Line, Run},
    read::flow::{self, Flow},
};

/// A table as its format gives it.
#[derive(Debug, Default)]
pub struct Table {
    /// Top to bottom.
    pub rows: Vec<Row>,
    /// How many columns the widest row has.
    pub n_columns: u32,
    /// Whether its cells are ruled; a letterhead is not.
    pub is_bordered: bool,
}

/// One row.
#[derive(Debug, Default)]
pub struct Row {
    /// Left to right.
    pub cells: Vec<Cell>,
}

/// One cell.
#[derive(Debug, Default)]
pub struct Cell {
    /// The first column it covers, from 0.
    pub first_column: u32,
    /// How many columns it covers.
    pub span: u32,
    /// Its paragraphs, as blocks of kind `Paragraph`, and whatever stands between them.
    pub flow: Vec<Flow>,
}

/// A letterhead or foot that says so by its words may have more rows than one told by its shape.
const MOST_ROWS_BY_WORDS: usize = 6;
const MOST_ROWS_BY_SHAPE: usize = 3;

/// Puts the cells of a table into reading order: row by row, or, in a letterhead or foot, the
/// left column before the right. `number` counts the tables of the document from 0; the first
/// one needs no borders and no words to be taken for a letterhead.
///
/// A table of a single cell is a frame around text: its paragraphs stay paragraphs.
pub fn lay_out(table: Table, number: u32) -> Vec<Flow> {
    let n_cells: usize = table.rows.iter().map(|row| row.cells.len()).sum();
    if n_cells == 1 {
        let cells = table.rows.into_iter().flat_map(|row| row.cells);
        return cells.flat_map(|cell| cell.flow).collect();
    }
    let is_two_columned = is_two_columned(&table, number);
    let mut ordered: Vec<Flow> = Vec::new();
    let mut right: Vec<Flow> = Vec::new();
    for (row_number, mut row) in table.rows.into_iter().enumerate() {
        let (n_before, n_after) = take_rendered_breaks(&mut row);
        ordered.extend(n_before);
        let n_filled = row.cells.iter().filter(|cell| has_text(cell)).count();
        let mut is_left_filled = false;
        for (cell_number, cell) in row.cells.into_iter().enumerate() {
            let kind = BlockKind::Cell {
                table: number,
                row: row_number as u32,
                column: cell_number as u32,
            };
            let column = match () {
                () if !is_two_columned => Column::Full,
                () if n_filled > 1 && is_left_filled => Column::Right,
                () if n_filled > 1 => Column::Left,
                () if cell.span >= table.n_columns => Column::Full,
                () if cell.first_column * 2 >= table.n_columns => Column::Right,
                () => Column::Left,
            };
            is_left_filled |= has_text(&cell);
            if column == Column::Full {
                ordered.append(&mut right);
            }
            let target = if column == Column::Right { &mut right } else { &mut ordered };
            place_cell(cell.flow, &kind, column, target);
        }
        ordered.extend(n_after);
    }
    ordered.append(&mut right);
    ordered
}

/// The page breaks noted in the cells of a row, taken out: those before the row and those after
/// it. Cells that run side by side over the same break note it each.
fn take_rendered_breaks(row: &mut Row) -> (Option<Flow>, Option<Flow>) {
    let starts_page = row.cells.iter().any(|cell| {
        matches!(cell.flow.first(), Some(Flow::RenderedBreaks(_)))
            && cell.first_column == row.cells[0].first_column
    });
    let mut n_most = 0;
    for cell in &mut row.cells {
        let mut n_breaks = 0_u32;
        cell.flow.retain(|step| match step {
            Flow::RenderedBreaks(n_pages) => {
                n_breaks = n_breaks.saturating_add(*n_pages);
                false
            }
            _ => true,
        });
        n_most = n_most.max(n_breaks);
    }
    let n_before = u32::from(starts_page).min(n_most);
    let breaks = |n_pages: u32| (n_pages > 0).then_some(Flow::RenderedBreaks(n_pages));
    (breaks(n_before), breaks(n_most - n_before))
}

/// The paragraphs of a cell become one block, more only where something stands between them
/// or, outside of letterheads, the centring changes.
fn place_cell(steps: Vec<Flow>, kind: &BlockKind, column: Column, target: &mut Vec<Flow>) {
    let mut open: Option<Block> = None;
    for step in steps {
        match step {
            Flow::Block(block) if block.kind == BlockKind::Paragraph => match &mut open {
                Some(cell) if cell.centred == block.centred || column != Column::Full => {
                    cell.centred |= block.centred;
                    cell.lines.extend(block.lines);
                }
                _ => {
                    let cell = Block { kind: kind.clone(), column, ..block };
                    target.extend(open.replace(cell).map(Flow::Block));
                }
            },
            Flow::Block(mut block) => {
                if block.column == Column::Full {
                    block.column = column;
                }
                target.extend(open.take().map(Flow::Block));
                target.push(Flow::Block(block));
            }
            other => {
                target.extend(open.take().map(Flow::Block));
                target.push(other);
            }
        }
    }
    target.extend(open.map(Flow::Block));
}

fn has_text(cell: &Cell) -> bool {
    cell.flow.iter().any(|step| matches!(step, Flow::Block(_)))
}

fn is_two_columned(table: &Table, number: u32) -> bool {
    let n_rows = table.rows.len();
    if n_rows > MOST_ROWS_BY_WORDS {
        return false;
    }
    let (mut left, mut right) = (String::new(), String::new());
    for row in &table.rows {
        let mut filled = row.cells.iter().filter(|cell| has_text(cell));
        let (first, second) = (filled.next(), filled.next());
        if filled.next().is_some() {
            return false;
        }
        left.extend(first.map(text_of));
        right.extend(second.map(text_of));
    }
    if right.is_empty() && table.n_columns != 2 {
        return false;
    }
    let has_words = is_national_header(&right) || starts_recipients(&left);
    let has_shape = n_rows <= MOST_ROWS_BY_SHAPE && (number == 0 || n_rows == 1);
    has_words || (has_shape && !table.is_bordered && table.n_columns <= 3)
}

fn text_of(cell: &Cell) -> String {
    const ENOUGH_CHARS: usize = 400;
    let mut text = String::new();
    for step in &cell.flow {
        let Flow::Block(block) = step else { continue };
        for line in &block.lines {
            text += &line.text();
            text.push(' ');
            if text.len() > ENOUGH_CHARS {
                return text;
            }
        }
    }
    text
}

/// Splits letterheads and feet that are typed on common lines, parted by tabs, by three spaces
/// or more, or by a bar, into a left and a right block.
pub fn split_typed(blocks: Vec<Block>) -> Vec<Block> {
    if !blocks.iter().any(opens_zone) {
        return blocks;
    }
    let mut split: Vec<Block> = Vec::with_capacity(blocks.len() + 1);
    let mut zone: Option<Zone> = None;
    for block in blocks {
        if block.kind != BlockKind::Paragraph || block.column != Column::Full {
            split.extend(zone.take().into_iter().flat_map(Zone::close));
            split.push(block);
            continue;
        }
        let mut rest: Vec<Line> = Vec::new();
        for line in block.lines {
            if let Some(open) = &mut zone {
                match open.push(line) {
                    Ok(()) => continue,
                    Err(line) => {
                        split.extend(zone.take().into_iter().flat_map(Zone::close));
                        rest.push(line);
                        continue;
                    }
                }
            }
            match Zone::open(&line, block.centred) {
                Some(mut open) => {
                    let before = std::mem::take(&mut rest);
                    split.extend(flow::block(BlockKind::Paragraph, block.centred, before));
                    // The line that opens a zone has two sides, so it is taken.
                    if let Err(line) = open.push(line) {
                        rest.push(line);
                    }
                    zone = Some(open);
                }
                None => rest.push(line),
            }
        }
        split.extend(flow::block(BlockKind::Paragraph, block.centred, rest));
    }
    split.extend(zone.into_iter().flat_map(Zone::close));
    split
}

fn opens_zone(block: &Block) -> bool {
    block.kind == BlockKind::Paragraph
        && block.column == Column::Full
        && block.lines.iter().any(|line| Zone::open(line, false).is_some())
}

/// A letterhead or foot whose end has not been met.
struct Zone {
    is_foot: bool,
    is_centred: bool,
    left: Vec<Line>,
    right: Vec<Line>,
    /// Lines on one side only, which belong here if a line with two sides follows soon.
    waiting: Vec<Line>,
}

impl Zone {
    const MOST_WAITING: usize = 2;

    fn open(line: &Line, is_centred: bool) -> Option<Self> {
        let text = line.text();
        let (left, right) = sides(&text)?;
        let is_head = is_national_header(&text[right..]);
        let is_foot = !is_head && starts_recipients(&text[..left]);
        let (left, right, waiting) = (Vec::new(), Vec::new(), Vec::new());
        (is_head || is_foot).then_some(Self { is_foot, is_centred, left, right, waiting })
    }

    /// Takes a line, or gives it back when it does not belong here any more.
    fn push(&mut self, line: Line) -> Result<(), Line> {
        let text = line.text();
        if let Some((left, right)) = sides(&text) {
            self.left.append(&mut self.waiting);
            let indent = text.len() - text.trim_start().len();
            let end = text.trim_end().len();
            let (left, right) = (cut(&line, indent.min(left), left), cut(&line, right, end));
            self.left.extend(Some(left).filter(|line| !flow::is_blank(line)));
            self.right.extend(Some(right).filter(|line| !flow::is_blank(line)));
            return Ok(());
        }
        let trimmed = text.trim_start();
        let is_listed = self.is_foot && trimmed.starts_with(['-', '–', '+']);
        let is_rule = trimmed.chars().all(|c| matches!(c, '-' | '–' | '_' | '=' | '*' | ' '));
        if is_listed || is_rule {
            self.left.push(line);
            return Ok(());
        }
        if self.is_foot || self.waiting.len() >= Self::MOST_WAITING {
            return Err(line);
        }
        self.waiting.push(line);
        Ok(())
    }

    fn close(self) -> Vec<Block> {
        let side = |lines, column| {
            let block = flow::block(BlockKind::Paragraph, self.is_centred, lines)?;
            Some(Block { column, ..block })
        };
        let mut blocks: Vec<Block> = Vec::new();
        blocks.extend(side(self.left, Column::Left));
        blocks.extend(side(self.right, Column::Right));
        for line in self.waiting {
            blocks.extend(flow::block(BlockKind::Paragraph, self.is_centred, vec![line]));
        }
        blocks
    }
}

/// Where the left side of a line ends and the right one starts, in bytes; the left side may be
/// empty. `None` when the line has one side.
///
/// A gap is a run of white space with a tab or at least three spaces, or a bar. Of several the
/// widest counts. The gaps of a blank number (`Số:      /KH-UBND`) and of a blank date
/// (`ngày     tháng     năm`) are none.
fn sides(text: &str) -> Option<(usize, usize)> {
    const TAB_WIDTH: usize = 8;
    const NARROWEST: usize = 3;
    const NARROWEST_INDENT: usize = 10;
    let body = text.trim_end();
    let indent = body.len() - body.trim_start().len();
    let mut best: Option<(usize, usize, usize)> = None;
    let mut gap: Option<(usize, usize)> = None;
    for (at, character) in body.char_indices().filter(|(at, _)| *at >= indent) {
        let width = match character {
            '\t' => TAB_WIDTH,
            '|' => NARROWEST,
            _ if character.is_whitespace() => 1,
            _ => 0,
        };
        if width > 0 {
            let (start, so_far) = gap.unwrap_or((at, 0));
            gap = Some((start, so_far + width));
            continue;
        }
        let Some((start, width)) = gap.take() else { continue };
        let is_widest = best.is_none_or(|(_, _, widest)| width > widest);
        if width >= NARROWEST && is_widest && !is_blank_field(&body[..start], &body[at..]) {
            best = Some((start, at, width));
        }
    }
    if let Some((left, right, _)) = best {
        return Some((left, right));
    }
    let indent_text = &body[..indent];
    let is_right = indent_text.contains('\t') || indent_text.chars().count() >= NARROWEST_INDENT;
    (is_right && indent < body.len()).then_some((0, indent))
}

fn is_blank_field(before: &str, after: &str) -> bool {
    let skeleton = skeleton(before.split_whitespace().next_back().unwrap_or_default());
    after.starts_with('/')
        || after.starts_with('-')
        || skeleton.ends_with("ng?y")
        || skeleton.ends_with("th?ng")
}

/// The part of a line between two byte offsets.
fn cut(line: &Line, start: usize, end: usize) -> Line {
    let mut runs: Vec<Run> = Vec::new();
    let mut at = 0;
    for run in &line.runs {
        let from = start.clamp(at, at + run.text.len()) - at;
        let to = end.clamp(at, at + run.text.len()) - at;
        if let Some(text) = run.text.get(from..to).filter(|text| !text.is_empty()) {
            runs.push(Run { text: text.to_owned(), style: run.style });
        }
        at += run.text.len();
    }
    Line { runs, bbox: None }
}

/// Whether a text holds the country's name, or the Party's.
pub fn is_national_header(text: &str) -> bool {
    // "chủ nghĩa Việt Nam" and "Cộng sản Việt Nam"; in VNI a mark follows its letter.
    const NAMES: [&str; 4] =
        ["ngh?a vi?t nam", "ngh?a vie?t nam", "s?n vi?t nam", "sa?n vie?t nam"];
    let skeleton = skeleton(text);
    NAMES.iter().any(|name| skeleton.contains(name))
}

/// Whether a text begins with `Nơi nhận`.
fn starts_recipients(text: &str) -> bool {
    let skeleton = skeleton(text);
    let start = skeleton.trim_start_matches(['*', '_', ' ']);
    start.starts_with("n?i nh?n") || start.starts_with("n?i nha?n")
}

/// Lower case, every letter beyond ASCII as `?`, white space as one space. The same for a word
/// in Unicode (composed or not) and in TCVN3, which also gives one character a letter.
fn skeleton(text: &str) -> String {
    const ENOUGH_CHARS: usize = 500;
    let mut skeleton = String::new();
    let mut is_after_mark = false;
    for character in text.chars().take(ENOUGH_CHARS) {
        let is_combining = matches!(character, '\u{300}'..='\u{36F}');
        match character {
            // A letter and its marks are one letter.
            _ if is_combining && is_after_mark => continue,
            _ if is_combining => {
                skeleton.pop();
                skeleton.push('?');
            }
            _ if character.is_whitespace() => {
                if !skeleton.ends_with(' ') {
                    skeleton.push(' ');
                }
            }
            _ if character.is_ascii() => skeleton.push(character.to_ascii_lowercase()),
            _ => skeleton.push('?'),
        }
        is_after_mark = is_combining || !character.is_ascii();
    }
    skeleton
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str) -> Block {
        let lines = text.split('\n').map(|line| flow::line(line, 0)).collect();
        Block { lines, ..Block::default() }
    }

    fn print(blocks: &[Block]) -> String {
        let print = |block: &Block| {
            let column = match block.column {
                Column::Full => ' ',
                Column::Left => 'L',
                Column::Right => 'R',
            };
            let lines: Vec<String> = block.lines.iter().map(Line::text).collect();
            format!("{column} {}\n", lines.join(" / "))
        };
        blocks.iter().map(print).collect()
    }

    #[track_caller]
    fn check_typed(paragraphs: &[&str], expect: &str) {
        let blocks = paragraphs.iter().map(|text| paragraph(text)).collect();
        assert_eq!(print(&split_typed(blocks)), expect);
    }

    /// Rows of cells parted by `|`; an empty cell is empty.
    #[track_caller]
    fn check_table(rows: &[&str], is_bordered: bool, number: u32, expect: &str) {
        let mut table = Table { is_bordered, ..Table::default() };
        for row in rows {
            let cells: Vec<&str> = row.split('|').collect();
            table.n_columns = table.n_columns.max(cells.len() as u32);
            let cell = |(index, text): (usize, &&str)| Cell {
                first_column: index as u32,
                span: 1,
                flow: Some(*text)
                    .filter(|text| !text.is_empty())
                    .map(|text| Flow::Block(paragraph(text)))
                    .into_iter()
                    .collect(),
            };
            table.rows.push(Row { cells: cells.iter().enumerate().map(cell).collect() });
        }
        let blocks: Vec<Block> = lay_out(table, number)
            .into_iter()
            .filter_map(|step| if let Flow::Block(block) = step { Some(block) } else { None })
            .collect();
        assert_eq!(print(&blocks), expect);
    }

    #[test]
    fn letterheads_typed_with_tabs() {
        check_typed(
            &[
                "\tUBND TỈNH VÂN SƠN\tCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "\tSỞ LAO ĐỘNG\t\tĐộc lập - Tự do - Hạnh phúc",
                "Số:      /KH-SLĐTBXH\tVân Sơn, ngày    tháng 3 năm 2020",
                "KẾ HOẠCH",
            ],
            "L UBND TỈNH VÂN SƠN / SỞ LAO ĐỘNG / Số:      /KH-SLĐTBXH\n\
             R CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM / Độc lập - Tự do - Hạnh phúc / \
             Vân Sơn, ngày    tháng 3 năm 2020\n  KẾ HOẠCH\n",
        );
        // The issuer takes one line more than the motto; the right side may be indented alone.
        check_typed(
            &[
                "BAN CHẤP HÀNH\tĐẢNG CỘNG SẢN VIỆT NAM",
                "ĐẢNG BỘ TỈNH",
                "\tVân Sơn, ngày 02 tháng 3 năm 2020",
                "Kính gửi: các chi bộ",
            ],
            "L BAN CHẤP HÀNH / ĐẢNG BỘ TỈNH\n\
             R ĐẢNG CỘNG SẢN VIỆT NAM / Vân Sơn, ngày 02 tháng 3 năm 2020\n\
             \u{20} Kính gửi: các chi bộ\n",
        );
        // The same in TCVN3, decomposed, parted by a bar or by spaces, and on lines of one block.
        check_typed(
            &["ubnd tØnh\tCéng hoµ x· héi chñ nghÜa ViÖt Nam"],
            "L ubnd tØnh\nR Céng hoµ x· héi chñ nghÜa ViÖt Nam\n",
        );
        check_typed(
            &["BỘ X  | xã hội chủ nghi\u{303}a Viê\u{323}t Nam\nSố: 1/QĐ-X | Hà Nội\nCăn cứ"],
            "L BỘ X / Số: 1/QĐ-X\nR xã hội chủ nghi\u{303}a Viê\u{323}t Nam / Hà Nội\n  Căn cứ\n",
        );
        // Not a letterhead: the name in a sentence, tabs in a list.
        check_typed(
            &["a\tb", "nước Cộng hòa xã hội chủ nghĩa Việt Nam"],
            "  a\tb\n  nước Cộng hòa xã hội chủ nghĩa Việt Nam\n",
        );
    }

    #[test]
    fn feet_typed_with_tabs() {
        check_typed(
            &[
                "Nơi nhận:\tKT. GIÁM ĐỐC",
                "- Như trên;\tPHÓ GIÁM ĐỐC",
                "- Lưu: VT.",
                "\tTrần Văn Mẫu",
                "PHỤ LỤC",
            ],
            "L Nơi nhận: / - Như trên; / - Lưu: VT.\n\
             R KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC / Trần Văn Mẫu\n  PHỤ LỤC\n",
        );
    }

    #[test]
    fn letterhead_tables() {
        check_table(
            &["UBND|CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: 1|Vân Sơn"],
            true,
            3,
            "L UBND\nL Số: 1\nR CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nR Vân Sơn\n",
        );
        // An empty column between the two.
        check_table(&["UBND||X\u{1EC7}"], false, 0, "L UBND\nR X\u{1EC7}\n");
        // By its shape: first table, no borders.
        check_table(&["a|b", "c|d"], false, 0, "L a\nL c\nR b\nR d\n");
        check_table(&["a|b", "c|d"], true, 0, "  a\n  b\n  c\n  d\n");
        check_table(&["a|b", "c|d"], false, 1, "  a\n  b\n  c\n  d\n");
        // A signature alone on the right.
        check_table(&["|GIÁM ĐỐC"], false, 4, "R GIÁM ĐỐC\n");
        check_table(&["Nơi nhận:|GIÁM ĐỐC"], true, 4, "L Nơi nhận:\nR GIÁM ĐỐC\n");
        // Three filled columns are data.
        check_table(&["a|b|c"], false, 0, "  a\n  b\n  c\n");
        // A frame around text.
        check_table(&["a"], true, 0, "  a\n");
    }
}
