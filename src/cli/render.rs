//! Records as text for people: what `inspect` and `show` print, and what golden tests compare.

use std::fmt::Write;

use crate::{
    catalog::{Head, Standing},
    domain::{
        citation::{Citation, CitationState},
        failure::Failure,
        found::Found,
        record::{Part, Record, Warning},
    },
    extract::resolve::Reason,
};

/// Columns of the field name and of the value before its origin.
const NAME_WIDTH: usize = 18;
const VALUE_WIDTH: usize = 60;

/// A whole record: fields with page, confidence and rule, citations, warnings.
pub fn record(record: &Record) -> String {
    let mut out = String::new();
    line(&mut out, &record.path);
    let format = record.format.map_or_else(|| "unknown".to_owned(), |format| word(&format));
    field(&mut out, "id", &record.id.to_string());
    field(
        &mut out,
        "file",
        &format!(
            "{format}, {} {}, text {}",
            record.n_pages,
            if record.n_pages == 1 { "page" } else { "pages" },
            word(&record.text_source)
        ),
    );
    metadata(&mut out, record);
    if !record.citations.is_empty() {
        line(&mut out, &format!("  citations ({})", record.citations.len()));
        for (n, mention) in record.citations.iter().enumerate() {
            citation(&mut out, n + 1, mention);
        }
    }
    if !record.parts.is_empty() {
        line(&mut out, &format!("  parts ({})", record.parts.len()));
        for part in &record.parts {
            line(&mut out, &format!("    {}", part_line(part)));
        }
    }
    if !record.warnings.is_empty() {
        line(&mut out, &format!("  warnings ({})", record.warnings.len()));
        for found in &record.warnings {
            warning(&mut out, found);
        }
    }
    out
}

/// `document 7/TTr-SNV Tờ trình of Sở Nội vụ, 2020-03-01, page 4: Về việc …`.
fn part_line(part: &Part) -> String {
    let mut words = vec![word(&part.kind)];
    words.extend(part.number.clone());
    words.extend(part.doc_type.clone());
    words.extend(part.issuer.as_ref().map(|issuer| format!("of {issuer}")));
    let date = part.issued_on.map(|date| format!(", {date}")).unwrap_or_default();
    let title = part.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
    format!("{}{date}, page {}{title}", words.join(" "), part.page)
}

/// What other documents say has become of a document, each with the sentence.
pub fn standing(told: &[Standing]) -> String {
    let mut out = String::new();
    if !told.is_empty() {
        line(&mut out, &format!("  said of it in the archive, no legal advice ({})", told.len()));
    }
    for told in told {
        let part = if told.is_partial { " in part" } else { "" };
        let by = told.by_number.as_ref().map(|number| format!(" by {number}"));
        let by = by.unwrap_or_default();
        let (kind, teller, page) = (told.kind.code(), &told.told_by, told.page);
        line(&mut out, &format!("    {kind}{part}{by}, as said in {teller}, p. {page}"));
        line(&mut out, &format!("    > {}", one_line(&told.sentence)));
    }
    out
}

/// The documents that a citation may mean, and why.
pub fn candidates(out: &mut String, candidates: &[(Head, Reason)]) {
    for (head, reason) in candidates {
        let date = head.record.metadata.issued_on.as_ref().map(|found| found.value.to_string());
        let date = date.unwrap_or_default();
        let (name, id, why) = (name(head), &head.record.id, word(reason));
        line(out, &format!("       ? {id} {name} {date}: {why}"));
    }
}

/// A document in a list: number, date, type, issuer; subject; where it lies.
pub fn head(head: &Head) -> String {
    let metadata = &head.record.metadata;
    let mut parts = vec![name(head)];
    parts.extend(metadata.issued_on.as_ref().map(|found| found.value.to_string()));
    parts.extend(metadata.doc_type.as_ref().map(|found| found.value.clone()));
    parts.extend(metadata.issuer.as_ref().map(|found| found.value.clone()));
    let mut out = String::new();
    line(&mut out, &parts.join(" · "));
    if let Some(subject) = &metadata.subject {
        line(&mut out, &format!("    {}", one_line(&subject.value)));
    }
    line(&mut out, &format!("    {} {}", head.record.id, head.record.path));
    out
}

/// What a document is called: its number, else its identifier.
pub fn name(head: &Head) -> String {
    let number = head.record.metadata.number.as_ref();
    number.map_or_else(|| head.record.id.to_string(), |found| found.value.clone())
}

/// A file that could not be read.
pub fn failure(path: &str, failure: &Failure) -> String {
    let mut out = String::new();
    line(&mut out, path);
    field(&mut out, "not read", failure.reason.code());
    field(&mut out, "what to do", failure.reason.sentence_en());
    field(&mut out, "detail", &failure.detail);
    out
}

/// One citation as one line and its quote.
pub fn citation(out: &mut String, n: usize, citation: &Citation) {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(citation.doc_type.clone());
    parts.extend(citation.number.clone());
    parts.extend(citation.issued_on.map(|date| date.to_string()));
    parts.extend(citation.issuer.clone());
    parts.extend(citation.title.as_ref().map(|title| format!("“{title}”")));
    parts.extend(citation.provision.as_ref().map(|provision| format!("({})", provision.raw)));
    line(out, &format!("  {n:>4} {}: {}", word(&citation.kind), parts.join(" · ")));
    let mut origin = origin_text(citation.page, citation.confidence, &citation.rule);
    if let Some(state) = citation.state {
        origin = format!("{} · {origin}", state_text(state, citation));
    }
    if !citation.flags.is_empty() {
        let flags: Vec<String> = citation.flags.iter().map(word).collect();
        origin.push_str(&format!(" · ! {}", flags.join(", ")));
    }
    line(out, &format!("       {origin}"));
    line(out, &format!("       > {}", one_line(&citation.quote)));
}

fn metadata(out: &mut String, record: &Record) {
    let metadata = &record.metadata;
    found(out, "number", metadata.number.as_ref(), Clone::clone);
    found(out, "type", metadata.doc_type.as_ref(), Clone::clone);
    found(out, "issuer", metadata.issuer.as_ref(), Clone::clone);
    found(out, "parent issuer", metadata.parent_issuer.as_ref(), Clone::clone);
    found(out, "place", metadata.place.as_ref(), Clone::clone);
    found(out, "issued on", metadata.issued_on.as_ref(), ToString::to_string);
    found(out, "subject", metadata.subject.as_ref(), Clone::clone);
    found(out, "signer", metadata.signer.as_ref(), Clone::clone);
    found(out, "signer position", metadata.signer_position.as_ref(), Clone::clone);
    found(out, "signing capacity", metadata.signing_capacity.as_ref(), Clone::clone);
    found(out, "recipients", metadata.recipients.as_ref(), |names| names.join("; "));
    found(out, "classification", metadata.classification.as_ref(), word);
    found(out, "urgency", metadata.urgency.as_ref(), word);
    found(out, "draft", metadata.is_draft.as_ref(), word);
}

fn found<T>(out: &mut String, name: &str, found: Option<&Found<T>>, shown: impl Fn(&T) -> String) {
    match found {
        // Blank is information too: nobody has to wonder whether it was looked for.
        None => field(out, name, "-"),
        Some(found) => {
            let value = one_line(&shown(&found.value));
            let origin = origin_text(found.page, found.confidence, &found.rule);
            let padding = VALUE_WIDTH.saturating_sub(value.chars().count());
            field(out, name, &format!("{value}{:padding$}  {origin}", ""));
            if let Some(key) = &found.key {
                line(out, &format!("  {:NAME_WIDTH$}= {key}", ""));
            }
        }
    }
}

fn warning(out: &mut String, warning: &Warning) {
    let page = warning.page.map(|page| format!(" (page {page})")).unwrap_or_default();
    line(out, &format!("    {}{page}: {}", warning.code, warning.message));
}

fn origin_text(page: u32, confidence: f32, rule: &str) -> String {
    format!("p. {page}  {confidence:.2}  {rule}")
}

fn state_text(state: CitationState, citation: &Citation) -> String {
    match (state, &citation.target) {
        (CitationState::Resolved, Some(target)) => format!("in the archive as {target}"),
        (CitationState::Resolved, None) => "in the archive".to_owned(),
        (CitationState::Missing, _) => "not in the archive".to_owned(),
        (CitationState::Ambiguous, _) => "several may be meant".to_owned(),
        (CitationState::SelfReference, _) => "this document itself".to_owned(),
        (CitationState::Dismissed, _) => "no citation, as a clerk decided".to_owned(),
    }
}

fn field(out: &mut String, name: &str, value: &str) {
    line(out, &format!("  {name:NAME_WIDTH$}{value}"));
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{}", text.trim_end()).expect("writing to a string cannot fail");
}

/// The text with every run of white space as one blank.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The stable name of a value, as in the JSON.
pub fn word<T: serde::Serialize>(value: &T) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    json.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::domain::failure::FailureReason;

    #[track_caller]
    fn check(json: &str, expected: Expect) {
        let parsed: Record = serde_json::from_str(json).unwrap();
        expected.assert_eq(&record(&parsed));
    }

    #[test]
    fn record_as_people_read_it() {
        check(
            r#"{"id":"0123456789abcdef","sha256":"0123456789abcdef","path":"2020/kh-9.docx",
            "format":"docx","text_source":"embedded","n_pages":1,
            "metadata":{"number":{"value":"09/KH-SLĐTBXH","raw":"Số: 09/KH- SLĐTBXH",
            "key":"vanson.sldtbxh|KH|9|2020","page":1,"span":[0,3],"rule":"header.number",
            "confidence":0.99},"issued_on":{"value":"2020-03","raw":"tháng 3 năm 2020","page":1,
            "span":[5,9],"rule":"header.date","confidence":0.9},
            "recipients":{"value":["Như trên","Lưu: VT"],"raw":"","page":1,"span":[0,0],
            "rule":"footer.recipients","confidence":1.0}},
            "citations":[{"number":"06-CT/TU","key":null,"doc_type":"Chỉ thị","title":null,
            "issuer":"Tỉnh ủy","issued_on":"2016-05-09","kind":"implements","provision":null,
            "quote":"Chỉ thị số 06-CT/TU\nngày 09/5/2016","page":1,"span":[0,3],
            "rule":"citation.full","confidence":0.98,"flags":["year_differs"],"state":"missing",
            "target":null}],
            "warnings":[{"code":"incomplete_date","message":"the day is blank","page":1}]}"#,
            expect![[r#"
                2020/kh-9.docx
                  id                0123456789abcdef
                  file              docx, 1 page, text embedded
                  number            09/KH-SLĐTBXH                                                 p. 1  0.99  header.number
                                    = vanson.sldtbxh|KH|9|2020
                  type              -
                  issuer            -
                  parent issuer     -
                  place             -
                  issued on         2020-03                                                       p. 1  0.90  header.date
                  subject           -
                  signer            -
                  signer position   -
                  signing capacity  -
                  recipients        Như trên; Lưu: VT                                             p. 1  1.00  footer.recipients
                  classification    -
                  urgency           -
                  draft             -
                  citations (1)
                     1 implements: Chỉ thị · 06-CT/TU · 2016-05-09 · Tỉnh ủy
                       not in the archive · p. 1  0.98  citation.full · ! year_differs
                       > Chỉ thị số 06-CT/TU ngày 09/5/2016
                  warnings (1)
                    incomplete_date (page 1): the day is blank
            "#]],
        );
    }

    #[test]
    fn failure_says_what_to_do() {
        let damaged = Failure { reason: FailureReason::Damaged, detail: "no end".to_owned() };
        expect![[r#"
            a.pdf
              not read          damaged
              what to do        the file is damaged or incomplete; copy it again from the original
              detail            no end
        "#]]
        .assert_eq(&failure("a.pdf", &damaged));
    }
}
