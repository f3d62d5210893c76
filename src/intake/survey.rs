//! [`Survey`]: what a walk came upon, counted; and [`Look`], the walk itself, before a run and
//! in it.

use std::{collections::BTreeMap, ops::ControlFlow, path::Path, time::Duration};

use crate::{
    catalog::{Catalog, CatalogError, FileStatus, KnownFile, Reading, Run},
    intake::{
        Control, IntakeError, Order, RunCounts, Scope,
        scan::{Cause, Seen, revisit, walk},
    },
};

/// What is looked at, and by what it would be read.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// What is known; without it everything is new.
    pub catalog: Option<&'a Catalog>,
    /// The folder of originals.
    pub archive: &'a Path,
    /// What to look at.
    pub scopes: &'a [Scope],
    /// What to look for.
    pub order: &'a Order,
    /// By what it would be read.
    pub reading: Reading<'a>,
}

/// What a walk over the scopes came upon.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Files that need no opening, and names that are no documents.
    pub counts: RunCounts,
    /// Files to be read, by the reason why.
    pub to_read: BTreeMap<Cause, u64>,
    /// Their bytes.
    pub n_bytes_to_read: u64,
    /// Everything else that a run has to note: paths that are gone or cannot be looked at.
    pub n_to_note: u64,
}

impl Look<'_> {
    /// Walks and reports, until `report` or the control stops it.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub(super) fn go(
        &self,
        report: &mut dyn FnMut(Seen) -> ControlFlow<()>,
    ) -> Result<(), CatalogError> {
        match (self.order, self.catalog) {
            (Order::Changes, catalog) => {
                for scope in self.scopes {
                    walk(catalog, scope, self.reading, report)?;
                }
                Ok(())
            }
            (Order::Again(choice), Some(catalog)) => {
                let is_meant = |file: &KnownFile| {
                    choice.takes(file) && self.scopes.iter().any(|s| file.path.is_in(&s.base))
                };
                let is_failed_only = choice.only_failed;
                revisit(catalog, self.archive, is_failed_only, &is_meant, self.reading, report)
            }
            (Order::Again(_), None) => Ok(()),
        }
    }

    /// What a run would do, without opening a file or writing a row. `each` is told everything
    /// that the walk comes upon, in the order of the paths.
    ///
    /// # Errors
    /// When the catalog cannot be read, and when an archive that has documents in the catalog has
    /// suddenly no file at all.
    pub fn survey(
        &self,
        control: &Control,
        each: &mut dyn FnMut(&Seen),
    ) -> Result<Survey, IntakeError> {
        let mut survey = Survey::default();
        let mut n_there = 0u64;
        let mut n_vanished = 0;
        self.go(&mut |seen| {
            each(&seen);
            survey.count(&seen);
            match seen {
                Seen::Vanished(row) => n_vanished += u64::from(!row.path.is_absolute()),
                _ => n_there += 1,
            }
            control.stop_or_go()
        })?;
        let is_whole = self.scopes.iter().any(|scope| scope.base.as_bytes().is_empty());
        if is_whole && *self.order == Order::Changes && n_there == 0 && n_vanished > 0 {
            let path = self.archive.to_owned();
            return Err(IntakeError::EmptyArchive { path, n_files: n_vanished });
        }
        Ok(survey)
    }
}

impl Survey {
    /// Files to be read.
    pub fn n_to_read(&self) -> u64 {
        self.to_read.values().sum()
    }

    /// Whether a run has nothing to do but to say so.
    pub fn is_idle(&self) -> bool {
        self.to_read.is_empty() && self.n_to_note == 0
    }

    /// Counts what needs nothing to be done; the rest is counted when it has been done.
    pub(super) fn count(&mut self, seen: &Seen) {
        match seen {
            Seen::Unchanged(row) => self.unchanged(row),
            Seen::Skipped(rule) => {
                *self.counts.skipped.entry((*rule).to_owned()).or_default() += 1;
            }
            Seen::Read { stat, cause, .. } => {
                *self.to_read.entry(*cause).or_default() += 1;
                self.n_bytes_to_read += stat.size_bytes;
            }
            Seen::Vanished(_) | Seen::Unreadable { .. } | Seen::FolderUnreadable { .. } => {
                self.n_to_note += 1;
            }
        }
    }

    fn unchanged(&mut self, row: &KnownFile) {
        self.counts.n_files += 1;
        if let Some(reason) = row.reason {
            *self.counts.failed.entry(reason).or_default() += 1;
            return;
        }
        self.counts.n_unchanged += 1;
        self.counts.n_needs_ocr += u64::from(row.status == FileStatus::NeedsOcr);
    }

    /// How long reading will take, going by how fast earlier runs read; `None` before the first.
    ///
    /// The latest run that read a megabyte decides, else the one that read most.
    pub fn estimate(&self, runs: &[Run]) -> Option<Duration> {
        const TELLING_BYTES: u64 = 1 << 20;
        let speed = |run: &Run| {
            let ended_at_ms = run.ended_at_ms.or(run.noted_at_ms)?;
            let seconds = ended_at_ms.saturating_sub(run.started_at_ms).max(1) as f64 / 1000.0;
            (run.counts.n_bytes > 0).then_some((run.counts.n_bytes, seconds))
        };
        let speeds: Vec<(u64, f64)> = runs.iter().filter_map(speed).collect();
        let telling = speeds.iter().find(|(n_bytes, _)| *n_bytes >= TELLING_BYTES);
        let (n_bytes, seconds) =
            telling.or_else(|| speeds.iter().max_by_key(|(n_bytes, _)| *n_bytes))?;
        let estimate = self.n_bytes_to_read as f64 * seconds / *n_bytes as f64;
        Duration::try_from_secs_f64(estimate).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::RunId;

    fn run(n_bytes: u64, seconds: i64) -> Run {
        Run {
            id: RunId(1),
            started_at_ms: 0,
            ended_at_ms: Some(seconds * 1000),
            noted_at_ms: None,
            what: "changes".to_owned(),
            program_version: String::new(),
            counts: RunCounts { n_bytes, ..RunCounts::default() },
        }
    }

    #[test]
    fn estimate_goes_by_the_latest_run_that_says_something() {
        let survey = Survey { n_bytes_to_read: 30 << 20, ..Survey::default() };
        let seconds = |runs: &[Run]| survey.estimate(runs).map(|time| time.as_secs());
        assert_eq!(seconds(&[]), None);
        assert_eq!(seconds(&[run(0, 5)]), None);
        assert_eq!(seconds(&[run(10, 5), run(2 << 20, 1), run(2 << 20, 9)]), Some(15));
        assert_eq!(seconds(&[run(1 << 10, 9), run(512 << 10, 1)]), Some(60));
    }
}
