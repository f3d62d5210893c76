//! A PDF whose streams say a wrong length, or do not say where they end → one whose streams do.
//!
//! Programs that send files through text mode, or write a length before they know it, make such
//! files; every viewer opens them. The table of objects must be rebuilt afterwards, because
//! objects move.

use std::{collections::BTreeMap, ops::Range};

use memchr::memmem::{self, Finder};

/// No dictionary of a stream is longer.
const DICTIONARY_BYTES: usize = 16 << 10;

/// The file with the length of every stream right; `None` when that is already so.
pub(super) fn mend(bytes: &[u8]) -> Option<Vec<u8>> {
    let wrong = wrong_streams(bytes);
    if wrong.is_empty() {
        return None;
    }
    let mut mended = Vec::with_capacity(bytes.len() + 64 * wrong.len());
    let mut at = 0;
    for stream in wrong {
        mended.extend_from_slice(bytes.get(at..stream.length.start)?);
        let value = stream.end - stream.data;
        let key = if stream.length.is_empty() { "/Length " } else { "" };
        mended.extend_from_slice(format!("{key}{value} ").as_bytes());
        mended.extend_from_slice(bytes.get(stream.length.end..stream.end)?);
        at = stream.end;
        if !stream.is_marked {
            mended.extend_from_slice(b"\nendstream\n");
        }
    }
    mended.extend_from_slice(&bytes[at..]);
    Some(mended)
}

/// A stream whose length is wrong.
struct Wrong {
    /// Where its length is said; empty, at the place to say it, where it is not.
    length: Range<usize>,
    data: usize,
    end: usize,
    /// Whether `endstream` stands at its end.
    is_marked: bool,
}

fn wrong_streams(bytes: &[u8]) -> Vec<Wrong> {
    let keyword = Finder::new(b"stream");
    let mut ends = Ends::new(bytes);
    let mut numbers: Option<BTreeMap<u32, usize>> = None;
    let mut has_packed = None;
    let mut wrong = Vec::new();
    let mut at = 0;
    while let Some(found) = keyword.find(&bytes[at..]) {
        let start = at + found;
        at = start + b"stream".len();
        let data = match bytes[at..] {
            [b'\r', b'\n', ..] => at + 2,
            [b'\r' | b'\n', ..] => at + 1,
            _ => continue,
        };
        let window = start.saturating_sub(DICTIONARY_BYTES);
        let head = bytes[window..start].trim_ascii_end();
        if !head.ends_with(b">>") {
            continue;
        }
        let Some(object) = memmem::rfind(head, b" obj") else { continue };
        let dictionary = window + object + b" obj".len()..window + head.len();
        let (length, stated) = stated_length(bytes, dictionary);
        let stated = match stated {
            Stated::Number(value) => Some(value),
            Stated::Object(number) => {
                numbers.get_or_insert_with(|| number_objects(bytes)).get(&number).copied()
            }
            Stated::Nothing => None,
        };
        let end = stated.and_then(|value| data.checked_add(value));
        if let Some(end) = end.filter(|&end| is_end(bytes, end)) {
            at = end;
            continue;
        }
        let (end, is_marked) = ends.after(data);
        // The line end before the mark is not of the stream.
        let line_end = match bytes[data..end] {
            [.., b'\r', b'\n'] => 2,
            [.., b'\r' | b'\n'] => 1,
            _ => 0,
        };
        let end = end - line_end;
        // The length is an object that may be packed into another stream, and right.
        let is_packed = stated.is_none()
            && !length.is_empty()
            && is_marked
            && *has_packed.get_or_insert_with(|| memmem::find(bytes, b"/ObjStm").is_some());
        if !is_packed {
            wrong.push(Wrong { length, data, end, is_marked });
        }
        at = end;
    }
    wrong
}

enum Stated {
    Number(usize),
    Object(u32),
    Nothing,
}

/// What a dictionary says its stream's length is, and where.
fn stated_length(bytes: &[u8], dictionary: Range<usize>) -> (Range<usize>, Stated) {
    const KEY: &[u8] = b"/Length";
    let text = &bytes[dictionary.clone()];
    let mut at = 0;
    while let Some(found) = memmem::find(&text[at..], KEY) {
        at += found + KEY.len();
        let rest = &text[at..];
        let spaces = rest.len() - rest.trim_ascii_start().len();
        let Some((first, n_first)) = number(&rest[spaces..]).filter(|_| spaces > 0) else {
            continue;
        };
        let start = dictionary.start + at + spaces;
        let after = rest[spaces + n_first..].trim_ascii_start();
        if let Some((_, n_second)) = number(after)
            && let Some(reference) = after[n_second..].trim_ascii_start().strip_prefix(b"R")
        {
            let end = dictionary.end - reference.len();
            return (start..end, Stated::Object(u32::try_from(first).unwrap_or(u32::MAX)));
        }
        return (start..start + n_first, Stated::Number(first));
    }
    let inside = memmem::find(text, b"<<").map_or(dictionary.end, |at| dictionary.start + at + 2);
    (inside..inside, Stated::Nothing)
}

/// A number and how many bytes it takes.
fn number(bytes: &[u8]) -> Option<(usize, usize)> {
    let n_digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = std::str::from_utf8(&bytes[..n_digits]).ok()?;
    Some((digits.parse().ok()?, n_digits))
}

/// Whether a stream may end here.
fn is_end(bytes: &[u8], at: usize) -> bool {
    const MOST_SPACES: usize = 4;
    let Some(rest) = bytes.get(at..) else { return false };
    let spaces = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    spaces <= MOST_SPACES && rest[spaces..].starts_with(b"endstream")
}

/// All objects that are a number.
fn number_objects(bytes: &[u8]) -> BTreeMap<u32, usize> {
    let mut numbers = BTreeMap::new();
    for at in memmem::find_iter(bytes, b" obj") {
        const LONGEST_NUMBER: usize = 20;
        let after = &bytes[at + b" obj".len()..];
        let after = &after[..after.len().min(LONGEST_NUMBER)];
        let Some((value, _)) = number(after.trim_ascii_start()) else { continue };
        // Before ` obj` stand the number of the object and its generation.
        let head = &bytes[at.saturating_sub(LONGEST_NUMBER)..at];
        let mut words =
            head.rsplit(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
        let name = words.nth(1).and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
        if let Some(name) = name {
            numbers.insert(name, value);
        }
    }
    numbers
}

/// The marks that end streams, each looked for once.
struct Ends<'b> {
    bytes: &'b [u8],
    /// The next `endstream` and the next `endobj`.
    next: [Option<usize>; 2],
}

impl<'b> Ends<'b> {
    const MARKS: [&'static [u8]; 2] = [b"endstream", b"endobj"];

    fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, next: [Some(0), Some(0)] }
    }

    /// Where the stream that begins here ends, and whether `endstream` says so.
    fn after(&mut self, data: usize) -> (usize, bool) {
        for (next, mark) in self.next.iter_mut().zip(Self::MARKS) {
            if next.is_some_and(|at| at < data || at == 0) {
                *next = memmem::find(&self.bytes[data..], mark).map(|found| data + found);
            }
        }
        match self.next {
            [Some(stream), Some(object)] if stream < object => (stream, true),
            [Some(stream), None] => (stream, true),
            [_, Some(object)] => (object, false),
            [None, None] => (self.bytes.len(), false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, expect: Option<&str>) {
        let mended = mend(file.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(mended.as_deref(), expect);
    }

    #[test]
    fn lengths_are_set_right() {
        check("1 0 obj <</Length 3>>stream\nabc\nendstream endobj", None);
        check("1 0 obj <</Length 2 0 R>>stream\nabc\nendstream endobj 2 0 obj 3 endobj", None);
        check(
            "1 0 obj <</Length 0>>stream\r\nabc\r\nendstream endobj",
            Some("1 0 obj <</Length 3 >>stream\r\nabc\r\nendstream endobj"),
        );
        check(
            "1 0 obj <</Length1 7/Length 999>>stream\nabc\nendstream endobj",
            Some("1 0 obj <</Length1 7/Length 3 >>stream\nabc\nendstream endobj"),
        );
        // A length that is an object of another length, one that is not said, no end mark.
        check(
            "1 0 obj <</Length 2 0 R>>stream\nabc\nendstream endobj 2 0 obj 9 endobj",
            Some("1 0 obj <</Length 3 >>stream\nabc\nendstream endobj 2 0 obj 9 endobj"),
        );
        check(
            "1 0 obj <<>>stream\nabc\nendobj",
            Some("1 0 obj <</Length 3 >>stream\nabc\nendstream\n\nendobj"),
        );
    }
}
