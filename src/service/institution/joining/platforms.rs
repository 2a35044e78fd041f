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

/// One of two platforms that may be one.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    /// The name under which it was first seen.
    pub(crate) name: String,
    pub(crate) issuer: String,
    /// The client ids that speak for it, newest first.
    pub(crate) client_ids: Vec<String>,
    /// What it calls itself.
    pub(crate) guid: Option<String>,
}

/// What an administrator looks at before saying whether two platforms are one.
#[derive(Debug, Clone)]
pub(crate) struct PlatformReview {
    pub(crate) institution: Tenant,
    /// The registration that speaks.
    pub(crate) registration: Registration,
    /// The platform that stays, and the one that goes over to it: the same two from the page of either.
    pub(crate) stays: Side,
    pub(crate) goes: Side,
    /// Whether the known one has begun to call itself by another name, under the same registration.
    pub(crate) is_renamed: bool,
    /// People, courses and badges of the one that stays.
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
        match (&self.stays.guid, &self.goes.guid) {
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
        // It may have been joined into another one since the question was asked.
        Some(known) => {
            let known = joins::joined_platforms(db, &tenant)?.said(known);
            platforms::get(db, &tenant, &known)?
        }
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

/// The oldest other platform under the same issuer that has somebody or something and is one with no other: what one that was kept
/// apart may be after all.
pub(in crate::service::institution) fn other_of(
    db: &mut Db,
    tenant: &TenantId,
    issuer: &str,
    belonging: &Belonging,
) -> Result<Option<Platform>, StoreError> {
    let Some(own) = &belonging.platform else {
        return Ok(None);
    };
    let joined = joins::joined_platforms(db, tenant)?;
    for one in platforms::of_issuer(db, tenant, issuer)? {
        let is_other = joined.said(&one.id) == one.id && joined.said(own) != one.id;
        let has_something = is_other
            && (platforms::people(db, tenant, &one.id)? > 0 || platforms::courses(db, tenant, &one.id)? > 0);
        if has_something {
            return Ok(Some(one));
        }
    }
    Ok(None)
}

/// The platform of the deployment itself, where that one stays and the known one goes: of two that are there the one with people
/// stays, and else the older one, from whichever page they are joined.
fn own_stays(db: &mut Db, pair: &Pair) -> Result<Option<Platform>, StoreError> {
    let tenant = &pair.registration.tenant;
    let Some(own) = own_of(db, pair)? else {
        return Ok(None);
    };
    let mut order = |one: &Platform| -> Result<_, StoreError> {
        let is_empty = platforms::people(db, tenant, &one.id)? == 0;
        Ok((is_empty, one.since, one.id.to_string()))
    };
    let goes_before = order(&own)? < order(&pair.known)?;
    Ok(goes_before.then_some(own))
}

/// The platform that the deployment belongs to, where that is another than the known one.
fn own_of(db: &mut Db, pair: &Pair) -> Result<Option<Platform>, StoreError> {
    match &pair.belonging.platform {
        Some(own) if *own != pair.known.id => platforms::get(db, &pair.registration.tenant, own),
        _ => Ok(None),
    }
}

/// Both sides as they are shown: the one of the deployment, and the known one.
fn both_sides(db: &mut Db, pair: &Pair) -> Result<(Side, Side), StoreError> {
    let tenant = &pair.registration.tenant;
    let own = match own_of(db, pair)? {
        Some(own) => {
            let mut side = side(db, tenant, &own)?;
            side.guid = pair.belonging.told_guid.clone().or(side.guid);
            side
        }
        None => Side {
            name: pair.registration.name.clone(),
            issuer: pair.registration.issuer.clone(),
            client_ids: vec![pair.registration.client_id.clone()],
            guid: pair.belonging.told_guid.clone(),
        },
    };
    Ok((own, side(db, tenant, &pair.known)?))
}

fn side(db: &mut Db, tenant: &TenantId, platform: &Platform) -> Result<Side, StoreError> {
    let (name, _) = platforms::named(db, tenant, &platform.id)?.unwrap_or_default();
    Ok(Side {
        name,
        issuer: platform.issuer.clone(),
        client_ids: client_ids(db, tenant, &platform.id)?,
        guid: platform.guid.clone(),
    })
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
        let pair = pair(db, &scope, &registration, &deployment)?;
        let (own, known) = both_sides(db, &pair)?;
        let stays = own_stays(db, &pair)?;
        let Pair {
            registration,
            belonging,
            known: known_one,
            ..
        } = pair;
        let tenant = &registration.tenant;
        let (same_people, same_courses) = match &belonging.platform {
            Some(own) if *own != known_one.id => (
                identities::shared(db, tenant, own, &known_one.id)?,
                course_keys::shared(db, tenant, own, &known_one.id)?,
            ),
            _ => (0, 0),
        };
        let (staying, stays, goes) = match stays {
            Some(staying) => (staying.id, own, known),
            None => (known_one.id.clone(), known, own),
        };
        Ok(PlatformReview {
            institution: tenants::get(db, tenant)?.ok_or(ServiceError::NotFound("institution"))?,
            people: platforms::people(db, tenant, &staying)?,
            courses: platforms::courses(db, tenant, &staying)?,
            badges: platforms::badges(db, tenant, &staying)?,
            is_renamed: belonging.platform.as_ref() == Some(&known_one.id),
            waits: belonging.review_of.is_some(),
            stays,
            goes,
            same_people,
            same_courses,
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
    // The first platform of its registration, where nobody is there yet and it is no other one's.
    let first = PlatformId::from(pair.registration.id.as_str());
    let is_free = first != pair.known.id
        && joins::joined_platforms(db, tenant)?.said(&first) == first
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
        let (own_side, known_side) = both_sides(db, &pair)?;
        let stays = own_stays(db, &pair)?;
        let own = own_platform(db, &pair, now, random.as_ref())?;
        let subject = match &stays {
            Some(_) => pair.known.registration.clone(),
            None => pair.registration.id.clone(),
        };
        let (from, into, goes, remains) = match stays {
            Some(staying) => (pair.known.id.clone(), staying, known_side, own_side),
            None => (own.clone(), pair.known.clone(), own_side, known_side),
        };
        let join = Join {
            id: JoinId::new(now, random.as_ref()),
            tenant: tenant.clone(),
            kind: JoinKind::Platform,
            parent: None,
            from: from.to_string(),
            into: into.id.to_string(),
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
        joins::platform_goes_over(db, tenant, &join.id, &from, &into, goes.guid.as_deref())?;
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
        let entry = Entry::new(tenant, actor, Action::PlatformJoined, subject.as_str(), now);
        let detail = json!({
            "deployment": pair.deployment.id,
            "with": into.id,
            "join": join.id,
            "client_ids": goes.client_ids,
            "with_client_ids": remains.client_ids,
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
