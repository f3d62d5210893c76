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
    if let Some(year) = number.year_beside() {
        vi.push_str(&format!(" · Năm {year}"));
        en.push_str(&format!(" · Year {year}"));
    }
    // A whole number says its type by its sign, which may have several meanings.
    if let Some(doc_type) = number.doc_type.as_ref().filter(|_| number.sign.is_none()) {
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::{context::Context, domain::tables::Tables, query::parse, source::Limits};

    #[track_caller]
    fn check(typed: &str, expected: Expect) {
        let ctx = Context::new(Tables::builtin(), Limits::default());
        let (query, _) = parse(&ctx, "2021-04-20".parse().unwrap(), typed);
        let mut shown = String::new();
        for chip in chips(&query) {
            let Chip { kind, label_vi, label_en, text, without, alternatives } = chip;
            let kind = kind.code();
            shown.push_str(&format!(
                "{kind} [{label_vi}] [{label_en}] {text}; without: {without}\n"
            ));
            for Alternative { kind, label_vi, label_en, query } in alternatives {
                let kind = kind.code();
                shown.push_str(&format!("  {kind} [{label_vi}] [{label_en}] {query}\n"));
            }
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn number_and_date() {
        check(
            "30/2020/NĐ-CP 30/3/2020",
            expect![[r#"
                number [Số: 30/2020/NĐ-CP] [Number: 30/2020/NĐ-CP] so:30/2020/NĐ-CP; without: 30/3/2020
                date [Ngày ban hành: 30/3/2020] [Issued: 30/3/2020] 30/3/2020; without: so:30/2020/NĐ-CP
                  number [hoặc số: 30/3/2020?] [or number: 30/3/2020?] so:30/2020/NĐ-CP so:30/3/2020
            "#]],
        );
    }

    #[test]
    fn numbers_known_in_part() {
        check(
            "kế hoạch 293 năm 2020",
            expect![[r#"
                number [Số: 293/KH · Năm 2020 · Kế hoạch] [Number: 293/KH · Year 2020 · Kế hoạch] so:"293/KH năm 2020"; without: 
            "#]],
        );
        check(
            "/QĐ-UBND",
            expect![[r#"
                number [Số: …/QĐ-UBND] [Number: …/QĐ-UBND] so:/QĐ-UBND; without: 
            "#]],
        );
        check(
            "vd:06-CT/TU",
            expect![[r#"
                cites [Viện dẫn số: 6-CT/TU] [Cites number: 6-CT/TU] vd:6-CT/TU; without: 
            "#]],
        );
    }

    #[test]
    fn every_kind_of_date() {
        check(
            "quý I/2020 tu:2019 ngay:1/2019..6/2020 ngay:3/2020~15",
            expect![[r#"
                date [Ngày ban hành: quý I/2020] [Issued: quarter 1 of 2020] ngay:q1/2020; without: tu:2019 ngay:1/2019..6/2020 ngay:3/2020~15
                date [Ngày ban hành: từ năm 2019] [Issued: from 2019] tu:2019; without: ngay:q1/2020 ngay:1/2019..6/2020 ngay:3/2020~15
                date [Ngày ban hành: từ tháng 1/2019 đến tháng 6/2020] [Issued: from 1/2019 to 6/2020] ngay:1/2019..6/2020; without: ngay:q1/2020 tu:2019 ngay:3/2020~15
                date [Ngày ban hành: khoảng tháng 3/2020 ± 15 ngày] [Issued: about 3/2020 ± 15 days] ngay:3/2020~15; without: ngay:q1/2020 tu:2019 ngay:1/2019..6/2020
            "#]],
        );
    }

    #[test]
    fn words_and_exclusions() {
        check(
            "lụt bão -\"họp báo\" cq:\"Sở Nội vụ\" -loai:KH ky:\"Lò Văn Ẩn\" \"căn cứ luật\"",
            expect![[r#"
                words [Có chữ: lụt bão] [Words: lụt bão] lụt bão; without: -"họp báo" cq:"Sở Nội vụ" -loai:"Kế hoạch" ky:"Lò Văn Ẩn" "căn cứ luật"
                phrase [Trừ đúng cụm: “họp báo”] [Without phrase: “họp báo”] -"họp báo"; without: lụt bão cq:"Sở Nội vụ" -loai:"Kế hoạch" ky:"Lò Văn Ẩn" "căn cứ luật"
                issuer [Cơ quan: Sở Nội vụ] [Issuing body: Sở Nội vụ] cq:"Sở Nội vụ"; without: lụt bão -"họp báo" -loai:"Kế hoạch" ky:"Lò Văn Ẩn" "căn cứ luật"
                doc_type [Trừ loại: Kế hoạch] [Without type: Kế hoạch] -loai:"Kế hoạch"; without: lụt bão -"họp báo" cq:"Sở Nội vụ" ky:"Lò Văn Ẩn" "căn cứ luật"
                signer [Người ký: Lò Văn Ẩn] [Signer: Lò Văn Ẩn] ky:"Lò Văn Ẩn"; without: lụt bão -"họp báo" cq:"Sở Nội vụ" -loai:"Kế hoạch" "căn cứ luật"
                phrase [Đúng cụm: “căn cứ luật”] [Phrase: “căn cứ luật”] "căn cứ luật"; without: lụt bão -"họp báo" cq:"Sở Nội vụ" -loai:"Kế hoạch" ky:"Lò Văn Ẩn"
            "#]],
        );
    }
}
