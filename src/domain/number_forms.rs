//! [`NumberForms`]: the forms under which a document number is looked up, the same for the
//! number on a document and for what is typed into the box.
//!
//! Purely by characters: no table is asked what is a type and what an issuer, so that a number
//! with an unknown sign is found as well as any other. Equality of documents is not decided
//! here; see [`DocNumber`](crate::domain::doc_number::DocNumber).

use crate::text::fold::{exact, fold};

/// A number taken apart, e.g. `0293/KH- SLĐTBXH` into `293` and `kh`, `sldtbxh`.
///
/// Separators inside the sign do not count, because they are what is mistyped most:
/// `17-NQ/CP`, `17/NQ-CP`, `17 nqcp` are one. Letters are small and without diacritics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberForms {
    /// Running number without leading zeros, with part or suffix: `293`, `66.2`, `77a`; empty
    /// when only a sign was given, e.g. `/QĐ-UBND`.
    pub serial: String,
    /// The year that is part of the number.
    pub year: Option<i16>,
    /// The groups of the sign.
    pub sign: Vec<String>,
    /// As printed or typed but small, without blanks and leading zeros, with one kind of hyphen:
    /// `293/kh-slđtbxh`.
    pub spelled: String,
}

/// Groups of a sign that are looked at. Joint documents have up to six issuers.
const MAX_GROUPS: usize = 8;

impl NumberForms {
    /// Takes a number apart; `None` when the text holds neither a number nor a sign after `/`.
    pub fn of(number: &str) -> Option<Self> {
        let spelled = spell(number);
        let folded = fold(&spelled);
        let (serial, rest) = take_serial(&folded);
        if serial.is_empty() && !folded.starts_with(['/', '-']) {
            return None;
        }
        let mut groups: Vec<&str> =
            rest.split(|c: char| !c.is_alphanumeric()).filter(|group| !group.is_empty()).collect();
        let year = groups.first().and_then(|group| year_of(group));
        if year.is_some() {
            groups.remove(0);
        }
        if serial.is_empty() && groups.is_empty() {
            return None;
        }
        groups.truncate(MAX_GROUPS);
        let sign = groups.into_iter().map(str::to_owned).collect();
        Some(Self { serial, year, sign, spelled })
    }

    /// The key of the whole number as it is spelled, diacritics and separators included:
    /// `=293/kh-slđtbxh`.
    pub fn spelled_key(&self) -> String {
        format!("={}", self.spelled)
    }

    /// The key of all that was given: `293/khsldtbxh`, `30/2020/ndcp`, `293`, `/qdubnd`.
    pub fn key(&self) -> String {
        key(&self.serial, self.year, &self.sign)
    }

    /// The keys with a year, whole and with the first group of the sign alone, by which a number
    /// is often asked for: `30/2020/ndcp`, `30/2020/nd`. None without a year.
    pub fn dated_keys(&self, year: Option<i16>) -> Vec<String> {
        if year.is_none() || self.serial.is_empty() {
            return Vec::new();
        }
        let first = &self.sign[..self.sign.len().min(1)];
        vec![key(&self.serial, year, &self.sign), key(&self.serial, year, first)]
    }

    /// Every key under which a document with this number is found, sorted. `issued_in` is the
    /// year of its date, by which a number without year is looked up too: `293/2020`.
    pub fn recall_keys(&self, issued_in: Option<i16>) -> Vec<String> {
        let mut keys = vec![self.spelled_key()];
        let mut years = vec![None, self.year.or(issued_in)];
        years.dedup();
        for start in 0..=self.sign.len() {
            for end in start..=self.sign.len() {
                let part = &self.sign[start..end];
                let is_empty = part.is_empty();
                if is_empty && start > 0 {
                    continue;
                }
                if !is_empty {
                    keys.push(key("", None, part));
                }
                if !self.serial.is_empty() {
                    keys.extend(years.iter().map(|year| key(&self.serial, *year, part)));
                }
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Every beginning of the number as somebody may be typing it, with and without its year,
    /// and of its sign, sorted: `2`, `29`, `293`, `293/`, `293/k`, …, `/k`, `/kh`, …
    pub fn beginnings(&self, issued_in: Option<i16>) -> Vec<String> {
        /// Longer beginnings single nothing out any more.
        const MAX_CHARS: usize = 24;
        let whole = [
            key(&self.serial, self.year, &self.sign),
            key(&self.serial, None, &self.sign),
            key(&self.serial, self.year.or(issued_in), &[]),
            key("", None, &self.sign),
        ];
        let mut beginnings = Vec::new();
        for text in whole {
            let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(MAX_CHARS);
            beginnings.extend(ends.map(|end| text[..end].to_owned()));
        }
        beginnings.retain(|beginning| beginning != "/");
        beginnings.sort_unstable();
        beginnings.dedup();
        beginnings
    }

    /// Whether this may be another spelling or a part of a whole number: same running number,
    /// and the year and the letters of the sign that are given are the same.
    pub fn means(&self, whole: &NumberForms) -> bool {
        let sign = self.sign.concat();
        let whole_sign = whole.sign.concat();
        self.serial == whole.serial
            && (self.year.is_none() || whole.year.is_none() || self.year == whole.year)
            && whole_sign.contains(&sign)
    }

    /// The class of the running number: `1-99`, `100-199`, … Numbers of ten digits have none.
    pub fn band(&self) -> Option<String> {
        let hundreds = self.serial_number()? / 100;
        Some(match hundreds {
            0 => "1-99".to_owned(),
            _ => format!("{}-{}", hundreds * 100, hundreds * 100 + 99),
        })
    }

    /// The running number without part and suffix.
    pub fn serial_number(&self) -> Option<i64> {
        let digits = self.serial.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok().filter(|_| digits.len() < 10)
    }
}

/// What somebody has typed so far, as one of [`NumberForms::beginnings`]: `293 kh-sl` becomes
/// `293/khsl`, `30/2020/` stays. `None` when it cannot begin a number.
pub fn beginning_of(typed: &str) -> Option<String> {
    let forms = NumberForms::of(typed)?;
    let mut beginning = forms.key();
    let ends_in_separator = typed.trim_end().ends_with(['/', '-']);
    if ends_in_separator && forms.sign.is_empty() {
        beginning.push('/');
    }
    Some(beginning.chars().take(24).collect())
}

fn key(serial: &str, year: Option<i16>, sign: &[String]) -> String {
    let mut key = serial.to_owned();
    if let Some(year) = year {
        key.push_str(&format!("/{year}"));
    }
    if !sign.is_empty() {
        key.push('/');
        key.extend(sign.iter().map(String::as_str));
    }
    key
}

/// Small letters with diacritics, no blanks except between a digit and a sign, one hyphen, no
/// leading zeros, no `Số:` in front.
fn spell(number: &str) -> String {
    let small = exact(number.trim());
    let small = small.strip_prefix("số").unwrap_or(&small).trim_start_matches([':', ' ', '.']);
    let mut spelled = String::with_capacity(small.len());
    for word in small.split_whitespace() {
        // `12 SL` and `293 kh` are written with a blank where others write a separator.
        let parts_of_one_word = spelled.ends_with(['/', '-', '&', '.'])
            || word.starts_with(['/', '-', '&', '.', '–', '—', '−', '‐', '‑'])
            || spelled.is_empty();
        if !parts_of_one_word {
            spelled.push('/');
        }
        spelled.extend(word.chars().map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '\u{2044}' | '\u{2215}' | '\u{ff0f}' => '/',
            '\u{f0}' | '\u{256}' => 'đ',
            _ => c,
        }));
    }
    let digits = spelled.trim_start_matches('0');
    if digits.starts_with(|c: char| c.is_ascii_digit()) { digits.to_owned() } else { spelled }
}

/// The running number in front of a folded number, and what follows it.
fn take_serial(folded: &str) -> (String, &str) {
    let n_digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = n_digits(folded);
    if end == 0 {
        return (String::new(), folded);
    }
    let after = &folded[end..];
    if let Some(part) = after.strip_prefix('.')
        && n_digits(part) > 0
    {
        end += 1 + n_digits(part);
    }
    // One letter that stands alone is a suffix: `77a/kh`; `293kh` is a sign without separator.
    let mut following = folded[end..].chars();
    if let Some(letter) = following.next()
        && letter.is_ascii_alphabetic()
        && !following.next().is_some_and(char::is_alphanumeric)
    {
        end += 1;
    }
    (folded[..end].to_owned(), &folded[end..])
}

/// The year that a group of a number writes, with four digits.
fn year_of(group: &str) -> Option<i16> {
    let year: i16 = group.parse().ok()?;
    (group.len() == 4 && (1900..2100).contains(&year)).then_some(year)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(number: &str, key: &str) {
        assert_eq!(NumberForms::of(number).unwrap().key(), key);
    }

    #[test]
    fn one_number_in_many_spellings() {
        for spelling in [
            "30/2020/NĐ-CP",
            "30/2020/nd-cp",
            "30 / 2020 / ND–CP",
            "30/2020/N\u{d0}-CP",
            "030/2020/nđ-cp",
            "30/2020/NĐ CP",
            "30/2020/NĐCP",
            "30-2020-nd-cp",
            "số 30/2020/NĐ-CP",
            "Số: 30/2020/NĐ- CP",
            "30 2020 nd cp",
        ] {
            check(spelling, "30/2020/ndcp");
        }
    }

    #[test]
    fn parts_of_numbers() {
        check("293", "293");
        check("293 kh", "293/kh");
        check("293kh", "293/kh");
        check("293/2020", "293/2020");
        check("293/KH- SLĐTBXH", "293/khsldtbxh");
        check("06-CT/TU", "6/cttu");
        check("12 SL", "12/sl");
        check("54/2019/QH14", "54/2019/qh14"); // digits inside the sign
        check("77a/KH-SNV", "77a/khsnv"); // an inserted number
        check("66.2/2025/NQ-CP", "66.2/2025/nqcp");
        check("/QĐ-UBND", "/qdubnd"); // sign alone
        check("10/98/NĐ-CP", "10/98ndcp"); // two digits are no year
        check("3077/KH-UBND", "3077/khubnd"); // a running number that looks like nothing else
    }

    #[test]
    fn what_is_no_number() {
        for text in ["", "kế hoạch", "/", "-", "...", "số"] {
            assert_eq!(NumberForms::of(text), None, "{text}");
        }
    }

    #[test]
    fn keys_of_a_plan_without_year() {
        let forms = NumberForms::of("293/KH-SLĐTBXH").unwrap();
        assert_eq!(
            forms.recall_keys(Some(2020)),
            [
                "/kh",
                "/khsldtbxh",
                "/sldtbxh",
                "293",
                "293/2020",
                "293/2020/kh",
                "293/2020/khsldtbxh",
                "293/2020/sldtbxh",
                "293/kh",
                "293/khsldtbxh",
                "293/sldtbxh",
                "=293/kh-slđtbxh",
            ]
        );
        assert_eq!(forms.band().as_deref(), Some("200-299"));
    }

    #[test]
    fn beginnings_while_typing() {
        let forms = NumberForms::of("30/2020/NĐ-CP").unwrap();
        let beginnings = forms.beginnings(Some(2020));
        for typed in ["3", "30", "30/", "30/20", "30/2020/", "30/2020/nd-c", "30/nd", "/NĐ-C"] {
            let beginning = beginning_of(typed).unwrap();
            assert!(beginnings.contains(&beginning), "{typed} gives {beginning}: {beginnings:?}");
        }
        for typed in ["0", "31", "30/2021", "2020", "/CP"] {
            let beginning = beginning_of(typed);
            assert!(!beginning.is_some_and(|b| beginnings.contains(&b)), "{typed}");
        }
    }

    #[test]
    fn band_and_serial() {
        let band = |number: &str| NumberForms::of(number).unwrap().band();
        assert_eq!(band("07/KH-UBND").as_deref(), Some("1-99"));
        assert_eq!(band("100/KH-UBND").as_deref(), Some("100-199"));
        assert_eq!(band("77a/KH-SNV").as_deref(), Some("1-99"));
        assert_eq!(band("12345678901/KH"), None); // no running number is that long
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,40}") {
            if let Some(forms) = NumberForms::of(&text) {
                forms.recall_keys(Some(2020));
                forms.beginnings(None);
                forms.band();
            }
            beginning_of(&text);
        }

        #[test]
        fn a_document_is_found_by_its_own_number(
            serial in 1u32..10_000,
            year in prop::option::of(1990i16..2030),
            sign in "[A-ZĐ]{1,4}(-[A-ZĐ]{1,6}){0,2}",
        ) {
            let year_part = year.map(|year| format!("/{year}")).unwrap_or_default();
            let number = format!("{serial:02}{year_part}/{sign}");
            let keys = NumberForms::of(&number).unwrap().recall_keys(year);
            let typed = fold(&number.replace(['/', '-'], " "));
            prop_assert!(keys.contains(&NumberForms::of(&typed).unwrap().key()), "{typed}: {keys:?}");
        }
    }
}
