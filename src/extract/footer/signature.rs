//! The signature: marks of capacity, positions and the name below them.
//!
//! ```text
//! TM. ỦY BAN NHÂN DÂN     mark and body
//! KT. CHỦ TỊCH            mark and the one represented
//! PHÓ CHỦ TỊCH            the position of the signer
//! (Đã ký)
//! Trần Văn Bình
//! ```

use crate::{
    domain::{
        found::{Found, Span},
        tables::{Tables, name_key},
    },
    extract::{
        footer::{Piece, begins_in_caps, is_recipients_head, person, pieces, recipients},
        naming, phrase,
    },
    layout::{BlockKind, Column},
    text::Text,
};

/// Who signs.
#[derive(Debug, Clone, Default)]
pub(in crate::extract) struct Signature {
    pub(in crate::extract) signer: Option<Found<String>>,
    pub(in crate::extract) position: Option<Found<String>>,
    pub(in crate::extract) capacity: Option<Found<String>>,
    /// The line of the name, else of the first mark.
    pub(in crate::extract) line: usize,
    /// All words in capitals of the block, folded.
    titles: String,
    /// The body named after `TM.`, as printed.
    pub(in crate::extract) body: Option<String>,
}

/// A signature has at most so many lines between its first mark and the name.
const MAX_BLOCK_PIECES: usize = 24;

/// A line of more words is running text.
const MAX_NAME_LINE_WORDS: usize = 14;

/// Lines of a foot are short; longer ones hold the whole foot on one line.
const MAX_LINE_BYTES: usize = 200;

/// What one line of the block says.
#[derive(Debug, Clone)]
enum Item {
    /// `KT.`, as stored.
    Mark(String, Span),
    /// A position as in the tables, with the rest of its line.
    Position(String, Span),
    /// A body or anything else.
    Other(String),
}

/// Reads the signature from line `first` on: the first one, or of the signatures of a joint
/// document the one of the body `lead`, a folded name.
///
/// A draft has the place for a signature and no name; it is taken when no name follows soon.
pub(in crate::extract) fn signature(
    tables: &Tables,
    text: &Text,
    first: usize,
    lead: Option<&str>,
) -> Option<Signature> {
    let all: Vec<Piece<'_>> = pieces(text, first).collect();
    let mut nameless: Option<Signature> = None;
    let mut signed: Option<Signature> = None;
    let mut list_line: Option<usize> = None;
    let mut at = 0;
    while let Some(piece) = all.get(at) {
        if signed.as_ref().is_some_and(|found| piece.line > found.line + JOINT_LINES) {
            break;
        }
        if piece.text.starts_with('N')
            && is_recipients_head(&name_key(recipients::head_of(piece.text)))
        {
            list_line = Some(piece.line);
        }
        let block = block_start(tables, piece.text)
            .and_then(|begin| block(tables, text, &all[at..], begin));
        at += 1;
        let Some(found) = block else { continue };
        if found.signer.is_none() {
            let is_at_list = list_line.is_some_and(|line| piece.line <= line + LIST_LINES)
                || all[at..]
                    .iter()
                    .take(LIST_LINES)
                    .any(|next| is_recipients_head(&name_key(recipients::head_of(next.text))));
            if is_at_list && nameless.is_none() {
                nameless = Some(found);
            }
            continue;
        }
        let is_lead = lead.is_none_or(|lead| found.titles.contains(lead)) && !found.is_clerk();
        if is_lead || signed.is_none() {
            signed = Some(found);
        }
        if is_lead {
            break;
        }
    }
    let signed = signed.or_else(|| in_small_letters(tables, text, &all));
    match (signed, nameless) {
        (Some(signed), Some(nameless)) if signed.line > nameless.line + DRAFT_LINES => {
            Some(nameless)
        }
        (None, nameless) => nameless,
        (signed, _) => signed,
    }
}

/// `Giám đốc / Trần Văn Bình`: position and name on two lines at the end of the text, without
/// capitals. Only where nothing else is a signature; tables of persons look the same.
fn in_small_letters(tables: &Tables, text: &Text, all: &[Piece<'_>]) -> Option<Signature> {
    let tail = &all[all.len().saturating_sub(MAX_BLOCK_PIECES)..];
    for (at, piece) in tail.iter().enumerate().rev() {
        let key = name_key(piece.text);
        let Some((name, n_words)) = tables.position_by_name(&key) else { continue };
        let is_whole = n_words == key.split(' ').count();
        if !is_whole || !piece.text.starts_with(char::is_uppercase) || piece.text.contains('|') {
            continue;
        }
        let span = Span::new(piece.start, piece.start + piece.text.len());
        let items = vec![vec![Item::Position(name.to_owned(), span)]];
        let mut below = tail[at + 1..].iter().filter(|next| !person::is_signed_mark(next.text));
        let next = below.next().filter(|next| matches!(next.kind(text), BlockKind::Paragraph))?;
        let person = person::person(tables, next.text).filter(|person| person.has_surname)?;
        let span = Span::new(next.start + person.range.start, next.start + person.range.end);
        return Some(signed(tables, text, &items, Some((person, span)), *next));
    }
    None
}

impl Signature {
    /// Who wrote the minutes or made the table signs first, but does not answer for the document.
    fn is_clerk(&self) -> bool {
        const CLERKS: [&str; 5] =
            ["Thư ký", "Thư ký cuộc họp", "Người ghi biên bản", "Người lập biểu", "Kế toán"];
        self.position.as_ref().is_some_and(|position| CLERKS.contains(&position.value.as_str()))
    }
}

/// The signatures of a joint document stand within so many lines.
const JOINT_LINES: usize = 24;

/// The place for a signature stands so near the head of the recipients, in lines.
const LIST_LINES: usize = 16;

/// A name further below than this belongs to an enclosure.
const DRAFT_LINES: usize = 40;

/// Where in a piece a signature begins: at its first character, or behind the recipients.
fn block_start(tables: &Tables, text: &str) -> Option<usize> {
    if begins_in_caps(text) && begins_block(tables, text) {
        return Some(0);
    }
    // The recipients and the signature on one line: `… - Lưu: VT. TM. ỦY BAN NHÂN DÂN …`.
    let is_foot = text.contains("Nơi nhận") || text.contains("Lưu:");
    if !is_foot {
        return None;
    }
    let starts = text.match_indices([' ', '\u{a0}']).map(|(at, gap)| at + gap.len());
    let mut starts = starts.filter(|at| begins_in_caps(&text[*at..]));
    starts.find(|at| begins_block(tables, &text[*at..]) && has_caps_words(&text[*at..]))
}

/// Whether the first two words are in capitals, a mark aside.
fn has_caps_words(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    words.len() == 2 && phrase::is_caps(&words.join(" "))
}

/// Whether a line in capitals is the first one of a signature: a mark or a position.
pub(in crate::extract) fn begins_block(tables: &Tables, text: &str) -> bool {
    if mark_at(tables, text).is_some() {
        return true;
    }
    if text.len() > MAX_LINE_BYTES {
        return false;
    }
    let key = name_key(text);
    let Some((_, n_words)) = tables.position_by_name(&key) else { return false };
    // `GIÁM ĐỐC` is a line of capitals, not the begin of `GIÁM ĐỐC có trách nhiệm`.
    let words: Vec<&str> = text.split_whitespace().collect();
    let own = &words[..n_words.min(words.len())];
    let is_caps = own.iter().all(|word| !word.chars().any(char::is_lowercase));
    is_caps && !text.trim_end().ends_with([';', ':', ','])
}

/// The mark of capacity at the begin of a text and its end: `KT.`, `T/M`, `TM `.
fn mark_at(tables: &Tables, text: &str) -> Option<(String, usize)> {
    for capacity in tables.capacities() {
        for written in &capacity.written {
            let Some(rest) = text.strip_prefix(written.as_str()) else { continue };
            let behind = text.len() - rest.len();
            let after_stop = rest.strip_prefix(['.', ',', '/']).unwrap_or(rest);
            let has_stop = after_stop.len() < rest.len();
            let value = after_stop.trim_start();
            let is_separate = has_stop || rest.starts_with(' ') && written.len() > 1;
            // `… Lưu: VT. | KT.` at a line end: who is represented follows on the next line.
            let is_alone = has_stop && value.is_empty() && written.len() > 1;
            if is_alone || is_separate && has_caps_word(value) {
                return Some((capacity.mark.clone(), behind + usize::from(has_stop)));
            }
        }
    }
    None
}

/// Whether a text begins with a word of at least two capitals.
fn has_caps_word(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let mut letters = word.chars().filter(|c| c.is_alphabetic()).peekable();
    let n_letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters.peek().is_some() && n_letters >= 2 && letters.all(char::is_uppercase)
}

/// Reads a block from its first piece; without a signer when no name follows.
fn block(tables: &Tables, text: &Text, all: &[Piece<'_>], begin: usize) -> Option<Signature> {
    let side = all[0].side;
    // Where columns were lost, recipients stand between the lines of the signature.
    let mut items: Vec<Vec<Item>> = Vec::new();
    for (n, piece) in all.iter().take(MAX_BLOCK_PIECES).enumerate() {
        if side != Column::Full && piece.side != side && piece.side != Column::Full {
            continue;
        }
        let start = if n == 0 { begin } else { 0 };
        let line = Piece { text: &piece.text[start..], start: piece.start + start, ..*piece };
        let is_recipient = line.text.starts_with(['-', '+', '–', '•'])
            || recipients::is_filing(tables, line.text)
            || is_recipients_head(&name_key(recipients::head_of(line.text)));
        if n > 0 && is_recipient {
            // `- Sở Nội vụ; Trần Văn Bình`: both columns on one line.
            let Some(person) = behind_recipient(tables, line.text) else { continue };
            let span = Span::new(line.start + person.range.start, line.start + person.range.end);
            return Some(signed(tables, text, &items, Some((person, span)), line));
        }
        if person::is_signed_mark(line.text) {
            continue;
        }
        if !items.is_empty()
            && let Some(person) = person::person(tables, line.text)
        {
            let span = Span::new(line.start + person.range.start, line.start + person.range.end);
            return Some(signed(tables, text, &items, Some((person, span)), line));
        }
        let caps_end = caps_end(line.text);
        let (titles, rest) = line.text.split_at(caps_end);
        if !titles.trim().is_empty() {
            let new = items_of(tables, titles, line.start);
            match items.last_mut() {
                // A mark alone on its line: who is represented follows on the next.
                Some(last) if matches!(last.last(), Some(Item::Mark(..))) => last.extend(new),
                _ => items.push(new),
            }
        }
        if rest.trim().is_empty() {
            continue;
        }
        // `BỘ TRƯỞNG Trần Văn Bình` on one line.
        if let Some(person) = person::person(tables, rest).filter(|_| !items.is_empty()) {
            let start = line.start + caps_end;
            let span = Span::new(start + person.range.start, start + person.range.end);
            return Some(signed(tables, text, &items, Some((person, span)), line));
        }
        // Running text: the block is over. Lost columns mix in ends of recipients.
        if n == 0 {
            return None;
        }
        if line.text.split_whitespace().count() > MAX_NAME_LINE_WORDS {
            break;
        }
    }
    let has_position = items.iter().flatten().any(|item| matches!(item, Item::Position(..)));
    has_position.then(|| signed(tables, text, &items, None, all[0]))
}

/// The person named behind the end mark of a recipient.
fn behind_recipient(tables: &Tables, line: &str) -> Option<person::Person> {
    let end = line.rfind([';', '.'])? + 1;
    let mut found = person::person(tables, &line[end..]).filter(|person| person.has_surname)?;
    found.range = found.range.start + end..found.range.end + end;
    Some(found)
}

/// The end of the words in capitals at the begin of a line.
fn caps_end(text: &str) -> usize {
    let mut end = 0;
    let mut at = 0;
    for word in text.split_inclusive(' ') {
        at += word.len();
        let has_lower = word.chars().any(char::is_lowercase);
        // `TTg` and the like do not stand in a foot.
        if has_lower {
            break;
        }
        end = at;
    }
    end
}

/// Takes one line apart: `TM. ỦY BAN NHÂN DÂN CHỦ TỊCH` is a mark, a body and a position.
fn items_of(tables: &Tables, line: &str, start: usize) -> Vec<Item> {
    let mut items = Vec::new();
    let mut other: Option<(usize, usize)> = None;
    let mut at = 0;
    let flush = |items: &mut Vec<Item>, other: &mut Option<(usize, usize)>| {
        if let Some((from, to)) = other.take() {
            let words = line[from..to].trim();
            match items.last_mut() {
                // The rest of the line of a position belongs to it: `BỘ TRƯỞNG BỘ TÀI CHÍNH`.
                Some(Item::Position(name, span)) => {
                    add_body(tables, name, words);
                    span.end = (start + to) as u32;
                }
                _ => items.push(Item::Other(words.to_owned())),
            }
        }
    };
    while at < line.len() {
        let rest = &line[at..];
        let lead = rest.len() - rest.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
        if lead > 0 {
            at += lead;
            continue;
        }
        if let Some((mark, end)) = mark_at(tables, rest) {
            flush(&mut items, &mut other);
            items.push(Item::Mark(mark, Span::new(start + at, start + at + end)));
            at += end;
            continue;
        }
        let key = name_key(rest);
        if let Some((name, n_words)) = tables.position_by_name(&key) {
            flush(&mut items, &mut other);
            let end = at + phrase::end_of_words(rest, n_words).unwrap_or(rest.len());
            let name = position_like(name, &line[at..end]);
            items.push(Item::Position(name, Span::new(start + at, start + end)));
            at = end;
            continue;
        }
        if other.is_none()
            && let Some(len) = position_by_shape(rest)
        {
            let mut words = rest[..len].to_lowercase();
            if let Some(first) = words.chars().next() {
                words.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
            }
            items.push(Item::Position(words, Span::new(start + at, start + at + len)));
            at += len;
            continue;
        }
        let end = at + phrase::end_of_words(rest, 1).unwrap_or(rest.len());
        other = Some((other.map_or(at, |(from, _)| from), end));
        at = end;
    }
    flush(&mut items, &mut other);
    items
}

/// Puts the body behind a position: `Giám đốc Sở` and `GIÁO DỤC VÀ ĐÀO TẠO` are spelled together.
fn add_body(tables: &Tables, position: &mut String, words: &str) {
    let last = position.rfind(' ').map_or(0, |at| at + 1);
    let kind = position[last..].to_owned();
    if tables.body_head(&name_key(&kind)).is_some() {
        position.truncate(last);
        position.push_str(&naming::body_name(tables, &format!("{} {words}", kind.to_uppercase())));
    } else {
        position.push(' ');
        position.push_str(&naming::body_name(tables, words));
    }
}

/// `PHÓ TỔNG THAM MƯU TRƯỞNG`, `HẠT TRƯỞNG`: a position that is in no table, by its shape.
fn position_by_shape(rest: &str) -> Option<usize> {
    const MAX_WORDS: usize = 7;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let is_deputy = matches!(words.first(), Some(&"PHÓ" | &"QUYỀN")) && words.len() > 1;
    let is_head = words.len() > 1 && words.last() == Some(&"TRƯỞNG");
    ((is_deputy || is_head) && words.len() <= MAX_WORDS).then_some(rest.trim_end().len())
}

/// The position in the spelling of the tables, joints such as commas from the line.
fn position_like(name: &str, raw: &str) -> String {
    let names: Vec<&str> = name.split_whitespace().collect();
    let words: Vec<&str> = raw.split_whitespace().collect();
    if names.len() != words.len() {
        return name.to_owned();
    }
    names.join(" ")
}

/// Puts the signature together: which of the positions is the signer's.
fn signed(
    tables: &Tables,
    text: &Text,
    lines: &[Vec<Item>],
    person: Option<(person::Person, Span)>,
    name_line: Piece<'_>,
) -> Signature {
    let found = |value: String, span: Span, rule: &str, confidence: f32| Found {
        value,
        raw: text.slice(span).to_owned(),
        key: None,
        page: text.page_at(span.start as usize),
        span,
        rule: rule.to_owned(),
        confidence,
    };
    let flat: Vec<(usize, &Item)> =
        lines.iter().enumerate().flat_map(|(n, items)| items.iter().map(move |i| (n, i))).collect();
    let first_mark = flat.iter().find_map(|(_, item)| match item {
        Item::Mark(mark, span) => Some((mark.clone(), *span)),
        _ => None,
    });
    let last_mark = flat.iter().rposition(|(_, item)| matches!(item, Item::Mark(..)));
    let positions_from = |from: usize| {
        flat.iter().skip(from).filter_map(|(line, item)| match item {
            Item::Position(name, span) => Some((*line, name.clone(), *span)),
            _ => None,
        })
    };
    let position = match last_mark {
        None => positions_from(0).next(),
        Some(at) => {
            let (mark_line, mark) = match flat[at] {
                (line, Item::Mark(mark, _)) => (line, mark.as_str()),
                (line, _) => (line, ""),
            };
            // On the line of the mark stands who is represented; below it, who signs.
            let below = positions_from(at).find(|(line, ..)| *line > mark_line);
            let n_represented = usize::from(mark != "TM." && mark != "Q.");
            below.or_else(|| positions_from(at).nth(n_represented))
        }
    };
    let body = flat.iter().find_map(|(_, item)| match item {
        Item::Other(words) => Some(naming::body_name(tables, words)),
        _ => None,
    });
    let titles: Vec<String> = flat
        .iter()
        .map(|(_, item)| match item {
            Item::Mark(..) => String::new(),
            Item::Position(words, _) | Item::Other(words) => name_key(words),
        })
        .collect();
    let signer = person.map(|(person, span)| {
        let confidence = if person.has_surname { 0.97 } else { 0.85 };
        found(person.name, span, "footer.signer", confidence)
    });
    Signature {
        signer,
        position: position.map(|(_, name, span)| found(name, span, "footer.position", 0.97)),
        capacity: first_mark.map(|(mark, span)| found(mark, span, "footer.capacity", 0.98)),
        line: name_line.line,
        titles: titles.join(" "),
        body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(plain: &str, expected: &str) {
        let text = Text::from_plain(plain);
        let value = |found: Option<Found<String>>| found.map_or("-".to_owned(), |f| f.value);
        let shown = signature(Tables::builtin(), &text, 0, None).map_or("none".to_owned(), |s| {
            format!("{} | {} | {}", value(s.capacity), value(s.position), value(s.signer))
        });
        assert_eq!(shown, expected, "{plain}");
    }

    #[test]
    fn layers_of_authority() {
        check("GIÁM ĐỐC\nTrần Văn Bình", "- | Giám đốc | Trần Văn Bình");
        check(
            "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\n(Đã ký)\nTrần Văn Bình",
            "TM. | Phó Chủ tịch | Trần Văn Bình",
        );
        check("TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nTrần Văn Bình", "TM. | Chủ tịch | Trần Văn Bình");
        check("KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC\nTrần Văn Bình", "KT. | Phó Giám đốc | Trần Văn Bình");
        check(
            "TL. CHỦ TỊCH\nKT. CHÁNH VĂN PHÒNG\nPHÓ CHÁNH VĂN PHÒNG\nTrần Văn Bình",
            "TL. | Phó Chánh Văn phòng | Trần Văn Bình",
        );
        check("Q. GIÁM ĐỐC\nTrần Văn Bình", "Q. | Giám đốc | Trần Văn Bình");
        // The Party writes a slash.
        check("T/M BAN THƯỜNG VỤ\nPHÓ BÍ THƯ\nTrần Văn Bình", "TM. | Phó Bí thư | Trần Văn Bình");
        // The body of a joint document between, and two titles for one signer.
        check(
            "KT. BỘ TRƯỞNG\nBỘ NỘI VỤ\nTHỨ TRƯỞNG\nTrần Văn Bình",
            "KT. | Thứ trưởng | Trần Văn Bình",
        );
        check(
            "BỘ TRƯỞNG\nPHÓ TRƯỞNG BAN CHỈ ĐẠO NHÀ NƯỚC\nTrần Văn Bình",
            "- | Bộ trưởng | Trần Văn Bình",
        );
        check("CHỦ TỊCH QUỐC HỘI\nĐã ký: Trần Văn Bình", "- | Chủ tịch Quốc hội | Trần Văn Bình");
    }

    #[test]
    fn feet_on_one_line() {
        check(
            "Nơi nhận: - Như Điều 3; - Lưu: VT. | KT. BỘ TRƯỞNG THỨ TRƯỞNG Trần Văn Bình",
            "KT. | Thứ trưởng | Trần Văn Bình",
        );
        check("TM. ỦY BAN NHÂN DÂN CHỦ TỊCH Trần Văn Bình", "TM. | Chủ tịch | Trần Văn Bình");
        check(
            "Nơi nhận: - Lưu: VT. TM. CHÍNH PHỦ KT. THỦ TƯỚNG PHÓ THỦ TƯỚNG Trần Văn Bình",
            "TM. | Phó Thủ tướng | Trần Văn Bình",
        );
        // Recipients between the lines where the columns were lost.
        check(
            "Nơi nhận:\nGIÁM ĐỐC\n- Như Điều 3;\n- Lưu: VT.\nTrần Văn Bình",
            "- | Giám đốc | Trần Văn Bình",
        );
    }

    #[test]
    fn the_first_signature_counts() {
        check(
            "GIÁM ĐỐC\nTrần Văn Bình\nSAO Y BẢN CHÍNH\nTL. GIÁM ĐỐC\nCHÁNH VĂN PHÒNG\nLê Thị Cúc",
            "- | Giám đốc | Trần Văn Bình",
        );
    }

    #[test]
    fn drafts_have_a_place_without_a_name() {
        check(
            "Nơi nhận:\n- Như Điều 3;\n- Lưu: VT.\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nPHỤ LỤC\nDanh sách",
            "TM. | Chủ tịch | -",
        );
    }

    #[test]
    fn joint_documents_are_signed_by_the_lead() {
        let text = Text::from_plain(
            "KT. BỘ TRƯỞNG BỘ TÀI CHÍNH\nTHỨ TRƯỞNG\nCao Thị Nhã\nKT. BỘ TRƯỞNG\nBỘ NỘI VỤ\nTHỨ \
             TRƯỞNG\nTrần Văn Bình",
        );
        let signer = |lead: Option<&str>| {
            let found = signature(Tables::builtin(), &text, 0, lead).and_then(|s| s.signer);
            found.map_or("-".to_owned(), |signer| signer.value)
        };
        assert_eq!(signer(Some("bo noi vu")), "Trần Văn Bình");
        assert_eq!(signer(None), "Cao Thị Nhã");
    }

    #[test]
    fn no_signature() {
        // Headings, running text, a form to be signed.
        check(
            "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH\nCăn cứ Luật Tổ chức chính quyền địa phương ngày nay;",
            "none",
        );
        check("GIÁM ĐỐC SỞ có trách nhiệm thi hành", "none");
        check("GIÁM ĐỐC\n(Ký tên, đóng dấu)", "none");
        check("", "none");
    }
}
