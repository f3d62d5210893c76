//! A number in one of Word's formats, e.g. 4 as `IV` or `d`.
//!
//! Numbers in words are Vietnamese. Must not know lists.
//!
//! # Source
//! ISO/IEC 29500-1, 17.18.59 (ST_NumberFormat).

/// Writes a number in one of Word's formats; one that is not known is decimal.
pub fn format_number(number: u32, format: &str) -> String {
    match format {
        "none" => String::new(),
        "ordinal" => format!("{number}."),
        "cardinalText" => in_words(number),
        "decimalZero" => format!("{number:02}"),
        "upperRoman" => roman(number),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperLetter" => letters(number),
        "lowerLetter" => letters(number).to_lowercase(),
        "numberInDash" => format!("- {number} -"),
        "decimalEnclosedParen" => format!("({number})"),
        "decimalEnclosedFullstop" => format!("{number}."),
        "decimalEnclosedCircle" => circled(number),
        "chicago" => chicago(number),
        _ => number.to_string(),
    }
}

fn roman(number: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    const LARGEST: u32 = 32_767;
    if number == 0 || number > LARGEST {
        return number.to_string();
    }
    let mut rest = number;
    let mut roman = String::new();
    for (value, sign) in SIGNS {
        while rest >= value {
            roman += sign;
            rest -= value;
        }
    }
    roman
}

/// A … Z, AA, BB … ZZ, AAA: the letter is repeated, not counted on.
fn letters(number: u32) -> String {
    const LARGEST: u32 = 780;
    let Some(index) = number.checked_sub(1).filter(|_| number <= LARGEST) else {
        return number.to_string();
    };
    let letter = char::from(b'A' + (index % 26) as u8);
    std::iter::repeat_n(letter, index as usize / 26 + 1).collect()
}

/// *, †, ‡, §, **, ††, …
fn chicago(number: u32) -> String {
    const LARGEST: u32 = 400;
    let Some(index) = number.checked_sub(1).filter(|_| number <= LARGEST) else {
        return number.to_string();
    };
    let mark = ['*', '†', '‡', '§'][index as usize % 4];
    std::iter::repeat_n(mark, index as usize / 4 + 1).collect()
}

/// ①, ②, … ㊿
fn circled(number: u32) -> String {
    let first_of_row = match number {
        1..=20 => 0x245F,
        21..=35 => 0x3251 - 21,
        36..=50 => 0x32B1 - 36,
        _ => return number.to_string(),
    };
    char::from_u32(first_of_row + number).map_or_else(|| number.to_string(), String::from)
}

/// `Một`, `Hai mươi mốt`, `Một trăm linh năm`; numbers without such words in decimal.
fn in_words(number: u32) -> String {
    const DIGITS: [&str; 10] =
        ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
    let digit = |value: u32| DIGITS[(value % 10) as usize];
    if number == 0 || number > 999 {
        return number.to_string();
    }
    let (hundreds, tens, ones) = (number / 100, number / 10 % 10, number % 10);
    let mut words = Vec::new();
    if hundreds > 0 {
        words.extend([digit(hundreds), "trăm"]);
    }
    match tens {
        0 if hundreds > 0 && ones > 0 => words.push("linh"),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([digit(tens), "mươi"]),
    }
    match ones {
        0 => {}
        1 if tens > 1 => words.push("mốt"),
        5 if tens > 0 => words.push("lăm"),
        _ => words.push(digit(ones)),
    }
    let text = words.join(" ");
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_formats() {
        let check = |number, format, expect| assert_eq!(format_number(number, format), expect);
        check(4, "decimal", "4");
        check(1994, "upperRoman", "MCMXCIV");
        check(28, "lowerLetter", "bb");
        check(0, "upperRoman", "0");
        check(u32::MAX, "lowerLetter", "4294967295");
        check(6, "chicago", "††");
        check(7, "ordinal", "7.");
        check(36, "decimalEnclosedCircle", "㊱");
        check(15, "cardinalText", "Mười lăm");
        check(121, "cardinalText", "Một trăm hai mươi mốt");
        check(205, "cardinalText", "Hai trăm linh năm");
        check(1000, "cardinalText", "1000");
        check(3, "ideographTraditional", "3");
    }
}
