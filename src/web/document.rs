//! `/vb/{key}`: one document, what was read from it and from where, whom it cites and who cites it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use maud::{Markup, html};

use crate::{
    archive::{Archive, ArchiveError},
    catalog::{Aim, CitingCursor, Corrections, FileRow, Head, IncomingPage, Outgoing, Standing},
    domain::{
        citation::CitationState,
        correction::{Field, urgency_name},
        found::{Found, Span},
        record::{Format, Record, RecordId},
    },
    layout::PrintedWord,
    text::Text,
    web::{
        citations::{citations, standing, state_class},
        edit::{Desk, field_key},
        faces, results,
        sheet::{Asked, Face},
        shell::Page,
        text_view::{Mark, MarkKind},
        words::Lang,
    },
};

/// Everything the page of a document shows.
#[derive(Debug)]
pub struct View {
    pub(super) head: Head,
    pub(super) text: Text,
    files: Vec<FileRow>,
    pub(super) outgoing: Vec<Outgoing>,
    pub(super) incoming: IncomingPage,
    /// What other documents say has become of it.
    pub(super) standing: Vec<Standing>,
    /// What other documents, mentioned above, are called.
    pub(super) others: BTreeMap<RecordId, Record>,
    pub(super) corrections: Corrections,
    pub(super) hits: Vec<Span>,
    pub(super) asked: Asked,
    pub(super) face: Face,
    /// Size of the page asked for in points, when its picture is to be shown and there is one.
    pub(super) sheet_size: Option<(f32, f32)>,
    /// The words of that page as printed.
    pub(super) words: Vec<PrintedWord>,
}

/// Citing documents that are shown at once.
const N_CITING: usize = 50;
/// Sentences about what became of the document that are shown.
const N_STANDING: usize = 20;

impl View {
    /// Collects it; `None` for an unknown document. `after` is the place in the list of citing documents.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn load(
        archive: &Archive,
        id: &RecordId,
        asked: Asked,
        after: Option<&CitingCursor>,
    ) -> Result<Option<Self>, ArchiveError> {
        let catalog = &archive.catalog;
        let Some(head) = catalog.heads(std::slice::from_ref(id))?.pop() else { return Ok(None) };
        let text = catalog.text(id)?.unwrap_or_default();
        let outgoing = catalog.outgoing(id)?;
        let incoming = catalog.incoming(Aim::Held(id), after, N_CITING)?;
        let standing = catalog.standing(id, N_STANDING)?;
        let mut ids: Vec<RecordId> =
            incoming.mentions.iter().map(|mention| mention.citing.clone()).collect();
        for mention in &outgoing {
            ids.extend(mention.citation.target.clone());
            ids.extend(mention.candidates.iter().map(|(id, _)| id.clone()));
        }
        for told in &standing {
            ids.push(told.told_by.clone());
            ids.extend(told.by.clone());
        }
        ids.sort();
        ids.dedup();
        let others = catalog
            .heads(&ids)?
            .into_iter()
            .map(|head| (head.record.id.clone(), head.record))
            .collect();
        let hits = archive.hit_spans(&asked.query, &text, results::today());
        let (files, corrections) = (catalog.paths(id)?, catalog.corrections(id)?);
        let has_sheets = head.record.format == Some(Format::Pdf);
        // A scan without words is looked at; everything else is read.
        let is_bare = has_sheets && text.lines.is_empty();
        let face = asked.face.unwrap_or(if is_bare { Face::Sheet } else { Face::Text });
        let sheet_size = if has_sheets && face == Face::Sheet {
            faces::size_of_page(catalog.layout(id)?, asked.page)
        } else {
            None
        };
        Ok(Some(Self {
            head,
            text,
            files,
            outgoing,
            incoming,
            standing,
            others,
            hits,
            corrections,
            asked,
            face,
            sheet_size,
            words: Vec::new(),
        }))
    }

    fn desk<'a>(&'a self, clerk: &'a str, lang: Lang) -> Desk<'a> {
        let record = &self.head.record;
        let corrections = &self.corrections;
        Desk { id: &record.id, metadata: &record.metadata, corrections, clerk, lang }
    }

    pub(super) fn record(&self) -> &Record {
        &self.head.record
    }

    pub(super) fn files(&self) -> &[FileRow] {
        &self.files
    }

    pub(super) fn other_name(&self, id: &RecordId) -> String {
        self.others.get(id).map_or_else(|| id.to_string(), name)
    }
}

/// What a document is called in a list: its number, else its type and subject, else its file.
pub fn name(record: &Record) -> String {
    let metadata = &record.metadata;
    match (&metadata.number, &metadata.doc_type, &metadata.subject) {
        (Some(number), ..) => number.value.clone(),
        (None, Some(doc_type), Some(subject)) => {
            format!("{}: {}", doc_type.value, shortened(&subject.value, 60))
        }
        (None, Some(doc_type), None) => doc_type.value.clone(),
        (None, None, Some(subject)) => shortened(&subject.value, 80),
        (None, None, None) => record.path.rsplit('/').next().unwrap_or(&record.path).to_owned(),
    }
}

/// The first `n` characters, with a mark when something was left out.
pub fn shortened(text: &str, n: usize) -> String {
    match text.char_indices().nth(n) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// The sentence by which a document is cited: `Nghị định số 30/2020/NĐ-CP ngày 05/3/2020 của
/// Chính phủ về công tác văn thư`.
///
/// # Source
/// Nghị định 30/2020/NĐ-CP, Phụ lục I, phần II, mục 6: type, number, date, issuer and subject at the first mention.
pub fn citation_sentence(record: &Record) -> String {
    let metadata = &record.metadata;
    let mut words = Vec::new();
    words.extend(metadata.doc_type.as_ref().map(|found| found.value.clone()));
    words.extend(metadata.number.as_ref().map(|found| format!("số {}", found.value)));
    words.extend(metadata.issued_on.as_ref().map(|found| match found.value.day() {
        Some(_) => format!("ngày {}", found.value.to_vietnamese()),
        None => format!("tháng {}", found.value.to_vietnamese()),
    }));
    words.extend(metadata.issuer.as_ref().map(|found| format!("của {}", found.value)));
    words.extend(metadata.subject.as_ref().map(|found| found.value.clone()));
    words.join(" ")
}

/// The page of a document.
pub fn page(view: &View, lang: Lang, clerk: &str) -> Page {
    let record = &view.head.record;
    let desk = view.desk(clerk, lang);
    let title = name(record);
    let body = html! {
        h1 {
            (title)
            @if let Some(subject) = &record.metadata.subject {
                " — " span { (shortened(&subject.value, 160)) }
            }
        }
        @if view.corrections.is_withdrawn() { p.note role="alert" { (lang.word("doc.withdrawn")) } }
        p {
            a.button href={ "/api/v1/documents/" (record.id) "/original" } download { (lang.word("doc.original")) }
            " "
            button type="button" hidden data-copy=(citation_sentence(record)) data-done=(lang.word("doc.copied")) {
                (lang.word("doc.copy"))
            }
        }
        (standing(view, lang))
        div.document {
            section.panel aria-labelledby="fields" {
                h2 #fields { (lang.word("doc.fields")) }
                (fields(view, &desk))
                (desk.log())
                (files(&view.files, record, lang))
                @if !record.warnings.is_empty() {
                    details {
                        summary { (lang.word("doc.warnings")) " (" (record.warnings.len()) ")" }
                        ul.small { @for warning in &record.warnings { li { code { (warning.code) } " " (warning.message) } } }
                    }
                }
            }
            section aria-labelledby="text" { (faces::faces(view, lang)) }
            section.panel.citations aria-labelledby="citations" { (citations(view, &desk)) }
        }
    };
    Page { title, place: "", query: Some(view.asked.query.clone()), body, status: StatusCode::OK }
}

/// The page of the citations alone.
pub fn citations_page(view: &View, lang: Lang, clerk: &str) -> Page {
    let record = &view.head.record;
    let title = format!("{} – {}", name(record), lang.word("doc.citations"));
    let body = html! {
        h1 { a href={ "/vb/" (record.id) } { (name(record)) } " – " (lang.word("doc.citations")) }
        (standing(view, lang))
        section.panel { (citations(view, &view.desk(clerk, lang))) }
    };
    Page { title, place: "", query: Some(String::new()), body, status: StatusCode::OK }
}

/// Several documents carry the number: a list to choose from, never a guess.
pub fn candidates_page(asked: &str, heads: &[Head], lang: Lang) -> Page {
    let body = html! {
        h1 { (lang.word("doc.candidates")) ": " (asked) }
        p { (lang.word("doc.candidates_why")) }
        ul.cards {
            @for head in heads {
                li.card {
                    div.line {
                        a.number href={ "/vb/" (head.record.id) } { (name(&head.record)) }
                        (byline(&head.record, lang))
                    }
                    @if let Some(subject) = &head.record.metadata.subject { p { (subject.value) } }
                }
            }
        }
    };
    Page {
        title: asked.to_owned(),
        place: "",
        query: Some(asked.to_owned()),
        body,
        status: StatusCode::MULTIPLE_CHOICES,
    }
}

/// No such document.
pub fn not_found_page(asked: &str, lang: Lang) -> Page {
    let body = html! {
        h1 { (lang.word("doc.not_found")) }
        p { (lang.word("doc.not_found_why")) }
    };
    Page {
        title: lang.word("doc.not_found").to_owned(),
        place: "",
        query: Some(asked.to_owned()),
        body,
        status: StatusCode::NOT_FOUND,
    }
}

/// Date, issuer and type in one line; what was not read is said to be so.
pub fn byline(record: &Record, lang: Lang) -> Markup {
    let metadata = &record.metadata;
    let unread = lang.word("doc.unread");
    html! {
        span.num {
            @match &metadata.issued_on { Some(date) => (lang.date(date.value)), None => span.soft title=(lang.word("field.issued_on")) { (unread) } }
        }
        span { @match &metadata.issuer { Some(issuer) => (issuer.value), None => span.soft title=(lang.word("field.issuer")) { (unread) } } }
        span { @match &metadata.doc_type { Some(doc_type) => (doc_type.value), None => span.soft title=(lang.word("field.doc_type")) { (unread) } } }
    }
}

/// Values below this are marked as to be checked.
const TO_BE_CHECKED: f32 = 0.6;

fn field<T>(
    view: &View,
    desk: &Desk<'_>,
    field: Field,
    found: &Option<Found<T>>,
    show: impl Fn(&T) -> Markup,
) -> Markup {
    let lang = desk.lang;
    html! {
        dt { (lang.word(field_key(field))) }
        dd {
            @match found {
                Some(found) => {
                    @let doubtful = found.confidence < TO_BE_CHECKED;
                    span.check[doubtful] title=(found.rule) { (show(&found.value)) }
                    @if doubtful { " " span.badge { (lang.word("doc.check")) } }
                    @if found.span.end > found.span.start {
                        div.from { a href=(view.href(found.page, &format!("o-{}", field.code()))) { (lang.word("doc.read_at")) " " (found.page) } }
                    }
                }
                None => span.soft { (lang.word("doc.unread")) }
            }
            (desk.field(field))
        }
    }
}

fn fields(view: &View, desk: &Desk<'_>) -> Markup {
    let metadata = &view.head.record.metadata;
    let lang = desk.lang;
    let plain = |value: &String| html! { (value) };
    html! {
        dl.fields {
            (field(view, desk, Field::Number, &metadata.number, plain))
            (field(view, desk, Field::IssuedOn, &metadata.issued_on, |date| html! { (lang.date(*date)) }))
            (field(view, desk, Field::Issuer, &metadata.issuer, plain))
            (field(view, desk, Field::ParentIssuer, &metadata.parent_issuer, plain))
            (field(view, desk, Field::DocType, &metadata.doc_type, plain))
            (field(view, desk, Field::Subject, &metadata.subject, plain))
            (field(view, desk, Field::Signer, &metadata.signer, plain))
            (field(view, desk, Field::SignerPosition, &metadata.signer_position, plain))
            (field(view, desk, Field::SigningCapacity, &metadata.signing_capacity, plain))
            (field(view, desk, Field::Place, &metadata.place, plain))
            (field(view, desk, Field::Urgency, &metadata.urgency, |level| html! { (urgency_name(*level)) }))
            (field(view, desk, Field::IsDraft, &metadata.is_draft, |is_draft| html! {
                @if *is_draft { span.badge { (lang.word("state.draft")) } } @else { (lang.word("edit.no")) }
            }))
            (field(view, desk, Field::Recipients, &metadata.recipients, |lines| html! {
                ul { @for line in lines { li { (line) } } }
            }))
        }
    }
}

fn files(files: &[FileRow], record: &Record, lang: Lang) -> Markup {
    html! {
        h3 { (lang.word("doc.files")) }
        ul.small {
            @for file in files { li { (file.stat.path.to_string()) } }
        }
        details.small {
            summary { (lang.word("doc.hash")) }
            code { (record.sha256) }
        }
    }
}

pub(super) fn marks(view: &View) -> Vec<Mark> {
    let metadata = &view.head.record.metadata;
    let mut marks = Vec::new();
    let mut mark_field = |name, span: Span| {
        // A value that a clerk added stands nowhere.
        if span.end > span.start {
            marks.push(Mark { span, kind: MarkKind::Field(name) });
        }
    };
    let strings = [
        ("number", &metadata.number),
        ("issuer", &metadata.issuer),
        ("parent_issuer", &metadata.parent_issuer),
        ("doc_type", &metadata.doc_type),
        ("subject", &metadata.subject),
        ("signer", &metadata.signer),
        ("signer_position", &metadata.signer_position),
        ("signing_capacity", &metadata.signing_capacity),
        ("place", &metadata.place),
    ];
    for (name, found) in strings {
        if let Some(found) = found {
            mark_field(name, found.span);
        }
    }
    if let Some(found) = &metadata.issued_on {
        mark_field("issued_on", found.span);
    }
    if let Some(found) = &metadata.recipients {
        mark_field("recipients", found.span);
    }
    for (seq, outgoing) in view.outgoing.iter().enumerate() {
        let citation = &outgoing.citation;
        let href = match &citation.target {
            Some(target) if citation.state == Some(CitationState::Resolved) => {
                format!("/vb/{target}")
            }
            _ => format!("#cite-{seq}"),
        };
        let class = state_class(citation.state);
        marks.push(Mark { span: citation.span, kind: MarkKind::Citation { seq, href, class } });
    }
    marks.extend(view.hits.iter().map(|span| Mark { span: *span, kind: MarkKind::Hit }));
    marks
}
