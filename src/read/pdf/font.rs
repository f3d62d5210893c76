//! [`Font`]: the codes of a string shown with a font → what they say and how wide they are.
//!
//! Read once a document; what a code says is found when it is first shown and then kept.
//! In order of trust: ToUnicode, glyph names and named encoding, the font program. A code
//! that none of them knows says nothing; it is counted, never guessed.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Object, Stream};

use super::{
    cmap::{CodeMap, ToUnicode},
    embedded::Embedded,
    encoding::{Base, SimpleEncoding, named},
    file::File,
    texts::{TextId, Texts, is_combining},
};
use crate::source::{Budget, OverBudget};

/// Codes above this are not kept.
const MAX_KEPT_CODES: u32 = 1 << 16;
/// More widths than this are not read: ranges may be repeated without end.
const MAX_WIDTHS: usize = 1 << 18;
/// Width in ems where nothing tells it.
const USUAL_WIDTH: f32 = 0.5;

/// What a font is called and how it looks.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Face {
    /// Without a subset prefix.
    pub name: String,
    pub bold: bool,
    pub italic: bool,
}

/// One code of a shown string.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Code {
    pub text: TextId,
    /// In text space: ems, for Type 3 fonts already through their matrix.
    pub width: f32,
    /// Whether word spacing applies: the one-byte code 32.
    pub is_space_code: bool,
    /// How many bytes of the string it took.
    pub length: usize,
}

/// A font of the document.
pub(super) struct Font<'a> {
    pub face: Face,
    /// Whether lines run from top to bottom.
    pub vertical: bool,
    kind: Kind<'a>,
    to_unicode: Option<ToUnicode>,
    program: Program<'a>,
    kept: Vec<Option<(TextId, f32)>>,
}

enum Kind<'a> {
    Simple {
        encoding: SimpleEncoding,
        is_true_type: bool,
        /// By code, 0 where the dictionary does not tell.
        widths: Box<[f32; 256]>,
    },
    Composite {
        codes: CodeMap,
        /// Codes are UTF-16 themselves (`UniGB-UCS2-H` and the like).
        is_unicode: bool,
        widths: BTreeMap<u32, f32>,
        default_width: f32,
        glyphs: Glyphs<'a>,
    },
}

/// CIDs → glyphs.
enum Glyphs<'a> {
    Identity,
    ByProgram,
    Map(&'a Stream),
    Table(Vec<u8>),
}

enum Program<'a> {
    None,
    Packed(&'a Stream),
    Open(Box<Embedded>),
}

impl<'a> Font<'a> {
    /// Reads a font dictionary.
    pub(super) fn read(
        file: &'a File,
        dict: &'a Dictionary,
        texts: &mut Texts,
        budget: &mut Budget,
    ) -> Result<Self, OverBudget> {
        let to_unicode = match file.stream(dict, b"ToUnicode") {
            Some(stream) => {
                let bytes = file.inflate(stream, budget)?;
                Some(ToUnicode::parse(&bytes, texts, budget)?)
            }
            None => None,
        };
        let subtype = file.name(dict, b"Subtype").unwrap_or_default();
        let descendant = file
            .array(dict, b"DescendantFonts")
            .and_then(|fonts| file.resolve(fonts.first()?)?.as_dict().ok());
        let described = descendant.unwrap_or(dict);
        let descriptor = file.dict(described, b"FontDescriptor");
        let program = descriptor
            .and_then(|d| {
                [&b"FontFile2"[..], b"FontFile3", b"FontFile"]
                    .into_iter()
                    .find_map(|key| file.stream(d, key))
            })
            .map_or(Program::None, Program::Packed);
        let encoding_name = file.name(dict, b"Encoding").unwrap_or_default();
        let kind = match descendant {
            Some(descendant) if subtype == b"Type0" => {
                let codes = match file.stream(dict, b"Encoding") {
                    Some(stream) => CodeMap::parse(&file.inflate(stream, budget)?, budget)?,
                    None => CodeMap::identity(),
                };
                Kind::Composite {
                    codes,
                    is_unicode: encoding_name.starts_with(b"Uni")
                        && (contains(encoding_name, b"UCS2") || contains(encoding_name, b"UTF16")),
                    widths: composite_widths(file, descendant),
                    default_width: file.number(descendant, b"DW").unwrap_or(1000.0) / 1000.0,
                    glyphs: match file.get(descendant, b"CIDToGIDMap") {
                        Some(Object::Stream(stream)) => Glyphs::Map(stream),
                        Some(_) => Glyphs::Identity,
                        None => Glyphs::ByProgram,
                    },
                }
            }
            _ => Kind::Simple {
                encoding: SimpleEncoding::read(file, dict),
                is_true_type: subtype == b"TrueType",
                widths: simple_widths(file, dict, descriptor, subtype == b"Type3"),
            },
        };
        Ok(Self {
            face: face(file, dict, descriptor),
            vertical: encoding_name.ends_with(b"-V"),
            kind,
            to_unicode,
            program,
            kept: Vec::new(),
        })
    }

    /// The first code of a string that is not empty.
    pub(super) fn next(
        &mut self,
        bytes: &[u8],
        file: &File,
        texts: &mut Texts,
        budget: &mut Budget,
    ) -> Result<Code, OverBudget> {
        let (code, length) = match &self.kind {
            Kind::Simple { .. } => (u32::from(bytes.first().copied().unwrap_or(0)), 1),
            Kind::Composite { codes, .. } => codes.next_code(bytes),
        };
        let (text, width) = match self.kept.get(code as usize) {
            Some(Some(known)) => *known,
            _ => {
                let found = self.find(code, file, texts, budget)?;
                if code < MAX_KEPT_CODES {
                    if self.kept.len() <= code as usize {
                        self.kept.resize(code as usize + 1, None);
                    }
                    self.kept[code as usize] = Some(found);
                }
                found
            }
        };
        Ok(Code { text, width, is_space_code: length == 1 && code == 32, length })
    }

    fn find(
        &mut self,
        code: u32,
        file: &File,
        texts: &mut Texts,
        budget: &mut Budget,
    ) -> Result<(TextId, f32), OverBudget> {
        let mut text = self.to_unicode.as_ref().map_or(TextId::UNKNOWN, |m| m.get(code, texts));
        // Some producers map a code that is shown to the private copy of a one-byte code.
        if let Some(character @ '\u{f020}'..='\u{f0ff}') = text.as_char() {
            text = texts.of_char(self.of_symbol(character));
        }
        match &self.kind {
            Kind::Simple { widths, .. } => {
                let code = code as u8;
                let mut width = widths[usize::from(code)];
                if !text.is_known() {
                    text = self.find_simple(code, file, texts, budget)?;
                }
                if width.is_nan() && text.as_char().is_some_and(is_combining) {
                    width = 0.0;
                }
                if width.is_nan() {
                    let program = self.open_program(file, budget)?;
                    let glyph = program.and_then(|p| Some((p, p.glyph_of_code(code)?)));
                    width = glyph.and_then(|(p, glyph)| p.width(glyph)).unwrap_or(USUAL_WIDTH);
                }
                Ok((text, width))
            }
            Kind::Composite { codes, is_unicode, widths, default_width, .. } => {
                let cid = codes.cid(code);
                let width = widths.get(&cid).copied().unwrap_or(*default_width);
                if !text.is_known() && *is_unicode {
                    text = char::from_u32(code).map_or(TextId::UNKNOWN, |c| texts.of_char(c));
                }
                if !text.is_known() {
                    let glyph = self.glyph_of_cid(cid, file, budget)?;
                    if let Some(program) = self.open_program(file, budget)? {
                        text = texts.of_str(&program.text(glyph));
                    }
                }
                Ok((text, width))
            }
        }
    }

    fn find_simple(
        &mut self,
        code: u8,
        file: &File,
        texts: &mut Texts,
        budget: &mut Budget,
    ) -> Result<TextId, OverBudget> {
        let Kind::Simple { encoding, is_true_type, .. } = &self.kind else {
            return Ok(TextId::UNKNOWN);
        };
        let (base, is_true_type) = (encoding.base, *is_true_type);
        let name = encoding.differences.get(&code).cloned();
        if let Some(name) = name {
            let text = texts.of_str(&named(&name));
            if text.is_known() {
                return Ok(text);
            }
            // A name of the font's own: its Unicode map may know the glyph.
            if let Some(program) = self.open_program(file, budget)?
                && let Some(glyph) = program.glyph_of_name(&name)
            {
                return Ok(texts.of_str(&program.text(glyph)));
            }
            return Ok(TextId::UNKNOWN);
        }
        if base.is_none()
            && let Some(program) = self.open_program(file, budget)?
        {
            let text = texts.of_str(&program.text_of_code(code));
            if text.is_known() {
                return Ok(text);
            }
        }
        let base = base.unwrap_or(if is_true_type { Base::WinAnsi } else { Base::Standard });
        Ok(base.character(code).map_or(TextId::UNKNOWN, |character| texts.of_char(character)))
    }

    fn glyph_of_cid(
        &mut self,
        cid: u32,
        file: &File,
        budget: &mut Budget,
    ) -> Result<u32, OverBudget> {
        let Kind::Composite { glyphs, .. } = &mut self.kind else { return Ok(cid) };
        if let Glyphs::Map(stream) = glyphs {
            *glyphs = Glyphs::Table(file.inflate(stream, budget)?);
        }
        match glyphs {
            Glyphs::Table(table) => {
                let at = cid as usize * 2;
                Ok(table.get(at..at + 2).map_or(0, |b| u32::from(b[0]) << 8 | u32::from(b[1])))
            }
            Glyphs::ByProgram => {
                Ok(self.open_program(file, budget)?.map_or(cid, |p| p.glyph_of_cid(cid)))
            }
            Glyphs::Identity | Glyphs::Map(_) => Ok(cid),
        }
    }

    fn open_program(
        &mut self,
        file: &File,
        budget: &mut Budget,
    ) -> Result<Option<&Embedded>, OverBudget> {
        if let Program::Packed(stream) = self.program {
            self.program = match Embedded::open(file.inflate(stream, budget)?) {
                Some(program) => Program::Open(Box::new(program)),
                None => Program::None,
            };
        }
        Ok(match &self.program {
            Program::Open(program) => Some(program),
            _ => None,
        })
    }

    /// The character that a code of a symbol font, moved to the private use area, stands for.
    fn of_symbol(&self, character: char) -> char {
        let code = (character as u32 - 0xf000) as u8;
        let name = self.face.name.to_ascii_lowercase();
        if !name.contains("symbol") && !name.contains("dings") {
            return Base::WinAnsi.character(code).unwrap_or(character);
        }
        // The bullets and dashes that office programs take from these fonts.
        match code {
            0x20 => ' ',
            0x2d => '-',
            0xb7 | 0x9f | 0x6c if code == 0xb7 || name.contains("dings") => '•',
            0xa7 if name.contains("dings") => '▪',
            0xd8 if name.contains("dings") => '➢',
            0xfc if name.contains("dings") => '✓',
            _ => character,
        }
    }
}

/// The widths of a simple font in ems; not a number where the file does not say one. A zero is
/// believed, for marks that are drawn over the letter before, unless all are zero.
fn simple_widths(
    file: &File,
    dict: &Dictionary,
    descriptor: Option<&Dictionary>,
    is_type3: bool,
) -> Box<[f32; 256]> {
    // Type 3 widths are in glyph space, all others in thousandths.
    let matrix = file.numbers::<6>(dict, b"FontMatrix");
    let unit = if is_type3 { matrix.map_or(0.001, |m| m[0].abs()) } else { 0.001 };
    let missing = descriptor.and_then(|d| file.number(d, b"MissingWidth"));
    let missing = missing.filter(|&width| width > 0.0).map_or(f32::NAN, |width| width * unit);
    let mut widths = Box::new([missing; 256]);
    let first = file.number(dict, b"FirstChar").unwrap_or(0.0).max(0.0) as usize;
    for (index, object) in file.array(dict, b"Widths").unwrap_or_default().iter().enumerate() {
        let Some(width) = widths.get_mut(first + index) else { break };
        *width = file.as_number(object).map_or(missing, |width| width * unit);
    }
    if widths.iter().all(|&width| width.is_nan() || width == 0.0) {
        widths.fill(missing);
    }
    widths
}

/// Reads `W`: `c [w1 w2 …]` and `first last w`.
fn composite_widths(file: &File, descendant: &Dictionary) -> BTreeMap<u32, f32> {
    let mut widths = BTreeMap::new();
    let mut pending: Vec<f32> = Vec::new();
    let mut n_written = 0;
    for object in file.array(descendant, b"W").unwrap_or_default() {
        if n_written > MAX_WIDTHS {
            break;
        }
        match file.resolve(object) {
            Some(Object::Array(array)) => {
                let first = pending.first().map_or(0, |&first| first.max(0.0) as u32);
                for (index, object) in array.iter().enumerate().take(MAX_KEPT_CODES as usize) {
                    let width = file.as_number(object).unwrap_or(0.0) / 1000.0;
                    widths.insert(first.saturating_add(index as u32), width);
                }
                n_written += array.len();
                pending.clear();
            }
            Some(object) => {
                pending.extend(file.as_number(object));
                if let [first, last, width] = pending[..] {
                    let last = last.clamp(0.0, MAX_KEPT_CODES as f32) as u32;
                    for cid in first.max(0.0) as u32..=last {
                        widths.insert(cid, width / 1000.0);
                        n_written += 1;
                    }
                    pending.clear();
                }
            }
            None => {}
        }
    }
    widths
}

fn face(file: &File, dict: &Dictionary, descriptor: Option<&Dictionary>) -> Face {
    let name = file.name(dict, b"BaseFont").or_else(|| file.name(dict, b"Name"));
    let name = String::from_utf8_lossy(name.unwrap_or_default()).into_owned();
    let name = match name.split_once('+') {
        Some((prefix, rest)) if prefix.len() == 6 => rest.to_owned(),
        _ => name,
    };
    let number = |key: &[u8]| descriptor.and_then(|d| file.number(d, key)).unwrap_or(0.0);
    let flags = number(b"Flags") as u32;
    let lower = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    Face {
        // Bit 19 is ForceBold; regular faces have stems of 60 to 100, bold ones 130 and more.
        bold: has(&["bold", "black", "heavy"])
            || flags & (1 << 18) != 0
            || number(b"FontWeight") >= 600.0
            || number(b"StemV") >= 125.0,
        // Bit 7 is Italic.
        italic: has(&["italic", "oblique"])
            || flags & (1 << 6) != 0
            || number(b"ItalicAngle").abs() > 1.0,
        name,
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
