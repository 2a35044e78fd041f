//! What a badge stands for, whoever holds it.

use askama::Template;

use crate::web::views::shared::{LinkTo, PictureView, PublicPage, SafeHtml};

/// The public page of a badge, as it is designed now.
#[derive(Debug, Clone, Template)]
#[template(path = "public/achievement.html")]
pub struct AchievementPage {
    pub page: PublicPage,
    pub name: String,
    pub picture: PictureView,
    pub issuer: LinkTo,
    pub outcome: String,
    pub description: String,
    pub criteria: SafeHtml,
    /// "Application".
    pub kind: String,
    /// What that kind means, in one sentence.
    pub kind_meaning: String,
    /// Hours, credits, level: term and value.
    pub facts: Vec<(String, String)>,
    pub skills: Vec<LinkTo>,
    /// Whether nobody is awarded it any more.
    pub retired: bool,
}
