//! Baking: a signed credential inside the badge's picture (Open Badges 3.0, section 5.3).

mod png;
mod svg;

pub use self::png::{bake_png, extract_png};
pub use self::svg::{bake_svg, extract_svg};

/// The largest picture that is baked or read, in bytes.
pub const MAX_IMAGE: usize = 8 << 20;
/// The largest credential that is baked or read, in bytes.
pub const MAX_CREDENTIAL: usize = 1 << 20;

/// A picture that cannot carry a credential, or carries none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BakeError {
    /// Too many bytes.
    #[error("the picture is larger than {MAX_IMAGE} bytes")]
    ImageTooLarge,
    /// Too many bytes.
    #[error("the credential is larger than {MAX_CREDENTIAL} bytes")]
    CredentialTooLarge,
    /// Neither kind of picture.
    #[error("the file is neither a PNG nor an SVG picture")]
    UnknownFormat,
    /// A PNG that cannot be read.
    #[error("the PNG is damaged: {0}")]
    Png(&'static str),
    /// An SVG that cannot be read.
    #[error("the SVG is damaged: {0}")]
    Svg(String),
    /// A picture is baked once only (section 5.3).
    #[error("the picture holds a credential already; bake the original picture instead")]
    AlreadyBaked,
    /// A picture without a credential.
    #[error("the picture holds no Open Badges 3.0 credential")]
    NotBaked,
    /// Two credentials in one picture.
    #[error("the picture holds more than one credential")]
    BakedTwice,
    /// A text that XML cannot hold.
    #[error("the credential holds a control character that no SVG can carry")]
    ControlCharacter,
}

/// The credential inside a picture of either kind.
///
/// # Errors
/// When it is no picture, or holds no credential or more than one.
pub fn extract(picture: &[u8]) -> Result<String, BakeError> {
    if picture.starts_with(png::MAGIC) {
        return extract_png(picture);
    }
    match std::str::from_utf8(picture) {
        Ok(text) if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') => extract_svg(text),
        _ => Err(BakeError::UnknownFormat),
    }
}

fn check_sizes(picture: usize, credential: usize) -> Result<(), BakeError> {
    if picture > MAX_IMAGE {
        Err(BakeError::ImageTooLarge)
    } else if credential > MAX_CREDENTIAL {
        Err(BakeError::CredentialTooLarge)
    } else {
        Ok(())
    }
}
