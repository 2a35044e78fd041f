//! The audit log.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{Choice, Paging, ProblemList, When};

/// A page of the log; its form asks by GET for `action`, `who`, `subject`, `from`, `until`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/audit.html")]
pub struct AuditPage {
    pub page: AdminPage,
    /// Where the form asks.
    pub action: String,
    pub sought: Sought,
    pub actions: Vec<Choice>,
    pub lines: Vec<AuditLine>,
    pub paging: Paging,
    pub export_href: String,
    pub problems: ProblemList,
}

/// What was looked for, as typed.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    pub action: String,
    pub who: String,
    pub subject: String,
    pub from: String,
    pub until: String,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct AuditLine {
    pub when: When,
    pub who: String,
    /// In words: "revoked a badge".
    pub what: String,
    /// Its stable name.
    pub action: String,
    /// What it was done to; empty when it is whoever did it.
    pub subject: String,
    /// JSON on one line; empty when there is nothing more to say.
    pub detail: String,
}
