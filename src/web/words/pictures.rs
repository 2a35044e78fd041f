//! Why an uploaded picture is not kept, in words for whoever chose it.

use crate::service::badge::uploads::{MAX_ELEMENTS, MAX_NESTING, MAX_SIDE, UploadError};

/// What is wrong with it.
#[must_use]
pub(crate) fn refused(error: &UploadError) -> String {
    match error {
        UploadError::Empty => "The file is empty; choose a PNG or SVG picture.".to_owned(),
        UploadError::TooManyBytes => {
            "The picture is larger than 2 MB; make it smaller and try again.".to_owned()
        }
        UploadError::SvgTooManyBytes => {
            "An SVG may have up to 512 kB; simplify it, or upload it as PNG.".to_owned()
        }
        UploadError::NotAPicture => {
            "This is not a PNG or SVG picture; save it as one of these and try again.".to_owned()
        }
        UploadError::DamagedPng => {
            "The PNG is damaged and cannot be read; save it again and try once more.".to_owned()
        }
        UploadError::TooManyPixels { width, height } => format!(
            "The picture measures {width} by {height} pixels; up to {MAX_SIDE} by {MAX_SIDE} are possible."
        ),
        UploadError::DamagedSvg => {
            "The SVG is damaged and cannot be read; save it again and try once more.".to_owned()
        }
        UploadError::Script => "The SVG contains a script; a badge picture may not run anything.".to_owned(),
        UploadError::EventHandler(what) => {
            format!("The SVG contains “{what}”, an event handler; a badge picture may not run anything.")
        }
        UploadError::ForeignObject => {
            "The SVG contains other content than a drawing (“foreignObject”); remove it and save again."
                .to_owned()
        }
        UploadError::ExternalReference(what) => format!(
            "The SVG refers to something outside itself in “{what}”; a badge picture must stand alone."
        ),
        UploadError::StyleSheet => {
            "The SVG contains a style sheet; export it with “presentation attributes” instead.".to_owned()
        }
        UploadError::DocumentType => {
            "The SVG contains a document type or entities; save it as plain SVG.".to_owned()
        }
        UploadError::Animation(what) => format!("The SVG moves (“{what}”); a badge picture stands still."),
        UploadError::Element(what) => format!(
            "The SVG contains “{what}”, which a badge picture may not use; draw it with plain shapes and save again."
        ),
        UploadError::TooComplex => format!(
            "The SVG has more than {MAX_ELEMENTS} elements or {MAX_NESTING} levels; simplify it, or upload it as PNG."
        ),
        UploadError::CannotBeDrawn(why) => format!("The picture cannot be drawn: {why}."),
        UploadError::Write(what) => format!("The picture could not be written: {what}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_beyond_the_limits_is_told_its_size() {
        let (width, height) = (2_049, 16);
        assert_eq!(
            refused(&UploadError::TooManyPixels { width, height }),
            "The picture measures 2049 by 16 pixels; up to 2048 by 2048 are possible."
        );
    }
}
