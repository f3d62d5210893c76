//! [`Encoding`]: the 8-bit Vietnamese encodings as tables, and the fonts that draw them.
//!
//! Decodes what it is given; whether to decode is decided in [`legacy`](super::legacy).

use std::{collections::BTreeMap, sync::LazyLock};

/// An 8-bit Vietnamese encoding of the years before Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// TCVN 5712:1993, also called ABC: the northern offices.
    Tcvn3,
    /// VNI-Windows: the southern offices. A letter is a base letter and a mark.
    Vni,
    /// VISCII 1.1.
    Viscii,
    /// VPS; its bytes read as VISCII as well, so it is applied only by name.
    Vps,
}

impl Encoding {
    /// All, in the order in which they are preferred.
    pub const ALL: [Encoding; 4] = [Self::Tcvn3, Self::Vni, Self::Viscii, Self::Vps];

    /// As clerks know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcvn3 => "TCVN3",
            Self::Vni => "VNI",
            Self::Viscii => "VISCII",
            Self::Vps => "VPS",
        }
    }

    /// Replaces what the table names and keeps the rest: `Céng hoµ` is `Cộng hoà`.
    pub fn decode(self, raw: &str) -> String {
        let table = &TABLES[self as usize];
        let mut out = String::with_capacity(raw.len() + raw.len() / 4);
        let mut previous = ' ';
        let mut chars = raw.chars().peekable();
        while let Some(c) = chars.next() {
            let follows = chars.peek().copied().unwrap_or(' ');
            // VISCII has letters among the control codes.
            let (letter, n_used) = if (' '..='~').contains(&c) && follows.is_ascii() {
                (None, 1)
            } else {
                table.letter(previous, c, follows)
            };
            out.push(letter.unwrap_or(c));
            previous = c;
            if n_used == 2 {
                chars.next();
                previous = follows;
            }
        }
        out
    }

    /// The rows of the table: the characters as they arrive and the letter meant.
    #[cfg(test)]
    pub fn letters(self) -> Vec<(String, char)> {
        let table = &TABLES[self as usize];
        let single = table.single.iter().map(|(c, letter)| (c.to_string(), *letter));
        let pairs = table.pairs.iter().map(|((a, b), letter)| (format!("{a}{b}"), *letter));
        single.chain(pairs).collect()
    }
}

#[derive(Debug, Default)]
struct Table {
    single: BTreeMap<char, char>,
    pairs: BTreeMap<(char, char), char>,
}

impl Table {
    /// Reads `legacy<TAB>letter<TAB>source` rows, `legacy` being one or two code points.
    fn read(rows: &str) -> Self {
        let mut table = Self::default();
        let rows = rows.lines().filter(|row| !row.starts_with('#')).skip(1);
        for mut cells in rows.map(|row| row.split('\t')) {
            let (Some(legacy), Some(letter)) = (cells.next(), cells.next()) else { continue };
            let codes: Option<Vec<char>> = legacy
                .split(' ')
                .map(|code| u32::from_str_radix(code, 16).ok().and_then(char::from_u32))
                .collect();
            let Some(letter) = letter.chars().next() else { continue };
            match codes.as_deref() {
                Some(&[c]) => {
                    table.single.insert(c, letter);
                    table.single.insert(windows_1252(c), letter);
                }
                Some(&[a, b]) => {
                    table.pairs.insert((a, b), letter);
                }
                _ => {}
            }
        }
        table
    }

    /// The letter that begins with `c` and how many characters it takes.
    fn letter(&self, previous: char, c: char, follows: char) -> (Option<char>, usize) {
        if let Some(letter) = self.pairs.get(&(c, follows)) {
            return (Some(*letter), 2);
        }
        // A capital with the mark of a small letter, as typed with the capitals lock off.
        let small = (c.to_ascii_lowercase(), follows);
        if c.is_ascii_uppercase()
            && let Some(letter) = self.pairs.get(&small)
        {
            return (letter.to_uppercase().next(), 2);
        }
        let is_bullet_too = matches!(c, '\u{AD}' | '\u{B7}' | '\u{2022}' | '\u{2212}' | '\u{2219}');
        let is_letter = |c: char| c.is_alphabetic() || self.single.contains_key(&c);
        if is_bullet_too && !is_letter(previous) && !is_letter(follows) {
            return (None, 1);
        }
        (self.single.get(&c).copied(), 1)
    }
}

/// What a byte of 0x80 to 0x9F becomes when it is read as Windows-1252; other characters stay.
fn windows_1252(c: char) -> char {
    match c {
        '\u{80}'..='\u{9F}' => {
            let byte = [c as u8];
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
            text.chars().next().unwrap_or(c)
        }
        _ => c,
    }
}

static TABLES: LazyLock<[Table; 4]> = LazyLock::new(|| {
    [
        Table::read(include_str!("../domain/tables/tcvn3.tsv")),
        Table::read(include_str!("../domain/tables/vni.tsv")),
        Table::read(include_str!("../domain/tables/viscii.tsv")),
        Table::read(include_str!("../domain/tables/vps.tsv")),
    ]
});

/// A row of `legacy_fonts.tsv`.
struct LegacyFont {
    begins: &'static str,
    encoding: Encoding,
    capitals: Option<&'static str>,
}

static FONTS: LazyLock<Vec<LegacyFont>> = LazyLock::new(|| {
    let rows = include_str!("../domain/tables/legacy_fonts.tsv").lines();
    rows.filter(|row| !row.starts_with('#')).skip(1).filter_map(legacy_font).collect()
});

fn legacy_font(row: &'static str) -> Option<LegacyFont> {
    let mut cells = row.split('\t');
    let (begins, encoding, capitals) = (cells.next()?, cells.next()?, cells.next()?);
    let encoding = Encoding::ALL.into_iter().find(|e| e.name().to_lowercase() == encoding)?;
    Some(LegacyFont { begins, encoding, capitals: (capitals != "-").then_some(capitals) })
}

/// The row whose beginning is the longest.
fn font_row(name: &str) -> Option<(&'static LegacyFont, String)> {
    let name = name.trim().to_lowercase();
    let fits = FONTS.iter().filter(|font| name.starts_with(font.begins));
    fits.max_by_key(|font| font.begins.len()).map(|font| (font, name))
}

/// The encoding that a font of this name draws, e.g. TCVN3 for `.VnTime`.
pub fn font_encoding(name: &str) -> Option<Encoding> {
    font_row(name).map(|(font, _)| font.encoding)
}

/// Whether a font of this name draws small letters as capitals: `.VnTimeH`, `.VnArialH,Bold`.
pub fn capitals_font(name: &str) -> bool {
    let Some((font, name)) = font_row(name) else { return false };
    let family = name.split([',', '-']).next().unwrap_or(&name).trim_end();
    let family = family.trim_end_matches("bold").trim_end_matches("italic").trim_end();
    font.capitals.is_some_and(|ending| family.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts() {
        for (name, expect) in [
            (".VnTime", Some((Encoding::Tcvn3, false))),
            (".VnTimeH", Some((Encoding::Tcvn3, true))),
            (".VnArialH,Bold", Some((Encoding::Tcvn3, true))),
            (".VnBook-Antiqua", Some((Encoding::Tcvn3, false))), // the hyphen is part of the name
            (" .vntimeh bold", Some((Encoding::Tcvn3, true))),
            ("VNI-Times", Some((Encoding::Vni, false))),
            ("VPS Times", Some((Encoding::Vps, false))),
            ("Times New Roman", None),
            ("", None),
        ] {
            assert_eq!(font_encoding(name).map(|e| (e, capitals_font(name))), expect, "{name}");
        }
    }

    #[test]
    fn tables_are_complete() {
        // 74 small and capital letters with a code of their own, 4 aliases, 60 pairs.
        let n_letters = |encoding: Encoding| encoding.letters().len();
        assert_eq!(n_letters(Encoding::Tcvn3), 138);
        assert_eq!(n_letters(Encoding::Vni), 134);
        assert!(n_letters(Encoding::Viscii) >= 134 && n_letters(Encoding::Vps) >= 120);
    }
}
