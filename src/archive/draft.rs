//! [`Draft`]: what a clerk pastes or hands over to have its numbers checked, as a record that is
//! in no store. A list is taken line by line, running text as a document.

use crate::{
    context::Context,
    domain::{
        citation::Citation,
        failure::{Failure, FailureReason},
        record::{Format, Metadata, Record, TextSource},
    },
    extract::citation,
    layout::{Block, Layout, Line, Page, Run, Style},
    pipeline::{self, Processed},
    read::sheet,
    source::Source,
    text::Text,
};

/// Something to be checked.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its citations, and what of its head matters to them.
    pub(super) record: Record,
    pub(super) text: Text,
    /// The lines of the input, or of the text when it is a document.
    pub(super) lines: Vec<DraftLine>,
    /// Whether it is a list of numbers: then every line owes one.
    pub(super) is_list: bool,
}

/// One line that holds something.
#[derive(Debug, Clone)]
pub(super) struct DraftLine {
    /// From 1.
    pub(super) number: usize,
    pub(super) text: String,
}

/// Longest text that is taken, in bytes.
const MAX_TEXT_BYTES: usize = 2 << 20;

impl Draft {
    /// Takes pasted text: a list of numbers, one a line, or a piece of a draft.
    ///
    /// # Errors
    /// `Classified` when it carries a secrecy stamp: nothing of it is looked up then. `TooLarge`
    /// beyond 2 MB.
    pub fn of_text(ctx: &Context<'_>, plain: &str) -> Result<Self, Failure> {
        if plain.len() > MAX_TEXT_BYTES {
            let detail = format!("expected at most {MAX_TEXT_BYTES} bytes of text");
            return Err(Failure { reason: FailureReason::TooLarge, detail });
        }
        // Cells of a pasted table stand side by side.
        let plain = plain.replace('\t', " ");
        let lines: Vec<DraftLine> = plain
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(n, line)| DraftLine { number: n + 1, text: line.trim().to_owned() })
            .collect();
        // As a document first: a secrecy stamp refuses it, whatever it is.
        let source = Source::new("", plain.into_bytes());
        let layout = layout(&lines, false);
        let processed = pipeline::understand(ctx, &source, Format::Txt, layout, Vec::new())
            .map_err(|refused| refused.failure)?;
        let (apart, _) = crate::text::normalise(&self::layout(&lines, true));
        let found = citation::find(ctx, &apart, &Metadata::default());
        let is_list = lines_with(&apart, &found) * 2 >= lines.len().max(1);
        let Processed { mut record, mut text, .. } = processed;
        if is_list {
            record.metadata = Metadata::default();
            record.citations = found;
            text = apart;
        }
        Ok(Self { record, text, lines, is_list })
    }

    /// Takes a file: a document in any format that is read, or a workbook with a list.
    ///
    /// # Errors
    /// The reason why the file cannot be taken; `read` turns other files into documents.
    pub fn of_file(
        ctx: &Context<'_>,
        source: &Source,
        read: impl FnOnce(&Source) -> Result<Processed, Failure>,
    ) -> Result<Self, Failure> {
        if sheet::is_sheet(&source.bytes) {
            let lines = sheet::lines(&source.bytes, &ctx.limits)
                .map_err(|error| Failure { reason: error.reason(), detail: error.to_string() })?;
            return Self::of_text(ctx, &lines.join("\n"));
        }
        let Processed { record, text, .. } = read(source)?;
        // A list kept as plain text is a list.
        if record.format == Some(Format::Txt) {
            return Self::of_text(ctx, text.as_str());
        }
        let lines = text.lines.iter().enumerate();
        let lines = lines
            .map(|(n, line)| DraftLine { number: n + 1, text: text.slice(line.span).to_owned() })
            .collect();
        Ok(Self { record, text, lines, is_list: false })
    }

    /// Whether nothing could be read from it.
    pub fn is_unread(&self) -> bool {
        self.record.text_source == TextSource::None && self.lines.is_empty()
    }

    /// The line of the input in which a citation begins, by its place in `lines`.
    pub(super) fn line_of(&self, citation: &Citation) -> Option<usize> {
        let start = citation.span.start;
        let after = self.text.lines.partition_point(|line| line.span.start <= start);
        let index = after.checked_sub(1)?;
        // Every line that holds something is a line of the text, unless it has no letter of any
        // script: then the later ones are found by their words.
        if self.text.lines.len() == self.lines.len() {
            return Some(index);
        }
        let words = self.text.slice(self.text.lines[index].span);
        self.lines.iter().position(|line| crate::text::clean::clean(&line.text) == words)
    }
}

/// How many lines of a text hold a citation.
fn lines_with(text: &Text, citations: &[Citation]) -> usize {
    let mut starts: Vec<usize> = citations
        .iter()
        .map(|citation| text.lines.partition_point(|line| line.span.start <= citation.span.start))
        .collect();
    starts.dedup();
    starts.len()
}

/// Lines as one block where they follow each other, or each as a block of its own.
fn layout(lines: &[DraftLine], are_apart: bool) -> Layout {
    let mut blocks: Vec<Block> = Vec::new();
    let mut last = None;
    for line in lines {
        let follows = last.is_some_and(|last| last + 1 == line.number);
        if are_apart || !follows {
            blocks.push(Block::default());
        }
        last = Some(line.number);
        let runs = vec![Run { text: line.text.clone(), style: 0 }];
        if let Some(block) = blocks.last_mut() {
            block.lines.push(Line { runs, bbox: None });
        }
    }
    let page = Page { number: 1, blocks, ..Page::default() };
    Layout { pages: vec![page], styles: vec![Style::default()] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::tables::Tables, source::Limits};

    #[track_caller]
    fn check(plain: &str, is_list: bool, expected: &[&str]) {
        let ctx = Context::new(Tables::builtin(), Limits::default());
        let draft = Draft::of_text(&ctx, plain).unwrap();
        let found: Vec<String> = draft
            .record
            .citations
            .iter()
            .map(|citation| {
                let line = draft.line_of(citation).map_or(0, |index| draft.lines[index].number);
                format!("{line}: {}", citation.number.as_deref().unwrap_or("-"))
            })
            .collect();
        assert_eq!(
            (draft.is_list, found),
            (is_list, expected.iter().map(|s| (*s).to_owned()).collect())
        );
    }

    #[test]
    fn a_list_is_taken_line_by_line() {
        check(
            "STT Số\n1. Nghị định 30/2020/NĐ-CP\n\n2. 293/KH-SLĐTBXH\t02/03/2020\tPhát động\n---\n3. 06-CT/TU\n",
            true,
            &["2: 30/2020/NĐ-CP", "4: 293/KH-SLĐTBXH", "6: 06-CT/TU"],
        );
    }

    #[test]
    fn running_text_is_taken_as_a_document() {
        check(
            "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3\nnăm 2020 của Chính phủ về công tác văn thư;\nSở yêu cầu các phòng\nthực hiện nghiêm túc.",
            false,
            &["1: 30/2020/NĐ-CP"],
        );
        check("", false, &[]);
    }

    #[test]
    fn a_secret_is_refused() {
        let ctx = Context::new(Tables::builtin(), Limits::default());
        let plain = "UBND TỈNH VÂN SƠN\nSỞ NỘI VỤ\nSố: 5/KH-SNV\n\nTỐI MẬT\n\nVân Sơn, ngày 01 tháng 3 năm 2020\n\nKẾ HOẠCH\nVề việc riêng\n\nCăn cứ Nghị định số 30/2020/NĐ-CP;";
        let failure = Draft::of_text(&ctx, plain).unwrap_err();
        assert_eq!(failure.reason, FailureReason::Classified);
    }
}
