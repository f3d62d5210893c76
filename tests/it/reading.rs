//! Files made by real programs, against what other programs read in them. The files and the
//! expected answers are stored in `tests/golden/reading/`; `scripts/reading/` makes them anew.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use vanthu::{
    layout::{Block, BlockKind, Layout, Line},
    read,
    source::{Budget, Limits},
    text,
};

fn stored(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/reading").join(name)
}

fn blocks(layout: &Layout) -> impl Iterator<Item = &Block> {
    layout.pages.iter().flat_map(|page| &page.blocks)
}

fn without_space(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace() && *c != '\u{FEFF}').collect()
}

/// Without white space; a bullet is a bullet: the text export of LibreOffice draws its own.
fn folded(line: &str) -> String {
    const BULLETS: [char; 11] = ['•', '◦', '▪', '-', '+', '*', 'o', '➢', '✓', '§', 'Ø'];
    let line = without_space(line);
    match line.strip_prefix(BULLETS) {
        Some(rest) => format!("•{rest}"),
        None => line,
    }
}

/// Every label of a matrix of list definitions is LibreOffice's, or the one in « » that the
/// standard requires where LibreOffice does not follow it.
#[test]
fn list_labels_are_those_of_libreoffice() {
    let bytes = std::fs::read(stored("numbering.docx")).unwrap();
    let limits = Limits::default();
    let (layout, _) = read::docx::read(&bytes, &mut Budget::new(&limits)).unwrap();
    let ours: Vec<String> = blocks(&layout)
        .flat_map(|block| block.lines.iter().map(Line::text))
        .map(|line| without_space(&line))
        .collect();
    let export = std::fs::read_to_string(stored("numbering.txt")).unwrap();
    let theirs: Vec<String> =
        export.lines().map(without_space).filter(|line| !line.is_empty()).collect();
    assert_eq!(ours.len(), theirs.len());
    let mut wrong = Vec::new();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let is_right = match ours.split_once('«') {
            Some((before, rest)) => {
                let label = rest.trim_end_matches('»');
                let words = before.strip_prefix(label);
                words.is_some_and(|words| {
                    words.starts_with(char::is_alphabetic) && theirs.contains(words)
                })
            }
            None => folded(ours) == folded(theirs),
        };
        if !is_right {
            wrong.push(format!("{ours} | {theirs}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), ours.len(), wrong.join("\n"));
}

fn text_of(name: &str) -> String {
    let bytes = std::fs::read(stored(name)).unwrap();
    let read = read::here(&bytes, &Limits::default()).unwrap();
    text::normalise(&read.layout).0.as_str().to_owned()
}

/// One report, saved by LibreOffice in three formats, reads the same: letterhead, running heads,
/// labels, cells, note, capitals of TCVN3 fonts, what was deleted and what was added.
#[test]
fn one_letter_in_three_formats() {
    let expect = std::fs::read_to_string(stored("letter.txt")).unwrap();
    assert_eq!(text_of("letter.docx"), expect);
    assert_eq!(text_of("letter.doc"), expect);
    // In RTF LibreOffice loses the text box, and that a text was deleted.
    let as_rtf = expect.replace("DỰ THẢO LẦN 2\n", "").replace("2019 được", "2019bị xóa được");
    assert_eq!(text_of("letter.rtf"), as_rtf);
}

/// The share of cells that are one block with exactly their words.
fn share_of_cells(name: &str) -> f64 {
    let bytes = std::fs::read(stored(&format!("{name}.pdf"))).unwrap();
    let limits = Limits::default();
    let (layout, _) = read::pdf::read(&bytes, &mut Budget::new(&limits)).unwrap();
    let is_cell = |block: &&Block| matches!(block.kind, BlockKind::Cell { .. });
    let words = |block: &Block| {
        let text = block.lines.iter().map(Line::text).collect::<Vec<_>>().join(" ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for block in blocks(&layout).filter(is_cell) {
        *found.entry(words(block)).or_default() += 1;
    }
    let expect = std::fs::read_to_string(stored(&format!("{name}.tsv"))).unwrap();
    let (mut n_intact, mut n_cells) = (0, 0);
    for row in expect.lines() {
        let text = row.rsplit('\t').next().unwrap();
        n_cells += 1;
        match found.get_mut(text).filter(|n| **n > 0) {
            Some(n_left) => {
                *n_left -= 1;
                n_intact += 1;
            }
            None => eprintln!("{name}: not intact: {row}"),
        }
    }
    eprintln!("{name}: {n_intact} of {n_cells} cells intact");
    f64::from(n_intact) / f64::from(n_cells)
}

/// Tables that LibreOffice made, ruled and unruled, cells that wrap, over two pages.
#[test]
fn cells_of_printed_tables_are_intact() {
    let share = share_of_cells("tables");
    assert!(share >= 0.97, "expected at least 0.97 of the cells, found {share:.3}");
}
