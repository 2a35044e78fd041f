//! Who stands behind the badges.

use askama::Template;

use crate::web::views::shared::{LinkTo, PublicPage};

/// The public page of an issuer.
#[derive(Debug, Clone, Template)]
#[template(path = "public/issuer.html")]
pub struct IssuerPage {
    pub page: PublicPage,
    pub name: String,
    pub url: Option<String>,
    pub email: Option<String>,
    /// Its `did:web`.
    pub did: String,
    /// Signing keys: verification method and public key (Multikey).
    pub keys: Vec<(String, String)>,
    /// Machine-readable documents: the profile, `did.json`.
    pub documents: Vec<LinkTo>,
}
