//! The institution's own sign-in for administrators.

use secrecy::SecretString;
use url::Url;

use super::SettingsError;
use super::read::Values;

/// How far somebody's power reaches whom an entry of the lists names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Only as far as an account that an administrator made for them; without one they do not come in.
    Account,
    /// The institution of that name.
    Institution(String),
    /// The whole installation.
    Everything,
}

/// One entry of a list: whom it names, and how far they reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) who: String,
    pub(crate) reach: Reach,
}

impl Entry {
    /// `who`, `who => institution`, or `who => *`.
    fn parse(text: &str) -> Option<Self> {
        let (who, reach) = match text.split_once("=>") {
            None => (text, Reach::Account),
            Some((who, reach)) => (
                who,
                match reach.trim() {
                    "*" => Reach::Everything,
                    name => Reach::Institution(name.to_owned()),
                },
            ),
        };
        let who = who.trim().to_owned();
        let whole = !who.is_empty() && reach != Reach::Institution(String::new());
        whole.then_some(Self { who, reach })
    }
}

/// Where administrators sign in, and who may.
#[derive(Debug, Clone)]
pub(crate) struct AdminProvider {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    /// Lower case; one that begins with `@` stands for a whole domain.
    pub(crate) emails: Vec<Entry>,
    pub(crate) groups: Vec<Entry>,
}

impl AdminProvider {
    /// How far somebody reaches with that (verified, lower-case) e-mail and these groups; none: they may not come in. The
    /// address itself says more than its domain, and that more than a group; among equals the first entry stands.
    #[must_use]
    pub(crate) fn reach(&self, email: &str, groups: &[String]) -> Option<&Reach> {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain);
        let of_domain = |who: &str| who.strip_prefix('@').is_some_and(|own| Some(own) == domain);
        let by_address = self.emails.iter().find(|entry| entry.who == email);
        let by_domain = || self.emails.iter().find(|entry| of_domain(&entry.who));
        let by_group = || self.groups.iter().find(|entry| groups.contains(&entry.who));
        let found = by_address.or_else(by_domain).or_else(by_group);
        found.map(|entry| &entry.reach)
    }
}

/// The provider of administrators: all of it or nothing.
pub(super) fn admin_provider(values: &Values) -> Result<Option<AdminProvider>, SettingsError> {
    let (mut emails, groups) = (
        entries(values, "admin_oidc_emails")?,
        entries(values, "admin_oidc_groups")?,
    );
    let Some(issuer) = values.get("admin_oidc_issuer") else {
        return Ok(None);
    };
    let wrong = |name: &'static str, value: &str, must: &'static str| SettingsError::Wrong {
        name,
        value: value.to_owned(),
        must,
    };
    if !Url::parse(issuer).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host()) {
        let must = "the address of an OpenID Connect provider, for instance https://login.school.example";
        return Err(wrong("admin_oidc_issuer", issuer, must));
    }
    let Some(client_id) = values.get("admin_oidc_client_id") else {
        return Err(wrong(
            "admin_oidc_client_id",
            "",
            "set where admin_oidc_issuer is",
        ));
    };
    let Some(secret) = values.get("admin_oidc_client_secret") else {
        return Err(wrong(
            "admin_oidc_client_secret",
            "",
            "set where admin_oidc_issuer is",
        ));
    };
    if emails.is_empty() && groups.is_empty() {
        let must = "set where admin_oidc_issuer is, unless admin_oidc_groups says who may come in";
        return Err(wrong("admin_oidc_emails", "", must));
    }
    for entry in &mut emails {
        entry.who = entry.who.to_lowercase();
    }
    Ok(Some(AdminProvider {
        issuer: issuer.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: secret.to_owned().into(),
        emails,
        groups,
    }))
}

fn entries(values: &Values, name: &'static str) -> Result<Vec<Entry>, SettingsError> {
    let text = values.get(name).unwrap_or_default();
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let read = parts.map(|part| {
        Entry::parse(part).ok_or_else(|| SettingsError::Wrong {
            name,
            value: part.to_owned(),
            must: "a list of entries WHO, WHO => INSTITUTION or WHO => *, separated by commas",
        })
    });
    read.collect()
}
