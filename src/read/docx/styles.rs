//! `styles.xml` and the theme → what a run looks like and what a paragraph inherits.
//!
//! Resolution is `rPr` → character style → paragraph style → document defaults → theme, each
//! style along its `basedOn` chain. Must not read text.
//!
//! # Source
//! ISO/IEC 29500-1, 17.7.2 (style hierarchy) and 17.7.3 (toggle properties).

use std::collections::HashMap;

use crate::{
    layout::{Style, is_tcvn3_font},
    read::{
        docx::{
            properties::{
                Font, Interned, ParagraphProperties, RunProperties, each_child, read_borders,
                read_paragraph, read_run,
            },
            xml::{Node, Xml, attribute, value},
        },
        error::ReadError,
        paragraph::Shown,
    },
};

/// Chains of `basedOn` longer than this are cycles.
const LONGEST_CHAIN: usize = 32;

/// The styles of a document, and the styles of the layout that are made from them.
#[derive(Default)]
pub struct Styles {
    /// Names that properties refer to.
    pub names: Interned,
    defined: HashMap<u32, Defined>,
    default_run: RunProperties,
    default_paragraph: ParagraphProperties,
    default_style: Option<u32>,
    major_font: Option<u32>,
    minor_font: Option<u32>,
    paragraphs: HashMap<Option<u32>, ParagraphStyle>,
    resolved: HashMap<(Option<u32>, RunProperties), Shown>,
    /// The styles of the layout, in order of first use.
    pub layout: Vec<Style>,
    layout_index: HashMap<(u32, u16, bool, bool), u16>,
}

/// One style of `styles.xml`.
#[derive(Default)]
struct Defined {
    based_on: Option<u32>,
    run: RunProperties,
    paragraph: ParagraphProperties,
    is_bordered: Option<bool>,
}

/// What a paragraph inherits from its style.
#[derive(Debug, Clone, Copy, Default)]
pub struct ParagraphStyle {
    /// Centred.
    pub is_centred: bool,
    /// Starts a page.
    pub starts_page: bool,
    /// The nearest style of the chain that names a list, and the list.
    pub list: Option<(u32, u32)>,
    /// Level in that list, when a style says so.
    pub level: Option<u8>,
    run: RunProperties,
}

impl Styles {
    /// Reads `styles.xml`.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn read(&mut self, xml: &mut Xml) -> Result<(), ReadError> {
        // The root element.
        xml.next()?;
        each_child(xml, |xml, element| match element.local_name().as_ref() {
            "docDefaults" => each_child(xml, |xml, _| {
                each_child(xml, |xml, element| {
                    match element.local_name().as_ref() {
                        "rPr" => self.default_run = read_run(xml, &mut self.names)?,
                        "pPr" => self.default_paragraph = read_paragraph(xml, &mut self.names)?,
                        _ => xml.skip()?,
                    }
                    Ok(())
                })
            }),
            "style" => {
                let id = attribute(element, "styleId").unwrap_or_default();
                let id = self.names.styles.intern(&id);
                let is_paragraph = attribute(element, "type").is_some_and(|t| t == "paragraph");
                let is_default = attribute(element, "default")
                    .is_some_and(|v| matches!(&*v, "1" | "true" | "on"));
                if is_paragraph && is_default {
                    self.default_style = Some(id);
                }
                self.read_style(xml, id)
            }
            _ => xml.skip(),
        })
    }

    fn read_style(&mut self, xml: &mut Xml, id: u32) -> Result<(), ReadError> {
        let mut defined = Defined::default();
        each_child(xml, |xml, element| {
            match element.local_name().as_ref() {
                "basedOn" => {
                    defined.based_on = value(element).map(|id| self.names.styles.intern(&id));
                }
                "rPr" => {
                    defined.run = read_run(xml, &mut self.names)?;
                    return Ok(());
                }
                "pPr" => {
                    defined.paragraph = read_paragraph(xml, &mut self.names)?;
                    return Ok(());
                }
                "tblPr" => {
                    return each_child(xml, |xml, element| {
                        if element.local_name().as_ref() != "tblBorders" {
                            return xml.skip();
                        }
                        defined.is_bordered = Some(read_borders(xml)?.0 > 0);
                        Ok(())
                    });
                }
                _ => {}
            }
            xml.skip()
        })?;
        self.defined.insert(id, defined);
        Ok(())
    }

    /// Reads the theme's two Latin fonts.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn read_theme(&mut self, xml: &mut Xml) -> Result<(), ReadError> {
        let mut is_major = false;
        while let Some(node) = xml.next()? {
            let Node::Start(element) = node else { continue };
            match element.local_name().as_ref() {
                "majorFont" => is_major = true,
                "minorFont" => is_major = false,
                "latin" => {
                    let Some(name) = attribute(&element, "typeface") else { continue };
                    let font = Some(self.names.fonts.intern(&name));
                    let slot = if is_major { &mut self.major_font } else { &mut self.minor_font };
                    *slot = slot.or(font);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What a paragraph of a style inherits; without a style, of the default one.
    pub fn paragraph(&mut self, style: Option<u32>) -> ParagraphStyle {
        if let Some(found) = self.paragraphs.get(&style) {
            return *found;
        }
        let mut inherited = ParagraphProperties::default();
        let mut run = RunProperties::default();
        let mut list = None;
        for (id, defined) in self.chain(style.or(self.default_style)) {
            let own = &defined.paragraph;
            inherited.is_centred = inherited.is_centred.or(own.is_centred);
            inherited.starts_page = inherited.starts_page.or(own.starts_page);
            inherited.level = inherited.level.or(own.level);
            list = list.or(own.list.map(|list| (id, list)));
            run = run.or(defined.run);
        }
        let default = &self.default_paragraph;
        let made = ParagraphStyle {
            is_centred: inherited.is_centred.or(default.is_centred).unwrap_or(false),
            starts_page: inherited.starts_page.or(default.starts_page).unwrap_or(false),
            list,
            level: inherited.level,
            run,
        };
        self.paragraphs.insert(style, made);
        made
    }

    /// How a run of some properties is shown in a paragraph of a style.
    pub fn run(&mut self, paragraph_style: Option<u32>, own: RunProperties) -> Shown {
        if let Some(found) = self.resolved.get(&(paragraph_style, own)) {
            return *found;
        }
        let paragraph = self.paragraph(paragraph_style).run;
        let mut character = RunProperties::default();
        for (_, defined) in self.chain(own.style) {
            character = character.or(defined.run);
        }
        let default = self.default_run;
        let said = own.or(character).or(paragraph).or(default);
        // A toggle that both styles switch on is off; directly said, it is as said.
        let toggle = |of: fn(&RunProperties) -> Option<bool>| {
            of(&own).unwrap_or_else(|| {
                let by_styles = of(&character).unwrap_or(false) != of(&paragraph).unwrap_or(false);
                by_styles || of(&default).unwrap_or(false)
            })
        };
        let (bold, italic) = (toggle(|run| run.bold), toggle(|run| run.italic));
        let font = self.font_number(said.font);
        let ascii_font = self.font_number(said.ascii_font);
        let name = self.names.fonts.get(font);
        let made = Shown {
            style: 0,
            caps: toggle(|run| run.caps),
            is_raised: said.is_raised.unwrap_or(false),
            is_tcvn3: is_tcvn3_font(name) || is_tcvn3_font(self.names.fonts.get(ascii_font)),
        };
        let style = self.layout_style(font, said.half_points.unwrap_or(20), bold, italic);
        let made = Shown { style, ..made };
        self.resolved.insert((paragraph_style, own), made);
        made
    }

    /// Whether a table of a style has visible borders.
    pub fn is_bordered(&self, table_style: Option<u32>) -> bool {
        self.chain(table_style).find_map(|(_, defined)| defined.is_bordered).unwrap_or(false)
    }

    /// A style and the ones it is based on, nearest first.
    fn chain(&self, style: Option<u32>) -> impl Iterator<Item = (u32, &Defined)> {
        let first = style.and_then(|id| Some((id, self.defined.get(&id)?)));
        std::iter::successors(first, |(_, defined)| {
            let id = defined.based_on?;
            Some((id, self.defined.get(&id)?))
        })
        .take(LONGEST_CHAIN)
    }

    fn font_number(&mut self, font: Option<Font>) -> u32 {
        let themed = match font {
            Some(Font::Named(number)) => Some(number),
            Some(Font::ThemeMajor) => self.major_font,
            Some(Font::ThemeMinor) => self.minor_font,
            None => None,
        };
        themed.unwrap_or_else(|| self.names.fonts.intern(""))
    }

    /// The number of a layout style. A document with more than 65,535 of them shares the last.
    fn layout_style(&mut self, font: u32, half_points: u16, bold: bool, italic: bool) -> u16 {
        let key = (font, half_points, bold, italic);
        if let Some(&number) = self.layout_index.get(&key) {
            return number;
        }
        let Ok(number) = u16::try_from(self.layout.len()) else { return u16::MAX };
        let font = self.names.fonts.get(font).to_owned();
        self.layout.push(Style { font, size: f32::from(half_points) / 2.0, bold, italic });
        self.layout_index.insert(key, number);
        number
    }
}
