//! Which documents of the archive a citation means.
//!
//! Pure: the candidates are handed in, so the answer is a function of the archive and of nothing
//! else, above all not of the order in which it arrived.

use crate::domain::{
    citation::{Citation, CitationFlag, CitationState},
    date::PartialDate,
    record::{Record, RecordId},
};

/// What the archive holds of one citation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Resolution {
    pub state: CitationState,
    pub target: Option<RecordId>,
    /// The documents that may be meant, by identifier, when there are several.
    pub candidates: Vec<RecordId>,
    /// What the comparison with the document meant has shown.
    pub flags: Vec<CitationFlag>,
}

/// Decides between the documents whose number has the recall key of the cited one.
///
/// `candidates` are in the order of their identifiers. Narrowed by spelling, then by date; what
/// remains decides: one is meant, none is missing, several are ambiguous.
pub(super) fn resolve(citing: &Record, citation: &Citation, candidates: &[&Record]) -> Resolution {
    let printed = citation.number.as_deref().map(super::graph::canonical);
    let same_spelling: Vec<&Record> = candidates
        .iter()
        .copied()
        .filter(|candidate| {
            let number = candidate.metadata.number.as_ref();
            number.map(|number| super::graph::canonical(&number.value)) == printed
        })
        .collect();
    let spelled = if same_spelling.is_empty() { candidates.to_vec() } else { same_spelling };
    let meant = narrow_by_date(citing, citation, &spelled);
    match meant.as_slice() {
        [] => missing(),
        [only] if only.id == citing.id => Resolution {
            state: CitationState::SelfReference,
            target: Some(only.id.clone()),
            ..missing()
        },
        [only] => Resolution {
            state: CitationState::Resolved,
            target: Some(only.id.clone()),
            candidates: Vec::new(),
            flags: differences(citing, citation, only),
        },
        several => Resolution {
            state: CitationState::Ambiguous,
            candidates: several.iter().map(|candidate| candidate.id.clone()).collect(),
            ..missing()
        },
    }
}

fn missing() -> Resolution {
    Resolution {
        state: CitationState::Missing,
        target: None,
        candidates: Vec::new(),
        flags: Vec::new(),
    }
}

/// Keeps the candidates of the printed date, else those of its year, else those without a date.
///
/// A number that is issued anew each year is a document of that year, so a candidate of another
/// year is another document and never meant.
fn narrow_by_date<'a>(
    citing: &Record,
    citation: &Citation,
    candidates: &[&'a Record],
) -> Vec<&'a Record> {
    let Some(cited_on) = citation.issued_on else {
        // The document itself is not meant by a bare number that another document has too.
        let others: Vec<&Record> =
            candidates.iter().copied().filter(|candidate| candidate.id != citing.id).collect();
        return if others.is_empty() { candidates.to_vec() } else { others };
    };
    let keep = |wanted: &dyn Fn(Option<PartialDate>) -> bool| -> Vec<&'a Record> {
        candidates.iter().copied().filter(|candidate| wanted(issued_on(candidate))).collect()
    };
    let agreeing = keep(&|date| date.is_some_and(|date| agree(date, cited_on)));
    if !agreeing.is_empty() {
        return agreeing;
    }
    let same_year = keep(&|date| date.is_some_and(|date| date.year() == cited_on.year()));
    if !same_year.is_empty() {
        return same_year;
    }
    keep(&|date| date.is_none())
}

fn agree(a: PartialDate, b: PartialDate) -> bool {
    a.contains(b) || b.contains(a)
}

fn differences(citing: &Record, citation: &Citation, target: &Record) -> Vec<CitationFlag> {
    let mut flags = Vec::new();
    if let (Some(cited_on), Some(issued_on)) = (citation.issued_on, issued_on(target)) {
        if !agree(cited_on, issued_on) {
            flags.push(CitationFlag::DateDiffers);
        }
    }
    if let (Some(citing_on), Some(target_on)) = (issued_on(citing), issued_on(target)) {
        if target_on.day_range().0 > citing_on.day_range().1 {
            flags.push(CitationFlag::CitedBeforeIssued);
        }
    }
    flags
}

fn issued_on(record: &Record) -> Option<PartialDate> {
    record.metadata.issued_on.as_ref().map(|found| found.value)
}
