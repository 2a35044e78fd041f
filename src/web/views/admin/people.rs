//! Two people who are one, and what was joined.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{StatusChip, When};

/// Sends `name` to `action`, and `from` and `into` to `join_action`, both by GET.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/people.html")]
pub(crate) struct PeoplePage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    pub(crate) join_action: String,
    /// What was looked for.
    pub(crate) sought: String,
    pub(crate) found: Vec<FoundPerson>,
    /// Newest first.
    pub(crate) joined: Vec<JoinLine>,
    /// What students said of their own accounts, newest first.
    pub(crate) by_students: Vec<JoinLine>,
}

/// Somebody who was found.
#[derive(Debug, Clone)]
pub(crate) struct FoundPerson {
    pub(crate) id: String,
    pub(crate) name: String,
    /// What the platforms call them.
    pub(crate) ids: String,
    /// "2 badges, 1 course".
    pub(crate) has: String,
}

/// Two that were joined.
#[derive(Debug, Clone)]
pub(crate) struct JoinLine {
    /// "Person" or "Platform".
    pub(crate) what: &'static str,
    pub(crate) from: String,
    pub(crate) into: String,
    pub(crate) when: When,
    pub(crate) state: StatusChip,
    /// What stands out, a sentence each.
    pub(crate) notes: Vec<&'static str>,
    /// Where taking it back is asked, while it can be.
    pub(crate) part: Option<String>,
}
