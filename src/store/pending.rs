//! Installations that turned up unannounced: where they were seen, and who said that they belong here. Accepting one is
//! [`super::deployments::set_state`].

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_json, json, micros, moment};
use super::deployments;
use super::schema::deployments as table;
use super::{Db, StoreError};
use crate::domain::platform::{Claim, Deployment, SeenIn};
use crate::ids::{DeploymentId, TenantId};

/// Adds an installation unless there is one of that name, with where it was seen, and says which one is there now.
pub(crate) fn note(
    db: &mut Db,
    deployment: &Deployment,
    seen_in: &SeenIn,
    now: DateTime<Utc>,
) -> Result<Deployment, StoreError> {
    let known = deployments::find_or_insert(db, deployment, now)?;
    diesel::update(table::table)
        .filter(table::tenant_id.eq(known.tenant.as_str()))
        .filter(table::id.eq(known.id.as_str()))
        .filter(table::seen_in.is_null())
        .set(table::seen_in.eq(json(seen_in)?))
        .execute(db)?;
    Ok(known)
}

/// Keeps that somebody asked for an installation; whoever asked first stays. Says whether this was the first.
pub(crate) fn claim(
    db: &mut Db,
    tenant: &TenantId,
    id: &DeploymentId,
    by: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = diesel::update(table::table)
        .filter(table::tenant_id.eq(tenant.as_str()))
        .filter(table::id.eq(id.as_str()))
        .filter(table::claimed_at.is_null())
        .set((table::claimed_by.eq(by), table::claimed_at.eq(micros(now))))
        .execute(db)?;
    Ok(changed == 1)
}

/// What is known of an installation besides its state; none when there is no such installation.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &DeploymentId) -> Result<Option<Claim>, StoreError> {
    let row: Option<(Option<String>, Option<String>, Option<i64>)> = table::table
        .filter(table::tenant_id.eq(tenant.as_str()))
        .filter(table::id.eq(id.as_str()))
        .select((table::seen_in, table::claimed_by, table::claimed_at))
        .get_result(db)
        .optional()?;
    let Some((seen_in, claimed_by, claimed_at)) = row else {
        return Ok(None);
    };
    Ok(Some(Claim {
        seen_in: seen_in
            .map(|text| from_json("deployments.seen_in", &text))
            .transpose()?,
        claimed_by,
        claimed_at: claimed_at.map(moment).transpose()?,
    }))
}

/// What the platform itself calls an installation.
pub(crate) fn name_of(
    db: &mut Db,
    tenant: &TenantId,
    id: &DeploymentId,
) -> Result<Option<String>, StoreError> {
    let name = table::table
        .filter(table::tenant_id.eq(tenant.as_str()))
        .filter(table::id.eq(id.as_str()))
        .select(table::deployment_id)
        .get_result(db)
        .optional()?;
    Ok(name)
}
