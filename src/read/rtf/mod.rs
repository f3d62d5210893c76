//! Rich Text Format, which Word also opens under the name .doc → [`Layout`].
//!
//! A loop over control words with a stack of groups; destinations that are not text are passed
//! over. Must not understand the text.
//!
//! # Source
//! Rich Text Format (RTF) Specification, version 1.9.1.

mod charset;

use std::collections::{BTreeSet, HashMap};

use encoding_rs::{Encoding, WINDOWS_1252};

use self::charset::{charset, code_page};
use crate::{
    domain::record::Warning,
    layout::{BlockKind, Layout, Line, Run, Style, is_tcvn3_font},
    read::{
        columns::{self, Cell, Row, Table},
        error::ReadError,
        flow::{self, Flow},
        marks, symbol,
    },
    source::{Budget, OverBudget},
};

/// Reads an RTF file.
///
/// A file that is cut off gives what stands before the cut, and a warning.
///
/// # Errors
/// `OverBudget` past a limit.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Result<(Layout, Vec<Warning>), ReadError> {
    let mut reader = Reader {
        budget,
        groups: Vec::new(),
        state: State::default(),
        fonts: HashMap::new(),
        page: WINDOWS_1252,
        bytes: Vec::new(),
        n_to_skip: 0,
        styles: Vec::new(),
        story: Story::default(),
        note: None,
        out: Vec::new(),
        heads: Vec::new(),
        feet: Vec::new(),
        n_tables: 0,
        n_notes: 0,
    };
    let mut at = 0;
    while at < bytes.len() {
        reader.budget.charge_operation()?;
        at += reader.step(&bytes[at..])?;
    }
    reader.end_text()?;
    let is_cut = !reader.groups.is_empty();
    reader.end_note();
    reader.end_paragraph();
    reader.end_table();
    let mut seen = BTreeSet::new();
    let mut steps = flow::running(std::mem::take(&mut reader.heads), &mut seen);
    let feet = flow::running(std::mem::take(&mut reader.feet), &mut seen);
    steps.append(&mut reader.out);
    steps.extend(feet);
    if reader.styles.is_empty() {
        reader.styles.push(Style::default());
    }
    let styles = reader.styles;
    let message = "groups are left open; the file was read to its end";
    let warning = is_cut.then(|| Warning::new("damaged_part", message));
    Ok((Layout { pages: flow::pages(steps, budget)?, styles }, warning.into_iter().collect()))
}

/// What a group inherits and restores.
#[derive(Clone)]
struct State {
    destination: Destination,
    font: i32,
    half_points: i32,
    bold: bool,
    italic: bool,
    caps: bool,
    is_raised: bool,
    is_deleted: bool,
    /// How many characters stand in for a Unicode one, for readers that do not know Unicode.
    n_stand_ins: i32,
    is_centred: bool,
    is_in_table: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            destination: Destination::Text,
            font: 0,
            half_points: 24,
            bold: false,
            italic: false,
            caps: false,
            is_raised: false,
            is_deleted: false,
            n_stand_ins: 1,
            is_centred: false,
            is_in_table: false,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Destination {
    Text,
    FontTable,
    /// A note, text box or running head.
    Apart,
    Skipped,
}

/// The text being gathered: the open paragraph, cell, row and table.
#[derive(Default)]
struct Story {
    lines: Vec<Line>,
    is_centred: bool,
    after: Vec<Flow>,
    cell: Vec<Flow>,
    row: Row,
    table: Table,
}

/// A note, text box or running head being read apart.
struct Note {
    /// How many groups are open around it.
    depth: usize,
    place: Place,
    /// The story that goes on after it.
    outer: Story,
}

/// Where what is read apart goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Note,
    TextBox,
    Head,
    Foot,
}

#[derive(Default)]
struct Font {
    name: String,
    encoding: Option<&'static Encoding>,
    /// Its bytes are signs, not letters.
    is_symbol: bool,
}

struct Reader<'b, 'l> {
    budget: &'b mut Budget<'l>,
    groups: Vec<State>,
    state: State,
    fonts: HashMap<i32, Font>,
    /// The code page of the file.
    page: &'static Encoding,
    /// Bytes of the current run that are not decoded yet.
    bytes: Vec<u8>,
    n_to_skip: i32,
    styles: Vec<Style>,
    story: Story,
    note: Option<Note>,
    out: Vec<Flow>,
    heads: Vec<Flow>,
    feet: Vec<Flow>,
    n_tables: u32,
    n_notes: u32,
}

impl Reader<'_, '_> {
    /// Reads one control word, symbol, brace or stretch of text; gives how long it was.
    fn step(&mut self, rest: &[u8]) -> Result<usize, ReadError> {
        match rest {
            [b'{', ..] => {
                self.end_text()?;
                let limit = self.budget.limits.max_depth;
                if self.groups.len() >= limit {
                    let what = "levels of nested groups";
                    return Err(OverBudget::TooMuch { what, limit: limit as u64 }.into());
                }
                self.groups.push(self.state.clone());
                Ok(1)
            }
            [b'}', ..] => {
                self.end_text()?;
                if let Some(state) = self.groups.pop() {
                    self.state = state;
                }
                self.n_to_skip = 0;
                if self.note.as_ref().is_some_and(|note| self.groups.len() < note.depth) {
                    self.end_note();
                }
                Ok(1)
            }
            [b'\\', b'\'', high, low, ..] => {
                let hex = [*high, *low];
                let hex = std::str::from_utf8(&hex).unwrap_or_default();
                if let Ok(byte) = u8::from_str_radix(hex, 16) {
                    self.byte(byte);
                }
                Ok(4)
            }
            [b'\\', letter, ..] if letter.is_ascii_alphabetic() => self.control_word(rest),
            [b'\\', symbol, ..] => {
                if !matches!(symbol, b'\\' | b'{' | b'}') {
                    self.end_text()?;
                }
                match symbol {
                    b'~' => self.text("\u{A0}")?,
                    b'_' => self.text("\u{2011}")?,
                    // Optional hyphen: in the fonts of TCVN3 it is the letter ư.
                    b'-' if self.is_tcvn3() => self.text("\u{AD}")?,
                    b'\\' | b'{' | b'}' => self.byte(*symbol),
                    b'\n' | b'\r' => self.break_paragraph()?,
                    b'*' => self.state.destination = Destination::Skipped,
                    _ => {}
                }
                Ok(2)
            }
            [b'\r' | b'\n' | 0, ..] | [] => Ok(1),
            [byte, ..] => {
                self.byte(*byte);
                Ok(1)
            }
        }
    }

    fn control_word(&mut self, rest: &[u8]) -> Result<usize, ReadError> {
        let n_letters =
            rest[1..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count().min(32);
        let word = std::str::from_utf8(&rest[1..=n_letters]).unwrap_or_default();
        let mut end = 1 + n_letters;
        let is_negative = rest.get(end) == Some(&b'-');
        let digits_at = end + usize::from(is_negative);
        let digits = rest.get(digits_at..).unwrap_or_default();
        let n_digits = digits.iter().take_while(|byte| byte.is_ascii_digit()).count().min(10);
        let mut number = None;
        if n_digits > 0 {
            let digits = std::str::from_utf8(&digits[..n_digits]).unwrap_or_default();
            let value = digits.parse::<i64>().unwrap_or_default().min(i64::from(i32::MAX)) as i32;
            number = Some(if is_negative { -value } else { value });
            end = digits_at + n_digits;
        }
        if rest.get(end) == Some(&b' ') {
            end += 1;
        }
        if word == "bin" {
            end = end.saturating_add(number.unwrap_or_default().max(0) as usize);
        }
        self.control(word, number)?;
        Ok(end)
    }

    fn control(&mut self, word: &str, number: Option<i32>) -> Result<(), ReadError> {
        let is_on = number != Some(0);
        if word != "u" && word != "uc" {
            self.end_text()?;
        }
        match word {
            "u" => return self.unicode(number.unwrap_or_default()),
            "uc" => self.state.n_stand_ins = number.unwrap_or(1),
            "ansicpg" => {
                self.page = number.and_then(code_page).unwrap_or(WINDOWS_1252);
            }
            "fonttbl" => self.state.destination = Destination::FontTable,
            "f" => self.state.font = number.unwrap_or_default(),
            "fcharset" if self.state.destination == Destination::FontTable => {
                const SYMBOL: i32 = 2;
                self.font().encoding = number.and_then(charset);
                self.font().is_symbol = number == Some(SYMBOL);
            }
            "b" => self.state.bold = is_on,
            "i" => self.state.italic = is_on,
            "caps" => self.state.caps = is_on,
            "deleted" => self.state.is_deleted = is_on,
            "super" => self.state.is_raised = is_on,
            "sub" | "nosupersub" => self.state.is_raised = false,
            "fs" => self.state.half_points = number.unwrap_or(24),
            "plain" => {
                let state = &mut self.state;
                (state.bold, state.italic, state.caps) = (false, false, false);
                state.is_raised = false;
            }
            "pard" => (self.state.is_centred, self.state.is_in_table) = (false, false),
            "qc" => self.state.is_centred = true,
            "ql" | "qr" | "qj" => self.state.is_centred = false,
            "intbl" => self.state.is_in_table = true,
            "footnote" | "header" | "headerf" | "headerl" | "headerr" | "footer" | "footerf"
            | "footerl" | "footerr" | "shptxt" => self.begin_note(word),
            "chftn" if self.state.destination != Destination::Apart => {
                let label = format!("[{}]", self.n_notes + 1);
                self.text(&label)?;
            }
            "colortbl" | "stylesheet" | "info" | "pict" | "object" | "fldinst" | "listtable"
            | "listoverridetable" | "revtbl" | "rsidtbl" | "generator" | "themedata"
            | "colorschememapping" | "latentstyles" | "datastore" | "xmlnstbl" | "filetbl"
            | "atnid" | "annotation" | "bkmkstart" | "bkmkend" | "nonshppict" | "pgptbl"
            | "shprslt" | "sp" | "ftnsep" | "ftnsepc" | "tc" | "xe" => {
                self.state.destination = Destination::Skipped;
            }
            // Text although most readers do not know the group.
            "shpinst" => self.state.destination = Destination::Text,
            _ if self.state.destination != Destination::Skipped => self.shown(word)?,
            _ => {}
        }
        Ok(())
    }

    /// Control words that show something.
    fn shown(&mut self, word: &str) -> Result<(), ReadError> {
        let text = match word {
            "par" | "sect" => return self.break_paragraph(),
            "page" => {
                self.break_paragraph()?;
                if self.note.is_none() {
                    self.out.push(Flow::PageBreak);
                }
                return Ok(());
            }
            "line" | "nestcell" => {
                self.budget.charge_layout(0)?;
                self.story.lines.push(Line::default());
                return Ok(());
            }
            "cell" => {
                self.state.is_in_table = true;
                self.end_paragraph();
                self.end_cell();
                return Ok(());
            }
            "row" => {
                self.end_row();
                return Ok(());
            }
            "tab" => "\t",
            "emdash" => "—",
            "endash" => "–",
            "bullet" => "•",
            "lquote" => "‘",
            "rquote" => "’",
            "ldblquote" => "“",
            "rdblquote" => "”",
            "emspace" | "enspace" | "qmspace" => " ",
            _ => return Ok(()),
        };
        self.text(text)
    }

    fn unicode(&mut self, number: i32) -> Result<(), ReadError> {
        self.end_text()?;
        // Codes beyond 32,767 are written as negative ones; letters beyond the BMP as two halves,
        // which no Vietnamese text has.
        let code = if number < 0 { number + 0x1_0000 } else { number };
        let character = u32::try_from(code).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}');
        self.text(character.encode_utf8(&mut [0; 4]))?;
        self.n_to_skip = self.state.n_stand_ins;
        Ok(())
    }

    fn byte(&mut self, byte: u8) {
        if self.n_to_skip > 0 {
            self.n_to_skip -= 1;
        } else {
            self.bytes.push(byte);
        }
    }

    /// Decodes the bytes that were gathered.
    fn end_text(&mut self) -> Result<(), ReadError> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.bytes);
        if self.state.destination == Destination::FontTable {
            let name = WINDOWS_1252.decode_without_bom_handling(&bytes).0;
            let name = name.trim_end_matches(';').to_owned();
            self.font().name += &name;
            return Ok(());
        }
        let font = self.fonts.get(&self.state.font);
        if font.is_some_and(|font| font.is_symbol) {
            let sign = |&byte: &u8| char::from_u32(0xF000 + u32::from(byte)).unwrap_or(' ');
            return self.text(&bytes.iter().map(sign).collect::<String>());
        }
        let encoding = font.and_then(|font| font.encoding).unwrap_or(self.page);
        self.text(&encoding.decode_without_bom_handling(&bytes).0)
    }

    fn text(&mut self, text: &str) -> Result<(), ReadError> {
        let is_text =
            !matches!(self.state.destination, Destination::Skipped | Destination::FontTable);
        if !is_text || self.state.is_deleted {
            return Ok(());
        }
        self.budget.charge_layout(text.len())?;
        let style = self.style();
        let is_tcvn3 = self.is_tcvn3();
        let mut text = match self.state.caps {
            true if is_tcvn3 => text.to_ascii_uppercase(),
            true => text.to_uppercase(),
            false => text.to_owned(),
        };
        const PRIVATE: std::ops::RangeInclusive<char> = '\u{F020}'..='\u{F0FF}';
        if text.contains(|c| PRIVATE.contains(&c)) {
            let name = self.fonts.get(&self.state.font).map_or("", |font| font.name.trim());
            let shown = |c| if PRIVATE.contains(&c) { symbol::shown(name, c) } else { c };
            text = text.chars().map(shown).collect();
        }
        if self.story.lines.is_empty() {
            self.story.lines.push(Line::default());
        }
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if self.state.is_raised && is_number {
            let before = self.story.lines.last().map(flow::tail).unwrap_or_default();
            if !marks::takes_exponent(&before) {
                text = format!("[{text}]");
            }
        }
        self.story.is_centred = self.state.is_centred;
        let Some(line) = self.story.lines.last_mut() else { return Ok(()) };
        match line.runs.last_mut() {
            Some(run) if run.style == style => run.text += &text,
            _ => line.runs.push(Run { text, style }),
        }
        Ok(())
    }

    fn style(&mut self) -> u16 {
        let name = self.fonts.get(&self.state.font).map_or("", |font| font.name.as_str());
        let style = Style {
            font: name.trim().to_owned(),
            size: self.state.half_points.max(0) as f32 / 2.0,
            bold: self.state.bold,
            italic: self.state.italic,
        };
        const MOST_STYLES: usize = 1000;
        let known = self.styles.iter().position(|known| *known == style);
        let index = known.unwrap_or_else(|| {
            if self.styles.len() < MOST_STYLES {
                self.styles.push(style);
            }
            self.styles.len() - 1
        });
        index as u16
    }

    fn is_tcvn3(&self) -> bool {
        let name = self.fonts.get(&self.state.font).map_or("", |font| font.name.trim());
        is_tcvn3_font(name)
    }

    fn font(&mut self) -> &mut Font {
        self.fonts.entry(self.state.font).or_default()
    }

    /// A note or running head begins: its story is read apart.
    fn begin_note(&mut self, word: &str) {
        let is_within_skipped =
            self.groups.last().is_some_and(|outer| outer.destination == Destination::Skipped);
        if self.note.is_some() || is_within_skipped {
            return;
        }
        let place = match word {
            "footnote" => Place::Note,
            "shptxt" => Place::TextBox,
            _ if word.starts_with("header") => Place::Head,
            _ => Place::Foot,
        };
        self.n_notes += u32::from(place == Place::Note);
        self.state.destination = Destination::Apart;
        let outer = std::mem::take(&mut self.story);
        self.note = Some(Note { depth: self.groups.len(), place, outer });
    }

    /// A note or running head ends: a note stands after the paragraph that refers to it.
    fn end_note(&mut self) {
        let Some(note) = self.note.take() else { return };
        let mut lines = std::mem::replace(&mut self.story, note.outer).lines;
        if note.place == Place::Note
            && let Some(run) = lines.iter_mut().flat_map(|line| &mut line.runs).next()
        {
            run.text = format!("[{}] {}", self.n_notes, run.text.trim_start());
        }
        let kind = match note.place {
            Place::Note => BlockKind::Note,
            Place::TextBox => BlockKind::TextBox,
            Place::Head | Place::Foot => BlockKind::Paragraph,
        };
        let step = flow::block(kind, false, lines).map(Flow::Block);
        match note.place {
            Place::Head => self.heads.extend(step),
            Place::Foot => self.feet.extend(step),
            Place::Note | Place::TextBox => self.story.after.extend(step),
        }
    }

    fn break_paragraph(&mut self) -> Result<(), ReadError> {
        self.budget.charge_layout(0)?;
        if self.note.is_some() {
            self.story.lines.push(Line::default());
        } else {
            self.end_paragraph();
        }
        Ok(())
    }

    fn end_paragraph(&mut self) {
        let lines = std::mem::take(&mut self.story.lines);
        let after = std::mem::take(&mut self.story.after);
        let block = flow::block(BlockKind::Paragraph, self.story.is_centred, lines);
        if block.is_some() && !self.state.is_in_table {
            self.end_table();
        }
        let steps = block.map(Flow::Block).into_iter().chain(after);
        if self.state.is_in_table {
            self.story.cell.extend(steps);
        } else {
            self.out.extend(steps);
        }
    }

    fn end_cell(&mut self) {
        const MOST_COLUMNS: usize = 1024;
        let flow = std::mem::take(&mut self.story.cell);
        let cells = &mut self.story.row.cells;
        if cells.len() < MOST_COLUMNS {
            cells.push(Cell { first_column: cells.len() as u32, span: 1, flow });
        }
    }

    fn end_row(&mut self) {
        let row = std::mem::take(&mut self.story.row);
        if row.cells.is_empty() {
            return;
        }
        let table = &mut self.story.table;
        table.n_columns = table.n_columns.max(row.cells.len() as u32);
        table.rows.push(row);
    }

    fn end_table(&mut self) {
        if !self.story.cell.is_empty() {
            self.end_cell();
        }
        self.end_row();
        let table = std::mem::take(&mut self.story.table);
        if table.rows.is_empty() {
            return;
        }
        let number = self.n_tables;
        self.n_tables += 1;
        self.out.extend(columns::lay_out(table, number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{layout::Column, source::Limits};

    #[track_caller]
    fn check(rtf: &str, expect: &str) {
        let limits = Limits { max_depth: 8, ..Limits::default() };
        let (layout, warnings) = match read(rtf.as_bytes(), &mut Budget::new(&limits)) {
            Ok(read) => read,
            Err(error) => return assert_eq!(error.to_string(), expect),
        };
        let mut out = String::new();
        for page in &layout.pages {
            for block in &page.blocks {
                let column = if block.column == Column::Full { "" } else { "column " };
                let centred = if block.centred { "centred " } else { "" };
                let note = if block.kind == BlockKind::Note { "note " } else { "" };
                let lines: Vec<String> = block.lines.iter().map(Line::text).collect();
                out += &format!("{} {column}{centred}{note}{}\n", page.number, lines.join(" / "));
            }
        }
        out.extend(warnings.into_iter().map(|warning| warning.code));
        assert_eq!(out, expect);
    }

    #[test]
    fn text_of_rtf() {
        check(r"{\rtf1\ansi\ansicpg1252 a\par \qc b\line c\par}", "1 a\n1 centred b / c\n");
        // Unicode with a stand-in, negative codes, another number of stand-ins.
        check(r"{\rtf1 S\u7889?\u-3913?{\uc0\u273}x}", "1 Số•đx\n");
        // Bytes in the code page of the font: Vietnamese, and TCVN3 where the font is one.
        check(
            r"{\rtf1{\fonttbl{\f0\fcharset163 Arial;}{\f1\fcharset0 .VnTime;}}\f0 \'f0\f1 \'ae\-\f0\-}",
            "1 đ®\u{AD}\n",
        );
        // Destinations that are not text, and one that is although it is marked as optional.
        check(
            r"{\rtf1{\info{\title x}}{\*\unknown y}{\field{\*\fldinst PAGE}{\fldrslt 7}}{\bin3 }{{}a}",
            "1 7a\n",
        );
        check(r"{\rtf1 a\page b}", "1 a\n2 b\n");
        check(
            r"{\rtf1 nh\u7899?\chftn{\*\footnote \chftn  K\u7871?\par ho\u7841?ch}; x\par}",
            "1 nhớ[1]; x\n1 note [1] Kế / hoạch\n",
        );
        check(r"{\rtf1 a{\b b", "1 ab\ndamaged_part");
        check(&"{".repeat(9), "expected at most 8 levels of nested groups, found more");
    }

    #[test]
    fn tables_of_rtf() {
        check(
            r"{\rtf1\trowd\pard\intbl a\cell b\par c\cell d\cell\row\pard e\par}",
            "1 a\n1 b / c\n1 d\n1 e\n",
        );
        check(
            r"{\rtf1\trowd\pard\intbl a\cell b\cell\row\trowd\pard\intbl c\cell d\cell\row}",
            "1 column a\n1 column c\n1 column b\n1 column d\n",
        );
    }
}
