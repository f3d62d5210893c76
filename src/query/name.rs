//! Typed words and signs → types of documents and bodies, by the tables and with or without
//! accents.

use crate::{
    domain::tables::{DocType, Issuer, PLACE, Tables, name_key, sign_key},
    query::{
        ast::{IssuerQuery, TypeQuery},
        expand::{expand_all, is_abbreviation},
        lex::{Input, plain_mark},
    },
};

/// Shortest sign that names a body in running words; `TU` and `CP` count only in numbers.
const MIN_LONE_SIGN: usize = 4;

/// Longest name of a body in words.
const MAX_NAME_WORDS: usize = 16;

/// The type named by the words at `at` and the lexeme after: `ke hoach`, `Nghị định`.
pub(super) fn type_words(input: &Input, at: usize) -> Option<(TypeQuery, usize)> {
    let mut words: Vec<&str> = Vec::new();
    while words.len() < MAX_NAME_WORDS && !input.folded(at + words.len()).is_empty() {
        if !words.is_empty() && input.is_glued(at + words.len()) {
            break;
        }
        words.push(input.folded(at + words.len()));
    }
    let doc_type = input.tables.doc_type_by_name(&words.join(" "))?;
    let n_words = doc_type.folded_name.split(' ').count();
    Some((type_query(input.tables, doc_type), at + n_words))
}

/// The type whose sign stands at `at`: `KH`, `qđ`, `nd`.
pub(super) fn type_sign(input: &Input, at: usize) -> Option<TypeQuery> {
    let letters = input.sign(at)?;
    let doc_type = input.tables.doc_type_by_folded_sign(letters)?;
    let mut query = type_query(input.tables, doc_type);
    // The sign that was typed is the one that is meant: `QĐ` is not `QyĐ`.
    query.signs.retain(|sign| sign_key(sign) != sign_key(&doc_type.sign));
    query.signs.insert(0, doc_type.sign.clone());
    query.signs.truncate(1);
    Some(query)
}

/// All signs under which a type of this name is filed.
fn type_query(tables: &Tables, doc_type: &DocType) -> TypeQuery {
    let same_name = tables.doc_types().iter().filter(|row| row.name == doc_type.name);
    let mut signs: Vec<String> = Vec::new();
    for row in same_name {
        // QĐ is also a Quy định of the Party, but whoever asks for those does not want every
        // Quyết định: a sign counts where the name is its usual meaning.
        let usual = tables.doc_type_by_sign(&row.sign).is_some_and(|usual| usual.name == row.name);
        if usual && !signs.contains(&row.sign) {
            signs.push(row.sign.clone());
        }
    }
    if signs.is_empty() && !doc_type.sign.is_empty() {
        signs.push(doc_type.sign.clone());
    }
    // A letter of a state body has no CV in its number, though the Party writes one.
    let in_number = doc_type.in_number && !signs.is_empty() && doc_type.sign != "CV";
    TypeQuery { name: doc_type.name.clone(), signs, in_number }
}

/// A type by name or sign, the whole value of a field.
pub(super) fn doc_type(input: &Input) -> Option<TypeQuery> {
    let by_name = type_words(input, 0).filter(|(_, end)| *end == input.len());
    by_name.map(|(query, _)| query).or_else(|| {
        (input.len() == 1).then(|| type_sign(input, 0))?.map(|query| TypeQuery { ..query })
    })
}

/// Which signs count as the name of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signs {
    /// Every one, where a body is asked for.
    All,
    /// Long ones, in running words.
    Long,
}

/// A body by name, sign or shortened name: `UBND tỉnh`, `so ldtbxh`, `Sở Nội vụ Cao Bằng`.
///
/// Names that the tables do not hold are `None`; the caller decides whether it is a name at all.
pub(super) fn issuer(tables: &Tables, typed: &str, signs: Signs) -> Option<IssuerQuery> {
    let name = tidy(typed);
    let typed = name.as_str();
    if signs == Signs::Long && !typed.contains(' ') && !is_long_sign(typed) {
        return None;
    }
    if !typed.contains(' ') && (signs == Signs::All || is_long_sign(typed)) {
        let as_typed = tables.issuers_by_sign(typed);
        let issuers = match tables.issuer_sign_by_folded(typed) {
            Some(sign) if as_typed.is_empty() => tables.issuers_by_sign(sign),
            _ => as_typed,
        };
        if !issuers.is_empty() {
            let ids = ids(issuers.iter().map(AsRef::as_ref));
            return Some(IssuerQuery { name, ids });
        }
    }
    let mut spellings = vec![name_key(typed)];
    spellings.extend(expand_all(tables, typed).iter().map(|spelling| name_key(spelling)));
    for key in spellings {
        if key.is_empty() || key.split(' ').count() > MAX_NAME_WORDS {
            continue;
        }
        let rows = ids(tables.issuers_named(&key).iter().map(AsRef::as_ref));
        if !rows.is_empty() {
            return Some(IssuerQuery { name, ids: rows });
        }
        if let Some(found) = tables.issuer_by_name(&key)
            && is_place_named(tables, typed, &key, found.issuer)
        {
            return Some(IssuerQuery { name, ids: vec![found.id()] });
        }
    }
    None
}

/// A typed name without quotation marks and without marks at its ends.
pub(super) fn tidy(typed: &str) -> String {
    let is_quote = |c: char| plain_mark(c) == '"';
    let words: Vec<&str> = typed.split(|c: char| c == ' ' || is_quote(c)).collect();
    let name = words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ");
    let name = name.trim_start_matches(|c: char| !c.is_alphanumeric());
    name.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '.').to_owned()
}

fn is_long_sign(typed: &str) -> bool {
    sign_key(typed).chars().count() >= MIN_LONE_SIGN
}

fn ids<'a>(issuers: impl Iterator<Item = &'a Issuer>) -> Vec<String> {
    let mut ids: Vec<String> = issuers.map(|issuer| issuer.id_in(None)).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Whether what follows the name of a body is a place: a known one, or words in capitals.
/// The tables take any words for a place, because documents name places they do not know.
fn is_place_named(tables: &Tables, typed: &str, key: &str, issuer: &Issuer) -> bool {
    let names = std::iter::once(&issuer.name).chain(&issuer.aliases);
    let bodies = names.map(|name| name_key(&name.replace(PLACE, "")));
    let rest =
        bodies.filter_map(|body| key.strip_prefix(&body)?.strip_prefix(' ').map(str::to_owned));
    let Some(place) = rest.min_by_key(String::len) else { return false };
    let n_words = place.split(' ').count();
    let typed_words: Vec<&str> = typed.split(' ').collect();
    let tail = &typed_words[typed_words.len().saturating_sub(n_words)..];
    let without_kind = ["tinh ", "thanh pho ", "huyen ", "thi xa ", "xa ", "phuong ", "quan "]
        .iter()
        .find_map(|kind| place.strip_prefix(kind))
        .unwrap_or(&place);
    let n_name = without_kind.split(' ').count();
    let in_capitals = tail
        .iter()
        .skip(n_words.saturating_sub(n_name))
        .all(|word| word.starts_with(char::is_uppercase));
    tables.is_place(without_kind) || n_name <= 4 && in_capitals
}

/// A run of plain words that is a type, a body, or a type and a body: `kế hoạch của UBND tỉnh`.
pub(super) fn whole_run(input: &Input) -> Option<(Option<TypeQuery>, Option<IssuerQuery>, usize)> {
    let (doc_type, after_type) = match type_words(input, 0) {
        Some((doc_type, end)) => (Some(doc_type), end),
        None if input.looks_like_sign(0) && !is_abbreviation(input.tables, input.slice(0, 1)) => {
            match type_sign(input, 0) {
                Some(doc_type) => (Some(doc_type), 1),
                None => (None, 0),
            }
        }
        None => (None, 0),
    };
    if doc_type.is_some() && after_type == input.len() {
        return Some((doc_type, None, after_type));
    }
    let is_of = input.folded(after_type) == "cua";
    let start = after_type + usize::from(is_of);
    let body = input.slice(start, input.len());
    let issuer = (!body.is_empty()).then(|| issuer(input.tables, body, Signs::Long))??;
    Some((doc_type, Some(issuer), after_type))
}
