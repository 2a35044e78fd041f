//! The audit log as the console searches it. Adding to it is [`super::audit`]'s.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

use super::convert::{CHUNK, anywhere, from_json, micros, moment};
use super::schema::{admins, audit, badges, people};
use super::{Db, Page, StoreError};
use crate::ids::TenantId;

/// What is looked for; nothing set means everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Exactly this deed.
    pub action: Option<String>,
    /// Part of the name of a person or an administrator.
    pub who: Option<String>,
    /// The id of the thing, or its beginning.
    pub subject: Option<String>,
    pub from: Option<DateTime<Utc>>,
    /// Not included.
    pub until: Option<DateTime<Utc>>,
}

/// An entry, whoever made it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Id of a person or an administrator; none for the command line and Cairn itself.
    pub actor: Option<String>,
    pub action: String,
    pub subject: String,
    pub detail: Value,
    pub at: DateTime<Utc>,
}

type Columns = (Option<String>, String, String, String, i64);

fn logged((actor, action, subject, detail, at): Columns) -> Result<Logged, StoreError> {
    Ok(Logged {
        actor,
        action,
        subject,
        detail: from_json("audit.detail", &detail)?,
        at: moment(at)?,
    })
}

/// Ids of people of the institution, and of administrators, whose name has `text` in it; at most 500 of each.
fn called(db: &mut Db, tenant: &TenantId, text: &str) -> Result<Vec<String>, StoreError> {
    let mut ids: Vec<String> = on_both!(db, |connection| people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::folded_name.like(anywhere(text)).escape('\\'))
        .select(people::id)
        .limit(500)
        .load(connection))?;
    let all: Vec<(String, String)> = admins::table
        .select((admins::id, admins::name))
        .limit(500)
        .load(db)?;
    let text = text.trim().to_lowercase();
    ids.extend(
        all.into_iter()
            .filter(|(_, name)| name.to_lowercase().contains(&text))
            .map(|(id, _)| id),
    );
    Ok(ids)
}

/// A page of what was done in an institution, newest first, and how much there is in all.
pub fn search(
    db: &mut Db,
    tenant: &TenantId,
    filter: &Filter,
    page: Page,
) -> Result<(Vec<Logged>, i64), StoreError> {
    let actors = match &filter.who {
        Some(text) => Some(called(db, tenant, text)?),
        None => None,
    };
    on_both!(db, |connection| {
        let wanted = || {
            let mut query = audit::table
                .filter(audit::tenant_id.eq(tenant.as_str()))
                .into_boxed();
            if let Some(action) = &filter.action {
                query = query.filter(audit::action.eq(action.clone()));
            }
            if let Some(actors) = &actors {
                query = query.filter(audit::actor_id.eq_any(actors.clone()));
            }
            if let Some(subject) = &filter.subject {
                let beginning = anywhere(subject).trim_start_matches('%').to_owned();
                query = query.filter(audit::subject.like(beginning).escape('\\'));
            }
            if let Some(from) = filter.from {
                query = query.filter(audit::happened_at.ge(micros(from)));
            }
            if let Some(until) = filter.until {
                query = query.filter(audit::happened_at.lt(micros(until)));
            }
            query
        };
        let total: i64 = wanted().count().get_result(connection)?;
        let rows: Vec<Columns> = wanted()
            .order((audit::happened_at.desc(), audit::id.desc()))
            .offset(page.offset)
            .limit(page.limit)
            .select((
                audit::actor_id,
                audit::action,
                audit::subject,
                audit::detail,
                audit::happened_at,
            ))
            .load(connection)?;
        Ok((rows.into_iter().map(logged).collect::<Result<_, _>>()?, total))
    })
}

/// The deeds that there are in the log of an institution, by name.
///
/// # Errors
/// Trouble with the database.
pub fn actions(db: &mut Db, tenant: &TenantId) -> Result<Vec<String>, StoreError> {
    Ok(on_both!(db, |connection| audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .select(audit::action)
        .distinct()
        .order(audit::action)
        .load(connection))?)
}

/// What those ids are called: people and badges of the institution, and administrators.
pub fn names(db: &mut Db, tenant: &TenantId, ids: &[&str]) -> Result<BTreeMap<String, String>, StoreError> {
    let mut names = BTreeMap::new();
    for part in ids.chunks(CHUNK) {
        on_both!(db, |connection| {
            let found: Vec<(String, Option<String>)> = people::table
                .filter(people::tenant_id.eq(tenant.as_str()))
                .filter(people::id.eq_any(part.iter().copied()))
                .select((people::id, people::name))
                .load(connection)?;
            names.extend(
                found
                    .into_iter()
                    .filter_map(|(id, name)| name.map(|name| (id, name))),
            );
            let found: Vec<(String, String)> = admins::table
                .filter(admins::id.eq_any(part.iter().copied()))
                .select((admins::id, admins::name))
                .load(connection)?;
            names.extend(found);
            let found: Vec<(String, String)> = badges::table
                .filter(badges::tenant_id.eq(tenant.as_str()))
                .filter(badges::id.eq_any(part.iter().copied()))
                .select((badges::id, badges::design))
                .load(connection)?;
            for (id, design) in found {
                let design: Value = from_json("badges.design", &design)?;
                if let Some(name) = design.get("name").and_then(Value::as_str) {
                    names.insert(id, format!("“{name}”"));
                }
            }
        });
    }
    Ok(names)
}
