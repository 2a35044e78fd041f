//! What an institution lets its courses do. Every part has a default; an institution that never opened the page has all
//! of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The rules of one institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools, reason = "rules, each on its own")]
pub(crate) struct Policy {
    /// Who makes badges, changes them and their rules, and turns them on.
    pub(crate) create: Who,
    /// Who approves students and awards badges by hand.
    pub(crate) approve: Who,
    /// Who revokes badges.
    pub(crate) revoke: Who,
    /// Who invites other bodies to endorse badges.
    pub(crate) endorse: Who,
    /// What teaching assistants may do, where the platform tells them from teachers.
    pub(crate) assistants: Assistants,
    /// What teachers see whom the platform limits to their own sections.
    pub(crate) sections: Sections,
    /// What a new badge does when a grade falls after the award.
    pub(crate) regrade: Regrade,
    /// Which badges a course offers to the rules of other courses, and to programmes.
    pub(crate) offers: Offers,
    /// Days for which superseded decision records and replaced hand-ins are kept; none: for ever.
    pub(crate) keep_days: Option<u32>,
    /// Whether a badge has a page that anybody with its address can open.
    pub(crate) public_pages: bool,
    /// The students are minors: no public page, no name is shown and nothing of an e-mail address is signed, whatever they
    /// choose. It may also be said of some of them alone, of whom their own policy then says so.
    pub(crate) minors: bool,
    /// When that was taken back last: what was shown to others before stays switched off.
    pub(crate) minors_until: Option<DateTime<Utc>>,
    /// Whether rules may count badges of issuers outside that students bring.
    pub(crate) external_badges: bool,
    /// Whether a second person has to approve a programme before it decides.
    pub(crate) programme_reviews: bool,
    /// Whether administrators see by name who would earn a programme, and who holds what; else numbers alone.
    pub(crate) programme_names: bool,
    /// Whether the public page of a programme says how many hold it.
    pub(crate) programme_counts: bool,
    /// Whether students may say themselves that accounts of two platforms are theirs.
    pub(crate) account_joins: bool,
}

/// Whom something is left to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Who {
    /// Every instructor, in their own courses.
    Instructors,
    /// Only instructors who are administrators in the LMS.
    Administrators,
}

/// What teaching assistants may do besides looking at everything; never what is left to administrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools, reason = "powers, each on its own")]
pub(crate) struct Assistants {
    /// Review what students handed in, and let a badge stand whose rule is no longer met.
    pub(crate) review: bool,
    /// Approve students, award by hand, and say who is a student.
    pub(crate) approve: bool,
    /// Make badges, change them and their rules, turn them on, and put things into the course.
    pub(crate) create: bool,
    pub(crate) revoke: bool,
}

impl Default for Assistants {
    fn default() -> Self {
        Self {
            review: true,
            approve: false,
            create: false,
            revoke: false,
        }
    }
}

/// What teachers see whom the platform limits to their own sections. Its member list has everybody of the course, and does
/// not say who is in which section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sections {
    /// The whole course, as other teachers do.
    WholeCourse,
    /// Nothing of other people: no page for teachers.
    NoTeaching,
}

/// What becomes of a badge whose holder's grade fell below the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Regrade {
    Keep,
    /// An instructor is told and decides.
    Flag,
    /// It does not count until an instructor has decided.
    Suspend,
    RevokeAfterReview,
}

/// Which badges of a course count where rules of other courses, or programmes, name them. Drafts never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Offers {
    /// All that are active.
    Active,
    /// Those that a teacher of their course offers.
    Chosen,
    Nothing,
}

/// Fewest and most days for which history is kept, where it is not kept for ever.
pub(crate) const KEEP_DAYS: std::ops::RangeInclusive<u32> = 30..=3_650;

impl Default for Policy {
    fn default() -> Self {
        Self {
            create: Who::Instructors,
            approve: Who::Instructors,
            revoke: Who::Instructors,
            endorse: Who::Instructors,
            assistants: Assistants::default(),
            sections: Sections::WholeCourse,
            regrade: Regrade::Flag,
            offers: Offers::Active,
            keep_days: None,
            public_pages: true,
            minors: false,
            minors_until: None,
            external_badges: false,
            programme_reviews: false,
            programme_names: false,
            programme_counts: false,
            // Badges change hands by it on the word of two accounts alone.
            account_joins: false,
        }
    }
}

/// Something that a policy may keep from instructors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Power {
    Create,
    Approve,
    Revoke,
    /// Put something into the course page. Every instructor may.
    Place,
    /// Review what was handed in. Every instructor may.
    Review,
    /// Invite another body to endorse a badge.
    Endorse,
}

/// As whom somebody asks who teaches or assists in a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asker {
    Instructor,
    Assistant,
    /// An administrator of the LMS, whatever else they are in the course.
    Administrator,
}

/// Which of the powers somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "powers, each on its own")]
pub(crate) struct Powers {
    pub(crate) create: bool,
    pub(crate) approve: bool,
    pub(crate) revoke: bool,
    pub(crate) review: bool,
    pub(crate) endorse: bool,
}

/// What a policy refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Create,
    Approve,
    Revoke,
    Endorse,
    /// It is not for teaching assistants.
    Assistants(Power),
    /// Badges are kept off the web, so a holder cannot share one.
    Sharing,
    /// The holder is a minor by the institution's word, so what they have stays inside the course site.
    Inside,
    /// Names are not shown on badge pages.
    Name,
    /// Badges are kept off the web, so this one has no page.
    PublicPage,
    /// Students do not join their accounts themselves.
    AccountJoins,
}

impl Refusal {
    /// A stable name for log, metrics and support.
    #[must_use]
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Create => "policy.create",
            Self::Approve => "policy.approve",
            Self::Revoke => "policy.revoke",
            Self::Endorse => "policy.endorse",
            Self::Assistants(_) => "policy.assistants",
            Self::Sharing => "policy.sharing",
            Self::Inside => "policy.inside",
            Self::Name => "policy.name",
            Self::PublicPage => "policy.public-page",
            Self::AccountJoins => "policy.account-joins",
        }
    }
}

impl Policy {
    /// Whether somebody who teaches or assists may use that power.
    ///
    /// # Errors
    /// The [`Refusal`] for that power.
    pub(crate) fn allows(&self, power: Power, asker: Asker) -> Result<(), Refusal> {
        let (who, assistants, refusal) = match power {
            Power::Create => (self.create, self.assistants.create, Refusal::Create),
            Power::Approve => (self.approve, self.assistants.approve, Refusal::Approve),
            Power::Revoke => (self.revoke, self.assistants.revoke, Refusal::Revoke),
            Power::Endorse => (self.endorse, self.assistants.create, Refusal::Endorse),
            Power::Place => (Who::Instructors, self.assistants.create, Refusal::Create),
            Power::Review => (Who::Instructors, self.assistants.review, Refusal::Approve),
        };
        match (asker, who) {
            (Asker::Administrator, _) => Ok(()),
            (_, Who::Administrators) => Err(refusal),
            (Asker::Assistant, Who::Instructors) if !assistants => Err(Refusal::Assistants(power)),
            (Asker::Assistant | Asker::Instructor, Who::Instructors) => Ok(()),
        }
    }

    /// The powers of somebody who teaches or assists.
    #[must_use]
    pub(crate) fn powers(&self, asker: Asker) -> Powers {
        let has = |power| self.allows(power, asker).is_ok();
        Powers {
            create: has(Power::Create),
            approve: has(Power::Approve),
            revoke: has(Power::Revoke),
            review: has(Power::Review),
            endorse: has(Power::Endorse),
        }
    }

    /// This policy as it is saved over another one at a moment: it keeps when students were taken for minors last.
    #[must_use]
    pub(crate) fn over(self, before: &Self, now: DateTime<Utc>) -> Self {
        let is_taken_back = before.minors && !self.minors;
        Self {
            minors_until: if is_taken_back {
                Some(now)
            } else {
                before.minors_until
            },
            ..self
        }
    }

    /// Whether a holder may let others see what they have.
    ///
    /// # Errors
    /// The [`Refusal`] that says why not.
    pub(crate) fn sharing(&self) -> Result<(), Refusal> {
        if self.minors {
            Err(Refusal::Inside)
        } else if self.public_pages {
            Ok(())
        } else {
            Err(Refusal::Sharing)
        }
    }

    /// Whether badges have public pages.
    #[must_use]
    pub(crate) fn has_public_pages(&self) -> bool {
        self.public_pages && !self.minors
    }

    /// Whether a holder may show their name.
    #[must_use]
    pub(crate) fn shows_names(&self) -> bool {
        !self.minors
    }

    /// Whether a hash of a holder's e-mail address may be signed.
    #[must_use]
    pub(crate) fn signs_addresses(&self) -> bool {
        !self.minors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_an_older_version_has_the_defaults_for_what_it_does_not_name() {
        let read: Policy = serde_json::from_str(r#"{"revoke":"administrators"}"#).unwrap();
        assert_eq!(read.revoke, Who::Administrators);
        assert_eq!(
            Policy {
                revoke: Who::Instructors,
                ..read
            },
            Policy::default()
        );
    }

    #[test]
    fn each_power_is_kept_on_its_own_and_administrators_keep_all() {
        let powers = [Power::Create, Power::Approve, Power::Revoke, Power::Endorse];
        for kept in powers {
            let mut policy = Policy::default();
            *match kept {
                Power::Create => &mut policy.create,
                Power::Approve => &mut policy.approve,
                Power::Endorse => &mut policy.endorse,
                _ => &mut policy.revoke,
            } = Who::Administrators;
            for power in powers {
                assert_eq!(
                    policy.allows(power, Asker::Instructor).is_err(),
                    power == kept,
                    "{kept:?} {power:?}"
                );
                assert_eq!(policy.allows(power, Asker::Administrator), Ok(()));
            }
            let has = policy.powers(Asker::Instructor);
            let lacks = [
                (Power::Create, !has.create),
                (Power::Approve, !has.approve),
                (Power::Revoke, !has.revoke),
                (Power::Endorse, !has.endorse),
            ];
            assert!(lacks.into_iter().all(|(power, lacks)| lacks == (power == kept)));
        }
    }

    #[test]
    fn assistants_review_and_see_unless_the_policy_says_more_or_less() {
        let usual = Policy::default();
        assert_eq!(
            usual.powers(Asker::Assistant),
            Powers {
                create: false,
                approve: false,
                revoke: false,
                review: true,
                endorse: false
            }
        );
        assert_eq!(
            usual.allows(Power::Place, Asker::Assistant),
            Err(Refusal::Assistants(Power::Place))
        );
        assert_eq!(usual.allows(Power::Place, Asker::Instructor), Ok(()));
        let more = Policy {
            create: Who::Administrators,
            assistants: Assistants {
                review: false,
                create: true,
                revoke: true,
                ..Assistants::default()
            },
            ..usual
        };
        let has = more.powers(Asker::Assistant);
        assert!(has.revoke && !has.review);
        assert_eq!(
            more.allows(Power::Create, Asker::Assistant),
            Err(Refusal::Create),
            "what is left to administrators is theirs"
        );
        assert_eq!(more.allows(Power::Review, Asker::Administrator), Ok(()));
        let read: Policy = serde_json::from_str(r#"{"assistants":{"create":true}}"#).unwrap();
        assert!(read.assistants.create && read.assistants.review);
    }

    #[test]
    fn minors_have_no_public_page_and_no_name_whatever_else_is_set() {
        let policy = Policy {
            minors: true,
            public_pages: true,
            ..Policy::default()
        };
        assert!(!policy.has_public_pages() && !policy.shows_names() && !policy.signs_addresses());
        assert!(Policy::default().has_public_pages() && Policy::default().shows_names());
        assert_eq!(policy.sharing(), Err(Refusal::Inside));
        let closed = Policy {
            public_pages: false,
            ..Policy::default()
        };
        assert_eq!(closed.sharing(), Err(Refusal::Sharing));
        assert_eq!(Policy::default().sharing(), Ok(()));
    }

    #[test]
    fn a_policy_remembers_when_students_were_taken_for_minors_last_whatever_a_form_says() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let (usual, now) = (Policy::default(), at(1_800_000_000).unwrap());
        let minors = Policy {
            minors: true,
            ..usual
        };
        assert_eq!(minors.over(&usual, now), minors);
        let over = usual.over(&minors, now);
        assert_eq!((over.minors, over.minors_until), (false, Some(now)));
        let again = usual.over(&over, at(1_900_000_000).unwrap());
        assert_eq!(again, over, "nothing was taken back by that");
    }
}
