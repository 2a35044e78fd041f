//! That an administrator lets a platform be read by its REST interface: with which key, with whose tokens, and what keeps them
//! from being of use.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AdminId, CourseId, PersonId, PlatformId, RestAccessId, RestGrantId, TenantId};

/// Which interface a platform has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Interface {
    /// The REST API, with a token that a person gives by OAuth 2.
    Canvas,
    /// Web services, with a token that an administrator makes.
    Moodle,
}

/// What an administrator switched on for a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) id: RestAccessId,
    pub(crate) tenant: TenantId,
    pub(crate) platform: PlatformId,
    pub(crate) interface: Interface,
    /// Of the school's LMS; tokens go nowhere else.
    pub(crate) address: String,
    /// The number of Canvas's API key, which is not the one of LTI.
    pub(crate) client_id: Option<String>,
    /// Its secret, as it is encrypted.
    pub(crate) sealed_secret: Option<String>,
    /// Whether teachers may let their own course be read.
    pub(crate) by_teachers: bool,
    pub(crate) is_on: bool,
    /// Who said so last; none for the command line.
    pub(crate) changed_by: Option<AdminId>,
    pub(crate) changed_at: DateTime<Utc>,
}

/// How a token that somebody gave stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantState {
    On,
    /// It came to its end or was withdrawn: somebody has to agree in the LMS again.
    Consent,
    /// The platform refuses what is needed: somebody has to change something there.
    Refused,
}

/// A token that somebody gave, for one course or for all of a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) id: RestGrantId,
    pub(crate) tenant: TenantId,
    pub(crate) access: RestAccessId,
    /// None: all courses.
    pub(crate) course: Option<CourseId>,
    pub(crate) tokens: SealedTokens,
    /// Counts the tokens that stood here.
    pub(crate) version: i64,
    pub(crate) state: GrantState,
    /// Why it is refused; while it is on, why a course of many was.
    pub(crate) fault: Option<Fault>,
    pub(crate) state_at: DateTime<Utc>,
    pub(crate) given_by: Giver,
    pub(crate) given_at: DateTime<Utc>,
    /// What the last test found, and when that was.
    pub(crate) tested: Option<(Findings, DateTime<Utc>)>,
}

impl Grant {
    /// Whether nobody has to do anything about it, by what it was last used and tested for.
    #[must_use]
    pub(crate) fn is_well(&self) -> bool {
        let is_weak = self
            .tested
            .as_ref()
            .is_some_and(|(findings, _)| findings.is_short() || findings.is_lacking());
        self.state == GrantState::On && self.fault.is_none() && !is_weak
    }

    /// Whether a course's own token was found to see only some of its sections.
    #[must_use]
    pub(crate) fn sees_sections_only(&self) -> bool {
        let tested = self.tested.as_ref();
        self.course.is_some()
            && tested.is_some_and(|(findings, _)| findings.found.contains(&Finding::OwnSectionsOnly))
    }
}

/// Tokens as they are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealedTokens {
    pub(crate) token: String,
    /// For the next one; none where tokens do not end.
    pub(crate) refresh: Option<String>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Giver {
    Admin(AdminId),
    Teacher(PersonId),
    /// The command line, or somebody who was erased.
    Nobody,
}

/// Why a platform refuses, and will until somebody changes something there. Stored as JSON in this form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// Moodle: there is no such token, or no longer.
    TokenUnknown,
    /// Canvas: client id and secret do not belong together, or the key is off.
    KeyRefused,
    /// Canvas: the key or the token lacks this scope.
    Scope(String),
    /// Moodle: web services or their REST protocol are off.
    ServicesOff,
    /// Moodle: the service does not have this function, or not for this account.
    Function(String),
    /// Moodle: the role lacks one of these, without which the function refuses.
    Capabilities {
        function: String,
        one_of: Vec<String>,
    },
    Account(AccountFault),
    /// The person whose token it is may not read this.
    NotAllowed,
    /// The address leads somewhere else, which is never followed with a token in hand.
    Redirected,
    /// The address may not be called, or is none of this platform.
    Address,
    /// The token is of another site.
    OtherSite,
    /// Another error of the platform, by its code alone.
    Code(String),
    /// What came is not what the platform's documents say.
    Unreadable,
}

impl Fault {
    /// Whether it says nothing of other courses: a role may be another one in each, and what a course asks of it too.
    #[must_use]
    pub(crate) const fn is_of_one_course(&self) -> bool {
        matches!(self, Self::NotAllowed | Self::Capabilities { .. })
    }
}

/// Why an account of Moodle cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AccountFault {
    Suspended,
    NoLogin,
    Deleted,
    Unconfirmed,
    PasswordChange,
    Policy,
}

/// What a test found. Stored as JSON in this form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Findings {
    /// The course that it was tried on; none where there is none yet.
    pub(crate) course: Option<CourseId>,
    pub(crate) found: Vec<Finding>,
    /// Of Moodle, to be compared with next time.
    pub(crate) counts: Option<Counts>,
}

impl Findings {
    /// Whether anything is missing.
    #[must_use]
    pub(crate) fn is_faulty(&self) -> bool {
        self.found.iter().any(Finding::is_fault)
    }

    /// Whether a list was shorter than it should be: what is read is not all there is.
    #[must_use]
    pub(crate) fn is_short(&self) -> bool {
        self.found
            .iter()
            .any(|finding| matches!(finding, Finding::Short { .. }))
    }

    /// Whether the role lacks a right without which less is told, though grades can be read.
    #[must_use]
    pub(crate) fn is_lacking(&self) -> bool {
        self.found
            .iter()
            .any(|finding| matches!(finding, Finding::Lacks(_)))
    }

    /// The fault that keeps grades from being read.
    #[must_use]
    pub(crate) fn fault(&self) -> Option<&Fault> {
        self.found.iter().find_map(|finding| match finding {
            Finding::Refused(fault) => Some(fault),
            _ => None,
        })
    }
}

/// One thing that a test found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Finding {
    /// Grades of the course can be read.
    Works,
    /// There is no course yet to try it on: only the token was looked at.
    NoCourse,
    Refused(Fault),
    /// Somebody has to agree in the LMS again.
    Consent,
    /// The platform was out of reach: nothing is known.
    Away,
    /// Canvas: "Allow Include Parameters" is not ticked.
    IncludesCut,
    /// Canvas: the person sees only some sections.
    OwnSectionsOnly,
    /// The course is concluded or not there for this person.
    CourseGone,
    CourseConcluded,
    /// Moodle: a list is shorter than it should be, which is what a weak role looks like.
    Short {
        list: List,
        found: u64,
        expected: u64,
        capabilities: Vec<String>,
    },
    /// Moodle: the role lacks these, and grades can be read all the same.
    Lacks(Vec<String>),
    /// Moodle: nothing in the course shows whether the role has these.
    Untried(Vec<String>),
    /// Moodle: the service does not name the columns, so that nobody notices those that the role does not show.
    Unnamed,
    /// Moodle: the service has functions that nothing here calls.
    Superfluous(u64),
    /// Moodle: the account is a site administrator.
    SiteAdministrator,
}

impl Finding {
    /// Whether something has to be done about it.
    #[must_use]
    pub(crate) fn is_fault(&self) -> bool {
        !matches!(
            self,
            Self::Works | Self::NoCourse | Self::CourseConcluded | Self::Superfluous(_) | Self::Untried(_)
        )
    }
}

/// A list that can be too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum List {
    People,
    Groups,
    Columns,
    Activities,
    Assignments,
    Quizzes,
}

/// How many of each there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Counts {
    pub(crate) people: u64,
    pub(crate) groups: u64,
    pub(crate) columns: u64,
    pub(crate) activities: u64,
    pub(crate) assignments: u64,
    pub(crate) quizzes: u64,
}

/// A sign-in at the LMS that was begun and is not answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Consent {
    pub(crate) tenant: TenantId,
    pub(crate) access: RestAccessId,
    /// None: for all courses.
    pub(crate) course: Option<CourseId>,
    /// The session in which it was begun.
    pub(crate) session: String,
    pub(crate) begun_by: Giver,
    pub(crate) expires_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_stays_what_it_is() {
        let findings = Findings {
            course: None,
            found: vec![
                Finding::Works,
                Finding::Refused(Fault::Scope("url:GET|/api/v1/courses/:id".into())),
                Finding::Short {
                    list: List::People,
                    found: 1,
                    expected: 15,
                    capabilities: vec!["moodle/user:viewdetails".into()],
                },
            ],
            counts: None,
        };
        let stored = serde_json::to_string(&findings).unwrap();
        assert_eq!(
            stored,
            r#"{"course":null,"found":["works",{"refused":{"scope":"url:GET|/api/v1/courses/:id"}},{"short":{"list":"people","found":1,"expected":15,"capabilities":["moodle/user:viewdetails"]}}],"counts":null}"#
        );
        assert_eq!(serde_json::from_str::<Findings>(&stored).unwrap(), findings);
        assert!(findings.is_faulty() && findings.fault().is_some());
    }

    #[test]
    fn what_nobody_has_to_do_anything_about_is_no_fault() {
        for calm in [
            Finding::Works,
            Finding::NoCourse,
            Finding::CourseConcluded,
            Finding::Superfluous(3),
            Finding::Untried(vec!["mod/lti:view".into()]),
        ] {
            assert!(!calm.is_fault(), "{calm:?}");
        }
        assert!(Finding::IncludesCut.is_fault() && Finding::SiteAdministrator.is_fault());
        assert!(
            Finding::Unnamed.is_fault() && Finding::Lacks(vec!["mod/quiz:viewreports".into()]).is_fault()
        );
    }
}
