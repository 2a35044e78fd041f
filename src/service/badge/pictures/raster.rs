//! SVG to PNG.

use std::sync::Arc;

use resvg::tiny_skia::{FilterQuality, Pixmap, PixmapPaint, Transform};
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

/// Width and height of an SVG in its own units.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn svg_size(svg: &str) -> Result<(f32, f32), RasterError> {
    let size = tree(svg)?.size();
    Ok((size.width(), size.height()))
}

/// A picture that is drawn onto another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Inset {
    Svg(String),
    Png(Vec<u8>),
}

/// Where an inset goes: its left upper corner and the side of the square that it is fitted into, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) side: f32,
}

/// Draws `ground`, an SVG of just that size, and `inset` onto it, as PNG.
///
/// # Errors
/// When one of them cannot be drawn.
pub(super) fn composed(
    ground: &str,
    (width, height): (u32, u32),
    inset: &Inset,
    place: Place,
) -> Result<Vec<u8>, RasterError> {
    let mut whole = Pixmap::new(width, height).ok_or(RasterError::Size(width))?;
    resvg::render(&tree(ground)?, Transform::identity(), &mut whole.as_mut());
    match inset {
        Inset::Svg(svg) => {
            let tree = tree(svg)?;
            let fit = fitted((tree.size().width(), tree.size().height()), place);
            resvg::render(&tree, fit, &mut whole.as_mut());
        }
        Inset::Png(bytes) => {
            let inner = Pixmap::decode_png(bytes).map_err(|error| RasterError::Encode(error.to_string()))?;
            let fit = fitted((pixels(inner.width()), pixels(inner.height())), place);
            let paint = PixmapPaint {
                quality: FilterQuality::Bicubic,
                ..PixmapPaint::default()
            };
            whole.draw_pixmap(0, 0, inner.as_ref(), &paint, fit, None);
        }
    }
    whole
        .encode_png()
        .map_err(|error| RasterError::Encode(error.to_string()))
}

/// How something of that size is brought into its place, in its middle.
fn fitted((width, height): (f32, f32), place: Place) -> Transform {
    let scale = place.side / width.max(height);
    Transform::from_scale(scale, scale).post_translate(
        place.left + (place.side - width * scale) / 2.0,
        place.top + (place.side - height * scale) / 2.0,
    )
}

fn pixels(side: u32) -> f32 {
    f32::from(u16::try_from(side).unwrap_or(u16::MAX))
}

fn draw(svg: &str, side: u32) -> Result<Pixmap, RasterError> {
    if side == 0 || side > MAX_SIDE {
        return Err(RasterError::Size(side));
    }
    let tree = tree(svg)?;
    let mut pixmap = Pixmap::new(side, side).ok_or(RasterError::Size(side))?;
    let place = Place {
        left: 0.0,
        top: 0.0,
        side: pixels(side),
    };
    let fit = fitted((tree.size().width(), tree.size().height()), place);
    resvg::render(&tree, fit, &mut pixmap.as_mut());
    Ok(pixmap)
}

/// Reads an SVG. Nothing outside the document is read.
fn tree(svg: &str) -> Result<usvg::Tree, RasterError> {
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
    Ok(usvg::Tree::from_str(svg, &options)?)
}
