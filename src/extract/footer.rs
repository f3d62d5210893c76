//! The foot: who signs, in which position and capacity, and to whom the document goes.
//!
//! The first signature after the body is the document's; those of copies (`SAO Y`), enclosures
//! and forms come later. Must not take the heading above the recitals for a position.

mod person;
mod recipients;
mod signature;

pub(super) use self::{
    recipients::recipients,
    signature::{Signature, begins_block as begins_signature, signature},
};

use crate::{
    extract::{phrase, segment::is_document_text},
    layout::{BlockKind, Column},
    text::Text,
};

/// A piece of a line in one column, cut at the bars of flattened tables.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    start: usize,
    page: u32,
    line: usize,
    side: Column,
}

impl Piece<'_> {
    /// What its line is.
    fn kind<'t>(&self, text: &'t Text) -> &'t BlockKind {
        &text.lines[self.line].kind
    }
}

/// The pieces of lines `first..`, read lazily: a long document is looked at once.
fn pieces(text: &Text, first: usize) -> impl Iterator<Item = Piece<'_>> {
    text.lines
        .iter()
        .enumerate()
        .skip(first)
        .filter(|(_, line)| is_document_text(&line.kind))
        .flat_map(move |(index, line)| {
            let content = text.slice(line.span);
            let has_bar = content.contains('|');
            content.split('|').enumerate().filter_map(move |(n, part)| {
                let piece = part.trim();
                if !piece.contains(char::is_alphanumeric) {
                    return None;
                }
                let offset = piece.as_ptr() as usize - content.as_ptr() as usize;
                let side = match (has_bar, n) {
                    (true, 0) => Column::Left,
                    (true, _) => Column::Right,
                    _ => line.column,
                };
                let start = line.span.start as usize + offset;
                Some(Piece { text: piece, start, page: line.page, line: index, side })
            })
        })
}

/// Whether a piece begins in capitals, cheaply: its first two letters are.
fn begins_in_caps(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic()).take(2);
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_none_or(char::is_uppercase)
}

/// `Nơi nhận:`.
fn is_recipients_head(key: &str) -> bool {
    phrase::begins_with(key, "noi nhan") || phrase::begins_with(key, "noi gui")
}
