//! Lists of skills that an institution brought.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{ProblemList, When};

/// The lists, and a look at a file before it is kept. The look posts a file `list` and `name`; keeping it posts `name` and `packed`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/skills.html")]
pub(crate) struct SkillsPage {
    pub(crate) page: AdminPage,
    pub(crate) lists: Vec<SkillListLine>,
    pub(crate) look_action: String,
    /// The name as typed.
    pub(crate) name: String,
    pub(crate) look: Option<SkillsLook>,
    pub(crate) problems: ProblemList,
    pub(crate) issuer_href: String,
}

/// A list that is there. Posts nothing to its action.
#[derive(Debug, Clone)]
pub(crate) struct SkillListLine {
    pub(crate) name: String,
    pub(crate) skills: String,
    pub(crate) brought: When,
    pub(crate) remove_action: String,
}

/// What is in a file.
#[derive(Debug, Clone)]
pub(crate) struct SkillsLook {
    pub(crate) action: String,
    pub(crate) packed: String,
    pub(crate) count: String,
    /// The first of them: name, code and address.
    pub(crate) first: Vec<(String, String, String)>,
    /// Rows that are not taken, each with its reason: the first of them.
    pub(crate) refused: Vec<String>,
    pub(crate) more_refused: usize,
    /// Whether a list of that name is replaced.
    pub(crate) replaces: bool,
}
