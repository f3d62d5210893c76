//! [`Interpreter`]: content streams → [`Ink`]. Follows every operator that moves or shows
//! text, and of the rest only what draws lines and images.
//!
//! Every operator is charged to the budget of the whole document, so that form objects that
//! show each other cost no more than one long page.

use lopdf::{Dictionary, Object, Stream};

use super::{
    file::File,
    ink::{Ink, Layer},
    lexer::{Lexer, unescape},
    marked::Marked,
    matrix::Matrix,
    paths::Path,
    shared::Shared,
    state::{State, TextPosition},
};
use crate::{
    layout::BBox,
    source::{Budget, OverBudget},
};

/// Deeper nesting of form objects than any producer writes; viewers stop at about 30.
const MAX_FORMS: usize = 28;
/// More saved states than this are counted but not kept.
pub(super) const MAX_SAVED: usize = 4_096;

/// Runs the content of one page.
pub(super) struct Interpreter<'f, 'b, 'l> {
    pub file: &'f File,
    pub shared: &'b mut Shared<'f>,
    pub budget: &'b mut Budget<'l>,
    pub ink: &'b mut Ink,
    /// The displayed page.
    pub width: f32,
    pub height: f32,
    /// What is being drawn belongs to.
    pub layer: Layer,
    /// How many open layers are switched off.
    pub n_hidden: usize,
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
            is_unseen: false,
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
pub(super) struct StreamRun<'r, 'f, 'b, 'l> {
    pub page: &'r mut Interpreter<'f, 'b, 'l>,
    resources: Option<&'f Dictionary>,
    pub state: State,
    saved: Vec<State>,
    n_unsaved: usize,
    pub position: TextPosition,
    path: Path,
    pub marked: Vec<Marked>,
    /// Whether the text being shown is white on white.
    pub is_unseen: bool,
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
            b"S" | b"s" | b"B" | b"B*" | b"b" | b"b*" | b"f" | b"F" | b"f*" => {
                if matches!(operator, b"s" | b"b" | b"b*") {
                    self.path.close();
                }
                let is_filled = !matches!(operator, b"S" | b"s");
                if is_filled && !self.state.is_white {
                    self.path.fill(self.page.ink);
                }
                self.path.paint(self.page.ink, !matches!(operator, b"f" | b"F" | b"f*"));
            }
            b"n" => self.path.discard(),
            b"g" | b"rg" | b"k" | b"sc" | b"scn" | b"cs" => {
                self.state.is_white = is_white(operator, lexer);
            }
            _ => {}
        }
    }

    /// A resource by category and name.
    pub(super) fn resource(&self, category: &[u8], name: &[u8]) -> Option<&'f Object> {
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
}

/// Whether a colour operator sets white. Of one component it is not known whether 1 is white
/// (grey) or full ink (a spot colour), so only `g` counts.
fn is_white(operator: &[u8], lexer: &Lexer) -> bool {
    let is_all = |is: fn(f32) -> bool| {
        (0..lexer.operands.len()).all(|index| lexer.number(index).is_some_and(is))
    };
    match (operator, lexer.operands.len()) {
        (b"g", 1) | (b"rg" | b"sc" | b"scn", 3) => is_all(|part| part >= 0.999),
        (b"k" | b"sc" | b"scn", 4) => is_all(|part| part <= 0.001),
        _ => false,
    }
}
