//! Citations + archive → which document each one means: a pure function of both.
//!
//! The archive is asked through a closure, so that the catalog, a test and a pasted draft can
//! all be the archive. Never picks one among several: what is not proven stays ambiguous, with
//! every candidate and the reason why it is one.

mod evidence;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::evidence::{Fit, fit, title_share};
use crate::domain::{
    citation::{Citation, CitationFlag, CitationState},
    date::PartialDate,
    doc_number::DocNumber,
    record::{Record, RecordId},
    tables::Tables,
};

/// A document of the archive, as far as citations of it are concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Identifies it.
    pub id: RecordId,
    /// Its document key, see [`crate::domain::doc_key`].
    pub key: String,
    /// Its number as printed.
    pub number: String,
    /// Type name in sentence case.
    pub doc_type: Option<String>,
    /// Its date.
    pub issued_on: Option<PartialDate>,
    /// Its subject.
    pub subject: Option<String>,
    /// Identifier of the body that issued it.
    pub issuer_id: Option<String>,
}

/// Why a document may be the one that is meant, the best reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Issuer, type, number and period agree.
    SameKey,
    /// The number agrees and so does the printed date.
    SameNumberAndDate,
    /// The number agrees and so does the title.
    SameNumberAndTitle,
    /// The number agrees; issuer or period are not known on one side.
    SameNumber,
    /// The number agrees, the period does not.
    OtherPeriod,
    /// Serial, issuer and type word agree, the sign does not.
    OtherSign,
    /// A law that has had the cited name.
    SameName,
}

/// What a citation asks of the archive: the documents whose number has a look-up key, of the
/// periods that can matter.
///
/// Asking for periods keeps the answer small: one running number with one sign is given out anew
/// every year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ask {
    /// See [`DocNumber::lookup_key`].
    pub lookup: String,
    /// Years and terms, sorted; `None` asks for all of them. Documents of these years by number
    /// or date belong to the answer, and those whose period is not known.
    pub periods: Option<Vec<String>>,
}

/// What the archive holds of one citation.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The state.
    pub state: CitationState,
    /// The document meant, when `state` is resolved.
    pub target: Option<RecordId>,
    /// The number of the one law that is meant by its name, held or not.
    pub law: Option<String>,
    /// What differs between the citation and the target, sorted.
    pub flags: Vec<CitationFlag>,
    /// Every document that may be meant, best reason first, then by identifier.
    pub candidates: Vec<(RecordId, Reason)>,
}

impl Resolution {
    fn without_target(state: CitationState) -> Self {
        Self { state, target: None, law: None, flags: Vec::new(), candidates: Vec::new() }
    }

    /// Writes state, target and flags into the citation; flags found earlier stay.
    pub fn apply_to(&self, citation: &mut Citation) {
        citation.state = Some(self.state);
        citation.target = self.target.clone();
        let found_here = [
            CitationFlag::DateDiffers,
            CitationFlag::SignDiffers,
            CitationFlag::SubjectDiffers,
            CitationFlag::CitedBeforeIssued,
        ];
        citation.flags.retain(|flag| !found_here.contains(flag));
        citation.flags.extend(&self.flags);
        citation.flags.sort();
        citation.flags.dedup();
    }
}

/// Looks up one citation of a record. What the archive answers to an [`Ask`] may hold more than
/// was asked for, and its order does not matter.
pub fn resolve(
    tables: &Tables,
    record: &Record,
    citation: &Citation,
    lookup: &dyn Fn(&Ask) -> Vec<Candidate>,
) -> Resolution {
    Resolver { tables, record, lookup }.one(citation)
}

/// A document and how well it fits.
struct Match {
    candidate: Candidate,
    reason: Reason,
}

struct Resolver<'a> {
    tables: &'a Tables,
    record: &'a Record,
    lookup: &'a dyn Fn(&Ask) -> Vec<Candidate>,
}

impl Resolver<'_> {
    fn one(&self, citation: &Citation) -> Resolution {
        match citation.number.as_deref() {
            Some(printed) => match DocNumber::parse(self.tables, printed) {
                Ok(parsed) => self.by_number(citation, &parsed.number),
                Err(_) => Resolution::without_target(CitationState::Missing),
            },
            None => self.by_name(citation),
        }
    }

    fn by_number(&self, citation: &Citation, number: &DocNumber) -> Resolution {
        let key = citation.key.clone().unwrap_or_else(|| number.key(None, None));
        if self.is_self(citation, number, &key) {
            return Resolution::without_target(CitationState::SelfReference);
        }
        let mut matches: Vec<Match> = Vec::new();
        for candidate in self.others(number, periods(&key, citation.issued_on)) {
            let reason = match fit(&key, &candidate.key) {
                Fit::Same => Reason::SameKey,
                Fit::Unknown if same_day(citation.issued_on, candidate.issued_on) => {
                    Reason::SameNumberAndDate
                }
                Fit::Unknown if has_title_of(citation, &candidate) => Reason::SameNumberAndTitle,
                Fit::Unknown => Reason::SameNumber,
                Fit::OtherPeriod if is_near(citation.issued_on, candidate.issued_on) => {
                    Reason::SameNumberAndDate
                }
                Fit::OtherPeriod => Reason::OtherPeriod,
                Fit::Other => continue,
            };
            matches.push(Match { candidate, reason });
        }
        matches.extend(self.under_the_word(citation, number));
        self.decide(citation, Some(number), matches)
    }

    /// `Nghị quyết số 42/NĐ-CP`: documents with the sign of the type word.
    fn under_the_word(&self, citation: &Citation, number: &DocNumber) -> Vec<Match> {
        if !citation.flags.contains(&CitationFlag::TypeDiffers) {
            return Vec::new();
        }
        let name = citation.doc_type.as_deref().unwrap_or_default();
        let signs = self.tables.doc_types().iter().filter(|known| known.name == name);
        let year = citation.issued_on.map(PartialDate::year);
        let is_titled = quoted_title(citation).is_some_and(can_prove);
        let periods = match year {
            Some(year) if !is_titled => Some(vec![year.to_string()]),
            None if !is_titled => return Vec::new(),
            _ => None,
        };
        let mut matches = Vec::new();
        for sign in signs.map(|known| &known.sign).filter(|sign| !sign.is_empty()) {
            let other = DocNumber { doc_type: Some(sign.clone()), ..number.clone() };
            for candidate in self.others(&other, periods.clone()) {
                let same_year =
                    year.is_some() && year == candidate.issued_on.map(PartialDate::year);
                if same_year || has_title_of(citation, &candidate) {
                    matches.push(Match { candidate, reason: Reason::OtherSign });
                }
            }
        }
        matches
    }

    /// A law by its name: the one the table says was meant at the printed or the citing date.
    fn by_name(&self, citation: &Citation) -> Resolution {
        let Some(title) = citation.title.as_deref() else {
            return Resolution::without_target(CitationState::Missing);
        };
        let laws = self.tables.laws_by_title(title);
        let printed = citation.issued_on;
        let of_date = |date: PartialDate| {
            laws.iter().filter(move |law| {
                law.adopted_on.is_some_and(|on| date.contains(on) || on.contains(date))
            })
        };
        let citing = self.record.metadata.issued_on.as_ref().map(|found| found.value);
        let meant: Vec<&str> = match (printed, citing) {
            (Some(date), _) => of_date(date).map(|law| law.number.as_str()).collect(),
            (None, Some(date)) => {
                self.tables.law_on(title, date).map(|law| law.number.as_str()).into_iter().collect()
            }
            (None, None) => laws.iter().map(|law| law.number.as_str()).collect(),
        };
        let mut matches = Vec::new();
        for number in &meant {
            let Ok(parsed) = DocNumber::parse(self.tables, number) else { continue };
            for candidate in self.others(&parsed.number, None) {
                matches.push(Match { candidate, reason: Reason::SameName });
            }
        }
        let law = if let [only] = meant.as_slice() { Some((*only).to_owned()) } else { None };
        Resolution { law, ..self.decide(citation, None, matches) }
    }

    /// Everything that can be cited under a number but the citing document itself.
    fn others(&self, number: &DocNumber, periods: Option<Vec<String>>) -> Vec<Candidate> {
        let mut found = (self.lookup)(&Ask { lookup: number.lookup_key(), periods });
        found.retain(|candidate| candidate.id != self.record.id);
        found
    }

    fn is_self(&self, citation: &Citation, number: &DocNumber, key: &str) -> bool {
        let Some(own) = &self.record.metadata.number else { return false };
        let Ok(own_parsed) = DocNumber::parse(self.tables, &own.value) else { return false };
        if own_parsed.number != *number {
            return false;
        }
        let own_date = self.record.metadata.issued_on.as_ref().map(|found| found.value);
        let date_agrees = match (citation.issued_on, own_date) {
            (Some(cited), Some(own)) => cited.year() == own.year(),
            _ => true,
        };
        date_agrees && own.key.as_deref().is_none_or(|own_key| fit(key, own_key) != Fit::Other)
    }

    /// One proven match is the target; several, or one that is not proven, stay open.
    fn decide(
        &self,
        citation: &Citation,
        number: Option<&DocNumber>,
        mut matches: Vec<Match>,
    ) -> Resolution {
        matches.sort_by(|a, b| (a.reason, &a.candidate.id).cmp(&(b.reason, &b.candidate.id)));
        matches.dedup_by(|a, b| a.candidate.id == b.candidate.id);
        let candidates: Vec<(RecordId, Reason)> =
            matches.iter().map(|m| (m.candidate.id.clone(), m.reason)).collect();
        let may_be_meant: Vec<&Match> =
            matches.iter().filter(|m| m.reason != Reason::OtherPeriod).collect();
        let proven: Vec<&Match> =
            may_be_meant.iter().copied().filter(|m| self.is_proven(citation, m)).collect();
        let mut proven = narrowed(citation, proven);
        if proven.is_empty() {
            proven.extend(self.only_possible(citation, number, &may_be_meant));
        }
        let (state, target) = match (proven.as_slice(), may_be_meant.is_empty()) {
            ([only], _) => (CitationState::Resolved, Some(*only)),
            (_, true) => (CitationState::Missing, None),
            _ => (CitationState::Ambiguous, None),
        };
        Resolution {
            state,
            flags: match target {
                Some(target) => self.differences(citation, number, target),
                None if self.is_issued_before(citation.issued_on) => {
                    vec![CitationFlag::CitedBeforeIssued]
                }
                None => Vec::new(),
            },
            target: target.map(|t| t.candidate.id.clone()),
            law: None,
            candidates,
        }
    }

    /// Without a date, the one document that can be meant: of those with the number that were
    /// there when it was cited, the only one. Two of them stay open.
    fn only_possible<'m>(
        &self,
        citation: &Citation,
        number: Option<&DocNumber>,
        may_be_meant: &[&'m Match],
    ) -> Option<&'m Match> {
        if citation.issued_on.is_some() {
            return None;
        }
        let says_year = number.is_some_and(|number| number.year.is_some());
        let citing = self.record.metadata.issued_on.as_ref().map(|found| found.value);
        let was_there = |found: &&&Match| match (citing, found.candidate.issued_on) {
            (Some(citing), Some(real)) => says_year || real.day_range().0 <= citing.day_range().1,
            _ => true,
        };
        let mut possible = may_be_meant.iter().filter(was_there);
        let only = possible.next()?;
        let is_alone = possible.next().is_none();
        (is_alone && only.reason == Reason::SameNumber).then_some(*only)
    }

    /// Whether nothing but this document can be meant, others in the archive apart.
    fn is_proven(&self, citation: &Citation, found: &Match) -> bool {
        match found.reason {
            Reason::SameKey
            | Reason::SameNumberAndDate
            | Reason::SameNumberAndTitle
            | Reason::SameName => true,
            Reason::OtherSign => {
                has_title_of(citation, &found.candidate)
                    || same_day(citation.issued_on, found.candidate.issued_on)
            }
            Reason::SameNumber | Reason::OtherPeriod => false,
        }
    }

    /// Whether the citing document is older than a date, of which the whole is known.
    fn is_issued_before(&self, cited_on: Option<PartialDate>) -> bool {
        let citing = self.record.metadata.issued_on.as_ref().map(|found| found.value);
        citing
            .zip(cited_on)
            .is_some_and(|(citing, cited)| citing.day_range().1 < cited.day_range().0)
    }

    fn differences(
        &self,
        citation: &Citation,
        number: Option<&DocNumber>,
        target: &Match,
    ) -> Vec<CitationFlag> {
        let candidate = &target.candidate;
        let mut flags = Vec::new();
        if let (Some(cited), Some(real)) = (citation.issued_on, candidate.issued_on)
            && !cited.contains(real)
            && !real.contains(cited)
        {
            flags.push(CitationFlag::DateDiffers);
        }
        let real_number = DocNumber::parse(self.tables, &candidate.number).ok();
        if let (Some(number), Some(real)) = (number, real_number)
            && real.number.symbol() != number.symbol()
        {
            flags.push(CitationFlag::SignDiffers);
        }
        if let (Some(title), Some(subject)) = (quoted_title(citation), &candidate.subject)
            && title_share(title, subject) < SAME_SUBJECT
        {
            flags.push(CitationFlag::SubjectDiffers);
        }
        if self.is_issued_before(candidate.issued_on) {
            flags.push(CitationFlag::CitedBeforeIssued);
        }
        flags.sort();
        flags
    }
}

/// Share of the words of a cited title that the subject holds, from which on they agree.
const SAME_SUBJECT: f32 = 0.6;
/// The share from which on a title proves that a number without a date is meant.
const PROVING_TITLE: f32 = 0.8;
/// A title of fewer words proves nothing.
const PROVING_WORDS: usize = 4;
/// Days by which a misprinted date may miss the year of the document.
const NEAR_DAYS: i32 = 45;

/// Of several proven ones, the ones with the printed date when there are any.
fn narrowed<'a>(citation: &Citation, proven: Vec<&'a Match>) -> Vec<&'a Match> {
    let best = proven.iter().map(|m| m.reason).min();
    let of_date: Vec<&Match> = proven
        .iter()
        .copied()
        .filter(|m| same_day(citation.issued_on, m.candidate.issued_on))
        .collect();
    if !of_date.is_empty() {
        return of_date;
    }
    // A sign that fits is better than one that does not.
    match best {
        Some(best) if best < Reason::OtherSign => {
            proven.into_iter().filter(|m| m.reason < Reason::OtherSign).collect()
        }
        _ => proven,
    }
}

/// The title as quoted; a law cited by number carries its name, which is its subject behind the
/// type word: `Bộ luật Lao động`.
fn quoted_title(citation: &Citation) -> Option<&str> {
    citation.number.as_ref()?;
    let title = citation.title.as_deref()?;
    let doc_type = citation.doc_type.as_deref().unwrap_or_default();
    Some(title.strip_prefix(doc_type).map_or(title, str::trim_start))
}

fn has_title_of(citation: &Citation, candidate: &Candidate) -> bool {
    match (quoted_title(citation), &candidate.subject) {
        (Some(title), Some(subject)) => {
            can_prove(title) && title_share(title, subject) >= PROVING_TITLE
        }
        _ => false,
    }
}

/// Whether a title has words enough to prove anything.
fn can_prove(title: &str) -> bool {
    title.split_whitespace().count() >= PROVING_WORDS
}

/// The periods whose documents can be meant by a key and a date: that of the key, and the years
/// in which a day lies that is near the printed one (see [`is_near`]).
fn periods(key: &str, issued_on: Option<PartialDate>) -> Option<Vec<String>> {
    let (_, period) = key.rsplit_once('|')?;
    if period == "?" {
        return None;
    }
    let mut periods = vec![period.to_owned()];
    if let Some(date) = issued_on.filter(|date| date.day().is_some()) {
        let year = date.year();
        periods.push(year.to_string());
        match date.month() {
            Some(1 | 2) => periods.push((year - 1).to_string()),
            Some(11 | 12) => periods.push((year + 1).to_string()),
            _ => {}
        }
    }
    periods.sort();
    periods.dedup();
    Some(periods)
}

/// Whether both dates are days, and the same.
fn same_day(one: Option<PartialDate>, other: Option<PartialDate>) -> bool {
    one.is_some_and(|date| date.day().is_some()) && one == other
}

/// Whether two days lie so close that the turn of a year may stand between them.
fn is_near(one: Option<PartialDate>, other: Option<PartialDate>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) if one.day().is_some() && other.day().is_some() => {
            (one.day_range().0 - other.day_range().0).abs() <= NEAR_DAYS
        }
        _ => false,
    }
}
