//! Collections of badges that students show.

use diesel::prelude::*;

use super::convert::{CHUNK, from_json, json, micros, moment, opt_moment};
use super::schema::collections;
use super::{Db, StoreError};
use crate::domain::portfolio::{Collection, CollectionLink};
use crate::ids::{CollectionId, PersonId, TenantId};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = collections, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: String,
    tenant_id: String,
    person_id: String,
    title: String,
    words: String,
    items: String,
    changed_at: i64,
    link_digest: Option<String>,
    link_made_at: Option<i64>,
    link_until: Option<i64>,
}

impl Row {
    fn of(collection: &Collection) -> Result<Self, StoreError> {
        let link = collection.link.as_ref();
        Ok(Self {
            id: collection.id.to_string(),
            tenant_id: collection.tenant.to_string(),
            person_id: collection.person.to_string(),
            title: collection.title.clone(),
            words: collection.words.clone(),
            items: json(&collection.items)?,
            changed_at: micros(collection.changed_at),
            link_digest: link.map(|link| link.digest.clone()),
            link_made_at: link.map(|link| micros(link.made_at)),
            link_until: link.map(|link| micros(link.until)),
        })
    }

    fn collection(self) -> Result<Collection, StoreError> {
        let (made_at, until) = (opt_moment(self.link_made_at)?, opt_moment(self.link_until)?);
        let link = match (self.link_digest, made_at, until) {
            (Some(digest), Some(made_at), Some(until)) => Some(CollectionLink {
                digest,
                made_at,
                until,
            }),
            _ => None,
        };
        Ok(Collection {
            id: self.id.into(),
            tenant: self.tenant_id.into(),
            person: self.person_id.into(),
            title: self.title,
            words: self.words,
            items: from_json("collections.items", &self.items)?,
            changed_at: moment(self.changed_at)?,
            link,
        })
    }
}

/// Keeps a new collection.
pub(crate) fn insert(db: &mut Db, collection: &Collection) -> Result<(), StoreError> {
    let row = Row::of(collection)?;
    diesel::insert_into(collections::table).values(&row).execute(db)?;
    Ok(())
}

/// Keeps what a collection says and holds in the place of what it did. Its link stays as it is by then: it may be withdrawn meanwhile.
pub(crate) fn rewrite(db: &mut Db, collection: &Collection) -> Result<(), StoreError> {
    diesel::update(collections::table)
        .filter(collections::tenant_id.eq(collection.tenant.as_str()))
        .filter(collections::id.eq(collection.id.as_str()))
        .set((
            collections::title.eq(&collection.title),
            collections::words.eq(&collection.words),
            collections::items.eq(json(&collection.items)?),
            collections::changed_at.eq(micros(collection.changed_at)),
        ))
        .execute(db)?;
    Ok(())
}

/// Has a collection shown by that link, or by none, and leaves what it says and holds as it is by then.
pub(crate) fn set_link(
    db: &mut Db,
    tenant: &TenantId,
    id: &CollectionId,
    link: Option<&CollectionLink>,
) -> Result<(), StoreError> {
    diesel::update(collections::table)
        .filter(collections::tenant_id.eq(tenant.as_str()))
        .filter(collections::id.eq(id.as_str()))
        .set((
            collections::link_digest.eq(link.map(|link| link.digest.clone())),
            collections::link_made_at.eq(link.map(|link| micros(link.made_at))),
            collections::link_until.eq(link.map(|link| micros(link.until))),
        ))
        .execute(db)?;
    Ok(())
}

/// Puts a collection in the place of the one of its id.
#[cfg(test)]
pub(crate) fn replace(db: &mut Db, collection: &Collection) -> Result<(), StoreError> {
    let row = Row::of(collection)?;
    diesel::update(collections::table)
        .filter(collections::tenant_id.eq(collection.tenant.as_str()))
        .filter(collections::id.eq(collection.id.as_str()))
        .set(&row)
        .execute(db)?;
    Ok(())
}

/// One collection.
pub(crate) fn get(
    db: &mut Db,
    tenant: &TenantId,
    id: &CollectionId,
) -> Result<Option<Collection>, StoreError> {
    let row: Option<Row> = collections::table
        .filter(collections::tenant_id.eq(tenant.as_str()))
        .filter(collections::id.eq(id.as_str()))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::collection).transpose()
}

/// The collection whose link has that digest, ended or not. Names no tenant: whoever opens it knows none, and the secret is
/// unguessable.
pub(crate) fn by_digest(db: &mut Db, digest: &str) -> Result<Option<Collection>, StoreError> {
    let row: Option<Row> = collections::table
        .filter(collections::link_digest.eq(digest))
        .select(Row::as_select())
        .get_result(db)
        .optional()?;
    row.map(Row::collection).transpose()
}

/// All collections of these people, latest first.
pub(crate) fn of_people(
    db: &mut Db,
    tenant: &TenantId,
    people: &[PersonId],
) -> Result<Vec<Collection>, StoreError> {
    let mut found = Vec::new();
    for some in people.chunks(CHUNK) {
        let rows: Vec<Row> = on_both!(db, |connection| collections::table
            .filter(collections::tenant_id.eq(tenant.as_str()))
            .filter(collections::person_id.eq_any(some.iter().map(PersonId::as_str)))
            .order((collections::changed_at.desc(), collections::id.desc()))
            .select(Row::as_select())
            .load(connection))?;
        for row in rows {
            found.push(row.collection()?);
        }
    }
    Ok(found)
}

/// Some collections of an institution, by id, after that one.
pub(crate) fn some_after(
    db: &mut Db,
    tenant: &TenantId,
    after: &str,
    limit: i64,
) -> Result<Vec<Collection>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| collections::table
        .filter(collections::tenant_id.eq(tenant.as_str()))
        .filter(collections::id.gt(after))
        .order(collections::id)
        .limit(limit)
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::collection).collect()
}

/// Removes a collection. `false`: it was not there.
pub(crate) fn remove(db: &mut Db, tenant: &TenantId, id: &CollectionId) -> Result<bool, StoreError> {
    let gone = diesel::delete(collections::table)
        .filter(collections::tenant_id.eq(tenant.as_str()))
        .filter(collections::id.eq(id.as_str()))
        .execute(db)?;
    Ok(gone == 1)
}
