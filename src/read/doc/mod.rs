//! The bytes of a .doc of Word 6 to 2003 → [`Layout`](crate::layout::Layout).
//!
//! Word 97 and later are read here, with the font of every run and the labels of lists; so are
//! Word 6 and 95 (`old`), with fonts, and by the crate `undoc` (`foreign`) where that finds no
//! text. `cfb` opens the container.
//!
//! ```text
//!   WordDocument: fib ─► where things are;  text ◄ pieces;  properties of runs and paragraphs ◄ pages
//!   0Table/1Table: styles, fonts, lists, notes, text boxes          stories ─► blocks (tables ─► columns)
//! ```

mod fib;
mod foreign;
mod lists;
mod old;
mod pages;
mod pieces;
mod sprm;
mod stories;
mod styles;
mod tables;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::{Cursor, Read},
    ops::Range,
};

use self::{
    fib::{Fib, Head, Part, items, positions, u16_at, u32_at},
    old::{OldFib, OldPart},
    pages::{Kind, Pages},
    pieces::Pieces,
    stories::{Anchored, Document, Looks, mark_note},
    styles::Sheet,
};
use crate::{
    domain::record::Warning,
    layout::{BlockKind, Layout, PageClass},
    read::{
        error::ReadError,
        flow::{self, Flow},
        labels::Labels,
        number_format::format_number,
    },
    source::{Budget, OverBudget},
};

/// Reads a .doc.
///
/// # Errors
/// `PasswordProtected` when it is encrypted, `Damaged` when its text cannot be found,
/// `OverBudget` past a limit.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Result<(Layout, Vec<Warning>), ReadError> {
    let mut container = Container::open(bytes)?;
    let Some(document) = container.stream("/WordDocument", budget)? else {
        return Err(damaged("expected a stream WordDocument, found none"));
    };
    match fib::read(&document) {
        Head::Encrypted => Err(ReadError::PasswordProtected),
        Head::Older => match read_old(&document, budget)? {
            Some(read) => Ok(read),
            None => foreign::read(bytes, budget),
        },
        Head::Damaged => Err(damaged("expected the head of a Word document, found damage")),
        Head::Word97(fib) => {
            let table = container.stream(&format!("/{}", fib.table_stream), budget)?;
            let data = container.stream("/Data", budget)?.unwrap_or_default();
            match read_word97(&document, &table.unwrap_or_default(), &data, &fib, budget)? {
                Some(read) => Ok(read),
                None => Err(damaged("expected a table of the pieces of the text, found none")),
            }
        }
    }
}

/// Whether a container holds a text of Word 6 or 95.
pub fn is_old(container: &mut cfb::CompoundFile<Cursor<&[u8]>>) -> bool {
    const HEAD_BYTES: u64 = 32;
    let mut head = Vec::new();
    let Ok(stream) = container.open_stream("/WordDocument") else { return false };
    // What cannot be read is no head of any version.
    let _ = stream.take(HEAD_BYTES).read_to_end(&mut head);
    matches!(fib::read(&head), Head::Older)
}

fn damaged(detail: &str) -> ReadError {
    ReadError::Damaged { detail: detail.to_owned() }
}

struct Container<'b> {
    file: cfb::CompoundFile<Cursor<&'b [u8]>>,
}

impl<'b> Container<'b> {
    fn open(bytes: &'b [u8]) -> Result<Self, ReadError> {
        let file =
            cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|error| ReadError::Damaged {
                detail: format!("expected an OLE container, found damage: {error}"),
            })?;
        Ok(Self { file })
    }

    /// The bytes of a stream, up to damage; `None` when there is none of the name.
    fn stream(&mut self, name: &str, budget: &mut Budget) -> Result<Option<Vec<u8>>, ReadError> {
        let Ok(stream) = self.file.open_stream(name) else { return Ok(None) };
        let limit = budget.limits.max_part_bytes;
        if stream.len() > limit {
            return Err(OverBudget::TooMuch { what: "bytes in a stream", limit }.into());
        }
        let mut bytes = Vec::new();
        // What could be read before an error is kept.
        let _ = stream.take(limit).read_to_end(&mut bytes);
        budget.charge_inflated(bytes.len() as u64)?;
        Ok(Some(bytes))
    }
}

/// `None` when there is no text to be found.
fn read_word97(
    stream: &[u8],
    table: &[u8],
    data: &[u8],
    fib: &Fib,
    budget: &mut Budget,
) -> Result<Option<(Layout, Vec<Warning>)>, ReadError> {
    let part = |part| fib.part(stream, table, part);
    let Some(pieces) = Pieces::read(part(Part::Clx)) else { return Ok(None) };
    let sheet = Sheet::read(part(Part::Stshf), part(Part::Fonts), data);
    let (lists, n_list_bytes) = fib.part_and_after(stream, table, Part::Lists);
    let (overrides, _) = fib.part_and_after(stream, table, Part::ListOverrides);
    let labels = lists::read(lists, n_list_bytes, overrides, &sheet);
    let mut document = Document {
        stream,
        pieces,
        characters: Pages::read(stream, part(Part::Characters), Kind::Characters),
        paragraphs: Pages::read(stream, part(Part::Paragraphs), Kind::Paragraphs),
        sheet,
        labels,
        sections: sections(stream, part(Part::Sections)),
        anchored: HashMap::new(),
        layout: Looks::default(),
        has_picture: false,
        is_cut: false,
    };
    let starts = fib.starts();
    let mut anchored = HashMap::new();
    let footnotes = Notes {
        refs: part(Part::FootnoteRefs),
        texts: part(Part::FootnoteTexts),
        start: starts.footnotes,
        format: "decimal",
    };
    let endnotes = Notes {
        refs: part(Part::EndnoteRefs),
        texts: part(Part::EndnoteTexts),
        start: starts.endnotes,
        format: "lowerRoman",
    };
    footnotes.read(&mut document, &mut anchored, budget)?;
    endnotes.read(&mut document, &mut anchored, budget)?;
    let boxes =
        Boxes { drawings: part(Part::Drawings), texts: part(Part::Boxes), start: starts.boxes };
    let strays = boxes.read(&mut document, &mut anchored, budget)?;

    let (mut flow, mut feet) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for (is_head, cps) in running_stories(part(Part::Running), starts.running) {
        let steps = document.story(cps, budget)?;
        let target = if is_head { &mut flow } else { &mut feet };
        target.extend(flow::running(steps, &mut seen));
    }
    document.anchored = anchored;
    flow.extend(document.story(0..fib.n_characters.main, budget)?);
    flow.extend(strays);
    flow.extend(feet);

    let mut layout = Layout { pages: flow::pages(flow, budget)?, styles: document.layout.styles };
    if document.has_picture && layout.pages.iter().all(|page| page.blocks.is_empty()) {
        layout.pages.iter_mut().for_each(|page| page.class = PageClass::Image);
    }
    let mut warnings = Vec::new();
    if document.is_cut {
        let message = "a part of the text lies past the end of the file and is lost";
        warnings.push(Warning::new("damaged_part", message));
    }
    Ok(Some((layout, warnings)))
}

/// `None` when there is no text to be found.
fn read_old(
    stream: &[u8],
    budget: &mut Budget,
) -> Result<Option<(Layout, Vec<Warning>)>, ReadError> {
    let Some(fib) = OldFib::read(stream) else { return Ok(None) };
    let part = |part| fib.part(stream, part);
    let mut document = Document {
        stream,
        pieces: Pieces::of_old(part(OldPart::Pieces), fib.text_start, fib.n_characters),
        characters: Pages::read_old(stream, part(OldPart::Characters), Kind::Characters),
        paragraphs: Pages::read_old(stream, part(OldPart::Paragraphs), Kind::Paragraphs),
        sheet: Sheet::read_old(part(OldPart::Styles), part(OldPart::Fonts)),
        labels: Labels::default(),
        sections: HashMap::new(),
        anchored: HashMap::new(),
        layout: Looks::default(),
        has_picture: false,
        is_cut: false,
    };
    let flow = document.story(0..fib.n_characters, budget)?;
    let pages = flow::pages(flow, budget)?;
    let has_text = pages.iter().any(|page| !page.blocks.is_empty());
    let layout = Layout { pages, styles: document.layout.styles };
    Ok((has_text && !document.is_cut).then_some((layout, Vec::new())))
}

/// Where sections end, and whether the next one starts a page.
fn sections(stream: &[u8], plc: &[u8]) -> HashMap<u32, bool> {
    const ITEM_BYTES: usize = 12;
    const CONTINUOUS: u8 = 0;
    const NEW_COLUMN: u8 = 1;
    let starts_page = |item: &[u8]| {
        let mut start = 2;
        let at = u32_at(item, 2).unwrap_or(u32::MAX) as usize;
        if let Some(n_bytes) = u16_at(stream, at) {
            let grpprl = stream.get(at + 2..at + 2 + usize::from(n_bytes)).unwrap_or_default();
            sprm::each(grpprl, |modifier, operand| {
                if modifier == sprm::SECTION_START {
                    start = sprm::byte(operand);
                }
            });
        }
        !matches!(start, CONTINUOUS | NEW_COLUMN)
    };
    let of_next = items(plc, ITEM_BYTES).map(starts_page).skip(1).chain([false]);
    let ends = positions(plc, ITEM_BYTES).into_iter().skip(1);
    ends.zip(of_next).filter_map(|(end, starts)| Some((end.checked_sub(1)?, starts))).collect()
}

/// The running heads and feet of all sections, with whether each is a head.
fn running_stories(plc: &[u8], start: u32) -> Vec<(bool, Range<u32>)> {
    /// Before them stand six separators of notes.
    const N_SEPARATORS: usize = 6;
    /// Of each section: the heads of even, odd, the feet of even, odd pages, the first head and foot.
    const IS_HEAD: [bool; 6] = [true, true, false, false, true, false];
    let cps = positions(plc, 0);
    let ranges = cps.windows(2).enumerate().skip(N_SEPARATORS);
    ranges
        .filter(|(_, pair)| pair[0] < pair[1])
        .map(|(index, pair)| {
            let is_head = IS_HEAD[(index - N_SEPARATORS) % IS_HEAD.len()];
            (is_head, start.saturating_add(pair[0])..start.saturating_add(pair[1]))
        })
        .collect()
}

/// The notes of one kind.
struct Notes<'t> {
    refs: &'t [u8],
    texts: &'t [u8],
    start: u32,
    format: &'static str,
}

impl Notes<'_> {
    fn read(
        &self,
        document: &mut Document,
        anchored: &mut HashMap<u32, Anchored>,
        budget: &mut Budget,
    ) -> Result<(), ReadError> {
        let texts = positions(self.texts, 0);
        let mut number = 0;
        for ((cp, item), text) in
            positions(self.refs, 2).into_iter().zip(items(self.refs, 2)).zip(texts.windows(2))
        {
            let is_custom = u16_at(item, 0) == Some(0);
            let mark = (!is_custom).then(|| {
                number += 1;
                format_number(number, self.format)
            });
            let cps = self.start.saturating_add(text[0])..self.start.saturating_add(text[1]);
            let mut lines = document.lines(cps, budget)?;
            if let Some(mark) = &mark {
                mark_note(&mut lines, mark);
            }
            let blocks = flow::block(BlockKind::Note, false, lines).into_iter().collect();
            anchored.insert(cp, Anchored { mark, is_custom, blocks });
        }
        Ok(())
    }
}

/// The text boxes.
struct Boxes<'t> {
    drawings: &'t [u8],
    texts: &'t [u8],
    start: u32,
}

impl Boxes<'_> {
    /// Puts each text box where its drawing is anchored; gives those whose place is not known.
    fn read(
        &self,
        document: &mut Document,
        anchored: &mut HashMap<u32, Anchored>,
        budget: &mut Budget,
    ) -> Result<Vec<Flow>, ReadError> {
        const DRAWING_BYTES: usize = 26;
        const BOX_BYTES: usize = 22;
        let places: BTreeMap<u32, u32> = items(self.drawings, DRAWING_BYTES)
            .filter_map(|item| u32_at(item, 0))
            .zip(positions(self.drawings, DRAWING_BYTES))
            .collect();
        // A box in a group of drawings is anchored where the group is, which is not told.
        let first_place = places.values().min().copied();
        let mut strays = Vec::new();
        let texts = positions(self.texts, BOX_BYTES);
        for (cps, item) in texts.windows(2).zip(items(self.texts, BOX_BYTES)) {
            let cps = self.start.saturating_add(cps[0])..self.start.saturating_add(cps[1]);
            let lines = document.lines(cps, budget)?;
            let Some(block) = flow::block(BlockKind::TextBox, false, lines) else { continue };
            let id = u32_at(item, 14).unwrap_or_default();
            match places.get(&id).copied().or(first_place) {
                Some(place) => anchored.entry(place).or_default().blocks.push(block),
                None => strays.push(Flow::Block(block)),
            }
        }
        Ok(strays)
    }
}
