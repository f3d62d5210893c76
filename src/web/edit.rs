//! The forms by which a clerk corrects a document, and the log of what was corrected. They work
//! without a script.

use maud::{Markup, html};

use crate::{
    catalog::{Correction, Corrections, Decision, Outgoing, Subject},
    domain::{
        citation::CitationState,
        correction::{Field, date, urgency_name},
        record::{Metadata, RecordId, Urgency},
    },
    web::{status::instant, words::Lang},
};

/// What the forms of one document are made from.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The document.
    pub id: &'a RecordId,
    /// Its fields as they are shown.
    pub metadata: &'a Metadata,
    /// What was decided so far.
    pub corrections: &'a Corrections,
    /// The name given last in this browser.
    pub clerk: &'a str,
    /// The language of the page.
    pub lang: Lang,
}

impl Desk<'_> {
    /// Where the forms of the document are sent.
    fn action(&self) -> String {
        format!("/vb/{}/sua", self.id)
    }

    /// The latest entry of the log: what comes after it, the clerk has not seen.
    fn seen(&self) -> i64 {
        self.corrections.log.last().map_or(0, |entry| entry.seq)
    }

    /// Who signs, and up to where the log was read.
    fn signature(&self) -> Markup {
        html! {
            input type="hidden" name="seen" value=(self.seen());
            label { (self.lang.word("edit.by")) " " input name="by" value=(self.clerk) required maxlength="100" autocomplete="name"; }
        }
    }

    /// What stands below a field: what was read where that differs, and the form.
    pub fn field(&self, field: Field) -> Markup {
        let lang = self.lang;
        let shown = field.of(self.metadata);
        let entry = self.corrections.of_field(field);
        let read = self.corrections.read_of(field);
        html! {
            @if let Some(entry) = entry {
                div.from {
                    (lang.word("edit.corrected_by")) " " (entry.by) " · " (instant(entry.at_ms))
                    @if read != entry.new {
                        " · " (lang.word("edit.read_as")) ": "
                        span.soft { (value_text(lang, field, read.as_deref())) }
                    }
                    (self.undo(entry))
                }
                @if self.corrections.is_disputed(field) {
                    p.note { (lang.word("edit.disputed")) " " b { (value_text(lang, field, read.as_deref())) } }
                }
            }
            details.edit {
                summary { (lang.word("edit.edit")) span.skip { " " (lang.word(field_key(field))) } }
                form method="post" action=(self.action()) {
                    input type="hidden" name="field" value=(field.code());
                    (input(field, shown.as_deref().unwrap_or_default(), lang))
                    (self.signature())
                    button type="submit" { (lang.word("edit.save")) }
                    span.small.soft { (lang.word("edit.blank_hint")) }
                }
            }
        }
    }

    fn undo(&self, entry: &Correction) -> Markup {
        html! {
            form.inline method="post" action=(self.action()) {
                input type="hidden" name="undo" value=(entry.seq);
                input type="hidden" name="by" value=(if self.clerk.is_empty() { entry.by.as_str() } else { self.clerk });
                input type="hidden" name="seen" value=(self.seen());
                button.small type="submit" { (self.lang.word("edit.undo")) }
            }
        }
    }

    /// What stands below a citation: who decided it, and how it may be decided.
    pub fn citation(
        &self,
        outgoing: &Outgoing,
        decided: Option<&Correction>,
        name: &dyn Fn(&RecordId) -> String,
    ) -> Markup {
        let lang = self.lang;
        let seq = outgoing.seq;
        let candidates = outgoing.candidates.iter().map(|(id, _)| id);
        let choices: Vec<&RecordId> = candidates.chain(&outgoing.citation.target).collect();
        let is_dismissed = outgoing.citation.state == Some(CitationState::Dismissed);
        let button = |ruling: &str, text: Markup| {
            html! { button.small type="submit" name="ruling" value=(ruling) { (text) } }
        };
        html! {
            @if let Some(entry) = decided {
                div.from {
                    (lang.word("edit.decided_by")) " " (entry.by) " · " (instant(entry.at_ms)) (self.undo(entry))
                }
            }
            details.edit {
                summary { (lang.word("edit.decide")) }
                form method="post" action=(self.action()) {
                    input type="hidden" name="citation" value=(seq);
                    (self.signature())
                    div {
                        @for id in &choices {
                            (button(&format!("means:{id}"), html! { (lang.word("edit.means")) " " (name(id)) })) " "
                        }
                        @if !choices.is_empty() { (button("none", html! { (lang.word("edit.none_of_these")) })) " " }
                        @if !is_dismissed { (button("dismissed", html! { "✕ " (lang.word("edit.dismiss")) })) }
                    }
                    label { (lang.word("edit.other_target")) " " input name="target" maxlength="100"; }
                    " " (button("typed", html! { (lang.word("edit.choose")) }))
                }
            }
        }
    }

    /// The log, and the form that withdraws the document or takes it back in.
    pub fn log(&self) -> Markup {
        let lang = self.lang;
        let withdrawn = self.corrections.is_withdrawn();
        html! {
            @if !self.corrections.log.is_empty() {
                details.small {
                    summary { (lang.word("edit.log")) " (" (self.corrections.log.len()) ")" }
                    table {
                        thead { tr {
                            th { (lang.word("edit.when")) } th { (lang.word("edit.who")) } th { (lang.word("edit.what")) }
                            th { (lang.word("edit.old")) } th { (lang.word("edit.new")) }
                        } }
                        tbody { @for entry in self.corrections.log.iter().rev() { (self.row(entry)) } }
                    }
                }
            }
            details.edit.small {
                summary { @if withdrawn { (lang.word("edit.take_back")) } @else { (lang.word("edit.withdraw")) } }
                form method="post" action=(self.action()) {
                    p { (lang.word("edit.withdraw_why")) }
                    input type="hidden" name="withdrawn" value=(if withdrawn { "0" } else { "1" });
                    (self.signature())
                    button type="submit" { @if withdrawn { (lang.word("edit.take_back")) } @else { (lang.word("edit.withdraw")) } }
                }
            }
        }
    }

    fn row(&self, entry: &Correction) -> Markup {
        let lang = self.lang;
        html! {
            tr {
                td.num { (instant(entry.at_ms)) }
                td { (entry.by) }
                td {
                    (subject_text(lang, &entry.subject))
                    @if let Some(undone) = entry.undoes { " · " (lang.word("edit.undoes")) " " (undone) }
                    @if entry.is_undone { " · " (lang.word("edit.undone")) }
                }
                td { (entry_text(lang, entry, entry.old.as_deref())) }
                td { (entry_text(lang, entry, entry.new.as_deref())) }
            }
        }
    }
}

/// The box of a field, with its value.
pub fn input(field: Field, value: &str, lang: Lang) -> Markup {
    let label = lang.word(field_key(field));
    html! {
        @match field {
            Field::Recipients | Field::Subject => {
                textarea name="value" rows="3" maxlength="4000" aria-label=(label) { (value) }
            }
            Field::Urgency => select name="value" aria-label=(label) {
                option value="" selected[value.is_empty()] { (lang.word("edit.none")) }
                @for level in [Urgency::Urgent, Urgency::VeryUrgent, Urgency::Express] {
                    option selected[value == urgency_name(level)] { (urgency_name(level)) }
                }
            },
            Field::IsDraft => select name="value" aria-label=(label) {
                option value="false" selected[value != "true"] { (lang.word("edit.no")) }
                option value="true" selected[value == "true"] { (lang.word("edit.yes")) }
            },
            _ => input name="value" value=(typed_form(field, value)) maxlength="4000" aria-label=(label) autocomplete="off";,
        }
    }
}

/// A value as it is typed: dates as clerks write them.
fn typed_form(field: Field, value: &str) -> String {
    match (field, date(value)) {
        (Field::IssuedOn, Some(date)) => date.to_vietnamese(),
        _ => value.to_owned(),
    }
}

/// A value as it is shown.
pub fn value_text(lang: Lang, field: Field, value: Option<&str>) -> String {
    let Some(value) = value else { return lang.word("edit.none").to_owned() };
    match field {
        Field::IssuedOn => date(value).map_or_else(|| value.to_owned(), |date| lang.date(date)),
        Field::IsDraft if value == "true" => lang.word("edit.yes").to_owned(),
        Field::IsDraft => lang.word("edit.no").to_owned(),
        _ => value.replace('\n', "; "),
    }
}

fn entry_text(lang: Lang, entry: &Correction, value: Option<&str>) -> Markup {
    match (&entry.subject, value) {
        (Subject::Field(field), _) => html! { (value_text(lang, *field, value)) },
        (Subject::Withdrawal, Some(_)) => html! { (lang.word("edit.is_withdrawn")) },
        (Subject::Withdrawal, None) => html! { (lang.word("edit.is_there")) },
        (Subject::Citation(_), value) => match value.and_then(Decision::from_code) {
            Some(Decision::Target(id)) => html! { a href={ "/vb/" (id) } { (id) } },
            Some(Decision::NoneOf(_)) => html! { (lang.word("edit.none_of_these")) },
            Some(Decision::Dismissed) => html! { (lang.word("cite.dismissed")) },
            None => html! { (lang.word("edit.as_read")) },
        },
    }
}

fn subject_text(lang: Lang, subject: &Subject) -> Markup {
    match subject {
        Subject::Field(field) => html! { (lang.word(field_key(*field))) },
        Subject::Withdrawal => html! { (lang.word("edit.withdraw")) },
        Subject::Citation(anchor) => html! { (lang.word("edit.citation")) " " (anchor.cited) },
    }
}

/// The key of the words for a field.
pub fn field_key(field: Field) -> &'static str {
    match field {
        Field::Number => "field.number",
        Field::IssuedOn => "field.issued_on",
        Field::Issuer => "field.issuer",
        Field::ParentIssuer => "field.parent_issuer",
        Field::DocType => "field.doc_type",
        Field::Subject => "field.subject",
        Field::Signer => "field.signer",
        Field::SignerPosition => "field.signer_position",
        Field::SigningCapacity => "field.signing_capacity",
        Field::Place => "field.place",
        Field::Recipients => "field.recipients",
        Field::Urgency => "field.urgency",
        Field::IsDraft => "field.is_draft",
    }
}
