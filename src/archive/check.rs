//! [`Archive::check`]: every number of a draft or list against the archive: held or not, with
//! which date and subject, and what became of it.

use std::collections::BTreeMap;

use crate::{
    archive::{
        Archive, ArchiveError, Draft, HitView, SearchParams, Why, number::Asked,
        search::is_number_alone,
    },
    catalog::{Head, Standing},
    domain::{
        citation::{Citation, CitationFlag, CitationState},
        date::PartialDate,
        found::{Found, Span},
        number_forms::NumberForms,
        record::RecordId,
    },
    extract::resolve::Reason,
};

/// What became of a number or of a line, the worst last. The codes are those of CourtListener's
/// citation look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStatus {
    /// The archive holds it.
    Held,
    /// Several documents of the archive may be meant.
    Several,
    /// The archive lacks it.
    Missing,
    /// No number could be read.
    Unreadable,
}

impl CheckStatus {
    /// As an HTTP status: 200, 300, 404 or 400.
    pub fn code(self) -> u16 {
        match self {
            Self::Held => 200,
            Self::Several => 300,
            Self::Missing => 404,
            Self::Unreadable => 400,
        }
    }
}

/// A draft or list that was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Whether it was taken as a list, of which every line owes a number.
    pub is_list: bool,
    /// The lines in question, in order: of a list all, of running text those with a number.
    pub lines: Vec<CheckedLine>,
}

/// One line.
#[derive(Debug, Clone)]
pub struct CheckedLine {
    /// From 1, as in the input; of a document the line of its text.
    pub number: usize,
    /// Page, from 1.
    pub page: u32,
    /// As in the input.
    pub text: String,
    /// The worst of its numbers.
    pub status: CheckStatus,
    /// Its numbers.
    pub items: Vec<CheckedItem>,
}

/// One number.
#[derive(Debug, Clone)]
pub struct CheckedItem {
    /// As printed, or the name of a law.
    pub asked: String,
    /// As it was read, with state and flags; `None` when only the number was recognised.
    pub citation: Option<Citation>,
    /// What became of it.
    pub status: CheckStatus,
    /// The document that is held.
    pub target: Option<Head>,
    /// The documents that may be meant, the best reason first.
    pub candidates: Vec<(Head, Reason)>,
    /// Whether the printed date is that on record; `None` when one of them is not there.
    pub date_agrees: Option<bool>,
    /// Whether the printed title is that on record; `None` when one of them is not there.
    pub subject_agrees: Option<bool>,
    /// What documents of the archive say has become of it.
    pub standing: Vec<Standing>,
    /// When it is missing: how many documents cite it.
    pub n_citing: u64,
    /// When it is missing: the nearest numbers.
    pub nearest: Vec<Head>,
}

impl CheckedItem {
    /// Whether it is held and nothing about it is wrong or outdated.
    pub fn is_right(&self) -> bool {
        let has_flag = self.citation.as_ref().is_some_and(|citation| {
            citation
                .flags
                .iter()
                .any(|flag| !matches!(flag, CitationFlag::NoDate | CitationFlag::TitleOnly))
        });
        self.status == CheckStatus::Held && !has_flag && self.standing.is_empty()
    }
}

/// Sentences about what became of a document that a row shows.
const N_STANDING: usize = 3;
/// Documents of one number that are listed.
const N_CANDIDATES: usize = 20;

impl Archive {
    /// Checks every number of a draft. `today` dates a draft that bears no date: a law named
    /// without a number is then the one in force.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn check(&self, draft: &Draft, today: PartialDate) -> Result<Checked, ArchiveError> {
        let mut record = draft.record.clone();
        record.metadata.issued_on.get_or_insert_with(|| Found {
            value: today,
            raw: String::new(),
            key: None,
            page: 1,
            span: Span::new(0, 0),
            rule: "check.today".to_owned(),
            confidence: 1.0,
        });
        let resolutions = self.catalog.resolve(&self.tables, &record)?;
        let mut items: BTreeMap<usize, Vec<CheckedItem>> = BTreeMap::new();
        let mut pages: BTreeMap<usize, u32> = BTreeMap::new();
        for (citation, resolution) in record.citations.iter().zip(&resolutions) {
            let Some(line) = draft.line_of(citation) else { continue };
            let mut citation = citation.clone();
            resolution.apply_to(&mut citation);
            if citation.state == Some(CitationState::SelfReference) {
                continue;
            }
            pages.entry(line).or_insert(citation.page);
            items.entry(line).or_default().push(self.item(citation, &resolution.candidates)?);
        }
        let mut lines = Vec::new();
        for (index, line) in draft.lines.iter().enumerate() {
            let mut found = items.remove(&index).unwrap_or_default();
            if found.is_empty() && draft.is_list {
                found.extend(self.typed(&line.text, today)?);
            }
            if found.is_empty() && !draft.is_list {
                continue;
            }
            let worst = found.iter().map(|item| item.status).max();
            lines.push(CheckedLine {
                number: line.number,
                page: pages.get(&index).copied().unwrap_or(1),
                text: line.text.clone(),
                status: worst.unwrap_or(CheckStatus::Unreadable),
                items: found,
            });
        }
        Ok(Checked { is_list: draft.is_list, lines })
    }

    fn item(
        &self,
        citation: Citation,
        candidates: &[(RecordId, Reason)],
    ) -> Result<CheckedItem, ArchiveError> {
        let status = match citation.state {
            Some(CitationState::Resolved) => CheckStatus::Held,
            Some(CitationState::Ambiguous) => CheckStatus::Several,
            _ => CheckStatus::Missing,
        };
        let asked = citation.number.clone().or_else(|| citation.title.clone()).unwrap_or_default();
        let mut item = empty(asked, status);
        match status {
            CheckStatus::Held => {
                let ids: Vec<RecordId> = citation.target.iter().cloned().collect();
                item.target = self.catalog.heads(&ids)?.pop();
            }
            CheckStatus::Several => {
                for (id, reason) in candidates.iter().take(N_CANDIDATES) {
                    if *reason != Reason::OtherPeriod {
                        let head = self.catalog.heads(std::slice::from_ref(id))?.pop();
                        item.candidates.extend(head.map(|head| (head, *reason)));
                    }
                }
            }
            _ => {
                if let Some(forms) = citation.number.as_deref().and_then(NumberForms::of) {
                    let view = self.number_view(&Asked::from_forms(forms))?;
                    (item.n_citing, item.nearest) = (view.n_citing, view.nearest);
                }
            }
        }
        if let Some(target) = &item.target {
            item.standing = self.catalog.standing(&target.record.id, N_STANDING)?;
            let metadata = &target.record.metadata;
            let agrees = |flag| !citation.flags.contains(&flag);
            let has_dates = citation.issued_on.is_some() && metadata.issued_on.is_some();
            let has_titles =
                citation.number.is_some() && citation.title.is_some() && metadata.subject.is_some();
            item.date_agrees = has_dates.then(|| agrees(CitationFlag::DateDiffers));
            item.subject_agrees = has_titles.then(|| agrees(CitationFlag::SubjectDiffers));
        }
        // The only one that may be meant is open because something about it differs.
        if let ([(only, _)], Some(cited)) = (item.candidates.as_slice(), citation.issued_on) {
            let real = only.record.metadata.issued_on.as_ref().map(|found| found.value);
            item.date_agrees = real.map(|real| cited.contains(real) || real.contains(cited));
        }
        item.citation = Some(citation);
        Ok(item)
    }

    /// A number typed in a way that no document prints, as into the box: `kh 293/2020`.
    fn typed(&self, line: &str, today: PartialDate) -> Result<Option<CheckedItem>, ArchiveError> {
        let typed = without_ordinal(line);
        if !typed.contains(|c: char| c.is_ascii_digit()) {
            return Ok(None);
        }
        let params = SearchParams {
            per_page: N_CANDIDATES,
            facets: false,
            ..SearchParams::new(typed, today)
        };
        let found = self.search(&params)?;
        let Some(number) = found.number.filter(|_| is_number_alone(&found.query)) else {
            return Ok(None);
        };
        let mut item = empty(typed.to_owned(), CheckStatus::Missing);
        let carries =
            |hit: &HitView| hit.why.iter().any(|why| matches!(why, Why::Number | Why::NumberAlike));
        let mut heads = found.hits.into_iter().filter(carries).map(|hit| hit.head);
        match number.n_carrying {
            0 => (item.nearest, item.n_citing) = (number.nearest, number.n_citing),
            1 => {
                item.status = CheckStatus::Held;
                item.target = heads.next();
                if let Some(target) = &item.target {
                    item.standing = self.catalog.standing(&target.record.id, N_STANDING)?;
                }
            }
            _ => {
                item.status = CheckStatus::Several;
                item.candidates = heads.map(|head| (head, Reason::SameNumber)).collect();
            }
        }
        Ok(Some(item))
    }
}

fn empty(asked: String, status: CheckStatus) -> CheckedItem {
    CheckedItem {
        asked,
        citation: None,
        status,
        target: None,
        candidates: Vec::new(),
        date_agrees: None,
        subject_agrees: None,
        standing: Vec::new(),
        n_citing: 0,
        nearest: Vec::new(),
    }
}

/// `1. 293 kh`, `- 293 kh`, `2) 293 kh`: without what only orders the list.
fn without_ordinal(line: &str) -> &str {
    let bare = line.trim().trim_start_matches(['-', '–', '+', '*', '•', ' ']);
    let digits = bare.len() - bare.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = &bare[digits..];
    let after = rest.strip_prefix(['.', ')']).filter(|_| (1..=3).contains(&digits));
    let text = after.filter(|after| after.starts_with(' ')).unwrap_or(bare);
    text.trim().trim_end_matches([';', ',', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_orders_the_list() {
        assert_eq!(without_ordinal(" 1. 293 kh sldtbxh;"), "293 kh sldtbxh");
        assert_eq!(without_ordinal("- 293/KH"), "293/KH");
        assert_eq!(without_ordinal("12) 5/QĐ"), "5/QĐ");
        assert_eq!(without_ordinal("293.5/QĐ"), "293.5/QĐ"); // no ordinal
    }

    #[test]
    fn statuses_are_those_of_http() {
        let all = [
            CheckStatus::Held,
            CheckStatus::Several,
            CheckStatus::Missing,
            CheckStatus::Unreadable,
        ];
        assert_eq!(all.map(CheckStatus::code), [200, 300, 404, 400]);
        assert!(all.is_sorted());
    }
}
