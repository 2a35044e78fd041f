//! What a new registration would change of the one that is there.

use std::collections::BTreeSet;

use lti::dynamic_registration::{Place, PlatformConfiguration, Powers, ToolFacts};
use lti::registration::Registration;

/// What a registration would change of one that is there, as the page that asks shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Update {
    /// The registrations of which one is meant, by their names: the platform tells which only when it has the change.
    pub(crate) of: Vec<String>,
    /// Values that an administrator knows by these names; none where it is not known which registration is meant.
    pub(crate) values: Vec<Change>,
    /// What Cairn may do and from where it is opened, beside what the platform said last; none where it said nothing.
    pub(crate) powers: Option<PowersBeside>,
}

/// The powers that come and go with a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PowersBeside {
    /// What Cairn will be able to do in addition, in plain words.
    pub(crate) gained: Vec<&'static str>,
    /// What Cairn will no longer be able to do.
    pub(crate) lost: Vec<&'static str>,
    /// From where it will be opened in addition, and for what.
    pub(crate) new_places: BTreeSet<Place>,
    /// From where it will no longer be.
    pub(crate) lost_places: BTreeSet<Place>,
}

impl PowersBeside {
    /// What the request to that platform would add and take, of what it said last.
    pub(super) fn of(facts: &ToolFacts, platform: &PlatformConfiguration, now: &Powers) -> Self {
        let scopes: Vec<String> = now.scopes.iter().cloned().collect();
        let (gained, lost) = facts.profile.abilities_beside(platform, &scopes);
        let (new_places, lost_places) = facts.places_beside(platform, &now.places);
        Self {
            gained,
            lost,
            new_places,
            lost_places,
        }
    }
}

impl Update {
    /// Whether it is known that everything stays as it is.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.of.len() == 1 && self.values.is_empty() && self.powers.as_ref() == Some(&PowersBeside::default())
    }
}

/// A registration of the same platform that is there already under another client id, and stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(crate) name: String,
    pub(crate) client_id: String,
    pub(crate) enabled: bool,
    /// In what the new one would differ.
    pub(crate) differs: Vec<Change>,
}

/// One value that would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) what: &'static str,
    pub(crate) from: String,
    pub(crate) to: String,
}

/// The values that differ, in the order in which people know them.
pub(super) fn between(old: &Registration, new: &Registration) -> Vec<Change> {
    let list = |hosts: &[String]| {
        let mut hosts = hosts.to_vec();
        hosts.sort();
        hosts.join(", ")
    };
    let values = |one: &Registration| {
        [
            ("Kind of platform", one.flavour.as_str().to_owned()),
            ("Authentication request URL", one.authorization_url.to_string()),
            ("Access token URL", one.token_url.to_string()),
            ("Token audience", one.token_audience.clone()),
            ("Public keyset URL", one.jwks_url.to_string()),
            ("Service hosts", list(&one.service_hosts)),
        ]
    };
    values(old)
        .into_iter()
        .zip(values(new))
        .filter(|((_, from), (_, to))| from != to)
        .map(|((what, from), (_, to))| Change { what, from, to })
        .collect()
}
