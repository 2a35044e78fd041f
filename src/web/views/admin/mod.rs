//! The console's pages. All but the sign-in stand in the frame of [`AdminPage`].

use std::ops::Deref;

use super::shared::Page;

mod administrators;
mod audit;
mod by_hand;
mod choose;
mod confirm;
mod enter;
mod issuers;
mod leaving;
mod overview;
mod platforms;
mod policies;

pub use administrators::{AdministratorLine, AdministratorsPage, InvitationPage};
pub use audit::{AuditLine, AuditPage, Sought};
pub use by_hand::{ByHandForm, ByHandPage, PasteLine};
pub use choose::ChooseInstitutionPage;
pub use confirm::ConsoleConfirmPage;
pub use enter::{ConsoleErrorPage, LinkPage, OwnPasswordPage, ReturnedPage, SignInPage};
pub use issuers::{AccentPreview, InstitutionLine, IssuerPage, IssuersPage, KeyLine, WithdrawKeyPage};
pub use leaving::{DeclinePage, ErasureLine, ExportLine, LeavingPage};
pub use overview::{InstitutionCard, OverviewPage};
pub use platforms::{InvitedPage, PlatformPage, PlatformsPage};
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
