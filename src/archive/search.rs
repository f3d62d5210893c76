//! [`Archive::search`]: a typed text → the documents that answer it, why, and where.

use std::{collections::BTreeMap, time::Instant};

use crate::{
    archive::{
        Archive, ArchiveError, Found, HitView, MAX_REACH, Reworded, SearchParams, SortBy, Why,
        facets,
        number::Asked,
        params::{read_cursor, write_cursor},
        restore::restore,
        snippet::{Finder, Mark, Snippet},
        succession,
    },
    catalog::Head,
    context::Context,
    domain::{
        date::PartialDate,
        found::Span,
        number_forms::NumberForms,
        record::{RecordId, Warning},
    },
    engine::{
        After, Answer, Hit, Q, SearchReq, Sort,
        analyse::words,
        plan::{self, Need, Plan},
    },
    query::{self, Meaning, Query},
    source::Limits,
    text::Text,
};

/// Most hits a page.
const MAX_PER_PAGE: usize = 100;

impl Archive {
    /// Finds documents.
    ///
    /// Whatever was typed is answered: what could not be understood is looked for as text and
    /// named in a warning. When no document has all the words, those with most of them are
    /// shown, and [`Found::relaxed`] says so.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn search(&self, params: &SearchParams) -> Result<Found, ArchiveError> {
        let started_at = Instant::now();
        let (query, mut warnings) = self.understand(&params.q, params.today);
        let predecessors = succession::predecessors(&self.tables, &query, &params.filters);
        let mut plan = if params.with_predecessors {
            Plan::new(&succession::widened_query(&self.tables, &query), &self.tables)
        } else {
            Plan::new(&query, &self.tables)
        };
        for filter in &params.filters {
            if params.with_predecessors {
                plan.choose(filter.field, &succession::widened_values(&self.tables, filter));
            } else {
                plan.choose(filter.field, &filter.values);
            }
        }

        let restored = match params.as_typed {
            true => None,
            false => self.restore(&query, &mut plan)?,
        };

        let page = Page::new(params, &mut warnings);
        let mut answer = self.ask(&plan, Need::All, &page, params.facets)?;
        let mut relaxed = None;
        if answer.total == 0
            && plan.n_units() > 1
            && let Some(min) = self.most_units(&plan)?
        {
            answer = self.ask(&plan, Need::AtLeast(min), &page, params.facets)?;
            relaxed = Some((min, plan.n_units()));
            warnings.push(fewer_words(min, plan.n_units()));
        }

        let (hits, next) = page.cut(&answer);
        let asked = plan.numbers.first().map(Asked::from_query);
        let number = match &asked {
            Some(asked) => Some(self.number_view(asked)?),
            None => None,
        };
        let exact = match &asked {
            Some(asked) if is_number_alone(&query) => self.only_one(asked.carried.clone())?,
            _ => None,
        };
        Ok(Found {
            total: answer.total,
            hits: self.hit_views(&plan, hits)?,
            facets: self.facets(&params.filters, answer.facets)?,
            exact,
            number,
            predecessors,
            with_predecessors: params.with_predecessors,
            relaxed,
            restored,
            taking_in: if answer.total == 0 { self.taking_in()? } else { None },
            suggestion: query::without_leftovers(&query.typed),
            next,
            warnings,
            query,
            took: started_at.elapsed(),
        })
    }

    /// How many files the run that goes on has looked at; `None` when none goes on.
    fn taking_in(&self) -> Result<Option<u64>, ArchiveError> {
        let latest = self.catalog.runs(1)?.into_iter().next();
        let going_on = latest.filter(|run| run.ended_at_ms.is_none());
        Ok(going_on.map(|run| run.counts.n_files))
    }

    /// Puts documents first that have the diacritics which words without them most likely mean.
    fn restore(&self, query: &Query, plan: &mut Plan) -> Result<Option<Reworded>, ArchiveError> {
        let mut reworded = BTreeMap::new();
        for (n, clause) in query.clauses.iter().enumerate() {
            let Meaning::Words(typed) = &clause.meaning else { continue };
            if clause.is_excluded {
                continue;
            }
            if let Some(restored) = restore(&*self.engine, &words(typed))? {
                let restored = restored.join(" ");
                plan.put_first(&restored);
                reworded.insert(n, restored);
            }
        }
        let query = query.reworded(&reworded);
        let words = reworded.into_values().collect::<Vec<_>>().join(" ");
        Ok((!words.is_empty()).then_some(Reworded { words, query }))
    }

    /// The places of a text to mark for a query, in order, without overlap.
    pub fn hit_spans(&self, q: &str, text: &Text, today: PartialDate) -> Vec<Span> {
        let (query, _) = self.understand(q, today);
        Finder::new(&Plan::new(&query, &self.tables).words).spans(text)
    }

    pub(super) fn understand(&self, q: &str, today: PartialDate) -> (Query, Vec<Warning>) {
        let context = Context::new(&self.tables, Limits::default());
        query::parse(&context, today, q)
    }

    fn ask(
        &self,
        plan: &Plan,
        need: Need,
        page: &Page,
        with_facets: bool,
    ) -> Result<Answer, ArchiveError> {
        let request = SearchReq {
            score: plan.score(need),
            filter: plan.filters(None),
            sort: page.sort,
            after: page.after,
            size: page.size,
            facets: if with_facets { facets::requests(plan) } else { Vec::new() },
        };
        Ok(self.engine.search(&request)?)
    }

    /// The most pieces of text that one document has, `None` when none has any.
    fn most_units(&self, plan: &Plan) -> Result<Option<usize>, ArchiveError> {
        // The more pieces must occur, the fewer documents there are: the last number of pieces
        // that still has documents is found by halving.
        let (mut has, mut has_not) = (0, plan.n_units());
        while has + 1 < has_not {
            let middle = has + (has_not - has) / 2;
            if self.total(plan.score(Need::AtLeast(middle)), plan.filters(None))? > 0 {
                has = middle;
            } else {
                has_not = middle;
            }
        }
        Ok((has > 0).then_some(has))
    }

    fn total(&self, score: Q, filter: Vec<Q>) -> Result<u64, ArchiveError> {
        let sort = Sort::Relevance;
        let request = SearchReq { score, filter, sort, after: None, size: 0, facets: Vec::new() };
        Ok(self.engine.search(&request)?.total)
    }

    /// The document, when exactly one matches.
    fn only_one(&self, score: Q) -> Result<Option<RecordId>, ArchiveError> {
        let request = SearchReq {
            score,
            filter: Vec::new(),
            sort: Sort::Relevance,
            after: None,
            size: 1,
            facets: Vec::new(),
        };
        let answer = self.engine.search(&request)?;
        let mut hits = answer.hits.into_iter();
        Ok(hits.next().filter(|_| answer.total == 1).map(|hit| hit.id))
    }

    fn hit_views(&self, plan: &Plan, hits: &[Hit]) -> Result<Vec<HitView>, ArchiveError> {
        let ids: Vec<RecordId> = hits.iter().map(|hit| hit.id.clone()).collect();
        let heads = self.catalog.heads(&ids)?;
        let badges = self.badges(&heads)?;
        let scores: BTreeMap<&RecordId, f32> =
            hits.iter().map(|hit| (&hit.id, hit.score)).collect();
        let finder = Finder::new(&plan.words);
        let numbers: Vec<NumberForms> = plan.numbers.iter().flat_map(plan::forms).collect();
        let mut views = Vec::with_capacity(heads.len());
        for (head, badges) in heads.into_iter().zip(badges) {
            let mut snippet = match plan.words.is_empty() {
                true => None,
                false => self.catalog.text(&head.record.id)?.and_then(|text| finder.snippet(&text)),
            };
            let mut why = number_reasons(&numbers, &head);
            if !numbers.is_empty() && why.is_empty() {
                why.push(Why::CitesNumber);
                if snippet.is_none() {
                    snippet = self.quote(&numbers, &head)?;
                }
            }
            why.extend(word_reasons(plan, &finder, &head, snippet.as_ref()));
            if why.is_empty() {
                why.push(Why::Filters);
            }
            let score = scores.get(&head.record.id).copied().unwrap_or_default();
            views.push(HitView { head, why, snippet, badges, score });
        }
        Ok(views)
    }

    /// The sentence by which a document cites one of the numbers, the number marked.
    fn quote(&self, numbers: &[NumberForms], head: &Head) -> Result<Option<Snippet>, ArchiveError> {
        let outgoing = self.catalog.outgoing(&head.record.id)?;
        let cites = |printed: &str| {
            NumberForms::of(printed)
                .is_some_and(|cited| numbers.iter().any(|number| number.means(&cited)))
        };
        let mentions: Vec<_> = outgoing
            .iter()
            .map(|outgoing| &outgoing.citation)
            .filter(|citation| citation.number.as_deref().is_some_and(cites))
            .collect();
        let Some(citation) = mentions.first() else { return Ok(None) };
        let text = citation.quote.replace('\n', " ");
        let printed = citation.number.as_deref().unwrap_or_default();
        let marks = text.find(printed).map(|at| {
            let start = text[..at].chars().count();
            Mark { start, end: start + printed.chars().count(), is_exact: true }
        });
        Ok(Some(Snippet {
            text,
            marks: marks.into_iter().collect(),
            page: citation.page,
            is_cut_before: true,
            is_cut_after: true,
            n_places: mentions.len(),
        }))
    }
}

/// Which hits to fetch and which of them make the page.
struct Page {
    sort: Sort,
    sort_by: SortBy,
    after: Option<After>,
    /// Hits of earlier pages that are fetched with it.
    skip: usize,
    per_page: usize,
    size: usize,
}

impl Page {
    fn new(params: &SearchParams, warnings: &mut Vec<Warning>) -> Self {
        let per_page = params.per_page.clamp(1, MAX_PER_PAGE);
        let after = params.after.as_deref().and_then(|cursor| read_cursor(params.sort, cursor));
        if params.after.is_some() && after.is_none() {
            let message =
                "expected a cursor of this search, found another text; the first page is shown";
            warnings.push(Warning::new("unknown_cursor", message));
        }
        let last_page = MAX_REACH / per_page;
        let mut page = params.page.max(1);
        if params.after.is_some() {
            page = 1;
        } else if page > last_page {
            let message =
                format!("expected a page up to {last_page}, found {page}; the last one is shown");
            warnings.push(Warning::new("page_too_far", message));
            page = last_page;
        }
        let skip = (page - 1) * per_page;
        Self {
            sort: params.sort.to_engine(),
            sort_by: params.sort,
            after,
            skip,
            per_page,
            // One more tells whether there is a next page.
            size: (skip + per_page + 1).min(MAX_REACH),
        }
    }

    /// The hits of the page and where the next one begins.
    fn cut<'a>(&self, answer: &'a Answer) -> (&'a [Hit], Option<String>) {
        let start = self.skip.min(answer.hits.len());
        let end = (start + self.per_page).min(answer.hits.len());
        let hits = &answer.hits[start..end];
        let has_more =
            answer.hits.len() > end || self.size == MAX_REACH && answer.total > end as u64;
        let last = hits.last().filter(|_| has_more);
        (hits, last.map(|hit| write_cursor(self.sort_by, After::hit(hit, self.sort))))
    }
}

fn fewer_words(found: usize, of: usize) -> Warning {
    let message = format!("no document has all {of} pieces of the query; these have {found}");
    Warning::new("fewer_words", message)
}

/// Whether a number and nothing else was typed.
pub(super) fn is_number_alone(query: &Query) -> bool {
    matches!(&query.clauses[..], [only] if !only.is_excluded && matches!(only.meaning, Meaning::Number(_)))
}

fn number_reasons(numbers: &[NumberForms], head: &Head) -> Vec<Why> {
    let Some(own) = &head.record.metadata.number else { return Vec::new() };
    let Some(own) = NumberForms::of(&own.value) else { return Vec::new() };
    let mut reasons = Vec::new();
    if numbers.iter().any(|number| number.spelled == own.spelled) {
        reasons.push(Why::Number);
    } else if numbers.iter().any(|number| number.means(&own)) {
        reasons.push(Why::NumberAlike);
    }
    reasons
}

fn word_reasons(plan: &Plan, finder: &Finder, head: &Head, snippet: Option<&Snippet>) -> Vec<Why> {
    if plan.words.is_empty() {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    let metadata = &head.record.metadata;
    let title: Vec<&str> = [&metadata.doc_type, &metadata.subject]
        .into_iter()
        .flatten()
        .map(|found| found.value.as_str())
        .collect();
    let (n_words, n_exact) = finder.count(&words(&title.join(" ")));
    if n_words > 0 {
        reasons.push(Why::Title { n_words, is_exact: n_words == n_exact });
    }
    let issuer = metadata.issuer.as_ref().map(|found| words(&found.value));
    if issuer.is_some_and(|issuer| finder.count(&issuer).0 > 0) {
        reasons.push(Why::Issuer);
    }
    if let Some(snippet) = snippet {
        let is_exact = snippet.marks.iter().all(|mark| mark.is_exact);
        reasons.push(Why::Text { n_places: snippet.n_places, is_exact });
    }
    reasons
}
