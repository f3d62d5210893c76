//! Numbers in words: `mười lăm`, `hai mươi mốt`, `một nghìn chín trăm bốn mươi lăm`.

use crate::domain::date_phrase::cursor::Cursor;

/// What a syllable means in a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syllable {
    Unit(u32),
    /// `mười`.
    Ten,
    /// `mươi`, folded like `mười`.
    Hundred,
    Thousand,
    /// `linh`, `lẻ`.
    And,
}

fn syllable(folded: &str) -> Option<Syllable> {
    Some(match folded {
        "khong" => Syllable::Unit(0),
        "mot" => Syllable::Unit(1),
        "hai" => Syllable::Unit(2),
        "ba" => Syllable::Unit(3),
        "bon" | "tu" => Syllable::Unit(4),
        "nam" | "lam" | "nham" => Syllable::Unit(5),
        "sau" => Syllable::Unit(6),
        "bay" => Syllable::Unit(7),
        "tam" => Syllable::Unit(8),
        "chin" => Syllable::Unit(9),
        "muoi" => Syllable::Ten,
        "tram" => Syllable::Hundred,
        "nghin" | "ngan" => Syllable::Thousand,
        "linh" | "le" => Syllable::And,
        _ => return None,
    })
}

/// A day or month in words, with `mùng` in front or not: `mùng ba`, `mười một`, `giêng`, `chạp`.
pub(super) fn number_in_words(cursor: &mut Cursor<'_>) -> Option<u32> {
    if cursor.eat_word("gieng") {
        return Some(1);
    }
    if cursor.eat_word("chap") {
        return Some(12);
    }
    if cursor.eat_word("mung") || cursor.eat_word("mong") {
        return number_below_hundred(cursor).or_else(|| cursor.digits(2));
    }
    number_below_hundred(cursor)
}

/// `ba`, `mười`, `mười lăm`, `hai mươi`, `hai mươi mốt`, `hai mốt`.
fn number_below_hundred(cursor: &mut Cursor<'_>) -> Option<u32> {
    let mut probe = cursor.clone();
    let value = match probe.eat_known_word(syllable)? {
        Syllable::Ten => 10 + unit(&mut probe).unwrap_or(0),
        Syllable::Unit(tens) => {
            let mut after = probe.clone();
            if after.eat_known_word(syllable) == Some(Syllable::Ten) {
                probe = after;
                tens * 10 + unit(&mut probe).unwrap_or(0)
            } else {
                tens
            }
        }
        _ => return None,
    };
    *cursor = probe;
    Some(value)
}

/// A unit behind a ten. `năm` is the word for year unless another `năm` follows.
fn unit(cursor: &mut Cursor<'_>) -> Option<u32> {
    let mut probe = cursor.clone();
    let Some(Syllable::Unit(value)) = probe.eat_known_word(syllable) else { return None };
    let is_year_word = cursor.next_is_word("nam") && !probe.next_is_word("nam");
    if value == 0 || is_year_word {
        return None;
    }
    *cursor = probe;
    Some(value)
}

/// A year in words: `một nghìn chín trăm bốn mươi lăm`, `hai nghìn không trăm hai mươi`.
pub(super) fn year_in_words(cursor: &mut Cursor<'_>) -> Option<u32> {
    let mut probe = cursor.clone();
    let Some(Syllable::Unit(thousands)) = probe.eat_known_word(syllable) else { return None };
    if probe.eat_known_word(syllable) != Some(Syllable::Thousand) {
        return None;
    }
    let mut year = thousands * 1000;
    let mut after = probe.clone();
    if let Some(Syllable::Unit(hundreds)) = after.eat_known_word(syllable)
        && after.eat_known_word(syllable) == Some(Syllable::Hundred)
    {
        year += hundreds * 100;
        probe = after;
    }
    let mut after = probe.clone();
    if after.eat_known_word(syllable) == Some(Syllable::And) {
        probe = after;
    }
    year += number_below_hundred(&mut probe).unwrap_or(0);
    *cursor = probe;
    Some(year)
}
