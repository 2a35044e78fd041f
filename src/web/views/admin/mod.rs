//! The console's pages. All but the sign-in stand in the frame of [`AdminPage`].

use std::ops::Deref;

use super::shared::Page;

mod administrators;
mod audit;
mod choose;
mod confirm;
mod enter;
mod issuers;
mod overview;
mod policies;

pub use administrators::{AdministratorLine, AdministratorsPage, InvitedPage};
pub use audit::{AuditLine, AuditPage, Sought};
pub use choose::ChooseInstitutionPage;
pub use confirm::ConsoleConfirmPage;
pub use enter::{ConsoleErrorPage, LinkPage, ReturnedPage, SignInPage};
pub use issuers::{InstitutionLine, IssuerPage, IssuersPage, KeyLine};
pub use overview::{InstitutionCard, OverviewPage};
pub use policies::PoliciesPage;

/// Everything that a page of the console carries besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminPage {
    pub frame: Page,
    /// The name of whoever is signed in.
    pub who: String,
}

impl Deref for AdminPage {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.frame
    }
}
