//! What is kept about me: to take along, and to have erased.

use askama::Template;

use crate::web::views::shared::{Page, ProblemList, When};

/// "My data".
#[derive(Debug, Clone, Template)]
#[template(path = "learner/my_data.html")]
pub struct MyDataPage {
    pub page: Page,
    /// False for somebody who acts as this person: then there is nothing to take or to ask for.
    pub own: bool,
    pub archive_action: String,
    pub erasure_href: String,
    pub withdraw_action: String,
    /// When erasure was asked for, while it waits.
    pub asked: Option<When>,
    /// When it was declined and why, until it is asked for again.
    pub declined: Option<(When, String)>,
    pub back_href: String,
}

/// What erasure means, and the typed word that asks for it. Posts `word`.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/erasure.html")]
pub struct ErasurePage {
    pub page: Page,
    pub badges: usize,
    pub hand_ins: usize,
    pub word: &'static str,
    pub problems: ProblemList,
    pub action: String,
    pub back_href: String,
}
