//! What a worker is asked and what it answers.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::page::{PageImage, Raster};
use crate::{
    domain::{failure::Failure, record::Format},
    layout::{Layout, PrintedWord},
    source::Limits,
};

/// A job and what it may take.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order<J> {
    /// What to do.
    pub job: J,
    /// CPU time after which the system ends the worker.
    pub max_time: Duration,
}

/// What to do with the bytes that come along.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Job {
    /// Read the document.
    Read {
        /// Within these limits.
        limits: Limits,
    },
    /// Find the words of a page of a PDF.
    Words {
        /// Names the bytes, as for `Draw`.
        key: String,
        /// From 1.
        page: u32,
        /// Within these limits.
        limits: Limits,
    },
    /// Draw a page of a PDF.
    Draw {
        /// Names the bytes; they come along only when the worker does not hold them yet.
        key: String,
        /// Which page, and how.
        page: PageImage,
        /// Who draws.
        drawer: Drawer,
        /// Whether the answer is a PNG instead of pixels.
        as_png: bool,
    },
}

/// Who draws a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Drawer {
    /// `hayro`, in the worker.
    Hayro,
    /// `pdftoppm`, started by the worker.
    Poppler,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The document.
    Read {
        /// What the bytes are.
        format: Format,
        /// What stands in them.
        layout: Layout,
        /// The difficulties met, as JSON: postcard cannot leave out a field.
        warnings: String,
    },
    /// The words of a page.
    Words(Vec<PrintedWord>),
    /// The shape of a raster; the bytes that go with it are its pixels, or a PNG of them.
    Raster(Raster),
    /// It could not be done.
    Failed(Failure),
}
