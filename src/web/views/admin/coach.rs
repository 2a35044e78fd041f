//! What is worth a thought about the badges of an institution.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::When;

/// Numbers first, then the courses of which most is open.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/coach.html")]
pub(crate) struct InstitutionCoachPage {
    pub(crate) page: AdminPage,
    pub(crate) made: When,
    /// Term and number.
    pub(crate) numbers: Vec<(&'static str, usize)>,
    /// How often each kind of finding is open.
    pub(crate) kinds: Vec<(&'static str, usize)>,
    pub(crate) courses: Vec<CoachedCourse>,
    /// How many courses are not listed.
    pub(crate) more: usize,
    /// Badges of different courses that seem to say the same.
    pub(crate) alike: Vec<AlikeLine>,
    pub(crate) more_alike: usize,
    pub(crate) issuer_href: String,
}

/// Badges that seem to say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlikeLine {
    /// Each with its course.
    pub(crate) badges: Vec<(String, String)>,
    /// "They have nearly the same words."
    pub(crate) by: String,
    /// How many are not named.
    pub(crate) more: usize,
}

/// One course of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CoachedCourse {
    pub(crate) name: String,
    /// Where an administrator mends it; none for a course, whose teachers do.
    pub(crate) href: Option<String>,
    pub(crate) badges: usize,
    pub(crate) blocks: usize,
    pub(crate) should: usize,
    pub(crate) could: usize,
    pub(crate) dismissed: usize,
}
