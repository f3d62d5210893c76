//! The letterhead: which lines name which body, and which of the bodies is the issuer.
//!
//! Must not join two bodies into one, nor take one body wrapped over two lines for two.

use crate::{
    domain::{
        found::{Found, Span},
        tables::{Issuer, Level, PLACE, Tables, name_key},
    },
    extract::{naming, phrase, segment::Segment},
    layout::Column,
    text::fold::exact,
};

/// One body as printed, its lines joined.
#[derive(Debug, Clone)]
pub(super) struct Body {
    /// In sentence case.
    pub(super) name: String,
    /// As printed, with line ends.
    raw: String,
    span: Span,
    page: u32,
    /// Identifier in the tables, `?` for a place that is not named; `None` when unknown.
    pub(super) id: Option<String>,
}

impl Body {
    pub(super) fn found(&self, rule: &str, confidence: f32) -> Found<String> {
        Found {
            value: self.name.clone(),
            raw: self.raw.clone(),
            key: self.id.clone(),
            page: self.page,
            span: self.span,
            rule: rule.to_owned(),
            confidence,
        }
    }
}

/// The bodies printed in the letterhead, top to bottom.
///
/// `head` are the segments before the number, or before the title when there is no number.
pub(super) fn letterhead(tables: &Tables, head: &[Segment<'_>]) -> Vec<Body> {
    let country = torn_country_name(head);
    let is_line = |(at, line): &(usize, &Segment<'_>)| !country[*at] && is_letterhead_line(line);
    let lines: Vec<&Segment<'_>> =
        head.iter().enumerate().filter(is_line).map(|(_, line)| line).collect();
    let mut bodies = bodies_of(tables, &lines);
    if let ([_], [line]) = (&bodies[..], &lines[..])
        && let Some(at) = second_body(tables, line.text)
    {
        // The whole letterhead is printed on one line.
        let parts = [body_part(tables, line, 0..at), body_part(tables, line, at..line.text.len())];
        bodies = parts.into_iter().flatten().collect();
    }
    if !bodies.is_empty() {
        return bodies;
    }
    // `Ủy ban nhân dân huyện Na Khoang`: a letterhead in small letters.
    let is_small = |line: &&Segment<'_>| {
        line.text.starts_with(char::is_uppercase)
            && line.key.split(' ').count() <= MAX_SMALL_WORDS
            && !line.text.contains(|c: char| c.is_ascii_digit() || ".:;,|".contains(c))
            && phrase::regime_phrase(line.text).is_none()
            && has_body_head(tables, line.text)
    };
    bodies_of(tables, &head.iter().filter(is_small).collect::<Vec<_>>())
}

/// Which segments are pieces of the country's name torn into lines: `CỘNG HÒA XÃ / HỘI CHỦ
/// NGHĨA VIỆT NAM`.
fn torn_country_name(head: &[Segment<'_>]) -> Vec<bool> {
    const MAX_PIECES: usize = 4;
    let mut is_piece = vec![false; head.len()];
    for at in 0..head.len() {
        if !head[at].key.starts_with("cong") {
            continue;
        }
        let mut name = String::new();
        for end in at..head.len().min(at + MAX_PIECES) {
            name.push_str(&head[end].key.replace(' ', ""));
            if name == "conghoaxahoichunghiavietnam" {
                is_piece[at..=end].fill(true);
            }
        }
    }
    is_piece
}

/// Where the second body begins on a line that names two: `BỘ Y TẾ TRƯỜNG ĐẠI HỌC ĐIỀU DƯỠNG`.
///
/// The first must be a body of the centre; what follows a body of a place may be its own name.
fn second_body(tables: &Tables, text: &str) -> Option<usize> {
    let key = name_key(text);
    let is_whole = |key: &str| {
        tables.issuer_by_name(key).is_some_and(|named| {
            let names = std::iter::once(&named.issuer.name).chain(&named.issuer.aliases);
            !named.issuer.is_relative() && names.into_iter().any(|name| name_key(name) == key)
        })
    };
    if is_whole(&key) {
        return None;
    }
    let gaps = text.match_indices(' ').map(|(at, _)| at + 1);
    // `BAN CHẤP HÀNH TRUNG ƯƠNG ĐOÀN …` is one body.
    gaps.filter(|at| has_body_head(tables, &text[*at..]) && !text[*at..].starts_with("ĐOÀN"))
        // `BỘ NỘI VỤ - BỘ TÀI CHÍNH` is a joint letterhead.
        .filter(|at| {
            text[..*at].trim_end().ends_with(char::is_alphanumeric)
                && text[*at..].starts_with(char::is_alphabetic)
        })
        .find(|at| is_whole(&name_key(&text[..*at])))
}

/// The body that a part of a line names.
fn body_part(tables: &Tables, line: &Segment<'_>, range: std::ops::Range<usize>) -> Option<Body> {
    let start = line.span.start as usize;
    let part = &line.text[range.clone()];
    let span = Span::new(start + range.start, start + range.start + part.trim_end().len());
    named(tables, part.trim_end(), span, line.page)
}

/// A line of a letterhead in small letters has at most so many words.
const MAX_SMALL_WORDS: usize = 12;

fn bodies_of(tables: &Tables, lines: &[&Segment<'_>]) -> Vec<Body> {
    let mut bodies = Vec::new();
    for group in groups(tables, lines) {
        let Some(body) = body_of(tables, &group) else { continue };
        // The gazette prints the issuer as a section head and again in the letterhead.
        let is_repeated =
            bodies.last().is_some_and(|last: &Body| name_key(&last.name) == name_key(&body.name));
        if is_repeated {
            bodies.pop();
        }
        bodies.push(body);
    }
    bodies
}

/// Whether a line can name a body: in the left column or undivided, in capitals.
fn is_letterhead_line(segment: &Segment<'_>) -> bool {
    if segment.side == Column::Right
        || phrase::regime_phrase(segment.text).is_some()
        || phrase::number_label(segment.text).is_some()
        || segment.text.contains(':')
    {
        return false;
    }
    // A number, or what recognition left of one.
    if segment.text.contains('/') && segment.text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    // Left of the national header also small letters are a name.
    let is_name_like = segment.is_caps()
        || (segment.side == Column::Left
            && segment.text.starts_with(char::is_uppercase)
            && segment.key.split(' ').count() <= 12);
    let is_form_to_fill = phrase::begins_with(&segment.key, "ten co quan")
        || phrase::begins_with(&segment.key, "ten cq")
        || phrase::begins_with(&segment.key, "ten to chuc");
    is_name_like && !is_form_to_fill && !phrase::begins_with(&segment.key, "v v")
}

/// Lines of one body together.
fn groups<'s, 'a>(tables: &Tables, lines: &[&'s Segment<'a>]) -> Vec<Vec<&'s Segment<'a>>> {
    let mut groups: Vec<Vec<&Segment<'_>>> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        // `ỦY / BAN NHÂN DÂN`: torn inside its first word.
        let with_next = lines.get(index + 1).map(|next| format!("{} {}", line.key, next.key));
        let is_torn = !line.key.contains(' ')
            && with_next.is_some_and(|key| tables.body_head(&key).is_some_and(|(_, n)| n > 1));
        let begins_body =
            begins_body(tables, line.text, &line.key) || (groups.is_empty() && is_torn);
        match groups.last_mut() {
            Some(group) if !begins_body || is_unfinished(tables, group, line) => group.push(line),
            Some(_) => groups.push(vec![line]),
            // Above the first body stand page titles and the like.
            None if begins_body => groups.push(vec![line]),
            None => {}
        }
    }
    groups
}

/// Whether a text begins with the word for a kind of body, accents and all: `SỞ Y TẾ`, not
/// `SỐ 03`. A text without any accent, as bad recognition leaves it, is compared without them.
pub(super) fn has_body_head(tables: &Tables, text: &str) -> bool {
    let Some((name, n_words)) = tables.body_head(&name_key(text)) else { return false };
    let end = phrase::end_of_words(text, n_words).unwrap_or(text.len());
    let words = text[..end].split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = words.trim_start_matches(|c: char| !c.is_alphanumeric());
    text.is_ascii() || exact(bare) == exact(name)
}

/// Whether a heading in capitals names the body of the letterhead, a part of it or an organ of
/// it: `ỦY BAN NHÂN DÂN`, `BAN THƯỜNG VỤ TỈNH ỦY`. Without a letterhead any known body will do.
pub(super) fn is_of_letterhead(tables: &Tables, bodies: &[String], key: &str) -> bool {
    const ORGANS: [&str; 8] = [
        "ban bi thu",
        "ban chap hanh",
        "ban thuong vu",
        "bo chinh tri",
        "hoi dong tham phan",
        "thuong truc",
        "uy ban thuong vu",
        "quoc hoi",
    ];
    if bodies.is_empty() || ORGANS.iter().any(|organ| phrase::begins_with(key, organ)) {
        return true;
    }
    let written_out =
        |key: &str| key.replace("ubnd", "uy ban nhan dan").replace("hdnd", "hoi dong nhan dan");
    let key = written_out(key);
    let id = tables.issuer_by_name(&key).map(|found| found.id());
    bodies.iter().any(|body| {
        let body = written_out(body);
        phrase::begins_with(&body, &key)
            || phrase::begins_with(&key, &body)
            || id.is_some() && tables.issuer_by_name(&body).map(|found| found.id()) == id
    })
}

/// Whether a line begins the name of a body.
fn begins_body(tables: &Tables, text: &str, key: &str) -> bool {
    let Some((_, n_words)) = tables.body_head(key) else { return false };
    // One word alone without its accents may be another: `VIÊN CHỨC` is no `VIỆN`.
    // `… BAN CHỈ HUY / PHÒNG, CHỐNG THIÊN TAI`.
    (n_words > 1 || has_body_head(tables, text)) && !phrase::begins_with(key, "phong chong")
}

/// Whether the lines so far do not yet name a body, so that the next line goes on with them.
fn is_unfinished(tables: &Tables, group: &[&Segment<'_>], next: &Segment<'_>) -> bool {
    let text = group.iter().map(|line| line.text).collect::<Vec<_>>().join(" ");
    let key = name_key(&text);
    if text.trim_end().ends_with(['-', '–', ',']) || key.ends_with(" va") || key.ends_with(" cua")
    {
        // `BỘ TÀI CHÍNH - / BỘ NỘI VỤ` is two bodies of a joint document, joined later.
        return tables.issuer_by_name(&key).is_none();
    }
    // `ỦY / BAN NHÂN DÂN`: the line is not even the word for a kind of body.
    if !key.contains(' ') && tables.issuer_by_name(&key).is_none() {
        let joined = format!("{key} {}", next.key);
        return tables.body_head(&joined).is_some_and(|(_, n_words)| n_words > 1);
    }
    // `HỘI ĐỒNG THẨM PHÁN / TÒA ÁN NHÂN DÂN TỐI CAO`: one name of the tables.
    let joined = format!("{key} {}", next.key);
    if let Some(whole) = tables.issuer_by_name(&joined)
        && name_key(&whole.issuer.name) == joined
        && tables.issuer_by_name(&key).is_none_or(|part| part.issuer.id == whole.issuer.id)
    {
        return true;
    }
    // `BAN TỔ CHỨC / TỈNH ỦY`, `VĂN PHÒNG / HỘI ĐỒNG NHÂN DÂN`: only together a known name.
    if tables.issuer_by_name(&key).is_none() {
        let joined = format!("{key} {}", next.key);
        // The known name must reach beyond the first line, or the second is taken for its place.
        let reaches = |name: &String| {
            let name = name_key(&name.replace(PLACE, ""));
            name.len() > key.len() && phrase::begins_with(&name, &key)
        };
        return tables.issuer_by_name(&joined).is_some_and(|found| {
            std::iter::once(&found.issuer.name).chain(&found.issuer.aliases).any(reaches)
        });
    }
    false
}

fn body_of(tables: &Tables, group: &[&Segment<'_>]) -> Option<Body> {
    let (first, last) = (group.first()?, group.last()?);
    let raw = group.iter().map(|line| line.text).collect::<Vec<_>>().join("\n");
    let tidy = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    let tidy = tidy
        .trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')' | '"' | '“' | '”'));
    let name = naming::body_name(tables, tidy);
    let id = tables.issuer_by_name(&name_key(tidy)).map(|found| found.id());
    Some(Body {
        name,
        raw,
        span: Span::new(
            first.span.start as usize,
            (last.span.end as usize).max(first.span.start as usize),
        ),
        page: first.page,
        id,
    })
}

/// A body named in running capitals, as in `CỦA BỘ TÀI CHÍNH SỐ …`.
pub(super) fn named(tables: &Tables, text: &str, span: Span, page: u32) -> Option<Body> {
    let tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let key = name_key(&tidy);
    tables.body_head(&key)?;
    Some(Body {
        name: naming::body_name(tables, &tidy),
        raw: text.to_owned(),
        span,
        page,
        id: tables.issuer_by_name(&key).map(|found| found.id()),
    })
}

/// The bodies of a joint document as one issuer: `Bộ Tài chính - Bộ Nội vụ`.
pub(super) fn joined(bodies: &[Body]) -> Option<Body> {
    let (first, last) = (bodies.first()?, bodies.last()?);
    let trimmed = |body: &Body| body.name.trim_end_matches([' ', '-', '–', ',']).to_owned();
    Some(Body {
        name: bodies.iter().map(trimmed).collect::<Vec<_>>().join(" - "),
        raw: bodies.iter().map(|body| body.raw.as_str()).collect::<Vec<_>>().join("\n"),
        span: Span::new(first.span.start as usize, last.span.end.max(first.span.start) as usize),
        page: first.page,
        id: first.id.clone(),
    })
}

/// Fills the place into an identifier that lacks it: `?.snv` in Vân Sơn is `vanson.snv`.
///
/// The place is the one named by the parent, else the province of the place line, else that of
/// the archive; it is not filled in for communes and districts, which these do not tell apart.
pub(super) fn placed_id(
    tables: &Tables,
    id: &str,
    parent: Option<&Body>,
    place: Option<&str>,
) -> String {
    placed_under(tables, id, parent.and_then(|parent| parent.id.as_deref()), place)
}

/// [`placed_id`] by the identifier of the parent.
pub(super) fn placed_under(
    tables: &Tables,
    id: &str,
    parent_id: Option<&str>,
    place: Option<&str>,
) -> String {
    let Some(local) = id.strip_prefix("?.") else { return id.to_owned() };
    let of_parent = parent_id
        .and_then(|id| id.split_once('.'))
        .map(|(place, _)| place)
        .filter(|place| *place != "?");
    // A body of every province is that of the archive when nothing says otherwise.
    let of_archive = || {
        let row = tables.issuer_by_id(id)?;
        let is_provincial =
            matches!(row.level, Level::Province | Level::ProvinceDept | Level::PartyProvince);
        let province = tables.default_province().filter(|_| is_provincial && place.is_none())?;
        Some(province.id.clone())
    };
    let place_id =
        of_parent.map(str::to_owned).or_else(|| place_id(tables, place?)).or_else(of_archive);
    place_id.map_or_else(|| id.to_owned(), |place| format!("{place}.{local}"))
}

/// The province a place line stands for.
fn place_id(tables: &Tables, place: &str) -> Option<String> {
    if let Some(province) = tables.province_of(place) {
        return Some(province.id.clone());
    }
    let name = ["tỉnh ", "thành phố ", "Tỉnh ", "Thành phố "]
        .iter()
        .find_map(|kind| place.strip_prefix(kind))
        .unwrap_or(place);
    // A place in a letterhead of a province that the tables do not know is the province.
    Some(tables.place_id("tỉnh", name))
}

/// The body that the sign of a number names, as far as it is one body: `TTg`, `SLĐTBXH`.
pub(super) fn by_sign<'t>(tables: &'t Tables, sign: &str) -> Option<&'t Issuer> {
    let rows = tables.issuers_by_sign(sign);
    let first = rows.first()?;
    // Several rows with one identifier are the kinds of one body; `UBND` is of any level.
    let is_one = rows.iter().all(|row| row.level == first.level || row.level > Level::Court);
    let is_ambiguous = rows.iter().any(|row| row.level != first.level && row.is_relative());
    (is_one && !(first.is_relative() && is_ambiguous)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{extract::segment::segments, text::Text};

    #[track_caller]
    fn check(plain: &str, expected: &[&str]) {
        let text = Text::from_plain(plain);
        let tables = Tables::builtin();
        let head = segments(tables, &text, 0, 50);
        let names: Vec<String> = letterhead(tables, &head).into_iter().map(|b| b.name).collect();
        assert_eq!(names, expected, "{plain}");
    }

    #[test]
    fn one_body_over_two_lines_is_one() {
        check("BỘ NÔNG NGHIỆP VÀ\nMÔI TRƯỜNG", &["Bộ Nông nghiệp và Môi trường"]);
        check(
            "BỘ NÔNG NGHIỆP VÀ PHÁT\nTRIỂN NÔNG THÔN",
            &["Bộ Nông nghiệp và Phát triển nông thôn"],
        );
        check("ỦY BAN NHÂN DÂN\nTHỊ TRẤN AN LẠC", &["Ủy ban nhân dân thị trấn An Lạc"]);
        check("ỦY\nBAN NHÂN DÂN\nTỈNH VÂN SƠN", &["Ủy ban nhân dân tỉnh Vân Sơn"]);
        check("BAN CHẤP HÀNH\nĐOÀN TỈNH VÂN SƠN", &["Ban Chấp hành Đoàn tỉnh Vân Sơn"]);
        check("BAN CHỈ HUY\nPHÒNG, CHỐNG THIÊN TAI", &["Ban Chỉ huy phòng, chống thiên tai"]);
        check("SỞ LAO ĐỘNG -\nTHƯƠNG BINH VÀ XÃ HỘI", &["Sở Lao động - Thương binh và Xã hội"]);
    }

    #[test]
    fn two_bodies_are_two() {
        check(
            "ỦY BAN NHÂN DÂN\nTỈNH VÂN SƠN\nSỞ NỘI VỤ",
            &["Ủy ban nhân dân tỉnh Vân Sơn", "Sở Nội vụ"],
        );
        check("UBND TỈNH VÂN SƠN\nTHANH TRA TỈNH", &["UBND tỉnh Vân Sơn", "Thanh tra tỉnh"]);
        check("BỘ TÀI CHÍNH\nTỔNG CỤC HẢI QUAN", &["Bộ Tài chính", "Tổng cục Hải quan"]);
        check(
            "CÔNG ĐOÀN VIÊN CHỨC TỈNH\nCĐCS SỞ LAO ĐỘNG - TB VÀ XH",
            &["Công đoàn Viên chức tỉnh", "CĐCS Sở Lao động - TB và XH"],
        );
        check("TỈNH ỦY VÂN SƠN\nBAN TUYÊN GIÁO\n*", &["Tỉnh ủy Vân Sơn", "Ban Tuyên giáo"]);
    }

    #[test]
    fn other_lines_are_left_out() {
        // Twice the same, both columns on a line, a form to be filled in, a page title.
        check("BỘ NỘI VỤ\nBỘ NỘI VỤ", &["Bộ Nội vụ"]);
        check(
            "UBND TỈNH VÂN SƠN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSỞ NỘI VỤ Độc lập - Tự do - Hạnh phúc",
            &["UBND tỉnh Vân Sơn", "Sở Nội vụ"],
        );
        check("TÊN CƠ QUAN, TỔ CHỨC CHỦ QUẢN", &[]);
        check("Quyết định về việc phân công", &[]);
    }

    #[test]
    fn signs_that_name_one_body() {
        let tables = Tables::builtin();
        let name = |sign| by_sign(tables, sign).map(|row| row.id.as_str());
        assert_eq!(name("TTg"), Some("ttg"));
        assert_eq!(name("SLĐTBXH"), Some("{place}.sldtbxh"));
        // Of the province, a district or a commune.
        assert_eq!(name("UBND"), None);
        assert_eq!(name("XYZ"), None);
    }
}
