//! What the self-test can find, each with what a sentence about it has to name.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use lti::error::KeySetError;
use lti::services::error::Reason;
use lti::token::TokenError;

/// How a finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Good,
    /// Works as it is, but somebody should know.
    Remark,
    Failure,
}

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub(crate) enum Finding {
    /// The platform is turned off in Cairn.
    TurnedOff,
    /// So many deployments wait to be accepted.
    DeploymentsPending(usize),
    /// No deployment is accepted, and new ones are not by themselves.
    NoDeployment,
    KeysReadable,
    KeysUnreadable {
        url: Url,
        why: KeysUnreadable,
    },
    /// A launch was refused for a key that the key set did not have.
    KeyMissed {
        url: Url,
        at: DateTime<Utc>,
        kid: String,
    },
    NeverLaunched,
    Launched {
        at: DateTime<Utc>,
        /// What the platform calls itself.
        product: Option<String>,
        version: Option<String>,
    },
    SharesNames,
    SharesNoNames,
    SharesEmails,
    /// Though the institution lets badges of other issuers count.
    SharesNoEmails,
    /// The last launch from a course did not offer that.
    NotOffered(Offer),
    /// From where Cairn was opened so far.
    Placements {
        placements: Vec<String>,
        deep_linking: bool,
    },
    /// Our clock less the platform's.
    Clock {
        skew: TimeDelta,
        verdict: Verdict,
    },
    /// It gives tokens for everything.
    Token,
    NoToken {
        why: NoToken,
        /// What may mend it.
        setting: Setting,
        /// Where our keys are.
        our_keys: String,
    },
    /// It gives no token for any service.
    NoService,
    /// It gives tokens, but not for these purposes.
    TokenWithout(Vec<&'static str>),
    Members {
        course: String,
        count: usize,
        /// Rows of the list that cannot be read.
        left_out: usize,
    },
    MembersUnread {
        course: String,
        why: Unread,
    },
    Columns {
        course: String,
        count: usize,
    },
    ColumnsUnread {
        course: String,
        why: Unread,
    },
    Results {
        column: String,
        count: usize,
    },
    ResultsUnread {
        column: String,
        why: Unread,
    },
    /// The slowest step took long.
    Slow {
        step: Step,
        took: TimeDelta,
    },
    /// Which grades can be seen.
    Grades(Grades),
}

/// Why a key set is of no use.
#[derive(Debug, Clone)]
pub(crate) enum KeysUnreadable {
    Said(KeySetError),
    /// No key in it can verify a signature.
    NoneUsable,
    TooSlow(Patience),
}

/// Why there is no access token.
#[derive(Debug, Clone)]
pub(crate) enum NoToken {
    Said(TokenError),
    TooSlow(Patience),
}

/// Why something of a course could not be read.
#[derive(Debug, Clone)]
pub(crate) enum Unread {
    Said(Reason),
    TooSlow(Patience),
}

impl Unread {
    /// Whether the service is out of order, which no setting of the tool mends.
    #[must_use]
    pub(crate) fn is_out_of_order(&self) -> bool {
        match self {
            Self::TooSlow(_) => true,
            Self::Said(Reason::NotGranted(_)) => false,
            Self::Said(reason) => reason.retryable() || matches!(reason, Reason::Html),
        }
    }
}

/// How long somebody waited in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    pub(crate) seconds: u64,
}

/// What a launch from a course offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offer {
    Members,
    Grades,
}

/// A step that the platform is asked to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    KeySet,
    Tokens,
    Members,
    Columns,
    Results,
}

/// What may have to be changed in the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    PlatformKeys,
    OurKeys,
    ClientId,
    Scopes,
    MembersService,
    GradeService,
    Names,
    Emails,
    /// To know whose a badge of another issuer is.
    EmailsForBadges,
    FirstLaunch,
    Clock,
    /// The service answers with an error, a page or nothing: no setting of the tool is to blame.
    OutOfOrder,
}

/// Which grades Cairn sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Grades {
    /// None: there is no access token.
    NoToken,
    /// None: it may not read any.
    NotAllowed,
    /// None: it may not find its columns.
    NoColumns,
    /// None in the course of that name now, for what other findings say.
    Unread(String),
    /// Those in its own columns.
    Own(OwnGrades),
}

/// What Cairn may do with the grades in its own columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OwnGrades {
    pub(crate) makes_columns: bool,
    pub(crate) writes_grades: bool,
    pub(crate) reads_members: bool,
}

impl Finding {
    /// How it is meant.
    #[must_use]
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::KeysReadable
            | Self::Launched { .. }
            | Self::SharesNames
            | Self::Placements { .. }
            | Self::Token
            | Self::Members { .. }
            | Self::Columns { .. }
            | Self::Results { .. } => Verdict::Good,
            Self::DeploymentsPending(_)
            | Self::NoDeployment
            | Self::NeverLaunched
            | Self::SharesNoNames
            | Self::SharesEmails
            | Self::SharesNoEmails
            | Self::Slow { .. }
            | Self::Grades(_) => Verdict::Remark,
            Self::TurnedOff
            | Self::KeysUnreadable { .. }
            | Self::KeyMissed { .. }
            | Self::NotOffered(_)
            | Self::NoToken { .. }
            | Self::NoService
            | Self::TokenWithout(_)
            | Self::MembersUnread { .. }
            | Self::ColumnsUnread { .. }
            | Self::ResultsUnread { .. } => Verdict::Failure,
            Self::Clock { verdict, .. } => *verdict,
        }
    }
}
