//! The audit log: who did what. Only ever added to.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::Value;

use super::convert::{CHUNK, anywhere, from_json, json, micros, moment};
use super::schema::{
    activities, admins, audit, awards, badges, courses, line_items, links, people, placements, registrations,
    submissions,
};
use super::{Db, StoreError, tenants};
use crate::domain::audit::{Actor, ActorKind, Entry, Filter, Logged};
use crate::domain::page::Page;
use crate::ids::{PersonId, TenantId};
use crate::random::Random;
use ambient::ids::uuid_v7;

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
    actor_kind: Option<String>,
}

impl Row {
    fn logged(self) -> Result<Logged, StoreError> {
        Ok(Logged {
            actor: Actor::stored(self.actor_kind.as_deref(), self.actor_id),
            action: self.action,
            subject: self.subject,
            detail: from_json("audit.detail", &self.detail)?,
            at: moment(self.happened_at)?,
        })
    }
}

/// Adds an entry. Run it in the transaction that does what the entry says.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn record(db: &mut Db, entry: &Entry, random: &dyn Random) -> Result<(), StoreError> {
    if let Some(tenant) = &entry.tenant {
        return insert(db, tenant, entry, random);
    }
    for tenant in tenants::list(db)? {
        insert(db, &tenant.id, entry, random)?;
    }
    Ok(())
}

fn insert(db: &mut Db, tenant: &TenantId, entry: &Entry, random: &dyn Random) -> Result<(), StoreError> {
    let row = Row {
        id: uuid_v7(entry.at, random),
        tenant_id: tenant.to_string(),
        actor_id: entry.actor.id().map(str::to_owned),
        action: entry.action.as_str().to_owned(),
        subject: entry.subject.clone(),
        detail: json(&entry.detail)?,
        happened_at: micros(entry.at),
        actor_kind: entry.actor.kind().map(|kind| kind.as_str().to_owned()),
    };
    diesel::insert_into(audit::table).values(&row).execute(db)?;
    Ok(())
}

/// What was done to some things, newest first, at most 500 entries.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn about(db: &mut Db, tenant: &TenantId, subjects: &[&str]) -> Result<Vec<Logged>, StoreError> {
    let rows: Vec<Row> = on_both!(db, |connection| audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .filter(audit::subject.eq_any(subjects.iter().take(CHUNK)))
        .order((audit::happened_at.desc(), audit::id.desc()))
        .limit(500)
        .select(Row::as_select())
        .load(connection))?;
    rows.into_iter().map(Row::logged).collect()
}

/// What a person did, and what was done to `subjects`, oldest first.
pub(crate) fn concerning(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
    subjects: &[&str],
) -> Result<Vec<Logged>, StoreError> {
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
    found.into_iter().map(Row::logged).collect()
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
///
/// # Errors
/// Trouble with the database.
pub(crate) fn search(
    db: &mut Db,
    tenant: &TenantId,
    filter: &Filter,
    page: Page,
) -> Result<(Vec<Logged>, i64), StoreError> {
    let actors = match &filter.who {
        Some(who) => {
            let kinds: Vec<&str> = who.kinds.iter().map(|kind| kind.as_str()).collect();
            Some((called(db, tenant, &who.name)?, kinds))
        }
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
            if let Some((ids, kinds)) = &actors {
                let named = audit::actor_id.eq_any(ids.clone());
                let meant = named.or(audit::actor_kind.eq_any(kinds.clone()));
                // An entry from before kinds were stored says "Cairn" where it names nobody.
                let earlier = audit::actor_kind.is_null().and(audit::actor_id.is_null());
                query = if kinds.contains(&ActorKind::Cairn.as_str()) {
                    query.filter(meant.or(earlier))
                } else {
                    query.filter(meant)
                };
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
        let rows: Vec<Row> = wanted()
            .order((audit::happened_at.desc(), audit::id.desc()))
            .offset(page.offset)
            .limit(page.limit)
            .select(Row::as_select())
            .load(connection)?;
        Ok((
            rows.into_iter().map(Row::logged).collect::<Result<_, _>>()?,
            total,
        ))
    })
}

/// The words of the actions that there are in the log of an institution, in their order.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn actions(db: &mut Db, tenant: &TenantId) -> Result<Vec<String>, StoreError> {
    Ok(on_both!(db, |connection| audit::table
        .filter(audit::tenant_id.eq(tenant.as_str()))
        .select(audit::action)
        .distinct()
        .order(audit::action)
        .load(connection))?)
}

/// What those ids are called: people, badges, platforms and links of the institution, and administrators. What is no longer
/// there has no name.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn names(
    db: &mut Db,
    tenant: &TenantId,
    ids: &[&str],
) -> Result<BTreeMap<String, String>, StoreError> {
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
            let found: Vec<(String, String)> = registrations::table
                .filter(registrations::tenant_id.eq(tenant.as_str()))
                .filter(registrations::id.eq_any(part.iter().copied()))
                .select((registrations::id, registrations::name))
                .load(connection)?;
            names.extend(found.into_iter().map(|(id, name)| (id, format!("“{name}”"))));
            let found: Vec<(String, String)> = placements::table
                .filter(placements::tenant_id.eq(tenant.as_str()))
                .filter(placements::id.eq_any(part.iter().copied()))
                .select((placements::id, placements::title))
                .load(connection)?;
            names.extend(found.into_iter().map(|(id, title)| (id, format!("“{title}”"))));
            let found: Vec<(String, Option<String>)> = links::table
                .filter(links::tenant_id.eq(tenant.as_str()))
                .filter(links::id.eq_any(part.iter().copied()))
                .select((links::id, links::title))
                .load(connection)?;
            let titled = found
                .into_iter()
                .filter_map(|(id, title)| title.map(|title| (id, title)));
            names.extend(titled.map(|(id, title)| (id, format!("“{title}”"))));
        });
        names.extend(named_in_courses(db, tenant, part)?);
        names.extend(named_by_badges(db, tenant, part)?);
    }
    Ok(names)
}

/// Courses, columns and activities by their names, and what was handed in by that of its activity: not by its student's.
fn named_in_courses(
    db: &mut Db,
    tenant: &TenantId,
    ids: &[&str],
) -> Result<Vec<(String, String)>, StoreError> {
    on_both!(db, |connection| {
        let found: Vec<(String, Option<String>, Option<String>)> = courses::table
            .filter(courses::tenant_id.eq(tenant.as_str()))
            .filter(courses::id.eq_any(ids.iter().copied()))
            .select((courses::id, courses::title, courses::label))
            .load(connection)?;
        let titled = found
            .into_iter()
            .filter_map(|(id, title, label)| Some((id, title.or(label)?)));
        let mut names: Vec<(String, String)> = titled.collect();
        let found: Vec<(String, String)> = line_items::table
            .filter(line_items::tenant_id.eq(tenant.as_str()))
            .filter(line_items::id.eq_any(ids.iter().copied()))
            .select((line_items::id, line_items::label))
            .load(connection)?;
        names.extend(found);
        let found: Vec<(String, String)> = activities::table
            .filter(activities::tenant_id.eq(tenant.as_str()))
            .filter(activities::id.eq_any(ids.iter().copied()))
            .select((activities::id, activities::title))
            .load(connection)?;
        names.extend(found);
        let found: Vec<(String, String)> = submissions::table
            .inner_join(activities::table.on(activities::id.eq(submissions::activity_id)))
            .filter(submissions::tenant_id.eq(tenant.as_str()))
            .filter(submissions::id.eq_any(ids.iter().copied()))
            .select((submissions::id, activities::title))
            .load(connection)?;
        names.extend(found);
        let quoted = |(id, name): (String, String)| (id, format!("“{name}”"));
        Ok(names.into_iter().map(quoted).collect())
    })
}

/// Awards by the names of their badges.
fn named_by_badges(
    db: &mut Db,
    tenant: &TenantId,
    ids: &[&str],
) -> Result<Vec<(String, String)>, StoreError> {
    on_both!(db, |connection| {
        let found: Vec<(String, String)> = awards::table
            .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
            .filter(awards::tenant_id.eq(tenant.as_str()))
            .filter(awards::id.eq_any(ids.iter().copied()))
            .select((awards::id, badges::design))
            .load(connection)?;
        let mut names = Vec::with_capacity(found.len());
        for (id, design) in found {
            let design: Value = from_json("badges.design", &design)?;
            if let Some(name) = design.get("name").and_then(Value::as_str) {
                names.push((id, format!("“{name}”")));
            }
        }
        Ok(names)
    })
}

/// The names of the courses that badges, awards, columns, activities and hand-ins with these ids are in; one without a name is
/// not among them, nor is the home of the institution.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn courses_of(
    db: &mut Db,
    tenant: &TenantId,
    ids: &[&str],
) -> Result<BTreeMap<String, String>, StoreError> {
    type Found = Vec<(String, Option<String>, Option<String>)>;
    let mut names = BTreeMap::new();
    for part in ids.chunks(CHUNK) {
        let all: Vec<Found> = on_both!(db, |connection| {
            let named = (courses::title, courses::label);
            let badges_of: Found = badges::table
                .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
                .filter(badges::tenant_id.eq(tenant.as_str()))
                .filter(badges::id.eq_any(part.iter().copied()))
                .filter(courses::home.is_null())
                .select((badges::id, named.0, named.1))
                .load(connection)?;
            let awards_of: Found = awards::table
                .inner_join(badges::table.on(badges::id.eq(awards::badge_id)))
                .inner_join(courses::table.on(courses::id.eq(badges::course_id)))
                .filter(awards::tenant_id.eq(tenant.as_str()))
                .filter(awards::id.eq_any(part.iter().copied()))
                .filter(courses::home.is_null())
                .select((awards::id, named.0, named.1))
                .load(connection)?;
            let columns_of: Found = line_items::table
                .inner_join(courses::table.on(courses::id.eq(line_items::course_id)))
                .filter(line_items::tenant_id.eq(tenant.as_str()))
                .filter(line_items::id.eq_any(part.iter().copied()))
                .select((line_items::id, named.0, named.1))
                .load(connection)?;
            let activities_of: Found = activities::table
                .inner_join(courses::table.on(courses::id.eq(activities::course_id)))
                .filter(activities::tenant_id.eq(tenant.as_str()))
                .filter(activities::id.eq_any(part.iter().copied()))
                .select((activities::id, named.0, named.1))
                .load(connection)?;
            let work_of: Found = submissions::table
                .inner_join(activities::table.on(activities::id.eq(submissions::activity_id)))
                .inner_join(courses::table.on(courses::id.eq(activities::course_id)))
                .filter(submissions::tenant_id.eq(tenant.as_str()))
                .filter(submissions::id.eq_any(part.iter().copied()))
                .select((submissions::id, named.0, named.1))
                .load(connection)?;
            vec![badges_of, awards_of, columns_of, activities_of, work_of]
        });
        let named = all.into_iter().flatten();
        names.extend(named.filter_map(|(id, title, label)| Some((id, title.or(label)?))));
    }
    Ok(names)
}

/// Which version each of these is that was handed in.
///
/// # Errors
/// Trouble with the database.
pub(crate) fn versions(
    db: &mut Db,
    tenant: &TenantId,
    ids: &[&str],
) -> Result<BTreeMap<String, i32>, StoreError> {
    let mut versions = BTreeMap::new();
    for part in ids.chunks(CHUNK) {
        on_both!(db, |connection| {
            let found: Vec<(String, i32)> = submissions::table
                .filter(submissions::tenant_id.eq(tenant.as_str()))
                .filter(submissions::id.eq_any(part.iter().copied()))
                .select((submissions::id, submissions::version))
                .load(connection)?;
            versions.extend(found);
        });
    }
    Ok(versions)
}
