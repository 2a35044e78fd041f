//! A launch without a course.

use askama::Template;

use crate::service::course::launch::Asked;
use crate::web::views::shared::PublicPage;

/// Says what is missing and where to go.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/no_course.html")]
pub(crate) struct NoCourse {
    pub(crate) page: PublicPage,
    /// What cannot be shown, and why.
    pub(crate) missing: &'static str,
    /// Where it can be had.
    pub(crate) instead: &'static str,
    /// The platform's name.
    pub(crate) platform: String,
}

impl NoCourse {
    /// The page for what was asked for.
    #[must_use]
    pub(crate) fn of(asked: Asked, platform: &str) -> Self {
        let (title, missing, instead) = match asked {
            Asked::Page => (
                "No course",
                "This link was opened outside a course, so there are no badges to show.",
                "Open Cairn from one of your courses. What you have earned is there, and in the links that you were given.",
            ),
            Asked::Placing => (
                "No course to put it into",
                "Cairn puts badges and activities into courses, and the request came from outside one.",
                "Go to a course that you teach, and add the item there.",
            ),
            Asked::Review => (
                "No course",
                "The request to show a student’s work did not say which course it belongs to.",
                "Open the work from the course’s gradebook again. If this page comes back, tell your administrator that the course is missing from the message.",
            ),
        };
        Self {
            page: PublicPage::titled(title),
            missing,
            instead,
            platform: platform.to_owned(),
        }
    }
}
