//! Since when two people who are one have a grade: an equal grade of both is the one that came first, so that it looks neither
//! newer nor older than it is. What is asked of something newer than an award goes by that moment.

use diesel::prelude::*;
use rust_decimal::Decimal;

use super::super::convert::{decimal, opt_decimal};
use super::super::results::is_same_grade;
use super::super::schema::{past_results, results};
use super::super::{Db, StoreError};
use super::moves;
use crate::ids::{JoinId, PersonId, TenantId};

/// Where a grade stands: in the gradebook, or remembered because it is listed no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Listed,
    Past,
}

impl Place {
    const fn what(self) -> &'static str {
        match self {
            Self::Listed => "results.changed_at",
            Self::Past => "past_results.changed_at",
        }
    }
}

struct Graded {
    place: Place,
    item: String,
    value: Decimal,
    maximum: Decimal,
    changed_at: i64,
}

impl Graded {
    fn is_same(&self, other: &Self) -> bool {
        self.item == other.item
            && is_same_grade(
                (Some(self.value), self.maximum),
                (Some(other.value), other.maximum),
            )
    }
}

fn of_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Graded>, StoreError> {
    let listed: Vec<(String, Option<String>, String, i64)> = results::table
        .filter(results::tenant_id.eq(tenant.as_str()))
        .filter(results::person_id.eq(person.as_str()))
        .select((
            results::line_item_id,
            results::value,
            results::maximum,
            results::changed_at,
        ))
        .load(db)?;
    let past: Vec<(String, String, String, i64)> = past_results::table
        .filter(past_results::tenant_id.eq(tenant.as_str()))
        .filter(past_results::person_id.eq(person.as_str()))
        .select((
            past_results::line_item_id,
            past_results::value,
            past_results::maximum,
            past_results::changed_at,
        ))
        .load(db)?;
    let listed = listed
        .into_iter()
        .map(|(item, value, maximum, at)| (Place::Listed, item, value, maximum, at));
    let past = past
        .into_iter()
        .map(|(item, value, maximum, at)| (Place::Past, item, Some(value), maximum, at));
    let mut all = Vec::new();
    for (place, item, value, maximum, changed_at) in listed.chain(past) {
        if let Some(value) = opt_decimal("results.value", value.as_deref())? {
            let maximum = decimal("results.maximum", &maximum)?;
            all.push(Graded {
                place,
                item,
                value,
                maximum,
                changed_at,
            });
        }
    }
    Ok(all)
}

/// Run it once the grades went over.
pub(super) fn join(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), StoreError> {
    let own = of_person(db, tenant, into)?;
    let left = of_person(db, tenant, from)?;
    for one in &own {
        let same = own.iter().chain(&left).filter(|other| one.is_same(other));
        let first = same.map(|other| other.changed_at).min();
        if let Some(first) = first.filter(|first| *first < one.changed_at) {
            let was = format!("{}/{first}", one.changed_at);
            moves::note(db, tenant, id, one.place.what(), &[(one.item.clone(), was)])?;
            put(db, tenant, into, one.place, &one.item, (one.changed_at, first))?;
        }
    }
    Ok(())
}

/// Run it before the grades come back; what changed since stays.
pub(super) fn part(db: &mut Db, tenant: &TenantId, id: &JoinId, into: &PersonId) -> Result<(), StoreError> {
    for place in [Place::Listed, Place::Past] {
        for (item, was) in moves::noted(db, tenant, id, place.what())? {
            let both = was.split_once('/');
            let both = both.and_then(|(before, after)| Some((before.parse().ok()?, after.parse().ok()?)));
            if let Some((before, after)) = both {
                put(db, tenant, into, place, &item, (after, before))?;
            }
        }
    }
    Ok(())
}

/// Has a grade that changed at the first moment have changed at the second one.
fn put(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    place: Place,
    item: &str,
    (from, to): (i64, i64),
) -> Result<(), StoreError> {
    match place {
        Place::Listed => diesel::update(results::table)
            .filter(results::tenant_id.eq(tenant.as_str()))
            .filter(results::line_item_id.eq(item))
            .filter(results::person_id.eq(person.as_str()))
            .filter(results::changed_at.eq(from))
            .set(results::changed_at.eq(to))
            .execute(db)?,
        Place::Past => diesel::update(past_results::table)
            .filter(past_results::tenant_id.eq(tenant.as_str()))
            .filter(past_results::line_item_id.eq(item))
            .filter(past_results::person_id.eq(person.as_str()))
            .filter(past_results::changed_at.eq(from))
            .set(past_results::changed_at.eq(to))
            .execute(db)?,
    };
    Ok(())
}
