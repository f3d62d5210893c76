//! `/api/v1/documents/{id}/pages/{n}.png`: a page of a PDF as a picture, from the cache or drawn
//! by a worker.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    catalog::{Catalog, FileRow, FileStatus},
    domain::{
        failure::{Failure, FailureReason},
        record::{Format, Record, RecordId},
    },
    intake::scan,
    layout::{BBox, PrintedWord},
    read::pdf,
    source::{Limits, Source},
    web::{App, api, blocking, etag, picture_cache::PictureCache, problem::Problem},
    worker::{Ink, PageImage, Pool, Size, Terms, Undone},
};

/// Raised whenever the same page may be drawn in another way.
const DRAWER_REVISION: u32 = 1;
/// Width of a picture in pixels when none is asked for.
const DEFAULT_WIDTH: u32 = 1_000;
/// Widest picture in pixels.
const MAX_WIDTH: u32 = 4_000;
/// How long drawing one page may take.
const MAX_TIME: Duration = Duration::from_secs(20);

/// Draws pages and remembers them.
#[derive(Debug)]
pub struct Pictures {
    pool: Pool,
    cache: PictureCache,
}

impl Pictures {
    /// Pictures by these workers, remembered in this cache.
    pub fn new(pool: Pool, cache: PictureCache) -> Self {
        Self { pool, cache }
    }

    /// The words of a page as printed or recognised, to mark its picture by; none when they cannot
    /// be had.
    pub(super) fn words(
        &self,
        app: &App,
        record: &Record,
        files: &[FileRow],
        page: u32,
        size: (f32, f32),
    ) -> Vec<PrintedWord> {
        if let Ok(Some(Ok(recognised))) = app.archive.catalog.recognised(&record.sha256, page) {
            return pdf::recognised_words(&recognised, size);
        }
        let source = original(app, record, files);
        let words = source.map(|source| self.pool.words(&source, page, &Limits::default()));
        words.and_then(Result::ok).unwrap_or_default()
    }

    /// Forgets the pictures of documents that the catalog does not hold any more.
    pub fn forget_what_is_gone(&self, catalog: &Catalog) {
        // A catalog that cannot answer keeps the picture; asking for it will tell.
        self.cache.retain(|id| catalog.record(id).map_or(true, |record| record.is_some()));
    }
}

/// How large, and which part.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PictureQuery {
    /// Width of the picture in pixels, 1 to 4,000; 1,000 when not given.
    #[param(minimum = 1, maximum = 4000)]
    width: Option<u32>,
    /// Only this part of the page: `x0,y0,x1,y1` in points (1/72 inch) from the top left corner of
    /// the page as displayed, like every box of the API.
    #[serde(rename = "box")]
    #[param(rename = "box", example = "50,60,300,90")]
    crop: Option<String>,
}

impl PictureQuery {
    /// The page as it is to be drawn, and the end of the name under which it is remembered.
    fn wanted(&self, page: u32) -> Result<(PageImage, String), Problem> {
        let width = self.width.unwrap_or(DEFAULT_WIDTH);
        if !(1..=MAX_WIDTH).contains(&width) {
            return Err(Problem::invalid_parameter("width", "a number from 1 to 4000"));
        }
        let crop = self.crop.as_deref().map(parse_box).transpose()?;
        let part =
            crop.map_or_else(String::new, |b| format!("-{}_{}_{}_{}", b.x0, b.y0, b.x1, b.y1));
        let name = format!("{page}-{width}{part}-r{DRAWER_REVISION}.png");
        Ok((
            PageImage {
                page,
                size: Size::Width(width),
                ink: Ink::AsPrinted,
                annotations: true,
                crop,
            },
            name,
        ))
    }
}

/// Four numbers, to a tenth of a point.
fn parse_box(text: &str) -> Result<BBox, Problem> {
    /// Beyond the largest page there is.
    const FARTHEST: f32 = 2_000_000.0;
    let problem = || {
        let expected = "x0,y0,x1,y1 in points with x0 < x1 and y0 < y1";
        Problem::invalid_parameter("box", expected)
    };
    let mut numbers = Vec::new();
    for number in text.split(',') {
        let number: f32 = number.trim().parse().map_err(|_| problem())?;
        numbers.push((number * 10.0).round() / 10.0);
    }
    match numbers[..] {
        [x0, y0, x1, y1]
            if numbers.iter().all(|number| (0.0..=FARTHEST).contains(number))
                && x0 < x1
                && y0 < y1 =>
        {
            Ok(BBox { x0, y0, x1, y1 })
        }
        _ => Err(problem()),
    }
}

/// One page of a PDF as a PNG, as displayed; a part of it with `box`. Pictures do not change as
/// long as the file does not.
#[utoipa::path(get, path = "/api/v1/documents/{id}/pages/{n}.png", tag = "documents",
    params(
        ("id" = String, Path, description = "identifier, or number in any spelling"),
        ("n" = u32, Path, description = "page, from 1", minimum = 1),
        PictureQuery),
    responses(
        (status = 200, description = "the picture", content_type = "image/png"),
        (status = 300, body = Problem, content_type = "application/problem+json", description = "several documents carry the number"),
        (status = 304, description = "as the ETag of If-None-Match says, not changed"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "no such document or page, no original, or a format without page images"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "the page cannot be drawn")))]
pub async fn page(
    State(app): State<Arc<App>>,
    Path((key, file)): Path<(String, String)>,
    query: Result<Query<PictureQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = api::parameters(query)?;
    let page: Option<u32> = file.strip_suffix(".png").and_then(|number| number.parse().ok());
    let (wanted, name) = asked.wanted(page.ok_or_else(Problem::not_found)?)?;
    let id = api::named(&app, key).await?;
    let name = format!("{id}-{name}");
    let tag = format!("\"{name}\"");
    let is_held = headers.get(header::IF_NONE_MATCH).is_some_and(|held| etag::is_held(held, &tag));
    let drawn = blocking(&app, move |app| {
        let Some(record) = app.archive.catalog.record(&id)? else {
            return Ok(Err(Problem::document_not_found(id.as_str())));
        };
        if let Err(problem) = has_page(&record, wanted.page) {
            return Ok(Err(problem));
        }
        if is_held {
            return Ok(Ok(None));
        }
        let files = app.archive.catalog.paths(&id)?;
        Ok(picture(app, &id, &record, &files, &wanted, &name).map(Some))
    })
    .await??;
    let tags = [(header::ETAG, tag), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    Ok(match drawn {
        None => (StatusCode::NOT_MODIFIED, tags).into_response(),
        Some(png) => (tags, [(header::CONTENT_TYPE, "image/png")], png).into_response(),
    })
}

fn has_page(record: &Record, page: u32) -> Result<(), Problem> {
    if record.format != Some(Format::Pdf) {
        return Err(Problem::no_page_images());
    }
    if !(1..=record.n_pages).contains(&page) {
        return Err(Problem::page_not_found(page, record.n_pages));
    }
    Ok(())
}

fn picture(
    app: &App,
    id: &RecordId,
    record: &Record,
    files: &[FileRow],
    wanted: &PageImage,
    name: &str,
) -> Result<Vec<u8>, Problem> {
    if let Some(png) = app.pictures.cache.get(name) {
        return Ok(png);
    }
    let started_at = Instant::now();
    let source = original(app, record, files).ok_or_else(Problem::original_missing)?;
    match app.pictures.pool.png(&source, wanted, &Terms::within(MAX_TIME)) {
        Ok(png) => {
            app.pictures.cache.put(name, &png);
            tracing::debug!(document = %id, page = wanted.page, elapsed = ?started_at.elapsed(), "drawn");
            Ok(png)
        }
        Err(Undone::Failed(Failure { reason: FailureReason::Internal, detail })) => {
            tracing::error!(document = %id, page = wanted.page, detail, "a page was not drawn");
            Err(Problem::internal())
        }
        Err(Undone::Failed(failure)) => {
            tracing::info!(document = %id, page = wanted.page, detail = failure.detail, "a page was not drawn");
            Err(Problem::page_not_drawn(&failure))
        }
        // Nobody calls it off.
        Err(Undone::Stopped) => Err(Problem::internal()),
    }
}

/// The bytes from which the record was read: those of a file that has not changed since, or has
/// the same hash.
fn original(app: &App, record: &Record, files: &[FileRow]) -> Option<Source> {
    let there = files.iter().filter(|file| file.status != FileStatus::Missing);
    for file in there {
        let path = file.stat.path.on_disk(&app.archive_folder);
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if !metadata.is_file() || metadata.len() > Limits::default().max_file_bytes {
            continue;
        }
        let stat = scan::stat(file.stat.path.clone(), &metadata);
        let Ok(bytes) = fs::read(&path) else { continue };
        let (name, sha256) = (record.path.clone(), record.sha256.clone());
        if (stat.size_bytes, stat.mtime_ns) == (file.stat.size_bytes, file.stat.mtime_ns) {
            return Some(Source { path: name, bytes, sha256 });
        }
        let source = Source::new(name, bytes);
        if source.sha256 == sha256 {
            return Some(source);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_four_numbers_in_order() {
        let expected = BBox { x0: 50.0, y0: 60.3, x1: 300.0, y1: 90.0 };
        assert_eq!(parse_box("50,60.26, 300,90").unwrap(), expected);
        for text in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,2,3,4",
            "3,2,1,4",
            "1,4,3,2",
            "NaN,2,3,4",
            "-1,2,3,4",
            "1,2,inf,4",
        ] {
            let problem = parse_box(text).unwrap_err();
            assert_eq!((problem.status, problem.code), (400, "invalid_parameter"), "{text}");
        }
    }

    #[test]
    fn every_picture_has_a_name_of_its_own() {
        let name = |width, crop: Option<&str>| {
            let query = PictureQuery { width, crop: crop.map(str::to_owned) };
            query.wanted(3).unwrap().1
        };
        assert_eq!(name(None, None), "3-1000-r1.png");
        assert_eq!(name(Some(80), Some("1,2,3.5,4")), "3-80-1_2_3.5_4-r1.png");
    }
}
