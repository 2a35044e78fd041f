//! What was joined, and taking it back.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::cause::Cause;
use crate::domain::issuer::Tenant;
use crate::domain::page::Page;
use crate::domain::platform::{CameSince, Join, JoinKind, JoinState};
use crate::ids::{CourseId, JoinId, PersonId, PlatformId, TenantId};
use crate::random::Random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue::{self, CheckCourse, DoJoin};
use crate::service::base::refusal::JoinRefusal;
use crate::service::institution::administrators::Administrator;
use crate::service::institution::joining::accounts::is_or_was_staff;
use crate::service::institution::joining::platforms::client_ids;
use crate::store::{Db, StoreError, account_joins, audit, courses, joins, people, platforms, tenants};

/// Most joins that are shown.
const MOST: i64 = 100;

/// A join in the list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) id: JoinId,
    pub(crate) kind: JoinKind,
    pub(crate) state: JoinState,
    /// What is one with the other: a person's name, or a platform's with its client id.
    pub(crate) from: String,
    pub(crate) into: String,
    pub(crate) asked_at: DateTime<Utc>,
    /// For a join that a student said.
    pub(crate) by_student: Option<SaidByStudent>,
}

/// What an administrator should know of a join that a student said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SaidByStudent {
    /// The two names had no word in common.
    pub(crate) names_differ: bool,
    /// Whoever stayed is something else than a student somewhere by now.
    pub(crate) is_staff_now: bool,
    /// It was taken back, and whoever stayed keeps a badge that was awarded for badges that went back.
    pub(crate) keeps_more: bool,
}

/// What was joined in an institution, newest first.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "joining.list", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn list(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
) -> Result<(Tenant, Vec<Listed>), ServiceError> {
    admin.scope.allows(tenant)?;
    let id = tenant.clone();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let institution = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let by_students = account_joins::said_by_students(db, &id)?;
        let mut all = Vec::new();
        for join in joins::list(db, &id, Page::first(MOST))? {
            let by_student = by_students.get(&join.id).copied();
            all.push(listed(db, join, by_student)?);
        }
        Ok((institution, all))
    });
    found.await
}

/// What an administrator looks at before taking a join back, and what came since: it stays with the one who stayed.
///
/// # Errors
/// As [`list`]; [`ServiceError::NotFound`] for an unknown join.
#[tracing::instrument(name = "joining.review_part", level = "debug", skip_all, fields(join = id.as_str()))]
pub(crate) async fn review_part(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &JoinId,
) -> Result<(Tenant, Listed, CameSince), ServiceError> {
    admin.scope.allows(tenant)?;
    let (tenant, id) = (tenant.clone(), id.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let institution = tenants::get(db, &tenant)?.ok_or(ServiceError::NotFound("institution"))?;
        let join = joins::get(db, &tenant, &id)?
            .filter(|join| join.parent.is_none())
            .ok_or(ServiceError::NotFound("join"))?;
        let since = joins::came_since(db, &join)?;
        let by_student = account_joins::said_by_students(db, &tenant)?.remove(&join.id);
        Ok((institution, listed(db, join, by_student)?, since))
    });
    found.await
}

fn listed(db: &mut Db, join: Join, by_student: Option<bool>) -> Result<Listed, ServiceError> {
    Ok(Listed {
        by_student: by_student.map(|differ| said(db, &join, differ)).transpose()?,
        from: called(db, &join.tenant, join.kind, &join.from)?,
        into: called(db, &join.tenant, join.kind, &join.into)?,
        id: join.id,
        kind: join.kind,
        state: join.state,
        asked_at: join.asked_at,
    })
}

/// What is noticeable about a join that a student said.
fn said(db: &mut Db, join: &Join, names_differ: bool) -> Result<SaidByStudent, ServiceError> {
    let (_, into) = join.sides::<PersonId>();
    Ok(SaidByStudent {
        names_differ,
        is_staff_now: is_or_was_staff(db, &join.tenant, &into)?,
        keeps_more: join.state == JoinState::Undone && joins::keeps_more(db, join)?,
    })
}

/// What stands for one side of a join on a page.
fn called(db: &mut Db, tenant: &TenantId, kind: JoinKind, id: &str) -> Result<String, ServiceError> {
    let name = match kind {
        JoinKind::Person => people::get(db, tenant, &PersonId::from(id))?
            .map(|person| format!("{} ({})", person.display_name(), person.sub)),
        JoinKind::Platform => platforms::named(db, tenant, &PlatformId::from(id))?
            .map(|(name, client_id)| format!("{name} ({client_id})")),
        JoinKind::Course => None,
    };
    Ok(name.unwrap_or_else(|| id.to_owned()))
}

/// Takes a join back; a job does it. What came since stays with what stayed.
///
/// # Errors
/// As [`list`]; [`ServiceError::NotFound`] for an unknown join, [`ServiceError::Refused`] when it was taken back already, is
/// still being done, or a later one builds on it.
#[tracing::instrument(name = "joining.part", skip_all, fields(join = id.as_str()))]
pub(crate) async fn part(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    id: &JoinId,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let actor = Actor::Administrator(admin.actor.clone());
    let (tenant, id) = (tenant.clone(), id.clone());
    let parted = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let join = joins::get(db, &tenant, &id)?
            .filter(|join| join.parent.is_none())
            .ok_or(ServiceError::NotFound("join"))?;
        take_back(db, &join, actor, now, random.as_ref())
    });
    parted.await
}

/// Keeps that a join is taken back, whoever says so, for the job that does it.
pub(super) fn take_back(
    db: &mut Db,
    join: &Join,
    actor: Actor,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), ServiceError> {
    let (tenant, id) = (&join.tenant, &join.id);
    if builds_on(db, join)? {
        return Err(JoinRefusal::Later.into());
    }
    if !joins::advance(db, tenant, id, JoinState::Done, JoinState::Leaving, now)? {
        return Err(JoinRefusal::NotDone.into());
    }
    let (action, subject) = match join.kind {
        JoinKind::Platform => {
            for course in joins::platform_comes_back(db, join, now, random)? {
                look_again(db, tenant, &course, now, random)?;
            }
            let from = platforms::get(db, tenant, &PlatformId::from(join.from.as_str()))?;
            let subject = from.map_or_else(|| join.from.clone(), |from| from.registration.to_string());
            (Action::PlatformParted, subject)
        }
        JoinKind::Person | JoinKind::Course => (Action::PersonParted, join.into.clone()),
    };
    let entry = Entry::new(tenant, actor, action, &subject, now);
    let detail = match join.kind {
        JoinKind::Platform => {
            let (from, into) = join.sides::<PlatformId>();
            json!({
                "join": id,
                "client_ids": client_ids(db, tenant, &from)?,
                "with_client_ids": client_ids(db, tenant, &into)?,
            })
        }
        JoinKind::Person | JoinKind::Course => json!({ "join": id }),
    };
    audit::record(db, &entry.detail(detail), random)?;
    let job = DoJoin { join: id.clone() };
    queue::enqueue(db, tenant, &job, now, now, random)?;
    Ok(())
}

/// Has a course read that is read through another registration from now on: its columns are others, and what waited for those is
/// sent.
fn look_again(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let Some(course) = courses::get(db, tenant, course)? else {
        return Ok(());
    };
    let check = CheckCourse::of(&course, Cause::Launch);
    queue::enqueue(db, tenant, &check, now, now, random)
}

/// Whether what stayed was joined into something else since, by itself or with its platform.
fn builds_on(db: &mut Db, join: &Join) -> Result<bool, ServiceError> {
    if joins::open_of(db, &join.tenant, join.kind, &join.into)?.is_some() {
        return Ok(true);
    }
    for child in joins::within(db, &join.tenant, &join.id)? {
        if joins::open_of(db, &join.tenant, child.kind, &child.into)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
