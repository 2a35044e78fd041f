//! Who endorses the badges of an institution, and who is asked to.

use askama::Template;

use super::AdminPage;
use crate::web::views::public::EndorsedBy;
use crate::web::views::shared::{Choice, ProblemList, StatusChip, When};

/// All of them, newest first. Posts `badge`, `name` and `email` to `invite_action`, nothing to the actions of each row but `domain`
/// to that for vouching.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/endorsements.html")]
pub(crate) struct EndorsementsPage {
    pub(crate) page: AdminPage,
    pub(crate) rows: Vec<EndorsementLine>,
    pub(crate) badges: Vec<Choice>,
    pub(crate) invite_action: String,
    /// A link that was just made, which is shown once.
    pub(crate) fresh_link: Option<String>,
    /// As typed.
    pub(crate) badge: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) problems: ProblemList,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct EndorsementLine {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) badge: String,
    pub(crate) email: Option<String>,
    /// A DNS name that is theirs, whoever says so.
    pub(crate) domain: String,
    pub(crate) state: StatusChip,
    pub(crate) made: When,
    pub(crate) until: Option<When>,
    pub(crate) said: Option<EndorsedBy>,
    pub(crate) withdraw_action: Option<String>,
    pub(crate) again_action: Option<String>,
    /// None while nobody endorsed, once it was taken back, and where a domain has vouched for itself.
    pub(crate) vouch_action: Option<String>,
}
