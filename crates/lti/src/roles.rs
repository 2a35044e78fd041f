//! Roles, by exact match on the vocabulary (LTI 1.3 core, appendix A.2) and never by a part of a name.
//!
//! Authority in a course comes from membership roles alone: institution and system roles may be held in another
//! course, and a name that merely contains `Instructor` means nothing.

use serde::{Deserialize, Serialize};

const MEMBERSHIP: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
const LIS_URN: &str = "urn:lti:role:ims/lis/";
const INSTITUTION: &str = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#";
const SYSTEM: &str = "http://purl.imsglobal.org/vocab/lis/v2/system/person#";
/// What Moodle's member list uses for people of the institution.
const PERSON: &str = "http://purl.imsglobal.org/vocab/lis/v2/person#";
/// The same of LTI 1.1, which some platforms still send.
const OLD_ELSEWHERE: [&str; 2] = ["urn:lti:sysrole:ims/lis/", "urn:lti:instrole:ims/lis/"];
const TEST_USER: &str = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser";

/// What someone is in a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembershipRole {
    /// A student.
    Learner,
    /// A teacher.
    Instructor,
    /// A teaching assistant or grader; in the vocabulary a sub-role of Instructor.
    TeachingAssistant,
    /// An observer: in Canvas a parent who looks on.
    Mentor,
    /// Somebody who makes content.
    ContentDeveloper,
    /// Somebody who administers the course or its account.
    Administrator,
    /// Manager, Member or Officer: known to the vocabulary, without a meaning here.
    Other,
}

/// Reads one role of a launch or of a member list: a full URI, a sub-role, a deprecated short name or URN, or one of
/// the bare words of Moodle's member list. `None` when it is no known membership role.
#[must_use]
pub fn parse_membership(role: &str) -> Option<MembershipRole> {
    match parts(role)? {
        (principal, Some(sub_role)) => sub_role_of(principal, sub_role),
        ("TeachingAssistant", None) => Some(MembershipRole::TeachingAssistant),
        (principal, None) => principal_role(principal),
    }
}

/// The principal role and the sub-role that a name is made of, in whichever spelling.
fn parts(role: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = role.strip_prefix(MEMBERSHIP) {
        if let Some(principal) = rest.strip_prefix('#') {
            return Some((principal, None));
        }
        let (principal, sub_role) = rest.strip_prefix('/')?.split_once('#')?;
        return Some((principal, Some(sub_role)));
    }
    let short = role.strip_prefix(LIS_URN).unwrap_or(role);
    Some(match short.split_once('/') {
        Some((principal, sub_role)) => (principal, Some(sub_role)),
        None => (short, None),
    })
}

/// Whether a role that is not known further says that somebody teaches: a finer kind of instructor, or a learner who is one.
fn hints_at_teaching(role: &str) -> bool {
    matches!(
        parts(role),
        Some(("Instructor", Some(_)) | ("Learner", Some("Instructor")))
    )
}

fn principal_role(name: &str) -> Option<MembershipRole> {
    Some(match name {
        "Learner" => MembershipRole::Learner,
        "Instructor" => MembershipRole::Instructor,
        "Mentor" => MembershipRole::Mentor,
        "ContentDeveloper" => MembershipRole::ContentDeveloper,
        "Administrator" => MembershipRole::Administrator,
        "Manager" | "Member" | "Officer" => MembershipRole::Other,
        _ => return None,
    })
}

fn sub_role_of(principal: &str, sub_role: &str) -> Option<MembershipRole> {
    Some(match (principal, sub_role) {
        (
            "Instructor",
            "TeachingAssistant"
            | "TeachingAssistantGroup"
            | "TeachingAssistantOffering"
            | "TeachingAssistantSection"
            | "TeachingAssistantSectionAssociation"
            | "TeachingAssistantTemplate"
            | "Grader",
        ) => MembershipRole::TeachingAssistant,
        (
            "Instructor",
            "ExternalInstructor"
            | "GuestInstructor"
            | "Lecturer"
            | "PrimaryInstructor"
            | "SecondaryInstructor",
        ) => MembershipRole::Instructor,
        ("Learner", "ExternalLearner" | "GuestLearner" | "Learner" | "NonCreditLearner") => {
            MembershipRole::Learner
        }
        // The principal role is known, so a finer one below it is at least as harmless as that.
        ("Mentor", _) => MembershipRole::Mentor,
        ("ContentDeveloper", _) => MembershipRole::ContentDeveloper,
        ("Administrator", _) => MembershipRole::Administrator,
        ("Manager" | "Member" | "Officer", _) => MembershipRole::Other,
        _ => return None,
    })
}

/// The roles of one person in one launch. Empty and unknown roles are fine: they give nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roles {
    membership: Vec<MembershipRole>,
    platform_admin: bool,
    test_user: bool,
    /// A role in the institution or the system.
    elsewhere: bool,
    /// A role of this course that is not known further, but says that somebody teaches.
    teaches_somehow: bool,
}

impl Roles {
    /// Reads the roles claim. Platforms may add roles of their own to it (LTI 1.3 core, section 5.3.7): what is not known
    /// says nothing, and a learner stays one.
    pub fn parse<'a>(roles: impl IntoIterator<Item = &'a str>) -> Self {
        let mut parsed = Self::default();
        for role in roles {
            parsed.take(role);
        }
        parsed
    }

    fn take(&mut self, role: &str) {
        let is_old_elsewhere = OLD_ELSEWHERE.iter().any(|prefix| role.starts_with(prefix));
        if let Some(membership) = parse_membership(role) {
            if !self.membership.contains(&membership) {
                self.membership.push(membership);
            }
        } else if role == TEST_USER {
            self.test_user = true;
        } else if let Some(name) = role.strip_prefix(SYSTEM) {
            self.elsewhere = true;
            self.platform_admin |= matches!(name, "Administrator" | "SysAdmin" | "AccountAdmin");
        } else if let Some(name) = role.strip_prefix(INSTITUTION) {
            self.elsewhere = true;
            self.platform_admin |= name == "Administrator";
        } else if role.starts_with(PERSON) || is_old_elsewhere {
            self.elsewhere = true;
        } else {
            self.teaches_somehow |= hints_at_teaching(role);
        }
    }

    /// The membership roles, each once, in the order received.
    #[must_use]
    pub fn membership(&self) -> &[MembershipRole] {
        &self.membership
    }

    /// Whether this person is of that membership role.
    #[must_use]
    pub fn has(&self, role: MembershipRole) -> bool {
        self.membership.contains(&role)
    }

    /// Whether this person teaches this course; teaching assistants do.
    #[must_use]
    pub fn is_instructor(&self) -> bool {
        self.has(MembershipRole::Instructor) || self.has(MembershipRole::TeachingAssistant)
    }

    /// Whether this person is a teaching assistant or grader. Canvas names the assistant's sub-role beside `#Instructor`, so it
    /// goes before that; whoever is both in different sections cannot be told from an assistant.
    #[must_use]
    pub fn is_assistant(&self) -> bool {
        self.has(MembershipRole::TeachingAssistant)
    }

    /// Whether this person is staff of the course in any way: teaches, assists, designs or administers it.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        self.teaches_somehow
            || self.membership.iter().any(|role| {
                matches!(
                    role,
                    MembershipRole::Instructor
                        | MembershipRole::TeachingAssistant
                        | MembershipRole::ContentDeveloper
                        | MembershipRole::Administrator
                )
            })
    }

    /// Whether this person administers the course's account or the platform. Gives no authority in the course;
    /// it is asked when a deployment is claimed.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.platform_admin || self.has(MembershipRole::Administrator)
    }

    /// Whether this is the fictitious student of Canvas's Student View.
    #[must_use]
    pub fn is_test_user(&self) -> bool {
        self.test_user
    }

    /// Whether roles were named, and all of them are in the institution or the system: what somebody is in this course was
    /// not said. Open edX before 2026 does so always, Canvas in courses that were concluded by hand.
    #[must_use]
    pub fn is_elsewhere_only(&self) -> bool {
        self.elsewhere && self.membership.is_empty() && !self.test_user && !self.teaches_somehow
    }

    /// Whether a role seen here bars awards in this course: any membership role besides that of a learner, and the test
    /// user. Roles in the institution or the system do not bar, nor do those that we do not know.
    #[must_use]
    pub fn bars_award(&self) -> bool {
        self.test_user
            || self.teaches_somehow
            || self
                .membership
                .iter()
                .any(|role| *role != MembershipRole::Learner)
    }

    /// Whether this person learns in this course and nothing bars an award.
    #[must_use]
    pub fn may_learn(&self) -> bool {
        self.has(MembershipRole::Learner) && !self.bars_award()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(tail: &str) -> String {
        format!("http://purl.imsglobal.org/vocab/lis/v2/{tail}")
    }

    #[test]
    fn every_spelling_of_a_role_means_the_same() {
        for role in [
            "Learner",
            "urn:lti:role:ims/lis/Learner",
            "urn:lti:role:ims/lis/Learner/NonCreditLearner",
            &uri("membership#Learner"),
            &uri("membership/Learner#GuestLearner"),
        ] {
            assert_eq!(parse_membership(role), Some(MembershipRole::Learner), "{role}");
        }
        for role in [
            "TeachingAssistant",
            "urn:lti:role:ims/lis/TeachingAssistant",
            "urn:lti:role:ims/lis/Instructor/TeachingAssistant",
            &uri("membership/Instructor#TeachingAssistant"),
        ] {
            assert_eq!(
                parse_membership(role),
                Some(MembershipRole::TeachingAssistant),
                "{role}"
            );
        }
    }

    #[test]
    fn a_name_that_only_contains_a_role_gives_nothing() {
        for role in [
            "NotInstructor",
            "instructor",
            "Instructor ",
            "https://evil.example/membership#Instructor",
            &uri("membership#Instructor#Learner"),
            &uri("membership#NotInstructor"),
            &uri("membership/Learner#Instructor"),
            &uri("membership"),
            &uri("membership/Instructor"),
            &uri("institution/person#Instructor"),
            &uri("system/person#Administrator"),
            "",
        ] {
            let roles = Roles::parse([role]);
            assert!(!roles.is_instructor() && !roles.may_learn(), "{role}");
        }
    }

    #[test]
    fn institution_and_system_roles_give_no_course_authority_and_bar_nothing() {
        let admin = Roles::parse([
            uri("institution/person#Administrator").as_str(),
            &uri("system/person#SysAdmin"),
        ]);
        assert!(admin.is_admin() && !admin.is_instructor() && !admin.may_learn());

        let learner = Roles::parse([
            uri("membership#Learner").as_str(),
            &uri("institution/person#Instructor"),
            &uri("institution/person#Student"),
            &uri("system/person#User"),
            &uri("person#Administrator"),
        ]);
        assert!(learner.may_learn() && !learner.is_instructor() && !learner.is_admin());
    }

    #[test]
    fn what_a_platform_adds_beside_the_vocabulary_says_nothing() {
        let learner = uri("membership#Learner");
        let none = Roles::parse([]);
        for other in [
            "urn:lti:sysrole:ims/lis/User",
            "urn:lti:instrole:ims/lis/Student",
            "https://school.example/roles#Houseparent",
            "https://school.example/roles#Instructor",
            "",
            " ",
            "Auditor",
            &uri("membership#Gardener"),
            &uri("membership/Learner#Gardener"),
            &uri("institution/person#Instructor"),
            &uri("institution/person#Gardener"),
            &uri("system/person#Administrator"),
        ] {
            for order in [[learner.as_str(), other], [other, learner.as_str()]] {
                let roles = Roles::parse(order);
                assert!(roles.may_learn() && !roles.is_instructor(), "{other}");
            }
            let alone = Roles::parse([other]);
            assert!(!alone.may_learn() && !alone.is_instructor() && !alone.bars_award());
            assert_eq!(alone.membership(), none.membership(), "{other}");
        }
        let teacher = Roles::parse([
            uri("membership#Instructor").as_str(),
            "https://school.example/roles#Tutor",
        ]);
        assert!(teacher.is_instructor() && !teacher.may_learn());
    }

    #[test]
    fn an_assistant_is_one_whatever_other_role_stands_beside() {
        let (assistant, teacher) = (
            uri("membership/Instructor#TeachingAssistant"),
            uri("membership#Instructor"),
        );
        for roles in [
            vec![&assistant, &teacher],
            vec![&teacher, &assistant],
            vec![&assistant],
        ] {
            let roles = Roles::parse(roles.into_iter().map(String::as_str));
            assert!(roles.is_assistant() && roles.is_instructor() && roles.is_staff());
        }
        assert!(!Roles::parse([teacher.as_str()]).is_assistant());
        for staff in [
            "ContentDeveloper",
            "membership/Learner#Instructor",
            "Administrator",
        ] {
            let role = if staff.contains('#') {
                uri(staff)
            } else {
                uri(&format!("membership#{staff}"))
            };
            assert!(Roles::parse([role.as_str()]).is_staff(), "{role}");
        }
        for other in ["Learner", "Mentor", "Member"] {
            assert!(
                !Roles::parse([uri(&format!("membership#{other}")).as_str()]).is_staff(),
                "{other}"
            );
        }
        assert!(!Roles::parse([TEST_USER]).is_staff());
    }

    #[test]
    fn roles_elsewhere_alone_are_told_from_none_and_from_unknown_ones() {
        let only = |roles: &[&str]| Roles::parse(roles.iter().copied()).is_elsewhere_only();
        let student = uri("institution/person#Student");
        assert!(only(&[&student]));
        assert!(only(&[&student, &uri("system/person#User"), ""]));
        assert!(only(&["urn:lti:instrole:ims/lis/Student"]));
        assert!(!only(&[]));
        assert!(!only(&["https://school.example/roles#Houseparent"]));
        assert!(!only(&[&student, "Learner"]));
        assert!(!only(&[&student, TEST_USER]));
    }

    #[test]
    fn only_a_plain_learner_may_be_awarded() {
        let learner = uri("membership#Learner");
        assert!(Roles::parse([learner.as_str()]).may_learn());
        for other in [
            TEST_USER,
            &uri("membership#Instructor"),
            &uri("membership#TeachingAssistant"),
            &uri("membership/Instructor#Housemaster"),
            &uri("membership/Learner#Instructor"),
            "urn:lti:role:ims/lis/Instructor/Housemaster",
            &uri("membership#Mentor"),
            &uri("membership#ContentDeveloper"),
            &uri("membership/Instructor#TeachingAssistant"),
            &uri("membership#Officer"),
        ] {
            let roles = Roles::parse([learner.as_str(), other]);
            assert!(roles.bars_award() && !roles.may_learn(), "{other}");
        }
        assert!(!Roles::parse([]).may_learn());
        assert!(Roles::parse([TEST_USER]).is_test_user());
    }
}
