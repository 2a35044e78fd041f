//! Grades beyond LTI: what is switched on for a platform, and how its school makes the key.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{FindingLine, ProblemList, When};

/// The way to it from the page of a platform.
#[derive(Debug, Clone)]
pub(crate) struct BeyondLink {
    /// What the LMS calls itself, where a registration speaks for several.
    pub(crate) name: Option<String>,
    pub(crate) standing: &'static str,
    /// The words on the button.
    pub(crate) action: &'static str,
    pub(crate) href: String,
}

/// A token that somebody gave.
#[derive(Debug, Clone)]
pub(crate) struct GrantPanel {
    /// "All courses", or the course.
    pub(crate) title: String,
    /// Whose it is, since when, and how it stands.
    pub(crate) facts: String,
    pub(crate) given: When,
    /// Whether somebody has to do something, and what.
    pub(crate) attention: Option<String>,
    /// What the last test found, on which course and when.
    pub(crate) findings: Vec<FindingLine>,
    pub(crate) tested: Option<(Option<String>, When)>,
    /// Whether a list was shorter than it should be: somebody may say that it is right.
    pub(crate) is_short: bool,
    /// Where the test posts to, while it is switched on. With `numbers` = `right` its counts are the measure from then on.
    pub(crate) test_action: Option<String>,
}

/// What is typed; secrets are never filled in.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyForm {
    pub(crate) address: String,
    pub(crate) client_id: String,
    pub(crate) by_teachers: bool,
}

/// Posts `address`, `client_id`, `secret`, `by_teachers` or `token` to `key_action`; `what` and `value` to `change_action`.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/beyond.html")]
pub(crate) struct BeyondPage {
    pub(crate) page: AdminPage,
    pub(crate) platform: String,
    pub(crate) platform_href: String,
    /// Whether it is Canvas; else Moodle.
    pub(crate) is_canvas: bool,
    pub(crate) standing: &'static str,
    /// Who changed it last, and when.
    pub(crate) changed: Option<(String, When)>,
    pub(crate) is_on: bool,
    /// Whether a key is kept.
    pub(crate) has_key: bool,
    pub(crate) grants: Vec<GrantPanel>,
    /// Where signing in to Canvas posts to, while it is switched on.
    pub(crate) sign_in_action: Option<String>,
    /// Whether somebody signed in for all courses.
    pub(crate) has_signed_in: bool,
    /// Scopes or functions, and what each is needed for.
    pub(crate) needs: Vec<(&'static str, &'static str)>,
    /// Capabilities of the role, and what is missing without each.
    pub(crate) capabilities: Vec<(&'static str, &'static str)>,
    /// Of Moodle: what the platform's site is, where the token has to be from.
    pub(crate) site: String,
    /// Of Canvas: to be copied into the key.
    pub(crate) redirect_uri: String,
    pub(crate) key_action: String,
    pub(crate) change_action: String,
    pub(crate) revoke_href: String,
    /// What the forms were filled from.
    pub(crate) seen: String,
    pub(crate) form: KeyForm,
    pub(crate) problems: ProblemList,
}

/// The page before the browser leaves for Canvas.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/beyond_sign_in.html")]
pub(crate) struct BeyondSignInPage {
    pub(crate) page: AdminPage,
    /// The host of the school's Canvas.
    pub(crate) host: String,
    pub(crate) leave_href: String,
    pub(crate) back_href: String,
}
