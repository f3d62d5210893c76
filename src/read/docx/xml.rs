//! The bytes of one XML part → start tags, end tags and text, within the budget.
//!
//! No entity of a document type is ever expanded: a DOCTYPE is refused. Damage ends the part
//! where it stands and is remembered in [`Xml::is_damaged`]. Must not know what elements mean.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesEnd, BytesRef, BytesStart, Event},
};

use crate::{
    read::error::ReadError,
    source::{Budget, OverBudget},
};

/// What comes next in a part.
pub enum Node<'a> {
    /// A start tag. Empty elements give a start and an end.
    Start(BytesStart<'a>),
    /// An end tag.
    End(BytesEnd<'a>),
    /// Characters, references resolved.
    Text(Cow<'a, str>),
}

/// A part being read.
pub struct Xml<'a, 'b, 'l> {
    reader: Reader<&'a [u8]>,
    /// The account of the document.
    pub budget: &'b mut Budget<'l>,
    name: &'a str,
    depth: usize,
    /// Whether the part ended at a syntax error or with elements open.
    pub is_damaged: bool,
}

impl<'a, 'b, 'l> Xml<'a, 'b, 'l> {
    /// Starts at the top. The name of the part is for messages.
    pub fn new(text: &'a str, name: &'a str, budget: &'b mut Budget<'l>) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self { reader, budget, name, depth: 0, is_damaged: false }
    }

    /// The next node; `None` at the end of the part or where it is damaged.
    ///
    /// # Errors
    /// `Damaged` at a DOCTYPE; `OverBudget` past `max_operations`, `max_depth` or the deadline.
    pub fn next(&mut self) -> Result<Option<Node<'a>>, ReadError> {
        loop {
            self.budget.charge_operation()?;
            let Ok(event) = self.reader.read_event() else {
                self.is_damaged = true;
                return Ok(None);
            };
            match event {
                Event::Start(element) => {
                    self.depth += 1;
                    let limit = self.budget.limits.max_depth;
                    if self.depth > limit {
                        let what = "levels of nested elements";
                        return Err(OverBudget::TooMuch { what, limit: limit as u64 }.into());
                    }
                    return Ok(Some(Node::Start(element)));
                }
                Event::End(element) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Node::End(element)));
                }
                // The line end between the XML declaration and the root is no text.
                Event::Text(_) if self.depth == 0 => {}
                Event::Text(text) => return Ok(Some(Node::Text(text.into_inner()))),
                Event::CData(data) => return Ok(Some(Node::Text(data.into_inner()))),
                Event::GeneralRef(reference) => {
                    if let Some(character) = resolve(&reference) {
                        return Ok(Some(Node::Text(Cow::Owned(character.to_string()))));
                    }
                }
                Event::DocType(_) => {
                    let detail =
                        format!("expected XML without a DOCTYPE in {}, found one", self.name);
                    return Err(ReadError::Damaged { detail });
                }
                Event::Eof => {
                    self.is_damaged |= self.depth > 0;
                    return Ok(None);
                }
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    /// Passes over the rest of the element whose start tag was read last.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn skip(&mut self) -> Result<(), ReadError> {
        let mut n_open = 1_usize;
        while n_open > 0 {
            match self.next()? {
                Some(Node::Start(_)) => n_open += 1,
                Some(Node::End(_)) => n_open -= 1,
                Some(Node::Text(_)) => {}
                None => break,
            }
        }
        Ok(())
    }
}

/// A character reference, or one of the five entities every XML has. Characters that XML cannot
/// carry are dropped, as is every other entity: only a DOCTYPE could define it.
fn resolve(reference: &BytesRef) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return (character >= ' ' || matches!(character, '\t' | '\n' | '\r')).then_some(character);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// The value of the attribute of a local name, whatever its prefix.
pub fn attribute<'e>(element: &'e BytesStart, local_name: &str) -> Option<Cow<'e, str>> {
    for attribute in element.attributes().with_checks(false).flatten() {
        if attribute.key.local_name().as_ref() == local_name {
            let normalized = attribute.normalized_value(XmlVersion::Implicit1_0);
            return Some(normalized.unwrap_or(attribute.value));
        }
    }
    None
}

/// The `val` attribute.
pub fn value<'e>(element: &'e BytesStart) -> Option<Cow<'e, str>> {
    attribute(element, "val")
}

/// The `val` attribute as a number.
pub fn number<T: std::str::FromStr>(element: &BytesStart) -> Option<T> {
    value(element)?.trim().parse().ok()
}

/// An on/off property: on when it is there, unless it says otherwise.
///
/// # Source
/// ISO/IEC 29500-1, 22.9.2.7 (ST_OnOff).
pub fn is_on(element: &BytesStart) -> bool {
    !value(element).is_some_and(|value| matches!(&*value, "0" | "false" | "off" | "none"))
}

/// The characters of a part: by its byte order mark, by the encoding its first line declares,
/// or as UTF-8. Characters that are wrong in the encoding become U+FFFD.
pub fn decode(bytes: Vec<u8>) -> String {
    let encoding = match bytes.as_slice() {
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => UTF_16LE,
        [0xFE, 0xFF, ..] | [0, b'<', ..] => UTF_16BE,
        _ => declared_encoding(&bytes).unwrap_or(UTF_8),
    };
    if encoding == UTF_8 && !bytes.starts_with(b"\xEF\xBB\xBF") {
        return String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    }
    encoding.decode(&bytes).0.into_owned()
}

fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    const LONGEST_DECLARATION: usize = 200;
    let head = &bytes[..bytes.len().min(LONGEST_DECLARATION)];
    let head = String::from_utf8_lossy(head);
    let declaration = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?.0;
    let label = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = label.chars().next()?;
    let label = label[quote.len_utf8()..].split(quote).next()?;
    // A declaration that can be read byte by byte is not UTF-16, whatever it says.
    Encoding::for_label(label.as_bytes()).map(|encoding| match encoding {
        encoding if encoding == UTF_16LE || encoding == UTF_16BE => UTF_8,
        encoding => encoding,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Limits;

    /// Reads a part and prints its nodes.
    fn nodes(text: &str) -> Result<String, String> {
        let limits = Limits { max_depth: 4, ..Limits::default() };
        let mut budget = Budget::new(&limits);
        let mut xml = Xml::new(text, "a.xml", &mut budget);
        let mut out = String::new();
        while let Some(node) = xml.next().map_err(|error| error.to_string())? {
            match node {
                Node::Start(element) => out += &format!("<{}", element.local_name().as_ref()),
                Node::End(_) => out.push('>'),
                Node::Text(text) => out += &text,
            }
        }
        if xml.is_damaged {
            out.push('!');
        }
        Ok(out)
    }

    #[track_caller]
    fn check(text: &str, expect: Result<&str, &str>) {
        assert_eq!(nodes(text).as_deref(), expect.map_err(str::to_owned).as_ref().copied());
    }

    #[test]
    fn nodes_of_a_part() {
        // Any prefix; empty elements have an end.
        check("<w:p><ns0:t>a</ns0:t><w:br/></w:p>", Ok("<p<ta><br>>"));
        check("<t>a &amp;&#x111;&#65;<![CDATA[<b>]]></t>", Ok("<ta &đA<b>>"));
        // An entity that nobody defined, a control character, a lone ampersand.
        check("<t>a&x;b&#1;c & d</t>", Ok("<tabc & d>"));
        // Cut off in the middle: what was read stands.
        check("<p><t>a", Ok("<p<ta!"));
        check("<p><t>a</t", Ok("<p<ta!"));
        check(
            "<!DOCTYPE x [<!ENTITY a \"b\">]><t>&a;</t>",
            Err("expected XML without a DOCTYPE in a.xml, found one"),
        );
        check("<a><a><a><a><a>", Err("expected at most 4 levels of nested elements, found more"));
    }

    #[test]
    fn parts_in_any_encoding() {
        let utf16: Vec<u8> = "<t>ệ</t>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(utf16), "<t>ệ</t>");
        let big_endian: Vec<u8> =
            "\u{FEFF}<t>ệ</t>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(big_endian), "<t>ệ</t>");
        assert_eq!(decode(b"\xEF\xBB\xBF<t/>".to_vec()), "<t/>");
        let declared = b"<?xml version='1.0' encoding='windows-1252'?><t>\xE9</t>".to_vec();
        assert!(decode(declared).ends_with("<t>é</t>"));
        assert_eq!(decode(b"<t>\xFF</t>".to_vec()), "<t>\u{FFFD}</t>");
    }
}
