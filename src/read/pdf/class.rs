//! What a page holds: words, an image, a scanner's garbage, nothing.

use crate::{
    layout::{BBox, PageClass},
    text::syllable::{Tally, is_letter},
};

/// An image that covers this part of the page is the page.
const PAGE_IMAGE: f32 = 0.8;
/// An image that covers this part of a page with hardly a word is what there is to read: the
/// gazette prints scanned pages inside its own margins.
const PART_IMAGE: f32 = 0.25;
/// A scan may carry a stamped number and date, but no more words than this.
const FEW_WORDS: usize = 20;
/// More glyphs than this whose characters nobody knows are a text that must be recognised.
const MANY_GLYPHS: usize = 60;
/// A scanner's layer has fewer plausible syllables than this part of its words.
const PLAUSIBLE: f32 = 0.6;

/// Classes a page by its images and by the words that are its own: without watermarks,
/// stamps and running lines.
///
/// `n_unknown` glyphs are drawn that no font of the file says the characters of.
pub(super) fn classify(
    images: &[BBox],
    (width, height): (f32, f32),
    words: &[&str],
    n_unknown: usize,
) -> PageClass {
    let n_known: usize = words.iter().map(|word| word.chars().count()).sum();
    if n_unknown > MANY_GLYPHS && n_unknown > n_known {
        return PageClass::GarbageText;
    }
    let covered = covered(images, width, height);
    let is_image = covered >= PAGE_IMAGE;
    let n_words = words.iter().filter(|word| word.chars().any(char::is_alphabetic)).count();
    match (is_image, n_words) {
        (_, 0..FEW_WORDS) if covered >= PART_IMAGE => PageClass::Image,
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
/// Abbreviations and headings in capitals do not count: they tell neither way.
fn plausibility(words: &[&str]) -> f32 {
    let mut tally = Tally::default();
    for part in words.iter().flat_map(|word| word.split(|c: char| !is_letter(c))) {
        if part.chars().any(char::is_lowercase) {
            tally.add(part);
        }
    }
    if tally.n_words == 0 { 1.0 } else { tally.share() }
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
        let c = |images: &[BBox], words: &[&str]| classify(images, (100.0, 100.0), words, 0);
        assert_eq!(c(&page, &[]), PageClass::Image);
        assert_eq!(c(&strips, &[]), PageClass::Image);
        assert_eq!(c(&page, &["Số", "12"]), PageClass::Image);
        assert_eq!(c(&page, &words), PageClass::Text);
        assert_eq!(c(&page, &garbage), PageClass::GarbageText);
        assert_eq!(c(&[], &garbage), PageClass::Text);
        assert_eq!(c(&[], &["7"]), PageClass::Text);
        assert_eq!(c(&[], &[]), PageClass::Blank);
        let half = [BBox { x0: 10.0, y0: 10.0, x1: 90.0, y1: 50.0 }];
        assert_eq!(c(&half, &["TM.", "CHÍNH", "PHỦ"]), PageClass::Image);
        assert_eq!(c(&half, &words), PageClass::Text);
        // A text in fonts that do not say what their glyphs are.
        assert_eq!(classify(&[], (100.0, 100.0), &["7"], 900), PageClass::GarbageText);
        assert_eq!(classify(&[], (100.0, 100.0), &["7"], 20), PageClass::Text);
    }
}
