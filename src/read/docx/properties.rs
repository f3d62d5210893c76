//! The property elements of a .docx (`rPr`, `pPr`, `sectPr`, borders) → plain values.
//!
//! Read the same way in styles, numbering and text. Must not resolve anything: what a property
//! inherits is settled in `styles`.

use std::collections::HashMap;

use quick_xml::events::BytesStart;

use crate::read::{
    docx::xml::{Node, Xml, attribute, is_on, number, value},
    error::ReadError,
    symbol,
};

/// Strings that repeat (style identifiers, font names), each once.
#[derive(Default)]
pub struct Names {
    names: Vec<String>,
    index: HashMap<String, u32>,
}

impl Names {
    /// The number of a name, given out in the order of first use.
    pub fn intern(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.index.get(name) {
            return number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), number);
        number
    }

    /// The name of a number.
    pub fn get(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }
}

/// The two kinds of names that properties refer to.
#[derive(Default)]
pub struct Interned {
    /// Style identifiers.
    pub styles: Names,
    /// Font names.
    pub fonts: Names,
}

/// A font by its name or by its role in the theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Font {
    /// Number of the name in [`Interned::fonts`].
    Named(u32),
    /// The theme's font for headings.
    ThemeMajor,
    /// The theme's font for the body.
    ThemeMinor,
}

/// What `rPr` says; `None` is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RunProperties {
    /// Character style.
    pub style: Option<u32>,
    /// Font of letters beyond ASCII (`hAnsi`): in Vietnamese text, of the letters that matter.
    pub font: Option<Font>,
    /// Font of ASCII letters, where it differs.
    pub ascii_font: Option<Font>,
    /// Half points.
    pub half_points: Option<u16>,
    /// Bold.
    pub bold: Option<bool>,
    /// Italic.
    pub italic: Option<bool>,
    /// Shown in capitals. Small capitals are not: they stay as typed.
    pub caps: Option<bool>,
    /// Superscript.
    pub is_raised: Option<bool>,
}

impl RunProperties {
    /// These, and where they say nothing, the others.
    pub fn or(self, other: Self) -> Self {
        Self {
            style: self.style.or(other.style),
            font: self.font.or(other.font),
            ascii_font: self.ascii_font.or(other.ascii_font),
            half_points: self.half_points.or(other.half_points),
            bold: self.bold.or(other.bold),
            italic: self.italic.or(other.italic),
            caps: self.caps.or(other.caps),
            is_raised: self.is_raised.or(other.is_raised),
        }
    }
}

/// What `pPr` says; `None` is not said.
#[derive(Debug, Clone, Default)]
pub struct ParagraphProperties {
    /// Paragraph style.
    pub style: Option<u32>,
    /// Centred.
    pub is_centred: Option<bool>,
    /// Starts a page.
    pub starts_page: Option<bool>,
    /// List; 0 takes the paragraph out of any list.
    pub list: Option<u32>,
    /// Level in the list, from 0.
    pub level: Option<u8>,
    /// The label as Word 2003 printed it.
    pub printed_label: Option<String>,
    /// The paragraph is the last of a section.
    pub section: Option<Section>,
    /// The paragraph mark was deleted: the next paragraph continues this one.
    pub is_mark_deleted: bool,
}

/// What `sectPr` says.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// The section starts where the one before it ended, on the same page.
    pub is_continuous: bool,
    /// Relations of its running heads and feet.
    pub running: Vec<String>,
    /// How its footnotes are numbered.
    pub footnotes: NoteNumbering,
    /// How its endnotes are numbered.
    pub endnotes: NoteNumbering,
}

/// How notes are numbered; `None` is not said.
#[derive(Debug, Clone, Default)]
pub struct NoteNumbering {
    /// Name of the number format, e.g. `lowerRoman`.
    pub format: Option<String>,
    /// First number.
    pub start: Option<u32>,
    /// The count starts again with each section.
    pub restarts: bool,
}

/// Reads the `rPr` whose start tag was read last.
///
/// # Errors
/// As [`Xml::next`].
pub fn read_run(xml: &mut Xml, names: &mut Interned) -> Result<RunProperties, ReadError> {
    let mut run = RunProperties::default();
    each_child(xml, |xml, element| {
        match element.local_name().as_ref() {
            "rStyle" => run.style = value(element).map(|id| names.styles.intern(&id)),
            "rFonts" => read_fonts(element, &mut run, &mut names.fonts),
            "b" => run.bold = Some(is_on(element)),
            "i" => run.italic = Some(is_on(element)),
            "caps" => run.caps = Some(is_on(element)),
            "sz" => run.half_points = number::<f32>(element).map(|size| size as u16),
            "vertAlign" => run.is_raised = value(element).map(|align| align == "superscript"),
            _ => {}
        }
        xml.skip()
    })?;
    Ok(run)
}

fn read_fonts(element: &BytesStart, run: &mut RunProperties, fonts: &mut Names) {
    let mut font = |theme: &str, named: &str| {
        if let Some(role) = attribute(element, theme) {
            let is_major = role.starts_with("major");
            return Some(if is_major { Font::ThemeMajor } else { Font::ThemeMinor });
        }
        attribute(element, named)
            .filter(|name| !name.is_empty())
            .map(|name| Font::Named(fonts.intern(&name)))
    };
    run.ascii_font = font("asciiTheme", "ascii");
    run.font = font("hAnsiTheme", "hAnsi").or(run.ascii_font).or_else(|| font("cstheme", "cs"));
}

/// Reads the `pPr` whose start tag was read last.
///
/// # Errors
/// As [`Xml::next`].
pub fn read_paragraph(
    xml: &mut Xml,
    names: &mut Interned,
) -> Result<ParagraphProperties, ReadError> {
    let mut paragraph = ParagraphProperties::default();
    each_child(xml, |xml, element| {
        match element.local_name().as_ref() {
            "pStyle" => paragraph.style = value(element).map(|id| names.styles.intern(&id)),
            "jc" => paragraph.is_centred = value(element).map(|align| align == "center"),
            "pageBreakBefore" => paragraph.starts_page = Some(is_on(element)),
            "numPr" => {
                return each_child(xml, |xml, element| {
                    match element.local_name().as_ref() {
                        "numId" => paragraph.list = number(element),
                        "ilvl" => paragraph.level = number(element),
                        _ => {}
                    }
                    xml.skip()
                });
            }
            "listPr" => {
                paragraph.printed_label = read_printed_label(xml)?;
                return Ok(());
            }
            "rPr" => {
                return each_child(xml, |xml, element| {
                    paragraph.is_mark_deleted |= element.local_name().as_ref() == "del";
                    xml.skip()
                });
            }
            "sectPr" => {
                paragraph.section = Some(read_section(xml)?);
                return Ok(());
            }
            _ => {}
        }
        xml.skip()
    })?;
    Ok(paragraph)
}

/// Reads the `listPr` of Word 2003 whose start tag was read last: the label as it was printed.
fn read_printed_label(xml: &mut Xml) -> Result<Option<String>, ReadError> {
    let (mut label, mut font) = (None, String::new());
    each_child(xml, |xml, element| {
        let text = value(element).map(|value| value.into_owned());
        match element.local_name().as_ref() {
            "t" => label = text,
            "font" => font = text.unwrap_or_default(),
            _ => {}
        }
        xml.skip()
    })?;
    let shown = |label: String| label.chars().map(|c| symbol::shown(&font, c)).collect();
    Ok(label.map(shown))
}

/// Reads the `sectPr` whose start tag was read last.
///
/// # Errors
/// As [`Xml::next`].
pub fn read_section(xml: &mut Xml) -> Result<Section, ReadError> {
    let mut section = Section::default();
    each_child(xml, |xml, element| {
        match element.local_name().as_ref() {
            "type" => section.is_continuous = value(element).is_some_and(|v| v == "continuous"),
            "headerReference" | "footerReference" => {
                section.running.extend(attribute(element, "id").map(|id| id.into_owned()));
            }
            "footnotePr" => {
                section.footnotes = read_note_numbering(xml)?;
                return Ok(());
            }
            "endnotePr" => {
                section.endnotes = read_note_numbering(xml)?;
                return Ok(());
            }
            _ => {}
        }
        xml.skip()
    })?;
    Ok(section)
}

/// Reads the `footnotePr` or `endnotePr` whose start tag was read last.
///
/// # Errors
/// As [`Xml::next`].
pub fn read_note_numbering(xml: &mut Xml) -> Result<NoteNumbering, ReadError> {
    let mut numbering = NoteNumbering::default();
    each_child(xml, |xml, element| {
        match element.local_name().as_ref() {
            "numFmt" => numbering.format = value(element).map(|format| format.into_owned()),
            "numStart" => numbering.start = number(element),
            "numRestart" => numbering.restarts = value(element).is_some_and(|v| v == "eachSect"),
            _ => {}
        }
        xml.skip()
    })?;
    Ok(numbering)
}

/// Reads `tblBorders` or `tcBorders`, whose start tag was read last: how many of the four outer
/// and two inner edges are drawn, and how many are said not to be.
///
/// # Errors
/// As [`Xml::next`].
pub fn read_borders(xml: &mut Xml) -> Result<(u32, u32), ReadError> {
    let (mut n_drawn, mut n_none) = (0, 0);
    each_child(xml, |xml, element| {
        match element.local_name().as_ref() {
            "tl2br" | "tr2bl" => {}
            _ if value(element).is_some_and(|v| v == "nil" || v == "none") => n_none += 1,
            _ => n_drawn += 1,
        }
        xml.skip()
    })?;
    Ok((n_drawn, n_none))
}

/// Calls `visit` for each child element of the element whose start tag was read last. `visit`
/// must read the child to its end.
///
/// # Errors
/// As [`Xml::next`].
pub fn each_child(
    xml: &mut Xml,
    mut visit: impl FnMut(&mut Xml, &BytesStart) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    loop {
        match xml.next()? {
            Some(Node::Start(element)) => visit(xml, &element)?,
            Some(Node::Text(_)) => {}
            Some(Node::End(_)) | None => return Ok(()),
        }
    }
}
