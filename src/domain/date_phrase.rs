//! Text → [`DatePhrase`]s: dates as Vietnamese documents write them, with the precision that
//! is printed.
//!
//! A blank day stays blank, a day that is not in the calendar leaves only its year. Which role a
//! date plays (issued, cited, commemorated) is not decided here.

mod cursor;
mod words;

use std::ops::Range;

use self::{
    cursor::Cursor,
    words::{number_in_words, year_in_words},
};
use crate::domain::date::PartialDate;

/// How a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateForm {
    /// `ngày 09 tháng 5 năm 2016`.
    Words,
    /// `09/5/2016`, `01-10-1997`, `04.4.1994`.
    Numeric,
    /// `15/12/98`: the century is a guess.
    ShortYear,
    /// `tháng 5/2020`, `tháng 5 năm 2020`.
    Month,
    /// `quý II năm 2020`; the date has only the year.
    Quarter,
    /// `năm 2013`.
    Year,
    /// `ngày 28/8`, `ngày … tháng … năm 20…`: no year, no date.
    NoYear,
}

/// One date in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatePhrase {
    /// Bytes of the text, from `ngày` or the first digit to the last digit.
    pub range: Range<usize>,
    /// As much as is printed and possible; `None` without a year.
    pub date: Option<PartialDate>,
    /// The day or month is printed but not in the calendar, or not readable: `30/02/2014`,
    /// `ngày 30 tháng 42 năm 2021`, `ngày A4 tháng 11 năm 2020`.
    pub impossible: bool,
    /// How it is written.
    pub form: DateForm,
}

/// Years that documents can be about; other numbers after `năm` are amounts.
const YEARS: Range<u32> = 1800..2200;

/// A short year up to this one lies after 2000: no document of this kind is older than 1945.
const LAST_SHORT_YEAR_OF_THIS_CENTURY: u32 = 44;

/// The longest blank or scrawl between `ngày` and `tháng`, in characters.
const MAX_GAP_CHARS: usize = 60;

/// Finds all dates of a text, in order and without overlap. Linear in its length.
///
/// # Example
/// ```
/// let found = vanthu::domain::date_phrase::find_dates("Vân Sơn, ngày    tháng 4 năm 2021");
/// assert_eq!(found[0].date.unwrap().to_string(), "2021-04");
/// ```
///
/// # Source
/// Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I, mục II.4; Hướng dẫn 36-HD/VPTW for dd-mm-yyyy.
pub fn find_dates(text: &str) -> Vec<DatePhrase> {
    let mut found = Vec::new();
    let mut previous = ' ';
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        // A phrase begins where a run of letters or of digits begins: `ngày26/11/2003`.
        let begins = (c.is_alphabetic() && !previous.is_alphabetic())
            || (c.is_ascii_digit() && !previous.is_ascii_digit());
        if begins && let Some(phrase) = parse_after(text, at, previous) {
            at = phrase.range.end;
            previous = '0';
            found.push(phrase);
            continue;
        }
        previous = c;
        at += c.len_utf8();
    }
    found
}

/// Reads the date that begins at byte `offset`, blanks passed over: `ngày 09/5/2016 của …`.
pub fn parse_date_at(text: &str, offset: usize) -> Option<DatePhrase> {
    let rest = text.get(offset..)?;
    let start = offset + (rest.len() - rest.trim_start().len());
    let previous = text[..start].chars().next_back().unwrap_or(' ');
    parse_after(text, start, previous)
}

/// Reads the date at `start`; `previous` is the character before it.
fn parse_after(text: &str, start: usize, previous: char) -> Option<DatePhrase> {
    let mut cursor = Cursor::new(text, start);
    match text[start..].chars().next()? {
        'n' | 'N' | 'g' | 'G' => {
            // `gày` is a common misprint; `năm` also begins with n.
            if cursor.eat_word("ngay") || cursor.eat_word("gay") {
                return day_phrase(cursor, start);
            }
            year_phrase(cursor, start)
        }
        't' | 'T' => month_phrase(cursor, start),
        'q' | 'Q' => quarter_phrase(cursor, start),
        'm' | 'M' => {
            let is_day = cursor.eat_word("mung") || cursor.eat_word("mong");
            if is_day { day_phrase(Cursor::new(text, start), start) } else { None }
        }
        '0'..='9' => bare_phrase(cursor, start, previous),
        _ => None,
    }
}

/// After `ngày`: numbers with separators, or words up to `năm`.
fn day_phrase(mut cursor: Cursor<'_>, start: usize) -> Option<DatePhrase> {
    let numeric = numeric_phrase(cursor.clone(), start, true);
    if numeric.is_some() {
        return numeric;
    }
    let day = day_before_month(&mut cursor)?;
    worded_month_and_year(cursor, start, day)
}

/// What stands for a day or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A number, whatever it is.
    Number(u32),
    /// Blank, dots, a line to write on.
    Blank,
    /// Something is there, but no number.
    Unreadable,
}

/// The day and the word `tháng` after it.
fn day_before_month(cursor: &mut Cursor<'_>) -> Option<Part> {
    let mut in_words = cursor.clone();
    if let Some(day) = number_in_words(&mut in_words)
        && in_words.eat_word("thang")
    {
        *cursor = in_words;
        return Some(Part::Number(day));
    }
    let gap = cursor.gap_before("thang", MAX_GAP_CHARS)?;
    Some(read_gap(gap))
}

/// Reads what stands between two words; letters without a digit are no scrawl but words, which
/// [`Cursor::gap_before`] refuses.
fn read_gap(gap: &str) -> Part {
    let mark = gap.trim_matches(|c: char| !c.is_alphanumeric());
    if mark.is_empty() {
        // A day written by hand over the dots is read as signs: `#&`.
        return Part::Blank;
    }
    mark.parse().map_or(Part::Unreadable, |number: u32| {
        if mark.len() <= 2 { Part::Number(number) } else { Part::Unreadable }
    })
}

/// After `tháng`: the month, then `năm` or a separator, then the year.
fn worded_month_and_year(mut cursor: Cursor<'_>, start: usize, day: Part) -> Option<DatePhrase> {
    let mut in_words = cursor.clone();
    let month = match number_in_words(&mut in_words) {
        // `tháng năm 2016` is a blank month before the word for year, `tháng năm năm 2016` is May.
        Some(month) if month != 5 || in_words.next_is_word("nam") => {
            cursor = in_words;
            Part::Number(month)
        }
        _ => match cursor.digits(2) {
            Some(month) => Part::Number(month),
            None => Part::Blank,
        },
    };
    if month == Part::Blank {
        let gap = cursor.gap_before("nam", MAX_GAP_CHARS)?;
        let month = read_gap(gap);
        return year_after(cursor, start, day, month);
    }
    let month_end = cursor.at();
    cursor.eat_any(&[',']);
    if cursor.eat_word("nam") || cursor.eat_any(&['/', '-', '.']) {
        return year_after(cursor, start, day, month);
    }
    let phrase = DatePhrase {
        range: start..month_end,
        date: None,
        impossible: false,
        form: DateForm::NoYear,
    };
    (day != Part::Blank).then_some(phrase)
}

fn year_after(mut cursor: Cursor<'_>, start: usize, day: Part, month: Part) -> Option<DatePhrase> {
    let before_year = cursor.at();
    let mut in_words = cursor.clone();
    let year = match cursor.digits(4).filter(|year| YEARS.contains(year)) {
        Some(year) => year,
        None => match year_in_words(&mut in_words) {
            Some(year) if YEARS.contains(&year) => {
                cursor = in_words;
                year
            }
            // `năm 20…`: a form to be filled in.
            _ => {
                let range = start..before_year;
                return Some(DatePhrase {
                    range,
                    date: None,
                    impossible: false,
                    form: DateForm::NoYear,
                });
            }
        },
    };
    Some(dated(start..cursor.at(), day, month, year, DateForm::Words))
}

/// Puts the parts together, as precisely as they are printed and possible.
fn dated(range: Range<usize>, day: Part, month: Part, year: u32, form: DateForm) -> DatePhrase {
    let year = year as i16;
    let number = |part| match part {
        Part::Number(number) => u8::try_from(number).ok(),
        _ => None,
    };
    let of_year = PartialDate::year_only(year);
    let (date, impossible) = match (month, day) {
        (Part::Blank, _) => (of_year, false),
        (Part::Unreadable, _) => (of_year, true),
        (Part::Number(_), Part::Number(_)) => {
            let exact = number(month)
                .zip(number(day))
                .and_then(|(month, day)| PartialDate::day_of(year, month, day));
            (exact.or(of_year), exact.is_none())
        }
        (Part::Number(_), Part::Blank | Part::Unreadable) => {
            let of_month = number(month).and_then(|month| PartialDate::month_of(year, month));
            (of_month.or(of_year), of_month.is_none() || day == Part::Unreadable)
        }
    };
    DatePhrase { range, date, impossible, form }
}

/// `09/5/2016`, `15/ 12/ 2015`, `..../4/2021`; after `ngày` also `28/8` and impossible ones.
fn numeric_phrase(
    mut cursor: Cursor<'_>,
    start: usize,
    after_day_word: bool,
) -> Option<DatePhrase> {
    let day = match cursor.digits(2) {
        Some(day) => Part::Number(day),
        None if after_day_word => {
            cursor.blanks();
            Part::Blank
        }
        None => return None,
    };
    let separator = cursor.eat_one_of(&['/', '-', '.'])?;
    let month = match cursor.digits(2) {
        Some(month) => Part::Number(month),
        None if after_day_word && day == Part::Blank => {
            cursor.blanks();
            Part::Blank
        }
        None => return None,
    };
    let month_end = cursor.at();
    let second = cursor.eat_one_of(&['/', '-', '.']);
    // Mixed separators are a slip of the pen, believed only after `ngày`.
    if let Some(second) = second
        && (second == separator || after_day_word)
    {
        if let Some(year) = cursor.clone().digits(4).filter(|year| YEARS.contains(year)) {
            cursor.digits(4);
            let phrase = dated(start..cursor.at(), day, month, year, DateForm::Numeric);
            // 41/13/2020 without `ngày` is no date; 30/02/2014 is one, and wrong.
            let plausible = after_day_word || in_range(day, 31) && in_range(month, 12);
            return plausible.then_some(phrase);
        }
        if separator != '.'
            && let Some(short) = cursor.digits(2).filter(|_| cursor.last_had(2))
        {
            let century = if short <= LAST_SHORT_YEAR_OF_THIS_CENTURY { 2000 } else { 1900 };
            let phrase =
                dated(start..cursor.at(), day, month, century + short, DateForm::ShortYear);
            return (!phrase.impossible && day != Part::Blank).then_some(phrase);
        }
    }
    let is_day_of_year = after_day_word && in_range(day, 31) && in_range(month, 12);
    is_day_of_year.then_some(DatePhrase {
        range: start..month_end,
        date: None,
        impossible: false,
        form: DateForm::NoYear,
    })
}

fn in_range(part: Part, last: u32) -> bool {
    matches!(part, Part::Number(number) if (1..=last).contains(&number))
}

/// Digits without `ngày`: a date only with all three parts and nothing of a number around it,
/// or as `02 tháng 9 năm 1945`.
fn bare_phrase(cursor: Cursor<'_>, start: usize, previous: char) -> Option<DatePhrase> {
    if matches!(previous, '/' | '.' | '-' | ',') && !cursor.is_free_before(start) {
        return None;
    }
    let mut worded = cursor.clone();
    if let Some(day) = worded.digits(2)
        && worded.eat_word("thang")
    {
        let phrase = worded_month_and_year(worded, start, Part::Number(day));
        return phrase.filter(|phrase| phrase.date.is_some());
    }
    let phrase = numeric_phrase(cursor.clone(), start, false)?;
    // `15/12/2015/…` and `12.5.2016.003` are codes.
    (!cursor.goes_on_as_code(phrase.range.end)).then_some(phrase)
}

/// `tháng 01/2020`, `tháng 5 năm 2020`.
fn month_phrase(mut cursor: Cursor<'_>, start: usize) -> Option<DatePhrase> {
    if !cursor.eat_word("thang") {
        return None;
    }
    let phrase = worded_month_and_year(cursor, start, Part::Blank)?;
    (phrase.date?.month().is_some() || phrase.impossible)
        .then_some(DatePhrase { form: DateForm::Month, ..phrase })
}

/// `quý II năm 2020`, `Quí 3/2019`.
fn quarter_phrase(mut cursor: Cursor<'_>, start: usize) -> Option<DatePhrase> {
    if !cursor.eat_word("quy") && !cursor.eat_word("qui") {
        return None;
    }
    let is_quarter = ["iii", "iv", "ii", "i"].iter().any(|roman| cursor.eat_word(roman))
        || cursor.digits(1).is_some_and(|quarter| (1..=4).contains(&quarter));
    if !is_quarter || !(cursor.eat_word("nam") || cursor.eat_any(&['/', '-'])) {
        return None;
    }
    let year = cursor.digits(4).filter(|year| YEARS.contains(year))?;
    let phrase = dated(start..cursor.at(), Part::Blank, Part::Blank, year, DateForm::Quarter);
    Some(phrase)
}

/// `năm 2013`.
fn year_phrase(mut cursor: Cursor<'_>, start: usize) -> Option<DatePhrase> {
    // Without its accent the word is a name: `Nam 2020`.
    if !cursor.eat_exact_word("năm") {
        return None;
    }
    let year = cursor.digits(4).filter(|year| YEARS.contains(year))?;
    Some(dated(start..cursor.at(), Part::Blank, Part::Blank, year, DateForm::Year))
}

#[cfg(test)]
mod tests;
