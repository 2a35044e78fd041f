//! People, found by what a platform calls them. Never found by e-mail address.
//!
//! `identities` say who is who. A row of `people` also keeps the first name that was seen, under the registration of its
//! platform: by that an older program that runs beside this one finds and adds people, and by that what it added is found
//! here.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::convert::{CHUNK, folded, micros};
use super::identities::{self, IdentityKind};
use super::platforms::Home;
use super::schema::{identities as known_as, people};
use super::{Db, StoreError};
use crate::domain::people::Person;
use crate::ids::{PersonId, TenantId};
use crate::random::Random;

/// A person as a launch or a member list showed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PersonSeen {
    /// LTI 1.3 `sub`, NRPS 2.0 `user_id`.
    pub(crate) sub: String,
    /// Absent: what was known is kept.
    pub(crate) name: Option<String>,
    /// Absent: what was known is kept.
    pub(crate) email: Option<String>,
}

#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = people, treat_none_as_default_value = false)]
pub(super) struct Row {
    id: String,
    tenant_id: String,
    registration_id: String,
    sub: String,
    name: Option<String>,
    email: Option<String>,
    folded_name: String,
    created_at: i64,
    platform_id: Option<String>,
}

/// The name under which a row is kept: two platforms of one registration may call two people alike.
fn kept_sub(home: &Home, sub: &str) -> String {
    if home.is_first() {
        sub.to_owned()
    } else {
        format!("{}/{sub}", home.platform)
    }
}

impl From<Row> for Person {
    fn from(row: Row) -> Self {
        let plain = row.platform_id.as_deref().and_then(|platform| {
            let rest = row.sub.strip_prefix(platform)?;
            rest.strip_prefix('/').map(ToOwned::to_owned)
        });
        Self {
            id: row.id.into(),
            tenant: row.tenant_id.into(),
            registration: row.registration_id.into(),
            sub: plain.unwrap_or(row.sub),
            name: row.name,
            email: row.email,
        }
    }
}

/// Adds or refreshes one person. Writes nothing when nothing is new.
pub(crate) fn upsert_from_launch(
    db: &mut Db,
    tenant: &TenantId,
    home: impl Into<Home>,
    seen: &PersonSeen,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Person, StoreError> {
    let people = upsert_many(db, tenant, home, std::slice::from_ref(seen), now, random)?;
    people.into_iter().next().ok_or(StoreError::Missing("person"))
}

/// As [`upsert_from_launch`], for whoever has looked already: `known` is the person of that `sub`, if there was one.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn refresh_from_launch(
    db: &mut Db,
    known: Option<Person>,
    tenant: &TenantId,
    home: &Home,
    seen: &PersonSeen,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Person, StoreError> {
    let is_new = |told: &Option<String>, kept: &Option<String>| told.is_some() && told != kept;
    match known {
        Some(known) if !is_new(&seen.name, &known.name) && !is_new(&seen.email, &known.email) => Ok(known),
        _ => upsert_from_launch(db, tenant, home, seen, now, random),
    }
}

/// Adds or refreshes the people of a member list, each `sub` once, in a handful of statements. The answer is ordered
/// by `sub`, and each is called as the list called them: two names may be one person's. Run it in a transaction.
pub(crate) fn upsert_many(
    db: &mut Db,
    tenant: &TenantId,
    home: impl Into<Home>,
    seen: &[PersonSeen],
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Vec<Person>, StoreError> {
    let home = home.into();
    // In the order of `sub`, so that two nodes take their row locks in one order.
    let wanted: BTreeMap<&str, &PersonSeen> = seen.iter().map(|one| (one.sub.as_str(), one)).collect();
    let subs: Vec<&str> = wanted.keys().copied().collect();
    let mut known = load(db, tenant, &home, &subs)?;
    let mut fresh = Vec::new();
    // By the name under which they are kept: each row once, whatever it is called.
    let mut writes: BTreeMap<String, Row> = BTreeMap::new();
    for (sub, one) in &wanted {
        let (name, email) = (one.name.clone(), one.email.clone());
        if let Some(row) = known.get_mut(*sub) {
            let before = (row.name.clone(), row.email.clone());
            row.name = name.or(row.name.take());
            row.email = email.or(row.email.take());
            row.folded_name = folded(row.name.as_deref());
            if before != (row.name.clone(), row.email.clone()) {
                writes.insert(row.id.clone(), row.clone());
            }
        } else {
            fresh.push(*sub);
            let row = Row {
                id: PersonId::new(now, random).to_string(),
                tenant_id: tenant.to_string(),
                registration_id: home.registration.to_string(),
                sub: kept_sub(&home, sub),
                folded_name: folded(name.as_deref()),
                name,
                email,
                created_at: micros(now),
                platform_id: (!home.is_first()).then(|| home.platform.to_string()),
            };
            writes.insert(row.id.clone(), row);
        }
    }
    let mut writes: Vec<Row> = writes.into_values().collect();
    writes.sort_unstable_by(|one, other| one.sub.cmp(&other.sub));
    for rows in writes.chunks(CHUNK) {
        on_both!(db, |connection| diesel::insert_into(people::table)
            .values(rows)
            .on_conflict((people::registration_id, people::sub))
            .do_update()
            .set((
                people::name.eq(excluded(people::name)),
                people::email.eq(excluded(people::email)),
                people::folded_name.eq(excluded(people::folded_name)),
            ))
            .execute(connection))?;
    }
    if !fresh.is_empty() {
        // Another node may have been faster, or an older program: its identifiers are the ones that stand.
        let kept = kept(db, tenant, &home, &fresh)?;
        let named: Vec<(&str, &str)> = fresh
            .iter()
            .filter_map(|sub| Some((*sub, kept.get(&kept_sub(&home, sub))?.as_str())))
            .collect();
        identities::insert_many(db, tenant, &home.platform, &named, IdentityKind::Seen, now)?;
        known.extend(load(db, tenant, &home, &fresh)?);
    }
    Ok(subs
        .iter()
        .filter_map(|sub| Some((*sub, known.remove(*sub)?)))
        .map(|(sub, row)| Person {
            sub: sub.to_owned(),
            ..Person::from(row)
        })
        .collect())
}

/// The ids of the rows that are kept under these names, by the name in the row.
fn kept(
    db: &mut Db,
    tenant: &TenantId,
    home: &Home,
    subs: &[&str],
) -> Result<HashMap<String, String>, StoreError> {
    let mut found = HashMap::with_capacity(subs.len());
    for some in subs.chunks(CHUNK) {
        let names: Vec<String> = some.iter().map(|sub| kept_sub(home, sub)).collect();
        let rows: Vec<(String, String)> = on_both!(db, |connection| people::table
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(people::registration_id.eq(home.registration.as_str()))
            .filter(people::sub.eq_any(&names))
            .select((people::sub, people::id))
            .load(connection))?;
        found.extend(rows);
    }
    Ok(found)
}

/// The rows of those whom a platform calls so, by that name.
fn load(
    db: &mut Db,
    tenant: &TenantId,
    home: &Home,
    subs: &[&str],
) -> Result<HashMap<String, Row>, StoreError> {
    let mut found = HashMap::with_capacity(subs.len());
    for some in subs.chunks(CHUNK) {
        let of_platform = known_as::table
            .inner_join(people::table.on(people::id.eq(known_as::person_id)))
            .filter(known_as::tenant_id.eq(tenant.as_str()))
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(known_as::platform_id.eq(home.platform.as_str()));
        let rows: Vec<(String, Row)> = if let [sub] = some {
            // A statement that is prepared once, unlike one with a list.
            let one = of_platform.filter(known_as::sub.eq(*sub));
            on_both!(db, |connection| one
                .select((known_as::sub, Row::as_select()))
                .load(connection))?
        } else {
            let listed = of_platform.filter(known_as::sub.eq_any(some));
            on_both!(db, |connection| listed
                .select((known_as::sub, Row::as_select()))
                .load(connection))?
        };
        found.extend(rows);
    }
    Ok(found)
}

/// The person with that id.
pub(crate) fn get(db: &mut Db, tenant: &TenantId, id: &PersonId) -> Result<Option<Person>, StoreError> {
    let row = on_both!(db, |connection| people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(connection))
    .optional()?;
    Ok(row.map(Person::from))
}

/// The people with those ids; unknown ids are left out.
pub(crate) fn by_ids(
    db: &mut Db,
    tenant: &TenantId,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, Person>, StoreError> {
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(CHUNK) {
        let rows: Vec<Row> = on_both!(db, |connection| people::table
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(people::id.eq_any(some.iter().map(PersonId::as_str)))
            .select(Row::as_select())
            .load(connection))?;
        found.extend(
            rows.into_iter()
                .map(Person::from)
                .map(|person| (person.id.clone(), person)),
        );
    }
    Ok(found)
}

/// The person that a platform calls `sub`.
pub(crate) fn by_sub(
    db: &mut Db,
    tenant: &TenantId,
    home: impl Into<Home>,
    sub: &str,
) -> Result<Option<Person>, StoreError> {
    let found = load(db, tenant, &home.into(), &[sub])?.remove(sub);
    Ok(found.map(Person::from))
}

/// The ids of those whom a platform calls by these `subs`; unknown ones are left out. For joining a page of
/// results to people.
pub(crate) fn ids_by_sub(
    db: &mut Db,
    tenant: &TenantId,
    home: impl Into<Home>,
    subs: &[&str],
) -> Result<HashMap<String, PersonId>, StoreError> {
    let rows = load(db, tenant, &home.into(), subs)?;
    Ok(rows.into_iter().map(|(sub, row)| (sub, row.id.into())).collect())
}

/// People whose name or identifier has `search` in it, by name, at most `limit`; those who were joined into somebody are not
/// among them.
pub(crate) fn search(
    db: &mut Db,
    tenant: &TenantId,
    search: &str,
    limit: i64,
) -> Result<Vec<Person>, StoreError> {
    let pattern = super::convert::anywhere(search);
    let named = known_as::table
        .filter(known_as::tenant_id.eq(tenant.as_str()))
        .filter(known_as::sub.eq(search))
        .select(known_as::person_id);
    let rows: Vec<Row> = on_both!(db, |connection| people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::joined_into.is_null())
        .filter(
            people::folded_name
                .like(&pattern)
                .escape('\\')
                .or(people::id.eq_any(named))
        )
        .order((people::folded_name, people::id))
        .limit(limit)
        .select(Row::as_select())
        .load(connection))?;
    Ok(rows.into_iter().map(Person::from).collect())
}

/// Whom a person was joined into; themselves where they were not.
pub(crate) fn present(db: &mut Db, tenant: &TenantId, id: &PersonId) -> Result<PersonId, StoreError> {
    let into: Option<Option<String>> = on_both!(db, |connection| people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq(id.as_str()))
        .select(people::joined_into)
        .get_result(connection))
    .optional()?;
    Ok(into.flatten().map_or_else(|| id.clone(), PersonId::from))
}

/// A person, and after them those who were joined into them: they are one.
pub(crate) fn everybody(db: &mut Db, tenant: &TenantId, id: &PersonId) -> Result<Vec<PersonId>, StoreError> {
    let ids: Vec<String> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::joined_into.eq(id.as_str()))
        .order(people::id)
        .select(people::id)
        .load(db)?;
    let joined = ids.into_iter().map(PersonId::from);
    Ok(std::iter::once(id.clone()).chain(joined).collect())
}

/// Has everybody else who would make one of either of two people and somebody wait until the transaction ends: each of two might find
/// the other one free, and join it into the first.
pub(crate) fn hold(db: &mut Db, tenant: &TenantId, two: [&PersonId; 2]) -> Result<(), StoreError> {
    let mut two = two;
    // Always in one order, so that nobody waits for somebody who waits for them.
    two.sort_unstable();
    for id in two {
        diesel::update(people::table)
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(people::id.eq(id.as_str()))
            .set(people::joined_into.eq(people::joined_into))
            .execute(db)?;
    }
    Ok(())
}

/// Keeps whom a person was joined into.
pub(super) fn set_joined_into(
    db: &mut Db,
    tenant: &TenantId,
    id: &str,
    into: Option<&str>,
) -> Result<(), StoreError> {
    diesel::update(people::table)
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq(id))
        .set(people::joined_into.eq(into))
        .execute(db)?;
    Ok(())
}

/// Since when a hash of a person's e-mail address is signed into their new badges; none: it is not.
pub(crate) fn email_hash_since(
    db: &mut Db,
    tenant: &TenantId,
    id: &PersonId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let since: Option<Option<i64>> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq(id.as_str()))
        .select(people::email_hash_since_at)
        .get_result(db)
        .optional()?;
    super::convert::opt_moment(since.flatten())
}

/// Keeps since when it is, or that it is not any more. `false`: it was so already.
pub(crate) fn set_email_hash(
    db: &mut Db,
    tenant: &TenantId,
    id: &PersonId,
    since: Option<DateTime<Utc>>,
) -> Result<bool, StoreError> {
    let of_person = diesel::update(people::table)
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq(id.as_str()));
    let changed = match since {
        Some(since) => of_person
            .filter(people::email_hash_since_at.is_null())
            .set(people::email_hash_since_at.eq(micros(since)))
            .execute(db)?,
        None => of_person
            .filter(people::email_hash_since_at.is_not_null())
            .set(people::email_hash_since_at.eq(None::<i64>))
            .execute(db)?,
    };
    Ok(changed == 1)
}

/// When a person was first seen.
pub(crate) fn first_seen(
    db: &mut Db,
    tenant: &TenantId,
    id: &PersonId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let at: Option<i64> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq(id.as_str()))
        .select(people::created_at)
        .get_result(db)
        .optional()?;
    at.map(super::convert::moment).transpose()
}
