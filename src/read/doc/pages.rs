//! Pages of properties (FKP) → the modifiers of the characters stored at an offset.
//!
//! # Source
//! [MS-DOC] 2.4.6.1, 2.9.33 (ChpxFkp), 2.9.175 (PapxFkp).

use std::borrow::Cow;

use super::{
    fib::{items, u32_at},
    old,
};

const PAGE_BYTES: usize = 512;

/// Properties by offset.
#[derive(Debug, Default)]
pub struct Pages<'d> {
    /// Sorted by their start.
    runs: Vec<Stored<'d>>,
}

/// The properties of a stretch of offsets.
#[derive(Debug, Clone)]
pub struct Stored<'d> {
    start: u32,
    end: u32,
    /// The modifiers; of paragraphs, the style's number before them.
    pub bytes: Cow<'d, [u8]>,
}

/// Which kind of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of characters.
    Characters,
    /// Of paragraphs.
    Paragraphs,
}

impl<'d> Pages<'d> {
    /// Reads all pages that a table names; damaged ones are passed over.
    pub fn read(document: &'d [u8], plc: &[u8], kind: Kind) -> Self {
        let mut runs = Vec::new();
        for item in items(plc, 4) {
            let number = u32_at(item, 0).unwrap_or_default() & 0x003F_FFFF;
            if let Some(page) = page(document, number) {
                read_page(page, Shape::of(kind), &mut runs);
            }
        }
        runs.sort_by_key(|run: &Stored| run.start);
        Self { runs }
    }

    /// Reads all pages of a text of Word 6 or 95; their modifiers become those of Word 97.
    pub fn read_old(document: &'d [u8], plc: &[u8], kind: Kind) -> Self {
        let mut runs = Vec::new();
        for number in old::page_numbers(plc) {
            if let Some(page) = page(document, number) {
                read_page(page, Shape::of_old(kind), &mut runs);
            }
        }
        for run in &mut runs {
            let n_before = if kind == Kind::Paragraphs { 2.min(run.bytes.len()) } else { 0 };
            let mut bytes = run.bytes[..n_before].to_vec();
            bytes.extend(old::translate(&run.bytes[n_before..]));
            run.bytes = Cow::Owned(bytes);
        }
        runs.sort_by_key(|run: &Stored| run.start);
        Self { runs }
    }

    /// What is stored for an offset.
    pub fn at(&self, fc: u32) -> Option<Stored<'d>> {
        let after = self.runs.partition_point(|run| run.start <= fc);
        let run = self.runs.get(after.checked_sub(1)?)?;
        (fc < run.end).then(|| run.clone())
    }
}

impl Stored<'_> {
    /// Whether an offset is in the stretch.
    pub fn covers(&self, fc: u32) -> bool {
        (self.start..self.end).contains(&fc)
    }
}

/// How a page of a kind is laid out.
#[derive(Clone, Copy)]
struct Shape {
    /// Bytes of an item after the offsets; the first says where its modifiers are.
    item_bytes: usize,
    count: Count,
}

/// What the byte before modifiers counts.
#[derive(Clone, Copy)]
enum Count {
    Bytes,
    Words,
    /// Words less half of one; after a zero, words.
    WordsLessOne,
}

impl Shape {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Characters => Self { item_bytes: 1, count: Count::Bytes },
            Kind::Paragraphs => Self { item_bytes: 13, count: Count::WordsLessOne },
        }
    }

    fn of_old(kind: Kind) -> Self {
        match kind {
            Kind::Characters => Self { item_bytes: 1, count: Count::Bytes },
            Kind::Paragraphs => Self { item_bytes: 7, count: Count::Words },
        }
    }
}

fn page(document: &[u8], number: u32) -> Option<&[u8]> {
    let start = (number as usize).checked_mul(PAGE_BYTES)?;
    document.get(start..start.checked_add(PAGE_BYTES)?)
}

fn read_page<'d>(page: &'d [u8], shape: Shape, runs: &mut Vec<Stored<'d>>) {
    let n_runs = usize::from(page[PAGE_BYTES - 1]);
    let offsets = 4 * (n_runs + 1);
    if offsets + shape.item_bytes * n_runs >= PAGE_BYTES {
        return;
    }
    for index in 0..n_runs {
        let (Some(start), Some(end)) = (u32_at(page, 4 * index), u32_at(page, 4 * index + 4))
        else {
            return;
        };
        let at = 2 * usize::from(page[offsets + shape.item_bytes * index]);
        let bytes = (at != 0).then(|| stored_at(page, at, shape.count)).flatten();
        runs.push(Stored { start, end, bytes: Cow::Borrowed(bytes.unwrap_or_default()) });
    }
}

fn stored_at(page: &[u8], at: usize, count: Count) -> Option<&[u8]> {
    let counted = usize::from(*page.get(at)?);
    let (start, n_bytes) = match (count, counted) {
        (Count::Bytes, _) => (at + 1, counted),
        (Count::Words, _) => (at + 1, 2 * counted),
        (Count::WordsLessOne, 0) => (at + 2, 2 * usize::from(*page.get(at + 1)?)),
        (Count::WordsLessOne, _) => (at + 1, 2 * counted - 1),
    };
    page.get(start..start + n_bytes)
}
