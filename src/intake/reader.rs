//! One file from disk to an outcome: read, told apart, processed, whatever it does to us.
//!
//! The only place where originals are opened. A panic of a stage is caught here and becomes a
//! named failure; nothing of the document goes into the failure.

use std::{
    cell::RefCell,
    fs::{File, Metadata},
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use crate::{
    context::Context,
    domain::failure::{Failure, FailureReason},
    pipeline::{self, Processed},
    source::Source,
};

/// Stack of a thread that processes documents: recursion over nested objects is bounded by
/// `Limits::max_depth`, and this is far more than that needs even without optimisation.
pub const STACK_BYTES: usize = 64 << 20;

thread_local! {
    static PANIC_PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The bytes of a file and how the system described it before they were read.
#[derive(Debug)]
pub struct Opened {
    /// The bytes.
    pub source: Source,
    /// From the open file.
    pub metadata: Metadata,
}

/// Opens and reads a file.
///
/// # Errors
/// `CannotOpen` when the system refuses, `TooLarge` above `Limits::max_file_bytes`.
pub fn open(context: &Context<'_>, path: &Path, name: &str) -> Result<Opened, Failure> {
    let refused = |error: io::Error| super::scan::cannot_open(&error);
    let limit = context.limits.max_file_bytes;
    let too_large = |found: u64| Failure {
        reason: FailureReason::TooLarge,
        detail: format!("expected at most {limit} bytes, found {found}"),
    };
    let file = File::open(path).map_err(refused)?;
    let metadata = file.metadata().map_err(refused)?;
    if metadata.len() > limit {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // It may grow while it is read.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(Opened { source: Source::new(name, bytes), metadata })
}

/// Processes a document; a panic is a failure of the file, not of the run.
///
/// # Errors
/// The reason why the document is refused.
pub fn process(context: &Context<'_>, source: &Source) -> Result<Processed, Failure> {
    guarded(|| pipeline::process(context, source))?.map_err(|refused| refused.failure)
}

/// Runs the stages on one document and survives their panics.
fn guarded<T>(stages: impl FnOnce() -> T) -> Result<T, Failure> {
    // The stages keep no state between documents, so nothing half-done can be seen afterwards.
    catch_unwind(AssertUnwindSafe(stages)).map_err(|_| {
        let place = PANIC_PLACE.with_borrow_mut(Option::take);
        let place = place.unwrap_or_else(|| "an unknown place".to_owned());
        Failure {
            reason: FailureReason::Internal,
            detail: format!("expected no panic, found one at {place}"),
        }
    })
}

/// Makes panics say where they happened and nothing else: their message may quote a document.
///
/// For the whole process; called once by `main`.
pub fn quieten_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        tracing::error!(place = place.as_deref().unwrap_or("unknown"), "panic");
        PANIC_PLACE.set(place);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::tables::Tables, source::Limits};

    #[test]
    fn panic_is_a_failure_without_its_message() {
        let outcome: Result<(), Failure> = guarded(|| panic!("at Nguyễn Văn Bí Mật"));
        let failure = outcome.unwrap_err();
        assert_eq!(failure.reason, FailureReason::Internal);
        assert!(failure.detail.starts_with("expected no panic, found one at "), "{failure:?}");
        assert!(!failure.detail.contains("Mật"), "{failure:?}");
        assert_eq!(guarded(|| 1), Ok(1));
    }

    #[test]
    fn files_above_the_limit_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, "12345").unwrap();
        let limits = |max_file_bytes| Limits { max_file_bytes, ..Limits::default() };
        let mut context = Context::new(Tables::builtin(), limits(5));
        assert_eq!(open(&context, &path, "a.txt").unwrap().source.bytes, b"12345");
        context.limits = limits(4);
        let failure = open(&context, &path, "a.txt").unwrap_err();
        assert_eq!(failure.reason, FailureReason::TooLarge);
        assert_eq!(failure.detail, "expected at most 4 bytes, found 5");
        let failure = open(&context, &folder.path().join("b.txt"), "b.txt").unwrap_err();
        assert_eq!(failure.reason, FailureReason::CannotOpen);
    }
}
