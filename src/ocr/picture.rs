//! [`Picture`]: a page in shades of gray, and what makes it easier to read: red ink apart, upright,
//! straight, without specks.

use crate::worker::{Colours, Raster};

/// Darker than this is ink.
const INK: u8 = 128;
/// A channel must exceed the other two by this much for the pixel to be red.
const RED: i16 = 45;
/// Text is never skewed by more degrees than this; a page that is was not scanned as text.
const MAX_SKEW: f32 = 5.0;
/// Skew below this many degrees is left: turning blurs.
const MIN_SKEW: f32 = 0.15;
/// Points looked at when measuring skew.
const MAX_POINTS: usize = 60_000;
/// Lines of text across the page must show this much more clearly than lines along it.
const SIDEWAYS: f64 = 1.4;
/// Specks of one pixel among the inked pixels above this part are noise.
const NOISE: f32 = 0.02;

/// A page in shades of gray.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Picture {
    pub width: usize,
    pub height: usize,
    /// 0 is black; row by row from the top.
    pub pixels: Vec<u8>,
}

/// A page taken apart by colour.
pub(super) struct Inks {
    /// Everything but what is printed in red.
    pub black: Picture,
    /// What is printed in red, in black; `None` when it is not worth reading apart.
    pub red: Option<Picture>,
}

impl Picture {
    /// Takes a page apart by colour: seals and stamps are red, the text is not.
    ///
    /// A page with much red is printed in red, and left whole.
    pub(super) fn inks(raster: &Raster) -> Inks {
        let (width, height) = (raster.width as usize, raster.height as usize);
        let picture = |pixels| Picture { width, height, pixels };
        if raster.colours == Colours::Gray {
            return Inks { black: picture(raster.pixels.clone()), red: None };
        }
        let (pixels, _) = raster.pixels.as_chunks::<3>();
        let mut black = Vec::with_capacity(pixels.len());
        let (mut n_red, mut n_ink) = (0usize, 0usize);
        for &pixel in pixels {
            let is_red = is_red(pixel);
            let gray = luminance(pixel);
            n_red += usize::from(is_red);
            n_ink += usize::from(gray < INK || is_red);
            black.push(if is_red { 255 } else { gray });
        }
        let is_worthwhile = n_red * 4000 > pixels.len();
        if !is_worthwhile || n_red * 3 > n_ink {
            let whole = pixels.iter().map(|&pixel| luminance(pixel)).collect();
            return Inks { black: picture(whole), red: None };
        }
        let red = pixels.iter().map(|&pixel| if is_red(pixel) { 0 } else { 255 }).collect();
        Inks { black: picture(black), red: Some(picture(red)) }
    }

    /// The pixel, white outside.
    fn at(&self, x: isize, y: isize) -> u8 {
        let inside = x >= 0 && y >= 0 && (x as usize) < self.width && (y as usize) < self.height;
        if inside { self.pixels[y as usize * self.width + x as usize] } else { 255 }
    }

    /// Turned by quarters, counter-clockwise: text that runs downwards stands upright after one.
    pub(super) fn turned(&self, quarters: u8) -> Picture {
        let (w, h) = (self.width, self.height);
        let (width, height) = if quarters % 2 == 1 { (h, w) } else { (w, h) };
        let mut pixels = Vec::with_capacity(w * h);
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = match quarters % 4 {
                    0 => (x, y),
                    1 => (w - 1 - y, x),
                    2 => (w - 1 - x, h - 1 - y),
                    _ => (y, h - 1 - x),
                };
                pixels.push(self.pixels[from_y * w + from_x]);
            }
        }
        Picture { width, height, pixels }
    }

    /// Turned counter-clockwise by some degrees, on a canvas that holds all of it.
    pub(super) fn straightened(&self, degrees: f32) -> Picture {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (w, h) = (self.width as f32, self.height as f32);
        let turn = |x: f32, y: f32| (cos * x + sin * y, cos * y - sin * x);
        let corners = [turn(0.0, 0.0), turn(w, 0.0), turn(0.0, h), turn(w, h)];
        let low = corners.iter().fold((f32::MAX, f32::MAX), |m, c| (m.0.min(c.0), m.1.min(c.1)));
        let high = corners.iter().fold((f32::MIN, f32::MIN), |m, c| (m.0.max(c.0), m.1.max(c.1)));
        let (width, height) =
            ((high.0 - low.0).round() as usize, (high.1 - low.1).round() as usize);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                // The middle of the pixel, back on the page.
                let (u, v) = (x as f32 + 0.5 + low.0, y as f32 + 0.5 + low.1);
                let (from_x, from_y) = (cos * u - sin * v - 0.5, sin * u + cos * v - 0.5);
                pixels.push(self.between(from_x, from_y));
            }
        }
        Picture { width, height, pixels }
    }

    /// The shade between four pixels.
    fn between(&self, x: f32, y: f32) -> u8 {
        let (left, top) = (x.floor(), y.floor());
        let (right, below) = (x - left, y - top);
        let (left, top) = (left as isize, top as isize);
        let row = |y: isize| {
            let (a, b) = (f32::from(self.at(left, y)), f32::from(self.at(left + 1, y)));
            a + right * (b - a)
        };
        let (a, b) = (row(top), row(top + 1));
        (a + below * (b - a)).round() as u8
    }

    /// How the text stands: quarters to turn it by (0 or 1, never upside down), and its skew in degrees.
    pub(super) fn slant(&self) -> (u8, f32) {
        let points = self.ink_points();
        if points.len() < 500 {
            return (0, 0.0);
        }
        let (across, skew) = sharpest(points.iter().copied());
        let (along, skew_along) = sharpest(points.iter().map(|&(x, y)| (y, -x)));
        if along > SIDEWAYS * across {
            return (1, if skew_along.abs() < MIN_SKEW { 0.0 } else { skew_along });
        }
        (0, if skew.abs() < MIN_SKEW { 0.0 } else { skew })
    }

    /// Inked points of a quarter of the resolution, without long straight lines.
    fn ink_points(&self) -> Vec<(f32, f32)> {
        const STEP: usize = 3;
        /// Runs longer than this many steps are ruling lines or black edges.
        const MAX_RUN: usize = 60;
        let (width, height) = (self.width / STEP, self.height / STEP);
        let is_ink = |x: usize, y: usize| self.pixels[y * STEP * self.width + x * STEP] < INK;
        let mut keep = vec![false; width * height];
        for y in 0..height {
            let mut run = 0;
            for x in 0..=width {
                if x < width && is_ink(x, y) {
                    run += 1;
                    continue;
                }
                if run > 0 && run <= MAX_RUN {
                    keep[y * width + x - run..y * width + x].fill(true);
                }
                run = 0;
            }
        }
        for x in 0..width {
            let mut run = 0;
            for y in 0..=height {
                if y < height && is_ink(x, y) {
                    run += 1;
                    continue;
                }
                if run > MAX_RUN {
                    (y - run..y).for_each(|y| keep[y * width + x] = false);
                }
                run = 0;
            }
        }
        let kept: Vec<usize> = (0..keep.len()).filter(|&index| keep[index]).collect();
        let step = kept.len().div_ceil(MAX_POINTS).max(1);
        let point = |&index: &usize| ((index % width) as f32, (index / width) as f32);
        kept.iter().step_by(step).map(point).collect()
    }

    /// Without specks, when it has many: each pixel becomes the median of those around it.
    pub(super) fn despeckled(self) -> Picture {
        if self.noise() < NOISE {
            return self;
        }
        let mut pixels = self.pixels.clone();
        for y in 1..self.height.saturating_sub(1) {
            for x in 1..self.width.saturating_sub(1) {
                let mut around = [0u8; 9];
                for (index, slot) in around.iter_mut().enumerate() {
                    *slot = self.pixels[(y + index / 3 - 1) * self.width + x + index % 3 - 1];
                }
                let (_, median, _) = around.select_nth_unstable(4);
                pixels[y * self.width + x] = *median;
            }
        }
        Picture { pixels, ..self }
    }

    /// The part of the inked pixels that have no inked neighbour.
    fn noise(&self) -> f32 {
        let (mut n_ink, mut n_lone) = (0usize, 0usize);
        for y in 1..self.height.saturating_sub(1) {
            for x in 1..self.width.saturating_sub(1) {
                let at = y * self.width + x;
                if self.pixels[at] >= INK {
                    continue;
                }
                n_ink += 1;
                let rows = [at - self.width - 1, at - 1, at + self.width - 1];
                let n_around: usize = rows
                    .iter()
                    .map(|&row| self.pixels[row..row + 3].iter().filter(|&&p| p < INK).count())
                    .sum();
                n_lone += usize::from(n_around == 1);
            }
        }
        if n_ink == 0 { 0.0 } else { n_lone as f32 / n_ink as f32 }
    }

    /// As a portable graymap (PGM), which Tesseract reads from its standard input.
    pub(super) fn to_pgm(&self) -> Vec<u8> {
        let mut pgm = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        pgm.extend_from_slice(&self.pixels);
        pgm
    }
}

fn is_red([r, g, b]: [u8; 3]) -> bool {
    i16::from(r) - i16::from(g.max(b)) > RED
}

fn luminance([r, g, b]: [u8; 3]) -> u8 {
    ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000) as u8
}

/// How clearly points lie in lines from left to right, and the skew in degrees at which they do.
///
/// The profile of a page of text across its lines is a comb; skew blurs the comb.
fn sharpest(points: impl Iterator<Item = (f32, f32)> + Clone) -> (f64, f32) {
    let score = |degrees: f32| {
        let slope = degrees.to_radians().tan();
        let mut bins: Vec<u32> = Vec::new();
        let heights = points.clone().map(|(x, y)| y - slope * x);
        let low = heights.clone().fold(f32::MAX, f32::min);
        for height in heights {
            let bin = (height - low) as usize;
            if bin >= bins.len() {
                bins.resize(bin + 1, 0);
            }
            bins[bin] += 1;
        }
        bins.windows(2).map(|pair| (f64::from(pair[1]) - f64::from(pair[0])).powi(2)).sum::<f64>()
    };
    let best = |from: f32, to: f32, step: f32| {
        let n = ((to - from) / step).round() as usize;
        let tried = (0..=n).map(|index| from + index as f32 * step).map(|d| (score(d), d));
        tried.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((0.0, 0.0))
    };
    let (_, rough) = best(-MAX_SKEW, MAX_SKEW, 0.5);
    let (_, closer) = best(rough - 0.4, rough + 0.4, 0.1);
    best(closer - 0.08, closer + 0.08, 0.04)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Black bars of a page of text, one a line, broken into words.
    fn page() -> Picture {
        let (width, height) = (1800, 1200);
        let mut picture = Picture { width, height, pixels: vec![255; width * height] };
        for y in (100..1100).step_by(40) {
            for x in (80..1720).filter(|x| x % 60 < 48) {
                for dy in 0..16 {
                    picture.pixels[(y + dy) * width + x] = 0;
                }
            }
        }
        picture
    }

    #[test]
    fn skew_and_quarters_are_found_and_undone() {
        let page = page();
        assert_eq!(page.slant(), (0, 0.0));
        // Skewed clockwise, as a sheet that slipped in the feeder.
        let skewed = page.straightened(-1.5);
        let (quarters, skew) = skewed.slant();
        assert_eq!(quarters, 0);
        assert!((skew - 1.5).abs() < 0.1, "{skew}");
        let (_, rest) = skewed.straightened(skew).slant();
        assert!(rest.abs() < 0.1, "{rest}");
        let sideways = page.turned(3);
        assert_eq!(sideways.slant(), (1, 0.0));
        assert_eq!(sideways.turned(1), page);
        assert_eq!(page.turned(1).turned(1), page.turned(2));
    }

    #[test]
    fn red_ink_is_taken_apart() {
        let raster = |text: [u8; 3]| {
            let mut pixels = vec![[255; 3]; 10_000];
            pixels[..900].fill(text);
            pixels[5000..5100].fill([200, 40, 60]);
            Raster {
                width: 100,
                height: 100,
                colours: Colours::Rgb,
                scale: 1.0,
                n_lost_images: 0,
                pixels: pixels.into_flattened(),
            }
        };
        let inks = Picture::inks(&raster([20, 20, 20]));
        assert_eq!(inks.black.pixels[5050], 255);
        let red = inks.red.unwrap();
        assert_eq!((red.pixels[5050], red.pixels[50]), (0, 255));
        // A page printed in red is text.
        assert!(Picture::inks(&raster([200, 40, 60])).red.is_none());
    }

    #[test]
    fn specks_go_and_letters_stay() {
        let clean = page();
        assert_eq!(clean.clone().despeckled(), clean);
        let mut noisy = clean.clone();
        for at in (0..noisy.pixels.len()).step_by(97) {
            noisy.pixels[at] = 0;
        }
        let n_wrong = |picture: &Picture| {
            picture.pixels.iter().zip(&clean.pixels).filter(|(a, b)| a != b).count()
        };
        assert!(n_wrong(&noisy.clone().despeckled()) * 4 < n_wrong(&noisy));
    }
}
