//! Note marks typed by hand: digits set high after a word, or the superscript digits of Unicode.
//!
//! A square metre has one too, so the word before decides.

/// The digit a superscript digit stands for.
pub fn superscript_digit(character: char) -> Option<char> {
    match character {
        '¹' => Some('1'),
        '²' => Some('2'),
        '³' => Some('3'),
        '⁰' => Some('0'),
        '⁴'..='⁹' => char::from_digit(u32::from(character) - 0x2070, 10),
        _ => None,
    }
}

/// Whether a text holds a letter that only Vietnamese in Unicode has. In the old encodings
/// superscript digits are letters; this rules them out.
pub fn is_unicode_vietnamese(text: &str) -> bool {
    text.contains(|c: char| matches!(c, '\u{1EA0}'..='\u{1EF9}' | '\u{300}'..='\u{36F}'))
}

/// Whether digits set high after a text are an exponent: after a unit of length, a single Latin
/// letter, or a power of ten.
pub fn takes_exponent(before: &str) -> bool {
    const UNITS: [&str; 8] = ["m", "km", "cm", "mm", "dm", "dam", "hm", "10"];
    const LONGEST_WORD: usize = 12;
    let is_part = |character: &char| character.is_alphanumeric();
    let reversed: String = before.chars().rev().take_while(is_part).take(LONGEST_WORD).collect();
    let word: String = reversed.chars().rev().collect();
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_variable = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_variable || UNITS.contains(&word.as_str()) || (!unit.is_empty() && UNITS.contains(&unit))
}

/// Writes superscript digits after a word as `[1]`, and a run of them at the start of a
/// paragraph as `[1] `; exponents stay as they are.
///
/// Only for text known to be Unicode: in TCVN3 `¹` is the letter ạ.
pub fn bracket(text: &str, is_paragraph_start: bool) -> String {
    let mut bracketed = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(digit) = superscript_digit(character) else {
            bracketed.push(character);
            continue;
        };
        let is_first = is_paragraph_start && bracketed.trim().is_empty();
        let is_exponent = takes_exponent(&bracketed);
        let mut digits = String::from(digit);
        let mut printed = String::from(character);
        while let Some(&next) = characters.peek() {
            let Some(digit) = superscript_digit(next) else { break };
            digits.push(digit);
            printed.push(next);
            characters.next();
        }
        if is_exponent {
            bracketed += &printed;
            continue;
        }
        bracketed += &format!("[{digits}]");
        if is_first && characters.peek().is_some_and(|next| !next.is_whitespace()) {
            bracketed.push(' ');
        }
    }
    bracketed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(bracket(text, true), expect);
    }

    #[test]
    fn superscript_digits_are_note_marks() {
        check("tên gọi dễ nhớ¹; ban hành", "tên gọi dễ nhớ[1]; ban hành");
        check("¹ Kế hoạch số 7", "[1] Kế hoạch số 7");
        check("¹²Kế hoạch", "[12] Kế hoạch");
        // After a number, too: `Điều 5` with note 1 is not article 51.
        check("Điều 5¹", "Điều 5[1]");
        check("120 m² và 3km², 10³, x²", "120 m² và 3km², 10³, x²");
    }
}
