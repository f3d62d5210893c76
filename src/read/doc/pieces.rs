//! The piece table (CLX) → the characters of a stretch of the text, each with the place where
//! it is stored: properties are looked up by that place.
//!
//! # Source
//! [MS-DOC] 2.4.1, 2.9.38, 2.9.177.

use std::ops::Range;

use super::fib::{items, positions, u16_at, u32_at};
use crate::{read::error::ReadError, source::Budget};

/// One stored character.
#[derive(Debug, Clone, Copy)]
pub struct Character {
    /// What it is.
    pub character: char,
    /// Its position in the text.
    pub cp: u32,
    /// The offset of its bytes.
    pub fc: u32,
    /// Number of the modifiers that its piece adds, from 1; 0 when it adds none.
    pub modifiers: u16,
}

/// The pieces of a text, in order.
#[derive(Debug, Default)]
pub struct Pieces<'t> {
    list: Vec<Piece>,
    /// Lists of modifiers that pieces refer to.
    modifiers: Vec<&'t [u8]>,
}

#[derive(Debug)]
struct Piece {
    cps: Range<u32>,
    fc: u32,
    is_compressed: bool,
    modifiers: u16,
}

impl<'t> Pieces<'t> {
    /// Reads the table; `None` when it is damaged.
    pub fn read(clx: &'t [u8]) -> Option<Self> {
        const MODIFIERS: u8 = 1;
        const TABLE: u8 = 2;
        const IS_COMPRESSED: u32 = 1 << 30;
        let mut pieces = Self::default();
        let mut at = 0;
        while *clx.get(at)? == MODIFIERS {
            let n_bytes = usize::from(u16_at(clx, at + 1)?);
            pieces.modifiers.push(clx.get(at + 3..at + 3 + n_bytes)?);
            at += 3 + n_bytes;
        }
        if clx[at] != TABLE {
            return None;
        }
        let n_bytes = u32_at(clx, at + 1)? as usize;
        let plc = clx.get(at + 5..)?;
        let plc = &plc[..n_bytes.min(plc.len())];
        let cps = positions(plc, 8);
        for (pair, item) in cps.windows(2).zip(items(plc, 8)) {
            let (fc, prm) = (u32_at(item, 2)?, u16_at(item, 6)?);
            let is_compressed = fc & IS_COMPRESSED != 0;
            let fc = fc & (IS_COMPRESSED - 1);
            // Of the modifiers in the table itself none concern what is read.
            let modifiers = if prm & 1 != 0 { (prm >> 1).saturating_add(1) } else { 0 };
            pieces.list.push(Piece {
                cps: pair[0]..pair[1],
                fc: if is_compressed { fc / 2 } else { fc },
                is_compressed,
                modifiers,
            });
        }
        Some(pieces)
    }

    /// The pieces of a text of Word 6 or 95: one byte a character, in one piece if no table
    /// says otherwise.
    pub fn of_old(clx: &'t [u8], text_start: u32, n_characters: u32) -> Self {
        let mut pieces = Self::read(clx).unwrap_or_default();
        for piece in &mut pieces.list {
            piece.is_compressed = true;
            piece.modifiers = 0;
        }
        if pieces.list.is_empty() {
            let cps = 0..n_characters;
            let whole = Piece { cps, fc: text_start, is_compressed: true, modifiers: 0 };
            pieces.list.push(whole);
        }
        pieces
    }

    /// The modifiers of a number of [`Character::modifiers`].
    pub fn modifiers(&self, number: u16) -> &'t [u8] {
        let index = usize::from(number).checked_sub(1);
        index.and_then(|index| self.modifiers.get(index)).copied().unwrap_or_default()
    }

    /// Calls `visit` with each character of a stretch. What lies outside of the stream is
    /// passed over; the answer is whether nothing was.
    ///
    /// # Errors
    /// `OverBudget` past `max_operations`, and what `visit` gives.
    pub fn each(
        &self,
        document: &[u8],
        cps: Range<u32>,
        budget: &mut Budget,
        mut visit: impl FnMut(Character, &mut Budget) -> Result<(), ReadError>,
    ) -> Result<bool, ReadError> {
        let mut is_complete = true;
        for piece in &self.list {
            budget.charge_operation()?;
            let from = piece.cps.start.max(cps.start);
            let to = piece.cps.end.min(cps.end);
            if from >= to {
                continue;
            }
            let width = if piece.is_compressed { 1 } else { 2 };
            let start = u64::from(piece.fc) + width * u64::from(from - piece.cps.start);
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            let stored = document.get(start..).unwrap_or_default();
            let n_bytes = (to - from) as usize * width as usize;
            is_complete &= n_bytes <= stored.len();
            let stored = &stored[..n_bytes.min(stored.len())];
            let modifiers = piece.modifiers;
            let mut high = None;
            for (index, unit) in stored.chunks_exact(width as usize).enumerate() {
                budget.charge_operation()?;
                let character = match *unit {
                    [byte] => Some(windows_1252(byte)),
                    [low, upper] => join(&mut high, u16::from_le_bytes([low, upper])),
                    _ => None,
                };
                let Some(character) = character else { continue };
                let (cp, fc) = (from + index as u32, (start + index * width as usize) as u32);
                visit(Character { character, cp, fc, modifiers }, budget)?;
            }
        }
        Ok(is_complete)
    }
}

/// The character of a unit of UTF-16, once it is whole.
fn join(high: &mut Option<u16>, unit: u16) -> Option<char> {
    let before = high.take();
    if (0xD800..0xDC00).contains(&unit) {
        *high = Some(unit);
        return None;
    }
    let units = before.into_iter().chain([unit]);
    char::decode_utf16(units).last().map(|decoded| decoded.unwrap_or('\u{FFFD}'))
}

/// The character of a byte; bytes without one stay control codes, which TCVN3 uses.
fn windows_1252(byte: u8) -> char {
    if !(0x80..0xA0).contains(&byte) {
        return char::from(byte);
    }
    let byte_alone = [byte];
    let text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte_alone).0;
    text.chars().next().unwrap_or(char::from(byte))
}
