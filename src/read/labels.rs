//! The lists of a document → the label a paragraph is shown with, e.g. `Điều 5.` or `a)`.
//!
//! These labels are the addresses of a decree and stand nowhere in the text. What the readers of
//! .docx and .doc share; must not know either format.
//!
//! # Source
//! ISO/IEC 29500-1, 17.9 (numbering).

use std::collections::{BTreeMap, BTreeSet};

use crate::read::{number_format::format_number, symbol};

/// A list has nine levels.
pub const N_LEVELS: usize = 9;
/// No label is longer; longer templates are cut.
pub const LONGEST_TEMPLATE: usize = 200;

/// The lists of a document and how far each has counted.
#[derive(Default)]
pub struct Labels {
    /// The templates by their identifiers.
    pub templates: BTreeMap<u32, Template>,
    /// The lists by theirs.
    pub lists: BTreeMap<u32, List>,
    /// Of a template, shared by all its lists: the last number given at each level.
    counts: BTreeMap<u32, [Option<u32>; N_LEVELS]>,
    /// Lists and levels whose own start was applied.
    started: BTreeSet<(u32, usize)>,
}

/// How the levels of lists look (`abstractNum`, LSTF).
#[derive(Default)]
pub struct Template {
    /// From the outermost.
    pub levels: [Level; N_LEVELS],
    /// The numbering style that holds its levels instead.
    pub follows_style: Option<String>,
    /// The numbering style whose levels these are.
    pub style: Option<String>,
}

/// One list of a template (`num`, LFO).
#[derive(Default)]
pub struct List {
    /// The identifier of its template.
    pub template: u32,
    /// Where its levels start, when not where the template says.
    pub starts: [Option<u32>; N_LEVELS],
    /// Levels that it looks otherwise at.
    pub levels: [Option<Level>; N_LEVELS],
}

/// One level of a template (`lvl`, LVL).
#[derive(Clone, Default)]
pub struct Level {
    /// The first number.
    pub start: u32,
    /// Name of the number format, e.g. `lowerRoman`.
    pub format: String,
    /// The label, with `%1` for the number of the first level.
    pub template: String,
    /// What stands between label and text.
    pub separator: &'static str,
    /// All numbers of the label in Arabic digits.
    pub is_legal: bool,
    /// The level, from 1, above which nothing restarts this one; 0: it never restarts.
    pub restarts_after: Option<usize>,
    /// The paragraph style that stands for this level.
    pub style: Option<u32>,
    /// The label is not shown.
    pub is_hidden: bool,
    /// The font of a bullet.
    pub font: String,
}

impl Labels {
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
