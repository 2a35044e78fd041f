//! Deployments that go over to another platform, and come back.

use chrono::{DateTime, Utc};

use super::super::{Db, StoreError, course_keys, courses, minors, platforms};
use super::make_room;
use super::moves::{self, Moved};
use super::{placed, visits};
use crate::domain::platform::{Join, Platform};
use crate::ids::{CourseId, JoinId, PlatformId, TenantId};
use crate::random::Random;

const DEPLOYMENTS: Moved = Moved {
    table: "deployments",
    column: "platform_id",
    key: "id",
    unique: None,
};
const GUID: &str = "platforms.guid";

/// Has the deployments of a platform belong to another one, which is called as the launches call it now.
pub(crate) fn platform_goes_over(
    db: &mut Db,
    tenant: &TenantId,
    join: &JoinId,
    from: &PlatformId,
    into: &Platform,
    told_guid: Option<&str>,
) -> Result<(), StoreError> {
    DEPLOYMENTS.go(db, tenant, join, from.as_str(), into.id.as_str())?;
    // Whoever is a minor by the institution's word stays one; it is taken back by a person alone.
    minors::carry(db, tenant, from, &into.id)?;
    if told_guid.is_some() && told_guid != into.guid.as_deref() {
        let was = into.guid.clone().unwrap_or_default();
        moves::note(db, tenant, join, GUID, &[(into.id.to_string(), was)])?;
        platforms::set_guid(db, tenant, &into.id, told_guid)?;
    }
    Ok(())
}

/// Gives a platform its deployments back. The courses of the other one hang on them no more: those are given that are read
/// through an earlier one again. Visits of those end, as do those that the deployments opened: who is meant is said anew.
pub(crate) fn platform_comes_back(
    db: &mut Db,
    join: &Join,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Vec<CourseId>, StoreError> {
    let tenant = &join.tenant;
    let (from, into) = join.sides::<PlatformId>();
    DEPLOYMENTS.back(db, tenant, &join.id, into.as_str())?;
    for (id, was) in moves::noted(db, tenant, &join.id, GUID)? {
        let was = Some(was.as_str()).filter(|was| !was.is_empty());
        platforms::set_guid(db, tenant, &id.into(), was)?;
    }
    let mut brought = Vec::new();
    for (deployment, _) in platforms::deployments_of(db, tenant, &from)? {
        let mut spoke = Vec::new();
        for id in course_keys::on_deployment(db, tenant, &into, &deployment)? {
            spoke.extend(courses::get(db, tenant, &id)?);
        }
        let back = make_room(db, tenant, &into, &deployment)?;
        for course in spoke.iter().filter(|course| back.contains(&course.id)) {
            placed::own_course(db, join, course, now, random)?;
            visits::of_course(db, tenant, &course.id)?;
        }
        visits::of_deployment(db, tenant, &deployment)?;
        brought.extend(back);
    }
    Ok(brought)
}
