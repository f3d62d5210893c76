//! [`ReadError`]: why a file gives no layout at all. What can be read is never thrown away:
//! damage that leaves text is a [`Warning`](crate::domain::record::Warning), not an error.

use crate::{domain::failure::FailureReason, source::OverBudget};

/// Nothing could be read, and why.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file has no bytes.
    #[error("expected a document, found an empty file")]
    Empty,
    /// None of the formats that can be read.
    #[error("expected a .docx, .doc, PDF or plain text file, found {found}")]
    Unsupported {
        /// What the bytes are, e.g. `a PNG image`.
        found: String,
    },
    /// Opens only with a password.
    #[error("expected a file that opens without a password, found an encrypted one")]
    PasswordProtected,
    /// Truncated or broken beyond what could be repaired.
    #[error("{detail}")]
    Damaged {
        /// What was expected and what was found. Never document text.
        detail: String,
    },
    /// Larger or slower than a limit.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    /// A worker process said so, or was stopped, or ended.
    #[error("{detail}")]
    Stopped {
        /// The named reason.
        reason: FailureReason,
        /// What was expected and what was found. Never document text.
        detail: String,
    },
}

impl ReadError {
    /// The named reason under which the file is listed, e.g. `password_protected`.
    pub fn reason(&self) -> FailureReason {
        match self {
            Self::Empty => FailureReason::Empty,
            Self::Unsupported { .. } => FailureReason::Unsupported,
            Self::PasswordProtected => FailureReason::PasswordProtected,
            Self::Damaged { .. } => FailureReason::Damaged,
            Self::OverBudget(OverBudget::TooMuch { .. }) => FailureReason::TooLarge,
            Self::OverBudget(OverBudget::TooSlow { .. }) => FailureReason::TooSlow,
            Self::Stopped { reason, .. } => *reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: ReadError, reason: FailureReason, message: &str) {
        assert_eq!(error.reason(), reason);
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn every_error_names_its_reason() {
        check(ReadError::Empty, FailureReason::Empty, "expected a document, found an empty file");
        check(
            ReadError::Unsupported { found: "a PNG image".to_owned() },
            FailureReason::Unsupported,
            "expected a .docx, .doc, PDF or plain text file, found a PNG image",
        );
        check(
            ReadError::PasswordProtected,
            FailureReason::PasswordProtected,
            "expected a file that opens without a password, found an encrypted one",
        );
        // The two kinds of limit lead to different advice: split the file, or print it anew.
        check(
            OverBudget::TooMuch { what: "parts", limit: 3 }.into(),
            FailureReason::TooLarge,
            "expected at most 3 parts, found more",
        );
        check(
            OverBudget::TooSlow { seconds: 8 }.into(),
            FailureReason::TooSlow,
            "expected to finish within 8 s, stopped",
        );
    }
}
