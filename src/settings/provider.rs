//! The institution's own sign-in for administrators.

use secrecy::SecretString;
use url::Url;

use super::SettingsError;
use super::read::Values;

/// Where administrators sign in, and who may.
#[derive(Debug, Clone)]
pub struct AdminProvider {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretString,
    /// Lower case; one that begins with `@` stands for a whole domain.
    pub emails: Vec<String>,
    pub groups: Vec<String>,
}

impl AdminProvider {
    /// Whether somebody with that (verified, lower-case) e-mail and these groups may come in.
    #[must_use]
    pub fn allows(&self, email: &str, groups: &[String]) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain);
        let named = self
            .emails
            .iter()
            .any(|one| one == email || one.strip_prefix('@').is_some_and(|own| Some(own) == domain));
        named || groups.iter().any(|group| self.groups.contains(group))
    }
}

/// The provider of administrators: all of it or nothing.
pub(super) fn admin_provider(values: &Values) -> Result<Option<AdminProvider>, SettingsError> {
    let list = |name: &str| -> Vec<String> {
        let text = values.get(name).unwrap_or_default();
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let (emails, groups) = (list("admin_oidc_emails"), list("admin_oidc_groups"));
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
    Ok(Some(AdminProvider {
        issuer: issuer.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: secret.to_owned().into(),
        emails: emails.iter().map(|email| email.to_lowercase()).collect(),
        groups,
    }))
}
