//! People as a platform names them: never by e-mail address.

use chrono::{DateTime, Utc};

use crate::ids::{CourseId, PersonId, RegistrationId, TenantId};

/// A person: one `sub` under one registration. Everything else may be absent and may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) tenant: TenantId,
    pub(crate) registration: RegistrationId,
    /// The platform's identifier (LTI 1.3, `sub`; NRPS 2.0, `user_id`).
    pub(crate) sub: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
}

impl Person {
    /// The name as the LMS gives it; none given: "Student 7F3A", from our own identifier.
    #[must_use]
    pub(crate) fn display_name(&self) -> String {
        match self.name.as_deref().map(str::trim) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => {
                let tail: String = self.id.as_str().chars().rev().take(4).collect();
                format!(
                    "Student {}",
                    tail.chars().rev().collect::<String>().to_uppercase()
                )
            }
        }
    }
}

/// What a person is in one course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Enrolment {
    pub(crate) course: CourseId,
    pub(crate) person: PersonId,
    /// The last member list or launch named a learner role.
    pub(crate) learner: bool,
    /// Any other role was seen at a launch in this course: bars awards here, whatever a member list says.
    pub(crate) barred: bool,
    /// In the last member list, or launched since.
    pub(crate) active: bool,
    pub(crate) seen_at: DateTime<Utc>,
    /// The last membership role that a member list or a launch named is one of those who teach.
    pub(crate) teaches: bool,
}

impl Enrolment {
    /// Whether a badge of the course may be awarded to this person at all.
    #[must_use]
    pub(crate) fn may_be_awarded(&self) -> bool {
        self.learner && !self.barred && self.active
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: Option<&str>) -> Person {
        Person {
            id: "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f7f3a".into(),
            tenant: "north-coast".into(),
            registration: "moodle".into(),
            sub: "42".to_owned(),
            name: name.map(str::to_owned),
            email: None,
        }
    }

    #[test]
    fn a_name_is_never_needed() {
        assert_eq!(person(Some(" Ada Lovelace ")).display_name(), "Ada Lovelace");
        assert_eq!(person(None).display_name(), "Student 7F3A");
        assert_eq!(person(Some("  ")).display_name(), "Student 7F3A");
    }

    #[test]
    fn only_active_learners_without_another_role_may_be_awarded() {
        let enrolment = |learner, barred, active| Enrolment {
            course: "course".into(),
            person: "ada".into(),
            learner,
            barred,
            active,
            seen_at: DateTime::UNIX_EPOCH,
            teaches: false,
        };
        assert!(enrolment(true, false, true).may_be_awarded());
        assert!(!enrolment(true, true, true).may_be_awarded());
        assert!(!enrolment(false, false, true).may_be_awarded());
        assert!(!enrolment(true, false, false).may_be_awarded());
    }
}
