//! What only tests ask of a database, in the words of the product.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::audit::{Filter, Logged};
use crate::domain::course::Course;
use crate::domain::issuer::Tenant;
use crate::domain::page::Page;
use crate::domain::people::Enrolment;
use crate::ids::{CourseId, PersonId, TenantId};
use crate::random::Random;
use crate::store::courses::CourseSeen;
use crate::store::enrolments::Role;
use crate::store::jobs::{Job, Share};
use crate::store::{Db, StoreError, audit, courses, enrolments, jobs, registrations, tenants};

/// The oldest institution.
pub(crate) fn first_tenant(db: &mut Db) -> Result<Option<Tenant>, StoreError> {
    Ok(tenants::list(db)?.into_iter().next())
}

/// All courses of an institution, newest first.
pub(crate) fn all_courses(db: &mut Db, tenant: &TenantId) -> Result<Vec<Course>, StoreError> {
    let mut all = Vec::new();
    for registration in registrations::list(db, tenant)? {
        all.extend(courses::of_registration(
            db,
            tenant,
            &registration.id,
            Page::first(999),
        )?);
    }
    all.sort_unstable_by(|one, other| other.id.cmp(&one.id));
    Ok(all)
}

/// The course, as it is after a launch in it.
pub(crate) fn launch_course(
    db: &mut Db,
    seen: &CourseSeen,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Course, StoreError> {
    let known = courses::by_contexts(db, &seen.tenant, &seen.registration, &[seen.context_id.as_str()])?;
    let known = known.into_iter().find(|one| one.deployment == seen.deployment);
    courses::refresh_from_launch(db, known, seen, now, random)
}

/// What the person is after a launch as that.
pub(crate) fn launch_person(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    person: &PersonId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<Enrolment, StoreError> {
    let before = enrolments::get(db, tenant, course, person)?;
    enrolments::refresh_from_launch(db, tenant, course, person, before.as_ref(), role, now)
}

/// A page of the audit log, newest first.
pub(crate) fn logged(db: &mut Db, tenant: &TenantId, page: Page) -> Result<Vec<Logged>, StoreError> {
    let (entries, _) = audit::search(db, tenant, &Filter::default(), page)?;
    Ok(entries)
}

/// Claims what is due, whosever platforms it calls.
pub(crate) fn claim_unshared(
    db: &mut Db,
    now: DateTime<Utc>,
    worker: &str,
    lease: TimeDelta,
    limit: i64,
) -> Result<Vec<Job>, StoreError> {
    let share = Share {
        most_of_platform: usize::MAX,
        most_of_institution: usize::MAX,
        running: Vec::new(),
        apart: None,
        held: Vec::new(),
    };
    jobs::claim(db, now, worker, lease, limit, share)
}
