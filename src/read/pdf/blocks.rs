//! The lines of a page → its [`Block`]s in reading order.
//!
//! Running heads come first, then the body from top to bottom with its tables in place, then
//! notes, running feet, stamps and watermarks.

use super::{
    columns::{self, Band, Margins, Place},
    ink::Layer,
    lines::Line as WorkLine,
    notes::{self, Rewrites},
    page::{PageWork, Table, Turned},
    paragraphs,
    pieces::{Frame, Pieces},
};
use crate::layout::{Block, BlockKind, Column, Line, Style};

/// Upright text outside of tables in at most this many characters is a watermark when it
/// runs against the rest of the page.
const MAX_SIDE_TEXT: usize = 200;
/// A box around one text is a text box when it covers at most this part of the page.
const MAX_TEXT_BOX: f32 = 0.25;

/// What a page's blocks depend on beside the page.
pub(super) struct Surroundings<'s> {
    pub styles: &'s [Style],
    /// Font size of most of the document.
    pub body_size: f32,
    /// The margins of most pages.
    pub margins: Option<Margins>,
    /// Indices of the running lines of the page.
    pub running: &'s [usize],
}

/// Makes the blocks of a page; counts its tables on from `n_tables`.
pub(super) fn of_page(
    work: &PageWork,
    surroundings: &Surroundings,
    n_tables: &mut u32,
) -> Vec<Block> {
    let mut builder = Builder {
        frame: &work.frame,
        pieces: &work.pieces,
        rewrites: Rewrites::new(),
        blocks: Vec::new(),
    };
    let mut heads = Vec::new();
    let mut feet = Vec::new();
    let mut stamps = Vec::new();
    let mut watermarks = Vec::new();
    let mut body = Vec::new();
    for (index, line) in work.lines.iter().enumerate() {
        let line = line.clone();
        match line.layer {
            Layer::Stamp => stamps.push(line),
            Layer::Watermark => watermarks.push(line),
            _ if surroundings.running.contains(&index) => {
                let is_head = line.y < work.frame.height / 2.0;
                if is_head { heads.push(line) } else { feet.push(line) }
            }
            _ => body.push(line),
        }
    }
    let note_lines = match notes::start(&body, &work.pieces, surroundings.body_size, &work.rules) {
        Some(start) => body.split_off(start),
        None => Vec::new(),
    };
    let notes = notes::cut(note_lines, &work.pieces);
    for line in body.iter().chain(work.tables.iter().flat_map(|t| t.cells.iter().flatten())) {
        notes::rewrite_references(line, &work.pieces, &mut builder.rewrites);
    }
    for line in notes.iter().flatten() {
        notes::rewrite_references(line, &work.pieces, &mut builder.rewrites);
    }
    notes::rewrite_marks(&notes, &work.pieces, &mut builder.rewrites);

    builder.push_lines(heads, BlockKind::Running);
    builder.push_body(work, body, surroundings, n_tables);
    for note in notes {
        builder.push(note, BlockKind::Note, Column::Full, false);
    }
    builder.push_lines(feet, BlockKind::Running);
    if !stamps.is_empty() {
        builder.push(stamps, BlockKind::Stamp, Column::Full, false);
    }
    builder.push_lines(watermarks, BlockKind::Watermark);
    let mut blocks = builder.blocks;
    for turned in &work.turned {
        push_turned(turned, work, &mut blocks);
    }
    blocks
}

struct Builder<'p> {
    frame: &'p Frame,
    pieces: &'p Pieces,
    rewrites: Rewrites,
    blocks: Vec<Block>,
}

impl Builder<'_> {
    /// Body lines and tables from top to bottom.
    fn push_body(
        &mut self,
        work: &PageWork,
        mut lines: Vec<WorkLine>,
        surroundings: &Surroundings,
        n_tables: &mut u32,
    ) {
        let margins = Margins::of_page(&lines, work.frame.width, surroundings.margins);
        let place = |is_last| Place { margins, page_height: work.frame.height, is_last };
        for table in &work.tables {
            let n_above = lines.partition_point(|line| line.y < table.grid.bbox.y0 + 2.0);
            let below = lines.split_off(n_above);
            self.push_text(&lines, place(false), surroundings, n_tables);
            lines = below;
            self.push_table(table, work, n_tables);
        }
        self.push_text(&lines, place(true), surroundings, n_tables);
    }

    fn push_text(
        &mut self,
        lines: &[WorkLine],
        place: Place,
        surroundings: &Surroundings,
        n_tables: &mut u32,
    ) {
        let margins = place.margins;
        let styles = surroundings.styles;
        for band in columns::bands(lines, self.pieces, place) {
            match band {
                Band::Full(lines) => {
                    self.push_column(lines, Column::Full, margins, styles);
                }
                Band::Table(rows) => {
                    self.push_rows(rows, *n_tables);
                    *n_tables += 1;
                }
                Band::Split { left, right } => {
                    for (lines, column) in [(left, Column::Left), (right, Column::Right)] {
                        let margins = Margins {
                            left: lines.iter().map(|line| line.x0).fold(f32::MAX, f32::min),
                            right: lines.iter().map(|line| line.x1).fold(f32::MIN, f32::max),
                        };
                        self.push_column(lines, column, margins, styles);
                    }
                }
            }
        }
    }

    fn push_column(
        &mut self,
        lines: Vec<WorkLine>,
        column: Column,
        margins: Margins,
        styles: &[Style],
    ) {
        let is_narrow = column != Column::Full;
        for paragraph in paragraphs::cut(lines, self.pieces, styles, margins, is_narrow) {
            self.push(paragraph.lines, BlockKind::Paragraph, column, paragraph.centred);
        }
    }

    fn push_table(&mut self, table: &Table, work: &PageWork, n_tables: &mut u32) {
        let bbox = table.grid.bbox;
        if table.grid.cells.len() == 1 {
            let area = (bbox.x1 - bbox.x0) * (bbox.y1 - bbox.y0);
            let is_small = area <= MAX_TEXT_BOX * work.frame.width * work.frame.height;
            let kind = if is_small { BlockKind::TextBox } else { BlockKind::Paragraph };
            for lines in &table.cells {
                self.push(lines.clone(), kind.clone(), Column::Full, false);
            }
            return;
        }
        // Rows and columns are numbered as far as they hold something.
        let mut rows: Vec<usize> = table.grid.cells.iter().map(|cell| cell.0).collect();
        rows.dedup();
        for (cell, lines) in table.grid.cells.iter().zip(&table.cells) {
            let kind = BlockKind::Cell {
                table: *n_tables,
                row: rows.partition_point(|&row| row < cell.0) as u32,
                column: cell.1 as u32,
            };
            self.push(lines.clone(), kind, Column::Full, false);
        }
        *n_tables += 1;
    }

    fn push_rows(&mut self, rows: Vec<Vec<Vec<WorkLine>>>, table: u32) {
        for (row, cells) in rows.into_iter().enumerate() {
            for (column, lines) in cells.into_iter().enumerate() {
                let (row, column) = (row as u32, column as u32);
                let kind = BlockKind::Cell { table, row, column };
                self.push(lines, kind, Column::Full, false);
            }
        }
    }

    fn push_lines(&mut self, lines: Vec<WorkLine>, kind: BlockKind) {
        for line in lines {
            self.push(vec![line], kind.clone(), Column::Full, false);
        }
    }

    fn push(&mut self, lines: Vec<WorkLine>, kind: BlockKind, column: Column, centred: bool) {
        let lines: Vec<Line> = lines
            .iter()
            .map(|line| Line {
                runs: line.runs(self.pieces, |piece, _| self.rewrites.get(&piece).cloned()),
                bbox: Some(self.frame.back_box(line.bbox())),
            })
            .filter(|line| line.runs.iter().any(|run| !run.text.is_empty()))
            .collect();
        if !lines.is_empty() {
            self.blocks.push(Block { kind, column, centred, lines });
        }
    }
}

/// Adds text that runs in another direction: a heading turned in its cell, or a watermark.
fn push_turned(turned: &Turned, work: &PageWork, blocks: &mut Vec<Block>) {
    let n_characters: usize = turned.pieces.text.len();
    for line in &turned.lines {
        let bbox = turned.frame.back_box(line.bbox());
        let line_out = Line { runs: line.runs(&turned.pieces, |_, _| None), bbox: Some(bbox) };
        let in_frame = work.frame.turn_box(bbox);
        let center = ((in_frame.x0 + in_frame.x1) / 2.0, (in_frame.y0 + in_frame.y1) / 2.0);
        let is_in_table = work.tables.iter().any(|table| {
            table.grid.cells.len() > 1 && table.grid.cell_at(center.0, center.1).is_some()
        });
        let kind = match line.layer {
            Layer::Stamp => BlockKind::Stamp,
            Layer::Running => BlockKind::Running,
            Layer::Watermark => BlockKind::Watermark,
            Layer::Body if !turned.degrees.is_multiple_of(90) => BlockKind::Watermark,
            Layer::Body if is_in_table || n_characters > MAX_SIDE_TEXT => BlockKind::Paragraph,
            Layer::Body => BlockKind::Watermark,
        };
        let block = Block { kind, column: Column::Full, centred: false, lines: vec![line_out] };
        blocks.push(block);
    }
}
