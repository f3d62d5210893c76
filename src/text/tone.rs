//! Where the tone mark stands in `oa`, `oe`, `uy`: one place for one word.
//!
//! `hoà` and `hòa` are the same word. [`Text`](super::Text) keeps what is printed; this form is
//! for comparing, indexing and for names that are shown.

use std::borrow::Cow;

use unicode_normalization::char::compose;

use crate::text::syllable::split_tone;

/// Moves the tone mark of an open `oa oe uy` to its first vowel: `Uỷ ban`, `hoà` become `Ủy ban`,
/// `hòa`.
///
/// `hoàn` and `quý` stay: a final letter follows, or the u belongs to `qu`. Input is NFC.
///
/// # Source
/// Nghị định 30/2020/NĐ-CP prints `Ủy ban`; the old placement is common in its predecessors.
pub fn modern(text: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let mut copied = 0;
    let mut before_previous = ' ';
    let mut previous = (0, ' ');
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let follows = chars.peek().map_or(' ', |&(_, next)| next);
        if let Some((first, second)) = moved(before_previous, previous.1, c, follows) {
            let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
            out.push_str(&text[copied..previous.0]);
            out.push(first);
            out.push(second);
            copied = at + c.len_utf8();
        }
        before_previous = previous.1;
        previous = (at, c);
    }
    match out {
        None => Cow::Borrowed(text),
        Some(mut out) => {
            out.push_str(&text[copied..]);
            Cow::Owned(out)
        }
    }
}

/// The two vowels after the move, when there is one to make.
fn moved(before: char, first: char, second: char, follows: char) -> Option<(char, char)> {
    if second.is_ascii() || follows.is_alphabetic() {
        return None;
    }
    let pair = match first {
        'o' | 'O' => "aeAE",
        'u' | 'U' if !matches!(before, 'q' | 'Q') => "yY",
        _ => return None,
    };
    let (base, Some(tone)) = split_tone(second) else { return None };
    (pair.contains(base)).then(|| compose(first, tone.mark()).map(|first| (first, base)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(modern(text), expect);
        assert_eq!(modern(&modern(text)), expect, "twice is once");
    }

    #[test]
    fn all_fifteen_pairs() {
        check("oà oá oả oã oạ", "òa óa ỏa õa ọa");
        check("oè oé oẻ oẽ oẹ", "òe óe ỏe õe ọe");
        check("uỳ uý uỷ uỹ uỵ", "ùy úy ủy ũy ụy");
        check("OÀ Oà uỶ UỶ", "ÒA Òa ủY ỦY"); // each letter keeps its case
    }

    #[test]
    fn only_open_syllables_and_not_after_q() {
        check("hoàn hoài khoảng thuỳên", "hoàn hoài khoảng thuỳên"); // a letter follows
        check("quý Quỳ quỷ QUỸ", "quý Quỳ quỷ QUỸ"); // u of qu
        check("Uỷ ban nhân dân xã Hoà Thuỷ.", "Ủy ban nhân dân xã Hòa Thủy.");
        check("hoà", "hòa"); // at the end of the text
        check("Kế hoạch", "Kế hoạch");
        check("", "");
    }
}
