//! [`Control`]: how a run is paused and ended from outside.

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

/// How often a paused run looks whether it may go on.
const PATIENCE: Duration = Duration::from_millis(50);

/// Two switches that a run obeys between two files.
#[derive(Debug, Default)]
pub struct Control {
    stop: AtomicBool,
    paused: AtomicBool,
}

impl Control {
    /// Ends the run after the documents in hand; what is done stays done.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it is to end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Lets the run wait after the documents in hand, or go on.
    pub fn pause(&self, is_paused: bool) {
        self.paused.store(is_paused, Ordering::Relaxed);
    }

    /// Whether it is to wait.
    pub fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }

    /// For a walk: whether to go on.
    pub(super) fn stop_or_go(&self) -> ControlFlow<()> {
        if self.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Waits as long as the run is paused.
    pub(super) fn wait_while_paused(&self) {
        while self.is_paused() && !self.is_stopped() {
            thread::sleep(PATIENCE);
        }
    }
}
