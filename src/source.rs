//! [`Source`]: one archived file as bytes, its format told by the first bytes, and the
//! [`Limits`] within which untrusted bytes are read.
//!
//! Must not open files: the bytes are handed in by the edges.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::record::RecordId;

/// One file of the archive: its name, its bytes and their hash.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path relative to the archive, with `/`; only shown, never trusted for the format.
    pub path: String,
    /// The whole file.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
}

impl Source {
    /// Takes the bytes and hashes them.
    pub fn new(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        let sha256 = hex(&Sha256::digest(&bytes));
        Self { path: path.into(), bytes, sha256 }
    }

    /// The identifier of the content.
    pub fn id(&self) -> RecordId {
        RecordId::from_sha256(&self.sha256)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What one document may cost. Checked inside the loops of the readers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of the file itself.
    pub max_file_bytes: u64,
    /// Bytes of one unpacked part or stream.
    pub max_part_bytes: u64,
    /// Bytes of all unpacked parts and streams together.
    pub max_inflated_bytes: u64,
    /// Memory of the layout that is made, as counted by [`Budget::charge_layout`].
    pub max_layout_bytes: u64,
    /// Parts of a package.
    pub max_parts: usize,
    /// Pages of a document.
    pub max_pages: usize,
    /// XML events of a package, or content operators of a PDF, all pages together.
    pub max_operations: u64,
    /// Glyphs of one page.
    pub max_glyphs: usize,
    /// Nesting of elements, arrays, dictionaries and form objects.
    pub max_depth: usize,
    /// Wall time of one document.
    pub max_time: Duration,
}

impl Default for Limits {
    /// 512 MB on disk, 256 MB a part, 1 GB unpacked, 128 MB of layout, 20,000 parts, 20,000 pages, 50 million
    /// operations, 1 million glyphs a page, depth 256, 8 seconds.
    fn default() -> Self {
        Self {
            max_file_bytes: 512 << 20,
            max_part_bytes: 256 << 20,
            max_inflated_bytes: 1 << 30,
            max_layout_bytes: 128 << 20,
            max_parts: 20_000,
            max_pages: 20_000,
            max_operations: 50_000_000,
            max_glyphs: 1_000_000,
            max_depth: 256,
            max_time: Duration::from_secs(8),
        }
    }
}

/// The running account of one document against its [`Limits`].
///
/// Passed down mutably through a reader; every charge answers whether reading may go on.
#[derive(Debug)]
pub struct Budget<'a> {
    /// The limits charged against.
    pub limits: &'a Limits,
    inflated_bytes: u64,
    layout_bytes: u64,
    operations: u64,
    started_at: Instant,
}

/// A limit was reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverBudget {
    /// More than the allowed amount of something.
    #[error("expected at most {limit} {what}, found more")]
    TooMuch {
        /// What was counted, in the plural.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The deadline passed.
    #[error("expected to finish within {seconds} s, stopped")]
    TooSlow {
        /// The deadline.
        seconds: u64,
    },
}

impl<'a> Budget<'a> {
    /// Starts the account and its clock.
    pub fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            inflated_bytes: 0,
            layout_bytes: 0,
            operations: 0,
            started_at: Instant::now(),
        }
    }

    /// Charges unpacked bytes.
    ///
    /// # Errors
    /// `TooMuch` past `max_inflated_bytes`.
    pub fn charge_inflated(&mut self, n_bytes: u64) -> Result<(), OverBudget> {
        self.inflated_bytes = self.inflated_bytes.saturating_add(n_bytes);
        if self.inflated_bytes > self.limits.max_inflated_bytes {
            return Err(OverBudget::TooMuch {
                what: "unpacked bytes",
                limit: self.limits.max_inflated_bytes,
            });
        }
        self.check_time()
    }

    /// Charges a new run, line or block of the layout: its text, and some 100 bytes beside it,
    /// so that ten million paragraphs of one letter are stopped too.
    ///
    /// # Errors
    /// `TooMuch` past `max_layout_bytes`.
    pub fn charge_layout(&mut self, n_bytes: usize) -> Result<(), OverBudget> {
        const OVERHEAD_BYTES: usize = 100;
        self.charge_text(n_bytes.saturating_add(OVERHEAD_BYTES))
    }

    /// Charges text that is added to a run that was charged already; looks at the clock when it
    /// is long.
    ///
    /// # Errors
    /// `TooMuch` past `max_layout_bytes`, `TooSlow` past `max_time`.
    pub fn charge_text(&mut self, n_bytes: usize) -> Result<(), OverBudget> {
        const LARGE_BYTES: usize = 64 << 10;
        self.layout_bytes = self.layout_bytes.saturating_add(n_bytes as u64);
        if n_bytes > LARGE_BYTES {
            self.check_time()?;
        }
        if self.layout_bytes > self.limits.max_layout_bytes {
            return Err(OverBudget::TooMuch {
                what: "bytes of text",
                limit: self.limits.max_layout_bytes,
            });
        }
        Ok(())
    }

    /// Charges one XML event or content operator; looks at the clock every 4,096.
    ///
    /// # Errors
    /// `TooMuch` past `max_operations`, `TooSlow` past `max_time`.
    pub fn charge_operation(&mut self) -> Result<(), OverBudget> {
        self.operations += 1;
        if self.operations > self.limits.max_operations {
            return Err(OverBudget::TooMuch {
                what: "operations",
                limit: self.limits.max_operations,
            });
        }
        if self.operations.is_multiple_of(4096) { self.check_time() } else { Ok(()) }
    }

    /// Looks at the clock.
    ///
    /// # Errors
    /// `TooSlow` past `max_time`.
    pub fn check_time(&self) -> Result<(), OverBudget> {
        if self.started_at.elapsed() > self.limits.max_time {
            return Err(OverBudget::TooSlow { seconds: self.limits.max_time.as_secs() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budget_stops_at_its_limits() {
        let limits = Limits { max_operations: 2, max_inflated_bytes: 10, ..Limits::default() };
        let mut budget = Budget::new(&limits);
        assert!(budget.charge_operation().is_ok());
        assert!(budget.charge_operation().is_ok());
        assert_eq!(
            budget.charge_operation().unwrap_err().to_string(),
            "expected at most 2 operations, found more"
        );
        assert!(budget.charge_inflated(10).is_ok());
        assert!(budget.charge_inflated(1).is_err());
        let limits = Limits { max_layout_bytes: 210, ..Limits::default() };
        let mut budget = Budget::new(&limits);
        assert!(budget.charge_layout(5).is_ok());
        assert!(budget.charge_layout(5).is_ok());
        assert!(budget.charge_layout(0).is_err());
    }

    #[test]
    fn identifier_is_the_head_of_the_hash() {
        let source = Source::new("a.txt", b"abc".to_vec());
        assert_eq!(source.sha256.len(), 64);
        assert_eq!(source.id().as_str(), &source.sha256[..16]);
    }
}
