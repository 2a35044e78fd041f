//! Registering a platform: what is asked and shared, and what comes next.

use askama::Template;

use crate::service::institution::registering::{self, Beside, Change, Offer, Registered, Update};
use crate::web::views::shared::PublicPage;
use crate::web::words::lms::Lms;
use crate::web::words::places;

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
    pub(crate) updates: Option<Changes>,
    /// Whether the platform asks its administrator once more before it changes anything.
    pub(crate) asks_again: bool,
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
            updates: offer.updates.as_ref().map(Changes::of),
            asks_again: Lms::of(platform.flavour).canvas,
            beside: offer.beside.clone(),
            action: action.to_owned(),
            consent: offer.sealed.clone(),
        }
    }
}

/// What a registration would change of one that is there.
#[derive(Debug, Clone)]
pub(crate) struct Changes {
    /// The registrations of which one is meant, when there are several.
    pub(crate) one_of: Vec<String>,
    pub(crate) values: Vec<Change>,
    /// What Cairn will be able to do in addition, and no longer.
    pub(crate) gained: Vec<&'static str>,
    pub(crate) lost: Vec<&'static str>,
    /// From where it will be opened in addition, and no longer.
    pub(crate) new_places: Vec<String>,
    pub(crate) lost_places: Vec<String>,
    /// Whether the platform never said what Cairn may do now.
    pub(crate) powers_unknown: bool,
    /// Whether everything is known to stay.
    pub(crate) nothing: bool,
}

impl Changes {
    fn of(update: &Update) -> Self {
        let powers = update.powers.clone().unwrap_or_default();
        Self {
            one_of: match update.of.as_slice() {
                [_] => Vec::new(),
                several => several.to_vec(),
            },
            values: update.values.clone(),
            gained: powers.gained,
            lost: powers.lost,
            new_places: powers.new_places.iter().map(places::opened).collect(),
            lost_places: powers.lost_places.iter().map(places::opened).collect(),
            powers_unknown: update.powers.is_none(),
            nothing: update.is_empty(),
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
        let lms = Lms::of(done.registration.flavour);
        let title = match (done.updated, lms.canvas) {
            (true, true) => "Canvas has the update",
            (true, false) => "The registration was updated",
            (false, _) => "Registered: what is left to do",
        };
        let product = done.registration.capabilities().product;
        Self {
            page: PublicPage::titled(title),
            platform: product.unwrap_or("your platform").to_owned(),
            client_id: done.registration.client_id.clone(),
            deployment_id: done.deployment_id.clone(),
            lms,
            updated: done.updated,
        }
    }
}
