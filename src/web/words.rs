//! The words of the page in both languages, from `words.tsv`. Document data are never translated.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::domain::date::PartialDate;

/// The language of the page, chosen by `?lang=` or the cookie, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// The language tag, `vi` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// Reads a language tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The words for a key of `words.tsv`; the key itself when there is none (a test finds those).
    pub fn word(self, key: &'static str) -> &'static str {
        match (WORDS.get(key), self) {
            (Some((vi, _)), Self::Vi) => vi,
            (Some((_, en)), Self::En) => en,
            (None, _) => key,
        }
    }

    /// A count with the thousands mark of the language: `12.480` or `12,480`.
    pub fn count(self, number: u64) -> String {
        let digits = number.to_string();
        let mark = if self == Self::Vi { '.' } else { ',' };
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(mark);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// A date as clerks write it; in English with the month's name.
    pub fn date(self, date: PartialDate) -> String {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        match (self, date.month(), date.day()) {
            (Self::Vi, ..) => date.to_vietnamese(),
            (Self::En, Some(month), Some(day)) => {
                format!("{day} {} {}", MONTHS[usize::from(month) - 1], date.year())
            }
            (Self::En, Some(month), None) => {
                format!("{} {}", MONTHS[usize::from(month) - 1], date.year())
            }
            (Self::En, ..) => date.year().to_string(),
        }
    }
}

static WORDS: LazyLock<BTreeMap<&'static str, (&'static str, &'static str)>> =
    LazyLock::new(|| {
        include_str!("words.tsv")
            .lines()
            .skip(1)
            .filter_map(|line| {
                let mut columns = line.split('\t');
                Some((columns.next()?, (columns.next()?, columns.next()?)))
            })
            .collect()
    });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_both_languages() {
        for line in include_str!("words.tsv").lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), 3, "{line}");
            assert!(columns.iter().all(|column| !column.is_empty()), "{line}");
        }
    }

    #[test]
    fn counts_and_dates_in_both_languages() {
        assert_eq!(Lang::Vi.count(12480), "12.480");
        assert_eq!(Lang::En.count(999), "999");
        let date = PartialDate::day_of(2020, 3, 2).unwrap();
        assert_eq!(Lang::Vi.date(date), "02/3/2020");
        assert_eq!(Lang::En.date(date), "2 Mar 2020");
    }
}
