//! Addresses as QR codes, for paper.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::service::base::error::ServiceError;

/// A QR code of `text` as a `data:` address of an SVG picture, black on white with its quiet zone. A quarter of it may be
/// stained (level Q), which paper on a wall soon is.
///
/// # Errors
/// [`ServiceError::Internal`] for a text of more than about 1,600 bytes; addresses of ours are far shorter.
pub(crate) fn picture(text: &str) -> Result<String, ServiceError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::Q);
    let code = code.map_err(|error| ServiceError::Internal(error.to_string()))?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_a_picture_and_a_book_does_not() {
        let picture = picture("https://badges.example/b/abc").unwrap();
        let data = picture.strip_prefix("data:image/svg+xml;base64,").unwrap();
        let svg = String::from_utf8(STANDARD.decode(data).unwrap()).unwrap();
        assert!(svg.contains("<svg") && svg.contains("#fff") && !svg.contains("script"));
        assert!(super::picture(&"x".repeat(5_000)).is_err());
    }
}
