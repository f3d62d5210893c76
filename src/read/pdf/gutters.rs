//! Tables without ruling lines: lines that leave the same gutters free.
//!
//! ```text
//!   TT   Nội dung                Đơn vị            gutters: strips that lines leave free,
//!   1    Đào tạo nghề cho lao    Phòng Giáo dục    seen first in the line that fills most columns
//!        động nông thôn          nghề nghiệp       a row goes on: its cells were written before
//!   2    Giảm nghèo              Phòng Bảo trợ     a row begins: written after all of the row above
//!             Cộng               15                a cell over two columns: one gutter is not free
//! ```
//!
//! What tells a gutter from a wide word space is how it was written: words are parted by a
//! space character, cells are not.

use super::{
    lines::{Line, needs_space},
    pieces::Pieces,
};

/// Words that are set wide apart, with tabs or many spaces, are parted by so many ems.
const TAB_GAP: f32 = 1.0;
/// Cells are parted by at least so many, and a line may come so near to a gutter.
const CELL_GAP: f32 = 0.3;
/// What must be left of a gutter that all lines leave free.
const LEAST: f32 = 0.2;
/// Rows further apart than this, in font sizes, are not of one table.
const MAX_DISTANCE: f32 = 3.2;
/// At least this many lines, so many of them in all columns but one.
const MIN_LINES: usize = 3;
const MIN_FULL_LINES: usize = 2;
/// Two columns of prose are a table with at least so many rows, so many lines that go on a row,
/// and so many lines.
const MIN_PROSE_ROWS: usize = 3;
const MIN_PROSE_LINES: usize = 8;
/// Where a column begins, its lines agree to this many points, or their centres do.
const ALIGNED: f32 = 3.0;

/// A table: rows of cells of lines.
type Rows = Vec<Vec<Vec<Line>>>;

/// The table that begins with the first of the lines, if one does: rows of cells of lines, and
/// how many lines it takes.
pub(super) fn table(lines: &[Line], all: &Pieces) -> Option<(Rows, usize)> {
    const MOST_HEADINGS: usize = 2;
    if gaps(lines.first()?, all).is_empty() {
        return None;
    }
    // Headings are centred where numbers below them stand right: their gaps are others.
    (0..=MOST_HEADINGS.min(lines.len() - 1))
        .find_map(|n_headings| table_under(lines, n_headings, all))
}

/// The table whose gutters are those of the lines after the first `n_headings`.
fn table_under(lines: &[Line], n_headings: usize, all: &Pieces) -> Option<(Rows, usize)> {
    let first = &lines[n_headings];
    let mut gutters = gaps(first, all);
    if gutters.is_empty() {
        return None;
    }
    let mut end = n_headings + 1;
    // Lines that leave all gutters free since the last one that does not.
    let mut n_spanning = 0;
    for index in n_headings + 1..lines.len() {
        let line = &lines[index];
        if line.y - lines[index - 1].y > MAX_DISTANCE * line.size {
            break;
        }
        let narrowed: Vec<Option<(f32, f32)>> =
            gutters.iter().map(|&gutter| free_of(line, gutter, all)).collect();
        let n_free = narrowed.iter().flatten().count();
        if n_free == gutters.len() {
            gutters = narrowed.into_iter().flatten().collect();
            add_new(&mut gutters, line, &lines[n_headings..index], all);
            n_spanning = 0;
        } else if n_free > 0 && n_free + 1 >= gutters.len() && n_spanning == 0 && gutters.len() > 1
        {
            // A cell over two columns; the gutter it crosses stays as it was.
            for (gutter, narrowed) in gutters.iter_mut().zip(narrowed) {
                *gutter = narrowed.unwrap_or(*gutter);
            }
            if !has_both_sides(line, &gutters) {
                break;
            }
            n_spanning += 1;
        } else {
            break;
        }
        end = index + 1;
    }
    let lines = &lines[..end];
    let edges: Vec<f32> = gutters.iter().map(|gutter| (gutter.0 + gutter.1) / 2.0).collect();
    let cells: Vec<Vec<Option<Line>>> = lines.iter().map(|line| split(line, &edges, all)).collect();
    let n_columns = edges.len() + 1;
    let n_full = cells.iter().filter(|cells| n_filled(cells) >= n_columns.max(3) - 1).count();
    let is_enough = end >= MIN_LINES && n_full >= MIN_FULL_LINES;
    let is_headed = lines[..n_headings].iter().all(|line| is_heading(line, &edges, all));
    if !is_enough || !is_headed || !(0..n_columns).all(|column| is_aligned(&cells, column)) {
        return None;
    }
    let (rows, n_going_on) = rows(lines, &cells);
    let is_table = match n_columns {
        // Prose beside prose: a table when it was written row by row, else columns of a page.
        2 => rows.len() >= MIN_PROSE_ROWS && n_going_on >= MIN_PROSE_ROWS && end >= MIN_PROSE_LINES,
        _ => rows.len() > 1,
    };
    is_table.then_some((rows, end))
}

/// Whether a line names columns: what its gaps part stands over one column each.
fn is_heading(line: &Line, edges: &[f32], all: &Pieces) -> bool {
    let gaps = gaps(line, all);
    let starts = [line.x0].into_iter().chain(gaps.iter().map(|gap| gap.1));
    let ends = gaps.iter().map(|gap| gap.0).chain([line.x1]);
    let columns: Vec<usize> = starts
        .zip(ends)
        .map(|(start, end)| edges.partition_point(|&edge| edge < (start + end) / 2.0))
        .collect();
    !gaps.is_empty() && columns.windows(2).all(|pair| pair[0] < pair[1])
}

fn n_filled(cells: &[Option<Line>]) -> usize {
    cells.iter().flatten().count()
}

/// Gaps of a line that may be gutters: wide ones, and those that hold no space character where
/// word spaces do.
fn gaps(line: &Line, all: &Pieces) -> Vec<(f32, f32)> {
    let is_gap = |pair: &&[usize]| {
        let (before, piece) = (pair[0], pair[1]);
        let gap = all.list[piece].x0 - all.list[before].x1;
        let is_written_on = piece == before + 1 && all.list[piece].after_space;
        let least = if is_written_on || !all.is_spaced { TAB_GAP } else { CELL_GAP };
        gap >= least * line.size && needs_space(all, before, piece)
    };
    let pairs = line.pieces.windows(2).filter(is_gap);
    pairs.map(|pair| (all.list[pair[0]].x1, all.list[pair[1]].x0)).collect()
}

/// Adds gutters that the first line does not show: of a column without a heading, or of
/// headings below a common one.
fn add_new(gutters: &mut Vec<(f32, f32)>, line: &Line, above: &[Line], all: &Pieces) {
    const DEEPEST_HEADING: usize = 3;
    if above.len() > DEEPEST_HEADING {
        return;
    }
    for gap in gaps(line, all) {
        if gutters.iter().any(|gutter| gutter.0 < gap.1 && gap.0 < gutter.1) {
            continue;
        }
        let free = above.iter().try_fold(gap, |gap, line| free_of(line, gap, all));
        gutters.extend(free);
    }
    gutters.sort_by(|a, b| a.0.total_cmp(&b.0));
}

/// The widest part of a gutter that a line leaves free; `None` when that is too little.
fn free_of(line: &Line, gutter: (f32, f32), all: &Pieces) -> Option<(f32, f32)> {
    let mut best = (gutter.0, gutter.0);
    let mut from = gutter.0;
    let ends = line.pieces.iter().map(|&piece| (all.list[piece].x0, all.list[piece].x1));
    for (x0, x1) in ends.chain([(gutter.1, gutter.1)]) {
        if x1 <= from || x0 > gutter.1 {
            continue;
        }
        if x0 - from > best.1 - best.0 {
            best = (from, x0);
        }
        from = from.max(x1);
    }
    (best.1 - best.0 >= LEAST * line.size).then_some(best)
}

/// Whether a line says something on both sides of one of the gutters, and in none of it.
fn has_both_sides(line: &Line, gutters: &[(f32, f32)]) -> bool {
    gutters.iter().any(|gutter| line.x0 < gutter.0 && gutter.1 < line.x1)
}

fn split(line: &Line, edges: &[f32], all: &Pieces) -> Vec<Option<Line>> {
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); edges.len() + 1];
    let mut before: Option<(usize, usize)> = None;
    for &piece in &line.pieces {
        let middle = (all.list[piece].x0 + all.list[piece].x1) / 2.0;
        let mut column = edges.partition_point(|&edge| edge < middle);
        // Words that run on across an edge are of one cell.
        if let Some((last, column_of_last)) = before {
            let gap = all.list[piece].x0 - all.list[last].x1;
            let is_word_space = piece == last + 1 && all.list[piece].after_space;
            if is_word_space && gap < 0.5 * TAB_GAP * line.size {
                column = column_of_last;
            }
        }
        cells[column].push(piece);
        before = Some((piece, column));
    }
    let line_of = |pieces: Vec<usize>| (!pieces.is_empty()).then(|| Line::of(pieces, all));
    cells.into_iter().map(line_of).collect()
}

/// Puts lines together that are of one row; also how many lines were written into a row that a
/// later cell had not ended.
fn rows(lines: &[Line], cells: &[Vec<Option<Line>>]) -> (Rows, usize) {
    let order = |line: &Line| {
        let first = line.pieces.iter().min().copied().unwrap_or(0);
        (first, line.pieces.iter().max().copied().unwrap_or(0))
    };
    // Written row by row: some line goes on a row that was not finished when it was written.
    let mut last = order(&lines[0]).1;
    let mut starts = vec![true];
    let mut distances: (Vec<f32>, Vec<f32>) = (Vec::new(), Vec::new());
    for pair in lines.windows(2) {
        let (first, end) = order(&pair[1]);
        let goes_on = first < last;
        last = if goes_on { last.max(end) } else { end };
        starts.push(!goes_on);
        let distance = pair[1].y - pair[0].y;
        if goes_on { distances.0.push(distance) } else { distances.1.push(distance) }
    }
    // Of lines that may begin a row, those do that say something in the first column, or stand
    // further from the line above than lines of one cell do.
    let n_going_on = distances.0.len();
    let within = median(&mut distances.0);
    let between = median(&mut distances.1);
    let is_apart = within.zip(between).is_some_and(|(within, between)| between > 1.08 * within);
    for index in 1..lines.len() {
        let distance = lines[index].y - lines[index - 1].y;
        let is_close = is_apart && within.is_some_and(|within| distance < 1.04 * within);
        starts[index] &= !is_close && (cells[index][0].is_some() || is_apart);
    }
    // Written otherwise, column by column: the first column tells.
    if starts.iter().filter(|&&starts| starts).count() == 1 {
        for (starts, cells) in starts.iter_mut().zip(cells) {
            *starts = cells[0].is_some();
        }
    }
    let mut rows: Rows = Vec::new();
    for (index, cells) in cells.iter().enumerate() {
        if rows.is_empty() || starts[index] {
            rows.push(vec![Vec::new(); cells.len()]);
        }
        let row = rows.last_mut().expect("one was pushed when there was none");
        for (cell, line) in row.iter_mut().zip(cells) {
            cell.extend(line.clone());
        }
    }
    (rows, n_going_on)
}

fn median(values: &mut [f32]) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Whether most lines of a column begin, end or centre under each other.
fn is_aligned(split: &[Vec<Option<Line>>], column: usize) -> bool {
    let lines: Vec<&Line> = split.iter().filter_map(|cells| cells[column].as_ref()).collect();
    let agrees = |value: fn(&Line) -> f32| {
        let best = lines
            .iter()
            .map(|a| lines.iter().filter(|b| (value(a) - value(b)).abs() < ALIGNED).count());
        2 * best.max().unwrap_or(0) > lines.len()
    };
    lines.is_empty() || agrees(|line| line.x0) || agrees(|line| line.x1) || agrees(Line::center)
}
