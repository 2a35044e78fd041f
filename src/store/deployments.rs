//! Installations of the tool under a registration, unique on (registration, deployment id).

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_word, micros, word};
use super::schema::deployments;
use super::{Db, StoreError};
use crate::domain::platform::{Deployment, DeploymentState};
use crate::ids::{DeploymentId, RegistrationId, TenantId};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = deployments, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    tenant_id: String,
    registration_id: String,
    deployment_id: String,
    state: String,
    created_at: i64,
}

impl Row {
    pub(super) fn deployment(self) -> Result<Deployment, StoreError> {
        Ok(Deployment {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            registration: self.registration_id.into(),
            deployment_id: self.deployment_id,
            state: from_word("deployments.state", &self.state)?,
        })
    }
}

/// The installation that the platform calls `deployment_id`, of whichever institution: a deployment carries its tenant, and one
/// registration may serve several.
pub(crate) fn named(
    db: &mut Db,
    registration: &RegistrationId,
    deployment_id: &str,
) -> Result<Option<Deployment>, StoreError> {
    let row = on_both!(db, |connection| deployments::table
        .filter(deployments::registration_id.eq(registration.as_str()))
        .filter(deployments::deployment_id.eq(deployment_id))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    row.map(Row::deployment).transpose()
}

/// The installation with that id.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &DeploymentId,
) -> Result<Option<Deployment>, StoreError> {
    let row = deployments::table
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::deployment).transpose()
}

/// Adds `deployment` unless the registration has one of that name, and says which one is there now (whose state may
/// differ from the one given).
pub(crate) fn find_or_insert(
    db: &mut Db,
    deployment: &Deployment,
    now: DateTime<Utc>,
) -> Result<Deployment, StoreError> {
    let (tenant, registration) = (&deployment.tenant, &deployment.registration);
    if let Some(known) = named(db, registration, &deployment.deployment_id)? {
        return Ok(known);
    }
    let row = Row {
        id: deployment.id.to_string(),
        tenant_id: tenant.to_string(),
        registration_id: registration.to_string(),
        deployment_id: deployment.deployment_id.clone(),
        state: word(&deployment.state)?,
        created_at: micros(now),
    };
    on_both!(db, |connection| diesel::insert_into(deployments::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    named(db, registration, &deployment.deployment_id)?.ok_or(StoreError::Missing("deployment"))
}

/// The installations under a registration, oldest first.
pub(crate) fn list(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
) -> Result<Vec<Deployment>, StoreError> {
    let rows: Vec<Row> = deployments::table
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::registration_id.eq(registration.as_str()))
        .order((deployments::created_at, deployments::id))
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::deployment).collect()
}

/// Accepts an installation, or refuses it.
///
/// # Errors
/// [`StoreError::Missing`] when there is none with that id.
pub(crate) fn set_state(
    db: &mut Db,
    tenant: &TenantId,
    id: &DeploymentId,
    state: DeploymentState,
) -> Result<(), StoreError> {
    let changed = diesel::update(deployments::table)
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::id.eq(id.as_str()))
        .set(deployments::state.eq(word(&state)?))
        .execute(db)?;
    if changed == 0 {
        Err(StoreError::Missing("deployment"))
    } else {
        Ok(())
    }
}

/// Holds what was said of an installation as it was read until the transaction ends: whoever says something else waits.
///
/// # Errors
/// [`StoreError::Stale`] when something else is said by now.
pub(crate) fn hold(db: &mut Db, known: &Deployment) -> Result<(), StoreError> {
    let held = diesel::update(deployments::table)
        .filter(deployments::tenant_id.eq(known.tenant.as_str()))
        .filter(deployments::id.eq(known.id.as_str()))
        .filter(deployments::state.eq(word(&known.state)?))
        .set(deployments::state.eq(word(&known.state)?))
        .execute(db)?;
    if held == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Accepts an installation that waits for another institution, whose it is from now on. `false`: it does not wait any more.
pub(crate) fn give(
    db: &mut Db,
    owner: &TenantId,
    id: &DeploymentId,
    tenant: &TenantId,
) -> Result<bool, StoreError> {
    let changed = diesel::update(deployments::table)
        .filter(deployments::tenant_id.eq(owner.as_str()))
        .filter(deployments::id.eq(id.as_str()))
        .filter(deployments::state.eq(word(&DeploymentState::Pending)?))
        .set((
            deployments::tenant_id.eq(tenant.as_str()),
            deployments::state.eq(word(&DeploymentState::Accepted)?),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
