//! `vanthu export`: a register or a list of documents as a file for a spreadsheet.

use std::io::{self, Write};

use anyhow::Context as _;

use crate::{
    archive::{Book, SearchParams, SortBy},
    cli::{
        End,
        args::{ExportArgs, ExportBook, ExportWhat},
        stores,
    },
    config::Config,
    export::{FileKind, sheet},
    web::results::today,
};

/// Most rows that fit on one worksheet, with its heading.
const MAX_ROWS: usize = 1_000_000;

pub(super) fn run(config: &Config, args: &ExportArgs) -> anyhow::Result<End> {
    let ending = args.output.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let Some(kind) = FileKind::from_code(&ending.to_lowercase()) else {
        anyhow::bail!(
            "expected a file that ends in .xlsx or .csv, found {}; name it so",
            args.output.display()
        );
    };
    let book = match (args.what, args.book) {
        (ExportWhat::List, _) => Book::List,
        (ExportWhat::Register, ExportBook::Outgoing) => Book::Outgoing,
        (ExportWhat::Register, ExportBook::Incoming) => Book::Incoming,
        (ExportWhat::Register, ExportBook::Contents) => Book::Contents,
    };
    let sort = if book == Book::List { SortBy::Relevance } else { SortBy::Oldest };
    let archive = stores::open(config)?;
    let params = SearchParams { sort, ..SearchParams::new(args.query.join(" "), today()) };
    let register = archive.register(&params, book, MAX_ROWS)?;
    let bytes = kind.write(&sheet(&register))?;
    std::fs::write(&args.output, bytes)
        .with_context(|| format!("could not write {}", args.output.display()))?;
    let n_rows = register.rows.len();
    writeln!(io::stdout(), "{n_rows} documents written to {}", args.output.display())?;
    Ok(End::of(n_rows > 0))
}
