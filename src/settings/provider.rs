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
    /// The claim that names somebody's groups.
    pub(crate) groups_claim: String,
    /// What is asked for besides `openid`.
    pub(crate) scopes: Vec<String>,
    /// Whether an e-mail address of which the provider does not say whether it was verified is believed.
    pub(crate) trusts_emails: bool,
    /// Lower case; whose people alone may come in, where the provider is everybody's (Google's claim `hd`).
    pub(crate) hosted_domain: Option<String>,
}

impl AdminProvider {
    /// Whether this is Microsoft Entra ID.
    #[must_use]
    pub(crate) fn is_entra(&self) -> bool {
        Url::parse(&self.issuer).is_ok_and(|url| url.host_str().is_some_and(|host| ENTRA.contains(&host)))
    }

    /// How far somebody reaches with that (verified, lower-case) e-mail and these groups; none: they may not come in. The
    /// address itself says more than its domain, and that more than a group; among equals the first entry stands.
    #[must_use]
    pub(crate) fn reach(&self, email: Option<&str>, groups: &[String]) -> Option<&Reach> {
        let domain = email
            .and_then(|email| email.rsplit_once('@'))
            .map(|(_, domain)| domain);
        let of_domain = |who: &str| who.strip_prefix('@').is_some_and(|own| Some(own) == domain);
        let by_address = self.emails.iter().find(|entry| Some(entry.who.as_str()) == email);
        let by_domain = || self.emails.iter().find(|entry| of_domain(&entry.who));
        let by_group = || self.groups.iter().find(|entry| groups.contains(&entry.who));
        let found = by_address.or_else(by_domain).or_else(by_group);
        found.map(|entry| &entry.reach)
    }
}

/// Where Microsoft Entra ID is, its national clouds included.
const ENTRA: [&str; 4] = [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "sts.windows.net",
];
/// The tenant of Entra ID in which all personal accounts are.
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
/// Where anybody can have an account with any e-mail address, besides Google.
const PUBLIC: [&str; 8] = [
    "appleid.apple.com",
    "www.facebook.com",
    "www.linkedin.com",
    "api.login.yahoo.com",
    "login.salesforce.com",
    "gitlab.com",
    "access.line.me",
    "login.live.com",
];

fn is_google(issuer: &str) -> bool {
    Url::parse(issuer).is_ok_and(|url| url.host_str() == Some("accounts.google.com"))
}

/// Whether an issuer is not that of one organisation. At Entra ID only a tenant's own is, which is named by its id: for
/// `common` and the like its discovery document names no issuer at all.
fn is_everybodys(issuer: &str) -> bool {
    let Ok(url) = Url::parse(issuer) else {
        return true;
    };
    let host = url.host_str().unwrap_or_default();
    if ENTRA.contains(&host) {
        let tenant = url.path_segments().and_then(|mut parts| parts.next());
        let id = tenant.and_then(|tenant| uuid::Uuid::parse_str(tenant).ok());
        return id.is_none_or(|id| id.hyphenated().to_string() == PERSONAL_ACCOUNTS);
    }
    is_google(issuer) || PUBLIC.contains(&host)
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
    let hosted_domain = values.get("admin_oidc_hosted_domain").map(str::to_lowercase);
    let trusts_emails = values.parse("admin_oidc_trust_emails", "false", "true or false")?;
    if trusts_emails && is_everybodys(issuer) && !(is_google(issuer) && hosted_domain.is_some()) {
        let must = "false for this issuer, at which anybody can have an account. Name the issuer of your own organisation in \
                    admin_oidc_issuer (for Microsoft Entra ID the one with the id of your tenant, not common, organizations or \
                    consumers), or for Google its domain in admin_oidc_hosted_domain";
        return Err(wrong("admin_oidc_trust_emails", "true", must));
    }
    let scopes = values.get("admin_oidc_scopes").unwrap_or("email profile");
    Ok(Some(AdminProvider {
        issuer: issuer.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: secret.to_owned().into(),
        emails,
        groups,
        groups_claim: values
            .get("admin_oidc_groups_claim")
            .unwrap_or("groups")
            .to_owned(),
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        trusts_emails,
        hosted_domain,
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
