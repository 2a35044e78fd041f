//! The first page of the console.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{ProblemList, When};

/// What there is. Posts `name` to make an institution.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/overview.html")]
pub struct OverviewPage {
    pub page: AdminPage,
    pub institutions: Vec<InstitutionCard>,
    /// Whether this administrator may make institutions.
    pub makes: bool,
    /// The name of a new one, as typed.
    pub name: String,
    pub problems: ProblemList,
}

/// One institution.
#[derive(Debug, Clone)]
pub struct InstitutionCard {
    pub name: String,
    pub issuer_href: String,
    pub policies_href: String,
    pub audit_href: String,
    /// In words: "2 platforms".
    pub platforms: String,
    pub courses: String,
    pub last_launch: Option<When>,
    /// In words, when installations wait: "1 installation waits to be accepted".
    pub waiting: Option<String>,
}
