//! Registering a platform: what is asked and shared, and what comes next.

use askama::Template;

use crate::service::institution::registering::{self, Beside, Offer, Registered, Update};
use crate::web::views::shared::PublicPage;
use crate::web::words::lms::Lms;

/// Posts `consent`. Nothing has been written when it is shown.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/register_ask.html")]
pub(crate) struct AskPage {
    pub(crate) page: PublicPage,
    pub(crate) institution: String,
    pub(crate) platform: String,
    /// Its version, if it says one.
    pub(crate) version: Option<String>,
    pub(crate) issuer: String,
    /// What Cairn will be able to do there.
    pub(crate) abilities: Vec<&'static str>,
    pub(crate) shares_names: bool,
    /// What would change, when a registration that is there is meant.
    pub(crate) updates: Option<Update>,
    /// Registrations of the same platform that stay as they are.
    pub(crate) beside: Vec<Beside>,
    pub(crate) action: String,
    pub(crate) consent: String,
}

impl AskPage {
    /// The page for that offer.
    #[must_use]
    pub(crate) fn new(offer: &Offer, action: &str) -> Self {
        let platform = &offer.platform;
        let title = match &offer.updates {
            Some(_) => "Update this registration?",
            None if offer.beside.is_empty() => "Connect this platform to Cairn?",
            None => "Connect this platform once more?",
        };
        Self {
            page: PublicPage::titled(title),
            institution: offer.institution.clone(),
            platform: platform.name(),
            version: platform.version.clone(),
            issuer: platform.issuer.clone(),
            abilities: registering::TOOL.abilities(platform),
            shares_names: registering::TOOL.shares_names(platform),
            updates: offer.updates.clone(),
            beside: offer.beside.clone(),
            action: action.to_owned(),
            consent: offer.sealed.clone(),
        }
    }
}

/// It is done; the frame can be closed.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/register_done.html")]
pub(crate) struct RegisteredPage {
    pub(crate) page: PublicPage,
    pub(crate) platform: String,
    pub(crate) client_id: String,
    pub(crate) deployment_id: Option<String>,
    pub(crate) lms: Lms,
    pub(crate) updated: bool,
}

impl RegisteredPage {
    /// The page for that registration.
    #[must_use]
    pub(crate) fn new(done: &Registered) -> Self {
        let title = if done.updated {
            "The registration was updated"
        } else {
            "Registered: one step is left"
        };
        let product = done.registration.capabilities().product;
        Self {
            page: PublicPage::titled(title),
            platform: product.unwrap_or("your platform").to_owned(),
            client_id: done.registration.client_id.clone(),
            deployment_id: done.deployment_id.clone(),
            lms: Lms::of(done.registration.flavour),
            updated: done.updated,
        }
    }
}
