//! What is refused to administrators.

use super::ErrorKind;
use crate::domain::authority::AuthorityProblem;
use crate::domain::skills::NoSkills;
use lti::error::RegistrationError;

/// Why an institution, an issuer, a key or a platform cannot be made or changed so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum InstitutionRefusal {
    Name,
    /// Another institution has the new name.
    NameTaken,
    /// There is an institution of the name of a new one.
    Known,
    /// There is no institution of that name, but these.
    Unknown {
        name: String,
        known: Vec<String>,
    },
    /// A colour that is none.
    Accent,
    /// No name of a time zone.
    TimeZone,
    IssuerName,
    IssuerUrl,
    /// A logo that is not kept.
    Logo,
    /// No identifier of the Research Organization Registry.
    Ror,
    /// No number of a page at LinkedIn.
    LinkedIn,
    /// What is said of who stands behind an issuer.
    Authority(AuthorityProblem),
    /// A list of skills.
    Skills(SkillsRefusal),
    /// The policy lets administrators see numbers alone.
    NamesHidden,
    /// A list of people who are taken for minors.
    Minors(MinorsRefusal),
    /// Another key signs by now.
    IssuerKeyChanged,
    /// Days for which history can be kept.
    KeepDays,
    /// The keys towards platforms have changed.
    ToolKeyChanged,
    /// The next key towards platforms was not published long enough.
    ToolKeyTooYoung,
    /// Issuer and client id of a platform that is entered by hand are registered already.
    PlatformKnown,
    /// The platform that registers is known, and may not be changed by this address.
    PlatformKnownOtherwise,
    /// What is wrong with the values of a platform.
    PlatformValues(Vec<RegistrationError>),
    DeploymentId,
    /// A code for a deployment is none, or is over.
    DeploymentCode,
    /// A deployment does not wait any more.
    DeploymentAnswered,
    InvitationNote,
    InvitationLife,
    InvitationOver,
    InvitationUsed,
    /// The platform that registers could not be asked for that.
    Unreached {
        step: RegisteringStep,
        host: String,
        why: NoAnswer,
    },
}

/// Why a file names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MinorsRefusal {
    /// It has more than so many ids, or is larger than they are.
    TooLarge(usize),
    /// No text in UTF-8.
    NotText,
    /// There is no id in it.
    Empty,
}

/// What a platform that registers is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RegisteringStep {
    Configuration,
    RegistrationEndpoint,
}

/// Why a platform gave no answer that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// Its address may not be called, as the way out says it.
    Refused(String),
    /// There was no connection, or it broke off, as the way out says it.
    Failed(String),
    TimedOut,
    TooLarge,
}

impl InstitutionRefusal {
    pub(super) fn facts(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Unprocessable};
        match self {
            Self::Name | Self::NameTaken => (Unprocessable, "institution.name"),
            Self::Known => (Conflict, "institution.known"),
            Self::Unknown { .. } => (Unprocessable, "institution.unknown"),
            Self::IssuerName => (Unprocessable, "issuer.name"),
            Self::Accent => (Unprocessable, "institution.accent"),
            Self::TimeZone => (Unprocessable, "institution.time-zone"),
            Self::IssuerUrl => (Unprocessable, "issuer.url"),
            Self::Logo => (Unprocessable, "issuer.logo"),
            Self::Ror => (Unprocessable, "issuer.ror"),
            Self::LinkedIn => (Unprocessable, "issuer.linkedin"),
            Self::Skills(SkillsRefusal::Name) => (Unprocessable, "skills.name"),
            Self::Skills(SkillsRefusal::TooLarge) => (Unprocessable, "skills.large"),
            Self::Skills(SkillsRefusal::NotText) => (Unprocessable, "skills.text"),
            Self::Skills(SkillsRefusal::File(_)) => (Unprocessable, "skills.file"),
            Self::Skills(SkillsRefusal::Lost) => (Unprocessable, "skills.lost"),
            Self::NamesHidden => (ErrorKind::Forbidden, "holdings.names-hidden"),
            Self::Minors(MinorsRefusal::TooLarge(_)) => (Unprocessable, "minors.large"),
            Self::Minors(MinorsRefusal::NotText) => (Unprocessable, "minors.text"),
            Self::Minors(MinorsRefusal::Empty) => (Unprocessable, "minors.empty"),
            Self::Authority(AuthorityProblem::Accreditation) => (Unprocessable, "issuer.accreditation"),
            Self::Authority(AuthorityProblem::Parent) => (Unprocessable, "issuer.parent"),
            Self::Authority(AuthorityProblem::Identifiers) => (Unprocessable, "issuer.identifiers"),
            Self::Authority(AuthorityProblem::Official) => (Unprocessable, "issuer.official"),
            Self::IssuerKeyChanged => (Conflict, "issuer-key.changed"),
            Self::KeepDays => (Unprocessable, "policy.keep-days"),
            Self::ToolKeyChanged => (Conflict, "tool-key.changed"),
            Self::ToolKeyTooYoung => (Conflict, "tool-key.too-young"),
            Self::PlatformKnown | Self::PlatformKnownOtherwise => (Conflict, "platform.known"),
            Self::PlatformValues(_) => (Unprocessable, "platform.values"),
            Self::DeploymentId => (Unprocessable, "platform.deployment"),
            Self::DeploymentCode => (Unprocessable, "platform.deployment-code"),
            Self::DeploymentAnswered => (Conflict, "platform.deployment-answered"),
            Self::InvitationNote => (Unprocessable, "invitation.note"),
            Self::InvitationLife => (Unprocessable, "invitation.life"),
            Self::InvitationOver => (Conflict, "invitation.over"),
            Self::InvitationUsed => (Conflict, "invitation.used"),
            Self::Unreached {
                why: NoAnswer::Refused(_),
                ..
            } => (Unprocessable, "registering.address-refused"),
            Self::Unreached { .. } => (Unprocessable, "registering.unreachable"),
        }
    }
}

/// Why somebody does not come into the console, or an account does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccountRefusal {
    Name,
    Email,
    /// Another account has the e-mail address.
    EmailTaken,
    /// An e-mail address without a password, or the other way round.
    Both,
    Password,
    OldPassword,
    /// The new password was not typed twice alike.
    PasswordDiffers,
    /// The new password is the old one.
    SamePassword,
    /// It was changed somewhere else meanwhile.
    PasswordChanged,
    /// The account has none.
    NoPassword,
    /// E-mail address and password do not belong together; which of them is wrong is not said.
    Wrong,
    /// Nobody turns themselves off.
    Oneself,
    /// A link that lets somebody in was used, is over, or never was.
    LinkOver,
    /// Too many attempts in too short a time.
    Throttled,
}

impl AccountRefusal {
    pub(super) fn facts(self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Gone, TooManyRequests, Unprocessable};
        match self {
            Self::Name => (Unprocessable, "admin.name"),
            Self::Email => (Unprocessable, "admin.email"),
            Self::EmailTaken => (Conflict, "admin.email-taken"),
            Self::Both => (Unprocessable, "admin.both"),
            Self::Password => (Unprocessable, "admin.password"),
            Self::OldPassword => (Unprocessable, "admin.old-password"),
            Self::PasswordDiffers => (Unprocessable, "admin.password-differs"),
            Self::SamePassword => (Unprocessable, "admin.same-password"),
            Self::PasswordChanged => (Conflict, "admin.password-changed"),
            Self::NoPassword => (Conflict, "admin.no-password"),
            Self::Wrong => (Unprocessable, "admin.wrong"),
            Self::Oneself => (Conflict, "admin.self"),
            Self::LinkOver => (Gone, "admin.link-over"),
            Self::Throttled => (TooManyRequests, "admin.throttled"),
        }
    }
}

/// Why a list of skills is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SkillsRefusal {
    Name,
    TooLarge,
    /// No CSV in UTF-8.
    NotText,
    File(NoSkills),
    /// What the page had kept of the file did not come back whole.
    Lost,
}
