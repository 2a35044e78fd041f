//! A programme as whoever looks stands towards it.

use askama::Template;

use super::PartRow;
use crate::web::views::shared::{Page, PictureView, SafeHtml, Share, StatusChip};

/// What it takes, which of its parts I have, what is next.
#[derive(Debug, Clone, Template)]
#[template(path = "learner/programme.html")]
pub(crate) struct ProgrammePage {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) outcome: String,
    pub(crate) description: String,
    pub(crate) picture: PictureView,
    pub(crate) status: StatusChip,
    /// Its parts that are held, of all of them; none where it is earned.
    pub(crate) progress: Option<Share>,
    /// What is counted: " parts".
    pub(crate) unit: &'static str,
    pub(crate) next: Option<String>,
    /// What it takes, as a sentence; none of one that is not awarded any more.
    pub(crate) rule: Option<String>,
    pub(crate) parts: Vec<PartRow>,
    pub(crate) criteria: SafeHtml,
    /// Type, hours, credits, level, validity: term and value.
    pub(crate) facts: Vec<(String, String)>,
    /// My credential, once earned.
    pub(crate) credential_href: Option<String>,
    /// What everybody sees of it.
    pub(crate) about_href: Option<String>,
    pub(crate) back_href: String,
}
