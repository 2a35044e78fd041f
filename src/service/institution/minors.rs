//! Whom an institution takes for minors: everybody of a platform, or chosen people, one by one or by a file of ids. Of all it is
//! said in the policy. What it does is in [`crate::service::base::minors`].

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::domain::audit::{Action, Actor, Entry};
use crate::domain::issuer::Tenant;
use crate::domain::page::Page;
use crate::domain::people::Person;
use crate::domain::platform::Platform;
use crate::ids::{PersonId, PlatformId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::{InstitutionRefusal, MinorsRefusal};
use crate::service::institution::administrators::Administrator;
use crate::store::platforms::Home;
use crate::store::{Db, StoreError, audit, identities, joins, minors, people, platforms, policies, tenants};

/// Most people that a search shows.
const MOST_FOUND: i64 = 50;
/// Bytes of a file, and ids in it.
const MOST_BYTES: usize = 2_000_000;
const MOST_IDS: usize = 20_000;
/// Most ids that are told of which nobody is known.
const MOST_UNKNOWN: usize = 20;

/// What is said so far.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) institution: Tenant,
    /// Whether the policy says it of all.
    pub(crate) everybody: bool,
    pub(crate) platforms: Vec<OfPlatform>,
    /// Whom a search found.
    pub(crate) found: Vec<Found>,
    /// A part of those of whom it is said one by one, with since when.
    pub(crate) said: Vec<(Person, DateTime<Utc>)>,
    pub(crate) total: i64,
    pub(crate) part: Page,
}

/// A platform with what is said of its people.
#[derive(Debug, Clone)]
pub(crate) struct OfPlatform {
    pub(crate) id: PlatformId,
    pub(crate) name: String,
    /// How many people it names.
    pub(crate) people: i64,
    /// Since when it is said of them; none: it is not.
    pub(crate) since: Option<DateTime<Utc>>,
}

/// Somebody whom a search found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) person: Person,
    /// What the platforms call them.
    pub(crate) ids: Vec<String>,
    pub(crate) since: Option<DateTime<Utc>>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Brought {
    /// How many people it names who are known.
    pub(crate) people: usize,
    /// Of how many of them it changed anything.
    pub(crate) changed: usize,
    /// Ids of which nobody is known: the first of them, and how many there are.
    pub(crate) unknown: Vec<String>,
    pub(crate) unknown_in_all: usize,
}

/// What is said so far, and whom `sought` finds, by a part of a name or the whole id at the platform.
///
/// # Errors
/// [`ServiceError::NotFound`] for an institution that this administrator does not see.
#[tracing::instrument(name = "minors.seen", level = "debug", skip_all, fields(tenant = tenant.as_str()))]
pub(crate) async fn seen(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    sought: &str,
    part: Page,
) -> Result<Seen, ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, sought) = (tenant.clone(), sought.trim().to_owned());
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let institution = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let (said, total) = minors::of_people(db, &id, part)?;
        Ok(Seen {
            everybody: policies::get(db, &id)?.minors,
            platforms: of_platforms(db, &id)?,
            found: found(db, &id, &sought)?,
            said,
            total,
            part: part.within(total),
            institution,
        })
    });
    read.await
}

/// Those that are one with no other, each with its name.
fn of_platforms(db: &mut Db, tenant: &TenantId) -> Result<Vec<OfPlatform>, StoreError> {
    let joined = joins::joined_platforms(db, tenant)?;
    let mut all = Vec::new();
    for (platform, since) in minors::of_platforms(db, tenant)? {
        if joined.said(&platform.id) == platform.id {
            all.push(of_platform(db, tenant, platform, since)?);
        }
    }
    Ok(all)
}

fn of_platform(
    db: &mut Db,
    tenant: &TenantId,
    platform: Platform,
    since: Option<DateTime<Utc>>,
) -> Result<OfPlatform, StoreError> {
    let named = platforms::named(db, tenant, &platform.id)?;
    Ok(OfPlatform {
        name: named.map_or(platform.issuer, |(name, _)| name),
        people: platforms::people(db, tenant, &platform.id)?,
        id: platform.id,
        since,
    })
}

fn found(db: &mut Db, tenant: &TenantId, sought: &str) -> Result<Vec<Found>, StoreError> {
    let mut all = Vec::new();
    if !sought.is_empty() {
        for person in people::search(db, tenant, sought, MOST_FOUND)? {
            let known = identities::of_person(db, tenant, &person.id)?;
            let mut ids: Vec<String> = known.into_iter().map(|(_, sub)| sub).collect();
            ids.dedup();
            all.push(Found {
                since: minors::since(db, tenant, &person.id)?,
                ids,
                person,
            });
        }
    }
    Ok(all)
}

/// A platform about whose people something is about to be said.
///
/// # Errors
/// As [`seen`]; [`ServiceError::NotFound`] for a platform of another institution.
#[tracing::instrument(name = "minors.review", level = "debug", skip_all, fields(platform = platform.as_str()))]
pub(crate) async fn review(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    platform: &PlatformId,
) -> Result<(Tenant, OfPlatform), ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, platform) = (tenant.clone(), platform.clone());
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let institution = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let one = of_platforms(db, &id)?.into_iter().find(|one| one.id == platform);
        Ok((institution, one.ok_or(ServiceError::NotFound("platform"))?))
    });
    read.await
}

/// Says of everybody of a platform that they are minors, or takes it back, from this moment on. Saying again what is said changes
/// nothing.
///
/// # Errors
/// As [`review`].
#[tracing::instrument(name = "minors.say_of_platform", skip_all, fields(platform = platform.as_str()))]
pub(crate) async fn say_of_platform(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    platform: &PlatformId,
    on: bool,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (id, platform) = (tenant.clone(), platform.clone());
    let actor = Actor::Administrator(admin.actor.clone());
    let said = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        platforms::get(db, &id, &platform)?.ok_or(ServiceError::NotFound("platform"))?;
        if minors::say_of_platform(db, &id, &platform, on, now)? {
            let entry = Entry::new(&id, actor, action(on), platform.as_str(), now);
            audit::record(db, &entry.detail(json!({"everybody": true})), random.as_ref())?;
        }
        Ok(())
    });
    said.await
}

const fn action(on: bool) -> Action {
    if on {
        Action::MinorsSaid
    } else {
        Action::MinorsTakenBack
    }
}

/// A person about whom something is about to be said.
///
/// # Errors
/// As [`seen`]; [`ServiceError::NotFound`] for somebody of another institution.
#[tracing::instrument(name = "minors.review_person", level = "debug", skip_all, fields(person = person.as_str()))]
pub(crate) async fn review_person(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<(Tenant, Person, Option<DateTime<Utc>>), ServiceError> {
    admin.scope.allows(tenant)?;
    let (id, person) = (tenant.clone(), person.clone());
    let read = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let institution = tenants::get(db, &id)?.ok_or(ServiceError::NotFound("institution"))?;
        let one = people::get(db, &id, &person)?.ok_or(ServiceError::NotFound("person"))?;
        let since = minors::since(db, &id, &person)?;
        Ok((institution, one, since))
    });
    read.await
}

/// Says it of one person, or takes it back.
///
/// # Errors
/// As [`seen`]; [`ServiceError::NotFound`] for somebody of another institution.
#[tracing::instrument(name = "minors.say_of_person", skip_all, fields(person = person.as_str()))]
pub(crate) async fn say_of_person(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    person: &PersonId,
    on: bool,
) -> Result<(), ServiceError> {
    admin.scope.allows(tenant)?;
    let (now, random) = cairn.moment();
    let (id, person) = (tenant.clone(), person.clone());
    let actor = Actor::Administrator(admin.actor.clone());
    let said = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        people::get(db, &id, &person)?.ok_or(ServiceError::NotFound("person"))?;
        let one = std::slice::from_ref(&person);
        if minors::say_of_people(db, &id, one, on, now)? > 0 {
            let entry = Entry::new(&id, actor, action(on), person.as_str(), now);
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(())
    });
    said.await
}

/// Says it of those whom a file names by their ids at a platform, the first thing of each row, or takes it back. Ids of which nobody
/// is known are told, and change nothing.
///
/// # Errors
/// As [`review`]; [`MinorsRefusal`] for what is no list of ids.
#[tracing::instrument(name = "minors.bring", skip_all, fields(platform = platform.as_str()))]
pub(crate) async fn bring(
    cairn: &Cairn,
    admin: &Administrator,
    tenant: &TenantId,
    platform: &PlatformId,
    bytes: &[u8],
    on: bool,
) -> Result<Brought, ServiceError> {
    admin.scope.allows(tenant)?;
    let ids = read_ids(bytes).map_err(InstitutionRefusal::Minors)?;
    let (now, random) = cairn.moment();
    let (id, platform) = (tenant.clone(), platform.clone());
    let actor = Actor::Administrator(admin.actor.clone());
    let brought = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        let found = platforms::get(db, &id, &platform)?.ok_or(ServiceError::NotFound("platform"))?;
        let home = Home {
            platform: found.id,
            registration: found.registration,
        };
        let subs: Vec<&str> = ids.iter().map(String::as_str).collect();
        let known = people::ids_by_sub(db, &id, home, &subs)?;
        let mut these: Vec<PersonId> = known.values().cloned().collect();
        these.sort();
        these.dedup();
        let unknown: Vec<String> = ids
            .iter()
            .filter(|sub| !known.contains_key(*sub))
            .cloned()
            .collect();
        let changed = minors::say_of_people(db, &id, &these, on, now)?;
        if changed > 0 {
            let entry = Entry::new(&id, actor, action(on), platform.as_str(), now);
            let entry = entry.detail(json!({"people": changed}));
            audit::record(db, &entry, random.as_ref())?;
        }
        Ok(Brought {
            people: these.len(),
            changed,
            unknown_in_all: unknown.len(),
            unknown: unknown.into_iter().take(MOST_UNKNOWN).collect(),
        })
    });
    brought.await
}

/// The ids in a file: the first cell of each row.
fn read_ids(bytes: &[u8]) -> Result<BTreeSet<String>, MinorsRefusal> {
    if bytes.len() > MOST_BYTES {
        return Err(MinorsRefusal::TooLarge(MOST_IDS));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| MinorsRefusal::NotText)?;
    // Other encodings have zero bytes, which one database refuses.
    if text.contains('\0') {
        return Err(MinorsRefusal::NotText);
    }
    let first = |line: &str| -> Option<String> {
        let cell = line.split([',', ';', '\t']).next()?;
        let cell = cell.trim().trim_matches('"').trim();
        (!cell.is_empty()).then(|| cell.to_owned())
    };
    let ids: BTreeSet<String> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .filter_map(first)
        .collect();
    if ids.is_empty() {
        Err(MinorsRefusal::Empty)
    } else if ids.len() > MOST_IDS {
        Err(MinorsRefusal::TooLarge(MOST_IDS))
    } else {
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_people_by_the_first_cell_of_each_row() {
        let ids = read_ids("\u{feff}user id;name\r\n42;Ada\n\"17\", Ben\n\n 42 \n".as_bytes()).unwrap();
        assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["17", "42", "user id"]);
        for (bytes, why) in [
            (b"\n ,\n".as_slice(), MinorsRefusal::Empty),
            (b"\xff\xfe4\x002\x00".as_slice(), MinorsRefusal::NotText),
            (b"4\x002".as_slice(), MinorsRefusal::NotText),
        ] {
            assert_eq!(read_ids(bytes), Err(why), "{bytes:?}");
        }
        let many: String = (0..=MOST_IDS).map(|n| format!("{n}\n")).collect();
        assert_eq!(read_ids(many.as_bytes()), Err(MinorsRefusal::TooLarge(MOST_IDS)));
    }
}
