//! Courses: LTI contexts, found by what a platform calls them ([`course_keys`]). A course hangs on the newest deployment that
//! it was launched from; what others offered is kept beside it (`course_services`).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::convert::{CHUNK, beyond, from_json, json, micros, opt_moment};
use super::course_keys;
use super::platforms::{self, Home};
use super::schema::{course_keys as known_as, courses};
use super::{Db, StoreError};
use crate::domain::course::{Checks, Course, CourseLife, End, LOOK_AGAIN, Services};
use crate::domain::page::Page;
use crate::ids::{CourseId, DeploymentId, RegistrationId, TenantId};
use crate::random::Random;

/// A course as a launch showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CourseSeen {
    pub(crate) tenant: TenantId,
    pub(crate) registration: RegistrationId,
    pub(crate) deployment: DeploymentId,
    /// The platform's own identifier.
    pub(crate) context_id: String,
    pub(crate) label: Option<String>,
    pub(crate) title: Option<String>,
    /// What the launch offered; what it does not mention is kept as known.
    pub(crate) services: Services,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = courses, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    tenant_id: String,
    registration_id: String,
    deployment_id: String,
    context_id: String,
    label: Option<String>,
    title: Option<String>,
    services: String,
    last_checked_at: Option<i64>,
    next_check_at: Option<i64>,
    problem: Option<String>,
    created_at: i64,
    refused_at: Option<i64>,
    ended_at: Option<i64>,
    ended_as: Option<String>,
}

impl Row {
    fn of(seen: &CourseSeen, now: DateTime<Utc>, random: &dyn Random) -> Result<Self, StoreError> {
        Ok(Self {
            id: CourseId::new(now, random).to_string(),
            tenant_id: seen.tenant.to_string(),
            registration_id: seen.registration.to_string(),
            deployment_id: seen.deployment.to_string(),
            context_id: seen.context_id.clone(),
            label: seen.label.clone(),
            title: seen.title.clone(),
            services: json(&seen.services)?,
            last_checked_at: None,
            next_check_at: Some(micros(now)),
            problem: None,
            created_at: micros(now),
            refused_at: None,
            ended_at: None,
            ended_as: None,
        })
    }

    fn life(&self) -> Result<CourseLife, StoreError> {
        let Some(at) = opt_moment(self.ended_at)? else {
            let since = opt_moment(self.refused_at)?;
            return Ok(since.map_or(CourseLife::Open, |since| CourseLife::Refuses { since }));
        };
        let how = match self.ended_as.as_deref() {
            Some("concluded") => End::Concluded,
            Some("gone") => End::Gone,
            other => {
                return Err(StoreError::Value {
                    column: "courses.ended_as",
                    problem: format!("{other:?}"),
                });
            }
        };
        Ok(CourseLife::Ended { how, at })
    }

    pub(super) fn course(self) -> Result<Course, StoreError> {
        Ok(Course {
            life: self.life()?,
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            registration: self.registration_id.into(),
            deployment: self.deployment_id.into(),
            context_id: self.context_id,
            label: self.label,
            title: self.title,
            services: from_json("courses.services", &self.services)?,
            checks: Checks {
                last_at: opt_moment(self.last_checked_at)?,
                next_at: opt_moment(self.next_check_at)?,
                problem: self.problem,
            },
        })
    }
}

/// The course of that name at its platform. One that an older program made is found by its deployment, and gets its key.
fn by_context(
    db: &mut Db,
    seen: &CourseSeen,
    home: &Home,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Option<Course>, StoreError> {
    if let Some(id) = course_keys::find(db, &seen.tenant, home, &seen.deployment, &seen.context_id)? {
        return get(db, &seen.tenant, &id);
    }
    let row: Option<Row> = on_both!(db, |connection| courses::table
        .filter(courses::tenant_id.eq(seen.tenant.as_str()))
        .filter(courses::deployment_id.eq(seen.deployment.as_str()))
        .filter(courses::context_id.eq(&seen.context_id))
        .filter(courses::joined_into.is_null())
        .filter(courses::home.is_null())
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    let Some(row) = row else { return Ok(None) };
    course_keys::insert(db, &seen.tenant, home, &seen.context_id, &row.id, now, random)?;
    row.course().map(Some)
}

/// When a course that nobody has opened yet is due: in the year 9999. Its first launch has it read.
pub(super) const NOT_BEFORE_A_LAUNCH: i64 = 253_370_764_800_000_000;

/// Adds a course of which the platform has told us before anybody opened it, unless it is known, and says which one is
/// there. It is not read before its first launch: nothing is known yet of what the platform offers in it.
pub(crate) fn announced(
    db: &mut Db,
    seen: &CourseSeen,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Course, StoreError> {
    let home = platforms::home_of_deployment(db, &seen.tenant, &seen.deployment)?;
    if let Some(known) = by_context(db, seen, &home, now, random)? {
        return Ok(known);
    }
    let row = Row {
        next_check_at: Some(NOT_BEFORE_A_LAUNCH),
        ..Row::of(seen, now, random)?
    };
    on_both!(db, |connection| diesel::insert_into(courses::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    by_context(db, seen, &home, now, random)?.ok_or(StoreError::Missing("course"))
}

/// Adds the course, due for its first check at once, or refreshes what the launch says of a known one: `known` is the
/// course of that context, if there was one.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn refresh_from_launch(
    db: &mut Db,
    known: Option<Course>,
    seen: &CourseSeen,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Course, StoreError> {
    let Some(mut known) = known else {
        let home = platforms::home_of_deployment(db, &seen.tenant, &seen.deployment)?;
        if let Some(known) = by_context(db, seen, &home, now, random)? {
            return refresh_from_launch(db, Some(known), seen, now, random);
        }
        let row = Row::of(seen, now, random)?;
        on_both!(db, |connection| diesel::insert_into(courses::table)
            .values(&row)
            .on_conflict_do_nothing()
            .execute(connection))?;
        return by_context(db, seen, &home, now, random)?.ok_or(StoreError::Missing("course"));
    };
    let other = seen.deployment != known.deployment;
    if other && !course_keys::is_newer(db, &seen.tenant, &seen.deployment, &known.deployment)? {
        // A link of the tool as it was installed before: the course goes on by the newer one.
        return Ok(known);
    }
    if known
        .checks
        .next_at
        .is_some_and(|at| micros(at) == NOT_BEFORE_A_LAUNCH)
    {
        known.checks.next_at = Some(now);
        set_next_check(db, &known.tenant, &known.id, Some(now))?;
    }
    let before = known.clone();
    if other {
        course_keys::keep_services(db, &known, now)?;
        known.deployment = seen.deployment.clone();
        known.registration = seen.registration.clone();
        known.services = Services::default();
    }
    let keep = |new: &Option<String>, old: Option<String>| new.clone().or(old);
    known.label = keep(&seen.label, known.label);
    known.title = keep(&seen.title, known.title);
    if seen.services.line_items_url.is_some() || !seen.services.ags_scopes.is_empty() {
        known
            .services
            .line_items_url
            .clone_from(&seen.services.line_items_url);
        known.services.ags_scopes.clone_from(&seen.services.ags_scopes);
    }
    known.services.memberships_url = keep(&seen.services.memberships_url, known.services.memberships_url);
    if known != before {
        diesel::update(courses::table)
            .filter(courses::tenant_id.eq(seen.tenant.as_str()))
            .filter(courses::id.eq(known.id.as_str()))
            .set((
                courses::label.eq(&known.label),
                courses::title.eq(&known.title),
                courses::services.eq(json(&known.services)?),
                courses::deployment_id.eq(known.deployment.as_str()),
                courses::registration_id.eq(known.registration.as_str()),
            ))
            .execute(db)?;
    }
    Ok(known)
}

/// The course with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &CourseId) -> Result<Option<Course>, StoreError> {
    let row = on_both!(db, |connection| courses::table
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::course).transpose()
}

/// The courses of one platform, newest first; the home of the institution is none.
pub(crate) fn of_registration(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
    page: Page,
) -> Result<Vec<Course>, StoreError> {
    let rows: Vec<Row> = courses::table
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::registration_id.eq(registration.as_str()))
        .filter(courses::joined_into.is_null())
        .filter(courses::home.is_null())
        .order((courses::created_at.desc(), courses::id.desc()))
        .offset(page.offset)
        .limit(page.limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::course).collect()
}

/// Keeps when the course was read, will be read again, and what went wrong.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such course.
pub(crate) fn set_checks(
    db: &mut Db,
    tenant: &TenantId,
    id: &CourseId,
    checks: &Checks,
) -> Result<(), StoreError> {
    let changed = diesel::update(courses::table)
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(id.as_str()))
        .set((
            courses::last_checked_at.eq(checks.last_at.map(micros)),
            courses::next_check_at.eq(checks.next_at.map(micros)),
            courses::problem.eq(&checks.problem),
        ))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("course"))
    } else {
        Ok(())
    }
}

/// Keeps whether the course goes on.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such course.
pub(crate) fn set_life(
    db: &mut Db,
    tenant: &TenantId,
    id: &CourseId,
    life: CourseLife,
) -> Result<(), StoreError> {
    let (refused_at, ended) = match life {
        CourseLife::Open => (None, None),
        CourseLife::Refuses { since } => (Some(micros(since)), None),
        CourseLife::Ended { how, at } => (None, Some((micros(at), how.word()))),
    };
    let changed = diesel::update(courses::table)
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(id.as_str()))
        .set((
            courses::refused_at.eq(refused_at),
            courses::ended_at.eq(ended.map(|(at, _)| at)),
            courses::ended_as.eq(ended.map(|(_, how)| how)),
        ))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("course"))
    } else {
        Ok(())
    }
}

/// Keeps when the course will be read again, and leaves what is known of the last check.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such course.
pub(crate) fn set_next_check(
    db: &mut Db,
    tenant: &TenantId,
    id: &CourseId,
    next_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let changed = diesel::update(courses::table)
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(id.as_str()))
        .set(courses::next_check_at.eq(next_at.map(micros)))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("course"))
    } else {
        Ok(())
    }
}

/// Courses whose next check has come, longest overdue first, at most `limit`. One without a time was read while the
/// schedule was off: it is due. So is one whose next check lies farther away than `interval`, or once it has ended than a
/// day: the clock was ahead when that was written, or the interval was longer. Names no tenant: the schedule serves all of them. Several nodes may see the same course; the queue's key makes it one piece of work.
pub(crate) fn due(
    db: &mut Db,
    now: DateTime<Utc>,
    interval: TimeDelta,
    limit: i64,
) -> Result<Vec<Course>, StoreError> {
    let next = || courses::next_check_at.assume_not_null();
    let goes_on = courses::ended_at.is_null().and(next().gt(beyond(now, interval)));
    let has_ended = courses::ended_at
        .is_not_null()
        .and(next().gt(beyond(now, LOOK_AGAIN)));
    let too_far = next().lt(NOT_BEFORE_A_LAUNCH).and(goes_on.or(has_ended));
    let rows: Vec<Row> = courses::table
        .filter(
            courses::next_check_at
                .is_null()
                .or(next().le(micros(now)))
                .or(too_far),
        )
        .filter(courses::joined_into.is_null())
        .filter(courses::home.is_null())
        .order((
            courses::next_check_at.is_not_null().desc(),
            courses::next_check_at,
            courses::id,
        ))
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::course).collect()
}

/// The ids of the contexts that a course was copied from, nearest first, as the last launch that named any said.
pub(crate) fn history(db: &mut Db, tenant: &TenantId, id: &CourseId) -> Result<Vec<String>, StoreError> {
    let kept: Option<Option<String>> = on_both!(db, |connection| courses::table
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(id.as_str()))
        .select(courses::history)
        .get_result(connection))
    .optional()?;
    let kept = kept.flatten();
    kept.map_or_else(|| Ok(Vec::new()), |text| from_json("courses.history", &text))
}

/// Keeps the ids of the contexts that a course was copied from, nearest first.
///
/// # Errors
/// [`StoreError::Missing`] when there is no such course.
pub(crate) fn set_history(
    db: &mut Db,
    tenant: &TenantId,
    id: &CourseId,
    history: &[&str],
) -> Result<(), StoreError> {
    let changed = diesel::update(courses::table)
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(id.as_str()))
        .set(courses::history.eq(json(&history)?))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("course"))
    } else {
        Ok(())
    }
}

/// Those of these courses that are there.
pub(crate) fn by_ids(
    db: &mut Db,
    tenant: &TenantId,
    ids: &[&CourseId],
) -> Result<HashMap<CourseId, Course>, StoreError> {
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(CHUNK) {
        let rows: Vec<Row> = on_both!(db, |connection| courses::table
            .filter(courses::tenant_id.eq(tenant.as_str()))
            .filter(courses::id.eq_any(some.iter().map(|id| id.as_str())))
            .select(Row::as_select())
            .load(connection))?;
        for row in rows {
            let course = row.course()?;
            found.insert(course.id.clone(), course);
        }
    }
    Ok(found)
}

/// The courses of a platform with one of these context ids, oldest first, each called by that one.
pub(crate) fn by_contexts(
    db: &mut Db,
    tenant: &TenantId,
    home: impl Into<Home>,
    context_ids: &[&str],
) -> Result<Vec<Course>, StoreError> {
    let home = home.into();
    let rows: Vec<(String, Row)> = on_both!(db, |connection| known_as::table
        .inner_join(courses::table.on(courses::id.eq(known_as::course_id)))
        .filter(known_as::tenant_id.eq(tenant.as_str()))
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(known_as::platform_id.eq(home.platform.as_str()))
        .filter(known_as::context_id.eq_any(context_ids.iter().take(CHUNK)))
        .order((courses::created_at, courses::id))
        .select((known_as::context_id, Row::as_select()))
        .load(connection))?;
    rows.into_iter()
        .map(|(context_id, row)| {
            Ok(Course {
                context_id,
                ..row.course()?
            })
        })
        .collect()
}

/// Sets what the platform offers in a course, whatever was offered before.
///
/// # Errors
/// Trouble with the database.
#[cfg(test)]
pub(crate) fn set_services(
    db: &mut Db,
    tenant: &TenantId,
    id: &CourseId,
    services: &crate::domain::course::Services,
) -> Result<(), StoreError> {
    diesel::update(courses::table)
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::id.eq(id.as_str()))
        .set(courses::services.eq(json(services)?))
        .execute(db)?;
    Ok(())
}
