//! How well two keys and two titles agree.

use crate::text::fold::fold;

/// How two document keys compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// All parts are known and equal.
    Same,
    /// Nothing contradicts, but a part is unknown on one side.
    Unknown,
    /// All agrees but the period.
    OtherPeriod,
    /// Another document.
    Other,
}

/// Compares `issuer|TYPE|number|period` with another key, `?` fitting everything.
pub(super) fn fit(one: &str, other: &str) -> Fit {
    let (Some(one), Some(other)) = (parts(one), parts(other)) else { return Fit::Other };
    let issuers = issuers_fit(one[0], other[0]);
    let types = part_fit(one[1], other[1]);
    let numbers = part_fit(one[2], other[2]);
    let periods = part_fit(one[3], other[3]);
    if [issuers, types, numbers].contains(&Fit::Other) {
        return Fit::Other;
    }
    match periods {
        Fit::Other => Fit::OtherPeriod,
        _ if [issuers, types, numbers, periods].contains(&Fit::Unknown) => Fit::Unknown,
        _ => Fit::Same,
    }
}

fn parts(key: &str) -> Option<[&str; 4]> {
    let mut parts = key.split('|');
    let found = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(found)
}

fn part_fit(one: &str, other: &str) -> Fit {
    match (one, other) {
        ("?", _) | (_, "?") => Fit::Unknown,
        _ if one == other => Fit::Same,
        _ => Fit::Other,
    }
}

/// `?.ubnd` fits `caobang.ubnd`; `?.SLĐTBXH`, a sign alone, fits every body, because the signs
/// have been compared before.
fn issuers_fit(one: &str, other: &str) -> Fit {
    let unknown = |id: &str| id == "?" || id.starts_with("?.");
    if !unknown(one) && !unknown(other) {
        return part_fit(one, other);
    }
    let local = |id: &'_ str| id.rsplit_once('.').map(|(_, local)| local.to_owned());
    let is_sign = |local: &String| local.chars().any(char::is_uppercase);
    match (local(one), local(other)) {
        (Some(a), Some(b)) if a != b && !is_sign(&a) && !is_sign(&b) => Fit::Other,
        _ => Fit::Unknown,
    }
}

/// The share of the words of a cited title that a subject holds, from 0 to 1; words are compared
/// without accents.
pub(super) fn title_share(title: &str, subject: &str) -> f32 {
    let words = |text: &str| -> Vec<String> {
        let folded = fold(text);
        let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let mut left = words(subject);
    // `về việc` and the type word stand in one of them only.
    let cited: Vec<String> = words(title);
    let n_words = cited.len();
    if n_words == 0 {
        return 0.0;
    }
    let mut n_found = 0;
    for word in cited {
        if let Some(at) = left.iter().position(|other| *other == word) {
            left.swap_remove(at);
            n_found += 1;
        }
    }
    n_found as f32 / n_words as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_part_by_part() {
        let full = "caobang.ubnd|KH|5|2019";
        assert_eq!(fit(full, full), Fit::Same);
        assert_eq!(fit("caobang.ubnd|KH|5|?", full), Fit::Unknown);
        assert_eq!(fit("?.ubnd|KH|5|2019", full), Fit::Unknown);
        assert_eq!(fit("?.hdnd|KH|5|2019", full), Fit::Other);
        assert_eq!(fit("?.UBND|KH|5|2019", full), Fit::Unknown); // a sign alone
        assert_eq!(fit("?|?|5|?", full), Fit::Unknown);
        assert_eq!(fit("langson.ubnd|KH|5|2019", full), Fit::Other);
        assert_eq!(fit("caobang.ubnd|KH|5|2018", full), Fit::OtherPeriod);
        assert_eq!(fit("caobang.ubnd|KH|6|?", full), Fit::Other);
        assert_eq!(fit("", full), Fit::Other);
    }

    #[test]
    fn titles_by_their_words() {
        assert_eq!(title_share("Về việc trồng sen", "trồng sen và nuôi cá về việc"), 1.0);
        assert_eq!(title_share("trồng lúa", "trồng sen"), 0.5);
        assert_eq!(title_share("", "trồng sen"), 0.0);
    }
}
