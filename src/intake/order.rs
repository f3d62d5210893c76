//! [`Order`]: what a run is asked to do.

use std::{fmt, str::FromStr};

use crate::{
    catalog::{FileStatus, KnownFile},
    domain::failure::FailureReason,
};

/// What a run is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Order {
    /// Take in what is new or changed, note what is gone.
    #[default]
    Changes,
    /// Read files that are known already once more, and look at nothing else.
    Again(Choice),
}

impl Order {
    /// How the catalog and the page name it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Again(choice) if choice.only_failed => "failed",
            Self::Again(_) => "again",
        }
    }
}

/// Which of the known files; all conditions that are given have to be met.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Only those that were not taken in.
    pub only_failed: bool,
    /// Only those read by another extractor or by other tables than the present ones.
    pub only_stale: bool,
    /// Only those read by an extractor before this revision.
    pub older_than: Option<u32>,
    /// Only these kinds; every kind when there is none.
    pub kinds: Vec<Kind>,
}

impl Choice {
    /// Whether a file is meant. A file that is gone never is.
    pub fn takes(&self, file: &KnownFile) -> bool {
        let is_old = self.older_than.is_none_or(|revision| file.revision < revision);
        let is_kind = self.kinds.is_empty() || self.kinds.iter().any(|kind| kind.is_of(file));
        file.status != FileStatus::Missing
            && (!self.only_failed || self.is_unread(file))
            && (!self.only_stale || file.is_stale)
            && is_old
            && is_kind
    }

    /// Scans count as not taken in only when they are asked for: reading them again changes
    /// nothing by itself.
    fn is_unread(&self, file: &KnownFile) -> bool {
        match file.status {
            FileStatus::Failed => true,
            FileStatus::NeedsOcr => self.kinds.contains(&Kind::NeedsOcr),
            FileStatus::Current | FileStatus::Missing => false,
        }
    }
}

/// A kind of file: by the ending of its name, or by what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Names that end so, e.g. `pdf`; small letters.
    Ending(String),
    /// Not taken in for this reason.
    Reason(FailureReason),
    /// Taken in, with pages that nothing has recognised.
    NeedsOcr,
}

impl Kind {
    fn is_of(&self, file: &KnownFile) -> bool {
        match self {
            Self::Ending(ending) => ending_of(file.path.as_bytes()).eq_ignore_ascii_case(ending),
            Self::Reason(reason) => file.reason == Some(*reason),
            Self::NeedsOcr => file.status == FileStatus::NeedsOcr,
        }
    }
}

/// What follows the last dot of a name, as far as it is readable; nothing without a dot.
fn ending_of(path: &[u8]) -> &str {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
    let ending = name.rsplit(|byte| *byte == b'.').next().filter(|end| end.len() < name.len());
    ending.and_then(|ending| std::str::from_utf8(ending).ok()).unwrap_or("")
}

/// Not a kind of file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an ending like pdf, a reason like damaged, or needs_ocr, found {found:?}")]
pub struct UnknownKind {
    /// What was given.
    pub found: String,
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        if text == "needs_ocr" {
            return Ok(Self::NeedsOcr);
        }
        if let Some(reason) = FailureReason::from_code(text) {
            return Ok(Self::Reason(reason));
        }
        let ending = text.trim_start_matches('.').to_ascii_lowercase();
        let is_ending = (1..=5).contains(&ending.len())
            && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_ending { Ok(Self::Ending(ending)) } else { Err(UnknownKind { found: text.into() }) }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ending(ending) => f.write_str(ending),
            Self::Reason(reason) => f.write_str(reason.code()),
            Self::NeedsOcr => f.write_str("needs_ocr"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::FilePath;

    fn file(path: &str, reason: Option<FailureReason>) -> KnownFile {
        KnownFile {
            path: FilePath::from_bytes(path.as_bytes().to_vec()),
            size_bytes: 1,
            mtime_ns: 1,
            looked_at_ns: 1,
            status: if reason.is_some() { FileStatus::Failed } else { FileStatus::Current },
            reason,
            revision: 1,
            is_stale: false,
        }
    }

    #[track_caller]
    fn check(choice: &Choice, expected: &str) {
        let scan = KnownFile { status: FileStatus::NeedsOcr, ..file("scan.pdf", None) };
        let old = KnownFile { revision: 0, is_stale: true, ..file("old.doc", None) };
        let gone = KnownFile { status: FileStatus::Missing, ..file("gone.pdf", None) };
        let files = [
            file("a.pdf", None),
            file("b.PDF", Some(FailureReason::Damaged)),
            file("c.d/c", Some(FailureReason::Empty)),
            scan,
            old,
            gone,
        ];
        let taken = files.iter().filter(|file| choice.takes(file));
        let taken: Vec<String> = taken.map(|file| file.path.to_string()).collect();
        assert_eq!(taken.join(" "), expected);
    }

    #[test]
    fn choices() {
        let kinds = |kinds: &[&str]| kinds.iter().map(|kind| kind.parse().unwrap()).collect();
        let choice = Choice::default();
        check(&choice, "a.pdf b.PDF c.d/c scan.pdf old.doc");
        check(&Choice { only_failed: true, ..choice.clone() }, "b.PDF c.d/c");
        check(&Choice { only_failed: true, kinds: kinds(&[".pdf"]), ..choice.clone() }, "b.PDF");
        check(&Choice { kinds: kinds(&["empty", "doc"]), ..choice.clone() }, "c.d/c old.doc");
        check(
            &Choice { only_failed: true, kinds: kinds(&["needs_ocr"]), ..choice.clone() },
            "scan.pdf",
        );
        check(&Choice { only_stale: true, ..choice.clone() }, "old.doc");
        check(&Choice { older_than: Some(1), ..choice }, "old.doc");
    }

    #[test]
    fn nonsense_is_no_kind() {
        let error = "máy quét".parse::<Kind>().unwrap_err().to_string();
        assert!(error.ends_with("found \"máy quét\""), "{error}");
        for kind in ["pdf", "damaged", "needs_ocr"] {
            assert_eq!(kind.parse::<Kind>().unwrap().to_string(), kind);
        }
    }
}
