//! The bytes of an .xlsx → one line of text a row, by the crate `calamine`.
//!
//! For lists of documents that a clerk wants checked: a date cell reads `ngày 05/03/2020`, cells
//! stand side by side. Such a file is no document of the archive. Cells are read one after the
//! other within the limits, so a sheet that claims to be vast costs nothing; a panic of the foreign
//! code is caught here.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{DataRef, Reader, Xlsx, XlsxError};
use zip::ZipArchive;

use crate::{
    domain::date::PartialDate,
    read::error::ReadError,
    source::{Limits, OverBudget},
};

/// The part that every workbook has.
const WORKBOOK: &str = "xl/workbook.xml";
/// Cells of a workbook that are read.
const MAX_CELLS: usize = 200_000;

/// Whether a file is a workbook.
pub fn is_sheet(bytes: &[u8]) -> bool {
    ZipArchive::new(Cursor::new(bytes)).is_ok_and(|zip| zip.index_for_name(WORKBOOK).is_some())
}

/// The rows of every sheet that hold something, in order.
///
/// # Errors
/// `Damaged` when it cannot be read, `OverBudget` when it unpacks beyond a limit or has more than
/// 200,000 cells.
pub fn lines(bytes: &[u8], limits: &Limits) -> Result<Vec<String>, ReadError> {
    let damaged = || ReadError::Damaged {
        detail: "expected an .xlsx workbook, found bytes that its reader cannot take".to_owned(),
    };
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut n_bytes = 0u64;
    for index in 0..zip.len() {
        n_bytes += zip.by_index_raw(index).map_err(|_| damaged())?.size();
    }
    if n_bytes > limits.max_inflated_bytes {
        let (what, limit) = ("unpacked bytes", limits.max_inflated_bytes);
        return Err(OverBudget::TooMuch { what, limit }.into());
    }
    match catch_unwind(AssertUnwindSafe(|| rows(bytes))) {
        Ok(Ok(Some(lines))) => Ok(lines),
        Ok(Ok(None)) => {
            let (what, limit) = ("cells", MAX_CELLS as u64);
            Err(OverBudget::TooMuch { what, limit }.into())
        }
        Ok(Err(_)) | Err(_) => Err(damaged()),
    }
}

/// `None` when there are too many cells.
fn rows(bytes: &[u8]) -> Result<Option<Vec<String>>, XlsxError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let mut lines = Vec::new();
    let mut n_cells = 0;
    for sheet in book.sheet_names() {
        let mut cells = book.worksheet_cells_reader(&sheet)?;
        let mut row: Option<u32> = None;
        let mut line: Vec<String> = Vec::new();
        while let Some(cell) = cells.next_cell()? {
            n_cells += 1;
            if n_cells > MAX_CELLS {
                return Ok(None);
            }
            if row != Some(cell.get_position().0) {
                lines.extend(joined(&mut line));
                row = Some(cell.get_position().0);
            }
            line.extend(text(cell.get_value()));
        }
        lines.extend(joined(&mut line));
    }
    Ok(Some(lines))
}

fn joined(line: &mut Vec<String>) -> Option<String> {
    let cells = std::mem::take(line);
    (!cells.is_empty()).then(|| cells.join(" "))
}

fn text(value: &DataRef<'_>) -> Option<String> {
    let text = match value {
        DataRef::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            let date = PartialDate::day_of(i16::try_from(year).ok()?, month, day)?;
            format!("ngày {}", date.to_vietnamese())
        }
        DataRef::String(text) | DataRef::DateTimeIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        _ => return None,
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn workbook(rows: &str) -> Vec<u8> {
        let parts = [
            ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#.to_owned()),
            ("_rels/.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
            (WORKBOOK, r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>"#.to_owned()),
            ("xl/_rels/workbook.xml.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#.to_owned()),
            ("xl/styles.xml", r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#.to_owned()),
            ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#)),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_row_is_a_line() {
        let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>30/2020/NĐ-CP</t></is></c><c r="B1" s="1"><v>43895</v></c><c r="C1" t="inlineStr"><is><t>Về công tác văn thư</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>293/KH-SLĐTBXH</t></is></c></row>"#;
        let bytes = workbook(rows);
        assert!(is_sheet(&bytes));
        assert_eq!(
            lines(&bytes, &Limits::default()).unwrap(),
            ["30/2020/NĐ-CP ngày 05/3/2020 Về công tác văn thư", "293/KH-SLĐTBXH"]
        );
        let small = Limits { max_inflated_bytes: 100, ..Limits::default() };
        assert!(matches!(lines(&bytes, &small), Err(ReadError::OverBudget(_))));
    }

    #[test]
    fn what_is_no_workbook() {
        assert!(!is_sheet(b"30/2020"));
        assert!(matches!(lines(b"PK", &Limits::default()), Err(ReadError::Damaged { .. })));
    }
}
