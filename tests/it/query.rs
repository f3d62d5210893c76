//! What is understood of typed queries: `tests/golden/query/queries.txt`, one query a line.
//!
//! A row is the query, what is asked for and the warnings, with a tab between. Characters that
//! cannot be seen are escaped (`\u{a0}`), `\*1000` repeats what stands before it. Add a row with
//! the query alone and run with `UPDATE_EXPECT=1`, then read what came out.

use expect_test::expect_file;
use vanthu::{
    context::Context,
    domain::tables::Tables,
    query::{Clause, Meaning, chips, parse},
    source::Limits,
};

#[test]
fn queries_are_understood() {
    let golden = include_str!("../golden/query/queries.txt");
    let rows: Vec<String> = golden.lines().map(row).collect();
    let n_queries =
        golden.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
    assert!(n_queries >= 300, "expected at least 300 queries, found {n_queries}");
    expect_file!["../golden/query/queries.txt"].assert_eq(&(rows.join("\n") + "\n"));
}

/// Parses the query of a row and writes the row anew; checks what holds for every query.
fn row(line: &str) -> String {
    if line.is_empty() || line.starts_with('#') {
        return line.to_owned();
    }
    let escaped = line.split('\t').next().expect("a line has a first cell");
    let typed = unescape(escaped);
    let ctx = Context::new(Tables::builtin(), Limits::default());
    let today = "2021-04-20".parse().expect("a day of the calendar");
    let (query, warnings) = parse(&ctx, today, &typed);

    let canonical = query.to_string();
    let (again, _) = parse(&ctx, today, &canonical);
    let meanings = |clauses: &[Clause]| -> Vec<(bool, Meaning)> {
        clauses.iter().map(|clause| (clause.is_excluded, clause.meaning.clone())).collect()
    };
    assert_eq!(meanings(&again.clauses), meanings(&query.clauses), "{typed:?} is {canonical:?}");
    let chips = chips(&query);
    assert_eq!(chips.len(), query.clauses.len());
    for (chip, n) in chips.iter().zip(0..) {
        let rest = parse(&ctx, today, &chip.without).0;
        assert!(rest.clauses.len() < query.clauses.len(), "{typed:?}: chip {n} is taken away");
    }

    let clauses: Vec<String> = query.clauses.iter().map(clause).collect();
    let mut cells = vec![escaped.to_owned(), clauses.join("  ")];
    let codes: Vec<&str> = warnings.iter().map(|warning| warning.code.as_str()).collect();
    if !codes.is_empty() {
        cells.push(format!("! {}", codes.join(" ")));
    }
    cells.join("\t")
}

/// `ngay:30/3/2020 {so:30/3/2020}`; of a body also what it may be in the tables.
fn clause(clause: &Clause) -> String {
    let not = if clause.is_excluded { "-" } else { "" };
    let mut shown = format!("{not}{}", clause.meaning.explicit());
    match &clause.meaning {
        Meaning::Issuer(issuer) => shown.push_str(&format!("={}", issuer.ids.join("|"))),
        Meaning::DocType(doc_type) => shown.push_str(&format!("={}", doc_type.signs.join("|"))),
        _ => {}
    }
    if !clause.alternatives.is_empty() {
        let others: Vec<String> = clause.alternatives.iter().map(Meaning::explicit).collect();
        shown.push_str(&format!(" {{{}}}", others.join(", ")));
    }
    if shown.chars().count() > 120 {
        shown = shown.chars().take(120).chain("…".chars()).collect();
    }
    shown
}

fn unescape(escaped: &str) -> String {
    let mut out = String::new();
    let mut rest = escaped;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(hex) = rest.strip_prefix("u{") {
            let (code, after) = hex.split_once('}').expect("an escape is closed");
            let code = u32::from_str_radix(code, 16).expect("an escape is hexadecimal");
            out.push(char::from_u32(code).expect("an escape is a character"));
            rest = after;
        } else if let Some(count) = rest.strip_prefix('*') {
            out = out.repeat(count.parse().expect("a count follows the star"));
            rest = "";
        } else if let Some(after) = rest.strip_prefix('n') {
            out.push('\n');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('\\') {
            out.push('\\');
            rest = after;
        } else {
            panic!("unknown escape in {escaped:?}");
        }
    }
    out + rest
}
