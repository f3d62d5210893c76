//! PDF → [`Layout`]: `lopdf` opens the file, the rest is ours: content streams become glyphs,
//! glyphs lines, lines paragraphs, columns and tables.
//!
//! ```text
//!   file ─► content (lexer, state, font ◄ cmap, encoding, embedded) ─► ink: glyphs, lines, images
//!   ink ─► pieces ─► lines (in the cells of grids) ─► running, notes, columns, paragraphs ─► blocks
//! ```
//!
//! Must not understand what it reads, and must not guess a character. Every loop is charged
//! to the [`Budget`].

mod blocks;
mod class;
mod cmap;
mod columns;
mod content;
mod embedded;
mod encoding;
mod encryption;
mod file;
mod font;
mod grids;
mod gutters;
mod ink;
mod lexer;
mod lines;
mod marked;
mod matrix;
mod mend;
mod notes;
mod page;
mod paragraphs;
mod paths;
mod pieces;
mod recognised;
mod running;
#[cfg(test)]
mod sample;
mod shared;
mod show;
mod state;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::BTreeMap;

use lopdf::{Dictionary, Object};

use self::{
    columns::Margins,
    content::Interpreter,
    file::{File, as_dict},
    ink::{Ink, Layer},
    matrix::Matrix,
    page::PageWork,
    shared::Shared,
};
use super::error::ReadError;
use crate::{
    domain::record::Warning,
    layout::{Block, BlockKind, Layout, Page, PageClass, PrintedWord, Style},
    recognised::{OcrFailure, RecognisedPage},
    source::{Budget, OverBudget},
};

/// Code of the warning that a page could not be recognised.
pub const OCR_FAILED: &str = "ocr_failed";
/// Code of the warning that a page has a text layer that is no text.
pub const GARBAGE_LAYER: &str = "garbage_layer";

/// Asks for the words of a page, from 1, that is an image; `None` when nobody has read them.
pub type AskOcr<'a> = dyn FnMut(u32) -> Result<Option<RecognisedPage>, OcrFailure> + 'a;

/// Pages larger or smaller than this in points are taken as A4.
const SENSIBLE_SIZE: std::ops::RangeInclusive<f32> = 10.0..=50_000.0;
const A4: [f32; 4] = [0.0, 0.0, 595.28, 841.89];

/// Reads a PDF, e.g. a decision printed from an office program, or a scan.
///
/// Every page has a class; a page that is an image has at most a stamp for text and needs
/// recognition. Damage that leaves pages is a warning.
///
/// # Errors
/// `PasswordProtected` when the file does not open with the empty password, `Damaged` when
/// no page can be found or nothing is left on any page of a repaired file, `OverBudget` when a limit is reached.
///
/// # Source
/// ISO 32000-1 (PDF 1.7); ISO 32000-2 for encryption.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Result<(Layout, Vec<Warning>), ReadError> {
    read_asking(bytes, budget, &mut |_| Ok(None))
}

/// The same, asking for the words of pages that are images. The time that the answers take is
/// not charged.
///
/// # Errors
/// As [`read`].
pub fn read_asking(
    bytes: &[u8],
    budget: &mut Budget,
    ask: &mut AskOcr,
) -> Result<(Layout, Vec<Warning>), ReadError> {
    let file = File::open(bytes, budget)?;
    let mut warnings = Vec::new();
    if file.repaired {
        let message = "the table of objects was damaged and has been rebuilt";
        warnings.push(Warning::new("repaired", message));
    }
    let mut shared = Shared::new(&file);
    let mut pages = Vec::new();
    for (index, id) in file.pages.iter().enumerate() {
        budget.check_time()?;
        let number = index as u32 + 1;
        let work = match file.page(*id) {
            Some(page) => read_page(&file, page, &mut shared, budget)?,
            None => {
                let message = "expected a page, found none";
                warnings.push(Warning::new("page_missing", message).on_page(number));
                PageWork::new(Ink::default(), &shared.texts, (A4[2], A4[3]))
            }
        };
        let (n_unknown, n_known) = (work.pieces.n_unknown, work.pieces.n_known);
        if 20 * n_unknown > n_known + n_unknown {
            let message =
                format!("{n_unknown} characters have a font that does not say what they are");
            warnings.push(Warning::new("unknown_characters", message).on_page(number));
        }
        pages.push(work);
    }
    let mut styles = shared.styles;
    let layout = lay_out(&pages, &styles);
    // A file that was cut off before its first words would pass for a blank one.
    if file.repaired && layout.pages.iter().all(|page| page.class == PageClass::Blank) {
        let detail = "expected words or images after repairing the file, found none".to_owned();
        return Err(ReadError::Damaged { detail });
    }
    let layout = with_recognised(pages, layout, &mut styles, &mut warnings, ask);
    Ok((layout, warnings))
}

/// The layout of one recognised page alone.
pub fn lay_out_recognised(recognised: &RecognisedPage) -> Layout {
    let mut styles = Vec::new();
    let size = (recognised.width, recognised.height);
    let work = PageWork::recognised(recognised, &mut styles, size);
    let mut layout = lay_out(&[work], &styles);
    for page in &mut layout.pages {
        page.class = PageClass::Recognised;
    }
    layout
}

/// The words of a recognised page, where they stand on the page as displayed, whose size is given.
pub fn recognised_words(recognised: &RecognisedPage, size: (f32, f32)) -> Vec<PrintedWord> {
    PageWork::recognised(recognised, &mut Vec::new(), size).words()
}

/// Puts what was recognised in the place of page images and of text layers that are no text.
/// Stamps and watermarks that the file itself tells apart stay.
fn with_recognised(
    mut pages: Vec<PageWork>,
    mut layout: Layout,
    styles: &mut Vec<Style>,
    warnings: &mut Vec<Warning>,
    ask: &mut AskOcr,
) -> Layout {
    let mut kept: BTreeMap<usize, Vec<Block>> = BTreeMap::new();
    for (index, page) in layout.pages.iter_mut().enumerate() {
        if !matches!(page.class, PageClass::Image | PageClass::GarbageText) {
            continue;
        }
        let recognised = match ask(page.number) {
            Ok(Some(recognised)) => recognised,
            Ok(None) => continue,
            Err(failure) => {
                warnings.push(Warning::new(OCR_FAILED, failure.to_string()).on_page(page.number));
                continue;
            }
        };
        if page.class == PageClass::GarbageText {
            let message = "expected words in the text layer, found none of any language; the page was recognised anew";
            warnings.push(Warning::new(GARBAGE_LAYER, message).on_page(page.number));
        }
        let work = PageWork::recognised(&recognised, styles, (page.width, page.height));
        warnings.extend(recognised::doubts(&recognised, &work, page.number));
        pages[index] = work;
        let beside = |kind: &BlockKind| matches!(kind, BlockKind::Stamp | BlockKind::Watermark);
        let blocks = std::mem::take(&mut page.blocks);
        kept.insert(index, blocks.into_iter().filter(|block| beside(&block.kind)).collect());
    }
    if kept.is_empty() {
        return layout;
    }
    layout = lay_out(&pages, styles);
    for (index, blocks) in kept {
        layout.pages[index].class = PageClass::Recognised;
        layout.pages[index].blocks.extend(blocks);
    }
    layout
}

/// The words of one page, from 1, in the order in which they are drawn.
///
/// # Errors
/// As [`read`]; a page that is not there has no words.
pub fn words(bytes: &[u8], page: u32, budget: &mut Budget) -> Result<Vec<PrintedWord>, ReadError> {
    let file = File::open(bytes, budget)?;
    let index = (page as usize).checked_sub(1);
    let found = index.and_then(|index| file.pages.get(index)).and_then(|id| file.page(*id));
    let Some(page) = found else { return Ok(Vec::new()) };
    let work = read_page(&file, page, &mut Shared::new(&file), budget)?;
    Ok(work.words())
}

fn read_page<'f>(
    file: &'f File,
    page: &'f Dictionary,
    shared: &mut Shared<'f>,
    budget: &mut Budget,
) -> Result<PageWork, OverBudget> {
    let (matrix, width, height) = displayed(file, page);
    let mut content = Vec::new();
    let contents = file.get(page, b"Contents");
    let streams = match contents {
        Some(Object::Array(streams)) => streams.as_slice(),
        Some(stream) => std::slice::from_ref(stream),
        None => &[],
    };
    for stream in streams {
        if let Some(Object::Stream(stream)) = file.resolve(stream) {
            content.extend(file.inflate(stream, budget)?);
            content.push(b'\n');
        }
    }
    let resources = file.inherited(page, b"Resources").and_then(as_dict);
    let mut ink = Ink::default();
    let mut interpreter = Interpreter::new(file, shared, budget, &mut ink, (width, height));
    interpreter.run(&content, resources, matrix)?;
    for annotation in file.array(page, b"Annots").unwrap_or_default() {
        let Some(annotation) = file.resolve(annotation).and_then(as_dict) else { continue };
        run_annotation(&mut interpreter, annotation, &matrix)?;
    }
    Ok(PageWork::new(ink, &shared.texts, (width, height)))
}

/// From user space to the displayed page, and the size of the latter.
///
/// # Source
/// ISO 32000-1, 7.7.3.3: `CropBox`, `Rotate`, `UserUnit`.
fn displayed(file: &File, page: &Dictionary) -> (Matrix, f32, f32) {
    let numbers = |key: &[u8]| -> Option<[f32; 4]> {
        let array = file.inherited(page, key)?.as_array().ok()?;
        let number = |index: usize| file.as_number(array.get(index)?);
        let [x0, y0, x1, y1] = [number(0)?, number(1)?, number(2)?, number(3)?];
        let sorted = [x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)];
        let is_sensible = SENSIBLE_SIZE.contains(&(sorted[2] - sorted[0]))
            && SENSIBLE_SIZE.contains(&(sorted[3] - sorted[1]));
        is_sensible.then_some(sorted)
    };
    let media = numbers(b"MediaBox").unwrap_or(A4);
    let crop = numbers(b"CropBox").map_or(media, |crop| {
        let cut = [
            crop[0].max(media[0]),
            crop[1].max(media[1]),
            crop[2].min(media[2]),
            crop[3].min(media[3]),
        ];
        if cut[2] > cut[0] && cut[3] > cut[1] { cut } else { media }
    });
    let [x0, y0, x1, y1] = crop;
    let unit = file.number(page, b"UserUnit").filter(|unit| (0.1..=100.0).contains(unit));
    let unit = unit.unwrap_or(1.0);
    let rotate = file.inherited(page, b"Rotate").and_then(|r| file.as_number(r)).unwrap_or(0.0);
    let quarter = (rotate / 90.0).round().rem_euclid(4.0) as u8;
    let numbers = match quarter {
        1 => [0.0, 1.0, 1.0, 0.0, -y0, -x0],
        2 => [-1.0, 0.0, 0.0, 1.0, x1, -y0],
        3 => [0.0, -1.0, -1.0, 0.0, y1, x1],
        _ => [1.0, 0.0, 0.0, -1.0, -x0, y1],
    };
    let matrix = Matrix::new(numbers.map(|number| number * unit));
    let (width, height) = ((x1 - x0) * unit, (y1 - y0) * unit);
    if quarter % 2 == 1 { (matrix, height, width) } else { (matrix, width, height) }
}

/// Runs the appearance of an annotation that is shown. Typed-in text and form fields belong
/// to the page; everything else, signatures above all, is a stamp.
fn run_annotation<'f>(
    interpreter: &mut Interpreter<'f, '_, '_>,
    annotation: &'f Dictionary,
    matrix: &Matrix,
) -> Result<(), OverBudget> {
    let file = interpreter.file;
    let flags = file.number(annotation, b"F").unwrap_or(0.0) as u32;
    let subtype = file.name(annotation, b"Subtype").unwrap_or_default();
    // Bit 2 is Hidden, bit 6 NoView.
    if flags & 0b10_0010 != 0 || matches!(subtype, b"Link" | b"Popup") {
        return Ok(());
    }
    let Some(rect) = file.numbers::<4>(annotation, b"Rect") else { return Ok(()) };
    let normal = file.dict(annotation, b"AP").and_then(|appearance| file.get(appearance, b"N"));
    let form = match normal {
        Some(Object::Stream(form)) => Some(form),
        Some(Object::Dictionary(states)) => {
            file.name(annotation, b"AS").and_then(|state| file.stream(states, state))
        }
        _ => None,
    };
    let Some(form) = form else { return Ok(()) };
    let field_type = file
        .name(annotation, b"FT")
        .or_else(|| file.dict(annotation, b"Parent").and_then(|parent| file.name(parent, b"FT")));
    let is_typed = subtype == b"FreeText"
        || (subtype == b"Widget" && matches!(field_type, Some(b"Tx" | b"Ch")));
    let layer = if is_typed { Layer::Body } else { Layer::Stamp };
    interpreter.run_appearance(form, rect, layer, matrix)
}

/// All pages together: what recurs, how large the body is; then each page's blocks.
fn lay_out(pages: &[PageWork], styles: &[Style]) -> Layout {
    let candidates: Vec<running::Candidates> = pages
        .iter()
        .map(|page| running::Candidates {
            lines: &page.lines,
            pieces: &page.pieces,
            height: page.frame.height,
        })
        .collect();
    let running = running::find(&candidates);
    let body_size = body_size(pages);
    let margins = Margins::of_document(pages.iter().zip(&running).map(|(page, running)| {
        let is_body = |index: &usize| !running.contains(index);
        let lines = (0..page.lines.len()).filter(is_body).map(|index| &page.lines[index]);
        let body = lines.filter(|line| line.layer == Layer::Body).cloned().collect();
        (body, page.frame.width)
    }));
    let mut layout = Layout { pages: Vec::new(), styles: styles.to_vec() };
    let mut n_tables = 0;
    for (index, work) in pages.iter().enumerate() {
        let surroundings = blocks::Surroundings {
            styles: &layout.styles,
            body_size,
            margins,
            running: &running[index],
        };
        let blocks = blocks::of_page(work, &surroundings, &mut n_tables);
        let is_own = |kind: &BlockKind| {
            !matches!(kind, BlockKind::Running | BlockKind::Stamp | BlockKind::Watermark)
        };
        let texts: Vec<String> = blocks
            .iter()
            .filter(|block| is_own(&block.kind))
            .flat_map(|block| block.lines.iter().map(|line| line.text()))
            .collect();
        let words: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
        layout.pages.push(Page {
            number: index as u32 + 1,
            width: work.width,
            height: work.height,
            class: class::classify(
                &work.images,
                (work.width, work.height),
                &words,
                work.pieces.n_unknown,
            ),
            blocks,
        });
    }
    layout
}

/// The font size of most characters of the document, to half a point.
fn body_size(pages: &[PageWork]) -> f32 {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for piece in pages.iter().flat_map(|page| &page.pieces.list) {
        *counts.entry((piece.size * 2.0).round() as u32).or_default() += piece.text.len();
    }
    let most = counts.into_iter().max_by_key(|&(size, count)| (count, size));
    most.map_or(0.0, |(size, _)| size as f32 / 2.0)
}
