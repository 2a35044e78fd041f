//! What went wrong where nobody waited for it: in a job, or while a course was read. It is kept in the database as data
//! until a page words it.

use serde::{Deserialize, Serialize};

use super::error::ServiceError;
use super::refusal::{AddressTrouble, ColumnRefusal, Refusal};

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
    },
    /// The column of that name may not be read.
    ColumnUnread {
        label: String,
        said: String,
    },
    /// So many rows of the member list could not be read; the first of them, as the library names them.
    MembersLeftOut {
        count: usize,
        rows: Vec<String>,
    },
    /// The rows without which typed grades stay invisible could not be made.
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

impl Trouble {
    /// Why a job failed.
    #[must_use]
    pub(crate) fn of(error: &ServiceError, error_id: String) -> Self {
        let reason = match error {
            ServiceError::Refused(Refusal::Column(refusal)) => Reason::Column(refusal.clone()),
            ServiceError::Internal(_) => Reason::OurFault,
            other => Reason::Said(other.to_string()),
        };
        Self {
            reasons: vec![reason],
            error_id: Some(error_id),
        }
    }

    /// As it is stored.
    #[must_use]
    pub(crate) fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As the log has it, which names no person.
    #[must_use]
    pub(crate) fn logged(&self) -> String {
        let mut nameless = self.clone();
        for reason in &mut nameless.reasons {
            if let Reason::MembersLeftOut { rows, .. } = reason {
                rows.clear();
            }
        }
        nameless.stored()
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
                },
            ],
            error_id: Some("0badcafe".into()),
        };
        assert_eq!(Trouble::read(&trouble.stored()), trouble);
        let sentences = "The platform is out of order. (Error id 0badcafe)";
        assert_eq!(
            Trouble::read(sentences).reasons,
            [Reason::Earlier(sentences.to_owned())]
        );
    }

    #[test]
    fn the_log_names_no_person() {
        let trouble = Trouble {
            reasons: vec![Reason::MembersLeftOut {
                count: 1,
                rows: vec!["row 3 (“Ada Fern”) has no usable id (user_id)".into()],
            }],
            error_id: None,
        };
        assert!(trouble.stored().contains("Ada"));
        assert_eq!(
            trouble.logged(),
            r#"{"reasons":[{"members-left-out":{"count":1,"rows":[]}}],"error_id":null}"#
        );
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
