//! What an institution lets its courses do.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::ProblemList;

/// Posts `seen`, `create`, `approve`, `revoke`, `endorse` (`instructors` or `administrators`), the boxes `assistants_review`, `…_approve`,
/// `…_create` and `…_revoke`, `sections` (`whole_course` or `no_teaching`), `regrade`, `offers`, `keep` (`forever` or `days`) with
/// `days`, and the boxes `public_pages`, `minors`, `external_badges`, `programme_reviews`, `programme_names`,
/// `programme_counts` and `account_joins`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/policies.html")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "the boxes of one form, each on its own"
)]
pub(crate) struct PoliciesPage {
    pub(crate) page: AdminPage,
    pub(crate) action: String,
    /// What the form was filled from.
    pub(crate) seen: String,
    /// Field, question, and whether it is left to administrators.
    pub(crate) powers: Vec<(&'static str, &'static str, bool)>,
    /// Field, question, and whether assistants may.
    pub(crate) assistants: Vec<(&'static str, &'static str, bool)>,
    /// What each platform tells of assistants, a sentence each.
    pub(crate) assistants_told: Vec<String>,
    /// Whether teachers whom a platform limits to their sections see the whole course.
    pub(crate) whole_course: bool,
    /// Value, words, note, and whether it is chosen.
    pub(crate) regrades: Vec<(&'static str, &'static str, &'static str, bool)>,
    /// Which badges other courses may count: value, words, and whether it is chosen.
    pub(crate) offers: Vec<(&'static str, &'static str, bool)>,
    pub(crate) keeps_days: bool,
    /// As typed.
    pub(crate) days: String,
    pub(crate) public_pages: bool,
    pub(crate) minors: bool,
    /// Where it is said of some of them alone.
    pub(crate) minors_href: String,
    /// Whether badges of issuers outside may count.
    pub(crate) external_badges: bool,
    /// Whether a second person approves programmes, and whether administrators see names there.
    pub(crate) programme_reviews: bool,
    pub(crate) programme_names: bool,
    /// Whether the public page of a programme says how many hold it.
    pub(crate) programme_counts: bool,
    /// Whether students join their own accounts.
    pub(crate) account_joins: bool,
    pub(crate) problems: ProblemList,
}
