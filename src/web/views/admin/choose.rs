//! Which institution? For those who see several.

use askama::Template;

use super::AdminPage;
use crate::web::views::shared::LinkTo;

/// A list of institutions, each leading to the page that was asked for.
#[derive(Debug, Clone, Template)]
#[template(path = "admin/choose.html")]
pub(crate) struct ChooseInstitutionPage {
    pub(crate) page: AdminPage,
    pub(crate) ways: Vec<LinkTo>,
}
