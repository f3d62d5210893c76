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
pub mod labels;
pub mod marks;
pub mod mhtml;
pub mod number_format;
pub mod paragraph;
pub mod pdf;
pub mod rtf;
pub mod sheet;
pub mod sniff;
pub mod symbol;
pub mod txt;

use crate::{
    context::Context,
    domain::record::{Format, Warning},
    layout::Layout,
    read::{error::ReadError, sniff::Sniffed},
    source::{Budget, Limits, OverBudget, Source},
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

/// Reads a file; what foreign code reads, apart from this process where the context knows how.
///
/// # Errors
/// [`ReadError`] says why nothing could be read: empty, of an unknown format, locked by a
/// password, damaged beyond repair, or over one of the context's limits.
pub fn read(ctx: &Context, source: &Source) -> Result<Read, ReadError> {
    match ctx.apart {
        Some(apart) if sniff::sniff(&source.bytes)?.needs_foreign_code() => {
            check_size(&source.bytes, &ctx.limits)?;
            (apart.0)(&source.bytes, &ctx.limits)
        }
        _ => here_asking(&source.bytes, &ctx.limits, &mut |page| ctx.ocr.recognise(source, page)),
    }
}

/// Reads a file in this process, whoever wrote its reader.
///
/// # Errors
/// As [`read`].
pub fn here(bytes: &[u8], limits: &Limits) -> Result<Read, ReadError> {
    here_asking(bytes, limits, &mut |_| Ok(None))
}

/// The same, asking for the words of pages that are images.
fn here_asking(bytes: &[u8], limits: &Limits, ask: &mut pdf::AskOcr) -> Result<Read, ReadError> {
    check_size(bytes, limits)?;
    let sniffed = sniff::sniff(bytes)?;
    let mut budget = Budget::new(limits);
    let (layout, warnings) = match sniffed {
        Sniffed::Docx => docx::read(bytes, &mut budget)?,
        Sniffed::FlatWord => docx::read_flat(bytes, &mut budget)?,
        Sniffed::Txt => txt::read(bytes, &mut budget)?,
        Sniffed::Doc | Sniffed::OldDoc => doc::read(bytes, &mut budget)?,
        Sniffed::Rtf => rtf::read(bytes, &mut budget)?,
        Sniffed::Html => html::read(bytes, None, &mut budget)?,
        Sniffed::Mhtml => mhtml::read(bytes, &mut budget)?,
        Sniffed::Pdf => pdf::read_asking(bytes, &mut budget, ask)?,
    };
    Ok(Read { format: sniffed.format(), layout, warnings })
}

fn check_size(bytes: &[u8], limits: &Limits) -> Result<(), OverBudget> {
    if bytes.len() as u64 > limits.max_file_bytes {
        let (what, limit) = ("bytes in a file", limits.max_file_bytes);
        return Err(OverBudget::TooMuch { what, limit });
    }
    Ok(())
}
