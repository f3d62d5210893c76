//! Which files of an archive are no documents by their name alone.
//!
//! They are counted in the summary of a run under the name of the rule, so nothing is passed
//! over in silence.

/// Endings of notes about the archive, such as its README and its labels.
const NOTE_ENDINGS: [&[u8]; 3] = [b"md", b"json", b"jsonl"];
/// Files that operating systems leave in every folder they show.
const SYSTEM_NAMES: [&[u8]; 2] = [b"thumbs.db", b"desktop.ini"];

/// The rule by which a file or folder is skipped, e.g. `word_lock` for `~$kh-293.docx`.
///
/// Hidden names (a leading dot, so `.git` with all that is in it too), lock files of Word,
/// notes about the archive (`README.md`, `labels.jsonl`), and what systems leave behind.
pub fn rule(name: &[u8]) -> Option<&'static str> {
    if name.starts_with(b".") {
        return Some("hidden");
    }
    if name.starts_with(b"~$") {
        return Some("word_lock");
    }
    let lower = name.to_ascii_lowercase();
    if SYSTEM_NAMES.contains(&lower.as_slice()) {
        return Some("system");
    }
    let ending = lower.rsplit(|byte| *byte == b'.').next().filter(|end| end.len() < lower.len());
    ending.filter(|ending| NOTE_ENDINGS.contains(ending)).map(|_| "note")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(rule(name.as_bytes()), expected);
    }

    #[test]
    fn names_that_are_no_documents() {
        check(".git", Some("hidden"));
        check("~$kh-293.docx", Some("word_lock"));
        check("README.md", Some("note"));
        check("labels.JSONL", Some("note")); // an old disk has capitals
        check("Thumbs.db", Some("system"));
        check("kh-293.docx", None);
        check("md", None); // a name without an ending
        check("Công văn số 5", None);
        check("", None);
    }
}
