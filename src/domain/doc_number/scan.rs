//! Running text → every number in it, in one pass.
//!
//! Looks for slashes and hyphens and backs up to the digits in front of them, so that text
//! without numbers costs next to nothing. Must not decide whether a number cites something.

use std::ops::Range;

use memchr::memchr3_iter;

use super::{
    DocNumber, NumberError, Parsed, Repair,
    classify::classify,
    clean::{Cleaned, nfc},
    lex::{Mode, lex},
    signs::Signs,
};
use crate::domain::tables::Tables;

/// One number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberMatch {
    /// Bytes of the text, from the first digit to the end of the sign.
    pub range: Range<usize>,
    /// As printed, only spacing tidied.
    pub printed: String,
    /// The parts.
    pub number: DocNumber,
    /// What had to be assumed.
    pub repairs: Vec<Repair>,
}

/// A number with all its spaces and line breaks is not longer than this.
const WINDOW_CHARS: usize = 96;

/// Finds all numbers of a text, in order and without overlap.
///
/// Takes `293/KH- SLĐTBXH`, `473/TTr -⏎NN&PTNT`, `12 SL`; leaves out `19/19 tiêu chí`,
/// `130.000/CP`, `QCVN 12-1:2011/BYT`, `K4/CQ2`. The text should be NFC. Linear in its length.
pub fn find_numbers(tables: &Tables, text: &str) -> Vec<NumberMatch> {
    let signs = Signs(tables);
    let bytes = text.as_bytes();
    let mut found: Vec<NumberMatch> = Vec::new();
    let mut done = 0;
    // 0xE2 leads the dashes U+2010–2015 and U+2212 and the slash U+2044.
    for anchor in memchr3_iter(b'/', b'-', 0xe2, bytes) {
        if anchor < done {
            continue;
        }
        let Some(start) = number_start(bytes, anchor, done) else { continue };
        let Some(parsed_at) = number_at(signs, text, start) else { continue };
        done = parsed_at.range.end;
        found.push(parsed_at);
    }
    orders_of_1945(signs, text, &mut found);
    found
}

/// The number that starts at byte `start`, if one does.
fn number_at(signs: Signs, text: &str, start: usize) -> Option<NumberMatch> {
    let cleaned = Cleaned::new(text, start, WINDOW_CHARS);
    let shape = lex(&cleaned.chars, signs, Mode::Running)?;
    let end = cleaned.end_of(shape.end);
    let Parsed { number, printed, repairs } = classify(shape, signs)?;
    Some(NumberMatch { range: start..end, printed, number, repairs })
}

/// Backs up from a separator over blanks, a suffix or a type, to the first digit of a serial.
fn number_start(bytes: &[u8], anchor: usize, floor: usize) -> Option<usize> {
    let mut at = skip_blanks_back(bytes, anchor, floor);
    if at == floor {
        return None;
    }
    if !bytes[at - 1].is_ascii_digit() {
        // `77a/KH-…` or, with a space for the separator, `1836 QĐ/TWĐTN`, `15/2020 NQ-HĐND`.
        let letters_end = at;
        while at > floor && letters_end - at <= 8 && !bytes[at - 1].is_ascii_digit() {
            let byte = bytes[at - 1];
            if !(byte.is_ascii_alphabetic() || byte >= 0x80) {
                break;
            }
            at -= 1;
        }
        if at == letters_end || letters_end - at > 8 {
            return None;
        }
        let before_blanks = skip_blanks_back(bytes, at, floor);
        let is_suffix = before_blanks == at && letters_end - at <= 2;
        let is_spaced_type =
            before_blanks < at && bytes[at].is_ascii_uppercase() || bytes[at] >= 0x80;
        if !(is_suffix || is_spaced_type) {
            return None;
        }
        at = before_blanks;
        if at == floor || !bytes[at - 1].is_ascii_digit() {
            return None;
        }
    }
    let mut start = at;
    while start > floor && at - start <= 6 && bytes[start - 1].is_ascii_digit() {
        start -= 1;
    }
    // `15/2020 NQ-HĐND`: the digits are the year, the serial stands before them.
    if at - start == 4 && start > floor + 1 && bytes[start - 1] == b'/' {
        let serial_end = start - 1;
        let mut serial = serial_end;
        while serial > floor && serial_end - serial <= 6 && bytes[serial - 1].is_ascii_digit() {
            serial -= 1;
        }
        if serial < serial_end {
            start = serial;
        }
    }
    // `66.2/2025/NQ-CP`: the dot belongs to the serial.
    if start > floor + 1 && bytes[start - 1] == b'.' && bytes[start - 2].is_ascii_digit() {
        let mut head = start - 1;
        while head > floor && start - 1 - head <= 3 && bytes[head - 1].is_ascii_digit() {
            head -= 1;
        }
        start = head;
        // `130.000/CP` is a price: thousands stand before a full sign only, which the grammar
        // cannot tell apart for the historic signs.
        if at - start >= 7 {
            return None;
        }
    }
    is_number_boundary(bytes, start).then_some(start)
}

/// Whether digits at `start` begin something of their own, not the tail of `K4/CQ2` or `12:2011/BYT`.
fn is_number_boundary(bytes: &[u8], start: usize) -> bool {
    let Some(before) = start.checked_sub(1).map(|at| bytes[at]) else { return true };
    let two_before = start.checked_sub(2).map(|at| bytes[at]);
    match before {
        b'/' | b'-' | b'_' | b'+' | b'=' | b'$' | b'%' => false,
        b'.' | b',' | b':' => !two_before.is_some_and(|byte| byte.is_ascii_digit()),
        // A small letter may be a word glued on: `số15/2020/NĐ-CP`; a capital is a code.
        byte if byte.is_ascii_uppercase() => false,
        byte if byte.is_ascii_lowercase() => false,
        _ => true,
    }
}

fn skip_blanks_back(bytes: &[u8], mut at: usize, floor: usize) -> usize {
    let from = at;
    while at > floor && from - at < 6 {
        if matches!(bytes[at - 1], b' ' | b'\n' | b'\t' | b'\r') {
            at -= 1;
        } else if at >= floor + 2 && bytes[at - 2..at] == [0xc2, 0xa0] {
            at -= 2;
        } else {
            break;
        }
    }
    at
}

/// `12 SL`: the one number without slash or hyphen.
fn orders_of_1945(signs: Signs, text: &str, found: &mut Vec<NumberMatch>) {
    let bytes = text.as_bytes();
    let n_before = found.len();
    for at in memchr::memmem::find_iter(bytes, b" SL") {
        if bytes
            .get(at + 3)
            .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | 0x80..))
        {
            continue;
        }
        let mut start = at;
        while start > 0 && at - start <= 6 && bytes[start - 1].is_ascii_digit() {
            start -= 1;
        }
        if start == at || !is_number_boundary(bytes, start) {
            continue;
        }
        found.extend(number_at(signs, text, start));
    }
    if found.len() > n_before {
        found.sort_by_key(|m| m.range.start);
        found.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    }
}

/// Reads a whole text as one number.
pub(super) fn parse_whole(signs: Signs, text: &str) -> Result<Parsed, NumberError> {
    let not_a_number = || NumberError::NotANumber { found: text.chars().take(40).collect() };
    let text_nfc = nfc(text);
    let cleaned = Cleaned::new(&text_nfc, 0, 2 * WINDOW_CHARS);
    let chars = strip_label(&cleaned.chars);
    if let Some(sign) = blank_sign(chars) {
        return Err(NumberError::Blank { sign });
    }
    let shape = lex(chars, signs, Mode::Whole).ok_or_else(not_a_number)?;
    if chars[shape.end..].iter().any(|c| !(c.is_whitespace() || matches!(c, '.' | ';' | ','))) {
        return Err(not_a_number());
    }
    classify(shape, signs).ok_or_else(not_a_number)
}

/// Drops `Số:` and what OCR makes of it (`S6:`, `$6:`, `SO:`), and blanks.
fn strip_label(chars: &[char]) -> &[char] {
    let mut rest = trim_start(chars);
    if let [s, o, after @ ..] = rest
        && matches!(s, 'S' | 's' | '$')
        && matches!(o, 'ố' | 'Ố' | 'ô' | 'Ô' | 'o' | 'O' | '6' | 'ó' | 'Ó')
        && matches!(trim_start(after).first(), Some(':' | '/' | '.' | '…' | '_' | '0'..='9'))
    {
        rest = trim_start(after);
        if let [':', after @ ..] = rest {
            rest = trim_start(after);
        }
    }
    rest
}

fn trim_start(chars: &[char]) -> &[char] {
    let n = chars.iter().take_while(|c| c.is_whitespace()).count();
    &chars[n..]
}

/// The sign of `    /BC-SLĐTBXH` or `…../QĐ-UBND`: dots where the serial belongs.
fn blank_sign(chars: &[char]) -> Option<String> {
    let n = chars.iter().take_while(|c| c.is_whitespace() || matches!(c, '.' | '…' | '_')).count();
    let (mark, sign) = chars[n..].split_first()?;
    let sign: String = sign.iter().filter(|c| !c.is_whitespace()).collect();
    let is_sign = sign.chars().next().is_some_and(char::is_uppercase)
        && sign.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '&' | '.'));
    (matches!(mark, '/' | '-') && is_sign).then_some(sign)
}
