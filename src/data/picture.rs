//! Pictures from their bytes, PNG and JPEG: levels from 0 to 255, `[channels, height, width]`; and pictures of another size.

use super::errors::{self, DataError};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The most pixels that a picture may have.
const MOST_PIXELS: usize = 1 << 28;

/// What the names of pictures end with, and those of pictures that are not read.
pub(super) const ENDS: [&str; 3] = ["png", "jpg", "jpeg"];
pub(super) const OTHERS: [&str; 9] = ["gif", "bmp", "webp", "tif", "tiff", "heic", "avif", "ppm", "pgm"];

/// Channels (1: grey, 3: red, green, blue), height, width.
pub(super) type Size = [usize; 3];

/// How large a picture is, by its first bytes.
pub(super) fn size(file: &str, bytes: &[u8]) -> Result<Size, DataError> {
    let size = match bytes {
        [0x89, b'P', b'N', b'G', ..] => {
            let reader = png::Decoder::new(Cursor::new(bytes)).read_info().map_err(|error| broken(file, &error))?;
            let info = reader.info();
            let colour = !matches!(info.color_type, png::ColorType::Grayscale | png::ColorType::GrayscaleAlpha);
            [if colour { 3 } else { 1 }, info.height as usize, info.width as usize]
        }
        [0xFF, 0xD8, ..] => {
            let mut decoder = JpegDecoder::new(ZCursor::new(bytes));
            decoder.decode_headers().map_err(|error| broken(file, &error))?;
            let (Some((width, height)), Some(space)) = (decoder.dimensions(), decoder.input_colorspace()) else {
                return Err(errors::damaged(file, "it ends within its header"));
            };
            [if space == ColorSpace::Luma { 1 } else { 3 }, height, width]
        }
        _ => return Err(errors::other_kind(file, "a picture", bytes)),
    };
    match size[1].checked_mul(size[2]) {
        Some(pixels) if (1..=MOST_PIXELS).contains(&pixels) => Ok(size),
        _ => Err(errors::damaged(file, format!("it tells of {} times {} pixels", size[2], size[1]))),
    }
}

/// The levels of a picture, channel by channel and row by row: what is transparent has its colour.
pub(super) fn levels(file: &str, bytes: &[u8]) -> Result<(Size, Vec<u8>), DataError> {
    let [channels, height, width] = size(file, bytes)?;
    let (wide, pixels) = match bytes {
        [0x89, ..] => {
            let mut decoder = png::Decoder::new(Cursor::new(bytes));
            decoder.set_transformations(png::Transformations::normalize_to_color8());
            let mut reader = decoder.read_info().map_err(|error| broken(file, &error))?;
            let room = reader.output_buffer_size().ok_or_else(|| errors::memory(file, height * width))?;
            let mut pixels = vec![0; room];
            let info = reader.next_frame(&mut pixels).map_err(|error| broken(file, &error))?;
            (info.color_type.samples(), pixels)
        }
        _ => {
            let space = if channels == 1 { ColorSpace::Luma } else { ColorSpace::RGB };
            let options = DecoderOptions::default().jpeg_set_out_colorspace(space).set_strict_mode(true);
            let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
            (channels, decoder.decode().map_err(|error| broken(file, &error))?)
        }
    };
    if pixels.len() < wide * height * width {
        return Err(errors::damaged(file, "it ends before its last row"));
    }
    let channel = |channel: usize| pixels.iter().skip(channel).step_by(wide).take(height * width).copied();
    Ok(([channels, height, width], (0..channels).flat_map(channel).collect()))
}

fn broken(file: &str, error: &dyn std::fmt::Debug) -> DataError {
    errors::damaged(file, "it cannot be read as a picture").because_of(&format!("{error:?}"))
}

/// A plane of numbers in another size: each new number is the mean of those that it covers, weighted by a triangle as wide as it
/// is (where a picture grows, as wide as an old one).
pub fn resized(plane: &[f64], (height, width): (usize, usize), (rows, columns): (usize, usize)) -> Vec<f64> {
    let across = weights(width, columns);
    let down = weights(height, rows);
    let mut wide = Vec::with_capacity(height * columns);
    for row in plane.chunks(width.max(1)) {
        wide.extend(across.iter().map(|(from, weights)| {
            weights.iter().zip(&row[*from..]).map(|(weight, level)| weight * level).sum::<f64>()
        }));
    }
    let mut out = Vec::with_capacity(rows * columns);
    for (from, weights) in &down {
        for column in 0..columns {
            let level = |(at, weight): (usize, &f64)| weight * wide[(from + at) * columns + column];
            out.push(weights.iter().enumerate().map(level).sum());
        }
    }
    out
}

/// For each of `to` places the first of `from` that it covers, and the weights of those.
fn weights(from: usize, to: usize) -> Vec<(usize, Vec<f64>)> {
    let scale = from as f64 / to as f64;
    let support = f64::max(scale, 1.0);
    let one = |place: usize| {
        let middle = (place as f64 + 0.5) * scale;
        let first = libm::floor(f64::max(middle - support + 0.5, 0.0)) as usize;
        let last = (libm::floor(middle + support + 0.5) as usize).clamp(first + 1, from);
        let weight = |at: usize| f64::max(1.0 - ((at as f64 - middle + 0.5) / support).abs(), 0.0);
        let all: Vec<f64> = (first..last).map(weight).collect();
        let sum: f64 = all.iter().sum();
        (first, all.into_iter().map(|weight| weight / sum).collect())
    };
    (0..to).map(one).collect()
}
