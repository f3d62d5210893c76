//! Small questions about a piece of a line: is it in capitals, does it hold the national
//! header, where does its label end. Must not look at other lines.

/// Whether a folded text begins with whole words.
pub(super) fn begins_with(key: &str, words: &str) -> bool {
    key.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Whether at least six in seven letters are capitals, and there are two at least: `TTg` and
/// a letter lost by an old encoding do not matter.
pub(super) fn is_caps(text: &str) -> bool {
    let (mut n_upper, mut n_lower) = (0, 0);
    for c in text.chars() {
        n_upper += usize::from(c.is_uppercase());
        n_lower += usize::from(c.is_lowercase());
    }
    n_upper >= 2 && n_lower * 6 <= n_upper
}

/// The letters and digits of a text without accents and spaces, each with its place, so that
/// `CỘNG HÒAXÃ HỘI` is found as well as `CỘNG HÒA XÃ HỘI`.
struct Squeezed {
    letters: String,
    offsets: Vec<usize>,
}

impl Squeezed {
    fn new(text: &str) -> Self {
        let mut squeezed = Self { letters: String::new(), offsets: Vec::new() };
        for (at, c) in text.char_indices() {
            if !c.is_alphanumeric() {
                continue;
            }
            let mut buffer = [0; 4];
            for folded in crate::text::fold::fold(c.encode_utf8(&mut buffer)).bytes() {
                squeezed.letters.push(if folded.is_ascii() { folded as char } else { '?' });
                squeezed.offsets.push(at);
            }
        }
        squeezed
    }

    /// The place in the text where `letters` begin.
    fn find(&self, letters: &str) -> Option<usize> {
        self.letters.find(letters).map(|at| self.offsets[at])
    }
}

/// Where the `n`th word of a text ends; `None` when it has fewer.
pub(super) fn end_of_words(text: &str, n: usize) -> Option<usize> {
    let mut n_seen = 0;
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            n_seen += usize::from(!in_word);
            in_word = true;
        } else {
            if in_word && n_seen == n {
                return Some(at);
            }
            in_word = false;
        }
    }
    None
}

/// Whose letterhead a phrase belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RegimeMark {
    /// `CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM`.
    NationalName,
    /// `Độc lập - Tự do - Hạnh phúc`.
    Motto,
    /// `ĐẢNG CỘNG SẢN VIỆT NAM`.
    Party,
    /// `ĐOÀN TNCS HỒ CHÍ MINH`.
    Youth,
}

/// How far before `XÃ HỘI CHỦ NGHĨA` the word `CỘNG` may stand, in letters: `CỘNG HỒA`.
const COUNTRY_NAME_LEAD: usize = 9;

/// The national or Party header in a piece of a line, and where it begins.
pub(super) fn regime_mark(text: &str) -> Option<(RegimeMark, usize)> {
    // Cheap before exact: all of them hold one of these letters or are short.
    if text.len() < 12 || text.len() > 600 {
        return None;
    }
    let squeezed = Squeezed::new(text);
    if let Some(at) = squeezed.letters.find("xahoichunghia") {
        let from = at.saturating_sub(COUNTRY_NAME_LEAD);
        let lead = squeezed.letters[from..at].find("cong");
        // In running text the country is named in small letters: only a header is in capitals.
        if let Some(lead) = lead {
            let begin = squeezed.offsets[from + lead];
            if is_caps(&text[begin..]) || text[begin..].starts_with("CỘNG") {
                return Some((RegimeMark::NationalName, begin));
            }
        }
    }
    if let Some(at) = squeezed.find("doclaptudohanhphuc") {
        return Some((RegimeMark::Motto, at));
    }
    for (letters, mark) in
        [("dangcongsanvietnam", RegimeMark::Party), ("doantncshochiminh", RegimeMark::Youth)]
    {
        if let Some(at) = squeezed.find(letters)
            && is_caps(&text[at..])
        {
            return Some((mark, at));
        }
    }
    None
}

/// Whether the motto `Độc lập - Tự do - Hạnh phúc` stands in a piece of a line.
pub(super) fn has_motto(text: &str) -> bool {
    text.len() < 600 && Squeezed::new(text).find("doclaptudohanhphuc").is_some()
}

/// Where the national or Party header begins in a line.
pub(super) fn regime_phrase(text: &str) -> Option<usize> {
    regime_mark(text).map(|(_, at)| at)
}

/// The end of a label `Số:`, `SỐ`, `số` at the begin of a text; also as recognition reads it.
pub(super) fn number_label(text: &str) -> Option<usize> {
    const LABELS: [&str; 12] =
        ["Số", "SỐ", "số", "Sô", "Sé", "So", "SO", "S6", "$6", "Sổ", "Só", "sô"];
    let label = LABELS.iter().find(|label| text.starts_with(**label))?;
    let mut rest = &text[label.len()..];
    if rest.starts_with(char::is_alphabetic) {
        return None;
    }
    let spaces = rest.len() - rest.trim_start().len();
    rest = &rest[spaces..];
    // Recognition reads the colon as a stop.
    let colon = usize::from(rest.starts_with([':', '.', ';']));
    // `số 12/QĐ-…` at a line begin goes on with a title; only a colon makes it a label.
    if label.starts_with('s') && colon == 0 {
        return None;
    }
    if colon == 0 && spaces == 0 && !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some(label.len() + spaces + colon)
}
