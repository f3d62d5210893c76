//! `numbering.xml` → [`Labels`].
//!
//! Must not count: that is `labels`.
//!
//! # Source
//! ISO/IEC 29500-1, 17.9 (numbering).

use quick_xml::events::BytesStart;

use crate::read::{
    docx::{
        properties::{Names, each_child},
        xml::{Xml, attribute, is_on, number, value},
    },
    error::ReadError,
    labels::{LONGEST_TEMPLATE, Labels, Level, List, N_LEVELS, Template},
};

/// Reads `numbering.xml`.
///
/// # Errors
/// As [`Xml::next`].
pub fn read(xml: &mut Xml, labels: &mut Labels, styles: &mut Names) -> Result<(), ReadError> {
    xml.next()?;
    each_child(xml, |xml, element| {
        let id = |name| attribute(element, name).and_then(|id| id.trim().parse().ok());
        match element.local_name().as_ref() {
            "abstractNum" => {
                let template = read_template(xml, styles)?;
                labels.templates.insert(id("abstractNumId").unwrap_or_default(), template);
            }
            "num" => {
                let list = read_list(xml, styles)?;
                labels.lists.insert(id("numId").unwrap_or_default(), list);
            }
            _ => xml.skip()?,
        }
        Ok(())
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Budget, Limits};

    /// The labels of paragraphs, each given as list and level.
    #[track_caller]
    fn check(numbering_xml: &str, paragraphs: &[(u32, u8)], expect: &[&str]) {
        let limits = Limits::default();
        let mut budget = Budget::new(&limits);
        let mut labels = Labels::default();
        let text = format!("<w:numbering>{numbering_xml}</w:numbering>");
        let mut xml = Xml::new(&text, "numbering.xml", &mut budget);
        read(&mut xml, &mut labels, &mut Names::default()).unwrap();
        let found: Vec<String> =
            paragraphs.iter().map(|&(list, level)| labels.next_label(list, level)).collect();
        assert_eq!(found, expect);
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
}
