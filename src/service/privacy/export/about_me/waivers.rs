//! The parts of programmes that a person need not have, with the reason that was given.

use serde_json::{Value, json};

use super::Names;
use crate::ids::{PersonId, TenantId};
use crate::store::{Db, StoreError, programmes};

pub(super) fn told(
    db: &mut Db,
    tenant: &TenantId,
    id: &PersonId,
    names: &mut Names,
) -> Result<Vec<Value>, StoreError> {
    let mut told = Vec::new();
    for one in programmes::waivers_of_person(db, tenant, id)? {
        told.push(json!({
            "programme": names.badge(db, tenant, &one.badge)?, "part": names.badge(db, tenant, &one.part)?,
            "reason": one.reason, "at": one.at, "taken_back_at": one.taken_back_at,
        }));
    }
    Ok(told)
}
