//! A square of a picture that was cleaned and kept before.

use quick_xml::Writer;
use quick_xml::events::{BytesStart, Event};
use resvg::usvg::roxmltree::Document;

use super::{CleanPicture, UploadError, clean, png};
use crate::domain::cut::{Cut, Frame};
use crate::service::badge::pictures::svg_size;

/// The longer side of an SVG, which has no pixels of its own.
const UNITS: f32 = 1_000.0;
const SVG: &str = "http://www.w3.org/2000/svg";

/// Width and height of a cleaned picture, in pixels; of an SVG such that the longer side has 1,000.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn size(picture: &[u8]) -> Result<(u32, u32), UploadError> {
    match svg_text(picture) {
        None => png::size(picture),
        Some(svg) => units(svg_size(svg)?),
    }
}

/// The square that is made of a cleaned picture, cleaned again.
///
/// # Errors
/// Why it cannot be cut so.
pub(crate) fn cut(picture: &[u8], how: Cut) -> Result<CleanPicture, UploadError> {
    let frame = how.frame(size(picture)?).map_err(UploadError::Cut)?;
    let square = match svg_text(picture) {
        None => png::cut(picture, frame)?,
        Some(svg) => framed(svg, frame)?.into_bytes(),
    };
    clean(&square)
}

fn svg_text(picture: &[u8]) -> Option<&str> {
    let is_png = picture.starts_with(b"\x89PNG");
    std::str::from_utf8(picture).ok().filter(|_| !is_png)
}

fn units((width, height): (f32, f32)) -> Result<(u32, u32), UploadError> {
    let longer = width.max(height);
    let part = |side: f32| {
        let part = (side / longer * UNITS).round();
        // Between 1 and 1,000, so that nothing is lost.
        if part.is_finite() {
            part.clamp(1.0, UNITS) as u32
        } else {
            0
        }
    };
    match (part(width), part(height)) {
        (0, _) | (_, 0) => Err(UploadError::DamagedSvg),
        size => Ok(size),
    }
}

/// The SVG within one that shows the frame of it alone.
fn framed(svg: &str, frame: Frame) -> Result<String, UploadError> {
    let written = |error: std::io::Error| UploadError::Write(error.to_string());
    let document = Document::parse(svg).map_err(|_| UploadError::DamagedSvg)?;
    // It was written by us, with every ">" of a value in it escaped.
    let (_, inside) = svg.split_once('>').ok_or(UploadError::DamagedSvg)?;
    let natural = svg_size(svg)?;
    let (width, height) = units(natural)?;

    let mut inner = BytesStart::new("svg");
    let root = document.root_element();
    for attribute in root.attributes() {
        if !matches!(attribute.name(), "width" | "height" | "x" | "y" | "viewBox") {
            inner.push_attribute((attribute.name(), attribute.value()));
        }
    }
    let view = match root.attribute("viewBox") {
        Some(view) => view.to_owned(),
        None => format!("0 0 {} {}", natural.0, natural.1),
    };
    inner.push_attribute(("viewBox", view.as_str()));
    inner.push_attribute(("width", width.to_string().as_str()));
    inner.push_attribute(("height", height.to_string().as_str()));
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Start(inner)).map_err(written)?;
    let inner = String::from_utf8(writer.into_inner()).map_err(|_| UploadError::DamagedSvg)?;

    let Frame { left, top, side, .. } = frame;
    let ground = frame.ground.map_or_else(String::new, |colour| {
        format!(
            r#"<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="{}"/>"#,
            colour.hex()
        )
    });
    Ok(format!(
        r#"<svg xmlns="{SVG}" viewBox="{left} {top} {side} {side}" width="{side}" height="{side}">{ground}{inner}{inside}</svg>"#
    ))
}
