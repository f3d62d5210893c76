//! Every stage over small built inputs: a case that fails shows the first stage that moved.
//!
//! A case is a folder `tests/golden/stages/NNNN_name/` with an `input.docx.txt` (the notation of
//! `util::docx`) or an `input.txt`, and what each stage makes of it: `layout.txt`, `text.txt`,
//! `record.txt`. `scripts/bless` rewrites these; read the diff.

use std::{fmt::Write, fs, path::Path};

use expect_test::expect_file;
use vanthu::{
    cli::render,
    context::Context,
    domain::tables::Tables,
    layout::{BlockKind, Column, Layout},
    pipeline,
    source::{Limits, Source},
    text::Text,
};

use crate::util;

fn source(case: &Path) -> Source {
    let docx = case.join("input.docx.txt");
    match fs::read_to_string(&docx) {
        Ok(text) => Source::new("input.docx", util::docx(&text)),
        Err(_) => Source::new("input.txt", fs::read(case.join("input.txt")).unwrap()),
    }
}

fn kind(kind: &BlockKind) -> String {
    match kind {
        BlockKind::Paragraph => "paragraph".to_owned(),
        BlockKind::Cell { table, row, column } => format!("cell {table}.{row}.{column}"),
        BlockKind::Note => "note".to_owned(),
        BlockKind::Running => "running".to_owned(),
        BlockKind::TextBox => "text box".to_owned(),
        BlockKind::Stamp => "stamp".to_owned(),
        BlockKind::Watermark => "watermark".to_owned(),
    }
}

fn column(column: Column) -> &'static str {
    match column {
        Column::Full => "",
        Column::Left => " left",
        Column::Right => " right",
    }
}

fn layout(layout: &Layout) -> String {
    let mut out = String::new();
    for page in &layout.pages {
        writeln!(out, "page {} ({:?})", page.number, page.class).unwrap();
        for block in &page.blocks {
            let centred = if block.centred { " centred" } else { "" };
            writeln!(out, "  {}{}{centred}", kind(&block.kind), column(block.column)).unwrap();
            for line in &block.lines {
                let is_bold = |style: u16| layout.styles[usize::from(style)].bold;
                let runs: String = line
                    .runs
                    .iter()
                    .map(|run| {
                        if is_bold(run.style) {
                            format!("**{}**", run.text)
                        } else {
                            run.text.clone()
                        }
                    })
                    .collect();
                writeln!(out, "    {runs}").unwrap();
            }
        }
    }
    out
}

fn text(text: &Text) -> String {
    let mut out = String::new();
    for line in &text.lines {
        let marks = [(line.bold, " bold"), (line.centred, " centred")];
        let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
        let place =
            format!("{}+{} p{}", line.span.start, line.span.end - line.span.start, line.page);
        let shown = text.slice(line.span);
        writeln!(out, "{place:12} {}{}{marks}: {shown}", kind(&line.kind), column(line.column))
            .unwrap();
    }
    out
}

#[test]
fn every_stage_of_every_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/stages");
    let mut cases: Vec<_> =
        fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 6, "found only {} cases", cases.len());
    let context = Context::new(Tables::builtin(), Limits::default());
    for case in cases {
        let processed = pipeline::process(&context, &source(&case)).unwrap();
        expect_file![case.join("layout.txt")].assert_eq(&layout(&processed.layout));
        expect_file![case.join("text.txt")].assert_eq(&text(&processed.text));
        expect_file![case.join("record.txt")].assert_eq(&render::record(&processed.record));
    }
}
