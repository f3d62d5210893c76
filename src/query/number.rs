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
        ast::{NumberQuery, Serial, TypeQuery, YearForm},
        lex::Input,
        name::{type_sign, type_words},
        shape::{
            MAX_GROUPS, Shape, band, group_end, is_known_sign, is_lone_issuer, is_name_of_body,
            plain_year, separator, serial, shape, take_groups,
        },
    },
    text::clean::clean,
};

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
    sign_first(input, None, at).or_else(|| bare(input, at))
}

/// After the name of a type: the number, with or without `số`.
fn typed(input: &Input, doc_type: Option<TypeQuery>, at: usize) -> Option<Found> {
    if let Some(after_label) = label(input, at) {
        return labelled(input, doc_type, after_label);
    }
    // `kế hoạch KH 293`, `quyết định QĐ-UBND 348`.
    if let Some(found) = sign_first(input, doc_type.clone(), at) {
        return Some(found);
    }
    let shape = shape(input, at)?;
    let is_lone = shape.groups.is_empty() && shape.year.is_none();
    // `quyết định 2020` names a year, `kế hoạch 5 năm` a term.
    if is_lone && (counts_something(input, shape.end) || input.year(at).is_some()) {
        return None;
    }
    Some(finish(input, doc_type, shape, true))
}

/// After `số`.
fn labelled(input: &Input, doc_type: Option<TypeQuery>, at: usize) -> Option<Found> {
    if let Some((serial, end)) = band(input, at) {
        let mut shape = Shape { serial, year: None, groups: Vec::new(), end };
        take_groups(input, &mut shape);
        return Some(finish(input, doc_type, shape, true));
    }
    if let Some(shape) = shape(input, at) {
        // `số 30` says by itself that it is a number.
        let found = finish(input, doc_type, shape, true);
        return Some(Found { is_vague: false, ..found });
    }
    sign_first(input, doc_type, at)
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

/// A sign before the figures or alone: `QĐ-UBND 400-499`, `kh 293/2020`, `/QĐ-UBND 2019`,
/// `QĐ-UBND`, `qd ubnd 348`.
fn sign_first(input: &Input, typed: Option<TypeQuery>, at: usize) -> Option<Found> {
    let has_slash = input.mark(at) == Some('/') && !input.is_glued(at);
    let start = if has_slash { at + 1 } else { at };
    input.sign(start)?;
    if has_slash && !input.is_glued(start) || !input.begins_word(start) {
        return None;
    }
    let mut groups = vec![('/', input.slice(start, group_end(input, start)).to_owned())];
    let mut end = group_end(input, start);
    let is_type =
        input.tables.doc_type_by_folded_sign(&groups[0].1).is_some_and(|row| row.in_number);
    while groups.len() < MAX_GROUPS
        && let Some((mark, next)) = separator(input, end)
        && input.is_glued(end)
        && input.is_glued(next)
        && input.sign(next).is_some()
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
    Some(finish(input, typed, shape, true))
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
    // Four figures of this time are a year, taken by `finish`: `/QĐ-UBND 2019`.
    if at == shape.end && input.year(at).is_some() && input.ends_word(at + 1) {
        return false;
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
    // `KH 293 SLĐTBXH`
    if shape.groups.len() == 1
        && !input.is_glued(shape.end)
        && is_lone_issuer(input, shape.end)
        && !is_name_of_body(input, shape.end)
    {
        shape.groups.push((' ', input.slice(shape.end, shape.end + 1).to_owned()));
        shape.end += 1;
    }
    true
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
    let is_no_date = is_impossible_date(&shape);
    (has_letters || is_prefix || is_no_date || shape.year.is_some() && shape.groups.is_empty())
        .then(|| finish(input, None, shape, false))
}

/// `31/2/2020`: figures like a date that no calendar has; a date has been tried before.
fn is_impossible_date(shape: &Shape) -> bool {
    matches!(shape.groups.as_slice(), [('/', month), ('/', year)] if month.len() <= 2 && year.len() == 4)
        && shape.year.is_none()
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
    let mut year_form = if shape.year.is_some() { YearForm::Inside } else { YearForm::Beside };
    // The short year of old numbers: `10/98/NĐ-CP`.
    if shape.year.is_none()
        && let [('/', short), (_, rest), ..] = shape.groups.as_slice()
        && short.len() == 2
        && rest.contains(char::is_alphabetic)
        && let Ok(year) = short.parse::<i16>()
    {
        shape.year = Some(if year > 44 { 1900 + year } else { 2000 + year });
        year_form = YearForm::InsideShort;
        shape.groups.remove(0);
    }
    let mut groups = shape.groups.as_slice();
    let mut of_sign = None;
    if let [(_, first), rest @ ..] = groups
        && let Some(row) = tables.doc_type_by_folded_sign(first).filter(|row| row.in_number)
    {
        of_sign = type_sign(&input.of(first), 0)
            .map(|query| TypeQuery { signs: vec![row.sign.clone()], ..query });
        // The Party writes CV inside the number.
        of_sign = of_sign.map(|query| TypeQuery { in_number: true, ..query });
        groups = rest;
    }
    let second = shape.groups.get(1).map(|(mark, _)| *mark);
    // `06-CT/TU`, `1836 QĐ/TWĐTN`, `/CT/TU`; `123/QĐ/UB` is told apart by its issuer.
    let is_party = match shape.groups.first().map(|(mark, _)| *mark) {
        Some('-') => second != Some('-'),
        Some(_) => of_sign.is_some() && second == Some('/'),
        None => false,
    };
    let sign = spelled(tables, groups, of_sign.is_some());
    let mut type_differs = None;
    if let (Some(word), Some(sign)) = (&typed, &of_sign)
        && word.name != sign.name
        && !has_sign(tables, &word.name, sign)
    {
        type_differs = typed.clone();
    }
    let mut number = NumberQuery {
        serial: shape.serial,
        year: shape.year,
        year_form,
        doc_type: of_sign.or(typed),
        sign,
        is_party,
    };
    let mut end = shape.end;
    let has_sign = number.sign.is_some() || number.doc_type.is_some();
    if number.year.is_none()
        && (may_take_year || has_sign)
        && let Some((year, after)) = year_behind(input, end, has_sign)
    {
        number.year = Some(year);
        end = after;
    }
    settle_separators(tables, &mut number);
    let is_vague = is_vague && number.year.is_none();
    Found { number, end, is_vague, type_differs }
}

/// Whether a type of this name may bear the sign: `Quy định 66-QĐ/TW`.
fn has_sign(tables: &Tables, name: &str, of_sign: &TypeQuery) -> bool {
    let rows = of_sign.signs.iter().flat_map(|sign| tables.doc_types_by_sign(sign));
    rows.into_iter().any(|row| row.name == name)
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
        let known = is_issuer.then(|| registered(tables, group)).flatten();
        // Cleaned anew: the capital of a small eth is a look-alike of Đ.
        sign.push_str(&known.unwrap_or_else(|| clean(&group.to_uppercase())));
    }
    (!sign.is_empty()).then_some(sign)
}

/// The registered spelling of a typed sign of the same length: `ttg` is `TTg`, `sldtbxh` is
/// `SLĐTBXH`; marks inside a sign stay as typed: `NN&PTNT`.
fn registered(tables: &Tables, typed: &str) -> Option<String> {
    let n_chars = typed.chars().count();
    let same = |sign: &&String| {
        sign.chars().count() == n_chars && sign.to_uppercase() == typed.to_uppercase()
    };
    let as_typed = tables.issuers_by_sign(typed).iter().flat_map(|issuer| &issuer.signs);
    let as_typed = as_typed.into_iter().find(same).cloned();
    as_typed.or_else(|| {
        let folded = tables.issuer_sign_by_folded(typed)?;
        (folded.chars().count() == n_chars).then(|| folded.to_owned())
    })
}

/// Asks the grammar of numbers how a full number is written: `06/CT-TU` is `06-CT/TU`.
fn settle_separators(tables: &Tables, number: &mut NumberQuery) {
    if number.sign.is_none() || number.type_in_sign().is_none() {
        // Without a type only the historic `53-HĐBT` has a hyphen.
        let is_one_group = number.sign.as_deref().is_some_and(|sign| !sign.contains('-'));
        let is_historic = is_one_group && matches!(number.serial, Serial::Exact(_));
        number.is_party &= is_historic && number.doc_type.is_none();
        return;
    }
    let stand_in = NumberQuery { serial: Serial::Exact("1".to_owned()), ..number.clone() };
    if let Ok(parsed) = DocNumber::parse(tables, &stand_in.number_text()) {
        number.is_party = parsed.number.family == Family::Party;
    }
}
