//! What runs in a process of its own: what it answers, and how it ends.

use std::{
    num::NonZeroUsize,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use vanthu::{
    domain::failure::FailureReason,
    layout::BBox,
    read::{self, error::ReadError},
    source::{Limits, Source},
    worker::{Colours, Ink, PageImage, Pool, Raster, Size, Terms, Undone},
};

use crate::util::{docx, ole, pdf, pdf_image, pdf_of, pdf_page};

const PATIENT: Terms<'static> = Terms { max_time: Duration::from_secs(60), stop: None };

/// A pool of one worker of the built program.
pub fn pool() -> Pool {
    Pool::of_program(env!("CARGO_BIN_EXE_vanthu"), NonZeroUsize::MIN)
}

fn whole_page(size: Size) -> PageImage {
    PageImage { page: 1, size, ink: Ink::AsPrinted, crop: None, annotations: true }
}

fn render(bytes: Vec<u8>, page: &PageImage) -> Result<Raster, Undone> {
    pool().render(&Source::new("a.pdf", bytes), page, &PATIENT)
}

/// The smallest box around everything dark, in points.
fn ink_box(raster: &Raster) -> BBox {
    let mut found: Option<BBox> = None;
    for (index, &level) in raster.pixels.iter().enumerate() {
        if level < 128 {
            let x = (index as u32 % raster.width) as f32 / raster.scale;
            let y = (index as u32 / raster.width) as f32 / raster.scale;
            let dot = BBox { x0: x, y0: y, x1: x, y1: y };
            found = Some(found.map_or(dot, |found| found.union(dot)));
        }
    }
    found.expect("something dark is on the page")
}

/// A page that would take years to draw: forms that draw forms, ten times each, thirteen deep.
fn endless() -> Vec<u8> {
    const DEPTH: usize = 13;
    let form = |n: usize| {
        format!(
            "/Type /XObject /Subtype /Form /BBox [0 0 595 842] \
             /Resources << /XObject << /F {} 0 R >> >>",
            101 + n
        )
    };
    let forms: Vec<String> = (0..DEPTH).map(form).collect();
    let twigs = "/F Do ".repeat(10);
    let mut contents: Vec<(&str, &[u8])> =
        forms.iter().map(|entries| (entries.as_str(), twigs.as_bytes())).collect();
    let leaf = "/Type /XObject /Subtype /Form /BBox [0 0 595 842]";
    contents.push((leaf, b"0 0 m 595 842 l 100 800 300 200 500 600 c S"));
    contents.push(("", b"/F Do"));
    let page = "/MediaBox [0 0 595 842] /Resources << /XObject << /F 100 0 R >> >>";
    pdf_page(page, &[], &contents)
}

#[test]
fn a_document_is_read_as_in_this_process() {
    let pool = pool();
    let bytes = docx("KẾ HOẠCH\nNơi nhận: | GIÁM ĐỐC");
    let apart = pool.read(&bytes, &Limits::default()).unwrap();
    let here = read::here(&bytes, &Limits::default()).unwrap();
    assert_eq!(apart.layout, here.layout);
    assert_eq!(apart.warnings, here.warnings);
    // And a refusal is the same refusal.
    let bytes = ole(&[("WordDocument", b"x")]);
    let apart = pool.read(&bytes, &Limits::default()).unwrap_err();
    let here = read::here(&bytes, &Limits::default()).unwrap_err();
    assert_eq!((apart.reason(), apart.to_string()), (here.reason(), here.to_string()));
}

#[test]
fn a_page_is_drawn_where_its_words_lie() {
    // Helvetica 12 at 72 points from the left and 770 from below: its capitals are 8.6 high.
    let drawn = render(pdf("KE HOACH"), &whole_page(Size::Dpi(144.0))).unwrap();
    assert_eq!((drawn.width, drawn.height, drawn.colours), (1190, 1684, Colours::Gray));
    let ink = ink_box(&drawn);
    assert!((72.0..74.0).contains(&ink.x0) && (130.0..145.0).contains(&ink.x1), "{ink:?}");
    assert!((62.0..64.5).contains(&ink.y0) && (71.0..73.0).contains(&ink.y1), "{ink:?}");
    // Only a part of it, so many pixels wide, from the same corner.
    let crop = Some(BBox { x0: 60.0, y0: 50.0, x1: 160.0, y1: 80.0 });
    let wanted = PageImage { crop, ..whole_page(Size::Width(400)) };
    let part = render(pdf("KE HOACH"), &wanted).unwrap();
    assert_eq!((part.width, part.height), (400, 120));
    let inside = ink_box(&part);
    assert!((inside.x0 + 60.0 - ink.x0).abs() < 1.0, "{inside:?} in {ink:?}");
    assert!((inside.y0 + 50.0 - ink.y0).abs() < 1.0, "{inside:?} in {ink:?}");
}

#[test]
fn a_turned_page_is_drawn_as_displayed() {
    let page = "/MediaBox [0 0 595 842] /Rotate 90 /UserUnit 2";
    let bytes = pdf_page(page, &[], &[("", b"0 0 100 50 re f")]);
    let drawn = render(bytes, &whole_page(Size::Dpi(36.0))).unwrap();
    // 842 by 595 units of 2 points, at half a pixel a point.
    assert_eq!((drawn.width, drawn.height), (842, 595));
    let ink = ink_box(&drawn);
    assert!(ink.x0 < 1.0 && ink.y0 < 1.0, "{ink:?}");
    assert!((98.0..=100.0).contains(&ink.x1) && (198.0..=200.0).contains(&ink.y1), "{ink:?}");
}

#[test]
fn colours_only_where_there_are_some() {
    let red = || pdf_of(&[], &[("", b"1 0 0 rg 0 0 100 100 re f")]);
    let drawn = render(red(), &whole_page(Size::Width(59))).unwrap();
    assert_eq!((drawn.colours, drawn.pixels.len()), (Colours::Rgb, 59 * drawn.height as usize * 3));
    let wanted = PageImage { ink: Ink::Gray, ..whole_page(Size::Width(59)) };
    let drawn = render(red(), &wanted).unwrap();
    assert_eq!((drawn.colours, drawn.pixels.len()), (Colours::Gray, 59 * drawn.height as usize));
}

#[test]
fn a_huge_page_is_drawn_smaller() {
    let page = "/MediaBox [0 0 14400 14400]";
    let bytes = pdf_page(page, &[], &[("", b"0 0 7200 7200 re f")]);
    let drawn = render(bytes, &whole_page(Size::Dpi(300.0))).unwrap();
    assert!(drawn.width * drawn.height <= 41_000_000, "{} x {}", drawn.width, drawn.height);
    assert!((ink_box(&drawn).x1 - 7200.0).abs() < 5.0);
}

#[test]
fn there_is_no_such_page() {
    let pool = pool();
    let source = Source::new("a.pdf", pdf("KE HOACH"));
    for page in [0, 2] {
        let wanted = PageImage { page, ..whole_page(Size::Dpi(72.0)) };
        let Err(Undone::Failed(failure)) = pool.render(&source, &wanted, &PATIENT) else {
            panic!("page {page} was drawn");
        };
        assert_eq!(failure.detail, format!("expected page {page} of 1, found none"));
    }
    let garbage = Source::new("a.pdf", b"%PDF-1.4 and nothing".to_vec());
    let undone = pool.render(&garbage, &whole_page(Size::Dpi(72.0)), &PATIENT).unwrap_err();
    assert!(matches!(undone, Undone::Failed(f) if f.reason == FailureReason::Damaged));
}

#[test]
fn what_takes_too_long_is_killed_and_the_next_job_goes_on() {
    let pool = pool();
    let source = Source::new("a.pdf", endless());
    let started_at = Instant::now();
    let terms = Terms::within(Duration::from_millis(300));
    let undone = pool.render(&source, &whole_page(Size::Dpi(72.0)), &terms).unwrap_err();
    let Undone::Failed(failure) = undone else { panic!("it was not called off") };
    assert_eq!(failure.reason, FailureReason::TooSlow, "{failure:?}");
    assert!(started_at.elapsed() < Duration::from_secs(10), "{:?}", started_at.elapsed());
    let good = Source::new("b.pdf", pdf("KE HOACH"));
    assert!(pool.render(&good, &whole_page(Size::Dpi(72.0)), &PATIENT).is_ok());
}

#[test]
fn what_is_called_off_ends_at_once() {
    let pool = pool();
    let source = Source::new("a.pdf", endless());
    let stop = AtomicBool::new(false);
    let terms = Terms { stop: Some(&stop), ..PATIENT };
    let started_at = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(200));
            stop.store(true, Ordering::Relaxed);
        });
        let undone = pool.render(&source, &whole_page(Size::Dpi(72.0)), &terms).unwrap_err();
        assert_eq!(undone, Undone::Stopped);
    });
    assert!(started_at.elapsed() < Duration::from_secs(10), "{:?}", started_at.elapsed());
}

#[test]
fn memory_is_bounded() {
    // 1.2 GB of black that pack to about 1 MB.
    let row = [0; 20_000 * 3];
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..20_000 {
        std::io::Write::write_all(&mut encoder, &row).unwrap();
    }
    let bytes = encoder.finish().unwrap();
    let entries = "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode";
    let source = Source::new("a.pdf", pdf_image(20_000, 20_000, entries, &bytes));
    let pool = pool();
    // `pdftoppm` draws it where it is installed: it unpacks row by row.
    match pool.render(&source, &whole_page(Size::Dpi(72.0)), &PATIENT) {
        Ok(raster) => assert!((ink_box(&raster).x0 - 57.0).abs() < 2.0),
        Err(Undone::Failed(failure)) => {
            assert_eq!(failure.reason, FailureReason::TooLarge, "{failure:?}");
        }
        Err(Undone::Stopped) => panic!("nobody called it off"),
    }
    // The service lives, and so does the pool.
    let good = Source::new("b.pdf", pdf("KE HOACH"));
    assert!(pool.render(&good, &whole_page(Size::Dpi(72.0)), &PATIENT).is_ok());
}

#[test]
fn a_program_that_is_no_worker_is_named() {
    let pool = Pool::of_program("/nowhere/vanthu", NonZeroUsize::MIN);
    let error = pool.read(b"KE HOACH", &Limits::default()).unwrap_err();
    assert!(matches!(&error, ReadError::Stopped { reason: FailureReason::Internal, .. }));
    assert!(error.to_string().starts_with("could not start a worker process: "), "{error}");
}
