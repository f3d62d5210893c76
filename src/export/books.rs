//! [`sheet`]: the columns of each register, and what of a document goes where.

use time::{Date, Month};

use crate::{
    archive::{Book, Register},
    catalog::Head,
    domain::{date::PartialDate, record::Metadata},
    export::{Cell, Column, Sheet},
};

/// What a column is filled with.
#[derive(Clone, Copy)]
enum Fill {
    /// Left for the pen.
    Nothing,
    Position,
    Number,
    IssuedOn,
    TypeAndSubject,
    DocType,
    Subject,
    Signer,
    Issuer,
    Recipients,
    Pages,
    CitedBy,
    Path,
}

type Columns = &'static [(&'static str, u16, Fill)];

/// Nghị định 30/2020/NĐ-CP, Phụ lục IV: sổ đăng ký văn bản đi.
const OUTGOING: Columns = &[
    ("Số, ký hiệu văn bản", 20, Fill::Number),
    ("Ngày tháng văn bản", 12, Fill::IssuedOn),
    ("Tên loại và trích yếu nội dung văn bản", 46, Fill::TypeAndSubject),
    ("Người ký", 20, Fill::Signer),
    ("Nơi nhận văn bản", 28, Fill::Recipients),
    ("Đơn vị, người nhận bản lưu", 14, Fill::Nothing),
    ("Số lượng bản", 8, Fill::Nothing),
    ("Ngày chuyển", 10, Fill::Nothing),
    ("Ký nhận", 10, Fill::Nothing),
    ("Ghi chú", 12, Fill::Nothing),
];

/// Nghị định 30/2020/NĐ-CP, Phụ lục IV: sổ đăng ký văn bản đến.
const INCOMING: Columns = &[
    ("Ngày đến", 10, Fill::Nothing),
    ("Số đến", 8, Fill::Nothing),
    ("Tác giả", 28, Fill::Issuer),
    ("Số, ký hiệu văn bản", 20, Fill::Number),
    ("Ngày tháng văn bản", 12, Fill::IssuedOn),
    ("Tên loại và trích yếu nội dung văn bản", 46, Fill::TypeAndSubject),
    ("Đơn vị hoặc người nhận", 16, Fill::Nothing),
    ("Ngày chuyển", 10, Fill::Nothing),
    ("Ký nhận", 10, Fill::Nothing),
    ("Ghi chú", 12, Fill::Nothing),
];

/// Nghị định 30/2020/NĐ-CP, Phụ lục V: mục lục văn bản trong hồ sơ.
const CONTENTS: Columns = &[
    ("Số TT", 6, Fill::Position),
    ("Số, ký hiệu văn bản", 20, Fill::Number),
    ("Ngày tháng năm văn bản", 12, Fill::IssuedOn),
    ("Tên loại và trích yếu nội dung văn bản", 52, Fill::TypeAndSubject),
    ("Tác giả văn bản", 30, Fill::Issuer),
    ("Tờ số/Trang số", 10, Fill::Nothing),
    ("Ghi chú", 14, Fill::Nothing),
];

/// All that was read, for work in a spreadsheet.
const LIST: Columns = &[
    ("Số, ký hiệu", 20, Fill::Number),
    ("Ngày ban hành", 12, Fill::IssuedOn),
    ("Loại văn bản", 14, Fill::DocType),
    ("Trích yếu", 50, Fill::Subject),
    ("Cơ quan ban hành", 30, Fill::Issuer),
    ("Người ký", 20, Fill::Signer),
    ("Số trang", 8, Fill::Pages),
    ("Số văn bản viện dẫn đến", 10, Fill::CitedBy),
    ("Tệp", 30, Fill::Path),
];

/// A register as a table.
pub fn sheet(register: &Register) -> Sheet {
    let (title, columns) = match register.book {
        Book::Outgoing => ("SỔ ĐĂNG KÝ VĂN BẢN ĐI", OUTGOING),
        Book::Incoming => ("SỔ ĐĂNG KÝ VĂN BẢN ĐẾN", INCOMING),
        Book::Contents => ("MỤC LỤC VĂN BẢN TRONG HỒ SƠ", CONTENTS),
        Book::List => ("DANH SÁCH VĂN BẢN", LIST),
    };
    let rows =
        register.rows.iter().enumerate().map(|(index, head)| {
            columns.iter().map(|(_, _, fill)| cell(*fill, index, head)).collect()
        });
    let office = if register.book == Book::Incoming { Vec::new() } else { office(&register.rows) };
    Sheet {
        title: title.to_owned(),
        office,
        columns: columns.iter().map(|&(heading, width, _)| Column { heading, width }).collect(),
        rows: rows.collect(),
    }
}

/// The lines of the letterhead that all documents share: the body above and the issuer.
fn office(rows: &[Head]) -> Vec<String> {
    let lines = |head: &Head| {
        let metadata = &head.record.metadata;
        let lines = [&metadata.parent_issuer, &metadata.issuer].into_iter().flatten();
        lines.map(|found| found.value.to_uppercase()).collect::<Vec<String>>()
    };
    let Some(first) = rows.first().map(lines) else { return Vec::new() };
    if rows.iter().all(|head| lines(head) == first) { first } else { Vec::new() }
}

fn cell(fill: Fill, index: usize, head: &Head) -> Cell {
    let metadata = &head.record.metadata;
    let text = |found: &Option<crate::domain::found::Found<String>>| {
        found.as_ref().map_or(Cell::Empty, |found| Cell::Text(found.value.clone()))
    };
    match fill {
        Fill::Nothing => Cell::Empty,
        Fill::Position => Cell::Count(index as u64 + 1),
        Fill::Number => text(&metadata.number),
        Fill::IssuedOn => metadata.issued_on.as_ref().map_or(Cell::Empty, |on| date(on.value)),
        Fill::TypeAndSubject => type_and_subject(metadata),
        Fill::DocType => text(&metadata.doc_type),
        Fill::Subject => text(&metadata.subject),
        Fill::Signer => text(&metadata.signer),
        Fill::Issuer => text(&metadata.issuer),
        Fill::Recipients => match &metadata.recipients {
            Some(recipients) => Cell::Text(recipients.value.join("; ")),
            None => Cell::Empty,
        },
        Fill::Pages => Cell::Count(u64::from(head.record.n_pages)),
        Fill::CitedBy => Cell::Count(head.n_cited_by),
        Fill::Path => Cell::Text(head.record.path.clone()),
    }
}

/// A date that lacks its day is text: a spreadsheet would invent the first of the month.
fn date(on: PartialDate) -> Cell {
    let whole = on.month().zip(on.day()).and_then(|(month, day)| {
        Date::from_calendar_date(i32::from(on.year()), Month::try_from(month).ok()?, day).ok()
    });
    whole.map_or_else(|| Cell::Text(on.to_vietnamese()), Cell::Date)
}

fn type_and_subject(metadata: &Metadata) -> Cell {
    let parts: Vec<&str> = [&metadata.doc_type, &metadata.subject]
        .into_iter()
        .flatten()
        .map(|found| found.value.as_str())
        .collect();
    if parts.is_empty() { Cell::Empty } else { Cell::Text(parts.join(" ")) }
}
