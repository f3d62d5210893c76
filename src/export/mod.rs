//! Registers and lists as files for a spreadsheet: `Register` → [`Sheet`] → bytes.
//!
//! The sheets are Vietnamese, as the forms they follow; what the documents do not say stays
//! empty, to be filled in by pen. Must not ask a store, must not write a file.

mod books;
mod csv;
mod xlsx;

use time::Date;

pub use self::{books::sheet, csv::csv, xlsx::xlsx};

/// The kinds of file that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Office Open XML workbook.
    Xlsx,
    /// Comma-separated values in UTF-8 with a byte order mark, which old Excel needs.
    Csv,
}

impl FileKind {
    /// Reads a stable name, which is also the ending of the file.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "xlsx" => Some(Self::Xlsx),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// The ending of the file.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// Writes a sheet.
    ///
    /// # Errors
    /// When the sheet has more rows than the kind of file can hold.
    pub fn write(self, sheet: &Sheet) -> Result<Vec<u8>, ExportError> {
        match self {
            Self::Xlsx => xlsx(sheet),
            Self::Csv => csv(sheet),
        }
    }
}

/// A table ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// The name of the register, e.g. `SỔ ĐĂNG KÝ VĂN BẢN ĐI`.
    pub title: String,
    /// The body above the issuer and the issuer, when all documents are of one.
    pub office: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// One entry a document, one cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// What it is called.
    pub heading: &'static str,
    /// Width in characters.
    pub width: u16,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing was read: left for the pen.
    Empty,
    /// Text, never a number or a formula whatever it looks like.
    Text(String),
    /// A whole date.
    Date(Date),
    /// A count.
    Count(u64),
}

impl Cell {
    /// As it is shown: dates as dd/MM/yyyy.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Date(date) => {
                format!("{:02}/{:02}/{:04}", date.day(), u8::from(date.month()), date.year())
            }
            Self::Count(count) => count.to_string(),
        }
    }
}

/// A sheet could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The workbook cannot hold it, e.g. more than 1,048,576 rows.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The text table could not be written.
    #[error("the table could not be written")]
    Table(#[from] std::io::Error),
}
