//! The audit log in words: the only place where its actions and actors are named for people.

use crate::domain::audit::{Action, Actor, ActorKind, Logged};

/// The words after the name of whoever did it: "Ada revoked a badge".
#[must_use]
pub(crate) const fn action(action: Action) -> &'static str {
    match action {
        Action::AccentChanged => "changed the colour of an institution’s pages",
        Action::AdminEntered => "came in by a link",
        Action::AdminInvited => "made a sign-in link for an administrator",
        Action::AdminPasswordChanged => "changed their own password",
        Action::AdminSignedIn => "signed in",
        Action::AdminTurnedOff => "turned an administrator off",
        Action::AdminTurnedOn => "turned an administrator on",
        Action::ApprovalGiven => "approved a student",
        Action::AuditExported => "took the audit log away",
        Action::AwardByHand => "awarded by hand",
        Action::AwardKept => "let a holder keep a badge whose rule is no longer met",
        Action::AwardRegraded => "found that a holder no longer meets the rule",
        Action::AwardRenewed => "renewed a badge that had lapsed",
        Action::AwardRevoked => "revoked a badge",
        Action::BadgeChanged => "changed a badge",
        Action::BadgeCopied => "brought a badge along from another course",
        Action::BadgeDeleted => "deleted a draft",
        Action::BadgeMade => "made a badge",
        Action::BadgeMapped => "found everything again that the rule of a copied badge needs",
        Action::BadgePaused => "paused a badge",
        Action::BadgeResumed => "let a badge decide again whose columns are as they were",
        Action::BadgeOffered => "offered a badge to other courses",
        Action::BadgeOfferedNoMore => "no longer offered a badge to other courses",
        Action::BadgeRetired => "retired a badge",
        Action::ColumnCounting => "changed when the grades of a gradebook column count",
        Action::ColumnHeld => "held the grades of a gradebook column again",
        Action::ColumnRebound => {
            "found the gradebook column that the course site made anew in place of another"
        }
        Action::ColumnReplaced => "gave an activity another gradebook column in place of its former one",
        Action::ColumnReleasePlanned => "set a date for releasing the grades of a gradebook column",
        Action::ColumnReleased => "released the grades of a gradebook column",
        Action::ColumnScale => "said whether a gradebook column is graded by a scale",
        Action::CopyAgreed => "agreed that the badges of a course come along to another one",
        Action::CopyAsked => "asked for the badges of another course",
        Action::CopyDeclined => "declined the badges of the course that this one was copied from",
        Action::CopyMapped => "said what stands for what in a copied course",
        Action::CopyRefused => "refused the badges of a course to another one",
        Action::CopyReopened => "opened a request again that was refused",
        Action::CopyTaken => "took over the badges of the course that this one was copied from",
        Action::CourseCounting => "said when grades count in a course",
        Action::CourseEnded => "found that a course has ended at its platform",
        Action::CourseReopened => "found that a course that had ended is open again",
        Action::CredentialRecorded => "had a badge and its parts put into one record (CLR)",
        Action::CredentialReissued => "had a badge signed anew",
        Action::DataExported => "took their own badges and data away",
        Action::DeploymentAccepted => "accepted a deployment",
        Action::DeploymentClaimed => "asked for a deployment to be accepted",
        Action::DeploymentRefused => "refused a deployment",
        Action::DeploymentSeen => "launched from a new deployment",
        Action::EmailHashChosen => "chose whether new badges can be checked against their e-mail address",
        Action::EndorsementDomain => "said which domain an endorser has",
        Action::EndorsementDomainLost => "found that a domain no longer says that it is an endorser’s",
        Action::EndorsementEnded => "ended an endorsement",
        Action::EndorsementGiven => "endorsed a badge",
        Action::EndorsementInvited => "invited another body to endorse a badge",
        Action::EndorsementKeyTaken => "took the key of an endorser away from Cairn",
        Action::EndorsementRevoked => "took an endorsement back",
        Action::EndorsementWithdrawn => "withdrew an invitation to endorse a badge",
        Action::ErasureAsked => "asked to be erased",
        Action::ErasureDeclined => "declined to erase somebody",
        Action::ErasureDone => "erased somebody who had asked for it",
        Action::ErasureLifted => "agreed to be kept again after they were erased",
        Action::ErasureWithdrawn => "took back the wish to be erased",
        Action::EvidenceReviewed => "reviewed what a student handed in",
        Action::ExportAsked => "asked for an archive of the institution",
        Action::ExportFetched => "took an archive of the institution away",
        Action::FindingDismissed => "dismissed a hint about a badge, with a reason",
        Action::FindingShown => "took up again a hint about a badge that had been dismissed",
        Action::GradesBrought => "brought grades in a gradebook file",
        Action::GradesRemoved => "removed all grades that gradebook files had brought into a course",
        Action::GradesStopped => "stopped using a column of a gradebook file",
        Action::HistoryForgotten => "deleted old history",
        Action::HoldingsExported => "took names of who holds which badge as a table",
        Action::InstitutionChanged => "changed an institution",
        Action::InstitutionBadgeAgain => "offered a badge of the institution to courses again",
        Action::InstitutionBadgeMade => "made a badge of the institution",
        Action::InstitutionBadgeNewer => "took a newer version of a badge of the institution",
        Action::InstitutionBadgePublished => "published a version of a badge of the institution",
        Action::InstitutionBadgeReach => "chose which courses may take a badge of the institution",
        Action::InstitutionBadgeSaved => "changed a badge of the institution",
        Action::InstitutionBadgeTaken => "took a badge of the institution into a course",
        Action::InstitutionBadgeWithdrawn => "withdrew a badge of the institution from courses",
        Action::InstitutionMade => "made an institution",
        Action::InvitationMade => "made an address for registering a platform",
        Action::InvitationWithdrawn => "took back an address for registering a platform",
        Action::IssuerKeyRotated => "gave an issuer a new key",
        Action::IssuerKeyWithdrawn => "withdrew a signing key",
        Action::LinkChosen => "chose what a link opens",
        Action::LinkPlaced => "placed a link into a course",
        Action::LinkRemoved => "removed what was chosen for a course and never opened",
        Action::MasterKeyRotated => "encrypted the stored keys with a new master key",
        Action::MinorsSaid => {
            "said that students are minors, so that their badges stay inside the course site"
        }
        Action::MinorsTakenBack => "took back that students are minors",
        Action::NoticeHello => "tested that its notices arrive",
        Action::PersonJoined => "joined two people into one",
        Action::PersonParted => "took back that two people are one",
        Action::PlatformAcceptsAll => "changed whether new deployments are accepted",
        Action::PlatformAdded => "added a platform",
        Action::PlatformEnabled => "turned a platform on or off",
        Action::PlatformHeld => "launched from what may be another platform",
        Action::PlatformJoined => "joined a platform with one that is known",
        Action::PlatformKeptApart => "kept a platform apart from one that is known",
        Action::PlatformParted => "took back that two platforms are one",
        Action::PlatformRegistered => "registered a platform",
        Action::PlatformRemoved => "removed a platform",
        Action::PlatformServiceHosts => "changed the hosts of a platform’s services",
        Action::PlatformUpdated => "changed the registration of a platform",
        Action::PolicyChanged => "changed the policies",
        Action::ProgrammeActivated => "activated a programme",
        Action::ProgrammeApproved => "approved a programme as the second person",
        Action::ProgrammeChangesAsked => "asked for a change of a programme",
        Action::ProgrammeCopyCounted => "counted a changed copy for a programme",
        Action::ProgrammeMade => "made a programme",
        Action::ProgrammeMakerEnded => "took the power to make programmes from an instructor",
        Action::ProgrammeMakerNamed => "gave an instructor the power to make programmes",
        Action::ProgrammePaused => "paused a programme",
        Action::ProgrammeRetired => "retired a programme",
        Action::ProgrammeReviewAsked => "asked a second person to look at a programme",
        Action::ProgrammeSaved => "changed a programme",
        Action::ProgrammeWaived => "waived a part of a programme for a student",
        Action::ProgrammeWaiverEnded => "took back that a part of a programme was waived",
        Action::RestConsentNeeded => "found that access to grades beyond LTI needs consent again",
        Action::RestConsented => "gave access to grades beyond LTI",
        Action::RestCountsAccepted => "said that the numbers found by a test of grades beyond LTI are right",
        Action::RestRefused => "was refused grades beyond LTI by the platform",
        Action::RestRevoked => "gave the keys for grades beyond LTI back and deleted them",
        Action::RestSwitchedOff => "switched grades beyond LTI off",
        Action::RestSwitchedOn => "switched grades beyond LTI on",
        Action::RestTestedFaulty => "tested grades beyond LTI and found something missing",
        Action::RuleActivated => "activated a rule",
        Action::RuleSaved => "saved a rule",
        Action::ScoresSentAnew => "sent grades anew, because the points of their column had been changed",
        Action::SkillsBrought => "brought a list of skills",
        Action::SkillsRemoved => "removed a list of skills",
        Action::StudentAnswered => "said whether somebody is a student of the course",
        Action::TimeZoneChanged => "changed the time zone of an institution",
        Action::ToolKeyPublished => "published a new key for platforms",
        Action::ToolKeyRemoved => "removed an old key for platforms",
        Action::ToolKeyUsed => "began to sign with a new key for platforms",
    }
}

/// An action by its stored word; one that another version wrote is said by that word.
#[must_use]
pub(crate) fn stored(word: &str) -> String {
    Action::parse(word).map_or_else(
        || word.replace(['.', '-', '_'], " "),
        |known| action(known).to_owned(),
    )
}

/// Who did it: by name, if it is somebody who has one.
#[must_use]
pub(crate) fn actor(actor: &Actor, name: Option<&str>) -> String {
    match (name, actor.id()) {
        (Some(name), _) => name.to_owned(),
        (None, Some(id)) => unknown(id),
        (None, None) => actor.kind().and_then(nameless).unwrap_or(CAIRN).to_owned(),
    }
}

/// The same in one entry: of whoever endorses, and has no account, the log names nobody but what was done.
#[must_use]
pub(crate) fn actor_in(entry: &Logged, name: Option<&str>) -> String {
    let by_endorser = entry.actor == Actor::Unnamed && entry.action.starts_with("endorsement.");
    if by_endorser {
        "The endorser".to_owned()
    } else {
        actor(&entry.actor, name)
    }
}

const CAIRN: &str = "Cairn";

/// What an actor without a name of its own is called.
const fn nameless(kind: ActorKind) -> Option<&'static str> {
    match kind {
        ActorKind::Cairn => Some(CAIRN),
        ActorKind::CommandLine => Some("The command line"),
        ActorKind::Platform => Some("The platform"),
        ActorKind::Unnamed => Some("Somebody"),
        ActorKind::Administrator
        | ActorKind::Instructor
        | ActorKind::Learner
        | ActorKind::LmsAdministrator => None,
    }
}

/// The actors without a name of their own whose words have `text` in them.
#[must_use]
pub(crate) fn called(text: &str) -> Vec<ActorKind> {
    let text = text.trim().to_lowercase();
    let is_meant =
        |kind: &ActorKind| nameless(*kind).is_some_and(|words| words.to_lowercase().contains(&text));
    ActorKind::ALL.iter().copied().filter(is_meant).collect()
}

/// Somebody whose name is not known any more, told apart by the end of the id.
fn unknown(id: &str) -> String {
    let tail: String = id.chars().skip(id.chars().count().saturating_sub(4)).collect();
    format!("Somebody {}", tail.to_uppercase())
}

/// A line in the history of one student and one badge: "Revoked by Ada: the work was not hers".
#[must_use]
pub(crate) fn of_a_student(entry: &Logged, name: Option<&str>) -> String {
    let what = match entry.known() {
        Some(Action::AwardByHand) => "Awarded by hand",
        Some(Action::AwardRenewed) => "Renewed",
        Some(Action::AwardRevoked) => "Revoked",
        Some(Action::AwardKept) => "Kept although the rule is no longer met",
        Some(Action::ApprovalGiven) => "Approved",
        Some(Action::AwardRegraded) => "Found to meet the rule no longer",
        _ => &stored(&entry.action),
    };
    let by = name.unwrap_or(CAIRN);
    let reason = entry.detail.get("reason").and_then(serde_json::Value::as_str);
    match reason {
        Some(reason) => format!("{what} by {by}: {reason}"),
        None => format!("{what} by {by}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_action_has_words_of_its_own() {
        let mut seen = HashSet::new();
        for one in Action::ALL {
            let words = action(*one);
            assert!(words.chars().next().is_some_and(char::is_lowercase), "{words}");
            assert!(seen.insert(words), "{words} is said of two");
            assert_eq!(stored(one.as_str()), words);
        }
        assert_eq!(stored("badge.polished_twice"), "badge polished twice");
    }

    #[test]
    fn old_entries_and_people_without_a_name_are_told() {
        assert_eq!(actor(&Actor::Earlier(None), None), "Cairn");
        assert_eq!(
            actor(&Actor::Earlier(Some("0192-ab3f".into())), None),
            "Somebody AB3F"
        );
        assert_eq!(actor(&Actor::Instructor("p".into()), Some("Ada")), "Ada");
        assert_eq!(actor(&Actor::CommandLine, None), "The command line");
        assert_eq!(actor(&Actor::Unnamed, None), "Somebody");
    }

    #[test]
    fn actors_without_a_name_are_found_by_their_words() {
        assert_eq!(called("Command"), [ActorKind::CommandLine]);
        assert_eq!(called("nobody of this name"), []);
    }
}
