//! [`Shape`]: a number as it stands in a query, not yet understood: figures, and the groups of a
//! sign with what separates them.

use crate::query::{ast::Serial, lex::Input};

/// Longest running number; longer ones are telephone numbers and the like.
const MAX_SERIAL_DIGITS: usize = 6;

/// Most groups of a sign.
pub(super) const MAX_GROUPS: usize = 8;

/// A number as it is written, not yet understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    pub(super) serial: Serial,
    pub(super) year: Option<i16>,
    /// The groups of the sign with the separator before each.
    pub(super) groups: Vec<(char, String)>,
    pub(super) end: usize,
}

/// Figures and the sign behind them: `30/2020/NĐ-CP`, `12*/QĐ-UBND`, `293 kh sldtbxh`, `30`.
pub(super) fn shape(input: &Input, at: usize) -> Option<Shape> {
    let (serial, after_serial) = serial(input, at)?;
    let mut shape = Shape { serial, year: None, groups: Vec::new(), end: after_serial };
    // A year inside the number: `30/2020/…`, `30-2020-nd-cp`, `30 2020 nd cp`.
    if let Some((separator, group_at)) = separator(input, shape.end)
        && let Some(year) = plain_year(input, group_at)
        && (separator == '/' || separator_then_letters(input, group_at + 1))
        && (!input.is_glued(group_at + 1) || input.letters(group_at + 1).is_none())
    {
        shape.year = Some(year);
        shape.end = group_at + 1;
        if input.mark(shape.end) == Some('/')
            && input.is_glued(shape.end)
            && !has_group(input, shape.end)
        {
            shape.end += 1; // `30/2020/` while typing
        }
    }
    if let Some(year) = plain_year(input, shape.end)
        && shape.year.is_none()
        && !input.is_glued(shape.end)
        && is_type_sign(input, shape.end + 1)
    {
        shape.year = Some(year);
        shape.end += 1;
    }
    take_groups(input, &mut shape);
    Some(shape)
}

pub(super) fn plain_year(input: &Input, at: usize) -> Option<i16> {
    let digits = input.digits(at).filter(|digits| digits.len() == 4)?;
    digits.parse().ok().filter(|year| (1900..2100).contains(year))
}

fn separator_then_letters(input: &Input, at: usize) -> bool {
    separator(input, at).is_some_and(|(_, group)| input.sign(group).is_some())
}

fn has_group(input: &Input, mark_at: usize) -> bool {
    input.letters(mark_at + 1).is_some() || input.digits(mark_at + 1).is_some()
}

/// The running number: `30`, `77a`, `66.2`, `1.234`, `12*`, `400-499` before a sign.
pub(super) fn serial(input: &Input, at: usize) -> Option<(Serial, usize)> {
    let digits = input.digits(at).filter(|_| input.begins_word(at))?;
    let mut text = significant(digits)?;
    let mut next = at + 1;
    if input.mark(next) == Some('.')
        && input.is_glued(next)
        && input.is_glued(next + 1)
        && let Some(part) = input.digits(next + 1)
        && input.mark(next + 2) == Some('/')
    {
        // Three digits after the dot are thousands, fewer are a part.
        text = if part.len() == 3 { format!("{text}{part}") } else { format!("{text}.{part}") };
        next += 2;
    }
    if input.is_glued(next)
        && let Some(letter) = input.letters(next).filter(|letters| letters.chars().count() == 1)
        && !input.is_glued(next + 1).then(|| input.digits(next + 1)).flatten().is_some_and(|_| true)
    {
        text.push_str(&letter.to_lowercase());
        next += 1;
    }
    if input.mark(next) == Some('*') && input.is_glued(next) {
        return Some((Serial::Prefix(text), next + 1));
    }
    Some((Serial::Exact(text), next))
}

/// Digits without leading zeros, unless there are too many.
fn significant(digits: &str) -> Option<String> {
    let significant = digits.trim_start_matches('0');
    let text = if significant.is_empty() { "0" } else { significant };
    (text.len() <= MAX_SERIAL_DIGITS).then(|| text.to_owned())
}

/// A slash or hyphen with or without spaces, and the lexeme after it.
pub(super) fn separator(input: &Input, at: usize) -> Option<(char, usize)> {
    let mark = input.mark(at).filter(|mark| matches!(mark, '/' | '-'))?;
    Some((mark, at + 1))
}

/// Takes the groups of a sign as long as they look like one.
pub(super) fn take_groups(input: &Input, shape: &mut Shape) {
    while shape.groups.len() < MAX_GROUPS {
        let Some((separator, start)) = next_group(input, shape) else { return };
        let end = group_end(input, start);
        shape.groups.push((separator, input.slice(start, end).to_owned()));
        shape.end = end;
    }
}

/// Where the next group begins and what separates it.
fn next_group(input: &Input, shape: &Shape) -> Option<(char, usize)> {
    let at = shape.end;
    if let Some((mark, start)) = separator(input, at) {
        let is_spaced = !input.is_glued(at) || !input.is_glued(start);
        let is_first = shape.groups.is_empty();
        // `400-499 -tu` leaves a word out; `2221/QĐ -UBND` was typed in haste.
        let is_exclusion = mark == '-' && !input.is_glued(at) && input.is_glued(start);
        let in_capitals = input.slice(start, start + 1).starts_with(char::is_uppercase);
        if is_exclusion && !in_capitals {
            return None;
        }
        let letters = input.sign(start);
        let is_sign =
            letters.is_some() && (input.looks_like_sign(start) || is_known_sign(input, start));
        let fits = match (is_spaced, mark) {
            // `12 - kế hoạch` is a figure and words.
            (true, _) | (false, '-') => is_sign || letters.is_some() && !is_spaced && !is_first,
            // `30/3/2020` is taken as written where no date is meant.
            (false, _) => letters.is_some() || input.digits(start).is_some(),
        };
        return fits.then_some((mark, start));
    }
    // A sign after a space: `293 kh sldtbxh`, `15/2020 NQ-HĐND`, `293/KH SLĐTBXH`; not the name
    // of the next field.
    let letters = input.sign(at).filter(|_| input.mark(at + 1) != Some(':'))?;
    if input.is_glued(at) {
        // `293kh`
        let is_type =
            shape.groups.is_empty() && input.tables.doc_type_by_folded_sign(letters).is_some();
        return is_type.then_some((' ', at));
    }
    let fits = match shape.groups.as_slice() {
        [] => is_type_sign(input, at) || is_lone_issuer(input, at) && !is_name_of_body(input, at),
        [(_, first)] => {
            // `06 ct tu`; but `293 kh tu 2019` goes on with `từ`.
            let is_type = input.tables.doc_type_by_folded_sign(first).is_some();
            let is_last = input.letters(at + 1).is_none() && input.digits(at + 1).is_none();
            let is_sign = input.looks_like_sign(at) || is_last;
            is_type && is_sign && input.tables.issuer_sign_by_folded(letters).is_some()
        }
        _ => false,
    };
    fits.then_some((' ', at))
}

/// Whether the letters are the sign of a type and look like one.
fn is_type_sign(input: &Input, at: usize) -> bool {
    let Some(letters) = input.sign(at) else { return false };
    let is_sign = input.tables.doc_type_by_folded_sign(letters).is_some_and(|row| row.in_number);
    let has_issuer = separator(input, at + 1).is_some_and(|(_, start)| is_known_sign(input, start));
    is_sign && (input.looks_like_sign(at) || has_issuer)
}

pub(super) fn is_lone_issuer(input: &Input, at: usize) -> bool {
    let Some(letters) = input.sign(at) else { return false };
    input.looks_like_sign(at) && input.tables.issuer_sign_by_folded(letters).is_some()
}

/// `UBND tỉnh`: the sign begins a name and is no part of the number.
pub(super) fn is_name_of_body(input: &Input, at: usize) -> bool {
    matches!(input.folded(at + 1), "tinh" | "huyen" | "xa" | "thanh" | "phuong" | "quan" | "thi")
}

pub(super) fn is_known_sign(input: &Input, at: usize) -> bool {
    let Some(letters) = input.sign(at) else { return false };
    input.tables.doc_type_by_folded_sign(letters).is_some()
        || input.tables.issuer_sign_by_folded(letters).is_some()
}

/// The end of a group: letters and digits glued together, with `&` and `.` between.
pub(super) fn group_end(input: &Input, start: usize) -> usize {
    let is_part = |at: usize| input.letters(at).is_some() || input.digits(at).is_some();
    let mut end = start + 1;
    while input.is_glued(end) {
        let is_joint = matches!(input.mark(end), Some('&' | '.'));
        if is_part(end) {
            end += 1;
        } else if is_joint && input.is_glued(end + 1) && is_part(end + 1) {
            end += 2;
        } else {
            break;
        }
    }
    end
}

/// `400-499`, when the first is not greater than the second and they are no years.
pub(super) fn band(input: &Input, at: usize) -> Option<(Serial, usize)> {
    let from: u32 = input.digits(at)?.parse().ok()?;
    let (mark, next) = separator(input, at + 1)?;
    let to: u32 = input.digits(next)?.parse().ok()?;
    let has_sign = input.mark(next + 1) == Some('/') && input.letters(next + 2).is_some();
    let is_free = input.ends_word(next + 1) || has_sign;
    (mark == '-' && from <= to && is_free && to < 1_000_000)
        .then_some((Serial::Band(from, to), next + 1))
}
