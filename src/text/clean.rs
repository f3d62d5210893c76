//! One line as the file gives it → the same line in clean Unicode: [`clean`].
//!
//! NFC, look-alikes, hyphens, spaces, invisible characters. Used on every line of a document and
//! on every query. Must not know words, and keeps spelling, tone placement and typing errors.

use std::{collections::BTreeMap, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;

use crate::text::syllable::{Tone, is_syllable};

/// Appends a line, cleaned: `Số:  293 /KH\u{2013}SLÐTBXH` becomes `Số: 293 /KH-SLĐTBXH`.
///
/// Spaces of every kind become one space, none at the ends. Invisible, private-use and control
/// characters are dropped. An en dash stays between words and becomes a hyphen inside numbers.
/// Footnote figures glued to a word become a mark, `vị²` is `vị[2]`, but `m²` is `m2`.
///
/// # Source
/// The look-alikes are rows of `look_alikes.tsv`.
pub fn clean_to(line: &str, out: &mut String) {
    if is_clean(line) {
        out.push_str(line);
        return;
    }
    let mut chars = composed(line.chars().filter_map(one_of_a_kind));
    if chars.iter().any(|c| matches!(c, '\u{AD}' | '\u{2012}'..='\u{2015}')) {
        chars = dashes(&chars);
    }
    if chars.iter().any(|&c| plain_digit(c).is_some()) {
        chars = superscripts(&chars);
    }
    if chars.iter().any(|c| LOOK_ALIKES.contains_key(c)) {
        foreign_letters(&mut chars);
        chars = chars.into_iter().nfc().collect(); // a mark may have stood on a Cyrillic letter
    }
    let start = out.len();
    for c in chars {
        if c != ' ' || (out.len() > start && !out.ends_with(' ')) {
            out.push(c);
        }
    }
    if out.len() > start && out.ends_with(' ') {
        out.pop();
    }
}

/// [`clean_to`] into a new string.
pub fn clean(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    clean_to(line, &mut out);
    out
}

/// Whether nothing needs to be done: the usual case, so it is looked at first.
fn is_clean(line: &str) -> bool {
    let mut previous = ' ';
    for c in line.chars() {
        let is_plain = match c {
            ' ' => previous != ' ',
            '!'..='~' => true,
            '\u{D0}' | '\u{F0}' => false,
            'À'..='ÿ' | 'ạ'..='ỹ' | 'Ạ' => true,
            'Ă' | 'ă' | 'Đ' | 'đ' | 'Ĩ' | 'ĩ' | 'Ũ' | 'ũ' | 'Ơ' | 'ơ' | 'Ư' | 'ư' => {
                true
            }
            '“' | '”' | '‘' | '’' | '…' | '•' | '§' | '°' => true,
            _ => false,
        };
        if !is_plain {
            return false;
        }
        previous = c;
    }
    line.is_empty() || previous != ' '
}

/// Replaces or drops what means the same wherever it stands.
fn one_of_a_kind(c: char) -> Option<char> {
    if c.is_ascii_graphic() {
        return Some(c);
    }
    match c {
        // Soft hyphen is dealt with by `dashes`, where it may stand for a printed hyphen.
        '\u{AD}' => Some(c),
        // Zero-width and direction marks, joiners, byte order mark, variation selectors.
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => None,
        '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}' | '\u{34F}' | '\u{180E}' => None,
        // Private use: bullets of symbol fonts, glyphs without a meaning.
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'.. => None,
        '\u{2010}' | '\u{2011}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}' => Some('-'),
        '\u{2044}' | '\u{2215}' => Some('/'),
        _ if c.is_whitespace() => Some(' '),
        _ if c.is_control() => None,
        _ => match LOOK_ALIKES.get(&c) {
            Some((letter, Where::Always)) => Some(*letter),
            _ => Some(c),
        },
    }
}

/// Composes letters and marks; first spells out ligatures, fullwidth forms, Roman numeral
/// characters and subscript figures.
///
/// A tone typed before the circumflex or breve (`a`, acute, circumflex) is put behind it: NFC
/// alone would leave the two marks apart.
fn composed(chars: impl Iterator<Item = char>) -> Vec<char> {
    let chars: Vec<char> = chars.collect();
    if !chars.iter().any(|&c| may_change(c)) {
        return chars;
    }
    let mut apart: Vec<char> = Vec::with_capacity(chars.len() * 2);
    for c in chars {
        match c {
            '\u{FB00}'..='\u{FB06}'
            | '\u{FF01}'..='\u{FF5E}'
            | '\u{2160}'..='\u{217F}'
            | '\u{2080}'..='\u{2089}' => apart.extend([c].into_iter().nfkc()),
            _ => apart.extend([c].into_iter().nfd()),
        }
    }
    let mut at = 1;
    while at < apart.len() {
        let is_quality = matches!(apart[at], '\u{302}' | '\u{306}');
        let tone_before = Tone::of_mark(apart[at - 1]).is_some_and(|tone| tone != Tone::Dot);
        if is_quality && tone_before {
            apart.swap(at - 1, at);
        }
        at += 1;
    }
    apart.into_iter().nfc().collect()
}

/// Whether composing may change a character; a quick look that errs on the side of yes.
fn may_change(c: char) -> bool {
    !matches!(c, '\0'..='ɏ' | 'Ạ'..='ỹ' | '\u{2010}'..='\u{2027}' | '\u{2070}' | '⁴'..='⁹')
}

/// Settles figure, en and em dashes and soft hyphens by what stands around them.
fn dashes(chars: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(chars.len());
    for (at, &c) in chars.iter().enumerate() {
        match c {
            '\u{2012}'..='\u{2015}' if is_in_number(chars, at) => out.push('-'),
            '\u{AD}' => {
                let before = at.checked_sub(1).map_or(' ', |before| chars[before]);
                let after = chars.get(at + 1).copied().unwrap_or(' ');
                // Some PDF writers give every hyphen as a soft one: standing free, it is one.
                let stands_free = before == ' ' && after == ' ';
                if stands_free || is_in_number(chars, at) {
                    out.push('-');
                }
            }
            _ => out.push(c),
        }
    }
    out
}

/// Whether the dash at `at` stands inside a document number, a range of years or a sign: glued
/// between capitals or digits, or with spaces beside a part that has digits and a slash
/// (`2221/QĐ – UBND`, `12 – NQ/TW`).
fn is_in_number(chars: &[char], at: usize) -> bool {
    let left: Vec<char> = chunk(chars[..at].iter().rev());
    let right: Vec<char> = chunk(chars[at + 1..].iter());
    let (Some(&before), Some(&after)) = (left.first(), right.first()) else { return false };
    let is_sign = |c: char| c.is_uppercase() || c.is_numeric();
    let has_slash = |part: &[char]| part.contains(&'/');
    let has_digit = |part: &[char]| part.iter().any(char::is_ascii_digit);
    let is_glued = chars[at - 1] != ' ' && chars[at + 1] != ' ';
    if is_glued {
        let in_symbol = has_digit(&left) && has_slash(&left) && before.is_alphanumeric();
        return (is_sign(before) && is_sign(after)) || (in_symbol && after.is_alphanumeric());
    }
    let number_left = has_digit(&left) && has_slash(&left) && is_sign(before);
    let number_right = left.iter().all(char::is_ascii_digit) && has_slash(&right);
    is_sign(after) && (number_left || number_right)
}

/// The characters up to the next space, after at most one space.
fn chunk<'a>(chars: impl Iterator<Item = &'a char>) -> Vec<char> {
    let mut chunk = Vec::new();
    for (n, &c) in chars.take(40).enumerate() {
        match c {
            ' ' if n == 0 => continue,
            ' ' => break,
            _ => chunk.push(c),
        }
    }
    chunk
}

/// Units of length that carry a figure for area and volume.
const SQUARED_UNITS: [&str; 8] = ["m", "km", "hm", "dam", "dm", "cm", "mm", "µm"];

/// Writes raised figures as footnote marks, or as figures after a unit; a power of ten stays.
fn superscripts(chars: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let digits: Vec<char> = chars[at..].iter().map_while(|&c| plain_digit(c)).collect();
        let end = at + digits.len();
        if digits.is_empty() {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let letters = tail(&out, char::is_alphabetic);
        let is_unit = digits.len() == 1 && matches!(digits[0], '2' | '3');
        if is_unit && SQUARED_UNITS.contains(&letters.to_lowercase().as_str()) {
            out.extend(digits);
        } else if letters.is_empty() && tail(&out, char::is_numeric) == "10" {
            out.extend(&chars[at..end]);
        } else {
            out.push('[');
            out.extend(digits);
            out.push(']');
        }
        at = end;
    }
    out
}

/// The last characters of one kind.
fn tail(chars: &[char], is_kind: impl Fn(char) -> bool) -> String {
    let n = chars.iter().rev().take_while(|&&c| is_kind(c) && plain_digit(c).is_none()).count();
    chars[chars.len() - n..].iter().collect()
}

fn plain_digit(superscript: char) -> Option<char> {
    match superscript {
        '²' => Some('2'),
        '³' => Some('3'),
        '¹' => Some('1'),
        '⁰' | '⁴'..='⁹' => char::from_digit(superscript as u32 - 0x2070, 10),
        _ => None,
    }
}

/// Replaces look-alikes that depend on the word: Cyrillic and Greek letters in a word with Latin
/// ones or in a number, eth in a Vietnamese syllable.
fn foreign_letters(chars: &mut [char]) {
    for chunk in chars.split_mut(|&c| c == ' ') {
        let all_known =
            |part: &[char]| part.iter().all(|c| !is_foreign(*c) || LOOK_ALIKES.contains_key(c));
        let is_number =
            chunk.contains(&'/') && chunk.iter().any(char::is_ascii_digit) && all_known(chunk);
        for word in chunk.split_mut(|c| !c.is_alphabetic()) {
            let is_latin_word = word.iter().any(|&c| !is_foreign(c)) && all_known(word);
            if is_number || is_latin_word {
                replace(word, Where::Word);
            }
            let mut replaced = word.to_vec();
            replace(&mut replaced, Where::Vietnamese);
            if is_syllable(&replaced.iter().collect::<String>()) {
                word.copy_from_slice(&replaced);
            }
        }
    }
}

fn is_foreign(c: char) -> bool {
    c.is_alphabetic() && !is_latin(c)
}

fn is_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
}

fn replace(chars: &mut [char], place: Where) {
    for c in chars {
        if let Some((letter, of)) = LOOK_ALIKES.get(c)
            && *of == place
        {
            *c = *letter;
        }
    }
}

/// Where a look-alike is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Always,
    Vietnamese,
    Word,
}

static LOOK_ALIKES: LazyLock<BTreeMap<char, (char, Where)>> = LazyLock::new(|| {
    let rows = include_str!("../domain/tables/look_alikes.tsv").lines();
    rows.filter(|row| !row.starts_with('#')).skip(1).filter_map(look_alike).collect()
});

fn look_alike(row: &str) -> Option<(char, (char, Where))> {
    let mut cells = row.split('\t');
    let code = u32::from_str_radix(cells.next()?, 16).ok()?;
    let letter = cells.next()?.chars().next()?;
    let place = match cells.next()? {
        "always" => Where::Always,
        "vietnamese" => Where::Vietnamese,
        "word" => Where::Word,
        _ => return None,
    };
    Some((char::from_u32(code)?, (letter, place)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(line: &str, expect: &str) {
        assert_eq!(clean(line), expect);
        assert_eq!(clean(expect), expect, "twice is once");
    }

    #[test]
    fn composition() {
        check("Ke\u{302}\u{301} hoa\u{323}ch", "Kế hoạch");
        check("pha\u{302}\u{323}n", "phận"); // circumflex before the dot, as from old converters
        check("ca\u{301}\u{302}p", "cấp"); // tone before circumflex
        check("e\u{200B}\u{301}", "é"); // a zero-width space between letter and mark
        check("o\u{31B}\u{323}", "ợ");
        check("ﬁle Ｋｈ Ⅱ CO₂", "file Kh II CO2");
    }

    #[test]
    fn look_alikes() {
        check("Q\u{D0}-UBND, Văn th\u{1A3}, L\u{1A3}u", "QĐ-UBND, Văn thư, Lưu");
        check("\u{F0}iều \u{189}iều", "điều Điều");
        check("Sn\u{E6}fellsj\u{F6}kull \u{F0}a\u{F0}", "Snæfellsjökull \u{F0}a\u{F0}"); // Icelandic
        check("K\u{415}\u{301} h\u{43E}ạch", "KÉ hoạch"); // Cyrillic inside Latin words
        check("30/2020/\u{422}\u{422}-\u{412}\u{422}\u{421}", "30/2020/TT-BTC"); // all Cyrillic, in a number
        check(
            "\u{41C}\u{43E}\u{441}\u{43A}\u{432}\u{430}",
            "\u{41C}\u{43E}\u{441}\u{43A}\u{432}\u{430}",
        ); // Russian
        check("10k\u{3A9} \u{3B2}-caroten", "10k\u{3A9} \u{3B2}-caroten"); // no Latin double
    }

    #[test]
    fn dashes_and_slashes() {
        check("2221/Q\u{110} \u{2013} UBND", "2221/QĐ - UBND"); // spaced, but a number
        check("30 / 2020 / NĐ\u{2013}CP", "30 / 2020 / NĐ-CP");
        check("giai đoạn 2016\u{2013}2020", "giai đoạn 2016-2020");
        check("12 \u{2013} NQ/TW", "12 - NQ/TW");
        check("1234/QĐ-TTg\u{2013}KTN", "1234/QĐ-TTg-KTN"); // small letter before the dash
        check("Lao động \u{2013} Thương binh", "Lao động \u{2013} Thương binh"); // words
        check("Hà Nội\u{2013}Huế \u{2014} \u{2013}", "Hà Nội\u{2013}Huế \u{2014} \u{2013}");
        check("\u{2013} Như Điều 3;", "\u{2013} Như Điều 3;"); // bullet
        check("QĐ\u{2010}UBND QĐ\u{2011}UBND 5\u{2212}3", "QĐ-UBND QĐ-UBND 5-3");
        check("5\u{2044}2020 5\u{2215}2020 5\u{FF0F}2020", "5/2020 5/2020 5/2020");
    }

    #[test]
    fn soft_hyphens() {
        check("thương\u{AD}binh", "thươngbinh"); // a hint where to break
        check("293/KH\u{AD}SLĐTBXH", "293/KH-SLĐTBXH"); // a hyphen in a PDF
        check("Độc lập \u{AD} Tự do", "Độc lập - Tự do");
        check("tiếp\u{AD}", "tiếp");
    }

    #[test]
    fn spaces_and_invisible() {
        check("\u{A0}Số:\t 293\u{2009}/KH\u{3000}", "Số: 293 /KH");
        check("\u{FEFF}a\u{200B}b\u{F0B7} c\u{0}\u{7}\u{85}", "ab c");
        check("\u{F0B7} Như trên", "Như trên"); // bullet of a symbol font
        check("   ", "");
        check("", "");
    }

    #[test]
    fn superscript_figures() {
        check("đơn vị² thuộc", "đơn vị[2] thuộc");
        check("tỉnh.¹²", "tỉnh.[12]");
        check("120 m², 5km² 3 CM³", "120 m2, 5km2 3 CM3");
        check("năm 2020³", "năm 2020[3]"); // a figure after a year is a mark
        check("10⁶ đồng", "10⁶ đồng"); // a power of ten is neither
        check("² Xem", "[2] Xem");
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_once(line in "[\\PC\u{AD}\u{300}-\u{323}²\u{2013} /A-Z0-9]{0,40}") {
            let once = clean(&line);
            prop_assert_eq!(clean(&once), once.clone());
            prop_assert!(!once.contains("  ") && once.trim() == once);
        }
    }
}
