//! What a new registration would change of the one that is there.

use lti::registration::Registration;

/// What a registration would change of one that is there, as the page that asks shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Update {
    /// Values that an administrator knows by these names.
    pub(crate) values: Vec<Change>,
    /// What Cairn will be able to do in addition, in plain words.
    pub(crate) gained: Vec<&'static str>,
    /// What Cairn will no longer be able to do.
    pub(crate) lost: Vec<&'static str>,
}

impl Update {
    /// Whether everything stays as it is.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.gained.is_empty() && self.lost.is_empty()
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
