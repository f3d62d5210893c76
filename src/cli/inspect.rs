//! `vanthu inspect`: files in, what was found in them out, every file answered, in order.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use serde::Serialize;
use walkdir::WalkDir;

use crate::{
    cli::{End, args::InspectArgs, render, tables, tesseract},
    config::Config,
    context::{Apart, Context},
    domain::{
        citation::Citation,
        failure::{Failure, FailureReason},
        record::{Format, Metadata, TextSource, Warning},
    },
    intake::{ignore, reader, scan},
    pipeline::Processed,
    recognised::{NoOcr, Ocr},
    source::Limits,
    worker::Pool,
};

/// How far a fast file may run ahead of a slow one before it: bounds the answers kept waiting.
const AHEAD: usize = 64;

/// A file that could not be read, in the shape of a record.
#[derive(Debug, Serialize)]
struct Unread<'a> {
    id: Option<&'a str>,
    sha256: Option<&'a str>,
    path: &'a str,
    format: Option<Format>,
    text_source: TextSource,
    n_pages: u32,
    metadata: Metadata,
    citations: [Citation; 0],
    warnings: [Warning; 0],
    error: Reason<'a>,
}

#[derive(Debug, Serialize)]
struct Reason<'a> {
    reason: FailureReason,
    detail: &'a str,
    sentence: &'static str,
}

/// The answer for one file.
enum Answer {
    Read(Box<Processed>),
    Unread { path: String, sha256: Option<String>, failure: Failure },
}

pub(super) fn run(config: &Config, args: &InspectArgs) -> anyhow::Result<End> {
    let tables = tables(config)?;
    let workers = Pool::new(config.n_threads);
    let read = |bytes: &[u8], limits: &Limits| workers.read(bytes, limits);
    let tesseract = if args.no_ocr { None } else { tesseract(&workers) };
    let ocr: &dyn Ocr = tesseract.as_ref().map_or(&NoOcr, |tesseract| tesseract);
    let context =
        Context { ocr, apart: Some(Apart(&read)), ..Context::new(&tables, Limits::default()) };
    let files = files(&args.files);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut is_complete = true;
    in_order(
        config.n_threads.get(),
        files.len(),
        |n| answer(&context, &files[n]),
        |answer| {
            is_complete &= matches!(answer, Answer::Read(_));
            match (&answer, args.json) {
                (Answer::Read(processed), _) if args.text => {
                    write!(out, "{}", processed.text.as_str())
                }
                (Answer::Read(processed), true) => {
                    writeln!(out, "{}", serde_json::to_string(&processed.record)?)
                }
                (Answer::Unread { path, sha256, failure }, true) => {
                    writeln!(out, "{}", unread_json(path, sha256.as_deref(), failure)?)
                }
                (Answer::Read(processed), false) => {
                    writeln!(out, "{}", render::record(&processed.record))
                }
                (Answer::Unread { path, failure, .. }, false) => {
                    writeln!(out, "{}", render::failure(path, failure))
                }
            }?;
            // Whoever reads along sees each answer when it is there.
            Ok(out.flush()?)
        },
    )?;
    Ok(if is_complete { End::Done } else { End::Failed })
}

/// The files that were named, and those in folders that were named, by the rules of intake.
fn files(named: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let walker = WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
        let is_wanted = |entry: &walkdir::DirEntry| {
            entry.depth() == 0 || ignore::rule(entry.file_name().as_encoded_bytes()).is_none()
        };
        for entry in walker.filter_entry(is_wanted) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => files.push(entry.into_path()),
                Ok(_) => {}
                // Answered as a file that cannot be opened.
                Err(error) => files.extend(error.path().map(Path::to_owned)),
            }
        }
    }
    files
}

fn answer(context: &Context<'_>, path: &Path) -> Answer {
    let name = path.display().to_string();
    let is_special = path.metadata().is_ok_and(|metadata| !metadata.is_file());
    if is_special {
        // A pipe or a folder: opening it might wait for ever.
        let error = io::Error::other("not a regular file");
        return Answer::Unread { path: name, sha256: None, failure: scan::cannot_open(&error) };
    }
    let source = match reader::open(context, path, &name) {
        Ok(opened) => opened.source,
        Err(failure) => return Answer::Unread { path: name, sha256: None, failure },
    };
    match reader::process(context, &source) {
        Ok(processed) => Answer::Read(Box::new(processed)),
        Err(failure) => Answer::Unread { path: name, sha256: Some(source.sha256), failure },
    }
}

fn unread_json(path: &str, sha256: Option<&str>, failure: &Failure) -> serde_json::Result<String> {
    serde_json::to_string(&Unread {
        id: sha256.and_then(|sha256| sha256.get(..16)),
        sha256,
        path,
        format: None,
        text_source: TextSource::None,
        n_pages: 0,
        metadata: Metadata::default(),
        citations: [],
        warnings: [],
        error: Reason {
            reason: failure.reason,
            detail: &failure.detail,
            sentence: failure.reason.sentence_en(),
        },
    })
}

/// Computes `n_items` values on several threads with big stacks and hands them over in order.
fn in_order<T: Send>(
    n_threads: usize,
    n_items: usize,
    compute: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let is_over = AtomicBool::new(false);
    let n_taken = Mutex::new(0);
    let taken = Condvar::new();
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for n in 0..n_threads.min(n_items) {
            let send = send.clone();
            let (next, is_over, n_taken, taken, compute) =
                (&next, &is_over, &n_taken, &taken, &compute);
            let work = move || {
                loop {
                    let item = next.fetch_add(1, Ordering::Relaxed);
                    let n_taken = n_taken.lock().unwrap_or_else(PoisonError::into_inner);
                    let waited = taken.wait_while(n_taken, |n_taken| {
                        item >= *n_taken + AHEAD && !is_over.load(Ordering::Relaxed)
                    });
                    drop(waited);
                    if item >= n_items || is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    if send.send((item, compute(item))).is_err() {
                        return;
                    }
                }
            };
            thread::Builder::new()
                .name(format!("reader-{n}"))
                .stack_size(reader::STACK_BYTES)
                .spawn_scoped(scope, work)?;
        }
        drop(send);
        let mut waiting = std::collections::BTreeMap::new();
        let mut outcome = Ok(());
        for (item, value) in receive {
            waiting.insert(item, value);
            let mut n_taken = n_taken.lock().unwrap_or_else(PoisonError::into_inner);
            while outcome.is_ok() {
                let Some(value) = waiting.remove(&*n_taken) else { break };
                outcome = take(value);
                *n_taken += 1;
            }
            is_over.store(outcome.is_err(), Ordering::Relaxed);
            taken.notify_all();
        }
        outcome
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_the_order_of_the_questions() {
        let mut seen = Vec::new();
        // The first is the slowest, so the others have to wait for it.
        let compute = |n: usize| {
            if n == 0 {
                thread::sleep(std::time::Duration::from_millis(30));
            }
            n
        };
        in_order(4, 300, compute, |n| {
            seen.push(n);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, (0..300).collect::<Vec<_>>());
    }

    #[test]
    fn a_reader_that_has_seen_enough_ends_it() {
        let mut n_seen = 0;
        let outcome = in_order(
            4,
            10_000,
            |n| n,
            |n| {
                n_seen += 1;
                if n == 5 { Err(io::Error::from(io::ErrorKind::BrokenPipe).into()) } else { Ok(()) }
            },
        );
        assert!(outcome.is_err());
        assert_eq!(n_seen, 6);
    }
}
