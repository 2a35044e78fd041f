//! Who stands behind the badges.

use askama::Template;

use crate::web::views::shared::{LinkTo, PublicPage};

/// The public page of an issuer.
#[derive(Debug, Clone, Template)]
#[template(path = "public/issuer.html")]
pub(crate) struct IssuerPage {
    pub(crate) page: PublicPage,
    pub(crate) name: String,
    pub(crate) url: Option<String>,
    pub(crate) email: Option<String>,
    /// Its logo.
    pub(crate) logo: Option<String>,
    /// Its entry in the Research Organization Registry.
    pub(crate) ror: Option<String>,
    /// Who accredits it.
    pub(crate) accreditation: Option<String>,
    pub(crate) parent: Option<LinkTo>,
    /// Who answers for it.
    pub(crate) official: Option<String>,
    /// Registers, and its number there.
    pub(crate) identifiers: Vec<(String, String)>,
    /// Its `did:web`.
    pub(crate) did: String,
    /// Signing keys: verification method and public key (Multikey).
    pub(crate) keys: Vec<(String, String)>,
    /// Machine-readable documents: the profile, `did.json`.
    pub(crate) documents: Vec<LinkTo>,
}
