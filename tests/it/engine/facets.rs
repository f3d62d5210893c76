//! Counts beside the hits.

use super::*;

#[test]
fn facets_count_each_under_its_own_filter() {
    on_every_engine(|engine| {
        let (kind, year, state) = (KeyField::DocType, KeyField::Year, KeyField::State);
        fill(
            engine,
            vec![
                key_doc(1, &[(kind, "kh"), (year, "2020"), (state, "scan"), (state, "draft")]),
                key_doc(2, &[(kind, "kh"), (year, "2021"), (state, "scan"), (state, "scan")]),
                key_doc(3, &[(kind, "bc"), (year, "2021")]),
                key_doc(4, &[(kind, "qđ"), (year, "2022")]),
            ],
        );
        let facet = |field, filter, size| FacetReq { field, filter, size };
        let chosen = || vec![key(kind, "kh")];
        let answer = engine
            .search(&SearchReq {
                filter: chosen(),
                facets: vec![
                    facet(kind, vec![], 10),   // its own filter left out
                    facet(year, chosen(), 10), // the filter of the hits
                    facet(state, chosen(), 10),
                    facet(year, vec![key(kind, "bc")], 10), // another one
                    facet(year, vec![], 1),
                    facet(KeyField::Number, vec![], 10), // not countable
                ],
                ..request(Q::Everything)
            })
            .unwrap();
        let counts = |counts: &[(&str, u64)]| -> Vec<(String, u64)> {
            counts.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
        };
        assert_eq!(answer.total, 2);
        assert_eq!(
            answer.facets,
            [
                counts(&[("kh", 2), ("bc", 1), ("qđ", 1)]),
                counts(&[("2020", 1), ("2021", 1)]),
                counts(&[("scan", 2), ("draft", 1)]),
                counts(&[("2021", 1)]),
                counts(&[("2021", 2)]),
                counts(&[]),
            ]
        );
    });
}

#[test]
fn counts_add_up_over_commits_and_forget_the_deleted() {
    on_every_engine(|engine| {
        for ord in 1..=6 {
            fill(
                engine,
                vec![key_doc(ord, &[(KeyField::Year, ["2020", "2021"][ord as usize % 2])])],
            );
        }
        engine.apply(&[Op::Delete { id: id(1), version: 99 }]).unwrap();
        engine.commit(99).unwrap();
        let facets = vec![FacetReq { field: KeyField::Year, filter: vec![], size: 9 }];
        let answer =
            engine.search(&SearchReq { facets, size: 0, ..request(Q::Everything) }).unwrap();
        assert_eq!(answer.facets, [vec![("2020".to_owned(), 3), ("2021".to_owned(), 2)]]);
    });
}
