//! hOCR → lines of words in pixels: what Tesseract answers.
//!
//! # Source
//! hOCR 1.2 (kba.github.io/hocr-spec/1.2): `bbox`, `baseline`, `x_wconf`, `x_bboxes`; `x_size`,
//! `x_conf` and the choices (`x_confs`) as Tesseract 4 and 5 write them.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

/// A digit whose next reading is at least this likely, from 0 to 100, has that reading as a candidate.
const MIN_CHOICE: f32 = 12.0;
/// At most so many other readings of a word.
const MAX_CANDIDATES: usize = 4;

/// One line of text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct HocrLine {
    /// Left, top, right, bottom.
    pub bbox: [f32; 4],
    /// Slope, and distance from the bottom of the box at its left edge (negative is above).
    pub baseline: (f32, f32),
    /// Height from ascenders to descenders.
    pub size: f32,
    pub words: Vec<HocrWord>,
}

/// One word.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct HocrWord {
    pub bbox: [f32; 4],
    pub text: String,
    /// From 0 to 1.
    pub confidence: f32,
    /// Of its least certain digit; 1 without digits.
    pub digit_confidence: f32,
    /// The word with one digit read otherwise.
    pub candidates: Vec<String>,
}

/// A character and what else it may be, with how likely that is, from 0 to 100.
struct Glyph {
    text: String,
    confidence: f32,
    choices: Vec<(String, f32)>,
}

/// Reads the lines of the only page of an answer; what cannot be understood is left out.
pub(super) fn parse(hocr: &str) -> Vec<HocrLine> {
    let mut reader = Reader::from_str(hocr);
    let mut lines: Vec<HocrLine> = Vec::new();
    let mut glyphs: Vec<Glyph> = Vec::new();
    let mut target = Target::Nothing;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                let class = attribute(&element, "class");
                let title = attribute(&element, "title");
                match class.as_str() {
                    "ocr_line" | "ocr_header" | "ocr_caption" | "ocr_textfloat" => {
                        finish_word(&mut lines, &mut glyphs);
                        lines.push(line(&title));
                    }
                    "ocrx_word" => {
                        finish_word(&mut lines, &mut glyphs);
                        let word = HocrWord {
                            bbox: numbers(&title, "bbox").try_into().unwrap_or_default(),
                            confidence: number(&title, "x_wconf").unwrap_or(0.0) / 100.0,
                            digit_confidence: 1.0,
                            ..HocrWord::default()
                        };
                        // Words stand in lines; without one there is nowhere to put it.
                        if let Some(line) = lines.last_mut() {
                            line.words.push(word);
                        }
                        target = Target::Word;
                    }
                    "ocrx_cinfo" => {
                        if let Some(confidence) = number(&title, "x_conf") {
                            let text = String::new();
                            glyphs.push(Glyph { text, confidence, choices: Vec::new() });
                            target = Target::Glyph;
                        } else if let Some(likely) = number(&title, "x_confs") {
                            if let Some(glyph) = glyphs.last_mut() {
                                glyph.choices.push((String::new(), likely));
                            }
                            target = Target::Choice;
                        } else {
                            target = Target::Nothing;
                        }
                    }
                    // Emphasis inside a word.
                    "" => {}
                    _ => target = Target::Nothing,
                }
            }
            Ok(Event::Text(text)) => put(&text, target, &mut lines, &mut glyphs),
            Ok(Event::GeneralRef(reference)) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    _ => match &*reference {
                        "amp" => "&".to_owned(),
                        "lt" => "<".to_owned(),
                        "gt" => ">".to_owned(),
                        "quot" => "\"".to_owned(),
                        "apos" => "'".to_owned(),
                        _ => continue,
                    },
                };
                put(&resolved, target, &mut lines, &mut glyphs);
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    finish_word(&mut lines, &mut glyphs);
    for line in &mut lines {
        line.words.retain(|word| !word.text.is_empty());
    }
    lines.retain(|line| !line.words.is_empty());
    lines
}

/// What the next text belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Target {
    Nothing,
    Word,
    Glyph,
    Choice,
}

fn put(text: &str, target: Target, lines: &mut [HocrLine], glyphs: &mut [Glyph]) {
    let text = text.trim();
    let place = match target {
        Target::Nothing => None,
        Target::Word => {
            lines.last_mut().and_then(|line| line.words.last_mut()).map(|word| &mut word.text)
        }
        Target::Glyph => glyphs.last_mut().map(|glyph| &mut glyph.text),
        Target::Choice => {
            glyphs.last_mut().and_then(|glyph| glyph.choices.last_mut()).map(|choice| &mut choice.0)
        }
    };
    if let Some(place) = place {
        place.push_str(text);
    }
}

/// Puts the characters that were collected into the last word.
fn finish_word(lines: &mut [HocrLine], glyphs: &mut Vec<Glyph>) {
    let glyphs = std::mem::take(glyphs);
    let Some(word) = lines.last_mut().and_then(|line| line.words.last_mut()) else { return };
    if glyphs.is_empty() {
        return;
    }
    word.text = glyphs.iter().map(|glyph| glyph.text.as_str()).collect();
    let mut candidates: Vec<(f32, String)> = Vec::new();
    for (at, glyph) in glyphs.iter().enumerate() {
        let is_digit = is_digit(&glyph.text);
        if is_digit {
            word.digit_confidence = word.digit_confidence.min(glyph.confidence / 100.0);
        }
        for (other, likely) in &glyph.choices {
            let concerns_digits = is_digit || self::is_digit(other);
            if concerns_digits && *likely >= MIN_CHOICE && *other != glyph.text && !other.is_empty()
            {
                let text = glyphs.iter().enumerate().map(|(index, glyph)| {
                    if index == at { other.as_str() } else { glyph.text.as_str() }
                });
                candidates.push((*likely, text.collect()));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
    word.candidates = candidates.into_iter().take(MAX_CANDIDATES).map(|(_, text)| text).collect();
}

fn is_digit(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn line(title: &str) -> HocrLine {
    let baseline = numbers(title, "baseline");
    HocrLine {
        bbox: numbers(title, "bbox").try_into().unwrap_or_default(),
        baseline: match baseline.as_slice() {
            [slope, offset] => (*slope, *offset),
            _ => (0.0, 0.0),
        },
        size: number(title, "x_size").unwrap_or(0.0),
        words: Vec::new(),
    }
}

fn attribute(element: &BytesStart, name: &str) -> String {
    let found = element.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
    found.map_or_else(String::new, |found| found.value.into_owned())
}

/// The numbers behind a property of a title, e.g. `bbox 1 2 3 4; x_wconf 96`.
fn numbers(title: &str, property: &str) -> Vec<f32> {
    let values = title.split(';').find_map(|part| {
        let (name, values) = part.trim().split_once(' ')?;
        (name == property).then_some(values)
    });
    let values = values.unwrap_or_default().split_whitespace();
    values.map_while(|value| value.parse().ok()).collect()
}

fn number(title: &str, property: &str) -> Option<f32> {
    numbers(title, property).first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_words_and_digits() {
        let hocr = "<html><body><div class='ocr_page' title='bbox 0 0 9 9'>
            <span class='ocr_line' title=\"bbox 10 20 300 60; baseline 0.002 -9; x_size 41.5\">
             <span class='ocrx_word' title='bbox 10 20 60 50; x_wconf 96'>
              <span class='ocrx_cinfo' title='x_bboxes 1 2 3 4; x_conf 99'>S</span>
              <span class='ocrx_cinfo' title='x_bboxes 1 2 3 4; x_conf 98'>ố</span></span>
             <span class='ocrx_word' title='bbox 70 20 160 50; x_wconf 71'>
              <span class='ocrx_cinfo' title='x_bboxes 1 2 3 4; x_conf 99'>1</span>
               <span class='ocrx_cinfo' id='lstm_choices_1'>
                <span class='ocrx_cinfo' title='x_confs 93'>1</span>
                <span class='ocrx_cinfo' title='x_confs 2'>7</span></span>
              <span class='ocrx_cinfo' title='x_bboxes 1 2 3 4; x_conf 61'>3</span>
               <span class='ocrx_cinfo' id='lstm_choices_2'>
                <span class='ocrx_cinfo' title='x_confs 55'>3</span>
                <span class='ocrx_cinfo' title='x_confs 33'>8</span></span>
              <span class='ocrx_cinfo' title='x_bboxes 1 2 3 4; x_conf 97'>&amp;</span></span>
             <span class='ocrx_word' title='bbox 170 20 190 50; x_wconf 10'> </span>
            </span></div></body></html>";
        let lines = parse(hocr);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].baseline, (0.002, -9.0));
        assert_eq!((lines[0].size, lines[0].bbox), (41.5, [10.0, 20.0, 300.0, 60.0]));
        let words: Vec<&str> = lines[0].words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(words, ["Số", "13&"]);
        assert_eq!(lines[0].words[0].digit_confidence, 1.0);
        assert_eq!(lines[0].words[1].digit_confidence, 0.61);
        assert_eq!(lines[0].words[1].candidates, ["18&"]);
    }

    #[test]
    fn words_without_characters_of_their_own() {
        let hocr = "<p><span class='ocr_line' title='bbox 0 0 9 9'>\
            <span class='ocrx_word' title='bbox 0 0 9 9; x_wconf 50'><strong>Điều</strong></span>";
        assert_eq!(parse(hocr)[0].words[0].text, "Điều");
        assert!(parse("").is_empty());
        assert!(parse("<span class='ocrx_word'>no line</span>").is_empty());
    }
}
