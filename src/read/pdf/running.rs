//! Lines that recur from page to page: running heads and feet, page numbers.

use std::collections::BTreeMap;

use super::{ink::Layer, lines::Line, pieces::Pieces};

/// At most this many lines at the top, and at the bottom, of a page are looked at.
const DEPTH: usize = 3;
/// A running head stands in this part of the page, a foot in the part that mirrors it.
const ZONE: f32 = 0.13;
/// A page number stands at least this many font sizes from the text.
const NUMBER_GAP: f32 = 1.25;
/// A running head stands at least this many font sizes from the text. That also tells it from
/// the letterheads of several documents in one file, whose lines follow each other closely.
const HEAD_GAP: f32 = 1.8;
/// A recurring line stands at most this many points from where it stood before.
const SAME_PLACE: f32 = 8.0;

/// A page as far as running lines are concerned.
pub(super) struct Candidates<'p> {
    pub lines: &'p [Line],
    pub pieces: &'p Pieces,
    pub height: f32,
}

/// What a line says with its digits left out, and whether at the top.
type Key = (String, bool);

/// For every page, the indices of its running lines.
pub(super) fn find(pages: &[Candidates]) -> Vec<Vec<usize>> {
    let mut seen: BTreeMap<Key, Vec<(usize, f32)>> = BTreeMap::new();
    let mut keys: Vec<Vec<(usize, Key, f32)>> = Vec::new();
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
        // From the edge inwards; what follows a line of the page itself is the page itself.
        let mut is_open = [true, true];
        for (index, key, place) in page_keys {
            let side = usize::from(key.1);
            let others = &seen[key];
            let is_same = |other: &&(usize, f32)| (other.1 - place).abs() < SAME_PLACE;
            let n_here = others.iter().filter(is_same).count();
            // Left and right pages often differ, and every appendix may have its own head.
            let is_near = |other: &(usize, f32)| (1..=2).contains(&other.0.abs_diff(page));
            let n_near = others.iter().filter(is_same).filter(|other| is_near(other)).count();
            let is_numbered = key.0.contains('#');
            let recurs = n_near > 0 && (n_here >= 3 || (is_numbered && 2 * n_here >= pages.len()));
            let distance = distance_inwards(&pages[page], *index, key.1);
            let is_number = is_page_number(&line_text(&pages[page], *index));
            is_open[side] &=
                (is_number && distance > NUMBER_GAP) || (recurs && distance > HEAD_GAP);
            if is_open[side] {
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

fn line_text(page: &Candidates, index: usize) -> String {
    page.lines[index].text(page.pieces)
}

/// The lines near the top and the bottom edge, with whether they are at the top.
fn at_edges(page: &Candidates) -> Vec<(usize, bool)> {
    let own = || page.lines.iter().enumerate().filter(|(_, line)| is_own(line));
    let top = own().take(DEPTH).take_while(|(_, line)| line.y < ZONE * page.height);
    let mut edges: Vec<(usize, bool)> = top.map(|(index, _)| (index, true)).collect();
    let bottom = own().rev().take(DEPTH);
    let bottom = bottom.take_while(|(_, line)| line.y > (1.0 - ZONE) * page.height);
    edges.extend(bottom.map(|(index, _)| (index, false)));
    edges
}

/// Stamps and watermarks lie over the page and are told apart already.
fn is_own(line: &Line) -> bool {
    !matches!(line.layer, Layer::Stamp | Layer::Watermark)
}

/// A line with every number replaced by `#` and no spaces; the page number that begins or
/// ends it left out, because left and right pages mirror each other.
fn pattern(text: &str) -> String {
    let mut pattern = String::new();
    for character in text.chars().filter(|c| !c.is_whitespace()) {
        if !character.is_numeric() {
            pattern.push(character);
        } else if !pattern.ends_with('#') {
            pattern.push('#');
        }
    }
    let trimmed = pattern.trim_matches('#');
    if trimmed.is_empty() { pattern } else { trimmed.to_owned() }
}

/// Whether a line is a page number: `7`, `- 7 -`, `Trang 7/12`.
fn is_page_number(text: &str) -> bool {
    let rest = text.trim().trim_start_matches("Trang").trim_start_matches("trang");
    let is_sign = |c: char| matches!(c, '-' | '–' | '/' | '|' | '[' | ']' | ' ');
    rest.chars().any(|c| c.is_ascii_digit())
        && rest.chars().count() <= 9
        && rest.chars().all(|c| c.is_ascii_digit() || is_sign(c))
        && rest.split(is_sign).all(|number| number.len() <= 4)
        && rest.split(is_sign).filter(|number| !number.is_empty()).count() <= 2
}

/// How far, in font sizes, a line stands from the next one towards the middle of the page.
fn distance_inwards(page: &Candidates, index: usize, is_top: bool) -> f32 {
    let line = &page.lines[index];
    let neighbour = if is_top {
        page.lines[index + 1..].iter().find(|other| is_own(other))
    } else {
        page.lines[..index].iter().rev().find(|other| is_own(other))
    };
    neighbour.map_or(f32::MAX, |other| (other.y - line.y).abs() / line.size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers() {
        for text in ["7", "- 7 -", "Trang 7/12", "112"] {
            assert!(is_page_number(text), "{text}");
        }
        for text in ["Điều 7", "7 người", "", "năm 2020", "1.234.567", "20191"] {
            assert!(!is_page_number(text), "{text}");
        }
    }
}
