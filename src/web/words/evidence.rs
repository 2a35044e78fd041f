//! What is wrong with a hand-in or a review: the field of its form, and the sentence.

use crate::service::award::evidence::{HandInProblem, ReviewProblem};
use crate::service::award::files::size_words;
use crate::service::award::shares::Left;
use crate::web::views::shared::Problem;

fn problem(field: &str, text: impl Into<String>) -> Problem {
    Problem {
        field: field.to_owned(),
        text: text.into(),
    }
}

/// That nothing more is taken here.
#[must_use]
pub(crate) fn no_version_left(most: usize) -> String {
    format!(
        "You handed in {most} versions here, and no more are kept for one activity. Tell your teacher: whoever runs Cairn can allow more."
    )
}

/// What may still be handed in, for the form.
#[must_use]
pub(crate) fn room(left: Left) -> String {
    let versions = match left.versions {
        1 => "1 more version".to_owned(),
        more => format!("{more} more versions"),
    };
    if left.largest() == 0 {
        return format!("There is room for {versions} and for no more files. A text or a link is enough.");
    }
    let bytes = left.bytes.min(left.institution);
    format!("There is room for {versions} and {} of files.", size_words(bytes))
}

/// What is wrong with what a student hands in.
#[must_use]
pub(crate) fn handed_in(wrong: HandInProblem) -> Problem {
    match wrong {
        HandInProblem::Nothing => problem("text", "Hand in a text, a link or a file: one is enough."),
        HandInProblem::Text(length) => problem(
            "text",
            format!("Shorten the text to 20,000 characters; it has {length}."),
        ),
        HandInProblem::Link => problem(
            "link",
            "Give the whole address of the link, beginning with https://.",
        ),
        HandInProblem::File(largest) => problem(
            "file",
            format!(
                "The file is larger than {}. Hand in a smaller one, or a link to it.",
                size_words(largest)
            ),
        ),
        HandInProblem::Pieces { received, size } => problem(
            "file",
            format!(
                "Of the file, {} of {} have arrived. Choose it again: it goes on from there.",
                size_words(received),
                size_words(size)
            ),
        ),
        HandInProblem::Versions(most) => problem("text", no_version_left(most)),
        HandInProblem::Share { size, left } => problem(
            "file",
            format!(
                "The file has {}, and there is room for {} more of your files in this activity. Hand in a smaller one, or a link to it.",
                size_words(size),
                size_words(left)
            ),
        ),
        HandInProblem::Institution => problem(
            "file",
            "There is no room for this file among those of your institution, so it was not kept. Hand in a link to it, and tell your teacher: whoever runs Cairn can make room.",
        ),
        HandInProblem::Harmful => problem(
            "file",
            "This server's check of files takes this one for harmful, so it was not kept. Hand in another one.",
        ),
    }
}

/// What is wrong with a review.
#[must_use]
pub(crate) fn review(wrong: ReviewProblem) -> Problem {
    match wrong {
        ReviewProblem::NoMessage => problem("message", "Tell the student why: they see this message."),
        ReviewProblem::Message => problem("message", "Shorten the message to 5,000 characters."),
        ReviewProblem::Points(maximum) => {
            problem("score", format!("Give 0 to {} points.", maximum.normalize()))
        }
    }
}
