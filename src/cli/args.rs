//! What can be typed on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::Settings;

/// Takes in an archive of Vietnamese administrative documents and makes it searchable.
#[derive(Debug, Parser)]
#[command(name = "vanthu", version, about, propagate_version = true)]
pub(super) struct Args {
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Settings file [default: vanthu.toml in the current folder, when there is one]
    #[arg(long, global = true, value_name = "FILE", env = "VANTHU_CONFIG")]
    pub config: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

/// Settings that every command takes; also in `vanthu.toml`.
#[derive(Debug, clap::Args)]
pub(super) struct SettingsArgs {
    /// Folder of the originals, read-only for us [default: corpus]
    #[arg(long, global = true, value_name = "DIR", env = "VANTHU_ARCHIVE")]
    archive: Option<PathBuf>,
    /// Folder of everything derived [default: index]
    #[arg(long, global = true, value_name = "DIR", env = "VANTHU_DATA")]
    data: Option<PathBuf>,
    /// Folder of your own tables (issuers, types …), which add to and override the built-in ones
    #[arg(long, global = true, value_name = "DIR", env = "VANTHU_TABLES")]
    tables: Option<PathBuf>,
    /// Threads that read documents [default: one a core]
    #[arg(long, global = true, value_name = "N", env = "VANTHU_THREADS")]
    threads: Option<usize>,
    /// Where the pages are served [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR", env = "VANTHU_LISTEN")]
    listen: Option<String>,
}

impl From<SettingsArgs> for Settings {
    fn from(args: SettingsArgs) -> Self {
        let SettingsArgs { archive, data, tables, threads, listen } = args;
        Self { archive, data, listen, tables, threads }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Take in what is new or changed, and note what is gone
    Ingest(IngestArgs),
    /// Build the search index anew from the catalog; the old one serves until it is complete
    Reindex(ReindexArgs),
    /// Read files and print what was found in them; touches no store
    Inspect(InspectArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct IngestArgs {
    /// Folders or files to look at, in the archive or elsewhere [default: the whole archive]
    pub paths: Vec<PathBuf>,
    /// Say what would be read, and read nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the summary as one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct ReindexArgs {
    /// Read every original again first
    #[arg(long)]
    pub read_again: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct InspectArgs {
    /// Files, or folders with files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}
