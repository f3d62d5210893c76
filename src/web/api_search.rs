//! `/api/v1/search`: the same answer as the page, as JSON. Highlights are offsets, never HTML.

use std::sync::Arc;

use axum::{
    Json,
    extract::{RawQuery, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    archive::{Badge, Filter, Found, HitView, Reworded, SearchParams, SortBy, Why},
    domain::record::{Metadata, Warning},
    engine::KeyField,
    query,
    web::{
        App, blocking,
        problem::Problem,
        results::{pairs, today},
    },
};

/// One search. `type`, `issuer`, `year`, `band`, `signer` and `state` may be given several times;
/// the values are those of the facets.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "describes the parameters; they are read from the raw query, where one may repeat"
)]
pub struct SearchQuery {
    /// What a clerk would type, e.g. `kh 293/2020`. Never refused: what is odd gives warnings.
    #[param(nullable = false)]
    q: Option<String>,
    /// Order of the hits; by relevance when not given.
    #[param(nullable = false, inline)]
    sort: Option<SortCode>,
    /// Whether to count by type, issuer, year and so on; `true` when not given.
    #[param(nullable = false)]
    facets: Option<bool>,
    /// Whether words without accents mean just that; `false` when not given.
    #[param(nullable = false)]
    as_typed: Option<bool>,
    /// Type signs, e.g. `kh`.
    #[param(nullable = false)]
    r#type: Option<Vec<String>>,
    /// Issuers.
    #[param(nullable = false)]
    issuer: Option<Vec<String>>,
    /// Years of issue.
    #[param(nullable = false)]
    year: Option<Vec<String>>,
    /// Number bands.
    #[param(nullable = false)]
    band: Option<Vec<String>>,
    /// Signers.
    #[param(nullable = false)]
    signer: Option<Vec<String>>,
    /// States.
    #[param(nullable = false)]
    state: Option<Vec<String>>,
    /// Whether an issuer asked for stands for the bodies that it took over from, too.
    #[param(nullable = false)]
    predecessors: Option<bool>,
}

/// Which page of the hits.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes parameters; they are read from the raw query")]
pub struct Paging {
    /// Hits a page, 1 to 100; 20 when not given.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<usize>,
    /// The `next` of the previous page.
    #[param(nullable = false)]
    after: Option<String>,
}

/// The orders of hits; among equals the newer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SortCode {
    /// Best first.
    Relevance,
    /// Latest date of issue first.
    Newest,
    /// Earliest date of issue first.
    Oldest,
    /// Lowest running number first.
    Number,
}

impl From<SortCode> for SortBy {
    fn from(code: SortCode) -> Self {
        match code {
            SortCode::Relevance => Self::Relevance,
            SortCode::Newest => Self::Newest,
            SortCode::Oldest => Self::Oldest,
            SortCode::Number => Self::Number,
        }
    }
}

/// The field that a parameter chooses values of.
fn filter_field(name: &str) -> Option<KeyField> {
    match name {
        "type" => Some(KeyField::DocType),
        "issuer" => Some(KeyField::Issuer),
        "year" => Some(KeyField::Year),
        "band" => Some(KeyField::NumberBand),
        "signer" => Some(KeyField::Signer),
        "state" => Some(KeyField::State),
        _ => None,
    }
}

/// The parameter by which a field is chosen.
fn filter_name(field: KeyField) -> &'static str {
    let names = ["type", "issuer", "year", "band", "signer", "state"];
    names.into_iter().find(|name| filter_field(name) == Some(field)).unwrap_or("other")
}

fn read_flag(name: &'static str, value: &str) -> Result<bool, Problem> {
    value.parse().map_err(|_| Problem::invalid_parameter(name, "true or false"))
}

/// Reads the parameters of a search; `own` are further ones that the caller reads itself.
pub fn read_params(query: &str, own: &[&str]) -> Result<SearchParams, Problem> {
    let mut params = SearchParams::new(String::new(), today());
    for (name, value) in pairs(query).into_iter().filter(|(name, _)| !own.contains(&name.as_str()))
    {
        match name.as_str() {
            "q" => params.q = value,
            "sort" => {
                params.sort = SortBy::from_code(&value).ok_or_else(|| {
                    Problem::invalid_parameter("sort", "relevance, newest, oldest or number")
                })?;
            }
            "limit" => {
                params.per_page =
                    value.parse().ok().filter(|limit| (1..=100).contains(limit)).ok_or_else(
                        || Problem::invalid_parameter("limit", "a number from 1 to 100"),
                    )?;
            }
            "after" => params.after = Some(value),
            "facets" => params.facets = read_flag("facets", &value)?,
            "as_typed" => params.as_typed = read_flag("as_typed", &value)?,
            "predecessors" => params.with_predecessors = read_flag("predecessors", &value)?,
            other => match filter_field(other) {
                Some(field) => match params.filters.iter_mut().find(|filter| filter.field == field)
                {
                    Some(filter) => filter.values.push(value),
                    None => params.filters.push(Filter { field, values: vec![value] }),
                },
                None => {
                    return Err(Problem::invalid_parameter(
                        "query",
                        "only the parameters that openapi.json names",
                    ));
                }
            },
        }
    }
    Ok(params)
}

/// Finds documents.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(SearchQuery, Paging),
    responses(
        (status = 200, body = SearchAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json")))]
pub async fn search(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
) -> Result<Json<SearchAnswer>, Problem> {
    let params = read_params(query.as_deref().unwrap_or(""), &[])?;
    blocking(&app, move |app| Ok(SearchAnswer::new(app.archive.search(&params)?))).await.map(Json)
}

/// The answer to a search.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    /// How the query was understood, one entry a condition.
    pub chips: Vec<ChipAnswer>,
    /// What was odd.
    pub warnings: Vec<Warning>,
    /// Documents that match in all.
    pub total: u64,
    /// The bodies that the issuers asked for took over from; their papers belong to the answer
    /// when `predecessors` was asked for.
    pub predecessors: Vec<PredecessorAnswer>,
    /// The one document that carries the number that was typed, when nothing else was typed.
    pub exact: Option<String>,
    /// What the archive holds of the number that was typed.
    pub number: Option<NumberAnswer>,
    /// The hits in order.
    pub hits: Vec<HitAnswer>,
    /// Counts, each without its own filter.
    pub facets: Vec<FacetAnswer>,
    /// What words without accents were taken to mean; such documents come first, none is left
    /// out. `as_typed=true` leaves that.
    pub restored: Option<RestoredAnswer>,
    /// The query without leftovers of Telex or VNI keys: `phongf` is `phòng`. Only offered.
    pub suggestion: Option<String>,
    /// When nothing was found while files are being taken in: how many were looked at so far.
    pub taking_in: Option<u64>,
    /// `after` of the next page.
    pub next: Option<String>,
    /// Milliseconds.
    pub took_ms: f64,
}

/// Words with the accents that were most likely meant.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoredAnswer {
    /// The words.
    pub words: String,
    /// The query with them.
    pub query: String,
}

/// One condition of the query.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChipAnswer {
    /// `number`, `date`, `issuer`, …
    pub kind: &'static str,
    /// In Vietnamese.
    pub label_vi: String,
    /// In English.
    pub label_en: String,
    /// The query without this condition.
    pub without: String,
    /// Queries in which the same characters mean something else.
    pub alternatives: Vec<String>,
}

/// A body that an issuer asked for took over from.
#[derive(Debug, Serialize, ToSchema)]
pub struct PredecessorAnswer {
    /// Its identifier, as a value of `issuer`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its last day, ISO, when known.
    pub until: Option<String>,
}

/// What the archive holds of a number.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberAnswer {
    /// As typed.
    pub asked: String,
    /// Documents that carry it.
    pub n_carrying: u64,
    /// Documents that cite it.
    pub n_citing: u64,
    /// The nearest numbers, when none carries it.
    pub nearest: Vec<String>,
}

/// One document found.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitAnswer {
    /// The document.
    pub id: String,
    /// Path of its file.
    pub path: String,
    /// Its fields.
    pub metadata: Metadata,
    /// How many pages.
    pub n_pages: u32,
    /// The passage that answers best.
    pub snippet: Option<SnippetAnswer>,
    /// How many mentions it makes.
    pub n_citations: u64,
    /// How many of them the archive lacks.
    pub n_missing: u64,
    /// How many documents cite it.
    pub n_cited_by: u64,
    /// Why it was found.
    pub why: Vec<WhyAnswer>,
    /// What to know before opening it: `scan`, `draft`, `replaced_by:…`, `amended_by:…`, `copies:…`.
    pub badges: Vec<String>,
    /// Score; 0 when not sorted by relevance.
    pub score: f32,
}

/// A passage.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnippetAnswer {
    /// The passage.
    pub text: String,
    /// Half-open ranges to mark, in characters of `text`.
    pub highlights: Vec<[usize; 2]>,
    /// Page, from 1.
    pub page: u32,
}

/// Why a document was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct WhyAnswer {
    /// `number`, `number_alike`, `cites_number`, `title`, `issuer`, `text` or `filters`.
    pub field: &'static str,
    /// How many words or places matched.
    pub n: usize,
    /// Whether accents matched as typed.
    pub exact: bool,
}

/// Counts by one field.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacetAnswer {
    /// The parameter that chooses by it.
    pub field: &'static str,
    /// The values.
    pub values: Vec<FacetValueAnswer>,
}

/// One value.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacetValueAnswer {
    /// For the parameter.
    pub value: String,
    /// What to call it.
    pub label: String,
    /// Documents.
    pub count: u64,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl SearchAnswer {
    /// From what the archive found.
    pub fn new(found: Found) -> Self {
        let chips = query::chips(&found.query)
            .into_iter()
            .map(|chip| ChipAnswer {
                kind: chip.kind.code(),
                label_vi: chip.label_vi,
                label_en: chip.label_en,
                without: chip.without,
                alternatives: chip.alternatives.into_iter().map(|other| other.query).collect(),
            })
            .collect();
        let facets = found
            .facets
            .into_iter()
            .map(|facet| FacetAnswer {
                field: filter_name(facet.field),
                values: facet
                    .values
                    .into_iter()
                    .map(|value| FacetValueAnswer {
                        value: value.value,
                        label: value.label,
                        count: value.count,
                        chosen: value.is_chosen,
                    })
                    .collect(),
            })
            .collect();
        let number = found.number.map(|number| NumberAnswer {
            asked: number.asked,
            n_carrying: number.n_carrying,
            n_citing: number.n_citing,
            nearest: number
                .nearest
                .into_iter()
                .filter_map(|head| head.record.metadata.number.map(|found| found.value))
                .collect(),
        });
        Self {
            chips,
            warnings: found.warnings,
            total: found.total,
            predecessors: found
                .predecessors
                .into_iter()
                .map(|body| PredecessorAnswer {
                    id: body.id,
                    name: body.name,
                    until: body.until.map(|date| date.to_string()),
                })
                .collect(),
            exact: found.exact.map(|id| id.to_string()),
            number,
            hits: found.hits.into_iter().map(HitAnswer::new).collect(),
            facets,
            restored: found
                .restored
                .map(|Reworded { words, query }| RestoredAnswer { words, query }),
            suggestion: found.suggestion,
            taking_in: found.taking_in,
            next: found.next,
            took_ms: found.took.as_secs_f64() * 1000.0,
        }
    }
}

impl HitAnswer {
    /// From what the archive found; also what `vanthu search --json` prints.
    pub fn new(hit: HitView) -> Self {
        let snippet = hit.snippet.map(|snippet| SnippetAnswer {
            text: snippet.text,
            highlights: snippet.marks.iter().map(|mark| [mark.start, mark.end]).collect(),
            page: snippet.page,
        });
        let badges = hit
            .badges
            .iter()
            .map(|badge| match badge {
                Badge::State(state) => (*state).to_owned(),
                Badge::Standing(told) => format!("{}_by:{}", told.kind.code(), told.told_by),
                Badge::Copies(n) => format!("copies:{n}"),
            })
            .collect();
        let record = hit.head.record;
        Self {
            id: record.id.to_string(),
            path: record.path,
            metadata: record.metadata,
            n_pages: record.n_pages,
            snippet,
            n_citations: hit.head.n_citations,
            n_missing: hit.head.n_missing,
            n_cited_by: hit.head.n_cited_by,
            why: hit.why.iter().map(WhyAnswer::new).collect(),
            badges,
            score: hit.score,
        }
    }
}

impl WhyAnswer {
    fn new(why: &Why) -> Self {
        let (field, n, exact) = match *why {
            Why::Number => ("number", 1, true),
            Why::NumberAlike => ("number_alike", 1, false),
            Why::CitesNumber => ("cites_number", 1, true),
            Why::Title { n_words, is_exact } => ("title", n_words, is_exact),
            Why::Issuer => ("issuer", 1, false),
            Why::Text { n_places, is_exact } => ("text", n_places, is_exact),
            Why::Filters => ("filters", 0, true),
        };
        Self { field, n, exact }
    }
}
