//! A badge on a sheet of paper, as anybody may print it.

use askama::Template;

use crate::web::views::shared::{Certificate, PublicPage};

/// The sheet, with a way back that is not printed.
#[derive(Debug, Clone, Template)]
#[template(path = "public/print.html")]
pub struct PrintPage {
    pub page: PublicPage,
    pub certificate: Certificate,
    pub back_href: String,
}
