//! The console's pages. All but the sign-in stand in the frame of [`AdminPage`].

use std::ops::Deref;

use super::shared::{NavItem, Page};

mod administrators;
mod audit;
mod awards;
mod beyond;
mod by_hand;
mod choose;
mod clash;
mod coach;
mod confirm;
mod copy_requests;
mod endorsements;
mod enter;
mod holdings;
mod institution_badges;
mod issuers;
mod minors;
mod overview;
mod people;
mod platforms;
mod policies;
mod privacy;
mod programmes;
mod skills;

pub(crate) use administrators::{AdministratorLine, AdministratorsPage, InvitationPage};
pub(crate) use audit::{AuditLine, AuditPage, Sought};
pub(crate) use awards::{AwardLine, AwardsPage, RevokeAwardPage};
pub(crate) use beyond::{BeyondLink, BeyondPage, BeyondSignInPage, GrantPanel, KeyForm};
pub(crate) use by_hand::{ByHandForm, ByHandPage, PasteLine};
pub(crate) use choose::ChooseInstitutionPage;
pub(crate) use clash::ConsoleClashPage;
pub(crate) use coach::{AlikeLine, CoachedCourse, InstitutionCoachPage};
pub(crate) use confirm::ConsoleConfirmPage;
pub(crate) use copy_requests::{CopyRequestLine, CopyRequestsPage};
pub(crate) use endorsements::{EndorsementLine, EndorsementsPage};
pub(crate) use enter::{ConsoleErrorPage, LinkPage, OwnPasswordPage, ReturnedPage, SignInPage};
pub(crate) use holdings::{
    HoldingLine, HoldingPerson, HoldingPlot, HoldingsAsked, HoldingsPage, HoldingsPeoplePage, PeriodLine,
};
pub(crate) use institution_badges::{
    InstitutionBadgeEditorPage, InstitutionBadgeLine, InstitutionBadgePage, InstitutionBadgesPage,
    PlaceFields,
};
pub(crate) use issuers::{AccentPreview, InstitutionLine, IssuerPage, IssuersPage, KeyLine, WithdrawKeyPage};
pub(crate) use minors::{MinorLine, MinorPlatform, MinorsPage};
pub(crate) use overview::{InstitutionCard, OverviewPage};
pub(crate) use people::{FoundPerson, JoinLine, PeoplePage};
pub(crate) use platforms::{InvitedPage, PlatformPage, PlatformsPage, SamePlatformPage};
pub(crate) use policies::PoliciesPage;
pub(crate) use privacy::{DeclinePage, ErasureLine, ExportLine, PrivacyPage};
pub(crate) use programmes::{
    ChoiceLine, CopyLine, MakerLine, MakersPage, MapLine, OfferedGroup, OfferedRow, PartLine,
    ProgrammeEditorPage, ProgrammeLine, ProgrammeMapPage, ProgrammePage, ProgrammeTrialPage, ProgrammesPage,
    ReviewPanel, WaiverLine, WaiversPage,
};
pub(crate) use skills::{SkillListLine, SkillsLook, SkillsPage};

/// Everything that a page of the console carries besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdminPage {
    pub(crate) frame: Page,
    /// The name of whoever is signed in.
    pub(crate) who: String,
    /// The entries of its navigation that are needed seldom.
    pub(crate) more: Vec<NavItem>,
}

impl Deref for AdminPage {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.frame
    }
}
