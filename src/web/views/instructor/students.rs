//! People of whom the course site cannot tell whether they are students.

use askama::Template;

use crate::web::views::shared::{Page, When};

/// Who waits for a teacher's answer, and what was answered. Each form posts `is_student` (`yes` or `no`).
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/students.html")]
pub(crate) struct StudentsPage {
    pub(crate) page: Page,
    pub(crate) asked: Vec<AskedLine>,
    pub(crate) told: Vec<ToldLine>,
    /// Whether this person may answer.
    pub(crate) may_answer: bool,
    /// Whether who looks may change nothing, because the course has ended.
    pub(crate) reading: bool,
    pub(crate) back_href: String,
}

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AskedLine {
    /// What its buttons were shown with.
    pub(crate) seen: String,
    pub(crate) student: String,
    /// Why somebody is asked, in a sentence.
    pub(crate) why: String,
    pub(crate) action: String,
}

/// Somebody of whom it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToldLine {
    /// What its buttons were shown with.
    pub(crate) seen: String,
    pub(crate) student: String,
    pub(crate) is_student: bool,
    /// Who said it.
    pub(crate) by: String,
    pub(crate) when: When,
    pub(crate) action: String,
}
