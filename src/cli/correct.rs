//! `vanthu correct`: a clerk's values, rulings and withdrawals into the log, and the log itself.

use std::{
    io::{self, Write},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use serde::Serialize;
use time::{OffsetDateTime, macros::format_description};

use crate::{
    archive::{Archive, Named},
    catalog::{Catalog, Correction, Edit, Edits, Ruling, Subject},
    cli::{End, args::CorrectArgs, stores, tables},
    config::Config,
    domain::{correction::Field, record::RecordId},
    engine::switch::Switch,
    intake::{catch_up, generation},
};

/// An entry of the log in JSON.
#[derive(Serialize)]
struct Entry<'a> {
    seq: i64,
    id: &'a RecordId,
    subject: &'static str,
    cited: Option<&'a str>,
    read: Option<&'a str>,
    old: Option<&'a str>,
    new: Option<&'a str>,
    by: &'a str,
    at_ms: i64,
    undoes: Option<i64>,
    undone: bool,
}

pub(super) fn run(config: &Config, args: &CorrectArgs) -> anyhow::Result<End> {
    let asks_only = args.fields.is_empty()
        && args.citation.is_empty()
        && args.undo.is_empty()
        && !args.withdraw
        && !args.take_back;
    if asks_only {
        let archive = stores::open(config)?;
        let Some(id) = one(&archive, &args.document)? else { return Ok(End::NothingFound) };
        print_log(&archive.catalog, &id, 0, args.json)?;
        return Ok(End::Done);
    }
    let by = args.by.as_deref().context("expected --by with the name of who corrects")?;
    let catalog = Arc::new(Catalog::open(&config.data)?);
    let engine = Arc::new(Switch::new(generation::open(&catalog, &config.data, config.n_threads)?));
    let tables = tables(config)?;
    let archive = Archive::new(Arc::clone(&catalog), engine.clone(), Arc::new(tables));
    let Some(id) = one(&archive, &args.document)? else { return Ok(End::NothingFound) };
    let edits = edits(&archive, args)?;
    let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let at_ms = i64::try_from(at_ms).unwrap_or(i64::MAX);
    let edits = Edits { id: &id, edits: &edits, by, at_ms, seen: None };
    let made = catalog.correct(&archive.tables, &edits)?;
    catch_up(&catalog, &*engine, config.n_threads)?;
    match made.entries.first() {
        Some(first) => print_log(&catalog, &id, *first, args.json)?,
        None => writeln!(io::stderr(), "nothing to correct: it is so already")?,
    }
    Ok(End::Done)
}

/// The one document of a number or identifier; says so when there is none, or several.
fn one(archive: &Archive, text: &str) -> anyhow::Result<Option<RecordId>> {
    match archive.named(text)? {
        Named::One(id) => Ok(Some(id)),
        Named::None => {
            writeln!(io::stderr(), "no document with the number or identifier {text:?}")?;
            Ok(None)
        }
        Named::Several(ids) => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            anyhow::bail!("{} documents carry the number {text:?}: {}", ids.len(), ids.join(", "))
        }
    }
}

fn edits(archive: &Archive, args: &CorrectArgs) -> anyhow::Result<Vec<Edit>> {
    let mut edits: Vec<Edit> = args.undo.iter().map(|seq| Edit::Undo(*seq)).collect();
    for given in &args.fields {
        let (code, typed) = given
            .split_once('=')
            .with_context(|| format!("expected FIELD=VALUE, found {given:?}"))?;
        let field = Field::from_code(code).with_context(|| {
            let known: Vec<&str> = Field::ALL.iter().map(|field| field.code()).collect();
            format!("expected a field ({}), found {code:?}", known.join(", "))
        })?;
        edits.push(Edit::Field { field, typed: typed.to_owned() });
    }
    for given in &args.citation {
        let parts = given.split_once('=');
        let parts = parts.and_then(|(seq, meant)| Some((seq.parse().ok()?, meant)));
        let (seq, meant) = parts
            .with_context(|| format!("expected N=NUMBER|ID|none|dismissed, found {given:?}"))?;
        let ruling = match meant {
            "none" => Ruling::NoneOfThese,
            "dismissed" => Ruling::Dismissed,
            target => match one(archive, target)? {
                Some(id) => Ruling::Means(id),
                None => anyhow::bail!("nothing was corrected"),
            },
        };
        edits.push(Edit::Citation { seq, ruling });
    }
    if args.withdraw || args.take_back {
        edits.push(Edit::Withdrawn(args.withdraw));
    }
    Ok(edits)
}

/// The log of a document from an entry on.
fn print_log(catalog: &Catalog, id: &RecordId, from: i64, as_json: bool) -> anyhow::Result<()> {
    let corrections = catalog.corrections(id)?;
    let mut out = io::stdout().lock();
    for entry in corrections.log.iter().filter(|entry| entry.seq >= from) {
        if as_json {
            writeln!(out, "{}", serde_json::to_string(&json(entry))?)?;
            continue;
        }
        let what = match &entry.subject {
            Subject::Citation(anchor) => format!("citation {}", anchor.cited),
            other => other.code().to_owned(),
        };
        let shown = |value: &Option<String>| {
            value.as_deref().map_or_else(|| "-".to_owned(), |value| value.replace('\n', "; "))
        };
        let undoes = entry.undoes.map_or_else(String::new, |seq| format!("  undoes {seq}"));
        let undone = if entry.is_undone { "  (undone)" } else { "" };
        writeln!(
            out,
            "{:>6}  {}  {}  {what}: {} -> {}{undoes}{undone}",
            entry.seq,
            instant(entry.at_ms),
            entry.by,
            shown(&entry.old),
            shown(&entry.new)
        )?;
        if let Subject::Field(field) = entry.subject
            && !entry.is_undone
            && corrections.is_disputed(field)
        {
            writeln!(out, "        a new reading differs: {}", shown(&corrections.read_of(field)))?;
        }
    }
    Ok(())
}

fn json(entry: &Correction) -> Entry<'_> {
    Entry {
        seq: entry.seq,
        id: &entry.id,
        subject: entry.subject.code(),
        cited: match &entry.subject {
            Subject::Citation(anchor) => Some(&anchor.cited),
            _ => None,
        },
        read: entry.read.as_deref(),
        old: entry.old.as_deref(),
        new: entry.new.as_deref(),
        by: &entry.by,
        at_ms: entry.at_ms,
        undoes: entry.undoes,
        undone: entry.is_undone,
    }
}

/// Milliseconds since 1970 as a day and a time, in UTC.
fn instant(at_ms: i64) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let at = OffsetDateTime::from_unix_timestamp(at_ms / 1000).ok();
    at.and_then(|at| at.format(&format).ok()).unwrap_or_else(|| at_ms.to_string())
}
