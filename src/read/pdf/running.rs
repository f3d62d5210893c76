//! Lines that recur from page to page: running heads and feet, page numbers.

use std::collections::BTreeMap;

use super::{ink::Layer, lines::Line, pieces::Pieces};

/// At most this many lines at the top, and at the bottom, of a page are looked at.
const DEPTH: usize = 3;
/// A running head stands in this part of the page, a foot in the part that mirrors it.
const ZONE: f32 = 0.13;
/// A recurring line stands at most this many points from where it stood before.
const SAME_PLACE: f32 = 8.0;

/// A page as far as running lines are concerned.
pub(super) struct Candidates<'p> {
    pub lines: &'p [Line],
    pub pieces: &'p Pieces,
    pub height: f32,
}

/// For every page, the indices of its running lines.
pub(super) fn find(pages: &[Candidates]) -> Vec<Vec<usize>> {
    // What a line says with its digits left out, and where → on which pages it stands.
    let mut seen: BTreeMap<(String, bool), Vec<(usize, f32)>> = BTreeMap::new();
    let mut keys: Vec<Vec<(usize, (String, bool), f32)>> = Vec::new();
    for (page, candidates) in pages.iter().enumerate() {
        let mut page_keys = Vec::new();
        for (index, is_top) in at_edges(candidates) {
            let line = &candidates.lines[index];
            let text = line.text(candidates.pieces);
            let place = if is_top { line.y } else { candidates.height - line.y };
            let key = (pattern(&text), is_top);
            seen.entry(key.clone()).or_default().push((page, place));
            page_keys.push((index, key, place));
        }
        keys.push(page_keys);
    }
    let mut running: Vec<Vec<usize>> = Vec::new();
    for (page, page_keys) in keys.iter().enumerate() {
        let mut found: Vec<usize> = Vec::new();
        for (index, key, place) in page_keys {
            let others = &seen[key];
            let n_here = others.iter().filter(|o| (o.1 - place).abs() < SAME_PLACE).count();
            // Left and right pages often differ, and every appendix may have its own head.
            let near = others.iter().filter(|o| {
                let distance = o.0.abs_diff(page);
                (1..=2).contains(&distance) && (o.1 - place).abs() < SAME_PLACE
            });
            let n_near = near.count();
            let is_number = is_page_number(&key.0);
            let is_isolated = is_isolated(&pages[page], *index, key.1);
            let recurs = n_near > 0 && (n_here >= 3 || 2 * n_here >= pages.len());
            if (is_number && is_isolated) || (recurs && (is_number || n_here >= 3)) {
                found.push(*index);
            }
        }
        let tagged = pages[page].lines.iter().enumerate();
        found.extend(tagged.filter(|(_, l)| l.layer == Layer::Running).map(|(index, _)| index));
        found.sort_unstable();
        found.dedup();
        running.push(found);
    }
    running
}

/// The lines near the top and the bottom edge, with whether they are at the top.
fn at_edges(page: &Candidates) -> Vec<(usize, bool)> {
    let mut edges = Vec::new();
    let top = page.lines.iter().take(DEPTH).take_while(|line| line.y < ZONE * page.height);
    edges.extend(top.enumerate().map(|(index, _)| (index, true)));
    let n_top = edges.len();
    let bottom = page.lines.iter().enumerate().skip(n_top).rev().take(DEPTH);
    let bottom = bottom.take_while(|(_, line)| line.y > (1.0 - ZONE) * page.height);
    edges.extend(bottom.map(|(index, _)| (index, false)));
    edges
}

/// A line with every number replaced by `#` and no spaces.
fn pattern(text: &str) -> String {
    let mut pattern = String::new();
    for character in text.chars().filter(|c| !c.is_whitespace()) {
        if !character.is_numeric() {
            pattern.push(character);
        } else if !pattern.ends_with('#') {
            pattern.push('#');
        }
    }
    pattern
}

/// Whether a pattern is a number and at most a few signs: `#`, `-#-`, `Trang#/#`.
fn is_page_number(pattern: &str) -> bool {
    let signs = pattern.replace("Trang", "").replace("trang", "").replace("Page", "");
    pattern.contains('#')
        && signs.chars().count() <= 4
        && signs.chars().all(|c| matches!(c, '#' | '-' | '–' | '/' | '.' | '|' | '[' | ']'))
}

/// Whether a line is the first (last) one of its page and stands away from the next.
fn is_isolated(page: &Candidates, index: usize, is_top: bool) -> bool {
    let line = &page.lines[index];
    let is_outermost = if is_top { index == 0 } else { index + 1 == page.lines.len() };
    let neighbour =
        if is_top { page.lines.get(index + 1) } else { page.lines.get(index.wrapping_sub(1)) };
    let distance = neighbour.map_or(f32::MAX, |other| (other.y - line.y).abs());
    is_outermost && distance > 1.25 * line.size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers() {
        for text in ["7", "- 7 -", "Trang 7/12", "7."] {
            assert!(is_page_number(&pattern(text)), "{text}");
        }
        for text in ["Điều 7", "7 người", "", "năm 2020"] {
            assert!(!is_page_number(&pattern(text)), "{text}");
        }
    }
}
