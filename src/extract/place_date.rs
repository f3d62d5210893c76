//! The place-and-date line, `Vân Sơn, ngày 05 tháng 3 năm 2020`, and the adoption date that
//! stands for it in the texts of the National Assembly.
//!
//! Must not take a date from the title or the body: a plan *for* a month is issued earlier.

use crate::{
    domain::{
        date::PartialDate,
        date_phrase::{DateForm, DatePhrase, parse_date_at},
        found::{Found, Span},
        record::Warning,
        tables::name_key,
    },
    extract::{naming, phrase, segment::Segment},
    text::Text,
};

/// What the line says.
#[derive(Debug, Clone, Default)]
pub(super) struct PlaceDate {
    pub(super) place: Option<Found<String>>,
    pub(super) issued_on: Option<Found<PartialDate>>,
    pub(super) warnings: Vec<Warning>,
    /// Index of the segment, when one was found.
    pub(super) at: Option<usize>,
}

/// A place has at most so many words: `Thành phố Bà Rịa - Vũng Tàu`.
const MAX_PLACE_WORDS: usize = 8;

/// What may stand behind the date on its line: a stray mark, a year of a hidden layer.
const MAX_TAIL_BYTES: usize = 8;

/// A date line is not longer than this, in bytes.
const MAX_UNREADABLE_BYTES: usize = 60;

/// Words in small letters inside a place name.
const KINDS_INSIDE: [&str; 11] =
    ["phố", "tỉnh", "huyện", "xã", "thị", "trấn", "phường", "quận", "đảo", "khu", "và"];

/// Where a place and its date begin in a line, e.g. behind the number: `… Gia Lai, ngày 12 …`.
pub(super) fn place_start(content: &str) -> Option<usize> {
    find_place(content).map(|(start, _, _)| start)
}

/// Begin and end of the place and begin of the date.
fn find_place(content: &str) -> Option<(usize, usize, usize)> {
    for (comma, _) in content.match_indices(',') {
        let after = &content[comma + 1..];
        let date_at = comma + 1 + (after.len() - after.trim_start().len());
        let is_date = match parse_date_at(content, date_at) {
            Some(phrase) => is_line_end(content, &phrase),
            None => is_torn_date(content, date_at) || is_unreadable_date(&content[date_at..]),
        };
        if !is_date {
            continue;
        }
        let before = &content[..comma];
        if let Some(start) = place_before(before) {
            return Some((start, comma, date_at));
        }
    }
    // `Vân Sơn ngày 05 tháng 3 năm 2020`, the comma forgotten: only as a whole line.
    let at = content.find(" ngày ").or_else(|| content.find(" ngày")).filter(|at| *at > 0)?;
    let phrase = parse_date_at(content, at)?;
    let is_whole = phrase.form == DateForm::Words
        && is_line_end(content, &phrase)
        && place_before(&content[..at]) == Some(0);
    is_whole.then_some((0, at, at + 1))
}

/// `ngày`, `ngày 19`, `ngày 19 tháng` at the end of a line: the rest stands on the next.
fn is_torn_date(content: &str, date_at: usize) -> bool {
    let key = name_key(&content[date_at..]);
    let mut words = key.split(' ');
    let is_number = |word: &str| word.len() <= 2 && word.bytes().all(|b| b.is_ascii_digit());
    words.next() == Some("ngay")
        && words.next().is_none_or(is_number)
        && words.next().is_none_or(|word| word == "thang")
        && words.next().is_none_or(is_number)
        && words.next().is_none()
}

/// `ngày {tháng Ê năm 2⁄77`: handwriting that recognition did not read.
fn is_unreadable_date(text: &str) -> bool {
    let key = name_key(text);
    text.len() < MAX_UNREADABLE_BYTES
        && key.starts_with("ngay")
        && key.contains("thang")
        && key.contains("nam")
}

fn is_line_end(content: &str, phrase: &DatePhrase) -> bool {
    let tail = content[phrase.range.end..].trim();
    // A form to fill in goes on with dots.
    tail.len() <= MAX_TAIL_BYTES || tail.chars().all(|c| "./…_ ".contains(c))
}

/// Where the place name that ends a text begins.
fn place_before(before: &str) -> Option<usize> {
    let trimmed = before.trim_end();
    let mut start = None;
    let words = words_backwards(trimmed);
    for (n_words, (at, word)) in words.enumerate() {
        if n_words >= MAX_PLACE_WORDS {
            break;
        }
        if is_place_word(word) {
            start = Some(at);
        } else if is_ward_number(word) && is_ward_kind(&trimmed[..at]) {
            // `Quận 8, ngày …`: the kind in front begins the name.
        } else if !(KINDS_INSIDE.contains(&word) || matches!(word, "-" | "–")) {
            break;
        }
    }
    if start.is_some() {
        return start;
    }
    // `HÀ NỘI, NGÀY 19 …` in a text typed in capitals.
    let is_short = trimmed.split_whitespace().count() <= 4;
    let is_name = !trimmed.is_empty() && trimmed.chars().all(|c| c.is_alphabetic() || c == ' ');
    (is_short && is_name && phrase::is_caps(trimmed)).then_some(0)
}

fn words_backwards(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.rsplit([' ', '\u{a0}'])
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// `8` in `Quận 8`.
fn is_ward_number(word: &str) -> bool {
    word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text ends with a kind of unit that may be numbered.
fn is_ward_kind(before: &str) -> bool {
    let last = before.split_whitespace().next_back().unwrap_or_default();
    matches!(last, "Quận" | "Phường" | "Khu" | "quận" | "phường")
}

/// `Vân`, `TP.`, `M'Đrắk`; not `UBND`, `12`, `phúc`.
fn is_place_word(word: &str) -> bool {
    if matches!(word, "TP" | "TP." | "Tp." | "Tp" | "TX." | "TT.") {
        return true;
    }
    let mut chars = word.chars();
    let begins_upper = chars.next().is_some_and(char::is_uppercase);
    let mut rest = chars.peekable();
    let has_rest = rest.peek().is_some();
    let is_lower = rest.all(|c| c.is_lowercase() || matches!(c, '\'' | '’' | '.' | '-'))
        // Names of the highlands keep inner capitals.
        || word.contains(['\'', '’']);
    begins_upper && has_rest && is_lower
}

/// Reads the line from the head of a document.
pub(super) fn read(text: &Text, head: &[Segment<'_>]) -> PlaceDate {
    let mut dateless: Option<PlaceDate> = None;
    for (index, segment) in head.iter().enumerate() {
        let Some((start, end, date_at)) = find_place(segment.text) else { continue };
        if start != 0 {
            continue;
        }
        let mut line = line_of(text, segment, date_at);
        line.place = place_found(segment, start, end, index.checked_sub(1).map(|i| &head[i]));
        line.at = Some(index);
        if line.issued_on.is_some() || line.place.is_some() {
            return line;
        }
        dateless.get_or_insert(line);
    }
    // The place is missing: `ngày 05 tháng 3 năm 2020` alone on a line.
    for (index, segment) in head.iter().enumerate() {
        if !phrase::begins_with(&segment.key, "ngay") {
            continue;
        }
        let Some(date) = parse_date_at(segment.text, 0) else { continue };
        if date.form == DateForm::Words && is_line_end(segment.text, &date) {
            let mut line = line_of(text, segment, 0);
            line.at = Some(index);
            line.place =
                index.checked_sub(1).and_then(|before| place_above(&head[before], segment));
            if line.issued_on.is_some() {
                return line;
            }
        }
    }
    dateless.unwrap_or_default()
}

/// The date of a judgment, which stands without a place under its number: `Ngày: 15-5-2020`.
pub(super) fn labelled(text: &Text, segment: &Segment<'_>) -> Option<Found<PartialDate>> {
    let behind = segment.text.strip_prefix("Ngày")?.trim_start_matches([':', ' ']);
    let at = segment.text.len() - behind.len();
    let date = parse_date_at(segment.text, at)?;
    is_line_end(segment.text, &date).then(|| line_of(text, segment, at).issued_on)?
}

/// `Thành phố Hồ Chí Minh,` on the line above the date.
fn place_above(before: &Segment<'_>, date: &Segment<'_>) -> Option<Found<String>> {
    let name = before.text.trim_end().strip_suffix(',')?;
    let is_place = before.side == date.side && place_before(name) == Some(0);
    is_place.then(|| place_found(before, 0, name.len(), None))?
}

/// The place name, joined with its first half when that stands at the end of the line before.
fn place_found(
    segment: &Segment<'_>,
    start: usize,
    end: usize,
    before: Option<&Segment<'_>>,
) -> Option<Found<String>> {
    let raw = segment.text[start..end].trim();
    let mut value = raw.to_owned();
    let mut span_start = segment.span.start as usize + start;
    if let Some(before) = before
        && before.block == segment.block
        && before.line + 1 == segment.line
        && (is_place_word(before.text) || is_half_a_place(before.text))
    {
        value = format!("{} {raw}", before.text);
        span_start = before.span.start as usize;
    }
    let span_end = segment.span.start as usize + end;
    let is_name = value.chars().any(char::is_alphabetic);
    let value = if phrase::is_caps(&value) { naming::title_case(&value) } else { value };
    is_name.then(|| Found {
        value: value.split_whitespace().collect::<Vec<_>>().join(" "),
        raw: value_raw(raw, before, span_start, segment),
        key: None,
        page: segment.page,
        span: Span::new(span_start, span_end),
        rule: "header.place".to_owned(),
        confidence: 0.99,
    })
}

/// `Thành phố Hồ Chí`, `Bà Rịa -`: a place that goes on in the next line.
fn is_half_a_place(text: &str) -> bool {
    const KINDS: [&str; 6] = ["Thành phố ", "TP. ", "TP ", "Tp. ", "Thị xã ", "Thị trấn "];
    let begins = KINDS.iter().any(|kind| text.starts_with(kind));
    (begins || text.ends_with([' ', '-', '–']))
        && !text.contains(',')
        && place_before(text) == Some(0)
}

fn value_raw(
    raw: &str,
    before: Option<&Segment<'_>>,
    span_start: usize,
    segment: &Segment<'_>,
) -> String {
    match before {
        Some(before) if span_start < segment.span.start as usize => {
            format!("{}\n{raw}", before.text)
        }
        _ => raw.to_owned(),
    }
}

/// The date of the line and what is wrong with it.
fn line_of(text: &Text, segment: &Segment<'_>, date_at: usize) -> PlaceDate {
    let mut line = PlaceDate::default();
    let base = segment.span.start as usize;
    let inside = parse_date_at(segment.text, date_at).map(|mut phrase| {
        phrase.range = base + phrase.range.start..base + phrase.range.end;
        phrase
    });
    // `ngày 10 tháng 6` and `năm 2025` on the next line.
    let phrase = match inside {
        Some(phrase) if phrase.date.is_some() => Some(phrase),
        other => {
            parse_date_at(text.as_str(), base + date_at).filter(|p| p.date.is_some()).or(other)
        }
    };
    let Some(phrase) = phrase else {
        let found = &segment.text[date_at..];
        let message = format!("expected a date, found {found:?}");
        line.warnings.push(Warning::new("unreadable_date", message).on_page(segment.page));
        return line;
    };
    let span = Span::new(phrase.range.start, phrase.range.end);
    let raw = text.slice(span).to_owned();
    if phrase.impossible {
        let message = format!("expected a day of the calendar, found {raw:?}");
        line.warnings.push(Warning::new("impossible_date", message).on_page(segment.page).at(span));
    } else if phrase.date.is_none_or(|date| date.day().is_none()) {
        let message = format!("expected a day, found it blank in {raw:?}");
        line.warnings.push(Warning::new("incomplete_date", message).on_page(segment.page).at(span));
    }
    line.issued_on = phrase.date.map(|date| Found {
        value: date,
        raw,
        key: None,
        page: segment.page,
        span,
        rule: "header.place_date".to_owned(),
        confidence: if phrase.impossible || phrase.form == DateForm::ShortYear {
            0.6
        } else {
            0.99
        },
    });
    line
}

/// How far before `thông qua` the sentence names the law, in bytes.
const CLOSING_SENTENCE_BYTES: usize = 400;

/// The adoption date of the closing sentence: `Luật này được Quốc hội … thông qua ngày …`.
pub(super) fn adopted_on(text: &Text) -> Option<Found<PartialDate>> {
    let string = text.as_str();
    for (at, _) in string.match_indices("thông qua") {
        let behind = at + "thông qua".len();
        let rest = &string[behind..];
        let date_at = if rest.trim_start().starts_with("vào") {
            behind + rest.find("vào").unwrap_or(0) + "vào".len()
        } else {
            behind
        };
        let Some(phrase) = parse_date_at(string, date_at) else { continue };
        let Some(date) = phrase.date.filter(|date| date.day().is_some()) else { continue };
        let from = floor_boundary(string, at.saturating_sub(CLOSING_SENTENCE_BYTES));
        let key = name_key(&string[from..at]);
        let Some(named) = key.rfind(" nay ") else { continue };
        let is_own = ["luat", "bo luat", "nghi quyet", "phap lenh"]
            .iter()
            .any(|name| key[..named].ends_with(name));
        if is_own && key[named..].contains("duoc") {
            let span = Span::new(phrase.range.start, phrase.range.end);
            return Some(Found {
                value: date,
                raw: text.slice(span).to_owned(),
                key: None,
                page: text.page_at(phrase.range.start),
                span,
                rule: "footer.adopted_on".to_owned(),
                confidence: 0.98,
            });
        }
    }
    None
}

fn floor_boundary(string: &str, mut at: usize) -> usize {
    while !string.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::tables::Tables, extract::segment::segments};

    #[track_caller]
    fn check(plain: &str, expected: &str) {
        let text = Text::from_plain(plain);
        let line = read(&text, &segments(Tables::builtin(), &text, 0, 50));
        let place = line.place.map_or("-".to_owned(), |place| place.value);
        let date = line.issued_on.map_or("-".to_owned(), |date| date.value.to_string());
        let codes: Vec<String> = line.warnings.into_iter().map(|w| w.code).collect();
        assert_eq!(format!("{place} | {date} | {}", codes.join(" ")).trim(), expected, "{plain}");
    }

    #[test]
    fn the_line_is_read() {
        check("Vân Sơn, ngày 05 tháng 3 năm 2020", "Vân Sơn | 2020-03-05 |");
        check("TP. Hồ Chí Minh, ngày 9 tháng 2 năm 2021", "TP. Hồ Chí Minh | 2021-02-09 |");
        check("Thành phố Vân Sơn, ngày 9 tháng 2 năm 2021", "Thành phố Vân Sơn | 2021-02-09 |");
        check("Bà Rịa - Vũng Tàu, ngày 09/02/2021", "Bà Rịa - Vũng Tàu | 2021-02-09 |");
        // Behind the number, and behind the motto.
        check("Số: 12/KH-UBND Vân Sơn, ngày 05 tháng 3 năm 2020", "Vân Sơn | 2020-03-05 |");
        check("Hạnh phúc Vân Sơn, ngày 05 tháng 3 năm 2020", "Vân Sơn | 2020-03-05 |");
        // Wrapped inside the name, and before the year.
        check("Vân\nSơn, ngày 05 tháng 3 năm 2020", "Vân Sơn | 2020-03-05 |");
        check("Vân Sơn, ngày 05 tháng 3\nnăm 2020", "Vân Sơn | 2020-03-05 |");
        // The comma or the place forgotten.
        check("Vân Sơn ngày 05 tháng 3 năm 2020", "Vân Sơn | 2020-03-05 |");
        check("ngày 05 tháng 3 năm 2020", "- | 2020-03-05 |");
    }

    #[test]
    fn blanks_and_mistakes_are_named() {
        check("Vân Sơn, ngày {tháng Ê năm 2⁄77", "Vân Sơn | - | unreadable_date");
        check("Vân Sơn, ngày    tháng 4 năm 2021", "Vân Sơn | 2021-04 | incomplete_date");
        check("Vân Sơn, ngày … tháng … năm 20…", "Vân Sơn | - | incomplete_date");
        check("Vân Sơn, ngày 31 tháng 4 năm 2021", "Vân Sơn | 2021 | impossible_date");
    }

    #[test]
    fn dates_in_sentences_are_not_the_line() {
        check("Căn cứ Luật Vân Sơn, ngày 05 tháng 3 năm 2020 của Quốc hội khóa trước", "- | - |");
        check("Kế hoạch tháng 3 năm 2020", "- | - |");
    }

    #[test]
    fn laws_are_dated_by_their_last_sentence() {
        let text = Text::from_plain(
            "Nghị quyết trước đã thông qua ngày 01 tháng 01 năm 2019.\nLuật này được Quốc hội nước \
             Cộng hòa xã hội chủ nghĩa Việt Nam khóa XIV, kỳ họp thứ 8 thông\nqua ngày 20 tháng 11 \
             năm 2019.",
        );
        // The line break inside the words is bridged by the caller's flow, not here.
        assert!(adopted_on(&text).is_none());
        let text = Text::from_plain(
            "thông qua ngày 01 tháng 01 năm 2019.\nLuật này được Quốc hội khóa XIV thông qua ngày \
             20 tháng 11 năm 2019.",
        );
        assert_eq!(adopted_on(&text).unwrap().value.to_string(), "2019-11-20");
    }
}
