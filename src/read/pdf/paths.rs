//! [`Path`]: the path under construction → the ruling lines it draws.

use super::{
    ink::{Ink, MAX_FILLS, MAX_RULE},
    matrix::Matrix,
};
use crate::layout::BBox;

/// More ruling lines than this on one page are a drawing, not tables.
const MAX_RULES: usize = 20_000;
/// Longer paths are drawings.
const MAX_SEGMENTS: usize = 4_096;

/// The path under construction, in page space.
#[derive(Debug, Default)]
pub(super) struct Path {
    start: (f32, f32),
    current: (f32, f32),
    segments: Vec<BBox>,
    rectangles: Vec<BBox>,
}

impl Path {
    pub(super) fn move_to(&mut self, ctm: &Matrix, x: f32, y: f32) {
        self.start = ctm.apply(x, y);
        self.current = self.start;
    }

    pub(super) fn line_to(&mut self, ctm: &Matrix, x: f32, y: f32) {
        let to = ctm.apply(x, y);
        self.segment(to);
    }

    /// A curve draws no ruling line; only the pen moves.
    pub(super) fn curve_to(&mut self, ctm: &Matrix, x: f32, y: f32) {
        self.current = ctm.apply(x, y);
    }

    pub(super) fn close(&mut self) {
        self.segment(self.start);
    }

    pub(super) fn rectangle(&mut self, ctm: &Matrix, [x, y, width, height]: [f32; 4]) {
        let corners = bbox(ctm.apply(x, y), ctm.apply(x + width, y + height));
        if self.rectangles.len() < MAX_SEGMENTS {
            self.rectangles.push(corners);
        }
        self.move_to(ctm, x, y);
    }

    /// Notes the area of the path, which is filled with a colour that white shows on.
    pub(super) fn fill(&self, ink: &mut Ink) {
        for area in self.rectangles.iter().copied() {
            if ink.fills.len() < MAX_FILLS && area.x1 - area.x0 > MAX_RULE && area.y1 > area.y0 {
                ink.fills.push(area);
            }
        }
        if let Some(area) = self.segments.iter().copied().reduce(BBox::union)
            && ink.fills.len() < MAX_FILLS
        {
            ink.fills.push(area);
        }
    }

    /// Draws the path and starts a new one.
    pub(super) fn paint(&mut self, ink: &mut Ink, is_stroked: bool) {
        for rectangle in self.rectangles.drain(..) {
            let BBox { x0, y0, x1, y1 } = rectangle;
            if x1 - x0 <= MAX_RULE || y1 - y0 <= MAX_RULE {
                push(ink, rectangle);
            } else if is_stroked {
                for edge in [
                    BBox { x0, y0, x1, y1: y0 },
                    BBox { x0, y0: y1, x1, y1 },
                    BBox { x0, y0, x1: x0, y1 },
                    BBox { x0: x1, y0, x1, y1 },
                ] {
                    push(ink, edge);
                }
            }
        }
        if is_stroked {
            for segment in self.segments.drain(..) {
                push(ink, segment);
            }
        } else if let Some(outline) = thin_outline(&self.segments) {
            push(ink, outline);
        }
        self.segments.clear();
    }

    /// Ends the path without drawing it.
    pub(super) fn discard(&mut self) {
        self.segments.clear();
        self.rectangles.clear();
    }

    fn segment(&mut self, to: (f32, f32)) {
        if self.segments.len() < MAX_SEGMENTS {
            self.segments.push(bbox(self.current, to));
        }
        self.current = to;
    }
}

/// A filled outline of straight segments that is so thin that it is a line.
fn thin_outline(segments: &[BBox]) -> Option<BBox> {
    if !(3..=5).contains(&segments.len()) {
        return None;
    }
    let outline = segments.iter().copied().reduce(BBox::union)?;
    let is_thin = outline.x1 - outline.x0 <= MAX_RULE || outline.y1 - outline.y0 <= MAX_RULE;
    is_thin.then_some(outline)
}

fn push(ink: &mut Ink, rule: BBox) {
    let (width, height) = (rule.x1 - rule.x0, rule.y1 - rule.y0);
    // Shorter than a letter is high, it separates nothing.
    if (width <= MAX_RULE) != (height <= MAX_RULE) && ink.rules.len() < MAX_RULES {
        ink.rules.push(rule);
    }
}

fn bbox((ax, ay): (f32, f32), (bx, by): (f32, f32)) -> BBox {
    BBox { x0: ax.min(bx), y0: ay.min(by), x1: ax.max(bx), y1: ay.max(by) }
}
