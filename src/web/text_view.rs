//! The text of a document as HTML: pages, columns, notes; citations as links, fields and hits marked.

use maud::{Markup, html};

use crate::{
    domain::found::Span,
    layout::{BlockKind, Column},
    text::{Text, TextLine},
    web::words::Lang,
};

/// Something to mark in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where.
    pub span: Span,
    /// As what.
    pub kind: MarkKind,
}

/// As what a span is marked.
#[derive(Debug, Clone, PartialEq)]
pub enum MarkKind {
    /// A field of the record, by its name; linked from the list of properties.
    Field(&'static str),
    /// A citation, by its place in the record.
    Citation {
        /// Place in the record, from 0.
        seq: usize,
        /// Where the link leads.
        href: String,
        /// The style class of its state.
        class: &'static str,
    },
    /// A word of the query.
    Hit,
}

/// Which pages of a document are shown at once: long ones a window at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First page, from 1.
    pub first: u32,
    /// Last page.
    pub last: u32,
    /// Pages of the document.
    pub n_pages: u32,
}

impl Window {
    /// The most text on one web page, in bytes; a browser of 2010 scrolls through that smoothly.
    const MAX_BYTES: usize = 300_000;

    /// The pages around `wanted`, all of them when the document is short.
    pub fn around(text: &Text, n_pages: u32, wanted: u32) -> Self {
        let n_pages = n_pages.max(text.lines.last().map_or(1, |line| line.page)).max(1);
        let bytes_a_page = (text.as_str().len() / n_pages as usize).max(1);
        let size =
            u32::try_from(Self::MAX_BYTES / bytes_a_page).unwrap_or(u32::MAX).clamp(1, n_pages);
        let first = wanted.clamp(1, n_pages).div_ceil(size).saturating_sub(1) * size + 1;
        Self { first, last: (first + size - 1).min(n_pages), n_pages }
    }
}

/// The pages of a window with their marks.
pub fn pages(text: &Text, marks: &[Mark], window: Window, lang: Lang) -> Markup {
    let mut marks: Vec<&Mark> = marks.iter().collect();
    marks.sort_by_key(|mark| (mark.span.start, mark.span.end));
    let from = text.lines.partition_point(|line| line.page < window.first);
    let to = text.lines.partition_point(|line| line.page <= window.last);
    let lines = &text.lines[from..to];
    html! {
        @for page in lines.chunk_by(|a, b| a.page == b.page) {
            h2 id={ "trang-" (page[0].page) } { (lang.word("doc.page")) " " (page[0].page) "/" (window.n_pages) }
            @for group in page.chunk_by(|a, b| in_columns(a) == in_columns(b)) {
                @if in_columns(&group[0]) {
                    div.cols {
                        @for side in [Column::Left, Column::Right] {
                            div {
                                @for line in group.iter().filter(|line| line.column == side) {
                                    (paragraph(text, std::slice::from_ref(line), &marks))
                                }
                            }
                        }
                    }
                } @else {
                    @for block in group.chunk_by(|a, b| a.block == b.block) { (paragraph(text, block, &marks)) }
                }
            }
        }
    }
}

/// The lines around the marks of a page, or the beginning of the page when there are none.
pub fn around(text: &Text, marks: &[Mark], page: u32, n_around: usize) -> Markup {
    let is_marked = |line: &TextLine| marks.iter().any(|mark| mark.span.overlaps(line.span));
    let of_page = text.lines.partition_point(|line| line.page < page);
    let first = text.lines.iter().position(is_marked).unwrap_or(of_page);
    let last = text.lines.iter().rposition(is_marked).unwrap_or(of_page);
    let from = first.saturating_sub(n_around);
    let to = (last + 1 + n_around).min(text.lines.len());
    let marks: Vec<&Mark> = marks.iter().collect();
    html! {
        @for line in text.lines.get(from..to).unwrap_or_default() {
            p.centre[line.centred].bold[line.bold].here[is_marked(line)] { (marked_line(text, line.span, &marks)) }
        }
    }
}

fn in_columns(line: &TextLine) -> bool {
    line.column != Column::Full
}

fn paragraph(text: &Text, lines: &[TextLine], marks: &[&Mark]) -> Markup {
    let first = &lines[0];
    let aside = matches!(
        first.kind,
        BlockKind::Running | BlockKind::Stamp | BlockKind::Watermark | BlockKind::Note
    );
    html! {
        p.centre[first.centred].bold[first.bold].aside[aside] {
            @for (index, line) in lines.iter().enumerate() {
                @if index > 0 { "\n" }
                (marked_line(text, line.span, marks))
            }
        }
    }
}

/// One line cut at every mark boundary; a piece lies in at most one citation and one hit.
fn marked_line(text: &Text, line: Span, marks: &[&Mark]) -> Markup {
    // Marks are sorted by start and at most a few hundred bytes long, but a document may hold
    // tens of thousands: look only at those that can reach the line.
    let before = marks.partition_point(|mark| mark.span.start < line.end);
    let near: Vec<&Mark> = marks[..before]
        .iter()
        .rev()
        .take_while(|mark| mark.span.start.saturating_add(LONGEST_MARK) >= line.start)
        .filter(|mark| mark.span.overlaps(line))
        .copied()
        .collect();
    let mut cuts: Vec<u32> =
        near.iter().flat_map(|mark| [mark.span.start, mark.span.end]).collect();
    cuts.extend([line.start, line.end]);
    cuts.retain(|cut| (line.start..=line.end).contains(cut));
    cuts.sort_unstable();
    cuts.dedup();
    html! {
        @for piece in cuts.windows(2).map(|ends| Span { start: ends[0], end: ends[1] }) {
            (marked_piece(text.slice(piece), piece, &near))
        }
    }
}

/// Longest span that is looked for; the quote of a citation with its whole title stays below.
const LONGEST_MARK: u32 = 4_000;

fn marked_piece(characters: &str, piece: Span, marks: &[&Mark]) -> Markup {
    let covers = |mark: &&&Mark| mark.span.overlaps(piece);
    let hit = marks.iter().filter(covers).any(|mark| mark.kind == MarkKind::Hit);
    let field = marks.iter().filter(covers).find_map(|mark| match mark.kind {
        MarkKind::Field(name) if mark.span.start == piece.start => Some(name),
        _ => None,
    });
    let citation = marks.iter().filter(covers).find_map(|mark| match &mark.kind {
        MarkKind::Citation { seq, href, class } => {
            Some((mark.span.start == piece.start, seq, href, class))
        }
        _ => None,
    });
    let inner = html! { @if hit { mark { (characters) } } @else { (characters) } };
    let inner = match citation {
        Some((starts, seq, href, class)) => html! {
            a.cite.(class) href=(href) id=[starts.then(|| format!("vd-{seq}"))] { (inner) }
        },
        None => inner,
    };
    match field {
        Some(name) => html! { span id={ "o-" (name) } { (inner) } },
        None => inner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(plain: &str, marks: &[(&str, MarkKind)], expect: &str) {
        let text = Text::from_plain(plain);
        let marks: Vec<Mark> = marks
            .iter()
            .map(|(what, kind)| {
                let start = text.as_str().find(what).unwrap();
                Mark { span: Span::new(start, start + what.len()), kind: kind.clone() }
            })
            .collect();
        let window = Window { first: 1, last: 1, n_pages: 1 };
        let html = pages(&text, &marks, window, Lang::Vi).into_string();
        assert!(html.contains(expect), "{html}");
    }

    fn cite() -> MarkKind {
        MarkKind::Citation { seq: 3, href: "/vb/x".to_owned(), class: "missing" }
    }

    #[test]
    fn marks_become_links_and_highlights() {
        check("Căn cứ <b>", &[], "Căn cứ &lt;b&gt;"); // escaped
        check("ngày nghỉ", &[("nghỉ", MarkKind::Hit)], "ngày <mark>nghỉ</mark>");
        // A hit inside a citation: the link goes on around it, one anchor only.
        check(
            "theo Chỉ thị 06-CT/TU về",
            &[("Chỉ thị 06-CT/TU", cite()), ("thị", MarkKind::Hit)],
            r#"<a class="cite missing" href="/vb/x" id="vd-3">Chỉ </a><a class="cite missing" href="/vb/x"><mark>thị</mark></a>"#,
        );
        check(
            "Số: 12/KH-SNV",
            &[("12/KH-SNV", MarkKind::Field("number"))],
            r#"<span id="o-number">12/KH-SNV</span>"#,
        );
    }

    #[test]
    fn long_documents_are_shown_a_window_at_a_time() {
        let long = Text::from_plain(&"a ".repeat(300_000));
        let window = Window::around(&long, 100, 60);
        assert_eq!((window.first, window.last, window.n_pages), (51, 100, 100));
        assert_eq!(Window::around(&long, 100, 7_000).last, 100);
        assert_eq!(
            Window::around(&Text::default(), 0, 0),
            Window { first: 1, last: 1, n_pages: 1 }
        );
    }
}
