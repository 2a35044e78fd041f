//! Pictures as they are asked for: drawn once, and kept as long as they are asked for.

use std::convert::Infallible;

use bytes::Bytes;

use super::{Drawing, PNG_SIDE, png};
use crate::service::Cairn;
use crate::service::base::drawings::{Asker, Key};
use crate::service::base::error::ServiceError;

/// A drawing as SVG.
///
/// # Errors
/// [`ServiceError::Busy`] for somebody for whom too much is to be drawn already.
#[tracing::instrument(name = "drawn.outlined", level = "debug", skip_all)]
pub(crate) async fn outlined(cairn: &Cairn, asker: &Asker, drawing: Drawing) -> Result<String, ServiceError> {
    let key = Key::of("svg", &drawing);
    let draw = move || Ok::<_, Infallible>(drawing.svg().into_bytes());
    let svg = cairn.drawings.get(key, asker, draw).await?;
    String::from_utf8(svg.to_vec()).map_err(|error| ServiceError::Internal(error.to_string()))
}

/// An SVG as PNG of [`PNG_SIDE`].
///
/// # Errors
/// As [`outlined`]; when it cannot be drawn.
#[tracing::instrument(name = "drawn.scaled", level = "debug", skip_all)]
pub(crate) async fn scaled(cairn: &Cairn, asker: &Asker, svg: String) -> Result<Bytes, ServiceError> {
    let key = Key::of("png", &svg);
    cairn.drawings.get(key, asker, move || png(&svg, PNG_SIDE)).await
}
