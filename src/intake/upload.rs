//! [`admit`]: what becomes of an uploaded file: stored and to be taken in, there already, or
//! refused for a reason.

use std::{panic, thread};

use crate::{
    catalog::FilePath,
    context::{Apart, Context},
    domain::{
        failure::{Failure, FailureReason},
        record::RecordId,
    },
    intake::{
        IntakeError, Office,
        inbox::{Coming, safe_name},
        reader::{self, STACK_BYTES},
    },
    read,
    source::Limits,
};

/// What became of an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// It lies in the archive and will survive a loss of power; it is yet to be taken in.
    Stored {
        /// Where, relative to the archive.
        path: FilePath,
        /// The document that it will be.
        id: RecordId,
    },
    /// The archive has these very bytes.
    AlreadyThere {
        /// Where, relative to the archive.
        path: FilePath,
        /// The document.
        id: RecordId,
    },
    /// It cannot be read, or must not be kept; nothing of it is.
    Refused(Failure),
}

/// Decides about a file that has come, and gives it its name when it may stay.
///
/// It is read once before it is kept, so that a clerk hears at once what is wrong with it, and so
/// that a document with a secrecy stamp never gets a name in the archive.
///
/// # Errors
/// When the archive cannot be written to, or the catalog cannot be read.
pub fn admit(office: &Office, coming: Coming, given_name: &str) -> Result<Upload, IntakeError> {
    let refuse =
        |reason, detail: &str| Ok(Upload::Refused(Failure { reason, detail: detail.to_owned() }));
    let Some(name) = safe_name(given_name) else {
        let detail = "expected the name of a document, found one that is passed over in an archive";
        return refuse(FailureReason::Unsupported, detail);
    };
    let id = coming.id();
    let files = office.catalog.paths(&id)?;
    let is_there = |path: &FilePath| path.on_disk(&office.archive).is_file();
    let there = files.into_iter().find(|file| file.status.is_shown() && is_there(&file.stat.path));
    if let Some(file) = there {
        return Ok(Upload::AlreadyThere { path: file.stat.path, id });
    }
    if let Some(failure) = read_once(office, &coming, &name).filter(is_for_good) {
        tracing::warn!(sha256 = coming.sha256(), reason = failure.reason.code(), "upload refused");
        return Ok(Upload::Refused(failure));
    }
    let path = coming.keep(&name)?;
    Ok(Upload::Stored { path, id })
}

/// Whether a failure lies in the file: trying again will not help.
fn is_for_good(failure: &Failure) -> bool {
    !matches!(
        failure.reason,
        FailureReason::Internal | FailureReason::CannotOpen | FailureReason::TooSlow
    )
}

/// Reads a file on a thread with the stack that the stages need.
fn read_once(office: &Office, coming: &Coming, name: &str) -> Option<Failure> {
    let read = || {
        let apart = |bytes: &[u8], limits: &Limits| match &office.workers {
            Some(workers) => workers.read(bytes, limits),
            None => read::here(bytes, limits),
        };
        let context = Context {
            apart: Some(Apart(&apart)),
            ..Context::new(&office.tables, office.limits.clone())
        };
        let opened = reader::open(&context, coming.path(), name)?;
        reader::process(&context, &opened.source).map(|_| ())
    };
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("upload".to_owned()).stack_size(STACK_BYTES);
        // Without a thread the file is kept, and taken in when there is one again.
        let reading = builder.spawn_scoped(scope, read).ok()?;
        reading.join().unwrap_or_else(|cause| panic::resume_unwind(cause)).err()
    })
}
