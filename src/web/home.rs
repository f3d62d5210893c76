//! `/`: the search box, what the archive holds, what was taken in last; `/huong-dan`: help.

use axum::http::StatusCode;
use maud::{Markup, PreEscaped, html};

use crate::{
    catalog::{Counts, Head},
    web::{
        advanced,
        document::{byline, name},
        results::encode,
        shell::{Page, search_box},
        status,
        words::Lang,
    },
};

const EXAMPLES: [&str; 4] = ["293/KH-SLĐTBXH", "kh 64/2016", "tháng 3/2020", "ke hoach thi dua"];

/// The home page.
pub fn page(counts: &Counts, recent: &[Head], lang: Lang) -> Page {
    let body = html! {
        div.home {
            h1 { (lang.word("site.name")) }
            (search_box(lang, "", true))
            (advanced::form(lang))
            p.examples.small {
                (lang.word("home.examples")) " "
                @for (index, example) in EXAMPLES.iter().enumerate() {
                    @if index > 0 { " · " }
                    a href={ "/tim?q=" (encode(example)) } { (example) }
                }
            }
            @if counts.n_files == 0 { p.note { (lang.word("home.empty")) } }
            (status::figures(counts, lang))
            @if !recent.is_empty() {
                h2 { (lang.word("home.recent")) }
                ul.cards { @for head in recent { (recent_card(head, lang)) } }
            }
        }
    };
    Page { title: String::new(), place: "nav.home", query: None, body, status: StatusCode::OK }
}

fn recent_card(head: &Head, lang: Lang) -> Markup {
    let record = &head.record;
    html! {
        li.card {
            div.line { a.number href={ "/vb/" (record.id) } { (name(record)) } (byline(record, lang)) }
            @if let Some(subject) = &record.metadata.subject { p { (subject.value) } }
        }
    }
}

/// The help page: one screen, in the language of the page.
pub fn help_page(lang: Lang) -> Page {
    let text = match lang {
        Lang::Vi => include_str!("assets/help.vi.html"),
        Lang::En => include_str!("assets/help.en.html"),
    };
    Page {
        title: lang.word("help.heading").to_owned(),
        place: "nav.help",
        query: Some(String::new()),
        body: html! { (PreEscaped(text)) },
        status: StatusCode::OK,
    }
}
