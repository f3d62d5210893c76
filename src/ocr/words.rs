//! Lines of words in pixels → [`RecognisedPage`] in points.

use super::{hocr::HocrLine, picture::Picture};
use crate::{
    layout::BBox,
    recognised::{RecognisedPage, Word},
};

/// Words below this confidence that are hardly words are specks and scribbles.
const NOISE: f32 = 0.35;
/// Stamps are read among rings, stars and signatures: only what is clear is believed.
const CLEAR_STAMP: f32 = 0.6;
/// From the height of a line between ascenders and descenders to its font size.
const SIZE_OF_HEIGHT: f32 = 0.9;
/// Lines whose size differs from that of most by no more than this part are of that size:
/// the estimate wavers with the letters that happen to stand in a line.
const SAME_SIZE: f32 = 0.16;

/// The mean confidence of the words, by their length; 0 without words.
pub(super) fn confidence(lines: &[HocrLine]) -> f32 {
    let words = lines.iter().flat_map(|line| &line.words);
    let (sum, n) = words.fold((0.0, 0.0), |(sum, n), word| {
        let length = word.text.chars().count() as f32;
        (sum + word.confidence * length, n + length)
    });
    if n == 0.0 { 0.0 } else { sum / n }
}

/// Brings the lines of a page, and those of its stamps, into points; `degrees` is the direction
/// in which the text runs on the displayed page.
pub(super) fn page(
    picture: &Picture,
    lines: &[HocrLine],
    stamps: &[HocrLine],
    dpi: f32,
    degrees: f32,
) -> RecognisedPage {
    let scale = 72.0 / dpi;
    let usual = usual_size(lines) * SIZE_OF_HEIGHT * scale;
    let mut page = RecognisedPage { degrees, ..RecognisedPage::default() };
    page.width = picture.width as f32 * scale;
    page.height = picture.height as f32 * scale;
    let all = lines.iter().map(|line| (line, false)).chain(stamps.iter().map(|line| (line, true)));
    for (number, (line, is_stamp)) in all.enumerate() {
        let size = line.size * SIZE_OF_HEIGHT * scale;
        let is_usual = (size - usual).abs() <= SAME_SIZE * usual;
        let size = if is_usual { usual } else { size };
        // Where the baseline passes the middle of the line: what is left of the skew is not
        // to pull the words of one line apart.
        let (slope, offset) = line.baseline;
        let baseline = line.bbox[3] + offset + slope * (line.bbox[2] - line.bbox[0]) / 2.0;
        let n_letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        // Ruling lines, folds and specks are read as dashes and dots.
        if line.words.iter().all(|word| n_letters(&word.text) == 0) {
            continue;
        }
        for word in &line.words {
            let n_letters = n_letters(&word.text);
            let is_stroke =
                word.text.chars().all(|c| matches!(c, '|' | '_' | 'ˆ' | '`' | '~' | '¬'));
            let is_noise = is_stroke
                || word.confidence < NOISE && n_letters < 3
                || is_stamp && (word.confidence < CLEAR_STAMP || n_letters < 2);
            if is_noise {
                continue;
            }
            let [x0, y0, x1, y1] = word.bbox.map(|pixels| pixels * scale);
            page.words.push(Word {
                text: word.text.clone(),
                bbox: BBox { x0, y0, x1, y1 },
                line: number as u32,
                baseline: baseline * scale,
                size: (size * 2.0).round() / 2.0,
                confidence: word.confidence,
                digit_confidence: word.digit_confidence,
                candidates: word.candidates.clone(),
                is_stamp,
            });
        }
    }
    page
}

/// The median height of the lines, each counted by its words.
fn usual_size(lines: &[HocrLine]) -> f32 {
    let mut sizes: Vec<f32> =
        lines.iter().flat_map(|line| line.words.iter().map(|_| line.size)).collect();
    sizes.sort_by(f32::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(0.0)
}
