//! `/kiem-tra`: the fields that were read with little confidence, one at a time.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use maud::{Markup, html};

use crate::{
    catalog::{Catalog, CatalogError, ToReview},
    domain::{
        correction::Field,
        found::Span,
        record::{Metadata, RecordId},
    },
    text::Text,
    web::{
        App,
        document::name,
        edit::{field_key, input, value_text},
        pages::framed,
        shell::{Page, Visit},
        text_view::{self, Mark, MarkKind},
        words::Lang,
    },
};

/// Documents looked through at once for the next field.
const STEP: usize = 8;
/// Lines of the text shown before and after a field.
const N_LINES_AROUND: usize = 4;
/// The time over which the pace is told.
const PACE: Duration = Duration::from_secs(600);

/// A place in the queue: a document, and a field of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    ord: i64,
    field: usize,
}

impl Place {
    const START: Self = Self { ord: 0, field: 0 };

    fn parse(text: &str) -> Option<Self> {
        let (ord, field) = text.split_once('.')?;
        Some(Self { ord: ord.parse().ok()?, field: field.parse().ok()? })
    }

    fn text(self) -> String {
        format!("{}.{}", self.ord, self.field)
    }
}

/// One field to look at.
struct Task {
    place: Place,
    field: Field,
    document: ToReview,
    text: Text,
}

/// `/kiem-tra?sau=PLACE&da=ENTRY`: the first field after a place, and the entry just made.
pub async fn queue(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    let visit = Visit::from_request(&uri, &headers);
    let asked = |name: &str| {
        let pairs = uri.query().unwrap_or("").split('&');
        pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)
    };
    let after = asked("sau").and_then(|(_, place)| Place::parse(place));
    let made = asked("da").and_then(|(_, seq)| seq.parse::<i64>().ok());
    let clerk = visit.clerk.clone();
    framed(&app, visit, move |app, lang| {
        let catalog = &app.archive.catalog;
        let task = next(catalog, after)?;
        let undo = match made {
            Some(seq) => catalog.corrected_by(seq)?.map(|id| (seq, id)),
            None => None,
        };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let since = since.saturating_sub(PACE).as_millis();
        let pace = catalog.n_corrections_since(i64::try_from(since).unwrap_or(i64::MAX))?;
        let counts = (catalog.n_to_review()?, pace);
        Ok(page(task.as_ref(), after, undo.as_ref(), counts, &clerk, lang))
    })
    .await
}

/// The first field after a place.
fn next(catalog: &Catalog, after: Option<Place>) -> Result<Option<Task>, CatalogError> {
    let mut from = after.unwrap_or(Place::START).ord;
    loop {
        let documents = catalog.to_review(from, STEP)?;
        let Some(last) = documents.last().map(|document| document.ord) else { return Ok(None) };
        for document in documents {
            let later = document.fields().into_iter().find_map(|field| {
                let at = Field::ALL.iter().position(|other| *other == field)?;
                let place = Place { ord: document.ord, field: at };
                after.is_none_or(|after| place > after).then_some((place, field))
            });
            if let Some((place, field)) = later {
                let text = catalog.text(&document.record.id)?.unwrap_or_default();
                return Ok(Some(Task { place, field, document, text }));
            }
        }
        from = last + 1;
    }
}

fn page(
    task: Option<&Task>,
    after: Option<Place>,
    undo: Option<&(i64, RecordId)>,
    (n_left, n_made): (u64, u64),
    clerk: &str,
    lang: Lang,
) -> Page {
    let body = html! {
        h1 { (lang.word("review.heading")) }
        p role="status" {
            (lang.count(n_left)) " " (lang.word("review.left"))
            @if n_made > 0 { " · " (lang.count(n_made)) " " (lang.word("review.pace")) }
        }
        @if let Some((seq, id)) = undo {
            form.inline method="post" action={ "/vb/" (id) "/sua" } {
                input type="hidden" name="undo" value=(seq);
                input type="hidden" name="by" value=(clerk);
                input type="hidden" name="queue" value=(before(after).text());
                (lang.word("review.made")) " "
                button.small type="submit" data-key="u" { (lang.word("edit.undo")) }
            }
        }
        @match task {
            Some(task) => (one(task, clerk, lang)),
            None if n_left > 0 => p { (lang.word("review.end")) " " a.button href="/kiem-tra" { (lang.word("review.again")) } },
            None => p { (lang.word("review.empty")) },
        }
    };
    Page {
        title: lang.word("review.heading").to_owned(),
        place: "nav.review",
        query: Some(String::new()),
        body,
        status: StatusCode::OK,
    }
}

/// The place right before one, so that it comes next again.
fn before(place: Option<Place>) -> Place {
    let place = place.unwrap_or(Place::START);
    match place.field {
        0 => Place { ord: place.ord - 1, field: Field::ALL.len() },
        field => Place { field: field - 1, ..place },
    }
}

fn one(task: &Task, clerk: &str, lang: Lang) -> Markup {
    let record = &task.document.record;
    let corrections = &task.document.corrections;
    let value = task.field.of(&record.metadata);
    let seen = corrections.log.last().map_or(0, |entry| entry.seq);
    let (page, span) = place_of(task.field, &record.metadata);
    html! {
        div.columns.review {
            section.panel aria-labelledby="seen" {
                h2 #seen { a href={ "/vb/" (record.id) "?trang=" (page) "#o-" (task.field.code()) } { (name(record)) } " – " (lang.word("doc.page")) " " (page) }
                div.paper { (text_view::around(&task.text, &mark(task.field, span), page, N_LINES_AROUND)) }
                p.small.soft { (record.path) }
            }
            section.panel aria-labelledby="proposed" {
                h2 #proposed { (lang.word(field_key(task.field))) }
                @if corrections.is_disputed(task.field) {
                    p.note {
                        (lang.word("edit.disputed")) " "
                        b { (value_text(lang, task.field, corrections.read_of(task.field).as_deref())) }
                    }
                }
                form method="post" action={ "/vb/" (record.id) "/sua" } {
                    input type="hidden" name="field" value=(task.field.code());
                    input type="hidden" name="seen" value=(seen);
                    input type="hidden" name="queue" value=(task.place.text());
                    (input(task.field, value.as_deref().unwrap_or_default(), lang))
                    p { label { (lang.word("edit.by")) " " input name="by" value=(clerk) required maxlength="100" autocomplete="name"; } }
                    button.main type="submit" data-key="Enter" { (lang.word("review.accept")) } " "
                    a.button href={ "/kiem-tra?sau=" (task.place.text()) } data-key=" " { (lang.word("review.skip")) }
                }
                p.small.soft { (lang.word("review.hint")) }
            }
        }
    }
}

fn mark(field: Field, span: Span) -> Vec<Mark> {
    let is_somewhere = span.end > span.start;
    is_somewhere.then_some(Mark { span, kind: MarkKind::Field(field.code()) }).into_iter().collect()
}

/// Page and place that a field was read from.
fn place_of(field: Field, metadata: &Metadata) -> (u32, Span) {
    let text = match field {
        Field::Number => &metadata.number,
        Field::Issuer => &metadata.issuer,
        Field::ParentIssuer => &metadata.parent_issuer,
        Field::DocType => &metadata.doc_type,
        Field::Subject => &metadata.subject,
        Field::Signer => &metadata.signer,
        Field::SignerPosition => &metadata.signer_position,
        Field::SigningCapacity => &metadata.signing_capacity,
        Field::Place => &metadata.place,
        Field::IssuedOn => {
            return metadata.issued_on.as_ref().map_or((1, Span::new(0, 0)), |f| (f.page, f.span));
        }
        Field::Recipients => {
            return metadata.recipients.as_ref().map_or((1, Span::new(0, 0)), |f| (f.page, f.span));
        }
        Field::Urgency => {
            return metadata.urgency.as_ref().map_or((1, Span::new(0, 0)), |f| (f.page, f.span));
        }
        Field::IsDraft => {
            return metadata.is_draft.as_ref().map_or((1, Span::new(0, 0)), |f| (f.page, f.span));
        }
    };
    text.as_ref().map_or((1, Span::new(0, 0)), |found| (found.page, found.span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_and_the_one_before_it() {
        let place = Place::parse("7.0").unwrap();
        assert_eq!(before(Some(place)).text(), "6.13");
        assert!(before(Some(place)) < place);
        assert_eq!(before(Place::parse("7.3")).text(), "7.2");
        assert_eq!(Place::parse("x.3"), None);
    }
}
