//! Which document of the archive a citation means.
//!
//! Pure: the candidates are handed in, so the answer is a function of the archive and of nothing
//! else, above all not of the order in which it arrived. Nothing is guessed: what the number,
//! the issuer and the date leave open is ambiguous.

use std::collections::BTreeSet;

use crate::{
    domain::{
        citation::{Citation, CitationFlag, CitationState},
        date::PartialDate,
        record::{Record, RecordId},
    },
    engine::number::NumberForms,
    text::fold::{exact, fold as fold_text},
};

/// Below this share of common words a quoted title is that of another document. Authors shorten
/// and reword, so only a title that is plainly another one counts.
const SAME_TITLE: f64 = 0.35;
/// Titles with fewer words say too little to be compared.
const MIN_TITLE_WORDS: usize = 4;

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

/// The normal form of a printed number, by which spellings are compared: small letters with
/// their diacritics, no blanks, one hyphen, no leading zeros, e.g. `8/2019/tt-blđtbxh`.
pub fn canonical(number: &str) -> String {
    match NumberForms::of(number) {
        Some(forms) => forms.spelled_key().trim_start_matches('=').to_owned(),
        None => exact(number.trim()),
    }
}

/// The recall form of a printed number, in which citations and numbers meet: serial, year and
/// the folded sign without its separators, e.g. `8/2019/ttbldtbxh`.
///
/// A missing hyphen (`08/2019/TTBLĐTBXH`) and swapped separators (`06/CT-TU`) therefore still
/// meet the document.
pub fn fold(number: &str) -> String {
    match NumberForms::of(number) {
        Some(forms) => forms.key(),
        None => fold_text(number.trim()),
    }
}

/// The form in which a citation with a wrong sign and the document still meet: type, serial with
/// its year, and day, e.g. `ke hoach|412|2020-05-08`. `None` unless all three are known.
pub(super) fn twin(
    number: &str,
    doc_type: Option<&str>,
    issued_on: Option<PartialDate>,
) -> Option<String> {
    let issued_on = issued_on.filter(|date| date.day().is_some())?;
    let NumberForms { serial, year, .. } = NumberForms::of(number)?;
    let doc_type = doc_type.filter(|_| !serial.is_empty())?;
    let year = year.map(|year| format!("/{year}")).unwrap_or_default();
    Some(format!("{}|{serial}{year}|{issued_on}", fold_text(doc_type)))
}

/// Decides which document is meant.
///
/// `by_number` are the documents with the recall form of the cited number, `twins` those with
/// the cited type, serial and day under any sign; both in the order of their identifiers. The
/// first are narrowed by issuer, period, spelling and day; one that remains is meant, none is
/// missing, several are ambiguous. Without a date only documents that are not later than the
/// citing one are looked at.
pub(super) fn resolve(
    citing: &Record,
    citation: &Citation,
    by_number: &[&Record],
    twins: &[&Record],
) -> Resolution {
    let mut meant: Vec<&Record> =
        by_number.iter().copied().filter(|candidate| may_be(citing, citation, candidate)).collect();
    for preferred in [has_spelling, has_date] {
        prefer(&mut meant, |candidate| preferred(citation, candidate));
    }
    if citation.issued_on.is_none() {
        // A bare number that another document has too does not mean the citing one.
        prefer(&mut meant, |candidate| candidate.id != citing.id);
    }
    if meant.is_empty() {
        meant = twins
            .iter()
            .copied()
            .filter(|candidate| candidate.id != citing.id && same_body(citation, candidate))
            .collect();
    }
    let mut resolution = match meant.as_slice() {
        [] => of(CitationState::Missing, None),
        [only] if only.id == citing.id => of(CitationState::SelfReference, Some(&only.id)),
        [only] => Resolution {
            flags: differences(citation, only),
            ..of(CitationState::Resolved, Some(&only.id))
        },
        several => Resolution {
            candidates: several.iter().map(|candidate| candidate.id.clone()).collect(),
            ..of(CitationState::Ambiguous, None)
        },
    };
    if is_later(citation.issued_on, issued_on(citing)) {
        resolution.flags.push(CitationFlag::CitedBeforeIssued);
    }
    resolution
}

fn of(state: CitationState, target: Option<&RecordId>) -> Resolution {
    Resolution { state, target: target.cloned(), candidates: Vec::new(), flags: Vec::new() }
}

/// Keeps those that have a property, when any has.
fn prefer(candidates: &mut Vec<&Record>, has: impl Fn(&Record) -> bool) {
    if candidates.iter().any(|candidate| has(candidate)) {
        candidates.retain(|candidate| has(candidate));
    }
}

/// Whether nothing speaks against a candidate: issuer, type, period, order in time.
fn may_be(citing: &Record, citation: &Citation, candidate: &Record) -> bool {
    let cited_key = Key::of(citation.key.as_deref());
    let candidate_key = Key::of(candidate_key(candidate));
    let is_other_body = !is_unknown(cited_key.issuer)
        && !is_unknown(candidate_key.issuer)
        && cited_key.issuer != candidate_key.issuer;
    // An issuer that is not printed was concluded from the place of the citing document; the
    // day of issue is better evidence than that.
    if is_other_body && (citation.issuer.is_some() || !has_day(citation, candidate)) {
        return false;
    }
    match (citation.issued_on, issued_on(candidate)) {
        // The same series in another year is another document; day and month may be misprinted.
        (Some(cited_on), Some(issued_on)) => cited_on.year() == issued_on.year(),
        _ => {
            let periods_agree = cited_key.period == candidate_key.period
                || cited_key.period == "?"
                || candidate_key.period == "?"
                || is_year(cited_key.period) != is_year(candidate_key.period);
            let is_too_late =
                citation.issued_on.is_none() && is_later(issued_on(candidate), issued_on(citing));
            periods_agree && !is_too_late
        }
    }
}

fn has_spelling(citation: &Citation, candidate: &Record) -> bool {
    let printed = citation.number.as_deref().map(canonical);
    candidate.metadata.number.as_ref().map(|number| canonical(&number.value)) == printed
}

fn has_date(citation: &Citation, candidate: &Record) -> bool {
    match (citation.issued_on, issued_on(candidate)) {
        (Some(cited_on), Some(issued_on)) => agree(cited_on, issued_on),
        _ => false,
    }
}

fn has_day(citation: &Citation, candidate: &Record) -> bool {
    let is_day = citation.issued_on.is_some_and(|date| date.day().is_some());
    is_day && citation.issued_on == issued_on(candidate)
}

/// Whether both numbers belong to one body: the same issuer where both are known, else the same
/// last group of the sign.
fn same_body(citation: &Citation, candidate: &Record) -> bool {
    let cited = Key::of(citation.key.as_deref()).issuer;
    let of_candidate = Key::of(candidate_key(candidate)).issuer;
    if !is_unknown(cited) && !is_unknown(of_candidate) {
        return cited == of_candidate;
    }
    let last_group =
        |number: &str| NumberForms::of(number).and_then(|forms| forms.sign.last().cloned());
    let of_candidate = candidate.metadata.number.as_ref().and_then(|n| last_group(&n.value));
    of_candidate.is_some() && citation.number.as_deref().and_then(last_group) == of_candidate
}

/// The parts of a document key that matter here.
struct Key<'a> {
    issuer: &'a str,
    period: &'a str,
}

impl<'a> Key<'a> {
    fn of(key: Option<&'a str>) -> Self {
        let key = key.unwrap_or("?");
        let mut parts = key.split('|');
        let issuer = parts.next().unwrap_or("?");
        Self { issuer, period: parts.nth(2).unwrap_or("?") }
    }
}

fn candidate_key(candidate: &Record) -> Option<&str> {
    candidate.metadata.number.as_ref().and_then(|number| number.key.as_deref())
}

fn is_unknown(issuer: &str) -> bool {
    issuer.starts_with('?')
}

fn is_year(period: &str) -> bool {
    period.bytes().all(|byte| byte.is_ascii_digit())
}

fn agree(one: PartialDate, other: PartialDate) -> bool {
    one.contains(other) || other.contains(one)
}

/// Whether every day that the first can mean is after every day of the second.
fn is_later(one: Option<PartialDate>, other: Option<PartialDate>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.day_range().0 > other.day_range().1,
        _ => false,
    }
}

fn differences(citation: &Citation, target: &Record) -> Vec<CitationFlag> {
    let mut flags = Vec::new();
    if let (Some(cited_on), Some(issued_on)) = (citation.issued_on, issued_on(target))
        && !agree(cited_on, issued_on)
    {
        flags.push(CitationFlag::DateDiffers);
    }
    let recall = |number: &str| fold(number);
    let target_number = target.metadata.number.as_ref().map(|number| recall(&number.value));
    if citation.number.as_deref().map(recall) != target_number {
        flags.push(CitationFlag::SignDiffers);
    }
    if let (Some(title), Some(subject)) = (&citation.title, &target.metadata.subject)
        && is_other_title(title, &subject.value)
    {
        flags.push(CitationFlag::SubjectDiffers);
    }
    flags
}

/// Whether a quoted title is plainly not the subject of a document.
fn is_other_title(title: &str, subject: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        let folded = fold_text(text);
        let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let (title, subject) = (words(title), words(subject));
    let shorter = title.len().min(subject.len());
    let n_common = title.intersection(&subject).count();
    shorter >= MIN_TITLE_WORDS && (n_common as f64) < SAME_TITLE * shorter as f64
}

fn issued_on(record: &Record) -> Option<PartialDate> {
    record.metadata.issued_on.as_ref().map(|found| found.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::tests::{citation, document};

    /// A document `number @ day @ issuer`, the issuer `?` when it is not known.
    fn held(text: &str, doc_type: &str, subject: &str) -> Record {
        let parts: Vec<&str> = text.split('@').map(str::trim).collect();
        let mut record = document(text, parts[0], parts[1], &[]).record;
        let period = parts[1].get(..4).unwrap_or("?");
        let number = record.metadata.number.as_mut().unwrap();
        number.key = Some(format!("{}|X|1|{period}", parts[2]));
        let found = number.clone();
        record.metadata.doc_type = Some(found.clone().map(doc_type.to_owned()));
        record.metadata.subject = Some(found.map(subject.to_owned()));
        record
    }

    /// The archive of the cases below; the first one cites, in June 2020.
    fn archive() -> Vec<Record> {
        vec![
            held("9/BC-SLĐTBXH @ 2020-06-01 @ vanson.sldtbxh", "Báo cáo", ""),
            held("64/KH-SLĐTBXH @ 2015-01-26 @ vanson.sldtbxh", "Kế hoạch", "phong trào thi đua"),
            held("64/KH-SLĐTBXH @ 2016-01-27 @ ?.SLĐTBXH", "Kế hoạch", "phong trào thi đua"),
            held("1348/QĐ-UBND @ 2016-06-28 @ vanson.ubnd", "Quyết định", ""),
            held("1348/QĐ-UBND @ 2016-08-30 @ huyen.ubnd", "Quyết định", ""),
            held("412/KH-SLĐTBXH @ 2020-05-08 @ vanson.sldtbxh", "Kế hoạch", ""),
            held("08/2019/TT-BLĐTBXH @ 2019-03-07 @ bldtbxh", "Thông tư", ""),
            held(
                "06-CT/TU @ 2016-05-09 @ vanson.tu",
                "Chỉ thị",
                "đổi mới công tác thi đua khen thưởng",
            ),
            held("700/QĐ-SLĐTBXH @ 2021-01-05 @ vanson.sldtbxh", "Quyết định", ""),
        ]
    }

    /// Resolves a citation `number @ date` in the archive: state, targets, flags.
    #[track_caller]
    fn check(cited: &str, change: impl Fn(&mut Citation), expected: &str) {
        let archive = archive();
        let mut citation = citation(&cited.replace(" @ ", "@"));
        change(&mut citation);
        let number = citation.number.clone().unwrap();
        let is_twin = |record: &Record| {
            let metadata = &record.metadata;
            let doc_type = metadata.doc_type.as_ref().map(|found| found.value.as_str());
            let printed = &metadata.number.as_ref().unwrap().value;
            let form = twin(printed, doc_type, issued_on(record));
            form.is_some()
                && form == twin(&number, citation.doc_type.as_deref(), citation.issued_on)
        };
        let same = |record: &&Record| {
            fold(&record.metadata.number.as_ref().unwrap().value) == fold(&number)
        };
        let by_number: Vec<&Record> = archive.iter().filter(same).collect();
        let twins: Vec<&Record> = archive.iter().filter(|record| is_twin(record)).collect();
        let resolution = resolve(&archive[0], &citation, &by_number, &twins);
        let day = |id: &RecordId| {
            let record = archive.iter().find(|record| record.id == *id).unwrap();
            issued_on(record).unwrap().to_string()
        };
        let mut shown = format!("{:?}", resolution.state);
        let mut days: Vec<String> =
            resolution.target.iter().chain(&resolution.candidates).map(day).collect();
        days.sort();
        for day in days {
            shown.push_str(&format!(" {day}"));
        }
        for flag in resolution.flags {
            shown.push_str(&format!(" {flag:?}"));
        }
        assert_eq!(shown, expected);
    }

    fn as_printed(_: &mut Citation) {}

    #[test]
    fn decided_by_the_period() {
        check("64/KH-SLĐTBXH @ 2015-01-26", as_printed, "Resolved 2015-01-26");
        // A misprinted day or month is the document of that year, and said.
        check("64/KH-SLĐTBXH @ 2016-07-27", as_printed, "Resolved 2016-01-27 DateDiffers");
        check("64/KH-SLĐTBXH @ 2016-01", as_printed, "Resolved 2016-01-27");
        check("64/KH-SLĐTBXH @ 2014-01-26", as_printed, "Missing");
        check("64/KH-SLĐTBXH", as_printed, "Ambiguous 2015-01-26 2016-01-27");
        // A later short form has the key of the full form before it.
        let short_form = |citation: &mut Citation| {
            citation.key = Some("vanson.sldtbxh|KH|64|2016".to_owned());
        };
        check("64/KH-SLĐTBXH", short_form, "Resolved 2016-01-27");
    }

    #[test]
    fn decided_by_the_issuer() {
        let of_province = |citation: &mut Citation| {
            citation.key = Some("vanson.ubnd|QĐ|1348|2016".to_owned());
            citation.issuer = Some("Ủy ban nhân dân tỉnh".to_owned());
        };
        check("1348/QĐ-UBND @ 2016", of_province, "Resolved 2016-06-28");
        check("1348/QĐ-UBND @ 2016", as_printed, "Ambiguous 2016-06-28 2016-08-30");
        check("1348/QĐ-UBND @ 2016-08-30", as_printed, "Resolved 2016-08-30");
        // Printed, so a district's paper of that day is not meant.
        check("1348/QĐ-UBND @ 2016-08-30", of_province, "Resolved 2016-06-28 DateDiffers");
        // Concluded from the place of the citing document: the day is better evidence.
        let concluded = |citation: &mut Citation| {
            citation.key = Some("huyen-khac.ubnd|QĐ|1348|2016".to_owned());
        };
        check("1348/QĐ-UBND @ 2016-06-28", concluded, "Resolved 2016-06-28");
        check("1348/QĐ-UBND @ 2016", concluded, "Missing");
    }

    #[test]
    fn misprinted_numbers_meet_their_document() {
        check("08/2019/TTBLĐTBXH @ 2019-03-07", as_printed, "Resolved 2019-03-07"); // hyphen lost
        check("06/CT-TU @ 2016-05-09", as_printed, "Resolved 2016-05-09"); // swapped
        let plan = |citation: &mut Citation| citation.doc_type = Some("Kế hoạch".to_owned());
        check("412/QĐ-SLĐTBXH @ 2020-05-08", plan, "Resolved 2020-05-08 SignDiffers");
        check("412/QĐ-SYT @ 2020-05-08", plan, "Missing"); // another body
        check("412/QĐ-SLĐTBXH @ 2020-05", plan, "Missing"); // a month is too little
    }

    #[test]
    fn title_of_another_document() {
        let titled = |title: &str| {
            let title = title.to_owned();
            move |citation: &mut Citation| citation.title = Some(title.clone())
        };
        let other = titled("về tổng điều tra hộ nghèo, hộ cận nghèo");
        check("06-CT/TU @ 2016-05-09", other, "Resolved 2016-05-09 SubjectDiffers");
        let shortened = titled("về công tác thi đua");
        check("06-CT/TU @ 2016-05-09", shortened, "Resolved 2016-05-09");
    }

    #[test]
    fn order_in_time() {
        check("700/QĐ-SLĐTBXH", as_printed, "Missing"); // issued after the citing document
        let later = "Resolved 2021-01-05 CitedBeforeIssued";
        check("700/QĐ-SLĐTBXH @ 2021-01-05", as_printed, later);
        check("701/QĐ-SLĐTBXH @ 2021-01-05", as_printed, "Missing CitedBeforeIssued");
        check("9/BC-SLĐTBXH @ 2020-06-01", as_printed, "SelfReference 2020-06-01");
    }

    #[test]
    fn forms_of_numbers() {
        assert_eq!(canonical("08/2019/TT- BLĐTBXH"), "8/2019/tt-blđtbxh");
        assert_eq!(fold("08/2019/TT- BLĐTBXH"), "8/2019/ttbldtbxh");
        let day = "2020-05-08".parse().ok();
        assert_eq!(
            twin("412/QĐ-SYT", Some("Kế hoạch"), day).as_deref(),
            Some("ke hoach|412|2020-05-08")
        );
        assert_eq!(twin("412/QĐ-SYT", None, day), None);
    }
}
