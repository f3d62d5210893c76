//! [`PartialDate`]: a date with the precision that is printed, never more.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

/// A date as precise as the paper gives it: `2020-03-02`, `2021-04` or `2016`.
///
/// A blank day, normal in drafts, is an absent day; it is never filled in. Ordered by the
/// first day it can mean, the less precise first.
///
/// # Source
/// Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I, mục II.4: drafts leave the day to be filled by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartialDate {
    year: i16,
    month: Option<u8>,
    day: Option<u8>,
}

impl PartialSchema for PartialDate {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let text = text.description(Some("ISO, cut at the precision that is printed"));
        text.pattern(Some(r"^\d{4}(-\d{2}(-\d{2})?)?$")).build().into()
    }
}

impl ToSchema for PartialDate {}

/// A date that is not in the calendar, e.g. day 30 of month 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a date like 2020-03-02, 2020-03 or 2020, found {found:?}")]
pub struct DateError {
    /// What was to be read.
    pub found: String,
}

impl PartialDate {
    /// A whole year.
    pub fn year_only(year: i16) -> Option<Self> {
        (1800..=2200).contains(&year).then_some(Self { year, month: None, day: None })
    }

    /// A month of a year; `None` when there is no such month.
    pub fn month_of(year: i16, month: u8) -> Option<Self> {
        Self::year_only(year)?;
        (1..=12).contains(&month).then_some(Self { year, month: Some(month), day: None })
    }

    /// A day; `None` when the calendar has no such day.
    pub fn day_of(year: i16, month: u8, day: u8) -> Option<Self> {
        Self::month_of(year, month)?;
        let calendar_month = time::Month::try_from(month).ok()?;
        (day >= 1 && day <= calendar_month.length(i32::from(year))).then_some(Self {
            year,
            month: Some(month),
            day: Some(day),
        })
    }

    /// The year, e.g. 2020.
    pub fn year(self) -> i16 {
        self.year
    }

    /// The month from 1 to 12, when it is printed.
    pub fn month(self) -> Option<u8> {
        self.month
    }

    /// The day of the month, when it is printed.
    pub fn day(self) -> Option<u8> {
        self.day
    }

    /// The first and the last day it can mean, in days since 1970-01-01.
    pub fn day_range(self) -> (i32, i32) {
        let first_month = self.month.unwrap_or(1);
        let last_month = self.month.unwrap_or(12);
        let first = epoch_day(self.year, first_month, self.day.unwrap_or(1));
        let last_day = self.day.unwrap_or_else(|| month_length(self.year, last_month));
        (first, epoch_day(self.year, last_month, last_day))
    }

    /// Whether every day that `other` can mean is a day that `self` can mean.
    pub fn contains(self, other: PartialDate) -> bool {
        let (first, last) = self.day_range();
        let (other_first, other_last) = other.day_range();
        first <= other_first && other_last <= last
    }

    /// In the way clerks write it: `02/3/2020`, `4/2021`, `2016` (days and the months 1
    /// and 2 with two digits).
    ///
    /// # Source
    /// Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I, mục II.4.
    pub fn to_vietnamese(self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) if month <= 2 => format!("{day:02}/{month:02}/{}", self.year),
            (Some(month), Some(day)) => format!("{day:02}/{month}/{}", self.year),
            (Some(month), None) => format!("{month}/{}", self.year),
            _ => self.year.to_string(),
        }
    }
}

fn month_length(year: i16, month: u8) -> u8 {
    time::Month::try_from(month).map_or(31, |m| m.length(i32::from(year)))
}

fn epoch_day(year: i16, month: u8, day: u8) -> i32 {
    let month = time::Month::try_from(month).expect("month was checked by the constructor");
    let date = time::Date::from_calendar_date(i32::from(year), month, day)
        .expect("day was checked by the constructor");
    date.to_julian_day() - time::macros::date!(1970 - 01 - 01).to_julian_day()
}

impl fmt::Display for PartialDate {
    /// ISO 8601, cut at the precision: `2020-03-02`, `2021-04`, `2016`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

impl FromStr for PartialDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let error = || DateError { found: text.chars().take(40).collect() };
        let mut parts = text.split('-');
        let year: i16 = parts.next().and_then(|p| p.parse().ok()).ok_or_else(error)?;
        let month: Option<u8> = parts.next().map(str::parse).transpose().map_err(|_| error())?;
        let day: Option<u8> = parts.next().map(str::parse).transpose().map_err(|_| error())?;
        if parts.next().is_some() {
            return Err(error());
        }
        match (month, day) {
            (None, _) => Self::year_only(year),
            (Some(month), None) => Self::month_of(year, month),
            (Some(month), Some(day)) => Self::day_of(year, month, day),
        }
        .ok_or_else(error)
    }
}

impl TryFrom<String> for PartialDate {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, days: i32) {
        let date: PartialDate = text.parse().unwrap();
        assert_eq!(date.to_string(), text);
        let (first, last) = date.day_range();
        assert_eq!(last - first + 1, days);
    }

    #[test]
    fn iso_round_trip_and_length() {
        check("2020-03-02", 1);
        check("2021-04", 30);
        check("2020-02", 29); // leap year
        check("2016", 366);
    }

    #[test]
    fn not_in_the_calendar() {
        for text in ["2021-02-30", "2021-42", "21", "2021-4-1-1", "x", ""] {
            assert!(text.parse::<PartialDate>().is_err(), "{text}");
        }
    }

    #[test]
    fn printed_as_clerks_do() {
        assert_eq!(PartialDate::day_of(2020, 3, 2).unwrap().to_vietnamese(), "02/3/2020");
        assert_eq!(PartialDate::day_of(2020, 2, 12).unwrap().to_vietnamese(), "12/02/2020");
    }
}
