//! A badge on a sheet of paper, as anybody may print it.

use askama::Template;

use crate::web::views::shared::{Certificate, PublicPage};

/// The sheet, with a way back that is not printed.
#[derive(Debug, Clone, Template)]
#[template(path = "public/print.html")]
pub(crate) struct PrintPage {
    pub(crate) page: PublicPage,
    pub(crate) certificate: Certificate,
    pub(crate) back_href: String,
}
