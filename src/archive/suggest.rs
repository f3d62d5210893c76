//! What somebody typing may want: numbers, bodies, signers, and how the last word goes on.

use crate::{
    archive::{Archive, ArchiveError},
    catalog::Head,
    context::Context,
    domain::date::PartialDate,
    engine::{
        KeyField, TextField, Token,
        analyse::{folded_key, pair_folded, words},
    },
    query::{self, Meaning, NumberQuery},
    source::Limits,
    text::fold::fold,
};

/// One row of the list under the box.
#[derive(Debug, Clone, PartialEq)]
pub enum Suggestion {
    /// A document by its number.
    Number(Box<Head>),
    /// A body or a person, as a choice beside the list of hits.
    Value {
        /// [`KeyField::Issuer`] or [`KeyField::Signer`].
        field: KeyField,
        /// For [`Filter::values`](super::Filter::values).
        value: String,
        /// What it is called.
        label: String,
        /// Documents that have it.
        count: u64,
    },
    /// What was typed with its last word completed.
    Words {
        /// All words.
        text: String,
        /// Documents in which the last two stand side by side.
        count: u64,
    },
}

/// Longer texts are pasted, not typed.
const MAX_CHARS: usize = 60;
/// Rows of one kind beside others.
const MAX_ALIKE: usize = 3;
/// Spellings of the last two words that are looked at.
const MAX_SPELLINGS: usize = 200;

impl Archive {
    /// The rows for what is typed so far: numbers first, then bodies, signers, words; at most
    /// `limit`.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn suggest(
        &self,
        typed: &str,
        today: PartialDate,
        limit: usize,
    ) -> Result<Vec<Suggestion>, ArchiveError> {
        let typed = typed.trim();
        let mut rows = Vec::new();
        if typed.is_empty() || typed.chars().count() > MAX_CHARS {
            return Ok(rows);
        }
        let is_number = typed.starts_with('/') || typed.contains(|c: char| c.is_ascii_digit());
        if is_number {
            rows.extend(
                self.numbers(typed, limit)?.into_iter().map(Box::new).map(Suggestion::Number),
            );
            if rows.len() < limit
                && let Some(number) = self.number_typed(typed, today)
            {
                for head in self.numbers_of(&number, limit)? {
                    let row = Suggestion::Number(Box::new(head));
                    if !rows.contains(&row) {
                        rows.push(row);
                    }
                }
            }
        } else if typed.chars().count() > 1 {
            for field in [KeyField::Issuer, KeyField::Signer] {
                rows.extend(self.values(field, typed)?);
            }
            rows.extend(self.completions(typed)?);
        }
        rows.truncate(limit);
        Ok(rows)
    }

    /// The number when nothing else was typed: in the middle of a number, or a band.
    fn number_typed(&self, typed: &str, today: PartialDate) -> Option<NumberQuery> {
        let context = Context::new(&self.tables, Limits::default());
        let mut clauses = query::parse(&context, today, typed).0.clauses;
        let only = clauses.pop().filter(|clause| clauses.is_empty() && !clause.is_excluded)?;
        match only.meaning {
            Meaning::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The values of a field that have a word which begins so.
    fn values(&self, field: KeyField, typed: &str) -> Result<Vec<Suggestion>, ArchiveError> {
        let part = folded_key(typed);
        let mut rows = Vec::new();
        for (value, count) in self.engine.values(field)? {
            // Bodies of the tables go by an identifier, not by their name.
            let label = match field {
                KeyField::Issuer => Some(self.label(field, &value)?),
                _ => None,
            };
            let key = label.as_deref().map_or_else(|| value.clone(), folded_key);
            if has_part(&key, &part) {
                rows.push((value, label, count));
            }
            if rows.len() == MAX_ALIKE {
                break;
            }
        }
        let row =
            |(value, label, count): (String, Option<String>, u64)| -> Result<_, ArchiveError> {
                let label = label.map_or_else(|| self.label(field, &value), Ok)?;
                Ok(Suggestion::Value { field, value, label, count })
            };
        rows.into_iter().map(row).collect()
    }

    /// The likeliest ends of the last word, told by the word before it.
    fn completions(&self, typed: &str) -> Result<Vec<Suggestion>, ArchiveError> {
        let all = words(typed);
        let [.., before, last] = &all[..] else { return Ok(Vec::new()) };
        let folded = pair_folded(before, last);
        let Some(prefix) = Token::new(folded.as_str().trim_end_matches('|')) else {
            return Ok(Vec::new());
        };
        let found = self.engine.words(TextField::Pair, &prefix, MAX_SPELLINGS)?;
        let head = typed.rsplit_once(char::is_whitespace).map_or("", |(head, _)| head);
        let mut rows: Vec<Suggestion> = Vec::new();
        for (token, count) in found {
            let (folded, exact) = token.split_once('|').unwrap_or((token.as_str(), ""));
            let spelled = if exact.is_empty() { folded } else { exact };
            let Some((one, two)) = spelled.split_once('_') else { continue };
            let typed_so = |typed: &str, whole: &str| {
                fold(typed) == typed && fold(whole).starts_with(typed) || whole.starts_with(typed)
            };
            let agrees = !before.has_accents() || before.exact.as_str() == one;
            if !agrees || !typed_so(last.exact.as_str(), two) || two == last.exact.as_str() {
                continue;
            }
            rows.push(Suggestion::Words { text: format!("{head} {two}"), count });
            if rows.len() == MAX_ALIKE {
                break;
            }
        }
        Ok(rows)
    }
}

/// Whether words joined by `_` have this beginning at one of them.
fn has_part(key: &str, part: &str) -> bool {
    key.match_indices(part).any(|(at, _)| at == 0 || key.as_bytes()[at - 1] == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_begin_at_words() {
        for (part, is_part) in
            [("nguyen", true), ("van", true), ("van_a", true), ("an", true), ("uyen", false)]
        {
            assert_eq!(has_part("nguyen_van_an", part), is_part, "{part}");
        }
    }
}
