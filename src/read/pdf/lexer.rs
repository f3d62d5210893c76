//! [`Lexer`]: the bytes of a content stream or CMap → operators with their operands.
//!
//! Never recursive: arrays and dictionaries are given as they stand, opened and closed, so
//! that a hundred thousand nested brackets cost nothing. Strings are unescaped into one
//! buffer that is reused from operator to operator.

use std::ops::Range;

/// More operands than this before one operator are left out.
const MAX_OPERANDS: usize = 1 << 17;

/// One operand.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand<'a> {
    Number(f32),
    /// Without the slash, `#` escapes as they stand: see [`unescape`].
    Name(&'a [u8]),
    /// Where its bytes stand in [`Lexer::strings`].
    String(Range<usize>),
    ArrayOpen,
    ArrayClose,
    DictOpen,
    DictClose,
    /// `true`, `false`, `null`.
    Keyword,
}

/// Reads operator after operator.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    position: usize,
    /// The operands of the operator just read.
    pub operands: Vec<Operand<'a>>,
    /// The bytes of their strings.
    pub strings: Vec<u8>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0, operands: Vec::new(), strings: Vec::new() }
    }

    /// The next operator, its operands in `operands`. An inline image is given as the one
    /// operator `EI` with the entries of its dictionary as operands, its data skipped.
    pub(super) fn next_operator(&mut self) -> Option<&'a [u8]> {
        self.operands.clear();
        self.strings.clear();
        loop {
            let byte = *self.bytes.get(self.position)?;
            match byte {
                _ if is_space(byte) => self.position += 1,
                b'%' => self.skip_comment(),
                b'0'..=b'9' | b'+' | b'-' | b'.' => self.read_number(),
                b'/' => {
                    self.position += 1;
                    let name = self.read_regular();
                    self.push(Operand::Name(name));
                }
                b'(' => self.read_literal(),
                b'<' if self.bytes.get(self.position + 1) == Some(&b'<') => {
                    self.position += 2;
                    self.push(Operand::DictOpen);
                }
                b'<' => self.read_hexadecimal(),
                b'>' if self.bytes.get(self.position + 1) == Some(&b'>') => {
                    self.position += 2;
                    self.push(Operand::DictClose);
                }
                b'[' => {
                    self.position += 1;
                    self.push(Operand::ArrayOpen);
                }
                b']' => {
                    self.position += 1;
                    self.push(Operand::ArrayClose);
                }
                b'>' | b')' | b'{' | b'}' => self.position += 1,
                _ => match self.read_regular() {
                    b"true" | b"false" | b"null" => self.push(Operand::Keyword),
                    b"ID" => {
                        self.skip_image_data();
                        return Some(b"EI");
                    }
                    operator => return Some(operator),
                },
            }
        }
    }

    /// The number that stands at `index` from the first operand.
    pub(super) fn number(&self, index: usize) -> Option<f32> {
        match self.operands.get(index) {
            Some(Operand::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The last `N` operands when all are numbers.
    pub(super) fn numbers<const N: usize>(&self) -> Option<[f32; N]> {
        let first = self.operands.len().checked_sub(N)?;
        let mut numbers = [0.0; N];
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = self.number(first + index)?;
        }
        Some(numbers)
    }

    /// The first operand that is a name.
    pub(super) fn name(&self) -> Option<&'a [u8]> {
        self.operands.iter().find_map(|operand| match operand {
            Operand::Name(name) => Some(*name),
            _ => None,
        })
    }

    fn push(&mut self, operand: Operand<'a>) {
        if self.operands.len() < MAX_OPERANDS {
            self.operands.push(operand);
        }
    }

    fn skip_comment(&mut self) {
        while self.bytes.get(self.position).is_some_and(|&b| b != b'\n' && b != b'\r') {
            self.position += 1;
        }
    }

    fn read_regular(&mut self) -> &'a [u8] {
        let start = self.position;
        while self.bytes.get(self.position).is_some_and(|&b| is_regular(b)) {
            self.position += 1;
        }
        &self.bytes[start..self.position]
    }

    /// Reads a number as viewers do: a second sign or point ends it, and the rest is left out.
    fn read_number(&mut self) {
        let text = self.read_regular();
        let (mut value, mut scale, mut negative) = (0.0f64, 0.0f64, false);
        for (index, &byte) in text.iter().enumerate() {
            match byte {
                b'-' if index == 0 => negative = true,
                // Some producers write two signs.
                b'-' | b'+' if value == 0.0 && scale == 0.0 => {}
                b'.' if scale == 0.0 => scale = 1.0,
                b'0'..=b'9' => {
                    value = value * 10.0 + f64::from(byte - b'0');
                    scale *= 10.0;
                }
                _ => break,
            }
        }
        if scale > 0.0 {
            value /= scale;
        }
        let number = if negative { -value } else { value } as f32;
        self.push(Operand::Number(if number.is_finite() { number } else { 0.0 }));
    }

    fn read_literal(&mut self) {
        self.position += 1;
        let start = self.strings.len();
        let mut depth = 1;
        while let Some(&byte) = self.bytes.get(self.position) {
            self.position += 1;
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.read_escape();
                    continue;
                }
                // Any end of line reads as a line feed.
                b'\r' => {
                    if self.bytes.get(self.position) == Some(&b'\n') {
                        self.position += 1;
                    }
                    self.strings.push(b'\n');
                    continue;
                }
                _ => {}
            }
            self.strings.push(byte);
        }
        self.push(Operand::String(start..self.strings.len()));
    }

    fn read_escape(&mut self) {
        let Some(&byte) = self.bytes.get(self.position) else { return };
        self.position += 1;
        let character = match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return,
            b'\r' => {
                if self.bytes.get(self.position) == Some(&b'\n') {
                    self.position += 1;
                }
                return;
            }
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    match self.bytes.get(self.position) {
                        Some(&digit @ b'0'..=b'7') => {
                            code = code * 8 + u32::from(digit - b'0');
                            self.position += 1;
                        }
                        _ => break,
                    }
                }
                code as u8
            }
            other => other,
        };
        self.strings.push(character);
    }

    fn read_hexadecimal(&mut self) {
        self.position += 1;
        let start = self.strings.len();
        let mut high: Option<u8> = None;
        while let Some(&byte) = self.bytes.get(self.position) {
            self.position += 1;
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                b'A'..=b'F' => byte - b'A' + 10,
                b'>' => break,
                _ => continue,
            };
            match high.take() {
                Some(first) => self.strings.push(first << 4 | digit),
                None => high = Some(digit),
            }
        }
        if let Some(first) = high {
            self.strings.push(first << 4);
        }
        self.push(Operand::String(start..self.strings.len()));
    }

    /// Skips to after the `EI` that ends inline image data: one between white space, with
    /// text after it, because the two letters also occur by chance in the data.
    fn skip_image_data(&mut self) {
        let mut at = self.position + 1;
        while at < self.bytes.len() {
            let Some(found) = self.bytes[at..].windows(2).position(|pair| pair == b"EI") else {
                break;
            };
            let start = at + found;
            let after = &self.bytes[start + 2..(start + 18).min(self.bytes.len())];
            let is_text = |&b: &u8| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~');
            if is_space(self.bytes[start - 1])
                && after.first().is_none_or(|&b| is_space(b))
                && after.iter().all(is_text)
            {
                self.position = start + 2;
                return;
            }
            at = start + 2;
        }
        self.position = self.bytes.len();
    }
}

/// A name with its `#xx` escapes undone; `None` when it has none.
pub(super) fn unescape(name: &[u8]) -> Option<Vec<u8>> {
    if !name.contains(&b'#') {
        return None;
    }
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((&byte, tail)) = rest.split_first() {
        let digit = |index: usize| tail.get(index).and_then(|&b| char::from(b).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'#', Some(high), Some(low)) => {
                plain.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                plain.push(byte);
                rest = tail;
            }
        }
    }
    Some(plain)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 12 | 0)
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte)
        && !matches!(byte, b'/' | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, expect: &str) {
        let mut lexer = Lexer::new(content.as_bytes());
        let mut shown = Vec::new();
        while let Some(operator) = lexer.next_operator() {
            for operand in &lexer.operands {
                shown.push(match operand {
                    Operand::Number(number) => number.to_string(),
                    Operand::Name(name) => format!("/{}", String::from_utf8_lossy(name)),
                    Operand::String(range) => {
                        format!("({})", lexer.strings[range.clone()].escape_ascii())
                    }
                    Operand::ArrayOpen => "[".to_owned(),
                    Operand::ArrayClose => "]".to_owned(),
                    Operand::DictOpen => "<<".to_owned(),
                    Operand::DictClose => ">>".to_owned(),
                    Operand::Keyword => "?".to_owned(),
                });
            }
            shown.push(String::from_utf8_lossy(operator).into_owned());
        }
        assert_eq!(shown.join(" "), expect);
    }

    #[test]
    fn operators_and_operands() {
        check("BT /F1 12 Tf(A)Tj ET", "BT /F1 12 Tf (A) Tj ET");
        check("[(A)-120.5<4142>]TJ", "[ (A) -120.5 (AB) ] TJ");
        // Escapes: octal, line continuation, balanced brackets.
        check(
            r"(\101\)(x)\
y) Tj",
            r"(A)(x)y) Tj",
        );
        check("<4> Tj", "(@) Tj"); // odd digit counts as if followed by 0
        check("--5 .5 5. +3 1.2.3 m", "-5 0.5 5 3 1.2 m"); // numbers as producers write them
        check("/A#20B gs % comment\n1 w", "/A#20B gs 1 w");
        check("/Span<</ActualText(x)>>BDC", "/Span << /ActualText (x) >> BDC");
        check("true x' y\"", "? x' y\""); // operators may be quotes
    }

    #[test]
    fn inline_image_is_one_operator() {
        // The first EI is data: no text follows it.
        check("q BI /W 2 /H 2 ID \u{1}\u{2} EI \u{3}\u{4} EI Q", "q BI /W 2 /H 2 EI Q");
        check("BI /W 1 ID never ended", "BI /W 1 EI");
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let content = "[".repeat(100_000) + &"]".repeat(100_000) + " TJ";
        let mut lexer = Lexer::new(content.as_bytes());
        assert_eq!(lexer.next_operator(), Some(&b"TJ"[..]));
    }

    #[test]
    fn escaped_names() {
        assert_eq!(unescape(b"A#20B").as_deref(), Some(&b"A B"[..]));
        assert_eq!(unescape(b"A#2").as_deref(), Some(&b"A#2"[..]));
        assert_eq!(unescape(b"AB"), None);
    }
}
