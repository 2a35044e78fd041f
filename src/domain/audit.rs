//! The audit log: what may stand in it ([`Action`]), who did it ([`Actor`]), and an entry on its way in ([`Entry`]) or as
//! it was read back ([`Logged`]), and which of them somebody looks for ([`Filter`]).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::ids::{AdminId, BadgeId, PersonId, TenantId};

macro_rules! words {
    ($(#[$of:meta])* $type:ident: $($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        $(#[$of])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum $type {
            $($(#[$doc])* $name,)*
        }

        impl $type {
            /// Each one, in the order of its words.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word that is stored.
            #[must_use]
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// The one that is stored as that word; none for what another version wrote.
            #[must_use]
            pub(crate) fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words! {
    /// What was done: thing and verb. The words are stored and exported, so they never change.
    Action:
    AccentChanged = "accent.changed";
    AdminEntered = "admin.entered";
    AdminInvited = "admin.invited";
    AdminPasswordChanged = "admin.password-changed";
    AdminSignedIn = "admin.signed-in";
    AdminTurnedOff = "admin.turned-off";
    AdminTurnedOn = "admin.turned-on";
    ApprovalGiven = "approval.given";
    AuditExported = "audit.exported";
    AwardByHand = "award.by-hand";
    /// A holder keeps a badge although the rule is no longer met.
    AwardKept = "award.kept";
    /// A holder was found who no longer meets the rule.
    AwardRegraded = "award.regraded";
    /// A teacher had a badge awarded again that had lapsed.
    AwardRenewed = "award.renewed";
    AwardRevoked = "award.revoked";
    BadgeChanged = "badge.changed";
    BadgeCopied = "badge.copied";
    BadgeDeleted = "badge.deleted";
    BadgeMade = "badge.made";
    /// Nothing is missing any more of what the rule of a copied badge reads.
    BadgeMapped = "badge.mapped";
    /// A teacher let other courses count a badge.
    BadgeOffered = "badge.offered";
    /// And took that back.
    BadgeOfferedNoMore = "badge.offered-no-more";
    BadgePaused = "badge.paused";
    /// A badge that rested for its columns decides again.
    BadgeResumed = "badge.resumed";
    BadgeRetired = "badge.retired";
    ColumnCounting = "column.counting";
    ColumnHeld = "column.held";
    /// A column that the platform made anew is read in place of the old one.
    ColumnRebound = "column.rebound";
    ColumnReleasePlanned = "column.release-planned";
    ColumnReleased = "column.released";
    /// An activity has another column in place of one that is gone.
    ColumnReplaced = "column.replaced";
    ColumnScale = "column.scale";
    CopyAgreed = "copy.agreed";
    CopyAsked = "copy.asked";
    CopyDeclined = "copy.declined";
    CopyMapped = "copy.mapped";
    CopyRefused = "copy.refused";
    /// A request that was refused waits for an answer again.
    CopyReopened = "copy.reopened";
    CopyTaken = "copy.taken";
    /// When the grades of a course's columns count of which nobody chose otherwise.
    CourseCounting = "course.counting";
    /// Its platform concluded or deleted the course.
    CourseEnded = "course.ended";
    CourseReopened = "course.reopened";
    /// A Comprehensive Learner Record of a badge and its parts.
    CredentialRecorded = "credential.recorded";
    CredentialReissued = "credential.reissued";
    DataExported = "data.exported";
    DeploymentAccepted = "deployment.accepted";
    DeploymentClaimed = "deployment.claimed";
    DeploymentSeen = "deployment.seen";
    DeploymentRefused = "deployment.set-aside";
    /// Whether a hash of somebody's e-mail address is signed into their new badges.
    EmailHashChosen = "email-hash.chosen";
    /// A DNS name is the endorser's, by its own did.json or the institution's word.
    EndorsementDomain = "endorsement.domain";
    /// What stands at that name does not say so any more.
    EndorsementDomainLost = "endorsement.domain-lost";
    EndorsementEnded = "endorsement.ended";
    /// Another body endorsed a badge.
    EndorsementGiven = "endorsement.given";
    EndorsementInvited = "endorsement.invited";
    /// The endorser took its key, and Cairn has it no more.
    EndorsementKeyTaken = "endorsement.key-taken";
    EndorsementRevoked = "endorsement.revoked";
    EndorsementWithdrawn = "endorsement.withdrawn";
    ErasureAsked = "erasure.asked";
    ErasureDeclined = "erasure.declined";
    ErasureDone = "erasure.done";
    /// Somebody who was erased has agreed to be kept again.
    ErasureLifted = "erasure.lifted";
    ErasureWithdrawn = "erasure.withdrawn";
    EvidenceReviewed = "evidence.reviewed";
    ExportAsked = "export.asked";
    ExportFetched = "export.fetched";
    /// Something that the coach found was dismissed with a reason.
    FindingDismissed = "finding.dismissed";
    /// And is shown again.
    FindingShown = "finding.shown";
    /// A teacher brought a gradebook file and its grades count.
    GradesBrought = "grades.brought";
    /// All grades that files had brought into a course are gone.
    GradesRemoved = "grades.removed";
    /// The grades of one column from elsewhere are gone and count no more.
    GradesStopped = "grades.stopped";
    HistoryForgotten = "history.forgotten";
    /// Names of who holds what were taken as a table.
    HoldingsExported = "holdings.exported";
    /// A badge of the institution is offered again to courses.
    InstitutionBadgeAgain = "institution-badge.again";
    InstitutionBadgeMade = "institution-badge.made";
    /// A course took a newer version of one.
    InstitutionBadgeNewer = "institution-badge.newer";
    InstitutionBadgePublished = "institution-badge.published";
    /// Who may take one was chosen.
    InstitutionBadgeReach = "institution-badge.reach";
    InstitutionBadgeSaved = "institution-badge.saved";
    /// A course took one, and said what stands for its places.
    InstitutionBadgeTaken = "institution-badge.taken";
    InstitutionBadgeWithdrawn = "institution-badge.withdrawn";
    InstitutionChanged = "institution.changed";
    InstitutionMade = "institution.made";
    InvitationMade = "invitation.made";
    InvitationWithdrawn = "invitation.withdrawn";
    IssuerKeyRotated = "issuer-key.rotated";
    IssuerKeyWithdrawn = "issuer-key.withdrawn";
    LinkChosen = "link.chosen";
    LinkPlaced = "link.placed";
    /// What was chosen for a course and never opened there is gone.
    LinkRemoved = "link.removed";
    MasterKeyRotated = "master-key.rotated";
    /// An institution takes somebody for a minor.
    MinorsSaid = "minors.said";
    MinorsTakenBack = "minors.taken-back";
    /// The greeting by which a platform tests that its notices arrive.
    NoticeHello = "notice.hello";
    /// Two people are one from now on.
    PersonJoined = "person.joined";
    PersonParted = "person.parted";
    PlatformAcceptsAll = "platform.accepts-all";
    PlatformAdded = "platform.added";
    PlatformEnabled = "platform.enabled";
    /// Its launches wait until somebody says whether it is a platform that is known.
    PlatformHeld = "platform.held";
    /// It is a platform that is known.
    PlatformJoined = "platform.joined";
    PlatformKeptApart = "platform.kept-apart";
    PlatformParted = "platform.parted";
    PlatformRegistered = "platform.registered";
    PlatformRemoved = "platform.removed";
    PlatformServiceHosts = "platform.service-hosts";
    PlatformUpdated = "platform.updated";
    PolicyChanged = "policy.changed";
    ProgrammeActivated = "programme.activated";
    ProgrammeApproved = "programme.approved";
    ProgrammeChangesAsked = "programme.changes-asked";
    ProgrammeCopyCounted = "programme.copy-counted";
    ProgrammeMade = "programme.made";
    /// An instructor makes programmes no more: it was taken back, or they teach nowhere.
    ProgrammeMakerEnded = "programme.maker-ended";
    /// An instructor was given the power to make programmes.
    ProgrammeMakerNamed = "programme.maker-named";
    ProgrammePaused = "programme.paused";
    ProgrammeRetired = "programme.retired";
    ProgrammeReviewAsked = "programme.review-asked";
    ProgrammeSaved = "programme.saved";
    ProgrammeWaived = "programme.waived";
    ProgrammeWaiverEnded = "programme.waiver-ended";
    /// The token that lets grades be read by REST has come to its end or was withdrawn.
    RestConsentNeeded = "rest.consent-needed";
    /// Somebody let grades be read by REST, of a course or a platform.
    RestConsented = "rest.consented";
    /// Somebody said that the lists of a course are as long as they should be.
    RestCountsAccepted = "rest.counts-accepted";
    /// A platform refuses what reading grades by REST needs.
    RestRefused = "rest.refused";
    /// Keys and tokens were given back and deleted.
    RestRevoked = "rest.revoked";
    RestSwitchedOff = "rest.switched-off";
    RestSwitchedOn = "rest.switched-on";
    /// A test of it found something missing.
    RestTestedFaulty = "rest.tested-faulty";
    RuleActivated = "rule.activated";
    RuleSaved = "rule.saved";
    /// Grades of ours were sent anew, because the points of their column had been changed.
    ScoresSentAnew = "scores.sent-anew";
    /// A list of skills came, or went.
    SkillsBrought = "skills.brought";
    SkillsRemoved = "skills.removed";
    /// Whether somebody is a student, of whom the platform could not tell.
    StudentAnswered = "student.answered";
    TimeZoneChanged = "time-zone.changed";
    ToolKeyPublished = "tool-key.published";
    ToolKeyRemoved = "tool-key.removed";
    ToolKeyUsed = "tool-key.used";
}

words! {
    /// What kind of [`Actor`] it was, as stored.
    ActorKind:
    Administrator = "administrator";
    Cairn = "cairn";
    CommandLine = "command-line";
    Instructor = "instructor";
    Learner = "learner";
    LmsAdministrator = "lms-administrator";
    Platform = "platform";
    Unnamed = "unnamed";
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Actor {
    /// Somebody signed in to the console.
    Administrator(AdminId),
    /// An administrator of the LMS, launched into a course.
    LmsAdministrator(PersonId),
    /// An instructor of the course.
    Instructor(PersonId),
    Learner(PersonId),
    /// A person whom the log does not name: who asks to be erased, or was.
    Unnamed,
    /// The platform, or somebody there whom it does not name.
    Platform,
    /// Whoever runs commands on the server.
    CommandLine,
    /// Cairn by itself.
    Cairn,
    /// An entry from before kinds were stored: the id of a person or an administrator; none for the command line, Cairn,
    /// and people who were erased.
    Earlier(Option<String>),
}

impl Actor {
    /// Its kind; none for an entry from before kinds were stored.
    #[must_use]
    pub(crate) const fn kind(&self) -> Option<ActorKind> {
        Some(match self {
            Self::Administrator(_) => ActorKind::Administrator,
            Self::LmsAdministrator(_) => ActorKind::LmsAdministrator,
            Self::Instructor(_) => ActorKind::Instructor,
            Self::Learner(_) => ActorKind::Learner,
            Self::Unnamed => ActorKind::Unnamed,
            Self::Platform => ActorKind::Platform,
            Self::CommandLine => ActorKind::CommandLine,
            Self::Cairn => ActorKind::Cairn,
            Self::Earlier(_) => return None,
        })
    }

    /// The id of the person or the administrator.
    #[must_use]
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Administrator(id) => Some(id.as_str()),
            Self::LmsAdministrator(id) | Self::Instructor(id) | Self::Learner(id) => Some(id.as_str()),
            Self::Earlier(id) => id.as_deref(),
            Self::Unnamed | Self::Platform | Self::CommandLine | Self::Cairn => None,
        }
    }

    /// The actor of a stored entry. A kind that is not known is a newer version's, and read like an entry without one.
    #[must_use]
    pub(crate) fn stored(kind: Option<&str>, id: Option<String>) -> Self {
        let kind = kind.and_then(ActorKind::parse);
        match (kind, id) {
            (Some(ActorKind::Administrator), Some(id)) => Self::Administrator(id.into()),
            (Some(ActorKind::LmsAdministrator), Some(id)) => Self::LmsAdministrator(id.into()),
            (Some(ActorKind::Instructor), Some(id)) => Self::Instructor(id.into()),
            (Some(ActorKind::Learner), Some(id)) => Self::Learner(id.into()),
            (Some(ActorKind::Platform), None) => Self::Platform,
            (Some(ActorKind::CommandLine), None) => Self::CommandLine,
            (Some(ActorKind::Cairn), None) => Self::Cairn,
            (Some(_), None) => Self::Unnamed,
            (_, id) => Self::Earlier(id),
        }
    }
}

/// Something that was done, on its way into the log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// In whose log it stands; none for what concerns the whole installation, which stands in the log of every institution.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) actor: Actor,
    pub(crate) action: Action,
    /// What it was done to, by its id.
    pub(crate) subject: String,
    /// A JSON object: no secrets, and neither names nor ids of people, because nobody looks into it when somebody is erased
    /// who is not its actor or its subject.
    pub(crate) detail: Value,
    pub(crate) at: DateTime<Utc>,
}

impl Entry {
    /// An entry in the log of one institution, without details.
    #[must_use]
    pub(crate) fn new(
        tenant: &TenantId,
        actor: Actor,
        action: Action,
        subject: &str,
        at: DateTime<Utc>,
    ) -> Self {
        Self::within(Some(tenant), actor, action, subject, at)
    }

    /// The same for what may concern the whole installation.
    #[must_use]
    pub(crate) fn within(
        tenant: Option<&TenantId>,
        actor: Actor,
        action: Action,
        subject: &str,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            tenant: tenant.cloned(),
            actor,
            action,
            subject: subject.to_owned(),
            detail: json!({}),
            at,
        }
    }

    /// The entry with these details.
    #[must_use]
    pub(crate) fn detail(self, detail: Value) -> Self {
        Self { detail, ..self }
    }
}

/// The subject of an entry that says that a person was approved for a badge.
#[must_use]
pub(crate) fn approval_subject(badge: &BadgeId, person: &PersonId) -> String {
    format!("{badge}/{person}")
}

/// An entry as it stands in the log of an institution.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Logged {
    pub(crate) actor: Actor,
    /// The word of an [`Action`], or of one that another version knows.
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) detail: Value,
    pub(crate) at: DateTime<Utc>,
}

impl Logged {
    /// Its action, if this version knows it.
    #[must_use]
    pub(crate) fn known(&self) -> Option<Action> {
        Action::parse(&self.action)
    }
}

/// Which entries are looked for; nothing set means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// The word of exactly this action.
    pub(crate) action: Option<String>,
    pub(crate) who: Option<Who>,
    /// The id of the thing, or its beginning.
    pub(crate) subject: Option<String>,
    pub(crate) from: Option<DateTime<Utc>>,
    /// Not included.
    pub(crate) until: Option<DateTime<Utc>>,
}

/// Whose entries are looked for: either of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    /// Part of the name of a person or an administrator.
    pub(crate) name: String,
    /// Actors without a name of their own.
    pub(crate) kinds: Vec<ActorKind>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every word that was ever written, so that none changes by accident: old entries would lose their meaning.
    const STORED: &[&str] = &[
        "accent.changed",
        "admin.entered",
        "admin.invited",
        "admin.password-changed",
        "admin.signed-in",
        "admin.turned-off",
        "admin.turned-on",
        "approval.given",
        "audit.exported",
        "award.by-hand",
        "award.kept",
        "award.regraded",
        "award.renewed",
        "award.revoked",
        "badge.changed",
        "badge.copied",
        "badge.deleted",
        "badge.made",
        "badge.mapped",
        "badge.offered",
        "badge.offered-no-more",
        "badge.paused",
        "badge.resumed",
        "badge.retired",
        "column.counting",
        "column.held",
        "column.rebound",
        "column.release-planned",
        "column.released",
        "column.replaced",
        "column.scale",
        "copy.agreed",
        "copy.asked",
        "copy.declined",
        "copy.mapped",
        "copy.refused",
        "copy.reopened",
        "copy.taken",
        "course.counting",
        "course.ended",
        "course.reopened",
        "credential.recorded",
        "credential.reissued",
        "data.exported",
        "deployment.accepted",
        "deployment.claimed",
        "deployment.seen",
        "deployment.set-aside",
        "email-hash.chosen",
        "endorsement.domain",
        "endorsement.domain-lost",
        "endorsement.ended",
        "endorsement.given",
        "endorsement.invited",
        "endorsement.key-taken",
        "endorsement.revoked",
        "endorsement.withdrawn",
        "erasure.asked",
        "erasure.declined",
        "erasure.done",
        "erasure.lifted",
        "erasure.withdrawn",
        "evidence.reviewed",
        "export.asked",
        "export.fetched",
        "finding.dismissed",
        "finding.shown",
        "grades.brought",
        "grades.removed",
        "grades.stopped",
        "history.forgotten",
        "holdings.exported",
        "institution-badge.again",
        "institution-badge.made",
        "institution-badge.newer",
        "institution-badge.published",
        "institution-badge.reach",
        "institution-badge.saved",
        "institution-badge.taken",
        "institution-badge.withdrawn",
        "institution.changed",
        "institution.made",
        "invitation.made",
        "invitation.withdrawn",
        "issuer-key.rotated",
        "issuer-key.withdrawn",
        "link.chosen",
        "link.placed",
        "link.removed",
        "master-key.rotated",
        "minors.said",
        "minors.taken-back",
        "notice.hello",
        "person.joined",
        "person.parted",
        "platform.accepts-all",
        "platform.added",
        "platform.enabled",
        "platform.held",
        "platform.joined",
        "platform.kept-apart",
        "platform.parted",
        "platform.registered",
        "platform.removed",
        "platform.service-hosts",
        "platform.updated",
        "policy.changed",
        "programme.activated",
        "programme.approved",
        "programme.changes-asked",
        "programme.copy-counted",
        "programme.made",
        "programme.maker-ended",
        "programme.maker-named",
        "programme.paused",
        "programme.retired",
        "programme.review-asked",
        "programme.saved",
        "programme.waived",
        "programme.waiver-ended",
        "rest.consent-needed",
        "rest.consented",
        "rest.counts-accepted",
        "rest.refused",
        "rest.revoked",
        "rest.switched-off",
        "rest.switched-on",
        "rest.tested-faulty",
        "rule.activated",
        "rule.saved",
        "scores.sent-anew",
        "skills.brought",
        "skills.removed",
        "student.answered",
        "time-zone.changed",
        "tool-key.published",
        "tool-key.removed",
        "tool-key.used",
    ];

    #[test]
    fn the_stored_words_of_actions_stay() {
        let words: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
        assert_eq!(words, STORED);
        for action in Action::ALL {
            assert_eq!(Action::parse(action.as_str()), Some(*action));
        }
        assert_eq!(Action::parse("badge.polished"), None);
    }

    #[test]
    fn an_actor_is_read_back_as_it_was_stored() {
        let actors = [
            Actor::Administrator("a".into()),
            Actor::LmsAdministrator("b".into()),
            Actor::Instructor("c".into()),
            Actor::Learner("d".into()),
            Actor::Unnamed,
            Actor::Platform,
            Actor::CommandLine,
            Actor::Cairn,
            Actor::Earlier(None),
            Actor::Earlier(Some("e".into())),
        ];
        for actor in actors {
            let (kind, id) = (actor.kind().map(ActorKind::as_str), actor.id().map(str::to_owned));
            assert_eq!(Actor::stored(kind, id), actor);
        }
    }

    #[test]
    fn a_person_whose_id_is_gone_is_not_named() {
        assert_eq!(Actor::stored(Some("learner"), None), Actor::Unnamed);
        assert_eq!(Actor::stored(Some("a-newer-kind"), None), Actor::Earlier(None));
    }
}
