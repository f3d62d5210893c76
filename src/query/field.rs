//! [`Field`]: what stands before a colon, `loai:"kế hoạch"`, and what its value means.

use crate::query::{
    ast::{DateQuery, IssuerQuery, Meaning},
    date,
    lex::Input,
    name::{self, Signs},
    number,
    parse::plain_words,
};

/// The fields, as `Tìm nâng cao` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Number,
    Date,
    DocType,
    Issuer,
    Signer,
    Cites,
    From,
    To,
    Words,
}

impl Field {
    /// The field of a folded name.
    pub(super) fn named(folded: &str) -> Option<Self> {
        Some(match folded {
            "so" => Self::Number,
            "ngay" => Self::Date,
            "loai" => Self::DocType,
            "cq" => Self::Issuer,
            "ky" | "ki" => Self::Signer,
            "vd" => Self::Cites,
            "tu" => Self::From,
            "den" => Self::To,
            "nd" => Self::Words,
            _ => return None,
        })
    }

    /// What a value should be, for a warning.
    pub(super) fn expects(self) -> &'static str {
        match self {
            Self::Number | Self::Cites => "a number like 30/2020/NĐ-CP",
            Self::Date | Self::From | Self::To => "a date like 05/3/2020, 3/2020 or 2020",
            Self::DocType => "a type like kế hoạch or KH",
            Self::Issuer | Self::Signer => "a name",
            Self::Words => "words",
        }
    }

    /// What a value means; `None` when it is none.
    pub(super) fn meaning(self, value: &Input) -> Option<Meaning> {
        let name = || Some(name::tidy(value.text)).filter(|name| !name.is_empty());
        Some(match self {
            Self::Number => Meaning::Number(number::whole(value)?),
            Self::Cites => Meaning::Cites(number::whole(value)?),
            Self::Date => Meaning::Date(date::whole(value)?),
            Self::From => Meaning::Date(DateQuery::Between {
                from: Some(date::bound(value, false)?),
                to: None,
            }),
            Self::To => Meaning::Date(DateQuery::Between {
                from: None,
                to: Some(date::bound(value, true)?),
            }),
            Self::DocType => Meaning::DocType(name::doc_type(value)?),
            Self::Issuer => {
                let name = name()?;
                let unknown = || IssuerQuery { name: name.clone(), ids: Vec::new() };
                Meaning::Issuer(
                    name::issuer(value.tables, &name, Signs::All).unwrap_or_else(unknown),
                )
            }
            Self::Signer => Meaning::Signer(name()?),
            Self::Words => {
                Meaning::Words(Some(plain_words(value.text)).filter(|words| !words.is_empty())?)
            }
        })
    }

    /// Where a value without quotation marks ends: as far as it makes sense, at least one word.
    pub(super) fn value_end(self, input: &Input, at: usize) -> usize {
        let chunk_end =
            (at + 1..input.len()).find(|&next| !input.is_glued(next)).unwrap_or(input.len());
        let chunk_end = chunk_end.min(input.len()).max(at.min(input.len()));
        let words_end = |fits: &dyn Fn(usize) -> bool| {
            let last = (chunk_end..input.len()).take(24).take_while(|&next| fits(next)).last();
            last.map_or(chunk_end, |last| last + 1)
        };
        match self {
            Field::Number | Field::Cites => {
                number::number(input, at).map_or(chunk_end, |found| found.end.max(chunk_end))
            }
            Field::Date => {
                date::date(input, at).map_or(chunk_end, |found| found.end.max(chunk_end))
            }
            Field::DocType => {
                name::type_words(input, at).map_or(chunk_end, |(_, end)| end.max(chunk_end))
            }
            Field::Issuer => {
                let end = words_end(&|next| {
                    input.letters(next).is_some() || input.mark(next) == Some('-')
                });
                let known = |end: &usize| {
                    name::issuer(input.tables, input.slice(at, *end), Signs::All).is_some()
                };
                (chunk_end..=end).rev().find(known).unwrap_or(chunk_end)
            }
            Field::Signer => words_end(&|next| {
                let is_name =
                    input.letters(next).is_some_and(|word| word.starts_with(char::is_uppercase));
                is_name && input.mark(next + 1) != Some(':')
            }),
            Field::From | Field::To | Field::Words => chunk_end,
        }
    }
}
