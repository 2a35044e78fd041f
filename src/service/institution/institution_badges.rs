//! Badges that an institution owns and that its courses take: made, published and withdrawn by its administrators, and offered to the
//! courses that they choose. What a course makes of one is [`crate::service::course::from_institution`].

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::badge::{Badge, BadgeState, Picture};
use crate::domain::design_review::{DesignProblem, review_design};
use crate::domain::institution_badge::{Asks, AsksProblem, InstitutionBadge, Reach, Version, Wants};
use crate::domain::issuer::Tenant;
use crate::ids::{ActivityId, BadgeId, CourseId, LineItemId, PlatformId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::badge::pictures;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::InstitutionBadgeRefusal;
use crate::service::institution::administrators::Administrator;
use crate::store::{
    Db, audit, badges, courses, institution_badges, issuers, joins, platforms, programmes, tenants,
};

/// Courses among which an administrator looks, the newest first.
const MOST_COURSES: i64 = 2_000;

/// One in the list.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    pub(crate) one: InstitutionBadge,
    pub(crate) state: BadgeState,
    /// How many courses have it.
    pub(crate) courses: usize,
}

/// One with everything that its page shows.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) institution: Tenant,
    pub(crate) one: InstitutionBadge,
    pub(crate) badge: Badge,
    pub(crate) reach: Reach,
    /// What courses made of it, each with the title of its course.
    pub(crate) taken: Vec<(Badge, Option<String>)>,
    /// The last part of the addresses of its issuer.
    pub(crate) issuer: String,
    /// What can be chosen: platforms, and the newest courses with their titles.
    pub(crate) platforms: Vec<(PlatformId, String)>,
    pub(crate) courses: Vec<(CourseId, Option<String>)>,
}

impl Opened {
    /// Whether the draft is not what courses take.
    #[must_use]
    pub(crate) fn waits(&self) -> bool {
        self.one.published.as_ref() != Some(&self.one.draft)
    }
}

/// What became of one that was to be saved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Saved {
    Done(BadgeId),
    /// It was not saved: what is wrong with its design, and with what it asks.
    Wrong(Vec<DesignProblem>, Vec<AsksProblem>),
    /// It was not saved: somebody changed it since.
    Changed,
}

/// Those of an institution.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "institution_badges.list", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn list(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<(Tenant, Vec<Summary>), ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let institution = institution(db, &id)?;
        let taken = institution_badges::taken_counts(db, &id)?;
        let all = institution_badges::all(db, &id)?.into_iter();
        let all = all.map(|(one, badge)| Summary {
            courses: taken.get(&one.badge).copied().unwrap_or_default(),
            state: badge.state,
            one,
        });
        let all: Vec<Summary> = all.collect();
        Ok((institution, all))
    });
    found.await
}

/// One of them.
///
/// # Errors
/// As [`list`]; [`ServiceError::NotFound`] for a badge that is none of these.
#[tracing::instrument(name = "institution_badges.open", level = "debug", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn open(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    badge: &BadgeId,
) -> Result<Opened, ServiceError> {
    admin.scope.allows(tenant)?;
    let (tenant, badge) = (tenant.clone(), badge.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (one, badge) = find(db, &tenant, &badge)?;
        let issuer = issuers::for_tenant(db, &tenant)?.ok_or(ServiceError::NotFound("issuer"))?;
        let joined = joins::joined_platforms(db, &tenant)?;
        let mut platforms = institution_badges::platforms(db, &tenant)?;
        platforms.retain(|(id, _)| joined.of_people(id) == *id);
        Ok(Opened {
            institution: institution(db, &tenant)?,
            reach: institution_badges::reach(db, &tenant, &badge.id)?,
            taken: institution_badges::taken(db, &tenant, &badge.id)?,
            issuer: issuer.slug,
            platforms,
            courses: institution_badges::courses(db, &tenant, MOST_COURSES)?,
            one,
            badge,
        })
    });
    found.await
}

/// The institution, for the page of a new one.
///
/// # Errors
/// As [`list`].
#[tracing::instrument(name = "institution_badges.begin", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn begin(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<Tenant, ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    cairn.store.read_with(move |db| institution(db, &id)).await
}

/// Saves a new one, or the draft that was loaded as `revision`. What courses took, and take, stays as it is.
///
/// # Errors
/// [`ServiceError::NotFound`] for what this administrator does not see; [`InstitutionBadgeRefusal::NoPlatform`].
#[tracing::instrument(name = "institution_badges.save", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn save(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    known: Option<(&BadgeId, i32)>,
    typed: Version,
) -> Result<Saved, ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let mut problems = review_design(&typed.design, now);
    // The address comes back from the form: what it names must be there.
    if let Picture::Uploaded { .. } = &typed.design.picture
        && !problems.contains(&DesignProblem::PictureDigest)
        && !pictures::is_kept(cairn, &typed.design.picture).await?
    {
        problems.push(DesignProblem::PictureDigest);
    }
    let asked = typed.asks.problems(typed.design.kind);
    if !problems.is_empty() || !asked.is_empty() {
        return Ok(Saved::Wrong(problems, asked));
    }
    let known = known.map(|(id, revision)| (id.clone(), revision));
    let (tenant, admin) = (tenant.clone(), admin.clone());
    let saved = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let Some((id, revision)) = known else {
            let draft = with_ids(typed, None, now, random.as_ref());
            let id = make(db, &tenant, &admin, draft, now, random.as_ref())?;
            return Ok(Saved::Done(id));
        };
        let (one, badge) = find(db, &tenant, &id)?;
        let draft = with_ids(typed, Some(&one), now, random.as_ref());
        if one.draft == draft {
            // A second click on the same button, or somebody who typed the same.
            return Ok(Saved::Done(id));
        }
        if !institution_badges::save(db, (&tenant, &id), revision, &draft, &admin.actor, now)? {
            return Ok(Saved::Changed);
        }
        let entry = entry(&admin, &badge, Action::InstitutionBadgeSaved, now);
        audit::record(db, &entry, random.as_ref())?;
        Ok(Saved::Done(id))
    });
    saved.await
}

fn make(
    db: &mut Db,
    tenant: &TenantId,
    admin: &Administrator,
    draft: Version,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<BadgeId, ServiceError> {
    let name = institution(db, tenant)?.name;
    let home = programmes::make_home(db, tenant, &name, now, random)?;
    let badge = Badge {
        id: BadgeId::new(now, random),
        tenant: tenant.clone(),
        course: home.ok_or(InstitutionBadgeRefusal::NoPlatform)?,
        state: BadgeState::Draft,
        design: draft.design.clone(),
        active_rule: None,
        revision: 1,
        created_at: now,
        updated_at: now,
    };
    badges::insert(db, &badge)?;
    let one = InstitutionBadge {
        badge: badge.id.clone(),
        tenant: tenant.clone(),
        draft,
        revision: 1,
        published: None,
        version: 0,
        published_at: None,
        everywhere: true,
        saved_by: Some(admin.actor.clone()),
        created_at: now,
        updated_at: now,
    };
    institution_badges::insert(db, &one)?;
    audit::record(
        db,
        &entry(admin, &badge, Action::InstitutionBadgeMade, now),
        random,
    )?;
    Ok(badge.id)
}

/// Each place under the id that it had, as far as it is still of that kind, and under a new one otherwise.
fn with_ids(
    mut typed: Version,
    known: Option<&InstitutionBadge>,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Version {
    let versions = known.into_iter();
    let versions = versions.flat_map(|one| [Some(&one.draft), one.published.as_ref()].into_iter().flatten());
    let before: Vec<&Asks> = versions.map(|version| &version.asks).collect();
    let is_column = |wants: &Wants| matches!(wants, Wants::Column { .. });
    let mut used: Vec<String> = Vec::new();
    for place in &mut typed.asks.places {
        let had = before
            .iter()
            .flat_map(|asks| &asks.places)
            .any(|one| one.id == place.id && is_column(&one.wants) == is_column(&place.wants));
        if !had || used.contains(&place.id) {
            place.id = if is_column(&place.wants) {
                LineItemId::new(now, random).to_string()
            } else {
                ActivityId::new(now, random).to_string()
            };
        }
        used.push(place.id.clone());
    }
    typed
}

/// Publishes the draft that was shown as `revision`: courses take it as it is from now on, and those that have an earlier version are
/// told. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::NotFound`] for what this administrator does not see; an [`InstitutionBadgeRefusal`] for one that was withdrawn,
/// or changed since.
#[tracing::instrument(name = "institution_badges.publish", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn publish(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &BadgeId,
    revision: i32,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (tenant, id, admin) = (tenant.clone(), id.clone(), admin.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (one, badge) = find(db, &tenant, &id)?;
        if badge.state == BadgeState::Retired {
            return Err(InstitutionBadgeRefusal::Withdrawn.into());
        }
        if one.published.as_ref() == Some(&one.draft) {
            return Ok(());
        }
        let (of, version) = ((&tenant, &id), one.version.saturating_add(1));
        if !institution_badges::publish(db, of, revision, &one.draft, version, now)? {
            return Err(InstitutionBadgeRefusal::OtherVersion.into());
        }
        if badge.design != one.draft.design {
            badges::update_design(db, &tenant, &id, badge.revision, &one.draft.design, now)?;
        }
        badges::set_state(db, &tenant, &id, &BadgeState::Active, now)?;
        let entry = entry(&admin, &badge, Action::InstitutionBadgePublished, now);
        audit::record(db, &entry.detail(json!({ "version": version })), random.as_ref())?;
        Ok(())
    });
    done.await
}

/// Chooses which courses may take it. What courses took stays.
///
/// # Errors
/// [`ServiceError::NotFound`] for what this administrator does not see, platforms and courses of others among it.
#[tracing::instrument(name = "institution_badges.offer_to", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn offer_to(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &BadgeId,
    everywhere: bool,
    mut reach: Reach,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (tenant, id, admin) = (tenant.clone(), id.clone(), admin.clone());
    reach.platforms.sort_unstable();
    reach.platforms.dedup();
    reach.courses.sort_unstable();
    reach.courses.dedup();
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (_, badge) = find(db, &tenant, &id)?;
        for platform in &reach.platforms {
            platforms::get(db, &tenant, platform)?.ok_or(ServiceError::NotFound("platform"))?;
        }
        for course in &reach.courses {
            courses::get(db, &tenant, course)?.ok_or(ServiceError::NotFound("course"))?;
        }
        institution_badges::set_reach(db, (&tenant, &id), everywhere, &reach, now, random.as_ref())?;
        let entry = entry(&admin, &badge, Action::InstitutionBadgeReach, now).detail(json!({
            "everywhere": everywhere, "platforms": reach.platforms, "courses": reach.courses,
        }));
        audit::record(db, &entry, random.as_ref())?;
        Ok(())
    });
    done.await
}

/// Offers a published one to courses no more, or again. What courses took stays, and goes on. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::NotFound`] for what this administrator does not see.
#[tracing::instrument(name = "institution_badges.turn", skip_all, fields(badge = id.as_str()))]
pub(crate) async fn turn(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &BadgeId,
    offered: bool,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (tenant, id, admin) = (tenant.clone(), id.clone(), admin.clone());
    let done = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let (_, badge) = find(db, &tenant, &id)?;
        let (state, action) = match (&badge.state, offered) {
            (BadgeState::Active, false) => (BadgeState::Retired, Action::InstitutionBadgeWithdrawn),
            (BadgeState::Retired, true) => (BadgeState::Active, Action::InstitutionBadgeAgain),
            _ => return Ok(()),
        };
        badges::set_state(db, &tenant, &id, &state, now)?;
        audit::record(db, &entry(&admin, &badge, action, now), random.as_ref())?;
        Ok(())
    });
    done.await
}

fn institution(db: &mut Db, tenant: &TenantId) -> Result<Tenant, ServiceError> {
    tenants::get(db, tenant)?.ok_or(ServiceError::NotFound("institution"))
}

fn find(db: &mut Db, tenant: &TenantId, id: &BadgeId) -> Result<(InstitutionBadge, Badge), ServiceError> {
    let missing = || ServiceError::NotFound("badge");
    let one = institution_badges::get(db, tenant, id)?.ok_or_else(missing)?;
    let badge = badges::get(db, tenant, id)?.ok_or_else(missing)?;
    Ok((one, badge))
}

/// An entry in the log about one.
fn entry(admin: &Administrator, badge: &Badge, action: Action, now: DateTime<Utc>) -> Entry {
    let actor = Actor::Administrator(admin.actor.clone());
    Entry::new(&badge.tenant, actor, action, badge.id.as_str(), now)
}
