//! Why a platform did not take a score, as far as its answer tells: one status stands for many reasons.

use super::error::Reason;
use crate::capabilities::{Capabilities, LockedColumns, UngradablePerson};

/// Why a platform takes no score until something changes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScoreRefusal {
    /// The person can have no grade there: no student, not a current one, or the work is not theirs to do.
    Person,
    /// The assignment is not published.
    Unpublished,
    /// The grading period is closed.
    ClosedPeriod,
    /// The grades are being moderated.
    Moderated,
    /// The course has concluded.
    Concluded,
    /// The student has used up the attempts.
    Attempts,
    /// The column is locked, or the platform is out of order: whoever can still read its results knows which.
    Locked,
    /// The platform says no in words that nobody here knows.
    Unknown,
}

/// What Canvas says in a 422, in small letters (Canvas 4 and the fifteen things, 7 and 9). Its words may change: the first
/// that fits counts.
const WORDS: [(&str, ScoreRefusal); 9] = [
    ("unpublished", ScoreRefusal::Unpublished),
    ("grading period", ScoreRefusal::ClosedPeriod),
    ("moderat", ScoreRefusal::Moderated),
    ("concluded", ScoreRefusal::Concluded),
    ("allowed attempts", ScoreRefusal::Attempts),
    ("not a student", ScoreRefusal::Person),
    ("user not found", ScoreRefusal::Person),
    ("not applicable to this student", ScoreRefusal::Person),
    ("not assigned", ScoreRefusal::Person),
];

impl ScoreRefusal {
    /// What a failed score means; `None` for trouble that is not about the score.
    #[must_use]
    pub fn of(reason: &Reason, capabilities: &Capabilities) -> Option<Self> {
        match (reason, capabilities.ungradable_person) {
            (Reason::BadRequest(_), UngradablePerson::BadRequest) => Some(Self::Person),
            (Reason::Unprocessable(said), UngradablePerson::Unprocessable) => {
                let said = said.to_lowercase();
                let known = WORDS.iter().find(|(words, _)| said.contains(words));
                Some(known.map_or(Self::Unknown, |(_, refusal)| *refusal))
            }
            (Reason::Unavailable { status: 500, .. }, _)
                if capabilities.locked_columns == LockedColumns::ServerError =>
            {
                Some(Self::Locked)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registration::Flavour;

    fn of(flavour: Flavour, reason: &Reason) -> Option<ScoreRefusal> {
        ScoreRefusal::of(reason, &flavour.capabilities())
    }

    #[test]
    fn canvas_refuses_with_one_status_and_its_words_tell_why() {
        for (said, refusal) in [
            (
                "User not found in course or is not a student",
                ScoreRefusal::Person,
            ),
            (
                "cannot be changed at this time: This assignment is still unpublished",
                ScoreRefusal::Unpublished,
            ),
            (
                "This assignment is in a closed grading period for this student",
                ScoreRefusal::ClosedPeriod,
            ),
            (
                "This assignment is currently being moderated",
                ScoreRefusal::Moderated,
            ),
            (
                "This course has concluded. AGS requests will no longer be accepted",
                ScoreRefusal::Concluded,
            ),
            (
                "The maximum number of allowed attempts has been reached for this submission",
                ScoreRefusal::Attempts,
            ),
            (
                "ScoreMaximum cannot be zero if line item's maximum is not zero",
                ScoreRefusal::Unknown,
            ),
            ("", ScoreRefusal::Unknown),
        ] {
            let reason = Reason::Unprocessable(said.to_owned());
            assert_eq!(of(Flavour::Canvas, &reason), Some(refusal), "{said}");
            assert_eq!(of(Flavour::Other, &reason), None, "{said}");
        }
        assert_eq!(of(Flavour::Canvas, &Reason::BadRequest(String::new())), None);
    }

    #[test]
    fn moodle_tells_by_its_status_alone() {
        let bad = Reason::BadRequest("The platform gave no reason.".to_owned());
        assert_eq!(of(Flavour::Moodle, &bad), Some(ScoreRefusal::Person));
        let down = |status| Reason::Unavailable {
            status,
            retry_after: None,
        };
        assert_eq!(of(Flavour::Moodle, &down(500)), Some(ScoreRefusal::Locked));
        assert_eq!(of(Flavour::Moodle, &down(503)), None);
        assert_eq!(of(Flavour::Canvas, &down(500)), None);
    }
}
