//! Who counts as a student of a course. Nothing bars for ever: what bars holds while it is held.
//!
//! Kept apart are what the newest launch said of somebody, what the member list said, whether another role was ever seen, and
//! what a teacher answered where the platform could not tell. What follows from it all is
//! [`Enrolment::membership`](crate::domain::people::Enrolment::membership).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::PersonId;

/// What a launch or a member list says that somebody is in a course. The words are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SeenAs {
    /// A student, and nothing besides.
    Learner,
    /// Teaches, assists, designs or administers the course.
    Staff,
    /// Looks on, as a parent does.
    Observer,
    /// The platform's fictitious student.
    Test,
    /// Of a role that is none of these.
    Other,
    /// No role was named that is known.
    Nobody,
}

impl SeenAs {
    /// Whether it is another role than a student's: one that keeps somebody from being a student while it is held.
    #[must_use]
    pub(crate) const fn is_another(self) -> bool {
        match self {
            Self::Learner | Self::Nobody => false,
            Self::Staff | Self::Observer | Self::Test | Self::Other => true,
        }
    }
}

/// Whom the platform's member list calls learners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    /// Students alone.
    Students,
    /// Staff too: it cannot tell.
    StudentsAndStaff,
}

/// What a teacher said of somebody of whom the platform could not tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) is_student: bool,
    /// None for somebody who was erased since.
    pub(crate) by: Option<PersonId>,
    pub(crate) at: DateTime<Utc>,
}

/// Whether somebody counts as a student of a course, and may be awarded its badges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Membership {
    Student,
    /// A teacher has to say first whether this is a student.
    Waits(Doubt),
    NotAStudent(Because),
}

/// Why a teacher is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Another role than a student's was seen here then, and the member list would say "learner" all the same.
    SeenAsStaff(DateTime<Utc>),
    /// The platform refused then to grade this person.
    RefusedGrading(DateTime<Utc>),
}

/// Why somebody is no student here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Because {
    /// Is not in the course any more.
    Left,
    /// What the newest launch said.
    Launched(SeenAs),
    /// What the member list says.
    Listed(SeenAs),
    /// Neither ever said that this is a learner.
    NeverALearner,
    /// A teacher said so.
    Answered,
}
