//! Pages of properties (FKP) → the modifiers of the characters stored at an offset.
//!
//! # Source
//! [MS-DOC] 2.4.6.1, 2.9.33 (ChpxFkp), 2.9.175 (PapxFkp).

use super::fib::{items, u32_at};

const PAGE_BYTES: usize = 512;

/// Properties by offset.
#[derive(Debug, Default)]
pub struct Pages<'d> {
    /// Sorted by their start.
    runs: Vec<Stored<'d>>,
}

/// The properties of a stretch of offsets.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'d> {
    start: u32,
    end: u32,
    /// The modifiers; of paragraphs, the style's number before them.
    pub bytes: &'d [u8],
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
            let start = number as usize * PAGE_BYTES;
            if let Some(page) = document.get(start..start + PAGE_BYTES) {
                read_page(page, kind, &mut runs);
            }
        }
        runs.sort_by_key(|run: &Stored| run.start);
        Self { runs }
    }

    /// What is stored for an offset.
    pub fn at(&self, fc: u32) -> Option<Stored<'d>> {
        let after = self.runs.partition_point(|run| run.start <= fc);
        let run = self.runs.get(after.checked_sub(1)?)?;
        (fc < run.end).then_some(*run)
    }
}

impl Stored<'_> {
    /// Whether an offset is in the stretch.
    pub fn covers(&self, fc: u32) -> bool {
        (self.start..self.end).contains(&fc)
    }
}

fn read_page<'d>(page: &'d [u8], kind: Kind, runs: &mut Vec<Stored<'d>>) {
    let n_runs = usize::from(page[PAGE_BYTES - 1]);
    let item_bytes = if kind == Kind::Characters { 1 } else { 13 };
    let offsets = 4 * (n_runs + 1);
    if offsets + item_bytes * n_runs >= PAGE_BYTES {
        return;
    }
    for index in 0..n_runs {
        let (Some(start), Some(end)) = (u32_at(page, 4 * index), u32_at(page, 4 * index + 4))
        else {
            return;
        };
        let at = 2 * usize::from(page[offsets + item_bytes * index]);
        let bytes = (at != 0).then(|| stored_at(page, at, kind)).flatten().unwrap_or_default();
        runs.push(Stored { start, end, bytes });
    }
}

fn stored_at(page: &[u8], at: usize, kind: Kind) -> Option<&[u8]> {
    let count = usize::from(*page.get(at)?);
    let (start, n_bytes) = match (kind, count) {
        (Kind::Characters, _) => (at + 1, count),
        (Kind::Paragraphs, 0) => (at + 2, 2 * usize::from(*page.get(at + 1)?)),
        (Kind::Paragraphs, _) => (at + 1, 2 * count - 1),
    };
    page.get(start..start + n_bytes)
}
