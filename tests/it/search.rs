//! What is typed and which documents it finds, in which order: over a small invented archive, from
//! catalog and engine through the facade that page, API and command line use.

use std::{num::NonZeroUsize, sync::Arc};

use vanthu::{
    archive::{Archive, Badge, Filter, Found, Looked, Named, SearchParams, SortBy, Why},
    catalog::{Catalog, Change, FilePath, FileStat, Stored},
    domain::{
        citation::{Citation, CitationKind, CitationState},
        date::PartialDate,
        doc_number::{DocNumber, Period},
        found::{Found as Value, Span},
        record::{Format, Metadata, Record, RecordId, TextSource},
        tables::Tables,
    },
    engine::{Engine, KeyField, embedded::Embedded, switch::Switch},
    extract::effect::EffectKind,
    intake,
    layout::Layout,
    pipeline::Processed,
    text::{Text, fold::fold},
};

fn value(value: &str, key: Option<&str>) -> Option<Value<String>> {
    Some(Value {
        value: value.to_owned(),
        raw: value.to_owned(),
        key: key.map(str::to_owned),
        page: 1,
        span: Span::new(0, 0),
        rule: "test".to_owned(),
        confidence: 0.95,
    })
}

pub fn day(iso: &str) -> PartialDate {
    iso.parse().unwrap()
}

/// A document of the archive, told in a few words.
struct Doc {
    record: Record,
    body: String,
}

const NAMES: [(&str, &str, &str); 4] = [
    ("sldtbxh", "Sở Lao động - Thương binh và Xã hội", "vanson.sldtbxh"),
    ("ubnd", "Ủy ban nhân dân tỉnh Vân Sơn", "vanson.ubnd"),
    ("cp", "Chính phủ", "cp"),
    ("tu", "Tỉnh ủy Vân Sơn", "vanson.tu"),
];

/// The document key of a number, its issuer told by its sign.
fn number_key(number: &str, issued_on: Option<PartialDate>) -> Option<String> {
    let parsed = DocNumber::parse(Tables::builtin(), number).ok()?.number;
    let sign = fold(parsed.issuer_sign()?);
    let issuer = NAMES.into_iter().find(|(code, ..)| *code == sign).map(|(_, _, id)| id);
    Some(parsed.key(issuer, issued_on.map(Period::from)))
}

fn doc(
    n: u64,
    number: &str,
    doc_type: (&str, &str),
    issuer: &str,
    date: &str,
    subject: &str,
) -> Doc {
    let (_, issuer_name, issuer_id) = NAMES.into_iter().find(|(code, ..)| *code == issuer).unwrap();
    let sha256 = format!("{n:016x}{:048x}", 0);
    let issued_on = value("", None).map(|found| found.map(day(date)));
    let record = Record {
        id: RecordId::from_sha256(&sha256),
        sha256,
        path: format!("{n}.docx"),
        format: Some(Format::Docx),
        text_source: TextSource::Embedded,
        n_pages: 1,
        metadata: Metadata {
            number: value(number, number_key(number, Some(day(date))).as_deref()),
            doc_type: value(doc_type.0, Some(doc_type.1)),
            issuer: value(issuer_name, Some(issuer_id)),
            issued_on,
            subject: value(subject, None),
            signer: value("Lò Văn Ẩn", None),
            ..Metadata::default()
        },
        citations: Vec::new(),
        warnings: Vec::new(),
        parts: Vec::new(),
    };
    let body =
        format!("{}\n{}\n{subject}\n", issuer_name.to_uppercase(), doc_type.0.to_uppercase());
    Doc { record, body }
}

impl Doc {
    fn text(mut self, text: &str) -> Self {
        self.body.push_str(text);
        self
    }

    fn cites(mut self, number: &str, date: Option<&str>, kind: CitationKind) -> Self {
        let quote = format!("theo văn bản số {number} về việc ấy");
        self.record.citations.push(Citation {
            number: Some(number.to_owned()),
            key: number_key(number, date.map(day)),
            doc_type: None,
            title: None,
            issuer: None,
            issued_on: date.map(day),
            kind,
            provision: None,
            quote,
            page: 2,
            span: Span::new(0, 0),
            rule: "test".to_owned(),
            confidence: 0.95,
            flags: Vec::new(),
            state: None,
            target: None,
        });
        self
    }
}

const PLAN: (&str, &str) = ("Kế hoạch", "KH");
const REPORT: (&str, &str) = ("Báo cáo", "BC");
const DECISION: (&str, &str) = ("Quyết định", "QĐ");
const DECREE: (&str, &str) = ("Nghị định", "NĐ");
const DIRECTIVE: (&str, &str) = ("Chỉ thị", "CT");

/// The archive in which everything below is looked for.
fn documents() -> Vec<Doc> {
    vec![
        doc(1, "293/KH-SLĐTBXH", PLAN, "sldtbxh", "2020-03-02", "Phòng, chống lụt bão năm 2020")
            .text("Phân công trực ban. Sửa đường vào kho. Căn cứ luật phòng chống thiên tai.")
            .cites("30/2020/NĐ-CP", None, CitationKind::Basis)
            .cites("06-CT/TU", Some("2016-05-09"), CitationKind::Implements),
        doc(2, "293/KH-SLĐTBXH", PLAN, "sldtbxh", "2019-03-05", "Tuyên truyền an toàn lao động")
            .text("Người đương chức phối hợp."),
        doc(3, "30/2020/NĐ-CP", DECREE, "cp", "2020-03-05", "Về công tác văn thư")
            .text("Nghị định này quy định về công tác văn thư. Uỷ ban nhân dân các cấp thi hành."),
        doc(4, "145/BC-SLĐTBXH", REPORT, "sldtbxh", "2021-04", "Kết quả phòng, chống bão")
            .text("Báo cáo việc trực ban theo kế hoạch phòng chống lụt bão; số 30/2020/NĐ-CP.")
            .cites("293/KH-SLĐTBXH", Some("2020-03-02"), CitationKind::Implements)
            .cites("30/2020/NĐ-CP", Some("2020-03-05"), CitationKind::Basis),
        doc(5, "1234/QĐ-UBND", DECISION, "ubnd", "2018-07-01", "Quy hoạch mạng lưới đường bộ")
            .text("Quy hoạch sử dụng đất. Phê duyệt dương lịch."),
        doc(6, "1234/QĐ-UBND", DECISION, "ubnd", "2020-07-01", "Thay thế quy hoạch mạng lưới")
            .text("Thay thế quyết định cũ về mạng lưới.")
            .cites("1234/QĐ-UBND", Some("2018-07-01"), CitationKind::Replaces)
            .cites("99/KH-UBND", Some("2018-01-01"), CitationKind::Mentions),
        doc(7, "06-CT/TU", DIRECTIVE, "tu", "2016-05-09", "Về công tác nam giới và nữ giới")
            .text("Năm 2016 là năm đầu nhiệm kỳ, cho phép nhà nam sinh quý I."),
        doc(8, "7/KH-UBND", PLAN, "ubnd", "2020-01-15", "Kiểm tra công tác văn thư, lưu trữ")
            .text("Hoạch định việc kế tiếp; ban hành quy chế.")
            .cites("99/KH-UBND", Some("2018-01-01"), CitationKind::Mentions),
    ]
}

fn archive() -> (Archive, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(folder.path()).unwrap();
    let run = catalog.start_run("changes", 0).unwrap();
    let mut changes = Vec::new();
    for Doc { record, body } in documents() {
        let stat = FileStat {
            path: FilePath::from_bytes(record.path.clone().into_bytes()),
            size_bytes: 1,
            mtime_ns: 1,
            looked_at_ns: 2,
        };
        let text = Text::from_plain(&body);
        let processed = Processed { record, text, layout: Layout::default() };
        let stored = Box::new(Stored::encode(processed, 1, "test", None).unwrap());
        changes.push(Change::Taken { stat, stored });
    }
    catalog.apply(Tables::builtin(), run, &changes).unwrap();
    let engine: Arc<dyn Engine> = Arc::new(Embedded::in_memory().unwrap());
    intake::catch_up(&catalog, &*engine, NonZeroUsize::MIN).unwrap();
    let tables = Arc::new(Tables::builtin().clone());
    (Archive::new(Arc::new(catalog), Arc::new(Switch::new(engine)), tables), folder)
}

thread_local! {
    /// Made once a thread of tests: nothing below changes it.
    static ARCHIVE: (Archive, tempfile::TempDir) = archive();
}

pub fn with_archive<T>(run: impl FnOnce(&Archive) -> T) -> T {
    ARCHIVE.with(|(archive, _)| run(archive))
}

pub fn params(q: &str) -> SearchParams {
    SearchParams::new(q, day("2021-06-01"))
}

pub fn search(q: &str) -> Found {
    with_archive(|archive| archive.search(&params(q)).unwrap())
}

/// Which documents, by their place in `documents`, in order.
fn places(found: &Found) -> Vec<u64> {
    let place = |id: &RecordId| u64::from_str_radix(id.as_str(), 16).unwrap();
    found.hits.iter().map(|hit| place(&hit.head.record.id)).collect()
}

#[track_caller]
fn check(q: &str, expected: &[u64]) {
    let found = search(q);
    assert_eq!(places(&found), expected, "{q}: {:?}", found.query);
    assert_eq!(found.total, expected.len() as u64);
}

#[test]
fn a_number_in_many_spellings() {
    // First the decree itself, then who cites it, the newer one first.
    for q in [
        "30/2020/NĐ-CP",
        "30/2020/nd-cp",
        "30 / 2020 / ND–CP",
        "030/2020/NĐ-CP",
        "30/2020/N\u{d0}-CP",
        "30/2020/NĐ- CP",
        "số 30/2020/NĐ-CP",
        "nghị định 30/2020",
        "nghi dinh so 30/2020/ND-CP",
        "30/2020/nđcp",
    ] {
        check(q, &[3, 4, 1]);
        assert_eq!(
            search(q).exact.map(|id| id.to_string()).as_deref(),
            Some("0000000000000003"),
            "{q}"
        );
    }
}

#[test]
fn a_number_of_several_years_is_grouped_newest_first() {
    check("1234/QĐ-UBND", &[6, 5]);
    check("1234/QĐ-UBND năm 2018", &[5, 6]); // the other one cites it
    assert_eq!(search("1234/QĐ-UBND").exact, None);
    check("293/KH-SLĐTBXH", &[1, 2, 4]);
    check("293/kh", &[1, 2]);
    check("06-CT/TU", &[7, 1]);
    check("6/ct-tu", &[7, 1]); // separators of the other regime
}

#[test]
fn bands_and_beginnings() {
    check("/QĐ-UBND", &[6, 5]);
    check("/QĐ-UBND 2018", &[5]);
    check("12*/QĐ-UBND", &[6, 5]);
    check("KH-SLĐTBXH 200-299", &[1, 2]);
}

#[test]
fn what_the_archive_holds_of_a_number() {
    let number = |q: &str| search(q).number.unwrap();
    let decree = number("30/2020/NĐ-CP");
    assert_eq!((decree.n_carrying, decree.n_citing, decree.nearest.len()), (1, 2, 0));
    // Cited twice, not there.
    let missing = number("99/KH-UBND");
    assert_eq!((missing.n_carrying, missing.n_citing), (0, 2));
    assert_eq!(places(&search("99/KH-UBND")), [6, 8]);
    // Neither there nor cited: the nearest are offered.
    let nearest = number("31/2020/NĐ-CP").nearest;
    let nearest: Vec<_> =
        nearest.iter().map(|h| &h.record.metadata.number.as_ref().unwrap().value).collect();
    assert_eq!(nearest, ["30/2020/NĐ-CP"]);
}

#[test]
fn words_with_and_without_accents() {
    check("phòng chống lụt bão", &[1, 4]);
    check("phong chong lut bao", &[1, 4]);
    check("PHÒNG CHỐNG LỤT BÃO", &[1, 4]);
    check("pho\u{300}ng chô\u{301}ng lu\u{323}t bão", &[1, 4]); // decomposed
    check("ủy ban nhân dân", &[6, 8, 5, 3]); // `Uỷ ban` in the text of the decree
    check("UBND tỉnh Vân Sơn", &[8, 6, 5]); // written out in the documents
    check("quy I", &[7]); // `quý I`
}

#[test]
fn minimal_pairs_of_accents() {
    // All three have some `duong`; the one with the diacritics that were typed comes first.
    check("đường", &[5, 1, 2]);
    check("đương", &[2, 5, 1]);
    assert_eq!(places(&search("dương"))[0], 5);
    assert_eq!(places(&search("duong")).len(), 3);
    let first_of = |q: &str| search(q).hits.remove(0);
    assert!(first_of("đương").why.contains(&Why::Text { n_places: 1, is_exact: true }));
    let folded = search("đương").hits.remove(1);
    assert!(folded.why.contains(&Why::Text { n_places: 2, is_exact: false }), "{:?}", folded.why);
    assert_eq!(places(&search("nam giới"))[0], 7);
}

#[test]
fn phrases_and_exclusions() {
    check("\"trực ban\"", &[4, 1]);
    check("\"kế hoạch phòng chống\"", &[1, 4]); // over the end of a line
    check("\"căn cứ luật\"", &[1]);
    check("\"căn cử luật\"", &[]); // accents count in quotation marks
    check("\"can cu luat\"", &[1]); // none were typed
    check("văn thư", &[3, 8]);
    check("văn thư -\"lưu trữ\"", &[3]);
    check("văn thư -luu", &[3]);
}

#[test]
fn title_before_text_and_neighbours_before_strangers() {
    // 8 has `hoạch định việc kế tiếp`, but it is a plan by its title.
    assert_eq!(places(&search("quy hoạch"))[0], 5);
    let found = search("quy hoạch");
    assert!(
        found.hits[0]
            .why
            .iter()
            .any(|why| matches!(why, Why::Title { n_words: 2, is_exact: true }))
    );
}

#[test]
fn most_of_the_words_when_nothing_has_all() {
    let found = search("trực ban lụt bão sân bay");
    assert_eq!(found.relaxed, Some((4, 6)));
    assert_eq!(places(&found), [1, 4]);
    assert!(found.warnings.iter().any(|warning| warning.code == "fewer_words"));
    assert_eq!(search("sân bay").total, 0);
}

#[test]
fn dates_types_issuers_signers() {
    check("ngày 02/3/2020", &[1]);
    check("tháng 3/2020", &[3, 1]);
    check("tháng 4/2021", &[4]); // a draft with a blank day
    check("15/4/2021", &[4]); // on which it may have been issued
    check("loai:\"kế hoạch\"", &[1, 8, 2]);
    check("cq:\"Chính phủ\"", &[3]);
    check("ky:\"văn ẩn\" tháng 5/2016", &[7]);
    check("vd:06-CT/TU", &[1]);
    assert_eq!(search("tháng 3/2020").hits[0].why, [Why::Filters]);
}

#[test]
fn chosen_values_and_their_counts() {
    let chosen = |field, values: &[&str]| Filter {
        field,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let filters = vec![
        chosen(KeyField::DocType, &["ke_hoach", "bao_cao"]),
        chosen(KeyField::Year, &["2020"]),
    ];
    let found =
        with_archive(|archive| archive.search(&SearchParams { filters, ..params("") }).unwrap());
    assert_eq!(places(&found), [1, 8]);
    let facet = |field| found.facets.iter().find(|facet| facet.field == field).unwrap();
    let shown = |field| -> Vec<String> {
        let mark = |chosen| if chosen { "*" } else { "" };
        let values = facet(field).values.iter();
        values.map(|v| format!("{}{} {}", v.label, mark(v.is_chosen), v.count)).collect()
    };
    // Each field is counted as if nothing were chosen in it.
    assert_eq!(
        shown(KeyField::DocType),
        ["Kế hoạch* 2", "Nghị định 1", "Quyết định 1", "Báo cáo* 0"]
    );
    assert_eq!(shown(KeyField::Year), ["2021 1", "2020* 2", "2019 1"]);
    assert_eq!(
        shown(KeyField::Issuer),
        ["Sở Lao động - Thương binh và Xã hội 1", "Ủy ban nhân dân tỉnh Vân Sơn 1"]
    );
    assert_eq!(shown(KeyField::NumberBand), ["1-99 1", "200-299 1"]);
}

#[test]
fn orders_and_pages() {
    let sorted = |sort| {
        let found = with_archive(|a| a.search(&SearchParams { sort, ..params("") }).unwrap());
        places(&found)
    };
    assert_eq!(sorted(SortBy::Relevance), [4, 6, 3, 1, 8, 2, 5, 7]); // nothing typed: newest first
    assert_eq!(sorted(SortBy::Newest), [4, 6, 3, 1, 8, 2, 5, 7]);
    assert_eq!(sorted(SortBy::Oldest), [7, 5, 2, 8, 1, 3, 6, 4]);
    assert_eq!(sorted(SortBy::Number), [7, 8, 3, 4, 1, 2, 5, 6]);
    for sort in SortBy::ALL {
        let (mut by_cursor, mut by_page, mut after) = (Vec::new(), Vec::new(), None);
        for page in 1..=3 {
            let base =
                SearchParams { sort, per_page: 3, ..params("văn thư kế hoạch công tác") };
            let q = "2020 2019 2018 2016 2021";
            let base =
                SearchParams { q: if page > 0 { String::new() } else { q.to_owned() }, ..base };
            let found =
                with_archive(|a| a.search(&SearchParams { after, ..base.clone() }).unwrap());
            by_cursor.extend(places(&found));
            after = found.next;
            let found = with_archive(|a| a.search(&SearchParams { page, ..base }).unwrap());
            by_page.extend(places(&found));
        }
        assert_eq!(after, None);
        assert_eq!((by_cursor, by_page), (sorted(sort), sorted(sort)), "{sort:?}");
    }
}

#[test]
fn strange_pages_and_cursors_are_answered_with_a_warning() {
    let codes = |params: SearchParams| -> Vec<String> {
        let found = with_archive(|archive| archive.search(&params).unwrap());
        found.warnings.into_iter().map(|warning| warning.code).collect()
    };
    assert_eq!(
        codes(SearchParams { after: Some("x".to_owned()), ..params("") }),
        ["unknown_cursor"]
    );
    assert_eq!(codes(SearchParams { page: 1_000_000, ..params("") }), ["page_too_far"]);
    assert_eq!(codes(SearchParams { page: 0, per_page: 0, ..params("") }), [""; 0]);
}

#[test]
fn snippets_and_quotes() {
    let found = search("trực ban");
    let snippet = found.hits[1].snippet.as_ref().unwrap();
    assert!(snippet.text.contains("Phân công trực ban."), "{}", snippet.text);
    // A document that cites the number shows the sentence that does.
    let citing = &search("30/2020/NĐ-CP").hits[1];
    assert!(citing.why.contains(&Why::CitesNumber));
    let quote = citing.snippet.as_ref().unwrap();
    assert_eq!((quote.text.as_str(), quote.page), ("theo văn bản số 30/2020/NĐ-CP về việc ấy", 2));
    let mark = quote.marks[0];
    let marked: String = quote.text.chars().skip(mark.start).take(mark.end - mark.start).collect();
    assert_eq!(marked, "30/2020/NĐ-CP");
}

#[test]
fn replaced_documents_carry_a_badge() {
    let found = search("1234/QĐ-UBND");
    let replacing = found.hits[0].head.record.id.clone();
    assert_eq!(found.hits[0].badges, []);
    let [Badge::Standing(told)] = found.hits[1].badges.as_slice() else {
        panic!("{:?}", found.hits[1].badges)
    };
    assert_eq!((told.kind, &told.told_by), (EffectKind::Replaced, &replacing));
}

#[test]
fn documents_by_identifier_and_number() {
    with_archive(|archive| {
        let named = |text: &str| archive.named(text).unwrap();
        let id = |n: u64| RecordId::parse(&format!("{n:016x}")).unwrap();
        assert_eq!(named("0000000000000003"), Named::One(id(3)));
        assert_eq!(named("30-2020-nd-cp"), Named::One(id(3))); // as in the address of a page
        assert_eq!(named("293/KH-SLĐTBXH"), Named::Several(vec![id(1), id(2)]));
        assert_eq!(named("ffffffffffffffff"), Named::None);
        assert_eq!(named("xin chào"), Named::None);
        let Looked::One(view) = archive.document("145/BC-SLĐTBXH").unwrap() else { panic!() };
        assert_eq!((view.record.citations.len(), view.n_cited_by, view.files.len()), (2, 0, 1));
        let Looked::None { nearest, n_citing } = archive.document("99/KH-UBND").unwrap() else {
            panic!()
        };
        assert_eq!((nearest.len(), n_citing), (0, 2));
    });
}

#[test]
fn citations_of_a_document() {
    with_archive(|archive| {
        let id = RecordId::parse("0000000000000001").unwrap();
        let citations = archive.citations(&id, None, 100).unwrap();
        let states: Vec<_> = citations.outgoing.iter().map(|made| made.citation.state).collect();
        assert_eq!(states, [Some(CitationState::Resolved); 2]);
        let target = citations.outgoing[0].target.as_ref().unwrap();
        assert_eq!(target.record.id.as_str(), "0000000000000003");
        assert_eq!(citations.incoming.len(), 1);
        assert_eq!(citations.incoming[0].citing.record.id.as_str(), "0000000000000004");
    });
}

#[test]
fn type_ahead_over_numbers() {
    let numbers = |typed: &str| -> Vec<String> {
        let heads = with_archive(|archive| archive.numbers(typed, 3).unwrap());
        heads
            .iter()
            .map(|head| head.record.metadata.number.as_ref().unwrap().value.clone())
            .collect()
    };
    assert_eq!(numbers("29"), ["293/KH-SLĐTBXH", "293/KH-SLĐTBXH"]);
    assert_eq!(numbers("1"), ["145/BC-SLĐTBXH", "1234/QĐ-UBND", "1234/QĐ-UBND"]);
    assert_eq!(numbers("30/20"), ["30/2020/NĐ-CP"]);
    assert_eq!(numbers("6 ct"), ["06-CT/TU"]);
    assert_eq!(numbers("kế hoạch"), [""; 0]);
}

#[test]
fn status_counts_and_agrees() {
    let status = with_archive(|archive| archive.status().unwrap());
    assert_eq!((status.counts.n_documents, status.engine.n_documents), (8, 8));
    assert!(status.is_up_to_date);
    let missing = with_archive(|archive| archive.missing(10).unwrap());
    assert_eq!(
        (missing.len(), missing[0].n_citing, missing[0].number.as_str()),
        (1, 2, "99/KH-UBND")
    );
}

#[test]
fn any_query_is_answered() {
    let long = "văn thư ".repeat(2_000);
    let many = (0..500).map(|n| format!("{n} ")).collect::<String>();
    for q in [
        "", " ", "\"", "-", "--", "/", "\"\"", "-\"", "h52.1 -", ". -", "a:b:c", "*", "so:", &long,
        &many,
    ] {
        search(q);
    }
}
