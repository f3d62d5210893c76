//! [`xlsx`]: a sheet as a workbook that prints like the paper register.

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, XlsxError};
use time::Date;

use crate::export::{Cell, Column, ExportError, Sheet};

/// Typeface of administrative documents (Nghị định 30/2020/NĐ-CP, Phụ lục I).
const FONT: &str = "Times New Roman";
/// Characters that a cell of the format may hold.
const LONGEST_TEXT: usize = 32_767;
/// Height of one line of the typeface at 11 points.
const LINE_POINTS: f64 = 15.0;
/// ISO A4 in the numbering of the format.
const A4: u8 = 9;

/// Writes a sheet: A4 across, heading repeated on every printed page, dates as dates, numbers of
/// documents as text.
///
/// # Errors
/// When there are more rows than a worksheet holds.
pub fn xlsx(sheet: &Sheet) -> Result<Vec<u8>, ExportError> {
    let mut workbook = Workbook::new();
    let text = Format::new().set_font_name(FONT).set_font_size(11);
    let bold = text.clone().set_bold();
    let centred = bold.clone().set_align(FormatAlign::Center);
    let boxed =
        text.clone().set_border(FormatBorder::Thin).set_align(FormatAlign::Top).set_text_wrap();
    let heading = centred.clone().set_border(FormatBorder::Thin).set_text_wrap();
    let heading = heading.set_align(FormatAlign::VerticalCenter);
    let dated = boxed.clone().set_num_format("dd/mm/yyyy");
    let last_column = u16::try_from(sheet.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);

    let page = workbook.add_worksheet();
    page.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    page.set_margins(0.4, 0.4, 0.5, 0.5, 0.3, 0.3);
    page.set_footer("&C&\"Times New Roman\"&9&P/&N");
    for (number, column) in (0u16..).zip(&sheet.columns) {
        page.set_column_width(number, f64::from(column.width))?;
    }
    let mut row = 0;
    for line in &sheet.office {
        page.write_string_with_format(row, 0, line, &bold)?;
        row += 1;
    }
    page.merge_range(row, 0, row, last_column, &sheet.title, &centred.set_font_size(14))?;
    row += 2;
    let heading_row = row;
    for (number, column) in (0u16..).zip(&sheet.columns) {
        page.write_string_with_format(row, number, column.heading, &heading)?;
    }
    let headings = sheet.columns.iter().map(|column| column.heading.to_owned());
    page.set_row_height(row, height(sheet, headings))?;
    page.set_repeat_rows(row, row)?;
    page.set_freeze_panes(row + 1, 0)?;
    for cells in &sheet.rows {
        row += 1;
        page.set_row_height(row, height(sheet, cells.iter().map(Cell::text)))?;
        for (number, cell) in (0u16..).zip(cells) {
            match cell {
                Cell::Empty => page.write_blank(row, number, &boxed)?,
                // As a string whatever it looks like: `1/2` is no date and `=A1` no formula.
                Cell::Text(value) => {
                    let fitting: String = value.chars().take(LONGEST_TEXT).collect();
                    page.write_string_with_format(row, number, fitting, &boxed)?
                }
                Cell::Date(date) => match day(*date) {
                    Ok(day) => page.write_datetime_with_format(row, number, day, &dated)?,
                    // The calendar of the format begins in 1900.
                    Err(_) => page.write_string_with_format(row, number, cell.text(), &boxed)?,
                },
                Cell::Count(count) => {
                    page.write_number_with_format(row, number, *count as f64, &boxed)?
                }
            };
        }
    }
    page.autofilter(heading_row, 0, row, last_column)?;
    row += 2;
    page.write_string_with_format(row, 0, "Người lập", &bold)?;
    let right = last_column.saturating_sub(2);
    page.write_string_with_format(row, right, "Thủ trưởng cơ quan, đơn vị", &bold)?;
    Ok(workbook.save_to_buffer()?)
}

/// The height in points at which every text is seen whole: not every program that opens a
/// workbook works that out by itself.
fn height(sheet: &Sheet, texts: impl Iterator<Item = String>) -> f64 {
    let lines_of = |(column, text): (&Column, String)| {
        // Words do not break, so that a line is not filled to its end.
        text.chars().count().div_ceil(usize::from(column.width).saturating_sub(2).max(1))
    };
    let n_lines = sheet.columns.iter().zip(texts).map(lines_of).max().unwrap_or(1).max(1);
    // The format allows 409 points.
    (n_lines as f64 * LINE_POINTS).min(409.0)
}

fn day(date: Date) -> Result<ExcelDateTime, XlsxError> {
    let year = u16::try_from(date.year()).unwrap_or(0);
    ExcelDateTime::from_ymd(year, u8::from(date.month()), date.day())
}
