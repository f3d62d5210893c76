//! The frame of every page: head, search box, navigation, footer. maud escapes at the moment of writing.

use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, html};

use crate::web::words::Lang;

/// What a request says about the page around the answer.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// The language.
    pub lang: Lang,
    /// Whether the language was chosen by this very request, so that it is to be remembered.
    pub lang_chosen: bool,
    /// Path and query of the request without `lang=`, for the language switch.
    pub address: String,
    /// The name under which corrections were made last in this browser; empty when none were.
    pub clerk: String,
}

impl Visit {
    /// Reads the language from `?lang=`, else from the cookie `lang`; Vietnamese otherwise.
    pub fn from_request(uri: &axum::http::Uri, headers: &HeaderMap) -> Self {
        let pairs = uri.query().unwrap_or("").split('&').filter(|pair| !pair.is_empty());
        let mut kept = Vec::new();
        let mut chosen = None;
        for pair in pairs {
            match pair.strip_prefix("lang=") {
                Some(tag) => chosen = Lang::from_tag(tag).or(chosen),
                None => kept.push(pair),
            }
        }
        let cookies = || {
            let values = headers.get_all(header::COOKIE).iter();
            values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'))
        };
        let remembered = cookies()
            .filter_map(|cookie| cookie.trim().strip_prefix("lang="))
            .find_map(Lang::from_tag);
        let clerk = cookies().find_map(|cookie| cookie.trim().strip_prefix("clerk="));
        let clerk = clerk.map(|name| {
            percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()
        });
        let query = kept.join("&");
        let address = if query.is_empty() {
            uri.path().to_owned()
        } else {
            format!("{}?{query}", uri.path())
        };
        Self {
            lang: chosen.or(remembered).unwrap_or_default(),
            lang_chosen: chosen.is_some(),
            address,
            clerk: clerk.unwrap_or_default(),
        }
    }

    fn address_in(&self, lang: Lang) -> String {
        let joint = if self.address.contains('?') { '&' } else { '?' };
        format!("{}{joint}lang={}", self.address, lang.tag())
    }
}

/// One page, ready to be framed.
#[derive(Debug, Clone)]
pub struct Page {
    /// What stands in the tab before the name of the site; empty for the home page.
    pub title: String,
    /// The key of the navigation entry that is current, e.g. `nav.missing`.
    pub place: &'static str,
    /// What stands in the search box; `None` when the page has its own box.
    pub query: Option<String>,
    /// The body.
    pub body: Markup,
    /// The status of the answer.
    pub status: StatusCode,
}

/// The search box. `large` is the one of the home page.
pub fn search_box(lang: Lang, query: &str, focused: bool) -> Markup {
    html! {
        search {
            form action="/tim" method="get" role="search" {
                label.skip for="q" { (lang.word("search.label")) }
                input #q type="search" name="q" value=(query) autocomplete="off" spellcheck="false"
                    maxlength="2000" placeholder=(lang.word("search.label")) autofocus[focused]
                    data-suggestions=(lang.word("search.suggestions"));
                button.main type="submit" { (lang.word("search.button")) }
            }
        }
    }
}

/// Frames a page and answers with it.
pub fn respond(visit: &Visit, page: Page) -> Response {
    let lang = visit.lang;
    let site = lang.word("site.name");
    let title =
        if page.title.is_empty() { site.to_owned() } else { format!("{} – {site}", page.title) };
    let other = if lang == Lang::Vi { Lang::En } else { Lang::Vi };
    let entries = [
        ("/", "nav.home"),
        ("/thieu", "nav.missing"),
        ("/so", "nav.register"),
        ("/kiem-tra", "nav.review"),
        ("/doi-chieu", "nav.check"),
        ("/tinh-trang", "nav.status"),
        ("/huong-dan", "nav.help"),
    ];
    let markup = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="stylesheet" href="/static/vanthu.css";
                link rel="icon" href="/static/icon.svg" type="image/svg+xml";
                script src="/static/vanthu.js" defer {}
            }
            body {
                a.skip href="#content" { (lang.word("site.skip")) }
                header.top {
                    div.bar {
                        a.name href="/" { (site) }
                        nav aria-label=(site) {
                            @for (href, key) in entries {
                                a href=(href) aria-current=[(key == page.place).then_some("page")] {
                                    (lang.word(key))
                                }
                            }
                            a href=(visit.address_in(other)) lang=(other.tag()) rel="alternate" hreflang=(other.tag()) {
                                @if other == Lang::En { "English" } @else { "Tiếng Việt" }
                            }
                        }
                    }
                }
                main #content {
                    @if let Some(query) = &page.query { (search_box(lang, query, false)) }
                    (page.body)
                }
                footer.foot {
                    (lang.word("footer.local")) " · vanthu " (env!("CARGO_PKG_VERSION")) " · "
                    a href="/api" { (lang.word("about.api")) }
                }
            }
        }
    };
    let mut response = (page.status, markup).into_response();
    if visit.lang_chosen {
        let cookie = format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax", lang.tag());
        if let Ok(value) = cookie.parse() {
            response.headers_mut().insert(header::SET_COOKIE, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(uri: &str, cookie: &str) -> Visit {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        Visit::from_request(&uri.parse().unwrap(), &headers)
    }

    #[test]
    fn the_language_is_chosen_never_guessed() {
        assert_eq!(visit("/", "").lang, Lang::Vi);
        assert_eq!(visit("/", "a=b; lang=en").lang, Lang::En);
        assert_eq!(visit("/?lang=vi", "lang=en").lang, Lang::Vi);
        assert_eq!(visit("/?lang=fr", "").lang, Lang::Vi); // no such language
    }

    #[test]
    fn the_switch_keeps_the_address() {
        let visit = visit("/tim?q=kh+293&lang=en", "");
        assert_eq!(visit.address, "/tim?q=kh+293");
        assert_eq!(visit.address_in(Lang::Vi), "/tim?q=kh+293&lang=vi");
    }
}
