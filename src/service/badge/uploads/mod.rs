//! A picture that somebody uploads: checked, cleaned, and drawn once before it is kept.

mod png;
mod svg;
#[cfg(test)]
mod tests;

use crate::service::badge::pictures::RasterError;

/// Most bytes of a PNG.
pub(crate) const MAX_PNG_BYTES: usize = 2 * 1024 * 1024;
/// Most bytes of an SVG.
pub(crate) const MAX_SVG_BYTES: usize = 512 * 1024;
/// Longest side of a PNG in pixels.
pub(crate) const MAX_SIDE: u32 = 2_048;
/// Elements in an SVG.
pub(crate) const MAX_ELEMENTS: u32 = 5_000;
/// Elements within elements in an SVG.
pub(crate) const MAX_NESTING: usize = 32;

/// A picture that may be kept and served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CleanPicture {
    /// As they will be served: written anew, so without metadata.
    pub(crate) bytes: Vec<u8>,
    /// `image/png` or `image/svg+xml`.
    pub(crate) media_type: &'static str,
}

/// Why a picture was refused. Each is a sentence for the person who chose it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    #[error("the file is empty; choose a PNG or SVG picture")]
    Empty,
    #[error("the picture is larger than 2 MB; make it smaller and try again")]
    TooManyBytes,
    #[error("an SVG may have up to 512 kB; simplify it, or upload it as PNG")]
    SvgTooManyBytes,
    #[error("this is not a PNG or SVG picture; save it as one of these and try again")]
    NotAPicture,
    #[error("the PNG is damaged and cannot be read; save it again and try once more")]
    DamagedPng,
    #[error("the picture measures {width} by {height} pixels; up to {MAX_SIDE} by {MAX_SIDE} are possible")]
    TooManyPixels { width: u32, height: u32 },
    #[error("the SVG is damaged and cannot be read; save it again and try once more")]
    DamagedSvg,
    #[error("the SVG contains a script; a badge picture may not run anything")]
    Script,
    #[error("the SVG contains “{0}”, an event handler; a badge picture may not run anything")]
    EventHandler(String),
    #[error("the SVG contains other content than a drawing (“foreignObject”); remove it and save again")]
    ForeignObject,
    #[error("the SVG refers to something outside itself in “{0}”; a badge picture must stand alone")]
    ExternalReference(String),
    #[error("the SVG contains a style sheet; export it with “presentation attributes” instead")]
    StyleSheet,
    #[error("the SVG contains a document type or entities; save it as plain SVG")]
    DocumentType,
    #[error("the SVG moves (“{0}”); a badge picture stands still")]
    Animation(String),
    #[error(
        "the SVG contains “{0}”, which a badge picture may not use; draw it with plain shapes and save again"
    )]
    Element(String),
    #[error(
        "the SVG has more than {MAX_ELEMENTS} elements or {MAX_NESTING} levels; simplify it, or upload it as PNG"
    )]
    TooComplex,
    #[error("the picture cannot be drawn: {0}")]
    CannotBeDrawn(#[from] RasterError),
    #[error("the picture could not be written: {0}")]
    Write(String),
}

/// Checks and cleans an uploaded picture. What it is, is decided by its content, never by its name or claimed type.
///
/// # Errors
/// The first reason for which it cannot be kept.
pub(crate) fn clean(bytes: &[u8]) -> Result<CleanPicture, UploadError> {
    if bytes.is_empty() {
        return Err(UploadError::Empty);
    }
    if bytes.len() > MAX_PNG_BYTES {
        return Err(UploadError::TooManyBytes);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(CleanPicture {
            bytes: png::clean(bytes)?,
            media_type: "image/png",
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| UploadError::NotAPicture)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.trim_start().starts_with('<') || !text.contains("<svg") && !text.contains(":svg") {
        return Err(UploadError::NotAPicture);
    }
    if bytes.len() > MAX_SVG_BYTES {
        return Err(UploadError::SvgTooManyBytes);
    }
    Ok(CleanPicture {
        bytes: svg::clean(text)?.into_bytes(),
        media_type: "image/svg+xml",
    })
}
