//! PNG: decoded within limits, written anew without metadata.

use std::io::Cursor;

use png::{BitDepth, Decoder, Encoder, EncodingError, Limits, OutputInfo, Transformations};

use super::{MAX_SIDE, UploadError};

/// Memory for decoding: four bytes for each of the most pixels, and as much again for the decoder.
const MAX_MEMORY: usize = 2 * 4 * (MAX_SIDE as usize) * (MAX_SIDE as usize);

pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, UploadError> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MAX_MEMORY });
    // Palettes and a colour that stands for clear are written out, few bits become eight, and sixteen too.
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let header = decoder.read_header_info().map_err(|_| UploadError::DamagedPng)?;
    // The size stands in the header: a small file that unpacks into a huge picture is refused before it does.
    let (width, height) = (header.width, header.height);
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(UploadError::TooManyPixels { width, height });
    }
    let (shown, pixels) = first_frame(decoder).ok_or(UploadError::DamagedPng)?;
    write(&shown, &pixels).map_err(|error| UploadError::Write(error.to_string()))
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
