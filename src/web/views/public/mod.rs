//! Pages that anybody may open.

mod achievement;
mod collection;
mod credential;
mod issuer;
mod not_found;
mod print;

pub(crate) use achievement::AchievementPage;
pub(crate) use collection::{CollectionShownPage, ShownRow};
pub(crate) use credential::{CredentialPage, EvidenceLine, OtherTerm, PublicStanding};
pub(crate) use issuer::IssuerPage;
pub(crate) use not_found::NotFoundPage;
pub(crate) use print::PrintPage;
