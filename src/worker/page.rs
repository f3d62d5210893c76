//! One page of a PDF → [`Raster`], drawn by `hayro`. Foreign code: runs in a worker only.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use hayro::{
    RenderCache, RenderSettings,
    hayro_interpret::{InterpreterSettings, InterpreterWarning, RenderContent},
    hayro_syntax::{LoadPdfError, Pdf},
    kurbo::Affine,
    vello_cpu::{self, Pixmap, RenderContext, color::palette::css::WHITE},
};
use serde::{Deserialize, Serialize};

use crate::{
    domain::failure::{Failure, FailureReason},
    layout::BBox,
};

/// Most pixels of a raster: an A3 page at 450 dpi. A larger wish is drawn smaller.
pub const MAX_PIXELS: f32 = 40e6;
/// Longest side of a raster.
const MAX_SIDE: f32 = 16_000.0;

/// Which page to draw, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageImage {
    /// From 1.
    pub page: u32,
    /// How large.
    pub size: Size,
    /// In which colours.
    pub ink: Ink,
    /// Only this part, in points from the top left corner of the displayed page, as every box of
    /// a layout.
    pub crop: Option<BBox>,
    /// Whether what was put on the page later is drawn too: signatures, stamps of the registry.
    pub annotations: bool,
}

/// How large a page is drawn. Never larger than 40 million pixels and 16,000 a side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Size {
    /// Pixels per inch.
    Dpi(f32),
    /// Pixels across what is drawn.
    Width(u32),
}

/// Which colours are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ink {
    /// Shades of gray.
    Gray,
    /// As on the page; gray when there is no colour on it.
    AsPrinted,
}

/// What the bytes of a raster are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colours {
    /// One byte a pixel, 0 is black.
    Gray,
    /// Three bytes a pixel.
    Rgb,
}

/// A drawn page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Raster {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What a pixel is.
    pub colours: Colours,
    /// Pixels per point: a pixel `(x, y)` shows the point `(x / scale, y / scale)` of what was
    /// drawn. 72 times this is the resolution in dpi, smaller than was asked for on a huge page.
    pub scale: f32,
    /// Images on the page that could not be unpacked.
    pub n_lost_images: u32,
    /// Row by row from the top, without gaps.
    #[serde(skip)]
    pub pixels: Vec<u8>,
}

/// Where a picture lies on its page and how large it becomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub crop: BBox,
    pub scale: f32,
    pub width: u32,
    pub height: u32,
}

impl Frame {
    /// For a page of this size in points.
    pub(super) fn of(wanted: &PageImage, width: f32, height: f32) -> Result<Self, Failure> {
        let page = BBox { x0: 0.0, y0: 0.0, x1: width, y1: height };
        let crop = wanted.crop.unwrap_or(page);
        let crop = BBox {
            x0: crop.x0.clamp(0.0, width),
            y0: crop.y0.clamp(0.0, height),
            x1: crop.x1.clamp(0.0, width),
            y1: crop.y1.clamp(0.0, height),
        };
        let (across, down) = (crop.x1 - crop.x0, crop.y1 - crop.y0);
        // Also not a number.
        if !(across > 0.0 && down > 0.0) {
            return Err(Failure {
                reason: FailureReason::Damaged,
                detail: format!(
                    "expected a box on a page of {width} x {height} points, found none"
                ),
            });
        }
        let wished = match wanted.size {
            Size::Dpi(dpi) => dpi / 72.0,
            Size::Width(pixels) => pixels as f32 / across,
        };
        let most = (MAX_PIXELS / (across * down)).sqrt().min(MAX_SIDE / across.max(down));
        let scale = if wished > 0.0 { wished.min(most) } else { most.min(1.0) };
        let pixels = |points: f32| ((points * scale).round() as u32).max(1);
        Ok(Self { crop, scale, width: pixels(across), height: pixels(down) })
    }
}

/// Draws a page.
///
/// # Errors
/// `PasswordProtected`, `Damaged`, also when there is no such page.
pub(super) fn draw(bytes: &Arc<Vec<u8>>, wanted: &PageImage) -> Result<Raster, Failure> {
    let pdf = Pdf::new(Arc::clone(bytes)).map_err(refusal)?;
    let pages = pdf.pages();
    let page = (wanted.page as usize).checked_sub(1).and_then(|index| pages.get(index));
    let page = page.ok_or_else(|| Failure {
        reason: FailureReason::Damaged,
        detail: format!("expected page {} of {}, found none", wanted.page, pages.len()),
    })?;
    let unit = page.raw().get::<f32>(b"UserUnit").filter(|unit| (0.1..=100.0).contains(unit));
    let unit = unit.unwrap_or(1.0);
    let (width, height) = page.render_dimensions();
    let frame = Frame::of(wanted, width * unit, height * unit)?;
    let n_lost_images = Arc::new(AtomicU32::new(0));
    let settings = InterpreterSettings {
        warning_sink: Arc::new({
            let n_lost_images = Arc::clone(&n_lost_images);
            move |warning| {
                if matches!(warning, InterpreterWarning::ImageDecodeFailure) {
                    n_lost_images.fetch_add(1, Ordering::Relaxed);
                }
            }
        }),
        render_content: match wanted.annotations {
            true => RenderContent::all(),
            false => RenderContent::PAGE,
        },
        ..InterpreterSettings::default()
    };
    let mut context = RenderContext::new(frame.width as u16, frame.height as u16);
    let scale = f64::from(frame.scale);
    let transform =
        Affine::translate((-f64::from(frame.crop.x0) * scale, -f64::from(frame.crop.y0) * scale))
            * Affine::scale(scale * f64::from(unit))
            * Affine::new(page.initial_transform(true).as_coeffs());
    let cache = RenderCache::new();
    let render = RenderSettings::default();
    hayro::render_into(page, &cache, &settings, &render, &mut context, transform);
    context.flush();
    let mut pixmap = Pixmap::new(context.width(), context.height());
    let rasterizer = vello_cpu::RasterizerSettings {
        target_init: vello_cpu::TargetInit::Clear(WHITE),
        ..Default::default()
    };
    context.render_with(&mut pixmap, &mut vello_cpu::Resources::default(), rasterizer);
    let (colours, pixels) = inked::<4>(pixmap.data_as_u8_slice(), wanted.ink);
    Ok(Raster {
        width: frame.width,
        height: frame.height,
        colours,
        scale: frame.scale,
        n_lost_images: n_lost_images.load(Ordering::Relaxed),
        pixels,
    })
}

impl Raster {
    /// The picture as a PNG.
    ///
    /// # Errors
    /// `Internal` when the pixels do not fit the shape.
    pub fn png(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(match self.colours {
            Colours::Gray => png::ColorType::Grayscale,
            Colours::Rgb => png::ColorType::Rgb,
        });
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&self.pixels)?;
            writer.finish()
        });
        written.map_err(|error| Failure {
            reason: FailureReason::Internal,
            detail: format!("could not write a picture: {error}"),
        })?;
        Ok(bytes)
    }
}

/// Opaque pixels of `N` bytes, red, green and blue first, as they are wanted.
pub(super) fn inked<const N: usize>(samples: &[u8], ink: Ink) -> (Colours, Vec<u8>) {
    /// Differences that the eye takes for gray: rounding of the drawer.
    const NEARLY: u8 = 6;
    let (pixels, _) = samples.as_chunks::<N>();
    let is_gray = |pixel: &[u8; N]| {
        pixel[0].abs_diff(pixel[1]) <= NEARLY && pixel[1].abs_diff(pixel[2]) <= NEARLY
    };
    if ink == Ink::Gray || pixels.iter().all(is_gray) {
        // Rec. 601 luma in 256ths.
        let luma = |pixel: &[u8; N]| {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
            ((77 * red + 150 * green + 29 * blue) >> 8) as u8
        };
        return (Colours::Gray, pixels.iter().map(luma).collect());
    }
    let mut rgb = Vec::with_capacity(pixels.len() * 3);
    for pixel in pixels {
        rgb.extend_from_slice(&pixel[..3]);
    }
    (Colours::Rgb, rgb)
}

fn refusal(error: LoadPdfError) -> Failure {
    match error {
        LoadPdfError::Decryption(_) => Failure {
            reason: FailureReason::PasswordProtected,
            detail: "expected a file that opens without a password, found an encrypted one"
                .to_owned(),
        },
        LoadPdfError::Invalid => Failure {
            reason: FailureReason::Damaged,
            detail: "expected a PDF, found one whose pages cannot be found".to_owned(),
        },
    }
}
