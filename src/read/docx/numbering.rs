//! `numbering.xml` → the label a paragraph is shown with, e.g. `Điều 5.` or `a)`.
//!
//! These labels are the addresses of a decree and stand nowhere in the text. Must not read text.
//!
//! # Source
//! ISO/IEC 29500-1, 17.9 (numbering), 17.18.59 (ST_NumberFormat).

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::events::BytesStart;

use crate::read::{
    docx::{
        properties::{Names, each_child},
        symbol,
        xml::{Xml, attribute, is_on, number, value},
    },
    error::ReadError,
};

/// A list has nine levels.
const N_LEVELS: usize = 9;
/// No label is longer; longer templates are cut.
const LONGEST_TEMPLATE: usize = 200;

/// The lists of a document and how far each has counted.
#[derive(Default)]
pub struct Numbering {
    templates: BTreeMap<u32, Template>,
    lists: BTreeMap<u32, List>,
    /// Of a template, shared by all its lists: the last number given at each level.
    counts: BTreeMap<u32, [Option<u32>; N_LEVELS]>,
    /// Lists and levels whose own start was applied.
    started: BTreeSet<(u32, usize)>,
}

/// An `abstractNum`.
#[derive(Default)]
struct Template {
    levels: [Level; N_LEVELS],
    /// The numbering style that holds its levels instead.
    follows_style: Option<String>,
    /// The numbering style whose levels these are.
    style: Option<String>,
}

/// A `num`.
#[derive(Default)]
struct List {
    template: u32,
    starts: [Option<u32>; N_LEVELS],
    levels: [Option<Level>; N_LEVELS],
}

/// A `lvl`.
#[derive(Clone, Default)]
struct Level {
    start: u32,
    format: String,
    template: String,
    separator: &'static str,
    /// All numbers of the label in Arabic digits.
    is_legal: bool,
    /// The level, from 1, above which nothing restarts this one; 0: it never restarts.
    restarts_after: Option<usize>,
    /// The paragraph style that stands for this level.
    style: Option<u32>,
    is_hidden: bool,
    font: String,
}

impl Numbering {
    /// Reads `numbering.xml`.
    ///
    /// # Errors
    /// As [`Xml::next`].
    pub fn read(&mut self, xml: &mut Xml, styles: &mut Names) -> Result<(), ReadError> {
        xml.next()?;
        each_child(xml, |xml, element| {
            let id = |name| attribute(element, name).and_then(|id| id.trim().parse().ok());
            match element.local_name().as_ref() {
                "abstractNum" => {
                    let template = read_template(xml, styles)?;
                    self.templates.insert(id("abstractNumId").unwrap_or_default(), template);
                }
                "num" => {
                    let list = read_list(xml, styles)?;
                    self.lists.insert(id("numId").unwrap_or_default(), list);
                }
                _ => xml.skip()?,
            }
            Ok(())
        })
    }

    /// Which level of a list a paragraph style stands for.
    pub fn level_of_style(&self, list: u32, style: u32) -> Option<u8> {
        let list = self.lists.get(&list)?;
        let template = self.template_of(list);
        (0..N_LEVELS)
            .find(|&level| self.level(list, template, level).style == Some(style))
            .map(|l| l as u8)
    }

    /// Counts one paragraph of a list and gives its label with the space after it; empty when
    /// the level shows none.
    pub fn next_label(&mut self, list_id: u32, level: u8) -> String {
        let Some(list) = self.lists.get(&list_id) else { return String::new() };
        let depth = usize::from(level).min(N_LEVELS - 1);
        let template_id = self.template_of(list);
        let mut counts = self.counts.get(&template_id).copied().unwrap_or_default();
        let own_start = list.starts[depth].filter(|_| self.started.insert((list_id, depth)));
        let first = self.level(list, template_id, depth).start;
        let count = match (own_start, counts[depth]) {
            (Some(start), _) => start,
            (None, Some(last)) => last.saturating_add(1),
            (None, None) => list.starts[depth].unwrap_or(first),
        };
        counts[depth] = Some(count);
        for (deeper, count) in counts.iter_mut().enumerate().skip(depth + 1) {
            let restarts_after =
                self.level(list, template_id, deeper).restarts_after.unwrap_or(deeper);
            if depth < restarts_after {
                *count = None;
            }
        }
        // A level above that was never used counts as used once.
        for (above, count) in counts.iter_mut().enumerate().take(depth) {
            let start = list.starts[above].unwrap_or(self.level(list, template_id, above).start);
            count.get_or_insert(start);
        }
        let label = self.label(list, template_id, depth, &counts);
        self.counts.insert(template_id, counts);
        label
    }

    fn label(
        &self,
        list: &List,
        template: u32,
        depth: usize,
        counts: &[Option<u32>; N_LEVELS],
    ) -> String {
        let level = self.level(list, template, depth);
        if level.is_hidden {
            return String::new();
        }
        if level.format == "bullet" {
            let bullet: String =
                level.template.chars().map(|c| symbol::shown(&level.font, c)).collect();
            return if bullet.trim().is_empty() { bullet } else { bullet + level.separator };
        }
        let mut label = String::new();
        let mut characters = level.template.chars().peekable();
        while let Some(character) = characters.next() {
            let place = characters.peek().and_then(|digit| digit.to_digit(10));
            let shown = place.and_then(|place| (place as usize).checked_sub(1));
            match shown.filter(|&shown| character == '%' && shown < N_LEVELS) {
                Some(shown) => {
                    characters.next();
                    let format = if level.is_legal {
                        "decimal"
                    } else {
                        self.level(list, template, shown).format.as_str()
                    };
                    label += &format_number(counts[shown].unwrap_or_default(), format);
                }
                None => label.push(character),
            }
        }
        if label.is_empty() { label } else { label + level.separator }
    }

    fn level<'a>(&'a self, list: &'a List, template: u32, depth: usize) -> &'a Level {
        static NO_LEVEL: Level = Level {
            start: 1,
            format: String::new(),
            template: String::new(),
            separator: "",
            is_legal: false,
            restarts_after: None,
            style: None,
            is_hidden: true,
            font: String::new(),
        };
        if let Some(level) = &list.levels[depth] {
            return level;
        }
        self.templates.get(&template).map_or(&NO_LEVEL, |t| &t.levels[depth])
    }

    /// The template of a list, by way of a numbering style where it names one.
    fn template_of(&self, list: &List) -> u32 {
        let Some(template) = self.templates.get(&list.template) else { return list.template };
        let Some(style) = &template.follows_style else { return list.template };
        let holder = self.templates.iter().find(|(_, t)| t.style.as_ref() == Some(style));
        holder.map_or(list.template, |(id, _)| *id)
    }
}

fn read_template(xml: &mut Xml, styles: &mut Names) -> Result<Template, ReadError> {
    let mut template = Template::default();
    each_child(xml, |xml, element| {
        let text = value(element).map(|value| value.into_owned());
        match element.local_name().as_ref() {
            "lvl" => {
                let depth = depth_of(element);
                let level = read_level(xml, styles)?;
                if let Some(slot) = depth.and_then(|depth| template.levels.get_mut(depth)) {
                    *slot = level;
                }
                return Ok(());
            }
            "numStyleLink" => template.follows_style = text,
            "styleLink" => template.style = text,
            _ => {}
        }
        xml.skip()
    })?;
    Ok(template)
}

fn read_list(xml: &mut Xml, styles: &mut Names) -> Result<List, ReadError> {
    let mut list = List::default();
    each_child(xml, |xml, element| match element.local_name().as_ref() {
        "abstractNumId" => {
            list.template = number(element).unwrap_or_default();
            xml.skip()
        }
        "lvlOverride" => {
            let depth = depth_of(element).unwrap_or_default().min(N_LEVELS - 1);
            each_child(xml, |xml, element| match element.local_name().as_ref() {
                "startOverride" => {
                    list.starts[depth] = number(element);
                    xml.skip()
                }
                "lvl" => {
                    list.levels[depth] = Some(read_level(xml, styles)?);
                    Ok(())
                }
                _ => xml.skip(),
            })
        }
        _ => xml.skip(),
    })?;
    Ok(list)
}

fn depth_of(element: &BytesStart) -> Option<usize> {
    attribute(element, "ilvl")?.trim().parse().ok()
}

fn read_level(xml: &mut Xml, styles: &mut Names) -> Result<Level, ReadError> {
    // Without a `start` element a level starts at 0; without a suffix a tab follows.
    let mut level = Level { separator: " ", format: "decimal".to_owned(), ..Level::default() };
    each_child(xml, |xml, element| {
        match element.local_name().as_ref() {
            "start" => level.start = number(element).unwrap_or_default(),
            "numFmt" => level.format = value(element).unwrap_or_default().into_owned(),
            "lvlText" => {
                let template = value(element).unwrap_or_default();
                level.template = template.chars().take(LONGEST_TEMPLATE).collect();
            }
            "suff" if value(element).is_some_and(|v| v == "nothing") => level.separator = "",
            "isLgl" => level.is_legal = is_on(element),
            "lvlRestart" => level.restarts_after = number(element),
            "pStyle" => level.style = value(element).map(|id| styles.intern(&id)),
            "rPr" => {
                return each_child(xml, |xml, element| {
                    match element.local_name().as_ref() {
                        "vanish" => level.is_hidden = is_on(element),
                        "rFonts" => {
                            let font = attribute(element, "ascii");
                            let font = font.or_else(|| attribute(element, "hAnsi"));
                            level.font = font.unwrap_or_default().into_owned();
                        }
                        _ => {}
                    }
                    xml.skip()
                });
            }
            _ => {}
        }
        xml.skip()
    })?;
    Ok(level)
}

/// Writes a number in one of Word's formats; one that is not known is decimal.
pub fn format_number(number: u32, format: &str) -> String {
    match format {
        "none" => String::new(),
        "decimalZero" => format!("{number:02}"),
        "upperRoman" => roman(number),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperLetter" => letters(number),
        "lowerLetter" => letters(number).to_lowercase(),
        "numberInDash" => format!("- {number} -"),
        "decimalEnclosedParen" => format!("({number})"),
        "decimalEnclosedFullstop" => format!("{number}."),
        "chicago" => chicago(number),
        _ => number.to_string(),
    }
}

fn roman(number: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    const LARGEST: u32 = 32_767;
    if number == 0 || number > LARGEST {
        return number.to_string();
    }
    let mut rest = number;
    let mut roman = String::new();
    for (value, sign) in SIGNS {
        while rest >= value {
            roman += sign;
            rest -= value;
        }
    }
    roman
}

/// A … Z, AA, BB … ZZ, AAA: the letter is repeated, not counted on.
fn letters(number: u32) -> String {
    const LARGEST: u32 = 780;
    let Some(index) = number.checked_sub(1).filter(|_| number <= LARGEST) else {
        return number.to_string();
    };
    let letter = char::from(b'A' + (index % 26) as u8);
    std::iter::repeat_n(letter, index as usize / 26 + 1).collect()
}

/// *, †, ‡, §, **, ††, …
fn chicago(number: u32) -> String {
    const LARGEST: u32 = 100;
    let Some(index) = number.checked_sub(1).filter(|_| number <= LARGEST) else {
        return number.to_string();
    };
    let mark = ['*', '†', '‡', '§'][index as usize % 4];
    std::iter::repeat_n(mark, index as usize / 4 + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Budget, Limits};

    /// The labels of paragraphs, each given as list and level.
    #[track_caller]
    fn check(numbering_xml: &str, paragraphs: &[(u32, u8)], expect: &[&str]) {
        let limits = Limits::default();
        let mut budget = Budget::new(&limits);
        let mut numbering = Numbering::default();
        let text = format!("<w:numbering>{numbering_xml}</w:numbering>");
        let mut xml = Xml::new(&text, "numbering.xml", &mut budget);
        numbering.read(&mut xml, &mut Names::default()).unwrap();
        let labels: Vec<String> =
            paragraphs.iter().map(|&(list, level)| numbering.next_label(list, level)).collect();
        assert_eq!(labels, expect);
    }

    fn level(depth: u8, format: &str, template: &str, more: &str) -> String {
        format!(
            "<w:lvl w:ilvl='{depth}'><w:start w:val='1'/><w:numFmt w:val='{format}'/>{more}\
             <w:lvlText w:val='{template}'/></w:lvl>"
        )
    }

    fn template(id: u32, levels: &[String]) -> String {
        format!("<w:abstractNum w:abstractNumId='{id}'>{}</w:abstractNum>", levels.concat())
    }

    fn list(id: u32, template: u32, more: &str) -> String {
        format!("<w:num w:numId='{id}'><w:abstractNumId w:val='{template}'/>{more}</w:num>")
    }

    #[test]
    fn articles_clauses_and_points() {
        let decree = template(
            0,
            &[
                level(0, "upperRoman", "Chương %1", ""),
                level(1, "decimal", "Điều %2.", "<w:lvlRestart w:val='0'/>"),
                level(2, "decimal", "%3.", ""),
                level(3, "lowerLetter", "%4)", ""),
            ],
        ) + &list(1, 0, "");
        // Articles run on through the chapters; clauses and points start again.
        check(
            &decree,
            &[(1, 0), (1, 1), (1, 2), (1, 3), (1, 3), (1, 2), (1, 3), (1, 0), (1, 1), (1, 2)],
            &[
                "Chương I ",
                "Điều 1. ",
                "1. ",
                "a) ",
                "b) ",
                "2. ",
                "a) ",
                "Chương II ",
                "Điều 2. ",
                "1. ",
            ],
        );
    }

    #[test]
    fn legal_numbering_and_levels_never_used() {
        let nested = template(
            0,
            &[
                level(0, "upperRoman", "%1.", ""),
                level(1, "decimal", "%1.%2", "<w:suff w:val='space'/>"),
                level(2, "decimal", "%1.%2.%3", "<w:isLgl/><w:suff w:val='nothing'/>"),
            ],
        ) + &list(1, 0, "");
        check(&nested, &[(1, 1), (1, 2), (1, 0), (1, 2)], &["I.1 ", "1.1.1", "II. ", "2.1.1"]);
    }

    #[test]
    fn lists_of_one_template_count_together_unless_they_say_otherwise() {
        let start = "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='5'/></w:lvlOverride>";
        let lists = template(0, &[level(0, "decimal", "%1.", "")])
            + &list(1, 0, "")
            + &list(2, 0, "")
            + &list(3, 0, start);
        check(
            &lists,
            &[(1, 0), (2, 0), (3, 0), (3, 0), (1, 0)],
            &["1. ", "2. ", "5. ", "6. ", "7. "],
        );
    }

    #[test]
    fn numbering_styles_bullets_and_hidden_labels() {
        let linked = "<w:abstractNum w:abstractNumId='0'><w:numStyleLink w:val='S'/>\
             </w:abstractNum><w:abstractNum w:abstractNumId='1'><w:styleLink w:val='S'/>"
            .to_owned()
            + &level(0, "decimalZero", "%1", "")
            + "</w:abstractNum>"
            + &list(1, 0, "");
        check(&linked, &[(1, 0)], &["01 "]);
        let symbol = "<w:rPr><w:rFonts w:ascii='Symbol'/></w:rPr>";
        let bullets = template(
            0,
            &[
                level(0, "bullet", "-", ""),
                level(1, "bullet", "\u{F0B7}", symbol),
                level(2, "decimal", "%3", "<w:rPr><w:vanish/></w:rPr>"),
            ],
        ) + &list(1, 0, "");
        check(&bullets, &[(1, 0), (1, 1), (1, 2)], &["- ", "• ", ""]);
        // A list that is not there shows nothing.
        check("", &[(7, 0)], &[""]);
    }

    #[test]
    fn number_formats() {
        let check = |number, format, expect| assert_eq!(format_number(number, format), expect);
        check(4, "decimal", "4");
        check(1994, "upperRoman", "MCMXCIV");
        check(28, "lowerLetter", "bb");
        check(0, "upperRoman", "0");
        check(u32::MAX, "lowerLetter", "4294967295");
        check(6, "chicago", "††");
        check(3, "ideographTraditional", "3");
    }
}
