//! Ruling lines → [`Grid`]s: tables as cells with their place on the page.
//!
//! ```text
//!   xs:  0     1         2
//!    ys  ┌─────┬─────────┐ 0      a cell is what no line divides:
//!        │     │         │        here (0,0), (0,1) and, merged over
//!        ├─────┴─────────┤ 1      both columns, (1,0)
//!        │               │
//!        └───────────────┘ 2
//! ```

use crate::layout::BBox;

/// Lines within this many points of each other are one.
const SAME: f32 = 2.5;
/// Lines that miss each other by up to this many points still meet.
const REACH: f32 = 4.0;
/// Shorter lines, in points, are underlines and strokes of drawings.
const SHORTEST: f32 = 6.0;
/// Pages with more lines than this hold drawings, not tables.
const MAX_LINES: usize = 1_500;
/// Larger grids are drawings or squared paper.
const MAX_CELLS: usize = 20_000;

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub bbox: BBox,
    xs: Vec<f32>,
    ys: Vec<f32>,
    /// By elementary cell, row by row: the index of its cell.
    owners: Vec<usize>,
    /// Row and column of the top left corner of each cell, in reading order.
    pub cells: Vec<(usize, usize)>,
}

impl Grid {
    /// The cell at a point.
    pub(super) fn cell_at(&self, x: f32, y: f32) -> Option<usize> {
        let column = between(&self.xs, x)?;
        let row = between(&self.ys, y)?;
        Some(self.owners[row * (self.xs.len() - 1) + column])
    }
}

fn between(edges: &[f32], value: f32) -> Option<usize> {
    let after = edges.partition_point(|&edge| edge <= value);
    (after > 0 && after < edges.len()).then(|| after - 1)
}

/// A straight line along one axis.
#[derive(Debug, Clone, Copy)]
struct Rule {
    /// Across its direction.
    at: f32,
    from: f32,
    to: f32,
}

/// Finds the tables of a page, top to bottom.
pub(super) fn find(rules: &[BBox]) -> Vec<Grid> {
    let mut horizontal = Vec::new();
    let mut vertical = Vec::new();
    for rule in rules {
        if rule.x1 - rule.x0 >= rule.y1 - rule.y0 {
            horizontal.push(Rule { at: (rule.y0 + rule.y1) / 2.0, from: rule.x0, to: rule.x1 });
        } else {
            vertical.push(Rule { at: (rule.x0 + rule.x1) / 2.0, from: rule.y0, to: rule.y1 });
        }
    }
    let horizontal = join(horizontal);
    let vertical = join(vertical);
    if horizontal.len() + vertical.len() > MAX_LINES {
        return Vec::new();
    }
    let mut grids: Vec<Grid> = components(&horizontal, &vertical)
        .into_iter()
        .filter_map(|(horizontal, vertical)| grid(&horizontal, &vertical))
        .collect();
    grids.sort_by(|a, b| a.bbox.y0.total_cmp(&b.bbox.y0));
    grids
}

/// Joins pieces of one line: every cell draws its own.
fn join(mut rules: Vec<Rule>) -> Vec<Rule> {
    rules.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    let mut joined: Vec<Rule> = Vec::new();
    for rule in rules {
        let touching = joined.iter_mut().rev().take_while(|line| rule.at - line.at <= SAME);
        let touching = touching
            .into_iter()
            .find(|line| rule.from <= line.to + REACH && rule.to >= line.from - REACH);
        match touching {
            Some(line) => {
                line.from = line.from.min(rule.from);
                line.to = line.to.max(rule.to);
            }
            None => joined.push(rule),
        }
    }
    joined.retain(|rule| rule.to - rule.from >= SHORTEST);
    joined
}

/// Sets of lines that meet.
fn components(horizontal: &[Rule], vertical: &[Rule]) -> Vec<(Vec<Rule>, Vec<Rule>)> {
    let n = horizontal.len() + vertical.len();
    let mut parents: Vec<usize> = (0..n).collect();
    for (i, h) in horizontal.iter().enumerate() {
        for (j, v) in vertical.iter().enumerate() {
            let meets = v.at >= h.from - REACH
                && v.at <= h.to + REACH
                && h.at >= v.from - REACH
                && h.at <= v.to + REACH;
            if meets {
                unite(&mut parents, i, horizontal.len() + j);
            }
        }
    }
    let mut sets: Vec<(Vec<Rule>, Vec<Rule>)> = vec![Default::default(); n];
    for (index, rule) in horizontal.iter().enumerate() {
        sets[root(&mut parents, index)].0.push(*rule);
    }
    for (index, rule) in vertical.iter().enumerate() {
        sets[root(&mut parents, horizontal.len() + index)].1.push(*rule);
    }
    sets.retain(|(horizontal, vertical)| horizontal.len() >= 2 && !vertical.is_empty());
    sets
}

fn grid(horizontal: &[Rule], vertical: &[Rule]) -> Option<Grid> {
    // Tables are often open at the sides: the ends of the other lines close them.
    let ends = |rules: &[Rule]| {
        let from = rules.iter().map(|rule| rule.from).fold(f32::MAX, f32::min);
        let to = rules.iter().map(|rule| rule.to).fold(f32::MIN, f32::max);
        [from, to]
    };
    let xs = edges(vertical.iter().map(|rule| rule.at).chain(ends(horizontal)));
    let ys = edges(horizontal.iter().map(|rule| rule.at).chain(ends(vertical)));
    if xs.len() < 2 || ys.len() < 2 {
        return None;
    }
    let (n_columns, n_rows) = (xs.len() - 1, ys.len() - 1);
    if n_columns * n_rows > MAX_CELLS {
        return None;
    }
    let mut parents: Vec<usize> = (0..n_columns * n_rows).collect();
    for row in 0..n_rows {
        let middle = (ys[row] + ys[row + 1]) / 2.0;
        for (column, &x) in xs.iter().enumerate().take(n_columns).skip(1) {
            if !is_drawn(vertical, x, middle) {
                unite(&mut parents, row * n_columns + column - 1, row * n_columns + column);
            }
        }
    }
    for column in 0..n_columns {
        let middle = (xs[column] + xs[column + 1]) / 2.0;
        for (row, &y) in ys.iter().enumerate().take(n_rows).skip(1) {
            if !is_drawn(horizontal, y, middle) {
                unite(&mut parents, (row - 1) * n_columns + column, row * n_columns + column);
            }
        }
    }
    let mut cells = Vec::new();
    let mut owners = vec![0; parents.len()];
    for index in 0..parents.len() {
        let root = root(&mut parents, index);
        // The root is the smallest index of its set: its cell is already there.
        if root == index {
            cells.push((index / n_columns, index % n_columns));
            owners[index] = cells.len() - 1;
        } else {
            owners[index] = owners[root];
        }
    }
    let bbox = BBox { x0: xs[0], y0: ys[0], x1: xs[n_columns], y1: ys[n_rows] };
    Some(Grid { bbox, xs, ys, owners, cells })
}

fn edges(values: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    let mut edges: Vec<f32> = Vec::new();
    for value in values {
        if edges.last().is_none_or(|last| value - last > REACH) {
            edges.push(value);
        }
    }
    edges
}

fn is_drawn(rules: &[Rule], at: f32, through: f32) -> bool {
    rules
        .iter()
        .any(|rule| (rule.at - at).abs() <= REACH && rule.from <= through && through <= rule.to)
}

fn root(parents: &mut [usize], mut index: usize) -> usize {
    while parents[index] != index {
        parents[index] = parents[parents[index]];
        index = parents[index];
    }
    index
}

/// Unites two sets; the smaller index stays the root.
fn unite(parents: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parents, a), root(parents, b));
    parents[a.max(b)] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn horizontal(y: f32, x0: f32, x1: f32) -> BBox {
        BBox { x0, y0: y, x1, y1: y + 0.5 }
    }

    fn vertical(x: f32, y0: f32, y1: f32) -> BBox {
        BBox { x0: x, y0, x1: x + 0.5, y1 }
    }

    #[track_caller]
    fn check(rules: &[BBox], expect: &[&[(usize, usize)]]) {
        let grids = find(rules);
        let cells: Vec<&[(usize, usize)]> = grids.iter().map(|g| g.cells.as_slice()).collect();
        assert_eq!(cells, expect);
    }

    #[test]
    fn cells_are_what_no_line_divides() {
        let table = [
            horizontal(0.0, 0.0, 100.0),
            horizontal(20.0, 0.0, 100.0),
            horizontal(40.0, 0.0, 100.0),
            vertical(0.0, 0.0, 40.0),
            vertical(30.0, 0.0, 20.0), // not through the second row
            vertical(100.0, 0.0, 40.0),
        ];
        check(&table, &[&[(0, 0), (0, 1), (1, 0)]]);
        let grid = &find(&table)[0];
        assert_eq!(grid.cell_at(10.0, 10.0), Some(0));
        assert_eq!(grid.cell_at(60.0, 10.0), Some(1));
        assert_eq!(grid.cell_at(60.0, 30.0), Some(2));
        assert_eq!(grid.cell_at(160.0, 30.0), None);
    }

    #[test]
    fn lines_drawn_cell_by_cell_are_one() {
        let table = [
            horizontal(0.0, 0.0, 29.0),
            horizontal(0.3, 31.0, 100.0),
            horizontal(20.0, 0.0, 30.0),
            horizontal(20.0, 30.0, 100.0),
            vertical(30.0, 0.0, 20.0), // open at both sides
        ];
        check(&table, &[&[(0, 0), (0, 1)]]);
    }

    #[test]
    fn underlines_and_frames_are_no_tables() {
        check(&[horizontal(50.0, 200.0, 300.0), horizontal(90.0, 50.0, 120.0)], &[]);
        // A box around one text is one cell; who uses the grid decides what that means.
        let frame = [
            horizontal(0.0, 0.0, 50.0),
            horizontal(20.0, 0.0, 50.0),
            vertical(0.0, 0.0, 20.0),
            vertical(50.0, 0.0, 20.0),
        ];
        check(&frame, &[&[(0, 0)]]);
    }
}
