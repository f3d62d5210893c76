//! A random archive against the plainest reading of the contract.

use proptest::{prelude::*, test_runner::TestCaseError};

use super::*;

const WORDS: [&str; 4] = ["a", "b", "c", "d"];
const YEARS: [&str; 3] = ["2019", "2020", "2021"];

/// Words, year and number of one document.
type Model = (Vec<usize>, Option<usize>, Option<i64>);

fn model_doc(ord: i64, (words, year, number): &Model) -> IndexDoc {
    let body = words.iter().map(|&w| WORDS[w]).collect::<Vec<_>>().join(" ");
    let keys = year.map(|y| (KeyField::Year, token(YEARS[y]))).into_iter().collect();
    IndexDoc {
        keys,
        numbers: number_doc(ord, *number).numbers,
        text: vec![(TextField::BodyFolded, Stream::of_words(&body))],
        ..doc(ord)
    }
}

fn matches(q: &Q, model: &Model) -> bool {
    let (words, year, number) = model;
    let holds = |token: &Token| words.iter().any(|&w| WORDS[w] == token.as_str());
    match q {
        Q::Key { token, .. } => year.is_some_and(|y| YEARS[y] == token.as_str()),
        Q::KeyPrefix { prefix, .. } => year.is_some_and(|y| YEARS[y].starts_with(prefix.as_str())),
        Q::Word { token, .. } => holds(token),
        Q::WordPrefix { prefix, .. } => {
            words.iter().any(|&w| WORDS[w].starts_with(prefix.as_str()))
        }
        Q::Phrase { tokens, .. } => words
            .windows(tokens.len())
            .any(|run| run.iter().zip(tokens).all(|(&w, token)| WORDS[w] == token.as_str())),
        Q::Range { from, to, .. } => {
            number.is_some_and(|n| from.is_none_or(|from| from <= n) && to.is_none_or(|to| n <= to))
        }
        Q::All(all) => all.iter().all(|q| matches(q, model)),
        Q::Any { of, min } => of.iter().filter(|q| matches(q, model)).count() >= (*min).max(1),
        Q::Best(of) => of.iter().any(|q| matches(q, model)),
        Q::Prefer { must, .. } => matches(must, model),
        Q::Not(q) => !matches(q, model),
        Q::Everything => true,
    }
}

fn any_model() -> impl Strategy<Value = Model> {
    let words = prop::collection::vec(0..WORDS.len(), 0..6);
    (words, prop::option::of(0..YEARS.len()), prop::option::of(-3..3i64))
}

fn any_query() -> impl Strategy<Value = Q> {
    let a_word = (0..WORDS.len()).prop_map(|w| WORDS[w]);
    let leaf = prop_oneof![
        a_word.clone().prop_map(word),
        prop::collection::vec(a_word, 2..4).prop_map(|words| phrase(&words.join(" "), 0)),
        (0..YEARS.len()).prop_map(|y| key(KeyField::Year, YEARS[y])),
        prop_oneof![Just("20"), Just("202")].prop_map(|prefix| Q::KeyPrefix {
            field: KeyField::Year,
            prefix: token(prefix),
            boost: 1.0
        }),
        (prop::option::of(-3..3i64), prop::option::of(-3..3i64))
            .prop_map(|(from, to)| range(from, to)),
        Just(Q::Everything),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            some.clone().prop_map(Q::All),
            (some.clone(), 0..4usize).prop_map(|(of, min)| Q::Any { of, min }),
            some.clone().prop_map(Q::Best),
            (inner.clone(), some)
                .prop_map(|(must, should)| Q::Prefer { must: Box::new(must), should }),
            inner.prop_map(|q| Q::Not(Box::new(q))),
        ]
    })
}

#[test]
fn random_questions_are_answered_as_the_contract_reads() {
    let questions = prop::collection::vec((any_query(), any_query()), 20);
    let archive = prop::collection::vec(any_model(), 1..12);
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() },
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let result = runner.run(&(archive, questions), |(archive, questions)| {
        let engine = Embedded::in_memory().unwrap();
        for (ord, model) in (1..).zip(&archive) {
            engine.apply(&[upsert(model_doc(ord, model))]).unwrap();
            if ord % 5 == 0 {
                engine.commit(ord as u64).unwrap();
            }
        }
        engine.commit(99).unwrap();
        for (score, filter) in &questions {
            let expected: Vec<i64> = (1..)
                .zip(&archive)
                .filter(|(_, model)| matches(score, model) && matches(filter, model))
                .map(|(ord, _)| ord)
                .collect();
            for sort in [Sort::Relevance, by_number(false)] {
                let filter = vec![filter.clone()];
                let asked = SearchReq { filter, sort, ..request(score.clone()) };
                let answer = engine.search(&asked).unwrap();
                let mut found = ords(&answer);
                found.sort_unstable();
                if found != expected || answer.total != expected.len() as u64 {
                    let message = format!("{asked:?}: expected {expected:?}, found {found:?}");
                    return Err(TestCaseError::fail(message));
                }
            }
        }
        Ok(())
    });
    result.unwrap();
}
