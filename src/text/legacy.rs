//! Text in an 8-bit Vietnamese encoding → Unicode: decided font by font and block by block.
//!
//! TCVN3, VNI, VISCII and VPS files reach us as Latin-1 letters (`Céng hoµ` for `Cộng hòa`). The
//! name of a font is a hint and the build of the syllables is the judge: a block is decoded only
//! when it makes more Vietnamese syllables than leaving it. Must not touch text that has a letter
//! of modern Vietnamese, whatever its font says.

use std::collections::BTreeMap;

use crate::{
    domain::record::Warning,
    layout::{Layout, Line, Style},
    text::{
        encoding::{Encoding, capitals_font, font_encoding},
        syllable::{is_syllable, split_tone},
    },
};

/// How much evidence is asked for. Shares are of the words with a letter beyond ASCII.
struct Thresholds {
    /// Words needed when the font's name says nothing.
    min_words: usize,
    /// Share of syllables after decoding when the name says nothing.
    min_share: f32,
    /// By how much decoding must raise the share when the name says nothing.
    min_gain: f32,
    /// Share of syllables after decoding when the name agrees.
    min_share_named: f32,
}

/// Real files: 0.02 to 0.14 undecoded and 0.95 to 1.00 decoded, so the middle is wide.
const THRESHOLDS: Thresholds =
    Thresholds { min_words: 8, min_share: 0.8, min_gain: 0.4, min_share_named: 0.6 };

/// Which text of a layout is decoded, and how.
#[derive(Debug, Default)]
pub struct Plan {
    /// By running number of the block and by font.
    decisions: BTreeMap<(u32, u16), Encoding>,
    /// Representative style of each style: the first with the same font name.
    fonts: Vec<u16>,
    /// By representative style: small letters are drawn as capitals.
    capitals: Vec<bool>,
}

impl Plan {
    /// Weighs a whole layout.
    pub fn of(layout: &Layout) -> Self {
        let lines =
            layout.pages.iter().flat_map(|page| &page.blocks).flat_map(|block| &block.lines);
        if !lines.flat_map(|line| &line.runs).any(|run| may_be_legacy(&run.text)) {
            return Self::default();
        }
        let fonts = representatives(&layout.styles);
        let samples = samples(layout, &fonts);
        if samples.values().all(|sample| sample.evidence.n_words == 0) {
            return Self::default();
        }
        let named =
            |font: u16| layout.styles.get(usize::from(font)).and_then(|s| font_encoding(&s.font));
        let mut by_font: BTreeMap<u16, Evidence> = BTreeMap::new();
        for ((_, font), sample) in &samples {
            by_font.entry(*font).or_default().add(&sample.evidence);
        }
        let proven: BTreeMap<u16, Encoding> = by_font
            .iter()
            .filter_map(|(font, evidence)| Some((*font, evidence.verdict(named(*font))?)))
            .collect();
        // The encoding of the document: what most of its words are proven to be.
        let of_document = proven
            .iter()
            .max_by_key(|(font, _)| by_font[font].n_words)
            .map(|(_, encoding)| *encoding);
        let mut decisions = BTreeMap::new();
        for ((block, font), sample) in &samples {
            let expected = proven.get(font).copied().or_else(|| {
                // A font without a verdict of its own follows the document when its name or its
                // words say the same.
                let of_document = of_document?;
                let evidence = &by_font[font];
                match named(*font) {
                    Some(name) => Some(name),
                    None => (evidence.n_valid(of_document) > evidence.n_raw).then_some(of_document),
                }
            });
            if let Some(encoding) = sample.decide(named(*font), expected) {
                decisions.insert((*block, *font), encoding);
            }
        }
        let capitals = layout.styles.iter().map(|style| capitals_font(&style.font)).collect();
        Self { decisions, fonts, capitals }
    }

    /// Whether nothing is decoded.
    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty()
    }

    /// Appends the characters of a line, decoded where it was so decided.
    pub fn decode_to(&self, block: u32, line: &Line, out: &mut String) {
        let mut at = 0;
        while at < line.runs.len() {
            let how = self.how(block, line.runs[at].style);
            let n =
                line.runs[at..].iter().take_while(|run| self.how(block, run.style) == how).count();
            let raw: String = line.runs[at..at + n].iter().map(|run| run.text.as_str()).collect();
            match how {
                None => out.push_str(&raw),
                Some((encoding, true)) => out.push_str(&encoding.decode(&raw).to_uppercase()),
                Some((encoding, false)) => out.push_str(&capitals_of(&raw, &encoding.decode(&raw))),
            }
            at += n;
        }
    }

    /// The encoding of a run and whether its font draws capitals.
    fn how(&self, block: u32, style: u16) -> Option<(Encoding, bool)> {
        let font = self.fonts.get(usize::from(style)).copied().unwrap_or(style);
        let encoding = *self.decisions.get(&(block, font))?;
        Some((encoding, self.capitals.get(usize::from(font)).copied().unwrap_or(false)))
    }

    /// One warning an encoding, e.g. `decoded 12 blocks from TCVN3`.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut blocks: BTreeMap<Encoding, Vec<u32>> = BTreeMap::new();
        for ((block, _), encoding) in &self.decisions {
            let of_encoding = blocks.entry(*encoding).or_default();
            if of_encoding.last() != Some(block) {
                of_encoding.push(*block);
            }
        }
        let warning = |(encoding, blocks): (Encoding, Vec<u32>)| {
            let plural = if blocks.len() == 1 { "block" } else { "blocks" };
            let message = format!("decoded {} {plural} from {}", blocks.len(), encoding.name());
            Warning::new("legacy_encoding", message)
        };
        blocks.into_iter().map(warning).collect()
    }
}

/// Maps every style to the first one with the same font name.
fn representatives(styles: &[Style]) -> Vec<u16> {
    let mut first: BTreeMap<&str, u16> = BTreeMap::new();
    (0u16..).zip(styles).map(|(n, style)| *first.entry(style.font.as_str()).or_insert(n)).collect()
}

/// What one font draws in one block.
#[derive(Debug, Default)]
struct Sample {
    evidence: Evidence,
    /// It has a letter of modern Vietnamese or a combining mark.
    is_modern: bool,
}

/// Collects the text of every font in every block; blocks are counted as in `text::normalise`.
fn samples(layout: &Layout, fonts: &[u16]) -> BTreeMap<(u32, u16), Sample> {
    let mut samples = BTreeMap::new();
    let blocks = layout.pages.iter().flat_map(|page| &page.blocks);
    let mut texts: BTreeMap<u16, String> = BTreeMap::new();
    for (n, block) in (0u32..).zip(blocks) {
        for line in &block.lines {
            let mut last = None;
            for run in &line.runs {
                let font = fonts.get(usize::from(run.style)).copied().unwrap_or(run.style);
                let text = texts.entry(font).or_default();
                if last != Some(font) {
                    text.push(' ');
                }
                text.push_str(&run.text);
                last = Some(font);
            }
        }
        for (font, text) in std::mem::take(&mut texts) {
            let sample = if has_modern_letter(&text) {
                Sample { is_modern: true, ..Sample::default() }
            } else {
                Sample { evidence: Evidence::of(&text), is_modern: false }
            };
            samples.insert((n, font), sample);
        }
    }
    samples
}

/// Whether a text has any letter or sign that speaks for a legacy encoding: none has been decided
/// without one, and most documents have none.
fn may_be_legacy(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|c| c < '\u{300}' && !is_modern(c) && is_foreign(c))
}

fn is_modern(c: char) -> bool {
    matches!(c, 'Ă' | 'ă' | 'Đ' | 'đ' | 'Ĩ' | 'ĩ' | 'Ũ' | 'ũ' | 'Ơ' | 'ơ' | 'Ư' | 'ư')
        || matches!(c, '\u{1EA0}'..='\u{1EF9}' | '\u{300}'..='\u{323}')
}

/// Whether the text has a letter that only Unicode Vietnamese has, or a combining mark.
fn has_modern_letter(text: &str) -> bool {
    text.chars().any(is_modern)
}

impl Sample {
    /// How this block is read, given what its font is expected to be.
    fn decide(&self, named: Option<Encoding>, expected: Option<Encoding>) -> Option<Encoding> {
        if self.is_modern {
            return None;
        }
        if let Some(encoding) = self.evidence.alone(named) {
            return Some(encoding);
        }
        expected.filter(|encoding| self.evidence.n_valid(*encoding) >= self.evidence.n_raw)
    }
}

/// How many words with a letter beyond ASCII are syllables, undecoded and decoded.
#[derive(Debug, Default, Clone)]
struct Evidence {
    n_words: usize,
    /// Words with a letter or sign that no Vietnamese word has, e.g. the `Þ` of `NghÞ`.
    n_foreign: usize,
    n_raw: usize,
    n_decoded: [usize; Encoding::ALL.len()],
}

impl Evidence {
    fn of(text: &str) -> Self {
        let mut evidence = Self::default();
        if text.is_ascii() {
            return evidence;
        }
        let is_break = |c: char| {
            c.is_whitespace()
                || c.is_ascii() && !c.is_ascii_alphabetic()
                || matches!(c, '\u{2010}'..='\u{2021}' | '\u{2026}')
        };
        let words = text.split(is_break);
        // A lone sign beyond ASCII is as often a bullet as a letter.
        let tells =
            |word: &&str| !word.is_ascii() && word.contains(|c: char| c.is_ascii_alphabetic());
        for word in words.filter(tells) {
            evidence.n_words += 1;
            evidence.n_foreign += usize::from(word.chars().any(is_foreign));
            evidence.n_raw += usize::from(is_syllable(word));
            for (n, encoding) in evidence.n_decoded.iter_mut().zip(Encoding::ALL) {
                *n += usize::from(is_syllable(&encoding.decode(word)));
            }
        }
        evidence
    }

    fn add(&mut self, other: &Evidence) {
        self.n_words += other.n_words;
        self.n_foreign += other.n_foreign;
        self.n_raw += other.n_raw;
        for (n, more) in self.n_decoded.iter_mut().zip(other.n_decoded) {
            *n += more;
        }
    }

    fn n_valid(&self, encoding: Encoding) -> usize {
        self.n_decoded[encoding as usize]
    }

    /// The encoding that makes most syllables; the named one among equals. VPS only when named.
    fn best(&self, named: Option<Encoding>) -> Encoding {
        let rank = |encoding: &Encoding| {
            (self.n_valid(*encoding), named == Some(*encoding), std::cmp::Reverse(*encoding))
        };
        Encoding::ALL
            .into_iter()
            .filter(|encoding| *encoding != Encoding::Vps || named == Some(Encoding::Vps))
            .max_by_key(rank)
            .expect("three encodings are never filtered out")
    }

    fn share(&self, n: usize) -> f32 {
        if self.n_words == 0 { 0.0 } else { n as f32 / self.n_words as f32 }
    }

    /// The encoding, when the words prove it without the font's name.
    fn alone(&self, named: Option<Encoding>) -> Option<Encoding> {
        let best = self.best(named);
        let (share, raw) = (self.share(self.n_valid(best)), self.share(self.n_raw));
        let is_proven = self.n_words >= THRESHOLDS.min_words
            && self.n_foreign > 0
            && share >= THRESHOLDS.min_share
            && share - raw >= THRESHOLDS.min_gain;
        is_proven.then_some(best)
    }

    /// The encoding of a font: proven by the words, or by name and words together.
    fn verdict(&self, named: Option<Encoding>) -> Option<Encoding> {
        self.alone(named).or_else(|| {
            let named = named?;
            let n_valid = self.n_valid(named);
            let agrees = self.n_foreign > 0
                && n_valid > self.n_raw
                && self.share(n_valid) >= THRESHOLDS.min_share_named;
            agrees.then_some(named)
        })
    }
}

/// Whether a character beyond ASCII is no letter of Vietnamese. Text without any is Unicode,
/// misspelt at most.
fn is_foreign(c: char) -> bool {
    !c.is_ascii() && !"aeiouyâêôAEIOUYÂÊÔ".contains(split_tone(c).0)
}

/// Writes the decoded letters of a word in capitals when its ASCII letters are: in an ordinary
/// font `CéNG HOµ` is what was typed for `CỘNG HOÀ`.
///
/// One capital proves nothing (`Uû ban`) unless the whole text is in capitals.
fn capitals_of(raw: &str, decoded: &str) -> String {
    let n_capitals = |text: &str| text.bytes().filter(u8::is_ascii_uppercase).count();
    let has_small = |text: &str| text.bytes().any(|byte| byte.is_ascii_lowercase());
    let all_capitals = !has_small(raw) && n_capitals(raw) >= 3;
    let word = |word: &str| {
        // What was beyond ASCII before decoding is so after it: the count is of the same letters.
        if !has_small(word) && (n_capitals(word) >= 2 || all_capitals) {
            word.to_uppercase()
        } else {
            word.to_owned()
        }
    };
    let words: Vec<String> = decoded.split(' ').map(word).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        layout::{Block, Page, Run},
        text::{normalise, syllable::all_syllables},
    };

    /// One block a line, drawn in one font.
    fn layout(font: &str, lines: &[&str]) -> Layout {
        let block = |text: &&str| Block {
            lines: vec![Line {
                runs: vec![Run { text: (*text).to_owned(), style: 0 }],
                bbox: None,
            }],
            ..Block::default()
        };
        Layout {
            pages: vec![Page {
                number: 1,
                blocks: lines.iter().map(block).collect(),
                ..Page::default()
            }],
            styles: vec![Style { font: font.to_owned(), ..Style::default() }],
        }
    }

    #[track_caller]
    fn check(font: &str, lines: &[&str], expect: &str) {
        let (text, warnings) = normalise(&layout(font, lines));
        let messages: Vec<String> = warnings.into_iter().map(|warning| warning.message).collect();
        assert_eq!(format!("{}{}", text.as_str(), messages.join("; ")), expect);
    }

    const TCVN3: &str =
        "Céng hoµ x· héi chñ nghÜa ViÖt Nam, Uû ban nh©n d©n tØnh, kÕ ho¹ch c«ng t¸c";
    const TCVN3_READ: &str =
        "Cộng hoà xã hội chủ nghĩa Việt Nam, Uỷ ban nhân dân tỉnh, kế hoạch công tác\n";

    #[test]
    fn tcvn3() {
        check(".VnTime", &[TCVN3], &format!("{TCVN3_READ}decoded 1 block from TCVN3"));
        check("", &[TCVN3], &format!("{TCVN3_READ}decoded 1 block from TCVN3")); // no name at all
        check("Arial", &[TCVN3], &format!("{TCVN3_READ}decoded 1 block from TCVN3"));
        // A name and one word are enough when decoding makes more of it.
        check(".VnTime", &["NghÞ"], "Nghị\ndecoded 1 block from TCVN3");
        // `Sè` and `Số` are both syllables: the rest of the document decides.
        check(
            ".VnTime",
            &["Sè: 12", TCVN3],
            &format!("Số: 12\n{TCVN3_READ}decoded 2 blocks from TCVN3"),
        );
        check(".VnTime", &["Sè: 12"], "Sè: 12\n");
    }

    #[test]
    fn tcvn3_letters_that_arrive_as_something_else() {
        // ư as soft hyphen or minus, ã as bullet: letters only next to letters.
        check(
            ".VnTime",
            &["ng\u{AD}êi n\u{2212}íc x\u{2219} ®\u{AD}îc \u{2212} nh\u{2212} \u{2219} trªn"],
            "người nước xã được - như \u{2219} trên\ndecoded 1 block from TCVN3",
        );
    }

    #[test]
    fn tcvn3_capitals() {
        check(".VnTimeH", &["céng hoµ x· héi"], "CỘNG HOÀ XÃ HỘI\ndecoded 1 block from TCVN3");
        check(".VnTime", &["CéNG HOµ X· HéI"], "CỘNG HOÀ XÃ HỘI\ndecoded 1 block from TCVN3");
        check(
            ".VnTime",
            &["QUYÕT §ÞNH cña Uû ban"],
            "QUYẾT ĐỊNH của Uỷ ban\ndecoded 1 block from TCVN3",
        );
        check(".VnTime", &["¸o Êm, A¸ ViÖt"], "áo ấm, Á Việt\ndecoded 1 block from TCVN3"); // a converter's pair
    }

    #[test]
    fn vni_viscii_vps() {
        check(
            "VNI-Times",
            &["Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam, ñöôïc Uûy ban"],
            "Cộng hòa xã hội chủ nghĩa Việt Nam, được Ủy ban\ndecoded 1 block from VNI",
        );
        check(
            "",
            &["Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam ñöôïc"],
            "Cộng hòa xã hội chủ nghĩa Việt Nam được\ndecoded 1 block from VNI",
        );
        check(
            "VISCII Times",
            &["C\u{B5}ng hòa xã h\u{B5}i chü nghîa Vi\u{AE}t Nam"],
            "Cộng hòa xã hội chủ nghĩa Việt Nam\ndecoded 1 block from VISCII",
        );
        check(
            "VPS Times",
            &["C\u{B6}ng hòa x\u{E3} h\u{B6}i ch\u{FB} ngh\u{EF}a Vi\u{152}t Nam"],
            "Cộng hòa xã hội chủ nghĩa Việt Nam\ndecoded 1 block from VPS",
        );
    }

    #[test]
    fn every_letter_of_every_table_decodes() {
        for encoding in Encoding::ALL {
            for (legacy, letter) in encoding.letters() {
                let around = format!("n{legacy}n");
                assert_eq!(
                    encoding.decode(&around),
                    format!("n{letter}n"),
                    "{encoding:?} {legacy:?}"
                );
            }
        }
    }

    #[test]
    fn unicode_is_not_touched() {
        // The name lies: most files that list such fonts are Unicode.
        check(
            ".VnTime",
            &["Kế hoạch số 12, có và là", "Sè có và"],
            "Kế hoạch số 12, có và là\nSè có và\n",
        );
        // Latin-1 letters alone, and other languages.
        check(".VnTime", &["có và là không tôi nhà"], "có và là không tôi nhà\n");
        check(
            "Arial",
            &["Société générale à Genève, été né café où", "Über Größe"],
            "Société générale à Genève, été né café où\nÜber Größe\n",
        );
        check(
            "Symbol",
            &["· one", "· two", "· three", "· a", "· b", "· c", "· d", "· e"],
            "· one\n· two\n· three\n· a\n· b\n· c\n· d\n· e\n",
        );
        check("VPS Times", &["a"], "a\n");
    }

    #[test]
    fn both_in_one_document_are_told_apart() {
        check(
            ".VnTime",
            &["Kế hoạch của Sở", TCVN3],
            &format!("Kế hoạch của Sở\n{TCVN3_READ}decoded 1 block from TCVN3"),
        );
        // TCVN3 and VNI under one name: each block has words enough of its own.
        let vni = "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam ñöôïc Uûy ban nhaân daân";
        check(
            "",
            &[TCVN3, vni],
            &format!(
                "{TCVN3_READ}Cộng hòa xã hội chủ nghĩa Việt Nam được Ủy ban nhân dân\ndecoded 1 block from TCVN3; decoded 1 block from VNI"
            ),
        );
    }

    #[test]
    fn a_letter_split_over_runs_is_whole() {
        let mut layout = layout("VNI-Times", &["nghóa Vieät Nam ñöôïc"]);
        layout.styles.push(Style { font: "VNI-Times".into(), bold: true, ..Style::default() });
        layout.pages[0].blocks[0].lines[0].runs =
            vec![Run { text: "nghóa Vie".into(), style: 0 }, Run { text: "ät".into(), style: 1 }];
        assert_eq!(normalise(&layout).0.as_str(), "nghĩa Việt\n");
    }

    /// Words of Unicode Vietnamese, many of them with Latin-1 letters only.
    fn syllable() -> impl Strategy<Value = String> {
        let onset = prop::sample::select(vec![
            "", "b", "c", "h", "kh", "l", "nh", "t", "th", "đ", "C", "Đ",
        ]);
        let rime = prop::sample::select(vec![
            "à", "á", "ã", "ò", "ó", "õ", "ô", "ù", "ú", "ânh", "ên", "ông", "ài", "áo", "òa",
            "oà", "uỷ", "ạ", "ế", "ưa", "ượng", "an", "ôi", "êu", "ìn", "ít", "óc", "áp", "át",
            "ý",
        ]);
        (onset, rime).prop_map(|(onset, rime)| format!("{onset}{rime}"))
    }

    /// A million syllables in blocks of every length, in fonts of every name: nothing changes.
    #[test]
    fn a_million_syllables_of_unicode_are_not_touched() {
        const N_SYLLABLES: usize = 1_000_000;
        const N_OF_DOCUMENT: usize = 20_000;
        let syllables = all_syllables();
        assert!(syllables.len() > 10_000, "{}", syllables.len());
        let fonts =
            ["Times New Roman", ".VnTime", ".VnTimeH", "VNI-Times", "VISCII", "VPS Times", ""];
        // A generator of numbers of our own, so that the test is the same everywhere.
        let mut state = 2_463_534_242_u32;
        let mut below = |limit: usize| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as usize % limit
        };
        for _ in 0..N_SYLLABLES / N_OF_DOCUMENT {
            let mut blocks = Vec::new();
            let mut n_left = N_OF_DOCUMENT;
            while n_left > 0 {
                let n_words = (1 + below(30)).min(n_left);
                n_left -= n_words;
                let words: Vec<&str> =
                    (0..n_words).map(|_| syllables[below(syllables.len())].as_str()).collect();
                let run = Run { text: words.join(" "), style: below(fonts.len()) as u16 };
                let lines = vec![Line { runs: vec![run], bbox: None }];
                blocks.push(Block { lines, ..Block::default() });
            }
            let style = |font: &&str| Style { font: (*font).to_owned(), ..Style::default() };
            let layout = Layout {
                pages: vec![Page { number: 1, blocks, ..Page::default() }],
                styles: fonts.iter().map(style).collect(),
            };
            let plan = Plan::of(&layout);
            let first = plan
                .decisions
                .keys()
                .next()
                .map(|&(block, _)| layout.pages[0].blocks[block as usize].lines[0].text());
            assert_eq!(first, None);
        }
    }

    proptest! {
        #[test]
        fn unicode_vietnamese_is_never_changed(
            words in prop::collection::vec(syllable(), 1..60),
            font in prop::sample::select(vec!["", ".VnTime", ".VnTimeH", "VNI-Times", "VISCII", "VPS"]),
            per_line in 1usize..12,
        ) {
            let lines: Vec<String> = words.chunks(per_line).map(|line| line.join(" ")).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let (text, warnings) = normalise(&layout(font, &lines));
            prop_assert_eq!(text.as_str(), lines.join("\n") + "\n");
            prop_assert!(warnings.is_empty());
        }
    }
}
