//! [`Register`]: the documents of a search in the order of a register, and what its numbers lack.

use crate::{
    archive::{
        Archive, ArchiveError, SearchParams,
        gaps::{Series, series},
    },
    catalog::Head,
    domain::{number_forms::NumberForms, record::RecordId},
    engine::{
        After, SearchReq,
        plan::{Need, Plan},
    },
};

/// The registers an office keeps.
///
/// # Source
/// Nghị định 30/2020/NĐ-CP, Phụ lục IV (sổ đăng ký văn bản đi, sổ đăng ký văn bản đến) and
/// Phụ lục V (mục lục văn bản trong hồ sơ).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Book {
    /// Sổ đăng ký văn bản đi: by number.
    #[default]
    Outgoing,
    /// Sổ đăng ký văn bản đến: by date.
    Incoming,
    /// Mục lục văn bản trong hồ sơ: by date.
    Contents,
    /// The hits of a search in the order of the search, with all that was read.
    List,
}

impl Book {
    /// Every register.
    pub const ALL: [Book; 4] = [Self::Outgoing, Self::Incoming, Self::Contents, Self::List];

    /// The stable name, e.g. `outgoing`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Outgoing => "outgoing",
            Self::Incoming => "incoming",
            Self::Contents => "contents",
            Self::List => "list",
        }
    }

    /// Reads a stable name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|book| book.code() == code)
    }
}

/// The documents of a register.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// Which register.
    pub book: Book,
    /// The documents in order; records without citations.
    pub rows: Vec<Head>,
    /// How many documents match; more than `rows` when a limit cut them.
    pub total: u64,
    /// The runs of numbers among the rows that lack, repeat or misplace a number.
    pub gaps: Vec<Series>,
}

/// Hits fetched from the engine at a time, its largest page.
const PAGE: usize = 1_000;

impl Archive {
    /// The documents that a search finds, as a register; at most `limit` of them.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn register(
        &self,
        params: &SearchParams,
        book: Book,
        limit: usize,
    ) -> Result<Register, ArchiveError> {
        let plan = self.plan(params);
        let mut rows: Vec<Head> = Vec::new();
        let mut total = 0;
        let mut after: Option<After> = None;
        while rows.len() < limit {
            let request = SearchReq {
                score: plan.score(Need::All),
                filter: plan.filters(None),
                sort: params.sort.to_engine(),
                after,
                size: PAGE.min(limit - rows.len()),
                facets: Vec::new(),
            };
            let answer = self.engine.search(&request)?;
            if after.is_none() {
                total = answer.total;
            }
            let Some(last) = answer.hits.last() else { break };
            after = Some(After::hit(last, request.sort));
            let ids: Vec<RecordId> = answer.hits.iter().map(|hit| hit.id.clone()).collect();
            rows.extend(self.catalog.heads(&ids)?);
            if ids.len() < request.size {
                break;
            }
        }
        match book {
            Book::Outgoing => rows.sort_by_cached_key(by_number),
            Book::Incoming | Book::Contents => rows.sort_by_cached_key(by_date),
            Book::List => {}
        }
        let gaps = series(&rows).into_iter().filter(Series::is_odd).collect();
        Ok(Register { book, rows, total, gaps })
    }

    /// What a search means to the engine, chosen filters included.
    fn plan(&self, params: &SearchParams) -> Plan {
        let (query, _) = self.understand(&params.q, params.today);
        let mut plan = Plan::new(&query, &self.tables);
        for filter in &params.filters {
            plan.choose(filter.field, &filter.values);
        }
        plan
    }
}

/// An order key in which what is absent comes last.
type Last<T> = (bool, Option<T>);

/// A running number: its digits by value, then its suffix.
type Serial = (u64, String);

fn last<T>(value: Option<T>) -> Last<T> {
    (value.is_none(), value)
}

fn forms(head: &Head) -> Option<NumberForms> {
    head.record.metadata.number.as_ref().and_then(|number| NumberForms::of(&number.value))
}

/// A running number by value, then by suffix: 9, 10, 10a.
fn serial(forms: Option<&NumberForms>) -> Last<Serial> {
    last(forms.and_then(|forms| {
        let n_digits = forms.serial.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, suffix) = forms.serial.split_at(n_digits);
        Some((digits.parse().ok()?, suffix.to_owned()))
    }))
}

fn first_day(head: &Head) -> Last<i32> {
    last(head.record.metadata.issued_on.as_ref().map(|date| date.value.day_range().0))
}

/// The year, then the number, then the sign, then the date.
fn by_number(head: &Head) -> (Last<i16>, Last<Serial>, Vec<String>, Last<i32>, i64) {
    let forms = forms(head);
    let dated = head.record.metadata.issued_on.as_ref().map(|date| date.value.year());
    let year = dated.or_else(|| forms.as_ref().and_then(|forms| forms.year));
    let serial = serial(forms.as_ref());
    (
        last(year),
        serial,
        forms.map(|forms| forms.sign).unwrap_or_default(),
        first_day(head),
        head.ord,
    )
}

/// The date, then the number.
fn by_date(head: &Head) -> (Last<i32>, Last<Serial>, i64) {
    (first_day(head), serial(forms(head).as_ref()), head.ord)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::{
        found::{Found, Span},
        record::{Format, Metadata, Record, TextSource},
    };

    /// A value as if it had been read.
    pub fn found<T>(value: T) -> Found<T> {
        let (raw, rule) = (String::new(), "test".to_owned());
        Found { value, raw, key: None, page: 1, span: Span::new(0, 0), rule, confidence: 1.0 }
    }

    /// A document that carries a number.
    pub fn head(number: &str) -> Head {
        let metadata = Metadata { number: Some(found(number.to_owned())), ..Metadata::default() };
        let record = Record {
            id: RecordId::from_sha256("0123456789abcdef"),
            sha256: "0123456789abcdef".to_owned(),
            path: "a.docx".to_owned(),
            format: Some(Format::Docx),
            text_source: TextSource::Embedded,
            n_pages: 1,
            metadata,
            citations: Vec::new(),
            parts: Vec::new(),
            warnings: Vec::new(),
        };
        Head { ord: 1, version: 1, record, n_citations: 0, n_missing: 0, n_cited_by: 0 }
    }

    #[test]
    fn numbers_are_ordered_by_value_and_those_without_come_last() {
        let mut heads = [
            head("10/KH-UBND"),
            head("KH-UBND"),
            head("9/KH-UBND"),
            head("10a/KH-UBND"),
            head("100/KH-UBND"),
        ];
        heads.sort_by_cached_key(by_number);
        let order: Vec<&str> = heads
            .iter()
            .filter_map(|head| head.record.metadata.number.as_ref())
            .map(|number| number.value.as_str())
            .collect();
        let expected = ["9/KH-UBND", "10/KH-UBND", "10a/KH-UBND", "100/KH-UBND", "KH-UBND"];
        assert_eq!(order, expected);
    }
}
