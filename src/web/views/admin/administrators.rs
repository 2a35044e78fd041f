//! Who may use the console.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{Choice, StatusChip, When};

/// The list. Posts `reach` (the id of an institution, or empty for all) to invite somebody.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/administrators.html")]
pub(crate) struct AdministratorsPage {
    pub(crate) page: AdminPage,
    pub(crate) lines: Vec<AdministratorLine>,
    /// For which institution somebody can be invited.
    pub(crate) reaches: Vec<Choice>,
}

/// Somebody in the list.
#[derive(Debug, Clone)]
pub(crate) struct AdministratorLine {
    pub(crate) name: String,
    /// "You", "On", "Off".
    pub(crate) state: StatusChip,
    /// "North Coast", or "everything".
    pub(crate) reach: String,
    /// How they come back: e-mail and password, the institution's sign-in, or not at all.
    pub(crate) comes: String,
    pub(crate) since: When,
    /// Where they can be turned off or on, and its words; none for oneself.
    pub(crate) turn: Option<(String, &'static str)>,
}

/// The one-time link, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/administrator_invited.html")]
pub(crate) struct InvitationPage {
    pub(crate) page: AdminPage,
    pub(crate) link: String,
    pub(crate) reach: String,
}
