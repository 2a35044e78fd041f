//! Hand-ins of two people who are one: where both handed in to an activity, their versions become one row of versions in the
//! order of time, and the newest is the one that counts.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::super::schema::submissions;
use super::super::{Db, StoreError};
use super::moves;
use crate::ids::{ActivityId, JoinId, PersonId, TenantId};

/// Hand-in, activity, person, version, and whether it is the latest.
type FiledRow = (String, String, String, i32, bool);

const WHAT: &str = "submissions";
/// Versions that change are above this meanwhile, so that no two meet.
const ASIDE: i32 = 1_000_000;

struct HandIn {
    id: String,
    person: String,
    version: i32,
    latest: bool,
}

impl HandIn {
    fn stored(&self) -> String {
        format!("{}/{}/{}", self.person, self.version, self.latest)
    }

    fn read(id: String, stored: &str) -> Option<Self> {
        let mut parts = stored.rsplitn(3, '/');
        let latest = parts.next()? == "true";
        let version = parts.next()?.parse().ok()?;
        Some(Self {
            id,
            person: parts.next()?.to_owned(),
            version,
            latest,
        })
    }
}

pub(super) fn join(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), StoreError> {
    let rows: Vec<FiledRow> = on_both!(db, |connection| submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::person_id.eq_any([from.as_str(), into.as_str()]))
        .order((submissions::submitted_at, submissions::version, submissions::id))
        .select((
            submissions::id,
            submissions::activity_id,
            submissions::person_id,
            submissions::version,
            submissions::latest,
        ))
        .load(connection))?;
    let theirs: BTreeSet<&str> = rows
        .iter()
        .filter(|(_, _, person, ..)| person == from.as_str())
        .map(|(_, activity, ..)| activity.as_str())
        .collect();
    let mut before = Vec::new();
    let mut after = Vec::new();
    let mut by_activity: BTreeMap<&str, Vec<&FiledRow>> = BTreeMap::new();
    for row in rows
        .iter()
        .filter(|(_, activity, ..)| theirs.contains(activity.as_str()))
    {
        by_activity.entry(row.1.as_str()).or_default().push(row);
    }
    for all in by_activity.values() {
        let count = all.len();
        for (at, (hand_in, _, person, version, latest)) in all.iter().enumerate() {
            let was = HandIn {
                id: hand_in.clone(),
                person: person.clone(),
                version: *version,
                latest: *latest,
            };
            before.push((hand_in.clone(), was.stored()));
            after.push(HandIn {
                id: hand_in.clone(),
                person: into.to_string(),
                version: i32::try_from(at + 1).unwrap_or(i32::MAX),
                latest: at + 1 == count,
            });
        }
    }
    moves::note(db, tenant, id, WHAT, &before)?;
    put_all(db, tenant, &after)
}

/// Gives each their own versions back. They stand with `into` since the join, also where `from` alone had handed in.
pub(super) fn part(
    db: &mut Db,
    tenant: &TenantId,
    id: &JoinId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), StoreError> {
    let noted = moves::noted(db, tenant, id, WHAT)?;
    let mut before: Vec<HandIn> = noted
        .into_iter()
        .filter_map(|(id, was)| HandIn::read(id, &was))
        .collect();
    if before.is_empty() {
        return Ok(());
    }
    let rows: Vec<(String, String, String, bool)> = on_both!(db, |connection| submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::person_id.eq_any([from.as_str(), into.as_str()]))
        .select((
            submissions::id,
            submissions::activity_id,
            submissions::person_id,
            submissions::latest,
        ))
        .load(connection))?;
    let activities: BTreeMap<&str, &str> = rows
        .iter()
        .map(|(id, activity, ..)| (id.as_str(), activity.as_str()))
        .collect();
    let known: BTreeSet<String> = before.iter().map(|one| one.id.clone()).collect();
    // Whoever handed in since has a newer one, which counts.
    let newer: BTreeSet<(&str, &str)> = rows
        .iter()
        .filter(|(id, _, _, latest)| *latest && !known.contains(id))
        .map(|(_, activity, person, _)| (activity.as_str(), person.as_str()))
        .collect();
    before.retain(|one| activities.contains_key(one.id.as_str()));
    for one in &mut before {
        let activity = activities.get(one.id.as_str()).copied().unwrap_or_default();
        one.latest = one.latest && !newer.contains(&(activity, one.person.as_str()));
    }
    put_all(db, tenant, &before)
}

/// Has what one person handed in to an activity be another's, in one row of versions with what that one handed in.
pub(super) fn go_over(
    db: &mut Db,
    tenant: &TenantId,
    activity: &ActivityId,
    from: &PersonId,
    to: &PersonId,
) -> Result<(), StoreError> {
    let rows: Vec<(String, String)> = on_both!(db, |connection| submissions::table
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::activity_id.eq(activity.as_str()))
        .filter(submissions::person_id.eq_any([from.as_str(), to.as_str()]))
        .order((submissions::submitted_at, submissions::version, submissions::id))
        .select((submissions::id, submissions::person_id))
        .load(connection))?;
    if rows.iter().all(|(_, person)| person == to.as_str()) {
        return Ok(());
    }
    let count = rows.len();
    let all: Vec<HandIn> = (1..)
        .zip(rows)
        .map(|(version, (id, _))| HandIn {
            id,
            person: to.to_string(),
            version: i32::try_from(version).unwrap_or(i32::MAX),
            latest: version == count,
        })
        .collect();
    put_all(db, tenant, &all)
}

fn put_all(db: &mut Db, tenant: &TenantId, all: &[HandIn]) -> Result<(), StoreError> {
    for one in all {
        put(
            db,
            tenant,
            &one.id,
            &one.person,
            one.version.saturating_add(ASIDE),
            false,
        )?;
    }
    for one in all {
        put(db, tenant, &one.id, &one.person, one.version, one.latest)?;
    }
    Ok(())
}

fn put(
    db: &mut Db,
    tenant: &TenantId,
    id: &str,
    person: &str,
    version: i32,
    latest: bool,
) -> Result<(), StoreError> {
    diesel::update(submissions::table)
        .filter(submissions::tenant_id.eq(tenant.as_str()))
        .filter(submissions::id.eq(id))
        .set((
            submissions::person_id.eq(person),
            submissions::version.eq(version),
            submissions::latest.eq(latest),
        ))
        .execute(db)?;
    Ok(())
}
