//! The bytes of a .doc of Word 6 or 95 → [`Layout`], by the crate `undoc`.
//!
//! What that crate does not tell is not guessed: fonts, sizes, alignment, and the form of list
//! labels. It is foreign code over hostile bytes that keeps no budget: intake has it run in a worker
//! process. A panic of it is caught here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use undoc::{
    Error,
    doc::DocParser,
    model::{self, ListType, RevisionType},
};

use crate::{
    domain::record::Warning,
    layout::{Block, BlockKind, Layout, Line, Run},
    read::{
        columns::{self, Cell, Row, Table},
        error::ReadError,
        flow::{self, BOLD, Flow, ITALIC},
        marks,
    },
    source::Budget,
};

/// Tables nested deeper than this are read as plain text.
const DEEPEST_TABLE: u32 = 8;

/// Reads a .doc.
///
/// # Errors
/// `PasswordProtected` when it is encrypted, `Damaged` when `undoc` cannot read it or panics,
/// `OverBudget` past a limit.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Result<(Layout, Vec<Warning>), ReadError> {
    let parse = || DocParser::from_bytes(bytes.to_vec())?.parse();
    let damaged = |detail: String| ReadError::Damaged { detail };
    let document = match catch_unwind(AssertUnwindSafe(parse)) {
        Ok(Ok(document)) => document,
        Ok(Err(Error::Encrypted)) => return Err(ReadError::PasswordProtected),
        Ok(Err(error)) => {
            return Err(damaged(format!("expected a Word document, found damage: {error}")));
        }
        Err(_) => {
            let detail = "expected a Word document, found bytes that its reader cannot take";
            return Err(damaged(detail.to_owned()));
        }
    };
    budget.check_time()?;
    let mut reader = Reader { budget, n_tables: 0, n_lost_labels: 0, notes: Vec::new() };
    let mut steps = Vec::new();
    for section in document.sections {
        for paragraph in section.header.iter().flatten() {
            let lines = reader.lines(None, &paragraph.runs)?;
            steps.extend(flow::block(BlockKind::Running, false, lines).map(Flow::Block));
        }
        reader.notes = notes_of(&section.content);
        for block in section.content {
            reader.block(block, &mut steps)?;
        }
        for paragraph in section.footer.iter().flatten() {
            let lines = reader.lines(None, &paragraph.runs)?;
            steps.extend(flow::block(BlockKind::Running, false, lines).map(Flow::Block));
        }
    }
    let mut warnings = Vec::new();
    if reader.n_lost_labels > 0 {
        let message = format!("the labels of {} list items are not read", reader.n_lost_labels);
        warnings.push(Warning::new("list_labels_lost", message));
    }
    let pages = flow::pages(steps, budget)?;
    Ok((Layout { pages, styles: flow::weights() }, warnings))
}

/// The notes of a section, by their labels, until their reference takes them.
fn notes_of(content: &[model::Block]) -> Vec<(String, Vec<model::Paragraph>)> {
    let note = |block: &model::Block| match block {
        model::Block::Note { label, content } => Some((label.clone(), content.clone())),
        _ => None,
    };
    content.iter().filter_map(note).collect()
}

struct Reader<'b, 'l> {
    budget: &'b mut Budget<'l>,
    n_tables: u32,
    n_lost_labels: u32,
    notes: Vec<(String, Vec<model::Paragraph>)>,
}

impl Reader<'_, '_> {
    fn block(&mut self, block: model::Block, steps: &mut Vec<Flow>) -> Result<(), ReadError> {
        match block {
            model::Block::Paragraph(paragraph) => self.paragraph(&paragraph, steps)?,
            model::Block::Table(table) => steps.append(&mut self.table(table, 0)?),
            model::Block::PageBreak => steps.push(Flow::PageBreak),
            // A section of Word 97 may go on on the same page; it is not told.
            model::Block::SectionBreak | model::Block::Note { .. } | model::Block::Image { .. } => {
            }
        }
        Ok(())
    }

    /// A paragraph, parted where the page breaks, and after it the notes it refers to.
    fn paragraph(
        &mut self,
        paragraph: &model::Paragraph,
        steps: &mut Vec<Flow>,
    ) -> Result<(), ReadError> {
        let mut notes = Vec::new();
        let parts = paragraph.runs.split_inclusive(|run| run.page_break);
        for (index, runs) in parts.enumerate() {
            let list = paragraph.list_info.as_ref().filter(|_| index == 0);
            let lines = self.lines(list, runs)?;
            steps.extend(flow::block(BlockKind::Paragraph, false, lines).map(Flow::Block));
            for label in runs.iter().filter_map(|run| run.note.as_ref()) {
                notes.extend(self.take_note(label)?.map(Flow::Block));
            }
            if runs.last().is_some_and(|run| run.page_break) {
                steps.push(Flow::PageBreak);
            }
        }
        steps.append(&mut notes);
        Ok(())
    }

    fn take_note(&mut self, label: &str) -> Result<Option<Block>, ReadError> {
        let Some(index) = self.notes.iter().position(|(own, _)| own == label) else {
            return Ok(None);
        };
        let (label, content) = self.notes.swap_remove(index);
        let mut lines = Vec::new();
        for paragraph in &content {
            lines.append(&mut self.lines(None, &paragraph.runs)?);
        }
        if let Some(line) = lines.first_mut() {
            line.runs.insert(0, Run { text: format!("[{label}] "), style: 0 });
        }
        Ok(flow::block(BlockKind::Note, false, lines))
    }

    fn lines(
        &mut self,
        list: Option<&model::ListInfo>,
        runs: &[model::TextRun],
    ) -> Result<Vec<Line>, ReadError> {
        let mut lines = vec![Line::default()];
        let mut push = |text: String, style: u16, line: &mut Line| -> Result<(), ReadError> {
            self.budget.charge_operation()?;
            self.budget.charge_layout(text.len())?;
            if !text.is_empty() {
                line.runs.push(Run { text, style });
            }
            Ok(())
        };
        match list.map(|info| info.list_type) {
            Some(ListType::Bullet) => push("- ".to_owned(), 0, &mut lines[0])?,
            Some(ListType::Numbered) => self.n_lost_labels += 1,
            Some(ListType::None) | None => {}
        }
        for run in runs {
            if run.revision == RevisionType::Deleted {
                continue;
            }
            let bold = if run.style.bold { BOLD } else { 0 };
            let italic = if run.style.italic { ITALIC } else { 0 };
            let mut text = run.text.clone();
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let before = lines.last().map(flow::tail).unwrap_or_default();
            if run.style.superscript && is_number && !marks::takes_exponent(&before) {
                text = format!("[{text}]");
            }
            if let Some(label) = &run.note {
                text += &format!("[{label}]");
            }
            if let Some(line) = lines.last_mut() {
                push(text, bold | italic, line)?;
            }
            if run.line_break {
                lines.push(Line::default());
            }
        }
        Ok(lines)
    }

    fn table(&mut self, table: model::Table, depth: u32) -> Result<Vec<Flow>, ReadError> {
        let number = self.n_tables;
        self.n_tables += 1;
        let mut made = Table::default();
        for row in table.rows {
            let mut cells = Vec::new();
            let mut first_column = 0;
            for cell in row.cells {
                let span = cell.col_span.max(1);
                let mut steps = Vec::new();
                for paragraph in &cell.content {
                    self.paragraph(paragraph, &mut steps)?;
                }
                for nested in cell.nested_tables {
                    if depth < DEEPEST_TABLE {
                        steps.append(&mut self.table(nested, depth + 1)?);
                    } else {
                        let line = flow::line(nested.plain_text(), 0);
                        let block = flow::block(BlockKind::Paragraph, false, vec![line]);
                        steps.extend(block.map(Flow::Block));
                    }
                }
                cells.push(Cell { first_column, span, flow: steps });
                first_column += span;
            }
            made.n_columns = made.n_columns.max(first_column);
            made.rows.push(Row { cells });
        }
        Ok(columns::lay_out(made, number))
    }
}
