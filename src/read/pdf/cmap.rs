//! [`ToUnicode`] and [`CodeMap`]: the two uses of a CMap: codes → characters, and bytes →
//! codes → CIDs. Ranges stay ranges: `<00000000> <FFFFFFFF>` costs one entry.

use std::collections::HashMap;

use super::{
    lexer::{Lexer, Operand},
    texts::{TextId, Texts, utf16_be},
};
use crate::source::{Budget, OverBudget};

/// More entries than this are left out.
const MAX_ENTRIES: usize = 1 << 18;

/// Codes → characters.
///
/// # Source
/// ISO 32000-1, 9.10.3; Adobe Technical Note 5411.
#[derive(Debug, Default)]
pub(super) struct ToUnicode {
    characters: HashMap<u32, TextId>,
    /// First code, last code, what the first one says; by first code.
    ranges: Vec<(u32, u32, String)>,
}

impl ToUnicode {
    /// Reads a ToUnicode CMap; what cannot be understood is left out.
    pub(super) fn parse(
        bytes: &[u8],
        texts: &mut Texts,
        budget: &mut Budget,
    ) -> Result<Self, OverBudget> {
        let mut map = Self::default();
        let mut lexer = Lexer::new(bytes);
        while let Some(operator) = lexer.next_operator() {
            budget.charge_operation()?;
            match operator {
                b"endbfchar" => map.read_characters(&lexer, texts),
                b"endbfrange" => map.read_ranges(&lexer, texts),
                _ => {}
            }
        }
        // Later ranges win: a stable sort keeps them after earlier ones with the same start.
        map.ranges.sort_by_key(|range| range.0);
        Ok(map)
    }

    /// What a code says.
    pub(super) fn get(&self, code: u32, texts: &mut Texts) -> TextId {
        if let Some(text) = self.characters.get(&code) {
            return *text;
        }
        let after = self.ranges.partition_point(|range| range.0 <= code);
        // Ranges seldom overlap; a few steps back find the enclosing one.
        for (first, last, start) in self.ranges[..after].iter().rev().take(8) {
            if code <= *last {
                return advance(start, code - first, texts);
            }
        }
        TextId::UNKNOWN
    }

    fn read_characters(&mut self, lexer: &Lexer, texts: &mut Texts) {
        let strings: Vec<&[u8]> = strings(lexer);
        for pair in strings.chunks_exact(2) {
            if self.characters.len() >= MAX_ENTRIES {
                return;
            }
            self.characters.insert(code_of(pair[0]), texts.of_str(&utf16_be(pair[1])));
        }
    }

    fn read_ranges(&mut self, lexer: &Lexer, texts: &mut Texts) {
        let mut operands = lexer.operands.iter();
        let string = |operand: Option<&Operand>| match operand {
            Some(Operand::String(range)) => Some(range.clone()),
            _ => None,
        };
        loop {
            // A leading count or a stray operand is passed over.
            let first = loop {
                match operands.next() {
                    None => return,
                    Some(Operand::String(range)) => break code_of(&lexer.strings[range.clone()]),
                    Some(_) => {}
                }
            };
            let Some(last) = string(operands.next()) else { return };
            let last = code_of(&lexer.strings[last]);
            match operands.next() {
                Some(Operand::String(range)) if self.ranges.len() < MAX_ENTRIES => {
                    let start = utf16_be(&lexer.strings[range.clone()]);
                    if first <= last && !start.is_empty() {
                        self.ranges.push((first, last, start));
                    }
                }
                Some(Operand::ArrayOpen) => {
                    let mut code = first;
                    while let Some(Operand::String(range)) = operands.next() {
                        if code <= last && self.characters.len() < MAX_ENTRIES {
                            let text = texts.of_str(&utf16_be(&lexer.strings[range.clone()]));
                            self.characters.insert(code, text);
                        }
                        code = code.saturating_add(1);
                    }
                }
                _ => return,
            }
        }
    }
}

/// What the code `offset` after the first one of a range says: its last character counts up.
fn advance(start: &str, offset: u32, texts: &mut Texts) -> TextId {
    let Some(last) = start.chars().next_back() else { return TextId::UNKNOWN };
    let Some(character) = (last as u32).checked_add(offset).and_then(char::from_u32) else {
        return TextId::UNKNOWN;
    };
    let head = &start[..start.len() - last.len_utf8()];
    if head.is_empty() {
        texts.of_char(character)
    } else {
        texts.of_str(&format!("{head}{character}"))
    }
}

/// Bytes → codes → CIDs of a composite font.
#[derive(Debug, Default)]
pub(super) struct CodeMap {
    /// Length in bytes, first code, last code.
    spaces: Vec<(usize, u32, u32)>,
    /// First code, last code, CID of the first; by first code.
    cids: Vec<(u32, u32, u32)>,
}

impl CodeMap {
    /// Two bytes a code, each its own CID.
    pub(super) fn identity() -> Self {
        Self { spaces: vec![(2, 0, 0xffff)], cids: vec![(0, 0xffff, 0)] }
    }

    /// Reads an embedded CMap.
    pub(super) fn parse(bytes: &[u8], budget: &mut Budget) -> Result<Self, OverBudget> {
        let mut map = Self::default();
        let mut lexer = Lexer::new(bytes);
        while let Some(operator) = lexer.next_operator() {
            budget.charge_operation()?;
            match operator {
                b"endcodespacerange" => {
                    for pair in strings(&lexer).chunks_exact(2).take(64) {
                        let length = pair[0].len();
                        if (1..=4).contains(&length) {
                            map.spaces.push((length, code_of(pair[0]), code_of(pair[1])));
                        }
                    }
                }
                b"endcidrange" | b"endcidchar" => map.read_cids(&lexer, operator),
                _ => {}
            }
        }
        if map.spaces.is_empty() {
            map.spaces.push((2, 0, 0xffff));
        }
        map.cids.sort_by_key(|range| range.0);
        Ok(map)
    }

    /// The next code of a string and its length; the length is never 0.
    pub(super) fn next_code(&self, bytes: &[u8]) -> (u32, usize) {
        let mut code = 0u32;
        for (index, &byte) in bytes.iter().take(4).enumerate() {
            code = code << 8 | u32::from(byte);
            let length = index + 1;
            let fits = |&(space_length, first, last): &(usize, u32, u32)| {
                space_length == length && (first..=last).contains(&code)
            };
            if self.spaces.iter().any(fits) {
                return (code, length);
            }
        }
        // Outside every space: skip as much as the shortest code has.
        let shortest = self.spaces.iter().map(|space| space.0).min().unwrap_or(1);
        let length = shortest.clamp(1, bytes.len().max(1));
        (bytes.iter().take(length).fold(0, |code, &byte| code << 8 | u32::from(byte)), length)
    }

    /// The CID of a code.
    pub(super) fn cid(&self, code: u32) -> u32 {
        let after = self.cids.partition_point(|range| range.0 <= code);
        for (first, last, cid) in self.cids[..after].iter().rev().take(8) {
            if code <= *last {
                return cid.saturating_add(code - first);
            }
        }
        0
    }

    fn read_cids(&mut self, lexer: &Lexer, operator: &[u8]) {
        let n_codes = if operator == b"endcidrange" { 2 } else { 1 };
        let mut codes: Vec<u32> = Vec::new();
        for operand in &lexer.operands {
            match operand {
                Operand::String(range) => codes.push(code_of(&lexer.strings[range.clone()])),
                Operand::Number(cid) if codes.len() == n_codes => {
                    if self.cids.len() < MAX_ENTRIES && *cid >= 0.0 {
                        self.cids.push((codes[0], codes[n_codes - 1], *cid as u32));
                    }
                    codes.clear();
                }
                _ => codes.clear(),
            }
        }
    }
}

fn strings<'a>(lexer: &'a Lexer) -> Vec<&'a [u8]> {
    let string = |operand: &Operand| match operand {
        Operand::String(range) => Some(&lexer.strings[range.clone()]),
        _ => None,
    };
    lexer.operands.iter().filter_map(string).collect()
}

fn code_of(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |code, &byte| code << 8 | u32::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Limits;

    #[track_caller]
    fn check(cmap: &str, code: u32, expect: &str) {
        let limits = Limits::default();
        let mut texts = Texts::default();
        let map = ToUnicode::parse(cmap.as_bytes(), &mut texts, &mut Budget::new(&limits)).unwrap();
        let mut out = String::new();
        let text = map.get(code, &mut texts);
        texts.push(text, &mut out);
        assert_eq!(out, expect);
    }

    #[test]
    fn codes_to_characters() {
        check("2 beginbfchar <01> <1EA1> <02> <00660069> endbfchar", 1, "ạ");
        check("2 beginbfchar <01> <1EA1> <02> <00660069> endbfchar", 2, "fi");
        check("1 beginbfrange <0010> <0020> <0041> endbfrange", 0x12, "C");
        // The last character of a longer text counts up.
        check("1 beginbfrange <0010> <0020> <00410061> endbfrange", 0x11, "Ab");
        check("1 beginbfrange <01> <03> [<0061> <0062> <0063>] endbfrange", 3, "c");
        // An array and a string range in one section.
        check("beginbfrange <01> <02> [<61> <0062>] <05> <06> <0078> endbfrange", 6, "y");
        // Surrogates, also counted across.
        check("1 beginbfchar <01> <D83DDE00> endbfchar", 1, "\u{1f600}");
        check("1 beginbfrange <01> <05> <D83DDE00> endbfrange", 2, "\u{1f601}");
        // A range over everything is one entry; past the last character nothing is said.
        check("1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange", 1, "B");
        check("1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange", 0x20_0000, "");
        // Damage: odd count, ends before it begins.
        check("1 beginbfchar <01> endbfchar 1 beginbfrange <05> <01> <0041> endbfrange", 5, "");
    }

    #[test]
    fn bytes_to_codes_to_cids() {
        let cmap = "2 begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange
            1 begincidrange <8000> <8010> 100 endcidrange 1 begincidchar <41> 7 endcidchar";
        let limits = Limits::default();
        let map = CodeMap::parse(cmap.as_bytes(), &mut Budget::new(&limits)).unwrap();
        assert_eq!(map.next_code(&[0x41, 0x80]), (0x41, 1));
        assert_eq!(map.next_code(&[0x80, 0x02, 0x41]), (0x8002, 2));
        assert_eq!(map.next_code(&[0x80]), (0x80, 1)); // cut off in a code
        assert_eq!((map.cid(0x8002), map.cid(0x41), map.cid(0x42)), (102, 7, 0));
        assert_eq!(CodeMap::identity().cid(0x1234), 0x1234);
    }
}
