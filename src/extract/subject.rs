//! Trích yếu: the lines under the type line, or behind `V/v` in an official letter.
//!
//! Must stop before the recitals and before the heading that repeats the issuer, and must not
//! stop inside a title because a line of it begins like a recital.

use crate::{
    domain::{
        found::{Found, Span},
        tables::Tables,
    },
    extract::{
        issuer, marks, naming,
        phrase::{self, RegimeMark},
        segment::Segment,
    },
    layout::{BBox, Column},
};

/// A title of more lines or bytes is not one.
const MAX_TITLE_LINES: usize = 16;
const MAX_TITLE_BYTES: usize = 1800;

/// Lines that begin so never belong to a title.
const ENDS: [&str; 18] = [
    "ban hanh kem theo",
    "ben a",
    "chung toi",
    "hom nay",
    "can cu",
    "chuong i",
    "chuong 1",
    "dieu 1",
    "kem theo",
    "kinh gui",
    "muc luc",
    "noi nhan",
    "phan i",
    "phan thu nhat",
    "than ai gui",
    "theo de nghi",
    "thoi gian",
    "dia diem",
];

/// Lines that begin so are the body unless they look like the title above them.
const WEAK_ENDS: [&str; 14] = [
    "a",
    "cac",
    "de",
    "i",
    "ngay",
    "nham",
    "phan",
    "qua",
    "sau khi",
    "thuc hien",
    "tiep theo",
    "trien khai",
    "xet",
    "1",
];

/// Names that the document itself gives.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// Of places, for the spelling of a title in capitals.
    pub(super) places: Vec<String>,
    /// Of the bodies in the letterhead, folded.
    pub(super) bodies: Vec<String>,
}

/// The title under a type line and the index of the first segment behind it.
#[derive(Debug, Clone)]
pub(super) struct Title {
    pub(super) subject: Option<Found<String>>,
    pub(super) end: usize,
}

/// Reads the title that begins at byte `offset` of segment `at`.
pub(super) fn title(
    tables: &Tables,
    names: &Names,
    head: &[Segment<'_>],
    at: usize,
    offset: usize,
) -> Title {
    let mut lines: Vec<(&Segment<'_>, &str, usize)> = Vec::new();
    let mut n_bytes = 0;
    let mut index = at;
    let mut is_sure = false;
    while let Some(segment) = head.get(index) {
        let start = if index == at { offset } else { 0 };
        let piece = segment.text[start..].trim_start();
        let start = segment.text.len() - piece.len();
        if piece.trim().is_empty() {
            index += 1;
            continue;
        }
        let previous = lines.last().map(|(segment, ..)| *segment);
        let first = lines.first().map(|(segment, ..)| *segment);
        let is_over = lines.len() >= MAX_TITLE_LINES
            || n_bytes > MAX_TITLE_BYTES
            || (start == 0 && ends_title(tables, names, head, index, first, previous));
        if is_over {
            is_sure = ends_surely(segment);
            break;
        }
        n_bytes += piece.len();
        lines.push((segment, piece, start));
        index += 1;
        // A full stop ends the title, an abbreviation such as `TP.` does not.
        let last_word = piece.trim_end().rsplit(' ').next().unwrap_or_default();
        if last_word.ends_with('.') && last_word.chars().count() > 3 && !phrase::is_caps(last_word)
            || piece.trim_end().ends_with("./.")
        {
            break;
        }
    }
    // Where nothing but the look of a line ended it, it may have been cut or have run on.
    let looks_like_title =
        lines.iter().all(|(line, ..)| line.bold || line.centred || line.is_caps());
    let confidence = if is_sure || looks_like_title { 0.97 } else { 0.85 };
    Title { subject: found(tables, &names.places, &lines, "head.title", confidence), end: index }
}

/// Whether a line is one that no title holds: a recital, a rule, the heading of a body.
fn ends_surely(segment: &Segment<'_>) -> bool {
    is_end(segment) || is_recital(&segment.key) || segment.is_caps() || is_remark(segment)
}

/// Whether a segment does not belong to the title before it.
fn ends_title(
    tables: &Tables,
    names: &Names,
    head: &[Segment<'_>],
    index: usize,
    first: Option<&Segment<'_>>,
    previous: Option<&Segment<'_>>,
) -> bool {
    let segment = &head[index];
    if is_end(segment)
        || is_remark(segment)
        || is_list_item(segment, previous)
        || phrase::number_label(segment.text).is_some_and(|end| segment.text[..end].ends_with(':'))
        || is_second_letterhead(head, index)
        || is_operative_clause(segment)
        || marks::is_stamp(segment.text)
        || previous.is_some_and(|previous| begins_body(names, segment, previous))
        || is_authority_heading(tables, names, head, index, previous)
    {
        return true;
    }
    let Some(first) = first else {
        // Under the type line also `Thực hiện Chỉ thị …` is a title.
        return is_weak_end(segment) && !looks_like_heading(segment);
    };
    let previous = previous.unwrap_or(first);
    let is_new_look = (first.bold && !segment.bold)
        || leaves_axis(first, segment)
        || (segment.italic && !first.italic && !first.bold);
    if is_weak_end(segment) && (is_new_look || !is_alike(first, segment)) {
        return true;
    }
    let is_body_after_caps = first.is_caps()
        && previous.is_caps()
        && !segment.is_caps()
        && segment.text.starts_with(char::is_uppercase)
        && (segment.text.chars().count() > 40 || segment.key.split(' ').count() > 6);
    is_new_look || is_body_after_caps
}

/// A line that goes on with a sentence begins small: `… trong / thời gian tới`.
fn is_end(segment: &Segment<'_>) -> bool {
    !segment.text.starts_with(char::is_lowercase)
        && ENDS.iter().any(|end| phrase::begins_with(&segment.key, end))
}

fn is_weak_end(segment: &Segment<'_>) -> bool {
    !segment.text.starts_with(char::is_lowercase)
        && WEAK_ENDS.iter().any(|end| phrase::begins_with(&segment.key, end))
}

fn looks_like_heading(segment: &Segment<'_>) -> bool {
    segment.bold
        || segment.centred
        || segment.is_caps()
        || !segment.text.trim_end().ends_with([';', ':'])
}

/// How far the middles of two centred lines lie apart at most, in points.
const AXIS_TOLERANCE: f32 = 8.0;

/// Whether a line under a centred title is not centred on the same axis.
///
/// Where the page is known the middles are compared: a title line that fills the width is not
/// marked as centred.
fn leaves_axis(first: &Segment<'_>, segment: &Segment<'_>) -> bool {
    if !first.centred {
        return false;
    }
    match (first.bbox, segment.bbox) {
        (Some(one), Some(other)) if first.page == segment.page => {
            let middle = |bbox: BBox| (bbox.x0 + bbox.x1) / 2.0;
            (middle(one) - middle(other)).abs() > AXIS_TOLERANCE
        }
        _ => !segment.centred,
    }
}

/// Whether two lines look the same, in a way that body lines do not.
fn is_alike(first: &Segment<'_>, segment: &Segment<'_>) -> bool {
    (first.bold && segment.bold)
        || (first.centred && segment.centred)
        || (first.is_caps() && segment.is_caps())
}

/// `THỦ TƯỚNG CHÍNH PHỦ điện:`, `Sở Tài chính trân trọng kính mời …`: the issuer speaks.
fn begins_body(names: &Names, segment: &Segment<'_>, previous: &Segment<'_>) -> bool {
    const VERBS: [&str; 26] = [
        "ban hanh",
        "bao cao",
        "co y kien",
        "da",
        "de nghi",
        "dien",
        "huong dan",
        "ket luan",
        "kinh moi",
        "kinh trinh",
        "nhan duoc",
        "phuc dap",
        "quyet dinh",
        "ra",
        "thong bao",
        "thong nhat",
        "to chuc",
        "tran trong",
        "trien khai",
        "trinh",
        "tu choi",
        "uy quyen",
        "xay dung",
        "xin",
        "yeu cau",
        "gui",
    ];
    let text = segment.text.trim_end();
    if segment.is_caps() || text.starts_with(char::is_lowercase) {
        return false;
    }
    // A title is no introduction, even when it is about one.
    if text.ends_with(':') {
        return true;
    }
    let last = previous.key.rsplit(' ').next().unwrap_or_default();
    if JOINTS.contains(&last) || previous.text.trim_end().ends_with([',', '-', '–']) {
        return false;
    }
    let own = names.bodies.iter().filter_map(|body| {
        let spelled =
            segment.key.replace("ubnd", "uy ban nhan dan").replace("hdnd", "hoi dong nhan dan");
        let body = body.replace("ubnd", "uy ban nhan dan").replace("hdnd", "hoi dong nhan dan");
        // `Ủy ban nhân dân tỉnh`, the name of the province left out.
        let n_shared =
            spelled.split(' ').zip(body.split(' ')).take_while(|(one, other)| one == other).count();
        let rest: Vec<String> = spelled.split(' ').skip(n_shared).map(str::to_owned).collect();
        (n_shared >= 2).then_some(rest)
    });
    own.into_iter().any(|rest| {
        (0..rest.len().min(3)).any(|skip| {
            let behind = rest[skip..].join(" ");
            VERBS.iter().any(|verb| phrase::begins_with(&behind, verb))
        })
    })
}

/// Words after which a name must follow.
const JOINTS: [&str; 8] = ["cua", "va", "tai", "do", "voi", "cho", "giua", "thuoc"];

/// `QUYẾT ĐỊNH:`, `NGHỊ ĐỊNH:`.
fn is_operative_clause(segment: &Segment<'_>) -> bool {
    segment.text.trim_end().ends_with(':') && segment.is_caps()
}

/// The heading between title and recitals that names who decides: `CHỦ TỊCH ỦY BAN NHÂN DÂN
/// TỈNH`, `QUỐC HỘI`. A title line may begin with the same words; then no recital follows.
fn is_authority_heading(
    tables: &Tables,
    names: &Names,
    head: &[Segment<'_>],
    index: usize,
    previous: Option<&Segment<'_>>,
) -> bool {
    let segment = &head[index];
    let key = segment.key.as_str();
    let names_position = tables.position_by_name(key).is_some();
    let names_body = names_position
        || key.contains(' ')
            && issuer::has_body_head(tables, segment.text)
            && issuer::is_of_letterhead(tables, &names.bodies, key);
    // Right under the type line only a name that is sure: `HỘI NGHỊ …` is a title.
    let is_sure = names_position || tables.issuer_by_name(key).is_some();
    if !names_body || !segment.is_caps() || (previous.is_none() && !is_sure) {
        return false;
    }
    // A heading in capitals under a title in small letters is never the title's.
    let is_other_case = previous.is_some_and(|previous| !previous.is_caps());
    let goes_on = !is_other_case
        && previous.is_some_and(|previous| {
            let last = previous.key.rsplit(' ').next().unwrap_or_default();
            previous.text.trim_end().ends_with(['-', '–', ','])
                || (previous.is_caps() && JOINTS.contains(&last))
                || ends_with_position(tables, &previous.key)
        });
    if goes_on {
        return false;
    }
    if is_other_case && names_body && !names.bodies.is_empty() && !names_position {
        return true;
    }
    // `KHÓA XVI, KỲ HỌP THỨ 5` and a second line of the body's name may stand between.
    head.iter()
        .skip(index + 1)
        .take(4)
        .take_while(|next| !is_recital(&next.key))
        .all(|next| next.is_caps() || is_remark(next))
        && head.iter().skip(index + 1).take(4).any(|next| is_recital(&next.key))
}

/// `… CỦA CHỦ TỊCH`: the body the chairman heads follows on the next line.
fn ends_with_position(tables: &Tables, key: &str) -> bool {
    let words: Vec<&str> = key.split(' ').collect();
    (1..words.len()).rev().take(4).any(|at| {
        let tail = words[at..].join(" ");
        tables.position_by_name(&tail).is_some_and(|(_, n)| n == words.len() - at)
    })
}

/// Whether a line is a recital: `Căn cứ …`, `Theo đề nghị …`.
pub(super) fn is_recital(key: &str) -> bool {
    ["can cu", "xet", "theo de nghi", "thuc hien", "sau khi"]
        .iter()
        .any(|begin| phrase::begins_with(key, begin))
}

/// `- Căn cứ …`. A title broken before a dash goes on: `giai đoạn 2020 / - 2025`, `LAO ĐỘNG /
/// - THƯƠNG BINH VÀ XÃ HỘI`.
fn is_list_item(segment: &Segment<'_>, previous: Option<&Segment<'_>>) -> bool {
    let Some(item) = segment.text.strip_prefix(['-', '–', '+']) else { return false };
    let is_years = item.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let goes_on = previous.is_some_and(|previous| {
        let last = previous.text.trim_end().chars().next_back().unwrap_or(' ');
        is_years && last.is_ascii_digit()
            || previous.is_caps() && segment.is_caps() && last.is_alphanumeric()
    });
    !goes_on
}

/// A line in brackets under the title, `(Kèm theo Quyết định số …)`; a title may itself go on
/// with a bracket: `… Cách mạng tháng Tám / (19/8/1945 - 19/8/2025) và Quốc khánh`.
fn is_remark(segment: &Segment<'_>) -> bool {
    let Some(inside) = segment.text.strip_prefix('(') else { return false };
    let behind = inside.split_once(')').map_or("", |(_, behind)| behind);
    !behind.contains(char::is_alphabetic)
}

/// Where the letterhead of the next document begins. The country's name in a title in capitals
/// is not followed by the motto.
fn is_second_letterhead(head: &[Segment<'_>], index: usize) -> bool {
    let mark = |segment: &Segment<'_>| phrase::regime_mark(segment.text).map(|(mark, _)| mark);
    match mark(&head[index]) {
        Some(RegimeMark::NationalName) => {
            head.iter().skip(index).take(3).any(|next| phrase::has_motto(next.text))
        }
        Some(_) => true,
        None => false,
    }
}

/// The subject of an official letter: from `V/v` in the left column to its end.
pub(super) fn letter_subject(
    tables: &Tables,
    known: &[String],
    head: &[Segment<'_>],
) -> Option<Found<String>> {
    let (at, offset) = head.iter().enumerate().find_map(|(at, segment)| {
        let offset = regarding_end(segment.text)?;
        let is_mark =
            segment.text.starts_with(['V', 'v', '(', '“', '"']) && segment.key.starts_with("v v");
        (segment.side != Column::Right || is_mark).then_some((at, offset))
    })?;
    let first = &head[at];
    let mut lines: Vec<(&Segment<'_>, &str, usize)> = Vec::new();
    for (index, segment) in head.iter().enumerate().skip(at) {
        let start = if index == at { offset } else { 0 };
        let piece = segment.text[start..].trim_start_matches([' ', ':', '.']);
        let start = segment.text.len() - piece.len();
        let is_over = index > at
            && (segment.side != first.side
                || is_end(segment)
                || marks::is_stamp(segment.text)
                || phrase::regime_phrase(segment.text).is_some()
                || super::place_date::place_start(segment.text) == Some(0)
                || lines.len() >= MAX_TITLE_LINES);
        if is_over {
            break;
        }
        if !piece.trim().is_empty() {
            lines.push((segment, piece, start));
        }
    }
    found(tables, known, &lines, "head.letter_subject", 0.95)
}

/// The end of `V/v`, `Về việc` at the begin of a line.
pub(super) fn regarding_end(text: &str) -> Option<usize> {
    const BEGINNINGS: [&str; 8] =
        ["V/v", "V/V", "v/v", "Vv ", "Về việc", "VỀ VIỆC", "V/ v", "V /v"];
    let bare = text.trim_start_matches(['(', '"', '“', ' ']);
    let begin = BEGINNINGS.iter().find(|begin| bare.starts_with(**begin))?;
    Some(text.len() - bare.len() + begin.len())
}

/// Joins the lines into one value.
fn found(
    tables: &Tables,
    known: &[String],
    lines: &[(&Segment<'_>, &str, usize)],
    rule: &str,
    confidence: f32,
) -> Option<Found<String>> {
    let (first, _, start) = lines.first()?;
    let (last, ..) = lines.last()?;
    let raw = lines.iter().map(|(_, piece, _)| *piece).collect::<Vec<_>>().join("\n");
    let mut value = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    // In a letter the mark says nothing; in a decision `Về việc` is part of the title.
    if let Some(rest) = ["V/v", "V/V", "v/v"].iter().find_map(|mark| value.strip_prefix(mark)) {
        value = rest.trim_start_matches([' ', ':', '.']).to_owned();
    }
    let value = naming::sentence_case(tables, known, tidy_end(&value));

    if name_is_empty(&value) {
        return None;
    }
    let span = Span::new(first.span.start as usize + start, last.span.end as usize);
    Some(Found { value, raw, key: None, page: first.page, span, rule: rule.to_owned(), confidence })
}

/// A title without end marks and without the bracket or quotation mark around all of it.
fn tidy_end(value: &str) -> &str {
    let value = value.trim_end_matches(['.', '/', ' ', '*']);
    let unopened =
        |open: char, close: char| value.strip_suffix(close).filter(|inside| !inside.contains(open));
    unopened('(', ')').or_else(|| unopened('“', '”')).unwrap_or(value)
}

fn name_is_empty(value: &str) -> bool {
    !value.chars().any(char::is_alphabetic)
}
