//! Stored characters with their properties → blocks in reading order.
//!
//! A story is cut into paragraphs at their marks; what a paragraph is stands at its mark, so its
//! characters wait for it.

use std::{collections::HashMap, ops::Range};

use super::{
    pages::{Pages, Stored},
    pieces::{Character, Pieces},
    styles::{self, Sheet},
    tables,
};
use crate::{
    layout::{Block, BlockKind, Line, Run, Style, is_tcvn3_font},
    read::{
        error::ReadError,
        flow::Flow,
        labels::Labels,
        paragraph::{FieldMark, Paragraph, Shown},
        symbol,
    },
    source::Budget,
};

/// A paragraph that never ends is cut after so many characters.
const LONGEST_PARAGRAPH: usize = 1 << 20;

/// A text of Word and what is known of it.
pub struct Document<'d> {
    /// The stream of the text.
    pub stream: &'d [u8],
    /// Where its characters are.
    pub pieces: Pieces<'d>,
    /// Properties of characters.
    pub characters: Pages<'d>,
    /// Properties of paragraphs.
    pub paragraphs: Pages<'d>,
    /// Styles and fonts.
    pub sheet: Sheet<'d>,
    /// Lists.
    pub labels: Labels,
    /// Ends of sections after which a page begins, or not.
    pub sections: HashMap<u32, bool>,
    /// What stands at a place of the text: the mark of a note and the note, or text boxes.
    pub anchored: HashMap<u32, Anchored>,
    /// The styles of the layout.
    pub layout: Looks,
    /// Whether there is a picture anywhere.
    pub has_picture: bool,
    /// Whether characters lie outside of the stream.
    pub is_cut: bool,
}

/// What stands at a place of the text.
#[derive(Debug, Default)]
pub struct Anchored {
    /// The mark to print; the author's own stands in the text.
    pub mark: Option<String>,
    /// Whether the author set the mark by hand.
    pub is_custom: bool,
    /// The blocks of the note or the text boxes.
    pub blocks: Vec<Block>,
}

/// The styles of the layout, each once.
#[derive(Debug, Default)]
pub struct Looks {
    /// In the order of first use.
    pub styles: Vec<Style>,
    index: HashMap<(u16, u16, bool, bool), u16>,
}

impl Looks {
    fn intern(&mut self, run: &styles::Run, sheet: &Sheet) -> u16 {
        let key = (run.font, run.half_points, run.bold, run.italic);
        if let Some(&number) = self.index.get(&key) {
            return number;
        }
        let Ok(number) = u16::try_from(self.styles.len()) else { return u16::MAX };
        self.styles.push(Style {
            font: sheet.font(run.font).to_owned(),
            size: f32::from(run.half_points) / 2.0,
            bold: run.bold,
            italic: run.italic,
        });
        self.index.insert(key, number);
        number
    }
}

impl<'d> Document<'d> {
    /// The steps of a stretch of the text.
    ///
    /// # Errors
    /// `OverBudget` past a limit.
    pub fn story(&mut self, cps: Range<u32>, budget: &mut Budget) -> Result<Vec<Flow>, ReadError> {
        let mut story = Story::default();
        let mut waiting: Vec<Character> = Vec::new();
        let pieces = std::mem::take(&mut self.pieces);
        let is_complete = pieces.each(self.stream, cps, budget, |character, budget| {
            waiting.push(character);
            let is_end = match character.character {
                '\r' | '\u{7}' => true,
                '\u{C}' => self.sections.contains_key(&character.cp),
                _ => waiting.len() >= LONGEST_PARAGRAPH,
            };
            if is_end {
                self.paragraph(&pieces, &waiting, &mut story, budget)?;
                waiting.clear();
            }
            Ok(())
        });
        self.is_cut |= !is_complete?;
        if !waiting.is_empty() {
            self.paragraph(&pieces, &waiting, &mut story, budget)?;
        }
        self.pieces = pieces;
        story.tables.set_depth(0, &mut story.out);
        Ok(story.out)
    }

    /// The lines of a stretch, e.g. of a note.
    ///
    /// # Errors
    /// `OverBudget` past a limit.
    pub fn lines(&mut self, cps: Range<u32>, budget: &mut Budget) -> Result<Vec<Line>, ReadError> {
        let mut lines = Vec::new();
        for step in self.story(cps, budget)? {
            if let Flow::Block(block) = step {
                lines.extend(block.lines);
            }
        }
        Ok(lines)
    }

    fn paragraph(
        &mut self,
        pieces: &Pieces<'d>,
        characters: &[Character],
        story: &mut Story,
        budget: &mut Budget,
    ) -> Result<(), ReadError> {
        let Some(mark) = characters.last() else { return Ok(()) };
        let stored = self.paragraphs.at(mark.fc).map(|stored| stored.bytes).unwrap_or_default();
        let is = self.sheet.paragraph(&stored, pieces.modifiers(mark.modifiers));
        story.tables.set_depth(is.depth, &mut story.out);
        if is.is_row_end || is.is_inner_row_end {
            story.tables.end_row(is.row);
            return Ok(());
        }
        let mut text = Paragraph::default();
        let plain = self.sheet.plain_run(is.style);
        let mut looks: Option<Look> = None;
        let mut run = String::new();
        for character in characters {
            let fc = character.fc;
            let fits = |look: &Look| {
                look.modifiers == character.modifiers
                    && look.stored.as_ref().is_some_and(|stored| stored.covers(fc))
            };
            if !looks.as_ref().is_some_and(fits) {
                self.flush(&mut text, &mut run, looks.as_ref(), budget)?;
                looks = Some(self.look(pieces, character, plain));
            }
            if let Some(look) = &looks
                && !look.run.is_deleted
            {
                self.character(character, look, &mut text, &mut run, budget)?;
            }
        }
        self.flush(&mut text, &mut run, looks.as_ref(), budget)?;
        let label = self.label(&is);
        let label_style = self.layout.intern(&plain, &self.sheet);
        let how = (BlockKind::Paragraph, is.is_centred, is.starts_page);
        let mut steps = text.close(&label, label_style, how, budget)?;
        story.tables.target(&mut story.out).append(&mut steps);
        match mark.character {
            '\u{7}' => story.tables.end_cell(),
            _ if is.is_inner_cell_end => story.tables.end_cell(),
            '\u{C}' => {
                let starts_page = self.sections.get(&mark.cp).copied().unwrap_or(true);
                if starts_page {
                    story.tables.target(&mut story.out).push(Flow::PageBreak);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn look(&mut self, pieces: &Pieces<'d>, character: &Character, plain: styles::Run) -> Look<'d> {
        let stored = self.characters.at(character.fc);
        let mut run = plain;
        let own = stored.as_ref().map(|stored| &*stored.bytes).unwrap_or_default();
        self.sheet.modify_run(&mut run, own, plain);
        self.sheet.modify_run(&mut run, pieces.modifiers(character.modifiers), plain);
        let shown = Shown {
            style: self.layout.intern(&run, &self.sheet),
            caps: run.caps,
            is_raised: run.is_raised,
            is_tcvn3: is_tcvn3_font(self.sheet.font(run.font)),
        };
        Look { stored, modifiers: character.modifiers, run, shown }
    }

    fn flush(
        &mut self,
        text: &mut Paragraph,
        run: &mut String,
        look: Option<&Look>,
        budget: &mut Budget,
    ) -> Result<(), ReadError> {
        if let Some(look) = look
            && !run.is_empty()
        {
            text.push(run, look.shown, budget)?;
        }
        run.clear();
        Ok(())
    }

    fn character(
        &mut self,
        character: &Character,
        look: &Look,
        text: &mut Paragraph,
        run: &mut String,
        budget: &mut Budget,
    ) -> Result<(), ReadError> {
        let field = match character.character {
            '\u{13}' => Some(FieldMark::Begin),
            '\u{14}' => Some(FieldMark::Separate),
            '\u{15}' => Some(FieldMark::End),
            _ => None,
        };
        if let Some(mark) = field {
            self.flush(text, run, Some(look), budget)?;
            text.field(mark);
            return Ok(());
        }
        if let Some(anchored) = self.anchored.get_mut(&character.cp) {
            let blocks = std::mem::take(&mut anchored.blocks);
            let mark = match (&anchored.mark, anchored.is_custom) {
                (Some(mark), _) => Some(mark.clone()),
                (None, true) => Some(character.character.to_string()),
                (None, false) => None,
            };
            self.flush(text, run, Some(look), budget)?;
            text.after.extend(blocks.into_iter().map(Flow::Block));
            if let Some(mark) = mark {
                return text.push_mark(&mark, look.shown.style, budget);
            }
            return Ok(());
        }
        if let Some((font, code)) = look.run.symbol.filter(|_| look.run.is_special) {
            if let Some(symbol) = char::from_u32(code.into()) {
                run.push(symbol::shown(self.sheet.font(font), symbol));
            }
            return Ok(());
        }
        const PRIVATE: std::ops::RangeInclusive<char> = '\u{F020}'..='\u{F0FF}';
        match character.character {
            '\u{1}' => self.has_picture |= look.run.is_special,
            '\t' => run.push('\t'),
            '\u{B}' | '\u{E}' => {
                self.flush(text, run, Some(look), budget)?;
                text.break_line(budget)?;
            }
            '\u{C}' if !self.sections.contains_key(&character.cp) => {
                self.flush(text, run, Some(look), budget)?;
                text.break_page(budget)?;
            }
            '\u{1E}' => run.push('\u{2011}'),
            // Where a word may be broken; in the fonts of TCVN3 the letter ư.
            '\u{1F}' if look.shown.is_tcvn3 => run.push('\u{AD}'),
            control if control < ' ' => {}
            private if PRIVATE.contains(&private) => {
                run.push(symbol::shown(self.sheet.font(look.run.font), private));
            }
            shown => run.push(shown),
        }
        Ok(())
    }

    /// What numbering shows before a paragraph.
    fn label(&mut self, is: &styles::Paragraph) -> String {
        let styled = is.style_list.map(|(_, list)| list);
        let Some(list) = is.list.or(styled).map(u32::from).filter(|&list| list != 0) else {
            return String::new();
        };
        let by_style = || {
            let (style, list) = is.style_list.filter(|_| is.list.is_none())?;
            self.labels.level_of_style(list.into(), style.into())
        };
        let level = is.level.or_else(by_style).or(is.style_level).unwrap_or(0);
        self.labels.next_label(list, level)
    }
}

/// What a stretch of characters looks like.
struct Look<'d> {
    stored: Option<Stored<'d>>,
    modifiers: u16,
    run: styles::Run,
    shown: Shown,
}

#[derive(Default)]
struct Story {
    tables: tables::Open,
    out: Vec<Flow>,
}

/// The mark of a note before its text: `[1] `.
pub fn mark_note(lines: &mut [Line], mark: &str) {
    let Some(line) = lines.first_mut() else { return };
    while let Some(run) = line.runs.first_mut() {
        let trimmed = run.text.trim_start();
        if !trimmed.is_empty() {
            run.text = trimmed.to_owned();
            break;
        }
        line.runs.remove(0);
    }
    let style = line.runs.first().map_or(0, |run| run.style);
    line.runs.insert(0, Run { text: format!("[{mark}] "), style });
}
