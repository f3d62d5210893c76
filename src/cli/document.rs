//! `vanthu show`, `cites` and `missing`: one document, its citations, and what is lacking.

use std::io::{self, Write};

use serde::Serialize;

use crate::{
    archive::{Archive, CitationView, CitedBy, Named},
    catalog::Head,
    cli::{
        End,
        args::{CitesArgs, MissingArgs, ShowArgs},
        render, stores,
    },
    config::Config,
    domain::{
        citation::Citation,
        record::{Record, RecordId},
    },
    extract::resolve::Reason,
    web::wire::StandingAnswer,
};

/// A citation in JSON, with the document that makes it.
#[derive(Serialize)]
struct Mention<'a> {
    citing: &'a RecordId,
    #[serde(flatten)]
    citation: &'a Citation,
}

/// A citation in JSON, with the documents that may be meant.
#[derive(Serialize)]
struct Made<'a> {
    citing: &'a RecordId,
    #[serde(flatten)]
    citation: &'a Citation,
    candidates: Vec<CandidateAnswer<'a>>,
}

/// A document that may be meant, in JSON.
#[derive(Serialize)]
struct CandidateAnswer<'a> {
    id: &'a RecordId,
    reason: Reason,
}

/// A document that is cited and lacking, in JSON.
#[derive(Serialize)]
struct Missing<'a> {
    number: &'a str,
    n_citing: u64,
    citing: &'a RecordId,
    quote: &'a str,
}

/// A record in JSON, with what other documents say has become of it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    record: &'a Record,
    standing: Vec<StandingAnswer>,
}

/// Sentences about what became of a document.
const MAX_STANDING: usize = 100;
/// Citing documents that are read at once.
const STEP: usize = 1000;

pub(super) fn show(config: &Config, args: &ShowArgs) -> anyhow::Result<End> {
    let archive = stores::open(config)?;
    let records = archive.catalog.records(&look_up(&archive, &args.document.join(" "))?)?;
    let mut out = io::stdout().lock();
    for record in &records {
        let standing = archive.catalog.standing(&record.id, MAX_STANDING)?;
        if args.json {
            let standing = standing.into_iter().map(StandingAnswer::from).collect();
            writeln!(out, "{}", serde_json::to_string(&Shown { record, standing })?)?;
        } else {
            write!(out, "{}", render::record(record))?;
            writeln!(out, "{}", render::standing(&standing))?;
        }
    }
    Ok(End::of(!records.is_empty()))
}

pub(super) fn cites(config: &Config, args: &CitesArgs) -> anyhow::Result<End> {
    let archive = stores::open(config)?;
    let ids = look_up(&archive, &args.document.join(" "))?;
    // Asked for neither is asked for both.
    let wants_outgoing = args.outgoing || !args.incoming;
    let wants_incoming = args.incoming || !args.outgoing;
    let mut n_found = 0;
    for head in archive.catalog.heads(&ids)? {
        let mut view = archive.citations(&head.record.id, None, STEP)?;
        if wants_outgoing {
            n_found += view.outgoing.len();
            outgoing(&head, &view.outgoing, args.json)?;
        }
        if wants_incoming {
            if !args.json {
                let name = render::name(&head);
                writeln!(io::stdout(), "{name} is cited by ({})", head.n_cited_by)?;
            }
            loop {
                n_found += view.incoming.len();
                incoming(&view.incoming, args.json)?;
                let Some(next) = view.next else { break };
                view = archive.citations(&head.record.id, Some(&next), STEP)?;
            }
        }
    }
    Ok(End::of(n_found > 0))
}

fn outgoing(head: &Head, citations: &[CitationView], as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    if !as_json {
        writeln!(out, "{} cites ({})", render::name(head), citations.len())?;
    }
    let mut text = String::new();
    for (n, CitationView { citation, candidates, .. }) in citations.iter().enumerate() {
        if as_json {
            let candidates = candidates
                .iter()
                .map(|(head, reason)| (&head.record.id, *reason))
                .map(|(id, reason)| CandidateAnswer { id, reason })
                .collect();
            let made = Made { citing: &head.record.id, citation, candidates };
            writeln!(out, "{}", serde_json::to_string(&made)?)?;
        } else {
            render::citation(&mut text, n + 1, citation);
            render::candidates(&mut text, candidates);
        }
    }
    write!(out, "{text}")?;
    Ok(())
}

fn incoming(mentions: &[CitedBy], as_json: bool) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    for CitedBy { citing, citation } in mentions {
        if as_json {
            let mention = Mention { citing: &citing.record.id, citation };
            writeln!(out, "{}", serde_json::to_string(&mention)?)?;
        } else {
            write!(out, "{}", render::head(citing))?;
            writeln!(out, "    p. {}: {}", citation.page, render::one_line(&citation.quote))?;
        }
    }
    Ok(())
}

pub(super) fn missing(config: &Config, args: &MissingArgs) -> anyhow::Result<End> {
    let archive = stores::open(config)?;
    let documents = archive.missing(args.limit)?;
    let mut out = io::stdout().lock();
    for document in &documents {
        let (number, n_citing) = (&document.number, document.n_citing);
        let quote = render::one_line(&document.quote);
        if args.json {
            let missing = Missing { number, n_citing, citing: &document.citing, quote: &quote };
            writeln!(out, "{}", serde_json::to_string(&missing)?)?;
        } else {
            writeln!(out, "{n_citing:>6}  {number:28}  {quote}")?;
        }
    }
    Ok(End::of(!documents.is_empty()))
}

/// The documents with an identifier or a number, in any spelling.
fn look_up(archive: &Archive, text: &str) -> anyhow::Result<Vec<RecordId>> {
    let ids = match archive.named(text)? {
        Named::One(id) => vec![id],
        Named::Several(ids) => ids,
        Named::None => Vec::new(),
    };
    if ids.is_empty() {
        writeln!(io::stderr(), "no document with the number or identifier {text:?}")?;
    }
    Ok(ids)
}
