//! The reader from bytes to layout, over small built files.

mod hostile;
mod layouts;

use expect_test::Expect;

use super::{
    read,
    sample::{Sample, text},
};
use crate::{
    layout::{Block, BlockKind, Column, Layout},
    source::{Budget, Limits},
};

fn layout(bytes: &[u8]) -> Layout {
    let limits = Limits::default();
    read(bytes, &mut Budget::new(&limits)).unwrap().0
}

fn shown(layout: &Layout) -> String {
    let mut out = String::new();
    for page in &layout.pages {
        out += &format!("page {} {:?}\n", page.number, page.class);
        for block in &page.blocks {
            let label = label(block);
            for line in &block.lines {
                out += &format!("{label}: {}\n", line.text());
            }
        }
    }
    out
}

fn label(block: &Block) -> String {
    let kind = match &block.kind {
        BlockKind::Cell { table, row, column } => format!("cell {table}.{row}.{column}"),
        kind => format!("{kind:?}").to_lowercase(),
    };
    let column = match block.column {
        Column::Full => "",
        Column::Left => " left",
        Column::Right => " right",
    };
    format!("{kind}{column}{}", if block.centred { " centred" } else { "" })
}

#[track_caller]
fn check(content: &str, expect: Expect) {
    let mut sample = Sample::new();
    sample.page(content);
    expect.assert_eq(&shown(&layout(&sample.bytes())));
}

/// Lines of running text over the full width, so that the page shows its margins.
fn body(from: f32, n_lines: usize) -> String {
    let sentence = "Căn cứ kế hoạch công tác năm, các phòng và đơn vị trực thuộc báo cáo";
    (0..n_lines).map(|i| text(80.0, from + 18.0 * i as f32, 13.0, sentence)).collect()
}

fn head() -> String {
    text(90.0, 60.0, 12.0, "UBND TỈNH VÂN SƠN")
        + &text(80.0, 76.0, 12.0, "SỞ LAO ĐỘNG - TBXH")
        + &text(100.0, 110.0, 12.0, "Số: 12/KH-SLĐTBXH")
        + &text(280.0, 60.0, 12.0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
        + &text(310.0, 76.0, 12.0, "Độc lập - Tự do - Hạnh phúc")
        + &text(300.0, 110.0, 12.0, "Vân Sơn, ngày 02 tháng 3 năm 2020")
        + &text(273.0, 150.0, 14.0, "KẾ HOẠCH")
}
