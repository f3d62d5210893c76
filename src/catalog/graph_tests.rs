//! The graph as a function of the archive: whatever the history, the same edges, counts and
//! statements; and every count is what counting would give.

use proptest::prelude::Strategy;
use rusqlite::Connection;

use super::{
    tests::{Bench, classified, document, taken, vanished},
    *,
};
use crate::{
    domain::citation::CitationKind, extract::effect::EffectKind, pipeline::Processed, text::Text,
};

/// Everything the graph says, without anything that depends on the order of arrival.
fn graph_of(catalog: &Catalog) -> Vec<String> {
    let mut lines = Vec::new();
    for Shown { id, .. } in catalog.shown_after(0, 1000).unwrap() {
        for outgoing in catalog.outgoing(&id).unwrap() {
            let citation = &outgoing.citation;
            lines.push(format!(
                "{id} {} {:?} {:?} {:?} {:?}",
                outgoing.seq, citation.state, citation.target, citation.flags, outgoing.candidates
            ));
        }
        for incoming in catalog.incoming(Aim::Held(&id), None, 1000).unwrap().mentions {
            lines.push(format!("{id} <- {} {}", incoming.citing, incoming.seq));
        }
        for told in catalog.standing(&id, 1000).unwrap() {
            lines.push(format!("{id} {told:?}"));
        }
    }
    lines.sort();
    lines.extend(catalog.missing(1000).unwrap().iter().map(|missing| format!("{missing:?}")));
    lines
}

fn small_archive() -> Vec<Processed> {
    let numbers = ["1/KH-A", "2/KH-A", "1/QĐ-A", "6-CT/TU", "08/2019/TT-B"];
    let mut documents = Vec::new();
    for (n, number) in numbers.iter().enumerate() {
        for year in [2018, 2019, 2020] {
            let cites: Vec<String> = vec![
                numbers[(n + 1) % 5].to_owned(),
                format!("{}@{}", numbers[(n + 2) % 5], year - 1),
                format!("{}@{year}", number),
                "08/2019/TTB@2019".to_owned(), // a missing hyphen
                format!("{}/TB-A", year),      // nobody has it
                format!("{}@{}-01-05", numbers[(n + 3) % 5], year), // near the turn of the year
            ];
            let cites: Vec<&str> = cites.iter().map(String::as_str).collect();
            // One kind is dated to the day, one not at all.
            let dated = match n {
                0 => format!("{year}-12-20"),
                1 => String::new(),
                _ => year.to_string(),
            };
            let mut processed = document(&format!("{n}-{year}"), number, &dated, &cites);
            processed.record.citations[1].kind = CitationKind::Replaces;
            processed.record.citations[2].kind = CitationKind::Amends;
            documents.push(processed);
        }
    }
    documents
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(12))]
    /// Documents come in any order, in batches of any size, some go and come back: the graph is
    /// that of a catalog which took them all in at once.
    #[test]
    fn graph_does_not_depend_on_history(
        order in proptest::prelude::Just((0..15).collect::<Vec<usize>>()).prop_shuffle(),
        batch in 1usize..6,
        gone in proptest::collection::vec(0usize..15, 0..6),
    ) {
        let documents = small_archive();
        let bench = Bench::new();
        for chunk in order.chunks(batch) {
            let changes: Vec<Change> = chunk.iter().map(|&n| taken(&documents[n])).collect();
            bench.apply(&changes);
        }
        assert_counts_are_true(&bench);
        for &n in &gone {
            bench.apply(&[vanished(&documents[n].record.path)]);
        }
        assert_counts_are_true(&bench);
        let rest: Vec<Change> = (0..15).filter(|n| !gone.contains(n)).map(|n| taken(&documents[n])).collect();
        let fresh = Bench::new();
        fresh.apply(&rest);
        proptest::prop_assert_eq!(graph_of(&bench.catalog), graph_of(&fresh.catalog));
        for &n in &gone {
            bench.apply(&[taken(&documents[n])]);
        }
        let all: Vec<Change> = documents.iter().map(taken).collect();
        let whole = Bench::new();
        whole.apply(&all);
        proptest::prop_assert_eq!(graph_of(&bench.catalog), graph_of(&whole.catalog));
        // A secret one leaves nothing behind.
        let secret = &documents[order[0]].record;
        bench.apply(&[classified(&secret.path, &secret.sha256)]);
        assert_counts_are_true(&bench);
    }
}

fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Counts everything that is kept counted.
#[track_caller]
fn assert_counts_are_true(bench: &Bench) {
    let connection = Connection::open(bench.folder.path().join(FILE_NAME)).unwrap();
    let grouped = "SELECT (state = 'resolved') || ' ' || coalesce(CASE state WHEN 'resolved'
            THEN target ELSE canonical END, '?') || ' ' || count(DISTINCT content)
        FROM citations JOIN contents ON ord = content
        WHERE shown = 1 AND (state = 'resolved' OR state = 'missing' AND canonical IS NOT NULL)
        GROUP BY state = 'resolved', CASE state WHEN 'resolved' THEN target ELSE canonical END
        ORDER BY 1";
    let kept = "SELECT is_held || ' ' || aim || ' ' || n_citing FROM aims ORDER BY 1";
    assert_eq!(rows(&connection, kept), rows(&connection, grouped));
    let counted = "SELECT 'citations ' || count(seq) || ' documents ' || count(DISTINCT ord)
            || ' missing ' || count(DISTINCT CASE state WHEN 'missing' THEN canonical END)
        FROM contents LEFT JOIN citations ON ord = content WHERE shown = 1";
    let totals =
        "SELECT group_concat(name || ' ' || n, ' ') FROM (SELECT * FROM totals ORDER BY name)";
    assert_eq!(rows(&connection, totals), rows(&connection, counted));
}

#[test]
fn the_most_wanted_first_with_when_and_by_whom() {
    let bench = Bench::new();
    bench.apply(&[
        taken(&document("a", "1/KH-A", "2018-03-02", &["6-CT/TU", "7-CT/TU"])),
        taken(&document("b", "2/KH-A", "2020", &["6-CT/TU", "6-CT/TU"])),
        taken(&document("c", "3/KH-A", "", &["6-CT/TU"])),
    ]);
    let missing = bench.catalog.missing(10).unwrap();
    let shown: Vec<String> = missing
        .iter()
        .map(|row| {
            let date = |date: Option<crate::domain::date::PartialDate>| {
                date.map_or("?".to_owned(), |date| date.to_string())
            };
            let (first, last) = (date(row.first_cited_on), date(row.last_cited_on));
            format!("{} {} {first} {last}", row.number, row.n_citing)
        })
        .collect();
    assert_eq!(shown, ["6-CT/TU 3 2018-03-02 2020", "7-CT/TU 1 2018-03-02 2018-03-02"]);
    let one = bench.catalog.missing_one(&missing[0].canonical).unwrap();
    assert_eq!(one.as_ref(), Some(&missing[0]));
    assert_eq!(bench.catalog.missing_one("9-ct/tu").unwrap(), None);
    // Who cites it, a document at a time, the latest first and the undated last.
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let aim = Aim::Missing(&missing[0].canonical);
        let page = bench.catalog.incoming(aim, after.as_ref(), 1).unwrap();
        seen.extend(page.mentions.iter().map(|mention| mention.seq));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [0, 1, 0, 0]);
}

#[test]
fn a_law_by_its_name_is_missing_under_its_number() {
    let bench = Bench::new();
    let mut by_name = document("a", "1/KH-A", "2020-03-02", &["x"]);
    by_name.record.citations[0].number = None;
    by_name.record.citations[0].key = None;
    by_name.record.citations[0].title = Some("Luật Thi đua, khen thưởng".to_owned());
    let mut by_number = document("b", "2/KH-A", "2020-03-02", &["15/2003/QH11"]);
    by_number.record.citations[0].key = Some("qh|-|15|2003".to_owned());
    bench.apply(&[taken(&by_name), taken(&by_number)]);
    let missing = bench.catalog.missing(10).unwrap();
    assert_eq!((missing.len(), missing[0].n_citing), (1, 2));
    assert_eq!(missing[0].canonical, "qh|-|15|2003");
}

/// Two documents of which the second replaces the first.
fn replaced_and_replacing() -> (Processed, Processed) {
    let old = document("cu", "12/2015/QĐ-UBND", "2015-04-03", &[]);
    let mut new = document("moi", "7/2019/QĐ-UBND", "2019-01-02", &["12/2015/QĐ-UBND@2015"]);
    let plain = "Điều 2. Quyết định này thay thế Quyết định số 12/2015/QĐ-UBND. Hết.";
    new.text = Text::from_plain(plain);
    let start = plain.find("Quyết định số").unwrap();
    let citation = &mut new.record.citations[0];
    citation.kind = CitationKind::Replaces;
    citation.span =
        crate::domain::found::Span::new(start, start + "Quyết định số 12/2015/QĐ-UBND".len());
    (old, new)
}

#[test]
fn what_became_of_a_document_is_told_with_its_sentence() {
    let bench = Bench::new();
    let (old, new) = replaced_and_replacing();
    let (id, teller) = (old.record.id.clone(), new.record.id.clone());
    bench.apply(&[taken(&old)]);
    assert_eq!(bench.catalog.standing(&id, 9).unwrap(), []);
    let seq = bench.apply(&[taken(&new)]);
    let told = Standing {
        kind: EffectKind::Replaced,
        is_partial: false,
        told_by: teller.clone(),
        seq: 0,
        by: Some(teller),
        by_number: Some("7/2019/QĐ-UBND".to_owned()),
        page: 1,
        sentence: "Điều 2. Quyết định này thay thế Quyết định số 12/2015/QĐ-UBND.".to_owned(),
    };
    assert_eq!(bench.catalog.standing(&id, 9).unwrap(), [told]);
    assert_eq!(bench.catalog.document(&id).unwrap().unwrap().effects, [EffectKind::Replaced]);
    // The engine learns that the old one is replaced.
    let entry = OutboxEntry { seq, op: OutboxOp::Upsert, id: id.clone() };
    assert_eq!(bench.catalog.outbox_after(seq - 1, 9).unwrap(), [entry]);
    let head = &bench.catalog.heads(std::slice::from_ref(&id)).unwrap()[0];
    assert_eq!(head.version, seq);
    // The one that said so goes: nothing is said any more, and the engine learns that, too.
    let seq = bench.apply(&[vanished("moi")]);
    assert_eq!(bench.catalog.standing(&id, 9).unwrap(), []);
    assert_eq!(bench.catalog.outbox_after(seq - 1, 9).unwrap()[0].id, id);
}

#[test]
fn what_a_draft_says_has_not_come_about() {
    let bench = Bench::new();
    let (old, mut new) = replaced_and_replacing();
    let draft = crate::domain::found::Found {
        value: true,
        raw: String::new(),
        key: None,
        page: 1,
        span: crate::domain::found::Span::new(0, 0),
        rule: "test".to_owned(),
        confidence: 1.0,
    };
    new.record.metadata.is_draft = Some(draft);
    bench.apply(&[taken(&old), taken(&new)]);
    assert_eq!(bench.catalog.standing(&old.record.id, 9).unwrap(), []);
}

/// A catalog as version 1 left it, with what `documents` would have put in.
fn catalog_of_version_1(folder: &std::path::Path, documents: &[Processed]) {
    let fresh = Bench::new();
    let changes: Vec<Change> = documents.iter().map(taken).collect();
    fresh.apply(&changes);
    let old = Connection::open(folder.join(FILE_NAME)).unwrap();
    old.execute_batch(schema::MIGRATIONS[0]).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
    let from = fresh.folder.path().join(FILE_NAME);
    old.execute("ATTACH ?1 AS fresh", [from.to_str().unwrap()]).unwrap();
    old.execute_batch(
        "INSERT INTO runs SELECT id, started_at, ended_at, program_version, counts
             FROM fresh.runs; INSERT INTO contents SELECT ord, id, sha256, format, path, record, extractor_revision,
             tables_revision, ocr_engine, needs_ocr, year, shown, version FROM fresh.contents;
         INSERT INTO bodies SELECT * FROM fresh.bodies; INSERT INTO files SELECT * FROM fresh.files;
         INSERT INTO numbers SELECT content, id, printed, canonical, fold, lookup, key
             FROM fresh.numbers;
         INSERT INTO citations SELECT content, seq, canonical, kind, citation, state, target,
             candidates, flags FROM fresh.citations;
         INSERT OR IGNORE INTO lookups
             SELECT content, seq, substr(key, 1, instr(key, '|') - 1) FROM fresh.lookups;
         INSERT INTO outbox SELECT * FROM fresh.outbox;",
    )
    .unwrap();
}

#[test]
fn a_catalog_of_version_1_is_brought_up_to_date() {
    let mut documents = small_archive();
    let late = documents.pop().unwrap();
    let folder = tempfile::tempdir().unwrap();
    catalog_of_version_1(folder.path(), &documents);
    let catalog = Catalog::open(folder.path()).unwrap();
    let run = catalog.start_run("changes", 2).unwrap();
    let bench = Bench { folder, catalog, run };
    assert_counts_are_true(&bench);
    let fresh = Bench::new();
    fresh.apply(&documents.iter().map(taken).collect::<Vec<_>>());
    assert_eq!(graph_of(&bench.catalog), graph_of(&fresh.catalog));
    // A document that comes later finds the citations that wait for it.
    bench.apply(&[taken(&late)]);
    fresh.apply(&[taken(&late)]);
    assert_eq!(graph_of(&bench.catalog), graph_of(&fresh.catalog));
    assert_counts_are_true(&bench);
}
