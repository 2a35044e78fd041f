//! Dynamic registration: an administrator makes an invitation, pastes its address into the platform, looks at what is
//! asked and shared, and agrees. Until then nothing is written and the invitation stays whole.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::platform::Invitation;
use crate::ids::{InvitationId, RegistrationId, TenantId};
use crate::net::{Method, NetError, Request, Response};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{Forbidden, InstitutionRefusal, NoAnswer, RegisteringStep};
use crate::service::base::session::digest;
use crate::service::institution::connecting;
use crate::store::{audit, history_senders, invitations, registrations, tenants};
use lti::capabilities::CustomValues;
use lti::dynamic_registration::{
    Answer, MAX_DOCUMENT, PlatformConfiguration, Refused, configuration_url, read_answer,
};
use lti::registration::Registration;
use url::Url;

mod changes;
mod inviting;
mod known;
mod token;
mod tool;

pub(crate) use changes::{Beside, Change, Update};
pub(crate) use inviting::{INVITATION_LIFE, address, invitations_of, invite, withdraw};
use inviting::{invitation, take, used};
use known::{already_known, keep_choices, others, update};
use token::Purpose;
pub(crate) use tool::{TOOL, facts};

/// How long the page that asks may stay open: as long as a platform's token lives.
const CONSENT_LIFE: TimeDelta = TimeDelta::hours(1);
const PURPOSE: &str = "dynamic registration 1";
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);

/// What a platform's page is asked to agree to.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) institution: String,
    pub(crate) platform: PlatformConfiguration,
    /// When a registration that is there would be changed: what of it.
    pub(crate) updates: Option<Update>,
    /// Registrations of the same platform that stay as they are beside a new one.
    pub(crate) beside: Vec<Beside>,
    /// Carries everything to the next step; nobody but us can read or change it.
    pub(crate) sealed: String,
}

/// A registration that was made or changed.
#[derive(Debug, Clone)]
pub(crate) struct Registered {
    pub(crate) registration: Registration,
    /// None where it comes with the first launch.
    pub(crate) deployment_id: Option<String>,
    /// Whether it was there before. Canvas changes its own side only once an administrator consents there.
    pub(crate) updated: bool,
    pub(crate) platform: PlatformConfiguration,
}

/// What stands between the question and the answer.
#[derive(Serialize, Deserialize)]
struct Consent {
    invitation: InvitationId,
    code: String,
    platform: PlatformConfiguration,
    token: Option<String>,
    /// The registrations of which one will be changed, if it is a change.
    updates: Vec<RegistrationId>,
    /// Whether only the platform's answer tells which one, and whether it is here at all.
    untold: bool,
    until: DateTime<Utc>,
}

/// Reads who wants to register, for the page that asks. Writes nothing.
///
/// # Errors
/// That the code is none, used or over; what is wrong with the platform's configuration; that the platform is another
/// institution's.
#[tracing::instrument(name = "registering.open", skip_all)]
pub(crate) async fn open(
    cairn: &Cairn,
    code: &str,
    configuration: Option<&str>,
    token: Option<&str>,
) -> Result<Offer, ServiceError> {
    let invitation = invitation(cairn, code).await?;
    let plain = cairn.settings.allow_http_loopback;
    let source = configuration_url(configuration, plain)?;
    let token = token.map(str::trim).filter(|token| !token.is_empty());
    let answer = call(
        cairn,
        Request::get(source.clone()),
        token,
        RegisteringStep::Configuration,
    )
    .await?;
    match answer.status {
        200..=299 => {}
        401 | 403 => return Err(Refused::TokenInvalid.into()),
        300..=399 => return Err(Refused::Redirected.into()),
        status => return Err(Refused::Broken(status).into()),
    }
    let platform = PlatformConfiguration::read(&answer.body, &source, plain)?;
    let purpose = token.map_or(Purpose::New, token::purpose);
    let change = match token {
        Some(token) => update(cairn, &invitation.tenant, &platform, token, purpose).await?,
        None => None,
    };
    let (meant, updates) = change.unzip();
    let beside = match updates {
        Some(_) => Vec::new(),
        None => others(cairn, &invitation.tenant, &platform).await?,
    };
    let tenant = invitation.tenant.clone();
    let institution = cairn
        .store
        .read(move |db| tenants::get(db, &tenant))
        .await?
        .ok_or(ServiceError::NotFound("institution"))?;
    let consent = Consent {
        invitation: invitation.id,
        code: digest(code),
        platform: platform.clone(),
        token: token.map(str::to_owned),
        updates: meant.unwrap_or_default(),
        untold: purpose == Purpose::UntoldChange,
        until: cairn.clock.now() + CONSENT_LIFE,
    };
    let plain = serde_json::to_vec(&consent).map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(Offer {
        institution: institution.name,
        platform,
        updates,
        beside,
        sealed: cairn.vault.seal(PURPOSE, &plain, cairn.random.as_ref()),
    })
}

/// Registers, after a person agreed to what [`open`] showed.
///
/// # Errors
/// That the page is too old or none of ours, that the code was used meanwhile, how the platform refuses, or that its
/// client id is registered already. The invitation is whole again after each of them.
#[tracing::instrument(name = "registering.confirm", skip_all)]
pub(crate) async fn confirm(cairn: &Cairn, code: &str, sealed: &str) -> Result<Registered, ServiceError> {
    let now = cairn.clock.now();
    let consent: Consent = cairn
        .vault
        .open(PURPOSE, sealed)
        .ok()
        .and_then(|plain| serde_json::from_slice(&plain).ok())
        .filter(|consent: &Consent| consent.until > now && consent.code == digest(code))
        .ok_or(ServiceError::Forbidden(Forbidden::RegisteringPage))?;
    let invitation = invitation(cairn, code).await?;
    if invitation.id != consent.invitation {
        return Err(used());
    }
    take(cairn, &invitation, now).await?;
    let done = register(cairn, &invitation, consent).await;
    if done.is_err() {
        let (tenant, id) = (invitation.tenant.clone(), invitation.id.clone());
        let returned = cairn
            .store
            .write(move |db| invitations::give_back(db, &tenant, &id))
            .await;
        if let Err(error) = returned {
            tracing::error!(%error, "an invitation that led to nothing could not be given back");
        }
    }
    done
}

async fn register(
    cairn: &Cairn,
    invitation: &Invitation,
    consent: Consent,
) -> Result<Registered, ServiceError> {
    let Consent {
        platform,
        token,
        updates,
        untold,
        ..
    } = consent;
    let facts = facts(cairn);
    let body = facts.request(&platform).to_string();
    let own = match token.as_deref().filter(|_| untold) {
        Some(token) => own_address(cairn, &invitation.tenant, &updates, &platform, token).await?,
        None => None,
    };
    let to = own
        .clone()
        .unwrap_or_else(|| platform.registration_endpoint.clone());
    let mut request = Request::post(to, body).header("content-type", "application/json");
    if own.is_some() {
        request.method = Method::Put;
    }
    let answer = call(
        cairn,
        request,
        token.as_deref(),
        RegisteringStep::RegistrationEndpoint,
    )
    .await?;
    let answer = read_answer(answer.status, &answer.body)?;
    let (now, random) = cairn.moment();
    let (tenant, invited) = (invitation.tenant.clone(), invitation.id.clone());
    let id = RegistrationId::new(now, random.as_ref());
    let made = check(&platform, &answer, id, &tenant)?;
    let place = answer
        .registration_url
        .clone()
        .unwrap_or_else(|| platform.registration_endpoint.clone());
    let deployment_id = answer.deployment_id.clone();
    let powers = answer.powers();
    let written = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let known = registrations::by_issuer_and_client(db, &made.issuer, &made.client_id)?;
        let updated = known.is_some();
        let (registration, changes) = match known {
            Some(known) if updates.contains(&known.id) && known.tenant == tenant => {
                let changed = keep_choices(&known, made);
                registrations::update(db, &changed, Some(&place))?;
                let changes = changes::between(&known, &changed);
                (changed, changes.iter().map(|change| change.what).collect())
            }
            // Canvas has a registration that is not here any more: it comes back.
            None if updates.is_empty() || untold => {
                registrations::insert(db, &made, now)?;
                registrations::update(db, &made, Some(&place))?;
                (made, Vec::new())
            }
            _ => return Err(already_known()),
        };
        if registration.capabilities().custom_values == CustomValues::Administrators {
            // What was registered names the history of courses, and no link of a course can say otherwise.
            history_senders::set(db, &tenant, &registration.id, true, now)?;
        }
        registrations::set_powers(db, &tenant, &registration.id, &powers)?;
        if let Some(deployment_id) = answer.deployment_id {
            // One that an administrator refused stays refused.
            connecting::find_or_accept(db, &registration, deployment_id, now, random.as_ref())?;
        }
        invitations::settle(db, &tenant, &invited, &registration.id)?;
        let action = if updated {
            Action::PlatformUpdated
        } else {
            Action::PlatformRegistered
        };
        let detail = json!({
            "invitation": invited, "issuer": registration.issuer, "client_id": registration.client_id,
            "product": registration.flavour.as_str(), "changed": changes,
        });
        let entry = Entry::new(&tenant, Actor::Platform, action, registration.id.as_str(), now);
        audit::record(db, &entry.detail(detail), random.as_ref())?;
        Ok((registration, updated))
    });
    let (registration, updated) = written.await?;
    Ok(Registered {
        registration,
        deployment_id,
        updated,
        platform,
    })
}

/// Where Canvas takes the change of a registration that is there: the address that it told of it, else the one of that number
/// below the address for new ones. Never on another site than that one, which gets the token too.
async fn own_address(
    cairn: &Cairn,
    tenant: &TenantId,
    meant: &[RegistrationId],
    platform: &PlatformConfiguration,
    token: &str,
) -> Result<Option<Url>, ServiceError> {
    let Some(number) = token::existing(token) else {
        return Ok(None);
    };
    let (tenant, meant) = (tenant.clone(), meant.to_vec());
    let told = cairn.store.read(move |db| {
        let mut told = Vec::new();
        for id in &meant {
            told.extend(registrations::registration_url(db, &tenant, id)?);
        }
        Ok(told)
    });
    let endpoint = &platform.registration_endpoint;
    let is_its = |url: &Url| {
        let last = url.path_segments().and_then(|mut all| all.next_back());
        url.origin() == endpoint.origin() && last == Some(number.as_str())
    };
    let told = told.await?;
    let told = told.iter().filter_map(|url| Url::parse(url).ok()).find(is_its);
    Ok(told.or_else(|| {
        let mut below = endpoint.clone();
        below.set_query(None);
        below.path_segments_mut().ok()?.pop_if_empty().push(&number);
        Some(below)
    }))
}

fn check(
    platform: &PlatformConfiguration,
    answer: &Answer,
    id: RegistrationId,
    tenant: &TenantId,
) -> Result<Registration, ServiceError> {
    connecting::checked(platform.draft(answer), id, tenant)
}

/// Calls the platform under the guard, with its token. What goes wrong names the host alone: the address may hold the token.
async fn call(
    cairn: &Cairn,
    request: Request,
    token: Option<&str>,
    step: RegisteringStep,
) -> Result<Response, ServiceError> {
    let mut request = request.header("accept", "application/json");
    request.timeout = PATIENCE;
    request.max_body = MAX_DOCUMENT;
    if let Some(token) = token {
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) || token.len() > 8_000 {
            return Err(Refused::TokenInvalid.into());
        }
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let host = request.url.host_str().unwrap_or_default().to_owned();
    Ok(cairn.transport.send(request).await.map_err(|error| {
        let why = match error {
            NetError::Refused(_, why) => NoAnswer::Refused(why),
            NetError::Unreachable(_, why) | NetError::BrokenOff(_, why) => NoAnswer::Failed(why),
            NetError::TimedOut(_) => NoAnswer::TimedOut,
            NetError::TooLarge(..) => NoAnswer::TooLarge,
        };
        InstitutionRefusal::Unreached { step, host, why }
    })?)
}
