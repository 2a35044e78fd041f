//! Whom an institution takes for minors: people one by one, and everybody whom a platform names. Of all it is said in its policy.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{CHUNK, micros, moment, opt_moment};
use super::people::Row as PersonRow;
use super::platforms::Row as PlatformRow;
use super::schema::{credentials, identities, people, platforms};
use super::{Db, StoreError};
use crate::domain::page::Page;
use crate::domain::people::Person;
use crate::domain::platform::Platform;
use crate::ids::{CredentialId, PersonId, PlatformId, TenantId};

/// What is said of somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Whether it holds now.
    pub(crate) holds: bool,
    /// When it was taken back last.
    pub(crate) until: Option<DateTime<Utc>>,
}

/// What is said of a person: of them, of whoever was joined into them, and of any platform that names one of these.
pub(crate) fn of_person(db: &mut Db, tenant: &TenantId, person: &PersonId) -> Result<Said, StoreError> {
    let of_people: Vec<(String, Option<i64>, Option<i64>)> = on_both!(db, |connection| people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(
            people::id
                .eq(person.as_str())
                .or(people::joined_into.assume_not_null().eq(person.as_str()))
        )
        .select((people::id, people::minor_since_at, people::minor_until_at))
        .load(connection))?;
    let ids: Vec<&str> = of_people.iter().map(|(id, ..)| id.as_str()).collect();
    let mut rows: Vec<(Option<i64>, Option<i64>)> = of_people
        .iter()
        .map(|(_, since, until)| (*since, *until))
        .collect();
    for some in ids.chunks(CHUNK) {
        let of_platforms: Vec<(Option<i64>, Option<i64>)> = on_both!(db, |connection| identities::table
            .inner_join(platforms::table.on(platforms::id.eq(identities::platform_id)))
            .filter(identities::tenant_id.eq(tenant.as_str()))
            .filter(platforms::tenant_id.eq(tenant.as_str()))
            .filter(identities::person_id.eq_any(some))
            .select((platforms::minor_since_at, platforms::minor_until_at))
            .load(connection))?;
        rows.extend(of_platforms);
    }
    Ok(Said {
        holds: rows.iter().any(|(since, _)| since.is_some()),
        until: opt_moment(rows.iter().filter_map(|(_, until)| *until).max())?,
    })
}

/// Says of these people that they are minors, or takes it back, and says of how many that is new.
pub(crate) fn say_of_people(
    db: &mut Db,
    tenant: &TenantId,
    ids: &[PersonId],
    on: bool,
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let mut changed = 0;
    for some in ids.chunks(CHUNK) {
        let some: Vec<&str> = some.iter().map(PersonId::as_str).collect();
        changed += if on {
            on_both!(db, |connection| diesel::update(people::table)
                .filter(people::tenant_id.eq(tenant.as_str()))
                .filter(people::id.eq_any(&some))
                .filter(people::minor_since_at.is_null())
                .set(people::minor_since_at.eq(Some(micros(now))))
                .execute(connection))?
        } else {
            on_both!(db, |connection| diesel::update(people::table)
                .filter(people::tenant_id.eq(tenant.as_str()))
                .filter(people::id.eq_any(&some))
                .filter(people::minor_since_at.is_not_null())
                .set((
                    people::minor_since_at.eq(None::<i64>),
                    people::minor_until_at.eq(Some(micros(now))),
                ))
                .execute(connection))?
        };
    }
    Ok(changed)
}

/// Says of everybody whom a platform names that they are minors, or takes it back. `false`: it was so already.
pub(crate) fn say_of_platform(
    db: &mut Db,
    tenant: &TenantId,
    platform: &PlatformId,
    on: bool,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let of_platform = diesel::update(platforms::table)
        .filter(platforms::tenant_id.eq(tenant.as_str()))
        .filter(platforms::id.eq(platform.as_str()));
    let changed = if on {
        of_platform
            .filter(platforms::minor_since_at.is_null())
            .set(platforms::minor_since_at.eq(Some(micros(now))))
            .execute(db)?
    } else {
        of_platform
            .filter(platforms::minor_since_at.is_not_null())
            .set((
                platforms::minor_since_at.eq(None::<i64>),
                platforms::minor_until_at.eq(Some(micros(now))),
            ))
            .execute(db)?
    };
    Ok(changed == 1)
}

/// Has what is said of a platform hold of the one whose people its people are from now on.
pub(super) fn carry(
    db: &mut Db,
    tenant: &TenantId,
    from: &PlatformId,
    into: &PlatformId,
) -> Result<(), StoreError> {
    let said = |db: &mut Db, id: &PlatformId| -> Result<(Option<i64>, Option<i64>), StoreError> {
        Ok(platforms::table
            .filter(platforms::tenant_id.eq(tenant.as_str()))
            .filter(platforms::id.eq(id.as_str()))
            .select((platforms::minor_since_at, platforms::minor_until_at))
            .get_result(db)?)
    };
    let ((since, until), (own_since, own_until)) = (said(db, from)?, said(db, into)?);
    diesel::update(platforms::table)
        .filter(platforms::tenant_id.eq(tenant.as_str()))
        .filter(platforms::id.eq(into.as_str()))
        .set((
            platforms::minor_since_at.eq(own_since.or(since)),
            platforms::minor_until_at.eq(own_until.max(until)),
        ))
        .execute(db)?;
    Ok(())
}

/// Has what was said of somebody hold of whoever was one with them, too, when they are two again: it was said of both, and nothing that
/// was switched off comes back because a join is taken back.
pub(super) fn part(
    db: &mut Db,
    tenant: &TenantId,
    from: &PersonId,
    into: &PersonId,
) -> Result<(), StoreError> {
    let said = |db: &mut Db, id: &PersonId| -> Result<(Option<i64>, Option<i64>), StoreError> {
        Ok(people::table
            .filter(people::tenant_id.eq(tenant.as_str()))
            .filter(people::id.eq(id.as_str()))
            .select((people::minor_since_at, people::minor_until_at))
            .get_result(db)
            .optional()?
            .unwrap_or_default())
    };
    let ((since, until), (own_since, own_until)) = (said(db, into)?, said(db, from)?);
    diesel::update(people::table)
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq(from.as_str()))
        .set((
            people::minor_since_at.eq(own_since.or(since)),
            people::minor_until_at.eq(own_until.max(until)),
        ))
        .execute(db)?;
    Ok(())
}

/// A platform, and since when its people are taken for minors.
pub(crate) type OfPlatform = (Platform, Option<DateTime<Utc>>);
/// Somebody, and since when they are taken for a minor.
pub(crate) type OfPerson = (Person, DateTime<Utc>);

/// The platforms of an institution, oldest first, each with since when its people are taken for minors.
pub(crate) fn of_platforms(db: &mut Db, tenant: &TenantId) -> Result<Vec<OfPlatform>, StoreError> {
    let rows: Vec<(PlatformRow, Option<i64>)> = on_both!(db, |connection| platforms::table
        .filter(platforms::tenant_id.eq(tenant.as_str()))
        .order((platforms::created_at, platforms::id))
        .select((PlatformRow::as_select(), platforms::minor_since_at))
        .load(connection))?;
    rows.into_iter()
        .map(|(row, since)| Ok((row.platform()?, opt_moment(since)?)))
        .collect()
}

/// A part of those of whom it is said one by one, by name, each with since when; and how many there are.
pub(crate) fn of_people(
    db: &mut Db,
    tenant: &TenantId,
    page: Page,
) -> Result<(Vec<OfPerson>, i64), StoreError> {
    let total: i64 = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::minor_since_at.is_not_null())
        .count()
        .get_result(db)?;
    let page = page.within(total);
    let rows: Vec<(PersonRow, Option<i64>)> = on_both!(db, |connection| people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::minor_since_at.is_not_null())
        .order((people::folded_name, people::id))
        .offset(page.offset)
        .limit(page.limit)
        .select((PersonRow::as_select(), people::minor_since_at))
        .load(connection))?;
    let said = rows
        .into_iter()
        .map(|(row, since)| Ok((Person::from(row), moment(since.unwrap_or_default())?)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok((said, total))
}

/// Whether it was ever said of anybody: of whom it was, or of which platform.
pub(crate) fn is_said(db: &mut Db, tenant: &TenantId) -> Result<bool, StoreError> {
    let now: Option<String> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::minor_since_at.is_not_null())
        .select(people::id)
        .first(db)
        .optional()?;
    let before: Option<String> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::minor_until_at.is_not_null())
        .select(people::id)
        .first(db)
        .optional()?;
    let of_platforms: i64 = platforms::table
        .filter(platforms::tenant_id.eq(tenant.as_str()))
        .filter(
            platforms::minor_since_at
                .is_not_null()
                .or(platforms::minor_until_at.is_not_null()),
        )
        .count()
        .get_result(db)?;
    Ok(now.is_some() || before.is_some() || of_platforms > 0)
}

/// Since when it is said of a person themselves.
pub(crate) fn since(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let since: Option<Option<i64>> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq(person.as_str()))
        .select(people::minor_since_at)
        .get_result(db)
        .optional()?;
    opt_moment(since.flatten())
}

/// When the holder of a credential said last what others see of it.
pub(crate) fn visibility_said(
    db: &mut Db,
    tenant: &TenantId,
    credential: &CredentialId,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let said: Option<Option<i64>> = credentials::table
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::id.eq(credential.as_str()))
        .select(credentials::visibility_said_at)
        .get_result(db)
        .optional()?;
    opt_moment(said.flatten())
}

/// Keeps that its holder said so at that moment.
pub(crate) fn say_visibility(
    db: &mut Db,
    tenant: &TenantId,
    credential: &CredentialId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(credentials::table)
        .filter(credentials::tenant_id.eq(tenant.as_str()))
        .filter(credentials::id.eq(credential.as_str()))
        .set(credentials::visibility_said_at.eq(Some(micros(now))))
        .execute(db)?;
    Ok(())
}
