//! The plain pages round a launch: an error, and the way in.

use askama::Template;

/// What went wrong, what to do, and the id under which the log has it.
#[derive(Debug, Template)]
#[template(path = "plain/error.html")]
pub struct ErrorPage<'a> {
    pub sentence: &'a str,
    pub code: &'a str,
    pub id: &'a str,
}

/// Before leaving for the platform: goes on when a cookie holds in this frame, else offers a new window.
#[derive(Debug, Template)]
#[template(path = "plain/login.html")]
pub struct LoginPage {
    /// The platform's authorisation endpoint; asked by GET.
    pub authorize_action: String,
    /// The authentication request: name and value of each field.
    pub authorize_fields: Vec<(String, String)>,
    /// The login initiation's own parameters, for the same login in a new window.
    pub window_fields: Vec<(String, String)>,
    /// What the platform is called.
    pub platform: String,
}

/// What a launch opened. The course's badges take this page's place.
#[derive(Debug, Template)]
#[template(path = "plain/course.html")]
pub struct CoursePage<'a> {
    pub course: Option<&'a str>,
    pub person: &'a str,
    pub teaches: bool,
}
