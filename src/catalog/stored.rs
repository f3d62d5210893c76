//! [`Stored`]: a processed document in the form in which the catalog keeps it.
//!
//! Made on the reading threads, so that the one writing thread only hands bytes to SQLite.
//! The record is JSON without its citations, which have rows of their own; text and layout are
//! postcard, compressed.

use std::{cell::RefCell, io};

use rusqlite::types::Type;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    catalog::audit::sum_of,
    domain::{citation::Citation, record::Record},
    layout::Layout,
    pipeline::{NEEDS_OCR, Processed, waiting_pages},
};

/// Of zstd: the next level costs twice the time for a tenth of the size.
const COMPRESSION_LEVEL: i32 = 1;

/// A processed document, encoded.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The record without its citations.
    pub(super) head: Record,
    pub(super) head_json: String,
    pub(super) citations: Vec<Citation>,
    pub(super) text: Vec<u8>,
    pub(super) layout: Vec<u8>,
    pub(super) extractor_revision: u32,
    pub(super) tables_revision: String,
    pub(super) ocr_engine: Option<String>,
    /// Pages that are images which nobody has looked at.
    pub(super) n_waiting: u32,
    /// Checksum of everything that was read.
    pub(super) sum: i64,
}

/// A document could not be brought into its stored form.
#[derive(Debug, thiserror::Error)]
#[error("could not encode the {part} of a document")]
pub struct EncodeError {
    part: &'static str,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl Stored {
    /// Encodes a document together with the revisions that made it.
    ///
    /// # Errors
    /// When a value has no written form; no value made by our stages is so.
    pub fn encode(
        processed: Processed,
        extractor_revision: u32,
        tables_revision: &str,
        ocr_engine: Option<&str>,
    ) -> Result<Self, EncodeError> {
        let Processed { record: mut head, text, layout } = processed;
        let citations = std::mem::take(&mut head.citations);
        let head_json = serde_json::to_string(&head)
            .map_err(|source| EncodeError { part: "record", source: source.into() })?;
        let n_waiting = n_waiting(&head, &layout);
        let (text, layout) = (pack(&text, "text")?, pack(&layout, "layout")?);
        let sum = sum_of(&head_json, &text, &layout, &citations)
            .map_err(|source| EncodeError { part: "citations", source: source.into() })?;
        Ok(Self {
            n_waiting,
            sum,
            head,
            head_json,
            citations,
            text,
            layout,
            extractor_revision,
            tables_revision: tables_revision.to_owned(),
            ocr_engine: ocr_engine.map(str::to_owned),
        })
    }

    /// Hash of the bytes it was read from.
    pub fn sha256(&self) -> &str {
        &self.head.sha256
    }

    /// Whether pages of it are images that nothing has recognised.
    pub fn needs_ocr(&self) -> bool {
        self.n_waiting > 0
    }
}

/// A record that says that pages are images has at least one; its reader may not know which.
fn n_waiting(head: &Record, layout: &Layout) -> u32 {
    let says_so = head.warnings.iter().any(|warning| warning.code == NEEDS_OCR);
    let n_pages = waiting_pages(layout, &head.warnings).len().max(1);
    if says_so { u32::try_from(n_pages).unwrap_or(u32::MAX) } else { 0 }
}

pub(super) fn pack<T: Serialize>(value: &T, part: &'static str) -> Result<Vec<u8>, EncodeError> {
    let bytes =
        postcard::to_stdvec(value).map_err(|source| EncodeError { part, source: source.into() })?;
    zstd::bulk::compress(&bytes, COMPRESSION_LEVEL)
        .map_err(|source| EncodeError { part, source: source.into() })
}

/// The reverse of `pack`; the column is for the message.
pub(super) fn unpack<T: DeserializeOwned>(column: usize, packed: &[u8]) -> rusqlite::Result<T> {
    let bytes = inflate(packed).map_err(|source| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, Box::new(source))
    })?;
    postcard::from_bytes(&bytes).map_err(|source| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, Box::new(source))
    })
}

thread_local! {
    /// Made once a thread: making one costs more than most texts take.
    static INFLATER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

fn inflate(packed: &[u8]) -> io::Result<Vec<u8>> {
    /// A damaged size must not ask for all memory; larger texts are unpacked piece by piece.
    const MAX_AT_ONCE: usize = 64 << 20;
    let n_bytes = zstd::zstd_safe::get_frame_content_size(packed).ok().flatten();
    let n_bytes = n_bytes.and_then(|n_bytes| usize::try_from(n_bytes).ok());
    let Some(n_bytes) = n_bytes.filter(|n_bytes| *n_bytes <= MAX_AT_ONCE) else {
        return zstd::stream::decode_all(packed); // says what is wrong with it
    };
    INFLATER.with_borrow_mut(|inflater| {
        let inflater = match inflater {
            Some(inflater) => inflater,
            None => inflater.insert(zstd::bulk::Decompressor::new()?),
        };
        inflater.decompress(packed, n_bytes)
    })
}

/// Reads a stored JSON value; the column is for the message.
pub(super) fn from_json<T: DeserializeOwned>(column: usize, json: &str) -> rusqlite::Result<T> {
    serde_json::from_str(json).map_err(|source| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(source))
    })
}

/// Writes a value that always has a JSON form.
pub(super) fn to_json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|source| rusqlite::Error::ToSqlConversionFailure(Box::new(source)))
}
