//! Before somebody is signed in: the sign-in, the page of a one-time link, and what went wrong.

use askama::Template;

use crate::web::views::shared::{ProblemList, PublicPage};

/// Posts `email`, `password`, `next`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/sign_in.html")]
pub struct SignInPage {
    pub page: PublicPage,
    pub email: String,
    /// Where to go then.
    pub next: String,
    pub problems: ProblemList,
}

/// Posts `name`, and `email` with `password` or neither.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/link.html")]
pub struct LinkPage {
    pub page: PublicPage,
    /// The institution that it leads to; none for the whole installation.
    pub reach: Option<String>,
    pub action: String,
    pub name: String,
    pub email: String,
    pub problems: ProblemList,
}

/// An error, with the way back into the console.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/error.html")]
pub struct ConsoleErrorPage {
    pub page: PublicPage,
    pub sentence: String,
    pub kept: Option<String>,
    pub what_to_do: String,
    pub error_id: String,
    /// Whether signing in helps.
    pub signs_in: bool,
}
