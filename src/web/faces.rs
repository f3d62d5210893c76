//! The two faces of a document on its page, pictures and words, and the addresses of places in them.

use maud::{Markup, html};

use crate::{
    layout::Layout,
    web::{
        App,
        document::{View, marks},
        sheet::{self, Face, Sheet},
        text_view::{self, Window},
        words::Lang,
    },
};

impl View {
    /// The pages that are shown.
    pub(super) fn window(&self) -> Window {
        let n_pages = self.head.record.n_pages;
        match self.face {
            Face::Text => Window::around(&self.text, n_pages, self.asked.page),
            Face::Sheet => {
                let n_pages = n_pages.max(1);
                let page = self.asked.page.clamp(1, n_pages);
                Window { first: page, last: page, n_pages }
            }
        }
    }

    /// The address of a place on a page, in the face that is shown.
    pub(super) fn href(&self, page: u32, anchor: &str) -> String {
        let window = self.window();
        if (window.first..=window.last).contains(&page) {
            return format!("#{anchor}");
        }
        self.full_href(page, anchor)
    }

    /// The same from anywhere.
    pub(super) fn full_href(&self, page: u32, anchor: &str) -> String {
        let href = self.asked.href(&self.head.record.id, self.face, page, self.asked.zoom);
        format!("{href}#{anchor}")
    }

    /// Looks where the words of the page are printed, when its picture is to be shown.
    pub(super) fn find_words(&mut self, app: &App) {
        if let Some(size) = self.sheet_size {
            let page = self.window().first;
            self.words = app.pictures.words(app, self.record(), self.files(), page, size);
        }
    }
}

/// The size of a page in points, where the format has pages.
pub(super) fn size_of_page(layout: Option<Layout>, page: u32) -> Option<(f32, f32)> {
    let pages = layout?.pages;
    let index = (page.max(1) as usize - 1).min(pages.len().checked_sub(1)?);
    let page = &pages[index];
    (page.width > 0.0 && page.height > 0.0).then_some((page.width, page.height))
}

/// The links between the two faces, and the one that is shown.
pub(super) fn faces(view: &View, lang: Lang) -> Markup {
    let window = view.window();
    let tab = |face: Face, word: &'static str| {
        let href = view.asked.href(&view.head.record.id, face, window.first, view.asked.zoom);
        html! { a.button href=(href) aria-current=[(face == view.face).then_some("true")] { (lang.word(word)) } }
    };
    html! {
        h2.skip #text { (lang.word("doc.text")) }
        nav.faces { (tab(Face::Sheet, "sheet.face")) " " (tab(Face::Text, "doc.text")) }
        @match (view.face, view.sheet_size) {
            (Face::Sheet, Some(size)) => (sheet_of(view, size, lang)),
            (Face::Sheet, None) => p.note { (lang.word("sheet.none")) },
            (Face::Text, _) if view.text.as_str().trim().is_empty() => p.note { (lang.word("doc.needs_ocr")) },
            (Face::Text, _) => {
                div.paper { (text_view::pages(&view.text, &marks(view), window, lang)) }
                (window_links(view, window, lang))
            }
        }
    }
}

fn sheet_of(view: &View, size: (f32, f32), lang: Lang) -> Markup {
    let window = view.window();
    let record = &view.head.record;
    let sheet = Sheet {
        id: &record.id,
        text: &view.text,
        marks: &marks(view),
        words: &view.words,
        hits: &view.hits,
        page: window.first,
        n_pages: window.n_pages,
        size,
        zoom: view.asked.zoom,
    };
    let href = |page, zoom| view.asked.href(&record.id, Face::Sheet, page, zoom);
    sheet::sheet(&sheet, &href, lang)
}

fn window_links(view: &View, window: Window, lang: Lang) -> Markup {
    let link = |page: u32| view.full_href(page, &format!("trang-{page}"));
    html! {
        @if window.first > 1 || window.last < window.n_pages {
            nav.pages {
                @if window.first > 1 { a.button href=(link(window.first - 1)) { (lang.word("page.previous")) } }
                span { (window.first) "–" (window.last) "/" (window.n_pages) }
                @if window.last < window.n_pages { a.button href=(link(window.last + 1)) { (lang.word("page.next")) } }
            }
        }
    }
}
