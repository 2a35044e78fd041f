//! Why an uploaded picture is not kept, in words for whoever chose it.

use crate::domain::cut::{CutProblem, MIN_SIDE};
use crate::service::badge::pictures::NotDrawn;
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
        UploadError::Gone => "The picture is not kept here; upload it again.".to_owned(),
        UploadError::Cut(problem) => uncut(*problem),
        UploadError::Write(what) => format!("The picture could not be written: {what}."),
    }
}

/// Why a picture cannot be made square so.
#[must_use]
pub(crate) fn uncut(problem: CutProblem) -> String {
    match problem {
        CutProblem::Unsaid => {
            "The picture is not square, as pictures of badges are shown. Choose what is done about it, and save again."
                .to_owned()
        }
        CutProblem::Colour => {
            "Write the colour of the margins as # and six hexadecimal digits, for instance #ffffff.".to_owned()
        }
        CutProblem::Numbers => {
            "Type where the square begins, from the left and from the top, and its side, as whole numbers.".to_owned()
        }
        CutProblem::Small => {
            format!("The square would be smaller than {MIN_SIDE} pixels; choose a larger one, or another picture.")
        }
        CutProblem::Outside { width, height } => format!(
            "The square reaches out of the picture, which measures {width} by {height}; begin further left or higher, or make it smaller."
        ),
    }
}

/// Why the address of a drawn picture draws nothing: a code and a sentence.
#[must_use]
pub(crate) const fn not_drawn(why: NotDrawn) -> (&'static str, &'static str) {
    match why {
        NotDrawn::Query => (
            "picture.query",
            "A drawn picture has initials, a shape and a colour, and may have an icon, a pattern, a banner and stars, each of them once, and nothing else. Use its address as a page of this site gives it.",
        ),
        NotDrawn::Icon => (
            "picture.icon",
            "There is no icon of that name. Use the address of the picture as a page of this site gives it.",
        ),
        NotDrawn::Pattern => (
            "picture.pattern",
            "There is no pattern of that name. Use the address of the picture as a page of this site gives it.",
        ),
        NotDrawn::Banner => (
            "picture.banner",
            "The banner has too many letters, or letters that cannot be drawn. Use the address of the picture as a page of this site gives it.",
        ),
        NotDrawn::BannerColour => (
            "picture.band",
            "The colour of the banner cannot be read. Write it as # and six hexadecimal digits.",
        ),
        NotDrawn::Stars => (
            "picture.stars",
            "A picture has at most 5 stars. Use the address of the picture as a page of this site gives it.",
        ),
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
