//! What went wrong where nobody waited for it: in a job, or while a course was read. It is kept in the database as data
//! until a page words it.

use serde::{Deserialize, Serialize};

use super::error::ServiceError;
use super::refusal::{AddressTrouble, ColumnRefusal, Refusal};
use lti::services::error::{Reason as PlatformReason, ServiceError as PlatformError};
use lti::token::TokenError;
use lti::transport::NetError;

/// What went wrong, for as long as it is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trouble {
    /// Each once.
    pub(crate) reasons: Vec<Reason>,
    /// Under which the log has it.
    pub(crate) error_id: Option<String>,
}

/// One thing that went wrong. What the library says of a platform is kept as it says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reason {
    /// The platform is turned off here.
    TurnedOff,
    /// Reading did not come to an end in that time.
    NotWithin {
        minutes: u64,
    },
    /// A service cannot be called.
    Address(AddressTrouble),
    Column(ColumnRefusal),
    /// The results of these columns could not be read; those that are not known have no name.
    ResultsUnread {
        columns: Vec<Option<String>>,
        said: String,
        /// The same for the log.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        plain: String,
        /// How the platform was away, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        away: Option<Away>,
    },
    /// The platform did not do what was asked: what the library says of it, and the same for the log, which holds nothing
    /// that the platform said.
    Platform {
        said: String,
        plain: String,
    },
    /// The platform is away for the moment. What the library said of it is for the log.
    Away {
        how: Away,
        said: String,
    },
    /// The platform has no such course or column any more. What the library said of it is for the log.
    Missing {
        said: String,
    },
    /// The column of that name may not be read.
    ColumnUnread {
        label: String,
        said: String,
    },
    /// Rows of the member list that could not be read: how many, and the first of them, which may name people.
    MembersLeftOut {
        count: usize,
        rows: Vec<String>,
    },
    /// Users of results whom neither the member list nor a launch named: how many, and the first of them.
    NobodysResults {
        count: usize,
        users: Vec<String>,
    },
    /// The platform at that address may be another one: an administrator has to say so first, or has said so.
    AnotherPlatform,
    /// Nobody does the work any more, and nobody said why.
    WorkLost,
    /// What an earlier version kept where it could not prepare a column of Canvas. No longer met with.
    RowsUnmade {
        said: String,
    },
    /// What a room below or the library said.
    Said(String),
    /// A defect of ours; the log has the rest.
    OurFault,
    /// What an earlier version kept: whole sentences.
    Earlier(String),
}

/// How a platform is away: what passes by itself, and asks nobody to do anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Away {
    /// It answers that it is out of order: 5xx.
    Down,
    /// A page for people came in the place of data.
    WebPage,
    /// No answer in time.
    Silent,
    /// There is no connection.
    Unreachable,
    /// It asks for fewer requests.
    Busy,
    /// Its answer ended in the middle.
    BrokenOff,
    /// Its answer was empty.
    Empty,
}

impl Away {
    /// Whether that is a platform that is away, and how.
    #[must_use]
    pub(crate) fn of(error: &PlatformError) -> Option<Self> {
        match &error.reason {
            PlatformReason::Unavailable { .. } => Some(Self::Down),
            PlatformReason::Html => Some(Self::WebPage),
            PlatformReason::TimedOut => Some(Self::Silent),
            PlatformReason::Unreachable(_) => Some(Self::Unreachable),
            PlatformReason::Throttled { .. } => Some(Self::Busy),
            PlatformReason::HalfABody => Some(Self::BrokenOff),
            PlatformReason::Empty => Some(Self::Empty),
            PlatformReason::Token(error) => Self::of_tokens(error),
            _ => None,
        }
    }

    fn of_tokens(error: &TokenError) -> Option<Self> {
        match error {
            TokenError::Unavailable(_) => Some(Self::Down),
            TokenError::Throttled { .. } => Some(Self::Busy),
            TokenError::Net(NetError::TimedOut(_)) => Some(Self::Silent),
            TokenError::Net(NetError::BrokenOff(..)) => Some(Self::BrokenOff),
            TokenError::Net(NetError::Unreachable(..)) => Some(Self::Unreachable),
            _ => None,
        }
    }
}

impl Reason {
    /// What a platform did not do: that it is away, or what the library says of it.
    #[must_use]
    pub(crate) fn of_platform(error: &PlatformError) -> Self {
        let plain = error.for_log();
        match Away::of(error) {
            Some(how) => Self::Away { how, said: plain },
            None if matches!(error.reason, PlatformReason::NotFound) => Self::Missing { said: plain },
            None => Self::Platform {
                said: error.to_string(),
                plain,
            },
        }
    }

    /// How the platform is away, where that is the reason.
    #[must_use]
    pub(crate) fn away(&self) -> Option<Away> {
        match self {
            Self::Away { how, .. } => Some(*how),
            Self::ResultsUnread { away, .. } => *away,
            _ => None,
        }
    }
}

impl Trouble {
    /// Why a job failed.
    #[must_use]
    pub(crate) fn of(error: &ServiceError, error_id: String) -> Self {
        let reason = match error {
            ServiceError::Refused(Refusal::Column(refusal)) => Reason::Column(refusal.clone()),
            ServiceError::Internal(_) => Reason::OurFault,
            ServiceError::Platform(error) => Reason::of_platform(error),
            other => Reason::Said(other.to_string()),
        };
        Self {
            reasons: vec![reason],
            error_id: Some(error_id),
        }
    }

    /// Why there is no column.
    #[must_use]
    pub(crate) fn of_column(refusal: ColumnRefusal) -> Self {
        Self {
            reasons: vec![Reason::Column(refusal)],
            error_id: None,
        }
    }

    /// Whether it is that a column belongs to a former registration, which nothing but a teacher mends.
    #[must_use]
    pub(crate) fn is_of_former(&self) -> bool {
        let of_former = |reason: &Reason| matches!(reason, Reason::Column(ColumnRefusal::OfFormer(_)));
        self.reasons.iter().any(of_former)
    }

    /// Whether trying again by itself cannot help: a column belongs to a former registration or was deleted, or the platform
    /// has no such course or column any more. Somebody has to do something first, if anything is to be done.
    #[must_use]
    pub(crate) fn waits_for_somebody(&self) -> bool {
        let waits = |reason: &Reason| {
            matches!(
                reason,
                Reason::Missing { .. } | Reason::Column(ColumnRefusal::OfFormer(_) | ColumnRefusal::Gone(_))
            )
        };
        self.reasons.iter().any(waits)
    }

    /// Whether a check that ended so brought no news: what is known was read before.
    #[must_use]
    pub(crate) fn brought_no_news(&self) -> bool {
        let is_so = |reason: &Reason| {
            reason.away().is_some()
                || matches!(
                    reason,
                    Reason::Missing { .. } | Reason::AnotherPlatform | Reason::NotWithin { .. }
                )
        };
        self.reasons.iter().any(is_so)
    }

    /// Work that is not in the queue any more, and is not done.
    #[must_use]
    pub(crate) fn lost() -> Self {
        Self {
            reasons: vec![Reason::WorkLost],
            error_id: None,
        }
    }

    /// The same for the log, which names no person and holds nothing that a platform said.
    #[must_use]
    pub(crate) fn for_the_log(&self) -> String {
        let nameless = |reason: &Reason| match reason {
            Reason::MembersLeftOut { count, .. } => Reason::MembersLeftOut {
                count: *count,
                rows: Vec::new(),
            },
            Reason::NobodysResults { count, .. } => Reason::NobodysResults {
                count: *count,
                users: Vec::new(),
            },
            Reason::Platform { plain, .. } => Reason::Said(plain.clone()),
            Reason::ResultsUnread {
                columns, plain, away, ..
            } => Reason::ResultsUnread {
                columns: columns.clone(),
                said: plain.clone(),
                plain: String::new(),
                away: *away,
            },
            Reason::ColumnUnread { label, .. } => Reason::ColumnUnread {
                label: label.clone(),
                said: String::new(),
            },
            other => other.clone(),
        };
        let trouble = Self {
            reasons: self.reasons.iter().map(nameless).collect(),
            error_id: self.error_id.clone(),
        };
        trouble.stored()
    }

    /// As it is stored.
    #[must_use]
    pub(crate) fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was stored, in this form or as the sentences of an earlier version.
    #[must_use]
    pub(crate) fn read(stored: &str) -> Self {
        serde_json::from_str(stored).unwrap_or_else(|_| Self {
            reasons: vec![Reason::Earlier(stored.to_owned())],
            error_id: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::refusal::{PlatformService, Unusable};
    use super::*;

    #[test]
    fn what_is_stored_is_read_again_and_so_is_what_an_earlier_version_stored() {
        let address = AddressTrouble {
            service: PlatformService::Members,
            why: Unusable::NotAllowed("its host is another".into()),
        };
        let trouble = Trouble {
            reasons: vec![
                Reason::NotWithin { minutes: 8 },
                Reason::Address(address.clone()),
                Reason::Column(ColumnRefusal::NoService(address)),
                Reason::ResultsUnread {
                    columns: vec![Some("Quiz".into()), None],
                    said: "no".into(),
                    plain: "refused".into(),
                    away: Some(Away::Busy),
                },
                Reason::Platform {
                    said: "no".into(),
                    plain: "refused".into(),
                },
                Reason::Away {
                    how: Away::WebPage,
                    said: "no".into(),
                },
                Reason::Missing { said: "no".into() },
            ],
            error_id: Some("0badcafe".into()),
        };
        assert_eq!(Trouble::read(&trouble.stored()), trouble);
        let sentences = "The platform is out of order. (Error id 0badcafe)";
        assert_eq!(
            Trouble::read(sentences).reasons,
            [Reason::Earlier(sentences.to_owned())]
        );
        let unread = r#"{"reasons":[{"results-unread":{"columns":["Quiz"],"said":"no"}}],"error_id":null}"#;
        assert_eq!(Trouble::read(unread).reasons[0].away(), None);
        let unmade = r#"{"reasons":[{"rows-unmade":{"said":"no"}}],"error_id":null}"#;
        assert_eq!(
            Trouble::read(unmade).reasons,
            [Reason::RowsUnmade { said: "no".into() }]
        );
    }

    #[test]
    fn the_log_is_told_what_happened_and_nothing_that_a_platform_said() {
        let refused = PlatformReason::Forbidden("Ada Lovelace is not in 10.0.0.7".into());
        let error = PlatformError {
            doing: "Sending a score",
            reason: refused,
        };
        let trouble = Trouble::of(&ServiceError::Platform(error.clone()), "0badcafe".into());
        assert!(
            trouble.stored().contains("Ada Lovelace"),
            "an instructor reads it"
        );
        for told in [trouble.for_the_log(), ServiceError::Platform(error).to_string()] {
            assert!(
                told.contains("Sending a score failed") && told.contains("403"),
                "{told}"
            );
            assert!(!told.contains("Ada") && !told.contains("10.0.0.7"), "{told}");
        }
    }

    #[test]
    fn a_word_that_is_stored_stays_the_word_that_it_is() {
        let trouble = Trouble {
            reasons: vec![Reason::TurnedOff, Reason::Column(ColumnRefusal::NotYet)],
            error_id: None,
        };
        assert_eq!(
            trouble.stored(),
            r#"{"reasons":["turned-off",{"column":"not-yet"}],"error_id":null}"#
        );
    }
}
