//! Typed characters → [`NumberQuery`]: numbers in every spelling that clerks type, whole, in part,
//! as a band or as a sign alone.
//!
//! Lenient where [`DocNumber`](crate::domain::doc_number::DocNumber) is strict: a query may know
//! the serial and nothing else.

use crate::{
    domain::{
        doc_number::{DocNumber, Family},
        tables::Tables,
    },
    query::{
        ast::{NumberQuery, Serial, TypeQuery},
        lex::Input,
        name::{doc_type_of_sign, issuer_sign, type_sign, type_words},
    },
};

/// Longest running number; longer ones are telephone numbers and the like.
const MAX_SERIAL_DIGITS: usize = 6;

/// Most groups of a sign.
const MAX_GROUPS: usize = 8;

/// A number that was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) number: NumberQuery,
    /// The lexeme after it.
    pub(super) end: usize,
    /// Whether it was read from a word and a figure alone (`chương trình 135`) or from figures
    /// alone: then it may as well be text.
    pub(super) is_vague: bool,
    /// The type word says another type than the sign: `Nghị quyết 42/NĐ-CP`.
    pub(super) type_differs: Option<TypeQuery>,
}

/// The number at a lexeme: with a type or `số` in front, a sign with figures, or a sign alone.
pub(super) fn number(input: &Input, at: usize) -> Option<Found> {
    if !input.begins_word(at) {
        return None;
    }
    if let Some((doc_type, after_type)) = type_words(input, at)
        && input.begins_word(after_type)
    {
        return typed(input, Some(doc_type), after_type);
    }
    if let Some(after_label) = label(input, at) {
        return labelled(input, None, after_label);
    }
    sign_first(input, at).or_else(|| bare(input, at))
}

/// After the name of a type: the number, with or without `số`.
fn typed(input: &Input, doc_type: Option<TypeQuery>, at: usize) -> Option<Found> {
    if let Some(after_label) = label(input, at) {
        return labelled(input, doc_type, after_label);
    }
    // `kế hoạch KH 293`, `quyết định QĐ-UBND 348`.
    if let Some(found) = sign_first(input, at) {
        return Some(found);
    }
    let shape = shape(input, at)?;
    if shape.groups.is_empty() && counts_something(input, shape.end) {
        return None;
    }
    Some(finish(input, doc_type, shape, true))
}

/// After `số`.
fn labelled(input: &Input, doc_type: Option<TypeQuery>, at: usize) -> Option<Found> {
    if let Some(shape) = shape(input, at) {
        // `số 30` says by itself that it is a number.
        let found = finish(input, doc_type, shape, true);
        return Some(Found { is_vague: false, ..found });
    }
    sign_first(input, at)
}

/// The lexeme after `số`, `Số:`, `so`, when figures or a sign follow.
fn label(input: &Input, at: usize) -> Option<usize> {
    let is_label = input.folded(at) == "so" && input.begins_word(at);
    let mut next = at + 1;
    while matches!(input.mark(next), Some(':' | '.')) {
        next += 1;
    }
    let follows = input.digits(next).is_some() || input.mark(next) == Some('/');
    (is_label && follows).then_some(next)
}

/// Whether a figure counts the word after it: `5 năm`, `100 ngày`, `500 triệu đồng`.
fn counts_something(input: &Input, at: usize) -> bool {
    let counted = matches!(
        input.folded(at),
        "nam"
            | "ngay"
            | "thang"
            | "quy"
            | "tuan"
            | "gio"
            | "dong"
            | "trieu"
            | "ty"
            | "nghin"
            | "nguoi"
    );
    counted
        && input.year(at + 1).is_none_or(|_| input.mark(at + 2) == Some('-'))
        && !(input.folded(at) != "nam" && input.digits(at + 1).is_some())
}

/// A number as it is written, not yet understood.
#[derive(Debug, Clone, PartialEq)]
struct Shape {
    serial: Serial,
    year: Option<i16>,
    /// The groups of the sign with the separator before each.
    groups: Vec<(char, String)>,
    end: usize,
}

/// Figures and the sign behind them: `30/2020/NĐ-CP`, `12*/QĐ-UBND`, `293 kh sldtbxh`, `30`.
fn shape(input: &Input, at: usize) -> Option<Shape> {
    let (serial, after_serial) = serial(input, at)?;
    let mut shape = Shape { serial, year: None, groups: Vec::new(), end: after_serial };
    // A year inside the number: `30/2020/…`, `30-2020-nd-cp`, `30 2020 nd cp`.
    if let Some((separator, group_at)) = separator(input, shape.end)
        && let Some(year) = plain_year(input, group_at)
        && (separator == '/' || separator_then_letters(input, group_at + 1))
        && input.letters(group_at + 1).is_none_or(|_| !input.is_glued(group_at + 1))
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
    take_groups(input, &mut shape);
    Some(shape)
}

fn plain_year(input: &Input, at: usize) -> Option<i16> {
    let digits = input.digits(at).filter(|digits| digits.len() == 4)?;
    digits.parse().ok().filter(|year| (1900..2100).contains(year))
}

fn separator_then_letters(input: &Input, at: usize) -> bool {
    separator(input, at).is_some_and(|(_, group)| input.letters(group).is_some())
}

fn has_group(input: &Input, mark_at: usize) -> bool {
    input.letters(mark_at + 1).is_some() || input.digits(mark_at + 1).is_some()
}

/// The running number: `30`, `77a`, `66.2`, `1.234`, `12*`, `400-499` before a sign.
fn serial(input: &Input, at: usize) -> Option<(Serial, usize)> {
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
fn separator(input: &Input, at: usize) -> Option<(char, usize)> {
    let mark = input.mark(at).filter(|mark| matches!(mark, '/' | '-'))?;
    Some((mark, at + 1))
}

/// Takes the groups of a sign as long as they look like one.
fn take_groups(input: &Input, shape: &mut Shape) {
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
        let letters = input.letters(start);
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
    // A sign after a space: `293 kh sldtbxh`, `15/2020 NQ-HĐND`, `293/KH SLĐTBXH`.
    let letters = input.letters(at)?;
    if input.is_glued(at) {
        // `293kh`
        let is_type = shape.groups.is_empty() && doc_type_of_sign(input.tables, letters).is_some();
        return is_type.then_some((' ', at));
    }
    let fits = match shape.groups.as_slice() {
        [] => is_type_sign(input, at) || is_lone_issuer(input, at) && !is_name_of_body(input, at),
        [(_, first)] => {
            let is_type = doc_type_of_sign(input.tables, first).is_some();
            is_type && input.looks_like_sign(at) && issuer_sign(input.tables, letters).is_some()
        }
        _ => false,
    };
    fits.then_some((' ', at))
}

/// Whether the letters are the sign of a type and look like one.
fn is_type_sign(input: &Input, at: usize) -> bool {
    let Some(letters) = input.letters(at) else { return false };
    let is_sign = doc_type_of_sign(input.tables, letters).is_some_and(|row| row.in_number);
    let has_issuer = separator(input, at + 1).is_some_and(|(_, start)| is_known_sign(input, start));
    is_sign && (input.looks_like_sign(at) || has_issuer)
}

fn is_lone_issuer(input: &Input, at: usize) -> bool {
    let Some(letters) = input.letters(at) else { return false };
    input.looks_like_sign(at) && issuer_sign(input.tables, letters).is_some()
}

/// `UBND tỉnh`: the sign begins a name and is no part of the number.
fn is_name_of_body(input: &Input, at: usize) -> bool {
    matches!(input.folded(at + 1), "tinh" | "huyen" | "xa" | "thanh" | "phuong" | "quan" | "thi")
}

fn is_known_sign(input: &Input, at: usize) -> bool {
    let Some(letters) = input.letters(at) else { return false };
    doc_type_of_sign(input.tables, letters).is_some()
        || issuer_sign(input.tables, letters).is_some()
}

/// The end of a group: letters and digits glued together, with `&` and `.` between.
fn group_end(input: &Input, start: usize) -> usize {
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

/// A sign before the figures or alone: `QĐ-UBND 400-499`, `kh 293/2020`, `/QĐ-UBND 2019`,
/// `QĐ-UBND`, `qd ubnd 348`.
fn sign_first(input: &Input, at: usize) -> Option<Found> {
    let has_slash = input.mark(at) == Some('/') && !input.is_glued(at);
    let start = if has_slash { at + 1 } else { at };
    input.letters(start)?;
    if has_slash && !input.is_glued(start) || !input.begins_word(start) {
        return None;
    }
    let mut groups = vec![('/', input.slice(start, group_end(input, start)).to_owned())];
    let mut end = group_end(input, start);
    let is_type = doc_type_of_sign(input.tables, &groups[0].1).is_some_and(|row| row.in_number);
    while groups.len() < MAX_GROUPS
        && let Some((mark, next)) = separator(input, end)
        && input.is_glued(end)
        && input.is_glued(next)
        && input.letters(next).is_some()
    {
        let group = input.slice(next, group_end(input, next)).to_owned();
        if groups.len() == 1 && !is_type && !has_slash {
            return None; // `văn thư-lưu trữ`
        }
        if groups.len() == 1
            && is_type
            && !has_slash
            && !is_known_sign(input, next)
            && !input.looks_like_sign(next)
        {
            return None;
        }
        groups.push((mark, group));
        end = group_end(input, next);
    }
    // `qd ubnd 348`: both signs known, figures behind.
    if groups.len() == 1 && is_type && is_lone_issuer(input, end) && input.digits(end + 1).is_some()
    {
        groups.push((' ', input.slice(end, end + 1).to_owned()));
        end += 1;
    }
    let is_alone = groups.len() == 1;
    if is_alone
        && !has_slash
        && !(is_type && (input.looks_like_sign(start) || type_is_typed(input, start)))
    {
        return None;
    }
    let mut shape = Shape { serial: Serial::Any, year: None, groups, end };
    let has_figures = figures_after_sign(input, &mut shape);
    if is_alone && !has_slash && !has_figures {
        return None;
    }
    Some(finish(input, None, shape, true))
}

/// `cv 555`: a sign of a type in small letters that could be a syllable but is followed by figures.
fn type_is_typed(input: &Input, at: usize) -> bool {
    input.digits(at + 1).is_some() && type_sign(input, at).is_some() && input.folded(at).len() >= 2
}

/// What stands behind a sign: a band, a year, or the number.
fn figures_after_sign(input: &Input, shape: &mut Shape) -> bool {
    let mut at = shape.end;
    if input.folded(at) == "so" && input.digits(at + 1).is_some() {
        at += 1;
    }
    if input.is_glued(at) || input.digits(at).is_none() {
        return false;
    }
    if let Some((band, end)) = band(input, at) {
        shape.serial = band;
        shape.end = end;
        return true;
    }
    // After a whole sign four figures of this time are a year: `/QĐ-UBND 2019`.
    let is_whole_sign = shape.groups.len() > 1 || shape.groups[0].0 == '/' && at > shape.end;
    if is_whole_sign && at == shape.end && input.year(at).is_some() && input.ends_word(at + 1) {
        return false; // taken as a year by `finish`
    }
    let Some((serial, end)) = serial(input, at) else { return false };
    shape.serial = serial;
    shape.end = end;
    if let Some(('/', year_at)) = separator(input, end)
        && let Some(year) = plain_year(input, year_at)
    {
        shape.year = Some(year);
        shape.end = year_at + 1;
    }
    true
}

/// `400-499`, when the first is not greater than the second and they are no years.
fn band(input: &Input, at: usize) -> Option<(Serial, usize)> {
    let from: u32 = input.digits(at)?.parse().ok()?;
    let (mark, next) = separator(input, at + 1)?;
    let to: u32 = input.digits(next)?.parse().ok()?;
    let has_sign = input.mark(next + 1) == Some('/') && input.letters(next + 2).is_some();
    let is_free = input.ends_word(next + 1) || has_sign;
    (mark == '-' && from <= to && is_free && to < 1_000_000)
        .then_some((Serial::Band(from, to), next + 1))
}

/// Figures with a sign and nothing in front: `30/2020/NĐ-CP`, `293 kh`; or figures with figures:
/// `293/2020`.
fn bare(input: &Input, at: usize) -> Option<Found> {
    if let Some((serial, end)) = band(input, at) {
        // `400-499/QĐ-UBND`
        let mut shape = Shape { serial, year: None, groups: Vec::new(), end };
        take_groups(input, &mut shape);
        return (!shape.groups.is_empty()).then(|| finish(input, None, shape, false));
    }
    let shape = shape(input, at)?;
    let has_letters = shape.groups.iter().any(|(_, group)| group.contains(char::is_alphabetic));
    let is_prefix = matches!(shape.serial, Serial::Prefix(_));
    (has_letters || is_prefix || shape.year.is_some() && shape.groups.is_empty())
        .then(|| finish(input, None, shape, false))
}

/// A number that is the whole of a text: the value of `so:` or `vd:`.
pub(super) fn whole(input: &Input) -> Option<NumberQuery> {
    let last = input.len();
    let found = number(input, 0)
        .filter(|found| found.end == last)
        .or_else(|| {
            let (serial, end) = band(input, 0)?;
            let mut shape = Shape { serial, year: None, groups: Vec::new(), end };
            take_groups(input, &mut shape);
            Some(finish(input, None, shape, true))
        })
        .filter(|found| found.end == last)
        .or_else(|| Some(finish(input, None, shape(input, 0)?, true)))
        .filter(|found| found.end == last)?;
    Some(found.number)
}

/// Understands a shape: which group is the type, which year belongs to it.
fn finish(input: &Input, typed: Option<TypeQuery>, mut shape: Shape, may_take_year: bool) -> Found {
    let tables = input.tables;
    let is_vague = shape.groups.is_empty() && shape.year.is_none();
    let mut year_in_number = shape.year.is_some();
    // The short year of old numbers: `10/98/NĐ-CP`.
    if shape.year.is_none()
        && let [('/', short), (_, rest), ..] = shape.groups.as_slice()
        && short.len() == 2
        && rest.contains(char::is_alphabetic)
        && let Ok(year) = short.parse::<i16>()
    {
        shape.year = Some(if year > 44 { 1900 + year } else { 2000 + year });
        year_in_number = true;
        shape.groups.remove(0);
    }
    let mut groups = shape.groups.as_slice();
    let mut of_sign = None;
    if let [(_, first), rest @ ..] = groups
        && let Some(row) = doc_type_of_sign(tables, first).filter(|row| row.in_number)
    {
        of_sign = type_sign(&input.of(first), 0)
            .map(|query| TypeQuery { signs: vec![row.sign.clone()], ..query });
        // The Party writes CV inside the number.
        of_sign = of_sign.map(|query| TypeQuery { in_number: true, ..query });
        groups = rest;
    }
    let is_party = matches!(shape.groups.first(), Some(('-', _)))
        && !matches!(shape.groups.get(1), Some(('-', _)));
    let sign = spelled(tables, groups, of_sign.is_some());
    let type_differs = match (&typed, &of_sign) {
        (Some(word), Some(sign)) if word.name != sign.name && !shares_sign(word, sign) => {
            typed.clone()
        }
        _ => None,
    };
    let mut number = NumberQuery {
        serial: shape.serial,
        year: shape.year,
        year_in_number,
        doc_type: of_sign.or(typed),
        sign,
        is_party,
    };
    let mut end = shape.end;
    if number.year.is_none()
        && (may_take_year || number.sign.is_some() || number.doc_type.is_some())
    {
        if let Some((year, after)) =
            year_behind(input, end, number.sign.is_some() || number.doc_type.is_some())
        {
            number.year = Some(year);
            end = after;
        }
    }
    settle_separators(tables, &mut number);
    let is_vague = is_vague && number.year.is_none();
    Found { number, end, is_vague, type_differs }
}

fn shares_sign(one: &TypeQuery, other: &TypeQuery) -> bool {
    one.signs.iter().any(|sign| other.signs.contains(sign))
}

/// `năm 2020` or a bare `2020` right behind a number.
fn year_behind(input: &Input, at: usize, has_sign: bool) -> Option<(i16, usize)> {
    let has_word = input.folded(at) == "nam" && !input.is_glued(at);
    let year_at = if has_word { at + 1 } else { at };
    let year = input.year(year_at).filter(|_| !input.is_glued(year_at))?;
    let goes_on = matches!(input.mark(year_at + 1), Some('-' | '/'))
        && input.digits(year_at + 2).is_some()
        || input.is_glued(year_at + 1) && !input.ends_word(year_at + 1);
    ((has_word || has_sign) && !goes_on).then_some((year, year_at + 1))
}

/// The groups behind the type in their registered spelling.
fn spelled(tables: &Tables, groups: &[(char, String)], has_type: bool) -> Option<String> {
    let mut sign = String::new();
    for (n, (mark, group)) in groups.iter().enumerate() {
        if n > 0 {
            sign.push(if *mark == '/' && group.bytes().all(|b| b.is_ascii_digit()) {
                '/'
            } else {
                '-'
            });
        }
        let is_issuer = n == 0 || has_type;
        let known = is_issuer.then(|| issuer_sign(tables, group)).flatten();
        sign.push_str(&known.unwrap_or_else(|| group.to_uppercase()));
    }
    (!sign.is_empty()).then_some(sign)
}

/// Asks the grammar of numbers how a full number is written: `06/CT-TU` is `06-CT/TU`.
fn settle_separators(tables: &Tables, number: &mut NumberQuery) {
    if number.type_in_sign().is_none() || number.sign.is_none() {
        return;
    }
    let stand_in = NumberQuery { serial: Serial::Exact("1".to_owned()), ..number.clone() };
    if let Ok(parsed) = DocNumber::parse(tables, &stand_in.number_text()) {
        number.is_party = parsed.number.family == Family::Party;
    }
}
