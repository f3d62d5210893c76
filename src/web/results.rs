//! `/tim`: chips, filters, cards. Every state of the page is an address that can be passed on.

use axum::http::StatusCode;
use maud::{Markup, html};

use crate::{
    archive::{
        Badge, FacetView, Filter, Found, HitView, MAX_REACH, SearchParams, SortBy, Why,
        snippet::Snippet,
    },
    domain::date::PartialDate,
    engine::{KeyField, analyse::state},
    query,
    web::{
        advanced,
        citations::standing_words,
        document::{byline, citation_sentence, name},
        shell::Page,
        words::Lang,
    },
};

/// Hits a page when the address does not say.
const PER_PAGE: usize = 20;

/// The filters of the page: parameter of the address, field, words.
const FILTERS: [(&str, KeyField, &str); 6] = [
    ("loai", KeyField::DocType, "facet.type"),
    ("cq", KeyField::Issuer, "facet.issuer"),
    ("nam", KeyField::Year, "facet.year"),
    ("dai", KeyField::NumberBand, "facet.band"),
    ("ky", KeyField::Signer, "facet.signer"),
    ("tt", KeyField::State, "facet.state"),
];

/// What the address of a results page asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// What was typed.
    pub q: String,
    /// Chosen values, by the parameter of [`FILTERS`].
    chosen: Vec<(&'static str, String)>,
    sort: SortBy,
    page: usize,
    /// Whether words without accents mean just that.
    as_typed: bool,
    /// Whether to go straight to the one document with the number.
    pub go: bool,
    /// Whether papers of the bodies before are wanted, too.
    with_predecessors: bool,
}

impl Asked {
    /// Reads the query of an address; what is not understood is left out.
    pub fn from_query(query: &str) -> Self {
        let mut asked = Self { page: 1, ..Self::default() };
        for (key, value) in pairs(query) {
            match key.as_str() {
                "q" => asked.q = value,
                "xep" => asked.sort = SortBy::from_code(&value).unwrap_or_default(),
                "trang" => asked.page = value.parse().unwrap_or(1).clamp(1, MAX_REACH / PER_PAGE),
                "dung" => asked.as_typed = value == "1",
                "go" => asked.go = value == "1",
                "tn" => asked.with_predecessors = value == "1",
                form if form.starts_with("nc_") => {
                    if let Some(clause) = advanced::clause(form, &value) {
                        asked.q = format!("{} {clause}", asked.q).trim().to_owned();
                    }
                }
                _ => {
                    let known = FILTERS.iter().find(|(name, ..)| *name == key);
                    asked.chosen.extend(known.map(|(name, ..)| (*name, value)));
                }
            }
        }
        asked
    }

    /// As a question to the archive.
    pub fn params(&self, today: PartialDate) -> SearchParams {
        let filters = FILTERS
            .iter()
            .map(|(name, field, _)| Filter {
                field: *field,
                values: self
                    .chosen
                    .iter()
                    .filter(|(n, _)| n == name)
                    .map(|(_, v)| v.clone())
                    .collect(),
            })
            .filter(|filter| !filter.values.is_empty())
            .collect();
        SearchParams {
            filters,
            with_predecessors: self.with_predecessors,
            sort: self.sort,
            page: self.page,
            per_page: PER_PAGE,
            as_typed: self.as_typed,
            ..SearchParams::new(self.q.clone(), today)
        }
    }

    /// The chosen values as further parameters of an address, each with its `&`.
    pub fn filters_address(&self) -> String {
        self.chosen.iter().map(|(name, value)| format!("&{name}={}", encode(value))).collect()
    }

    /// The address of this page.
    fn address(&self) -> String {
        let mut address = format!("/tim?q={}{}", encode(&self.q), self.filters_address());
        if self.sort != SortBy::default() {
            address.push_str(&format!("&xep={}", self.sort.code()));
        }
        if self.with_predecessors {
            address.push_str("&tn=1");
        }
        if self.as_typed {
            address.push_str("&dung=1");
        }
        if self.page > 1 {
            address.push_str(&format!("&trang={}", self.page));
        }
        address
    }

    /// The address of the first page of another query with the same filters.
    pub fn with_query(&self, q: String) -> String {
        Self { q, page: 1, as_typed: false, ..self.clone() }.address()
    }

    fn exactly_as_typed(&self) -> String {
        Self { page: 1, as_typed: true, ..self.clone() }.address()
    }

    fn with_sort(&self, sort: SortBy) -> String {
        Self { sort, page: 1, ..self.clone() }.address()
    }

    fn with_predecessors(&self, with_predecessors: bool) -> String {
        Self { with_predecessors, page: 1, ..self.clone() }.address()
    }

    fn with_page(&self, page: usize) -> String {
        Self { page, ..self.clone() }.address()
    }

    fn toggled(&self, name: &'static str, value: &str) -> String {
        let mut chosen = self.chosen.clone();
        let n_before = chosen.len();
        chosen.retain(|(n, v)| !(*n == name && v == value));
        if chosen.len() == n_before {
            chosen.push((name, value.to_owned()));
        }
        Self { chosen, page: 1, ..self.clone() }.address()
    }
}

/// The pairs of a query string, decoded; `+` is a space.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// Encodes a value for the query of an address.
pub fn encode(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Today in Vietnam (UTC+7), for words like `năm nay`.
pub fn today() -> PartialDate {
    let now = time::OffsetDateTime::now_utc() + time::Duration::hours(7);
    let year = i16::try_from(now.year()).unwrap_or(2000);
    PartialDate::day_of(year, u8::from(now.month()), now.day())
        .expect("the calendar of `time` has only days of the calendar")
}

/// The page.
pub fn page(asked: &Asked, found: &Found, lang: Lang) -> Page {
    let exact_first = found.exact.as_ref();
    let body = html! {
        h1.skip { (lang.word("result.heading")) }
        (chips(asked, found, lang))
        (succession(asked, found, lang))
        (advanced::form(lang))
        (understood(asked, found, lang))
        @for warning in &found.warnings { p.note.small { (warning_words(&warning.code, &warning.message, lang)) } }
        div.columns {
            section aria-label=(lang.word("facet.heading")) {
                a.skip href="#results" { (lang.word("facet.skip")) }
                @for facet in &found.facets { (facet_box(asked, facet, lang)) }
            }
            section #results aria-label=(lang.word("result.heading")) {
                div.result-head {
                    span role="status" { b { (lang.count(found.total)) } " " (lang.word("result.documents")) }
                    span.soft.small { (format!("{:.1}", found.took.as_secs_f64() * 1000.0)) " ms" }
                    (sorts(asked, lang))
                    @let list = format!("q={}{}", encode(&asked.q), asked.filters_address());
                    a.small href={ "/so?" (list) } { (lang.word("register.heading")) }
                    a.small href={ "/so/so.xlsx?so=list&" (list) } { (lang.word("register.xlsx")) }
                }
                @if found.hits.is_empty() { (nothing_found(found, lang)) }
                @if let Some(number) = found.number.as_ref().filter(|number| number.n_carrying == 0 && !found.hits.is_empty()) {
                    p.note { (lang.word("result.none_carries")) " " (number.asked) "." }
                }
                ol.cards {
                    @for hit in &found.hits { (card(asked, hit, exact_first == Some(&hit.head.record.id), lang)) }
                }
                (page_links(asked, found, lang))
            }
        }
    };
    let title =
        if asked.q.is_empty() { lang.word("result.heading").to_owned() } else { asked.q.clone() };
    Page { title, place: "nav.home", query: Some(asked.q.clone()), body, status: StatusCode::OK }
}

fn chips(asked: &Asked, found: &Found, lang: Lang) -> Markup {
    html! {
        @let chips = query::chips(&found.query);
        @if !chips.is_empty() {
            ul.chips {
                @for chip in &chips {
                    li.chip {
                        (if lang == Lang::Vi { &chip.label_vi } else { &chip.label_en }) " "
                        a href=(asked.with_query(chip.without.clone())) title=(lang.word("chip.remove")) aria-label={ (lang.word("chip.remove")) ": " (chip.label_vi) } { "×" }
                    }
                    @for other in &chip.alternatives {
                        li.chip.alt {
                            a href=(asked.with_query(other.query.clone())) { (if lang == Lang::Vi { &other.label_vi } else { &other.label_en }) }
                        }
                    }
                }
            }
        }
    }
}

/// What was read into words without accents, and what may have been meant besides.
fn understood(asked: &Asked, found: &Found, lang: Lang) -> Markup {
    html! {
        @if let Some(restored) = &found.restored {
            p.note {
                (lang.word("result.restored")) " "
                a href=(asked.with_query(restored.query.clone())) { (restored.words) }
                " · "
                a href=(asked.exactly_as_typed()) { (lang.word("result.as_typed")) }
            }
        }
        @if let Some(suggestion) = &found.suggestion {
            p.note {
                (lang.word("result.suggestion")) " "
                a href=(asked.with_query(suggestion.clone())) { (suggestion) } "?"
            }
        }
    }
}

fn warning_words(code: &str, message: &str, lang: Lang) -> String {
    let key = match code {
        "query_too_long" => "warning.query_too_long",
        "unbalanced_quote" => "warning.unbalanced_quote",
        "empty_phrase" => "warning.empty_phrase",
        "bad_field" => "warning.bad_field",
        "type_differs" => "warning.type_differs",
        "impossible_date" => "warning.impossible_date",
        "stray_sign" => "warning.stray_sign",
        "fewer_words" => "result.relaxed",
        "unknown_cursor" => "warning.unknown_cursor",
        "page_too_far" => "warning.page_too_far",
        _ => return message.to_owned(),
    };
    lang.word(key).to_owned()
}

/// The bodies that those asked for took over from, and a link that takes their papers in or
/// leaves them out: they are kept under the old names.
fn succession(asked: &Asked, found: &Found, lang: Lang) -> Markup {
    html! {
        @if !found.predecessors.is_empty() {
            p.note.small {
                @if found.with_predecessors { (lang.word("succession.with")) } @else { (lang.word("succession.without")) }
                ": "
                @for (index, body) in found.predecessors.iter().enumerate() {
                    @if index > 0 { "; " }
                    (body.name)
                    @if let Some(until) = body.until { " (" (lang.word("succession.until")) " " (lang.date(until)) ")" }
                }
                ". "
                a href=(asked.with_predecessors(!found.with_predecessors)) {
                    @if found.with_predecessors { (lang.word("succession.leave_out")) } @else { (lang.word("succession.take_in")) }
                }
            }
        }
    }
}

fn facet_box(asked: &Asked, facet: &FacetView, lang: Lang) -> Markup {
    let known = FILTERS.iter().find(|(_, field, _)| *field == facet.field);
    html! {
        @if let (Some((name, _, key)), false) = (known, facet.values.is_empty()) {
            div.facet {
                h2 { (lang.word(key)) }
                ul {
                    @for value in &facet.values {
                        li.on[value.is_chosen] {
                            a href=(asked.toggled(name, &value.value)) aria-current=[value.is_chosen.then_some("true")] {
                                @if value.is_chosen { "✓ " }
                                @if facet.field == KeyField::State { (lang.word(state_key(&value.value))) } @else { (value.label) }
                            }
                            span.num.soft { (lang.count(value.count)) }
                        }
                    }
                }
            }
        }
    }
}

fn state_key(value: &str) -> &'static str {
    match value {
        state::DRAFT => "state.draft",
        state::LEGACY_FONT => "state.legacy",
        state::NEEDS_REVIEW => "state.needs_review",
        state::NO_NUMBER => "state.no_number",
        state::NEEDS_OCR => "state.no_text",
        state::REPLACED => "standing.replaced",
        state::REPEALED => "standing.repealed",
        state::AMENDED => "standing.amended",
        state::CORRECTED => "standing.corrected",
        _ => "state.scan",
    }
}

fn sorts(asked: &Asked, lang: Lang) -> Markup {
    html! {
        nav.sorts.small aria-label=(lang.word("sort.by")) {
            (lang.word("sort.by"))
            @for sort in SortBy::ALL {
                @let key = match sort {
                    SortBy::Relevance => "sort.relevance",
                    SortBy::Newest => "sort.date",
                    SortBy::Oldest => "sort.date_asc",
                    SortBy::Number => "sort.number",
                };
                " "
                @if sort == asked.sort { b { (lang.word(key)) } } @else { a href=(asked.with_sort(sort)) { (lang.word(key)) } }
            }
        }
    }
}

fn card(asked: &Asked, hit: &HitView, is_exact: bool, lang: Lang) -> Markup {
    let record = &hit.head.record;
    let metadata = &record.metadata;
    let page = hit.snippet.as_ref().map_or(1, |snippet| snippet.page);
    let href = format!("/vb/{}?q={}&trang={page}", record.id, encode(&asked.q));
    html! {
        li.card.exact[is_exact] {
            @if is_exact { div.small { "★ " (lang.word("result.exact")) } }
            div.line {
                a.number href=(href) { (name(record)) }
                (byline(record, lang))
                @if let Some(signer) = &metadata.signer { span.soft { (lang.word("result.signed")) " " (signer.value) } }
                @for badge in &hit.badges { (badge_markup(badge, lang)) }
            }
            @if let (Some(subject), true) = (&metadata.subject, metadata.number.is_some()) { p { (subject.value) } }
            @if let Some(snippet) = &hit.snippet { p.small { (passage(snippet)) " " span.soft { (lang.word("result.page")) " " (snippet.page) } } }
            div.line.small.soft {
                span { (lang.word("result.cited_by")) " " (lang.count(hit.head.n_cited_by)) }
                span {
                    (lang.word("result.cites")) " " (lang.count(hit.head.n_citations))
                    @if hit.head.n_missing > 0 { " (" (lang.count(hit.head.n_missing)) " " (lang.word("result.missing")) ")" }
                }
                span { (record.n_pages) " " (lang.word("result.pages")) }
                button type="button" hidden data-copy=(citation_sentence(record)) data-done=(lang.word("doc.copied")) { (lang.word("doc.copy")) }
            }
            @if !hit.why.is_empty() {
                div.small.soft {
                    (lang.word("result.why")) " "
                    @for (index, why) in hit.why.iter().enumerate() { @if index > 0 { " · " } (why_words(why, lang)) }
                }
            }
        }
    }
}

fn badge_markup(badge: &Badge, lang: Lang) -> Markup {
    html! {
        @match badge {
            Badge::State(value) => span.badge { (lang.word(state_key(value))) },
            Badge::Standing(told) => a.badge href={ "/vb/" (told.told_by) "?trang=" (told.page) "#vd-" (told.seq) } title=(told.sentence) {
                (standing_words(told, lang))
                @if let Some(number) = &told.by_number { " " (lang.word("standing.by")) " " (number) }
            },
            Badge::Copies(n) => span.badge { (lang.word("state.copies")) " " (n) },
        }
    }
}

/// A passage with its marks; offsets are in characters.
fn passage(snippet: &Snippet) -> Markup {
    let characters: Vec<char> = snippet.text.chars().collect();
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut at = 0;
    for mark in &snippet.marks {
        pieces.push((characters[at..mark.start].iter().collect(), false));
        pieces.push((characters[mark.start..mark.end].iter().collect(), true));
        at = mark.end;
    }
    pieces.push((characters[at..].iter().collect(), false));
    html! {
        @if snippet.is_cut_before { "…" }
        @for (piece, is_marked) in pieces { @if is_marked { mark { (piece) } } @else { (piece) } }
        @if snippet.is_cut_after { "…" }
    }
}

fn why_words(why: &Why, lang: Lang) -> String {
    let accents = |is_exact: bool| lang.word(if is_exact { "why.exact" } else { "why.folded" });
    match why {
        Why::Number => lang.word("why.number").to_owned(),
        Why::NumberAlike => lang.word("why.number_alike").to_owned(),
        Why::CitesNumber => lang.word("why.cites_number").to_owned(),
        Why::Title { n_words, is_exact } => {
            format!("{} ×{n_words} ({})", lang.word("why.title"), accents(*is_exact))
        }
        Why::Issuer => lang.word("why.issuer").to_owned(),
        Why::Text { n_places, is_exact } => {
            format!("{} ×{n_places} ({})", lang.word("why.text"), accents(*is_exact))
        }
        Why::Filters => lang.word("why.filters").to_owned(),
    }
}

fn nothing_found(found: &Found, lang: Lang) -> Markup {
    html! {
        p { (lang.word("result.zero")) " " (lang.word("result.zero_hint")) }
        @if let Some(n_files) = found.taking_in {
            p.note { (lang.word("result.taking_in")) " " (lang.count(n_files)) " " (lang.word("result.taking_in_files")) }
        }
        @if let Some(number) = &found.number {
            @if !number.nearest.is_empty() {
                p {
                    (lang.word("result.zero_nearest")) " "
                    @for (index, head) in number.nearest.iter().enumerate() {
                        @if index > 0 { ", " }
                        a href={ "/vb/" (head.record.id) } { (name(&head.record)) }
                    }
                }
            }
            @if number.n_citing > 0 {
                p.note {
                    (lang.count(number.n_citing)) " " (lang.word("result.zero_cited")) " "
                    a href={ "/tim?q=" (encode(&format!("vd:\"{}\"", number.asked))) } { (lang.word("result.zero_see")) }
                }
            }
        }
    }
}

fn page_links(asked: &Asked, found: &Found, lang: Lang) -> Markup {
    let reachable = usize::try_from(found.total).unwrap_or(MAX_REACH).min(MAX_REACH);
    let n_pages = reachable.div_ceil(PER_PAGE);
    let near = asked.page.saturating_sub(3).max(1)..=(asked.page + 3).min(n_pages);
    html! {
        @if n_pages > 1 {
            nav.pages aria-label=(lang.word("result.pages")) {
                @if asked.page > 1 { a.button rel="prev" href=(asked.with_page(asked.page - 1)) { (lang.word("page.previous")) } }
                @for page in near {
                    @if page == asked.page { b aria-current="page" { (page) } } @else { a.button href=(asked.with_page(page)) { (page) } }
                }
                @if asked.page < n_pages { a.button rel="next" href=(asked.with_page(asked.page + 1)) { (lang.word("page.next")) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, address: &str) {
        assert_eq!(Asked::from_query(query).address(), address);
    }

    #[test]
    fn every_state_is_an_address() {
        check("q=kh+293%2F2020", "/tim?q=kh%20293%2F2020");
        check(
            "q=a&loai=kh&loai=bc&nam=2020&xep=newest&trang=2&dung=1",
            "/tim?q=a&loai=kh&loai=bc&nam=2020&xep=newest&dung=1&trang=2",
        );
        check("q=%FF&x=y&trang=-1&xep=?", "/tim?q=%EF%BF%BD"); // what is not understood is left out
        check("q=a&tn=1", "/tim?q=a&tn=1");
        check("q=a&nc_so=12&nc_ky=&nc_nd=b", "/tim?q=a%20so%3A%2212%22%20b"); // the advanced form
        check("", "/tim?q=");
    }

    #[test]
    fn choosing_again_unchooses() {
        let asked = Asked::from_query("q=a&nam=2020&trang=3");
        assert_eq!(asked.toggled("nam", "2020"), "/tim?q=a");
        assert_eq!(asked.toggled("nam", "2019"), "/tim?q=a&nam=2020&nam=2019");
    }

    #[test]
    fn marks_count_characters_not_bytes() {
        use crate::archive::snippet::Mark;
        let snippet = Snippet {
            text: "kế hoạch <thi> đua".to_owned(),
            marks: vec![
                Mark { start: 3, end: 8, is_exact: true },
                Mark { start: 15, end: 18, is_exact: true },
            ],
            page: 1,
            is_cut_before: true,
            is_cut_after: false,
            n_places: 2,
        };
        let html = passage(&snippet).into_string();
        assert_eq!(html, "…kế <mark>hoạch</mark> &lt;thi&gt; <mark>đua</mark>");
    }
}
