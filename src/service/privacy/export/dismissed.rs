//! What a teacher dismissed of what the coach found about badges.

use serde_json::{Value, json};

use crate::ids::{PersonId, TenantId};
use crate::store::{Db, StoreError, dismissals};

/// What these people, who are one, dismissed, and why.
///
/// # Errors
/// What the store reports.
pub(super) fn told(db: &mut Db, tenant: &TenantId, everybody: &[PersonId]) -> Result<Vec<Value>, StoreError> {
    let mut told = Vec::new();
    for id in everybody {
        let all = dismissals::of_person(db, tenant, id)?.into_iter();
        told.extend(all.map(|(code, reason, at)| json!({"hint": code, "reason": reason, "at": at})));
    }
    Ok(told)
}
