//! The first page of the console.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::{LinkTo, ProblemList, When};

/// What there is. Posts `name` to make an institution.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/overview.html")]
pub(crate) struct OverviewPage {
    pub(crate) page: AdminPage,
    pub(crate) institutions: Vec<InstitutionCard>,
    /// Whether this administrator may make institutions.
    pub(crate) makes: bool,
    /// The name of a new one, as typed.
    pub(crate) name: String,
    pub(crate) problems: ProblemList,
}

/// One institution.
#[derive(Debug, Clone)]
pub(crate) struct InstitutionCard {
    pub(crate) name: String,
    pub(crate) issuer_href: String,
    pub(crate) policies_href: String,
    pub(crate) audit_href: String,
    /// In words: "2 platforms".
    pub(crate) platforms: String,
    pub(crate) courses: String,
    pub(crate) last_launch: Option<When>,
    /// In words, when installations wait: "1 installation waits to be accepted", "1 installation may be a platform that is
    /// known".
    pub(crate) waiting: Option<String>,
    /// Teachers who ask for the badges of courses that they do not teach.
    pub(crate) asked: Option<LinkTo>,
    /// Programmes that this administrator can approve.
    pub(crate) approvals: Option<LinkTo>,
    /// That somebody has to do something for grades beyond LTI.
    pub(crate) beyond: Option<LinkTo>,
}
