//! What may be forgotten after a while. What an award or the present state rests on is never among it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{from_json, micros};
use super::schema::{
    awards, current_decisions, decisions, grade_files, outside_cells, outside_columns, outside_grades,
    share_links, submissions,
};
use super::submissions::file_digest;
use super::{Db, StoreError, foreign_badges};
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

/// Forgets gradebook files from before `before` of which no column and no grade is kept any more, and says how many.
pub(crate) fn forget_grade_files(
    db: &mut Db,
    tenant: &TenantId,
    before: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let of_columns = outside_columns::table
        .filter(outside_columns::file_id.is_not_null())
        .select(outside_columns::file_id.assume_not_null());
    Ok(on_both!(db, |connection| diesel::delete(grade_files::table)
        .filter(grade_files::tenant_id.eq(tenant.as_str()))
        .filter(grade_files::brought_at.lt(micros(before)))
        .filter(grade_files::id.ne_all(of_columns))
        .filter(grade_files::id.ne_all(outside_grades::table.select(outside_grades::file_id)))
        .execute(connection))?)
}

/// Forgets what was handed in in the LMS where nobody has looked since `before`: its course has ended, or is not read any more. That
/// something was handed in, and when, stays known.
pub(crate) fn forget_lms_work(
    db: &mut Db,
    tenant: &TenantId,
    before: DateTime<Utc>,
) -> Result<usize, StoreError> {
    Ok(diesel::update(outside_cells::table)
        .filter(outside_cells::tenant_id.eq(tenant.as_str()))
        .filter(outside_cells::work.is_not_null())
        .filter(outside_cells::hand_in_read_at.lt(micros(before)))
        .set(outside_cells::work.eq(None::<String>))
        .execute(db)?)
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

/// How many artefacts are read at a time.
const READ: i64 = 500;

/// Some hand-ins of which the column does not say which file they have, each with what the artefact says: an older program
/// wrote them. In the order of their ids, those after `after`.
fn unnoted(db: &mut Db, tenant: &TenantId, after: &str) -> Result<Vec<(String, Artefact)>, StoreError> {
    let rows: Vec<(String, String)> = submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::file_digest.is_null())
        .filter(submissions::id.gt(after))
        .order(submissions::id)
        .limit(READ)
        .select((submissions::id, submissions::artefact))
        .load(db)?;
    let read = |(id, artefact): (String, String)| Ok((id, from_json("submissions.artefact", &artefact)?));
    rows.into_iter().map(read).collect()
}

/// Notes of some hand-ins that an older program wrote which file they have, and says of how many: none when it is noted of
/// all. Run it in a transaction.
pub(crate) fn note_files(db: &mut Db, tenant: &TenantId) -> Result<usize, StoreError> {
    let some = unnoted(db, tenant, "")?;
    for (id, artefact) in &some {
        diesel::update(submissions::table)
            .filter(submissions::tenant_id.eq(tenant.as_str()))
            .filter(submissions::id.eq(id))
            .set(submissions::file_digest.eq(Some(file_digest(artefact))))
            .execute(db)?;
    }
    Ok(some.len())
}

/// Whether a hand-in, or a badge of another issuer, still has the file with that digest (hex). Nothing else has a file of the
/// tenant's: the pictures of badges that are designed here lie in a folder of their own.
pub(crate) fn is_used(db: &mut Db, tenant: &TenantId, digest: &str) -> Result<bool, StoreError> {
    // Those first of which it is not noted: what somebody notes in this moment is found after that by the column.
    let mut after = String::new();
    loop {
        let some = unnoted(db, tenant, &after)?;
        let Some((last, _)) = some.last() else {
            break;
        };
        after.clone_from(last);
        if some.iter().any(|(_, artefact)| file_digest(artefact) == digest) {
            return Ok(true);
        }
    }
    let noted: i64 = submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::file_digest.eq(digest))
        .count()
        .get_result(db)?;
    Ok(noted > 0 || foreign_badges::is_used(db, tenant, digest)?)
}
