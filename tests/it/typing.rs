//! What typing is met with: the list under the box, words without accents, keys that were left
//! over. Over the archive of `search`.

use vanthu::archive::{SearchParams, Suggestion};

use crate::search::{day, params, search, with_archive};

#[test]
fn words_without_accents_are_taken_for_the_likeliest() {
    let found = search("phong chong lut bao");
    let restored = found.restored.unwrap();
    assert_eq!(restored.words, "phòng chống lụt bão");
    assert_eq!(restored.query, "phòng chống lụt bão");
    // Accents that were typed stay, and what the archive does not know stays as typed.
    let restored = search("phong chống zxq").restored.unwrap();
    assert_eq!(restored.words, "phòng chống zxq");
    for q in ["phòng chống lụt bão", "duong", "30/2020/NĐ-CP", "\"phong chong\""] {
        assert_eq!(search(q).restored, None, "{q}");
    }
    let as_typed = SearchParams { as_typed: true, ..params("phong chong lut bao") };
    let found = with_archive(|archive| archive.search(&as_typed).unwrap());
    assert_eq!((found.restored, found.total), (None, 2));
}

#[test]
fn the_list_under_the_box() {
    let rows = |typed: &str| -> Vec<String> {
        let rows = with_archive(|archive| archive.suggest(typed, day("2021-06-01"), 8).unwrap());
        let row = |row: Suggestion| match row {
            Suggestion::Number(head) => head.record.metadata.number.unwrap().value,
            Suggestion::Value { label, count, .. } => format!("{label} {count}"),
            Suggestion::Words { text, count } => format!("{text} {count}"),
        };
        rows.into_iter().map(row).collect()
    };
    assert_eq!(rows("293"), ["293/KH-SLĐTBXH", "293/KH-SLĐTBXH"]);
    assert_eq!(rows("293 sldtbxh"), ["293/KH-SLĐTBXH", "293/KH-SLĐTBXH"]); // a middle part
    assert_eq!(rows("QĐ-UBND 1200-1299"), ["1234/QĐ-UBND", "1234/QĐ-UBND"]);
    assert_eq!(rows("so lao"), ["Sở Lao động - Thương binh và Xã hội 3"]);
    assert_eq!(rows("van an"), ["Lò Văn Ẩn 8"]);
    assert_eq!(rows("phong cho"), ["phong chống 2"]);
    assert_eq!(rows("phòng chố"), ["phòng chống 2"]);
    for nothing in ["", " ", "z", "zxq zxq"] {
        assert_eq!(rows(nothing), Vec::<String>::new(), "{nothing}");
    }
}

#[test]
fn leftovers_of_typing_are_offered() {
    let found = search("phongf choongs lutj baox");
    assert_eq!(found.suggestion.as_deref(), Some("phòng chống lụt bão"));
    assert_eq!(search("phòng chống").suggestion, None);
}
