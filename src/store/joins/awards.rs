//! Awards of two people who are one: nobody ends with one badge of one cycle twice. Of two of them the one that holds goes
//! before one that was revoked, and the earlier before the later; the other stays with whoever is joined. Both stay as they
//! were signed, and both can be verified.

use diesel::prelude::*;

use super::super::schema::{awards, regrades};
use super::super::{Db, StoreError};
use super::moves;
use crate::ids::{JoinId, PersonId, TenantId};

const WHAT: &str = "awards.person_id";
const REGRADES: &str = "regrades.person_id";
/// Cycles of awards that change hands are above this meanwhile, so that no two meet.
const ASIDE: i32 = 1_000_000;

struct Held {
    id: String,
    badge: String,
    cycle: i32,
    /// The lower goes before the higher.
    rank: (bool, i64),
}

fn held(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Held>, StoreError> {
    let rows: Vec<(String, String, i32, i64, Option<i64>)> = awards::table
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::person_id.eq(person.as_str()))
        .order((awards::awarded_at, awards::id))
        .select((
            awards::id,
            awards::badge_id,
            awards::cycle,
            awards::awarded_at,
            awards::revoked_at,
        ))
        .load(db)?;
    let held = rows.into_iter().map(|(id, badge, cycle, at, revoked)| Held {
        id,
        badge,
        cycle,
        rank: (revoked.is_some(), at),
    });
    Ok(held.collect())
}

pub(super) fn join(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), StoreError> {
    let (theirs, own) = (held(db, tenant, from)?, held(db, tenant, into)?);
    for one in &theirs {
        let same = own
            .iter()
            .find(|other| other.badge == one.badge && other.cycle == one.cycle);
        match same {
            Some(other) if other.rank <= one.rank => {}
            Some(other) => {
                let noted = [
                    (other.id.clone(), into.to_string()),
                    (one.id.clone(), from.to_string()),
                ];
                moves::note(db, tenant, id, WHAT, &noted)?;
                put(db, tenant, &other.id, into, one.cycle.saturating_add(ASIDE))?;
                give(db, tenant, id, one, into)?;
                give(db, tenant, id, other, from)?;
            }
            None => {
                moves::note(db, tenant, id, WHAT, &[(one.id.clone(), from.to_string())])?;
                give(db, tenant, id, one, into)?;
            }
        }
    }
    Ok(())
}

/// Gives an award to somebody, with what is asked about it.
fn give(db: &mut Db, tenant: &TenantId, id: &JoinId, award: &Held, to: &PersonId) -> Result<(), StoreError> {
    put(db, tenant, &award.id, to, award.cycle)?;
    let asked: Vec<(String, String)> = regrades::table
        .filter(regrades::tenant_id.eq(tenant.as_str()))
        .filter(regrades::award_id.eq(&award.id))
        .select((regrades::id, regrades::person_id))
        .load(db)?;
    moves::note(db, tenant, id, REGRADES, &asked)?;
    diesel::update(regrades::table)
        .filter(regrades::tenant_id.eq(tenant.as_str()))
        .filter(regrades::award_id.eq(&award.id))
        .set(regrades::person_id.eq(to.as_str()))
        .execute(db)?;
    Ok(())
}

fn put(db: &mut Db, tenant: &TenantId, award: &str, person: &PersonId, cycle: i32) -> Result<(), StoreError> {
    diesel::update(awards::table)
        .filter(awards::tenant_id.eq(tenant.as_str()))
        .filter(awards::id.eq(award))
        .set((awards::person_id.eq(person.as_str()), awards::cycle.eq(cycle)))
        .execute(db)?;
    Ok(())
}

pub(super) fn part(db: &mut Db, tenant: &TenantId, id: &JoinId) -> Result<(), StoreError> {
    let moved = moves::noted(db, tenant, id, WHAT)?;
    let mut cycles = Vec::with_capacity(moved.len());
    for (award, was) in moved {
        let cycle: Option<i32> = awards::table
            .filter(awards::tenant_id.eq(tenant.as_str()))
            .filter(awards::id.eq(&award))
            .select(awards::cycle)
            .get_result(db)
            .optional()?;
        let Some(cycle) = cycle else { continue };
        put(
            db,
            tenant,
            &award,
            &was.as_str().into(),
            cycle.saturating_add(ASIDE),
        )?;
        cycles.push((award, PersonId::from(was), cycle));
    }
    for (award, person, cycle) in cycles {
        put(db, tenant, &award, &person, cycle)?;
    }
    for (regrade, was) in moves::noted(db, tenant, id, REGRADES)? {
        diesel::update(regrades::table)
            .filter(regrades::tenant_id.eq(tenant.as_str()))
            .filter(regrades::id.eq(regrade))
            .set(regrades::person_id.eq(was))
            .execute(db)?;
    }
    Ok(())
}
