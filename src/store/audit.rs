//! Who did what: only ever added to.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use super::convert::{CHUNK, from_json, json, micros, moment};
use super::schema::audit;
use super::{Db, Page, StoreError};
use crate::ids::{AdminId, PersonId, TenantId};
use crate::random::Random;
use ambient::ids::uuid_v7;

/// Something that somebody did.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// None for the command line and for what Cairn does by itself.
    pub actor: Option<PersonId>,
    /// Thing and deed, for instance `rule.activated`.
    pub action: String,
    /// What it was done to, by its id.
    pub subject: String,
    /// No secrets, no names.
    pub detail: Value,
    pub at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
struct Row {
    id: String,
    tenant_id: String,
    actor_id: Option<String>,
    action: String,
    subject: String,
    detail: String,
    happened_at: i64,
}

impl Row {
    fn entry(self) -> Result<Entry, StoreError> {
        Ok(Entry {
            actor: self.actor_id.map(PersonId::from),
            action: self.action,
            subject: self.subject,
            detail: from_json("audit.detail", &self.detail)?,
            at: moment(self.happened_at)?,
        })
    }
}

/// Adds an entry.
pub fn insert(db: &mut Db, tenant: &TenantId, entry: &Entry, random: &dyn Random) -> Result<(), StoreError> {
    let actor = entry.actor.as_ref().map(ToString::to_string);
    insert_as(db, tenant, actor, entry, random)
}

/// Adds an entry about what an administrator did in the console, or nobody in particular; `entry.actor` is not looked at.
pub fn insert_by_admin(
    db: &mut Db,
    tenant: &TenantId,
    admin: Option<&AdminId>,
    entry: &Entry,
    random: &dyn Random,
) -> Result<(), StoreError> {
    insert_as(db, tenant, admin.map(ToString::to_string), entry, random)
}

fn insert_as(
    db: &mut Db,
    tenant: &TenantId,
    actor: Option<String>,
    entry: &Entry,
    random: &dyn Random,
) -> Result<(), StoreError> {
    let row = Row {
        id: uuid_v7(entry.at, random),
        tenant_id: tenant.to_string(),
        actor_id: actor,
        action: entry.action.clone(),
        subject: entry.subject.clone(),
        detail: json(&entry.detail)?,
        happened_at: micros(entry.at),
    };
    diesel::insert_into(audit::table).values(&row).execute(db)?;
    Ok(())
}

/// A page of what was done, newest first.
pub fn list(db: &mut Db, tenant: &TenantId, page: Page) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<Row> = audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .order((audit::happened_at.desc(), audit::id.desc()))
        .offset(page.offset)
        .limit(page.limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::entry).collect()
}

/// What was done to some things, newest first, at most 500 entries.
pub fn about(db: &mut Db, tenant: &TenantId, subjects: &[&str]) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .filter(audit::subject.eq_any(subjects.iter().take(CHUNK)))
        .order((audit::happened_at.desc(), audit::id.desc()))
        .limit(500)
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::entry).collect()
}

/// What a person did, and what was done to `subjects`, oldest first.
pub fn concerning(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    subjects: &[&str],
) -> Result<Vec<Entry>, StoreError> {
    let mut found: Vec<Row> = audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .filter(audit::actor_id.eq(person.as_str()))
        .select(Row::as_select())
        .load(db)?;
    for some in subjects.chunks(CHUNK) {
        let rows: Vec<Row> = on_both!(db, |connection| audit::table
            .filter(audit::tenant_id.eq(tenant.as_str()))
            .filter(audit::subject.eq_any(some.iter().copied()))
            .select(Row::as_select())
            .load(connection))?;
        found.extend(rows);
    }
    found.sort_by(|one, other| (one.happened_at, &one.id).cmp(&(other.happened_at, &other.id)));
    found.dedup_by(|one, other| one.id == other.id);
    found.into_iter().map(Row::entry).collect()
}
