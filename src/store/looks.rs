//! How many badges of other issuers are looked at on a day. What is counted is in the database: all nodes have one count.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::schema::outside_looks;
use super::{Db, StoreError};
use crate::ids::{PersonId, TenantId};

/// Takes as many looks as `wanted`, or as are left on that day of each of `shares`: for whom, and how many they have. Says how many.
/// The shares that several people have in common come first.
pub(crate) fn take(
    db: &mut Db,
    tenant: &TenantId,
    kind: &str,
    day: NaiveDate,
    wanted: i64,
    shares: &[(&str, i64)],
) -> Result<i64, StoreError> {
    let day = day.to_string();
    let (mut granted, mut known) = (wanted, Vec::with_capacity(shares.len()));
    for (asker, most) in shares {
        let used = used(db, tenant, kind, &day, asker)?;
        granted = granted.min(most.saturating_sub(used));
        known.push((*asker, used));
    }
    let granted = granted.max(0);
    for (asker, used) in known {
        diesel::update(outside_looks::table)
            .filter(outside_looks::tenant_id.eq(tenant.as_str()))
            .filter(outside_looks::asker.eq(asker))
            .filter(outside_looks::kind.eq(kind))
            .filter(outside_looks::counted_on.eq(day.as_str()))
            .set(outside_looks::looks.eq(used.saturating_add(granted)))
            .execute(db)?;
    }
    Ok(granted)
}

/// How many of a share are used. Nobody else takes of it until the transaction ends.
fn used(db: &mut Db, tenant: &TenantId, kind: &str, day: &str, asker: &str) -> Result<i64, StoreError> {
    let row = (
        outside_looks::tenant_id.eq(tenant.as_str()),
        outside_looks::asker.eq(asker),
        outside_looks::kind.eq(kind),
        outside_looks::counted_on.eq(day),
        outside_looks::looks.eq(0_i64),
    );
    on_both!(db, |connection| diesel::insert_into(outside_looks::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    diesel::update(outside_looks::table)
        .filter(outside_looks::tenant_id.eq(tenant.as_str()))
        .filter(outside_looks::asker.eq(asker))
        .filter(outside_looks::kind.eq(kind))
        .filter(outside_looks::counted_on.eq(day))
        .set(outside_looks::looks.eq(outside_looks::looks))
        .execute(db)?;
    Ok(outside_looks::table
        .filter(outside_looks::tenant_id.eq(tenant.as_str()))
        .filter(outside_looks::asker.eq(asker))
        .filter(outside_looks::kind.eq(kind))
        .filter(outside_looks::counted_on.eq(day))
        .select(outside_looks::looks)
        .get_result(db)?)
}

/// Forgets what was counted before that day, of all institutions, and says how much.
pub(crate) fn purge(db: &mut Db, before: NaiveDate) -> Result<usize, StoreError> {
    Ok(diesel::delete(outside_looks::table)
        .filter(outside_looks::counted_on.lt(before.to_string()))
        .execute(db)?)
}

/// Forgets what was counted for a person.
pub(crate) fn forget_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    diesel::delete(outside_looks::table)
        .filter(outside_looks::tenant_id.eq(tenant.as_str()))
        .filter(outside_looks::asker.eq(person.as_str()))
        .execute(db)?;
    Ok(())
}
