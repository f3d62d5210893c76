//! Lines of a page → [`Band`]s: stretches over the full width, and stretches of two columns.
//!
//! ```text
//!   UBND TỈNH …        CỘNG HÒA XÃ HỘI …     ┐
//!   SỞ LAO ĐỘNG …      Độc lập - Tự do …     │ Split: the left column is read first
//!   Số: 12/KH-SLĐ…     Vân Sơn, ngày …       ┘
//!              KẾ HOẠCH                      ┐ Full
//!   Thực hiện Chỉ thị số …                   ┘
//!               ↑ gutter: a strip that no character of the stretch enters
//! ```
//!
//! A gutter must persist over several lines. Whether the columns are read one after the other
//! is told by the order of the content where it knows (cells of an invisible table), else by
//! the place on the page: the head and the foot of a document are columns, a list with tabs
//! in its middle is not.

use super::{
    lines::{Line, needs_space},
    pieces::Pieces,
};

/// A gap between neighbours in the content must be this many ems wide to be a gutter.
const TAB_GAP: f32 = 1.3;
/// A gap between strangers in the content needs only this many ems.
const CELL_GAP: f32 = 0.4;
/// A gutter narrower than this, in ems, ends the stretch.
const GUTTER: f32 = 0.35;
/// Lines further apart than this, in font sizes, belong to different stretches.
const MAX_DISTANCE: f32 = 9.0;

/// Where the text of a page begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Margins {
    pub left: f32,
    pub right: f32,
}

/// A stretch of a page.
#[derive(Debug)]
pub(super) enum Band {
    /// Over the full width.
    Full(Vec<Line>),
    /// Two columns, the left one read first.
    Split { left: Vec<Line>, right: Vec<Line> },
}

/// The margins of some lines: where most of them begin, and the right end of the longest.
pub(super) fn margins(lines: &[Line], page_width: f32) -> Margins {
    let mut begins: Vec<f32> = lines.iter().map(|line| line.x0).collect();
    begins.sort_by(f32::total_cmp);
    let mut ends: Vec<f32> = lines.iter().map(|line| line.x1).collect();
    ends.sort_by(f32::total_cmp);
    // The first beginning that two lines share; one line alone may stick out.
    let shared = begins.windows(2).find(|pair| pair[1] - pair[0] < 3.0).map(|pair| pair[0]);
    let left = shared.or(begins.first().copied()).unwrap_or(0.0);
    let right = ends.windows(2).rev().find(|pair| pair[1] - pair[0] < 4.0).map(|pair| pair[1]);
    let right = right.or(ends.last().copied()).unwrap_or(page_width);
    Margins { left, right }
}

/// Cuts a page into bands. `lines` are top to bottom.
pub(super) fn bands(
    lines: Vec<Line>,
    all: &Pieces,
    margins: Margins,
    page_height: f32,
) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    let mut full: Vec<Line> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        match stretch(&lines, at, all, margins, page_height) {
            Some(stretch) => {
                if !full.is_empty() {
                    bands.push(Band::Full(std::mem::take(&mut full)));
                }
                let (left, right) = split(&lines[at..stretch.end], stretch.gutter, all);
                bands.push(Band::Split { left, right });
                at = stretch.end;
            }
            None => {
                full.push(lines[at].clone());
                at += 1;
            }
        }
    }
    if !full.is_empty() {
        bands.push(Band::Full(full));
    }
    bands
}

/// A stretch of two columns: the lines before `end`, divided at `gutter`.
struct Stretch {
    end: usize,
    gutter: f32,
}

/// The stretch of two columns that begins with line `start`, if one does.
fn stretch(
    lines: &[Line],
    start: usize,
    all: &Pieces,
    margins: Margins,
    page_height: f32,
) -> Option<Stretch> {
    let width = margins.right - margins.left;
    let is_central = |x: f32| x > margins.left + 0.18 * width && x < margins.left + 0.82 * width;
    // The gutter shows in the first line, or in one of the next when the columns begin at
    // different heights.
    let seeds = lines.iter().enumerate().skip(start).take(3);
    for (seed, line) in seeds {
        if line.y - lines[start].y > 3.0 * line.size {
            break;
        }
        for gap in gaps(line, all) {
            if !is_central((gap.0 + gap.1) / 2.0) {
                continue;
            }
            if let Some(found) = grow(lines, start, seed, gap, all, margins, page_height) {
                return Some(found);
            }
        }
    }
    None
}

/// Gaps of a line that may be gutters.
fn gaps(line: &Line, all: &Pieces) -> Vec<(f32, f32)> {
    let mut gaps = Vec::new();
    for pair in line.pieces.windows(2) {
        let (a, b) = (&all.list[pair[0]], &all.list[pair[1]]);
        let em = a.size.max(b.size);
        let least = if pair[1] == pair[0] + 1 { TAB_GAP } else { CELL_GAP };
        if b.x0 - a.x1 >= least * em && needs_space(all, pair[0], pair[1]) {
            gaps.push((a.x1, b.x0));
        }
    }
    gaps
}

/// What is known of a stretch while it grows.
#[derive(Default)]
struct Evidence {
    n_both: usize,
    n_left: usize,
    n_right: usize,
    /// Lines whose two sides are strangers in the content.
    n_strangers: usize,
    left_begins: Vec<f32>,
    right_begins: Vec<f32>,
    left_width: f32,
}

fn grow(
    lines: &[Line],
    start: usize,
    seed: usize,
    gap: (f32, f32),
    all: &Pieces,
    margins: Margins,
    page_height: f32,
) -> Option<Stretch> {
    let mut gutter = gap;
    let mut end = start;
    let mut end_of_both = start;
    let mut evidence = Evidence::default();
    let em = lines[seed].size;
    for (index, line) in lines.iter().enumerate().skip(start) {
        if index > start && line.y - lines[index - 1].y > MAX_DISTANCE * line.size {
            break;
        }
        let Some(narrowed) = free_of(line, gutter, all, GUTTER * em) else { break };
        let middle = (narrowed.0 + narrowed.1) / 2.0;
        let (left, right): (Vec<usize>, Vec<usize>) =
            line.pieces.iter().partition(|&&piece| all.list[piece].x1 <= middle);
        match (left.last(), right.first()) {
            (Some(&last), Some(&first)) => {
                evidence.n_both += 1;
                evidence.n_strangers += usize::from(first != last + 1);
                evidence.left_begins.push(line.x0);
                evidence.right_begins.push(all.list[first].x0);
                evidence.left_width = evidence.left_width.max(all.list[last].x1 - line.x0);
                end_of_both = index + 1;
            }
            (Some(_), None) => {
                // A line that nearly reaches the gutter from the margin may be running text
                // that ends early; only columns that go on below may take it in.
                evidence.n_left += 1;
                evidence.left_width = evidence.left_width.max(line.x1 - line.x0);
            }
            (None, Some(_)) => {
                evidence.n_right += 1;
                evidence.right_begins.push(line.x0);
                end_of_both = index + 1;
            }
            (None, None) => {}
        }
        gutter = narrowed;
        end = index + 1;
    }
    if end <= seed {
        return None;
    }
    let end = trim(lines, start, end, end_of_both, gutter, all);
    is_columns(lines, start, end, &evidence, margins, page_height)
        .then_some(Stretch { end, gutter: (gutter.0 + gutter.1) / 2.0 })
}

/// The part of the gutter that a line leaves free; `None` when it leaves too little.
fn free_of(line: &Line, gutter: (f32, f32), all: &Pieces, least: f32) -> Option<(f32, f32)> {
    // The gutter is cut by every piece that enters it; the widest rest remains.
    let mut best: Option<(f32, f32)> = None;
    let mut from = gutter.0;
    let mut consider = |from: f32, to: f32| {
        if to - from >= least && best.is_none_or(|(a, b)| to - from > b - a) {
            best = Some((from, to));
        }
    };
    for &piece in &line.pieces {
        let piece = &all.list[piece];
        if piece.x1 <= from || piece.x0 >= gutter.1 {
            continue;
        }
        consider(from, piece.x0);
        from = from.max(piece.x1);
    }
    consider(from, gutter.1);
    // Inside a word or between two close words there is no gutter, however wide the rest.
    best.filter(|&(a, b)| {
        let left = line.pieces.iter().map(|&p| &all.list[p]).filter(|p| p.x1 <= a + 0.5);
        let right = line.pieces.iter().map(|&p| &all.list[p]).filter(|p| p.x0 >= b - 0.5);
        let left = left.map(|p| p.x1).fold(f32::MIN, f32::max);
        let right = right.map(|p| p.x0).fold(f32::MAX, f32::min);
        right - left >= (CELL_GAP * line.size).min(b - a + 0.5)
    })
}

/// After the last line with a right column, left lines go on only while they follow closely
/// and stay narrow: the end of a list of recipients, of a subject under the number.
fn trim(
    lines: &[Line],
    start: usize,
    end: usize,
    end_of_both: usize,
    gutter: (f32, f32),
    all: &Pieces,
) -> usize {
    let mut kept = end_of_both;
    while kept < end {
        let line = &lines[kept];
        let before = &lines[start..kept];
        let last_left = before.iter().rev().find(|l| all.list[l.pieces[0]].x1 <= gutter.0 + 0.5);
        let Some(last_left) = last_left else { break };
        if line.y - last_left.y > 2.2 * line.size {
            break;
        }
        kept += 1;
    }
    kept
}

fn is_columns(
    lines: &[Line],
    start: usize,
    end: usize,
    evidence: &Evidence,
    margins: Margins,
    page_height: f32,
) -> bool {
    let n_right_lines = evidence.n_both + evidence.n_right;
    let n_left_lines = evidence.n_both + evidence.n_left;
    if evidence.n_both == 0 || n_right_lines < 2 || n_left_lines < 2 {
        // One line: a head of two words, e.g. number left and date right.
        return evidence.n_both == 1
            && n_right_lines + n_left_lines >= 3
            && evidence.n_strangers == 1;
    }
    // Labels in front of paragraphs: `1.`, `a)`, `-`.
    if evidence.left_width < 0.12 * (margins.right - margins.left) {
        return false;
    }
    if 2 * evidence.n_strangers >= evidence.n_both && evidence.n_strangers > 0 {
        return true;
    }
    // Written line by line, with tabs or spaces. A head or a foot has lines that begin at
    // different places on the right because they are centred; a list begins at its tab stop.
    let spread = |begins: &[f32]| {
        let low = begins.iter().copied().fold(f32::MAX, f32::min);
        let high = begins.iter().copied().fold(f32::MIN, f32::max);
        high - low
    };
    let is_centred = spread(&evidence.right_begins) > 6.0;
    let is_head = start <= 2 && lines[start].y < 0.3 * page_height;
    let is_foot = end == lines.len();
    is_centred && (is_head || is_foot)
}

/// Divides lines at a gutter.
fn split(lines: &[Line], gutter: f32, all: &Pieces) -> (Vec<Line>, Vec<Line>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for line in lines {
        let (a, b): (Vec<usize>, Vec<usize>) =
            line.pieces.iter().partition(|&&piece| all.list[piece].x1 <= gutter);
        if !a.is_empty() {
            left.push(Line::of(a, all));
        }
        if !b.is_empty() {
            right.push(Line::of(b, all));
        }
    }
    left.sort_by(|a, b| a.y.total_cmp(&b.y));
    right.sort_by(|a, b| a.y.total_cmp(&b.y));
    (left, right)
}
