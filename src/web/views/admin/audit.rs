//! The audit log.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{Choice, Paging, ProblemList, When};

/// A page of the log; its form asks by GET for `action`, `who`, `subject`, `from`, `until`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/audit.html")]
pub(crate) struct AuditPage {
    pub(crate) page: AdminPage,
    /// Where the form asks.
    pub(crate) action: String,
    pub(crate) sought: Sought,
    pub(crate) actions: Vec<Choice>,
    pub(crate) lines: Vec<AuditLine>,
    pub(crate) paging: Paging,
    pub(crate) export_href: String,
    pub(crate) problems: ProblemList,
}

/// What was looked for, as typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sought {
    pub(crate) action: String,
    pub(crate) who: String,
    pub(crate) subject: String,
    pub(crate) from: String,
    pub(crate) until: String,
}

/// One entry.
#[derive(Debug, Clone)]
pub(crate) struct AuditLine {
    pub(crate) when: When,
    pub(crate) who: String,
    /// In words: "revoked a badge".
    pub(crate) what: String,
    /// Its stable name.
    pub(crate) action: String,
    /// What it was done to; empty when it is whoever did it.
    pub(crate) subject: String,
    /// The course that it is in.
    pub(crate) course: Option<String>,
    /// Its id.
    pub(crate) subject_id: String,
    /// JSON on one line; empty when there is nothing more to say.
    pub(crate) detail: String,
}
