//! Which document a citation means, over small invented archives.

use super::*;
use crate::domain::{
    citation::CitationKind,
    doc_key::{KeyHints, document_key},
    found::{Found, Span},
    record::{Metadata, TextSource},
};

fn found<T>(value: T) -> Found<T> {
    Found {
        value,
        raw: String::new(),
        key: None,
        page: 1,
        span: Span::new(0, 0),
        rule: "test".to_owned(),
        confidence: 1.0,
    }
}

fn id(n: u64) -> RecordId {
    RecordId::from_sha256(&format!("{n:016x}"))
}

fn date(text: &str) -> Option<PartialDate> {
    text.parse().ok()
}

fn key(number: &DocNumber, day: &str) -> String {
    // `UBND` and `HĐND` of the province are meant throughout.
    let sign = number.issuer_sign().unwrap_or_default().to_lowercase();
    let named = format!("?.{}", sign.replace('đ', "d"));
    let hints = KeyHints {
        issuer_id: Some(&named),
        place_id: Some("vanson"),
        issued_on: date(day),
        ..KeyHints::default()
    };
    document_key(Tables::builtin(), number, hints)
}

/// A document of the archive.
fn document(n: u64, number: &str, day: &str, subject: &str) -> Candidate {
    let parsed = DocNumber::parse(Tables::builtin(), number).unwrap().number;
    Candidate {
        id: id(n),
        key: key(&parsed, day),
        number: number.to_owned(),
        doc_type: None,
        issued_on: date(day),
        subject: Some(subject.to_owned()),
        issuer_id: None,
    }
}

fn cite(number: &str, day: &str, title: &str) -> Citation {
    let parsed = DocNumber::parse(Tables::builtin(), number).ok();
    Citation {
        key: parsed.map(|p| key(&p.number, day)),
        number: (!number.is_empty()).then(|| number.to_owned()),
        doc_type: None,
        title: (!title.is_empty()).then(|| title.to_owned()),
        issuer: None,
        issued_on: date(day),
        kind: CitationKind::Mentions,
        provision: None,
        quote: String::new(),
        page: 1,
        span: Span::new(0, 0),
        rule: String::new(),
        confidence: 1.0,
        flags: Vec::new(),
        state: None,
        target: None,
    }
}

/// The archive of these tests; the citing document is number 5 of 2020.
fn archive() -> Vec<Candidate> {
    vec![
        document(1, "61/KH-SLĐTBXH", "2016-01-22", "Trồng cây gây rừng trong cả năm 2016"),
        document(2, "61/KH-SLĐTBXH", "2017-01-20", "Trồng cây gây rừng trong cả năm 2017"),
        document(3, "57/NQ-CP", "2020-04-09", "Về các biện pháp giúp người dân vượt qua bão lũ"),
        document(4, "214/QĐ-BNN-PC", "2014-01-22", "Ban hành kế hoạch pháp chế"),
        document(5, "8/BC-SLĐTBXH", "2020-12-01", "Báo cáo năm"),
        document(6, "9-CT/TU", "2016-05-09", "Chăm lo người cao tuổi"),
        document(7, "9-CT/TU", "2021-05-09", "Tăng cường kỷ luật"),
        document(8, "15/2003/QH11", "2003-11-26", "Thi đua, khen thưởng"),
        document(9, "9/TB-UBND", "2018-12-28", "Nghỉ tết"),
        document(10, "48/HĐBT", "1988-03-26", "Về khoán"),
        document(11, "20/NQ-HĐND", "2019-07-05", "Cử đại biểu"),
        document(12, "20/2019/NQ-HĐND", "2019-12-05", "Mức thu phí"),
        document(13, "33/KH-UBND", "2022-01-01", "Sang năm"),
    ]
}

fn record(citations: Vec<Citation>) -> Record {
    let number = Found { key: Some(archive()[4].key.clone()), ..found("8/BC-SLĐTBXH".to_owned()) };
    Record {
        id: id(5),
        sha256: String::new(),
        path: String::new(),
        format: None,
        text_source: TextSource::Embedded,
        n_pages: 1,
        metadata: Metadata {
            number: Some(number),
            issued_on: date("2020-12-01").map(found),
            ..Metadata::default()
        },
        citations,
        warnings: Vec::new(),
        parts: vec![],
    }
}

fn resolve_in(archive: &[Candidate], citation: Citation) -> Resolution {
    let all = |ask: &Ask| -> Vec<Candidate> {
        let has_key = |candidate: &&Candidate| {
            DocNumber::parse(Tables::builtin(), &candidate.number).unwrap().number.lookup_key()
                == ask.lookup
        };
        archive.iter().filter(has_key).cloned().collect()
    };
    let asked = |ask: &Ask| -> Vec<Candidate> {
        let mut found = all(ask);
        if let Some(periods) = &ask.periods {
            found.retain(|candidate| {
                let (_, period) = candidate.key.rsplit_once('|').unwrap();
                let year = candidate.issued_on.map(|date| date.year().to_string());
                period == "?"
                    || [Some(period.to_owned()), year].iter().flatten().any(|p| periods.contains(p))
            });
        }
        found
    };
    let record = record(vec![]);
    let resolution = resolve(Tables::builtin(), &record, &citation, &all);
    // What was not asked for changes nothing but the list of other years.
    let mut narrow = resolve(Tables::builtin(), &record, &citation, &asked);
    narrow.candidates.clone_from(&resolution.candidates);
    assert_eq!(narrow, resolution);
    resolution
}

/// `state target flags | candidate:reason …` of one citation.
#[track_caller]
fn check(citation: Citation, expect: &str) {
    let result = resolve_in(&archive(), citation.clone());
    let short = |id: &RecordId| id.as_str().trim_start_matches('0').to_owned();
    let candidates: Vec<String> =
        result.candidates.iter().map(|(id, reason)| format!("{}:{reason:?}", short(id))).collect();
    let target = result.target.as_ref().map(short).unwrap_or_default();
    let shown =
        format!("{:?} {target} {:?} | {}", result.state, result.flags, candidates.join(" "));
    assert_eq!(shown, expect);
    // The order in which the archive answers does not matter.
    let mut reversed = archive();
    reversed.reverse();
    assert_eq!(resolve_in(&reversed, citation), result);
}

#[test]
fn exact_keys() {
    check(cite("61/KH-SLĐTBXH", "2016-01-22", ""), "Resolved 1 [] | 1:SameKey 2:OtherPeriod");
    check(cite("061/KH-SLĐTBXH", "2017", ""), "Resolved 2 [] | 2:SameKey 1:OtherPeriod");
    check(
        cite("61/KH-SLĐTBXH", "2016-02-22", ""),
        "Resolved 1 [DateDiffers] | 1:SameKey 2:OtherPeriod",
    );
    check(
        cite("61/KH-SLĐTBXH", "2016-01-22", "về phòng, chống cháy rừng mùa khô"),
        "Resolved 1 [SubjectDiffers] | 1:SameKey 2:OtherPeriod",
    );
    // The name of a law is its type and its subject.
    let doc_type = Some("Luật".to_owned());
    let law = cite("15/2003/QH11", "", "Luật Thi đua, khen thưởng");
    check(Citation { doc_type, ..law }, "Resolved 8 [] | 8:SameKey");
    // Cited before it was issued.
    check(cite("33/KH-UBND", "2022-01-01", ""), "Resolved d [CitedBeforeIssued] | d:SameKey");
}

#[test]
fn nothing_is_picked_among_several() {
    check(cite("61/KH-SLĐTBXH", "", ""), "Ambiguous  [] | 1:SameNumber 2:SameNumber");
    // One document that was there when it was cited is meant; the flag `no_date` warns.
    check(cite("9/TB-UBND", "", ""), "Resolved 9 [] | 9:SameNumber");
    // The title is.
    check(
        cite("61/KH-SLĐTBXH", "", "Kế hoạch trồng cây gây rừng trong cả năm 2016"),
        "Resolved 1 [] | 1:SameNumberAndTitle 2:SameNumber",
    );
    // The other one was issued later.
    check(cite("9-CT/TU", "", ""), "Resolved 6 [] | 6:SameNumber 7:SameNumber");
    check(cite("9-CT/TU", "2016-05-09", ""), "Resolved 6 [] | 6:SameKey 7:OtherPeriod");
    // Two copies of one document.
    let twice = vec![archive().remove(0), Candidate { id: id(99), ..archive().remove(0) }];
    let result = resolve_in(&twice, cite("61/KH-SLĐTBXH", "2016-01-22", ""));
    assert_eq!((result.state, result.candidates.len()), (CitationState::Ambiguous, 2));
}

#[test]
fn what_the_archive_lacks() {
    check(cite("78/KH-SLĐTBXH", "2016-01-22", ""), "Missing  [] | ");
    // Another year is another document, but shown.
    check(cite("61/KH-SLĐTBXH", "2019-01-22", ""), "Missing  [] | 1:OtherPeriod 2:OtherPeriod");
    // Two series of one council.
    check(cite("20/NQ-HĐND", "2019-07-05", ""), "Resolved b [] | b:SameKey");
    check(cite("20/2019/NQ-HĐND", "", ""), "Resolved c [] | c:SameKey");
}

#[test]
fn misprints_are_flagged() {
    // The wrong sign, told by the type word and proven by the title.
    let mut wrong_sign =
        cite("57/NĐ-CP", "2020-02-09", "về các biện pháp giúp người dân vượt qua bão lũ");
    wrong_sign.doc_type = Some("Nghị quyết".to_owned());
    check(wrong_sign.clone(), "Missing  [] | ");
    wrong_sign.flags = vec![CitationFlag::TypeDiffers];
    check(wrong_sign.clone(), "Resolved 3 [DateDiffers, SignDiffers] | 3:OtherSign");
    wrong_sign.title = None;
    check(wrong_sign, "Ambiguous  [] | 3:OtherSign");
    // The unit left out.
    check(cite("214/QĐ-BNN", "2014-01-22", ""), "Resolved 4 [SignDiffers] | 4:SameKey");
    // The turn of the year.
    check(cite("9/TB-UBND", "2019-01-02", ""), "Resolved 9 [DateDiffers] | 9:SameNumberAndDate");
    // The same decree in its old and new dress.
    check(cite("48/NĐ-HĐBT", "1988-03-26", ""), "Resolved a [SignDiffers] | a:SameNumberAndDate");
}

#[test]
fn laws_by_name() {
    check(cite("", "", "Luật Thi đua, khen thưởng"), "Resolved 8 [] | 8:SameName");
    check(cite("", "2003", "Luật Thi đua, khen thưởng"), "Resolved 8 [] | 8:SameName");
    check(cite("", "2022", "Luật Thi đua, khen thưởng"), "Missing  [CitedBeforeIssued] | "); // the later law
    check(cite("", "", "Luật Trồng sen"), "Missing  [] | ");
}

#[test]
fn what_is_asked() {
    let asked = |citation: Citation| {
        let asks = std::cell::RefCell::new(Vec::new());
        let lookup = |ask: &Ask| {
            let periods = ask.periods.as_ref().map_or("all".to_owned(), |all| all.join(" "));
            asks.borrow_mut().push(format!("{}: {periods}", ask.lookup));
            Vec::new()
        };
        resolve(Tables::builtin(), &record(vec![]), &citation, &lookup);
        asks.into_inner()
    };
    assert_eq!(asked(cite("0214/QĐ-BNN-PC", "2014-05-22", "")), ["214/QĐ-BNN: 2014"]);
    assert_eq!(asked(cite("0214/QĐ-BNN-PC", "2014-01-22", "")), ["214/QĐ-BNN: 2013 2014"]);
    assert_eq!(asked(cite("214/QĐ-BNN-PC", "2014-12", "")), ["214/QĐ-BNN: 2014"]); // no day
    assert_eq!(asked(cite("214/QĐ-BNN", "", "")), ["214/QĐ-BNN: all"]);
    assert_eq!(asked(cite("91/2018/NĐ-CP", "", "")), ["91/NĐ-CP: 2018"]);
    assert_eq!(asked(cite("9-CT/TU", "2016-05-09", "")), ["9-CT/TU: 2016 nk2015-2020"]);
    assert_eq!(asked(cite("", "", "Luật Thi đua, khen thưởng")), ["15/QH11: all"]);
    let wrong_sign = Citation {
        doc_type: Some("Nghị quyết".to_owned()),
        flags: vec![CitationFlag::TypeDiffers],
        ..cite("57/NĐ-CP", "2020-02-09", "")
    };
    assert_eq!(asked(wrong_sign), ["57/NĐ-CP: 2019 2020", "57/NQ-CP: 2020"]);
}

#[test]
fn the_law_that_a_name_means() {
    let law = |title: &str, day: &str| resolve_in(&archive(), cite("", day, title)).law;
    assert_eq!(law("Luật Thi đua, khen thưởng", "2022").as_deref(), Some("06/2022/QH15"));
    assert_eq!(law("Luật Trồng sen", ""), None);
}

#[test]
fn the_document_itself() {
    check(cite("08/BC-SLĐTBXH", "2020-12-01", ""), "SelfReference  [] | ");
    check(cite("08/BC-SLĐTBXH", "", ""), "SelfReference  [] | ");
    check(cite("08/BC-SLĐTBXH", "2019-12-01", ""), "Missing  [] | ");
}

#[test]
fn results_are_written_into_the_citation() {
    let mut citation = cite("61/KH-SLĐTBXH", "2016-02-22", "");
    citation.flags = vec![CitationFlag::MissingHyphen, CitationFlag::SubjectDiffers];
    resolve_in(&archive(), citation.clone()).apply_to(&mut citation);
    assert_eq!(citation.state, Some(CitationState::Resolved));
    assert_eq!(citation.target, Some(id(1)));
    assert_eq!(citation.flags, [CitationFlag::MissingHyphen, CitationFlag::DateDiffers]);
}
