//! The edge that recognises text: a page of a PDF → pixels → Tesseract as a subprocess →
//! [`RecognisedPage`].
//!
//! ```text
//!  raster ─► picture: inks apart, upright, straight, no specks ─► process: tesseract ─► hocr ─► words
//! ```
//! Nothing is written to disk on the way. Must not keep anything of a page.

mod hocr;
mod picture;
mod process;
mod words;

use std::{path::PathBuf, process::Command, time::Duration};

use self::{
    picture::{Inks, Picture},
    process::RunError,
};
use crate::{
    domain::failure::FailureReason,
    recognised::{Ocr, OcrFailure, RecognisedPage},
    source::Source,
    worker::{Ink, PageImage, Pool, Raster, Size, Terms, Undone},
};

/// Raised when the same page may be recognised otherwise by the same Tesseract.
const REVISION: u32 = 1;
/// Pixels an inch at which pages are drawn.
const DPI: f32 = 300.0;
/// The language that must be there.
const LANGUAGE: &str = "vie";
/// How long a page may take on the clock. A dense page takes two seconds of an idle core; a core that ten
/// programs share is no reason to give it up.
const DEADLINE: Duration = Duration::from_secs(240);
/// Longest answer. A dense page gives two megabytes.
const MAX_ANSWER_BYTES: u64 = 64 << 20;
/// Below this mean confidence a page may stand on its head.
const MAY_BE_TURNED: f32 = 0.6;

/// Tesseract as installed on this machine.
#[derive(Debug, Clone)]
pub struct Tesseract<'a> {
    program: PathBuf,
    /// Who draws the pages.
    workers: &'a Pool,
    engine: String,
    deadline: Duration,
}

/// Tesseract cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// There is no such program.
    #[error(
        "expected the program tesseract, found none; install tesseract-ocr and tesseract-ocr-vie"
    )]
    Absent,
    /// It is there without Vietnamese.
    #[error(
        "expected tesseract with Vietnamese, found {version} without it; install tesseract-ocr-vie"
    )]
    WithoutVietnamese {
        /// E.g. `tesseract 5.3.0`.
        version: String,
    },
}

impl<'a> Tesseract<'a> {
    /// Looks for `tesseract` on the search path and asks for its version and languages.
    ///
    /// # Errors
    /// [`Unusable`] when it is not there or knows no Vietnamese.
    pub fn detect(workers: &'a Pool) -> Result<Self, Unusable> {
        Self::at(PathBuf::from("tesseract"), workers)
    }

    /// The same for a program at a given path.
    ///
    /// # Errors
    /// As [`Tesseract::detect`].
    pub fn at(program: PathBuf, workers: &'a Pool) -> Result<Self, Unusable> {
        let ask = |argument: &str| {
            let mut command = Command::new(&program);
            let deadline = Duration::from_secs(20);
            process::run(command.arg(argument), &[], deadline, 1 << 20)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        let version = ask("--version").map_err(|_| Unusable::Absent)?;
        let version = version.lines().next().unwrap_or("tesseract").trim().to_owned();
        let languages = ask("--list-langs").map_err(|_| Unusable::Absent)?;
        if !languages.lines().any(|line| line.trim() == LANGUAGE) {
            return Err(Unusable::WithoutVietnamese { version });
        }
        let engine = format!("{version} {LANGUAGE} r{REVISION}");
        Ok(Self { program, workers, engine, deadline: DEADLINE })
    }

    /// The same with another deadline a page.
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Recognises a picture that stands upright, in page segmentation mode `mode`.
    fn lines(
        &self,
        picture: &Picture,
        dpi: f32,
        mode: &str,
    ) -> Result<Vec<hocr::HocrLine>, OcrFailure> {
        let mut command = Command::new(&self.program);
        command
            .env("OMP_THREAD_LIMIT", "1")
            .args(["stdin", "stdout", "-l", LANGUAGE, "--psm", mode])
            .args(["--dpi", &format!("{dpi:.0}")])
            .args(["-c", "hocr_char_boxes=1", "-c", "lstm_choice_mode=2"])
            .arg("hocr");
        let answer = process::run(&mut command, &picture.to_pgm(), self.deadline, MAX_ANSWER_BYTES);
        let answer = answer.map_err(|error| match error {
            RunError::TooSlow => OcrFailure::TooSlow { seconds: self.deadline.as_secs() },
            RunError::Failed(detail) => OcrFailure::NoAnswer { detail },
        })?;
        Ok(hocr::parse(&String::from_utf8_lossy(&answer)))
    }

    /// The pixels of a page, without what was put on it later.
    fn draw(&self, pdf: &Source, page: u32) -> Result<Raster, OcrFailure> {
        let size = Size::Dpi(DPI);
        let wanted = PageImage { page, size, ink: Ink::AsPrinted, crop: None, annotations: false };
        let drawn = self.workers.render(pdf, &wanted, &Terms::within(self.deadline));
        drawn.map_err(|undone| match undone {
            Undone::Failed(failure) if failure.reason == FailureReason::TooSlow => {
                OcrFailure::TooSlow { seconds: self.deadline.as_secs() }
            }
            Undone::Failed(failure) => OcrFailure::NoImage { detail: failure.detail },
            Undone::Stopped => {
                OcrFailure::NoImage { detail: "a drawer that was stopped".to_owned() }
            }
        })
    }

    fn recognise_page(&self, pdf: &Source, page: u32) -> Result<RecognisedPage, OcrFailure> {
        let raster = self.draw(pdf, page)?;
        let dpi = raster.scale * 72.0;
        let Inks { black, red } = Picture::inks(&raster);
        drop(raster);
        let black = black.despeckled();
        let (mut quarters, skew) = black.slant();
        let upright = |picture: &Picture, quarters: u8| {
            let turned = picture.turned(quarters);
            if skew == 0.0 { turned } else { turned.straightened(skew) }
        };
        let mut picture = upright(&black, quarters);
        let mut lines = self.lines(&picture, dpi, "3")?;
        if words::confidence(&lines) < MAY_BE_TURNED {
            let other = upright(&black, quarters + 2);
            let turned = self.lines(&other, dpi, "3")?;
            if words::confidence(&turned) > words::confidence(&lines) {
                (quarters, lines, picture) = (quarters + 2, turned, other);
            }
        }
        let stamps = match red {
            Some(red) => self.lines(&upright(&red, quarters), dpi, "11")?,
            None => Vec::new(),
        };
        let degrees = f32::from(quarters % 4) * 90.0 + skew;
        Ok(words::page(&picture, &lines, &stamps, dpi, degrees))
    }
}

impl Ocr for Tesseract<'_> {
    fn engine(&self) -> Option<&str> {
        Some(&self.engine)
    }

    fn recognise(&self, source: &Source, page: u32) -> Result<Option<RecognisedPage>, OcrFailure> {
        self.recognise_page(source, page).map(Some)
    }
}
