//! Blocks in reading order, with the page breaks between them → pages.
//!
//! What every reader of a flowing format (.docx, .doc, RTF, HTML, plain text) makes before
//! pages are known. Must not know a format.

use std::collections::BTreeSet;

use crate::{
    layout::{Block, BlockKind, Column, Line, Page, PageClass, Run, Style},
    read::{columns, error::ReadError},
    source::{Budget, OverBudget},
};

/// One step of the reading order.
#[derive(Debug, Clone, PartialEq)]
pub enum Flow {
    /// Some text.
    Block(Block),
    /// The author broke the page here.
    PageBreak,
    /// The program that wrote the file noted that so many pages began here or before here.
    RenderedBreaks(u32),
    /// A section ends here; whether the page ends too is said by the next section.
    SectionEnd,
}

/// Bit of the number of a style of [`weights`].
pub const BOLD: u16 = 1;
/// Bit of the number of a style of [`weights`].
pub const ITALIC: u16 = 2;

/// The styles of a format that tells no more than bold and italic.
pub fn weights() -> Vec<Style> {
    let style = |index: u16| Style {
        bold: index & BOLD != 0,
        italic: index & ITALIC != 0,
        ..Style::default()
    };
    (0..=(BOLD | ITALIC)).map(style).collect()
}

/// A block of one kind from lines that have text; `None` without any.
pub fn block(kind: BlockKind, is_centred: bool, lines: Vec<Line>) -> Option<Block> {
    let lines: Vec<Line> = lines.into_iter().filter(|line| !is_blank(line)).collect();
    let column = Column::Full;
    (!lines.is_empty()).then_some(Block { kind, column, centred: is_centred, lines })
}

/// Whether a line shows nothing.
pub fn is_blank(line: &Line) -> bool {
    line.runs.iter().all(|run| run.text.trim().is_empty())
}

/// The last characters of a line, enough to see the word it ends with.
pub fn tail(line: &Line) -> String {
    const ENOUGH_CHARS: usize = 16;
    let reversed = line.runs.iter().rev().flat_map(|run| run.text.chars().rev());
    let mut characters: Vec<char> = reversed.take(ENOUGH_CHARS).collect();
    characters.reverse();
    characters.into_iter().collect()
}

/// A line of one run.
pub fn line(text: impl Into<String>, style: u16) -> Line {
    Line { runs: vec![Run { text: text.into(), style }], bbox: None }
}

/// The blocks of a running head or foot, each text once. One that holds the letterhead is no
/// running head: some offices keep theirs in the head of the first page.
pub fn running(steps: Vec<Flow>, seen: &mut BTreeSet<String>) -> Vec<Flow> {
    let blocks = steps.into_iter().filter_map(|step| match step {
        Flow::Block(block) => Some(block),
        _ => None,
    });
    let mut blocks: Vec<Block> = blocks.collect();
    let text = |block: &Block| block.lines.iter().map(Line::text).collect::<Vec<_>>().join("\n");
    let is_letterhead = blocks.iter().any(|block| columns::is_national_header(&text(block)));
    if !is_letterhead {
        for block in &mut blocks {
            if block.kind != BlockKind::Watermark {
                block.kind = BlockKind::Running;
            }
        }
    }
    // `?` cannot stand in the name of a part, so texts and names do not meet.
    blocks.retain(|block| seen.insert(format!("?{}", text(block))));
    blocks.into_iter().map(Flow::Block).collect()
}

/// Numbers the pages and sets the columns of letterheads that are typed with tabs.
///
/// Breaks by the author with no text between them are one break, and so is a rendered one
/// right after: a page that the author broke is also noted as rendered.
///
/// # Errors
/// `OverBudget` past `max_pages`.
pub fn pages(flow: Vec<Flow>, budget: &Budget) -> Result<Vec<Page>, ReadError> {
    let max_pages = budget.limits.max_pages;
    let mut pages: Vec<Page> = Vec::new();
    let mut current = 1_usize;
    let mut is_broken = true;
    for step in flow {
        match step {
            Flow::PageBreak if is_broken => {}
            Flow::PageBreak => {
                current += 1;
                is_broken = true;
            }
            Flow::RenderedBreaks(n_pages) => {
                let n_new = n_pages.saturating_sub(u32::from(is_broken));
                current = current.saturating_add(n_new as usize);
                is_broken = false;
            }
            Flow::SectionEnd => {}
            Flow::Block(block) => {
                is_broken = false;
                if current > max_pages {
                    let limit = max_pages as u64;
                    return Err(OverBudget::TooMuch { what: "pages", limit }.into());
                }
                while pages.len() < current {
                    let number = pages.len() as u32 + 1;
                    pages.push(Page { number, class: PageClass::Blank, ..Page::default() });
                }
                let page = &mut pages[current - 1];
                page.class = PageClass::Text;
                page.blocks.push(block);
            }
        }
    }
    if pages.is_empty() {
        pages.push(Page { number: 1, class: PageClass::Blank, ..Page::default() });
    }
    for page in &mut pages {
        page.blocks = columns::split_typed(std::mem::take(&mut page.blocks));
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Limits;

    /// `a` is a block, `|` a page break, `1` and `2` rendered breaks; pages are parted by `/`.
    #[track_caller]
    fn check(flow: &str, expect: &str) {
        let steps = flow.chars().map(|step| match step {
            '|' => Flow::PageBreak,
            '1' => Flow::RenderedBreaks(1),
            '2' => Flow::RenderedBreaks(2),
            letter => {
                let lines = vec![line(letter, 0)];
                Flow::Block(block(BlockKind::Paragraph, false, lines).unwrap())
            }
        });
        let limits = Limits { max_pages: 5, ..Limits::default() };
        let found = match pages(steps.collect(), &Budget::new(&limits)) {
            Ok(pages) => pages
                .iter()
                .map(|page| page.blocks.iter().map(|b| b.lines[0].text()).collect::<String>())
                .collect::<Vec<_>>()
                .join("/"),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn breaks_make_pages() {
        check("ab", "ab");
        check("a|b", "a/b");
        // A break at the very start or end makes no page.
        check("|a|", "a");
        // Word notes a page it broken by hand as rendered too.
        check("a|1b", "a/b");
        check("a1b2c", "a/b//c");
        check("", "");
        check("a222b", "expected at most 5 pages, found more");
    }
}
