//! What the system lets a worker use. Where a system has no such limits, only the deadline and
//! the limits of the readers hold.

use std::time::Duration;

/// Memory a job may take beside the document itself.
pub(super) const MAX_JOB_BYTES: u64 = 448 << 20;
/// CPU time beyond the wall time allowed, so that the gentler end comes first.
#[cfg(unix)]
const CPU_GRACE: Duration = Duration::from_secs(2);

/// The memory map of a worker before it has worked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Baseline {
    #[cfg(unix)]
    mapped_bytes: Option<u64>,
}

impl Baseline {
    /// Measures it, and forbids core dumps, which would hold documents.
    pub(super) fn take() -> Self {
        #[cfg(unix)]
        {
            use rustix::process::{Resource, Rlimit, setrlimit};
            // Refused only when there is no such limit, and then there are no core dumps either.
            let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
            Self { mapped_bytes: mapped_bytes() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Allows one job: memory for its document and for the work, and CPU time. Past them the
    /// process ends.
    pub(super) fn allow(self, n_document_bytes: u64, max_time: Duration) {
        #[cfg(unix)]
        {
            use rustix::{
                process::{Resource, Rlimit, getrlimit, setrlimit},
                time::{ClockId, clock_gettime},
            };
            // The system may refuse, e.g. above a hard limit set by the operator, which then holds.
            let limit = |resource, current| {
                let maximum = getrlimit(resource).maximum;
                let current = maximum.map_or(current, |maximum| maximum.min(current));
                let _ = setrlimit(resource, Rlimit { current: Some(current), maximum });
            };
            if let Some(mapped_bytes) = self.mapped_bytes {
                limit(Resource::As, mapped_bytes + n_document_bytes + MAX_JOB_BYTES);
            }
            let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec.unsigned_abs();
            limit(Resource::Cpu, used + (max_time + CPU_GRACE).as_secs());
        }
        #[cfg(not(unix))]
        let _ = (n_document_bytes, max_time);
    }
}

/// Between jobs the next document is taken in, which only the sender limits.
pub(super) fn relax() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let maximum = getrlimit(Resource::As).maximum;
        // Raising a soft limit to the hard one is always allowed.
        let _ = setrlimit(Resource::As, Rlimit { current: maximum, maximum });
    }
}

/// The address space of this process, where the system tells.
#[cfg(unix)]
fn mapped_bytes() -> Option<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let n_pages: u64 = statm.split_whitespace().next()?.parse().ok()?;
    Some(n_pages * rustix::param::page_size() as u64)
}
