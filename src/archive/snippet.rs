//! [`Finder`]: the passage of a text that answers a query best, with the places to mark.
//!
//! Two looks at a text: the first runs over all of it, folded, and only tells where words that
//! look alike stand; the second takes the few best places apart with the tokenizer of the index.
//! So a text of 10 MB costs milliseconds, and what is marked is exactly what was found.
//! Must not know HTML: marks are numbers.

use std::{collections::VecDeque, ops::Range};

use aho_corasick::{AhoCorasick, MatchKind};

use crate::{
    domain::found::Span,
    engine::{
        Token,
        analyse::{Word, is_body},
    },
    text::{
        Text,
        fold::fold_to,
        tokens::{Term, term, tokens},
    },
};

/// A passage of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The passage; line ends are spaces.
    pub text: String,
    /// What to mark, in order, without overlap.
    pub marks: Vec<Mark>,
    /// Page, from 1.
    pub page: u32,
    /// Whether text of the page comes before.
    pub is_cut_before: bool,
    /// Whether text of the page follows.
    pub is_cut_after: bool,
    /// How often words of the query stand in the document; counting stops at 1,000.
    pub n_places: usize,
}

/// A range to mark.
///
/// # Units
/// Characters (Unicode scalar values) of the passage, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// First character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// Whether the diacritics are those that were typed.
    pub is_exact: bool,
}

/// Looks for the words of one query in any number of texts.
#[derive(Debug)]
pub struct Finder {
    words: Vec<Wanted>,
    /// The patterns of all words, `None` when there are no words.
    automaton: Option<AhoCorasick>,
    /// Which word a pattern belongs to.
    word_of_pattern: Vec<usize>,
}

#[derive(Debug)]
struct Wanted {
    folded: Token,
    exact: Token,
    /// Whether diacritics were typed, so that they count.
    has_accents: bool,
}

/// Words of a query that are looked for; more do not help anybody.
const MAX_WORDS: usize = 32;
/// Length of a passage in characters, about three lines of a result.
const PASSAGE_CHARS: usize = 240;
/// Characters shown before the first mark.
const LEAD_CHARS: usize = 60;
/// Longest piece of text looked at as one, in bytes.
const UNIT_BYTES: usize = 1024;
/// How many places get the second look.
const MAX_CANDIDATES: usize = 32;
/// Counting of places stops here.
const MAX_PLACES: usize = 1_000;

impl Finder {
    /// Prepares the words of a query; repeated ones count once.
    pub fn new(words: &[Word]) -> Self {
        let mut wanted: Vec<Wanted> = Vec::new();
        for word in words {
            if wanted.len() < MAX_WORDS && !wanted.iter().any(|known| known.exact == word.exact) {
                wanted.push(Wanted {
                    folded: word.folded.clone(),
                    exact: word.exact.clone(),
                    has_accents: word.has_accents(),
                });
            }
        }
        let mut patterns = Vec::new();
        let mut word_of_pattern = Vec::new();
        for (index, word) in wanted.iter().enumerate() {
            for pattern in spellings(word.folded.as_str()) {
                patterns.push(pattern);
                word_of_pattern.push(index);
            }
        }
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns);
        let automaton = automaton.ok().filter(|_| !patterns.is_empty());
        Self { words: wanted, automaton, word_of_pattern }
    }

    /// The passage with most different words; of equal ones that with most right diacritics,
    /// then with most words in the order of the query, then the first. `None` when the body of
    /// the text has none of the words.
    pub fn snippet(&self, text: &Text) -> Option<Snippet> {
        let (candidates, n_places) = self.candidates(text);
        let best = candidates
            .into_iter()
            .filter_map(|region| self.best_passage(text, region))
            // `max_by_key` takes the last of equals.
            .rev()
            .max_by_key(|passage| passage.worth)?;
        Some(self.cut(text, best, n_places))
    }

    /// Every place of the words, in order; at most 1,000.
    ///
    /// # Units
    /// Bytes of the text.
    pub fn spans(&self, text: &Text) -> Vec<Span> {
        let mut spans = Vec::new();
        let Some(automaton) = &self.automaton else { return spans };
        let mut folded = String::new();
        for (range, _) in units(text) {
            fold_to(&text.as_str()[range.clone()], &mut folded);
            let mut looks = automaton.find_overlapping_iter(&folded);
            if !looks.any(|found| is_whole_word(&folded, found.range())) {
                continue;
            }
            let hits = self.hits(text, &range);
            spans.extend(hits.iter().map(|hit| Span::new(hit.range.start, hit.range.end)));
            if spans.len() >= MAX_PLACES {
                spans.truncate(MAX_PLACES);
                break;
            }
        }
        spans
    }

    /// How many different words of the query are among the words of a short text, and how many
    /// of them with the diacritics that were typed.
    pub fn count(&self, words: &[Word]) -> (usize, usize) {
        let has = |test: &dyn Fn(&Word, &Wanted) -> bool| {
            self.words.iter().filter(|wanted| words.iter().any(|word| test(word, wanted))).count()
        };
        let folded = has(&|word, wanted| word.folded == wanted.folded);
        let exact = has(&|word, wanted| {
            word.folded == wanted.folded && (!wanted.has_accents || word.exact == wanted.exact)
        });
        (folded, exact)
    }

    /// First look: the places with most different words, in order, and how many places there are.
    fn candidates(&self, text: &Text) -> (Vec<Region>, usize) {
        let Some(automaton) = &self.automaton else { return (Vec::new(), 0) };
        let mut best: Vec<(u32, Region)> = Vec::new();
        let mut n_places = 0;
        let mut recent: VecDeque<Unit> = VecDeque::new();
        let mut folded = String::new();
        for (range, page) in units(text) {
            fold_to(&text.as_str()[range.clone()], &mut folded);
            let mut words = 0u32;
            for found in automaton.find_overlapping_iter(&folded) {
                if is_whole_word(&folded, found.range()) {
                    words |= 1 << self.word_of_pattern[found.pattern().as_usize()];
                    n_places += 1;
                }
            }
            recent.push_back(Unit { range: range.clone(), page, words });
            while recent.len() > 1 && !recent[0].reaches(page, range.end) {
                recent.pop_front();
            }
            if words == 0 {
                continue;
            }
            let nearby = recent.iter().fold(0, |words, unit| words | unit.words);
            let start = recent[0].range.start;
            keep(&mut best, nearby.count_ones(), Region { range: start..range.end, page });
            let all_found = nearby.count_ones() as usize == self.words.len();
            if n_places >= MAX_PLACES && all_found {
                break;
            }
        }
        (best.into_iter().map(|(_, region)| region).collect(), n_places.min(MAX_PLACES))
    }

    /// Second look: the best run of words within one passage length. Measured in bytes, which
    /// are more than characters, so that the words before the first mark have room too.
    fn best_passage(&self, text: &Text, region: Region) -> Option<Passage> {
        let hits = self.hits(text, &region.range);
        let mut best: Option<Passage> = None;
        let mut start = 0;
        for end in 0..hits.len() {
            while hits[end].range.end - hits[start].range.start > PASSAGE_CHARS {
                start += 1;
                if start > end {
                    break;
                }
            }
            if start > end {
                continue; // a single word longer than a passage
            }
            let run = &hits[start..=end];
            let worth = self.worth(run);
            if best.as_ref().is_none_or(|best| worth > best.worth) {
                let page = region.page;
                best = Some(Passage { hits: run.to_vec(), page, worth });
            }
        }
        best
    }

    fn hits(&self, text: &Text, range: &Range<usize>) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (span, word) in tokens(&text.as_str()[range.clone()]) {
            let folded = term(word, Term::Folded);
            let alike = |wanted: &&Wanted| wanted.folded.as_str() == folded;
            if !self.words.iter().any(|wanted| alike(&wanted)) {
                continue;
            }
            let exact = term(word, Term::Exact);
            let right = self.words.iter().position(|wanted| wanted.exact.as_str() == exact);
            let index = right.or_else(|| self.words.iter().position(|wanted| alike(&wanted)));
            let Some(index) = index else { continue };
            hits.push(Hit {
                range: range.start + span.start as usize..range.start + span.end as usize,
                word: index,
                is_exact: right.is_some() || !self.words[index].has_accents,
            });
        }
        hits
    }

    fn worth(&self, run: &[Hit]) -> Worth {
        let mut words = 0u32;
        let mut exact_words = 0u32;
        for hit in run {
            words |= 1 << hit.word;
            if hit.is_exact {
                exact_words |= 1 << hit.word;
            }
        }
        let in_order = run.windows(2).filter(|two| {
            two[1].word == two[0].word + 1 && two[1].range.start <= two[0].range.end + 2
        });
        Worth {
            n_words: words.count_ones(),
            n_exact_words: exact_words.count_ones(),
            n_in_order: in_order.count().min(self.words.len()),
        }
    }

    /// Cuts the passage out of the text and translates bytes to characters.
    fn cut(&self, text: &Text, passage: Passage, n_places: usize) -> Snippet {
        let Passage { hits, page, .. } = passage;
        let whole = text.as_str();
        let page_range = page_range(text, page);
        let first = hits.first().map_or(page_range.start, |hit| hit.range.start);
        let last = hits.last().map_or(first, |hit| hit.range.end);
        let start = lead_start(&whole[page_range.clone()], page_range.start, first);
        let end = passage_end(&whole[page_range.clone()], page_range.start, start, last);
        // Other words of the query may stand in what was added on both sides.
        let marks = marks(whole, start..end, &self.hits(text, &(start..end)));
        Snippet {
            text: whole[start..end].replace('\n', " "),
            marks,
            page,
            is_cut_before: !whole[page_range.start..start].trim().is_empty(),
            is_cut_after: !whole[end..page_range.end].trim().is_empty(),
            n_places,
        }
    }
}

/// A piece of a page in the first look.
#[derive(Debug, Clone)]
struct Unit {
    range: Range<usize>,
    page: u32,
    /// One bit a word.
    words: u32,
}

impl Unit {
    /// Whether a passage that begins here may reach to a place of a page.
    fn reaches(&self, page: u32, end: usize) -> bool {
        self.page == page && end - self.range.start <= UNIT_BYTES
    }
}

/// A place for the second look.
#[derive(Debug, Clone)]
struct Region {
    range: Range<usize>,
    page: u32,
}

/// A word of the query in the text.
#[derive(Debug, Clone)]
struct Hit {
    range: Range<usize>,
    word: usize,
    is_exact: bool,
}

struct Passage {
    hits: Vec<Hit>,
    page: u32,
    worth: Worth,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Worth {
    n_words: u32,
    n_exact_words: u32,
    n_in_order: usize,
}

/// Keeps the best places; among equals the first ones.
fn keep(best: &mut Vec<(u32, Region)>, n_words: u32, region: Region) {
    if best.len() == MAX_CANDIDATES {
        let worst = best.iter().map(|(n, _)| *n).min().unwrap_or_default();
        if n_words <= worst {
            return;
        }
        if let Some(at) = best.iter().rposition(|(n, _)| *n == worst) {
            best.remove(at);
        }
    }
    best.push((n_words, region));
}

/// The pieces of the body in order: lines, long ones in parts.
fn units(text: &Text) -> impl Iterator<Item = (Range<usize>, u32)> {
    text.lines.iter().filter(|line| is_body(&line.kind)).flat_map(move |line| {
        let mut rest = line.span.range();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let end = unit_end(text.as_str(), &rest);
            let unit = rest.start..end;
            rest.start = end;
            Some((unit, line.page))
        })
    })
}

/// Where a unit ends: after the last space within its length, so that no word is cut.
fn unit_end(text: &str, rest: &Range<usize>) -> usize {
    if rest.len() <= UNIT_BYTES {
        return rest.end;
    }
    let limit = text.floor_char_boundary(rest.start + UNIT_BYTES);
    match text[rest.start..limit].rfind(' ') {
        Some(space) => rest.start + space + 1,
        None => limit,
    }
}

/// The spellings in a folded text of a folded word: i for y, zeros and points of numbers.
fn spellings(word: &str) -> Vec<String> {
    let mut spellings = vec![word.to_owned()];
    if let Some(stem) = word.strip_suffix('i') {
        spellings.push(format!("{stem}y"));
    }
    if word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        let mut dotted = String::new();
        for (at, digit) in word.chars().enumerate() {
            if at > 0 && (word.len() - at).is_multiple_of(3) {
                dotted.push('.');
            }
            dotted.push(digit);
        }
        spellings.push(dotted);
    }
    spellings
}

/// Whether a match may be a word: no letter beside a letter, no digit but zeros before a digit.
/// The second look decides.
fn is_whole_word(folded: &str, found: Range<usize>) -> bool {
    let bytes = folded.as_bytes();
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80;
    let clash = |inside: u8, outside: u8| {
        is_letter(inside) && is_letter(outside)
            || inside.is_ascii_digit() && outside.is_ascii_digit()
    };
    let before = match bytes[found.start] {
        byte if byte.is_ascii_digit() => bytes[..found.start].iter().rfind(|&&byte| byte != b'0'),
        _ => bytes[..found.start].last(),
    };
    let clashes_before = before.is_some_and(|&before| clash(bytes[found.start], before));
    let after = bytes.get(found.end);
    let clashes_after = after.is_some_and(|&after| clash(bytes[found.end - 1], after));
    !clashes_before && !clashes_after
}

/// The bytes of a page's body.
fn page_range(text: &Text, page: u32) -> Range<usize> {
    let mut lines = text.lines.iter().filter(|line| line.page == page && is_body(&line.kind));
    let Some(first) = lines.next() else { return 0..0 };
    let last = lines.next_back().unwrap_or(first);
    first.span.start as usize..last.span.end as usize
}

/// Where the passage begins: some words before the first mark, at the start of a word.
fn lead_start(page: &str, offset: usize, first: usize) -> usize {
    let before = &page[..first - offset];
    let lead = before.char_indices().rev().nth(LEAD_CHARS - 1).map_or(0, |(at, _)| at);
    if lead == 0 {
        return offset + before.len() - before.trim_start().len();
    }
    let space = before[lead..].find(char::is_whitespace);
    let start = space.map_or(before.len(), |at| lead + at);
    offset + start + (before[start..].len() - before[start..].trim_start().len())
}

/// Where the passage ends: at its length, at the end of a word, not before the last mark.
fn passage_end(page: &str, offset: usize, start: usize, last: usize) -> usize {
    let rest = &page[start - offset..];
    let Some((limit, _)) = rest.char_indices().nth(PASSAGE_CHARS) else {
        return start + rest.trim_end().len();
    };
    let space = rest[..limit].rfind(char::is_whitespace).unwrap_or(limit);
    let end = (start + rest[..space].trim_end().len()).max(last);
    page.floor_char_boundary(end - offset) + offset
}

/// The marks in characters; neighbours with one space between become one.
fn marks(whole: &str, passage: Range<usize>, hits: &[Hit]) -> Vec<Mark> {
    let exact: Vec<usize> = hits.iter().filter(|hit| hit.is_exact).map(|hit| hit.word).collect();
    let mut marks: Vec<Mark> = Vec::new();
    let mut at_byte = passage.start;
    let mut at_char = 0;
    let mut end_byte = 0;
    for hit in hits {
        // Beside words with the right diacritics those with others only distract.
        if !hit.is_exact && exact.contains(&hit.word) {
            continue;
        }
        at_char += whole[at_byte..hit.range.start].chars().count();
        let n_chars = whole[hit.range.clone()].chars().count();
        let mark = Mark { start: at_char, end: at_char + n_chars, is_exact: hit.is_exact };
        let is_neighbour =
            hit.range.start == end_byte + 1 && matches!(whole.as_bytes()[end_byte], b' ' | b'\n');
        match marks.last_mut() {
            Some(last) if is_neighbour && last.is_exact == mark.is_exact => last.end = mark.end,
            _ => marks.push(mark),
        }
        at_char += n_chars;
        at_byte = hit.range.end;
        end_byte = hit.range.end;
    }
    marks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::analyse::words;

    /// The passage with marks: `[exact]`, `(folded)`, `…` where it is cut.
    fn shown(snippet: &Snippet) -> String {
        let chars: Vec<char> = snippet.text.chars().collect();
        let mut shown = String::new();
        let mut at = 0;
        for mark in &snippet.marks {
            shown.extend(&chars[at..mark.start]);
            let inside: String = chars[mark.start..mark.end].iter().collect();
            shown.push_str(&if mark.is_exact {
                format!("[{inside}]")
            } else {
                format!("({inside})")
            });
            at = mark.end;
        }
        shown.extend(&chars[at..]);
        let before = if snippet.is_cut_before { "…" } else { "" };
        let after = if snippet.is_cut_after { "…" } else { "" };
        format!("{before}{shown}{after}")
    }

    #[track_caller]
    fn check(text: &str, query: &str, expected: &str) {
        let snippet = Finder::new(&words(query)).snippet(&Text::from_plain(text));
        assert_eq!(snippet.as_ref().map(shown).as_deref().unwrap_or("none"), expected);
    }

    #[test]
    fn marks_what_was_typed() {
        check("Kế hoạch phòng chống bão", "phong chong", "Kế hoạch [phòng chống] bão");
        check("Kế hoạch phòng, chống bão", "chống phòng", "Kế hoạch [phòng], [chống] bão");
        check("Uỷ ban nhân dân", "ủy ban", "[Uỷ ban] nhân dân"); // the other tone placement
        check("QUÝ I năm 2020", "qui", "[QUÝ] I năm 2020"); // i for y
        check("ngày 05/3/2020", "5", "ngày [05]/3/2020"); // leading zero
        check("chi 5.000.000 đồng", "5000000", "chi [5.000.000] đồng");
        check("ngày26 tháng 3", "ngày", "[ngày]26 tháng 3"); // glued in PDFs
        check("Kế hoạch", "bão", "none");
        check("", "bão", "none");
        check("Kế hoạch", "", "none");
    }

    #[test]
    fn right_diacritics_before_others() {
        check("làm đương kim, sửa đường", "đường", "làm đương kim, sửa [đường]");
        check("làm đương kim", "đường", "làm (đương) kim"); // nothing better there
        check("làm đương kim, sửa đường", "duong", "làm [đương] kim, sửa [đường]");
    }

    #[test]
    fn line_ends_are_spaces() {
        check("thi đua\nkhen thưởng", "đua khen", "thi [đua khen] thưởng");
    }

    #[test]
    fn passage_with_most_words_wins() {
        let filler = "xin chào các anh các chị ".repeat(30);
        let text = format!("thi đua. {filler} thi đua khen thưởng. {filler} khen thưởng");
        let snippet = Finder::new(&words("thi đua khen thưởng")).snippet(&Text::from_plain(&text));
        let shown = shown(&snippet.unwrap());
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.contains(" [thi đua khen thưởng]. "), "{shown}");
        assert!(shown.chars().count() < 260, "{shown}");
    }

    #[test]
    fn passage_reaches_over_short_lines() {
        check(
            "giao nhà cho cơ quan\nkhông có gì\nthi đua\nviệc khác\nkhen thưởng",
            "thi đua khen thưởng",
            "giao nhà cho cơ quan không có gì [thi đua] việc khác [khen thưởng]",
        );
    }

    #[test]
    fn page_and_count_of_places() {
        let text = Text::from_plain("một\u{c}hai bão\nba bão bão\u{c}bão lụt");
        let snippet = Finder::new(&words("bão")).snippet(&text).unwrap();
        assert_eq!((snippet.page, snippet.n_places), (2, 4));
        assert_eq!(shown(&snippet), "hai [bão] ba [bão bão]"); // the page ends the passage
        let snippet = Finder::new(&words("bão lụt")).snippet(&text).unwrap();
        assert_eq!((snippet.page, shown(&snippet).as_str()), (3, "[bão lụt]"));
    }

    #[test]
    fn words_longer_than_a_passage_do_no_harm() {
        let long = "a".repeat(3_000);
        let text = Text::from_plain(&format!("{long} bão {long}"));
        let snippet = Finder::new(&words("bão")).snippet(&text).unwrap();
        assert!(shown(&snippet).contains("[bão]"));
        assert!(Finder::new(&words(&long)).snippet(&text).is_none());
    }

    proptest! {
        #[test]
        fn marks_lie_inside_and_cover_words_of_the_query(
            text in "[a-cđà-ãấýỳ0-2 .,\n\u{c}]{0,600}",
            query in "[a-cđà-ãấýỳ0-2 ]{1,12}",
        ) {
            let text = Text::from_plain(&text);
            let wanted = words(&query);
            let Some(snippet) = Finder::new(&wanted).snippet(&text) else { return Ok(()) };
            let chars: Vec<char> = snippet.text.chars().collect();
            prop_assert!(!snippet.marks.is_empty());
            let mut last = 0;
            for mark in &snippet.marks {
                prop_assert!(last <= mark.start && mark.start < mark.end && mark.end <= chars.len());
                last = mark.end;
                let marked: String = chars[mark.start..mark.end].iter().collect();
                for word in words(&marked) {
                    prop_assert!(wanted.iter().any(|w| w.folded == word.folded), "{marked}");
                }
            }
        }

        #[test]
        fn every_word_of_the_body_is_found(text in "[a-cđà-ãấýỳ0-2 .,\n]{1,80}") {
            let text = Text::from_plain(&text);
            for word in words(text.as_str()) {
                let snippet = Finder::new(std::slice::from_ref(&word)).snippet(&text);
                prop_assert!(snippet.is_some(), "{word:?} in {:?}", text.as_str());
            }
        }
    }
}
