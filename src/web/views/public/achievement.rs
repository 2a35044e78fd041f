//! What a badge stands for, whoever holds it.

use askama::Template;

use super::EndorsedBy;
use crate::web::views::shared::{LinkTo, PictureView, PublicPage, SafeHtml};

/// The public page of a badge, as it is designed now.
#[derive(Debug, Clone, Template)]
#[template(path = "public/achievement.html")]
pub(crate) struct AchievementPage {
    pub(crate) page: PublicPage,
    pub(crate) name: String,
    pub(crate) picture: PictureView,
    pub(crate) issuer: LinkTo,
    pub(crate) outcome: String,
    pub(crate) description: String,
    pub(crate) criteria: SafeHtml,
    /// "Application".
    pub(crate) kind: String,
    /// What that kind means, in one sentence.
    pub(crate) kind_meaning: String,
    /// Hours, credits, level: term and value.
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) skills: Vec<LinkTo>,
    pub(crate) endorsements: Vec<EndorsedBy>,
    /// Whether nobody is awarded it any more.
    pub(crate) retired: bool,
}
