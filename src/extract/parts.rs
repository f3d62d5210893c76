//! What else a file holds behind its first document: [`Part`]s: appendices, enclosed
//! regulations, and further documents with a letterhead of their own.
//!
//! Must not take a blank form of an appendix for a document: a document has a number.

use crate::{
    domain::{
        doc_number::DocNumber,
        found::{Found, Span},
        record::{Classification, Metadata, Part, PartKind},
        tables::{Tables, name_key},
    },
    extract::{
        doc_type, issuer, marks, naming, number, phrase, place_date,
        segment::{Segment, is_document_text, segments},
        subject::{self, Names},
    },
    text::{Text, TextLine},
};

/// More parts are not listed.
const MAX_PARTS: usize = 200;

/// A letterhead begins at most so many lines above the national header.
const LINES_ABOVE: usize = 6;

/// And its number, date and type stand within so many lines from there.
const HEAD_LINES: usize = 40;

/// Lines of a heading in capitals above `(Ban hành kèm theo …)`.
const MAX_HEADING_LINES: usize = 6;

/// Lines of the title under `PHỤ LỤC I`.
const MAX_TITLE_LINES: usize = 4;

/// What was found behind the first document.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) parts: Vec<Part>,
    /// A stamp of secrecy on one of the further documents: then the file as a whole is secret.
    pub(crate) classification: Option<Found<Classification>>,
}

/// Finds the parts behind the head of a document whose fields are `own`.
pub(crate) fn find(tables: &Tables, text: &Text, own: &Metadata) -> Parts {
    let mut found = Parts::default();
    let Some(head_end) = head_end(own) else { return found };
    let own_number = own.number.as_ref().map(|number| number.value.as_str());
    let own_number = own_number.and_then(|number| DocNumber::parse(tables, number).ok());
    let mut next_line = 0;
    for (index, line) in text.lines.iter().enumerate() {
        let is_behind = line.span.start > head_end && index >= next_line;
        if !is_behind || !is_document_text(&line.kind) || line.span.range().len() > MAX_LINE_BYTES {
            continue;
        }
        if found.parts.len() >= MAX_PARTS {
            break;
        }
        let content = text.slice(line.span);
        if let Some((document, end)) = document_at(tables, text, index, head_end, content) {
            let is_own = own_number.as_ref().is_some_and(|own| {
                let number = document.number.as_deref().unwrap_or_default();
                DocNumber::parse(tables, number).is_ok_and(|read| read.number == own.number)
            });
            if found.classification.is_none() {
                found.classification = stamp_in(text, index.saturating_sub(LINES_ABOVE), end);
            }
            next_line = end;
            if !is_own {
                found.parts.push(document);
            }
        } else if let Some((appendix, end)) = appendix_at(tables, text, index, line, content) {
            next_line = end;
            found.parts.push(appendix);
        } else if let Some(enclosure) = enclosure_at(tables, text, index, content) {
            let is_known =
                found.parts.last().is_some_and(|last| last.span.end > enclosure.span.start);
            if !is_known {
                found.parts.push(enclosure);
            }
        }
    }
    found
}

/// The line of a heading is not longer than this, in bytes.
const MAX_LINE_BYTES: usize = 400;

/// Where the head of the first document ends: behind its number, date, type and subject.
fn head_end(own: &Metadata) -> Option<u32> {
    let ends = [
        own.number.as_ref().map(|found| found.span.end),
        own.issued_on.as_ref().filter(|found| found.rule.starts_with("header")).map(|f| f.span.end),
        own.doc_type.as_ref().map(|found| found.span.end),
        own.subject.as_ref().map(|found| found.span.end),
        own.issuer.as_ref().filter(|found| found.rule.starts_with("header")).map(|f| f.span.end),
    ];
    ends.into_iter().flatten().max()
}

/// A document whose national or Party header stands in line `index`; and the line behind its head.
fn document_at(
    tables: &Tables,
    text: &Text,
    index: usize,
    head_end: u32,
    content: &str,
) -> Option<(Part, usize)> {
    let (mark, _) = phrase::regime_mark(content)?;
    if mark == phrase::RegimeMark::Motto {
        return None;
    }
    let first = (index.saturating_sub(LINES_ABOVE)..index)
        .find(|above| text.lines[*above].span.start > head_end)
        .unwrap_or(index);
    let head = segments(tables, text, first, HEAD_LINES);
    let regime = head.iter().position(|segment| segment.line >= index)?;
    // What stands above may be the foot of the document before: begin with the letterhead.
    let begin = (0..regime)
        .rev()
        .take_while(|at| is_of_letterhead(tables, &head[*at]))
        .last()
        .unwrap_or(regime);
    let head = &head[begin..];
    let type_line = doc_type::find(tables, head, 0);
    let end = type_line.map_or(head.len(), |line| line.at);
    let number = number::read(tables, text, &head[..end]);
    let printed = number.printed.clone().filter(|_| number.parsed.is_some())?;
    let date = place_date::read(text, &head[..end]).issued_on;
    if type_line.is_none() && date.is_none() {
        return None;
    }
    let bodies = issuer::letterhead(tables, &head[..number.at.unwrap_or(end)]);
    let names =
        Names { places: Vec::new(), bodies: bodies.iter().map(|b| name_key(&b.name)).collect() };
    let title = type_line
        .map(|line| subject::title(tables, &names, head, line.at, line.rest).subject)
        .unwrap_or_else(|| subject::letter_subject(tables, &[], &head[..end]));
    let last_line = head.get(end).or_else(|| head.last()).map_or(index, |segment| segment.line);
    let first_segment = head.first()?;
    let span = Span::new(
        first_segment.span.start as usize,
        text.lines[last_line].span.end.max(first_segment.span.end) as usize,
    );
    let part = Part {
        kind: PartKind::Document,
        number: Some(printed),
        doc_type: type_line.map(|line| line.doc_type.name.clone()),
        issuer: bodies.last().map(|body| body.name.clone()),
        issued_on: date.map(|date| date.value),
        title: title.map(|title| title.value),
        page: first_segment.page,
        span,
    };
    Some((part, last_line + 1))
}

/// Whether a line may stand above the national header in a letterhead, and is no signature.
fn is_of_letterhead(tables: &Tables, segment: &Segment<'_>) -> bool {
    let is_letterhead = segment.is_caps()
        || phrase::number_label(segment.text).is_some()
        || phrase::begins_with(&segment.key, "v v");
    let is_foot = tables.position_by_name(&segment.key).is_some()
        || super::footer::begins_signature(tables, segment.text);
    is_letterhead && !is_foot
}

/// `PHỤ LỤC I` and the title below it; and the line behind them.
fn appendix_at(
    tables: &Tables,
    text: &Text,
    index: usize,
    line: &TextLine,
    content: &str,
) -> Option<(Part, usize)> {
    const HEADINGS: [&str; 4] = ["phu luc", "phu bieu", "bieu mau so", "bieu so"];
    let heading = content.trim();
    if heading.len() > 80 || !heading.starts_with(['P', 'B']) {
        return None;
    }
    let key = name_key(heading);
    let begins = HEADINGS.iter().any(|begin| phrase::begins_with(&key, begin));
    let stands_out = phrase::is_caps(heading) || line.bold || line.centred;
    // `Phụ lục I kèm theo Thông tư này` is running text.
    if !begins || !stands_out || key.split(' ').count() > 8 || heading.ends_with([';', ',', '.']) {
        return None;
    }
    let mut title: Vec<&str> = Vec::new();
    let mut end = index + 1;
    for (at, below) in text.lines.iter().enumerate().skip(index + 1) {
        let piece = text.slice(below.span).trim();
        let is_over = title.len() >= MAX_TITLE_LINES
            || !is_document_text(&below.kind)
            || piece.starts_with('(')
            || !(phrase::is_caps(piece) || below.bold && below.centred)
            || phrase::regime_phrase(piece).is_some();
        if is_over {
            break;
        }
        title.push(piece);
        end = at + 1;
    }
    let last = text.lines[end - 1].span.end.max(line.span.end);
    let title = naming::sentence_case(tables, &[], &title.join(" "));
    let part = Part {
        kind: PartKind::Appendix,
        number: None,
        doc_type: None,
        issuer: None,
        issued_on: None,
        title: Some(match title.is_empty() {
            true => naming::sentence_case(tables, &[], heading),
            false => format!("{}: {title}", naming::sentence_case(tables, &[], heading)),
        }),
        page: line.page,
        span: Span::new(line.span.start as usize, last as usize),
    };
    Some((part, end))
}

/// `QUY CHẾ / LÀM VIỆC CỦA … / (Ban hành kèm theo Quyết định số …)`.
fn enclosure_at(tables: &Tables, text: &Text, index: usize, content: &str) -> Option<Part> {
    let remark = content.trim().strip_prefix('(')?;
    let key = name_key(remark);
    if !(phrase::begins_with(&key, "ban hanh kem theo") || phrase::begins_with(&key, "kem theo")) {
        return None;
    }
    let is_heading = |line: &TextLine| {
        let piece = text.slice(line.span);
        is_document_text(&line.kind) && (phrase::is_caps(piece) || line.bold && line.centred)
    };
    let n_above = text.lines[..index]
        .iter()
        .rev()
        .take(MAX_HEADING_LINES)
        .take_while(|line| is_heading(line))
        .count();
    let heading = &text.lines[index - n_above..index];
    // The heading begins with its type: `QUY CHẾ`, `QUY ĐỊNH`, `KẾ HOẠCH`.
    let begin = heading.iter().position(|line| {
        let key = name_key(text.slice(line.span));
        tables.doc_type_by_name(&key).is_some()
    })?;
    let heading = &heading[begin..];
    let first = heading.first()?;
    let words =
        heading.iter().map(|line| text.slice(line.span).trim()).collect::<Vec<_>>().join(" ");
    let doc_type = tables.doc_type_by_name(&name_key(&words))?;
    let n_words = doc_type.folded_name.split(' ').count();
    let title = words.split_whitespace().skip(n_words).collect::<Vec<_>>().join(" ");
    Some(Part {
        kind: PartKind::Enclosure,
        number: None,
        doc_type: Some(doc_type.name.clone()),
        issuer: None,
        issued_on: None,
        title: (!title.is_empty()).then(|| naming::sentence_case(tables, &[], &title)),
        page: first.page,
        span: Span::new(first.span.start as usize, text.lines[index].span.end as usize),
    })
}

/// A stamp of secrecy alone on one of the lines `first..end`.
fn stamp_in(text: &Text, first: usize, end: usize) -> Option<Found<Classification>> {
    text.lines[first..end.min(text.lines.len())].iter().find_map(|line| marks::secrecy(text, line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{context::Context, extract::metadata, source::Limits};

    #[track_caller]
    fn check(plain: &str, expected: &[&str]) {
        let text = Text::from_plain(plain);
        let context = Context::new(Tables::builtin(), Limits::default());
        let (own, _) = metadata(&context, &text);
        let found = find(context.tables, &text, &own);
        let shown: Vec<String> = found
            .parts
            .iter()
            .map(|part| {
                let field = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
                let date = part.issued_on.map_or("-".to_owned(), |date| date.to_string());
                format!(
                    "{:?} | {} | {} | {} | {date} | {}",
                    part.kind,
                    field(&part.number),
                    field(&part.doc_type),
                    field(&part.issuer),
                    field(&part.title)
                )
            })
            .collect();
        assert_eq!(shown, expected, "{plain}");
    }

    const FIRST: &str = "ỦY BAN NHÂN DÂN\nTỈNH VÂN SƠN\nSố: 12/QĐ-UBND\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA \
        VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nVân Sơn, ngày 05 tháng 3 năm 2020\nQUYẾT ĐỊNH\nVề \
        việc ban hành Quy chế làm việc\nCăn cứ Luật Tổ chức chính quyền địa phương;\nQUYẾT \
        ĐỊNH:\nĐiều 1. Ban hành kèm theo Quyết định này Quy chế.\nTM. ỦY BAN NHÂN DÂN\nCHỦ \
        TỊCH\nTrần Văn Bình\n";

    #[test]
    fn enclosed_regulations_and_appendices() {
        check(
            &format!(
                "{FIRST}QUY CHẾ\nLÀM VIỆC CỦA TỔ CÔNG TÁC\n(Ban hành kèm theo Quyết định số \
                 12/QĐ-UBND ngày 05/3/2020)\nĐiều 1. Phạm vi\nPHỤ LỤC I\nDANH SÁCH THÀNH VIÊN\n1. \
                 Ông Trần Văn Bình"
            ),
            &[
                "Enclosure | - | Quy chế | - | - | Làm việc của tổ công tác",
                "Appendix | - | - | - | - | Phụ lục I: Danh sách thành viên",
            ],
        );
    }

    #[test]
    fn a_second_document() {
        check(
            &format!(
                "{FIRST}UBND TỈNH VÂN SƠN\nSỞ NỘI VỤ\nSố: 7/TTr-SNV\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA \
                 VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nVân Sơn, ngày 01 tháng 3 năm 2020\nTỜ \
                 TRÌNH\nVề việc ban hành Quy chế làm việc\nKính gửi: Ủy ban nhân dân tỉnh"
            ),
            &[
                "Document | 7/TTr-SNV | Tờ trình | Sở Nội vụ | 2020-03-01 | Về việc ban hành Quy chế làm việc",
            ],
        );
    }

    #[test]
    fn forms_and_running_text_are_no_parts() {
        check(
            &format!(
                "{FIRST}TÊN CƠ QUAN\nSố: …/BC-…\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự \
                 do - Hạnh phúc\n…, ngày … tháng … năm …\nBÁO CÁO\nKết quả thực hiện\nPhụ lục I \
                 kèm theo Quyết định này.\n(kèm theo danh sách)"
            ),
            &[],
        );
    }

    #[test]
    fn a_stamp_on_a_later_document_is_seen() {
        let plain = format!(
            "{FIRST}UBND TỈNH VÂN SƠN\nSỞ NỘI VỤ\nSố: 7/TTr-SNV\nMẬT\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA \
             VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nVân Sơn, ngày 01 tháng 3 năm 2020\nTỜ TRÌNH\nVề \
             việc tổ chức diễn tập"
        );
        let text = Text::from_plain(&plain);
        let context = Context::new(Tables::builtin(), Limits::default());
        let (own, _) = metadata(&context, &text);
        assert_eq!(own.classification, None);
        let found = find(context.tables, &text, &own);
        assert_eq!(
            found.classification.map(|stamp| stamp.value),
            Some(Classification::Confidential)
        );
    }
}
