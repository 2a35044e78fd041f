//! The launch checklist: each of its rows is a [`Refusal`] of its own, or the launch is verified.
//!
//! | row | what is checked |
//! | --- | --- |
//! | 1 | the form: `state` and `id_token`, each once, within bounds; or the platform's own error |
//! | 2 | the state: sealed here, not over, not used before, its registration known and enabled |
//! | 3 | the browser: the one that began the login |
//! | 4 | the token's form: three parts, JSON without repeated members, an algorithm that the registration allows, no `crit` |
//! | 5 | the key's id: named, and in the platform's key set |
//! | 6 | the key: RSA, 2,048 bits or more, meant for signatures and for this algorithm |
//! | 7 | the signature, by the key set as it is kept or, once more, as it is published now |
//! | 8 | the issuer: byte for byte the registered one |
//! | 9 | the audience: our client id, and nobody that is not trusted |
//! | 10 | the authorised party: named where there are several audiences, and us where it is named |
//! | 11 | time: `exp`, `iat` and `nbf`, with 60 seconds of leeway, and no message older than ten minutes |
//! | 12 | the nonce: the one of the state |
//! | 13 | the LTI version: 1.3.0 |
//! | 14 | the message type: one of the three that are known |
//! | 15 | the deployment: named, well formed, and admitted ([`admit`]) |
//! | 16 | the deployment: the one of the login, where the login named one |
//! | 17 | the person: a `sub` of at most 255 ASCII characters |
//! | 18 | the roles: a list, which may be empty; of roles elsewhere alone only for whoever is known in the course ([`place`]) |
//! | 19 | the target: on the tool's origin, at a path that it has, and the one of the login |
//! | 20 | a resource link launch names its link |
//! | 21 | a deep linking request has its settings, and a return URL of the platform's own |
//! | 22 | a submission review names the person, and the line item or the resource link |
//! | 23 | service URLs: https, on the registration's hosts |
//! | 24 | all else is read with tolerance: what is absent, null or of another type counts as absent |
//!
//! openidconnect verifies signature, issuer, audience, expiry and nonce of the `id_token`. What it leaves out, the
//! modules here do: form, header, key, authorised party, time, and everything that is LTI. It never sees the optional
//! claims that nobody here uses, because it refuses a token in which one of them is odd.

mod form;
mod header;
mod target;
mod token;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde_json::Value;
use url::Url;

use super::claims::{AgsEndpoint, Context, Launch, LtiClaims, NoticesEndpoint, NrpsEndpoint, Presentation};
use super::clean;
use super::error::{KeySetError, Refusal, ServiceUrlError};
use super::keys::{KeySetCache, PlatformKey};
use super::messages::{Checked, MessageType, validate};
use super::registration::Registration;
use super::roles::Roles;
use super::state::LoginState;

pub use form::LaunchForm;
pub use header::Header;
pub(crate) use header::json_part;
pub use target::Targets;
pub(crate) use token::{audiences, authorized_party, time};

/// Whether a launch's deployment may enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is known under this registration.
    Known,
    /// It is new, and the registration lets new ones be claimed.
    Claimable,
}

/// The second half of row 15, for the caller who knows the deployments of the registration.
///
/// # Errors
/// [`Refusal::DeploymentUnknown`].
pub fn admit(registration: &Registration, launch: &Launch, known: bool) -> Result<Admission, Refusal> {
    if known {
        Ok(Admission::Known)
    } else if registration.accepts_new_deployments {
        Ok(Admission::Claimable)
    } else {
        Err(Refusal::DeploymentUnknown(launch.deployment_id.clone()))
    }
}

/// The second half of row 18, for the caller who knows who is who in the course: whether a launch that names no role in
/// the course may enter it. Whoever is `known` there keeps their way in, as in a course that Canvas has concluded; and an
/// administrator has one without a role.
///
/// # Errors
/// [`Refusal::NoCourseRole`].
pub fn place(launch: &Launch, known: bool) -> Result<(), Refusal> {
    if launch.roles.is_elsewhere_only() && !launch.roles.is_admin() && !known {
        Err(Refusal::NoCourseRole)
    } else {
        Ok(())
    }
}

/// Verifies a launch, fetching the platform's keys when needed. The browser's binding is checked before, with
/// [`LoginState::check_binding`]; the state is consumed after, by whoever stores nonces.
///
/// # Errors
/// The first [`Refusal`] of the checklist.
pub async fn verify(
    id_token: &str,
    state: &LoginState,
    registration: &Registration,
    keys: &KeySetCache,
    targets: &Targets,
    now: DateTime<Utc>,
) -> Result<Launch, Refusal> {
    let header = Header::read(id_token, registration)?;
    let with = |key| verify_with_key(id_token, &header, key, state, registration, targets, now);
    with_keys(keys, registration, &header.kid, with).await
}

/// Verifies something with the key `kid` of the registration's platform; where that key does not do, with the one that
/// the platform publishes under this name now.
pub(crate) async fn with_keys<T, E: From<Refusal> + DoubtsKey>(
    keys: &KeySetCache,
    registration: &Registration,
    kid: &str,
    verify: impl Fn(PlatformKey) -> Result<T, E>,
) -> Result<T, E> {
    let url = &registration.jwks_url;
    let found = keys
        .find(url, kid)
        .await
        .map_err(|error| refusal_of(error, kid))?;
    let used = found.as_ref().ok().cloned();
    let refused = match found
        .map_err(|fault| E::from(Refusal::from(fault)))
        .and_then(&verify)
    {
        Err(refused) if refused.doubts_key() => refused,
        outcome => return outcome,
    };
    match keys.look_again(url, kid, used.as_ref()).await {
        Ok(Some(other)) => verify(other),
        Ok(None) => Err(refused),
        Err(error) => Err(refusal_of(error, kid).into()),
    }
}

fn refusal_of(error: KeySetError, kid: &str) -> Refusal {
    match error {
        KeySetError::UnknownKey => Refusal::KeyUnknown(kid.to_owned()),
        KeySetError::Unavailable(why) => Refusal::KeysUnavailable(why),
    }
}

/// A refusal that another key could lift.
pub(crate) trait DoubtsKey {
    /// Whether a key that was changed under its old name could be the reason.
    fn doubts_key(&self) -> bool;
}

impl DoubtsKey for Refusal {
    fn doubts_key(&self) -> bool {
        matches!(self, Self::Signature | Self::Key(_))
    }
}

/// Verifies a launch with the key that its header names.
///
/// # Errors
/// The first [`Refusal`] of the checklist from row 6 on.
pub fn verify_with_key(
    id_token: &str,
    header: &Header,
    key: PlatformKey,
    state: &LoginState,
    registration: &Registration,
    targets: &Targets,
    now: DateTime<Utc>,
) -> Result<Launch, Refusal> {
    if state.registration_id != registration.id {
        return Err(Refusal::RegistrationMismatch);
    }
    if !registration.enabled {
        return Err(Refusal::RegistrationDisabled);
    }
    let verified = token::verify(id_token, header, key, state, registration, now)?;
    let lti = verified.additional_claims();
    match lti.version.as_deref() {
        Some("1.3.0") => {}
        None | Some("") => return Err(Refusal::VersionMissing),
        Some(other) => return Err(Refusal::Version(other.to_owned())),
    }
    let kind = MessageType::of(lti)?;
    let deployment_id = deployment(lti, state)?;
    let roles = lti.roles.as_ref().ok_or(Refusal::RolesMissing)?;
    let roles = Roles::parse(roles.iter().filter_map(Value::as_str));
    let target_link_uri = targets.check(lti, kind.keeps_target().then_some(&state.target_link_uri))?;
    let context = context(lti);
    let services = Services::check(lti, registration)?;
    let checked = Checked {
        registration,
        context: context.as_ref(),
        ags: services.ags.as_ref(),
    };
    let message = validate(kind, lti, &checked)?;
    let presentation = presentation(lti, registration);
    let said = |text: &str| {
        let text = clean::line(text).trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    let given_name = verified.given_name().and_then(|name| name.get(None));
    let given_name = given_name.and_then(|name| said(name));
    let family_name = verified.family_name().and_then(|name| name.get(None));
    let family_name = family_name.and_then(|name| said(name));
    let name = verified.name().and_then(|name| name.get(None));
    let name = name.map(|name| name.as_str());
    Ok(Launch {
        registration_id: registration.id.clone(),
        deployment_id,
        issued_at: verified.issue_time(),
        sub: verified.subject().to_string(),
        name: clean::whole_name(name, given_name.as_deref(), family_name.as_deref()),
        given_name,
        family_name,
        email: verified.email().and_then(|email| said(email)),
        locale: presentation
            .locale
            .clone()
            .or_else(|| verified.locale().and_then(|locale| said(locale))),
        roles,
        context,
        message,
        target_link_uri,
        custom: lti.custom.clone().unwrap_or_default(),
        ags: services.ags,
        nrps: services.nrps,
        notices: services.notices,
        tool_platform: lti.tool_platform.clone().unwrap_or_default(),
        presentation,
        placement: lti.placement.clone(),
    })
}

/// Rows 15 (its form) and 16.
fn deployment(lti: &LtiClaims, state: &LoginState) -> Result<String, Refusal> {
    let signed = lti
        .deployment_id
        .as_deref()
        .filter(|id| !id.is_empty())
        .ok_or(Refusal::DeploymentMissing)?;
    if !clean::is_id(signed) || !signed.is_ascii() {
        return Err(Refusal::DeploymentMalformed);
    }
    if state.deployment_id.as_deref().is_some_and(|seen| seen != signed) {
        return Err(Refusal::DeploymentMismatch);
    }
    Ok(signed.to_owned())
}

fn context(lti: &LtiClaims) -> Option<Context> {
    let claim = lti.context.clone()?;
    let id = claim.id.filter(|id| clean::is_id(id))?;
    Some(Context {
        id,
        label: claim.label,
        title: claim.title,
        kinds: claim.kinds.unwrap_or_default(),
    })
}

fn presentation(lti: &LtiClaims, registration: &Registration) -> Presentation {
    let claim = lti.launch_presentation.clone().unwrap_or_default();
    let return_url = claim.return_url.and_then(|text| Url::parse(&text).ok());
    Presentation {
        return_url: return_url.filter(|url| registration.check_service_url(url).is_ok()),
        document_target: claim.document_target,
        locale: claim.locale.filter(|locale| !locale.is_empty()),
    }
}

/// Row 23.
struct Services {
    ags: Option<AgsEndpoint>,
    nrps: Option<NrpsEndpoint>,
    notices: Option<NoticesEndpoint>,
}

impl Services {
    fn check(lti: &LtiClaims, registration: &Registration) -> Result<Self, Refusal> {
        let url = |what: &'static str, text: Option<&String>| -> Result<Option<Url>, Refusal> {
            let Some(text) = text.filter(|text| !text.is_empty()) else {
                return Ok(None);
            };
            let url = Url::parse(text).map_err(|_| Refusal::ServiceUrl(what, ServiceUrlError::Malformed))?;
            registration
                .check_service_url(&url)
                .map_err(|error| Refusal::ServiceUrl(what, error))?;
            Ok(Some(url))
        };
        let ags = match &lti.ags {
            None => None,
            Some(claim) => Some(AgsEndpoint {
                scopes: claim.scope.clone().unwrap_or_default(),
                lineitems: url("line items", claim.lineitems.as_ref())?,
                lineitem: url("line item", claim.lineitem.as_ref())?,
            }),
        };
        let nrps = match &lti.nrps {
            None => None,
            Some(claim) => {
                url("member list", claim.context_memberships_url.as_ref())?.map(|url| NrpsEndpoint {
                    context_memberships_url: url,
                    service_versions: claim.service_versions.clone().unwrap_or_default(),
                })
            }
        };
        let notices = match &lti.notices {
            None => None,
            Some(claim) => {
                url("notification", claim.platform_notification_service_url.as_ref())?.map(|url| {
                    NoticesEndpoint {
                        url,
                        types: claim.notice_types_supported.clone().unwrap_or_default(),
                    }
                })
            }
        };
        url(
            "licence agreement",
            lti.eula.as_ref().and_then(|claim| claim.url.as_ref()),
        )?;
        Ok(Self { ags, nrps, notices })
    }
}
