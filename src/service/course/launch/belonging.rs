//! Which platform a launch belongs to: the one that its deployment belongs to. A new deployment of a platform that has people
//! waits for a review, and so does one whose platform calls itself by another name than before: people of the same small
//! numbers may be others.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::platform::Platform;
use crate::ids::{DeploymentId, PlatformId};
use crate::random::Random;
use crate::store::platforms::{self, Belonging, Home};
use crate::store::{Db, StoreError, audit, joins};
use lti::capabilities::Hosting;
use lti::claims::Launch;
use lti::registration::Registration;

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Belongs {
    To(Home),
    /// Somebody has to say first whether it is the platform that is known.
    Waits,
}

/// A deployment that is let in, with the platform that it is known to belong to.
pub(super) struct Asked<'a> {
    pub(super) registration: &'a Registration,
    pub(super) deployment: &'a DeploymentId,
    pub(super) known: Option<&'a Platform>,
    pub(super) launch: &'a Launch,
}

/// Says which platform the launch belongs to. Writes only what is new.
pub(super) fn of(
    db: &mut Db,
    asked: &Asked<'_>,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Belongs, StoreError> {
    let told = told_guid(asked.launch);
    let Some(platform) = asked.known else {
        return first(db, asked, told, now, random);
    };
    match (platform.guid.as_deref(), told) {
        (Some(kept), Some(told)) if kept != told => {
            let waits = Belonging {
                platform: Some(platform.id.clone()),
                review_of: Some(platform.id.clone()),
                told_guid: Some(told.to_owned()),
            };
            wait(db, asked, &waits, now, random)
        }
        (None, Some(told)) => {
            platforms::set_guid(db, &platform.tenant, &platform.id, Some(told))?;
            Ok(Belongs::To(home(platform)))
        }
        _ => Ok(Belongs::To(home(platform))),
    }
}

/// As much of the platform's fingerprint as is kept.
fn told_guid(launch: &Launch) -> Option<&str> {
    let guid = launch.tool_platform.guid.as_deref()?;
    (!guid.is_empty() && guid.len() <= 255).then_some(guid)
}

fn home(platform: &Platform) -> Home {
    Home {
        platform: platform.id.clone(),
        registration: platform.registration.clone(),
    }
}

/// The first launch from a deployment.
fn first(
    db: &mut Db,
    asked: &Asked<'_>,
    told: Option<&str>,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Belongs, StoreError> {
    let registration = asked.registration;
    let tenant = &registration.tenant;
    // Nobody is led to a platform that is one with another: its people are with that one.
    let joined = joins::joined_platforms(db, tenant)?;
    let mut all = platforms::of_issuer(db, tenant, &registration.issuer)?;
    all.retain(|one| joined.of_deployments(&one.id) == one.id);
    // An LMS that is hosted under the issuer of many says which it is; elsewhere another name is a question.
    let tells = registration.capabilities().hosting == Hosting::Instructure;
    let mut by_siblings: Vec<PlatformId> = platforms::of_registration(db, tenant, &registration.id)?
        .into_iter()
        .filter_map(|(_, belonging)| belonging.platform)
        .collect();
    // People whom an older program added, or the reading of a course, are of its first platform.
    let own = Home::of(&registration.id).platform;
    if platforms::people(db, tenant, &own)? > 0 {
        by_siblings.push(joined.of_deployments(&own));
    }
    let is_told = |platform: &Platform| {
        told.is_none_or(|told| platform.guid.as_deref().is_none_or(|kept| kept == told))
    };
    let sibling = all
        .iter()
        .find(|one| by_siblings.contains(&one.id) && is_told(one));
    if let Some(sibling) = sibling {
        return settle(db, asked, sibling, told);
    }
    let mut known = None;
    for platform in &all {
        let is_other = tells && platform.guid.is_some() && !is_told(platform);
        if is_other || platforms::people(db, tenant, &platform.id)? == 0 {
            continue;
        }
        // The one of that name goes first, else the newest.
        if known.is_none_or(|known: &Platform| !(told.is_some() && known.guid.as_deref() == told)) {
            known = Some(platform);
        }
    }
    if let Some(known) = known {
        let waits = Belonging {
            platform: None,
            review_of: Some(known.id.clone()),
            told_guid: told.map(ToOwned::to_owned),
        };
        return wait(db, asked, &waits, now, random);
    }
    let own = own_platform(db, registration, &all, told, now, random)?;
    settle(db, asked, &own, told)
}

/// A platform of that registration that has nobody yet: its first one, or a new one beside it.
fn own_platform(
    db: &mut Db,
    registration: &Registration,
    all: &[Platform],
    told: Option<&str>,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Platform, StoreError> {
    let is_free = |one: &&Platform| {
        one.registration == registration.id
            && (one.guid.is_none() || told.is_none() || one.guid.as_deref() == told)
    };
    if let Some(free) = all.iter().find(is_free)
        && (free.guid.is_some() || platforms::people(db, &registration.tenant, &free.id)? == 0)
    {
        return Ok(free.clone());
    }
    let new = Platform {
        id: PlatformId::new(now, random),
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        issuer: registration.issuer.clone(),
        guid: told.map(ToOwned::to_owned),
        since: now,
    };
    platforms::insert(db, &new)?;
    Ok(new)
}

fn settle(
    db: &mut Db,
    asked: &Asked<'_>,
    platform: &Platform,
    told: Option<&str>,
) -> Result<Belongs, StoreError> {
    let belongs = Belonging {
        platform: Some(platform.id.clone()),
        ..Belonging::default()
    };
    platforms::settle(db, &platform.tenant, asked.deployment, &belongs)?;
    if platform.guid.is_none() && told.is_some() {
        platforms::set_guid(db, &platform.tenant, &platform.id, told)?;
    }
    Ok(Belongs::To(home(platform)))
}

/// Keeps that somebody has to look; the log has it once.
fn wait(
    db: &mut Db,
    asked: &Asked<'_>,
    waits: &Belonging,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Belongs, StoreError> {
    let tenant = &asked.registration.tenant;
    let before = platforms::belonging(db, tenant, asked.deployment)?.unwrap_or_default();
    if before != *waits {
        platforms::settle(db, tenant, asked.deployment, waits)?;
        let subject = asked.registration.id.as_str();
        let entry = Entry::new(tenant, Actor::Platform, Action::PlatformHeld, subject, now);
        let entry = entry.detail(json!({"deployment": asked.deployment, "guid": waits.told_guid}));
        audit::record(db, &entry, random)?;
    }
    Ok(Belongs::Waits)
}
