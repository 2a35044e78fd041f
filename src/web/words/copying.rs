//! What to look at in badges that come along from another course.

use crate::domain::sentence::number;
use crate::domain::zone::last_moment;
use crate::service::course::copying::Note;

/// What to look at.
#[must_use]
pub(crate) fn note(note: &Note) -> String {
    match note {
        Note::Maximum { label, here, before } => format!(
            "“{label}” has {} points here and had {} in the old course. Look whether the rule still asks for the right number.",
            number(*here),
            number(*before)
        ),
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
