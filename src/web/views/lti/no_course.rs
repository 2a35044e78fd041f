//! A launch without a course.

use askama::Template;

use crate::web::views::shared::PublicPage;

/// Says that badges live in courses.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/no_course.html")]
pub struct NoCourse {
    pub page: PublicPage,
}

impl NoCourse {
    /// The page; it needs nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            page: PublicPage::titled("No course"),
        }
    }
}

impl Default for NoCourse {
    fn default() -> Self {
        Self::new()
    }
}
