//! The bytes of a .docx → [`Layout`](crate::layout::Layout): body, notes, text boxes, running
//! heads, in reading order and with their styles.
//!
//! The file is a zip of XML parts, read one part at a time within the budget, without recursion.
//! Must not understand the text. `zip` and `quick_xml` are named nowhere else.

pub mod flat;
mod notes;
mod numbering;
mod package;
mod properties;
mod story;
mod styles;
mod table;
mod xml;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::record::Warning,
    layout::{Block, Layout, PageClass},
    read::{
        docx::{
            notes::NoteKind,
            package::{Package, Relation},
            properties::{each_child, read_note_numbering},
            story::Shared,
            xml::Xml,
        },
        error::ReadError,
        flow::{self, Flow},
        html, mhtml, rtf,
        sniff::{self, Sniffed},
        txt,
    },
    source::{Budget, Limits},
};

/// What a zip file holds, by the names of its parts.
pub enum Contents {
    /// A text of Word.
    Word,
    /// Something else, e.g. `an .xlsx spreadsheet`.
    Other(&'static str),
}

/// Reads a .docx, .docm or .dotx.
///
/// A damaged package gives what can still be unpacked, and a warning.
///
/// # Errors
/// `Damaged` when the main part is lost or has a DOCTYPE, `PasswordProtected` when a part is
/// encrypted, `OverBudget` past a limit.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Result<(Layout, Vec<Warning>), ReadError> {
    read_package(bytes, true, budget)
}

/// Reads a document of Word that is one XML file.
///
/// # Errors
/// As [`read`].
pub fn read_flat(bytes: &[u8], budget: &mut Budget) -> Result<(Layout, Vec<Warning>), ReadError> {
    read(&flat::as_package(bytes)?, budget)
}

/// Reads a package, and, if it may, the documents it takes in.
fn read_package(
    bytes: &[u8],
    takes_in: bool,
    budget: &mut Budget,
) -> Result<(Layout, Vec<Warning>), ReadError> {
    let mut package = Package::open(bytes, budget)?;
    let main = package.main_part(budget)?.ok_or_else(|| ReadError::Damaged {
        detail: "expected a main part such as word/document.xml, found none".to_owned(),
    })?;
    let relations = package.relations(&main, budget)?;
    let related = |kind: &str| {
        relations.iter().find(|relation| relation.kind == kind).map(|r| r.target.clone())
    };
    let mut document = Document { package, shared: Shared::default(), damaged: BTreeSet::new() };

    if let Some(name) = related("theme") {
        document.part(&name, budget, |xml, shared| shared.styles.read_theme(xml))?;
    }
    if let Some(name) = related("styles") {
        document.part(&name, budget, |xml, shared| shared.styles.read(xml))?;
    }
    if let Some(name) = related("numbering") {
        document.part(&name, budget, |xml, shared| {
            numbering::read(xml, &mut shared.labels, &mut shared.styles.names.styles)
        })?;
    }
    if let Some(name) = related("settings") {
        document.part(&name, budget, read_settings)?;
    }
    for kind in ["footnotes", "endnotes"] {
        if let Some(name) = related(kind) {
            document.part(&name, budget, |xml, shared| story::read(xml, shared).map(drop))?;
        }
    }
    if takes_in {
        for relation in relations.iter().filter(|relation| relation.kind == "aFChunk") {
            document.take_in(relation, budget)?;
        }
    }
    let body = document.part(&main, budget, story::read)?.unwrap_or_default();

    let (mut flow, mut feet) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    let running: Vec<String> =
        document.shared.sections.iter().flat_map(|section| section.running.clone()).collect();
    let by_id: BTreeMap<&str, &Relation> =
        relations.iter().map(|relation| (relation.id.as_str(), relation)).collect();
    for id in running {
        let Some(relation) = by_id.get(id.as_str()) else { continue };
        if !seen.insert(relation.target.clone()) {
            continue;
        }
        let steps = document.part(&relation.target, budget, story::read)?.unwrap_or_default();
        let blocks = flow::running(steps, &mut seen);
        if relation.kind == "footer" { &mut feet } else { &mut flow }.extend(blocks);
    }
    flow.extend(settle_sections(body, &document.shared));
    flow.extend(feet);

    let mut layout =
        Layout { pages: flow::pages(flow, budget)?, styles: document.shared.styles.layout };
    let is_empty = layout.pages.iter().all(|page| page.blocks.is_empty());
    if is_empty && document.damaged.contains(&main) {
        let detail = format!("expected text in {main}, found damage before any");
        return Err(ReadError::Damaged { detail });
    }
    if is_empty && document.shared.has_picture {
        layout.pages.iter_mut().for_each(|page| page.class = PageClass::Image);
    }
    let mut warnings = Vec::new();
    if document.package.is_salvaged {
        let message = "the zip directory is lost; parts were found one by one";
        warnings.push(Warning::new("damaged_package", message));
    }
    for name in document.damaged {
        let message = format!("the part {name} is damaged; it was read up to the damage");
        warnings.push(Warning::new("damaged_part", message));
    }
    if document.shared.has_foreign_part {
        let message = "a part in another format stands in the text and was not read";
        warnings.push(Warning::new("unread_part", message));
    }
    Ok((layout, warnings))
}

/// Tells what a zip file holds.
///
/// # Errors
/// As [`Package::open`].
pub fn contents(bytes: &[u8]) -> Result<Contents, ReadError> {
    const ENOUGH_BYTES: u64 = 1 << 20;
    let limits = Limits { max_part_bytes: ENOUGH_BYTES, ..Limits::default() };
    let mut budget = Budget::new(&limits);
    let mut package = Package::open(bytes, &budget)?;
    let has = |package: &Package, start: &str| package.names().any(|name| name.starts_with(start));
    let types = package.part("[content_types].xml", &mut budget)?;
    let is_word = types.is_some_and(|part| {
        let types = xml::decode(part.bytes);
        types.contains("wordprocessingml") && types.contains("main+xml")
    });
    let main = package.main_part(&mut budget)?.unwrap_or_default();
    Ok(match () {
        () if is_word || main.starts_with("word/") => Contents::Word,
        () if has(&package, "xl/") => Contents::Other("an .xlsx spreadsheet"),
        () if has(&package, "ppt/") => Contents::Other("a .pptx presentation"),
        () if has(&package, "mimetype") && has(&package, "content.xml") => {
            Contents::Other("an OpenDocument file")
        }
        () if package.is_salvaged => {
            let detail = "expected a whole zip package, found one that is cut off";
            return Err(ReadError::Damaged { detail: detail.to_owned() });
        }
        () => Contents::Other("a zip archive"),
    })
}

/// A package and what was read of it.
struct Document<'a> {
    package: Package<'a>,
    shared: Shared,
    damaged: BTreeSet<String>,
}

impl Document<'_> {
    /// Unpacks a part and hands its XML on; `None` when there is no such part.
    fn part<T>(
        &mut self,
        name: &str,
        budget: &mut Budget,
        read: impl FnOnce(&mut Xml, &mut Shared) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        let Some(part) = self.package.part(name, budget)? else { return Ok(None) };
        let is_complete = part.is_complete;
        let text = xml::decode(part.bytes);
        let mut xml = Xml::new(&text, name, budget);
        let made = read(&mut xml, &mut self.shared)?;
        if xml.is_damaged || !is_complete {
            self.damaged.insert(name.to_owned());
        }
        Ok(Some(made))
    }
}

impl Document<'_> {
    /// Reads a part in another format, whose text stands where the main part names it
    /// (`altChunk`). One that cannot be read is left out, and a warning says so.
    fn take_in(&mut self, relation: &Relation, budget: &mut Budget) -> Result<(), ReadError> {
        let Some(part) = self.package.part(&relation.target, budget)? else { return Ok(()) };
        let bytes = part.bytes;
        let is_page = relation.target.rsplit('.').next().is_some_and(|end| end.contains("htm"));
        let read = match sniff::sniff(&bytes) {
            Ok(Sniffed::Mhtml) => mhtml::read(&bytes, budget),
            Ok(Sniffed::Rtf) => rtf::read(&bytes, budget),
            // A document in a document in a document: somebody plays.
            Ok(Sniffed::Docx) => read_package(&bytes, false, budget),
            Ok(Sniffed::Html) => html::read(&bytes, None, budget),
            Ok(Sniffed::Txt) if is_page => html::read(&bytes, None, budget),
            Ok(Sniffed::Txt) => txt::read(&bytes, budget),
            _ => return Ok(()),
        };
        let layout = match read {
            Ok((layout, _)) => layout,
            Err(error @ ReadError::OverBudget(_)) => return Err(error),
            Err(_) => return Ok(()),
        };
        let styles = &mut self.shared.styles.layout;
        let first_style = u16::try_from(styles.len()).unwrap_or(u16::MAX);
        styles.extend(layout.styles);
        let mut blocks: Vec<Block> =
            layout.pages.into_iter().flat_map(|page| page.blocks).collect();
        let lines = blocks.iter_mut().flat_map(|block| &mut block.lines);
        for run in lines.flat_map(|line| &mut line.runs) {
            run.style = run.style.saturating_add(first_style);
        }
        self.shared.taken_in.insert(relation.id.clone(), blocks);
        Ok(())
    }
}

fn read_settings(xml: &mut Xml, shared: &mut Shared) -> Result<(), ReadError> {
    xml.next()?;
    each_child(xml, |xml, element| {
        let kind = match element.local_name().as_ref() {
            "footnotePr" => NoteKind::Footnote,
            "endnotePr" => NoteKind::Endnote,
            _ => return xml.skip(),
        };
        let numbering = read_note_numbering(xml)?;
        shared.notes.number(kind, numbering);
        Ok(())
    })
}

/// Turns the ends of sections into page breaks, where the next section starts a page.
fn settle_sections(body: Vec<Flow>, shared: &Shared) -> Vec<Flow> {
    let mut next = shared.sections.iter().skip(1);
    let mut settled = Vec::with_capacity(body.len());
    for step in body {
        if step != Flow::SectionEnd {
            settled.push(step);
        } else if next.next().is_none_or(|section| !section.is_continuous) {
            settled.push(Flow::PageBreak);
        }
    }
    settled
}

#[cfg(test)]
mod tests;
