//! Footnotes and endnotes: their text by identifier, and the numbers under which Word shows
//! them, in the order of their references.
//!
//! Must not read XML.

use std::collections::HashMap;

use crate::{
    layout::{Block, BlockKind, Line, Run},
    read::{
        docx::properties::{NoteNumbering, Section},
        error::ReadError,
        flow,
        number_format::format_number,
    },
    source::Budget,
};

/// The two kinds, which are numbered apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// At the foot of the page; 1, 2, 3 unless the document says otherwise.
    Footnote,
    /// At the end; i, ii, iii unless the document says otherwise.
    Endnote,
}

/// All notes of a document.
#[derive(Default)]
pub struct Notes {
    footnotes: Series,
    endnotes: Series,
}

/// The notes of one kind.
#[derive(Default)]
struct Series {
    lines: HashMap<String, Vec<Line>>,
    numbering: NoteNumbering,
    n_given: u32,
}

impl Notes {
    /// Sets how notes are numbered, by `settings.xml` or a section.
    pub fn number(&mut self, kind: NoteKind, numbering: NoteNumbering) {
        let own = &mut self.series(kind).numbering;
        own.format = numbering.format.or(own.format.take());
        own.start = numbering.start.or(own.start);
        own.restarts |= numbering.restarts;
    }

    /// Keeps the text of a note.
    pub fn define(&mut self, kind: NoteKind, id: String, lines: Vec<Line>) {
        self.series(kind).lines.entry(id).or_insert(lines);
    }

    /// A section ended: where its notes are counted apart, the count starts again.
    pub fn end_section(&mut self, section: &Section) {
        for (series, numbering) in
            [(&mut self.footnotes, &section.footnotes), (&mut self.endnotes, &section.endnotes)]
        {
            if series.numbering.restarts || numbering.restarts {
                series.n_given = 0;
            }
        }
    }

    /// Takes the next number for a reference: what to print in the text (nothing when the
    /// author set the mark by hand), and the note as a block that begins with the same mark.
    /// A note that is referred to again is not printed again.
    ///
    /// # Errors
    /// `OverBudget` past `max_layout_bytes`.
    pub fn refer(
        &mut self,
        kind: NoteKind,
        id: &str,
        is_custom: bool,
        budget: &mut Budget,
    ) -> Result<(Option<String>, Option<Block>), ReadError> {
        let series = self.series(kind);
        let lines = series.lines.remove(id);
        if is_custom {
            return Ok((None, lines.and_then(|lines| flow::block(BlockKind::Note, false, lines))));
        }
        let start = series.numbering.start.unwrap_or(1);
        let number = start.saturating_add(series.n_given);
        series.n_given = series.n_given.saturating_add(1);
        let usual = if kind == NoteKind::Footnote { "decimal" } else { "lowerRoman" };
        let label = format_number(number, series.numbering.format.as_deref().unwrap_or(usual));
        let block = lines.and_then(|lines| flow::block(BlockKind::Note, false, lines));
        let Some(mut block) = block else { return Ok((Some(label), None)) };
        budget.charge_layout(label.len())?;
        if let Some(line) = block.lines.first_mut() {
            let style = line.runs.first().map_or(0, |run| run.style);
            trim_start(line);
            line.runs.insert(0, Run { text: format!("[{label}] "), style });
        }
        Ok((Some(label), Some(block)))
    }

    fn series(&mut self, kind: NoteKind) -> &mut Series {
        match kind {
            NoteKind::Footnote => &mut self.footnotes,
            NoteKind::Endnote => &mut self.endnotes,
        }
    }
}

/// Drops the space between a note's own mark, which is not printed, and its text.
fn trim_start(line: &mut Line) {
    while let Some(run) = line.runs.first_mut() {
        let trimmed = run.text.trim_start();
        if !trimmed.is_empty() {
            run.text = trimmed.to_owned();
            return;
        }
        line.runs.remove(0);
    }
}
