//! Badges of other issuers that students brought.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::convert::{CHUNK, from_json, from_word, json, micros, moment, opt_moment, word};
use super::schema::foreign_badges;
use super::{Db, StoreError};
use crate::domain::portfolio::{ForeignBadge, Holder, Says, Standing};
use crate::ids::{ForeignBadgeId, PersonId, TenantId};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = foreign_badges, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: String,
    tenant_id: String,
    person_id: String,
    badge_key: String,
    file: String,
    file_digest: String,
    picture: Option<String>,
    picture_digest: Option<String>,
    source: Option<String>,
    name: String,
    description: String,
    achievement: Option<String>,
    issuer: String,
    issuer_name: Option<String>,
    awarded_at: Option<i64>,
    until: Option<i64>,
    holder: String,
    standing: String,
    why: Option<String>,
    checked_at: i64,
    tried_at: i64,
    kept_at: i64,
}

impl Row {
    fn of(badge: &ForeignBadge) -> Result<Self, StoreError> {
        let says = &badge.says;
        Ok(Self {
            id: badge.id.to_string(),
            tenant_id: badge.tenant.to_string(),
            person_id: badge.person.to_string(),
            badge_key: badge.key.clone(),
            file: json(&badge.file)?,
            file_digest: badge.file.digest.clone(),
            picture: badge.picture.as_ref().map(json).transpose()?,
            picture_digest: badge.picture.as_ref().map(|picture| picture.digest.clone()),
            source: badge.source.clone(),
            name: says.name.clone(),
            description: says.description.clone(),
            achievement: says.achievement.clone(),
            issuer: says.issuer.clone(),
            issuer_name: says.issuer_name.clone(),
            awarded_at: says.awarded_at.map(micros),
            until: says.until.map(micros),
            holder: word(&badge.holder)?,
            standing: word(&badge.standing)?,
            why: badge.why.clone(),
            checked_at: micros(badge.checked_at),
            tried_at: micros(badge.tried_at),
            kept_at: micros(badge.kept_at),
        })
    }

    fn badge(self) -> Result<ForeignBadge, StoreError> {
        let picture = self.picture.as_deref();
        Ok(ForeignBadge {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            person: self.person_id.into(),
            key: self.badge_key,
            file: from_json("foreign_badges.file", &self.file)?,
            picture: picture
                .map(|text| from_json("foreign_badges.picture", text))
                .transpose()?,
            source: self.source,
            says: Says {
                name: self.name,
                description: self.description,
                achievement: self.achievement,
                issuer: self.issuer,
                issuer_name: self.issuer_name,
                awarded_at: opt_moment(self.awarded_at)?,
                until: opt_moment(self.until)?,
            },
            holder: from_word("foreign_badges.holder", &self.holder)?,
            standing: from_word("foreign_badges.standing", &self.standing)?,
            why: self.why,
            checked_at: moment(self.checked_at)?,
            tried_at: moment(self.tried_at)?,
            kept_at: moment(self.kept_at)?,
        })
    }
}

/// Keeps a badge.
///
/// # Errors
/// [`StoreError::AlreadyThere`] when its person has a badge of that key.
pub(crate) fn insert(db: &mut Db, badge: &ForeignBadge) -> Result<(), StoreError> {
    let row = Row::of(badge)?;
    diesel::insert_into(foreign_badges::table)
        .values(&row)
        .execute(db)?;
    Ok(())
}

/// Puts a badge in the place of the one of its id.
pub(crate) fn replace(db: &mut Db, badge: &ForeignBadge) -> Result<(), StoreError> {
    let row = Row::of(badge)?;
    diesel::update(foreign_badges::table)
        .filter(foreign_badges::tenant_id.eq(badge.tenant.as_str()))
        .filter(foreign_badges::id.eq(badge.id.as_str()))
        .set(&row)
        .execute(db)?;
    Ok(())
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) standing: Standing,
    pub(crate) why: Option<String>,
    pub(crate) holder: Holder,
    /// When the badge ends, as it says now.
    pub(crate) until: Option<DateTime<Utc>>,
}

/// Keeps what a verification found of a badge; without an answer, that one was tried. A badge whose file is another one by now
/// stays as it is.
pub(crate) fn checked(
    db: &mut Db,
    badge: &ForeignBadge,
    found: Option<&Found>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let same = foreign_badges::table
        .filter(foreign_badges::tenant_id.eq(badge.tenant.as_str()))
        .filter(foreign_badges::id.eq(badge.id.as_str()))
        .filter(foreign_badges::file_digest.eq(&badge.file.digest));
    match found {
        Some(found) => diesel::update(same)
            .set((
                foreign_badges::standing.eq(word(&found.standing)?),
                foreign_badges::why.eq(found.why.as_deref()),
                foreign_badges::holder.eq(word(&found.holder)?),
                foreign_badges::until.eq(found.until.map(micros)),
                foreign_badges::checked_at.eq(micros(now)),
                foreign_badges::tried_at.eq(micros(now)),
            ))
            .execute(db)?,
        None => diesel::update(same)
            .set(foreign_badges::tried_at.eq(micros(now)))
            .execute(db)?,
    };
    Ok(())
}

/// One badge.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &ForeignBadgeId,
) -> Result<Option<ForeignBadge>, StoreError> {
    let row: Option<Row> = foreign_badges::table
        .filter(foreign_badges::tenant_id.eq(tenant.as_str()))
        .filter(foreign_badges::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::badge).transpose()
}

/// All badges of these people, latest first.
pub(crate) fn of_people(
    db: &mut Db,
    tenant: &TenantId,
    people: &[PersonId],
) -> Result<Vec<ForeignBadge>, StoreError> {
    let mut found = Vec::new();
    for some in people.chunks(CHUNK) {
        let rows: Vec<Row> = on_both!(db, |connection| foreign_badges::table
            .filter(foreign_badges::tenant_id.eq(tenant.as_str()))
            .filter(foreign_badges::person_id.eq_any(some.iter().map(PersonId::as_str)))
            .order((foreign_badges::kept_at.desc(), foreign_badges::id.desc()))
            .select(Row::as_select())
            .load(connection))?;
        for row in rows {
            found.push(row.badge()?);
        }
    }
    Ok(found)
}

/// Some badges of an institution, by id, after that one.
pub(crate) fn some_after(
    db: &mut Db,
    tenant: &TenantId,
    after: &str,
    limit: i64,
) -> Result<Vec<ForeignBadge>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| foreign_badges::table
        .filter(foreign_badges::tenant_id.eq(tenant.as_str()))
        .filter(foreign_badges::id.gt(after))
        .order(foreign_badges::id)
        .limit(limit)
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::badge).collect()
}

/// Removes a badge. `false`: it was not there.
pub(crate) fn remove(db: &mut Db, tenant: &TenantId, id: &ForeignBadgeId) -> Result<bool, StoreError> {
    let gone = diesel::delete(foreign_badges::table)
        .filter(foreign_badges::tenant_id.eq(tenant.as_str()))
        .filter(foreign_badges::id.eq(id.as_str()))
        .execute(db)?;
    Ok(gone == 1)
}

/// Whether a badge has the file with that digest, as it came or as its picture.
pub(super) fn is_used(db: &mut Db, tenant: &TenantId, digest: &str) -> Result<bool, StoreError> {
    let found: i64 = foreign_badges::table
        .filter(foreign_badges::tenant_id.eq(tenant.as_str()))
        .filter(
            foreign_badges::file_digest
                .eq(digest)
                .or(foreign_badges::picture_digest.eq(digest)),
        )
        .count()
        .get_result(db)?;
    Ok(found > 0)
}
