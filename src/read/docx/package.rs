//! A zip file → the parts of an Office package, by name, each unpacked within the budget.
//!
//! Names are compared without case and with `/`. When the central directory is lost, as in a
//! file copied by half, parts are found by their local headers. Must not know what parts mean.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use flate2::read::DeflateDecoder;
use zip::{ZipArchive, result::ZipError};

use crate::{
    read::{
        docx::xml::{Node, Xml, attribute},
        error::ReadError,
    },
    source::{Budget, OverBudget},
};

/// The magic number of a local file header of a zip.
const LOCAL_HEADER: &[u8; 4] = b"PK\x03\x04";
/// Its fixed part, before the name.
const LOCAL_HEADER_BYTES: usize = 30;

/// The parts of a package, by normal name, e.g. `word/document.xml`.
pub struct Package<'a> {
    bytes: &'a [u8],
    archive: Option<ZipArchive<Cursor<&'a [u8]>>>,
    parts: BTreeMap<String, Place>,
    /// Whether the central directory was lost and parts were found by their local headers.
    pub is_salvaged: bool,
}

/// Where a part lies.
#[derive(Clone, Copy)]
enum Place {
    /// Index into the central directory.
    Entry(usize),
    /// Found by its local header: where its data starts, and whether it is deflated.
    Local { start: usize, is_deflated: bool },
}

/// One unpacked part.
pub struct Part {
    /// As unpacked.
    pub bytes: Vec<u8>,
    /// False when unpacking stopped before the end; what came before is kept.
    pub is_complete: bool,
}

/// One entry of a relationships part.
pub struct Relation {
    /// The identifier by which the source part refers to it, e.g. `rId7`.
    pub id: String,
    /// The last segment of its type, e.g. `footnotes`.
    pub kind: String,
    /// Normal name of the target part.
    pub target: String,
}

impl<'a> Package<'a> {
    /// Lists the parts.
    ///
    /// # Errors
    /// `Damaged` when there is not even one local header; `OverBudget` past `max_parts`.
    pub fn open(bytes: &'a [u8], budget: &Budget) -> Result<Self, ReadError> {
        let max_parts = budget.limits.max_parts;
        let mut parts = BTreeMap::new();
        let archive = ZipArchive::new(Cursor::new(bytes)).ok().filter(|a| !a.is_empty());
        let is_salvaged = archive.is_none();
        if let Some(archive) = &archive {
            if archive.len() > max_parts {
                return Err(OverBudget::TooMuch { what: "parts", limit: max_parts as u64 }.into());
            }
            for (index, name) in archive.file_names_raw().enumerate() {
                parts.entry(normal_name(name)).or_insert(Place::Entry(index));
            }
        } else {
            parts = local_headers(bytes, max_parts)?;
        }
        if parts.is_empty() {
            return Err(ReadError::Damaged {
                detail: "expected the parts of a zip package, found none".to_owned(),
            });
        }
        Ok(Self { bytes, archive, parts, is_salvaged })
    }

    /// The normal names of all parts, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// Unpacks one part; `None` when there is no part of that name.
    ///
    /// # Errors
    /// `PasswordProtected` when the entry is encrypted, `OverBudget` past the byte limits.
    pub fn part(&mut self, name: &str, budget: &mut Budget) -> Result<Option<Part>, ReadError> {
        budget.check_time()?;
        let Some(&place) = self.parts.get(name) else { return Ok(None) };
        let bytes = self.bytes;
        match (place, &mut self.archive) {
            (Place::Entry(index), Some(archive)) => match archive.by_index(index) {
                Ok(entry) => unpack(entry, budget).map(Some),
                Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                    Err(ReadError::PasswordProtected)
                }
                // The directory points nowhere; the local header may still stand.
                Err(_) => match local_headers(bytes, budget.limits.max_parts)?.get(name) {
                    Some(Place::Local { start, is_deflated }) => {
                        unpack_local(bytes, *start, *is_deflated, budget).map(Some)
                    }
                    _ => Ok(None),
                },
            },
            (Place::Local { start, is_deflated }, _) => {
                unpack_local(bytes, start, is_deflated, budget).map(Some)
            }
            (Place::Entry(_), None) => Ok(None),
        }
    }

    /// The relations of a part (`""` for the package itself), in the order of the file.
    ///
    /// # Errors
    /// As [`Package::part`].
    pub fn relations(
        &mut self,
        source: &str,
        budget: &mut Budget,
    ) -> Result<Vec<Relation>, ReadError> {
        let (folder, file) = source.rsplit_once('/').unwrap_or(("", source));
        let name = normal_name(format!("{folder}/_rels/{file}.rels").as_bytes());
        let Some(part) = self.part(&name, budget)? else { return Ok(Vec::new()) };
        let text = super::xml::decode(part.bytes);
        let mut xml = Xml::new(&text, &name, budget);
        let mut relations = Vec::new();
        while let Some(node) = xml.next()? {
            let Node::Start(element) = node else { continue };
            if element.local_name().as_ref() != "Relationship" {
                continue;
            }
            if attribute(&element, "TargetMode").is_some_and(|mode| mode == "External") {
                continue;
            }
            let value = |name| attribute(&element, name).unwrap_or_default().into_owned();
            let kind = value("Type");
            relations.push(Relation {
                id: value("Id"),
                kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                target: resolve(folder, &value("Target")),
            });
        }
        Ok(relations)
    }

    /// The name of the main document part: the target of the package's `officeDocument`
    /// relation, or, when that is lost, the part of the usual name.
    ///
    /// # Errors
    /// As [`Package::part`].
    pub fn main_part(&mut self, budget: &mut Budget) -> Result<Option<String>, ReadError> {
        let relations = self.relations("", budget)?;
        let related = relations.into_iter().find(|relation| relation.kind == "officeDocument");
        if let Some(relation) = related.filter(|relation| self.parts.contains_key(&relation.target))
        {
            return Ok(Some(relation.target));
        }
        let usual = |name: &&str| *name == "word/document.xml" || name.ends_with("/document.xml");
        Ok(self.names().find(usual).map(str::to_owned))
    }
}

/// Lower case, `/` for `\`, no leading `/`.
fn normal_name(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name).replace('\\', "/").to_lowercase();
    name.trim_start_matches('/').to_owned()
}

/// The normal name of a relation's target: absolute, or relative to the folder of its source.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let joined = if target.starts_with('/') { target } else { format!("{folder}/{target}") };
    let mut segments: Vec<&str> = Vec::new();
    for segment in joined.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    normal_name(segments.join("/").as_bytes())
}

/// Finds parts by their local headers; of two with one name the first counts.
fn local_headers(bytes: &[u8], max_parts: usize) -> Result<BTreeMap<String, Place>, ReadError> {
    let mut parts = BTreeMap::new();
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], LOCAL_HEADER) {
        let header = at + found;
        at = header + LOCAL_HEADER.len();
        let Some(fixed) = bytes.get(header..header + LOCAL_HEADER_BYTES) else { break };
        let field = |offset: usize| u16::from_le_bytes([fixed[offset], fixed[offset + 1]]);
        let (method, name_bytes, extra_bytes) = (field(8), field(26), field(28));
        let name_at = header + LOCAL_HEADER_BYTES;
        let start = name_at + usize::from(name_bytes) + usize::from(extra_bytes);
        let Some(name) = bytes.get(name_at..name_at + usize::from(name_bytes)) else { break };
        if start >= bytes.len() || !matches!(method, 0 | 8) {
            continue;
        }
        let place = Place::Local { start, is_deflated: method == 8 };
        parts.entry(normal_name(name)).or_insert(place);
        if parts.len() > max_parts {
            return Err(OverBudget::TooMuch { what: "parts", limit: max_parts as u64 }.into());
        }
        at = start;
    }
    Ok(parts)
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

/// A local part ends where its deflate stream ends, or, when it is stored, at the next header.
fn unpack_local(
    bytes: &[u8],
    start: usize,
    is_deflated: bool,
    budget: &mut Budget,
) -> Result<Part, ReadError> {
    let data = &bytes[start.min(bytes.len())..];
    if is_deflated {
        return unpack(DeflateDecoder::new(data), budget);
    }
    let end = find(data, b"PK\x03\x04").or_else(|| find(data, b"PK\x01\x02"));
    unpack(&data[..end.unwrap_or(data.len())], budget)
}

/// Reads to the end, to the first damage, or to the limit. `max_part_bytes` is checked while
/// unpacking, not against the size the header claims.
fn unpack(mut reader: impl Read, budget: &mut Budget) -> Result<Part, ReadError> {
    const CHUNK_BYTES: usize = 64 << 10;
    let limit = budget.limits.max_part_bytes;
    let mut bytes = Vec::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(Part { bytes, is_complete: true }),
            Ok(n_bytes) => {
                budget.charge_inflated(n_bytes as u64)?;
                bytes.extend_from_slice(&chunk[..n_bytes]);
                if bytes.len() as u64 > limit {
                    return Err(OverBudget::TooMuch { what: "bytes in one part", limit }.into());
                }
            }
            Err(_) => return Ok(Part { bytes, is_complete: false }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(folder: &str, target: &str, expect: &str) {
        assert_eq!(resolve(folder, target), expect);
    }

    #[test]
    fn targets_resolve_to_normal_names() {
        check("word", "footnotes.xml", "word/footnotes.xml");
        // An absolute target counts from the package, whatever the source.
        check("word", "/word/footnotes.xml", "word/footnotes.xml");
        check("", "word/document.xml", "word/document.xml");
        check("word", "../custom/a.xml", "custom/a.xml");
        // Some converters on Windows write backslashes and their own capitals.
        check("", "Word\\Document.XML", "word/document.xml");
        // Climbing out of the package ends at its root.
        check("word", "../../../a.xml", "a.xml");
    }
}
