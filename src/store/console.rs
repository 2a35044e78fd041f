//! Numbers for the first page of the console.

use diesel::dsl::max;
use diesel::prelude::*;

use super::convert::opt_moment;
use super::schema::{courses, deployments, last_seen, registrations, sessions};
use super::{Db, StoreError};
use crate::domain::issuer::Counts;
use crate::ids::TenantId;

/// Counts what an institution has.
pub(crate) fn counts(db: &mut Db, tenant: &TenantId) -> Result<Counts, StoreError> {
    let platforms = registrations::table
        .filter(registrations::tenant_id.eq(tenant.as_str()))
        .filter(registrations::enabled.eq(true))
        .count()
        .get_result(db)?;
    let courses = courses::table
        .filter(courses::tenant_id.eq(tenant.as_str()))
        .filter(courses::joined_into.is_null())
        .filter(courses::home.is_null())
        .count()
        .get_result(db)?;
    let waiting = deployments::table
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::state.eq("pending"))
        .count()
        .get_result(db)?;
    let reviews = deployments::table
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::review_of.is_not_null())
        .count()
        .get_result(db)?;
    let seen: Option<i64> = last_seen::table
        .filter(last_seen::tenant_id.eq(tenant.as_str()))
        .select(max(last_seen::launched_at))
        .get_result(db)?;
    let opened: Option<i64> = sessions::table
        .filter(sessions::tenant_id.eq(tenant.as_str()))
        .select(max(sessions::created_at))
        .get_result(db)?;
    Ok(Counts {
        platforms,
        courses,
        waiting,
        reviews,
        last_launch: opt_moment(seen.max(opened))?,
    })
}
