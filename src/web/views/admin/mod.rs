//! The console's pages. All but the sign-in stand in the frame of [`AdminPage`].

use std::ops::Deref;

use super::shared::Page;

mod by_hand;
mod enter;
mod overview;
mod platforms;

pub use by_hand::{ByHandForm, ByHandPage};
pub use enter::{ConsoleErrorPage, LinkPage, SignInPage};
pub use overview::OverviewPage;
pub use platforms::{InvitedPage, PlatformPage, PlatformsPage};

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
