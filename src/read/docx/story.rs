//! One story of a .docx (body, notes, a running head) → blocks in reading order.
//!
//! A loop over XML nodes with a stack of what is open: nesting costs no recursion. Elements are
//! told by their local name, so that any prefix and both namespaces of the format are read.
//! Deleted and moved-away text, field instructions and fallbacks are passed over; elements that
//! are not known are transparent, as `ins`, `hyperlink`, `sdt` and `smartTag` are.

use std::collections::BTreeMap;

use quick_xml::events::BytesStart;

use crate::{
    layout::{Block, BlockKind, Line},
    read::{
        columns,
        docx::{
            notes::{NoteKind, Notes},
            properties::{self, ParagraphProperties, RunProperties, Section},
            styles::Styles,
            table::TableBuilder,
            xml::{Node, Xml, attribute, value},
        },
        error::ReadError,
        flow::{self, Flow},
        labels::Labels,
        paragraph::{FieldMark, Paragraph, Shown},
        symbol,
    },
    source::Budget,
};

/// What the stories of one document share.
#[derive(Default)]
pub struct Shared {
    /// Styles and fonts.
    pub styles: Styles,
    /// Lists.
    pub labels: Labels,
    /// Footnotes and endnotes.
    pub notes: Notes,
    /// The sections, in order.
    pub sections: Vec<Section>,
    /// Whether there is a picture anywhere.
    pub has_picture: bool,
    /// Whether there is a part in another format, which is not read.
    pub has_foreign_part: bool,
    /// Parts in other formats that the text takes in, by their relation.
    pub taken_in: BTreeMap<String, Vec<Block>>,
    n_tables: u32,
    n_inline_notes: u32,
}

/// What is open, outermost first.
enum Frame {
    Paragraph(Box<OpenParagraph>),
    Table(Box<TableBuilder>),
    Cell(Vec<Flow>),
    TextBox(Vec<Flow>),
    Note {
        kind: NoteKind,
        id: Option<String>,
        is_inline: bool,
        flow: Vec<Flow>,
    },
    /// `mc:AlternateContent`, and whether a choice was read.
    Alternatives {
        is_chosen: bool,
    },
}

/// A paragraph being read, with what its XML said.
#[derive(Default)]
struct OpenParagraph {
    properties: ParagraphProperties,
    /// The properties of the run being read.
    run: RunProperties,
    /// How that run is shown; `None` until its first text asks.
    shown: Option<Shown>,
    text: Paragraph,
}

/// Reads a story to its end, or to where it is damaged.
///
/// # Errors
/// As [`Xml::next`]; `OverBudget` also past `max_layout_bytes`.
pub fn read(xml: &mut Xml, shared: &mut Shared) -> Result<Vec<Flow>, ReadError> {
    let mut story =
        Story { shared, frames: Vec::new(), out: Vec::new(), is_text: false, continued: None };
    while let Some(node) = xml.next()? {
        match node {
            Node::Start(element) => story.start(xml, &element)?,
            Node::End(element) => story.end(element.local_name().as_ref(), xml.budget)?,
            Node::Text(text) if story.is_text => story.text(&text, xml.budget)?,
            Node::Text(_) => {}
        }
    }
    story.close_down_to(0, xml.budget)?;
    story.flush_continued(xml.budget)?;
    Ok(story.out)
}

struct Story<'s> {
    shared: &'s mut Shared,
    frames: Vec<Frame>,
    out: Vec<Flow>,
    /// Inside an element of text.
    is_text: bool,
    /// A paragraph whose mark was deleted, and at which depth it stood.
    continued: Option<(usize, Box<OpenParagraph>)>,
}

impl Story<'_> {
    fn start(&mut self, xml: &mut Xml, element: &BytesStart) -> Result<(), ReadError> {
        match element.local_name().as_ref() {
            "p" => self.open_paragraph(xml.budget)?,
            "pPr" => {
                let read = properties::read_paragraph(xml, &mut self.shared.styles.names)?;
                if let Some(paragraph) = self.paragraph() {
                    paragraph.properties = read;
                }
            }
            "r" => self.set_run(RunProperties::default()),
            "rPr" => {
                let read = properties::read_run(xml, &mut self.shared.styles.names)?;
                self.set_run(read);
            }
            "t" => self.is_text = true,
            "tab" | "ptab" => self.text("\t", xml.budget)?,
            "br" if value_of(element, "type") == "page" => {
                if let Some(paragraph) = self.paragraph() {
                    paragraph.text.break_page(xml.budget)?;
                }
            }
            "br" | "cr" => {
                if let Some(paragraph) = self.paragraph() {
                    paragraph.text.break_line(xml.budget)?;
                }
            }
            "lastRenderedPageBreak" => {
                if let Some(paragraph) = self.paragraph() {
                    paragraph.text.note_rendered_break();
                }
            }
            "noBreakHyphen" => self.text("\u{2011}", xml.budget)?,
            "softHyphen" => self.soft_hyphen(xml.budget)?,
            "sym" => {
                let code = u32::from_str_radix(&value_of(element, "char"), 16).ok();
                if let Some(character) = code.and_then(char::from_u32) {
                    let shown = symbol::shown(&value_of(element, "font"), character);
                    self.text(shown.encode_utf8(&mut [0; 4]), xml.budget)?;
                }
            }
            // The bar of a fraction.
            "den" => self.text("/", xml.budget)?,
            "fldChar" => {
                let mark = match &*value_of(element, "fldCharType") {
                    "begin" => Some(FieldMark::Begin),
                    "separate" => Some(FieldMark::Separate),
                    "end" => Some(FieldMark::End),
                    _ => None,
                };
                if let (Some(paragraph), Some(mark)) = (self.paragraph(), mark) {
                    paragraph.text.field(mark);
                }
            }
            "footnoteReference" => self.refer(NoteKind::Footnote, element, xml.budget)?,
            "endnoteReference" => self.refer(NoteKind::Endnote, element, xml.budget)?,
            "tbl" => {
                self.flush_continued(xml.budget)?;
                let number = self.shared.n_tables;
                self.shared.n_tables += 1;
                self.frames.push(Frame::Table(Box::new(TableBuilder::new(number))));
            }
            "tblPr" | "gridCol" | "tr" | "trPr" | "tcPr" => self.table_part(xml, element)?,
            "tc" => self.frames.push(Frame::Cell(Vec::new())),
            "txbxContent" => self.frames.push(Frame::TextBox(Vec::new())),
            "footnote" | "endnote" => {
                let is_footnote = element.local_name().as_ref() == "footnote";
                let kind = if is_footnote { NoteKind::Footnote } else { NoteKind::Endnote };
                // The lines that part notes from the text are of a type; notes are of none.
                let id = attribute(element, "id").map(|id| id.into_owned());
                let id = id.filter(|_| matches!(&*value_of(element, "type"), "" | "normal"));
                // Word 2003 writes a note where it is referred to.
                let is_inline = self.paragraph().is_some();
                self.shared.n_inline_notes += u32::from(is_inline);
                let inline = || format!("inline {}", self.shared.n_inline_notes);
                let id = if is_inline { Some(inline()) } else { id };
                self.frames.push(Frame::Note { kind, id, is_inline, flow: Vec::new() });
            }
            "sectPr" => {
                let section = properties::read_section(xml)?;
                self.shared.sections.push(section);
            }
            "AlternateContent" => self.frames.push(Frame::Alternatives { is_chosen: false }),
            "Choice" | "Fallback" => match self.frames.last_mut() {
                Some(Frame::Alternatives { is_chosen: true }) => xml.skip()?,
                Some(Frame::Alternatives { is_chosen }) => *is_chosen = true,
                _ => {}
            },
            "textpath" => {
                let text = value_of(element, "string");
                self.emit_watermark(&text, xml.budget)?;
            }
            "blip" | "imagedata" => self.shared.has_picture = true,
            "altChunk" => match self.shared.taken_in.remove(&*value_of(element, "id")) {
                Some(blocks) => self.emit(blocks.into_iter().map(Flow::Block).collect()),
                None => self.shared.has_foreign_part = true,
            },
            "del" | "moveFrom" | "delText" | "instrText" | "delInstrText" | "sdtPr"
            | "sdtEndPr" | "tblPrEx" | "tblGridChange" | "sectPrChange" | "rt" => xml.skip()?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str, budget: &mut Budget) -> Result<(), ReadError> {
        let is_ended: fn(&Frame) -> bool = match name {
            "t" => {
                self.is_text = false;
                return Ok(());
            }
            "tr" => {
                if let Some(Frame::Table(table)) = self.frames.last_mut() {
                    table.end_row();
                }
                return Ok(());
            }
            "p" => |frame| matches!(frame, Frame::Paragraph(_)),
            "tbl" => |frame| matches!(frame, Frame::Table(_)),
            "tc" => |frame| matches!(frame, Frame::Cell(_)),
            "txbxContent" => |frame| matches!(frame, Frame::TextBox(_)),
            "footnote" | "endnote" => |frame| matches!(frame, Frame::Note { .. }),
            "AlternateContent" => |frame| matches!(frame, Frame::Alternatives { .. }),
            _ => return Ok(()),
        };
        // An end tag without its start closes nothing; one that comes late closes what is in it.
        match self.frames.iter().rposition(is_ended) {
            Some(depth) => self.close_down_to(depth, budget),
            None => Ok(()),
        }
    }

    fn close_down_to(&mut self, depth: usize, budget: &mut Budget) -> Result<(), ReadError> {
        while self.frames.len() > depth {
            if !matches!(self.frames.last(), Some(Frame::Paragraph(_))) {
                self.flush_continued(budget)?;
            }
            match self.frames.pop() {
                Some(Frame::Paragraph(paragraph)) => self.close_paragraph(paragraph, budget)?,
                Some(Frame::Table(table)) => {
                    let number = table.number;
                    let table = table.finish(&self.shared.styles);
                    self.emit(columns::lay_out(table, number));
                }
                Some(Frame::Cell(flow)) => match self.frames.last_mut() {
                    Some(Frame::Table(table)) => table.end_cell(flow),
                    _ => self.emit(flow),
                },
                Some(Frame::TextBox(flow)) => self.emit(as_text_box(flow)),
                Some(Frame::Note { kind, id, is_inline, flow }) => {
                    if let Some(id) = id {
                        self.shared.notes.define(kind, id.clone(), lines_of(flow));
                        if is_inline {
                            self.print_note(kind, &id, false, budget)?;
                        }
                    }
                }
                Some(Frame::Alternatives { .. }) | None => {}
            }
        }
        Ok(())
    }

    fn open_paragraph(&mut self, budget: &mut Budget) -> Result<(), ReadError> {
        let depth = self.frames.len();
        let continues = self.continued.as_ref().is_some_and(|(at, _)| *at == depth);
        if !continues {
            self.flush_continued(budget)?;
        }
        let paragraph = match self.continued.take() {
            // It continues one whose mark was deleted.
            Some((_, paragraph)) => OpenParagraph { text: paragraph.text, ..Default::default() },
            None => OpenParagraph::default(),
        };
        self.frames.push(Frame::Paragraph(Box::new(paragraph)));
        Ok(())
    }

    fn close_paragraph(
        &mut self,
        mut paragraph: Box<OpenParagraph>,
        budget: &mut Budget,
    ) -> Result<(), ReadError> {
        let section = paragraph.properties.section.take();
        if paragraph.properties.is_mark_deleted && section.is_none() {
            self.continued = Some((self.frames.len(), paragraph));
            return Ok(());
        }
        self.finish_paragraph(*paragraph, budget)?;
        if let Some(section) = section {
            self.shared.notes.end_section(&section);
            self.shared.sections.push(section);
            self.emit(vec![Flow::SectionEnd]);
        }
        Ok(())
    }

    fn flush_continued(&mut self, budget: &mut Budget) -> Result<(), ReadError> {
        match self.continued.take() {
            Some((_, paragraph)) => self.finish_paragraph(*paragraph, budget),
            None => Ok(()),
        }
    }

    fn finish_paragraph(
        &mut self,
        paragraph: OpenParagraph,
        budget: &mut Budget,
    ) -> Result<(), ReadError> {
        let own = &paragraph.properties;
        let style_id = own.style;
        let style = self.shared.styles.paragraph(style_id);
        let styled_list = style.list.map(|(_, list)| list);
        let mut label = String::new();
        if let Some(list) = own.list.or(styled_list).filter(|&list| list != 0) {
            let by_style = || {
                let (style, list) = style.list.filter(|_| own.list.is_none())?;
                self.shared.labels.level_of_style(list, style)
            };
            let level = own.level.or_else(by_style).or(style.level).unwrap_or(0);
            label = self.shared.labels.next_label(list, level);
        }
        if let Some(printed) = &own.printed_label {
            label = format!("{printed} ");
        }
        let label_style = self.shared.styles.run(style_id, RunProperties::default()).style;
        let is_centred = own.is_centred.unwrap_or(style.is_centred);
        let starts_page = own.starts_page.unwrap_or(style.starts_page);
        let how = (BlockKind::Paragraph, is_centred, starts_page);
        let steps = paragraph.text.close(&label, label_style, how, budget)?;
        self.emit(steps);
        Ok(())
    }

    /// Puts finished steps where they belong: into what is open around them.
    fn emit(&mut self, mut steps: Vec<Flow>) {
        let holder = self.frames.iter_mut().rev().find_map(|frame| match frame {
            Frame::Paragraph(paragraph) => Some(&mut paragraph.text.after),
            Frame::Cell(flow) | Frame::TextBox(flow) | Frame::Note { flow, .. } => Some(flow),
            // A paragraph straight in a table: malformed, kept after it.
            Frame::Table(table) => Some(&mut table.strays),
            Frame::Alternatives { .. } => None,
        });
        holder.unwrap_or(&mut self.out).append(&mut steps);
    }

    fn emit_watermark(&mut self, text: &str, budget: &mut Budget) -> Result<(), ReadError> {
        budget.charge_layout(text.len())?;
        let block = flow::block(BlockKind::Watermark, false, vec![flow::line(text, 0)]);
        self.emit(block.map(Flow::Block).into_iter().collect());
        Ok(())
    }

    /// The paragraph being read: the innermost frame, but for alternatives.
    fn paragraph(&mut self) -> Option<&mut OpenParagraph> {
        let mut frames = self.frames.iter_mut().rev();
        match frames.find(|frame| !matches!(frame, Frame::Alternatives { .. }))? {
            Frame::Paragraph(paragraph) => Some(paragraph),
            _ => None,
        }
    }

    fn set_run(&mut self, run: RunProperties) {
        if let Some(paragraph) = self.paragraph() {
            paragraph.run = run;
            paragraph.shown = None;
        }
    }

    fn text(&mut self, text: &str, budget: &mut Budget) -> Result<(), ReadError> {
        const PRIVATE: std::ops::RangeInclusive<char> = '\u{F020}'..='\u{F0FF}';
        let Some(shown) = self.shown() else { return Ok(()) };
        let is_tidy = |c: char| c != '\n' && c != '\r' && !PRIVATE.contains(&c);
        let tidied: Option<String> = (!text.chars().all(is_tidy)).then(|| {
            let font = self.shared.styles.layout.get(usize::from(shown.style));
            let font = font.map_or("", |style| style.font.as_str());
            let tidy = |c: char| match c {
                '\n' | '\r' => ' ',
                c if PRIVATE.contains(&c) => symbol::shown(font, c),
                c => c,
            };
            text.chars().map(tidy).collect()
        });
        match self.paragraph() {
            Some(paragraph) => {
                paragraph.text.push(tidied.as_deref().unwrap_or(text), shown, budget)
            }
            None => Ok(()),
        }
    }

    /// How the current run is shown; `None` outside of paragraphs.
    fn shown(&mut self) -> Option<Shown> {
        let paragraph = self.paragraph()?;
        if let Some(shown) = paragraph.shown {
            return Some(shown);
        }
        let (style, run) = (paragraph.properties.style, paragraph.run);
        let shown = self.shared.styles.run(style, run);
        self.paragraph()?.shown = Some(shown);
        Some(shown)
    }

    /// A place where a word may be broken: nothing, except in the fonts of TCVN3, whose letter
    /// ư has its code and was turned into it by Word.
    fn soft_hyphen(&mut self, budget: &mut Budget) -> Result<(), ReadError> {
        match self.shown() {
            Some(shown) if shown.is_tcvn3 => self.text("\u{AD}", budget),
            _ => Ok(()),
        }
    }

    /// Writes the mark of a note and puts the note after the paragraph.
    fn refer(
        &mut self,
        kind: NoteKind,
        element: &BytesStart,
        budget: &mut Budget,
    ) -> Result<(), ReadError> {
        let id = value_of(element, "id");
        let is_custom = attribute(element, "customMarkFollows")
            .is_some_and(|value| !matches!(&*value, "0" | "false" | "off"));
        self.print_note(kind, &id, is_custom, budget)
    }

    fn print_note(
        &mut self,
        kind: NoteKind,
        id: &str,
        is_custom: bool,
        budget: &mut Budget,
    ) -> Result<(), ReadError> {
        let Some(shown) = self.shown() else { return Ok(()) };
        let (label, note) = self.shared.notes.refer(kind, id, is_custom, budget)?;
        let Some(paragraph) = self.paragraph() else { return Ok(()) };
        paragraph.text.after.extend(note.map(Flow::Block));
        paragraph.text.is_custom_mark = is_custom;
        match label {
            Some(label) => paragraph.text.push_mark(&label, shown.style, budget),
            None => Ok(()),
        }
    }

    /// Elements that describe a table, a row or a cell.
    fn table_part(&mut self, xml: &mut Xml, element: &BytesStart) -> Result<(), ReadError> {
        let names = &mut self.shared.styles.names;
        let mut tables = self.frames.iter_mut().rev();
        let table = tables.find_map(|frame| match frame {
            Frame::Table(table) => Some(table),
            _ => None,
        });
        match (element.local_name().as_ref(), table) {
            ("gridCol", Some(table)) => table.n_grid_columns += 1,
            ("tr", Some(table)) => table.start_row(),
            ("tblPr", Some(table)) => table.read_properties(xml, names)?,
            ("trPr", Some(table)) => table.read_row_properties(xml)?,
            ("tcPr", Some(table)) => table.read_cell_properties(xml)?,
            ("gridCol" | "tr", None) => {}
            _ => xml.skip()?,
        }
        Ok(())
    }
}

/// The value of an attribute, empty when it is not there.
fn value_of<'e>(element: &'e BytesStart, name: &str) -> std::borrow::Cow<'e, str> {
    if name == "val" { value(element) } else { attribute(element, name) }.unwrap_or_default()
}

fn as_text_box(mut steps: Vec<Flow>) -> Vec<Flow> {
    for step in &mut steps {
        if let Flow::Block(block) = step
            && block.kind == BlockKind::Paragraph
        {
            block.kind = BlockKind::TextBox;
        }
    }
    steps.retain(|step| matches!(step, Flow::Block(_)));
    steps
}

/// The lines of all blocks, one after the other.
fn lines_of(steps: Vec<Flow>) -> Vec<Line> {
    let mut lines = Vec::new();
    for step in steps {
        if let Flow::Block(block) = step {
            lines.extend(block.lines);
        }
    }
    lines
}
