//! Marked content: replacement text, running heads and watermarks that say so, layers that
//! are switched off.
//!
//! # Source
//! ISO 32000-1, 8.11 (optional content), 14.6 and 14.9.4 (`ActualText`).

use lopdf::Object;

use super::{
    content::{MAX_SAVED, StreamRun},
    ink::{Glyph, Layer},
    lexer::{Lexer, Operand},
    texts::{TextId, decode_text_string},
};

/// A `BDC` or `BMC` that is open.
pub(super) struct Marked {
    layer: Layer,
    is_hidden: bool,
    actual_text: Option<(TextId, usize)>,
}

impl StreamRun<'_, '_, '_, '_> {
    /// `BMC` and `BDC`.
    pub(super) fn begin_marked(&mut self, operator: &[u8], lexer: &Lexer) {
        let mut marked = Marked { layer: self.page.layer, is_hidden: false, actual_text: None };
        if operator == b"BDC" {
            let tag = lexer.name().unwrap_or_default();
            // The properties stand in place or among the resources.
            let properties = match lexer.operands.get(1) {
                Some(Operand::Name(name)) => self.resource(b"Properties", name),
                _ => None,
            };
            if tag == b"OC" {
                marked.is_hidden = properties.is_some_and(|group| self.is_hidden(group));
            }
            let actual_text = match properties.and_then(|p| self.page.file.resolve(p)) {
                Some(Object::Dictionary(dict)) => self
                    .page
                    .file
                    .get(dict, b"ActualText")
                    .and_then(|text| text.as_str().ok().map(decode_text_string)),
                _ => inline_entry(lexer, b"ActualText").and_then(|operand| match operand {
                    Operand::String(range) => {
                        Some(decode_text_string(&lexer.strings[range.clone()]))
                    }
                    _ => None,
                }),
            };
            if let Some(text) = actual_text {
                let text = self.page.shared.texts.of_str(&text);
                marked.actual_text = Some((text, self.page.ink.glyphs.len()));
            }
            if tag == b"Artifact" && self.page.layer == Layer::Body {
                let is = |key: &[u8], value: &[u8]| {
                    inline_entry(lexer, key) == Some(&Operand::Name(value))
                };
                if is(b"Subtype", b"Watermark") {
                    self.page.layer = Layer::Watermark;
                } else if is(b"Type", b"Pagination") {
                    self.page.layer = Layer::Running;
                }
            }
        }
        self.page.n_hidden += usize::from(marked.is_hidden);
        if self.marked.len() < MAX_SAVED {
            self.marked.push(marked);
        }
    }

    /// `EMC`.
    pub(super) fn end_marked(&mut self) {
        let Some(marked) = self.marked.pop() else { return };
        self.page.layer = marked.layer;
        self.page.n_hidden -= usize::from(marked.is_hidden);
        if let Some((text, first)) = marked.actual_text {
            self.replace_text(text, first);
        }
    }

    /// Gives the glyphs from `first` on one text, when they stand on one line.
    fn replace_text(&mut self, text: TextId, first: usize) {
        let glyphs = &mut self.page.ink.glyphs;
        let Some((head, tail)) = glyphs.get_mut(first..).and_then(<[Glyph]>::split_first_mut)
        else {
            return;
        };
        let is_one_line = tail.iter().all(|glyph| (glyph.y - head.y).abs() < 1.0);
        if !is_one_line {
            return;
        }
        if let Some(last) = tail.last() {
            head.advance = head.advance.max(last.x + last.advance - head.x);
        }
        head.text = text;
        for glyph in tail {
            glyph.text = TextId::UNKNOWN;
            glyph.advance = 0.0;
        }
    }

    /// Whether a layer, or the first one of a membership dictionary, is switched off.
    pub(super) fn is_hidden(&self, group: &Object) -> bool {
        let file = self.page.file;
        let is_off =
            |object: &Object| object.as_reference().is_ok_and(|id| self.page.shared.is_hidden(id));
        if is_off(group) {
            return true;
        }
        let members = file.resolve(group).and_then(|o| o.as_dict().ok()?.get(b"OCGs").ok());
        match members {
            Some(Object::Array(groups)) => !groups.is_empty() && groups.iter().all(is_off),
            Some(member) => is_off(member),
            None => false,
        }
    }
}

/// The value of a key in a dictionary among the operands.
fn inline_entry<'o>(lexer: &'o Lexer, key: &[u8]) -> Option<&'o Operand<'o>> {
    let at = lexer.operands.iter().position(|operand| *operand == Operand::Name(key))?;
    lexer.operands.get(at + 1)
}
