//! The panel of citations and of what became of a document: UX §2.4. Shows what the catalog says,
//! decides nothing.

use maud::{Markup, html};

use crate::{
    catalog::{CitingCursor, Incoming, Outgoing, Standing},
    domain::{
        citation::{Citation, CitationFlag, CitationKind, CitationState},
        record::{Record, RecordId},
    },
    extract::{effect::EffectKind, resolve::Reason},
    web::{
        document::{View, byline, shortened},
        edit::Desk,
        words::Lang,
    },
};

/// The three groups of citations, always all three, with their counts.
pub(super) fn citations(view: &View, desk: &Desk<'_>) -> Markup {
    let lang = desk.lang;
    let made: Vec<Citation> = view.outgoing.iter().map(|made| made.citation.clone()).collect();
    let decided = view.corrections.decided(&made);
    let row = |seq: usize, outgoing: &Outgoing| {
        let forms = desk.citation(outgoing, decided.get(&seq).copied(), &|id| view.other_name(id));
        outgoing_row(view, seq, outgoing, &forms, lang)
    };
    let is_dismissed =
        |outgoing: &&Outgoing| outgoing.citation.state == Some(CitationState::Dismissed);
    let is_clear = |outgoing: &&Outgoing| {
        matches!(
            outgoing.citation.state,
            Some(CitationState::Resolved | CitationState::SelfReference)
        )
    };
    let numbered: Vec<(usize, &Outgoing)> = view.outgoing.iter().enumerate().collect();
    let (dismissed, numbered): (Vec<_>, Vec<_>) =
        numbered.into_iter().partition(|(_, o)| is_dismissed(o));
    let (clear, unclear): (Vec<_>, Vec<_>) = numbered.into_iter().partition(|(_, o)| is_clear(o));
    html! {
        h2 #citations { (lang.word("doc.citations")) }
        h3 { (lang.word("cite.out")) " (" (clear.len()) ")" }
        @if view.outgoing.is_empty() { p.soft { (lang.word("cite.none")) } }
        ul.cites { @for (seq, outgoing) in &clear { (row(*seq, outgoing)) } }
        h3 #cited-by { (lang.word("cite.in")) " (" (lang.count(view.head.n_cited_by)) ")" }
        @if view.head.n_cited_by == 0 { p.soft { (lang.word("cite.in_none")) } }
        ul.cites { @for incoming in &view.incoming.mentions { (incoming_row(view, incoming, lang)) } }
        @if let Some(next) = &view.incoming.next {
            p { a.button rel="next" href={ "/vb/" (view.head.record.id) "/vien-dan?den=" (cursor_text(next)) "#cited-by" } { (lang.word("cite.in_more")) } }
        }
        h3 { (lang.word("cite.unclear")) " (" (unclear.len()) ")" }
        @if unclear.is_empty() { p.soft { (lang.word("cite.unclear_none")) } }
        ul.cites { @for (seq, outgoing) in &unclear { (row(*seq, outgoing)) } }
        @if !dismissed.is_empty() {
            details {
                summary { (lang.word("cite.dismissed")) " (" (dismissed.len()) ")" }
                ul.cites { @for (seq, outgoing) in &dismissed { (row(*seq, outgoing)) } }
            }
        }
    }
}

fn outgoing_row(
    view: &View,
    seq: usize,
    outgoing: &Outgoing,
    forms: &Markup,
    lang: Lang,
) -> Markup {
    let citation = &outgoing.citation;
    html! {
        li id={ "cite-" (seq) } {
            span.badge { (lang.word(kind_key(citation.kind))) } " "
            @match &citation.target {
                Some(target) => a href={ "/vb/" (target) } { (cited_name(citation)) },
                None => b { (cited_name(citation)) },
            }
            @if let Some(date) = citation.issued_on { " " span.num.soft { (lang.date(date)) } }
            @let held = citation.target.as_ref().and_then(|target| view.others.get(target));
            @if let Some(subject) = held.and_then(|record| record.metadata.subject.as_ref()) {
                div.small.soft { (shortened(&subject.value, 160)) }
            }
            div.small class={ "state-" (state_class(citation.state)) } {
                (state_mark(citation.state)) " " (lang.word(state_key(citation.state)))
                (flags(citation, held, lang))
            }
            @if !outgoing.candidates.is_empty() {
                div.small {
                    (lang.word("cite.candidates")) ":"
                    ul {
                        @for (id, reason) in &outgoing.candidates {
                            li {
                                a href={ "/vb/" (id) } { (view.other_name(id)) } " – " (lang.word(reason_key(*reason)))
                                @if let Some(record) = view.others.get(id) { span.line.soft { (byline(record, lang)) } }
                            }
                        }
                    }
                }
            }
            blockquote {
                a href=(view.full_href(citation.page, &format!("vd-{seq}"))) { (lang.word("cite.from_page")) " " (citation.page) } ": "
                (shortened(&citation.quote, 300))
            }
            (forms)
        }
    }
}

fn incoming_row(view: &View, incoming: &Incoming, lang: Lang) -> Markup {
    let citation = &incoming.citation;
    html! {
        li {
            span.badge { (lang.word(kind_key(citation.kind))) } " "
            a href={ "/vb/" (incoming.citing) "?trang=" (citation.page) "#vd-" (incoming.seq) } { (view.other_name(&incoming.citing)) }
            @if let Some(record) = view.others.get(&incoming.citing) { div.line.small.soft { (byline(record, lang)) } }
            @if !citation.flags.is_empty() { div.small { (flags(citation, Some(&view.head.record), lang)) } }
            blockquote { (shortened(&citation.quote, 300)) }
        }
    }
}

/// What is remarkable about a citation; a date that differs is shown beside the one on record.
fn flags(citation: &Citation, held: Option<&Record>, lang: Lang) -> Markup {
    let on_record = held.and_then(|record| record.metadata.issued_on.as_ref());
    html! {
        @for flag in &citation.flags {
            " · ⚠ " (lang.word(flag_key(*flag)))
            @if let (CitationFlag::DateDiffers, Some(cited), Some(real)) = (flag, citation.issued_on, on_record) {
                ": " span.num { (lang.date(cited)) " ≠ " (lang.date(real.value)) }
            }
        }
    }
}

/// What other documents of the archive say has become of this one, each with its sentence.
pub(super) fn standing(view: &View, lang: Lang) -> Markup {
    html! {
        @if !view.standing.is_empty() {
            section.note.standing aria-labelledby="standing" {
                h2 #standing { (lang.word("standing.heading")) }
                ul {
                    @for told in &view.standing {
                        li {
                            b { (standing_words(told, lang)) }
                            @match (&told.by, &told.by_number) {
                                (Some(by), _) => { " " (lang.word("standing.by")) " " a href={ "/vb/" (by) } { (view.other_name(by)) } },
                                (None, Some(number)) => { " " (lang.word("standing.by")) " " (number) },
                                (None, None) => {},
                            }
                            ", " (lang.word("standing.told")) " "
                            a href={ "/vb/" (told.told_by) "?trang=" (told.page) "#vd-" (told.seq) } { (view.other_name(&told.told_by)) }
                            ":"
                            blockquote { (told.sentence) }
                        }
                    }
                }
                p.small.soft { (lang.word("standing.note")) }
            }
        }
    }
}

/// `Đã bị thay thế`, `Đã bị bãi bỏ (một phần)`.
pub(super) fn standing_words(told: &Standing, lang: Lang) -> String {
    let words = lang.word(effect_key(told.kind));
    if told.is_partial {
        format!("{words} ({})", lang.word("standing.partial"))
    } else {
        words.to_owned()
    }
}

fn effect_key(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::Replaced => "standing.replaced",
        EffectKind::Repealed => "standing.repealed",
        EffectKind::Amended => "standing.amended",
        EffectKind::Corrected => "standing.corrected",
    }
}

/// A place in a list of citing documents as it stands in an address.
pub(super) fn cursor_text(cursor: &CitingCursor) -> String {
    format!("{}_{}", cursor.dated, cursor.id)
}

/// Reads a place in a list of citing documents.
pub(super) fn cursor_from_text(text: &str) -> Option<CitingCursor> {
    let (dated, id) = text.split_once('_')?;
    Some(CitingCursor { dated: dated.to_owned(), id: RecordId::parse(id)? })
}

pub(super) fn cited_name(citation: &Citation) -> String {
    match (&citation.doc_type, &citation.number, &citation.title) {
        (Some(doc_type), Some(number), _) => format!("{doc_type} {number}"),
        (None, Some(number), _) => number.clone(),
        (_, None, Some(title)) => shortened(title, 120),
        (_, None, None) => shortened(&citation.quote, 120),
    }
}

pub(super) fn state_mark(state: Option<CitationState>) -> &'static str {
    match state {
        Some(CitationState::Resolved) => "●",
        Some(CitationState::SelfReference) => "↺",
        Some(CitationState::Ambiguous) => "?",
        Some(CitationState::Dismissed) => "✕",
        Some(CitationState::Missing) | None => "○",
    }
}

pub(super) fn state_key(state: Option<CitationState>) -> &'static str {
    match state {
        Some(CitationState::Resolved) => "cite.resolved",
        Some(CitationState::SelfReference) => "cite.self",
        Some(CitationState::Ambiguous) => "cite.ambiguous",
        Some(CitationState::Dismissed) => "cite.dismissed",
        Some(CitationState::Missing) | None => "cite.missing",
    }
}

/// The key of the words for a relation.
pub fn kind_key(kind: CitationKind) -> &'static str {
    match kind {
        CitationKind::Basis => "kind.basis",
        CitationKind::Implements => "kind.implements",
        CitationKind::Proposal => "kind.proposal",
        CitationKind::Replies => "kind.replies",
        CitationKind::Amends => "kind.amends",
        CitationKind::AmendedBy => "kind.amended_by",
        CitationKind::Replaces => "kind.replaces",
        CitationKind::ReplacedBy => "kind.replaced_by",
        CitationKind::Repeals => "kind.repeals",
        CitationKind::Corrects => "kind.corrects",
        CitationKind::Guides => "kind.guides",
        CitationKind::Consolidates => "kind.consolidates",
        CitationKind::Encloses => "kind.encloses",
        CitationKind::Mentions => "kind.mentions",
    }
}

/// The key of the words for a flag.
pub(super) fn flag_key(flag: CitationFlag) -> &'static str {
    match flag {
        CitationFlag::TypeDiffers => "flag.type_differs",
        CitationFlag::MissingHyphen => "flag.missing_hyphen",
        CitationFlag::SwappedSeparators => "flag.swapped_separators",
        CitationFlag::SpaceForSeparator => "flag.space_for_separator",
        CitationFlag::TypeAfterIssuer => "flag.type_after_issuer",
        CitationFlag::YearDiffers => "flag.year_differs",
        CitationFlag::TitleYearDiffers => "flag.title_year_differs",
        CitationFlag::ImpossibleDate => "flag.impossible_date",
        CitationFlag::NoDate => "flag.no_date",
        CitationFlag::TitleOnly => "flag.title_only",
        CitationFlag::DateDiffers => "flag.date_differs",
        CitationFlag::SignDiffers => "flag.sign_differs",
        CitationFlag::SubjectDiffers => "flag.subject_differs",
        CitationFlag::CitedBeforeIssued => "flag.cited_before_issued",
    }
}

/// The key of the words for why a document may be meant.
pub(super) fn reason_key(reason: Reason) -> &'static str {
    match reason {
        Reason::SameKey => "reason.same_key",
        Reason::SameNumberAndDate => "reason.same_number_and_date",
        Reason::SameNumberAndTitle => "reason.same_number_and_title",
        Reason::SameNumber => "reason.same_number",
        Reason::OtherPeriod => "reason.other_period",
        Reason::OtherSign => "reason.other_sign",
        Reason::SameName => "reason.same_name",
    }
}

/// The class of a state on the page.
pub(super) fn state_class(state: Option<CitationState>) -> &'static str {
    match state {
        Some(CitationState::Resolved | CitationState::SelfReference) => "resolved",
        Some(CitationState::Ambiguous) => "ambiguous",
        Some(CitationState::Dismissed) => "dismissed",
        Some(CitationState::Missing) | None => "missing",
    }
}
