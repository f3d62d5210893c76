//! [`metadata`]: the fields of one document, each read by its own module, put together.

use crate::{
    context::Context,
    domain::{
        found::{Found, Span},
        record::{Metadata, Warning},
        tables::{Tables, name_key},
    },
    extract::{
        doc_type::{self, TypeLine},
        fields, footer,
        issuer::{self, Body},
        marks,
        number::{self, OwnNumber},
        phrase::{self, RegimeMark},
        place_date::{self, PlaceDate},
        retyped::{self, Retyped},
        segment::{Segment, segments},
        stamped,
        subject::{self, Names},
    },
    text::Text,
};

/// Lines in which the head is looked for. A page title, an electronic signature and a
/// letterhead torn into words need about forty.
const MAX_HEAD_LINES: usize = 120;

/// Segments in which a head without the national header must stand.
const MAX_BARE_HEAD: usize = 30;

/// Lines of the heading between title and recitals.
const MAX_HEADING_LINES: usize = 5;

/// How far below its heading a consolidated text carries its own letterhead, in lines.
const MAX_CONSOLIDATION_LINES: usize = 30;

/// And how far above.
const LINES_ABOVE_CONSOLIDATION: usize = 8;

/// Reads who issued what, when, under which number, and who signed.
///
/// Takes the first document of the text: appendices, enclosed regulations and copies belong to
/// it. A text with neither letterhead nor number nor date line is no document of this kind and
/// gives no fields.
pub fn metadata(ctx: &Context<'_>, text: &Text) -> (Metadata, Vec<Warning>) {
    let tables = ctx.tables;
    let head = segments(tables, text, 0, MAX_HEAD_LINES);
    let mut warnings = Vec::new();
    let mut metadata = Metadata::default();
    let anchors = Anchors::find(tables, &head);
    let marks = marks::read(text, anchors.mark_lines(&head));
    metadata.classification = marks.classification;
    metadata.urgency = marks.urgency;
    metadata.is_draft = marks.draft.or_else(|| (!text.lines.is_empty()).then(no_draft_mark));
    if anchors.is_appendix(&head) {
        return (metadata, warnings);
    }
    let Some(parts) = Parts::read(tables, text, &head, &anchors) else {
        return (metadata, warnings);
    };
    fields::fill(tables, text, parts, &mut metadata, &mut warnings);
    (metadata, warnings)
}

fn no_draft_mark() -> Found<bool> {
    Found {
        value: false,
        raw: String::new(),
        key: None,
        page: 1,
        span: Span::new(0, 0),
        rule: "marks.no_draft".to_owned(),
        confidence: 0.9,
    }
}

/// The fixed points of a head.
struct Anchors<'t> {
    /// The segment of the national or Party header.
    regime: Option<(usize, RegimeMark)>,
    /// The type line.
    type_line: Option<TypeLine<'t>>,
    /// Where the letterhead ends at the latest: the type line, or where the body begins.
    end: usize,
}

impl<'t> Anchors<'t> {
    fn find(tables: &'t Tables, head: &[Segment<'_>]) -> Self {
        let regime = head.iter().enumerate().find_map(|(at, segment)| {
            phrase::regime_mark(segment.text).map(|(mark, _)| (at, mark))
        });
        let body = body_start(head, regime.map_or(0, |(at, _)| at));
        let from = regime.map_or(0, |(at, _)| at);
        let type_line = doc_type::find(tables, &head[..body], from);
        let end = type_line.map_or(body, |line| line.at);
        Self { regime, type_line, end }
    }

    /// How many lines of the text may carry marks.
    fn mark_lines(&self, head: &[Segment<'_>]) -> usize {
        let last = self.end.saturating_add(2).min(head.len());
        head[..last].last().map_or(0, |segment| segment.line + 1)
    }

    /// An appendix that was cut from its document: its heading stands before any letterhead.
    fn is_appendix(&self, head: &[Segment<'_>]) -> bool {
        const HEADINGS: [&str; 5] = ["phu luc", "phu bieu", "bieu mau", "mau so", "bieu so"];
        let first = head.iter().take(3).position(|segment| {
            HEADINGS.iter().any(|heading| phrase::begins_with(&segment.key, heading))
        });
        first.is_some_and(|at| self.regime.is_none_or(|(regime, _)| at < regime))
    }
}

/// The first segment of the body after segment `from`: the addressee or the first recital.
fn body_start(head: &[Segment<'_>], from: usize) -> usize {
    const BEGINNINGS: [&str; 8] = [
        "can cu",
        "kinh gui",
        "theo de nghi",
        "xet",
        "dieu 1",
        "chuong i",
        "noi nhan",
        "phan thu nhat",
    ];
    head.iter()
        .enumerate()
        .skip(from)
        .find(|(_, segment)| {
            !segment.text.starts_with(char::is_lowercase)
                && BEGINNINGS.iter().any(|begin| phrase::begins_with(&segment.key, begin))
        })
        .map_or(head.len(), |(at, _)| at)
}

/// What the head says, before it is written into fields.
pub(super) struct Parts {
    pub(super) number: OwnNumber,
    pub(super) doc_type: Option<Found<String>>,
    pub(super) place_date: PlaceDate,
    pub(super) retyped: Option<Retyped>,
    pub(super) bodies: Vec<Body>,
    pub(super) title: Option<subject::Title>,
    pub(super) letter_subject: Option<Found<String>>,
    /// The first line of the body.
    pub(super) body_line: usize,
}

impl Parts {
    fn read(
        tables: &Tables,
        text: &Text,
        head: &[Segment<'_>],
        anchors: &Anchors<'_>,
    ) -> Option<Self> {
        let letterhead = &head[..anchors.end];
        let mut number = number::read(tables, text, letterhead);
        let mut place_date = place_date::read(text, letterhead);
        stamped::fill(tables, text, &mut number, &mut place_date);
        let mut retyped = None;
        let mut title_at = anchors.type_line.map(|line| (line.at, line.rest));
        if let Some(line) = anchors.type_line {
            if let Some(found) = retyped::read(tables, text, head, line) {
                title_at = Some(found.end);
                retyped = Some(found);
            }
            // `BIÊN BẢN / Số: 01/BB-HĐ`: the number below the type.
            let below = (line.at + 1).min(head.len())..(line.at + 4).min(head.len());
            if number.at.is_none() && retyped.is_none() {
                let mut found = number::read(tables, text, &head[below.clone()]);
                if let Some(at) = found.at.filter(|_| found.rule != "header.number.unlabelled") {
                    found.at = Some(line.at + 1 + at);
                    title_at = Some((line.at + 2 + at, 0));
                    number = found;
                }
            }
            if place_date.at.is_none() {
                place_date = place_date::read(text, &head[below]);
                if let Some(at) = place_date.at {
                    title_at = title_at.map(|title| title.max((line.at + 2 + at, 0)));
                }
            }
        }
        let judged_on = number
            .label_type
            .as_ref()
            .and(number.at)
            .and_then(|at| place_date::labelled(text, head.get(at + 1)?));
        if place_date.issued_on.is_none() {
            place_date.issued_on = judged_on;
        }
        // Without a letterhead two signs must agree, or a manual that shows a number would be
        // a document.
        let n_signs = [number.at, place_date.at, anchors.type_line.map(|line| line.at)]
            .into_iter()
            .flatten()
            .filter(|at| *at < MAX_BARE_HEAD)
            .count();
        if anchors.regime.is_none() && retyped.is_none() && n_signs < 2 {
            return None;
        }
        let issuer_end = number.at.filter(|at| *at < anchors.end).unwrap_or(anchors.end);
        let bodies = issuer::letterhead(tables, &head[..issuer_end]);
        let known = known_names(&bodies, &place_date);
        let consolidation = consolidation_heading(text);
        let title = title_at.map(|(at, rest)| {
            // The texts consolidated are listed right under the title.
            let sources = consolidation.and_then(|_| first_source(tables, head, at + 1));
            let head = &head[..sources.unwrap_or(head.len())];
            subject::title(tables, &known, head, at, rest)
        });
        let letter_subject = subject::letter_subject(tables, &known.places, letterhead);
        let body_at = title.as_ref().map_or(anchors.end, |title| title.end);
        // The heading that names who decides is no signature: begin behind it.
        let mut heading = head.iter().skip(body_at).take(MAX_HEADING_LINES);
        let body_at =
            body_at + heading.position(|next| subject::is_recital(&next.key)).unwrap_or_default();
        let body_line = head.get(body_at).or_else(|| head.last()).map_or(0, |segment| segment.line);
        let mut parts = Self {
            number,
            doc_type: anchors.type_line.map(|line| type_found(head, line)),
            place_date,
            retyped,
            bodies,
            title,
            letter_subject,
            body_line,
        };
        if let Some(heading) = consolidation {
            parts.read_consolidation(tables, text, heading);
        }
        Some(parts)
    }

    /// The folded name of the body whose sign comes first in the number of a joint document.
    pub(super) fn lead_body(&self, tables: &Tables) -> Option<String> {
        let number = &self.number.parsed.as_ref()?.number;
        let sign = number.issuer_sign().filter(|_| number.issuers.len() > 1)?;
        Some(name_key(&issuer::by_sign(tables, sign)?.name))
    }

    /// A consolidated text carries its own letterhead at the end, under `XÁC THỰC VĂN BẢN HỢP
    /// NHẤT`; what stands at the top belongs to the text consolidated.
    fn read_consolidation(&mut self, tables: &Tables, text: &Text, heading: usize) {
        self.body_line = heading;
        let first = heading.saturating_sub(LINES_ABOVE_CONSOLIDATION);
        let n_lines = MAX_CONSOLIDATION_LINES + LINES_ABOVE_CONSOLIDATION;
        let tail = segments(tables, text, first, n_lines);
        let tail: Vec<Segment<'_>> =
            tail.into_iter().filter(|s| s.line >= heading || s.is_caps()).collect();
        let number = number::read(tables, text, &tail);
        if number.at.is_some() {
            self.number = number;
        }
        let place_date = place_date::read(text, &tail);
        if place_date.at.is_some() {
            self.place_date = place_date;
        }
        let names: Vec<Segment<'_>> = tail
            .into_iter()
            .filter(|segment| !is_consolidation_heading(&segment.key))
            .take_while(|segment| !footer::begins_signature(tables, segment.text))
            .collect();
        let bodies = issuer::letterhead(tables, &names);
        if !bodies.is_empty() {
            self.bodies = bodies;
        }
    }
}

/// Where the sentence about the texts consolidated begins: `Thông tư số 8/2020/TT-BNV ngày …
/// có hiệu lực …, được sửa đổi, bổ sung bởi:`.
fn first_source(tables: &Tables, head: &[Segment<'_>], from: usize) -> Option<usize> {
    let is_source = |segment: &Segment<'_>| {
        let Some(doc_type) = tables.doc_type_by_name(&segment.key) else { return false };
        let behind = &segment.key[doc_type.folded_name.len()..];
        segment.text.starts_with(char::is_uppercase) && phrase::begins_with(behind.trim(), "so")
    };
    let found = head.iter().skip(from + 1).position(is_source)? + from + 1;
    const JOINTS: [&str; 3] = [" cua", " va", " voi"];
    let goes_on = JOINTS.iter().any(|joint| head[found - 1].key.ends_with(joint));
    (!goes_on).then_some(found)
}

fn is_consolidation_heading(key: &str) -> bool {
    phrase::begins_with(key, "xac thuc van ban hop nhat")
        || phrase::begins_with(key, "xac nhan van ban hop nhat")
}

fn consolidation_heading(text: &Text) -> Option<usize> {
    text.lines.iter().rposition(|line| {
        let content = text.slice(line.span);
        content.len() < 120
            && content.trim_start().starts_with(['X', 'x'])
            && is_consolidation_heading(&name_key(content))
    })
}

/// The type line as a field.
fn type_found(head: &[Segment<'_>], line: TypeLine<'_>) -> Found<String> {
    let segment = &head[line.at];
    let row = line.doc_type;
    let start = segment.span.start as usize;
    Found {
        value: row.name.clone(),
        raw: segment.text[..line.rest].to_owned(),
        key: (!row.sign.is_empty()).then(|| row.sign.clone()),
        page: segment.page,
        span: Span::new(start, start + line.rest),
        rule: "header.type_line".to_owned(),
        confidence: 0.99,
    }
}

/// Names that the document itself gives.
fn known_names(bodies: &[Body], place_date: &PlaceDate) -> Names {
    let mut places: Vec<String> =
        place_date.place.iter().map(|place| place.value.clone()).collect();
    for body in bodies {
        // The place at the end of the name: `… tỉnh Vân Sơn`.
        let words: Vec<&str> = body.name.split(' ').collect();
        let last_kind = words.iter().rposition(|word| {
            matches!(*word, "tỉnh" | "phố" | "huyện" | "quận" | "xã" | "phường" | "trấn" | "khu")
        });
        if let Some(at) = last_kind.filter(|at| at + 1 < words.len()) {
            places.push(words[at + 1..].join(" "));
        }
    }
    Names { places, bodies: bodies.iter().map(|body| name_key(&body.name)).collect() }
}
