//! Pages that anybody may open.

mod achievement;
mod credential;
mod issuer;
mod not_found;
mod print;

pub use achievement::AchievementPage;
pub use credential::{CredentialPage, EvidenceLine, OtherTerm, PublicStanding};
pub use issuer::IssuerPage;
pub use not_found::NotFoundPage;
pub use print::PrintPage;
