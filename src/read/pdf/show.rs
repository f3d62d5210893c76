//! Text-showing operators → glyphs where they stand on the page.

use super::{
    content::StreamRun,
    ink::{Glyph, Show},
    lexer::{Lexer, Operand},
    matrix::Matrix,
};
use crate::source::OverBudget;

impl StreamRun<'_, '_, '_, '_> {
    /// `Tj` and `TJ`: shows the strings among the operands.
    pub(super) fn show(&mut self, lexer: &Lexer) -> Result<(), OverBudget> {
        let Some(font) = self.state.font else { return Ok(()) };
        let trm =
            Matrix::shift(0.0, self.state.rise).then(&self.position.matrix).then(&self.state.ctm);
        let vertical = self.page.shared.font_at(font).vertical;
        let along = if vertical { (-trm.c, -trm.d) } else { (trm.a, trm.b) };
        let length = along.0.hypot(along.1);
        let size = self.state.font_size.abs() * trm.c.hypot(trm.d);
        if !(length > 0.0 && size > 0.0 && size.is_finite()) {
            return Ok(());
        }
        // A negative font size writes in the other direction.
        let sign = self.state.font_size.signum() / length;
        let is_drawn_bold = self.state.render_mode == 2;
        let show = Show {
            first: self.page.ink.glyphs.len(),
            style: self.page.shared.style(font, size, is_drawn_bold),
            size,
            direction: (along.0 * sign, along.1 * sign),
            layer: self.page.layer,
        };
        self.page.ink.shows.push(show);
        let (x, y) = trm.apply(0.0, 0.0);
        let middle = (x + 0.3 * size * show.direction.0, y - 0.3 * size * show.direction.0.abs());
        self.is_unseen = self.state.is_white
            && matches!(self.state.render_mode, 0 | 4)
            && !self.page.ink.is_covered(middle.0, middle.1);
        for operand in &lexer.operands {
            match operand {
                Operand::String(range) => {
                    self.show_string(&lexer.strings[range.clone()], font, vertical)?;
                }
                Operand::Number(adjustment) => {
                    let back = -adjustment / 1000.0 * self.state.font_size;
                    let (x, y) = if vertical { (0.0, back) } else { (back, 0.0) };
                    self.position.advance(x * self.state.horizontal_scale, y);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn show_string(
        &mut self,
        mut bytes: &[u8],
        font: usize,
        vertical: bool,
    ) -> Result<(), OverBudget> {
        let page = &mut *self.page;
        let state = &self.state;
        let is_visible = page.n_hidden == 0 && !self.is_unseen;
        let mut n_codes = 0_u32;
        while !bytes.is_empty() {
            // A string may be as long as a stream, and all of it beyond the edge of the page.
            n_codes = n_codes.wrapping_add(1);
            if n_codes.is_multiple_of(4096) {
                page.budget.check_time()?;
            }
            let code = page.shared.next_code(font, bytes, page.file, page.budget)?;
            bytes = &bytes[code.length.min(bytes.len())..];
            let spacing =
                state.char_spacing + if code.is_space_code { state.word_spacing } else { 0.0 };
            let (dx, dy) = if vertical {
                (0.0, -(state.font_size + spacing))
            } else {
                ((code.width * state.font_size + spacing) * state.horizontal_scale, 0.0)
            };
            let from = self.position.matrix.apply(0.0, state.rise);
            let (x, y) = state.ctm.apply(from.0, from.1);
            self.position.advance(dx, dy);
            let to = self.position.matrix.apply(0.0, state.rise);
            let (x1, y1) = state.ctm.apply(to.0, to.1);
            let is_on_page = x > -2.0 && y > -2.0 && x < page.width + 2.0 && y < page.height + 2.0;
            if !is_visible || !is_on_page {
                continue;
            }
            if page.ink.glyphs.len() >= page.budget.limits.max_glyphs {
                let limit = page.budget.limits.max_glyphs as u64;
                return Err(OverBudget::TooMuch { what: "glyphs on one page", limit });
            }
            let advance = (x1 - x).hypot(y1 - y);
            let show = page.ink.shows[page.ink.shows.len() - 1];
            let backwards = (x1 - x) * show.direction.0 + (y1 - y) * show.direction.1 < 0.0;
            let advance = if backwards { -advance } else { advance };
            page.ink.glyphs.push(Glyph { text: code.text, x, y, advance });
        }
        Ok(())
    }
}
