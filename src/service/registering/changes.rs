//! What a new registration would change of the one that is there.

use crate::lti::registration::Registration;

/// One value that would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub what: &'static str,
    pub from: String,
    pub to: String,
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
