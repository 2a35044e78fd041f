//! What platforms call people: one row for each name of each person.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::convert::{CHUNK, micros, word};
use super::schema::identities;
use super::{Db, StoreError};
use crate::ids::{PersonId, PlatformId, TenantId};

/// How a name became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IdentityKind {
    /// By a launch or the member list.
    Seen,
    /// Only results name the person so: the account was merged into another one.
    Alias,
}

#[derive(Insertable)]
#[diesel(table_name = identities, treat_none_as_default_value = false)]
struct Row<'a> {
    tenant_id: &'a str,
    platform_id: &'a str,
    sub: &'a str,
    person_id: &'a str,
    kind: String,
    created_at: i64,
}

/// Adds names of people: each with the id of its person. One that is known stays whose it is.
pub(crate) fn insert_many(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    named: &[(&str, &str)],
    kind: IdentityKind,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for some in named.chunks(CHUNK) {
        let mut rows = Vec::with_capacity(some.len());
        for (sub, person) in some {
            rows.push(Row {
                tenant_id: tenant.as_str(),
                platform_id: platform.as_str(),
                sub,
                person_id: person,
                kind: word(&kind)?,
                created_at: micros(now),
            });
        }
        on_both!(db, |connection| diesel::insert_into(identities::table)
            .values(&rows)
            .on_conflict_do_nothing()
            .execute(connection))?;
    }
    Ok(())
}

/// What a platform calls a person in launches and scores: the newest name that was seen; none where it never named them.
pub(crate) fn sub_of(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    person: &PersonId,
) -> Result<Option<String>, StoreError> {
    Ok(on_both!(db, |connection| identities::table
        .filter(identities::tenant_id.eq(tenant.as_str()))
        .filter(identities::person_id.eq(person.as_str()))
        .filter(identities::platform_id.eq(platform.as_str()))
        // "seen" sorts after "alias".
        .order((
            identities::kind.desc(),
            identities::created_at.desc(),
            identities::sub.desc()
        ))
        .select(identities::sub)
        .first(connection))
    .optional()?)
}

/// The same for several people; those whom the platform never named are left out.
pub(crate) fn subs_of(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, String>, StoreError> {
    let mut found = HashMap::with_capacity(people.len());
    for some in people.chunks(CHUNK) {
        // The last of a person stays: the newest that was seen.
        let rows: Vec<(String, String)> = on_both!(db, |connection| identities::table
            .filter(identities::tenant_id.eq(tenant.as_str()))
            .filter(identities::platform_id.eq(platform.as_str()))
            .filter(identities::person_id.eq_any(some.iter().map(PersonId::as_str)))
            .order((identities::kind, identities::created_at, identities::sub))
            .select((identities::person_id, identities::sub))
            .load(connection))?;
        found.extend(
            rows.into_iter()
                .map(|(person, sub)| (PersonId::from(person), sub)),
        );
    }
    Ok(found)
}

/// All names of a person with the platform of each, oldest first.
pub(crate) fn of_person(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<(PlatformId, String)>, StoreError> {
    let rows: Vec<(String, String)> = identities::table
        .filter(identities::tenant_id.eq(tenant.as_str()))
        .filter(identities::person_id.eq(person.as_str()))
        .order((identities::created_at, identities::platform_id, identities::sub))
        .select((identities::platform_id, identities::sub))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(platform, sub)| (platform.into(), sub))
        .collect())
}

/// A part of the names of a platform, by name, after the one given: each with its person.
pub(crate) fn some_after(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, PersonId)>, StoreError> {
    let rows: Vec<(String, String)> = identities::table
        .filter(identities::tenant_id.eq(tenant.as_str()))
        .filter(identities::platform_id.eq(platform.as_str()))
        .filter(identities::sub.gt(after))
        .order(identities::sub)
        .limit(limit)
        .select((identities::sub, identities::person_id))
        .load(db)?;
    Ok(rows
        .into_iter()
        .map(|(sub, person)| (sub, person.into()))
        .collect())
}

/// The person whom a platform calls so.
pub(crate) fn person_of(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    sub: &str,
) -> Result<Option<PersonId>, StoreError> {
    let found: Option<String> = identities::table
        .filter(identities::tenant_id.eq(tenant.as_str()))
        .filter(identities::platform_id.eq(platform.as_str()))
        .filter(identities::sub.eq(sub))
        .select(identities::person_id)
        .get_result(db)
        .optional()?;
    Ok(found.map(PersonId::from))
}

/// How many people two platforms call alike: those who join when the platforms do.
pub(crate) fn shared(
    db: &mut Db,
    tenant: &TenantId,
    one: &PlatformId,
    other: &PlatformId,
) -> Result<i64, StoreError> {
    let others = diesel::alias!(identities as others);
    Ok(on_both!(db, |connection| identities::table
        .inner_join(others.on(others.field(identities::sub).eq(identities::sub)))
        .filter(identities::tenant_id.eq(tenant.as_str()))
        .filter(identities::platform_id.eq(one.as_str()))
        .filter(others.field(identities::tenant_id).eq(tenant.as_str()))
        .filter(others.field(identities::platform_id).eq(other.as_str()))
        .count()
        .get_result(connection))?)
}
