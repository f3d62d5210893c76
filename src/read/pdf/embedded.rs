//! [`Embedded`]: the font program in the file, asked what its glyphs say when the font
//! dictionary does not tell. Through `skrifa`; never draws anything.

use std::collections::BTreeMap;

use skrifa::{
    GlyphId,
    raw::model::{Font, charmap::EncodingKind},
};

use super::encoding::named;

/// More glyphs than a font can have.
const MAX_GLYPHS: u32 = 1 << 16;

/// A font program and what its glyphs say.
pub(super) struct Embedded {
    font: Font,
    /// Glyph → character by the font's own Unicode map.
    characters: BTreeMap<u32, char>,
}

impl Embedded {
    /// Opens a font program: TrueType, OpenType, bare CFF or Type 1.
    pub(super) fn open(bytes: Vec<u8>) -> Option<Self> {
        let font = Font::new(bytes, 0)?;
        let mut characters = BTreeMap::new();
        for (code, glyph) in font.charmap().unicodes().take(4 * MAX_GLYPHS as usize) {
            let Some(character) = char::from_u32(code) else { continue };
            // Of several characters with one glyph the plainest is meant: a letter before a
            // compatibility form, and never the private use area if anything else is there.
            let rank = |c: char| (matches!(c, '\u{e000}'..='\u{f8ff}'), c == '\u{ad}', c);
            let slot = characters.entry(glyph.to_u32()).or_insert(character);
            if rank(character) < rank(*slot) {
                *slot = character;
            }
        }
        Some(Self { font, characters })
    }

    /// What a glyph says, by the font's Unicode map, else by the glyph's name.
    pub(super) fn text(&self, glyph: u32) -> String {
        match self.characters.get(&glyph) {
            Some(character) if !matches!(character, '\u{e000}'..='\u{f8ff}') => {
                character.to_string()
            }
            _ => self.font.glyph_name(GlyphId::new(glyph)).map_or(String::new(), |n| named(&n)),
        }
    }

    /// The glyph of a CID when the font program decides it.
    pub(super) fn glyph_of_cid(&self, cid: u32) -> u32 {
        self.font.glyph_by_cid(cid).map_or(cid, |glyph| glyph.to_u32())
    }

    /// The glyph of a name.
    pub(super) fn glyph_of_name(&self, name: &str) -> Option<u32> {
        self.font.glyph_by_name(name).map(|glyph| glyph.to_u32())
    }

    /// The glyph that a one-byte code draws by the font's own encoding.
    ///
    /// # Source
    /// ISO 32000-1, 9.6.6.4: for symbolic TrueType fonts first the (3,0) map with the codes
    /// at F000, then the (1,0) map.
    pub(super) fn glyph_of_code(&self, code: u8) -> Option<u32> {
        let charmap = self.font.charmap();
        let mut found: Option<(u8, u32)> = None;
        for encoding in charmap.encodings() {
            let candidates: &[u32] = match encoding.kind() {
                EncodingKind::MsSymbol => &[0xf000 + u32::from(code), u32::from(code)],
                EncodingKind::Unicode => &[],
                _ => &[u32::from(code)],
            };
            let priority = u8::from(encoding.kind() != EncodingKind::MsSymbol);
            for &candidate in candidates {
                if found.is_none_or(|(best, _)| priority < best)
                    && let Some(glyph) = charmap.map_code(encoding, candidate)
                {
                    found = Some((priority, glyph.to_u32()));
                }
            }
        }
        found.map(|(_, glyph)| glyph)
    }

    /// The character that the font program's own encoding gives a one-byte code.
    pub(super) fn text_of_code(&self, code: u8) -> String {
        self.glyph_of_code(code).map_or(String::new(), |glyph| self.text(glyph))
    }

    /// How wide a glyph is, in ems.
    pub(super) fn width(&self, glyph: u32) -> Option<f32> {
        let em = f32::from(self.font.units_per_em());
        let advance = self.font.glyph_metrics().h_advance(GlyphId::new(glyph));
        (em > 0.0 && advance > 0.0).then(|| advance / em).filter(|width| width.is_finite())
    }
}
