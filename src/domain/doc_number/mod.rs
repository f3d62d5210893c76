//! [`DocNumber`]: số và ký hiệu of a document in its five families, in one comparable form.
//!
//! Turns printed characters such as `Số: 0293/KH- SLĐTBXH` into parts, and parts back into
//! the canonical form `293/KH-SLĐTBXH` and into keys. What the author misprinted is named as
//! a [`Repair`], never corrected in silence: the printed form is kept beside the number.
//!
//! # Grammar
//! Of the canonical form, which `Display` prints and [`DocNumber::parse`] reads without repairs:
//! ```text
//! symbol   = legal | admin | letter | party | historic ;
//! number   = digit , { digit } , [ "." , digit , { digit } ] , [ suffix ] ;   (* 1 to 6 digits *)
//! legal    = number , "/" , year , "/" , ( assembly | [ type , "-" ] , issuers ) ;
//! assembly = [ type , "-" ] , ( "QH" | "UBTVQH" ) , legislature ;
//! issuers  = issuer , { "-" , issuer } ;        (* more than one where the type ends in LT *)
//! admin    = number , "/" , type , "-" , issuer , { "-" , unit } ;
//! letter   = number , "/" , issuer , { "-" , unit } ;       (* the first segment is no type *)
//! party    = number , "-" , type , "/" , issuer , { "-" , unit } ;
//! historic = number , "/" , ( "CP" | "TTg" | "HĐBT" | "HĐCP" | "UB" | "SL" ) ;
//! issuer, unit = segment , { ( "&" | "." ) , segment } ;
//! segment  = upper , { upper | lower | digit } ;            (* TTg, QyĐ, PC02 *)
//! year     = ( "19" | "20" ) , digit , digit ;
//! ```
//! What is told by the tables and not by the grammar: which segment is a `type`, and whether an
//! issuer numbers in the way of the Party. Anything else that is read has a [`Repair`].
//!
//! Must not decide which issuer a relative sign such as `UBND` means; the caller knows the place.

mod classify;
mod clean;
mod lex;
mod period;
mod scan;
mod signs;
#[cfg(test)]
mod tests;

use std::fmt;

pub use self::period::Period;
pub use self::scan::{NumberMatch, find_numbers};

use self::signs::Signs;
use crate::domain::tables::Tables;

/// The families of numbers, told apart by their separators and by what stands in the sign.
///
/// # Source
/// Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I, mục II.3 (state); Hướng dẫn 36-HD/VPTW (Party).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Normative, the year is part of the number: `30/2020/NĐ-CP`, `54/2019/QH14`.
    Legal,
    /// Administrative: `293/KH-SLĐTBXH`.
    Admin,
    /// Official letter, no type in the sign: `555/LĐTBXH-BTXH`.
    Letter,
    /// Party and Youth Union, hyphen before slash: `06-CT/TU`.
    Party,
    /// Until about 1997, issuer alone: `53-HĐBT`, `30/CP`, `12 SL`.
    Historic,
}

/// What had to be assumed to read a number. Each names one step; none alters the printed form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repair {
    /// `08/2019/TTBLĐTBXH`: a known type glued to a known issuer.
    MissingHyphen,
    /// `17-NQ/CP`, `22/CT-TW`: the separators of the other regime.
    SwappedSeparators,
    /// `1836 QĐ/TWĐTN`, `15/2020 NQ-HĐND`.
    SpaceForSeparator,
    /// `123/QĐ/UB`, usual until about 2000.
    SlashForHyphen,
    /// `18/SLĐTBXH-GP`: the canonical form puts the type first.
    TypeAfterIssuer,
    /// `66/1992/HĐBT`, `53/NĐ-HĐBT`: an old number in a newer dress.
    ModernisedOldForm,
    /// `10/98/NĐ-CP`: the year with two digits.
    ShortYear,
    /// `1.234/QĐ-UBND`: a dot between thousands.
    ThousandsDot,
    /// `15/2018/ND-CP`: D printed for Đ in the type.
    LostStroke,
}

/// Types that one body issues in two series: as normative text with the year in the number
/// (`20/2020/NQ-HĐND`) and as an individual act without it (`20/NQ-HĐND`). Everywhere else a
/// year in the number is only another way to write the same number.
///
/// # Source
/// Nghị định 30/2020/NĐ-CP (individual acts); Luật 80/2015/QH13, Điều 10 (normative texts).
const TWO_SERIES: [&str; 3] = ["CT", "NQ", "QĐ"];

/// Số và ký hiệu of a document: `30/2020/NĐ-CP` is serial 30, year 2020, type `NĐ`, issuer `CP`.
///
/// Equal when the canonical forms are equal; ordered by serial (9 before 10, `77` before
/// `77A`), then by year and sign. `Display` prints the canonical form, which parses back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocNumber {
    /// The running number in the issuer's register.
    pub serial: u32,
    /// The part after a dot: 2 in `66.2/2025/NQ-CP`.
    pub part: Option<u32>,
    /// The letter of an inserted number, upper case: A in `77a/KH-SNV`.
    pub suffix: Option<char>,
    /// The year, when it is part of the number.
    pub year: Option<i16>,
    /// The family.
    pub family: Family,
    /// Sign of the type as registered, e.g. `NĐ`, `TTr`; absent in official letters.
    pub doc_type: Option<String>,
    /// Signs of the issuers; more than one only in joint documents.
    pub issuers: Vec<String>,
    /// Signs of the drafting units after the issuer.
    pub units: Vec<String>,
    /// Khóa of the National Assembly: 14 in `54/2019/QH14`.
    pub legislature: Option<u8>,
}

/// A number that was read: its parts, how it is printed, and what had to be assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The parts.
    pub number: DocNumber,
    /// As printed, only spacing tidied: `0293/KH-SLĐTBXH`.
    pub printed: String,
    /// In the order in which they were made.
    pub repairs: Vec<Repair>,
}

/// A text that is not a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The serial is blank, as in drafts.
    #[error("expected a number before the sign {sign}, found a blank")]
    Blank {
        /// The printed sign.
        sign: String,
    },
    /// Anything else.
    #[error("expected a document number like 30/2020/NĐ-CP, found {found:?}")]
    NotANumber {
        /// What was to be read, cut to 40 characters.
        found: String,
    },
}

impl DocNumber {
    /// Reads a whole text as one number, e.g. `Số: 0293/KH- SLĐTBXH`.
    ///
    /// Leading `Số:` and surrounding space are dropped, small letters are taken for the
    /// signs of a typed query. What follows the number is an error.
    ///
    /// # Errors
    /// `Blank` for `Số:    /BC-SLĐTBXH`; `NotANumber` for anything that is not a number.
    pub fn parse(tables: &Tables, text: &str) -> Result<Parsed, NumberError> {
        scan::parse_whole(Signs(tables), text)
    }

    /// The serial with its part and suffix, without leading zeros: `66.2`, `77A`.
    pub fn serial_text(&self) -> String {
        let mut text = self.serial.to_string();
        if let Some(part) = self.part {
            text.push_str(&format!(".{part}"));
        }
        text.extend(self.suffix);
        text
    }

    /// The sign without the serial and the year: `KH-SLĐTBXH`, `CT/TU`, `QH14`.
    pub fn symbol(&self) -> String {
        let mut symbol = String::new();
        if let Some(doc_type) = &self.doc_type {
            symbol.push_str(doc_type);
            if !self.issuers.is_empty() {
                symbol.push(if self.family == Family::Party { '/' } else { '-' });
            }
        }
        symbol.push_str(&self.issuers.join("-"));
        if let Some(legislature) = self.legislature {
            symbol.push_str(&legislature.to_string());
        }
        for unit in &self.units {
            symbol.push('-');
            symbol.push_str(unit);
        }
        symbol
    }

    /// The sign of the issuer that keeps the series: the first one.
    pub fn issuer_sign(&self) -> Option<&str> {
        self.issuers.first().map(String::as_str)
    }

    /// The equality key `issuer|TYPE|number|period`, e.g. `cp|NĐ|91|2018`,
    /// `vanson.sldtbxh|KH|293|2020`, `tw|CT|34|khoaXI`.
    ///
    /// An unknown period is `?` and so is an unknown type; an unresolved issuer is `?.` and its
    /// sign, so that two relative signs are never taken for one body. Where a body has two
    /// series of one type, the year belongs to a normative number (`20/2020`). A type that
    /// the sign leaves out by rule is `CV` for official letters and `-` for the texts of the
    /// National Assembly.
    pub fn key(&self, issuer_id: Option<&str>, period: Option<Period>) -> String {
        let issuer = match (issuer_id, self.issuer_sign()) {
            (Some(id), _) => id.to_owned(),
            (None, Some(sign)) => format!("?.{}", sign.to_uppercase()),
            (None, None) => "?".to_owned(),
        };
        let doc_type = match &self.doc_type {
            Some(sign) => sign.to_uppercase(),
            None if self.family == Family::Letter => "CV".to_owned(),
            None if self.legislature.is_some() => "-".to_owned(),
            None => "?".to_owned(),
        };
        let period = self.year.map(Period::Year).or(period);
        let period = period.map_or_else(|| "?".to_owned(), |period| period.to_string());
        let year = self.year.filter(|_| self.is_normative_of_two());
        let year = year.map(|year| format!("/{year}")).unwrap_or_default();
        format!("{issuer}|{doc_type}|{}{year}|{period}", self.serial_text())
    }

    /// Whether it is the normative one of two series of its type.
    fn is_normative_of_two(&self) -> bool {
        let has_two = |sign: &str| TWO_SERIES.contains(&sign);
        self.year.is_some() && self.doc_type.as_deref().is_some_and(has_two)
    }

    /// The key under which a citation of this number is looked up: the canonical form without
    /// year and drafting units, which authors leave out or get wrong, and without the new dress
    /// of a number of the Hội đồng Bộ trưởng: `91/2018/NĐ-CP` gives `91/NĐ-CP`, `214/QĐ-BNN-PC`
    /// gives `214/QĐ-BNN`, `20/2020/NQ-HĐND` gives `20/*/NQ-HĐND`, `53/NĐ-HĐBT` gives `53/HĐBT`.
    ///
    /// It leaves open who issued it and when: several documents may share it.
    pub fn lookup_key(&self) -> String {
        let is_council = self.issuer_sign() == Some("HĐBT");
        let plain = DocNumber {
            units: Vec::new(),
            doc_type: self.doc_type.clone().filter(|_| !is_council),
            year: None,
            ..self.clone()
        };
        if self.is_normative_of_two() && !is_council {
            return format!("{}/*/{}", plain.serial_text(), plain.symbol());
        }
        plain.to_string()
    }

    /// The recall key for typed queries, without accents and separators: `293 KH SLDTBXH`.
    pub fn fold_key(&self) -> String {
        clean::fold_key(&self.to_string())
    }
}

impl fmt::Display for DocNumber {
    /// The canonical form: Đ kept, leading zeros stripped, one kind of separator.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.serial_text())?;
        if let Some(year) = self.year {
            write!(f, "/{year}")?;
        }
        f.write_str(if self.family == Family::Party { "-" } else { "/" })?;
        f.write_str(&self.symbol())
    }
}
