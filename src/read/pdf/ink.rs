//! [`Ink`]: what a page draws, as far as reading needs it: glyphs where they stand, ruling
//! lines, images. In points from the top left corner of the displayed page, y downwards.

use super::texts::TextId;
use crate::layout::BBox;

/// What a page draws.
#[derive(Debug, Default)]
pub(super) struct Ink {
    /// In the order of the content.
    pub glyphs: Vec<Glyph>,
    /// In the order of the content; every glyph belongs to one.
    pub shows: Vec<Show>,
    /// Straight lines along the axes, as thin as drawn or thinner than [`MAX_RULE`].
    pub rules: Vec<BBox>,
    /// Areas filled with a colour other than white.
    pub fills: Vec<BBox>,
    /// Images, cut at the edge of the page.
    pub images: Vec<BBox>,
}

/// More filled areas than this are a drawing; what is written on them is believed to be seen.
pub(super) const MAX_FILLS: usize = 4_096;
/// A filled rectangle up to this many points thick is a line.
pub(super) const MAX_RULE: f32 = 3.5;

/// One glyph.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    pub text: TextId,
    /// Where the pen stood.
    pub x: f32,
    pub y: f32,
    /// How far the pen went, along the direction of its show.
    pub advance: f32,
}

/// Glyphs shown by one operator: same font, size and direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Show {
    /// Index of the first glyph; the next show's first glyph ends it.
    pub first: usize,
    /// Index into the styles of the document.
    pub style: u16,
    /// Size in points as displayed.
    pub size: f32,
    /// Direction of writing as a unit vector.
    pub direction: (f32, f32),
    pub layer: Layer,
}

/// What a show belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Layer {
    /// The page itself.
    #[default]
    Body,
    /// Tagged in the file as a running head or foot.
    Running,
    /// Tagged in the file as a watermark.
    Watermark,
    /// The appearance of an annotation.
    Stamp,
}

impl Ink {
    /// Whether something is drawn at a point that white text would show on.
    pub(super) fn is_covered(&self, x: f32, y: f32) -> bool {
        let holds = |area: &BBox| area.x0 <= x && x <= area.x1 && area.y0 <= y && y <= area.y1;
        self.fills.len() >= MAX_FILLS
            || self.fills.iter().any(holds)
            || self.images.iter().any(holds)
    }

    /// The glyphs of a show.
    pub(super) fn glyphs_of(&self, show: usize) -> &[Glyph] {
        let end = self.shows.get(show + 1).map_or(self.glyphs.len(), |next| next.first);
        &self.glyphs[self.shows[show].first..end]
    }
}
