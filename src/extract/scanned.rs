//! What recognised pages ask for beside reading: how far their values are to be believed, secrecy
//! stamps that were misread, arrival stamps.
//!
//! Must not change a value: what may be read otherwise is told with its other readings and its place.

use crate::{
    domain::{
        citation::Citation,
        date::PartialDate,
        found::{Found, Span},
        record::{Classification, Metadata, Warning},
    },
    layout::{BBox, BlockKind, Layout, PageClass},
    text::{Text, TextLine, fold::fold},
};

/// Code of the warning that digits of a recognised page may be others.
pub const UNCERTAIN_DIGITS: &str = "uncertain_digits";
/// No value that was recognised is surer than this.
const RECOGNISED: f32 = 0.89;
/// A value whose digits are in doubt.
const UNCERTAIN: f32 = 0.5;
/// Secrecy stamps stand in this part of the page.
const STAMP_ZONE: f32 = 0.45;
/// Lines below `ĐẾN` that may belong to the arrival stamp.
const ARRIVAL_LINES: usize = 4;
/// And how far below in points.
const ARRIVAL_HEIGHT: f32 = 70.0;

/// Lowers the confidence of what stands on recognised pages, and further where digits are in
/// doubt. Of the doubts only those stay that touch a number or a date.
pub fn weigh(
    text: &Text,
    layout: &Layout,
    metadata: &mut Metadata,
    citations: &mut [Citation],
    warnings: &mut Vec<Warning>,
) {
    let is_recognised = |page: u32| {
        let index = (page as usize).checked_sub(1);
        let page = index.and_then(|index| layout.pages.get(index));
        page.is_some_and(|page| page.class == PageClass::Recognised)
    };
    let doubts: Vec<(u32, BBox)> = warnings
        .iter()
        .filter(|warning| warning.code == UNCERTAIN_DIGITS)
        .filter_map(|warning| Some((warning.page?, warning.bbox?)))
        .collect();
    let in_doubt = |span: Span| {
        let line = text.line_at(span.start as usize);
        line.is_some_and(|line| doubts.iter().any(|doubt| stands_on(*doubt, line)))
    };
    for (confidence, page, span) in [
        place(&mut metadata.doc_type),
        place(&mut metadata.issuer),
        place(&mut metadata.parent_issuer),
        place(&mut metadata.place),
        place(&mut metadata.subject),
        place(&mut metadata.signer),
        place(&mut metadata.signer_position),
        place(&mut metadata.signing_capacity),
        place(&mut metadata.recipients),
        place(&mut metadata.urgency),
        place(&mut metadata.is_draft),
        place(&mut metadata.number),
        place(&mut metadata.issued_on),
    ]
    .into_iter()
    .flatten()
    .chain(citations.iter_mut().map(|found| (&mut found.confidence, found.page, found.span)))
    {
        if is_recognised(page) {
            *confidence = confidence.min(if in_doubt(span) { UNCERTAIN } else { RECOGNISED });
        }
    }
    let touched: Vec<&TextLine> = [
        metadata.number.as_ref().map(|found| found.span),
        metadata.issued_on.as_ref().map(|found| found.span),
    ]
    .into_iter()
    .flatten()
    .chain(citations.iter().filter(|citation| citation.number.is_some()).map(|c| c.span))
    .filter_map(|span| text.line_at(span.start as usize))
    .collect();
    warnings.retain_mut(|warning| {
        if warning.code != UNCERTAIN_DIGITS {
            return true;
        }
        let Some(doubt) = warning.page.zip(warning.bbox) else { return false };
        let line = touched.iter().find(|line| stands_on(doubt, line));
        warning.span = line.map(|line| line.span);
        line.is_some()
    });
}

/// The confidence of a value and where the value stands.
fn place<T>(found: &mut Option<Found<T>>) -> Option<(&mut f32, u32, Span)> {
    found.as_mut().map(|found| (&mut found.confidence, found.page, found.span))
}

/// Whether a box of a page lies on a line.
fn stands_on((page, bbox): (u32, BBox), line: &TextLine) -> bool {
    let Some(other) = line.bbox.filter(|_| line.page == page) else { return false };
    let shared = bbox.y1.min(other.y1) - bbox.y0.max(other.y0);
    let is_beside = bbox.x0 < other.x1 && other.x0 < bbox.x1;
    is_beside && shared > 0.4 * (bbox.y1 - bbox.y0).min(other.y1 - other.y0)
}

/// A secrecy stamp on a recognised page whose accents were misread: `MẶT`, `TỐI MÂT`. It stands
/// alone on its line, in capitals, in the upper part of the first page that has words.
///
/// Better one document too many in the hands of a clerk than one secret in the archive.
pub fn secrecy(text: &Text, layout: &Layout) -> Option<Found<Classification>> {
    let first = text.lines.first()?.page;
    let page = layout.pages.iter().find(|page| page.number == first)?;
    if page.class != PageClass::Recognised {
        return None;
    }
    for line in text.lines.iter().take_while(|line| line.page == first) {
        let is_stamp = line.kind == BlockKind::Stamp;
        let is_high = line.bbox.is_some_and(|bbox| bbox.y0 < STAMP_ZONE * page.height);
        let content = text.slice(line.span);
        let bare = content.trim_matches(|c: char| !c.is_alphanumeric());
        let is_caps = !bare.is_empty() && !bare.chars().any(char::is_lowercase);
        let value = match fold(bare).as_str() {
            "mat" => Classification::Confidential,
            "toi mat" => Classification::Secret,
            "tuyet mat" => Classification::TopSecret,
            _ => continue,
        };
        if is_caps && (is_high || is_stamp) {
            return Some(found(text, line, line.span, value, "scan.classification", 0.7));
        }
    }
    None
}

/// The number and the date under `ĐẾN`, which the receiving office stamps: they are not the
/// document's own.
pub fn arrival(text: &Text) -> (Option<Found<String>>, Option<Found<PartialDate>>) {
    let first = text.lines.first().map_or(1, |line| line.page);
    let lines: Vec<&TextLine> = text.lines.iter().take_while(|line| line.page == first).collect();
    let head = lines.iter().position(|line| {
        let content = text.slice(line.span).trim_matches(|c: char| !c.is_alphanumeric());
        matches!(content, "ĐẾN" | "CÔNG VĂN ĐẾN" | "VĂN BẢN ĐẾN")
    });
    let Some(head) = head else { return (None, None) };
    let is_below = |line: &&&TextLine| match (lines[head].bbox, line.bbox) {
        (Some(above), Some(below)) => {
            below.x0 < above.x1 + 60.0
                && above.x0 < below.x1 + 60.0
                && below.y0 > above.y0 - 2.0
                && below.y0 < above.y1 + ARRIVAL_HEIGHT
        }
        _ => true,
    };
    let (mut number, mut date) = (None, None);
    for line in lines[head + 1..].iter().filter(is_below).take(ARRIVAL_LINES) {
        let content = text.slice(line.span);
        let folded = fold(content);
        let digits = |label: &str| {
            let rest =
                folded.strip_prefix(label)?.trim_start_matches(|c: char| !c.is_alphanumeric());
            Some(rest.to_owned())
        };
        if number.is_none()
            && let Some(serial) = digits("so")
            && !serial.is_empty()
            && serial.bytes().all(|byte| byte.is_ascii_digit())
        {
            number = Some(found(text, line, line.span, serial, "scan.arrival", 0.6));
        }
        if date.is_none()
            && let Some(day) = digits("ngay")
            && let Some(day) = numeric_date(&day)
        {
            date = Some(found(text, line, line.span, day, "scan.arrival", 0.6));
        }
    }
    (number, date)
}

/// `12/10/2017`, `12-10-2017`, `12.10.2017`.
fn numeric_date(text: &str) -> Option<PartialDate> {
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    (year.len() == 4).then_some(())?;
    PartialDate::day_of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn found<T>(
    text: &Text,
    line: &TextLine,
    span: Span,
    value: T,
    rule: &str,
    confidence: f32,
) -> Found<T> {
    Found {
        value,
        raw: text.slice(span).to_owned(),
        key: None,
        page: line.page,
        span,
        rule: rule.to_owned(),
        confidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layout::{Block, Line, Page, Run, Style},
        text::normalise,
    };

    /// A recognised page of lines, 20 points apart.
    fn page(lines: &[&str]) -> (Text, Layout) {
        let block = |(index, text): (usize, &&str)| Block {
            lines: vec![Line {
                runs: vec![Run { text: (*text).to_owned(), style: 0 }],
                bbox: Some(BBox {
                    x0: 80.0,
                    y0: 60.0 + 20.0 * index as f32,
                    x1: 200.0,
                    y1: 73.0 + 20.0 * index as f32,
                }),
            }],
            ..Block::default()
        };
        let blocks = lines.iter().enumerate().map(block).collect();
        let class = PageClass::Recognised;
        let page = Page { number: 1, width: 595.0, height: 842.0, class, blocks };
        let layout = Layout { pages: vec![page], styles: vec![Style::default()] };
        (normalise(&layout).0, layout)
    }

    #[test]
    fn misread_secrecy_stamps() {
        for (lines, expected) in [
            (["SỞ TƯ PHÁP", "MẶT"], Some(Classification::Confidential)),
            (["TỐI MÂT", "Số: 1/BC-STP"], Some(Classification::Secret)),
            (["SỞ TƯ PHÁP", "Mật ong"], None),
            (["SỞ TƯ PHÁP", "MẬT ĐỘ DÂN SỐ"], None),
        ] {
            let (text, mut layout) = page(&lines);
            assert_eq!(secrecy(&text, &layout).map(|found| found.value), expected, "{lines:?}");
            // A page with text of its own is judged by its own words.
            layout.pages[0].class = PageClass::Text;
            assert!(secrecy(&text, &layout).is_none());
        }
    }

    #[test]
    fn arrival_stamps_have_their_own_number_and_date() {
        let (text, _) = page(&["CÔNG VĂN ĐẾN", "Số: 2031", "Ngày: 12/10/2017", "Chuyển:"]);
        let (number, date) = arrival(&text);
        assert_eq!(number.unwrap().value, "2031");
        assert_eq!(date.unwrap().value.to_string(), "2017-10-12");
        let (text, _) = page(&["CÔNG VĂN ĐẾN", "Số: /UBND-VX", "Ngày ... tháng ..."]);
        assert_eq!(arrival(&text), (None, None));
        let (text, _) = page(&["Kính gửi: nơi đến", "Số: 12"]);
        assert_eq!(arrival(&text), (None, None));
    }

    #[test]
    fn doubts_lower_the_confidence_and_are_kept_where_they_matter() {
        let (text, layout) = page(&["Số: 13/QĐ-UBND", "Vân Sơn, ngày 2 tháng 3 năm 2016", "xem 8"]);
        let mut metadata = Metadata::default();
        let span = text.lines[0].span;
        metadata.number =
            Some(found(&text, &text.lines[0], span, "13/QĐ-UBND".to_owned(), "", 0.99));
        let day = PartialDate::day_of(2016, 3, 2).unwrap();
        metadata.issued_on = Some(found(&text, &text.lines[1], text.lines[1].span, day, "", 0.95));
        let doubt = |line: usize| Warning {
            bbox: text.lines[line].bbox,
            candidates: vec!["18/QĐ-UBND".to_owned()],
            ..Warning::new(UNCERTAIN_DIGITS, "13").on_page(1)
        };
        let mut warnings = vec![doubt(0), doubt(2)];
        weigh(&text, &layout, &mut metadata, &mut [], &mut warnings);
        assert_eq!(metadata.number.unwrap().confidence, UNCERTAIN);
        assert_eq!(metadata.issued_on.unwrap().confidence, RECOGNISED);
        // What stands beside nothing is not told.
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].span, Some(span));
    }
}
