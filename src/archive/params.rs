//! [`SearchParams`]: one search as the page, the API and the command line ask for it.

use crate::{
    domain::date::PartialDate,
    engine::{After, KeyField, NumField, Sort},
};

/// How many hits can be reached by page number; further ones by [`SearchParams::after`].
pub const MAX_REACH: usize = 1_000;

/// One search.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchParams {
    /// What was typed.
    pub q: String,
    /// Values chosen beside the list: one of the values of each field.
    pub filters: Vec<Filter>,
    /// Whether a body asked for stands for those that it took over from, too.
    pub with_predecessors: bool,
    /// Order of the hits.
    pub sort: SortBy,
    /// Which page, from 1; not looked at when `after` is given.
    pub page: usize,
    /// Where the previous page ended: [`Found::next`](super::Found::next) of that page.
    pub after: Option<String>,
    /// Hits a page, 1 to 100.
    pub per_page: usize,
    /// Whether to count by type, issuer, year and so on.
    pub facets: bool,
    /// Whether words without diacritics mean just that; else documents with the diacritics that
    /// they most likely mean come first.
    pub as_typed: bool,
    /// What words like `năm nay` refer to.
    pub today: PartialDate,
}

impl SearchParams {
    /// The first 20 hits of what was typed, counts included.
    pub fn new(q: impl Into<String>, today: PartialDate) -> Self {
        Self {
            q: q.into(),
            filters: Vec::new(),
            with_predecessors: false,
            sort: SortBy::Relevance,
            page: 1,
            after: None,
            per_page: 20,
            facets: true,
            as_typed: false,
            today,
        }
    }
}

/// Chosen values of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Which field.
    pub field: KeyField,
    /// The values, as in [`FacetValue::value`](super::FacetValue::value).
    pub values: Vec<String>,
}

/// Order of the hits. Among equals by relevance the newer first, then by order of intake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortBy {
    /// Best first.
    #[default]
    Relevance,
    /// Latest date of issue first; documents without one last.
    Newest,
    /// Earliest date of issue first; documents without one last.
    Oldest,
    /// Lowest running number first; documents without one last.
    Number,
}

impl SortBy {
    /// Every order.
    pub const ALL: [SortBy; 4] = [Self::Relevance, Self::Newest, Self::Oldest, Self::Number];

    /// The stable name, e.g. `newest`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Number => "number",
        }
    }

    /// Reads a stable name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.code() == code)
    }

    pub(super) fn to_engine(self) -> Sort {
        match self {
            Self::Relevance => Sort::Relevance,
            Self::Newest => Sort::Number { field: NumField::IssuedFirst, descending: true },
            Self::Oldest => Sort::Number { field: NumField::IssuedFirst, descending: false },
            Self::Number => Sort::Number { field: NumField::Serial, descending: false },
        }
    }
}

/// Writes a place in an order as text: order, value bits, day, number of the document, and
/// whether scores were to the word (`l`, of a list) or sums (`s`).
pub(super) fn write_cursor(sort: SortBy, after: After) -> String {
    let value = after.value.map_or("-".to_owned(), |value| format!("{:x}", value.to_bits()));
    let day = after.issued_first.map_or("-".to_owned(), |day| day.to_string());
    let way = if after.is_listed { "l" } else { "s" };
    format!("{}.{value}.{day}.{}.{way}", sort.code(), after.ord)
}

/// Reads a place back; `None` when it is none, or of another order.
pub(super) fn read_cursor(sort: SortBy, cursor: &str) -> Option<After> {
    let mut parts = cursor.split('.');
    if parts.next()? != sort.code() {
        return None;
    }
    let value = match parts.next()? {
        "-" => None,
        bits => Some(f64::from_bits(u64::from_str_radix(bits, 16).ok()?)),
    };
    let issued_first = match parts.next()? {
        "-" => None,
        day => Some(day.parse().ok()?),
    };
    let ord = parts.next()?.parse().ok()?;
    let is_listed = match parts.next()? {
        "l" => true,
        "s" => false,
        _ => return None,
    };
    parts.next().is_none().then_some(After { value, issued_first, ord, is_listed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursor_round_trip() {
        let all = [
            After {
                value: Some(f64::from(12.25f32)),
                issued_first: Some(-18_000),
                ord: 8_841,
                is_listed: true,
            },
            After { value: None, issued_first: None, ord: 1, is_listed: false },
        ];
        for after in all {
            for sort in SortBy::ALL {
                assert_eq!(read_cursor(sort, &write_cursor(sort, after)), Some(after));
            }
            let of_newest = write_cursor(SortBy::Newest, after);
            assert_eq!(read_cursor(SortBy::Oldest, &of_newest), None);
        }
    }

    #[test]
    fn what_is_no_cursor() {
        for text in
            ["", "newest", "newest.x.-.1.l", "newest.-.-.1", "newest.-.-.1.2", "newest.-.-.x.s"]
        {
            assert_eq!(read_cursor(SortBy::Newest, text), None, "{text}");
        }
    }
}
