//! What a person did for others: it stays, without their name.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::ids::{BadgeId, PersonId, TenantId};
use crate::store::schema::{
    approvals, awards, copy_requests, deployments, past_reviews, people, placements, regrades, submissions,
};
use crate::store::{Db, StoreError, decisions, identities};

/// Who approved somebody and was erased since.
const SOMEBODY: &str = "A former instructor";

pub(super) fn acted_for_others(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<bool, StoreError> {
    let (tenant, person) = (tenant.as_str(), person.as_str());
    let approved: i64 = approvals::table
        .filter(approvals::tenant_id.eq(tenant))
        .filter(approvals::by_person_id.eq(person))
        .count()
        .get_result(db)?;
    let reviewed: i64 = submissions::table
        .filter(submissions::tenant_id.eq(tenant))
        .filter(submissions::reviewed_by.eq(person))
        .count()
        .get_result(db)?;
    let past: i64 = past_reviews::table
        .filter(past_reviews::tenant_id.eq(tenant))
        .filter(past_reviews::reviewed_by.eq(person))
        .count()
        .get_result(db)?;
    let revoked: i64 = awards::table
        .filter(awards::tenant_id.eq(tenant))
        .filter(awards::revoked_by.eq(person))
        .count()
        .get_result(db)?;
    let decided: i64 = regrades::table
        .filter(regrades::tenant_id.eq(tenant))
        .filter(regrades::decided_by.eq(person))
        .count()
        .get_result(db)?;
    let placed: i64 = placements::table
        .filter(placements::tenant_id.eq(tenant))
        .filter(placements::made_by.eq(person))
        .count()
        .get_result(db)?;
    Ok(approved + reviewed + past + revoked + decided + placed > 0)
}

/// Takes the name of an approver out of approvals, and out of the decisions of those they approved.
pub(super) fn forget_approver(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    let given: Vec<(String, String, String)> = approvals::table
        .filter(approvals::tenant_id.eq(tenant.as_str()))
        .filter(approvals::by_person_id.eq(person.as_str()))
        .select((approvals::badge_id, approvals::person_id, approvals::by_name))
        .load(db)?;
    // Whoever changed their name meanwhile is called in each decision as they were then.
    let mut holders: BTreeMap<(BadgeId, String), Vec<PersonId>> = BTreeMap::new();
    for (badge, holder, name) in given {
        let approved = holders.entry((badge.into(), name)).or_default();
        approved.push(holder.into());
    }
    for ((badge, name), approved) in holders {
        decisions::amend(db, tenant, &badge, &approved, |decision| {
            decision.rename_approver(&name, SOMEBODY)
        })?;
    }
    diesel::update(approvals::table)
        .filter(approvals::tenant_id.eq(tenant.as_str()))
        .filter(approvals::by_person_id.eq(person.as_str()))
        .set(approvals::by_name.eq(SOMEBODY))
        .execute(db)?;
    Ok(())
}

/// Takes the person out of what they asked of other courses' teachers: the request stays, with nobody's name.
pub(super) fn forget_asker(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    diesel::update(copy_requests::table)
        .filter(copy_requests::tenant_id.eq(tenant.as_str()))
        .filter(copy_requests::asked_by.eq(person.as_str()))
        .set(copy_requests::asked_by.eq(None::<String>))
        .execute(db)?;
    Ok(())
}

/// Takes the person out of what asks for an installation to be accepted: "Tess, instructor (user 17)".
pub(super) fn forget_claims(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<(), StoreError> {
    let known: Option<String> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq(person.as_str()))
        .select(people::registration_id)
        .get_result(db)
        .optional()?;
    let Some(registration) = known else {
        return Ok(());
    };
    let names = identities::of_person(db, tenant, person)?;
    let claims: Vec<(String, String, Option<String>, Option<String>)> = deployments::table
        .filter(deployments::tenant_id.eq(tenant.as_str()))
        .filter(deployments::claimed_by.is_not_null())
        .select((
            deployments::id,
            deployments::registration_id,
            deployments::platform_id,
            deployments::claimed_by,
        ))
        .load(db)?;
    let is_theirs = |(_, of, platform, by): &&(String, String, Option<String>, Option<String>)| {
        let by = by.as_deref().unwrap_or_default();
        names.iter().any(|(named_by, sub)| {
            let here = *of == registration || platform.as_deref() == Some(named_by.as_str());
            here && by.ends_with(&format!("(user {sub})"))
        })
    };
    for (id, ..) in claims.iter().filter(is_theirs) {
        diesel::update(deployments::table)
            .filter(deployments::tenant_id.eq(tenant.as_str()))
            .filter(deployments::id.eq(id))
            .set(deployments::claimed_by.eq(SOMEBODY))
            .execute(db)?;
    }
    Ok(())
}
