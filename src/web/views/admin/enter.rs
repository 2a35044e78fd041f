//! How somebody gets in: the sign-in, the page of a one-time link, one's own password, and what went wrong.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{LinkTo, ProblemList, PublicPage};

/// Posts `email`, `password`, `next`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) page: PublicPage,
    pub(crate) email: String,
    /// Where to go then.
    pub(crate) next: String,
    /// The institution's own sign-in, by its host; none where the settings name none.
    pub(crate) provider: Option<LinkTo>,
    pub(crate) problems: ProblemList,
}

/// Somebody came back from the institution's sign-in. The browser was sent here by another site, so the cookie of the
/// console comes along only with the next step, which begins here.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/returned.html")]
pub(crate) struct ReturnedPage {
    pub(crate) page: PublicPage,
    pub(crate) next: String,
}

/// Posts `name`, and `email` with `password` or neither.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/link.html")]
pub(crate) struct LinkPage {
    pub(crate) page: PublicPage,
    /// The institution that it leads to; none for the whole installation.
    pub(crate) reach: Option<String>,
    pub(crate) action: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) problems: ProblemList,
}

/// Posts `old`, `new` and `again`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/own_password.html")]
pub(crate) struct OwnPasswordPage {
    pub(crate) page: AdminPage,
    /// Whether there is a password to change.
    pub(crate) has_one: bool,
    pub(crate) problems: ProblemList,
}

/// An error, with the way back into the console.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/error.html")]
pub(crate) struct ConsoleErrorPage {
    pub(crate) page: PublicPage,
    pub(crate) sentence: String,
    pub(crate) kept: Option<String>,
    pub(crate) what_to_do: String,
    pub(crate) error_id: String,
    /// Whether signing in helps.
    pub(crate) signs_in: bool,
}
