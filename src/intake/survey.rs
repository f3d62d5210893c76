//! [`Survey`]: what a walk came upon, counted; and [`plan`], the walk before a run.

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{
    catalog::{FileRow, FileStatus},
    intake::{
        IntakeError, RunCounts, Scope, Setup,
        scan::{Rules, Seen, walk},
    },
    pipeline::EXTRACTOR_REVISION,
};

/// What a walk over the scopes came upon.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Files that need no opening, and names that are no documents.
    pub counts: RunCounts,
    /// Files to be read.
    pub n_to_read: u64,
    /// Everything else that a run has to note: paths that are gone or cannot be looked at.
    pub n_to_note: u64,
}

impl Survey {
    /// Counts what needs nothing to be done; the rest is counted when it has been done.
    pub(super) fn count(&mut self, seen: &Seen) {
        match seen {
            Seen::Unchanged(row) => self.unchanged(row),
            Seen::Skipped(rule) => {
                *self.counts.skipped.entry((*rule).to_owned()).or_default() += 1;
            }
            Seen::Read { .. } => self.n_to_read += 1,
            Seen::Vanished(_) | Seen::Unreadable { .. } | Seen::FolderUnreadable { .. } => {
                self.n_to_note += 1;
            }
        }
    }

    fn unchanged(&mut self, row: &FileRow) {
        self.counts.n_files += 1;
        if let Some(failure) = &row.failure {
            *self.counts.failed.entry(failure.reason).or_default() += 1;
            return;
        }
        self.counts.n_unchanged += 1;
        self.counts.n_needs_ocr += u64::from(row.status == FileStatus::NeedsOcr);
    }

    /// Whether a run has nothing to do but to say so.
    pub(super) fn is_idle(&self) -> bool {
        self.n_to_read == 0 && self.n_to_note == 0
    }
}

/// What a run over the scopes would do, without opening a file or writing a row.
///
/// `each` is told everything the walk comes upon, in the order of the paths.
///
/// # Errors
/// When the catalog cannot be read, and when an archive that has documents in the catalog has
/// suddenly no file at all.
pub fn plan(
    setup: &Setup<'_>,
    scopes: &[Scope],
    each: &mut dyn FnMut(&Seen),
) -> Result<Survey, IntakeError> {
    let mut survey = Survey::default();
    for scope in scopes {
        let mut n_seen = 0;
        let mut n_vanished = 0;
        walk(setup.catalog, scope, rules(setup), &mut |seen| {
            each(&seen);
            survey.count(&seen);
            match seen {
                Seen::Vanished(_) => n_vanished += 1,
                _ => n_seen += 1,
            }
            stop_or_go(setup.stop)
        })?;
        let is_archive = scope.base.as_bytes().is_empty();
        if is_archive && n_seen == 0 && n_vanished > 0 {
            let path = setup.archive.to_owned();
            return Err(IntakeError::EmptyArchive { path, n_files: n_vanished });
        }
    }
    Ok(survey)
}

pub(super) fn rules(setup: &Setup<'_>) -> Rules {
    Rules { revision: EXTRACTOR_REVISION, read_again: setup.read_again }
}

pub(super) fn stop_or_go(stop: &AtomicBool) -> ControlFlow<()> {
    if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
