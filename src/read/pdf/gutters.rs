//! Tables without ruling lines: lines that leave the same two or more gutters free.
//!
//! ```text
//!   1   Đào tạo nghề cho lao   Phòng Giáo dục    a row begins where the first
//!       động nông thôn         nghề nghiệp       column says something
//!   2   Giảm nghèo             Phòng Bảo trợ
//! ```

use super::{columns::free_of, lines::Line, pieces::Pieces};

/// A gap between columns is at least this many ems wide.
const GAP: f32 = 1.0;
/// Rows further apart than this, in font sizes, are not of one table.
const MAX_DISTANCE: f32 = 2.6;
/// At least this many lines, so many of them in three columns or more.
const MIN_LINES: usize = 3;
const MIN_FULL_LINES: usize = 2;
/// Where a column begins, its lines agree to this many points, or their centres do.
const ALIGNED: f32 = 3.0;

/// The table that begins with the first of the lines, if one does: rows of cells of lines, and
/// how many lines it takes.
pub(super) fn table(lines: &[Line], all: &Pieces) -> Option<(Vec<Vec<Vec<Line>>>, usize)> {
    let first = lines.first()?;
    let mut gutters = gaps(first, all);
    if gutters.len() < 2 {
        return None;
    }
    let mut end = 0;
    for (index, line) in lines.iter().enumerate() {
        if index > 0 && line.y - lines[index - 1].y > MAX_DISTANCE * line.size {
            break;
        }
        let narrowed: Vec<(f32, f32)> = gutters
            .iter()
            .filter_map(|&gutter| free_of(line, gutter, all, 0.5 * GAP * first.size))
            .collect();
        if narrowed.len() < gutters.len() {
            break;
        }
        gutters = narrowed;
        end = index + 1;
    }
    let edges: Vec<f32> = gutters.iter().map(|gutter| (gutter.0 + gutter.1) / 2.0).collect();
    let split: Vec<Vec<Option<Line>>> =
        lines[..end].iter().map(|line| split(line, &edges, all)).collect();
    let is_full = |cells: &&Vec<Option<Line>>| cells.iter().flatten().count() >= 3;
    if end < MIN_LINES || split.iter().filter(is_full).count() < MIN_FULL_LINES {
        return None;
    }
    if !(0..=edges.len()).all(|column| is_aligned(&split, column)) {
        return None;
    }
    let mut rows: Vec<Vec<Vec<Line>>> = Vec::new();
    for cells in split {
        if rows.is_empty() || cells[0].is_some() {
            rows.push(vec![Vec::new(); edges.len() + 1]);
        }
        let row = rows.last_mut().expect("one was pushed when there was none");
        for (cell, line) in row.iter_mut().zip(cells) {
            cell.extend(line);
        }
    }
    Some((rows, end))
}

fn gaps(line: &Line, all: &Pieces) -> Vec<(f32, f32)> {
    let ends = line.pieces.windows(2).map(|pair| (all.list[pair[0]].x1, all.list[pair[1]].x0));
    ends.filter(|(from, to)| to - from >= GAP * line.size).collect()
}

fn split(line: &Line, edges: &[f32], all: &Pieces) -> Vec<Option<Line>> {
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); edges.len() + 1];
    for &piece in &line.pieces {
        let middle = (all.list[piece].x0 + all.list[piece].x1) / 2.0;
        cells[edges.partition_point(|&edge| edge < middle)].push(piece);
    }
    let line_of = |pieces: Vec<usize>| (!pieces.is_empty()).then(|| Line::of(pieces, all));
    cells.into_iter().map(line_of).collect()
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
    agrees(|line| line.x0) || agrees(|line| line.x1) || agrees(Line::center)
}
