//! What to look at in badges that come along from another course.

use crate::domain::course::CopyRequestState;
use crate::domain::sentence::number;
use crate::domain::zone::last_moment;
use crate::service::badge::copied_inputs::Missing;
use crate::service::course::copying::Note;

/// What is said of a copy that nothing proves. Nothing of the other course is told.
pub(crate) const UNPROVEN: &str = "A link in this course came from another course that uses Cairn. Before the badges of that course can come along, somebody who teaches there has to agree.";

/// What became of asking.
#[must_use]
pub(crate) const fn asked(state: CopyRequestState) -> &'static str {
    match state {
        CopyRequestState::Waiting => {
            "Those who teach the other course were asked for its badges and have not answered yet."
        }
        CopyRequestState::Agreed => "The other course agreed: its badges may come along.",
        CopyRequestState::Refused => {
            "Those who teach the other course do not share its badges. You can start without them, or talk to them; nothing of it comes along."
        }
    }
}

/// Why a badge that a copied rule names did not come along.
#[must_use]
pub(crate) const fn badge_left_behind(missing: &Missing) -> &'static str {
    if missing.is_elsewhere {
        "The rule named a badge of yet another course, which does not offer it."
    } else {
        "It is retired in the old course and stayed there."
    }
}

/// What is said of a grade of the course site, or of a gradebook file, that was not found again.
#[must_use]
pub(crate) fn grade_missing(missing: &Missing, knows_none: bool, needed: &str) -> String {
    let points = missing
        .maximum
        .map(|points| format!("It had {} points in the old course. ", number(points)));
    let known = if knows_none {
        "No grade of the course site and none of a gradebook file is known here yet. "
    } else {
        ""
    };
    format!("{}{known}{needed}", points.unwrap_or_default())
}

/// What to look at.
#[must_use]
pub(crate) fn note(note: &Note) -> String {
    match note {
        Note::Maximum { label, here, before } => format!(
            "“{label}” has {} points here and had {} in the old course. Look whether the rule still asks for the right number.",
            number(*here),
            number(*before)
        ),
        Note::Rule(problem) => super::rules::problem(problem),
        Note::Ended(at, zone) => format!(
            "Its last day is {}, which has passed. Edit the badge and choose another end before you activate it.",
            zone.long_day(last_moment(*at))
        ),
        Note::Date(at, zone) => format!(
            "Its rule asks for a date, {}: look whether it fits this course.",
            zone.long(*at)
        ),
    }
}
