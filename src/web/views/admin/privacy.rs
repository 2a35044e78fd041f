//! What an institution takes along, and who wants to be erased.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{ProblemList, StatusChip, When};

/// Archives and wishes to be erased.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/privacy.html")]
pub struct PrivacyPage {
    pub page: AdminPage,
    /// Newest first.
    pub exports: Vec<ExportLine>,
    /// One is being made: another one cannot be asked for.
    pub making: bool,
    pub export_action: String,
    /// How many days an archive can be fetched.
    pub days: i64,
    /// Longest waiting first.
    pub erasures: Vec<ErasureLine>,
    /// Badges that were erased so far.
    pub erased: i64,
}

/// An archive.
#[derive(Debug, Clone)]
pub struct ExportLine {
    pub state: StatusChip,
    pub asked: When,
    pub badges: i64,
    pub total: i64,
    /// "1.4 MB".
    pub size: String,
    /// Why it was given up, in a sentence; then it can be asked for again.
    pub failed: Option<String>,
    /// Where it is fetched, when it is ready.
    pub fetch_action: Option<String>,
}

/// Somebody who asked to be erased.
#[derive(Debug, Clone)]
pub struct ErasureLine {
    pub href: String,
    pub decline_href: String,
    pub name: String,
    pub asked: When,
    /// "2 badges, 1 hand-in".
    pub holds: String,
}

/// Why somebody who asked to be erased is not. Posts `reason`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/decline.html")]
pub struct DeclinePage {
    /// Its title is the question.
    pub page: AdminPage,
    /// What was typed.
    pub reason: String,
    /// Most characters of it.
    pub most: usize,
    pub problems: ProblemList,
    pub action: String,
    pub back_href: String,
}
