//! Somebody else saved what a form was about to save over.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{Page, When};

/// What stands in one place now, and what was typed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClashLine {
    pub(crate) label: String,
    pub(crate) theirs: String,
    pub(crate) yours: String,
}

/// What the other one saved beside what was typed, and the two ways on. Everything that was typed goes along.
#[derive(Debug, Clone, Template)]
#[template(path = "shared/clash.html")]
pub(crate) struct ClashView {
    /// Who saved it; none where nobody knows.
    pub(crate) by: Option<String>,
    /// Whoever reads this saved it, in another tab.
    pub(crate) is_own: bool,
    pub(crate) when: Option<When>,
    /// Whether something was typed; else a button was pressed.
    pub(crate) typed: bool,
    /// Only where the two differ.
    pub(crate) lines: Vec<ClashLine>,
    /// What is said beside: what becomes of theirs.
    pub(crate) note: String,
    /// Where the form posts to that saves all the same.
    pub(crate) action: String,
    /// What was typed, and that this page was seen: name and value.
    pub(crate) fields: Vec<(String, String)>,
    /// The hidden fields that every form carries here, drawn.
    pub(crate) session: Option<String>,
    pub(crate) csrf: String,
    pub(crate) keep_href: String,
}

impl HtmlSafe for ClashView {}

/// The page of a course that shows it.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/clash.html")]
pub(crate) struct ClashPage {
    pub(crate) page: Page,
    pub(crate) clash: ClashView,
}
