//! [`csv`]: a sheet as comma-separated values that old Excel opens with its accents.

use crate::export::{Cell, ExportError, Sheet};

/// Writes a sheet: UTF-8 with a byte order mark, a heading line, dates as dd/MM/yyyy.
///
/// Text that a spreadsheet would run as a formula gets an apostrophe before it.
///
/// # Source
/// OWASP, *CSV Injection*: cells that begin with `=`, `+`, `-`, `@`, a tab or a line break.
///
/// # Errors
/// When writing to memory fails.
pub fn csv(sheet: &Sheet) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let failed = |error: csv::Error| ExportError::Table(std::io::Error::other(error));
    writer.write_record(sheet.columns.iter().map(|column| column.heading)).map_err(failed)?;
    for row in &sheet.rows {
        writer.write_record(row.iter().map(text)).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| ExportError::Table(error.into_error()))
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => {
            format!("'{text}")
        }
        _ => cell.text(),
    }
}
