//! Whom an institution takes for minors.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{Choice, Paging, ProblemList, When};

/// Of whom it is said. Looks for people with `name`; a line leads to the page where it is said; a file posts `list`, `platform` and `on`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/minors.html")]
pub(crate) struct MinorsPage {
    pub(crate) page: AdminPage,
    /// Whether the policy says it of all.
    pub(crate) everybody: bool,
    pub(crate) policy_href: String,
    pub(crate) platforms: Vec<MinorPlatform>,
    /// The same, to choose from.
    pub(crate) choices: Vec<Choice>,
    pub(crate) action: String,
    /// Who was looked for.
    pub(crate) sought: String,
    pub(crate) found: Vec<MinorLine>,
    /// Of whom it is said one by one.
    pub(crate) said: Vec<MinorLine>,
    pub(crate) paging: Paging,
    pub(crate) bring_action: String,
    /// What became of a file.
    pub(crate) brought: Option<String>,
    /// The first ids in it of which nobody is known.
    pub(crate) unknown: String,
    pub(crate) problems: ProblemList,
}

/// A platform.
#[derive(Debug, Clone)]
pub(crate) struct MinorPlatform {
    pub(crate) name: String,
    pub(crate) people: String,
    /// Since when it is said of all whom it names.
    pub(crate) since: Option<When>,
    /// Where it is said, or taken back.
    pub(crate) href: String,
}

/// A person.
#[derive(Debug, Clone)]
pub(crate) struct MinorLine {
    pub(crate) name: String,
    pub(crate) ids: String,
    pub(crate) since: Option<When>,
    /// Where it is said, or taken back.
    pub(crate) href: String,
}
