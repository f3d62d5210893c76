//! Bytes → [`Layout`]: one reader a format, told by the first bytes.
//!
//! Damage gives a [`Warning`] beside what could be read; a [`ReadError`] only when nothing
//! could. Must not understand the text: words are known here only as far as they show how a
//! page is laid out.

pub mod columns;
pub mod doc;
pub mod docx;
pub mod error;
pub mod flow;
pub mod html;
pub mod marks;
pub mod mhtml;
pub mod pdf;
pub mod rtf;
pub mod sniff;
pub mod txt;

use crate::{
    context::Context,
    domain::record::{Format, Warning},
    layout::Layout,
    read::{error::ReadError, sniff::Sniffed},
    source::{Budget, OverBudget, Source},
};

/// A file that could be read.
#[derive(Debug, Clone)]
pub struct Read {
    /// What the bytes are.
    pub format: Format,
    /// What stands in them.
    pub layout: Layout,
    /// The difficulties met.
    pub warnings: Vec<Warning>,
}

/// Reads a file.
///
/// # Errors
/// [`ReadError`] says why nothing could be read: empty, of an unknown format, locked by a
/// password, damaged beyond repair, or over one of the context's limits.
pub fn read(ctx: &Context, source: &Source) -> Result<Read, ReadError> {
    let limits = &ctx.limits;
    if source.bytes.len() as u64 > limits.max_file_bytes {
        let (what, limit) = ("bytes in a file", limits.max_file_bytes);
        return Err(OverBudget::TooMuch { what, limit }.into());
    }
    let sniffed = sniff::sniff(&source.bytes)?;
    let mut budget = Budget::new(limits);
    let (layout, warnings) = match sniffed {
        Sniffed::Docx => docx::read(&source.bytes, &mut budget)?,
        Sniffed::Txt => txt::read(&source.bytes, &mut budget)?,
        Sniffed::Doc => doc::read(&source.bytes, &mut budget)?,
        Sniffed::Rtf => rtf::read(&source.bytes, &mut budget)?,
        Sniffed::Html => html::read(&source.bytes, None, &mut budget)?,
        Sniffed::Mhtml => mhtml::read(&source.bytes, &mut budget)?,
        Sniffed::Pdf => pdf::read(&source.bytes, &mut budget)?,
    };
    Ok(Read { format: sniffed.format(), layout, warnings })
}
