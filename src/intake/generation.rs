//! Generations of the engine: one folder each, and which one is in use.
//!
//! The pointer is a setting of the catalog, so it changes in one transaction. A folder that the
//! pointer does not name is a rebuild that was cut short, or an old generation: it is removed.

use std::{
    fs, io,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    catalog::Catalog,
    engine::{Engine, EngineError, embedded::Embedded},
    intake::{IntakeError, feed::catch_up, reindex},
};

/// Name of the setting that holds the generation in use.
const POINTER: &str = "engine_generation";
/// Folder of all generations, in the data folder.
const FOLDER: &str = "engine";

/// The folder of the generation in use; `None` before the first run.
///
/// # Errors
/// When the catalog cannot be read.
pub fn current(catalog: &Catalog, data: &Path) -> Result<Option<PathBuf>, IntakeError> {
    Ok(number(catalog)?.map(|number| folder(data, number)))
}

/// Opens the generation in use for writing and brings it in line with the catalog.
///
/// An index that is missing, damaged, of another schema, or ahead of the catalog (restored from
/// an older backup) is rebuilt from the catalog. Leftovers of earlier generations are removed.
///
/// # Errors
/// When catalog or engine cannot be used.
pub fn open(
    catalog: &Catalog,
    data: &Path,
    n_threads: NonZeroUsize,
) -> Result<Arc<dyn Engine>, IntakeError> {
    let Some(number) = number(catalog)? else { return first(catalog, data) };
    remove_others(data, number)?;
    let path = folder(data, number);
    let last_seq = catalog.last_seq()?;
    if path.exists() {
        let opened = Embedded::open(&path).and_then(|engine| Ok((engine.stats()?, engine)));
        match opened {
            Ok((stats, engine)) if stats.last_version <= last_seq => {
                let engine: Arc<dyn Engine> = Arc::new(engine);
                catch_up(catalog, &*engine, n_threads)?;
                return Ok(engine);
            }
            Ok(_) => tracing::warn!("the index is ahead of the catalog; rebuilding it"),
            Err(error @ EngineError::Locked { .. }) => return Err(error.into()),
            Err(error) => tracing::warn!(%error, "the index cannot be used; rebuilding it"),
        }
    }
    reindex::rebuild(catalog, data, n_threads, &|_| {})
}

/// Makes the first, empty generation.
fn first(catalog: &Catalog, data: &Path) -> Result<Arc<dyn Engine>, IntakeError> {
    remove_others(data, 1)?;
    let path = folder(data, 1);
    remove(&path)?;
    let engine: Arc<dyn Engine> = Arc::new(Embedded::open(&path)?);
    point_to(catalog, 1)?;
    catch_up(catalog, &*engine, NonZeroUsize::MIN)?;
    Ok(engine)
}

/// The number of the generation in use; `None` before the first run.
///
/// # Errors
/// When the catalog cannot be read.
pub fn number(catalog: &Catalog) -> Result<Option<u32>, IntakeError> {
    Ok(catalog.setting(POINTER)?.and_then(|text| text.parse().ok()))
}

/// Takes a generation into use.
pub(super) fn point_to(catalog: &Catalog, number: u32) -> Result<(), IntakeError> {
    Ok(catalog.set_setting(POINTER, &number.to_string())?)
}

/// Where a generation lies, e.g. `index/engine/g001`.
pub(super) fn folder(data: &Path, number: u32) -> PathBuf {
    data.join(FOLDER).join(format!("g{number:03}"))
}

/// Removes every generation but one.
pub(super) fn remove_others(data: &Path, kept: u32) -> Result<(), IntakeError> {
    let all = data.join(FOLDER);
    let entries = match fs::read_dir(&all) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(refused("list", &all, source)),
    };
    let kept = folder(data, kept);
    for entry in entries {
        let path = entry.map_err(|source| refused("list", &all, source))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let is_generation = name.is_some_and(|name| {
            name.strip_prefix('g').is_some_and(|number| number.parse::<u32>().is_ok())
        });
        if is_generation && path != kept {
            remove(&path)?;
        }
    }
    Ok(())
}

pub(super) fn remove(path: &Path) -> Result<(), IntakeError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(refused("remove", path, source))
        }
        _ => Ok(()),
    }
}

fn refused(action: &'static str, path: &Path, source: io::Error) -> IntakeError {
    IntakeError::Folder { action, path: path.display().to_string(), source }
}
