//! [`State`]: the graphics and text state of a content stream.

use super::matrix::Matrix;

/// What `q` saves and `Q` restores.
///
/// # Source
/// ISO 32000-1, 8.4 and 9.3.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// From user space to the displayed page.
    pub ctm: Matrix,
    /// Index of the font in the document's fonts.
    pub font: Option<usize>,
    pub font_size: f32,
    pub char_spacing: f32,
    pub word_spacing: f32,
    /// 1 is 100 %.
    pub horizontal_scale: f32,
    pub leading: f32,
    pub rise: f32,
    pub render_mode: u8,
    /// Whether filled text is white: unseen on paper, unless something is drawn under it.
    pub is_white: bool,
}

impl State {
    pub(super) fn new(ctm: Matrix) -> Self {
        Self {
            ctm,
            font: None,
            font_size: 0.0,
            char_spacing: 0.0,
            word_spacing: 0.0,
            horizontal_scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            render_mode: 0,
            is_white: false,
        }
    }
}

/// The two text matrices; they live from `BT` to `ET` and are not saved by `q`.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextPosition {
    pub matrix: Matrix,
    pub line: Matrix,
}

impl Default for TextPosition {
    fn default() -> Self {
        Self { matrix: Matrix::IDENTITY, line: Matrix::IDENTITY }
    }
}

impl TextPosition {
    pub(super) fn set(&mut self, matrix: Matrix) {
        self.matrix = matrix;
        self.line = matrix;
    }

    /// Goes to the start of another line, `x` and `y` from the start of this one.
    pub(super) fn next_line(&mut self, x: f32, y: f32) {
        self.set(Matrix::shift(x, y).then(&self.line));
    }

    /// Moves the pen along the line.
    pub(super) fn advance(&mut self, x: f32, y: f32) {
        let (e, f) = self.matrix.apply(x, y);
        self.matrix.e = e;
        self.matrix.f = f;
    }
}
