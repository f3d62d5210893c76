//! [`Shared`]: what the pages of a document have in common: fonts, styles, strings, layers
//! that are switched off.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, ObjectId};

use super::{
    file::File,
    font::{Code, Face, Font},
    texts::Texts,
};
use crate::{
    layout::Style,
    source::{Budget, OverBudget},
};

/// What the pages of a document share: fonts, styles, strings.
#[derive(Default)]
pub(super) struct Shared<'a> {
    pub texts: Texts,
    pub styles: Vec<Style>,
    fonts: Vec<Font<'a>>,
    /// Where a font dictionary lies in memory → its index.
    font_ids: BTreeMap<usize, usize>,
    style_ids: BTreeMap<(usize, u32, bool), u16>,
    /// Layers that are switched off.
    hidden_groups: BTreeSet<ObjectId>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(file: &'a File) -> Self {
        let mut shared = Self::default();
        let config = file
            .catalog()
            .and_then(|catalog| file.dict(catalog, b"OCProperties"))
            .and_then(|properties| file.dict(properties, b"D"));
        let hidden = config.and_then(|config| file.array(config, b"OFF")).unwrap_or_default();
        shared.hidden_groups = hidden.iter().filter_map(|o| o.as_reference().ok()).collect();
        shared
    }

    /// The style of a font in a size, kept to a tenth of a point.
    pub(super) fn style(&mut self, font: usize, size: f32, is_drawn_bold: bool) -> u16 {
        let tenths = (size * 10.0).round().clamp(0.0, 1e6) as u32;
        if let Some(style) = self.style_ids.get(&(font, tenths, is_drawn_bold)) {
            return *style;
        }
        let Face { name, bold, italic } = self.fonts[font].face.clone();
        let bold = bold || is_drawn_bold;
        let style = Style { font: name, size: tenths as f32 / 10.0, bold, italic };
        let known = self.styles.iter().position(|other| *other == style);
        let index = known.unwrap_or_else(|| {
            self.styles.push(style);
            self.styles.len() - 1
        });
        // Styles past the last index share it; no document has so many.
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        self.style_ids.insert((font, tenths, is_drawn_bold), index);
        index
    }

    /// The index of a font, read when it is first used.
    pub(super) fn font(
        &mut self,
        file: &'a File,
        dict: &'a Dictionary,
        budget: &mut Budget,
    ) -> Result<usize, OverBudget> {
        let place = std::ptr::from_ref(dict) as usize;
        if let Some(index) = self.font_ids.get(&place) {
            return Ok(*index);
        }
        let font = Font::read(file, dict, &mut self.texts, budget)?;
        self.fonts.push(font);
        let index = self.fonts.len() - 1;
        self.font_ids.insert(place, index);
        Ok(index)
    }

    pub(super) fn font_at(&self, index: usize) -> &Font<'a> {
        &self.fonts[index]
    }

    /// The first code of a string shown with a font.
    pub(super) fn next_code(
        &mut self,
        font: usize,
        bytes: &[u8],
        file: &File,
        budget: &mut Budget,
    ) -> Result<Code, OverBudget> {
        self.fonts[font].next(bytes, file, &mut self.texts, budget)
    }

    /// Whether a layer is switched off.
    pub(super) fn is_hidden(&self, group: ObjectId) -> bool {
        self.hidden_groups.contains(&group)
    }
}
