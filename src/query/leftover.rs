//! Typing leftovers: what Telex and VNI keys leave when the keyboard program is off.
//!
//! `phongf choongs lutj baox` and `phong2 cho61ng lut5 bao4` are offered as `phòng chống lụt bão`;
//! what was typed is searched all the same.

use crate::text::{
    fold::exact,
    syllable::{Tone, is_folded_syllable, is_syllable},
};

/// Shorter words are signs more often than leftovers: `tw`.
const MIN_CHARS: usize = 3;

/// The typed text with every leftover written as it was meant; `None` when there is none.
pub fn without_leftovers(typed: &str) -> Option<String> {
    let mut has_leftover = false;
    let words: Vec<String> = typed
        .split_whitespace()
        .map(|word| match meant(word) {
            Some(meant) => {
                has_leftover = true;
                meant
            }
            None => word.to_owned(),
        })
        .collect();
    has_leftover.then(|| words.join(" "))
}

/// The syllable that was meant.
fn meant(word: &str) -> Option<String> {
    let is_typed = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !is_typed || word.len() < MIN_CHARS || is_folded_syllable(word) {
        return None;
    }
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let keyed = if has_digit { Keyed::vni(word)? } else { Keyed::telex(word)? };
    let syllable = exact(&keyed.syllable()?);
    (is_syllable(&syllable) && !syllable.is_ascii()).then_some(syllable)
}

/// A syllable while it is typed.
#[derive(Default)]
struct Keyed {
    letters: Vec<char>,
    tone: Option<Tone>,
}

impl Keyed {
    fn telex(word: &str) -> Option<Self> {
        let mut keyed = Self::default();
        for key in word.chars() {
            let has_vowel = keyed.letters.iter().any(|&letter| is_vowel(letter));
            let tone = match key {
                's' => Some(Tone::Acute),
                'f' => Some(Tone::Grave),
                'r' => Some(Tone::Hook),
                'x' => Some(Tone::Tilde),
                'j' => Some(Tone::Dot),
                _ => None,
            };
            let taken = match key {
                _ if tone.is_some() && has_vowel => {
                    keyed.tone = tone;
                    true
                }
                'a' | 'e' | 'o' => keyed.mark(key, circumflex(key)),
                'd' => keyed.stroke(),
                'w' if has_vowel => keyed.mark('a', 'ă') || keyed.horn(),
                'w' => {
                    keyed.letters.push('ư');
                    true
                }
                'z' => return None,
                _ => false,
            };
            if !taken {
                keyed.letters.push(key);
            }
        }
        // `ươ` keyed with one w: `thuwong`.
        for n in 1..keyed.letters.len() {
            if keyed.letters[n - 1] == 'ư' && keyed.letters[n] == 'o' {
                keyed.letters[n] = 'ơ';
            }
        }
        Some(keyed)
    }

    fn vni(word: &str) -> Option<Self> {
        let mut keyed = Self::default();
        for key in word.chars() {
            match key {
                '1' => keyed.tone = Some(Tone::Acute),
                '2' => keyed.tone = Some(Tone::Grave),
                '3' => keyed.tone = Some(Tone::Hook),
                '4' => keyed.tone = Some(Tone::Tilde),
                '5' => keyed.tone = Some(Tone::Dot),
                '6' => {
                    let marked = ['a', 'e', 'o'].into_iter().any(|v| keyed.mark(v, circumflex(v)));
                    marked.then_some(())?;
                }
                '7' => keyed.horn().then_some(())?,
                '8' => keyed.mark('a', 'ă').then_some(())?,
                '9' => keyed.stroke().then_some(())?,
                '0' => return None,
                letter => keyed.letters.push(letter),
            }
        }
        Some(keyed)
    }

    /// Replaces the last such vowel.
    fn mark(&mut self, vowel: char, marked: char) -> bool {
        let at = self.letters.iter().rposition(|&letter| letter == vowel);
        at.is_some_and(|at| {
            self.letters[at] = marked;
            true
        })
    }

    /// `ươ` of `uo`, `ơ` of `o`, `ư` of `u`.
    fn horn(&mut self) -> bool {
        let has_o = self.mark('o', 'ơ');
        match self.letters.iter().rposition(|&letter| letter == 'ơ') {
            Some(at) if at > 0 && self.letters[at - 1] == 'u' => {
                self.letters[at - 1] = 'ư';
                true
            }
            _ => has_o || self.mark('u', 'ư'),
        }
    }

    fn stroke(&mut self) -> bool {
        let begins = self.letters.first() == Some(&'d');
        if begins {
            self.letters[0] = 'đ';
        }
        begins
    }

    /// The letters with the tone on its vowel: a marked one, else the last before a consonant,
    /// else the last but one.
    fn syllable(&self) -> Option<String> {
        let mut letters = self.letters.clone();
        let Some(tone) = self.tone else { return Some(letters.into_iter().collect()) };
        // The u of `qu` and the i of `gi` before another vowel belong to the onset.
        let onset = match letters[..] {
            ['q', 'u', ..] => 2,
            ['g', 'i', next, ..] if is_vowel(next) => 2,
            _ => 0,
        };
        let vowels: Vec<usize> = (onset..letters.len()).filter(|&n| is_vowel(letters[n])).collect();
        let marked = vowels.iter().rev().find(|&&n| !letters[n].is_ascii());
        let last = *vowels.last()?;
        let at = match marked {
            Some(marked) => *marked,
            None if last + 1 < letters.len() || vowels.len() < 2 => last,
            None => vowels[vowels.len() - 2],
        };
        letters.insert(at + 1, tone.mark()); // composed later
        Some(letters.into_iter().collect())
    }
}

fn circumflex(vowel: char) -> char {
    match vowel {
        'a' => 'â',
        'e' => 'ê',
        _ => 'ô',
    }
}

fn is_vowel(letter: char) -> bool {
    "aăâeêioôơuưy".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, meant: &str) {
        assert_eq!(without_leftovers(typed).as_deref(), Some(meant), "{typed}");
    }

    #[test]
    fn telex() {
        check("phongf choongs lutj baox", "phòng chống lụt bão");
        check("quyeets ddinhj", "quyết định");
        check("quyeetj so 12", "quyệt so 12"); // two marks on one letter
        check("dduwowngf booj", "đường bộ");
        check("uyr ban nhaan daan", "ủy ban nhân dân");
        check("hoaf binhf", "hòa bình");
        check("quys giuwx", "quý giữ");
        check("nuwowcs thuwongr", "nước thưởng"); // w after the end of the rime
    }

    #[test]
    fn vni() {
        check("phong2 cho61ng lut5 bao4", "phòng chống lụt bão");
        check("d9u7o7ng2 quy1", "đường quý");
        check("na8m", "năm");
    }

    #[test]
    fn what_is_no_leftover() {
        for typed in
            ["phong chong", "QĐ-UBND 12", "kh 293/2020", "ubnd", "qh14", "nam2020", "tw", ""]
        {
            assert_eq!(without_leftovers(typed), None, "{typed}");
        }
    }
}
