//! Identifiers of our own rows, one type for each kind.

pub(crate) use lti::registration::{RegistrationId, TenantId};

::ambient::ids! {
    /// One installation of the tool under a registration.
    DeploymentId;
    /// An LTI context as we know it: a course.
    CourseId;
    /// A resource link in a course.
    LinkId;
    /// A person, whatever their platforms call them.
    PersonId;
    /// An LMS of an institution, whichever registrations speak for it.
    PlatformId;
    /// That two people, courses or platforms are one.
    JoinId;
    /// A line item that we own.
    LineItemId;
    /// A column of a course's gradebook that is none of ours.
    OutsideColumnId;
    /// That an administrator lets a platform be read by its REST interface.
    RestAccessId;
    /// A token that somebody gave for it.
    RestGrantId;
    /// A gradebook file that a teacher brought.
    GradeFileId;
    /// A section or a group of a course, as one source names it.
    SectionId;
    /// An evidence activity.
    ActivityId;
    /// What a student handed in to an activity.
    SubmissionId;
    /// That somebody dismissed what the coach found.
    DismissalId;
    /// A list of skills that an institution brought.
    SkillListId;
    /// A skill of such a list.
    SkillId;
    /// A badge as an instructor designs it.
    BadgeId;
    /// One version of a badge's rule.
    RuleId;
    /// A stack that an institution owns.
    ProgrammeId;
    /// That one student need not have one part of a programme.
    WaiverId;
    /// That a second person looks at a programme.
    ProgrammeReviewId;
    /// That a course, or those of a platform, may take a badge of the institution.
    ReachId;
    /// That an instructor may make programmes.
    MakerId;
    /// A decision record.
    DecisionId;
    /// The fact that a person earned a badge.
    AwardId;
    /// A signed document. Unguessable parts are kept elsewhere; this is a key.
    CredentialId;
    /// An issuer profile with its `did:web`.
    IssuerId;
    /// A signing key of an issuer.
    KeyId;
    /// A status list.
    StatusListId;
    /// A browser's session after a launch.
    SessionId;
    /// A piece of work in the queue.
    JobId;
    /// Somebody who administers outside the LMS.
    AdminId;
    /// A code that guards the address for dynamic registration.
    InvitationId;
    /// What deep linking put into a course.
    PlacementId;
    /// That a course was copied from another one.
    CopyId;
    /// That somebody asks for the badges of another course.
    CopyRequestId;
    /// That a holder no longer meets the rule of an award.
    RegradeId;
    /// A wish to be erased.
    ErasureId;
    /// An archive of an institution.
    ExportId;
    /// A link by which a holder shows a badge for a time; its secret part is kept elsewhere.
    ShareLinkId;
    /// A timeline that a holder shows to others; its secret part is kept elsewhere.
    TimelineId;
    /// That another body is asked to endorse a badge, and what it signed.
    EndorsementId;
    /// A badge of another issuer that a student brought.
    ForeignBadgeId;
    /// A collection of badges.
    CollectionId;
    /// That a student says that accounts of two platforms are theirs.
    AccountJoinId;
}
