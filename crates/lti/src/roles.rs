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
    if let Some(rest) = role.strip_prefix(MEMBERSHIP) {
        if let Some(principal) = rest.strip_prefix('#') {
            return principal_role(principal);
        }
        let (principal, sub_role) = rest.strip_prefix('/')?.split_once('#')?;
        return sub_role_of(principal, sub_role);
    }
    let short = role.strip_prefix(LIS_URN).unwrap_or(role);
    match short.split_once('/') {
        Some((principal, sub_role)) => sub_role_of(principal, sub_role),
        None if short == "TeachingAssistant" => Some(MembershipRole::TeachingAssistant),
        None => principal_role(short),
    }
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
    /// A role outside all vocabularies that we know.
    unknown: bool,
}

impl Roles {
    /// Reads the roles claim.
    pub fn parse<'a>(roles: impl IntoIterator<Item = &'a str>) -> Self {
        let mut parsed = Self::default();
        for role in roles {
            if let Some(membership) = parse_membership(role) {
                if !parsed.membership.contains(&membership) {
                    parsed.membership.push(membership);
                }
            } else if role == TEST_USER {
                parsed.test_user = true;
            } else if let Some(name) = role.strip_prefix(SYSTEM) {
                parsed.platform_admin |= matches!(name, "Administrator" | "SysAdmin" | "AccountAdmin");
            } else if let Some(name) = role.strip_prefix(INSTITUTION) {
                parsed.platform_admin |= name == "Administrator";
            } else if !role.starts_with(PERSON) {
                parsed.unknown = true;
            }
        }
        parsed
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

    /// Whether a role seen here bars awards in this course: any membership role besides that of a learner, the test
    /// user, and a role that we do not know. Roles in the institution or the system do not bar.
    #[must_use]
    pub fn bars_award(&self) -> bool {
        self.test_user
            || self.unknown
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
    fn only_a_plain_learner_may_be_awarded() {
        let learner = uri("membership#Learner");
        assert!(Roles::parse([learner.as_str()]).may_learn());
        for other in [
            TEST_USER,
            "Auditor",
            &uri("membership#Instructor"),
            &uri("membership#Mentor"),
            &uri("membership#ContentDeveloper"),
            &uri("membership/Instructor#TeachingAssistant"),
            &uri("membership#Officer"),
            &uri("membership#Gardener"),
        ] {
            let roles = Roles::parse([learner.as_str(), other]);
            assert!(roles.bars_award() && !roles.may_learn(), "{other}");
        }
        assert!(!Roles::parse([]).may_learn());
        assert!(Roles::parse([TEST_USER]).is_test_user());
    }
}
