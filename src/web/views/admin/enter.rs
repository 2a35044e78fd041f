//! How somebody gets in: the sign-in, the page of a one-time link, one's own password, and what went wrong.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{LinkTo, ProblemList, PublicPage};

/// Posts `email`, `password`, `next`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/sign_in.html")]
pub struct SignInPage {
    pub page: PublicPage,
    pub email: String,
    /// Where to go then.
    pub next: String,
    /// The institution's own sign-in, by its host; none where the settings name none.
    pub provider: Option<LinkTo>,
    pub problems: ProblemList,
}

/// Somebody came back from the institution's sign-in. The browser was sent here by another site, so the cookie of the
/// console comes along only with the next step, which begins here.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/returned.html")]
pub struct ReturnedPage {
    pub page: PublicPage,
    pub next: String,
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

/// Posts `old`, `new` and `again`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/own_password.html")]
pub struct OwnPasswordPage {
    pub page: AdminPage,
    /// Whether there is a password to change.
    pub has_one: bool,
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
