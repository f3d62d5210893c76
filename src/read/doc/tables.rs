//! Cells and rows as they end → tables in reading order.
//!
//! A text of Word marks only where cells and rows end, and how deep a paragraph stands. Must not
//! decide reading order: that is `columns`.

use super::styles::RowShape;
use crate::read::{
    columns::{self, Cell, Row, Table},
    flow::Flow,
};

/// Edges nearer to each other than this, in twentieths of a point, are one.
const SAME_EDGE: i32 = 30;
/// Tables nested deeper than this are read as if they were not.
pub const DEEPEST: u32 = 16;

/// The tables that are open, outermost first.
#[derive(Debug, Default)]
pub struct Open {
    tables: Vec<OpenTable>,
    n_tables: u32,
}

#[derive(Debug, Default)]
struct OpenTable {
    number: u32,
    rows: Vec<(Vec<Vec<Flow>>, RowShape)>,
    cells: Vec<Vec<Flow>>,
    cell: Vec<Flow>,
}

impl Open {
    /// Opens and closes tables until as many are open as the next paragraph stands in.
    pub fn set_depth(&mut self, depth: u32, out: &mut Vec<Flow>) {
        let depth = depth.min(DEEPEST) as usize;
        while self.tables.len() > depth {
            let Some(table) = self.tables.pop() else { return };
            let mut steps = table.finish();
            self.target(out).append(&mut steps);
        }
        while self.tables.len() < depth {
            self.tables.push(OpenTable { number: self.n_tables, ..OpenTable::default() });
            self.n_tables += 1;
        }
    }

    /// Where steps go: into the cell that is open, or into the text.
    pub fn target<'o>(&'o mut self, out: &'o mut Vec<Flow>) -> &'o mut Vec<Flow> {
        self.tables.last_mut().map_or(out, |table| &mut table.cell)
    }

    /// Ends the cell that is open.
    pub fn end_cell(&mut self) {
        if let Some(table) = self.tables.last_mut() {
            table.cells.push(std::mem::take(&mut table.cell));
        }
    }

    /// Ends the row that is open.
    pub fn end_row(&mut self, shape: RowShape) {
        if let Some(table) = self.tables.last_mut() {
            if !table.cell.is_empty() {
                table.cells.push(std::mem::take(&mut table.cell));
            }
            table.rows.push((std::mem::take(&mut table.cells), shape));
        }
    }
}

impl OpenTable {
    fn finish(mut self) -> Vec<Flow> {
        if !self.cell.is_empty() {
            self.cells.push(self.cell);
        }
        if !self.cells.is_empty() {
            self.rows.push((self.cells, RowShape::default()));
        }
        let mut edges: Vec<i32> =
            self.rows.iter().flat_map(|(_, shape)| &shape.edges).map(|&edge| edge.into()).collect();
        edges.sort_unstable();
        edges.dedup_by(|next, before| *next - *before < SAME_EDGE);
        let column_of = |edge: i16| {
            edges.partition_point(|&other| other < i32::from(edge) - SAME_EDGE / 2) as u32
        };
        let mut made = Table::default();
        let mut n_ruled = 0;
        let n_rows = self.rows.len();
        for (cells, shape) in self.rows {
            n_ruled += usize::from(shape.is_ruled);
            let is_shaped = shape.edges.len() == cells.len() + 1;
            let mut row = Row::default();
            let mut next = 0;
            for (index, flow) in cells.into_iter().enumerate() {
                let (first_column, span) = if is_shaped {
                    let (from, to) =
                        (column_of(shape.edges[index]), column_of(shape.edges[index + 1]));
                    (from, to.saturating_sub(from).max(1))
                } else {
                    (next, 1)
                };
                next = first_column + span;
                row.cells.push(Cell { first_column, span, flow });
            }
            made.n_columns = made.n_columns.max(next);
            made.rows.push(row);
        }
        made.is_bordered = 2 * n_ruled > n_rows;
        columns::lay_out(made, self.number)
    }
}
