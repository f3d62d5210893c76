//! The rows and cells of one table, as they are met → a [`Table`].
//!
//! Must not decide reading order: that is `columns`.

use crate::read::{
    columns::{Cell, Row, Table},
    docx::{
        properties::{Interned, each_child, read_borders},
        styles::Styles,
        xml::{Xml, number, value},
    },
    error::ReadError,
    flow::Flow,
};

/// A table being read.
#[derive(Default)]
pub struct TableBuilder {
    /// From 0 through the document.
    pub number: u32,
    /// Columns of its grid.
    pub n_grid_columns: u32,
    /// Text straight in the table, outside of any cell.
    pub strays: Vec<Flow>,
    rows: Vec<Row>,
    style: Option<u32>,
    has_borders: Option<bool>,
    next_column: u32,
    span: u32,
    n_cells: u32,
    n_ruled_cells: u32,
    n_bare_cells: u32,
}

/// No table of Word is wider; larger numbers are damage.
const MOST_COLUMNS: u32 = 1024;

impl TableBuilder {
    /// An empty table.
    pub fn new(number: u32) -> Self {
        Self { number, span: 1, ..Self::default() }
    }

    /// Begins a row.
    pub fn start_row(&mut self) {
        self.rows.push(Row::default());
        self.next_column = 0;
        self.span = 1;
    }

    /// Ends a row.
    pub fn end_row(&mut self) {
        self.n_grid_columns = self.n_grid_columns.max(self.next_column);
    }

    /// Ends a cell that holds some text.
    pub fn end_cell(&mut self, flow: Vec<Flow>) {
        if self.rows.is_empty() {
            self.start_row();
        }
        let (first_column, span) = (self.next_column, self.span);
        if let Some(row) = self.rows.last_mut() {
            row.cells.push(Cell { first_column, span, flow });
        }
        self.n_cells += 1;
        self.next_column = self.next_column.saturating_add(span);
        self.span = 1;
    }

    /// Reads `tblPr`.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn read_properties(
        &mut self,
        xml: &mut Xml,
        names: &mut Interned,
    ) -> Result<(), ReadError> {
        each_child(xml, |xml, element| {
            match element.local_name().as_ref() {
                "tblStyle" => self.style = value(element).map(|id| names.styles.intern(&id)),
                "tblBorders" => {
                    self.has_borders = Some(read_borders(xml)?.0 > 0);
                    return Ok(());
                }
                _ => {}
            }
            xml.skip()
        })
    }

    /// Reads `trPr`: columns left out before the first cell.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn read_row_properties(&mut self, xml: &mut Xml) -> Result<(), ReadError> {
        each_child(xml, |xml, element| {
            if element.local_name().as_ref() == "gridBefore" {
                let n_columns: u32 = number(element).unwrap_or_default();
                self.next_column = n_columns.min(MOST_COLUMNS);
            }
            xml.skip()
        })
    }

    /// Reads `tcPr`: how many columns the cell covers, and its own borders.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn read_cell_properties(&mut self, xml: &mut Xml) -> Result<(), ReadError> {
        // One rule under a cell is an ornament of letterheads, not a grid.
        const MOST_RULES_OF_ORNAMENT: u32 = 1;
        const OUTER_EDGES: u32 = 4;
        each_child(xml, |xml, element| {
            match element.local_name().as_ref() {
                "gridSpan" => self.span = number(element).unwrap_or(1).clamp(1, MOST_COLUMNS),
                "tcBorders" => {
                    let (n_drawn, n_none) = read_borders(xml)?;
                    self.n_ruled_cells += u32::from(n_drawn > MOST_RULES_OF_ORNAMENT);
                    self.n_bare_cells += u32::from(n_none >= OUTER_EDGES - MOST_RULES_OF_ORNAMENT);
                    return Ok(());
                }
                _ => {}
            }
            xml.skip()
        })
    }

    /// The table. Its cells are ruled when the table or its style says so and most cells do not
    /// say otherwise, or when most cells say so themselves.
    pub fn finish(mut self, styles: &Styles) -> Table {
        let is_ruled = self.has_borders.unwrap_or_else(|| styles.is_bordered(self.style));
        let is_bordered = if is_ruled {
            self.n_bare_cells * 2 <= self.n_cells
        } else {
            self.n_ruled_cells * 2 > self.n_cells
        };
        if !self.strays.is_empty() {
            let strays = std::mem::take(&mut self.strays);
            let span = self.n_grid_columns.max(1);
            self.rows.push(Row { cells: vec![Cell { first_column: 0, span, flow: strays }] });
        }
        Table { rows: self.rows, n_columns: self.n_grid_columns, is_bordered }
    }
}
