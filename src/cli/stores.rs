//! Opens the stores for commands that only ask, beside a service that may be writing.

use std::sync::Arc;

use crate::{
    archive::Archive, catalog::Catalog, cli::tables, config::Config, engine::embedded::Embedded,
    intake::generation,
};

/// The archive as it stands, for reading.
pub(super) fn open(config: &Config) -> anyhow::Result<Archive> {
    let catalog = Catalog::open_read_only(&config.data)?;
    let Some(folder) = generation::current(&catalog, &config.data)? else {
        anyhow::bail!("no search index in {}; run `vanthu ingest` first", config.data.display());
    };
    let engine = Embedded::open_read_only(&folder)?;
    let tables = tables(config)?;
    Ok(Archive::new(Arc::new(catalog), Arc::new(engine), Arc::new(tables)))
}
