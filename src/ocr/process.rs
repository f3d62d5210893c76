//! One run of a program: bytes in, bytes out, stopped at its deadline.

use std::{
    io::{Read, Write},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// A run gave no output.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RunError {
    /// It did not end in time and was killed.
    TooSlow,
    /// It could not be started, failed, or was killed by somebody else.
    Failed(String),
}

/// Runs a program with `input` on its standard input and gives its standard output, at most
/// `max_bytes` of it. What it says on standard error is thrown away: it may quote a document.
pub(super) fn run(
    command: &mut Command,
    input: &[u8],
    deadline: Duration,
    max_bytes: u64,
) -> Result<Vec<u8>, RunError> {
    let failed = |what: &str, error: std::io::Error| RunError::Failed(format!("{what}: {error}"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed("it could not be started", error))?;
    let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(RunError::Failed("it has no standard input and output".to_owned()));
    };
    let answer = thread::scope(|scope| {
        let (to_us, from_reader) = mpsc::channel();
        // A program that ends early closes its input; its exit code tells more than that error.
        scope.spawn(move || {
            let _ = stdin.write_all(input);
        });
        scope.spawn(move || {
            let mut output = Vec::new();
            let read = stdout.take(max_bytes + 1).read_to_end(&mut output);
            let _ = to_us.send(read.map(|_| output));
        });
        match from_reader.recv_timeout(deadline) {
            Ok(Ok(output)) if output.len() as u64 > max_bytes => {
                end(&mut child);
                Err(RunError::Failed(format!("more than {max_bytes} bytes of output")))
            }
            Ok(Ok(output)) => Ok(output),
            Ok(Err(error)) => {
                end(&mut child);
                Err(failed("its output could not be read", error))
            }
            Err(_) => {
                end(&mut child);
                Err(RunError::TooSlow)
            }
        }
    })?;
    let status = child.wait().map_err(|error| failed("its end could not be awaited", error))?;
    if status.success() {
        return Ok(answer);
    }
    Err(RunError::Failed(status.to_string()))
}

/// Kills a program that is not wanted any more; it may have ended by itself.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, input: &[u8], milliseconds: u64) -> Result<Vec<u8>, RunError> {
        let deadline = Duration::from_millis(milliseconds);
        run(Command::new("sh").args(["-c", script]), input, deadline, 1000)
    }

    #[test]
    fn output_is_given_and_failures_are_named() {
        assert_eq!(shell("cat", b"abc", 10_000), Ok(b"abc".to_vec()));
        // More input than a pipe holds, to a program that does not read it.
        let input = vec![b'x'; 1 << 20];
        assert_eq!(shell("echo gone", &input, 10_000), Ok(b"gone\n".to_vec()));
        assert_eq!(shell("exec sleep 60", b"", 50), Err(RunError::TooSlow));
        assert_eq!(
            shell("exit 3", b"", 10_000),
            Err(RunError::Failed("exit status: 3".to_owned()))
        );
        // Killed in the middle, as by the system when memory runs out.
        let killed = shell("echo half; kill -9 $$", b"", 10_000);
        assert_eq!(killed, Err(RunError::Failed("signal: 9 (SIGKILL)".to_owned())));
        let endless = shell("exec yes", b"", 10_000);
        assert_eq!(endless, Err(RunError::Failed("more than 1000 bytes of output".to_owned())));
        let none = run(&mut Command::new("/nowhere/ocr"), b"", Duration::from_secs(1), 1);
        assert!(matches!(none, Err(RunError::Failed(_))), "{none:?}");
    }
}
