//! What came since two were joined: it stays with the one who stayed when that is taken back.

use std::collections::HashSet;

use diesel::prelude::*;

use super::super::convert::micros;
use super::super::schema::{awards, identities, joins, results, submissions};
use super::super::{Db, StoreError, awards as earned, decisions};
use crate::domain::platform::{CameSince, Join};
use crate::ids::{BadgeId, PersonId};

/// How much came since a join was done to the person who stayed, or to the people of the platform that did.
pub(crate) fn came_since(db: &mut Db, join: &Join) -> Result<CameSince, StoreError> {
    let (tenant, into) = (join.tenant.as_str(), join.into.as_str());
    let done: Option<Option<i64>> = joins::table
        .filter(joins::tenant_id.eq(tenant))
        .filter(joins::id.eq(join.id.as_str()))
        .select(joins::done_at)
        .get_result(db)
        .optional()?;
    let since = done.flatten().unwrap_or_else(|| micros(join.asked_at));
    on_both!(db, |connection| {
        let people = identities::table
            .filter(identities::tenant_id.eq(tenant))
            .filter(
                identities::person_id
                    .eq(into)
                    .or(identities::platform_id.eq(into)),
            )
            .select(identities::person_id);
        Ok(CameSince {
            awards: awards::table
                .filter(awards::tenant_id.eq(tenant))
                .filter(awards::awarded_at.gt(since))
                .filter(awards::person_id.eq_any(people))
                .count()
                .get_result(connection)?,
            hand_ins: submissions::table
                .filter(submissions::tenant_id.eq(tenant))
                .filter(submissions::submitted_at.gt(since))
                .filter(submissions::person_id.eq_any(people))
                .count()
                .get_result(connection)?,
            grades: results::table
                .filter(results::tenant_id.eq(tenant))
                .filter(results::changed_at.gt(since))
                .filter(results::person_id.eq_any(people))
                .count()
                .get_result(connection)?,
        })
    })
}

/// Whether whoever stayed was awarded something for badges that they have no more, because these went back when the join of two people
/// was taken back.
pub(crate) fn keeps_more(db: &mut Db, join: &Join) -> Result<bool, StoreError> {
    let (_, into) = join.sides::<PersonId>();
    let held = earned::for_person(db, &join.tenant, &into)?;
    let has: HashSet<&BadgeId> = held.iter().map(|award| &award.badge).collect();
    let since = held
        .iter()
        .filter(|award| award.revocation.is_none() && award.awarded_at >= join.asked_at);
    for award in since {
        let record = decisions::get(db, &join.tenant, &award.decision)?;
        let rests_on_others = record.is_some_and(|record| {
            let counted = record.decision.badges();
            counted.iter().any(|(badge, _)| !has.contains(badge))
        });
        if rests_on_others {
            return Ok(true);
        }
    }
    Ok(false)
}
