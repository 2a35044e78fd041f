//! A picture that somebody uploads: checked, cleaned, and drawn once before it is kept.

mod cut;
mod png;
mod svg;
#[cfg(test)]
mod tests;

use crate::domain::cut::CutProblem;
use crate::service::badge::pictures::RasterError;

pub(crate) use cut::{cut, size};

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

/// Why a picture was refused.
#[derive(Debug)]
pub(crate) enum UploadError {
    Empty,
    TooManyBytes,
    SvgTooManyBytes,
    NotAPicture,
    DamagedPng,
    TooManyPixels {
        width: u32,
        height: u32,
    },
    DamagedSvg,
    Script,
    /// The attribute of that name.
    EventHandler(String),
    /// Other content than a drawing.
    ForeignObject,
    /// The element or attribute of that name refers to something outside.
    ExternalReference(String),
    StyleSheet,
    DocumentType,
    /// The element of that name moves it.
    Animation(String),
    /// The element of that name is none of a plain drawing.
    Element(String),
    TooComplex,
    CannotBeDrawn(RasterError),
    /// The picture that was to be cut is not kept.
    Gone,
    Cut(CutProblem),
    Write(String),
}

impl From<RasterError> for UploadError {
    fn from(error: RasterError) -> Self {
        Self::CannotBeDrawn(error)
    }
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
