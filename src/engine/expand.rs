//! [`Expander`]: short forms and what they stand for, both ways, as words of a query:
//! `UBND` ⇄ `ủy ban nhân dân`.

use std::collections::BTreeMap;

use crate::{
    domain::tables::Tables,
    engine::analyse::{Word, words},
};

/// The unambiguous abbreviations of the tables, ready for look-up by words.
#[derive(Debug, Clone, Default)]
pub struct Expander {
    /// Folded short form to the words it stands for.
    by_short: BTreeMap<String, Vec<Word>>,
    /// Folded words joined by one space to the short form.
    by_expansion: BTreeMap<String, Word>,
    /// Words of the longest expansion.
    longest: usize,
}

/// One or several neighbouring words of a query and the other way to write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// As typed.
    pub typed: Vec<Word>,
    /// The other way, when there is one.
    pub other: Option<Vec<Word>>,
}

impl Expander {
    /// Takes over the abbreviations; those with several meanings are left out, because a
    /// document with the other meaning is no answer.
    pub fn new(tables: &Tables) -> Self {
        let mut expander = Self::default();
        for abbreviation in tables.abbreviations().filter(|row| !row.is_ambiguous) {
            let [short] = &words(&abbreviation.short)[..] else { continue };
            let long = words(&abbreviation.expansion);
            if long.len() < 2 {
                continue;
            }
            expander.longest = expander.longest.max(long.len());
            expander.by_expansion.entry(joined(&long)).or_insert_with(|| short.clone());
            expander.by_short.entry(short.folded.as_str().to_owned()).or_insert(long);
        }
        expander
    }

    /// Cuts words into units, longest expansions first from the left.
    pub fn units(&self, typed: &[Word]) -> Vec<Unit> {
        let mut units = Vec::new();
        let mut rest = typed;
        while let Some((first, after_first)) = rest.split_first() {
            let long = (2..=self.longest.min(rest.len()))
                .rev()
                .find_map(|n| Some((n, self.by_expansion.get(&joined(&rest[..n]))?)));
            if let Some((n, short)) = long {
                let (typed, after) = rest.split_at(n);
                units.push(Unit { typed: typed.to_vec(), other: Some(vec![short.clone()]) });
                rest = after;
                continue;
            }
            let other = self.by_short.get(first.folded.as_str()).cloned();
            units.push(Unit { typed: vec![first.clone()], other });
            rest = after_first;
        }
        units
    }
}

fn joined(words: &[Word]) -> String {
    words.iter().map(|word| word.folded.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: &str) {
        let units = Expander::new(Tables::builtin()).units(&words(typed));
        let shown: Vec<String> = units
            .iter()
            .map(|unit| match &unit.other {
                Some(other) => format!("{}={}", joined(&unit.typed), joined(other)),
                None => joined(&unit.typed),
            })
            .collect();
        assert_eq!(shown.join("; "), expected);
    }

    #[test]
    fn both_ways() {
        check("UBND tỉnh", "ubnd=uy ban nhan dan; tinh");
        check("ủy ban nhân dân tỉnh", "uy ban nhan dan=ubnd; tinh");
        check("uy ban nhan", "uy; ban; nhan"); // not the whole of it
        check("BTC", "btc"); // Bộ Tài chính or Ban Tổ chức: left as typed
        check("", "");
    }
}
