//! [`process`]: one file through all stages, source to record. Pure: no files, no clock but the
//! reader's deadline, no log.

use crate::{
    domain::{failure::Failure, record::Record},
    layout::Layout,
    text::Text,
};

/// Bumped whenever reading, text or extraction may give another result for the same bytes.
pub const EXTRACTOR_REVISION: u32 = 1;

/// Everything that was made of one file.
#[derive(Debug, Clone)]
pub struct Processed {
    /// What is shown and indexed.
    pub record: Record,
    /// What spans refer to.
    pub text: Text,
    /// What `text` was made from; kept so that a newer `text` or `extract` needs no original.
    pub layout: Layout,
}

/// A file that could not be taken in: the reason, and nothing of its content.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Why.
    pub failure: Failure,
}
