//! Mends what recognition gets wrong in ways that leave no doubt, on lines of recognised pages:
//! letters where only digits can stand, signs of numbers, blanks around a date.
//!
//! ```text
//!  ngày I3 tháng 1l năm 2008   → ngày 13 tháng 11 năm 2008      a day is no letter
//!  số 792/NQ-UBTVOHI4          → số 792/NQ-UBTVQH14             a known sign
//!  Số:27/2026NQ-CP             → Số:27/2026/NQ-CP               the grammar of a number
//! ```
//! Must not change one digit into another, and must not touch words.

use std::borrow::Cow;

/// Longest number of a legislature: `QH14`.
const MAX_TERM: usize = 2;
/// Signs of types as they are misread, and as they are: only where the misreading is no sign.
const TYPE_SIGNS: [(&str, &str); 11] = [
    ("CÐ", "CĐ"),
    ("ND", "NĐ"),
    ("NO", "NQ"),
    ("NÐ", "NĐ"),
    ("NĐÐ", "NĐ"),
    ("NĐĐ", "NĐ"),
    ("OĐ", "QĐ"),
    ("QD", "QĐ"),
    ("QÐ", "QĐ"),
    ("QĐÐ", "QĐ"),
    ("QĐĐ", "QĐ"),
];

/// Mends a line of a recognised page.
pub fn mend(line: &str) -> Cow<'_, str> {
    if !line.contains(|c: char| c.is_ascii_digit() || c == '/') {
        return Cow::Borrowed(line);
    }
    let labelled = labelled(line);
    let spaced = spaced_dates(labelled.as_deref().unwrap_or(line));
    let mut words: Vec<Cow<'_, str>> = spaced.split(' ').map(Cow::Borrowed).collect();
    for index in 0..words.len() {
        let before = index.checked_sub(1).map_or("", |before| words[before].as_ref());
        let mended = match before.to_lowercase().as_str() {
            "ngày" | "tháng" => digits(&words[index], 2),
            "năm" => digits(&words[index], 4),
            _ => number(&words[index]),
        };
        if let Some(mended) = mended {
            words[index] = Cow::Owned(mended);
        }
    }
    let mended = words.join(" ");
    if mended == line { Cow::Borrowed(line) } else { Cow::Owned(mended) }
}

/// A line that is nothing but the number of the document, with its label: `ó: 10/2010/TT-BTC`
/// and `số, j /QĐ-BTP` begin with `Số:`. What stands between label and sign is not touched.
///
/// Lists, tables and sentences hold more than that, and no label of three letters.
fn labelled(line: &str) -> Option<String> {
    let is_o = |c: char| "oóòỏõọôốồổỗộơớờởỡợOÓÒÔỐỒƠáàâấ".contains(c);
    let slash = line.rfind('/')?;
    let sign = line[slash + 1..].trim();
    let is_sign = sign.contains('-')
        && !sign.contains(' ')
        && sign.starts_with(|c: char| c.is_uppercase())
        && sign.chars().filter(|c| c.is_uppercase()).count() * 2 >= sign.chars().count();
    let head = line[..slash].trim();
    if !is_sign || head.chars().count() > 14 || head.starts_with("Số") || head.starts_with("SỐ")
    {
        return None;
    }
    let label_end = head.char_indices().take(3).find(|(_, c)| matches!(c, ':' | ';' | ',' | '.'));
    if let Some((at, colon)) = label_end {
        let (label, rest) = (&head[..at], &head[at + colon.len_utf8()..]);
        let is_label = label.chars().last().is_some_and(is_o);
        return is_label.then(|| format!("Số: {}/{sign}", rest.trim_start()));
    }
    // The label and a number written by hand in one scrawl: `sáÄ /KH-SYT`.
    let mut characters = head.chars();
    let begins = characters.next().is_some_and(|c| matches!(c, 's' | 'S'))
        && characters.next().is_some_and(is_o);
    let rest: String = head.chars().skip(2).collect();
    (begins && head.chars().count() <= 8).then(|| format!("Số: {}/{sign}", rest.trim_start()))
}

/// `14tháng` and `ngày14` as two words.
fn spaced_dates(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 4);
    for word in line.split(' ') {
        if !out.is_empty() {
            out.push(' ');
        }
        let split = ["ngày", "tháng", "năm"].iter().find_map(|unit| {
            let (before, after) = word.split_once(unit)?;
            let is_number = |text: &str| {
                !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit())
            };
            match (before, after) {
                (before, "") if is_number(before) => Some(format!("{before} {unit}")),
                ("", after) if is_number(after) => Some(format!("{unit} {after}")),
                _ => None,
            }
        });
        match split {
            Some(split) => out.push_str(&split),
            None => out.push_str(word),
        }
    }
    out
}

/// A day, month or year of at most `max` digits in which letters stand; `None` when it is fine or
/// cannot be one.
fn digits(word: &str, max: usize) -> Option<String> {
    let core = word.trim_end_matches([',', '.', ';', ':']);
    let n_characters = core.chars().count();
    let has_digit = core.bytes().any(|byte| byte.is_ascii_digit());
    let is_plain = core.bytes().all(|byte| byte.is_ascii_digit());
    // Two letters alone may be a word: `ngày lO` is not mended.
    if !has_digit || is_plain || n_characters > max {
        return None;
    }
    let mended: Option<String> = core.chars().map(as_digit).collect();
    Some(format!("{}{}", mended?, &word[core.len()..]))
}

/// The digit that a letter is taken for, or the digit itself.
fn as_digit(character: char) -> Option<char> {
    match character {
        '0'..='9' => Some(character),
        'O' | 'o' | 'Ô' | 'ô' | 'Ó' | 'ó' | 'Ö' | 'Ø' | 'Q' | 'D' => Some('0'),
        'I' | 'l' | 'i' | 'Ì' | 'Í' | '|' | '!' => Some('1'),
        _ => None,
    }
}

/// A number with its sign, e.g. `792/NQ-UBTVOHI4`; `None` when there is nothing to mend.
fn number(word: &str) -> Option<String> {
    let start = word.find(|c: char| c.is_ascii_digit())?;
    let (label, number) = word.split_at(start);
    let with_slash = with_slash_after_year(number);
    let (head, sign) = with_slash.rsplit_once('/')?;
    let is_sign = sign.starts_with(|c: char| c.is_uppercase());
    if !is_sign || !head.bytes().all(|byte| byte.is_ascii_digit() || byte == b'/') {
        return None;
    }
    let mut parts: Vec<String> = sign.split('-').map(legislature).collect();
    if parts.len() > 1
        && let Some((_, right)) = TYPE_SIGNS.iter().find(|(wrong, _)| *wrong == parts[0])
    {
        parts[0] = (*right).to_owned();
    }
    let mended = format!("{label}{head}/{}", parts.join("-"));
    (mended != word).then_some(mended)
}

/// `27/2026NQ-CP` with the slash that belongs after the year.
fn with_slash_after_year(number: &str) -> String {
    if let Some((serial, rest)) = number.split_once('/')
        && let Some((year, sign)) = rest.split_at_checked(4)
        && (year.starts_with("19") || year.starts_with("20"))
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && sign.starts_with(|c: char| c.is_uppercase())
        && sign.contains('-')
    {
        return format!("{serial}/{year}/{sign}");
    }
    number.to_owned()
}

/// `UBTVOHI4`, `OH14` and `QHl5` are the National Assembly and its committee in a term.
fn legislature(part: &str) -> String {
    for (wrong, right) in [("UBTVOH", "UBTVQH"), ("UBTVQH", "UBTVQH"), ("OH", "QH"), ("QH", "QH")] {
        let Some(term) = part.strip_prefix(wrong) else { continue };
        let core = term.trim_end_matches([',', '.', ';', ':']);
        let n_characters = core.chars().count();
        let mended: Option<String> = core.chars().map(as_digit).collect();
        if let Some(mended) = mended.filter(|_| (1..=MAX_TERM).contains(&n_characters)) {
            return format!("{right}{mended}{}", &term[core.len()..]);
        }
    }
    part.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(mend(line), expected);
    }

    #[test]
    fn letters_where_only_digits_can_stand() {
        check("ngày I3 tháng 1l năm 2008;", "ngày 13 tháng 11 năm 2008;");
        check("Vân Sơn, ngày Ô7 tháng O1 năm 2O16", "Vân Sơn, ngày 07 tháng 01 năm 2016");
        check("ngày 14tháng 5 năm2026", "ngày 14 tháng 5 năm 2026");
        check("tháng 5 năm 2o16,", "tháng 5 năm 2016,");
    }

    #[test]
    fn signs_that_are_known() {
        check("số 792/NQ-UBTVOHI4 ngày", "số 792/NQ-UBTVQH14 ngày");
        check("Luật số 63/2025/OHl5,", "Luật số 63/2025/QH15,");
        check("Số:27/2026NQ-CP", "Số:27/2026/NQ-CP");
        check("12/QD-UBND và 15/QĐÐ-TTg", "12/QĐ-UBND và 15/QĐ-TTg");
    }

    #[test]
    fn the_label_of_the_number() {
        check("ó: 10/2010/TT-BTX", "Số: 10/2010/TT-BTX");
        check("số, j /QĐ-STP", "Số: j /QĐ-STP".replace(" /", "/").as_str());
        check("sáÄ /KH-STP", "Số: Ä/KH-STP");
        check("Số: 12/KH-STP", "Số: 12/KH-STP");
        check("- Sở Y tế/TP-HCM", "- Sở Y tế/TP-HCM"); // no label
        check("theo QĐ số: 12/QĐ-UBND", "theo QĐ số: 12/QĐ-UBND"); // a sentence
    }

    #[test]
    fn words_digits_and_other_signs_stay() {
        for line in [
            "mỗi ngày Đội tuần tra", // a word
            "ngày 18 tháng 3",
            "năm nào cũng vậy",
            "12/HD-SLĐTBXH", // a sign of its own
            "đạt 8.764/8.500 người",
            "01/2010/TTLT-BTNMT-BNV-BTC",
            "31/TB-SLĐTBXH",
            "2 ngày lO việc", // not mended: may be anything
            "số 5/OH",        // no term
        ] {
            check(line, line);
        }
    }
}
