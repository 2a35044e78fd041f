//! What somebody may not do.

/// Why it is not theirs to do. All of them have one code, `forbidden`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forbidden {
    /// It concerns the whole installation.
    WholeInstallation,
    /// It is for instructors of the course.
    Instructors,
    /// The platform limits this teacher to their own sections, and the institution lets such teachers not teach here.
    OtherSections,
    /// Handing in is for students of the course.
    Students,
    /// The page that asks whether to register is too old, or none of ours.
    RegisteringPage,
    /// A sign-in at the provider that began elsewhere, or too long ago.
    SignInElsewhere,
    /// The provider does not vouch for the e-mail address.
    EmailNotVouched,
    /// The provider left out this person's groups, because there are too many, and nothing else lets them in.
    GroupsLeftOut,
    /// The provider's groups let this person not in.
    NotLetIn,
    /// There is no account for this person here.
    NoAccount,
    /// The institution that the settings name is not there.
    NoInstitution,
    /// The account was turned off.
    AccountOff,
}
