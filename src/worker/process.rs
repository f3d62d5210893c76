//! One worker process, seen from outside.

use std::{
    io::{self, BufReader, Read},
    path::Path,
    process::{Child, ChildStderr, ChildStdin, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use super::{
    COMMAND, frame,
    job::{Answer, Job, Order},
    limits::MAX_JOB_BYTES,
};
use crate::domain::failure::{Failure, FailureReason};

/// How much of its last words is read.
const MAX_LAST_WORDS: u64 = 16 << 10;

/// A running worker. Dropping it kills it and whatever it has started.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    stdin: ChildStdin,
    stderr: Option<ChildStderr>,
    answers: Receiver<(Answer, Vec<u8>)>,
    /// Which document it holds.
    pub held: Option<String>,
}

/// What a short wait brought.
pub(super) enum Waited {
    Answered(Answer, Vec<u8>),
    Ended,
    Not,
}

impl Process {
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .arg(COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A log of libraries may quote a document.
            .env_remove("VANTHU_LOG");
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            // A group of its own: Ctrl-C is for the service, and what it starts dies with it.
            command.arg0("vanthu").process_group(0);
        }
        let mut child = command.spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let stderr = child.stderr.take();
        let (send, answers) = mpsc::channel();
        thread::Builder::new().name("worker-answers".to_owned()).spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Ok(Some(answer)) = frame::read(&mut stdout) {
                if send.send(answer).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { child, stdin, stderr, answers, held: None })
    }

    pub(super) fn send(&mut self, job: &Job, bytes: &[u8], max_time: Duration) -> io::Result<()> {
        frame::write(&mut self.stdin, &Order { job, max_time }, bytes)
    }

    pub(super) fn answer(&self, timeout: Duration) -> Waited {
        match self.answers.recv_timeout(timeout) {
            Ok((answer, bytes)) => Waited::Answered(answer, bytes),
            Err(RecvTimeoutError::Timeout) => Waited::Not,
            Err(RecvTimeoutError::Disconnected) => Waited::Ended,
        }
    }

    /// Why a process that ended has ended; `None` when it went of itself, having no work.
    pub(super) fn post_mortem(&mut self) -> Option<Failure> {
        // It has closed its pipes; if it still runs, it is not to be trusted.
        let status = match self.child.try_wait() {
            Ok(Some(status)) => status,
            _ => {
                thread::sleep(Duration::from_millis(50));
                let ended = self.child.try_wait().ok().flatten();
                self.kill();
                ended.or_else(|| self.child.wait().ok())?
            }
        };
        if status.success() {
            return None;
        }
        let mut last_words = Vec::new();
        if let Some(stderr) = self.stderr.take() {
            // What cannot be read is not told.
            let _ = stderr.take(MAX_LAST_WORDS).read_to_end(&mut last_words);
        }
        Some(cause(status, &String::from_utf8_lossy(&last_words)))
    }

    /// Ends the process and everything it has started.
    pub(super) fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(pid) =
            i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw)
            && matches!(self.child.try_wait(), Ok(None))
        {
            // Gone already when it fails.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The named reason behind the end of a worker. Its words are looked at, never passed on.
fn cause(status: ExitStatus, last_words: &str) -> Failure {
    let failure = |reason, detail: String| Failure { reason, detail };
    if last_words.contains("memory allocation of") {
        let limit = MAX_JOB_BYTES >> 20;
        return failure(
            FailureReason::TooLarge,
            format!("expected to need at most {limit} MB of memory, found more"),
        );
    }
    if last_words.contains("overflowed its stack") {
        return failure(
            FailureReason::Damaged,
            "expected objects nested a few levels deep, found more than the stack holds".to_owned(),
        );
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        match status.signal() {
            Some(signal) if signal == rustix::process::Signal::XCPU.as_raw() => {
                return failure(
                    FailureReason::TooSlow,
                    "expected to finish within the CPU time allowed, stopped".to_owned(),
                );
            }
            // The system ends the largest process when memory runs out.
            Some(signal) if signal == rustix::process::Signal::KILL.as_raw() => {
                return failure(
                    FailureReason::TooLarge,
                    "expected enough memory on this machine, found the worker killed".to_owned(),
                );
            }
            _ => {}
        }
    }
    failure(
        FailureReason::Damaged,
        format!("expected bytes that the reader can take, found it ended by {status}"),
    )
}
