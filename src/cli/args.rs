//! What can be typed on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::{
    config::Settings,
    intake::{Choice, Kind, Order},
};

/// Takes in an archive of Vietnamese administrative documents and makes it searchable.
#[derive(Debug, Parser)]
#[command(name = "vanthu", version, about, propagate_version = true)]
pub(super) struct Args {
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Settings file [default: vanthu.toml in the current folder, when there is one]
    #[arg(long, global = true, value_name = "FILE", env = "VANTHU_CONFIG")]
    pub config: Option<PathBuf>,
    /// What to do; serving when nothing is named.
    #[command(subcommand)]
    pub command: Option<Command>,
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
    /// Province whose archive it is, e.g. "Cao Bằng": whose UBND, TU or SLĐTBXH is meant where a
    /// document does not say
    #[arg(long, global = true, value_name = "NAME", env = "VANTHU_PROVINCE")]
    province: Option<String>,
    /// Threads that read documents [default: one a core]
    #[arg(long, global = true, value_name = "N", env = "VANTHU_THREADS")]
    threads: Option<usize>,
    /// Most megabytes of page images kept in the data folder, 0 for none [default: 512]
    #[arg(long, global = true, value_name = "MB", env = "VANTHU_PAGE_CACHE_MB")]
    page_cache_mb: Option<u32>,
    /// Where the pages are served [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR", env = "VANTHU_LISTEN")]
    listen: Option<String>,
}

impl From<SettingsArgs> for Settings {
    fn from(args: SettingsArgs) -> Self {
        let SettingsArgs { archive, data, tables, province, threads, page_cache_mb, listen } = args;
        Self { archive, data, listen, tables, province, threads, page_cache_mb }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Take in what is new in the archive and serve the page [default]
    Serve(ServeArgs),
    /// Take in what is new or changed, and note what is gone
    Ingest(IngestArgs),
    /// Build the search index anew from the catalog; the old one serves until it is complete
    Reindex(ReindexArgs),
    /// Read files and print what was found in them; touches no store
    Inspect(InspectArgs),
    /// Find documents; the same language as the box of the page
    Search(SearchArgs),
    /// Print one document
    Show(ShowArgs),
    /// Print whom a document cites and who cites it
    Cites(CitesArgs),
    /// Print what is cited but not in the archive, most cited first
    Missing(MissingArgs),
    /// Look up every number of a draft or list: held, with which date and subject, replaced?
    Check(CheckArgs),
    /// Write a register (sổ đăng ký) or the list of documents found, for a spreadsheet
    Export(ExportArgs),
    /// Read and draw for another process of this program, through pipes; started by it alone
    #[command(hide = true)]
    Worker,
    /// Correct what was read of a document, or print its log of corrections
    Correct(CorrectArgs),
    /// Compare originals, catalog, search index and citations; exit 0 well, 1 repaired, 2 not well
    Doctor(DoctorArgs),
    /// Copy the catalog, your tables and, when asked, the originals into an empty folder
    Backup(BackupArgs),
    /// Put a backup into an empty data folder and build the search index
    Restore(RestoreArgs),
}

#[derive(Debug, Default, clap::Args)]
pub(super) struct ServeArgs {
    /// Take in what appears in the archive while serving, once it has stopped growing
    #[arg(long, env = "VANTHU_WATCH")]
    pub watch: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct IngestArgs {
    /// Folders or files to look at, in the archive or elsewhere [default: the whole archive]
    pub paths: Vec<PathBuf>,
    /// Say what would be done and how long it would take, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Only try again what was not taken in
    #[arg(long)]
    pub failed: bool,
    /// Only try again what was not taken in, of a kind: an ending (pdf), a reason (damaged) or
    /// needs_ocr; may be repeated. With --read-by-older of what is named there
    #[arg(long, value_name = "KIND")]
    pub kind: Vec<Kind>,
    /// Only read again what an older version, or other tables, had read
    #[arg(long, conflicts_with = "failed")]
    pub read_by_older: bool,
    /// Print the summary as one JSON object
    #[arg(long)]
    pub json: bool,
}

impl IngestArgs {
    /// The same for a service that is running.
    pub(super) fn request(&self) -> Value {
        let what = match self.order() {
            Order::Changes => "changes",
            Order::Again(choice) if choice.only_stale => "stale",
            Order::Again(_) => "failed",
        };
        json!({"what": what, "kinds": kinds(&self.kind)})
    }

    /// What the run is to do.
    pub(super) fn order(&self) -> Order {
        if !self.failed && self.kind.is_empty() && !self.read_by_older {
            return Order::Changes;
        }
        Order::Again(Choice {
            only_failed: !self.read_by_older,
            only_stale: self.read_by_older,
            older_than: None,
            kinds: self.kind.clone(),
        })
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct ReindexArgs {
    /// Read the originals again first
    #[arg(long)]
    pub read_again: bool,
    /// Only originals of a kind: an ending (pdf), a reason (damaged) or needs_ocr; may be repeated
    #[arg(long, value_name = "KIND", requires = "read_again")]
    pub kind: Vec<Kind>,
    /// Only originals that an extractor before this revision had read
    #[arg(long, value_name = "REVISION", requires = "read_again")]
    pub older_than: Option<u32>,
}

fn kinds(kinds: &[Kind]) -> Vec<String> {
    kinds.iter().map(ToString::to_string).collect()
}

impl ReindexArgs {
    /// The order for a service that is running: what is read again is indexed as it comes.
    pub(super) fn request(&self) -> Value {
        let what = if self.read_again { "again" } else { "reindex" };
        json!({"what": what, "kinds": kinds(&self.kind), "older_than": self.older_than})
    }

    /// What is to be read again first.
    pub(super) fn order(&self) -> Order {
        let kinds = self.kind.clone();
        Order::Again(Choice { older_than: self.older_than, kinds, ..Choice::default() })
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct InspectArgs {
    /// Files, or folders with files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Print the normalised text, to which all spans refer
    #[arg(long, conflicts_with = "json")]
    pub text: bool,
    /// Do not recognise the words on page images
    #[arg(long)]
    pub no_ocr: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct SearchArgs {
    /// Number, date, issuer or words, with or without accents
    #[arg(required = true)]
    pub query: Vec<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Most documents to print
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Take in papers of the bodies that an issuer asked for took over from
    #[arg(long)]
    pub predecessors: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// Number in any spelling, or identifier
    #[arg(required = true, value_name = "NUMBER|ID")]
    pub document: Vec<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct CitesArgs {
    /// Number in any spelling, or identifier
    #[arg(required = true, value_name = "NUMBER|ID")]
    pub document: Vec<String>,
    /// Only who cites it
    #[arg(long = "in")]
    pub incoming: bool,
    /// Only whom it cites
    #[arg(long = "out")]
    pub outgoing: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Make anew what is derived and differs; originals are never touched
    #[arg(long)]
    pub repair: bool,
    /// Do not read the originals to compare their bytes
    #[arg(long)]
    pub quick: bool,
    /// Print the findings as one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// An empty folder, or one to be made
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Copy the originals, too
    #[arg(long)]
    pub originals: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// The backup
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Copy the originals of the backup to where there are none, too
    #[arg(long)]
    pub originals: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct CorrectArgs {
    /// Number in any spelling, or identifier
    #[arg(value_name = "NUMBER|ID")]
    pub document: String,
    /// Values as they are on paper, e.g. number=293/KH-SLĐTBXH issued_on=02/3/2020; nothing after
    /// the sign is a blank field. Fields: number issued_on issuer parent_issuer doc_type subject
    /// signer signer_position signing_capacity place recipients (one a line) urgency is_draft
    #[arg(value_name = "FIELD=VALUE")]
    pub fields: Vec<String>,
    /// A citation, by its place from 0, and what it means: a number or identifier, `none` of those
    /// proposed, or `dismissed`
    #[arg(long, value_name = "N=NUMBER|ID|none|dismissed")]
    pub citation: Vec<String>,
    /// Withdraw the document from all searches; it is kept
    #[arg(long, conflicts_with = "take_back")]
    pub withdraw: bool,
    /// Take a withdrawn document back in
    #[arg(long)]
    pub take_back: bool,
    /// Undo an entry of the log
    #[arg(long, value_name = "ENTRY")]
    pub undo: Vec<i64>,
    /// Who corrects
    #[arg(long, value_name = "NAME", env = "VANTHU_BY")]
    pub by: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct MissingArgs {
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Most documents to print
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    /// What to write
    pub what: ExportWhat,
    /// Which documents, in the language of the box [default: all]
    pub query: Vec<String>,
    /// Which register
    #[arg(long, value_enum, default_value = "outgoing")]
    pub book: ExportBook,
    /// File to write, ending in .xlsx or .csv
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportWhat {
    /// A register in the form of Nghị định 30/2020/NĐ-CP
    Register,
    /// The documents found, in the order of the search
    List,
}

/// Which register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportBook {
    /// Văn bản đi, by number
    Outgoing,
    /// Văn bản đến, by date
    Incoming,
    /// Mục lục văn bản trong hồ sơ, by date
    Contents,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 every number is held as written and nothing is said to have replaced it, 1 something is missing, differs or holds no number, 2 the input could not be read.\n\nExamples:\n  vanthu check draft.docx\n  echo '30/2020/NĐ-CP' | vanthu check -"
)]
pub(super) struct CheckArgs {
    /// A draft (.docx, .doc, PDF, text), a list with a number a line, or an .xlsx; `-` reads text
    #[arg(value_name = "FILE|-")]
    pub file: PathBuf,
    /// Print one JSON object a line of the input
    #[arg(long)]
    pub json: bool,
}
