//! People: one `sub` under one registration. Never found by e-mail address.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::convert::{CHUNK, folded, micros};
use super::schema::people;
use super::{Db, StoreError};
use crate::domain::people::Person;
use crate::ids::{PersonId, RegistrationId, TenantId};
use crate::random::Random;
use lti::registration::Registration;

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
}

impl From<Row> for Person {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            tenant: row.tenant_id.into(),
            registration: row.registration_id.into(),
            sub: row.sub,
            name: row.name,
            email: row.email,
        }
    }
}

/// Adds or refreshes one person. Writes nothing when nothing is new.
pub(crate) fn upsert_from_launch(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
    seen: &PersonSeen,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Person, StoreError> {
    let people = upsert_many(db, tenant, registration, std::slice::from_ref(seen), now, random)?;
    people.into_iter().next().ok_or(StoreError::Missing("person"))
}

/// As [`upsert_from_launch`], for whoever has looked already: `known` is the person of that `sub`, if there was one.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn refresh_from_launch(
    db: &mut Db,
    known: Option<Person>,
    registration: &Registration,
    seen: &PersonSeen,
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Person, StoreError> {
    let is_new = |told: &Option<String>, kept: &Option<String>| told.is_some() && told != kept;
    match known {
        Some(known) if !is_new(&seen.name, &known.name) && !is_new(&seen.email, &known.email) => Ok(known),
        _ => upsert_from_launch(db, &registration.tenant, &registration.id, seen, now, random),
    }
}

/// Adds or refreshes the people of a member list, each `sub` once, in a handful of statements. The answer is ordered
/// by `sub`. Run it in a transaction.
pub(crate) fn upsert_many(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
    seen: &[PersonSeen],
    now: DateTime<Utc>,
    random: &dyn Random,
) -> Result<Vec<Person>, StoreError> {
    // In the order of `sub`, so that two nodes take their row locks in one order.
    let wanted: BTreeMap<&str, &PersonSeen> = seen.iter().map(|one| (one.sub.as_str(), one)).collect();
    let subs: Vec<&str> = wanted.keys().copied().collect();
    let mut known = load(db, tenant, registration, &subs)?;
    let mut fresh = Vec::new();
    let mut writes = Vec::new();
    for (sub, one) in &wanted {
        let (name, email) = (one.name.clone(), one.email.clone());
        if let Some(row) = known.get_mut(*sub) {
            let before = (row.name.clone(), row.email.clone());
            row.name = name.or(row.name.take());
            row.email = email.or(row.email.take());
            row.folded_name = folded(row.name.as_deref());
            if before != (row.name.clone(), row.email.clone()) {
                writes.push(row.clone());
            }
        } else {
            fresh.push(*sub);
            writes.push(Row {
                id: PersonId::new(now, random).to_string(),
                tenant_id: tenant.to_string(),
                registration_id: registration.to_string(),
                sub: (*sub).to_owned(),
                folded_name: folded(name.as_deref()),
                name,
                email,
                created_at: micros(now),
            });
        }
    }
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
        // Another node may have been faster: its identifiers are the ones that stand.
        known.extend(load(db, tenant, registration, &fresh)?);
    }
    Ok(subs
        .iter()
        .filter_map(|sub| known.remove(*sub))
        .map(Person::from)
        .collect())
}

fn load(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
    subs: &[&str],
) -> Result<HashMap<String, Row>, StoreError> {
    let mut found = HashMap::with_capacity(subs.len());
    for some in subs.chunks(CHUNK) {
        let of_platform = people::table
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(people::registration_id.eq(registration.as_str()));
        let rows: Vec<Row> = if let [sub] = some {
            // A statement that is prepared once, unlike one with a list.
            let one = of_platform.filter(people::sub.eq(*sub));
            on_both!(db, |connection| one.select(Row::as_select()).load(connection))?
        } else {
            let listed = of_platform.filter(people::sub.eq_any(some));
            on_both!(db, |connection| listed.select(Row::as_select()).load(connection))?
        };
        found.extend(rows.into_iter().map(|row| (row.sub.clone(), row)));
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

/// The person that a registration calls `sub`.
pub(crate) fn by_sub(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
    sub: &str,
) -> Result<Option<Person>, StoreError> {
    Ok(load(db, tenant, registration, &[sub])?
        .remove(sub)
        .map(Person::from))
}

/// The ids of those whom a registration calls by these `subs`; unknown ones are left out. For joining a page of
/// results to people.
pub(crate) fn ids_by_sub(
    db: &mut Db,
    tenant: &TenantId,
    registration: &RegistrationId,
    subs: &[&str],
) -> Result<HashMap<String, PersonId>, StoreError> {
    let rows = load(db, tenant, registration, subs)?;
    Ok(rows.into_iter().map(|(sub, row)| (sub, row.id.into())).collect())
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
