//! [`Field`]: what a clerk may correct of a document, and how typed characters become its value.
//!
//! A value is kept as text, in the form in which it is typed and shown again; `None` is a field
//! that is blank on paper. Must not know where corrections are kept.

use unicode_normalization::UnicodeNormalization;

use crate::domain::{
    date::PartialDate,
    date_phrase::parse_date_at,
    doc_number::DocNumber,
    found::Found,
    record::{Metadata, Urgency},
    tables::{Tables, name_key},
};

/// The rule of a value that a clerk gave.
pub const CLERK: &str = "clerk";

/// Longest value in characters.
const MAX_CHARS: usize = 4_000;

/// A field that can be corrected. The secrecy stamp cannot: a document that has one is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Số, ký hiệu.
    Number,
    /// Ngày ban hành.
    IssuedOn,
    /// Cơ quan ban hành.
    Issuer,
    /// Cơ quan chủ quản.
    ParentIssuer,
    /// Loại văn bản.
    DocType,
    /// Trích yếu.
    Subject,
    /// Người ký.
    Signer,
    /// Chức vụ.
    SignerPosition,
    /// Thẩm quyền ký.
    SigningCapacity,
    /// Địa danh.
    Place,
    /// Nơi nhận, one a line.
    Recipients,
    /// Độ khẩn.
    Urgency,
    /// Whether it is a draft: `true` or `false`.
    IsDraft,
}

/// Characters that are no value of the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} for {}, found {found:?}", field.code())]
pub struct ValueError {
    /// The field.
    pub field: Field,
    /// What a value looks like.
    pub expected: &'static str,
    /// What was given, cut to 60 characters.
    pub found: String,
}

impl Field {
    /// Every field, in the order of the page.
    pub const ALL: [Self; 13] = [
        Self::Number,
        Self::IssuedOn,
        Self::Issuer,
        Self::ParentIssuer,
        Self::DocType,
        Self::Subject,
        Self::Signer,
        Self::SignerPosition,
        Self::SigningCapacity,
        Self::Place,
        Self::Recipients,
        Self::Urgency,
        Self::IsDraft,
    ];

    /// The name in the JSON of a record, e.g. `issued_on`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::IssuedOn => "issued_on",
            Self::Issuer => "issuer",
            Self::ParentIssuer => "parent_issuer",
            Self::DocType => "doc_type",
            Self::Subject => "subject",
            Self::Signer => "signer",
            Self::SignerPosition => "signer_position",
            Self::SigningCapacity => "signing_capacity",
            Self::Place => "place",
            Self::Recipients => "recipients",
            Self::Urgency => "urgency",
            Self::IsDraft => "is_draft",
        }
    }

    /// Reads a name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }

    /// The value in a record, as text.
    ///
    /// # Example
    /// ```
    /// use vanthu::domain::{correction::Field, record::Metadata};
    /// assert_eq!(Field::Number.of(&Metadata::default()), None);
    /// ```
    pub fn of(self, metadata: &Metadata) -> Option<String> {
        match self {
            Self::IssuedOn => metadata.issued_on.as_ref().map(|found| found.value.to_string()),
            Self::Recipients => metadata.recipients.as_ref().map(|found| found.value.join("\n")),
            Self::Urgency => {
                metadata.urgency.as_ref().map(|found| urgency_name(found.value).to_owned())
            }
            Self::IsDraft => metadata.is_draft.as_ref().map(|found| found.value.to_string()),
            _ => self.text_of(metadata)?.as_ref().map(|found| found.value.clone()),
        }
    }

    /// How sure the reading is; `None` when the field was not read.
    pub fn confidence(self, metadata: &Metadata) -> Option<f32> {
        match self {
            Self::IssuedOn => metadata.issued_on.as_ref().map(|found| found.confidence),
            Self::Recipients => metadata.recipients.as_ref().map(|found| found.confidence),
            Self::Urgency => metadata.urgency.as_ref().map(|found| found.confidence),
            Self::IsDraft => metadata.is_draft.as_ref().map(|found| found.confidence),
            _ => self.text_of(metadata)?.as_ref().map(|found| found.confidence),
        }
    }

    /// The place of a field that holds one text; `None` for the others.
    fn text_of(self, metadata: &Metadata) -> Option<&Option<Found<String>>> {
        Some(match self {
            Self::Number => &metadata.number,
            Self::Issuer => &metadata.issuer,
            Self::ParentIssuer => &metadata.parent_issuer,
            Self::DocType => &metadata.doc_type,
            Self::Subject => &metadata.subject,
            Self::Signer => &metadata.signer,
            Self::SignerPosition => &metadata.signer_position,
            Self::SigningCapacity => &metadata.signing_capacity,
            Self::Place => &metadata.place,
            Self::IssuedOn | Self::Recipients | Self::Urgency | Self::IsDraft => return None,
        })
    }

    /// Typed characters as a value of the field; `None` when nothing was typed, for a field that
    /// is blank on paper.
    ///
    /// # Errors
    /// With what was expected, e.g. a number that cannot be read as one.
    pub fn value(self, tables: &Tables, typed: &str) -> Result<Option<String>, ValueError> {
        let wrong = |expected| ValueError {
            field: self,
            expected,
            found: typed.trim().chars().take(60).collect(),
        };
        if typed.chars().count() > MAX_CHARS {
            return Err(wrong("at most 4000 characters"));
        }
        let is_control = |c: char| c.is_control() && !c.is_whitespace();
        if typed.chars().any(is_control) {
            return Err(wrong("printable characters"));
        }
        let composed: String = typed.nfc().collect();
        let line = composed.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            return Ok(None);
        }
        Ok(Some(match self {
            Self::Number => {
                DocNumber::parse(tables, &line)
                    .map_err(|_| wrong("a document number like 30/2020/NĐ-CP"))?
                    .printed
            }
            Self::IssuedOn => date(&line)
                .ok_or_else(|| wrong("a date like 2020-03-02, 02/3/2020 or 4/2021"))?
                .to_string(),
            Self::DocType => {
                let known = tables.doc_type_by_name(&name_key(&line));
                let whole = known.filter(|row| row.folded_name == name_key(&line));
                whole.map_or(line, |row| row.name.clone())
            }
            Self::SigningCapacity => {
                let bare = |text: &str| text.trim_end_matches('.').to_lowercase();
                let known = tables.capacities().iter().find(|row| bare(&row.mark) == bare(&line));
                known.ok_or_else(|| wrong("one of TM., KT., TL., TUQ. and Q."))?.mark.clone()
            }
            Self::Urgency => {
                let level = urgency(&line);
                urgency_name(level.ok_or_else(|| wrong("Khẩn, Thượng khẩn or Hỏa tốc"))?).to_owned()
            }
            Self::IsDraft => flag(&line).ok_or_else(|| wrong("true or false"))?.to_string(),
            Self::Recipients => composed
                .lines()
                .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
                .filter(|line| !line.is_empty())
                .collect::<Vec<_>>()
                .join("\n"),
            _ => line,
        }))
    }
}

/// A whole text as a date: ISO, or as clerks write it.
pub fn date(text: &str) -> Option<PartialDate> {
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    let phrase = parse_date_at(text, 0)?;
    let is_whole = !phrase.impossible && text[phrase.range.end..].trim().is_empty();
    phrase.date.filter(|_| is_whole)
}

/// The name of a degree of urgency, as printed in a stamp.
pub fn urgency_name(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Urgent => "Khẩn",
        Urgency::VeryUrgent => "Thượng khẩn",
        Urgency::Express => "Hỏa tốc",
    }
}

/// Reads the name of a degree of urgency, with or without accents.
pub fn urgency(text: &str) -> Option<Urgency> {
    match name_key(text).as_str() {
        "khan" => Some(Urgency::Urgent),
        "thuong khan" => Some(Urgency::VeryUrgent),
        "hoa toc" => Some(Urgency::Express),
        _ => None,
    }
}

fn flag(text: &str) -> Option<bool> {
    match name_key(text).as_str() {
        "true" | "yes" | "co" | "1" => Some(true),
        "false" | "no" | "khong" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: Field, typed: &str, expected: Result<Option<&str>, &str>) {
        let value = field.value(Tables::builtin(), typed).map_err(|error| error.to_string());
        let value = value.as_ref().map(Option::as_deref).map_err(String::as_str);
        assert_eq!(value, expected);
    }

    #[test]
    fn what_is_typed_becomes_the_form_that_is_shown() {
        check(Field::Number, " Số: 293/KH- SLĐTBXH ", Ok(Some("293/KH-SLĐTBXH")));
        check(Field::IssuedOn, "02/3/2020", Ok(Some("2020-03-02")));
        check(Field::IssuedOn, "ngày 02 tháng 3 năm 2020", Ok(Some("2020-03-02")));
        check(Field::IssuedOn, "2021-04", Ok(Some("2021-04"))); // the day is blank on paper
        check(Field::DocType, "kế hoạch", Ok(Some("Kế hoạch")));
        check(Field::DocType, "Sổ tay", Ok(Some("Sổ tay"))); // an archive holds odd kinds, too
        check(Field::Subject, "Về việc\n  tổ chức", Ok(Some("Về việc tổ chức")));
        check(Field::SigningCapacity, "kt", Ok(Some("KT.")));
        check(Field::Urgency, "HOA TOC", Ok(Some("Hỏa tốc")));
        check(Field::IsDraft, "không", Ok(Some("false")));
        check(Field::Recipients, "Như trên\r\n\n  Lưu: VT", Ok(Some("Như trên\nLưu: VT")));
        check(Field::Signer, "  ", Ok(None)); // blank on paper
        check(Field::Signer, "Nguye\u{302}\u{303}n A", Ok(Some("Nguyễn A")));
    }

    #[test]
    fn what_is_no_value_is_refused_with_what_was_expected() {
        check(
            Field::Number,
            "kế hoạch",
            Err("expected a document number like 30/2020/NĐ-CP for number, found \"kế hoạch\""),
        );
        check(
            Field::IssuedOn,
            "31/02/2020",
            Err(
                "expected a date like 2020-03-02, 02/3/2020 or 4/2021 for issued_on, found \"31/02/2020\"",
            ),
        );
        check(
            Field::SigningCapacity,
            "XX",
            Err("expected one of TM., KT., TL., TUQ. and Q. for signing_capacity, found \"XX\""),
        );
        check(
            Field::Signer,
            "A\u{0}B",
            Err("expected printable characters for signer, found \"A\\0B\""),
        );
        assert!(Field::Subject.value(Tables::builtin(), &"a".repeat(5_000)).is_err());
    }
}
