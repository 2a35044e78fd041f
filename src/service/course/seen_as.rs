//! What the roles of a launch or of a member list make of somebody.

use crate::domain::membership::SeenAs;
use lti::roles::{MembershipRole, Roles};

/// The one that counts: what keeps somebody from being a student goes before that.
pub(super) fn seen_as(roles: &Roles) -> SeenAs {
    if roles.is_test_user() {
        SeenAs::Test
    } else if roles.is_staff() {
        SeenAs::Staff
    } else if roles.has(MembershipRole::Mentor) {
        SeenAs::Observer
    } else if roles.may_learn() {
        SeenAs::Learner
    } else if roles.bars_award() {
        SeenAs::Other
    } else {
        SeenAs::Nobody
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_role_goes_before_a_students_and_unknown_ones_say_nothing() {
        let of = |roles: &[&str]| seen_as(&Roles::parse(roles.iter().copied()));
        let learner = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner";
        for beside in [
            "urn:lti:sysrole:ims/lis/User",
            "https://school.example/roles#Houseparent",
            "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor",
            "",
        ] {
            assert_eq!(of(&[learner, beside]), SeenAs::Learner, "{beside}");
            assert_eq!(of(&[beside]), SeenAs::Nobody, "{beside}");
        }
        for (beside, seen) in [
            (
                "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
                SeenAs::Staff,
            ),
            (
                "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant",
                SeenAs::Staff,
            ),
            (
                "http://purl.imsglobal.org/vocab/lis/v2/membership#ContentDeveloper",
                SeenAs::Staff,
            ),
            ("Mentor", SeenAs::Observer),
            (
                "http://purl.imsglobal.org/vocab/lti/system/person#TestUser",
                SeenAs::Test,
            ),
            (
                "http://purl.imsglobal.org/vocab/lis/v2/membership#Member",
                SeenAs::Other,
            ),
        ] {
            assert_eq!(of(&[learner, beside]), seen, "{beside}");
            assert_eq!(of(&[beside]), seen, "{beside}");
        }
    }
}
