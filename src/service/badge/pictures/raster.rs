//! SVG to PNG.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, ImageHrefResolver};

use super::letters::{FAMILY, FONTS};

/// The largest side of a PNG that is made, in pixels.
pub(crate) const MAX_SIDE: u32 = 2_048;

/// Why a picture could not be drawn.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RasterError {
    #[error("the SVG cannot be drawn: {0}")]
    Svg(#[from] usvg::Error),
    #[error("a picture has between 1 and {MAX_SIDE} pixels on a side, not {0}")]
    Size(u32),
    #[error("the picture is empty: nothing of it can be seen")]
    Blank,
    #[error("the picture could not be written as PNG: {0}")]
    Encode(String),
}

/// Draws an SVG into a square PNG of `side` pixels, centred on a clear ground. Nothing outside the document is read.
///
/// # Errors
/// When the SVG cannot be drawn, or `side` is 0 or above `MAX_SIDE`.
pub(crate) fn png(svg: &str, side: u32) -> Result<Vec<u8>, RasterError> {
    draw(svg, side)?
        .encode_png()
        .map_err(|error| RasterError::Encode(error.to_string()))
}

/// Whether an SVG can be drawn and shows something.
///
/// # Errors
/// As [`png()`], and [`RasterError::Blank`].
pub(crate) fn renders(svg: &str) -> Result<(), RasterError> {
    let pixmap = draw(svg, 96)?;
    if pixmap.pixels().iter().all(|pixel| pixel.alpha() == 0) {
        Err(RasterError::Blank)
    } else {
        Ok(())
    }
}

fn draw(svg: &str, side: u32) -> Result<Pixmap, RasterError> {
    if side == 0 || side > MAX_SIDE {
        return Err(RasterError::Size(side));
    }
    let options = usvg::Options {
        fontdb: Arc::clone(&FONTS),
        font_family: FAMILY.to_owned(),
        // Neither files nor data: pictures are drawn from what they say themselves.
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options)?;
    let mut pixmap = Pixmap::new(side, side).ok_or(RasterError::Size(side))?;
    let size = tree.size();
    let full = f32::from(u16::try_from(side).unwrap_or(u16::MAX));
    let scale = full / size.width().max(size.height());
    let (left, top) = (
        (full - size.width() * scale) / 2.0,
        (full - size.height() * scale) / 2.0,
    );
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale).post_translate(left, top),
        &mut pixmap.as_mut(),
    );
    Ok(pixmap)
}
