//! Who may use the console.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{Choice, StatusChip, When};

/// The list. Posts `reach` (the id of an institution, or empty for all) to invite somebody.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/administrators.html")]
pub struct AdministratorsPage {
    pub page: AdminPage,
    pub lines: Vec<AdministratorLine>,
    /// For which institution somebody can be invited.
    pub reaches: Vec<Choice>,
}

/// Somebody in the list.
#[derive(Debug, Clone)]
pub struct AdministratorLine {
    pub name: String,
    /// "You", "On", "Off".
    pub state: StatusChip,
    /// "North Coast", or "everything".
    pub reach: String,
    /// How they come back: e-mail and password, the institution's sign-in, or not at all.
    pub comes: String,
    pub since: When,
    /// Where they can be turned off or on, and its words; none for oneself.
    pub turn: Option<(String, &'static str)>,
}

/// The one-time link, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/invited.html")]
pub struct InvitedPage {
    pub page: AdminPage,
    pub link: String,
    pub reach: String,
}
