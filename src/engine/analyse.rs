//! [`analyse`]: a record and its text → the tokens, keys and numbers an engine keeps; and
//! [`words`], the same for what is typed.
//!
//! Both sides use the same functions, so that whatever is typed meets what was indexed. A change
//! here needs a new [`SCHEMA_VERSION`](crate::engine::embedded::SCHEMA_VERSION).

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
    rc::Rc,
};

use crate::{
    domain::{
        citation::CitationState,
        date::PartialDate,
        found::Found,
        number_forms::NumberForms,
        record::{Metadata, Record, TextSource},
    },
    engine::{IndexDoc, KeyField, NumField, Stream, TextField, Token},
    extract::effect::EffectKind,
    layout::BlockKind,
    pipeline::NEEDS_OCR,
    text::{
        Text,
        clean::clean,
        fold::fold,
        tokens::{Term, term, tokens},
    },
};

/// Below this confidence a field is shown to a clerk before it is believed.
pub const REVIEW_BELOW: f32 = 0.6;

/// Values of [`KeyField::State`].
pub mod state {
    /// Some page was recognised from an image, or waits for it.
    pub const SCAN: &str = "scan";
    /// Some page waits for recognition.
    pub const NEEDS_OCR: &str = "needs_ocr";
    /// Carries a draft mark.
    pub const DRAFT: &str = "draft";
    /// Was typed in a legacy encoding and converted.
    pub const LEGACY_FONT: &str = "legacy_font";
    /// A field was read with little confidence.
    pub const NEEDS_REVIEW: &str = "needs_review";
    /// Has no number.
    pub const NO_NUMBER: &str = "no_number";
    /// A document of the archive says that it is replaced.
    pub const REPLACED: &str = "replaced";
    /// A document of the archive says that it is repealed.
    pub const REPEALED: &str = "repealed";
    /// A document of the archive says that it is amended.
    pub const AMENDED: &str = "amended";
    /// A document of the archive says that it is corrected.
    pub const CORRECTED: &str = "corrected";
}

/// What an engine keeps of a document.
pub fn analyse(record: &Record, text: &Text, ord: i64, version: u64) -> IndexDoc {
    IndexDoc {
        id: record.id.clone(),
        ord,
        version,
        keys: keys(record),
        numbers: numbers(&record.metadata),
        text: streams(&record.metadata, text),
    }
}

impl IndexDoc {
    /// Adds what documents of the archive say has become of this one, to the states it has.
    pub fn add_effects(&mut self, effects: &[EffectKind]) {
        for effect in effects {
            let state = match effect {
                EffectKind::Replaced => state::REPLACED,
                EffectKind::Repealed => state::REPEALED,
                EffectKind::Amended => state::AMENDED,
                EffectKind::Corrected => state::CORRECTED,
            };
            self.keys.extend(Token::new(state).map(|token| (KeyField::State, token)));
        }
    }
}

// ---- keys ----

fn keys(record: &Record) -> Vec<(KeyField, Token)> {
    let metadata = &record.metadata;
    let mut keys = Keys::default();
    if let Some(number) = &metadata.number {
        number_keys(number, year_of(metadata), &mut keys);
    }
    let dismissed = Some(CitationState::Dismissed);
    for citation in record.citations.iter().filter(|citation| citation.state != dismissed) {
        if let Some(forms) = citation.number.as_deref().and_then(NumberForms::of) {
            keys.add(KeyField::Cites, &forms.spelled_key());
            keys.add(KeyField::Cites, &forms.key());
            let year = forms.year.or(citation.issued_on.map(PartialDate::year));
            for key in forms.dated_keys(year) {
                keys.add(KeyField::Cites, &key);
            }
        }
    }
    if let Some(doc_type) = &metadata.doc_type {
        keys.add(KeyField::DocType, &folded_key(&doc_type.value));
    }
    if let Some(issuer) = &metadata.issuer {
        keys.add(KeyField::Issuer, &name_key(issuer));
        let kind = issuer.key.as_deref().and_then(|identifier| identifier.split_once('.'));
        if let Some((_, kind)) = kind {
            keys.add(KeyField::IssuerKind, kind);
        }
    }
    if let Some(year) = year_of(metadata) {
        keys.add(KeyField::Year, &year.to_string());
    }
    if let Some(signer) = &metadata.signer {
        keys.add(KeyField::Signer, &folded_key(&signer.value));
        for word in words(&signer.value) {
            keys.add(KeyField::SignerWord, word.folded.as_str());
        }
    }
    for state in states(record) {
        keys.add(KeyField::State, state);
    }
    keys.0
}

#[derive(Default)]
struct Keys(Vec<(KeyField, Token)>);

impl Keys {
    fn add(&mut self, field: KeyField, value: &str) {
        self.0.extend(Token::new(value).map(|token| (field, token)));
    }
}

fn number_keys(number: &Found<String>, issued_in: Option<i16>, keys: &mut Keys) {
    if let Some(key) = &number.key {
        keys.add(KeyField::Number, &document_key(key));
    }
    let Some(forms) = NumberForms::of(&number.value) else { return };
    for key in forms.recall_keys(issued_in) {
        keys.add(KeyField::Number, &key);
    }
    for beginning in forms.beginnings(issued_in) {
        keys.add(KeyField::NumberPrefix, &beginning);
    }
    if let Some(band) = forms.band() {
        keys.add(KeyField::NumberBand, &band);
    }
}

/// The key of a document key, e.g. `#vanson.sldtbxh|KH|293|2020`.
pub fn document_key(key: &str) -> String {
    format!("#{}", key.split_whitespace().collect::<Vec<_>>().join("_"))
}

/// The key of a body: its identifier in the tables, or its folded name, `phong_noi_vu`.
pub fn name_key(name: &Found<String>) -> String {
    match &name.key {
        Some(identifier) => identifier.clone(),
        None => folded_key(&name.value),
    }
}

/// Folded words joined by `_`: `Nguyễn Văn A` is `nguyen_van_a`.
pub fn folded_key(name: &str) -> String {
    let words: Vec<String> = tokens(name).map(|(_, word)| term(word, Term::Folded)).collect();
    words.join("_")
}

/// The year of issue, else the year that is part of the number.
fn year_of(metadata: &Metadata) -> Option<i16> {
    let of_date = metadata.issued_on.as_ref().map(|date| date.value.year());
    let of_number = || NumberForms::of(&metadata.number.as_ref()?.value)?.year;
    of_date.or_else(of_number)
}

/// The states of a record, sorted: values of [`KeyField::State`] and badges of a hit.
pub fn states(record: &Record) -> Vec<&'static str> {
    let metadata = &record.metadata;
    let mut states = Vec::new();
    if metadata.is_draft.as_ref().is_some_and(|draft| draft.value) {
        states.push(state::DRAFT);
    }
    if record.warnings.iter().any(|warning| warning.code.starts_with("legacy_")) {
        states.push(state::LEGACY_FONT);
    }
    if record.warnings.iter().any(|warning| warning.code == NEEDS_OCR) {
        states.push(state::NEEDS_OCR);
    }
    if has_doubtful_field(metadata) {
        states.push(state::NEEDS_REVIEW);
    }
    if metadata.number.is_none() {
        states.push(state::NO_NUMBER);
    }
    if record.text_source != TextSource::Embedded {
        states.push(state::SCAN);
    }
    states
}

fn has_doubtful_field(metadata: &Metadata) -> bool {
    fn doubtful<T>(field: &Option<Found<T>>) -> bool {
        field.as_ref().is_some_and(|found| found.confidence < REVIEW_BELOW)
    }
    let texts = [
        &metadata.number,
        &metadata.doc_type,
        &metadata.issuer,
        &metadata.parent_issuer,
        &metadata.place,
        &metadata.subject,
        &metadata.signer,
        &metadata.signer_position,
        &metadata.signing_capacity,
    ];
    texts.into_iter().any(doubtful)
        || doubtful(&metadata.issued_on)
        || doubtful(&metadata.recipients)
        || doubtful(&metadata.urgency)
        || doubtful(&metadata.is_draft)
}

fn numbers(metadata: &Metadata) -> Vec<(NumField, i64)> {
    let mut numbers = Vec::new();
    if let Some(date) = &metadata.issued_on {
        let (first, last) = PartialDate::day_range(date.value);
        numbers.push((NumField::IssuedFirst, i64::from(first)));
        numbers.push((NumField::IssuedLast, i64::from(last)));
    }
    let forms = metadata.number.as_ref().and_then(|number| NumberForms::of(&number.value));
    if let Some(serial) = forms.and_then(|forms| forms.serial_number()) {
        numbers.push((NumField::Serial, serial));
    }
    numbers
}

// ---- text ----

fn streams(metadata: &Metadata, text: &Text) -> Vec<(TextField, Stream)> {
    let mut title = Streams::default();
    for part in [&metadata.doc_type, &metadata.subject].into_iter().flatten() {
        title.push_text(&part.value);
    }
    let mut issuer = Streams::default();
    for name in [&metadata.issuer, &metadata.parent_issuer].into_iter().flatten() {
        issuer.push_text(&name.value);
        issuer.end_page(); // no phrase runs from one body into the other
    }
    let mut body = Streams::of_body(text.as_str().len());
    let mut page = None;
    for line in text.lines.iter().filter(|line| is_body(&line.kind)) {
        if page.is_some_and(|page| page != line.page) {
            body.end_page();
        }
        page = Some(line.page);
        body.push_text(text.slice(line.span));
    }
    // Whatever is searched is in the body, so that one field says which documents have a word:
    // a subject typed by a clerk stands nowhere else.
    for part in [&title, &issuer] {
        body.end_page();
        body.append(part);
    }
    [
        (TextField::TitleExact, title.exact),
        (TextField::TitleFolded, title.folded),
        (TextField::IssuerFolded, issuer.folded),
        (TextField::BodyExact, body.exact),
        (TextField::BodyFolded, body.folded),
        (TextField::Pair, body.pairs),
    ]
    .into_iter()
    .filter(|(_, stream)| !stream.is_empty())
    .collect()
}

/// Whether the line belongs to the text proper; running heads and stamps repeat what is elsewhere.
pub fn is_body(kind: &BlockKind) -> bool {
    !matches!(kind, BlockKind::Running | BlockKind::Stamp | BlockKind::Watermark)
}

/// The streams of one text, filled in step.
#[derive(Default)]
struct Streams {
    exact: Stream,
    folded: Stream,
    pairs: Stream,
    /// The word before, when there is one on the page.
    last: Option<Rc<Remembered>>,
    /// What is in `exact` and `pairs` already; `None` when every word is to be there.
    seen: Option<Seen>,
}

/// Numbers of words and of pairs of words.
#[derive(Default)]
struct Seen {
    words: HashSet<u64, BuildHasherDefault<Spread>>,
    pairs: HashSet<u64, BuildHasherDefault<Spread>>,
}

/// Spreads small numbers over all bits. Nobody can choose them, so that nothing more is needed.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

impl Streams {
    /// The streams of a whole text: exact words and pairs once each.
    fn of_body(n_bytes: usize) -> Self {
        Self {
            exact: Stream::with_capacity(n_bytes / 2),
            folded: Stream::with_capacity(n_bytes),
            pairs: Stream::with_capacity(2 * n_bytes),
            last: None,
            seen: Some(Seen::default()),
        }
    }

    fn push_text(&mut self, text: &str) {
        for (_, word) in tokens(text) {
            let Some(word) = remembered(word) else { continue };
            self.folded.push_token(&word.word.folded);
            let is_new = match &mut self.seen {
                Some(seen) => seen.words.insert(u64::from(word.number)),
                None => true,
            };
            if is_new {
                self.exact.push_token(&word.word.exact);
            }
            if let Some(last) = &self.last {
                let both = (u64::from(last.number) << 32) | u64::from(word.number);
                let is_new = match &mut self.seen {
                    Some(seen) => seen.pairs.insert(both),
                    None => true,
                };
                if is_new {
                    self.pairs.push_token(&pair(&last.word, &word.word));
                }
            }
            self.last = Some(word);
        }
    }

    fn end_page(&mut self) {
        self.exact.end_page();
        self.folded.end_page();
        self.pairs.end_page();
        self.last = None;
    }

    fn append(&mut self, other: &Streams) {
        self.exact.append(&other.exact);
        self.folded.append(&other.folded);
        self.pairs.append(&other.pairs);
    }
}

/// Words whose forms are kept a thread; an archive has some ten thousand, and numbers without end.
const MAX_REMEMBERED: usize = 20_000;

/// A word met before.
struct Remembered {
    word: Word,
    /// No other word of the thread has it.
    number: u32,
}

/// The words met before, and how many numbers were given.
#[derive(Default)]
struct Met {
    words: HashMap<Box<str>, Rc<Remembered>>,
    n_given: u32,
}

thread_local! {
    /// The forms of words met before: they cost more to make than to look up.
    static MET: RefCell<Met> = RefCell::default();
}

/// [`word_of`], from memory when it was met before.
fn remembered(token: &str) -> Option<Rc<Remembered>> {
    MET.with_borrow_mut(|Met { words, n_given }| {
        if let Some(word) = words.get(token) {
            return Some(Rc::clone(word));
        }
        let word = Rc::new(Remembered { word: word_of(token)?, number: *n_given });
        *n_given = n_given.wrapping_add(1);
        if words.len() >= MAX_REMEMBERED {
            words.clear();
        }
        words.insert(token.into(), Rc::clone(&word));
        Some(word)
    })
}

// ---- the side of the query ----

/// A typed word in the two forms in which words are indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// With diacritics.
    pub exact: Token,
    /// Without.
    pub folded: Token,
}

impl Word {
    /// Whether diacritics were typed: only then is a document without them the lesser match.
    pub fn has_accents(&self) -> bool {
        fold(self.exact.as_str()) != self.exact.as_str()
    }
}

/// The words of a typed text, which is cleaned like the text of a document.
pub fn words(typed: &str) -> Vec<Word> {
    tokens(&clean(typed)).filter_map(|(_, word)| word_of(word)).collect()
}

/// The two forms of a word as it stands in a text.
fn word_of(word: &str) -> Option<Word> {
    let exact = Token::new(&term(word, Term::Exact))?;
    let folded = Token::new(&term(word, Term::Folded))?;
    Some(Word { exact, folded })
}

/// The token of two adjacent words: folded, then as they are when that is another thing:
/// `quy_hoach|quy_hoạch`, `trong_nam|`.
pub fn pair(first: &Word, second: &Word) -> Token {
    let mut both = pair_folded(first, second).as_str().to_owned();
    if first.exact != first.folded || second.exact != second.folded {
        both.push_str(&format!("{}_{}", first.exact, second.exact));
    }
    Token::new(&both).expect("two tokens without white space make one")
}

/// How the tokens of two adjacent words begin, whatever their accents: `quy_hoach|`.
pub fn pair_folded(first: &Word, second: &Word) -> Token {
    let folded = format!("{}_{}|", first.folded, second.folded);
    Token::new(&folded).expect("two tokens without white space make one")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{
        citation::{Citation, CitationKind},
        found::Span,
        record::{Format, RecordId, Warning},
    };

    fn found<T>(value: T, key: Option<&str>) -> Option<Found<T>> {
        Some(Found {
            value,
            raw: String::new(),
            key: key.map(str::to_owned),
            page: 1,
            span: Span::new(0, 0),
            rule: "test".to_owned(),
            confidence: 0.9,
        })
    }

    fn record(metadata: Metadata) -> Record {
        Record {
            id: RecordId::parse("0000000000000001").unwrap(),
            sha256: String::new(),
            path: "2020/kh-293.docx".to_owned(),
            format: Some(Format::Docx),
            text_source: TextSource::Embedded,
            n_pages: 1,
            metadata,
            citations: Vec::new(),
            warnings: Vec::new(),
            parts: Vec::new(),
        }
    }

    fn plan() -> Record {
        record(Metadata {
            number: found("293/KH-SLĐTBXH".to_owned(), Some("vanson.sldtbxh|KH|293|2020")),
            doc_type: found("Kế hoạch".to_owned(), Some("KH")),
            issuer: found("Sở Lao động - Thương binh và Xã hội".to_owned(), Some("vanson.sldtbxh")),
            issued_on: found("2020-03".parse().unwrap(), None),
            subject: found("Về phòng, chống bão".to_owned(), None),
            signer: found("Lò Văn Ẩn".to_owned(), None),
            ..Metadata::default()
        })
    }

    #[track_caller]
    fn check(record: &Record, text: &str, expected: Expect) {
        let doc = analyse(record, &Text::from_plain(text), 1, 1);
        let mut shown = String::new();
        for (field, token) in &doc.keys {
            // The forms of a number have their own tests.
            if !matches!(field, KeyField::Number | KeyField::NumberPrefix) {
                shown.push_str(&format!("{field:?}: {token}\n"));
            }
        }
        for (field, number) in &doc.numbers {
            shown.push_str(&format!("{field:?}: {number}\n"));
        }
        for (field, stream) in &doc.text {
            shown.push_str(&format!("{field:?}: {stream:?}\n"));
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn plan_of_a_department() {
        check(
            &plan(),
            "KẾ HOẠCH\nUỷ ban\u{c}Quý I, ngày 05",
            expect![[r#"
                NumberBand: 200-299
                DocType: ke_hoach
                Issuer: vanson.sldtbxh
                IssuerKind: sldtbxh
                Year: 2020
                Signer: lo_van_an
                SignerWord: lo
                SignerWord: van
                SignerWord: an
                IssuedFirst: 18322
                IssuedLast: 18352
                Serial: 293
                TitleExact: ["kế hoạch về phòng chống bão"]
                TitleFolded: ["ke hoach ve phong chong bao"]
                IssuerFolded: ["so lao dong thuong binh va xa hoi", ""]
                BodyExact: ["kế hoạch ủy ban", "quý i ngày 5", "kế hoạch về phòng chống bão", "sở lao động thương binh và xã hội", ""]
                BodyFolded: ["ke hoach uy ban", "qui i ngay 5", "ke hoach ve phong chong bao", "so lao dong thuong binh va xa hoi", ""]
                Pair: ["ke_hoach|kế_hoạch hoach_uy|hoạch_ủy uy_ban|ủy_ban", "qui_i|quý_i i_ngay|i_ngày ngay_5|ngày_5", "ke_hoach|kế_hoạch hoach_ve|hoạch_về ve_phong|về_phòng phong_chong|phòng_chống chong_bao|chống_bão", "so_lao|sở_lao lao_dong|lao_động dong_thuong|động_thương thuong_binh|thương_binh binh_va|binh_và va_xa|và_xã xa_hoi|xã_hội", ""]
            "#]],
        );
    }

    #[test]
    fn number_is_found_by_document_key_and_by_its_forms() {
        let doc = analyse(&plan(), &Text::default(), 1, 1);
        let has = |field, value: &str| doc.keys.contains(&(field, Token::new(value).unwrap()));
        for key in ["#vanson.sldtbxh|KH|293|2020", "=293/kh-slđtbxh", "293/2020", "293", "/kh"] {
            assert!(has(KeyField::Number, key), "{key}");
        }
        assert!(has(KeyField::NumberPrefix, "293/k"));
    }

    #[test]
    fn citations_and_states() {
        let mut draft = record(Metadata { is_draft: found(true, None), ..Metadata::default() });
        draft.text_source = TextSource::None;
        draft.warnings =
            vec![Warning::new("legacy_encoding", "TCVN3"), Warning::new(NEEDS_OCR, "page 1")];
        draft.metadata.place = found("Vân Sơn".to_owned(), None)
            .map(|place: Found<String>| Found { confidence: 0.5, ..place });
        draft.citations =
            vec![citation("06-CT/TU", Some("2016-05-09")), citation("30/2020/NĐ-CP", None)];
        check(
            &draft,
            "",
            expect![[r#"
                Cites: =6-ct/tu
                Cites: 6/cttu
                Cites: 6/2016/cttu
                Cites: 6/2016/ct
                Cites: =30/2020/nđ-cp
                Cites: 30/2020/ndcp
                Cites: 30/2020/ndcp
                Cites: 30/2020/nd
                State: draft
                State: legacy_font
                State: needs_ocr
                State: needs_review
                State: no_number
                State: scan
            "#]],
        );
    }

    fn citation(number: &str, date: Option<&str>) -> Citation {
        Citation {
            number: Some(number.to_owned()),
            key: None,
            doc_type: None,
            title: None,
            issuer: None,
            issued_on: date.map(|date| date.parse().unwrap()),
            kind: CitationKind::Basis,
            provision: None,
            quote: String::new(),
            page: 1,
            span: Span::new(0, 0),
            rule: "test".to_owned(),
            confidence: 0.9,
            flags: Vec::new(),
            state: None,
            target: None,
        }
    }

    #[test]
    fn running_heads_are_no_body() {
        assert!(is_body(&BlockKind::Note));
        for kind in [BlockKind::Running, BlockKind::Stamp, BlockKind::Watermark] {
            assert!(!is_body(&kind));
        }
    }

    #[test]
    fn typed_words() {
        let typed = words("Uỷ ban  quý 05");
        let forms: Vec<(&str, &str, bool)> = typed
            .iter()
            .map(|word| (word.exact.as_str(), word.folded.as_str(), word.has_accents()))
            .collect();
        assert_eq!(
            forms,
            [("ủy", "uy", true), ("ban", "ban", false), ("quý", "qui", true), ("5", "5", false)]
        );
        assert_eq!(pair(&typed[0], &typed[1]).as_str(), "uy_ban|ủy_ban");
        assert_eq!(pair(&typed[1], &typed[3]).as_str(), "ban_5|");
        assert_eq!(pair_folded(&typed[1], &typed[2]).as_str(), "ban_qui|");
    }

    proptest! {
        /// Whatever stands in a document is found by typing it.
        #[test]
        fn both_sides_make_the_same_tokens(text in "[a-zA-ZÀ-ỹđĐ0-9 ./,-]{0,60}") {
            let doc = analyse(&record(Metadata::default()), &Text::from_plain(&text), 1, 1);
            let indexed = |field| -> Vec<&str> {
                let stream = doc.text.iter().find(|(of, _)| *of == field).map(|(_, stream)| stream);
                stream.into_iter().flat_map(Stream::pages).flatten().collect()
            };
            let typed = words(&text);
            let set = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
            let exact = typed.iter().map(|word| word.exact.as_str()).collect();
            let folded: Vec<&str> = typed.iter().map(|word| word.folded.as_str()).collect();
            let pairs: Vec<Token> =
                typed.windows(2).map(|two| pair(&two[0], &two[1])).collect();
            let pairs = pairs.iter().map(Token::as_str).collect();
            prop_assert_eq!(set(indexed(TextField::BodyExact)), set(exact));
            prop_assert_eq!(indexed(TextField::BodyFolded), folded);
            prop_assert_eq!(set(indexed(TextField::Pair)), set(pairs));
        }
    }
}
