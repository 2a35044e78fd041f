//! Addresses as QR codes, for paper.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::render::svg;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode};

use crate::service::Cairn;
use crate::service::base::drawings::{Asker, Key};
use crate::service::base::error::ServiceError;

/// A QR code of `text` as a `data:` address of an SVG picture, black on white with its quiet zone. A quarter of it may be
/// stained (level Q), which paper on a wall soon is.
///
/// # Errors
/// [`ServiceError::Internal`] for a text of more than about 1,600 bytes; addresses of ours are far shorter.
/// [`ServiceError::Busy`] for somebody for whom too much is to be drawn already.
#[tracing::instrument(name = "qr.picture", level = "debug", skip_all)]
pub(crate) async fn picture(cairn: &Cairn, asker: &Asker, text: &str) -> Result<String, ServiceError> {
    let (key, text) = (Key::of("qr", &text), text.to_owned());
    let svg = cairn.drawings.get(key, asker, move || drawn(&text)).await?;
    Ok(format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg)))
}

fn drawn(text: &str) -> Result<Vec<u8>, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::Q)?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(svg.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_a_picture_and_a_book_does_not() {
        let svg = String::from_utf8(drawn("https://badges.example/b/abc").unwrap()).unwrap();
        assert!(svg.contains("<svg") && svg.contains("#fff") && !svg.contains("script"));
        assert!(drawn(&"x".repeat(5_000)).is_err());
    }
}
