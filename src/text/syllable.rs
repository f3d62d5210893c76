//! Whether a word can be a Vietnamese syllable, by its build alone: onset, rime and tone.
//!
//! The judge of [`legacy`](super::legacy) decoding, of garbage text layers and of typing
//! leftovers. It knows no words: `nghiêng` is possible, `zxq` is not, `ngiêng` is misspelt. Must
//! not be used to correct anything.

use std::sync::LazyLock;

use unicode_normalization::char::{compose, decompose_canonical};

use crate::text::fold::fold;

/// Longest syllable in letters: `nghiêng`.
const MAX_LETTERS: usize = 7;

/// What may stand before the rime, sorted; `gi` and `qu` are treated in [`Letters::is_possible`].
///
/// # Source
/// The spelling rules of chữ Quốc ngữ as taught in school.
const ONSETS: [&str; 26] = [
    "", "b", "c", "ch", "d", "g", "gh", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p",
    "ph", "r", "s", "t", "th", "tr", "v", "x", "đ",
];

/// Every rime without its tone, sorted by code point.
///
/// # Source
/// The same rules; rare rimes only where a word of an ordinary dictionary has them
/// (`khuỷu`, `ngoằn ngoèo`, `xoong`, `huơ`).
const RIMES: [&str; 159] = [
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "e", "ec",
    "em", "en", "eng", "eo", "ep", "et", "i", "ia", "ich", "im", "in", "inh", "ip", "it", "iu",
    "iêc", "iêm", "iên", "iêng", "iêp", "iêt", "iêu", "o", "oa", "oac", "oach", "oai", "oam",
    "oan", "oang", "oanh", "oao", "oap", "oat", "oay", "oc", "oe", "oen", "oeo", "oet", "oi", "om",
    "on", "ong", "ooc", "oong", "op", "ot", "oăc", "oăm", "oăn", "oăng", "oăt", "u", "ua", "uc",
    "ui", "um", "un", "ung", "up", "ut", "uy", "uya", "uych", "uynh", "uyp", "uyt", "uyu", "uyên",
    "uyêt", "uân", "uâng", "uât", "uây", "uê", "uêch", "uênh", "uôc", "uôi", "uôm", "uôn", "uông",
    "uôt", "uơ", "y", "yêm", "yên", "yêng", "yêt", "yêu", "âc", "âm", "ân", "âng", "âp", "ât",
    "âu", "ây", "ê", "êch", "êm", "ên", "ênh", "êp", "êt", "êu", "ô", "ôc", "ôi", "ôm", "ôn",
    "ông", "ôp", "ôt", "ăc", "ăm", "ăn", "ăng", "ăp", "ăt", "ơ", "ơi", "ơm", "ơn", "ơp", "ơt", "ư",
    "ưa", "ưc", "ưi", "ưm", "ưn", "ưng", "ưt", "ưu", "ươc", "ươi", "ươm", "ươn", "ương", "ươp",
    "ươt", "ươu",
];

/// A tone mark; a syllable without one has the level tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Huyền, U+0300.
    Grave,
    /// Sắc, U+0301.
    Acute,
    /// Ngã, U+0303.
    Tilde,
    /// Hỏi, U+0309.
    Hook,
    /// Nặng, U+0323.
    Dot,
}

impl Tone {
    /// The tone of a combining mark.
    pub fn of_mark(mark: char) -> Option<Self> {
        match mark {
            '\u{300}' => Some(Self::Grave),
            '\u{301}' => Some(Self::Acute),
            '\u{303}' => Some(Self::Tilde),
            '\u{309}' => Some(Self::Hook),
            '\u{323}' => Some(Self::Dot),
            _ => None,
        }
    }

    /// The combining mark.
    pub fn mark(self) -> char {
        match self {
            Self::Grave => '\u{300}',
            Self::Acute => '\u{301}',
            Self::Tilde => '\u{303}',
            Self::Hook => '\u{309}',
            Self::Dot => '\u{323}',
        }
    }
}

/// Takes the tone mark off a composed letter: `ế` gives `ê` and the acute tone.
pub fn split_tone(letter: char) -> (char, Option<Tone>) {
    if letter.is_ascii() {
        return (letter, None);
    }
    let mut tone = None;
    let mut rest: Option<char> = None;
    decompose_canonical(letter, |part| match (Tone::of_mark(part), rest) {
        (Some(found), _) => tone = Some(found),
        (None, None) => rest = Some(part),
        (None, Some(base)) => rest = Some(compose(base, part).unwrap_or(letter)),
    });
    (rest.unwrap_or(letter), tone)
}

/// Whether the word can be one Vietnamese syllable, e.g. `Nghiêng`; case does not matter.
///
/// A rime that ends in a stop takes the acute or the dot tone only, so the unaccented `cach` is
/// not a syllable here; see [`is_folded_syllable`]. Input is NFC.
pub fn is_syllable(word: &str) -> bool {
    let Some(letters) = Letters::of(word) else { return false };
    letters.is_possible(|rime| RIMES.binary_search(&rime).is_ok())
        && (!ends_in_stop(letters.as_str())
            || matches!(letters.tone, Some(Tone::Acute | Tone::Dot)))
}

/// Whether the word can be a Vietnamese syllable typed without any diacritics, e.g. `duoc`.
pub fn is_folded_syllable(word: &str) -> bool {
    if !word.is_ascii() {
        return false;
    }
    let Some(letters) = Letters::of(word) else { return false };
    letters.is_possible(|rime| FOLDED_RIMES.iter().any(|known| known == rime))
}

/// [`char::is_alphabetic`], quickly for the letters that Vietnamese text is made of.
pub fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\u{A9}' => c.is_ascii_alphabetic(),
        'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ' | 'Ḁ'..='ỿ' => true,
        '\u{2000}'..='\u{206F}' => false,
        _ => c.is_alphabetic(),
    }
}

/// How many of the words of a text are possible syllables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Words made of letters, at least one.
    pub n_words: usize,
    /// Of these, the possible syllables.
    pub n_syllables: usize,
    /// Words with a letter beyond ASCII: the ones that tell good text from bad.
    pub n_accented: usize,
    /// Of these, the possible syllables.
    pub n_accented_syllables: usize,
}

impl Tally {
    /// Counts the words of a text, e.g. 3 of 4 in `Kế hoạch xyz năm`.
    pub fn of(text: &str) -> Self {
        let mut tally = Self::default();
        for word in text.split(|c: char| !is_letter(c)).filter(|word| !word.is_empty()) {
            tally.add(word);
        }
        tally
    }

    /// Counts one word.
    pub fn add(&mut self, word: &str) {
        let possible = usize::from(is_syllable(word));
        self.n_words += 1;
        self.n_syllables += possible;
        if !word.is_ascii() {
            self.n_accented += 1;
            self.n_accented_syllables += possible;
        }
    }

    /// Syllables of all words, from 0 to 1; 0 when there is no word.
    pub fn share(self) -> f32 {
        ratio(self.n_syllables, self.n_words)
    }

    /// Syllables of the words with letters beyond ASCII, from 0 to 1; 0 when there are none.
    pub fn accented_share(self) -> f32 {
        ratio(self.n_accented_syllables, self.n_accented)
    }
}

fn ratio(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}

/// The share of words that are possible syllables: about 0.9 in good Vietnamese text with its
/// signs and names, below 0.5 in text of a broken encoding.
pub fn share_of_syllables(text: &str) -> f32 {
    Tally::of(text).share()
}

/// A word in lower case without its tone, in a fixed buffer.
struct Letters {
    bytes: [u8; MAX_LETTERS * 2],
    len: usize,
    tone: Option<Tone>,
}

impl Letters {
    /// `None` when the word is too long, has no letter, two tones or a letter of another script.
    fn of(word: &str) -> Option<Self> {
        let mut letters = Self { bytes: [0; MAX_LETTERS * 2], len: 0, tone: None };
        for (n, c) in word.chars().enumerate() {
            let mut lower = c.to_lowercase();
            let (lower, None) = (lower.next()?, lower.next()) else { return None };
            let (letter, tone) = split_tone(lower);
            let is_known = letter.is_ascii_lowercase() || "ăâđêôơư".contains(letter);
            if n >= MAX_LETTERS || !is_known || (tone.is_some() && letters.tone.is_some()) {
                return None;
            }
            letters.tone = letters.tone.or(tone);
            letters.len += letter.encode_utf8(&mut letters.bytes[letters.len..]).len();
        }
        (letters.len > 0).then_some(letters)
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).expect("only whole letters were written")
    }

    fn is_possible(&self, is_rime: impl Fn(&str) -> bool) -> bool {
        let word = self.as_str();
        let Some(vowel) = word.find(|c| "aăâeêioôơuưy".contains(c)) else { return false };
        let (onset, rime) = word.split_at(vowel);
        match onset {
            // `quý` is q and uy, `quá` is qu and a.
            "q" => {
                let rest = rime.strip_prefix('u').unwrap_or("");
                is_rime(rest) && !rest.starts_with(['u', 'ư'])
                    || rime.starts_with("uy") && is_rime(rime)
            }
            // `gì`, `giêng` are g and i…, `giữ` is gi and ư.
            "g" if rime.starts_with('i') => is_rime(rime) || is_rime(&rime[1..]),
            _ => ONSETS.binary_search(&onset).is_ok() && fits(onset, rime) && is_rime(rime),
        }
    }
}

/// Whether an onset may stand before a rime: `k gh ngh` before e, ê, i, y and `c g ng` before
/// the other vowels; a lone y after few onsets.
fn fits(onset: &str, rime: &str) -> bool {
    let front = rime.starts_with(['e', 'ê', 'i', 'y']);
    match onset {
        "k" => front,
        "gh" | "ngh" => front && !rime.starts_with('y'),
        "c" | "g" | "ng" => !front,
        _ if rime == "y" => {
            matches!(onset, "" | "d" | "h" | "l" | "m" | "n" | "s" | "t" | "th" | "v")
        }
        // `yê` is written `iê` after a consonant.
        _ => onset.is_empty() || !rime.starts_with('y'),
    }
}

fn ends_in_stop(word: &str) -> bool {
    word.ends_with(['c', 'p', 't']) || word.ends_with("ch")
}

static FOLDED_RIMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut rimes: Vec<String> = RIMES.iter().map(|rime| fold(rime)).collect();
    rimes.sort();
    rimes.dedup();
    rimes
});

/// Every syllable that can be written, composed, for tests.
#[cfg(test)]
pub fn all_syllables() -> Vec<String> {
    use unicode_normalization::UnicodeNormalization;
    let tones = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"];
    let mut syllables = Vec::new();
    for onset in ONSETS {
        for rime in RIMES {
            // The tone stands on the last vowel that carries a mark of its own, else on the first.
            let is_marked = |(_, c): &(usize, char)| "âăêôơư".contains(*c);
            let vowel = rime.char_indices().rev().find(is_marked);
            let vowel = vowel.or(rime.char_indices().next());
            let Some((at, letter)) = vowel else { continue };
            let (head, tail) = rime.split_at(at + letter.len_utf8());
            for tone in tones {
                let syllable: String = format!("{onset}{head}{tone}{tail}").nfc().collect();
                if is_syllable(&syllable) {
                    syllables.push(syllable);
                }
            }
        }
    }
    syllables
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[track_caller]
    fn check(words: &str, expect: bool) {
        for word in words.split(' ') {
            assert_eq!(is_syllable(word), expect, "{word}");
        }
    }

    #[test]
    fn syllables() {
        check("nghiêng khuỷu ngoằn ngoèo xoong huơ uyển yếu ý ỷ y ả ê ô", true); // rare rimes
        check("quý quỳnh quyết quà quốc quên quơ quân quang quít quýt", true); // u of the onset
        check("gì giêng giết giữ giòn gìn gìn", true); // i of the onset
        check("Uỷ Ủy ỦY BAN NHÂN DÂN hoà hòa thuý thúy", true); // both tone placements, capitals
        check("ngành nghề ghế kẻ cách cạc đốp", true); // spelling pairs, stops with a tone
    }

    #[test]
    fn not_syllables() {
        check("zxq w fa jun strong abc việtnam", false); // foreign
        check("cach hop nhat", false); // a stop without a tone is unaccented typing
        check("kao cê ngiêng ghà ngha gê", false); // misspelt before that vowel
        check("càch hòp", false); // tones that a stop does not take
        check("hé\u{301}i Céng héi chñ nghÜa ViÖt", false); // two tones; TCVN3 read as Latin-1
        check("đ ng 12 a1", false); // no rime, digits
    }

    #[test]
    fn folded_syllables() {
        for word in ["duoc", "cach", "nghieng", "quyet", "uy", "ke", "HOACH"] {
            assert!(is_folded_syllable(word), "{word}");
        }
        for word in ["qd", "sldtbxh", "được", "kees", "hoachj", "ddinhj"] {
            assert!(!is_folded_syllable(word), "{word}");
        }
    }

    #[test]
    fn tally_counts_words_of_letters() {
        let tally = Tally::of("Số: 293/KH-SLĐTBXH, kế hoạch");
        assert_eq!(
            tally,
            Tally { n_words: 5, n_syllables: 3, n_accented: 4, n_accented_syllables: 3 }
        );
        assert_eq!(share_of_syllables("12 + 30"), 0.0); // no word at all
    }

    #[test]
    fn quick_letters_are_the_letters() {
        for c in (0..0x3000).filter_map(char::from_u32) {
            assert_eq!(is_letter(c), c.is_alphabetic(), "{c:?}");
        }
    }

    #[test]
    fn every_tone_splits_and_composes() {
        for letter in "àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵỲỲẾ".chars()
        {
            let (base, tone) = split_tone(letter);
            let apart = [base, tone.unwrap().mark()];
            assert_eq!(apart.into_iter().nfc().collect::<String>(), letter.to_string());
        }
        assert_eq!(split_tone('đ'), ('đ', None));
    }
}
