//! Pages as pictures: through the API, from the cache, on the page of a document.

use std::{fs, num::NonZeroUsize, path::Path, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use tower::ServiceExt;
use vanthu::{
    catalog::Catalog,
    domain::tables::Tables,
    engine::{embedded::Embedded, switch::Switch},
    intake::{self, Control, Order, Scope, Setup},
    source::Limits,
    web::{App, picture::Pictures, picture_cache::PictureCache, router},
};

use crate::{
    util::{docx, folder, pdf},
    worker::pool,
};

/// A service over a folder with these files.
struct Office {
    folder: tempfile::TempDir,
    app: Arc<App>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Office {
    fn new(files: &[(&str, Vec<u8>)]) -> Self {
        let folder = folder();
        let archive = folder.path().join("kho");
        fs::create_dir(&archive).unwrap();
        for (name, bytes) in files {
            fs::write(archive.join(name), bytes).unwrap();
        }
        let catalog = Arc::new(Catalog::open(&folder.path().join("index")).unwrap());
        let engine = Arc::new(Switch::new(Arc::new(Embedded::in_memory().unwrap())));
        let office = intake::Office {
            archive: archive.clone(),
            data: folder.path().join("index"),
            catalog,
            engine,
            tables: Arc::new(Tables::builtin().clone()),
            limits: Limits::default(),
            n_threads: NonZeroUsize::MIN,
            workers: None,
        };
        let setup = Setup {
            archive: &archive,
            catalog: &office.catalog,
            engine: &office.engine,
            tables: &office.tables,
            limits: &office.limits,
            n_threads: office.n_threads,
            notes_idle: true,
            workers: None,
            ocr: &vanthu::recognised::NoOcr,
            order: &Order::Changes,
            control: &Control::default(),
        };
        intake::run(&setup, &[Scope::archive(&archive)], &|_| {}).unwrap();
        let pages = PictureCache::new(folder.path().join("index/pages"), 1 << 20);
        let app = App::new(&office, Arc::default(), Pictures::new(pool(), pages));
        Self { folder, app: Arc::new(app) }
    }

    async fn get(&self, address: &str, held: Option<&str>) -> Answer {
        let mut request = Request::get(address);
        if let Some(held) = held {
            request = request.header(header::IF_NONE_MATCH, held);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = router(Arc::clone(&self.app)).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    async fn get_text(&self, address: &str) -> String {
        String::from_utf8(self.get(address, None).await.bytes).unwrap()
    }

    fn cached(&self) -> Vec<String> {
        names(&self.folder.path().join("index/pages"))
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Width, height and pixels of a grayscale PNG.
fn decoded(png: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, png::ColorType::Grayscale);
    (info.width, info.height, pixels)
}

const PLAN: &str = "UBND TINH VAN SON\nSo: 12/KH-UBND\nKE HOACH\nThuc hien Chi thi thi dua";

#[tokio::test]
async fn a_page_is_a_png_and_is_drawn_once() {
    let office = Office::new(&[("a.pdf", pdf(PLAN))]);
    let address = "/api/v1/documents/12%2FKH-UBND/pages/1.png?width=595";
    let drawn = office.get(address, None).await;
    assert_eq!(drawn.status, StatusCode::OK, "{}", String::from_utf8_lossy(&drawn.bytes));
    assert_eq!(drawn.headers[header::CONTENT_TYPE], "image/png");
    let (width, height, pixels) = decoded(&drawn.bytes);
    assert_eq!((width, height), (595, 842));
    assert!(pixels.iter().any(|level| *level < 100));
    assert_eq!(office.cached().len(), 1);
    // A browser that has it gets nothing; one that does not gets the same from the cache, also
    // when the original is gone.
    let tag = drawn.headers[header::ETAG].to_str().unwrap().to_owned();
    let again = office.get(address, Some(&tag)).await;
    assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    fs::remove_file(office.app.archive_folder.join("a.pdf")).unwrap();
    let again = office.get(address, Some("\"x\"")).await;
    assert_eq!((again.status, again.bytes), (StatusCode::OK, drawn.bytes));
    // Not so what was never drawn.
    let gone = office.get("/api/v1/documents/12%2FKH-UBND/pages/1.png?width=99", None).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(String::from_utf8_lossy(&gone.bytes).contains("\"original_missing\""));
}

#[tokio::test]
async fn a_box_is_cut_out_of_the_page() {
    let office = Office::new(&[("a.pdf", pdf(PLAN))]);
    // The third line: its baseline is 104 points from the top, its capitals 8.6 high.
    let address = "/api/v1/documents/12%2FKH-UBND/pages/1.png?width=200&box=60,92,160,107";
    let (width, height, pixels) = decoded(&office.get(address, None).await.bytes);
    assert_eq!((width, height), (200, 30));
    let dark_rows: Vec<usize> = (0..30)
        .filter(|row| pixels[row * 200..(row + 1) * 200].iter().any(|level| *level < 100))
        .collect();
    assert!(dark_rows.first().is_some_and(|row| (4..10).contains(row)), "{dark_rows:?}");
    assert!(dark_rows.last().is_some_and(|row| (20..27).contains(row)), "{dark_rows:?}");
}

#[tokio::test]
async fn what_has_no_picture_says_why() {
    let office =
        Office::new(&[("a.pdf", pdf(PLAN)), ("b.docx", docx("Số: 7/QĐ-UBND\nQUYẾT ĐỊNH"))]);
    let check = async |address: &str, status: u16, code: &str| {
        let answer = office.get(address, None).await;
        let text = String::from_utf8(answer.bytes).unwrap();
        assert_eq!(answer.status.as_u16(), status, "{address}: {text}");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
        assert!(text.contains(&format!("\"code\":\"{code}\"")), "{address}: {text}");
    };
    let plan = "/api/v1/documents/12%2FKH-UBND/pages";
    check(&format!("{plan}/0.png"), 404, "page_not_found").await;
    check(&format!("{plan}/2.png"), 404, "page_not_found").await;
    check(&format!("{plan}/x.png"), 404, "not_found").await;
    check(&format!("{plan}/1.jpg"), 404, "not_found").await;
    check(&format!("{plan}/1.png?width=0"), 400, "invalid_parameter").await;
    check(&format!("{plan}/1.png?box=1,2,3"), 400, "invalid_parameter").await;
    check(&format!("{plan}/1.png?box=5000,5000,6000,6000"), 422, "page_not_drawn").await;
    check("/api/v1/documents/99%2FKH-UBND/pages/1.png", 404, "document_not_found").await;
    let decision = office.get_text("/api/v1/search?q=quyet+dinh").await;
    let id = decision.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap();
    check(&format!("/api/v1/documents/{id}/pages/1.png"), 404, "no_page_images").await;
    assert!(office.cached().is_empty());
}

#[tokio::test]
async fn pictures_are_forgotten_with_their_document() {
    let office = Office::new(&[("a.pdf", pdf(PLAN))]);
    office.get("/api/v1/documents/12%2FKH-UBND/pages/1.png", None).await;
    office.app.pictures.forget_what_is_gone(&office.app.archive.catalog);
    assert_eq!(office.cached().len(), 1);
    // A picture of a document that the catalog does not hold, e.g. refused by a later version.
    let pages = office.folder.path().join("index/pages");
    fs::write(pages.join("00112233445566aa-1-1000-r1.png"), b"x").unwrap();
    let cache = PictureCache::new(&pages, 1 << 20);
    let catalog = Arc::clone(&office.app.archive.catalog);
    Pictures::new(pool(), cache).forget_what_is_gone(&catalog);
    assert_eq!(office.cached().len(), 1);
    assert!(!office.cached()[0].starts_with("00112233445566aa"));
}

#[tokio::test]
async fn the_page_of_a_document_has_two_faces() {
    let office =
        Office::new(&[("a.pdf", pdf(PLAN)), ("b.docx", docx("Số: 7/QĐ-UBND\nQUYẾT ĐỊNH"))]);
    let words = office.get_text("/vb/12%2FKH-UBND?q=thi+dua").await;
    assert!(words.contains("<div class=\"paper\">"), "{words}");
    let sheet = office.get_text("/vb/12%2FKH-UBND?q=thi+dua&mat=trang&co=150").await;
    assert!(sheet.contains("/pages/1.png?width=1500\""), "{sheet}");
    assert!(sheet.contains("viewBox=\"0 0 595 842\""), "{sheet}");
    // The hit and the number are boxed, and the property leads to its box.
    assert!(sheet.contains("<g class=\"hit\"><title>thi – chỗ 1/3</title><rect "), "{sheet}");
    assert!(sheet.contains("<g class=\"field\" id=\"o-number\"><rect "), "{sheet}");
    assert!(sheet.contains("href=\"#o-number\""), "{sheet}");
    // Nothing needs a style attribute, which the page's own policy forbids.
    assert!(!sheet.contains("style="), "{sheet}");
    let decision = office.get_text("/tim?q=quyet+dinh").await;
    let id = decision.split("href=\"/vb/").nth(1).unwrap().split(['"', '?', '#']).next().unwrap();
    let none = office.get_text(&format!("/vb/{id}?mat=trang")).await;
    assert!(none.contains("Không có ảnh trang"), "{none}");
}
