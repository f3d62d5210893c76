//! Speed of the stages over the sample archive, in megabytes a second on one core.
//!
//! `scripts/bench core`. Figures compare versions of the program on one machine; they are never
//! a test. The method of eyecite's published benchmark is the same: find all citations of a
//! fixed text, divide its size by the time.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput};
use vanthu::{
    context::Context,
    domain::{record::Metadata, tables::Tables},
    extract, pipeline,
    source::{Limits, Source},
    text::{self, Text},
};

fn sources(extension: &str) -> Vec<Source> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    walkdir::WalkDir::new(corpus)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|e| e == extension))
        .map(|entry| {
            let bytes = std::fs::read(entry.path()).expect("the sample archive is readable");
            Source::new(entry.path().to_string_lossy(), bytes)
        })
        .collect()
}

fn main() {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let context = Context::new(Tables::builtin(), Limits::default());

    let mut group = criterion.benchmark_group("process");
    for extension in ["docx", "pdf"] {
        let sources = sources(extension);
        let n_bytes = sources.iter().map(|source| source.bytes.len() as u64).sum();
        group.throughput(Throughput::Bytes(n_bytes));
        group.bench_function(extension, |bencher| {
            bencher.iter(|| {
                for source in &sources {
                    let _ = black_box(pipeline::process(&context, source));
                }
            });
        });
    }
    group.finish();

    let processed: Vec<_> = ["docx", "pdf"]
        .iter()
        .flat_map(|extension| sources(extension))
        .filter_map(|source| pipeline::process(&context, &source).ok())
        .collect();
    let texts: Vec<&Text> = processed.iter().map(|document| &document.text).collect();
    let n_bytes: usize = texts.iter().map(|text| text.as_str().len()).sum();
    let mut group = criterion.benchmark_group("text");
    group.throughput(Throughput::Bytes(n_bytes as u64));
    group.bench_function("normalise", |bencher| {
        bencher.iter(|| {
            for document in &processed {
                black_box(text::normalise(&document.layout));
            }
        });
    });
    group.bench_function("metadata", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(extract::metadata(&context, text));
            }
        });
    });
    group.bench_function("citations", |bencher| {
        let own = Metadata::default();
        bencher.iter(|| {
            for text in &texts {
                black_box(extract::citation::find(&context, text, &own));
            }
        });
    });
    group.bench_function("fold", |bencher| {
        bencher.iter(|| {
            for text in &texts {
                black_box(text::fold::fold(text.as_str()));
            }
        });
    });
    group.finish();
    criterion.final_summary();
}
