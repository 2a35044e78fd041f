//! The rules of institutions, one document each.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_json, json, micros};
use super::schema::policies;
use super::{Db, StoreError};
use crate::domain::policy::Policy;
use crate::ids::TenantId;

/// The policy of an institution; the defaults where none was set.
pub(crate) fn get(db: &mut Db, tenant: &TenantId) -> Result<Policy, StoreError> {
    let document: Option<String> = policies::table
        .find(tenant.as_str())
        .select(policies::document)
        .get_result(db)
        .optional()?;
    document.map_or_else(
        || Ok(Policy::default()),
        |document| from_json("policies.document", &document),
    )
}

/// Sets the policy of an institution, whatever it was.
#[cfg(test)]
pub(crate) fn set(
    db: &mut Db,
    tenant: &TenantId,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (document, at) = (json(policy)?, micros(now));
    on_both!(db, |connection| diesel::insert_into(policies::table)
        .values((
            policies::tenant_id.eq(tenant.as_str()),
            policies::document.eq(&document),
            policies::updated_at.eq(at),
        ))
        .on_conflict(policies::tenant_id)
        .do_update()
        .set((policies::document.eq(&document), policies::updated_at.eq(at)))
        .execute(connection))?;
    Ok(())
}

/// Sets the policy of an institution over `before`, and over nothing else.
///
/// # Errors
/// [`StoreError::Stale`] when it is another one by now.
pub(crate) fn replace(
    db: &mut Db,
    tenant: &TenantId,
    before: &Policy,
    policy: &Policy,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (document, at) = (json(policy)?, micros(now));
    let stored: Option<String> = policies::table
        .find(tenant.as_str())
        .select(policies::document)
        .get_result(db)
        .optional()?;
    let changed = match stored {
        None if *before == Policy::default() => {
            on_both!(db, |connection| diesel::insert_into(policies::table)
                .values((
                    policies::tenant_id.eq(tenant.as_str()),
                    policies::document.eq(&document),
                    policies::updated_at.eq(at),
                ))
                .on_conflict_do_nothing()
                .execute(connection))?
        }
        Some(stored) if from_json::<Policy>("policies.document", &stored)? == *before => {
            diesel::update(policies::table.find(tenant.as_str()))
                .filter(policies::document.eq(&stored))
                .set((policies::document.eq(&document), policies::updated_at.eq(at)))
                .execute(db)?
        }
        None | Some(_) => 0,
    };
    if changed == 0 {
        Err(StoreError::Stale)
    } else {
        Ok(())
    }
}
