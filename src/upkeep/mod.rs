//! What the person in charge of the server does: back up, restore, and look after the stores.
//!
//! Never writes to an original and never deletes one; a restored original goes only where there
//! is none.

pub mod backup;
pub mod doctor;
mod manifest;
pub mod restore;

pub use self::{
    backup::{BackedUp, backup},
    doctor::{Diagnosis, Examination, Finding, examine},
    manifest::{Manifest, ManifestFile},
    restore::{Restored, restore},
};

use std::{io, path::Path};

use crate::{catalog::CatalogError, engine::EngineError, intake::IntakeError};

/// Upkeep could not go on.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The index could not be made anew, or the archive could not be looked at.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The system did not let us use a file or folder.
    #[error("could not {action} {path}")]
    File {
        /// What was attempted.
        action: &'static str,
        /// Where.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A backup goes into a folder of its own, and is restored into one.
    #[error("expected {expected}, found {found} in {path}")]
    NotEmpty {
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
        /// The folder.
        path: String,
    },
    /// No backup, or one that was cut short.
    #[error("expected a finished backup in {path}, found {found}")]
    NoBackup {
        /// The folder.
        path: String,
        /// What is there instead.
        found: String,
    },
    /// The backup, or what was copied, is not what it says it is.
    #[error("{path} is damaged: {found}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        found: String,
    },
}

fn refused<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> UpkeepError + 'a {
    move |source| UpkeepError::File { action, path: path.display().to_string(), source }
}
