//! What an institution takes along, and who wants to be erased.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{ProblemList, StatusChip, Waiting, When};

/// Archives and wishes to be erased.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/privacy.html")]
pub(crate) struct PrivacyPage {
    pub(crate) page: AdminPage,
    /// Newest first.
    pub(crate) exports: Vec<ExportLine>,
    /// One is being made: another one cannot be asked for.
    pub(crate) making: bool,
    /// While it is made, the page looks again by itself.
    pub(crate) waiting: Option<Waiting>,
    pub(crate) export_action: String,
    /// How many days an archive can be fetched.
    pub(crate) days: i64,
    /// Longest waiting first.
    pub(crate) erasures: Vec<ErasureLine>,
    /// Badges that were erased so far.
    pub(crate) erased: i64,
}

/// An archive.
#[derive(Debug, Clone)]
pub(crate) struct ExportLine {
    pub(crate) state: StatusChip,
    pub(crate) asked: When,
    pub(crate) badges: i64,
    pub(crate) total: i64,
    /// "1.4 MB".
    pub(crate) size: String,
    /// Why it was given up, in a sentence; then it can be asked for again.
    pub(crate) failed: Option<String>,
    /// Where it is fetched, when it is ready.
    pub(crate) fetch_action: Option<String>,
}

/// Somebody who asked to be erased.
#[derive(Debug, Clone)]
pub(crate) struct ErasureLine {
    pub(crate) href: String,
    pub(crate) decline_href: String,
    pub(crate) name: String,
    pub(crate) asked: When,
    /// "2 badges, 1 submission".
    pub(crate) holds: String,
}

/// Why somebody who asked to be erased is not. Posts `reason`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/decline.html")]
pub(crate) struct DeclinePage {
    /// Its title is the question.
    pub(crate) page: AdminPage,
    /// What was typed.
    pub(crate) reason: String,
    /// Most characters of it.
    pub(crate) most: usize,
    pub(crate) problems: ProblemList,
    pub(crate) action: String,
    pub(crate) back_href: String,
}
