//! `vanthu search`: the same query language as the box of the web page.

use std::io::{self, Write};

use crate::{
    archive::SearchParams,
    cli::{End, args::SearchArgs, render, stores},
    config::Config,
    web::{api_search::HitAnswer, results::today},
};

pub(super) fn run(config: &Config, args: &SearchArgs) -> anyhow::Result<End> {
    let archive = stores::open(config)?;
    let params = SearchParams {
        per_page: args.limit,
        facets: false,
        with_predecessors: args.predecessors,
        ..SearchParams::new(args.query.join(" "), today())
    };
    let found = archive.search(&params)?;
    let mut out = io::stdout().lock();
    for warning in &found.warnings {
        writeln!(io::stderr(), "{}", warning.message)?;
    }
    if !found.predecessors.is_empty() && !found.with_predecessors {
        let names: Vec<&str> = found.predecessors.iter().map(|body| body.name.as_str()).collect();
        let names = names.join("; ");
        writeln!(io::stderr(), "took over from {names}; their papers too with --predecessors")?;
    }
    let is_empty = found.hits.is_empty();
    let n_shown = found.hits.len();
    for hit in found.hits {
        if args.json {
            writeln!(out, "{}", serde_json::to_string(&HitAnswer::new(hit))?)?;
            continue;
        }
        write!(out, "{}", render::head(&hit.head))?;
        if let Some(snippet) = &hit.snippet {
            writeln!(out, "    p. {}: {}", snippet.page, snippet.text)?;
        }
    }
    if !args.json && found.total > n_shown as u64 {
        writeln!(out, "{n_shown} of {} documents; more with --limit", found.total)?;
    }
    if let Some(number) = found.number.filter(|number| is_empty && number.n_citing > 0) {
        let (asked, n) = (number.asked, number.n_citing);
        writeln!(io::stderr(), "{n} documents cite {asked}, which the archive lacks")?;
    }
    Ok(End::of(!is_empty))
}
