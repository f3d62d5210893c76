//! List tables (PlfLst, PlfLfo) → [`Labels`]: a list is known by the number paragraphs use.
//!
//! # Source
//! [MS-DOC] 2.9.147 (LSTF), 2.9.150 (LVL), 2.9.133 (LFOLVL), 2.9.192 (PlfLfo).

use std::collections::BTreeMap;

use super::{
    fib::{u16_at, u32_at},
    sprm,
    styles::Sheet,
};
use crate::read::labels::{LONGEST_TEMPLATE, Labels, Level, List, N_LEVELS, Template};

const LSTF_BYTES: usize = 28;
const LFO_BYTES: usize = 16;
const NO_STYLE: u16 = 0x0FFF;

/// Reads both tables. `lists` goes on past its stated end, `n_list_bytes`: the levels follow.
pub fn read(lists: &[u8], n_list_bytes: usize, overrides: &[u8], sheet: &Sheet) -> Labels {
    let mut labels = Labels::default();
    let mut templates: BTreeMap<u32, u32> = BTreeMap::new();
    let n_lists = u16_at(lists, 0).unwrap_or_default();
    let mut at = n_list_bytes;
    for number in 0..u32::from(n_lists) {
        let start = 2 + LSTF_BYTES * number as usize;
        let Some(lstf) = lists.get(start..start + LSTF_BYTES) else { break };
        let is_simple = lstf[26] & 1 != 0;
        let mut template = Template::default();
        for depth in 0..if is_simple { 1 } else { N_LEVELS } {
            let Some((mut level, n_bytes)) = read_level(lists.get(at..).unwrap_or_default(), sheet)
            else {
                break;
            };
            let style = u16_at(lstf, 8 + 2 * depth).filter(|&style| style != NO_STYLE);
            level.style = style.map(u32::from);
            template.levels[depth] = level;
            at += n_bytes;
        }
        templates.insert(u32_at(lstf, 0).unwrap_or_default(), number);
        labels.templates.insert(number, template);
    }
    read_overrides(overrides, &templates, sheet, &mut labels);
    labels
}

fn read_overrides(
    overrides: &[u8],
    templates: &BTreeMap<u32, u32>,
    sheet: &Sheet,
    labels: &mut Labels,
) {
    let n_lists = u32_at(overrides, 0).unwrap_or_default();
    let mut at = (n_lists as usize).saturating_mul(LFO_BYTES).saturating_add(4);
    for number in 0..n_lists {
        let start = 4 + LFO_BYTES * number as usize;
        let Some(lfo) = overrides.get(start..start + LFO_BYTES) else { return };
        let template = u32_at(lfo, 0).and_then(|id| templates.get(&id));
        let mut list = List { template: template.copied().unwrap_or(u32::MAX), ..List::default() };
        // Before its levels each list has four bytes of no meaning.
        at += 4;
        for _ in 0..lfo[12] {
            let (Some(start), Some(flags)) = (u32_at(overrides, at), u32_at(overrides, at + 4))
            else {
                break;
            };
            at += 8;
            let depth = (flags as usize & 0xF).min(N_LEVELS - 1);
            let (has_start, has_level) = (flags & 0x10 != 0, flags & 0x20 != 0);
            if has_level {
                let Some((level, n_bytes)) =
                    read_level(overrides.get(at..).unwrap_or_default(), sheet)
                else {
                    break;
                };
                at += n_bytes;
                if has_start {
                    list.starts[depth] = Some(level.start);
                }
                list.levels[depth] = Some(level);
            } else if has_start {
                list.starts[depth] = Some(start);
            }
        }
        labels.lists.insert(number + 1, list);
    }
}

/// One level, and how many bytes it takes.
fn read_level(lvl: &[u8], sheet: &Sheet) -> Option<(Level, usize)> {
    const LVLF_BYTES: usize = 28;
    const IS_LEGAL: u8 = 0b100;
    const RESTARTS_OTHERWISE: u8 = 0b1000;
    let head = lvl.get(..LVLF_BYTES)?;
    let (n_character, n_paragraph) = (usize::from(head[24]), usize::from(head[25]));
    let modifiers = LVLF_BYTES + n_paragraph;
    let characters = lvl.get(modifiers..modifiers + n_character)?;
    let text = modifiers + n_character;
    let n_units = usize::from(u16_at(lvl, text)?);
    let units = lvl.get(text + 2..text + 2 + 2 * n_units)?;
    let units = units.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let mut template = String::new();
    for character in char::decode_utf16(units.take(LONGEST_TEMPLATE)) {
        match character.unwrap_or('\u{FFFD}') {
            place @ '\0'..='\u{8}' => template += &format!("%{}", u32::from(place) + 1),
            character => template.push(character),
        }
    }
    let mut run = super::styles::Run::default();
    sheet.modify_run(&mut run, characters, super::styles::Run::default());
    let mut has_font = false;
    sprm::each(characters, |modifier, _| has_font |= modifier == sprm::FONT_ASCII);
    let level = Level {
        start: u32_at(head, 0)?,
        format: format_name(head[4]).to_owned(),
        template,
        separator: if head[15] == 2 { "" } else { " " },
        is_legal: head[5] & IS_LEGAL != 0,
        restarts_after: (head[5] & RESTARTS_OTHERWISE != 0).then_some(usize::from(head[26])),
        style: None,
        is_hidden: run.is_hidden,
        font: if has_font { sheet.font(run.font).to_owned() } else { String::new() },
    };
    Some((level, text + 2 + 2 * n_units))
}

/// The name under which .docx knows a number format.
///
/// # Source
/// [MS-OSHARED] 2.2.1.3 (MSONFC).
fn format_name(code: u8) -> &'static str {
    match code {
        1 => "upperRoman",
        2 => "lowerRoman",
        3 => "upperLetter",
        4 => "lowerLetter",
        5 => "ordinal",
        6 => "cardinalText",
        9 => "chicago",
        18 => "decimalEnclosedCircle",
        22 => "decimalZero",
        23 => "bullet",
        57 => "numberInDash",
        255 => "none",
        _ => "decimal",
    }
}
