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
    gutters,
    lines::{Line, needs_space},
    pieces::Pieces,
};

/// A gap between neighbours in the content must be this many ems wide to be a gutter.
const TAB_GAP: f32 = 1.3;
/// A gap between strangers in the content needs only this many ems.
const CELL_GAP: f32 = 0.4;
/// A line that runs on across the gutter with less than this many ems is running text whose
/// word spaces happen to stand over each other.
const WORD_GAP: f32 = 0.9;
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
    /// A table without ruling lines: rows of cells of lines.
    Table(Vec<Vec<Vec<Line>>>),
}

/// Fewer lines than this do not show the margins of their page.
const ENOUGH_LINES: usize = 8;

impl Margins {
    /// The margins of a page: its own, widened to those of the document, or to usual ones
    /// when nothing has enough lines to show them.
    pub(super) fn of_page(
        lines: &[Line],
        page_width: f32,
        of_document: Option<Margins>,
    ) -> Margins {
        let own = margins(lines, page_width);
        let usual = Margins { left: 0.14 * page_width, right: 0.9 * page_width };
        let fits = |margins: &Margins| margins.right <= page_width;
        let other = match of_document.filter(fits) {
            Some(margins) => margins,
            None if lines.len() >= ENOUGH_LINES => return own,
            None => usual,
        };
        Margins { left: own.left.min(other.left), right: own.right.max(other.right) }
    }

    /// The margins that most pages of a document have.
    pub(super) fn of_document(pages: impl Iterator<Item = (Vec<Line>, f32)>) -> Option<Margins> {
        let enough = pages.filter(|(lines, _)| lines.len() >= ENOUGH_LINES);
        let all: Vec<Margins> = enough.map(|(lines, width)| margins(&lines, width)).collect();
        let sorted = |mut values: Vec<f32>| {
            values.sort_by(f32::total_cmp);
            values
        };
        let lefts = sorted(all.iter().map(|margins| margins.left).collect());
        let rights = sorted(all.iter().map(|margins| margins.right).collect());
        // Of an even number of pages, the wider one of the middle two.
        let left = *lefts.get(lefts.len().checked_sub(1)? / 2)?;
        Some(Margins { left, right: *rights.get(rights.len() / 2)? })
    }
}

/// The margins of some lines: where most of them begin, and where the long ones end.
fn margins(lines: &[Line], page_width: f32) -> Margins {
    let sorted = |mut values: Vec<f32>| {
        values.sort_by(f32::total_cmp);
        values
    };
    let begins = sorted(lines.iter().map(|line| line.x0).collect());
    // The first beginning that two lines share; one line alone may stick out.
    let shared = begins.windows(2).find(|pair| pair[1] - pair[0] < 3.0).map(|pair| pair[0]);
    let left = shared.or(begins.first().copied()).unwrap_or(0.0);
    let is_long = |line: &&Line| line.x1 - line.x0 > 0.55 * page_width;
    let long = sorted(lines.iter().filter(is_long).map(|line| line.x1).collect());
    let ends =
        if long.is_empty() { sorted(lines.iter().map(|line| line.x1).collect()) } else { long };
    let shared = ends.windows(2).rev().find(|pair| pair[1] - pair[0] < 4.0).map(|pair| pair[1]);
    let right = shared.or(ends.last().copied()).unwrap_or(page_width);
    Margins { left, right }
}

/// Where lines stand on their page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub margins: Margins,
    pub page_height: f32,
    /// Whether the page ends with them.
    pub is_last: bool,
}

/// Cuts lines, top to bottom, into bands.
pub(super) fn bands(lines: &[Line], all: &Pieces, place: Place) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < lines.len() {
        match gutters::table(&lines[at..], all) {
            Some((rows, n_lines)) => {
                push_text(&mut bands, &lines[from..at], all, Place { is_last: false, ..place });
                bands.push(Band::Table(rows));
                at += n_lines;
                from = at;
            }
            None => at += 1,
        }
    }
    push_text(&mut bands, &lines[from..], all, place);
    bands
}

fn push_text(bands: &mut Vec<Band>, lines: &[Line], all: &Pieces, place: Place) {
    let mut at = 0;
    for stretch in stretches(lines, all, place) {
        push_full(bands, &lines[at..stretch.start], place.margins);
        let (left, right) = split(&lines[stretch.start..stretch.end], stretch.gutter, all);
        bands.push(Band::Split { left, right });
        at = stretch.end;
    }
    push_full(bands, &lines[at..], place.margins);
}

fn push_full(bands: &mut Vec<Band>, lines: &[Line], margins: Margins) {
    for line in lines {
        let is_right = stands_right(line, margins);
        match bands.last_mut() {
            Some(Band::Full(full)) if !is_right => full.push(line.clone()),
            Some(Band::Split { left, right }) if is_right && left.is_empty() => {
                right.push(line.clone());
            }
            _ if is_right => {
                bands.push(Band::Split { left: Vec::new(), right: vec![line.clone()] });
            }
            _ => bands.push(Band::Full(vec![line.clone()])),
        }
    }
}

/// Whether a line stands alone on the right: a national header or a signature with nothing
/// to its left.
fn stands_right(line: &Line, margins: Margins) -> bool {
    let width = margins.right - margins.left;
    line.x0 > margins.left + 0.3 * width && line.center() > margins.left + 0.6 * width
}

/// A stretch of two columns: lines `start..end`, divided at `gutter`.
struct Stretch {
    start: usize,
    end: usize,
    gutter: f32,
}

/// The stretches of two columns, top to bottom.
fn stretches(lines: &[Line], all: &Pieces, place: Place) -> Vec<Stretch> {
    let margins = place.margins;
    let width = margins.right - margins.left;
    let is_inside = |gap: (f32, f32)| {
        let middle = middle(gap);
        middle > margins.left + 0.18 * width && middle < margins.left + 0.82 * width
    };
    let mut found: Vec<Stretch> = Vec::new();
    let mut seed = 0;
    while seed < lines.len() {
        let floor = found.last().map_or(0, |stretch| stretch.end);
        let mut candidates = gaps(&lines[seed], all);
        if let Some(next) = lines.get(seed + 1) {
            candidates.extend(gap_beside(&lines[seed], next));
        }
        let stretch = candidates.into_iter().filter(|&gap| is_inside(gap)).find_map(|gap| {
            let start = upward(lines, seed, gap, floor, all, margins);
            grow(lines, start, seed, gap, all, place)
        });
        match stretch {
            Some(stretch) => {
                seed = stretch.end.max(seed + 1);
                found.push(stretch);
            }
            None => seed += 1,
        }
    }
    found
}

/// The first line of the stretch that shows its gutter in line `seed`: columns may begin at
/// different heights. Lines before `floor` belong to another one.
fn upward(
    lines: &[Line],
    seed: usize,
    mut gutter: (f32, f32),
    floor: usize,
    all: &Pieces,
    margins: Margins,
) -> usize {
    let mut start = seed;
    while start > floor {
        let line = &lines[start - 1];
        if lines[start].y - line.y > MAX_DISTANCE * line.size || is_central(line, margins) {
            break;
        }
        let Some(narrowed) = free_of(line, gutter, all, GUTTER * lines[seed].size) else { break };
        gutter = narrowed;
        start -= 1;
    }
    // The last line of the paragraph above may end before the gutter. It does not stand away
    // from that paragraph, as the first line of a column does.
    while start < seed && lines[start].x1 <= gutter.0 + 0.5 && !is_apart(lines, start) {
        start += 1;
    }
    start
}

fn is_apart(lines: &[Line], index: usize) -> bool {
    index == 0 || lines[index].y - lines[index - 1].y > 1.7 * lines[index].size
}

/// The gap between two lines that stand beside each other at slightly different heights.
fn gap_beside(a: &Line, b: &Line) -> Option<(f32, f32)> {
    let is_beside = (b.y - a.y).abs() < 0.8 * a.size.min(b.size);
    let gap = if a.x1 < b.x0 { (a.x1, b.x0) } else { (b.x1, a.x0) };
    (is_beside && gap.1 - gap.0 > CELL_GAP * a.size).then_some(gap)
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
    /// The widest gap between the two sides, in ems.
    widest: f32,
    left: Vec<Line>,
    right: Vec<Line>,
}

fn grow(
    lines: &[Line],
    start: usize,
    seed: usize,
    gap: (f32, f32),
    all: &Pieces,
    place: Place,
) -> Option<Stretch> {
    let margins = place.margins;
    let mut gutter = gap;
    let mut end = start;
    let (mut start_of_both, mut end_of_both) = (None, start);
    let mut evidence = Evidence::default();
    let em = lines[seed].size;
    for (index, line) in lines.iter().enumerate().skip(start) {
        if index > start && line.y - lines[index - 1].y > MAX_DISTANCE * line.size {
            break;
        }
        let Some(narrowed) = free_of(line, gutter, all, GUTTER * em) else { break };
        let (mut left, mut right) = split(std::slice::from_ref(line), middle(narrowed), all);
        match (left.pop(), right.pop()) {
            (Some(left), Some(right)) => {
                evidence.n_both += 1;
                let is_stranger = right.pieces[0] != left.pieces[left.pieces.len() - 1] + 1;
                evidence.n_strangers += usize::from(is_stranger);
                evidence.widest = evidence.widest.max((right.x0 - left.x1) / line.size);
                evidence.left.push(left);
                evidence.right.push(right);
                start_of_both.get_or_insert(index);
                end_of_both = index + 1;
            }
            (Some(left), None) => {
                if is_title(&left, &evidence.left, margins) {
                    break;
                }
                evidence.note_beside(&left, |evidence| &evidence.right);
                evidence.n_left += 1;
                evidence.left.push(left);
            }
            (None, Some(right)) => {
                if index == start && is_central(&right, margins) {
                    return None;
                }
                if is_title(&right, &evidence.right, margins) {
                    break;
                }
                evidence.note_beside(&right, |evidence| &evidence.left);
                evidence.n_right += 1;
                evidence.right.push(right);
                start_of_both.get_or_insert(index);
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
    let end = trim(lines, start, end, end_of_both, &evidence.left);
    let is_foot = place.is_last && end == lines.len();
    let (start, end) = if is_head(lines, start, place.page_height) || is_foot {
        (start, end)
    } else {
        // In the middle of a page, e.g. beside a fraction, only what stands beside something.
        (start_of_both.unwrap_or(start), end_of_both)
    };
    is_columns(lines, start, end, &evidence, place).then_some(Stretch {
        start,
        end,
        gutter: middle(gutter),
    })
}

impl Evidence {
    /// Counts a line of one side that stands beside the last line of the other.
    fn note_beside(&mut self, line: &Line, others: impl Fn(&Evidence) -> &Vec<Line>) {
        let is_beside = others(self)
            .last()
            .is_some_and(|other| (line.y - other.y).abs() < 0.8 * line.size.min(other.size));
        if is_beside {
            self.n_both += 1;
            // Two baselines: nobody writes so in one go.
            self.n_strangers += 1;
        }
    }
}

fn middle(gap: (f32, f32)) -> f32 {
    (gap.0 + gap.1) / 2.0
}

/// Whether a line of one side is the title under the head: in the middle of the page, and not
/// in the middle of its side.
fn is_title(line: &Line, side: &[Line], margins: Margins) -> bool {
    let of_side = side.iter().map(Line::center).sum::<f32>() / side.len().max(1) as f32;
    is_central(line, margins)
        && !side.is_empty()
        && (line.center() - of_side).abs() > 1.5 * line.size
}

/// The part of the gutter that a line leaves free; `None` when it leaves too little.
pub(super) fn free_of(
    line: &Line,
    gutter: (f32, f32),
    all: &Pieces,
    least: f32,
) -> Option<(f32, f32)> {
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
    best.filter(|&(a, b)| {
        let left = line.pieces.iter().rev().find(|&&piece| all.list[piece].x1 <= a + 0.5);
        let right = line.pieces.iter().find(|&&piece| all.list[piece].x0 >= b - 0.5);
        let (Some(&left), Some(&right)) = (left, right) else { return true };
        let gap = all.list[right].x0 - all.list[left].x1;
        gap >= if right == left + 1 { WORD_GAP } else { CELL_GAP } * line.size
    })
}

/// After the last line with a right column, left lines go on only while they follow closely,
/// or share the centre of their column: the end of a list of recipients, the number under the
/// name of the issuer, the subject under the number.
fn trim(lines: &[Line], start: usize, end: usize, end_of_both: usize, left: &[Line]) -> usize {
    let mut kept = end_of_both;
    while kept < end {
        let line = &lines[kept];
        let Some(above) = left.iter().rev().find(|other| other.y < line.y - 1.0) else { break };
        let is_close = line.y - above.y <= 2.2 * line.size;
        let is_below = kept > start && line.y - lines[kept - 1].y <= 3.5 * line.size;
        let is_centred = (line.center() - above.center()).abs() < 0.6 * line.size;
        if !(is_close || is_below && is_centred) {
            break;
        }
        kept += 1;
    }
    kept
}

fn is_columns(lines: &[Line], start: usize, end: usize, evidence: &Evidence, place: Place) -> bool {
    let margins = place.margins;
    let is_head = is_head(lines, start, place.page_height);
    let is_foot = place.is_last && end == lines.len();
    let n_right_lines = evidence.n_both + evidence.n_right;
    let n_left_lines = evidence.n_both + evidence.n_left;
    if evidence.n_both == 0 || n_right_lines < 2 || n_left_lines < 2 {
        // One line of two: the number on the left, the place and date on the right.
        return evidence.n_both >= 1
            && (evidence.n_strangers >= 1 || (is_head && evidence.widest > 2.5));
    }
    // Labels in front of paragraphs: `1.`, `a)`, `-`.
    let left_width = evidence.left.iter().map(|line| line.x1 - line.x0).fold(0.0, f32::max);
    if left_width < 0.12 * (margins.right - margins.left) {
        return false;
    }
    if evidence.n_strangers > 0 && 2 * evidence.n_strangers >= evidence.n_both {
        return true;
    }
    // Written line by line, with tabs or spaces. A head or a foot has lines that begin at
    // different places on the right because they are centred; a list begins at its tab stop.
    let begins = || evidence.right.iter().map(|line| line.x0);
    let is_centred = begins().fold(f32::MIN, f32::max) - begins().fold(f32::MAX, f32::min) > 6.0;
    is_centred && (is_head || is_foot)
}

fn is_central(line: &Line, margins: Margins) -> bool {
    (line.center() - (margins.left + margins.right) / 2.0).abs() < 1.5 * line.size
}

/// Whether a stretch is among the first lines at the top of a page.
fn is_head(lines: &[Line], start: usize, page_height: f32) -> bool {
    start <= 3 && lines[start].y < 0.3 * page_height
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
