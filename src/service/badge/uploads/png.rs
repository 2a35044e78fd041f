//! PNG: decoded within limits, written anew without metadata.

use std::io::Cursor;

use png::{BitDepth, ColorType, Decoder, Encoder, EncodingError, Limits, OutputInfo, Transformations};

use super::{MAX_SIDE, UploadError};
use crate::domain::cut::Frame;

/// Memory for decoding: four bytes for each of the most pixels, and as much again for the decoder.
const MAX_MEMORY: usize = 2 * 4 * (MAX_SIDE as usize) * (MAX_SIDE as usize);

pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, UploadError> {
    let (shown, pixels) = decoded(bytes)?;
    write(&shown, &pixels).map_err(|error| UploadError::Write(error.to_string()))
}

/// Width and height in pixels.
pub(super) fn size(bytes: &[u8]) -> Result<(u32, u32), UploadError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MAX_MEMORY });
    let header = decoder.read_header_info().map_err(|_| UploadError::DamagedPng)?;
    Ok((header.width, header.height))
}

/// What is in the frame, pixel by pixel; around the picture is its ground.
pub(super) fn cut(bytes: &[u8], frame: Frame) -> Result<Vec<u8>, UploadError> {
    if frame.side > MAX_SIDE {
        let (width, height) = (frame.side, frame.side);
        return Err(UploadError::TooManyPixels { width, height });
    }
    let (shown, pixels) = decoded(bytes)?;
    let samples = shown.color_type.samples();
    let ground = frame
        .ground
        .map_or([0; 4], |colour| on_top(&[0; 4], colour.channels()));
    let at = |x: i64, y: i64| -> [u8; 4] {
        let place = (usize::try_from(x).ok(), usize::try_from(y).ok());
        let (Some(x), Some(y)) = place else {
            return ground;
        };
        let row = pixels.chunks_exact(shown.line_size).nth(y);
        let pixel = row.and_then(|row| row.chunks_exact(samples).nth(x));
        let pixel = pixel.and_then(|pixel| rgba(shown.color_type, pixel));
        pixel.map_or(ground, |pixel| match frame.ground {
            // A picture with clear parts stands on its ground there, too.
            Some(colour) => on_top(&pixel, colour.channels()),
            None => pixel,
        })
    };
    let side = i64::from(frame.side);
    let cut: Vec<u8> = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x, y)))
        .flat_map(|(x, y)| at(frame.left + x, frame.top + y))
        .collect();
    let square = OutputInfo {
        width: frame.side,
        height: frame.side,
        color_type: ColorType::Rgba,
        bit_depth: BitDepth::Eight,
        line_size: 0,
    };
    write(&square, &cut).map_err(|error| UploadError::Write(error.to_string()))
}

/// A pixel as red, green, blue and opacity.
fn rgba(kind: ColorType, pixel: &[u8]) -> Option<[u8; 4]> {
    match (kind, pixel) {
        (ColorType::Grayscale, [grey]) => Some([*grey, *grey, *grey, 255]),
        (ColorType::GrayscaleAlpha, [grey, opacity]) => Some([*grey, *grey, *grey, *opacity]),
        (ColorType::Rgb, [red, green, blue]) => Some([*red, *green, *blue, 255]),
        (ColorType::Rgba, [red, green, blue, opacity]) => Some([*red, *green, *blue, *opacity]),
        _ => None,
    }
}

/// A pixel as it is seen on a ground.
fn on_top(pixel: &[u8; 4], ground: [u8; 3]) -> [u8; 4] {
    let [red, green, blue, opacity] = *pixel;
    let [below_red, below_green, below_blue] = ground;
    let mix = |over: u8, under: u8| {
        let opacity = u32::from(opacity);
        let mixed = (u32::from(over) * opacity + u32::from(under) * (255 - opacity) + 127) / 255;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    [
        mix(red, below_red),
        mix(green, below_green),
        mix(blue, below_blue),
        255,
    ]
}

/// The picture within the limits.
fn decoded(bytes: &[u8]) -> Result<(OutputInfo, Vec<u8>), UploadError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MAX_MEMORY });
    // Palettes and a colour that stands for clear are written out, few bits become eight, and sixteen too.
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let header = decoder.read_header_info().map_err(|_| UploadError::DamagedPng)?;
    // The size stands in the header: a small file that unpacks into a huge picture is refused before it does.
    let (width, height) = (header.width, header.height);
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(UploadError::TooManyPixels { width, height });
    }
    first_frame(decoder).ok_or(UploadError::DamagedPng)
}

/// The picture; of one that moves, what a program that knows no animation shows.
fn first_frame(decoder: Decoder<Cursor<&[u8]>>) -> Option<(OutputInfo, Vec<u8>)> {
    let mut reader = decoder.read_info().ok()?;
    let size = reader.output_buffer_size().filter(|size| *size <= MAX_MEMORY)?;
    let mut pixels = vec![0; size];
    let shown = reader.next_frame(&mut pixels).ok()?;
    let is_whole = (shown.width, shown.height) == reader.info().size() && shown.bit_depth == BitDepth::Eight;
    is_whole.then_some((shown, pixels))
}

fn write(shown: &OutputInfo, pixels: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let mut clean = Vec::new();
    let mut encoder = Encoder::new(&mut clean, shown.width, shown.height);
    encoder.set_color(shown.color_type);
    encoder.set_depth(shown.bit_depth);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(clean)
}
