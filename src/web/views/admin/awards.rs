//! Awards of courses that have ended, and taking one back.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{ProblemList, StatusChip, When};

/// Sends `sought` to `action` by GET.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/awards.html")]
pub(crate) struct AwardsPage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    /// What was looked for.
    pub(crate) sought: String,
    /// Newest first.
    pub(crate) found: Vec<AwardLine>,
}

/// An award that was found.
#[derive(Debug, Clone)]
pub(crate) struct AwardLine {
    pub(crate) holder: String,
    pub(crate) badge: String,
    pub(crate) course: String,
    pub(crate) awarded: When,
    /// That it was revoked, and when.
    pub(crate) revoked: Option<(StatusChip, When)>,
    /// Where taking it back is asked; none where it was revoked, and where the course goes on.
    pub(crate) revoke_href: Option<String>,
    /// Whether the course goes on, so that its teachers revoke.
    pub(crate) goes_on: bool,
}

/// Why an award is taken back. Posts `reason`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/revoke_award.html")]
pub(crate) struct RevokeAwardPage {
    /// Its title is the question.
    pub(crate) page: AdminPage,
    pub(crate) holder: String,
    pub(crate) badge: String,
    pub(crate) course: String,
    pub(crate) awarded: When,
    /// What was typed.
    pub(crate) reason: String,
    pub(crate) problems: ProblemList,
    pub(crate) action: String,
    pub(crate) back_href: String,
}
