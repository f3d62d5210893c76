//! Typed characters → [`DateQuery`]: days, months, quarters, years, ranges and remembered dates.

use crate::{
    domain::{
        date::PartialDate,
        date_phrase::{DateForm, parse_date_at},
    },
    query::{ast::DateQuery, lex::Input},
};

/// How far off a date may be when the typist does not say.
const DEFAULT_DAYS_AROUND: u16 = 15;

/// A date that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) date: DateQuery,
    /// The lexeme after it.
    pub(super) end: usize,
    pub(super) doubt: Doubt,
}

/// What else the characters may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Nothing: a word says that it is a date.
    None,
    /// Words of the text: a year, a span of years.
    Text,
    /// A number: `30/3/2020`, `3/2020`.
    Number,
}

/// The date at a lexeme, in running words.
pub(super) fn date(input: &Input, at: usize) -> Option<Found> {
    if !input.begins_word(at) {
        return None;
    }
    around(input, at)
        .or_else(|| range(input, at))
        .or_else(|| one_sided(input, at))
        .or_else(|| relative(input, at))
        .or_else(|| {
            let point = point(input, at)?;
            let doubt = match point.form {
                Form::Worded => Doubt::None,
                Form::Year => Doubt::Text,
                Form::Slashes => Doubt::Number,
            };
            Some(Found { date: point.query(), end: point.end, doubt })
        })
}

/// A date that is the whole of a text: the value of `ngay:`, `tu:`, `den:`.
pub(super) fn whole(input: &Input) -> Option<DateQuery> {
    let last = input.len();
    if let Some(found) = date(input, 0)
        && found.end == last
    {
        return Some(found.date);
    }
    // `1/2019..6/2020`, `..2020`, `2019..`
    let dots = (0..last).find(|&at| input.mark(at) == Some('.') && input.mark(at + 1) == Some('.'));
    if let Some(dots) = dots {
        let from = match dots {
            0 => None,
            _ => Some(point(input, 0).filter(|from| from.end == dots)?),
        };
        let to = match dots + 2 {
            start if start == last => None,
            start => Some(point(input, start).filter(|to| to.end == last)?),
        };
        let is_empty = from.is_none() && to.is_none();
        let between = ordered(from.map(Point::first), to.map(Point::last));
        return (!is_empty).then_some(between);
    }
    // `q1/2020`
    if let ("q", Some(quarter)) = (input.folded(0), input.digits(1))
        && input.mark(2) == Some('/')
        && last == 4
    {
        let quarter = quarter.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
        return Some(DateQuery::Quarter { year: any_year(input, 3)?, quarter });
    }
    // `3/2020~15`
    let point = point(input, 0)?;
    let n_days = input.digits(point.end + 1)?.parse().ok()?;
    let is_around = input.mark(point.end) == Some('~') && point.end + 2 == last;
    is_around.then_some(DateQuery::Around { date: point.first(), n_days })
}

/// The date at which a range of the whole text begins or ends: the value of `tu:` and `den:`.
pub(super) fn bound(input: &Input, is_last: bool) -> Option<PartialDate> {
    let point = point(input, 0).filter(|point| point.end == input.len())?;
    Some(if is_last { point.last() } else { point.first() })
}

/// A day, month, quarter or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    date: PartialDate,
    quarter: Option<u8>,
    form: Form,
    end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Worded,
    Slashes,
    Year,
}

impl Point {
    fn query(self) -> DateQuery {
        match self.quarter {
            Some(quarter) => DateQuery::Quarter { year: self.date.year(), quarter },
            None => DateQuery::On(self.date),
        }
    }

    /// The first month of a quarter, else the date.
    fn first(self) -> PartialDate {
        self.month_of_quarter(2)
    }

    /// The last month of a quarter, else the date.
    fn last(self) -> PartialDate {
        self.month_of_quarter(0)
    }

    fn month_of_quarter(self, before_last: u8) -> PartialDate {
        let month = self.quarter.map(|quarter| quarter * 3 - before_last);
        month.and_then(|month| PartialDate::month_of(self.date.year(), month)).unwrap_or(self.date)
    }
}

fn point(input: &Input, at: usize) -> Option<Point> {
    match input.folded(at) {
        "quy" | "qui" => return quarter(input, at),
        "nam" => {
            let date = PartialDate::year_only(any_year(input, at + 1)?)?;
            let is_free = input.ends_word(at + 2);
            return is_free.then_some(Point { date, quarter: None, form: Form::Year, end: at + 2 });
        }
        "ngay" | "thang" | "mung" => return worded(input, at),
        "" => {}
        _ => return None,
    }
    // `02 tháng 9 năm 1945`
    if input.folded(at + 1) == "thang" {
        return worded(input, at);
    }
    numeric(input, at)
}

/// `ngày 05 tháng 3 năm 2020`, `ngày 5/3/2020`, `tháng 3/2020`, `tháng 3 năm 2020`.
fn worded(input: &Input, at: usize) -> Option<Point> {
    let phrase = parse_date_at(input.text, input.lexemes[at].start)?;
    let date = phrase.date.filter(|_| !phrase.impossible)?;
    let is_worded = !matches!(phrase.form, DateForm::Year | DateForm::Quarter | DateForm::NoYear);
    let end = input.at_byte(phrase.range.end);
    (is_worded && end > at).then_some(Point { date, quarter: None, form: Form::Worded, end })
}

/// `quý I/2020`, `quý 1 năm 2020`, `qui 3-2019`.
fn quarter(input: &Input, at: usize) -> Option<Point> {
    let quarter = match input.folded(at + 1) {
        "i" => 1,
        "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        _ => input.digits(at + 1)?.parse().ok().filter(|quarter| (1..=4).contains(quarter))?,
    };
    let joint = input.folded(at + 2) == "nam" || matches!(input.mark(at + 2), Some('/' | '-'));
    let year_at = if joint { at + 3 } else { at + 2 };
    let date = PartialDate::year_only(any_year(input, year_at)?)?;
    Some(Point { date, quarter: Some(quarter), form: Form::Worded, end: year_at + 1 })
}

/// Any year that a date can have; in a date nothing else is meant.
fn any_year(input: &Input, at: usize) -> Option<i16> {
    let digits = input.digits(at).filter(|digits| digits.len() == 4)?;
    digits.parse().ok().filter(|year| (1800..2200).contains(year))
}

/// `05/3/2020`, `5-3-2020`, `5.3.2020`, `3/2020`, `2020-03-05`, `2020-03`, `2020`.
fn numeric(input: &Input, at: usize) -> Option<Point> {
    let mut numbers: Vec<&str> = vec![input.digits(at)?];
    let mut separator = None;
    let mut end = at + 1;
    while numbers.len() < 3
        && let Some(mark) = input.mark(end).filter(|mark| matches!(mark, '/' | '-' | '.'))
        && separator.is_none_or(|first| first == mark)
        && let Some(digits) = input.digits(end + 1)
        // A range of years and a sentence that ends are no dates.
        && (mark == '/' || input.is_glued(end) && input.is_glued(end + 1))
    {
        separator = Some(mark);
        numbers.push(digits);
        end += 2;
        if numbers.len() == 2 && digits.len() == 4 {
            break;
        }
    }
    // `12/3/2020/QĐ`, `3/2020/TT-BTC`, `3-2020-kh`, `2020kh`: numbers.
    let goes_on = input.is_glued(end)
        && match input.mark(end) {
            Some('/' | '-') => {
                let next_is_range = input.mark(end) == Some('-') && input.digits(end + 1).is_some();
                !next_is_range
                    && (input.letters(end + 1).is_some() || input.digits(end + 1).is_some())
            }
            Some('*') => true,
            Some(_) => false,
            None => true,
        };
    if goes_on {
        return None;
    }
    let form = if separator == Some('/') { Form::Slashes } else { Form::Worded };
    let point =
        |date: Option<PartialDate>, form| Some(Point { date: date?, quarter: None, form, end });
    let short = |text: &str| (text.len() <= 2).then(|| text.parse::<u8>().ok())?;
    match numbers.as_slice() {
        [year] if year.len() == 4 => {
            point(input.year(at).and_then(PartialDate::year_only), Form::Year)
        }
        [month, year] if year.len() == 4 && separator != Some('.') => {
            let year = any_year(input, end - 1)?;
            point(PartialDate::month_of(year, short(month)?), form)
        }
        [year, month] if year.len() == 4 && month.len() == 2 && separator == Some('-') => {
            point(PartialDate::month_of(any_year(input, at)?, short(month)?), Form::Worded)
        }
        [day, month, year] if year.len() == 4 => {
            let year = any_year(input, end - 1)?;
            point(PartialDate::day_of(year, short(month)?, short(day)?), form)
        }
        [year, month, day] if year.len() == 4 && separator == Some('-') => point(
            PartialDate::day_of(any_year(input, at)?, short(month)?, short(day)?),
            Form::Worded,
        ),
        [_, _, year] if year.len() == 2 => {
            let phrase = parse_date_at(input.text, input.lexemes[at].start)?;
            let date = phrase.date.filter(|_| phrase.form == DateForm::ShortYear);
            point(date.filter(|_| input.at_byte(phrase.range.end) == end), form)
        }
        _ => None,
    }
}

/// `khoảng 3/2020 ± 15 ngày`, `khoang ngay 5/3/2020`.
fn around(input: &Input, at: usize) -> Option<Found> {
    if input.folded(at) != "khoang" {
        return None;
    }
    let point = point(input, at + 1)?;
    let plus_minus = match (input.mark(point.end), input.mark(point.end + 1)) {
        (Some('±'), _) => Some(point.end + 1),
        (Some('+'), Some('-' | '/')) => {
            let slash =
                input.mark(point.end + 1) == Some('/') && input.mark(point.end + 2) == Some('-');
            Some(point.end + if slash { 3 } else { 2 })
        }
        _ => None,
    };
    let days = plus_minus.and_then(|at| Some((input.digits(at)?.parse::<u16>().ok()?, at + 1)));
    let (n_days, mut end) = days.unwrap_or((DEFAULT_DAYS_AROUND, point.end));
    if days.is_some() && input.folded(end) == "ngay" {
        end += 1;
    }
    let date = DateQuery::Around { date: point.first(), n_days: n_days.min(3660) };
    Some(Found { date, end, doubt: Doubt::None })
}

/// `từ 1/2019 đến 6/2020`, `1/2019 - 6/2020`, `2016-2020`, `từ tháng 1 đến tháng 6 năm 2020`.
fn range(input: &Input, at: usize) -> Option<Found> {
    let has_from = input.folded(at) == "tu";
    let start = at + usize::from(has_from);
    if let Some((from, to, end)) = range_of_one_year(input, start) {
        return Some(Found { date: ordered(Some(from), Some(to)), end, doubt: Doubt::None });
    }
    let from = point(input, start)?;
    let is_hyphen = input.mark(from.end) == Some('-');
    let is_word = matches!(input.folded(from.end), "den" | "toi");
    if !is_hyphen && !is_word {
        return None;
    }
    let to = point(input, from.end + 1)?;
    let doubt =
        if is_hyphen && !has_from && from.form == Form::Year { Doubt::Text } else { Doubt::None };
    Some(Found { date: ordered(Some(from.first()), Some(to.last())), end: to.end, doubt })
}

/// A range whose first date has no year of its own: it is the year of the second.
fn range_of_one_year(input: &Input, at: usize) -> Option<(PartialDate, PartialDate, usize)> {
    let has_day = input.folded(at) == "ngay";
    let is_month = input.folded(at) == "thang";
    if !has_day && !is_month {
        return None;
    }
    let number = |at: usize| input.digits(at).filter(|d| d.len() <= 2)?.parse::<u8>().ok();
    let first = number(at + 1)?;
    let (day, month, end) = if is_month {
        (None, first, at + 2)
    } else {
        input.mark(at + 2).filter(|mark| matches!(mark, '/' | '-' | '.'))?;
        (Some(first), number(at + 3)?, at + 4)
    };
    if !matches!(input.folded(end), "den" | "toi") && input.mark(end) != Some('-') {
        return None;
    }
    let to = point(input, end + 1)?;
    let year = to.date.year();
    let from = match day {
        Some(day) => PartialDate::day_of(year, month, day),
        None => PartialDate::month_of(year, month),
    }?;
    Some((from, to.last(), to.end))
}

fn ordered(from: Option<PartialDate>, to: Option<PartialDate>) -> DateQuery {
    match (from, to) {
        (Some(from), Some(to)) if from.day_range().0 > to.day_range().1 => {
            DateQuery::Between { from: Some(to), to: Some(from) }
        }
        (from, to) => DateQuery::Between { from, to },
    }
}

/// `từ 2019`, `trước 3/2020`, `sau năm 2015`; a future year after `đến` is the aim of a plan.
fn one_sided(input: &Input, at: usize) -> Option<Found> {
    let word = input.folded(at);
    if !matches!(word, "tu" | "den" | "truoc" | "sau") {
        return None;
    }
    let point = point(input, at + 1)?;
    let (first, last) = point.date.day_range();
    let (_, today) = input.today.day_range();
    let date = match word {
        "tu" => DateQuery::Between { from: Some(point.first()), to: None },
        "den" if last > today && first > input.today.day_range().0 => return None,
        "den" => DateQuery::Between { from: None, to: Some(point.last()) },
        "truoc" => DateQuery::Between { from: None, to: before(point.first()) },
        _ => DateQuery::Between { from: after(point.last()), to: None },
    };
    let is_bounded = !matches!(date, DateQuery::Between { from: None, to: None });
    is_bounded.then_some(Found { date, end: point.end, doubt: Doubt::Text })
}

/// The day, month or year before.
fn before(date: PartialDate) -> Option<PartialDate> {
    let year = date.year();
    match (date.month(), date.day()) {
        (Some(month), Some(day)) if day > 1 => PartialDate::day_of(year, month, day - 1),
        (Some(1), Some(_)) => PartialDate::day_of(year - 1, 12, 31),
        (Some(month), Some(_)) => {
            (28..=31).rev().find_map(|day| PartialDate::day_of(year, month - 1, day))
        }
        (Some(1), None) => PartialDate::month_of(year - 1, 12),
        (Some(month), None) => PartialDate::month_of(year, month - 1),
        _ => PartialDate::year_only(year - 1),
    }
}

/// The day, month or year after.
fn after(date: PartialDate) -> Option<PartialDate> {
    let year = date.year();
    match (date.month(), date.day()) {
        (Some(month), Some(day)) => PartialDate::day_of(year, month, day + 1)
            .or_else(|| PartialDate::day_of(year, month + 1, 1))
            .or_else(|| PartialDate::day_of(year + 1, 1, 1)),
        (Some(12), None) => PartialDate::month_of(year + 1, 1),
        (Some(month), None) => PartialDate::month_of(year, month + 1),
        _ => PartialDate::year_only(year + 1),
    }
}

/// `hôm nay`, `tháng này`, `tháng trước`, `năm nay`, `năm ngoái`.
fn relative(input: &Input, at: usize) -> Option<Found> {
    let today = input.today;
    let month = today.month().and_then(|month| PartialDate::month_of(today.year(), month));
    let date = match (input.folded(at), input.folded(at + 1)) {
        ("hom", "nay") => today.day().map(|_| today),
        ("hom", "qua") => today.day().and_then(|_| before(today)),
        ("thang", "nay") => month,
        ("thang", "truoc") => month.and_then(before),
        ("nam", "nay") => PartialDate::year_only(today.year()),
        ("nam", "ngoai" | "truoc") => PartialDate::year_only(today.year() - 1),
        _ => None,
    }?;
    Some(Found { date: DateQuery::On(date), end: at + 2, doubt: Doubt::Text })
}
