//! [`Progress`]: how far a run is, how fast it goes and when it will be done.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::intake::RunCounts;

/// How far back the present rate looks.
const WINDOW: Duration = Duration::from_secs(10);

/// A run while it goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Files that needed reading and have been.
    pub n_done: u64,
    /// Files that need reading.
    pub n_total: u64,
    /// Since the start of the run.
    pub elapsed: Duration,
    /// Files a second over the last ten seconds.
    pub rate: f64,
    /// Until the end, at the present rate; `None` as long as there is no rate.
    pub remaining: Option<Duration>,
    /// What became of the files so far.
    pub counts: RunCounts,
    /// Memory of this process, where the system tells.
    pub memory_bytes: Option<u64>,
}

/// Memory of this process: what lies in RAM, where the system tells.
///
/// # Source
/// `VmRSS` of `/proc/self/status`, proc_pid_status(5), in units of 1,024 bytes.
pub fn memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let n_kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(n_kilobytes * 1024)
}

/// Turns moments at which files were done into a rate.
#[derive(Debug)]
pub(super) struct Meter {
    started_at: Instant,
    n_total: u64,
    samples: VecDeque<(Duration, u64)>,
}

impl Meter {
    pub(super) fn start(n_total: u64) -> Self {
        Self { started_at: Instant::now(), n_total, samples: VecDeque::from([(Duration::ZERO, 0)]) }
    }

    pub(super) fn read(&mut self, n_done: u64, counts: &RunCounts) -> Progress {
        self.read_at(self.started_at.elapsed(), n_done, counts)
    }

    fn read_at(&mut self, elapsed: Duration, n_done: u64, counts: &RunCounts) -> Progress {
        self.samples.push_back((elapsed, n_done));
        while self.samples.len() > 2 && self.samples[1].0 + WINDOW <= elapsed {
            self.samples.pop_front();
        }
        let (since, n_before) = self.samples[0];
        let seconds = (elapsed - since).as_secs_f64();
        let rate = if seconds > 0.0 { (n_done - n_before) as f64 / seconds } else { 0.0 };
        // The scan before the run may have counted less than there is now.
        let n_total = self.n_total.max(n_done);
        let remaining = (rate > 0.0)
            .then(|| Duration::try_from_secs_f64((n_total - n_done) as f64 / rate).ok())
            .flatten();
        let (counts, memory_bytes) = (counts.clone(), memory_bytes());
        Progress { n_done, n_total, elapsed, rate, remaining, counts, memory_bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_is_that_of_the_last_seconds() {
        let mut meter = Meter::start(1000);
        let counts = RunCounts::default();
        let at = |meter: &mut Meter, seconds, n_done| {
            meter.read_at(Duration::from_secs(seconds), n_done, &counts)
        };
        let progress = at(&mut meter, 10, 100);
        assert_eq!((progress.rate, progress.remaining), (10.0, Some(Duration::from_secs(90))));
        at(&mut meter, 20, 100);
        // Nothing happened for ten seconds, then fifty files in ten.
        let progress = at(&mut meter, 30, 150);
        assert_eq!((progress.rate, progress.remaining), (5.0, Some(Duration::from_secs(170))));
        assert_eq!(at(&mut meter, 60, 150).remaining, None);
        // More files than the scan had counted.
        assert_eq!(at(&mut meter, 61, 1200).n_total, 1200);
    }
}
