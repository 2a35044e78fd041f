//! Which grades can be seen here, said plainly: assignment and grade services show a tool its own columns and nothing
//! else (AGS 2.0, section 3.1).

use super::course::Grades;
use super::token::Answered;
use super::{Finding, lms};
use lti::capabilities::{Capabilities, ResultRows};
use lti::services::media::scope;

const WITHOUT: &str = "Badges can still be awarded for approved evidence, by hand, and for other badges. Grant the services above to use grades.";

pub(super) fn seen(capabilities: &Capabilities, tokens: &Answered, read: &Grades) -> Finding {
    let lms = lms(capabilities);
    let may_find = tokens.may(scope::LINE_ITEM) || tokens.may(scope::LINE_ITEM_READ);
    let none = if tokens.has_none() {
        Some(format!(
            "Cairn can see no grades here now: {lms} tells nothing without an access token."
        ))
    } else if !tokens.may(scope::RESULT_READ) {
        Some(format!(
            "Cairn can see no grades here: {lms} does not let it read any."
        ))
    } else if !may_find {
        Some(format!(
            "Cairn can see no grades here: {lms} does not let it find its own gradebook columns."
        ))
    } else if let Grades::Unreadable(course) = read {
        Some(format!(
            "Cairn can see no grades in “{course}” now, because what is named above cannot be read. It keeps what it read before."
        ))
    } else {
        None
    };
    if let Some(none) = none {
        return Finding::remark("grades", none, WITHOUT);
    }
    Finding::remark(
        "grades",
        some(capabilities, tokens),
        "Let students hand in through Cairn's evidence activities, or keep a column of Cairn's beside the assignment and type the grade there.",
    )
}

/// The sentences for a platform that lets grades be read.
fn some(capabilities: &Capabilities, tokens: &Answered) -> String {
    let lms = lms(capabilities);
    let columns = if tokens.may(scope::LINE_ITEM) {
        "and in columns that a teacher makes in Cairn's rule builder"
    } else {
        "but it may make no columns of its own"
    };
    let mut text = format!(
        "Cairn can see the grades in its own activities, {columns}, also where a teacher overrides them. It cannot see the grades of {lms}'s own assignments and quizzes: LTI shows a tool its own columns only."
    );
    match (capabilities.result_rows, tokens.may(scope::SCORE)) {
        (ResultRows::OfPostedScores, true) => text.push_str(
            " A grade that was typed before Cairn knew the student's row stays invisible until it is saved again.",
        ),
        (ResultRows::OfPostedScores, false) => text.push_str(&format!(
            " It cannot write grades, so it cannot make the rows that {lms} needs: a grade of a student who has no row yet stays invisible, and the points of a review stay in Cairn."
        )),
        (ResultRows::OfEveryGrade, true) => {}
        (ResultRows::OfEveryGrade, false) => {
            text.push_str(" It cannot write grades: the points of a review stay in Cairn.");
        }
    }
    if !tokens.may(scope::MEMBERS_READ) {
        text.push_str(
            " Of students who never opened Cairn it sees no grade, because it may not read who they are.",
        );
    }
    text
}
