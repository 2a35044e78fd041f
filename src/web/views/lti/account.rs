//! Cairn inside the LMS, for its administrators.

use askama::Template;

use crate::web::views::shared::{FindingList, Page, StatusChip};

/// How this platform is connected, and where it is administered.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/account.html")]
pub struct AccountPage {
    pub page: Page,
    /// The platform's name.
    pub platform: String,
    /// The platform's own name for this installation.
    pub deployment_id: String,
    pub state: StatusChip,
    /// Whether new installations are accepted by themselves.
    pub takes_new: bool,
    pub waiting: Vec<WaitingLine>,
    /// Names of the courses that were opened, newest first.
    pub courses: Vec<String>,
    pub more_courses: bool,
    /// What the self-test found, if it ran just now.
    pub findings: Option<FindingList>,
    /// Runs the self-test.
    pub test_action: String,
    /// The console, in a window of its own: it is never framed.
    pub console_href: String,
}

/// An installation that waits to be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingLine {
    pub deployment_id: String,
    /// The course that it was first opened from.
    pub seen_in: Option<String>,
    pub asked_by: Option<String>,
}
