//! [`Interpreter`]: content streams → [`Ink`]. Follows every operator that moves or shows
//! text, and of the rest only what draws lines and images.
//!
//! Every operator is charged to the budget of the whole document, so that form objects that
//! show each other cost no more than one long page.

use lopdf::{Dictionary, Object, Stream};

use super::{
    file::File,
    ink::{Glyph, Ink, Layer, Show},
    lexer::{Lexer, Operand, unescape},
    matrix::Matrix,
    paths::Path,
    shared::Shared,
    state::{State, TextPosition},
    texts::{TextId, decode_text_string},
};
use crate::{
    layout::BBox,
    source::{Budget, OverBudget},
};

/// Deeper nesting of form objects than any producer writes; viewers stop at about 30.
const MAX_FORMS: usize = 28;
/// More saved states than this are counted but not kept.
const MAX_SAVED: usize = 4_096;

/// A `BDC` or `BMC` that is open.
struct Marked {
    layer: Layer,
    is_hidden: bool,
    actual_text: Option<(TextId, usize)>,
}

/// Runs the content of one page.
pub(super) struct Interpreter<'f, 'b, 'l> {
    pub file: &'f File,
    pub shared: &'b mut Shared<'f>,
    pub budget: &'b mut Budget<'l>,
    pub ink: &'b mut Ink,
    /// The displayed page.
    pub width: f32,
    pub height: f32,
    layer: Layer,
    n_hidden: usize,
    /// Where the form objects being run lie in memory.
    forms: Vec<usize>,
}

impl<'f, 'b, 'l> Interpreter<'f, 'b, 'l> {
    pub(super) fn new(
        file: &'f File,
        shared: &'b mut Shared<'f>,
        budget: &'b mut Budget<'l>,
        ink: &'b mut Ink,
        (width, height): (f32, f32),
    ) -> Self {
        let (layer, n_hidden) = (Layer::Body, 0);
        Self { file, shared, budget, ink, width, height, layer, n_hidden, forms: Vec::new() }
    }

    /// Runs a content stream with its resources.
    pub(super) fn run(
        &mut self,
        content: &[u8],
        resources: Option<&'f Dictionary>,
        ctm: Matrix,
    ) -> Result<(), OverBudget> {
        let (layer, n_hidden) = (self.layer, self.n_hidden);
        let mut stream = StreamRun {
            page: self,
            resources,
            state: State::new(ctm),
            saved: Vec::new(),
            n_unsaved: 0,
            position: TextPosition::default(),
            path: Path::default(),
            marked: Vec::new(),
        };
        let mut lexer = Lexer::new(content);
        while let Some(operator) = lexer.next_operator() {
            stream.page.budget.charge_operation()?;
            stream.operate(operator, &lexer)?;
        }
        (self.layer, self.n_hidden) = (layer, n_hidden);
        Ok(())
    }

    /// Runs the appearance of an annotation, fitted into its rectangle.
    pub(super) fn run_appearance(
        &mut self,
        form: &'f Stream,
        rect: [f32; 4],
        layer: Layer,
        page_matrix: &Matrix,
    ) -> Result<(), OverBudget> {
        let matrix = self.file.numbers(&form.dict, b"Matrix").map_or(Matrix::IDENTITY, Matrix::new);
        let [bx0, by0, bx1, by1] = self.file.numbers(&form.dict, b"BBox").unwrap_or(rect);
        let corners = [(bx0, by0), (bx1, by0), (bx0, by1), (bx1, by1)];
        let corners = corners.map(|(x, y)| matrix.apply(x, y));
        let low = corners.iter().fold((f32::MAX, f32::MAX), |m, c| (m.0.min(c.0), m.1.min(c.1)));
        let high = corners.iter().fold((f32::MIN, f32::MIN), |m, c| (m.0.max(c.0), m.1.max(c.1)));
        let scale = |from: f32, to: f32| if from.abs() > 1e-3 { to / from } else { 1.0 };
        let a = scale(high.0 - low.0, (rect[2] - rect[0]).abs());
        let d = scale(high.1 - low.1, (rect[3] - rect[1]).abs());
        let e = rect[0].min(rect[2]) - low.0 * a;
        let f = rect[1].min(rect[3]) - low.1 * d;
        let fitted = Matrix::new([a, 0.0, 0.0, d, e, f]).then(page_matrix);
        self.layer = layer;
        self.run_form(form, None, &fitted)?;
        self.layer = Layer::Body;
        Ok(())
    }

    fn run_form(
        &mut self,
        form: &'f Stream,
        resources: Option<&'f Dictionary>,
        ctm: &Matrix,
    ) -> Result<(), OverBudget> {
        let place = std::ptr::from_ref(form) as usize;
        let max_forms = MAX_FORMS.min(self.budget.limits.max_depth);
        if self.forms.len() >= max_forms || self.forms.contains(&place) {
            return Ok(());
        }
        let matrix = self.file.numbers(&form.dict, b"Matrix").map_or(Matrix::IDENTITY, Matrix::new);
        let resources = self.file.dict(&form.dict, b"Resources").or(resources);
        let content = self.file.inflate(form, self.budget)?;
        self.forms.push(place);
        self.run(&content, resources, matrix.then(ctm))?;
        self.forms.pop();
        Ok(())
    }

    fn load_font(&mut self, dict: &'f Dictionary) -> Result<usize, OverBudget> {
        self.shared.font(self.file, dict, self.budget)
    }

    fn draw_image(&mut self, ctm: &Matrix) {
        let corners =
            [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].map(|(x, y)| ctm.apply(x, y));
        let mut bbox = BBox { x0: f32::MAX, y0: f32::MAX, x1: 0.0, y1: 0.0 };
        for (x, y) in corners {
            bbox.x0 = bbox.x0.min(x).max(0.0);
            bbox.y0 = bbox.y0.min(y).max(0.0);
            bbox.x1 = bbox.x1.max(x).min(self.width);
            bbox.y1 = bbox.y1.max(y).min(self.height);
        }
        if bbox.x1 > bbox.x0 && bbox.y1 > bbox.y0 && self.n_hidden == 0 {
            self.ink.images.push(bbox);
        }
    }
}

/// One content stream being run.
struct StreamRun<'r, 'f, 'b, 'l> {
    page: &'r mut Interpreter<'f, 'b, 'l>,
    resources: Option<&'f Dictionary>,
    state: State,
    saved: Vec<State>,
    n_unsaved: usize,
    position: TextPosition,
    path: Path,
    marked: Vec<Marked>,
}

impl<'f> StreamRun<'_, 'f, '_, '_> {
    fn operate(&mut self, operator: &[u8], lexer: &Lexer) -> Result<(), OverBudget> {
        let first = |default: f32| lexer.number(0).unwrap_or(default);
        match operator {
            b"q" if self.saved.len() < MAX_SAVED => self.saved.push(self.state.clone()),
            b"q" => self.n_unsaved += 1,
            b"Q" if self.n_unsaved > 0 => self.n_unsaved -= 1,
            b"Q" => {
                if let Some(state) = self.saved.pop() {
                    self.state = state;
                }
            }
            b"cm" => {
                if let Some(numbers) = lexer.numbers() {
                    self.state.ctm = Matrix::new(numbers).then(&self.state.ctm);
                }
            }
            b"gs" => self.set_parameters(lexer)?,
            b"BT" => self.position = TextPosition::default(),
            b"Tf" => {
                self.state.font_size = lexer.numbers::<1>().map_or(0.0, |[size]| size);
                self.state.font = match lexer.name() {
                    Some(name) => self.font(name)?,
                    None => None,
                };
            }
            b"Tc" => self.state.char_spacing = first(0.0),
            b"Tw" => self.state.word_spacing = first(0.0),
            b"Tz" => self.state.horizontal_scale = first(100.0) / 100.0,
            b"TL" => self.state.leading = first(0.0),
            b"Ts" => self.state.rise = first(0.0),
            b"Tr" => self.state.render_mode = first(0.0) as u8,
            b"Tm" => {
                if let Some(numbers) = lexer.numbers() {
                    self.position.set(Matrix::new(numbers));
                }
            }
            b"Td" | b"TD" => {
                if let Some([x, y]) = lexer.numbers() {
                    if operator == b"TD" {
                        self.state.leading = -y;
                    }
                    self.position.next_line(x, y);
                }
            }
            b"T*" => self.position.next_line(0.0, -self.state.leading),
            b"Tj" | b"TJ" => self.show(lexer)?,
            b"'" => {
                self.position.next_line(0.0, -self.state.leading);
                self.show(lexer)?;
            }
            b"\"" => {
                self.state.word_spacing = first(0.0);
                self.state.char_spacing = lexer.number(1).unwrap_or(0.0);
                self.position.next_line(0.0, -self.state.leading);
                self.show(lexer)?;
            }
            b"Do" => self.draw_object(lexer)?,
            b"EI" => self.page.draw_image(&self.state.ctm),
            b"BMC" | b"BDC" => self.begin_marked(operator, lexer),
            b"EMC" => self.end_marked(),
            _ => self.operate_path(operator, lexer),
        }
        Ok(())
    }

    fn operate_path(&mut self, operator: &[u8], lexer: &Lexer) {
        let ctm = &self.state.ctm;
        match operator {
            b"m" | b"l" | b"c" | b"v" | b"y" => {
                let Some([x, y]) = lexer.numbers() else { return };
                match operator {
                    b"m" => self.path.move_to(ctm, x, y),
                    b"l" => self.path.line_to(ctm, x, y),
                    _ => self.path.curve_to(ctm, x, y),
                }
            }
            b"re" => {
                if let Some(numbers) = lexer.numbers() {
                    self.path.rectangle(ctm, numbers);
                }
            }
            b"h" => self.path.close(),
            b"S" | b"B" | b"B*" => self.path.paint(self.page.ink, true),
            b"s" | b"b" | b"b*" => {
                self.path.close();
                self.path.paint(self.page.ink, true);
            }
            b"f" | b"F" | b"f*" => self.path.paint(self.page.ink, false),
            b"n" => self.path.discard(),
            _ => {}
        }
    }

    /// A resource by category and name.
    fn resource(&self, category: &[u8], name: &[u8]) -> Option<&'f Object> {
        let dict = self.page.file.dict(self.resources?, category)?;
        match unescape(name) {
            Some(plain) => dict.get(&plain).or_else(|_| dict.get(name)).ok(),
            None => dict.get(name).ok(),
        }
    }

    fn font(&mut self, name: &[u8]) -> Result<Option<usize>, OverBudget> {
        let file = self.page.file;
        let dict = self.resource(b"Font", name).and_then(|o| file.resolve(o)?.as_dict().ok());
        match dict {
            Some(dict) => self.page.load_font(dict).map(Some),
            None => Ok(None),
        }
    }

    /// `gs`: of the graphics state parameters only the font matters.
    fn set_parameters(&mut self, lexer: &Lexer) -> Result<(), OverBudget> {
        let file = self.page.file;
        let Some(name) = lexer.name() else { return Ok(()) };
        let parameters =
            self.resource(b"ExtGState", name).and_then(|o| file.resolve(o)?.as_dict().ok());
        let Some([font, size]) = parameters.and_then(|p| file.array(p, b"Font")) else {
            return Ok(());
        };
        if let Some(dict) = file.resolve(font).and_then(|font| font.as_dict().ok()) {
            self.state.font = Some(self.page.load_font(dict)?);
            self.state.font_size = file.as_number(size).unwrap_or(0.0);
        }
        Ok(())
    }

    fn draw_object(&mut self, lexer: &Lexer) -> Result<(), OverBudget> {
        let file = self.page.file;
        let object = lexer.name().and_then(|name| self.resource(b"XObject", name));
        let Some(stream) = object.and_then(|o| file.resolve(o)?.as_stream().ok()) else {
            return Ok(());
        };
        let group = stream.dict.get(b"OC").ok();
        if group.is_some_and(|group| self.is_hidden(group)) {
            return Ok(());
        }
        match file.name(&stream.dict, b"Subtype") {
            Some(b"Form") => self.page.run_form(stream, self.resources, &self.state.ctm),
            Some(b"Image") => {
                self.page.draw_image(&self.state.ctm);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether a layer, or the first one of a membership dictionary, is switched off.
    fn is_hidden(&self, group: &Object) -> bool {
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

    fn begin_marked(&mut self, operator: &[u8], lexer: &Lexer) {
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

    fn end_marked(&mut self) {
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

    fn show(&mut self, lexer: &Lexer) -> Result<(), OverBudget> {
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
        let is_visible = page.n_hidden == 0;
        while !bytes.is_empty() {
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

/// The value of a key in a dictionary among the operands.
fn inline_entry<'o>(lexer: &'o Lexer, key: &[u8]) -> Option<&'o Operand<'o>> {
    let at = lexer.operands.iter().position(|operand| *operand == Operand::Name(key))?;
    lexer.operands.get(at + 1)
}
