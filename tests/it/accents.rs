//! Minimal pairs: words that are one without diacritics, `tests/golden/query/minimal_pairs.txt`.
//!
//! Each word has a document of its own in whose text it stands once, under a title with another
//! word of its group: the harder case, because titles weigh more.

use std::collections::BTreeSet;

use vanthu::{
    context::Context,
    domain::{
        found::{Found, Span},
        record::{Format, Metadata, Record, RecordId, TextSource},
        tables::Tables,
    },
    engine::{
        Engine, Op, SearchReq, Sort,
        analyse::analyse,
        embedded::Embedded,
        plan::{Need, Plan},
    },
    query,
    source::Limits,
    text::{Text, fold::fold_iy},
};

/// A word and the one of its group that stands in the title of its document.
fn words() -> Vec<(&'static str, &'static str)> {
    let groups = include_str!("../golden/query/minimal_pairs.txt");
    let mut words = Vec::new();
    for group in groups.lines().filter(|line| !line.starts_with('#')) {
        let group: Vec<&str> = group.split(' ').collect();
        for (n, word) in group.iter().enumerate() {
            assert_eq!(fold_iy(word), fold_iy(group[0]), "a group has one folded form");
            words.push((*word, group[(n + 1) % group.len()]));
        }
    }
    words
}

fn archive(words: &[(&str, &str)]) -> Embedded {
    let engine = Embedded::in_memory().unwrap();
    let mut ops = Vec::new();
    for (n, (word, other)) in (1..).zip(words) {
        let subject = Found {
            value: format!("Về {other} trong kỳ"),
            raw: String::new(),
            key: None,
            page: 1,
            span: Span::new(0, 0),
            rule: "test".to_owned(),
            confidence: 0.9,
        };
        let record = Record {
            id: RecordId::parse(&format!("{n:016x}")).unwrap(),
            sha256: String::new(),
            path: format!("{n}.docx"),
            format: Some(Format::Docx),
            text_source: TextSource::Embedded,
            n_pages: 1,
            metadata: Metadata { subject: Some(subject), ..Metadata::default() },
            citations: Vec::new(),
            warnings: Vec::new(),
            parts: Vec::new(),
        };
        let text = Text::from_plain(&format!("Việc ấy gọi là {word} và được viết ra."));
        ops.push(Op::Upsert(Box::new(analyse(&record, &text, n, n as u64))));
    }
    engine.apply(&ops).unwrap();
    engine.commit(words.len() as u64).unwrap();
    engine
}

/// The documents found for what is typed as words, best first, by their place.
fn search(engine: &Embedded, typed: &str, restored: Option<&str>) -> Vec<i64> {
    let context = Context::new(Tables::builtin(), Limits::default());
    // As words, whatever else a word may mean: `quý` is a quarter, `sở` a body.
    let typed = format!("nd:{typed}");
    let (query, _) = query::parse(&context, "2021-06-01".parse().unwrap(), &typed);
    let mut plan = Plan::new(&query, Tables::builtin());
    if let Some(restored) = restored {
        plan.put_first(restored);
    }
    let answer = engine.search(&SearchReq {
        score: plan.score(Need::All),
        filter: plan.filters(None),
        sort: Sort::Relevance,
        after: None,
        size: 100,
        facets: Vec::new(),
    });
    answer.unwrap().hits.iter().map(|hit| hit.ord).collect()
}

#[test]
fn what_has_the_typed_accents_comes_first() {
    let words = words();
    assert!(words.len() >= 200, "expected at least 200 words, found {}", words.len());
    let engine = archive(&words);
    let mut missed = Vec::new();
    // A word without accents may mean any of its group.
    let accented: Vec<&str> =
        words.iter().map(|(word, _)| *word).filter(|word| fold_iy(word) != *word).collect();
    for typed in &accented {
        let found = search(&engine, typed, None);
        let has = |ord: &i64| {
            let (word, other) = words[*ord as usize - 1];
            [word, other].contains(typed)
        };
        let n_with = words.iter().filter(|(word, other)| [word, other].contains(&typed)).count();
        let first = found.iter().take_while(|ord| has(ord)).count();
        if first < n_with {
            missed.push(*typed);
        }
    }
    let share = 1.0 - missed.len() as f64 / accented.len() as f64;
    assert!(share >= 0.99, "{share:.3}; not first: {missed:?}");
}

#[test]
fn restored_accents_leave_nothing_out() {
    let words = words();
    let engine = archive(&words);
    for (word, _) in words.iter().filter(|(word, _)| fold_iy(word) != *word) {
        let typed = fold_iy(word);
        let plain: BTreeSet<i64> = search(&engine, &typed, None).into_iter().collect();
        let restored = search(&engine, &typed, Some(word));
        assert_eq!(restored.iter().copied().collect::<BTreeSet<i64>>(), plain, "{word}");
        let (own, other) = words[restored[0] as usize - 1];
        assert!(own == *word || other == *word, "{word}: first is {own} under {other}");
    }
}
