//! The contract of `Engine`, one suite over every implementation, through the trait only.

mod facets; // counts beside the hits
mod folder; // what only the engine in a folder promises
mod model; // a random archive against the plainest reading of the contract

use std::sync::Arc;

use vanthu::{
    domain::record::RecordId,
    engine::{
        After, Answer, Engine, EngineError, FacetReq, Hit, IndexDoc, KeyField, NumField, Op, Q,
        SearchReq, Sort, Stream, TextField, Token, embedded::Embedded, switch::Switch,
    },
};

/// Runs the test on an empty engine of every kind.
#[track_caller]
fn on_every_engine(test: impl Fn(&dyn Engine)) {
    test(&Embedded::in_memory().unwrap());
    let folder = tempfile::tempdir().unwrap();
    test(&Embedded::open(folder.path()).unwrap());
    test(&Switch::new(Arc::new(Embedded::in_memory().unwrap())));
}

fn id(number: i64) -> RecordId {
    RecordId::parse(&format!("{number:016x}")).unwrap()
}

fn token(word: &str) -> Token {
    Token::new(word).unwrap()
}

/// A document without content; `ord` doubles as identifier and version.
fn doc(ord: i64) -> IndexDoc {
    IndexDoc {
        id: id(ord),
        ord,
        version: ord as u64,
        keys: Vec::new(),
        numbers: Vec::new(),
        text: Vec::new(),
    }
}

/// A document whose body has the pages.
fn page_doc(ord: i64, pages: &[&str]) -> IndexDoc {
    let mut body = Stream::default();
    for page in pages {
        page.split(' ').for_each(|word| body.push(word));
        body.end_page();
    }
    IndexDoc { text: vec![(TextField::BodyFolded, body)], ..doc(ord) }
}

fn key_doc(ord: i64, keys: &[(KeyField, &str)]) -> IndexDoc {
    let keys = keys.iter().map(|(field, value)| (*field, token(value))).collect();
    IndexDoc { keys, ..doc(ord) }
}

fn number_doc(ord: i64, number: Option<i64>) -> IndexDoc {
    let numbers = number.map(|number| (NumField::IssuedFirst, number)).into_iter().collect();
    IndexDoc { numbers, ..doc(ord) }
}

fn upsert(doc: IndexDoc) -> Op {
    Op::Upsert(Box::new(doc))
}

fn fill(engine: &dyn Engine, docs: Vec<IndexDoc>) {
    let ops: Vec<Op> = docs.into_iter().map(upsert).collect();
    engine.apply(&ops).unwrap();
    engine.commit(ops.len() as u64).unwrap();
}

fn word(word: &str) -> Q {
    Q::Word { field: TextField::BodyFolded, token: token(word), boost: 1.0 }
}

fn phrase(words: &str, slop: u32) -> Q {
    let tokens = words.split_whitespace().map(token).collect();
    Q::Phrase { field: TextField::BodyFolded, tokens, slop, boost: 1.0 }
}

fn key(field: KeyField, value: &str) -> Q {
    Q::Key { field, token: token(value), boost: 1.0 }
}

fn boosted_key(field: KeyField, value: &str, boost: f32) -> Q {
    Q::Key { field, token: token(value), boost }
}

fn range(from: Option<i64>, to: Option<i64>) -> Q {
    Q::Range { field: NumField::IssuedFirst, from, to }
}

fn request(score: Q) -> SearchReq {
    SearchReq {
        score,
        filter: Vec::new(),
        sort: Sort::Relevance,
        after: None,
        size: 100,
        facets: Vec::new(),
    }
}

fn by_number(descending: bool) -> Sort {
    Sort::Number { field: NumField::IssuedFirst, descending }
}

fn ords(answer: &Answer) -> Vec<i64> {
    answer.hits.iter().map(|hit| hit.ord).collect()
}

/// The documents found, in the order of `ord`.
#[track_caller]
fn check(engine: &dyn Engine, score: Q, expected: &[i64]) {
    let answer = engine.search(&request(score.clone())).unwrap();
    let mut found = ords(&answer);
    found.sort_unstable();
    assert_eq!(found, expected, "{score:?}");
    assert_eq!(answer.total, expected.len() as u64, "{score:?}");
}

fn score_of(engine: &dyn Engine, score: Q, ord: i64) -> f32 {
    let answer = engine.search(&request(score)).unwrap();
    answer.hits.iter().find(|hit| hit.ord == ord).unwrap().score
}

#[track_caller]
fn check_score(engine: &dyn Engine, score: Q, ord: i64, expected: f32) {
    let found = score_of(engine, score, ord);
    assert!((found - expected).abs() < 1e-4, "expected {expected}, found {found}");
}

#[test]
fn what_was_applied_is_searchable_after_commit_and_not_before() {
    on_every_engine(|engine| {
        engine.apply(&[upsert(page_doc(1, &["ke hoach"]))]).unwrap();
        check(engine, word("ke"), &[]);
        assert_eq!(engine.stats().unwrap().n_documents, 0);
        engine.commit(7).unwrap();
        check(engine, word("ke"), &[1]);
        let stats = engine.stats().unwrap();
        assert_eq!((stats.n_documents, stats.last_version), (1, 7));
        assert!(stats.n_bytes > 0);
    });
}

#[test]
fn hits_say_which_record() {
    on_every_engine(|engine| {
        let record = RecordId::parse("fedcba9876543210").unwrap();
        fill(engine, vec![IndexDoc { id: record.clone(), ..page_doc(3, &["ke"]) }]);
        let answer = engine.search(&request(word("ke"))).unwrap();
        let [Hit { id, ord: 3, sort_value: None, issued_first: None, score, is_listed: true }] =
            &answer.hits[..]
        else {
            panic!("{answer:?}")
        };
        assert_eq!(*id, record);
        assert!(*score > 0.0);
    });
}

#[test]
fn newer_version_replaces_and_older_is_ignored() {
    on_every_engine(|engine| {
        let version = |version, body| upsert(IndexDoc { version, ..page_doc(1, &[body]) });
        // Within one commit, in one call and in two.
        engine.apply(&[version(5, "five"), version(4, "four")]).unwrap();
        engine.apply(&[version(5, "fifth")]).unwrap();
        engine.commit(5).unwrap();
        check(engine, word("five"), &[1]);
        check(engine, word("four"), &[]);
        check(engine, word("fifth"), &[]);
        // Against what is committed.
        engine.apply(&[version(3, "three")]).unwrap();
        engine.commit(5).unwrap();
        check(engine, word("five"), &[1]);
        engine.apply(&[version(6, "six")]).unwrap();
        engine.commit(6).unwrap();
        check(engine, word("six"), &[1]);
        check(engine, word("five"), &[]);
        check(engine, Q::Everything, &[1]);
    });
}

#[test]
fn deleted_is_gone_and_older_version_does_not_come_back() {
    on_every_engine(|engine| {
        fill(engine, vec![page_doc(1, &["ke"]), page_doc(2, &["ke"])]);
        engine.apply(&[Op::Delete { id: id(1), version: 0 }]).unwrap(); // stale
        engine.commit(2).unwrap();
        check(engine, word("ke"), &[1, 2]);
        engine.apply(&[Op::Delete { id: id(1), version: 9 }]).unwrap();
        engine.commit(9).unwrap();
        check(engine, word("ke"), &[2]);
        engine.apply(&[upsert(IndexDoc { version: 8, ..page_doc(1, &["ke"]) })]).unwrap();
        engine.commit(9).unwrap();
        check(engine, word("ke"), &[2]);
        engine.apply(&[upsert(IndexDoc { version: 10, ..page_doc(1, &["ke"]) })]).unwrap();
        engine.commit(10).unwrap();
        check(engine, word("ke"), &[1, 2]);
        assert_eq!(engine.stats().unwrap().n_documents, 2);
        // A document that never was.
        engine.apply(&[Op::Delete { id: id(77), version: 11 }]).unwrap();
        engine.commit(11).unwrap();
        check(engine, Q::Everything, &[1, 2]);
    });
}

#[test]
fn keys_match_whole_and_by_their_beginning_and_score_a_constant() {
    on_every_engine(|engine| {
        let number = KeyField::Number;
        fill(
            engine,
            vec![
                key_doc(1, &[(number, "293/kh-slđtbxh"), (number, "293")]),
                key_doc(2, &[(number, "2931/kh-slđtbxh")]),
                key_doc(3, &[(KeyField::Cites, "293")]),
            ],
        );
        check(engine, key(number, "293"), &[1]);
        check(engine, key(number, "293/kh"), &[]);
        let prefix =
            |prefix: &str| Q::KeyPrefix { field: number, prefix: token(prefix), boost: 2.5 };
        check(engine, prefix("293"), &[1, 2]);
        check(engine, prefix("293/kh-slđ"), &[1]); // ends inside a word, after a letter of two bytes
        check(engine, prefix("3"), &[]);
        check_score(engine, boosted_key(number, "293", 50.0), 1, 50.0);
        check_score(engine, prefix("293"), 1, 2.5);
    });
}

#[test]
fn words_score_by_rarity_and_frequency_times_boost() {
    on_every_engine(|engine| {
        fill(
            engine,
            vec![
                page_doc(1, &["ke hoach a b"]),
                page_doc(2, &["ke ke ke b"]),
                page_doc(3, &["a b c d"]),
            ],
        );
        check(engine, word("ke"), &[1, 2]);
        let answer = engine.search(&request(word("ke"))).unwrap();
        assert_eq!(ords(&answer), [2, 1]);
        let once = score_of(engine, word("ke"), 1);
        let thrice = Q::Word { field: TextField::BodyFolded, token: token("ke"), boost: 3.0 };
        check_score(engine, thrice, 1, 3.0 * once);
    });
}

#[test]
fn phrases_need_adjacent_words_of_one_page() {
    on_every_engine(|engine| {
        fill(
            engine,
            vec![
                page_doc(1, &["ke hoach trien khai"]),
                page_doc(2, &["trien khai ke", "hoach nam"]), // parted by the end of a page
                page_doc(3, &["hoach ke"]),
                page_doc(4, &["ke trien hoach"]),
            ],
        );
        check(engine, phrase("ke hoach", 0), &[1]);
        check(engine, phrase("ke hoach", 1), &[1, 4]);
        check(engine, phrase("ke hoach", 50), &[1, 3, 4]); // never over the end of a page
        check(engine, phrase("hoach trien khai", 0), &[1]);
        check(engine, phrase("hoach", 0), &[1, 2, 3, 4]); // one word: as a word
        check(engine, phrase("", 0), &[]);
    });
}

#[test]
fn pairs_are_words_of_their_own_field_found_whole_and_by_their_beginning() {
    on_every_engine(|engine| {
        let pairs = |words| vec![(TextField::Pair, Stream::of_words(words))];
        fill(
            engine,
            vec![
                IndexDoc { text: pairs("quy_hoach|quy_hoạch hoach_dat|"), ..doc(1) },
                IndexDoc { text: pairs("quy_hoach|quỷ_hoạch quy_hoach_|x"), ..doc(2) },
            ],
        );
        let whole = |field, token: &str| {
            let token = Token::new(token).unwrap();
            Q::Word { field, token, boost: 1.0 }
        };
        let beginning = |prefix: &str| Q::WordPrefix {
            field: TextField::Pair,
            prefix: token(prefix),
            boost: 1.0,
        };
        check(engine, whole(TextField::Pair, "quy_hoach|quy_hoạch"), &[1]);
        check(engine, whole(TextField::Pair, "quy_hoach|"), &[]);
        check(engine, whole(TextField::BodyFolded, "quy_hoach|quy_hoạch"), &[]);
        check(engine, beginning("quy_hoach|"), &[1, 2]);
        check(engine, beginning("hoach_dat|"), &[1]);
        check(engine, beginning("dat|"), &[]);
        assert!(score_of(engine, beginning("hoach_dat|"), 1) > 0.0);
    });
}

#[test]
fn conjunction_disjunction_and_exclusion() {
    on_every_engine(|engine| {
        fill(
            engine,
            vec![page_doc(1, &["a b c"]), page_doc(2, &["a b"]), page_doc(3, &["a"]), doc(4)],
        );
        let any = |min| Q::Any { of: vec![word("a"), word("b"), word("c")], min };
        check(engine, Q::All(vec![word("a"), word("b")]), &[1, 2]);
        check(engine, Q::All(vec![]), &[1, 2, 3, 4]);
        check(engine, any(0), &[1, 2, 3]); // at least one is always needed
        check(engine, any(1), &[1, 2, 3]);
        check(engine, any(2), &[1, 2]);
        check(engine, any(3), &[1]);
        check(engine, any(4), &[]);
        check(engine, Q::Any { of: vec![], min: 1 }, &[]);
        check(engine, Q::Best(vec![word("b"), word("c")]), &[1, 2]);
        check(engine, Q::Best(vec![]), &[]);
        check(engine, Q::Not(Box::new(word("b"))), &[3, 4]);
        check(engine, Q::All(vec![word("a"), Q::Not(Box::new(word("c")))]), &[2, 3]);
        let twice = Q::Not(Box::new(Q::Not(Box::new(word("b")))));
        check(engine, twice, &[1, 2]);
        let none_of = Q::All(vec![Q::Not(Box::new(word("b"))), Q::Not(Box::new(word("c")))]);
        check(engine, none_of, &[3, 4]);
        let prefer = Q::Prefer { must: Box::new(word("b")), should: vec![word("c"), word("x")] };
        check(engine, prefer, &[1, 2]);
        check(engine, Q::Everything, &[1, 2, 3, 4]);
    });
}

#[test]
fn scores_add_up_except_where_the_best_counts() {
    on_every_engine(|engine| {
        let state = KeyField::State;
        let year = KeyField::Year;
        fill(
            engine,
            vec![IndexDoc {
                numbers: vec![(NumField::IssuedFirst, 1)],
                ..key_doc(1, &[(state, "scan"), (year, "2020")])
            }],
        );
        let two = || boosted_key(state, "scan", 2.0);
        let five = || boosted_key(year, "2020", 5.0);
        let absent = || boosted_key(year, "1999", 9.0);
        let unscored = || vec![Q::Everything, range(None, None), Q::Not(Box::new(absent()))];
        check_score(engine, Q::All(vec![two(), five()]), 1, 7.0);
        check_score(engine, Q::Any { of: vec![two(), five(), absent()], min: 1 }, 1, 7.0);
        check_score(engine, Q::Best(vec![two(), five(), absent()]), 1, 5.0);
        let prefer = |should| Q::Prefer { must: Box::new(two()), should };
        check_score(engine, prefer(vec![five(), absent()]), 1, 7.0);
        check_score(engine, prefer(vec![absent()]), 1, 2.0);
        for q in unscored() {
            check_score(engine, q, 1, 0.0);
        }
        let with_unscored = unscored().into_iter().chain([two()]).collect();
        check_score(engine, Q::All(with_unscored), 1, 2.0);
        let filtered = SearchReq { filter: vec![five()], ..request(two()) };
        assert_eq!(engine.search(&filtered).unwrap().hits[0].score, 2.0);
    });
}

#[test]
fn ranges_are_closed_and_miss_what_has_no_number() {
    on_every_engine(|engine| {
        fill(
            engine,
            vec![
                number_doc(1, Some(-5)),
                number_doc(2, Some(0)),
                number_doc(3, Some(18_000)),
                number_doc(4, None),
            ],
        );
        check(engine, range(Some(-5), Some(0)), &[1, 2]);
        check(engine, range(Some(1), None), &[3]);
        check(engine, range(None, Some(-1)), &[1]);
        check(engine, range(None, None), &[1, 2, 3]);
        check(engine, range(Some(5), Some(4)), &[]);
        check(engine, Q::Range { field: NumField::Serial, from: None, to: None }, &[]);
    });
}

#[test]
fn filters_restrict_what_is_found() {
    on_every_engine(|engine| {
        fill(
            engine,
            vec![
                key_doc(1, &[(KeyField::DocType, "kh"), (KeyField::Year, "2020")]),
                key_doc(2, &[(KeyField::DocType, "kh"), (KeyField::Year, "2021")]),
                key_doc(3, &[(KeyField::DocType, "qđ"), (KeyField::Year, "2021")]),
            ],
        );
        let filtered =
            |filter| ords(&engine.search(&SearchReq { filter, ..request(Q::Everything) }).unwrap());
        let kh = || key(KeyField::DocType, "kh");
        let y2021 = || key(KeyField::Year, "2021");
        assert_eq!(filtered(vec![kh(), y2021()]), [2]);
        assert_eq!(filtered(vec![Q::Not(Box::new(kh()))]), [3]);
        assert_eq!(filtered(vec![Q::Any { of: vec![kh(), y2021()], min: 1 }]), [1, 2, 3]);
    });
}

#[test]
fn order_is_total() {
    on_every_engine(|engine| {
        // Indexed against the order of `ord`, in two commits, so that no order of arrival helps.
        let numbers = [(5, None), (4, Some(10)), (3, Some(-20)), (2, Some(10)), (1, None)];
        for (ord, number) in numbers {
            fill(engine, vec![IndexDoc { version: 1, ..number_doc(ord, number) }]);
        }
        let sorted = |sort| engine.search(&SearchReq { sort, ..request(Q::Everything) }).unwrap();
        // Equal scores: the later date first, no date last.
        assert_eq!(ords(&sorted(Sort::Relevance)), [2, 4, 3, 1, 5]);
        assert_eq!(ords(&sorted(by_number(true))), [2, 4, 3, 1, 5]);
        assert_eq!(ords(&sorted(by_number(false))), [3, 2, 4, 1, 5]);
        let values: Vec<_> = sorted(by_number(false)).hits.iter().map(|h| h.sort_value).collect();
        assert_eq!(values, [Some(-20), Some(10), Some(10), None, None]);
    });
}

#[test]
fn page_has_its_size_and_total_counts_all() {
    on_every_engine(|engine| {
        fill(engine, (1..=5).map(|ord| page_doc(ord, &["a"])).collect());
        for (size, expected) in [(0, vec![]), (2, vec![1, 2]), (9, vec![1, 2, 3, 4, 5])] {
            let answer = engine.search(&SearchReq { size, ..request(word("a")) }).unwrap();
            assert_eq!((ords(&answer), answer.total), (expected, 5));
        }
        // Deleted documents are not counted.
        engine.apply(&[Op::Delete { id: id(2), version: 99 }]).unwrap();
        engine.commit(99).unwrap();
        let answer = engine.search(&SearchReq { size: 0, ..request(word("a")) }).unwrap();
        assert_eq!(answer.total, 4);
    });
}

/// All hits, fetched page by page.
fn paged(engine: &dyn Engine, score: Q, sort: Sort, size: usize) -> Vec<i64> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = SearchReq { sort, after, size, ..request(score.clone()) };
        let answer = engine.search(&page).unwrap();
        let Some(last) = answer.hits.last() else { return found };
        after = Some(After::hit(last, sort));
        found.extend(ords(&answer));
        assert!(found.len() <= 1_000, "pages repeat");
    }
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    on_every_engine(|engine| {
        for ord in (1..=40).rev() {
            // Many ties, several frequencies, some without number, many segments.
            let body = ["ke ke hoach", "ke hoach hoach", "ke b c"][ord as usize % 3];
            let number = (ord % 4 != 0).then_some(ord % 5);
            let numbers = number_doc(ord, number).numbers;
            engine.apply(&[upsert(IndexDoc { numbers, ..page_doc(ord, &[body]) })]).unwrap();
            if ord % 7 == 0 {
                engine.commit(1).unwrap();
            }
        }
        engine.commit(40).unwrap();
        let score = Q::Any { of: vec![word("ke"), word("hoach")], min: 1 };
        for sort in [Sort::Relevance, by_number(true), by_number(false)] {
            let whole = engine.search(&SearchReq { sort, ..request(score.clone()) }).unwrap();
            assert_eq!(whole.hits.len(), 40);
            for size in [1, 3, 7] {
                assert_eq!(paged(engine, score.clone(), sort, size), ords(&whole), "{sort:?}");
            }
        }
    });
}

#[test]
fn empty_engine_answers() {
    on_every_engine(|engine| {
        let facets = vec![FacetReq { field: KeyField::Year, filter: vec![], size: 9 }];
        let answer = engine.search(&SearchReq { facets, ..request(Q::Everything) }).unwrap();
        assert_eq!(answer, Answer { hits: vec![], total: 0, facets: vec![vec![]] });
        let stats = engine.stats().unwrap();
        assert_eq!((stats.n_documents, stats.last_version), (0, 0));
    });
}

#[test]
fn searches_go_on_while_another_thread_writes() {
    on_every_engine(|engine| {
        fill(engine, vec![page_doc(1, &["a"])]);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for ord in 2..=20 {
                    engine.apply(&[upsert(page_doc(ord, &["a"]))]).unwrap();
                    engine.commit(ord as u64).unwrap();
                }
            });
            let mut seen = 0;
            while seen < 20 {
                let answer = engine.search(&request(word("a"))).unwrap();
                assert_eq!(answer.hits.len() as u64, answer.total, "one snapshot");
                assert!(answer.total >= seen, "what was committed stays");
                seen = answer.total;
            }
        });
    });
}
