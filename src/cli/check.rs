//! `vanthu check`: every number of a draft or list against the archive.

use std::{
    fmt::Write as _,
    io::{self, Read, Write},
    num::NonZeroUsize,
    path::Path,
};

use anyhow::{Context as _, bail};

use crate::{
    archive::{CheckStatus, Checked, CheckedItem, CheckedLine, Draft},
    cli::{End, args::CheckArgs, render, stores},
    config::Config,
    context::{Apart, Context},
    domain::failure::Failure,
    intake::reader,
    source::{Limits, Source},
    web::{results::today, wire_check::LineAnswer},
    worker::Pool,
};

pub(super) fn run(config: &Config, args: &CheckArgs) -> anyhow::Result<End> {
    let archive = stores::open(config)?;
    let workers = Pool::new(NonZeroUsize::MIN);
    let read = |bytes: &[u8], limits: &Limits| workers.read(bytes, limits);
    let ctx =
        Context { apart: Some(Apart(&read)), ..Context::new(&archive.tables, Limits::default()) };
    let draft = match draft(&ctx, &args.file)? {
        Ok(draft) => draft,
        Err(Failure { reason, detail }) => {
            bail!("{}: {} ({detail})", args.file.display(), reason.sentence_en())
        }
    };
    let checked = archive.check(&draft, today())?;
    let mut out = io::stdout().lock();
    for line in &checked.lines {
        if args.json {
            writeln!(out, "{}", serde_json::to_string(&LineAnswer::new(line))?)?;
        } else {
            write!(out, "{}", shown(line))?;
        }
    }
    if !args.json {
        writeln!(io::stderr(), "{}", summary(&checked))?;
    }
    let is_right = |line: &CheckedLine| {
        line.status == CheckStatus::Held && line.items.iter().all(CheckedItem::is_right)
    };
    Ok(End::of(!checked.lines.is_empty() && checked.lines.iter().all(is_right)))
}

fn draft(ctx: &Context<'_>, path: &Path) -> anyhow::Result<Result<Draft, Failure>> {
    if path == Path::new("-") {
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text).context("could not read the standard input")?;
        let Ok(text) = String::from_utf8(text) else {
            bail!("expected text in UTF-8 on the standard input, found other bytes; give a file");
        };
        return Ok(Draft::of_text(ctx, &text));
    }
    let name = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("could not read {name}"))?;
    let source = Source::new(name, bytes);
    // The readers recurse as deeply as a document nests.
    std::thread::scope(|scope| {
        let reading = std::thread::Builder::new()
            .stack_size(reader::STACK_BYTES)
            .spawn_scoped(scope, || {
                Draft::of_file(ctx, &source, |source| reader::process(ctx, source))
            })
            .context("could not start a thread")?;
        reading.join().map_err(|_| anyhow::anyhow!("reading {} failed", source.path))
    })
}

/// A line and what was found of each of its numbers.
fn shown(line: &CheckedLine) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    if line.items.is_empty() {
        let text = render::one_line(&line.text);
        let _ = writeln!(out, "{:>5}  {}  {text}", line.number, line.status.code());
    }
    for item in &line.items {
        let _ = writeln!(
            out,
            "{:>5}  {}  {:28} {}",
            line.number,
            item.status.code(),
            item.asked,
            said(item)
        );
        for (head, reason) in &item.candidates {
            let mut candidate = String::new();
            render::candidates(&mut candidate, &[(head.clone(), *reason)]);
            out.push_str(&candidate);
        }
        for told in &item.standing {
            let by = told.by_number.as_ref().map(|number| format!(" by {number}"));
            let part = if told.is_partial { " in part" } else { "" };
            let _ = writeln!(
                out,
                "            ! {}{part}{}: {}",
                told.kind.code(),
                by.unwrap_or_default(),
                render::one_line(&told.sentence)
            );
        }
    }
    out
}

/// What was found of one number, in a few words.
fn said(item: &CheckedItem) -> String {
    let mut words: Vec<String> = Vec::new();
    match item.status {
        CheckStatus::Held => words.push("held".to_owned()),
        CheckStatus::Several => words.push(format!("{} may be meant", item.candidates.len())),
        CheckStatus::Missing => words.push("not in the archive".to_owned()),
        CheckStatus::Unreadable => words.push("no number".to_owned()),
    }
    if item.n_citing > 0 {
        words.push(format!("cited by {}", item.n_citing));
    }
    if !item.nearest.is_empty() {
        let nearest: Vec<String> = item.nearest.iter().take(3).map(render::name).collect();
        words.push(format!("nearest: {}", nearest.join(", ")));
    }
    let only = if let [(only, _)] = item.candidates.as_slice() { Some(only) } else { None };
    let real = item.target.as_ref().or(only).map(|head| &head.record.metadata);
    if item.date_agrees == Some(false)
        && let Some(on_record) = real.and_then(|metadata| metadata.issued_on.as_ref())
    {
        words.push(format!("date on record {}", on_record.value));
    }
    if item.subject_agrees == Some(false)
        && let Some(on_record) = real.and_then(|metadata| metadata.subject.as_ref())
    {
        words.push(format!("subject on record: {}", render::one_line(&on_record.value)));
    }
    for flag in item.citation.iter().flat_map(|citation| &citation.flags) {
        words.push(format!("! {}", render::word(flag)));
    }
    words.join(" · ")
}

fn summary(checked: &Checked) -> String {
    let items: Vec<&CheckedItem> = checked.lines.iter().flat_map(|line| &line.items).collect();
    let count = |status: CheckStatus| items.iter().filter(|item| item.status == status).count();
    let n_unreadable = checked.lines.iter().filter(|line| line.items.is_empty()).count();
    let differs = items.iter().filter(|i| i.status == CheckStatus::Held && !i.is_right()).count();
    let mut text = format!(
        "{} numbers: {} held ({differs} with a remark), {} missing, {} open",
        items.len(),
        count(CheckStatus::Held),
        count(CheckStatus::Missing),
        count(CheckStatus::Several)
    );
    if checked.is_list {
        let _ = write!(text, "; {n_unreadable} lines without a number");
    }
    text
}
