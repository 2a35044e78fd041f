//! Work that concerns a person, when they are erased.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::Value;

use crate::ids::{PersonId, TenantId};
use crate::store::convert::{CHUNK, from_json};
use crate::store::schema::jobs;
use crate::store::{Db, StoreError};

/// How many payloads are read at a time.
const READ: i64 = 500;

/// Removes all work that concerns a person, whatever its state. `things` are the ids of what is theirs. Run it in a
/// transaction.
pub(crate) fn forget_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    things: &[String],
) -> Result<(), StoreError> {
    diesel::delete(jobs::table)
        .filter(jobs::tenant_id.eq(tenant.as_str()))
        .filter(jobs::person_id.eq(person.as_str()))
        .execute(db)?;
    let mut ids: HashSet<&str> = things.iter().map(String::as_str).collect();
    ids.insert(person.as_str());
    let theirs = unsaid(db, tenant, &ids)?;
    for some in theirs.chunks(CHUNK) {
        on_both!(db, |connection| diesel::delete(jobs::table)
            .filter(jobs::tenant_id.eq(tenant.as_str()))
            .filter(jobs::id.eq_any(some))
            .execute(connection))?;
    }
    Ok(())
}

/// Work that does not say in its column whom it concerns, and names one of `ids` in its payload: a program from before the
/// column enqueued it. Everything else without a person is about courses, badges and keys, so there is little to read.
fn unsaid(db: &mut Db, tenant: &TenantId, ids: &HashSet<&str>) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let rows: Vec<(String, String)> = jobs::table
            .filter(jobs::tenant_id.eq(tenant.as_str()))
            .filter(jobs::person_id.is_null())
            .filter(jobs::id.gt(&after))
            .order(jobs::id)
            .limit(READ)
            .select((jobs::id, jobs::payload))
            .load(db)?;
        let Some((last, _)) = rows.last() else {
            return Ok(found);
        };
        after.clone_from(last);
        for (id, payload) in rows {
            if names(&from_json("jobs.payload", &payload)?, ids) {
                found.push(id);
            }
        }
    }
}

/// Whether one of `ids` is a value in the payload. A text that holds one among other words does not name it.
fn names(payload: &Value, ids: &HashSet<&str>) -> bool {
    match payload {
        Value::String(text) => ids.contains(text.as_str()),
        Value::Array(members) => members.iter().any(|one| names(one, ids)),
        Value::Object(members) => members.values().any(|one| names(one, ids)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
