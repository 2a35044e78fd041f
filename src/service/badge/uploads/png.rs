//! PNG: decoded within limits, written anew without metadata.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, Limits, codecs::png::PngDecoder};

use super::{MAX_SIDE, UploadError};

/// Memory for decoding: four bytes for each of the most pixels, and as much again for the decoder.
const MAX_MEMORY: u64 = 2 * 4 * (MAX_SIDE as u64) * (MAX_SIDE as u64);

pub(super) fn clean(bytes: &[u8]) -> Result<Vec<u8>, UploadError> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    let mut decoder =
        PngDecoder::with_limits(Cursor::new(bytes), limits.clone()).map_err(|_| UploadError::DamagedPng)?;
    // The size stands in the header: a small file that unpacks into a huge picture is refused before it does.
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(UploadError::TooManyPixels { width, height });
    }
    decoder.set_limits(limits).map_err(|_| UploadError::DamagedPng)?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| UploadError::DamagedPng)?;
    let mut clean = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(picture.into_rgba8())
        .write_to(&mut clean, ImageFormat::Png)
        .map_err(|error| UploadError::Write(error.to_string()))?;
    Ok(clean.into_inner())
}
