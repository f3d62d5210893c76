//! [`Chip`]: a clause as it is shown: what was understood, how to take it away, how to flip it.

use crate::{
    domain::date::PartialDate,
    query::ast::{DateQuery, Meaning, NumberQuery, Query, Serial},
};

/// What a chip is about; the stable name is [`ChipKind::code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChipKind {
    /// Số, ký hiệu.
    Number,
    /// Ngày ban hành.
    Date,
    /// Cơ quan ban hành.
    Issuer,
    /// Loại văn bản.
    DocType,
    /// Người ký.
    Signer,
    /// Viện dẫn.
    Cites,
    /// Words of the text.
    Words,
    /// Words of the text side by side.
    Phrase,
}

impl ChipKind {
    /// The stable name, e.g. `doc_type`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Date => "date",
            Self::Issuer => "issuer",
            Self::DocType => "doc_type",
            Self::Signer => "signer",
            Self::Cites => "cites",
            Self::Words => "words",
            Self::Phrase => "phrase",
        }
    }

    fn of(meaning: &Meaning) -> Self {
        match meaning {
            Meaning::Number(_) => Self::Number,
            Meaning::Date(_) => Self::Date,
            Meaning::Issuer(_) => Self::Issuer,
            Meaning::DocType(_) => Self::DocType,
            Meaning::Signer(_) => Self::Signer,
            Meaning::Cites(_) => Self::Cites,
            Meaning::Words(_) => Self::Words,
            Meaning::Phrase(_) => Self::Phrase,
        }
    }
}

/// A clause as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// What it is about.
    pub kind: ChipKind,
    /// In Vietnamese, e.g. `Ngày ban hành: 05/3/2020`.
    pub label_vi: String,
    /// In English, e.g. `Issued: 05/3/2020`.
    pub label_en: String,
    /// The clause in the canonical query, e.g. `ngay:05/3/2020`.
    pub text: String,
    /// The query without it.
    pub without: String,
    /// What else it may mean.
    pub alternatives: Vec<Alternative>,
}

/// Another meaning of the same characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// What it is about.
    pub kind: ChipKind,
    /// In Vietnamese, e.g. `hoặc số 30/3/2020?`.
    pub label_vi: String,
    /// In English, e.g. `or number 30/3/2020?`.
    pub label_en: String,
    /// The query that means this instead.
    pub query: String,
}

/// The chips of a query, one a clause, in order.
pub fn chips(query: &Query) -> Vec<Chip> {
    let chip = |(n, clause): (usize, &super::Clause)| {
        let (vi, en) = label(&clause.meaning);
        let (not_vi, not_en) = if clause.is_excluded { ("Trừ ", "Without ") } else { ("", "") };
        let alternative = |meaning: &Meaning| {
            let (vi, en) = label(meaning);
            Alternative {
                kind: ChipKind::of(meaning),
                label_vi: format!("hoặc {}?", lower_first(&vi)),
                label_en: format!("or {}?", lower_first(&en)),
                query: query.with_alternative(n, meaning),
            }
        };
        Chip {
            kind: ChipKind::of(&clause.meaning),
            label_vi: if clause.is_excluded { format!("{not_vi}{}", lower_first(&vi)) } else { vi },
            label_en: if clause.is_excluded { format!("{not_en}{}", lower_first(&en)) } else { en },
            text: format!("{}{}", if clause.is_excluded { "-" } else { "" }, clause.canonical),
            without: query.without(n),
            alternatives: clause.alternatives.iter().map(alternative).collect(),
        }
    };
    query.clauses.iter().enumerate().map(chip).collect()
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The label in both languages.
fn label(meaning: &Meaning) -> (String, String) {
    match meaning {
        Meaning::Number(number) => number_label(number, "Số", "Number"),
        Meaning::Cites(number) => number_label(number, "Viện dẫn số", "Cites number"),
        Meaning::Date(date) => {
            let (vi, en) = date_label(*date);
            (format!("Ngày ban hành: {vi}"), format!("Issued: {en}"))
        }
        Meaning::Issuer(issuer) => {
            (format!("Cơ quan: {}", issuer.name), format!("Issuing body: {}", issuer.name))
        }
        Meaning::DocType(doc_type) => {
            (format!("Loại: {}", doc_type.name), format!("Type: {}", doc_type.name))
        }
        Meaning::Signer(name) => (format!("Người ký: {name}"), format!("Signer: {name}")),
        Meaning::Words(words) => (format!("Có chữ: {words}"), format!("Words: {words}")),
        Meaning::Phrase(words) => (format!("Đúng cụm: “{words}”"), format!("Phrase: “{words}”")),
    }
}

fn number_label(number: &NumberQuery, vi: &str, en: &str) -> (String, String) {
    let text = match (&number.serial, number.number_text()) {
        (Serial::Any, text) => format!("…{text}"),
        (_, text) => text,
    };
    let (mut vi, mut en) = (format!("{vi}: {text}"), format!("{en}: {text}"));
    if let Some(year) = number.year.filter(|_| !number.year_in_number) {
        vi.push_str(&format!(" · Năm {year}"));
        en.push_str(&format!(" · Year {year}"));
    }
    if let Some(doc_type) = &number.doc_type {
        vi.push_str(&format!(" · {}", doc_type.name));
        en.push_str(&format!(" · {}", doc_type.name));
    }
    (vi, en)
}

fn date_label(date: DateQuery) -> (String, String) {
    let text = |date: PartialDate| match (date.month(), date.day()) {
        (None, _) => (format!("năm {date}"), format!("{date}")),
        (Some(_), None) => (format!("tháng {}", date.to_vietnamese()), date.to_vietnamese()),
        _ => (date.to_vietnamese(), date.to_vietnamese()),
    };
    match date {
        DateQuery::On(date) => text(date),
        DateQuery::Quarter { year, quarter } => {
            let roman = ["I", "II", "III", "IV"][usize::from(quarter.clamp(1, 4)) - 1];
            (format!("quý {roman}/{year}"), format!("quarter {quarter} of {year}"))
        }
        DateQuery::Between { from, to } => {
            let (from, to) = (from.map(text), to.map(text));
            let mut vi = Vec::new();
            let mut en = Vec::new();
            if let Some((from_vi, from_en)) = from {
                vi.push(format!("từ {from_vi}"));
                en.push(format!("from {from_en}"));
            }
            if let Some((to_vi, to_en)) = to {
                vi.push(format!("đến {to_vi}"));
                en.push(format!("to {to_en}"));
            }
            (vi.join(" "), en.join(" "))
        }
        DateQuery::Around { date, n_days } => {
            let (vi, en) = text(date);
            (format!("khoảng {vi} ± {n_days} ngày"), format!("about {en} ± {n_days} days"))
        }
    }
}
