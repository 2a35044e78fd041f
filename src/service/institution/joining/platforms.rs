//! A deployment whose platform may be one that is known.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Entry};
use crate::domain::issuer::Tenant;
use crate::domain::platform::{Deployment, Join, JoinKind, JoinState, Platform};
use crate::ids::{DeploymentId, JoinId, PlatformId, RegistrationId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, DoJoin};
use crate::service::base::refusal::JoinRefusal;
use crate::service::institution::administrators::{Operator, Scope};
use crate::store::platforms::Belonging;
use crate::store::{
    Db, StoreError, audit, course_keys, deployments, identities, joins, platforms, registrations, tenants,
};
use lti::registration::Registration;

/// What an administrator looks at before saying whether two platforms are one.
#[derive(Debug, Clone)]
pub(crate) struct PlatformReview {
    pub(crate) institution: Tenant,
    /// The registration that speaks.
    pub(crate) registration: Registration,
    /// The platform that is known, with the name under which it was first seen, and the client ids that speak for it, newest
    /// first.
    pub(crate) known: Platform,
    pub(crate) known_name: String,
    pub(crate) known_client_ids: Vec<String>,
    /// What the new one calls itself.
    pub(crate) told_guid: Option<String>,
    /// Whether the known one has begun to call itself by another name, under the same registration.
    pub(crate) is_renamed: bool,
    /// People, courses and badges of the known one.
    pub(crate) people: i64,
    pub(crate) courses: i64,
    pub(crate) badges: i64,
    /// People and courses that both have, under the same ids: each two become one.
    pub(crate) same_people: i64,
    pub(crate) same_courses: i64,
    /// Whether its launches wait for the answer.
    pub(crate) waits: bool,
}

impl PlatformReview {
    /// Whether what they call themselves differs, where both tell.
    #[must_use]
    pub(crate) fn differs(&self) -> bool {
        match (&self.known.guid, &self.told_guid) {
            (Some(known), Some(told)) => known != told,
            _ => false,
        }
    }
}

/// The two platforms that an answer is about.
struct Pair {
    registration: Registration,
    deployment: Deployment,
    belonging: Belonging,
    known: Platform,
}

fn pair(
    db: &mut Db,
    scope: &Scope,
    registration: &RegistrationId,
    deployment: &DeploymentId,
) -> Result<Pair, ServiceError> {
    let missing = || ServiceError::NotFound("deployment");
    let found = registrations::by_id(db, registration)?.ok_or_else(missing)?;
    // Whoever looks after all institutions sees deployments of those that share the registration too.
    let tenants = match scope.tenant() {
        Some(tenant) => vec![tenant.clone()],
        None => tenants::list(db)?.into_iter().map(|tenant| tenant.id).collect(),
    };
    let mut of = None;
    for tenant in tenants {
        let known = deployments::get(db, &tenant, deployment)?;
        if let Some(known) = known.filter(|known| known.registration == *registration) {
            of = Some((tenant, known));
        }
    }
    let (tenant, deployment) = of.ok_or_else(missing)?;
    let belonging = platforms::belonging(db, &tenant, &deployment.id)?.unwrap_or_default();
    let known = match &belonging.review_of {
        Some(known) => platforms::get(db, &tenant, known)?,
        None => other_of(db, &tenant, &found.issuer, &belonging)?,
    };
    let registration = Registration { tenant, ..found };
    Ok(Pair {
        registration,
        deployment,
        belonging,
        known: known.ok_or(JoinRefusal::NothingToSay)?,
    })
}

/// The oldest other platform under the same issuer that has people and is not joined: what one that was kept apart may be
/// after all.
pub(in crate::service::institution) fn other_of(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &str,
    belonging: &Belonging,
) -> Result<Option<Platform>, StoreError> {
    let Some(own) = &belonging.platform else {
        return Ok(None);
    };
    let joined = joins::platforms_within(db, tenant, own)?;
    for one in platforms::of_issuer(db, tenant, issuer)? {
        if one.id != *own && !joined.contains(&one.id) && platforms::people(db, tenant, &one.id)? > 0 {
            return Ok(Some(one));
        }
    }
    Ok(None)
}

/// The client ids of the registrations that speak for a platform, newest first; where none does, the one under which it was
/// first seen.
pub(super) fn client_ids(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
) -> Result<Vec<String>, StoreError> {
    let mut ids = Vec::new();
    for (_, registration) in platforms::deployments_of(db, tenant, platform)? {
        if let Some(registration) = registrations::by_id(db, &registration)?
            && !ids.contains(&registration.client_id)
        {
            ids.push(registration.client_id);
        }
    }
    if ids.is_empty() {
        ids.extend(platforms::named(db, tenant, platform)?.map(|(_, client_id)| client_id));
    }
    Ok(ids)
}

/// The other registrations that speak for the platforms to which those deployments belong.
pub(in crate::service::institution) fn joined_with<'a>(
    db: &mut Db,
    tenant: &TenantId,
    own: &RegistrationId,
    belong: impl Iterator<Item = &'a Belonging>,
) -> Result<Vec<(String, String)>, StoreError> {
    let own_ones: BTreeSet<&PlatformId> = belong.filter_map(|one| one.platform.as_ref()).collect();
    let mut others = BTreeSet::new();
    for platform in own_ones {
        let all = platforms::deployments_of(db, tenant, platform)?;
        others.extend(all.into_iter().map(|(_, registration)| registration));
    }
    others.remove(own);
    let mut joined = Vec::new();
    for other in others {
        let other = registrations::by_id(db, &other)?;
        joined.extend(other.map(|other| (other.name, other.client_id)));
    }
    Ok(joined)
}

/// What joining the platform of a deployment with the known one would do.
///
/// # Errors
/// [`ServiceError::NotFound`] for a deployment out of reach, [`ServiceError::Refused`] when there is nothing to say.
#[tracing::instrument(name = "joining.review", level = "debug", skip_all, fields(deployment = deployment.as_str()))]
pub(crate) async fn review(
    cairn: &Cairn,
    scope: &Scope,
    registration: &RegistrationId,
    deployment: &DeploymentId,
) -> Result<PlatformReview, ServiceError> {
    let (scope, registration, deployment) = (scope.clone(), registration.clone(), deployment.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let Pair {
            registration,
            belonging,
            known,
            ..
        } = pair(db, &scope, &registration, &deployment)?;
        let tenant = &registration.tenant;
        let (known_name, _) = platforms::named(db, tenant, &known.id)?.unwrap_or_default();
        let known_client_ids = client_ids(db, tenant, &known.id)?;
        let own = belonging.platform.as_ref().filter(|own| **own != known.id);
        let (same_people, same_courses) = match own {
            Some(own) => (
                identities::shared(db, tenant, own, &known.id)?,
                course_keys::shared(db, tenant, own, &known.id)?,
            ),
            None => (0, 0),
        };
        let told = match (&belonging.told_guid, own) {
            (Some(told), _) => Some(told.clone()),
            (None, Some(own)) => platforms::get(db, tenant, own)?.and_then(|own| own.guid),
            (None, None) => None,
        };
        Ok(PlatformReview {
            institution: tenants::get(db, tenant)?.ok_or(ServiceError::NotFound("institution"))?,
            people: platforms::people(db, tenant, &known.id)?,
            courses: platforms::courses(db, tenant, &known.id)?,
            badges: platforms::badges(db, tenant, &known.id)?,
            is_renamed: belonging.platform.as_ref() == Some(&known.id),
            waits: belonging.review_of.is_some(),
            told_guid: told,
            known_name,
            known_client_ids,
            same_people,
            same_courses,
            known,
            registration,
        })
    });
    found.await
}

/// The platform that is not the known one: its own, or one that is made for it.
fn own_platform(
    db: &mut Db,
    pair: &Pair,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<PlatformId, StoreError> {
    let tenant = &pair.registration.tenant;
    if let Some(own) = &pair.belonging.platform
        && *own != pair.known.id
    {
        return Ok(own.clone());
    }
    // The first platform of its registration, where nobody is there yet.
    let first = PlatformId::from(pair.registration.id.as_str());
    let is_free = first != pair.known.id
        && platforms::get(db, tenant, &first)?.is_some()
        && platforms::people(db, tenant, &first)? == 0;
    if is_free {
        platforms::set_guid(db, tenant, &first, pair.belonging.told_guid.as_deref())?;
        return Ok(first);
    }
    let new = Platform {
        id: PlatformId::new(now, random),
        tenant: tenant.clone(),
        registration: pair.registration.id.clone(),
        issuer: pair.registration.issuer.clone(),
        guid: pair.belonging.told_guid.clone(),
        since: now,
    };
    platforms::insert(db, &new)?;
    Ok(new.id)
}

/// Says that the platform of a deployment is the known one: its launches go there from now on, and a job makes one of the
/// people and courses that both have.
///
/// # Errors
/// As [`review`]; [`ServiceError::Refused`] when it was answered meanwhile.
#[tracing::instrument(name = "joining.join", skip_all, fields(deployment = deployment.as_str()))]
pub(crate) async fn join<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    registration: &RegistrationId,
    deployment: &DeploymentId,
) -> Result<(), ServiceError> {
    let by = by.into();
    let (now, random) = cairn.moment();
    let (scope, actor) = (by.scope(), by.actor());
    let (registration, deployment) = (registration.clone(), deployment.clone());
    let joined = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let pair = pair(db, &scope, &registration, &deployment)?;
        let tenant = &pair.registration.tenant;
        let own = own_platform(db, &pair, now, random.as_ref())?;
        let known_client_ids = client_ids(db, tenant, &pair.known.id)?;
        let join = Join {
            id: JoinId::new(now, random.as_ref()),
            tenant: tenant.clone(),
            kind: JoinKind::Platform,
            parent: None,
            from: own.to_string(),
            into: pair.known.id.to_string(),
            state: JoinState::Asked,
            asked_at: now,
        };
        if !joins::insert(db, &join)? {
            return Err(JoinRefusal::NothingToSay.into());
        }
        let belongs = Belonging {
            platform: Some(own.clone()),
            ..Belonging::default()
        };
        platforms::settle(db, tenant, &pair.deployment.id, &belongs)?;
        joins::platform_goes_over(
            db,
            tenant,
            &join.id,
            &own,
            &pair.known,
            pair.belonging.told_guid.as_deref(),
        )?;
        queue::enqueue(
            db,
            tenant,
            &DoJoin {
                join: join.id.clone(),
            },
            now,
            now,
            random.as_ref(),
        )?;
        let entry = Entry::new(
            tenant,
            actor,
            Action::PlatformJoined,
            pair.registration.id.as_str(),
            now,
        );
        let detail = json!({
            "deployment": pair.deployment.id,
            "with": pair.known.id,
            "join": join.id,
            "client_ids": [pair.registration.client_id],
            "with_client_ids": known_client_ids,
        });
        audit::record(db, &entry.detail(detail), random.as_ref())?;
        Ok(())
    });
    joined.await
}

/// Says that the platform of a deployment is another one: its people and courses are its own from now on.
///
/// # Errors
/// As [`join`].
#[tracing::instrument(name = "joining.keep_apart", skip_all, fields(deployment = deployment.as_str()))]
pub(crate) async fn keep_apart<'a>(
    cairn: &Cairn,
    by: impl Into<Operator<'a>>,
    registration: &RegistrationId,
    deployment: &DeploymentId,
) -> Result<(), ServiceError> {
    let by = by.into();
    let (now, random) = cairn.moment();
    let (scope, actor) = (by.scope(), by.actor());
    let (registration, deployment) = (registration.clone(), deployment.clone());
    let kept = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let pair = pair(db, &scope, &registration, &deployment)?;
        if pair.belonging.review_of.is_none() {
            return Err(JoinRefusal::NothingToSay.into());
        }
        let tenant = &pair.registration.tenant;
        let own = own_platform(db, &pair, now, random.as_ref())?;
        let belongs = Belonging {
            platform: Some(own.clone()),
            ..Belonging::default()
        };
        platforms::settle(db, tenant, &pair.deployment.id, &belongs)?;
        joins::make_room(db, tenant, &pair.known.id, &pair.deployment.id)?;
        let subject = pair.registration.id.as_str();
        let entry = Entry::new(tenant, actor, Action::PlatformKeptApart, subject, now);
        let detail = json!({"deployment": pair.deployment.id, "from": pair.known.id});
        audit::record(db, &entry.detail(detail), random.as_ref())?;
        Ok(())
    });
    kept.await
}
