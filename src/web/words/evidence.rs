//! What is wrong with a hand-in or a review: the field of its form, and the sentence.

use crate::service::award::evidence::{HandInProblem, ReviewProblem};
use crate::web::views::shared::Problem;

fn problem(field: &str, text: impl Into<String>) -> Problem {
    Problem {
        field: field.to_owned(),
        text: text.into(),
    }
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
        HandInProblem::File => problem(
            "file",
            "The file is larger than 20 MB. Hand in a smaller one, or a link to it.",
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
