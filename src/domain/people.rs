//! People as a platform names them: never by e-mail address.

use chrono::{DateTime, Utc};

use crate::domain::membership::{Answered, Because, Doubt, Listing, Membership, SeenAs};
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

/// What is known of a person in one course; what follows from it is [`Enrolment::membership`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Enrolment {
    pub(crate) course: CourseId,
    pub(crate) person: PersonId,
    /// What the newest launch said; none where there was none, or none that said anything.
    pub(crate) launched: Option<SeenAs>,
    /// What the member list said when it last named this person; none where it never did.
    pub(crate) listed: Option<SeenAs>,
    /// Whether the last of both was a learner: all that is known of the time before they were kept apart.
    pub(crate) learner: bool,
    /// In the last member list, or launched since.
    pub(crate) active: bool,
    pub(crate) seen_at: DateTime<Utc>,
    /// When another role than a student's was last seen here.
    pub(crate) staff_seen_at: Option<DateTime<Utc>>,
    /// When the platform last refused to grade this person here.
    pub(crate) refused_grading_at: Option<DateTime<Utc>>,
    pub(crate) answer: Option<Answered>,
    /// Whom the platform of the course lists as learners.
    pub(crate) listing: Listing,
    /// The last membership role that a member list or a launch named is one of those who teach.
    pub(crate) teaches: bool,
}

impl Enrolment {
    /// Whether this person counts as a student of the course.
    #[must_use]
    pub(crate) fn membership(&self) -> Membership {
        use Membership::{NotAStudent, Student, Waits};
        let another = |seen: Option<SeenAs>| seen.filter(|seen| *seen != SeenAs::Learner);
        if !self.active {
            return NotAStudent(Because::Left);
        }
        if let Some(seen) = another(self.launched) {
            return NotAStudent(Because::Launched(seen));
        }
        if let Some(seen) = another(self.listed) {
            return NotAStudent(Because::Listed(seen));
        }
        if self.launched.is_none() && self.listed.is_none() && !self.learner {
            return NotAStudent(Because::NeverALearner);
        }
        match (&self.answer, self.doubt()) {
            (Some(answer), _) if !answer.is_student => NotAStudent(Because::Answered),
            (_, None) => Student,
            (Some(answer), Some(_)) if self.staff_seen_at.is_none_or(|seen| answer.at >= seen) => Student,
            (_, Some(doubt)) => Waits(doubt),
        }
    }

    /// What the platform leaves open. Where its list tells staff from students, nothing.
    fn doubt(&self) -> Option<Doubt> {
        if self.listing == Listing::Students {
            return None;
        }
        let seen = self.staff_seen_at.map(Doubt::SeenAsStaff);
        seen.or(self.refused_grading_at.map(Doubt::RefusedGrading))
    }

    /// Whether a badge of the course may be awarded to this person at all.
    #[must_use]
    pub(crate) fn may_be_awarded(&self) -> bool {
        self.membership() == Membership::Student
    }

    /// Whether this person is a student, or was one until they left.
    #[must_use]
    pub(crate) fn was_a_student(&self) -> bool {
        let there = Self {
            active: true,
            ..self.clone()
        };
        there.may_be_awarded()
    }

    /// Whether this person is a student, or may turn out to be one: for what harms nobody, such as handing in.
    #[must_use]
    pub(crate) fn may_be_a_student(&self) -> bool {
        matches!(self.membership(), Membership::Student | Membership::Waits(_))
    }

    /// Whether a teacher is asked about this person, or was and may answer otherwise.
    #[must_use]
    pub(crate) fn may_be_answered(&self) -> bool {
        self.answer.is_some() || matches!(self.membership(), Membership::Waits(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::enrolment;

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

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn answered(is_student: bool, seconds: i64) -> Option<Answered> {
        Some(Answered {
            is_student,
            by: Some("tess".into()),
            at: at(seconds),
        })
    }

    #[test]
    fn a_student_is_a_learner_in_the_newest_launch_and_in_the_list() {
        use SeenAs::{Learner, Nobody, Observer, Other, Staff, Test};
        let said = |launched, listed| Enrolment {
            launched,
            listed,
            learner: false,
            ..enrolment()
        };
        for (launched, listed) in [
            (None, Some(Learner)),
            (Some(Learner), None),
            (Some(Learner), Some(Learner)),
        ] {
            assert!(said(launched, listed).may_be_awarded(), "{launched:?} {listed:?}");
        }
        for another in [Staff, Observer, Test, Other, Nobody] {
            let launched = said(Some(another), Some(Learner));
            assert_eq!(
                launched.membership(),
                Membership::NotAStudent(Because::Launched(another))
            );
            let listed = said(Some(Learner), Some(another));
            assert_eq!(
                listed.membership(),
                Membership::NotAStudent(Because::Listed(another))
            );
        }
        let unknown = said(None, None);
        assert_eq!(
            unknown.membership(),
            Membership::NotAStudent(Because::NeverALearner)
        );
        let before = Enrolment {
            learner: true,
            ..unknown
        };
        assert!(
            before.may_be_awarded(),
            "what was known before the two were kept apart"
        );
        let left = Enrolment {
            active: false,
            ..before
        };
        assert_eq!(left.membership(), Membership::NotAStudent(Because::Left));
    }

    #[test]
    fn who_was_staff_waits_only_where_the_list_cannot_tell() {
        let was = Enrolment {
            staff_seen_at: Some(at(10)),
            ..enrolment()
        };
        assert!(was.may_be_awarded(), "the list tells");
        let unsure = Enrolment {
            listing: Listing::StudentsAndStaff,
            ..was
        };
        assert_eq!(unsure.membership(), Membership::Waits(Doubt::SeenAsStaff(at(10))));
        assert!(!unsure.may_be_awarded() && unsure.may_be_a_student() && unsure.may_be_answered());
        let refused = Enrolment {
            staff_seen_at: None,
            refused_grading_at: Some(at(20)),
            ..unsure.clone()
        };
        assert_eq!(
            refused.membership(),
            Membership::Waits(Doubt::RefusedGrading(at(20)))
        );
        let held = Enrolment {
            launched: Some(SeenAs::Staff),
            answer: answered(true, 99),
            ..unsure
        };
        assert!(
            !held.may_be_a_student(),
            "what bars holds while it is held, whatever was answered"
        );
    }

    #[test]
    fn an_answer_is_remembered_and_holds_until_another_role_is_seen_again() {
        let unsure = Enrolment {
            listing: Listing::StudentsAndStaff,
            staff_seen_at: Some(at(10)),
            ..enrolment()
        };
        let said = |answer| Enrolment {
            answer,
            ..unsure.clone()
        };
        assert!(said(answered(true, 10)).may_be_awarded());
        let no = said(answered(false, 10));
        assert_eq!(no.membership(), Membership::NotAStudent(Because::Answered));
        assert!(
            no.may_be_answered() && said(answered(true, 10)).may_be_answered(),
            "it can be changed"
        );
        let again = said(answered(true, 9));
        assert_eq!(
            again.membership(),
            Membership::Waits(Doubt::SeenAsStaff(at(10))),
            "seen as staff since"
        );
        let refused_since = Enrolment {
            refused_grading_at: Some(at(50)),
            ..said(answered(true, 20))
        };
        assert!(
            refused_since.may_be_awarded(),
            "the teacher knows better than the gradebook"
        );
        assert!(
            !enrolment().may_be_answered(),
            "nobody is asked about a plain student"
        );
    }
}
