//! What may be forgotten after a while. What an award or the present state rests on is never among it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_json, micros};
use super::schema::{awards, badges, current_decisions, decisions, share_links, submissions};
use super::{Db, StoreError};
use crate::domain::evidence::Artefact;
use crate::ids::TenantId;

/// Forgets decision records older than `before` that neither hold now nor are behind an award, and says how many.
pub(crate) fn forget_decisions(
    db: &mut Db,
    tenant: &TenantId,
    before: DateTime<Utc>,
) -> Result<usize, StoreError> {
    Ok(on_both!(db, |connection| diesel::delete(decisions::table)
        .filter(decisions::tenant_id.eq(tenant.as_str()))
        .filter(decisions::decided_at.lt(micros(before)))
        .filter(decisions::id.ne_all(current_decisions::table.select(current_decisions::decision_id)))
        .filter(decisions::id.ne_all(awards::table.select(awards::decision_id)))
        .execute(connection))?)
}

/// Forgets hand-ins older than `before` that were replaced, at most 1,000 at a time; says how many, and gives the digests
/// of their files. One that was approved stays: a badge may rest on it.
pub(crate) fn forget_submissions(
    db: &mut Db,
    tenant: &TenantId,
    before: DateTime<Utc>,
) -> Result<(usize, Vec<String>), StoreError> {
    let old: Vec<(String, String)> = submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::latest.eq(false))
        .filter(submissions::state.ne("approved"))
        .filter(submissions::submitted_at.lt(micros(before)))
        .select((submissions::id, submissions::artefact))
        .limit(1_000)
        .load(db)?;
    let count = old.len();
    let mut files = Vec::new();
    for (id, artefact) in old {
        let artefact: Artefact = from_json("submissions.artefact", &artefact)?;
        files.extend(artefact.file.map(|file| file.digest));
        diesel::delete(submissions::table)
            .filter(submissions::tenant_id.eq(tenant.as_str()))
            .filter(submissions::id.eq(id))
            .execute(db)?;
    }
    Ok((count, files))
}

/// Forgets share links that ended or were withdrawn before `before`, and says how many.
pub(crate) fn forget_share_links(
    db: &mut Db,
    tenant: &TenantId,
    before: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let before = micros(before);
    Ok(diesel::delete(share_links::table)
        .filter(share_links::tenant_id.eq(tenant.as_str()))
        .filter(
            share_links::until
                .lt(before)
                .or(share_links::withdrawn_at.lt(before)),
        )
        .execute(db)?)
}

/// Whether a hand-in or a badge's picture still has the file with that digest (hex).
pub(crate) fn is_used(db: &mut Db, tenant: &TenantId, digest: &str) -> Result<bool, StoreError> {
    let handed_in: i64 = submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::artefact.like(format!("%{digest}%")))
        .count()
        .get_result(db)?;
    let drawn: i64 = badges::table
        .filter(badges::tenant_id.eq(tenant.as_str()))
        .filter(badges::design.like(format!("%{digest}%")))
        .count()
        .get_result(db)?;
    Ok(handed_in + drawn > 0)
}
