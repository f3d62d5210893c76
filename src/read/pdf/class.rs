//! What a page holds: words, an image, a scanner's garbage, nothing.

use unicode_normalization::UnicodeNormalization;

use crate::layout::{BBox, PageClass};

/// An image that covers this part of the page is the page.
const PAGE_IMAGE: f32 = 0.8;
/// A scan may carry a stamped number and date, but no more words than this.
const FEW_WORDS: usize = 20;
/// A scanner's layer has fewer plausible syllables than this part of its words.
const PLAUSIBLE: f32 = 0.6;

/// Classes a page by its images and by the words that are its own: without watermarks,
/// stamps and running lines.
pub(super) fn classify(images: &[BBox], width: f32, height: f32, words: &[&str]) -> PageClass {
    let is_image = covered(images, width, height) >= PAGE_IMAGE;
    let n_words = words.iter().filter(|word| word.chars().any(char::is_alphabetic)).count();
    match (is_image, n_words) {
        (true, 0..FEW_WORDS) => PageClass::Image,
        (false, 0) if words.is_empty() => PageClass::Blank,
        (true, _) if plausibility(words) < PLAUSIBLE => PageClass::GarbageText,
        _ => PageClass::Text,
    }
}

/// The part of the page that its images cover. Scanners cut a page into strips, so their
/// areas are added up; images over each other at most fill the page.
fn covered(images: &[BBox], width: f32, height: f32) -> f32 {
    let area: f32 = images.iter().map(|image| (image.x1 - image.x0) * (image.y1 - image.y0)).sum();
    if width * height > 0.0 { (area / (width * height)).min(1.0) } else { 0.0 }
}

/// The part of the words that could be Vietnamese syllables, from 0 to 1; 1 without words.
///
/// Numbers and abbreviations do not count.
pub(super) fn plausibility(words: &[&str]) -> f32 {
    let (mut n_plausible, mut n_words) = (0u32, 0u32);
    for word in words {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_abbreviation = word.chars().all(|c| c.is_uppercase() || !c.is_alphabetic());
        if !word.chars().any(char::is_alphabetic) || (is_abbreviation && word.is_ascii()) {
            continue;
        }
        n_words += 1;
        n_plausible += u32::from(is_syllable(word));
    }
    if n_words == 0 { 1.0 } else { n_plausible as f32 / n_words as f32 }
}

/// Whether a word is built like a Vietnamese syllable: onset, vowels, coda, at most one tone.
///
/// Says nothing about whether the syllable exists.
fn is_syllable(word: &str) -> bool {
    let mut n_tones = 0;
    let mut letters = String::new();
    for character in word.nfd().flat_map(char::to_lowercase) {
        match character {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => n_tones += 1,
            '\u{302}' | '\u{306}' | '\u{31b}' => {}
            _ => letters.push(character),
        }
    }
    let vowel = |c: char| "aeiouy".contains(c);
    // `qu` and `gi` are onsets although they end in a vowel.
    let onset_end = if letters.starts_with("qu") || (letters.starts_with("gi") && letters.len() > 2)
    {
        2
    } else {
        letters.find(vowel).unwrap_or(letters.len())
    };
    let (onset, rest) = letters.split_at(onset_end);
    let coda_start = rest.find(|c| !vowel(c)).unwrap_or(rest.len());
    let (vowels, coda) = rest.split_at(coda_start);
    let onset_fits = matches!(
        onset,
        "" | "b"
            | "c"
            | "ch"
            | "d"
            | "đ"
            | "g"
            | "gh"
            | "gi"
            | "h"
            | "k"
            | "kh"
            | "l"
            | "m"
            | "n"
            | "ng"
            | "ngh"
            | "nh"
            | "p"
            | "ph"
            | "qu"
            | "r"
            | "s"
            | "t"
            | "th"
            | "tr"
            | "v"
            | "x"
    );
    let coda_fits = matches!(coda, "" | "c" | "ch" | "m" | "n" | "ng" | "nh" | "p" | "t");
    let vowels_fit = matches!(
        vowels,
        "a" | "e"
            | "i"
            | "o"
            | "u"
            | "y"
            | "ai"
            | "ao"
            | "au"
            | "ay"
            | "eo"
            | "eu"
            | "ia"
            | "ie"
            | "ieu"
            | "iu"
            | "oa"
            | "oai"
            | "oao"
            | "oay"
            | "oe"
            | "oeo"
            | "oi"
            | "oo"
            | "ua"
            | "uay"
            | "ue"
            | "ui"
            | "uo"
            | "uoi"
            | "uou"
            | "uu"
            | "uy"
            | "uya"
            | "uye"
            | "uyu"
            | "ya"
            | "ye"
            | "yeu"
            | "uau"
            | "uao"
            | "ueu"
    );
    n_tones <= 1 && onset_fits && vowels_fit && coda_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: bool) {
        let words: Vec<&str> = text.split(' ').collect();
        assert_eq!(plausibility(&words) >= PLAUSIBLE, expect, "{}", plausibility(&words));
    }

    #[test]
    fn plausible_words() {
        check("Căn cứ Nghị quyết về việc giải quyết khuỷu tay nghiêng gì quý", true);
        check("can cu nghi quyet ve viec giai quyet", true); // without accents
        check("phd.p lui6t cria trq ccr quan nhi nu6c vA tinh d", false); // a scanner's layer
        check("NghÞ ®Þnh cña ChÝnh phñ quy ®Þnh", false); // a legacy encoding, read as it is
        check("1.234 UBND 56/QĐ", true); // nothing to judge
    }

    #[test]
    fn classes() {
        let page = [BBox { x0: 0.0, y0: 0.0, x1: 100.0, y1: 95.0 }];
        let strips: Vec<BBox> = (0..10)
            .map(|i| BBox { x0: 0.0, y0: 10.0 * i as f32, x1: 100.0, y1: 10.0 * (i + 1) as f32 })
            .collect();
        let words = ["Kế", "hoạch"].repeat(15);
        let garbage = ["ph6p", "trq"].repeat(15);
        assert_eq!(classify(&page, 100.0, 100.0, &[]), PageClass::Image);
        assert_eq!(classify(&strips, 100.0, 100.0, &[]), PageClass::Image);
        assert_eq!(classify(&page, 100.0, 100.0, &["Số", "12"]), PageClass::Image);
        assert_eq!(classify(&page, 100.0, 100.0, &words), PageClass::Text);
        assert_eq!(classify(&page, 100.0, 100.0, &garbage), PageClass::GarbageText);
        assert_eq!(classify(&[], 100.0, 100.0, &garbage), PageClass::Text);
        assert_eq!(classify(&[], 100.0, 100.0, &["7"]), PageClass::Text);
        assert_eq!(classify(&[], 100.0, 100.0, &[]), PageClass::Blank);
    }
}
