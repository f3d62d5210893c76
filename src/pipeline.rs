//! [`process`]: one file through all stages, source to record. Pure: no files, no clock but the
//! reader's deadline, no log.

use std::collections::BTreeSet;

use crate::{
    context::Context,
    domain::{
        failure::{Failure, FailureReason},
        found::Found,
        record::{Classification, Format, Record, TextSource, Warning},
    },
    extract,
    layout::{Layout, Page, PageClass},
    read::{self, pdf::OCR_FAILED},
    recognised::RecognisedPage,
    source::Source,
    text::{self, Text},
};

/// Bumped whenever reading, text or extraction may give another result for the same bytes.
pub const EXTRACTOR_REVISION: u32 = 2;

/// Code of the warning that pages are images which nothing has recognised.
pub const NEEDS_OCR: &str = "needs_ocr";

/// How many page numbers a warning lists.
const MAX_LISTED_PAGES: usize = 10;

/// Everything that was made of one file.
#[derive(Debug, Clone)]
pub struct Processed {
    /// What is shown and indexed.
    pub record: Record,
    /// What spans refer to.
    pub text: Text,
    /// What `text` was made from; kept so that a newer `text` or `extract` needs no original.
    pub layout: Layout,
}

/// A file that could not be taken in: the reason, and nothing of its content.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Why.
    pub failure: Failure,
}

/// Takes a file through all stages: read, text, extract.
///
/// # Errors
/// `Refused` when nothing could be read, and when the document carries a secrecy stamp: then the
/// failure names the stamp and nothing else of it.
pub fn process(ctx: &Context<'_>, source: &Source) -> Result<Processed, Refused> {
    let read =
        read::read(ctx, source).map_err(|error| refused(error.reason(), error.to_string()))?;
    understand(ctx, source, read.format, read.layout, read.warnings)
}

/// The stages after reading; also for a layout that was kept from an earlier reading.
///
/// # Errors
/// As [`process`], the secrecy stamp only.
pub fn understand(
    ctx: &Context<'_>,
    source: &Source,
    format: Format,
    layout: Layout,
    mut warnings: Vec<Warning>,
) -> Result<Processed, Refused> {
    let (text, text_warnings) = text::normalise(&layout);
    warnings.extend(text_warnings);
    let text_source = text_source(&layout, &text);
    let (mut metadata, metadata_warnings) = extract::metadata(ctx, &text);
    let misread = extract::scanned::secrecy(&text, &layout);
    refuse_classified(metadata.classification.as_ref().or(misread.as_ref()))?;
    warnings.extend(metadata_warnings);
    let extract::parts::Parts { parts, classification } =
        extract::parts::find(ctx.tables, &text, &metadata);
    // A bundle with a secret document is secret.
    refuse_classified(classification.as_ref())?;
    let mut citations = extract::citation::find(ctx, &text, &metadata);
    extract::scanned::weigh(&text, &layout, &mut metadata, &mut citations, &mut warnings);
    if matches!(text_source, TextSource::Ocr | TextSource::Mixed) {
        (metadata.arrival_number, metadata.arrived_on) = extract::scanned::arrival(&text);
    }
    warnings.extend(unread_pages(&layout, &text, &warnings));
    let record = Record {
        id: source.id(),
        sha256: source.sha256.clone(),
        path: source.path.clone(),
        format: Some(format),
        text_source,
        n_pages: u32::try_from(layout.pages.len()).unwrap_or(u32::MAX),
        metadata,
        citations,
        warnings,
        parts,
    };
    Ok(Processed { record, text, layout })
}

/// Where the lines of the text come from.
fn text_source(layout: &Layout, text: &Text) -> TextSource {
    let mut pages: Vec<u32> = text.lines.iter().map(|line| line.page).collect();
    pages.dedup();
    let is_recognised = |page: &&Page| page.class == PageClass::Recognised;
    let recognised: BTreeSet<u32> =
        layout.pages.iter().filter(is_recognised).map(|page| page.number).collect();
    let n_recognised = pages.iter().filter(|page| recognised.contains(page)).count();
    match n_recognised {
        _ if pages.is_empty() => TextSource::None,
        0 => TextSource::Embedded,
        n if n == pages.len() => TextSource::Ocr,
        _ => TextSource::Mixed,
    }
}

/// Whether a recognised page, read alone, bears a secrecy stamp.
pub fn looks_classified(ctx: &Context<'_>, recognised: &RecognisedPage) -> bool {
    let layout = read::pdf::lay_out_recognised(recognised);
    let (text, _) = text::normalise(&layout);
    let (metadata, _) = extract::metadata(ctx, &text);
    metadata.classification.is_some() || extract::scanned::secrecy(&text, &layout).is_some()
}

fn refuse_classified(stamp: Option<&Found<Classification>>) -> Result<(), Refused> {
    let Some(stamp) = stamp else { return Ok(()) };
    let level = match stamp.value {
        Classification::Confidential => "MẬT",
        Classification::Secret => "TỐI MẬT",
        Classification::TopSecret => "TUYỆT MẬT",
    };
    let detail =
        format!("expected no secrecy stamp, found {level} on page {} ({})", stamp.page, stamp.rule);
    Err(refused(FailureReason::Classified, detail))
}

/// The pages that are images, or bear a text layer that is none, and that nothing has tried to
/// recognise.
pub fn waiting_pages(layout: &Layout, warnings: &[Warning]) -> Vec<u32> {
    let is_image = |class| matches!(class, PageClass::Image | PageClass::GarbageText);
    let failed: Vec<u32> = warnings
        .iter()
        .filter(|warning| warning.code == OCR_FAILED)
        .filter_map(|warning| warning.page)
        .collect();
    let pages = layout.pages.iter().filter(|page| is_image(page.class)).map(|page| page.number);
    pages.filter(|page| !failed.contains(page)).collect()
}

/// The warning about pages that hold no words, unless the reader has given one already.
fn unread_pages(layout: &Layout, text: &Text, given: &[Warning]) -> Option<Warning> {
    if given.iter().any(|warning| warning.code == NEEDS_OCR) {
        return None;
    }
    let pages = waiting_pages(layout, given);
    let n_pages = layout.pages.len();
    let Some(first) = pages.first() else {
        let message = format!("expected words, found none on {n_pages} pages");
        return text.lines.is_empty().then(|| Warning::new("no_text", message));
    };
    let mut listed: Vec<String> = pages.iter().take(MAX_LISTED_PAGES).map(u32::to_string).collect();
    if pages.len() > MAX_LISTED_PAGES {
        listed.push("…".to_owned());
    }
    let message = format!(
        "expected words on {n_pages} pages, found images on {}: {}",
        pages.len(),
        listed.join(", ")
    );
    Some(Warning::new(NEEDS_OCR, message).on_page(*first))
}

fn refused(reason: FailureReason, detail: String) -> Refused {
    Refused { failure: Failure { reason, detail } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::tables::Tables,
        layout::{Block, Line, Run, Style},
        source::Limits,
    };

    fn context() -> Context<'static> {
        Context::new(Tables::builtin(), Limits::default())
    }

    /// A layout of pages, `-` for an image, `?` for a garbage layer, `` for a blank page.
    fn pages(texts: &[&str]) -> Layout {
        let mut layout = Layout { styles: vec![Style::default()], ..Layout::default() };
        for (n, text) in texts.iter().enumerate() {
            let class = match *text {
                "-" => PageClass::Image,
                "?" => PageClass::GarbageText,
                "" => PageClass::Blank,
                _ => PageClass::Text,
            };
            let mut page = Page { number: n as u32 + 1, class, ..Page::default() };
            if class == PageClass::Text {
                let runs = vec![Run { text: (*text).to_owned(), style: 0 }];
                let lines = vec![Line { runs, bbox: None }];
                page.blocks.push(Block { lines, ..Block::default() });
            }
            layout.pages.push(page);
        }
        layout
    }

    #[track_caller]
    fn check(texts: &[&str], text_source: TextSource, expected: &str) {
        let source = Source::new("a.pdf", b"x".to_vec());
        let processed =
            understand(&context(), &source, Format::Pdf, pages(texts), Vec::new()).unwrap();
        let warnings: Vec<String> = processed
            .record
            .warnings
            .iter()
            .map(|warning| format!("{}: {}", warning.code, warning.message))
            .collect();
        assert_eq!(warnings.join("; "), expected);
        assert_eq!(processed.record.text_source, text_source);
        assert_eq!(processed.record.n_pages as usize, texts.len());
    }

    #[test]
    fn pages_without_words_are_named() {
        check(&["Kế hoạch"], TextSource::Embedded, "");
        check(
            &["-", "", "-"],
            TextSource::None,
            "needs_ocr: expected words on 3 pages, found images on 2: 1, 3",
        );
        check(
            &["Kế hoạch", "?"],
            TextSource::Embedded,
            "needs_ocr: expected words on 2 pages, found images on 1: 2",
        );
        check(&["", ""], TextSource::None, "no_text: expected words, found none on 2 pages");
        check(
            &["-"; 12],
            TextSource::None,
            "needs_ocr: expected words on 12 pages, found images on 12: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …",
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_has_a_reason() {
        let source = Source::new("a.docx", Vec::new());
        let failure = process(&context(), &source).unwrap_err().failure;
        assert_eq!(failure.reason, FailureReason::Empty);
        assert_eq!(failure.detail, "expected a document, found an empty file");
    }

    #[test]
    fn a_secrecy_stamp_is_named_and_nothing_else() {
        let stamp = Found {
            value: Classification::Secret,
            raw: "TỐI MẬT".to_owned(),
            key: None,
            page: 1,
            span: crate::domain::found::Span::new(0, 7),
            rule: "header.classification".to_owned(),
            confidence: 1.0,
        };
        let failure = refuse_classified(Some(&stamp)).unwrap_err().failure;
        assert_eq!(failure.reason, FailureReason::Classified);
        assert_eq!(
            failure.detail,
            "expected no secrecy stamp, found TỐI MẬT on page 1 (header.classification)"
        );
        assert!(refuse_classified(None).is_ok());
    }
}
