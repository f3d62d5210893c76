//! Characters of a candidate → [`Shape`]: serial, year and segments with their separators.
//!
//! Knows where a number ends in running text. Does not decide what the segments mean.

use super::{Repair, signs::Signs};

/// What stands between two parts of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Slash,
    Hyphen,
    Space,
}

/// A number cut into its parts.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) serial: u32,
    pub(super) part: Option<u32>,
    pub(super) suffix: Option<char>,
    pub(super) year: Option<i16>,
    /// The separator after the serial.
    pub(super) after_serial: Separator,
    /// Each with the separator in front of it; the first one's follows the serial or the year.
    pub(super) segments: Vec<(Separator, String)>,
    pub(super) repairs: Vec<Repair>,
    /// As printed, spaces dropped.
    pub(super) printed: String,
    /// How many characters it takes.
    pub(super) end: usize,
}

/// How much of a text may be taken for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Running text: signs are in capitals, and the number ends where words begin.
    Running,
    /// A text that should be nothing but a number, e.g. a query: small letters are fine.
    Whole,
}

/// More segments than any real sign has.
const MAX_SEGMENTS: usize = 9;
/// Longer than any real segment.
const MAX_SEGMENT_CHARS: usize = 24;
/// Spaces and one line break between two parts.
const MAX_GAP: usize = 4;

/// Cuts the number at the start of `chars`; `None` when there is none.
pub(super) fn lex(chars: &[char], signs: Signs, mode: Mode) -> Option<Shape> {
    let mut cursor = Cursor { chars, at: 0, printed: String::new() };
    let serial = cursor.digits(1, 6)?;
    let mut shape = Shape {
        serial,
        part: None,
        suffix: None,
        year: None,
        after_serial: Separator::Slash,
        segments: Vec::new(),
        repairs: Vec::new(),
        printed: String::new(),
        end: 0,
    };
    cursor.dotted(&mut shape);
    if let Some(letter) = cursor.peek().filter(|c| c.is_ascii_alphabetic() || *c == 'Đ')
        && matches!(cursor.gap_then(1), Some((_, '/' | '-')))
    {
        shape.suffix = letter.to_uppercase().next();
        cursor.take(1);
    }
    shape.after_serial = cursor.first_separator()?;
    let mut separator = shape.after_serial;
    if separator != Separator::Space && cursor.peek()?.is_ascii_digit() {
        let (year, is_short) = cursor.year()?;
        shape.year = Some(year);
        if is_short {
            shape.repairs.push(Repair::ShortYear);
        }
        separator = cursor.first_separator()?;
        if separator == Separator::Space {
            shape.repairs.push(Repair::SpaceForSeparator);
        }
    }
    let first = cursor.segment(signs, mode)?;
    shape.segments.push((separator, first));
    while shape.segments.len() < MAX_SEGMENTS {
        match cursor.next_segment(&shape, signs, mode) {
            Some(segment) => shape.segments.push(segment),
            None => break,
        }
    }
    shape.printed = cursor.printed;
    shape.end = cursor.at;
    Some(shape)
}

struct Cursor<'a> {
    chars: &'a [char],
    at: usize,
    printed: String,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, n: usize) {
        self.printed.extend(&self.chars[self.at..self.at + n]);
        self.at += n;
    }

    /// How many blanks stand from `skip` characters on, and what comes after them.
    fn gap_then(&self, skip: usize) -> Option<(usize, char)> {
        let rest = self.chars.get(self.at + skip..)?;
        let gap = rest.iter().take(MAX_GAP + 1).take_while(|c| c.is_whitespace()).count();
        (gap <= MAX_GAP).then_some((gap, *rest.get(gap)?))
    }

    fn has_line_break(&self, from: usize, n: usize) -> bool {
        self.chars[from..from + n].contains(&'\n')
    }

    fn digits(&mut self, min: usize, max: usize) -> Option<u32> {
        let n =
            self.chars[self.at..].iter().take(max + 1).take_while(|c| c.is_ascii_digit()).count();
        if n < min || n > max {
            return None;
        }
        let value = self.chars[self.at..self.at + n].iter().collect::<String>().parse().ok()?;
        self.take(n);
        Some(value)
    }

    /// `66.2/2025/…`: a part of a resolution; `1.234/…`: a dot between thousands.
    fn dotted(&mut self, shape: &mut Shape) {
        if self.peek() != Some('.') {
            return;
        }
        let rest = &self.chars[self.at + 1..];
        let n = rest.iter().take(4).take_while(|c| c.is_ascii_digit()).count();
        if n == 0 || n > 3 || !matches!(rest.get(n), Some('/' | '-' | ' ')) {
            return;
        }
        let value: u32 =
            rest[..n].iter().collect::<String>().parse().expect("at most three digits");
        if n == 3 && shape.serial < 1000 {
            shape.serial = shape.serial * 1000 + value;
            shape.repairs.push(Repair::ThousandsDot);
        } else {
            shape.part = Some(value);
        }
        self.take(n + 1);
    }

    /// The separator after the serial or the year. A space counts when a capital follows.
    fn first_separator(&mut self) -> Option<Separator> {
        let (gap, next) = self.gap_then(0)?;
        if next == '/' || next == '-' {
            // A dash at the start of a line is a list mark.
            if next == '-' && self.has_line_break(self.at, gap) {
                return None;
            }
            self.at += gap;
            self.take(1);
            let (gap, _) = self.gap_then(0)?;
            self.at += gap;
            return Some(if next == '/' { Separator::Slash } else { Separator::Hyphen });
        }
        if gap == 0 || self.has_line_break(self.at, gap) || !next.is_alphabetic() {
            return None;
        }
        self.at += gap;
        self.printed.push(' ');
        Some(Separator::Space)
    }

    /// A year before `/` or a space, and whether it had two digits only.
    fn year(&mut self) -> Option<(i16, bool)> {
        let rest = &self.chars[self.at..];
        let n = rest.iter().take(5).take_while(|c| c.is_ascii_digit()).count();
        let value: i16 = rest[..n.min(4)].iter().collect::<String>().parse().ok()?;
        let year = match n {
            4 if (1900..2100).contains(&value) => (value, false),
            // Two digits were usual until 1999; later they would be taken for a month.
            2 if value >= 45 => (1900 + value, true),
            _ => return None,
        };
        self.take(n);
        Some(year)
    }

    /// A segment such as `SLĐTBXH`, `TTr`, `NN&PTNT`, `CGC.BT`, in the form in which it is compared.
    fn segment(&mut self, signs: Signs, mode: Mode) -> Option<String> {
        let (text, end) = segment_at(self.chars, self.at, signs, mode)?;
        self.at = end;
        self.printed.push_str(&text);
        Some(text)
    }

    fn next_segment(
        &mut self,
        shape: &Shape,
        signs: Signs,
        mode: Mode,
    ) -> Option<(Separator, String)> {
        let (before, mark) = self.gap_then(0)?;
        let separator = match mark {
            '-' => Separator::Hyphen,
            '/' => Separator::Slash,
            _ => return None,
        };
        let n_segments = shape.segments.len();
        // Only the type may be followed by a slash: `06-CT/TU`, `123/QĐ/UB`.
        if separator == Separator::Slash
            && (n_segments > 1 || shape.year.is_some() && mode == Mode::Running)
        {
            return None;
        }
        let (after, _) = self.gap_then(before + 1)?;
        let start = self.at + before + 1 + after;
        if mode == Mode::Running {
            // ` - ` closes a complete sign: what follows is the next item or a title.
            if n_segments > 1 && before > 0 && after > 0 {
                return None;
            }
            if separator == Separator::Hyphen
                && self.has_line_break(self.at, before)
                && n_segments > 1
            {
                return None;
            }
        }
        let (text, end) = segment_at(self.chars, start, signs, mode)?;
        self.at = end;
        self.printed.push(mark);
        self.printed.push_str(&text);
        Some((separator, text))
    }
}

/// The segment at `start` and where it ends.
fn segment_at(chars: &[char], start: usize, signs: Signs, mode: Mode) -> Option<(String, usize)> {
    let mut end = run_end(chars, start, signs, mode)?;
    let mut text: String = chars[start..end].iter().collect();
    // `NN&PTNT`, `BMT.ANQP.ĐBDC`: joined without a hyphen; blanks around `&` are misprints.
    loop {
        let blanks = |from: usize| chars[from..].iter().take(2).take_while(|c| **c == ' ').count();
        let before = blanks(end);
        let next = match chars.get(end + before) {
            Some('&') => {
                let from = end + before + 1;
                from + chars.get(from..).map_or(0, |_| blanks(from))
            }
            Some('.') if before == 0 => end + 1,
            _ => break,
        };
        let mark = chars[end + before];
        let Some(next_end) = run_end(chars, next, signs, mode) else { break };
        // After a full stop a new sentence may begin: only capitals continue a sign.
        if mark == '.'
            && !chars[next..next_end].iter().all(|c| is_sign_capital(*c) || c.is_ascii_digit())
        {
            break;
        }
        if mode == Mode::Running
            && mark == '.'
            && chars.get(next_end).is_some_and(|c| c.is_alphabetic())
        {
            break;
        }
        text.push(mark);
        text.extend(&chars[next..next_end]);
        end = next_end;
    }
    (text.chars().count() <= MAX_SEGMENT_CHARS).then_some((text, end))
}

/// Where the run of letters and digits that belongs to a sign ends.
fn run_end(chars: &[char], start: usize, signs: Signs, mode: Mode) -> Option<usize> {
    let rest = chars.get(start..)?;
    let n = rest.iter().take(2 * MAX_SEGMENT_CHARS).take_while(|c| c.is_alphanumeric()).count();
    let run = &rest[..n];
    if mode == Mode::Whole {
        return (n > 0 && run.iter().all(|c| is_sign_letter(*c))).then_some(start + n);
    }
    let n_capital = run.iter().take_while(|c| is_sign_capital(**c) || c.is_ascii_digit()).count();
    if !is_sign_capital(*run.first()?) {
        return None;
    }
    let is_known = |sign: &[char]| {
        let sign: String = sign.iter().collect();
        signs.type_of(&sign).is_some_and(|known| known == sign) || signs.is_issuer(&sign)
    };
    if n_capital == n {
        // One letter alone is a sign only where the tables say so (L: Lệnh).
        return (n > 1 || is_known(run)).then_some(start + n);
    }
    // `TTr`, `QyĐ`, `SNgV`: few small plain letters among capitals.
    let n_capitals_in_all = run.iter().filter(|c| is_sign_capital(**c)).count();
    let n_small = run.iter().filter(|c| c.is_lowercase()).count();
    let is_mixed = n <= 8
        && n_capitals_in_all >= 2
        && n_small <= 2
        && run.iter().all(|c| is_sign_capital(*c) || c.is_ascii_alphanumeric());
    if is_mixed && (is_known(run) || n_capital < 2 || !is_known(&run[..n_capital])) {
        return Some(start + n);
    }
    // `QĐ-TTgngày`: the next word is glued on. The longest known sign ends the number.
    for length in (2..n.min(8)).rev() {
        if length > n_capital && is_known(&run[..length]) && run[length].is_lowercase() {
            return Some(start + length);
        }
    }
    (n_capital >= 2).then_some(start + n_capital)
}

/// Capitals that signs are made of. Letters with a tone mark stand in words, not in signs.
fn is_sign_capital(c: char) -> bool {
    c.is_ascii_uppercase() || matches!(c, 'Đ' | 'Ư' | 'Ơ' | 'Ô' | 'Ê' | 'Â' | 'Ă')
}

fn is_sign_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || c.to_uppercase().all(is_sign_capital)
}
