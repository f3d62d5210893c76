//! The runs of one paragraph → lines, with its label, its note marks and its page breaks.
//!
//! Field instructions are kept out here. What the readers of .docx and .doc share; must not know
//! either format.

use crate::{
    layout::{BlockKind, Line, Run},
    read::{
        error::ReadError,
        flow::{self, Flow},
        marks,
    },
    source::Budget,
};

/// How a run is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown {
    /// Index into [`Layout::styles`](crate::layout::Layout::styles).
    pub style: u16,
    /// In capitals.
    pub caps: bool,
    /// Superscript.
    pub is_raised: bool,
    /// In a font of the old TCVN3 encoding, where the soft hyphen is the letter ư.
    pub is_tcvn3: bool,
}

/// A paragraph being read.
#[derive(Default)]
pub struct Paragraph {
    /// What follows the paragraph: its notes, text boxes, tables within it.
    pub after: Vec<Flow>,
    /// Whether the text after the current place is the mark of a note, set by hand.
    pub is_custom_mark: bool,
    lines: Vec<Line>,
    /// Lines before explicit page breaks.
    earlier: Vec<Vec<Line>>,
    has_text: bool,
    n_rendered_before: u32,
    n_rendered_after: u32,
    fields: Vec<Field>,
    /// Text inside a field's instruction; it is shown if the field never ends.
    withheld: Vec<Run>,
    /// Superscript digits that may be a note mark typed by hand.
    raised: String,
    raised_style: u16,
    is_note: bool,
}

/// The three marks of a complex field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldMark {
    /// Its instruction begins.
    Begin,
    /// Its result begins.
    Separate,
    /// It ends.
    End,
}

/// One open complex field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Instruction,
    Result,
}

impl Paragraph {
    /// Whether any text was shown.
    pub fn has_text(&self) -> bool {
        self.has_text || !self.raised.is_empty()
    }

    /// Adds text of the current run.
    ///
    /// # Errors
    /// `OverBudget` past `max_layout_bytes`.
    pub fn push(&mut self, text: &str, shown: Shown, budget: &mut Budget) -> Result<(), ReadError> {
        if self.is_custom_mark {
            self.is_custom_mark = false;
            return self.push_plain(&format!("[{}]", text.trim()), shown.style, budget);
        }
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        if shown.is_raised && is_number && !self.is_withheld() {
            self.raised += text;
            self.raised_style = shown.style;
            return Ok(());
        }
        if !shown.caps {
            return self.push_plain(text, shown.style, budget);
        }
        // The bytes of TCVN3 are letters beyond ASCII whose capitals are other letters.
        let upper = if shown.is_tcvn3 { text.to_ascii_uppercase() } else { text.to_uppercase() };
        self.push_plain(&upper, shown.style, budget)
    }

    fn push_plain(&mut self, text: &str, style: u16, budget: &mut Budget) -> Result<(), ReadError> {
        self.settle_raised(budget)?;
        if self.is_withheld() {
            budget.charge_layout(text.len())?;
            self.withheld.push(Run { text: text.to_owned(), style });
            return Ok(());
        }
        self.has_text |= !text.trim().is_empty();
        self.append(text, style, budget)
    }

    fn append(&mut self, text: &str, style: u16, budget: &mut Budget) -> Result<(), ReadError> {
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let Some(line) = self.lines.last_mut() else { return Ok(()) };
        match line.runs.last_mut() {
            Some(run) if run.style == style => {
                run.text += text;
                budget.charge_text(text.len())?;
            }
            _ => {
                budget.charge_layout(text.len())?;
                line.runs.push(Run { text: text.to_owned(), style });
            }
        }
        Ok(())
    }

    /// Adds the mark of a note, e.g. `[1]`.
    ///
    /// # Errors
    /// `OverBudget` past `max_layout_bytes`.
    pub fn push_mark(
        &mut self,
        label: &str,
        style: u16,
        budget: &mut Budget,
    ) -> Result<(), ReadError> {
        self.push_plain(&format!("[{label}]"), style, budget)
    }

    /// Breaks the line.
    ///
    /// # Errors
    /// `OverBudget` past `max_layout_bytes`.
    pub fn break_line(&mut self, budget: &mut Budget) -> Result<(), ReadError> {
        if self.is_withheld() {
            return Ok(());
        }
        self.settle_raised(budget)?;
        budget.charge_layout(0)?;
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        self.lines.push(Line::default());
        Ok(())
    }

    /// Breaks the page.
    ///
    /// # Errors
    /// `OverBudget` past `max_layout_bytes`.
    pub fn break_page(&mut self, budget: &mut Budget) -> Result<(), ReadError> {
        self.settle_raised(budget)?;
        budget.charge_layout(0)?;
        self.earlier.push(std::mem::take(&mut self.lines));
        Ok(())
    }

    /// Notes that a page was seen to begin here when the file was last shown. A paragraph stays
    /// whole on the page where it begins.
    pub fn note_rendered_break(&mut self) {
        let count =
            if self.has_text() { &mut self.n_rendered_after } else { &mut self.n_rendered_before };
        *count = count.saturating_add(1);
    }

    /// A complex field begins, or goes from its instruction to its result.
    pub fn field(&mut self, mark: FieldMark) {
        match mark {
            FieldMark::Begin => self.fields.push(Field::Instruction),
            FieldMark::Separate => {
                if let Some(field) = self.fields.last_mut() {
                    *field = Field::Result;
                }
                self.forget_withheld();
            }
            FieldMark::End => {
                self.fields.pop();
                self.forget_withheld();
            }
        }
    }

    fn forget_withheld(&mut self) {
        if !self.is_withheld() {
            self.withheld.clear();
        }
    }

    fn is_withheld(&self) -> bool {
        self.fields.contains(&Field::Instruction)
    }

    /// Digits set high are the mark of a note typed by hand (`dễ nhớ¹`), unless they make a
    /// square or cubic unit or a power.
    fn settle_raised(&mut self, budget: &mut Budget) -> Result<(), ReadError> {
        const LONGEST_MARK: usize = 3;
        if self.raised.is_empty() {
            return Ok(());
        }
        let digits = std::mem::take(&mut self.raised);
        let before = self.lines.last().map(flow::tail).unwrap_or_default();
        let is_first = !self.has_text;
        let is_mark = digits.len() <= LONGEST_MARK && !marks::takes_exponent(&before);
        self.has_text = true;
        if !is_mark {
            return self.append(&digits, self.raised_style, budget);
        }
        self.is_note |= is_first;
        let space = if is_first { " " } else { "" };
        self.append(&format!("[{digits}]{space}"), self.raised_style, budget)
    }

    /// Superscript digits of Unicode are note marks too.
    fn bracket_superscripts(&mut self) {
        let runs = || self.lines.iter().flat_map(|line| &line.runs);
        let has_mark = |run: &Run| run.text.chars().any(|c| marks::superscript_digit(c).is_some());
        let is_unicode = || runs().any(|run| marks::is_unicode_vietnamese(&run.text));
        if !runs().any(has_mark) || !is_unicode() {
            return;
        }
        let mut is_first = self.earlier.is_empty();
        for run in self.lines.iter_mut().flat_map(|line| &mut line.runs) {
            let first = run.text.trim_start().chars().next();
            self.is_note |= is_first && first.and_then(marks::superscript_digit).is_some();
            run.text = marks::bracket(&run.text, is_first);
            is_first = false;
        }
    }

    /// The blocks of the paragraph and what follows it. `label` is what numbering shows before
    /// it, `kind` what a block of its text is.
    ///
    /// # Errors
    /// `OverBudget` past `max_layout_bytes`.
    pub fn close(
        mut self,
        label: &str,
        label_style: u16,
        (kind, is_centred, starts_page): (BlockKind, bool, bool),
        budget: &mut Budget,
    ) -> Result<Vec<Flow>, ReadError> {
        self.settle_raised(budget)?;
        // A field that is still in its instruction was never closed: its text is text.
        for run in std::mem::take(&mut self.withheld) {
            self.append(&run.text, run.style, budget)?;
        }
        self.bracket_superscripts();
        let kind = if self.is_note { BlockKind::Note } else { kind };
        let mut parts = self.earlier;
        parts.push(self.lines);
        if !label.is_empty() {
            budget.charge_layout(label.len())?;
            let labelled = parts.iter_mut().find(|part| !part.iter().all(flow::is_blank));
            let run = Run { text: label.to_owned(), style: label_style };
            match labelled.and_then(|part| part.first_mut()) {
                Some(line) => line.runs.insert(0, run),
                None => parts[0] = vec![Line { runs: vec![run], bbox: None }],
            }
        }
        let mut steps = Vec::new();
        if starts_page {
            steps.push(Flow::PageBreak);
        }
        if self.n_rendered_before > 0 {
            steps.push(Flow::RenderedBreaks(self.n_rendered_before));
        }
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                steps.push(Flow::PageBreak);
            }
            // An empty line parts blocks: some converters write a whole text as one paragraph.
            for lines in part.split(flow::is_blank) {
                budget.charge_layout(0)?;
                let block = flow::block(kind.clone(), is_centred, lines.to_vec());
                steps.extend(block.map(Flow::Block));
            }
        }
        steps.append(&mut self.after);
        if self.n_rendered_after > 0 {
            steps.push(Flow::RenderedBreaks(self.n_rendered_after));
        }
        Ok(steps)
    }
}
