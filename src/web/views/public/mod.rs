//! Pages that anybody may open.

mod achievement;
mod collection;
mod credential;
mod endorsement;
mod issuer;
mod not_found;
mod print;
mod timeline;

pub(crate) use achievement::AchievementPage;
pub(crate) use collection::{CollectionShownPage, SheetLine, SheetPage, ShownRow};
pub(crate) use credential::{CredentialPage, EvidenceLine, OtherTerm, PublicPart, PublicStanding};
pub(crate) use endorsement::{
    Asks, EndorsePage, EndorsedBy, EndorsedPage, EndorsementPage, OwnEndorsementPage, PartToEndorse,
    ToEndorse,
};
pub(crate) use issuer::IssuerPage;
pub(crate) use not_found::NotFoundPage;
pub(crate) use print::PrintPage;
pub(crate) use timeline::TimelinePage;
