//! Who endorses a badge, and who is asked to.

use askama::Template;

use crate::web::views::public::EndorsedBy;
use crate::web::views::shared::{Page, ProblemList, StatusChip, When};

/// The endorsements of a badge. Posts `name` and `email` to `invite_action`, and nothing to the actions of each row.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/endorsements.html")]
pub(crate) struct EndorsementsPage {
    pub(crate) page: Page,
    /// Newest first.
    pub(crate) rows: Vec<EndorsementRow>,
    /// That what the badge asks was changed since somebody endorsed it.
    pub(crate) older: bool,
    /// None where inviting is left to others.
    pub(crate) invite_action: Option<String>,
    /// Why nobody can be invited here.
    pub(crate) left_to_others: Option<&'static str>,
    /// A link that was just made, which is shown once.
    pub(crate) fresh_link: Option<String>,
    /// As typed.
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) problems: ProblemList,
    pub(crate) back_href: String,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct EndorsementRow {
    pub(crate) name: String,
    /// Where the link was sent to.
    pub(crate) email: Option<String>,
    pub(crate) state: StatusChip,
    pub(crate) made: When,
    /// Until when the invitation works; none once it is answered or withdrawn.
    pub(crate) until: Option<When>,
    /// What was said.
    pub(crate) said: Option<EndorsedBy>,
    pub(crate) withdraw_action: Option<String>,
    pub(crate) again_action: Option<String>,
}
