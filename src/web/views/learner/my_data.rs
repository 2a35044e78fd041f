//! What is kept about me: to take along, and to have erased.

use askama::Template;

use crate::web::views::shared::{Page, ProblemList, When};

/// "My data".
#[derive(Debug, Clone, Template)]
#[template(path = "learner/my_data.html")]
pub(crate) struct MyDataPage {
    pub(crate) page: Page,
    /// False for somebody who acts as this person: then there is nothing to take or to ask for.
    pub(crate) own: bool,
    pub(crate) archive_action: String,
    pub(crate) email_hash: EmailHashChoice,
    pub(crate) erasure_href: String,
    pub(crate) withdraw_action: String,
    /// When erasure was asked for, while it waits.
    pub(crate) asked: Option<When>,
    /// When it was declined and why, until it is asked for again.
    pub(crate) declined: Option<(When, String)>,
    pub(crate) back_href: String,
}

/// Whether new badges can be checked against my e-mail address. Posts `email_hash=yes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EmailHashChoice {
    /// Since when they can.
    pub(crate) since: Option<When>,
    /// The address that the course site has told; none where there is nothing to choose.
    pub(crate) address: Option<String>,
    /// Why there is nothing to choose.
    pub(crate) why_not: &'static str,
    pub(crate) action: String,
}

/// What erasure means, and the typed word that asks for it. Posts `word`.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/erasure.html")]
pub(crate) struct ErasurePage {
    pub(crate) page: Page,
    pub(crate) badges: usize,
    pub(crate) hand_ins: usize,
    pub(crate) word: &'static str,
    pub(crate) problems: ProblemList,
    pub(crate) action: String,
    pub(crate) back_href: String,
}
