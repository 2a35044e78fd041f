//! Registering a platform: what is asked and shared, and what comes next.

use askama::Template;

use crate::service::institution::registering::{self, Beside, Offer, Registered, Update};
use crate::web::views::shared::PublicPage;
use crate::web::words::lms::Lms;

/// Posts `consent`. Nothing has been written when it is shown.
#[derive(Debug, Clone, Template)]
#[template(path = "lti/register_ask.html")]
pub struct AskPage {
    pub page: PublicPage,
    pub institution: String,
    pub platform: String,
    /// Its version, if it says one.
    pub version: Option<String>,
    pub issuer: String,
    /// What Cairn will be able to do there.
    pub abilities: Vec<&'static str>,
    pub shares_names: bool,
    /// What would change, when a registration that is there is meant.
    pub updates: Option<Update>,
    /// Registrations of the same platform that stay as they are.
    pub beside: Vec<Beside>,
    pub action: String,
    pub consent: String,
}

impl AskPage {
    /// The page for that offer.
    #[must_use]
    pub fn new(offer: &Offer, action: &str) -> Self {
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
pub struct RegisteredPage {
    pub page: PublicPage,
    pub platform: String,
    pub client_id: String,
    pub deployment_id: Option<String>,
    pub lms: Lms,
    pub updated: bool,
}

impl RegisteredPage {
    /// The page for that registration.
    #[must_use]
    pub fn new(done: &Registered) -> Self {
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
