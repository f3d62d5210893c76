//! What a commit says about itself: the version of the fields and the last change it holds.

use std::{fmt, str::FromStr};

/// Written with every commit as `vanthu 1 9001`: schema version, last outbox sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Payload {
    pub schema: u32,
    pub last_version: u64,
}

/// The payload was not written by this program.
#[derive(Debug, thiserror::Error)]
#[error("expected a commit of vanthu, found {found:?}")]
pub(super) struct ForeignCommit {
    found: String,
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "vanthu {} {}", self.schema, self.last_version)
    }
}

impl FromStr for Payload {
    type Err = ForeignCommit;

    fn from_str(text: &str) -> Result<Self, ForeignCommit> {
        let foreign = || ForeignCommit { found: text.chars().take(40).collect() };
        let mut words = text.split(' ');
        if words.next() != Some("vanthu") {
            return Err(foreign());
        }
        let schema = words.next().and_then(|word| word.parse().ok()).ok_or_else(foreign)?;
        let last_version = words.next().and_then(|word| word.parse().ok()).ok_or_else(foreign)?;
        Ok(Self { schema, last_version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let payload = Payload { schema: 1, last_version: u64::MAX };
        assert_eq!(payload.to_string().parse::<Payload>().unwrap(), payload);
    }

    #[test]
    fn foreign_commit_is_named() {
        let error = "lucene 9".parse::<Payload>().unwrap_err();
        assert_eq!(error.to_string(), r#"expected a commit of vanthu, found "lucene 9""#);
    }
}
