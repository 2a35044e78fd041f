//! Cairn inside the LMS, for its administrators.

use askama::Template;

use crate::web::views::shared::{FindingList, Page, StatusChip};

/// How this platform is connected, and where it is administered.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/account.html")]
pub(crate) struct AccountPage {
    pub(crate) page: Page,
    /// The platform's name.
    pub(crate) platform: String,
    /// The platform's own name for this installation.
    pub(crate) deployment_id: String,
    pub(crate) state: StatusChip,
    /// Whether new installations are accepted by themselves.
    pub(crate) takes_new: bool,
    pub(crate) waiting: Vec<WaitingLine>,
    /// Names of the courses that were opened, newest first.
    pub(crate) courses: Vec<String>,
    pub(crate) more_courses: bool,
    /// What the self-test found, if it ran just now.
    pub(crate) findings: Option<FindingList>,
    /// Runs the self-test.
    pub(crate) test_action: String,
    /// The console, in a window of its own: it is never framed.
    pub(crate) console_href: String,
}

/// An installation that waits to be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WaitingLine {
    pub(crate) deployment_id: String,
    /// The course that it was first opened from.
    pub(crate) seen_in: Option<String>,
    pub(crate) asked_by: Option<String>,
}
