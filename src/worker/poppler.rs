//! One page of a PDF → [`Raster`], drawn by `pdftoppm` where it is installed: the second try for
//! what `hayro` cannot draw. Runs in a worker, whose limits
//! it inherits.

use std::{
    io::{Read, Write},
    process::{Command, Stdio},
    thread,
};

use super::page::{self, Colours, Frame, Ink, PageImage, Raster};
use crate::domain::failure::{Failure, FailureReason};

/// Draws a page.
///
/// # Errors
/// `Damaged` when the program is not there or cannot do it either.
pub(super) fn draw(bytes: &[u8], wanted: &PageImage) -> Result<Raster, Failure> {
    // Page 0 would be page 1 to it.
    let drawn = size(bytes, wanted.page).filter(|_| wanted.page > 0).and_then(|(width, height)| {
        let frame = Frame::of(wanted, width, height).ok()?;
        let number = wanted.page.to_string();
        let pixels = |points: f32| ((points * frame.scale).round() as u32).to_string();
        let dpi = (frame.scale * 72.0).to_string();
        let mut command = Command::new("pdftoppm");
        command.args(["-cropbox", "-q", "-f", &number, "-l", &number, "-r", &dpi]);
        command.args(["-x", &pixels(frame.crop.x0), "-y", &pixels(frame.crop.y0)]);
        command.args(["-W", &frame.width.to_string(), "-H", &frame.height.to_string()]);
        if wanted.ink == Ink::Gray {
            command.arg("-gray");
        }
        command.arg("-");
        let (width, height, mut colours, mut pixels) = netpbm(&ask(command, bytes)?)?;
        if colours == Colours::Rgb {
            (colours, pixels) = page::inked::<3>(&pixels, wanted.ink);
        }
        Some(Raster { width, height, colours, scale: frame.scale, n_lost_images: 0, pixels })
    });
    drawn.ok_or_else(|| Failure {
        reason: FailureReason::Damaged,
        detail: "expected a page drawn by pdftoppm, found none".to_owned(),
    })
}

/// The displayed size of a page in points.
fn size(bytes: &[u8], page: u32) -> Option<(f32, f32)> {
    let mut command = Command::new("pdftoppm");
    let page = page.to_string();
    // One pixel a point; only the head of the picture is looked at.
    command.args(["-cropbox", "-q", "-f", &page, "-l", &page, "-r", "72", "-gray", "-"]);
    let (width, height, ..) = netpbm(&ask(command, bytes)?)?;
    Some((width as f32, height as f32))
}

/// What a program prints for these bytes on its standard input.
fn ask(mut command: Command, bytes: &[u8]) -> Option<Vec<u8>> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let mut stdout = child.stdout.take()?;
    let mut printed = Vec::new();
    let is_read = thread::scope(|scope| {
        // It may end before it has read everything.
        scope.spawn(move || stdin.write_all(bytes));
        stdout.read_to_end(&mut printed).is_ok()
    });
    let is_good = child.wait().is_ok_and(|status| status.success());
    (is_read && is_good).then_some(printed)
}

/// A binary PGM or PPM of one byte a sample.
fn netpbm(bytes: &[u8]) -> Option<(u32, u32, Colours, Vec<u8>)> {
    let mut words = Vec::new();
    let mut at = 0;
    while words.len() < 4 {
        let start = at + bytes.get(at..)?.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let end = start + bytes[start..].iter().position(u8::is_ascii_whitespace)?;
        words.push(std::str::from_utf8(&bytes[start..end]).ok()?);
        at = end;
    }
    let (colours, n_channels) = match words[0] {
        "P5" => (Colours::Gray, 1),
        "P6" => (Colours::Rgb, 3),
        _ => return None,
    };
    let width: u32 = words[1].parse().ok()?;
    let height: u32 = words[2].parse().ok()?;
    let pixels = bytes.get(at + 1..)?;
    let expected = u64::from(width) * u64::from(height) * n_channels;
    (words[3] == "255" && pixels.len() as u64 == expected)
        .then(|| (width, height, colours, pixels.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_netpbm() {
        let gray = netpbm(b"P5\n2 1\n255\n\x00\xFF").unwrap();
        assert_eq!(gray, (2, 1, Colours::Gray, vec![0, 255]));
        let colour = netpbm(b"P6\n1 1\n255\n\x01\x02\x03").unwrap();
        assert_eq!(colour, (1, 1, Colours::Rgb, vec![1, 2, 3]));
        assert_eq!(netpbm(b"P6\n1 1\n255\n\x01\x02"), None); // cut off
        assert_eq!(netpbm(b""), None); // nothing was printed
    }
}
