//! Text → [`Citation`]s: every mention of another document, with what is printed beside it.
//!
//! Finds only: which document of the archive is meant is decided in `extract::resolve`. What the
//! author misprinted stays as printed and is flagged. Must not repair, guess or drop.

mod anaphora;
mod body;
mod flags;
mod kind;
mod law;
mod left;
mod mention;
mod right;
#[cfg(test)]
mod tests;
mod title;
mod words;

use std::collections::BTreeMap;

use self::mention::{Mention, mentions};
use crate::{
    context::Context,
    domain::{
        citation::{Citation, CitationKind},
        date::PartialDate,
        doc_key::{KeyHints, document_key},
        doc_number::DocNumber,
        found::Span,
        record::Metadata,
        tables::{Tables, name_key},
    },
    text::{
        Text,
        flow::{Flow, flows},
    },
};

/// What of the citing document matters to its citations.
#[derive(Debug, Clone, Default)]
struct Own {
    number: Option<DocNumber>,
    doc_type: Option<String>,
    issued_on: Option<PartialDate>,
    /// The province it belongs to.
    province_id: Option<String>,
    /// The district or commune it comes from, when it comes from one.
    local_id: Option<String>,
    place_name: Option<String>,
    subject: Option<Span>,
    /// The name of a law or code, folded, when the document is one.
    law_name: Option<String>,
}

/// Finds every mention of another document, in reading order.
///
/// Mentions of the document itself (letterhead, `Kèm theo Quyết định số …` with its own number,
/// running heads) and blank numbers are no citations. A later short form carries only what is
/// printed there, but has the key of the earlier full form; `Nghị định nói trên` carries all that
/// the citation says to which it points back.
pub fn find(ctx: &Context, text: &Text, own: &Metadata) -> Vec<Citation> {
    let tables = ctx.tables;
    let own = Own::new(tables, own);
    let mut found: Vec<(Mention, Citation)> = Vec::new();
    for flow in flows(text) {
        let subject = own.subject.and_then(|span| {
            Some(flow.offset_of(span.start as usize)?..flow.offset_of(span.end as usize)?)
        });
        for mention in mentions(tables, &flow.string, subject, own.doc_type.as_deref()) {
            if own.is_meant_by(&mention, &flow.string) {
                continue;
            }
            let citation = citation(tables, text, &flow, &mention);
            found.push((mention, citation));
        }
    }
    found.sort_by_key(|(_, citation)| (citation.span.start, citation.span.end));
    set_keys(tables, &own, &mut found);
    let mut citations: Vec<Citation> = found.into_iter().map(|(_, citation)| citation).collect();
    citations.extend(pointed_at(text, &own, &citations));
    citations.sort_by_key(|citation| (citation.span.start, citation.span.end));
    citations
}

/// What points back at one of the citations found: the same document, said again.
fn pointed_at(text: &Text, own: &Own, citations: &[Citation]) -> Vec<Citation> {
    let mut pointed = Vec::new();
    for flow in flows(text) {
        for pointer in anaphora::pointers(&flow.string, own.doc_type.as_deref()) {
            let span = flow.span(pointer.range.clone());
            let is_inside = citations.iter().any(|citation| citation.span.overlaps(span));
            // The nearest one before it, in the order in which a reader meets them.
            let meant = citations.iter().rev().find(|citation| {
                citation.span.end <= span.start
                    && citation.doc_type.as_deref() == Some(pointer.doc_type)
            });
            let Some(meant) = meant.filter(|_| !is_inside) else { continue };
            let quote = &flow.string[pointer.range.clone()];
            pointed.push(Citation {
                kind: CitationKind::Mentions,
                provision: None,
                quote: quote.split_whitespace().collect::<Vec<_>>().join(" "),
                page: text.page_at(span.start as usize),
                span,
                rule: "citation.anaphora".to_owned(),
                confidence: 0.85,
                flags: Vec::new(),
                ..meant.clone()
            });
        }
    }
    pointed
}

impl Own {
    fn new(tables: &Tables, metadata: &Metadata) -> Self {
        let number = metadata.number.as_ref().map(|found| found.value.as_str());
        let issuer_id = metadata.issuer.as_ref().and_then(|found| found.key.as_deref());
        let issuer = issuer_id.and_then(|id| tables.issuer_by_id(id));
        let parent_id = metadata.parent_issuer.as_ref().and_then(|found| found.key.as_deref());
        let place_in = |id: Option<&str>, is_inside: bool| {
            id.filter(|id| tables.issuer_by_id(id).is_some_and(|row| row.is_relative()))
                .and_then(|id| id.split_once('.'))
                .map(|(place, _)| place.to_owned())
                .filter(|place| place != "?" && place.contains('-') == is_inside)
        };
        // A ministry signs in Hà Nội, but does not mean the committee of Hà Nội by `UBND`.
        let is_local = issuer.is_none_or(|issuer| issuer.is_relative());
        let place = metadata.place.as_ref().map(|found| found.value.as_str());
        // Where a document does not say of which province it is, it is of that of the archive.
        let province = || match place {
            Some(place) => tables.province_of(place).or(tables.province(place)),
            None => tables.default_province(),
        };
        Self {
            number: number.and_then(|text| DocNumber::parse(tables, text).ok()).map(|p| p.number),
            doc_type: metadata.doc_type.as_ref().map(|found| found.value.clone()),
            issued_on: metadata.issued_on.as_ref().map(|found| found.value),
            place_name: province().filter(|_| is_local).map(|province| province.name.clone()),
            province_id: place_in(issuer_id, false)
                .or_else(|| place_in(parent_id, false))
                .or_else(|| province().filter(|_| is_local).map(|province| province.id.clone())),
            local_id: place_in(issuer_id, true).or_else(|| place_in(parent_id, true)),
            subject: metadata.subject.as_ref().map(|found| found.span),
            law_name: law_name(metadata),
        }
    }

    /// The identifier of a body named in the document; `UBND tỉnh` alone is that of its province,
    /// `UBND huyện` that of its district, `?` when it does not say which one that is.
    fn body_id(&self, tables: &Tables, name: &str) -> Option<String> {
        let key = name_key(name_without_term(name));
        if let Some(named) = tables.issuer_by_name(&key) {
            return Some(named.id());
        }
        let kind = key.rsplit(' ').next().unwrap_or_default();
        if let "tinh" | "huyen" | "xa" = kind {
            // Any name of a place tells which body of a place it is.
            let of_a_place = tables.issuer_by_name(&format!("{key} a"))?.id();
            let (_, local) = of_a_place.split_once('.')?;
            let place = if kind == "tinh" { &self.province_id } else { &self.local_id };
            return Some(format!("{}.{local}", place.as_deref().unwrap_or("?")));
        }
        let place = name_key(self.place_name.as_deref()?);
        tables.issuer_by_name(&format!("{key} {place}")).map(|named| named.id())
    }

    /// Whether a mention is of the document itself: its number, and no other date, or
    /// the name of the law it is.
    fn is_meant_by(&self, mention: &Mention, text: &str) -> bool {
        if let (None, Some(own), Some(title)) = (&mention.number, &self.law_name, &mention.title) {
            let name = name_key(&text[title.clone()]);
            return *own == name || own.starts_with(&format!("{name} ")) && mention.is_cut();
        }
        let Some((own, number)) = self.number.as_ref().zip(mention.number.as_ref()) else {
            return false;
        };
        // Two bodies may use one number in one year: another date is another document.
        let is_other_date = self
            .issued_on
            .zip(mention.date.as_ref().and_then(|date| date.date))
            .is_some_and(|(own, cited)| !own.contains(cited) && !cited.contains(own));
        *own == number.number && !is_other_date
    }
}

/// `luat ho tich`: the name under which a law speaks of itself in its head.
fn law_name(metadata: &Metadata) -> Option<String> {
    let doc_type = metadata.doc_type.as_ref().map(|found| found.value.as_str())?;
    let subject = metadata.subject.as_ref().map(|found| found.value.as_str())?;
    let is_law = matches!(doc_type, "Luật" | "Bộ luật" | "Pháp lệnh");
    is_law.then(|| name_key(&format!("{doc_type} {subject}")))
}

fn citation(tables: &Tables, text: &Text, flow: &Flow, mention: &Mention) -> Citation {
    let span = flow.span(mention.range.clone());
    let words = |range: &std::ops::Range<usize>| {
        flow.string[range.clone()].split_whitespace().collect::<Vec<_>>().join(" ")
    };
    Citation {
        number: mention.number.as_ref().map(|number| number.printed.clone()),
        key: None,
        doc_type: mention.doc_type.clone(),
        title: mention.title.as_ref().map(words),
        issuer: mention.body.as_ref().map(words),
        issued_on: mention.date.as_ref().and_then(|phrase| phrase.date),
        kind: mention.kind,
        provision: mention.provision.clone(),
        quote: words(&mention.range),
        page: text.page_at(span.start as usize),
        span,
        rule: mention.rule.to_owned(),
        confidence: mention.confidence,
        flags: flags::of(tables, mention, &flow.string),
        state: None,
        target: None,
    }
}

/// Keys of all citations; a short form takes over what a full form of the same number says.
fn set_keys(tables: &Tables, own: &Own, found: &mut [(Mention, Citation)]) {
    let mut full_forms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (mention, citation) in found.iter_mut() {
        let Some(number) = &mention.number else {
            citation.key = law_key(tables, citation);
            continue;
        };
        let named_id = citation.issuer.as_deref().and_then(|name| own.body_id(tables, name));
        let hints = KeyHints {
            issuer_id: named_id.as_deref(),
            place_id: own.local_id.as_deref().or(own.province_id.as_deref()),
            province_id: own.province_id.as_deref(),
            issued_on: citation.issued_on,
        };
        let mut key = document_key(tables, &number.number, hints);
        // `Bộ Chính trị (khóa XI)` says the term, whatever the date.
        if let Some(term) = mention.term.as_deref().and_then(|ordinal| term_id(tables, ordinal))
            && let Some((rest, _)) = key.rsplit_once('|')
        {
            key = format!("{rest}|{term}");
        }
        if !key.ends_with("|?") {
            let keys = full_forms.entry(number.number.to_string()).or_default();
            if !keys.contains(&key) {
                keys.push(key.clone());
            }
        }
        citation.key = Some(key);
    }
    for (mention, citation) in found.iter_mut() {
        let Some(number) = &mention.number else { continue };
        let is_open = citation.key.as_deref().is_some_and(|key| key.ends_with("|?"));
        if is_open {
            // Two full forms of one number are two documents: then nothing is taken over.
            if let Some([key]) = full_forms.get(&number.number.to_string()).map(Vec::as_slice) {
                citation.key = Some(key.clone());
            }
        }
    }
}

/// `Bộ Chính trị (khóa XI)` without the brackets.
fn name_without_term(name: &str) -> &str {
    name.split_once(" (").map_or(name, |(head, _)| head)
}

/// The identifier of the Party's term with an ordinal.
fn term_id<'a>(tables: &'a Tables, ordinal: &str) -> Option<&'a str> {
    let mut terms = tables.party_terms().iter();
    let term = terms.find(|term| !term.ordinal.is_empty() && term.ordinal == ordinal)?;
    Some(&term.id)
}

/// The key of a law by name: that of its number when only one law has had the name in the year
/// that is printed, or ever.
fn law_key(tables: &Tables, citation: &Citation) -> Option<String> {
    let laws = tables.laws_by_title(citation.title.as_deref()?);
    let year = citation.issued_on.map(|date| date.year());
    let mut meant = laws.iter().filter(|law| {
        let adopted = law.adopted_on.map(|date| date.year());
        year.is_none() || adopted == year
    });
    let law = meant.next()?;
    if meant.next().is_some() {
        return None;
    }
    let number = DocNumber::parse(tables, &law.number).ok()?.number;
    Some(document_key(tables, &number, KeyHints::default()))
}
