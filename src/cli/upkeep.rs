//! `vanthu doctor`, `backup` and `restore`.

use std::{
    io::{self, Write},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    catalog::Catalog,
    cli::{
        End,
        args::{BackupArgs, DoctorArgs, RestoreArgs},
        tables,
    },
    config::Config,
    upkeep::{self, Diagnosis, Examination, backup::What, restore::Into},
};

/// Exit code 0 when everything agrees, 1 when all differences have been repaired, 2 when one is
/// left.
pub(super) fn doctor(config: &Config, args: &DoctorArgs) -> anyhow::Result<End> {
    let catalog = match args.repair {
        true => Catalog::open(&config.data)?,
        false => Catalog::open_read_only(&config.data)?,
    };
    let tables = tables(config)?;
    let examination = Examination {
        catalog: &catalog,
        data: &config.data,
        archive: &config.archive,
        tables: &tables,
        n_threads: config.n_threads,
        hashes: !args.quick,
        repair: args.repair,
    };
    let diagnosis = upkeep::examine(&examination, &mut |part| {
        if !args.json {
            // Nobody to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "looking at {part}");
        }
    })?;
    print(&diagnosis, args.json)?;
    Ok(match (diagnosis.is_well(), diagnosis.is_mended()) {
        (true, _) => End::Done,
        (false, true) => End::NothingFound,
        (false, false) => End::Failed,
    })
}

fn print(diagnosis: &Diagnosis, as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if as_json {
        writeln!(out, "{}", serde_json::to_string(diagnosis)?)?;
        return Ok(());
    }
    for finding in &diagnosis.findings {
        let kind = serde_json::to_string(&finding.kind)?;
        let kind = kind.trim_matches('"');
        let document = finding.document.as_ref().map_or_else(String::new, |id| format!(" {id}"));
        let path = finding.path.as_ref().map_or_else(String::new, |path| format!(" {path}"));
        let repaired = if finding.repaired { " (repaired)" } else { "" };
        writeln!(out, "{kind}{document}{path}: {}{repaired}", finding.detail)?;
    }
    for (what, n) in &diagnosis.pending {
        writeln!(out, "{n:>9} files or documents {what}: the next run sees to it")?;
    }
    let n = diagnosis.findings.len();
    let n_left = diagnosis.findings.iter().filter(|finding| !finding.repaired).count();
    writeln!(
        out,
        "{} documents, {} originals compared: {}",
        diagnosis.n_documents,
        diagnosis.n_files,
        match (n, n_left) {
            (0, _) => "everything agrees".to_owned(),
            (n, 0) => format!("{n} differences, all repaired"),
            (n, left) => format!("{n} differences, {left} of them not repaired"),
        }
    )?;
    Ok(())
}

pub(super) fn backup(config: &Config, args: &BackupArgs) -> anyhow::Result<End> {
    let catalog = Catalog::open_read_only(&config.data)?;
    let what = What {
        catalog: &catalog,
        tables: config.tables.as_deref(),
        originals: args.originals.then_some(config.archive.as_path()),
    };
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let made = upkeep::backup(what, &args.folder, i64::try_from(now_ms).unwrap_or(i64::MAX))?;
    for complaint in &made.complaints {
        writeln!(io::stderr(), "{complaint}")?;
    }
    let manifest = &made.manifest;
    let n_bytes: u64 = manifest.files.iter().map(|file| file.n_bytes).sum();
    writeln!(
        io::stdout(),
        "{} documents and {} corrections in {} files ({n_bytes} bytes) in {}; checked",
        manifest.n_documents,
        manifest.n_corrections,
        manifest.files.len(),
        args.folder.display()
    )?;
    Ok(if made.complaints.is_empty() { End::Done } else { End::Failed })
}

pub(super) fn restore(config: &Config, args: &RestoreArgs) -> anyhow::Result<End> {
    let into = Into {
        data: &config.data,
        originals: args.originals.then_some(config.archive.as_path()),
        n_threads: config.n_threads,
    };
    let restored = upkeep::restore(&args.folder, into)?;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} documents and {} corrections restored into {}",
        restored.n_documents,
        restored.n_corrections,
        config.data.display()
    )?;
    if args.originals {
        writeln!(
            out,
            "{} originals copied, {} were there already",
            restored.n_originals, restored.n_there
        )?;
    }
    if restored.has_tables {
        let tables = config.data.join("tables");
        writeln!(out, "your own tables are in {}; name them with --tables", tables.display())?;
    }
    Ok(End::Done)
}
