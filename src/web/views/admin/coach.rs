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
    pub(crate) issuer_href: String,
}

/// One course of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CoachedCourse {
    pub(crate) name: String,
    pub(crate) badges: usize,
    pub(crate) blocks: usize,
    pub(crate) should: usize,
    pub(crate) could: usize,
    pub(crate) dismissed: usize,
}
