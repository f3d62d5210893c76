//! The face “Trang” of a document: the picture of one page, with boxes over what was found on it.
//!
//! Works without a script: boxes are links and targets of links, pages and sizes are links too.

use maud::{Markup, html};

use crate::{
    domain::{found::Span, record::RecordId},
    layout::{BBox, PrintedWord},
    text::Text,
    web::{
        results,
        text_view::{Mark, MarkKind},
        words::Lang,
    },
};

/// Sizes of the picture in percent of the room there is.
pub const ZOOMS: [u32; 4] = [100, 150, 200, 300];
/// Width of the picture in pixels where it fills the room.
const FULL_WIDTH: u32 = 1_000;

/// The two faces of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Pictures of its pages.
    Sheet,
    /// Its words.
    Text,
}

/// What was asked of the page of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The words that led here: marked.
    pub query: String,
    /// Page, from 1.
    pub page: u32,
    /// Which face; `None` leaves it to the document.
    pub face: Option<Face>,
    /// One of [`ZOOMS`].
    pub zoom: u32,
}

impl Default for Asked {
    fn default() -> Self {
        Self { query: String::new(), page: 1, face: None, zoom: ZOOMS[0] }
    }
}

impl Asked {
    /// The address of a page of a document, at a size, with the same words marked.
    pub fn href(&self, id: &RecordId, face: Face, page: u32, zoom: u32) -> String {
        let mut href = format!("/vb/{id}?trang={page}");
        if !self.query.is_empty() {
            href += &format!("&q={}", results::encode(&self.query));
        }
        match face {
            Face::Sheet => href += "&mat=trang",
            Face::Text => href += "&mat=chu",
        }
        if zoom != ZOOMS[0] {
            href += &format!("&co={zoom}");
        }
        href
    }
}

/// One page to show.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The document.
    pub id: &'a RecordId,
    /// Its text.
    pub text: &'a Text,
    /// What to mark in it.
    pub marks: &'a [Mark],
    /// Its words as printed on this page.
    pub words: &'a [PrintedWord],
    /// The words that led here.
    pub hits: &'a [Span],
    /// Which page, from 1.
    pub page: u32,
    /// How many there are.
    pub n_pages: u32,
    /// Of the page, in points.
    pub size: (f32, f32),
    /// One of [`ZOOMS`].
    pub zoom: u32,
}

/// The page, and the links to others. `href` makes the address of a page at a size.
pub fn sheet(sheet: &Sheet<'_>, href: &dyn Fn(u32, u32) -> String, lang: Lang) -> Markup {
    let (width, height) = sheet.size;
    let pixels = FULL_WIDTH * sheet.zoom / 100;
    let picture = format!("/api/v1/documents/{}/pages/{}.png?width={pixels}", sheet.id, sheet.page);
    let pixels_high = (f64::from(pixels) * f64::from(height) / f64::from(width)).round() as u32;
    let words = format!("{} {}/{}", lang.word("doc.page"), sheet.page, sheet.n_pages);
    html! {
        (links(sheet, href, lang))
        div.sheets tabindex="0" aria-label=(words) {
            div class={ "sheet zoom-" (sheet.zoom) } {
                img src=(picture) width=(pixels) height=(pixels_high) alt=(words);
                svg.boxes viewBox={ "0 0 " (width) " " (height) } preserveAspectRatio="none" { (boxes(sheet, lang)) }
            }
        }
    }
}

fn links(sheet: &Sheet<'_>, href: &dyn Fn(u32, u32) -> String, lang: Lang) -> Markup {
    let at = ZOOMS.iter().position(|zoom| *zoom == sheet.zoom).unwrap_or(0);
    let smaller = at.checked_sub(1).map(|at| ZOOMS[at]);
    let larger = ZOOMS.get(at + 1).copied();
    let mut with_hits: Vec<u32> =
        sheet.hits.iter().map(|hit| sheet.text.page_at(hit.start as usize)).collect();
    with_hits.dedup();
    html! {
        nav.pages aria-label=(lang.word("doc.page")) {
            @if sheet.page > 1 { a.button rel="prev" href=(href(sheet.page - 1, sheet.zoom)) { (lang.word("page.previous")) } }
            span { (lang.word("doc.page")) " " (sheet.page) "/" (sheet.n_pages) }
            @if sheet.page < sheet.n_pages { a.button rel="next" href=(href(sheet.page + 1, sheet.zoom)) { (lang.word("page.next")) } }
            @if let Some(zoom) = smaller { a.button href=(href(sheet.page, zoom)) title=(lang.word("sheet.smaller")) { "−" } }
            span.num { (sheet.zoom) " %" }
            @if let Some(zoom) = larger { a.button href=(href(sheet.page, zoom)) title=(lang.word("sheet.larger")) { "+" } }
            @if sheet.zoom != ZOOMS[0] { a.button href=(href(sheet.page, ZOOMS[0])) { (lang.word("sheet.fit")) } }
        }
        @if !with_hits.is_empty() {
            p.hits {
                (sheet.hits.len()) " " (lang.word("sheet.hits")) ": "
                @for page in with_hits {
                    @if page == sheet.page { b { (page) } " " } @else { a href=(href(page, sheet.zoom)) { (page) } " " }
                }
            }
        }
    }
}

/// Fields and citations below, hits above, so that a hit inside a citation is seen.
fn boxes(sheet: &Sheet<'_>, lang: Lang) -> Markup {
    let on_page = |span: Span| sheet.text.boxes(span, sheet.page, sheet.words);
    let n_hits = sheet.hits.len();
    html! {
        @for mark in sheet.marks {
            @match &mark.kind {
                MarkKind::Field(name) => {
                    @let boxes = on_page(mark.span);
                    @if !boxes.is_empty() {
                        g.field id={ "o-" (name) } { @for bbox in boxes { (rect(bbox)) } }
                    }
                }
                MarkKind::Citation { seq, href, class } => {
                    @let boxes = on_page(mark.span);
                    @if !boxes.is_empty() {
                        a.cite.(class) id={ "vd-" (seq) } href=(href) {
                            title { (sheet.text.slice(mark.span)) }
                            @for bbox in boxes { (rect(bbox)) }
                        }
                    }
                }
                MarkKind::Hit => {}
            }
        }
        @for (index, hit) in sheet.hits.iter().enumerate() {
            @let boxes = on_page(*hit);
            @if !boxes.is_empty() {
                g.hit {
                    title { (sheet.text.slice(*hit)) " – " (lang.word("sheet.hit")) " " (index + 1) "/" (n_hits) }
                    @for bbox in boxes { (rect(bbox)) }
                }
            }
        }
    }
}

fn rect(bbox: BBox) -> Markup {
    let tenths = |number: f32| (number * 10.0).round() / 10.0;
    html! {
        rect x=(tenths(bbox.x0)) y=(tenths(bbox.y0)) width=(tenths(bbox.x1 - bbox.x0)) height=(tenths(bbox.y1 - bbox.y0)) {}
    }
}
