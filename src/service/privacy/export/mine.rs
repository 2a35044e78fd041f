//! What somebody says of their badges, and how they show that they came to them.

use serde_json::{Value, json};

use crate::domain::holder_note::HolderNote;
use crate::domain::timeline::Timeline;
use crate::ids::{AwardId, PersonId, TenantId};
use crate::store::programmes::makers;
use crate::store::{Db, StoreError, account_joins, holder_notes, timelines};

/// Most timelines of one person that are told, the latest first.
const MOST: i64 = 1_000;

/// Their own words on an award.
pub(super) fn said(db: &mut Db, tenant: &TenantId, award: &AwardId) -> Result<Option<Value>, StoreError> {
    let note = holder_notes::get(db, tenant, award)?;
    Ok(note.as_ref().map(told_note))
}

/// Somebody's own words, as the archive tells them.
pub(super) fn told_note(note: &HolderNote) -> Value {
    json!({
        "note": note.note, "link": note.link.as_ref().map(|link| link.as_str()), "others_see_it": note.shown,
        "written": note.written_at,
    })
}

/// The timelines that they show or showed, without anything that would open one.
pub(super) fn timelines(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Value>, StoreError> {
    let shown = timelines::of_person(db, tenant, person, MOST)?;
    Ok(shown.iter().map(told_timeline).collect())
}

/// A timeline that is or was shown, without anything that would open it.
pub(super) fn told_timeline(one: &Timeline) -> Value {
    json!({
        "of_award": one.award, "to_anybody": one.is_public(), "shows_name": one.shows.name,
        "shows_evidence": one.shows.evidence, "made": one.made_at, "works_until": one.until,
        "withdrawn": one.withdrawn_at,
    })
}

/// What somebody did with programmes of the institution: since when they may make them, and on which they worked last. Nothing where
/// they never did.
pub(super) fn programmes(
    db: &mut Db,
    tenant: &TenantId,
    everybody: &[PersonId],
) -> Result<Vec<Value>, StoreError> {
    let mut told = Vec::new();
    for person in everybody {
        let given = makers::of_person(db, tenant, person)?;
        let (saved, reviewed) = makers::worked_on(db, tenant, person)?;
        if given.is_some() || !saved.is_empty() || !reviewed.is_empty() {
            told.push(json!({
                "may_make_them_since": given.map(|given| given.at), "saved_last": saved,
                "asked_or_answered_about": reviewed,
            }));
        }
    }
    Ok(told)
}

/// The accounts of other platforms that they said or were asked to say are theirs, without the codes.
pub(super) fn accounts(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Vec<Value>, StoreError> {
    let said = account_joins::of_person(db, tenant, person)?;
    let told = said.into_iter().map(|one| {
        json!({
            "code_shown": one.made_at, "code_typed": one.other.as_ref().map(|(_, at)| at), "until": one.until,
            "joined": one.join.is_some(),
        })
    });
    Ok(told.collect())
}
